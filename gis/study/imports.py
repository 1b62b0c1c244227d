"""What a planner brings in: read and checked first, then kept, then in use as a layer or as a complex's outline."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from gis import study
from gis.analysis.names import complex_of
from gis.errors import GisError, InputError, UnknownNameError
from gis.io import database, store
from gis.io.check import by_kind
from gis.io.lands import without_owners
from gis.io.names import aliases
from gis.io.read import Arrival, Reading, read_arrival
from gis.io.store import Outline, StoredLayer
from gis.io.upload import uploaded
from gis.model import RANKS
from layers.declare import GRADES

OUTLINE_GRADES = ("A", "B", "C")
"""Grades that a real boundary can have; D is a schematic one."""
ENDING_OF_KIND = {"LineString": "lines", "Point": "points"}


@dataclass(frozen=True)
class Keeping:
    """What a person says of a layer when it is kept."""

    name: str | None = None
    title: str | None = None
    grade: str | None = None
    vertex_sigma: float | None = None
    source: str | None = None
    rank: str | None = None
    license: str | None = None
    base_date: str | None = None
    confidential: bool = False


@dataclass(frozen=True)
class OutlineChange:
    """What other outlines of complexes changed: the same tables before and after, told apart by `state`."""

    complexes: tuple[str, ...]
    area: pd.DataFrame
    distances: pd.DataFrame
    adjacency: pd.DataFrame


def arrival(path: Path, reading: Reading | None = None) -> Arrival:
    """Return a file read and checked; nothing is kept."""
    return read_arrival(path, reading)


def uploaded_arrival(files: dict[str, bytes], reading: Reading | None = None) -> Arrival:
    """Return uploaded files (one, or the parts of one shapefile) read and checked; nothing is kept.

    Raises
    ------
    InputError
        Where the files are not one data set.
    """
    with uploaded(files) as path:
        return read_arrival(path, reading)


def kept_before(arrived: Arrival) -> list[StoredLayer]:
    """Return the layers that were kept of the same file: same bytes, whatever it was called."""
    content = arrived.story.get("sha256")
    return [one for one in store.layers() if content and one.story.get("sha256") == content]


def keep(arrived: Arrival, keeping: Keeping | None = None) -> list[StoredLayer]:
    """Keep what arrived, a layer for each kind of shape, with its story; return the layers.

    Owners of parcels are masked before they are kept.

    Raises
    ------
    InputError
        Where the name is taken or no name, or the grade, rank or date is none.
    """
    keeping = keeping or Keeping()
    require_keeping(keeping)
    frame, masked = without_owners(arrived.frame)
    if masked:
        arrived = replace(arrived, frame=frame, story=arrived.story | {"masked": masked})
    parts = by_kind(arrived.frame)
    kept: list[StoredLayer] = []
    try:
        for kind, part in parts.items():
            kept.append(store.keep(_described(arrived, keeping, kind, len(parts) > 1), _storable(part)))
    except GisError:
        for one in kept:
            store.remove(one.name)
        raise
    return kept


def keep_rows(
    kind: str, rows: pd.DataFrame, told: dict[str, Any], source: Path | bytes, file: str, keeping: Keeping | None = None
) -> StoredLayer:
    """Keep a table without shapes as a layer of `kind`, with how it was read (`told`) and the hash of its file."""
    keeping = keeping or Keeping()
    require_keeping(keeping)
    content = source if isinstance(source, bytes) else source.read_bytes()
    title = keeping.title or Path(file).stem
    return store.keep(
        StoredLayer(
            name=keeping.name or store.free_name(title),
            title=title,
            kind=kind,
            source=keeping.source or file,
            rank=keeping.rank,
            license=keeping.license,
            base_date=keeping.base_date,
            confidential=keeping.confidential,
            story=told
            | {
                "file": file,
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
                "rows": len(rows),
            },
        ),
        rows,
    )


def _described(arrived: Arrival, keeping: Keeping, kind: str, several: bool) -> StoredLayer:
    """Return what is known of one kind of shape in a file; of several kinds the name says which."""
    ending = ENDING_OF_KIND.get(kind, "") if several else ""
    wish = "_".join(filter(None, [keeping.name or arrived.title, ending]))
    return StoredLayer(
        name=wish if keeping.name else store.free_name(wish),
        title=" ".join(filter(None, [keeping.title or arrived.title, ending and f"({ending})"])),
        kind=kind,
        source=keeping.source or arrived.story.get("attribution") or arrived.story["file"],
        grade=keeping.grade or arrived.story.get("grade"),
        vertex_sigma=keeping.vertex_sigma,
        rank=keeping.rank,
        license=keeping.license or arrived.story.get("license"),
        base_date=keeping.base_date,
        confidential=keeping.confidential,
        story=arrived.story | {"problems": arrived.problems.to_dict("records"), "set_aside": len(arrived.set_aside)},
    )


def require_keeping(keeping: Keeping) -> None:
    """Refuse a grade, rank, date or sigma that is none."""
    if keeping.grade not in (None, *GRADES):
        raise InputError("one_of", name="grade", value=keeping.grade, known=", ".join(GRADES))
    if keeping.rank not in (None, *RANKS):
        raise InputError("one_of", name="rank", value=keeping.rank, known=", ".join(RANKS))
    if keeping.base_date is not None and pd.isna(pd.to_datetime(keeping.base_date, format="ISO8601", errors="coerce")):
        raise InputError("date", value=keeping.base_date)
    if keeping.vertex_sigma is not None and not 0 < keeping.vertex_sigma < 1_000:
        raise InputError("sigma", value=keeping.vertex_sigma)


def _storable(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `frame` with columns that Parquet takes: texts for whatever is of mixed kinds."""
    mixed = [name for name in frame.columns if name != frame.geometry.name and frame[name].dtype == object]
    return frame.assign(**{name: frame[name].map(_plain_text).astype("string") for name in mixed}).reset_index(
        drop=True
    )


def _plain_text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and pd.isna(value)) or value is pd.NA or value is pd.NaT:
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def outline_matches(layer_name: str) -> pd.DataFrame:
    """Return which features of an imported layer are which complex by name: `complex`, `ids`, `names`."""
    frame = study.source_layer(layer_name).frame
    found = complex_of(frame["name"], aliases())
    rows = [
        {"complex": name, "ids": tuple(part["id"]), "names": tuple(dict.fromkeys(part["name"]))}
        for name, part in frame.groupby(found.to_numpy(), sort=False)
        if name in set(study.complexes()["id"])
    ]
    return pd.DataFrame(rows, columns=["complex", "ids", "names"])


def adopt_outline(complex_id: str, layer_name: str, feature_ids: tuple[str, ...], grade: str) -> OutlineChange:
    """Make features of an imported layer the outline of a complex, keep the former one, and return what changed.

    Raises
    ------
    InputError
        Where the grade is none of a real boundary, no feature is named, or a feature is no polygon.
    UnknownNameError
        Where there is no such complex, layer or feature.
    """
    _require_complex(complex_id)
    if grade not in OUTLINE_GRADES:
        raise InputError("one_of", name="grade", value=grade, known=", ".join(OUTLINE_GRADES))
    stored = store.layer(layer_name)
    if stored.kind != "Polygon" or not feature_ids:
        raise InputError("outline_polygons", layer=layer_name)
    before = outlines_in_use()
    trial = Outline(0, complex_id, stored.name, feature_ids, grade, True, "")
    study.outline_shape(trial)
    store.adopt(complex_id, stored.name, feature_ids, grade)
    return outline_change((complex_id,), before)


def own_grade(layer_name: str) -> str | None:
    """Return the one grade of a real boundary that a layer states for itself or for all of its features."""
    frame = study.source_layer(layer_name).frame
    stated = set(frame["grade"].dropna())
    return stated.pop() if len(stated) == 1 and stated <= set(OUTLINE_GRADES) else None


def adopt_by_name(
    layer_name: str, complex_id: str | None, ids: tuple[str, ...], grade: str | None = None
) -> OutlineChange:
    """Adopt outlines from a layer: for one complex, or for each that a feature's name means; return what changed.

    Without `ids`, a complex takes the features of its name, or the only feature there is; without `grade` it has the
    layer's own.

    Raises
    ------
    InputError
        Where no name means a complex, several features could be meant, or nobody says the grade.
    """
    grade = grade or own_grade(layer_name)
    if grade is None:
        raise InputError("outline_grade", layer=layer_name, known=", ".join(OUTLINE_GRADES))
    matches = outline_matches(layer_name)
    if complex_id is None:
        if matches.empty:
            raise InputError("no_match", layer=layer_name)
        before = outlines_in_use()
        for row in matches.itertuples():
            adopt_outline(row.complex, layer_name, row.ids, grade)
        return outline_change(tuple(matches["complex"]), before)
    named = dict(zip(matches["complex"], matches["ids"], strict=True))
    everything = tuple(study.source_layer(layer_name).frame["id"])
    chosen = ids or named.get(complex_id) or (everything if len(everything) == 1 else ())
    if not chosen:
        raise InputError("which_features", layer=layer_name, complex=complex_id, known=", ".join(everything[:20]))
    return adopt_outline(complex_id, layer_name, chosen, grade)


def stored_layers() -> list[StoredLayer]:
    """Return every imported layer, the oldest first."""
    return store.layers()


def remove(layer_name: str) -> list[Outline]:
    """Forget a layer, its file and its picture; return the outlines in use that it was, whose complexes have their schematic ones again."""
    known = store.layer(layer_name)
    lost = [one for one in outlines_in_use() if one.layer == known.name]
    store.remove(known.name)
    picture = known.story.get("picture")
    if picture and all(one.story.get("picture") != picture for one in store.layers()):
        database.forget_file(database.workspace() / "pictures" / Path(picture).name)
    return lost


def rename(layer_name: str, title: str) -> StoredLayer:
    """Call a layer otherwise; its name in commands and addresses stays."""
    if not title.strip() or len(title) > 200:
        raise InputError("layer_title")
    return store.change(layer_name, title=title.strip())


def restyle(layer_name: str, **style: str | float | None) -> StoredLayer:
    """Draw a layer otherwise: `fill`, `stroke` (#rrggbb), `weight` (pixels), `fill_opacity` (0 to 1)."""
    stored = store.layer(layer_name)
    given = {name: value.lower() if isinstance(value, str) else value for name, value in style.items()}
    wanted = stored.style | {name: value for name, value in given.items() if value is not None}
    if stored.kind not in store.DRAWN:
        raise InputError("not_drawn", layer=stored.title)
    try:
        study.declared(replace(stored, style=wanted))
    except ValueError as error:
        raise InputError("layer_style", values=", ".join(map(str, wanted.values()))) from error
    return store.change(layer_name, style=wanted)


def use_outline(complex_id: str, number: int | None) -> OutlineChange:
    """Use an imported outline again, or the bundled schematic one where `number` is None; return what changed."""
    _require_complex(complex_id)
    before = outlines_in_use()
    store.use_outline(complex_id, number)
    return outline_change((complex_id,), before)


def change_between(complex_id: str, former: int, number: int) -> OutlineChange:
    """Return what changes where the outline `number` of a complex takes the place of `former` (0: the schematic one)."""
    others = [one for one in outlines_in_use() if one.complex != complex_id]
    mine = {one.number: one for one in store.outlines(complex_id)}
    before, after = ([*others, *([mine[one]] if one in mine else [])] for one in (former, number))
    return outline_change((complex_id,), before, after)


def outlines_in_use() -> list[Outline]:
    """Return the imported outline in use of each complex that has one."""
    return [one for one in store.outlines() if one.in_use]


def outline_change(
    complexes: tuple[str, ...], before: list[Outline], after: list[Outline] | None = None
) -> OutlineChange:
    """Return areas, distances and relations of complexes with the outlines in use before and after (now)."""
    tables: dict[str, list[pd.DataFrame]] = {"area": [], "distances": [], "adjacency": []}
    for state, outlines in (("before", before), ("after", outlines_in_use() if after is None else after)):
        source = study.SourceLayer(study.COMPLEXES, study.complexes(outlines=outlines))
        spans, pairs = study.distances(source), study.adjacencies(source)
        tables["area"].append(_of(study.areas(source), ("id",), complexes).assign(state=state))
        tables["distances"].append(_of(spans, ("from", "to"), complexes).assign(state=state))
        tables["adjacency"].append(_of(pairs, ("a", "b"), complexes).assign(state=state))
    return OutlineChange(complexes, **{name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()})


def _of(table: pd.DataFrame, columns: tuple[str, ...], names: tuple[str, ...]) -> pd.DataFrame:
    return table[table[list(columns)].isin(names).any(axis=1)]


def _require_complex(complex_id: str) -> None:
    known = list(study.complexes()["id"])
    if complex_id not in known:
        raise UnknownNameError("complex", complex=complex_id, known=", ".join(known))


def import_table(kept: list[StoredLayer]) -> pd.DataFrame:
    """Return a row a kept layer: what it is called, and how its file was read."""
    rows = [
        {
            "name": one.name, "title": one.title, "geometry": one.kind, "features": one.features, "grade": one.grade,
            "source": one.source, "base_date": one.base_date, "confidential": one.confidential,
            **{key: one.story.get(key) for key in ("file", "encoding", "crs", "crs_way", "crs_accuracy_m", "belt")},
            "repaired": _count(one, "repaired"), "set_aside": one.story.get("set_aside"), "stored_at": one.stored_at,
        }
        for one in kept
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    return table.astype({"set_aside": "Int64", "repaired": "Int64"}) if rows else table


def _count(stored: StoredLayer, action: str) -> int:
    problems = stored.story.get("problems", []) if stored.kind in store.DRAWN else []  # a raster's are bare keys
    return sum(problem["count"] for problem in problems if problem["action"] == action)


def outline_table() -> pd.DataFrame:
    """Return every imported outline with the complex it belongs to, and which is in use."""
    rows = [
        {
            "number": one.number, "complex": one.complex, "layer": one.layer, "features": len(one.feature_ids),
            "grade": one.grade, "in_use": one.in_use, "adopted_at": one.adopted_at,
        }
        for one in store.outlines()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["number", "complex", "layer", "features", "grade", "in_use", "adopted_at"])
