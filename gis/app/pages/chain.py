"""공급망: complete or not in a year and scope, what is missing, what ends it, and the model behind it."""

import streamlit as st

from gis.app import cache
from gis.app.chain_editor import show_editor
from gis.app.chain_views import chosen_part, show_addition, show_diagram, show_links, show_losses, show_present
from gis.app.choices import segment, select
from gis.app.frame import faults_shown, header, say, show_page
from gis.i18n import t
from gis.model import BASES, SCOPES
from gis.study.phases import Span
from gis.study.value_chain import DEFAULT_YEAR, Answer
from gis.view import phases
from gis.view.chain import answer_sentences
from gis.view.sentences import boundary_sentence, chain_sentence
from gis.view.tables import label

FIRST_YEAR, LAST_YEAR = 2020, 2035
PARTS = {
    "links": show_links,
    "diagram": show_diagram,
    "losses": show_losses,
    "addition": show_addition,
    "present": show_present,
}
EDIT = "edit"


def page() -> None:
    unit = header(t("ui.unsourced_flow"))
    found, within = asked()
    built = found.chain
    over_time = cache.phase_answer(Span(built.scope, built.basis, within=within), 1)
    say(chain_sentence(built), strong=True)
    for sentence in [phases.first_sentence(over_time), *answer_sentences(found), *phases.slip_sentences(over_time)]:
        say(sentence, "- ")
    st.caption(t("ui.chain_terms"))
    part = chosen_part([*PARTS, EDIT])
    with faults_shown():
        if part == EDIT:
            show_editor()
        else:
            PARTS[part](found, unit)
    st.caption(boundary_sentence(cache.boundary_grades()))


def asked() -> tuple[Answer, float | None]:
    """Return the answer for the year, scope, basis and distance (m) that a person asks about, and the distance."""
    year_box, scope_box, basis_box, within_box = st.columns([0.34, 0.26, 0.16, 0.24], vertical_alignment="bottom")
    year = year_box.slider(t("ui.year"), FIRST_YEAR, LAST_YEAR, DEFAULT_YEAR, key="year", bind="query-params")
    with scope_box:
        scope = select(t("ui.scope"), SCOPES, "scope", "region", lambda name: label("scope", name)) or "region"
    with basis_box:
        basis = segment(t("ui.basis"), BASES, "basis", "plan", lambda name: label("basis", name))
    kilometers = within_box.number_input(t("ui.within"), 0.0, 100.0, 0.0, 1.0, key="within", bind="query-params")
    within = kilometers * 1000 or None
    return cache.chain_answer(year, scope, basis, within), within


show_page(page)
