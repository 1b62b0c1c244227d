"""Alternatives side by side: one table of indicators, each with its difference from the first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gis import study
from gis.analysis.consequences import UTILITIES
from gis.analysis.rules import VERDICTS
from gis.errors import InputError
from gis.model import Scenario
from gis.study import active, phases, rates, value_chain
from gis.study.consequences import consequences
from gis.study.phases import Span
from gis.study.sites import SiteRef

MOST = 6
"""How many alternatives stand side by side."""
COLUMNS = (
    "indicator", "subject", "unit", "scenario", "value", "value_low", "value_high", "text",
    "difference", "difference_low", "difference_high",
)  # fmt: skip
RATED = ("demand", "compensation", "unit_cost")
"""Indicators whose interval is that of rates: ends are subtracted from ends of an alternative with equal rates."""
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
        A row an indicator, subject and alternative: `value` with its `unit`, `value_low` and `value_high` where only an
        interval is known, `text` where it is no number, and `difference` of the value from that of the first alternative.
        An interval of rates that are those of the first has `difference_low` and `difference_high`: end from end.

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
    table = pd.DataFrame(rows, columns=list(COLUMNS[:8])).astype(
        {"value": float, "value_low": float, "value_high": float}
    )
    table["scenario"] = table["scenario"].astype(object).where(table["scenario"].notna(), None)
    return _with_differences(table, names[0], other_rates(names))


def other_rates(names: Sequence[str | None]) -> list[str | None]:
    """Return the alternatives that are reckoned with other rates than the first, None being the data as they are."""
    return [name for name in names if _rates(name) != _rates(names[0])]


def _rates(name: str | None) -> dict[str, tuple[float, float]]:
    scenario = Scenario(title="-") if name is None else active.kept(name).scenario
    return {rate: (told.low, told.high) for rate, told in rates.rates_of(scenario).items()}


def _with_differences(table: pd.DataFrame, first: str | None, unlike: Sequence[str | None]) -> pd.DataFrame:
    """Add what is subtracted from the first alternative: values, and ends of intervals but for `unlike` alternatives."""
    rows = table[table["scenario"].isna() if first is None else table["scenario"].eq(first)]
    keys, base_keys = ([*zip(one["indicator"], one["subject"], strict=True)] for one in (table, rows))
    shared = table["indicator"].isin(RATED) & ~table["scenario"].isin(list(unlike))

    def change(column: str) -> pd.Series:
        before = dict(zip(base_keys, rows[column], strict=True))
        return table[column] - pd.Series([before.get(key, float("nan")) for key in keys], index=table.index)

    ends = {f"difference_{end}": change(f"value_{end}").where(shared) for end in ("low", "high")}
    return table.assign(difference=change("value"), **ends)


def _indicators(asked: Asked, subjects: list[str]) -> Iterator[list[Any]]:
    """Yield indicator, subject, unit, value, low, high and text of the alternative that is active."""
    yield from _areas(subjects)
    yield from _gaps(subjects)
    yield from _chain(asked)
    yield from _consequences(subjects)


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


def _consequences(subjects: list[str]) -> Iterator[list[Any]]:
    """Yield what each changed site asks for and costs, and how many clauses it meets, fails, or leaves open."""
    for subject in subjects:
        if subject not in study.complexes().index:
            continue
        found = consequences(SiteRef(subject))
        for row in found.demand[found.demand["utility"].isin(UTILITIES)].to_dict("records"):
            ends = (row["demand_low"], row["demand_high"])
            yield ["demand", f"{subject}|{row['utility']}", row["unit"], None, *ends, None]
        total = None if found.compensation is None else found.compensation.iloc[-1]
        yield ["compensation", subject, "krw", None, *_ends(total), None]
        yield ["unit_cost", subject, "krw_per_m2", None, found.cost.low, found.cost.high, None]
        for verdict in VERDICTS:
            yield [f"verdict_{verdict}", subject, "clauses", int(found.review.counts[verdict]), None, None, None]


def _ends(total: Any) -> tuple[float | None, float | None]:
    return (None, None) if total is None else (total["cost_low"], total["cost_high"])
