"""Land-use plans in and kept: typed tables (TOML, CSV, XLSX), the categories of use, and every version of a plan.

Which heading means which column, and which word which use, stands in `data/land_uses.toml`.
"""

import math
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from gis.errors import DataFileError, DiskFault, InputError
from gis.io import store
from gis.io.catalog import read_records, read_toml
from gis.io.encoding import text_of
from gis.io.firms import ksic_code, without_personal
from gis.io.grids import Headings, Line, cell_text, headings, open_table, plain_header, table_bytes
from gis.io.store import StoredLayer
from gis.io.write import plain_rows
from gis.units import AREA_UNITS, area_unit

PLAN = "Plan"
"""The kind of what is kept: a plan, one a site, with its former versions."""
USE_COLUMNS = ("id", "parent", "name", "name_en", "names", "flags", "source", "confidence", "note", "note_en")
HEADING_COLUMNS = ("id", "names")
ROW_COLUMNS = ("row", "use", "detail", "area", "former", "change", "paid", "free", "transfer", "phase", "note")
BLOCK_COLUMNS = ("row", "block", "ksic", "supply_area", "smallest_plot", "restricted", "note")
AREAS = ("area", "former", "change", "paid", "free", "smallest_plot")
"""Columns of areas, of which each may have a unit of its own."""
ROW_AMOUNTS = ("area", "former", "change", "paid", "free")
TOML = ".toml"
MOST_ROWS = 10_000
_UNIT = re.compile(r"[(\[]\s*(?:단위\s*:?\s*)?(천\s*m2|만\s*m2|m2|평|만\s*평|ha|km2)\s*[)\]]")
_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_AMOUNT = re.compile(r"([-+△▲▽▼]|감|증)?\s*(\d{1,15}(?:\.\d{1,15})?)\s*(?:m2|㎡)?")
_CODES = re.compile(r"[,;/|·\s]+")
_YES = {"예", "o", "○", "◯", "제한", "제한업종", "y", "yes", "true", "1", "해당"}
_NO = {"", "아니오", "x", "×", "n", "no", "false", "0"}


@dataclass(frozen=True)
class Plan:
    """A plan as it was typed or read; areas are m². `layer` names zones that stand in its place.

    `step` is the m² to which the areas are rounded in the file.
    """

    file: str
    rows: pd.DataFrame
    blocks: pd.DataFrame
    layer: str | None = None
    column: str | None = None
    step: float = 1.0
    encoding: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class Version:
    """One kept state of a plan."""

    number: int
    saved_at: str
    plan: Plan


def land_uses() -> pd.DataFrame:
    """Return the categories of land use with the words that mean each."""
    return read_records("land_uses.toml", "use", USE_COLUMNS)


def plan_headings() -> dict[str, list[str]]:
    """Return the headings that mean each column of a plan."""
    records = read_records("land_uses.toml", "column", HEADING_COLUMNS)
    return {row["id"]: [plain_header(name) for name in row["names"]] for row in records.to_dict("records")}


def rules_content(path: Path | None = None) -> tuple[dict[str, Any], str]:
    """Return the rules of a file, or the bundled ones, and what to call the file."""
    if path is None:
        return read_toml("rules.toml"), "data/rules.toml"
    return _toml(_content(path), path.name), path.name


def empty_rows() -> pd.DataFrame:
    """Return a plan without a row."""
    return _rows_frame([])


def empty_blocks() -> pd.DataFrame:
    """Return a table of blocks without a row."""
    return _blocks_frame([])


def read_plan(
    source: Path | bytes, file: str | None = None, *, encoding: str | None = None, sheet: str | None = None
) -> Plan:
    """Return a typed plan from TOML, CSV or XLSX.

    Parameters
    ----------
    file
        What to call it, with its ending; needed where `source` is bytes.

    Raises
    ------
    DataFileError
        Where the file is missing, of another kind or broken.
    InputError
        Where no heading names uses and areas, or a cell is no number; the row is named.
    """
    title = file or (source.name if isinstance(source, Path) else "?")
    if Path(title).suffix.lower() == TOML:
        return _toml_plan(_toml(_content(source), title), title)
    content = table_bytes(source, title)
    rows, sizes, found, name = _table(content, title, ("use", "area"), encoding, sheet)
    if not rows:
        raise InputError("landuse.no_rows", file=title)
    blocks = empty_blocks()
    if title.lower().endswith((".xlsx", ".xlsm")) and sheet is None:
        blocks = _blocks_beside(content, title)
    return Plan(title, _read_rows(rows, sizes, title), blocks, step=max(sizes.values()), encoding=found, sheet=name)


def read_blocks(
    source: Path | bytes, file: str | None = None, *, encoding: str | None = None, sheet: str | None = None
) -> pd.DataFrame:
    """Return 업종별 공급면적 by block from CSV, XLSX, or the `[[block]]` rows of TOML; `ksic` joins codes by `|`."""
    title = file or (source.name if isinstance(source, Path) else "?")
    if Path(title).suffix.lower() == TOML:
        return _toml_plan(_toml(_content(source), title), title).blocks
    rows, sizes, _, _ = _table(table_bytes(source, title), title, ("block", "ksic"), encoding, sheet)
    return _read_blocks(rows, sizes, title)


def _blocks_beside(content: bytes, title: str) -> pd.DataFrame:
    """Return the blocks that another sheet of a workbook holds; none where none does."""
    try:
        rows, sizes, _, _ = _table(content, title, ("block", "ksic"), None, None)
    except InputError as error:
        if error.key != "landuse.no_columns":
            raise
        return empty_blocks()
    return _read_blocks(rows, sizes, title)


def _table(
    content: bytes, file: str, wanted: tuple[str, ...], encoding: str | None, sheet: str | None
) -> tuple[list[dict[str, Any]], dict[str, float], str | None, str | None]:
    """Return the rows of a table as texts by column, the m² of the unit of each area, its encoding and sheet."""
    known = plan_headings()

    def meaning(head: list[Line]) -> tuple[dict[str, int], Headings] | None:
        best: tuple[dict[str, int], Headings] | None = None
        for one in headings(head):
            places = _with_detail(column_places(one.names, known), one.names)
            if set(wanted) <= set(places) and (best is None or len(places) > len(best[0])):
                best = places, one
        return best

    table = open_table(content, file, meaning, encoding=encoding, sheet=sheet)
    if table.heading is None:
        lacking = ", ".join(known[name][0] for name in wanted)
        raise InputError("landuse.no_columns", file=file, found=table.widest, known=lacking)
    places, heading = table.heading
    rows = []
    for line in table.lines:
        if line.number <= heading.last:
            continue
        texts = line.texts()
        cells = {name: texts[place] if place < len(texts) else None for name, place in places.items()}
        if any(cells.values()):
            rows.append({"row": line.number, **cells})
        if len(rows) > MOST_ROWS:
            raise InputError("file_rows", file=file, rows=f"{len(rows):,}", most=f"{MOST_ROWS:,}")
    first = heading.last - (heading.parts is not heading.names)
    titles = [text for line in table.head if line.number < first for text in line.texts()]
    named = {name: heading.names[place] for name, place in places.items() if name in AREAS}
    return rows, _sizes(named, titles, file), table.encoding, table.sheet


def column_places(names: Iterable[str | None], known: Mapping[str, list[str]]) -> dict[str, int]:
    """Return which column of a table holds each field; the heading that stands first in the list of the field wins."""
    plain = [plain_header(_BRACKETS.sub("", unicodedata.normalize("NFKC", name or ""))) for name in names]
    places = {}
    for field, words in known.items():
        ranked = [(words.index(text), place) for place, text in enumerate(plain) if text in words]
        if ranked:
            places[field] = min(ranked)[1]
    return places


def _with_detail(places: dict[str, int], names: list[str | None]) -> dict[str, int]:
    """Return the columns with the one of details: a heading of uses that spans two columns names both."""
    if "use" not in places or "detail" in places:
        return places
    here, beside = places["use"], places["use"] + 1
    free = beside < len(names) and beside not in places.values()
    same = free and plain_header(names[beside]) in ("", plain_header(names[here]))
    return places | {"detail": beside} if same else places


def _sizes(headings: Mapping[str, str | None], titles: Iterable[str | None], file: str) -> dict[str, float]:
    """Return the m² of the unit of each area: that of its heading, else that of a title above, else m².

    Raises
    ------
    InputError
        Where some headings state another unit than m² and one states none: it may be in either.
    """
    own, title = {name: _unit_size([text]) for name, text in headings.items()}, _unit_size(titles)
    silent = [headings[name] for name, size in own.items() if size is None]
    if silent and title is None and {size for size in own.values() if size} - {1.0}:
        raise InputError("landuse.units", file=file, columns=", ".join(filter(None, silent)))
    return {name: size or title or 1.0 for name, size in own.items()}


def _unit_size(texts: Iterable[str | None]) -> float | None:
    """Return the m² of the first unit that texts state in brackets; None where they state none."""
    for text in texts:
        found = _UNIT.search(unicodedata.normalize("NFKC", text or "").replace("m²", "m2"))
        if found:
            unit = "".join(found[1].split())
            return 1000.0 if unit == "천m2" else float(AREA_UNITS[area_unit(unit)])
    return None


def _read_rows(rows: list[dict[str, Any]], sizes: Mapping[str, float], file: str) -> pd.DataFrame:
    """Return rows of texts as a plan in m²."""
    return _rows_frame(
        [
            {
                **{name: row.get(name) for name in ("row", "use", "detail", "transfer", "phase", "note")},
                **{name: _amount(row, name, sizes.get(name, 1.0), file) for name in ROW_AMOUNTS},
            }
            for row in rows
        ]
    )


def _amount(row: Mapping[str, Any], column: str, size: float, file: str) -> float:
    """Return a number of a row in m²; NaN where the cell is empty."""
    text = row.get(column)
    if text is None:
        return math.nan
    normal = unicodedata.normalize("NFKC", str(text)).replace(",", "").strip()
    inner = normal[1:-1] if normal.startswith("(") and normal.endswith(")") else normal
    found = _AMOUNT.fullmatch(inner.replace("−", "-"))
    if not found:
        raise InputError("landuse.cell", file=file, row=row["row"], column=column, value=text)
    minus = found[1] in ("-", "△", "▲", "▼", "감") or inner != normal
    return (-1 if minus else 1) * float(found[2]) * size


def _rows_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(ROW_COLUMNS))
    frame["row"] = frame["row"].astype(object)
    frame[list(ROW_AMOUNTS)] = frame[list(ROW_AMOUNTS)].astype(float)
    for column in ("use", "detail", "transfer", "phase", "note"):
        frame[column] = pd.Series([_plain(value) for value in frame[column]], index=frame.index, dtype=object)
    return frame


def _plain(value: Any) -> str | None:
    """Return a text without what is personal in it; None for nothing."""
    text = cell_text(value) if not (isinstance(value, float) and math.isnan(value)) else None
    return (without_personal(text) or None) if text else None


def _read_blocks(rows: list[dict[str, Any]], sizes: Mapping[str, float], file: str) -> pd.DataFrame:
    found = []
    for row in rows:
        block = cell_text(row.get("block"))
        if plain_header(block) in {"합계", "계", "총계", "소계"}:
            continue
        named = {**row, "supply_area": row.get("area"), "smallest_plot": row.get("smallest_plot")}
        found.append(
            {
                "row": row["row"], "block": block, "ksic": industry_codes(row.get("ksic"), row["row"], file),
                "supply_area": _amount(named, "supply_area", sizes.get("area", 1.0), file),
                "smallest_plot": _amount(named, "smallest_plot", sizes.get("smallest_plot", 1.0), file),
                "restricted": _yes(row.get("restricted"), row["row"], file), "note": row.get("note"),
            }
        )  # fmt: skip
    return _blocks_frame(found)


def _blocks_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(BLOCK_COLUMNS))
    frame["row"] = frame["row"].astype(object)
    frame[["supply_area", "smallest_plot"]] = frame[["supply_area", "smallest_plot"]].astype(float)
    frame["restricted"] = frame["restricted"].astype(object)
    for column in ("block", "note"):
        frame[column] = pd.Series([_plain(value) for value in frame[column]], index=frame.index, dtype=object)
    frame["ksic"] = pd.Series([value or "" for value in frame["ksic"]], index=frame.index, dtype=object)
    return frame


def industry_codes(text: Any, row: Any = "", file: str = "") -> str:
    """Return the KSIC 중분류 in a cell, each once, in order, joined by `|`: `C26, 30399` is `26|30`.

    Raises
    ------
    InputError
        Where something in the cell is no code; the row is named.
    """
    parts = text if isinstance(text, list) else _CODES.split(str(text or "").strip())
    codes: set[str] = set()
    for part in (str(part).strip() for part in parts):
        if not part:
            continue
        leading = re.match(r"[A-Ua-u]?\d{2,5}", part)
        code = ksic_code(leading[0]) if leading else None
        if code is None and not codes:
            raise InputError("landuse.ksic_cell", file=file, row=row, value=part)
        codes |= {code[:2]} if code else set()
    return "|".join(sorted(codes))


def _yes(value: Any, row: Any, file: str) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    text = str(value).strip().casefold()
    if text in _YES | _NO:
        return text in _YES
    raise InputError("landuse.cell", file=file, row=row, column="restricted", value=value)


def _content(source: Path | bytes) -> bytes:
    try:
        return source if isinstance(source, bytes) else source.read_bytes()
    except FileNotFoundError:
        raise DataFileError("no_file", path=source) from None
    except OSError as error:
        raise DataFileError("file_broken", file=getattr(source, "name", "?"), reason=DiskFault(error)) from error


def _toml(content: bytes, file: str) -> dict[str, Any]:
    text, _ = text_of(content, file=file)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataFileError("file_broken", file=file, reason=error) from error


def _toml_plan(content: dict[str, Any], file: str) -> Plan:
    """Return the `[[row]]` and `[[block]]` tables of a TOML file; `unit` is that of every area, m² by default."""
    size = float(AREA_UNITS[area_unit(str(content.get("unit", "m2")))])
    rows, blocks = (_toml_rows(content, key, file) for key in ("row", "block"))
    if not rows and not blocks:
        raise InputError("landuse.no_rows", file=file)
    sizes = dict.fromkeys(AREAS, size)
    return Plan(file, _read_rows(rows, sizes, file), _read_blocks(blocks, sizes, file), step=size)


def _toml_rows(content: dict[str, Any], key: str, file: str) -> list[dict[str, Any]]:
    known = {"row": ROW_COLUMNS[1:], "block": ("block", "ksic", "area", "smallest_plot", "restricted", "note")}[key]
    rows = content.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError("landuse.no_rows", file=file)
    for number, row in enumerate(rows, start=1):
        strange = sorted(set(row) - set(known))
        if strange:
            raise InputError("landuse.toml_key", file=file, row=number, key=strange[0], known=", ".join(known))
        for name, value in row.items():
            if isinstance(value, dict) or (isinstance(value, list) and name != "ksic"):
                raise InputError("landuse.toml_value", file=file, row=number, key=name, value=value)
    return [{"row": number, **row} for number, row in enumerate(rows, start=1)]


def kept_entry(site: str) -> StoredLayer | None:
    """Return how the plan of a site is listed; None where none is kept."""
    return next((one for one in store.layers() if one.kind == PLAN and one.story.get("site") == site), None)


def versions(site: str) -> list[Version]:
    """Return every kept version of a site's plan, the oldest first."""
    entry = kept_entry(site)
    if entry is None:
        return []
    table = store.table(entry.name)
    return [_version(int(number), part) for number, part in table.groupby("version", sort=True)]


def kept_plan(site: str) -> Plan | None:
    """Return the plan of a site as it was kept last; None where none is."""
    known = versions(site)
    return known[-1].plan if known else None


def keep_plan(site: str, title: str, plan: Plan, *, confidential: bool = False) -> int:
    """Keep a plan as the latest version of its site's, the former ones beside it; return its number.

    A plan that is the latest one already is not kept again. The plan of a `confidential` site is confidential, with all
    its versions.
    """
    while True:
        entry = kept_entry(site)
        known = versions(site)
        if entry is not None and known and _same(known[-1].plan, plan):
            return known[-1].number
        number = known[-1].number + 1 if known else 1
        saved_at = datetime.now(UTC).isoformat(timespec="seconds")
        rows = _stored_rows(plan).assign(version=number, saved_at=saved_at)
        story = {"site": site, "file": plan.file, "version": number, "step": plan.step}
        if entry is None:
            described = StoredLayer(
                name=store.free_name(f"plan {site.split('/')[-1]}"),
                title=title,
                kind=PLAN,
                source=plan.file,
                story=story,
                confidential=confidential,
            )
            store.keep(described, rows)
            return number
        both = pd.concat([store.table(entry.name), rows], ignore_index=True)
        hidden = entry.confidential or confidential
        if store.rewrite(entry, both, source=plan.file, story=story, confidential=hidden):
            return number


def plan_content(plan: Plan) -> dict[str, Any]:
    """Return a typed plan as plain values, without what it does not state."""
    tables = {"rows": plan.rows, "blocks": plan.blocks}
    told = {
        name: [{key: value for key, value in row.items() if value not in (None, "")} for row in plain_rows(table)]
        for name, table in tables.items()
    }
    return {"file": plan.file, "step": plan.step, **told}


def plan_of(content: Mapping[str, Any]) -> Plan:
    """Return a typed plan from plain values.

    Raises
    ------
    InputError
        Where they are not those of a plan.
    """
    try:
        rows, blocks = (
            [{column: row.get(column) for column in columns} for row in content[name]]
            for name, columns in (("rows", ROW_COLUMNS), ("blocks", BLOCK_COLUMNS))
        )
        return Plan(str(content["file"]), _rows_frame(rows), _blocks_frame(blocks), step=float(content["step"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError("landuse.plan_content", reason=error) from error


def _stored_rows(plan: Plan) -> pd.DataFrame:
    """Return a plan as rows of one table: what it is, then its rows, then its blocks."""
    head = pd.DataFrame(
        [{"part": "plan", "use": plan.layer, "detail": plan.column, "note": plan.file, "area": plan.step}]
    )
    columns = ["version", "saved_at", "part", *dict.fromkeys((*ROW_COLUMNS, *BLOCK_COLUMNS))]
    table = pd.concat(
        [part.astype(object) for part in (head, plan.rows.assign(part="row"), plan.blocks.assign(part="block"))],
        ignore_index=True,
    )
    numbers = [*ROW_AMOUNTS, "supply_area", "smallest_plot"]
    texts = [name for name in columns if name not in (*numbers, "version")]
    filled = table.reindex(columns=columns)
    filled[numbers] = filled[numbers].astype(float)
    filled[texts] = filled[texts].astype("string")
    return filled


def _version(number: int, part: pd.DataFrame) -> Version:
    head = part[part["part"] == "plan"].iloc[0]
    rows, blocks = (part[part["part"] == name].to_dict("records") for name in ("row", "block"))
    restricted = {"True": True, "False": False}
    plan = Plan(
        file=str(head["note"]),
        rows=_rows_frame([{name: _known(row[name]) for name in ROW_COLUMNS} for row in rows]),
        blocks=_blocks_frame(
            [
                {name: _known(row[name]) for name in BLOCK_COLUMNS}
                | {"restricted": restricted.get(str(row["restricted"]))}
                for row in blocks
            ]
        ),
        layer=_known(head["use"]),
        column=_known(head["detail"]),
        step=float(head["area"]),
    )
    return Version(number, str(part["saved_at"].iloc[0]), plan)


def _known(value: Any) -> Any:
    return None if value is pd.NA or value is None or (isinstance(value, float) and math.isnan(value)) else value


def _same(one: Plan, other: Plan) -> bool:
    """Tell whether two plans hold the same, wherever they came from."""
    left, right = (_stored_rows(replace(plan, file="", encoding=None, sheet=None)) for plan in (one, other))
    return left.drop(columns="row").equals(right.drop(columns="row"))
