import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import MultiPolygon, Point, Polygon, box

from gis.analysis.area import area_sigmas, geodesic_areas, planar_areas, site_measures, unit_shares
from gis.errors import CrsError, InputError
from tests.pencil import sites, square

NO_SIGMA = pd.Series(dtype=float)


def test_planar_area_of_a_pencil_square_is_side_squared():
    assert planar_areas(sites(square(0, 0, 100)))["a"] == 10_000


def test_a_hole_is_cut_out_of_both_areas_and_its_rim_counted():
    ring = Polygon(square(0, 0, 300).exterior, [square(100, 100, 100).exterior])
    row = site_measures(sites(ring), NO_SIGMA).iloc[0]
    assert row["planar_area"] == 80_000
    assert row["area"] == pytest.approx(80_000, rel=5e-5)
    assert row["perimeter"] == pytest.approx(1_600, rel=5e-5)


def test_parts_of_a_multipolygon_add_up():
    parts = square(0, 0, 100), square(500, 0, 200)
    together = geodesic_areas(sites(MultiPolygon(parts)))["a"]
    assert together == pytest.approx(geodesic_areas(sites(*parts)).sum(), abs=1e-6)


def test_geodesic_area_agrees_with_pyproj_on_the_same_polygon():
    frame = sites(square(0, 0, 1_900, 1_700))
    lonlat = frame.to_crs("EPSG:4326").geometry.iloc[0]
    assert geodesic_areas(frame)["a"] == pytest.approx(
        abs(Geod(ellps="GRS80").geometry_area_perimeter(lonlat)[0]), abs=1e-6
    )


@given(st.floats(-30_000, 30_000), st.floats(-30_000, 30_000), st.floats(10, 3_000), st.floats(10, 3_000))
def test_planar_area_stays_within_30_ppm_of_geodesic_around_gwangju(x, y, width, height):
    frame = sites(square(x, y, width, height))
    assert planar_areas(frame)["a"] == pytest.approx(geodesic_areas(frame)["a"], rel=1e-4)


def test_measuring_leaves_the_input_alone():
    frame = sites(square(0, 0), square(200, 0))
    before = frame.copy(deep=True)
    site_measures(frame, NO_SIGMA)
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


def test_difference_from_the_official_area_is_relative_to_the_official_one():
    row = site_measures(sites(square(0, 0, 100), official_area=8_000.0), NO_SIGMA).iloc[0]
    assert row["difference_pct"] == pytest.approx(100 * (row["area"] - 8_000) / 8_000)


def test_a_schematic_outline_has_neither_difference_nor_sigma():
    frame = sites(square(0, 0, 100), grade="D", official_area=8_000.0)
    row = site_measures(frame, pd.Series({"D": 5.0})).iloc[0]
    assert row[["difference_pct", "sigma", "sigma_correlated"]].isna().all()


def test_points_have_no_area():
    with pytest.raises(InputError, match="Point"):
        site_measures(sites(square(0, 0), Point(170_000, 285_000)), NO_SIGMA)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:5179"])
def test_another_crs_than_a_belt_is_refused(crs):
    with pytest.raises(CrsError, match="EPSG:5186"):
        planar_areas(sites(square(0, 0)).to_crs(crs))


def districts(*shapes):
    frame = sites(*shapes)
    return frame.assign(
        id=[f"u{number}" for number in range(len(shapes))], full_name=[f"구역 {n}" for n in range(len(shapes))]
    )


def test_shares_of_two_districts_are_those_of_the_pencil():
    found = unit_shares(sites(square(0, 0, 100)), districts(square(0, 0, 25, 100), square(25, 0, 75, 100)))
    assert found[["unit_code", "share_pct"]].to_dict("records") == [
        {"unit_code": "u1", "share_pct": pytest.approx(75)},
        {"unit_code": "u0", "share_pct": pytest.approx(25)},
    ]


def test_what_lies_in_no_district_is_a_row_of_its_own():
    found = unit_shares(sites(square(0, 0, 100)), districts(square(0, 0, 40, 100)))
    assert found["unit_code"].tolist()[0] is None or pd.isna(found["unit_code"].iloc[0])
    assert found["share_pct"].sum() == pytest.approx(100)
    assert found["area"].sum() == pytest.approx(geodesic_areas(sites(square(0, 0, 100)))["a"], abs=1e-3)


@given(st.lists(st.floats(1, 99), min_size=1, max_size=5, unique=True))
def test_shares_add_to_100_percent_however_the_districts_are_cut(cuts):
    edges = [0, *sorted(cuts), 100]
    strips = [square(left, -50, right - left, 300) for left, right in itertools.pairwise(edges)]
    found = unit_shares(sites(square(0, 0, 100)), districts(*strips))
    assert found["share_pct"].sum() == pytest.approx(100, abs=1e-9)


def test_the_order_of_sites_does_not_change_their_areas():
    shapes = [square(0, 0, 100), square(500, 0, 150), square(900, 0, 70)]
    forward = geodesic_areas(sites(*shapes)).to_numpy()
    backward = geodesic_areas(sites(*shapes[::-1])).to_numpy()
    np.testing.assert_array_equal(forward, backward[::-1])


def test_geodesic_area_does_not_depend_on_the_belt():
    frame = sites(shapely.segmentize(square(0, 0, 1_000), 50))
    assert geodesic_areas(frame.to_crs("EPSG:5187"))["a"] == pytest.approx(geodesic_areas(frame)["a"], rel=1e-8)


def test_a_box_in_degrees_is_measured_in_its_own_belt():
    from gis.crs import to_work_crs

    pohang = gpd.GeoDataFrame(geometry=[box(129.3, 36.0, 129.31, 36.01)], crs="EPSG:4326")
    assert to_work_crs(pohang).crs.to_epsg() == 5187


def area_sigma_by_simulation(shape: Polygon, sigma: float, draws: int = 20_000) -> float:
    """Return the standard deviation of the area in m² when every vertex errs by itself."""
    rng = np.random.default_rng(7)
    total = np.zeros(draws)
    for sign, ring in zip((1, -1), (shape.exterior, *shape.interiors), strict=True):
        points = np.array(ring.coords)[:-1] - np.array(shape.centroid.coords)
        x, y = (points + rng.normal(0, sigma, (draws, *points.shape))).transpose(2, 0, 1)
        total += sign * np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)) / 2
    return float(total.std())


RING = Polygon(square(0, 0, 900, 600).exterior, [square(200, 150, 300, 200).exterior])


def test_sigma_of_independent_vertices_is_that_of_a_simulation_hole_included():
    found = area_sigmas(sites(RING), pd.Series({"A": 5.0}))["sigma"].iloc[0]
    assert found == pytest.approx(area_sigma_by_simulation(RING, 5.0), rel=0.02)


def test_sigma_of_correlated_vertices_is_what_moving_the_whole_rim_outward_adds():
    found = area_sigmas(sites(RING), pd.Series({"A": 0.5}))["sigma_correlated"].iloc[0]
    assert found == pytest.approx(RING.buffer(0.5, join_style="mitre").area - RING.area, rel=1e-6)


def test_an_official_area_of_nothing_gives_no_difference():
    assert np.isnan(site_measures(sites(square(0, 0), official_area=0.0), NO_SIGMA)["difference_pct"].iloc[0])


def test_an_empty_layer_measures_to_an_empty_table():
    assert site_measures(sites(square(0, 0)).iloc[:0], NO_SIGMA).empty


@given(st.lists(st.floats(-80, 180), min_size=1, max_size=4, unique=True), st.floats(0, 90), st.booleans())
def test_the_areas_of_all_shares_add_to_the_area_of_the_site(cuts, angle, has_hole):
    site = shapely.affinity.rotate(square(0, 0, 100), angle)
    if has_hole:
        site = site.difference(square(30, 30, 20))
    edges = [-100, *sorted(cuts), 60]
    strips = [square(left, -100, right - left, 300) for left, right in itertools.pairwise(edges) if right - left > 1e-6]
    found = unit_shares(sites(site), districts(*strips))
    assert found["area"].sum() == pytest.approx(geodesic_areas(sites(site))["a"], rel=1e-6)
    assert found["share_pct"].sum() == pytest.approx(100, abs=1e-9)


def test_a_site_thinner_than_rounding_still_has_its_share():
    found = unit_shares(sites(square(0, 0, 0.01, 100)), districts(square(-50, -50, 200, 300)))
    assert found["share_pct"].tolist() == [100]


def test_shares_of_several_sites_do_not_mix():
    found = unit_shares(sites(square(0, 0, 10), square(0, 0, 90)), districts(square(0, 0, 5, 200), square(5, 0, 95)))
    assert found.groupby("id")["share_pct"].sum().tolist() == pytest.approx([100, 100])
    assert found["id"].tolist() == sorted(found["id"])
