"""The tables of a report as people read them: words, chosen units, numbers that stay numbers."""

import pandas as pd

from gis import __version__
from gis.i18n import t
from gis.study.value_chain import DEFAULT_YEAR
from gis.units import AREA_SYMBOLS
from gis.view.ledger import article_table, ledger_table, steps_table
from gis.view.sentences import with_distance_labels
from gis.view.tables import label, shown, with_area_notes, with_titles


def report_sheet(
    name: str, table: pd.DataFrame, ledger: pd.DataFrame, area_unit: str, names: dict[str, str]
) -> pd.DataFrame:
    """Return one table of `reports.REPORT_TABLES` for people, with the notes and words that belong to it."""
    if name == "area":
        table = with_area_notes(table)
    elif name.startswith("distance") or name == "nearest":
        table = with_distance_labels(table, names if name == "nearest" else None)
    elif name.startswith("area_by"):
        table = table.rename(columns={"id": "place"})
    elif name == "claims":
        table = ledger_table(table, area_unit)
    elif name == "phases":
        table = steps_table(table)
    elif name == "article":
        table = article_table(table, ledger)
    elif name == "layers":
        table = with_titles(table)
        table = table.assign(
            kind=[label("group", one) for one in table["kind"]],
            geometry=[label("geometry", one) for one in table["geometry"]],
        )
    return shown(table.dropna(axis=1, how="all"), area_unit, names)


def about_sheet(area_unit: str) -> pd.DataFrame:
    """Return what a reader of the workbook must know: what it is, units, grades."""
    lines = [
        f"{t('app.title')} {__version__}",
        t("app.schematic_banner"),
        t("note.workbook"),
        t("note.workbook_chain", year=DEFAULT_YEAR, scope=label("scope", "region"), basis=label("basis", "plan")),
        f"{t('app.area_unit')}: {AREA_SYMBOLS[area_unit]}",
        t("note.grades"),
    ]
    return pd.DataFrame({t("ui.workbook_about"): lines})
