"""Weights of criteria from a file or from a page: comparisons in pairs, or stated weights, with the scores they rank."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ValidationError

from gis.analysis.weights import RANDOM_INDICES, Weights, compared_weights, flips, ranking, stated_weights
from gis.errors import DataFileError, InputError
from gis.i18n import t
from gis.io.grids import TABLE_ENDINGS, Line, Table, cell_text, open_table, table_bytes
from gis.model import Scenario
from gis.study import scenarios
from gis.study.active import Kept

TOML = ".toml"
MATRIX, PAIRS, STATED = "matrix", "pairs", "stated"
DEFAULT_INDEX = next(iter(RANDOM_INDICES))
ROUNDING = 0.02
"""How far the product of a comparison and its reciprocal, as people write it (3 and 0.33), may be from 1."""
_CRITERION, _WEIGHT = {"criterion", "평가기준", "기준"}, {"weight", "가중치"}
_ONE, _OTHER, _TIMES = (
    {"criterion", "one", "평가기준"},
    {"other_criterion", "other", "상대기준"},
    {"comparison", "비교"},
)
_ALTERNATIVE = {"alternative", "대안"}
Pairs = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Judgment:
    """What a person says of criteria: comparisons in pairs, or weights; scores of alternatives by criterion if any."""

    kind: str
    criteria: tuple[str, ...]
    comparisons: Pairs = field(default_factory=dict)
    stated: dict[str, float] = field(default_factory=dict)
    scores: pd.DataFrame | None = None


class _Comparison(BaseModel):
    one: str
    other: str
    times: float


class _Content(BaseModel):
    kind: Literal["matrix", "pairs", "stated"]
    index: str
    criteria: tuple[str, ...]
    comparisons: list[_Comparison]
    stated: dict[str, float]


@dataclass(frozen=True)
class Answer:
    """The weights of a judgment; where there are scores, the ranking they give and what change of weight turns it."""

    judgment: Judgment
    weights: Weights
    ranking: pd.Series | None = None
    flips: pd.DataFrame | None = None


def answer(judgment: Judgment, index: str = DEFAULT_INDEX, scores: pd.DataFrame | None = None) -> Answer:
    """Return the weights that a judgment gives; `scores` go before its own.

    A ranking is made only of weights that pass the gate of consistency.

    Raises
    ------
    InputError
        Where comparisons do not hang together, or a score is missing.
    """
    found = (
        stated_weights(judgment.stated)
        if judgment.kind == STATED
        else compared_weights(judgment.criteria, judgment.comparisons, index)
    )
    known = judgment.scores if scores is None else scores
    if known is None or not found.passes:
        return Answer(judgment, found)
    missing = [name for name in found.weights.index if name not in known]
    if missing:
        raise InputError("weights.no_scores", criterion=missing[0], known=", ".join(map(str, known.columns)))
    return Answer(judgment, found, ranking(known, found.weights), flips(known, found.weights))


def keep(scenario: str, judgment: Judgment, index: str, expected: int | None = None) -> Kept:
    """Keep a judgment as that of a scenario, with the table of random indices that it is judged by."""
    rows = [{"one": one, "other": other, "times": times} for (one, other), times in judgment.comparisons.items()]
    content = {
        "kind": judgment.kind, "index": index, "criteria": list(judgment.criteria),
        "comparisons": rows, "stated": judgment.stated,
    }  # fmt: skip
    return scenarios.set_asked(scenario, "weights", content, expected)


def of_scenario(scenario: Scenario) -> tuple[Judgment, str] | None:
    """Return the judgment that is kept with a scenario, and its table of random indices; None where there is none.

    Raises
    ------
    InputError
        Where what is kept is no judgment.
    """
    if not scenario.weights:
        return None
    try:
        told = _Content.model_validate(scenario.weights)
    except ValidationError as error:
        place = ".".join(map(str, ("weights", *error.errors()[0]["loc"])))
        raise InputError("scenario.content", place=place, reason=t("siting.weights_no_judgment")) from error
    if told.index not in RANDOM_INDICES:
        raise InputError("one_of", name="index", value=told.index, known=", ".join(RANDOM_INDICES))
    pairs = {(one.one, one.other): one.times for one in told.comparisons}
    return Judgment(told.kind, told.criteria, comparisons=pairs, stated=told.stated), told.index


def read_judgment(source: Path | bytes, file: str) -> Judgment:
    """Return the judgment in a CSV, XLSX or TOML.

    A table is a square matrix with the criteria as headings of its columns and rows (an empty cell is a comparison that
    nobody made), a list of pairs (criterion, other_criterion, comparison), or of weights (criterion, weight). A workbook
    may have a second sheet with alternatives (alternative, then a column a criterion). A TOML has `[weights]`, or
    `[[comparison]]` with `one`, `other`, `times`, and `[scores.NAME]`.

    Raises
    ------
    DataFileError
        Where the file is missing or broken.
    InputError
        Where it holds no such table, or a cell is no number.
    """
    if Path(file).suffix.lower() == TOML:
        return _toml_judgment(source, file)
    if Path(file).suffix.lower() not in TABLE_ENDINGS:
        raise DataFileError("table.ending", file=file, known=", ".join((*TABLE_ENDINGS, TOML)))
    content = table_bytes(source, file)
    scores = open_table(content, file, partial(_headed, wanted=(_ALTERNATIVE,)))
    known = _scores(scores, file) if scores.heading is not None else None
    for kind, names in ((PAIRS, (_ONE, _OTHER, _TIMES)), (STATED, (_CRITERION, _WEIGHT))):
        table = open_table(content, file, partial(_headed, wanted=names))
        if table.heading is not None:
            return _listed(table, kind, names, file, known)
    table = open_table(content, file, _square)
    if table.heading is None:
        raise InputError("weights.no_table", file=file, seen=table.widest)
    return _matrix(table, file, known)


def read_scores(source: Path | bytes, file: str) -> pd.DataFrame:
    """Return the scores of alternatives (rows) by criterion that a CSV or XLSX holds."""
    table = open_table(table_bytes(source, file), file, partial(_headed, wanted=(_ALTERNATIVE,)))
    if table.heading is None:
        raise InputError("weights.no_scores_table", file=file, seen=table.widest)
    return _scores(table, file)


Heading = tuple[int, list[str | None]]


def _headed(head: list[Line], wanted: tuple[set[str], ...]) -> Heading | None:
    """Return the number and the names of the first line that has one of each set of names."""
    for line in head:
        names = {text.casefold() for text in line.texts() if text}
        if all(names & one for one in wanted):
            return line.number, line.texts()
    return None


def _square(head: list[Line]) -> Heading | None:
    """Return the first line whose names stand as the first cells of lines below it."""
    for line in head:
        names = [text for text in line.texts()[1:] if text]
        below = [other.texts()[0] for other in head if other.number > line.number and other.cells]
        if names and names == [name for name in below if name][: len(names)]:
            return line.number, line.texts()
    return None


def _records(table: Table[Heading]) -> list[tuple[int, dict[str, Any]]]:
    last, names = table.heading or (0, [])
    return [
        (line.number, {name: cell for name, cell in zip(names, line.cells, strict=False) if name})
        for line in table.below(last, len(names))
    ]


def _named(record: Mapping[str, Any], names: set[str]) -> Any:
    return next((cell for name, cell in record.items() if name.casefold() in names), None)


def _listed(
    table: Table[Heading], kind: str, names: tuple[set[str], ...], file: str, scores: pd.DataFrame | None
) -> Judgment:
    """Return a list of pairs or of weights."""
    criteria: dict[str, None] = {}
    values: dict[Any, float] = {}
    for row, record in _records(table):
        said = [cell_text(_named(record, one)) for one in names[:-1]]
        if not all(said):
            raise InputError("weights.cell", file=file, row=row, value="-")
        value = _number(_named(record, names[-1]), file, row)
        criteria.update(dict.fromkeys(map(str, said)))
        if value is not None:
            values[said[0] if kind == STATED else tuple(said)] = value
    if kind == STATED:
        return Judgment(kind, tuple(criteria), stated=values, scores=scores)
    return Judgment(kind, tuple(criteria), comparisons=values, scores=scores)


def _matrix(table: Table[Heading], file: str, scores: pd.DataFrame | None) -> Judgment:
    """Return a square matrix; a comparison and its rounded reciprocal are one, the one from 1 up."""
    last, names = table.heading or (0, [])
    criteria = [name for name in names[1:] if name]
    found: Pairs = {}
    for line in table.below(last, len(names)):
        one = cell_text(line.cells[0])
        if one not in criteria:
            continue
        for other, cell in zip(names[1:], line.cells[1:], strict=False):
            value = None if other is None else _number(cell, file, line.number)
            if value is None or other is None:
                continue
            if one == other and value != 1:
                raise InputError("weights.diagonal", file=file, criterion=one, value=f"{value:g}")
            if one != other:
                found[one, other] = value
    return Judgment(MATRIX, tuple(criteria), comparisons=_one_each(found), scores=scores)


def _one_each(pairs: Pairs) -> Pairs:
    """Return comparisons without the lesser of two that are reciprocals but for their rounding."""
    return {
        (one, other): value
        for (one, other), value in pairs.items()
        if (other, one) not in pairs or value > pairs[other, one]
        or (value == pairs[other, one] and one < other) or abs(value * pairs[other, one] - 1) > ROUNDING
    }  # fmt: skip


def _scores(table: Table[Heading], file: str) -> pd.DataFrame:
    rows = {}
    for row, record in _records(table):
        name = cell_text(_named(record, _ALTERNATIVE))
        rows[name] = {
            key: _number(cell, file, row) for key, cell in record.items() if key.casefold() not in _ALTERNATIVE
        }
    return pd.DataFrame.from_dict(rows, orient="index").astype(float)


def _number(cell: Any, file: str, row: int) -> float | None:
    """Return a cell as a number, 1/3 too; None for nothing. Excel makes a date of 1/3 that is not marked as text."""
    text = cell_text(cell)
    if text is None:
        return None
    try:
        return float(Fraction(text.replace(" ", "")))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise InputError("weights.cell", file=file, row=row, value=text) from None


def typed_pairs(table: pd.DataFrame) -> Pairs:
    """Return the comparisons of a table with `one`, `other` and `times` as texts; an empty one was not made."""
    values = [_number(times, "", row) for row, times in enumerate(table["times"], start=1)]
    pairs = zip(table["one"], table["other"], values, strict=True)
    return {(one, other): value for one, other, value in pairs if value is not None}


def times_text(value: float) -> str:
    """Return a comparison as a person writes it: 3, 1/3, 2.5."""
    told = Fraction(value).limit_denominator(100)
    return str(told) if math.isclose(float(told), value, rel_tol=1e-9) else f"{value!r}"


def _toml_judgment(source: Path | bytes, file: str) -> Judgment:
    try:
        content = source if isinstance(source, bytes) else source.read_bytes()
        told = tomllib.loads(content.decode("utf-8-sig"))
    except FileNotFoundError:
        raise DataFileError("no_file", path=source) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise DataFileError("file_broken", file=file, reason=error) from error
    stated, pairs, scores = told.get("weights", {}), told.get("comparison", []), told.get("scores", {})
    rows = isinstance(pairs, list) and all(
        isinstance(one, dict) and {"one", "other", "times"} <= set(one) for one in pairs
    )
    if not (isinstance(stated, dict) and isinstance(scores, dict) and rows and bool(stated) != bool(pairs)):
        raise InputError("weights.no_table", file=file, seen=", ".join(told) or "-")
    known = None
    if scores:
        known = pd.DataFrame.from_dict(
            {name: {key: _number(value, file, 0) for key, value in one.items()} for name, one in scores.items()},
            "index",
        ).astype(float)
    if stated:
        values = {name: _number(value, file, 0) or 0.0 for name, value in stated.items()}
        return Judgment(STATED, tuple(values), stated=values, scores=known)
    criteria = dict.fromkeys(str(one[key]) for one in pairs for key in ("one", "other"))
    found = {(str(one["one"]), str(one["other"])): _number(one["times"], file, 0) for one in pairs}
    return Judgment(PAIRS, tuple(criteria), comparisons={k: v for k, v in found.items() if v is not None}, scores=known)
