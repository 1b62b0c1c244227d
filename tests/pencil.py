"""Sites that can be checked with a pencil, in meters of EPSG:5186, near Gwangju."""

import geopandas as gpd
from shapely.geometry import box

ORIGIN = (170_000.0, 285_000.0)


def square(x: float, y: float, width: float = 100.0, height: float | None = None):
    """Return a rectangle whose lower left corner lies x, y meters from the origin."""
    left, low = ORIGIN[0] + x, ORIGIN[1] + y
    return box(left, low, left + width, low + (height or width))


def sites(*shapes, grade: str | None = "A", **columns) -> gpd.GeoDataFrame:
    """Return shapes as sites a, b, c … in EPSG:5186."""
    ids = [chr(ord("a") + number) for number in range(len(shapes))]
    rows = {"id": ids, "name": ids, "grade": grade, "source": "pencil", "official_area": float("nan"), **columns}
    return gpd.GeoDataFrame(rows, geometry=list(shapes), crs="EPSG:5186").set_index("id", drop=False)
