"""지역·지구 중첩: the site shared out among the themes, one theme on a map, the whole table, and their files."""

from functools import partial

import streamlit as st

from gis import study
from gis.app import cache, state
from gis.app.choices import select
from gis.app.downloads import offer, show_numbers
from gis.app.frame import faults_shown, say
from gis.app.import_view import worded
from gis.app.map_widget import show_map
from gis.app.site_map import base
from gis.crs import MAP_CRS, crs_name, lonlat_bounds
from gis.i18n import t
from gis.io.write import csv_bytes, layer_bytes, xlsx_bytes
from gis.model import outward
from gis.study import overlay as overlays
from gis.study.overlay import NO_THEME, Assignment, Overlay, Part
from gis.study.sites import SiteRef
from gis.view.legend import legend_html
from gis.view.map import digest, layer_elements, map_group
from gis.view.overlay import (
    drawn_layer,
    overlay_sentences,
    overlay_table,
    part_geojson,
    part_pieces,
    part_title,
    people_table,
    pieces,
    theme_titles,
)
from gis.view.sentences import area_sentence
from gis.view.tables import label, number_formats, shown

HEIGHT = 480
UNIT = "m2"
"""A statutory table is written in ㎡, whatever unit the page has; sentences and the map have the page's."""
AUTOMATIC = ""
"""The choice that leaves the theme of a layer, or its column, to what its name and story say."""


def show_overlay(site: SiteRef, unit: str) -> None:
    """Draw how a site is shared out among the themes, and let a person say which layer is of which theme."""
    sliver = st.number_input(
        t("overlay.sliver"), 0.0, 100.0, 1.0, 0.5, key="sliver", bind="query-params", width=200
    )  # fmt: skip
    found = cache.overlay(site, float(sliver))
    say(area_sentence(found.site, unit), strong=True)
    for line in overlay_sentences(found):
        say(line, "- ")
    drawn = {part.key: part for part in found.parts if part.rows is not None}
    if drawn:
        show_part(found, drawn, digest([site.source, site.feature, site.drawn]), unit)
    st.subheader(t("overlay.all_themes"))
    show_numbers(people_table(found, UNIT).drop(columns="law"), UNIT)
    files(found)
    with st.expander(t("overlay.assign")), faults_shown():
        show_assignments()


def show_part(found: Overlay, drawn: dict[str, Part], site_key: str, unit: str) -> None:
    """Draw one theme: its rows beside its map, where choosing in one chooses in the other."""
    chosen = select(
        t("overlay.on_map"), list(drawn), "theme", next(iter(drawn)), lambda key: part_title(drawn[key])
    )  # fmt: skip
    part = drawn[chosen or next(iter(drawn))]
    name = f"overlay-{site_key}-{part.key}"
    map_box, table_box = st.columns([0.55, 0.45], gap="small")
    with table_box:
        picked = chosen_piece(found, part, name)
        st.html(legend_html([drawn_layer(part)], links=False))
        st.caption(t("overlay.map_hint"))
    with map_box:
        shapes = part_pieces(found, part)
        west, south, east, north = lonlat_bounds(shapes)
        pad = max(east - west, north - south) / 10
        box = (west - pad, south - pad, east + pad, north + pad)
        layer = drawn_layer(part)
        elements = layer_elements(
            layer, part_geojson(found, part, unit), stamp=t("word.schematic"), selected_id=picked
        )  # fmt: skip
        event = show_map(base((), f"overlay-{site_key}", box), map_group(elements), key=name, height=HEIGHT)
    if state.take_pick(name, event, layer.name):
        st.rerun()  # once, so that the table shows the piece


def chosen_piece(found: Overlay, part: Part, name: str) -> str | None:
    """Draw the rows of a theme, in which the piece clicked on the map is chosen, and return the id of the chosen one."""
    ids = part_pieces(found, part)["id"].tolist()
    rows = people_table(overlays.only(found, part), UNIT)[["class", "planar_area", "geodesic_area", "share_pct"]]
    people = shown(rows, UNIT)
    clicked, click = state.last_pick(name)
    chosen = [ids.index(clicked)] if clicked in ids else []
    table = st.dataframe(
        people.style.format(number_formats(people), na_rep="–"), hide_index=True, key=f"{name}-rows-{click}",
        on_select="rerun", selection_mode="single-row", selection_default={"selection": {"rows": chosen}},
    )  # fmt: skip
    picked = [row for row in table["selection"]["rows"] if row < len(ids)]  # the last row is the subtotal
    if not picked:
        return None
    note = overlay_table(overlays.only(found, part))["note"].iloc[picked[0]]
    if note:
        say(note)
    return str(ids[picked[0]])


def files(found: Overlay) -> None:
    """Offer the table as CSV and XLSX, and the cut shapes, confidential ones only where a person says so."""
    table = overlay_table(found)
    with st.container(horizontal=True):
        offer(t("ui.download_csv"), lambda: csv_bytes(outward(table)), "overlay.csv")
        offer(
            t("ui.download_xlsx"), lambda: xlsx_bytes(study.with_sources({"overlay": outward(table)})),
            "overlay.xlsx",
        )  # fmt: skip
        secret = overlays.confidential_layers(found)
        sure = not secret or st.checkbox(t("overlay.pieces_sure", layers=", ".join(secret)), key="overlay-sure")
        if sure and any(part.rows is not None for part in found.parts):
            offer(t("overlay.pieces_gpkg"), partial(pieces_bytes, found, ".gpkg"), "overlay.gpkg")
            offer(t("overlay.pieces_geojson"), partial(pieces_bytes, found, ".geojson"), "overlay.geojson")


def pieces_bytes(found: Overlay, ending: str) -> bytes:
    """Return the cut shapes in the belt of the site, or in degrees where the format demands them."""
    shapes = pieces(found)
    return layer_bytes(shapes, ending, "overlay", MAP_CRS if ending == ".geojson" else crs_name(shapes.crs))


def show_assignments() -> None:
    """Show which theme each imported layer is of, and let a person say otherwise."""
    st.caption(t("overlay.assign_hint"))
    given = {one.layer: one for one in overlays.assignments()}
    if not given:
        st.info(t("overlay.no_layers"))
        return
    layer_box, theme_box, column_box, save_box = st.columns([0.3, 0.3, 0.25, 0.15], vertical_alignment="bottom")
    chosen = layer_box.selectbox(
        t("overlay.assign_layer"),
        list(given),
        format_func=lambda name: layer_line(given[name]),
        key=worded("assign-layer"),
    )
    if chosen is None:
        return
    now, titles = given[chosen], theme_titles() | {NO_THEME: t("overlay.no_theme")}
    stated = now.theme or (NO_THEME if now.way == "stated" else None)
    theme = theme_box.selectbox(
        t("overlay.assign_theme"), list(titles), index=list(titles).index(stated) if stated else None,
        format_func=titles.__getitem__, key=worded(f"assign-theme-{chosen}"),
    )  # fmt: skip
    columns = [AUTOMATIC, *overlays.class_columns(chosen)]
    column = column_box.selectbox(
        t("overlay.assign_column"), columns, index=columns.index(now.class_column or AUTOMATIC),
        format_func=lambda name: name or t("overlay.by_rule"), key=worded(f"assign-column-{chosen}"),
    )  # fmt: skip
    if save_box.button(t("overlay.assign_save"), key="assign-save", disabled=theme is None):
        overlays.state_theme(chosen, theme, column)
        st.rerun()


def layer_line(one: Assignment) -> str:
    """Return an imported layer with its theme and how that is known."""
    way = label("overlay.way", one.way or ("several" if one.candidates else "unknown"))
    known = theme_titles().get(one.theme or "")
    return f"{one.title} – {known} ({way})" if known else f"{one.title} ({way})"
