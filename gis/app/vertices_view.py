"""경계점 좌표: the list of points, the area calculation, the boundary with its numbers on a map, and their files."""

import json
from functools import partial

import pandas as pd
import streamlit as st

from gis import study
from gis.app import cache, state
from gis.app.choices import segment
from gis.app.downloads import offer, show_numbers
from gis.app.frame import plain, say
from gis.app.map_widget import show_map
from gis.app.register_view import drawn_table
from gis.app.site_map import base
from gis.i18n import t
from gis.io.write import csv_bytes, xlsx_bytes
from gis.model import outward
from gis.study.sites import SiteRef, confidential_layers
from gis.study.vertices import BoundaryReport
from gis.view.map import digest, map_group
from gis.view.tables import shown
from gis.view.vertices import (
    DRAWN_POINTS,
    POINTS,
    bends_text,
    bounds,
    calculation_rows,
    chosen_text,
    drawing_note,
    drawing_of,
    file_stem,
    head_rows,
    is_schematic,
    map_elements,
    people_calculation,
    people_points,
    point_rows,
    points_geojson,
    sentence,
)

HEIGHT = 560
TABLES = ("list", "calculation", "head")


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
        table = segment(t("statutory.part"), TABLES, "vertices_table", TABLES[0], lambda one: t(f"vertices.{one}"))
        chosen = show_head(report, name) if table == "head" else chosen_point(report, table, name)
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


def show_head(report: BoundaryReport, name: str) -> str | None:
    """Draw the head of the form, and return the number of the point clicked on the map."""
    show_numbers(head_rows(report))
    return state.last_pick(name)[0]


def chosen_point(report: BoundaryReport, table: str, name: str) -> str | None:
    """Draw the list or the calculation, in which the point clicked on the map is chosen; return the chosen point's number."""
    people, numbers = table_rows(report, table)
    clicked, click = state.last_pick(name)
    rows = [numbers.index(clicked)] if clicked is not None and clicked in numbers else []
    content, formats = drawn_table(people)
    drawn = st.dataframe(
        content, hide_index=True, height=HEIGHT - 60, key=f"{name}-{table}-{click}", on_select="rerun",
        selection_mode="single-row", selection_default={"selection": {"rows": rows}}, column_config=formats,
        placeholder="–",
    )  # fmt: skip
    rows = drawn["selection"]["rows"]
    chosen = numbers[rows[0]] if rows else None
    if chosen is not None:
        st.caption(plain(chosen_text(report, chosen)))
    return chosen


def table_rows(report: BoundaryReport, table: str) -> tuple[pd.DataFrame, list[str | None]]:
    """Return the list or the calculation for people, and the number of the point in each row; a sum has none."""
    if table == "list":
        return shown(people_points(report).drop(columns=["lat", "lon"])), report.points["no"].astype(str).tolist()
    numbers = [None if pd.isna(number) else str(number) for number in report.calculation["no"]]
    return shown(people_calculation(report)), numbers


def files(report: BoundaryReport) -> None:
    """Offer the list as CSV, all tables as XLSX, the points as GeoJSON and the drawing."""
    stem = file_stem(report)
    with st.container(horizontal=True):
        offer(t("ui.download_csv"), lambda: csv_bytes(outward(point_rows(report))), f"{stem}.csv")
        offer(t("ui.download_xlsx"), partial(workbook, report), f"{stem}.xlsx")
        offer(t("vertices.drawing"), partial(drawing_of, report), f"{stem}.dxf")
        offer(t("vertices.geojson"), partial(geojson_bytes, report), f"{stem}.geojson")
    if note := drawing_note(report):
        st.caption(note)


def workbook(report: BoundaryReport) -> bytes:
    """Return every table of the form as one workbook, with the sources."""
    tables: dict[str, pd.DataFrame] = {
        "vertices": outward(point_rows(report)), "calculation": outward(calculation_rows(report)),
        "head": head_rows(report),
    }  # fmt: skip
    return xlsx_bytes(study.with_sources(tables))


def geojson_bytes(report: BoundaryReport) -> bytes:
    """Return the points as GeoJSON."""
    return json.dumps(points_geojson(report), ensure_ascii=False, allow_nan=False).encode("utf-8")
