"""Heights and slopes of one site from an imported elevation model (표고·경사 분석)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.analysis.area import geodesic_areas, planar_areas
from gis.analysis.terrain import (
    OUTSIDE,
    SLOPE_BANDS,
    SLOPE_UNITS,
    Sums,
    band_numbers,
    band_rows,
    horn_rises,
    nice_edges,
    parts_inside,
    site_rings,
    slopes,
)
from gis.crs import crs_name
from gis.errors import InputError, UnknownNameError
from gis.io import store
from gis.io.elevation import Elevation, Grid, class_shapes, elevation
from gis.io.read import Reading
from gis.study.sites import SiteRef, site

FEWEST_CELLS = 9
"""A slope rests on 3 × 3 cells; a site of less has none."""
FEW_CELLS = 100
"""Below this the bands say little."""
PICTURE_CELLS = 500_000
SHAPE_CELLS = 2_000_000
"""Cells up to which bands become shapes: 2 km × 1 km at 1 m. Mere noise makes half a million shapes of them, in 20 s."""
SHAPE_GRIDS = (None, 1e-6)
"""m to which shapes are cut by the outline: as they are, or where that leaves a rest, to the finest sure grid."""
SHAPE_REST = 0.01
"""m² that shapes may miss of the site."""
MOST_EDGES = 40
NO_METERS = ("unit", "scaled")
"""Problems of a raster whose values are no meters."""


@dataclass(frozen=True)
class Bands:
    """How heights (m) and slopes are grouped: the ends of the bands; no heights given, round ones are found."""

    elevation: tuple[float, ...] | None = None
    slope: tuple[float, ...] = SLOPE_BANDS
    slope_unit: str = "deg"


@dataclass(frozen=True)
class Model:
    """The elevation model that a report rests on, with its cells in the site, and how far (m) it lies from the site."""

    name: str
    title: str
    source: str
    base_date: str | None
    heights: str | None
    grid: Grid
    cells: float
    away: float


@dataclass(frozen=True)
class Summary:
    """Means by area, and ends: heights in m, slopes in degrees and percent; NaN where nothing is known.

    `doubtful_zero` is the area (m²) of height 0 where the file does not say how it marks what is not known.
    """

    mean: float
    low: float
    high: float
    slope_deg: float
    slope_pct: float
    steepest_deg: float
    known_elevation: float
    known_slope: float
    doubtful_zero: float


@dataclass(frozen=True)
class TerrainReport:
    """The bands of one site, and what they rest on; without a model and a summary where none is loaded.

    `classes` holds for each figure the band numbers of every `step`-th cell, for a map.
    """

    id: str
    name: str
    grade: str | None
    crs: str
    planar_area: float
    area: float
    table: pd.DataFrame
    bands: Bands
    model: Model | None = None
    summary: Summary | None = None
    classes: dict[str, NDArray[np.int16]] | None = None
    step: int = 1


def elevation_models() -> list[store.StoredLayer]:
    """Return the imported rasters that are elevation models."""
    return [one for one in store.layers() if one.kind == "Raster" and one.story.get("kind") == "dem"]


def chosen_model(name: str | None) -> store.StoredLayer | None:
    """Return the elevation model of that name or title; the only one where no name is given, None where there is none.

    Raises
    ------
    UnknownNameError
        Where there is none of that name.
    InputError
        Where there are several and none is named, or its values are no meters.
    """
    models = elevation_models()
    known = ", ".join(one.name for one in models)
    if name is None and len(models) > 1:
        raise InputError("terrain.which_dem", known=known)
    found = next((one for one in models if name in (None, one.name, one.title)), None)
    if found is None and name is not None:
        raise UnknownNameError("terrain.dem", name=name, known=known or "–")
    if found is not None and set(NO_METERS) & set(found.story.get("problems", ())):
        raise InputError("terrain.no_meters", name=found.name)
    return found


def terrain_report(
    ref: SiteRef, dem: str | None = None, bands: Bands | None = None, reading: Reading | None = None
) -> TerrainReport:
    """Return how much of a site lies in each band of height and slope.

    Raises
    ------
    InputError
        Where the bands are none, the model is too coarse for the site, or several models are loaded and none is named.
    """
    bands = required(bands or Bands())
    frame = site(ref, reading).frame
    unknown = _unknown(frame, bands)
    stored = chosen_model(dem)
    if stored is None:
        return unknown
    shape = frame.geometry.iloc[0]
    with elevation(store.file_path(stored), stored.name, unknown.crs, shape.bounds) as model:
        cells = unknown.planar_area / model.grid.cell_area
        if cells < FEWEST_CELLS:
            cell = f"{math.sqrt(model.grid.cell_area):g}"
            raise InputError("terrain.coarse", name=stored.name, cell=cell, count=f"{cells:.1f}", least=FEWEST_CELLS)
        found, away = _added(model, shape, bands), model.away
    heights = stored.story.get("heights")
    return replace(
        unknown,
        table=_table(unknown, found.elevation, found.slope),
        model=Model(stored.name, stored.title, stored.source, stored.base_date, heights, model.grid, cells, away),
        summary=found.summary,
        classes=found.classes,
        step=found.step,
    )


def shapeless(report: TerrainReport) -> str | None:
    """Return why the bands of a report make no shapes: `model` (none, or none of it in the site), `cells`; None if they do."""
    if report.model is None or report.model.away > 0:
        return "model"
    grid = report.model.grid
    return "cells" if grid.columns * grid.rows > SHAPE_CELLS else None


def band_shapes(
    ref: SiteRef, figure: str, dem: str | None = None, bands: Bands | None = None, reading: Reading | None = None
) -> gpd.GeoDataFrame:
    """Return the rows of one figure (`elevation` or `slope`) with their land: cells of the band, cut by the outline.

    The shapes share out the site in its belt, each with the area of its row; a band without land has none.

    Raises
    ------
    InputError
        Where no model reaches the site, or its cells are too many for shapes.
    """
    report, site_frame = terrain_report(ref, dem, bands, reading), site(ref, reading).frame
    if report.model is None or shapeless(report) == "model":
        raise InputError("terrain.shapes_model")
    if shapeless(report):
        raise InputError("terrain.shapes_cells", most=f"{SHAPE_CELLS:,}")
    shape = site_frame.geometry.iloc[0]
    stored = store.layer(report.model.name)
    with elevation(store.file_path(stored), stored.name, report.crs, shape.bounds) as model:
        polygons, numbers = class_shapes(_cell_bands(model, shape, report.bands, figure), model.grid, 1, OUTSIDE)
    cut = _cut(polygons, shape)
    rows = report.table[report.table["figure"] == figure]
    lands = {number: shapely.get_parts(cut[numbers == number]) for number in rows["band"]}
    made = [shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2]) for parts in lands.values()]
    found = gpd.GeoDataFrame(rows.reset_index(drop=True), geometry=made, crs=site_frame.crs)
    return found[~found.is_empty]


def _cell_bands(model: Elevation, shape: shapely.Geometry, bands: Bands, figure: str) -> NDArray[np.int16]:
    """Return the band of every cell that the site reaches into."""
    grid = model.grid
    rings = site_rings(shape, grid.west, grid.north, grid.across, grid.down)
    edges = bands.slope if figure == "slope" else bands.elevation or _found_edges(model, rings)
    found = []
    for row, rows in model.strips():
        values = model.heights(row, rows)
        rises = horn_rises(values, grid.across, grid.down)
        cells = slopes(rises, bands.slope_unit) if figure == "slope" else values[1:-1, 1:-1]
        inside = parts_inside(rings, grid.columns, row, rows) > 0
        found.append(np.where(inside, band_numbers(cells, edges), OUTSIDE).astype(np.int16))
    return np.concatenate(found)


def _cut(polygons: NDArray[np.object_], shape: shapely.Geometry) -> NDArray[np.object_]:
    """Return polygons that cover a site, cut by its outline; together they have its area."""
    across = np.ones(len(polygons), dtype=bool)
    across[shapely.STRtree(polygons).query(shape, predicate="covers")] = False
    cut = polygons.copy()
    for grid in SHAPE_GRIDS:
        cut[across] = shapely.intersection(polygons[across], shape, grid_size=grid)
        if abs(math.fsum(shapely.area(cut)) - shape.area) <= SHAPE_REST:
            break
    return cut


def _unknown(frame: gpd.GeoDataFrame, bands: Bands) -> TerrainReport:
    """Return what is known of a site without an elevation model: its areas, and bands of which nothing is known."""
    row = frame.iloc[0]
    report = TerrainReport(
        id=str(row["id"]),
        name=str(row["name"]),
        grade=None if pd.isna(row["grade"]) else str(row["grade"]),
        crs=crs_name(frame.crs),
        planar_area=float(planar_areas(frame).iloc[0]),
        area=float(geodesic_areas(frame).iloc[0]),
        table=pd.DataFrame(),
        bands=bands,
    )
    return replace(report, table=_table(report, None, None))


def _table(report: TerrainReport, heights: Sums | None, slope: Sums | None) -> pd.DataFrame:
    """Return the bands of height and below them those of slope."""
    edges = (report.bands.elevation or ()) if heights is None else heights.edges
    areas = report.planar_area, report.area
    rows = [
        band_rows("elevation", "m", heights, *areas, edges),
        band_rows("slope", report.bands.slope_unit, slope, *areas, report.bands.slope),
    ]
    return pd.concat(rows, ignore_index=True)


def parse_edges(text: str) -> tuple[float, ...]:
    """Return the ends of bands that a person typed, such as `0,5,10`.

    Raises
    ------
    InputError
        Where they are no numbers.
    """
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise InputError("terrain.bands", bands=text, most=MOST_EDGES) from None


def required(bands: Bands) -> Bands:
    """Return bands that rise; of slope the first begins at 0.

    Raises
    ------
    InputError
        Where they do not rise, are no numbers, or are too many.
    """
    if bands.slope_unit not in SLOPE_UNITS:
        raise InputError("one_of", name="slope-unit", value=bands.slope_unit, known=", ".join(SLOPE_UNITS))
    for edges in (bands.elevation, bands.slope):
        if edges is not None and not _rises(edges):
            raise InputError("terrain.bands", bands=", ".join(f"{edge:g}" for edge in edges), most=MOST_EDGES)
    if bands.slope[0] < 0:
        raise InputError("terrain.bands", bands=", ".join(f"{edge:g}" for edge in bands.slope), most=MOST_EDGES)
    slope = bands.slope if bands.slope[0] == 0 else (0.0, *bands.slope)
    return Bands(bands.elevation, slope, bands.slope_unit)


def _rises(edges: Sequence[float]) -> bool:
    return (
        0 < len(edges) <= MOST_EDGES
        and all(map(math.isfinite, edges))
        and all(low < high for low, high in pairwise(edges))
    )


@dataclass(frozen=True)
class _Added:
    elevation: Sums
    slope: Sums
    summary: Summary
    classes: dict[str, NDArray[np.int16]]
    step: int


def _added(model: Elevation, shape: shapely.Geometry, bands: Bands) -> _Added:
    """Return the areas by band of everything inside `shape`, strip by strip."""
    grid = model.grid
    rings = site_rings(shape, grid.west, grid.north, grid.across, grid.down)
    edges = bands.elevation or _found_edges(model, rings)
    heights, slope = Sums(tuple(edges)), Sums(bands.slope)
    degrees, percent, zero = Sums((0.0,)), Sums((0.0,)), 0.0
    step = max(1, math.ceil(math.sqrt(grid.columns * grid.rows / PICTURE_CELLS)))
    shown: dict[str, list[NDArray[np.int16]]] = {"elevation": [], "slope": []}
    for row, rows in model.strips():
        inside = parts_inside(rings, grid.columns, row, rows)
        values = model.heights(row, rows)
        rises = horn_rises(values, grid.across, grid.down)
        area = inside * grid.cell_area
        zero += float(area[values[1:-1, 1:-1] == 0].sum())
        degrees.add(slopes(rises, "deg"), area)
        percent.add(slopes(rises, "pct"), area)
        found = {
            "elevation": heights.add(values[1:-1, 1:-1], area),
            "slope": slope.add(slopes(rises, bands.slope_unit), area),
        }
        first = -row % step
        for name, numbers in found.items():
            shown[name].append(np.where(inside >= 0.5, numbers, OUTSIDE)[first::step, ::step])
    return _Added(
        heights,
        slope,
        Summary(
            heights.mean, _end(heights.low), _end(heights.high), degrees.mean, percent.mean, _end(degrees.high),
            heights.known, slope.known, 0.0 if model.marks_gaps else zero,
        ),
        {name: np.concatenate(parts).astype(np.int16) for name, parts in shown.items()},
        step,
    )  # fmt: skip


def _end(value: float) -> float:
    return value if math.isfinite(value) else math.nan


def _found_edges(model: Elevation, rings: list[NDArray[np.float64]]) -> tuple[float, ...]:
    """Return round heights that hold everything inside the site; none where nothing is known."""
    seen = Sums(())
    for row, rows in model.strips():
        seen.add(model.heights(row, rows)[1:-1, 1:-1], parts_inside(rings, model.grid.columns, row, rows))
    return nice_edges(seen.low, seen.high) if math.isfinite(seen.low) else ()
