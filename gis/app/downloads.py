"""A table on the page, with its files."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import geopandas as gpd
import pandas as pd
import streamlit as st

from gis import study
from gis.app import state
from gis.i18n import t
from gis.io.write import csv_bytes, layer_bytes, xlsx_bytes
from gis.model import outward
from gis.study import active
from gis.view.tables import number_formats, shown

CONFIDENTIAL = "confidential_"
"""How names of files begin that must stay in the house."""


def offer(label: str, content: Callable[[], bytes], name: str) -> None:
    """Draw a button for one file, made when it is pressed, under the scenario that the page shows.

    Where that is confidential (대외비), the button waits until a person says that files may leave, and they are named so.
    """
    now = active.current()
    secret = now is not None and now.scenario.confidential
    st.download_button(
        label,
        under_now(content),
        f"{CONFIDENTIAL}{name}" if secret else name,
        disabled=secret and not state.secret_allowed(),
        key=f"file-{name}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def offer_shapes(label: str, shapes: Callable[[], gpd.GeoDataFrame], name: str, secret: Sequence[str]) -> None:
    """Draw a button for shapes as GeoJSON; those of `secret` layers (대외비) only once a person says so."""
    if secret and not st.checkbox(t("overlay.pieces_sure", layers=", ".join(secret)), key=f"sure-{name}"):
        return
    offer(label, lambda: layer_bytes(shapes(), ".geojson", name), f"{name}.geojson")


def under_now(content: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return what makes a file later under the scenario of now."""
    asked = active.key()

    def made() -> bytes:
        with active.under(*asked):
            return content()

    return made


def show_numbers(
    table: pd.DataFrame,
    unit: str = "m2",
    names: Mapping[str, str] | None = None,
    height: int | Literal["auto"] = "auto",
) -> None:
    """Show `table` (inner names) for people, numbers with separators and the digits they deserve."""
    show_people(shown(table, unit, names), height)


def show_people(people: pd.DataFrame, height: int | Literal["auto"] = "auto") -> None:
    """Show a table made by `shown`."""
    printed = people.style.format(number_formats(people), na_rep="–")
    st.dataframe(printed, hide_index=True, width="stretch", height=height, placeholder="–")


def show_table(
    table: pd.DataFrame,
    name: str,
    unit: str = "m2",
    names: Mapping[str, str] | None = None,
    hidden: tuple[str, ...] = (),
    height: int | Literal["auto"] = "auto",
    most: int | None = None,
) -> None:
    """Show `table` (inner names) for people and offer the whole of it as CSV and XLSX, unrounded, with its sources.

    Of a long table the first `most` rows are shown.
    """
    seen = (
        table.head(len(table) if most is None else most)
        .drop(columns=[column for column in hidden if column in table])
        .dropna(axis=1, how="all")
    )
    show_numbers(seen, unit, names, height)
    with st.container(horizontal=True):
        offer(t("ui.download_csv"), lambda: csv_bytes(outward(table)), f"{name}.csv")
        offer(
            t("ui.download_xlsx"),
            lambda: xlsx_bytes(study.with_sources({name: outward(table)})),
            f"{name}.xlsx",
        )
