"""편입 토지: the land schedule beside its map, sums, thin overlaps to confirm, where every m² is, and the files."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from gis import study
from gis.analysis.register import Tolerances
from gis.app import cache, state
from gis.app.choices import segment, select
from gis.app.downloads import offer, offer_shapes, show_people
from gis.app.frame import say
from gis.app.map_widget import show_map
from gis.app.site_map import base
from gis.i18n import t
from gis.io.write import csv_bytes, xlsx_bytes
from gis.model import outward
from gis.study.register import NONE, LandRegister, kept_lands, parcel_layers, polygon_layers, zoning_layer
from gis.study.sites import SiteRef
from gis.view import register as view
from gis.view.features import SCREEN_FEATURES
from gis.view.map import digest, map_group
from gis.view.tables import shown

HEIGHT = 520
UNIT = "m2"
"""A land schedule is written in ㎡, whatever unit the page has: most parcels are less than 0.1 만㎡."""
MOST_STYLED = 200_000
"""Cells of a table from which Streamlit draws no styles; numbers keep their separators."""


def show_register(site: SiteRef, unit: str) -> None:
    """Draw the land schedule of a site; its sentence says the area of the site in `unit`."""
    parcels, lands, zoning = chosen_sources()
    if parcels is None:
        st.info(t("error.register.no_parcels"), icon=":material/info:")
        return
    width, everything = chosen_tolerance()
    with st.spinner(t("import.reading")):
        made = cache.land_register(site, parcels, lands, zoning, Tolerances(width, count_slivers=everything))
        confirmed = () if everything else confirmed_slivers(made, site)
        if confirmed:
            made = cache.land_register(site, parcels, lands, zoning, Tolerances(width, counted=confirmed))
    if made.schedule.shapes.empty:
        st.info(t("register.no_rows"), icon=":material/info:")
    for number, sentence in enumerate(view.sentences(made, unit)):
        say(sentence, "- " if number else "", strong=not number)
    files(made)
    names = [name for name, table in view.tables(made).items() if name == "register" or len(table)]
    chosen = segment(t("register.tables.register"), names, "register-table", "register", table_title)
    if chosen == "register":
        show_schedule(made, site)
    else:
        people = shown(view.printed(made, UNIT)[chosen].dropna(axis=1, how="all"), UNIT)
        show_people(people, height=min(HEIGHT, 35 * len(people) + 38))


def table_title(name: str) -> str:
    """Return what people call one of the tables."""
    return t(f"register.tables.{name}")


def chosen_sources() -> tuple[str | None, str | None, str | None]:
    """Draw the choice of parcels, table and zoning, and return them; `none` is none."""
    layers, tables, zones = parcel_layers(), kept_lands() | {NONE: t("register.none")}, polygon_layers()
    parcel_box, land_box, zone_box = st.columns(3)
    with parcel_box:
        first = next(iter(layers), None)
        parcels = select(t("register.parcels"), list(layers), "parcels", first, layers.__getitem__)
    with land_box:
        lands = select(t("register.lands"), list(tables), "lands", next(iter(tables)), tables.__getitem__)
    with zone_box:
        known = {NONE: t("register.none"), **{name: title for name, title in zones.items() if name != parcels}}
        zoning = select(t("register.zoning_layer"), list(known), "zoning", zoning_layer() or NONE, known.__getitem__)
    return parcels, lands, zoning


def chosen_tolerance() -> tuple[float, bool]:
    """Draw how thin a sliver is (m), and whether all of them count."""
    width_box, switch = st.columns([0.25, 0.75], vertical_alignment="bottom")
    width = width_box.number_input(
        t("register.sliver_width"), 0.0, 10.0, 0.1, 0.05, key="sliver_width", bind="query-params"
    )
    return float(width), switch.toggle(t("register.count_slivers"), key="count_slivers", bind="query-params")


def confirmed_slivers(made: LandRegister, site: SiteRef) -> tuple[str, ...]:
    """Draw the choice among slivers that have a PNU, and return those that a person confirmed."""
    slivers = made.schedule.slivers
    lots = {row.pnu: f"{row.location or ''} {row.lot_number}".strip() for row in slivers.itertuples() if row.pnu}
    if not lots:
        return ()
    areas = dict(zip(slivers["pnu"], slivers["figure_area"], strict=True))
    return tuple(
        st.multiselect(
            t("register.confirm"), list(lots), key=f"confirm-{digest([site.source, site.feature, site.drawn])}",
            format_func=lambda pnu: f"{lots[pnu]} ({areas[pnu]:,.2f} ㎡)", placeholder=t("word.none"),
        )
    )  # fmt: skip


def show_schedule(made: LandRegister, site: SiteRef) -> None:
    """Draw the schedule beside the map; a row finds its parcel and a parcel its row."""
    name = "register-" + digest([site.source, site.feature, site.drawn, made.parcels])
    table_box, map_box = st.columns([0.58, 0.42], gap="small")
    with table_box:
        chosen = chosen_parcel(made, name)
    with map_box:
        st.html(view.legend_html(made))
        group = map_group(*[view.map_elements(made, chosen)])
        event = show_map(base((), name, view.map_bounds(made)), group, key=name, height=HEIGHT - 40)
        if len(made.schedule.shapes) > SCREEN_FEATURES:
            st.caption(t("register.map_cut", drawn=f"{SCREEN_FEATURES:,}"))
        st.caption(t("register.map_hint"))
    if state.take_pick(name, event, view.PARCELS.name):
        st.rerun()  # once, so that the table shows the parcel


def chosen_parcel(made: LandRegister, name: str) -> str | None:
    """Draw the schedule, in which the parcel clicked on the map is chosen, and return the id of the chosen parcel."""
    people = shown(view.printed(made, UNIT)["register"].dropna(axis=1, how="all"), UNIT)
    clicked, click = state.last_pick(name)
    ids = made.schedule.rows["id"].tolist()
    rows = [ids.index(clicked)] if clicked in ids else []
    content, formats = drawn_table(people)
    table = st.dataframe(
        content, hide_index=True, height=HEIGHT, key=f"{name}-rows-{click}-{len(ids)}", on_select="rerun",
        selection_mode="single-row", selection_default={"selection": {"rows": rows}}, column_config=formats,
        placeholder="–",
    )  # fmt: skip
    rows = table["selection"]["rows"]
    return ids[rows[0]] if rows and rows[0] < len(ids) else clicked


def drawn_table(people: pd.DataFrame) -> tuple[Any, dict[str, Any]]:
    """Return a table made by `shown` with its numbers as people read them; a very long one by columns, not cells."""
    digits = people.attrs["digits"]
    if people.size <= MOST_STYLED:
        return people.style.format({header: f"{{:,.{places}f}}" for header, places in digits.items()}, na_rep="–"), {}
    rounded = people.assign(**{header: people[header].round(places) for header, places in digits.items()})
    return rounded, {header: st.column_config.NumberColumn(format="localized") for header in digits}


def files(made: LandRegister) -> None:
    """Offer the schedule as CSV and every table as one workbook, numbers as they are, with the sources."""
    with st.container(horizontal=True):
        offer(t("ui.download_csv"), lambda: csv_bytes(outward(view.tables(made)["register"])), "register.csv")
        offer(t("register.workbook"), partial(workbook, made), "register.xlsx")
        offer_shapes(t("overlay.pieces_geojson"), partial(view.pieces, made), "register", made.confidential)


def workbook(made: LandRegister) -> bytes:
    """Return every table of a land schedule as one workbook, with what a reader must know and the sources."""
    told = pd.DataFrame({"note": view.sentences(made)})
    return xlsx_bytes(
        study.with_sources({name: outward(table) for name, table in view.tables(made).items()} | {"about": told})
    )
