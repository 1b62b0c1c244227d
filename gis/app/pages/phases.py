"""단계·목표: when the chain is complete, what a slip of each phase costs, what became of the plans, and the targets."""

import streamlit as st

from gis.app import cache, state
from gis.app.choices import segment, select
from gis.app.frame import faults_shown, header, say, show_page
from gis.app.phases_view import show_aims, show_firsts, show_history, show_shortening, show_slips, show_steps
from gis.i18n import t
from gis.model import BASES, SCOPES
from gis.study.phases import FIRST_YEAR, LAST_YEAR, Span
from gis.study.value_chain import DEFAULT_YEAR
from gis.view import phases as view
from gis.view.tables import label

EARLIEST, LATEST = 2005, 2050
MOST_SLIP = 10
PARTS = {
    "firsts": show_firsts, "slips": show_slips, "shorten": show_shortening, "steps": show_steps, "history": show_history,
    "targets": show_aims,
}  # fmt: skip


def page() -> None:
    unit = header(t("phases.intro"))
    year, slip, span = asked()
    found = cache.phase_answer(span, slip)
    first, *others = view.answer_sentences(found, year)
    say(first, strong=True)
    for sentence in others:
        say(sentence, "- ")
    st.vega_lite_chart(cache.phase_picture(span, slip, year, state.language()), width="stretch", key="phases-picture")
    st.caption(view.picture_note(found))
    part = segment(t("phases.part"), list(PARTS), "time_part", "firsts", lambda name: t(f"phases.parts.{name}"))
    with faults_shown():
        PARTS[part](found, unit)


def asked() -> tuple[int, int, Span]:
    """Return the year that is looked at, the years of a slip, and the span with its scope, basis and distance."""
    year_box, span_box, slip_box = st.columns([0.4, 0.4, 0.2], vertical_alignment="bottom", gap="medium")
    first, last = span_box.slider(
        t("phases.span"), EARLIEST, LATEST, (FIRST_YEAR, LAST_YEAR), key="span", bind="query-params"
    )
    year = year_box.slider(t("ui.year"), FIRST_YEAR, LAST_YEAR, DEFAULT_YEAR, key="year", bind="query-params")
    slip = slip_box.number_input(t("phases.slip_by"), 1, MOST_SLIP, 1, 1, key="slip", bind="query-params")
    scope_box, basis_box, within_box = st.columns([0.4, 0.4, 0.2], vertical_alignment="bottom", gap="medium")
    with scope_box:
        scope = select(t("ui.scope"), SCOPES, "scope", "region", lambda name: label("scope", name)) or "region"
    with basis_box:
        basis = segment(t("ui.basis"), BASES, "basis", "plan", lambda name: label("basis", name))
    within = within_box.number_input(t("ui.within"), 0.0, 100.0, 0.0, 1.0, key="within", bind="query-params")
    return year, int(slip), Span(scope, basis, first, last, within * 1000 or None)


show_page(page)
