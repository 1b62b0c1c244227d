import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity, union_all
from shapely.geometry import LineString, MultiPolygon, Polygon

from gis.analysis.adjacency import Thresholds, adjacency, possible_relations, shared_boundary
from gis.errors import InputError
from tests.pencil import sites, square


def relation(*shapes, **options):
    return adjacency(sites(*shapes), **options).iloc[0]


def test_squares_sharing_an_edge_border_each_other_along_it():
    row = relation(square(0, 0, 100), square(100, 0, 100))
    assert (row["relation"], row["shared_boundary"]) == ("border", pytest.approx(100, abs=1e-6))


def test_a_t_junction_shares_only_the_common_stretch():
    row = relation(square(0, 0, 100), square(100, 40, 30))
    assert row["shared_boundary"] == pytest.approx(30, abs=1e-6)


def test_meeting_in_a_corner_is_near_and_shares_nothing():
    row = relation(square(0, 0, 100), square(100, 100, 100))
    assert (row["relation"], row["shared_boundary"], row["gap"]) == ("near", 0, 0)


def test_overlapping_squares_overlap_by_their_common_area():
    row = relation(square(0, 0, 100), square(50, 0, 100))
    assert (row["relation"], row["overlap"]) == ("overlap", pytest.approx(5_000))


def test_a_sliver_thinner_than_the_tolerance_is_a_border():
    row = relation(square(0, 0, 100), square(99.95, 0, 100))
    assert (row["relation"], row["overlap"]) == ("border", pytest.approx(5))


def test_a_crack_thinner_than_the_tolerance_is_a_border():
    row = relation(square(0, 0, 100), square(100.05, 0, 100))
    assert (row["relation"], row["shared_boundary"]) == ("border", pytest.approx(100))


def test_a_site_inside_another_overlaps_it():
    assert relation(square(0, 0, 100), square(25, 25, 50))["relation"] == "overlap"


def test_a_site_filling_a_hole_borders_all_round_it():
    ring = Polygon(square(0, 0, 300).exterior, [square(100, 100, 100).exterior])
    row = relation(ring, square(100, 100, 100))
    assert (row["relation"], row["shared_boundary"]) == ("border", pytest.approx(400, abs=1e-6))


@pytest.mark.parametrize(("gap", "expected"), [(500, "near"), (9_999, "near"), (12_000, "apart")])
def test_the_last_band_ends_near(gap, expected):
    assert relation(square(0, 0, 100), square(100 + gap, 0, 100))["relation"] == expected


def test_a_gap_of_exactly_the_band_is_near_despite_rounding():
    frame = sites(square(0, 0, 100), square(2_110.1, 0, 100))
    gap = adjacency(frame).iloc[0]["gap"]
    assert adjacency(frame, Thresholds(near=(round(gap, 4),))).iloc[0]["relation"] == "near"


def test_only_a_road_between_makes_sites_beside_each_other():
    road = sites(square(100, -500, 20, 1_100)).assign(name="하남대로")
    row = relation(square(0, 0, 100), square(120, 0, 100), separators=road)
    assert (row["relation"], row["separated_by"]) == ("beside", "하남대로")


def test_a_road_line_that_crosses_the_gap_makes_sites_beside_each_other():
    line = sites(LineString([(170_110, 284_000), (170_110, 286_000)])).assign(name="국도22")
    assert relation(square(0, 0, 100), square(120, 0, 100), separators=line)["relation"] == "beside"


def test_a_field_beside_the_road_leaves_sites_only_near():
    road = sites(square(100, -500, 20, 1_100))
    assert relation(square(0, 0, 100), square(150, 0, 100), separators=road)["relation"] == "near"


def test_without_roads_loaded_beside_stays_possible():
    row = relation(square(0, 0, 100), square(120, 0, 100))
    assert (row["relation"], row["possible_relations"]) == ("near", "beside|near")


def test_a_schematic_pair_that_may_touch_is_undecided():
    frame = sites(square(0, 0, 100), square(1_100, 0, 100), grade="D", center_uncertainty=[1_500.0, 1_200.0])
    row = adjacency(frame).iloc[0]
    assert row["relation"] == "unknown"
    assert row["possible_relations"] == "overlap|border|beside|near"
    assert np.isnan(row["gap"])
    assert np.isnan(row["shared_boundary"])


def test_a_schematic_pair_surely_between_the_bands_is_near():
    frame = sites(square(0, 0, 100), square(5_100, 0, 100), grade="D", center_uncertainty=[700.0, 1_300.0])
    row = adjacency(frame).iloc[0]
    assert (row["relation"], row["overlap"], row["shared_boundary"]) == ("near", 0, 0)


def test_a_schematic_outline_without_stated_uncertainty_decides_nothing():
    row = adjacency(sites(square(0, 0), square(50_000, 0), grade="D")).iloc[0]
    assert row["relation"] == "unknown"


def test_within_keeps_pairs_that_may_lie_within():
    frame = sites(square(0, 0), square(1_000, 0), square(9_000, 0))
    assert len(adjacency(frame, within=2_000)) == 1


def test_districts_between_are_named_in_order():
    units = sites(*(square(left, -1_000, 500, 3_000) for left in (0, 500, 1_000))).assign(name=["가동", "나동", "다동"])
    row = relation(square(100, 0, 100), square(1_200, 0, 100), units=units)
    assert row["separated_by"] == "가동|나동|다동"


@given(st.floats(-300, 300), st.floats(-300, 300), st.floats(20, 200), st.floats(0, 90))
def test_every_class_is_symmetric(x, y, width, angle):
    one, other = square(0, 0, 100), affinity.rotate(square(x, y, width), angle)
    there, back = relation(one, other), relation(other, one)
    assert there["relation"] == back["relation"]
    assert there["shared_boundary"] == pytest.approx(back["shared_boundary"], abs=1e-6)
    assert there["overlap"] == pytest.approx(back["overlap"], abs=1e-6)


@given(st.floats(0, 180))
def test_shared_boundary_does_not_turn_with_the_drawing(angle):
    pair = [
        affinity.rotate(shape, angle, origin=(170_000, 285_000)) for shape in (square(0, 0, 100), square(100, 20, 50))
    ]
    assert shared_boundary(*pair, tolerance=0.1) == pytest.approx(50, abs=1e-3)


@pytest.mark.parametrize("wrong", [{"tolerance": -1}, {"near": ()}, {"near": (5_000.0, 2_000.0)}])
def test_wrong_thresholds_are_refused(wrong):
    with pytest.raises(InputError):
        Thresholds(**wrong)


def test_an_interval_leaves_every_relation_it_covers_open():
    assert possible_relations(0, 20_000, Thresholds()) == ["overlap", "border", "beside", "near", "apart"]
    assert possible_relations(11_000, 20_000, Thresholds()) == ["apart"]


CELLS = st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12)


def lattice(cells, side: float = 100.0):
    """Return the union of unit squares of a grid: corners, holes and parts as they come."""
    return union_all([square(side * column, side * row, side) for column, row in cells])


@given(CELLS, CELLS)
def test_shared_boundary_on_a_lattice_is_the_common_part_of_both_boundaries(one_cells, other_cells):
    one, other = lattice(one_cells), lattice(other_cells - one_cells)
    if other.is_empty:
        return
    exact = one.boundary.intersection(other.boundary).length
    assert shared_boundary(one, other, tolerance=0.1) == pytest.approx(exact, abs=1e-3)
    row = relation(one, other)
    assert row["relation"] == ("border" if exact > 0 else "near")
    assert row["overlap"] == 0


@given(CELLS, CELLS, st.floats(0, 90), st.sampled_from([0.0, 800_000.0]))
def test_turning_and_shifting_a_pair_changes_neither_relation_nor_length(one_cells, other_cells, angle, shift):
    pair = [lattice(one_cells), lattice(other_cells)]
    moved = [affinity.translate(affinity.rotate(shape, angle, origin=(170_000, 285_000)), shift) for shape in pair]
    drawn, turned = relation(*pair), relation(*moved)
    assert drawn["relation"] == turned["relation"]
    if drawn["relation"] != "overlap":
        assert turned["shared_boundary"] == pytest.approx(drawn["shared_boundary"], abs=1e-2)


def test_edges_cut_differently_still_share_the_stretch_they_overlap():
    one = square(0, 0, 100).segmentize(7)
    row = relation(one, square(100, 40, 100).segmentize(11))
    assert row["shared_boundary"] == pytest.approx(60, abs=1e-3)


def test_a_tolerance_of_nothing_does_not_turn_rounding_into_an_overlap():
    turned = [affinity.rotate(shape, 31, origin=(0, 0)) for shape in (square(0, 0, 100), square(100, 13, 100))]
    assert relation(*turned, thresholds=Thresholds(tolerance=0.0))["relation"] == "border"


def test_a_lake_of_a_site_does_not_overlap_the_island_in_it():
    ring = Polygon(square(0, 0, 300).exterior, [square(100, 100, 100).exterior])
    assert relation(ring, square(130, 130, 20))["relation"] == "near"


def test_a_site_of_two_parts_borders_with_either():
    parts = MultiPolygon([square(0, 0, 100), square(500, 0, 100)])
    row = relation(parts, square(600, 0, 50, 100))
    assert (row["relation"], row["shared_boundary"]) == ("border", pytest.approx(100, abs=1e-3))


def test_fifty_sites_give_each_of_their_pairs_once():
    table = adjacency(sites(*(square(150 * (n % 7), 150 * (n // 7)) for n in range(50))))
    assert len({frozenset(pair) for pair in zip(table["a"], table["b"], strict=True)}) == len(table) == 1_225


def test_a_gap_wider_than_any_road_cannot_be_beside():
    assert possible_relations(150, 1_000, Thresholds()) == ["near"]
    assert possible_relations(0, 0.05, Thresholds()) == ["overlap", "border", "near"]


def test_a_boundary_drawn_twice_is_shared_once():
    doubled = MultiPolygon([square(100, 0, 0.03, 100), square(100.06, 0, 100)])
    assert shared_boundary(square(0, 0, 100), doubled, tolerance=0.1) == pytest.approx(100, abs=1e-3)
    assert shared_boundary(doubled, square(0, 0, 100), tolerance=0.1) == pytest.approx(100, abs=1e-3)


@pytest.mark.parametrize(("gap", "band"), [(1_900, 2_000), (2_100, 5_000), (9_900, 10_000), (10_100, np.nan)])
def test_a_near_pair_names_the_band_that_surely_holds_it(gap, band):
    found = relation(square(0, 0, 100), square(100 + gap, 0, 100))["near_within"]
    assert found == band or (np.isnan(found) and np.isnan(band))


def test_a_schematic_pair_is_near_within_the_band_of_its_upper_end():
    frame = sites(square(0, 0, 100), square(4_100, 0, 100), grade="D", center_uncertainty=[700.0, 1_300.0])
    assert adjacency(frame).iloc[0]["near_within"] == 10_000
