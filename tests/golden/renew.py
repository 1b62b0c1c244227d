"""Write the golden files anew: `python -m tests.golden.renew` from the project root. Read the diff before you keep it."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from gis import study
from gis.analysis.chain import Chain
from gis.i18n import reading
from gis.io.write import plain_rows
from gis.model import outward
from gis.study import value_chain
from gis.view.sentences import chain_sentence, link_distance

HERE = Path(__file__).parent


def golden() -> dict[str, Any]:
    """Return each golden file's content by its name: one whole run on the bundled data."""
    source = study.source_layer()
    with reading("ko"):
        return {
            "area.json": plain_rows(outward(_rounded(study.areas(source)))),
            "adjacency.json": plain_rows(outward(_rounded(study.adjacencies(source)))),
            "chain_2031_region_plan.json": _chain(value_chain.chain(2031, "region", "plan")),
        }


def written(content: Any) -> str:
    """Return JSON with one record a line, so that a diff shows what changed."""
    if isinstance(content, list):
        return "[\n" + ",\n".join(_line(row) for row in content) + "\n]\n"
    parts = [f'"{key}": {_block(value)}' for key, value in content.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _block(value: Any) -> str:
    if not isinstance(value, dict):
        return _line(value)
    return "{\n" + ",\n".join(f' "{key}": {_line(row)}' for key, row in value.items()) + "\n}"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` with meters and square meters to the millimeter, as far as platforms agree."""
    return table.round(dict.fromkeys(table.select_dtypes("float"), 3))


def _chain(built: Chain) -> dict[str, Any]:
    """Return a chain with one line a stage and one line a link: from → to, evidence, how far."""
    served = built.links[built.links["served"]].to_dict("records")
    pairs: dict[str, list[str]] = {name: [] for name in built.links["id"].unique()}
    for row in served:
        pairs[row["id"]].append(f"{row['from']} → {row['to']}, {row['evidence']}, {link_distance(row)}")
    return {
        "sentence": chain_sentence(built),
        "completeness": built.completeness,
        "completeness_known": built.completeness_known,
        "missing_stages": list(built.missing_stages),
        "single_points_of_failure": list(built.single_points_of_failure),
        "stages": _known(built.stages.set_index("id")["places"]),
        "doubts": _known(built.doubts.set_index("id")["doubt"]),
        "links": pairs,
    }


def _known(values: pd.Series) -> dict[str, Any]:
    """Return values by id, null for what there is not."""
    return values.astype(object).where(values.notna(), None).to_dict()


if __name__ == "__main__":
    for name, content in golden().items():
        (HERE / name).write_text(written(content), encoding="utf-8", newline="\n")
