import numpy as np
import pytest
from conftest import sites, square
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import Point

from gis.analysis.distance import distances, nearest
from gis.errors import InputError


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
