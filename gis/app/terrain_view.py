"""표고·경사: how much of a site lies in each band of height and slope, with the bands on a map."""

from functools import partial

import streamlit as st

from gis import study
from gis.app import cache, state
from gis.app.choices import segment, select
from gis.app.downloads import offer
from gis.app.frame import plain, say
from gis.app.map_widget import show_map
from gis.app.site_map import base
from gis.i18n import t
from gis.io.write import csv_bytes, xlsx_bytes
from gis.model import outward
from gis.study.sites import SiteRef, confidential_layers
from gis.study.terrain import SLOPE_UNITS, Bands, TerrainReport, band_shapes, elevation_models, parse_edges
from gis.view.map import digest, map_group
from gis.view.tables import number_formats, shown
from gis.view.terrain import (
    BANDS,
    FIGURES,
    figure_rows,
    file_stem,
    hit_elements,
    legend_html,
    outline_elements,
    people_bands,
    picture_elements,
    shape_bytes,
    shapeless_sentence,
    terrain_doubts,
    terrain_facts,
    terrain_rows,
    title,
)
from gis.view.vertices import bounds

HEIGHT = 560


def show_terrain(site: SiteRef, unit: str) -> None:
    """Draw the bands of height or slope of a site beside their map, and what they rest on."""
    dem, bands = chosen_model(), chosen_bands()
    with st.spinner(t("terrain.measuring")):
        report = cache.terrain_report(site, dem, bands)
    say(title(report), strong=True)
    say(" ".join(terrain_facts(report, unit)))
    for doubt in terrain_doubts(report):
        st.warning(plain(doubt), icon=":material/warning:")
    figure = segment(t("terrain.figure"), FIGURES, "terrain_figure", "slope", lambda name: t(f"column.{name}"))
    files(report, site, figure, dem, bands)
    outline = cache.boundary_report(site)
    name = "terrain-" + digest([site.source, site.feature, site.drawn])
    map_box, table_box = st.columns([0.5, 0.5], gap="small")
    with table_box:
        chosen = chosen_band(report, figure, name)
    with map_box:
        group = map_group(
            picture_elements(report, figure, chosen), hit_elements(report, figure, unit), outline_elements(outline)
        )
        event = show_map(base((), name, bounds(outline)), group, key=name, height=HEIGHT)
        if legend := legend_html(report, figure):
            st.html(legend)
        st.caption(t("terrain.map_hint"))
    if state.take_pick(name, event, BANDS.name):
        st.rerun()  # once, so that the table shows the band


def chosen_band(report: TerrainReport, figure: str, name: str) -> str | None:
    """Draw the bands of a figure, in which the one clicked on the map is chosen, and return the id of the chosen band."""
    people = shown(people_bands(report, figure))
    ids = figure_rows(report, figure)["id"].tolist()
    clicked, click = state.last_pick(name)
    rows = [ids.index(clicked)] if clicked in ids else []
    table = st.dataframe(
        people.style.format(number_formats(people), na_rep="–"), hide_index=True, key=f"{name}-{figure}-{click}",
        on_select="rerun", selection_mode="single-row", selection_default={"selection": {"rows": rows}},
        placeholder="–",
    )  # fmt: skip
    rows = table["selection"]["rows"]
    return ids[rows[0]] if rows else None


def chosen_model() -> str | None:
    """Return the elevation model to measure with; None where none is loaded."""
    titles = {one.name: one.title for one in elevation_models()}
    if not titles:
        return None
    return select(t("terrain.dem"), list(titles), "dem", next(iter(titles)), titles.__getitem__)


def chosen_bands() -> Bands:
    """Return the bands that the reader wants."""
    unit_box, slope_box, height_box = st.columns([0.2, 0.4, 0.4])
    with unit_box:
        unit = segment(
            t("terrain.slope_unit"), SLOPE_UNITS, "slope_unit", "deg", lambda name: t(f"terrain.units.{name}")
        )
    slope = slope_box.text_input(
        t("terrain.slope_bands"), "0, 5, 10, 15, 20, 25, 30", key="slope_bands", bind="query-params"
    )
    heights = height_box.text_input(t("terrain.elevation_bands"), "", key="elevation_bands", bind="query-params")
    return Bands(parse_edges(heights) if heights.strip() else None, parse_edges(slope), unit)


def files(report: TerrainReport, site: SiteRef, figure: str, dem: str | None, bands: Bands) -> None:
    """Offer all bands as CSV and XLSX, and the shapes of one figure; confidential ones only where a person says so."""
    stem = file_stem(report)
    with st.container(horizontal=True):
        offer(t("ui.download_csv"), lambda: csv_bytes(outward(terrain_rows(report))), f"{stem}.csv")
        offer(t("ui.download_xlsx"), partial(workbook, report), f"{stem}.xlsx")
        secret = (
            [] if report.model is None else confidential_layers(site) + study.confidential_layers(report.model.name)
        )
        if why := shapeless_sentence(report):
            st.caption(why)
        elif not secret or st.checkbox(t("overlay.pieces_sure", layers=", ".join(secret)), key="terrain-sure"):
            for ending in (".gpkg", ".geojson"):
                words = t(f"terrain.shapes_{ending[1:]}", figure=t(f"column.{figure}"))
                made = partial(shapes_file, report, site, figure, dem, bands, ending)
                offer(words, made, f"{stem}_{figure}{ending}")


def workbook(report: TerrainReport) -> bytes:
    """Return the bands and the sources as one workbook."""
    return xlsx_bytes(study.with_sources({"terrain": outward(terrain_rows(report))}))


def shapes_file(report: TerrainReport, site: SiteRef, figure: str, dem: str | None, bands: Bands, ending: str) -> bytes:
    """Return the land of each band of a figure as a file."""
    return shape_bytes(report, band_shapes(site, figure, dem, bands), ending)
