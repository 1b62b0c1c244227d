"""What lies next to what, in the planners' classes.

중첩 `overlap` / 연접 `border` / 인접 `beside` (only a road, river or rail between) / 근접 `near` /
이격 `apart` / 판정 불가 `unknown`. Every class is symmetric; a relation that a schematic outline leaves
open is `unknown`, with the relations still possible.
"""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.analysis.area import require_polygons
from gis.analysis.distance import distances, pair_index
from gis.crs import require_work_crs
from gis.errors import InputError
from gis.kernel.geodesy import Floats
from gis.model import ADJACENCY_COLUMNS, SCHEMATIC

HALF_QUANTUM = 0.0005
"""Half of the millimeter on which coordinates are kept: a threshold is met within it."""
_PARALLEL = np.cos(np.radians(10.0))


@dataclass(frozen=True)
class Thresholds:
    """Where the classes end, all in m.

    `tolerance` snaps boundaries that should be one; `beside` is the widest road, river or rail;
    `near` are the bands of 근접, the last of which ends it.
    """

    tolerance: float = 0.1
    beside: float = 100.0
    near: tuple[float, ...] = (2_000.0, 5_000.0, 10_000.0)

    def __post_init__(self) -> None:
        if not 0 <= self.tolerance <= 100:
            raise InputError("tolerance", tolerance=self.tolerance)
        if not self.near or list(self.near) != sorted(set(self.near)) or self.near[0] <= self.tolerance:
            raise InputError("near_bands", bands=", ".join(map(str, self.near)))
        if not self.tolerance <= self.beside <= self.near[-1]:
            raise InputError("beside", beside=self.beside, tolerance=self.tolerance, last=self.near[-1])


def adjacency(
    sites: gpd.GeoDataFrame,
    thresholds: Thresholds | None = None,
    *,
    within: float | None = None,
    separators: gpd.GeoDataFrame | None = None,
    units: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return the relation of every unordered pair of sites, with the numbers behind it.

    Parameters
    ----------
    within
        Leave out pairs that are surely farther apart than this (m); all pairs by default.
    separators
        Roads, rivers and railways (lines or polygons). Without them 인접 cannot be shown, and a pair
        within its width is `near` with `beside` still possible.
    units
        Administrative units; `separated_by` names those that lie between the nearest boundaries. Where an
        outline is schematic nobody knows which, and it stays empty.
    """
    thresholds = thresholds or Thresholds()
    require_work_crs(sites, *(frame for frame in (separators, units) if frame is not None))
    require_polygons(sites)
    left, right = pair_index(sites)
    gaps = distances(sites)
    shapes = sites.geometry.to_numpy()
    rows = [
        _record(shapes[a], shapes[b], gap, thresholds, separators, units)
        for a, b, gap in zip(left, right, gaps.to_dict("records"), strict=True)
    ]
    table = pd.DataFrame(rows, columns=list(ADJACENCY_COLUMNS))
    table["near_within"] = [_band(row, thresholds.near) for row in rows]
    if within is None:
        return table
    return table[~(table["low"].fillna(table["gap"]) > within + HALF_QUANTUM)].reset_index(drop=True)


def _record(
    one: shapely.Geometry,
    other: shapely.Geometry,
    gap: dict,
    thresholds: Thresholds,
    separators: gpd.GeoDataFrame | None,
    units: gpd.GeoDataFrame | None,
) -> dict:
    line = shapely.shortest_line(one, other)
    record = {
        "a": gap["from"], "b": gap["to"], "gap": gap["distance"], "low": gap["low"], "high": gap["high"],
        "tolerance": thresholds.tolerance, "grade": gap["grade"], "separated_by": None, "de9im": None,
    }  # fmt: skip
    if gap["grade"] == SCHEMATIC or np.isnan(gap["distance"]):
        possible = possible_relations(gap["low"], gap["high"], thresholds)
        disjoint = not {"overlap", "border"} & set(possible)
        record |= {
            "relation": possible[0] if len(possible) == 1 else "unknown",
            "shared_boundary": 0.0 if disjoint else np.nan,
            "overlap": 0.0 if disjoint else np.nan,
            "de9im": "FF2FF1212" if disjoint else None,
        }
        return record | {"possible_relations": "|".join(possible)}
    shared = (
        shared_boundary(one, other, thresholds.tolerance)
        if gap["distance"] <= thresholds.tolerance + HALF_QUANTUM
        else 0.0
    )
    common = shapely.intersection(one, other)
    between = barrier(line, gap["distance"], separators, thresholds)
    if is_wide(common, thresholds.tolerance):
        relation = "overlap"
    elif shared > thresholds.tolerance:
        relation = "border"
    elif between:
        relation = "beside"
    else:
        relation = "near" if gap["distance"] <= thresholds.near[-1] + HALF_QUANTUM else "apart"
    maybe_beside = relation == "near" and separators is None and gap["distance"] <= thresholds.beside + HALF_QUANTUM
    return record | {
        "relation": relation,
        "possible_relations": "beside|near" if maybe_beside else relation,
        "shared_boundary": shared,
        "overlap": float(shapely.area(common)),
        "separated_by": between or (_between(line, units) if gap["distance"] > thresholds.tolerance else None),
        "de9im": shapely.relate(one, other),
    }


def _band(row: dict, bands: tuple[float, ...]) -> float:
    """Return the smallest band of 근접 in m that surely holds a near pair; NaN for any other."""
    if row["relation"] != "near":
        return np.nan
    farthest = row["high"] if np.isnan(row["gap"]) else row["gap"]
    return next((band for band in bands if farthest <= band + HALF_QUANTUM), np.nan)


def possible_relations(low: float, high: float, thresholds: Thresholds) -> list[str]:
    """Return the relations that a gap somewhere from `low` to `high` (m) leaves open; all where it is unknown."""
    if np.isnan(low) or np.isnan(high):
        return ["overlap", "border", "beside", "near", "apart"]
    open_ends = (
        ("overlap", low <= 0),
        ("border", low <= thresholds.tolerance + HALF_QUANTUM),
        ("beside", low <= thresholds.beside + HALF_QUANTUM and high > thresholds.tolerance),
        ("near", low <= thresholds.near[-1] + HALF_QUANTUM and high > 0),
        ("apart", high > thresholds.near[-1] + HALF_QUANTUM),
    )
    return [name for name, possible in open_ends if possible]


def shared_boundary(one: shapely.Geometry, other: shapely.Geometry, tolerance: float) -> float:
    """Return how many m of their boundaries two polygons share, within `tolerance` (m).

    A stretch counts where an edge of one runs along an edge of the other, at most 10° off. The smaller of
    both views makes it symmetric and counts a doubled edge once. Meeting in a corner is no shared boundary.
    """
    first, second = _edges(one), _edges(other)
    return min(_along(first, second, tolerance), _along(second, first, tolerance))


def _along(edges: Floats, others: Floats, tolerance: float) -> float:
    """Return the length in m of the stretches of `edges` (n, 2, 2) that run along any of `others`.

    A stretch runs along another edge where it lies beside it, between its ends, within the tolerance.
    """
    reach = tolerance + HALF_QUANTUM
    tree = shapely.STRtree(shapely.linestrings(others))
    left, right = tree.query(shapely.linestrings(edges), predicate="dwithin", distance=reach)
    step, way = (ends[:, 1] - ends[:, 0] for ends in (edges[left], others[right]))
    length, other_length = np.hypot(*step.T), np.hypot(*way.T)
    way = way / other_length[:, None]
    offset = edges[left, 0] - others[right, 0]
    along, across = (step * way).sum(axis=1), _cross(way, step)
    first, last = _between_shares((offset * way).sum(axis=1), along, np.zeros(len(along)), other_length)
    begin, end = _between_shares(_cross(way, offset), across, np.full(len(along), -reach), np.full(len(along), reach))
    first, last = np.maximum(np.maximum(first, begin), 0.0), np.minimum(np.minimum(last, end), 1.0)
    runs = (np.abs(along) >= _PARALLEL * length) & (first < last)
    return _union_length(left[runs], first[runs], last[runs], length[runs])


def _between_shares(value: Floats, slope: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return from which to which share t of an edge `value` + t · `slope` lies from `low` to `high`."""
    inside, still = (low <= value) & (value <= high), slope == 0
    steep = np.where(still, 1.0, slope)
    ends = np.sort([(low - value) / steep, (high - value) / steep], axis=0)
    endless = np.where(inside, np.inf, -np.inf)
    return np.where(still, -endless, ends[0]), np.where(still, endless, ends[1])


def _union_length(edge: np.ndarray, first: Floats, last: Floats, length: Floats) -> float:
    """Return how long the stretches are together, each place of an edge counted once."""
    order = np.lexsort((first, edge))
    apart = 2.0 * edge[order]  # stretches of different edges do not meet
    ends = last[order] + apart
    reached = np.concatenate([[-np.inf], np.maximum.accumulate(ends)[:-1]]) if len(ends) else ends
    return float((np.maximum(ends - np.maximum(first[order] + apart, reached), 0.0) * length[order]).sum())


def _edges(shape: shapely.Geometry) -> Floats:
    """Return both ends of the straight pieces of every ring, (n, 2, 2); repeated points make none."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    steps = np.stack([points[:-1], points[1:]], axis=1)
    return steps[(ring[:-1] == ring[1:]) & (steps[:, 0] != steps[:, 1]).any(axis=1)]


def _cross(one: Floats, other: Floats) -> Floats:
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]


def is_wide(common: Any, tolerance: float) -> Any:
    """Tell whether land that two polygons both cover is wider than the tolerance anywhere; of an array, for each."""
    return ~shapely.is_empty(shapely.buffer(common, -core_radius(tolerance)))


def core_radius(tolerance: float) -> float:
    """Return the radius in m of a disc that land wider than the tolerance holds."""
    return tolerance / 2 + HALF_QUANTUM


def barrier(
    line: shapely.Geometry, gap: float, separators: gpd.GeoDataFrame | None, thresholds: Thresholds
) -> str | None:
    """Return the names of the roads, rivers and railways that alone fill the gap, if they do."""
    if separators is None or not thresholds.tolerance < gap <= thresholds.beside + HALF_QUANTUM:
        return None
    crossing = separators.iloc[separators.sindex.query(line, predicate="intersects")]
    if crossing.empty:
        return None
    polygons = crossing[crossing.geom_type.isin(["Polygon", "MultiPolygon"])]
    has_line = len(polygons) < len(crossing)
    bare = shapely.length(shapely.difference(line, shapely.union_all(polygons.geometry.to_numpy())))
    return "|".join(sorted(crossing["name"].astype(str).unique())) if has_line or bare <= thresholds.tolerance else None


def _between(line: shapely.Geometry, units: gpd.GeoDataFrame | None) -> str | None:
    """Return the units that the shortest line between two boundaries crosses, in its order."""
    if units is None or shapely.length(line) == 0:
        return None
    crossed = units.iloc[units.sindex.query(line, predicate="intersects")]
    along = shapely.line_locate_point(line, shapely.centroid(shapely.intersection(crossed.geometry.to_numpy(), line)))
    names = crossed["name"].to_numpy()[np.argsort(along, kind="stable")]
    return "|".join(dict.fromkeys(names)) or None
