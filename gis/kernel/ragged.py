"""Polygons as arrays: one of points, and three of offsets (the layout of GeoArrow multipolygons).

A million parcels are 0.2 GB so, and two and a half times that as objects of GEOS, which are made only where GEOS decides.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Offsets = NDArray[np.int64]


@dataclass(frozen=True)
class Ragged:
    """Polygons: `points` (n, 2); `rings`, `parts` and `shapes` say where each ring, polygon and shape begins and the last ends.

    Rings are closed; the first of a polygon is its shell. A shape may have no polygon.
    """

    points: Floats
    rings: Offsets
    parts: Offsets
    shapes: Offsets

    def __len__(self) -> int:
        return len(self.shapes) - 1

    @property
    def shape_rings(self) -> Offsets:
        """Return where the rings of each shape begin, and where the last end."""
        return self.parts[self.shapes]

    @property
    def shells(self) -> NDArray[np.bool_]:
        """Tell of each ring whether it is the shell of its polygon."""
        found = np.zeros(len(self.rings) - 1, dtype=bool)
        found[self.parts[:-1][np.diff(self.parts) > 0]] = True
        return found


def ragged(shapes: NDArray[np.object_]) -> Ragged:
    """Return polygons and multipolygons as arrays.

    Raises
    ------
    ValueError
        Where a shape is missing or no polygon.
    """
    kinds = shapely.get_type_id(shapes)
    if not np.isin(kinds, (3, 6)).all():
        raise ValueError("only polygons have areas")
    if (kinds == 3).all() and len(shapes) and not shapely.is_empty(shapes).any():
        _, points, (rings, polygons) = shapely.to_ragged_array(shapes, include_z=False)
        each = np.arange(len(shapes) + 1, dtype=np.int64)
        return Ragged(np.ascontiguousarray(points), rings.astype(np.int64), polygons.astype(np.int64), each)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    begins = np.searchsorted(owner, np.arange(len(shapes) + 1)).astype(np.int64)
    if not len(parts):
        zero = np.zeros(1, dtype=np.int64)
        return Ragged(np.empty((0, 2)), zero, zero, begins)
    _, points, (rings, polygons) = shapely.to_ragged_array(parts, include_z=False)
    return Ragged(np.ascontiguousarray(points), rings.astype(np.int64), polygons.astype(np.int64), begins)
