"""Tables with coordinates: CSV and XLSX with longitude and latitude, X and Y, or WKT.

Surveyors write X for north and Y for east; programs write x for east. Where the headings do not say which, the order
is left open, and the importer asks.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.crs import MAP_CRS
from gis.errors import InputError
from gis.io.encoding import UTF8
from gis.io.grids import TABLE_ENDINGS, Line, open_table

__all__ = ["TABLE_ENDINGS", "Placed", "coordinate", "read_table", "typed_column"]
_LON = {"lon", "longitude", "lng", "long", "경도", "x경도", "경도x", "xwgs84", "wgs84경도", "경도wgs84"}
_LAT = {"lat", "latitude", "위도", "y위도", "위도y", "ywgs84", "wgs84위도", "위도wgs84"}
_NORTH = {
    "n", "xn", "nx", "yn", "ny", "n좌표", "north", "northing", "북", "북쪽", "북x", "x북", "y북", "북거", "북좌표",
    "종", "종좌표", "종좌표x", "x종", "종x", "x종좌표", "종선", "종선좌표", "x좌표종", "x좌표북", "x좌표n",
}  # fmt: skip
_EAST = {
    "e", "ye", "ey", "xe", "ex", "e좌표", "east", "easting", "동", "동쪽", "동y", "y동", "x동", "동거", "동좌표",
    "횡", "횡좌표", "횡좌표y", "y횡", "횡y", "y횡좌표", "횡선", "횡선좌표", "y좌표횡", "y좌표동", "y좌표e",
}  # fmt: skip
_X = {"x", "x좌표", "좌표x", "xcoord", "xcoordinate", "pointx", "xcrd", "coordx", "좌표정보x", "x값"}
_Y = {"y", "y좌표", "좌표y", "ycoord", "ycoordinate", "pointy", "ycrd", "coordy", "좌표정보y", "y값"}
_WKT = {"wkt", "geom", "geometry", "thegeom", "wktgeom", "geomwkt"}
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?")
_DMS = re.compile(r"(\d{2,3})\s*[°˚ºd도:\s-]\s*(\d{1,2})\s*['′’m분:\s-]\s*(\d{1,2}(?:\.\d+)?)\s*[\"″”s초]?\s*[NEne]?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")


@dataclass(frozen=True)
class Placed:
    """Which columns of a table say where its rows lie.

    `swapped` is None where the headings leave open which of X and Y is north.
    """

    x: str
    y: str
    kind: str
    crs: str | None
    swapped: bool | None


def read_table(
    path: Path, *, sheet: str | None = None, encoding: str | None = None
) -> tuple[gpd.GeoDataFrame, Placed, str]:
    """Return a table's rows as points (x first as it stands in the column `Placed.x`), the columns used, the encoding.

    Rows without coordinates keep a null geometry. Texts stay texts: codes keep leading zeros and all their digits.

    Raises
    ------
    InputError
        Where no columns hold coordinates, or several sheets do and none is named.
    DataFileError
        Where the file is broken or of the old Excel format.
    """
    table = open_table(path.read_bytes(), path.name, _heading, encoding=encoding, sheet=sheet)
    if table.heading is None:
        raise InputError("no_coordinates", file=path.name, columns=table.widest)
    last, names, placed = table.heading
    body = [line.cells for line in table.below(last, len(names), even=False)]
    frame = pd.DataFrame(body, columns=names, dtype=object)
    if frame.empty:
        raise InputError("no_features", file=path.name)
    shapes = _shapes(frame, placed)
    typed = frame.apply(typed_column)
    if placed.x != "geometry":
        typed = typed.rename(columns={"geometry": "geometry_"})  # another column of that name stays
    bare = typed.drop(columns="geometry", errors="ignore")
    return gpd.GeoDataFrame(bare, geometry=shapes), placed, table.encoding or UTF8


def _heading(head: list[Line]) -> tuple[int, list[str], Placed] | None:
    """Return the number of the first line that names coordinates, its names, and where the coordinates stand."""
    for line in head:
        names = _unique([str(cell or "").strip() for cell in line.cells])
        placed = _placed(names)
        if placed is not None:
            return line.number, names, placed
    return None


def _placed(names: list[str]) -> Placed | None:
    plain = {name: re.sub(r"[^0-9a-z가-힣]", "", re.sub(r"\(m\)|\[m\]", "", name.lower())) for name in names}

    def first(known: set[str]) -> str | None:
        return next((name for name in names if plain[name] in known), None)

    for x_names, y_names, kind, crs, swapped in (
        (_LON, _LAT, "lonlat", MAP_CRS, False),
        (_NORTH, _EAST, "plane", None, True),
        (_X, _Y, "plane", None, None),
    ):
        x, y = first(x_names), first(y_names)
        if x and y:
            return Placed(x, y, kind, crs, swapped)
    wkt = first({"wkt"}) or first(_WKT)
    return Placed(wkt, wkt, "wkt", None, False) if wkt else None


def _unique(names: list[str]) -> list[str]:
    """Return names of columns: one that is empty or stands twice gets its number."""
    seen: set[str] = set()
    known = []
    for number, name in enumerate(names, start=1):
        title = name if name and name not in seen else f"{name or 'column'}_{number}"
        seen.add(title)
        known.append(title)
    return known


def _shapes(frame: pd.DataFrame, placed: Placed) -> np.ndarray:
    if placed.kind == "wkt":
        return np.array([_wkt_shape(value) for value in frame[placed.x]], dtype=object)
    x = frame[placed.x].map(coordinate).to_numpy(dtype=float)
    y = frame[placed.y].map(coordinate).to_numpy(dtype=float)
    known = np.isfinite(x) & np.isfinite(y)
    shapes = np.full(len(frame), None, dtype=object)
    shapes[known] = shapely.points(x[known], y[known])
    return shapes


def _wkt_shape(value: Any) -> shapely.Geometry | None:
    """Return the shape of a WKT; None for what is none, and for arcs, which cannot be measured."""
    try:
        return shapely.from_wkt(str(value or "").strip() or None, on_invalid="ignore")
    except NotImplementedError:
        return None


def coordinate(value: Any) -> float:
    """Return one coordinate in m or degrees; NaN where there is none. Thousands may be parted, degrees in ° ′ ″."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = str(value or "").strip()
    with suppress(ValueError):
        return float(text)
    if _THOUSANDS.fullmatch(text):
        return float(text.replace(",", ""))
    dms = _DMS.fullmatch(text)
    return int(dms[1]) + int(dms[2]) / 60 + float(dms[3]) / 3600 if dms else float("nan")


def typed_column(values: pd.Series) -> pd.Series:
    """Return a column of texts as numbers where every value is one that a number holds whole; codes stay texts."""
    known = values[values.notna() & values.ne("")]
    texts = [value for value in known if isinstance(value, str)]
    if not texts:
        return values.replace("", None).infer_objects()
    if len(texts) == len(known) and all(_NUMBER.fullmatch(text.strip()) for text in texts):
        return pd.to_numeric(values.replace("", None), errors="coerce")
    return values.map(lambda value: None if value in (None, "") else str(value)).astype(object)
