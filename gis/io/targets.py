"""The targets of the source article as data: what they refer to in the ledger, and how their words may be read."""

from collections.abc import Collection
from typing import Any

import pandas as pd

from gis.errors import DataFileError
from gis.io import catalog
from gis.model import BOUNDS, READINGS

PATH = "targets.toml"
COLUMNS = (
    "id", "group", "claim", "readings", "date", "bound", "quantity", "unit", "scope", "scope_en", "not_baseline",
    "driver",
)  # fmt: skip
GROUPS = ("vision", "future_car")
REASONS = ("reason", "reason_en")


def targets() -> pd.DataFrame:
    """Return a row a target; `readings`, `not_baseline` and `driver` are lists, the last two of tables.

    Raises
    ------
    DataFileError
        Where a target names a claim, reading, stage or host that does not exist, or a claim that is no number.
    """
    rows = catalog.read_records(PATH, "target", COLUMNS)
    ledger = catalog.claims().set_index("id")["value"]
    stages, hosts = set(catalog.stages()["id"]), set(catalog.hosts()["id"])
    for row in rows.to_dict("records"):
        _require("claim", [row["claim"]], ledger.index)
        _require("group", [row["group"]], GROUPS)
        _require("readings", _list(row, "readings") or [None], READINGS)
        _require("bound", [row["bound"]] if row["bound"] else [], BOUNDS)
        _require_number("claim", ledger[row["claim"]])
        if row["date"] is not None:
            _require_number("date", row["date"])
        for one in _tables(row, "not_baseline", ("claim", *REASONS)):
            _require("not_baseline", [one.get("claim")], ledger.index)
        for one in _tables(row, "driver", ("stages", "hosts", *REASONS)):
            _require("driver", _list(one, "stages"), stages)
            _require("driver", _list(one, "hosts"), hosts)
    return rows


def _list(row: dict[str, Any], key: str) -> list[Any]:
    """Return the list that stands under a key; nothing stated is an empty one."""
    found = row.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise DataFileError("data_kind", path=PATH, column=key, value=found)
    return found


def _require(column: str, values: Collection[object], known: Collection[object]) -> None:
    for value in values:
        if value not in list(known):
            raise DataFileError("data_reference", path=PATH, column=column, value=value)


def _require_number(column: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DataFileError("data_kind", path=PATH, column=column, value=value)


def _tables(row: dict[str, Any], key: str, known: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the tables that stand under a key, each of known names and with its reason in both languages."""
    found = _list(row, key)
    for one in found:
        if not isinstance(one, dict):
            raise DataFileError("data_kind", path=PATH, column=key, value=one)
        strange = sorted(set(one) - set(known))
        if strange:
            raise DataFileError("data_keys", path=PATH, key=key, strange=", ".join(strange), known=", ".join(known))
        for name in REASONS:
            if not one.get(name):
                raise DataFileError("data_lacks", path=PATH, key=f"{key}.{name}")
    return found
