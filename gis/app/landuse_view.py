"""토지이용계획: a plan typed, taken from a layer or from what was drawn; its table, bars, map and files."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from gis import study
from gis.analysis.landuse import transferred
from gis.app import cache, state
from gis.app.choices import segment
from gis.app.downloads import offer
from gis.app.frame import faults_shown, plain, say
from gis.app.map_widget import show_map
from gis.app.register_view import drawn_table
from gis.app.site_map import base
from gis.i18n import either, t
from gis.io.plans import BLOCK_COLUMNS, ROW_AMOUNTS, ROW_COLUMNS, Plan, empty_blocks, empty_rows, industry_codes
from gis.io.write import csv_bytes, layer_bytes, xlsx_bytes
from gis.model import SCHEMATIC, outward
from gis.study import landuse
from gis.study.landuse import BASES, LandUse, PlanSource
from gis.study.sites import SiteRef
from gis.view import landuse as view
from gis.view.map import digest, map_group
from gis.view.tables import layer_title, local_time, shown

SOURCES = ("typed", "layer", "drawn")
FILES = ["toml", "csv", "tsv", "txt", "xlsx", "xlsm"]
HEIGHT = 520
TABLES = ("landuse", "placement", "supply", "faults")
TITLES = {"landuse": "table", "placement": "placement", "supply": "supply", "faults": "faults"}
"""The tables of a plan, and the label of each."""
FAULTS_SAID = 5  # faults in words above the table that holds all
ROWS_SHOWN = ("use", "detail", "former", "area", "paid", "free", "phase", "note")
BLOCKS_SHOWN = ("block", "ksic", "supply_area", "smallest_plot", "restricted", "note")


def show_landuse(site: SiteRef, unit: str) -> None:
    """Draw where the plan of a site comes from, and what it says."""
    name = "plan-" + digest([site.source, site.feature, site.drawn])
    source_box, basis_box = st.columns([0.6, 0.4])
    with source_box:
        source = segment(
            t("landuse.source"), SOURCES, "plan_source", SOURCES[0], lambda one: t(f"landuse.source_{one}")
        )
    with basis_box:
        basis = chosen_basis() if source == "typed" else "planar"
    with faults_shown():
        {"typed": edit_typed, "layer": choose_layer, "drawn": choose_drawn}[source](site, name)
    with faults_shown():
        found = cache.land_use(site, PlanSource(basis=_fitting(site, basis)))
        show_plan(found, name, unit)
    with faults_shown():
        show_versions(site, name)


def chosen_basis() -> str:
    """Return which 구역면적 a typed table is in."""
    return segment(t("landuse.basis"), BASES, "basis", BASES[0], lambda one: t(f"landuse.basis_{one}"))


def _fitting(site: SiteRef, basis: str) -> str:
    """Return the basis that the kept plan can have: zones are measured on the plane."""
    kept = landuse.kept(site)
    return "planar" if kept is not None and kept.layer is not None else basis


def edit_typed(site: SiteRef, name: str) -> None:
    """Draw the table of a plan to be edited; every edit that can be read is kept at once."""
    st.caption(t("landuse.editor_hint"))
    latest = last_typed(site)
    words = use_words()
    start, key = state.points_base(rows_of(name), editor_rows(latest.rows, words))
    rows = st.data_editor(
        start, key=key, column_order=ROWS_SHOWN, num_rows="dynamic", hide_index=True, width="stretch",
        column_config={
            "use": st.column_config.SelectboxColumn(t("landuse.editor_use"), options=list(words), width="medium"),
            "detail": st.column_config.TextColumn(t("landuse.editor_detail")),
            **{one: _number(f"landuse.editor_{one}") for one in ("former", "area", "paid", "free")},
            "phase": st.column_config.TextColumn(t("landuse.editor_phase")),
            "note": st.column_config.TextColumn(t("landuse.editor_note")),
        },
    )  # fmt: skip
    with st.expander(t("landuse.blocks"), expanded=bool(len(latest.blocks))):
        first, blocks_key = state.points_base(blocks_of(name), editor_blocks(latest.blocks))
        blocks = st.data_editor(
            first, key=blocks_key, column_order=BLOCKS_SHOWN, num_rows="dynamic", hide_index=True, width="stretch",
            column_config={
                "block": st.column_config.TextColumn(t("landuse.editor_block")),
                "ksic": st.column_config.TextColumn(t("landuse.editor_ksic")),
                "supply_area": _number("landuse.editor_supply"),
                "smallest_plot": _number("landuse.editor_plot"),
                "restricted": st.column_config.CheckboxColumn(t("landuse.editor_restricted")),
                "note": st.column_config.TextColumn(t("landuse.editor_note")),
            },
        )  # fmt: skip
    changed = [state.keep_points(rows_of(name), rows), state.keep_points(blocks_of(name), blocks)]
    if any(changed):
        plan = Plan(t("landuse.typed_file"), typed_rows(rows, words), typed_blocks(blocks))
        landuse.keep(site, plan)
    upload_plan(site, name)


def rows_of(name: str) -> str:
    """Return under which name the state keeps the rows of a plan as they are edited; 16 letters of it count."""
    return f"rows-{name[-10:]}"


def blocks_of(name: str) -> str:
    """Return under which name the state keeps the blocks of a plan as they are edited."""
    return f"blks-{name[-10:]}"


def _number(key: str) -> Any:
    return st.column_config.NumberColumn(t(key), min_value=0.0, format="localized")


def last_typed(site: SiteRef) -> Plan:
    """Return the plan that was typed last for a site; an empty one where none was."""
    typed = [one.plan for one in landuse.former_versions(site) if one.plan.layer is None]
    return typed[-1] if typed else Plan("", empty_rows(), empty_blocks())


def use_words() -> dict[str, str]:
    """Return the words that people choose a use by, and the name under which each is kept."""
    return {either(one.name, one.name_en): one.name for one in landuse.uses().known.values()}


def editor_rows(rows: pd.DataFrame, words: dict[str, str]) -> pd.DataFrame:
    """Return rows of a plan as the editor shows them: a word that is no known use stands under detail, 유상 as its area."""
    amounts = pd.DataFrame(
        [transferred(row) for row in rows.to_dict("records")], columns=["paid", "free"], index=rows.index
    )
    rows = rows.assign(**amounts.astype(float))
    uses, names = landuse.uses(), {name: word for word, name in words.items()}
    known = [uses.named(use) for use in rows["use"]]
    shown_words = [None if name is None else names[uses.use(name).name] for name in known]
    detail = [
        fine or (None if name is not None else use)
        for use, fine, name in zip(rows["use"], rows["detail"], known, strict=True)
    ]
    shown_rows = rows.assign(use=shown_words, detail=detail)[list(ROWS_SHOWN)].reset_index(drop=True)
    return shown_rows.astype(dict.fromkeys(("use", "detail", "phase", "note"), "string"))


def typed_rows(edited: pd.DataFrame, words: dict[str, str]) -> pd.DataFrame:
    """Return what stands in the editor as rows of a plan, numbered as they stand."""
    rows = edited.reset_index(drop=True)
    filled = rows.reindex(columns=list(ROW_COLUMNS)).assign(row=range(1, len(rows) + 1))
    filled["use"] = pd.Series([words.get(str(use)) if _filled(use) else None for use in rows["use"]], dtype=object)
    for column in ("detail", "phase", "note", "transfer"):
        filled[column] = pd.Series([str(one).strip() if _filled(one) else None for one in filled[column]], dtype=object)
    filled[list(ROW_AMOUNTS)] = filled[list(ROW_AMOUNTS)].astype(float)
    empty = filled[["use", "detail", "area", "former"]].isna().all(axis=1)
    return filled[~empty]


def editor_blocks(blocks: pd.DataFrame) -> pd.DataFrame:
    """Return blocks as the editor shows them: codes parted by commas."""
    told = [codes.replace("|", ", ") for codes in blocks["ksic"]]
    shown_blocks = blocks.assign(ksic=told)[list(BLOCKS_SHOWN)].reset_index(drop=True)
    return shown_blocks.astype(dict.fromkeys(("block", "ksic", "note"), "string") | {"restricted": "boolean"})


def typed_blocks(edited: pd.DataFrame) -> pd.DataFrame:
    """Return what stands in the editor of blocks as they are kept."""
    rows = edited.reset_index(drop=True).reindex(columns=list(BLOCK_COLUMNS))
    rows["row"] = range(1, len(rows) + 1)
    said = [any(map(_filled, row)) for row in rows[["block", "ksic", "supply_area"]].to_numpy(dtype=object)]
    rows = rows[pd.Series(said, index=rows.index, dtype=bool)]
    codes = [
        industry_codes(codes if _filled(codes) else None, row, t("landuse.blocks"))
        for codes, row in zip(rows["ksic"], rows["row"], strict=True)
    ]
    texts = {
        one: pd.Series(
            [str(two).strip() if _filled(two) else None for two in rows[one]], index=rows.index, dtype=object
        )
        for one in ("block", "note")
    }
    known = rows.assign(ksic=pd.Series(codes, index=rows.index, dtype=object), **texts)
    known["restricted"] = [bool(one) if _filled(one) else None for one in rows["restricted"]]
    return known.astype({"supply_area": float, "smallest_plot": float, "restricted": object})


def _filled(value: Any) -> bool:
    return value is not None and not pd.isna(value) and bool(str(value).strip())


def upload_plan(site: SiteRef, name: str) -> None:
    """Take a file in the place of what is typed."""
    picked = st.file_uploader(t("landuse.upload"), FILES, key=f"{name}-file")
    if picked is None:
        return
    with faults_shown():
        plan = landuse.uploaded_plan(picked.getvalue(), picked.name)
        if st.button(t("landuse.take_file"), key=f"{name}-take", icon=":material/upload_file:"):
            landuse.keep(site, plan)
            restart(name, plan)


def restart(name: str, plan: Plan) -> None:
    """Let the editors start anew from a typed plan; one of zones leaves them as they are."""
    tables = {rows_of(name): editor_rows(plan.rows, use_words()), blocks_of(name): editor_blocks(plan.blocks)}
    for sheet, table in tables.items() if plan.layer is None else ():
        state.points_base(sheet, table)  # the editors may not have been drawn in this visit
        state.replace_points(sheet, table)
    st.rerun()


def choose_layer(site: SiteRef, name: str) -> None:
    """Let a person choose an imported layer of zones as the plan."""
    layers = {
        key: one for key, one in study.known_layers().items() if one.group == "imported" and one.geometry == "Polygon"
    }
    if not layers:
        st.info(t("landuse.no_layers"), icon=":material/layers:")
        return
    kept = landuse.kept(site)
    first = list(layers).index(kept.layer) if kept is not None and kept.layer in layers else 0
    layer_box, column_box, button_box = st.columns([0.4, 0.35, 0.25], vertical_alignment="bottom")
    chosen = layer_box.selectbox(
        t("landuse.layer"), list(layers), first, key=f"{name}-layer", format_func=lambda one: layer_title(layers[one])
    )
    columns = landuse.layer_columns(chosen)
    column = column_box.selectbox(
        t("landuse.layer_column"),
        columns,
        index=None,
        key=f"{name}-column-{chosen}",
        placeholder=t("landuse.by_heading"),
    )
    if button_box.button(t("landuse.use_layer"), key=f"{name}-use-layer", icon=":material/check:"):
        landuse.keep_named(site, PlanSource(chosen, column=column))
        st.rerun()


def choose_drawn(site: SiteRef, name: str) -> None:
    """Let a person say what each drawn polygon is for, and keep them as the plan."""
    drawn = [geometry for geometry in state.drawings() if geometry["type"] != "LineString"]
    if not drawn:
        st.info(t("landuse.no_drawings"), icon=":material/draw:")
        return
    words, said = use_words(), []
    boxes = st.columns(min(3, len(drawn)))
    for number, geometry in enumerate(drawn, start=1):
        word = boxes[(number - 1) % len(boxes)].selectbox(
            t("landuse.drawn_use", number=number), list(words), index=None, key=f"{name}-drawn-{number}",
            placeholder=t("landuse.leave_out"),
        )  # fmt: skip
        if word is not None:
            said.append((state.drawing_text(geometry), words[word]))
    if st.button(t("landuse.keep_drawn"), key=f"{name}-keep-drawn", icon=":material/save:", disabled=not said):
        landuse.keep_drawn(site, tuple(said))
        st.rerun()


def show_plan(found: LandUse, name: str, unit: str) -> None:
    """Draw the table of a plan with its bars or its map beside it, and its files."""
    for place, sentence in enumerate(view.plan_sentences(found, unit)):
        say(sentence, "" if place == 0 else "- ", strong=place == 0)
    if found.grade == SCHEMATIC:
        st.warning(plain(view.plan_sentences(found, unit)[1]), icon=":material/warning:")
    faults = view.fault_sentences(found, unit, FAULTS_SAID)
    if faults:
        st.warning("\n".join(f"- {plain(sentence)}" for sentence in faults), icon=":material/rule:")
    if found.kind is None:
        st.info(t("landuse.how_to_give"), icon=":material/table_view:")
        return
    filled = [table for table in TABLES if len(plan_tables(found)[table]) or table == TABLES[0]]
    table = segment(t("statutory.part"), filled, "plan_table", TABLES[0], lambda one: t(f"landuse.{TITLES[one]}"))
    files(found, table)
    layer, _ = view.drawn_shapes(found, table)
    left, right = st.columns([0.42, 0.58], gap="small")
    with right:
        chosen = chosen_row(found, table, name)
    with left:
        if layer is None:
            show_shares(found, name)
        else:
            group = map_group(view.map_elements(found, chosen, table))
            event = show_map(base((), name, view.map_bounds(found)), group, key=name, height=HEIGHT)
            st.html(view.legend_html(found, table))
            st.caption(t("landuse.map_hint"))
            if state.take_pick(name, event, layer.name):
                st.rerun()  # once, so that the table shows the region
    if layer is not None:
        show_shares(found, name)


def show_shares(found: LandUse, name: str) -> None:
    """Draw the bars of a plan."""
    st.subheader(t("landuse.chart"))
    st.altair_chart(view.shares_chart(found.table), width="stretch", key=f"{name}-chart")


def plan_tables(found: LandUse) -> dict[str, pd.DataFrame]:
    """Return the tables of a plan, those without rows too."""
    return {
        "landuse": found.table, "placement": found.placement, "supply": found.supply, "faults": found.faults,
        "unmatched": found.unmatched,
    }  # fmt: skip


def table_rows(found: LandUse, table: str) -> tuple[pd.DataFrame, list[str | None]]:
    """Return a table for people, and the region or block that each row has on the map."""
    shown_rows = {"landuse": view.printed, "supply": view.supply_shown}.get(table, lambda rows: rows)
    rows = plan_tables(found)[table]
    ids = {"landuse": "id", "placement": "block", "supply": "block"}.get(table)
    return shown(shown_rows(rows).dropna(axis=1, how="all")), [None] * len(rows) if ids is None else rows[ids].tolist()


def chosen_row(found: LandUse, table: str, name: str) -> str | None:
    """Draw a table, in which what is clicked on the map is chosen, and return the region or block of the chosen row."""
    people, ids = table_rows(found, table)
    clicked, click = state.last_pick(name)
    rows = [ids.index(clicked)] if clicked is not None and clicked in ids else []
    content, formats = drawn_table(people)
    drawn = st.dataframe(
        content, hide_index=True, key=f"{name}-{table}-{click}", on_select="rerun", selection_mode="single-row",
        selection_default={"selection": {"rows": rows}}, height=min(HEIGHT, 38 + 35 * len(ids)), placeholder="–",
        column_config=formats,
    )  # fmt: skip
    picked = drawn["selection"]["rows"]
    chosen = ids[picked[0]] if picked else None
    return chosen and chosen.removesuffix(view.REST)


def files(found: LandUse, table: str) -> None:
    """Offer a table of a plan as CSV, all of them as XLSX, and its shapes; confidential ones only where a person says so."""
    stem = table + ("_schematic" if found.grade == SCHEMATIC else "")
    with st.container(horizontal=True):
        offer(t("ui.download_csv"), lambda: csv_bytes(outward(plan_tables(found)[table])), f"{stem}.csv")
        offer(t("ui.download_xlsx"), partial(workbook, found), f"landuse{stem.removeprefix(table)}.xlsx")
        _, shapes = view.drawn_shapes(found, table)
        if shapes is None:
            st.caption(t("landuse.no_shapes"))
            return
        secret = ", ".join(found.confidential)
        if not secret or st.checkbox(t("overlay.pieces_sure", layers=secret), key="landuse-sure"):
            offer(t("landuse.regions"), lambda: layer_bytes(shapes, ".geojson", stem), f"{stem}.geojson")


def workbook(found: LandUse) -> bytes:
    """Return every table of a plan as one workbook, with the sources."""
    filled = {name: outward(table) for name, table in plan_tables(found).items() if len(table)}
    return xlsx_bytes(study.with_sources(filled))


def show_versions(site: SiteRef, name: str) -> None:
    """Let a person go back to a former version of the plan; that is a new version too."""
    known = landuse.former_versions(site)
    if len(known) < 2:
        return
    with st.expander(t("landuse.versions")):
        past = {one.number: one for one in reversed(known[:-1])}
        number = st.selectbox(
            t("landuse.versions"), list(past), key=f"{name}-version", label_visibility="collapsed",
            format_func=lambda one: t(
                "landuse.version", number=one, saved=local_time(past[one].saved_at), file=past[one].plan.layer or past[one].plan.file
            ),
        )  # fmt: skip
        if st.button(t("landuse.restore"), key=f"{name}-restore", icon=":material/history:"):
            landuse.keep(site, past[number].plan)
            restart(name, past[number].plan)
