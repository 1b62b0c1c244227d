"""Alternatives side by side: one table of indicators, each with its difference from the first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gis import study
from gis.analysis.rules import VERDICTS
from gis.errors import InputError
from gis.study import active, phases, rules, value_chain
from gis.study.phases import Span
from gis.study.sites import SiteRef

MOST = 6
"""How many alternatives stand side by side."""
COLUMNS = ("indicator", "subject", "unit", "scenario", "value", "low", "high", "text", "difference")
NEAREST = ("bitgreen", "jingok", "cheomdan3", "futurecar")


@dataclass(frozen=True)
class Asked:
    """What alternatives are compared for: year, scope and basis of the chain, and the farthest hand-over in m."""

    year: int = value_chain.PLAN_YEAR
    scope: str = "region"
    basis: str = "plan"
    within: float | None = None


def compared(names: Sequence[str | None], asked: Asked) -> pd.DataFrame:
    """Return the indicators of alternatives, None being the data as they are.

    Returns
    -------
    DataFrame
        A row an indicator, subject and alternative: `value` with its `unit`, `low` and `high` where only an interval is known,
        `text` where it is no number, and `difference` of the value from that of the first alternative.

    Raises
    ------
    InputError
        Where fewer than one or more than six are named, or one twice.
    """
    if not 1 <= len(names) <= MOST or len(set(names)) < len(names):
        raise InputError("scenario.compare", count=len(names), most=MOST)
    changed = [site for name in names if name is not None for site in active.kept(name).scenario.sites]
    subjects = list(dict.fromkeys(site.id for site in changed))
    rows = []
    for name in names:
        with active.under(name):
            rows += [[*row[:3], name, *row[3:]] for row in _indicators(asked, subjects)]
    table = pd.DataFrame(rows, columns=list(COLUMNS[:-1])).astype({"value": float, "low": float, "high": float})
    table["scenario"] = table["scenario"].astype(object).where(table["scenario"].notna(), None)
    first = table[table["scenario"].isna() if names[0] is None else table["scenario"].eq(names[0])]
    base = first.set_index(["indicator", "subject"])["value"]
    before = [base.get(key, float("nan")) for key in zip(table["indicator"], table["subject"], strict=True)]
    return table.assign(difference=table["value"] - pd.Series(before, index=table.index))


def _indicators(asked: Asked, subjects: list[str]) -> Iterator[list[Any]]:
    """Yield indicator, subject, unit, value, low, high and text of the alternative that is active."""
    yield from _areas(subjects)
    yield from _gaps(subjects)
    yield from _chain(asked)
    yield from _verdicts(subjects)


def _areas(subjects: list[str]) -> Iterator[list[Any]]:
    measured = study.areas(study.source_layer()).set_index("id")
    for subject in subjects:
        known = subject in measured.index
        for column in ("planar_area", "area"):
            yield [column, subject, "m2", measured.loc[subject, column] if known else None, None, None, None]


def _gaps(subjects: list[str]) -> Iterator[list[Any]]:
    """Yield the distance between a changed site and each complex, an interval where one of them is schematic."""
    spans = study.distances(study.source_layer())
    ends = {frozenset((row["from"], row["to"])): row for row in spans.to_dict("records")}
    for subject in subjects:
        for other in NEAREST:
            if other == subject or (other in subjects and subjects.index(other) < subjects.index(subject)):
                continue
            row = ends.get(frozenset((subject, other)), {})
            yield ["gap", f"{subject}|{other}", "m", row.get("distance"), row.get("low"), row.get("high"), None]


def _chain(asked: Asked) -> Iterator[list[Any]]:
    found = value_chain.answer(asked.year, asked.scope, asked.basis, asked.within)
    links = found.chain.links
    required = links[links["required"].astype(bool)].groupby("id")["served"].any()
    yield ["served_links", None, "links", int(required.sum()), None, None, None]
    yield ["required_links", None, "links", len(required), None, None, None]
    missing = "|".join(found.chain.missing_stages)
    yield ["missing_stages", None, "stages", len(found.chain.missing_stages), None, None, missing or None]
    paths = None if found.bottleneck is None else found.bottleneck.paths
    cut = "" if found.bottleneck is None else "|".join(f"{stage}@{place}" for stage, place in found.bottleneck.cut)
    yield ["paths", None, "paths", paths, None, None, cut or None]
    yield ["addition", None, "sites", found.addition.count, None, None, None]
    first = phases.first_complete(Span(asked.scope, asked.basis, within=asked.within))
    yield ["first_complete", None, "year", first, None, None, None]


def _verdicts(subjects: list[str]) -> Iterator[list[Any]]:
    """Yield how many clauses each changed site meets, fails, leaves to be looked at or undecided."""
    for subject in subjects:
        if subject not in study.complexes().index:
            continue
        counts = rules.review(SiteRef(subject)).counts
        for verdict in VERDICTS:
            yield [f"verdict_{verdict}", subject, "clauses", int(counts[verdict]), None, None, None]
