"""Rates (원단위) and factors that are reckoned with: the bundled ones, or what people keep in their place.

A scenario that came with rates of its own is reckoned with those.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from gis.analysis.targets import typed_amount
from gis.errors import InputError, UnknownNameError
from gis.io import decisions, scenarios
from gis.io.unit_values import UnitValues, unit_values
from gis.model import Range, Scenario, StatedRate
from gis.study import active
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


def _changed(table: pd.DataFrame, changed: Mapping[str, StatedRate]) -> pd.DataFrame:
    """Return rates as they were changed; a range that is the bundled one again has the bundled source."""
    known, bundled = table.copy(), bundled_rates()
    for place, name in zip(known.index, known["id"], strict=True):
        if name in changed and changed[name] != bundled.get(name):
            said = changed[name]
            known.loc[place, ["low", "high"]] = [said.low, said.high]
            known.loc[place, ["source", "confidence", "note"]] = [None, STATED, said.note]
    return known


def rate_rows() -> pd.DataFrame:
    """Return the rates and factors in use, a row each."""
    used = used_values()
    return pd.concat([used.rates, used.factors.assign(rate_unit="share")], ignore_index=True)[list(ROW_COLUMNS)]


def changes() -> dict[str, StatedRate]:
    """Return what is otherwise than bundled, by id: as people changed it, or as the scenario in use came with it."""
    now = active.current()
    return workspace_changes() | ({} if now is None else now.scenario.rates)


def workspace_changes() -> dict[str, StatedRate]:
    """Return what people changed of rates and factors here, by id."""
    found = {name: decisions.latest(TOPIC, name) for name in decisions.keys(TOPIC)}
    return {name: StatedRate(**decision.content) for name, decision in found.items() if decision is not None}


def bundled_rates() -> dict[str, StatedRate]:
    """Return rates and factors as they are bundled, by id; without those that no source states."""
    values = unit_values()
    rows = [*values.rates.to_dict("records"), *values.factors.to_dict("records")]
    return {row["id"]: StatedRate(low=row["low"], high=row["high"]) for row in rows if not math.isnan(row["low"])}


def rates_of(scenario: Scenario) -> dict[str, StatedRate]:
    """Return the rates that a scenario is reckoned with, where they are otherwise than bundled."""
    bundled = bundled_rates()
    return {
        name: told
        for name, told in (workspace_changes() | scenario.rates).items()
        if not _same(told, bundled.get(name))
    }


def rates_to_keep(told: Mapping[str, StatedRate]) -> dict[str, StatedRate]:
    """Return what a scenario that was reckoned with `told` must keep, to be reckoned with the same here.

    Raises
    ------
    UnknownNameError
        Where it names a rate that there is not.
    InputError
        Where a range runs backwards.
    """
    for name, value in told.items():
        _known_rate(name)
        if value.low > value.high:
            raise InputError("consequences.range", text=f"{name} {value.low:g}..{value.high:g}")
    here, bundled = workspace_changes(), bundled_rates()
    plain = {name: bundled[name] for name in here if name not in told and name in bundled}
    return {
        name: value
        for name, value in (plain | dict(told)).items()
        if (value != here[name] if name in here else not _same(value, bundled.get(name)))
    }


def _same(one: StatedRate, other: StatedRate | None) -> bool:
    return other is not None and (one.low, one.high) == (other.low, other.high)


def change_rate(name: str, text: str, note: str | None = None) -> Range:
    """Keep another range for a rate or factor, such as `5..9`, and return it; in the scenario in use where that has its own.

    Raises
    ------
    UnknownNameError
        Where there is no such rate or factor.
    InputError
        Where the text is no range.
    """
    _known_rate(name)
    said, now = ranged(text), active.current()
    told = StatedRate(low=said.low, high=said.high, note=note)
    if now is not None and name in now.scenario.rates:
        again = now.scenario.model_copy(update={"rates": now.scenario.rates | {name: told}})
        decisions.append(active.TOPIC, now.id, scenarios.content_of(again), note, now.number)
    else:
        decisions.append(TOPIC, name, told.model_dump(), note)
    return said


def undo_rate(name: str) -> None:
    """Go back to what a rate or factor was before; one that a scenario came with goes back with its history.

    Raises
    ------
    InputError
        Where the scenario in use has a rate of its own, or nothing was changed.
    """
    now = active.current()
    if now is not None and _known_rate(name) in now.scenario.rates:
        raise InputError("consequences.rate_of_scenario", id=name, title=now.scenario.title)
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
