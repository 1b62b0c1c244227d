"""The tables of the report on the bundled complexes."""

from collections.abc import Callable

import pandas as pd

from gis import study
from gis.io import catalog
from gis.study.value_chain import DEFAULT_YEAR, chain

REPORT_TABLES = (
    "area", "area_by_sigungu", "area_by_ri", "distance_gap", "distance_centroid", "adjacency",
    "nearest", "chain_stages", "chain_links", "claims", "conflicts", "phases", "article", "layers",
)  # fmt: skip


def report_table(name: str) -> pd.DataFrame:
    """Return one table of the report on the bundled complexes."""
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "area": lambda: study.areas(study.source_layer()),
        "area_by_sigungu": lambda: study.unit_shares(study.source_layer(), "sigungu"),
        "area_by_ri": lambda: study.unit_shares(study.source_layer(), "ri"),
        "distance_gap": lambda: study.distances(study.source_layer()),
        "distance_centroid": lambda: study.distances(study.source_layer(), measure="centroid"),
        "adjacency": lambda: study.adjacencies(study.source_layer()),
        "nearest": lambda: study.nearest_places(study.source_layer()),
        "chain_stages": lambda: chain(DEFAULT_YEAR).stages.rename(columns={"id": "stage"}),
        "chain_links": lambda: chain(DEFAULT_YEAR).links,
        "claims": lambda: study.claims()[0],
        "conflicts": lambda: study.claims()[1],
        "phases": catalog.steps,
        "article": catalog.article_rows,
        "layers": study.layer_table,
    }
    return makers[name]()
