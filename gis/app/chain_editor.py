"""공급망 고치기: its tables as a person edits them, checked row by row, kept with every earlier state."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from gis.app import state
from gis.app.choices import segment
from gis.app.downloads import offer, show_table
from gis.app.frame import faults_shown, plain, say
from gis.i18n import t
from gis.io import catalog, chain_model
from gis.io.chain_model import TABLES
from gis.model import BASES, EVIDENCE, LINK_KINDS, STATUSES
from gis.study import value_chain
from gis.view import chain as view
from gis.view.tables import label

EDITED = "editor"
MOST_SHOWN = 20
YEARS = {"from": "from_year", "until": "until_year"}
"""Columns whose names mean a place elsewhere."""


def show_editor() -> None:
    """Draw one table of the chain to edit, the file way in and out, and the history."""
    say(view.model_sentence(), strong=True)
    st.caption(t("chain.editor_note"))
    table = segment(t("chain.table"), list(TABLES), "chain_table", "hosts", lambda name: t(f"chain.tables.{name}"))
    used, revisions = value_chain.base_model(), value_chain.revisions()
    revision = 0 if revisions.empty else int(revisions["revision"].iloc[0])
    base, key = state.points_base(f"{table}-{revision}", editable(getattr(used, table)[list(TABLES[table])]))
    edited = st.data_editor(
        base, key=key, num_rows="dynamic", hide_index=True, column_config=column_settings(table), height=460,
        placeholder="",
    )  # fmt: skip
    state.keep_points(f"{table}-{revision}", edited)
    note_box, keep_box = st.columns([0.75, 0.25], vertical_alignment="bottom")
    note = note_box.text_input(t("chain.note"), key="chain_note", placeholder=t("chain.note_hint"))
    with faults_shown():
        wished = value_chain.changed({table: rows_of(table, edited)})
        found = value_chain.faults(wished)
        show_faults(found)
        unchanged = chain_model.model_rows(wished)[table] == chain_model.model_rows(used)[table]
        if keep_box.button(
            t("chain.keep"), key="chain_keep", icon=":material/save:", disabled=bool(len(found)) or unchanged
        ):
            value_chain.keep_model(wished, note or None)
            st.rerun()
    show_files()
    show_history(revisions)


def editable(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of the chain as cells that can be typed in: lists joined by `|`."""
    lists = [column for name, column in chain_model.LISTS if column in table and name == "stages" and "order" in table]
    joined = {
        column: table[column].map(lambda value: "|".join(value) if isinstance(value, list) else value)
        for column in lists
    }
    return table.assign(**joined).reset_index(drop=True)


def rows_of(table: str, edited: pd.DataFrame) -> pd.DataFrame:
    """Return what stands in the editor as a table of the chain; empty rows are left out."""
    told: list[dict[str, Any]] = [
        {"row": number, **{key: None if pd.isna(value) else value for key, value in row.items()}}
        for number, row in enumerate(edited.to_dict("records"), start=1)
    ]
    filled = [row for row in told if any(value not in (None, "") for key, value in row.items() if key != "row")]
    return chain_model.typed(table, filled, EDITED)


def column_settings(table: str) -> dict[str, Any]:
    """Return how each column of a table is edited: what can be chosen is chosen."""
    used = value_chain.base_model()
    stages, places = list(used.stages["id"]), list(value_chain.places()["id"])
    words: dict[str, tuple[list[str], str]] = {
        "stage": (stages, "stage"), "stage_from": (stages, "stage"), "stage_to": ([*stages, chain_model.EXPORT], "stage"),
        "place": (places, "place"), "place_from": (places, "place"), "place_to": ([*places, chain_model.EXPORT], "place"),
        "status": (list(STATUSES), "status"), "basis": (list(BASES), "basis"), "evidence": (list(EVIDENCE), "evidence"),
        "kind": (list(LINK_KINDS), "link_kind"), "confidence": (list(chain_model.CONFIDENCE), "confidence"),
        "part": (list(chain_model.PARTS), "part"),
    }  # fmt: skip
    phases = list(dict.fromkeys(catalog.steps()["phase"]))
    settings: dict[str, Any] = {}
    for column in TABLES[table]:
        title = t(f"column.{YEARS.get(column, column)}")
        if column in words:
            options, family = words[column]
            settings[column] = st.column_config.SelectboxColumn(
                title, options=options, format_func=partial(label, family)
            )
        elif column in ("phase", "link"):
            settings[column] = st.column_config.SelectboxColumn(
                title, options=phases if column == "phase" else list(used.links["id"])
            )
        elif (table, column) in chain_model.TRUTHS:
            settings[column] = st.column_config.CheckboxColumn(title)
        elif column in (*chain_model.WHOLE, "capacity"):
            settings[column] = st.column_config.NumberColumn(title, format="%d" if column != "capacity" else None)
        else:
            settings[column] = st.column_config.TextColumn(title)
    return settings


def show_faults(found: pd.DataFrame) -> None:
    """Draw what is wrong with the table as it stands, the first rows by name."""
    if found.empty:
        return
    st.error(plain(t("chain.fault_count", count=len(found))), icon=":material/error:")
    for row in found.head(MOST_SHOWN).to_dict("records"):
        say(view.fault_words(row), "- ")


def show_files() -> None:
    """Offer the chain as files, and take one back."""
    st.subheader(t("chain.files"))
    with st.container(horizontal=True):
        offer(t("chain.workbook"), lambda: chain_model.model_book(value_chain.base_model()), "chain.xlsx")
        offer(t("chain.toml"), lambda: chain_model.model_toml(value_chain.base_model()), "chain.toml")
    picked = st.file_uploader(t("chain.upload"), [ending[1:] for ending in chain_model.ENDINGS], key="chain_file")
    if picked is None:
        return
    with faults_shown():
        tables = chain_model.read_tables(picked.getvalue(), picked.name)
        counts = ", ".join(f"{t(f'chain.tables.{name}')} {len(rows):,}" for name, rows in tables.items())
        say(t("chain.read_as", tables=counts))
        wished = value_chain.changed(tables)
        found = value_chain.faults(wished)
        show_faults(found)
        if st.button(t("chain.use_file"), key="chain_use", icon=":material/save:", disabled=bool(len(found))):
            value_chain.keep_model(wished, picked.name)
            st.rerun()


def show_history(revisions: pd.DataFrame) -> None:
    """Draw every revision, with undo and the way back to each."""
    if revisions.empty:
        return
    st.subheader(t("chain.history"))
    show_table(revisions, "chain_history")
    undo_box, number_box, restore_box = st.columns([0.25, 0.4, 0.35], vertical_alignment="bottom")
    with faults_shown():
        if undo_box.button(
            t("chain.undo"), key="chain_undo", icon=":material/undo:", disabled=value_chain.is_bundled()
        ):
            value_chain.undo_model()
            st.rerun()
        numbers = [0, *revisions["revision"].astype(int)]
        chosen = number_box.selectbox(
            t("chain.revision"), numbers, format_func=lambda number: t("chain.bundled") if number == 0 else str(number),
            key="chain_revision",
        )  # fmt: skip
        if restore_box.button(t("chain.restore"), key="chain_restore", icon=":material/history:"):
            value_chain.restore_model(int(chosen or 0))
            st.rerun()
