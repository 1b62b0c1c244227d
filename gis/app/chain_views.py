"""공급망: the parts of the page, each a picture with its table and its sentence."""

import streamlit as st

from gis.app import cache
from gis.app.choices import segment, select, several
from gis.app.downloads import offer, show_table
from gis.app.firms_view import kept_box
from gis.app.frame import faults_shown, plain, say
from gis.app.map_widget import show_map
from gis.app.site_choice import chosen_site
from gis.app.site_map import base, layer_group
from gis.i18n import t
from gis.model import LINK_KINDS
from gis.study.firms import FIRMS
from gis.study.value_chain import Answer, Move
from gis.view import chain as view
from gis.view.chain_diagram import chain_diagram, diagram_sentence, with_type
from gis.view.legend import legend_html
from gis.view.tables import label, stage_matrix_table
from layers import LAYERS

STATUS_GROUNDS = {
    "operating": "background-color: #7fc8b0; color: #1f2933",
    "building": "background-color: #cfe8dd; color: #1f2933",
    "role": "background-color: #dbe7f3; color: #1f2933",
    "planned": "background-color: #fbf1d8; color: #1f2933",
}
NEW_COMPLEX = "futurecar"


def show_links(found: Answer, unit: str) -> None:
    """Draw the links on the map, the matrix of stages and complexes, and both tables."""
    built = found.chain
    kinds_box, required_box = st.columns([0.7, 0.3], vertical_alignment="bottom")
    with kinds_box:
        kinds = several(t("ui.link_kinds"), LINK_KINDS, "kinds", LINK_KINDS, lambda name: label("link_kind", name))
    links = built.links[built.links["kind"].isin(kinds)]
    if required_box.toggle(t("ui.only_required"), value=True, key="required", bind="query-params"):
        links = links[links["required"].astype(bool)]
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


def status_color(word: str) -> str:
    """Return the ground of a cell: firm stages are dark, planned ones pale; told apart in grey print."""
    grounds = {label("status", status): ground for status, ground in STATUS_GROUNDS.items()}
    return grounds.get(word, "")


def show_diagram(found: Answer, unit: str) -> None:
    """Draw the stages as a picture with the cut through it; its numbers stand in the tables of the other parts."""
    picture, told = chain_diagram(found), diagram_sentence(found)
    st.image(with_type(picture), alt=told, width="stretch")
    say(told)
    offer(t("chain.picture"), picture.encode, "chain.svg")
    show_table(view.routes_table(found), "diagram_routes", unit, height=320)


def show_losses(found: Answer, unit: str) -> None:
    """Draw what ends the chain, what each loss breaks, and what material routes can carry."""
    st.subheader(t("chain.routes"))
    show_table(view.routes_table(found), "routes", unit, height=320)
    st.subheader(t("chain.losses"))
    st.caption(t("chain.losses_note"))
    show_table(view.losses_table(found), "losses", unit, height=420)
    st.subheader(t("chain.flows"))
    st.caption(t("chain.flows_note"))
    show_table(view.flows_table(found), "flows", unit)


def show_addition(found: Answer, unit: str) -> None:
    """Draw the fewest new sites that complete the chain, and which links shorten where a complex stands elsewhere."""
    show_table(view.addition_table(found), "addition", unit)
    st.subheader(t("chain.elsewhere"))
    st.caption(t("chain.elsewhere_note"))
    complexes = list(cache.boundary_grades())
    moved_box, site_box = st.columns([0.25, 0.75], vertical_alignment="bottom")
    with moved_box:
        place = select(t("chain.moved"), complexes, "moved", NEW_COMPLEX, lambda name: label("place", name))
    with site_box:
        site = chosen_site("elsewhere", NEW_COMPLEX)
    if place is None or site is None or site.source == place:
        return
    built = found.chain
    with faults_shown():
        changed = cache.moved_links((Move(place, site),), built.year, built.scope, built.basis)
        say(view.moved_sentence(place, changed), strong=True)
        show_table(changed, "moved_links", unit, hidden=("id",))


def show_present(found: Answer, unit: str) -> None:
    """Draw the firms of a kept register at each stage and complex, beside the roles that plans give there."""
    st.caption(t("chain.firms_note"))
    kept = kept_box(t("firms.kept"), FIRMS, "chain_firms")
    if kept is None:
        st.info(plain(t("chain.no_firms")), icon=":material/factory:")
        return
    with faults_shown():
        present = cache.kept_firm_report(kept, 2).table("stages")
        inside = present[present["place"].isin(list(found.chain.matrix.columns))]
        say(view.present_sentence(inside), strong=True)
        show_table(inside.reset_index(drop=True), "firms_present", unit, height=420)


def chosen_part(parts: list[str]) -> str:
    """Return the part of the page to draw."""
    return segment(t("chain.part"), parts, "part", parts[0], lambda name: t(f"chain.parts.{name}"))
