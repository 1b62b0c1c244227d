"""What grows has exactly its area, keeps its limits, and takes nothing that is closed: measured on the shapes themselves."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from gis.analysis.growth import (
    COMPACTNESS,
    SPACE,
    WIDTH,
    Limits,
    blocks,
    cell_reach,
    compactness,
    free_cells,
    grow,
    grown_from_parcels,
    grown_sites,
    is_as_wide,
    least_width,
)
from gis.analysis.siting import search_grid

GRID = search_grid((1_000, 2_000, 5_000, 5_000), 50)
EVERYWHERE = np.ones((GRID.rows, GRID.columns), dtype=bool)
closed_land = st.lists(
    st.builds(
        lambda x, y, w, h, turn: affinity.rotate(shapely.box(x, y, x + w, y + h), turn),
        st.integers(1_000, 4_500), st.integers(2_000, 4_500), st.integers(50, 900), st.integers(50, 900), st.integers(0, 90),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=40)
@given(closed_land, st.floats(100_000, 1_500_000), st.sampled_from([0.0, 100.0, 130.0, 300.0]), st.integers(0, 5))
def test_what_grows_keeps_area_width_and_closed_land(closed, area, width, random):
    free = free_cells(GRID, closed)
    for one in grown_sites(free, EVERYWHERE, GRID, area, Limits(0.2, width), count=2, random=random):
        if one.shape is None:
            assert one.failure in (SPACE, COMPACTNESS)
            continue
        assert one.shape.geom_type == "Polygon" and one.shape.is_valid
        assert one.shape.area == pytest.approx(area, abs=1e-3)
        assert sum(one.shape.intersection(land).area for land in closed) < 1e-3
        assert compactness(one.shape) >= 0.2
        assert not width or is_as_wide(one.shape, width)
        assert one.shape.covers(shapely.Point(one.seed))


def test_the_same_seed_grows_the_same_sites_and_another_others():
    def seeds(random):
        limits = Limits(0.0, 100.0)
        return [one.seed for one in grown_sites(EVERYWHERE, EVERYWHERE, GRID, 4e5, limits, count=3, random=random)]

    assert seeds(1) == seeds(1) != seeds(2)


def test_seeds_lie_apart_and_within_reach():
    reach = cell_reach(GRID, shapely.Point(3_000, 3_500), 800)
    found = grown_sites(EVERYWHERE, reach, GRID, 4e5, Limits(), count=4, apart=400)
    points = np.array([one.seed for one in found])
    gaps = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    assert len(found) == 4 and gaps[np.triu_indices(4, 1)].min() >= 400
    assert np.hypot(*(points - (3_000, 3_500)).T).max() <= 800


def test_too_little_free_land_is_no_site():
    free = np.zeros_like(EVERYWHERE)
    free[5:9, 5:9] = True
    (one,) = grown_sites(free, EVERYWHERE, GRID, 16 * 2_500 + 1, Limits(), count=1)
    assert (one.shape, one.failure) == (None, SPACE)
    (one,) = grown_sites(free, EVERYWHERE, GRID, 16 * 2_500, Limits(), count=1)
    assert one.shape.equals(shapely.box(1_250, 2_250, 1_450, 2_450))


def test_a_block_does_not_pass_a_gap_that_is_narrower():
    free = EVERYWHERE.copy()
    free[:, 40] = False
    free[10:12, 40] = True
    assert grow(blocks(free, 2), (10, 38), 2, GRID, 6e6) is not None
    assert grow(blocks(free, 3), (10, 30), 3, GRID, 6.01e6) is None


@given(st.integers(1, 6), st.integers(0, 2**30))
def test_a_free_block_is_one_of_free_cells(size, seed):
    free = np.random.default_rng(seed).random((8, 7)) < 0.8
    told = np.zeros_like(free)
    for row in range(8 - size + 1):
        for column in range(7 - size + 1):
            told[row, column] = free[row : row + size, column : column + size].all()
    assert blocks(free, size).tolist() == told.tolist()


def test_compactness_is_that_of_the_paper():
    assert compactness(shapely.Point(0, 0).buffer(100, quad_segs=500)) == pytest.approx(1, abs=1e-5)
    assert compactness(shapely.box(0, 0, 7, 7)) == pytest.approx(math.pi / 4)
    assert compactness(shapely.box(0, 0, 1, 4)) == pytest.approx(4 * math.pi * 4 / 100)


@pytest.mark.parametrize("turn", [0, 30])
def test_the_width_of_a_rectangle_is_its_shorter_side(turn):
    shape = affinity.rotate(shapely.box(0, 0, 900, 400), turn)
    assert least_width(shape) == 400
    assert is_as_wide(shape, 400) and not is_as_wide(shape, 401)


def test_a_neck_is_the_width_of_what_it_joins():
    dumbbell = shapely.union_all(
        [shapely.box(0, 0, 500, 500), shapely.box(500, 200, 900, 280), shapely.box(900, 0, 1400, 500)]
    )
    assert least_width(dumbbell) == 80


def test_a_spike_is_no_part_as_wide_as_the_rest():
    kite = shapely.Polygon([(0, 0), (2_000, 300), (0, 600)])
    assert least_width(kite) < 20
    assert Limits(width=100).broken(kite) == WIDTH
    assert Limits(compactness=0.9).broken(kite) == COMPACTNESS
    assert Limits(0.1, 0.0).broken(kite) is None


PARCELS = [shapely.box(x, y, x + 100, y + 60) for x in range(0, 1_500, 100) for y in range(0, 900, 60)]


@given(st.integers(0, len(PARCELS) - 1), st.floats(10_000, 400_000))
def test_parcels_are_taken_whole_but_the_last(seed, area):
    one = grown_from_parcels(PARCELS, seed, area, Limits())
    assert one.shape.area == pytest.approx(area, abs=1e-3)
    parts = [parcel.intersection(one.shape).area for parcel in PARCELS]
    assert sum(1 for part in parts if 1e-3 < part < 6_000 - 1e-3) <= 1
    assert one.shape.geom_type == "Polygon"


def test_parcels_across_a_road_are_no_neighbors():
    apart = [shapely.box(0, 0, 100, 100), shapely.box(110, 0, 210, 100), shapely.box(100, 100, 200, 200)]
    one = grown_from_parcels(apart, 0, 15_000, Limits())
    assert (one.shape, one.failure) == (None, SPACE)
