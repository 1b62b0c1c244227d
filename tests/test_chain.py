import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.analysis.chain import build_chain
from gis.errors import InputError, UnknownNameError
from gis.io import catalog
from gis.model import BASES, SCOPES
from gis.study import value_chain

STAGES = ("part", "test", "car")
PLACES = ("jingok", "bitgreen", "futurecar", "cheomdan3", "hanam")


def stage_frame(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"id": names or STAGES, "supporting": None}, dtype=object)


def link(start: str, end: str, required: bool = True, **more) -> dict:
    row = {"id": f"{start}--{end}", "stage_from": start, "stage_to": end, "kind": "material", "required": required}
    return row | {"evidence": "inferred", "source": None} | more


LINKS = pd.DataFrame([link("part", "test"), link("test", "car")])


def host(stage: str, place: str, **more) -> dict:
    row = {
        "id": f"{place}.{stage}",
        "name": place,
        "name_en": place,
        "stage": stage,
        "place": place,
        "part": None,
        "source": None,
    }
    row |= {"status": "operating", "from": 2020, "until": None, "basis": "fact", "as_of": None}
    return row | more


def flow(name: str, start: str, end: str) -> dict:
    return {"link": name, "place_from": start, "place_to": end, "evidence": "stated", "source": "paper"}


def distance_frame(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["from", "to", "distance", "low", "high"])


NOWHERE = distance_frame()


def build(*hosts: dict, links=LINKS, flows=(), apart=NOWHERE, year=2026, **options):
    columns = ["link", "place_from", "place_to", "evidence", "source"]
    frame = pd.DataFrame(list(hosts), columns=list(host("", "")), dtype=object)
    names = dict.fromkeys([*links["stage_from"], *links["stage_to"]])
    stages = stage_frame(*(name for name in names if name != "export"))
    return build_chain(stages, frame, links, pd.DataFrame(list(flows), columns=columns), apart, year=year, **options)


def only(chain, name: str) -> pd.Series:
    rows = chain.links[chain.links["id"] == name]
    assert len(rows) == 1
    return rows.iloc[0]


WHOLE = (host("part", "jingok"), host("test", "bitgreen"), host("car", "bitgreen"))


def test_a_chain_with_a_host_at_every_stage_is_complete():
    chain = build(*WHOLE)
    assert (chain.completeness, chain.missing_stages) == (1.0, ())


def test_a_stage_without_a_host_is_missing_and_breaks_both_its_links():
    chain = build(host("part", "jingok"), host("car", "bitgreen"))
    assert (chain.completeness, chain.missing_stages) == (0.0, ("test",))
    assert chain.links["from"].isna().all()


def test_only_required_links_count_for_completeness():
    links = pd.DataFrame([link("part", "test"), link("test", "car", required=False)])
    chain = build(host("part", "jingok"), host("test", "bitgreen"), links=links)
    assert (chain.completeness, chain.missing_stages) == (1.0, ())


@pytest.mark.parametrize(("year", "stands"), [(2027, False), (2028, True), (2030, True), (2031, False)])
def test_a_host_stands_from_its_first_to_its_last_year(year, stands):
    kumho = host("part", "jingok", **{"from": 2028, "until": 2030})
    assert (build(kumho, year=year).stages["host_count"].iloc[0] == 1) == stands


def test_in_fact_neither_roles_nor_works_in_progress_count():
    role, works = host("part", "jingok", basis="plan"), host("test", "bitgreen", status="building")
    assert build(role, works, basis="plan").stages["host_count"].sum() == 2
    assert build(role, works, basis="fact").stages["host_count"].sum() == 0


@pytest.mark.parametrize(
    ("scope", "places"),
    [
        ("cluster", ["jingok", "bitgreen", "futurecar"]),
        ("cluster_cheomdan3", ["jingok", "bitgreen", "futurecar", "cheomdan3"]),
        ("region", list(PLACES)),
    ],
)
def test_a_scope_takes_in_its_places_and_no_others(scope, places):
    chain = build(*(host("part", place) for place in PLACES), scope=scope)
    assert chain.stages["places"].iloc[0] == "|".join(places)
    assert list(chain.matrix.columns) == places


def test_the_cluster_takes_in_only_the_gwangju_side_of_bitgreen():
    tires = host("part", "bitgreen", part="hampyeong")
    for scope in ("cluster", "cluster_cheomdan3"):
        assert build(tires, scope=scope).stages["host_count"].iloc[0] == 0
    assert build(tires, scope="region").stages["host_count"].iloc[0] == 1


def test_a_host_on_an_unknown_side_counts_and_says_so():
    sides = host("part", "bitgreen", part="gwangju"), host("test", "bitgreen"), host("car", "jingok")
    chain = build(*sides, scope="cluster")
    assert chain.doubts[["id", "doubt", "counted"]].to_numpy().tolist() == [["bitgreen.test", "part", True]]
    assert build(*sides, scope="region").doubts.empty


def test_a_host_at_work_since_nobody_knows_when_counts_and_says_so():
    chain = build(host("part", "jingok", **{"from": None}), *WHOLE[1:], year=2010)
    assert chain.completeness_known == 0.0
    assert chain.doubts[["id", "doubt", "counted"]].to_numpy().tolist() == [["jingok.part", "from_year", True]]


@pytest.mark.parametrize(("year", "known"), [(2021, 0.5), (2022, 1.0), (2030, 1.0)])
def test_a_record_of_a_host_at_work_dates_it_from_then_on(year, known):
    seen = host("part", "jingok", **{"from": None, "as_of": "2022-01-20"})
    chain = build(seen, *WHOLE[1:], year=year)
    assert (chain.completeness, chain.completeness_known) == (1.0, known)


def test_a_plan_without_a_year_counts_in_no_year_but_stays_visible():
    daeho = host("part", "jingok", **{"from": None, "status": "planned", "as_of": "2023"})
    chain = build(daeho, *WHOLE[1:], year=2035)
    assert chain.missing_stages == ("part",)
    assert chain.doubts[["id", "counted"]].to_numpy().tolist() == [["jingok.part", False]]


def test_an_interval_counts_as_within_only_by_its_upper_end():
    apart = distance_frame(("jingok", "bitgreen", np.nan, 7_637, 12_137))
    served = {km: only(build(*WHOLE, apart=apart, within=1_000 * km), "part--test")["served"] for km in (8, 12, 13)}
    assert served == {8: False, 12: False, 13: True}


def test_an_unknown_distance_is_never_within():
    apart = distance_frame(("jingok", "bitgreen", np.nan, np.nan, np.nan))
    assert not only(build(*WHOLE, apart=apart, within=1e6), "part--test")["served"]
    assert only(build(*WHOLE, apart=apart), "part--test")["served"]


def test_a_value_counts_within_its_own_upper_end():
    apart = distance_frame(("jingok", "bitgreen", 1_000.0, 970, 1_030))
    assert not only(build(*WHOLE, apart=apart, within=1_000), "part--test")["served"]


def test_distances_hold_both_ways():
    apart = distance_frame(("bitgreen", "jingok", np.nan, 1.0, 2.0))
    row = only(build(*WHOLE, apart=apart), "part--test")
    assert (row["low"], row["high"]) == (1.0, 2.0)


def test_a_hand_over_within_one_place_is_always_within():
    apart = distance_frame(("jingok", "bitgreen", np.nan, 0, 9))
    row = only(build(*WHOLE, apart=apart, within=1.0), "test--car")
    assert (row["from"], row["to"], row["served"]) == ("bitgreen", "bitgreen", True)
    assert np.isnan(row["distance"])


def test_an_interval_across_the_limit_is_undecided_and_may_complete_the_chain():
    apart = distance_frame(("jingok", "bitgreen", np.nan, 8_000, 12_000))
    undecided = {
        km: bool(only(build(*WHOLE, apart=apart, within=1_000 * km), "part--test")["undecided"]) for km in (7, 10, 13)
    }
    assert undecided == {7: False, 10: True, 13: False}
    chain = build(*WHOLE, apart=apart, within=10_000)
    assert chain.completeness < chain.completeness_possible


def test_only_the_pair_that_a_source_names_is_stated():
    hosts = (*WHOLE, host("part", "hanam"))
    links = build(*hosts, flows=[flow("part--test", "jingok", "bitgreen")]).links.set_index(["from", "id"])
    assert links.loc[("jingok", "part--test"), ["evidence", "source"]].tolist() == ["stated", "paper"]
    assert links.loc[("hanam", "part--test"), ["evidence", "source"]].tolist() == ["inferred", None]


def test_a_pair_with_an_end_that_does_not_stand_yet_is_a_plan():
    hosts = host("part", "jingok", status="planned"), *WHOLE[1:]
    row = only(build(*hosts), "part--test")
    assert (row["evidence"], row["status"]) == ("plan", "planned")


def test_a_stated_flow_into_a_complex_not_yet_built_says_that_it_is_not_built():
    hosts = host("part", "jingok"), host("test", "bitgreen", status="planned")
    row = only(build(*hosts, flows=[flow("part--test", "jingok", "bitgreen")]), "part--test")
    assert (row["evidence"], row["source"], row["status"]) == ("stated", "paper", "planned")


def test_the_firmest_of_several_hosts_at_a_place_stands_for_it():
    hosts = host("part", "jingok", status="planned"), host("part", "jingok", id="works"), *WHOLE[1:]
    chain = build(*hosts)
    assert only(chain, "part--test")["status"] == "operating"
    assert chain.matrix.at["part", "jingok"] == "operating"


def test_export_is_a_destination_that_nobody_has_to_host():
    links = pd.DataFrame([link("test", "car"), link("car", "export", required=False)])
    chain = build(*WHOLE[1:], links=links, flows=[flow("car--export", "bitgreen", "export")])
    row = only(chain, "car--export")
    assert (row["to"], row["evidence"], row["served"]) == ("export", "stated", True)
    assert np.isnan(row["distance"])
    assert "export" not in chain.matrix.columns
    assert chain.missing_stages == ()


def test_a_place_without_which_a_required_link_breaks_is_a_single_point_of_failure():
    hosts = host("part", "jingok"), host("part", "hanam"), host("test", "bitgreen"), host("car", "bitgreen")
    assert build(*hosts).single_points_of_failure == ("bitgreen",)


def test_distance_limits_make_single_points_that_hosts_alone_do_not_show():
    hosts = host("part", "jingok"), host("part", "hanam"), host("test", "bitgreen"), host("test", "futurecar")
    apart = distance_frame(("jingok", "bitgreen", 10, np.nan, np.nan), ("hanam", "futurecar", 90, np.nan, np.nan))
    links = pd.DataFrame([link("part", "test")])
    assert build(*hosts, links=links, apart=apart).single_points_of_failure == ()
    assert build(*hosts, links=links, apart=apart, within=50).single_points_of_failure == ("bitgreen", "jingok")


HOSTS = st.lists(st.tuples(st.sampled_from(STAGES), st.sampled_from(PLACES)), max_size=9, unique=True)


@given(HOSTS, st.integers(0, 40))
def test_chains_agree_with_trying_every_pair_and_removing_every_place(stands, within):
    spans = {pair: (0, 10 * n) for n, pair in enumerate(itertools.combinations(PLACES, 2))}
    apart = distance_frame(*((*pair, np.nan, *span) for pair, span in spans.items()))
    required = [("part", "test"), ("test", "car")]

    def served(without: str | None = None) -> set[tuple[str, str]]:
        def close(a: str, b: str) -> bool:
            return a == b or spans.get((a, b), spans.get((b, a)))[1] <= within

        places = {stage: [p for s, p in stands if s == stage and p != without] for stage in STAGES}
        return {(a, b) for a, b in required if any(close(p, q) for p in places[a] for q in places[b])}

    chain = build(*(host(stage, place) for stage, place in stands), apart=apart, within=within)
    assert chain.completeness == len(served()) / 2
    assert set(chain.missing_stages) == set(STAGES) - {stage for stage, _ in stands}
    assert set(chain.single_points_of_failure) == {place for place in PLACES if served(place) < served()}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [({"year": 1999}, InputError), ({"year": 2101}, InputError), ({"scope": "moon"}, UnknownNameError),
     ({"basis": "hope"}, UnknownNameError)],
)  # fmt: skip
def test_a_wrong_year_scope_or_basis_is_refused(wrong, error):
    with pytest.raises(error):
        build(*WHOLE, **wrong)


def test_building_a_chain_leaves_the_hosts_alone():
    hosts = catalog.hosts()
    before = hosts.copy(deep=True)
    build_chain(catalog.stages(), hosts, catalog.links(), catalog.flows(), NOWHERE, year=2026)
    pd.testing.assert_frame_equal(hosts, before)


# The bundled chain: what gwangju.md section 3 states, and what follows from it.

STATED = {
    ("part.sensing--part_certification", "jingok", "bitgreen"),
    ("part.control--part_certification", "jingok", "bitgreen"),
    ("part.communication--part_certification", "jingok", "bitgreen"),
    ("part_certification--vehicle", "bitgreen", "bitgreen"),
    ("part_certification--vehicle", "bitgreen", "kia"),
    ("part.sensing--demonstration", "jingok", "futurecar"),
    ("part.control--demonstration", "jingok", "futurecar"),
    ("part.communication--demonstration", "jingok", "futurecar"),
    ("part_certification--demonstration", "bitgreen", "futurecar"),
    ("ai_data--part_certification", "cheomdan3", "bitgreen"),
    ("part_certification--ai_data", "bitgreen", "cheomdan3"),
    ("virtual_test--part_certification", "cheomdan3", "bitgreen"),
    ("vehicle--export", "bitgreen", "export"),
    ("vehicle--export", "kia", "export"),
}


def test_exactly_the_stated_flows_of_the_record_come_out_as_stated():
    links = value_chain.chain(2031).links
    stated = links[links["evidence"] == "stated"]
    assert set(stated[["id", "from", "to"]].itertuples(index=False, name=None)) == STATED


def test_before_the_new_complex_no_link_runs_to_it():
    links = value_chain.chain(2030).links
    assert "futurecar" not in {*links["from"], *links["to"]}
    assert "demonstration" in value_chain.chain(2030).missing_stages


def test_every_link_of_the_new_complex_says_that_it_is_planned():
    links = value_chain.chain(2031).links
    new = links[(links["from"] == "futurecar") | (links["to"] == "futurecar")]
    assert set(new["status"]) == {"planned"}
    assert set(new["evidence"]) <= {"plan", "stated"}


def test_no_link_between_schematic_places_has_a_single_distance():
    links = value_chain.chain(2031).links
    between = links[links["from"].notna() & (links["from"] != links["to"]) & (links["to"] != "export")]
    assert between["distance"].isna().all()
    assert between[["low", "high"]].notna().all(axis=None)


def test_kumho_on_the_hampyeong_side_is_no_part_of_the_cluster():
    hosts = {
        scope: value_chain.chain(2031, scope).stages.set_index("id").at["part.chassis", "hosts"] for scope in SCOPES
    }
    assert "금호" in hosts["region"]
    assert "금호" not in hosts["cluster"] and "금호" not in hosts["cluster_cheomdan3"]


def test_the_cluster_measures_from_the_gwangju_side_of_bitgreen():
    whole, inside = value_chain.places("region"), value_chain.places("cluster")
    assert inside.loc["bitgreen"].geometry.area == pytest.approx(1_847_000, rel=0.006)
    assert whole.loc["bitgreen"].geometry.area == pytest.approx(4_071_000, rel=0.001)
    assert inside.loc["jingok"].geometry.equals_exact(whole.loc["jingok"].geometry, 1e-6)


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize(("narrow", "wide"), list(itertools.pairwise(SCOPES)))
def test_a_wider_scope_never_serves_less(narrow, wide, basis):
    for year in (2015, 2023, 2026, 2031):
        assert value_chain.chain(year, narrow, basis).completeness <= value_chain.chain(year, wide, basis).completeness


@pytest.mark.parametrize("scope", SCOPES)
def test_what_is_so_in_fact_is_also_in_the_plan(scope):
    for year in (2015, 2023, 2026, 2031):
        plan, fact = value_chain.chain(year, scope, "plan"), value_chain.chain(year, scope, "fact")
        assert fact.completeness <= plan.completeness
        assert set(plan.missing_stages) <= set(fact.missing_stages)


def test_what_a_date_backs_never_exceeds_what_is_served():
    for year in (2010, 2020, 2026):
        chain = value_chain.chain(year)
        assert chain.completeness_known <= chain.completeness


def test_the_chain_as_one_object_has_the_keys_of_the_contract():
    found = value_chain.answer_object(value_chain.answer(2026))
    keys = {
        "year", "scope", "basis", "completeness", "stages", "links", "missing_stages", "bottleneck",
        "single_points_of_failure",
    }  # fmt: skip
    assert keys <= set(found)
    link_keys = {
        "id", "stage_from", "stage_to", "kind", "required", "from", "to", "evidence", "source", "served",
        "distance_m", "low_m", "high_m",
    }  # fmt: skip
    assert all(link_keys <= set(row) for row in found["links"])
    assert 0 <= found["completeness"] <= 1
