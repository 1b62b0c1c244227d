"""보고서: choose parts, sites and a form, take the document away; layers in the formats of other programs."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from gis import study
from gis.app import cache, state
from gis.app.choices import segment, select, several
from gis.app.downloads import CONFIDENTIAL, under_now
from gis.app.frame import faults_shown, header, plain, say, show_page
from gis.app.site_choice import sites_to_choose
from gis.i18n import language, reading, t
from gis.io.document import Document
from gis.io.write import LAYER_FORMATS
from gis.model import BASES, SCOPES
from gis.study import active, reports
from gis.study.compare import MOST
from gis.study.reports import PAPERS, PARTS, SITE_PARTS, USUAL, Asked
from gis.study.sites import SiteRef
from gis.view import report as view
from gis.view import scenarios
from gis.view.tables import label, layer_title

DATA = "-"
KINDS = ("full", "summary")


def page() -> None:
    unit = header(t("ui.report_intro"))
    kind = segment(t("document.kind"), KINDS, "report", "full", lambda name: t(f"document.kinds.{name}")) or "full"
    with faults_shown():
        asked = chosen(unit, kind)
        reports.require_possible(asked)
        show_making(asked, kind)
    st.divider()
    show_layers()


def chosen(unit: str, kind: str) -> Asked:
    """Return what the report is asked for."""
    parts: tuple[str, ...] = ()
    sites: tuple[SiteRef, ...] = ()
    alternatives: tuple[str | None, ...] = ()
    paper = "a3"
    if kind == "full":
        parts = tuple(several(t("document.parts"), PARTS, "parts", USUAL, lambda name: t(f"document.part.{name}")))
        if set(parts) & set(SITE_PARTS):
            known = sites_to_choose()
            names = several(t("document.sites"), list(known), "sites", ["futurecar"], lambda name: known[name][0])
            sites = tuple(known[name][1] for name in names)
        if "alternatives" in parts:
            titles = {DATA: t("scenario.data")} | scenarios.titles()
            picked = several(t("document.alternatives"), list(titles), "compared", [DATA], titles.__getitem__)
            alternatives = tuple(None if name == DATA else name for name in picked[:MOST])
    year_box, scope_box, basis_box, paper_box, date_box = st.columns(5, vertical_alignment="bottom")
    year = year_box.number_input(t("ui.year"), 2020, 2050, Asked().year, 1, key="report_year", bind="query-params")
    with scope_box:
        scope = select(t("ui.scope"), SCOPES, "scope", "region", lambda name: label("scope", name)) or "region"
    with basis_box:
        basis = select(t("ui.basis"), BASES, "basis", "plan", lambda name: label("basis", name)) or "plan"
    if kind == "full":
        with paper_box:
            paper = select(t("document.paper"), PAPERS, "paper", "a4", str.upper) or "a4"
    date = date_box.text_input(t("document.fact.date"), key="report_date", placeholder="2026-11-23") or None
    return Asked(
        parts if kind == "full" else USUAL, sites, alternatives, int(year), scope, basis, None, unit, "a3" if paper == "a3" else "a4", date
    )  # fmt: skip


def show_making(asked: Asked, kind: str) -> None:
    """Draw the buttons that make the report; what is 대외비 asks first."""
    if not asked.sites and set(asked.parts) & set(SITE_PARTS) and kind == "full":
        st.info(t("document.no_sites"), icon=":material/location_off:")
    secret = reports.secrets(Asked(parts=("areas",)) if kind == "summary" else asked)
    now = active.current()
    if now is not None and now.scenario.confidential and not state.secret_allowed():
        secret = sorted({now.scenario.title, *secret})
    if secret and not st.checkbox(t("document.sure", names=plain(", ".join(secret))), key="report-sure"):
        st.warning(t("document.held_back", names=plain(", ".join(secret))), icon=":material/lock:")
        return
    wanted = st.button(t("document.make"), type="primary", icon=":material/description:", disabled=not asked.parts)
    found = cache.made_document(asked, kind)
    if wanted and found is None:
        found = made(asked, kind)
    if found is None:
        st.caption(t("document.make_note"))
        return
    st.success(t("document.made", chapters=len(found.chapters), tables=len(found.tables), figures=len(found.figures)))
    name = f"{CONFIDENTIAL if found.stamp else ''}site-planning{'-summary' if kind == 'summary' else ''}"
    with st.container(horizontal=True):
        for ending, write in view.FORMS.items():
            ready = cache.document_pdf(asked, kind) if ending == ".pdf" else None
            st.download_button(
                ending.removeprefix(".").upper(), ready or under_now(partial(written, found, write, language())),
                f"{name}{ending}", key=f"take-{kind}-{ending}",
                on_click="ignore", icon=":material/download:",
            )  # fmt: skip
    st.caption(t("document.forms_note"))
    show_pages(asked, kind)


def show_pages(asked: Asked, kind: str) -> None:
    """Draw the pages of a report that was made, one at a time."""
    pages = cache.document_pages(asked, kind)
    count = len(pages)
    turned = 1
    if count > 1:
        asks = t("document.page_of", count=count)
        turned = st.number_input(asks, 1, count, key=f"report_page_{count}", width=220, icon=":material/auto_stories:")
    if pages:
        told = t("document.page", number=turned, count=count)
        with st.container(border=True, width="content"):
            st.image(pages[turned - 1], alt=told)
        st.caption(told)


def made(asked: Asked, kind: str) -> Document:
    """Make the report with its progress; a click anywhere stops it, and nothing is kept then."""
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, t("document.making"))
        st.button(t("siting.stop"), icon=":material/stop_circle:")

    def advance(done: float, words: str) -> None:
        bar.progress(min(done, 1.0), words)

    try:
        return cache.report_document(asked, kind, advance)
    finally:
        place.empty()


def written(document: Document, write: Callable[[Document], bytes], code: str) -> bytes:
    """Return a report in its form, in the language that it was made in."""
    with reading(code):
        return write(document)


def show_layers() -> None:
    """Draw a download for each layer; what is 대외비 says where it may leave."""
    st.subheader(t("ui.report_layers"))
    ending = segment(
        t("ui.report_format"), list(LAYER_FORMATS), "format", ".geojson", lambda name: name.removeprefix(".").upper()
    )
    for name, layer in study.known_layers().items():
        if study.confidential_layers(name):
            say(t("ui.report_confidential", name=layer_title(layer)))
            continue
        st.download_button(
            t("ui.report_layer", name=plain(layer_title(layer))),
            under_now(partial(cache.layer_file, name, ending)),
            cache.layer_file_title(name, ending),
            key=f"layer-{name}", on_click="ignore", type="tertiary", icon=":material/download:",
        )  # fmt: skip
    st.caption(t("note.export_stamp"))


show_page(page)
