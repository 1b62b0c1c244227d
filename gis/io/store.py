"""What a planner brought in: layers, tables and outlines, kept with their story.

Below `layers/` of the workspace lies a GeoParquet file a layer (a COG a raster); `gis.io.database` says where the
catalogue is, and where a team keeps both. A file is complete before the catalogue names it, and is removed after the catalogue has forgotten it, so a
kill at any moment loses nothing that was confirmed and leaves at most a file that nobody names.
"""

import json
import os
import re
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sql
from pyarrow import parquet

from gis.errors import DataFileError, DiskFault, InputError, UnknownNameError
from gis.io.database import (
    drop,
    exists,
    hand_over,
    here,
    publish,
    reading,
    ready,
    withdraw,
    workspace,
    writing,
)
from gis.io.database import layer_table as _layers
from gis.io.database import outline_table as _outlines
from layers import LAYERS

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
DRAWN = ("Polygon", "LineString", "Point")
"""Kinds of layers with shapes; beside them stand rasters, tiles, registers of firms and tables of people."""
_ENDINGS = {"Raster": ".tif", "Tiles": ".mbtiles"}


@dataclass(frozen=True)
class StoredLayer:
    """One imported layer: how it is called and drawn, what it rests on, and how it came.

    `story` holds plain values: file name, hash, encoding and CRS with the way each was decided, repairs by row.
    """

    name: str
    title: str
    kind: str
    source: str
    features: int = 0
    grade: str | None = None
    vertex_sigma: float | None = None
    rank: str | None = None
    license: str | None = None
    base_date: str | None = None
    confidential: bool = False
    style: dict[str, Any] = field(default_factory=dict)
    story: dict[str, Any] = field(default_factory=dict)
    stored_at: str = ""
    file: str = ""


@dataclass(frozen=True)
class Outline:
    """An imported boundary of a complex; of those of one complex at most one is in use."""

    number: int
    complex: str
    layer: str
    feature_ids: tuple[str, ...]
    grade: str
    in_use: bool
    adopted_at: str


def layers() -> list[StoredLayer]:
    """Return every imported layer, the oldest first."""
    if not exists():
        return []
    with reading() as connection:
        rows = connection.execute(sql.select(_layers).order_by(_layers.c.number)).mappings().all()
    return [_stored(dict(row)) for row in rows]


def layer(name: str) -> StoredLayer:
    """Return one imported layer by its name or title."""
    known = layers()
    for one in known:
        if name == one.name:
            return one
    titled = [one for one in known if one.title == name]
    if len(titled) == 1:
        return titled[0]
    raise UnknownNameError("stored_layer", layer=name, known=", ".join(one.name for one in known) or "-")


def frame(name: str, bounds: tuple[float, float, float, float] | None = None) -> gpd.GeoDataFrame:
    """Return the features of an imported layer in the belt that they were stored in, `id` as index.

    Where `bounds` (m, in that belt) are given, only those whose box meets them are read.
    """
    path = file_path(layer(name))
    try:
        known = parquet.read_schema(path).metadata or {}
        boxed = bounds if b'"covering"' in known.get(b"geo", b"") else None
        return gpd.read_parquet(path, bbox=boxed).set_index("id", drop=False)
    except (OSError, ValueError) as error:
        raise DataFileError("store_file", path=path.name, layer=name) from error


def head(name: str, rows: int = 1_000) -> pd.DataFrame:
    """Return the first rows of an imported layer without their shapes."""
    path = file_path(layer(name))
    try:
        opened = parquet.ParquetFile(path)
        columns = [column for column in opened.schema_arrow.names if column not in ("geometry", "bbox")]
        first = next(opened.iter_batches(rows, columns=columns), None)
        return pd.DataFrame(columns=columns) if first is None else first.to_pandas()
    except (OSError, ValueError) as error:
        raise DataFileError("store_file", path=path.name, layer=name) from error


def column(name: str, column: str) -> pd.Series:
    """Return one column of an imported layer, all its features in the order of `frame`."""
    path = file_path(layer(name))
    try:
        return pd.read_parquet(path, columns=[column])[column]
    except (OSError, ValueError) as error:
        raise DataFileError("store_file", path=path.name, layer=name) from error


def table(name: str) -> pd.DataFrame:
    """Return the rows of an imported table without shapes."""
    path = file_path(layer(name))
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataFileError("store_file", path=path.name, layer=name) from error


def file_path(stored: StoredLayer) -> Path:
    """Return where the file of a layer lies, once it is on this machine."""
    return here(_place(stored))


def _place(stored: StoredLayer) -> Path:
    return workspace() / "layers" / stored.file


def keep(stored: StoredLayer, features: pd.DataFrame | Path) -> StoredLayer:
    """Keep a layer: features as GeoParquet, rows as Parquet, or a finished raster file, which is moved in.

    Raises
    ------
    InputError
        Where the name is taken or no name.
    DataFileError
        Where the workspace cannot be written, or lies on a network drive.
    """
    _require_name(stored.name)
    folder = ready() / "layers"
    place = folder / f"{uuid.uuid4().hex}{_ENDINGS.get(stored.kind, '.parquet')}"
    known = replace(
        stored,
        features=len(features) if isinstance(features, pd.DataFrame) else stored.features,
        file=place.name,
        stored_at=stored.stored_at or datetime.now(UTC).isoformat(timespec="seconds"),
    )
    part = place.with_suffix(place.suffix + ".part")
    try:
        if isinstance(features, gpd.GeoDataFrame):
            boxed = "bbox" not in features  # a column of that name is somebody's
            features.to_parquet(part, compression="zstd", write_covering_bbox=boxed, schema_version="1.1.0")
        elif isinstance(features, pd.DataFrame):
            features.to_parquet(part, compression="zstd")
        else:
            features.replace(part)
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(place)
        with writing() as connection:
            if connection.execute(sql.select(_layers.c.name).where(_layers.c.name == known.name)).first():
                raise InputError("name_taken", name=known.name)
            known = replace(known, title=_own_title(connection, known.title))
            number = (
                connection.execute(sql.select(sql.func.coalesce(sql.func.max(_layers.c.number), 0))).scalar_one() + 1
            )
            connection.execute(_layers.insert().values(**_row(known), number=number))
            hand_over(connection, place)
            if isinstance(features, gpd.GeoDataFrame):
                publish(connection, known.name, features)
    except BaseException as error:
        part.unlink(missing_ok=True)
        place.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, DataFileError):
            raise DataFileError("cannot_write", path=place, reason=DiskFault(error)) from error
        raise
    return known


def change(name: str, **values: Any) -> StoredLayer:
    """Change what a layer is called, drawn like, or rests on; its features stay."""
    known = layer(name)
    changed = replace(known, **values)
    with writing() as connection:
        connection.execute(_layers.update().where(_layers.c.name == known.name).values(**_row(changed)))
    return changed


def rewrite(known: StoredLayer, rows: pd.DataFrame, **values: Any) -> bool:
    """Put other rows in the place of a table's, in one step; tell whether it still was the table that was read.

    The former file goes once nothing names it; a table that somebody else has written meanwhile is left as it is.
    """
    place = ready() / "layers" / f"{uuid.uuid4().hex}.parquet"
    part = place.with_suffix(".parquet.part")
    changed = replace(known, features=len(rows), file=place.name, **values)
    mine = (_layers.c.name == known.name) & (_layers.c.file == known.file)
    try:
        rows.to_parquet(part, compression="zstd")
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(place)
        with writing() as connection:
            done = connection.execute(_layers.update().where(mine).values(**_row(changed))).rowcount == 1
            if done:
                hand_over(connection, place)
                drop(connection, _place(known))
    except BaseException as error:
        part.unlink(missing_ok=True)
        place.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, DataFileError):
            raise DataFileError("cannot_write", path=place, reason=DiskFault(error)) from error
        raise
    (_place(known) if done else place).unlink(missing_ok=True)
    return done


def remove(name: str) -> StoredLayer:
    """Forget a layer and remove its file; an outline in use is no longer.

    Raises
    ------
    UnknownNameError
        Where there is no such layer.
    """
    known = layer(name)
    with writing() as connection:
        connection.execute(_outlines.delete().where(_outlines.c.layer == known.name))
        connection.execute(_layers.delete().where(_layers.c.name == known.name))
        drop(connection, _place(known))
        withdraw(connection, known.name)
    _place(known).unlink(missing_ok=True)
    return known


def outlines(complex_id: str | None = None) -> list[Outline]:
    """Return every imported outline, or those of one complex, the oldest first."""
    if not exists():
        return []
    query = sql.select(_outlines).order_by(_outlines.c.number)
    if complex_id is not None:
        query = query.where(_outlines.c.complex == complex_id)
    with reading() as connection:
        rows = connection.execute(query).mappings().all()
    return [Outline(**{**row, "feature_ids": tuple(json.loads(row["feature_ids"]))}) for row in rows]


def adopt(complex_id: str, layer_name: str, feature_ids: tuple[str, ...], grade: str) -> Outline:
    """Make an imported boundary the one in use for a complex; the former ones are kept."""
    known = layer(layer_name)
    when = datetime.now(UTC).isoformat(timespec="seconds")
    with writing() as connection:
        connection.execute(_outlines.update().where(_outlines.c.complex == complex_id).values(in_use=False))
        key = connection.execute(
            _outlines.insert().values(
                complex=complex_id, layer=known.name, feature_ids=json.dumps(list(feature_ids)), grade=grade,
                in_use=True, adopted_at=when,
            )
        ).inserted_primary_key  # fmt: skip
    return Outline(int(key[0]) if key else 0, complex_id, known.name, feature_ids, grade, True, when)


def use_outline(complex_id: str, number: int | None) -> None:
    """Use the imported outline of that number again, or the bundled one where it is None."""
    known = [one.number for one in outlines(complex_id)]
    if number is not None and number not in known:
        raise UnknownNameError("outline", number=number, complex=complex_id, known=", ".join(map(str, known)) or "-")
    if not exists():
        return
    with writing() as connection:
        mine = _outlines.c.complex == complex_id
        connection.execute(_outlines.update().where(mine).values(in_use=False))
        if number is not None:
            connection.execute(_outlines.update().where(mine, _outlines.c.number == number).values(in_use=True))


def free_name(wish: str) -> str:
    """Return a name that no layer has, made from `wish`: ASCII letters, digits and underscores."""
    plain = re.sub(r"[^a-z0-9]+", "_", wish.lower()).strip("_")[:32]
    stem = plain if NAME.fullmatch(plain) else f"layer_{plain}".strip("_") if plain else "layer"
    taken = {one.name for one in layers()} | set(LAYERS)
    names = (stem if number == 1 else f"{stem}_{number}" for number in range(1, 10_000))
    return next(name for name in names if name not in taken and (name != "layer"))


def _own_title(connection: sql.Connection, wish: str) -> str:
    """Return a title that no other layer has: people choose layers by it."""
    taken = set(connection.execute(sql.select(_layers.c.title)).scalars())
    titles = (wish if number == 1 else f"{wish} ({number})" for number in range(1, len(taken) + 2))
    return next(title for title in titles if title not in taken)


def _require_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise InputError("layer_name", name=name)
    if name in LAYERS:
        raise InputError("name_taken", name=name)


def _row(stored: StoredLayer) -> dict[str, Any]:
    return {
        **{column.name: getattr(stored, column.name) for column in _layers.columns if column.name != "number"},
        "style": json.dumps(stored.style, ensure_ascii=False),
        "story": json.dumps(stored.story, ensure_ascii=False, default=str),
    }


def _stored(row: dict[str, Any]) -> StoredLayer:
    row.pop("number")
    return StoredLayer(**{**row, "style": json.loads(row["style"]), "story": json.loads(row["story"])})
