"""The Korean type that pages, maps and reports are set in: NanumGothic (SIL Open Font License)."""

import base64
import importlib.util
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from unicodedata import category

from fontTools import subset
from fontTools.ttLib import TTFont

from gis.errors import DataFileError

FAMILY = "NanumGothic"
UNSETTABLE = "□"
SAME = {"−": "-"}
"""Letters that our type lacks, and the one that says the same."""
KEPT = frozenset("\n\t\u200b")
"""Letters that need no picture."""
UNUSED = (
    "FFTM",
    "DSIG",
    "GPOS",
    "GSUB",
    "kern",
    "TSI0",
    "TSI1",
    "TSI2",
    "TSI3",
    "TSI5",
    "TTFA",
    "VDMX",
    "hdmx",
    "LTSH",
)
"""Tables of a font that no page of ours needs."""


def font_folder() -> Path:
    """Return where the font files lie.

    Raises
    ------
    DataFileError
        Where the package that brings them is not installed.
    """
    spec = importlib.util.find_spec("koreanize_matplotlib")  # importing it changes matplotlib
    if spec is None or spec.origin is None:
        raise DataFileError("missing_asset", url="koreanize-matplotlib/fonts")
    return Path(spec.origin).parent / "fonts"


@cache
def type_letters() -> frozenset[str]:
    """Return the letters that our type has."""
    return frozenset(map(chr, TTFont(font_folder() / f"{FAMILY}.ttf").getBestCmap()))


@cache
def letter_widths() -> dict[str, float]:
    """Return how wide each letter of our type is, in em."""
    font = TTFont(font_folder() / f"{FAMILY}.ttf")
    widths, unit = font["hmtx"].metrics, font["head"].unitsPerEm
    return {chr(code): widths[glyph][0] / unit for code, glyph in font.getBestCmap().items()}


def settable(text: str) -> tuple[str, list[str]]:
    """Return a text in letters of our type, and those that it lacks: they stand as □, marks without width not at all."""
    missing = sorted(set(text) - type_letters() - KEPT)
    unseen = {one for one in missing if category(one) in ("Cf", "Mn", "Me")}
    shown: dict[str, str | int | None] = {one: "" if one in unseen else SAME.get(one, UNSETTABLE) for one in missing}
    return text.translate(str.maketrans(shown)), [one for one in missing if shown[one] == UNSETTABLE]


def font_part(letters: Iterable[str], *, bold: bool = False) -> bytes:
    """Return a font (WOFF) that holds these letters alone, for a file that carries its own type."""
    font = TTFont(font_folder() / f"{FAMILY}{'Bold' if bold else ''}.ttf", recalcTimestamp=False)
    options = subset.Options(drop_tables=[*UNUSED], hinting=False, recalc_timestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(set(letters))))
    cutter.subset(font)
    font.flavor = "woff"
    packed = io.BytesIO()
    font.save(packed)
    return packed.getvalue()


@cache
def own_faces(text: str) -> str:
    """Return CSS with the letters of a text as fonts inside it, for a page or picture that brings its own type."""
    letters = {letter for letter in text if letter.isprintable()}
    return "".join(
        f"@font-face{{font-family:{FAMILY};font-weight:{'700' if bold else '400'};"
        f"src:url(data:font/woff;base64,{base64.b64encode(font_part(letters, bold=bold)).decode()})}}"
        for bold in (False, True)
    )
