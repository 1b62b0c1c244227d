"""보고서: choose tables and layers, take them away."""

from functools import partial

import pandas as pd
import streamlit as st

from gis import study
from gis.app import cache
from gis.app.choices import segment, several
from gis.app.downloads import show_people, under_now
from gis.app.frame import header, plain, say, show_page
from gis.i18n import language, reading, t
from gis.io.write import LAYER_FORMATS, xlsx_bytes
from gis.study.reports import REPORT_TABLES
from gis.view.tables import layer_title, shown
from gis.view.workbook import about_sheet, report_sheet


def page() -> None:
    unit = header(t("ui.report_intro"))
    tables_box, layers_box = st.columns(2, gap="large")
    with tables_box:
        st.subheader(t("ui.report_tables"))
        picked = several(
            t("ui.report_tables"),
            REPORT_TABLES,
            "tables",
            REPORT_TABLES[:6],
            lambda name: t(f"report.{name}"),
            label_visibility="collapsed",
        )
        if picked:
            st.download_button(
                t("ui.report_make"), under_now(partial(workbook, tuple(picked), unit, language())), "site-planning.xlsx", key="workbook",
                on_click="ignore", type="primary", icon=":material/download:",
            )  # fmt: skip
        else:
            st.info(t("ui.report_none"))
        for name in picked:
            with st.expander(t(f"report.{name}"), expanded=False):
                show_people(sheet(name, unit))
    with layers_box:
        st.subheader(t("ui.report_layers"))
        ending = segment(
            t("ui.report_format"),
            list(LAYER_FORMATS),
            "format",
            ".geojson",
            lambda name: name.removeprefix(".").upper(),
        )
        for name, layer in study.known_layers().items():
            if study.confidential_layers(name):
                say(t("ui.report_confidential", name=layer_title(layer)))
                continue
            st.download_button(
                t("ui.report_layer", name=plain(layer_title(layer))),
                under_now(partial(cache.layer_file, name, ending)),
                cache.layer_file_title(name, ending),
                key=f"layer-{name}", on_click="ignore", type="tertiary", icon=":material/download:",
            )  # fmt: skip
        st.caption(t("note.export_stamp"))


def sheet(name: str, unit: str) -> pd.DataFrame:
    return report_sheet(name, cache.report_table(name), cache.claims()[0], unit, cache.point_names())


def workbook(names: tuple[str, ...], unit: str, code: str) -> bytes:
    """Return the chosen tables in one file, made when it is asked for, in the language of the page."""
    with reading(code):
        sheets = {t("ui.workbook_about"): about_sheet(unit)} | {
            t(f"report.{name}"): sheet(name, unit) for name in names
        }
        return xlsx_bytes({**sheets, t("ui.sources"): shown(study.sources())})


show_page(page)
