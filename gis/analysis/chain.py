"""The value chain in one year and scope: which stages stand where, and which links are served.

A link is a hand-over that two stages need; it is served where some place in scope hosts the one and some
place the other. Volumes are not published, so none is used.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gis.errors import InputError, UnknownNameError
from gis.model import BASES, SCOPES

CLUSTER_PLACES = ("jingok", "bitgreen", "futurecar")
"""The 소부장 특화단지: of 빛그린 only the Gwangju side."""
OUTSIDE_CLUSTER_PART = "hampyeong"
LINK_ROW_COLUMNS = (
    "id", "stage_from", "stage_to", "kind", "required", "from", "to", "evidence", "source",
    "served", "distance", "low", "high",
)  # fmt: skip
YEARS = (2000, 2100)


@dataclass(frozen=True)
class Chain:
    """The chain of one year, scope and basis. `links` has a row a link and pair of places."""

    year: int
    scope: str
    basis: str
    completeness: float
    stages: pd.DataFrame
    matrix: pd.DataFrame
    links: pd.DataFrame
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
        upper end is within.
    """
    if not YEARS[0] <= year <= YEARS[1]:
        raise InputError("year", year=year, first=YEARS[0], last=YEARS[1])
    if basis not in BASES:
        raise UnknownNameError("basis", basis=basis, known=", ".join(BASES))
    active = active_hosts(hosts, year, scope, basis)
    rows = _link_rows(links, active, flows, _lookup(place_distances), within)
    served = rows.groupby("id")["served"].any()
    required = links.loc[links["required"].astype(bool), "id"]
    return Chain(
        year=year,
        scope=scope,
        basis=basis,
        completeness=float(served[required].mean()) if len(required) else 0.0,
        stages=stage_table(stages, active),
        matrix=stage_matrix(stages, active, places_in(scope, hosts)),
        links=rows,
        missing_stages=tuple(_missing(stages, links, active)),
        single_points_of_failure=tuple(_single_points(links, active)),
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

    A host whose first year nobody states counts in every year; its row shows that the year is unknown.
    """
    start = pd.to_numeric(hosts["from"]).fillna(-np.inf)
    end = pd.to_numeric(hosts["until"]).fillna(np.inf)
    stands = (start <= year) & (year <= end) & hosts["place"].isin(places_in(scope, hosts))
    if scope != "region":
        stands &= hosts["part"] != OUTSIDE_CLUSTER_PART
    if basis == "fact":
        stands &= (hosts["basis"] == "fact") & (hosts["status"] == "operating")
    return hosts[stands]


def stage_table(stages: pd.DataFrame, active: pd.DataFrame) -> pd.DataFrame:
    """Return a row a stage with its places and hosts, joined by `|`."""
    grouped = active.groupby("stage", sort=False)
    places = grouped["place"].agg(lambda found: "|".join(dict.fromkeys(found)))
    names = grouped["name"].agg(lambda found: "|".join(dict.fromkeys(found)))
    return pd.DataFrame(
        {
            "id": stages["id"],
            "supporting": stages["supporting"].eq(True),
            "places": stages["id"].map(places),
            "hosts": stages["id"].map(names),
            "host_count": stages["id"].map(grouped.size()).fillna(0).astype(int),
        }
    )


def stage_matrix(stages: pd.DataFrame, active: pd.DataFrame, places: list[str]) -> pd.DataFrame:
    """Return stage × place: the status of the firmest host there, or an empty cell."""
    firmness = {"operating": 0, "building": 1, "planned": 2}
    ordered = active.assign(firmness=active["status"].map(firmness)).sort_values("firmness", kind="stable")
    first = ordered.drop_duplicates(["stage", "place"])
    matrix = first.pivot(index="stage", columns="place", values="status")
    return matrix.reindex(index=list(stages["id"]), columns=places)


def _link_rows(
    links: pd.DataFrame, active: pd.DataFrame, flows: pd.DataFrame, apart: dict, within: float | None
) -> pd.DataFrame:
    by_stage = {stage: list(dict.fromkeys(rows["place"])) for stage, rows in active.groupby("stage", sort=False)}
    stated = {(f["link"], f["place_from"], f["place_to"]): f for f in flows.to_dict("records")}
    planned = set(map(tuple, active.loc[active["status"] != "operating", ["stage", "place"]].to_numpy())) - set(
        map(tuple, active.loc[active["status"] == "operating", ["stage", "place"]].to_numpy())
    )
    rows = []
    for link in links.to_dict("records"):
        base = {name: link[name] for name in ("id", "stage_from", "stage_to", "kind", "required")}
        pairs = [(a, b) for a in by_stage.get(link["stage_from"], []) for b in by_stage.get(link["stage_to"], [])]
        if link["stage_to"] == "export":
            pairs = [(a, "export") for a in by_stage.get(link["stage_from"], [])]
        for start, end in pairs:
            flow = stated.get((link["id"], start, end))
            future = {(link["stage_from"], start), (link["stage_to"], end)} & planned
            distance, low, high = apart.get((start, end), (np.nan, np.nan, np.nan))
            reach = distance if np.isnan(high) else high
            rows.append(
                base
                | {
                    "from": start, "to": end,
                    "evidence": flow["evidence"] if flow else "plan" if future else "inferred",
                    "source": flow["source"] if flow else None,
                    "served": within is None or bool(reach <= within),
                    "distance": distance, "low": low, "high": high,
                }
            )  # fmt: skip
        if not pairs:
            rows.append(
                base
                | {"from": None, "to": None, "evidence": link["evidence"], "source": link["source"], "served": False}
            )
    return pd.DataFrame(rows, columns=list(LINK_ROW_COLUMNS))


def _lookup(place_distances: pd.DataFrame) -> dict[tuple[str, str], tuple[float, float, float]]:
    table: dict[tuple[str, str], tuple[float, float, float]] = {}
    for row in place_distances.to_dict("records"):
        span = (row["distance"], row["low"], row["high"])
        table[row["from"], row["to"]] = table[row["to"], row["from"]] = span
    names = {name for pair in table for name in pair}
    return table | {(name, name): (0.0, np.nan, np.nan) for name in names}


def _missing(stages: pd.DataFrame, links: pd.DataFrame, active: pd.DataFrame) -> list[str]:
    required = links[links["required"].astype(bool)]
    needed = set(required["stage_from"]) | set(required["stage_to"])
    hosted = set(active["stage"])
    return [stage for stage in stages["id"] if stage in needed and stage not in hosted]


def _single_points(links: pd.DataFrame, active: pd.DataFrame) -> list[str]:
    """Return the places without which a required link that is served now would not be."""
    required = links[links["required"].astype(bool)]
    needed = set(required["stage_from"]) | set(required["stage_to"])
    alone = active[active["stage"].isin(needed)].groupby("stage")["place"].agg(set)
    return list(dict.fromkeys(next(iter(places)) for places in alone if len(places) == 1))
