"""Sites of irregular outline: grown over free cells or whole parcels from a seed, cut exactly to the area.

Growth moves a square block: every spot of a grown site lies in a free block, and two blocks that follow each other differ
by a cell, so that the site is nowhere narrower than the block and does not fall apart where it is thinned.
"""

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import brentq

from gis.analysis.siting import TOUCH, Floats, Grid, Truths

SPACE, COMPACTNESS, WIDTH = "space", "compactness", "width"
"""Why a seed gives no site: its free land is too small, or the outline misses a limit of shape."""
_SLACK = 1e-4
"""Parts of a width by which a test of it is eased: a rectangle is just as wide as it is."""
_STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))
Place = tuple[int, int]


@dataclass(frozen=True)
class Grown:
    """What grew from a seed (m): a shape, or why there is none."""

    seed: tuple[float, float]
    shape: shapely.Geometry | None
    failure: str | None = None


@dataclass(frozen=True)
class Limits:
    """Limits of shape: least compactness (0 to 1) and least width (m)."""

    compactness: float = 0.0
    width: float = 0.0

    def broken(self, shape: shapely.Geometry) -> str | None:
        """Return which limit a shape misses first; None where it keeps both."""
        if compactness(shape) < self.compactness:
            return COMPACTNESS
        return WIDTH if self.width and not is_as_wide(shape, self.width) else None


def compactness(shape: shapely.Geometry) -> float:
    """Return 4π times the area by the square of the perimeter: 1 of a circle, π/4 of a square.

    D. D. Polsby and R. D. Popper, The Third Criterion, Yale Law & Policy Review 9 (1991), 301–353; first E. P. Cox (1927).
    """
    return 4 * math.pi * shape.area / shape.length**2


def is_as_wide(shape: shapely.Geometry, width: float) -> bool:
    """Tell whether a disk of that diameter (m) can be led through a whole shape without leaving it.

    All but 1 m² must lie within the disk's radius times √2 of its center, so that a right-angled corner counts as filled.
    """
    core = shape.buffer(-width / 2 * (1 - _SLACK), quad_segs=32)
    if core.is_empty or len(shapely.get_parts(core)) > 1:
        return False
    return shape.difference(core.buffer(width / math.sqrt(2), quad_segs=64)).area <= TOUCH


def least_width(shape: shapely.Geometry, step: float = 1.0) -> float:
    """Return the width (m, to `step`) of the narrowest spot of a shape, as `is_as_wide` tells it; 0 where it has none."""
    low, high = 0, math.ceil(2 * math.sqrt(shape.area / math.pi) / step)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if is_as_wide(shape, middle * step) else (low, middle - 1)
    return low * step


def grown_sites(
    free: Truths,
    reach: Truths,
    grid: Grid,
    area: float,
    limits: Limits,
    *,
    count: int,
    apart: float = 0.0,
    random: int = 0,
    progress: Callable[[float], None] | None = None,
) -> list[Grown]:
    """Return what grows from seeds chosen at random, the same for the same `random`.

    Parameters
    ----------
    free
        Cells of which no spot is closed.
    reach
        Cells where a seed may lie.
    area
        Of a site, m².
    count
        How many seeds are tried.
    apart
        Least distance (m) between two seeds.
    """
    block = max(1, math.ceil(limits.width / grid.cell - 1e-9))
    open_ = blocks(free, block)
    rows, columns = np.nonzero(open_ & blocks(reach, block))
    order = np.random.default_rng(random).permutation(len(rows))
    chosen: list[Place] = []
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if len(chosen) == count:
            break
        if all(grid.cell * math.hypot(row - r, column - c) >= apart for r, c in chosen):
            chosen.append((row, column))
    found = []
    for number, start in enumerate(chosen):
        if progress:
            progress(number / len(chosen))
        shape = grow(open_, start, block, grid, area)
        failure = SPACE if shape is None else limits.broken(shape)
        middle = grid.cell * block / 2
        seed = grid.west + grid.cell * start[1] + middle, grid.south + grid.cell * start[0] + middle
        found.append(Grown(seed, None if failure else shape, failure))
    return found


def blocks(free: Truths, size: int) -> Truths:
    """Return where a block of cells is free, by its south-west cell."""
    rows, columns = (max(0, length - size + 1) for length in free.shape)
    taken = np.zeros((free.shape[0] + 1, free.shape[1] + 1), dtype=np.int64)
    taken[1:, 1:] = np.cumsum(np.cumsum(~free, axis=0), axis=1)
    sums = taken[size:, size:] - taken[:-size, size:] - taken[size:, :-size] + taken[:-size, :-size]
    found = np.zeros(free.shape, dtype=bool)
    found[:rows, :columns] = sums[:rows, :columns] == 0
    return found


def grow(open_: Truths, start: Place, block: int, grid: Grid, area: float) -> shapely.Geometry | None:
    """Return the site of exactly `area` m² that a block sweeps from `start` on, the nearest places first.

    The last step goes only as far as the area wants it. None where the block cannot reach enough land.
    """
    wanted = area / grid.cell**2
    if block**2 > wanted:
        return None
    taken, swept = np.zeros(open_.shape, dtype=bool), np.zeros(open_.shape, dtype=bool)
    size, waiting, seen = 0, [(0, *start, *start)], {start}
    while waiting:
        _, row, column, last_row, last_column = heapq.heappop(waiting)
        fresh = ~taken[row : row + block, column : column + block]
        new = int(fresh.sum())
        if size + new >= wanted:
            part = _strip(
                grid, fresh, (row, column), (row - last_row, column - last_column), (wanted - size) / max(new, 1)
            )
            return shapely.union_all([_outline(taken, grid), part]) if size else part
        taken[row : row + block, column : column + block] = True
        swept[row, column] = True
        size += new
        for down, across in _STEPS:
            there = row + down, column + across
            if there not in seen and _is_open(open_, there):
                seen.add(there)
                away = max(abs(there[0] - start[0]), abs(there[1] - start[1]))
                heapq.heappush(waiting, (away, *there, row, column))
    return None


def _is_open(open_: Truths, place: Place) -> bool:
    return 0 <= place[0] < open_.shape[0] and 0 <= place[1] < open_.shape[1] and bool(open_[place])


def _strip(grid: Grid, fresh: Truths, place: Place, step: Place, share: float) -> shapely.Geometry:
    """Return `share` of the fresh cells of a block: the side from which the block comes."""
    rows, columns = np.nonzero(fresh)
    west, south = (rows * 0.0 + columns + place[1]), rows + float(place[0])
    east, north = west + 1, south + 1
    if step[1]:
        west, east = (west, west + share) if step[1] > 0 else (east - share, east)
    else:
        south, north = (south, south + share) if step[0] >= 0 else (north - share, north)
    corners = (grid.west + grid.cell * west, grid.south + grid.cell * south)
    return shapely.union_all(shapely.box(*corners, grid.west + grid.cell * east, grid.south + grid.cell * north))


def _outline(taken: Truths, grid: Grid) -> shapely.Geometry:
    """Return the union of cells, made from the runs of each row."""
    padded = np.pad(taken, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(padded, axis=1)
    rows, starts = np.nonzero(change == 1)
    ends = np.nonzero(change == -1)[1]
    west, east = (grid.west + grid.cell * np.asarray(ends_, dtype=float) for ends_ in (starts, ends))
    south = grid.south + grid.cell * rows.astype(float)
    return shapely.union_all(shapely.box(west, south, east, grid.south + grid.cell * (rows + 1.0)))


def grown_from_parcels(
    parcels: Sequence[shapely.Geometry] | NDArray[np.object_], seed: int, area: float, limits: Limits
) -> Grown:
    """Return the site that whole parcels make, from the parcel `seed` on, the nearest first; the last one is cut.

    Parameters
    ----------
    parcels
        Polygons (m) that may be taken; two are neighbors where they share more than a point of their boundaries.
    """
    shapes = np.asarray(parcels, dtype=object)
    tree, start = shapely.STRtree(shapes), shapes[seed].centroid
    at = (start.x, start.y)
    taken: list[int] = []
    size, seen = 0.0, {seed}
    waiting = [(0.0, seed)]
    while waiting:
        _, number = heapq.heappop(waiting)
        parcel = shapes[number]
        if taken:
            parcel = shapely.difference(parcel, shapely.union_all(shapes[_near(tree, parcel, taken)]))
        if size + parcel.area >= area:
            shape = shapely.union_all(
                [*shapes[taken], _cut(parcel, shapely.union_all(shapes[taken]), start, area - size)]
            )
            if shape.geom_type != "Polygon" or abs(shape.area - area) > TOUCH / 2:
                return Grown(at, None, SPACE)
            failure = limits.broken(shape)
            return Grown(at, None if failure else shape, failure)
        taken.append(number)
        size += parcel.area
        for other in sorted(set(tree.query(shapes[number], predicate="intersects").tolist()) - seen):
            if shapely.intersection(shapes[number], shapes[other]).length > 0:
                seen.add(other)
                heapq.heappush(waiting, (shapes[other].centroid.distance(start), other))
    return Grown(at, None, SPACE)


def _near(tree: shapely.STRtree, parcel: shapely.Geometry, taken: list[int]) -> list[int]:
    return sorted(set(tree.query(parcel).tolist()) & set(taken))


def _cut(parcel: shapely.Geometry, site: shapely.Geometry, start: shapely.Point, area: float) -> shapely.Geometry:
    """Return the part of a parcel, `area` m² large, on the side of the site: cut square to the way from there."""
    home = parcel.centroid
    near = start if site.is_empty else shapely.shortest_line(site, home).interpolate(0)
    angle = math.atan2(home.y - near.y, home.x - near.x)
    turned = shapely.affinity.rotate(parcel, -angle, origin=home, use_radians=True)
    west, south, east, north = turned.bounds

    def left(x: float) -> shapely.Geometry:
        return shapely.intersection(turned, shapely.box(west - 1, south - 1, x, north + 1))

    if area >= turned.area:
        return parcel
    at = brentq(lambda x: left(x).area - area, west, east, xtol=1e-12, rtol=1e-15)
    return shapely.affinity.rotate(left(at), angle, origin=home, use_radians=True)


def cell_reach(grid: Grid, shape: shapely.Geometry, within: float) -> Truths:
    """Return which cells have their middle within `within` m of a shape."""
    columns, rows = (np.arange(size) + 0.5 for size in (grid.columns, grid.rows))
    x, y = np.meshgrid(grid.west + grid.cell * columns, grid.south + grid.cell * rows)
    shapely.prepare(shape)
    return np.asarray(shapely.dwithin(shapely.points(x, y), shape, within))


def free_cells(grid: Grid, closed: Sequence[shapely.Geometry]) -> Truths:
    """Return which cells none of the shapes reaches into."""
    taken: Floats = np.zeros((grid.rows, grid.columns))
    for shape in closed:
        taken = np.maximum(taken, grid.shares(shape))
    return np.asarray(taken == 0)
