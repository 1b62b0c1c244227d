"""How far apart two sites are: geodesic, between nearest points or centers, as an interval where a site may move."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.crs import MAP_CRS, require_work_crs
from gis.errors import InputError
from gis.kernel.geodesy import Floats, geodesic_distances
from gis.model import DISTANCE_COLUMNS, SCHEMATIC, worse_grade

NearestPoints = Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame, np.ndarray, np.ndarray], tuple[Floats, Floats]]


def position_uncertainties(sites: gpd.GeoDataFrame) -> pd.Series:
    """Return how far in m each site may lie from where it is drawn; NaN where nobody says."""
    stated = pd.Series(np.nan, index=sites.index, name="position_uncertainty")
    for column in ("center_uncertainty", "precision"):
        if column in sites:
            stated = stated.fillna(sites[column].astype(float))
    return stated


def pair_index(sites: gpd.GeoDataFrame, others: gpd.GeoDataFrame | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of every pair: unordered pairs within `sites`, or each site with each of `others`."""
    if others is None:
        return np.triu_indices(len(sites), k=1)
    grid = np.indices((len(sites), len(others))).reshape(2, -1)
    return grid[0], grid[1]


def distances(
    sites: gpd.GeoDataFrame,
    others: gpd.GeoDataFrame | None = None,
    measure: str = "gap",
    nearest_points: NearestPoints | None = None,
) -> pd.DataFrame:
    """Return the straight-line distance in m of every pair, each unordered pair once.

    `gap` is taken between the nearest points of the boundaries, `centroid` between the centers.

    Where positions are uncertain the true distance has a `low` and a `high`. Let A and B be drawn d apart, and
    truly lie at A + v and B + w with |v| ≤ u, |w| ≤ t. For any a in A, b in B the triangle inequality gives
    | |(a + v) − (b + w)| − |a − b| | ≤ |v| + |w| ≤ u + t. It holds for the pair that is nearest when drawn and for
    the one that is nearest in truth, so the true distance lies within d ± (u + t), and never below 0.

    A pair with a schematic outline has no single `distance` and no points, for they would pretend to be known,
    and no interval either unless the uncertainty of each schematic outline is stated. `nearest_points` finds what
    `boundary_points` finds.
    """
    require_work_crs(sites, *([] if others is None else [others]))
    if measure not in ("gap", "centroid"):
        raise InputError("needs_network", measure=measure)
    second = sites if others is None else others
    left, right = pair_index(sites, others)
    find = centers if measure == "centroid" else nearest_points or boundary_points
    start, end = find(sites, second, left, right)
    drawn = geodesic_distances(start, end)
    grades = list(zip(sites["grade"].to_numpy()[left], second["grade"].to_numpy()[right], strict=True))
    known = np.array([np.nan if SCHEMATIC in pair else 1.0 for pair in grades])
    moved = reach(sites)[left] + reach(second)[right]
    moved = np.where((moved == 0) & ~np.isnan(known), np.nan, moved)
    rows = pd.DataFrame(
        {
            "from": sites["id"].to_numpy()[left],
            "to": second["id"].to_numpy()[right],
            "measure": measure,
            "distance": drawn * known,
            "duration": np.nan,
            "low": np.maximum(drawn - moved, 0),
            "high": drawn + moved,
            "from_lon": start[:, 0] * known,
            "from_lat": start[:, 1] * known,
            "to_lon": end[:, 0] * known,
            "to_lat": end[:, 1] * known,
            "grade": [worse_grade(*pair) for pair in grades],
            "label": None,
        }
    )
    return rows[list(DISTANCE_COLUMNS)]


def reach(sites: gpd.GeoDataFrame) -> Floats:
    """Return how far each site may move: nothing where none is stated, unknown for a schematic outline.

    A schematic outline that claims to lie exactly says nothing either.
    """
    stated, schematic = position_uncertainties(sites), sites["grade"] == SCHEMATIC
    return stated.where(stated.notna() | schematic, 0.0).mask(schematic & (stated == 0)).to_numpy()


def centers(
    sites: gpd.GeoDataFrame, others: gpd.GeoDataFrame, left: np.ndarray, right: np.ndarray
) -> tuple[Floats, Floats]:
    """Return the centers of each pair in degrees."""
    shapes = sites.centroid.to_numpy()[left], others.centroid.to_numpy()[right]
    ends = [gpd.GeoSeries(points, crs=sites.crs).to_crs(MAP_CRS) for points in shapes]
    return shapely.get_coordinates(ends[0]), shapely.get_coordinates(ends[1])


def boundary_points(
    sites: gpd.GeoDataFrame, others: gpd.GeoDataFrame, left: np.ndarray, right: np.ndarray
) -> tuple[Floats, Floats]:
    """Return the nearest points of the two of each pair in degrees."""
    lines = gpd.GeoSeries(
        shapely.shortest_line(sites.geometry.to_numpy()[left], others.geometry.to_numpy()[right]), crs=sites.crs
    )
    points = shapely.get_coordinates(lines.to_crs(MAP_CRS)).reshape(-1, 2, 2)
    return points[:, 0], points[:, 1]


def nearest(sites: gpd.GeoDataFrame, places: gpd.GeoDataFrame, count: int = 3) -> pd.DataFrame:
    """Return the places that may be among the `count` nearest to each site by gap, nearest upper end first.

    A place is left out once `count` others are surely nearer: their upper ends lie below its lower end. Known
    positions so give `count` places; schematic ones may give more, for an interval is no value to rank by. Where
    a distance is unknown the place stays in.
    """
    rows = distances(sites, places)
    low, high = (rows[end].fillna(rows["distance"]) for end in ("low", "high"))
    chosen = []
    for site in sites["id"]:
        here = (rows["from"] == site).to_numpy()
        surely_nearer = np.searchsorted(np.sort(high[here]), low[here].fillna(0.0))
        kept = rows[here][surely_nearer < count]
        chosen.append(kept.loc[high[kept.index].sort_values(kind="stable").index])
    return pd.concat(chosen, ignore_index=True) if chosen else rows
