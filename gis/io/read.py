"""Layers in: from the bundled data or from a person's file, checked, in the working CRS."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from gis.crs import GWANGJU_BELT, MAP_CRS, to_work_crs
from gis.errors import DataFileError, InputError
from gis.io.catalog import checked_path
from gis.model import OUTWARD, inward
from layers.declare import GRADES, Layer

FILE_ENDINGS: dict[str, str] = {
    ".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".fgb": "FlatGeobuf",
}  # fmt: skip
_MAGIC: dict[str, tuple[bytes, ...]] = {
    ".geojson": (b"{",), ".json": (b"{",), ".gpkg": (b"SQLite format 3",),
    ".shp": (b"\x00\x00\x27\x0a",), ".fgb": (b"fgb",),
}  # fmt: skip


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
    if not path.is_file():
        raise DataFileError("no_file", path=path)
    if path.suffix.lower() not in FILE_ENDINGS:
        raise DataFileError("file_ending", file=path.name, known=", ".join(FILE_ENDINGS))
    frame = inward(_read(path))
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataFileError("no_geometries", file=path.name)
    if frame.empty:
        raise InputError("no_features", file=path.name)
    if crs is not None:
        frame = frame.set_crs(crs, allow_override=True)
    elif frame.crs is None and path.suffix.lower() in (".geojson", ".json"):
        frame = frame.set_crs(MAP_CRS)
    _require_sound(frame, path.name)
    return to_work_crs(_with_identity(frame, path), belt)


def _read(path: Path) -> gpd.GeoDataFrame:
    magic = _MAGIC[path.suffix.lower()]
    with path.open("rb") as opened:
        head = opened.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(magic):
        raise DataFileError("file_content", file=path.name, ending=path.suffix)
    try:
        return pyogrio.read_dataframe(path)
    except (DataSourceError, DataLayerError, FeatureError, UnicodeDecodeError, shapely.GEOSException) as error:
        raise DataFileError("file_broken", file=path.name, reason=str(error).splitlines()[0]) from error


def _require_sound(frame: gpd.GeoDataFrame, file_name: str) -> None:
    shapes = frame.geometry
    bad = shapes.isna() | shapes.is_empty
    if bad.any():
        raise InputError("empty_geometry", file=file_name, rows=_rows(bad))
    broken = ~shapes.is_valid
    if broken.any():
        reason = shapely.is_valid_reason(shapes[broken].iloc[0])
        raise InputError("invalid_geometry", file=file_name, rows=_rows(broken), reason=reason)


def _with_identity(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    row_number = pd.Series(range(1, len(frame) + 1), index=frame.index)
    ids = frame["id"].where(frame["id"].notna(), row_number) if "id" in frame else row_number
    ids = ids.map(lambda value: str(int(value)) if isinstance(value, float) and value.is_integer() else str(value))
    twice = ids[ids.duplicated()].unique()
    if len(twice):
        raise InputError("twin_id", file=path.name, id=twice[0])
    known = frame.assign(id=ids)
    for column, fallback in (("name", ids), ("grade", None), ("source", path.name), ("official_area", float("nan"))):
        if column not in known:
            known[column] = pd.Series(fallback, index=known.index, dtype=object) if fallback is None else fallback
    strange = ~known["grade"].isin(GRADES) & known["grade"].notna()
    if strange.any():
        raise InputError("grade", file=path.name, grade=known["grade"][strange].iloc[0], known=", ".join(GRADES))
    return known.set_index("id", drop=False)


def _rows(mask: pd.Series) -> str:
    rows = [str(number + 1) for number, flag in enumerate(mask) if flag]
    return ", ".join(rows[:5]) + (f" … ({len(rows)})" if len(rows) > 5 else "")
