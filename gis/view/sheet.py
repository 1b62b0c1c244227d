"""A picture of a drawing to mark on: its tiles in its own pixels, a tool for control points and one for the boundary.

The browser counts in parts of the picture (`unit` pixels each, y up from the top as a negative number); `to_pixels`
and `from_pixels` are the only ways between those and pixels.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from folium.elements import MacroElement
from folium.plugins import Draw
from folium.template import Template

from gis.view.map import DRAFT, DRAW_TEXTS, LeanMap, MapCall, digest
from layers.palette import BLUE, VERMILION

SHEET_TEXTS = (
    "label", "zoom_in", "zoom_out", "home", "tiles_offline",
    "draw.toolbar.buttons.circlemarker", "draw.handlers.circlemarker.tooltip.start", *DRAW_TEXTS,
)  # fmt: skip
MARK = {"radius": 6, "color": BLUE, "weight": 2.5, "fillColor": BLUE, "fillOpacity": 0.25}


@dataclass(frozen=True)
class Mark:
    """A control point's number on the picture, in pixels; the worst stands out."""

    number: int
    x: float
    y: float
    worst: bool = False


class KeepMarks(MapCall):
    """Keep view, marks and boundary in the browser's tab; a reload or a page change returns them."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "siteMap.keepMarks({{ this._parent.get_name() }}, drawnItems_{{ this.draw.get_name() }},"
        " {{ this.arguments }});"
        "{% endmacro %}"
    )

    def __init__(self, draw: Draw, **values: Any) -> None:
        super().__init__("keepMarks", **values)
        self.draw = draw


def sheet_map(width: int, height: int, finest: int, url: str, texts: Mapping[str, str], storage_key: str) -> LeanMap:
    """Return the map of a picture.

    Parameters
    ----------
    width, height
        Of the picture in pixels.
    finest
        The zoom at which a tile holds pixels as they are; at zoom 0 one tile holds the picture.
    url
        Of its tiles, with `{z}`, `{x}` and `{y}`.
    texts
        Every name in `SHEET_TEXTS`.
    storage_key
        Another one for another picture.
    """
    # from zoom 0, else Leaflet would glide down to the finest zoom after the first fit
    chart = LeanMap(location=(0, 0), zoom_start=0, tiles=None, zoom_control=False, zoom_snap=0.25, crs="Simple")
    words = {name: texts[name] for name in SHEET_TEXTS if "." not in name}
    draw_words = {name: texts[name] for name in SHEET_TEXTS if "." in name}
    unit = 2.0**finest
    edge = [[-height / unit, 0], [0, width / unit]]
    version = digest([width, height, finest, url, words, draw_words, storage_key])
    MapCall("sheet", words=words, drawWords=draw_words, edge=edge, url=url, finest=finest, version=version).add_to(
        chart
    )
    draw = Draw(
        show_geometry_on_click=False,
        draw_options={
            "polygon": {"shapeOptions": DRAFT, "allowIntersection": False, "showArea": False, "showLength": False},
            "circlemarker": MARK,
            "polyline": False, "rectangle": False, "circle": False, "marker": False,
        },
        edit_options={"poly": {"allowIntersection": False}},
    )  # fmt: skip
    draw.add_to(chart)
    KeepMarks(draw, key=storage_key, home=edge, draft=DRAFT, mark=MARK).add_to(chart)
    return chart


def mark_elements(marks: Iterable[Mark], finest: int) -> list[MacroElement]:
    """Return the numbers of control points; they are beside the marks, which a person drew."""
    numbers = [
        {
            "at": from_pixels(mark.x, mark.y, finest),
            "text": str(mark.number),
            "color": VERMILION if mark.worst else BLUE,
        }
        for mark in marks
    ]
    return [MapCall("numbers", numbers=numbers)]


def from_pixels(x: float, y: float, finest: int) -> list[float]:
    """Return the place of a pixel as the browser counts: up, then right."""
    return [-y / 2.0**finest, x / 2.0**finest]


def to_pixels(coordinates: list[float], finest: int) -> tuple[float, float]:
    """Return the pixel at GeoJSON coordinates of the browser: x right, y down, to a hundredth."""
    return round(coordinates[0] * 2.0**finest, 2), round(-coordinates[1] * 2.0**finest, 2)


def marked(
    drawings: Iterable[Mapping[str, Any]], finest: int
) -> tuple[list[tuple[float, float]], list[list[tuple[float, float]]]]:
    """Return the control points and the boundaries in drawn GeoJSON geometries, in pixels, in the order drawn."""
    points, rings = [], []
    for drawing in drawings:
        if drawing["type"] == "Point":
            points.append(to_pixels(drawing["coordinates"], finest))
        elif drawing["type"] == "Polygon":
            rings.append([to_pixels(place, finest) for place in drawing["coordinates"][0]])
    return points, rings
