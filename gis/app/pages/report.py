"""보고서: choose tables and layers, take them away."""

from functools import partial

import streamlit as st

from gis.app import cache
from gis.app.choices import segment, several
from gis.app.frame import header, show_page
from gis.i18n import t
from gis.io import catalog
from gis.io.write import LAYER_FORMATS, xlsx_bytes
from gis.model import outward
from gis.study import REPORT_TABLES
from gis.view.tables import shown
from layers import LAYERS


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
                t("ui.report_make"), lambda: workbook(tuple(picked)), "site-planning.xlsx", key="workbook",
                on_click="ignore", type="primary", icon=":material/download:",
            )  # fmt: skip
        else:
            st.info(t("ui.report_none"))
        for name in picked:
            with st.expander(t(f"report.{name}"), expanded=False):
                st.dataframe(shown(cache.report_table(name).dropna(axis=1, how="all"), unit), hide_index=True)
    with layers_box:
        st.subheader(t("ui.report_layers"))
        ending = segment(
            t("ui.report_format"),
            list(LAYER_FORMATS),
            "format",
            ".geojson",
            lambda name: name.removeprefix(".").upper(),
        )
        for name in LAYERS:
            st.download_button(
                t("ui.report_layer", name=t(f"layer.{name}")),
                partial(cache.layer_file, name, ending),
                cache.layer_file_title(name, ending),
                key=f"layer-{name}", on_click="ignore", type="tertiary", icon=":material/download:",
            )  # fmt: skip
        st.caption(t("note.export_stamp"))


def workbook(names: tuple[str, ...]) -> bytes:
    sheets = {name: outward(cache.report_table(name)) for name in names}
    return xlsx_bytes({**sheets, "sources": catalog.sources()})


show_page(page)
