"""입지: what is looked for, the search with its progress, the found sites on map and table, and what closed the rest."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from gis import study
from gis.analysis.siting import CONDITIONAL, EXCLUDE, PENALTY
from gis.app import cache, state
from gis.app.choices import select
from gis.app.downloads import offer, show_numbers
from gis.app.frame import faults_shown, plain, say
from gis.app.map_widget import show_map
from gis.app.site_map import base
from gis.errors import GisError
from gis.i18n import language, t
from gis.io.write import csv_bytes, xlsx_bytes
from gis.model import outward
from gis.study import active, siting
from gis.study.sites import SiteRef
from gis.study.siting import Found
from gis.study.siting_land import land_themes, loaded_themes, loose_layers
from gis.study.terrain import elevation_models
from gis.study.wish import EXISTING, Rule, Wish, typed_aspects
from gis.units import parse_area
from gis.view import siting as view
from gis.view.map import digest, layer_elements, map_group
from gis.view.tables import label, layer_title, number_formats, shown

HEIGHT = 560
NONE = "-"
RULES, CRITERIA = "siting-rules", "siting-criteria"
MODES = (NONE, EXCLUDE, CONDITIONAL, PENALTY)
NEARNESS = (
    "anchor",
    "chain:futurecar",
    "reference_points:rail",
    "reference_points:expressway",
    "reference_points:airport",
    "land_price",
)
"""What the page offers to be near to, and what else counts softly."""


def chosen_wish() -> Wish:
    """Return what the reader looks for."""
    area_box, near_box, within_box, count_box = st.columns([0.24, 0.32, 0.22, 0.22])
    area = area_box.text_input(
        t("siting.area"), "100만평", key="place_area", bind="query-params", help=t("siting.area_help")
    )
    with near_box:
        near = select(
            t("siting.near"), [*cache.boundary_grades(), NONE], "place_near", "bitgreen",
            lambda name: t("siting.anywhere") if name == NONE else label("place", name),
        )  # fmt: skip
    within = within_box.number_input(t("siting.within"), 0.0, 100.0, 5.0, 0.5, key="place_within", bind="query-params")
    count = count_box.number_input(t("siting.count"), 1, 50, 8, 1, key="place_count", bind="query-params")
    with st.expander(t("siting.rules"), expanded=True):
        rules, slope, dem = chosen_rules()
    with st.expander(t("siting.criteria")):
        criteria = chosen_criteria()
    with st.expander(t("siting.shape")):
        shape = chosen_shape()
    anchored = near not in (None, NONE)
    return Wish(
        area=parse_area(area), anchor=SiteRef(str(near)) if anchored else None, within=1_000 * within, rules=rules,
        slope=slope, dem=dem, criteria=tuple(one for one in criteria if anchored or one[0] != siting.ANCHOR),
        window=None if anchored else cache.bundled_window(), count=int(count), **shape,
    )  # fmt: skip


def chosen_rules() -> tuple[tuple[Rule, ...], float | None, str | None]:
    """Return the constraints of a table in which every theme and polygon layer has a row, the steepest slope and its model."""
    st.caption(t("siting.rules_hint"))
    start = rule_rows()
    name = f"{RULES}-{digest([*start['layer'], language()])}"
    table, key = state.points_base(name, start)
    words = {mode: t("siting.mode_none") if mode == NONE else t(f"siting.mode_{mode}") for mode in MODES}
    edited = st.data_editor(
        table, key=key, hide_index=True, width="stretch", height=320, disabled=["title", "data"],
        column_order=["title", "data", "mode", "classes", "buffer", "weight"],
        column_config={
            "title": st.column_config.TextColumn(t("column.constraint"), width="medium"),
            "data": st.column_config.TextColumn(t("column.data_state"), width="small"),
            "mode": st.column_config.SelectboxColumn(
                t("column.mode"), options=list(MODES), format_func=lambda mode: words[str(mode)], required=True
            ),
            "classes": st.column_config.TextColumn(t("siting.classes"), help=t("siting.classes_help")),
            "buffer": st.column_config.NumberColumn(t("siting.buffer"), min_value=0.0, max_value=20_000.0, step=10.0),
            "weight": st.column_config.NumberColumn(t("siting.weight"), min_value=0.0, max_value=100.0, step=0.1),
        },
    )  # fmt: skip
    state.keep_points(name, edited)
    models = {one.name: one.title for one in elevation_models()}
    slope_box, dem_box = st.columns([0.3, 0.7], vertical_alignment="bottom")
    slope = slope_box.number_input(
        t("siting.slope"), 0.0, 89.0, 0.0, 1.0, key="place_slope", bind="query-params", help=t("siting.slope_help")
    )
    dem = None
    with dem_box:
        if len(models) > 1:
            dem = select(t("terrain.dem"), list(models), "place_dem", next(iter(models)), models.__getitem__)
        elif slope and not models:
            st.caption(t("siting.no_dem"))
    return rules_of(edited), slope or None, dem


def rule_rows() -> pd.DataFrame:
    """Return a row a theme that speaks of land, one for the complexes that stand, one for each other polygon layer."""
    loaded = loaded_themes()
    rows: list[dict[str, Any]] = [
        {"layer": EXISTING.layer, "title": layer_title(study.known_layers()[EXISTING.layer]), "data": t("siting.loaded"),
         "mode": EXCLUDE, "classes": "|".join(EXISTING.classes)}
    ]  # fmt: skip
    for name, theme in land_themes().items():
        told = t("siting.loaded") if name in loaded else t("word.no_data")
        rows.append({"layer": name, "title": theme.called, "data": told, "mode": NONE, "classes": ""})
    for name in loose_layers():
        title = layer_title(study.known_layers()[name])
        rows.append({"layer": name, "title": title, "data": t("siting.loaded"), "mode": NONE, "classes": ""})
    return pd.DataFrame(rows).assign(buffer=0.0, weight=1.0)


def rules_of(edited: pd.DataFrame) -> tuple[Rule, ...]:
    """Return the rows of the table that have a mode as rules."""
    return tuple(
        Rule(
            row["layer"], row["mode"], tuple(part.strip() for part in str(row["classes"]).split("|") if part.strip()),
            float(row["buffer"]), 0.0 if row["mode"] == EXCLUDE else float(row["weight"]),
        )
        for row in edited.fillna({"classes": "", "buffer": 0.0, "weight": 0.0}).to_dict("records")
        if row["mode"] in MODES[1:]
    )  # fmt: skip


def chosen_criteria() -> list[tuple[str, float]]:
    """Return what the site should be near to, with weights; 0 is not asked."""
    st.caption(t("siting.criteria_hint"))
    weights = [1.0, *(0.0 for _ in NEARNESS[1:])]
    start = pd.DataFrame({"name": NEARNESS, "title": [view.rule_name(one) for one in NEARNESS], "weight": weights})
    name = f"{CRITERIA}-{language()}"
    table, key = state.points_base(name, start)
    edited = st.data_editor(
        table, key=key, hide_index=True, column_order=["title", "weight"], disabled=["title"],
        column_config={
            "title": st.column_config.TextColumn(t("column.criterion"), width="large"),
            "weight": st.column_config.NumberColumn(t("siting.weight"), min_value=0.0, max_value=100.0, step=0.1),
        },
    )  # fmt: skip
    state.keep_points(name, edited)
    return [(row["name"], float(row["weight"])) for row in edited.to_dict("records") if (row["weight"] or 0) > 0]


def chosen_shape() -> dict[str, Any]:
    """Return the form of the site: rectangles or an outline, limits, irregular sites, chance."""
    form_box, aspect_box, turn_box, apart_box = st.columns(4)
    with form_box:
        outline = select(
            t("siting.outline"), [NONE, *cache.boundary_grades()], "place_outline", NONE,
            lambda name: t("siting.rectangles") if name == NONE else label("place", name),
        )  # fmt: skip
    aspects = aspect_box.text_input(
        t("siting.aspects"), "1, 1.5, 2", key="place_aspects", bind="query-params", disabled=outline != NONE
    )
    turn = turn_box.number_input(t("siting.turn"), 1.0, 180.0, 15.0, 5.0, key="place_turn", bind="query-params")
    seed = apart_box.number_input(t("siting.seed"), 0, 10**6, 0, 1, key="place_seed", bind="query-params")
    compact_box, width_box, grow_box, parcel_box = st.columns(4)
    compact = compact_box.number_input(
        t("siting.compactness"), 0.0, 0.99, 0.0, 0.05, key="place_compactness", bind="query-params",
        help=t("siting.compactness_help"),
    )  # fmt: skip
    width = width_box.number_input(
        t("siting.width"), 0.0, 5_000.0, 0.0, 50.0, key="place_width", bind="query-params", help=t("siting.width_help")
    )
    grow = grow_box.number_input(
        t("siting.grow"), 0, 20, 2, 1, key="place_grow", bind="query-params", help=t("siting.grow_help")
    )
    titles = {name: layer_title(one) for name, one in study.known_layers().items() if _has_polygons(one)}
    with parcel_box:
        parcels = select(
            t("siting.parcels"),
            [NONE, *titles],
            "place_parcels",
            NONE,
            lambda name: titles.get(name, t("siting.cells")),
        )
    return {
        "outline": None if outline in (None, NONE) else SiteRef(str(outline)), "aspects": typed_aspects(aspects),
        "turn": turn, "compactness": compact, "width": width, "grow": int(grow),
        "parcels": None if parcels == NONE else parcels, "random": int(seed),
    }  # fmt: skip


def _has_polygons(layer: Any) -> bool:
    return layer.group == "imported" and layer.geometry == "Polygon"


def show_search(unit: str) -> None:
    """Draw what is looked for, and what was found for what was asked last."""
    try:
        wish = chosen_wish()
    except GisError as error:
        st.error(plain(str(error)), icon=":material/error:")
        wish = None
    if (
        st.button(t("siting.find"), type="primary", icon=":material/search:", disabled=wish is None)
        and wish is not None
    ):
        state.ask_sites(wish)
    asked = state.asked_sites()
    if asked is None:
        st.info(t("siting.not_asked"), icon=":material/touch_app:")
        return
    if wish is not None and asked != wish:
        st.caption(t("siting.changed"))
    show_found(searched(asked), unit)


def searched(asked: Wish) -> Found:
    """Search for what was asked, once, with its progress; a click anywhere stops it, and nothing is kept then."""
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, t("siting.searching"))
        st.button(t("siting.stop"), icon=":material/stop_circle:", on_click=state.forget_sites)

    def advance(done: float) -> None:
        bar.progress(min(done, 1.0), t("siting.searching"))

    try:
        return cache.found_sites(asked, advance)
    except GisError:
        state.forget_sites()
        raise
    finally:
        place.empty()


def show_found(found: Found, unit: str) -> None:
    """Draw the sites beside their map, where choosing in one chooses in the other, and what closed the rest."""
    say(view.head_sentence(found, unit), strong=True)
    if not found.ranks:
        st.warning(plain(view.land_sentence(found)), icon=":material/warning:")
    for line in view.sentences(found, unit)[0 if found.ranks else 1 :]:
        say(line, "- ")
    files(found)
    name = "siting-" + digest([str(found.wish)])
    map_box, table_box = st.columns([0.5, 0.5], gap="small")
    with table_box:
        chosen = chosen_site(found, name, unit)
        show_pareto(found)
    with map_box:
        killers = st.toggle(t("siting.show_killers"), True, key="place_killers", bind="query-params")
        group = map_group(
            view.killer_elements(found) if killers else [],
            layer_elements(
                study.known_layers()[study.COMPLEXES], cache.screen_layer(study.COMPLEXES, unit, language()),
                stamp=t("word.schematic"),
            ),
            view.site_elements(found, unit, chosen),
        )  # fmt: skip
        event = show_map(base((), name, view.bounds(found)), group, key=name, height=HEIGHT)
        if killers:
            st.html(view.killer_legend_html(found))
        st.caption(t("siting.map_hint"))
    if chosen is not None:
        show_proposal(found, chosen)
    if state.take_pick(name, event, view.SITES.name):
        st.rerun()  # once, so that the table shows the site
    show_tables(found, unit)


def show_proposal(found: Found, site_id: str) -> None:
    """Let a person take the chosen site into a scenario."""
    now = active.current()
    with st.form(f"propose-{site_id}", border=True):
        st.caption(t("siting.propose_hint", site=site_id))
        title_box, place_box, button_box = st.columns([0.4, 0.35, 0.25], vertical_alignment="bottom")
        title = title_box.text_input(t("scenario.title"), t("siting.proposal", site=site_id), max_chars=80)
        places = [*cache.boundary_grades(), NONE]
        words = {name: label("place", name) for name in places} | {NONE: t("siting.beside")}
        replaces = place_box.selectbox(
            t("siting.replaces"), places, places.index("futurecar"), format_func=words.__getitem__
        )
        key = "siting.propose_new" if now is None else "siting.propose_into"
        into = {} if now is None else {"title": now.scenario.title}
        done = button_box.form_submit_button(t(key, **into), icon=":material/alt_route:", width="stretch")
    if done and title.strip():
        with faults_shown():
            kept = siting.proposed(
                found, site_id, title.strip(), None if now is None else now.id, None if replaces == NONE else replaces
            )
            state.look_at(kept.id)
            st.rerun()


def chosen_site(found: Found, name: str, unit: str) -> str | None:
    """Draw the sites, in which the one clicked on the map is chosen, and return the id of the chosen one."""
    people = shown(view.people_sites(found), unit)
    ids = found.sites["id"].tolist()
    clicked, click = state.last_pick(name)
    rows = [ids.index(clicked)] if clicked in ids else []
    table = st.dataframe(
        people.style.format(number_formats(people), na_rep="–"), hide_index=True, key=f"{name}-rows-{click}",
        on_select="rerun", selection_mode="single-row", selection_default={"selection": {"rows": rows}}, placeholder="–",
    )  # fmt: skip
    picked = table["selection"]["rows"]
    return ids[picked[0]] if picked else None


def show_pareto(found: Found) -> None:
    """Draw costly land against distance, with its table."""
    chart = view.pareto_chart(found)
    if chart is None:
        return
    st.caption(t("siting.pareto_title"))
    st.altair_chart(chart, width="stretch", key="place-pareto")


def show_tables(found: Found, unit: str) -> None:
    """Draw what closed the other positions, and what each site takes and is near to."""
    tables = view.people_tables(found)
    for name in ("rejected", "takings", "green_belt", "distances", "failures"):
        if len(tables[name]):
            with st.expander(t(f"siting.table_{name}"), expanded=name == "rejected"):
                show_numbers(tables[name], unit)
    with st.expander(t("siting.table_pareto")):
        show_numbers(view.pareto_table(found), unit)


def files(found: Found) -> None:
    """Offer the sites as layers and tables; what rests on confidential layers only where a person says so."""
    secret = siting.confidential_layers(found)
    with st.container(horizontal=True):
        if secret and not st.checkbox(t("overlay.pieces_sure", layers=", ".join(secret)), key="siting-sure"):
            return
        for ending in (".geojson", ".gpkg"):
            offer(t(f"siting.file_{ending[1:]}"), partial(view.site_bytes, found, ending), f"sites{ending}")
        offer(t("ui.download_csv"), lambda: csv_bytes(outward(view.sites_table(found))), "sites.csv")
        offer(t("ui.download_xlsx"), partial(workbook, found), "sites.xlsx")


def workbook(found: Found) -> bytes:
    """Return every table and the sources as one workbook."""
    tables = {name: outward(table) for name, table in view.tables(found).items()}
    return xlsx_bytes(study.with_sources(tables))
