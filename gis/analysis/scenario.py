"""A scenario laid upon the data: its outlines among the complexes, its hosts and years in the value chain."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd

from gis.analysis.phases import shifted_hosts
from gis.model import ChainModel, ProposedSite, Scenario

DIFFERENCE_COLUMNS = ("part", "id", "name", "change", "before", "after")
"""`part` is title, note, confidential, site, host, phase, siting, weights or rate; `change` added, removed or changed."""


def with_sites(complexes: gpd.GeoDataFrame, proposed: gpd.GeoDataFrame, source: str) -> gpd.GeoDataFrame:
    """Return the complexes with the proposed outlines: in the place of those of the same id, then the new ones.

    A proposed outline has no grade: it is what somebody wants, and nothing was measured.

    Parameters
    ----------
    proposed
        `id`, `name` and geometry in the CRS of the complexes.
    """
    told = proposed.set_index("id", drop=False)
    known = complexes.index.intersection(told.index)
    frame = complexes.assign(grade=complexes["grade"].astype(object))
    frame.loc[known, "geometry"] = told.loc[known, "geometry"]
    frame.loc[known, ["grade", "source", "center_uncertainty"]] = [None, source, float("nan")]
    new = told.drop(index=known)
    if new.empty:
        return frame
    names = dict.fromkeys(("name", "name_en", "short_name"), new["name"])
    added = new[["id", "geometry"]].assign(**names, grade=None, source=source)
    both = pd.concat([frame, added.reindex(columns=frame.columns)])
    return gpd.GeoDataFrame(both, geometry="geometry", crs=complexes.crs)


def with_changes(model: ChainModel, scenario: Scenario, not_before: int) -> ChainModel:
    """Return the chain with the hosts of a scenario, and with its years: first hosts are changed, then phases shifted."""
    hosts = _with_hosts(model.hosts, scenario.hosts) if scenario.hosts else model.hosts
    later = {phase: years for phase, years in scenario.slips.items() if years}
    return replace(model, hosts=shifted_hosts(hosts, later, not_before) if later else hosts)


def _with_hosts(hosts: pd.DataFrame, changes: Mapping[str, Mapping[str, Any] | None]) -> pd.DataFrame:
    """Return hosts with changed rows in their places, without those that are gone, and with the new ones at the end."""
    rows = hosts.to_dict("records")
    known = {row["id"] for row in rows}
    told = [changes.get(row["id"], row) for row in rows]
    new = [row for name, row in changes.items() if name not in known]
    kept = [row for row in (*told, *new) if row is not None]
    filled = [[row.get(column) for column in hosts.columns] for row in kept]
    return pd.DataFrame(filled, columns=hosts.columns, dtype=object)


def differences(before: Scenario, after: Scenario) -> pd.DataFrame:
    """Return what differs between two scenarios, a row a thing: texts, sites, hosts, phases, what was asked."""
    rows = [*_text_rows(before, after), *_site_rows(before, after)]
    for part, one, other in (
        ("host", before.hosts, after.hosts),
        ("phase", before.slips, after.slips),
        ("siting", before.siting, after.siting),
        ("weights", before.weights, after.weights),
        ("rate", _rate_words(before), _rate_words(after)),
    ):
        rows += list(_keyed_rows(part, one, other))
    return pd.DataFrame(rows, columns=list(DIFFERENCE_COLUMNS), dtype=object)


def _text_rows(before: Scenario, after: Scenario) -> Iterator[list[Any]]:
    for part in ("title", "note", "confidential"):
        one, other = getattr(before, part), getattr(after, part)
        if one != other:
            yield [part, None, None, "changed", one, other]


def _site_rows(before: Scenario, after: Scenario) -> Iterator[list[Any]]:
    one, other = ({site.id: site for site in told.sites} for told in (before, after))
    for name, change in _changes(one, other):
        told: ProposedSite = other.get(name) or one[name]
        yield ["site", name, told.name, change, *(_site_words(sites.get(name)) for sites in (one, other))]


def _site_words(site: ProposedSite | None) -> str | None:
    """Return what tells one outline of a site from another in a table: its kind, its parts."""
    if site is None:
        return None
    parts = ", ".join(f"{part.name} {part.opens or '–'}" for part in site.parts)
    return f"{site.geometry['type']}{f' ({parts})' if parts else ''}"


def _keyed_rows(part: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[list[Any]]:
    for name, change in _changes(before, after):
        one, other = before.get(name), after.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            one, other = ({key: told[key] for key in told if one.get(key) != other.get(key)} for told in (one, other))
        yield [part, name, None, change, one, other]


def _rate_words(scenario: Scenario) -> dict[str, str]:
    return {name: f"{told.low:g}..{told.high:g}" for name, told in scenario.rates.items()}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return each name whose value differs, and how; in the order of the later one, then what is gone."""
    for name in dict.fromkeys([*after, *before]):
        if name not in before:
            yield name, "added"
        elif name not in after:
            yield name, "removed"
        elif before[name] != after[name]:
            yield name, "changed"
