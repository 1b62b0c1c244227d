"""Registers of firms: 공장등록현황 in its variants, and lists of establishments with the services a chain needs.

Which heading means which column stands in `data/firm_columns.toml`. Personal data is never kept: columns by their
name, and telephone numbers, mail addresses and numbers of residents and businesses wherever they stand in a text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from gis.errors import InputError
from gis.io.catalog import read_records
from gis.io.grids import Headings, Line, cell_text, has_heading, headings, open_table, plain_header, table_bytes
from gis.units import AREA_UNITS

FIELD_COLUMNS = ("id", "names", "unit", "note")
PERSONAL_COLUMNS = ("id", "names", "exact", "note")
INDUSTRY_COLUMNS = ("id", "section", "name", "name_en", "source", "confidence")
FIRM_COLUMNS = (
    "row", "firm", "complex_name", "product", "address", "lot_address", "region", "register_no", "ksic",
    "ksic_others", "industry_name", "employees", "site_area", "building_area", "lon", "lat", "x", "y", "repeated",
)  # fmt: skip
"""What a register becomes. `row` is the line in the file; areas are m²; `repeated` rows name a firm once more."""
DROPPED_COLUMNS = ("header", "why", "rows")
TEXTS = ("firm", "complex_name", "product", "address", "lot_address", "region", "industry_name", "register_no")
NUMBERS = ("lon", "lat", "x", "y")
AREAS = ("site_area", "building_area")
COMPANIONS = ("complex_name", "address", "lot_address", "product", "ksic", "industry_name")
"""Beside the firm's name a register has at least one of these."""
_UNIT = re.compile(r"[(\[]\s*(?:단위\s*:?\s*)?(천\s*m2|만\s*m2|m2|평|ha|km2|명|인)\s*[)\]]")
_UNIT_SIZES = {
    "m2": 1.0, "천m2": 1_000.0, "만m2": 10_000.0, "평": float(AREA_UNITS["pyeong"]), "ha": 10_000.0, "km2": 1e6,
}  # fmt: skip
_NUMBER = re.compile(r"([+-]?\d{1,15}(?:\.\d{1,15})?)\s*(?:명|인|m2|m²|㎡|개)?")
_CODE = re.compile(r"(?:[A-Ua-u][\s.-]?)?(\d{2,5})(?:\.0*)?", re.ASCII)
_SECTION = re.compile(r"\b([A-Ua-u])[\s.-](?=\d)")
_FINE_CODE = re.compile(r"(?<![\dA-Za-z.])[(\[]?[A-Ua-u]?(\d{5})(?!\d|\.\d*[1-9])[)\]]?", re.ASCII)
_CODE_AND_NAME = re.compile(
    r"[(\[]?([A-Ua-u]?(?:[0-9]{5}|[0-9]{2,4}(?=[)\]\s:.-])))[)\]]?\s*[:.\-]?\s*[(\[]?([^\W\d].*?)[)\]]?"
)
_WITH_THOUSANDS = re.compile(r"(\d{2}),(\d{3})", re.ASCII)
_NO_FIRM = re.compile(
    r"(?:.*[총합소누])?\s?계(?:\s*[(\[:].*)?|총?\s*[\d,]+\s*(?:개사?|개소|개?\s?업체|건)|※.*|(?:자료|출처|비고|주)\s*:.*"
)
"""What stands where a firm's name should, or first in its line, in totals and notes."""
_OTHERS = re.compile(r"\s*외\s*\d{1,3}\s*(?:종|개|건)?\s*$")
PERSONAL_TEXTS: dict[str, re.Pattern[str]] = {
    "mail": re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"),
    "resident_no": re.compile(
        r"(?<!\d)\d{6}\s?-\s?[1-8*][\d*]{6}(?![\d*])"
        r"|(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[1-8]\d{6}(?!\d)"
    ),
    "business_no": re.compile(r"(?<!\d)\d{3}-\d{2}-\d{5}(?!\d)"),
    "phone": re.compile(
        r"(?<![\d-])(?:\+82[-. ]?|0)(?:2|[3-6][1-5]|1[016-9]|50\d?|70|80)[-.) ]{0,2}\d{3,4}[-. ]?\d{4}(?![\d-])"
        r"|(?<![\d-])1[568]\d{2}-\d{4}(?![\d-])"
    ),
    "person": re.compile(
        r"[(\[]\s{0,3}대표(?:자|이사)?[: ]{1,3}[가-힣]{2,4}\s{0,3}[)\]]"
        r"|대표(?:자|이사)?\s{0,3}:\s{0,3}[가-힣]{2,4}|대표(?:자|이사)\s{1,3}[가-힣]{2,4}(?![가-힣])"
    ),
}  # fmt: skip
"""What is personal inside a text; the lengths are bounded, so no text takes long."""
_SUSPECT = re.compile(r"@|대표|\d[-.) ]{0,3}\d(?:[-.) ]{0,3}\d){5}")
"""Without one of these a text holds nothing personal: a mark of mail, a name after 대표, or seven digits."""


@dataclass(frozen=True)
class Register:
    """A register of firms as read: one row a line of the file, and what was left out of it.

    `columns` says which heading each column was read from; `unreadable` counts the cells of a column that are
    neither empty nor what the column holds.
    """

    file: str
    firms: pd.DataFrame
    dropped: pd.DataFrame
    columns: dict[str, str]
    unreadable: dict[str, int]
    encoding: str | None
    sheet: str | None
    header_line: int


class _Words(NamedTuple):
    fields: dict[str, list[str]]
    private_parts: set[str]
    private: set[str]


def fields() -> pd.DataFrame:
    """Return the columns of a register with the headings that mean each."""
    return read_records("firm_columns.toml", "field", FIELD_COLUMNS)


def personal_fields() -> pd.DataFrame:
    """Return the words in a heading that mean personal data."""
    return read_records("firm_columns.toml", "personal", PERSONAL_COLUMNS)


def industries() -> pd.DataFrame:
    """Return the KSIC codes with section, name and source."""
    return read_records("ksic.toml", "industry", INDUSTRY_COLUMNS)


def read_register(
    source: Path | bytes, file: str | None = None, *, encoding: str | None = None, sheet: str | None = None
) -> Register:
    """Return a register of firms from a CSV or XLSX, without personal data.

    Parameters
    ----------
    file
        What to call it, with its ending; needed where `source` is bytes.

    Raises
    ------
    DataFileError
        Where the file is missing, of another kind, too large or broken.
    InputError
        Where no encoding fits, the sheet is not there, or no line names a firm and something about it.
    """
    title = file or (source.name if isinstance(source, Path) else "?")
    words = _words()
    find = partial(_heading, words=words)
    table = open_table(table_bytes(source, title), title, find, encoding=encoding, sheet=sheet)
    if table.heading is None:
        wanted = ", ".join(names[0] for names in fields()["names"][:6])
        raise InputError("firms.no_columns", file=title, found=table.widest, known=wanted)
    headers, places = table.heading
    body = _body(table.below(headers.last, len(headers.names)), headers, places)
    if body.empty:
        raise InputError("firms.no_rows", file=title, line=headers.last)
    firms, unreadable, hidden = _cleaned(body, _units(headers.names, places))
    return Register(
        file=title,
        firms=firms,
        dropped=_dropped(headers.names, places, words, hidden),
        columns={field: str(headers.names[place]) for field, place in places.items()},
        unreadable=unreadable,
        encoding=table.encoding,
        sheet=table.sheet,
        header_line=headers.last,
    )


def is_register(source: Path | bytes, file: str, *, encoding: str | None = None, sheet: str | None = None) -> bool:
    """Tell whether the headings of a table are those of a register of firms."""
    return has_heading(source, file, partial(_heading, words=_words()), encoding=encoding, sheet=sheet)


def ksic_code(text: str | None) -> str | None:
    """Return a KSIC code as text of 2 to 5 digits, as fine as given: `C30110.0` is `30110`; None where it is none."""
    found = _CODE.fullmatch(unicodedata.normalize("NFKC", text or "").strip())
    return found[1] if found else None


def industry_words(text: str | None) -> str | None:
    """Return the name of an industry without ` 외 N 종`."""
    return (_OTHERS.sub("", text).strip() or None) if text else None


def without_personal(text: str) -> str | None:
    """Return a text without telephone numbers, mail addresses, numbers of persons and businesses, and `대표 …`.

    None is left of a text that holds nothing else.
    """
    if not _SUSPECT.search(text):
        return text
    for pattern in PERSONAL_TEXTS.values():
        text = pattern.sub(" ", text)
    return " ".join(text.split()) or None


def _bare(header: str | None) -> str:
    """Return a plain heading without the unit that stands in brackets."""
    return plain_header(_UNIT.sub("", unicodedata.normalize("NFKC", header or "").replace("m²", "m2")))


def _words() -> _Words:
    """Return the plain headings of each field, those first that go first, and the words of personal ones."""
    private = personal_fields()
    return _Words(
        {field: [plain_header(name) for name in names] for field, names in fields()[["id", "names"]].to_numpy()},
        {plain_header(word) for names in private["names"] for word in names},
        {plain_header(word) for names in private["exact"] if names is not None for word in names},
    )


def _personal(headers: Iterable[str | None], words: _Words) -> list[bool]:
    """Tell which headings mean personal data."""
    plain = [_bare(header) for header in headers]
    return [text in words.private or any(part in text for part in words.private_parts) for text in plain]


def _places(headers: Headings, words: _Words) -> dict[str, int]:
    """Return which column of the file holds each field: the heading that stands first in the list of the field.

    Of a heading of two lines the whole name goes before what stands below.
    """
    private = _personal(headers.names, words)
    levels = [
        [None if hidden else _bare(text) for text, hidden in zip(names, private, strict=True)] for names in headers[:2]
    ]
    found: dict[str, int] = {}
    for field, wanted in words.fields.items():
        place = next((texts.index(name) for texts in levels for name in wanted if name in texts), None)
        if place is not None:
            found[field] = place
    return found


def _heading(head: list[Line], words: _Words) -> tuple[Headings, dict[str, int]] | None:
    """Return the headings that tell most of firms and where each field stands; of equals one line, and the first."""
    told = [(found, _places(found, words)) for found in headings(head)]
    fitting = [(found, places) for found, places in told if "firm" in places and set(places) & set(COMPANIONS)]
    return max(fitting, key=lambda one: (len(one[1]), one[0].names is one[0].parts), default=None)


def _units(names: list[str | None], places: dict[str, int]) -> dict[str, float]:
    """Return how many m² the unit of each area is."""
    units = {}
    for field in AREAS:
        header = unicodedata.normalize("NFKC", names[places[field]] or "") if field in places else ""
        named = _UNIT.search(header.replace("m²", "m2"))
        units[field] = _UNIT_SIZES.get("".join(named[1].split()), 1.0) if named else 1.0
    return units


def _body(lines: Iterable[Line], headers: Headings, places: dict[str, int]) -> pd.DataFrame:
    """Return the lines below the headings with the columns that are known, as texts; totals and notes name no firm."""
    chosen = itemgetter(*places.values())
    rows = [
        (
            line.number,
            places["firm"] in line.carried,
            next(filter(None, map(cell_text, line.cells))),
            *chosen(line.cells),
        )
        for line in lines
    ]
    body = pd.DataFrame(rows, columns=["row", "continued", "first", *places], dtype=object)
    for field in places:
        body[field] = _each(body[field], cell_text)
    again = [names[places["firm"]] for names in headers[:2] if names[places["firm"]]]
    body = body[~body["firm"].isin(again)].reset_index(drop=True)
    told = [_each(body[column], _NO_FIRM.fullmatch).notna() for column in ("first", "firm")]
    body["firm"] = body["firm"].mask(told[0] | told[1], None)
    return body


def _each(values: pd.Series, read: Callable[[Any], Any]) -> pd.Series:
    """Return what `read` makes of each value, asked once for each; None stays None."""
    told = {value: read(value) for value in set(values) - {None}}
    return pd.Series(list(map(told.get, values)), values.index, dtype=object)


def _cleaned(body: pd.DataFrame, units: dict[str, float]) -> tuple[pd.DataFrame, dict[str, int], dict[str, int]]:
    """Return firms with the columns of `FIRM_COLUMNS`, the unreadable cells and the personal texts of each column."""
    unreadable: dict[str, int] = {}
    hidden: dict[str, int] = {}
    firms = pd.DataFrame({"row": body["row"].astype(int)}, index=body.index)
    for field in TEXTS:
        texts = _column(body, field)
        firms[field] = _each(texts, without_personal)
        hidden[field] = int((firms[field].fillna("") != texts.fillna("")).sum())
    codes = _codes(_column(body, "ksic"), firms["industry_name"], unreadable)
    firms = firms.drop(columns="industry_name").join(codes)
    readers: dict[str, Callable[[str], float | None]] = dict.fromkeys(("employees", *NUMBERS, *AREAS), _number)
    readers |= {field: partial(_amount, size=units[field]) for field in AREAS} | {"employees": _amount}
    for field, read in readers.items():
        texts = _column(body, field)
        firms[field] = _each(texts, read).astype(float)
        unreadable[field] = int((texts.notna() & firms[field].isna()).sum())
    whole = firms["employees"] % 1 == 0
    unreadable["employees"] += int((firms["employees"].notna() & ~whole).sum())
    firms["employees"] = firms["employees"].where(whole).astype("Int64")
    numbered = firms["register_no"].notna() & firms["register_no"].duplicated()
    firms["repeated"] = body["continued"].astype(bool) | numbered
    firms = _degrees(firms)
    counted = {field: count for field, count in unreadable.items() if count}
    return firms[list(FIRM_COLUMNS)], counted, {field: count for field, count in hidden.items() if count}


def _column(body: pd.DataFrame, field: str) -> pd.Series:
    """Return a column of texts with None for nothing; all None where the file has none."""
    return body[field] if field in body else pd.Series([None] * len(body), index=body.index, dtype=object)


def _codes(codes: pd.Series, names: pd.Series, unreadable: dict[str, int]) -> pd.DataFrame:
    """Return `ksic`, the other codes joined by `|`, and the name of the industry.

    A code that stands in front of the name is taken from there; a name that `ksic.toml` lists gives its code.
    """
    by_name = {plain_header(row["name"]): row["id"] for row in industries().to_dict("records")}
    read = _each(codes, _split_codes)
    unreadable["ksic"] = sum(told is not None and not told[0] for told in read)
    rows = []
    for told, stated in zip(read, names, strict=True):
        found, words = told or ([], None)
        name = industry_words(stated) or words
        leading = None if found or not name else _CODE_AND_NAME.fullmatch(name)
        if leading:
            found, name = [str(ksic_code(leading[1]))], leading[2].strip()
        elif not found and name and ksic_code(name):
            found, name = [str(ksic_code(name))], None
        elif not found and name and plain_header(name) in by_name:
            found = [by_name[plain_header(name)]]
        rows.append((found[0] if found else None, "|".join(found[1:]) or None, name))
    return pd.DataFrame(rows, index=codes.index, columns=["ksic", "ksic_others", "industry_name"], dtype=object)


def _split_codes(text: str) -> tuple[list[str], str | None]:
    """Return the codes in a cell, the first first, and the name that stands beside a single one."""
    bare = _SECTION.sub(r"\1", _OTHERS.sub("", unicodedata.normalize("NFKC", text)))
    whole = _WITH_THOUSANDS.fullmatch(bare)
    if whole:  # Excel parts the thousands of a code that it takes for a number
        return [whole[1] + whole[2]], None
    fine = _FINE_CODE.findall(bare)
    single = _CODE_AND_NAME.fullmatch(bare)
    if single and len(fine) < 2 and (fine or "," not in bare):
        return [str(ksic_code(single[1]))], single[2].strip()
    if fine:
        return list(dict.fromkeys(fine)), None
    codes = [ksic_code(part) for part in re.split(r"[,;/|·ㆍ\s]+", bare) if part]
    return ([code for code in codes if code] if all(codes) else []), None


def _number(text: str) -> float | None:
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).replace(",", "").strip())
    return float(found[1]) if found else None


def _amount(text: str, size: float = 1.0) -> float | None:
    """Return a number that is not below 0, times `size`."""
    value = _number(text)
    return None if value is None or value < 0 else value * size


def _degrees(firms: pd.DataFrame) -> pd.DataFrame:
    """Return firms with `x` and `y` taken for degrees where all of them are: no plane of Korea has such numbers."""
    known = firms[["x", "y"]].dropna()
    in_degrees = len(known) and known["x"].between(124, 132).all() and known["y"].between(33, 39).all()
    if not in_degrees or firms[["lon", "lat"]].notna().any(axis=None):
        return firms
    return firms.assign(lon=firms["x"], lat=firms["y"], x=float("nan"), y=float("nan"))


def _dropped(headers: list[str | None], places: dict[str, int], words: _Words, hidden: dict[str, int]) -> pd.DataFrame:
    """Return what was left out: whole columns, and the personal parts of texts, with how many rows had some."""
    used = set(places.values())
    rows: list[tuple[str, str, int | None]] = [
        (header, "personal_column" if private else "not_needed", None)
        for place, (header, private) in enumerate(zip(headers, _personal(headers, words), strict=True))
        if header and place not in used
    ]
    rows += [(str(headers[places[field]]), "personal_text", count) for field, count in hidden.items()]
    return pd.DataFrame(rows, columns=list(DROPPED_COLUMNS), dtype=object).astype({"rows": "Int64"})
