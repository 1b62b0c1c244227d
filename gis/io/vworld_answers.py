"""What VWorld answers, read with distrust: features, or a refusal; and how the pages of many boxes become one frame.

Nothing here knows of the network or of the key. An answer is a value, also where it is a refusal, so that the cache
can ask whether it is worth keeping.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from defusedxml import DefusedXmlException, ElementTree

from gis.crs import KOREA_LON_LAT, MAP_CRS, reproject
from gis.errors import GisError
from gis.io.write import printable

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

CAP = 1000
"""Features that VWorld gives at once; its WFS cuts here without a word."""
PAGES_A_BOX = 20
"""Pages read of one box before it is cut in four: pages of a long list may shift while they are read."""
DEPTH = 12
"""How often a box is cut in four: 100 km become 24 m."""
MOST_CALLS = 3_000
MOST_FEATURES = 200_000
MOST_COLUMNS = 300
LONGEST_TEXT = 300
"""Characters of a service's own words that reach a message."""

_LEGAL_NAMES = re.compile(r"속성명은\s*\[([^\]]*)\]")
_COUNT = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class Feature:
    """One feature as it came: its id, its geometry (None where it cannot be read), its attributes as texts."""

    id: str | None
    geometry: Any
    attributes: dict[str, str | None]

    @property
    def identity(self) -> Any:
        """What makes it the same feature in two answers: its id, or else its geometry and attributes."""
        if self.id is not None:
            return self.id
        return shapely.to_wkb(self.geometry), tuple(sorted(self.attributes.items(), key=lambda item: item[0]))


@dataclass(frozen=True)
class Answer:
    """Features of one page; `total` says how many the service has, None where it does not count them."""

    features: tuple[Feature, ...]
    total: int | None = None
    pages: int = 1
    counted: bool = True


@dataclass(frozen=True)
class Refusal:
    """An answer without features: a code of the service, or `BROKEN` (cut off) or `ODD` (no answer of VWorld)."""

    code: str
    text: str = ""

    @property
    def passing(self) -> bool:
        """Whether the same question may well be answered the next time."""
        return self.code == "BROKEN"


def read_answer(body: bytes) -> Answer | Refusal:
    """Return what the body of an answer says: the envelope of the Data API, a bare GeoJSON, or an exception in XML."""
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        return _read_xml(body)
    if start and start not in b"{[":
        return Refusal("ODD")
    try:
        content = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return Refusal("BROKEN")
    if not isinstance(content, dict):
        return Refusal("ODD")
    if content.get("type") == "FeatureCollection":
        return _read_collection(content, _number(content.get("totalFeatures")), 1, counted=False)
    return _read_envelope(content.get("response"))


def _no_constant(word: str) -> None:
    raise ValueError(word)


def _read_envelope(response: Any) -> Answer | Refusal:
    status = _inside(response, "status")
    if status == "NOT_FOUND":
        return Answer((), total=0)
    if status == "ERROR":
        code, text = _inside(response, "error", "code"), _inside(response, "error", "text")
        return Refusal(str(code or "-"), _short(text))
    total = _number(_inside(response, "record", "total"))
    if status != "OK" or total is None:
        return Refusal("ODD")
    pages = _number(_inside(response, "page", "total")) or 1
    return _read_collection(_inside(response, "result", "featureCollection"), total, pages)


def _read_collection(content: Any, total: int | None, pages: int, *, counted: bool = True) -> Answer | Refusal:
    rows = _inside(content, "features")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return Refusal("ODD")
    return Answer(tuple(map(_feature, rows)), total, pages, counted)


def _inside(content: Any, *keys: str) -> Any:
    """Return what lies under `keys`; None as soon as something is no object or lacks the key."""
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def _number(value: Any) -> int | None:
    """Return a count, which VWorld writes as a text; None for anything else."""
    return int(value) if not isinstance(value, bool) and _COUNT.fullmatch(str(value)) else None


def _feature(row: dict[str, Any]) -> Feature:
    properties = row.get("properties")
    known = properties if isinstance(properties, dict) else {}
    name = row.get("id")
    return Feature(
        id=str(name) if isinstance(name, str | int) and str(name) else None,
        geometry=_shape(row.get("geometry")),
        attributes={str(key): _text(value) for key, value in known.items()},
    )


def _shape(geometry: Any) -> Any:
    """Return a geometry as shapely has it, valid or not; None where it cannot be drawn at all."""
    try:
        return shapely.geometry.shape(geometry)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, shapely.errors.ShapelyError):
        return None


def _text(value: Any) -> str | None:
    """Return an attribute as text, so that a PNU or a code keeps its zeros and all its digits."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _read_xml(body: bytes) -> Refusal:
    """Return the exception that an XML answer states; a page of a firewall or a document with entities is `ODD`."""
    try:
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", body.decode("utf-8-sig", "replace")))
    except (ElementTree.ParseError, DefusedXmlException, RecursionError):
        return Refusal("ODD")
    parts = {str(part.tag).rpartition("}")[2]: part for part in root.iter()}
    exception = parts.get("ServiceException", parts.get("Exception"))
    if exception is not None:
        code = exception.get("code") or exception.get("exceptionCode") or "-"
        return Refusal(code, _short("".join(exception.itertext())))
    if "error" in parts and "code" in parts:
        text = parts["text"].text if "text" in parts else ""
        return Refusal(parts["code"].text or "-", _short(text))
    return Refusal("ODD")


def _short(text: Any) -> str:
    """Return a service's own words as one short line that a terminal only prints."""
    return printable(" ".join(str(text or "").split()))[:LONGEST_TEXT]


def refusal_error(refusal: Refusal, title: str, domain: str = "") -> GisError:
    """Return the sentence that says what a refusal means for a person at `domain` who asked for the layer `title`."""
    text = refusal.text or "-"
    match refusal.code:
        case "PARAM_REQUIRED":
            return GisError("vworld.param_required", layer=title, text=text)
        case "INVALID_TYPE":
            return GisError("vworld.invalid_type", layer=title, text=text)
        case "INVALID_RANGE":
            names = _LEGAL_NAMES.search(refusal.text)
            if names is None:
                return GisError("vworld.invalid_range", layer=title, text=text)
            known = ", ".join(name.strip() for name in names[1].split(","))
            return GisError("vworld.invalid_attribute", layer=title, known=known)
        case "INVALID_KEY":
            return GisError("vworld.invalid_key")
        case "INCORRECT_KEY":
            return GisError("vworld.incorrect_key", domain=domain or "-")
        case "UNAVAILABLE_KEY":
            return GisError("vworld.unavailable_key")
        case "OVER_REQUEST_LIMIT":
            return GisError("vworld.over_request_limit")
        case "OVER_LIMIT":
            return GisError("vworld.over_limit", layer=title)
        case "NO_PERMISSION":
            return GisError("vworld.no_permission", layer=title)
        case "SYSTEM_ERROR":
            return GisError("vworld.system_error")
        case "UNKNOWN_ERROR":
            return GisError("vworld.unknown_error", text=text)
        case "BROKEN":
            return GisError("vworld.cut")
        case "ODD":
            return GisError("vworld.not_data")
    return GisError("vworld.other_code", code=printable(refusal.code)[:LONGEST_TEXT], text=text)


@dataclass
class Gathered:
    """What the answers of a fetch add up to, each feature once."""

    features: dict[Any, Feature] = field(default_factory=dict)
    received: int = 0
    answers: int = 0
    tiles: int = 0
    unlike: int = 0
    """Features whose id came before with another content; the first stays."""

    def take(self, answer: Answer) -> set[Any]:
        """Add the features of an answer; return who they are."""
        for feature in answer.features:
            first = self.features.setdefault(feature.identity, feature)
            self.unlike += not _alike(first, feature)
        self.received += len(answer.features)
        self.answers += 1
        if len(self.features) > MOST_FEATURES or self.answers > MOST_CALLS:
            raise GisError("vworld.too_many", count=f"{len(self.features):,}", calls=f"{self.answers:,}")
        return {feature.identity for feature in answer.features}


def _alike(one: Feature, other: Feature) -> bool:
    if one is other:
        return True
    return one.attributes == other.attributes and shapely.to_wkb(one.geometry) == shapely.to_wkb(other.geometry)


Ask = Callable[[Box | None, int], Answer]
Progress = Callable[[int, int | None], None]


def gather(ask: Ask, box: Box | None, title: str, *, cap: int = CAP, progress: Progress | None = None) -> Gathered:
    """Return every feature in `box` (degrees), each once, however few the service gives at a time.

    Pages are read while they add up to the total that the service states. Where they do not, or where an answer that
    states none is full, the box is cut in four, and so on. `progress` hears how many are there and are expected.

    Raises
    ------
    GisError
        Where not all can be had: too many for one question, or a question without a box to cut. A part of a layer is
        never returned.
    """
    found, waiting, expected = Gathered(), [(box, 0)], None
    while waiting:
        here, depth = waiting.pop()
        found.tiles += 1

        def page(number: int, here: Box | None = here) -> tuple[Answer, set[Any]]:
            answer = ask(here, number)
            return answer, found.take(answer)

        first, whole = _read_box(page, cap)
        expected = first.total if depth == 0 and first.counted else expected
        if not whole and (here is None or depth == DEPTH):
            raise GisError("vworld.incomplete", layer=title, count=f"{len(found.features):,}")
        if not whole and here is not None:
            waiting += [(quarter, depth + 1) for quarter in quarters(here)]
        if progress:
            progress(len(found.features), expected)
    return found


def _read_box(page: Callable[[int], tuple[Answer, set[Any]]], cap: int) -> tuple[Answer, bool]:
    """Return the first answer for one box, and whether its pages hold everything in the box."""
    first, seen = page(1)
    had = len(first.features)
    if not first.counted:
        return first, had < cap and (first.total is None or first.total <= had)
    if first.total is None or first.total <= had:
        return first, True
    if first.pages > PAGES_A_BOX:
        return first, False
    for number in range(2, first.pages + 1):
        seen |= page(number)[1]
    return first, len(seen) >= first.total


def quarters(box: Box) -> list[Box]:
    """Return the four parts of a box; they share their edges, so nothing falls between them."""
    west, south, east, north = box
    lon, lat = (west + east) / 2, (south + north) / 2
    return [(west, south, lon, lat), (lon, south, east, lat), (west, lat, lon, north), (lon, lat, east, north)]


def frame_of(found: Gathered, crs: str, title: str) -> gpd.GeoDataFrame:
    """Return features that came in `crs` as a frame in WGS 84, by id: texts, and geometries as they came.

    An attribute that is called `id` or `geometry` keeps its values under `id_attribute` or `geometry_attribute`.

    Raises
    ------
    GisError
        Where a feature lies outside Korea, the sign of swapped or foreign coordinates.
    """
    features = sorted(found.features.values(), key=lambda one: (one.id is None, one.id or "", str(one.identity)))
    columns = list(dict.fromkeys(name for one in features for name in one.attributes))
    if len(columns) > MOST_COLUMNS:
        raise GisError("vworld.not_data")
    table = pd.DataFrame(
        [[one.attributes.get(name) for name in columns] for one in features], columns=columns, dtype=object
    )
    table.columns = pd.Index(_free_names(columns))
    ids = [one.id or f"row-{number}" for number, one in enumerate(features, start=1)]
    table.insert(0, "id", pd.Series(ids, dtype=object))
    geometry = gpd.GeoSeries([one.geometry for one in features], crs=crs)
    frame = reproject(gpd.GeoDataFrame(table, geometry=geometry, crs=crs), MAP_CRS)
    _require_korea(frame, title)
    return frame


def _free_names(columns: list[str]) -> list[str]:
    """Return the names of attributes, those changed that a frame needs for itself."""
    names: list[str] = []
    for column in columns:
        name = column
        while name in ("id", "geometry", *names) or (name != column and name in columns):
            name += "_attribute"
        names.append(name)
    return names


def _require_korea(frame: gpd.GeoDataFrame, title: str) -> None:
    drawn = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    outside = ~_within(drawn, KOREA_LON_LAT)
    if outside.any():
        row = drawn[outside].iloc[0]
        x, y = row.geometry.bounds[:2]
        raise GisError("vworld.outside_korea", layer=title, id=row["id"], x=f"{x:.5f}", y=f"{y:.5f}")


def _within(frame: gpd.GeoDataFrame, box: Box) -> pd.Series:
    edges = frame.bounds
    return edges["minx"].ge(box[0]) & edges["miny"].ge(box[1]) & edges["maxx"].le(box[2]) & edges["maxy"].le(box[3])


def away_from(frame: gpd.GeoDataFrame, box: Box) -> int:
    """Return how many features (degrees) reach nowhere near the box that was asked for."""
    edges, slack = frame.bounds, 1e-6
    away = (
        (edges["minx"] > box[2] + slack) | (edges["maxx"] < box[0] - slack)
        | (edges["miny"] > box[3] + slack) | (edges["maxy"] < box[1] - slack)
    )  # fmt: skip
    return int(np.count_nonzero(away))


def checked_box(numbers: tuple[float, ...]) -> Box:
    """Return west, south, east, north in degrees once they make a box that touches Korea.

    Raises
    ------
    GisError
        For another count of numbers, a box turned inside out, or one away from Korea, as when lat and lon are swapped.
    """
    west, south, east, north = KOREA_LON_LAT
    text = ",".join(f"{number:g}" for number in numbers)
    if len(numbers) != 4 or not all(map(isfinite, numbers)) or numbers[0] >= numbers[2] or numbers[1] >= numbers[3]:
        raise GisError("vworld.box", box=text)
    if numbers[0] > east or numbers[2] < west or numbers[1] > north or numbers[3] < south:
        raise GisError("vworld.box_away", box=text)
    return numbers[0], numbers[1], numbers[2], numbers[3]
