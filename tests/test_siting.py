"""Placement agrees with a search that measures every position exactly."""

import itertools
from argparse import Namespace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.siting import report
from gis.analysis.land_prices import LandPrices
from gis.analysis.siting import (
    BEYOND,
    CONDITIONAL,
    EDGE,
    EXCLUDE,
    OPEN,
    PENALTY,
    TOUCH,
    Anchor,
    Constraint,
    Criterion,
    pareto,
    place,
    rectangle,
    scaled,
    search_grid,
    turned,
)
from gis.errors import InputError

CRS = "EPSG:5186"
GRID = search_grid((0, 0, 1_000, 800), 50)
TEMPLATES = [rectangle(40_000), turned(rectangle(40_000, 2.0), 30.0)]


def boxes(low, high):
    side = st.integers(20, 300)
    return st.builds(
        lambda x, y, w, h: shapely.box(x, y, x + w, y + h), st.integers(low, high), st.integers(low, high), side, side
    )


shapes = st.lists(boxes(-100, 1_000), min_size=1, max_size=4).map(shapely.union_all)


def every_position():
    """Return each template at each position of the grid where its box lies on it."""
    for number, template in enumerate(TEMPLATES):
        west, south, east, north = template.bounds
        columns, rows = (int(np.ceil(length / GRID.cell - 1e-9)) for length in (east - west, north - south))
        for row, column in itertools.product(range(GRID.rows - rows + 1), range(GRID.columns - columns + 1)):
            offset = np.array([GRID.cell * column - west, GRID.cell * row - south])
            middle = row + rows // 2, column + columns // 2
            yield number, *middle, shapely.transform(template, lambda xy, offset=offset: xy + offset)


POSITIONS = list(every_position())


@settings(max_examples=25)
@given(shapes, shapes, boxes(0, 700), st.integers(0, 500))
def test_the_best_site_is_that_of_a_search_through_all(blocked, dear, anchor, within):
    found = place(
        TEMPLATES, [Constraint("blocked", EXCLUDE, blocked), Constraint("dear", PENALTY, dear, 1.0)], GRID, CRS,
        anchor=Anchor(anchor, within), criteria=[Criterion("anchor", anchor, 0.5)], count=3,
    )  # fmt: skip
    diagonal = np.hypot(1_000, 800)
    losses = [
        shape.intersection(dear).area / shape.area + 0.5 * shape.distance(anchor) / diagonal
        for _, _, _, shape in POSITIONS
        if shape.intersection(blocked).area <= TOUCH and shape.distance(anchor) <= within
    ]
    assert len(found.sites) == min(3, len(losses))
    scores = [1 - loss / 1.5 for loss in sorted(losses)[:3]]
    assert found.sites["score"].tolist() == pytest.approx(scores, abs=1e-9)
    assert found.sites.area.tolist() == pytest.approx([40_000] * len(found.sites), abs=1e-6)


@settings(max_examples=25)
@given(shapes, shapes)
def test_what_the_screen_closes_is_closed_and_names_the_first_that_closes_it(one, other):
    constraints = [Constraint("one", EXCLUDE, one), Constraint("other", EXCLUDE, other)]
    rejection = place(TEMPLATES, constraints, GRID, CRS).rejection
    by_place: dict[tuple[int, int], list] = {}
    for _, row, column, shape in POSITIONS:
        by_place.setdefault((row, column), []).append(shape)
    for (row, column), turns in by_place.items():
        killer = rejection.killer[row, column]
        assert killer != BEYOND
        if killer == OPEN:
            assert any(
                shape.intersection(one).area <= TOUCH and shape.intersection(other).area <= TOUCH for shape in turns
            )
        if killer >= 0:
            assert all(shape.intersection(one).area > 0 or shape.intersection(other).area > 0 for shape in turns)
            assert any(shape.intersection([one, other][killer]).area > 0 for shape in turns)
    assert rejection.table["first_closed"].sum() <= len(POSITIONS)
    freed = [
        sum(
            shape.intersection(mine).area > TOUCH and shape.intersection(rest).area <= TOUCH
            for _, _, _, shape in POSITIONS
        )
        for mine, rest in ((one, other), (other, one))
    ]
    assert (rejection.table["only_closed"].to_numpy() <= freed).all()


def test_a_position_that_one_turn_leaves_open_is_open():
    wall = shapely.box(300, 300, 600, 600)
    killer = place(TEMPLATES, [Constraint("wall", EXCLUDE, wall)], GRID, CRS).rejection.killer
    free = {(row, column) for _, row, column, shape in POSITIONS if not shape.intersects(wall)}
    assert free and all(killer[position] in (OPEN, EDGE) for position in free)
    assert OPEN in killer


def test_every_position_is_screened():
    assert place(TEMPLATES, [], GRID, CRS).positions == len(POSITIONS)


def test_a_site_may_touch_what_it_must_not_take():
    wall = shapely.box(0, 0, 400, 800)
    found = place(
        [rectangle(40_000)], [Constraint("wall", EXCLUDE, wall)], GRID, CRS, criteria=[Criterion("wall", wall)], count=1
    )
    assert found.sites["distance.wall"].tolist() == [0.0]
    assert found.sites.geometry.iloc[0].intersection(wall).area == 0


def test_conditional_land_is_counted_and_closes_nothing():
    half = shapely.box(0, 0, 1_000, 800)
    found = place([rectangle(40_000)], [Constraint("greenbelt", CONDITIONAL, half)], GRID, CRS, count=1)
    assert found.sites["area.greenbelt"].tolist() == pytest.approx([40_000])
    assert found.rejection.table.empty


def test_sites_lie_apart():
    found = place(TEMPLATES, [], GRID, CRS, criteria=[Criterion("corner", shapely.Point(0, 0))], count=5, apart=250)
    middles = shapely.get_coordinates(found.sites.centroid.to_numpy())
    gaps = [np.hypot(*(a - b)) for a, b in itertools.combinations(middles, 2)]
    assert len(found.sites) == 5 and min(gaps) >= 250


def test_nothing_fits_where_all_is_closed():
    found = place(TEMPLATES, [Constraint("all", EXCLUDE, shapely.box(-1, -1, 1_001, 801))], GRID, CRS)
    assert found.sites.empty and isinstance(found.sites, gpd.GeoDataFrame)
    assert set(np.unique(found.rejection.killer)) <= {0, BEYOND}


def test_a_template_larger_than_the_window_lies_beyond():
    found = place([rectangle(4e6)], [], GRID, CRS)
    assert found.sites.empty and (found.rejection.killer == BEYOND).all()


def test_the_same_search_gives_the_same_sites():
    def again():
        return place(TEMPLATES, [], GRID, CRS, criteria=[Criterion("corner", shapely.Point(0, 0))])

    assert again().sites.to_wkb().equals(again().sites.to_wkb())


def test_progress_is_told_and_may_end_the_search():
    told: list[float] = []
    place(TEMPLATES, [], GRID, CRS, progress=told.append)
    assert told == sorted(told) and told[-1] == 1.0

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place(TEMPLATES, [], GRID, CRS, progress=stop)


@given(st.floats(1e3, 1e8), st.floats(1, 9))
def test_a_rectangle_has_exactly_its_area(area, aspect):
    found = rectangle(area, aspect)
    assert found.area == pytest.approx(area, rel=1e-12)
    west, south, east, north = found.bounds
    assert (east - west) / (north - south) == pytest.approx(aspect, rel=1e-9)


def test_an_outline_is_scaled_to_an_exact_area_with_its_holes():
    ring = shapely.box(0, 0, 300, 200).difference(shapely.box(100, 50, 200, 150))
    found = scaled(ring, 3_305_785.1239669424)
    assert found.area == pytest.approx(3_305_785.1239669424, abs=1e-6)
    assert len(found.interiors) == 1 and found.centroid.distance(shapely.Point(0, 0)) < 1e-6


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: rectangle(0), lambda: rectangle(10, 0.5), lambda: scaled(shapely.Point(0, 0), 5), lambda: search_grid((0, 0, 0, 5), 1),
        lambda: search_grid((0, 0, 1e6, 1e6), 1), lambda: search_grid((0, 0, 5, 5), 0), lambda: Constraint("a", "maybe", shapely.box(0, 0, 1, 1)),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_refused_in_words(wrong):
    with pytest.raises(InputError) as caught:
        wrong()
    assert str(caught.value)


@given(st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), min_size=1, max_size=6))
def test_a_pareto_best_row_is_beaten_by_none(rows):
    costs = np.array(rows, dtype=float)
    told = [not any((other <= mine).all() and (other < mine).any() for other in costs) for mine in costs]
    assert pareto(costs).tolist() == told


def test_the_benchmark_runs_small_and_its_sides_agree():
    small = Namespace(cell=100.0, side=8_000.0, constraints=40, turns=2, sample=300, rounds=1, write=False)
    text, agreed = report(small)
    assert agreed and "vectorised shapely" in text


prices = st.lists(st.integers(1, 100), min_size=20, max_size=20).map(np.array)


def lots(values, width=200):
    """Return a row-by-row fabric over the grid of the tests, and what each parcel costs a m²."""
    corners = itertools.product(range(0, 1_000, width), range(0, 800, width))
    return np.array([shapely.box(x, y, x + width, y + width) for x, y in corners]), values.astype(float)


@given(prices)
def test_the_price_of_a_site_is_the_mean_of_its_parcels_by_area(values):
    shapes, price = lots(values)
    site = turned(rectangle(40_000, 2.0), 30.0)
    site = shapely.transform(site, lambda xy: xy + np.array([430.0, 370.0]))
    told = LandPrices(shapes, price).measured(np.array([site])).iloc[0]
    paid = sum(shape.intersection(site).area * one for shape, one in zip(shapes, price, strict=True))
    assert told["land_price"] == pytest.approx(paid / site.area)
    assert told["priced_share"] == pytest.approx(1)
    assert [told[name] for name in ("loss_low", "loss", "loss_high")] == pytest.approx(
        [paid / site.area / price.max()] * 3
    )


def test_land_without_a_price_may_cost_nothing_or_as_much_as_the_dearest():
    shapes = np.array([shapely.box(0, 0, 100, 100), shapely.box(900, 0, 1_000, 100)])
    told = LandPrices(shapes, np.array([10.0, 40.0])).measured(np.array([shapely.box(0, 0, 200, 100)])).iloc[0]
    assert (told["land_price"], told["priced_share"]) == pytest.approx((10, 0.5))
    assert (told["loss_low"], told["loss_high"]) == pytest.approx((0.125, 0.625))


@given(prices)
@settings(max_examples=10)
def test_the_cheapest_position_of_all_is_found(values):
    shapes, price = lots(values)
    parcels = LandPrices(shapes, price)
    found = place([TEMPLATES[0]], [], GRID, CRS, prices=parcels, count=1)
    every = np.array([shape for number, _, _, shape in POSITIONS if number == 0])
    cheapest = parcels.measured(every)["land_price"].min()
    best = parcels.measured(found.sites.geometry.to_numpy())["land_price"].iloc[0]
    assert best <= cheapest + 0.05 * price.max()  # bands of prices screen, parcels measure


def test_sites_on_unpriced_land_have_no_certain_rank():
    shapes = np.array([shapely.box(0, 0, 500, 800)])
    found = place([TEMPLATES[0]], [], GRID, CRS, prices=LandPrices(shapes, np.array([10.0])), count=2, apart=500.0)
    assert found.sites["rank_low"].tolist() == [1, 1]
    assert found.sites["rank_high"].tolist() == [2, 2]


def streams(width, apart, side=6_000):
    """Return thin streams in both directions."""
    lines = [shapely.box(x - width / 2, 0, x + width / 2, side) for x in range(0, side + 1, apart)]
    return shapely.union_all(lines + [shapely.transform(line, lambda xy: xy[:, ::-1]) for line in lines])


@pytest.mark.parametrize("room", [160, 220])
def test_the_one_place_between_thin_streams_is_found_however_far_it_lies(room):
    grid, site = search_grid((0, 0, 6_000, 6_000), 40), rectangle(1_000_000)
    clear = shapely.box(4_300, 4_300, 5_300 + room, 5_300 + room)
    river = Constraint("river", EXCLUDE, streams(20, 700).difference(clear))
    far = Criterion("far", shapely.Point(0, 0))
    found = place([site], [river], grid, CRS, criteria=[far], count=5, apart=1_000, most_verified=50)
    assert len(found.sites) == 1
    assert found.sites.geometry.iloc[0].intersection(river.shape).area == 0


def test_thin_land_is_the_killer_that_it_is():
    grid, site = search_grid((0, 0, 6_000, 6_000), 40), rectangle(1_000_000)
    constraints = [
        Constraint("river", EXCLUDE, streams(20, 700)),
        Constraint("blob", EXCLUDE, shapely.box(0, 0, 500, 500)),
    ]
    table = place([site], constraints, grid, CRS).rejection.table.set_index("constraint")
    assert table.loc["river", "first_closed"] > 0.9 * place([site], [], grid, CRS).positions
    assert table["only_closed"].idxmax() == "river"


def test_positions_that_nobody_measured_are_counted():
    wall = Constraint("wall", EXCLUDE, shapely.box(300, 0, 700, 800))
    found = place(
        TEMPLATES[:1],
        [wall],
        GRID,
        CRS,
        criteria=[Criterion("west", shapely.Point(0, 400))],
        count=500,
        most_verified=3,
    )
    assert 0 < found.unmeasured < found.positions and found.verified <= 6
