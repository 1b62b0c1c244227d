"""Archives of strangers, opened safely: names are ours, sizes are bounded, nothing leaves the folder."""

import lzma
import os
import re
import shutil
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gis.errors import DataFileError, GisError, InputError
from gis.io.encoding import CP949, UTF8

MAX_MEMBERS = 2_000
MAX_UNPACKED = 4 * 1024**3
"""Bytes; a shapefile holds 2 GB a part at most."""
MAX_SQUEEZE = 300
"""How many times larger than packed an archive may grow, from `FREE_SQUEEZE` bytes on; tables of blanks shrink 100 times."""
FREE_SQUEEZE = 64 * 1024**2
_CHUNK = 1024**2
ZIP_FAULTS = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError,
    RuntimeError, ValueError,
)  # fmt: skip
"""What Python raises at a broken zip."""
_UTF8_FLAG = 0x800
_PLAIN = re.compile(r"[A-Za-z0-9_.]+")
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
GEODATABASE = ".gdb"


@dataclass(frozen=True)
class Dataset:
    """One data set in an archive: what people call it, and where it lies now, under a name of ours."""

    title: str
    path: Path


def unpacked(archive: Path, folder: Path, endings: tuple[str, ...]) -> list[Dataset]:
    """Unpack the data sets of a zip into `folder` under names of our own, and return them in the order of the zip.

    Raises
    ------
    DataFileError
        Where the archive is broken or locked with a password.
    InputError
        Where a member would leave the folder, or the whole would not fit; nothing is kept then.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            members = [member for member in packed.infolist() if not member.is_dir()]
            require_harmless(members, archive.name)
            return _datasets(packed, members, folder, endings, archive.name)
    except GisError:
        raise
    except ZIP_FAULTS as error:
        raise DataFileError("zip_broken", file=archive.name, reason=" ".join(str(error).split())[:120]) from error


def member_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; Windows writes CP949 without saying so, and Python then reads the letters of MS-DOS."""
    if member.flag_bits & _UTF8_FLAG:
        return member.filename
    raw = member.filename.encode("cp437", errors="replace")
    for encoding in (UTF8, CP949):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def require_harmless(members: list[zipfile.ZipInfo], file: str) -> None:
    """Refuse an archive that would write outside its folder, is locked, or grows beyond all measure."""
    if len(members) > MAX_MEMBERS:
        raise InputError("zip_members", file=file, count=len(members), most=MAX_MEMBERS)
    for member in members:
        name = member_name(member)
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if ".." in parts or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name) or "\0" in name:
            raise InputError("zip_slip", file=file, member=name)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise InputError("zip_link", file=file, member=name)
        if member.flag_bits & 0x1:
            raise DataFileError("zip_locked", file=file)
    size, squeezed = sum(member.file_size for member in members), sum(member.compress_size for member in members)
    if size > MAX_UNPACKED or (size > FREE_SQUEEZE and size > MAX_SQUEEZE * max(squeezed, 1)):
        raise InputError("zip_bomb", file=file, size=size // 1024**2, packed=squeezed // 1024**2)


def _datasets(
    packed: zipfile.ZipFile, members: list[zipfile.ZipInfo], folder: Path, endings: tuple[str, ...], file: str
) -> list[Dataset]:
    places: dict[str, Dataset] = {}
    for member in members:
        path = PurePosixPath(member_name(member).replace("\\", "/"))
        if _is_litter(path):
            continue
        database = next((part for part in path.parents if part.suffix.lower() == GEODATABASE), None)
        whole = database or path.with_suffix("")
        ending = path.suffix.lower()
        if database is None and ending not in (*SHAPEFILE_PARTS, *endings):
            continue
        if database is not None and not _PLAIN.fullmatch(path.name):
            continue  # the lock of another machine
        family = str(whole).lower() + (GEODATABASE if database else ".shp" if ending in SHAPEFILE_PARTS else ending)
        place = folder / f"set{len(places) + 1}"
        if database is not None:
            known = places.setdefault(family, Dataset(whole.name, place.with_suffix(GEODATABASE)))
            known.path.mkdir(exist_ok=True)
            _copy(packed, member, known.path / path.name, file)
            continue
        main = ".shp" if ending in SHAPEFILE_PARTS else ending
        known = places.setdefault(family, Dataset(path.with_suffix(main).name, place.with_suffix(main)))
        _copy(packed, member, known.path.with_suffix(ending), file)
    return [known for known in places.values() if known.path.exists()]


def _is_litter(path: PurePosixPath) -> bool:
    """Tell what archivers and ArcGIS put beside the data: forks of a Mac, metadata."""
    return path.name.startswith("._") or "__MACOSX" in path.parts or path.name.lower().endswith(".shp.xml")


def _copy(packed: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path, file: str) -> None:
    """Copy one member; Python gives not a byte more than it declares, and looks at its checksum."""
    if place.exists():
        raise DataFileError("zip_broken", file=file, reason=f"{member_name(member)} × 2")
    with packed.open(member) as source, place.open("wb") as target:
        shutil.copyfileobj(source, target, _CHUNK)


def staged(path: Path, folder: Path) -> Path:
    """Return the file under a name of ours in `folder`, with its parts: no word of a person is ever a path for GDAL."""
    place = folder / f"set{path.suffix.lower()}"
    if path.suffix.lower() == ".shp":
        parts = {part.suffix.lower(): part for part in path.parent.iterdir() if part.stem == path.stem}
        for ending in SHAPEFILE_PARTS:
            if ending in parts and parts[ending].is_file():
                _link(parts[ending], place.with_suffix(ending))
    elif path.is_dir():
        place.mkdir()
        for part in path.iterdir():
            if part.is_file() and _PLAIN.fullmatch(part.name):
                _link(part, place / part.name)
    else:
        _link(path, place)
    return place


def _link(path: Path, place: Path) -> None:
    """Put the file there: linked where that works, copied where not, and where reading may write (SQLite)."""
    try:
        if path.suffix.lower() != ".gpkg":
            os.link(path.resolve(), place)
            return
    except OSError:
        pass  # another disk, or one without links
    shutil.copyfile(path, place)
    ahead = path.with_name(f"{path.name}-wal")
    if path.suffix.lower() == ".gpkg" and ahead.is_file():  # what QGIS, which has it open, wrote last
        shutil.copyfile(ahead, place.with_name(f"{place.name}-wal"))
