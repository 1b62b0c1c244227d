"""Nearest points of many pairs: as far apart as GEOS has them, and left to GEOS where shapes meet."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity

from gis import engine, study
from gis.kernel.gaps import nearest_points
from gis.kernel.ragged import ragged


def gaps(ones, others):
    """Return the gap of each pair of two equally long lists, NaN where it is left to GEOS."""
    pairs = np.arange(len(ones))
    points, sure = nearest_points(ragged(np.array(ones)), ragged(np.array(others)), (pairs, pairs))
    return np.where(sure, np.hypot(points[:, 0] - points[:, 2], points[:, 1] - points[:, 3]), np.nan), points


def box(x, y, side=100.0):
    return shapely.box(x, y, x + side, y + side)


RING = shapely.Polygon(box(0, 0).exterior, [box(20, 20, 60).exterior])
PARTS = shapely.MultiPolygon([box(0, 0, 20), box(200, 0, 20)])


@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize(
    ("one", "other", "meant"),
    [
        (box(0, 0), box(130, 0), 30.0), (box(0, 0), box(103, 104), 5.0), (RING, box(40, 40, 20), 20.0), (PARTS, box(150, 5, 10), 40.0),
        (box(0, 0, 20), box(1_000, 0, 20), 980.0), (box(40, 40, 20), RING, 20.0), (PARTS, affinity.translate(PARTS, 0, 50), 30.0),
    ],
    ids=["beside", "corner to corner", "in a hole", "parts", "edges on one line", "a hole around", "parts of both"],
)  # fmt: skip
def test_the_gap_is_the_pencil_one(one, other, meant, offset):
    moved = [affinity.translate(shape, offset, offset) for shape in (one, other)]
    assert gaps([moved[0]], [moved[1]])[0][0] == pytest.approx(meant, abs=1e-9)


@pytest.mark.parametrize(
    "other",
    [box(100, 0), box(100, 100), box(50, 50), box(10, 10, 20), box(0, 0), box(-10, -10, 200), shapely.Polygon()],
    ids=["shared edge", "corner", "overlap", "inside", "equal", "around", "empty"],
)
def test_what_meets_is_left_to_geos(other):
    assert np.isnan(gaps([box(0, 0)], [other])[0][0])


def test_many_shapes_of_many_corners_are_as_far_apart_as_geos_has_it():
    random = np.random.default_rng(3)
    turns = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    shapes = []
    for x, y in random.uniform(0, 60_000, (60, 2)):
        reach = random.uniform(200, 1_500) * (
            1 + 0.3 * np.sin(random.integers(2, 9) * turns) + 0.05 * random.random(200)
        )
        shapes.append(shapely.Polygon(np.column_stack([x + reach * np.cos(turns), y + reach * np.sin(turns)])))
    left, right = np.triu_indices(len(shapes), 1)
    shapes = np.array(shapes)
    found, points = gaps(shapes[left], shapes[right])
    meant = shapely.distance(shapes[left], shapes[right])
    apart = meant > 0
    np.testing.assert_allclose(found[apart], meant[apart], atol=1e-9)
    assert np.isnan(found[~apart]).all()
    on = shapely.distance(shapely.points(points[apart][:, :2]), shapely.boundary(shapes[left][apart]))
    assert on.max() < 1e-9


coordinate = st.integers(-20, 20)
polygon = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=12, unique=True).map(shapely.Polygon)
valid = polygon.filter(lambda one: one.is_valid and one.area > 0)


@given(one=valid, other=valid, angle=st.floats(0, 90), away=st.integers(-60, 60))
def test_any_two_polygons_are_as_far_apart_as_geos_has_it_either_way_round(one, other, angle, away):
    turned = affinity.translate(affinity.rotate(other, angle, origin=(0, 0)), away, 7)
    found = gaps([one, turned], [turned, one])[0]
    meant = shapely.distance(one, turned)
    if meant < 1e-9:
        assert np.isnan(found).all() or np.nanmax(found) < 1e-9
    else:
        np.testing.assert_allclose(found, [meant, meant], atol=1e-9)


def test_the_distances_of_many_pairs_are_those_of_few(monkeypatch):
    source = study.source_layer("sigungu")
    plain = study.distances(source)
    monkeypatch.setattr(engine, "MANY", 1)
    many = study.distances(source)
    for column in ("distance", "low", "high"):
        np.testing.assert_allclose(many[column], plain[column], atol=1e-6)
    apart = plain["distance"] > 0
    np.testing.assert_allclose(many.loc[apart, "to_lat"], plain.loc[apart, "to_lat"], atol=1e-9)
