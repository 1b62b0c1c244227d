"""Figures by 행정구역: registered population (주민등록) and workers (SGIS), with the codes they come with."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gis.errors import InputError
from gis.io.grids import Line, has_heading, headings, open_table, plain_header, table_bytes

MEASURES: dict[str, tuple[str, ...]] = {
    "population": ("총인구수", "총인구", "인구수", "인구", "인구계", "인구수계", "totppltn"),
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
PERIODS = (
    "기준연도", "기준년도", "기준연월", "기준년월", "기준일", "기준일자", "통계연월", "통계년월", "연도", "년도", "연월", "year",
    "baseyear",
)  # fmt: skip
"""Headings of a column that says of when a row is."""
PEOPLE_COLUMNS = ("row", "code", "name", *MEASURES)
_IN_HEADING = re.compile(r"(\d{4})\s*년\s*(?:(\d{1,2})\s*월)?\s*_?")
_IN_CELL = re.compile(r"(\d{4})\D{0,3}(\d{2}|\d(?!\d))?(?:\D.*|\d{2})?")
_UNIT = re.compile(r"[(\[]\s*(?:단위\s*:?\s*)?(?:명|인|세대|가구)\s*[)\]]")
_NAME_AND_CODE = re.compile(r"(.*?)\s*[(\[](\d{5,10})[)\]]")
_CODE = re.compile(r"(\d{2}|\d{5}|\d{7}|\d{8}|\d{10})(?:\.0*)?", re.ASCII)
_COUNT = re.compile(r"(\d{1,12})(?:\.0*)?\s*(?:명|인|세대|가구)?", re.ASCII)


@dataclass(frozen=True)
class People:
    """A table of people as read: one row a line, `as_of` the month or year (YYYY-MM, YYYY) where it states one.

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
    period: int | None
    measures: dict[str, int]
    as_of: str | None
    width: int


def read_people(
    source: Path | bytes, file: str | None = None, *, encoding: str | None = None, sheet: str | None = None
) -> People:
    """Return the figures by 행정구역 of a CSV or XLSX; of several months or years the last.

    Raises
    ------
    DataFileError
        Where the file is missing, of another kind, too large or broken.
    InputError
        Where no encoding fits, no line names a 행정구역 and a figure, no row has a code, or one stands twice.
    """
    title = file or (source.name if isinstance(source, Path) else "?")
    table = open_table(table_bytes(source, title), title, _heading, encoding=encoding, sheet=sheet)
    heading = table.heading
    if heading is None:
        raise InputError("people.no_columns", file=title, found=table.widest)
    told = [_told(line, heading) for line in table.below(heading.line, heading.width)]
    texts = pd.DataFrame(told, columns=["row", "period", "code", "name", *heading.measures], dtype=object)
    last = texts["period"].dropna().max() if texts["period"].notna().any() else None
    if last is not None:
        texts = texts[texts["period"] == last].reset_index(drop=True)
    if texts["code"].isna().all():
        raise InputError("people.no_codes", file=title)
    _require_once(texts, title)
    rows = texts[["row", "code", "name"]].astype({"row": int})
    unreadable = {}
    for measure in MEASURES:
        figures = texts[measure].map(_count, na_action="ignore") if measure in texts else None
        rows[measure] = pd.array([pd.NA] * len(rows) if figures is None else figures, dtype="Int64")
        if figures is not None and (wrong := int((texts[measure].notna() & rows[measure].isna()).sum())):
            unreadable[measure] = wrong
    return People(title, rows, tuple(heading.measures), heading.as_of or last, unreadable, table.encoding)


def is_people(source: Path | bytes, file: str, *, encoding: str | None = None, sheet: str | None = None) -> bool:
    """Tell whether the headings of a table are those of figures of people by 행정구역."""
    return has_heading(source, file, _heading, encoding=encoding, sheet=sheet)


def _require_once(texts: pd.DataFrame, file: str) -> None:
    """Refuse a table that states a 행정구역 more than once, by sex or age: sums would count its people twice."""
    coded = texts[texts["code"].notna()]
    again = coded[coded.duplicated(["code", "name"], keep=False)]
    if len(again):
        first = again[again["code"] == again["code"].iloc[0]]
        lines = ", ".join(map(str, first["row"].head(3)))
        raise InputError("people.repeated", file=file, code=first["code"].iloc[0], lines=lines)


def _heading(head: list[Line]) -> _Heading | None:
    for found in headings(head):
        texts = [unicodedata.normalize("NFKC", text or "") for text in found.names]
        periods = [_period(_IN_HEADING.search(text)) for text in texts]
        last = max(filter(None, periods), default=None)
        plain = [
            plain_header(_UNIT.sub("", _IN_HEADING.sub("", text))) if period in (None, last) else None
            for text, period in zip(texts, periods, strict=True)
        ]
        measures = {
            measure: place for measure, names in MEASURES.items() if (place := _first(plain, names)) is not None
        }
        code, name = _first(plain, CODES), _first(plain, NAMES)
        parts = tuple(place for place, text in enumerate(plain) if text in PARTS)
        if measures and (code is not None or name is not None or parts):
            period = _first(plain, PERIODS)
            return _Heading(found.last, code, name, parts, period, measures, last, len(plain))
    return None


def _period(found: re.Match[str] | None) -> str | None:
    """Return year and month (YYYY-MM), or the year alone."""
    return None if found is None else f"{found[1]}-{int(found[2]):02d}" if found[2] else found[1]


def _first(plain: list[str | None], names: Iterable[str]) -> int | None:
    """Return where the first of `names` stands that stands at all."""
    return next((plain.index(name) for name in names if name in plain), None)


def _told(line: Line, heading: _Heading) -> tuple[object, ...]:
    """Return line number, period, code, name and figures of one line, all as text."""
    texts = line.texts()

    def cell(place: int | None) -> str:
        return unicodedata.normalize("NFKC", texts[place] or "") if place is not None else ""

    name = cell(heading.name) or " ".join(filter(None, map(cell, heading.parts)))
    inside = _NAME_AND_CODE.fullmatch(name)
    code = _CODE.fullmatch(cell(heading.code))
    return (
        line.number,
        _period(_IN_CELL.fullmatch(cell(heading.period))),
        code[1] if code else inside[2] if inside else None,
        (inside[1] if inside else name) or None,
        *(texts[place] for place in heading.measures.values()),
    )


def _count(text: str) -> int | None:
    """Return a whole number that is not below 0, thousands separated or not."""
    found = _COUNT.fullmatch(unicodedata.normalize("NFKC", text).replace(",", "").strip())
    return int(found[1]) if found else None
