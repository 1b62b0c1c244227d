"""Grade C from a picture: control points and a traced boundary become an outline with an error of its own.

A table of control points has `pixel_x`, `pixel_y` (from the top left corner, y down) and either `x_n`, `y_e` in m of
a plane (x north, y east, as surveyors write) or `lon`, `lat` in degrees; a trace has `pixel_x`, `pixel_y`.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from pyproj.exceptions import ProjError

from gis import study
from gis.analysis.georeference import METHODS, Fit, Method, fit, outside_count, traced_polygon, vertex_sigma
from gis.crs import GWANGJU_BELT, KOREA_LON_LAT, MAP_CRS, belt_of, crs_name, known_crs, reproject
from gis.errors import CrsError, InputError, UnknownNameError
from gis.io import store
from gis.io.database import keep_file, workspace
from gis.io.encoding import text_of
from gis.io.picture import Sheet, pyramid_path
from gis.io.store import StoredLayer
from gis.io.write import csv_bytes, write_bytes

GRADE = "C"
MAX_POINTS = 500
MAX_CORNERS = 10_000
SAME_PIXEL = 0.02
POINT_COLUMNS = ("pixel_x", "pixel_y", "x_n", "y_e", "lon", "lat")
_SPELLINGS = {
    "pixel_x": "pixel_x", "px": "pixel_x", "col": "pixel_x", "column": "pixel_x", "화소x": "pixel_x", "열": "pixel_x",
    "pixel_y": "pixel_y", "py": "pixel_y", "row": "pixel_y", "화소y": "pixel_y", "행": "pixel_y",
    "x_n_m": "x_n", "x_n": "x_n", "x": "x_n", "north": "x_n", "x(n)": "x_n", "x(북)": "x_n", "종선좌표": "x_n",
    "y_e_m": "y_e", "y_e": "y_e", "y": "y_e", "east": "y_e", "y(e)": "y_e", "y(동)": "y_e", "횡선좌표": "y_e",
    "lon": "lon", "longitude": "lon", "경도": "lon", "lat": "lat", "latitude": "lat", "위도": "lat",
}  # fmt: skip
"""What columns are called. A bare X is north: Korean coordinate tables write it so."""


@dataclass(frozen=True)
class Placed:
    """A picture on the ground: the fit in m of `belt`, and the control points it rests on, a row each.

    `points` has `number`, `pixel_x`, `pixel_y`, `x_n`, `y_e` (m of `belt`), `residual_n`, `residual_e`, `residual`
    (fitted minus given, m), `left_out` (m) and `worst`.
    """

    fit: Fit
    belt: str
    crs: str
    points: pd.DataFrame


def point_table(content: bytes, file: str) -> pd.DataFrame:
    """Return control points from CSV: `POINT_COLUMNS`, NaN for what it does not hold.

    Raises
    ------
    InputError
        Where it is no table, lacks columns, or a value is no number.
    """
    table = _table(content, file, MAX_POINTS)
    lacking = [name for name in ("pixel_x", "pixel_y") if name not in table]
    if not {"x_n", "y_e"} <= set(table) and not {"lon", "lat"} <= set(table):
        lacking.append("x_n_m, y_e_m")
    if lacking:
        raise InputError("georeference.columns", file=file, missing=", ".join(lacking))
    return table.reindex(columns=list(POINT_COLUMNS)).astype(float)


def trace_table(content: bytes, file: str) -> np.ndarray:
    """Return a traced boundary from CSV: n × 2 pixels."""
    table = _table(content, file, MAX_CORNERS)
    lacking = [name for name in ("pixel_x", "pixel_y") if name not in table]
    if lacking:
        raise InputError("georeference.columns", file=file, missing=", ".join(lacking))
    return table[["pixel_x", "pixel_y"]].to_numpy(dtype=float)


def placed(points: pd.DataFrame, method: str = "affine", crs: str = GWANGJU_BELT, sheet: Sheet | None = None) -> Placed:
    """Return where a picture lies, in the belt of its control points.

    Parameters
    ----------
    points
        Rows with `pixel_x`, `pixel_y` and either `x_n`, `y_e` in `crs` or `lon`, `lat`; rows may differ in that.
    sheet
        The picture; a control point beside it is refused.

    Raises
    ------
    InputError
        For another method, points that do not suffice (`gis.analysis.georeference`), or one beside the picture.
    CrsError
        Where the CRS is unknown, leads to the belt by a guess alone, or a point lies outside Korea.
    """
    if method not in METHODS:
        raise InputError("georeference.method", method=method, known=", ".join(METHODS))
    named: Method = "affine" if method == "affine" else "projective"
    pixels = points[["pixel_x", "pixel_y"]].to_numpy(dtype=float)
    if sheet is not None:
        require_inside(pixels, sheet)
    lonlat = _lonlat(points, crs)
    belt = belt_of(float(lonlat[:, 0].mean())) if len(lonlat) else GWANGJU_BELT
    ground = _ground(points, crs, belt)
    found = fit(named, pixels, ground)
    off = found.residuals
    rows = pd.DataFrame(
        {
            "number": range(1, len(pixels) + 1),
            "pixel_x": pixels[:, 0],
            "pixel_y": pixels[:, 1],
            "x_n": ground[:, 1],
            "y_e": ground[:, 0],
            "residual_n": off[:, 1],
            "residual_e": off[:, 0],
            "residual": np.hypot(off[:, 0], off[:, 1]),
            "left_out": found.left_out,
            "worst": np.arange(len(pixels)) == (-1 if found.worst is None else found.worst),
        }
    )
    return Placed(found, belt, crs_name(known_crs(crs)), rows)


def traced_layer(
    sheet: Sheet, known: Placed, trace: np.ndarray, name: str = "traced", official_area: float | None = None
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the outline traced on a placed picture, and its story for the store.

    The frame has one row in the belt: `id`, `name`, `grade` C, `source`, `vertex_sigma` (m of one coordinate: the
    RMSE, at least a pixel's rounding; NaN without redundancy) and `official_area` (m²). The story holds plain values
    with units in their names: picture (file, hash, size), method, control points with residuals, RMSE, degrees of
    freedom, sigma and what it does not hold, trace.
    """
    trace = np.asarray(trace, dtype=float).reshape(-1, 2)
    require_inside(trace, sheet)
    shape, sigma = traced_polygon(trace, known.fit), vertex_sigma(known.fit)
    frame = gpd.GeoDataFrame(
        {
            "id": [name],
            "name": [name],
            "grade": [GRADE],
            "source": [sheet.file],
            "vertex_sigma": [float("nan") if sigma is None else sigma],
            "official_area": [float("nan") if official_area is None else official_area],
        },
        geometry=[shape],
        crs=known.belt,
    ).set_index("id", drop=False)
    return frame, story(sheet, known, trace)


def story(sheet: Sheet, known: Placed, trace: np.ndarray) -> dict[str, Any]:
    """Return everything that makes an outline again from its picture, as plain values; null for what is unknown."""
    found, sigma = known.fit, vertex_sigma(known.fit)
    columns = {
        "number": "number", "pixel_x": "pixel_x", "pixel_y": "pixel_y", "x_n": "x_n_m", "y_e": "y_e_m",
        "residual_n": "residual_n_m", "residual_e": "residual_e_m", "left_out": "left_out_m",
    }  # fmt: skip
    rows = known.points[list(columns)].rename(columns=columns).astype(object)
    return {
        "file": sheet.file,
        "picture_sha256": sheet.sha256,
        "width": sheet.width,
        "height": sheet.height,
        "dpi": sheet.dpi,
        "method": found.method,
        "crs": known.crs,
        "belt": known.belt,
        "control_points": rows.where(rows.notna(), None).to_dict("records"),
        "matrix": found.matrix.tolist(),
        "rmse_m": found.rmse,
        "dof": found.dof,
        "worst_point": None if found.worst is None else found.worst + 1,
        "pixel_m": found.scale,
        "vertex_sigma_m": sigma,
        "sigma_is_pixel_rounding": sigma != found.rmse,
        "sigma_without_tracing": True,
        "rotation_deg": found.rotation,
        "stretch": found.stretch,
        "outside_control_points": outside_count(found, trace),
        "trace": trace.tolist(),
    }


def official_area(complex_id: str) -> float:
    """Return the official area of a complex in m², NaN where none is known; an unknown complex is refused."""
    sites = study.complexes()["official_area"]
    if complex_id not in sites.index:
        raise UnknownNameError("complex", complex=complex_id, known=", ".join(sites.index))
    return float(sites[complex_id])


def sheet_scale(sheet: Sheet, known: Placed) -> int | None:
    """Return N of the sheet's scale 1:N, where the picture says how many dots make an inch."""
    return None if sheet.dpi is None else round(known.fit.scale / (0.0254 / sheet.dpi))


def corners(layer_name: str, feature_id: str, crs: str = GWANGJU_BELT, most: int = 500) -> list[tuple[float, float]]:
    """Return the corners of a layer's feature, at most `most`: X north and Y east in m of `crs`, or lon and lat."""
    frame = study.source_layer(layer_name).frame.loc[[feature_id]]
    places = shapely.get_coordinates(reproject(frame, crs).geometry.iloc[0])[:most]
    return [(x, y) if known_crs(crs).is_geographic else (y, x) for x, y in places.tolist()]


def require_inside(pixels: np.ndarray, sheet: Sheet) -> None:
    """Refuse a point beside the picture."""
    outside = (pixels < -0.5) | (pixels > np.array([sheet.width, sheet.height]) + 0.5)
    if outside.any():
        row = int(outside.any(axis=1).argmax())
        x, y = (f"{value:.1f}" for value in pixels[row])
        raise InputError("georeference.outside_picture", row=row + 1, x=x, y=y, width=sheet.width, height=sheet.height)


def _lonlat(points: pd.DataFrame, crs: str) -> np.ndarray:
    """Return n × 2 degrees, whichever way each row says them; outside Korea is refused by row."""
    found = np.full((len(points), 2), np.nan)
    planar = (
        points[["x_n", "y_e"]].notna().all(axis=1).to_numpy()
        if {"x_n", "y_e"} <= set(points)
        else np.zeros(len(points), bool)
    )
    if planar.any():
        found[planar] = _moved(points.loc[planar, ["y_e", "x_n"]].to_numpy(dtype=float), crs, MAP_CRS)
    if {"lon", "lat"} <= set(points):
        found[~planar] = points.loc[~planar, ["lon", "lat"]].to_numpy(dtype=float)
    west, south, east, north = KOREA_LON_LAT
    inside = (found >= (west, south)).all(axis=1) & (found <= (east, north)).all(axis=1)
    unknown = np.isnan(found).any(axis=1)
    if unknown.any():
        raise InputError("georeference.not_numbers", row=int(unknown.argmax()) + 1)
    if not inside.all():
        row = int((~inside).argmax())
        lon, lat = (f"{value:.4f}" for value in found[row])
        raise CrsError("georeference.outside_korea", row=row + 1, lon=lon, lat=lat)
    return found


def _ground(points: pd.DataFrame, crs: str, belt: str) -> np.ndarray:
    """Return n × 2 coordinates in m of `belt`, x east and y north; typed ones in that belt stay to the digit."""
    planar = (
        points[["x_n", "y_e"]].notna().all(axis=1).to_numpy()
        if {"x_n", "y_e"} <= set(points)
        else np.zeros(len(points), bool)
    )
    found = np.empty((len(points), 2))
    if planar.any():
        typed = points.loc[planar, ["y_e", "x_n"]].to_numpy(dtype=float)
        found[planar] = typed if known_crs(crs) == known_crs(belt) else _moved(typed, crs, belt)
    if not planar.all():
        found[~planar] = _moved(points.loc[~planar, ["lon", "lat"]].to_numpy(dtype=float), MAP_CRS, belt)
    return found


def _moved(places: np.ndarray, crs: str, to: str) -> np.ndarray:
    try:
        way = pyproj.Transformer.from_crs(known_crs(crs), known_crs(to), always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise CrsError("ballpark", crs=crs, to=to) from error
    return np.column_stack(way.transform(places[:, 0], places[:, 1]))


def _table(content: bytes, file: str, most: int) -> pd.DataFrame:
    """Return a CSV's known columns as numbers, at most `most` rows, whatever its letters and separators."""
    text, _ = text_of(content, file=file)
    comma = max(",\t;", key=text.partition("\n")[0].count)  # a spreadsheet also writes tabs or semicolons
    try:
        lines = csv.reader(io.StringIO(text), delimiter=comma, strict=True)
        rows = [row for row in lines if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError("georeference.table", file=file) from error
    if len(rows) < 2:
        raise InputError("georeference.table", file=file)
    if len(rows) > most + 1:
        raise InputError("georeference.many_rows", file=file, count=f"{len(rows) - 1:,}", most=f"{most:,}")
    titles = [_SPELLINGS.get("".join(title.split()).lower()) for title in rows[0]]
    columns: dict[str, list[float]] = {}
    for place, name in enumerate(titles):
        if name is not None and name not in columns:
            columns[name] = [
                _number(row, place, number, rows[0][place], file) for number, row in enumerate(rows[1:], 2)
            ]
    return pd.DataFrame(columns)


def _number(row: list[str], place: int, number: int, title: str, file: str) -> float:
    cell = row[place].strip().replace(",", "") if place < len(row) else ""
    if not cell:
        return float("nan")
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise InputError("georeference.number", file=file, row=number, column=title, value=cell[:40])
    return value


def after_marking(
    points: pd.DataFrame, before: Sequence[tuple[float, float]], now: Sequence[tuple[float, float]]
) -> pd.DataFrame:
    """Return the table of control points after the marks on the picture changed from `before` to `now` (pixels).

    As many new marks as vanished ones were moved, and keep what was typed, in order. Otherwise vanished marks take
    their rows along and new marks begin rows without coordinates, but where a row stands already. Rows that never had
    a mark, as from a CSV, stay.
    """
    gone = [mark for mark in before if not _near(mark, now)]
    new = [mark for mark in now if not _near(mark, before)]
    rows = points[list(POINT_COLUMNS)].to_dict("records")
    if gone and len(gone) == len(new):
        moved = dict(zip(gone, new, strict=True))
        for row in rows:
            mark = _near((row["pixel_x"], row["pixel_y"]), gone)
            if mark is not None:
                row["pixel_x"], row["pixel_y"] = moved[mark]
    else:
        rows = [row for row in rows if _near((row["pixel_x"], row["pixel_y"]), gone) is None]
        places = [(row["pixel_x"], row["pixel_y"]) for row in rows]
        rows += [{"pixel_x": x, "pixel_y": y} for x, y in new if _near((x, y), places) is None]
    return pd.DataFrame(rows, columns=list(POINT_COLUMNS)).astype(float)


def _near(place: tuple[float, float], others: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    return next((one for one in others if np.hypot(one[0] - place[0], one[1] - place[1]) < SAME_PIXEL), None)


def read_draft(sheet: Sheet) -> pd.DataFrame:
    """Return the control points typed for this picture before, by whoever used this workspace; none is an empty table."""
    empty = pd.DataFrame(columns=list(POINT_COLUMNS), dtype=float)
    try:
        return point_table(_draft_path(sheet).read_bytes(), sheet.file)
    except (OSError, InputError):
        return empty


def keep_draft(sheet: Sheet, points: pd.DataFrame) -> None:
    """Keep the control points of a picture as they are typed, so that a refresh loses none."""
    write_bytes(points_csv(points), _draft_path(sheet))


def points_csv(points: pd.DataFrame) -> bytes:
    """Return control points as CSV with units in the names, as `point_table` reads them."""
    return csv_bytes(points[list(POINT_COLUMNS)].rename(columns={"x_n": "x_n_m", "y_e": "y_e_m"}))


def _draft_path(sheet: Sheet) -> Path:
    return pyramid_path(sheet.sha256).with_suffix(".csv")


def keep_traced(
    content: bytes,
    sheet: Sheet,
    frame: gpd.GeoDataFrame,
    told: dict[str, Any],
    title: str,
    *,
    confidential: bool = False,
) -> StoredLayer:
    """Keep a traced outline as a layer of grade C, with its picture beside it, and return the layer.

    The picture lies below `pictures` of the workspace under the hash of its content, which the story names.
    """
    place = workspace() / "pictures" / f"{sheet.sha256}{Path(sheet.file).suffix.lower()}"
    if not place.is_file():
        place.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(content, place)
        keep_file(place)
    sigma = float(frame["vertex_sigma"].iloc[0])
    return store.keep(
        StoredLayer(
            name=store.free_name(str(frame["id"].iloc[0])),
            title=title,
            kind="Polygon",
            source=sheet.file,
            grade=GRADE,
            vertex_sigma=None if np.isnan(sigma) else sigma,
            confidential=confidential,
            story=told | {"picture": place.name},
        ),
        frame.reset_index(drop=True),
    )
