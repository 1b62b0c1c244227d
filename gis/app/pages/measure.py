"""면적·거리: both areas, shares by district, distances, nearest points, adjacency."""

import streamlit as st

from gis import study
from gis.analysis.adjacency import Thresholds
from gis.app import cache
from gis.app.choices import segment, select
from gis.app.downloads import show_table
from gis.app.frame import faults_shown, header, say, show_page
from gis.i18n import t
from gis.study import UNIT_LAYERS
from gis.view.sentences import (
    adjacency_sentence,
    area_sentence,
    boundary_sentence,
    distance_matrix,
    place_name,
    with_distance_labels,
)
from gis.view.tables import label, layer_title, with_area_notes

MOST_ROWS = 1_000  # of a long table, in the page
SENTENCES = 20  # sites and pairs in words above their table, which holds all (a bare text would be shown)


def page() -> None:
    unit = header(boundary_sentence(cache.boundary_grades()))
    source = chosen_source()
    names = None if source is None else cache.site_names(source)
    areas, distances, adjacency = st.tabs([t("ui.areas"), t("ui.distances"), t("ui.adjacency")])
    with areas, faults_shown():
        show_areas(unit, source)
    with distances, faults_shown():
        show_distances(source, names)
    with adjacency, faults_shown():
        show_adjacency(source, names)


def chosen_source() -> str | None:
    """Return the imported layer to measure; None for the complexes."""
    layers = {
        name: one for name, one in study.known_layers().items() if name == study.COMPLEXES or one.group == "imported"
    }
    if len(layers) == 1:
        return None
    chosen = select(
        t("ui.measured_layer"), list(layers), "source", study.COMPLEXES, lambda name: layer_title(layers[name])
    )
    return None if chosen in (None, study.COMPLEXES) else chosen


def show_areas(unit: str, source: str | None) -> None:
    table = with_area_notes(cache.areas(source))
    for row in table.head(SENTENCES).to_dict("records"):
        say(area_sentence(row, unit), "- ")
    show_table(table, "area", unit)
    st.subheader(t("ui.shares"))
    level = segment(t("ui.level"), UNIT_LAYERS, "level", "emd", lambda name: t(f"layer.{name}"))
    show_table(cache.unit_shares(level, source).rename(columns={"id": "place"}), f"area_by_{level}", unit)


def show_distances(source: str | None, names: dict[str, str] | None) -> None:
    measure = segment(t("ui.measure"), ("gap", "centroid"), "measure", "gap", lambda name: t(f"measure.{name}"))
    table = cache.distances(measure, source)
    st.caption(t("ui.interval_note"))
    st.subheader(t("ui.matrix"))
    st.dataframe(
        distance_matrix(table, names),
        width="stretch",
        column_config={"_index": st.column_config.Column(width="medium")},
    )
    show_table(with_distance_labels(table, names), f"distance_{measure}", names=names)
    st.subheader(t("ui.nearest"))
    both = cache.point_names() | (names or {})
    show_table(with_distance_labels(cache.nearest_places(source), both), "nearest", names=both)


def show_adjacency(source: str | None, names: dict[str, str] | None) -> None:
    tolerance_box, beside_box, near_box = st.columns(3)
    tolerance = tolerance_box.number_input(
        t("ui.tolerance"), 0.0, 100.0, 0.1, 0.1, key="tolerance", bind="query-params"
    )
    beside = beside_box.number_input(t("ui.beside"), 0.0, 1_000.0, 100.0, 10.0, key="beside", bind="query-params")
    bands = near_box.multiselect(t("ui.near"), [1, 2, 5, 10, 20, 30], [2, 5, 10], key="near", bind="query-params")
    thresholds = Thresholds(tolerance, beside, tuple(sorted(1000.0 * band for band in bands)))
    between = separators(source)
    if cache.has_many_pairs(source):
        show_near_pairs(thresholds, source, between, names)
        return
    table = cache.adjacencies(thresholds, source, between)
    if between is None:
        st.caption(t("ui.separators_missing"))
    for row in table.head(SENTENCES).to_dict("records"):
        say(adjacency_sentence(row, names), "- ")
    show_table(table, "adjacency", names=names, hidden=("de9im",))
    with st.expander(t("ui.details")):
        details = table[["a", "b", "de9im", "tolerance"]]
        called = {column: details[column].map(lambda name: place_name(name, names)) for column in ("a", "b")}
        st.dataframe(details.assign(**called), hide_index=True)


def show_near_pairs(
    thresholds: Thresholds, source: str | None, between: str | None, names: dict[str, str] | None
) -> None:
    """Draw the pairs of very many sites that lie near one another: how many of which class, the first, and files of all."""
    within = st.number_input(t("ui.pairs_within"), 0.0, 10_000.0, 1.0, 1.0, key="pairs_within", bind="query-params")
    with st.spinner(t("ui.measuring"), show_time=True):
        table = cache.near_pairs(thresholds, source, between, within)
    counts = table["relation"].value_counts()
    say(
        " · ".join(f"{label('relation', name)} {count:,}" for name, count in counts.items() if count) or t("word.none"),
        strong=True,
    )
    if len(table) > MOST_ROWS:
        st.caption(t("ui.first_rows", count=f"{len(table):,}", most=f"{MOST_ROWS:,}"))
    show_table(table, "adjacency", names=names, hidden=("de9im",), most=MOST_ROWS)


def separators(source: str | None) -> str | None:
    """Return the imported layer of roads, rivers and railways that may lie between two sites; None where there is none."""
    layers = {name: one for name, one in study.known_layers().items() if one.group == "imported" and name != source}
    if not layers:
        return None
    return select(
        t("ui.separators"), list(layers), "between", None, lambda name: layer_title(layers[name]),
        index=None, placeholder=t("word.none"),
    )  # fmt: skip


show_page(page)
