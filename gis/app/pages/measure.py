"""면적·거리: both areas, shares by district, distances, nearest points, adjacency."""

import streamlit as st

from gis.analysis.adjacency import Thresholds
from gis.app import cache
from gis.app.choices import segment
from gis.app.downloads import show_table
from gis.app.frame import faults_shown, header, say, show_page
from gis.i18n import t
from gis.study import UNIT_LAYERS
from gis.view.sentences import adjacency_sentence, area_sentence, distance_matrix, with_distance_labels
from gis.view.tables import label, with_area_notes


def page() -> None:
    unit = header(t("app.schematic_banner"))
    areas, distances, adjacency = st.tabs([t("ui.areas"), t("ui.distances"), t("ui.adjacency")])
    with areas, faults_shown():
        show_areas(unit)
    with distances, faults_shown():
        show_distances()
    with adjacency, faults_shown():
        show_adjacency()


def show_areas(unit: str) -> None:
    table = with_area_notes(cache.areas())
    for row in table.to_dict("records"):
        say(area_sentence(row, unit), "- ")
    show_table(table, "area", unit)
    st.subheader(t("ui.shares"))
    level = segment(t("ui.level"), UNIT_LAYERS, "level", "emd", lambda name: t(f"layer.{name}"))
    show_table(cache.unit_shares(level).rename(columns={"id": "place"}), f"area_by_{level}", unit)


def show_distances() -> None:
    measure = segment(t("ui.measure"), ("gap", "centroid"), "measure", "gap", lambda name: t(f"measure.{name}"))
    table = cache.distances(measure)
    st.caption(t("ui.interval_note"))
    st.subheader(t("ui.matrix"))
    st.dataframe(
        distance_matrix(table), width="stretch", column_config={"_index": st.column_config.Column(width="medium")}
    )
    show_table(with_distance_labels(table), f"distance_{measure}")
    st.subheader(t("ui.nearest"))
    names = cache.point_names()
    show_table(with_distance_labels(cache.nearest_places(), names), "nearest", names=names)


def show_adjacency() -> None:
    tolerance_box, beside_box, near_box = st.columns(3)
    tolerance = tolerance_box.number_input(
        t("ui.tolerance"), 0.0, 100.0, 0.1, 0.1, key="tolerance", bind="query-params"
    )
    beside = beside_box.number_input(t("ui.beside"), 0.0, 1_000.0, 100.0, 10.0, key="beside", bind="query-params")
    bands = near_box.multiselect(t("ui.near"), [1, 2, 5, 10, 20, 30], [2, 5, 10], key="near", bind="query-params")
    thresholds = Thresholds(tolerance, beside, tuple(sorted(1000.0 * band for band in bands)))
    table = cache.adjacencies(thresholds)
    st.caption(t("ui.separators_missing"))
    for row in table.to_dict("records"):
        say(adjacency_sentence(row), "- ")
    show_table(table, "adjacency", hidden=("de9im",))
    with st.expander(t("ui.details")):
        details = table[["a", "b", "de9im", "tolerance"]]
        st.dataframe(details.assign(a=details["a"].map(place), b=details["b"].map(place)), hide_index=True)


def place(name: str) -> str:
    return label("place", name)


show_page(page)
