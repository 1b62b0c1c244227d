"""Numbers as the land register writes them.

Source: 공간정보의 구축 및 관리 등에 관한 법률 시행령 제60조 (끝수 처리): half to even, at least one step of area.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

SQUARE_METER = Decimal(1)
TENTH = Decimal("0.1")
"""m², the step of areas on 1:600 maps and in the 경계점좌표등록부."""


def half_even(value: float | Decimal, step: Decimal = SQUARE_METER) -> Decimal:
    """Return `value` at the nearest multiple of `step`; what lies exactly between goes to the even one.

    Exactly: on the decimal digits that the number is written with, not on its binary neighbor.
    """
    return (_decimal(value) / step).quantize(Decimal(1), ROUND_HALF_EVEN) * step


def register_area(value: float | Decimal, step: Decimal = SQUARE_METER) -> Decimal:
    """Return an area in m² as the register writes it: half to even, and never less than one step where it is any."""
    return max(half_even(value, step), step) if value > 0 else Decimal(0) * step


def rounded_parts(parts: Sequence[float] | NDArray[np.float64], total: Decimal, step: Decimal) -> list[Decimal]:
    """Return `parts` at multiples of `step` that add to `total` exactly (largest remainder, Hamilton 1792).

    No part moves by a whole step from where it was, where the parts add to `total` before.
    """
    if not len(parts):
        return []
    exact = [_decimal(part) / step for part in parts]
    floors = [part.to_integral_value("ROUND_FLOOR") for part in exact]
    missing = int((total / step - sum(floors, Decimal(0))).to_integral_value(ROUND_HALF_EVEN))
    order = sorted(range(len(exact)), key=lambda place: (floors[place] - exact[place], place))
    for turn in range(abs(missing)):
        place = order[turn % len(order)] if missing > 0 else order[-1 - turn % len(order)]
        floors[place] += 1 if missing > 0 else -1
    return [floor * step for floor in floors]


def shares_pct(parts: ArrayLike, total: float) -> NDArray[np.float64]:
    """Return what percent of `total` each part is; NaN where there is no total."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, 100 * np.asarray(parts, dtype=float) / total, np.nan)


def _decimal(value: float | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)))
