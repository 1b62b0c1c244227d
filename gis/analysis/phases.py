"""Time: the steps of each phase, how complete the chain is year by year, and what a slip of a phase costs.

A step is dated as its source dates it: to the day, the month or the year. The chain counts whole years: a host that works
at any time of a year counts in that year.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from gis.analysis.chain import YEARS, active_hosts, reach
from gis.analysis.network import EXPORT, Site, served_links
from gis.errors import InputError, UnknownNameError
from gis.model import BASES

MISSING = "missing"
"""The status of a step that no source states."""
OPERATING = "operating"
STEP_YEARS = (1900, YEARS[1])
MOST_YEARS = 30
"""The longest slip that is asked for; beyond the horizon nothing changes any more."""
STEP_COLUMNS = (
    "phase", "subject", "name", "name_en", "step", "date", "date_end", "status", "source", "note", "note_en", "conflict",
)  # fmt: skip
CURVE_COLUMNS = (
    "scope", "basis", "year", "required_links", "served_links", "known_links", "possible_links", "completeness",
    "completeness_known", "completeness_possible", "missing_stages",
)  # fmt: skip
FIRST_COLUMNS = (
    "scope", "basis", "first_complete", "first_complete_known", "first_complete_possible", "most_links", "most_links_in",
    "required_links",
)  # fmt: skip
SLIP_COLUMNS = (
    "rank", "phase", "slip", "moved_hosts", "lost_link_years", "complete_before", "complete_after", "delay", "changed_links",
)  # fmt: skip
DECIDED_COLUMNS = ("id", "name", "name_en", "stage", "place", "phase", "from", "status", "stays")


class Served(NamedTuple):
    """The required links of one year that are surely served, those a date backs, and those that may be."""

    sure: frozenset[str]
    known: frozenset[str]
    possible: frozenset[str]
    missing_stages: tuple[str, ...]


# Steps


def date_span(text: str) -> tuple[date, date]:
    """Return the first and the last day that a date may mean: `2025`, `2026-12` or `2023-07-20`.

    Raises
    ------
    InputError
        For any other form, a day that no calendar has, and a year before 1900 or after 2100.
    """
    parts = text.split("-")
    try:
        widths = [len(part) for part in parts]
        if widths not in ([4], [4, 2], [4, 2, 2]) or not (text.isascii() and all(map(str.isdecimal, parts))):
            raise ValueError
        year, month, day = (int(part) for part in (*parts, "1", "1")[:3])
        first = date(year, month, day)
        if not STEP_YEARS[0] <= year <= STEP_YEARS[1]:
            raise ValueError
    except ValueError:
        raise InputError("phases.date", value=text) from None
    if len(parts) == 3:
        return first, first
    following = date(year + 1, 1, 1) if len(parts) == 1 else date(year + month // 12, month % 12 + 1, 1)
    return first, following - timedelta(days=1)


def year_span(text: str, end: str | None = None) -> tuple[float, float]:
    """Return when a date, or a period that ends with `end`, begins and is over, in years: 2026-12 is 2026.92 to 2027.0."""
    return _in_years(date_span(text)[0]), _in_years(date_span(end or text)[1] + timedelta(days=1))


def _in_years(day: date) -> float:
    begin = date(day.year, 1, 1)
    return day.year + (day - begin).days / (date(day.year + 1, 1, 1) - begin).days


def phase_steps(
    steps: pd.DataFrame,
    order: Sequence[str],
    expected: Mapping[str, Sequence[str]],
    in_parts: Mapping[str, Collection[str]],
) -> pd.DataFrame:
    """Return the steps of each phase in their order, with a row for each expected one that no source states.

    Parameters
    ----------
    steps
        As `catalog.steps`: a row a dated step; several rows of one step are several statements of its date.
    order
        Every kind of step, in the order in which they follow.
    expected
        By phase, the steps that one expects of it.
    in_parts
        By phase, the steps that happen in parts (lots, deliveries), so that several dates do not disagree.

    Returns
    -------
    DataFrame
        `conflict` is `dates` where statements of one step cannot all be true, `order` where a step is dated after one that
        should follow it; both joined by `|`. Nothing is averaged and nothing left out.
    """
    place = {step: number for number, step in enumerate(order)}
    tables = []
    for phase, own in steps.rename(columns={"key": "step"}).groupby("phase", sort=False):
        chief = expected.get(str(phase), ())
        told = own.assign(conflict=_conflicts(own, chief, in_parts.get(str(phase), ())))
        names = own.iloc[0][["phase", "subject", "name", "name_en"]].to_dict()
        lacking = [step for step in chief if step not in set(own["step"])]
        absent = pd.DataFrame([names | {"step": step, "status": MISSING} for step in lacking], dtype=object)
        both = pd.concat([told, absent]).reindex(columns=list(STEP_COLUMNS)).astype(object)
        both = both.where(both.notna(), None)
        tables.append(both.sort_values(["step", "date"], key=lambda column: _sorting(column, place), kind="stable"))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(STEP_COLUMNS), dtype=object)


def _sorting(column: pd.Series, place: Mapping[str, int]) -> pd.Series:
    return column.map(place) if column.name == "step" else column.fillna("")


def _conflicts(own: pd.DataFrame, expected: Sequence[str], in_parts: Collection[str]) -> list[str | None]:
    """Return for each step of one phase whether its dates disagree, and whether it is dated against the order.

    Only expected steps have an order that binds: land may be sold before a complex is complete or after.
    """
    place = {step: number for number, step in enumerate(expected)}
    rows = own.to_dict("records")
    found: list[str | None] = []
    for one in rows:
        others = [row for row in rows if row["step"] != one["step"] and {row["step"], one["step"]} <= set(place)]
        same = [row for row in rows if row["step"] == one["step"] and one["step"] not in in_parts]
        kinds = {
            "dates": any(not _agree(one, row) for row in same),
            "order": any(_against_order(*sorted((one, row), key=lambda step: place[step["step"]])) for row in others),
        }
        found.append("|".join(kind for kind, holds in kinds.items() if holds) or None)
    return found


def _against_order(earlier: Mapping[str, str | None], later: Mapping[str, str | None]) -> bool:
    """Tell whether a step surely is over before one begins that it should follow."""
    return date_span(str(later["date_end"] or later["date"]))[1] < date_span(str(earlier["date"]))[0]


def _agree(one: Mapping[str, str | None], other: Mapping[str, str | None]) -> bool:
    """Tell whether two statements of one step may both be true: each end of the one may be that of the other."""
    for end in ("date", "date_end"):
        mine, theirs = one[end] or one["date"], other[end] or other["date"]
        (first, last), (begin, over) = date_span(str(mine)), date_span(str(theirs))
        if last < begin or over < first:
            return False
    return True


# The curve C(t)


def completeness_curve(
    hosts: pd.DataFrame,
    links: pd.DataFrame,
    place_distances: pd.DataFrame,
    years: range,
    *,
    scope: str = "region",
    basis: str = "plan",
    within: float | None = None,
) -> pd.DataFrame:
    """Return C(t), the share of the required links that are served, for each year: surely, backed by a date, possibly.

    The shares are those of `chain.build_chain`, without the tables that it makes beside them.

    Parameters
    ----------
    place_distances, within
        As in `build_chain`, m.
    """
    required = _required_count(links)
    rows = []
    for year, served in served_by_year(hosts, links, place_distances, years, scope, basis, within).items():
        counts = [len(served.sure), len(served.known), len(served.possible)]
        shares = [count / required if required else 0.0 for count in counts]
        rows.append([scope, basis, year, required, *counts, *shares, "|".join(served.missing_stages)])
    return pd.DataFrame(rows, columns=list(CURVE_COLUMNS))


def served_by_year(
    hosts: pd.DataFrame,
    links: pd.DataFrame,
    place_distances: pd.DataFrame,
    years: range,
    scope: str = "region",
    basis: str = "plan",
    within: float | None = None,
) -> dict[int, Served]:
    """Return which required links are served in each year; a year in which no host changes is that before it."""
    _require_years(years)
    if basis not in BASES:
        raise UnknownNameError("basis", basis=basis, known=", ".join(BASES))
    required = links[links["required"].astype(bool)]
    places = list(dict.fromkeys(hosts["place"]))
    near = set(reach(places, place_distances, within))
    perhaps = _possible_reach(places, place_distances, within)
    # How far an export goes nobody says: with a limit it is possible, never sure.
    countable = required if within is None else required[required["stage_to"] != EXPORT]
    turning = _turning_years(hosts)
    found: dict[int, Served] = {}
    for year in years:
        if found and turning.isdisjoint(range(max(found) + 1, year + 1)):
            found[year] = found[max(found)]
            continue
        active = active_hosts(hosts, year, scope, basis)
        standing, dated = _sites(active), _sites(active[active["year_known"]])
        found[year] = Served(
            sure=frozenset(served_links(countable, standing, near)),
            known=frozenset(served_links(countable, dated, near)),
            possible=frozenset(served_links(required, standing, perhaps)),
            missing_stages=_missing_stages(required, standing),
        )
    return found


def _turning_years(hosts: pd.DataFrame) -> set[int]:
    """Return the years in which a host may begin, be gone, or first be seen at work: between them nothing changes."""
    seen = pd.to_numeric(hosts["as_of"].astype("string").str[:4])
    ends = pd.to_numeric(hosts["until"]) + 1
    return {int(year) for years in (pd.to_numeric(hosts["from"]), ends, seen) for year in years.dropna()}


def first_complete_years(curves: pd.DataFrame) -> pd.DataFrame:
    """Return for each scope and basis the first year in which every required link is served; empty where none is.

    `first_complete_known` counts only what a date backs, `first_complete_possible` what may be too; `most_links` is the
    most that any year serves, `most_links_in` the first such year.
    """
    rows = []
    for (scope, basis), curve in curves.groupby(["scope", "basis"], sort=False):
        best = curve.loc[curve["served_links"].idxmax()]
        firsts = [_first(curve, column) for column in ("served_links", "known_links", "possible_links")]
        rows.append([scope, basis, *firsts, best["served_links"], best["year"], best["required_links"]])
    table = pd.DataFrame(rows, columns=list(FIRST_COLUMNS))
    return table.astype(dict.fromkeys(("first_complete", "first_complete_known", "first_complete_possible"), "Int64"))


def _first(curve: pd.DataFrame, column: str) -> int | None:
    complete = curve.loc[(curve[column] == curve["required_links"]) & (curve["required_links"] > 0), "year"]
    return int(complete.iloc[0]) if len(complete) else None


# Slips


def decided_hosts(hosts: pd.DataFrame, scope: str = "region", basis: str = "plan") -> pd.DataFrame:
    """Return the hosts of a scope, and why each stays where its phase moves; None where it moves.

    `stays`: `operating` works already, `no_year` has no stated first year, `no_phase` depends on no phase, `not_counted`
    does not count in this basis: in fact only what works already does.
    """
    always = hosts.assign(**{"from": YEARS[0], "until": None})
    inside = hosts.loc[active_hosts(always, YEARS[0], scope, "plan").index]
    counted = inside.index.isin(active_hosts(always, YEARS[0], scope, basis).index)
    reasons = np.select(
        [inside["status"].eq(OPERATING), inside["from"].isna(), inside["phase"].isna(), ~counted],
        ["operating", "no_year", "no_phase", "not_counted"],
        "",
    )
    told = inside.assign(stays=pd.Series(reasons, index=inside.index, dtype=object).replace("", None))
    return told[list(DECIDED_COLUMNS)]


def shifted_hosts(hosts: pd.DataFrame, shifts: Mapping[str, int], not_before: int | None = None) -> pd.DataFrame:
    """Return the hosts with the years of those that their phase still decides moved by so many.

    Parameters
    ----------
    shifts
        Years by phase; negative ones bring hosts forward.
    not_before
        The earliest year that a host may be brought forward to: what does not work yet has not begun in the past.
    """
    years = hosts["phase"].map(shifts).where(_movable(hosts))
    start = pd.to_numeric(hosts["from"]).astype(float)
    moved = start + years
    if not_before is not None:
        moved = moved.where(years >= 0, np.maximum(moved, np.minimum(start, not_before)))
    changed = moved.notna()
    first = hosts["from"].astype(object).mask(changed, moved.fillna(0).astype(int).astype(object))
    end = pd.to_numeric(hosts["until"]).astype(float) + (moved - start)
    last = hosts["until"].astype(object).mask(end.notna(), end.fillna(0).astype(int).astype(object))
    return hosts.assign(**{"from": first, "until": last})


def _movable(hosts: pd.DataFrame) -> pd.Series:
    return hosts["status"].ne(OPERATING) & hosts["from"].notna() & hosts["phase"].notna()


def slips(
    hosts: pd.DataFrame,
    links: pd.DataFrame,
    place_distances: pd.DataFrame,
    years: range,
    *,
    scope: str = "region",
    basis: str = "plan",
    within: float | None = None,
    slip: int = 1,
    not_before: int | None = None,
) -> pd.DataFrame:
    """Return what it costs where each phase that still decides something slips, one at a time, the costliest first.

    Parameters
    ----------
    slip
        How many years later its hosts begin; negative: earlier, and then `lost_link_years` is negative, a gain.
    not_before
        As in `shifted_hosts`.

    Returns
    -------
    DataFrame
        A row a phase. `lost_link_years`: years × required links that are served in `years` without the slip and are not
        with it. `complete_before`, `complete_after`: the first complete year, empty where none is; `delay` between them,
        years. `changed_links`: the links first served in another year, joined by `|`. Equal costs have equal `rank`.
    """
    if not 1 <= abs(slip) <= MOST_YEARS:
        raise InputError("phases.slip", years=slip, most=MOST_YEARS)
    asked = (scope, basis, within)
    before = served_by_year(hosts, links, place_distances, years, *asked)
    deciding = decided_hosts(hosts, scope, basis)
    deciding = deciding[deciding["stays"].isna()]
    required = _required_count(links)
    rows = []
    for phase in dict.fromkeys(deciding["phase"]):
        changed = shifted_hosts(hosts, {phase: slip}, not_before)
        after = served_by_year(changed, links, place_distances, years, *asked)
        moved = changed.loc[deciding.index, "from"].ne(hosts.loc[deciding.index, "from"]).sum()
        lost = sum(len(before[year].sure) - len(after[year].sure) for year in years)
        firsts = [_first_of(served, required) for served in (before, after)]
        delay = firsts[1] - firsts[0] if firsts[0] is not None and firsts[1] is not None else None
        rows.append([0, phase, slip, int(moved), lost, *firsts, delay, "|".join(_changed_links(links, before, after))])
    table = pd.DataFrame(rows, columns=list(SLIP_COLUMNS))
    table = table.astype(dict.fromkeys(("complete_before", "complete_after", "delay"), "Int64"))
    return _ranked(table)


def worst_phases(table: pd.DataFrame) -> list[str]:
    """Return the phases whose slip changes most, all of them where they tie; none where no slip changes anything."""
    felt = table[(table["lost_link_years"] != 0) | (table["delay"].fillna(0) != 0)]
    return list(felt.loc[felt["rank"] == 1, "phase"])


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """Return slips by link-years, then by the delay of completeness; between a year and none it is longest."""
    never = table["complete_before"].isna() ^ table["complete_after"].isna()
    delay = table["delay"].astype(float).abs().fillna(0.0).mask(never, np.inf)
    keys = list(zip(table["lost_link_years"].abs(), delay, strict=True))
    places = {key: number for number, key in enumerate(sorted(set(keys), reverse=True), start=1)}
    ranked = table.assign(rank=[places[key] for key in keys])
    return ranked.sort_values("rank", kind="stable", ignore_index=True)


def _changed_links(links: pd.DataFrame, before: Mapping[int, Served], after: Mapping[int, Served]) -> list[str]:
    return [name for name in dict.fromkeys(links["id"]) if _served_from(before, name) != _served_from(after, name)]


def _served_from(served: Mapping[int, Served], link: str) -> int | None:
    return next((year for year, links in served.items() if link in links.sure), None)


def _first_of(served: Mapping[int, Served], required: int) -> int | None:
    return next((year for year, links in served.items() if required and len(links.sure) == required), None)


def _require_years(years: range) -> None:
    if not len(years):
        raise InputError("phases.span", first=years.start, last=years.stop - 1)
    for year in (years[0], years[-1]):
        if not YEARS[0] <= year <= YEARS[1]:
            raise InputError("year", year=year, first=YEARS[0], last=YEARS[1])


def _required_count(links: pd.DataFrame) -> int:
    return int(links.loc[links["required"].astype(bool), "id"].nunique())


def _missing_stages(required: pd.DataFrame, standing: Iterable[Site]) -> tuple[str, ...]:
    needed = dict.fromkeys([*required["stage_from"], *required["stage_to"]])
    hosted = {stage for stage, _ in standing} | {EXPORT}
    return tuple(stage for stage in needed if stage not in hosted)


def _possible_reach(places: Sequence[str], place_distances: pd.DataFrame, within: float | None) -> set[tuple[str, str]]:
    """Return the ordered pairs of places that are not surely too far apart for a hand-over."""
    pairs = {(start, end) for start in places for end in places}
    if within is None:
        return pairs
    exact = place_distances["high"].isna()
    nearest = place_distances["low"].mask(exact, place_distances["distance"])
    beyond = place_distances.loc[nearest > within, ["from", "to"]].itertuples(index=False, name=None)
    return pairs - {pair for start, end in beyond for pair in ((start, end), (end, start))}


def _sites(active: pd.DataFrame) -> set[Site]:
    return set(zip(active["stage"], active["place"], strict=True))
