"""A server on this machine that answers as VWorld was captured answering, and as a bad day would have it answer."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pyproj
import shapely

KEY = "DISTINCT-0KEY-4711-ABCD-EF0123456789"
DOMAIN = "http://localhost:3000"
TO_METERS = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0" + bytes(40)
RANGE_TEXT = (
    "attrFilter 파라미터의 값이 유효한 범위를 넘었습니다. 유효한 파라미터 값의 범위 : 속성명은 "
    "[uname,dyear,dnum,sido_name,sigg_name,ag_geom] 중 하나를 입력하십시오., 입력한 파라미터 값 : pnu:=:1168"
)
CODES = {
    "PARAM_REQUIRED": "필수 파라미터인 data가 없어서 요청을 처리할수 없습니다.",
    "INVALID_TYPE": "size 파라미터의 타입이 유효하지 않습니다.",
    "INVALID_RANGE": RANGE_TEXT,
    "INVALID_KEY": "등록되지 않은 인증키입니다.",
    "INCORRECT_KEY": "인증키 정보가 올바르지 않습니다.",
    "UNAVAILABLE_KEY": "사용이 중지된 인증키입니다.",
    "OVER_REQUEST_LIMIT": "일일 사용량을 초과했습니다.",
    "OVER_LIMIT": "제한을 넘었습니다.",
    "NO_PERMISSION": "권한이 없습니다.",
    "SYSTEM_ERROR": "시스템 에러가 발생하였습니다.",
    "UNKNOWN_ERROR": "알 수 없는 에러가 발생하였습니다.",
    "BRAND_NEW_CODE": "처음 보는 말입니다.",
}
PASSING = ("502", "503", "504", "429", "slow", "hang_up", "cut", "cut_json", "drip")
"""Moods after which asking again may help."""
ODD = (
    "html",
    "xml_bomb",
    "xml",
    "xml_utf16",
    "redirect",
    "500",
    "403",
    "deep",
    "gzip_bomb",
    "text",
    "list",
    "nan",
    "outside",
)
MOODS = (*CODES, *PASSING, *ODD)


def feature(number: int, bounds: tuple[float, float, float, float], **attributes: str) -> dict[str, Any]:
    """Return a rectangle as a feature of 단지경계, like the fixture of the reference."""
    box = shapely.geometry.mapping(shapely.MultiPolygon([shapely.box(*bounds)]))
    known = {"dan_id": f"DAMDAN{number:03}", "dan_name": f"테스트산업단지 {number}", "cat_nam": "일반산업단지"}
    return {
        "type": "Feature",
        "id": f"LT_C_DAMDAN.{number}",
        "geometry": json.loads(json.dumps(box)),
        "properties": known | attributes,
    }


def row_of(count: int, west: float = 126.70, south: float = 35.10, step: float = 0.001) -> list[dict[str, Any]]:
    """Return `count` small squares in rows of fifty."""
    return [
        feature(
            number, (x := west + step * (number % 50), y := south + step * (number // 50), x + step / 2, y + step / 2)
        )
        for number in range(count)
    ]


def envelope(features: list[dict[str, Any]], total: int, page: int, size: int) -> dict[str, Any]:
    """Return the OK envelope: counts are texts; NOT_FOUND has no `result`."""
    service = {"name": "data", "version": "2.0", "operation": "GetFeature", "time": "31(ms)"}
    pages = max(1, -(-total // size))
    known = {
        "service": service,
        "status": "OK" if features else "NOT_FOUND",
        "record": {"total": str(total), "current": str(len(features))},
        "page": {"total": str(pages), "current": str(page), "size": str(size)},
    }
    if features:
        bbox = [126.0, 35.0, 127.0, 36.0]
        known["result"] = {"featureCollection": {"type": "FeatureCollection", "bbox": bbox, "features": features}}
    return {"response": known}


def refusal(code: str, text: str) -> dict[str, Any]:
    """Return the ERROR envelope, which comes with HTTP 200."""
    service = {"name": "data", "version": "2.0", "operation": "GetFeature", "time": "3(ms)"}
    error = {"level": "2" if "KEY" in code else "1", "code": code, "text": text}
    return {"response": {"service": service, "status": "ERROR", "error": error}}


def exception_xml(code: str, address: str) -> str:
    """Return the exception of the WFS, which repeats the address with the key."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ServiceExceptionReport version="1.2.0" '
        'xmlns="http://www.opengis.net/ogc"><ServiceException code="' + code + '">'
        f"요청 주소: {address.replace('&', '&amp;')}</ServiceException></ServiceExceptionReport>"
    )


@dataclass
class Asked:
    """One request as it came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class LocalVworld:
    """What the server has and how it feels: each mood serves one request, `always` every one after them."""

    features: list[dict[str, Any]] = field(default_factory=list)
    key: str = KEY
    domain: str = DOMAIN
    cap: int = 1000
    moods: list[str] = field(default_factory=list)
    always: str | None = None
    turned: bool = False
    """Whether the WFS swaps its axes."""
    shuffled: bool = False
    """Whether the pages of a list shift while they are read."""
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def data(self, query: dict[str, str]) -> dict[str, Any]:
        found = self.features
        if "geomFilter" in query:
            edges = [float(edge) for edge in query["geomFilter"].removeprefix("BOX(").removesuffix(")").split(",")]
            inside = shapely.intersects(shapely.box(*edges), self.shapes)
            found = [one for one, here in zip(found, inside, strict=True) if here]
        if "attrFilter" in query:
            name, how, value = query["attrFilter"].split(":", 2)
            if found and name not in found[0]["properties"]:
                return refusal("INVALID_RANGE", RANGE_TEXT)
            found = [one for one in found if _meets(str(one["properties"][name]), how, value)]
        size, page = min(int(query.get("size", 10)), self.cap), int(query.get("page", 1))
        if self.shuffled and page > 1:
            return envelope(found[:size], len(found), page, size)
        return envelope(found[(page - 1) * size : page * size], len(found), page, size)

    def wfs(self, query: dict[str, str]) -> dict[str, Any]:
        edges = shapely.box(*(float(edge) for edge in query["BBOX"].split(",")))
        inside = shapely.intersects(edges, self.metric_shapes)
        found = [one for one, here in zip(self.metric_features, inside, strict=True) if here]
        if self.turned:
            found = self.features
        return {"type": "FeatureCollection", "features": found[: min(int(query["MAXFEATURES"]), self.cap)]}

    @cached_property
    def shapes(self) -> Any:
        return [shapely.geometry.shape(one["geometry"]) for one in self.features]

    @cached_property
    def metric_shapes(self) -> Any:
        return shapely.transform(self.shapes, TO_METERS, interleaved=False)

    @cached_property
    def metric_features(self) -> list[dict[str, Any]]:
        shapes = map(shapely.geometry.mapping, self.metric_shapes)
        return [{**one, "geometry": shape} for one, shape in zip(self.features, shapes, strict=True)]


def _meets(value: str, how: str, wanted: str) -> bool:
    return value == wanted if how == "=" else wanted in value


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together, or the kernel waits 40 ms between them
    server: Any

    def do_GET(self) -> None:
        world: LocalVworld = self.server.world
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        world.asked.append(Asked(parts.path, query, dict(self.headers)))
        mood = world.moods.pop(0) if world.moods else world.always
        if mood:
            self._moody(world, mood)
        elif parts.path.startswith("/req/wmts/"):
            self._tile(world, parts.path)
        elif parts.path == "/req/data":
            self._json(self._refused(world, query, "key", "domain") or world.data(query))
        elif parts.path == "/req/wfs":
            if self._refused(world, query, "KEY", "DOMAIN"):
                self._send(exception_xml("INCORRECT_KEY", self.path), "text/xml")
            else:
                self._json(world.wfs(query))
        else:
            self._send("no such place", "text/plain", 404)

    def _refused(self, world: LocalVworld, query: dict[str, str], key: str, domain: str) -> dict[str, Any] | None:
        if query.get(key) != world.key:
            return refusal("INVALID_KEY", CODES["INVALID_KEY"])
        if query.get(domain) != world.domain or self.headers.get("Referer") != world.domain:
            return refusal("INCORRECT_KEY", CODES["INCORRECT_KEY"])
        return None

    def _tile(self, world: LocalVworld, path: str) -> None:
        key, layer, *_ = path.removeprefix("/req/wmts/1.0.0/").split("/")
        if key != world.key:
            self._send(exception_xml("INVALID_KEY", self.path), "text/xml")
        elif layer == "gray":
            self._send(exception_xml("LayerNotDefined", self.path), "text/xml")
        else:
            self._send(JPEG if path.endswith(".jpeg") else PNG, f"image/{path.rpartition('.')[2]}")

    def _moody(self, world: LocalVworld, mood: str) -> None:
        whole = json.dumps(world.data({"size": "1000"}), ensure_ascii=False).encode()
        if mood in CODES:
            self._json(refusal(mood, CODES[mood]))
        elif mood.isdigit():
            self._send(f"<html><body>{mood} {self.path}</body></html>", "text/html", int(mood))
        elif mood == "slow":
            world.closing.wait(1.0)
            self.close_connection = True
        elif mood == "hang_up":
            self.close_connection = True
        elif mood in ("cut", "cut_json"):
            head = f"Content-Length: {len(whole)}\r\n" if mood == "cut" else ""
            self._raw(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{head}Connection: close\r\n\r\n".encode())
            self._raw(whole[: len(whole) // 2])
            self.close_connection = True
        elif mood == "drip":
            self._raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
            while not world.closing.wait(0.05) and self._raw(b" "):
                pass
            self.close_connection = True
        elif mood == "redirect":
            self.send_response(302, f"go {self.path}")
            self.send_header("Location", f"http://elsewhere.example{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif mood == "gzip_bomb":
            packed = gzip.compress(bytes(48 * 2**20))
            self._send(packed, "application/json", encoding="gzip")
        else:
            kind, content = self._oddity(world, mood)
            self._send(content, kind)

    def _oddity(self, world: LocalVworld, mood: str) -> tuple[str, str | bytes]:
        bomb = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
        echo = feature(1, (126.7, 35.1, 126.71, 35.11), remark=self.path)
        far = feature(1, (10.0, 50.0, 10.1, 50.1))
        return {
            "xml": ("text/xml", exception_xml("INCORRECT_KEY", self.path)),
            "xml_utf16": (
                "text/xml",
                exception_xml("INCORRECT_KEY", self.path).replace("UTF-8", "UTF-16").encode("utf-16"),
            ),
            "xml_bomb": (
                "text/xml",
                f'<!DOCTYPE x [<!ENTITY a0 "ha">{bomb}]><ServiceException code="X">&a9;</ServiceException>',
            ),
            "html": ("text/html", f"<!DOCTYPE html><html><br><body>차단되었습니다 {self.path}</body></html>"),
            "text": ("text/plain", f"blocked {self.path}"),
            "deep": ("application/json", "[" * 200_000),
            "list": ("application/json", json.dumps([self.path])),
            "nan": ("application/json", '{"response": {"status": "OK", "record": {"total": NaN}}}'),
            "outside": ("application/json", json.dumps(envelope([far], 1, 1, 1000))),
            "echo": ("application/json", json.dumps(envelope([echo], 1, 1, 1000))),
        }[mood]

    def _json(self, content: Any) -> None:
        self._send(json.dumps(content, ensure_ascii=False), "application/json;charset=UTF-8")

    def _send(self, content: str | bytes, kind: str, status: int = 200, encoding: str | None = None) -> None:
        packed = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(packed)))
        self.send_header("X-Asked", self.path)
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self._raw(packed)

    def _raw(self, content: bytes) -> bool:
        try:
            self.wfile.write(content)
            self.wfile.flush()
        except OSError:
            return False
        return True

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that left."""


@contextmanager
def local_vworld(**known: Any) -> Iterator[LocalVworld]:
    """Serve a `LocalVworld` on this machine while the block runs."""
    world = LocalVworld(**known)
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.world = world
        world.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
        thread.start()
        try:
            yield world
        finally:
            world.closing.set()
            server.shutdown()
            thread.join()
