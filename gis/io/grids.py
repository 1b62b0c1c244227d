"""Tables of strangers as lines of cells: CSV and XLSX, with title lines, merged cells, headings of two lines and all.

The line with the names of the columns tells how a file is to be read: what parts its cells, and which sheet is meant.
Sizes are looked at before anything is opened: a workbook is a zip, and a few kilobytes of it can grow to gigabytes.
"""

import csv
import io
import itertools
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import range_boundaries

from gis.errors import DataFileError, GisError, InputError
from gis.io.encoding import text_of
from gis.io.unpack import ZIP_FAULTS, require_harmless

BOOK_ENDINGS = (".xlsx", ".xlsm")
TABLE_ENDINGS = (".csv", ".tsv", ".txt", *BOOK_ENDINGS)
LARGEST_FILE = 200 * 10**6
LARGEST_BOOK = 400 * 10**6
"""Bytes of a workbook when unpacked; the national register of factories takes about 250 MB."""
SMALL_BOOK, STEEPEST = 10 * 10**6, 200
"""Beyond a small one, how many times larger a workbook may grow; an honest one grows some ten times."""
MOST_LINES = 2_000_000
MOST_CELLS = 40 * 10**6
HEAD_LINES = 40
"""How many lines are looked through for the line with the names of the columns."""
NOTHING = {"", "-", "–", "null", "none", "nan", "n/a", "#n/a", "na", "해당없음", "해당 없음"}
_HEAD_TEXT = 10**6
"""Letters that the head of a text surely lies in."""
_OLD_BOOK = b"\xd0\xcf\x11\xe0"
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_GUARDED = re.compile(r'="(.*)"|\'(.*)', re.DOTALL)
"""How people keep Excel from taking a code for a number: `="0012"`, `'0012`."""
_FIGURE = re.compile(r"[\d.,%\s+-]+")
_UNIT = re.compile(r"[(\[][^()\[\]]*[)\]]")
_FAULTS = (*ZIP_FAULTS, KeyError, TypeError, AttributeError, IndexError, OverflowError, SyntaxError, ParseError)
"""What openpyxl raises on a broken workbook."""
T = TypeVar("T")
csv.field_size_limit(10**7)  # a boundary in WKT is one cell


class Line(NamedTuple):
    """One line of a table: its number in the file, its cells, and which of them a merged cell above gave."""

    number: int
    cells: Sequence[Any]
    carried: frozenset[int] = frozenset()

    def texts(self) -> list[str | None]:
        """Return the cells as texts, None for nothing."""
        return [cell_text(cell) for cell in self.cells]


@dataclass(frozen=True)
class Table(Generic[T]):
    """A table being read: what its headings mean (None where they mean nothing), its first lines, all its lines."""

    file: str
    heading: T | None
    head: list[Line]
    lines: Iterator[Line]
    encoding: str | None
    sheet: str | None

    def below(self, last: int, width: int, *, even: bool = True) -> Iterator[Line]:
        """Return the lines below the headings that hold something, each with as many cells as these.

        Raises
        ------
        InputError
            Where the lines of a CSV shall be `even` and some are longer: a mark without quotes has moved their cells.
        """
        long = []
        for line in self.lines:
            if line.number <= last or not any(map(cell_text, line.cells)):
                continue
            if even and self.sheet is None and any(map(cell_text, line.cells[width:])):
                long.append(line.number)
            cells = line.cells
            yield line if len(cells) == width else line._replace(cells=[*cells, *[None] * (width - len(cells))][:width])
        if long:
            raise InputError("table.long_lines", file=self.file, lines=", ".join(map(str, long[:5])), count=len(long))

    @property
    def widest(self) -> str:
        """Return the texts of the fullest of the first lines: what a reader may have taken for the headings."""
        fullest: list[str] = []
        for line in self.head:
            texts = [text for text in line.texts() if text]
            fullest = texts if len(texts) > len(fullest) else fullest
        return ", ".join(fullest)[:300] or "-"


def table_bytes(source: Path | bytes, file: str) -> bytes:
    """Return the content of a table that may be of any size.

    Raises
    ------
    DataFileError
        Where the file is missing, of another kind or too large.
    """
    try:
        if Path(file).suffix.lower() not in TABLE_ENDINGS:
            raise DataFileError("table.ending", file=file, known=", ".join(TABLE_ENDINGS))
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size > LARGEST_FILE:
            raise DataFileError("table.size", file=file, size=size // 10**6, most=LARGEST_FILE // 10**6)
        return source if isinstance(source, bytes) else source.read_bytes()
    except GisError:
        raise
    except FileNotFoundError:
        raise DataFileError("no_file", path=file) from None
    except (OSError, ValueError) as error:
        raise DataFileError("file_broken", file=file, reason=getattr(error, "strerror", None) or error) from error


def open_table(
    content: bytes,
    file: str,
    heading: Callable[[list[Line]], T | None],
    *,
    encoding: str | None = None,
    sheet: str | None = None,
) -> Table[T]:
    """Return a CSV or XLSX as the table in which `heading` finds what it looks for, or as any where it finds nothing.

    Raises
    ------
    DataFileError
        Where the file is a bomb, broken, or of the old Excel format.
    InputError
        Where no encoding fits, the sheet is not there, or several sheets have such headings and none is named.
    """
    tables = list(_tables(content, file, heading, encoding, sheet))
    meant = [table for table in tables if table.heading is not None]
    if len(meant) > 1:
        names = [table.sheet for table in meant]
        raise InputError("many_layers", file=file, layers=", ".join(filter(None, names)), names=names)
    return (meant or tables)[0]


def has_heading(
    source: Path | bytes,
    file: str,
    heading: Callable[[list[Line]], T | None],
    *,
    encoding: str | None = None,
    sheet: str | None = None,
) -> bool:
    """Tell whether a file, or one sheet of it, has the headings that `heading` looks for."""
    try:
        tables = _tables(table_bytes(source, file), file, heading, encoding, sheet)
        return any(table.heading is not None for table in tables)
    except GisError:
        return False


class Headings(NamedTuple):
    """The names of columns as one or two lines give them, and the last of these lines.

    `names` joins a name with its part below (`종업원` over `남`, `여`, `계`), merged or not; `parts` is what stands last.
    """

    names: list[str | None]
    parts: list[str | None]
    last: int


def headings(head: list[Line]) -> Iterator[Headings]:
    """Return what each of the first lines, with the one below where that goes on with it, would be as headings."""
    for line, below in itertools.pairwise([*head, Line(0, ())]):
        width = max(len(line.cells), len(below.cells))
        upper, lower = ((one.texts() + [None] * width)[:width] for one in (line, below))
        own = [text if place not in below.carried or text != upper[place] else None for place, text in enumerate(lower)]
        names = _joined(upper, own)
        alone = upper[: len(line.cells)]
        yield Headings(alone, alone, line.number) if names is None else Headings(names, lower, below.number)


def _joined(upper: list[str | None], own: list[str | None]) -> list[str | None] | None:
    """Return names with their parts below, or None where what stands below is no parts but a row of data.

    A part is one of several, all different and none a figure, below one name that is merged or followed by blanks;
    or it is a unit in brackets.
    """
    spread: list[str | None] = []
    for name in upper:
        spread.append(name or (spread[-1] if spread else None))
    parts: dict[str | None, list[str]] = {}
    for name, part in zip(spread, own, strict=True):
        if part:
            parts.setdefault(name, []).append(part)
    if len({*spread} - {None}) < 2 or not parts or not all(map(_are_parts, parts.values())):
        return None
    return [
        "".join(filter(None, (name if part else stated, part))) or None
        for name, stated, part in zip(spread, upper, own, strict=True)
    ]


def _are_parts(texts: list[str]) -> bool:
    several = len(texts) > 1 and len({*texts}) == len(texts) and not any(map(_FIGURE.fullmatch, texts))
    return several or all(map(_UNIT.fullmatch, texts))


def plain_header(text: str | None) -> str:
    """Return the name of a column without spaces, brackets and marks: `공장대표주소 (도로명)` is `공장대표주소도로명`."""
    normal = unicodedata.normalize("NFKC", text or "").casefold()
    return "".join(letter for letter in normal if letter.isalnum())


def cell_text(value: Any) -> str | None:
    """Return a cell as text: no `.0` of an integer, None for nothing."""
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    text = " ".join(str(value).split())
    return None if text.casefold() in NOTHING else text


def _tables(
    content: bytes, file: str, heading: Callable[[list[Line]], T | None], encoding: str | None, sheet: str | None
) -> Iterator[Table[T]]:
    """Return a text as the table that it is, or each sheet of a workbook that is shown."""
    if Path(file).suffix.lower() in BOOK_ENDINGS:
        for title, lines in _sheets(content, file, sheet):
            yield _headed(lines, file, heading, None, title)
        return
    text, name = text_of(content, file=file, encoding=encoding)
    lines = _text_lines(text, _mark(text, file, heading), file)
    yield _headed(lines, file, heading, name, None)


def _headed(
    lines: Iterator[Line], file: str, heading: Callable[[list[Line]], T | None], encoding: str | None, sheet: str | None
) -> Table[T]:
    bounded = _bounded(lines, file)
    head = list(itertools.islice(bounded, HEAD_LINES))
    return Table(file, heading(head), head, itertools.chain(head, bounded), encoding, sheet)


def _bounded(lines: Iterator[Line], file: str) -> Iterator[Line]:
    """Pass lines on until there are more than anybody needs."""
    cells = 0
    for count, line in enumerate(lines, start=1):
        cells += len(line.cells)
        if count > MOST_LINES:
            raise InputError("file_rows", file=file, rows=f"{count:,}", most=f"{MOST_LINES:,}")
        if cells > MOST_CELLS:
            raise InputError("table.cells", file=file, most=f"{MOST_CELLS:,}")
        yield line


def _mark(text: str, file: str, heading: Callable[[list[Line]], object]) -> str:
    """Return what parts the cells: the mark by which the headings are found, else the one that makes the widest line."""
    start = text[:_HEAD_TEXT]
    first = start.splitlines()[:HEAD_LINES]
    marks = sorted(",\t;|", key=lambda mark: max((line.count(mark) for line in first), default=0), reverse=True)
    for mark in marks:
        with suppress(DataFileError):
            if heading(list(itertools.islice(_text_lines(start, mark, file), HEAD_LINES))) is not None:
                return mark
    return marks[0]


def _text_lines(text: str, mark: str, file: str) -> Iterator[Line]:
    guarded = '="' in text or "'" in text
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=mark, strict=True)
    try:
        for cells in reader:
            yield Line(reader.line_num, [_bare(cell) for cell in cells] if guarded else cells)
    except csv.Error as error:
        raise DataFileError("table.quotes", file=file, line=reader.line_num, reason=error) from error


def _bare(text: str) -> str:
    guarded = _GUARDED.fullmatch(text)
    return (guarded[1] or guarded[2] or "") if guarded else text


def _sheets(content: bytes, file: str, sheet: str | None) -> Iterator[tuple[str, Iterator[Line]]]:
    """Return the sheet that is named, or all that are shown."""
    if content.startswith(_OLD_BOOK):
        raise DataFileError("old_workbook", file=file)
    book = _guarded(file, lambda: _opened(content, file))
    known = {one.title: one for one in book.worksheets}
    shown = [title for title, one in known.items() if one.sheet_state == "visible"]
    wanted = shown if sheet is None else [sheet] if sheet in known else []
    if not wanted:
        raise InputError("no_such_layer", file=file, layer=sheet or "-", layers=", ".join(known) or "-")
    for title in wanted:
        known[title].reset_dimensions()  # what a sheet says of its size may be wrong
        merges = _guarded(file, partial(_merges, content, known[title]._worksheet_path))
        yield title, _merged(_rows(file, known[title]), merges)


def _opened(content: bytes, file: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = packed.infolist()
    require_harmless(members, file)
    size = sum(member.file_size for member in members)
    if size > LARGEST_BOOK or (size > SMALL_BOOK and size > STEEPEST * len(content)):
        raise DataFileError("table.book_size", file=file, size=size // 10**6, most=LARGEST_BOOK // 10**6)
    return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)


def _rows(file: str, sheet: Any) -> Iterator[tuple[Any, ...]]:
    rows = _guarded(file, lambda: iter(sheet.iter_rows(values_only=True)))
    while some := _guarded(file, lambda: list(itertools.islice(rows, 500))):
        for row in some:
            yield tuple(
                cell.isoformat().removesuffix("T00:00:00") if hasattr(cell, "isoformat") else cell for cell in row
            )


def _guarded(file: str, read: Callable[[], Any]) -> Any:
    """Return what `read` returns, without warnings of what a table does not need; a fault becomes one clear line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read()
    except GisError:
        raise
    except _FAULTS as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise DataFileError("table.book", file=file, reason=reason) from error


def _merges(content: bytes, path: str) -> list[tuple[int, int, int, int]]:
    """Return the merged cells of a sheet as left, top, right, bottom, by their top."""
    found, tail = [], b""
    with zipfile.ZipFile(io.BytesIO(content)) as packed, packed.open(path.lstrip("/")) as sheet:
        while part := sheet.read(1 << 20):
            text = tail + part
            found += [range_boundaries(match.decode("ascii")) for match in _MERGE.findall(text)]
            cut = text.rfind(b"<")  # what may be half a mark; the marks before it are counted
            tail = text[cut:] if cut >= 0 and len(text) - cut < 200 else b""
    return sorted(set(found), key=lambda box: (box[1], box[0]))


def _merged(rows: Iterator[tuple[Any, ...]], merges: list[tuple[int, int, int, int]]) -> Iterator[Line]:
    """Pass rows on with each merged cell filled from its first."""
    waiting = iter(merges)
    coming = next(waiting, None)
    open_cells: dict[int, tuple[int, Any, int]] = {}  # column: last row, content, first row
    for number, row in enumerate(rows, start=1):
        while coming is not None and coming[1] <= number:
            left, top, right, bottom = coming
            content = row[left - 1] if top == number and left <= len(row) else None
            if content is not None:
                open_cells |= dict.fromkeys(range(left - 1, right), (bottom, content, top))
            coming = next(waiting, None)
        open_cells = {column: cell for column, cell in open_cells.items() if cell[0] >= number}
        if not open_cells:
            yield Line(number, row)
            continue
        cells = [*row, *[None] * (max(open_cells) + 1 - len(row))]
        for column, (_, content, _) in open_cells.items():
            cells[column] = content
        yield Line(number, cells, frozenset(column for column, cell in open_cells.items() if cell[2] < number))
