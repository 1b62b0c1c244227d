"""Outlines that are moved, turned, resized and divided keep their form and have exactly the area asked for."""

import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.analysis.outline import divided, moved, parted, proposed_shape, resized, turned
from gis.errors import InputError

HOLED = shapely.Polygon(
    [(0, 0), (900, 100), (1_000, 800), (200, 1_000)], [[(300, 300), (500, 300), (500, 500), (300, 500)]]
)
TWO = shapely.MultiPolygon([HOLED, shapely.box(2_000, 0, 2_400, 300)])
SHAPES = [shapely.box(0, 0, 1_000, 500), HOLED, TWO]
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[126.7, 35.1], [126.71, 35.1], [126.71, 35.11], [126.7, 35.11], [126.7, 35.1]]],
}


def rings(shape):
    parts = shape.geoms if hasattr(shape, "geoms") else [shape]
    return [len(part.interiors) for part in parts]


@pytest.mark.parametrize("shape", SHAPES)
@given(area=st.floats(1_000, 1e8))
def test_a_resized_outline_has_the_area_keeps_its_middle_and_its_form(shape, area):
    found = resized(shape, area)
    assert found.area == pytest.approx(area, rel=1e-12)
    assert found.centroid.distance(shape.centroid) < 1e-6
    assert rings(found) == rings(shape)
    ratio = 4 * math.pi * shape.area / shape.length**2
    assert 4 * math.pi * found.area / found.length**2 == pytest.approx(ratio, rel=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
@given(degrees=st.floats(-720, 720), east=st.floats(-1e4, 1e4), north=st.floats(-1e4, 1e4))
def test_moving_and_turning_change_neither_area_nor_form(shape, degrees, east, north):
    found = moved(turned(shape, degrees), east, north)
    assert found.area == pytest.approx(shape.area, rel=1e-9)
    assert found.length == pytest.approx(shape.length, rel=1e-9)
    assert rings(found) == rings(shape)
    middle = shapely.Point(shape.centroid.x + east, shape.centroid.y + north)
    assert found.centroid.distance(middle) < 1e-5


@pytest.mark.parametrize("area", [0, -5, math.nan, math.inf])
def test_an_area_that_is_none_is_refused(area):
    with pytest.raises(InputError):
        resized(HOLED, area)


@pytest.mark.parametrize("shape", SHAPES)
@given(shares=st.lists(st.floats(0.05, 0.3), min_size=1, max_size=3), azimuth=st.floats(0, 360))
def test_parts_have_their_areas_do_not_overlap_and_make_the_whole(shape, shares, azimuth):
    areas = [share * shape.area for share in shares]
    parts = parted(shape, areas, azimuth)
    assert len(parts) == len(areas) + 1
    for part, area in zip(parts, areas, strict=False):
        assert part.area == pytest.approx(area, abs=0.01)
    assert sum(part.area for part in parts) == pytest.approx(shape.area, abs=0.01)
    assert shapely.union_all(parts).symmetric_difference(shape).area < 0.01


def test_parts_follow_one_another_in_the_direction_asked_for():
    square = shapely.box(0, 0, 100, 100)
    for azimuth, expected in ((0, (50, 10)), (90, (10, 50)), (180, (50, 90)), (270, (90, 50))):
        first = parted(square, [2_000], azimuth)[0]
        assert (first.centroid.x, first.centroid.y) == pytest.approx(expected, abs=1e-6)


def test_more_than_there_is_cannot_be_parted():
    with pytest.raises(InputError, match="1,000"):
        parted(shapely.box(0, 0, 20, 50), [600, 500])


def test_all_of_a_site_in_two_parts_leaves_no_third():
    assert [round(part.area) for part in parted(shapely.box(0, 0, 20, 50), [600, 400])] == [600, 400]


def test_a_line_divides_into_left_and_right():
    left, right = divided(shapely.box(0, 0, 100, 100), shapely.LineString([(30, -10), (30, 110)]))
    assert (left.area, right.area) == pytest.approx((3_000, 7_000))
    left, right = divided(shapely.box(0, 0, 100, 100), shapely.LineString([(30, 110), (30, -10)]))
    assert (left.area, right.area) == pytest.approx((7_000, 3_000))


def test_a_line_through_a_hole_divides_both_sides_and_keeps_the_area():
    left, right = divided(HOLED, shapely.LineString([(400, -100), (400, 1_200)]))
    assert left.area + right.area == pytest.approx(HOLED.area)
    assert left.intersection(right).area < 1e-6


@pytest.mark.parametrize("line", [[(30, 20), (30, 110)], [(-10, -10), (-20, 90)], [(200, 0), (200, 100)]])
def test_a_line_that_does_not_run_through_divides_nothing(line):
    with pytest.raises(InputError):
        divided(shapely.box(0, 0, 100, 100), shapely.LineString(line))


def test_a_proposed_outline_keeps_nine_digits_and_turns_its_rings():
    wound = {"type": "Polygon", "coordinates": [[list(point) for point in reversed(SQUARE["coordinates"][0])]]}
    found = proposed_shape(wound)
    assert found.exterior.is_ccw
    assert proposed_shape(shapely.geometry.mapping(found)).equals_exact(found, 0)
    long = {"type": "Polygon", "coordinates": [[[x + 1e-11, y, 5.0] for x, y in SQUARE["coordinates"][0]]]}
    assert proposed_shape(long).equals_exact(proposed_shape(SQUARE), 0)


@pytest.mark.parametrize(
    "geometry",
    [
        None, {}, {"type": "Point", "coordinates": [126.7, 35.1]}, {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[126.7, 35.1], [126.71, 35.11], [126.71, 35.1], [126.7, 35.11], [126.7, 35.1]]]},
        {"type": "Polygon", "coordinates": [[[35.1, 126.7], [35.1, 126.71], [35.11, 126.71], [35.1, 126.7]]]},
        {"type": "Polygon", "coordinates": [[["a", "b"], [1, 2], [3, 4], ["a", "b"]]]},
        {"type": "Polygon", "coordinates": [[[math.nan, 35.1], [126.71, 35.1], [126.71, 35.11], [math.nan, 35.1]]]},
    ],
)  # fmt: skip
def test_what_is_no_site_in_korea_is_refused(geometry):
    with pytest.raises(InputError):
        proposed_shape(geometry)
