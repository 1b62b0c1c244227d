"""내 작업: all that people made here as one zip of open files, which this tool and every other can read again."""

import io
import json
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any

import pandas as pd

from gis import study
from gis.i18n import t
from gis.io import chain_model, decisions, store
from gis.io.store import StoredLayer
from gis.io.write import EPOCH, csv_bytes, layer_bytes
from gis.study import active, kinds, scenarios, value_chain
from gis.study.active import Kept

README = "README.txt"
DECISION_COLUMNS = ("number", "topic", "key", "content", "note", "restores", "made_at")
LAYER_COLUMNS = (
    "name", "title", "kind", "features", "source", "rank", "grade", "license", "base_date", "confidential", "stored_at",
)  # fmt: skip


def work_bytes(*, confidential: bool = False, most_bytes: int | None = None) -> bytes:
    """Return every scenario, imported layer and table, the chain as it was edited, and the history of what was decided.

    Parameters
    ----------
    confidential
        Whether what is marked 대외비 goes along; else nothing of it does, nor what was decided about it.
    most_bytes
        Layers whose kept file is larger stay out; the README of the zip names them.
    """
    secret = set() if confidential else secrets()
    kept = [one for one in active.every() if one.id not in secret]
    known = [one for one in store.layers() if one.name not in secret]
    large = [one for one in known if most_bytes is not None and store.file_path(one).stat().st_size > most_bytes]
    layers = [one for one in known if one not in large]
    said = t(
        "work.readme", scenarios=len(kept), layers=len(layers), secret=len(secret),
        large=", ".join(one.name for one in large) or "-",
    )  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in [(README, said.encode() + b"\n"), *_files(kept, layers, secret)]:
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def secrets() -> set[str]:
    """Return the layers and scenarios that are marked 대외비, scenarios whose zones lie in such a layer, and their sites."""
    layers = {one.name for one in store.layers() if one.confidential}
    hidden = [one for one in active.every() if one.scenario.confidential or layers & set(scenarios.zone_layers(one))]
    own = {site.id for one in hidden for site in one.scenario.sites} - {*study.layer(study.COMPLEXES)["id"]}
    return layers | own | {one.id for one in hidden}


def _files(kept: list[Kept], layers: list[StoredLayer], secret: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file of the zip."""
    for scenario in kept:
        yield f"scenarios/{scenario.id}.geojson", scenarios.export(scenario.id, confidential=True)
    for layer in layers:
        ending = ".gpkg" if layer.kind in store.DRAWN else kinds.own_ending(layer)
        yield f"layers/{layer.name}{ending}", _layer_bytes(layer, ending)
    if layers:
        rows = pd.DataFrame([asdict(layer) for layer in layers])[list(LAYER_COLUMNS)]
        yield "layers/layers.csv", csv_bytes(rows)
    if not value_chain.is_bundled():
        yield "chain.xlsx", chain_model.model_book(value_chain.base_model())
    decided = _decisions(secret)
    if len(decided):
        yield "decisions.csv", csv_bytes(decided)


def _layer_bytes(layer: StoredLayer, ending: str) -> bytes:
    if layer.kind not in store.DRAWN:
        return kinds.other_bytes(layer.name, ending)
    return layer_bytes(store.frame(layer.name), ending, layer.name, story=study.export_story(layer.name))


def _decisions(secret: Collection[str]) -> pd.DataFrame:
    """Return every row of the history, but for those that name or hold what is secret, put away by now or not."""
    known = decisions.everything()
    last = {(one.topic, one.key): one.content for one in known if one.content is not None}
    gone = {key for key, content in last.items() if _is_secret(content)}
    rows = [
        {**asdict(one), "content": json.dumps(one.content, ensure_ascii=False, sort_keys=True)}
        for one in known
        if not _is_secret(one.content) and (one.topic, one.key) not in gone
    ]
    open_rows = [row for row in rows if not set(re.findall(r"\w+", f"{row['key']} {row['content']}")) & set(secret)]
    return pd.DataFrame(open_rows, columns=list(DECISION_COLUMNS))


def _is_secret(content: Any) -> bool:
    return isinstance(content, dict) and content.get("confidential") is True
