"""대안: what could be otherwise, changed step by step, compared side by side, handed on."""

from collections.abc import Callable

import streamlit as st

from gis.app.choices import segment
from gis.app.compare_view import show_compare
from gis.app.consequences_view import show_consequences
from gis.app.frame import faults_shown, header, say, show_page
from gis.app.scenario_edit import show_edit, show_overtaken
from gis.app.scenario_keep import show_history, show_new
from gis.i18n import t
from gis.study import active
from gis.view import scenarios as view


def page() -> None:
    unit = header(t("scenario.intro"))
    now = active.current()
    if now is None:
        st.info(t("scenario.choose" if active.every() else "scenario.first"), icon=":material/alt_route:")
    else:
        say(view.sentence(now), strong=True)
        show_overtaken(now)
    parts = PARTS if now is not None else {name: PARTS[name] for name in ("new", "compare", "consequences")}
    part = segment(
        t("scenario.work"),
        list(parts),
        "scenario_start" if now is None else "scenario_part",
        next(iter(parts)),
        lambda name: t(f"scenario.parts.{name}"),
    )
    with faults_shown():
        parts.get(part, show_new)(unit)


PARTS: dict[str, Callable[[str], None]] = {
    "edit": show_edit,
    "compare": show_compare,
    "consequences": show_consequences,
    "history": show_history,
    "new": show_new,
}
show_page(page, edits=True)
