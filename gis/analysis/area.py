"""How large a site is: on the plane of its belt, on the ellipsoid, and against the notice."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import MAP_CRS, crs_name, reproject, require_work_crs
from gis.errors import InputError
from gis.kernel.geodesy import polygon_areas
from gis.model import SCHEMATIC, SHARE_COLUMNS, worse_grade

Floats = NDArray[np.float64]
ROUNDING = 0.01
"""m by which 7 decimals of a degree round a boundary; a share thinner than that all round is no land."""


def geodesic_areas(sites: gpd.GeoDataFrame) -> pd.Series:
    """Return each site's 타원체면적 in m² on GRS80, aligned to `sites.index`."""
    require_work_crs(sites)
    return pd.Series(geodesic_measures(sites)[0], index=sites.index, name="area")


def planar_areas(sites: gpd.GeoDataFrame) -> pd.Series:
    """Return each site's 좌표면적 in m², the statutory way: in the plane of its TM belt."""
    require_work_crs(sites)
    return sites.area.rename("planar_area")


def area_sigmas(sites: gpd.GeoDataFrame, vertex_sigmas: pd.Series) -> pd.DataFrame:
    """Return the standard deviation of each planar area in m², for independent and fully correlated vertices.

    `sigma`: var(A) = ¼ Σ [(y₊−y₋)² + (x₊−x₋)²] σ² for independent errors (Chrisman & Yandell 1988; Ghilani 2000).
    `sigma_correlated`: perimeter × σ, where the whole rim is off to the same side. Both are NaN where the
    grade has no vertex sigma, and for schematic outlines, whose area is the official one by construction. A site's own
    `vertex_sigma` in m, as of one traced on a picture, goes before that of its grade; where `own_sigma` says that it
    has one, NaN is unknown.
    """
    require_work_crs(sites)
    vertex_sigma = sites["grade"].map(vertex_sigmas).astype(float)
    if "vertex_sigma" in sites:
        stated = sites["vertex_sigma"].astype(float)
        own = sites["own_sigma"].astype(bool) if "own_sigma" in sites else stated.notna()
        vertex_sigma = vertex_sigma.where(~own, stated)
    vertex_sigma = vertex_sigma.where(sites["grade"] != SCHEMATIC)
    root = _unit_sigmas(sites.geometry.to_numpy())
    return pd.DataFrame(
        {"sigma": root * vertex_sigma, "sigma_correlated": sites.length * vertex_sigma}, index=sites.index
    )


def _unit_sigmas(shapes: NDArray[np.object_]) -> Floats:
    """Return the σ of each area where that of a vertex is 1: from the neighbors of every vertex of every ring."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, polygon = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(points):
        return np.zeros(len(shapes))
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    closing = np.append(first[1:], len(points)) - 1
    at = np.setdiff1d(np.arange(len(points)), closing)
    before = at - 1
    before[np.searchsorted(at, first)] = closing - 1
    squares = ((points[at + 1] - points[before]) ** 2).sum(axis=1)
    return 0.5 * np.sqrt(np.bincount(owner[polygon[ring[at]]], squares, len(shapes)))


def geodesic_measures(sites: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Return area (m²) and perimeter (m) of each site on GRS80."""
    return polygon_areas(reproject(sites, MAP_CRS).geometry.to_numpy())


def site_measures(
    sites: gpd.GeoDataFrame,
    vertex_sigmas: pd.Series,
    measured: Callable[[gpd.GeoDataFrame], tuple[Floats, Floats]] = geodesic_measures,
) -> pd.DataFrame:
    """Return both areas, perimeter, difference from the official area and sigma for each site.

    A schematic outline gets neither difference nor sigma: both would be circular. `measured` gives area and perimeter on
    the ellipsoid.

    Raises
    ------
    InputError
        Where a feature is no polygon.
    """
    require_polygons(sites)
    official = sites["official_area"].astype(float)
    area, perimeter = measured(sites)
    compared = official.where((sites["grade"] != SCHEMATIC) & (official > 0))
    return pd.DataFrame(
        {
            "id": sites["id"],
            "name": sites["name"],
            "area": area,
            "planar_area": planar_areas(sites),
            "planar_crs": crs_name(sites.crs),
            "perimeter": perimeter,
            "official_area": official,
            "difference_pct": 100 * (area - compared) / compared,
            **area_sigmas(sites, vertex_sigmas),
            "grade": sites["grade"],
            "source": sites["source"],
        },
        index=sites.index,
    )


def unit_shares(sites: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return how much of each site lies in each administrative unit, largest first; shares of a site add to 100 %.

    What lies in no unit is a row of its own with an empty code.
    """
    require_work_crs(sites, units)
    require_polygons(sites)
    left, right = units.sindex.query(sites.geometry, predicate="intersects")
    pieces = gpd.GeoDataFrame(
        {"id": sites["id"].to_numpy()[left], "unit_code": units["id"].to_numpy()[right], "unit_name": units["full_name"].to_numpy()[right]},
        geometry=shapely.intersection(sites.geometry.to_numpy()[left], units.geometry.to_numpy()[right]),
        crs=sites.crs,
    )  # fmt: skip
    outside = gpd.GeoDataFrame(
        {"id": sites["id"].to_numpy(), "unit_code": None, "unit_name": None},
        geometry=[
            shapely.difference(site, shapely.union_all(units.geometry.to_numpy()[right[left == row]]))
            for row, site in enumerate(sites.geometry)
        ],
        crs=sites.crs,
    )
    rows = pd.concat([pieces, outside], ignore_index=True)
    rows["area"], rows["planar"] = geodesic_areas(rows), rows.area
    rows["order"] = rows["id"].map({name: number for number, name in enumerate(sites["id"])})
    rows = _without_slivers(rows.sort_values(["order", "planar"], ascending=[True, False]), sites)
    cut = worse_grade(*units["grade"])
    rows["grade"] = rows["id"].map({row.id: worse_grade(row.grade, cut) for row in sites.itertuples()})
    rows["share_pct"] = 100 * rows["planar"] / rows.groupby("id")["planar"].transform("sum")
    return pd.DataFrame(rows[list(SHARE_COLUMNS)]).reset_index(drop=True)


def _without_slivers(rows: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `rows`, largest first in each site, with what rounding leaves along a boundary given to the largest."""
    thinnest = rows["id"].map(ROUNDING * sites.set_index("id").length)
    first = ~rows["id"].duplicated()
    sliver = (rows["planar"] <= thinnest) & ~first
    lost = rows[sliver].groupby("id")[["area", "planar"]].sum()
    kept = rows.copy()
    for column in ("area", "planar"):
        kept[column] += np.where(first, kept["id"].map(lost[column]).fillna(0.0), 0.0)
    return kept[~sliver]


def require_polygons(sites: gpd.GeoDataFrame) -> None:
    """Refuse points and lines, which have no area."""
    wrong = ~sites.geom_type.isin(["Polygon", "MultiPolygon"])
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError("needs_polygons", row=row + 1, kind=sites.geom_type.iloc[row])
