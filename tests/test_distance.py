import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import Point

from gis.analysis.distance import distances, nearest
from gis.errors import InputError
from tests.pencil import sites, square


def test_gap_of_two_squares_is_the_width_between_them():
    row = distances(sites(square(0, 0, 100), square(600, 0, 100))).iloc[0]
    assert row["distance"] == pytest.approx(500, rel=5e-5)
    assert np.isnan(row["low"])


def test_gap_lies_between_the_two_points_given():
    from pyproj import Geod

    row = distances(sites(square(0, 0, 100), square(600, 300, 100))).iloc[0]
    length = Geod(ellps="GRS80").inv(row["from_lon"], row["from_lat"], row["to_lon"], row["to_lat"])[2]
    assert length == pytest.approx(row["distance"], abs=1e-6)


def test_centroid_distance_is_between_centers():
    row = distances(sites(square(0, 0, 100), square(600, 0, 100)), measure="centroid").iloc[0]
    assert row["distance"] == pytest.approx(600, rel=5e-5)


def test_each_unordered_pair_stands_once():
    table = distances(sites(*(square(200 * n, 0) for n in range(5))))
    assert len(table) == 10
    assert len({frozenset(pair) for pair in zip(table["from"], table["to"], strict=True)}) == 10


def test_a_schematic_pair_is_an_interval_without_value_or_points():
    frame = sites(square(0, 0, 100), square(5_100, 0, 100), grade="D", center_uncertainty=[700.0, 1_500.0])
    row = distances(frame).iloc[0]
    assert row[["distance", "from_lon", "from_lat", "to_lon", "to_lat"]].isna().all()
    assert row["low"] == pytest.approx(5_000 - 2_200, abs=0.5)
    assert row["high"] == pytest.approx(5_000 + 2_200, abs=0.5)


def test_an_interval_never_goes_below_zero():
    frame = sites(square(0, 0, 100), square(600, 0, 100), grade="D", center_uncertainty=[700.0, 700.0])
    assert distances(frame).iloc[0]["low"] == 0


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_moving_sites_within_their_uncertainty_stays_inside_the_interval(ax, ay, bx, by):
    drawn = square(0, 0, 800), square(3_000, 500, 900)
    sway = [400.0, 600.0]
    interval = distances(sites(*drawn, grade="D", center_uncertainty=sway)).iloc[0]
    moved = [
        affinity.translate(shape, x / np.sqrt(2) * u, y / np.sqrt(2) * u)
        for shape, (x, y), u in zip(drawn, ((ax, ay), (bx, by)), sway, strict=True)
    ]
    true = distances(sites(*moved)).iloc[0]["distance"]
    assert interval["low"] - 1 <= true <= interval["high"] + 1


def test_a_point_of_stated_precision_gives_a_value_and_an_interval():
    places = sites(Point(171_100, 285_050), grade="C", precision=[30.0])
    row = distances(sites(square(0, 0, 100)), places).iloc[0]
    assert row["distance"] == pytest.approx(1_000, rel=1e-4)
    assert row["high"] - row["low"] == pytest.approx(60)


def test_nearest_places_come_in_order_of_distance():
    places = sites(*(Point(170_100 + far, 285_050) for far in (3_000, 1_000, 2_000)), grade="C", precision=30.0)
    found = nearest(sites(square(0, 0, 100)), places, count=2)
    assert found["to"].tolist() == ["b", "c"]


@pytest.mark.parametrize("measure", ["road", "time"])
def test_road_distance_needs_a_network(measure):
    with pytest.raises(InputError, match="도로망"):
        distances(sites(square(0, 0), square(200, 0)), measure=measure)


def test_distance_is_symmetric():
    shapes = square(0, 0, 100), square(777, 333, 50)
    there, back = distances(sites(*shapes)).iloc[0], distances(sites(*shapes[::-1])).iloc[0]
    assert there["distance"] == pytest.approx(back["distance"], abs=1e-9)


def test_one_schematic_outline_of_unknown_place_makes_the_interval_unknown():
    frame = sites(square(0, 0), square(5_000, 0), grade="D", center_uncertainty=[700.0, np.nan])
    assert distances(frame).iloc[0][["distance", "low", "high"]].isna().all()


def test_a_person_s_shape_to_a_schematic_outline_is_an_interval_too():
    frame = sites(square(0, 0), square(5_100, 0), grade=None, center_uncertainty=[np.nan, 700.0])
    frame["grade"] = [None, "D"]
    row = distances(frame).iloc[0]
    assert np.isnan(row["distance"])
    assert (row["low"], row["high"]) == (pytest.approx(4_300, abs=1), pytest.approx(5_700, abs=1))


def test_the_uncertainty_of_a_place_may_stand_in_either_column():
    frame = sites(square(0, 0), square(5_100, 0), grade="D", center_uncertainty=[700.0, np.nan], precision=[np.nan, 30])
    row = distances(frame).iloc[0]
    assert row["high"] - row["low"] == pytest.approx(1_460)


def test_every_place_that_may_be_nearest_stays_when_a_site_may_move():
    site = sites(square(0, 0), grade="D", center_uncertainty=500.0)
    places = sites(*(Point(170_100 + far, 285_050) for far in (1_000, 1_800, 5_000)), grade="C", precision=0.0)
    assert nearest(site, places, count=1)["to"].tolist() == ["a", "b"]


def test_places_at_an_unknown_distance_are_not_ruled_out():
    site = sites(square(0, 0), grade="D", center_uncertainty=np.nan)
    places = sites(*(Point(170_100 + far, 285_050) for far in (1_000, 9_000)), grade="C", precision=30.0)
    assert set(nearest(site, places, count=1)["to"]) == {"a", "b"}


@given(st.lists(st.tuples(st.floats(0, 9_000), st.floats(0, 2_000)), min_size=1, max_size=8), st.integers(1, 4))
def test_no_place_outside_the_list_can_be_among_the_nearest(spots, count):
    places = sites(*(Point(170_100 + far, 285_050) for far, _ in spots), grade="D", precision=[u for _, u in spots])
    site = sites(square(0, 0))
    kept, rows = set(nearest(site, places, count)["to"]), distances(site, places).set_index("to")
    for place in rows.index:
        surely_nearer = (rows["high"] < rows.at[place, "low"]).sum()
        assert (place in kept) == (surely_nearer < count)


@given(st.floats(-400, 400), st.floats(-400, 400), st.floats(10, 150), st.floats(0, 90))
def test_gap_is_that_of_dense_points_along_both_boundaries(x, y, width, angle):
    one, other = square(0, 0, 100), affinity.rotate(square(x, y, width), angle)
    gap = distances(sites(one, other)).iloc[0]["distance"]
    points = [np.array(shape.segmentize(1.0).exterior.coords) for shape in (one, other)]
    dense = np.hypot(*(points[0][:, None] - points[1][None]).T).min()
    if not one.intersects(other):
        assert dense - 1.0 <= gap / (1 + 2e-5) <= dense + 1e-6
    else:
        assert gap == 0


def test_geodesic_distance_is_that_of_pyproj_on_its_points():
    from pyproj import Geod

    frame = sites(square(0, 0), square(20_000, 30_000))
    ends = frame.centroid.to_crs("EPSG:4326")
    expected = Geod(ellps="GRS80").inv(ends.x.iloc[0], ends.y.iloc[0], ends.x.iloc[1], ends.y.iloc[1])[2]
    assert distances(frame, measure="centroid").iloc[0]["distance"] == pytest.approx(expected, abs=1e-6)
