"""Tables of strangers as lines of texts: CSV and XLSX, with title lines, merged cells and all.

Nothing is guessed about columns here. Sizes are looked at before anything is opened: a workbook is a zip, and a few
kilobytes of it can grow to gigabytes.
"""

import csv
import io
import itertools
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from gis.errors import DataFileError, InputError

TEXT_ENDINGS = (".csv", ".tsv", ".txt")
BOOK_ENDINGS = (".xlsx", ".xlsm")
LARGEST_FILE = 200 * 10**6
LARGEST_BOOK = 400 * 10**6
"""Bytes of a workbook when unpacked; the national register of factories takes about 250 MB."""
STEEPEST = 200
"""How many times larger a workbook may grow; an honest one grows some ten times."""
SMALL_BOOK = 10 * 10**6
MOST_LINES = 1_048_576
MOST_CELLS = 20 * 10**6
HEAD_LINES = 40
"""How many lines are looked through for the line with the names of the columns."""
NOTHING = {"", "-", "–", "null", "none", "nan", "n/a", "#n/a", "na", "해당없음", "해당 없음"}
_KOREAN = ("euckr", "ms949", "949", "uhc", "ksc5601", "ksc56011987")
_BYTES_OF = {"utf-8-sig": "UTF-8", "cp949": "CP949"}
_OLD_BOOK = b"\xd0\xcf\x11\xe0"
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_FAULTS = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError,
    OSError, RuntimeError, NotImplementedError, OverflowError, ParseError, InvalidFileException,
)  # fmt: skip
"""What openpyxl raises on a broken workbook."""


class Line(NamedTuple):
    """One line of a table: its number in the file, its texts, and which of them a merged cell above gave."""

    number: int
    cells: tuple[str | None, ...]
    carried: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Grid:
    """A table being read: its first lines, all its lines in turn, and how it was read."""

    file: str
    head: list[Line]
    lines: Iterator[Line]
    encoding: str | None
    sheet: str | None


def open_grid(source: Path | bytes, file: str, *, encoding: str | None = None, sheet: str | None = None) -> Grid:
    """Return a CSV or XLSX table as lines of texts; `file` is what to call it, its ending says what it is.

    CSV is read as UTF-8, or else as CP949, both strictly; `encoding` overrides.

    Raises
    ------
    DataFileError
        Where the file is missing, of another kind, too large, a bomb, or broken.
    InputError
        Where no encoding fits, or the sheet is not there.
    """
    ending = Path(file).suffix.lower()
    if ending not in TEXT_ENDINGS + BOOK_ENDINGS:
        raise DataFileError("firms.ending", file=file, known=", ".join(TEXT_ENDINGS + BOOK_ENDINGS))
    content = _content(source, file)
    if ending in BOOK_ENDINGS:
        lines, title = _book_lines(content, file, sheet)
        return _with_head(file, lines, None, title)
    text, name = _text(content, file, encoding)
    return _with_head(file, _csv_lines(text, file), name, None)


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
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = " ".join(str(value).split())
    return None if text.casefold() in NOTHING else text


def _with_head(file: str, lines: Iterator[Line], encoding: str | None, sheet: str | None) -> Grid:
    bounded = _bounded(lines, file)
    head = list(itertools.islice(bounded, HEAD_LINES))
    return Grid(file, head, itertools.chain(head, bounded), encoding, sheet)


def _bounded(lines: Iterator[Line], file: str) -> Iterator[Line]:
    """Pass lines on until there are more than any register has."""
    cells = 0
    for count, line in enumerate(lines, start=1):
        cells += len(line.cells)
        if count > MOST_LINES or cells > MOST_CELLS:
            raise DataFileError("firms.too_long", file=file, lines=f"{MOST_LINES:,}", cells=f"{MOST_CELLS:,}")
        yield line


def _content(source: Path | bytes, file: str) -> bytes:
    try:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size > LARGEST_FILE:
            raise DataFileError("firms.too_large", file=file, size=size // 10**6, most=LARGEST_FILE // 10**6)
        return source if isinstance(source, bytes) else source.read_bytes()
    except FileNotFoundError:
        raise DataFileError("no_file", path=file) from None
    except (OSError, ValueError) as error:
        if isinstance(error, DataFileError):
            raise
        raise DataFileError("file_broken", file=file, reason=getattr(error, "strerror", None) or error) from error


def _text(content: bytes, file: str, encoding: str | None) -> tuple[str, str]:
    """Return the text of a CSV and the encoding that it is in."""
    tried = [_codec(encoding)] if encoding else list(_BYTES_OF)
    for name in tried:
        try:
            return content.decode(name), _BYTES_OF.get(name, name)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    names = ", ".join(_BYTES_OF.get(name, name) for name in tried)
    raise InputError("firms.encoding", file=file, tried=names)


def _codec(encoding: str) -> str:
    """Return the codec that a person means; EUC-KR is read as CP949, which holds it whole."""
    plain = "".join(letter for letter in encoding.casefold() if letter.isalnum())
    if plain in ("utf8", "utf8sig"):
        return "utf-8-sig"
    return "cp949" if plain in (*_KOREAN, "cp949") else encoding.strip()


def _csv_lines(text: str, file: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataFileError("firms.broken_line", file=file, line=reader.line_num, reason=error) from error
        yield Line(reader.line_num, tuple(map(cell_text, cells)))


def _delimiter(text: str) -> str:
    """Return what parts the columns: of comma, tab, semicolon and bar the one that makes the widest line."""
    start = text[:20_000].splitlines()[:HEAD_LINES]
    return max(",\t;|", key=lambda mark: max((line.count(mark) for line in start), default=0))


def _book_lines(content: bytes, file: str, sheet: str | None) -> tuple[Iterator[Line], str]:
    if content.startswith(_OLD_BOOK):
        raise DataFileError("firms.old_book", file=file)
    _guarded(file, lambda: _require_harmless(content, file))
    book = _guarded(file, lambda: openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True))
    titles = [found.title for found in book.worksheets]
    shown = next((found.title for found in book.worksheets if found.sheet_state == "visible"), None)
    title = sheet if sheet is not None else shown
    if title is None or title not in titles:
        raise InputError("firms.sheet", file=file, sheet=sheet or "-", known=", ".join(titles))
    found = book[title]
    found.reset_dimensions()
    merges = _guarded(file, lambda: _merges(content, found._worksheet_path))
    return _merged(_rows(file, found), merges), title


def _rows(file: str, sheet: Any) -> Iterator[tuple[str | None, ...]]:
    rows = _guarded(file, lambda: iter(sheet.iter_rows(values_only=True)))
    while True:
        row = _guarded(file, lambda: next(rows, None))
        if row is None:
            return
        yield tuple(map(cell_text, row))


def _guarded(file: str, read: Callable[[], Any]) -> Any:
    """Return what `read` returns; a fault of the workbook becomes one clear line."""
    try:
        return read()
    except DataFileError:
        raise
    except _FAULTS as error:
        raise DataFileError("firms.broken_book", file=file, reason=type(error).__name__) from error


def _require_harmless(content: bytes, file: str) -> None:
    """Refuse a workbook that grows beyond all measure when unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = packed.infolist()
    size = sum(member.file_size for member in members)
    if size > LARGEST_BOOK or (size > SMALL_BOOK and size > STEEPEST * len(content)):
        raise DataFileError("firms.bomb", file=file, size=size // 10**6, most=LARGEST_BOOK // 10**6)


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


def _merged(rows: Iterator[tuple[str | None, ...]], merges: list[tuple[int, int, int, int]]) -> Iterator[Line]:
    """Pass rows on with each merged cell filled from its first."""
    waiting = iter(merges)
    coming = next(waiting, None)
    open_cells: dict[int, tuple[int, str | None, int]] = {}  # column: last row, text, first row
    for number, row in enumerate(rows, start=1):
        while coming is not None and coming[1] <= number:
            left, top, right, bottom = coming
            text = row[left - 1] if top == number and left <= len(row) else None
            if text is not None:
                open_cells |= dict.fromkeys(range(left - 1, right), (bottom, text, top))
            coming = next(waiting, None)
        open_cells = {column: cell for column, cell in open_cells.items() if cell[0] >= number}
        if not open_cells:
            yield Line(number, row)
            continue
        cells = [*row, *[None] * (max(open_cells) + 1 - len(row))]
        for column, (_, text, _) in open_cells.items():
            cells[column] = text
        yield Line(number, tuple(cells), frozenset(column for column, cell in open_cells.items() if cell[2] < number))
