"""Draw the four schematic outlines: grade D, true in area, undecided in form.

No public file holds these boundaries. Each outline is a rounded rectangle cut to the 법정동·리
that the record names, sized until its geodesic area is the official one. Center, aspect and
angle come from a search over all that keep the recipe (README); they state no more than it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from pyproj import Geod
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from data.prepare import geojson

GEOD = Geod(ellps="GRS80")
ROUNDING = 150.0  # m; radius of the corners
STEPS = 40  # halvings of a bracket: far below the written digits
CITY_PREFIX = "29"


@dataclass(frozen=True)
class Site:
    """What the record says of a complex, and the rectangle chosen for it."""

    id: str
    name: str
    name_en: str
    short_name: str
    official_area: float
    units: tuple[str, ...]
    hint: tuple[float, float]  # latitude, longitude
    hint_radius: float
    shift: tuple[float, float]  # of the rectangle's center from the hint, m east and north
    aspect: float
    angle: float  # degrees from east, counterclockwise
    city_area: float | None = None  # the part in Gwangju where the record gives one


SITES = (
    Site(
        id="cheomdan3",
        name="첨단3지구",
        name_en="Cheomdan District 3",
        short_name="첨단3지구",
        official_area=3_628_568,
        units=(
            "29170141", "29170140", "29170139", "29200112",
            "4688032028", "4688032027", "4688031026", "4688031027",
        ),
        hint=(35.238, 126.847),
        hint_radius=1300,
        shift=(0, 0),
        aspect=2.2,
        angle=15,
    ),
    Site(
        id="bitgreen",
        name="빛그린국가산업단지",
        name_en="Bitgreen National Industrial Complex",
        short_name="빛그린산단",
        official_area=4_071_000,
        city_area=1_847_000,
        units=("29200176", "29200160", "4686038024"),
        hint=(35.1705, 126.6655),
        hint_radius=1500,
        shift=(0, 0),
        aspect=1.8,
        angle=135,
    ),
    Site(
        id="jingok",
        name="진곡일반산업단지",
        name_en="Jingok General Industrial Complex",
        short_name="진곡산단",
        official_area=1_908_000,
        units=("29200122", "29200131", "29200202", "29200125"),
        hint=(35.2107, 126.7866),
        hint_radius=700,
        shift=(40, 40),
        aspect=1.6,
        angle=150,
    ),
    Site(
        id="futurecar",
        name="광주 미래차 국가산업단지(후보지)",
        name_en="Gwangju Future Car National Industrial Complex (candidate)",
        short_name="미래차 국가산단",
        official_area=3_384_000,
        units=("29200159",),
        hint=(35.150, 126.691),
        hint_radius=1200,
        shift=(90, 90),
        aspect=1.3,
        angle=90,
    ),
)  # fmt: skip


def prepare(target: Path) -> list[Path]:
    """Write `complexes/outlines.geojson` below `target` from the boundaries there."""
    pieces = legal_units(target)
    outlines = [outline(site, pieces) for site in SITES]
    rows = [_row(site, drawn) for site, drawn in zip(SITES, outlines, strict=True)]
    return [geojson.write(target / "complexes" / "outlines.geojson", rows, outlines)]


def legal_units(target: Path) -> dict[str, BaseGeometry]:
    """Return each 법정동 and 법정리 by code, planar in m."""
    levels = (geojson.read(target / "boundaries" / f"{level}.geojson") for level in ("emd", "ri"))
    return {
        code: unit
        for level in levels
        for code, unit in zip(level.index, geojson.planar(level.geometry.to_numpy()), strict=True)
    }


def outline(site: Site, pieces: dict[str, BaseGeometry]) -> BaseGeometry:
    """Return the site's outline in degrees, of the official area and split."""
    home = shapely.union_all([pieces[code] for code in site.units])
    city_area = site.city_area
    if city_area is None:
        return _sized(site, home)
    in_city = [pieces[code] for code in site.units if code.startswith(CITY_PREFIX)]
    city = geojson.lonlat([shapely.union_all(in_city)])[0]

    def slid(east: float) -> BaseGeometry:
        return _sized(replace(site, shift=(site.shift[0] + east, site.shift[1])), home)

    reach = site.hint_radius / 2
    return slid(_root(lambda east: geodesic_area(slid(east) & city) - city_area, -reach, reach))


def geodesic_area(region: BaseGeometry) -> float:
    """Return the area in m² on GRS 80 of a region in degrees."""
    return abs(GEOD.geometry_area_perimeter(region)[0])


def _sized(site: Site, home: BaseGeometry) -> BaseGeometry:
    """Return the cut and rounded rectangle, sized to the official area, in degrees."""
    center = geojson.planar([shapely.Point(site.hint[::-1])])[0]
    east, north = center.x + site.shift[0], center.y + site.shift[1]

    def drawn(size: float) -> BaseGeometry:
        half = np.array([math.sqrt(site.aspect), 1 / math.sqrt(site.aspect)]) * size / 2
        box = affinity.rotate(shapely.box(*-half, *half), site.angle, origin=(0, 0))
        cut = affinity.translate(box, east, north) & home
        inner = max(shapely.get_parts(cut.buffer(-ROUNDING)), key=lambda part: part.area, default=shapely.Polygon())
        return geojson.lonlat([inner.buffer(ROUNDING, quad_segs=6)])[0]

    least = math.sqrt(site.official_area)
    return drawn(_root(lambda size: geodesic_area(drawn(size)) - site.official_area, least / 2, least * 3))


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Return where a rising function crosses zero, by bisection."""
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return high


def _row(site: Site, drawn: BaseGeometry) -> dict:
    latitude, longitude = site.hint
    center = drawn.centroid
    offset = GEOD.inv(longitude, latitude, center.x, center.y)[2]
    return {
        "id": site.id,
        "name": site.name,
        "name_en": site.name_en,
        "short_name": site.short_name,
        "grade": "D",
        "source": "schematic_outline",
        "center_uncertainty_m": math.ceil((site.hint_radius + offset) / 10) * 10,
        "hint_lat": latitude,
        "hint_lon": longitude,
        "hint_radius_m": site.hint_radius,
        "made_from": "|".join(site.units),
    }
