"""Targets of the article: what the record states, what planners have decided, and what follows from both."""

import math
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from gis.analysis import targets as _targets
from gis.analysis.claims import half_step
from gis.analysis.targets import Definition, Figure, Outcome, Target
from gis.errors import InputError, UnknownNameError
from gis.io import catalog, decisions
from gis.io import targets as _record
from gis.io.decisions import Decision
from gis.study import value_chain

TOPIC = "target"
MOST_LETTERS = 500
INFERRED = "inferred"
FRAME = {
    "industry": "gwangju.article.industry.",
    "strategy": "gwangju.article.strategy.",
    "action": "gwangju.article.action.",
}
"""The frame of the article, and how the ids of its claims begin."""
COUNT, REST = "count", "rest"
TABLE_COLUMNS = (
    "id", "target", "reading", "baseline", "baseline_date", "baseline_source", "baseline_claim", "target_date",
    "target_value", "target_high", "unit", "growth_pct_per_year", "growth_high_pct_per_year", "amount_per_year",
    "amount_high_per_year", "current", "current_date", "current_source", "remaining", "reached", "scope", "missing",
    "offered_claims", "rivals", "claim", "source", "rank", "confidence", "doubts", "note", "note_en", "decision_note",
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What a person types to define a target; None is not said."""

    reading: str | None = None
    baseline_claim: str | None = None
    baseline: str | None = None
    baseline_date: str | None = None
    baseline_source: str | None = None
    date: str | None = None
    scope: str | None = None
    current: str | None = None
    current_date: str | None = None
    current_source: str | None = None


@dataclass(frozen=True)
class Card:
    """One target: the claim that states it, what it is taken to mean, and what that asks for.

    `offered` are claims that may be its baseline, `left_out` those that are none, with the reason; `rivals` the other
    targets that state another figure for the same thing; `doubts` what a reader must know; `drivers` the stages of the
    chain that move it, by our inference; `revision` the number of the decision in use, 0 where nothing is decided.
    """

    target: Target
    group: str
    claim: dict[str, Any]
    quantity: str
    stated_year: int | None
    definition: Definition
    missing: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    offered: pd.DataFrame
    left_out: pd.DataFrame
    rivals: tuple[str, ...]
    doubts: tuple[str, ...]
    drivers: pd.DataFrame
    scope: str | None
    scope_en: str | None
    revision: int

    @property
    def readings(self) -> tuple[str, ...]:
        """The readings that are open: the one decided, or all that the record allows."""
        decided = self.definition.reading
        return self.target.readings if decided is None else (decided,)


def cards() -> tuple[Card, ...]:
    """Return every target of the article, in the order of the data."""
    rows, ledger = _record.targets().to_dict("records"), catalog.claims()
    claims = {row["id"]: row for row in ledger.to_dict("records")}
    hosts = value_chain.model().hosts
    same = _targets.rivals((row["id"], *_measured(row, claims[row["claim"]])) for row in rows)
    stated = {row["claim"] for row in rows}
    return tuple(_card(row, claims, ledger, stated, same[row["id"]], hosts) for row in rows)


def card(target_id: str) -> Card:
    """Return one target.

    Raises
    ------
    UnknownNameError
        Where there is no such target.
    """
    known = {one.target.id: one for one in cards()}
    return known[_known(target_id, known)]


def _known(target_id: str, known: Collection[str] | None = None) -> str:
    """Return the id of a target; one that is none is refused."""
    ids = list(_record.targets()["id"] if known is None else known)
    if target_id not in ids:
        raise UnknownNameError("targets.unknown", id=target_id, known=", ".join(ids))
    return target_id


def _measured(row: dict[str, Any], claim: dict[str, Any]) -> tuple[str, str, str | None]:
    """Return subject, quantity and unit of what a target is measured by: its own, or that of its baseline."""
    related = not set(row["readings"]) <= {_targets.VALUE, _targets.LEVEL}
    return claim["subject"], row["quantity"] or claim["quantity"], row["unit"] if related else claim["unit"]


def _card(
    row: dict[str, Any], claims: dict[str, dict[str, Any]], ledger: pd.DataFrame, stated: set[str],
    same: tuple[str, ...], hosts: pd.DataFrame,
) -> Card:  # fmt: skip
    claim = claims[row["claim"]]
    subject, quantity, unit = _measured(row, claim)
    left_out = pd.DataFrame(row["not_baseline"] or [], columns=["claim", *_record.REASONS])
    offered = _targets.baseline_candidates(ledger, subject, quantity, str(unit), stated | set(left_out["claim"]))
    if set(row["readings"]) == {_targets.LEVEL}:
        offered = offered.head(0)
    target = Target(row["id"], float(claim["value"]), _upper_end(row, claim), tuple(row["readings"]), unit)
    kept = decisions.latest(TOPIC, row["id"])
    definition = _definition(target, row["date"], offered, kept)
    outcomes = _targets.outcomes(target, definition)
    return Card(
        target=target,
        group=row["group"],
        claim=claim,
        quantity=quantity,
        stated_year=row["date"],
        definition=definition,
        missing=_targets.missing_parts(target, definition),
        outcomes=outcomes,
        offered=offered,
        left_out=left_out,
        rivals=same,
        doubts=(*_doubts(row, definition, same, ledger), *_outcome_doubts(target, definition, outcomes)),
        drivers=_drivers(row["driver"] or [], hosts),
        scope=row["scope"],
        scope_en=row["scope_en"],
        revision=0 if kept is None else kept.number,
    )


def _upper_end(row: dict[str, Any], claim: dict[str, Any]) -> float:
    """Return where the figure of a claim ends: 25만여 before 26만, 10조 이상 nowhere."""
    value = float(claim["value"])
    return {None: value, "odd": value + 2 * float(half_step(pd.Series(claim))), "at_least": math.inf}[row["bound"]]


def _definition(target: Target, stated_year: int | None, offered: pd.DataFrame, kept: Decision | None) -> Definition:
    """Return what is decided of a target, and beside it what the record leaves no choice of."""
    said: dict[str, Any] = {} if kept is None else kept.content
    reading = said.get("reading")
    if reading not in target.readings:
        reading = target.readings[0] if len(target.readings) == 1 else None
    return Definition(
        reading=reading,
        baseline=_baseline(said, offered),
        target_year=said.get("target_year") or stated_year,
        unit=target.unit,
        scope=said.get("scope"),
        current=Figure(**said["current"]) if said.get("current") else None,
        note=None if kept is None else kept.note,
    )


def _baseline(said: dict[str, Any], offered: pd.DataFrame) -> Figure | None:
    """Return the baseline that was decided: a claim as the ledger has it now, or a typed figure."""
    if said.get("baseline"):
        return Figure(**said["baseline"])
    found = offered[offered["id"].eq(said.get("baseline_claim"))]
    if found.empty:
        return None
    claim = found.iloc[0]
    return Figure(float(claim["value"]), _targets.year_in(claim["as_of"]), claim["source"], claim["id"])


def _doubts(
    row: dict[str, Any], definition: Definition, same: tuple[str, ...], ledger: pd.DataFrame
) -> tuple[str, ...]:
    baseline = definition.baseline
    confidence = ledger.set_index("id")["confidence"]
    found = {
        "odd": row["bound"] == "odd",
        "at_least": row["bound"] == "at_least",
        "scope_open": bool(same) and definition.scope is None,
        "unsourced_baseline": baseline is not None and baseline.source is None,
        "doubtful_baseline": baseline is not None
        and baseline.claim is not None
        and confidence[baseline.claim] != "high",
        "other_date": row["date"] is not None and definition.target_year != row["date"],
    }
    return tuple(doubt for doubt, holds in found.items() if holds)


def _outcome_doubts(target: Target, definition: Definition, outcomes: tuple[Outcome, ...]) -> tuple[str, ...]:
    """Return what is odd about what a definition leads to: a fall, a share above all, a baseline of nothing."""
    found = {
        "falls": any(one.growth < 0 for one in outcomes),
        "above_all": target.unit == "pct" and any(one.value > 100 for one in outcomes),
        "zero_baseline": definition.baseline is not None and definition.baseline.value == 0,
    }
    return tuple(doubt for doubt, holds in found.items() if holds)


def _drivers(rows: list[dict[str, Any]], hosts: pd.DataFrame) -> pd.DataFrame:
    """Return what moves a target, a row a stage: who hosts it in the chain in use, and why we think so."""
    found = []
    for row in rows:
        named = hosts[hosts["id"].isin(row.get("hosts", []))]
        stages = {stage: hosts[hosts["stage"] == stage] for stage in row.get("stages", [])}
        stages |= {stage: named[named["stage"] == stage] for stage in dict.fromkeys(named["stage"])}
        found += [
            {
                "stage": stage,
                "places": "|".join(dict.fromkeys(part["place"])) or None,
                "hosts": "|".join(part["name"]) or None,
                "hosts_en": "|".join(part["name_en"].fillna(part["name"])) or None,
                "evidence": INFERRED,
                "reason": row["reason"],
                "reason_en": row["reason_en"],
            }
            for stage, part in stages.items()
        ]
    columns = ["stage", "places", "hosts", "hosts_en", "evidence", *_record.REASONS]
    return pd.DataFrame(found, columns=columns, dtype=object)


def define(target_id: str, wish: Wish, note: str | None = None, *, whole: bool = False) -> int:
    """Keep what a target is taken to mean, and return the number of the decision.

    What `wish` does not say stays as it was decided; where it is `whole`, it is decided no more.

    Raises
    ------
    InputError
        Where nothing is said, or something that cannot be meant; nothing is kept then.
    """
    known = card(target_id)
    texts = {name: (text or "").strip() or None for name, text in asdict(wish).items()}
    for text in (*texts.values(), note):
        if text is not None and len(text) > MOST_LETTERS:
            raise InputError("targets.text", count=len(text), most=MOST_LETTERS)
    said = _said(known, Wish(**texts))
    if not said and not whole:
        raise InputError("targets.nothing")

    def changed(before: dict[str, Any] | None) -> dict[str, Any]:
        earlier = {} if whole else before or {}
        if {"baseline", "baseline_claim"} & set(said):
            earlier = {key: value for key, value in earlier.items() if not key.startswith("baseline")}
        content = earlier | said
        kept = Decision(0, TOPIC, target_id, content, note, None, None, "")
        _targets.require_sound(known.target, _definition(known.target, known.stated_year, known.offered, kept))
        return content

    return decisions.change(TOPIC, target_id, changed, note or None)


def _said(known: Card, wish: Wish) -> dict[str, Any]:
    """Return what a wish says, as it is kept."""
    _targets.require_sound(known.target, Definition(reading=wish.reading))
    typed = (wish.baseline, wish.baseline_date, wish.baseline_source)
    if (wish.baseline_claim and any(typed)) or (any(typed) and not all(typed)):
        raise InputError("targets.one_baseline")
    now = (wish.current, wish.current_date, wish.current_source)
    if any(now) and not all(now):
        raise InputError("targets.current")
    offered = list(known.offered["id"])
    if wish.baseline_claim and wish.baseline_claim not in offered:
        raise InputError(
            "targets.claim", id=known.target.id, claim=wish.baseline_claim, known=", ".join(offered) or "-"
        )
    found = {
        "reading": wish.reading,
        "baseline_claim": wish.baseline_claim,
        "baseline": _figure(*typed, known.target.unit),
        "target_year": _targets.typed_year(wish.date) if wish.date else None,
        "scope": wish.scope,
        "current": _figure(*now, known.target.unit),
    }
    return {key: value for key, value in found.items() if value}


def _figure(value: str | None, year: str | None, source: str | None, unit: str | None) -> dict[str, Any] | None:
    """Return a typed figure as it is kept; None where none is typed."""
    if not value or not year or not source:
        return None
    return {"value": _targets.typed_amount(value, unit), "year": _targets.typed_year(year), "source": source}


def undo(target_id: str) -> None:
    """Go back to what was decided of a target before; every decision stays in the history."""
    decisions.undo(TOPIC, _known(target_id))


def restore(target_id: str, number: int) -> None:
    """Let an earlier decision on a target hold again; 0 is nothing decided."""
    decisions.restore(TOPIC, _known(target_id), number)


def history(target_id: str) -> pd.DataFrame:
    """Return every decision on a target, the last first."""
    rows = [
        {"revision": one.number, "restores": one.restores, **_told(one.content), "note": one.note, "kept_at": one.made_at}
        for one in decisions.history(TOPIC, _known(target_id))
    ]  # fmt: skip
    columns = [
        "revision", "restores", "reading", "baseline", "baseline_date", "baseline_source", "baseline_claim",
        "target_date", "scope", "current", "current_date", "current_source", "note", "kept_at",
    ]  # fmt: skip
    whole = dict.fromkeys(("restores", "baseline_date", "target_date", "current_date"), "Int64")
    return pd.DataFrame(rows, columns=columns, dtype=object).astype(whole)


def _told(content: dict[str, Any] | None) -> dict[str, Any]:
    """Return a kept definition as flat values."""
    said = content or {}
    flat = {"target_date": said.get("target_year")}
    flat |= {key: said.get(key) for key in ("reading", "baseline_claim", "scope")}
    for key in ("baseline", "current"):
        figure = said.get(key) or {}
        flat |= {key: figure.get("value"), f"{key}_date": figure.get("year"), f"{key}_source": figure.get("source")}
    return flat


def table(target_id: str | None = None) -> pd.DataFrame:
    """Return a row a target and reading that is open; what is not defined or not known is empty.

    Growth in % a year, amounts in the unit of the target a year; a `_high` without an end is empty.
    """
    chosen = cards() if target_id is None else (card(target_id),)
    rows = [_row(one, reading) for one in chosen for reading in one.readings]
    whole = dict.fromkeys(("baseline_date", "target_date", "current_date"), "Int64")
    numbers = [
        "baseline", "target_value", "target_high", "growth_pct_per_year", "growth_high_pct_per_year",
        "amount_per_year", "amount_high_per_year", "current", "remaining",
    ]  # fmt: skip
    made = pd.DataFrame(rows, columns=list(TABLE_COLUMNS), dtype=object)
    return made.astype(whole | dict.fromkeys(numbers, float) | {"reached": "boolean"})


def _row(one: Card, reading: str) -> dict[str, Any]:
    definition, claim = one.definition, one.claim
    found = next((answer for answer in one.outcomes if answer.reading == reading), None)
    known = found or _stated(one.target, reading)
    row: dict[str, Any] = {
        "id": one.target.id,
        "target": claim["stated"],
        "reading": reading,
        "target_date": definition.target_year,
        "target_value": known.value,
        "target_high": _end(known.high),
        "unit": one.target.unit,
        "growth_pct_per_year": 100 * known.growth,
        "growth_high_pct_per_year": _end(100 * known.growth_high),
        "amount_per_year": known.amount,
        "amount_high_per_year": _end(known.amount_high),
        "remaining": known.remaining,
        "reached": known.reached,
        "scope": definition.scope or one.scope,
        "missing": "|".join(one.missing) or None,
        "offered_claims": "|".join(one.offered["id"]) or None,
        "rivals": "|".join(one.rivals) or None,
        "claim": claim["id"],
        "doubts": "|".join(one.doubts) or None,
        "decision_note": definition.note,
        **{key: claim[key] for key in ("source", "rank", "confidence", "note", "note_en")},
    }
    for name, figure in (("baseline", definition.baseline), ("current", definition.current)):
        if figure is not None:
            row |= {name: figure.value, f"{name}_date": figure.year, f"{name}_source": figure.source}
    if definition.baseline is not None:
        row["baseline_claim"] = definition.baseline.claim
    return row


def _stated(target: Target, reading: str) -> Outcome:
    """Return what the record itself states of a reading: the value to be reached, where that needs no baseline."""
    if reading in (_targets.VALUE, _targets.LEVEL):
        return Outcome(reading, target.stated, target.stated_high)
    return Outcome(reading, math.nan, math.nan)


def _end(value: float) -> float:
    """Return the upper end of a range; NaN where there is none."""
    return math.nan if math.isinf(value) else value


def article_frame() -> pd.DataFrame:
    """Return the frame of the article, a row an industry, strategy or named action, and one for those it leaves out."""
    ledger = catalog.claims()
    parts = []
    for name, stem in FRAME.items():
        claims = ledger[ledger["id"].str.startswith(stem) & ledger["id"].ne(stem + COUNT)]
        parts.append(claims.assign(frame=name, in_article=claims["id"].ne(stem + REST)))
    columns = [
        "frame",
        "stated",
        "definition",
        "definition_en",
        "in_article",
        "source",
        "rank",
        "note",
        "note_en",
        "id",
    ]
    return pd.concat(parts, ignore_index=True)[columns]


def frame_counts() -> dict[str, int | None]:
    """Return how many of each part of the frame the article counts; None where it counts none."""
    counts = catalog.claims().set_index("id")["value"]
    return {name: int(counts[stem + COUNT]) if stem + COUNT in counts else None for name, stem in FRAME.items()}
