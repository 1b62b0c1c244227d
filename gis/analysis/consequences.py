"""What an alternative asks for and costs, as ranges: what nobody knows stays unknown and is named.

Every figure is an amount times a rate, each from its low to its high end; ends are never averaged. A sum of which one
part is unknown has no high end.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.crs import require_work_crs
from gis.model import Range

UTILITIES = ("industrial_water", "living_water", "wastewater", "power", "gas")
"""공업용수, 생활용수, 폐수, 전력, 가스."""
SUPPLY_STORY = ("supply_source", "supply_definition", "supply_definition_en")
DEMAND_COLUMNS = (
    "utility", "per", "amount_low", "amount_high", "rate_low", "rate_high", "rate_unit", "demand_low", "demand_high",
    "unit", "supply", "lack_low", "lack_high", "finding", "missing", "source", "confidence", "note", "note_en",
    "supply_partial", *SUPPLY_STORY,
)  # fmt: skip
COMPENSATION_COLUMNS = (
    "land_category", "count", "unpriced_count", "incorporated_area", "priced_area", "public_price", "factor_low",
    "factor_high", "cost_low", "cost_high", "missing",
)  # fmt: skip
REACH_COLUMNS = ("measure", "distance", "count_low", "count_estimate", "count_high", "units", "unknown_units")
ENOUGH, SHORT, OPEN, UNKNOWN = "enough", "short", "open", "unknown"
"""What supply is to demand: it covers the high end, not the low one, lies between, or one of them is unknown."""
ALL = "*"
"""A factor for every 지목 that has none of its own."""


def demands(rates: pd.DataFrame, amounts: Mapping[str, Range], supply: pd.DataFrame) -> pd.DataFrame:
    """Return what each utility is asked for: rate × amount, beside what is supplied.

    Parameters
    ----------
    rates
        A row a rate: `utility` (also an amount such as `workers` that others rest on), `per` (what it is per), `low`,
        `high`, `rate_unit`, `unit` of the result, `source`, `confidence`; rows stand after what they rest on.
    amounts
        What is known: m² of industrial land, persons; a missing one is unknown.
    supply
        Index utility: `supply` in the unit of the result, `partial` (of a part of the site alone), `source`,
        `definition`, `definition_en`.

    Returns
    -------
    DataFrame
        `missing` names what is unknown: the amount, the rate (`rate`) or the supply. `lack` is demand less supply.
    """
    known, rows = dict(amounts), []
    for rate in rates.to_dict("records"):
        amount, value = known.get(rate["per"], Range()), Range(rate["low"], rate["high"])
        demand = amount * value
        known.setdefault(rate["utility"], demand)
        given, partial, *story = _supplied(supply, rate["utility"])
        absent = ([] if amount.known else [rate["per"]]) + ([] if value.known else ["rate"])
        absent += ["supply"] if math.isnan(given) and rate["utility"] in UTILITIES else []
        rows.append(
            {
                "utility": rate["utility"], "per": rate["per"],
                "amount_low": amount.low, "amount_high": amount.high,
                "rate_low": value.low, "rate_high": value.high, "rate_unit": rate["rate_unit"],
                "demand_low": demand.low, "demand_high": demand.high, "unit": rate["unit"],
                "supply": given, "lack_low": demand.low - given, "lack_high": demand.high - given,
                "finding": finding(demand, given, partial) if rate["utility"] in UTILITIES else None,
                "missing": "|".join(absent) or None, "source": rate["source"], "confidence": rate["confidence"],
                "note": rate["note"], "note_en": rate["note_en"], "supply_partial": partial,
                **dict(zip(SUPPLY_STORY, story, strict=True)),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(DEMAND_COLUMNS))


def _supplied(supply: pd.DataFrame, utility: str) -> tuple[Any, ...]:
    if utility not in supply.index:
        return math.nan, False, None, None, None
    return tuple(supply.loc[utility, ["supply", "partial", "source", "definition", "definition_en"]])


def finding(demand: Range, supply: float, partial: bool = False) -> str:
    """Return whether a supply is enough, short, or cannot be told; a `partial` one may still grow, so it is never short."""
    if math.isnan(supply) or math.isnan(demand.low):
        return UNKNOWN
    if supply < demand.low:
        return UNKNOWN if partial else SHORT
    if math.isnan(demand.high):
        return UNKNOWN
    return ENOUGH if supply >= demand.high else OPEN


def compensation(parcels: pd.DataFrame, factors: Mapping[str, Range]) -> pd.DataFrame:
    """Return a rough 보상비 of land by 지목: incorporated area × 공시지가 × factor. The last row is the sum.

    Parameters
    ----------
    parcels
        `land_category`, `incorporated_area` (m²), `land_price` (KRW per m²); NaN where unknown.
    factors
        Compensation over 공시지가 by 지목, `*` for every other.

    Returns
    -------
    DataFrame
        A parcel without area or price adds nothing to the low end and leaves the high end unknown; `unpriced_count`
        counts them.
    """
    priced = parcels["incorporated_area"].notna() & parcels["land_price"].notna()
    price = (parcels["incorporated_area"] * parcels["land_price"]).where(priced, 0.0)
    category = parcels["land_category"].astype(object).where(parcels["land_category"].notna(), None)
    table = parcels.assign(priced=priced, price=price, category=category)
    rows = [_compensated(name, rows, factors) for name, rows in table.groupby("category", sort=True, dropna=False)]
    known = [row for row in rows if not math.isnan(row["factor_low"])]
    total = {name: sum(row[name] for row in rows) for name in COMPENSATION_COLUMNS[1:6]}
    low = math.fsum(row["cost_low"] for row in known) if known else math.nan
    high = math.fsum(row["cost_high"] for row in rows) if rows else math.nan
    ends = {"cost_low": low, "cost_high": high, "missing": _joined(row["missing"] for row in rows)}
    return pd.DataFrame([*rows, {"land_category": None, **total, **ends}], columns=list(COMPENSATION_COLUMNS))


def _compensated(name: object, rows: pd.DataFrame, factors: Mapping[str, Range]) -> dict[str, Any]:
    factor = factors.get(str(name), factors.get(ALL, Range()))
    priced = rows["priced"]
    base = math.fsum(rows["price"])
    absent = ([] if priced.all() else ["land_price"]) + ([] if factor.known else ["factor"])
    return {
        "land_category": name if isinstance(name, str) else None,
        "count": len(rows),
        "unpriced_count": int((~priced).sum()),
        "incorporated_area": float(rows["incorporated_area"].sum()),
        "priced_area": float(rows.loc[priced, "incorporated_area"].sum()),
        "public_price": base,
        "factor_low": factor.low,
        "factor_high": factor.high,
        "cost_low": base * factor.low,
        "cost_high": base * factor.high if priced.all() else math.nan,
        "missing": "|".join(absent) or None,
    }


def _joined(words: Iterable[str | None]) -> str | None:
    return "|".join(dict.fromkeys(one for word in words if word for one in word.split("|"))) or None


def unit_cost(parts: Mapping[str, Range], paid_area: Range) -> Range:
    """Return 조성원가 per m² of land that is sold: all parts over the paid area.

    A part that is unknown leaves the high end unknown: the low end is that of the parts that are known.
    """
    low = math.fsum(part.low for part in parts.values() if not math.isnan(part.low)) if parts else math.nan
    high = math.fsum(part.high for part in parts.values()) if parts else math.nan
    if not any(not math.isnan(part.low) for part in parts.values()):
        low = math.nan
    return Range(low, high) / paid_area


def within_reach(
    site: gpd.GeoDataFrame, units: gpd.GeoDataFrame, measures: Iterable[str], distance: float
) -> pd.DataFrame:
    """Return how many people live or work within `distance` (m) of a site (one row), by districts with figures.

    Nobody knows where in a district its people are: the low end counts districts that lie wholly within reach, the high
    end all that it touches; the estimate shares a district's figure by area.

    Parameters
    ----------
    units
        Polygons with a column for each measure, NaN where the figure is hidden or missing, in the CRS of the site.
    """
    require_work_crs(site)
    near = shapely.buffer(site.geometry.iloc[0], distance, quad_segs=64)
    shapes = units.geometry.to_numpy()
    touched = shapely.intersects(shapes, near)
    share = np.zeros(len(units))
    share[touched] = shapely.area(shapely.intersection(shapes[touched], near)) / shapely.area(shapes[touched])
    inside = share >= 1 - 1e-9
    rows = []
    for measure in measures:
        figures = units[measure].to_numpy(dtype=float)
        unknown = touched & np.isnan(figures) & (share > 0)
        known = np.nan_to_num(figures)
        low, high = known[inside].sum(), known[touched & (share > 0)].sum()
        whole = not unknown.any()
        rows.append(
            [
                measure, distance, low, (known * share).sum() if whole else math.nan, high if whole else math.nan,
                int((touched & (share > 0)).sum()), int(unknown.sum()),
            ]
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(REACH_COLUMNS))
