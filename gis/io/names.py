"""The spellings of the complexes' names in registers and on maps."""

import pandas as pd

from gis.errors import DataFileError
from gis.io.catalog import read_records

PATH = "aliases.toml"
ALIAS_COLUMNS = ("id", "names", "parts", "wider", "others", "unclear", "note")
KINDS = {"names": "name", "parts": "part", "wider": "wider", "others": "other", "unclear": "unclear"}


def aliases() -> pd.DataFrame:
    """Return every spelling: `id` of the complex, `kind` (what it is to the complex) and `name`."""
    records = read_records(PATH, "complex", ALIAS_COLUMNS)
    rows = [
        {"id": record["id"], "kind": kind, "name": name}
        for record in records.to_dict("records")
        for column, kind in KINDS.items()
        for name in _texts(record[column], column)
    ]
    return pd.DataFrame(rows, columns=["id", "kind", "name"], dtype=object)


def _texts(value: object, column: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(name, str) and name.strip() for name in value):
        raise DataFileError("data_kind", path=PATH, column=column, value=value)
    return value
