"""What an alternative asks for and costs, in words: ranges with units, what is missing, and where it comes from."""

import math
from typing import Any

import pandas as pd

from gis.analysis.consequences import ENOUGH, OPEN, SHORT, UNKNOWN, UTILITIES
from gis.i18n import either, t
from gis.io.unit_values import unit_values
from gis.model import SCHEMATIC, Range, outward
from gis.study import sources
from gis.study.consequences import Consequences
from gis.study.said import AMOUNTS, Said
from gis.units import AREA_UNITS, area_text, length_text
from gis.view.landuse import site_name
from gis.view.overlay import overlay_table, people_table
from gis.view.rules import check_shown, summary_sentence
from gis.view.tables import label, money_text, value_text

TABLES = ("demand", "compensation", "parts", "prices", "sales", "reach", "years", "overlay", "check", "amounts")
SIGNS: dict[str, str] = {ENOUGH: "○", OPEN: "△", SHORT: "×", UNKNOWN: "?"}
PYEONG = "pyeong"
MISSING = ("rate", "supply", "land_price", "factor")


def tables(found: Consequences) -> dict[str, pd.DataFrame]:
    """Return every table by its name in `TABLES`, numbers as they are, with units in the names of columns."""
    made = {
        "demand": found.demand,
        "compensation": found.compensation,
        "parts": found.parts.assign(**_cost_columns(found.cost)),
        "prices": found.prices,
        "sales": found.sales,
        "reach": found.reach,
        "years": found.years,
        "overlay": overlay_table(found.overlay),
        "check": found.review.table,
        "amounts": found.amounts,
    }
    return {name: outward(table) for name, table in made.items() if table is not None}


def _cost_columns(cost: Range) -> dict[str, float]:
    return {"cost_of_paid_low_krw_per_m2": cost.low, "cost_of_paid_high_krw_per_m2": cost.high}


def people_tables(found: Consequences, unit: str) -> dict[str, pd.DataFrame]:
    """Return every table as people read it: texts, with headers in the reader's language."""
    made = {
        "demand": demand_shown(found, unit),
        "compensation": compensation_shown(found, unit),
        "parts": parts_shown(found),
        "prices": stated_shown(found.prices, unit),
        "sales": stated_shown(found.sales, unit),
        "reach": reach_shown(found),
        "years": found.years.dropna(axis=1, how="all"),
        "overlay": people_table(found.overlay, unit),
        "check": check_shown(found.review).drop(columns=["source", "note", "in_force"]),
        "amounts": amounts_shown(found, unit),
    }
    return {name: table for name, table in made.items() if len(table)}


def range_text(low: float, high: float, unit: str, area_unit: str = "m2") -> str:
    """Return a range with its unit: one value, from one to the other, at least, or unknown."""
    if math.isnan(low):
        return t("consequences.unknown")
    if math.isnan(high):
        return t("consequences.at_least", amount=quantity_text(low, unit, area_unit))
    if low == high:
        return quantity_text(low, unit, area_unit)
    return f"{quantity_text(low, unit, area_unit)} ~ {quantity_text(high, unit, area_unit)}"


def quantity_text(value: float, unit: str, area_unit: str = "m2") -> str:
    """Return a value with its unit; three digits count of a rate, none behind the point of what is counted."""
    if unit == "m2":
        return area_text(value, area_unit)
    if unit == "krw":
        return money_text(float(f"{value:.4g}"))
    return value_text({"value": float(f"{value:.3g}"), "low": None, "high": None, "unit": unit})


def amounts_shown(found: Consequences, unit: str) -> pd.DataFrame:
    """Return what is reckoned from: each amount and where it is known from."""
    rows = [
        {
            "amount": t(f"consequences.amount.{row['amount']}"),
            "value": range_text(row["amount_low"], row["amount_high"], row["unit"], unit),
            "way": way_text(row["way"], row["source"]),
        }
        for row in found.amounts.to_dict("records")
    ]
    return pd.DataFrame(rows)


def way_text(way: str, source: Any = None) -> str:
    """Return how something is known: said by a person, of the plan, of the record with its source."""
    told = t(f"consequences.way.{way}")
    return f"{told}: {source_title(source)}" if isinstance(source, str) else told


def source_title(source: Any) -> str:
    """Return the title of a source; that there is none."""
    if not isinstance(source, str):
        return t("word.no_source")
    titles = sources().set_index("id")["title"]
    return str(titles.get(source, source))


def demand_shown(found: Consequences, unit: str) -> pd.DataFrame:
    """Return what each utility is asked for beside what is supplied."""
    rows = [
        {
            "utility": utility_word(row["utility"]),
            "demand": range_text(row["demand_low"], row["demand_high"], row["unit"]),
            "supply": supply_text(row),
            "finding": finding_word(row["finding"]),
            "rate": rate_text(row),
            "per": utility_word(row["per"])
            + " "
            + range_text(row["amount_low"], row["amount_high"], per_unit(row["per"]), unit),
            "missing": missing_text(row["missing"]),
            "source": rate_source(row),
            "note": either(row["note"], row["note_en"]) or "",
        }
        for row in found.demand.to_dict("records")
    ]
    return pd.DataFrame(rows)


def utility_word(name: str) -> str:
    """Return what a utility, or an amount that utilities rest on, is called."""
    return t(f"consequences.amount.{name}") if name in AMOUNTS else t(f"consequences.utility.{name}")


def measure_word(name: str) -> str:
    """Return what is counted within reach."""
    return t(f"consequences.measure.{name}")


def supply_text(row: dict[str, Any]) -> str:
    """Return what is supplied, what it is the supply of, and who says so."""
    if math.isnan(row["supply"]):
        return t("consequences.unknown")
    told = quantity_text(row["supply"], row["unit"])
    if not isinstance(row["supply_definition"], str):
        return f"{told} ({t('consequences.way.said')})"
    definition = either(row["supply_definition"], row["supply_definition_en"])
    return f"{told} ({definition}; {source_title(row['supply_source'])})"


def per_unit(per: str) -> str:
    """Return the unit of what a rate is per."""
    return AMOUNTS.get(per, "m3_per_day" if per in UTILITIES else "persons")


def rate_text(row: dict[str, Any]) -> str:
    """Return a rate with its unit; one per m² is told per 1,000 m²."""
    scale = 1000.0 if row["rate_unit"].endswith("_per_m2") else 1.0
    return range_text(row["rate_low"] * scale, row["rate_high"] * scale, row["rate_unit"])


def rate_source(row: dict[str, Any]) -> str:
    """Return who states a rate, and how sure that is."""
    if row["confidence"] == "stated":
        return t("consequences.way.said")
    if math.isnan(row["rate_low"]):
        return t("word.no_source")
    return f"{source_title(row['source'])} ({label('confidence', row['confidence'])})"


def finding_word(finding: Any) -> str:
    """Return a finding with its sign."""
    return f"{SIGNS[finding]} {t(f'consequences.finding.{finding}')}" if isinstance(finding, str) else "–"


def missing_text(missing: Any) -> str:
    """Return what is missing, in words."""
    if not isinstance(missing, str):
        return "–"
    return " · ".join(missing_word(name) for name in missing.split("|"))


def missing_word(name: str) -> str:
    """Return one thing that is missing: an amount, a part of the cost, a rate, the supply."""
    if name.startswith("cost."):
        return label("consequences.part", name.removeprefix("cost."))
    return t(f"consequences.missing.{name}") if name in MISSING else utility_word(name)


def compensation_shown(found: Consequences, unit: str) -> pd.DataFrame:
    """Return the rough 보상비 by 지목; nothing where there is no register."""
    if found.compensation is None:
        return pd.DataFrame()
    last = len(found.compensation) - 1
    rows = [
        {
            "land_category": t("consequences.total")
            if place == last
            else row["land_category"] or t("consequences.unknown"),
            "count": f"{row['count']:,}",
            "incorporated_area": row["incorporated_area"],
            "public_price": money_text(float(f"{row['public_price']:.4g}")),
            "factor": "–" if place == last else _factor_text(row),
            "cost": range_text(row["cost_low"], row["cost_high"], "krw"),
            "missing": _unpriced_text(row),
        }
        for place, row in enumerate(found.compensation.to_dict("records"))
    ]
    return pd.DataFrame(rows)


def _factor_text(row: dict[str, Any]) -> str:
    return (
        t("consequences.unknown")
        if math.isnan(row["factor_low"])
        else f"× {row['factor_low']:g} ~ {row['factor_high']:g}"
    )


def _unpriced_text(row: dict[str, Any]) -> str:
    unpriced = int(row["unpriced_count"])
    told = [t("consequences.unpriced", count=f"{unpriced:,}")] if unpriced else []
    if isinstance(row["missing"], str) and "factor" in row["missing"]:
        told.append(t("consequences.missing.factor"))
    return " · ".join(told) or "–"


def parts_shown(found: Consequences) -> pd.DataFrame:
    """Return the parts of 조성원가, their sum, and the cost per m² and per 평 of paid area."""
    rows = [
        [
            label("consequences.part", row["part"]),
            range_text(row["cost_low"], row["cost_high"], "krw"),
            t(f"consequences.way.{row['way']}"),
        ]
        for row in found.parts.to_dict("records")
    ]
    rows += [
        [t("consequences.cost"), cost_text(found.cost), ""],
        [t("consequences.cost_pyeong"), cost_text(found.cost, PYEONG), ""],
    ]
    return pd.DataFrame(rows, columns=["part_of_cost", "cost", "way"])


def cost_text(cost: Range, per: str = "m2") -> str:
    """Return 조성원가 per m² or per 평."""
    size = float(AREA_UNITS[per])
    return range_text(cost.low * size, cost.high * size, f"krw_per_{per}")


def stated_shown(table: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return what the record states of several complexes, with dates, sources and notes."""
    rows = [
        {
            "complex": label("place", row["complex"]),
            "definition": either(row["definition"], row["definition_en"]),
            "value": t("consequences.unknown")
            if row["value"] is None
            else value_text({"low": None, "high": None, "stated": None} | row, unit),
            "as_of": row["as_of"] or t("consequences.no_date"),
            "source": source_title(row["source"]),
            "rank": label("rank", row["rank"]) if isinstance(row["rank"], str) else "–",
            "note": either(row["note"], row["note_en"]) or "",
        }
        for row in table.astype(object).where(table.notna(), None).to_dict("records")
    ]
    return pd.DataFrame(rows)


def reach_shown(found: Consequences) -> pd.DataFrame:
    """Return who lives and works within reach; nothing where nobody is counted."""
    if found.reach is None:
        return pd.DataFrame()
    rows = [
        {
            "measure": measure_word(row["measure"]),
            "distance": row["distance"],
            "value": range_text(row["count_low"], row["count_high"], "persons"),
            "estimate": t("consequences.unknown")
            if math.isnan(row["count_estimate"])
            else quantity_text(row["count_estimate"], "persons"),
            "districts": f"{row['units']:,}",
            "missing": t("consequences.hidden", count=row["unknown_units"]) if row["unknown_units"] else "–",
            "as_of": row["as_of"] or t("consequences.no_date"),
            "source": row["file"],
        }
        for row in found.reach.to_dict("records")
    ]
    return pd.DataFrame(rows)


def sentences(found: Consequences, unit: str) -> list[str]:
    """Return what follows, in words: what is asked for, what it costs, who asks for land, who is within reach."""
    name = site_name(found.site)
    schematic = [t("consequences.schematic", name=name)] if found.site["grade"] == SCHEMATIC else []
    return [
        *schematic,
        _demand_sentence(found, name),
        _compensation_sentence(found, name),
        _cost_sentence(found, name),
        _sales_sentence(found, name, unit),
        _reach_sentence(found, name),
        _years_sentence(found),
        summary_sentence(found.review),
    ]


def _years_sentence(found: Consequences) -> str:
    if found.first_complete is None:
        return t("consequences.never_complete")
    return t("consequences.first_complete", year=found.first_complete)


def _demand_sentence(found: Consequences, name: str) -> str:
    rows = found.demand[found.demand["utility"].isin(UTILITIES)]
    known = [
        f"{utility_word(row['utility'])} {range_text(row['demand_low'], row['demand_high'], row['unit'])}"
        f" ({finding_word(row['finding'])})"
        for row in rows.to_dict("records")
        if not math.isnan(row["demand_low"])
    ]
    unknown = [
        f"{utility_word(row['utility'])} ({missing_text(row['missing'])})"
        for row in rows.to_dict("records")
        if math.isnan(row["demand_low"])
    ]
    told = [t("consequences.demand_known", name=name, demands=", ".join(known))] if known else []
    told += [t("consequences.demand_unknown", name=name, demands=", ".join(unknown))] if unknown else []
    return " ".join(told)


def _compensation_sentence(found: Consequences, name: str) -> str:
    if found.compensation is None:
        missing = t("consequences.no_parcels") if found.register_missing == "parcels" else str(found.register_missing)
        return t("consequences.compensation_unknown", name=name, missing=missing)
    total = found.compensation.iloc[-1]
    if math.isnan(total["cost_low"]):
        price = quantity_text(total["public_price"], "krw")
        return t("consequences.compensation_open", name=name, price=price, missing=missing_text(total["missing"]))
    cost = range_text(total["cost_low"], total["cost_high"], "krw")
    return t("consequences.compensation", name=name, cost=cost, count=int(total["unpriced_count"]))


def _cost_sentence(found: Consequences, name: str) -> str:
    if math.isnan(found.cost.low):
        missing = [part for part in found.parts["missing"] if isinstance(part, str)]
        paid = found.amounts.set_index("amount").loc["paid_area"]
        absent = [] if not math.isnan(paid["amount_low"]) else [t("consequences.amount.paid_area")]
        absent += [missing_text(one) for one in missing]
        return t("consequences.cost_unknown", name=name, missing=" · ".join(absent))
    return t("consequences.cost_known", name=name, cost=cost_text(found.cost), pyeong=cost_text(found.cost, PYEONG))


def _sales_sentence(found: Consequences, name: str, unit: str) -> str:
    unsold = found.sales[found.sales["quantity"] == "unsold_area"]
    told = ", ".join(
        f"{label('place', row['complex'])} {area_text(float(row['value']), unit)} ({row['as_of'] or t('consequences.no_date')})"
        for row in unsold.to_dict("records")
    )
    demand = range_text(found.firm_demand.low, found.firm_demand.high, "m2", unit)
    return t("consequences.sales", name=name, demand=demand, unsold=told or t("consequences.unknown"))


def _reach_sentence(found: Consequences, name: str) -> str:
    if found.reach is None:
        missing = t("consequences.no_people") if found.reach_missing == "people" else str(found.reach_missing)
        return t("consequences.reach_unknown", name=name, missing=missing)
    told = ", ".join(
        f"{measure_word(row['measure'])} {range_text(row['count_low'], row['count_high'], 'persons')}"
        for row in found.reach.to_dict("records")
    )
    return t("consequences.reach", name=name, distance=length_text(found.said.reach.distance), counts=told)


def rates_shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rates and factors as people read them."""
    told = [
        {
            "id": row["id"],
            "definition": either(row["definition"], row["definition_en"]),
            "value": rate_text({"rate_low": row["low"], "rate_high": row["high"], "rate_unit": row["rate_unit"]}),
            "source": rate_source(row | {"rate_low": row["low"]}),
            "as_of": row["as_of"] or t("consequences.no_date"),
            "note": either(row["note"], row["note_en"]) or "",
        }
        for row in rows.to_dict("records")
    ]
    return pd.DataFrame(told)


def rates_out(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rates and factors as they leave: ends named for what they are, their unit beside them."""
    return rows.rename(columns={"low": "rate_low", "high": "rate_high"})


def stated_word(name: str) -> str:
    """Return what a person may state is called: an amount, a supply, a part of the cost."""
    family, _, rest = name.partition(".")
    if family == "supply":
        return t("consequences.supply_of", utility=utility_word(rest))
    return label("consequences.part", rest) if family == "cost" else t(f"consequences.amount.{name}")


def said_shown(said: Said) -> pd.DataFrame:
    """Return what a person said of a site as people read it."""
    rows = [
        {"amount": stated_word(name), "value": range_text(value.low, value.high, stated_unit(name))}
        for name, value in said.ranges
    ]
    return pd.DataFrame(rows)


def stated_unit(name: str) -> str:
    """Return the unit of what a person may state."""
    family, _, rest = name.partition(".")
    if family == "supply":
        return str(unit_values().rates.set_index("utility").loc[rest, "unit"])
    return "krw" if family == "cost" else AMOUNTS[name]
