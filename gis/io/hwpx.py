"""A document as HWPX, which Korean offices edit in 한글: words, tables, and pictures as PNG."""

import re
from itertools import count

from hwpx import HwpxDocument

from gis.io.columns import fitted_columns
from gis.io.document import (
    Block,
    Chapter,
    Document,
    Figure,
    Table,
    Words,
    cell_texts,
    is_number,
)  # fmt: skip
from gis.io.layout import laid_out
from gis.io.pdf import png_bytes
from gis.io.write import steady_zip

PAGE = {"a4": "A4", "a3": "A3"}
MARGINS = {"left": 18.0, "right": 18.0, "top": 18.0, "bottom": 18.0, "header": 10.0, "footer": 10.0}
TEXT_WIDTH = {"a4": 174.0, "a3": 261.0}
TEXT_WIDTH_ACROSS = 261.0
"""mm between the margins of an A4 page that lies across."""
SIZES = {"plain": 10.0, "lead": 11.5, "note": 8.5, "warning": 10.0}
MM = 7200 / 25.4
"""Units of HWPX in a millimeter."""
PPI = 180.0
HEADER = "#E4E7EB"
_HEADS = re.compile(rb'<hp:(?:header|footer)\b[^>]*?\sid="(\d+)"')
SECTION = re.compile(r"Contents/section(\d+)\.xml")
IDS = 1_000_000
"""Ids kept for each section."""
_OWN = [re.compile(rb"(<hp:(?:p|tbl|pic)\b[^>]*?\s" + name + rb'=")\d+') for name in (b"id", b"instid")]


def hwpx_bytes(document: Document) -> bytes:
    """Return a document as HWPX; equal documents have equal bytes. Wide tables lie across in sections of their own."""
    made = HwpxDocument.new()
    _set_page(made, document, across=False)
    made.paragraphs[0].text = document.title
    title = made.styles.ensure_run(bold=True, size=20)
    for run in made.paragraphs[0].runs:
        run.char_pr_id_ref = title
    sides = [_aligned(made, side) for side in ("RIGHT", "LEFT")]
    _say(made, document.subtitle, "note")
    if document.stamp:
        _say(made, document.stamp, "warning")
    for name, value in document.facts:
        _say(made, f"{name}: {value}", "note")
    lies = False
    for across, block, number in laid_out(document):
        if across != lies:
            made.add_section()
            _set_page(made, document, across=across)
            lies = across
        if isinstance(block, Chapter):
            made.add_heading(block.title, level=1)
        else:
            _add(made, block, number, document, sides, TEXT_WIDTH_ACROSS if across else TEXT_WIDTH[document.paper])
    return steady_zip(made.to_bytes(), _numbered)


def _set_page(made: HwpxDocument, document: Document, *, across: bool) -> None:
    """Set paper, margins, number and stamp of the last section."""
    section = len(made.sections) - 1
    made.page.setup(
        paper_size=PAGE[document.paper], orientation="landscape" if across else "portrait", margins_mm=MARGINS,
        section_index=section,
    )  # fmt: skip
    if document.stamp:
        made.page.set_header(text=document.stamp, section_index=section)
    made.page.set_page_number(prefix="- ", suffix=" -", section_index=section)


def _numbered(name: str, content: bytes) -> bytes:
    """Return a section with ids in order, which the library draws by lot; a header or footer is referred to by its own."""
    section = SECTION.fullmatch(name)
    if section is None:
        return content
    order = count(int(section[1]) * IDS + 1)
    for drawn in dict.fromkeys(_HEADS.findall(content)):
        content = content.replace(b'"' + drawn + b'"', b'"' + str(next(order)).encode() + b'"')
    for own in _OWN:
        content = own.sub(lambda found: found[1] + str(next(order)).encode(), content)
    return content


def _add(made: HwpxDocument, block: Block, at: int, document: Document, sides: list[str], width: float) -> None:
    if isinstance(block, Words):
        _say(made, block.text, block.tone)
    elif isinstance(block, Table):
        _say(made, f"{document.words['table']} {at}: {block.caption}", "lead")
        _table(made, block, width, sides)
        if block.note:
            _say(made, block.note, "note")
    else:
        _picture(made, block, min(block.width, width))
        _say(made, f"{document.words['figure']} {at}: {block.caption}", "lead")


def _say(made: HwpxDocument, text: str, tone: str) -> None:
    style = made.styles.ensure_run(
        size=SIZES[tone], bold=tone in ("lead", "warning"), color="#B3261E" if tone == "warning" else None
    )
    made.add_paragraph(text, char_pr_id_ref=style, para_pr_id_ref=0, inherit_style=False)


def _aligned(made: HwpxDocument, side: str) -> str:
    """Return the format of paragraphs that stand to one side; the title has it last."""
    made.styles.apply_paragraph_format(paragraph_index=0, alignment=side)
    return str(made.paragraphs[0].para_pr_id_ref)


def _table(made: HwpxDocument, table: Table, width: float, sides: list[str]) -> None:
    rows, columns = table.rows, fitted_columns(table.rows, width / 25.4 * 72)
    cells = [[str(name) for name in rows.columns], *cell_texts(rows)]
    drawn = made.add_table(len(cells), len(rows.columns), width=round(width * MM))
    drawn.element.set("repeatHeader", "1")
    drawn.element.set("pageBreak", "CELL")
    drawn.set_treat_as_char(False)
    right = [is_number(rows, name) for name in rows.columns]
    plain, bold = (made.styles.ensure_run(size=columns.size, bold=heavy) for heavy in (False, True))
    drawn.set_column_widths(columns.widths)
    drawn.set_cell_shading(0, 0, HEADER)
    shaded = str(drawn.rows[0].cells[0].element.get("borderFillIDRef"))
    for number, row in enumerate(drawn.rows):
        for at, (cell, text) in enumerate(zip(row.cells, cells[number], strict=True)):
            cell.set_text(text)
            if number == 0:
                cell.element.set("header", "1")
                cell.element.set("borderFillIDRef", shaded)
            for paragraph in cell.paragraphs:
                paragraph.char_pr_id_ref = bold if number == 0 else plain
                paragraph.para_pr_id_ref = sides[0] if number and right[at] else sides[1]


def _picture(made: HwpxDocument, figure: Figure, width: float) -> None:
    height = figure.height * width / figure.width
    made.add_picture(png_bytes(figure, PPI), "png", width_mm=width, height_mm=height, para_pr_id_ref=0, style_id_ref=0)
