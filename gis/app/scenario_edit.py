"""대안 고치기: outlines drawn, moved and brought to an area; hosts and years; every confirmed change is kept at once."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import shapely
import streamlit as st

from gis.app import cache, state
from gis.app.chain_editor import column_settings, editable, rows_of
from gis.app.choices import segment, select
from gis.app.downloads import show_numbers
from gis.app.frame import faults_shown, plain, say
from gis.app.map_widget import MapEvent, show_map
from gis.app.site_map import HOME, base
from gis.errors import ClashError, UnknownNameError
from gis.i18n import language, t
from gis.study import active, phases, scenarios, value_chain
from gis.study.active import Kept
from gis.study.sites import SiteRef
from gis.units import AREA_SYMBOLS, parse_area
from gis.view import map as map_view
from gis.view import scenarios as view
from gis.view.chain import moved_sentence
from gis.view.rules import summary_sentence
from gis.view.sentences import area_sentence, distance_text
from gis.view.tables import label, shown
from layers import LAYERS

HEIGHT = 560
NEW = "+"
SITE = "scenario_site"
AREA_UNITS = ("man-pyeong", "m2", "ha", "pyeong")


def show_edit(unit: str) -> None:
    """Draw what of a scenario can be changed: outlines on the map, hosts, years."""
    now = active.current()
    if now is None:
        return
    parts = {"sites": show_sites, "hosts": show_hosts, "years": show_years}
    left, right = st.columns([0.7, 0.3], vertical_alignment="bottom")
    with left:
        part = segment(
            t("scenario.what"), list(parts), "scenario_what", "sites", lambda name: t(f"scenario.whats.{name}")
        )
    with right:
        show_steps_back(now)
    with faults_shown():
        parts[part](now, unit)


def show_steps_back(now: Kept) -> None:
    """Draw undo and redo."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(
            t("scenario.undo"), icon=":material/undo:", key="scenario-undo", disabled=not scenarios.has_undo(now.id)
        ):
            with faults_shown():
                scenarios.undo(now.id, now.number)
                again()
        if st.button(
            t("scenario.redo"), icon=":material/redo:", key="scenario-redo", disabled=not scenarios.has_redo(now.id)
        ):
            with faults_shown():
                scenarios.redo(now.id, now.number)
                again()


# ---- sites ---------------------------------------------------------------------------


def show_sites(now: Kept, unit: str) -> None:
    """Draw a site to edit on the map, by numbers and in parts, with what follows from it."""
    site = chosen_site(now)
    left, right = st.columns([0.62, 0.38], gap="small")
    with left:
        event = show_outline_map(now, site)
        st.caption(t("scenario.map_hint"))
    with right, st.container(height=HEIGHT, border=False):
        if site != NEW:
            show_facts(now, site, unit)
    if event.drawings_known:
        keep_drawn(now, site, event)
    if site != NEW:
        show_numbers_form(now, site)
        show_parts(now, site)


def chosen_site(now: Kept) -> str:
    """Return the complex or proposed site that is edited, or that a new one is drawn."""
    names = {name: label("place", name) for name in cache.boundary_grades()}
    names |= {one.id: one.name for one in now.scenario.sites if names.get(one.id, one.id) == one.id}
    names[NEW] = t("scenario.new_site")
    return select(t("statutory.site"), list(names), SITE, "futurecar", names.__getitem__) or "futurecar"


def show_outline_map(now: Kept, site: str) -> MapEvent:
    """Draw the other sites, and above them the outline of this one to be edited."""
    others = cache.screen_layer("complexes", "m2", language())
    features = [one for one in others["features"] if one["properties"]["id"] != site]
    key = f"scenario-{now.id}-{now.number}-{site}".replace("_", "-")
    edited = map_view.Edited(key, outline_features(site))
    chart = base((), f"scenario-{now.id}-{site}", around(edited.geojson), edited)
    group = map_view.map_group(map_view.layer_elements(LAYERS["complexes"], {**others, "features": features}))
    return show_map(chart, group, key=key, height=HEIGHT)


def outline_features(site: str) -> dict[str, Any]:
    """Return the outline of a site as polygons that the map can edit one by one."""
    try:
        shape = shapely.geometry.shape({} if site == NEW else scenarios.outline_of(site))
    except (UnknownNameError, KeyError, AttributeError, ValueError):
        return {"type": "FeatureCollection", "features": []}
    parts = shape.geoms if hasattr(shape, "geoms") else [shape]
    features = [{"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(part)} for part in parts]
    return {"type": "FeatureCollection", "features": features}


def around(features: dict[str, Any]) -> map_view.Bounds:
    """Return the bounds of shapes with room around them; those of the whole map where there are none."""
    if not features["features"]:
        return HOME
    west, south, east, north = shapely.total_bounds(
        [shapely.geometry.shape(one["geometry"]) for one in features["features"]]
    )
    pad = max(east - west, north - south)
    return west - pad, south - pad, east + pad, north + pad


def keep_drawn(now: Kept, site: str, event: MapEvent) -> None:
    """Keep what was drawn or moved on the map; a line divides the site."""
    areas = [one for one in event.drawings if one["type"] != "LineString"]
    lines = [one for one in event.drawings if one["type"] == "LineString"]
    if lines and site != NEW:
        names = (t("scenario.part_name", number=1), t("scenario.part_name", number=2))

        def cut(name: str, expected: int) -> Kept:
            own = expected_with_outline(name, site, expected)
            return scenarios.cut_site(name, site, lines[-1], names, expected=own)

        confirmed(now, cut)
    elif areas and site == NEW:
        drawn = scenarios.free_site(now.scenario)
        title = t("scenario.site_name", number=1 + sum(is_new(one.id) for one in now.scenario.sites))
        state.choose(SITE, drawn)
        confirmed(now, lambda name, expected: scenarios.redraw(name, drawn, areas, title, expected))
    elif areas:
        confirmed(now, lambda name, expected: scenarios.redraw(name, site, areas, None, expected))


def is_new(site: str) -> bool:
    """Tell whether a site of a scenario stands beside the complexes, not in place of one."""
    return site not in cache.boundary_grades()


def expected_with_outline(name: str, site: str, expected: int) -> int:
    """Return the revision to expect once the scenario has an outline of its own for a site."""
    if active.kept(name).scenario.site(site) is not None:
        return expected
    return scenarios.set_outline(name, site, scenarios.outline_of(site), expected=expected).number


Change = Callable[[str, int], Kept]
"""Changes the scenario of an id, once it still is at the revision that is expected."""


def confirmed(now: Kept, change: Change) -> None:
    """Keep a change at once; where somebody else kept one meanwhile, hold it and ask."""
    newest = active.kept(now.id).number
    try:
        after = change(now.id, now.number)
    except ClashError:
        state.hold_change(change)
        st.rerun()
    if after.number != newest:
        again()


def again() -> None:
    """Draw the page again at the newest revision."""
    state.hold_change(None)
    state.see_revision(None)
    st.rerun()


def show_overtaken(now: Kept) -> None:
    """Say that another revision was kept meanwhile, and ask what becomes of a change that is held."""
    held = state.held_change()
    if not active.is_overtaken():
        if held is not None:
            state.hold_change(None)
        return
    newest = active.kept(now.id)
    what = view.changes_of(now.id, newest.number)
    st.warning(plain(t("scenario.behind", newest=newest.number, what=what, seen=now.number)), icon=":material/group:")
    if held is not None:
        st.error(plain(t("scenario.held", seen=now.number)), icon=":material/error:")
    with st.container(horizontal=True), faults_shown():
        if held is not None and st.button(t("scenario.apply_to_newest"), icon=":material/merge:"):
            with active.under(now.id):
                held(now.id, newest.number)
            again()
        if st.button(t("scenario.as_branch"), icon=":material/alt_route:", key="scenario-as-branch"):
            beside = scenarios.branch(now.id, t("scenario.branch_title", title=now.scenario.title), number=now.number)
            if held is not None:
                with active.under(beside.id):
                    held(beside.id, beside.number)
            state.look_at(beside.id)
            again()
        if st.button(
            t("scenario.see_newest" if held is None else "scenario.let_go"),
            icon=":material/refresh:",
            key="scenario-newest",
        ):
            again()


def show_facts(now: Kept, site: str, unit: str) -> None:
    """Draw what follows from the outline: areas, districts, distances, the chain, the legal checks."""
    areas = cache.areas().set_index("id", drop=False)
    if site not in areas.index:
        return
    say(area_sentence(areas.loc[site].to_dict() | {"name": view.site_title(now, site)}, unit), strong=True)
    shares = cache.unit_shares("emd")
    show_numbers(shares[shares["id"] == site][["unit_name", "area", "share_pct"]], unit)
    spans = cache.distances("gap")
    mine = spans[(spans["from"] == site) | (spans["to"] == site)]
    rows = [
        {"place": row["to"] if row["from"] == site else row["from"], "distance_text": distance_text(row)}
        for row in mine.to_dict("records")
    ]
    st.dataframe(shown(pd.DataFrame(rows)), hide_index=True)
    links = cache.scenario_links(now.id)
    say(moved_sentence(site, links[links["from"].eq(site) | links["to"].eq(site)]), "- ")
    say(summary_sentence(cache.review(SiteRef(site), None, None)), "- ")
    st.caption(t("scenario.more_tables"))
    if now.scenario.site(site) is not None and st.button(t("scenario.drop_site"), icon=":material/restart_alt:"):
        with faults_shown():
            scenarios.drop_site(now.id, site, now.number)
            again()


def show_numbers_form(now: Kept, site: str) -> None:
    """Let a person move, turn and resize an outline by numbers."""
    with st.form(f"reshape-{now.id}-{now.number}-{site}", border=True):
        st.caption(t("scenario.by_numbers"))
        boxes = st.columns([0.2, 0.2, 0.2, 0.22, 0.18], vertical_alignment="bottom")
        east = boxes[0].number_input(t("scenario.east"), -50_000.0, 50_000.0, 0.0, 10.0)
        north = boxes[1].number_input(t("scenario.north"), -50_000.0, 50_000.0, 0.0, 10.0)
        degrees = boxes[2].number_input(t("scenario.turn"), -180.0, 180.0, 0.0, 1.0)
        area = boxes[3].text_input(t("scenario.area"), placeholder="100만평")
        boxes[4].form_submit_button(
            t("scenario.apply"), icon=":material/open_with:", width="stretch", on_click=state.press, args=("reshape",)
        )
    if state.take_press("reshape"):
        with faults_shown():
            wanted = parse_area(area) if area.strip() else None
            shape = scenarios.reshaped(scenarios.outline_of(site), east=east, north=north, degrees=degrees, area=wanted)
            confirmed(now, lambda name, expected: scenarios.set_outline(name, site, shape, expected=expected))


def show_parts(now: Kept, site: str) -> None:
    """Let a person divide a site into parts (단계) that open one after the other."""
    with st.expander(t("scenario.parts_title")):
        st.caption(t("scenario.parts_hint"))
        unit_box, azimuth_box = st.columns(2)
        unit = unit_box.selectbox(
            t("app.area_unit"), AREA_UNITS, format_func=AREA_SYMBOLS.__getitem__, key="parts-unit"
        )
        azimuth = azimuth_box.number_input(t("scenario.azimuth"), 0.0, 359.0, 90.0, 15.0, key="parts-azimuth")
        rows = view.part_rows(now, site, unit)
        settings = {
            "name": st.column_config.TextColumn(t("column.name"), max_chars=80),
            "area": st.column_config.NumberColumn(f"{t('column.planar_area')} ({AREA_SYMBOLS[unit]})", min_value=0.0),
            "opens": st.column_config.NumberColumn(t("column.opens"), min_value=2000, max_value=2100, format="%d"),
        }
        edited = st.data_editor(
            rows,
            num_rows="dynamic",
            hide_index=True,
            column_config=settings,
            key=f"parts-{now.id}-{now.number}-{site}-{unit}",
        )
        if st.button(t("scenario.divide"), icon=":material/splitscreen:", key="parts-keep"):
            with faults_shown():
                told = view.parts_told(edited, unit)

                def divide(name: str, expected: int) -> Kept:
                    own = expected_with_outline(name, site, expected)
                    return scenarios.set_parts(name, site, told, azimuth, own)

                confirmed(now, divide)


# ---- hosts and years -----------------------------------------------------------------


def show_hosts(now: Kept, unit: str) -> None:
    """Draw the hosts of the value chain as a table to edit; what is as in the data is no change."""
    st.caption(t("scenario.hosts_note"))
    start, key = state.points_base(f"hosts-{now.id}-{now.number}", editable(value_chain.model().hosts))
    edited = st.data_editor(
        start, key=key, num_rows="dynamic", hide_index=True, column_config=column_settings("hosts"), height=460
    )
    state.keep_points(f"hosts-{now.id}-{now.number}", edited)
    if st.button(t("scenario.keep"), icon=":material/save:", key="hosts-keep"):
        with faults_shown():
            hosts = rows_of("hosts", edited)
            confirmed(now, lambda name, expected: scenarios.set_hosts(name, hosts, expected))


def show_years(now: Kept, unit: str) -> None:
    """Let a person have each phase earlier or later."""
    st.caption(t("scenario.years_note"))
    names = phases.phase_names()
    wished = {}
    boxes = st.columns(4)
    for place, phase in enumerate(phases.deciding()):
        title = view.phase_title(names, phase)
        years = now.scenario.slips.get(phase, 0)
        key = f"slip-{now.id}-{now.number}-{phase}"
        wished[phase] = int(boxes[place % 4].number_input(plain(title), -30, 30, years, 1, key=key))
    changed = {phase: years for phase, years in wished.items() if years != now.scenario.slips.get(phase, 0)}
    if st.button(t("scenario.keep"), icon=":material/save:", key="years-keep", disabled=not changed):
        with faults_shown():
            confirmed(now, lambda name, expected: scenarios.set_slips(name, changed, expected))
