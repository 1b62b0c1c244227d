"""The map: a base that never changes, and elements that do.

Folium lives here and nowhere else, and so does the swap from (lon, lat) to Leaflet's
(lat, lon). What the browser does is in `map.js`; each element here is one call of it.
"""

import functools
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import folium
from folium.elements import JSCSSMixin, MacroElement
from folium.plugins import Draw
from folium.template import Template
from jinja2.utils import htmlsafe_json_dumps

from gis.model import PROPOSED
from gis.view.assets import MAP_CSS, MAP_JS
from layers.declare import Layer
from layers.palette import BLUE, INK, LAND, PLUM, STONE, VERMILION

LonLat = tuple[float, float]
Bounds = tuple[float, float, float, float]  # west, south, east, north
LayerGroup = folium.FeatureGroup

FINEST_ZOOM = 22
"""Beyond the finest tiles a map enlarges them."""

LINK_COLORS = {"material": VERMILION, "service": BLUE, "knowledge": PLUM}
LINK_WEIGHTS = {"material": 3.8, "service": 2.4, "knowledge": 1.2}
"""px; kinds differ by width too, for people who do not see colors and for grey print."""
LINK_DASHES = {"stated": None, "inferred": "9 6", "plan": "1 7"}
GRADE_DASHES = {"A": None, "B": None, "C": "8 5", "D": "4 5", PROPOSED: "12 4 2 4"}
COARSE = 500.0
"""m from which the precision of a point is worth a circle on a map of the city."""
DRAFT = {"color": INK, "weight": 2.5, "opacity": 0.9, "fillColor": INK, "fillOpacity": 0.1}

DRAW_TEXTS = (
    "draw.toolbar.actions.title",
    "draw.toolbar.actions.text",
    "draw.toolbar.finish.title",
    "draw.toolbar.finish.text",
    "draw.toolbar.undo.title",
    "draw.toolbar.undo.text",
    "draw.toolbar.buttons.polyline",
    "draw.toolbar.buttons.polygon",
    "draw.toolbar.buttons.rectangle",
    "draw.handlers.polygon.tooltip.start",
    "draw.handlers.polygon.tooltip.cont",
    "draw.handlers.polygon.tooltip.end",
    "draw.handlers.polyline.error",
    "draw.handlers.polyline.tooltip.start",
    "draw.handlers.polyline.tooltip.cont",
    "draw.handlers.polyline.tooltip.end",
    "draw.handlers.rectangle.tooltip.start",
    "draw.handlers.simpleshape.tooltip.end",
    "edit.toolbar.actions.save.title",
    "edit.toolbar.actions.save.text",
    "edit.toolbar.actions.cancel.title",
    "edit.toolbar.actions.cancel.text",
    "edit.toolbar.actions.clearAll.title",
    "edit.toolbar.actions.clearAll.text",
    "edit.toolbar.buttons.edit",
    "edit.toolbar.buttons.editDisabled",
    "edit.toolbar.buttons.remove",
    "edit.toolbar.buttons.removeDisabled",
    "edit.handlers.edit.tooltip.text",
    "edit.handlers.edit.tooltip.subtext",
    "edit.handlers.remove.tooltip.text",
)
MAP_TEXTS = (
    "label",
    "zoom_in",
    "zoom_out",
    "home",
    "tiles_offline",
    "area_small",  # may name {m2} {ha} {km2} {man_m2} {pyeong}
    "area_large",
    "length_small",  # may name {m} {km}
    "length_large",
    *DRAW_TEXTS,
)


@dataclass(frozen=True)
class TileBase:
    """Tiles that lie over the land: where they come from, who made them, and where they are.

    Parameters
    ----------
    url
        With `{z}`, `{x}` and `{y}`; relative to the map's frame where it is of this server (`OWN_TILES`).
    attribution
        Plain text; it is shown as it is, never as HTML.
    """

    url: str
    attribution: str | None = None
    min_zoom: int = 0
    max_zoom: int = 19
    bounds: Bounds | None = None


OWN_TILES = "../../tiles"
"""This server's tiles as seen from the frame of the map, so that a base path survives."""
OSM = TileBase("https://tile.openstreetmap.org/{z}/{x}/{y}.png", "© OpenStreetMap contributors")


class LeanMap(folium.Map):
    """A folium map that loads Leaflet alone, not jQuery, Bootstrap and two icon fonts."""

    default_js = [link for link in folium.Map.default_js if link[0] == "leaflet"]  # noqa: RUF012
    default_css = [link for link in folium.Map.default_css if link[0] == "leaflet_css"]  # noqa: RUF012


class MapCall(JSCSSMixin, MacroElement):
    """One call of a function in `map.js`, on the parent, with plain values."""

    default_js = [("site_map", MAP_JS)]  # noqa: RUF012
    default_css = [("site_map_css", MAP_CSS)]  # noqa: RUF012
    _template = Template(
        "{% macro script(this, kwargs) %}"
        "siteMap.{{ this.function }}({{ this._parent.get_name() }}, {{ this.arguments }});"
        "{% endmacro %}"
    )

    def __init__(self, function: str, **values: Any) -> None:
        super().__init__()
        self._name = "MapCall"
        self.function = function
        self.values = values

    @functools.cached_property
    def arguments(self) -> str:
        """Return the values as JSON that holds no HTML: rendering asks for it several times."""
        return htmlsafe_json_dumps(self.values, ensure_ascii=False)


@dataclass(frozen=True)
class Edited:
    """Shapes (a GeoJSON FeatureCollection of polygons) that stand drawn at first, to be edited; kept under `key`."""

    key: str
    geojson: dict[str, Any]


class KeepView(MapCall):
    """Keep view and drawings in the browser's tab; a reload or a page change returns them."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "siteMap.keepView({{ this._parent.get_name() }}, drawnItems_{{ this.draw.get_name() }},"
        " {{ this.arguments }});"
        "{% endmacro %}"
    )

    def __init__(self, draw: Draw, storage_key: str, home: Bounds, edited: Edited | None, follows: str | None) -> None:
        super().__init__(
            "keepView",
            key=storage_key,
            drawings=storage_key if edited is None else edited.key,
            outline=None if edited is None else edited.geojson,
            follows=follows,
            home=_corners(home),
            draft=DRAFT,
        )
        self.draw = draw


def base_map(
    bounds: Bounds,
    *,
    tiles: Sequence[TileBase] = (),
    texts: Mapping[str, str],
    geojson_base: dict[str, Any],
    storage_key: str = "site-map",
    edited: Edited | None = None,
    follows: str | None = None,
) -> LeanMap:
    """Return the base: land, controls, drawing tools, and tiles if asked for.

    Equal arguments give an equal script, so the map in the browser stays mounted.

    Parameters
    ----------
    bounds
        What to show at first: west, south, east, north in degrees.
    tiles
        What to lay over the land, the lowest first; each leaves by itself when none of its tiles arrives.
    texts
        Every name in `MAP_TEXTS`.
    geojson_base
        Administrative boundaries in degrees, simplified; a `name` is shown where it fits.
    storage_key
        Maps with the same key share their view and drawings.
    edited
        What stands drawn at first; the drawings are then kept under a key of their own.
    follows
        Maps of one page with the same name here move together.
    """
    west, south, east, north = bounds
    chart = LeanMap(
        location=((south + north) / 2, (west + east) / 2),
        tiles=None,
        zoom_control=False,
        zoom_snap=1 if tiles else 0.25,  # tiles blur between whole levels
    )
    words = {name: texts[name] for name in MAP_TEXTS if name not in DRAW_TEXTS}
    draw_words = {name: texts[name] for name in DRAW_TEXTS}
    # streamlit-folium forgets whatever follows an underscore when it asks whether the map
    # is another one; the digest remembers.
    key = [
        bounds,
        [asdict(one) for one in tiles],
        words,
        draw_words,
        geojson_base,
        storage_key,
        edited and edited.key,
        follows,
    ]
    version = digest(key)
    MapCall("frame", words=words, drawWords=draw_words, home=_corners(bounds), version=version).add_to(chart)
    MapCall("land", collection=_named_land(geojson_base), style=_land_style()).add_to(chart)
    for one in tiles:
        MapCall("tiles", **_tile_options(one)).add_to(chart)
    draw = _draw_control()
    draw.add_to(chart)
    KeepView(draw, storage_key, bounds, edited, follows).add_to(chart)
    return chart


def _tile_options(tiles: TileBase) -> dict[str, Any]:
    return {
        "url": tiles.url,
        "options": {
            "attribution": escape(tiles.attribution or ""),
            "minZoom": tiles.min_zoom,
            "maxNativeZoom": tiles.max_zoom,
            "maxZoom": max(FINEST_ZOOM, tiles.max_zoom),
            **({"bounds": _corners(tiles.bounds)} if tiles.bounds else {}),
        },
    }


def map_group(*elements: Iterable[MacroElement]) -> LayerGroup:
    """Return the group that changes, the first elements lowest."""
    group = LayerGroup(control=False)
    MapCall("forgetFormerGroups").add_to(group)
    for element in (element for several in elements for element in several):
        element.add_to(group)
    return group


def layer_elements(
    layer: Layer,
    geojson: dict[str, Any],
    *,
    tooltip_column: str = "tooltip",
    stamp: str = "모식도",
    selected_id: str | None = None,
) -> list[MacroElement]:
    """Return a layer's shapes, names and stamps, styled by class and grade; coarse points with their precision.

    Parameters
    ----------
    geojson
        Features in degrees whose properties hold `id`, the layer's columns and the tooltip.
    tooltip_column
        The property with the tooltip's plain text; its first line is the title.
    stamp
        The words for a schematic outline (grade D); none where another layer stamps the same outlines.
    selected_id
        The feature to draw with a heavier outline.
    """
    styles: dict[str, dict[str, Any]] = {}
    shapes, labels = [], []
    for feature in geojson["features"]:
        properties = feature["properties"]
        style = leaflet_style(layer, properties, selected=properties["id"] == selected_id)
        name = json.dumps(style)
        styles[name] = style
        shapes.append(
            {
                "type": "Feature",
                "geometry": feature["geometry"],
                "properties": {"id": properties["id"], "layer": layer.name},
                "style": list(styles).index(name),
                "tooltip": properties.get(tooltip_column),
            }
        )
        labels.append(_label(layer, properties, stamp))
    hatches = sorted({style["hatch"] for style in styles.values() if "hatch" in style})
    circles = [
        precision_circle(feature["geometry"]["coordinates"], feature["properties"]["precision"], layer.style.stroke)
        for feature in geojson["features"]
        if feature["properties"].get("precision", 0) >= COARSE
    ]
    circles += [
        precision_circle(
            feature["properties"]["center"], feature["properties"]["center_uncertainty"], layer.style.stroke
        )
        for feature in geojson["features"]
        if feature["properties"]["id"] == selected_id and "center" in feature["properties"]
    ]
    return [
        *circles,
        MapCall(
            "shapes",
            collection={"type": "FeatureCollection", "features": shapes},
            styles=list(styles.values()),
            labels=labels,
            hatches=hatches,
        ),
    ]


def leaflet_style(layer: Layer, properties: Mapping[str, Any], *, selected: bool = False) -> dict[str, Any]:
    """Return how Leaflet draws one feature: solid A and B, dashed C, dashed and hatched D."""
    style = layer.style
    grade = properties.get("grade") or layer.grade
    value = str(properties.get(style.class_column or ""))
    fill = dict(style.classes).get(value, style.fill)
    drawn: dict[str, Any] = {
        "color": style.stroke,
        "weight": style.weight * (2 if selected else 1),
        "dashArray": GRADE_DASHES.get(grade or ""),
        "fillColor": fill,
        "fillOpacity": style.fill_opacity,
    }
    if layer.geometry == "Point":
        drawn |= {"radius": style.radius, "dashArray": None}
    elif layer.geometry == "Polygon" and grade == "D":
        drawn |= {"fillColor": f"url(#hatch-{fill[1:]})", "fillOpacity": 1, "hatch": fill}
    return drawn


def arc_elements(links: Iterable[Mapping[str, Any]]) -> list[MacroElement]:
    """Return directed arcs, by kind in color and width, by evidence in dashes.

    Each link has `id`, `from_lonlat`, `to_lonlat`, `kind` (`LINK_COLORS`), `evidence`
    (`LINK_DASHES`) and `tooltip`; links between the same two points fan out.
    """
    features, styles = [], []
    seen: Counter[tuple[LonLat, LonLat]] = Counter()
    for link in links:
        ends = tuple(link["from_lonlat"]), tuple(link["to_lonlat"])
        path = arc(*ends, bulge=0.14 + 0.08 * seen[ends])
        seen[ends] += 1
        styles.append(_link_style(link))
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "LineString", "coordinates": path},
                "properties": {"id": link["id"], "layer": "links"},
                "style": len(styles) - 1,
                "tooltip": link["tooltip"],
                "head": _arrow_head(path),
            }
        )
    collection = {"type": "FeatureCollection", "features": features}
    return [MapCall("arcs", collection=collection, styles=styles)]


def arc(start: LonLat, end: LonLat, *, bulge: float, steps: int = 24) -> list[LonLat]:
    """Return a curve that bends to the left of its way by `bulge` of its length, in degrees."""
    squeeze = math.cos(math.radians((start[1] + end[1]) / 2))
    (x0, y0), (x2, y2) = (start[0] * squeeze, start[1]), (end[0] * squeeze, end[1])
    if math.hypot(x2 - x0, y2 - y0) < 1e-9:
        return _loop(start, squeeze, radius=0.03 * bulge, steps=steps)
    x1 = (x0 + x2) / 2 - (y2 - y0) * 2 * bulge
    y1 = (y0 + y2) / 2 + (x2 - x0) * 2 * bulge
    curve = []
    for t in (step / steps for step in range(steps + 1)):
        before, between, after = (1 - t) ** 2, 2 * t * (1 - t), t**2
        x = before * x0 + between * x1 + after * x2
        y = before * y0 + between * y1 + after * y2
        curve.append((round(x / squeeze, 6), round(y, 6)))
    return curve


def precision_circle(lonlat: LonLat, precision: float, color: str = STONE) -> MapCall:
    """Return a circle of `precision` meters around a point that is known no better."""
    lon, lat = lonlat
    return MapCall("precision", center=[lat, lon], radius=precision, color=color)


def _corners(bounds: Bounds) -> list[list[float]]:
    west, south, east, north = bounds
    return [[south, west], [north, east]]


def digest(values: Sequence[Any]) -> str:
    """Return 16 letters that change with any of `values`."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def _land_style() -> dict[str, Any]:
    return {"color": STONE, "weight": 0.8, "opacity": 0.7, "fillColor": LAND, "fillOpacity": 1}


def _named_land(geojson: dict[str, Any]) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "geometry": feature["geometry"],
            "properties": {"name": (feature.get("properties") or {}).get("name")},
        }
        for feature in geojson["features"]
    ]
    return {"type": "FeatureCollection", "features": features}


def _draw_control() -> Draw:
    shape = {"shapeOptions": DRAFT, "showArea": True, "metric": True}
    return Draw(
        show_geometry_on_click=False,
        draw_options={
            "polyline": {"shapeOptions": {**DRAFT, "fill": False}, "metric": True},
            "polygon": {**shape, "allowIntersection": False, "showLength": True},
            "rectangle": shape,
            "circle": False,
            "circlemarker": False,
            "marker": False,
        },
        edit_options={"poly": {"allowIntersection": False}},
    )


def _label(layer: Layer, properties: Mapping[str, Any], stamp: str) -> dict[str, str] | None:
    """Return what stands on a feature for good: the name in a named layer, a schematic's stamp."""
    label = {}
    if layer.named:
        label["name"] = str(properties.get(layer.label_column) or properties["id"])
    grade = properties.get("grade") or layer.grade
    if stamp and layer.geometry == "Polygon" and grade == "D":
        label["stamp"] = stamp
    elif grade == PROPOSED:
        label["stamp"] = str(properties["proposed"])
    return label or None


def _link_style(link: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "color": LINK_COLORS[link["kind"]],
        "weight": LINK_WEIGHTS[link["kind"]],
        "opacity": 0.9,
        "dashArray": LINK_DASHES[link["evidence"]],
        "lineCap": "round" if link["evidence"] == "plan" else "butt",
    }


def _arrow_head(path: list[LonLat]) -> dict[str, Any]:
    """Return place and screen angle (degrees, clockwise from east) of the head at 60 %."""
    at = round(0.6 * (len(path) - 1))
    (lon0, lat0), (lon1, lat1) = path[at - 1], path[at + 1]
    east = (lon1 - lon0) * math.cos(math.radians(path[at][1]))
    angle = -math.degrees(math.atan2(lat1 - lat0, east))
    return {"lonlat": path[at], "angle": round(angle, 1)}


def _loop(at: LonLat, squeeze: float, *, radius: float, steps: int) -> list[LonLat]:
    turns = (2 * math.pi * step / steps for step in range(steps + 1))
    return [
        (
            round(at[0] + radius * math.sin(turn) / squeeze, 6),
            round(at[1] + radius * (1 - math.cos(turn)), 6),
        )
        for turn in turns
    ]
