"""단계·목표: the parts of the page below the picture, each with its sentence, its table and its files."""

import streamlit as st

from gis.app.downloads import show_table
from gis.app.frame import faults_shown, say
from gis.app.targets_view import show_targets
from gis.i18n import t
from gis.io import catalog
from gis.study import phases
from gis.study.phases import Answer
from gis.view import phases as view
from gis.view.ledger import history_table


def show_firsts(found: Answer, unit: str) -> None:
    """Draw the first complete year of every scope and basis, and the numbers of the picture."""
    st.caption(t("phases.firsts_note"))
    show_table(view.firsts_table(found.firsts), "first_complete_years", unit)
    st.subheader(t("phases.curve_table"))
    show_table(view.curve_table(found), "completeness", unit, height=420)


def show_slips(found: Answer, unit: str) -> None:
    """Draw what a slip of each phase costs, the worst named, and which hosts moved and which did not."""
    for sentence in view.slip_sentences(found):
        say(sentence, strong=True)
    st.caption(t("phases.slips_note"))
    show_table(view.slips_table(found), "slips", unit)
    st.subheader(t("phases.hosts_heading"))
    say(view.moved_sentence(found))
    show_table(view.hosts_table(found), "slip_hosts", unit, height=420)


def show_shortening(found: Answer, unit: str) -> None:
    """Let a person state by how many years phases are shortened; what is kept holds for every page and command."""
    for sentence in view.shortening_sentences(found):
        say(sentence, strong=True)
    st.caption(t("phases.shorten_note"))
    open_ = {phase: most for phase, most in phases.room().items() if most}
    if not open_:
        st.info(t("phases.no_room"), icon=":material/event_busy:")
        return
    kept = dict(found.shorten)
    wished = {}
    for box, (phase, most) in zip(st.columns(max(3, len(open_))), open_.items(), strict=False):
        words = t("phases.shorten_by", name=view.phase_name(phase), most=most)
        now = kept.get(phase, 0)
        wished[phase] = int(box.number_input(words, 0, most, now, 1, key=f"shorten-{phase}-{now}"))
    with st.container(horizontal=True), faults_shown():
        changed = {phase: years for phase, years in wished.items() if years} != kept
        if st.button(t("phases.keep"), key="shorten-keep", icon=":material/save:", disabled=not changed):
            phases.keep_shortening(wished)
            st.rerun()
        if st.button(t("phases.undo"), key="shorten-undo", icon=":material/undo:", disabled=not phases.is_shortened()):
            phases.undo_shortening()
            st.rerun()
    show_table(view.firsts_table(found.firsts), "shortened_years", unit)


def show_steps(found: Answer, unit: str) -> None:
    """Draw the steps of each phase with their sources, and every date that is at odds with another."""
    say(view.steps_sentence(found.steps), strong=True)
    for sentence in view.conflict_sentences(found.steps):
        say(sentence, "- ")
    show_table(view.steps_table(found.steps), "phase_steps", unit, height=620)


def show_history(found: Answer, unit: str) -> None:
    """Draw what became of the plans of the article."""
    st.caption(t("phases.history_note"))
    show_table(history_table(catalog.history()), "history", unit)


def show_aims(found: Answer, unit: str) -> None:
    """Draw the targets of the article."""
    show_targets(unit)
