"""Tables of the land register: 토지대장, 토지특성, 토지소유, as files without shapes or as columns of a parcel layer.

Which heading means which column stands in `data/land_columns.toml`, the 지목 and 소유구분 in `data/land_categories.toml`.
A person's name is masked in the moment of reading; what no column of ours asks for is not read at all.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from gis.errors import InputError
from gis.io.catalog import read_records
from gis.io.firms import personal_fields, without_personal
from gis.io.grids import Headings, Line, cell_text, has_heading, headings, open_table, plain_header, table_bytes
from gis.io.read import EXACT_FLOAT
from gis.units import AREA_UNITS

CATEGORY_COLUMNS = ("id", "name", "sign", "also", "name_en", "source", "confidence")
OWNERSHIP_COLUMNS = ("id", "name", "name_en", "holder", "also", "source", "confidence")
FIELD_COLUMNS = ("id", "names", "note")
LAYOUT_COLUMNS = (
    "id", "last", "pnu", "address", "label", "land_category", "register_area", "zoning", "zoning_2", "ownership",
    "land_price", "year", "note", "confidence",
)  # fmt: skip
LAND_FIELDS = ("land_category", "register_area", "zoning", "ownership", "owner", "land_price")
"""What a table says of a parcel: areas in m², prices in won for 1 m², owners masked."""
LAND_COLUMNS = ("row", "pnu", "address", *LAND_FIELDS, "year", "unread_area")
LEDGER_FIELDS = {"lot", "land_category", "register_area", "ownership", "owner", "land_price"}
"""Two of these make a table one of lands, though no column holds a PNU."""
PERSON = "person"
NOT_STATED = {"지정되지않음", "용도미지정", "미지정"}
MASK = "○○"
MOST_LINES = 8
"""How many lines an error names."""
MOST_LETTERS = 40
PLAIN_WORDS = {"미상", "없음", "불명", "미등록", "추정", "제곱미터", "평방미터", "ha", "m2"}
"""Words of an area that could not be read which are no name."""
_UNIT = re.compile(r"[(\[]\s*(?:단위\s*:?\s*)?(m2|평|ha|원|원\s*/\s*m2)\s*[)\]]")
_UNIT_SIZES = {"m2": 1.0, "평": float(AREA_UNITS["pyeong"]), "ha": float(AREA_UNITS["ha"])}
_NUMBER = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)\s*(?:m2|원)?")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_EXPONENT = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_LOT = re.compile(r"(?:산\s*)?(\d{1,4})(?:-(\d{1,4}))?\D*")
_LABEL = re.compile(r"^\s*(산)?\s*(\d+(?:-\d+)?)\s*(\D*?)\s*$")
_COORDINATES = {"경도", "위도", "lon", "lat", "longitude", "latitude", "x", "y", "x좌표", "y좌표", "좌표x", "좌표y"}
_PLACED = re.compile(
    r"좌표|경도|위도|north|east|lon|lat|lng|point|coord|crd|^[xyne북동종횡]{1,2}$|^[북동종횡][쪽거선]|^[xy]값"
)
_SHAPES = {"wkt", "geom", "geometry", "thegeom", "wktgeom", "geomwkt"}
_BODY = re.compile(
    r"주식|㈜|\(주\)|\(유\)|\(재\)|\(사\)|유한|법인|회사|공사|공단|조합|은행|학교|학원|교회|성당|사찰|종중|문중|종친|"
    r"재단|협회|위원회|관리단|^국(?:$|[(\s])|특별시|광역시|자치|부$|청$|[시군구도]$"
)
"""An owner that is a company or a public body; a person's name that looks like one is not read either."""
STATE, DISTRICT = "국유지", "구유지"
"""Land of the state, and of an autonomous district (자치구), for which the codes of 소유구분 have no class."""
_KINDS = {
    "종중": re.compile(r"종중|문중|종친"),
    "법인": re.compile(r"법인|주식|㈜|\(주\)|\(유\)|\(재\)|\(사\)|유한|회사|공사|공단|은행|조합|재단"),
    "종교단체": re.compile(r"교회|성당|사찰"),
    "기타단체": re.compile(r"협회|위원회|관리단|마을회"),
    STATE: re.compile(
        r"^(?:국|대한민국)(?:$|[(\s])|^(?:[가-힣]{4,}|국방|교육|법무|외교|통일|환경|재무|건설|농림)부$"
        r"|^(?:산림|국세|관세|조달|병무|경찰|철도)청$"
    ),
}
"""The 소유구분 of owners by what their name says."""
_SHORT = re.compile(r"[가-힣]{2,3}")
"""A name that may be a person's: 이문중, 김은행."""
_REGION = r"(?:[가-힣]{2,6}(?:특별|광역)시|[가-힣]{2,6}특별자치[시도]|(?:경기|강원|제주|(?:충청|전라|경상)[남북])도)"
_LOCAL = re.compile(rf"(?P<region>{_REGION})?\s*(?P<unit>[가-힣]{{1,4}}(?P<level>[시군구]))?(?P<office>청|교육[청감])?")
_LEVELS = {"시": "시·도유지", "군": "군유지", "구": DISTRICT}
_ROLE = re.compile(
    r"\s*((?:(?:선정당사자|피?상속인|(?:상속)?재산관리인|관리인|공동대표|대표자?|공유자|소유자|명의인|성명)[\s:]*|망\s+)+)(?=[^\W\d])"
)
_ROLE_AND_NAME = re.compile(
    r"((?:선정당사자|상속인|공유자|소유자|명의인|성명)\s*:?\s+)"
    r"(?!미상|없음|불명|확인|변경|동의|사망|주소|다수)([가-힣])[가-힣]{1,3}(?![가-힣])"
)
_OTHERS = re.compile(r"외\s*(\d{1,4})\s*(?:인|명)?")
_SEVERAL = re.compile(r"[,、/·;&]")


@dataclass(frozen=True)
class Lands:
    """A table of lands as read: one row a line of the file, PNU as text of 19 digits, owners masked.

    `unreadable` counts the cells of a column that are neither empty nor what the column holds; lines without a PNU are
    among them and no rows. `dropped` are the headings of columns that were not read.
    """

    file: str
    rows: pd.DataFrame
    columns: dict[str, str]
    unreadable: dict[str, int]
    dropped: list[str]
    encoding: str | None
    sheet: str | None
    header_line: int


def land_categories() -> pd.DataFrame:
    """Return the 28 지목 with code, one-letter sign and English name."""
    return read_records("land_categories.toml", "category", CATEGORY_COLUMNS)


def ownerships() -> pd.DataFrame:
    """Return the 소유구분 with code, English name and whether a person's name stands behind it."""
    return read_records("land_categories.toml", "ownership", OWNERSHIP_COLUMNS)


def fields() -> pd.DataFrame:
    """Return the columns of a table of lands with the headings that mean each."""
    return read_records("land_columns.toml", "field", FIELD_COLUMNS)


def read_lands(
    source: Path | bytes, file: str | None = None, *, encoding: str | None = None, sheet: str | None = None
) -> Lands:
    """Return a table of lands from a CSV or XLSX, without personal data.

    Raises
    ------
    DataFileError
        Where the file is missing, of another kind, too large or broken.
    InputError
        Where no encoding fits, no line names a PNU and something about it, or the PNU lost digits to numbers.
    """
    title = file or (source.name if isinstance(source, Path) else "?")
    table = open_table(table_bytes(source, title), title, _heading, encoding=encoding, sheet=sheet)
    if table.heading is None:
        if _ledger_heading(table.head) is None:
            raise InputError("lands.no_columns", file=title, found=table.widest)
        raise InputError("lands.no_pnu_column", file=title, found=table.widest)
    found, places = table.heading
    chosen = itemgetter(*places.values())
    cells = [(line.number, *chosen(line.cells)) for line in table.below(found.last, len(found.names))]
    body = pd.DataFrame(cells, columns=["row", *places], dtype=object)
    if body.empty:
        raise InputError("lands.no_rows", file=title, line=found.last)
    headers = {field: str(found.names[place]) for field, place in places.items()}
    _require_digits(body["pnu"], title, headers["pnu"])
    texts = body.drop(columns="row").map(cell_text)
    rows, unreadable = cleaned(texts, {field: _unit_size(header) for field, header in headers.items()})
    rows.insert(0, "row", body["row"].astype(int))
    _require_lots(rows["pnu"], texts, body["row"], title, headers)
    known = rows[rows["pnu"].notna()].reset_index(drop=True)
    if known.empty:
        raise InputError("lands.no_pnu", file=title, column=headers["pnu"])
    used = set(places.values())
    return Lands(
        file=title,
        rows=known[list(LAND_COLUMNS)],
        columns=headers,
        unreadable=unreadable,
        dropped=[header for place, header in enumerate(found.names) if header and place not in used],
        encoding=table.encoding,
        sheet=table.sheet,
        header_line=found.last,
    )


def is_lands(source: Path | bytes, file: str, *, encoding: str | None = None, sheet: str | None = None) -> bool:
    """Tell whether the headings of a table are those of lands without shapes, be there a PNU or not."""
    return has_heading(
        source, file, lambda head: _heading(head) or _ledger_heading(head), encoding=encoding, sheet=sheet
    )


def parcel_columns(frame: gpd.GeoDataFrame, file: str) -> gpd.GeoDataFrame:
    """Return a layer of parcels with `pnu`, `address` and what its columns say of each parcel, owners masked.

    `map_lot` and `map_category` are what stands on the map: 지번 and 지목 of `14-1답`.

    Raises
    ------
    InputError
        Where no column holds a PNU of 19 digits, or it lost digits to numbers.
    """
    places = parcel_places(frame)
    if "pnu" not in places:
        raise InputError("lands.no_parcels", layer=file)
    _require_digits(frame[places["pnu"]], file, places["pnu"])
    texts = pd.DataFrame(
        {field: frame[column].astype(object).map(cell_text) for field, column in places.items()}, index=frame.index
    )
    told, _ = cleaned(texts, {field: _unit_size(column) for field, column in places.items()})
    if "register_area" in frame and "register_area" not in places:
        told["register_area"] = pd.to_numeric(frame["register_area"], errors="coerce").where(lambda area: area > 0)
    written = label_parts(texts.get("label", pd.Series(None, index=frame.index, dtype=object)))
    kept = told.join(written).assign(grade=frame["grade"].to_numpy(), source=frame["source"].to_numpy())
    return gpd.GeoDataFrame(kept, geometry=frame.geometry, crs=frame.crs)


def label_parts(labels: pd.Series) -> pd.DataFrame:
    """Return 지번 and 지목 of labels such as `14-1답` and `산 5-2 임` as `map_lot` and `map_category`."""
    parts = labels.astype("string").str.extract(_LABEL)
    lot = parts[1].where(parts[0].isna(), "산 " + parts[1])
    category = parts[2].map(_category_words())
    return pd.DataFrame({"map_lot": _objects(lot), "map_category": _objects(category)}, index=labels.index)


def _objects(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), None)


def parcel_places(frame: pd.DataFrame) -> dict[str, str]:
    """Return which column of a layer holds each field, by its name or, of A0, A1 …, by what the publisher says."""
    columns = [str(column) for column in frame.columns if column != "geometry"]
    plain = {_bare(column): column for column in reversed(columns)}
    wanted = {row["id"]: [plain_header(name) for name in row["names"]] for row in fields().to_dict("records")}
    wanted |= {"label": ["jibun", "지번지목", "지번지목부호"], "address": [*wanted["address"], "addr"]}
    found = {field: plain[name] for field, names in wanted.items() if (name := _first(names, plain)) is not None}
    if "label" not in found and "lot" in found:
        found["label"] = found["lot"]
    found.pop("lot", None)
    return found if "pnu" in found else _layout_places(frame, columns)


def without_owners(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return a layer of parcels with owners masked and without what else is personal, and the columns that were.

    A layer without PNU is left as it is.
    """
    places = parcel_places(frame)
    if "pnu" not in places:
        return frame, []
    owner, ownership = places.get("owner"), places.get("ownership", "소유구분")
    kept = {*places.values(), frame.geometry.name}
    private = [str(column) for column in frame.columns if column not in kept and _is_personal(_bare(str(column)))]
    known = frame.drop(columns=private)
    texts_left = [name for name in known.columns if name not in kept and not pd.api.types.is_numeric_dtype(known[name])]
    known = known.assign(**{name: known[name].map(_scrubbed) for name in texts_left})
    if owner is None:
        return known, private
    texts = pd.DataFrame({"owner": known[owner].astype(object).map(cell_text)})
    words_of = _ownership_words()
    stated = _objects(known[ownership]) if ownership in known else pd.Series(None, index=known.index, dtype=object)
    classes = stated.map(cell_text).map(lambda word: words_of.get(plain_header(word)), na_action="ignore")
    kinds = _kinds(texts, _objects(classes))
    told = stated.where(stated.notna(), kinds)
    return known.assign(**{owner: _owners(texts, kinds), ownership: told}), [owner, *private]


PARCEL_PERSONS = ("소유자", "owner", "ownnm", "own_nm", "공유", "지분권", "주소", "성명")
"""What headings of a parcel layer hold beside the words for firms: a parcel's own address is recognized before."""


def _is_personal(heading: str) -> bool:
    words = personal_fields()
    parts = [plain_header(word) for names in words["names"] for word in names]
    whole = {plain_header(word) for names in words["exact"] if isinstance(names, list) for word in names}
    return heading in whole or any(part in heading for part in (*parts, *PARCEL_PERSONS))


def _scrubbed(value: Any) -> Any:
    """Return a text without what is personal; a name after what its bearer is (선정당사자, 상속인) is masked."""
    if not isinstance(value, str):
        return value
    clean = without_personal(value)
    return clean and _ROLE_AND_NAME.sub(rf"\1\2{MASK}", clean)


def lot_address(text: str) -> str | None:
    """Return the address of a parcel without what follows its 지번: a name, a telephone number."""
    clean = without_personal(text)
    return clean and _AFTER_LOT.sub(r"\1", clean)


_AFTER_LOT = re.compile(r"(\d(?:번지)?)(?:\s+[가-힣]{2,6})+\s*(?:\(.*)?$")


def _first(names: Iterable[str], known: Iterable[str]) -> str | None:
    return next((name for name in names if name in known), None)


def _layout_places(frame: pd.DataFrame, columns: list[str]) -> dict[str, str]:
    numbered = {column.upper(): column for column in columns if re.fullmatch(r"[Aa]\d{1,2}", column)}
    if not numbered:
        return {}
    last = max(numbered, key=lambda name: int(name[1:]))
    for layout in read_records("land_columns.toml", "layout", LAYOUT_COLUMNS).to_dict("records"):
        named = {field: layout[field] for field in LAYOUT_COLUMNS[2:-2] if layout[field] is not None}
        if layout["last"] != last or not set(named.values()) <= set(numbered):
            continue
        values = frame[numbered[named["pnu"]]].dropna().head(1_000).map(cell_text)
        if len(values) and values.map(lambda text: pnu_of(text) is not None).all():
            return {field: numbered[name] for field, name in named.items()}
    return {}


def pnu_of(text: str | None) -> str | None:
    """Return a PNU as 19 digits, blanks and hyphens left out; None for what is none."""
    digits = re.sub(r"[\s-]", "", text or "")
    return digits if len(digits) == 19 and digits.isascii() and digits.isdigit() else None


def cleaned(texts: pd.DataFrame, units: dict[str, float]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return texts as the columns of `LAND_COLUMNS` without `row`, and the count of unreadable cells of each."""
    words = {"land_category": _category_words(), "ownership": _ownership_words()}
    readers: dict[str, Callable[[str], Any]] = {
        "pnu": pnu_of,
        "address": lot_address,
        "land_category": lambda text: words["land_category"].get(plain_header(text)),
        "register_area": lambda text: _amount(text, units.get("register_area", 1.0)),
        "zoning": _zone,
        "zoning_2": _zone,
        "ownership": lambda text: words["ownership"].get(plain_header(text)),
        "land_price": _amount,
        "year": lambda text: int(found[0]) if (found := _YEAR.search(text)) else None,
    }
    rows, unreadable = pd.DataFrame(index=texts.index), {}
    for field, read in readers.items():
        column = texts[field] if field in texts else pd.Series(None, index=texts.index, dtype=object)
        known = {text: read(text) for text in column.dropna().unique()}
        rows[field] = column.map(known).astype(object).where(lambda values: values.notna(), None)
        wrong = column.notna() & rows[field].isna() & ~column.isin(NOT_STATED)
        if wrong.any():
            unreadable[field] = int(wrong.sum())
        if field == "register_area":
            rows["unread_area"] = _objects(column.where(wrong).map(_unread, na_action="ignore"))
    both = rows["zoning_2"].notna() & rows["zoning"].notna() & rows["zoning_2"].ne(rows["zoning"])
    rows["zoning"] = rows["zoning"].where(~both, rows["zoning"].astype(str) + "|" + rows["zoning_2"].astype(str))
    if "owner" in texts:
        rows["ownership"] = _kinds(texts.assign(address=rows["address"]), rows["ownership"])
    rows["owner"] = _owners(texts, rows["ownership"])
    for field, kind in (("register_area", float), ("land_price", float), ("year", "Int64")):
        rows[field] = pd.to_numeric(rows[field], errors="coerce").astype(kind)
    return rows[[column for column in LAND_COLUMNS if column != "row"]], unreadable


def _unread(text: str) -> str:
    """Return a cell that could not be read so that a person finds it again, words masked: a name may have slipped in."""
    masked = re.sub(r"[^\W\d_]{2,}", lambda word: word[0] if word[0] in PLAIN_WORDS else word[0][0] + MASK, text)
    return masked[:MOST_LETTERS]


def _kinds(texts: pd.DataFrame, classes: pd.Series) -> pd.Series:
    """Return the 소유구분 of each row; where none is stated, what the name of an owner that is no person says."""
    words = _ownership_words()
    addresses = texts["address"] if "address" in texts else pd.Series(None, index=texts.index, dtype=object)
    asked = classes.isna() & texts["owner"].notna()
    pairs = list(zip(texts["owner"][asked], addresses[asked], strict=True))
    known = {pair: words.get(plain_header(pair[0])) or owner_kind(*pair) for pair in set(pairs)}
    found = classes.astype(object)
    found[asked] = [known[pair] for pair in pairs]
    return _objects(found)


def owner_kind(name: str, address: str | None = None) -> str | None:
    """Return the 소유구분 of an owner that is no person, as the name says it; None for a person and where it is not sure.

    A 시, 군 or 구 without its province counts where the address of the parcel names it too: a person may be called alike.
    """
    kind = next((kind for kind, pattern in _KINDS.items() if pattern.search(name)), None)
    if kind is not None and (kind == STATE or not _SHORT.fullmatch(name)):
        return kind
    local = _LOCAL.fullmatch(re.sub(r"\s*\(.*", "", name))
    if local is None or not (local["region"] or local["office"] or local["unit"] in (address or "").split()):
        return None
    return _LEVELS.get(local["level"], _LEVELS["시"])


def _owners(texts: pd.DataFrame, classes: pd.Series) -> pd.Series:
    """Return masked names of persons; of companies and public bodies nothing, for their class says what they are."""
    if "owner" not in texts:
        return pd.Series(None, index=texts.index, dtype=object)
    holders = classes.map(dict(zip(ownerships()["name"], ownerships()["holder"], strict=True)) | {DISTRICT: "public"})
    pairs = zip(texts["owner"], holders, strict=True)
    names = [None if name is None else masked_owner(name, holder) for name, holder in pairs]
    return pd.Series(names, index=texts.index, dtype=object)


def masked_owner(name: str, holder: object = None) -> str | None:
    """Return an owner's name as `홍○○`, with what the owner is (`선정당사자`) and the number of others; None for no person.

    Parameters
    ----------
    holder
        What the 소유구분 says of the owner: `person`, or another word for a company or public body; unknown is neither.
    """
    stated = isinstance(holder, str)
    if (stated and holder != PERSON) or (not stated and _BODY.search(name)):
        return None
    role = _ROLE.match(name)
    letter = next((letter for letter in name[role.end() if role else 0 :] if letter.isalpha()), None)
    if letter is None:
        return None
    told = _OTHERS.search(name)
    others = int(told[1]) if told else len([part for part in _SEVERAL.split(name) if part.strip()]) - 1
    called = "".join(f"{word} " for word in role[1].replace(":", " ").split()) if role else ""
    return f"{called}{letter}{MASK}" + (f" 외 {others}인" if others > 0 else "")


def _category_words() -> dict[str, str]:
    """Return the name of each 지목 by its name, sign and code."""
    words: dict[str, str] = {}
    for row in land_categories().to_dict("records"):
        for word in (row["name"], row["sign"], *(row["also"] or ()), row["id"], str(int(row["id"])), f"00{row['id']}"):
            words[plain_header(word)] = row["name"]
    return words


def _ownership_words() -> dict[str, str]:
    """Return the name of each 소유구분 by its name, the words that mean it, and its codes."""
    words = {"구유지": DISTRICT, "구유": DISTRICT, "시유": "시·도유지", "도유": "시·도유지"}
    for row in ownerships().to_dict("records"):
        for word in (row["name"], *(row["also"] or ()), row["id"], str(int(row["id"])), f"33{row['id']}"):
            words[plain_header(word)] = row["name"]
    return words


def _zone(text: str) -> str | None:
    return None if plain_header(text) in NOT_STATED else without_personal(text)


def _amount(text: str, size: float = 1.0) -> float | None:
    """Return a number above 0 times `size`; 0 is how tables write that they do not know."""
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).replace(",", "").strip())
    return float(found[1]) * size if found and float(found[1]) > 0 else None


def _bare(header: str | None) -> str:
    """Return a plain heading without the unit that stands in brackets."""
    return plain_header(_UNIT.sub("", unicodedata.normalize("NFKC", header or "").replace("m²", "m2")))


def _unit_size(header: str) -> float:
    """Return how many m² the unit in a heading is; m² where it states none."""
    named = _UNIT.search(unicodedata.normalize("NFKC", header).replace("m²", "m2"))
    return _UNIT_SIZES.get(named[1], 1.0) if named else 1.0


def _heading(head: list[Line]) -> tuple[Headings, dict[str, int]] | None:
    """Return the headings that name a PNU and most about it; a table with shapes is none of ours.

    Points with a PNU are shapes too, unless the table names owners: what is personal in it must not be kept.
    """
    told = [(found, _places(found.names)) for found in headings(head)]
    fitting = [(found, places) for found, places in told if "pnu" in places and set(places) & set(LAND_FIELDS)]
    best = max(fitting, key=lambda one: (len(one[1]), one[0].names is one[0].parts), default=None)
    if best is None:
        return None
    plain = {_bare(name) for name in best[0].names}
    placed = bool(plain & _SHAPES) or (bool(plain & _COORDINATES) and not {"owner", "ownership"} & set(best[1]))
    return None if placed else best


def _ledger_heading(head: list[Line]) -> Headings | None:
    """Return headings that are those of lands but for the PNU, and of nothing that has a place."""
    for found in headings(head):
        plain = {_bare(name) for name in found.names if name}
        if (
            len(LEDGER_FIELDS & set(_places(found.names))) > 1
            and not plain & _SHAPES
            and not any(map(_PLACED.search, plain))
        ):
            return found
    return None


def _places(names: list[str | None]) -> dict[str, int]:
    """Return which column of a file holds each field: the heading that stands first in the list of the field."""
    plain = [_bare(name) for name in names]
    wanted = {row["id"]: [plain_header(name) for name in row["names"]] for row in fields().to_dict("records")}
    return {field: plain.index(name) for field, known in wanted.items() if (name := _first(known, plain)) is not None}


def _require_digits(values: pd.Series, file: str, column: str) -> None:
    """Refuse PNU that went through numbers: a spreadsheet keeps 15 of the 19 digits and writes 0 for the rest."""
    known = values.dropna().tolist()
    large = [value for value in known if isinstance(value, int | float) and abs(value) >= EXACT_FLOAT]
    floats = any(isinstance(value, float) for value in large)
    cut = bool(large) and all(int(value) % 10_000 == 0 for value in large)
    if floats or cut or any(isinstance(value, str) and _EXPONENT.fullmatch(value.strip()) for value in known):
        raise InputError("pnu_digits", file=file, column=column)


def _require_lots(pnus: pd.Series, texts: pd.DataFrame, lines: pd.Series, file: str, headers: dict[str, str]) -> None:
    """Refuse PNU that end in 0000 where the 지번 beside them has other last digits: a spreadsheet took them."""
    if "lot" not in texts:
        return
    told = texts["lot"].astype("string").str.extract(_LOT).fillna("0")
    stated = told[0].str.zfill(4) + told[1].str.zfill(4)
    wrong = pnus.notna() & texts["lot"].notna() & stated.ne("00000000") & pnus.astype("string").str[11:].ne(stated)
    wrong = wrong.fillna(False)
    if wrong.any() and pnus.dropna().str.endswith("0000").all():
        shown = ", ".join(map(str, lines[wrong].head(MOST_LINES)))
        raise InputError("lands.lots", file=file, column=headers["pnu"], lot=headers["lot"], lines=shown)
