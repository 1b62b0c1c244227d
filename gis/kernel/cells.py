"""How much of each cell of a grid lies inside a ring: exactly, without a loop over cells.

The area beside each edge is summed cell by cell and row by row, as renderers of outline type do it (FreeType's smooth
rasterizer; R. Levien, font-rs, 2016): an edge that falls through a cell adds its height times the part of the cell to
its right, and its whole height to every cell farther right.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
NOISE = 1e-11
"""Parts of a cell below this come from rounding: an edge crosses a grid of 10⁴ cells to 10⁻¹² of a cell."""


def cell_shares(rings: list[ArrayLike], columns: int, first_row: int, rows: int) -> Floats:
    """Return which part (0 to 1) of each cell lies inside, for `rows` rows of `columns` cells from `first_row` on.

    Parameters
    ----------
    rings
        Closed rings in units of cells, x to the right and y downward; outer rings turn one way, holes the other, and
        the sum is taken as positive.
    """
    sums = np.zeros((rows, columns + 2))
    for x0, y0, x1, y1 in map(_edges, rings):
        xs, ys = _pieces(x0, y0, x1, y1)
        fall = ys[1] - ys[0]
        row = np.floor((ys[0] + ys[1]) / 2).astype(np.int64) - first_row
        middle = np.clip((xs[0] + xs[1]) / 2, 0, columns)
        column = np.minimum(np.floor(middle).astype(np.int64), columns)
        met = (fall != 0) & (row >= 0) & (row < rows)
        row, column, fall, past = row[met], column[met], fall[met], (middle - column)[met]
        np.add.at(sums, (row, column), fall * (1 - past))
        np.add.at(sums, (row, column + 1), fall * past)
    shares = np.abs(np.cumsum(sums, axis=1)[:, :columns])
    shares[shares < NOISE] = 0
    shares[np.abs(shares - 1) < NOISE] = 1
    return shares


def _edges(ring: ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    points = np.asarray(ring, dtype=float)
    return points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1]


def _pieces(x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> tuple[Floats, Floats]:
    """Return the edges cut where they cross a line of the grid: starts and ends in x, and the same in y."""
    count = len(x0)
    places = [np.zeros(count), np.ones(count)]
    owners = [np.arange(count), np.arange(count)]
    for start, end in ((x0, x1), (y0, y1)):
        at, owner = _crossings(start, end)
        places.append(at)
        owners.append(owner)
    place, owner = np.concatenate(places), np.concatenate(owners)
    order = np.lexsort((place, owner))
    place, owner = place[order], owner[order]
    same = owner[1:] == owner[:-1]
    edge = owner[1:][same]
    ends = np.stack([place[:-1][same], place[1:][same]])
    return x0[edge] + ends * (x1 - x0)[edge], y0[edge] + ends * (y1 - y0)[edge]


def _crossings(start: Floats, end: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return where along each edge (0 to 1) it crosses whole numbers, and which edge it is."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    first = np.floor(low) + 1
    count = np.maximum(np.ceil(high) - first, 0).astype(np.int64)
    owner = np.repeat(np.arange(len(start)), count)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    line = first[owner] + number
    return (line - start[owner]) / (end - start)[owner], owner
