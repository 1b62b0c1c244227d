"""표고·경사: planes and cones whose slopes are known on paper, and areas by the exact part of every cell."""

import io
import json
import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rasterio.transform import from_origin
from shapely.geometry import MultiPolygon, Point, Polygon, box
from streamlit.testing.v1 import AppTest

from gis.analysis.terrain import (
    OUTSIDE,
    UNKNOWN,
    Sums,
    band_numbers,
    band_rows,
    horn_rises,
    nice_edges,
    site_rings,
    slopes,
)
from gis.errors import InputError, UnknownNameError
from gis.i18n import reading
from gis.io import elevation as elevation_file
from gis.io import store
from gis.io.elevation import Grid, class_picture, class_shapes
from gis.kernel.cells import cell_shares
from gis.study.imports import Keeping
from gis.study.rasters import keep_raster
from gis.study.sites import SiteRef
from gis.study.terrain import Bands, _cut, band_shapes, terrain_report
from gis.view.terrain import (
    FIGURES,
    band_legend,
    band_text,
    figure_rows,
    hit_geojson,
    people_bands,
    picture_elements,
    shape_bytes,
    shapeless_sentence,
    terrain_doubts,
    terrain_rows,
    terrain_sentences,
)
from tests.command import done, refusal
from tests.conftest import FIXTURES
from tests.pencil import ORIGIN, square

ROOT = Path(__file__).parents[1]
EAST, NORTH = ORIGIN


# ---- the part of each cell inside -------------------------------------------------------


def brute_force(site: shapely.Geometry, columns: int, rows: int) -> np.ndarray:
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    return shapely.area(shapely.intersection(site, shapely.box(x, -y - 1, x + 1, -y)))


def star(at: tuple[float, float], radii: list[float]) -> Polygon:
    turns = np.linspace(0.1, 0.1 + 2 * math.pi, len(radii), endpoint=False)
    return Polygon([(at[0] + r * math.cos(a), at[1] + r * math.sin(a)) for a, r in zip(turns, radii, strict=True)])


@given(
    st.lists(st.floats(1, 4), min_size=3, max_size=12),
    st.tuples(st.floats(3, 6), st.floats(-6, -3)),
    st.floats(0, 0.9),
    st.booleans(),
)
def test_parts_of_cells_are_those_of_clipping_each_cell(radii, at, hole, snapped):
    site = star(at, radii)
    if hole > 0.1:
        site = Polygon(site.exterior, [star(at, [hole * radius for radius in radii]).exterior])
    if snapped:
        site = shapely.make_valid(shapely.set_precision(shapely.set_precision(site, 0.5), 0))
    site = shapely.union_all(
        [one for one in shapely.get_parts(site) if one.geom_type == "Polygon"] + [box(8, -9, 9.5, -8)]
    )
    found = cell_shares(site_rings(site, 0, 0, 1, 1), 10, 0, 10)
    assert found == pytest.approx(brute_force(site, 10, 10), abs=1e-9)
    assert math.fsum(found.ravel()) == pytest.approx(site.intersection(box(0, -10, 10, 0)).area, abs=1e-9)


def test_strips_of_rows_are_those_of_the_whole():
    rings = site_rings(star((7.3, -8.1), [5, 7, 3, 6, 6.5]), 0, 0, 1, 1)
    whole = cell_shares(rings, 15, 0, 16)
    strips = [cell_shares(rings, 15, row, min(3, 16 - row)) for row in range(0, 16, 3)]
    assert np.concatenate(strips) == pytest.approx(whole, abs=1e-12)


def test_which_way_rings_turn_in_the_file_does_not_matter():
    ring = shapely.Polygon(box(1, -5, 5, -1).exterior, [box(2, -4, 3, -2).exterior])
    other = shapely.Polygon(ring.exterior.reverse(), [ring.interiors[0].reverse()])
    one, two = (cell_shares(site_rings(shape, 0, 0, 1, 1), 6, 0, 6) for shape in (ring, other))
    assert (one == two).all()
    assert one.sum() == 14


def test_a_site_beyond_the_grid_fills_it():
    found = cell_shares(site_rings(box(-100, -100, 100, 100), 0, 0, 1, 1), 4, 0, 3)
    assert (found == 1).all()


# ---- slopes ----------------------------------------------------------------------------


def test_horn_on_nine_heights_by_hand():
    heights = np.array([[10.0, 20.0, 25.0], [22.0, 30.0, 25.0], [20.0, 24.0, 18.0]])
    east = ((25 + 2 * 25 + 18) - (10 + 2 * 22 + 20)) / (8 * 5)
    north = ((10 + 2 * 20 + 25) - (20 + 2 * 24 + 18)) / (8 * 5)
    assert (east, north) == (0.475, -0.275)
    assert horn_rises(heights, 5, 5).tolist() == [[pytest.approx(0.548862, abs=1e-6)]]
    assert slopes(horn_rises(heights, 5, 5), "deg")[0, 0] == pytest.approx(28.76, abs=0.005)
    assert slopes(horn_rises(heights, 5, 5), "pct")[0, 0] == pytest.approx(54.886, abs=0.001)


@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(0.5, 30), st.floats(0.5, 30))
def test_a_plane_has_its_slope_in_every_cell(east, north, across, down):
    x, y = np.meshgrid(np.arange(7) * across, np.arange(6) * -down)
    assert horn_rises(100 + east * x + north * y, across, down) == pytest.approx(
        np.full((4, 5), math.hypot(east, north)), abs=1e-9
    )


def test_a_cell_with_an_unknown_neighbor_has_no_slope():
    heights = np.ones((5, 6))
    heights[2, 2] = np.nan
    assert np.isnan(horn_rises(heights, 1, 1)).tolist() == [[True, True, True, False]] * 3


def test_slopes_are_those_of_gdaldem():
    """`gdaldem slope heights.asc` of GDAL 3.6.2, which leaves the rim out."""
    heights, theirs = (
        np.loadtxt(FIXTURES / "terrain" / name, skiprows=skipped)
        for name, skipped in (("heights.asc", 5), ("gdaldem_slope.asc", 6))
    )
    ours = slopes(horn_rises(heights, 5, 5), "deg")
    assert ours == pytest.approx(theirs[1:-1, 1:-1], abs=1e-4)  # theirs are of single precision


def test_a_value_at_the_end_of_a_band_belongs_to_the_next():
    assert band_numbers(np.array([4.999, 5.0, 30.0, np.nan]), (0.0, 5.0, 30.0)).tolist() == [1, 2, 3, -1]


@given(st.floats(-60, 1_990), st.floats(0, 500))
def test_round_heights_hold_everything_in_at_most_eight_bands(low, rise):
    high = low + rise
    edges = nice_edges(low, high)
    assert edges[0] <= low + 1e-6
    assert high < edges[-1] + 1e-6
    assert 1 <= len(edges) - 1 <= 8
    assert np.diff(edges) == pytest.approx(edges[1] - edges[0])


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=9), st.floats(0, 1e5))
def test_rows_add_to_the_site_to_the_last_digit(areas, unknown):
    sums = Sums(tuple(float(n) for n in range(len(areas) - 1)) or (0.0,))
    sums.areas[: len(areas) + 1] = [unknown, *areas][: len(sums.areas)]
    planar = math.fsum(sums.areas) * (1 + 1e-13)
    rows = band_rows("elevation", "m", sums, planar, planar * 1.00001, sums.edges)
    assert math.fsum(rows["planar_area"]) == pytest.approx(planar, abs=1e-9)
    assert rows["share_pct"].sum() == pytest.approx(100)


# ---- a site on a model that was imported ------------------------------------------------


def model(
    path: Path, heights, *, crs="EPSG:5186", west=EAST - 100, north=NORTH + 600, size=10.0, shape=(70, 90), **more
) -> Path:
    """Write heights, given as a function of east and north from the origin, at the middles of cells."""
    rows, columns = shape
    x, y = np.meshgrid(west + size * (np.arange(columns) + 0.5), north - size * (np.arange(rows) + 0.5))
    profile = {"driver": "GTiff", "count": 1, "height": rows, "width": columns, "dtype": "float64", "crs": crs}
    with rasterio.open(path, "w", **{**profile, "transform": from_origin(west, north, size, size), **more}) as target:
        target.write(np.broadcast_to(heights(x - EAST, y - NORTH), shape).astype(profile["dtype"]), 1)
    return path


@pytest.fixture
def load(tmp_path):
    def keep(heights, name="hill", **more):
        return keep_raster(model(tmp_path / f"{name}.tif", heights, **more), Keeping(name=name))

    return keep


@pytest.fixture
def put(tmp_path):
    def write(*shapes, crs="EPSG:5186", **columns):
        frame = gpd.GeoDataFrame(
            {"id": [f"s{n}" for n in range(len(shapes))], **columns}, geometry=list(shapes), crs=crs
        )
        frame.to_file(tmp_path / "mine.gpkg")
        return SiteRef(str(tmp_path / "mine.gpkg"))

    return write


def bands_of(report, figure: str) -> dict[tuple, float]:
    rows = report.table[report.table["figure"] == figure]
    return {
        (
            None if pd.isna(row.band_from) else row.band_from,
            None if pd.isna(row.band_to) else row.band_to,
        ): row.planar_area
        for row in rows.itertuples()
    }


def test_a_tilted_plane_has_one_slope_and_bands_cut_at_its_contours(load, put):
    load(lambda x, y: 50 + 0.1 * x + 0 * y)
    site = square(3.3, 4.4, 500.0, 433.3)
    report = terrain_report(put(site), bands=Bands(elevation=(60.0, 80.0)))
    slope = bands_of(report, "slope")
    assert slope[5.0, 10.0] == pytest.approx(site.area, abs=1e-6)
    assert sum(area for band, area in slope.items() if band != (5.0, 10.0)) == 0
    assert report.summary.slope_pct == pytest.approx(10)
    assert report.summary.slope_deg == pytest.approx(math.degrees(math.atan(0.1)))
    heights = bands_of(report, "elevation")  # the cell from 100 to 110 has its middle at 60.5 m
    assert heights[None, 60.0] == pytest.approx((100 - 3.3) * 433.3, abs=1e-6)
    assert heights[60.0, 80.0] == pytest.approx(200 * 433.3, abs=1e-6)
    assert heights[80.0, None] == pytest.approx((503.3 - 300) * 433.3, abs=1e-6)


@pytest.mark.parametrize("figure", FIGURES)
def test_bands_add_to_the_area_of_the_site_exactly(load, put, figure):
    load(lambda x, y: 60 + 40 * np.sin(x / 37) * np.cos(y / 53))
    ring = star((EAST + 250, NORTH + 200), [180.0, 150, 200, 120, 190, 77])
    site = MultiPolygon(
        [Polygon(ring.exterior, [Point(EAST + 250, NORTH + 200).buffer(30).exterior]), square(480, 400, 60)]
    )
    report = terrain_report(put(site))
    rows = report.table[report.table["figure"] == figure]
    assert math.fsum(rows["planar_area"]) == pytest.approx(site.area, abs=1e-6)
    assert math.fsum(rows["area"]) == pytest.approx(report.area, abs=1e-6)
    assert math.fsum(rows["share_pct"]) == pytest.approx(100)


def test_a_cone_is_as_steep_everywhere_and_its_bands_are_rings(load, put):
    center = (EAST + 300, NORTH + 200)
    load(lambda x, y: 500 - 0.3 * np.hypot(x - 300, y - 200), size=1.0, shape=(700, 900))
    ring = Polygon(Point(center).buffer(150, 200).exterior, [Point(center).buffer(30, 200).exterior])
    report = terrain_report(put(ring), bands=Bands(elevation=(470.0, 482.0), slope=(16.0, 17.0)))
    assert bands_of(report, "slope")[16.0, 17.0] == pytest.approx(ring.area, abs=1e-6)
    assert report.summary.slope_pct == pytest.approx(30, abs=0.01)
    heights = bands_of(report, "elevation")
    assert heights[470.0, 482.0] == pytest.approx(math.pi * (100**2 - 60**2), rel=2e-3)
    assert heights[482.0, None] == pytest.approx(math.pi * (60**2 - 30**2), rel=5e-3)


def test_a_sphere_has_the_mean_slope_of_its_formula(load, put):
    radius, reach = 1_000.0, 200.0
    load(lambda x, y: np.sqrt(radius**2 - (x - 300) ** 2 - (y - 200) ** 2) - 600, size=1.0, shape=(700, 900))
    disk = Point(EAST + 300, NORTH + 200).buffer(reach, 400)
    report = terrain_report(put(disk))
    # the mean of asin(r/R) over the disk: ∫ r·asin(r/R) dr, by parts
    by_parts = (reach**2 / 2 - radius**2 / 4) * math.asin(reach / radius) + reach * math.sqrt(radius**2 - reach**2) / 4
    assert report.summary.slope_deg == pytest.approx(math.degrees(2 * by_parts / reach**2), abs=1e-3)


def test_cells_of_another_height_and_width_count_as_they_are(load, put):
    load(lambda x, y: 50 + 0.2 * y + 0 * x, transform=from_origin(EAST - 100, NORTH + 600, 10, 10))
    site = square(12.5, 7.5, 95, 85)
    report = terrain_report(put(site))
    assert report.summary.slope_pct == pytest.approx(20)
    assert report.model.grid.cell_area == 100


@pytest.mark.parametrize(("x", "y"), [(-100, 100), (300, 100), (100, 250), (100, -50)])
def test_what_the_model_does_not_cover_is_a_row_of_its_own(load, put, x, y):
    load(lambda x, y: 50 + 0 * x, west=EAST, north=NORTH + 400, shape=(40, 40))
    site = square(x, y, 200, 200)
    seen, sloped = (site.intersection(square(edge, edge, 400 - 2 * edge)).area for edge in (0, 10))
    report = terrain_report(put(site), bands=Bands(elevation=(0.0, 100.0)))
    assert bands_of(report, "elevation")[0.0, 100.0] == pytest.approx(seen, abs=1e-6)
    assert bands_of(report, "elevation")[None, None] == pytest.approx(40_000 - seen, abs=1e-6)
    assert bands_of(report, "slope")[None, None] == pytest.approx(40_000 - sloped, abs=1e-6)
    assert terrain_rows(report)["note"].eq("자료 없음").sum() == 2
    assert any(f"{100 - sloped / 400:.1f} %" in doubt for doubt in terrain_doubts(report))


def test_the_ends_of_height_are_those_inside_the_site(load, put):
    load(lambda x, y: 50 + x)
    report = terrain_report(put(Polygon([(EAST, NORTH), (EAST + 200, NORTH), (EAST + 100, NORTH + 200)])))
    assert (report.summary.low, report.summary.high) == (55.0, 245.0)
    load(lambda x, y: np.where((x < 20) & (y > 180), 0.0, 50.0), name="pit")
    report = terrain_report(put(Polygon([(EAST, NORTH), (EAST + 200, NORTH), (EAST + 100, NORTH + 200)])), "pit")
    assert (report.summary.low, report.summary.high, report.summary.steepest_deg) == (50.0, 50.0, 0.0)


def test_a_model_elsewhere_leaves_every_band_unknown(load, put):
    load(lambda x, y: 50 + 0 * x, west=EAST + 5_000)
    report = terrain_report(put(square(0, 0, 300)))
    gap = report.table["band"] == UNKNOWN
    assert report.table.loc[~gap, "planar_area"].isna().all()
    assert report.table.loc[gap, "planar_area"].tolist() == pytest.approx([90_000, 90_000])
    assert terrain_rows(report)["note"].eq("자료 없음").all()
    assert any("4.7 km" in doubt for doubt in terrain_doubts(report))
    assert not any("100.0 %" in doubt for doubt in terrain_doubts(report))


def test_a_model_in_degrees_elsewhere_says_how_far_away_it_is(load, put):
    load(lambda x, y: 50 + 0 * x, crs="EPSG:4326", west=126.5, north=34.5, size=0.0005, shape=(120, 120))
    report = terrain_report(put(square(0, 0, 300)))
    outline = gpd.GeoSeries([box(126.5, 34.44, 126.56, 34.5)], crs="EPSG:4326").to_crs("EPSG:5186")
    assert report.model.away == pytest.approx(outline.distance(square(0, 0, 300)).iloc[0], rel=0.01)
    with reading("en"):
        assert any(f"{report.model.away / 1_000:.1f} km" in doubt for doubt in terrain_doubts(report))


@pytest.mark.parametrize("nodata", [None, -9999.0, math.nan])
def test_heights_of_0_count_and_are_said_where_the_file_marks_no_gaps(load, put, nodata):
    load(lambda x, y: np.where(x < 100, 0.0, 50.0), nodata=nodata)
    report = terrain_report(put(square(0, 0, 300)), bands=Bands(elevation=(-10.0, 10.0, 60.0)))
    assert bands_of(report, "elevation")[-10.0, 10.0] == pytest.approx(30_000, abs=1e-6)
    notes = terrain_rows(report)["note"].fillna("").tolist()
    said = [doubt for doubt in terrain_doubts(report) if "33.3 %" in doubt]
    assert (len(said), ["33.3 %" in note for note in notes].count(True)) == ((1, 1) if nodata is None else (0, 0))
    assert nodata is not None or "33.3 %" in notes[0]


def test_no_data_and_heights_that_are_none_in_korea_are_unknown(load, put):
    load(lambda x, y: np.where(x < 100, -9999.0, np.where(x < 200, 9_000.0, 50.0)), nodata=-9999.0)
    report = terrain_report(put(square(0, 0, 300)))
    assert bands_of(report, "elevation")[None, None] == pytest.approx(60_000, abs=1e-6)
    assert (report.summary.low, report.summary.high) == (50.0, 50.0)


def test_without_a_model_every_row_is_null_and_says_so(put):
    rows = terrain_rows(terrain_report(put(square(0, 0))))
    assert rows[["planar_area", "share_pct", "area"]].isna().all(axis=None)
    assert set(rows["note"]) == {"자료 없음"}
    assert len(rows) == 1 + 7


def test_a_model_in_degrees_is_measured_in_the_belt(load, put):
    site = square(0, 0, 400)
    lon, lat = gpd.GeoSeries([site], crs="EPSG:5186").to_crs("EPSG:4326").iloc[0].centroid.coords[0]
    step = 0.0001
    way = rasterio.warp.transform

    def heights(x, y):
        east, _ = way("EPSG:4326", "EPSG:5186", (x + EAST).ravel(), (y + NORTH).ravel())
        return 50 + 0.1 * (np.array(east).reshape(x.shape) - EAST)

    load(heights, crs="EPSG:4326", west=lon - 60 * step, north=lat + 60 * step, size=step, shape=(120, 120))
    report = terrain_report(put(site))
    assert report.model.grid.resampled == "EPSG:4326"
    assert 9 < report.model.grid.across < 12
    assert report.summary.slope_pct == pytest.approx(10, abs=1e-4)
    assert report.summary.mean == pytest.approx(50 + 0.1 * 200, abs=1e-3)
    assert any("쌍선형" in said for said in terrain_sentences(report))


def test_the_window_of_the_site_alone_is_read_strip_by_strip(load, put, monkeypatch):
    load(lambda x, y: 60 + 40 * np.sin(x / 37) * np.cos(y / 53), size=2.0, shape=(400, 500))
    site = put(star((EAST + 250, NORTH + 200), [180.0, 150, 200, 120, 190, 77]))
    whole = terrain_report(site)
    shapes = []
    read = elevation_file.Elevation.heights
    monkeypatch.setattr(elevation_file, "STRIP_CELLS", 3_000)
    monkeypatch.setattr(
        elevation_file.Elevation, "heights", lambda self, *at: shapes.append(found := read(self, *at)) or found
    )
    strips = terrain_report(site)
    assert max(one.size for one in shapes) < 4_000
    assert sum(one.shape[0] - 2 for one in shapes) == 2 * strips.model.grid.rows < 2 * 250
    np.testing.assert_allclose(strips.table["planar_area"], whole.table["planar_area"], atol=1e-6)
    assert strips.summary.slope_deg == pytest.approx(whole.summary.slope_deg)
    assert all((strips.classes[name] == whole.classes[name]).all() for name in FIGURES)


@pytest.mark.parametrize("strip", [150, 200, 270])
def test_a_coarse_picture_shows_every_few_cells_of_the_fine_one(load, put, monkeypatch, strip):
    load(lambda x, y: 60 + 40 * np.sin(x / 37) * np.cos(y / 53))
    site = put(star((EAST + 250, NORTH + 200), [180.0, 150, 200, 120, 190, 77]))
    fine = terrain_report(site).classes
    monkeypatch.setattr("gis.study.terrain.PICTURE_CELLS", 150)
    monkeypatch.setattr(elevation_file, "STRIP_CELLS", strip)
    coarse = terrain_report(site)
    assert coarse.step > 1
    for name in FIGURES:
        assert (coarse.classes[name] == fine[name][:: coarse.step, :: coarse.step]).all()


def test_a_model_coarser_than_the_site_is_refused_and_a_coarse_one_said(load, put):
    load(lambda x, y: 50 + 0.1 * x)
    with pytest.raises(InputError) as caught:
        terrain_report(put(square(0, 0, 25)))
    assert caught.value.key == "terrain.coarse"
    assert any("25칸" in said or "25개뿐" in said for said in terrain_doubts(terrain_report(put(square(0, 0, 50)))))


def test_too_many_cells_are_refused_before_they_are_read(load, put, monkeypatch):
    load(lambda x, y: 50 + 0 * x)
    monkeypatch.setattr(elevation_file, "MOST_CELLS", 800)
    with pytest.raises(InputError) as caught:
        terrain_report(put(square(0, 0, 300)))
    assert caught.value.key == "terrain.many_cells"


@pytest.mark.parametrize("stated", [{"unit": "ft"}, {"scale": 0.1}, {"crs": "EPSG:5186+6360"}])
def test_a_model_whose_values_are_no_meters_is_refused(tmp_path, put, stated):
    path = model(tmp_path / "feet.tif", lambda x, y: 50 + 0 * x, crs=stated.get("crs", "EPSG:5186"))
    with rasterio.open(path, "r+") as data:
        data.units = [stated.get("unit", "")]
        data.scales = [stated.get("scale", 1.0)]
    keep_raster(path, Keeping(name="feet"))
    assert {"unit", "scaled"} & set(store.layer("feet").story["problems"])
    with pytest.raises(InputError) as caught:
        terrain_report(put(square(0, 0, 300)))
    assert caught.value.key == "terrain.no_meters"


def test_of_several_models_one_is_named(load, put):
    load(lambda x, y: 50 + 0 * x, name="one")
    load(lambda x, y: 70 + 0 * x, name="two")
    site = put(square(0, 0, 300))
    with pytest.raises(InputError) as caught:
        terrain_report(site)
    assert "one, two" in str(caught.value)
    assert terrain_report(site, "two").summary.mean == 70
    with pytest.raises(UnknownNameError, match="three"):
        terrain_report(site, "three")


def test_a_picture_is_no_elevation_model(tmp_path, put):
    path = model(tmp_path / "photo.tif", lambda x, y: 50 + 0 * x, dtype="uint8")
    keep_raster(path, Keeping(name="photo"))
    assert terrain_report(put(square(0, 0, 300))).model is None


@pytest.mark.parametrize("bands", [Bands(slope=(5.0, 5.0)), Bands(slope=(-1.0, 5.0)), Bands(elevation=(3.0, 1.0)),
                                   Bands(elevation=()), Bands(slope=(math.nan,)), Bands(slope_unit="rad")])  # fmt: skip
def test_bands_that_do_not_rise_are_refused(put, bands):
    with pytest.raises(InputError):
        terrain_report(put(square(0, 0)), bands=bands)


def test_bands_of_slope_begin_at_zero(put):
    rows = terrain_report(put(square(0, 0)), bands=Bands(slope=(10.0, 20.0))).table
    assert rows[rows["figure"] == "slope"]["band_from"].tolist() == [0.0, 10.0, 20.0]


# ---- in print and on the map ------------------------------------------------------------


@pytest.mark.parametrize(("unit", "factor", "step"), [("m2", 1, 1), ("ha", 10_000, 0.01), ("pyeong", 400 / 121, 1)])
def test_printed_areas_and_shares_add_up_as_printed(load, put, unit, factor, step):
    load(lambda x, y: 60 + 40 * np.sin(x / 37) * np.cos(y / 53))
    report = terrain_report(put(star((EAST + 250, NORTH + 200), [180.0, 150, 200, 120, 190, 77])))
    for figure in FIGURES:
        people = people_bands(report, figure, unit)
        for name, whole in (("planar_area", report.planar_area), ("area", report.area)):
            printed = people[name] / factor / step
            assert printed.to_numpy() == pytest.approx(printed.round().to_numpy(), abs=1e-6)
            assert round(printed.sum()) == round(whole / factor / step)
        assert people["share_pct"].sum() == pytest.approx(100)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"band_unit": "deg", "band_from": 5.0, "band_to": 10.0}, "5–10°"),
        ({"band_unit": "pct", "band_from": 30.0, "band_to": math.nan}, "30 % 이상"),
        ({"band_unit": "m", "band_from": math.nan, "band_to": 20.0}, "20 m 미만"),
        ({"band_unit": "m", "band_from": math.nan, "band_to": math.nan}, "자료 없음"),
    ],
)
def test_a_band_is_said_in_words(row, text):
    assert band_text(row) == text


def test_the_picture_shows_each_class_where_its_cells_lie():
    classes = np.full((40, 40), -1, dtype=np.int16)
    classes[10:30, 5:20] = 0
    classes[10:30, 20:35] = 1
    grid = Grid(EAST, NORTH + 400, 10, 10, 40, 40, None)
    png, (west, south, east, north) = class_picture(classes, grid, 1, "EPSG:5186", {0: "#ff0000", 1: "#0000ff80"})
    pixels = np.asarray(Image.open(io.BytesIO(png)))
    corner = gpd.GeoSeries([Point(EAST, NORTH), Point(EAST + 400, NORTH + 400)], crs="EPSG:5186").to_crs("EPSG:4326")
    assert (west, south) == pytest.approx(corner.iloc[0].coords[0], abs=1e-4)
    assert (east, north) == pytest.approx(corner.iloc[1].coords[0], abs=1e-4)
    middle = pixels.shape[0] // 2
    assert pixels[middle, 12].tolist() == [255, 0, 0, 255]
    assert pixels[middle, 28].tolist() == [0, 0, 255, 128]
    assert pixels[2, 2, 3] == 0
    assert (pixels[..., 3] > 0).mean() == pytest.approx(20 * 30 / 1600, abs=0.03)


@pytest.mark.parametrize("edges", [None, (55.0, 65.0)])
def test_the_legend_has_a_color_for_each_band_on_the_map(load, put, edges):
    load(lambda x, y: 60 + 20 * np.sin(x / 37))
    report = terrain_report(put(square(0, 0, 300)), bands=Bands(elevation=edges))
    for figure in FIGURES:
        legend = band_legend(report, figure)
        rows = report.table[report.table["figure"] == figure]
        assert [words for words, _ in legend] == [band_text(row) for row in rows.to_dict("records")]
        assert len({color for _, color in legend}) == len(legend)
        assert len(picture_elements(report, figure)) == 1


# ---- the land of each band ---------------------------------------------------------------


def two_parts() -> MultiPolygon:
    ring = star((EAST + 250, NORTH + 200), [180.0, 150, 200, 120, 190, 77])
    hole = Point(EAST + 250, NORTH + 200).buffer(30).exterior
    return MultiPolygon([Polygon(ring.exterior, [hole]), square(480, 400, 60)])


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("west", [EAST - 100, EAST + 200, EAST + 203.3])
def test_shapes_of_bands_share_out_the_site_with_the_areas_of_the_table(load, put, figure, west):
    """A model that begins at the border or in the midst of the site; what it leaves out has a shape too."""
    load(lambda x, y: 60 + 40 * np.sin(x / 37) * np.cos(y / 53), west=west)
    ref, site = put(two_parts()), two_parts()
    shapes = band_shapes(ref, figure)
    table = terrain_report(ref).table.query("figure == @figure and planar_area > 0")
    assert shapes["band"].tolist() == table["band"].tolist()
    np.testing.assert_allclose(shapes.area, table["planar_area"], atol=1e-6)
    assert shapes.is_valid.all()
    assert shapely.union_all(shapes.geometry.to_numpy()).symmetric_difference(site).area < 1e-5
    assert (UNKNOWN in set(shapes["band"])) == (west > EAST)


def test_shapes_of_a_tilted_plane_are_cut_at_its_contours(load, put):
    load(lambda x, y: 50 + 0.1 * x + 0 * y)
    shapes = band_shapes(put(square(3.3, 4.4, 500.0, 433.3)), "elevation", bands=Bands(elevation=(60.0, 80.0)))
    edges = [(3.3, 100), (100, 300), (300, 503.3)]  # the cell from 100 to 110 has its middle at 60.5 m
    for (west, east), shape in zip(edges, shapes.geometry, strict=True):
        assert shape.symmetric_difference(square(west, 4.4, east - west, 433.3)).area < 1e-6


@given(st.lists(st.floats(60, 200), min_size=3, max_size=9), st.integers(0, 2**32 - 1), st.sampled_from([7.0, 10.0]))
def test_shapes_of_any_cells_share_out_any_site(radii, seed, size):
    heights = np.random.default_rng(seed).integers(-1, 3, (60, 60)).astype(np.int16)
    grid = Grid(EAST - 200, NORTH + 200, size, size, 60, 60, None)
    site = star((EAST, NORTH), radii)
    polygons, numbers = class_shapes(heights, grid, 1, OUTSIDE)
    cut = _cut(polygons, site.intersection(box(*shapely.total_bounds(polygons))))
    rings = site_rings(site, grid.west, grid.north, size, size)
    inside = cell_shares(rings, 60, 0, 60) * size**2
    for number in range(-1, 3):
        assert math.fsum(shapely.area(cut[numbers == number])) == pytest.approx(
            inside[heights == number].sum(), abs=1e-5
        )


@pytest.mark.parametrize(("most", "west", "word"), [(100, EAST - 100, "100개"), (10**6, EAST + 5_000, "덮는")])
def test_bands_without_shapes_say_why(load, put, monkeypatch, most, west, word):
    load(lambda x, y: 50 + 0 * x, west=west)
    monkeypatch.setattr("gis.study.terrain.SHAPE_CELLS", most)
    monkeypatch.setattr("gis.view.terrain.SHAPE_CELLS", most)
    site = put(square(0, 0, 300))
    with pytest.raises(InputError, match=word):
        band_shapes(site, "slope")
    assert word in shapeless_sentence(terrain_report(site))


@pytest.mark.parametrize(("ending", "off"), [(".gpkg", 1e-9), (".geojson", 2e-4)])
def test_shapes_leave_with_the_band_in_words_and_the_area_of_the_table(load, put, tmp_path, ending, off):
    """A package in the belt keeps every digit, GeoJSON seven decimals of a degree: a centimeter."""
    load(lambda x, y: 50 + 0.1 * x + 0.1 * y)
    ref = put(square(0, 0, 300), grade=["D"])
    (tmp_path / f"bands{ending}").write_bytes(shape_bytes(terrain_report(ref), band_shapes(ref, "elevation"), ending))
    back = gpd.read_file(tmp_path / f"bands{ending}").to_crs("EPSG:5186")
    assert back["name"].tolist()[0] == "50–60 m"
    np.testing.assert_allclose(back.area, back["planar_area_m2"], rtol=off)
    assert back["planar_area_m2"].sum() == pytest.approx(90_000)
    assert set(back["grade"]) == {"D"}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_click_on_the_map_names_a_row_of_the_table(load, put, figure):
    load(lambda x, y: 60 + 40 * np.sin(x / 37) * np.cos(y / 53), west=EAST + 200)
    report = terrain_report(put(two_parts()))
    drawn = hit_geojson(report, figure, "ha")["features"]
    rows = figure_rows(report, figure).set_index("id")
    ids = [one["properties"]["id"] for one in drawn]
    assert ids == rows.index[rows["planar_area"] > 0].tolist()
    for one in drawn:
        words, said = one["properties"]["tooltip"].split("\n")
        assert words == rows.at[one["properties"]["id"], "name"] and "ha · " in said
        shape = gpd.GeoSeries([shapely.from_geojson(json.dumps(one["geometry"]))], crs="EPSG:4326").to_crs("EPSG:5186")
        share = shape.intersection(two_parts()).area.iloc[0] / shape.area.iloc[0]
        assert share >= 0.5  # of cells at the rim


def test_the_chosen_band_stands_out_in_the_picture(load, put, monkeypatch):
    load(lambda x, y: 50 + 0.1 * x)
    report, colors = terrain_report(put(square(0, 0, 300)), bands=Bands(elevation=(60.0,))), []
    monkeypatch.setattr(
        "gis.view.terrain.class_picture", lambda *given: colors.append(given[-1]) or (b"", (0, 0, 1, 1))
    )
    for chosen in (None, "elevation-1"):
        picture_elements(report, "elevation", chosen)
    assert {len(color) for color in colors[0].values()} == {7}
    assert [len(color) for color in colors[1].values()] == [7, 9]


def test_the_command_prints_both_tables_and_writes_all_rows(load, put, tmp_path):
    load(lambda x, y: 50 + 0.1 * x)
    site = put(square(0, 0, 300)).source
    text = done("terrain", site, "--unit", "ha").text
    assert "평균 경사 5.7° (10.0 %)" in text
    assert "9.00" in text
    rows = done("terrain", site, "--format", "json", "--slope-unit", "pct", "--slope-bands", "0,8,12").json
    steep = [row for row in rows if row["figure"] == "slope"]
    assert [(row["band_from"], row["band_to"], row["band_unit"]) for row in steep] == [
        (0, 8, "pct"), (8, 12, "pct"), (12, None, "pct")
    ]  # fmt: skip
    assert steep[1]["planar_area_m2"] == pytest.approx(90_000)
    assert steep[1]["dem"] == "hill"
    done("terrain", site, "-o", tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["terrain", "sources"]


def test_a_schematic_site_says_so_in_every_row_and_in_the_sentences(load):
    load(lambda x, y: 50 + 0.01 * x, west=178_000, north=292_500, size=30, shape=(120, 150))
    assert all("모식도" in row["note"] for row in done("terrain", "jingok", "--format", "json").json)
    assert done("terrain", "jingok").text.count("모식도") > 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("jingok", "--slope-bands", "5,x"), "5,x"),
        (("jingok", "--slope-bands", ""), "구간"),
        (("jingok", "--elevation-bands", "9,1"), "9, 1"),
        (("jingok", "--slope-unit", "rad"), "rad"),
        (("jingok", "--dem", "none"), "none"),
        (("jingok", "--unit", "acre"), "acre"),
        (("nowhere",), "nowhere"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(words, said):
    assert said in refusal("terrain", *words)


@pytest.fixture
def page(monkeypatch):
    monkeypatch.chdir(ROOT)

    def opened(**query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        app.query_params.update(query)
        app.run()
        app.switch_page("gis/app/pages/statutory.py").run()
        assert not app.exception, app.exception
        return app

    return opened


def test_the_page_without_a_model_says_that_nothing_is_known(page):
    app = page(site="jingok", table="terrain")
    assert not app.error
    assert any("DEM" in one.value for one in app.warning)
    assert app.dataframe[0].value.iloc[:, 1].isna().all()
    assert any("구간 도형은 없습니다" in one.value for one in app.caption)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_shows_bands_and_takes_three_changes(page, load, language):
    load(lambda x, y: 50 + 0.2 * x, west=178_000, north=292_500, size=30, shape=(120, 150))
    app = page(site="jingok", table="terrain", lang=language)
    assert not app.error
    for bands in ("0,5", "0,5,10", "0,5,10,15"):
        app.text_input(key="slope_bands").set_value(bands).run()
        assert not app.exception
        assert len(app.dataframe[0].value) == len(bands.split(",")) + 1
    app.text_input(key="slope_bands").set_value("5,1").run()
    assert not app.exception
    assert len(app.error) == 1
