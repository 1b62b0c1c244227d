"""Rasters as pictures for the map: elevation as shaded colors with a legend in m, photographs as they are.

Pictures lie in the web's plane and are for looking at; nothing is measured in them.
"""

import io
import math
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from PIL import Image
from rasterio.enums import ColorInterp, Resampling
from rasterio.transform import from_bounds
from rasterio.vrt import WarpedVRT

from gis.crs import MAP_CRS, TILE_CRS, known_crs
from gis.errors import InputError
from gis.io.raster import Bounds, View, exact_way, opened
from layers.palette import HEIGHTS

TILE_SIDE = 256
MAX_PICTURE = 4_096
"""Pixels of a picture's side."""
PLANE_HALF = 20_037_508.342789244
"""m from the middle of the web's plane to its edge."""
SUN = (315.0, 45.0)
"""Azimuth and height of the light, degrees: from the north-west, as on printed maps."""
LEGEND_STEPS = 7
_RENDERING = threading.BoundedSemaphore(4)


@dataclass(frozen=True)
class Picture:
    """A PNG in the web's plane, and for an elevation model the color of each height (m)."""

    png: bytes
    legend: tuple[tuple[float, str], ...] = ()


def picture(path: Path, bounds: Bounds, max_pixels: int, span: tuple[float, float] | None = None) -> Picture:
    """Return what a raster shows within `bounds` (west, south, east, north in degrees), at most `max_pixels` in all.

    Parameters
    ----------
    span
        The heights (m) at the ends of the color ramp; the raster's own where not given.
    """
    west, south, east, north = bounds
    if not (west < east and south < north and max_pixels >= 1):
        raise InputError("raster.view", bounds=", ".join(f"{edge:g}" for edge in bounds))
    xs, ys = exact_way(known_crs(MAP_CRS), TILE_CRS).transform([west, east], [south, north])
    width, height = xs[1] - xs[0], ys[1] - ys[0]
    columns = min(MAX_PICTURE, max(1, math.floor(math.sqrt(max_pixels * width / height))))
    rows = max(1, min(MAX_PICTURE, max_pixels // columns, round(columns * height / width)))
    plane = (xs[0], ys[0], xs[1], ys[1])
    with _RENDERING, opened(path) as view:
        if view.kind == "dem":
            ends = span or heights_span(path)
            return Picture(_heights_png(view, plane, columns, rows, ends), legend(ends))
        return Picture(_photo_png(view, plane, columns, rows, path))


def raster_tile(path: Path, z: int, x: int, y: int, span: tuple[float, float] | None = None) -> bytes | None:
    """Return a tile of a raster as PNG, counted from the north-west; None where the raster does not reach."""
    side = 2 * PLANE_HALF / 2**z
    west, north = x * side - PLANE_HALF, PLANE_HALF - y * side
    plane = (west, north - side, west + side, north)
    with _RENDERING, opened(path) as view:
        if not _meets(plane, view.tile_bounds):
            return None
        if view.kind == "dem":
            return _heights_png(view, plane, TILE_SIDE, TILE_SIDE, span or heights_span(path))
        return _photo_png(view, plane, TILE_SIDE, TILE_SIDE, path)


@cache
def blank_tile() -> bytes:
    """Return a tile that shows nothing."""
    return png_bytes(np.zeros((1, 1, 4), dtype="uint8"))


def heights_span(path: Path) -> tuple[float, float]:
    """Return the values between which 98 % of a raster lie, from its overview: heights in m, or brightness."""
    return _span(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _span(path: Path, changed: int) -> tuple[float, float]:
    with opened(path) as view:
        shape = min(view.data.height, 1_024), min(view.data.width, 1_024)
        values = np.ma.masked_invalid(view.data.read(1, out_shape=shape, masked=True)).compressed()
    if not values.size:
        return 0.0, 1.0
    low, high = np.percentile(values.astype(float), (1, 99))
    return float(low), float(max(high, low + 1.0))


def legend(span: tuple[float, float]) -> tuple[tuple[float, str], ...]:
    """Return round heights (m) within `span` with their colors, low to high."""
    low, high = span
    rough = (high - low) / LEGEND_STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough * 0.99)
    first = math.ceil(low / step - 1e-9)
    heights = [round(number * step, 6) for number in range(first, math.floor(high / step + 1e-9) + 1)]
    colors = _ramp(np.array(heights), span).round().astype(int)
    return tuple(
        (height, f"#{red:02x}{green:02x}{blue:02x}") for height, (red, green, blue) in zip(heights, colors, strict=True)
    )


def hillshade(heights: np.ndarray, across: float, down: float) -> np.ndarray:
    """Return how light each cell is, 0 to 1, under `SUN` (Horn 1981, Proc. IEEE 69(1), 14–47).

    Parameters
    ----------
    heights
        Rows from north to south, m; NaN where nothing is known.
    across, down
        Ground size of a cell, m.
    """
    unknown = np.isnan(heights)
    level = 0.0 if unknown.all() else float(heights[~unknown].mean())
    filled = np.pad(np.where(unknown, level, heights), 1, mode="edge")
    a, b, c = filled[:-2, :-2], filled[:-2, 1:-1], filled[:-2, 2:]
    d, f = filled[1:-1, :-2], filled[1:-1, 2:]
    g, h, i = filled[2:, :-2], filled[2:, 1:-1], filled[2:, 2:]
    to_east = ((c + 2 * f + i) - (a + 2 * d + g)) / (8 * across)
    to_north = ((a + 2 * b + c) - (g + 2 * h + i)) / (8 * down)
    azimuth, elevation = map(math.radians, SUN)
    light = math.sin(elevation) - math.cos(elevation) * (to_east * math.sin(azimuth) + to_north * math.cos(azimuth))
    return np.clip(light / np.sqrt(1 + to_east**2 + to_north**2), 0, 1)


def _ramp(heights: np.ndarray, span: tuple[float, float]) -> np.ndarray:
    """Return red, green and blue (0 to 255) of each height."""
    anchors = np.array([[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in HEIGHTS], dtype=float)
    places = np.clip((heights - span[0]) / (span[1] - span[0]), 0, 1) * (len(HEIGHTS) - 1)
    return np.stack([np.interp(places, np.arange(len(HEIGHTS)), anchors[:, band]) for band in range(3)], axis=-1)


def _heights_png(view: View, plane: Bounds, columns: int, rows: int, span: tuple[float, float]) -> bytes:
    """Return shaded colors; one cell more all round, so that tiles meet without a seam."""
    width, height = (plane[2] - plane[0]) / columns, (plane[3] - plane[1]) / rows
    wider = (plane[0] - width, plane[1] - height, plane[2] + width, plane[3] + height)
    with _in_plane(view, wider, columns + 2, rows + 2) as vrt:
        read = vrt.read(1, out_shape=(rows + 2, columns + 2), masked=True, resampling=Resampling.bilinear)
    heights = np.ma.masked_invalid(read.astype("float64")).filled(np.nan)
    middle = math.atan(math.sinh((plane[1] + plane[3]) / 2 / 6_378_137))
    shade = hillshade(heights, width * math.cos(middle), height * math.cos(middle))[1:-1, 1:-1]
    inner = heights[1:-1, 1:-1]
    known = ~np.isnan(inner)
    colors = _ramp(np.where(known, inner, span[0]), span) * (0.45 + 0.75 * shade)[..., None]
    alpha = np.where(known, 255, 0)[..., None]
    return png_bytes(np.concatenate([np.clip(colors, 0, 255), alpha], axis=-1).astype("uint8"))


def _photo_png(view: View, plane: Bounds, columns: int, rows: int, path: Path) -> bytes:
    data = view.data
    with _in_plane(view, plane, columns, rows) as vrt:
        bands = [number for number in data.indexes if data.colorinterp[number - 1] != ColorInterp.alpha][:3]
        palette = data.colorinterp[0] == ColorInterp.palette
        shape = (len(bands), rows, columns)
        method = Resampling.nearest if palette else Resampling.bilinear
        read = vrt.read(bands, out_shape=shape, resampling=method)
        mask = vrt.dataset_mask(out_shape=(rows, columns), resampling=Resampling.nearest)
    if palette:
        colors = np.zeros((256, 4), dtype="uint8")
        for value, color in data.colormap(1).items():
            colors[value] = color
        pixels = colors[read[0]]
        pixels[..., 3] = np.minimum(pixels[..., 3], mask)
        return png_bytes(pixels)
    if read.dtype != np.uint8:  # 16 bits that sensors fill in part: the same ends in every tile
        low, high = heights_span(path)
        read = (np.clip((read - low) / (high - low), 0, 1) * 255).astype("uint8")
    if len(bands) < 3:
        read = np.repeat(read[:1], 3, axis=0)
    return png_bytes(np.moveaxis(np.concatenate([read, mask[None]]), 0, -1))


def _in_plane(view: View, plane: Bounds, columns: int, rows: int) -> AbstractContextManager[WarpedVRT]:
    """Lend a raster in the web's plane over `plane`, fine enough for overviews to be of use."""
    west, south, east, north = view.tile_bounds
    finest = min((east - west) / view.data.width, (north - south) / view.data.height)
    times = max(1, math.floor((plane[2] - plane[0]) / columns / finest))
    width, height = columns * times, rows * times
    return view.warped(TILE_CRS, transform=from_bounds(*plane, width, height), width=width, height=height)


def _meets(one: Bounds, other: Bounds) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def png_bytes(pixels: np.ndarray) -> bytes:
    """Return rows of red, green, blue and alpha as PNG."""
    packed = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels), "RGBA").save(packed, "PNG", compress_level=3)
    return packed.getvalue()
