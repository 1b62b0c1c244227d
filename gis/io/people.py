"""Figures by 행정구역: registered population (주민등록) and workers (SGIS), with the codes they come with."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gis.errors import GisError, InputError
from gis.io.grids import Line, open_grid, plain_header

MEASURES: dict[str, tuple[str, ...]] = {
    "population": ("총인구수", "총인구", "인구수", "인구", "인구계", "totppltn"),
    "households": ("세대수", "총세대수", "세대"),
    "male": ("남자인구수", "남자인구", "남자", "남", "남성", "maleppltn"),
    "female": ("여자인구수", "여자인구", "여자", "여", "여성", "femaleppltn"),
    "workers": ("종사자수", "총종사자수", "종사자", "종사자수계", "totworker"),
}
"""What a table of people may hold, in persons (households: 세대), and the headings that mean it."""
CODES = (
    "행정기관코드",
    "행정동코드",
    "행정구역코드",
    "법정동코드",
    "행정코드",
    "지역코드",
    "코드",
    "admcd",
    "admcd2",
    "code",
)
NAMES = (
    "행정구역",
    "행정기관",
    "행정기관명",
    "행정구역명",
    "행정구역별",
    "행정동명",
    "법정동명",
    "admnm",
    "지역",
    "지역명",
    "name",
)
PARTS = ("시도명", "시도", "시군구명", "시군구", "읍면동명", "읍면동")
PEOPLE_COLUMNS = ("row", "code", "name", *MEASURES)
_MONTH = re.compile(r"(\d{4})\s*년\s*(\d{1,2})\s*월\s*_?")
_NAME_AND_CODE = re.compile(r"(.*?)\s*[(\[](\d{5,10})[)\]]")
_CODE = re.compile(r"(\d{2}|\d{5}|\d{7}|\d{8}|\d{10})(?:\.0)?")
_COUNT = re.compile(r"\d{1,12}(?:\.0+)?")


@dataclass(frozen=True)
class People:
    """A table of people as read: one row a line, `as_of` the month (YYYY-MM) where the headings state one.

    `unreadable` counts the figures of a column that are no numbers: SGIS hides small ones.
    """

    file: str
    rows: pd.DataFrame
    measures: tuple[str, ...]
    as_of: str | None
    unreadable: dict[str, int]
    encoding: str | None


@dataclass(frozen=True)
class _Heading:
    line: int
    code: int | None
    name: int | None
    parts: tuple[int, ...]
    measures: dict[str, int]
    as_of: str | None


def read_people(
    source: Path | bytes, file: str | None = None, *, encoding: str | None = None, sheet: str | None = None
) -> People:
    """Return the figures by 행정구역 of a CSV or XLSX; of several months the last.

    Raises
    ------
    DataFileError
        Where the file is missing, of another kind, too large or broken.
    InputError
        Where no encoding fits, no line names a 행정구역 and a figure, or no row has a code.
    """
    title = file or (source.name if isinstance(source, Path) else "?")
    grid = open_grid(source, title, encoding=encoding, sheet=sheet)
    heading = _heading(grid.head)
    if heading is None:
        seen = max((line.cells for line in grid.head), key=lambda cells: sum(map(bool, cells)), default=())
        raise InputError("people.no_columns", file=title, found=", ".join(filter(None, seen))[:300] or "-")
    told = [_told(line, heading) for line in grid.lines if line.number > heading.line and any(line.cells)]
    texts = pd.DataFrame(told, columns=["row", "code", "name", *heading.measures], dtype=object)
    if texts["code"].notna().sum() == 0:
        raise InputError("people.no_codes", file=title)
    rows = texts[["row", "code", "name"]].astype({"row": int})
    unreadable = {}
    for measure in MEASURES:
        figures = texts[measure].map(_count, na_action="ignore") if measure in texts else None
        rows[measure] = pd.array([pd.NA] * len(rows) if figures is None else figures, dtype="Int64")
        if figures is not None and (wrong := int((texts[measure].notna() & rows[measure].isna()).sum())):
            unreadable[measure] = wrong
    return People(title, rows, tuple(heading.measures), heading.as_of, unreadable, grid.encoding)


def is_people(source: Path | bytes, file: str, *, encoding: str | None = None, sheet: str | None = None) -> bool:
    """Tell whether the headings of a table are those of figures of people by 행정구역."""
    try:
        return _heading(open_grid(source, file, encoding=encoding, sheet=sheet).head) is not None
    except GisError:
        return False


def _heading(head: list[Line]) -> _Heading | None:
    for line in head:
        texts = [unicodedata.normalize("NFKC", cell or "") for cell in line.cells]
        months = [_MONTH.search(text) for text in texts]
        last = max((_month(found) for found in months if found), default=None)
        plain = [
            None if found and _month(found) != last else plain_header(_MONTH.sub("", text))
            for text, found in zip(texts, months, strict=True)
        ]
        measures = {
            measure: place for measure, names in MEASURES.items() if (place := _first(plain, names)) is not None
        }
        code, name = _first(plain, CODES), _first(plain, NAMES)
        parts = tuple(place for place, text in enumerate(plain) if text in PARTS)
        if measures and (code is not None or name is not None or parts):
            return _Heading(line.number, code, name, parts, measures, last)
    return None


def _month(found: re.Match[str]) -> str:
    return f"{found[1]}-{int(found[2]):02d}"


def _first(plain: list[str | None], names: Iterable[str]) -> int | None:
    """Return where the first of `names` stands that stands at all."""
    return next((plain.index(name) for name in names if name in plain), None)


def _told(line: Line, heading: _Heading) -> tuple[object, ...]:
    """Return line number, code, name and figures of one line, all as text."""

    def cell(place: int | None) -> str | None:
        return line.cells[place] if place is not None and place < len(line.cells) else None

    name = cell(heading.name) or " ".join(text for place in heading.parts if (text := cell(place)))
    inside = _NAME_AND_CODE.fullmatch(name or "")
    code = _CODE.fullmatch(cell(heading.code) or "")
    return (
        line.number,
        code[1] if code else inside[2] if inside else None,
        (inside[1] if inside else name) or None,
        *(cell(place) for place in heading.measures.values()),
    )


def _count(text: str) -> int | None:
    """Return a whole number that is not below 0, thousands separated or not."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    return int(float(plain)) if _COUNT.fullmatch(plain) else None
