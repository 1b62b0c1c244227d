"""목표: a card a target that demands a definition before it computes, and the frame of the article."""

from functools import partial
from itertools import cycle

import streamlit as st

from gis import study
from gis.app import cache
from gis.app.downloads import offer, show_people
from gis.app.frame import faults_shown, plain, say
from gis.i18n import t
from gis.io.targets import GROUPS
from gis.io.write import csv_bytes, xlsx_bytes
from gis.study import targets
from gis.study.targets import Card, Wish
from gis.view import targets as view
from gis.view.tables import label, shown


def show_targets(unit: str) -> None:
    """Draw every target as a card, the frame of the article, and the table of all targets.

    Parameters
    ----------
    unit
        The unit of areas, where a target is one.
    """
    cards = cache.targets()
    names = {card.target.id: view.target_name(card) for card in cards}
    say(view.summary_sentence(cards), strong=True)
    st.caption(t("targets.intro"))
    for group in GROUPS:
        st.subheader(label("targets.group", group))
        sides = cycle(st.columns(2))
        for card in (one for one in cards if one.group == group):
            with next(sides), st.container(border=True), faults_shown():
                show_card(card, names, unit)
    st.subheader(t("targets.frame"))
    show_frame()
    st.subheader(t("targets.table"))
    show_all(cards, unit)


def show_card(card: Card, names: dict[str, str], unit: str) -> None:
    """Draw one target: what the article says, its readings side by side, what is missing, and the way to decide."""
    say(names[card.target.id], strong=True)
    st.caption(plain(view.stated_sentence(card)))
    for box, reading in zip(st.columns(len(card.readings)), card.readings, strict=True):
        with box:
            say(view.reading_text(card, reading), strong=len(card.readings) > 1)
            say_all(view.outcome_sentences(card, reading, unit))
    missing = view.missing_sentence(card)
    if missing:
        st.info(plain(missing), icon=":material/edit_note:")
    drawn = view.chart(card)
    if drawn is not None:
        st.altair_chart(drawn, width="stretch", key=f"{_name(card)}-chart")
        st.caption(plain(t("targets.chart_note")))
    say_all(view.caution_sentences(card, names))
    offered = view.offered_sentences(card, cache.claims()[0], unit)
    if offered:
        st.caption(t("targets.offered"))
        say_all(offered)
    with st.expander(t("targets.define")):
        show_form(card)
        show_history(card)
    with st.expander(t("targets.drivers")):
        st.caption(t("targets.drivers_note"))
        show_people(shown(card.drivers))


def _name(card: Card) -> str:
    """Return how the widgets of a card are called; a new decision gives them new names, so that they start from it."""
    return f"{card.target.id.replace('.', '-')}-{card.revision}"


def say_all(sentences: list[str]) -> None:
    """Write sentences as one list, each letter as it is."""
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))


def show_form(card: Card) -> None:
    """Draw what a planner decides of a target; it is kept as a whole."""
    name = _name(card)
    with st.form(f"{name}-form", border=False):
        reading = chosen_reading(card, name) if len(card.target.readings) > 1 else None
        wish = chosen_baseline(card, name, reading) if view.has_baseline(card) else Wish(reading)
        date_box, scope_box = st.columns([0.35, 0.65])
        decided = card.definition.target_year
        date = date_box.text_input(t("targets.date"), str(decided or ""), key=f"{name}-date")
        scope = scope_box.text_input(t("targets.scope"), card.definition.scope or "", key=f"{name}-scope")
        current = typed_figure(card, "current", name)
        note = st.text_input(t("targets.note"), key=f"{name}-note")
        pressed = st.form_submit_button(t("targets.keep"), icon=":material/save:")
    if pressed:
        with faults_shown():
            said = (wish.reading, wish.baseline_claim, wish.baseline, wish.baseline_date, wish.baseline_source)
            targets.define(card.target.id, Wish(*said, date, scope, *current), note, whole=True)
            st.rerun()


def chosen_reading(card: Card, name: str) -> str | None:
    """Return which of the readings that the record allows is chosen; None where none is."""
    known = card.target.readings
    decided = card.definition.reading
    return st.selectbox(
        label("column", "reading"), known, None if decided is None else known.index(decided), key=f"{name}-reading",
        format_func=partial(view.reading_text, card), placeholder=t("targets.not_decided"),
    )  # fmt: skip


def chosen_baseline(card: Card, name: str, reading: str | None) -> Wish:
    """Return the baseline that is chosen among the claims, or typed."""
    claim = None
    if len(card.offered):
        known = list(card.offered["id"])
        decided = card.definition.baseline.claim if card.definition.baseline else None
        claim = st.selectbox(
            t("targets.baseline_claim"), known, known.index(decided) if decided in known else None, key=f"{name}-claim",
            format_func=partial(view.offered_label, card), placeholder=t("targets.not_decided"),
        )  # fmt: skip
    return Wish(reading, claim, *typed_figure(card, "baseline", name))


def typed_figure(card: Card, kind: str, name: str) -> tuple[str, str, str]:
    """Return value, year and source as they are typed for the `baseline` or the `current` value."""
    value, year, source = view.typed_figure(card, kind)
    sign = label("unit", card.target.unit)
    value_box, year_box, source_box = st.columns([0.4, 0.25, 0.35], vertical_alignment="bottom")
    return (
        value_box.text_input(
            t(f"targets.{kind}", unit=sign), value, key=f"{name}-{kind}", placeholder=t("targets.amount_hint")
        ),
        year_box.text_input(t(f"targets.{kind}_date"), year, key=f"{name}-{kind}-date"),
        source_box.text_input(t(f"targets.{kind}_source"), source, key=f"{name}-{kind}-source"),
    )


def show_history(card: Card) -> None:
    """Draw every decision on a target, with the way back."""
    rows = cache.target_history(card.target.id)
    if rows.empty:
        st.caption(t("targets.no_history"))
        return
    st.caption(t("targets.history"))
    show_people(shown(view.history_table(rows, card)))
    name, lines = _name(card), rows.to_dict("records")
    undo_box, choice_box, restore_box = st.columns([0.25, 0.45, 0.3], vertical_alignment="bottom")
    words = {0: t("targets.nothing_decided"), **{int(row["revision"]): view.revision_label(row) for row in lines}}
    number = choice_box.selectbox(
        t("targets.revision"), sorted(words, reverse=True), key=f"{name}-revision", format_func=words.__getitem__
    )
    with faults_shown():
        if undo_box.button(t("targets.undo"), key=f"{name}-undo", icon=":material/undo:"):
            targets.undo(card.target.id)
            st.rerun()
        if restore_box.button(t("targets.restore"), key=f"{name}-restore", icon=":material/history:"):
            targets.restore(card.target.id, number)
            st.rerun()


def show_frame() -> None:
    """Draw industries, strategies and actions as the article names them; the rest says that it is not in it."""
    lines = view.frame_lines()
    for box, (headline, parts) in zip(st.columns(len(lines)), lines.items(), strict=True):
        with box:
            say(headline, strong=True)
            say_all(parts)
    st.caption(plain(view.frame_source()))


def show_all(cards: tuple[Card, ...], unit: str) -> None:
    """Draw every target in words, and offer the whole table as CSV and XLSX, unrounded, with frame and sources."""
    show_people(shown(view.people_table(cards, unit).dropna(axis=1, how="all")))
    with st.container(horizontal=True):
        offer(t("ui.download_csv"), lambda: csv_bytes(targets.table()), "targets.csv")
        offer(t("ui.download_xlsx"), workbook, "targets.xlsx")


def workbook() -> bytes:
    """Return targets, frame and sources as one workbook."""
    return xlsx_bytes(study.with_sources({"targets": targets.table(), "frame": targets.article_frame()}))
