"""Results out: tables as CSV, XLSX or JSON, layers as GeoJSON, GPKG, CSV or XLSX.

What leaves carries units in its names and, for schematic outlines, a stamp in name and rows.
"""

import errno
import io
import json
import math
import re
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count as count_from
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import shapely
from lxml.etree import SerialisationError
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from gis.crs import MAP_CRS, known_crs, reproject
from gis.errors import DataFileError, DiskFault, GisError, InputError
from gis.model import SCHEMATIC, outward

LAYER_FORMATS: dict[str, str] = {
    ".geojson": "GeoJSON", ".gpkg": "GPKG", ".zip": "ESRI Shapefile", ".parquet": "GeoParquet", ".fgb": "FlatGeobuf",
    ".kml": "LIBKML", ".dxf": "DXF", ".csv": "CSV", ".xlsx": "XLSX",
}  # fmt: skip
SHEET_TITLE = 56
"""Bytes of UTF-16 of the name of a sheet: a workbook takes 31 letters, and some stay for a number."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file and package that leaves: equal content has equal bytes."""
CORE = "docProps/core.xml"
"""Where a workbook says when it was made."""
_TIMES, _EPOCH_TEXT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), b"1980-01-01T00:00:00Z"
pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "1980-01-01T00:00:00Z"})
DATASET_OPTIONS = {".gpkg": {"VERSION": "1.2"}}  # later versions make older QGIS and GDAL warn
RESERVED: dict[str, tuple[str, ...]] = {
    ".gpkg": ("fid", "geom"), ".parquet": ("bbox",), ".csv": ("crs", "wkt"), ".xlsx": ("crs", "wkt"),
    ".kml": ("description", "timestamp", "begin", "end", "altitudemode", "tessellate", "extrude", "visibility",
             "draworder", "icon", "snippet", "phonenumber", "address", "folder"),
}  # fmt: skip
"""Names that a format keeps for itself, in lower case; a column of that name gets a number."""
OWN_COLUMNS = ("id", "name", "grade", "source", "stamp")
"""Columns of ours, which keep their names whatever else a file holds."""
FIELD_BYTES, TEXT_BYTES = 10, 254
"""What a DBF holds: bytes of a field's name, and of a text."""
SCHEMATIC_STAMP = "모식도 schematic: not a surveyed boundary"
_FORMULA_STARTS = tuple("=+-@＝＋－＠\t\n")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return `table` as flat objects: full doubles, null for what is unknown, the order kept."""
    return [{str(key): _plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, pd.Timestamp) and value is not pd.NaT:
        return value.date().isoformat() if value == value.normalize() else value.isoformat()
    if value is None or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool) else str(value)


def printable(text: str) -> str:
    """Return `text` with control characters, which terminals obey and workbooks refuse, shown as `�`."""
    return _UNPRINTABLE.sub("\ufffd", text)


def json_text(content: Any) -> str:
    """Return JSON in UTF-8 letters, not escapes."""
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Return CSV that a Korean Excel opens rightly: UTF-8 with a mark; texts that look like formulas are quoted."""
    return _neutral(table).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def csv_text(table: pd.DataFrame) -> str:
    """Return CSV for a pipe: UTF-8, no mark."""
    return _neutral(table).to_csv(index=False, lineterminator="\n")


def xlsx_bytes(sheets: dict[str, pd.DataFrame]) -> bytes:
    """Return a workbook with a sheet a table: units in headers, numbers as numbers, headers frozen.

    A table that states the decimals of its columns in `attrs["digits"]` is shown with them; the numbers stay whole.
    """
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    packed = io.BytesIO()
    with disk_faults(), zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for title, table in sheets.items():
            _fill_sheet(book.create_sheet(_sheet_title(title, book.sheetnames)), table)
        ExcelWriter(book, archive).write_data()
    return steady_zip(packed.getvalue(), _without_time)


@contextmanager
def disk_faults() -> Iterator[None]:
    """Say what keeps a file from being made where the folder for temporary files takes no more.

    Raises
    ------
    DataFileError
    """
    try:
        yield
    except GisError:
        raise
    except (OSError, SerialisationError) as error:
        told = getattr(errno, str(error).removeprefix("IO_"), None)
        fault = error if isinstance(error, OSError) else OSError(told, str(error))
        raise DataFileError("cannot_write", path=tempfile.gettempdir(), reason=DiskFault(fault)) from error


def steady_zip(content: bytes, changed: Callable[[str, bytes], bytes] = lambda _, part: part) -> bytes:
    """Return a package with the same files in the same order, all of one time: equal content, equal bytes.

    `changed` makes what a file shall hold of its name and content.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(packed, "w") as after:
        for one in before.infolist():
            entry = zipfile.ZipInfo(one.filename, EPOCH)
            entry.compress_type, entry.external_attr = one.compress_type, 0o600 << 16
            after.writestr(entry, changed(one.filename, before.read(one)))
    return packed.getvalue()


def _without_time(name: str, content: bytes) -> bytes:
    return _TIMES.sub(_EPOCH_TEXT, content) if name == CORE else content


def _fill_sheet(sheet: Any, table: pd.DataFrame) -> None:
    sheet.append([printable(str(name)) for name in table.columns])
    for row in plain_rows(table):
        sheet.append([printable(value) if isinstance(value, str) else value for value in map(_cell, row.values())])
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E4E7EB")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    for header, decimals in table.attrs.get("digits", {}).items():
        for (cell,) in sheet.iter_rows(
            min_row=2, min_col=(number := list(table.columns).index(header) + 1), max_col=number
        ):
            cell.number_format = "#,##0" + ("." + "0" * decimals if decimals else "")
    sheet.freeze_panes = "A2"
    for number, column in enumerate(table.columns, start=1):
        longest = max([len(str(column)), *(len(str(value)) for value in table[column].head(200))])
        sheet.column_dimensions[get_column_letter(number)].width = min(60, max(10, longest + 2))


def _sheet_title(title: str, taken: list[str]) -> str:
    plain = " ".join("".join("_" if letter in r"[]:*?/\'" else letter for letter in printable(title)).split())
    short = plain.encode("utf-16-le")[:SHEET_TITLE].decode("utf-16-le", "ignore") or "sheet"
    return short if short not in taken else f"{short}_{len(taken)}"


def _neutral(table: pd.DataFrame) -> pd.DataFrame:
    texts = table.select_dtypes(["object", "string", "category"]).columns
    safe = table.assign(**{name: table[name].astype(object).map(_cell).map(_harmless) for name in texts})
    return safe.rename(columns=_harmless)


def _cell(value: Any) -> Any:
    """Return what a cell holds; a list is joined by `|`."""
    return "|".join(map(str, value)) if isinstance(value, list | tuple) else value


def _harmless(value: Any) -> Any:
    """Return a text that no spreadsheet takes for a formula (OWASP, CSV Injection), its lines ended in one way."""
    if not isinstance(value, str):
        return value
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{lines}" if lines.lstrip(" ").startswith(_FORMULA_STARTS) else lines


def stamped(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `frame` with names that carry units and, where an outline is schematic, a stamp on its row."""
    known = outward(frame)
    if "grade" in known and known["grade"].eq(SCHEMATIC).any():
        known = known.assign(stamp=known["grade"].map({SCHEMATIC: SCHEMATIC_STAMP}))
    return known


def layer_file_name(name: str, frame: gpd.GeoDataFrame, ending: str) -> str:
    """Return the name under which a layer leaves; a schematic one says so."""
    schematic = "grade" in frame and frame["grade"].eq(SCHEMATIC).any()
    return f"{name}{'_schematic' if schematic else ''}{ending}"


def layer_bytes(
    frame: gpd.GeoDataFrame, ending: str, name: str, crs: str = MAP_CRS, story: dict[str, Any] | None = None
) -> bytes:
    """Return a layer in the format that `ending` names; GeoJSON, GPKG and the zip of a Shapefile carry its `story`.

    GeoJSON follows RFC 7946: WGS 84, right-hand rule, 7 decimals, null for what is unknown. A Shapefile is a zip with
    CP949 letters and a dictionary of the fields that it had to cut; a drawing (DXF) lies in the belt of `frame`.

    Raises
    ------
    InputError
        For another ending, or GeoJSON or KML in another CRS than WGS 84, which their standards forbid.
    """
    if ending not in LAYER_FORMATS:
        raise InputError("export_ending", ending=ending or "-", known=", ".join(LAYER_FORMATS))
    frame = frame.drop(columns="file_row", errors="ignore")
    told = json_text(story).strip() if story else ""
    wanted = stamped(frame) if ending == ".dxf" and crs == MAP_CRS else reproject(stamped(frame), crs)
    known = _distinct(_dated(wanted.reset_index(drop=True)), RESERVED.get(ending, ()))
    title = layer_file_name(name, frame, "")
    if ending == ".csv":
        return csv_bytes(_with_wkt(known))
    if ending == ".xlsx":
        return xlsx_bytes({title: _with_wkt(known)})
    if ending == ".parquet":
        return _parquet_bytes(known)
    if ending == ".zip":
        return _shapefile_zip(known, title, told)
    if ending in (".geojson", ".kml") and not known.crs.equals(known_crs(MAP_CRS), ignore_axis_order=True):
        raise InputError("geojson_crs")
    if ending in (".dxf", ".kml"):
        return _by_file(known, title, ending)
    options: dict[str, str] = {}
    if ending == ".geojson":
        key = next(f"feature_id{'_' * count}" for count in count_from(0) if f"feature_id{'_' * count}" not in known)
        options = {"RFC7946": "YES", "ID_FIELD": key, **({"DESCRIPTION": told} if told else {})}
        known = known.assign(**{key: known["id"]})
    packed = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an endless number, which is none
        pyogrio.write_dataframe(
            known,
            packed,
            layer=title,
            driver=LAYER_FORMATS[ending],
            layer_options=options,
            dataset_options=DATASET_OPTIONS.get(ending, {}),
            layer_metadata={"story": told} if told and ending == ".gpkg" else None,
        )
    return packed.getvalue()


def _distinct(frame: gpd.GeoDataFrame, reserved: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return `frame` with names of columns that differ in more than case and are none of `reserved`; ours stay."""
    taken, titles = {*reserved, "geometry"}, {}
    for name in sorted(frame.columns.drop(frame.geometry.name), key=lambda name: name not in OWN_COLUMNS):
        plain = str(name).strip() or "column"
        title = next(one for one in _numbered(plain) if one.lower() not in taken)
        taken.add(title.lower())
        titles[name] = title
    return frame.rename(columns=titles)


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{number}" for number in count_from(2))


def _of_one_kind(values: pd.Series) -> pd.Series:
    """Return a column of mixed values as texts; lists are joined by `|`."""
    if values.dtype != object or pd.api.types.infer_dtype(values, skipna=True) in ("string", "empty", "boolean"):
        return values
    return values.map(lambda value: None if _plain(value) is None else str(_cell(value)))


def _parquet_bytes(frame: gpd.GeoDataFrame) -> bytes:
    packed = io.BytesIO()
    attributes = frame.drop(columns="geometry").apply(_of_one_kind)
    plain = gpd.GeoDataFrame(attributes, geometry=frame.geometry, crs=frame.crs)
    plain.to_parquet(packed, compression="zstd", write_covering_bbox=True, schema_version="1.1.0")
    return packed.getvalue()


def _by_file(frame: gpd.GeoDataFrame, title: str, ending: str) -> bytes:
    """Return a format that GDAL writes only to a file; a drawing holds shapes and the layer's name alone."""
    texts = frame.select_dtypes(["object", "string"]).columns
    written = frame.assign(**{name: _of_one_kind(frame[name]).map(_printable_cell) for name in texts})
    written = written.rename(columns=lambda name: re.sub(r"[<>&\"']", "_", name)).rename(columns={"name": "Name"})
    if ending == ".dxf":
        written = gpd.GeoDataFrame({"Layer": title}, index=frame.index, geometry=frame.geometry, crs=frame.crs)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / f"layer{ending}"
        pyogrio.write_dataframe(written, path, layer=title if ending == ".kml" else None, driver=LAYER_FORMATS[ending])
        return path.read_bytes()


def _printable_cell(value: Any) -> Any:
    return printable(value) if isinstance(value, str) else value


def _shapefile_zip(frame: gpd.GeoDataFrame, title: str, story: str) -> bytes:
    """Return a Shapefile as a zip: CP949 letters with a .cpg, names of 10 bytes, and the dictionary of the fields."""
    fields = dbf_names([str(name) for name in frame.columns if name != "geometry"])
    written = frame.rename(columns=fields)
    notes = []
    for name, field in fields.items():
        cut = 0
        if pd.api.types.is_object_dtype(written[field]) or pd.api.types.is_string_dtype(written[field]):
            texts = _of_one_kind(written[field])
            fitting = texts.map(_dbf_text)
            cut = int((texts.notna() & (texts.astype(str) != fitting.astype(str))).sum())
            written[field] = fitting
        notes.append({"field": field, "name": name, "type": str(frame[name].dtype), "cut_values": cut})
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the dictionary says
            pyogrio.write_dataframe(written, Path(folder) / "layer.shp", driver="ESRI Shapefile", encoding="CP949")
        for part in sorted(Path(folder).iterdir()):
            _add(archive, f"{title}{part.suffix}", b"CP949" if part.suffix == ".cpg" else part.read_bytes())
        _add(archive, f"{title}_fields.csv", csv_bytes(pd.DataFrame(notes)))
        if story:
            _add(archive, f"{title}_story.json", story.encode("utf-8"))
    return packed.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def dbf_names(names: list[str]) -> dict[str, str]:
    """Return the name that each column has in a DBF: 10 bytes of CP949 (5 Hangul), cut between letters, none twice."""
    taken: set[str] = set()
    fields = {}
    for name in names:
        plain = re.sub(r"\W", "_", name.encode("cp949", errors="replace").decode("cp949")) or "_"
        number = 0
        while True:
            ending = f"_{number}" if number else ""
            field = _cut(plain, FIELD_BYTES - len(ending)) + ending
            if field.upper() not in taken:
                break
            number += 1
        taken.add(field.upper())
        fields[name] = field
    return fields


def _dbf_text(value: Any) -> Any:
    return (
        _cut(value.encode("cp949", errors="replace").decode("cp949"), TEXT_BYTES) if isinstance(value, str) else value
    )


def _cut(text: str, size: int) -> str:
    """Return the letters of `text` that fit `size` bytes of CP949 whole."""
    return text.encode("cp949")[:size].decode("cp949", errors="ignore")


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file whole or not at all; a missing folder is one clear error."""
    path = path.resolve()
    if not path.parent.is_dir():
        raise DataFileError("no_folder", path=path.parent)
    part = path.with_name(path.name + ".part")
    try:
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise DataFileError("cannot_write", path=path, reason=DiskFault(error)) from error


def _dated(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `frame` with times as ISO texts, dates without a midnight that nobody stated."""
    times = frame.select_dtypes(["datetime", "datetimetz"]).columns
    return frame.assign(**{name: frame[name].map(_plain).astype(object) for name in times})


def _with_wkt(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return attributes.assign(
        crs=frame.crs.to_string(), wkt=shapely.to_wkt(frame.geometry.to_numpy(), rounding_precision=7)
    )
