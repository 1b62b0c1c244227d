"""What a stated target asks for: its value, and the growth a year from a baseline. Nothing is computed before it is defined."""

import math
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from gis.errors import InputError
from gis.i18n import t

VALUE, MULTIPLE, GROWTH, POINTS, LEVEL = "value", "multiple", "growth", "points", "level"
PARTS = ("reading", "baseline", "baseline_date", "target_date", "unit")
"""What a definition must say before anything is computed."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST = 1e18
_SIZES = {
    "": 1, "천": 10**3, "만": 10**4, "십만": 10**5, "백만": 10**6, "천만": 10**7, "억": 10**8, "십억": 10**9,
    "백억": 10**10, "천억": 10**11, "조": 10**12,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
_PART = re.compile(
    r"((?:\d{1,3}(?:,\d{3})+|\d{1,18})(?:\.\d{1,12})?)(?![\d,.])"
    r"([천백십]?[만억]|천|조|thousand|million|billion|trillion)?"
)
UNIT_WORDS = {
    "원": "krw", "won": "krw", "명": "persons", "people": "persons", "개사": "firms", "firms": "firms", "%": "pct", "개": None,
}  # fmt: skip
_UNIT_WORDS = re.compile(rf"({'|'.join(UNIT_WORDS)})$")
_YEAR = re.compile(r"(\d{4})(?:-\d\d){0,2}년?")


@dataclass(frozen=True)
class Target:
    """A target as the record states it.

    `stated` and `stated_high` are its figure and where that ends (inf for 이상), in % where a reading relates it to a
    baseline; `unit` is that of the baseline and of the value to be reached, None where the record leaves it open.
    """

    id: str
    stated: float
    stated_high: float
    readings: tuple[str, ...]
    unit: str | None = None


@dataclass(frozen=True)
class Figure:
    """A value of some year, in the unit of its target, and who says so."""

    value: float
    year: int | None
    source: str | None = None
    claim: str | None = None


@dataclass(frozen=True)
class Definition:
    """What a target is taken to mean; None is not decided. `current` is where things stand, if anybody knows."""

    reading: str | None = None
    baseline: Figure | None = None
    target_year: int | None = None
    unit: str | None = None
    scope: str | None = None
    current: Figure | None = None
    note: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What one reading asks for: `value` to `high` (inf: no upper end) in the unit of the target.

    `growth` and `growth_high` are fractions a year, compound, NaN where a baseline of 0 allows none; `amount` and
    `amount_high` the same way in equal steps, units a year; `remaining` is what is left from the current value, NaN
    where that is not known; `reached` None likewise.
    """

    reading: str
    value: float
    high: float
    years: int | None = None
    growth: float = math.nan
    growth_high: float = math.nan
    amount: float = math.nan
    amount_high: float = math.nan
    remaining: float = math.nan
    reached: bool | None = None


def missing_parts(target: Target, definition: Definition) -> tuple[str, ...]:
    """Return which of `PARTS` the definition lacks; a level that is reached or not needs no baseline."""
    known = {
        "reading": definition.reading is not None,
        "baseline": definition.baseline is not None,
        "baseline_date": definition.baseline is not None and definition.baseline.year is not None,
        "target_date": definition.target_year is not None,
        "unit": definition.unit is not None,
    }
    if set(_open_readings(target, definition)) == {LEVEL}:
        known |= {"baseline": True, "baseline_date": True}
    return tuple(part for part in PARTS if not known[part])


def outcomes(target: Target, definition: Definition) -> tuple[Outcome, ...]:
    """Return what the target asks for, one outcome for each reading that is open; none while another part is missing."""
    if set(missing_parts(target, definition)) - {"reading"}:
        return ()
    return tuple(outcome(target, definition, reading) for reading in _open_readings(target, definition))


def _open_readings(target: Target, definition: Definition) -> tuple[str, ...]:
    return target.readings if definition.reading is None else (definition.reading,)


def outcome(target: Target, definition: Definition, reading: str) -> Outcome:
    """Return what one reading of a target asks for; every part but the reading must be defined."""
    baseline = 0.0 if definition.baseline is None else definition.baseline.value
    value, high = (target_value(reading, stated, baseline) for stated in (target.stated, target.stated_high))
    left = math.nan if definition.current is None else value - definition.current.value
    reached = None if definition.current is None else left <= 0
    if reading == LEVEL:
        return Outcome(reading, value, high, remaining=left, reached=reached)
    assert definition.baseline is not None and definition.baseline.year is not None
    assert definition.target_year is not None
    years = definition.target_year - definition.baseline.year
    return Outcome(
        reading=reading,
        value=value,
        high=high,
        years=years,
        growth=growth_a_year(baseline, value, years),
        growth_high=growth_a_year(baseline, high, years),
        amount=(value - baseline) / years,
        amount_high=(high - baseline) / years,
        remaining=left,
        reached=reached,
    )


def target_value(reading: str, stated: float, baseline: float) -> float:
    """Return the value to be reached: of the figure alone, or of the figure (in %, in points) and the baseline."""
    return {
        VALUE: stated,
        LEVEL: stated,
        MULTIPLE: baseline * stated / 100,
        GROWTH: baseline * (100 + stated) / 100,
        POINTS: baseline + stated,
    }[reading]


def growth_a_year(baseline: float, value: float, years: int) -> float:
    """Return the compound growth a year, as a fraction, that leads from `baseline` to `value`; NaN from or to 0."""
    if baseline <= 0 or value <= 0:
        return math.nan
    return math.inf if math.isinf(value) else math.expm1(math.log(value / baseline) / years)


def yearly_path(definition: Definition, found: Outcome) -> pd.DataFrame:
    """Return `year`, `value` along the way of an outcome: compound growth, or equal steps from a baseline of 0."""
    assert definition.baseline is not None and definition.baseline.year is not None and found.years is not None
    steps, start = range(found.years + 1), definition.baseline.value
    if math.isnan(found.growth):
        values = [start + step * found.amount for step in steps]
    else:
        values = [start * (found.value / start) ** (step / found.years) for step in steps]
    values[-1] = found.value
    return pd.DataFrame({"year": [definition.baseline.year + step for step in steps], "value": values})


def require_sound(target: Target, definition: Definition) -> None:
    """Refuse a definition that cannot be meant.

    Raises
    ------
    InputError
        Where the reading is none that the record allows, a level is given a baseline, or the target is not later
        than its baseline.
    """
    if definition.reading is not None and definition.reading not in target.readings:
        raise InputError("targets.reading", id=target.id, reading=definition.reading, known=", ".join(target.readings))
    if definition.baseline is None:
        return
    if set(target.readings) == {LEVEL}:
        raise InputError("targets.no_baseline", id=target.id)
    before, after = definition.baseline.year, definition.target_year
    if before is not None and after is not None and after <= before:
        raise InputError("targets.order", baseline=before, target=after)


def baseline_candidates(
    ledger: pd.DataFrame, subject: str, quantity: str, unit: str, left_out: Collection[str]
) -> pd.DataFrame:
    """Return the claims that may be a baseline: one number of the same subject, quantity and unit, of a known year.

    Parameters
    ----------
    left_out
        Claims that are targets themselves, or that the record says are no baseline.
    """
    same = ledger[ledger["subject"].eq(subject) & ledger["quantity"].eq(quantity) & ledger["unit"].eq(unit)]
    numeric = same["value"].map(lambda value: isinstance(value, int | float) and not isinstance(value, bool))
    dated = same["as_of"].map(lambda text: year_in(text) is not None)
    return same[numeric.astype(bool) & dated.astype(bool) & ~same["id"].isin(list(left_out))].reset_index(drop=True)


def year_in(text: str | None) -> int | None:
    """Return the year with which a date begins: `2019`, `2019-06-01`; None where it begins with none."""
    found = _YEAR.match(str(text or ""))
    return int(found[1]) if found else None


def typed_year(text: str) -> int:
    """Return the year that a person typed: `2030`, `2030년`, `2030-12-31`."""
    found = _YEAR.fullmatch(_plain(text))
    if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise InputError("targets.year", text=text, first=FIRST_YEAR, last=LAST_YEAR)
    return int(found[1])


def typed_amount(text: str, unit: str | None = None) -> float:
    """Return the number that a person typed: `34조`, `8.2만명`, `1조 2,000억원`, `34 trillion`, `12.5%`.

    Parameters
    ----------
    unit
        What the number must be of, such as `krw`; None lets any unit stand.

    Raises
    ------
    InputError
        Where it is no number from 0 on, its sizes do not fall, or a word behind it says another unit.
    """
    plain = _plain(text)
    said = _UNIT_WORDS.search(plain)
    stated = UNIT_WORDS[said[1]] if said else None
    if unit is not None and stated is not None and stated != unit:
        raise InputError("targets.other_unit", text=text, unit=t(f"unit.{unit}"))
    rest, total, before = _UNIT_WORDS.sub("", plain), Fraction(0), math.inf
    while rest:
        part = _PART.match(rest)
        size = _SIZES[part[2] or ""] if part else math.inf
        if not part or size >= before:
            raise InputError("targets.amount", text=text)
        total, before, rest = total + Fraction(part[1].replace(",", "")) * int(size), size, rest[part.end() :]
    if math.isinf(before) or total > MOST:
        raise InputError("targets.amount", text=text)
    return float(total)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKC", text).casefold() if len(text) <= 60 else "?"
    return "".join(letters.split())


def rivals(rows: Iterable[tuple[str, str, str, str | None]]) -> dict[str, tuple[str, ...]]:
    """Return for each target the others that state another figure for the same thing.

    Parameters
    ----------
    rows
        Target, subject, quantity, unit.
    """
    known = list(rows)
    return {one: tuple(other for other, *same in known if same == what and other != one) for one, *what in known}
