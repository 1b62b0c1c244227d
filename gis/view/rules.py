"""법정 기준 검토 for people: verdicts in words with a sign, thresholds and values with units, one sentence of summary."""

import math
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from gis.analysis.rules import FAIL, PASS, REVIEW, UNDECIDED
from gis.i18n import either, t
from gis.study.rules import Review
from gis.units import area_text
from gis.view.landuse import site_name
from gis.view.tables import label

SIGNS: dict[str, str] = {PASS: "○", REVIEW: "△", FAIL: "×", UNDECIDED: "?"}
COLORS: dict[str, tuple[str, str]] = {
    PASS: ("#e3f1e3", "#1d5c2a"), REVIEW: ("#fdf2d6", "#7a5200"), FAIL: ("#f9dfdc", "#8f1d14"),
    UNDECIDED: ("#e8eaed", "#3e4c59"),
}  # fmt: skip
"""Ground and letters of a verdict; the sign and the word say the same."""
CHECK_SHOWN = (
    "verdict", "check_item", "threshold", "value", "missing", "reasons", "law", "article", "confidence", "in_force",
    "adjustments", "source", "note",
)  # fmt: skip


def verdict_word(verdict: Any) -> str:
    """Return a verdict with its sign."""
    return t("word.none") if not isinstance(verdict, str) else f"{SIGNS[verdict]} {t(f'rules.verdict.{verdict}')}"


def check_shown(result: Review) -> pd.DataFrame:
    """Return the verdicts as people read them."""
    switches = {one.id: either(one.title, one.title_en) for one in result.book.adjustments}
    rows = [
        {
            "verdict": verdict_word(row["verdict"]),
            "check_item": either(row["title"], row["title_en"]),
            "threshold": threshold_text(row["threshold"]),
            "value": value_text(row),
            "missing": words("rules.missing", row["missing"]),
            "reasons": words("rules.reason", row["reasons"]),
            "law": either(row["law"], row["law_en"]),
            "article": f"{row['article']}{row['clause']}",
            "confidence": row["confidence"],
            "in_force": row["in_force"],
            "adjustments": " · ".join(switches[name] for name in _parts(row["adjustments"])) or None,
            "source": row["source"],
            "note": either(row["note"], row["note_en"]) or None,
        }
        for row in result.table.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(CHECK_SHOWN))


def checked_site(result: Review) -> gpd.GeoDataFrame:
    """Return the outline of the site in its belt, one column for the verdict on each rule, and how often each came out."""
    found = result.land_use
    rows = zip(result.table["rule"], result.table["verdict"], strict=True)
    verdicts = {f"verdict_{rule}": verdict for rule, verdict in rows}
    told = {"legal_type": result.legal_type} | verdicts | {f"count_{name}": result.counts[name] for name in SIGNS}
    shape = found.shape[["id", "name", "grade", "source", "geometry"]]
    return gpd.GeoDataFrame(shape.assign(**told))


def effects_shown(result: Review) -> pd.DataFrame:
    """Return what each adjustment does to its rule, as people read it."""
    titles = {rule.id: either(rule.title, rule.title_en) for rule in result.book.rules}
    rows = [
        {
            "adjustment": either(row["title"], row["title_en"]),
            "in_use": bool(row["in_use"]),
            "check_item": titles[row["rule"]],
            "article": row["clause"],
            "before": threshold_text(row["before"]) or t("rules.no_bound"),
            "after": t("rules.waived")
            if row["after"] == "waived"
            else threshold_text(row["after"]) or t("rules.no_bound"),
            "verdict_before": verdict_word(row["verdict_before"]),
            "verdict_after": verdict_word(row["verdict_after"]),
        }
        for row in result.effects.to_dict("records")
    ]
    columns = ["adjustment", "in_use", "check_item", "article", "before", "after", "verdict_before", "verdict_after"]
    return pd.DataFrame(rows, columns=columns)


def skipped_shown(result: Review) -> pd.DataFrame:
    """Return the rules that do not apply, and why."""
    rows = [
        {"check_item": either(row["title"], row["title_en"]), "skipped": t(f"rules.skipped.{row['skipped']}")}
        for row in result.skipped.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=["check_item", "skipped"])


def summary_sentence(result: Review) -> str:
    """Return the whole review in one sentence: `15개 기준 가운데 적합 3, …`."""
    counts = result.counts
    return t(
        "rules.summary", name=site_name(result.land_use.site), all=counts["all"], passed=counts[PASS],
        review=counts[REVIEW], failed=counts[FAIL], undecided=counts[UNDECIDED], skipped=counts["skipped"],
    )  # fmt: skip


def type_sentence(result: Review) -> str:
    """Return which legal type the rules are applied for, and who says so."""
    known = {one.id: either(one.name, one.name_en) for one in result.book.types}
    if result.legal_type is None:
        return t("rules.type_unknown", known=", ".join(f"{name} ({words})" for name, words in known.items()))
    if result.type_source is None:
        return t("rules.type_chosen", type=known[result.legal_type])
    return t("rules.type_stated", type=known[result.legal_type])


def caution_sentences(result: Review) -> list[str]:
    """Return what a reader must know before trusting any verdict."""
    said = [t("rules.not_law")]
    if any(rule.confidence != "high" for rule in result.book.rules):
        said.append(t("rules.medium"))
    return said


def words(family: str, ids: Any) -> str | None:
    """Return ids joined by `|` in words."""
    return " · ".join(label(family, name) for name in _parts(ids)) or None


def _parts(ids: Any) -> list[str]:
    return [name for name in ids.split("|") if name] if isinstance(ids, str) else []


def threshold_text(code: Any) -> str | None:
    """Return a threshold (`>= 10 and < 13 pct`) as people read it."""
    if not isinstance(code, str):
        return None
    bounds, _, measure = code.rpartition(" ")
    said = {">=": "at_least", "<": "less_than", "<=": "at_most"}
    texts = []
    for bound in bounds.split(" and "):
        sign, _, number = bound.partition(" ")
        texts.append(t(f"rules.{said[sign]}", number=amount_text(float(number), measure)))
    return " ".join(texts)


def value_text(row: Mapping[str, Any]) -> str | None:
    """Return a value with its unit; the other ways of measuring it, where the law leaves them open."""
    if row["value"] is None or pd.isna(row["value"]):
        return None
    alternatives = dict(part.split("=") for part in _parts(row["alternatives"]))
    if alternatives:
        return " / ".join(
            t(
                f"rules.way_{name}",
                value=t("rules.no_data") if value == "unknown" else amount_text(float(value), row["unit"]),
            )
            for name, value in alternatives.items()
        )
    reach = (row["high_value"] - row["low_value"]) / 2
    told = amount_text(row["value"], row["unit"])
    return told if not math.isfinite(reach) or reach <= 0 else f"{told} ± {amount_text(reach, row['unit'])}"


def amount_text(value: float, measure: str) -> str:
    """Return a number with its unit: %, m, or ㎡, in which the laws state areas."""
    if measure == "m2":
        return area_text(value)
    digits = 2 if measure == "pct" else 1
    text = f"{value:,.{digits}f}".rstrip("0").rstrip(".")
    return f"{text} {'%' if measure == 'pct' else 'm'}"
