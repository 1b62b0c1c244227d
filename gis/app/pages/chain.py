"""공급망: which stages stand where in a year, which links are served, what is missing."""

import streamlit as st

from gis.app import cache
from gis.app.choices import segment, select, several
from gis.app.downloads import show_table
from gis.app.frame import header, say, show_page
from gis.app.map_widget import show_map
from gis.app.site_map import base, layer_group
from gis.i18n import t
from gis.model import BASES, SCOPES
from gis.study.value_chain import DEFAULT_YEAR
from gis.view.legend import legend_html
from gis.view.sentences import boundary_sentence, chain_sentence
from gis.view.tables import label, stage_matrix_table
from layers import LAYERS

FIRST_YEAR, LAST_YEAR = 2020, 2035
STATUS_GROUNDS = {
    "operating": "background-color: #7fc8b0; color: #1f2933",
    "building": "background-color: #cfe8dd; color: #1f2933",
    "role": "background-color: #dbe7f3; color: #1f2933",
    "planned": "background-color: #fbf1d8; color: #1f2933",
}
KINDS = ("material", "service", "knowledge")


def page() -> None:
    unit = header(t("ui.unsourced_flow"))
    year_box, scope_box, basis_box, within_box = st.columns([0.34, 0.26, 0.16, 0.24], vertical_alignment="bottom")
    year = year_box.slider(t("ui.year"), FIRST_YEAR, LAST_YEAR, DEFAULT_YEAR, key="year", bind="query-params")
    with scope_box:
        scope = select(t("ui.scope"), SCOPES, "scope", "region", lambda name: label("scope", name)) or "region"
    with basis_box:
        basis = segment(t("ui.basis"), BASES, "basis", "plan", lambda name: label("basis", name))
    within = within_box.number_input(t("ui.within"), 0.0, 100.0, 0.0, 1.0, key="within", bind="query-params")
    built = cache.chain(year, scope, basis, within * 1000 or None)
    say(chain_sentence(built), strong=True)
    st.caption(t("ui.chain_terms"))
    links = built.links
    kinds_box, required_box = st.columns([0.7, 0.3], vertical_alignment="bottom")
    with kinds_box:
        kinds = several(t("ui.link_kinds"), KINDS, "kinds", KINDS, lambda name: label("link_kind", name))
    if required_box.toggle(t("ui.only_required"), value=True, key="required", bind="query-params"):
        links = links[links["required"].astype(bool)]
    links = links[links["kind"].isin(kinds)]
    map_box, matrix_box = st.columns([0.55, 0.45], gap="small")
    with map_box:
        shown_layers = ["complexes", "hosts"]
        show_map(base((), "chain-map"), layer_group(shown_layers, unit, links), key="chain_map", height=640)
        st.html(legend_html([LAYERS[name] for name in shown_layers], True, cache.boundary_grades()))
        unseen = links[links["served"] & ((links["from"] == links["to"]) | (links["to"] == "export"))]
        if len(unseen):
            st.caption(t("ui.same_place_links", count=len(unseen)))
    with matrix_box:
        st.subheader(t("ui.stage_matrix"))
        matrix = stage_matrix_table(built)
        widths = {"_index": st.column_config.Column(width=150)} | {
            name: st.column_config.Column(width=110) for name in matrix.columns
        }
        st.dataframe(matrix.style.map(status_color), width="stretch", height="content", column_config=widths)
        st.caption(t("ui.matrix_note"))
    st.subheader(t("ui.stage_table"))
    show_table(built.stages.rename(columns={"id": "stage"}), "stages")
    st.subheader(t("ui.link_table"))
    show_table(links.reset_index(drop=True), "links", hidden=("id",), height=420)
    if len(built.doubts):
        st.subheader(t("ui.doubts"))
        show_table(built.doubts, "doubts")
    st.caption(boundary_sentence(cache.boundary_grades()))


def status_color(word: str) -> str:
    """Return the ground of a cell: firm stages are dark, planned ones pale; told apart in grey print."""
    grounds = {label("status", status): ground for status, ground in STATUS_GROUNDS.items()}
    return grounds.get(word, "")


show_page(page)
