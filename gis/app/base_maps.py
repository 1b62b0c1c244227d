"""What may lie below the layers: nothing, tiles from outside, or what a planner brought in."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gis.app.frame import faults_shown
from gis.app.routes import token_query
from gis.errors import GisError
from gis.i18n import either, t
from gis.io import store, vworld
from gis.io.raster_picture import heights_span, legend
from gis.study import services
from gis.view.map import OSM, OWN_TILES, TileBase

NO_BASE = "none"
MY = "my_"
EQUATOR_PIXEL = 156_543.03392804097
"""m on the equator of a pixel of the one tile of zoom 0."""
VWORLD = {"base": ("Base",), "satellite": ("Satellite",), "hybrid": ("Satellite", "Hybrid")}
"""What each base of VWorld is made of, the lowest first: Hybrid alone is transparent."""


@dataclass(frozen=True)
class BaseChoice:
    """One base: its title, its tiles from the lowest up, and for an elevation model the color of each height (m)."""

    title: str
    tiles: tuple[TileBase, ...] = ()
    heights: tuple[tuple[float, str], ...] = ()


def base_choices() -> dict[str, BaseChoice]:
    """Return every base by its id: VWorld where there is a key, and each imported raster."""
    known = {NO_BASE: BaseChoice(t("map.base_none")), "osm": BaseChoice(t("map.base_osm"), (OSM,))}
    with faults_shown():
        known |= dict(_vworld_bases())
    for layer in store.layers():
        if layer.kind in ("Raster", "Tiles"):
            known[MY + layer.name] = _imported(layer)
    return known


def _vworld_bases() -> Iterator[tuple[str, BaseChoice]]:
    if not services.service().key:
        return
    rows = vworld.tile_layers().set_index("id")
    for name, parts in VWORLD.items():
        tiles = tuple(
            TileBase(
                f"{OWN_TILES}/vworld/{part}/{{z}}/{{x}}/{{y}}{token_query()}",
                t("map.vworld_name"),
                int(rows.at[part, "low"]),
                int(rows.at[part, "high"]),
            )
            for part in parts
        )
        title = either(rows.at[parts[-1], "title"], rows.at[parts[-1], "title_en"])
        yield f"vworld_{name}", BaseChoice(t("map.base_vworld", title=title), tiles)


def _imported(layer: store.StoredLayer) -> BaseChoice:
    story, path = layer.story, store.file_path(layer)
    tiles = TileBase(
        f"{OWN_TILES}/imported/{layer.name}/{{z}}/{{x}}/{{y}}{token_query()}",
        story.get("attribution") or layer.source,
        story.get("min_zoom") or 0,
        story.get("max_zoom") or _finest_zoom(story),
        tuple(story["bounds"]) if story.get("bounds") else None,
    )
    title = t("map.base_confidential" if layer.confidential else "map.base_my", title=layer.title)
    return BaseChoice(title, (tiles,), _heights(path) if story.get("kind") == "dem" else ())


def _finest_zoom(story: dict) -> int:
    """Return the zoom at which a tile's pixel is no larger than the raster's."""
    if not story.get("bounds") or not story.get("resolution"):
        return 19
    _, south, _, north = story["bounds"]
    pixel = EQUATOR_PIXEL * math.cos(math.radians((south + north) / 2))
    return min(22, max(1, math.ceil(math.log2(pixel / min(story["resolution"])))))


def _heights(path: Path) -> tuple[tuple[float, str], ...]:
    try:
        return legend(heights_span(path))
    except (GisError, OSError):
        return ()  # its tiles will not come either, and the map says so
