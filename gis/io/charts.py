"""Charts as SVG for paper: Vega-Lite drawn without a browser and without a network."""

from functools import cache
from typing import Any

import vl_convert

from gis.io.fonts import FAMILY, font_folder

MM_PER_PX = 25.4 / 96


def chart_svg(spec: dict[str, Any]) -> str:
    """Return a Vega-Lite chart as SVG, its words in the Korean type of the reports."""
    _with_fonts()
    styled = spec | {"config": spec.get("config", {}) | {"font": FAMILY}}
    return str(vl_convert.vegalite_to_svg(styled))


@cache
def _with_fonts() -> None:
    vl_convert.register_font_directory(str(font_folder()))
