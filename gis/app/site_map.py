"""The map of this product: its constant base, and the layers and links that lie on it."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from gis import study
from gis.app import cache
from gis.crs import MAP_CRS, reproject
from gis.i18n import language, t
from gis.io.check import by_kind
from gis.study.value_chain import PLAN_YEAR
from gis.view import map as view
from gis.view.features import screen_geojson
from gis.view.sentences import link_distance
from gis.view.tables import label
from layers.declare import Column, Layer, Style
from layers.palette import IMPORTED, INK

HOME = (126.62, 35.075, 126.92, 35.265)
"""What the map shows at first, in degrees: the four complexes and the plants beside them."""
LAND = "sigungu"
PREVIEW_FEATURES = 500
DRAWING_ORDER = ("testbed", "ri", "emd", "cluster", "complexes", "ai_cluster", "hosts", "reference_points")


def base(
    tiles: Sequence[view.TileBase] = (),
    storage_key: str = "site-map",
    bounds: view.Bounds = HOME,
    edited: view.Edited | None = None,
    follows: str | None = None,
) -> Any:
    """Return the base: administrative boundaries, drawing tools, tiles if asked for, shapes to edit."""
    texts = {name: t(f"map.{name}") for name in ("label", "zoom_in", "zoom_out", "home", "tiles_offline")}
    texts |= {name: t(f"leaflet.{name}") for name in view.MAP_TEXTS if name not in texts}
    land = cache.screen_layer(LAND, "m2", language())
    return view.base_map(
        bounds, tiles=tiles, texts=texts, geojson_base=land, storage_key=storage_key, edited=edited, follows=follows
    )


def layer_group(visible: list[str], unit: str, links: pd.DataFrame | None = None, selected: str | None = None) -> Any:
    """Return the layers to show and, above them, the links of the chain."""
    layers = study.known_layers()
    order = [name for name in layers if name not in DRAWING_ORDER and name != LAND]
    drawn = [
        view.layer_elements(
            layers[name],
            cache.screen_layer(name, unit, language()),
            stamp="" if name == "cluster" and "complexes" in visible else t("word.schematic"),
            selected_id=selected,
        )
        for name in (*DRAWING_ORDER[:3], *order, *DRAWING_ORDER[3:])
        if name in visible
    ]
    return view.map_group(*drawn, [] if links is None else arcs(links))


def arrival_base(frame: gpd.GeoDataFrame) -> Any:
    """Return a base without tiles that shows where a file lies, wherever that is."""
    west, south, east, north = reproject(frame, MAP_CRS).total_bounds
    pad = max(east - west, north - south, 0.02) / 2
    return base((), "import-map", (west - pad, south - pad, east + pad, north + pad))


def arrival_group(frame: gpd.GeoDataFrame) -> Any:
    """Return a file that is not kept yet, for its preview."""
    kind = next(iter(by_kind(frame)))
    look = Style(fill=IMPORTED[0], stroke=INK, weight=1.5, fill_opacity=0.3)
    columns = tuple(Column(name) for name in ("id", "name", "grade", "source"))
    layer = Layer("preview", "preview", "preview", kind, "imported", None, look, columns, title="preview")  # type: ignore[arg-type]
    shown = screen_geojson(by_kind(frame)[kind].head(PREVIEW_FEATURES), layer, "m2")
    return view.map_group(view.layer_elements(layer, shown))


def links_between_complexes() -> pd.DataFrame:
    """Return the links that run between two of the four complexes, by plan, once the new one works."""
    links, complexes = cache.chain(PLAN_YEAR, "region", "plan").links, list(cache.areas()["id"])
    return links[links["from"].isin(complexes) & links["to"].isin(complexes)]


def arcs(links: pd.DataFrame) -> list[Any]:
    """Return one arc for each pair of places, kind and evidence.

    Hand-overs within one complex and to export have no arc: they stand in the table.
    """
    points = cache.place_points()
    between = links[links["served"] & (links["from"] != links["to"]) & links["to"].isin(list(points))]
    return view.arc_elements(
        _arc(list(key), same, points) for key, same in between.groupby(["from", "to", "kind", "evidence"], sort=False)
    )


def _arc(key: list[str], same: pd.DataFrame, points: dict[str, tuple[float, float]]) -> dict[str, Any]:
    start, end, kind, evidence = key
    stages = zip(same["stage_from"], same["stage_to"], strict=True)
    lines = [
        f"{label('place', start)} → {label('place', end)}",
        *dict.fromkeys(f"{label('stage', giver)} → {label('stage', taker)}" for giver, taker in stages),
        f"{label('link_kind', kind)} · {label('evidence', evidence)} · {link_distance(same.iloc[0])}",
    ]
    return {
        "id": "-".join(key).replace("_", "-"),
        "from_lonlat": points[start],
        "to_lonlat": points[end],
        "kind": kind,
        "evidence": evidence,
        "tooltip": "\n".join(lines),
    }
