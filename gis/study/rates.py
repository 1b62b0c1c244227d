"""Rates (원단위) and factors that are reckoned with: the bundled ones, or what people keep in their place."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from gis.analysis.targets import typed_amount
from gis.errors import InputError, UnknownNameError
from gis.io import decisions
from gis.io.unit_values import UnitValues, unit_values
from gis.model import Range
from gis.units import parse_area

TOPIC = "rates"
ROW_COLUMNS = (
    "id", "low", "high", "rate_unit", "definition", "definition_en", "source", "as_of", "confidence", "note", "note_en",
)  # fmt: skip
STATED = "stated"
"""The confidence of what a person keeps."""


def used_values() -> UnitValues:
    """Return rates, factors and parts, with what people changed."""
    bundled, changed = unit_values(), changes()
    return replace(bundled, rates=_changed(bundled.rates, changed), factors=_changed(bundled.factors, changed))


def _changed(table: pd.DataFrame, changed: Mapping[str, dict[str, Any]]) -> pd.DataFrame:
    known = table.copy()
    for place, name in zip(known.index, known["id"], strict=True):
        if name in changed:
            said = changed[name]
            known.loc[place, ["low", "high"]] = [float(said["low"]), float(said["high"])]
            known.loc[place, ["source", "confidence", "note"]] = [None, STATED, said.get("note")]
    return known


def rate_rows() -> pd.DataFrame:
    """Return the rates and factors in use, a row each."""
    used = used_values()
    return pd.concat([used.rates, used.factors.assign(rate_unit="share")], ignore_index=True)[list(ROW_COLUMNS)]


def changes() -> dict[str, dict[str, Any]]:
    """Return what people changed of rates and factors, by id."""
    found = {name: decisions.latest(TOPIC, name) for name in decisions.keys(TOPIC)}
    return {name: decision.content for name, decision in found.items() if decision is not None}


def change_rate(name: str, text: str, note: str | None = None) -> Range:
    """Keep another range for a rate or factor, such as `5..9`, and return it.

    Raises
    ------
    UnknownNameError
        Where there is no such rate or factor.
    InputError
        Where the text is no range.
    """
    _known_rate(name)
    said = ranged(text)
    decisions.append(TOPIC, name, {"low": said.low, "high": said.high, "note": note}, note)
    return said


def undo_rate(name: str) -> None:
    """Go back to what a rate or factor was before."""
    decisions.undo(TOPIC, _known_rate(name))


def _known_rate(name: str) -> str:
    values = unit_values()
    known = [*values.rates["id"], *values.factors["id"]]
    if name not in known:
        raise UnknownNameError("consequences.rate", id=name, known=", ".join(known))
    return name


def ranged(text: str, unit: str = "") -> Range:
    """Return the range that a person typed: `7..9`, `80만㎡..90만㎡`, `1200억..1500억`, or one value for both ends."""
    low, dots, high = text.partition("..")
    ends = [_amount(one.strip(), unit) for one in ((low, high) if dots else (low, low))]
    if ends[0] > ends[1]:
        raise InputError("consequences.range", text=text)
    return Range(*ends)


def _amount(text: str, unit: str) -> float:
    return parse_area(text) if unit == "m2" else typed_amount(text)
