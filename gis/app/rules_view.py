"""기준 검토: settings, the verdicts in words, colors and signs, and what each adjustment does."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from gis import study
from gis.analysis.rules import CHOICES, FACTS, VERDICTS, RuleBook
from gis.app import cache, state
from gis.app.downloads import offer, offer_shapes, show_people
from gis.app.frame import plain, say
from gis.app.import_view import worded
from gis.app.landuse_view import chosen_basis
from gis.i18n import either, t
from gis.io.write import csv_bytes, xlsx_bytes
from gis.model import SCHEMATIC, outward
from gis.study import landuse, rules
from gis.study.landuse import PlanSource
from gis.study.rules import GIVEN, Review, Settings
from gis.study.sites import SiteRef, confidential_layers
from gis.study.sites import site as study_site
from gis.view import rules as view
from gis.view.map import digest
from gis.view.tables import shown


def show_check(site: SiteRef, unit: str) -> None:
    """Draw the settings of a review and its verdicts."""
    book = rules.rule_book()
    kept = landuse.kept(site)
    with st.expander(t("rules.settings"), expanded=True):
        basis = "planar" if kept is not None and kept.layer is not None else chosen_basis()
        settings = kept_settings(book, site)
    result = cache.review(site, PlanSource(basis=basis), settings)
    say(view.summary_sentence(result), strong=True)
    say(view.type_sentence(result), "- ")
    for sentence in view.caution_sentences(result):
        say(sentence, "- ")
    if kept is None:
        st.info(plain(t("rules.no_plan")), icon=":material/table_view:")
    files(result, confidential_layers(site))
    st.subheader(t("rules.table"))
    show_verdicts(view.check_shown(result))
    st.subheader(t("rules.effects"))
    show_verdicts(view.effects_shown(result), ("verdict_before", "verdict_after"))
    if len(result.skipped):
        st.subheader(t("rules.not_applied"))
        show_people(shown(view.skipped_shown(result)))


def kept_settings(book: RuleBook, site: SiteRef) -> Settings:
    """Draw what a person says of a site, as it was kept, and keep it anew where it was changed here."""
    said, name = rules.kept(site), f"check-{digest([site.source, site.feature, site.drawn])}-{rules.undone(site)}"
    state.points_base(name, stated_rows(said))
    settings = chosen_settings(book, said, name, rules.known_facts(study_site(site)))
    if state.keep_points(name, stated_rows(settings)):  # what somebody else says meanwhile is not written over unasked
        rules.keep(site, settings)
    note_box, undo_box = st.columns([0.8, 0.2], vertical_alignment="center")
    note_box.caption(t("rules.kept"))
    if undo_box.button(t("rules.undo"), key="check-undo", icon=":material/undo:", disabled=settings == Settings()):
        rules.undo(site)
        st.rerun()
    return settings


def stated_rows(settings: Settings) -> pd.DataFrame:
    """Return what a person says of a site as rows, by which two states are compared."""
    switches = ((name, "on") for name in settings.switches)
    stated = (("type", settings.legal_type), *switches, *settings.given, *settings.facts, *settings.choices)
    return pd.DataFrame([(name, str(value)) for name, value in stated], columns=["name", "value"])


def chosen_settings(book: RuleBook, said: Settings, name: str, measured: Mapping[str, str]) -> Settings:
    """Return what a person says of the site and of what the law leaves open, beginning with what was said before.

    `name` is that of the widgets of one site: each site has its own. `measured` facts hold where nobody says another.
    """
    types = {one.id: either(one.name, one.name_en) for one in book.types}
    columns = st.columns(3)
    with columns[0]:
        legal_type = _word("rules.type", types, f"{name}-type", said.legal_type, t("rules.type_from_record"))
    choices, facts = [], []
    for box, (choice, words) in zip((columns[1], columns[2]), CHOICES.items(), strict=True):
        with box:
            known = {word: t(f"rules.choice_{word}") for word in words}
            before = dict(said.choices).get(choice)
            chosen = _word(f"rules.{choice}", known, f"{name}-{choice}", before, t("rules.choice_open"))
        choices += [(choice, chosen)] if chosen else []
    for box, (fact, words) in zip(st.columns(len(FACTS)), FACTS.items(), strict=True):
        with box:
            known = {word: t(f"rules.fact.{word}") for word in words}
            before = dict(said.facts).get(fact)
            empty = t("rules.by_districts", word=known[measured[fact]]) if fact in measured else t("rules.unknown")
            chosen = _word(f"rules.{fact}", known, f"{name}-{fact}", before, empty)
        facts += [(fact, chosen)] if chosen else []
    switches = chosen_switches(book, said.switches, name)
    return Settings(legal_type, switches, given(dict(said.given), name), tuple(facts), tuple(choices))


def _word(key: str, words: dict[str, str], name: str, before: str | None, empty: str) -> str | None:
    index = list(words).index(before) if before in words else None
    return st.selectbox(
        t(key), list(words), index, format_func=words.__getitem__, key=worded(name), placeholder=empty
    )  # fmt: skip


def given(said: dict[str, float], name: str) -> tuple[tuple[str, float], ...]:
    """Return the numbers that only a person knows."""
    st.caption(t("rules.inputs"))
    columns = st.columns(5)
    found = []
    for place, (asked, unit) in enumerate(GIVEN.items()):
        sign = {"m2": "㎡", "m": "m", "pct": "%"}[unit]
        number = columns[place % 5].number_input(
            f"{t(f'rules.missing.{asked}')} ({sign})", 0.0, value=said.get(asked), key=f"{name}-{asked}"
        )
        found += [] if number is None else [(asked, float(number))]
    return tuple(found)


def chosen_switches(book: RuleBook, said: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the adjustments that are switched on; one whose ground is off cannot be."""
    st.caption(t("rules.switches"))
    columns = st.columns(2)
    chosen: list[str] = []
    offered = [one for one in book.adjustments if not one.automatic]
    for place, one in enumerate(offered):
        with columns[place % 2]:
            ground = not one.after or bool(set(one.after) & set(chosen))
            on = st.toggle(
                plain(either(one.title, one.title_en)), one.id in said, key=f"{name}-{one.id}", disabled=not ground,
                help=t("rules.switch_hint", clause=one.clause),
            )  # fmt: skip
            if on and ground:
                chosen.append(one.id)
    return tuple(chosen)


def show_verdicts(table: pd.DataFrame, columns: tuple[str, ...] = ("verdict",)) -> None:
    """Show a table whose verdicts stand on their color."""
    people = shown(table.dropna(axis=1, how="all"))
    headers = [t(f"column.{column}") for column in columns]
    medium, large = (st.column_config.Column(width=width) for width in ("medium", "large"))
    widths = {"check_item": medium, "value": large, "missing": medium, "reasons": large}
    st.dataframe(
        people.style.map(_colored, subset=headers), hide_index=True, width="stretch", placeholder="–",
        column_config={t(f"column.{name}"): width for name, width in widths.items()},
    )  # fmt: skip


def _colored(words: Any) -> str:
    verdict = next((one for one in VERDICTS if str(words).startswith(view.SIGNS[one])), None)
    if verdict is None:
        return ""
    ground, letters = view.COLORS[verdict]
    return f"background-color: {ground}; color: {letters}; font-weight: 600"


def files(result: Review, secret: Sequence[str]) -> None:
    """Offer the verdicts as CSV, with the adjustments as XLSX, and the site with its verdicts as GeoJSON."""
    stem = "check" + ("_schematic" if result.land_use.grade == SCHEMATIC else "")
    with st.container(horizontal=True):
        offer(t("ui.download_csv"), lambda: csv_bytes(outward(result.table)), f"{stem}.csv")
        offer(t("ui.download_xlsx"), partial(workbook, result), f"{stem}.xlsx")
        offer_shapes(t("rules.outline_geojson"), partial(view.checked_site, result), "check", secret)


def workbook(result: Review) -> bytes:
    """Return verdicts, adjustments and rules that do not apply as one workbook, with the sources."""
    tables = {"check": result.table, "effects": result.effects, "not_applied": result.skipped}
    filled = {name: outward(table) for name, table in tables.items() if len(table)}
    return xlsx_bytes(study.with_sources(filled))
