"""What every page shares: language, type, the header, and one place for faults of the input."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from gis.app import state
from gis.app.choices import select
from gis.app.map_assets import font_css
from gis.app.share import show_share
from gis.errors import GisError
from gis.i18n import LANGUAGES, t, use_language
from gis.study import active, work
from gis.units import AREA_SYMBOLS
from gis.view import scenarios
from gis.view.page_css import PAGE_CSS

ICON = str(Path(__file__).with_name("icon.svg"))
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!~|<>$:])")
UNITS = ("man-m2", "m2", "ha", "km2", "man-pyeong", "pyeong")


def page_title(key: str) -> str:
    """Return a title in the language of this visit."""
    use_language(state.language())
    return t(key)


def header(sentence: str) -> str:
    """Draw the page's one sentence and the choice of language and unit; return the area unit."""
    use_language(state.language())
    st.html(f"<style>{font_css()}{PAGE_CSS}</style>")
    state.hide(work.secrets())
    show_share()
    with st.container(key="header"):
        words, scenario_box, unit_box, language_box = st.columns([0.6, 0.16, 0.12, 0.12], vertical_alignment="center")
    words.markdown(sentence)
    with scenario_box:
        choose_scenario()
    with unit_box:
        unit = select(
            t("app.area_unit"), UNITS, state.AREA_UNIT, UNITS[0], AREA_SYMBOLS.__getitem__, label_visibility="collapsed"
        )
    with language_box:
        select(
            t("app.language"), LANGUAGES, state.LANGUAGE, LANGUAGES[0], lambda code: t(f"language.{code}"),
            label_visibility="collapsed",
        )  # fmt: skip
    return unit or UNITS[0]


def choose_scenario() -> None:
    """Draw the choice of the scenario that every page looks at; nothing while there is none."""
    known = {one.id: one.scenario for one in active.every()}
    if not known:
        return
    titles = {state.NO_SCENARIO: t("scenario.none")} | scenarios.titles()
    chosen = select(
        t("scenario.one"), list(titles), state.SCENARIO, state.NO_SCENARIO, titles.__getitem__,
        label_visibility="collapsed",
    )  # fmt: skip
    if chosen in known and known[chosen].confidential:
        st.html(f'<div class="secret" aria-hidden="true">{t("scenario.secret_word")}</div>')
        st.caption(t("scenario.secret_note"))
        st.checkbox(t("scenario.export_sure"), key=state.SECRET_SURE)


def say(text: str, lead: str = "", strong: bool = False) -> None:
    """Write a sentence as it is: no letter of it is taken for Markdown or HTML."""
    st.markdown(lead + (f"**{plain(text)}**" if strong else plain(text)))


def plain(text: str) -> str:
    """Return Markdown that shows `text` letter by letter: a name in a file draws no picture and opens no link."""
    return _MARKDOWN.sub(r"\\\1", text)


@contextmanager
def faults_shown() -> Iterator[None]:
    """Show a fault of the input as one sentence; the rest of the page goes on."""
    try:
        yield
    except GisError as error:
        st.error(plain(str(error)), icon=":material/error:")


def show_page(body: Callable[[], None], *, edits: bool = False) -> None:
    """Draw a page; a fault that nothing inside has shown ends it with one sentence.

    A page that `edits` the scenario keeps to the revision that was seen there, whoever keeps another meanwhile.
    """
    use_language(state.language())
    name = state.scenario()
    if name is not None and name not in [one.id for one in active.every()]:
        state.look_at(None)
        name = None
    with faults_shown(), active.under(name, _overtaken(name) if edits else None):
        if not edits:
            state.see_revision(None)
        body()


def _overtaken(name: str | None) -> int | None:
    """Return the revision that this visit edits, where another has replaced it; None where it is the newest."""
    if name is None:
        return None
    newest, seen = active.kept(name).number, state.seen_revision(name)
    if seen is None or seen == newest:
        state.see_revision(name, newest)
        return None
    return seen
