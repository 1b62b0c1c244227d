"""가중치: criteria compared in pairs or weighed as stated, how consistent that is, and what change turns the ranking."""

import itertools

import pandas as pd
import streamlit as st

from gis.analysis.weights import RANDOM_INDICES
from gis.app import cache, state
from gis.app.choices import segment
from gis.app.downloads import offer, show_numbers
from gis.app.frame import faults_shown, plain, say
from gis.i18n import t
from gis.io.write import csv_bytes
from gis.study import active, siting, weights
from gis.study.active import Kept
from gis.study.weights import PAIRS, STATED, Answer, Judgment, times_text
from gis.study.wish import weighable, weighted
from gis.view import siting as view
from gis.view.map import digest

WAYS = (PAIRS, STATED)
Judged = tuple[Judgment, str]
"""What is kept with a scenario: a judgment, and its table of random indices."""


def show_weights() -> None:
    """Let a person weigh the criteria of the last search, or others, and say what follows."""
    st.caption(t("siting.weights_hint"))
    now = active.current()
    newest = None if now is None else weights.of_scenario(now.scenario)
    kept = newest if now is None else state.first_seen(f"weights-{now.id}", newest)
    if kept is not None and now is not None:
        st.caption(t("siting.weights_kept", title=now.scenario.title))
    uploaded = st.file_uploader(t("siting.weights_file"), ["csv", "xlsx", "toml"], key="weights-file")
    way_box, index_box = st.columns(2)
    with way_box:
        way = segment(t("siting.weights_way"), WAYS, "weights_way", _way(kept), lambda one: t(f"siting.way_{one}"))
    with index_box:
        index = segment(
            t("siting.weights_index"), list(RANDOM_INDICES), "weights_index",
            weights.DEFAULT_INDEX if kept is None else kept[1],
            lambda one: t(f"siting.index_{one}"),
        )  # fmt: skip
    judgment = (
        edited_judgment(criteria(kept), way, kept)
        if uploaded is None
        else weights.read_judgment(uploaded.getvalue(), uploaded.name)
    )
    if judgment is None:
        st.info(t("siting.weights_empty"), icon=":material/touch_app:")
        return
    show_answer(weights.answer(judgment, index, known_scores(judgment)))
    if now is not None:
        show_keep(now, (judgment, index), newest, clash=kept != newest)


def show_keep(now: Kept, mine: Judged, newest: Judged | None, *, clash: bool) -> None:
    """Let a person keep the comparisons with the scenario in use; where somebody else kept others meanwhile, say so."""
    if mine == newest:
        return
    if clash:
        st.warning(t("siting.weights_clash", title=plain(now.scenario.title)), icon=":material/group:")
    with st.container(horizontal=True):
        word = t("siting.weights_keep_mine" if clash else "siting.weights_keep")
        if st.button(word, key="weights-keep", icon=":material/save:"):
            with faults_shown():
                weights.keep(now.id, *mine, expected=now.number)
                state.forget_seen(f"weights-{now.id}")
                st.rerun()
        if clash and st.button(t("siting.weights_take_theirs"), key="weights-theirs", icon=":material/undo:"):
            state.forget_seen(f"weights-{now.id}")
            st.rerun()


def _way(kept: Judged | None) -> str:
    return STATED if kept is not None and kept[0].kind == STATED else PAIRS


def criteria(kept: Judged | None) -> list[str]:
    """Return the criteria to weigh: those kept with the scenario, those of the last search, and whatever is typed."""
    asked = state.asked_sites()
    known = [] if kept is None else [*kept[0].criteria]
    known += [] if asked is None else weighable(asked)
    typed = st.text_input(t("siting.weights_criteria"), "", key="weights_criteria", bind="query-params")
    return list(dict.fromkeys([*known, *(part.strip() for part in typed.split(",") if part.strip())]))


def edited_judgment(names: list[str], way: str, kept: Judged | None) -> Judgment | None:
    """Return what the editor holds, which begins as it was kept; None while there is nothing to weigh."""
    if len(names) < 1 or (way == PAIRS and len(names) < 2):
        return None
    sheet = f"weights-{way}-{digest([names, repr(kept)])}"
    if way == STATED:
        start = pd.DataFrame({"criterion": names, "weight": [_kept_weight(kept, name) for name in names]})
        table, key = state.points_base(sheet, start)
        edited = st.data_editor(
            table, key=key, hide_index=True, disabled=["criterion"],
            column_config={
                "criterion": st.column_config.TextColumn(t("column.criterion"), width="large"),
                "weight": st.column_config.NumberColumn(t("siting.weight"), min_value=0.0, step=0.1),
            },
        )  # fmt: skip
        state.keep_points(sheet, edited)
        told = edited.dropna(subset=["weight"])
        return Judgment(STATED, tuple(names), stated=dict(zip(told["criterion"], told["weight"], strict=True)))
    pairs = list(itertools.combinations(names, 2))
    start = pd.DataFrame(
        {
            "one": [a for a, _ in pairs],
            "other": [b for _, b in pairs],
            "times": [_kept_times(kept, *one) for one in pairs],
        }
    )
    table, key = state.points_base(sheet, start)
    edited = st.data_editor(
        table, key=key, hide_index=True, disabled=["one", "other"],
        column_config={
            "one": st.column_config.TextColumn(t("siting.pair_one"), width="medium"),
            "times": st.column_config.TextColumn(t("siting.pair_times"), help=t("siting.pair_help")),
            "other": st.column_config.TextColumn(t("siting.pair_other"), width="medium"),
        },
        column_order=["one", "times", "other"],
    )  # fmt: skip
    state.keep_points(sheet, edited)
    return Judgment(PAIRS, tuple(names), comparisons=weights.typed_pairs(edited))


def _kept_weight(kept: Judged | None, name: str) -> float:
    return 1.0 if kept is None else float(kept[0].stated.get(name, 1.0))


def _kept_times(kept: Judged | None, one: str, other: str) -> str:
    """Return a comparison as it was kept, as a person writes it; an empty one was not made."""
    if kept is None or not {one, other} <= set(kept[0].criteria):
        return "1"
    pairs = kept[0].comparisons
    if (one, other) in pairs:
        return times_text(pairs[one, other])
    return times_text(1 / pairs[other, one]) if (other, one) in pairs else ""


def known_scores(judgment: Judgment) -> pd.DataFrame | None:
    """Return the scores of the sites found last by these criteria; None where they are none, or intervals."""
    asked = state.asked_sites()
    found = None if asked is None else cache.last_found(asked)
    scores = None if found is None else siting.scores(found)
    return scores if scores is not None and set(judgment.criteria) <= set(scores.columns) else None


def show_answer(found: Answer) -> None:
    """Draw the weights, their consistency, and what change of a weight turns the ranking."""
    lines = view.weight_sentences(found)
    say(lines[0], strong=True)
    if not found.weights.passes:
        st.warning(t("siting.weights_mend"), icon=":material/warning:")
    for line in lines[1:]:
        say(line, "- ")
    show_numbers(view.people_weights(found))
    ranking, flips = view.ranking_table(found), view.people_flips(found)
    if ranking is not None:
        show_numbers(ranking)
    if flips is not None:
        show_numbers(flips)
    with st.container(horizontal=True):
        offer(t("ui.download_csv"), lambda: csv_bytes(view.weights_table(found)), "weights.csv")
        asked = state.asked_sites()
        usable = (
            asked is not None and found.weights.passes and set(found.weights.weights.index) <= set(weighable(asked))
        )
        if usable and asked is not None and st.button(t("siting.weights_use"), icon=":material/search:"):
            state.ask_sites(weighted(asked, found.weights.weights))
            say(t("siting.weights_used"))
