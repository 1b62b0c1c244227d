"""Rates (원단위), factors of compensation and parts of the cost of an estate as data, each with its source."""

import math
from dataclasses import dataclass

import pandas as pd

from gis.errors import DataFileError
from gis.io import catalog

PATH = "unit_values.toml"
TOLD = ("definition", "definition_en", "source", "also", "as_of", "confidence", "note", "note_en")
RATE_COLUMNS = ("id", "utility", "per", "low", "high", "rate_unit", "unit", *TOLD)
FACTOR_COLUMNS = ("id", "land_category", "low", "high", *TOLD)
PART_COLUMNS = ("id", "name", "name_en", "source", "confidence")


@dataclass(frozen=True)
class UnitValues:
    """What is reckoned with: rates in the order in which they rest on each other, factors by 지목, parts of the cost."""

    rates: pd.DataFrame
    factors: pd.DataFrame
    parts: pd.DataFrame


def unit_values() -> UnitValues:
    """Return rates, factors and parts; an end that no source states is NaN.

    Raises
    ------
    DataFileError
        Where a row has a range that is none, or names a source that does not exist.
    """
    rates, factors, parts = (
        catalog.read_records(PATH, key, columns)
        for key, columns in (("rate", RATE_COLUMNS), ("factor", FACTOR_COLUMNS), ("part", PART_COLUMNS))
    )
    known = set(catalog.sources()["id"])
    for table in (rates, factors, parts):
        for source in [
            *table["source"].dropna(),
            *(one for also in table.get("also", pd.Series()).dropna() for one in also),
        ]:
            if source not in known:
                raise DataFileError("data_reference", path=PATH, column="source", value=source)
    return UnitValues(_ranged(rates), _ranged(factors), parts)


def _ranged(table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` with its ends as numbers, each range in order and not below 0."""
    ends = table[["low", "high"]].astype(float)
    for low, high in ends.itertuples(index=False):
        if math.isnan(low) != math.isnan(high) or low > high or low < 0:
            raise DataFileError("data_number", path=PATH, key="low, high", value=f"{low}..{high}")
    return table.assign(low=ends["low"], high=ends["high"])
