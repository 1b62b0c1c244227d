"""A map for paper as one SVG: exact scale, scale bar, north, grid, legend, inset; names that do not overlap.

A unit of the drawing is a tenth of a millimeter. Colors come with hatches, widths and dashes, so that it reads in grey.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.crs import MAP_CRS, crs_name, reproject
from gis.i18n import t
from gis.model import PROPOSED, SCHEMATIC
from gis.view.features import display_name
from gis.view.map import GRADE_DASHES, LINK_COLORS, LINK_DASHES, LINK_WEIGHTS, arc
from gis.view.print_labels import Box, Name, Placed, placed_names
from gis.view.svg import FONTS, LINE, add_element, add_text, clean, decimal_text, text_width
from gis.view.tables import label, layer_title
from layers.declare import Layer
from layers.palette import BLUE, GREEN, INK, LAND, OLIVE, ORANGE, PLUM, PURPLE, SKY, STONE, VERMILION

MM = 10.0
"""Units of the drawing in a millimeter."""
SCALES = (
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    75_000,
    100_000,
    150_000,
    200_000,
    250_000,
    300_000,
    400_000,
    500_000,
    1_000_000,
)
NAME, SMALL = 25.0, 19.0
"""Sizes of type: 7 pt and 5.4 pt."""
MANY_LINKS = 24
"""From so many arcs on, they are drawn thinner."""
PIXEL = 2.6
"""Units of the drawing in a pixel of the map on screen, by which its widths and dashes are drawn."""
COLORS = (PLUM, GREEN, OLIVE, ORANGE, BLUE, VERMILION, SKY, PURPLE)
ANGLES = (45, 135, 0, 90, 20, 110, 70, 160)
STEPS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
ROW, COLUMN = 40.0, 96.0
"""The height of a row of the legend, and the steps at which its items begin."""
FINEST = 0.08
"""mm: corners nearer to a straight line are left out."""
MOST_FEATURES = 20_000
BORDER = 1.0
"""px: from this weight on a boundary beneath is drawn as that of a district, with dashes and dots."""
STAMPS = {SCHEMATIC: "word.schematic", PROPOSED: "scenario.one"}
"""What stands below the name of an outline that nobody surveyed."""


@dataclass(frozen=True)
class Drawn:
    """A layer on a printed map; `named` writes names, `listed` puts it into the legend, `faint` draws only thin edges."""

    layer: Layer
    frame: gpd.GeoDataFrame
    named: bool = False
    listed: bool = True
    faint: bool = False


@dataclass(frozen=True)
class Sheet:
    """The paper of a map: `width` and `height` of what is drawn in mm, and the scale 1 : `scale` around a point (m)."""

    width: float
    height: float
    scale: int
    x: float
    y: float
    belt: str

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east and north of the drawn land, m."""
        across, down = (length * self.scale / 2_000 for length in (self.width, self.height))
        return self.x - across, self.y - down, self.x + across, self.y + down

    def to_paper(self, points: np.ndarray) -> np.ndarray:
        """Return points of the belt (m) as places on the paper."""
        west, _, _, north = self.bounds
        factor = 1_000 * MM / self.scale
        return np.column_stack([(points[:, 0] - west) * factor, (north - points[:, 1]) * factor])


def sheet_around(
    frame: gpd.GeoDataFrame, width: float, height: float, *, scale: int | None = None, room: float = 1.08
) -> Sheet:
    """Return the paper on which a frame (in a belt) lies in the middle, at the largest round scale that holds it.

    A `scale` that is wished for is kept where the frame fits.
    """
    west, south, east, north = frame.total_bounds
    need = max((east - west) / width, (north - south) / height) * 1_000 * room
    fitting = next((one for one in SCALES if one >= need), math.ceil(need / 1e6) * 1_000_000)
    chosen = scale if scale is not None and scale >= need / room else fitting
    return Sheet(width, height, chosen, (west + east) / 2, (south + north) / 2, crs_name(frame.crs))


@dataclass(frozen=True)
class PrintedMap:
    """A map as SVG, what a reader hears instead, its scale, and the names for which there was no room."""

    svg: str
    width: float
    height: float
    scale: int
    unnamed: tuple[str, ...]


def printed_map(
    sheet: Sheet,
    layers: Sequence[Drawn],
    title: str,
    *,
    links: Iterable[Mapping[str, Any]] = (),
    inset: gpd.GeoDataFrame | None = None,
    stamps: Sequence[str] = (),
) -> PrintedMap:
    """Return a map at its exact scale.

    Parameters
    ----------
    layers
        The lowest first.
    links
        As `gis.view.map.arc_elements` takes them.
    inset
        Land of which a small map in the corner shows where this one lies.
    stamps
        Words across the map: what must not leave, what is a draft.
    """
    width, height = sheet.width * MM, sheet.height * MM
    chosen = list(links)
    layers = [replace(one, frame=_on_paper(one.frame, sheet)) for one in layers]
    items = _legend_items([one for one in layers if len(one.frame)], chosen)
    foot = _foot_height(items, width)
    svg = ElementTree.Element(
        "svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {decimal_text(width)} {decimal_text(height + foot)}",
                "width": f"{sheet.width:g}mm", "height": f"{(height + foot) / MM:.1f}mm", "role": "img",
                "font-family": FONTS},
    )  # fmt: skip
    add_element(svg, "title").text = clean(title)
    defs = add_element(svg, "defs")
    clip = add_element(defs, "clipPath", id="map-frame")
    add_element(clip, "rect", x=0.0, y=0.0, width=width, height=height)
    land = add_element(svg, "g", clip_path="url(#map-frame)")
    add_element(land, "rect", x=0.0, y=0.0, width=width, height=height, fill=LAND)
    hatches: dict[str, str] = {}
    names: list[Name] = []
    for one in layers:
        names += _draw_layer(land, defs, sheet, one, hatches)
    _draw_links(land, sheet, chosen)
    sites = [one.frame for one in layers if one.named and not one.faint]
    corners = [*_draw_inset(svg, sheet, inset, sites), *_draw_measure(svg, sheet)]
    corners += _draw_grid(svg, sheet, corners)
    placed, left = placed_names(names, (12, 12, width - 12, height - 12), corners)
    for found in placed:
        _draw_name(svg, found)
    _draw_stamps(svg, stamps, width, height)
    add_element(svg, "rect", x=0.0, y=0.0, width=width, height=height, fill="none", stroke=INK, stroke_width=3.0)
    _draw_legend(svg, defs, items, width, height, hatches)
    told = ElementTree.tostring(svg, encoding="unicode")
    return PrintedMap(
        told, sheet.width, (height + foot) / MM, sheet.scale, tuple(dict.fromkeys(one.lines[0] for one in left))
    )


def _draw_layer(
    group: ElementTree.Element, defs: ElementTree.Element, sheet: Sheet, drawn: Drawn, hatches: dict[str, str]
) -> list[Name]:
    """Draw the features of a layer that the paper shows, and return their names."""
    window, frame = shapely.box(*sheet.bounds), drawn.frame
    wide = window.buffer(10 * sheet.scale / 1_000)
    shapes = shapely.simplify(
        shapely.intersection(_valid(frame.geometry.to_numpy()), wide), FINEST * sheet.scale / 1_000
    )
    names = []
    for row, shape in zip(frame.drop(columns="geometry").to_dict("records"), shapes, strict=True):
        if shape.is_empty:
            continue
        if shapely.get_dimensions(shape) == 0:
            names += _draw_points(group, sheet, drawn, row, shape)
            continue
        look = _faint_look(drawn.layer) if drawn.faint else _look(defs, drawn.layer, row, hatches)
        if shapely.get_dimensions(shape) == 1:
            look |= {"fill": "none"}
        add_element(group, "path", d=_path(sheet, shape), fill_rule="evenodd", stroke_linejoin="round", **look)
        inner = shapely.intersection(shape, window)
        if drawn.named and not inner.is_empty:
            names.append(_area_name(sheet, drawn, row, inner))
    return names


def _on_paper(frame: gpd.GeoDataFrame, sheet: Sheet) -> gpd.GeoDataFrame:
    """Return the features that the paper shows, in its belt; of very many the first."""
    here = reproject(frame, sheet.belt)
    return here[shapely.intersects(here.geometry.to_numpy(), shapely.box(*sheet.bounds))].head(MOST_FEATURES)


def _valid(shapes: np.ndarray) -> np.ndarray:
    return np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))


def _path(sheet: Sheet, shape: shapely.Geometry) -> str:
    told = []
    for part in shapely.get_parts(shape):
        rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        for ring in rings if part.geom_type != "Point" else []:
            points = sheet.to_paper(shapely.get_coordinates(ring))
            told.append("M" + "L".join(f"{decimal_text(x)},{decimal_text(y)}" for x, y in points))
    return " ".join(told)


def _grade(row: Mapping[str, Any], layer: Layer) -> str:
    """Return the grade of a feature, of one that a scenario proposes that, else that of its layer."""
    grade = row.get("grade")
    if isinstance(grade, str):
        return grade
    return PROPOSED if str(row.get("source")).startswith("scenario:") else layer.grade or ""


def _faint_look(layer: Layer) -> dict[str, Any]:
    look: dict[str, Any] = {"fill": "none", "stroke": STONE, "stroke_width": 1.4 * layer.style.weight**2}
    return look if layer.style.weight < BORDER else look | {"stroke_width": 3.2, "stroke_dasharray": "22 5 4 5"}


def _look(defs: ElementTree.Element, layer: Layer, row: Mapping[str, Any], hatches: dict[str, str]) -> dict[str, Any]:
    """Return how a polygon or line is drawn: solid A and B, dashed C, dashed and hatched D."""
    style, grade = layer.style, _grade(row, layer)
    fill = dict(style.classes).get(str(row.get(style.class_column or "")), style.fill)
    dash = GRADE_DASHES.get(grade)
    look: dict[str, Any] = {"stroke": style.stroke, "stroke_width": style.weight * PIXEL}
    if dash:
        look["stroke_dasharray"] = " ".join(decimal_text(float(part) * PIXEL) for part in dash.split())
    if grade == SCHEMATIC and layer.geometry == "Polygon":
        return look | {"fill": f"url(#{_hatch(defs, fill, hatches)})"}
    return look | {"fill": fill, "fill_opacity": style.fill_opacity}


def _hatch(defs: ElementTree.Element, color: str, hatches: dict[str, str]) -> str:
    """Return the pattern of a color; each color has a direction of its own, which grey print keeps."""
    if color not in hatches:
        name = hatches[color] = f"hatch-{len(hatches)}"
        angle = ANGLES[(COLORS.index(color) if color in COLORS else int(color[1:], 16)) % len(ANGLES)]
        pattern = add_element(
            defs,
            "pattern",
            id=name,
            width=16.0,
            height=16.0,
            patternUnits="userSpaceOnUse",
            patternTransform=f"rotate({angle})",
        )
        add_element(pattern, "rect", x=0.0, y=0.0, width=16.0, height=16.0, fill="#ffffff", fill_opacity="0.35")
        add_element(pattern, "rect", x=0.0, y=0.0, width=3.6, height=16.0, fill=color)
    return hatches[color]


def _draw_points(
    group: ElementTree.Element, sheet: Sheet, drawn: Drawn, row: Mapping[str, Any], shape: shapely.Geometry
) -> list[Name]:
    style = drawn.layer.style
    radius = 3.0 if drawn.faint else style.radius * PIXEL * 0.6
    names = []
    for x, y in sheet.to_paper(shapely.get_coordinates(shape)):
        add_element(
            group,
            "circle",
            cx=x,
            cy=y,
            r=radius,
            fill=style.fill,
            stroke=style.stroke,
            stroke_width=style.weight * PIXEL * 0.6,
        )
        if drawn.named:
            names.append(Name((clean(display_name(dict(row))),), x, y, SMALL, radius, weight=1.0))
    return names


def _area_name(sheet: Sheet, drawn: Drawn, row: Mapping[str, Any], shape: shapely.Geometry) -> Name:
    (place,) = sheet.to_paper(shapely.get_coordinates(shapely.point_on_surface(shape)))
    stamp = STAMPS.get(_grade(row, drawn.layer))
    words = clean(display_name(dict(row)))
    if drawn.faint:
        return Name((words,), place[0], place[1], SMALL, weight=0.0, bound=True, fill="#5d6b7a")
    lines = (words, f"({t(stamp)})") if stamp else (words,)
    reach = math.sqrt(shapely.area(shape)) * 1_000 * MM / sheet.scale / 2
    return Name(lines, place[0], place[1], NAME, reach, weight=10.0 + reach / 1e4, bold=True, inside=True)


def _draw_name(group: ElementTree.Element, found: Placed) -> None:
    name = found.name
    if found.led is not None:
        (x, y) = found.led
        add_element(group, "path", d=f"M{decimal_text(name.x)},{decimal_text(name.y)}L{decimal_text(x)},{decimal_text(y)}",
                    stroke=INK, stroke_width=1.5, fill="none")  # fmt: skip
        add_element(group, "circle", cx=name.x, cy=name.y, r=3.0, fill=INK)
    left, top, right, _ = found.box
    for number, line in enumerate(name.lines):
        size = name.size if number == 0 else name.size * 0.8
        drawn = add_text(
            group, line, (left + right) / 2, top + name.size * LINE * (number + 0.78), size,
            bold=name.bold and number == 0, anchor="middle", fill=name.fill or INK, halo="#ffffff",
        )  # fmt: skip
        drawn.set("stroke-width", "7")
        drawn.set("stroke-linejoin", "round")


def _draw_links(group: ElementTree.Element, sheet: Sheet, links: Sequence[Mapping[str, Any]]) -> None:
    """Draw the arcs of the chain: color and width by kind, dashes by evidence, a head at 60 % of the way."""
    seen: dict[Any, int] = {}
    thin = _thinness(links)
    for link in links:
        ends = tuple(link["from_lonlat"]), tuple(link["to_lonlat"])
        bulge = 0.14 + 0.08 * seen.get(ends, 0)
        seen[ends] = seen.get(ends, 0) + 1
        path = gpd.GeoSeries([shapely.LineString(arc(*ends, bulge=bulge))], crs=MAP_CRS).to_crs(sheet.belt)
        points = sheet.to_paper(shapely.get_coordinates(path.iloc[0]))
        line = "M" + "L".join(f"{decimal_text(x)},{decimal_text(y)}" for x, y in points)
        look = _link_look(link["kind"], link["evidence"], thin)
        halo = look["stroke_width"] + 6 * thin
        add_element(group, "path", d=line, fill="none", stroke="#ffffff", stroke_width=halo, opacity="0.7")
        add_element(group, "path", d=line, fill="none", **look)
        _draw_head(group, points, LINK_COLORS[link["kind"]], 8 + look["stroke_width"])


def _thinness(links: Sequence[Mapping[str, Any]]) -> float:
    """Return how much thinner arcs are drawn where there are many, so that the map beneath can be read."""
    return max(0.45, min(1.0, MANY_LINKS / max(len(links), 1)))


def _link_look(kind: str, evidence: str, thin: float = 1.0) -> dict[str, Any]:
    dash = LINK_DASHES[evidence]
    look: dict[str, Any] = {"stroke": LINK_COLORS[kind], "stroke_width": LINK_WEIGHTS[kind] * PIXEL * thin}
    if dash:
        look |= {"stroke_dasharray": " ".join(decimal_text(float(part) * PIXEL * thin) for part in dash.split())}
        look |= {"stroke_linecap": "round" if evidence == "plan" else "butt"}
    return look


def _draw_head(group: ElementTree.Element, points: np.ndarray, color: str, size: float) -> None:
    at = round(0.6 * (len(points) - 1))
    along = points[min(at + 1, len(points) - 1)] - points[at - 1]
    length = float(np.hypot(*along))
    if length == 0:
        return
    along = along / length * size
    across = np.array([-along[1], along[0]]) * 0.6
    tip, foot = points[at] + along, points[at] - along * 0.4
    corners = " ".join(f"{decimal_text(x)},{decimal_text(y)}" for x, y in (tip, foot + across, foot - across))
    add_element(group, "polygon", points=corners, fill=color, stroke="#ffffff", stroke_width=2.0)


def _draw_inset(
    group: ElementTree.Element, sheet: Sheet, land: gpd.GeoDataFrame | None, sites: Sequence[gpd.GeoDataFrame]
) -> list[Box]:
    """Draw where the map lies in the land around it, in the corner that hides least of the sites."""
    if land is None:
        return []
    frame = reproject(land, sheet.belt)
    side = min(320.0, sheet.width * MM * 0.2)
    west, south, east, north = frame.total_bounds
    factor = (side - 16) / max(east - west, north - south)
    wide, high = (east - west) * factor + 16, (north - south) * factor + 16
    left, top = _free_corner(sheet, wide, high, sites)
    inner = add_element(group, "g", transform=f"translate({decimal_text(left)},{decimal_text(top)})")
    add_element(inner, "rect", x=0.0, y=0.0, width=wide, height=high, fill="#ffffff", stroke=INK, stroke_width=2.0)

    def paper(x: float, y: float) -> tuple[float, float]:
        return (x - west) * factor + 8, (north - y) * factor + 8

    for shape in shapely.get_parts(shapely.simplify(frame.geometry.to_numpy(), 2 / factor)):
        for ring in [shape.exterior] if shape.geom_type == "Polygon" else []:
            points = [paper(x, y) for x, y in shapely.get_coordinates(ring)]
            told = " ".join(f"{decimal_text(x)},{decimal_text(y)}" for x, y in points)
            add_element(inner, "polygon", points=told, fill=LAND, stroke=STONE, stroke_width=1.2)
    mine = sheet.bounds
    (x0, y0), (x1, y1) = paper(max(mine[0], west), min(mine[3], north)), paper(min(mine[2], east), max(mine[1], south))
    if x1 > x0 and y1 > y0:
        add_element(
            inner, "rect", x=x0, y=y0, width=x1 - x0, height=y1 - y0, fill="none", stroke="#c0392b", stroke_width=4.0
        )
    return [(left, top, left + wide, top + high)]


def _free_corner(sheet: Sheet, wide: float, high: float, sites: Sequence[gpd.GeoDataFrame]) -> tuple[float, float]:
    """Return left and top of a box on the paper; the lower left corner is that of the scale bar."""
    east, south = sheet.width * MM - wide - 14, sheet.height * MM - high - 14
    west_land, _, _, north_land = sheet.bounds
    meters = sheet.scale / (1_000 * MM)

    def hidden(place: tuple[float, float]) -> float:
        left, top = place
        box = shapely.box(
            west_land + left * meters, north_land - (top + high) * meters, west_land + (left + wide) * meters, north_land - top * meters
        )  # fmt: skip
        return sum(
            float(frame.geometry.intersection(box).area.sum()) + int(frame.intersects(box).sum()) for frame in sites
        )

    return min([(east, 14.0), (14.0, 14.0), (east, south)], key=hidden)


def _draw_measure(group: ElementTree.Element, sheet: Sheet) -> list[Box]:
    """Draw scale bar, scale and north in the lower left corner."""
    length = next(
        (one for one in reversed(STEPS) if one * 1_000 * MM / sheet.scale <= sheet.width * MM * 0.3), STEPS[0]
    )
    bar = length * 1_000 * MM / sheet.scale
    left, bottom = 20.0, sheet.height * MM - 20.0
    top, right = bottom - 92.0, left + bar + 150.0
    add_element(group, "rect", x=left - 8, y=top - 8, width=right - left + 16, height=bottom - top + 16, fill="#ffffff",
                fill_opacity="0.88", stroke=STONE, stroke_width=1.0)  # fmt: skip
    for number in range(4):
        add_element(group, "rect", x=left + 8 + bar * number / 4, y=bottom - 34, width=bar / 4, height=10.0,
                    fill=INK if number % 2 == 0 else "#ffffff", stroke=INK, stroke_width=1.5)  # fmt: skip
    for share in (0, 0.5, 1):
        add_text(group, _length_words(length * share, length), left + 8 + bar * share, bottom - 4, SMALL,
                 anchor="start" if share == 0 else "middle")  # fmt: skip
    add_text(group, f"1:{sheet.scale:,}", left + 8, top + 22, NAME, bold=True)
    add_text(group, sheet.belt, left + 8, top + 46, SMALL)
    _draw_north(group, right - 46, top + 10)
    return [(left - 8, top - 8, right + 8, bottom + 8)]


def _length_words(length: float, whole: float) -> str:
    return f"{length / 1_000:g} km" if whole >= 1_000 else f"{length:g} m"


def _draw_north(group: ElementTree.Element, x: float, y: float) -> None:
    """Draw the arrow of grid north: up the belt's northing."""
    add_element(group, "polygon", points=f"{decimal_text(x)},{decimal_text(y + 44)} {decimal_text(x + 14)},{decimal_text(y)} "
                f"{decimal_text(x + 28)},{decimal_text(y + 44)} {decimal_text(x + 14)},{decimal_text(y + 34)}", fill=INK)  # fmt: skip
    add_text(group, t("print.north"), x + 14, y + 66, SMALL, bold=True, anchor="middle")


def _draw_grid(group: ElementTree.Element, sheet: Sheet, taken: Sequence[Box]) -> list[Box]:
    """Draw ticks of the belt's round coordinates along the frame, and say them."""
    west, south, east, north = sheet.bounds
    step = next((one for one in STEPS if one * 1_000 / sheet.scale >= 35), STEPS[-1])
    width, height = sheet.width * MM, sheet.height * MM
    boxes = []
    for value in np.arange(math.ceil(west / step) * step, east, step):
        x = (value - west) * 1_000 * MM / sheet.scale
        words = f"Y {value:,.0f}"
        half = text_width(words, 15) / 2
        for y in (0.0, height - 12.0):
            add_element(group, "line", x1=x, y1=y, x2=x, y2=y + 12, stroke=INK, stroke_width=1.5)
        if half + 20 < x < width - half - 20 and not any(
            box[1] < 34 and box[0] - half < x < box[2] + half for box in taken
        ):
            add_text(group, words, x, 28, 15, anchor="middle", fill="#5d6b7a", halo="#ffffff")
            boxes.append((x - half, 10.0, x + half, 34.0))
    for value in np.arange(math.ceil(south / step) * step, north, step):
        y = (north - value) * 1_000 * MM / sheet.scale
        for x in (0.0, width - 12.0):
            add_element(group, "line", x1=x, y1=y, x2=x + 12, y2=y, stroke=INK, stroke_width=1.5)
        if 60 < y < height - 140:
            words = f"X {value:,.0f}"
            add_text(group, words, 18, y + 5, 15, fill="#5d6b7a", halo="#ffffff")
            boxes.append((16.0, y - 12, 20 + text_width(words, 15), y + 10))
    return boxes


def _draw_stamps(group: ElementTree.Element, stamps: Sequence[str], width: float, height: float) -> None:
    for number, words in enumerate(stamps):
        y = height * (number + 1) / (len(stamps) + 1)
        drawn = add_text(group, words, width / 2, y, 220, bold=True, anchor="middle", fill="#c0392b")
        drawn.set("opacity", "0.28")
        drawn.set("transform", f"rotate(-24 {decimal_text(width / 2)} {decimal_text(y)})")


@dataclass(frozen=True)
class _Item:
    words: str
    kind: str
    look: Mapping[str, Any]
    hatch: str | None = None


def _legend_items(layers: Sequence[Drawn], links: Sequence[Mapping[str, Any]]) -> list[_Item]:
    """Return what the legend explains, from the declarations of the layers and what is drawn."""
    items, thin = [], _thinness(links)
    for one in layers:
        if one.listed:
            items += _layer_items(one)
    kinds = [kind for kind in LINK_COLORS if any(link["kind"] == kind for link in links)]
    items += [
        _Item(t(f"map.link_{kind}", kind=label("link_kind", kind)), "line", _link_look(kind, "stated", thin))
        for kind in kinds
    ]
    known = [name for name in LINK_DASHES if any(link["evidence"] == name for link in links)]
    items += [
        _Item(t(f"map.link_{name}"), "line", _link_look("service", name, thin) | {"stroke": INK}) for name in known
    ]
    return items


def _layer_items(drawn: Drawn) -> list[_Item]:
    layer, frame = drawn.layer, drawn.frame
    style = layer.style
    if drawn.faint and layer.geometry == "Polygon":
        return [_Item(layer_title(layer), "line", _faint_look(layer))]
    if layer.geometry == "Point":
        return [_Item(layer_title(layer), "dot", {"fill": style.fill, "stroke": style.stroke, "stroke_width": 2.0})]
    grades = pd.Series([_grade(row, layer) for row in frame.drop(columns="geometry").to_dict("records")], frame.index)
    if style.classes:
        shown = frame[style.class_column].astype(str)
        known = [(value, color) for value, color in style.classes if (shown == value).any()]
        return [
            _box_item(layer, label("place", value), color, grades[shown == value].iloc[0]) for value, color in known
        ]
    if layer.geometry == "LineString":
        return [_Item(layer_title(layer), "line", {"stroke": style.stroke, "stroke_width": style.weight * PIXEL})]
    return [_box_item(layer, layer_title(layer), style.fill, grades.iloc[0])]


def _box_item(layer: Layer, words: str, fill: str, grade: str) -> _Item:
    stamp = STAMPS.get(grade)
    words = f"{words} ({t(stamp)})" if stamp else words
    look: dict[str, Any] = {"stroke": layer.style.stroke, "stroke_width": layer.style.weight * PIXEL * 0.7}
    dash = GRADE_DASHES.get(grade)
    if dash:
        look["stroke_dasharray"] = " ".join(decimal_text(float(part) * PIXEL * 0.7) for part in dash.split())
    if grade == SCHEMATIC:
        return _Item(words, "box", look, hatch=fill)
    return _Item(words, "box", look | {"fill": fill, "fill_opacity": layer.style.fill_opacity})


def _flow(items: Sequence[_Item], width: float) -> list[tuple[float, int]]:
    """Return where each item of the legend begins and in which row: side by side as long as there is room."""
    places, x, row = [], 0.0, 0
    for item in items:
        wide = text_width(item.words, SMALL) + 90
        if x and x + wide > width:
            x, row = 0.0, row + 1
        places.append((x, row))
        x += math.ceil(wide / COLUMN) * COLUMN
    return places


def _foot_height(items: Sequence[_Item], width: float) -> float:
    return 14 + ROW * (_flow(items, width)[-1][1] + 1) if items else 0.0


def _draw_legend(
    svg: ElementTree.Element,
    defs: ElementTree.Element,
    items: Sequence[_Item],
    width: float,
    top: float,
    hatches: dict[str, str],
) -> None:
    for item, (x, row) in zip(items, _flow(items, width), strict=True):
        y = top + 14 + ROW * row
        if item.kind == "box":
            fill = {"fill": f"url(#{_hatch(defs, item.hatch, hatches)})"} if item.hatch else {}
            add_element(svg, "rect", x=x + 4, y=y + 6, width=56.0, height=24.0, **(dict(item.look) | fill))
        elif item.kind == "dot":
            add_element(svg, "circle", cx=x + 32, cy=y + 18, r=8.0, **item.look)
        else:
            add_element(svg, "line", x1=x + 4, y1=y + 18, x2=x + 60, y2=y + 18, **item.look)
        add_text(svg, item.words, x + 70, y + 25, SMALL)
