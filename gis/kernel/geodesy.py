"""Areas and lengths on the ellipsoid.

Source: C. F. F. Karney, Algorithms for geodesics, J. Geodesy 87 (2013) 43–55,
doi:10.1007/s00190-012-0578-z, as PROJ and pyproj implement it.
"""

from functools import cache

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod

Floats = NDArray[np.float64]


@cache
def _geod(ellipsoid: str) -> Geod:
    return Geod(ellps=ellipsoid)


def geodesic_area(lonlat: ArrayLike, ellipsoid: str = "GRS80") -> float:
    """Return the area in m² of one ring on the ellipsoid, whichever way it turns.

    Parameters
    ----------
    lonlat
        Longitude and latitude in degrees, shape (n, 2); the ring closes itself.
    ellipsoid
        A PROJ name; GRS80 is the one of the Korean datum.
    """
    return abs(_ring(lonlat, ellipsoid)[0])


def geodesic_perimeter(lonlat: ArrayLike, ellipsoid: str = "GRS80") -> float:
    """Return the length in m of one ring on the ellipsoid; it closes itself."""
    return _ring(lonlat, ellipsoid)[1]


def _ring(lonlat: ArrayLike, ellipsoid: str) -> tuple[float, float]:
    points = np.asarray(lonlat, dtype=float).reshape(-1, 2)
    area, perimeter = _geod(ellipsoid).polygon_area_perimeter(points[:, 0], points[:, 1])
    return float(area), float(perimeter)


def polygon_areas(lonlat: ArrayLike) -> tuple[Floats, Floats]:
    """Return area (m²) and perimeter (m) of each polygon in degrees; holes are cut out, their rims counted."""
    shapes = np.asarray(lonlat, dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, ring_owner = shapely.get_rings(parts, return_index=True)
    points, point_owner = shapely.get_coordinates(rings, return_index=True)
    outer = np.diff(ring_owner, prepend=-1) != 0
    sign = np.where(outer, 1.0, -1.0)
    rows = np.split(points, np.flatnonzero(np.diff(point_owner)) + 1) if len(points) else []
    measured = np.array([(geodesic_area(r), geodesic_perimeter(r)) for r in rows]).reshape(-1, 2)
    home = owner[ring_owner]
    area = np.zeros(len(shapes))
    perimeter = np.zeros(len(shapes))
    np.add.at(area, home, measured[:, 0] * sign)
    np.add.at(perimeter, home, measured[:, 1])
    return area, perimeter


def geodesic_distances(start: ArrayLike, end: ArrayLike, ellipsoid: str = "GRS80") -> Floats:
    """Return the length in m of the geodesic from each start to each end, both (n, 2) in degrees."""
    a, b = (np.asarray(p, dtype=float).reshape(-1, 2) for p in (start, end))
    return np.asarray(_geod(ellipsoid).inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2])
