"""The value chain, end to end: the model in use, the chain of a year, and what it lacks, loses and could gain."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from gis import study
from gis.analysis import chain as _chain
from gis.analysis import distance as _distance
from gis.analysis import network as _network
from gis.analysis.chain import Chain
from gis.analysis.scenario import with_changes
from gis.crs import MAP_CRS, crs_name, reproject
from gis.errors import InputError, UnknownNameError
from gis.io import catalog, chain_model, decisions
from gis.io.write import plain_rows
from gis.model import ChainModel, outward
from gis.study import active
from gis.study.sites import SiteRef, site

DEFAULT_YEAR = 2026
PLAN_YEAR = 2031
"""When the last planned host of the bundled data works."""
TOPIC, KEY = "chain", "model"
MOST_FAULTS = 5
"""How many faults of a model an error names."""


@dataclass(frozen=True)
class Move:
    """A complex that stands elsewhere: on the site that `to` names."""

    place: str
    to: SiteRef


@dataclass(frozen=True)
class Answer:
    """What the chain of one year lacks, loses and could gain.

    `losses` tells what breaks with each place, stage and site; `addition` what would complete the chain if it stood in
    one of the four complexes, with `planned` naming the hosts that are planned for those stages; `flows` what material routes can carry, where it is stated.
    """

    chain: Chain
    bottleneck: _network.Bottleneck | None
    losses: pd.DataFrame
    addition: _network.Addition
    planned: pd.DataFrame
    flows: pd.DataFrame


def model() -> ChainModel:
    """Return the chain in use: the one that planners keep, else that of the bundled data; with what a scenario changes."""
    now = active.current()
    return base_model() if now is None else with_changes(base_model(), now.scenario, DEFAULT_YEAR)


def base_model() -> ChainModel:
    """Return the chain in use without any scenario."""
    kept = decisions.latest(TOPIC, KEY)
    return chain_model.bundled() if kept is None else chain_model.from_rows(kept.content)


def is_bundled() -> bool:
    """Tell whether the chain in use is that of the bundled data."""
    kept = decisions.latest(TOPIC, KEY)
    return kept is None or not kept.content


def changed(tables: dict[str, pd.DataFrame]) -> ChainModel:
    """Return the chain in use with some of its tables replaced."""
    return ChainModel(**{**{name: getattr(base_model(), name) for name in chain_model.TABLES}, **tables})


def faults(wished: ChainModel, beside: Collection[str] = ()) -> pd.DataFrame:
    """Return what is wrong with a chain, a row a cell; `beside` names places that there will be too."""
    known = dict.fromkeys([*places()["id"], *beside])
    return chain_model.model_faults(wished, list(known), list(dict.fromkeys(catalog.steps()["phase"])))


def keep_model(wished: ChainModel, note: str | None = None) -> int:
    """Keep a chain as the one in use and return the number of its revision; every earlier one stays.

    Raises
    ------
    InputError
        Where something is wrong with it; the first rows are named.
    """
    found = faults(wished)
    if len(found):
        raise InputError("chain.faults", count=len(found), rows=fault_lines(found))
    rows, base = chain_model.model_rows(wished), chain_model.model_rows(chain_model.bundled())
    return decisions.append(TOPIC, KEY, {name: told for name, told in rows.items() if told != base[name]}, note)


def fault_lines(found: pd.DataFrame) -> str:
    """Return the first faults of a chain in words: table, row, column, value."""
    told = [
        f"{row['table']} {row['row']} ({row['id'] or '-'}) {row['column']}={row['value']!r}"
        for row in found.head(MOST_FAULTS).to_dict("records")
    ]
    return "; ".join(told)


def undo_model() -> None:
    """Go back to the chain before the one in use; every kept one stays in the history."""
    decisions.undo(TOPIC, KEY)


def restore_model(number: int) -> None:
    """Let an earlier revision hold again; 0 is the bundled data."""
    decisions.restore(TOPIC, KEY, number)


def revisions() -> pd.DataFrame:
    """Return every revision of the chain, the last first, with the tables that differ from the bundled data."""
    rows = [
        {
            "revision": one.number, "restores": one.restores, "changed_tables": "|".join(one.content or {}),
            "note": one.note, "kept_at": one.made_at,
        }
        for one in decisions.history(TOPIC, KEY)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["revision", "restores", "changed_tables", "note", "kept_at"], dtype=object)
    return table.astype({"restores": "Int64"})


def keep_file(source: Path | bytes, file: str, note: str | None = None) -> int:
    """Keep the tables of a file as those of the chain in use."""
    return keep_model(changed(chain_model.read_tables(source, file)), note or file)


def places(scope: str = "region", moves: tuple[Move, ...] = ()) -> gpd.GeoDataFrame:
    """Return every place that can host a stage: the complexes, then the hosts outside them.

    Of the complexes of the 소부장 특화단지, the narrower scopes take the outline inside it: of 빛그린 the Gwangju side.
    A place that `moves` has the outline of its new site.
    """
    outlines, points = study.layer(study.COMPLEXES), study.layer("hosts")
    columns = ["id", "name", "grade", "source", "geometry"]
    both = pd.concat([outlines[columns], points[columns]])
    sway = pd.concat([outlines["center_uncertainty"], points["precision"]])
    known = gpd.GeoDataFrame(both, crs=outlines.crs).assign(center_uncertainty=sway)
    if scope != "region":
        inside = study.layer("cluster").set_index("complex")
        known.loc[inside.index, ["geometry", "grade"]] = inside[["geometry", "grade"]]
    for move in moves:
        if move.place not in outlines.index:
            raise UnknownNameError("complex", complex=move.place, known=", ".join(outlines.index))
        there = reproject(site(move.to).frame, crs_name(known.crs)).iloc[0]
        uncertainty = there.get("center_uncertainty", float("nan"))
        known.loc[move.place, ["geometry", "grade", "center_uncertainty"]] = [
            there.geometry,
            there["grade"],
            uncertainty,
        ]
    return known


def chain(
    year: int, scope: str = "region", basis: str = "plan", within: float | None = None, moves: tuple[Move, ...] = ()
) -> Chain:
    """Return the value chain of one year, scope and basis, with the distance of each hand-over."""
    used = model()
    return _chain.build_chain(
        used.stages, used.hosts, used.links, used.flows, place_distances(used, scope, moves),
        year=year, scope=scope, basis=basis, within=within,
    )  # fmt: skip


def place_distances(used: ChainModel, scope: str = "region", moves: tuple[Move, ...] = ()) -> pd.DataFrame:
    """Return the distance of every pair of places, m; each host must stand at one of them."""
    known = places(scope, moves)
    homeless = sorted(set(used.hosts["place"]) - set(known["id"]))
    if homeless:
        raise InputError("host_place", place=homeless[0], known=", ".join(known["id"]))
    return _distance.distances(known)


def answer(
    year: int, scope: str = "region", basis: str = "plan", within: float | None = None, moves: tuple[Move, ...] = ()
) -> Answer:
    """Return the chain of a year with its bottleneck, what each loss breaks, and the smallest addition."""
    used = model()
    apart = place_distances(used, scope, moves)
    built = _chain.build_chain(
        used.stages, used.hosts, used.links, used.flows, apart, year=year, scope=scope, basis=basis, within=within
    )
    hostable = used.stages[~used.stages["hosted"].eq(False)]
    ends = [*hostable["id"], _chain.EXPORT]
    links = used.links[used.links["stage_from"].isin(hostable["id"]) & used.links["stage_to"].isin(ends)]
    inside, complexes = list(built.matrix.columns), set(study.layer(study.COMPLEXES)["id"])
    open_to = [place for place in inside if place in complexes]
    addition = _network.smallest_addition(links, built.sites, open_to, _chain.reach(inside, apart, within))
    return Answer(
        chain=built,
        bottleneck=_network.bottleneck(built.links),
        losses=_network.losses(built.links),
        addition=addition,
        planned=_planned(used.hosts, addition, built),
        flows=_network.stated_flows(built.links, used.flows),
    )


def _planned(hosts: pd.DataFrame, addition: _network.Addition, built: Chain) -> pd.DataFrame:
    """Return the hosts that stand or are planned somewhere for the stages that an addition needs, but do not count."""
    wanted = hosts[hosts["stage"].isin(addition.sites["stage"])]
    standing = {(stage, place) for stage, place in built.sites}
    open_ = [pair not in standing for pair in zip(wanted["stage"], wanted["place"], strict=True)]
    return wanted.loc[
        open_, ["stage", "place", "part", "name", "name_en", "status", "from", "basis", "source"]
    ].reset_index(drop=True)


def moved_links(
    moves: tuple[Move, ...], year: int = PLAN_YEAR, scope: str = "region", basis: str = "plan"
) -> pd.DataFrame:
    """Return which hand-overs surely shorten or lengthen where complexes stand elsewhere."""
    return _chain.moved_links(chain(year, scope, basis).links, chain(year, scope, basis, None, moves).links)


def scenario_links(scenario: str, year: int = PLAN_YEAR, scope: str = "region", basis: str = "plan") -> pd.DataFrame:
    """Return which hand-overs surely shorten or lengthen under a scenario, beside the data as they are."""
    with active.under(None):
        plain = chain(year, scope, basis).links
    with active.under(scenario):
        return _chain.moved_links(plain, chain(year, scope, basis).links)


def answer_object(found: Answer) -> dict[str, Any]:
    """Return a chain as the one object of the interface contract.

    A link that a distance limit leaves undecided is served `null`.
    """
    built, weakest = found.chain, found.bottleneck
    return {
        "year": built.year,
        "scope": built.scope,
        "basis": built.basis,
        "completeness": built.completeness,
        "completeness_known": built.completeness_known,
        "completeness_possible": built.completeness_possible,
        "stages": plain_rows(built.stages),
        "links": plain_rows(outward(built.links.assign(served=built.links["served"].mask(built.links["undecided"], None)))),
        "missing_stages": list(built.missing_stages),
        "bottleneck": None if weakest is None else {
            "paths": weakest.paths,
            "paths_possible": weakest.paths_possible,
            "cut": [{"stage": stage, "place": place} for stage, place in weakest.cut],
            "counted": "sites",
            "routes": plain_rows(weakest.routes),
        },
        "single_points_of_failure": list(built.single_points_of_failure),
        "addition": {"count": found.addition.count, "sites": plain_rows(found.addition.sites), "planned": plain_rows(found.planned)},
        "losses": plain_rows(found.losses),
        "flows": plain_rows(found.flows),
        "doubts": plain_rows(built.doubts),
    }  # fmt: skip


def place_points() -> dict[str, tuple[float, float]]:
    """Return longitude and latitude of the middle of every place that can host a stage."""
    known = places()
    middle = known.representative_point().to_crs(MAP_CRS)
    return dict(zip(known["id"], zip(middle.x.round(6), middle.y.round(6), strict=True), strict=True))
