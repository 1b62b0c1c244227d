"""The value chain as planners edit it: a workbook with four sheets, a TOML file or a CSV, checked row by row."""

import itertools
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import tomli_w

from gis.errors import DataFileError, InputError
from gis.io import catalog
from gis.io.grids import BOOK_ENDINGS, LARGEST_FILE, Line, cell_text, open_table, table_bytes
from gis.io.write import plain_rows, xlsx_bytes
from gis.model import BASES, EVIDENCE, LINK_KINDS, STATUSES, ChainModel

TABLES: dict[str, tuple[str, ...]] = {
    "stages": catalog.STAGE_COLUMNS,
    "hosts": catalog.HOST_COLUMNS,
    "links": catalog.LINK_COLUMNS,
    "flows": catalog.FLOW_COLUMNS,
}
NEEDED: dict[str, tuple[str, ...]] = {
    "stages": ("id", "order"),
    "hosts": ("id", "stage", "place", "name", "status", "basis"),
    "links": ("id", "stage_from", "stage_to", "kind", "required"),
    "flows": ("link", "place_from", "place_to"),
}
"""Columns that a table cannot do without, and whose cells are never empty."""
TOML = ".toml"
ENDINGS = (*BOOK_ENDINGS, ".csv", TOML)
FAULT_COLUMNS = ("table", "row", "id", "column", "value", "fault", "known")
WHOLE = ("order", "from", "until")
TRUTHS = (("links", "required"), ("links", "feedback"), ("stages", "supporting"), ("stages", "hosted"))
LISTS = (("stages", "ksic"), ("stages", "feedback"))
CONFIDENCE = ("high", "medium", "low")
PARTS = ("gwangju", "hampyeong")
EXPORT = "export"
_TRUTH_WORDS = {
    **dict.fromkeys(("true", "1", "yes", "예", "참", "o"), True),
    **dict.fromkeys(("false", "0", "no", "아니오", "아니요", "거짓", "x"), False),
}
_ID = re.compile(r"[^\s|@>]{1,80}")
_KSIC = re.compile(r"\d{2,5}")
YEARS = (1900, 2200)
Fault = tuple[str, str, str | None]
"""A column, what is wrong with its cell, and what would be right."""


def bundled() -> ChainModel:
    """Return the chain of the bundled data."""
    return ChainModel(catalog.stages(), catalog.hosts(), catalog.links(), catalog.flows())


def read_tables(source: Path | bytes, file: str) -> dict[str, pd.DataFrame]:
    """Return the tables of a chain that a file holds, by name; a table that it lacks is not in the answer.

    Raises
    ------
    DataFileError
        Where the file is missing, too large or broken.
    InputError
        Where it has no table of a chain, an unknown column, or a cell that is no number or truth value.
    """
    ending = Path(file).suffix.lower()
    if ending not in ENDINGS:
        raise DataFileError("table.ending", file=file, known=", ".join(ENDINGS))
    found = _toml_tables(source, file) if ending == TOML else _sheet_tables(table_bytes(source, file), file)
    if not found:
        raise InputError(
            "chain.no_table", file=file, known=", ".join(f"{name}({', '.join(NEEDED[name])})" for name in TABLES)
        )
    return {name: typed(name, rows, file) for name, rows in found.items()}


def _toml_tables(source: Path | bytes, file: str) -> dict[str, list[dict[str, Any]]]:
    try:
        content = source if isinstance(source, bytes) else source.read_bytes()
        if len(content) > LARGEST_FILE:
            raise DataFileError("table.size", file=file, size=len(content) // 10**6, most=LARGEST_FILE // 10**6)
        told = tomllib.loads(content.decode("utf-8-sig"))
    except FileNotFoundError:
        raise DataFileError("no_file", path=source) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise DataFileError("file_broken", file=file, reason=error) from error
    keys = {name: name.removesuffix("s") for name in TABLES}
    strange = sorted(set(told) - set(keys.values()))
    if strange:
        raise InputError("chain.toml_tables", file=file, strange=", ".join(strange), known=", ".join(keys.values()))
    found = {}
    for name, key in keys.items():
        rows = told.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise InputError("chain.toml", file=file, key=key)
        if rows:
            found[name] = [{"row": number, **row} for number, row in enumerate(rows, start=1)]
    return found


def _sheet_tables(content: bytes, file: str) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for name, needed in NEEDED.items():

        def heading(head: list[Line], needed: tuple[str, ...] = needed) -> tuple[int, list[str | None]] | None:
            return next(((line.number, line.texts()) for line in head if set(needed) <= set(line.texts())), None)

        table = open_table(content, file, heading)
        if table.heading is None:
            continue
        last, names = table.heading
        found[name] = [
            {"row": line.number, **{key: cell for key, cell in zip(names, line.cells, strict=False) if key}}
            for line in table.lines
            if line.number > last and any(line.texts())
        ]
    return found


def typed(name: str, rows: list[dict[str, Any]], file: str) -> pd.DataFrame:
    """Return rows as a table of the chain, each cell of the type of its column, with the `row` of the file.

    Raises
    ------
    InputError
        Where a column is unknown, or a cell is no number or truth value; table, row and column are named.
    """
    strange = {key for row in rows for key in row} - {*TABLES[name], "row"}
    if strange:
        raise InputError(
            "chain.columns", file=file, table=name, strange=", ".join(sorted(strange)), known=", ".join(TABLES[name])
        )
    told = [
        {key: _value(key, row.get(key), file, name, row["row"]) for key in TABLES[name]} | {"row": row["row"]}
        for row in rows
    ]
    return pd.DataFrame(told, columns=["row", *TABLES[name]], dtype=object)


def _value(column: str, value: Any, file: str, table: str, row: int) -> Any:
    """Return a cell as the type of its column."""
    if (table, column) in LISTS:
        items = value if isinstance(value, list) else re.split(r"[|,\s]+", str(value or ""))
        return [text for item in items if (text := cell_text(item))] or None
    text = cell_text(value)
    try:
        if text is None:
            return None
        if (table, column) in TRUTHS:
            return _TRUTH_WORDS[text.casefold()]
        if column in WHOLE:
            return int(text)
        if column == "capacity":
            return float(text.replace(",", ""))
    except (KeyError, ValueError):
        raise InputError("chain.cell", file=file, table=table, row=row, column=column, value=text) from None
    return text


def model_faults(model: ChainModel, places: Collection[str], phases: Collection[str] = ()) -> pd.DataFrame:
    """Return what is wrong with a chain: a row a cell, with its table, row, value and what would be right.

    `row` is that of the file where the table has one, else the place in the table from 1. A source may be any words.
    """
    known = _known_values(model, places, phases)
    kinds = model.links.drop_duplicates("id").set_index("id")["kind"].to_dict()
    found = []
    for table in TABLES:
        frame: pd.DataFrame = getattr(model, table)
        seen: set[object] = set()
        for number, row in enumerate(frame.to_dict("records"), start=1):
            line = row["row"] if isinstance(row.get("row"), int) else number
            told = itertools.chain(_plain_faults(table, row, known), _twice(row, seen), _own_faults(table, row, kinds))
            found += [
                [table, line, row.get("id"), column, row.get(column), kind, right] for column, kind, right in told
            ]
    found += _circle(model.links)
    return pd.DataFrame(found, columns=list(FAULT_COLUMNS), dtype=object)


def _known_values(
    model: ChainModel, places: Collection[str], phases: Collection[str]
) -> dict[tuple[str, str], Collection[object]]:
    """Return what the cells of a column may hold, by table and column."""
    stages, ends = list(model.stages["id"]), [*places, EXPORT]
    hostable = list(model.stages.loc[~model.stages["hosted"].eq(False), "id"])
    return {
        ("hosts", "stage"): hostable, ("hosts", "place"): places, ("hosts", "status"): STATUSES,
        ("hosts", "basis"): BASES, ("hosts", "evidence"): EVIDENCE, ("hosts", "confidence"): CONFIDENCE,
        ("hosts", "part"): PARTS, ("hosts", "phase"): phases,
        ("links", "stage_from"): stages, ("links", "stage_to"): [*stages, EXPORT], ("links", "kind"): LINK_KINDS,
        ("links", "evidence"): EVIDENCE, ("flows", "evidence"): EVIDENCE,
        ("flows", "link"): list(model.links["id"]), ("flows", "place_from"): ends, ("flows", "place_to"): ends,
    }  # fmt: skip


def _plain_faults(
    table: str, row: Mapping[Any, Any], known: Mapping[tuple[str, str], Collection[object]]
) -> Iterator[Fault]:
    """Return cells that are empty and must not be, and those that name nothing known."""
    for column in NEEDED[table]:
        if _empty(row.get(column)):
            yield column, "empty", None
    for (name, column), right in known.items():
        if name == table and not _empty(row.get(column)) and row[column] not in right:
            yield column, "unknown", ", ".join(map(str, right))


def _twice(row: Mapping[Any, Any], seen: set[object]) -> Iterator[Fault]:
    """Return a fault where an id was seen before, or is none; remember it."""
    name = row.get("id")
    if _empty(name):
        return
    if not _ID.fullmatch(str(name)):
        yield "id", "id", None
    if name in seen:
        yield "id", "twice", None
    seen.add(name)


def _own_faults(table: str, row: Mapping[Any, Any], kinds: Mapping[str, str]) -> Iterator[Fault]:
    """Return what only one table can have: years out of order, a link to itself, a code, a capacity."""
    if table == "hosts":
        years = [(column, row[column]) for column in ("from", "until") if not _empty(row.get(column))]
        for column, year in years:
            if not YEARS[0] <= year <= YEARS[1]:
                yield column, "year", f"{YEARS[0]}–{YEARS[1]}"
        if len(years) == 2 and years[0][1] > years[1][1]:
            yield "until", "order", str(row["from"])
    if table == "links" and not _empty(row["stage_from"]) and row["stage_from"] == row["stage_to"]:
        yield "stage_to", "itself", None
    if table == "stages" and not all(_KSIC.fullmatch(str(code)) for code in row.get("ksic") or []):
        yield "ksic", "ksic", None
    if table == "flows" and not _empty(row.get("capacity")):
        if not row["capacity"] > 0:
            yield "capacity", "positive", None
        if _empty(row.get("capacity_unit")):
            yield "capacity_unit", "empty", None
        if kinds.get(row["link"], "material") != "material":
            yield "capacity", "material", None


def _circle(links: pd.DataFrame) -> list[list[Any]]:
    """Return a fault where required links run in a circle: a stage would need itself."""
    needed = links[links["required"].eq(True)].reset_index(names="place")
    graph = nx.DiGraph(needed[["stage_from", "stage_to"]].itertuples(index=False, name=None))
    stages = next(iter(nx.simple_cycles(graph)), None)
    if not stages:
        return []
    closing = needed[(needed["stage_from"] == stages[-1]) & (needed["stage_to"] == stages[0])].iloc[0]
    line = closing.get("row") or list(links.index).index(closing["place"]) + 1
    return [["links", line, closing["id"], "required", " → ".join([*stages, stages[0]]), "circle", None]]


def _empty(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)) or value == ""


def model_rows(model: ChainModel) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of a chain as plain rows, without what is not stated."""
    return {
        name: [{key: value for key, value in row.items() if not _empty(value) and value != []} for row in plain_rows(getattr(model, name)[list(columns)])]
        for name, columns in TABLES.items()
    }  # fmt: skip


def from_rows(rows: Mapping[str, list[dict[str, Any]]]) -> ChainModel:
    """Return a chain from plain rows; a table that is not there is that of the bundled data."""
    base = bundled()
    tables = {
        name: pd.DataFrame([[row.get(key) for key in columns] for row in rows[name]], columns=list(columns), dtype=object)
        if name in rows else getattr(base, name)
        for name, columns in TABLES.items()
    }  # fmt: skip
    return ChainModel(**tables)


def model_book(model: ChainModel) -> bytes:
    """Return a chain as a workbook with a sheet a table, as `read_tables` takes it."""
    return xlsx_bytes({name: getattr(model, name)[list(columns)] for name, columns in TABLES.items()})


def model_toml(model: ChainModel) -> bytes:
    """Return a chain as TOML, as `read_tables` takes it."""
    return tomli_w.dumps({name.removesuffix("s"): rows for name, rows in model_rows(model).items()}).encode("utf-8")
