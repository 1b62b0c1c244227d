"""Units that a person types or reads; inside, everything is m, m² and s."""

import math
import re
import unicodedata
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
    **{unicodedata.normalize("NFKC", symbol): key for key, symbol in AREA_SYMBOLS.items()},
    "헥타르": "ha",
}
_LENGTH_UNITS = {"m": 1.0, "km": 1000.0, "": 1.0}
_AMOUNT = re.compile(r"((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.[0-9]{1,15})?)(?![0-9,.])(.*)")


def area_unit(text: str) -> str:
    """Return the key of the area unit that `text` names: `만평` is `man-pyeong`."""
    try:
        return _AREA_SPELLINGS[_plain(text)]
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
    match = _AMOUNT.fullmatch(_plain(text)) if len(text) <= 60 else None
    if not match:
        raise InputError("amount", text=text)
    return Fraction(match[1].replace(",", "")), match[2]


def _plain(text: str) -> str:
    """Return `text` in ordinary letters without spaces: `１００ 만 ㎡` is `100만m2`, `m²` is `m2`, `㎞` is `km`."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def in_area_unit(area: float, unit: str) -> float:
    """Return `area` (m²) in `unit`."""
    return area / float(AREA_UNITS[unit])


def area_text(area: float, unit: str = "m2") -> str:
    """Return `area` (m²) as a person reads it, with its unit."""
    value = in_area_unit(area, unit)
    digits = 0 if unit in ("m2", "pyeong") else 2
    return f"{value:,.{digits}f} {AREA_SYMBOLS[unit]}"


def spread_text(spread: float, unit: str) -> str:
    """Return the standard deviation of an area (m²) in `unit`, in ㎡ where it would read 0."""
    text = area_text(spread, unit)
    if any(digit in text for digit in "123456789"):
        return text
    return area_text(spread) if spread >= 0.5 else f"<{area_text(1)}"


def length_text(length: float, step: float | None = None) -> str:
    """Return `length` (m) rounded to `step` (m), in km from 1 km on.

    Without a step: to 0.1 m below 10 m, to 1 m below 100 km, to 10 m beyond; nothing is just 0 m.
    """
    if step is None:
        step = 1.0 if length == 0 else 0.1 if length < 9.95 else 1.0 if length < 100_000 else 10.0
    rounded = round(length / step) * step
    if rounded < 1000:
        return f"{rounded:,.{_decimals(step)}f} m"
    return f"{rounded / 1000:,.{_decimals(step / 1000)}f} km"


def interval_text(low: float, high: float) -> str:
    """Return an interval (m) with digits that its own width justifies, rounded outward so that it still holds."""
    if low == high:
        return length_text(low)
    step = max(0.1, 10.0 ** math.floor(math.log10(max(high - low, 0.5) / 5)))
    floor, ceiling = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    unit, scale = ("m", 1) if ceiling < 1000 else ("km", 1000)
    digits = _decimals(step / scale)
    return f"{floor / scale:,.{digits if floor else 0}f}~{ceiling / scale:,.{digits}f} {unit}"


def _decimals(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))
