"""The public record as tables for people: values with units, ranks, texts in the reader's language."""

import math

import pandas as pd

from gis import study
from gis.analysis.chain import shown_status
from gis.i18n import either, t
from gis.io import catalog
from gis.view.sentences import conflict_sentence
from gis.view.tables import label, value_text


def ledger_table(claims: pd.DataFrame, area_unit: str) -> pd.DataFrame:
    """Return claims with their value in words, the source's title and rank; a claim without a source says so."""
    return pd.DataFrame(
        {
            "subject": claims["subject"],
            "quantity": claims["quantity"],
            "value": [value_text(row, area_unit) for row in claims.to_dict("records")],
            "definition": _either(claims, "definition"),
            "stated": claims["stated"],
            "as_of": claims["as_of"],
            "rank": claims["rank"].where(claims["rank"].notna(), "none"),
            "source": _titles(claims["source"]),
            "confidence": claims["confidence"],
            "in_use": claims["in_use"],
            "note": _either(claims, "note"),
            "id": claims["id"],
        }
    )


def with_figures(rows: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """Return a ledger for a workbook: beside each value in words its number, the ends of its range, and their unit."""
    told = {
        f"claimed{end}": [float(one) if isinstance(one, int | float) else math.nan for one in claims[name]]
        for name, end in (("value", ""), ("low", "_low"), ("high", "_high"))
    }
    known = claims.assign(**told)[[*told]].notna().any(axis=1).to_numpy()
    return rows.assign(**told, unit=claims["unit"].where(known).to_numpy())


def conflict_table(conflicts: pd.DataFrame, claims: pd.DataFrame, area_unit: str = "m2") -> pd.DataFrame:
    """Return conflicts with each in words: who says what, why it cannot be, and the value in use."""
    return conflicts.assign(
        sentence=[conflict_sentence(row, claims, area_unit) for row in conflicts.to_dict("records")]
    )


def article_table(rows: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """Return each line of the article, where the product shows it, and what is found there."""
    found = claims.set_index("id")
    return pd.DataFrame(
        {
            "text": _either(rows, "text"),
            "shown_as": rows["shown_as"],
            "ref": [_target(row, found) for row in rows.to_dict("records")],
            "page": [t(f"page.{PAGE_OF[kind]}") for kind in rows["shown_as"]],
            "id": rows["ref"],
            "note": _either(rows, "note"),
        }
    )


PAGE_OF = {
    "layer": "map", "link": "chain", "stage": "chain", "host": "chain",
    "phase": "sources", "claim": "sources", "indicator": "sources",
}  # fmt: skip


def hosts_table(hosts: pd.DataFrame) -> pd.DataFrame:
    """Return who does what where, from when, by plan or in fact, with the source of each."""
    return pd.DataFrame(
        {
            "stage": hosts["stage"],
            "place": hosts["place"],
            "part": hosts["part"],
            "name": _either(hosts, "name"),
            "status": shown_status(hosts),
            "from_year": hosts["from"].map(lambda year: t("word.year_unknown") if year is None else str(year)),
            "basis": hosts["basis"],
            "evidence": hosts["evidence"],
            "source": _titles(hosts["source"]),
            "as_of": hosts["as_of"],
            "note": _either(hosts, "note"),
        }
    )


def steps_table(steps: pd.DataFrame) -> pd.DataFrame:
    """Return the dated steps of each phase."""
    return pd.DataFrame(
        {
            "subject": steps["subject"],
            "phase": _either(steps, "name"),
            "key": steps["key"],
            "date": steps["date"],
            "date_end": steps["date_end"],
            "status": steps["status"],
            "source": _titles(steps["source"]),
            "note": _either(steps, "note"),
        }
    )


def history_table(history: pd.DataFrame) -> pd.DataFrame:
    """Return what the article said and what became of it."""
    return pd.DataFrame(
        {
            "topic": _either(history, "topic"),
            "then": _either(history, "then"),
            "then_source": _titles(history["then_source"]),
            "now": _either(history, "now"),
            "now_source": _titles(history["now_source"]),
            "changed_on": history["changed_on"],
            "note": _either(history, "note"),
        }
    )


def _titles(source_ids: pd.Series) -> pd.Series:
    """Return the titles of sources; what has none says so."""
    return source_ids.map(study.sources().set_index("id")["title"]).fillna(t("word.no_source"))


def _either(rows: pd.DataFrame, column: str) -> list[str]:
    return [either(korean, english) for korean, english in zip(rows[column], rows[f"{column}_en"], strict=True)]


def _target(row: dict, claims: pd.DataFrame) -> str:
    kind, ref = row["shown_as"], row["ref"]
    if kind == "layer":
        return t(f"layer.{ref}")
    if kind == "stage":
        return label("stage", ref)
    if kind in ("claim", "indicator") and ref in claims.index:
        claim = claims.loc[ref]
        return f"{label('subject', claim['subject'])} · {label('quantity', claim['quantity'])}: {value_text(claim)}"
    if kind == "link":
        start, _, end = ref.partition("--")
        return f"{label('stage', start)} → {label('stage', end)}"
    if kind == "phase":
        phases = catalog.steps().drop_duplicates("phase").set_index("phase")
        return either(phases.at[ref, "name"], phases.at[ref, "name_en"])
    hosts = catalog.hosts().set_index("id")
    return either(hosts.at[ref, "name"], hosts.at[ref, "name_en"])
