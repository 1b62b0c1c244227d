"""What very many sites lie next to: the same record as the plain analysis, pair by pair."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity

from bench.generated import cadastral_map
from gis.analysis import adjacency as plain
from gis.analysis.adjacency import Thresholds
from gis.engine.adjacency import adjacency
from gis.errors import InputError
from gis.kernel.meeting import box_pairs, meetings
from gis.kernel.ragged import ragged
from tests.command import done, refusal
from tests.pencil import ORIGIN, sites, square

UNTOLD = ["de9im", "separated_by"]
NEAR = Thresholds(near=(100.0, 2_000.0), beside=20.0)


def both(frame, within=50.0, thresholds=NEAR, separators=None):
    """Return the record of the kernels and of the plain analysis, without what only single pairs tell."""
    meant = plain.adjacency(frame, thresholds, within=within, separators=separators)
    found = adjacency(frame, thresholds, within, separators)
    return [one.drop(columns="de9im").sort_values(["a", "b"], ignore_index=True) for one in (found, meant)]


def assert_same(frame, **asked):
    found, meant = both(frame, **asked)
    assert list(zip(found["a"], found["b"], strict=True)) == list(zip(meant["a"], meant["b"], strict=True))
    pd.testing.assert_frame_equal(found, meant, check_dtype=False, check_categorical=False, atol=1e-6, rtol=0)


def numbered(shapes, **columns):
    frame = sites(*shapes, **columns)
    ids = [f"s{number:03d}" for number in range(len(shapes))]
    return frame.assign(id=ids).set_index("id", drop=False)


RING = shapely.Polygon(square(0, 0).exterior, [square(30, 30, 40).exterior])
ADVERSARIAL = {
    "shared edges": [square(0, 0), square(100, 0), square(0, 100), square(100, 100)],
    "T-junctions": [square(0, 0, 200, 100), square(0, 100), square(100, 100), square(50, -100)],
    "slivers": [square(0, 0), square(99.97, 0), square(0, 99.8), square(100.03, 100.02)],
    "holes": [RING, square(30, 30, 40), square(40, 40, 20), square(30, 30, 20), square(31, 31, 38)],
    "touching corners": [square(0, 0), square(100, 100), square(-100, -100), square(100, -100)],
    "collinear overlaps": [square(0, 0), square(20, 0, 50, 30), square(-50, 0, 120, 100), square(0, 20, 100, 120)],
    "edges on one line": [square(0, 0, 20), square(25, 0, 20), square(69.5, 0, 20), square(95, 20, 20)],
    "equal": [square(0, 0), square(0, 0), shapely.reverse(square(0, 0))],
    "corner on an edge": [square(0, 0), shapely.Polygon(np.array([(100, 50), (150, 20), (150, 80)]) + ORIGIN)],
    "one side in, one side out": [
        square(0, 0),
        shapely.Polygon(np.array([(100, 0), (140, 60), (100, 100), (60, 40)]) + ORIGIN),
        shapely.Polygon(np.array([(0, 0), (100, 0), (50, -40)]) + ORIGIN),
    ],
    "nearly parallel": [square(0, 0), affinity.rotate(square(100.02, 0), 0.02), affinity.rotate(square(0, 100.05), -8)],
    "parts": [shapely.union(square(0, 0), square(200, 0)), square(100, 0), square(210, 10, 20), square(300, 0)],
}  # fmt: skip


@pytest.mark.parametrize("offset", [0.0, 1e6], ids=["near", "1e6 m off"])
@pytest.mark.parametrize("tolerance", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("name", ADVERSARIAL)
def test_the_record_is_that_of_the_plain_analysis(name, tolerance, offset):
    shapes = [affinity.translate(one, 0, offset) for one in ADVERSARIAL[name]]
    assert_same(numbered(shapes), thresholds=Thresholds(tolerance, 20.0, (100.0, 2_000.0)))


def test_a_cadastral_map_has_the_record_of_the_plain_analysis():
    assert_same(numbered(list(cadastral_map(140).geometry), grade="B", precision=0.2), within=1.0)


def test_roads_between_parcels_make_them_beside_as_in_the_plain_analysis():
    frame = numbered([square(0, 0), square(110, 0), square(0, 105), square(110, 105)])
    road = gpd.GeoDataFrame({"name": ["길"]}, geometry=[square(100, -10, 10, 400)], crs=frame.crs)
    assert_same(frame, separators=road)
    assert adjacency(frame, NEAR, 50.0, road)["relation"].eq("beside").sum() >= 4


def test_broken_and_empty_outlines_are_left_to_geos():
    bow = shapely.Polygon(np.array([(100, 0), (150, 50), (150, 0), (100, 50)]) + ORIGIN)
    found = adjacency(numbered([square(0, 0), bow, square(400, 0)]), NEAR, 50.0)
    assert found[["a", "b", "gap"]].to_numpy().tolist() == [["s000", "s001", 0.0]]


def test_a_gap_at_the_limit_is_within_by_half_a_millimeter():
    frame = numbered([square(0, 0), square(110.1, 0), square(0, 110.102)])
    found = adjacency(frame, NEAR, 10.1)
    assert {("s000", "s001")} <= set(zip(found["a"], found["b"], strict=True))


def test_schematic_outlines_are_refused():
    with pytest.raises(InputError, match="모식"):
        adjacency(numbered([square(0, 0), square(10, 0)], grade="D"), NEAR, 50.0)


@given(
    st.lists(st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(1, 25)] * 2), min_size=1, max_size=60),
    st.integers(0, 20),
)
def test_every_pair_of_boxes_within_reach_is_found_once(places, within):
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in places], dtype=float)
    left, right = box_pairs(boxes, within)
    gaps = [
        (i, j) for i in range(len(boxes)) for j in range(i + 1, len(boxes))
        if max(boxes[i, 0], boxes[j, 0]) <= min(boxes[i, 2], boxes[j, 2]) + within
        and max(boxes[i, 1], boxes[j, 1]) <= min(boxes[i, 3], boxes[j, 3]) + within
    ]  # fmt: skip
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == gaps


coordinate = st.integers(-12, 12)
polygon = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=9, unique=True).map(shapely.Polygon)
valid = polygon.filter(lambda one: one.is_valid and one.area > 0)


@given(one=valid, other=valid, angle=st.sampled_from([0.0, 0.0, 7.3]))
def test_any_two_polygons_meet_as_geos_and_the_plain_analysis_have_it(one, other, angle):
    turned = affinity.rotate(other, angle, origin=(0, 0))
    found = meetings(ragged(np.array([one, turned])), (np.array([0]), np.array([1])), 100.0, 0.1005)
    kind = int(found.kind[0])
    if kind != 3:
        assert found.gap[0] == pytest.approx(shapely.distance(one, turned), abs=1e-9)
        assert (kind == 2) == bool(shapely.relate_pattern(one, turned, "T********"))
        assert (kind >= 1) == bool(shapely.intersects(one, turned))
    if shapely.distance(one, turned) <= 0.1:
        assert found.shared[0] == pytest.approx(plain.shared_boundary(one, turned, 0.1), abs=1e-7)


def test_a_layer_of_many_sites_is_measured_within_a_distance_by_the_command(tmp_path):
    frame = cadastral_map(700)
    frame.assign(id=frame["pnu"], name=frame["pnu"]).to_file(tmp_path / "parcels.gpkg")
    assert "--within" in refusal("adjacency", tmp_path / "parcels.gpkg")
    rows = done("adjacency", tmp_path / "parcels.gpkg", "--within", "1m", "--format", "json").json
    shapes = frame.set_index("pnu").geometry
    assert len(rows) > 1_500
    for row in rows[::200]:
        assert row["gap_m"] == pytest.approx(shapes[row["a"]].distance(shapes[row["b"]]), abs=1e-3)
    near = frame.sindex.query(frame.geometry, predicate="dwithin", distance=1.0)
    assert len(rows) == (near[0] < near[1]).sum()
