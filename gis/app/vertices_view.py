"""경계점 좌표: the list of points, the area calculation, the boundary with its numbers on a map, and their files."""

import json
from functools import partial

import pandas as pd
import streamlit as st

from gis import study
from gis.app import cache, state
from gis.app.downloads import offer, show_numbers
from gis.app.frame import plain, say
from gis.app.map_widget import show_map
from gis.app.site_map import base
from gis.i18n import t
from gis.io.write import csv_bytes, xlsx_bytes
from gis.model import outward
from gis.study.sites import SiteRef, confidential_layers
from gis.study.vertices import BoundaryReport
from gis.view.map import digest, map_group
from gis.view.tables import number_formats, shown
from gis.view.vertices import (
    DRAWN_POINTS,
    POINTS,
    bends_text,
    bounds,
    calculation_rows,
    drawing_of,
    file_stem,
    head_rows,
    is_schematic,
    map_elements,
    people_calculation,
    people_points,
    point_rows,
    point_text,
    points_geojson,
    sentence,
)

HEIGHT = 560


def show_vertices(site: SiteRef, unit: str) -> None:
    """Draw the boundary of a site as a list of coordinates, all its points or the main bend points."""
    report = cache.boundary_report(site, chosen_tolerance())
    say(sentence(report, unit), strong=True)
    if is_schematic(report):
        st.warning(plain(t("vertices.schematic")), icon=":material/warning:")
    if report.bends:
        say(bends_text(report))
    secret = confidential_layers(site)
    if not secret or st.checkbox(t("import.export_sure"), key=f"vertices-sure-{secret[0]}"):
        files(report)
    name = "vertices-" + digest([site.source, site.feature, site.drawn, report.bends and report.bends.tolerance])
    map_box, table_box = st.columns([0.5, 0.5], gap="small")
    with table_box:
        points, calculation, head = st.tabs([t("vertices.list"), t("vertices.calculation"), t("vertices.head")])
        with points:
            chosen = chosen_point(report, name)
        with calculation:
            show_numbers(people_calculation(report), height=HEIGHT)
        with head:
            show_numbers(head_rows(report))
    with map_box:
        group = map_group(*map_elements(report, chosen))
        event = show_map(base((), name, bounds(report)), group, key=name, height=HEIGHT)
        if len(report.points) > DRAWN_POINTS:
            st.caption(t("vertices.map_cut", drawn=f"{DRAWN_POINTS:,}"))
        st.caption(t("vertices.map_hint"))
    if state.take_pick(name, event, POINTS.name):
        st.rerun()  # once, so that the table shows the point


def chosen_tolerance() -> float | None:
    """Return the tolerance (m) of the main bend points; None where all points are asked for."""
    switch, amount = st.columns([0.25, 0.75], vertical_alignment="bottom")
    only = switch.toggle(t("vertices.bends_only"), key="bends", bind="query-params")
    tolerance = amount.number_input(
        t("vertices.tolerance"), 0.1, 1_000.0, 5.0, 1.0, key="bend_tolerance", bind="query-params", disabled=not only,
        width=200,
    )  # fmt: skip
    return float(tolerance) if only else None


def chosen_point(report: BoundaryReport, name: str) -> str | None:
    """Draw the list, in which the point clicked on the map is chosen, and return the number of the chosen point."""
    people = shown(people_points(report).drop(columns=["lat", "lon"]))
    printed = people.style.format(number_formats(people), na_rep="–")
    clicked, click = state.last_pick(name)
    numbers = report.points["no"].astype(str).tolist()
    rows = [numbers.index(clicked)] if clicked in numbers else []
    table = st.dataframe(
        printed, hide_index=True, height=HEIGHT - 60, key=f"{name}-rows-{click}", on_select="rerun",
        selection_mode="single-row", selection_default={"selection": {"rows": rows}},
    )  # fmt: skip
    rows = table["selection"]["rows"]
    if not rows:
        return None
    st.caption(plain(point_text(people_points(report).iloc[rows[0]].to_dict())))
    return numbers[rows[0]]


def files(report: BoundaryReport) -> None:
    """Offer the list as CSV, all tables as XLSX, the points as GeoJSON and the drawing."""
    stem = file_stem(report)
    with st.container(horizontal=True):
        offer(t("ui.download_csv"), lambda: csv_bytes(outward(point_rows(report))), f"{stem}.csv")
        offer(t("ui.download_xlsx"), partial(workbook, report), f"{stem}.xlsx")
        offer(t("vertices.drawing"), partial(drawing_of, report), f"{stem}.dxf")
        offer(t("vertices.geojson"), partial(geojson_bytes, report), f"{stem}.geojson")


def workbook(report: BoundaryReport) -> bytes:
    """Return every table of the form as one workbook, with the sources."""
    tables: dict[str, pd.DataFrame] = {
        "vertices": outward(point_rows(report)), "calculation": outward(calculation_rows(report)),
        "head": head_rows(report), "sources": study.sources(),
    }  # fmt: skip
    return xlsx_bytes(tables)


def geojson_bytes(report: BoundaryReport) -> bytes:
    """Return the points as GeoJSON."""
    return json.dumps(points_geojson(report), ensure_ascii=False, allow_nan=False).encode("utf-8")
