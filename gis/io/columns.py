"""How wide the columns of a printed table are: no word and no number runs into the next column."""

import re
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from gis.io.document import cell_texts, is_number
from gis.io.fonts import letter_widths

SIZES = (8.0, 7.2, 6.4, 5.6, 5.0)
"""Type in which a table may be set, pt."""
USUAL = 6.4
"""Type of a table whose columns are not all at ease, pt."""
EASE = 1.1
"""How much more than the room columns may want while the table counts as at ease."""
PAD = 3.4
"""Left and right of what a cell holds, pt."""
MOST = 17.0
"""em: how wide a column of text wants to be at most."""
UPRIGHT = 62.0
"""em: what an upright page of A4 holds side by side with ease."""
WORD = 4.7
"""em: a Korean word up to this width is not broken."""
BOLD = 1.06
WIDE_LETTERS = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff]+")
LONG = re.compile(r"\S{24,}")


@dataclass(frozen=True)
class Columns:
    """Widths and size of type, pt."""

    widths: list[float]
    size: float


def fitted_columns(rows: pd.DataFrame, room: float) -> Columns:
    """Return the columns of a table that has `room` pt: every word and number stays in its own."""
    needs = _needs(rows)
    least, pads = [floor for floor, _ in needs], 2 * PAD * len(needs)
    at_ease = [size for size in SIZES if sum(wanted for _, wanted in needs) * size + pads <= EASE * room]
    fits = [size for size in SIZES if sum(least) * size + pads <= room]
    size = min(at_ease[0] if at_ease else USUAL, fits[0] if fits else SIZES[-1])
    inner = (room - pads) / size
    spare = max(inner - sum(least), 0.0)
    more = [max(wanted - floor, 0.0) for floor, wanted in needs]
    even = max(spare - sum(more), 0.0) / max(len(more), 1)
    share = min(spare / sum(more), 1.0) if sum(more) else 0.0
    return Columns(
        [(floor + share * extra + even) * size + 2 * PAD for floor, extra in zip(least, more, strict=True)], size
    )


def is_wide(rows: pd.DataFrame) -> bool:
    """Tell whether a table is too wide for an upright page of A4."""
    return sum(wanted for _, wanted in _needs(rows)) > UPRIGHT


def breakable(text: str) -> str:
    """Return a text in which words that no column holds may break."""
    return LONG.sub(lambda found: "\u200b".join(re.findall(r".{1,12}", found[0])), text)


def _needs(rows: pd.DataFrame) -> list[tuple[float, float]]:
    """Return for each column the width of its longest word, below which nothing fits, and the one it wants, in em."""
    texts = cell_texts(rows)
    needs = []
    for number, column in enumerate(rows.columns):
        cells = [breakable(row[number]) for row in texts] or [""]
        whole = sorted(map(_width, cells))
        least = max([BOLD * _longest(breakable(str(column))), *map(_longest, cells)])
        usual = whole[int(0.9 * (len(whole) - 1))]
        wanted = whole[-1] if is_number(rows, str(column)) else min(MOST, max(usual, 1.4 * whole[-1] ** 0.5))
        needs.append((least, max(least, wanted)))
    return needs


@lru_cache(maxsize=20_000)
def _longest(text: str) -> float:
    """Return the width of the longest part of a text that has no place to break a line; short Korean words stay whole."""
    words = re.split(r"[\s\u200b]+", text)
    apart = (part for word in words for part in re.split(WIDE_LETTERS, word))
    return max([*(min(_width(word), WORD) for word in words), *map(_width, apart)], default=0.0)


@lru_cache(maxsize=20_000)
def _width(text: str) -> float:
    known = letter_widths()
    return sum(known.get(letter, 1.0) for letter in text if letter != "\u200b")
