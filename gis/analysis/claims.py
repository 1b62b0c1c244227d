"""Where the public record contradicts itself. Claims are never averaged or overwritten."""

import math
import re
from collections.abc import Iterable

import pandas as pd

from gis.units import PYEONG

CONFLICT_COLUMNS = ("rule", "subject", "quantity", "definition", "claims", "values", "unit", "in_use", "gap_pct")
_MULTIPLES = {"": 1, "천": 1e3, "만": 1e4, "백만": 1e6, "천만": 1e7, "억": 1e8, "조": 1e12, "k": 1e3}
_AMOUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(백만|천만|천|만|억|조|k(?!m))?\s*(평|km²|km2|km)?")
_SCALES = {"": 1.0, "평": float(PYEONG), "km²": 1e6, "km2": 1e6, "km": 1e3}
_ENOUGH = 1e-9
"""Relative slack for the last bits of floating point."""

Span = tuple[float, float]


def conflicts(claims: pd.DataFrame) -> pd.DataFrame:
    """Return what disagrees, by three rules; `claims` and `values` are joined by `|`.

    `values`: one quantity of one definition with values (numbers, dates or texts) that no rounding reconciles;
    the row lists all of them. `parts`: parts that do not add up to their total, beyond what rounding explains.
    `statement`: words that a figure contradicts; the figure is in use.
    """
    found = [*_two_values(claims), *_parts_against_total(claims), *_statements(claims)]
    return pd.DataFrame(found, columns=list(CONFLICT_COLUMNS), dtype=object).astype({"gap_pct": float})


def claim_in_use(claims: pd.DataFrame, subject: str, quantity: str) -> pd.Series | None:
    """Return the claim in use of a quantity; None where the record states none, or several and none in use."""
    rows = claims[(claims["subject"] == subject) & (claims["quantity"] == quantity)]
    rows = rows[rows["in_use"]] if len(rows) > 1 else rows
    return rows.iloc[0] if len(rows) == 1 else None


def claim_span(claim: pd.Series) -> Span | None:
    """Return the lowest and highest number that a claim allows, rounding included; None where it states none.

    A date is a span of months: 2027 takes in all of that year.
    """
    if claim["unit"] == "date":
        return _months(claim["value"])
    if _is_number(claim["value"]):
        half = half_step(claim)
        return float(claim["value"]) - half, float(claim["value"]) + half
    if _is_number(claim["low"]) and _is_number(claim["high"]):
        return float(claim["low"]), float(claim["high"])
    return None


def half_step(claim: pd.Series) -> float:
    """Return half of the last digit that a claim states: `338.4만㎡` is good to ±500 m², `56만평` to ±5,000 평.

    A value that is not found in the words of the claim is taken as exact to its second digit at most.
    """
    value, stated = abs(float(claim["value"])), str(claim["stated"] or "")
    for digits, multiple, unit in _AMOUNT.findall(stated):
        scale = _MULTIPLES[multiple] * _SCALES[unit]
        if math.isclose(float(digits.replace(",", "")) * scale, value, rel_tol=_ENOUGH):
            return scale * 10.0 ** -len(digits.partition(".")[2]) / 2
    scales = (1.0, float(PYEONG)) if claim["unit"] == "m2" else (1.0,)
    return max(scale * _round_step(value / scale) for scale in scales) / 2


def _round_step(value: float) -> float:
    """Return the largest power of ten that divides `value`, no larger than its second digit; 0 for a broken number."""
    whole = round(value)
    if whole == 0 or not math.isclose(value, whole, rel_tol=_ENOUGH):
        return 0.0
    zeros = len(str(whole)) - len(str(whole).rstrip("0"))
    return 10.0 ** min(zeros, max(len(str(whole)) - 2, 0))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _months(value: object) -> Span | None:
    dates = re.findall(r"(\d{4})(?:-(\d\d))?", str(value))
    if not dates:
        return None
    (first_year, first_month), (last_year, last_month) = dates[0], dates[-1]
    return int(first_year) * 12 + int(first_month or 1), int(last_year) * 12 + int(last_month or 12)


def number_text(number: float) -> str:
    """Return a number with all of its digits, without an exponent."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.3f}".rstrip("0")


def _value_text(claim: pd.Series) -> str:
    if _is_number(claim["value"]):
        return number_text(claim["value"])
    if _is_number(claim["low"]) and _is_number(claim["high"]):
        return f"{number_text(claim['low'])}~{number_text(claim['high'])}"
    return str(claim["value"])


def _two_values(claims: pd.DataFrame) -> Iterable[dict]:
    for _, same in claims.groupby(["subject", "quantity", "definition"], sort=False, dropna=False):
        stated = same[same[["value", "low", "high"]].notna().any(axis=1)]
        if len(stated) < 2:
            continue
        spans = [claim_span(claim) for _, claim in stated.iterrows()]
        if any(span is None for span in spans):
            apart = stated["value"].nunique() > 1
        else:
            apart = _apart([span for span in spans if span], stated["unit"].iloc[0])
        if apart:
            yield _row("values", claims, stated, stated.iloc[0], _spread(stated))


def _apart(spans: list[Span], unit: str) -> bool:
    """Tell whether no one value lies in all spans; two roundings that only touch are two values."""
    lowest_high, highest_low = min(high for _, high in spans), max(low for low, _ in spans)
    if unit == "date" or any(low == high for low, high in spans):
        return lowest_high < highest_low
    return lowest_high - highest_low <= _ENOUGH * abs(highest_low)


def _spread(stated: pd.DataFrame) -> float:
    """Return by how many % the largest value exceeds the smallest; NaN for dates and texts."""
    numbers = [float(n) for key in ("value", "low", "high") for n in stated[key] if _is_number(n)]
    return 100 * (max(numbers) / min(numbers) - 1) if numbers and min(numbers) > 0 else math.nan


def _parts_against_total(claims: pd.DataFrame) -> Iterable[dict]:
    by_id = claims.set_index("id", drop=False)
    for total_id, parts in claims[claims["part_of"].notna()].groupby("part_of", sort=False):
        if total_id not in by_id.index or not all(map(_is_number, [by_id.at[total_id, "value"], *parts["value"]])):
            continue
        total = by_id.loc[total_id]
        slack = half_step(total) + sum(half_step(part) for _, part in parts.iterrows())
        difference = parts["value"].astype(float).sum() - float(total["value"])
        if abs(difference) > slack + _ENOUGH * abs(float(total["value"])):
            together = pd.concat([by_id.loc[[total_id]], parts])
            yield _row("parts", claims, together, total, 100 * difference / float(total["value"]))


def _statements(claims: pd.DataFrame) -> Iterable[dict]:
    by_id = claims.set_index("id", drop=False)
    for _, claim in claims[claims["contradicts"].notna()].iterrows():
        figures = [name for name in claim["contradicts"] if name in by_id.index]
        if figures:
            row = _row("statement", claims, by_id.loc[[claim["id"], *figures]], claim, math.nan)
            yield row | {"in_use": figures[0]}


def _row(rule: str, claims: pd.DataFrame, together: pd.DataFrame, head: pd.Series, gap_pct: float) -> dict:
    keys = ["subject", "quantity", "definition"]
    used = claims.loc[(claims[keys] == head[keys]).all(axis=1) & claims["in_use"], "id"]
    return {
        "rule": rule,
        **head[keys],
        "claims": "|".join(together["id"]),
        "values": "|".join(_value_text(claim) for _, claim in together.iterrows()),
        "unit": together["unit"].iloc[0] if together["unit"].nunique() == 1 else None,
        "in_use": used.iloc[0] if len(used) else None,
        "gap_pct": gap_pct,
    }
