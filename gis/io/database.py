"""The database of a workspace: SQLite beside its files, or the PostgreSQL server of a team.

`GIS_WORKSPACE` (default `./workspace`) holds `catalog.sqlite` and the files of layers. Where `GIS_DATABASE_URL` names a
PostgreSQL server, catalogue and files are kept there, and the workspace holds copies of the files that were read: they
never change under their names. Where the server has PostGIS, layers with shapes also stand as tables of the schema
`gis_layers`, for QGIS and others to read.
"""

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import psutil
import sqlalchemy as sql
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_random

from gis.errors import DataFileError, DiskFault

NETWORK_DRIVES = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "sshfs", "fuse.sshfs", "afpfs", "9p", "remote"}
)
"""File systems on which SQLite loses what it wrote ahead."""
CHUNK = 4_000_000
"""Bytes of a file that a row of the server holds."""
SCHEMA = "gis_layers"
_MAKING = 5186_2026
"""The number of the lock under which tables are made on a server."""
metadata = sql.MetaData()
layer_table = sql.Table(
    "layer",
    metadata,
    sql.Column("name", sql.String, primary_key=True),
    sql.Column("number", sql.Integer, nullable=False),
    sql.Column("title", sql.String, nullable=False),
    sql.Column("kind", sql.String, nullable=False),
    sql.Column("file", sql.String, nullable=False),
    sql.Column("features", sql.Integer, nullable=False),
    sql.Column("grade", sql.String),
    sql.Column("vertex_sigma", sql.Float),
    sql.Column("source", sql.String, nullable=False),
    sql.Column("rank", sql.String),
    sql.Column("license", sql.String),
    sql.Column("base_date", sql.String),
    sql.Column("confidential", sql.Boolean, nullable=False),
    sql.Column("style", sql.String, nullable=False),
    sql.Column("story", sql.String, nullable=False),
    sql.Column("stored_at", sql.String, nullable=False),
)
outline_table = sql.Table(
    "outline",
    metadata,
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("complex", sql.String, nullable=False),
    sql.Column("layer", sql.String, nullable=False),
    sql.Column("feature_ids", sql.String, nullable=False),
    sql.Column("grade", sql.String, nullable=False),
    sql.Column("in_use", sql.Boolean, nullable=False),
    sql.Column("adopted_at", sql.String, nullable=False),
)
decision_table = sql.Table(
    "decision",
    metadata,
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("topic", sql.String, nullable=False),
    sql.Column("key", sql.String, nullable=False),
    sql.Column("content", sql.String, nullable=False),
    sql.Column("note", sql.String),
    sql.Column("parent", sql.Integer),
    sql.Column("restores", sql.Integer),
    sql.Column("made_at", sql.String, nullable=False),
)
"""What people decided; rows are only added (`gis.io.decisions`)."""
_counter = sql.Table("revision", metadata, sql.Column("number", sql.Integer, nullable=False))
_files = sql.Table(
    "file_part",
    metadata,
    sql.Column("file", sql.String, primary_key=True),
    sql.Column("part", sql.Integer, primary_key=True, autoincrement=False),
    sql.Column("content", sql.LargeBinary, nullable=False),
)


def workspace() -> Path:
    """Return the folder of what a planner brought in; it is made when something is kept."""
    return Path(os.environ.get("GIS_WORKSPACE", "workspace")).resolve()


def is_shared() -> bool:
    """Tell whether a server keeps the workspace, for all of a team."""
    return bool(os.environ.get("GIS_DATABASE_URL"))


def identity() -> str:
    """Return what tells one workspace from another, all empty ones being alike; it names no password."""
    if not exists():
        return ""
    return str(_engine_of_server().url) if is_shared() else str(workspace())


def exists() -> bool:
    """Tell whether anything was ever kept; of a server, it is taken that something was."""
    return is_shared() or (workspace() / "catalog.sqlite").is_file()


def version() -> int:
    """Return a number that changes with every change of the store; the key of what is cached from it."""
    if not exists():
        return 0
    with reading() as connection:
        return int(connection.execute(sql.select(_counter.c.number)).scalar_one())


@contextmanager
def reading() -> Iterator[sql.Connection]:
    """Open the catalogue for reading; its faults are said in one line."""
    with _faults(), _engine().connect() as connection:
        yield connection


@contextmanager
def writing() -> Iterator[sql.Connection]:
    """Open the catalogue for one change, all of it or nothing, and give the store a new version.

    Whoever writes beside waits: the first statement takes the lock of the one row that counts.
    """
    ready()
    with _faults(), _engine().begin() as connection:
        connection.execute(_counter.update().values(number=_counter.c.number + 1))
        yield connection


def ready() -> Path:
    """Return the workspace, made where it is missing."""
    folder = workspace()
    try:
        (folder / "layers").mkdir(parents=True, exist_ok=True)
        if not is_shared():
            (folder / "catalog.sqlite").touch()
    except OSError as error:
        raise DataFileError("cannot_write", path=folder, reason=DiskFault(error)) from error
    if not is_shared():
        _require_local(folder)
    return folder


# ---- files ---------------------------------------------------------------------------


def hand_over(connection: sql.Connection, place: Path) -> None:
    """Put a finished file of the workspace on the server, where there is one."""
    if not is_shared():
        return
    with place.open("rb") as opened:
        for part, content in enumerate(iter(lambda: opened.read(CHUNK), b"")):
            connection.execute(_files.insert().values(file=_told(place), part=part, content=content))


def here(place: Path) -> Path:
    """Return a file of the workspace, brought from the server where this machine lacks it."""
    if place.is_file() or not is_shared():
        return place
    part = place.with_suffix(f".{uuid.uuid4().hex}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with reading() as connection, part.open("wb") as written:
            asked = sql.select(_files.c.content).where(_files.c.file == _told(place)).order_by(_files.c.part)
            for content in connection.execution_options(stream_results=True, max_row_buffer=1).execute(asked).scalars():
                written.write(content)
            written.flush()
            os.fsync(written.fileno())
        if part.stat().st_size:
            part.replace(place)
    except OSError as error:
        if isinstance(error, DataFileError):
            raise
        raise DataFileError("cannot_write", path=place, reason=DiskFault(error)) from error
    finally:
        part.unlink(missing_ok=True)
    return place


def keep_file(place: Path) -> None:
    """Put a finished file of the workspace, which no catalogue names, on the server, where there is one."""
    if is_shared():
        with writing() as connection:
            drop(connection, place)
            hand_over(connection, place)


def forget_file(place: Path) -> None:
    """Remove a file that no catalogue names, here and on the server."""
    place.unlink(missing_ok=True)
    if is_shared():
        with writing() as connection:
            drop(connection, place)


def drop(connection: sql.Connection, place: Path) -> None:
    """Remove a file from the server, where there is one; the copy here is removed by its owner."""
    if is_shared():
        connection.execute(_files.delete().where(_files.c.file == _told(place)))


def _told(place: Path) -> str:
    return place.relative_to(workspace()).as_posix()


def publish(connection: sql.Connection, name: str, features: gpd.GeoDataFrame) -> None:
    """Put features beside the catalogue as a PostGIS table that QGIS opens, where the server has PostGIS."""
    if _has_postgis(connection):
        connection.execute(sql.schema.CreateSchema(SCHEMA, if_not_exists=True))
        plain = features.drop(columns="bbox", errors="ignore").reset_index(drop=True)
        plain.to_postgis(name, connection, schema=SCHEMA, if_exists="replace")


def withdraw(connection: sql.Connection, name: str) -> None:
    """Remove the PostGIS table of a layer, where there is one."""
    if _has_postgis(connection):
        connection.execute(sql.schema.DropTable(sql.Table(name, sql.MetaData(), schema=SCHEMA), if_exists=True))


def _has_postgis(connection: sql.Connection) -> bool:
    if not is_shared():
        return False
    asked = sql.text("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'")
    return bool(connection.execute(asked).scalar())


# ---- engines -------------------------------------------------------------------------


def _engine() -> sql.Engine:
    if is_shared():
        return _engine_of_server()
    path = workspace() / "catalog.sqlite"
    return _engine_of_file(path, path.stat().st_ino)  # a file that was removed and made again is another one


@cache
def _engine_of_file(path: Path, inode: int) -> sql.Engine:
    engine = sql.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    @sql.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=FULL")

    with engine.begin() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # another process may make the same tables now
        _make_tables(connection)
    return engine


def _engine_of_server() -> sql.Engine:
    return _server(os.environ["GIS_DATABASE_URL"])


@cache
def _server(address: str) -> sql.Engine:
    try:
        url = sql.make_url(address)
    except (sql.exc.ArgumentError, ValueError) as error:
        raise DataFileError("database_url") from error
    if url.get_backend_name() != "postgresql" or not url.database:
        raise DataFileError("database_url")
    engine = sql.create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    with _faults(), engine.begin() as connection:
        connection.execute(sql.select(sql.func.pg_advisory_xact_lock(_MAKING)))
        _make_tables(connection)
    return engine


def _make_tables(connection: sql.Connection) -> None:
    metadata.create_all(connection)
    if connection.execute(sql.select(_counter.c.number)).first() is None:
        connection.execute(_counter.insert().values(number=0))


@retry(
    retry=retry_if_exception_type(sqlite3.OperationalError), stop=stop_after_delay(30), wait=wait_random(0.01, 0.1),
    reraise=True,
)  # fmt: skip
def _write_ahead(connection: Any) -> None:
    """Switch to the write-ahead log; SQLite does not wait here for another process that does the same."""
    connection.execute("PRAGMA journal_mode=WAL")


def _require_local(folder: Path) -> None:
    """Refuse a network drive, where SQLite's write-ahead log is lost."""
    homes = [disk for disk in psutil.disk_partitions(all=True) if folder.is_relative_to(disk.mountpoint)]
    home = max(homes, key=lambda disk: len(disk.mountpoint), default=None)
    if home is not None and ({home.fstype.lower()} | set(home.opts.split(","))) & NETWORK_DRIVES:
        raise DataFileError("network_drive", path=folder)


@contextmanager
def _faults() -> Iterator[None]:
    """Say a fault of the database in one line."""
    try:
        yield
    except sql.exc.DBAPIError as error:
        if is_shared():
            reason = " ".join(str(error.orig).split())
            raise DataFileError("server_broken", reason=reason) from error
        raise DataFileError("catalog_broken", path=workspace() / "catalog.sqlite", reason=error.orig) from error
