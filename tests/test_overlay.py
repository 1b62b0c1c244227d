"""지역·지구 중첩 면적표: every point of a site in exactly one row, areas that add up, every gap named."""

import itertools
import json
import math
import shutil
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from bench.generated import cadastral_map, districts
from bench.generated import sites as generated_sites
from gis import study
from gis.analysis import overlay as analysis
from gis.analysis.area import geodesic_areas
from gis.analysis.overlay import class_areas, partition, shared_areas
from gis.errors import CrsError, DataFileError, InputError, UnknownNameError
from gis.i18n import use_language
from gis.io import store
from gis.io.themes import known_theme, themes
from gis.study import overlay as overlays
from gis.study.sites import SiteRef, site
from gis.view.overlay import class_colors, overlay_sentences, overlay_table, part_geojson, people_table, pieces
from tests.command import done, refusal, run
from tests.pencil import ORIGIN, sites, square

ROOT = Path(__file__).parents[1]
SITE = square(0, 0, 100)


def cut(shape, *features, sliver=1.0):
    """Return the rows of a site against (class, shape) pairs."""
    frame = gpd.GeoDataFrame(geometry=[one for _, one in features], crs="EPSG:5186")
    labels = pd.Series([name for name, _ in features], dtype=object)
    return partition(sites(shape), frame, labels, sliver)


def areas(rows):
    return {labels: pytest.approx(area, abs=1e-6) for labels, area in zip(rows["labels"], rows["area"], strict=True)}


# the partition, with a pencil


def test_two_classes_and_the_rest_are_those_of_the_pencil():
    rows = cut(SITE, ("A", square(0, 0, 30, 100)), ("B", square(30, 0, 20, 100)))
    assert areas(rows) == {("A",): 3_000, ("B",): 2_000, (): 5_000}
    assert rows["share_pct"].tolist() == pytest.approx([30, 20, 50])


def test_where_two_classes_overlap_there_is_a_row_of_both():
    rows = cut(SITE, ("A", square(-50, 0, 110, 100)), ("B", square(40, 0, 100)))
    assert areas(rows) == {("A",): 4_000, ("B",): 4_000, ("A", "B"): 2_000}
    assert rows.set_index("labels")["overlap"].tolist() == pytest.approx([0, 0, 2_000])


def test_three_classes_overlap_in_every_combination_there_is():
    rows = cut(SITE, ("A", square(0, 0, 60)), ("B", square(40, 0, 60)), ("C", square(0, 40, 100, 60)))
    assert areas(rows) == {
        ("A",): 1_600, ("B",): 1_600, ("C",): 4_000, ("A", "B"): 800, ("A", "C"): 800, ("B", "C"): 800,
        ("A", "B", "C"): 400,
    }  # fmt: skip


def test_features_of_one_class_that_overlap_count_once_and_the_doubled_area_is_told():
    rows = cut(SITE, ("A", square(0, 0, 60, 100)), ("A", square(40, 0, 40, 100)))
    assert areas(rows) == {("A",): 8_000, (): 2_000}
    assert rows["overlap"].iloc[0] == pytest.approx(2_000)


def test_a_feature_that_stands_twice_counts_once():
    rows = cut(SITE, ("A", square(0, 0, 50)), ("A", square(0, 0, 50)))
    assert areas(rows) == {("A",): 2_500, (): 7_500}
    assert rows["overlap"].iloc[0] == pytest.approx(2_500)


def test_a_feature_without_a_class_is_a_row_of_its_own_and_overlaps_as_the_others_do():
    rows = cut(SITE, (None, square(0, 0, 50, 100)), ("A", square(40, 0, 60, 100)))
    assert areas(rows) == {("A",): 5_000, (None,): 4_000, (None, "A"): 1_000}


def test_what_only_touches_the_site_is_no_row():
    assert areas(cut(SITE, ("A", square(100, 0, 50)), ("B", square(100, 100, 50)))) == {(): 10_000}


def test_a_layer_without_features_leaves_all_of_the_site():
    assert areas(cut(SITE)) == {(): 10_000}


def test_a_feature_around_the_site_is_the_only_row():
    assert areas(cut(SITE, ("A", square(-500, -500, 2_000)))) == {("A",): 10_000}


def test_a_hole_of_the_site_and_a_hole_of_a_feature_are_no_land_of_theirs():
    ring = SITE.difference(square(20, 20, 20))
    donut = square(0, 0, 80).difference(square(10, 10, 50))
    assert areas(cut(ring, ("A", donut))) == {("A",): 3_900, (): 5_700}


def test_a_site_of_two_parts_is_shared_out_as_one():
    both = shapely.MultiPolygon([SITE, square(500, 0, 50)])
    assert areas(cut(both, ("A", square(50, 0, 475, 200)))) == {("A",): 6_250, (): 6_250}


def test_a_sliver_is_counted_and_kept():
    rows = cut(SITE, ("A", square(0, 0, 99.5, 100)), ("B", square(99.5, 0, 50, 100)))
    assert areas(rows) == {("A",): 9_950, ("B",): 50}
    assert rows[["slivers", "sliver_area"]].iloc[1].tolist() == pytest.approx([1, 50])
    assert cut(SITE, ("B", square(99.5, 0, 50, 100)), sliver=0.4)["slivers"].sum() == 0


def test_the_geodesic_areas_add_to_that_of_the_site():
    rows = cut(square(0, 0, 2_000), ("A", square(-5, -5, 900)), ("B", square(700, 300, 900)))
    whole = geodesic_areas(sites(square(0, 0, 2_000)))["a"]
    assert rows["geodesic_area"].sum() == pytest.approx(whole, abs=1e-3)


def test_cutting_leaves_the_input_alone():
    frame = sites(square(0, 0, 50), square(40, 0, 50))
    before = frame.copy(deep=True)
    partition(sites(SITE), frame, pd.Series(["A", "B"]))
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


@pytest.mark.parametrize(
    "shape", [shapely.Point(ORIGIN), shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), shapely.Polygon()]
)
def test_what_is_no_polygon_or_none_that_is_valid_is_no_site(shape):
    with pytest.raises(InputError):
        cut(shape, ("A", SITE))


def test_two_sites_at_once_are_refused():
    with pytest.raises(InputError):
        partition(sites(SITE, square(500, 0)), sites(SITE), pd.Series(["A"]))


def test_lines_among_the_features_are_refused():
    with pytest.raises(InputError, match="LineString"):
        cut(SITE, ("A", SITE.boundary))


def test_degrees_are_refused():
    with pytest.raises(CrsError, match="EPSG:5186"):
        partition(sites(SITE).to_crs("EPSG:4326"), sites(SITE), pd.Series(["A"]))


def test_a_feature_that_a_change_of_belt_bent_is_repaired():
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    bow = shapely.transform(bow, lambda points: points + np.array(ORIGIN))
    assert areas(cut(SITE, ("A", bow))) == {("A",): 5_000, (): 5_000}


def test_lines_are_measured_and_counted_within_the_site():
    x, y = ORIGIN
    lines = sites(
        shapely.LineString([(x - 50, y + 50), (x + 50, y + 50)]), shapely.LineString([(x - 9, y), (x - 9, y + 9)])
    )
    assert analysis.inside_measure(sites(SITE), lines) == (pytest.approx(50), 1)


# the partition, for any shapes


def polygon(points):
    shape = shapely.MultiPoint([(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in points]).convex_hull
    return shape if shape.geom_type == "Polygon" else square(0, 0, 7)


COORDINATE = st.integers(-60, 160) | st.floats(-60, 160)
"""Whole meters, so that boundaries meet, and any numbers."""
POLYGON = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=7).map(polygon)
FEATURES = st.lists(st.tuples(st.sampled_from(["A", "B", "C", None]), POLYGON), max_size=8)


@given(POLYGON, FEATURES)
def test_the_rows_add_to_the_site_exactly(shape, features):
    rows = cut(shape, *features)
    assert math.fsum(rows["area"]) == pytest.approx(shape.area, rel=1e-15, abs=1e-11)
    assert math.fsum(rows["share_pct"]) == pytest.approx(100, abs=1e-9)
    assert math.fsum(rows.geometry.area) == pytest.approx(shape.area, abs=1e-6 + 1e-9 * shape.length)


@given(POLYGON, FEATURES, st.integers(0, 2**32 - 1))
def test_every_point_lies_in_the_row_of_the_classes_that_cover_it(shape, features, seed):
    rows = cut(shape, *features)
    west, south, east, north = shape.bounds
    x, y = np.random.default_rng(seed).uniform((west, south), (east, north), (200, 2)).T
    for at in (point for point in shapely.points(x, y) if shape.contains(point)):
        edges = [one.boundary for _, one in features] + [shape.boundary]
        if min(edge.distance(at) for edge in edges) < 1e-6:
            continue
        classes = {name for name, one in features if one.contains(at)}
        expected = tuple(sorted(classes, key=lambda name: (name is not None, name or "")))
        assert [labels for labels, one in zip(rows["labels"], rows.geometry, strict=True) if one.contains(at)] == [
            expected
        ]


@given(POLYGON, FEATURES, st.randoms(use_true_random=False))
def test_the_order_of_features_does_not_matter(shape, features, random):
    shuffled = random.sample(features, len(features))
    one, other = cut(shape, *features), cut(shape, *shuffled)
    assert areas(one) == dict(zip(other["labels"], other["area"], strict=True))


@given(POLYGON, FEATURES, st.integers(-20_000, 20_000), st.integers(-20_000, 20_000))
def test_moving_everything_changes_no_area(shape, features, east, north):
    moved = [(name, shapely.affinity.translate(one, east, north)) for name, one in features]
    there = cut(shapely.affinity.translate(shape, east, north), *moved)
    here = cut(shape, *features)
    found = dict(zip(there["labels"], there["area"], strict=True))
    for labels, area in zip(here["labels"], here["area"], strict=True):
        assert found.pop(labels, 0.0) == pytest.approx(area, abs=1e-4)
    assert sum(found.values()) < 1e-4


@given(POLYGON, FEATURES)
def test_each_class_has_the_area_that_geopandas_finds(shape, features):
    rows = cut(shape, *features)
    for name in {name for name, _ in features}:
        mine = gpd.GeoDataFrame(geometry=[one for other, one in features if other == name], crs="EPSG:5186").dissolve()
        theirs = gpd.overlay(sites(shape)[["geometry"]], mine, how="intersection", keep_geom_type=True).area.sum()
        assert rows["area"][[name in labels for labels in rows["labels"]]].sum() == pytest.approx(theirs, abs=0.01)


@given(st.integers(2, 9), st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_a_coverage_of_parcels_leaves_no_overlap_and_no_rest(columns, rows_count, seed):
    rng = np.random.default_rng(seed)
    edges = np.stack(np.meshgrid(np.linspace(-9, 109, columns), np.linspace(-9, 109, rows_count)), -1) + ORIGIN
    edges[1:-1, 1:-1] += rng.uniform(-1, 1, edges[1:-1, 1:-1].shape)
    corners = [edges[:-1, :-1], edges[:-1, 1:], edges[1:, 1:], edges[1:, :-1]]
    parcels = shapely.polygons(np.stack(corners, axis=2).reshape(-1, 4, 2))
    rows = cut(SITE, *zip(rng.choice(list("ABC"), len(parcels)), parcels, strict=True))
    assert {len(labels) for labels in rows["labels"]} == {1}
    assert rows["overlap"].sum() == 0


def test_a_point_on_the_border_of_two_parcels_of_one_class_is_covered_once():
    """The middle of the largest triangle of their common square lies on the border between them."""
    rows = cut(SITE, *(("A", square(x, y, 10)) for x in (0, 10) for y in (0, 10)))
    assert areas(rows) == {("A",): 400, (): 9_600}
    assert rows["overlap"].sum() == 0


def test_the_last_rounding_of_a_large_site_lies_on_its_largest_row():
    x, y = ORIGIN
    shape = shapely.Point(x + 0.1, y + 0.7).buffer(15_000, quad_segs=40)
    at = np.random.default_rng(0).uniform(-15_000, 15_000, (30, 2)) + ORIGIN
    circles = [shapely.Point(point).buffer(3_000) for point in at]
    rows = cut(shape, *zip("ABCDE" * 6, circles, strict=True))
    assert math.fsum(rows["area"]) == pytest.approx(shape.area, abs=np.spacing(shape.area) / 2)


def test_a_point_in_a_face_that_runs_out_into_a_needle_lies_well_inside():
    """GEOS's own point on the surface lies on the rim of this face, within the neighbor."""
    face = shapely.Polygon(
        [(169778.14923572002, 284892.49548583175), (169786, 285053), (169777.80399700225, 284885.437272046),
         (169773.2694530903, 284892.57581147173)]
    )  # fmt: skip
    [point] = analysis._inner_points(np.array([face]))
    assert face.contains(point)
    assert face.exterior.distance(point) > 0.5


def test_boundaries_that_nearly_coincide_are_cut_rightly():
    """GEOS's own difference answers with the whole of the first shape here."""
    x, y = 170_121.0, 284_267.0
    shape = shapely.Polygon(
        [(x + a, y + b) for a, b in [
            (1118.4382320448349, 518.9832413371187), (1147.02645264889, 757.8655851388467),
            (359.74659335351316, 895.1189188181306), (0.3249827819818165, 528.8563791557099),
            (422.77802592972876, 0.3268849053420126),
        ]]
    )  # fmt: skip
    corner = shapely.Polygon(
        [
            (x - 50, y + 300),
            (x + 375.17, y + 59.88),
            (x + 493.1244116789603, y + 132.8984563960),
            (x + 225.88, y + 246.66),
        ]
    )
    rows = cut(shape, ("A", corner), ("A", corner.intersection(shape)), ("B", corner.intersection(shape).buffer(5)))
    assert math.fsum(rows.geometry.area) == pytest.approx(shape.area, abs=1e-5)
    assert rows["area"][[("A" in labels) for labels in rows["labels"]]].sum() == pytest.approx(
        shapely.intersection(corner, shape, grid_size=1e-6).area, abs=1e-3
    )


def test_lines_without_all_their_nodes_are_noded_on_a_grid(monkeypatch):
    asked = []
    union = shapely.union_all

    def forgetful(lines, grid_size=None):
        asked.append(grid_size)
        return shapely.multilinestrings(list(lines)) if grid_size is None else union(lines, grid_size=grid_size)

    monkeypatch.setattr(analysis.shapely, "union_all", forgetful)
    rows = cut(SITE, ("A", square(-10, -10, 60)), ("B", square(20, 20, 60)))
    assert asked == [None, 1e-8]
    assert areas(rows) == {("A",): 1_600, ("B",): 2_700, ("A", "B"): 900, (): 4_800}


@pytest.fixture(scope="module")
def map_and_districts():
    """Return 3,000 parcels and a layer of districts with holes, slivers between neighbors and overlaps over them."""
    parcels = cadastral_map(3_000)
    return parcels, districts(tuple(parcels.total_bounds), 6, seed=3)


@pytest.mark.parametrize("seed", range(4))
def test_each_class_of_a_layer_with_holes_slivers_and_overlaps_is_that_of_geopandas(map_and_districts, seed):
    bounds = tuple(map_and_districts[0].total_bounds)
    layer, sites_there = districts(bounds, 5, seed=20 + seed), generated_sites(bounds, 3, radius=250, seed=seed)
    classes = layer.dissolve("uname").reset_index()
    for number in range(len(sites_there)):
        site_there = sites_there.iloc[[number]]
        rows = partition(site_there, layer, layer["uname"])
        theirs = gpd.overlay(site_there, classes, how="intersection", keep_geom_type=True)
        theirs = theirs.assign(area=theirs.area).set_index("uname")["area"]
        rest = gpd.overlay(site_there, classes, how="difference", keep_geom_type=True).area.sum()
        mine = rows.explode("labels").groupby("labels")["area"].sum()
        assert mine.sort_index().to_dict() == pytest.approx(theirs.sort_index().to_dict(), abs=0.01)
        assert rows["area"][rows["labels"].map(len) == 0].sum() == pytest.approx(rest, abs=0.01)


# what many parcels share with features, with a pencil


def pairs_of(parcels, features):
    table = shared_areas(sites(*parcels), sites(*features))
    assert list(table) == ["parcel", "feature", "area"]
    return {(row.parcel, row.feature): pytest.approx(row.area, abs=1e-6) for row in table.itertuples()}


def test_each_parcel_and_feature_share_what_the_pencil_says():
    parcels = [square(0, 0, 10), square(15, 0, 10), square(200, 0, 10), square(0, 15, 10)]
    features = [square(-50, -50, 70, 100), square(18, -5, 100), square(2, 2, 3), square(0, 25, 10)]
    assert pairs_of(parcels, features) == {(0, 0): 100, (0, 2): 9, (1, 0): 50, (1, 1): 70, (3, 0): 100}


def test_a_hole_takes_nothing_and_parcels_that_overlap_are_measured_each():
    ring = square(0, 0, 100).difference(square(10, 10, 30))
    assert pairs_of([square(5, 5, 10), square(20, 20, 5), square(5, 5, 10)], [ring]) == {(0, 0): 75, (2, 0): 75}


def test_what_only_touches_shares_nothing():
    assert pairs_of([square(0, 0, 10)], [square(10, 0, 10), square(10, 10, 10)]) == {}


def test_no_parcels_and_no_features_share_nothing():
    empty = sites()
    assert len(shared_areas(sites(SITE), empty.set_geometry([], crs="EPSG:5186"))) == 0


def brute(parcels, features):
    """Return the area of every pair that shares more than dust, by GEOS alone, one by one."""
    found = {
        (number, other): parcel.intersection(feature).area
        for number, parcel in enumerate(parcels.geometry)
        for other, feature in enumerate(features.geometry)
    }
    return {pair: area for pair, area in found.items() if area > 1e-4}


def without_dust(table):
    return {(row.parcel, row.feature): row.area for row in table.itertuples() if row.area > 1e-4}


def test_the_areas_of_a_cadastral_map_are_those_of_geopandas(map_and_districts):
    parcels, layer = map_and_districts
    numbered = parcels.assign(parcel=range(len(parcels))), layer.assign(feature=range(len(layer)))
    theirs = gpd.overlay(*numbered, how="intersection", keep_geom_type=True)
    theirs = without_dust(theirs.assign(area=theirs.area))
    assert len(theirs) > len(parcels)
    assert without_dust(shared_areas(parcels, layer)) == pytest.approx(theirs, abs=0.01)


def test_the_areas_of_a_cadastral_map_are_those_of_brute_force(map_and_districts):
    parcels, layer = map_and_districts[0].iloc[:300], map_and_districts[1]
    assert without_dust(shared_areas(parcels, layer)) == pytest.approx(brute(parcels, layer), abs=1e-6)


@given(st.lists(POLYGON, min_size=1, max_size=6), st.lists(POLYGON, min_size=1, max_size=6))
def test_the_areas_of_any_shapes_are_those_of_brute_force(parcels, features):
    one, other = sites(*parcels), sites(*features)
    found, expected = without_dust(shared_areas(one, other)), brute(one, other)
    for pair in found.keys() | expected.keys():
        assert found.get(pair, 0.0) == pytest.approx(expected.get(pair, 0.0), abs=2e-4)


@given(
    st.lists(POLYGON, min_size=1, max_size=6),
    st.lists(POLYGON, min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_the_order_of_parcels_and_features_does_not_matter_to_what_they_share(parcels, features, random):
    rows, columns = random.sample(range(len(parcels)), len(parcels)), random.sample(range(len(features)), len(features))
    one = shared_areas(sites(*parcels), sites(*features))
    other = shared_areas(sites(*[parcels[row] for row in rows]), sites(*[features[column] for column in columns]))
    back = {(rows[row.parcel], columns[row.feature]): row.area for row in other.itertuples()}
    assert {(row.parcel, row.feature): row.area for row in one.itertuples()} == back


def test_the_rows_stand_in_the_order_of_parcels_and_features(map_and_districts):
    table = shared_areas(*map_and_districts)
    assert table.index.tolist() == list(range(len(table)))
    assert table[["parcel", "feature"]].apply(tuple, axis=1).is_monotonic_increasing


def test_sharing_leaves_the_input_alone_and_prepares_no_shape_of_it(map_and_districts):
    parcels, layer = map_and_districts[0].copy(), map_and_districts[1].copy()
    before = parcels.copy(deep=True), layer.copy(deep=True)
    shared_areas(parcels, layer)
    class_areas(parcels.iloc[:50], layer, layer["uname"])
    for frame, known in zip((parcels, layer), before, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(known))
        assert not shapely.is_prepared(frame.geometry.to_numpy()).any()


def test_points_and_other_planes_share_no_area():
    with pytest.raises(InputError, match="Point"):
        shared_areas(sites(SITE), sites(shapely.Point(ORIGIN)))
    with pytest.raises(InputError, match="LineString"):
        shared_areas(sites(SITE.boundary), sites(SITE))
    with pytest.raises(CrsError):
        shared_areas(sites(SITE), sites(SITE).to_crs("EPSG:5187"))


def test_shapes_that_a_change_of_belt_bent_are_repaired_before_they_are_cut():
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    bow = shapely.transform(bow, lambda points: points + np.array(ORIGIN))
    half = square(0, 0, 50, 100)
    assert pairs_of([half], [bow]) == {(0, 0): 2_500}
    assert pairs_of([bow], [half]) == {(0, 0): 2_500}
    turn = np.arange(5) * 4 * np.pi / 5
    star = shapely.Polygon(np.column_stack([50 * np.sin(turn), 50 * np.cos(turn)]) + np.array(ORIGIN))
    assert pairs_of([star], [square(0, -90, 90, 180)]) == {
        (0, 0): shapely.make_valid(star, method="structure").area / 2
    }


WRONG = {
    "all of the parcel": lambda one, other: one,
    "all of the feature": lambda one, other: other,
    "nothing": lambda one, other: shapely.Polygon(),
    "more than either": lambda one, other: one.union(other).buffer(10),
}


@pytest.mark.parametrize("way", [*WRONG, "a failure"])
def test_what_geos_gets_wrong_is_cut_into_faces(way, monkeypatch):
    """GEOS was seen to answer in silence with all or nothing of a shape; here it does so for the second parcel."""
    parcels, feature = [square(0, 0, 10), square(20, 0, 10), square(0, 20, 10)], square(-5, -5, 31)
    sound = shapely.intersection

    def lying(ones, others):
        answers = sound(ones, others)
        for place in np.flatnonzero(shapely.equals(ones, parcels[1])):
            if way == "a failure":
                raise shapely.errors.GEOSException("TopologyException: side location conflict")
            answers[place] = WRONG[way](ones[place], others[place])
        return answers

    monkeypatch.setattr(analysis.shapely, "intersection", lying)
    assert pairs_of(parcels, [feature]) == {(0, 0): 100, (1, 0): 60, (2, 0): 60}
    small = [square(0, 0, 10), square(20, 0, 200)]
    parcels[1] = small[1]
    assert pairs_of(small, [feature]) == {(0, 0): 100, (1, 0): 6 * 26}


def test_a_parcel_of_which_nothing_is_left_by_rounding_has_no_faces():
    needle = shapely.Polygon([(ORIGIN[0], ORIGIN[1]), (ORIGIN[0] + 50, ORIGIN[1]), (ORIGIN[0] + 50, ORIGIN[1] + 1e-9)])
    assert analysis._face_area(needle, SITE) == 0


def classes_of(parcels, *features):
    frame = sites(*(shape for _, shape in features))
    table = class_areas(sites(*parcels), frame, pd.Series([name for name, _ in features], dtype=object))
    assert list(table) == ["parcel", "labels", "area"]
    return {(row.parcel, row.labels): pytest.approx(row.area, abs=1e-6) for row in table.itertuples()}


def test_parcels_have_an_area_in_each_class_and_in_each_combination():
    parcels = [square(0, 0, 10), square(20, 0, 10), square(40, 0, 10), square(100, 0, 10)]
    features = ("A", square(-5, -5, 29, 50)), ("B", square(22, -5, 48, 50)), ("B", square(38, -5, 60, 50))
    assert classes_of(parcels, *features) == {
        (0, ("A",)): 100, (1, ("A",)): 20, (1, ("A", "B")): 20, (1, ("B",)): 60, (2, ("B",)): 100,
    }  # fmt: skip


def test_a_class_without_a_name_and_two_features_of_one_class_side_by_side():
    assert classes_of([SITE], (None, square(0, 0, 30, 100)), ("A", square(30, 0, 30, 100)), ("A", square(60, 0, 90, 100))) == {
        (0, (None,)): 3_000, (0, ("A",)): 7_000,
    }  # fmt: skip


def test_the_classes_of_parcels_are_those_that_each_has_as_a_site(map_and_districts):
    parcels, layer = map_and_districts
    there = parcels[parcels.intersects(layer.geometry.iloc[0].boundary)].iloc[:60]
    found = class_areas(there, layer, layer["uname"])
    assert (found["labels"].map(len) > 1).any()
    for number in range(len(there)):
        rows = partition(there.iloc[[number]], layer, layer["uname"])
        own = {labels: area for labels, area in zip(rows["labels"], rows["area"], strict=True) if labels}
        mine = found[found["parcel"] == number]
        assert dict(zip(mine["labels"], mine["area"], strict=True)) == pytest.approx(own, abs=1e-5)


# the themes


def test_every_theme_says_what_would_work_and_how_sure_it_is():
    known = themes()
    assert {"zoning", "green_belt", "green_belt_grade", "farmland", "forest", "ecology", "river", "emd"} <= set(known)
    assert all(theme.needs and theme.needs_en and theme.source and theme.title_en for theme in known.values())
    assert all(theme.law and theme.agency and theme.agency_en for theme in known.values() if not theme.bundled)


def test_no_agency_goes_by_a_former_name():
    said = (ROOT / "data" / "themes.toml").read_text(encoding="utf-8").replace("기후에너지환경부", "")
    assert not [name for name in ("산업통상자원부", "환경부", "문화재청", "국토해양부") if name in said]


@pytest.fixture
def theme_file(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("prepare", "__pycache__"))
    monkeypatch.setenv("GIS_DATA", str(tmp_path / "data"))
    path = tmp_path / "data" / "themes.toml"

    def write(more):
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")

    return write


BLOCK = '\n[theme.landscape]\ntitle = "경관지구"\nconfidence = "high"\nsource = "법"\nneeds = "LT_C_UQ121"\nwords = ["경관지구"]\n'


def test_a_planner_adds_a_theme_by_adding_a_block(theme_file):
    theme_file(BLOCK)
    assert known_theme("경관지구").name == "landscape"
    rows = done("overlay", "jingok", "--layer", "landscape", "--format", "json").json
    assert [(row["area_m2"], row["note"]) for row in rows] == [(None, "자료 없음. 가져올 자료: LT_C_UQ121")]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('color = "#ffffff"\n', "color"),
        ("law = 3\n", "law"),
        ('services = "LT_C_UQ121"\n', "services"),
        ('columns = [""]\n', "columns"),
        ('bundled = "atlantis"\n', "atlantis"),
        ('class = [{ title = "가", color = "Red" }]\n', "Red"),
        ('class = [{ title = "가", color = "#aaaaaa" }, { title = "나", color = "#bbbbbb", values = ["가"] }]\n', "가"),
        ('class = [{ title = "가" }]\n', "color"),
        ('class = ["가"]\n', "class"),
        ('[theme.other]\ntitle = "나"\nconfidence = "sure"\nsource = "법"\nneeds = "x"\n', "sure"),
        ('[theme.other]\nconfidence = "high"\nsource = "법"\nneeds = "x"\n', "title"),
        ('[theme."Other"]\ntitle = "나"\nconfidence = "high"\nsource = "법"\nneeds = "x"\n', "Other"),
    ],
)
def test_a_wrong_block_is_told_in_one_sentence(theme_file, more, said):
    theme_file(BLOCK + more)
    with pytest.raises(DataFileError) as caught:
        themes()
    assert said in str(caught.value)
    assert "themes.toml" in str(caught.value)


DEFICIENCIES = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}
"""What red- and green-blind people see of linear RGB. Source: Machado, Oliveira and Fernandes (2009), severity 1."""


def lab(color, matrix=None):
    rgb = np.array([int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = linear if matrix is None else np.clip(np.array(matrix) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    f = np.cbrt(xyz / [0.9505, 1, 1.089])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("name", [name for name, theme in themes().items() if 1 < len(theme.classes) <= 6])
@pytest.mark.parametrize("matrix", [None, *DEFICIENCIES.values()], ids=["all", *DEFICIENCIES])
def test_colors_of_a_theme_differ_for_color_blind_people_too(name, matrix):
    colors = [lab(one.color, matrix) for one in themes()[name].classes]
    assert min(np.linalg.norm(one - other) for one, other in itertools.combinations(colors, 2)) > 12


def test_neighboring_colors_of_zoning_differ():
    colors = [lab(one.color) for one in themes()["zoning"].classes]
    assert min(np.linalg.norm(one - other) for one, other in itertools.pairwise(colors)) > 8


# which layer is of which theme


def keep(name, *features, title=None, column="uname", crs="EPSG:5186", grade="A", **more):
    """Keep (class, shape) pairs as an imported layer."""
    from gis.io.read import frame_arrival
    from gis.study.imports import Keeping
    from gis.study.imports import keep as store_it

    frame = gpd.GeoDataFrame({column: [one for one, _ in features]}, geometry=[one for _, one in features], crs=crs)
    arrived = frame_arrival(frame, title or name, {"file": f"{title or name}.shp", **more})
    return store_it(arrived, Keeping(name=name, grade=grade))[0].name


def theme_of(layer):
    return next((one.theme, one.way) for one in overlays.assignments() if one.layer == layer)


@pytest.mark.parametrize(
    ("title", "theme"),
    [
        ("LSMD_CONT_UQ111_29_202606", "zoning"),
        ("용도지역 (도시)", "zoning"),
        ("LSMD_CONT_UD801_광주", "green_belt"),
        ("개발제한구역 환경평가등급", "green_belt_grade"),
        ("국토환경성평가지도_2026", "environment_value"),
        ("생태·자연도", "ecology"),
        ("보전산지_UF801", "forest"),
        ("도시계획도로", "planned_facility"),
        ("비행안전구역(군사시설)", "flight_safety"),
        ("현황 측량 2026", None),
    ],
)
def test_a_layer_is_known_by_the_words_of_its_title(title, theme):
    keep("mine", ("x", SITE), title=title)
    assert theme_of("mine") == (theme, "guessed" if theme else None)


def test_a_layer_from_vworld_is_known_by_its_service_whatever_its_title():
    keep("one", ("x", SITE), title="용도지역: 도시지역", service="LT_C_UQ111")
    keep("two", ("x", SITE), title="단지용도지역", service="LT_C_DAMYOD")
    assert (theme_of("one"), theme_of("two")) == (("zoning", "guessed"), (None, None))


def test_a_title_of_two_themes_is_left_to_a_person():
    keep("mine", ("x", SITE), title="상수원보호구역과 수변구역")
    assert theme_of("mine") == (None, None)
    assert overlays.assignments()[0].candidates == ("water_source", "riparian")


def test_what_a_person_states_goes_before_the_guess_and_can_be_that_it_is_of_none():
    keep("mine", ("x", SITE), title="용도지역")
    overlays.state_theme("mine", "하천구역")
    assert theme_of("mine") == ("river", "stated")
    overlays.state_theme("mine", "none")
    assert theme_of("mine") == (None, "stated")


def test_a_stated_column_holds_the_classes_however_it_is_written():
    keep("mine", ("가", SITE), title="용도지역", column="Zone_Nm")
    assert overlays.state_theme("mine", class_column="ZONE_NM").class_column == "Zone_Nm"
    assert overlays.state_theme("mine", class_column="").class_column is None
    with pytest.raises(UnknownNameError, match="Zone_Nm"):
        overlays.state_theme("mine", class_column="없는열")


def test_unknown_themes_and_layers_are_told_what_there_is():
    keep("mine", ("x", SITE))
    assert "zoning (용도지역)" in refusal("layer", "theme", "mine", "atlantis")
    assert "mine" in refusal("layer", "theme", "nowhere", "zoning")
    assert "zoning" in refusal("overlay", "jingok", "--layer", "atlantis")


# classes


def part(layer, *, site_frame=None, **more):
    source = study.SourceLayer("pencil", site_frame if site_frame is not None else sites(SITE))
    return overlays.overlay(source, layer, **more).parts[0]


def labels_of(layer, **more):
    return [labels for labels in part(layer, **more).rows["labels"] if labels]


def test_grades_are_classes_of_the_theme_in_its_order_however_they_are_written():
    half = [(2.0, square(0, 0, 30, 100)), (1.0, square(30, 0, 30, 100)), (3.0, square(60, 0, 40, 100))]
    keep("mine", *half, title="생태자연도", column="등급")
    assert labels_of("mine") == [("1등급",), ("2등급",), ("3등급",)]


def test_a_code_within_a_number_tells_the_class():
    pair = [("29200UFM120000A1", square(0, 0, 50, 100)), ("29200UFM110000A2", square(50, 0, 50, 100))]
    keep("mine", *pair, title="LSMD_CONT_UF801", column="MNUM")
    assert labels_of("mine") == [("공익용산지",), ("임업용산지",)]


def test_a_layer_without_a_column_is_the_class_that_its_title_names():
    keep("belt", ("x", SITE), title="LSMD_CONT_UD801", column="whatever")
    keep("apart", ("x", SITE), title="별도관리지역", column="whatever")
    assert labels_of("belt") == [("개발제한구역",)]
    assert labels_of("apart") == [("별도관리지역",)]


def test_the_boundary_grade_is_no_class_and_a_column_called_alike_is():
    keep("mine", ("2", SITE), title="국토환경성평가지도", column="GRADE", grade="A")
    assert labels_of("mine") == [("2등급",)]


def test_values_that_a_theme_does_not_know_stand_as_they_are_and_empty_ones_are_no_class():
    trio = [("새로운지역", square(0, 0, 30, 100)), ("  ", square(30, 0, 30, 100)), (None, square(60, 0, 40, 100))]
    keep("mine", *trio, title="용도지역")
    assert set(labels_of("mine")) == {("새로운지역",), (None,)}


def test_several_layers_serve_one_theme_as_one_partition():
    keep("urban", ("자연녹지지역", square(0, 0, 60, 100)), title="용도지역 도시", service="LT_C_UQ111")
    keep("rural", ("농림지역", square(50, 0, 50, 100)), title="용도지역 농림", service="LT_C_UQ113")
    found = part("zoning")
    assert found.layers == ("urban", "rural")
    assert areas(found.rows) == {("자연녹지지역",): 5_000, ("농림지역",): 4_000, ("농림지역", "자연녹지지역"): 1_000}


def test_an_imported_layer_takes_the_place_of_the_bundled_one():
    assert part("emd", site_frame=site(SiteRef("jingok")).frame).layers == ("emd",)
    keep("official", ("진곡동", SITE), column="emd_kor_nm", service="LT_C_ADEMD_INFO")
    assert part("읍·면·동(법정동)").layers == ("official",)


def test_another_column_of_any_layer_makes_its_classes():
    keep("parcels", ("답", square(0, 0, 50, 100)), ("대", square(50, 0, 50, 100)), column="지목")
    assert labels_of("parcels") == [("parcels",)]
    assert set(labels_of("parcels", class_column="지목")) == {("답",), ("대",)}


@pytest.mark.parametrize(("own", "stated", "worst"), [("A", "B", "B"), ("D", "A", "D"), ("A", None, None)])
def test_the_grade_is_the_worse_of_site_and_layer(own, stated, worst):
    keep("mine", ("x", SITE), grade=stated)
    assert part("mine", site_frame=sites(SITE, grade=own)).rows["grade"].tolist() == [worst]


def test_lines_and_points_are_told_and_not_measured_as_land():
    x, y = ORIGIN
    keep("roads", ("대로", shapely.LineString([(x - 50, y + 50), (x + 50, y + 50)])), title="도시계획도로")
    keep("spots", ("점", shapely.Point(x + 5, y + 5)), title="국가유산 위치")
    source = study.SourceLayer("pencil", sites(SITE))
    table = overlay_table(overlays.overlay(source)).set_index("theme")
    assert table.loc[["planned_facility", "heritage"], "area"].isna().all()
    assert "구역 안 길이 50 m, 닿는 객체 1개" in table.loc["planned_facility", "note"]
    assert "구역 안 1개" in table.loc["heritage", "note"]


def test_a_layer_wholly_apart_from_the_site_is_no_data_and_never_none_of_it():
    keep("apart", ("제1종일반주거지역", square(900, 900, 50, 50)), title="용도지역", column="용도")
    found = overlays.overlay(study.SourceLayer("pencil", sites(SITE)), "apart")
    row = overlay_table(found).iloc[0]
    assert pd.isna(row["area"]) and pd.isna(row["share_pct"])
    assert row["note"].startswith("자료 없음: 구역이 레이어 용도지역의 범위 밖")
    assert overlay_sentences(found)[0].startswith("용도지역: 자료 없음: 구역이 레이어 용도지역의 범위 밖")


def test_a_site_beyond_the_box_of_a_layer_may_be_without_data_there():
    keep("mine", ("자연녹지지역", square(0, 0, 50)), title="용도지역")
    table = overlay_table(overlays.overlay(study.SourceLayer("pencil", sites(SITE)), "mine"))
    assert "자료가 없는 곳일 수 있음" in table["note"].iloc[1]
    assert table["agency"].isna().tolist() == [False, True]


# the table, the sentences, the map


@pytest.fixture
def zoned():
    """Three classes in thirds, which no rounding shares out evenly, one overlap, one sliver."""
    keep(
        "zones", ("자연녹지지역", square(0, 0, 100 / 3, 100)), ("생산녹지지역", square(100 / 3, 0, 100 / 3, 100)),
        ("일반공업지역", square(60, 0, 39.7, 100)), title="용도지역",
    )  # fmt: skip
    return overlays.overlay(study.SourceLayer("pencil", sites(SITE)))


def test_areas_of_each_part_add_to_the_site_in_the_table(zoned):
    table = overlay_table(zoned)
    for _, rows in table[table["area"].notna()].groupby("theme"):
        assert math.fsum(rows["area"]) == pytest.approx(10_000, abs=1e-6)
        assert math.fsum(rows["share_pct"]) == pytest.approx(100, abs=1e-9)


@pytest.mark.parametrize("unit", ["m2", "man-m2", "ha", "km2", "pyeong", "man-pyeong"])
def test_what_is_printed_adds_up_in_every_unit(unit):
    from gis.view.tables import number_formats, shown

    found = overlays.overlay(site(SiteRef("cheomdan3")))
    people = shown(people_table(found, unit), unit)
    printed = {name: people[name].map(form.format) for name, form in number_formats(people).items()}
    for _, rows in people[people.iloc[:, 2].notna()].groupby("주제"):
        for name in list(printed)[:3]:
            numbers = [Decimal(printed[name][row].replace(",", "")) for row in rows.index]
            assert sum(numbers[:-1]) == numbers[-1], (unit, name)


def test_what_is_not_loaded_is_a_row_without_numbers_that_names_what_to_import(zoned):
    row = overlay_table(zoned).set_index("theme").loc["green_belt"]
    assert row[["layer", "class", "area", "share_pct", "geodesic_area"]].isna().all()
    assert row["note"].startswith("자료 없음")
    assert "LT_C_UD801" in row["note"]
    assert row["agency"] == "국토교통부"


def test_a_sentence_says_the_largest_first_and_overlaps_too(zoned):
    line = overlay_sentences(zoned)[0]
    assert line == (
        "용도지역: 구역의 33.3%가 자연녹지지역, 33.0%가 일반공업지역, 26.7%가 생산녹지지역, "
        "6.7%가 중복: 생산녹지지역 + 일반공업지역, 0.3%가 해당 없음입니다. "
        "구역이 레이어의 범위를 벗어나므로, 해당 없음에는 자료가 없는 곳이 섞여 있을 수 있습니다."
    )
    assert overlay_sentences(zoned)[-1].startswith("자료 없음: 개발제한구역")


def test_notes_tell_of_slivers_and_of_land_counted_once():
    keep("mine", ("자연녹지지역", square(0, 0, 60, 100)), ("자연녹지지역", square(50, 0, 49.5, 100)), title="용도지역")
    table = overlay_table(overlays.overlay(study.SourceLayer("pencil", sites(SITE)), "mine"))
    assert "같은 구분끼리 겹친 1,000 ㎡는 한 번만 셈" in table["note"].iloc[0]
    assert "얇은 조각뿐: 평균 폭 1 m 미만 1개, 50 ㎡" in table["note"].iloc[1]


def test_a_schematic_site_says_so_in_every_row():
    table = overlay_table(overlays.overlay(site(SiteRef("jingok")), "emd"))
    assert table["grade"].tolist() == ["D"] * len(table)
    assert table["note"].str.contains("모식도").all()


def test_english_rows_are_in_english(zoned):
    use_language("en")
    table = overlay_table(zoned)
    assert {"none of them", "Natural green area"} <= set(table["class"].dropna())
    assert table["note"].iloc[5].startswith("no data; import: ")


def test_overlaps_have_a_color_that_no_class_of_any_theme_has(zoned):
    colors = class_colors(zoned.parts[0])
    assert colors["중복: 생산녹지지역 + 일반공업지역"] not in {
        one.color for theme in themes().values() for one in theme.classes
    }
    assert colors["자연녹지지역"] == "#b5e0ad"


def test_every_piece_is_drawn_with_its_class_and_area(zoned):
    drawn = part_geojson(zoned, zoned.parts[0], "m2")["features"]
    assert [one["properties"]["name"] for one in drawn][:2] == ["일반공업지역", "자연녹지지역"]
    assert "3,333 ㎡ · 33.3 %" in drawn[1]["properties"]["tooltip"]


def test_the_pieces_have_the_areas_of_the_table(zoned):
    shapes = pieces(zoned)
    np.testing.assert_allclose(shapes.area, shapes["area"], atol=1e-6)
    assert shapes["id"].is_unique


# the command


def test_the_command_has_the_columns_of_the_contract():
    rows = done("overlay", "jingok", "--layer", "emd", "--format", "json").json
    assert {"layer", "class", "area_m2", "share_pct", "agency", "note", "geodesic_area_m2", "theme", "grade"} <= set(
        rows[0]
    )
    whole = site(SiteRef("jingok")).frame.area.iloc[0]
    assert math.fsum(row["area_m2"] for row in rows) == pytest.approx(whole, abs=1e-6)


def test_import_theme_overlay_from_a_shapefile_of_the_old_datum(tmp_path):
    """A CP949 Shapefile in EPSG:5174 becomes zoning, and covers the site where it was drawn."""
    shapes = [square(-50, -50, 100, 200), square(50, -50, 100, 200)]
    frame = gpd.GeoDataFrame({"구역이름": ["자연녹지지역", "똠방지역"]}, geometry=shapes, crs="EPSG:5186")
    frame.to_crs("EPSG:5174").to_file(tmp_path / "old.shp", encoding="cp949")
    gpd.GeoDataFrame({"id": ["s"]}, geometry=[SITE], crs="EPSG:5186").to_file(tmp_path / "site.gpkg")
    run("import", tmp_path / "old.shp", "--as", "old", "--grade", "B")
    [stated] = done("layer", "theme", "old", "용도지역", "--class", "구역이름", "--format", "json").json
    assert (stated["theme"], stated["theme_way"], stated["class_column"]) == ("zoning", "stated", "구역이름")
    rows = done("overlay", tmp_path / "site.gpkg", "--format", "json").json
    zoning = [row for row in rows if row["theme"] == "zoning"]
    assert [row["class"] for row in zoning] == ["자연녹지지역", "똠방지역"]
    assert [row["area_m2"] for row in zoning] == pytest.approx([5_000, 5_000], abs=0.6)  # there and back is 5 mm
    assert math.fsum(row["area_m2"] for row in zoning) == pytest.approx(10_000, abs=1e-6)


def test_the_table_for_people_has_subtotals_and_a_sentence_a_theme():
    text = done("overlay", "jingok").text
    assert text.count("소계 (구역면적)") == 3
    assert "시·군·구: 구역의 100.0%가 광주광역시 광산구입니다." in text


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".zip", ".csv"])
def test_the_pieces_leave_in_a_file(tmp_path, ending):
    path = tmp_path / f"pieces{ending}"
    done("overlay", "jingok", "--layer", "emd", "--format", "json", "--pieces", path)
    assert path.stat().st_size > 1_000


def test_pieces_in_a_gpkg_lie_in_the_belt_and_measure_as_the_table_says(tmp_path):
    done("overlay", "jingok", "--format", "csv", "--pieces", tmp_path / "p.gpkg")
    shapes = gpd.read_file(tmp_path / "p.gpkg")
    assert shapes.crs.to_epsg() == 5186
    np.testing.assert_allclose(shapes.area, shapes["area_m2"], atol=1e-4)


def test_shapes_of_a_confidential_layer_leave_only_where_a_person_says_so(tmp_path):
    keep("secret", ("x", square(-50_000, -50_000, 100_000)), title="용도지역")
    store.change("secret", confidential=True)
    words = ("overlay", "jingok", "--format", "json", "--pieces", tmp_path / "p.gpkg")
    assert "secret" in refusal(*words)
    assert not (tmp_path / "p.gpkg").exists()
    done(*words, "--confidential")
    assert (tmp_path / "p.gpkg").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--class", "uname"), "--layer"),
        (("--layer", "zoning", "--class", "uname"), "--layer"),
        (("--layer", "emd", "--class", "없음"), "full_name"),
        (("--sliver", "200m"), "100 m"),
        (("--layer", "zoning", "--pieces", "x.gpkg"), "조각"),
        (("--pieces", "x.doc"), ".gpkg"),
    ],
)
def test_what_cannot_be_done_is_one_line(words, said):
    assert said in refusal("overlay", "jingok", *words)


def test_a_name_of_a_layer_that_looks_like_a_formula_is_only_text(tmp_path):
    keep("mine", ("=1+1", SITE), title="용도지역 <b>")
    gpd.GeoDataFrame({"id": ["s"]}, geometry=[SITE], crs="EPSG:5186").to_file(tmp_path / "site.gpkg")
    text = done("overlay", tmp_path / "site.gpkg", "--layer", "mine", "--format", "csv").text
    assert "'=1+1" in text


# the page


def test_the_page_shows_table_map_and_files_and_keeps_a_stated_theme(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    keep("mine", ("자연녹지지역", square(-50_000, -50_000, 100_000)), title="현황")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update({"site": "jingok", "table": "overlay"})
    app.run()
    app.switch_page("gis/app/pages/statutory.py").run()
    assert not app.exception
    assert not app.error
    assert any("진곡동" in line.value for line in app.markdown)
    app.selectbox(key="assign-layer-ko").set_value("mine").run()
    app.selectbox(key="assign-theme-mine-ko").set_value("zoning").run()
    app.button(key="assign-save").click().run()
    assert not app.exception
    assert theme_of("mine") == ("zoning", "stated")
    assert any(line.value.replace("\\", "").startswith("- 용도지역: 구역의 100") for line in app.markdown)


@pytest.mark.parametrize("table", ["overlay", "terrain"])
def test_tables_of_the_page_are_in_square_meters_whatever_unit_it_has(table, monkeypatch):
    monkeypatch.chdir(ROOT)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update({"site": "jingok", "table": table, "unit": "pyeong"})
    app.run()
    app.switch_page("gis/app/pages/statutory.py").run()
    assert not app.exception and not app.error
    headers = [header for one in app.dataframe for header in one.value.columns if "면적" in header]
    assert headers and all(header.endswith("(㎡)") for header in headers)
    assert any("평" in line.value for line in app.markdown)


def test_json_holds_no_number_that_json_does_not_know():
    json.loads(done("overlay", "futurecar", "--format", "json").text, parse_constant=lambda word: pytest.fail(word))
