"""The boundary of a site as a drawing (DXF, R2010) in its belt: x east, y north, in meters, as its list of points.

Each ring is one closed polyline, each point a marker, and the numbers and the list itself stand beside as text.
"""

import io
from collections.abc import Sequence

import ezdxf
import numpy as np
import pandas as pd
from ezdxf import units
from ezdxf.document import Drawing
from ezdxf.enums import TextEntityAlignment
from ezdxf.layouts import Modelspace

from gis.io.write import printable

OUTLINE, MARKS, NUMBERS, LIST, SCHEMATIC_OUTLINE = "구역경계", "경계점", "점번호", "좌표조서", "모식도_구역경계"
COLORS = {OUTLINE: 1, SCHEMATIC_OUTLINE: 6, MARKS: 3, NUMBERS: 2, LIST: 7}
"""Layers with their AutoCAD colors: red, magenta, green, yellow, black or white."""
STYLE, FONT = "한글", "malgun.ttf"
ROWS_ABREAST = 100
"""Rows of the list in one column of text; the next ones stand to its right."""
CIRCLE_WITH_CROSS = 34
UTF8_PAGE = "ANSI_65001"
"""The letters of R2010 are UTF-8 whatever the header says; GDAL and QGIS believe the header."""


def boundary_drawing(
    points: pd.DataFrame, head: Sequence[str], rows: Sequence[Sequence[str]], *, each: int = 1, schematic: bool
) -> bytes:
    """Return a drawing of a boundary.

    Parameters
    ----------
    points
        A row a point: `part`, `ring`, `no`, `x_n`, `y_e` (m), in the order of the numbers.
    head
        What stands above the list, a line each.
    rows
        The list as it is printed, the first row its headings; none where it is left out.
    each
        Every first, second, third … point has its number.
    schematic
        Whether the outline is one (모식도): its layer says so.
    """
    document = ezdxf.new("R2010", setup=("linetypes",))
    document.units = units.M
    document.header["$PDMODE"] = CIRCLE_WITH_CROSS
    document.header["$PDSIZE"] = -1.0  # percent of the screen
    document.styles.add(STYLE, font=FONT)
    outline = SCHEMATIC_OUTLINE if schematic else OUTLINE
    for name in (outline, MARKS, NUMBERS, LIST):
        document.layers.add(name, color=COLORS[name], linetype="DASHED" if name == SCHEMATIC_OUTLINE else "CONTINUOUS")
    space = document.modelspace()
    height = _text_height(points)
    for _, ring in points.groupby(["part", "ring"], sort=False):
        line = space.add_lwpolyline([], close=True, dxfattribs={"layer": outline})
        plain = np.zeros((len(ring), 3))  # no widths, no bulge
        line.lwpoints.set(np.column_stack([ring["y_e"], ring["x_n"], plain]))  # one by one takes the square of them
    for place, row in enumerate(points.itertuples()):
        space.add_point((row.y_e, row.x_n), dxfattribs={"layer": MARKS})
        if place % each == 0:
            _write(space, str(row.no), (row.y_e + height / 3, row.x_n + height / 3), height, NUMBERS)
    _write_list(space, points, head, rows, height)
    _frame(document, points)
    return _bytes(document)


def _text_height(points: pd.DataFrame) -> float:
    """Return how high letters are, m: a site is some 150 lines high."""
    return max(0.1, round(float(max(_span(points["x_n"]), _span(points["y_e"]))) / 150, 1))


def _span(values: pd.Series) -> float:
    return float(values.max() - values.min())


def _write_list(
    space: Modelspace, points: pd.DataFrame, head: Sequence[str], rows: Sequence[Sequence[str]], height: float
) -> None:
    """Write the head and, below it, the list in columns of text to the right of the site."""
    west, top, line = float(points["y_e"].max()) + 12 * height, float(points["x_n"].max()), 1.8 * height
    for number, text in enumerate(head):
        _write(space, text, (west, top - number * line), height, LIST)
    if not rows:
        return
    top -= (len(head) + 1) * line
    headings, *body = rows
    widths = [height * (2 + max(_letters(row[place]) for row in rows)) for place in range(len(headings))]
    for start in range(0, len(body), ROWS_ABREAST):
        for number, row in enumerate([headings, *body[start : start + ROWS_ABREAST]]):
            right = west
            for text, width in zip(row, widths, strict=True):
                right += width
                _write(space, text, (right, top - number * line), height, LIST, TextEntityAlignment.RIGHT)
        west += sum(widths) + 6 * height


def _letters(text: str) -> float:
    """Return how wide a text is, in letter heights: Hangul is square, digits are narrower."""
    return sum(1.1 if letter > "\u1100" else 0.8 for letter in text)


def _write(
    space: Modelspace,
    text: str,
    place: tuple[float, float],
    height: float,
    layer: str,
    align: TextEntityAlignment = TextEntityAlignment.LEFT,
) -> None:
    plain = " ".join(printable(text).split()).replace("%%", "% %")  # CAD reads %%d as a degree sign
    attributes = {"layer": layer, "style": STYLE}
    space.add_text(plain, height=height, dxfattribs=attributes).set_placement(place, align=align)


def _frame(document: Drawing, points: pd.DataFrame) -> None:
    """Let the drawing open on the site: its default view lies at the origin, hundreds of kilometers away."""
    middle = [float(points[name].max() + points[name].min()) / 2 for name in ("y_e", "x_n")]
    size = max(_span(points["x_n"]), _span(points["y_e"]), 1.0)
    document.set_modelspace_vport(height=1.2 * size, center=(middle[0], middle[1]))


def _bytes(document: Drawing) -> bytes:
    written = io.StringIO(newline="\r\n")
    document.write(written)
    named = written.getvalue().replace(document.header["$DWGCODEPAGE"], UTF8_PAGE, 1)
    return named.encode("utf-8", errors="dxfreplace")
