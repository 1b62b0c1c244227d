"""Distances of very many pairs: nearest points from the kernel, and from GEOS where shapes meet."""

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from gis.crs import MAP_CRS
from gis.kernel.gaps import nearest_points
from gis.kernel.geodesy import Floats
from gis.kernel.ragged import Ragged, ragged


def boundary_points(
    sites: gpd.GeoDataFrame, others: gpd.GeoDataFrame, left: np.ndarray, right: np.ndarray
) -> tuple[Floats, Floats]:
    """Return the nearest points of each pair of polygons in degrees, as `gis.analysis.distance.boundary_points` does."""
    shapes = ragged(sites.geometry.to_numpy())
    return ragged_points(
        shapes, shapes if others is sites else ragged(others.geometry.to_numpy()), sites, others, left, right
    )


def ragged_points(
    shapes: Ragged, other_shapes: Ragged, sites: gpd.GeoDataFrame, others: gpd.GeoDataFrame,
    left: np.ndarray, right: np.ndarray,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return the same of sites whose coordinates are at hand as arrays."""
    one, other = sites.geometry.to_numpy(), others.geometry.to_numpy()
    points, sure = nearest_points(shapes, other_shapes, (left, right))
    rest = np.flatnonzero(~sure)
    if len(rest):
        lines = shapely.shortest_line(one[left[rest]], other[right[rest]])
        points[rest] = shapely.get_coordinates(lines).reshape(-1, 4)
    to_map = pyproj.Transformer.from_crs(sites.crs, MAP_CRS, always_xy=True)
    lon, lat = to_map.transform(points[:, 0::2].ravel(), points[:, 1::2].ravel())
    degrees = np.column_stack([lon, lat]).reshape(-1, 2, 2)
    return degrees[:, 0], degrees[:, 1]
