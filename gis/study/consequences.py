"""What an alternative asks for, costs and reaches, end to end: for one site, under the scenario in use."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from gis import study
from gis.analysis import claims as _claims
from gis.analysis import consequences as _consequences
from gis.analysis.consequences import UTILITIES
from gis.crs import crs_name, to_work_crs
from gis.errors import GisError
from gis.io import catalog
from gis.io.unit_values import UnitValues
from gis.model import Range
from gis.study import active, firms, phases
from gis.study.landuse import land_use
from gis.study.overlay import Overlay, overlay_of
from gis.study.phases import Span
from gis.study.rates import used_values
from gis.study.register import LandRegister, land_register, parcel_layers
from gis.study.rules import Review, review
from gis.study.said import AMOUNTS, Reach, Said, kept
from gis.study.sites import SiteRef, site

LAND = "land"
"""The part of the cost that is the compensation."""
FROM_PLAN = {"industrial_area": ("industrial", "planned_area"), "paid_area": ("total", "paid_area")}
FROM_RECORD = {"industrial_area": "industrial_area", "workers": "workers_planned", "residents": "residents_planned"}
PRICE_QUANTITIES = ("land_price", "unit_cost")
SALE_QUANTITIES = ("industrial_area", "sold_area", "unsold_area", "sold_share", "demand_ratio")
SALE_COLUMNS = (
    "complex",
    "quantity",
    "value",
    "unit",
    "definition",
    "definition_en",
    "as_of",
    "source",
    "rank",
    "note",
    "note_en",
)
PRICE_COLUMNS = (
    "complex",
    "value",
    "unit",
    "definition",
    "definition_en",
    "as_of",
    "source",
    "rank",
    "in_use",
    "note",
    "note_en",
)
AMOUNT_COLUMNS = ("amount", "amount_low", "amount_high", "unit", "way", "source")
PART_COLUMNS = ("part", "cost_low", "cost_high", "way", "missing")
MEASURES = ("population", "workers")


@dataclass(frozen=True)
class Consequences:
    """What an alternative means for one site; each table has a row for what is unknown, and says why.

    `cost` is 조성원가 in KRW per m² of paid area.
    """

    site: dict[str, Any]
    scenario: str | None
    said: Said
    amounts: pd.DataFrame
    demand: pd.DataFrame
    compensation: pd.DataFrame | None
    parts: pd.DataFrame
    cost: Range
    prices: pd.DataFrame
    sales: pd.DataFrame
    firm_demand: Range
    reach: pd.DataFrame | None
    reach_missing: str | None
    register_missing: str | None
    years: pd.DataFrame
    first_complete: int | None
    overlay: Overlay
    review: Review


def consequences(ref: SiteRef, said: Said | None = None) -> Consequences:
    """Return what the alternative in use asks for, costs and reaches at a site.

    Raises
    ------
    UnknownNameError
        Where there is no such site, or what a person says names something that there is not.
    """
    row = site(ref)
    subject = str(row.frame["id"].iloc[0])
    told = kept(ref) if said is None else said
    values, ledger = used_values(), catalog.claims()
    ranges = dict(told.ranges)
    measured = study.areas(row).iloc[0].to_dict()
    amounts = _amounts(ref, subject, ranges, ledger, measured)
    known = {
        name: Range(low, high)
        for name, low, high in amounts[["amount", "amount_low", "amount_high"]].itertuples(index=False)
    }
    register, register_missing = _register(ref)
    compensation = None if register is None else _compensation(register, values)
    parts = _parts(values, ranges, compensation)
    reach, reach_missing = _reach(row.frame, told.reach)
    return Consequences(
        site=measured,
        scenario=active.name(),
        said=told,
        amounts=amounts,
        demand=_consequences.demands(values.rates, known, _supply(subject, ranges, ledger)),
        compensation=compensation,
        parts=parts,
        cost=_consequences.unit_cost(
            {
                name: Range(low, high)
                for name, low, high in parts[["part", "cost_low", "cost_high"]].itertuples(index=False)
            },
            known["paid_area"],
        ),
        prices=_stated(ledger, PRICE_QUANTITIES).reindex(columns=list(PRICE_COLUMNS)),
        sales=_stated(ledger, SALE_QUANTITIES).reindex(columns=list(SALE_COLUMNS)),
        firm_demand=_firm_demand(known, subject, ledger),
        reach=reach,
        reach_missing=reach_missing,
        register_missing=register_missing,
        years=_completeness(),
        first_complete=phases.first_complete(Span()),
        overlay=overlay_of(ref),
        review=review(ref),
    )


def _completeness() -> pd.DataFrame:
    """Return the completeness of the chain by year, of the region by plan."""
    curves = phases.answer(Span()).curves
    chosen = curves[(curves["scope"] == "region") & (curves["basis"] == "plan") & (curves["track"] == phases.USUAL)]
    return chosen.reset_index(drop=True)


def _amounts(
    ref: SiteRef, subject: str, ranges: Mapping[str, Range], ledger: pd.DataFrame, measured: Mapping[str, Any]
) -> pd.DataFrame:
    """Return each amount, from where it is known: said by a person, measured, planned, or stated in the record."""
    plan = land_use(ref)
    rows = []
    for name, unit in AMOUNTS.items():
        if name in ranges:
            rows.append([name, ranges[name].low, ranges[name].high, unit, "said", None])
            continue
        if name == "site_area":
            rows.append([name, *_site_area(measured), unit, *_site_way(measured)])
            continue
        planned = plan.amount(*FROM_PLAN[name]) if name in FROM_PLAN and plan.kind is not None else math.nan
        claim = _claims.claim_in_use(ledger, subject, FROM_RECORD[name]) if name in FROM_RECORD else None
        if not math.isnan(planned):
            rows.append([name, planned, planned, unit, "plan", None])
        elif claim is not None and not pd.isna(claim["value"]):
            rows.append([name, float(claim["value"]), float(claim["value"]), unit, "record", claim["source"]])
        else:
            rows.append([name, math.nan, math.nan, unit, "unknown", None])
    table = pd.DataFrame(rows, columns=list(AMOUNT_COLUMNS))
    return table.astype({"amount_low": float, "amount_high": float})


def _site_area(measured: Mapping[str, Any]) -> tuple[float, float]:
    area = measured["official_area"] if _of_record(measured) else measured["planar_area"]
    return area, area


def _of_record(measured: Mapping[str, Any]) -> bool:
    """Return whether the stated area is that of this outline: a proposed one, which has no grade, is as it was drawn."""
    return isinstance(measured["grade"], str) and not math.isnan(measured["official_area"])


def _site_way(measured: Mapping[str, Any]) -> tuple[str, None]:
    return ("record" if _of_record(measured) else "measured"), None


def _supply(subject: str, ranges: Mapping[str, Range], ledger: pd.DataFrame) -> pd.DataFrame:
    """Return what is supplied, as a person says or the record states; the low end of a range counts."""
    rows = {}
    for utility in UTILITIES:
        if f"supply.{utility}" in ranges:
            rows[utility] = [ranges[f"supply.{utility}"].low, False, None, None, None]
            continue
        for quantity in (f"{utility}_supply_phase", f"{utility}_supply"):
            claim = _claims.claim_in_use(ledger, subject, quantity)
            if claim is not None and not pd.isna(claim["value"]):
                story = [claim[name] for name in ("source", "definition", "definition_en")]
                rows[utility] = [float(claim["value"]), quantity.endswith("phase"), *story]
    columns = ["supply", "partial", "source", "definition", "definition_en"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _register(ref: SiteRef) -> tuple[LandRegister | None, str | None]:
    """Return the land schedule of a site; where it cannot be made, why."""
    if not parcel_layers():
        return None, "parcels"
    try:
        return land_register(ref), None
    except GisError as error:
        return None, str(error)


def _compensation(register: LandRegister, values: UnitValues) -> pd.DataFrame:
    factors = {
        name: Range(low, high)
        for name, low, high in values.factors[["land_category", "low", "high"]].itertuples(index=False)
    }
    return _consequences.compensation(register.schedule.rows, factors)


def _parts(values: UnitValues, ranges: Mapping[str, Range], compensation: pd.DataFrame | None) -> pd.DataFrame:
    """Return the parts of the cost: as a person says, the land from the register, else unknown."""
    rows = []
    for part in values.parts["id"]:
        if f"cost.{part}" in ranges:
            said = ranges[f"cost.{part}"]
            rows.append([part, said.low, said.high, "said", None])
        elif part == LAND and compensation is not None:
            total = compensation.iloc[-1]
            rows.append([part, total["cost_low"], total["cost_high"], "register", total["missing"]])
        else:
            rows.append([part, math.nan, math.nan, "unknown", f"cost.{part}"])
    return pd.DataFrame(rows, columns=list(PART_COLUMNS)).astype({"cost_low": float, "cost_high": float})


def _stated(ledger: pd.DataFrame, quantities: tuple[str, ...]) -> pd.DataFrame:
    """Return what the record states of these quantities, by complex and date, with the gaps it names."""
    rows = ledger[ledger["quantity"].isin(quantities)].rename(columns={"subject": "complex"})
    return rows.sort_values(["complex", "quantity", "as_of"], kind="stable").reset_index(drop=True)


def _firm_demand(known: Mapping[str, Range], subject: str, ledger: pd.DataFrame) -> Range:
    """Return the land (m²) that firms ask for at a site: said by a person, or the stated ratio × the industrial land."""
    if known["firm_demand_area"].known:
        return known["firm_demand_area"]
    ratio = _claims.claim_in_use(ledger, subject, "demand_ratio")
    if ratio is None or pd.isna(ratio["value"]):
        return Range()
    share = float(ratio["value"]) / 100
    return known["industrial_area"] * Range(share, share)


def _reach(frame: gpd.GeoDataFrame, asked: Reach) -> tuple[pd.DataFrame | None, str | None]:
    """Return who lives and works within reach; where nobody can tell, why."""
    if asked.people is None:
        return None, "people"
    try:
        level = "sigungu" if asked.boundaries is None else "emd"
        report = firms.people_report(firms.kept_or_file(asked.people), level=level, boundaries=asked.boundaries)
        shapes = study.source_layer(asked.boundaries or "sigungu").frame
    except GisError as error:
        return None, str(error)
    column = next(
        name for name in shapes.columns if set(report.units["unit_code"]) & {str(value)[:8] for value in shapes[name]}
    )
    drawn = to_work_crs(shapes, crs_name(frame.crs)).assign(unit_code=[str(value)[:8] for value in shapes[column]])
    measures = [name for name in MEASURES if name in report.units]
    units = drawn[["unit_code", "geometry"]].merge(report.units[["unit_code", *measures]], on="unit_code", how="left")
    found = _consequences.within_reach(frame, gpd.GeoDataFrame(units, crs=drawn.crs), measures, asked.distance)
    return found.assign(as_of=report.as_of, file=report.file), None
