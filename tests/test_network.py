"""What the chain can lose and gain, against published numbers and against brute force."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.analysis.chain import moved_links, reach
from gis.analysis.network import (
    bottleneck,
    independent_paths,
    losses,
    max_flow,
    served_links,
    smallest_addition,
    stage_routes,
    stated_flows,
)
from gis.errors import InputError
from gis.model import SCOPES
from gis.study import value_chain
from tests.test_chain import LINKS, NOWHERE, WHOLE, build, distance_frame, flow, host, link

PLACES = ("jingok", "bitgreen", "futurecar")
NAMES = ("a", "b", "c", "d")


def test_the_published_network_carries_23_and_is_cut_where_the_book_says(known_answers):
    told = known_answers["net.maxflow"]
    arcs = {tuple(name.split("-")): amount for name, amount in told["input"]["capacity"].items()}
    found = max_flow(arcs, "s", "t")
    assert (found.value, sorted(found.source_side)) == (23, told["expected"]["min_cut_source_side"])
    assert sum(arcs[arc] for arc in found.cut) == 23


@st.composite
def chains(draw, places=PLACES, most_links=6):
    """Return links without a circle, the sites that stand, and the pairs of places in reach."""
    steps = list(itertools.combinations(NAMES, 2))
    chosen = draw(st.lists(st.sampled_from(steps), min_size=1, max_size=most_links, unique=True))
    links = pd.DataFrame(
        [link(start, end, draw(st.booleans()) or number == 0) for number, (start, end) in enumerate(chosen)]
    )
    sites = draw(st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(places))))
    near = draw(st.sets(st.sampled_from(list(itertools.combinations(places, 2)))))
    return links, sites, near


def built(links, sites, near):
    """Return the chain whose pairs of places in `near` are 1 km apart and all others 9 km, with a limit of 5 km."""
    apart = distance_frame(
        *((a, b, 1_000.0 if (a, b) in near else 9_000.0, np.nan, np.nan) for a, b in itertools.combinations(PLACES, 2))
    )
    return build(*(host(stage, place) for stage, place in sorted(sites)), links=links, apart=apart, within=5_000)


def both_ways(near):
    return {pair for a, b in near for pair in ((a, b), (b, a))}


def joined(links, sites, near, route):
    """Tell by search whether a way leads along a route through the sites."""
    here = {place for stage, place in sites if stage == route[0]}
    for end in route[1:]:
        takers = {place for stage, place in sites if stage == end}
        here = {there for place in here for there in takers if place == there or (place, there) in both_ways(near)}
    return bool(here)


@given(chains())
def test_a_route_has_as_many_independent_paths_as_the_fewest_sites_that_close_it(chain):
    links, sites, near = chain
    rows = built(*chain).links
    served = rows[rows["served"] & rows["required"]]
    pairs = {
        key: set(zip(same["from"], same["to"], strict=True)) for key, same in served.groupby(["stage_from", "stage_to"])
    }
    for route in stage_routes(rows):
        count, cut = independent_paths(route, pairs)
        on_route = [site for site in sorted(sites) if site[0] in route]
        fewest = next(
            size
            for size in range(len(on_route) + 1)
            if any(not joined(links, sites - set(gone), near, route) for gone in itertools.combinations(on_route, size))
        )
        assert count == fewest == len(cut)
        assert not joined(links, sites - set(cut), near, route)


@given(chains())
def test_the_bottleneck_is_the_weakest_route(chain):
    found = bottleneck(built(*chain).links)
    assert found is not None
    assert found.paths == found.routes["paths"].min()
    assert sorted(found.routes["route"]) == sorted(">".join(route) for route in stage_routes(chain[0]))


@given(chains())
def test_what_is_served_is_what_the_chain_says(chain):
    links, sites, near = chain
    rows = built(*chain).links
    assert served_links(links, sites, both_ways(near)) == set(rows.loc[rows["served"], "id"])


@given(chains())
def test_a_loss_breaks_what_the_chain_without_it_lacks(chain):
    links, sites, near = chain
    whole = built(*chain)
    required = set(links.loc[links["required"], "id"])
    now = served_links(links, sites, both_ways(near)) & required
    table = losses(whole.links)
    for row in table.to_dict("records"):
        left = {
            site for site in sites
            if not ((pd.isna(row["stage"]) or site[0] == row["stage"]) and (pd.isna(row["place"]) or site[1] == row["place"]))
        }  # fmt: skip
        kept = served_links(links, left, both_ways(near)) & required
        assert row["lost_links"] == len(now - kept)
        assert row["completeness_after"] == pytest.approx(len(kept) / len(required))
        assert set(filter(None, row["links"].split("|"))) == now - kept
    assert table["lost_links"].is_monotonic_decreasing


@given(chains(places=("jingok", "bitgreen"), most_links=4))
def test_the_smallest_addition_is_that_of_a_search_through_all(chain):
    links, sites, near = chain
    places, required = ["jingok", "bitgreen"], set(links.loc[links["required"], "id"])
    free = [(stage, place) for stage in NAMES for place in places if (stage, place) not in sites]
    complete = [
        set(added)
        for size in range(len(free) + 1)
        for added in itertools.combinations(free, size)
        if required <= served_links(links, sites | set(added), both_ways(near))
    ]
    fewest = min(map(len, complete))
    best = [added for added in complete if len(added) == fewest]
    found = smallest_addition(links, sites, places, both_ways(near))
    assert found.count == fewest
    options = {(row["stage"], place) for row in found.sites.to_dict("records") for place in row["places"].split("|")}
    assert options == set().union(*best)


@given(chains(), st.randoms())
def test_the_order_of_links_and_hosts_is_irrelevant(chain, random):
    links, sites, near = chain
    mixed = links.sample(frac=1, random_state=random.randint(0, 2**31))
    one, other = bottleneck(built(links, sites, near).links), bottleneck(built(mixed, sites, near).links)
    assert (one.paths, one.paths_possible) == (other.paths, other.paths_possible)
    assert sorted(one.routes["route"]) == sorted(other.routes["route"])
    assert (
        smallest_addition(links, sites, list(PLACES), both_ways(near)).count
        == smallest_addition(mixed, sites, list(reversed(PLACES)), both_ways(near)).count
    )


def test_links_that_are_served_but_do_not_meet_make_no_path():
    """Each link has its pair of places, and still nothing runs through: the test stands apart from the car."""
    apart = distance_frame(("jingok", "bitgreen", 9_000.0, np.nan, np.nan))
    sites = host("part", "jingok"), host("test", "jingok"), host("test", "bitgreen"), host("car", "bitgreen")
    chain = build(*sites, apart=apart, within=5_000)
    assert chain.completeness == 1.0
    assert bottleneck(chain.links).paths == 0


def test_an_undecided_distance_counts_only_as_possible():
    apart = distance_frame(("jingok", "bitgreen", np.nan, 4_000.0, 6_000.0))
    found = bottleneck(build(*WHOLE, apart=apart, within=5_000).links)
    assert (found.paths, found.paths_possible) == (0, 1)


def test_export_is_no_site_that_can_be_lost():
    links = pd.DataFrame([link("part", "car"), link("car", "export")])
    found = bottleneck(
        build(host("part", "jingok"), host("part", "bitgreen"), host("car", "jingok"), links=links).links
    )
    assert (found.paths, found.cut) == (1, (("car", "jingok"),))


def test_a_required_circle_is_refused_with_its_stages():
    links = pd.DataFrame([link("a", "b"), link("b", "a")])
    with pytest.raises(InputError) as caught:
        stage_routes(links)
    assert caught.value.key == "chain.circle"
    assert caught.value.values["stages"] in ("a → b → a", "b → a → b")


def test_feedback_that_nobody_requires_makes_no_circle():
    links = pd.DataFrame([link("a", "b"), link("b", "a", required=False)])
    assert stage_routes(links) == [("a", "b")]


def test_more_routes_than_anybody_reads_are_refused():
    layers = [[f"{layer}{number}" for number in range(4)] for layer in range(9)]
    links = pd.DataFrame([link(a, b) for left, right in itertools.pairwise(layers) for a in left for b in right])
    with pytest.raises(InputError, match="10,000"):
        stage_routes(links)


def test_a_flow_is_counted_only_where_every_step_states_its_capacity():
    links = pd.DataFrame([link("part", "test"), link("test", "car")])
    stated = [
        {**flow("part--test", "jingok", "bitgreen"), "capacity": 300.0, "capacity_unit": "t"},
        {**flow("test--car", "bitgreen", "bitgreen"), "capacity": 200.0, "capacity_unit": "t"},
    ]
    chain = build(*WHOLE, links=links)
    whole = stated_flows(chain.links, pd.DataFrame(stated))
    assert whole[["flow", "unit", "cut"]].to_numpy().tolist() == [[200.0, "t", "test@bitgreen→car@bitgreen"]]
    part = stated_flows(chain.links, pd.DataFrame(stated[:1]))
    assert np.isnan(part["flow"].iloc[0]) and part["missing"].iloc[0] == "test--car"


def test_capacities_in_two_units_are_not_added():
    stated = [
        {**flow("part--test", "jingok", "bitgreen"), "capacity": 300.0, "capacity_unit": "t"},
        {**flow("test--car", "bitgreen", "bitgreen"), "capacity": 200.0, "capacity_unit": "cars"},
    ]
    found = stated_flows(build(*WHOLE).links, pd.DataFrame(stated))
    assert np.isnan(found["flow"].iloc[0]) and found["missing"].iloc[0] == "unit"


def test_a_service_carries_no_flow():
    links = pd.DataFrame([link("part", "test", kind="service")])
    stated = pd.DataFrame([{**flow("part--test", "jingok", "bitgreen"), "capacity": 300.0, "capacity_unit": "t"}])
    assert stated_flows(build(*WHOLE, links=links).links, stated).empty


def test_stated_capacities_add_up_over_several_pairs():
    stated = pd.DataFrame(
        {**flow("part--test", giver, "bitgreen"), "capacity": amount, "capacity_unit": "t"}
        for giver, amount in (("jingok", 300.0), ("futurecar", 150.0), ("nowhere", 1_000.0))
    )
    links = pd.DataFrame([link("part", "test")])
    chain = build(*WHOLE, host("part", "futurecar"), links=links)
    assert stated_flows(chain.links, stated)["flow"].tolist() == [450.0]


@pytest.mark.parametrize("scope", SCOPES)
def test_losing_a_single_point_of_failure_breaks_a_required_link(scope):
    found = value_chain.answer(2031, scope)
    broken = found.losses[(found.losses["what"] == "place") & (found.losses["lost_links"] > 0)]
    assert set(found.chain.single_points_of_failure) == set(broken["place"])


@pytest.mark.parametrize("basis", ["plan", "fact"])
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("year", [2026, 2031])
def test_the_addition_of_the_bundled_chain_is_one_site_for_each_missing_stage(year, scope, basis):
    found = value_chain.answer(year, scope, basis)
    assert found.addition.count == len(found.chain.missing_stages)
    assert set(found.addition.sites["stage"]) == set(found.chain.missing_stages)


def test_in_2031_the_region_hangs_on_the_demonstration_of_the_new_complex():
    found = value_chain.answer(2031)
    assert (found.bottleneck.paths, found.bottleneck.cut) == (1, (("demonstration", "futurecar"),))
    assert found.addition.count == 0


def test_a_move_is_shorter_only_where_the_intervals_do_not_meet():
    def apart(low, high):
        return distance_frame(("jingok", "bitgreen", np.nan, low, high))

    before = build(*WHOLE, apart=apart(5_000, 9_000)).links
    changes = {
        span: moved_links(before, build(*WHOLE, apart=apart(*span)).links)["change"].tolist()
        for span in [(1_000, 4_999), (1_000, 5_001), (9_001, 9_500), (5_000, 9_000)]
    }
    assert changes == {
        (1_000, 4_999): ["shorter"],
        (1_000, 5_001): ["unknown"],
        (9_001, 9_500): ["longer"],
        (5_000, 9_000): [],
    }


@pytest.mark.parametrize(
    ("span", "told"),
    [((0, 1_999), "yes"), ((1_999, 2_001), "possible"), ((2_001, 9_000), "no"), ((np.nan, np.nan), "possible")],
)
def test_a_hand_over_between_neighbors_is_a_functional_adjacency(span, told):
    rows = build(*WHOLE, apart=distance_frame(("jingok", "bitgreen", np.nan, *span))).links
    assert rows.set_index("id")["functional_adjacency"].to_dict() == {"part--test": told, "test--car": "same"}


def test_a_distance_that_nobody_measured_is_no_adjacency_either_way():
    rows = build(*WHOLE, apart=NOWHERE).links
    assert rows.set_index("id").at["part--test", "functional_adjacency"] is None


def test_a_place_reaches_itself_and_those_surely_near():
    apart = distance_frame(("a", "b", np.nan, 1_000.0, 2_000.0), ("a", "c", np.nan, 1_000.0, 6_000.0))
    assert reach(["a", "b", "c"], apart, 5_000) == {("a", "a"), ("b", "b"), ("c", "c"), ("a", "b"), ("b", "a")}
    assert len(reach(["a", "b", "c"], apart, None)) == 9


def test_nothing_required_has_no_bottleneck():
    links = LINKS.assign(required=False)
    assert bottleneck(build(*WHOLE, links=links).links) is None
