"""What is known about one complex."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gis import study
from gis.errors import UnknownNameError
from gis.io import catalog
from gis.study.value_chain import PLAN_YEAR, chain


@dataclass(frozen=True)
class Card:
    """What is known about one complex."""

    site: dict[str, Any]
    area: dict[str, Any]
    claims: pd.DataFrame
    conflicts: pd.DataFrame
    steps: pd.DataFrame
    neighbors: pd.DataFrame
    links: pd.DataFrame
    source_titles: dict[str, str]
    source_ranks: dict[str, str]


def card(complex_id: str, year: int = PLAN_YEAR) -> Card:
    """Return everything about one complex: measures, claims, phases, neighbors, and its links by plan in `year`."""
    source = study.source_layer()
    if complex_id not in source.frame.index:
        raise UnknownNameError("complex", complex=complex_id, known=", ".join(source.frame.index))
    ledger, found = (told[told["subject"] == complex_id].reset_index(drop=True) for told in study.claims())
    pairs, steps = study.adjacencies(source), catalog.steps()
    served = chain(year).links
    return Card(
        site=source.frame.drop(columns="geometry").loc[complex_id].to_dict(),
        area=study.areas(source).set_index("id", drop=False).loc[complex_id].to_dict(),
        claims=ledger,
        conflicts=found,
        steps=steps[steps["subject"] == complex_id].reset_index(drop=True),
        neighbors=pairs[(pairs["a"] == complex_id) | (pairs["b"] == complex_id)].reset_index(drop=True),
        links=served[served["served"] & ((served["from"] == complex_id) | (served["to"] == complex_id))],
        source_titles=study.sources().set_index("id")["title"].to_dict(),
        source_ranks=study.sources().set_index("id")["rank"].to_dict(),
    )
