"""지도: layers, legend, a complex's card, and the measures of what is drawn."""

import json
from functools import partial

import pandas as pd
import streamlit as st

from gis import study
from gis.app import cache, state
from gis.app.base_maps import NO_BASE, BaseChoice, base_choices
from gis.app.choices import select, several
from gis.app.downloads import show_numbers, under_now
from gis.app.frame import faults_shown, header, plain, say, show_page
from gis.app.map_widget import show_map
from gis.app.site_map import LAND, base, layer_group, links_between_complexes
from gis.i18n import t
from gis.io import store
from gis.study import DrawnReport, drawn_line_length
from gis.study.value_chain import PLAN_YEAR
from gis.units import length_text
from gis.view.card import card_html
from gis.view.features import SCREEN_FEATURES
from gis.view.legend import heights_html, legend_html
from gis.view.sentences import area_sentence, boundary_sentence, distance_text
from gis.view.tables import label, layer_title, shown

HEIGHT = 730


def page() -> None:
    unit = header(t("app.first_visit"))
    map_box, panel = st.columns([0.7, 0.3], gap="small")
    with panel:
        details, layers_tab = st.tabs([t("map.details"), t("map.layers")])
    with layers_tab:
        visible, links, tiles = layer_choices()
    complexes, known = list(cache.areas()["id"]), study.known_layers()
    with map_box:
        group = layer_group(visible, unit, links_between_complexes() if links else None, state.chosen_complex())
        with st.container(key="map"):
            event = show_map(base(tiles.tiles), group, key="site_map", height=HEIGHT)
        st.html(legend_html([known[name] for name in visible], links, cache.boundary_grades()))
        if tiles.heights:
            st.html(heights_html(tiles.heights))
        notes = [boundary_sentence(cache.boundary_grades()), *cut_layers(visible)]
        st.caption(" ".join([*notes, t("map.links_note", year=PLAN_YEAR) if links else ""]))
    if state.take_map_event(event, complexes):
        st.rerun()  # once, so that the map shows what is chosen
    with details, st.container(height=HEIGHT, border=False, key="panel"):
        for number, geometry in enumerate(state.drawings(), start=1):
            with faults_shown():
                show_drawn(number, geometry, unit)
        areas = [geometry for geometry in state.drawings() if geometry["type"] != "LineString"]
        if areas:
            st.download_button(
                t("map.drawn_download"), under_now(partial(cache.drawn_file, json.dumps(areas))), "drawn.geojson",
                key="drawn-file", on_click="ignore", type="tertiary", icon=":material/download:",
            )  # fmt: skip
        chosen = select(
            t("map.choose"), complexes, state.COMPLEX, None, lambda name: label("place", name),
            index=None, placeholder=t("map.choose"), help=t("map.choose_hint"),
        )  # fmt: skip
        if chosen:
            st.html(card_html(cache.card(chosen), unit))
        else:
            show_overview(unit)


def layer_choices() -> tuple[list[str], bool, BaseChoice]:
    """Return the layers to show, whether links are on, and what lies below."""
    known = {name: layer for name, layer in study.known_layers().items() if name != LAND}
    default = [name for name, layer in known.items() if layer.visible]
    visible = several(t("map.layers"), list(known), state.LAYERS, default, lambda name: layer_title(known[name]))
    links = st.toggle(t("map.links"), value=True, key=state.LINKS, bind="query-params")
    bases = base_choices()
    chosen = select(t("map.base"), list(bases), state.BASE, NO_BASE, lambda name: bases[name].title)
    return visible, links, bases[chosen or NO_BASE]


def cut_layers(visible: list[str]) -> list[str]:
    """Return a sentence for each layer of which the map draws a part only."""
    counts = {one.name: one.features for one in store.layers() if one.name in visible}
    known = study.known_layers()
    return [
        t("map.cut_layer", layer=plain(layer_title(known[name])), count=f"{count:,}", drawn=f"{SCREEN_FEATURES:,}")
        for name, count in counts.items()
        if count > SCREEN_FEATURES
    ]


def show_overview(unit: str) -> None:
    """Name the four complexes with their areas, for whoever has not clicked yet."""
    st.caption(t("map.choose_hint"))
    table = cache.areas()[["id", "planar_area", "area", "grade"]].rename(columns={"id": "place"})
    show_numbers(table, unit)
    st.caption(t("map.drawn_hint"))


def show_drawn(number: int, geometry: dict, unit: str) -> None:
    """Show what a drawn line or polygon measures."""
    if geometry["type"] == "LineString":
        say(t("map.drawn_line", number=number, length=length_text(drawn_line_length(geometry))))
        return
    report: DrawnReport = cache.drawn_report(json.dumps(geometry))
    name = t("map.drawn_shape", number=number)
    say(area_sentence(report.area | {"name": name}, unit), strong=True)
    covered = report.shares[["unit_name", "area", "share_pct"]].fillna({"unit_name": t("word.outside_units")})
    show_numbers(covered.rename(columns={"unit_name": "covered"}), unit)
    spans = [{"place": row["to"], "distance_text": distance_text(row)} for row in report.distances.to_dict("records")]
    st.dataframe(shown(pd.DataFrame(spans)), hide_index=True)


show_page(page)
