"""The directories of a TIFF, read before GDAL sees the file: what it declares, and what it must not ask for.

A kilobyte may declare a million by a million pixels, and the metadata of GDAL's own tag may name another file as
the overviews of this one, which GDAL would open (`OVERVIEW_FILE` in the domain `OVERVIEWS`). Both are found here.
TIFF 6.0 (1992), section 2; BigTIFF as in libtiff's design note.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from gis.errors import DataFileError, GisError, InputError

MAX_DIRECTORIES = 64
MAX_ENTRIES = 512
MAX_METADATA = 1024**2
MAX_PIXELS = 2**34
"""130,000 by 130,000: 25 km at 20 cm."""
FREE_BYTES = 2**30
MAX_SQUEEZE = 5_000
"""How many times larger than its file a raster may be, from `FREE_BYTES` on; a blank one shrinks 1,000 times."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_WHOLE = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_REDUCED, _WIDTH, _HEIGHT, _BITS, _SAMPLES, _SUB, _METADATA = 254, 256, 257, 258, 277, 330, 42112


@dataclass(frozen=True)
class Directory:
    """One picture in a TIFF: its size in pixels, samples a pixel, bits a sample; `reduced` is an overview or a mask."""

    width: int
    height: int
    samples: int
    bits: int
    reduced: bool


def is_tiff(head: bytes) -> bool:
    """Tell whether a file that begins with `head` is a TIFF or a BigTIFF."""
    return head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def checked_directories(path: Path) -> list[Directory]:
    """Return the directories of a TIFF whose declared size is sane and which names no other file.

    Raises
    ------
    DataFileError
        Where the directories are broken.
    InputError
        Where it declares more than it can hold or we want to hold, or asks for another file.
    """
    try:
        with path.open("rb") as file:
            found = _Walk(file, path.name).directories()
    except GisError:
        raise
    except (OSError, struct.error, ValueError, OverflowError) as error:
        raise DataFileError("file_broken", file=path.name, reason=" ".join(str(error).split())[:120]) from error
    if not found:
        raise DataFileError("file_broken", file=path.name, reason="no directory")
    size = path.stat().st_size
    for one in found:
        pixels = one.width * one.height
        declared = pixels * one.samples * max(one.bits, 1) // 8
        if pixels > MAX_PIXELS or (declared > FREE_BYTES and declared > MAX_SQUEEZE * size):
            raise InputError("raster.too_large", file=path.name, width=one.width, height=one.height, size=size)
    return found


class _Walk:
    """One way through the directories: the chain of pictures, and the overviews that hang on each."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.file, self.name = file, name
        head = file.read(16)
        if not is_tiff(head):
            raise DataFileError("file_content", file=name, ending=".tif")
        self.order = "<" if head[:2] == b"II" else ">"
        self.big = head[2:4] in (b"+\0", b"\0+")
        (self.first,) = struct.unpack_from(self.order + ("Q" if self.big else "I"), head, 8 if self.big else 4)

    def directories(self) -> list[Directory]:
        """Return every directory once, the main picture first."""
        found: list[Directory] = []
        seen: set[int] = set()
        waiting = [self.first]
        while waiting:
            place = waiting.pop(0)
            if place == 0 or place in seen:
                continue
            seen.add(place)
            if len(seen) > MAX_DIRECTORIES:
                raise InputError("raster.too_many_pages", file=self.name, most=MAX_DIRECTORIES)
            tags, following = self._tags(place)
            metadata = tags.get(_METADATA)
            if metadata is not None:
                self._require_harmless(self._bytes(metadata, MAX_METADATA))
            found.append(
                Directory(
                    width=self._number(tags, _WIDTH, 0),
                    height=self._number(tags, _HEIGHT, 0),
                    samples=self._number(tags, _SAMPLES, 1),
                    bits=self._number(tags, _BITS, 1),
                    reduced=self._number(tags, _REDUCED, 0) & 0b101 != 0,
                )
            )
            waiting += [following, *self._numbers(tags[_SUB], MAX_DIRECTORIES)] if _SUB in tags else [following]
        return found

    def _tags(self, place: int) -> tuple[dict[int, tuple[int, int, bytes]], int]:
        """Return type, count and value field by tag, and the place of the next directory."""
        count_format, entry_format = ("Q", "HHQ8s") if self.big else ("H", "HHI4s")
        self.file.seek(place)
        (count,) = self._read(count_format)
        if count > MAX_ENTRIES:
            raise ValueError(f"{count} entries in a directory")
        entries = [self._read(entry_format) for _ in range(count)]
        (following,) = self._read("Q" if self.big else "I")
        return {tag: (kind, number, value) for tag, kind, number, value in entries}, following

    def _read(self, form: str) -> tuple:
        size = struct.calcsize(self.order + form)
        return struct.unpack(self.order + form, self.file.read(size))

    def _bytes(self, entry: tuple[int, int, bytes], most: int) -> bytes:
        """Return a value's bytes: from the entry where they fit, else from where it points."""
        kind, count, field = entry
        size = _SIZES.get(kind, 1) * count
        if size > most:
            raise ValueError(f"a tag of {size} bytes")
        if size <= len(field):
            return field[:size]
        (place,) = struct.unpack(self.order + ("Q" if self.big else "I"), field)
        self.file.seek(place)
        found = self.file.read(size)
        if len(found) != size:
            raise ValueError("a tag beyond the end of the file")
        return found

    def _numbers(self, entry: tuple[int, int, bytes], most: int) -> tuple[int, ...]:
        kind, count, _ = entry
        if kind not in _WHOLE or count > most:
            raise ValueError(f"a tag of type {kind} and count {count}")
        return struct.unpack(f"{self.order}{count}{_WHOLE[kind]}", self._bytes(entry, 8 * most))

    def _number(self, tags: dict[int, tuple[int, int, bytes]], tag: int, default: int) -> int:
        if tag not in tags or not tags[tag][1]:
            return default
        return max(self._numbers(tags[tag], 65_536))

    def _require_harmless(self, text: bytes) -> None:
        """Refuse metadata that names another file; what only GDAL's own lenient reader would understand, too."""
        try:
            root = fromstring(text.split(b"\0")[0].strip() or b"<GDALMetadata/>")
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            raise InputError("raster.metadata", file=self.name) from error
        for item in root.iter():
            if (
                any(value.strip().upper() == "OVERVIEWS" for value in item.attrib.values())
                or "OVERVIEW_FILE" in str(item.attrib.get("name", "")).upper()
            ):
                raise InputError("raster.other_file", file=self.name)
