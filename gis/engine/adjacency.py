"""What lies next to what among very many sites: a row for each pair that may lie within a distance."""

from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.analysis.adjacency import HALF_QUANTUM, Thresholds, barrier, core_radius, is_wide, shared_boundary
from gis.analysis.distance import reach
from gis.analysis.overlay import valid_shapes
from gis.engine.distance import ragged_points
from gis.engine.fabric import Fabric, fabric
from gis.errors import InputError
from gis.kernel.geodesy import Floats, geodesic_distances
from gis.kernel.jit import in_threads
from gis.kernel.meeting import DOUBTFUL, OVERLAP, box_pairs, meetings
from gis.kernel.overlap import shape_boxes, shared_measures
from gis.kernel.ragged import Ragged
from gis.model import ADJACENCY_COLUMNS, SCHEMATIC, worse_grade

SCALE = 1.0 + 3e-4
"""How much longer a length on the ellipsoid may be than in the plane of its belt, and the other way round."""
RELATIONS = ("overlap", "border", "beside", "near", "apart")
NEAR = RELATIONS.index("near")
POSSIBLE = (*RELATIONS, "beside|near")
Codes = NDArray[np.int8]
Positions = NDArray[np.int64]
Flags = NDArray[np.bool_]


def adjacency(
    sites: gpd.GeoDataFrame | Fabric,
    thresholds: Thresholds,
    within: float,
    separators: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return what `gis.analysis.adjacency.adjacency` does of the pairs that may lie within so many m of one another.

    `de9im` and the 법정동 between stay empty: they are asked of single pairs.

    Raises
    ------
    InputError
        Where an outline is schematic, for then nobody knows which pairs lie within.
    """
    ready = sites if isinstance(sites, Fabric) else fabric(sites)
    frame, shapes = ready.frame, ready.frame.geometry.to_numpy()
    shapes = shapes if ready.valid.all() else valid_shapes(shapes)
    if frame["grade"].eq(SCHEMATIC).any():
        raise InputError("many_schematic")
    moved = reach(frame)
    limit = SCALE * (within + 2 * float(moved.max(initial=0.0))) + HALF_QUANTUM
    snap = thresholds.tolerance + HALF_QUANTUM
    left, right = box_pairs(shape_boxes(ready.shapes), limit)
    found = meetings(ready.shapes, (left, right), limit, snap)
    doubtful = (found.kind == DOUBTFUL) | ~(ready.valid[left] & ready.valid[right])
    found.gap[doubtful] = shapely.distance(shapes[left[doubtful]], shapes[right[doubtful]])
    near = np.flatnonzero(found.gap <= limit)
    left, right, gap, shared = left[near], right[near], found.gap[near], found.shared[near]
    may_overlap = (found.kind[near] == OVERLAP) | (doubtful[near] & (gap == 0.0))
    apart = np.flatnonzero(gap > 0)
    gap[apart] = geodesic_distances(*ragged_points(ready.shapes, ready.shapes, frame, frame, left[apart], right[apart]))
    spread = moved[left] + moved[right]
    kept = np.flatnonzero(~(np.maximum(gap - spread, 0.0) > within + HALF_QUANTUM))
    left, right, gap, shared, spread = left[kept], right[kept], gap[kept], shared[kept], spread[kept]
    shared = np.where(gap <= snap, shared, 0.0)
    for pair in np.flatnonzero(np.isnan(shared)):
        shared[pair] = shared_boundary(shapes[left[pair]], shapes[right[pair]], thresholds.tolerance)
    area, wide = _common(ready.shapes, shapes, (left, right), may_overlap[kept], thresholds.tolerance)
    between = _barriers(shapes, (left, right), gap, separators, thresholds)
    relation = _relations(gap, shared, wide, between, thresholds)
    ids = frame["id"].array
    table = pd.DataFrame(
        {
            "a": ids.take(left), "b": ids.take(right), "relation": _words(relation, RELATIONS),
            "possible_relations": _words(_possible(relation, gap, separators, thresholds), POSSIBLE), "gap": gap,
            "low": np.where(spread > 0, np.maximum(gap - spread, 0.0), np.nan),
            "high": np.where(spread > 0, gap + spread, np.nan),
            "shared_boundary": shared, "overlap": area, "separated_by": between, "de9im": None,
            "tolerance": thresholds.tolerance, "grade": _grades(frame["grade"], left, right),
        }
    )  # fmt: skip
    table = table.reindex(columns=list(ADJACENCY_COLUMNS))
    table["near_within"] = _bands(relation == NEAR, gap, thresholds.near)
    return table


def _common(
    arrays: Ragged, shapes: NDArray[np.object_], pairs: tuple[Positions, Positions], asked: Flags, tolerance: float
) -> tuple[Floats, Flags]:
    """Return the area (m²) that pairs share and whether it is wider than the tolerance; nothing of those not asked.

    Land without holes holds a disc of radius area / perimeter (B. Sz.-Nagy: its inner parallel curves are not longer than
    its boundary), and none of a larger area; what lies between is asked of GEOS.
    """
    area, wide = np.zeros(len(asked)), np.zeros(len(asked), dtype=bool)
    places, radius = np.flatnonzero(asked), core_radius(tolerance)
    left, right = pairs[0][places], pairs[1][places]
    area[places], perimeter, sure = shared_measures(arrays, arrays, (left, right))
    whole = np.diff(arrays.shape_rings) == 1
    wide[places] = sure & whole[left] & whole[right] & (area[places] > 1.01 * radius * perimeter)
    rest = places[~(sure & (wide[places] | (area[places] < 0.99 * np.pi * radius**2)))]

    def work(start: int, end: int) -> None:
        here = rest[start:end]
        common = shapely.intersection(shapes[pairs[0][here]], shapes[pairs[1][here]])
        area[here] = shapely.area(common)
        wide[here] = is_wide(common, tolerance)

    in_threads(work, len(rest), 512)
    return area, wide


def _relations(
    gap: Floats, shared: Floats, wide: Flags, between: NDArray[np.object_] | None, thresholds: Thresholds
) -> Codes:
    """Return the place of each relation in `RELATIONS`."""
    filled = np.zeros(len(gap), dtype=bool) if between is None else between.astype(bool)
    near = gap <= thresholds.near[-1] + HALF_QUANTUM
    return np.select([wide, shared > thresholds.tolerance, filled, near], range(4), 4).astype(np.int8)


def _possible(relation: Codes, gap: Floats, separators: gpd.GeoDataFrame | None, thresholds: Thresholds) -> Codes:
    """Return the place of the relations in `POSSIBLE` that a pair may have: without separators nobody knows 인접."""
    if separators is not None:
        return relation
    return np.where((relation == NEAR) & (gap <= thresholds.beside + HALF_QUANTUM), len(RELATIONS), relation)


def _words(codes: Codes, known: tuple[str, ...]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=list(known))


def _barriers(
    shapes: NDArray[np.object_], pairs: tuple[Positions, Positions], gap: Floats,
    separators: gpd.GeoDataFrame | None, thresholds: Thresholds,
) -> NDArray[np.object_] | None:  # fmt: skip
    """Return the names of the roads, rivers and railways that alone fill the gap of each pair; None where none do."""
    if separators is None:
        return None
    names = np.full(len(gap), None, dtype=object)
    asked = np.flatnonzero((gap > thresholds.tolerance) & (gap <= thresholds.beside + HALF_QUANTUM))
    lines = shapely.shortest_line(shapes[pairs[0][asked]], shapes[pairs[1][asked]])
    for place in np.unique(separators.sindex.query(lines, predicate="intersects")[0]):
        names[asked[place]] = barrier(lines[place], gap[asked[place]], separators, thresholds)
    return names


def _grades(grades: pd.Series, left: Positions, right: Positions) -> pd.Categorical:
    """Return the grade that each pair deserves."""
    codes, found = pd.factorize(grades, use_na_sentinel=False)
    known = [one if isinstance(one, str) else None for one in found]
    pairs = [worse_grade(*pair) for pair in product(known, repeat=2)]
    worse = sorted({one for one in pairs if one is not None})
    places = np.array([-1 if one is None else worse.index(one) for one in pairs], dtype=np.int8)
    return pd.Categorical.from_codes(places[codes[left] * len(known) + codes[right]], categories=worse)


def _bands(near: Flags, gap: Floats, bands: tuple[float, ...]) -> Floats:
    """Return the smallest band of 근접 in m that holds each near pair; NaN for any other."""
    place = np.searchsorted(np.array(bands) + HALF_QUANTUM, gap)
    return np.where(near, np.append(np.array(bands, dtype=float), np.nan)[place], np.nan)
