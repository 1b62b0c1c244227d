"""토지이용계획표 of one site, end to end: from zones or a typed table, kept or in a file, with what it is changed from."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis import study
from gis.analysis import landuse as _landuse
from gis.analysis.area import area_sigmas
from gis.analysis.landuse import CONTESTED, DIFFERENCE, TOTAL, UNASSIGNED, Uses
from gis.analysis.rules import Quantity
from gis.crs import crs_name, reproject
from gis.errors import InputError
from gis.i18n import t
from gis.io import catalog, plans, store
from gis.io.firms import industries
from gis.io.grids import TABLE_ENDINGS
from gis.io.plans import Plan, Version
from gis.io.read import Reading, frame_arrival
from gis.model import SCHEMATIC, worse_grade
from gis.study import SourceLayer, active, imports
from gis.study.imports import Keeping
from gis.study.sites import SiteRef, confidential_layers, site

BASES = ("planar", "official")
"""Which 구역면적 a typed table is in: 좌표면적, or 고시면적."""
TYPED_ENDINGS = (plans.TOML, *TABLE_ENDINGS)
MOST_OUTSIDE = 20
"""How many zones that lie wholly outside are named one by one."""
LEAST_GREEN = 1.0
"""m²: a smaller piece of green is what cutting leaves."""


@dataclass(frozen=True)
class PlanSource:
    """Which plan: plain values, so that results can be kept by it.

    `plan` is a file or a layer; without it the plan that was kept for the site counts. `former` is what it is changed
    from, `blocks` a table of 업종별 공급면적.
    """

    plan: str | None = None
    former: str | None = None
    blocks: str | None = None
    column: str | None = None
    basis: str = "planar"
    encoding: str | None = None
    sheet: str | None = None
    crs: str | None = None


@dataclass(frozen=True)
class LandUse:
    """The plan of one site: the table and all that it rests on.

    `kind` is `zones`, `typed` or None where there is no plan; `whole` is the area (m²) that the rows add to. `blocks`
    holds the land of each block where zones draw it, `confidential` the layers (대외비) whose shapes the regions show.
    """

    site: dict[str, Any]
    basis: str
    whole: float
    kind: str | None
    plan: str | None
    table: pd.DataFrame
    faults: pd.DataFrame
    unmatched: pd.DataFrame
    supply: pd.DataFrame
    placement: pd.DataFrame
    grade: str | None
    leaves: pd.DataFrame
    shape: gpd.GeoDataFrame
    regions: gpd.GeoDataFrame | None = None
    blocks: gpd.GeoDataFrame | None = None
    flags: Mapping[str, Quantity] | None = None
    smallest_green: Quantity | None = None
    smallest_plot: Quantity | None = None
    restricted: float = math.nan
    stated_total: float = math.nan
    story: Mapping[str, Any] = field(default_factory=dict)
    confidential: tuple[str, ...] = ()

    def amount(self, use: str, column: str = "planned_area") -> float:
        """Return an amount of the row of a use; NaN where the table has no such row."""
        found = self.table.loc[self.table["id"] == use, column]
        return float(found.iloc[0]) if len(found) else math.nan


def uses() -> Uses:
    """Return the categories of land use."""
    return _landuse.uses_of(plans.land_uses())


def industry_names() -> dict[str, str]:
    """Return the KSIC 중분류 by code."""
    known = industries()
    return dict(zip(known["id"], known["name"], strict=True))


def site_key(ref: SiteRef, reading: Reading | None = None) -> str:
    """Return under which key the plan of a site is kept."""
    if ref.drawn is not None:
        return f"drawn/{hashlib.sha256(ref.drawn.encode()).hexdigest()[:12]}"
    found = site(ref, reading)
    now = active.current()
    proposed = now is not None and found.name == study.COMPLEXES and now.scenario.site(ref.source) is not None
    return f"{now.id if now and proposed else found.name}/{found.frame['id'].iloc[0]}"


def land_use(ref: SiteRef, source: PlanSource | None = None, reading: Reading | None = None) -> LandUse:
    """Return the plan of a site as the table of a report.

    Raises
    ------
    InputError
        Where the plan is in no known form, a row of it is wrong (it is named), or its basis does not fit.
    """
    source = source or PlanSource()
    if source.basis not in BASES:
        raise InputError("one_of", name="basis", value=source.basis, known=", ".join(BASES))
    found = site(ref, reading)
    known = study.areas(found).iloc[0].to_dict()
    whole = _whole(known, source.basis)
    plan = _plan(source, site_key(ref, reading))
    if plan is None:
        return _without_plan(known, source.basis, whole, found.frame)
    own = uses()
    read = _read(plan, source, found, own, whole)
    leaves = read.leaves
    if source.former is not None:
        before = _read(_named_plan(source.former, source), replace(source, basis="planar"), found, own, None)
        leaves = _landuse.with_former(leaves, before.leaves)
    blocks = read.blocks if source.blocks is None else plans.read_blocks(Path(source.blocks), encoding=source.encoding)
    names = industry_names()
    _landuse.require_blocks(blocks, names)
    flags = {
        flag: _flagged(flag, leaves, read, own)
        for flag in sorted({one for use in own.known.values() for one in use.flags})
    }
    industrial = flags["industrial"].value
    supply = _landuse.supply_table(blocks, names, industrial) if blocks["supply_area"].notna().any() else _no_supply()
    faults = [read.faults, _landuse.fault_rows([*_landuse.small_plots(blocks), *_supply_faults(supply, industrial)])]
    secret = confidential_layers(ref) + study.confidential_layers(plan.layer or "")
    covered = not _supply_faults(supply, industrial)  # blocks that leave industrial land out say nothing of it
    grade = (
        worse_grade(known["grade"], *read.grades)
        if read.zones is not None
        else known["grade"]
        if source.basis == "planar"
        else None
    )
    return LandUse(
        site=known,
        basis=source.basis,
        whole=whole,
        kind="typed" if read.zones is None else "zones",
        plan=plan.layer or plan.file,
        table=_landuse.plan_table(leaves, own, grade),
        faults=pd.concat([part for part in faults if len(part)], ignore_index=True)
        if any(map(len, faults))
        else faults[0],
        unmatched=_unmatched(leaves, own),
        supply=supply,
        placement=_landuse.placement_table(blocks, names),
        grade=grade,
        leaves=leaves,
        shape=found.frame,
        regions=read.regions,
        blocks=_block_shapes(read, own) if source.blocks is None else None,
        flags=flags,
        smallest_green=_smallest_green(read, own),
        smallest_plot=_smallest_plot(blocks, read, drawn=source.blocks is None) if covered else None,
        restricted=_restricted(blocks) if covered else math.nan,
        stated_total=read.stated_total,
        story={"encoding": plan.encoding, "sheet": plan.sheet},
        confidential=tuple(dict.fromkeys(secret)),
    )


def _whole(known: Mapping[str, Any], basis: str) -> float:
    """Return the 구역면적 (m²) that a plan is to add to."""
    if basis == "planar":
        return float(known["planar_area"])
    if pd.isna(known["official_area"]):
        raise InputError("landuse.no_official", site=known["name"])
    return float(known["official_area"])


def _plan(source: PlanSource, key: str) -> Plan | None:
    return plans.kept_plan(key) if source.plan is None else _named_plan(source.plan, source)


def _named_plan(named: str, source: PlanSource) -> Plan:
    """Return the plan of a typed file, or the zones of a layer or another file."""
    is_layer = named in study.known_layers() or any(named in (one.name, one.title) for one in store.layers())
    if not is_layer and Path(named).suffix.lower() in TYPED_ENDINGS:
        return plans.read_plan(Path(named), encoding=source.encoding, sheet=source.sheet)
    return Plan(named, plans.empty_rows(), plans.empty_blocks(), layer=named, column=source.column)


@dataclass(frozen=True)
class _Read:
    """A plan as leaves of one site, with the zones that it was measured from."""

    leaves: pd.DataFrame
    faults: pd.DataFrame
    blocks: pd.DataFrame
    zones: gpd.GeoDataFrame | None = None
    regions: gpd.GeoDataFrame | None = None
    grades: tuple[str | None, ...] = ()
    schematic: bool = False
    stated_total: float = math.nan


def _read(plan: Plan, source: PlanSource, found: SourceLayer, own: Uses, whole: float | None) -> _Read:
    """Return the leaves of a plan; those of a typed one with their difference from `whole` m², where that is asked."""
    if plan.layer is None:
        typed = _landuse.typed(plan.rows, own, plan.step)
        leaves = typed.leaves if whole is None else _landuse.with_difference(typed.leaves, whole)
        return _Read(leaves, typed.faults, plan.blocks, stated_total=typed.stated_total)
    if source.basis != "planar":
        raise InputError("landuse.basis_zones", layer=plan.layer)
    zones, nameless = _zones(plan, source, found, own)
    measured = _landuse.zoned(zones, found.frame, own)
    schematic = SCHEMATIC in (found.frame["grade"].iloc[0], *zones["grade"])
    blocks = _zone_blocks(measured.zones, own) if "block" in zones else plan.blocks
    faults = pd.concat(
        [part for part in (measured.faults, nameless) if len(part)] or [measured.faults], ignore_index=True
    )
    return _Read(
        measured.leaves, faults, blocks, measured.zones, measured.regions, tuple(set(zones["grade"])), schematic
    )


def _zones(plan: Plan, source: PlanSource, found: SourceLayer, own: Uses) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the zones of a layer with their uses, and what is left out: those without a use, those far outside."""
    frame = study.source_layer(plan.layer, Reading(crs=source.crs, encoding=source.encoding, layer=source.sheet)).frame
    frame = reproject(frame, crs_name(found.frame.crs))
    places = plans.column_places(frame.columns, plans.plan_headings())
    column = _use_column(plan, frame, places, own)
    columns = {name: frame.columns[place] for name, place in places.items()}
    detail = (
        frame[columns["detail"]] if "detail" in columns and plan.column is None else pd.Series(None, index=frame.index)
    )
    labels = [_landuse.use_id(own, _word(use), _word(fine)) for use, fine in zip(frame[column], detail, strict=True)]
    more: dict[str, pd.Series] = {
        name: frame[columns[name]].map(_word) for name in ("phase", "note", "block", "ksic") if name in columns
    }
    if "transfer" in columns:
        more["transfer"] = frame[columns["transfer"]].map(_transfer)
    kept = ["id", "name", "grade", "geometry", *(one for one in ("vertex_sigma", "own_sigma") if one in frame)]
    zones = frame[kept].assign(use=labels, **more)
    left: list[dict[str, Any]] = [
        {"plan_fault": "no_use", "row": row.id, "zone": row.name, "other_zone": None, "fault_area": row.geometry.area}
        for row in zones[zones["use"].isna()].itertuples()
    ]
    zones = zones[zones["use"].notna()]
    apart = np.ones(len(zones), dtype=bool)
    apart[zones.sindex.query(found.frame.geometry.iloc[0], predicate="intersects")] = False
    if int(apart.sum()) > MOST_OUTSIDE:
        far = zones[apart]
        left.append(
            {
                "plan_fault": "outside_many",
                "row": f"{len(far):,}",
                "zone": None,
                "other_zone": None,
                "fault_area": far.area.sum(),
            }
        )
        zones = zones[~apart]
    return zones, _landuse.fault_rows(left)


def _use_column(plan: Plan, frame: gpd.GeoDataFrame, places: Mapping[str, int], own: Uses) -> str:
    """Return the column that says the use: the one named, one with such a heading, or one whose words are uses."""
    columns = [name for name in frame.columns if name != frame.geometry.name]
    if plan.column is not None:
        if plan.column not in columns:
            raise InputError("landuse.column", column=plan.column, layer=plan.layer, known=", ".join(columns))
        return plan.column
    if "use" in places:
        return str(frame.columns[places["use"]])
    for name in columns:
        words = [_word(value) for value in frame[name].dropna()]
        if words and sum(own.named(word) is not None for word in words) * 2 > len(words):
            return name
    raise InputError("landuse.use_column", layer=plan.layer, known=", ".join(columns))


def _word(value: Any) -> str | None:
    return None if value is None or pd.isna(value) or not str(value).strip() else str(value).strip()


def _transfer(value: Any) -> str | None:
    word = _landuse.plain_label(_word(value))
    return "paid" if word in _landuse.PAID_WORDS else "free" if word in _landuse.FREE_WORDS else None


def _plots(zones: gpd.GeoDataFrame, own: Uses) -> gpd.GeoDataFrame:
    """Return the industrial zones that lie in a block: each shape is a plot."""
    industrial = zones["use"].map(lambda use: _has(own, use, "industrial", "mixed")).astype(bool)
    return zones[industrial & zones["block"].notna()]


def _block_shapes(read: _Read, own: Uses) -> gpd.GeoDataFrame | None:
    """Return the land of each block, as zones draw it; None where they draw none."""
    if read.zones is None or "block" not in read.zones:
        return None
    plots = _plots(read.zones, own)
    lands = {block: shapely.union_all(part.geometry.to_numpy()) for block, part in plots.groupby("block")}
    made = gpd.GeoDataFrame({"id": list(lands)}, geometry=list(lands.values()), crs=read.zones.crs)
    return made.set_index("id", drop=False) if len(made) else None


def _zone_blocks(zones: gpd.GeoDataFrame, own: Uses) -> pd.DataFrame:
    """Return the plots of zones as rows of blocks."""
    plots = _plots(zones, own)
    codes = plots["ksic"] if "ksic" in plots else pd.Series("", index=plots.index)
    rows = plans.empty_blocks()
    made = pd.DataFrame(
        {
            "row": plots["id"], "block": plots["block"], "restricted": None, "note": None,
            "ksic": [plans.industry_codes(code, row, "") for code, row in zip(codes, plots["id"], strict=True)],
            "supply_area": [
                area if own.has_flag(own.lineage(use)[0], "industrial") else math.nan
                for area, use in zip(plots.area, plots["use"], strict=True)
            ],
            "smallest_plot": plots.area,
        }
    ).reset_index(drop=True)  # fmt: skip
    return made if len(made) else rows


def _has(own: Uses, use: str, *flags: str) -> bool:
    return any(own.has_flag(one, *flags) for one in own.lineage(use))


def _flagged(flag: str, leaves: pd.DataFrame, read: _Read, own: Uses) -> Quantity:
    """Return the area (m²) of all uses with a flag, with the error of the zones' boundaries where it is known."""
    mine = [use for use in leaves.index if use not in (UNASSIGNED, CONTESTED, DIFFERENCE) and _has(own, use, flag)]
    area = math.fsum(leaves.loc[mine, "area"])
    if read.zones is None or read.regions is None:
        return Quantity(area)
    shapes = read.regions.loc[[use for use in mine if use in read.regions.index]].geometry.to_numpy()
    return Quantity(area, *_error(shapely.union_all(shapes), read))


def _error(shape: shapely.Geometry, read: _Read) -> tuple[float, bool]:
    """Return the standard deviation of an area cut by zones, all vertices off to one side, and whether it is schematic."""
    grade = worse_grade(*read.grades) if read.grades else None
    if shape.is_empty or read.zones is None:
        return math.nan, read.schematic
    row = gpd.GeoDataFrame({"grade": [grade]}, geometry=[shape], crs=read.zones.crs)
    if "vertex_sigma" in read.zones and read.zones["vertex_sigma"].notna().any():
        row = row.assign(vertex_sigma=read.zones["vertex_sigma"].astype(float).max(), own_sigma=True)
    return float(area_sigmas(row, catalog.vertex_sigmas())["sigma_correlated"].iloc[0]), read.schematic


def _smallest_green(read: _Read, own: Uses) -> Quantity | None:
    """Return the smallest piece of green: adjoining greens and parks are one. None where nobody drew them."""
    if read.regions is None:
        return None
    mine = [use for use in read.regions.index if use not in (UNASSIGNED, CONTESTED) and _has(own, use, "green", "park")]
    parts = shapely.get_parts(shapely.union_all(read.regions.loc[mine].geometry.to_numpy()))
    pieces = sorted((part for part in parts if part.area >= LEAST_GREEN), key=shapely.area)
    return Quantity(pieces[0].area, *_error(pieces[0], read)) if pieces else None


def _smallest_plot(blocks: pd.DataFrame, read: _Read, *, drawn: bool) -> Quantity | None:
    """Return the smallest plot that blocks state or, where `drawn`, zones draw; None where one of them does not."""
    sizes = blocks["smallest_plot"]
    if sizes.empty or sizes.isna().any():
        return None
    least = blocks.loc[sizes.idxmin()]
    if not drawn or read.zones is None or "block" not in read.zones:
        return Quantity(least["smallest_plot"])
    return Quantity(least["smallest_plot"], *_error(read.zones.geometry.at[least["row"]], read))


def _restricted(blocks: pd.DataFrame) -> float:
    """Return the area (m²) of the blocks for restricted industries; NaN where a block does not say."""
    if blocks.empty or blocks["restricted"].isna().any() or blocks["supply_area"].isna().any():
        return math.nan
    return math.fsum(blocks.loc[blocks["restricted"].eq(True), "supply_area"])


def _supply_faults(supply: pd.DataFrame, industrial: float) -> list[dict[str, Any]]:
    rest = supply.loc[supply["block"] == DIFFERENCE, "supply_area"]
    return (
        [{"plan_fault": "supply_differs", "row": "", "zone": None, "other_zone": None, "fault_area": rest.iloc[0]}]
        if len(rest)
        else []
    )


def _no_supply() -> pd.DataFrame:
    return pd.DataFrame(columns=list(_landuse.SUPPLY_COLUMNS))


def _unmatched(leaves: pd.DataFrame, own: Uses) -> pd.DataFrame:
    """Return the words that are no known use, with the category that each lies in and its area."""
    rows = [
        {"id": use, "use": own.use(use).name, "parent": own.use(use).parent, "planned_area": leaves.at[use, "area"]}
        for use in leaves.index
        if use not in own.known and use not in (UNASSIGNED, CONTESTED, DIFFERENCE)
    ]
    return pd.DataFrame(rows, columns=["id", "use", "parent", "planned_area"])


def _without_plan(known: dict[str, Any], basis: str, whole: float, shape: gpd.GeoDataFrame) -> LandUse:
    """Return the table of a site without a plan: its area, and nothing about uses."""
    row = {"id": TOTAL, "level": 0, "use": TOTAL, "use_en": TOTAL, "planned_area": whole, "grade": known["grade"]}
    table = pd.DataFrame([row]).reindex(columns=list(_landuse.TABLE_COLUMNS))
    amounts = [name for name in table.columns if name.endswith("_area") or name == "share_pct"]
    table[amounts] = table[amounts].astype(float)
    table["geodesic_area"] = float(known["area"])
    empty = pd.DataFrame(columns=list(_landuse.LEAF_COLUMNS))
    return LandUse(
        known, basis, whole, None, None, table, _landuse.fault_rows(), _unmatched(empty, uses()), _no_supply(),
        _landuse.placement_table(plans.empty_blocks(), {}), known["grade"], empty, shape,
    )  # fmt: skip


def keep(ref: SiteRef, plan: Plan, reading: Reading | None = None) -> int:
    """Keep a plan as the latest version of its site's; return its number.

    Raises
    ------
    InputError
        Where a row or block of it is wrong; nothing is kept then.
    """
    own = uses()
    if plan.layer is None:
        _landuse.typed(plan.rows, own, plan.step)
    _landuse.require_blocks(plan.blocks, industry_names())
    found = site(ref, reading)
    hidden = bool(confidential_layers(ref))
    return plans.keep_plan(site_key(ref, reading), _title(found), plan, confidential=hidden)


def _title(found: SourceLayer) -> str:
    return t("landuse.plan_title", name=found.frame["name"].iloc[0])


def keep_named(ref: SiteRef, source: PlanSource, reading: Reading | None = None) -> int:
    """Keep the plan that a person named; zones of a file become a layer first."""
    if source.plan is None:
        raise InputError("landuse.keep_what")
    plan = _named_plan(source.plan, source)
    if source.blocks is not None:
        plan = replace(plan, blocks=plans.read_blocks(Path(source.blocks), encoding=source.encoding))
    if plan.layer is not None:
        land_use(ref, source, reading)
        if plan.layer not in study.known_layers():
            arrived = imports.arrival(
                Path(plan.layer), Reading(crs=source.crs, encoding=source.encoding, layer=source.sheet)
            )
            plan = replace(plan, layer=imports.keep(arrived)[0].name)
    return keep(ref, plan, reading)


def kept(ref: SiteRef) -> Plan | None:
    """Return the plan that was kept last for a site; None where none was."""
    return plans.kept_plan(site_key(ref))


def former_versions(ref: SiteRef) -> list[Version]:
    """Return every kept version of a site's plan, the oldest first."""
    return plans.versions(site_key(ref))


def uploaded_plan(content: bytes, file: str) -> Plan:
    """Return a typed plan that was dropped on a page."""
    return plans.read_plan(content, file)


def layer_columns(name: str) -> list[str]:
    """Return the columns of a layer that may say the use of its zones."""
    frame = study.source_layer(name).frame
    return [str(column) for column in frame.columns if column != frame.geometry.name]


def keep_drawn(ref: SiteRef, drawn: tuple[tuple[str, str], ...]) -> int:
    """Keep polygons drawn on the map (GeoJSON text, word of the use) as a layer of zones and as the site's plan."""
    found = site(ref)
    shape = found.frame.geometry.iloc[0]
    frames = []
    for number, (geometry, use) in enumerate(drawn, start=1):
        one = reproject(study.drawn_site(json.loads(geometry), str(number)).frame, crs_name(found.frame.crs))
        if one.geometry.iloc[0].intersects(shape):
            frames.append(one.assign(용도=use, name=f"{use} {number}"))
    if not frames:
        raise InputError("landuse.drawn_outside")
    zones = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=found.frame.crs)
    title = _title(found)
    arrived = frame_arrival(
        zones[["id", "name", "용도", "geometry"]], title, {"file": title, "crs": crs_name(zones.crs)}
    )
    layer = imports.keep(arrived, Keeping(title=title, confidential=bool(confidential_layers(ref))))[0]
    plan = Plan(layer.title, plans.empty_rows(), plans.empty_blocks(), layer=layer.name, column="용도")
    return keep(ref, plan)
