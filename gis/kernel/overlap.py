"""The area that pairs of polygons share, without making the shape: Green's theorem over the pieces of their boundaries.

The boundary of A ∩ B is what of A's lies inside B and what of B's lies inside A, each with the interior to the left.
Pieces begin and end where edges cross. Where an orientation cannot be told from floats (edges that touch, run along one
another or meet in a corner), the pair is left to GEOS, so that no answer rests on a guess.
"""

import numpy as np
from numpy.typing import NDArray

from gis.kernel.jit import compiled, in_threads
from gis.kernel.predicates import UNSURE, orientation, place_in_rings
from gis.kernel.ragged import Floats, Offsets, Ragged

RUN = 8
"""Edges that share a box."""
MOST_CROSSINGS = 1_024
"""Crossings of one pair; a pair with more is left to GEOS."""
Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]


def shared_areas(large: Ragged, small: Ragged, pairs: tuple[Positions, Positions]) -> tuple[Floats, Flags]:
    """Return the area (m²) that each pair of a large and a small shape shares, and whether it is sure.

    Every shape is valid: its rings do not cross themselves or one another.
    """
    area, _, sure = shared_measures(large, small, pairs)
    return area, sure


def shared_measures(large: Ragged, small: Ragged, pairs: tuple[Positions, Positions]) -> tuple[Floats, Floats, Flags]:
    """Return the same, and between both the perimeter (m) of what is shared."""
    count = len(pairs[0])
    area, perimeter, sure = np.zeros(count), np.zeros(count), np.zeros(count, dtype=bool)
    boxes, runs, starts = edge_runs(large)
    sides = (
        large.points, large.rings, large.shape_rings, interior_sides(large), boxes, runs, starts,
        small.points, small.rings, small.shape_rings, interior_sides(small), shape_boxes(small),
    )  # fmt: skip
    left, right = (np.ascontiguousarray(one, dtype=np.int64) for one in pairs)
    most = int(np.diff(large.rings[large.shape_rings]).max(initial=0)) + 1

    def work(start: int, end: int) -> None:
        _share(start, end, left, right, *sides, most, area, perimeter, sure)

    in_threads(work, count, 2_048)
    return area, perimeter, sure


def shape_boxes(shapes: Ragged) -> Floats:
    """Return west, south, east and north of each shape; NaN of one without points."""
    boxes = np.full((len(shapes), 4), np.nan)
    starts = shapes.rings[shapes.shape_rings]
    filled = np.flatnonzero(starts[1:] > starts[:-1])
    if len(filled):
        boxes[filled, :2] = np.minimum.reduceat(shapes.points, starts[filled])
        boxes[filled, 2:] = np.maximum.reduceat(shapes.points, starts[filled])
    return boxes


def interior_sides(shapes: Ragged) -> Floats:
    """Return of each ring 1 where its polygon lies to the left of its way, −1 where to the right."""
    turns = np.empty(len(shapes.rings) - 1)
    _turns(shapes.points, shapes.rings, turns)
    return np.where(shapes.shells, turns, -turns)


def edge_runs(shapes: Ragged) -> tuple[Floats, Positions, Offsets]:
    """Return the box and the first and last point of each run of edges, and where the runs of each shape begin."""
    edges = np.diff(shapes.rings) - 1
    counts = -(-edges // RUN)
    ring = np.repeat(np.arange(len(edges)), counts)
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    first = shapes.rings[ring] + number * RUN
    last = np.minimum(first + RUN, shapes.rings[ring] + edges[ring])
    boxes = np.empty((len(first), 4))
    _run_boxes(shapes.points, first, last, boxes)
    starts = np.searchsorted(ring, shapes.shape_rings).astype(np.int64)
    return boxes, np.ascontiguousarray(np.column_stack([first, last]), dtype=np.int64), starts


@compiled
def _turns(points: Floats, rings: Offsets, turns: Floats) -> None:
    for ring in range(len(rings) - 1):
        x0, y0, total = points[rings[ring], 0], points[rings[ring], 1], 0.0
        for at in range(rings[ring], rings[ring + 1] - 1):
            total += (points[at, 0] - x0) * (points[at + 1, 1] - y0) - (points[at + 1, 0] - x0) * (points[at, 1] - y0)
        turns[ring] = 1.0 if total >= 0 else -1.0


@compiled
def _run_boxes(points: Floats, first: Positions, last: Positions, boxes: Floats) -> None:
    for run in range(len(first)):
        west = east = points[first[run], 0]
        south = north = points[first[run], 1]
        for at in range(first[run] + 1, last[run] + 1):
            west, east = min(west, points[at, 0]), max(east, points[at, 0])
            south, north = min(south, points[at, 1]), max(north, points[at, 1])
        boxes[run, 0], boxes[run, 1], boxes[run, 2], boxes[run, 3] = west, south, east, north


@compiled
def _place_in_runs(x: float, y: float, points: Floats, boxes: Floats, runs: Positions, first: int, last: int) -> int:
    """Return what `place_in_rings` does; runs that no line to the east can meet are passed over."""
    inside = False
    for run in range(first, last):
        if boxes[run, 1] > y or boxes[run, 3] < y or boxes[run, 2] < x:
            continue
        for at in range(runs[run, 0], runs[run, 1]):
            y0, y1 = points[at, 1], points[at + 1, 1]
            if (y0 > y) != (y1 > y):
                side = orientation(points[at, 0], y0, points[at + 1, 0], y1, x, y)
                if side == 0:
                    return UNSURE
                if (side > 0) == (y1 > y0):
                    inside = not inside
    return 1 if inside else 0


@compiled
def _sorted(values: Floats, count: int) -> None:
    for at in range(1, count):
        value, place = values[at], at - 1
        while place >= 0 and values[place] > value:
            values[place + 1] = values[place]
            place -= 1
        values[place + 1] = value


@compiled
def _inside_part(
    points: Floats, at: int, x0: float, y0: float, cuts: Floats, count: int, inside: bool
) -> tuple[float, float, bool]:  # fmt: skip
    """Return twice the area that the pieces of an edge span with (x0, y0), of those inside, their length, and whether
    its end is inside.
    """
    ax, ay = points[at, 0] - x0, points[at, 1] - y0
    dx, dy = points[at + 1, 0] - points[at, 0], points[at + 1, 1] - points[at, 1]
    total, share, before = 0.0, 0.0, 0.0
    for number in range(count + 1):
        now = cuts[number] if number < count else 1.0
        if inside:
            total += (ax + dx * before) * (ay + dy * now) - (ax + dx * now) * (ay + dy * before)
            share += now - before
        before = now
        if number < count:
            inside = not inside
    return total, share * np.sqrt(dx * dx + dy * dy), inside


@compiled
def _share(
    start: int, end: int, left: Positions, right: Positions,
    points: Floats, rings: Offsets, of_shape: Offsets, sides: Floats, boxes: Floats, runs: Positions, run_starts: Offsets,
    others: Floats, other_rings: Offsets, of_other: Offsets, other_sides: Floats, other_boxes: Floats,
    most: int, area: Floats, perimeter: Floats, sure: Flags,
) -> None:  # fmt: skip
    near = np.empty(most, np.int64)
    ring_of = np.empty(most, np.int64)
    along, across = np.empty(MOST_CROSSINGS), np.empty(MOST_CROSSINGS)
    edge, mine = np.empty(MOST_CROSSINGS, np.int64), np.empty(MOST_CROSSINGS, np.int64)
    cuts = np.empty(MOST_CROSSINGS)
    for pair in range(start, end):
        one, other = left[pair], right[pair]
        west, south, east, north = other_boxes[other]
        first_run, last_run = run_starts[one], run_starts[one + 1]
        count = 0
        ring = of_shape[one]
        for run in range(first_run, last_run):
            if boxes[run, 0] > east or boxes[run, 2] < west or boxes[run, 1] > north or boxes[run, 3] < south:
                continue
            while rings[ring + 1] <= runs[run, 0]:
                ring += 1
            for at in range(runs[run, 0], runs[run, 1]):
                ax, ay, bx, by = points[at, 0], points[at, 1], points[at + 1, 0], points[at + 1, 1]
                if max(ax, bx) < west or min(ax, bx) > east or max(ay, by) < south or min(ay, by) > north:
                    continue
                near[count], ring_of[count] = at, ring
                count += 1
        crossings, doubtful = 0, False
        first_corner, last_corner = other_rings[of_other[other]], other_rings[of_other[other + 1]]
        other_ring = of_other[other]
        for at in range(first_corner, last_corner):
            if count == 0 or doubtful:
                break
            while other_rings[other_ring + 1] <= at:
                other_ring += 1
            if at + 1 == other_rings[other_ring + 1]:
                continue  # the closing point of a ring begins no edge
            cx, cy, ex, ey = others[at, 0], others[at, 1], others[at + 1, 0], others[at + 1, 1]
            for number in range(count):
                here = near[number]
                ax, ay, bx, by = points[here, 0], points[here, 1], points[here + 1, 0], points[here + 1, 1]
                if (
                    max(ax, bx) < min(cx, ex)
                    or min(ax, bx) > max(cx, ex)
                    or max(ay, by) < min(cy, ey)
                    or min(ay, by) > max(cy, ey)
                ):
                    continue
                o1, o2 = orientation(ax, ay, bx, by, cx, cy), orientation(ax, ay, bx, by, ex, ey)
                if o1 * o2 > 0:
                    continue
                o3, o4 = orientation(cx, cy, ex, ey, ax, ay), orientation(cx, cy, ex, ey, bx, by)
                if o3 * o4 > 0:
                    continue
                if o1 * o2 == 0 or o3 * o4 == 0 or crossings == MOST_CROSSINGS:
                    doubtful = True
                    break
                turn = (bx - ax) * (ey - cy) - (by - ay) * (ex - cx)
                along[crossings] = ((cx - ax) * (ey - cy) - (cy - ay) * (ex - cx)) / turn
                across[crossings] = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / turn
                mine[crossings], edge[crossings] = number, at
                crossings += 1
        if doubtful:
            continue
        total, around, taken = 0.0, 0.0, 0
        for ring in range(of_other[other], of_other[other + 1]):
            begin = other_rings[ring]
            place = _place_in_runs(others[begin, 0], others[begin, 1], points, boxes, runs, first_run, last_run)
            if place == UNSURE:
                doubtful = True
                break
            inside, own = place == 1, 0.0
            for at in range(begin, other_rings[ring + 1] - 1):
                found = 0
                while taken < crossings and edge[taken] == at:
                    cuts[found] = across[taken]
                    found, taken = found + 1, taken + 1
                if found == 0 and not inside:
                    continue
                _sorted(cuts, found)
                part, length, inside = _inside_part(others, at, west, south, cuts, found, inside)
                own, around = own + part, around + length
            total += own * other_sides[ring]
        for number in range(count):
            if doubtful:
                break
            at = near[number]
            place = place_in_rings(
                points[at, 0], points[at, 1], others, other_rings, of_other[other], of_other[other + 1]
            )
            if place == UNSURE:
                doubtful = True
                break
            found = 0
            for crossing in range(crossings):
                if mine[crossing] == number:
                    cuts[found] = along[crossing]
                    found += 1
            if found == 0 and place != 1:
                continue
            _sorted(cuts, found)
            part, length, _ = _inside_part(points, at, west, south, cuts, found, place == 1)
            total, around = total + part * sides[ring_of[number]], around + length
        if not doubtful:
            area[pair], perimeter[pair], sure[pair] = max(0.5 * total, 0.0), around, True
