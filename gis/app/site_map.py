"""The map of this product: its constant base, and the layers and links that lie on it."""

from typing import Any

import pandas as pd

from gis.app import cache
from gis.i18n import language, t
from gis.study import PLAN_YEAR
from gis.view import map as view
from gis.view.sentences import link_distance
from gis.view.tables import label
from layers import LAYERS

HOME = (126.62, 35.075, 126.92, 35.265)
"""What the map shows at first, in degrees: the four complexes and the plants beside them."""
DRAWING_ORDER = ("testbed", "ri", "emd", "cluster", "complexes", "ai_cluster", "hosts", "reference_points")


def base(tiles: bool, storage_key: str = "site-map") -> Any:
    """Return the base: administrative boundaries, drawing tools, online tiles if asked for."""
    texts = {name: t(f"map.{name}") for name in ("label", "zoom_in", "zoom_out", "home", "tiles_offline")}
    texts |= {name: t(f"leaflet.{name}") for name in view.MAP_TEXTS if name not in texts}
    land = cache.screen_layer("sigungu", "m2", language())
    return view.base_map(HOME, tiles=tiles, texts=texts, geojson_base=land, storage_key=storage_key)


def layer_group(visible: list[str], unit: str, links: pd.DataFrame | None = None, selected: str | None = None) -> Any:
    """Return the layers to show and, above them, the links of the chain."""
    drawn = [
        view.layer_elements(
            LAYERS[name],
            cache.screen_layer(name, unit, language()),
            stamp="" if name == "cluster" and "complexes" in visible else t("word.schematic"),
            selected_id=selected,
        )
        for name in DRAWING_ORDER
        if name in visible
    ]
    return view.map_group(*drawn, [] if links is None else arcs(links))


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
