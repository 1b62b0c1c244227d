"""What is wrong with shapes is repaired or set aside and listed by row; nothing is dropped in silence."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from gis.i18n import reading, t
from gis.io import check
from gis.io.check import ROW, Checked, by_kind, numbered, repaired, row_ranges, without_bare, without_strays
from gis.io.read import read_arrival
from gis.view.sentences import problem_sentence
from tests.hand_made import RING, Field, geojson, shapefile
from tests.hand_made import square as degree_square
from tests.pencil import ORIGIN, square

X, Y = ORIGIN


def polygon(*corners, holes=()):
    return shapely.Polygon([(X + x, Y + y) for x, y in corners], [[(X + x, Y + y) for x, y in hole] for hole in holes])


BOWTIE = polygon((0, 0), (100, 100), (100, 0), (0, 100))
SPIKE = polygon((0, 0), (100, 0), (100, 100), (0, 100), (0, 0), (-50, 0), (0, 0))
HOLE_OUTSIDE = polygon((0, 0), (100, 0), (100, 100), (0, 100), holes=[[(200, 0), (300, 0), (300, 100), (200, 100)]])
EIGHT = polygon((0, 0), (100, 0), (100, 100), (200, 100), (200, 200), (100, 200), (100, 100), (0, 100))
DOUBLE = shapely.MultiPolygon([square(0, 0), square(50, 0)])
FLAT = polygon((0, 0), (100, 0), (50, 0))
COLLECTION = shapely.GeometryCollection([square(0, 0), shapely.Point(X, Y), shapely.LineString([(X, Y), (X + 9, Y)])])
NESTED = shapely.GeometryCollection([shapely.GeometryCollection([square(0, 0), square(200, 0)]), shapely.Point(X, Y)])


def frame(*shapes, **columns):
    return numbered(gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:5186"))


def listed(checked: Checked):
    return [(row["problem"], row["action"], row["rows"]) for row in checked.problems.to_dict("records")]


@pytest.mark.parametrize(
    ("broken", "before", "after"),
    [
        (BOWTIE, 0, 5_000), (SPIKE, 10_000, 10_000), (HOLE_OUTSIDE, 0, 20_000), (EIGHT, 20_000, 20_000),
        (DOUBLE, 20_000, 15_000),
    ],
)  # fmt: skip
def test_an_invalid_polygon_is_repaired_and_the_change_in_area_said(broken, before, after):
    checked = repaired(frame(square(900, 0), broken))
    row = checked.problems.to_dict("records")[0]
    assert (row["problem"], row["action"], row["rows"]) == ("invalid", "repaired", "2")
    assert (row["area_before"], row["area_after"]) == (pytest.approx(before), pytest.approx(after))
    mended = checked.frame.geometry.iloc[1]
    assert (mended.is_valid, mended.area) == (True, pytest.approx(after))
    assert "2번째" in problem_sentence(row)


def test_a_polygon_of_which_nothing_is_left_is_set_aside():
    checked = repaired(frame(square(0, 0), FLAT))
    assert (len(checked.frame), listed(checked)) == (1, [("invalid", "set_aside", "2")])
    assert checked.set_aside[ROW].tolist() == [2]


def tangle(count, seed=1):
    """Return a polygon of random corners: about an eighth of count² crossings."""
    return shapely.Polygon(np.random.default_rng(seed).uniform(0, 1_000, (count, 2)) + ORIGIN)


def test_a_polygon_that_crosses_itself_beyond_repair_is_set_aside_at_once():
    """4,000 such corners, 80 KB of GeoJSON, took GEOS two minutes and 4 GB to repair."""
    checked = repaired(frame(square(0, 0), tangle(4_000), tangle(300)))
    assert [(row["problem"], row["action"], row["rows"]) for row in checked.problems.to_dict("records")] == [
        ("tangled", "set_aside", "2"), ("invalid", "repaired", "3"),
    ]  # fmt: skip
    assert checked.set_aside[ROW].tolist() == [2]


def test_a_long_boundary_with_one_crossing_is_repaired():
    angles = np.linspace(0, 2 * np.pi, 200_000, endpoint=False)
    ring = np.column_stack([X + 1_000 * np.cos(angles), Y + 1_000 * np.sin(angles)])
    ring[[100, 101]] = ring[[101, 100]]
    checked = repaired(frame(shapely.Polygon(ring)))
    assert [row["action"] for row in checked.problems.to_dict("records")] == ["repaired"]


def test_many_invalid_polygons_are_repaired_as_fast_as_they_come():
    checked = repaired(frame(*[shapely.transform(BOWTIE, lambda xy, n=n: xy + 200 * n) for n in range(3_000)]))
    assert checked.problems["rows"].tolist() == [str(n) for n in range(1, 3_001)]


def test_repairing_keeps_columns_order_and_what_was_sound():
    before = frame(square(0, 0), BOWTIE, square(300, 0), name=["a", "b", "c"])
    after = repaired(before).frame
    assert after["name"].tolist() == ["a", "b", "c"]
    assert shapely.equals_exact(after.geometry.iloc[[0, 2]].to_numpy(), before.geometry.iloc[[0, 2]].to_numpy()).all()


def test_shapes_drawn_twice_are_kept_and_listed_whatever_their_starting_corner():
    turned = shapely.Polygon(np.roll(np.array(square(0, 0).exterior.coords)[:-1], 1, axis=0)[::-1])
    checked = repaired(frame(square(0, 0), square(200, 0), turned, square(0, 0)))
    assert (len(checked.frame), listed(checked)) == (4, [("twin", "kept", "3–4")])


def test_features_without_a_shape_are_set_aside_by_kind():
    with np.errstate(invalid="ignore"):
        endless = shapely.Polygon([(X, Y), (X, np.inf), (X + 1, Y)])
        holed = shapely.Polygon(square(0, 0).exterior, [[(X, Y), (X + 1, np.nan), (X + 1, Y), (X, Y)]])
    checked = without_bare(frame(None, square(0, 0), shapely.Polygon(), endless, None, shapely.Point(), holed))
    assert listed(checked) == [
        ("null", "set_aside", "1, 5"),
        ("empty", "set_aside", "3, 6"),
        ("endless", "set_aside", "4, 7"),
    ]
    assert (checked.frame[ROW].tolist(), sorted(checked.set_aside[ROW])) == ([2], [1, 3, 4, 5, 6, 7])


@pytest.mark.parametrize("wkt", ["POLYGON Z((0 0 1,9 0 1,9 9 1,0 0 1))", "POLYGON M((0 0 1,9 0 1,9 9 1,0 0 1))",
                                 "POLYGON ZM((0 0 1 2,9 0 1 2,9 9 1 2,0 0 1 2))", "POINT Z(1 2 nan)"])  # fmt: skip
def test_heights_and_measures_are_left_out_and_listed(wkt):
    checked = without_bare(frame(square(0, 0), shapely.from_wkt(wkt)))
    assert listed(checked) == [("heights", "flattened", "2")]
    assert not shapely.has_z(checked.frame.geometry.to_numpy()).any()
    assert not shapely.has_m(checked.frame.geometry.to_numpy()).any()


def test_a_collection_becomes_a_row_for_each_kind_and_loses_nothing():
    checked = without_bare(frame(square(0, 0), COLLECTION, NESTED, name=["a", "b", "c"]))
    assert listed(checked) == [("collection", "split", "2–3")]
    rows = list(zip(checked.frame["name"], checked.frame.geom_type, checked.frame[ROW], strict=True))
    assert rows == [
        ("a", "Polygon", 1), ("b", "Polygon", 2), ("b", "LineString", 2), ("b", "Point", 2), ("c", "MultiPolygon", 3),
        ("c", "Point", 3),
    ]  # fmt: skip
    assert checked.frame.area.sum() == 40_000
    assert checked.frame.length.sum() == pytest.approx(4 * 400 + 9)


def test_a_collection_with_an_empty_or_broken_part_is_no_crash():
    odd = shapely.GeometryCollection([shapely.Point(), BOWTIE, shapely.GeometryCollection([])])
    assert without_bare(frame(odd)).frame.geom_type.tolist() == ["Polygon"]


def test_strays_are_set_aside_and_listed():
    stray = shapely.box(0, 0, 297, 210)
    across = shapely.box(X, Y, X + 3_000_000, Y + 1)
    checked = without_strays(frame(square(0, 0), stray, across))
    assert (listed(checked), checked.frame[ROW].tolist()) == ([("outside", "set_aside", "2–3")], [1])


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40))
def test_row_ranges_name_every_row_once_in_order(rows):
    text = row_ranges(pd.Series(rows))
    named = []
    for part in text.split(", "):
        first, _, last = part.partition("–")
        named += range(int(first), int(last or first) + 1)
    assert named == sorted(set(rows))
    assert "–" not in text or all(int(a) < int(b) for a, b in (p.split("–") for p in text.split(", ") if "–" in p))


SHAPES = {
    "square": square(0, 0), "other": square(300, 0), "bowtie": BOWTIE, "flat": FLAT, "double": DOUBLE, "eight": EIGHT,
    "collection": COLLECTION, "nested": NESTED, "null": None, "empty": shapely.Polygon(), "point": shapely.Point(X, Y),
    "stray": shapely.box(0, 0, 1, 1), "high": shapely.force_3d(square(0, 0)), "line": shapely.LineString([(X, Y), (X + 9, Y)]),
}  # fmt: skip


@given(st.lists(st.sampled_from(list(SHAPES)), min_size=1, max_size=12))
def test_every_row_is_kept_or_set_aside_and_what_is_not_kept_as_it_was_is_listed(names):
    before = frame(*[SHAPES[name] for name in names], name=names)
    bare = without_bare(before)
    strays = without_strays(bare.frame)
    mended = repaired(strays.frame)
    aside = [*bare.set_aside[ROW], *strays.set_aside[ROW], *mended.set_aside[ROW]]
    assert set(mended.frame[ROW]) | set(aside) == set(before[ROW])
    assert not set(mended.frame[ROW]) & set(aside)
    problems = pd.concat([bare.problems, strays.problems, mended.problems])
    named = {
        int(row)
        for text in problems["rows"]
        for part in text.split(", ")
        for row in range(int(part.split("–")[0]), int(part.split("–")[-1]) + 1)
    }
    harmed = {
        row for row, name in zip(before[ROW], names, strict=True) if name not in ("square", "other", "point", "line")
    }
    assert harmed <= named
    assert mended.frame.geometry.is_valid.all()
    assert not mended.frame.geometry.is_empty.any()
    assert set(by_kind(mended.frame)) <= set(check.KINDS)
    assert sum(map(len, by_kind(mended.frame).values())) == len(mended.frame)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 2), st.booleans()), max_size=25))
def test_twins_are_those_that_a_comparison_of_every_pair_finds(squares):
    shapes = [shapely.reverse(square(x, y, w)) if back else square(x, y, w) for x, y, w, back in squares]
    slow = [any(shapely.equals(shape, one) for one in shapes[:n]) for n, shape in enumerate(shapes)]
    assert check._twins(frame(*shapes)).tolist() == slow


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=9))
@example([(0, 1), (0, 0), (1, 1), (1, 0), (0, 0), (1, 1)])  # of which GEOS leaves two halves that share an edge
def test_a_repaired_polygon_is_valid_and_covers_no_new_ground(corners):
    shape = shapely.Polygon([(X + x, Y + y) for x, y in corners])
    mended = check._valid(shape)
    assert mended.is_valid
    assert mended.geom_type in ("Polygon", "MultiPolygon")
    assert mended.within(shape.convex_hull.buffer(1e-6)) or mended.is_empty


def test_the_input_is_left_alone():
    before = frame(square(0, 0), BOWTIE, COLLECTION, None, name=list("abcd"))
    copy = before.copy(deep=True)
    without_bare(before)
    repaired(before.iloc[:2])
    without_strays(before.iloc[:2])
    assert before.equals(copy)


def test_every_problem_and_action_has_a_word_in_both_languages():
    names = {
        "null",
        "empty",
        "endless",
        "heights",
        "collection",
        "outside",
        "invalid",
        "twin",
        "twin_id",
        "cut_texts",
        "unjoined",
        "tangled",
    }
    for code in ("ko", "en"):
        with reading(code):
            assert all(t(f"problem.{name}") for name in names)


def test_a_file_with_everything_wrong_is_kept_as_far_as_it_can_be(tmp_path):
    shapes = [
        degree_square(),
        None,
        {"type": "Polygon", "coordinates": []},
        degree_square(10, 50),
        degree_square(),
        degree_square(126.9),
    ]
    bow = {
        "type": "Polygon",
        "coordinates": [[[126.7, 35.2], [126.71, 35.21], [126.71, 35.2], [126.7, 35.21], [126.7, 35.2]]],
    }
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson(*shapes, bow, id=[1, 2, 3, 4, 5, 5, 7]))
    arrival = read_arrival(path)
    assert arrival.frame[ROW].tolist() == [1, 5, 6, 7]
    assert sorted(arrival.set_aside[ROW]) == [2, 3, 4]
    assert [(row["problem"], row["rows"]) for row in arrival.problems.to_dict("records")] == [
        ("null", "2"), ("empty", "3"), ("outside", "4"), ("invalid", "7"), ("twin", "5"), ("twin_id", "6"),
    ]  # fmt: skip
    assert arrival.frame["id"].tolist() == ["1", "5", "5#2", "7"]
    assert arrival.set_aside.crs.to_epsg() == 4326


def test_a_ring_left_open_is_set_aside_in_an_import_and_refused_in_a_measurement(tmp_path):
    path = tmp_path / "a.geojson"
    opened = {"type": "Polygon", "coordinates": [[[126.8, 35.2], [126.9, 35.2], [126.9, 35.3]]]}
    path.write_bytes(geojson(degree_square(), opened))
    arrival = read_arrival(path)
    assert (len(arrival.frame), arrival.problems["rows"].tolist()) == (1, ["2"])


def test_a_null_shape_of_a_shapefile_is_listed_by_its_row(tmp_path):
    path = shapefile(tmp_path / "a.shp", [Field(b"a")], [[b"1"], [b"2"], [b"3"]], shapes=[None, [RING], None])
    arrival = read_arrival(path)
    assert (arrival.frame["a"].tolist(), arrival.problems["rows"].tolist()) == (["2"], ["1, 3"])
