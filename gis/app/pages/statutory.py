"""조서·현황: the tables of a development plan for one site, with totals that add up and every gap named."""

from collections.abc import Callable

import streamlit as st

from gis.app.choices import segment
from gis.app.frame import faults_shown, header, show_page
from gis.app.landuse_view import show_landuse
from gis.app.overlay_view import show_overlay
from gis.app.register_view import show_register
from gis.app.rules_view import show_check
from gis.app.site_choice import chosen_site
from gis.app.terrain_view import show_terrain
from gis.app.vertices_view import show_vertices
from gis.i18n import t
from gis.study.sites import SiteRef


def page() -> None:
    unit = header(t("statutory.intro"))
    site = chosen_site()
    part = segment(t("statutory.part"), list(PARTS), "table", next(iter(PARTS)), lambda name: t(f"statutory.{name}"))
    with faults_shown():
        if site is None:
            st.info(t("statutory.no_site"), icon=":material/touch_app:")
        else:
            PARTS[part](site, unit)


PARTS: dict[str, Callable[[SiteRef, str], None]] = {
    "overlay": show_overlay,
    "register": show_register,
    "vertices": show_vertices,
    "terrain": show_terrain,
    "landuse": show_landuse,
    "check": show_check,
}
show_page(page)
