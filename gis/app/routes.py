"""Tiles beside the pages, on the same port: imported rasters, pictures to be placed, and VWorld with its key.

Every route wants the token of this run of the server, which only its pages hold: an imported raster, confidential
(대외비) or not, is not to be had by guessing its name. There is no sign-in yet, so whoever may open a page may see its
tiles. VWorld's key is added here and never reaches a page; its tiles go to pages of this server alone, so that no
other site and no script spends the key. What cannot be served is 404 without a reason, what is malformed 422.
"""

import hmac
import re
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from streamlit import cli_util
from streamlit.web.server import server_util

from gis.errors import GisError, UnknownNameError
from gis.i18n import LANGUAGES, use_language
from gis.io import store, vworld
from gis.io.mbtiles import MAX_ZOOM, tile
from gis.io.picture import picture_tile, pyramid_path
from gis.io.raster_picture import blank_tile, raster_tile
from gis.study import services

TOKEN = secrets.token_urlsafe(32)
"""Of this run of the server; pages put it into the addresses of their tiles."""
AT_ONCE = 6
"""Tiles made at a time; the others wait, and the pages have threads of their own."""
NUMBER = re.compile(r"[0-9]{1,8}")
VWORLD_LAYER = re.compile(r"[A-Za-z]{1,20}")
PICTURE = re.compile(r"[0-9a-f]{64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KEPT = "private, max-age=3600"
NOT_KEPT = "no-store"

Tile = tuple[bytes, str, str]
"""Content, media type, and how long a browser may keep it."""
Make = Callable[[str, int, int, int], Tile]


class Missing(Exception):  # noqa: N818 - an answer, not a fault
    """There is no such tile, or it is nobody's business whether there is."""


def imported_tile(name: str, z: int, x: int, y: int) -> Tile:
    """Return a tile of an imported raster or MBTiles file; where it has none, one that shows nothing."""
    try:
        layer = store.layer(name)
    except UnknownNameError as error:
        raise Missing from error
    if layer.name != name or layer.kind not in ("Raster", "Tiles"):
        raise Missing
    keep = NOT_KEPT if layer.confidential else KEPT
    path = store.file_path(layer)
    if layer.kind == "Tiles":
        content, media = tile(path, z, x, y) or (blank_tile(), "image/png")
        return content, media, keep
    return raster_tile(path, z, x, y) or blank_tile(), "image/png", keep


def placed_tile(name: str, z: int, x: int, y: int) -> Tile:
    """Return a tile of a picture that somebody is placing, by the hash of its content."""
    path = pyramid_path(name)
    if not path.is_file():
        raise Missing
    return picture_tile(path, z, x, y) or blank_tile(), "image/png", NOT_KEPT


def vworld_tile(name: str, z: int, x: int, y: int) -> Tile:
    """Return a tile of VWorld, asked with our key."""
    service = services.service()
    if not service.key:
        raise Missing
    content, media = vworld.tile(service, name, z, x, y)
    return content, media, KEPT


def tile_routes(base_path: str | None = None) -> Sequence[BaseRoute]:
    """Return the routes of the server, below its base path."""
    stem = st.get_option("server.baseUrlPath") if base_path is None else base_path
    start = "/".join(["", *filter(None, str(stem or "").split("/")), "tiles"])
    return [
        _route(f"{start}/imported", store.NAME, imported_tile),
        _route(f"{start}/picture", PICTURE, placed_tile),
        _route(f"{start}/vworld", VWORLD_LAYER, vworld_tile, own_pages_only=True),
    ]


@asynccontextmanager
async def open_browser(_: Any) -> AsyncIterator[None]:
    """Open the browser as the server starts: Streamlit leaves that out where an app has routes of its own."""
    if not st.get_option("server.headless"):
        address = st.get_option("browser.serverAddress") or st.get_option("server.address") or "localhost"
        await anyio.to_thread.run_sync(cli_util.open_browser, server_util.get_url(address))
    yield


def token_query() -> str:
    """Return what a page puts behind the address of a tile."""
    return f"?t={TOKEN}"


def _route(start: str, names: re.Pattern[str], make: Make, *, own_pages_only: bool = False) -> Route:
    async def answer(request: Request) -> Response:
        if not _is_ours(request) or (own_pages_only and not _from_own_page(request)):
            return _nothing(404)
        given = request.path_params
        numbers = [given[part] for part in ("z", "x", "y")]
        if not names.fullmatch(given["layer"]) or not all(NUMBER.fullmatch(number) for number in numbers):
            return _nothing(422)
        z, x, y = map(int, numbers)
        if z > MAX_ZOOM or x >= 2**z or y >= 2**z:
            return _nothing(404)
        try:
            content, media, keep = await anyio.to_thread.run_sync(
                partial(_quiet, make, given["layer"], z, x, y), limiter=_limiter()
            )
        except Missing:
            return _nothing(404)
        except GisError:
            return _nothing(502 if own_pages_only else 404)
        return Response(content, media_type=media, headers={**_HEADERS, "Cache-Control": keep})

    return Route(f"{start}/{{layer}}/{{z}}/{{x}}/{{y}}", answer, methods=["GET"])


def _quiet(make: Make, *place: Any) -> Tile:
    use_language(LANGUAGES[0])  # a fault is worded for nobody, but must find its words
    return make(*place)


@cache
def _limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(AT_ONCE)


def _is_ours(request: Request) -> bool:
    return hmac.compare_digest(request.query_params.get("t", "").encode(), TOKEN.encode())


def _from_own_page(request: Request) -> bool:
    """Tell whether a page of this server asks: by `Sec-Fetch-Site`, or where a browser sends none, by its address."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    asking = request.headers.get("origin") or request.headers.get("referer") or ""
    return bool(asking) and urlsplit(asking).netloc == request.headers.get("host")


def _nothing(status: int) -> Response:
    return Response(status_code=status, headers={**_HEADERS, "Cache-Control": NOT_KEPT})
