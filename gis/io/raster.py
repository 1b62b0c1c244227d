"""Elevation models and pictures in: GeoTIFF and MBTiles, checked; kept as Cloud Optimized GeoTIFF.

GDAL never sees a name that a person chose: a file is opened by a link of ours in an empty folder, with the GeoTIFF
driver alone and nothing beside it (no .aux.xml, .ovr, .tfw, .msk), after `gis.io.tiff` has read what it declares.
A raster whose CRS leads to WGS 84 by a guess alone (`ballpark`) is refused, as a layer would be.
"""

import math
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyproj
import rasterio
import rasterio.shutil
from pyproj.exceptions import ProjError
from rasterio.enums import ColorInterp, Interleaving, Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from gis.crs import GWANGJU_BELT, KOREA_LON_LAT, MAP_CRS, TILE_CRS, candidates, crs_name, known_crs
from gis.errors import CrsError, DataFileError, DiskFault, GisError, InputError
from gis.io.mbtiles import is_sqlite, read_tiles
from gis.io.tiff import checked_directories, is_tiff

Kind = Literal["dem", "ortho", "tiles"]
Bounds = tuple[float, float, float, float]

MAX_BYTES = 64 * 1024**3
MAX_BLOCK = 128 * 1024**2
"""Bytes that one block may take unpacked: GDAL reads blocks whole."""
EXACT_PIXELS = 50_000_000
"""Up to here lowest and highest value come from every pixel, beyond from a sample."""
SAMPLE = 2_048
METERS = ("", "m", "metre", "meter", "metres", "meters", "미터")
KOREAN_HEIGHTS = (-60.0, 2_000.0)
"""m; from the lowest reclaimed land to 한라산 (1,947 m), with room."""
GDAL_OPTIONS: dict[str, Any] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_CACHEMAX": 256,
    "GDAL_NUM_THREADS": 1,
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".nothing",
}
_OPEN_OPTIONS: dict[str, Any] = {"driver": "GTiff", "sharing": False, "GEOREF_SOURCES": "INTERNAL", "NUM_THREADS": 1}
_TYPES = ("uint8", "uint16", "int16", "uint32", "int32", "float32", "float64")
_GEOD = pyproj.Geod(ellps="GRS80")


@dataclass(frozen=True)
class Raster:
    """What a raster says about itself, checked.

    Parameters
    ----------
    resolution
        Ground size of a pixel in the middle, m: across and down.
    bounds
        West, south, east, north in degrees.
    transform
        a b c d e f: x = a·column + b·row + c, y = d·column + e·row + f, in the CRS.
    low, high
        Least and greatest value of an elevation model, in the file's unit (m); `sampled` where not every pixel was read.
    heights
        The vertical CRS, where the file names one.
    problems
        What makes it doubtful; each is a label below `raster.problem_`.
    reprojected_from
        The CRS that it had before `as_cog` resampled it.
    """

    kind: Kind
    width: int
    height: int
    bands: int
    dtype: str
    crs: str
    resolution: tuple[float, float]
    bounds: Bounds
    transform: tuple[float, float, float, float, float, float] | None = None
    nodata: float | None = None
    low: float | None = None
    high: float | None = None
    sampled: bool = False
    heights: str | None = None
    min_zoom: int | None = None
    max_zoom: int | None = None
    attribution: str | None = None
    title: str | None = None
    problems: tuple[str, ...] = ()
    reprojected_from: str | None = None


def read_raster(path: Path, *, crs: str | None = None, world_file: Path | None = None) -> Raster:
    """Return the story of a GeoTIFF or an MBTiles file; whatever else it is called, its content decides.

    Parameters
    ----------
    crs
        The CRS of a file that states none.
    world_file
        Six lines that place a TIFF without a place of its own (.tfw); never looked for, only taken when given.

    Raises
    ------
    DataFileError
        Where the file is missing, broken or of another format.
    InputError
        Where it declares too much, asks for another file, has no place, or holds what is no map.
    CrsError
        Where the CRS is missing, unknown or leads to degrees by a guess alone, or the raster lies outside Korea.
    """
    if is_sqlite(_head(path)):
        return _tiles_story(path)
    with opened(path, crs, world_file) as view:
        return _story(view)


def as_cog(
    path: Path, out: Path, *, crs: str | None = None, world_file: Path | None = None, belt: str = GWANGJU_BELT
) -> Raster:
    """Write a GeoTIFF as a Cloud Optimized GeoTIFF and return the story of what was written.

    An elevation model is kept without loss and in its own CRS; a picture of three 8-bit colors becomes JPEG.
    Only a raster that is turned, or whose CRS has no code, is resampled to `belt`, and the story says so.
    Memory stays bounded: pixels go window by window through a draft beside `out`, which is replaced whole.
    """
    with opened(path, crs, world_file) as view, tempfile.TemporaryDirectory(dir=_folder(out), prefix=".cog-") as room:
        draft, final = Path(room) / "draft.tif", Path(room) / "final.tif"
        story = _story(view)
        former = None
        if _needs_warp(view):
            former = story.crs
            with view.warped(belt) as warped:
                _copy_windows(warped, view.kind, draft)
        else:
            _copy_windows(view, view.kind, draft)
        _write_cog(draft, final)
        with opened(final) as written:
            kept = replace(_story(written), reprojected_from=former, heights=story.heights)
        final.replace(out)
    problems = (*kept.problems, *(name for name in story.problems if name in ("pages", "sampled", "unit", "scaled")))
    return replace(kept, problems=tuple(dict.fromkeys(problems)))


class View:
    """An open raster with the CRS and the place that hold for it: its own, or those a person gave."""

    def __init__(self, data: DatasetReader, name: str, crs: str | None, world: Affine | None, pages: bool) -> None:
        self.data, self.name, self.pages = data, name, pages
        self.transform = world or data.transform
        if self.transform == Affine.identity() or data.gcps[0]:
            raise InputError("raster.no_place", file=name)
        if self.transform.determinant == 0 or not all(map(math.isfinite, self.transform[:6])):
            raise InputError("raster.flat_place", file=name)
        self.kind: Kind = _kind(data, name)
        wkt = data.crs.to_wkt() if data.crs else None
        if crs is None and wkt is None:
            likely = candidates(self.plane_bounds, swappable=False)
            raise CrsError("raster.no_crs", file=name, known=", ".join(one.crs for one in likely[:6]) or "–")
        self.heights = _vertical(wkt)
        self.crs = known_crs(crs or str(wkt))
        self.to_degrees = exact_way(self.crs, MAP_CRS)
        self.require_korea()

    def place(self, column: float, row: float) -> tuple[float, float]:
        """Return where a point of the grid lies in the CRS; (0, 0) is the corner of the first pixel."""
        a, b, c, d, e, f = self.transform[:6]
        return a * column + b * row + c, d * column + e * row + f

    @property
    def plane_bounds(self) -> Bounds:
        """Return least x, least y, greatest x, greatest y in the CRS."""
        corners = [self.place(x, y) for x in (0, self.data.width) for y in (0, self.data.height)]
        xs, ys = zip(*corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def bounds(self) -> Bounds:
        """Return west, south, east, north in degrees."""
        return self.to_degrees.transform_bounds(*self.plane_bounds, densify_pts=21)

    @cached_property
    def tile_bounds(self) -> Bounds:
        """Return west, south, east, north in m of the web's plane."""
        return exact_way(self.crs, TILE_CRS).transform_bounds(*self.plane_bounds, densify_pts=21)

    @property
    def nodata(self) -> float:
        """Return the value that means nothing is known there, one of ours where the file names none."""
        if self.data.nodata is not None:
            return float(self.data.nodata)
        whole = np.dtype(self.data.dtypes[0]).kind != "f"
        return float(np.iinfo(self.data.dtypes[0]).min) if whole else math.nan

    def require_korea(self) -> None:
        """Refuse a raster whose middle lies outside Korea."""
        middle = self.place(self.data.width / 2, self.data.height / 2)
        lon, lat = self.to_degrees.transform(*middle)
        west, south, east, north = KOREA_LON_LAT
        if not (west <= lon <= east and south <= lat <= north):
            raise CrsError("raster.outside", file=self.name, x=f"{lon:.4f}", y=f"{lat:.4f}")

    @contextmanager
    def warped(self, crs: str, **more: Any) -> Iterator[WarpedVRT]:
        """Lend the raster as it lies in another CRS, resampled between its pixels."""
        exact_way(self.crs, crs)
        palette = self.data.colorinterp[0] == ColorInterp.palette
        if self.kind == "dem":
            more = {"nodata": self.nodata, **more}
        with WarpedVRT(
            self.data,
            src_crs=self.crs.to_wkt("WKT2_2019"),
            src_transform=self.transform,
            crs=crs,
            resampling=Resampling.nearest if palette else Resampling.bilinear,
            add_alpha=self.kind == "ortho"
            and self.data.nodata is None
            and ColorInterp.alpha not in self.data.colorinterp,
            warp_mem_limit=64,
            **more,
        ) as lent:
            yield lent


@contextmanager
def opened(path: Path, crs: str | None = None, world_file: Path | None = None) -> Iterator[View]:
    """Open a GeoTIFF as `View`, from a folder of its own; a fault of GDAL becomes one clear sentence."""
    if not is_tiff(_head(path)):
        raise DataFileError("raster.format", file=path.name)
    pages = [one for one in checked_directories(path) if not one.reduced]
    world = None if world_file is None else read_world_file(world_file)
    with tempfile.TemporaryDirectory(prefix="gis-raster-") as room:
        place = Path(room) / "raster.tif"
        _link(path, place)
        try:
            with rasterio.Env(**GDAL_OPTIONS), _quietly_opened(place) as data:
                if [Path(name) for name in data.files] != [place]:
                    raise InputError("raster.other_file", file=path.name)
                _require_small_blocks(data, path.name)
                yield View(data, path.name, crs, world, len(pages) > 1)
        except GisError:
            raise
        except (RasterioError, MemoryError) as error:
            reason = " ".join(str(error.__cause__ or error).replace(str(place), path.name).split())
            raise DataFileError("file_broken", file=path.name, reason=reason[:200] or type(error).__name__) from error


def _quietly_opened(place: Path) -> DatasetReader:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # `View` refuses it with a sentence
        return rasterio.open(place, **_OPEN_OPTIONS)


def read_world_file(path: Path) -> Affine:
    """Return the transform of a world file: six numbers, the last two the middle of the first pixel."""
    try:
        with path.open(encoding="ascii", errors="strict") as lines:
            a, d, b, e, c, f = (float(line) for line in lines.read(2_000).split())
    except (OSError, UnicodeError, ValueError) as error:
        raise DataFileError("raster.world_file", file=path.name) from error
    return Affine(a, b, c - (a + b) / 2, d, e, f - (d + e) / 2)


def _head(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise DataFileError("no_file", path=path)
        if path.stat().st_size > MAX_BYTES:
            raise InputError("raster.too_many_bytes", file=path.name, most=MAX_BYTES // 1024**3)
        with path.open("rb") as file:
            return file.read(16)
    except ValueError as error:  # a name with a zero byte
        raise DataFileError("no_file", path=path) from error
    except GisError:
        raise
    except OSError as error:
        raise DataFileError("file_broken", file=path.name, reason=DiskFault(error)) from error


def _link(path: Path, place: Path) -> None:
    """Put the file there: linked where that works, else copied."""
    for way in (os.symlink, os.link, shutil.copyfile):
        try:
            way(path.resolve(), place)
            return
        except OSError:
            continue
    raise DataFileError("cannot_write", path=place, reason=path.name)


def _folder(out: Path) -> Path:
    if not out.resolve().parent.is_dir():
        raise DataFileError("no_folder", path=out.parent)
    return out.resolve().parent


def exact_way(crs: pyproj.CRS, to: str) -> pyproj.Transformer:
    """Return the way from `crs` to `to`, x east and y north; refuse one that only guesses the datum shift."""
    try:
        return pyproj.Transformer.from_crs(crs, known_crs(to), always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise CrsError("ballpark", crs=crs_name(crs), to=to) from error


def _vertical(wkt: str | None) -> str | None:
    """Return the name of the vertical CRS that a file states."""
    crs = pyproj.CRS.from_wkt(wkt) if wkt else None
    parts = crs.sub_crs_list if crs is not None and crs.is_compound else []
    return next((part.name for part in parts if part.is_vertical), None)


def _in_meters(data: DatasetReader) -> bool:
    """Tell whether heights are meters, as far as the file says: its band may name a unit, and so may its vertical CRS."""
    stated = (data.units[0] or "").strip().lower()
    crs = pyproj.CRS.from_wkt(data.crs.to_wkt()) if data.crs else None
    parts = crs.sub_crs_list if crs is not None and crs.is_compound else []
    factors = [axis.unit_conversion_factor for part in parts if part.is_vertical for axis in part.axis_info]
    return stated in METERS and all(factor == 1 for factor in factors)


def _kind(data: DatasetReader, name: str) -> Kind:
    """Return what the bands make of it: one of more than 8 bits is an elevation model, 1, 3 or 4 others a picture."""
    kinds = set(data.dtypes)
    if len(kinds) != 1 or not kinds <= set(_TYPES):
        raise InputError("raster.bands", file=name, bands=data.count, dtype=", ".join(sorted(kinds)))
    dtype = kinds.pop()
    if data.count == 1:
        return "ortho" if dtype == "uint8" else "dem"
    if data.count in (2, 3, 4) and dtype in ("uint8", "uint16"):
        if data.count == 2 and data.colorinterp[1] != ColorInterp.alpha:
            raise InputError("raster.bands", file=name, bands=data.count, dtype=dtype)
        return "ortho"
    raise InputError("raster.bands", file=name, bands=data.count, dtype=dtype)


def _require_small_blocks(data: DatasetReader, name: str) -> None:
    rows, columns = data.block_shapes[0]
    together = data.count if data.interleaving == Interleaving.pixel else 1
    widest = max(np.dtype(kind).itemsize if kind in _TYPES else 16 for kind in data.dtypes)
    if rows * columns * together * widest > MAX_BLOCK:
        raise InputError("raster.blocks", file=name, rows=rows, columns=columns)


def _needs_warp(view: View) -> bool:
    turned = abs(view.transform.b) + abs(view.transform.d) > 1e-9 * abs(view.transform.a)
    upside_down = view.transform.a < 0 or view.transform.e > 0
    return turned or upside_down or view.crs.to_epsg() is None


def _story(view: View) -> Raster:
    data = view.data
    low, high, sampled = _span(data) if view.kind == "dem" else (None, None, False)
    problems = {
        "pages": view.pages,
        "sampled": sampled,
        "turned": abs(view.transform.b) + abs(view.transform.d) > 1e-9 * abs(view.transform.a),
        "empty": view.kind == "dem" and low is None,
        "heights": low is not None and high is not None and (low < KOREAN_HEIGHTS[0] or high > KOREAN_HEIGHTS[1]),
        "no_nodata": view.kind == "dem" and data.nodata is None and low is not None and low <= -999,
        "degrees": view.kind == "dem" and view.crs.is_geographic,
        "unit": view.kind == "dem" and not _in_meters(data),
        "scaled": view.kind == "dem" and (data.scales[0] != 1 or data.offsets[0] != 0),
    }
    nodata = data.nodata
    return Raster(
        kind=view.kind,
        width=data.width,
        height=data.height,
        bands=data.count,
        dtype=data.dtypes[0],
        crs=view.crs.to_string() if view.crs.to_authority() else crs_name(view.crs),
        resolution=_resolution(view),
        bounds=view.bounds,
        transform=tuple(view.transform[:6]),
        nodata=None if nodata is None or math.isnan(nodata) else float(nodata),
        low=low,
        high=high,
        sampled=sampled,
        heights=view.heights,
        problems=tuple(name for name, there in problems.items() if there),
    )


def _resolution(view: View) -> tuple[float, float]:
    """Return how much ground one pixel in the middle covers, m across and down."""
    column, row = view.data.width / 2, view.data.height / 2
    places = [view.place(column, row), view.place(column + 1, row), view.place(column, row + 1)]
    xs, ys = zip(*places, strict=True)
    lon, lat = view.to_degrees.transform(xs, ys)
    across, down = (_GEOD.inv(lon[0], lat[0], lon[one], lat[one])[2] for one in (1, 2))
    return round(across, 4), round(down, 4)


def _span(data: DatasetReader) -> tuple[float | None, float | None, bool]:
    """Return least and greatest value, and whether they come from a sample."""
    sampled = data.width * data.height > EXACT_PIXELS
    if sampled:
        shape = min(data.height, SAMPLE), min(data.width, SAMPLE)
        parts: Iterator[np.ma.MaskedArray] = iter([data.read(1, out_shape=shape, masked=True)])
    else:
        parts = (data.read(1, window=window, masked=True) for window in _windows(data.width, data.height))
    low, high = math.inf, -math.inf
    for part in parts:
        values = np.ma.masked_invalid(part).compressed()
        if values.size:
            low, high = min(low, float(values.min())), max(high, float(values.max()))
    return (None, None, sampled) if low > high else (low, high, sampled)


def _windows(width: int, height: int, side: int = 1_024) -> Iterator[Window]:
    for row in range(0, height, side):
        for column in range(0, width, side):
            yield Window(column, row, min(side, width - column), min(side, height - row))


def _copy_windows(source: Any, kind: Kind, draft: Path) -> None:
    """Write pixels, place and palette, and nothing else of the source, as a tiled TIFF."""
    data, transform, crs = (
        (source.data, source.transform, source.crs.to_wkt("WKT2_2019")) if isinstance(source, View)
        else (source, source.transform, source.crs)
    )  # fmt: skip
    flags = data.mask_flag_enums
    has_alpha = ColorInterp.alpha in data.colorinterp
    palette = data.colorinterp[0] == ColorInterp.palette
    colors = [number for number in data.indexes if data.colorinterp[number - 1] != ColorInterp.alpha]
    masked = (
        kind == "ortho"
        and not palette
        and (
            has_alpha or data.nodata is not None or any("per_dataset" in {flag.name for flag in band} for band in flags)
        )
    )
    dtype = data.dtypes[0]
    profile = {
        "driver": "GTiff", "dtype": dtype, "width": data.width, "height": data.height, "crs": crs,
        "transform": transform, "count": len(colors) + masked, "tiled": True, "blockxsize": 512, "blockysize": 512,
        "compress": "zstd", "zstd_level": 1, "bigtiff": "if_safer", "nodata": None if masked else data.nodata,
    }  # fmt: skip
    with rasterio.open(draft, "w", **profile) as target:
        if palette:
            target.write_colormap(1, data.colormap(1))
        elif kind == "ortho":
            names = [ColorInterp.gray] if len(colors) < 3 else [ColorInterp.red, ColorInterp.green, ColorInterp.blue]
            names += [ColorInterp.undefined] * (len(colors) - len(names))
            target.colorinterp = [*names, ColorInterp.alpha] if masked else names
        for window in _windows(data.width, data.height):
            target.write(data.read(colors, window=window), range(1, len(colors) + 1), window=window)
            if masked:
                full = np.iinfo(dtype).max
                mask = data.dataset_mask(window=window)
                target.write(np.where(mask > 0, full, 0).astype(dtype), len(colors) + 1, window=window)


def _write_cog(draft: Path, out: Path) -> None:
    with rasterio.open(draft, driver="GTiff") as data:
        colors = [band for band in data.colorinterp if band != ColorInterp.alpha]
        photo = data.dtypes[0] == "uint8" and len(colors) == 3
        palette = data.colorinterp[0] == ColorInterp.palette
    options = {"COMPRESS": "JPEG", "QUALITY": 90} if photo else {"COMPRESS": "DEFLATE", "PREDICTOR": "YES"}
    rasterio.shutil.copy(
        str(draft), str(out), driver="COG", BLOCKSIZE=512, BIGTIFF="IF_SAFER", OVERVIEWS="IGNORE_EXISTING",
        OVERVIEW_RESAMPLING="NEAREST" if palette else "AVERAGE", NUM_THREADS="ALL_CPUS", **options,
    )  # fmt: skip


def _tiles_story(path: Path) -> Raster:
    """Return the story of an MBTiles file; its tiles lie in the web's plane and measure nothing."""
    tiles = read_tiles(path)
    west, south, east, north = tiles.bounds
    across = 2 * math.pi * 6_378_137 * math.cos(math.radians((south + north) / 2)) / (256 * 2**tiles.max_zoom)
    scale = 256 * 2**tiles.max_zoom
    height = (_mercator(north) - _mercator(south)) / (2 * math.pi) * scale
    return Raster(
        kind="tiles",
        width=round((east - west) / 360 * scale),
        height=round(height),
        bands=3,
        dtype="uint8",
        crs=TILE_CRS,
        resolution=(round(across, 4), round(across, 4)),
        bounds=tiles.bounds,
        min_zoom=tiles.min_zoom,
        max_zoom=tiles.max_zoom,
        attribution=tiles.attribution,
        title=tiles.title,
        problems=tiles.problems,
    )


def _mercator(lat: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
