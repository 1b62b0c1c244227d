"""How far apart two sites are: geodesic, between nearest points or centers, as an interval where a site may move."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.crs import MAP_CRS, require_work_crs
from gis.errors import InputError
from gis.kernel.geodesy import Floats, geodesic_distances
from gis.model import DISTANCE_COLUMNS, SCHEMATIC, worse_grade


def position_uncertainties(sites: gpd.GeoDataFrame) -> pd.Series:
    """Return how far in m each site may lie from where it is drawn; NaN where nobody says."""
    for column in ("center_uncertainty", "precision"):
        if column in sites:
            return sites[column].astype(float).rename("position_uncertainty")
    return pd.Series(np.nan, index=sites.index, name="position_uncertainty")


def pair_index(sites: gpd.GeoDataFrame, others: gpd.GeoDataFrame | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of every pair: unordered pairs within `sites`, or each site with each of `others`."""
    if others is None:
        return np.triu_indices(len(sites), k=1)
    grid = np.indices((len(sites), len(others))).reshape(2, -1)
    return grid[0], grid[1]


def distances(sites: gpd.GeoDataFrame, others: gpd.GeoDataFrame | None = None, measure: str = "gap") -> pd.DataFrame:
    """Return the straight-line distance in m of every pair, each unordered pair once.

    `gap` is taken between the nearest points of the boundaries, `centroid` between the centers. Where a
    position is uncertain by u, the true distance lies within ±Σu of the drawn one: a translation by v changes
    a distance by at most |v|. Such a pair has `low` and `high`; a pair with a schematic outline has no single
    `distance` and no points, for they would pretend to be known.
    """
    require_work_crs(sites, *([] if others is None else [others]))
    if measure not in ("gap", "centroid"):
        raise InputError("needs_network", measure=measure)
    second = sites if others is None else others
    left, right = pair_index(sites, others)
    start, end = _end_points(sites, second, left, right, measure)
    drawn = geodesic_distances(start, end)
    sway = position_uncertainties(sites).to_numpy()[left], position_uncertainties(second).to_numpy()[right]
    grade = [
        worse_grade(*pair)
        for pair in zip(sites["grade"].to_numpy()[left], second["grade"].to_numpy()[right], strict=True)
    ]
    schematic = np.array(
        [
            SCHEMATIC in pair
            for pair in zip(sites["grade"].to_numpy()[left], second["grade"].to_numpy()[right], strict=True)
        ],
        dtype=bool,
    )
    moves = np.nansum(sway, axis=0)
    moving = moves > 0
    known = np.where(schematic, np.nan, 1.0)
    rows = pd.DataFrame(
        {
            "from": sites["id"].to_numpy()[left],
            "to": second["id"].to_numpy()[right],
            "measure": measure,
            "distance": drawn * known,
            "duration": np.nan,
            "low": np.where(moving, np.maximum(drawn - moves, 0), np.nan),
            "high": np.where(moving, drawn + moves, np.nan),
            "from_lon": start[:, 0] * known,
            "from_lat": start[:, 1] * known,
            "to_lon": end[:, 0] * known,
            "to_lat": end[:, 1] * known,
            "grade": grade,
            "label": None,
        }
    )
    return rows[list(DISTANCE_COLUMNS)]


def _end_points(
    sites: gpd.GeoDataFrame, others: gpd.GeoDataFrame, left: np.ndarray, right: np.ndarray, measure: str
) -> tuple[Floats, Floats]:
    if measure == "centroid":
        shapes = sites.centroid.to_numpy()[left], others.centroid.to_numpy()[right]
        ends = [gpd.GeoSeries(points, crs=sites.crs).to_crs(MAP_CRS) for points in shapes]
        return shapely.get_coordinates(ends[0]), shapely.get_coordinates(ends[1])
    lines = gpd.GeoSeries(
        shapely.shortest_line(sites.geometry.to_numpy()[left], others.geometry.to_numpy()[right]), crs=sites.crs
    )
    points = shapely.get_coordinates(lines.to_crs(MAP_CRS)).reshape(-1, 2, 2)
    return points[:, 0], points[:, 1]


def nearest(sites: gpd.GeoDataFrame, places: gpd.GeoDataFrame, count: int = 3) -> pd.DataFrame:
    """Return the `count` places nearest to each site by gap, with the same columns as `distances`.

    A pair is ranked by the middle of its interval; the interval itself stays.
    """
    rows = distances(sites, places)
    middle = rows["distance"].fillna((rows["low"] + rows["high"]) / 2)
    rank = middle.groupby(rows["from"]).rank(method="first")
    order = {name: number for number, name in enumerate(sites["id"])}
    chosen = rows.assign(_order=rows["from"].map(order), _rank=rank)[rank <= count]
    return chosen.sort_values(["_order", "_rank"]).drop(columns=["_order", "_rank"]).reset_index(drop=True)
