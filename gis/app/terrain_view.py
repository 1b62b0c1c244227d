"""표고·경사: how much of a site lies in each band of height and slope, with the bands on a map."""

from functools import partial

import streamlit as st

from gis import study
from gis.app import cache
from gis.app.choices import segment, select
from gis.app.downloads import offer, show_numbers
from gis.app.frame import plain, say
from gis.app.map_widget import show_map
from gis.app.site_map import base
from gis.i18n import t
from gis.io.write import csv_bytes, xlsx_bytes
from gis.model import outward
from gis.study.sites import SiteRef
from gis.study.terrain import SLOPE_UNITS, Bands, TerrainReport, elevation_models, parse_edges
from gis.view.map import digest, map_group
from gis.view.terrain import (
    FIGURES,
    file_stem,
    legend_html,
    outline_elements,
    people_bands,
    picture_elements,
    terrain_doubts,
    terrain_facts,
    terrain_rows,
    title,
)
from gis.view.vertices import bounds

HEIGHT = 560


def show_terrain(site: SiteRef, unit: str) -> None:
    """Draw the bands of height and slope of a site, and what they rest on."""
    dem = chosen_model()
    with st.spinner(t("terrain.measuring")):
        report = cache.terrain_report(site, dem, chosen_bands())
    say(title(report), strong=True)
    say(" ".join(terrain_facts(report, unit)))
    for doubt in terrain_doubts(report):
        st.warning(plain(doubt), icon=":material/warning:")
    stem = file_stem(report)
    with st.container(horizontal=True):
        offer(t("ui.download_csv"), lambda: csv_bytes(outward(terrain_rows(report))), f"{stem}.csv")
        offer(t("ui.download_xlsx"), partial(workbook, report), f"{stem}.xlsx")
    map_box, table_box = st.columns([0.5, 0.5], gap="small")
    with table_box:
        for figure in FIGURES:
            st.subheader(t(f"column.{figure}"))
            show_numbers(people_bands(report, figure, unit), unit)
    with map_box:
        figure = segment(t("terrain.figure"), FIGURES, "terrain_figure", "slope", lambda name: t(f"column.{name}"))
        outline = cache.boundary_report(site)
        name = "terrain-" + digest([site.source, site.feature, site.drawn])
        group = map_group(picture_elements(report, figure), outline_elements(outline))
        show_map(base((), name, bounds(outline)), group, key=name, height=HEIGHT)
        st.html(legend_html(report, figure))


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


def workbook(report: TerrainReport) -> bytes:
    """Return the bands and the sources as one workbook."""
    return xlsx_bytes({"terrain": outward(terrain_rows(report)), "sources": study.sources()})
