"""The legend, drawn from the same declarations as the map."""

from collections.abc import Mapping, Sequence
from html import escape

from gis.i18n import t
from gis.model import SCHEMATIC
from gis.view.map import LINK_COLORS, LINK_WEIGHTS
from gis.view.tables import label, layer_title
from layers.declare import Layer
from layers.palette import INK, STONE

BORDERS = {"A": "solid", "B": "solid", "C": "dashed", "D": "dotted"}
EVIDENCE_BORDERS = {"stated": "solid", "inferred": "dashed", "plan": "dotted"}


def legend_html(layers: Sequence[Layer], links: bool, grades: Mapping[str, str] | None = None) -> str:
    """Return swatches of the layers shown, of the links' kinds and evidence, and of boundary grades.

    `grades` holds the grade of each complex where it is not that of its layer.
    """
    items = [item for layer in layers for item in _layer_items(layer, grades or {})]
    if links:
        items += [
            (_line(color, "solid", LINK_WEIGHTS[kind]), t(f"map.link_{kind}", kind=label("link_kind", kind)))
            for kind, color in LINK_COLORS.items()
        ]
        items += [(_line(INK, border), t(f"map.link_{evidence}")) for evidence, border in EVIDENCE_BORDERS.items()]
    items += [
        (_box(STONE, INK, "A"), t("map.solid")),
        (_box(STONE, INK, "C"), t("map.dashed")),
        (_box(STONE, INK, "D"), t("map.hatched")),
    ]
    if any(layer.geometry == "Point" for layer in layers):
        items.append((_dot("transparent", STONE, "dotted"), t("map.precision")))
    drawn = "".join(f"<span class='gis-item' role='listitem'>{swatch}{escape(text)}</span>" for swatch, text in items)
    return f"<div class='gis-legend' role='list' aria-label='{escape(t('map.legend'))}'>{drawn}</div>"


def _layer_items(layer: Layer, grades: Mapping[str, str]) -> list[tuple[str, str]]:
    style = layer.style
    if layer.geometry == "Point":
        return [(_dot(style.fill, style.stroke), layer_title(layer))]
    if style.classes:
        return [
            (_box(color, style.stroke, grades.get(value, layer.grade)), label("place", value))
            for value, color in style.classes
        ]
    return [(_box(style.fill, style.stroke, layer.grade), layer_title(layer))]


def _box(fill: str, stroke: str, grade: str | None) -> str:
    hatch = f"repeating-linear-gradient(135deg,{fill} 0 1.5px,transparent 1.5px 5px)"
    ground = f"background:{hatch}" if grade == SCHEMATIC else f"background:{fill}59"
    border = BORDERS.get(grade or "", "solid")
    return f"<span class='gis-box' style='{ground};border:1.5px {border} {stroke}'></span>"


def _dot(fill: str, stroke: str, border: str = "solid") -> str:
    return f"<span class='gis-dot' style='background:{fill};border:1.5px {border} {stroke}'></span>"


def _line(color: str, border: str, width: float = 3) -> str:
    return f"<span class='gis-line' style='border-top:{width}px {border} {color}'></span>"


def heights_html(legend: Sequence[tuple[float, str]]) -> str:
    """Return swatches of the heights (m) of an elevation model, low to high."""
    drawn = "".join(
        f"<span class='gis-item' role='listitem'><span class='gis-box' style='background:{color};border:0'></span>"
        f"{height:,.0f} m</span>"
        for height, color in legend
    )
    label = escape(t("raster.heights"))
    return f"<div class='gis-legend' role='list' aria-label='{label}'><b>{label}</b>{drawn}</div>"
