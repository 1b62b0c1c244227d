"""How exact a number is as the record states it: the span of what its words allow, in exact fractions.

Nothing here is rounded, so two spans touch or they do not, whatever the size of the numbers.
"""

import math
import re
from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pandas as pd

from gis.units import PYEONG

_MULTIPLES = {"": 1, "천": 10**3, "만": 10**4, "백만": 10**6, "천만": 10**7, "억": 10**8, "조": 10**12, "k": 10**3}
_PYEONG = {"평": PYEONG}
_METRIC = {
    unit: Fraction(size)
    for unit, size in (("㎡", 1), ("m²", 1), ("m2", 1), ("ha", 10**4), ("km²", 10**6), ("km2", 10**6))
}
_SCALES = {"": Fraction(1), "km": Fraction(1000), **_PYEONG, **_METRIC}
_ABOUT = ("여", "내외", "가량")
_AMOUNT = re.compile(
    r"(?P<about>(?<![가-힣])약\s*)?(?P<digits>\d[\d,]{0,30}(?:\.\d{1,15})?)\s*(?P<multiple>백만|천만|천|만|억|조|k(?!m))?"
    r"\s*(?P<unit>평|㎡|m²|m2|ha|km²|km2|km)?(?P<hedge>여|내외|가량|\+|\S{0,2}\s*(?:이상|초과|이하|미만))?"
)
_SAME_AREA = re.compile(r"\s*[(（/]\s*[=≒]?\s*")
"""What stands between two amounts of one area: `338.4만㎡(102만평)`."""
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")

Number = Fraction | float
Span = tuple[Number, Number]
Claim = dict[Hashable, Any]


@dataclass(frozen=True)
class Amount:
    """A number in words: its value (an area in m², a length in m), half of its last digit, what its words allow, its place."""

    value: Fraction
    half_step: Fraction
    span: Span
    unit: str
    start: int
    end: int


def claim_span(claim: Claim | pd.Series) -> Span | None:
    """Return the lowest and highest number that a claim allows, rounding included; None where it states none.

    `이상` and `이하` leave one side open. A date is a span of days, counted in months of 31: 2027 is all of that year.
    """
    if claim["unit"] == "date":
        days = day_spans(claim["value"])
        return (days[0][0], days[-1][1]) if days else None
    if is_number(claim["value"]):
        return _number_span(claim, claim["value"])
    if is_number(claim["low"]) and is_number(claim["high"]):
        return _number_span(claim, claim["low"])[0], _number_span(claim, claim["high"])[1]
    return None


def half_step(claim: Claim | pd.Series) -> Fraction:
    """Return half of the last digit that a claim states: `338.4만㎡` is good to ±500 m², `56만평` to ±5,000 평.

    What is said to be about so much (약, 여) is good to its last digit that is not 0: `약 70%` to ±5 %.
    A value that is not found in the words of the claim is taken as exact to its second digit at most.
    """
    return _half_step(claim, claim["value"])


def apart(spans: list[Span]) -> bool:
    """Tell whether no one number lies in all spans; two roundings that only touch are two numbers."""
    lowest_high, highest_low = min(high for _, high in spans), max(low for low, _ in spans)
    if any(low == high for low, high in spans):
        return lowest_high < highest_low
    return lowest_high <= highest_low


def areas_stated_twice(claim: Claim) -> list[tuple[Amount, Amount]]:
    """Return the areas that a claim states side by side, in 평 and in metric units: `338.4만㎡(102만평)`."""
    text = _words(claim)
    return [
        (one, other)
        for one, other in pairwise(_amounts(text))
        if _SAME_AREA.fullmatch(text[one.end : other.start])
        and any(
            one.unit in units and other.unit in others for units, others in ((_PYEONG, _METRIC), (_METRIC, _PYEONG))
        )
    ]


def only_in_pyeong(claim: Claim) -> bool:
    """Tell whether a claim states its area in 평 and not in metric units."""
    units = {amount.unit for amount in _amounts(_words(claim))}
    return bool(units & set(_PYEONG)) and not units & set(_METRIC)


def day_spans(text: object) -> list[Span]:
    """Return each date of a text as the span from its first day to the day after its last."""
    found = [tuple(int(part or 0) for part in date) for date in _DATE.findall(str(text))]
    return [
        (year * 372 + (month or 1) * 31 + (day or 1), year * 372 + (month or 12) * 31 + (day or 31) + 1)
        for year, month, day in found
    ]


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number_span(claim: Claim | pd.Series, number: float) -> Span:
    amount, half = _stated_amount(claim, number), _half_step(claim, number)
    exact = Fraction(str(number))
    return amount.span if amount and number > 0 else (exact - half, exact + half)


def _half_step(claim: Claim | pd.Series, number: float) -> Fraction:
    amount = _stated_amount(claim, number)
    if amount:
        return amount.half_step
    scales = (Fraction(1), PYEONG) if claim["unit"] == "m2" else (Fraction(1),)
    return max(scale * _round_step(abs(float(number)) / float(scale)) for scale in scales) / 2


def _stated_amount(claim: Claim | pd.Series, number: float) -> Amount | None:
    """Return the amount in the words of a claim that is one of its numbers."""
    amounts = _amounts(_words(claim))
    return next((amount for amount in amounts if math.isclose(amount.value, abs(float(number)))), None)


def _words(claim: Claim | pd.Series) -> str:
    return claim["stated"] if isinstance(claim["stated"], str) else ""


@lru_cache(maxsize=4096)
def _amounts(text: str) -> tuple[Amount, ...]:
    return tuple(map(_amount, _AMOUNT.finditer(text)))


def _amount(match: re.Match[str]) -> Amount:
    digits, hedge = match["digits"].replace(",", ""), match["hedge"] or ""
    scale = _MULTIPLES[match["multiple"] or ""] * _SCALES[match["unit"] or ""]
    places = -len(digits.partition(".")[2])
    if places == 0 and (match["about"] or hedge in _ABOUT):
        places = len(digits) - len(digits.rstrip("0"))
    value, half = Fraction(digits) * scale, scale * Fraction(10) ** places / 2
    low = -math.inf if hedge.endswith(("이하", "미만")) else value - half
    high = math.inf if hedge.endswith(("이상", "초과", "+")) else value + half
    return Amount(value, half, (low, high), match["unit"] or "", match.start(), match.end())


def _round_step(value: float) -> int:
    """Return the largest power of ten that divides `value`, no larger than its second digit; 0 for a broken number."""
    whole = round(value)
    if whole == 0 or not math.isclose(value, whole):
        return 0
    zeros = len(str(whole)) - len(str(whole).rstrip("0"))
    return 10 ** min(zeros, max(len(str(whole)) - 2, 0))
