"""The value chain in one year and scope: which stages stand where, and which links are served.

A link is a hand-over that two stages need; it is served where some place in scope hosts the one and some
place the other. Volumes are not published, so none is used.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gis.errors import InputError, UnknownNameError
from gis.model import BASES, SCOPES

CLUSTER_PLACES = ("jingok", "bitgreen", "futurecar")
"""The 소부장 특화단지: of 빛그린 only the Gwangju side."""
OUTSIDE_CLUSTER_PART = "hampyeong"
LINK_ROW_COLUMNS = (
    "id", "stage_from", "stage_to", "kind", "required", "from", "to", "evidence", "source", "as_of", "status",
    "year_known", "served", "undecided", "distance", "low", "high", "grade", "functional_adjacency", "note", "note_en",
)  # fmt: skip
DOUBT_COLUMNS = ("id", "name", "name_en", "stage", "place", "doubt", "counted")
FIRMNESS = ("operating", "building", "role", "planned")
EXPORT = "export"
STATED = "stated"
NEIGHBORS_WITHIN = 2_000.0
"""m: the first band of 근접; a hand-over between such neighbors is a functional adjacency."""
_NOWHERE: tuple[float, float, float, str | None] = (np.nan, np.nan, np.nan, None)
YEARS = (2000, 2100)


@dataclass(frozen=True)
class Chain:
    """The chain of one year, scope and basis. `links` has a row a link and pair of places.

    `completeness` is the share of the required links that are surely served, `completeness_possible` of those
    that may be: an interval that a distance limit cuts decides nothing. `completeness_known` leaves out hosts
    whose first year nobody states. `doubts` names the hosts in scope of which something needed is unknown, `sites` the
    stages and places that stand.
    """

    year: int
    scope: str
    basis: str
    completeness: float
    completeness_known: float
    completeness_possible: float
    stages: pd.DataFrame
    matrix: pd.DataFrame
    links: pd.DataFrame
    doubts: pd.DataFrame
    sites: frozenset[tuple[str, str]]
    missing_stages: tuple[str, ...]
    single_points_of_failure: tuple[str, ...]


def build_chain(
    stages: pd.DataFrame,
    hosts: pd.DataFrame,
    links: pd.DataFrame,
    flows: pd.DataFrame,
    place_distances: pd.DataFrame,
    *,
    year: int,
    scope: str = "region",
    basis: str = "plan",
    within: float | None = None,
) -> Chain:
    """Return which stages and links exist in `year` within `scope`, by plan or in fact.

    Parameters
    ----------
    place_distances
        Columns `from`, `to`, `distance`, `low`, `high` in m, each unordered pair of places once.
    within
        Farthest hand-over in m that still counts; no limit by default. An interval counts only where its
        upper end is within; where only its lower end is, or nothing is known, the pair is `undecided`. A
        hand-over inside one place counts whatever the limit.
    """
    if not YEARS[0] <= year <= YEARS[1]:
        raise InputError("year", year=year, first=YEARS[0], last=YEARS[1])
    if basis not in BASES:
        raise UnknownNameError("basis", basis=basis, known=", ".join(BASES))
    active = active_hosts(hosts, year, scope, basis)
    rows = _link_rows(links, active, flows, _lookup(place_distances), within)
    return Chain(
        year=year,
        scope=scope,
        basis=basis,
        completeness=_completeness(rows, rows["served"]),
        completeness_known=_completeness(rows, rows["served"] & rows["year_known"]),
        completeness_possible=_completeness(rows, rows["served"] | rows["undecided"]),
        stages=stage_table(stages, active),
        matrix=stage_matrix(stages, active, places_in(scope, hosts)),
        links=rows,
        doubts=host_doubts(hosts, year, scope, basis),
        sites=frozenset(active[["stage", "place"]].itertuples(index=False, name=None)),
        missing_stages=tuple(_missing(stages, links, active)),
        single_points_of_failure=tuple(_single_points(rows)),
    )


def places_in(scope: str, hosts: pd.DataFrame) -> list[str]:
    """Return the places that a scope takes in."""
    if scope == "cluster":
        return list(CLUSTER_PLACES)
    if scope == "cluster_cheomdan3":
        return [*CLUSTER_PLACES, "cheomdan3"]
    if scope == "region":
        return list(dict.fromkeys(hosts["place"]))
    raise UnknownNameError("scope", scope=scope, known=", ".join(SCOPES))


def active_hosts(hosts: pd.DataFrame, year: int, scope: str, basis: str) -> pd.DataFrame:
    """Return the hosts in scope that stand in `year`; in fact only those that a record shows at work.

    A host at work whose first year nobody states counts in every year; `year_known` says whether a date backs
    it: its first year, or a record of it at work by then. One that is only planned, for no stated year, counts
    in none.
    """
    candidates = _in_scope(hosts, scope, basis)
    start, end = pd.to_numeric(candidates["from"]), pd.to_numeric(candidates["until"])
    begun = (start <= year) | (start.isna() & (candidates["status"] == "operating"))
    known = start.fillna(_seen_at_work(candidates)) <= year
    return candidates.assign(year_known=known)[begun & ~(end < year)]


def host_doubts(hosts: pd.DataFrame, year: int, scope: str, basis: str) -> pd.DataFrame:
    """Return the hosts in scope of which the first year or the side of the boundary is unknown, and if they count.

    `doubt` is `from_year`, or `part` for a host at 빛그린 of which nobody says on which side of the boundary it
    stands: the city counts 빛그린 as a whole as one of the three cores, so it counts until somebody says otherwise.
    """
    active = active_hosts(hosts, year, scope, basis)
    candidates = _in_scope(hosts, scope, basis)
    undated = candidates[candidates["from"].isna()]
    undated = undated[~(_seen_at_work(undated) <= year)]
    halved = hosts.loc[hosts["part"].notna(), "place"].unique()
    unplaced = active[active["place"].isin(halved) & active["part"].isna() & (scope != "region")]
    rows = pd.concat([undated.assign(doubt="from_year"), unplaced.assign(doubt="part")])
    return rows.assign(counted=rows.index.isin(active.index))[list(DOUBT_COLUMNS)].reset_index(drop=True)


def _in_scope(hosts: pd.DataFrame, scope: str, basis: str) -> pd.DataFrame:
    inside = hosts["place"].isin(places_in(scope, hosts))
    if scope != "region":
        inside &= hosts["part"].ne(OUTSIDE_CLUSTER_PART)
    if basis == "fact":
        inside &= (hosts["basis"] == "fact") & (hosts["status"] == "operating")
    return hosts[inside]


def _seen_at_work(hosts: pd.DataFrame) -> pd.Series:
    """Return the year in which a record shows each host at work; NaN where none does."""
    year = pd.to_numeric(hosts["as_of"].astype("string").str[:4]).astype(float)
    return year.where(hosts["status"] == "operating")


def stage_table(stages: pd.DataFrame, active: pd.DataFrame) -> pd.DataFrame:
    """Return a row a stage with its places and hosts, joined by `|`."""
    grouped = active.assign(name_en=active["name_en"].fillna(active["name"])).groupby("stage", sort=False)
    places = grouped["place"].agg(lambda found: "|".join(dict.fromkeys(found)))
    names = {
        column: grouped[column].agg(lambda found: "|".join(dict.fromkeys(found))) for column in ("name", "name_en")
    }
    sources = grouped["source"].agg(lambda found: "|".join(dict.fromkeys(found.dropna())) or None)
    return pd.DataFrame(
        {
            "id": stages["id"],
            "supporting": stages["supporting"].eq(True),
            "places": stages["id"].map(places),
            "hosts": stages["id"].map(names["name"]),
            "hosts_en": stages["id"].map(names["name_en"]),
            "host_sources": stages["id"].map(sources),
            "host_count": stages["id"].map(grouped.size()).fillna(0).astype(int),
        }
    )


def stage_matrix(stages: pd.DataFrame, active: pd.DataFrame, places: list[str]) -> pd.DataFrame:
    """Return stage × place: the status of the firmest host there, or an empty cell.

    A role that only a plan gives to a complex at work is `role`: the complex works, not that stage in it.
    """
    matrix = _firmest(active.assign(status=shown_status(active))).pivot(index="stage", columns="place", values="status")
    return matrix.reindex(index=list(stages["id"]), columns=places)


def shown_status(hosts: pd.DataFrame) -> pd.Series:
    """Return each host's status, with `role` for a role by plan at a complex that works."""
    by_plan = (hosts["basis"] == "plan") & (hosts["status"] == "operating")
    return hosts["status"].mask(by_plan, "role")


def _firmest(active: pd.DataFrame) -> pd.DataFrame:
    """Return one host a stage and place: the firmest there."""
    firmness = active["status"].map({status: rank for rank, status in enumerate(FIRMNESS)})
    return active.assign(_firmness=firmness).sort_values("_firmness", kind="stable").drop_duplicates(["stage", "place"])


def _link_rows(
    links: pd.DataFrame, active: pd.DataFrame, flows: pd.DataFrame, apart: dict, within: float | None
) -> pd.DataFrame:
    """Return a row for each link and pair of places that host its ends, and one for a link that no pair serves.

    `evidence` is that of a source which names this very pair; without one the pair is our inference, or a plan
    where an end of it does not stand yet. `status` is that of the end that stands less firmly.
    """
    by_stage = {stage: list(dict.fromkeys(rows["place"])) for stage, rows in active.groupby("stage", sort=False)}
    stated = {(flow["link"], flow["place_from"], flow["place_to"]): flow for flow in flows.to_dict("records")}
    status = _firmest(active).set_index(["stage", "place"])["status"].to_dict()
    known = set(active.loc[active["year_known"], ["stage", "place"]].itertuples(index=False, name=None))
    rows = []
    for link in links.to_dict("records"):
        base = {name: link[name] for name in ("id", "stage_from", "stage_to", "kind", "required")}
        givers = by_stage.get(link["stage_from"], [])
        takers = [EXPORT] if link["stage_to"] == EXPORT else by_stage.get(link["stage_to"], [])
        for start, end in itertools.product(givers, takers):
            ends = [host for host in ((link["stage_from"], start), (link["stage_to"], end)) if host[1] != EXPORT]
            least_firm = max((status[host] for host in ends), key=FIRMNESS.index)
            inferred = {"evidence": "inferred" if least_firm == "operating" else "plan"}
            flow = stated.get((link["id"], start, end), inferred)
            distance, low, high, grade = apart.get((start, end), _NOWHERE)
            served, possible = _reaches(start, end, apart, within)
            rows.append(
                base
                | {
                    "from": start, "to": end, "status": least_firm, "year_known": known.issuperset(ends),
                    "served": served, "undecided": possible and not served,
                    "distance": distance, "low": low, "high": high, "grade": grade,
                    "functional_adjacency": _neighborhood(start, end, apart),
                    **{name: flow.get(name) for name in ("evidence", "source", "as_of", "note", "note_en")},
                    "evidence": flow["evidence"] or STATED,
                }
            )  # fmt: skip
        if not (givers and takers):
            told = {name: link.get(name) for name in ("evidence", "source", "as_of", "note", "note_en")}
            rows.append(base | told | dict.fromkeys(("year_known", "served", "undecided"), False))
    kinds = dict.fromkeys(("required", "year_known", "served", "undecided"), bool) | dict.fromkeys(
        ("distance", "low", "high"), float
    )
    return pd.DataFrame(rows, columns=list(LINK_ROW_COLUMNS), dtype=object).astype(kinds)


def reach(places: Sequence[str], place_distances: pd.DataFrame, within: float | None) -> set[tuple[str, str]]:
    """Return the ordered pairs of places that are surely near enough for a hand-over."""
    apart = _lookup(place_distances)
    pairs = itertools.product(places, repeat=2)
    return {(start, end) for start, end in pairs if _reaches(start, end, apart, within)[0]}


def _reaches(start: str, end: str, apart: dict, within: float | None) -> tuple[bool, bool]:
    """Tell whether two places are surely, and whether they may be, within a distance; one place reaches itself."""
    if within is None or start == end:
        return True, True
    distance, low, high, _ = apart.get((start, end), _NOWHERE)
    nearest, farthest = (distance, distance) if np.isnan(high) else (low, high)
    return bool(farthest <= within), not nearest > within


def _neighborhood(start: str, end: str, apart: dict) -> str | None:
    """Return whether a hand-over is one between neighbors: same place, yes, possible, no; None where nobody knows."""
    if start == end:
        return "same"
    if (start, end) not in apart:
        return None
    sure, possible = _reaches(start, end, apart, NEIGHBORS_WITHIN)
    return "yes" if sure else "possible" if possible else "no"


def moved_links(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the links whose distance changes where a place moves, with what surely became of each.

    Parameters
    ----------
    before, after
        `Chain.links` of the same year, scope and basis.

    Returns
    -------
    DataFrame
        `id`, `from`, `to`, `distance_before`, `low_before`, `high_before`, `distance`, `low`, `high` (m) and `change`:
        shorter, longer, equal, or unknown where the intervals overlap.
    """
    keys, spans = ["id", "stage_from", "stage_to", "kind", "required", "from", "to"], ["distance", "low", "high"]
    pairs = before[before["from"].notna() & (before["from"] != before["to"]) & (before["to"] != EXPORT)]
    both = pairs[[*keys, *spans]].merge(
        after[["id", "from", "to", *spans]], on=["id", "from", "to"], suffixes=("_before", "")
    )
    old_low, old_high = (both[f"{end}_before"].fillna(both["distance_before"]) for end in ("low", "high"))
    low, high = (both[end].fillna(both["distance"]) for end in ("low", "high"))
    change = np.select(
        [(low == old_low) & (high == old_high), high < old_low, low > old_high],
        ["equal", "shorter", "longer"],
        "unknown",
    )
    both = both.assign(change=change)
    return both[both["change"] != "equal"].reset_index(drop=True)


def _completeness(rows: pd.DataFrame, served: pd.Series) -> float:
    """Return the share of the required links that some pair serves."""
    required = rows["required"]
    links = served[required].groupby(rows.loc[required, "id"]).any()
    return float(links.mean()) if len(links) else 0.0


def _lookup(place_distances: pd.DataFrame) -> dict[tuple[str, str], tuple[float, float, float, str | None]]:
    table: dict[tuple[str, str], tuple[float, float, float, str | None]] = {}
    for row in place_distances.to_dict("records"):
        span = (row["distance"], row["low"], row["high"], row.get("grade"))
        table[row["from"], row["to"]] = table[row["to"], row["from"]] = span
    return table


def _missing(stages: pd.DataFrame, links: pd.DataFrame, active: pd.DataFrame) -> list[str]:
    required = links[links["required"].astype(bool)]
    needed = set(required["stage_from"]) | set(required["stage_to"])
    hosted = set(active["stage"])
    return [stage for stage in stages["id"] if stage in needed and stage not in hosted]


def _single_points(rows: pd.DataFrame) -> list[str]:
    """Return the places without which a required link that is served now would not be."""
    served = rows[rows["required"] & rows["served"]]
    found: dict[str, None] = {}
    for _, pairs in served.groupby("id", sort=False):
        ends = [{start, end} for start, end in zip(pairs["from"], pairs["to"], strict=True)]
        found |= dict.fromkeys(sorted(set.intersection(*ends) - {EXPORT}))
    return list(found)
