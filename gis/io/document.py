"""A document before it has a form: chapters of words, tables and figures, from which every form is written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from gis.io.write import plain_rows, printable

Tone = Literal["plain", "lead", "note", "warning"]
UNKNOWN = "–"


@dataclass(frozen=True)
class Words:
    """A paragraph: `lead` is what matters most, `note` how to read, `warning` what must not be overlooked."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Table:
    """A table with its caption: rows as people read them, units in headers, numbers as numbers.

    `rows.attrs["digits"]` holds the decimals of number columns, as `gis.view.tables.shown` states them. `sheet` is the same
    for a workbook, where `rows` holds numbers as words or rounded.
    """

    name: str
    caption: str
    rows: pd.DataFrame
    note: str = ""
    sheet: pd.DataFrame | None = None


@dataclass(frozen=True)
class Figure:
    """A picture with its caption: an SVG of `width` by `height` mm, and `alt`, what it shows in words."""

    name: str
    caption: str
    svg: str
    width: float
    height: float
    alt: str


Block = Words | Table | Figure


@dataclass(frozen=True)
class Chapter:
    """A part of a document under its heading."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A document in one language.

    `facts` are pairs of what to know of the document (version, data, scenario); `stamp` is written across every page;
    `sources` is the table of what it cites, for forms that hold every table;
    `shapes` are GeoJSON texts by name, which travel inside where a form can carry them. What is `beside` stands
    with each chapter as a column of one page, without cover and contents.
    """

    title: str
    subtitle: str
    language: str
    chapters: tuple[Chapter, ...]
    facts: tuple[tuple[str, str], ...] = ()
    paper: Literal["a4", "a3"] = "a4"
    stamp: str | None = None
    footer: str = ""
    words: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, str] = field(default_factory=dict)
    sources: pd.DataFrame | None = None
    beside: bool = False

    @property
    def tables(self) -> list[Table]:
        """Return every table in order."""
        return [one for chapter in self.chapters for one in chapter.blocks if isinstance(one, Table)]

    @property
    def figures(self) -> list[Figure]:
        """Return every figure in order."""
        return [one for chapter in self.chapters for one in chapter.blocks if isinstance(one, Figure)]


def cell_texts(rows: pd.DataFrame) -> list[list[str]]:
    """Return the cells of a table as they are printed: numbers with separators and their digits, `–` for unknown."""
    digits = rows.attrs.get("digits", {})
    return [[_cell_text(value, digits.get(name)) for name, value in row.items()] for row in plain_rows(rows)]


def _cell_text(value: object, decimals: int | None) -> str:
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return "○" if value else "–"
    if isinstance(value, int | float):
        return (
            f"{value:,.{decimals}f}"
            if decimals is not None
            else f"{value:,}"
            if isinstance(value, int)
            else f"{value:g}"
        )
    return " ".join(printable(str(value)).split("\n")) if isinstance(value, str) else str(value)


def is_number(rows: pd.DataFrame, column: str) -> bool:
    """Tell whether a column holds numbers, which stand to the right."""
    return bool(pd.api.types.is_numeric_dtype(rows[column])) and not pd.api.types.is_bool_dtype(rows[column])


def numbered(document: Document) -> Iterator[tuple[Chapter, int, list[tuple[Block, int]]]]:
    """Yield chapters with their number, and their blocks with the number of the table or figure (0 for words)."""
    tables = figures = 0
    for number, chapter in enumerate(document.chapters, start=1):
        blocks: list[tuple[Block, int]] = []
        for block in chapter.blocks:
            if isinstance(block, Table):
                tables += 1
            elif isinstance(block, Figure):
                figures += 1
            blocks.append((block, tables if isinstance(block, Table) else figures if isinstance(block, Figure) else 0))
        yield chapter, number, blocks
