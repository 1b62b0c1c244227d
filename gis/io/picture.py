"""A scanned or photographed drawing (고시도면): opened with care, hashed, and cut into tiles to be marked on.

Pixels are those of the file as it is stored, as GDAL and QGIS count them: a note in it that a camera was held
sideways (EXIF) turns nothing. The tiles lie below `cache/pictures` of the workspace under the hash of the content, and
leave after `KEPT_DAYS`; what is to stay is stored with the outline.
"""

import hashlib
import io
import math
import os
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from PIL import Image, UnidentifiedImageError
from rasterio.enums import Resampling
from rasterio.transform import Affine
from rasterio.windows import Window

from gis.errors import DataFileError, DiskFault, GisError, InputError
from gis.io.database import workspace
from gis.io.raster import GDAL_OPTIONS
from gis.io.raster_picture import TILE_SIDE, png_bytes

FORMATS = ("PNG", "JPEG", "TIFF")
ENDINGS = ("png", "jpg", "jpeg", "tif", "tiff")
MAX_CONTENT = 200 * 1024**2
MAX_PIXELS = 150_000_000
"""A0 at 300 dots an inch has 139 million."""
STRIP = 2_048
"""Rows that are unpacked at a time beside the picture itself."""
KEPT_DAYS = 7
PLACE = Affine(1, 0, 1, 0, -1, 1)
"""Where the tiled copy says it lies: nowhere in particular, but a file without a place warns each time it is opened."""


_MAKING = threading.Lock()  # one large picture in memory at a time


@dataclass(frozen=True)
class Sheet:
    """A picture of a drawing: its file, the hash of its content, its size in pixels, dots an inch where it says."""

    file: str
    sha256: str
    width: int
    height: int
    dpi: float | None = None


def read_sheet(content: bytes, file: str) -> Sheet:
    """Return what a picture says about itself; nothing of it is unpacked.

    Raises
    ------
    InputError
        Where it is no PNG, JPEG or TIFF, or has too many bytes or pixels.
    """
    if len(content) > MAX_CONTENT:
        raise InputError("georeference.picture_bytes", file=file, most=MAX_CONTENT // 1024**2)
    with _opened(content, file) as picture:
        width, height = picture.size
        dots = picture.info.get("dpi", (0, 0))[0]
    try:
        dpi = float(dots)
    except (TypeError, ValueError, ZeroDivisionError):
        dpi = 0.0
    known = math.isfinite(dpi) and dpi > 1
    return Sheet(file, hashlib.sha256(content).hexdigest(), width, height, round(dpi, 2) if known else None)


def pyramid_path(sha256: str) -> Path:
    """Return where the tiled copy of a picture lies."""
    return workspace() / "cache" / "pictures" / f"{sha256}.tif"


def make_pyramid(content: bytes, sheet: Sheet) -> Path:
    """Write the tiled copy of a picture with its overviews, whole or not at all, and return its path."""
    place = pyramid_path(sheet.sha256)
    if place.is_file():
        os.utime(place)
        return place
    part = place.with_name(f"{sheet.sha256}-{os.getpid()}.part.tif")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _forget_old(place.parent)
        with _MAKING:
            _write_pyramid(content, sheet, part)
        part.replace(place)
    except GisError:
        raise
    except OSError as error:
        raise DataFileError("cannot_write", path=place, reason=DiskFault(error)) from error
    finally:
        part.unlink(missing_ok=True)
    return place


def finest_zoom(width: int, height: int) -> int:
    """Return the zoom at which a tile holds pixels as they are; at zoom 0 one tile holds the picture."""
    return max(0, math.ceil(math.log2(max(width, height) / TILE_SIDE)))


def picture_tile(path: Path, z: int, x: int, y: int) -> bytes | None:
    """Return a tile of a picture as PNG, rows from the top; None beside the picture."""
    with rasterio.Env(**GDAL_OPTIONS), rasterio.open(path, driver="GTiff", sharing=False) as data:
        finest = finest_zoom(data.width, data.height)
        if z > finest:
            return None
        scale = 2 ** (finest - z)
        left, top = x * TILE_SIDE * scale, y * TILE_SIDE * scale
        wide, high = min(TILE_SIDE * scale, data.width - left), min(TILE_SIDE * scale, data.height - top)
        if wide <= 0 or high <= 0:
            return None
        shape = (3, max(1, round(high / scale)), max(1, round(wide / scale)))
        window = Window(left, top, wide, high)
        read = data.read((1, 2, 3), window=window, out_shape=shape, resampling=Resampling.average)
    tile = np.zeros((TILE_SIDE, TILE_SIDE, 4), dtype="uint8")
    tile[: shape[1], : shape[2], :3] = np.moveaxis(read, 0, -1)
    tile[: shape[1], : shape[2], 3] = 255
    return png_bytes(tile)


def _opened(content: bytes, file: str) -> Image.Image:
    """Open a picture of a stranger; its pixels stay packed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit follows
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_large(file) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise InputError("georeference.picture", file=file) from error
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_large(file)
    if picture.mode in ("I", "F"):
        raise InputError("georeference.picture_depth", file=file)
    return picture


def _too_large(file: str) -> InputError:
    return InputError("georeference.picture_size", file=file, most=f"{MAX_PIXELS:,}")


def _strips(content: bytes, file: str) -> Iterator[np.ndarray]:
    """Yield rows × columns × 3 from the top down, `STRIP` rows at a time; what is transparent becomes white paper."""
    with _opened(content, file) as picture:
        try:
            for top in range(0, picture.height, STRIP):
                part = picture.crop((0, top, picture.width, min(top + STRIP, picture.height)))
                if part.mode.startswith("I;16"):  # converted, all above 255 would be white
                    part = Image.fromarray((np.asarray(part) >> 8).astype("uint8"))
                if "A" in part.getbands() or "transparency" in part.info:
                    whole = part.convert("RGBA")
                    part = Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole)
                yield np.asarray(part.convert("RGB"))
        except (OSError, SyntaxError, ValueError, MemoryError) as error:
            reason = " ".join(str(error).split())[:120] or type(error).__name__
            raise DataFileError("file_broken", file=file, reason=reason) from error


def _write_pyramid(content: bytes, sheet: Sheet, path: Path) -> None:
    profile = {
        "driver": "GTiff", "width": sheet.width, "height": sheet.height, "count": 3, "dtype": "uint8", "tiled": True,
        "blockxsize": 256, "blockysize": 256, "compress": "jpeg", "jpeg_quality": 90, "photometric": "ycbcr",
        "transform": PLACE,
    }  # fmt: skip
    steps = [2**level for level in range(1, finest_zoom(sheet.width, sheet.height) + 1)]
    with rasterio.Env(**GDAL_OPTIONS), rasterio.open(path, "w", **profile) as target:
        for number, rows in enumerate(_strips(content, sheet.file)):
            target.write(np.moveaxis(rows, -1, 0), window=Window(0, number * STRIP, sheet.width, len(rows)))
        if steps:
            target.build_overviews(steps, Resampling.average)


def _forget_old(folder: Path) -> None:
    oldest = time.time() - KEPT_DAYS * 86_400
    for found in folder.glob("*.tif"):  # control points beside them were typed by somebody, and stay
        if found.stat().st_mtime < oldest:
            found.unlink(missing_ok=True)
