"""The list of boundary points and the area calculation as they are printed: for people, for files, for a drawing."""

import math
import re
from dataclasses import replace
from decimal import Decimal
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd

from gis.i18n import t
from gis.io.write import plain_rows
from gis.kernel.rounding import half_even
from gis.model import OUTWARD, SCHEMATIC, outward
from gis.study.vertices import BoundaryReport
from gis.units import area_text
from gis.view.map import layer_elements
from gis.view.tables import DECIMALS, label
from layers.declare import Column, Layer, Style
from layers.palette import BLUE, INK, VERMILION

CENTI = Decimal("0.01")
MOST_LISTED = 5_000
"""Points up to which a drawing holds their list, and up to which each has its number: some 45,000 texts in 6 s."""


def is_schematic(report: BoundaryReport) -> bool:
    """Tell whether the boundary is a schematic one, whose coordinates bind nobody."""
    return report.grade == SCHEMATIC


def file_stem(report: BoundaryReport) -> str:
    """Return the name of the files of a boundary; of a schematic one it says so."""
    return f"vertices_{safe_name(report.id)}{'_schematic' if is_schematic(report) else ''}"


def safe_name(text: str) -> str:
    """Return an id as a part of a file's name: letters, digits, `_` and `-` alone."""
    return re.sub(r"[^\w-]", "_", text)[:40] or "site"


def point_rows(report: BoundaryReport) -> pd.DataFrame:
    """Return the list of points as it leaves: each row with its CRS, its grade and, of a schematic outline, a warning."""
    return _digits(_marked(report.points, report))


def calculation_rows(report: BoundaryReport) -> pd.DataFrame:
    """Return the 구적표 as it leaves, marked as the list of points is."""
    return _digits(_marked(report.calculation, report))


def _marked(table: pd.DataFrame, report: BoundaryReport) -> pd.DataFrame:
    note = t("vertices.schematic") if is_schematic(report) else None
    return table.assign(planar_crs=report.crs, grade=report.grade, note=note)


def _digits(table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` with the decimals that a workbook shows; the numbers stay whole."""
    table.attrs["digits"] = {OUTWARD.get(name, name): DECIMALS[name] for name in table if name in DECIMALS}
    return table


def people_points(report: BoundaryReport) -> pd.DataFrame:
    """Return the list of points as people read it: azimuth, longitude and latitude also in ° ′ ″."""
    points = report.points
    return pd.DataFrame(
        {
            "part": points["part"],
            "ring": points["ring"],
            "point_no": points["no"],
            **({"whole_no": points["whole_no"]} if "whole_no" in points else {}),
            "x_n": points["x_n"],
            "y_e": points["y_e"],
            "azimuth": points["azimuth_deg"].map(lambda value: dms_text(value % 360, turn=True)),
            "length": points["length"],
            "lat_dms": points["lat"].map(lambda value: dms_text(value, 4)),
            "lon_dms": points["lon"].map(lambda value: dms_text(value, 4)),
            "lat": points["lat"],
            "lon": points["lon"],
        }
    )


def people_calculation(report: BoundaryReport) -> pd.DataFrame:
    """Return the 구적표 as people read it: the last row is the site."""
    table = report.calculation
    words = table["no"].astype(object).map(str).where(table["no"].notna(), t("vertices.ring_sum"))
    words = words.where(table["part"].notna(), t("vertices.site_sum"))
    return table.drop(columns="no").assign(point_no=words)[
        [*("part", "ring", "point_no"), *[name for name in table if name not in ("part", "ring", "no")]]
    ]


def head_rows(report: BoundaryReport) -> pd.DataFrame:
    """Return what stands at the head of the form, a row an item."""
    rows = dict(_head(report))
    return pd.DataFrame({"item": list(rows), "value": list(rows.values())})


def head_lines(report: BoundaryReport) -> list[str]:
    """Return the head of the form as lines of text."""
    return [title(report), *(f"{item}: {value}" for item, value in _head(report))]


def title(report: BoundaryReport) -> str:
    """Return what the form is; a schematic one says so first."""
    name = t("vertices.bends_title" if report.bends else "vertices.title", name=site_name(report))
    return f"[{t('word.schematic')}] {name}" if is_schematic(report) else name


def marked_name(report: BoundaryReport) -> str:
    """Return the name of the site; of a schematic one it says so."""
    return f"[{t('word.schematic')}] {site_name(report)}" if is_schematic(report) else site_name(report)


def site_name(report: BoundaryReport) -> str:
    """Return what people call the site."""
    known = label("place", report.id)
    return report.name if known == report.id else known


def _head(report: BoundaryReport) -> list[tuple[str, str]]:
    origin = report.origin
    rows = [
        (t("vertices.origin"), t(
            "vertices.origin_text", name=label("origin", origin.name), crs=report.crs, lat=f"{origin.lat:g}",
            lon=f"{origin.lon:g}", north=f"{origin.false_north:,.0f}", east=f"{origin.false_east:,.0f}",
        )),
        (t("vertices.datum"), t("vertices.datum_text")),
        (t("column.unit"), t("vertices.unit_text")),
        (t("vertices.count"), t(
            "vertices.count_text", points=f"{len(report.points):,}", parts=report.parts, rings=report.rings
        )),
        (t("column.calculated_area"), f"{report.calculated_area:,f}"),
        (t("column.planar_area"), area_text(report.planar_area)),
        (t("vertices.difference"), difference_text(report)),
        (t("column.area"), area_text(report.area)),
        (t("column.grade"), label("grade", report.grade) if report.grade else t("vertices.no_grade")),
    ]  # fmt: skip
    if report.bends:
        rows.append((t("vertices.bends"), bends_text(report)))
    if report.merged_points or report.lost_rings:
        lost = t("vertices.rounded_away", points=report.merged_points, rings=report.lost_rings)
        rows.append((t("vertices.rounding"), lost))
    if is_schematic(report):
        rows.insert(0, (t("vertices.warning"), t("vertices.schematic")))
    return rows


def difference_text(report: BoundaryReport) -> str:
    """Return by how much the area of the printed points differs from the outline's, and where that comes from."""
    difference = signed(report.area_difference)
    if report.bends:
        return t("vertices.difference_bends", difference=difference)
    return t("vertices.difference_text", difference=difference)


def bends_text(report: BoundaryReport) -> str:
    """Return what leaving points out costs, in words; nothing where none were left out."""
    if report.bends is None:
        return ""
    return t(
        "vertices.bends_text",
        tolerance=f"{report.bends.tolerance:g}",
        whole=f"{report.bends.points:,}",
        points=f"{len(report.points):,}",
        change=signed(report.bends.area_change),
        farthest=f"{report.bends.farthest:.2f}",
    )


def signed(value: Decimal) -> str:
    """Return a difference to two decimals with its sign; what is nothing has none."""
    rounded = half_even(value, CENTI)
    return f"{rounded:+,.2f}" if rounded else "0.00"


def dms_text(value: float, decimals: int = 0, *, turn: bool = False) -> str:
    """Return degrees in ° ′ ″, rounded half to even; of a `turn`, 360° is 0°."""
    seconds = half_even(value * 3600, Decimal(1).scaleb(-decimals))
    if turn:
        seconds %= 360 * 3600
    minutes, rest = divmod(abs(seconds), 60)
    sign, width = "-" if seconds < 0 else "", 2 if decimals == 0 else 3 + decimals
    return f"{sign}{int(minutes // 60)}°{int(minutes % 60):02d}′{rest:0{width}.{decimals}f}″"


def numbered_each(report: BoundaryReport) -> int:
    """Return that every first, second, third … point has its number in the drawing, which holds the list of few points."""
    return math.ceil(len(report.points) / MOST_LISTED)


def drawing_note(report: BoundaryReport) -> str:
    """Return that the drawing of very many points goes without their list; nothing where it holds it."""
    each, count = numbered_each(report), len(report.points)
    return "" if each == 1 else t("vertices.drawing_note", count=f"{count:,}", most=f"{MOST_LISTED:,}", each=each)


def drawing_of(report: BoundaryReport) -> bytes:
    """Return the boundary as DXF: every coordinate as in the list, which stands beside it unless it is very long."""
    from gis.io.boundary_drawing import boundary_drawing  # half a second that no other command should wait

    head = [*head_lines(report), *filter(None, [drawing_note(report)])]
    each, schematic = numbered_each(report), is_schematic(report)
    return boundary_drawing(
        report.points, head, drawing_rows(report) if each == 1 else [], each=each, schematic=schematic
    )


def drawing_rows(report: BoundaryReport) -> list[list[str]]:
    """Return the list of points as texts, the first row its headings."""
    people = people_points(report).drop(columns=["lat", "lon"])
    headings = [t(f"column.{name}") for name in people]
    body = [
        [f"{value:.2f}" if name in ("x_n", "y_e", "length") else str(value) for name, value in row.items()]
        for row in people.to_dict("records")
    ]
    return [headings, *body]


POINTS = Layer(
    name="vertices", path="vertices", source="vertices", geometry="Point", group="imported", grade=None,
    style=Style(fill=VERMILION, stroke=INK, weight=1.0, fill_opacity=0.9, radius=4.0),
    columns=tuple(Column(name) for name in ("id", "name", "grade", "source")), named=True, title="vertices",
)  # fmt: skip
CHOSEN = Style(fill=BLUE, stroke=BLUE, weight=3.0, fill_opacity=0.9, radius=9.0)
OUTLINE = Layer(
    name="vertices_outline", path="vertices", source="vertices", geometry="Polygon", group="imported", grade=None,
    style=Style(fill=BLUE, stroke=BLUE, weight=2.5, fill_opacity=0.08),
    columns=tuple(Column(name) for name in ("id", "name", "grade", "source")), title="vertices",
)  # fmt: skip
APART = 24
"""Numbers stand at least this part of the boundary's width or height from each other; points between have none."""
DRAWN_POINTS = 2_000
"""Points that a browser draws without stalling."""


def outline_geojson(report: BoundaryReport) -> dict[str, Any]:
    """Return the boundary through its points, in degrees, with every point: nothing is simplified for the screen."""
    rings: dict[int, list[list[list[float]]]] = {}
    for (part, _), ring in report.points.groupby(["part", "ring"], sort=False):
        corners = ring[["lon", "lat"]].to_numpy().round(7).tolist()
        rings.setdefault(int(part), []).append([*corners, corners[0]])
    properties = {"id": report.id, "name": site_name(report), "grade": report.grade, "tooltip": None}
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "MultiPolygon", "coordinates": list(rings.values())},
                "properties": properties,
            }
        ],
    }


def points_geojson(report: BoundaryReport) -> dict[str, Any]:
    """Return the points as GeoJSON (RFC 7946): what leaves, and what the map draws."""
    rows = plain_rows(outward(point_rows(report)))
    people = people_points(report).to_dict("records")
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [round(row["lon"], 8), round(row["lat"], 8)]},
                "properties": {"id": str(row["no"]), **row, "tooltip": point_text(one)},
            }
            for row, one in zip(rows, people, strict=True)
        ],
    }


def point_text(point: dict[str, Any]) -> str:
    """Return one point and its side in words, a line each."""
    return t(
        "vertices.chosen", no=point["point_no"], x=f"{point['x_n']:,.2f}", y=f"{point['y_e']:,.2f}",
        azimuth=point["azimuth"], length=f"{point['length']:,.2f}",
    )  # fmt: skip


def chosen_text(report: BoundaryReport, number: str) -> str:
    """Return the point of a number and its side in words."""
    point = report.points[report.points["no"].astype(str) == number]
    return point_text(people_points(replace(report, points=point)).iloc[0].to_dict())


def map_elements(report: BoundaryReport, chosen: str | None) -> list[list[Any]]:
    """Return the outline and its points for the map; the chosen point has a ring about it and always its number."""
    numbers = report.points["no"]
    drawn = report.points[numbers.le(DRAWN_POINTS) | numbers.astype(str).eq(chosen)]
    features = points_geojson(replace(report, points=drawn))["features"]
    for feature in features:
        feature["properties"]["name"] = feature["properties"]["id"]
    ringed = [feature for feature in features if feature["properties"]["id"] == chosen]
    others = [feature for feature in features if feature["properties"]["id"] != chosen]
    planar = drawn.loc[drawn["no"].astype(str).ne(chosen), ["y_e", "x_n"]].to_numpy()
    named = apart(planar, float(np.ptp(report.points[["y_e", "x_n"]].to_numpy(), axis=0).max()) / APART)
    return [
        layer_elements(OUTLINE, outline_geojson(report), stamp=t("word.schematic")),
        layer_elements(replace(POINTS, style=CHOSEN), {"features": ringed}),
        layer_elements(POINTS, {"features": list(compress(others, named))}),
        layer_elements(replace(POINTS, named=False), {"features": list(compress(others, ~named))}),
    ]


def apart(points: np.ndarray, distance: float) -> np.ndarray:
    """Tell which of `points` (n × 2) are chosen when each in turn is, unless it lies nearer than `distance` to one."""
    chosen = np.zeros(len(points), dtype=bool)
    for place, point in enumerate(points):
        chosen[place] = not (np.hypot(*(points[chosen] - point).T) < distance).any()
    return chosen


def bounds(report: BoundaryReport) -> tuple[float, float, float, float]:
    """Return west, south, east, north of the points in degrees, with room about them."""
    lon, lat = report.points["lon"], report.points["lat"]
    room = 0.08 * max(lon.max() - lon.min(), lat.max() - lat.min())
    return lon.min() - room, lat.min() - room, lon.max() + room, lat.max() + room


def sentence(report: BoundaryReport, unit: str) -> str:
    """Return the boundary in one sentence: its points and its areas, each named."""
    return t(
        "vertices.sentence", name=marked_name(report), points=f"{len(report.points):,}",
        calculated=f"{half_even(report.calculated_area, CENTI):,f}", planar=area_text(report.planar_area, unit),
        geodesic=area_text(report.area, unit),
    )  # fmt: skip
