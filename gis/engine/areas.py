"""Areas of very many sites, measured in the plane of their belt."""

import geopandas as gpd

from gis.analysis.area import Floats, geodesic_measures
from gis.crs import belt_origin, crs_name, require_work_crs
from gis.kernel.plane_area import Plane, shape_measures
from gis.kernel.ragged import Ragged, ragged


def plane_measures(sites: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Return area (m²) and perimeter (m) of each site on GRS80, within 0.001 ppm of the true ones.

    What lies too far from the meridian for the series, or has edges too long, is measured by pyproj.
    """
    require_work_crs(sites)
    return ragged_measures(ragged(sites.geometry.to_numpy()), sites)


def ragged_measures(shapes: Ragged, sites: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Return the same of sites whose coordinates are at hand as arrays."""
    origin = belt_origin(crs_name(sites.crs))
    plane = Plane(origin.scale, origin.false_east, origin.false_north, origin.lat)
    area, length, sound = shape_measures(shapes, plane)
    doubtful = ~sound
    if doubtful.any():
        area[doubtful], length[doubtful] = geodesic_measures(sites[doubtful])
    return area, length
