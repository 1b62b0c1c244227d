"""The one place where a map meets Streamlit."""

from dataclasses import dataclass
from typing import Any

from streamlit_folium import st_folium

from gis.app.map_assets import use_local_assets
from gis.view.map import LayerGroup, LeanMap

# Each further name is a rerun on pan, zoom or hover.
RETURNED = ("last_active_drawing", "all_drawings", "last_object_clicked_count")


@dataclass(frozen=True)
class MapEvent:
    """What a person did on the map: a new `click_count` means they did something.

    `drawings_known` is false until the browser has said what is drawn: an empty map and a map not asked yet differ.
    """

    clicked_layer: str | None = None
    clicked_id: str | None = None
    click_count: int = 0
    drawings: tuple[dict[str, Any], ...] = ()
    drawings_known: bool = False


def show_map(base: LeanMap, group: LayerGroup, *, key: str, height: int) -> MapEvent:
    """Show `group` on `base` and return what a person did there.

    Whatever changes belongs in `group`: another `base` mounts another map.
    """
    use_local_assets()
    raw = st_folium(
        base,
        key=key,
        height=height,
        use_container_width=True,
        feature_group_to_add=group,
        returned_objects=list(RETURNED),
    )
    return on_map_event(raw)


def on_map_event(raw: dict[str, Any] | None) -> MapEvent:
    """Return the event in what the browser sent; a drawn shape is no clicked feature."""
    raw = raw or {}
    properties = (raw.get("last_active_drawing") or {}).get("properties") or {}
    return MapEvent(
        clicked_layer=properties.get("layer"),
        clicked_id=properties.get("id"),
        click_count=raw.get("last_object_clicked_count") or 0,
        drawings=tuple(drawing["geometry"] for drawing in raw.get("all_drawings") or ()),
        drawings_known=raw.get("all_drawings") is not None,
    )
