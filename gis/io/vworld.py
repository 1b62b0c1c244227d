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
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta, timezone
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
from gis.i18n import either, t
from gis.io import catalog
from gis.io.store import workspace
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
_TILE_PATH = f"/req/wmts/1.0.0/{_PLACE_OF_KEY}/"
_WITHHELD = b"key-withheld"
_FILTER = re.compile(r"([A-Za-z0-9_]{1,60}):(=|like|<|>|<=|>=|<>):([^|&]{1,200})")

Stop = Callable[[], bool]
Content = TypeVar("Content")
AnySession = TypeVar("AnySession", bound=requests.Session)


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
        if not _BASE.fullmatch(self.base) or not _askable(self.base):
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


def _askable(address: str) -> bool:
    try:
        requests.Request("GET", address).prepare()
    except (requests.RequestException, ValueError):
        return False
    return True


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


def service(key: str | None = None, domain: str | None = None) -> Service:
    """Return the service that the environment names; `key` and `domain` go before it (Streamlit's secrets).

    VWORLD_KEY, VWORLD_DOMAIN, VWORLD_URL; answers are kept in the workspace.
    """
    return Service(
        base=os.environ.get("VWORLD_URL") or BASE,
        key=key or os.environ.get("VWORLD_KEY", ""),
        domain=domain or os.environ.get("VWORLD_DOMAIN", ""),
        cache=workspace() / "cache",
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

    @property
    def called(self) -> str:
        """What a message calls it, in the reader's language."""
        return either(self.title, self.title_en)


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
    manners: Manners | None = None,
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
    area, manners = None if box is None else checked_box(box), manners or POLITE
    _require_question(layer, api, area, attribute)
    url, crs = f"{service.base}/req/{api}", MAP_CRS if api == "data" else VWORLD_METRIC_CRS
    asked = partial(_data_question, layer, attribute) if api == "data" else partial(_wfs_question, layer)
    answers: list[Any] = []
    with _session(service, manners) as session:

        def ask(here: Box | None, page: int) -> Answer:
            send = partial(session.get, url, params=asked(here, page, cap), force_refresh=refresh)
            response, answer = _call(service, send, partial(_features, service, layer, page), manners, stop)
            answers.append(response)
            return answer

        found = gather(ask, area, layer.called, cap=cap, progress=progress)
    frame = frame_of(found, crs, layer.called)
    since = min(answer.created_at for answer in answers).astimezone(KOREA_TIME).isoformat(timespec="seconds")
    kept = sum(answer.from_cache for answer in answers)
    return Fetched(
        layer=layer,
        frame=frame,
        address=str(requests.Request("GET", url, params=asked(area, 1, cap)).prepare().url),
        retrieved=since,
        tiles=found.tiles,
        pages=found.answers,
        cached_pages=kept,
        received=found.received,
        duplicates=found.received - len(frame),
        remarks=tuple(_remarks(frame, area, found, kept, since)),
    )


def _require_question(layer: VworldLayer, api: str, box: Box | None, attribute: str | None) -> None:
    """Refuse a question that the service could not answer, before it is sent."""
    if api not in APIS:
        raise UnknownNameError("vworld.api", api=api, known=", ".join(APIS))
    if (layer.data if api == "data" else layer.wfs) is None:
        other = "wfs" if api == "data" else "data"
        raise GisError("vworld.other_api", layer=layer.called, api=other)
    if box is None and attribute is None:
        raise GisError("vworld.where")
    if api == "wfs" and (attribute is not None or box is None):
        raise GisError("vworld.wfs_attribute")
    if attribute is None:
        return
    parts = _FILTER.fullmatch(attribute)
    if parts is None:
        raise GisError("vworld.attribute", attribute=attribute[:100])
    if layer.filterable and parts[1] not in layer.filterable:
        raise GisError("vworld.invalid_attribute", layer=layer.called, known=", ".join(layer.filterable))


def named(layer: VworldLayer, name: str) -> str:
    """Return the attribute filter that finds features of `layer` whose name holds `name`.

    Raises
    ------
    GisError
        Where nobody knows which column of the layer holds names.
    """
    if layer.name_column is None:
        raise GisError("vworld.no_name_column", layer=layer.called)
    return f"{layer.name_column}:like:{name.strip()}"


def _data_question(
    layer: VworldLayer, attribute: str | None, box: Box | None, page: int, cap: int
) -> dict[str, str | int]:
    asked: dict[str, str | int] = {
        "service": "data", "version": "2.0", "request": "GetFeature", "format": "json", "errorFormat": "json",
        "data": str(layer.data), "crs": MAP_CRS, "size": cap, "page": page,
    }  # fmt: skip
    if box is not None:
        asked["geomFilter"] = f"BOX({_numbers(box, 9)})"
    if attribute is not None:
        asked["attrFilter"] = attribute
    return asked


def _wfs_question(layer: VworldLayer, box: Box, page: int, cap: int) -> dict[str, str | int]:
    """Return the question for a box in degrees; VWorld's WFS is asked in meters, where no axis can be swapped."""
    way = pyproj.Transformer.from_crs(MAP_CRS, VWORLD_METRIC_CRS, always_xy=True, allow_ballpark=False)
    (west, east), (south, north) = way.transform([box[0], box[2]], [box[1], box[3]])
    return {
        "SERVICE": "WFS", "REQUEST": "GetFeature", "VERSION": "1.1.0", "TYPENAME": str(layer.wfs),
        "BBOX": _numbers((west, south, east, north), 4), "SRSNAME": VWORLD_METRIC_CRS,
        "OUTPUT": "application/json", "MAXFEATURES": cap, "RESULTTYPE": "results",
    }  # fmt: skip


def _numbers(box: Box, digits: int) -> str:
    return ",".join(f"{edge:.{digits}f}" for edge in box)


def _features(service: Service, layer: VworldLayer, page: int, response: requests.Response) -> Answer:
    """Return the features of an answer; a service that gives no such page gives no features there."""
    answer = read_answer(response.content)
    if isinstance(answer, Refusal):
        if answer.passing:
            raise _Setback("cut")
        if page > 1 and answer.code == "INVALID_RANGE":
            return Answer(())
        if response.status_code >= 400 and answer.code == "ODD":
            raise GisError("vworld.http", status=response.status_code)
        raise refusal_error(answer, layer.called, service.domain)
    if response.status_code != 200:
        raise GisError("vworld.http", status=response.status_code)
    return answer


def _remarks(frame: gpd.GeoDataFrame, box: Box | None, found: Gathered, kept: int, since: str) -> Iterator[Remark]:
    if frame.empty:
        yield remark("nothing")
    undrawn = int(frame.geometry.isna().sum())
    if undrawn:
        yield remark("undrawn", count=undrawn)
    away = 0 if box is None else away_from(frame, box)
    if away:
        yield remark("away", count=away)
    if found.unlike:
        yield remark("unlike", count=found.unlike)
    if kept:
        yield remark("kept", count=kept, pages=found.answers, since=since)


def tile_layers() -> pd.DataFrame:
    """Return every tile layer with its titles, zoom levels and attribution."""
    return catalog.vworld_tiles()


def tile(service: Service, layer: str, z: int, x: int, y: int, *, manners: Manners = FOR_TILES) -> tuple[bytes, str]:
    """Return one tile of `layer` (Base, Satellite, Hybrid, white, midnight) and its media type.

    Raises
    ------
    GisError
        For a layer or a tile that does not exist, or where VWorld sends no picture.
    """
    known = tile_layers().set_index("id")
    if layer not in known.index:
        raise UnknownNameError("vworld.tile_layer", layer=layer[:100], known=", ".join(known.index))
    row = known.loc[layer]
    title = either(row["title"], row["title_en"])
    whole = all(type(number) is int for number in (z, x, y))
    if not whole or not row["low"] <= z <= row["high"] or not (0 <= x < 2**z and 0 <= y < 2**z):
        raise GisError("vworld.tile_place", layer=title, low=row["low"], high=row["high"], z=z, x=x, y=y)
    path = f"{service.base}{_TILE_PATH}{layer}/{z}/{y}/{x}.{row['ending']}"
    if not _TILE_TURNS.acquire(timeout=manners.whole):
        raise GisError("vworld.busy", tries=manners.tries)
    try:
        send = partial(_tile_session(service, manners).get, path)
        _, picture = _call(service, send, partial(_picture, service, title), manners, None)
    finally:
        _TILE_TURNS.release()
    return picture


_TILE_TURNS = threading.BoundedSemaphore(TILES_AT_ONCE)


def _picture(service: Service, title: str, response: requests.Response) -> tuple[bytes, str]:
    """Return a picture and its media type by its first bytes, whatever the answer calls itself."""
    kind = next((kind for start, kind in _PICTURES.items() if response.content.startswith(start)), None)
    if response.status_code == 200 and kind is not None:
        return response.content, kind
    answer = read_answer(response.content)
    if isinstance(answer, Refusal) and answer.code not in ("ODD", "BROKEN"):
        raise refusal_error(answer, title, service.domain)
    raise GisError("vworld.no_picture", layer=title, status=response.status_code)


@lru_cache(maxsize=4)
def _tile_session(service: Service, manners: Manners) -> requests.Session:
    """Return a session that keeps its connections: a map asks for many tiles."""
    return _with_key(requests.Session(), service, manners)


class _Setback(Exception):  # noqa: N818 - not a fault yet: the next try may succeed
    """Why no answer came: `busy`, `slow`, `cut`, or for good `unreachable`, `certificate`, `too_big`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind

    @property
    def passing(self) -> bool:
        """Whether asking again may help."""
        return self.kind in ("busy", "slow", "cut")


def _call(
    service: Service,
    send: Callable[..., Any],
    read: Callable[[requests.Response], Content],
    manners: Manners,
    stop: Stop | None,
) -> tuple[Any, Content]:
    """Return the response that `send` gets and what `read` makes of it; setbacks that pass are tried again, later and later."""

    def attempt() -> tuple[Any, Content]:
        _require_going(stop)
        response = send(timeout=(manners.connect, manners.read), allow_redirects=False)
        if response.status_code in _BUSY:
            raise _Setback("busy")
        if 300 <= response.status_code < 400:
            raise GisError("vworld.redirect", host=urlsplit(response.headers.get("Location", "")).hostname or "-")
        return response, read(response)

    try:
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, _Setback) and error.passing),
            stop=tenacity.stop_after_attempt(manners.tries),
            wait=tenacity.wait_exponential(multiplier=1, max=16),
            sleep=partial(_rest, manners.pace, stop),
            reraise=True,
        )(attempt)
    except _Setback as setback:
        kind = setback.kind
    raise _told(kind, service, manners)


def _told(kind: str, service: Service, manners: Manners) -> GisError:
    match kind:
        case "busy":
            return GisError("vworld.busy", tries=manners.tries)
        case "slow":
            return GisError("vworld.slow", tries=manners.tries, seconds=f"{manners.read:g}")
        case "cut":
            return GisError("vworld.cut")
        case "too_big":
            return GisError("vworld.too_big", size=f"{manners.most_bytes / 2**20:g}")
        case "certificate":
            return GisError("vworld.certificate", host=service.host)
    return GisError("vworld.no_network", host=service.host)


def _rest(pace: Pace, stop: Stop | None, seconds: float) -> None:
    """Sleep in short pieces, so that a person who stops waits no longer."""
    for _ in range(max(1, round(seconds / 0.25))):
        _require_going(stop)
        pace.sleep(0.25)


def _require_going(stop: Stop | None) -> None:
    if stop is not None and stop():
        raise GisError("vworld.stopped")


def _with_key(session: AnySession, service: Service, manners: Manners) -> AnySession:
    """Return `session` with the key for addresses of the service, and for no other."""
    session.mount(f"{service.base}/req/", _KeyAdapter(service, manners))
    return session


class _KeyAdapter(HTTPAdapter):
    """Adds the key to what goes out, and takes it out of what comes in.

    Faults are raised outside the block that caught them: the exceptions of requests and urllib3 name the address.
    """

    def __init__(self, service: Service, manners: Manners) -> None:
        super().__init__(pool_maxsize=TILES_AT_ONCE)
        self._service, self._manners = service, manners
        self._traces = re.compile(
            re.escape(service.key.encode()).replace(rb"\-", rb"(?:-|%2d|&#45;|&#x2d;|\\u002d)"), re.IGNORECASE
        )

    def send(self, request: Any, *words: Any, **options: Any) -> requests.Response:
        """Return the answer to a request without a key: it is asked with the key, and comes back without."""
        if not self._service.key:
            raise GisError("vworld.no_key")
        self._manners.pace.turn()
        sealed = self._ask(request, options)
        if isinstance(sealed, _Setback):
            raise sealed
        return self.build_response(request, sealed)

    def _ask(self, request: Any, options: dict[str, Any]) -> Any:
        _hush()
        hushed = _UNDER_KEY.set(True)
        try:
            with closing(super().send(self._keyed(request), **options | {"stream": True})) as response:
                return self._sealed(response.raw)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            return _Setback(_kind(error))
        finally:
            _UNDER_KEY.reset(hushed)

    def _keyed(self, request: Any) -> Any:
        keyed, known = request.copy(), self._service
        if known.domain:
            keyed.headers["Referer"] = known.referer
        if keyed.url.startswith(f"{known.base}{_TILE_PATH}"):
            keyed.url = keyed.url.replace(_PLACE_OF_KEY, known.key, 1)
            return keyed
        words = {"key": known.key, "domain": known.domain} if known.domain else {"key": known.key}
        upper = keyed.url.startswith(f"{known.base}/req/wfs")
        keyed.prepare_url(keyed.url, {word.upper() if upper else word: value for word, value in words.items()})
        return keyed

    def _sealed(self, raw: Any) -> Any:
        """Return an answer read to its end, of which only status, type, place and body are left, without the key."""
        body = self._body(raw)
        if body is None:
            return _Setback("too_big")
        headers = {
            name: self._freed(raw.headers[name].encode()).decode()
            for name in ("Content-Type", "Location")
            if name in raw.headers
        }
        return urllib3.HTTPResponse(
            io.BytesIO(self._freed(body)), headers, raw.status, reason="", preload_content=False, request_url=""
        )

    def _freed(self, content: bytes) -> bytes:
        return self._traces.sub(_WITHHELD, content)

    def _body(self, raw: Any) -> bytes | None:
        """Return the whole body, unpacked; None where it is larger than may be."""
        clock, parts, size = self._manners.pace.clock, [], 0
        until = clock() + self._manners.whole
        while part := raw.read1(65_536, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > self._manners.most_bytes:
                return None
            if clock() > until:
                raise TimeoutError
        return b"".join(parts)


def _kind(error: Exception) -> str:
    """Return the kind of setback that an exception of the network is."""
    inner = error.args[0] if error.args else None
    if isinstance(error, requests.exceptions.ReadTimeout | urllib3.exceptions.ReadTimeoutError | TimeoutError):
        return "slow"
    untrusted = isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError)
    if untrusted or not isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError):
        return "certificate"  # a plain OSError: the file of certificates is not there
    breaks = urllib3.exceptions.ProtocolError | urllib3.exceptions.DecodeError
    if isinstance(error, breaks) or isinstance(inner, breaks):
        return "cut"
    return "unreachable"


_UNDER_KEY: ContextVar[bool] = ContextVar("under_key", default=False)


def _unhushed(record: logging.LogRecord) -> bool:
    """Let a record pass, but for those of a call that carries the key: urllib3 logs addresses."""
    return not _UNDER_KEY.get()


def _hush() -> None:
    """Put the filter on every logger of urllib3; filters do not reach down from a parent."""
    for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "urllib3"]:
        logging.getLogger(name).addFilter(_unhushed)


@contextmanager
def _session(service: Service, manners: Manners) -> Iterator[requests_cache.CachedSession]:
    """Open a session that keeps good answers for 30 days, with the date they came, in a file of plain JSON texts."""
    place: dict[str, Any] = {"backend": "memory"}
    if service.cache is not None:
        place = {
            "backend": "sqlite",
            "cache_name": _writable(service.cache / "vworld.sqlite"),
            "serializer": _as_text(),
        }
    session = requests_cache.CachedSession(expire_after=KEEP, filter_fn=_worth_keeping, **place)
    try:
        if isinstance(session.cache, requests_cache.SQLiteCache):
            session.cache.delete(expired=True, vacuum=False)
        yield _with_key(session, service, manners)
    finally:
        session.close()


def _worth_keeping(response: requests.Response) -> bool:
    """Tell whether an answer has features: refusals pass, and that nothing is there is asked anew each time."""
    answer = read_answer(response.content) if response.status_code == 200 else None
    return isinstance(answer, Answer) and bool(answer.features)


def _writable(path: Path) -> Path:
    """Return the path of the cache, once SQLite can write there: requests-cache would try forever."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as known:
            known.execute("BEGIN IMMEDIATE")
            known.execute("ROLLBACK")
    except (OSError, sqlite3.Error) as error:
        raise GisError("vworld.cache", path=path, reason=error) from error
    return path


def _as_text() -> SerializerPipeline:
    """Return a serializer to JSON with bodies as texts: unlike pickle it runs nothing when it is read."""
    stage = CattrStage(cattrs.preconf.json.make_converter)
    stage.converter.register_unstructure_hook(bytes, lambda body: body.decode("utf-8", "surrogateescape"))
    stage.converter.register_structure_hook(bytes, lambda text, _: text.encode("utf-8", "surrogateescape"))
    return SerializerPipeline([stage, Stage(json)], name="text")
