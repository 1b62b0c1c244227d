"""TIFF files made by hand, byte by byte: no library that the product uses has written them."""

import struct
from typing import Any

SHORT, LONG, DOUBLE, ASCII = 3, 4, 12, 2
_FORMATS = {SHORT: "H", LONG: "I", DOUBLE: "d"}
GEO_KEYS = {"plane": 3072, "degrees": 2048}


def tiff(
    width: int,
    height: int,
    values: bytes,
    *,
    bits: int = 8,
    sample_format: int = 1,
    samples: int = 1,
    place: tuple[float, float, float] | None = (180_000.0, 290_000.0, 10.0),
    epsg: int | None = 5186,
    metadata: bytes | None = None,
    order: str = "<",
    more: dict[int, tuple[int, tuple]] | None = None,
    second: bool = False,
) -> bytes:
    """Return an uncompressed TIFF of one strip; `place` is west, north and the size of a pixel.

    `second` hangs the same picture on as a second page.
    """
    tags: dict[int, tuple[int, Any]] = {
        256: (LONG, (width,)), 257: (LONG, (height,)), 258: (SHORT, (bits,) * samples), 259: (SHORT, (1,)),
        262: (SHORT, (2 if samples >= 3 else 1,)), 277: (SHORT, (samples,)), 278: (LONG, (height,)),
        279: (LONG, (len(values),)), 284: (SHORT, (1,)), 339: (SHORT, (sample_format,) * samples),
    }  # fmt: skip
    if place is not None:
        west, north, size = place
        tags[33550] = (DOUBLE, (size, size, 0.0))
        tags[33922] = (DOUBLE, (0.0, 0.0, 0.0, west, north, 0.0))
    if epsg is not None:
        degrees = epsg in (4326, 4162)
        key = GEO_KEYS["degrees" if degrees else "plane"]
        tags[34735] = (SHORT, (1, 1, 0, 3, 1024, 0, 1, 2 if degrees else 1, 1025, 0, 1, 1, key, 0, 1, epsg))
    if metadata is not None:
        tags[42112] = (ASCII, metadata + b"\0")
    tags |= more or {}
    start = 8 + len(values)
    first = _directory(tags, start, order, 0)
    if second:
        first = _directory(tags, start, order, start + len(first))
        first += _directory(tags, start + len(first), order, 0)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", start)
    return head + values + first


def _directory(tags: dict[int, tuple[int, Any]], place: int, order: str, following: int) -> bytes:
    """Return one directory that lies at `place`, its long values behind it."""
    tags = tags | {273: (LONG, (8,))}
    entries, tail = b"", b""
    behind = place + 2 + 12 * len(tags) + 4
    for tag, (kind, values) in sorted(tags.items()):
        raw = values if kind == ASCII else struct.pack(f"{order}{len(values)}{_FORMATS[kind]}", *values)
        field = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack(order + "I", behind + len(tail))
        tail += raw if len(raw) > 4 else b""
        entries += struct.pack(order + "HHI", tag, kind, len(values)) + field
    return struct.pack(order + "H", len(tags)) + entries + struct.pack(order + "I", following) + tail
