"""VWorld, the state's open map service: its layers and tiles, asked for whole.

The key is known to `gis.io.vworld_wire` alone. The geocoder is left out: its terms forbid keeping what it answers.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta, timezone
from functools import lru_cache, partial
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj
import requests

from gis.crs import MAP_CRS, VWORLD_METRIC_CRS
from gis.errors import GisError, UnknownNameError
from gis.i18n import either, t
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
from gis.io.vworld_wire import (
    FOR_TILES,
    POLITE,
    TILE_PATH,
    TILES_AT_ONCE,
    Manners,
    Service,
    Setback,
    Stop,
    call,
    session,
    with_key,
)

APIS = ("data", "wfs")
KOREA_TIME = timezone(timedelta(hours=9))
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_FILTER = re.compile(r"([A-Za-z0-9_]{1,60}):(=|like|<|>|<=|>=|<>):([^|&]{1,200})")


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
    with session(service, manners) as connection:

        def ask(here: Box | None, page: int) -> Answer:
            send = partial(connection.get, url, params=asked(here, page, cap), force_refresh=refresh)
            response, answer = call(service, send, partial(_features, service, layer, page), manners, stop)
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
            raise Setback("cut")
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
    path = f"{service.base}{TILE_PATH}{layer}/{z}/{y}/{x}.{row['ending']}"
    if not _TILE_TURNS.acquire(timeout=manners.whole):
        raise GisError("vworld.busy", tries=manners.tries)
    try:
        send = partial(_tile_session(service, manners).get, path)
        _, picture = call(service, send, partial(_picture, service, title), manners, None)
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
    return with_key(requests.Session(), service, manners)
