"""A register of firms and a table of people on a page: the file, how it was read, tables and sentences."""

import streamlit as st

from gis.app import cache
from gis.app.choices import select
from gis.app.downloads import show_table
from gis.app.frame import faults_shown, plain, say
from gis.i18n import t
from gis.study.firms import FIRMS, LEVELS, PEOPLE, keep_firms, keep_people, kept_tables
from gis.view.firms import firm_sentences, people_sentences, read_as

ENCODINGS = ("utf-8", "cp949")
FILES = ["csv", "txt", "tsv", "xlsx", "xlsm"]
BOUNDARY_FILES = ["geojson", "json", "gpkg", "fgb"]


def show_firms(unit: str) -> None:
    """Draw the file of a register, how to read it, and what it says about the complexes; areas in `unit`."""
    st.caption(t("firms.hint"))
    kept = kept_box(t("firms.kept"), FIRMS, "firms_kept")
    picked = None if kept else st.file_uploader(t("firms.file"), FILES, key="firms_file")
    left, middle, right = st.columns(3)
    with left:
        encoding = encoding_box("firms_encoding")
    sheet = middle.text_input(
        t("firms.sheet"), key="firms_sheet", bind="query-params", placeholder=t("firms.first_sheet")
    )
    digits = right.slider(t("firms.digits"), 2, 5, 2, key="firms_digits", bind="query-params")
    if picked is None and kept is None:
        return
    with faults_shown():
        with st.spinner(t("firms.reading")):
            if picked is None:
                report = cache.kept_firm_report(str(kept), digits)
            else:
                report = cache.firm_report(picked.name, picked.getvalue(), encoding, sheet.strip() or None, digits)
        if picked is not None and st.button(t("firms.keep"), key="firms_keep", icon=":material/save:"):
            stored = keep_firms(picked.getvalue(), picked.name, encoding=encoding, sheet=sheet.strip() or None)
            st.success(plain(t("firms.kept_as", title=stored.title)), icon=":material/check:")
        for sentence in firm_sentences(report):
            say(sentence, "- ")
        st.caption(plain(read_as(report)))
        names = ("industries", "quotients", "stages", "unmatched", "firms", "dropped")
        for tab, name in zip(st.tabs([t(f"firms.tables.{name}") for name in names]), names, strict=True):
            with tab:
                show_table(report.table(name), f"firms_{name}", unit)


def show_people(unit: str) -> None:
    """Draw the file of a table of people, the boundaries it is put on, and the figures by district."""
    st.caption(t("people.hint"))
    kept = kept_box(t("people.kept"), PEOPLE, "people_kept")
    picked = None if kept else st.file_uploader(t("people.file"), FILES, key="people_file")
    left, right = st.columns(2)
    with left:
        encoding = encoding_box("people_encoding")
    with right:
        level = select(t("people.level"), LEVELS, "people_level", "sigungu", lambda name: t(f"people.levels.{name}"))
    shapes = None
    if level == "emd":
        shapes = st.file_uploader(t("people.boundaries"), BOUNDARY_FILES, key="people_boundaries")
    if picked is None and kept is None:
        return
    with faults_shown():
        drawn = (None, None) if shapes is None else (shapes.name, shapes.getvalue())
        with st.spinner(t("firms.reading")):
            if picked is None:
                report = cache.kept_people_report(str(kept), level or "sigungu", *drawn)
            else:
                report = cache.people_report(picked.name, picked.getvalue(), level or "sigungu", encoding, *drawn)
        if picked is not None and st.button(t("people.keep"), key="people_keep", icon=":material/save:"):
            stored = keep_people(picked.getvalue(), picked.name, encoding=encoding)
            st.success(plain(t("firms.kept_as", title=stored.title)), icon=":material/check:")
        for sentence in people_sentences(report):
            say(sentence, "- ")
        show_table(report.units, "people", unit)
        st.subheader(t("people.unmatched"))
        show_table(report.unmatched, "people_unmatched", unit)


def kept_box(title: str, kind: str, key: str) -> str | None:
    """Draw the choice of a table that was kept; None reads a new file."""
    kept = kept_tables(kind)
    if not kept:
        return None
    return select(title, list(kept), key, None, kept.__getitem__, index=None, placeholder=t("firms.new_file"))


def encoding_box(key: str) -> str | None:
    """Draw the choice of an encoding; None is found out from the file."""
    return select(t("firms.encoding"), ENCODINGS, key, None, str.upper, index=None, placeholder=t("firms.automatic"))
