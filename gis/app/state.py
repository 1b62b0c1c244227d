"""What the reader has chosen: the only home of `st.session_state`. Choices, never results."""

import json
import uuid
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from gis.app.map_widget import MapEvent
from gis.i18n import LANGUAGES, t
from gis.study.wish import Wish

LANGUAGE = "lang"
AREA_UNIT = "unit"
COMPLEX = "complex"
LAYERS = "layers"
BASE = "base"
LINKS = "links"
SCENARIO = "scenario"
NO_SCENARIO = "-"
LONGEST = 60
"""Letters of a strange choice that are said again."""
_CLICKS = "clicks"
_DRAWINGS = "drawings"
_KEPT = "kept"
_SEEN_VALUES = "seen-values"
_HIDDEN = "hidden"
OF_LAYER = "-feature-"
"""Between the name of a choice and the layer whose features it is about."""
_REQUEST = "service-request"
_CHANGE = "outline-change"
_POINTS = "control-points"
_MARKS = "control-marks"
_PICKS = "map-picks"
SECRET_SURE = "secret-sure"
_SEEN, _HELD = "scenario-seen", "scenario-held"
_WISH = "siting-wish"


def link(key: str, allowed: Iterable[str], default: str | list[str] | None = None) -> dict[str, Any]:
    """Bind the choice `key` to the address and return the arguments that make a widget show and keep it.

    What is marked 대외비 (`hide`) is kept in this visit alone, and never written to the address.

    The choice is an id: taken from the address once, written to it always. Streamlit's own `bind` writes the
    label, which changes with the language. The widget has a key of its own in each language, for a widget
    that outlives its labels answers with a label of the former language.
    """
    if key not in st.session_state:
        st.session_state[key] = _from_address(key, set(allowed), default)
    chosen = st.session_state[key]
    told = [one for one in chosen if not _is_hidden(key, one)] if isinstance(chosen, list) else chosen
    if told == default or (isinstance(told, str) and _is_hidden(key, told)):
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = told
    widget = f"{key}-{language()}"
    st.session_state[widget] = chosen
    return {"key": widget, "on_change": _adopt, "args": (key, widget)}


def hide(names: Collection[str]) -> None:
    """Keep layers and scenarios of these names, and their features (`NAME:ID`), out of the address."""
    st.session_state[_HIDDEN] = frozenset(names)


def _is_hidden(key: str, option: str) -> bool:
    hidden = st.session_state.get(_HIDDEN, frozenset())
    return bool({option, option.partition(":")[0], key.rpartition(OF_LAYER)[2]} & hidden)


def _adopt(key: str, widget: str) -> None:
    st.session_state[key] = st.session_state[widget]


def _from_address(key: str, allowed: set[str], default: str | list[str] | None) -> str | list[str] | None:
    named = st.query_params.get_all(key)
    for strange in (name for name in named if name not in allowed):
        st.toast(t("app.unknown_choice", choice=strange[:LONGEST], key=key), icon=":material/link_off:")
    known = [name for name in named if name in allowed]
    if not known:
        return default
    return known if isinstance(default, list) else known[0]


def language() -> str:
    """Return the language of this visit; the address names it before the first widget does."""
    chosen = st.session_state.get(LANGUAGE) or st.query_params.get(LANGUAGE)
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def scenario() -> str | None:
    """Return the scenario that this visit looks at; the address names it before the first widget does."""
    chosen = st.session_state.get(SCENARIO) or st.query_params.get(SCENARIO)
    return None if chosen in (None, NO_SCENARIO) else str(chosen)


def look_at(scenario_id: str | None) -> None:
    """Look at a scenario from now on."""
    st.session_state[SCENARIO] = scenario_id or NO_SCENARIO


def seen_revision(scenario_id: str) -> int | None:
    """Return which revision of a scenario this visit edits; None where it has not begun to."""
    return st.session_state.get(_SEEN, {}).get(scenario_id)


def see_revision(scenario_id: str | None, number: int | None = None) -> None:
    """Edit a revision of a scenario from now on; forget what was edited where none is named."""
    st.session_state[_SEEN] = {} if scenario_id is None else {scenario_id: number}


def first_seen(name: str, value: Any) -> Any:
    """Return what this visit saw first under a name, until it forgets: somebody else may have changed it since."""
    return st.session_state.setdefault(_SEEN_VALUES, {}).setdefault(name, value)


def forget_seen(name: str) -> None:
    """See what is there now as if for the first time."""
    st.session_state.setdefault(_SEEN_VALUES, {}).pop(name, None)


def secret_allowed() -> bool:
    """Tell whether this visit said that files of a confidential (대외비) scenario may leave."""
    return bool(st.session_state.get(SECRET_SURE))


def press(name: str) -> None:
    """Remember that a button was pressed: the map may begin another run before the page comes to it."""
    st.session_state[f"pressed-{name}"] = True


def take_press(name: str) -> bool:
    """Tell whether a button was pressed, once."""
    return bool(st.session_state.pop(f"pressed-{name}", False))


def hold_change(change: Any) -> None:
    """Hold a change that could not be kept because another came first; None lets it go."""
    st.session_state[_HELD] = change


def held_change() -> Any:
    """Return the change that is held."""
    return st.session_state.get(_HELD)


def choose(key: str, chosen: str) -> None:
    """Let a choice of `link` be another one from the next run on."""
    st.session_state[key] = chosen


def take_map_event(event: MapEvent, complexes: list[str]) -> bool:
    """Keep what was done on the map, drawings at once; return whether another complex was chosen by a click."""
    st.session_state[_DRAWINGS] = event.drawings
    if event.click_count == st.session_state.get(_CLICKS, 0):
        return False
    st.session_state[_CLICKS] = event.click_count
    if event.clicked_id not in complexes or event.clicked_id == chosen_complex():
        return False
    st.session_state[COMPLEX] = event.clicked_id
    return True


def chosen_complex() -> str | None:
    """Return the complex whose card is open; the address names it before the first widget does."""
    return st.session_state.get(COMPLEX) or st.query_params.get(COMPLEX)


def drawings() -> tuple[dict[str, Any], ...]:
    """Return the GeoJSON geometries that stand drawn on the map."""
    return st.session_state.get(_DRAWINGS, ())


def drawing_text(geometry: dict[str, Any]) -> str:
    """Return a drawn geometry as one text, equal for equal shapes: the key of what is computed from it."""
    return json.dumps(geometry, sort_keys=True)


class ServiceRequest(NamedTuple):
    """What was asked of an official service: a layer around a complex, `buffer` m beyond it, and the ticket of this asking."""

    layer: str
    near: str
    buffer: float
    ticket: str


def ask_service(layer: str, near: str, buffer: float) -> None:
    """Keep what is asked of a service; pressed again, it is asked again."""
    st.session_state[_REQUEST] = ServiceRequest(layer, near, buffer, uuid.uuid4().hex)


def service_request() -> ServiceRequest | None:
    """Return what was asked of a service last; None where nothing was, or it was stopped."""
    return st.session_state.get(_REQUEST)


def forget_service() -> None:
    """Ask no more what was asked of a service last."""
    st.session_state.pop(_REQUEST, None)


def remember_kept(names: list[str]) -> None:
    """Keep which layers were imported last, so that they can be put to use at once."""
    st.session_state[_KEPT] = names


def last_kept() -> list[str]:
    """Return the layers that were imported last in this visit."""
    return list(st.session_state.get(_KEPT, []))


def points_base(sheet: str, default: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the control points from which the table of a picture starts, and the key of its widget.

    The widget keeps its own edits on top; a page that is left and entered again starts from the latest.
    """
    tables = st.session_state.setdefault(_POINTS, {})
    kept = tables.setdefault(sheet, {"base": default, "latest": default, "round": 0})
    key = f"points-{sheet[:16]}-{kept['round']}"
    if key not in st.session_state:
        kept["base"] = kept["latest"]
    return kept["base"], key


def keep_points(sheet: str, latest: pd.DataFrame) -> bool:
    """Keep the table as it stands now; return whether it has changed."""
    kept = st.session_state[_POINTS][sheet]
    changed = not latest.reset_index(drop=True).equals(kept["latest"].reset_index(drop=True))
    kept["latest"] = latest
    return changed


def replace_points(sheet: str, points: pd.DataFrame) -> None:
    """Let the table of a picture start anew from `points`, with another widget."""
    kept = st.session_state[_POINTS][sheet]
    st.session_state[_POINTS][sheet] = {"base": points, "latest": points, "round": kept["round"] + 1}


def seen_marks(sheet: str, now: list[tuple[float, float]] | None) -> list[tuple[float, float]]:
    """Return the marks that stood on a picture before, and remember those of now; None where nobody knows them yet."""
    marks = st.session_state.setdefault(_MARKS, {})
    before: list[tuple[float, float]] = marks.get(sheet, [])
    if now is not None:
        marks[sheet] = now
    return before


def remember_change(complex_id: str, former: int, number: int) -> None:
    """Keep which outline of a complex gave way to which (0: the schematic one)."""
    st.session_state[_CHANGE] = (complex_id, former, number)


def changed_outline() -> tuple[str, int, int] | None:
    """Return the complex whose outline was changed last, the former outline and the one in use."""
    return st.session_state.get(_CHANGE)


def last_pick(map_name: str) -> tuple[str | None, int]:
    """Return the feature clicked last on a map beside a table, and the number of that click: 0 where none was."""
    chosen, count = st.session_state.get(_PICKS, {}).get(map_name, (None, 0))
    return chosen, count


def take_pick(map_name: str, event: MapEvent, layer: str) -> bool:
    """Keep which feature of `layer` was clicked on a map beside a table; return whether it was clicked just now."""
    if event.click_count == last_pick(map_name)[1]:
        return False
    clicked = event.clicked_id if event.clicked_layer == layer else None
    st.session_state.setdefault(_PICKS, {})[map_name] = (clicked, event.click_count)
    return clicked is not None


def ask_sites(wish: Wish) -> None:
    """Keep what is looked for."""
    st.session_state[_WISH] = wish


def asked_sites() -> Wish | None:
    """Return what was looked for last; None where nothing was, or it was stopped."""
    return st.session_state.get(_WISH)


def forget_sites() -> None:
    """Look no more for what was asked last."""
    st.session_state.pop(_WISH, None)
