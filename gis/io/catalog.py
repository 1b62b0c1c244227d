"""What lies in `data/`: sources, file hashes, and the tables written by hand as TOML."""

import hashlib
import math
import os
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from gis.errors import DataFileError, DiskFault
from gis.io.kept import kept_by
from gis.model import BASES, EVIDENCE, LINK_KINDS, STATUSES

_BUNDLED = Path(__file__).parents[2] / "data"

SOURCE_COLUMNS = (
    "id", "title", "publisher", "url", "locator", "license", "attribution",
    "retrieved", "base_date", "rank", "note",
)  # fmt: skip
CLAIM_COLUMNS = (
    "id", "subject", "quantity", "value", "low", "high", "unit", "definition", "definition_en", "stated",
    "as_of", "source", "also", "confidence", "in_use", "part_of", "share_of", "portion", "phase", "target",
    "baseline_of", "contradicts", "note", "note_en",
)  # fmt: skip
ORDER_COLUMNS = ("events", "reason", "reason_en")
WORDING_COLUMNS = ("words", "quantity", "unit", "at_least", "at_most", "reason", "reason_en")
STAGE_COLUMNS = ("id", "order", "supporting", "feedback", "hosted", "ksic", "ksic_source")
HOST_COLUMNS = (
    "id", "stage", "place", "part", "name", "name_en", "status", "from", "until",
    "basis", "evidence", "source", "as_of", "confidence", "phase", "note", "note_en",
)  # fmt: skip
LINK_COLUMNS = (
    "id", "stage_from", "stage_to", "kind", "required", "feedback", "reason", "reason_en",
    "evidence", "source", "as_of", "note", "note_en",
)  # fmt: skip
FLOW_COLUMNS = (
    "link", "place_from", "place_to", "capacity", "capacity_unit", "evidence", "source", "as_of", "stated",
    "note", "note_en",
)  # fmt: skip
STEP_COLUMNS = ("phase", "subject", "name", "name_en", "key", "date", "date_end", "status", "source", "note", "note_en")
HISTORY_COLUMNS = (
    "topic", "topic_en", "then", "then_en", "then_source", "now", "now_en", "now_source", "changed_on",
    "note", "note_en",
)  # fmt: skip
ROW_COLUMNS = ("id", "text", "text_en", "shown_as", "ref", "note", "note_en")
FILE_COLUMNS = ("path", "sha256", "grade", "source", "prepared_by")
VWORLD_COLUMNS = (
    "id", "title", "title_en", "data", "wfs", "geometry", "name_column", "attributes", "filterable",
    "grade", "license", "attribution", "source", "confidence", "note", "note_en",
)  # fmt: skip
VWORLD_TILE_COLUMNS = ("id", "title", "title_en", "ending", "low", "high", "attribution", "note")
LEDGER = tuple(
    f"{name}.toml" for name in ("article", "bitgreen", "cheomdan3", "cluster", "futurecar", "gwangju", "jingok")
)
"""Files without which the ledger would lack claims in silence; others in the folder are read too."""


def data_folder() -> Path:
    """Return the folder of the bundled data; `GIS_DATA` names another."""
    return Path(os.environ.get("GIS_DATA", _BUNDLED))


def read_toml(path: str) -> dict[str, Any]:
    """Return one TOML file below `data/`."""
    try:
        place = data_folder() / path
        return _parsed(place, place.stat().st_mtime_ns)
    except FileNotFoundError:
        raise DataFileError("data_missing", path=path) from None
    except OSError as error:
        raise DataFileError("data_broken", path=path, reason=DiskFault(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataFileError("data_broken", path=path, reason=error) from error


@cache
def _parsed(path: Path, changed_at: int) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def read_records(path: str, key: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the `[[key]]` tables of a TOML file as a frame with exactly `columns`; what is not stated is None."""
    return _frame(path, key, _tables(path, key), columns)


def _tables(path: str, key: str) -> list[dict[str, Any]]:
    """Return the `[[key]]` tables of a TOML file, which must have some."""
    rows = read_toml(path).get(key)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise DataFileError("data_lacks", path=path, key=f"[[{key}]]")
    return rows


def _named_tables(path: str, key: str) -> dict[str, dict[str, Any]]:
    """Return the `[key.name]` tables of a TOML file by name, which must have some."""
    rows = read_toml(path).get(key)
    if not isinstance(rows, dict) or not rows or not all(isinstance(row, dict) for row in rows.values()):
        raise DataFileError("data_lacks", path=path, key=f"[{key}.…]")
    return rows


def _frame(path: str, key: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> pd.DataFrame:
    """Return rows as a frame with exactly `columns`; an unknown key or an id that is missing or stands twice is told."""
    strange = {name for row in rows for name in row} - set(columns)
    if strange:
        raise DataFileError(
            "data_keys", path=path, key=key, strange=", ".join(sorted(strange)), known=", ".join(columns)
        )
    if columns[0] == "id":
        ids = pd.Series([row.get("id") for row in rows], dtype=object)
        wrong = ids[ids.isna() | ids.duplicated()]
        if len(wrong):
            raise DataFileError("data_ids", path=path, key=key, id=wrong.iloc[0])
    filled = [[row.get(name) for name in columns] for row in rows]
    return pd.DataFrame(filled, columns=list(columns), dtype=object)


@kept_by(lambda: [data_folder() / "sources.toml"])
def sources() -> pd.DataFrame:
    """Return every source: title, publisher, address, license, dates and rank."""
    rows = [{"id": name, **record} for name, record in _named_tables("sources.toml", "source").items()]
    return _frame("sources.toml", "source", rows, SOURCE_COLUMNS)


def vworld_layers() -> pd.DataFrame:
    """Return every layer that VWorld may be asked for: what it calls it, its columns, its license."""
    path = "vworld.toml"
    rows = [{"id": name, **record} for name, record in _named_tables(path, "layer").items()]
    table = _frame(path, "layer", rows, VWORLD_COLUMNS)
    for column in ("title", "title_en", "data", "wfs", "name_column", "license", "attribution"):
        _require_kind(path, table[column], str)
    for column in ("attributes", "filterable"):
        _require_kind(path, table[column], list)
    for column in ("title", "license", "attribution"):
        without = table["id"][table[column].isna()]
        if len(without):
            raise DataFileError("data_lacks", path=path, key=f"layer.{without.iloc[0]}.{column}")
    return table


def vworld_tiles() -> pd.DataFrame:
    """Return every tile layer of VWorld: its picture format and its zoom levels."""
    path = "vworld.toml"
    rows = [{"id": name, **record} for name, record in _named_tables(path, "tile").items()]
    table = _frame(path, "tile", rows, VWORLD_TILE_COLUMNS)
    _require_kind(path, table["ending"], str)
    for column in ("low", "high"):
        _require_kind(path, table[column], int)
    return table


def _ledger_files() -> list[Path]:
    folder = data_folder() / "claims"
    return [data_folder() / "sources.toml", *sorted({*folder.glob("*.toml"), *(folder / name for name in LEDGER)})]


@kept_by(_ledger_files)
def claims() -> pd.DataFrame:
    """Return the ledger of the public record: every claim with the rank of its source."""
    files = {path.name for path in (data_folder() / "claims").glob("*.toml")} | set(LEDGER)
    parts = [read_records(f"claims/{name}", "claim", CLAIM_COLUMNS) for name in sorted(files)]
    ledger = pd.concat(parts, ignore_index=True)
    ranks = sources().set_index("id")["rank"]
    _require_known("claims", ledger["source"], ranks.index)
    for column in ("part_of", "share_of", "portion", "baseline_of", "contradicts"):
        _require_known("claims", ledger[column].explode(), ledger["id"])
    for column in ("in_use", "target"):
        _require_kind("claims", ledger[column], bool)
    for column in ("value", "low", "high"):
        _require_kind("claims", ledger[column], (int, float, str) if column == "value" else (int, float))
    used = ledger[ledger["in_use"].eq(True)]
    twice = used[used.duplicated(["subject", "quantity", "definition"])]
    if len(twice):
        raise DataFileError("data_in_use", id=twice["id"].iloc[0])
    flags = {column: ledger[column].eq(True) for column in ("in_use", "target")}
    return ledger.assign(rank=ledger["source"].map(ranks).astype(object), **flags)


def date_orders() -> pd.DataFrame:
    """Return which of several dated events comes first; `events` holds all names of each, the earliest first."""
    path = "claim_rules.toml"
    rows = read_records(path, "order", ORDER_COLUMNS)
    _require_kind(path, rows["events"], list)
    _require_kind(path, rows["events"].explode(), list)
    return rows


def wordings() -> pd.DataFrame:
    """Return what words of the record mean in figures of one quantity: at least, at most."""
    path = "claim_rules.toml"
    rows = read_records(path, "wording", WORDING_COLUMNS)
    for column in ("at_least", "at_most"):
        _require_kind(path, rows[column], (int, float))
    return rows


def _require_known(path: str, values: pd.Series, known: Iterable[object]) -> None:
    """Refuse a value that names nothing known; an empty one names nothing."""
    strange = values[values.notna() & ~values.isin(list(known))]
    if len(strange):
        raise DataFileError("data_reference", path=path, column=values.name, value=strange.iloc[0])


def _require_kind(path: str, values: pd.Series, kind: type | tuple[type, ...]) -> None:
    """Refuse a value of another type; a truth value is no number."""
    odd = [value for value in values if value is not None and not _is_kind(value, kind)]
    if odd:
        raise DataFileError("data_kind", path=path, column=values.name, value=odd[0])


def _is_kind(value: object, kind: type | tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, kind) and not (isinstance(value, float) and not math.isfinite(value))


def stages() -> pd.DataFrame:
    """Return the stages of the value chain, in the order of the drawing."""
    return read_records("chain/stages.toml", "stage", STAGE_COLUMNS)


def hosts() -> pd.DataFrame:
    """Return who does what where: one row a stage at a place."""
    path = "chain/hosts.toml"
    rows = read_records(path, "host", HOST_COLUMNS)
    _require_known(path, rows["stage"], stages()["id"])
    _require_known(path, rows["status"], STATUSES)
    _require_known(path, rows["basis"], BASES)
    _require_known(path, rows["evidence"], EVIDENCE)
    _require_known(path, rows["source"], sources()["id"])
    _require_known(path, rows["phase"], steps()["phase"])
    for column in ("from", "until"):
        _require_kind(path, rows[column], int)
    return rows


def links() -> pd.DataFrame:
    """Return the hand-overs between stages."""
    path = "chain/links.toml"
    rows = read_records(path, "link", LINK_COLUMNS)
    ends = [*stages()["id"], *(destination["id"] for destination in _tables("chain/stages.toml", "destination"))]
    for column in ("stage_from", "stage_to"):
        _require_known(path, rows[column], ends)
    _require_known(path, rows["kind"], LINK_KINDS)
    _require_known(path, rows["evidence"], EVIDENCE)
    _require_known(path, rows["source"], sources()["id"])
    _require_kind(path, rows["required"], bool)
    return rows


def flows() -> pd.DataFrame:
    """Return the hand-overs that a source states from place to place."""
    path = "chain/links.toml"
    rows = read_records(path, "flow", FLOW_COLUMNS)
    _require_known(path, rows["link"], links()["id"])
    _require_known(path, rows["evidence"], EVIDENCE)
    _require_known(path, rows["source"], sources()["id"])
    _require_kind(path, rows["capacity"], (int, float))
    return rows


def steps() -> pd.DataFrame:
    """Return the dated steps of every phase, one row a step."""
    rows = [
        {"phase": track.get("id"), **{key: track.get(key) for key in ("subject", "name", "name_en")}, **step}
        for track in _tables("phases.toml", "phase")
        for step in track.get("step", [])
    ]
    return _frame("phases.toml", "phase.step", rows, STEP_COLUMNS)


def history() -> pd.DataFrame:
    """Return what became of the plans of the source article."""
    return read_records("phases.toml", "history", HISTORY_COLUMNS)


def article_rows() -> pd.DataFrame:
    """Return each statement of the source article and where the product shows it."""
    return read_records("article.toml", "row", ROW_COLUMNS)


def vertex_sigmas() -> pd.Series:
    """Return the standard deviation of a vertex in m by boundary grade; grades without one are left out."""
    grades = _named_tables("grades.toml", "grade")
    found = {grade: row["vertex_sigma_m"] for grade, row in grades.items() if "vertex_sigma_m" in row}
    for grade, sigma in found.items():
        if not isinstance(sigma, int | float) or not 0 < sigma < 1e6:
            raise DataFileError("data_number", path="grades.toml", key=f"grade.{grade}.vertex_sigma_m", value=sigma)
    return pd.Series(found, name="vertex_sigma", dtype=float)


def data_version() -> int:
    """Return a number that changes with any file of the bundled data; the key of what is cached from it."""
    paths = sorted(path for path in data_folder().rglob("*") if path.suffix in (".toml", ".geojson"))
    return hash(tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths))


def files() -> pd.DataFrame:
    """Return the bundled data files with hash, grade, source and the script that made each."""
    return _frame("files.toml", "file", _tables("files.toml", "file"), FILE_COLUMNS)


def checked_path(path: str) -> Path:
    """Return where a bundled file lies, once its hash is the one that `files.toml` records."""
    place = data_folder() / path
    known = files().set_index("path")["sha256"]
    if not place.is_file():
        raise DataFileError("data_missing", path=path)
    if path not in known.index:
        raise DataFileError("data_unlisted", path=path)
    try:
        content = place.read_bytes()
    except OSError as error:
        raise DataFileError("data_broken", path=path, reason=DiskFault(error)) from error
    if hashlib.sha256(content).hexdigest() != known[path]:
        raise DataFileError("data_changed", path=path)
    return place
