"""The points of a boundary as surveyors list them: X north, Y east, to the centimeter, numbered alike whoever asks.

Coordinates are rounded half to even (공간정보의 구축 및 관리 등에 관한 법률 시행령 제60조②). Azimuth, length and
area are computed from the coordinates as printed, so that a reader can check them with a calculator.

Numbering: parts by size, the largest first; in each the outer ring, then its holes by size. A ring starts at its
northernmost point, of several at the westernmost; the outer ring runs clockwise, holes the other way. Numbers run
through the whole site.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.analysis.area import require_polygons
from gis.crs import MAP_CRS, crs_name, require_work_crs
from gis.errors import InputError
from gis.kernel.rounding import half_even
from gis.model import CALCULATION_COLUMNS, VERTEX_COLUMNS

Points = NDArray[np.int64]
"""Rows of north and east in centimeters."""
CENTIMETER = Decimal("0.01")
FEWEST = 3
MOST_TOLERANCE = 1_000.0
"""m; beyond it a boundary is none."""


class Ring(NamedTuple):
    """One ring of the boundary as printed: the first ring of a part is its outer one, the others are holes."""

    part: int
    ring: int
    points: Points


@dataclass(frozen=True)
class Boundary:
    """Every ring of a site as printed, and what rounding to the centimeter took away."""

    rings: tuple[Ring, ...]
    crs: str
    merged_points: int = 0
    lost_rings: int = 0


def boundary(site: gpd.GeoDataFrame) -> Boundary:
    """Return the boundary of the one polygon in `site`, rounded to the centimeter and in the order of its numbers.

    Raises
    ------
    InputError
        Where the site is no polygon, or nothing of it is left at a centimeter.
    """
    require_work_crs(site)
    require_polygons(site)
    found, merged, lost = [], 0, 0
    for polygon in shapely.get_parts(site.geometry.to_numpy()[:1]):
        rings = [_rounded(ring) for ring in shapely.get_rings(polygon)]
        merged += sum(fewer for _, fewer in rings)
        kept = [_turned(points, outer=number == 0) for number, (points, _) in enumerate(rings) if _is_ring(points)]
        if kept and _is_ring(rings[0][0]):
            found.append(kept)
            lost += len(rings) - len(kept)
        else:
            lost += len(rings)
    if not found:
        raise InputError("vertices.nothing_left", name=site["id"].iloc[0])
    return Boundary(tuple(_numbered(found)), crs_name(site.crs), merged, lost)


def main_bends(whole: Boundary, tolerance: float) -> Boundary:
    """Return the main bend points (주요 굴곡점): no point of `whole` lies farther than `tolerance` m from their boundary.

    Douglas and Peucker (1973, Cartographica 10(2)) as GEOS has it, which keeps rings apart and whole. The points stay
    where they are; each is one of `whole`. Source of the demand: 산업입지의 개발에 관한 통합지침 제13조③.

    Raises
    ------
    InputError
        Where the tolerance is not above 0 m, or too large.
    """
    if not 0 < tolerance <= MOST_TOLERANCE:
        raise InputError("vertices.tolerance", tolerance=f"{tolerance:g}", most=f"{MOST_TOLERANCE:g}")
    simple = _simple_rings(whole, tolerance)
    rings = (Ring(one.part, one.ring, points) for one, points in zip(whole.rings, simple, strict=True))
    return Boundary(tuple(rings), whole.crs)


def _simple_rings(whole: Boundary, tolerance: float) -> list[Points]:
    """Return each ring of `whole` without the points that can go.

    As closed lines, rings keep their first point, here the one farthest from the middle, which is a bend anyway; of
    polygons GEOS gives it up afterwards, and may then leave the boundary by more than the tolerance. Only where the
    lines make no polygon are they simplified as one.
    """
    lines = shapely.MultiLineString([_closed(_from_corner(one.points)) for one in whole.rings])
    simple = shapely.get_parts(shapely.simplify(lines, tolerance, preserve_topology=True))
    parts: dict[int, list[NDArray[np.float64]]] = {}
    for one, line in zip(whole.rings, simple, strict=True):
        parts.setdefault(one.part, []).append(shapely.get_coordinates(line))
    rings = list(parts.values())
    if any(len(ring) <= FEWEST for part in rings for ring in part) or not _polygons(rings).is_valid:
        found = shapely.simplify(polygon_of(whole), tolerance, preserve_topology=True)
        rings = [list(map(shapely.get_coordinates, shapely.get_rings(part))) for part in shapely.get_parts(found)]
    return [_turned(_centimeters(ring), outer=number == 0) for part in rings for number, ring in enumerate(part)]


def _from_corner(points: Points) -> Points:
    """Return a ring from its point farthest from the middle on."""
    away = ((points - points.mean(axis=0)) ** 2).sum(axis=1)
    return np.roll(points, -int(away.argmax()), axis=0)


def _closed(points: Points) -> NDArray[np.float64]:
    """Return a ring in m, x east, its first point again at the end."""
    return np.concatenate([points, points[:1]])[:, ::-1] / 100


def _polygons(parts: list[list[NDArray[np.float64]]]) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([(rings[0], rings[1:]) for rings in parts])


def polygon_of(found: Boundary) -> shapely.MultiPolygon:
    """Return the polygon that the printed points describe (x east, y north, in m)."""
    parts: dict[int, list[NDArray[np.float64]]] = {}
    for one in found.rings:
        parts.setdefault(one.part, []).append(_closed(one.points))
    return _polygons(list(parts.values()))


def farthest_point(whole: Boundary, bends: Boundary) -> float:
    """Return how far (m) the boundary through `bends` leaves the points of `whole` at most."""
    points = shapely.points(np.concatenate([one.points for one in whole.rings])[:, ::-1] / 100)
    rings = [_closed(one.points) for one in bends.rings]
    sides = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])
    tree = shapely.STRtree(shapely.linestrings(sides))
    return float(tree.query_nearest(points, return_distance=True, all_matches=False)[1].max())


def vertex_table(found: Boundary) -> pd.DataFrame:
    """Return a row a point: where it is, and azimuth (° clockwise from grid north) and length (m) of the side to the next.

    The last side of a ring closes it. Longitude and latitude (°, WGS 84) are those of the printed coordinates.
    """
    rows = []
    for one in found.rings:
        step = np.roll(one.points, -1, axis=0) - one.points
        rows.append(
            pd.DataFrame(
                {
                    "part": one.part,
                    "ring": one.ring,
                    "x_n": one.points[:, 0] / 100,
                    "y_e": one.points[:, 1] / 100,
                    "azimuth_deg": np.degrees(np.arctan2(step[:, 1], step[:, 0])) % 360,
                    "length": np.hypot(step[:, 0], step[:, 1]) / 100,
                }
            )
        )
    table = pd.concat(rows, ignore_index=True)
    places = gpd.GeoSeries(gpd.points_from_xy(table["y_e"], table["x_n"]), crs=found.crs).to_crs(MAP_CRS)
    known = table.assign(no=range(1, len(table) + 1), lon=places.x, lat=places.y)
    return known[list(VERTEX_COLUMNS)]


def full_numbers(whole: Boundary, bends: Boundary) -> list[int]:
    """Return the number that each of `bends` has among all points; a point of two rings has one in each."""
    numbers: dict[tuple[int, ...], int] = {}
    for number, place in enumerate(_places(whole), start=1):
        numbers.setdefault(place, number)
    return [numbers[place] for place in _places(bends)]


def _places(found: Boundary) -> Iterator[tuple[int, ...]]:
    """Yield part, ring, north and east (cm) of each point."""
    return ((one.part, one.ring, *point) for one in found.rings for point in one.points.tolist())


def area_terms(x: Sequence[Decimal], y: Sequence[Decimal]) -> tuple[list[Decimal], list[Decimal]]:
    """Return X(n+1) − X(n−1) of each point of a ring, and Yn times it: they add to twice its area, exactly.

    With X north and Y east the sum is negative where the ring runs clockwise.
    """
    differences = [x[(place + 1) % len(x)] - x[place - 1] for place in range(len(x))]
    return differences, [one * difference for one, difference in zip(y, differences, strict=True)]


def double_area(found: Boundary) -> Decimal:
    """Return twice the area (m²) in the printed points, holes cut out, in exact decimals."""
    return sum((_double_area(one.points) for one in found.rings), Decimal(0))


def calculation_table(found: Boundary) -> pd.DataFrame:
    """Return the 구적표: a row a point, behind each ring its double area and area, last those of the site.

    The products of a clockwise ring add to minus its double area, so holes count off by themselves. Every number has
    at most five decimals and is the double nearest to it: written out, it is exact.
    """
    rows: list[dict[str, object]] = []
    number = 0
    for one in found.rings:
        x, y = ([Decimal(int(value)) * CENTIMETER for value in column] for column in one.points.T)
        for place, terms in enumerate(zip(*area_terms(x, y), strict=True)):
            number += 1
            rows.append({"part": one.part, "ring": one.ring, "no": number, "x_n": float(x[place]), "y_e": float(y[place]),
                         "x_difference": float(terms[0]), "coordinate_product": float(terms[1])})  # fmt: skip
        rows.append({"part": one.part, "ring": one.ring, **_areas(_double_area(one.points))})
    rows.append(_areas(double_area(found)))
    table = pd.DataFrame(rows, columns=list(CALCULATION_COLUMNS))
    return table.astype({"part": "Int64", "ring": "Int64", "no": "Int64"})


def _areas(doubled: Decimal) -> dict[str, object]:
    return {"coordinate_product": float(-doubled), "double_area": float(doubled), "calculated_area": float(doubled / 2)}


def _double_area(points: Points) -> Decimal:
    """Return twice the area (m²) of a ring, positive where it runs clockwise."""
    north, east = points[:, 0].tolist(), points[:, 1].tolist()  # whole numbers without end: no sum overflows
    before, after = north[-1:] + north[:-1], north[1:] + north[:1]
    doubled = sum(y * (last - following) for y, last, following in zip(east, before, after, strict=True))
    return Decimal(doubled) * CENTIMETER * CENTIMETER


def _rounded(ring: shapely.LinearRing) -> tuple[Points, int]:
    """Return the points of a ring in centimeters, and how many fell on the one before."""
    raw = shapely.get_coordinates(ring)[:-1]
    points = np.array([[int(half_even(value, CENTIMETER) / CENTIMETER) for value in (y, x)] for x, y in raw])
    moved = (points != np.roll(points, 1, axis=0)).any(axis=1)
    twins = int((raw == np.roll(raw, 1, axis=0)).all(axis=1).sum())
    return points[moved], int((~moved).sum()) - twins


def _centimeters(ring: NDArray[np.float64]) -> Points:
    """Return a closed ring of printed coordinates (m, x east) as points in centimeters."""
    return np.rint(ring[:-1, ::-1] * 100).astype(np.int64)


def _is_ring(points: Points) -> bool:
    return len(points) >= FEWEST and _double_area(points) != 0


def _turned(points: Points, *, outer: bool) -> Points:
    """Return a ring that runs clockwise where it is an outer one, from its northernmost, then westernmost point on."""
    clockwise = _double_area(points) > 0
    turned = points if clockwise == outer else points[::-1]
    order = np.lexsort((turned[:, 1], -turned[:, 0]))
    first = turned[order[0]]
    starts = np.flatnonzero((turned == first).all(axis=1))  # a ring may touch itself there
    return min((np.roll(turned, -start, axis=0) for start in starts), key=lambda ring: ring.tolist())


def _numbered(parts: list[list[Points]]) -> Iterator[Ring]:
    """Yield the rings of each part, the largest part first, in it the outer ring and then the holes by size."""

    def size(rings: list[Points]) -> tuple:
        return (-sum(map(_double_area, rings)), [ring.tolist() for ring in rings])

    def hole(points: Points) -> tuple:
        return (_double_area(points), points.tolist())

    ordered = [[rings[0], *sorted(rings[1:], key=hole)] for rings in parts]
    for part, rings in enumerate(sorted(ordered, key=size), start=1):
        for number, points in enumerate(rings, start=1):
            yield Ring(part, number, points)
