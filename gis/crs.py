"""Coordinate reference systems: the only home of EPSG codes.

Analysis happens in one Korean TM belt, chosen by the study's center; the map gets WGS 84.
Frames keep x = east, y = north, whatever axis order the registry names.
"""

import re
import warnings
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import pyproj
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion
from pyproj.exceptions import CRSError, ProjError

from gis.errors import CrsError

Bounds = tuple[float, float, float, float]
MAP_CRS = "EPSG:4326"
TILE_CRS = "EPSG:3857"
"""The plane of web tiles: for pictures alone, never to measure in."""
VWORLD_METRIC_CRS = "EPSG:900913"
"""The plane of web tiles as VWorld's WFS calls it: to ask and be answered in, never to measure in."""
BELTS: dict[str, float] = {"EPSG:5185": 125.0, "EPSG:5186": 127.0, "EPSG:5187": 129.0, "EPSG:5188": 131.0}
GWANGJU_BELT = "EPSG:5186"
KOREA_LON_LAT = (124.0, 33.0, 132.0, 39.0)
GWANGJU_LON_LAT = (126.80, 35.17)
BESSEL_DATUM = "EPSG:4162"
KOREAN_CODES: tuple[str, ...] = (
    "EPSG:5186", "EPSG:5181", "EPSG:5174", "EPSG:2097", "EPSG:5179", "EPSG:5187", "EPSG:5185", "EPSG:5188",
    "EPSG:5183", "EPSG:5180", "EPSG:5182", "EPSG:5184", "EPSG:5176", "EPSG:5173", "EPSG:5175", "EPSG:5177",
    "EPSG:2096", "EPSG:2098", "EPSG:5178",
)  # fmt: skip
"""Korean planes, those that a planner meets most first."""
OTHER_CODES = ("EPSG:32652", "EPSG:32651", "EPSG:3857", MAP_CRS, BESSEL_DATUM)
"""What else puts data in Korea: UTM, the web's plane, degrees on either datum."""
KATEC = "KATEC"
"""The plane of car navigation, which has no code: Bessel, 128°, 0.9999, 400 km, 600 km."""
_NAMES_A_FILE = re.compile(r"grids\s*=(?!\s*@null)|PARAMETERFILE|\+?init\s*=[^+]*[/\\\\]", re.IGNORECASE)
"""A CRS that would make PROJ open a file."""
_PARAMETERS = (
    "Latitude of natural origin", "Longitude of natural origin", "Scale factor at natural origin",
    "False easting", "False northing",
)  # fmt: skip


def belt_of(lon: float) -> str:
    """Return the TM belt whose meridian lies nearest to `lon` (degrees)."""
    return min(BELTS, key=lambda code: abs(BELTS[code] - lon))


BELT_NAMES = {"EPSG:5185": "west", "EPSG:5186": "central", "EPSG:5187": "east", "EPSG:5188": "east_sea"}
"""What surveyors call the origin of each belt: labels below `origin.` (공간정보관리법 시행령 별표 2)."""


@dataclass(frozen=True)
class BeltOrigin:
    """Where a belt begins: its name, latitude and longitude (°), what is added to X (north) and Y (east), m, and its scale."""

    name: str
    lat: float
    lon: float
    false_north: float
    false_east: float
    scale: float


def belt_origin(belt: str) -> BeltOrigin:
    """Return the origin of a TM belt, with the numbers that its registration has."""
    numbers = _plane_numbers(pyproj.CRS(belt))
    if numbers is None:
        raise CrsError("not_work_crs", belts=", ".join(BELTS), crs=belt)
    _, _, lat, lon, scale, false_east, false_north = numbers
    return BeltOrigin(BELT_NAMES[belt], lat, lon, false_north, false_east, scale)


def known_crs(text: str) -> pyproj.CRS:
    """Return the horizontal CRS that a person or a file named, heights left out: EPSG code, PROJ string, WKT, KATEC.

    A Korean plane whose name or datum pyproj does not know is known by its parameters (`korean_code`).

    Raises
    ------
    CrsError
        Where nobody knows it, or it has no longitude and latitude and no plane.
    """
    if text.strip().upper() == KATEC:
        return _katec()
    if _NAMES_A_FILE.search(text):
        raise CrsError("unknown_crs", crs=text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # people still write +init=
            crs = pyproj.CRS.from_user_input(text.strip()).to_2d()
    except (CRSError, UnicodeError) as error:
        raise CrsError("unknown_crs", crs=text) from error
    return korean(crs.sub_crs_list[0] if crs.is_compound else crs, text)


def korean(crs: pyproj.CRS, text: str = "") -> pyproj.CRS:
    """Return `crs`, or the Korean plane that it is by its parameters.

    A datum that a file calls by a name nobody knows, or a +towgs84 that somebody pasted, gives way to the registered
    operation, whose accuracy is known.

    Raises
    ------
    CrsError
        Where it has no longitude and latitude and no plane, or where Bessel at 127° names no datum: 10.405″ of
        longitude (263 m) lie between the two planes that go by these numbers.
    """
    plain = crs.source_crs if crs.is_bound and crs.source_crs else crs
    if not (plain.is_projected or plain.is_geographic):
        raise CrsError("unknown_crs", crs=text or crs.name)
    code = korean_code(plain)
    if code is None:
        return crs
    if code in _TWINS and not _OLD_DATUM.search(plain.datum.name if plain.datum else ""):
        raise CrsError("bessel_which", one=code, other=_TWINS[code])
    return _katec() if code == KATEC else pyproj.CRS(code)


_TWINS = {"EPSG:2097": "EPSG:5174", "EPSG:2096": "EPSG:5176", "EPSG:2098": "EPSG:5173"}
_OLD_DATUM = re.compile("korea|tokyo", re.IGNORECASE)
"""What the datum of a Bessel plane is called by one who knew it; other names (unknown, Bessel) leave it open."""


def korean_code(crs: pyproj.CRS) -> str | None:
    """Return the code of the Korean plane with the ellipsoid and parameters of `crs`; None where there is none."""
    numbers = _plane_numbers(crs)
    if numbers is None:
        return None
    return next(
        (code for code, known in _korean_planes().items() if np.allclose(numbers, known, rtol=0, atol=1e-6)), None
    )


def _plane_numbers(crs: pyproj.CRS) -> tuple[float, ...] | None:
    """Return half axis (m), flattening (1/f) and the five numbers of a transverse Mercator plane in meters."""
    operation, ellipsoid = crs.coordinate_operation, crs.ellipsoid
    if not crs.is_projected or operation is None or ellipsoid is None:
        return None
    found = {parameter.name: parameter.value for parameter in operation.params}
    in_meters = all(axis.unit_conversion_factor == 1 for axis in crs.axis_info)
    if operation.method_name != "Transverse Mercator" or not in_meters or not set(_PARAMETERS) <= set(found):
        return None
    plane = tuple(float(found[name]) for name in _PARAMETERS)
    return (ellipsoid.semi_major_metre, ellipsoid.inverse_flattening, *plane)


@cache
def _korean_planes() -> dict[str, tuple[float, ...]]:
    planes = {code: _plane_numbers(pyproj.CRS(code)) for code in KOREAN_CODES} | {KATEC: _plane_numbers(_katec())}
    return {code: numbers for code, numbers in planes.items() if numbers is not None}


@cache
def _katec() -> pyproj.CRS:
    return ProjectedCRS(
        TransverseMercatorConversion(38, 128, 400_000, 600_000, 0.9999), KATEC, geodetic_crs=BESSEL_DATUM
    )


def shift_accuracy(crs: pyproj.CRS, to: str) -> float | None:
    """Return the accuracy in m, as registered, of the way from `crs` to `to`; 0 on one datum, None where none is stated.

    Raises
    ------
    CrsError
        Where only a ballpark shift leads there.
    """
    accuracy = _sure_way(crs, to).accuracy
    return accuracy if accuracy >= 0 else None


def _sure_way(crs: pyproj.CRS, to: str) -> pyproj.Transformer:
    try:
        return pyproj.Transformer.from_crs(crs, known_crs(to), always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise CrsError("ballpark", crs=crs_name(crs), to=to) from error


@cache
def _in_use(code: str) -> Bounds:
    """Return where in Korea a CRS is in use (degrees), half a degree beyond its registered bounds."""
    area, korea = known_crs(code).area_of_use, KOREA_LON_LAT
    if area is None:
        return korea
    west, south, east, north = area.west - 0.5, area.south - 0.5, area.east + 0.5, area.north + 0.5
    return max(west, korea[0]), max(south, korea[1]), min(east, korea[2]), min(north, korea[3])


@dataclass(frozen=True)
class Candidate:
    """A CRS that puts coordinates of unknown CRS in Korea, and where it puts their middle (degrees)."""

    crs: str
    swapped: bool
    lon: float
    lat: float


def candidates(bounds: Bounds, *, swappable: bool = True) -> list[Candidate]:
    """Return every CRS that puts `bounds` (least x, least y, greatest x, greatest y) in Korea, nearest to Gwangju first.

    Both orders of the axes are tried. A plane counts where it is in use and, a degree farther, around Gwangju; of equal
    nearness (to a degree) those that people meet most come first.
    """
    found, home = [], GWANGJU_LON_LAT
    for swapped in (False, True) if swappable else (False,):
        x0, y0, x1, y1 = (bounds[1], bounds[0], bounds[3], bounds[2]) if swapped else bounds
        for code in (*KOREAN_CODES, KATEC, *OTHER_CODES):
            lon, lat = _way_to_map(known_crs(code)).transform([x0, x1, (x0 + x1) / 2], [y0, y1, (y0 + y1) / 2])
            far = np.hypot(lon[2] - home[0], lat[2] - home[1])
            in_use = _within(_in_use(code), lon, lat)
            if in_use or (far < 1 and _within(KOREA_LON_LAT, lon, lat)):
                found.append((round(far + (not in_use)), Candidate(code, swapped, lon[2], lat[2])))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _within(area: Bounds, lon: list[float], lat: list[float]) -> bool:
    west, south, east, north = area
    return all(west <= x <= east and south <= y <= north for x, y in zip(lon, lat, strict=True))


@cache
def _way_to_map(crs: pyproj.CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs, MAP_CRS, always_xy=True)


def degrees_from_gwangju(crs: pyproj.CRS, x: float, y: float) -> float:
    """Return how many degrees a place in `crs` lies from Gwangju; infinite where it lies nowhere."""
    lon, lat = _way_to_map(crs).transform(x, y)
    return float(np.hypot(lon - GWANGJU_LON_LAT[0], lat - GWANGJU_LON_LAT[1]))


def lonlat_bounds(frame: gpd.GeoDataFrame) -> Bounds:
    """Return the least longitude and latitude and the greatest (degrees) of a frame's box; infinite where it has none."""
    west, south, east, north = frame.total_bounds
    return _way_to_map(frame.crs).transform_bounds(west, south, east, north)


def lies_in_korea(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Tell which features lie in Korea, by the corners of their boxes; they are looked at where not all of them do."""
    west, south, east, north = lonlat_bounds(frame)
    if _within(KOREA_LON_LAT, [west, east], [south, north]):
        return np.ones(len(frame), dtype=bool)
    box = frame.bounds.to_numpy()
    lon, lat = _way_to_map(frame.crs).transform(box[:, [0, 2, 0, 2]], box[:, [1, 1, 3, 3]])
    west, south, east, north = KOREA_LON_LAT
    return ((lon >= west) & (lat >= south) & (lon <= east) & (lat <= north)).all(axis=1)


def is_work_crs(crs: pyproj.CRS | None) -> bool:
    """Tell whether `crs` is one of the TM belts that analysis accepts."""
    return crs is not None and any(crs == pyproj.CRS(code) for code in BELTS)


def crs_name(crs: pyproj.CRS) -> str:
    """Return the belt's code, or the name of another CRS; one without a name is written out."""
    belt = next((code for code in BELTS if crs == pyproj.CRS(code)), None)
    return belt or (crs.to_string() if crs.name == "unknown" else crs.name)


def crs_code(crs: pyproj.CRS) -> str:
    """Return the code of a CRS as people know it, or its name where it has none."""
    number = None if korean_code(crs) else crs.to_epsg()
    return korean_code(crs) or (f"EPSG:{number}" if number else crs_name(crs))


def require_work_crs(*frames: gpd.GeoDataFrame) -> None:
    """Refuse frames that are not all in one TM belt."""
    for frame in frames:
        if not is_work_crs(frame.crs):
            raise CrsError("not_work_crs", belts=", ".join(BELTS), crs=crs_name(frame.crs) if frame.crs else "-")
        if frame.crs != frames[0].crs:
            raise CrsError("two_belts", one=crs_name(frames[0].crs), other=crs_name(frame.crs))


def reproject(frame: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """Return `frame` in `crs`; refuse a missing CRS and a ballpark datum shift."""
    if frame.crs is None:
        raise CrsError("no_crs")
    _sure_way(frame.crs, crs)
    return frame.to_crs(known_crs(crs))


def to_work_crs(frame: gpd.GeoDataFrame, belt: str | None = None) -> gpd.GeoDataFrame:
    """Return `frame` in `belt`, or in the belt of its own center.

    Raises
    ------
    CrsError
        Without a CRS, with only a ballpark shift, or where coordinates lie outside Korea.
    """
    lonlat = reproject(frame, MAP_CRS)
    require_korea(lonlat)
    if belt is None:
        west, _, east, _ = lonlat.total_bounds
        belt = belt_of((west + east) / 2) if len(lonlat) else GWANGJU_BELT
    return reproject(frame, belt)


def require_korea(lonlat: gpd.GeoDataFrame) -> None:
    """Refuse coordinates outside Korea, the usual sign of a wrong CRS or swapped axes."""
    west, south, east, north = KOREA_LON_LAT
    box = lonlat.bounds
    outside = ~((box.minx >= west) & (box.miny >= south) & (box.maxx <= east) & (box.maxy <= north))
    if outside.any():
        row = outside.to_numpy().argmax()
        x, y = box.iloc[row][["minx", "miny"]]
        swapped = south <= x <= north and west <= y <= east
        raise CrsError("swapped_axes" if swapped else "outside_korea", row=row + 1, x=f"{x:.5f}", y=f"{y:.5f}")
