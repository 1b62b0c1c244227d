"""Areas that polygons share, without making the shape: as GEOS has them, and left to GEOS where floats cannot tell."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity

from bench.generated import cadastral_map, districts
from gis.analysis import overlay as analysis_overlay
from gis.engine import overlay as engine_overlay
from gis.kernel.overlap import shared_areas, shared_measures
from gis.kernel.ragged import ragged


def square(x, y, side=100.0):
    return shapely.box(x, y, x + side, y + side)


def shared(large, small):
    """Return the area of each pair of two equally long lists, and whether it is sure."""
    pairs = np.arange(len(large))
    return shared_areas(ragged(np.array(large)), ragged(np.array(small)), (pairs, pairs))


def by_geos(large, small):
    return shapely.area(shapely.intersection(np.array(large), np.array(small)))


RING = shapely.Polygon(square(0, 0, 100).exterior, [square(30, 30, 40).exterior])
STAR = shapely.Polygon([(50, -20), (60, 35), (120, 50), (60, 65), (50, 120), (41, 64), (-20, 51), (40, 36)])
PARTS = shapely.MultiPolygon([square(0, 0, 20), square(60, 60, 30)])
PLACES = [(0, 0), (13.1, 7.3), (45.7, 44.9), (31, 31), (90.5, 3.25), (300, 0), (-7.7, 33.3)]


@pytest.mark.parametrize("offset", [0.0, 1e6], ids=["near", "1e6 m off"])
@pytest.mark.parametrize("large", [RING, STAR, PARTS, square(0, 0, 100)], ids=["hole", "star", "parts", "square"])
@pytest.mark.parametrize("small", [RING, STAR, PARTS, square(0, 0, 10)], ids=["hole", "star", "parts", "square"])
def test_holes_parts_and_dents_are_shared_as_geos_has_it(large, small, offset):
    larges = [affinity.translate(large, offset, offset)] * len(PLACES)
    smalls = [
        affinity.translate(affinity.rotate(small, 11 * i), offset + x, offset + y) for i, (x, y) in enumerate(PLACES)
    ]
    area, sure = shared(larges, smalls)
    np.testing.assert_allclose(area[sure], by_geos(larges, smalls)[sure], atol=1e-6 if offset else 1e-9)
    assert sure.sum() >= len(PLACES) - 2


@pytest.mark.parametrize(
    "small",
    [
        square(100, 0, 50), square(100, 100, 50), square(0, 0, 100), shapely.Polygon([(100, 50), (150, 20), (150, 80)]),
        square(20, 20, 80), shapely.Polygon([(50, 0), (150, -50), (50, 200), (20, 100)]),
    ],
    ids=["shared edge", "touching corner", "equal", "T-junction", "collinear overlap", "corner on an edge"],
)  # fmt: skip
def test_what_touches_is_left_to_geos(small):
    _, sure = shared([square(0, 0, 100)], [small])
    assert not sure[0]


def test_either_way_round_of_a_ring_gives_the_same():
    one = shapely.Polygon(RING.exterior.coords[::-1], [RING.interiors[0].coords[::-1]])
    for large in (RING, one):
        for small in (STAR, STAR.reverse()):
            area, sure = shared([large], [affinity.translate(small, 3, 4)])
            assert sure[0] and area[0] == pytest.approx(by_geos([RING], [affinity.translate(STAR, 3, 4)])[0], abs=1e-9)


def test_empty_shapes_share_nothing():
    area, sure = shared([shapely.Polygon(), square(0, 0)], [square(0, 0), shapely.Polygon()])
    assert area.tolist() == [0, 0] and sure.all()


def test_a_cadastral_map_shares_with_districts_what_geos_has():
    parcels = cadastral_map(3_000)
    zones = districts(tuple(parcels.total_bounds), 8, 1)
    small, large = parcels.geometry.to_numpy(), shapely.make_valid(zones.geometry.to_numpy())
    large = large[np.isin(shapely.get_type_id(large), (3, 6))]
    right, left = parcels.sindex.query(large)[::-1]
    area, sure = shared_areas(ragged(large), ragged(small), (left, right))
    meant = shapely.area(shapely.intersection(large[left], small[right]))
    np.testing.assert_allclose(area[sure], meant[sure], atol=1e-6)
    assert sure.mean() > 0.99 and (meant[sure] > 0).sum() > 1_000


coordinate = st.integers(-20, 20)
polygon = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=12, unique=True).map(shapely.Polygon)
valid = polygon.filter(lambda one: one.is_valid and one.area > 0)


@given(large=valid, small=valid, angle=st.floats(0, 90))
def test_any_two_polygons_share_what_geos_has(large, small, angle):
    turned = affinity.rotate(small, angle, origin=(0, 0))
    area, sure = shared([large, large], [small, turned])
    np.testing.assert_allclose(area[sure], by_geos([large, large], [small, turned])[sure], atol=1e-8)


@given(large=valid, small=valid, angle=st.floats(1, 89))
def test_what_two_polygons_share_has_the_perimeter_of_geos(large, small, angle):
    turned = affinity.rotate(small, angle, origin=(0.3, 0.1))
    pairs = np.arange(1)
    _, perimeter, sure = shared_measures(ragged(np.array([large])), ragged(np.array([turned])), (pairs, pairs))
    common = shapely.intersection(large, turned)
    if sure[0]:
        assert perimeter[0] == pytest.approx(common.length if common.area else 0.0, abs=1e-7)


@pytest.fixture(scope="module")
def fabric():
    """Return parcels, some of them broken, and districts, some of which follow the edges of parcels."""
    parcels = cadastral_map(2_000)
    shapes = parcels.geometry.to_numpy().copy()
    x, y = shapely.get_coordinates(shapes[7])[0]
    shapes[7] = shapely.Polygon([(x, y), (x + 20, y + 20), (x + 20, y), (x, y + 20)])
    zones = districts(tuple(parcels.total_bounds), 6, 1)
    along = gpd.GeoDataFrame(
        {"uname": ["along", "along"]}, geometry=[shapely.union_all(shapes[200:260]), shapes[300]], crs=zones.crs
    )
    return parcels.set_geometry(shapes, crs=parcels.crs), pd.concat([zones, along], ignore_index=True)


def test_the_engine_finds_what_the_plain_analysis_finds(fabric):
    found, meant = engine_overlay.shared_areas(*fabric), analysis_overlay.shared_areas(*fabric)
    keys = ["parcel", "feature"]
    both = found[found["area"] > 1e-6].merge(meant[meant["area"] > 1e-6], on=keys, how="outer", suffixes=("", "_meant"))
    assert len(both) > 1_000
    np.testing.assert_allclose(both["area"].to_numpy(), both["area_meant"].to_numpy(), atol=1e-6)


def test_the_order_of_parcels_does_not_matter(fabric):
    parcels, zones = fabric
    turned = engine_overlay.shared_areas(parcels.iloc[::-1], zones)
    straight = engine_overlay.shared_areas(parcels, zones)
    turned["parcel"] = len(parcels) - 1 - turned["parcel"]
    turned = turned.sort_values(["parcel", "feature"], ignore_index=True)
    pd.testing.assert_frame_equal(turned, straight, rtol=1e-12)
