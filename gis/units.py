"""Units that a person types or reads; inside, everything is m, m² and s."""

import math
import re
from fractions import Fraction

from gis.errors import InputError, UnknownNameError

PYEONG = Fraction(400, 121)
"""One pyeong in m², exactly."""

AREA_UNITS: dict[str, Fraction] = {
    "m2": Fraction(1),
    "man-m2": Fraction(10_000),
    "ha": Fraction(10_000),
    "km2": Fraction(1_000_000),
    "pyeong": PYEONG,
    "man-pyeong": PYEONG * 10_000,
}
AREA_SYMBOLS: dict[str, str] = {
    "m2": "㎡",
    "man-m2": "만㎡",
    "ha": "ha",
    "km2": "㎢",
    "pyeong": "평",
    "man-pyeong": "만평",
}
_AREA_SPELLINGS = {
    **{key: key for key in AREA_UNITS},
    **{symbol: key for key, symbol in AREA_SYMBOLS.items()},
    "m²": "m2",
    "km²": "km2",
    "헥타르": "ha",
}
_LENGTH_UNITS = {"m": 1.0, "km": 1000.0, "": 1.0}
_AMOUNT = re.compile(r"\s*([0-9][0-9,]*(?:\.[0-9]+)?)\s*(.*?)\s*")


def area_unit(text: str) -> str:
    """Return the key of the area unit that `text` names: `만평` is `man-pyeong`."""
    try:
        return _AREA_SPELLINGS[text.strip()]
    except KeyError:
        raise UnknownNameError("area_unit", unit=text, known=", ".join(AREA_UNITS)) from None


def parse_area(text: str) -> float:
    """Return the area in m² that a person typed, such as `100만평` or `3.3 km2`."""
    amount, unit = _split(text)
    return float(amount * AREA_UNITS[area_unit(unit or "m2")])


def parse_length(text: str) -> float:
    """Return the length in m that a person typed, such as `2km` or `0.5 m`."""
    amount, unit = _split(text)
    if unit not in _LENGTH_UNITS:
        raise UnknownNameError("length_unit", unit=unit, text=text)
    return float(amount) * _LENGTH_UNITS[unit]


def _split(text: str) -> tuple[Fraction, str]:
    match = _AMOUNT.fullmatch(text)
    if not match:
        raise InputError("amount", text=text)
    return Fraction(match[1].replace(",", "")), match[2]


def in_area_unit(area: float, unit: str) -> float:
    """Return `area` (m²) in `unit`."""
    return area / float(AREA_UNITS[unit])


def area_text(area: float, unit: str = "m2") -> str:
    """Return `area` (m²) as a person reads it, with its unit."""
    value = in_area_unit(area, unit)
    digits = 0 if unit in ("m2", "pyeong") else 2
    return f"{value:,.{digits}f} {AREA_SYMBOLS[unit]}"


def length_text(length: float, step: float = 1.0) -> str:
    """Return `length` (m) rounded to `step` (m), in km from 1 km on."""
    rounded = round(length / step) * step
    if rounded < 1000:
        return f"{rounded:,.{_decimals(step)}f} m"
    return f"{rounded / 1000:,.{_decimals(step / 1000)}f} km"


def interval_text(low: float, high: float) -> str:
    """Return an interval (m) with digits that its own width justifies."""
    step = 10.0 ** math.floor(math.log10(max(high - low, 1.0) / 5))
    if high < 1000:
        return f"{math.floor(low / step) * step:,.0f}~{length_text(high, step)}"
    digits = _decimals(step / 1000)
    return f"{low / 1000:,.{digits}f}~{high / 1000:,.{digits}f} km"


def _decimals(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))
