"""Heights of a kept elevation model on a grid of a TM belt, strip by strip; classes of its cells as a picture or shapes.

A model that lies in the belt keeps its own cells; another one is resampled to the belt (bilinear), since slope must be
measured in meters. Only the window of the site is read; strips keep the memory bounded.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import shapes
from rasterio.io import DatasetReader
from rasterio.transform import Affine, from_origin
from rasterio.vrt import WarpedVRT
from rasterio.warp import Resampling, calculate_default_transform, reproject
from rasterio.windows import Window

from gis.crs import MAP_CRS, TILE_CRS, crs_code, crs_name, known_crs
from gis.errors import InputError
from gis.io.raster import KOREAN_HEIGHTS, Bounds, View, exact_way, opened
from gis.io.raster_picture import png_bytes

Floats = NDArray[np.float64]
PURE_BILINEAR = {"XSCALE": 1, "YSCALE": 1}
"""Else GDAL smooths where its cells are a little larger than those of the model, which gives a plane waves."""
STRIP_CELLS = 2_000_000
"""Cells of a strip: with all that is computed from them some 200 MB."""
MOST_CELLS = 400_000_000
"""Beyond it (20 km × 20 km at 1 m) a coarser model says as much of a site."""


@dataclass(frozen=True)
class Grid:
    """Cells over a site: the corner of the first one (m in the belt), their size (m), how many, and where they are from.

    `resampled` names the CRS of the model where its own cells do not lie in the belt.
    """

    west: float
    north: float
    across: float
    down: float
    columns: int
    rows: int
    resampled: str | None

    @property
    def cell_area(self) -> float:
        """Return the area of a cell, m²."""
        return self.across * self.down


class Elevation:
    """An open elevation model over the window of one site.

    `away` is how far (m) the box of the model lies from that of the site, 0 where they meet; `marks_gaps` tells whether
    the file names a value that means nothing is known.
    """

    def __init__(
        self, source: DatasetReader | WarpedVRT, grid: Grid, first: tuple[int, int], away: float, marks_gaps: bool
    ) -> None:
        self.source, self.grid, self.away, self.marks_gaps = source, grid, away, marks_gaps
        self.first_column, self.first_row = first

    def strips(self) -> Iterator[tuple[int, int]]:
        """Yield first row and number of rows of each strip of the grid, from the north down."""
        height = max(1, STRIP_CELLS // self.grid.columns)
        for row in range(0, self.grid.rows, height):
            yield row, min(height, self.grid.rows - row)

    def heights(self, row: int, rows: int) -> Floats:
        """Return the heights (m) of a strip and of one cell more all round; NaN where nothing is known.

        A value that is no height in Korea is nothing known.
        """
        found = np.full((rows + 2, self.grid.columns + 2), np.nan)
        top, left = self.first_row + row - 1, self.first_column - 1
        first, last = max(top, 0), min(top + rows + 2, self.source.height)
        start, stop = max(left, 0), min(left + self.grid.columns + 2, self.source.width)
        if first < last and start < stop:
            window = Window(start, first, stop - start, last - first)
            known = np.ma.masked_invalid(self.source.read(1, window=window, masked=True).astype(np.float64))
            known = np.ma.masked_outside(known, *KOREAN_HEIGHTS, copy=False)
            found[first - top : last - top, start - left : stop - left] = known.filled(np.nan)
        return found


@contextmanager
def elevation(path: Path, name: str, belt: str, bounds: Bounds) -> Iterator[Elevation]:
    """Open an elevation model over `bounds` (least x, least y, greatest x, greatest y, m in `belt`).

    Raises
    ------
    InputError
        Where it is no elevation model, or its cells are too many.
    """
    with opened(path) as view:
        if view.kind != "dem":
            raise InputError("terrain.not_dem", name=name)
        marks_gaps = view.data.nodata is not None
        if crs_name(view.crs) == belt and view.transform.a > 0 > view.transform.e:
            grid, first = _own_cells(view, bounds, name)
            yield Elevation(view.data, grid, first, _apart(view.plane_bounds, bounds), marks_gaps)
            return
        box = exact_way(view.crs, belt).transform_bounds(*view.plane_bounds, densify_pts=21)
        cell = _cell_size(view, belt)
        west, north = math.floor(bounds[0] / cell) * cell, math.ceil(bounds[3] / cell) * cell
        columns, rows = math.ceil((bounds[2] - west) / cell), math.ceil((north - bounds[1]) / cell)
        _require_few(columns, rows, cell, name)
        grid = Grid(west, north, cell, cell, columns, rows, crs_code(view.crs))
        more: dict[str, Any] = {
            "transform": from_origin(west - cell, north + cell, cell, cell), "width": columns + 2, "height": rows + 2,
            "tolerance": 0.001, **PURE_BILINEAR,
        }  # fmt: skip
        with view.warped(belt, **more) as warped:
            yield Elevation(warped, grid, (1, 1), _apart(box, bounds), marks_gaps)


def _apart(one: Bounds, other: Bounds) -> float:
    """Return the distance (m) between two boxes of one plane."""
    aside = max(one[0] - other[2], other[0] - one[2], 0.0)
    return math.hypot(aside, max(one[1] - other[3], other[1] - one[3], 0.0))


def _own_cells(view: View, bounds: Bounds, name: str) -> tuple[Grid, tuple[int, int]]:
    """Return the cells of a model that lies in the belt, as far as the site reaches, and which of them is the first."""
    transform: Affine = view.transform
    across, down = transform.a, -transform.e
    first_column = math.floor((bounds[0] - transform.c) / across)
    first_row = math.floor((transform.f - bounds[3]) / down)
    columns = math.ceil((bounds[2] - transform.c) / across) - first_column
    rows = math.ceil((transform.f - bounds[1]) / down) - first_row
    _require_few(columns, rows, min(across, down), name)
    west, north = transform.c + first_column * across, transform.f - first_row * down
    return Grid(west, north, across, down, columns, rows, None), (first_column, first_row)


def _cell_size(view: View, belt: str) -> float:
    """Return the size (m) that GDAL gives square cells in the belt, to the centimeter."""
    data = view.data
    source, target = (known_crs(crs).to_wkt("WKT2_2019") for crs in (view.crs.to_wkt(), belt))
    transform, _, _ = calculate_default_transform(source, target, data.width, data.height, *view.plane_bounds)
    return max(round(transform.a, 2), 0.01)


def _require_few(columns: int, rows: int, cell: float, name: str) -> None:
    if columns * rows > MOST_CELLS:
        raise InputError(
            "terrain.many_cells", name=name, count=f"{columns * rows:,}", most=f"{MOST_CELLS:,}", cell=f"{cell:g}"
        )


def class_picture(
    classes: NDArray[np.int16], grid: Grid, step: int, belt: str, colors: Mapping[int, str]
) -> tuple[bytes, Bounds]:
    """Return cells of a grid, each in the color of its class, as PNG, and its bounds in degrees.

    Parameters
    ----------
    classes
        Every `step`-th cell of the grid across and down.
    colors
        `#rrggbb` or `#rrggbbaa` by class; a class without one is not drawn.
    """
    source = _placed(grid, step)
    rows, columns = classes.shape
    east, south = grid.west + columns * grid.across * step, grid.north - rows * grid.down * step
    plane = exact_way(known_crs(belt), TILE_CRS).transform_bounds(grid.west, south, east, grid.north, densify_pts=21)
    width, height = columns, max(1, round(columns * (plane[3] - plane[1]) / (plane[2] - plane[0])))
    target = from_origin(plane[0], plane[3], (plane[2] - plane[0]) / width, (plane[3] - plane[1]) / height)
    nothing = int(classes.min()) - 1
    shown = np.full((height, width), nothing, dtype=np.int16)
    reproject(
        classes, shown, src_transform=source, src_crs=known_crs(belt).to_wkt(), dst_transform=target,
        dst_crs=known_crs(TILE_CRS).to_wkt(), src_nodata=nothing, dst_nodata=nothing, resampling=Resampling.nearest,
    )  # fmt: skip
    picture = np.zeros((height, width, 4), dtype=np.uint8)
    for number, color in colors.items():
        picture[shown == number] = list(bytes.fromhex(f"{color[1:]}ff"[:8]))
    bounds = exact_way(known_crs(TILE_CRS), MAP_CRS).transform_bounds(*plane)
    return png_bytes(picture), bounds


def class_shapes(
    classes: NDArray[np.int16], grid: Grid, step: int, outside: int
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the polygons that neighboring cells of one class make, in the belt of the grid, and the class of each.

    Parameters
    ----------
    classes
        Every `step`-th cell of the grid across and down; cells of the class `outside` make none.
    """
    found = list(shapes(classes, mask=classes != outside, transform=_placed(grid, step)))
    polygons = [shapely.Polygon(rings[0], rings[1:]) for rings in (shape["coordinates"] for shape, _ in found)]
    return np.array(polygons, dtype=object), np.array([number for _, number in found], dtype=np.int64)


def _placed(grid: Grid, step: int) -> Affine:
    return from_origin(grid.west, grid.north, grid.across * step, grid.down * step)
