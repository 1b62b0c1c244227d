"""VWorld, the state's open map service, asked politely and without ever letting its key out.

The key meets a request in `_KeyAdapter` alone, below the cache, the retries, the log and every message; what comes
back is freed of it there. Above it a request and its answer are the same for everybody. The geocoder is left out:
its terms forbid keeping what it answers.
"""

import io
import json
import logging
import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import cattrs.preconf.json
import geopandas as gpd
import pandas as pd
import pyproj
import requests
import requests_cache
import tenacity
import urllib3
from requests.adapters import HTTPAdapter
from requests_cache.serializers import CattrStage, SerializerPipeline, Stage

from gis.crs import MAP_CRS, VWORLD_METRIC_CRS
from gis.errors import GisError, UnknownNameError
from gis.i18n import t
from gis.io import catalog
from gis.io.vworld_answers import (
    CAP,
    Answer,
    Box,
    Gathered,
    Progress,
    Refusal,
    away_from,
    checked_box,
    frame_of,
    gather,
    read_answer,
    refusal_error,
)

BASE = "https://api.vworld.kr"
APIS = ("data", "wfs")
KEEP = timedelta(days=30)
"""How long an answer serves from the cache."""
TILES_AT_ONCE = 4
"""Half of what VWorld was seen to answer with 502 for a long time."""
KOREA_TIME = timezone(timedelta(hours=9))
_BUSY = (429, 502, 503, 504)
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_KEY = re.compile(r"[A-Za-z0-9-]{8,200}")
_BASE = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._/-]*)?")
_HOST = re.compile(r"(?:https?://)?[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?")
_PLACE_OF_KEY = "key-goes-here"
_WITHHELD = b"key-withheld"
_FILTER = re.compile(r"([A-Za-z0-9_]{1,60}):(=|like|<|>|<=|>=|<>):([^|&]{1,200})")

Stop = Callable[[], bool]
Content = TypeVar("Content")


@dataclass(frozen=True)
class Service:
    """Where VWorld is and who asks: the key and the domain it is registered for. Only the key is secret."""

    base: str = BASE
    key: str = field(default="", repr=False)
    domain: str = ""
    cache: Path | None = None

    def __post_init__(self) -> None:
        for name in ("base", "key", "domain"):
            object.__setattr__(self, name, getattr(self, name).strip())
        object.__setattr__(self, "base", self.base.rstrip("/"))
        object.__setattr__(self, "domain", _ascii_domain(self.domain))
        if self.key and not _KEY.fullmatch(self.key):
            raise GisError("vworld.key_form")
        if not _BASE.fullmatch(self.base):
            raise GisError("vworld.base")
        if self.domain and not _HOST.fullmatch(self.domain):
            raise GisError("vworld.domain", domain=self.domain[:100])

    @property
    def host(self) -> str:
        """The host asked, for messages."""
        return urlsplit(self.base).netloc

    @property
    def referer(self) -> str:
        """The domain as a header states it."""
        return self.domain if "://" in self.domain else f"http://{self.domain}"


def _ascii_domain(domain: str) -> str:
    """Return a domain in letters that a header may hold: Hangul becomes punycode."""
    if domain.isascii():
        return domain
    scheme, mark, rest = domain.rpartition("://")
    host, slash, path = rest.partition("/")
    name, colon, port = host.partition(":")
    try:
        return f"{scheme}{mark}{name.encode('idna').decode('ascii')}{colon}{port}{slash}{path}"
    except UnicodeError:
        return domain


def service(key: str | None = None, domain: str | None = None, environment: Mapping[str, str] | None = None) -> Service:
    """Return the service that the environment names; `key` and `domain` go before it (Streamlit's secrets).

    VWORLD_KEY, VWORLD_DOMAIN, VWORLD_URL; answers are kept below GIS_WORKSPACE.
    """
    known = os.environ if environment is None else environment
    return Service(
        base=known.get("VWORLD_URL") or BASE,
        key=key or known.get("VWORLD_KEY", ""),
        domain=domain or known.get("VWORLD_DOMAIN", ""),
        cache=Path(known.get("GIS_WORKSPACE") or "workspace") / "cache",
    )


class Pace:
    """Keeps calls apart, whichever thread makes them: `least` seconds from one start to the next."""

    def __init__(
        self,
        least: float = 0.2,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.least, self.clock, self.sleep = least, clock, sleep
        self._lock, self._next = threading.Lock(), 0.0

    def turn(self) -> None:
        """Wait for the next turn."""
        with self._lock:
            left = self._next - self.clock()
            if left > 0:
                self.sleep(left)
            self._next = self.clock() + self.least


@dataclass(frozen=True)
class Manners:
    """How a service is asked: seconds to wait, how often to try, how many bytes to take."""

    pace: Pace = field(default_factory=Pace)
    tries: int = 5
    connect: float = 5.0
    read: float = 30.0
    whole: float = 120.0
    most_bytes: int = 64 * 2**20


POLITE = Manners()
"""One pace for the whole process."""
FOR_TILES = Manners(Pace(0.0), tries=1, connect=3.0, read=8.0, whole=10.0, most_bytes=2 * 2**20)


@dataclass(frozen=True)
class VworldLayer:
    """A layer of VWorld as `data/vworld.toml` tells it."""

    name: str
    title: str
    title_en: str | None
    data: str | None
    wfs: str | None
    name_column: str | None
    filterable: tuple[str, ...]
    grade: str | None
    license: str
    attribution: str
    note: str | None
    note_en: str | None


def layers() -> dict[str, VworldLayer]:
    """Return every layer that may be fetched, by our name."""
    return {
        row["id"]: VworldLayer(
            name=row["id"],
            filterable=tuple(row["filterable"] or ()),
            **{
                key: row[key]
                for key in (
                    "title", "title_en", "data", "wfs", "name_column", "grade", "license", "attribution", "note", "note_en",
                )
            },
        )
        for row in catalog.vworld_layers().to_dict("records")
    }  # fmt: skip


def known_layer(name: str) -> VworldLayer:
    """Return the layer that a person names: by our name, its Korean title or VWorld's own id."""
    known = layers()
    wanted = name.strip().casefold()
    for layer in known.values():
        if wanted in {str(call).casefold() for call in (layer.name, layer.title, layer.data, layer.wfs) if call}:
            return layer
    titles = ", ".join(f"{layer.name} ({layer.title})" for layer in known.values())
    raise UnknownNameError("vworld.layer", layer=name, known=titles)


@dataclass(frozen=True)
class Remark:
    """Something a reader of a fetched layer should know; it becomes a sentence when it is shown."""

    key: str
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return t(f"vworld.{self.key}", **dict(self.values))


def remark(key: str, /, **values: object) -> Remark:
    """Return a remark."""
    return Remark(key, tuple(values.items()))


@dataclass(frozen=True)
class Fetched:
    """A layer that came from VWorld, whole, with its story. `address` holds no key."""

    layer: VworldLayer
    frame: gpd.GeoDataFrame
    address: str
    retrieved: str
    """When its oldest page came (ISO, Korean time)."""
    tiles: int
    pages: int
    cached_pages: int
    received: int
    duplicates: int
    remarks: tuple[Remark, ...]

    @property
    def from_cache(self) -> bool:
        """Whether nothing was asked anew."""
        return self.cached_pages == self.pages


def fetch(
    service: Service,
    layer: VworldLayer,
    *,
    box: tuple[float, ...] | None = None,
    attribute: str | None = None,
    api: str = "data",
    refresh: bool = False,
    progress: Progress | None = None,
    stop: Stop | None = None,
    manners: Manners = POLITE,
    cap: int = CAP,
) -> Fetched:
    """Return every feature of `layer` in `box` (west, south, east, north in degrees) or with `attribute`, in WGS 84.

    `attribute` is `column:operator:value`, as in `pnu:=:2920012300100010000`; only the Data API knows it. `refresh`
    asks anew what the cache has. `stop` is asked before each call.

    Raises
    ------
    GisError
        Where the service cannot be reached, refuses, or cannot give everything. Never a part of a layer.
    """
    asked = _question(layer, api, checked_box(box) if box else None, attribute, cap)
    first_address = requests.Request("GET", f"{service.base}/req/{api}", params=asked(asked.box, 1)).prepare().url
    dates: list[datetime] = []
    cached = 0

    with _cached_session(service, manners) as session:

        def ask(here: Box | None, page: int) -> Answer:
            nonlocal cached
            response, answer = _call(
                partial(session.get, f"{service.base}/req/{api}", params=asked(here, page), force_refresh=refresh),
                partial(_read_features, page=page, title=layer.title),
                service, manners, stop,
            )  # fmt: skip
            dates.append(response.created_at)
            cached += response.from_cache
            return answer

        found = gather(ask, asked.box, layer.title, cap=cap, progress=progress)
    frame = _with_name(frame_of(found, asked.crs, layer.title), layer)
    retrieved = min(dates).astimezone(KOREA_TIME).isoformat(timespec="seconds")
    return Fetched(
        layer, frame, str(first_address), retrieved, found.tiles, found.answers, cached, found.received,
        found.received - len(frame), _remarks(layer, frame, asked.box, found, cached, retrieved),
    )  # fmt: skip
