"""Elements of an SVG that stands by itself: plain attributes, and text that fits where no font can be measured."""

import unicodedata
from xml.etree import ElementTree

from layers.palette import INK

LINE = 1.28
"""The height of a line of text, as a share of its size."""
FONTS = "'NanumGothic', 'Nanum Gothic', 'GIS Gothic', 'Malgun Gothic', 'Apple SD Gothic Neo', sans-serif"
_NARROW, _BROAD = set("iljtfrI.,:;|!'()[]{}`‘’“”·- "), set("MW@%&—…")


def clean(told: str) -> str:
    """Return a text on one line, without what XML cannot hold and what would turn its direction."""
    spaced = "".join(" " if letter.isspace() else letter for letter in told)
    return " ".join("".join(letter for letter in spaced if unicodedata.category(letter)[0] != "C").split())


def text_width(told: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is at most in px, in whatever of the fonts it is set."""
    return sum(map(_advance, told)) * size * (1.06 if bold else 1.0)


def _advance(letter: str) -> float:
    """Return the width of a letter in em, rather too much than too little."""
    if letter in _NARROW or letter in "mw":
        return 0.4 if letter in _NARROW else 0.9
    if letter.isascii() and letter not in _BROAD:
        return 0.76 if letter.isupper() else 0.58
    known = letter in _BROAD or (letter.isalpha() and unicodedata.east_asian_width(letter) in "WNa")
    return 0.0 if unicodedata.combining(letter) else 1.0 if known else 1.4


def wrapped(told: str, width: float, size: float, most: int, *, bold: bool = False) -> tuple[str, ...]:
    """Return a text in at most `most` lines that fit a width in px, broken at gaps where it has some, else shortened."""

    def fits(line: str) -> bool:
        return text_width(line, size, bold=bold) <= width

    lines = [""]
    for piece in _pieces(told):
        if fits((lines[-1] + piece).strip()):
            lines[-1] += piece
            continue
        if lines[-1].strip():
            lines.append("")
        for letter in piece:
            if not fits((lines[-1] + letter).strip()):
                lines.append("")
            lines[-1] += letter
    kept = [line.strip() for line in lines if line.strip()]
    if len(kept) > most:
        last = kept[most - 1]
        while last and not fits(last + "…"):
            last = last[:-1]
        kept = [*kept[: most - 1], last + "…"]
    return tuple(kept)


def _pieces(told: str) -> list[str]:
    """Return a text in pieces that lines may end with: after a space or a mark that joins."""
    pieces = [""]
    for letter in told:
        if letter == "(":
            pieces.append("")
        pieces[-1] += letter
        if letter in " ·/-_.:,→":
            pieces.append("")
    return pieces


def add_text(
    group: ElementTree.Element, told: str, x: float, y: float, size: float, *, bold: bool = False,
    anchor: str | None = None, fill: str = INK, halo: str | None = None,
) -> ElementTree.Element:  # fmt: skip
    """Return a drawn text; with a `halo` it stands out from a line behind it."""
    around: dict[str, str | float] = {"stroke": halo, "stroke_width": 3.0, "paint_order": "stroke"} if halo else {}
    weight = "bold" if bold else None
    drawn = add_element(
        group, "text", x=x, y=y, font_size=size, fill=fill, font_weight=weight, text_anchor=anchor, **around
    )
    drawn.text = told
    return drawn


def add_element(group: ElementTree.Element, tag: str, **values: str | float | None) -> ElementTree.Element:
    """Return a new element within a group; `stroke_width=2` is its `stroke-width`, and None is left out."""
    told = {
        name.replace("_", "-"): value if isinstance(value, str) else decimal_text(value)
        for name, value in values.items()
        if value is not None
    }
    return ElementTree.SubElement(group, tag, told)


def point_text(point: tuple[float, float]) -> str:
    """Return a point as a path of an SVG writes it."""
    return f"{decimal_text(point[0])},{decimal_text(point[1])}"


def decimal_text(value: float) -> str:
    """Return a number with a tenth at most, and no minus before zero."""
    return f"{round(float(value), 1) + 0.0:.1f}".removesuffix(".0")
