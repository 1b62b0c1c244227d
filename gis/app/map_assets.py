"""Serve the map's files from this machine and send every link of the map there.

Two private names are touched, so their versions are pinned: `offlinefolium.elements._res`
(in `gis.view.assets`) and `streamlit_folium._component_func` here.
"""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit.components.v1 as components
import streamlit_folium

from gis.view.assets import folder_name, font_faces, local_name, write_assets


@functools.cache
def _served() -> tuple[str, dict[str, str]]:
    """Return the component that serves the files, and their names by URL."""
    workspace = Path(os.environ.get("GIS_WORKSPACE", "workspace")).resolve()
    folder = workspace / "cache" / folder_name()
    names = write_assets(folder)
    return components.declare_component("files", path=folder).name, names


def font_css() -> str:
    """Return the `@font-face` rules for a page; relative, so a base path survives."""
    component, _ = _served()
    return font_faces(f"component/{component}/")


@functools.cache
def use_local_assets() -> None:
    """Make streamlit-folium load its scripts and styles from this server only."""
    component = streamlit_folium._component_func
    streamlit_folium._component_func = _localized(getattr(component, "__wrapped__", component))


def _localized(component: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(component)
    def call(**arguments: Any) -> Any:
        server, names = _served()
        for links in ("js_links", "css_links"):
            arguments[links] = [f"../{server}/{local_name(url, names)}" for url in arguments[links]]
        # The browser counts clicks from 0: told None, it would rerun the page to say so.
        arguments["default"]["last_object_clicked_count"] = 0
        return component(**arguments)

    return call
