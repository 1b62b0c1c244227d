"""조서·현황: the tables of a development plan for one site, with totals that add up and every gap named."""

from collections.abc import Callable

import streamlit as st

from gis import study
from gis.app import cache, state
from gis.app.choices import segment, select
from gis.app.frame import faults_shown, header, show_page
from gis.app.landuse_view import show_landuse
from gis.app.overlay_view import show_overlay
from gis.app.register_view import show_register
from gis.app.rules_view import show_check
from gis.app.terrain_view import show_terrain
from gis.app.vertices_view import show_vertices
from gis.i18n import t
from gis.study.sites import SiteRef
from gis.view.tables import label, layer_title

DRAWN = "drawn-"


def page() -> None:
    unit = header(t("statutory.intro"))
    site = chosen_site()
    part = segment(t("statutory.part"), list(PARTS), "table", next(iter(PARTS)), lambda name: t(f"statutory.{name}"))
    with faults_shown():
        if site is None:
            st.info(t("statutory.no_site"), icon=":material/touch_app:")
        else:
            PARTS[part](site, unit)


def chosen_site() -> SiteRef | None:
    """Return the complex, the feature of an imported layer, or the drawn polygon that the tables are about."""
    drawn = [geometry for geometry in state.drawings() if geometry["type"] != "LineString"]
    layers = {
        name: one for name, one in study.known_layers().items() if one.group == "imported" and one.geometry == "Polygon"
    }
    titles = {name: label("place", name) for name in cache.boundary_grades()}
    titles |= {f"{DRAWN}{number}": t("map.drawn_shape", number=number) for number in range(1, len(drawn) + 1)}
    titles |= {name: layer_title(one) for name, one in layers.items()}
    site_box, feature_box = st.columns(2)
    with site_box:
        chosen = select(t("statutory.site"), list(titles), "site", next(iter(titles)), titles.__getitem__)
    if chosen is None:
        return None
    if chosen.startswith(DRAWN):
        return SiteRef(drawn=state.drawing_text(drawn[int(chosen.removeprefix(DRAWN)) - 1]))
    if chosen not in layers:
        return SiteRef(chosen)
    names = cache.site_names(chosen)
    if len(names) == 1:
        return SiteRef(chosen, next(iter(names)))
    with feature_box:
        feature = select(
            t("statutory.feature"), list(names), f"feature-{chosen}", None, lambda one: f"{names[one]} ({one})",
            index=None, placeholder=t("statutory.choose_feature"),
        )  # fmt: skip
    return None if feature is None else SiteRef(chosen, feature)


PARTS: dict[str, Callable[[SiteRef, str], None]] = {
    "overlay": show_overlay,
    "register": show_register,
    "vertices": show_vertices,
    "terrain": show_terrain,
    "landuse": show_landuse,
    "check": show_check,
}
show_page(page)
