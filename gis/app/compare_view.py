"""대안 견주기: maps that move together, one table of indicators, the difference in words."""

import streamlit as st

from gis.app import cache
from gis.app.choices import select, several
from gis.app.downloads import offer, show_people
from gis.app.frame import say
from gis.app.map_widget import show_map
from gis.app.site_map import base, layer_group
from gis.i18n import t
from gis.io.write import csv_bytes, xlsx_bytes
from gis.model import BASES, SCOPES, outward
from gis.study import active, compare
from gis.study.compare import Asked
from gis.view import compare as view
from gis.view import scenarios
from gis.view.tables import label

DATA = "-"
HEIGHT = 360


def show_compare(unit: str) -> None:
    """Draw the chosen alternatives side by side; differences are from the first."""
    titles = {DATA: t("scenario.data")} | scenarios.titles()
    secret = [one.id for one in active.every() if one.scenario.confidential]
    first = [DATA, *[name for name in titles if name not in (DATA, *secret)][:1]]
    chosen = several(t("scenario.compare_which"), list(titles), "compared", first, titles.__getitem__)
    if not chosen:
        st.info(t("scenario.compare_none"), icon=":material/compare:")
        return
    if len(chosen) > compare.MOST:
        st.warning(t("scenario.compare_most", most=compare.MOST))
        chosen = chosen[: compare.MOST]
    asked = asked_for()
    names = tuple(None if name == DATA else name for name in chosen)
    found = cache.compared(names, asked)
    for sentence in view.compare_sentences(found, list(names), asked, unit):
        say(sentence, strong=True)
    show_maps(names, unit)
    show_people(view.compare_table(found, list(names), unit))
    if not set(chosen) & set(secret) or st.checkbox(t("scenario.export_sure"), key="compare-sure"):
        with st.container(horizontal=True):
            offer(t("ui.download_csv"), lambda: csv_bytes(outward(found)), "compare.csv")
            offer(t("ui.download_xlsx"), lambda: xlsx_bytes({"compare": outward(found)}), "compare.xlsx")


def asked_for() -> Asked:
    """Return year, scope, basis and distance of the chain that is compared."""
    year_box, scope_box, basis_box, within_box = st.columns(4, vertical_alignment="bottom")
    year = year_box.number_input(t("ui.year"), 2020, 2050, Asked().year, 1, key="compare_year", bind="query-params")
    with scope_box:
        scope = select(t("ui.scope"), SCOPES, "scope", "region", lambda name: label("scope", name)) or "region"
    with basis_box:
        basis = select(t("ui.basis"), BASES, "basis", "plan", lambda name: label("basis", name)) or "plan"
    within = within_box.number_input(t("ui.within"), 0.0, 100.0, 0.0, 1.0, key="within", bind="query-params")
    return Asked(int(year), scope, basis, within * 1000 or None)


def show_maps(names: tuple[str | None, ...], unit: str) -> None:
    """Draw a map for each alternative; whoever moves one moves all."""
    for start in range(0, len(names), 3):
        row = names[start : start + 3]
        for box, name in zip(st.columns(len(row), gap="small"), row, strict=True):
            with box, active.under(name):
                say(view.title_of(name), strong=True)
                show_map(
                    base(storage_key="compare", follows="compare"),
                    layer_group(["complexes"], unit),
                    key=f"compare-{name or DATA}",
                    height=HEIGHT,
                )
