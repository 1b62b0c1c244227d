"""What GDAL leaves to us in a DXF: its end, its letters, its unit, and how far its blocks unfold."""

import mmap
import re
import shutil
from pathlib import Path

import geopandas as gpd

from gis.errors import DataFileError, InputError

MAX_INLINED = 1_000_000
"""Entities of blocks in a drawing, each insertion counted: blocks of blocks can hold more than any memory."""
_ESCAPE = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
_HEADER = b"  0\nSECTION\n  2\nHEADER\n  9\n$ACADVER\n  1\nAC1021\n  0\nENDSEC\n"
_BLOCKS = re.compile(rb"^[ \t]*0\r?\n[ \t]*(BLOCK|ENDBLK|INSERT)[ \t]*\r?\n", re.MULTILINE)
_ENTITY = re.compile(rb"^[ \t]*0\r?\n[ \t]*[A-Z]", re.MULTILINE)
_VARIABLE = r"\$%s\s*\r?\n\s*\d+\s*\r?\n\s*([^\r\n]+)"
DXF_UNITS = {"4": 0.001, "5": 0.01, "6": 1.0, "7": 1000.0}
"""Meters a drawing unit by `$INSUNITS`: millimeters, centimeters, meters, kilometers."""


def with_header(place: Path) -> Path:
    """Return a drawing with a header: without one GDAL does not ask which letters it has."""
    with place.open("rb") as opened:
        if b"HEADER" in opened.read(65_536):
            return place
    headed = place.with_name(f"headed-{place.name}")
    with place.open("rb") as source, headed.open("wb") as target:
        target.write(_HEADER)
        shutil.copyfileobj(source, target)
    return headed


def spelled_out(place: Path) -> Path:
    """Return a drawing whose escapes are letters (`\\U+BE5B` is 빛): GDAL turns some of them into no letters at all."""
    with place.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as text:
        if text.find(b"\\U+") < 0:
            return place
    spelled = place.with_name(f"spelled-{place.name}")
    with place.open(encoding="utf-8", newline="") as source, spelled.open("w", encoding="utf-8", newline="") as target:
        target.writelines(map(_spelled, source))
    return spelled


def _spelled(line: str) -> str:
    letters = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), line)
    return letters.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # two escapes may be one letter


def named(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a drawing's entities with a name: the text of each, or the layer it lies in."""
    drawn = frame["SubClasses"].astype(object).fillna("").astype(str).str.contains("Hatch")  # its text is its pattern
    texts = frame["Text"].astype(object).where(~drawn)
    texts = texts.map(lambda text: " ".join(text.split()) or None, na_action="ignore")
    return frame.assign(name=texts.where(texts.notna(), frame["Layer"]))


def require_whole_drawing(place: Path, file: str) -> None:
    """Refuse a drawing without its end, or whose blocks of blocks would fill the memory."""
    with place.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as text:
        if b"EOF" not in text[-256:]:
            raise DataFileError("drawing_torn", file=file)
        count = _inlined(text)
    if count > MAX_INLINED:
        raise InputError("drawing_blocks", file=file, count=count, most=MAX_INLINED)


def _inlined(text: mmap.mmap) -> int:
    """Return how many entities the blocks of a drawing unfold to, with blocks within blocks, in rows and columns."""
    holds: dict[bytes, list[tuple[bytes, int]]] = {b"": []}
    own: dict[bytes, int] = {}
    here, start = b"", 0
    for found in _BLOCKS.finditer(text):
        after = _ENTITY.search(text, found.end())
        groups = text[found.end() : after.start() if after else found.end() + 4096].split(b"\n")
        said = {code.strip(): value.strip() for code, value in zip(groups[::2], groups[1::2], strict=False)}
        if found[1] == b"INSERT":
            times = [int(said.get(code, b"1") or 1) for code in (b"70", b"71")]
            holds[here].append((said.get(b"2", b"").upper(), max(times[0], 1) * max(times[1], 1)))
        elif found[1] == b"BLOCK":
            here, start = said.get(b"2", b"").upper(), found.end()
            holds[here] = []
        else:
            own[here] = len(_ENTITY.findall(text, start, found.start()))
            here = b""
    sizes: dict[bytes, int] = {}

    def size(name: bytes, above: tuple[bytes, ...]) -> int:
        if name in above or len(above) > 100:
            return 0  # a block within itself: GDAL leaves it out
        if name not in sizes:
            sizes[name] = own.get(name, 1) + sum(
                times * size(part, (*above, name)) for part, times in holds.get(name, [])
            )
        return sizes[name]

    return size(b"", ())


def unit_of(place: Path) -> float | None:
    """Return the meters of a drawing unit; None where the drawing does not say."""
    with place.open(encoding="utf-8") as opened:
        unit = re.search(_VARIABLE % "INSUNITS", opened.read(200_000))
    return DXF_UNITS.get(unit[1].strip()) if unit else None
