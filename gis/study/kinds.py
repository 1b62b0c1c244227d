"""What a file is that somebody brings: shapes, a register of firms, a table of people or of lands, or a raster."""

from pathlib import Path

import pandas as pd

from gis.errors import InputError
from gis.io import store
from gis.io.firms import is_register, read_register
from gis.io.lands import is_lands
from gis.io.people import is_people, read_people
from gis.io.plans import PLAN
from gis.io.raster import read_raster
from gis.io.read import Reading
from gis.io.store import StoredLayer
from gis.io.tables import TABLE_ENDINGS
from gis.io.upload import uploaded
from gis.io.write import csv_bytes, xlsx_bytes
from gis.model import outward
from gis.study import firms, rasters, register
from gis.study.imports import Keeping

SHAPES, RASTER = "Shapes", "Raster"
KINDS = (SHAPES, firms.FIRMS, firms.PEOPLE, RASTER, register.LANDS)
TABLES = (firms.FIRMS, firms.PEOPLE, register.LANDS, PLAN)
"""Kinds without shapes or cells."""
RASTER_ENDINGS = (".tif", ".tiff", ".mbtiles")


def file_kind(path: Path, reading: Reading) -> str:
    """Return which of `KINDS` a file is, by its ending and, for a table, by its headings.

    A register of firms is one even where it has coordinates: what is personal in it must not be kept.
    """
    ending = path.suffix.lower()
    if ending in RASTER_ENDINGS:
        return RASTER
    if ending in TABLE_ENDINGS and path.is_file():
        if is_register(path, path.name, encoding=reading.encoding, sheet=reading.layer):
            return firms.FIRMS
        if is_lands(path, path.name, encoding=reading.encoding, sheet=reading.layer):
            return register.LANDS
        if is_people(path, path.name, encoding=reading.encoding, sheet=reading.layer):
            return firms.PEOPLE
    return SHAPES


def known_kind(name: str) -> str:
    """Return the kind that a person named, in whatever case.

    Raises
    ------
    InputError
        Where it is none of `KINDS`.
    """
    known = {kind.lower(): kind for kind in KINDS}
    if name.lower() not in known:
        raise InputError("one_of", name="kind", value=name, known=", ".join(KINDS))
    return known[name.lower()]


def keep_other(path: Path, kind: str, reading: Reading, keeping: Keeping) -> StoredLayer:
    """Keep a file that is no shapes, as what it is."""
    if kind == RASTER:
        return rasters.keep_raster(path, keeping, crs=reading.crs)
    if kind == register.LANDS:
        return register.keep_lands(path, path.name, keeping, encoding=reading.encoding, sheet=reading.layer)
    if kind == firms.FIRMS:
        return firms.keep_firms(path, path.name, keeping, encoding=reading.encoding, sheet=reading.layer)
    return firms.keep_people(path, path.name, keeping, encoding=reading.encoding, sheet=reading.layer)


def check_other(path: Path, kind: str, reading: Reading) -> pd.DataFrame:
    """Return how a file that is no shapes was read: one row for a raster, one a column for a table."""
    if kind == RASTER:
        return pd.DataFrame(
            [rasters.story_row(rasters.raster_story(read_raster(path, crs=reading.crs)) | {"file": path.name})]
        )
    if kind == register.LANDS:
        return register.check_lands(path, path.name, encoding=reading.encoding, sheet=reading.layer)
    if kind == firms.PEOPLE:
        people = read_people(path, path.name, encoding=reading.encoding, sheet=reading.layer)
        rows = [
            {"item": name, "value": name, "count": int(people.rows[name].notna().sum())} for name in people.measures
        ]
        return pd.DataFrame(rows)
    known = read_register(path, path.name, encoding=reading.encoding, sheet=reading.layer)
    rows = [
        {
            "item": field,
            "value": heading,
            "count": int(known.firms[field].notna().sum()) if field in known.firms else None,
        }
        for field, heading in known.columns.items()
    ]
    return pd.DataFrame(rows)


def has_no_shapes(name: str) -> bool:
    """Tell whether a layer was imported as a raster or a table."""
    return any(name in (one.name, one.title) and one.kind not in store.DRAWN for one in store.layers())


def own_ending(stored: StoredLayer) -> str:
    """Return the ending under which a raster or a table leaves."""
    return ".csv" if stored.kind in TABLES else store.file_path(stored).suffix


def other_bytes(name: str, ending: str) -> bytes:
    """Return a raster as it is kept, or a table as CSV or XLSX.

    Raises
    ------
    InputError
        For an ending that does not hold it.
    """
    stored = store.layer(name)
    path = store.file_path(stored)
    if stored.kind in TABLES:
        writers = {".csv": csv_bytes, ".xlsx": lambda table: xlsx_bytes({stored.name: table})}
        if ending in writers:
            return writers[ending](outward(store.table(stored.name)))
        raise InputError("export_ending", ending=ending or "-", known=" ".join(writers))
    if ending != path.suffix:
        raise InputError("export_ending", ending=ending or "-", known=path.suffix)
    return path.read_bytes()


def uploaded_kind(files: dict[str, bytes], reading: Reading) -> str:
    """Return which of `KINDS` an upload is."""
    with uploaded(files) as path:
        return file_kind(path, reading)


def check_uploaded(files: dict[str, bytes], kind: str, reading: Reading) -> pd.DataFrame:
    """Return how an upload that is no shapes was read."""
    with uploaded(files) as path:
        return check_other(path, kind, reading)


def keep_uploaded(files: dict[str, bytes], kind: str, reading: Reading, keeping: Keeping) -> StoredLayer:
    """Keep an upload that is no shapes, as what it is."""
    with uploaded(files) as path:
        return keep_other(path, kind, reading, keeping)
