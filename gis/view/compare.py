"""Alternatives side by side, in words: one table with differences, and what is otherwise in a sentence."""

from typing import Any

import pandas as pd

from gis.i18n import t
from gis.study import active
from gis.study.compare import RATED, Asked, other_rates
from gis.units import area_text, interval_text, length_text
from gis.view.chain import site_words
from gis.view.consequences import quantity_text, range_text, utility_word
from gis.view.rules import verdict_word
from gis.view.scenarios import titles
from gis.view.tables import label


def title_of(name: str | None) -> str:
    """Return what to call an alternative; None is the data as they are."""
    return t("scenario.data") if name is None else titles()[name]


def compare_table(found: pd.DataFrame, names: list[str | None], unit: str) -> pd.DataFrame:
    """Return indicators for people: a row each, a column an alternative, with the difference from the first."""
    rows = []
    known, sites = titles(), site_names(names)
    told_as = {name: t("scenario.data") if name is None else known[name] for name in names}
    for (indicator, subject), same in found.groupby(["indicator", "subject"], sort=False, dropna=False):
        told = {t("column.indicator"): indicator_words(str(indicator), subject, sites)}
        cells = {row["scenario"]: row for row in same.to_dict("records")}
        for number, (name, title) in enumerate(told_as.items()):
            row = cells.get(name)
            told[title] = "–" if row is None else cell_text(row, unit, compared=number > 0)
        rows.append(told)
    return pd.DataFrame(rows, dtype=object)


def site_names(names: list[str | None]) -> dict[str, str]:
    """Return what the sites are called that alternatives have beside the complexes."""
    kept = [active.kept(name).scenario.sites for name in names if name is not None]
    return {one.id: one.name for sites in kept for one in sites if label("place", one.id) == one.id}


def indicator_words(indicator: str, subject: Any, names: dict[str, str] | None = None) -> str:
    """Return what an indicator is called, with what it is about; `names` are those of sites that the data do not know."""

    def called(place: str) -> str:
        return (names or {}).get(place) or label("place", place)

    if indicator.startswith("verdict_"):
        name = t("scenario.indicators.verdict", verdict=verdict_word(indicator.removeprefix("verdict_")))
    else:
        name = t(f"scenario.indicators.{indicator}")
    if not isinstance(subject, str):
        return name
    if indicator == "demand":
        place, _, utility = subject.partition("|")
        return f"{name} · {called(place)} · {utility_word(utility)}"
    return f"{name} · {'–'.join(map(called, subject.split('|')))}"


def cell_text(row: dict[str, Any], unit: str, *, compared: bool) -> str:
    """Return a value with its unit, and its difference from the first alternative where it has one."""
    if row["indicator"] in RATED:
        return _range_cell(row, unit, compared=compared)
    value, low, high = (None if pd.isna(row[key]) else float(row[key]) for key in ("value", "value_low", "value_high"))
    if value is None and low is not None and high is not None:
        return f"{interval_text(low, high)} ({t('word.schematic')})"
    if value is None:
        return t("scenario.no_year") if row["unit"] == "year" else "–"
    told = amount_text(value, row["unit"], unit)
    if isinstance(row["text"], str):
        told += f" ({_text_words(row['text'])})"
    change = row["difference"]
    if compared and not pd.isna(change) and change:
        sign = "+" if change > 0 else "−"
        told += f"  [{sign}{amount_text(abs(change), 'years' if row['unit'] == 'year' else row['unit'], unit)}]"
    return told


def _range_cell(row: dict[str, Any], unit: str, *, compared: bool) -> str:
    """Return an interval with its unit, and end from end where the first alternative has one."""
    told = range_text(row["value_low"], row["value_high"], row["unit"], unit)
    low, high = row["difference_low"], row["difference_high"]
    if not compared or pd.isna(low) or pd.isna(high) or not (low or high):
        return told
    ends = [
        f"{'+' if end > 0 else '−'}{quantity_text(abs(end), row['unit'], unit)}" for end in dict.fromkeys((low, high))
    ]
    return f"{told}  [{' ~ '.join(ends)}]"


def amount_text(value: float, unit: str, area_unit: str) -> str:
    """Return a number with its unit in words."""
    if unit == "m2":
        return area_text(value, area_unit)
    if unit == "m":
        return length_text(value)
    return t(f"scenario.amounts.{unit}", count=f"{value:.0f}")


def _text_words(text: str) -> str:
    parts = text.split("|")
    if "@" in text:
        return " · ".join(site_words((stage, place)) for stage, _, place in (part.partition("@") for part in parts))
    return " · ".join(label("stage", part) for part in parts)


def compare_sentences(found: pd.DataFrame, names: list[str | None], asked: Asked, unit: str) -> list[str]:
    """Return in words what is otherwise in each alternative than in the first, the weightiest first."""
    frame = t("scenario.frame", year=asked.year, scope=label("scope", asked.scope), basis=label("basis", asked.basis))
    told, sites = [], site_names(names)
    for name in names[1:]:
        mine = found[found["scenario"].isna() if name is None else found["scenario"].eq(name)]
        otherwise = mine[["difference", "difference_low", "difference_high"]].fillna(0).ne(0).any(axis=1)
        changed = mine[otherwise & ~mine["indicator"].isin(["area"])]
        what = [
            f"{indicator_words(row['indicator'], row['subject'], sites)} {cell_text(row, unit, compared=True)}"
            for row in changed.to_dict("records")
        ]
        words = {"name": title_of(name), "base": title_of(names[0]), "frame": frame}
        told.append(t("scenario.compared", what="; ".join(what), **words) if what else t("scenario.same", **words))
    told += [t("scenario.other_rates", name=title_of(name), base=title_of(names[0])) for name in other_rates(names)]
    return told
