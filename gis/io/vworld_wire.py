"""The wire to VWorld: who asks, how politely, and the one place where the key meets a request.

The key is added in `_KeyAdapter` alone, below the cache, the retries, the log and every message; what comes back is
freed of it there. Above it a request and its answer are the same for everybody.
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
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import cattrs.preconf.json
import requests
import requests_cache
import tenacity
import urllib3
from requests.adapters import HTTPAdapter
from requests_cache.serializers import CattrStage, SerializerPipeline, Stage

from gis.errors import GisError
from gis.io.database import workspace
from gis.io.vworld_answers import (
    Answer,
    read_answer,
)

BASE = "https://api.vworld.kr"
KEEP = timedelta(days=30)
"""How long an answer serves from the cache."""
TILES_AT_ONCE = 4
"""Half of what VWorld was seen to answer with 502 for a long time."""
PLACE_OF_KEY = "key-goes-here"
TILE_PATH = f"/req/wmts/1.0.0/{PLACE_OF_KEY}/"
_BUSY = (429, 502, 503, 504)
_KEY = re.compile(r"[A-Za-z0-9-]{8,200}")
_BASE = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._/-]*)?")
_HOST = re.compile(r"(?:https?://)?[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?")
_WITHHELD = b"key-withheld"

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


class Setback(Exception):  # noqa: N818 - not a fault yet: the next try may succeed
    """Why no answer came: `busy`, `slow`, `cut`, or for good `unreachable`, `certificate`, `too_big`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind

    @property
    def passing(self) -> bool:
        """Whether asking again may help."""
        return self.kind in ("busy", "slow", "cut")


def call(
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
            raise Setback("busy")
        if 300 <= response.status_code < 400:
            raise GisError("vworld.redirect", host=urlsplit(response.headers.get("Location", "")).hostname or "-")
        return response, read(response)

    try:
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, Setback) and error.passing),
            stop=tenacity.stop_after_attempt(manners.tries),
            wait=tenacity.wait_exponential(multiplier=1, max=16),
            sleep=partial(_rest, manners.pace, stop),
            reraise=True,
        )(attempt)
    except Setback as setback:
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


def with_key(session: AnySession, service: Service, manners: Manners) -> AnySession:
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
        if isinstance(sealed, Setback):
            raise sealed
        return self.build_response(request, sealed)

    def _ask(self, request: Any, options: dict[str, Any]) -> Any:
        _hush()
        hushed = _UNDER_KEY.set(True)
        try:
            with closing(super().send(self._keyed(request), **options | {"stream": True})) as response:
                return self._sealed(response.raw)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            return Setback(_kind(error))
        finally:
            _UNDER_KEY.reset(hushed)

    def _keyed(self, request: Any) -> Any:
        keyed, known = request.copy(), self._service
        if known.domain:
            keyed.headers["Referer"] = known.referer
        if keyed.url.startswith(f"{known.base}{TILE_PATH}"):
            keyed.url = keyed.url.replace(PLACE_OF_KEY, known.key, 1)
            return keyed
        words = {"key": known.key, "domain": known.domain} if known.domain else {"key": known.key}
        upper = keyed.url.startswith(f"{known.base}/req/wfs")
        keyed.prepare_url(keyed.url, {word.upper() if upper else word: value for word, value in words.items()})
        return keyed

    def _sealed(self, raw: Any) -> Any:
        """Return an answer read to its end, of which only status, type, place and body are left, without the key."""
        body = self._body(raw)
        if body is None:
            return Setback("too_big")
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
def session(service: Service, manners: Manners) -> Iterator[requests_cache.CachedSession]:
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
        yield with_key(session, service, manners)
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
