"""Coordinate reference systems: the only home of EPSG codes.

Analysis happens in one Korean TM belt, chosen by the study's center; the map gets WGS 84.
Frames keep x = east, y = north, whatever axis order the registry names.
"""

import geopandas as gpd
import pyproj
from pyproj.exceptions import CRSError, ProjError

from gis.errors import CrsError

MAP_CRS = "EPSG:4326"
BELTS: dict[str, float] = {"EPSG:5185": 125.0, "EPSG:5186": 127.0, "EPSG:5187": 129.0, "EPSG:5188": 131.0}
GWANGJU_BELT = "EPSG:5186"
KOREA_LON_LAT = (124.0, 33.0, 132.0, 39.0)


def belt_of(lon: float) -> str:
    """Return the TM belt whose meridian lies nearest to `lon` (degrees)."""
    return min(BELTS, key=lambda code: abs(BELTS[code] - lon))


def known_crs(text: str) -> pyproj.CRS:
    """Return the horizontal CRS that a person named, heights left out: an EPSG code, a PROJ string or WKT.

    Raises
    ------
    CrsError
        Where nobody knows it, or it has no longitude and latitude and no plane.
    """
    try:
        crs = pyproj.CRS.from_user_input(text.strip()).to_2d()
    except (CRSError, UnicodeError) as error:
        raise CrsError("unknown_crs", crs=text) from error
    horizontal = crs.sub_crs_list[0] if crs.is_compound else crs
    if not (horizontal.is_projected or horizontal.is_geographic):
        raise CrsError("unknown_crs", crs=text)
    return horizontal


def is_work_crs(crs: pyproj.CRS | None) -> bool:
    """Tell whether `crs` is one of the TM belts that analysis accepts."""
    return crs is not None and any(crs == pyproj.CRS(code) for code in BELTS)


def crs_name(crs: pyproj.CRS) -> str:
    """Return the belt's code, or the name of another CRS; one without a name is written out."""
    belt = next((code for code in BELTS if crs == pyproj.CRS(code)), None)
    return belt or (crs.to_string() if crs.name == "unknown" else crs.name)


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
    wanted = known_crs(crs)
    try:
        pyproj.Transformer.from_crs(frame.crs, wanted, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise CrsError("ballpark", crs=crs_name(frame.crs), to=crs) from error
    return frame.to_crs(wanted)


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
