"""A document as PDF: set by typst, pictures as vectors, type embedded, bookmarks; and its pictures as PNG."""

import json
import tempfile
from pathlib import Path
from typing import Any

import typst

from gis.errors import DataFileError
from gis.io.columns import breakable, fitted_columns
from gis.io.document import (
    Block,
    Chapter,
    Document,
    Figure,
    Table,
    Words,
    cell_texts,
    is_number,
    numbered,
)
from gis.io.fonts import font_folder, settable
from gis.io.layout import laid_out
from gis.io.write import disk_faults

TEMPLATE = Path(__file__).with_name("report.typ")
ROOM = {("a4", False): 493.0, ("a4", True): 739.0, ("a3", False): 739.0, ("a3", True): 1088.0}
"""pt between the margins of a page, by paper and whether it lies across."""
ROOM_OF_COLUMN = 280.0
"""pt of a column of the page of columns, where its type is the largest."""
MOST_CODES = 12
STANDARD = "ua-1"
"""PDF/UA-1: headings, tables and the words for pictures can be read aloud."""


def pdf_bytes(document: Document) -> bytes:
    """Return a document as PDF/UA-1; equal documents have equal bytes."""
    return _set(document, pdf_standards=[STANDARD])[0]


def page_pictures(document: Document, ppi: float = 100.0) -> list[bytes]:
    """Return each page of a document as PNG, as its PDF shows it."""
    return _set(document, format="png", ppi=ppi)


def _set(document: Document, **options: Any) -> list[bytes]:
    with disk_faults(), tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "document.json").write_text(_told(document, place), encoding="utf-8")
        (place / "report.typ").write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
        return _compiled(place / "report.typ", **options)


def png_bytes(figure: Figure, ppi: float = 200.0) -> bytes:
    """Return a figure as PNG, for forms that take no vectors."""
    with disk_faults(), tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "figure.svg").write_text(settable(figure.svg)[0], encoding="utf-8")
        page = f'#set page(width: {figure.width}mm, height: {figure.height}mm, margin: 0mm)\n#image("figure.svg", width: 100%)'
        (place / "figure.typ").write_text(page, encoding="utf-8")
        return _compiled(place / "figure.typ", format="png", ppi=ppi)[0]


def _compiled(source: Path, **options: Any) -> list[bytes]:
    """Return the one file that was made, or a picture of each page where there is more than one."""
    try:
        made = typst.compile(
            source, root=source.parent, font_paths=[str(font_folder())], ignore_system_fonts=True, **options
        )
    except typst.TypstError as error:
        raise DataFileError("report.pdf", reason=str(error).splitlines()[0]) from error
    return [bytes(one) for one in made] if isinstance(made, list) else [bytes(made or b"")]


def _told(document: Document, place: Path) -> str:
    """Return a document as the template reads it, with its pictures as files in a folder.

    Letters that the type lacks stand as □; the page on what the document rests on names them.
    """
    columns = list(numbered(document)) if document.beside else []
    told: dict[str, Any] = {
        "title": document.title,
        "subtitle": document.subtitle,
        "language": document.language,
        "paper": document.paper,
        "flipped": document.beside,
        "cover": not document.beside,
        "stamp": document.stamp or "",
        "footer": document.footer,
        "facts": [list(pair) for pair in document.facts],
        "words": document.words,
        "columns": [[_block(one, number, ROOM_OF_COLUMN, place) for one, number in blocks] for _, _, blocks in columns],
        "runs": [] if document.beside else _pages(document, place),
    }
    text = json.dumps(told, ensure_ascii=False)
    _, missing = settable(text + "".join(one.svg for one in document.figures))
    if missing:
        codes = ", ".join(f"U+{ord(one):04X}" for one in missing[:MOST_CODES])
        told["facts"] = [*told["facts"], [document.words["unset"], codes + (" …" if len(missing) > MOST_CODES else "")]]
        text = json.dumps(told, ensure_ascii=False)
    return settable(text)[0]


def _pages(document: Document, place: Path) -> list[dict[str, Any]]:
    """Return the runs of pages that lie one way: headings and blocks, with whether they lie across."""
    runs: list[dict[str, Any]] = []
    for across, one, number in laid_out(document):
        if not runs or runs[-1]["across"] != across:
            runs.append({"across": across, "blocks": []})
        runs[-1]["blocks"].append(_block(one, number, ROOM[document.paper, across], place))
    return runs


def _block(block: Chapter | Block, number: int, room: float, place: Path) -> dict[str, Any]:
    if isinstance(block, Chapter):
        return {"kind": "heading", "text": block.title}
    if isinstance(block, Words):
        return {"kind": "words", "text": block.text, "tone": block.tone}
    if isinstance(block, Table):
        return {"kind": "table", "caption": block.caption, "note": block.note, **_table(block, room)}
    file = f"figure-{number}.svg"
    (place / file).write_text(settable(block.svg)[0], encoding="utf-8")
    return {"kind": "figure", "file": file, "caption": block.caption, "alt": block.alt, "width": block.width}


def _table(table: Table, room: float) -> dict[str, Any]:
    rows, columns = table.rows, fitted_columns(table.rows, room)
    return {
        "head": [breakable(str(name)) for name in rows.columns],
        "cells": [[breakable(text) for text in row] for row in cell_texts(rows)],
        "widths": columns.widths,
        "right": [is_number(rows, name) for name in rows.columns],
        "size": columns.size,
    }
