"""How pairs of polygons meet: how far apart they are, whether their insides meet, and how far they run along one another.

Boundaries of parcels meet in corners and edges that are equal to the last digit, which is decided here; what floats cannot
tell (a corner on an edge, edges that run along one another, rings that all coincide) is told to be doubtful, for GEOS.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.kernel.jit import compiled, in_threads, inlined
from gis.kernel.overlap import shape_boxes
from gis.kernel.predicates import INSIDE, OUTSIDE, orientation, place_in_rings
from gis.kernel.ragged import Floats, Offsets, Ragged

APART, TOUCH, OVERLAP, DOUBTFUL = 0, 1, 2, 3
WHOLLY, PARTLY = 1, 2
"""Marks of an edge that is one of the other's, and of one that meets it in a corner."""
MOST_EDGES = 65_536
"""Edges of one shape near another; a pair with more is doubtful."""
MOST_STRETCHES = 4_096
"""Stretches of one edge that run along others."""
NEARLY = 1.01
"""How much farther apart, squared, pairs may be in the plane than on the ellipsoid that share a boundary."""
PARALLEL = float(np.cos(np.radians(10.0)))
Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Meetings:
    """Of each pair: the gap in the plane (m; ∞ where it is surely above what was asked), how it meets, the shared boundary (m).

    The gap of a doubtful pair is not known; its shared boundary is. Where the gap is above the tolerance, that may be 0.
    """

    gap: Floats
    kind: NDArray[np.int8]
    shared: Floats


def meetings(shapes: Ragged, pairs: tuple[Positions, Positions], within: float, tolerance: float) -> Meetings:
    """Return how pairs of valid shapes meet that may lie within so many m of one another.

    A stretch of boundary is shared where an edge runs along an edge of the other, at most 10° off and within `tolerance` (m);
    the smaller of both views counts, as in `gis.analysis.adjacency.shared_boundary`.
    """
    count = len(pairs[0])
    found = Meetings(np.full(count, np.inf), np.zeros(count, np.int8), np.zeros(count))
    left, right = (np.ascontiguousarray(one, dtype=np.int64) for one in pairs)
    boxes = shape_boxes(shapes)
    reach = max(within, tolerance)

    def work(start: int, end: int) -> None:
        _meet(
            start, end, left, right, shapes.points, shapes.rings, shapes.shape_rings, boxes, reach, tolerance,
            found.gap, found.kind, found.shared,
        )  # fmt: skip

    in_threads(work, count)
    return found


def box_pairs(boxes: Floats, within: float) -> tuple[Positions, Positions]:
    """Return every unordered pair of boxes that lie within so many m of one another, the lower number first, in order."""
    known = np.flatnonzero(~np.isnan(boxes[:, 0]))
    if len(known) < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    own = np.ascontiguousarray(boxes[known])
    side = 1.3 * max(float(np.median(own[:, 2:] - own[:, :2], axis=0).max()) + within, 1e-3)
    low = own[:, :2].min(axis=0)
    span = own[:, 2:].max(axis=0) + within - low
    side = max(side, float(np.sqrt(span[0] * span[1] / (4 * len(own) + 64))))
    across, up = (int(one / side) + 1 for one in span)
    starts, members = _cell_members(own, low, side, across, across * up, within)
    shares = np.unique(np.searchsorted(starts, np.linspace(0, starts[-1], 65)).clip(0, across * up))
    parts: list[tuple[Positions, Positions]] = [(known[:0], known[:0])] * max(len(shares) - 1, 0)

    def work(first: int, last: int) -> None:
        for share in range(first, last):
            args = (own, within, low, side, across, starts, members, shares[share], shares[share + 1])
            nothing = np.empty(0, np.int64)
            many = _join(*args, nothing, nothing, False)
            one, other = np.empty(many, np.int64), np.empty(many, np.int64)
            _join(*args, one, other, True)
            parts[share] = (one, other)

    in_threads(work, len(parts), 1)
    left, right = (np.concatenate([part[side_] for part in parts]) for side_ in (0, 1))
    order = np.argsort(left * np.int64(len(own)) + right, kind="stable")
    return known[left[order]], known[right[order]]


def _cell_members(
    boxes: Floats, low: Floats, side: float, across: int, cells: int, within: float
) -> tuple[Offsets, Positions]:
    """Return where the members of each cell begin, and the members: the boxes, grown to the east and north, that lie in it."""
    counts = np.zeros(cells, np.int64)
    nothing = np.empty(0, np.int64)
    _fill_cells(boxes, low, side, across, within, counts, nothing, nothing, False)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    members = np.empty(starts[-1], np.int64)
    counts[:] = 0
    _fill_cells(boxes, low, side, across, within, counts, starts, members, True)
    return starts, members


@compiled
def _fill_cells(
    boxes: Floats, low: Floats, side: float, across: int, within: float,
    counts: Positions, starts: Offsets, members: Positions, emit: bool,
) -> None:  # fmt: skip
    for box in range(len(boxes)):
        west, east = int((boxes[box, 0] - low[0]) / side), int((boxes[box, 2] + within - low[0]) / side)
        south, north = int((boxes[box, 1] - low[1]) / side), int((boxes[box, 3] + within - low[1]) / side)
        for y in range(south, north + 1):
            for x in range(west, east + 1):
                cell = y * across + x
                if emit:
                    members[starts[cell] + counts[cell]] = box
                counts[cell] += 1


@compiled
def _join(
    boxes: Floats, within: float, low: Floats, side: float, across: int, starts: Offsets, members: Positions,
    first: int, last: int, left: Positions, right: Positions, emit: bool,
) -> int:  # fmt: skip
    """Count or write the pairs of the cells from `first`; each stands in the cell that holds the greater of both low corners."""
    count = 0
    for cell in range(first, last):
        x, y = cell % across, cell // across
        for at in range(starts[cell], starts[cell + 1]):
            one = members[at]
            for then in range(at + 1, starts[cell + 1]):
                other = members[then]
                west, south = max(boxes[one, 0], boxes[other, 0]), max(boxes[one, 1], boxes[other, 1])
                if west > min(boxes[one, 2], boxes[other, 2]) + within:
                    continue
                if south > min(boxes[one, 3], boxes[other, 3]) + within:
                    continue
                if int((west - low[0]) / side) != x or int((south - low[1]) / side) != y:
                    continue
                if emit:
                    left[count], right[count] = min(one, other), max(one, other)
                count += 1
    return count


@inlined
def _squared_to_edge(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> float:
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    share = 0.0 if length == 0.0 else ((px - ax) * dx + (py - ay) * dy) / length
    if share <= 0.0:
        return (px - ax) * (px - ax) + (py - ay) * (py - ay)
    if share >= 1.0:
        return (px - bx) * (px - bx) + (py - by) * (py - by)
    across = (ay - py) * dx - (ax - px) * dy
    return across * across / length


@compiled
def _near_edges(
    points: Floats, rings: Offsets, first: int, last: int, west: float, south: float, east: float, north: float,
    near: Positions,
) -> int:  # fmt: skip
    """Write where the edges begin that reach into a window; return how many, or −1 for too many."""
    count = 0
    for ring in range(first, last):
        for at in range(rings[ring], rings[ring + 1] - 1):
            ax, ay, bx, by = points[at, 0], points[at, 1], points[at + 1, 0], points[at + 1, 1]
            if max(ax, bx) < west or min(ax, bx) > east or max(ay, by) < south or min(ay, by) > north:
                continue
            if ax == bx and ay == by:
                continue
            if count == len(near):
                return -1
            near[count] = at
            count += 1
    return count


@compiled
def _union(low: Floats, high: Floats, count: int) -> float:
    """Return how long the union of intervals is."""
    for at in range(1, count):
        l, h, place = low[at], high[at], at - 1  # noqa: E741 - low and high of one interval
        while place >= 0 and low[place] > l:
            low[place + 1], high[place + 1] = low[place], high[place]
            place -= 1
        low[place + 1], high[place + 1] = l, h
    total, end = 0.0, -1.0
    for at in range(count):
        if high[at] > end:
            total += high[at] - max(low[at], end)
            end = high[at]
    return total


@compiled
def _run_along(
    points: Floats, edges: Positions, count: int, others: Positions, other_count: int, reach: float,
    low: Floats, high: Floats,
) -> float:  # fmt: skip
    """Return the length of the stretches of edges that run along any of the others; −1 where there are too many."""
    total = 0.0
    for number in range(count):
        at, found = edges[number], 0
        ax, ay = points[at, 0], points[at, 1]
        dx, dy = points[at + 1, 0] - ax, points[at + 1, 1] - ay
        length = np.sqrt(dx * dx + dy * dy)
        west, east = min(ax, ax + dx) - reach, max(ax, ax + dx) + reach
        south, north = min(ay, ay + dy) - reach, max(ay, ay + dy) + reach
        for then in range(other_count):
            here = others[then]
            cx, cy, ex, ey = points[here, 0], points[here, 1], points[here + 1, 0], points[here + 1, 1]
            if max(cx, ex) < west or min(cx, ex) > east or max(cy, ey) < south or min(cy, ey) > north:
                continue
            ux, uy = ex - cx, ey - cy
            other_length = np.sqrt(ux * ux + uy * uy)
            ux, uy = ux / other_length, uy / other_length
            along, across = dx * ux + dy * uy, dy * ux - dx * uy
            if abs(along) < PARALLEL * length:
                continue
            start, aside = (ax - cx) * ux + (ay - cy) * uy, (ay - cy) * ux - (ax - cx) * uy
            one, other = -start / along, (other_length - start) / along
            begin, end = max(0.0, min(one, other)), min(1.0, max(one, other))
            if across == 0.0:
                if abs(aside) > reach:
                    continue
            else:
                one, other = (-reach - aside) / across, (reach - aside) / across
                begin, end = max(begin, min(one, other)), min(end, max(one, other))
            if begin < end:
                if found == len(low):
                    return -1.0
                low[found], high[found] = begin, end
                found += 1
        if found:
            total += _union(low, high, found) * length
    return total


@compiled
def _insides_meet(
    points: Floats, rings: Offsets, first: int, last: int, edges: Positions, marks: NDArray[np.uint8], count: int
) -> int:
    """Return how the insides meet of shapes whose boundaries meet in equal corners and edges alone.

    Between two such corners a boundary stays on one side of the other: an edge that leaves one tells which.
    """
    for number in range(count):
        if marks[number] == PARTLY:
            at = edges[number]
            x, y = 0.5 * (points[at, 0] + points[at + 1, 0]), 0.5 * (points[at, 1] + points[at + 1, 1])
            place = place_in_rings(x, y, points, rings, first, last)
            if place != OUTSIDE:
                return OVERLAP if place == INSIDE else DOUBTFUL
    return TOUCH


@compiled
def _holds_a_part(points: Floats, rings: Offsets, first: int, last: int, begin: int, end: int) -> int:
    """Return whether any ring from `begin` begins inside the rings of a shape whose boundary it does not meet."""
    for ring in range(begin, end):
        at = rings[ring]
        place = place_in_rings(points[at, 0], points[at, 1], points, rings, first, last)
        if place != OUTSIDE:
            return place
    return OUTSIDE


@compiled
def _meet(
    start: int, end: int, left: Positions, right: Positions, points: Floats, rings: Offsets, of_shape: Offsets,
    boxes: Floats, within: float, tolerance: float, gap: Floats, kind: NDArray[np.int8], shared: Floats,
) -> None:  # fmt: skip
    edges, others = np.empty(MOST_EDGES, np.int64), np.empty(MOST_EDGES, np.int64)
    marks, other_marks = np.zeros(MOST_EDGES, np.uint8), np.zeros(MOST_EDGES, np.uint8)
    low, high = np.empty(MOST_STRETCHES), np.empty(MOST_STRETCHES)
    for pair in range(start, end):
        one, other = left[pair], right[pair]
        west, east = max(boxes[one, 0], boxes[other, 0]) - within, min(boxes[one, 2], boxes[other, 2]) + within
        south, north = max(boxes[one, 1], boxes[other, 1]) - within, min(boxes[one, 3], boxes[other, 3]) + within
        if not (west <= east and south <= north):
            continue
        first, last, begin, last_other = of_shape[one], of_shape[one + 1], of_shape[other], of_shape[other + 1]
        count = _near_edges(points, rings, first, last, west, south, east, north, edges)
        other_count = _near_edges(points, rings, begin, last_other, west, south, east, north, others)
        if count < 0 or other_count < 0:
            kind[pair], gap[pair], shared[pair] = DOUBTFUL, 0.0, np.nan
            continue
        marks[:count], other_marks[:other_count] = 0, 0
        best, crosses, unclear, touches = np.inf, False, False, False
        for number in range(count):
            at = edges[number]
            ax, ay, bx, by = points[at, 0], points[at, 1], points[at + 1, 0], points[at + 1, 1]
            w, e, s, n = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
            for then in range(other_count):
                here = others[then]
                cx, cy, ex, ey = points[here, 0], points[here, 1], points[here + 1, 0], points[here + 1, 1]
                gx = max(0.0, max(w - max(cx, ex), min(cx, ex) - e))
                gy = max(0.0, max(s - max(cy, ey), min(cy, ey) - n))
                apart = gx * gx + gy * gy
                if apart > 0.0:
                    if apart >= best:
                        continue
                else:
                    ac, ae = ax == cx and ay == cy, ax == ex and ay == ey
                    bc, be = bx == cx and by == cy, bx == ex and by == ey
                    if (ac and be) or (ae and bc):
                        best, touches, marks[number], other_marks[then] = 0.0, True, WHOLLY, WHOLLY
                        continue
                    if ac or ae or bc or be:
                        best, touches = 0.0, True
                        marks[number] = PARTLY if marks[number] == 0 else marks[number]
                        other_marks[then] = PARTLY if other_marks[then] == 0 else other_marks[then]
                        px, py, fx, fy = (ax, ay, bx, by) if ac or ae else (bx, by, ax, ay)
                        hx, hy = (ex, ey) if ac or bc else (cx, cy)
                        if (
                            orientation(px, py, fx, fy, hx, hy) == 0
                            and (fx - px) * (hx - px) + (fy - py) * (hy - py) > 0
                        ):
                            unclear = True
                        continue
                    o1, o2 = orientation(ax, ay, bx, by, cx, cy), orientation(ax, ay, bx, by, ex, ey)
                    if o1 * o2 <= 0:
                        o3, o4 = orientation(cx, cy, ex, ey, ax, ay), orientation(cx, cy, ex, ey, bx, by)
                        if o1 * o2 < 0 and o3 * o4 < 0:
                            best, crosses = 0.0, True
                            continue
                        if o3 * o4 <= 0:
                            unclear = True
                if best > 0.0:
                    best = min(best, _squared_to_edge(ax, ay, cx, cy, ex, ey))
                    best = min(best, _squared_to_edge(bx, by, cx, cy, ex, ey))
                    best = min(best, _squared_to_edge(cx, cy, ax, ay, bx, by))
                    best = min(best, _squared_to_edge(ex, ey, ax, ay, bx, by))
        found = APART
        if crosses:
            found = OVERLAP
        elif unclear:
            found = DOUBTFUL
        elif touches:
            found = _insides_meet(points, rings, begin, last_other, edges, marks, count)
            if found == TOUCH:
                found = _insides_meet(points, rings, first, last, others, other_marks, other_count)
            if found == TOUCH:
                partly = False
                for number in range(count):
                    partly = partly or marks[number] == PARTLY
                for number in range(other_count):
                    partly = partly or other_marks[number] == PARTLY
                if not partly or last - first > 1 or last_other - begin > 1:
                    found = DOUBTFUL
        else:
            if max(boxes[one, 0], boxes[other, 0]) <= min(boxes[one, 2], boxes[other, 2]) and max(
                boxes[one, 1], boxes[other, 1]
            ) <= min(boxes[one, 3], boxes[other, 3]):
                place = _holds_a_part(points, rings, begin, last_other, first, last)
                if place == OUTSIDE:
                    place = _holds_a_part(points, rings, first, last, begin, last_other)
                if place != OUTSIDE:
                    found = OVERLAP if place == INSIDE else DOUBTFUL
        if found in (OVERLAP, TOUCH):
            best = 0.0
        kind[pair], gap[pair] = found, np.sqrt(best)
        if count and other_count and (best <= NEARLY * tolerance * tolerance or found == DOUBTFUL):
            mine = _run_along(points, edges, count, others, other_count, tolerance, low, high)
            theirs = _run_along(points, others, other_count, edges, count, tolerance, low, high)
            shared[pair] = np.nan if mine < 0 or theirs < 0 else min(mine, theirs)
