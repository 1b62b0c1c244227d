"""대안 만들기와 이력: new ones, branches, files in and out, and every revision."""

import streamlit as st

from gis.app import state
from gis.app.downloads import offer, show_table
from gis.app.frame import faults_shown
from gis.app.scenario_edit import again, confirmed
from gis.i18n import t
from gis.io.scenarios import LARGEST
from gis.study import active, scenarios
from gis.view import scenarios as view


def show_new(unit: str) -> None:
    """Draw the list of scenarios, and the ways to a new one: empty, as a branch, from a file."""
    table = scenarios.table()
    if len(table):
        show_table(table, "scenarios", unit)
    with st.form("scenario-new", border=True):
        title = st.text_input(t("scenario.title"), max_chars=80, placeholder=t("scenario.title_hint"))
        now = active.current()
        branched = now is not None and st.toggle(t("scenario.branch_of", title=now.scenario.title), value=False)
        confidential = st.checkbox(t("scenario.confidential"))
        if st.form_submit_button(t("scenario.make"), icon=":material/add:") and title.strip():
            with faults_shown():
                made = (
                    scenarios.branch(now.id, title.strip())
                    if branched and now is not None
                    else scenarios.create(title.strip(), confidential=confidential)
                )
                state.look_at(made.id)
                st.rerun()
    picked = st.file_uploader(
        t("scenario.upload"), ["geojson", "json"], key="scenario-file", max_upload_size=LARGEST // 10**6
    )
    if picked is not None and st.button(t("scenario.take_in", file=picked.name), icon=":material/upload_file:"):
        with faults_shown():
            state.look_at(scenarios.take_in(picked.getvalue(), picked.name).id)
            st.rerun()


def show_history(unit: str) -> None:
    """Draw name and note, every revision with the way back to it, and the file of the scenario."""
    now = active.current()
    if now is None:
        return
    show_words(now)
    table = scenarios.history(now.id)
    show_table(view.history_table(table), "scenario_history", unit)
    numbers = [int(number) for number in table["revision"] if number != now.number]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox(t("scenario.restore_which"), numbers, key=f"restore-{now.id}-{now.number}", width=220)
        if st.button(t("scenario.restore"), icon=":material/history:", disabled=number is None):
            with faults_shown():
                scenarios.restore(now.id, int(number), now.number)
                again()
        if st.button(t("scenario.remove"), icon=":material/delete:", key="scenario-remove"):
            with faults_shown():
                scenarios.remove(now.id, now.number)
                state.look_at(None)
                again()
    st.subheader(t("scenario.hand_on"))
    offer(t("scenario.download"), lambda: scenarios.export(now.id, confidential=True), f"{now.id}.geojson")
    st.caption(t("scenario.hash", sha=scenarios.content_hash(now)[:16]))


def show_words(now: active.Kept) -> None:
    """Let a person change title, note and the 대외비 mark."""
    told = now.scenario
    with st.form(f"scenario-words-{now.id}-{now.number}", border=True):
        title = st.text_input(t("scenario.title"), told.title, max_chars=80)
        note = st.text_area(t("scenario.note"), told.note, max_chars=2_000, height=80)
        confidential = st.checkbox(t("scenario.confidential"), told.confidential)
        if st.form_submit_button(t("scenario.keep"), icon=":material/save:"):
            with faults_shown():
                values = {"title": title.strip(), "note": note, "confidential": confidential}
                confirmed(now, lambda name, expected: scenarios.edit(name, values, expected))
