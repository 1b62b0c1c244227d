"""Layers in: from the bundled data or from a person's file, checked, in the working CRS."""

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError

from gis.crs import GWANGJU_BELT, known_crs, to_work_crs
from gis.errors import DataFileError, InputError
from gis.io.catalog import checked_path
from gis.model import OUTWARD, inward
from layers.declare import GRADES, Layer

FILE_ENDINGS: dict[str, str] = {
    ".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".fgb": "FlatGeobuf",
}  # fmt: skip
NAME_COLUMNS = ("이름", "명칭", "단지명", "지구명", "dan_name", "DAN_NAME")
"""What a name is called in Korean files that have no `name`."""
_MAGIC: dict[str, tuple[bytes, ...]] = {
    ".geojson": (b"{",), ".json": (b"{",), ".gpkg": (b"SQLite format 3",),
    ".shp": (b"\x00\x00\x27\x0a",), ".fgb": (b"fgb",),
}  # fmt: skip


_FAULTS = (DataSourceError, DataLayerError, FeatureError, FieldError, UnicodeDecodeError, shapely.GEOSException)
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{[^{}]*\{[^{}]*"(?:name|href)"\s*:\s*"([^"]*)"')
AMOUNTS = ("official_area", "center_uncertainty", "precision")
"""Numbers that analysis takes from a file; each must be a number, and none below 0."""
EXACT_FLOAT = 2**53
"""From here on a float no longer holds every integer, so an id that came as one may be another's."""


def read_layer(layer: Layer, belt: str = GWANGJU_BELT) -> gpd.GeoDataFrame:
    """Return a bundled layer in `belt`, its columns as declared and its `id` as index."""
    frame = _read(checked_path(layer.path))
    wanted = [OUTWARD.get(column.name, column.name) for column in layer.columns]
    missing = [name for name in wanted if name not in frame]
    if missing:
        raise DataFileError("layer_columns", path=layer.path, layer=layer.name, missing=", ".join(missing))
    frame = inward(frame[[*wanted, "geometry"]])
    return to_work_crs(frame.set_index("id", drop=False), belt)


def read_file(path: Path, belt: str | None = None, crs: str | None = None) -> gpd.GeoDataFrame:
    """Return a person's file in a TM belt, with `id`, `name`, `grade` and `source` for each feature.

    Raises
    ------
    DataFileError
        Where the file is missing, of another format, or broken.
    InputError
        Where a geometry is empty or invalid, or two features share an id.
    CrsError
        Where the CRS is unknown or the coordinates lie outside Korea.
    """
    if not _is_file(path):
        raise DataFileError("no_file", path=path)
    if path.suffix.lower() not in FILE_ENDINGS:
        raise DataFileError("file_ending", file=path.name, known=", ".join(FILE_ENDINGS))
    frame = _read(path)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataFileError("no_geometries", file=path.name)
    if frame.empty:
        raise InputError("no_features", file=path.name)
    if crs is not None:
        frame = frame.set_crs(known_crs(crs), allow_override=True)
    frame = inward(frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()), crs=frame.crs))
    if not frame.columns.is_unique:
        raise InputError("twin_column", file=path.name, column=frame.columns[frame.columns.duplicated()][0])
    _require_sound(frame, path.name)
    return to_work_crs(_with_identity(frame, path.name), belt)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _read(path: Path) -> gpd.GeoDataFrame:
    ending = path.suffix.lower()
    try:
        with path.open("rb") as opened:
            head = opened.read(65_536).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError as error:
        raise DataFileError("file_broken", file=path.name, reason=error.strerror) from error
    if not head.startswith(_MAGIC[ending]):
        raise DataFileError("file_content", file=path.name, ending=path.suffix)
    named = _CRS_MEMBER.search(head) if _MAGIC[ending] == (b"{",) else None
    if named:
        known_crs(named[1].decode(errors="replace"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layer = _guarded(path, lambda: _only_layer(path))
        if ending == ".shp":
            return _guarded(path, lambda: _shapefile(path))
        return _guarded(path, lambda: pyogrio.read_dataframe(path, layer=layer))


def _guarded(path: Path, read: Callable[[], Any]) -> Any:
    """Return what `read` returns; a fault of GDAL becomes one clear line."""
    try:
        return read()
    except _FAULTS as error:
        if "not recognized as being in a supported" in str(error):
            raise DataFileError("file_content", file=path.name, ending=path.suffix) from error
        reason = next(iter(str(error).splitlines()), "") or "-"
        raise DataFileError("file_broken", file=path.name, reason=reason.split("; ")[0]) from error


def _only_layer(path: Path) -> str | None:
    """Return the one layer with geometries, or None where only a table is; which of several to read is not guessed."""
    listed = pyogrio.list_layers(path)
    drawn = [name for name, kind in listed if kind is not None]
    if not len(listed):
        raise DataFileError("file_content", file=path.name, ending=path.suffix)
    if len(drawn) > 1:
        raise InputError("many_layers", file=path.name, layers=", ".join(drawn))
    return drawn[0] if drawn else None


def _shapefile(path: Path) -> gpd.GeoDataFrame:
    """Return a shapefile read as UTF-8, or else as CP949: a missing or wrong .cpg would garble Korean in silence."""
    try:
        frame = pyogrio.read_dataframe(path, encoding="utf-8")
    except UnicodeDecodeError:
        frame = pyogrio.read_dataframe(path, encoding="cp949")
    if list(frame.columns) == ["geometry"]:
        raise DataFileError("shapefile_parts", file=path.name)
    return frame


def _require_sound(frame: gpd.GeoDataFrame, file_name: str) -> None:
    shapes = frame.geometry
    bad = shapes.isna() | shapes.is_empty
    if bad.any():
        raise InputError("empty_geometry", file=file_name, rows=_rows(bad))
    broken = ~shapes.is_valid
    if broken.any():
        reason = shapely.is_valid_reason(shapes[broken].iloc[0])
        raise InputError("invalid_geometry", file=file_name, rows=_rows(broken), reason=reason)


def _with_identity(frame: gpd.GeoDataFrame, file_name: str) -> gpd.GeoDataFrame:
    ids = _ids(frame, file_name)
    known = frame.assign(id=ids)
    named = next((column for column in NAME_COLUMNS if column in known), None)
    if named is not None and "name" not in known:
        known = known.assign(name=known[named])
    for column, fallback in (("name", ids), ("grade", None), ("source", file_name), ("official_area", float("nan"))):
        if column not in known:
            known[column] = pd.Series(fallback, index=known.index, dtype=object) if fallback is None else fallback
    known["name"] = _texts(known["name"], ids)
    strange = [value for value in known["grade"] if _text(value) not in (None, *GRADES)]
    if strange:
        raise InputError("grade", file=file_name, grade=strange[0], known=", ".join(GRADES))
    for column in known.columns.intersection(AMOUNTS):
        amounts = pd.to_numeric(known[column], errors="coerce").astype(float)
        wrong = known[column].notna() & ~(amounts.ge(0) & np.isfinite(amounts))
        if wrong.any():
            shown = OUTWARD.get(column, column)
            raise InputError("amount_column", file=file_name, column=shown, value=known[column][wrong].iloc[0])
        known[column] = amounts
    return known.set_index("id", drop=False)


def _ids(frame: gpd.GeoDataFrame, file_name: str) -> pd.Series:
    """Return an id as text for each feature: its own, or else its row number."""
    row_number = pd.Series(range(1, len(frame) + 1), index=frame.index).map(str)
    if "id" not in frame:
        return row_number
    if pd.api.types.is_float_dtype(frame["id"]) and frame["id"].abs().ge(EXACT_FLOAT).any():
        raise InputError("id_digits", file=file_name)
    ids = _texts(frame["id"], row_number)
    twice = ids[ids.duplicated()].unique()
    if len(twice):
        raise InputError("twin_id", file=file_name, id=twice[0])
    return ids


def _texts(values: pd.Series, fallback: pd.Series) -> pd.Series:
    """Return values as texts, or the fallback where there is none."""
    rows = [_text(value) or other for value, other in zip(values, fallback, strict=True)]
    return pd.Series(rows, index=values.index, dtype=object)


def _text(value: Any) -> str | None:
    """Return a value as text: no `.0` of an integer, no midnight of a date, None for nothing."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        return value.date().isoformat()
    return str(value)


def _rows(mask: pd.Series) -> str:
    rows = [str(number + 1) for number, flag in enumerate(mask) if flag]
    return ", ".join(rows[:5]) + (f" … ({len(rows)})" if len(rows) > 5 else "")
