"""Files that a browser sends: put where they can be read, under names that every disk takes."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gis.errors import InputError

LONGEST_STEM = 180
"""Bytes of a name without its ending; a disk takes 255 of the whole."""
_RESERVED = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


@contextmanager
def uploaded(files: dict[str, bytes]) -> Iterator[Path]:
    """Put one file, or the parts of one shapefile, into a folder, and yield the path of the file (of the .shp).

    Raises
    ------
    InputError
        Where the files are not one data set.
    """
    names = {name: safe_name(name) for name in files}
    main = [name for name in names.values() if name.lower().endswith(".shp")] or list(names.values())
    stems = {Path(name).stem for name in names.values()}
    if len(main) != 1 or len(stems) != 1 or len(set(names.values())) != len(files):
        raise InputError("several_files", files=", ".join(files))
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / names[name]).write_bytes(content)
        yield Path(folder) / main[0]


def safe_name(name: str) -> str:
    """Return the last part of a name that a browser sent, without what a disk does not take; never empty."""
    last = Path(_RESERVED.sub("_", re.split(r"[/\\]", name)[-1]))
    stem = last.stem.strip(". ").encode("utf-8", "ignore")[:LONGEST_STEM].decode("utf-8", "ignore")
    return f"{stem or 'upload'}{last.suffix[:16]}"
