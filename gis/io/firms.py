"""Registers of firms: 공장등록현황 in its variants, and lists of establishments with the services a chain needs.

Which heading means which column stands in `data/firm_columns.toml`. Personal data is never kept: columns by their
name, and telephone numbers, mail addresses and numbers of residents and businesses wherever they stand in a text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from gis.errors import GisError, InputError
from gis.io.catalog import read_records
from gis.io.grids import Line, open_grid, plain_header
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
_CODE = re.compile(r"[A-Ua-u]?(\d{2,5})(?:\.0+)?")
_CODE_AND_NAME = re.compile(r"[(\[]?([A-Ua-u]?\d{2,5})[)\]]?\s*[:.\-]?\s*([^\W\d].*)")
_OTHERS = re.compile(r"\s*외\s*\d{1,3}\s*(?:종|개|건)?\s*$")
PERSONAL_TEXTS: dict[str, re.Pattern[str]] = {
    "mail": re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"),
    "resident_no": re.compile(
        r"(?<!\d)\d{6}\s?-\s?[1-8]\d{6}(?!\d)"
        r"|(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[1-8]\d{6}(?!\d)"
    ),
    "business_no": re.compile(r"(?<!\d)\d{3}-\d{2}-\d{5}(?!\d)"),
    "phone": re.compile(
        r"(?<![\d-])(?:\+82[-. ]?|0)(?:2|[3-6][1-5]|1[016-9]|50\d?|70|80)[-.) ]{0,2}\d{3,4}[-. ]?\d{4}(?![\d-])"
        r"|(?<![\d-])1[568]\d{2}-\d{4}(?![\d-])"
    ),
    "person": re.compile(
        r"[(\[]\s{0,3}대표(?:자|이사)?[: ]{1,3}[가-힣]{2,4}\s{0,3}[)\]]|대표(?:자|이사)?\s{0,3}:\s{0,3}[가-힣]{2,4}"
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
    grid = open_grid(source, title, encoding=encoding, sheet=sheet)
    known, private = _headings(fields()), personal_fields()
    heading = _heading(grid.head, known, private)
    if heading is None:
        seen = max((line.cells for line in grid.head), key=lambda cells: sum(map(bool, cells)), default=())
        found = ", ".join(cell for cell in seen if cell)[:300] or "-"
        wanted = ", ".join(f"{names[0]}" for names in fields()["names"][:6])
        raise InputError("firms.no_columns", file=title, found=found, known=wanted)
    headers, first = heading
    places, units = _places(headers, known, private)
    body = _body(grid.lines, places, headers, first)
    if body.empty:
        raise InputError("firms.no_rows", file=title, line=first)
    firms, unreadable, hidden = _cleaned(body, units)
    return Register(
        file=title,
        firms=firms,
        dropped=_dropped(headers, places, private, hidden),
        columns={field: str(headers[place]) for field, place in places.items()},
        unreadable=unreadable,
        encoding=grid.encoding,
        sheet=grid.sheet,
        header_line=first,
    )


def is_register(source: Path | bytes, file: str, *, encoding: str | None = None, sheet: str | None = None) -> bool:
    """Tell whether the headings of a table are those of a register of firms."""
    try:
        head = open_grid(source, file, encoding=encoding, sheet=sheet).head
        return _heading(head, _headings(fields()), personal_fields()) is not None
    except GisError:
        return False


def ksic_code(text: str | None) -> str | None:
    """Return a KSIC code as text of 2 to 5 digits, as fine as given: `C30110.0` is `30110`; None where it is none."""
    found = _CODE.fullmatch((text or "").strip())
    return found[1] if found else None


def industry_words(text: str | None) -> str | None:
    """Return the name of an industry without ` 외 N 종`."""
    return (_OTHERS.sub("", text).strip() or None) if text else None


def without_personal(text: str) -> str:
    """Return a text without telephone numbers, mail addresses, numbers of persons and businesses, and `대표 …`."""
    if not _SUSPECT.search(text):
        return text
    for pattern in PERSONAL_TEXTS.values():
        text = pattern.sub(" ", text)
    return " ".join(text.split())


def _headings(known: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Return the plain headings of each column with their place in the list: the first that stands in a file wins."""
    return {
        row["id"]: {plain_header(name): place for place, name in reversed(list(enumerate(row["names"])))}
        for row in known.to_dict("records")
    }


def _bare(header: str | None) -> str:
    """Return a plain heading without the unit that stands in brackets."""
    return plain_header(_UNIT.sub("", unicodedata.normalize("NFKC", header or "").replace("m²", "m2")))


def _is_personal(header: str | None, private: pd.DataFrame) -> bool:
    plain = _bare(header)
    parts = (plain_header(word) for names in private["names"] for word in names)
    whole = (plain_header(word) for words in private["exact"] if words is not None for word in words)
    return bool(plain) and (any(word in plain for word in parts) or plain in set(whole))


def _meaning(headers: Iterable[str | None], known: dict[str, dict[str, int]], private: pd.DataFrame) -> dict[str, int]:
    """Return which column of the file holds each field: the heading that stands first in the list of the field."""
    plain = [None if _is_personal(header, private) else _bare(header) for header in headers]
    found: dict[str, int] = {}
    for field, names in known.items():
        ranked = [(names[text], place) for place, text in enumerate(plain) if text in names]
        if ranked:
            found[field] = min(ranked)[1]
    return found


def _heading(
    head: list[Line], known: dict[str, dict[str, int]], private: pd.DataFrame
) -> tuple[list[str | None], int] | None:
    """Return the headings and the number of their last line; a heading of two lines is joined."""
    best: tuple[int, list[str | None], int] | None = None
    for line, below in zip(head, [*head[1:], Line(0, ())], strict=False):
        two_lines = any(below.cells[place] == line.cells[place] for place in below.carried if place < len(line.cells))
        headers = _joined(line, below) if two_lines else list(line.cells)
        meaning = _meaning(headers, known, private)
        if "firm" in meaning and set(meaning) & set(COMPANIONS) and (best is None or len(meaning) > best[0]):
            best = (len(meaning), headers, below.number if two_lines else line.number)
    return None if best is None else (best[1], best[2])


def _joined(line: Line, below: Line) -> list[str | None]:
    upper = [*line.cells, *[None] * (len(below.cells) - len(line.cells))]
    lower = [*below.cells, *[None] * (len(upper) - len(below.cells))]
    return [
        one if one == other else "".join(filter(None, (one, other))) or None
        for one, other in zip(upper, lower, strict=True)
    ]


def _places(
    headers: list[str | None], known: dict[str, dict[str, int]], private: pd.DataFrame
) -> tuple[dict[str, int], dict[str, float]]:
    """Return where each column stands, and how many m² the unit of each area is."""
    places = _meaning(headers, known, private)
    units = {}
    for field in AREAS:
        header = unicodedata.normalize("NFKC", headers[places[field]] or "") if field in places else ""
        named = _UNIT.search(header.replace("m²", "m2"))
        units[field] = _UNIT_SIZES.get("".join(named[1].split()), 1.0) if named else 1.0
    return places, units


def _body(lines: Iterable[Line], places: dict[str, int], headers: list[str | None], first: int) -> pd.DataFrame:
    """Return the lines below the heading with the columns that are known, each still as text."""
    width, again = max(places.values()) + 1, tuple(headers)
    rows = []
    for line in lines:
        if line.number <= first or line.cells == again or not any(line.cells):
            continue
        cells = line.cells if len(line.cells) >= width else (*line.cells, *[None] * (width - len(line.cells)))
        rows.append((line.number, places["firm"] in line.carried, *(cells[place] for place in places.values())))
    return pd.DataFrame(rows, columns=["row", "continued", *places], dtype=object)


def _cleaned(body: pd.DataFrame, units: dict[str, float]) -> tuple[pd.DataFrame, dict[str, int], dict[str, int]]:
    """Return firms with the columns of `FIRM_COLUMNS`, the unreadable cells and the personal texts of each column."""
    unreadable: dict[str, int] = {}
    hidden: dict[str, int] = {}
    firms = pd.DataFrame({"row": body["row"].astype(int)}, index=body.index)
    for field in TEXTS:
        texts = _column(body, field)
        shown = texts.map(without_personal, na_action="ignore").map(lambda text: text or None, na_action="ignore")
        hidden[field] = int((shown.fillna("") != texts.fillna("")).sum())
        firms[field] = _objects(shown)
    codes = _codes(_column(body, "ksic"), firms["industry_name"], unreadable)
    firms = firms.drop(columns="industry_name").join(codes)
    readers: dict[str, Callable[[str], float | None]] = dict.fromkeys(("employees", *NUMBERS, *AREAS), _number)
    readers |= {field: partial(_amount, size=units[field]) for field in AREAS} | {"employees": _amount}
    for field, read in readers.items():
        texts = _column(body, field)
        firms[field] = pd.to_numeric(texts.map(read, na_action="ignore"), errors="coerce").astype(float)
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
    return _objects(body[field]) if field in body else pd.Series([None] * len(body), index=body.index, dtype=object)


def _objects(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), None)


def _codes(codes: pd.Series, names: pd.Series, unreadable: dict[str, int]) -> pd.DataFrame:
    """Return `ksic`, the other codes joined by `|`, and the name of the industry.

    A code that stands in front of the name is taken from there; a name that `ksic.toml` lists gives its code.
    """
    by_name = {plain_header(row["name"]): row["id"] for row in industries().to_dict("records")}
    told = {text: _split_codes(text) for text in set(codes.dropna())}
    read = [told.get(text, ([], None)) for text in codes]
    unreadable["ksic"] = sum(text is not None and not found for text, (found, _) in zip(codes, read, strict=True))
    rows = []
    for (found, words), stated in zip(read, names, strict=True):
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
    """Return the codes in a cell, the first first, and the name that stands behind a single one."""
    bare = _OTHERS.sub("", text)
    single = _CODE_AND_NAME.fullmatch(bare)
    if single and ksic_code(single[1]) and "," not in bare:
        return [str(ksic_code(single[1]))], single[2].strip()
    codes = [ksic_code(part) for part in re.split(r"[,;/|\s]+", bare) if part]
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


def _dropped(
    headers: list[str | None], places: dict[str, int], private: pd.DataFrame, hidden: dict[str, int]
) -> pd.DataFrame:
    """Return what was left out: whole columns, and the personal parts of texts, with how many rows had some."""
    used = set(places.values())
    rows: list[tuple[str, str, int | None]] = [
        (header, "personal_column" if _is_personal(header, private) else "not_needed", None)
        for place, header in enumerate(headers)
        if header and place not in used
    ]
    rows += [(str(headers[places[field]]), "personal_text", count) for field, count in hidden.items()]
    return pd.DataFrame(rows, columns=list(DROPPED_COLUMNS), dtype=object).astype({"rows": "Int64"})
