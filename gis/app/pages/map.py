"""지도: layers, legend, a complex's card, and the measures of what is drawn."""

import json
from functools import partial

import pandas as pd
import streamlit as st

from gis.app import cache, state
from gis.app.choices import select, several
from gis.app.downloads import show_numbers
from gis.app.frame import faults_shown, header, say, show_page
from gis.app.map_widget import show_map
from gis.app.site_map import base, layer_group, links_between_complexes
from gis.i18n import t
from gis.study import PLAN_YEAR, DrawnReport, drawn_line_length
from gis.units import length_text
from gis.view.card import card_html
from gis.view.legend import legend_html
from gis.view.sentences import area_sentence, distance_text
from gis.view.tables import label, shown
from layers import LAYERS

HEIGHT = 730
OVERLAYS = tuple(name for name in LAYERS if name != "sigungu")


def page() -> None:
    unit = header(t("app.first_visit"))
    map_box, panel = st.columns([0.7, 0.3], gap="small")
    with panel:
        details, layers_tab = st.tabs([t("map.details"), t("map.layers")])
    with layers_tab:
        visible, links, tiles = layer_choices()
    complexes = list(cache.areas()["id"])
    with map_box:
        group = layer_group(visible, unit, links_between_complexes() if links else None, state.chosen_complex())
        with st.container(key="map"):
            event = show_map(base(tiles), group, key="site_map", height=HEIGHT)
        st.html(legend_html([LAYERS[name] for name in visible], links))
        st.caption(" ".join([t("app.schematic_banner"), t("map.links_note", year=PLAN_YEAR) if links else ""]))
    if state.take_map_event(event, complexes):
        st.rerun()  # once, so that the map shows what is chosen
    with details, st.container(height=HEIGHT, border=False, key="panel"):
        for number, geometry in enumerate(state.drawings(), start=1):
            with faults_shown():
                show_drawn(number, geometry, unit)
        areas = [geometry for geometry in state.drawings() if geometry["type"] != "LineString"]
        if areas:
            st.download_button(
                t("map.drawn_download"), partial(cache.drawn_file, json.dumps(areas)), "drawn.geojson",
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


def layer_choices() -> tuple[list[str], bool, bool]:
    """Return the layers to show, and whether links and online tiles are on."""
    default = [name for name in OVERLAYS if LAYERS[name].visible]
    visible = several(t("map.layers"), OVERLAYS, state.LAYERS, default, lambda name: t(f"layer.{name}"))
    links = st.toggle(t("map.links"), value=True, key=state.LINKS, bind="query-params")
    tiles = st.toggle(t("map.tiles"), value=False, key=state.TILES, bind="query-params")
    return visible, links, tiles


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
