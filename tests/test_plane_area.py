"""Areas from plane coordinates are those on the ellipsoid: to 0.001 ppm of a 40-digit reference, and as pyproj has them."""

import itertools
import sys

import geopandas as gpd
import mpmath
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from bench.generated import cadastral_map
from gis import engine, study
from gis.analysis.area import geodesic_measures, site_measures
from gis.crs import BELTS, MAP_CRS
from gis.engine.areas import plane_measures
from gis.kernel.plane_area import FARTHEST
from tests.pencil import sites, square

GRS80 = Geod(ellps="GRS80")
FLATTENING = mpmath.mpf(1) / mpmath.mpf("298.257222101")
NOISE = 3e-7
"""Relative: pyproj rounds to some 1e-4 m², which is that much of the smallest parcel."""


def authalic(phi):
    """Return q of latitude φ (Snyder 1987, 3-12), of which ½a²·q·dλ is the area under a parallel."""
    squared = FLATTENING * (2 - FLATTENING)
    e, sine = mpmath.sqrt(squared), mpmath.sin(phi)
    return (1 - squared) * (sine / (1 - squared * sine**2) + mpmath.atanh(e * sine) / e)


def contour(points, pieces):
    """Return the area (m²) inside geodesics between points (λ, φ in degrees), each cut into pieces, by Simpson's rule."""
    total, radius = mpmath.mpf(0), mpmath.mpf(6_378_137)
    for one, other in itertools.pairwise(points):
        between = GRS80.npts(*one, *other, pieces - 1) if pieces > 1 else []
        way = [tuple(one), *between, tuple(other)]
        for (l0, p0), (l1, p1) in itertools.pairwise(way):
            start, end = mpmath.radians(mpmath.mpf(p0)), mpmath.radians(mpmath.mpf(p1))
            height = (authalic(start) + 4 * authalic((start + end) / 2) + authalic(end)) / 6
            total += height * mpmath.radians(mpmath.mpf(l1) - mpmath.mpf(l0))
    return abs(total * radius**2 / 2)


def true_area(shape, crs):
    """Return the area of one polygon without holes to some 1e-4 ppm: the error falls four times with each halving."""
    points = shapely.get_coordinates(gpd.GeoSeries([shape], crs=crs).to_crs(MAP_CRS).iloc[0])
    with mpmath.workdps(40):
        half, quarter = contour(points, 2), contour(points, 4)
        return float((4 * quarter - half) / 3)


def blob(x, y, radius, corners=60):
    turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = radius * (1 + 0.3 * np.sin(3 * turns))
    return shapely.Polygon(np.column_stack([x + reach * np.cos(turns), y + reach * np.sin(turns)]))


@pytest.mark.parametrize(
    ("belt", "east", "north"),
    [(belt, east, north) for belt in BELTS for east, north in ((182_000, 290_000), (270_000, 110_000), (120_000, 640_000))],
)  # fmt: skip
def test_the_area_is_within_a_thousandth_ppm_of_the_truth(belt, east, north):
    shapes = [
        blob(east, north, 1_500),
        shapely.box(east, north, east + 30, north + 18),
        blob(east + 500, north, 12_000),
    ]
    measured, _ = plane_measures(gpd.GeoDataFrame(geometry=shapes, crs=belt))
    for shape, area in zip(shapes, measured, strict=True):
        assert area == pytest.approx(true_area(shape, belt), rel=1e-9)


def test_a_cadastral_map_has_the_areas_and_lengths_of_pyproj():
    parcels = cadastral_map(3_000)
    area, length = plane_measures(parcels)
    meant_area, meant_length = geodesic_measures(parcels)
    assert area == pytest.approx(meant_area, rel=NOISE)
    assert length == pytest.approx(meant_length, rel=1e-9)


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Polygon(square(0, 0, 300).exterior, [square(100, 100, 100).exterior, square(220, 20, 40).exterior]),
        shapely.MultiPolygon([square(0, 0, 100), square(500, 0, 200)]), square(0, 0, 100).reverse(), shapely.Polygon(),
        shapely.MultiPolygon(), shapely.Polygon([(0, 0, 9), (100, 0, 9), (0, 100, 9)]),
    ],
    ids=["holes", "parts", "clockwise", "empty polygon", "empty multipolygon", "with heights"],
)  # fmt: skip
def test_every_kind_of_polygon_is_measured_as_pyproj_does(shape):
    frame = sites(square(-900, 0, 50), shape, square(900, 0, 70))
    area, length = plane_measures(frame)
    meant_area, meant_length = geodesic_measures(frame)
    assert area == pytest.approx(meant_area, rel=NOISE, abs=1e-9)
    assert length == pytest.approx(meant_length, rel=1e-9, abs=1e-9)


def test_what_is_too_far_or_too_long_for_the_series_is_measured_by_pyproj():
    far, long = square(200_000 + FARTHEST, 300_000, 500), shapely.box(150_000, 300_000, 190_000, 300_100)
    frame = gpd.GeoDataFrame(geometry=[far, long], crs="EPSG:5186")
    for found, meant in zip(plane_measures(frame), geodesic_measures(frame), strict=True):
        np.testing.assert_array_equal(found, meant)


corner = st.tuples(st.integers(-40_000_000, 40_000_000), st.integers(-40_000_000, 40_000_000))


@given(
    st.lists(corner, min_size=3, max_size=9, unique=True),
    st.integers(100_000_000, 300_000_000),
    st.integers(0, 600_000_000),
)
def test_any_polygon_has_the_area_and_length_of_pyproj(corners, east, north):
    hull = shapely.convex_hull(
        shapely.MultiPoint([((east + x / 10) / 1_000, (north + y / 10) / 1_000) for x, y in corners])
    )
    if hull.geom_type != "Polygon" or hull.area < 10:
        return
    frame = gpd.GeoDataFrame(geometry=[hull], crs="EPSG:5186")
    for found, meant in zip(plane_measures(frame), geodesic_measures(frame), strict=True):
        assert found[0] == pytest.approx(meant[0], rel=2e-9, abs=5e-4)


def test_the_table_of_many_sites_is_that_of_few():
    parcels = cadastral_map(500).assign(id=range(500), name="a", official_area=500.0, grade="B", source="made")
    sigmas = pd.Series({"B": 0.24})
    plain = site_measures(parcels, sigmas)
    pd.testing.assert_frame_equal(site_measures(parcels, sigmas, plane_measures), plain, rtol=NOISE, atol=1e-4)


def test_many_sites_are_measured_by_the_kernel(monkeypatch):
    monkeypatch.setattr(engine, "MANY", 3)
    source = study.source_layer()
    few = study.areas(source)
    monkeypatch.setattr(engine, "MANY", 10**9)
    pd.testing.assert_frame_equal(few, study.areas(source), rtol=NOISE)
    monkeypatch.setattr(engine, "MANY", 3)
    monkeypatch.setitem(sys.modules, "numba", None)
    assert not engine.worth(10) and not engine.worth(2)
