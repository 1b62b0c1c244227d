"""Tiles of a map in one file (MBTiles 1.3): read without trust, one picture at a time.

An MBTiles file is an SQLite data base of a stranger. It is opened read-only and immutable (no journal is written or
replayed), nothing may be attached, loaded or called, no value may be larger than `MAX_TILE`, and a query that does
not end in `PATIENCE` is stopped: `tiles` may legally be a view, and a view may be written to never end.
"""

import io
import math
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from gis.crs import KOREA_LON_LAT
from gis.errors import CrsError, DataFileError, GisError, InputError

Bounds = tuple[float, float, float, float]

MAX_TILE = 4 * 1024**2
MAX_SIDE = 2_048
"""Pixels of a tile's side; 256 and 512 are usual."""
MAX_ZOOM = 24
MAX_LATITUDE = 85.0511287798066
PATIENCE = 2.0
"""Seconds that reading one tile may take."""
LONG_PATIENCE = 20.0
"""Seconds that reading the story may take: a file of the whole country has millions of tiles."""
MEDIA = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_MAGIC = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
_COLUMNS = {"zoom_level", "tile_column", "tile_row", "tile_data"}
_FUNCTIONS = {"count", "min", "max", "length", "coalesce", "cast", "abs", "round"}
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: MAX_TILE,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 8,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 64,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
}
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Tiles:
    """What an MBTiles file says about itself, checked: bounds in degrees, zooms that hold tiles, plain texts."""

    title: str | None
    media: str
    min_zoom: int
    max_zoom: int
    bounds: Bounds
    attribution: str | None
    problems: tuple[str, ...] = ()


def is_sqlite(head: bytes) -> bool:
    """Tell whether a file that begins with `head` is an SQLite data base."""
    return head.startswith(b"SQLite format 3\0")


def read_tiles(path: Path) -> Tiles:
    """Return the story of an MBTiles file.

    Raises
    ------
    DataFileError
        Where it is no MBTiles, or broken.
    InputError
        Where its tiles are no pictures, or a query takes too long.
    CrsError
        Where its bounds lie outside Korea.
    """
    with _opened(path, LONG_PATIENCE) as base:
        _require_tables(base, path.name)
        said = _metadata(base)
        if said.get("format", "").lower() in ("pbf", "mvt"):
            raise InputError("raster.vector_tiles", file=path.name)
        low, high = (base.execute(f"select {end}(zoom_level) from tiles").fetchone()[0] for end in ("min", "max"))
        if not (isinstance(low, int) and isinstance(high, int) and 0 <= low <= high <= MAX_ZOOM):
            raise InputError("raster.no_tiles", file=path.name)
        sample = base.execute("select tile_data from tiles where zoom_level = ? limit 1", (high,)).fetchone()
        media = picture_type(sample and sample[0], path.name)
        stated = _stated_bounds(said.get("bounds", ""))
        bounds = stated or _tile_bounds(base, high, path.name)
    _require_korea(bounds, path.name)
    problems = {"no_bounds": stated is None, "unfinished": path.with_name(path.name + "-wal").exists()}
    return Tiles(
        title=plain_text(said.get("name")),
        media=media,
        min_zoom=low,
        max_zoom=high,
        bounds=bounds,
        attribution=plain_text(said.get("attribution")),
        problems=tuple(name for name, there in problems.items() if there),
    )


def tile(path: Path, z: int, x: int, y: int) -> tuple[bytes, str] | None:
    """Return a tile and its media type, counted from the north-west as on the web; None where there is none.

    MBTiles counts rows from the south (TMS).
    """
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        return None
    with _opened(path) as base:
        row = base.execute(
            "select tile_data from tiles where zoom_level = ? and tile_column = ? and tile_row = ? limit 1",
            (z, x, 2**z - 1 - y),
        ).fetchone()
    return None if row is None else (row[0], picture_type(row[0], path.name))


def picture_type(content: Any, file: str) -> str:
    """Return the media type of a tile by its content; refuse vectors, other formats and pictures too large."""
    if not isinstance(content, bytes) or len(content) > MAX_TILE:
        raise InputError("raster.tile_content", file=file)
    known = next((name for magic, name in _MAGIC.items() if content.startswith(magic)), None)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        known = "WEBP"
    if known is None:
        vectors = content[:2] == b"\x1f\x8b" or content[:1] == b"\x1a"
        raise InputError("raster.vector_tiles" if vectors else "raster.tile_content", file=file)
    try:
        with Image.open(io.BytesIO(content), formats=[known]) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError("raster.tile_content", file=file) from error
    if max(width, height) > MAX_SIDE:
        raise InputError("raster.tile_content", file=file)
    return MEDIA[known]


def plain_text(text: str | None, most: int = 200) -> str | None:
    """Return a text of a stranger without HTML, on one line; None for nothing."""
    if not text:
        return None
    words = " ".join(unescape(_TAG.sub(" ", text)).split())
    return "".join(letter for letter in words if letter.isprintable())[:most] or None


@contextmanager
def _opened(path: Path, patience: float = PATIENCE) -> Iterator[sqlite3.Connection]:
    deadline = time.monotonic() + patience
    try:
        base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, cached_statements=0)
    except (sqlite3.Error, ValueError) as error:
        raise DataFileError("file_broken", file=path.name, reason=str(error)) from error
    try:
        for limit, most in _LIMITS.items():
            base.setlimit(limit, most)
        base.set_progress_handler(lambda: time.monotonic() > deadline, 1_000)
        for pragma in ("trusted_schema=off", "cell_size_check=on", "mmap_size=0", "query_only=on", "temp_store=memory"):
            base.execute(f"pragma {pragma}")
        base.set_authorizer(_allowed)
        base.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
        yield base
    except GisError:
        raise
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise InputError("raster.slow_tiles", file=path.name, seconds=patience) from error
        raise DataFileError("raster.no_mbtiles", file=path.name) from error
    except (sqlite3.Error, OverflowError, MemoryError) as error:
        raise DataFileError("raster.no_mbtiles", file=path.name) from error
    finally:
        base.close()


def _allowed(action: int, first: str | None, second: str | None, *_: object) -> int:
    """Allow reading and the plainest functions, in the file's own views too; nothing else."""
    plain = action == sqlite3.SQLITE_FUNCTION and str(second).lower() in _FUNCTIONS
    return sqlite3.SQLITE_OK if action in _ALLOWED or plain else sqlite3.SQLITE_DENY


def _require_tables(base: sqlite3.Connection, file: str) -> None:
    """Refuse a data base without `metadata` and `tiles`, each a table or a view."""
    rows = base.execute("select name, type from sqlite_master where name in ('metadata', 'tiles')").fetchall()
    if {name for name, kind in rows if kind in ("table", "view")} != {"metadata", "tiles"}:
        raise DataFileError("raster.no_mbtiles", file=file)
    columns = {column[0] for column in base.execute("select * from tiles limit 0").description}
    if not columns >= _COLUMNS:
        raise DataFileError("raster.no_mbtiles", file=file)


def _metadata(base: sqlite3.Connection) -> dict[str, str]:
    rows = base.execute("select name, value from metadata limit 200").fetchall()
    return {str(name): str(value)[:10_000] for name, value in rows if value is not None}


def _stated_bounds(text: str) -> Bounds | None:
    """Return the bounds that the metadata state, where they make sense."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    sound = -180 <= west < east <= 180 and -MAX_LATITUDE <= south < north <= MAX_LATITUDE
    whole_world = west < -179 and east > 179
    return (west, south, east, north) if sound and not whole_world else None


def _tile_bounds(base: sqlite3.Connection, zoom: int, file: str) -> Bounds:
    """Return the bounds of the tiles of one zoom, in degrees."""
    ends = base.execute(
        "select min(tile_column), max(tile_column), min(tile_row), max(tile_row) from tiles where zoom_level = ?",
        (zoom,),
    ).fetchone()
    side = 2**zoom
    if not all(isinstance(end, int) and 0 <= end < side for end in ends):
        raise InputError("raster.no_tiles", file=file)
    west, east, south, north = ends
    return (
        west / side * 360 - 180,
        _latitude(south / side),
        (east + 1) / side * 360 - 180,
        _latitude((north + 1) / side),
    )


def _latitude(share: float) -> float:
    """Return the latitude at a share of the way from the south of the web's plane to its north."""
    return math.degrees(math.atan(math.sinh(math.pi * (2 * share - 1))))


def _require_korea(bounds: Bounds, file: str) -> None:
    west, south, east, north = bounds
    least_lon, least_lat, most_lon, most_lat = KOREA_LON_LAT
    if east < least_lon or west > most_lon or north < least_lat or south > most_lat:
        raise CrsError("raster.outside", file=file, x=f"{(west + east) / 2:.4f}", y=f"{(south + north) / 2:.4f}")
