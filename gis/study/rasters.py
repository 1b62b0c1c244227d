"""Rasters that a planner brings in: checked, made a COG or taken as tiles, and kept with their story."""

import dataclasses
import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

from gis.io import database, store
from gis.io.raster import Raster, as_cog, read_raster
from gis.io.store import StoredLayer
from gis.study.imports import Keeping, require_keeping


def keep_raster(
    path: Path,
    keeping: Keeping | None = None,
    *,
    title: str = "",
    crs: str | None = None,
    world_file: Path | None = None,
) -> StoredLayer:
    """Keep a GeoTIFF as COG, or an MBTiles file as it is, and return the stored layer; nothing stays where it fails.

    Parameters
    ----------
    title
        What it is called where `keeping` does not say; else as the file calls itself, or its name.
    crs, world_file
        As in `gis.io.raster.read_raster`.
    """
    keeping = keeping or Keeping()
    require_keeping(keeping)
    with tempfile.TemporaryDirectory(dir=_room(), prefix="raster-") as room:
        story = read_raster(path, crs=crs, world_file=world_file)
        wish = keeping.title or title or story.title or path.stem
        ready = Path(room) / ("ready.mbtiles" if story.kind == "tiles" else "ready.tif")
        if story.kind == "tiles":
            shutil.copyfile(path, ready)
        else:
            story = as_cog(path, ready, crs=crs, world_file=world_file)
        return store.keep(
            StoredLayer(
                name=keeping.name or store.free_name(wish),
                title=wish,
                kind="Tiles" if story.kind == "tiles" else "Raster",
                source=keeping.source or path.name,
                rank=keeping.rank,
                license=keeping.license,
                base_date=keeping.base_date,
                confidential=keeping.confidential,
                story=raster_story(story) | {"file": path.name, "sha256": _hash(path)},
            ),
            ready,
        )


def raster_story(raster: Raster) -> dict[str, Any]:
    """Return a raster's story as plain values for the store: null for what is unknown, problems as keys of labels."""
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in dataclasses.asdict(raster).items()
    }


def _room() -> Path:
    """Return a folder of the workspace for drafts, so that a finished file only changes its name."""
    folder = database.workspace() / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _hash(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def story_row(story: dict[str, Any]) -> dict[str, Any]:
    """Return a raster's story as one flat row: lengths in m, bounds in degrees, problems joined by `|`."""
    west, south, east, north = story["bounds"]
    return {
        "name": story.get("file"),
        "raster_kind": story["kind"],
        "width": story["width"],
        "height": story["height"],
        "bands": story["bands"],
        "dtype": story["dtype"],
        "crs": story["crs"],
        "resolution": max(story["resolution"]),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "nodata": story["nodata"],
        "lowest": story["low"],
        "highest": story["high"],
        "heights": story["heights"],
        "min_zoom": story["min_zoom"],
        "max_zoom": story["max_zoom"],
        "attribution": story["attribution"],
        "problems": "|".join(story["problems"]) or None,
    }
