"""결과: what the alternative in use asks for, costs and reaches at a site, and what a person states for it."""

import streamlit as st

from gis.app import cache
from gis.app.choices import segment
from gis.app.downloads import offer, show_people
from gis.app.frame import faults_shown, say
from gis.app.import_view import worded
from gis.app.site_choice import chosen_site
from gis.i18n import t
from gis.io.write import csv_bytes, xlsx_bytes
from gis.study import rates, said, sources
from gis.study.firms import PEOPLE, kept_tables
from gis.study.register import polygon_layers
from gis.study.said import Reach, Said
from gis.study.sites import SiteRef
from gis.view import consequences as view
from gis.view.tables import shown

FIRST, NONE = "futurecar", "-"


def show_consequences(unit: str) -> None:
    """Draw what follows from the alternative for one site: sentences, tables, files, and what a person states."""
    site = chosen_site("consequences_site", FIRST)
    if site is None:
        return
    st.caption(t("consequences.intro"))
    with st.expander(t("consequences.said")):
        show_said(site)
    with st.expander(t("consequences.rates")):
        show_rates()
    with st.spinner(t("import.reading")):
        found = cache.consequences(site)
    for sentence in view.sentences(found, unit):
        say(sentence, "- ")
    tables = view.people_tables(found, unit)
    name = segment(
        t("statutory.part"), list(tables), "consequences_table", "demand", lambda one: t(f"consequences.tables.{one}")
    )
    show_people(shown(tables[name].dropna(axis=1, how="all"), unit))
    with st.container(horizontal=True):
        plain_tables = view.tables(found)
        offer(t("ui.download_csv"), lambda: csv_bytes(plain_tables[name]), f"{name}.csv")
        offer(t("ui.download_xlsx"), lambda: xlsx_bytes(plain_tables | {"sources": sources()}), "consequences.xlsx")


def show_said(site: SiteRef) -> None:
    """Draw what was said of the site, and let a person state one value more or take the last one back."""
    told = said.kept(site)
    show_reach(site, told)
    names = said.names()
    with st.form("consequences-said", border=False):
        name_box, range_box, keep_box = st.columns([0.4, 0.4, 0.2], vertical_alignment="bottom")
        name = name_box.selectbox(t("consequences.said_which"), names, format_func=view.stated_word)
        text = range_box.text_input(t("consequences.said_range"), max_chars=60)
        if keep_box.form_submit_button(t("consequences.said_keep")) and text.strip():
            with faults_shown():
                stated = dict(told.ranges) | dict([said.stated_range(f"{name}={text}")])
                said.keep(site, Said(tuple(stated.items()), told.reach))
                st.rerun()
    if told.ranges:
        show_people(shown(view.said_shown(told)))
    if st.button(t("consequences.said_undo"), key="consequences-undo", icon=":material/undo:", disabled=told == Said()):
        said.undo(site)
        st.rerun()


def show_reach(site: SiteRef, told: Said) -> None:
    """Draw who is counted, on which districts, within which distance."""
    people, layers = kept_tables(PEOPLE), polygon_layers()
    people_box, layer_box, distance_box = st.columns(3, vertical_alignment="bottom")
    counted = people_box.selectbox(
        t("consequences.people"), [NONE, *people], _place([NONE, *people], told.reach.people),
        format_func=lambda one: t("register.none") if one == NONE else people[one], key=worded("consequences-people"),
    )  # fmt: skip
    district = layer_box.selectbox(
        t("consequences.boundaries"), [NONE, *layers], _place([NONE, *layers], told.reach.boundaries),
        format_func=lambda one: t("consequences.by_sigungu") if one == NONE else layers[one],
        key=worded("consequences-boundaries"),
    )  # fmt: skip
    distance = distance_box.number_input(t("consequences.distance"), 0.5, 100.0, told.reach.distance / 1000, 0.5)
    reach = Reach(
        float(distance) * 1000, None if counted == NONE else counted, None if district == NONE else district
    )  # fmt: skip
    if reach != told.reach and st.button(t("consequences.said_keep"), key="consequences-reach"):
        said.keep(site, Said(told.ranges, reach))
        st.rerun()


def _place(known: list[str], name: str | None) -> int:
    return known.index(name) if name in known else 0


def show_rates() -> None:
    """Draw the rates in use, and let a person put another range in the place of one."""
    show_people(shown(view.rates_shown(rates.rate_rows())))
    ids = list(rates.rate_rows()["id"])
    with st.form("consequences-rate", border=False):
        id_box, range_box, note_box, keep_box = st.columns([0.25, 0.25, 0.3, 0.2], vertical_alignment="bottom")
        chosen = id_box.selectbox(t("consequences.rate_which"), ids)
        text = range_box.text_input(t("consequences.rate_range"), max_chars=60)
        note = note_box.text_input(t("consequences.rate_note"), max_chars=200)
        if keep_box.form_submit_button(t("consequences.rate_keep")) and text.strip():
            with faults_shown():
                rates.change_rate(chosen, text, note or None)
                st.rerun()
    changed = list(rates.changes())
    if changed:
        back = st.selectbox(t("consequences.rate_undo"), changed, key="consequences-rate-back")
        if st.button(t("consequences.rate_undo"), key="consequences-rate-undo", icon=":material/undo:"):
            rates.undo_rate(back)
            st.rerun()
