"""Signs and places of points, with a bound of their rounding: what cannot be told from floats is told to be unsure.

Source of the bound: J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates,
Discrete & Computational Geometry 18 (1997) 305–363, the A estimate of orient2d.
"""

from gis.kernel.jit import compiled, inlined
from gis.kernel.ragged import Floats, Offsets

BOUND = 3.3306690738754716e-16
INSIDE, OUTSIDE, UNSURE = 1, 0, -1


@inlined
def orientation(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> int:
    """Return 1 where c lies left of the line from a to b, −1 where right, 0 where on it or too near to tell."""
    left, right = (ax - cx) * (by - cy), (ay - cy) * (bx - cx)
    found = left - right
    error = BOUND * (abs(left) + abs(right))
    if found > error:
        return 1
    if found < -error:
        return -1
    return 0


@compiled
def place_in_rings(x: float, y: float, points: Floats, rings: Offsets, first: int, last: int) -> int:
    """Return whether a point lies inside the rings from `first` to before `last`, an odd number of times; −1 where unsure."""
    inside = False
    for ring in range(first, last):
        for at in range(rings[ring], rings[ring + 1] - 1):
            y0, y1 = points[at, 1], points[at + 1, 1]
            if (y0 > y) != (y1 > y):
                side = orientation(points[at, 0], y0, points[at + 1, 0], y1, x, y)
                if side == 0:
                    return UNSURE
                if (side > 0) == (y1 > y0):
                    inside = not inside
    return INSIDE if inside else OUTSIDE
