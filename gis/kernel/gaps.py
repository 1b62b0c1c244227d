"""The nearest points of pairs of polygons that stand apart: runs of edges are passed over that cannot hold them.

Pairs that meet or hold one another have no gap, and are left to GEOS, as are those where floats cannot tell.
"""

import numpy as np
from numpy.typing import NDArray

from gis.kernel.jit import compiled, in_threads, inlined
from gis.kernel.overlap import edge_runs, shape_boxes
from gis.kernel.predicates import OUTSIDE, orientation, place_in_rings
from gis.kernel.ragged import Floats, Offsets, Ragged

Positions = NDArray[np.int64]


def nearest_points(one: Ragged, other: Ragged, pairs: tuple[Positions, Positions]) -> tuple[Floats, NDArray[np.bool_]]:
    """Return x and y of the nearest point of the first and of the second shape (n, 4), and whether there surely is a gap."""
    count = len(pairs[0])
    points, sure = np.full((count, 4), np.nan), np.zeros(count, dtype=bool)
    sides = []
    for shapes in (one, other):
        boxes, runs, starts = edge_runs(shapes)
        sides += [shapes.points, shapes.rings, shapes.shape_rings, boxes, runs, starts, shape_boxes(shapes)]
    left, right = (np.ascontiguousarray(places, dtype=np.int64) for places in pairs)
    most = int(np.diff(sides[5]).max(initial=0)) * int(np.diff(sides[12]).max(initial=0)) + 1

    def work(start: int, end: int) -> None:
        _nearest(start, end, left, right, *sides, most, points, sure)

    in_threads(work, count, 256)
    return points, sure


@inlined
def _between(low: float, high: float, other_low: float, other_high: float) -> float:
    """Return how far two intervals are apart."""
    return max(0.0, max(low - other_high, other_low - high))


@compiled
def _foot(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> tuple[float, float, float]:
    """Return the squared distance of a point from an edge, and the point of the edge that is nearest."""
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    share = 0.0 if length == 0.0 else ((px - ax) * dx + (py - ay) * dy) / length
    if share <= 0.0:
        x, y = ax, ay
    elif share >= 1.0:
        x, y = bx, by
    else:
        cross = ((ay - py) * dx - (ax - px) * dy) / length
        return cross * cross * length, ax + share * dx, ay + share * dy
    return (px - x) * (px - x) + (py - y) * (py - y), x, y


@compiled
def _holds(
    points: Floats, rings: Offsets, first: int, last: int, others: Floats, other_rings: Offsets, begin: int, end: int
) -> bool:
    """Tell whether a ring of the others may begin inside the rings of a shape."""
    for ring in range(begin, end):
        at = other_rings[ring]
        if place_in_rings(others[at, 0], others[at, 1], points, rings, first, last) != OUTSIDE:
            return True
    return False


@compiled
def _nearest(
    start: int, end: int, left: Positions, right: Positions,
    points: Floats, rings: Offsets, of_shape: Offsets, boxes: Floats, runs: Positions, run_starts: Offsets, shape_box: Floats,
    others: Floats, other_rings: Offsets, of_other: Offsets, other_boxes: Floats, other_runs: Positions,
    other_starts: Offsets, other_box: Floats, most: int, found: Floats, sure: NDArray[np.bool_],
) -> None:  # fmt: skip
    near, first_run, second_run = np.empty(most), np.empty(most, np.int64), np.empty(most, np.int64)
    for pair in range(start, end):
        one, other = left[pair], right[pair]
        count, bound = 0, np.inf
        for a in range(run_starts[one], run_starts[one + 1]):
            gx = _between(boxes[a, 0], boxes[a, 2], other_box[other, 0], other_box[other, 2])
            gy = _between(boxes[a, 1], boxes[a, 3], other_box[other, 1], other_box[other, 3])
            if gx * gx + gy * gy > bound:
                continue
            for b in range(other_starts[other], other_starts[other + 1]):
                gx = _between(boxes[a, 0], boxes[a, 2], other_boxes[b, 0], other_boxes[b, 2])
                gy = _between(boxes[a, 1], boxes[a, 3], other_boxes[b, 1], other_boxes[b, 3])
                gap = gx * gx + gy * gy
                if gap > bound:
                    continue
                fx = max(boxes[a, 2] - other_boxes[b, 0], other_boxes[b, 2] - boxes[a, 0])
                fy = max(boxes[a, 3] - other_boxes[b, 1], other_boxes[b, 3] - boxes[a, 1])
                bound = min(bound, fx * fx + fy * fy)
                near[count], first_run[count], second_run[count] = gap, a, b
                count += 1
        kept = 0
        for number in range(count):
            if near[number] <= bound:
                near[kept], first_run[kept], second_run[kept] = near[number], first_run[number], second_run[number]
                kept += 1
        best, meets = np.inf, kept == 0
        while kept > 0 and not meets:
            least = 0
            for number in range(1, kept):
                if near[number] < near[least]:
                    least = number
            if near[least] >= best:
                break
            a, b = first_run[least], second_run[least]
            kept -= 1
            near[least], first_run[least], second_run[least] = near[kept], first_run[kept], second_run[kept]
            for i in range(runs[a, 0], runs[a, 1]):
                ax, ay, bx, by = points[i, 0], points[i, 1], points[i + 1, 0], points[i + 1, 1]
                west, east, south, north = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
                gx = _between(west, east, other_boxes[b, 0], other_boxes[b, 2])
                gy = _between(south, north, other_boxes[b, 1], other_boxes[b, 3])
                if gx * gx + gy * gy >= best:
                    continue
                for j in range(other_runs[b, 0], other_runs[b, 1]):
                    cx, cy, ex, ey = others[j, 0], others[j, 1], others[j + 1, 0], others[j + 1, 1]
                    gx = _between(west, east, min(cx, ex), max(cx, ex))
                    gy = _between(south, north, min(cy, ey), max(cy, ey))
                    gap = gx * gx + gy * gy
                    if gap >= best:
                        continue
                    if gap == 0.0:
                        o1, o2 = orientation(ax, ay, bx, by, cx, cy), orientation(ax, ay, bx, by, ex, ey)
                        o3, o4 = orientation(cx, cy, ex, ey, ax, ay), orientation(cx, cy, ex, ey, bx, by)
                        if o1 * o2 <= 0 and o3 * o4 <= 0:
                            meets = True
                            break
                    far, x, y = _foot(ax, ay, cx, cy, ex, ey)
                    if far < best:
                        best, found[pair, 0], found[pair, 1], found[pair, 2], found[pair, 3] = far, ax, ay, x, y
                    far, x, y = _foot(bx, by, cx, cy, ex, ey)
                    if far < best:
                        best, found[pair, 0], found[pair, 1], found[pair, 2], found[pair, 3] = far, bx, by, x, y
                    far, x, y = _foot(cx, cy, ax, ay, bx, by)
                    if far < best:
                        best, found[pair, 0], found[pair, 1], found[pair, 2], found[pair, 3] = far, x, y, cx, cy
                    far, x, y = _foot(ex, ey, ax, ay, bx, by)
                    if far < best:
                        best, found[pair, 0], found[pair, 1], found[pair, 2], found[pair, 3] = far, x, y, ex, ey
                if meets:
                    break
        if meets or best == 0.0:
            continue
        boxed = (
            _between(shape_box[one, 0], shape_box[one, 2], other_box[other, 0], other_box[other, 2]) == 0.0
            and _between(shape_box[one, 1], shape_box[one, 3], other_box[other, 1], other_box[other, 3]) == 0.0
        )
        if boxed and (
            _holds(
                points,
                rings,
                of_shape[one],
                of_shape[one + 1],
                others,
                other_rings,
                of_other[other],
                of_other[other + 1],
            )
            or _holds(
                others,
                other_rings,
                of_other[other],
                of_other[other + 1],
                points,
                rings,
                of_shape[one],
                of_shape[one + 1],
            )
        ):
            continue
        sure[pair] = True
