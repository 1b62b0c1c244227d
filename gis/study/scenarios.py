"""Scenarios (대안), end to end: made, changed step by step, compared with what was before, handed on as a file.

Every confirmed change is a row of an append-only history; a change says which revision it rests on, and one that rests on
an older one is refused, never laid over what somebody else kept.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from gis import study
from gis.analysis import outline as _outline
from gis.analysis import scenario as _scenario
from gis.analysis.outline import DIGITS
from gis.crs import GWANGJU_BELT, MAP_CRS, belt_of, reproject
from gis.errors import InputError, UnknownNameError
from gis.i18n import t
from gis.io import catalog, decisions, plans, scenarios, store
from gis.io.plans import Plan
from gis.io.read import Arrival, frame_arrival
from gis.io.scenarios import Bundle
from gis.io.write import plain_rows
from gis.model import Branching, ProposedSite, Scenario, SitePart, outward
from gis.study import SourceLayer, active, imports, rates, said, value_chain
from gis.study.active import TOPIC, Kept
from gis.study.imports import Keeping
from gis.study.said import Said
from gis.study.value_chain import DEFAULT_YEAR
from layers import LAYERS

LIST_COLUMNS = (
    "id",
    "title",
    "sites",
    "changed_hosts",
    "slips",
    "confidential",
    "branched_from",
    "revision",
    "note",
    "kept_at",
)
USE = "use"
"""The column of zones that came with a scenario which says what each is for."""
HISTORY_COLUMNS = ("revision", "restores", "changes", "note", "kept_at")


def table() -> pd.DataFrame:
    """Return every scenario, a row each, the oldest first."""
    rows = [
        [
            one.id, one.scenario.title, "|".join(site.id for site in one.scenario.sites), len(one.scenario.hosts),
            "|".join(f"{phase} {years:+d}" for phase, years in one.scenario.slips.items()), one.scenario.confidential,
            None if one.scenario.branched is None else f"{one.scenario.branched.scenario} {one.scenario.branched.number}",
            one.number, one.scenario.note or None, one.made_at,
        ]
        for one in active.every()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(LIST_COLUMNS), dtype=object)


def create(title: str, name: str | None = None, *, confidential: bool = False, note: str = "") -> Kept:
    """Keep a new scenario in which nothing is otherwise yet."""
    return _keep_new(_valid(Scenario(title="-"), title=title, confidential=confidential, note=note), name or title)


def branch(name: str, title: str, new_name: str | None = None, number: int | None = None) -> Kept:
    """Keep a new scenario that begins as a revision of another: the one that holds where `number` is None.

    A branch of a confidential scenario is confidential.
    """
    before = active.kept(name) if number is None else active.revision(name, number)
    told = _valid(before.scenario, title=title, branched=Branching(scenario=before.id, number=before.number))
    made = _keep_new(told, new_name or title)
    found = {site.id: plans.kept_plan(f"{before.id}/{site.id}") for site in told.sites}
    _keep_plans(made, {site: plan for site, plan in found.items() if plan is not None})
    _keep_said(made, _said(before))
    return made


def _keep_new(scenario: Scenario, wish: str) -> Kept:
    name = free_name(wish)
    decisions.append(TOPIC, name, scenarios.content_of(scenario), expected=0)
    return active.kept(name)


def free_name(wish: str) -> str:
    """Return an id that no scenario, layer or complex has, made from `wish`; one that a person chose in ASCII is kept."""
    taken = {
        *decisions.keys(TOPIC),
        *LAYERS,
        *(one.name for one in store.layers()),
        *study.layer(study.COMPLEXES)["id"],
    }
    plain = re.sub(r"[^a-z0-9]+", "_", wish.lower()).strip("_")[:32]
    stem = plain if re.fullmatch(r"[a-z][a-z0-9_]*", plain) else "alternative"
    names = (stem if number == 1 else f"{stem}_{number}" for number in range(1, 10_000))
    return next(name for name in names if name not in taken)


def change(
    name: str, changed: Callable[[Scenario], Scenario], note: str | None = None, expected: int | None = None
) -> Kept:
    """Keep what `changed` makes of a scenario, at once; what changes nothing is not kept.

    Raises
    ------
    ClashError
        Where somebody kept another revision since `expected`; nothing is kept.
    """
    before = active.kept(name)
    told = changed(before.scenario)
    _require_chain(told)
    if told == before.scenario:
        return before
    decisions.append(TOPIC, name, scenarios.content_of(told), note, before.number if expected is None else expected)
    return active.kept(name)


def edit(name: str, values: Mapping[str, Any], expected: int | None = None) -> Kept:
    """Keep another title, note or 대외비 flag."""
    return change(name, lambda told: _valid(told, **values), expected=expected)


def _valid(scenario: Scenario, **values: Any) -> Scenario:
    """Return a scenario with other values, each of them checked."""
    told = scenarios.content_of(scenario.model_copy(update=values))
    return scenarios.from_content(told)


def _require_chain(scenario: Scenario) -> None:
    """Refuse hosts that are wrong in the value chain, and phases that there are not."""
    phases = list(dict.fromkeys(catalog.steps()["phase"]))
    strange = [phase for phase in scenario.slips if phase not in phases]
    if strange:
        raise InputError("phases.no_phase", phase=strange[0], known=", ".join(phases))
    if not scenario.hosts:
        return
    base = value_chain.base_model()
    found = value_chain.faults(
        _scenario.with_changes(base, scenario, DEFAULT_YEAR), [site.id for site in scenario.sites]
    )
    mine = found[found["id"].isin(list(scenario.hosts))]
    if len(mine):
        raise InputError("chain.faults", count=len(mine), rows=value_chain.fault_lines(mine))


def undo(name: str, expected: int | None = None) -> Kept:
    """Go back to the revision before the one that holds.

    Raises
    ------
    InputError
        Where the scenario was only just made.
    """
    if active.kept(name).number == decisions.history(TOPIC, name)[-1].number or not _parent(name):
        raise InputError("nothing_to_undo")
    decisions.undo(TOPIC, name, expected)
    return active.kept(name)


def _parent(name: str) -> int:
    now = decisions.latest(TOPIC, name)
    return (now.parent or 0) if now else 0


def has_undo(name: str) -> bool:
    """Tell whether there is a revision to go back to."""
    return bool(_parent(name))


def has_redo(name: str) -> bool:
    """Tell whether a change that was undone can come back."""
    return decisions.has_redo(TOPIC, name)


def redo(name: str, expected: int | None = None) -> Kept:
    """Let the change that was undone last hold again."""
    active.kept(name)
    decisions.redo(TOPIC, name, expected)
    return active.kept(name)


def restore(name: str, number: int, expected: int | None = None) -> Kept:
    """Let a revision hold again; a scenario that was removed comes back so."""
    active.revision(name, number)
    decisions.restore(TOPIC, name, number, expected)
    return active.kept(name)


def remove(name: str, expected: int | None = None) -> None:
    """Put a scenario away: it is no longer listed, its history stays and can be restored."""
    active.kept(name)
    decisions.append(TOPIC, name, None, expected=expected)


def history(name: str) -> pd.DataFrame:
    """Return every revision of a scenario, the last first, with what it changed."""
    rows = decisions.history(TOPIC, name)
    if not rows:
        active.kept(name)
    told = {one.number: one for one in rows}
    table = []
    for one in rows:
        before = told.get(one.parent or 0)
        changes = "created" if one.content is not None else "removed"
        if one.content is not None and before is not None and before.content is not None:
            found = _scenario.differences(*(scenarios.from_content(each.content) for each in (before, one)))
            changes = "|".join(
                f"{row['part']}{':' + row['id'] if row['id'] else ''}" for row in found.to_dict("records")
            )
        table.append([one.number, one.restores, changes, one.note, one.made_at])
    return pd.DataFrame(table, columns=list(HISTORY_COLUMNS), dtype=object).astype({"restores": "Int64"})


def differences(before: str, after: str) -> pd.DataFrame:
    """Return what differs between two scenarios, each the revision that holds or `name@number`."""
    return _scenario.differences(named(before).scenario, named(after).scenario)


def changes(kept: Kept) -> pd.DataFrame:
    """Return what a scenario makes otherwise than the data."""
    told = kept.scenario
    plain = Scenario(title=told.title, note=told.note, confidential=told.confidential)
    return _scenario.differences(plain, told)


def shown(kept: Kept) -> dict[str, Any]:
    """Return a scenario as one object: itself, which revision it is, and its hash."""
    return {
        "id": kept.id, "revision": kept.number, "kept_at": kept.made_at, "sha256": content_hash(kept),
        **scenarios.content_of(kept.scenario),
        "site_areas": plain_rows(outward(site_table(kept))),
    }  # fmt: skip


def site_table(kept: Kept) -> pd.DataFrame:
    """Return the proposed sites with both areas and the perimeter, m² and m, and their share of the outline in the data."""
    frame = study.proposed_sites(kept)
    if frame.empty:
        return pd.DataFrame(columns=["id", "name", "area", "planar_area", "perimeter", "before_area"])
    measured = study.areas(SourceLayer(kept.id, frame.assign(grade=None, source=None).set_index("id", drop=False)))
    with active.under(None):
        before = study.complexes()["geometry"].area
    table = measured[["id", "name", "area", "planar_area", "perimeter"]]
    return table.assign(before_area=table["id"].map(before).astype(float))


def named(text: str) -> Kept:
    """Return the scenario that `name` or `name@number` says."""
    name, _, number = text.partition("@")
    if not number:
        return active.kept(name)
    if not number.isdecimal() or not number.isascii():
        raise InputError("no_revision", number=number)
    return active.revision(name, int(number))


# ---- sites ---------------------------------------------------------------------------


def parts(kept: Kept) -> gpd.GeoDataFrame:
    """Return the parts (단계) of the sites of a scenario: `site`, `name`, `opens`, `planar_area` (m²), geometry."""
    rows = [(site.id, part.name, part.opens, part.geometry) for site in kept.scenario.sites for part in site.parts]
    shapes = [shapely.geometry.shape(geometry) for *_, geometry in rows]
    frame = gpd.GeoDataFrame(
        {"site": [row[0] for row in rows], "name": [row[1] for row in rows], "opens": [row[2] for row in rows]},
        geometry=shapes, crs=MAP_CRS,
    )  # fmt: skip
    frame["opens"] = frame["opens"].astype(object)
    planar = reproject(frame, GWANGJU_BELT) if len(frame) else frame
    return planar.assign(planar_area=planar.area if len(frame) else pd.Series(dtype=float))


def set_outline(
    name: str, site_id: str, geometry: Mapping[str, Any], title: str | None = None, *,
    note: str | None = None, expected: int | None = None, secret: bool = False,
) -> Kept:  # fmt: skip
    """Keep an outline (GeoJSON, degrees) as that of a site: of a complex in its place, or of a new one beside it.

    Parts that the site had are given up where its outline changes: they no longer divide it. An outline that comes from
    what is 대외비 (`secret`, or the outline in use of a complex) makes the scenario 대외비, until a person says otherwise.
    """
    shape = _outline.proposed_shape(geometry)
    plain = json.loads(shapely.to_geojson(shape))
    return change(name, lambda told: _with_site(told, site_id, plain, title, secret), note, expected)


def _with_site(told: Scenario, site_id: str, geometry: dict[str, Any], title: str | None, secret: bool) -> Scenario:
    before = told.site(site_id)
    names = study.layer(study.COMPLEXES)["name"]
    known = before.name if before else names.get(site_id, site_id)
    parts = before.parts if before and before.geometry == geometry else ()
    site = {"id": site_id, "name": title or known, "geometry": geometry, "parts": [part.model_dump() for part in parts]}
    others = [one.model_dump() for one in told.sites if one.id != site_id]
    at = next((place for place, one in enumerate(told.sites) if one.id == site_id), len(others))
    hidden = told.confidential or secret or (before is None and _from_secret(site_id))
    content = scenarios.content_of(told) | {"sites": [*others[:at], site, *others[at:]], "confidential": hidden}
    return scenarios.from_content(content)


def _from_secret(site_id: str) -> bool:
    """Tell whether the outline in use of a complex lies in a layer marked 대외비."""
    used = {one.layer for one in store.outlines() if one.in_use and one.complex == site_id}
    return any(one.confidential and one.name in used for one in store.layers())


def redraw(
    name: str,
    site_id: str,
    drawings: Sequence[Mapping[str, Any]],
    title: str | None = None,
    expected: int | None = None,
) -> Kept:
    """Keep what is drawn on the map (GeoJSON polygons, degrees) as the outline of a site; what was not touched stays as it was.

    What was touched is told by the outline of the revision that is `expected`: that is what the map showed.
    """
    before = _shape_at(name, site_id, expected)
    shape = _outline.redrawn(list(drawings), before)
    if before is not None and shape.equals(before):
        return active.kept(name)
    return set_outline(name, site_id, shapely.geometry.mapping(shape), title, expected=expected)


def _shape_at(name: str, site_id: str, number: int | None) -> shapely.Geometry | None:
    with active.under(name, None if number == active.kept(name).number else number):
        if site_id not in study.complexes().index:
            return None
        return shapely.geometry.shape(outline_of(site_id))


def drop_site(name: str, site_id: str, expected: int | None = None) -> Kept:
    """Give a proposed outline up: the complex has that of the data again."""

    def without(told: Scenario) -> Scenario:
        require_site(told, site_id)
        return told.model_copy(update={"sites": tuple(one for one in told.sites if one.id != site_id)})

    return change(name, without, expected=expected)


def free_site(told: Scenario) -> str:
    """Return an id that neither a complex nor a site of a scenario has."""
    taken = {*study.layer(study.COMPLEXES)["id"], *(site.id for site in told.sites)}
    return next(name for name in (f"site_{number}" for number in range(1, 10_000)) if name not in taken)


def require_site(told: Scenario, site_id: str) -> ProposedSite:
    """Return a site of a scenario."""
    found = told.site(site_id)
    if found is None:
        known = ", ".join(one.id for one in told.sites) or "-"
        raise UnknownNameError("scenario.site", site=site_id, known=known)
    return found


def reshaped(
    geometry: Mapping[str, Any],
    *,
    east: float = 0.0,
    north: float = 0.0,
    degrees: float = 0.0,
    area: float | None = None,
) -> dict[str, Any]:
    """Return an outline (GeoJSON, degrees) turned and brought to an area about its centroid, then moved.

    Lengths in m and the area in m² are those of the TM belt of the site.
    """
    shape = _planar(geometry)
    belt = shape.crs
    told = _outline.turned(shape.iloc[0], degrees) if degrees else shape.iloc[0]
    told = told if area is None else _outline.resized(told, area)
    return geojson_of(gpd.GeoSeries([_outline.moved(told, east, north)], crs=belt))


def outline_of(site_id: str) -> dict[str, Any]:
    """Return the outline of a complex as it is in the study now, as GeoJSON in degrees."""
    complexes = study.complexes()
    if site_id not in complexes.index:
        raise UnknownNameError("complex", complex=site_id, known=", ".join(complexes.index))
    return geojson_of(complexes.loc[[site_id]].geometry)


def set_parts(
    name: str,
    site_id: str,
    parts: list[tuple[str, float, int | None]],
    azimuth: float = 90.0,
    expected: int | None = None,
) -> Kept:
    """Divide a site into parts (단계) of stated areas, one after the other in a direction.

    Parameters
    ----------
    parts
        Name, area (m² in the TM belt) and first year of each; the last takes what is left.
    azimuth
        The direction in which they follow one another, degrees from north.
    """

    def divided(told: Scenario) -> Scenario:
        site = require_site(told, site_id)
        shape = _planar(site.geometry)
        areas = [area for _, area, _ in parts[:-1]]
        shapes = _outline.parted(shape.iloc[0], areas, azimuth) if areas else [shape.iloc[0]]
        if len(shapes) != len(parts):
            raise InputError("scenario.parts", asked=len(parts), found=len(shapes))
        return _with_parts(told, site, [(part[0], part[2]) for part in parts], gpd.GeoSeries(shapes, crs=shape.crs))

    return change(name, divided, expected=expected)


def cut_site(
    name: str, site_id: str, line: Mapping[str, Any], names: tuple[str, str], opens: tuple[int | None, int | None] = (None, None),
    expected: int | None = None,
) -> Kept:  # fmt: skip
    """Divide a site by a line (GeoJSON, degrees): the first part lies on its left."""

    def cut(told: Scenario) -> Scenario:
        site = require_site(told, site_id)
        shape = _planar(site.geometry)
        try:
            drawn = gpd.GeoSeries([shapely.geometry.shape(line)], crs=MAP_CRS).to_crs(shape.crs).iloc[0]
        except (AttributeError, KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
            raise InputError("drawn_shape", reason=error) from error
        if not isinstance(drawn, shapely.LineString):
            raise InputError("shape.no_cut")
        shapes = gpd.GeoSeries(_outline.divided(shape.iloc[0], drawn), crs=shape.crs)
        return _with_parts(told, site, list(zip(names, opens, strict=True)), shapes)

    return change(name, cut, expected=expected)


def _with_parts(
    told: Scenario, site: ProposedSite, named: list[tuple[str, int | None]], shapes: gpd.GeoSeries
) -> Scenario:
    parts = tuple(
        SitePart(name=part, opens=opens, geometry=geojson_of(shapes.iloc[[number]]))
        for number, (part, opens) in enumerate(named)
    )
    again = site.model_copy(update={"parts": parts})
    return told.model_copy(update={"sites": tuple(again if one.id == site.id else one for one in told.sites)})


def _planar(geometry: Mapping[str, Any]) -> gpd.GeoSeries:
    """Return an outline in the TM belt of its own middle."""
    shape = _outline.proposed_shape(geometry)
    return gpd.GeoSeries([shape], crs=MAP_CRS).to_crs(belt_of(shape.centroid.x))


def geojson_of(shape: gpd.GeoSeries) -> dict[str, Any]:
    """Return one shape as GeoJSON in degrees, its digits cut as a scenario keeps them."""
    degrees = shape.to_crs(MAP_CRS).iloc[0]
    return json.loads(shapely.to_geojson(_outline.proposed_shape(shapely.geometry.mapping(degrees))))


# ---- hosts and years -----------------------------------------------------------------


def set_host(name: str, host_id: str, values: Mapping[str, Any], expected: int | None = None) -> Kept:
    """Keep other values for a host of the value chain, known or new; those not named stay as they are."""

    def hosted(told: Scenario) -> Scenario:
        base = value_chain.base_model().hosts.set_index("id", drop=False)
        known = told.hosts.get(host_id) or (base.loc[host_id].to_dict() if host_id in base.index else {"id": host_id})
        [row] = _plain_hosts(pd.DataFrame([{**known, **values}], dtype=object))
        return _valid(told, hosts={**told.hosts, host_id: row})

    return change(name, hosted, expected=expected)


def set_hosts(name: str, hosts: pd.DataFrame, expected: int | None = None) -> Kept:
    """Keep a whole table of hosts as those of a scenario: rows that are as in the data are no change."""
    base = {row["id"]: row for row in _plain_hosts(value_chain.base_model().hosts)}
    told = {row["id"]: row for row in _plain_hosts(hosts)}
    changes: dict[str, dict[str, Any] | None] = {key: row for key, row in told.items() if base.get(key) != row}
    changes |= dict.fromkeys(key for key in base if key not in told)
    return change(name, lambda now: _valid(now, hosts=changes), expected=expected)


def _plain_hosts(hosts: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in row.items() if not _empty(value) and key != "row"} for row in plain_rows(hosts)
    ]


def drop_host(name: str, host_id: str, expected: int | None = None) -> Kept:
    """Let a host be gone in a scenario."""
    if host_id not in set(value_chain.base_model().hosts["id"]) | set(active.kept(name).scenario.hosts):
        raise UnknownNameError("scenario.host", host=host_id)
    return change(name, lambda told: _valid(told, hosts={**told.hosts, host_id: None}), expected=expected)


def forget_host(name: str, host_id: str, expected: int | None = None) -> Kept:
    """Let a host be as in the data again."""
    return change(
        name,
        lambda told: _valid(told, hosts={key: row for key, row in told.hosts.items() if key != host_id}),
        expected=expected,
    )


def slip(name: str, phase: str, years: int, expected: int | None = None) -> Kept:
    """Let a phase be so many years later, earlier where negative; 0 as in the data."""
    return set_slips(name, {phase: years}, expected)


def set_slips(name: str, years: Mapping[str, int], expected: int | None = None) -> Kept:
    """Let several phases be so many years later, at once; 0 as in the data."""

    def slipped(told: Scenario) -> Scenario:
        return _valid(told, slips={phase: value for phase, value in {**told.slips, **years}.items() if value})

    return change(name, slipped, expected=expected)


def set_asked(name: str, part: str, values: Mapping[str, Any], expected: int | None = None) -> Kept:
    """Keep what a site was asked to be like (`siting`), or what counts how much (`weights`)."""
    return change(name, lambda told: _valid(told, **{part: dict(values)}), expected=expected)


def _empty(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)) or value == ""


# ---- handed on -----------------------------------------------------------------------


def export(name: str, confidential: bool = False) -> bytes:
    """Return a scenario as a bundle; one marked 대외비 only where a person says so."""
    kept = named(name)
    secret = [kept.scenario.title] if kept.scenario.confidential else []
    secret += [one for layer in zone_layers(kept) for one in study.confidential_layers(layer)]
    if secret and not confidential:
        raise InputError("confidential", layer=", ".join(secret))
    return scenarios.bundle_bytes(bundle(kept))


def zone_layers(kept: Kept) -> list[str]:
    """Return the layers of zones that are plans of its sites."""
    found = [plans.kept_plan(f"{kept.id}/{site.id}") for site in kept.scenario.sites]
    return [plan.layer for plan in found if plan is not None and plan.layer is not None]


def bundle(kept: Kept) -> Bundle:
    """Return a scenario with the rates that it is reckoned with, and what is kept of its sites.

    That is the land-use plan of each, rows that were typed or zones that were drawn, and what was said of it.
    """
    found = {site.id: plans.kept_plan(f"{kept.id}/{site.id}") for site in kept.scenario.sites}
    told = {name: plan for name, plan in found.items() if plan is not None}
    typed = {name: plans.plan_content(plan) for name, plan in told.items()}
    zones = {name: _zones(plan.layer, plan.column) for name, plan in told.items() if plan.layer is not None}
    stated = {site: said.content_of(one) for site, one in _said(kept).items()}
    scenario = kept.scenario.model_copy(update={"branched": None, "rates": rates.rates_of(kept.scenario)})
    return Bundle(kept.id, scenario, typed, zones, stated)


def _said(kept: Kept) -> dict[str, Said]:
    """Return what was said of the sites of a scenario, of those of which something was."""
    found = {site.id: said.of_key(f"{kept.id}/{site.id}") for site in kept.scenario.sites}
    return {site: one for site, one in found.items() if one != Said()}


def _zones(layer: str, column: str | None) -> list[dict[str, Any]]:
    """Return the zones of a plan as plain values, with the use of each as its layer states it."""
    frame = reproject(store.frame(layer), MAP_CRS)
    shapes = shapely.orient_polygons(shapely.transform(frame.geometry.to_numpy(), lambda points: points.round(DIGITS)))
    uses = [None] * len(frame) if column is None else frame[column].astype(object).where(frame[column].notna(), None)
    return [
        {"use": None if use is None else str(use), "geometry": json.loads(shapely.to_geojson(shape))}
        for use, shape in zip(uses, shapes, strict=True)
    ]


def content_hash(kept: Kept) -> str:
    """Return the SHA-256 of all that a scenario says: equal for equal scenarios, wherever they are kept."""
    return scenarios.bundle_hash(bundle(kept))


def take_in(source: Path | bytes, file: str, name: str | None = None) -> Kept:
    """Keep the scenario of a bundle as a new one; what is kept already under its id is left as it is."""
    told = scenarios.read_bundle(source, file)
    for site in told.scenario.sites:
        for geometry in (site.geometry, *(part.geometry for part in site.parts)):
            if json.loads(shapely.to_geojson(_outline.proposed_shape(geometry))) != geometry:
                raise InputError("scenario.hash", file=file)
    _require_chain(told.scenario)
    ids = [site.id for site in told.scenario.sites]
    read = {site: plans.plan_of(told.plans[site]) for site in ids if site in told.plans}
    drawn = {site: _zone_arrival(zones, read[site].file, file) for site, zones in told.zones.items() if site in read}
    stated = {site: said.from_content(told.said[site]) for site in ids if site in told.said}
    _require_parts(told.scenario)
    scenario = told.scenario.model_copy(update={"rates": rates.rates_to_keep(told.scenario.rates)})
    made = _keep_new(scenario, name or told.id)
    for subject, arrived in drawn.items():
        title = f"{made.scenario.title} {read[subject].file}"
        layer = imports.keep(arrived, Keeping(title=title, confidential=made.scenario.confidential))[0]
        read[subject] = replace(read[subject], layer=layer.name, column=USE)
    _keep_plans(made, read)
    _keep_said(made, stated)
    return made


def _require_parts(scenario: Scenario) -> None:
    """Refuse parts that do not divide their site."""
    for site in scenario.sites:
        if not site.parts:
            continue
        whole = _planar(site.geometry)
        shapes = [_planar(part.geometry).to_crs(whole.crs).iloc[0] for part in site.parts]
        if not _outline.divides(shapes, whole.iloc[0]):
            raise InputError("scenario.no_parts", site=site.id)


def _zone_arrival(zones: list[dict[str, Any]], title: str, file: str) -> Arrival:
    """Return the zones of a bundle as a layer that is not kept yet."""
    shapes = [_outline.proposed_shape(zone["geometry"]) for zone in zones]
    ids = [str(number) for number in range(1, len(zones) + 1)]
    uses = [zone["use"] for zone in zones]
    frame = gpd.GeoDataFrame({"id": ids, "name": uses, USE: uses}, geometry=shapes, crs=MAP_CRS)
    return frame_arrival(frame, title, {"file": file, "crs": MAP_CRS})


def _keep_said(kept: Kept, told: Mapping[str, Said]) -> None:
    for site, one in told.items():
        said.keep_of_key(f"{kept.id}/{site}", one)


def _keep_plans(kept: Kept, told: Mapping[str, Plan]) -> None:
    for site, plan in told.items():
        plans.keep_plan(f"{kept.id}/{site}", t("landuse.plan_title", name=kept.scenario.title), plan)
