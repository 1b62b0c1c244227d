"""Each format as it stands: features, what the file says of its CRS and letters, nothing decided yet.

GDAL reads, by way of pyogrio; GeoParquet goes through pyarrow. Content is compared with the ending before anything
opens it, texts are turned into UTF-8 first, and XML with a document type is refused.
"""

import codecs
import html
import mmap
import re
import sqlite3
import struct
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow
import pyarrow.parquet
import pyogrio
import pyproj
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError

from gis.crs import known_crs
from gis.errors import DataFileError, DiskFault, GisError, InputError
from gis.io.drawings import MAX_INLINED, named, require_whole_drawing, spelled_out, unit_of, with_header
from gis.io.encoding import CP949, UTF8, best_column_encoding, decode_cut, encoding_name, stated_encoding
from gis.io.tables import TABLE_ENDINGS, Placed, read_table
from gis.io.unpack import unpacked

DRAWING_ENDINGS = (
    ".geojson", ".json", ".gpkg", ".shp", ".fgb", ".dxf", ".kml", ".gml", ".xml", ".parquet", ".geoparquet", ".gdb",
)  # fmt: skip
ARCHIVE_ENDINGS = (".zip", ".kmz")
FILE_ENDINGS = (*DRAWING_ENDINGS, *ARCHIVE_ENDINGS, *TABLE_ENDINGS)
"""Every ending that can be read."""
_PICTURES = (".pdf", ".png", ".jpg", ".jpeg")
_DOCUMENTS = (".hwp", ".hwpx", ".doc", ".docx")
_PARTS = (".shx", ".dbf", ".prj", ".cpg")
MISTAKEN_ENDINGS = (".dwg", ".xls", *_PICTURES, *_DOCUMENTS, *_PARTS)
"""What people bring for want of a better file; each is refused with what would work."""
_TEXTS = (".geojson", ".json", ".dxf", ".kml", ".gml", ".xml")
_XML = (".kml", ".gml", ".xml")
_MAGIC: dict[str, tuple[bytes, ...]] = {
    ".geojson": (b"{",), ".json": (b"{",), ".gpkg": (b"SQLite format 3",), ".shp": (b"\x00\x00\x27\x0a",),
    ".fgb": (b"fgb",), ".kml": (b"<",), ".gml": (b"<",), ".xml": (b"<",), ".parquet": (b"PAR1",),
    ".geoparquet": (b"PAR1",), ".zip": (b"PK",), ".kmz": (b"PK",), ".dxf": (b"0", b"999"),
}  # fmt: skip
MAX_BYTES = 4 * 1024**3
MAX_TEXT_BYTES = 1024**3
"""Texts grow tenfold in memory; tables of a database do not."""
MAX_KML_BYTES = 256 * 1024**2
"""GDAL holds a whole KML in memory, fifteen times as large as it is."""
MAX_ROWS = 5_000_000
MAX_VERTICES = 1_000_000
"""Of one feature: more is a mistake or an attack, and repairing it would not end."""
_CHUNK = 4 * 1024**2
_FAULTS = (DataSourceError, DataLayerError, FeatureError, FieldError, ValueError, shapely.GEOSException)
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{[^{}]*\{[^{}]*"(?:name|href)"\s*:\s*"([^"]*)"')
_XML_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9_.\-]+)[\"'][^>]*\?>")
_KML_DATA = re.compile(r"(<(?:\w+:)?Data\s[^>]*?\bname=)(\"[^\"]*\"|'[^']*')")
_KML_FURNITURE = (
    "description", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder",
    "icon", "snippet", "phoneNumber", "address",
)  # fmt: skip
pyogrio.set_gdal_config_options(
    {
        "DXF_ENCODING": "UTF-8",  # drawings are turned into UTF-8 before GDAL sees them
        "DXF_MERGE_BLOCK_GEOMETRIES": "NO",  # what lies in a block keeps its own layer
        "DXF_FEATURE_LIMIT_PER_BLOCK": str(MAX_INLINED),  # GDAL drops what is beyond 10,000 in silence
        "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",  # no address is ever opened
        "OGR_GEOJSON_MAX_OBJ_SIZE": "512",
    }
)


@dataclass(frozen=True)
class Raw:
    """A file's features as they stand in it, and what the file says of itself.

    `crs_stated` is what it calls its CRS, None where it says nothing; `scale` is the meters of a drawing unit.
    """

    title: str
    frame: gpd.GeoDataFrame
    crs_stated: str | None
    encoding: str | None = None
    placed: Placed | None = None
    scale: float | None = None
    notes: tuple[str, ...] = ()


def read_bundled(path: Path) -> gpd.GeoDataFrame:
    """Return a file of our own, whose hash is known, as it stands."""
    return _guarded(path, lambda: pyogrio.read_dataframe(path))


def read_raw(path: Path, folder: Path, *, layer: str | None = None, encoding: str | None = None) -> Raw:
    """Return the features of a file (already under a name of ours); `folder` takes what has to be unpacked.

    Raises
    ------
    DataFileError
        Where the content is not what the ending says, or is broken.
    InputError
        Where it is too large, holds several layers and `layer` names none, or no encoding fits.
    """
    ending = path.suffix.lower()
    require_ending(path)
    if encoding is not None:
        encoding_name(encoding)
    _require_content(path)
    if ending in ARCHIVE_ENDINGS:
        return _archive(path, folder, layer, encoding)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _reader(ending)(path, layer, encoding)


def require_ending(path: Path) -> None:
    """Refuse a file that nobody reads here, and say what would work."""
    ending = path.suffix.lower()
    if ending in FILE_ENDINGS:
        return
    if ending == ".dwg":
        raise DataFileError("drawing_binary", file=path.name)
    if ending == ".xls":
        raise DataFileError("old_workbook", file=path.name)
    if ending in _PICTURES:
        raise DataFileError("picture_file", file=path.name)
    if ending in _DOCUMENTS:
        raise DataFileError("document_file", file=path.name)
    if ending in _PARTS:
        raise DataFileError("shapefile_part", file=path.name)
    raise DataFileError("file_ending", file=path.name, known=" ".join(FILE_ENDINGS))


Reader = Callable[[Path, str | None, str | None], Raw]


def _reader(ending: str) -> Reader:
    readers: dict[str, Reader] = {
        ".shp": _shapefile, ".dxf": _drawing, ".kml": _kml, ".parquet": _parquet, ".geoparquet": _parquet,
        **dict.fromkeys(TABLE_ENDINGS, _table),
    }  # fmt: skip
    return readers.get(ending, _by_gdal)


def _require_content(path: Path) -> None:
    """Refuse a file whose first bytes belong to another format, or that is too large to be read safely."""
    ending = path.suffix.lower()
    if path.is_dir():
        return
    try:
        size = path.stat().st_size
        with path.open("rb") as opened:
            head = opened.read(65_536)
    except OSError as error:
        raise DataFileError("file_broken", file=path.name, reason=DiskFault(error)) from error
    if size == 0:
        raise DataFileError("file_empty", file=path.name)
    most = MAX_TEXT_BYTES if ending in (*_TEXTS, *TABLE_ENDINGS) else MAX_BYTES
    most = MAX_KML_BYTES if ending == ".kml" else most
    if size > most:
        raise InputError("file_size", file=path.name, size=size // 1024**2, most=most // 1024**2)
    if head.startswith((b"AC10", b"AutoCAD Binary DXF")):
        raise DataFileError("drawing_binary", file=path.name)
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    text = head.replace(b"\0", b"") if head.startswith(marks[1:]) else head
    for mark in marks:
        text = text.removeprefix(mark)
    if ending in _MAGIC and not text.lstrip().startswith(_MAGIC[ending]):
        raise DataFileError("file_content", file=path.name, ending=path.suffix)


def _archive(path: Path, folder: Path, layer: str | None, encoding: str | None) -> Raw:
    """Read the data set of an archive that is named, or the only one; notes beside drawings are no data sets."""
    linked = path.suffix.lower() == ".kmz"
    sets = unpacked(path, folder, (".kml",) if linked else (*DRAWING_ENDINGS, *TABLE_ENDINGS))
    if not sets:
        raise DataFileError("zip_empty", file=path.name, known=" ".join(DRAWING_ENDINGS))
    wanted, _, inner = (layer or "").partition("/")
    named = [one for one in sets if wanted in (one.title, Path(one.title).stem)]
    meant = named or [one for one in sets if (_has_placemarks(one.path) if linked else _is_drawing(one.path))] or sets
    if len(meant) > 1:
        raise _many(path.name, [one.title for one in meant])
    chosen = meant[0]
    try:
        raw = read_raw(chosen.path, folder, layer=(inner if named else layer) or None, encoding=encoding)
    except GisError as error:
        raise known_as(error, chosen.path.stem, f"{path.name}/{Path(chosen.title).stem}") from None
    return replace(raw, title=Path(chosen.title).stem)


def known_as(error: GisError, ours: str, theirs: str) -> GisError:
    """Return a fault of a file that lies under a name of ours with the name that people know."""
    for key in ("file", "reason"):
        if key in error.values:
            error.values[key] = re.sub(rf"\b{ours}\.", lambda _: f"{theirs}.", str(error.values[key]))
    return error


def _is_drawing(path: Path) -> bool:
    return path.suffix not in (".xml", *TABLE_ENDINGS)


def _has_placemarks(path: Path) -> bool:
    """Tell whether a KML holds features, not only links to the others of its KMZ."""
    with path.open("rb") as opened:
        return (
            bool(path.stat().st_size) and mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ).find(b"Placemark") >= 0
        )


def _many(file: str, names: list[str]) -> InputError:
    return InputError("many_layers", file=file, layers=", ".join(names), names=names)


def _by_gdal(path: Path, layer: str | None, encoding: str | None) -> Raw:
    ending = path.suffix.lower()
    place, found = (path, None) if ending not in _TEXTS else _as_utf8(path, encoding)
    if ending == ".gpkg":
        _require_tables(path)
    said = ending not in (".geojson", ".json") or _says_crs(place)
    name = _guarded(path, lambda: _one_layer(place, path, layer))
    options = {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"} if ending in (".gml", ".xml") else {}
    frame = _guarded(path, lambda: _features(place, name, **options))
    raw = _raw(path, frame, found or (UTF8 if ending != ".gdb" else None), title=name)
    return raw if said or _in_degrees(raw.frame) else replace(raw, crs_stated=None)


def _features(place: Path, layer: str | None = None, **options: Any) -> Any:
    """Return the features of a layer; what GEOS cannot hold (a ring left open) is null.

    Dates stay texts in a column where one is in no calendar (`20230230`).
    """
    try:
        return pyogrio.read_dataframe(place, layer=layer, on_invalid="ignore", **options)
    except UnicodeDecodeError:
        raise
    except ValueError:
        about = pyogrio.read_info(place, layer=layer, **options)
        fields = [
            f"CAST({_quoted(name)} AS CHARACTER(32)) AS {_quoted(name)}"
            if kind.startswith("datetime")
            else _quoted(name)
            for name, kind in zip(about["fields"], about["dtypes"], strict=True)
        ]
        query = f"SELECT {', '.join(fields)} FROM {_quoted(about['layer_name'])}"
        return pyogrio.read_dataframe(place, sql=query, sql_dialect="OGRSQL", on_invalid="ignore", **options)


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _require_tables(path: Path) -> None:
    """Refuse a database whose layer is a question (a view or a virtual table): its answer may never end."""
    query = (
        "SELECT c.table_name FROM gpkg_contents c JOIN sqlite_master m ON m.name = c.table_name COLLATE NOCASE "
        "WHERE m.type <> 'table' OR m.sql LIKE 'CREATE VIRTUAL%'"
    )
    base = sqlite3.connect(path)
    base.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        strange = base.execute(query).fetchone()
    except (sqlite3.DatabaseError, UnicodeDecodeError):  # Python cannot even say a fault with broken letters in it
        return  # GDAL says what is wrong
    finally:
        base.close()
    if strange is not None:
        raise InputError("database_view", file=path.name, layer=strange[0])


def _in_degrees(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether coordinates could be degrees; GeoJSON that says nothing of its CRS means them, and often is not."""
    known = abs(frame.total_bounds)
    return not (known > 360).any()


def _raw(path: Path, frame: Any, encoding: str | None, *, title: str | None = None, notes: tuple[str, ...] = ()) -> Raw:
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataFileError("no_geometries", file=path.name)
    crs = frame.crs
    named = None if crs is None or crs.name.lower().startswith("undefined") or crs.is_engineering else crs.to_wkt()
    return Raw(title or path.stem, frame.set_crs(None, allow_override=True), named, encoding, notes=notes)


def _guarded(path: Path, read: Callable[[], Any]) -> Any:
    """Return what `read` returns; a fault of GDAL becomes one clear line."""
    try:
        return read()
    except GisError:
        raise
    except _FAULTS as error:
        if "not recognized as being in a supported" in str(error):
            raise DataFileError("file_content", file=path.name, ending=path.suffix) from error
        raise DataFileError("file_broken", file=path.name, reason=_reason(error, path)) from error


def _reason(error: Exception, path: Path) -> str:
    """Return what a library says of a fault, without places on this machine."""
    said = " ".join(str(error).split())
    said = re.sub(r"\S+\.cpp, \d+: ", "", said)
    return re.sub(rf"\S*{re.escape(path.name)}", path.name, said).split("; ")[0][:160] or "-"


def _one_layer(place: Path, path: Path, layer: str | None) -> str | None:
    """Return the layer to read: the one named, or the one with geometries; of several none is guessed."""
    listed = pyogrio.list_layers(place)
    if not len(listed):
        raise DataFileError("file_content", file=path.name, ending=path.suffix)
    drawn = [name for name, kind in listed if kind is not None]
    if layer is not None:
        if layer not in drawn:
            raise InputError("no_such_layer", file=path.name, layer=layer, layers=", ".join(drawn) or "-")
        return layer
    if len(drawn) > 1:
        raise _many(path.name, drawn)
    return drawn[0] if drawn else None


def _says_crs(place: Path) -> bool:
    """Tell whether a GeoJSON names a CRS; one that nobody knows is refused: GDAL would take degrees in its place."""
    with place.open("rb") as opened:
        named = _CRS_MEMBER.search(opened.read(65_536))
    if named:
        known_crs(named[1].decode(errors="replace"))
    return named is not None


def _shapefile(path: Path, layer: str | None, encoding: str | None) -> Raw:
    """Read a shapefile byte by byte and decide its letters by content; a missing or wrong .cpg garbles in silence."""
    _require_whole(path)
    try:
        frame = _guarded(path, lambda: _exact_features(path))
    except DataFileError as error:
        if not isinstance(error.__cause__, CRSError):
            raise
        path.with_suffix(".prj").unlink()  # a broken one counts as none
        frame = _guarded(path, lambda: _exact_features(path))
    if list(frame.columns) == ["geometry"]:
        raise DataFileError("shapefile_parts", file=path.name, part=".dbf")
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataFileError("no_geometries", file=path.name)
    said = path.with_suffix(".cpg")
    stated = stated_encoding(said.read_bytes()[:64].decode("ascii", "replace").strip()) if said.exists() else None
    texts = [name for name in frame.columns if name != "geometry" and pd.api.types.is_string_dtype(frame[name])]
    columns = [frame[name].dropna().tolist() for name in texts]
    names = [str(name) for name in frame.columns]
    chosen = encoding_name(encoding) if encoding else best_column_encoding([names, *columns], stated)
    if chosen is None:
        raise InputError(
            "encoding_unfit", file=path.name, encoding=f"{UTF8} / {CP949}", place="-", known=f"{UTF8}, {CP949}"
        )
    notes: list[str] = []
    try:
        decoded = {name: _decoded(frame[name], chosen, notes) for name in texts}
        titles = {name: decode_cut(name.encode("latin-1"), chosen) for name in names if name != "geometry"}
        if any(title.encode(chosen) != name.encode("latin-1") for name, title in titles.items()):
            notes.append("cut_names")
    except UnicodeDecodeError as error:
        raise InputError(
            "encoding_unfit", file=path.name, encoding=chosen, place=error.start, known=f"{UTF8}, {CP949}"
        ) from error
    frame = frame.assign(**decoded).rename(columns=titles)
    return _raw(path, frame, chosen, notes=tuple(dict.fromkeys(notes)))


def _exact_features(path: Path) -> Any:
    """Return the rows of a shapefile; codes in a number field of 19 digits, which GDAL takes for reals, to the digit."""
    rows = _features(path, encoding="ISO-8859-1")
    reals = rows.select_dtypes("float")
    if not reals.abs().ge(2**53).to_numpy().any():
        return rows
    return _features(path, encoding="ISO-8859-1", ADJUST_TYPE="YES")


def _require_whole(path: Path) -> None:
    """Refuse a shapefile of which a part is missing or torn, or whose parts are of different files: rows would be lost."""
    for part in (".shx", ".dbf"):
        if not path.with_suffix(part).exists():
            raise DataFileError("shapefile_parts", file=path.name, part=part)
    table, index = path.with_suffix(".dbf"), path.with_suffix(".shx")
    with table.open("rb") as opened:
        head = opened.read(12)
    if len(head) < 12:
        raise DataFileError("shapefile_parts", file=path.name, part=".dbf")
    with path.open("rb") as opened:
        stated = 2 * struct.unpack(">i", opened.read(28)[24:].rjust(4, b"\0"))[0]
    rows, start, width = struct.unpack("<IHH", head[4:])
    shapes = (index.stat().st_size - 100) // 8
    for place, least in ((path, stated), (table, start + rows * width)):
        if place.stat().st_size < least:
            torn = path.with_suffix(place.suffix).name
            raise DataFileError("file_torn", file=torn, size=place.stat().st_size, least=least)
    if rows != shapes:
        raise InputError("shapefile_counts", file=path.name, shapes=shapes, rows=rows)


def _decoded(column: pd.Series, encoding: str, notes: list[str]) -> pd.Series:
    """Return a column of Latin-1 letters as the texts that its bytes mean."""
    known = column.notna()
    values = column[known].tolist()
    joined = "\n".join(values)
    if joined.isascii():
        return column
    raw = joined.encode("latin-1")
    try:
        texts = raw.decode(encoding).split("\n")
    except UnicodeDecodeError:
        texts = [decode_cut(value.encode("latin-1"), encoding) for value in values]
        notes.append("cut_texts")
    if len(texts) != len(values):
        texts = [decode_cut(value.encode("latin-1"), encoding) for value in values]
    whole = pd.Series(None, index=column.index, dtype=object)
    whole[known] = texts
    return whole


def _as_utf8(path: Path, encoding: str | None) -> tuple[Path, str]:
    """Return a text file in UTF-8 without mark, and the encoding it came in; XML without a document type."""
    ending = path.suffix.lower()
    found, place = _text_encoding(path, encoding), path.with_name(f"utf8-{path.name}")
    with path.open("rb") as opened:
        head = opened.read(1024)
    declared = _XML_ENCODING.search(head)
    if found == UTF8 and not head.startswith(codecs.BOM_UTF8) and (declared is None or declared[1].lower() == b"utf-8"):
        if ending in _XML:
            _require_plain_xml(path, path.name)
        return path, found
    decoder = codecs.getincrementaldecoder(found)("strict")
    first = True
    try:
        with path.open("rb") as source, place.open("wb") as target:
            while chunk := source.read(_CHUNK):
                text = decoder.decode(chunk)
                if first:
                    text, first = text.removeprefix("\ufeff"), False
                    if ending in _XML:
                        text = re.sub(r"^\s*<\?xml[^>]*\?>", '<?xml version="1.0" encoding="UTF-8"?>', text)
                target.write(text.encode("utf-8"))
            target.write(decoder.decode(b"", final=True).encode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(
            "encoding_unfit", file=path.name, encoding=found, place=error.start, known=f"{UTF8}, {CP949}"
        ) from error
    if ending in _XML:
        _require_plain_xml(place, path.name)
    return place, found


def _text_encoding(path: Path, encoding: str | None) -> str:
    if encoding:
        return encoding_name(encoding)
    with path.open("rb") as opened:
        head = opened.read(65_536)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = _XML_ENCODING.search(head)
    stated = stated_encoding(declared[1].decode()) if declared else None
    tried = [UTF8, CP949, *([stated] if stated else [])]
    for name in tried:
        if _whole_file_fits(path, name):
            return name
    raise InputError("encoding_unfit", file=path.name, encoding=" / ".join(tried), place="-", known=f"{UTF8}, {CP949}")


def _whole_file_fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _require_plain_xml(place: Path, file: str) -> None:
    """Refuse XML that declares a document type: entities can grow without end or name other files."""
    tail = b""
    with place.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            if re.search(rb"<!(DOCTYPE|ENTITY)", tail + chunk, re.IGNORECASE):
                raise InputError("xml_entities", file=file)
            tail = chunk[-16:]


def _kml(path: Path, layer: str | None, encoding: str | None) -> Raw:
    """Read every folder of a KML; which folder a feature came from stands in `folder`."""
    place, found = _as_utf8(path, encoding)
    aliases = _alias_data(place)
    folders = _guarded(path, lambda: [name for name, _ in pyogrio.list_layers(place)])
    if layer is not None and layer not in folders:
        raise InputError("no_such_layer", file=path.name, layer=layer, layers=", ".join(folders) or "-")
    parts = [
        _guarded(path, partial(_features, place, name)).assign(folder=name) for name in ([layer] if layer else folders)
    ]
    drawn = [part for part in parts if isinstance(part, gpd.GeoDataFrame)]
    if not drawn:
        raise DataFileError("no_geometries", file=path.name)
    frame = pd.concat(drawn, ignore_index=True)
    empty = [
        name for name in _KML_FURNITURE if name in frame and (frame[name].isna() | frame[name].isin([0, -1, ""])).all()
    ]
    frame = frame.drop(columns=[*empty, *(["folder"] if len(folders) == 1 else [])])
    return _raw(path, frame.rename(columns={"Name": "name", **aliases}), found)


def _alias_data(place: Path) -> dict[str, str]:
    """Give the untyped data of a KML names that GDAL leaves alone (of Korean it makes `___`); return their own names."""
    text = place.read_text(encoding="utf-8")
    names = list(dict.fromkeys(found[2][1:-1] for found in _KML_DATA.finditer(text)))
    if all(name.isascii() for name in names):
        return {}
    aliases = {name: f"data_{number}" for number, name in enumerate(names)}
    place.unlink()
    place.write_text(_KML_DATA.sub(lambda found: f'{found[1]}"{aliases[found[2][1:-1]]}"', text), encoding="utf-8")
    return {alias: html.unescape(name) for name, alias in aliases.items()}


def _drawing(path: Path, layer: str | None, encoding: str | None) -> Raw:
    """Read a DXF: closed lines become polygons; `layer` names the drawing's own layer."""
    place, found = _as_utf8(path, encoding)
    require_whole_drawing(place, path.name)
    place = with_header(spelled_out(place))
    frame = _guarded(path, lambda: _features(place, CLOSED_LINE_AS_POLYGON="YES"))
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataFileError("no_geometries", file=path.name)
    frame = named(frame)
    if layer is not None:
        layers = sorted(frame["Layer"].dropna().unique())
        if layer not in layers:
            raise InputError("no_such_layer", file=path.name, layer=layer, layers=", ".join(layers))
        frame = frame[frame["Layer"] == layer].reset_index(drop=True)
    raw = _raw(path, frame, found)
    return replace(raw, crs_stated=None, scale=unit_of(place))


def _parquet(path: Path, layer: str | None, encoding: str | None) -> Raw:
    try:
        about = pyarrow.parquet.read_metadata(path)
        if about.num_rows > MAX_ROWS:
            raise InputError("file_rows", file=path.name, rows=about.num_rows, most=MAX_ROWS)
        size = sum(about.row_group(number).total_byte_size for number in range(about.num_row_groups))
        if size > MAX_BYTES:
            raise InputError("file_size", file=path.name, size=size // 1024**2, most=MAX_BYTES // 1024**2)
        frame = gpd.read_parquet(path)
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        reason = " ".join(str(error).split())[:160]
        bare = "geo metadata" in reason.lower()
        raise DataFileError("no_geometries" if bare else "file_broken", file=path.name, reason=reason) from error
    except (
        pyarrow.ArrowException,
        shapely.GEOSException,
        pyproj.exceptions.CRSError,
        OSError,
        KeyError,
        TypeError,
    ) as error:
        raise DataFileError("file_broken", file=path.name, reason=" ".join(str(error).split())[:160]) from error
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    return _raw(path, frame, UTF8)


def _table(path: Path, layer: str | None, encoding: str | None) -> Raw:
    frame, placed, found = read_table(path, sheet=layer, encoding=encoding)
    return Raw(path.stem, frame, placed.crs, found, placed)


def require_readable(frame: gpd.GeoDataFrame, file: str) -> None:
    """Refuse a feature with more vertices than any boundary has, and more features than memory holds."""
    if len(frame) > MAX_ROWS:
        raise InputError("file_rows", file=file, rows=len(frame), most=MAX_ROWS)
    counts = shapely.get_num_coordinates(frame.geometry.to_numpy())
    if len(counts) and counts.max() > MAX_VERTICES:
        raise InputError(
            "many_vertices", file=file, row=int(counts.argmax()) + 1, count=int(counts.max()), most=MAX_VERTICES
        )
