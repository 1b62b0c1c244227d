"""Which site a page is about: a complex, a feature of an imported layer, or a polygon drawn on the map."""

import streamlit as st

from gis import study
from gis.app import cache, state
from gis.app.choices import select
from gis.i18n import t
from gis.study.sites import SiteRef
from gis.view.tables import label, layer_title

DRAWN = "drawn-"


def chosen_site(key: str = "site", first: str | None = None) -> SiteRef | None:
    """Return the complex, the feature of an imported layer, or the drawn polygon that a page is about.

    `key` names the choice in the address; `first` is the one at the start, else what was drawn last, else the first
    complex.
    """
    drawn = [geometry for geometry in state.drawings() if geometry["type"] != "LineString"]
    layers = {
        name: one for name, one in study.known_layers().items() if one.group == "imported" and one.geometry == "Polygon"
    }
    titles = {name: label("place", name) for name in cache.boundary_grades()}
    titles |= {f"{DRAWN}{number}": t("map.drawn_shape", number=number) for number in range(1, len(drawn) + 1)}
    titles |= {name: layer_title(one) for name, one in layers.items()}
    site_box, feature_box = st.columns(2)
    with site_box:
        start = first or (f"{DRAWN}{len(drawn)}" if drawn else next(iter(titles)))
        chosen = select(t("statutory.site"), list(titles), key, start, titles.__getitem__)
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
            t("statutory.feature"), list(names), f"{key}{state.OF_LAYER}{chosen}", None, lambda one: f"{names[one]} ({one})",
            index=None, placeholder=t("statutory.choose_feature"),
        )  # fmt: skip
    return None if feature is None else SiteRef(chosen, feature)


MOST_FEATURES = 60
"""Features of a layer that are offered one by one."""


def sites_to_choose() -> dict[str, tuple[str, SiteRef]]:
    """Return every site that a report may be about, with what it is called: complexes, drawn polygons, imported features."""
    drawn = [geometry for geometry in state.drawings() if geometry["type"] != "LineString"]
    found = {name: (label("place", name), SiteRef(name)) for name in cache.boundary_grades()}
    for number, geometry in enumerate(drawn, start=1):
        ref = SiteRef(drawn=state.drawing_text(geometry))
        found[f"{DRAWN}{number}"] = (t("map.drawn_shape", number=number), ref)
    for name, one in study.known_layers().items():
        if one.group != "imported" or one.geometry != "Polygon":
            continue
        names = cache.site_names(name)
        if len(names) <= MOST_FEATURES:
            found |= {
                f"{name}:{one_id}": (f"{called} ({layer_title(one)})", SiteRef(name, one_id))
                for one_id, called in names.items()
            }
    return found
