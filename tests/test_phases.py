"""Time: steps with their dates, C(t) against build_chain, and what slips cost against brute force."""

import io
import itertools
import json
import re
import shutil
import time
import timeit
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from gis.analysis.chain import build_chain
from gis.analysis.phases import (
    completeness_curve,
    date_span,
    decided_hosts,
    first_complete_years,
    phase_steps,
    served_by_year,
    shifted_hosts,
    slips,
    worst_phases,
    year_span,
)
from gis.errors import DataFileError, InputError, UnknownNameError
from gis.i18n import LANGUAGES, reading, use_language
from gis.io import catalog
from gis.model import BASES, SCOPES
from gis.study import phases as study
from gis.study import value_chain
from gis.study.phases import SHORTENED, USUAL, Span
from gis.view import phase_picture
from gis.view import phases as view
from gis.view.tables import shown
from tests.command import done, refusal, run
from tests.test_chain import NOWHERE, PLACES, STAGES, distance_frame, link, stage_frame
from tests.test_chain import host as chain_host
from tests.test_sentences import UNFINISHED

ROOT = Path(__file__).parents[1]
YEARS = range(2020, 2036)
CURVE = ("completeness", "completeness_known", "completeness_possible")


# Dates


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-07-20", date(2023, 7, 20), date(2023, 7, 20)),
    ],
)
def test_a_date_spans_the_days_that_it_may_mean(text, first, last):
    assert date_span(text) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-13", "2026-00", "2023-02-30", "2026-1", "2026/12", "2026-12-", "-2026", "+202", "２０２６", "1899", "2101",
     "2026-12-31T00", "내년", " 2026"],
)  # fmt: skip
def test_anything_else_is_no_date(text):
    with pytest.raises(InputError, match=re.escape(text) if text else "단계의 날짜"):
        date_span(text)


@pytest.mark.parametrize(
    ("text", "end", "span"),
    [
        ("2025", None, (2025.0, 2026.0)),
        ("2026-12", None, (2026 + 334 / 365, 2027.0)),
        ("2024-12-31", None, (2024 + 365 / 366, 2025.0)),
        ("2020", "2024", (2020.0, 2025.0)),
        ("2023-07-20", "2028-07", (2023 + 200 / 365, 2028 + 213 / 366)),
    ],
)
def test_a_date_in_years_ends_where_the_next_one_begins(text, end, span):
    assert year_span(text, end) == pytest.approx(span, abs=1e-12)


# Steps


def step(name: str, when: str, phase: str = "p", until: str | None = None, **more) -> dict:
    row = {"phase": phase, "subject": "s", "name": phase.upper(), "name_en": phase, "key": name, "date": when}
    return row | {"date_end": until, "status": "planned", "source": None, "note": None, "note_en": None} | more


ORDER = ("candidate", "approval", "compensation", "works", "completion")


def ordered(*steps: dict, expected=ORDER, in_parts=()) -> pd.DataFrame:
    return phase_steps(pd.DataFrame(steps, dtype=object), ORDER, {"p": expected}, {"p": in_parts})


def conflicts(*steps: dict, **options) -> list[str | None]:
    found = ordered(*steps, **options)
    return found[found["status"] != "missing"]["conflict"].tolist()


def test_steps_stand_in_their_order_and_missing_ones_say_so():
    found = ordered(step("completion", "2031"), step("candidate", "2023-03-15", status="done"))
    assert found["step"].tolist() == list(ORDER)
    assert found["status"].tolist() == ["done", "missing", "missing", "missing", "planned"]
    assert found["date"].tolist() == ["2023-03-15", None, None, None, "2031"]
    assert found["name"].eq("P").all()


def test_a_step_that_nobody_expects_is_not_missing_and_not_lost():
    found = ordered(step("works", "2027"), expected=("candidate",))
    assert found[["step", "status"]].to_numpy().tolist() == [["candidate", "missing"], ["works", "planned"]]


def test_dates_that_cannot_both_be_true_stand_side_by_side():
    assert conflicts(step("works", "2026-12"), step("works", "2027")) == ["dates", "dates"]
    found = ordered(step("works", "2027"), step("works", "2026-12"))
    assert found.loc[found["step"] == "works", "date"].tolist() == ["2026-12", "2027"]


@pytest.mark.parametrize(("one", "other"), [("2026", "2026-12"), ("2026-12", "2026-12-15"), ("2026", "2026")])
def test_a_finer_date_agrees_with_a_coarser_one_that_holds_it(one, other):
    assert conflicts(step("works", one), step("works", other)) == [None, None]


@pytest.mark.parametrize(("end", "odd"), [("2024", None), ("2025", "dates")])
def test_periods_agree_where_both_ends_do(end, odd):
    assert conflicts(step("works", "2020", until="2024"), step("works", "2020", until=end)) == [odd, odd]


def test_a_step_that_happens_in_parts_has_several_dates_without_dispute():
    assert conflicts(step("works", "2014-10"), step("works", "2015-10"), in_parts=("works",)) == [None, None]


def test_a_step_dated_surely_before_one_that_it_should_follow_is_against_the_order():
    assert conflicts(step("works", "2026-12"), step("compensation", "2027")) == ["order", "order"]
    assert conflicts(step("works", "2026-12"), step("compensation", "2026")) == [None, None]
    assert conflicts(step("works", "2026-12"), step("compensation", "2027"), expected=()) == [None, None]


# C(t)


def host(stage: str, place: str, **more) -> dict:
    return chain_host(stage, place) | {"phase": None} | more


def frame(*hosts: dict) -> pd.DataFrame:
    return pd.DataFrame(list(hosts), columns=list(host("", "")), dtype=object)


LINKS = pd.DataFrame([link("part", "test"), link("test", "car")])
WHOLE = (host("part", "jingok"), host("test", "bitgreen"), host("car", "bitgreen"))


def numbered(hosts) -> tuple[dict, ...]:
    return tuple({**one, "id": f"h{number}"} for number, one in enumerate(hosts))


def assert_curve_is_that_of_chains(hosts, links, flows, stages, apart, years, scope, basis, within):
    curve = completeness_curve(hosts, links, apart, years, scope=scope, basis=basis, within=within).set_index("year")
    for year in years:
        chain = build_chain(stages, hosts, links, flows, apart, year=year, scope=scope, basis=basis, within=within)
        row = curve.loc[year]
        assert [row[name] for name in CURVE] == [getattr(chain, name) for name in CURVE], (year, scope, basis)
        assert set(filter(None, row["missing_stages"].split("|"))) == set(chain.missing_stages)
        required = chain.links[chain.links["required"]]
        assert row["required_links"] == required["id"].nunique()
        assert row["served_links"] == required.loc[required["served"], "id"].nunique()


@pytest.mark.parametrize(("within", "years"), [(None, range(2014, 2036)), (9_000.0, range(2021, 2032, 5))])
@pytest.mark.parametrize("scope", SCOPES)
def test_the_curve_of_the_bundled_data_is_that_of_its_chains(scope, within, years):
    used = value_chain.model()
    apart = value_chain.place_distances(used, scope)
    for basis in BASES:
        assert_curve_is_that_of_chains(
            used.hosts, used.links, used.flows, used.stages, apart, years, scope, basis, within
        )


years_of_hosts = st.one_of(st.none(), st.integers(2018, 2034))
some_hosts = st.lists(
    st.builds(
        host,
        st.sampled_from(STAGES),
        st.sampled_from(PLACES),
        status=st.sampled_from(["operating", "building", "planned"]),
        basis=st.sampled_from(BASES),
        part=st.sampled_from([None, "gwangju", "hampyeong"]),
        until=st.one_of(st.none(), st.integers(2024, 2036)),
        as_of=st.sampled_from([None, "2022-01-20", "2026"]),
        phase=st.sampled_from([None, "one", "two", "three"]),
        **{"from": years_of_hosts},
    ),
    max_size=8,
).map(numbered)
some_links = st.lists(
    st.sampled_from([("part", "test"), ("test", "car"), ("part", "car"), ("car", "export")]), max_size=4, unique=True
).flatmap(
    lambda ends: st.tuples(*(st.booleans() for _ in ends)).map(
        lambda needed: pd.DataFrame(
            [link(*pair, required=need) for pair, need in zip(ends, needed, strict=True)], columns=list(link("", ""))
        )
    )
)
some_distances = st.lists(
    st.tuples(
        st.sampled_from(list(itertools.combinations(PLACES, 2))), st.integers(0, 9), st.integers(0, 9), st.booleans()
    ),
    max_size=8,
    unique_by=lambda row: row[0],
).map(
    lambda rows: distance_frame(
        *(
            (*pair, float(low), np.nan, np.nan) if exact else (*pair, np.nan, float(low), float(low + more))
            for pair, low, more, exact in rows
        )
    ).astype({"distance": float, "low": float, "high": float})
)


@settings(max_examples=30)
@given(
    some_hosts,
    some_links,
    some_distances,
    st.sampled_from(SCOPES),
    st.sampled_from(BASES),
    st.sampled_from([None, 0.0, 4.0]),
)
def test_the_curve_of_any_data_is_that_of_its_chains(hosts, links, apart, scope, basis, within):
    flows = catalog.flows().iloc[:0]
    stages = stage_frame(*STAGES)
    assert_curve_is_that_of_chains(
        frame(*hosts), links, flows, stages, apart, range(2020, 2036, 4), scope, basis, within
    )


def test_every_curve_together_takes_well_under_a_second():
    used = value_chain.model()
    apart = value_chain.place_distances(used)
    kinds = list(itertools.product(SCOPES, BASES))
    seconds = timeit.repeat(
        lambda: [completeness_curve(used.hosts, used.links, apart, YEARS, scope=one, basis=two) for one, two in kinds],
        timer=time.process_time,
        number=1,
        repeat=3,
    )
    assert min(seconds) < 1.0


def test_a_year_in_which_no_host_changes_is_that_before_it():
    hosts = frame(*WHOLE[:2], host("car", "bitgreen", **{"from": 2028, "until": 2030}))
    found = served_by_year(hosts, LINKS, NOWHERE, YEARS)
    assert [
        len({id(found[year]) for year in years}) for years in (range(2020, 2028), range(2028, 2031), range(2031, 2036))
    ] == [1, 1, 1]
    assert len({id(one) for one in found.values()}) == 3
    assert [len(found[year].sure) for year in (2027, 2028, 2030, 2031)] == [1, 2, 2, 1]


def test_the_curve_leaves_its_input_alone():
    hosts, before = catalog.hosts(), catalog.hosts().copy(deep=True)
    completeness_curve(hosts, catalog.links(), NOWHERE, YEARS)
    slips(hosts, catalog.links(), NOWHERE, YEARS)
    pd.testing.assert_frame_equal(hosts, before)


@pytest.mark.parametrize(
    ("years", "options", "error"),
    [
        (range(2030, 2020), {}, InputError), (range(1999, 2020), {}, InputError), (range(2090, 2102), {}, InputError),
        (YEARS, {"scope": "moon"}, UnknownNameError), (YEARS, {"basis": "hope"}, UnknownNameError),
    ],
)  # fmt: skip
def test_years_scope_and_basis_out_of_range_are_refused(years, options, error):
    with pytest.raises(error):
        completeness_curve(frame(*WHOLE), LINKS, NOWHERE, years, **options)


def test_the_first_complete_year_may_never_come():
    late = frame(*WHOLE[:2], host("car", "bitgreen", **{"from": 2028}))
    never = frame(*WHOLE[:2])
    curves = [completeness_curve(hosts, LINKS, NOWHERE, YEARS, scope="region") for hosts in (late, never)]
    assert [first_complete_years(curve)["first_complete"].iloc[0] for curve in curves] == [2028, pd.NA]
    row = first_complete_years(curves[0]).iloc[0]
    assert (row["most_links"], row["most_links_in"], row["required_links"]) == (2, 2028, 2)


def test_a_chain_that_ends_is_complete_in_the_first_year_not_the_last():
    ends = frame(*WHOLE[:2], host("car", "bitgreen", **{"from": 2022, "until": 2024}))
    assert first_complete_years(completeness_curve(ends, LINKS, NOWHERE, YEARS))["first_complete"].iloc[0] == 2022


def test_nothing_required_is_never_complete():
    links = LINKS.assign(required=False)
    row = first_complete_years(completeness_curve(frame(*WHOLE), links, NOWHERE, YEARS)).iloc[0]
    assert row["first_complete"] is pd.NA and row["required_links"] == 0


def test_known_and_possible_first_years_differ_from_the_sure_one():
    hosts = frame(host("part", "jingok", **{"from": None, "as_of": "2026"}), *WHOLE[1:])
    apart = distance_frame(("jingok", "bitgreen", np.nan, 2.0, 6.0))
    sure = first_complete_years(completeness_curve(hosts, LINKS, NOWHERE, YEARS)).iloc[0]
    assert (sure["first_complete"], sure["first_complete_known"]) == (2020, 2026)
    cut = first_complete_years(completeness_curve(hosts, LINKS, apart, YEARS, within=4.0)).iloc[0]
    assert (cut["first_complete"], cut["first_complete_possible"]) == (pd.NA, 2020)


# Slips


def planned(stage: str, place: str, phase: str, year: int | None, **more) -> dict:
    return host(stage, place, phase=phase, status="planned", **{"from": year}) | more


def test_a_slip_loses_each_link_in_each_year_that_it_is_late():
    hosts = frame(host("part", "jingok"), planned("test", "bitgreen", "center", 2025), host("car", "bitgreen"))
    row = slips(hosts, LINKS, NOWHERE, YEARS, slip=3).iloc[0]
    assert (row["phase"], row["moved_hosts"], row["lost_link_years"]) == ("center", 1, 6)
    assert (row["complete_before"], row["complete_after"], row["delay"]) == (2025, 2028, 3)
    assert row["changed_links"] == "part--test|test--car"


def test_a_slip_beyond_the_horizon_never_completes_and_ranks_before_a_delay():
    hosts = frame(
        host("part", "jingok"), planned("test", "bitgreen", "late", 2035), planned("car", "bitgreen", "early", 2034)
    )
    found = slips(hosts, LINKS, NOWHERE, YEARS, slip=1).set_index("phase")
    assert found.loc["late", ["complete_before", "complete_after", "delay"]].tolist() == [2035, pd.NA, pd.NA]
    assert found.loc["late", "lost_link_years"] == 2
    assert found.loc["early", "lost_link_years"] == 0


def test_equal_costs_tie_and_both_are_named():
    hosts = frame(
        host("test", "bitgreen"), planned("part", "jingok", "one", 2025), planned("car", "bitgreen", "two", 2025)
    )
    found = slips(hosts, LINKS, NOWHERE, YEARS)
    assert found["rank"].tolist() == [1, 1]
    assert worst_phases(found) == ["one", "two"]


def test_a_phase_with_a_stand_in_costs_nothing_and_is_not_the_worst():
    hosts = frame(*WHOLE, planned("car", "kia", "second", 2025))
    found = slips(hosts, LINKS, NOWHERE, YEARS)
    assert found[["phase", "lost_link_years", "delay"]].to_numpy().tolist() == [["second", 0, 0]]
    assert worst_phases(found) == []


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (host("part", "jingok", phase="p"), "operating"),
        (planned("part", "jingok", "p", None), "no_year"),
        (planned("part", "jingok", None, 2030), "no_phase"),
        (planned("part", "jingok", "p", 2030), None),
        (planned("part", "jingok", "p", 2030) | {"until": 2025}, None),
    ],
)
def test_only_what_a_phase_still_decides_moves(one, why):
    hosts = frame(one)
    assert decided_hosts(hosts)["stays"].tolist() == [why]
    moved = shifted_hosts(hosts, {"p": 2})
    assert moved["from"].tolist() == [one["from"] if why else one["from"] + 2]
    assert (decided_hosts(hosts, basis="fact")["stays"].iloc[0] or "") == (why or "not_counted")


def test_a_host_that_ends_again_is_moved_with_its_end():
    """So a slip may even gain: what would have ended before the next began may then meet it."""
    hosts = frame(
        planned("part", "jingok", "p", 2031) | {"until": 2031}, planned("part", "hanam", "q", 2031) | {"until": 2033}
    )
    moved = shifted_hosts(hosts, {"p": 1})
    assert moved[["from", "until"]].to_numpy().tolist() == [[2032, 2032], [2031, 2033]]


def test_hosts_beyond_the_scope_are_not_told_of():
    hosts = frame(planned("part", "hanam", "p", 2030), planned("part", "bitgreen", "p", 2030) | {"part": "hampyeong"})
    assert len(decided_hosts(hosts)) == 2
    assert len(decided_hosts(hosts, "cluster")) == 0
    assert slips(hosts, LINKS, NOWHERE, YEARS, scope="cluster").empty


def test_in_fact_nothing_is_left_that_could_slip():
    hosts = frame(*WHOLE[:2], planned("car", "bitgreen", "p", 2025) | {"basis": "fact"})
    assert slips(hosts, LINKS, NOWHERE, YEARS, basis="fact").empty


@pytest.mark.parametrize(
    ("year", "years", "then"), [(2031, -2, 2029), (2027, -5, 2026), (2026, -1, 2026), (2024, -1, 2024)]
)
def test_nothing_is_brought_forward_into_the_past(year, years, then):
    hosts = frame(planned("part", "jingok", "p", year))
    assert shifted_hosts(hosts, {"p": years}, not_before=2026)["from"].tolist() == [then]
    assert shifted_hosts(hosts, {"q": years}, not_before=2026)["from"].tolist() == [year]


def test_a_shortening_gains_what_the_same_slip_would_lose():
    hosts = frame(*WHOLE[:2], planned("car", "bitgreen", "p", 2031))
    row = slips(hosts, LINKS, NOWHERE, YEARS, slip=-2, not_before=2026).iloc[0]
    assert (row["lost_link_years"], row["delay"], row["complete_after"]) == (-2, -2, 2029)


@pytest.mark.parametrize("years", [0, 31, -31])
def test_a_slip_of_no_years_or_far_too_many_is_refused(years):
    with pytest.raises(InputError):
        slips(frame(*WHOLE), LINKS, NOWHERE, YEARS, slip=years)


def chains_served(hosts, links, years, scope, basis) -> tuple[dict[int, set[str]], int | None]:
    """Return the required links served in each year, and the first complete year, by building every chain."""
    served, first = {}, None
    for year in years:
        flows, stages = catalog.flows().iloc[:0], stage_frame(*STAGES)
        rows = build_chain(stages, hosts, links, flows, NOWHERE, year=year, scope=scope, basis=basis).links
        required = rows[rows["required"]]
        served[year] = set(required.loc[required["served"], "id"])
        if first is None and len(required) and served[year] == set(required["id"]):
            first = year
    return served, first


def moved(one: dict, phase: str, slip: int) -> dict:
    stays = one["phase"] != phase or one["status"] == "operating" or one["from"] is None
    end = None if one["until"] is None else one["until"] + slip  # it stands as long as it would have stood
    return one if stays else {**one, "from": one["from"] + slip, "until": end}


@settings(max_examples=12)
@given(some_hosts, some_links, st.sampled_from(SCOPES), st.sampled_from(BASES), st.sampled_from([-2, 1, 3]))
def test_slips_agree_with_building_every_chain(hosts, links, scope, basis, slip):
    years = range(2025, 2031)
    found = slips(frame(*hosts), links, NOWHERE, years, scope=scope, basis=basis, slip=slip).set_index("phase")
    before, first_before = chains_served(frame(*hosts), links, years, scope, basis)
    for phase in {one["phase"] for one in hosts} - {None}:
        later = frame(*(moved(one, phase, slip) for one in hosts))
        after, first_after = chains_served(later, links, years, scope, basis)
        lost = sum(len(before[year]) - len(after[year]) for year in years)
        if phase not in found.index:
            assert (lost, first_before) == (0, first_after)
            continue
        row = found.loc[phase].astype(object).where(found.loc[phase].notna(), None)
        assert (row["lost_link_years"], row["complete_before"], row["complete_after"]) == (
            lost,
            first_before,
            first_after,
        )
    costs = found["lost_link_years"].abs().tolist()
    assert costs == sorted(costs, reverse=True)


@settings(max_examples=15)
@given(some_hosts, some_links, st.integers(1, 5))
def test_where_nothing_ends_again_a_slip_never_gains_and_a_shortening_never_loses(hosts, links, years):
    table, span = frame(*hosts).assign(until=None), range(2024, 2034)
    assert (slips(table, links, NOWHERE, span, slip=years)["lost_link_years"] >= 0).all()
    assert (slips(table, links, NOWHERE, span, slip=-years, not_before=2026)["lost_link_years"] <= 0).all()


# The bundled data


WHOLE_SPAN = Span()


@cache
def answered(asked: Span = WHOLE_SPAN, shorten: tuple[tuple[str, int], ...] = ()) -> study.Answer:
    """Return an answer on the bundled data; it holds for both languages."""
    return study.answer(asked, shorten=dict(shorten))


SHORT = (("futurecar", 2), ("kumho", 1))


@pytest.fixture
def answer():
    return answered()


def test_the_first_complete_years_of_the_bundled_data(answer):
    firsts = answer.firsts.set_index(["scope", "basis"])["first_complete"]
    assert firsts["region", "plan"] == firsts["cluster_cheomdan3", "plan"] == 2031
    assert firsts.drop([("region", "plan"), ("cluster_cheomdan3", "plan")]).isna().all()


def test_the_new_complex_costs_most_where_it_slips():
    for scope, delay in (("region", 1), ("cluster_cheomdan3", 1), ("cluster", pd.NA)):
        found = answered(Span(scope)).slips
        assert worst_phases(found) == ["futurecar"]
        worst = found.iloc[0]
        assert (worst["moved_hosts"], worst["lost_link_years"]) == (8, 6)
        assert worst["delay"] is pd.NA if delay is pd.NA else worst["delay"] == delay


def test_the_test_center_and_the_ax_valley_follow(answer):
    costs = answer.slips.set_index("phase")["lost_link_years"].to_dict()
    assert costs == {
        "futurecar": 6, "ax_valley": 2, "ad_certification_center": 1, "cheomdan3": 0, "kumho": 0, "lg_innotek": 0,
    }  # fmt: skip


def test_a_shortening_shows_a_second_track():
    found = answered(shorten=SHORT)
    firsts = found.firsts.set_index(["track", "scope", "basis"])["first_complete"]
    assert (firsts[USUAL, "region", "plan"], firsts[SHORTENED, "region", "plan"]) == (2031, 2029)
    assert study.answer(Span(), shorten={"futurecar": 0}).curves["track"].unique().tolist() == [USUAL]


def test_the_article_s_phases_stand_with_their_dates():
    steps = study.steps()
    told = set(steps[["phase", "step", "date", "date_end", "status"]].itertuples(index=False, name=None))
    assert {
        ("ai_phase1", "period", "2020", "2024", "done"),
        ("ai_phase1", "period", "2020", "2025", "done"),
        ("ai_phase2_article", "period", "2025", "2029", "unknown"),
        ("ax_valley", "period", "2026", "2030", "planned"),
        ("futurecar", "candidate", "2023-03-15", None, "done"),
        ("futurecar", "strategic_project", "2025-02-25", None, "done"),
        ("futurecar", "feasibility", None, None, "missing"),
        ("futurecar", "gb_release", "2025", None, "unknown"),
        ("futurecar", "plan_approval", "2026", None, "planned"),
        ("futurecar", "compensation", "2027", None, "planned"),
        ("futurecar", "construction_start", "2026-12", None, "unknown"),
        ("futurecar", "construction_start", "2027", None, "unknown"),
        ("futurecar", "partial_completion", None, None, "missing"),
        ("futurecar", "completion", "2031", None, "planned"),
        ("sobujang", "designation", "2023-07-20", None, "done"),
        ("ad_certification_center", "completion", "2026-12", None, "planned"),
        ("ad_certification_center", "completion", "2029", None, "planned"),
        ("kumho", "operation", "2028", None, "planned"),
        ("jingok", "completion", "2015", None, "done"),
        ("cheomdan3", "plan_approval", "2020-12-31", None, "done"),
    } <= told


def test_the_dates_at_odds_are_exactly_those_of_the_record():
    steps = study.steps()
    odd = steps[steps["conflict"].notna()]
    assert set(odd[["phase", "step", "date", "date_end", "conflict"]].itertuples(index=False, name=None)) == {
        ("ai_phase1", "period", "2020", "2024", "dates"),
        ("ai_phase1", "period", "2020", "2025", "dates"),
        ("futurecar", "compensation", "2027", None, "order"),
        ("futurecar", "construction_start", "2026-12", None, "dates|order"),
        ("futurecar", "construction_start", "2027", None, "dates"),
        ("ad_certification_center", "completion", "2026-12", None, "dates"),
        ("ad_certification_center", "completion", "2029", None, "dates"),
    }


def test_a_step_without_a_source_is_unknown_and_says_why():
    steps = study.steps()
    bare = steps[steps["source"].isna() & (steps["status"] != "missing")]
    assert set(bare["status"]) == {"unknown"}
    assert bare["note"].str.contains("출처 미확인").all()


def test_every_phase_that_a_host_depends_on_has_a_track():
    hosts = catalog.hosts()
    assert set(hosts["phase"].dropna()) <= set(study.phase_names().index)


@pytest.fixture
def copied_data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder, ignore=shutil.ignore_patterns("prepare", "__pycache__"))
    monkeypatch.setenv("GIS_DATA", str(folder))
    return folder / "phases.toml"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "program"', 'kind = "dream"'), ('kind = "program"\n', ""), ('key = "candidate"', 'key = "wish"'),
        ('"candidate", "designation",', '"designation",'), ("order = [", "orders = ["), ("[kind]", "[kinds]"),
    ],
)  # fmt: skip
def test_a_track_that_does_not_fit_the_order_is_refused(copied_data, old, new):
    text = copied_data.read_text(encoding="utf-8")
    assert old in text
    copied_data.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=r"phases\.toml"):
        study.steps()


# What is kept


def test_a_shortening_is_kept_and_taken_back():
    assert (study.kept_shortening(), study.is_shortened()) == ({}, False)
    study.keep_shortening({"futurecar": 1, "kumho": 0})
    assert study.kept_shortening() == {"futurecar": 1}
    study.keep_shortening({"futurecar": 3})
    assert study.answer(Span()).shorten == (("futurecar", 3),)
    study.undo_shortening()
    assert study.kept_shortening() == {"futurecar": 1}
    study.undo_shortening()
    assert not study.is_shortened()
    with pytest.raises(InputError):
        study.undo_shortening()


def test_a_kept_shortening_that_no_longer_fits_is_left_out():
    study.keep_shortening({"futurecar": 2})
    hosts = value_chain.model().hosts
    value_chain.keep_model(value_chain.changed({"hosts": hosts[hosts["phase"] != "futurecar"]}))
    assert study.kept_shortening() == {}
    study.answer(Span())


@pytest.mark.parametrize("wish", [{"moon": 1}, {"jingok": 1}, {"futurecar": -1}, {"futurecar": 6}, {"ax_valley": 1}])
def test_a_shortening_that_cannot_be_is_refused(wish):
    with pytest.raises(InputError):
        study.checked_shortening(wish)


def test_nothing_can_begin_before_the_year_of_the_data():
    assert study.room() == {
        "futurecar": 5, "cheomdan3": 0, "ax_valley": 0, "ad_certification_center": 0, "kumho": 2, "lg_innotek": 0,
    }  # fmt: skip


def test_what_is_typed_is_read_phase_by_phase():
    assert study.parsed_shortening(["futurecar=1", "kumho=0"]) == {"futurecar": 1, "kumho": 0}


@pytest.mark.parametrize(
    "texts", [["futurecar"], ["futurecar="], ["=1"], ["a=b"], ["a=-1"], ["a=1.5"], ["a=1", "a=2"], ["a=١"]]
)
def test_what_cannot_be_read_is_refused(texts):
    with pytest.raises(InputError):
        study.parsed_shortening(texts)


# Words and pictures


def test_the_bundled_data_reads_as_one_says_it(answer):
    assert view.first_sentence(answer) == "광주권 · 계획 기준: 필수 연계 24개가 2031년에 처음 모두 확보됩니다."
    assert view.slip_sentences(answer) == [
        "1년 늦어질 때 광주권(계획 기준)에서 가장 크게 흔들리는 사업: 미래차 국가산단. "
        "필수 연계 6개가 늦어져 6 연계·년을 잃습니다. 처음 완결되는 해는 2031년에서 2032년으로 밀립니다."
    ]
    assert "기사에 연수가 없어" in view.shortening_sentences(answer)[0]


def sentences(found, year: int) -> list[str]:
    steps = [view.steps_sentence(found.steps), *view.conflict_sentences(found.steps), view.picture_note(found)]
    return [*view.answer_sentences(found, year), *steps]


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_sentence_shows_an_id_a_hole_or_a_bare_share(code):
    asked = [(Span(scope, basis), ()) for scope in SCOPES for basis in BASES]
    with reading(code):
        for span, shorten in [*asked, (Span(), SHORT), (Span("cluster", last=2029), ())]:
            found = answered(span, shorten)
            told = sentences(found, 2026)
            assert [text for text in told if UNFINISHED.search(text.replace("pressna.com", "")) or "%" in text] == []
            assert all(view.frame_words(found)["scope"] in text for text in told[:2])


def test_a_year_beyond_the_span_is_said(answer):
    assert "2040" in view.year_sentence(answer, 2040)


def test_phases_that_tie_are_all_named():
    hosts = frame(
        host("test", "bitgreen"), planned("part", "jingok", "kumho", 2025), planned("car", "bitgreen", "ggm", 2025)
    )
    found = answered()
    tied = slips(hosts, LINKS, NOWHERE, YEARS).assign(track=USUAL)
    text = view.slip_sentences(study.Answer(**{**found.__dict__, "slips": tied}))[0]
    assert "똑같이" in text and "금호타이어 함평공장 · 광주글로벌모터스(GGM)" in text


def test_each_pair_against_the_order_is_named_once(answer):
    order = [text for text in view.conflict_sentences(answer.steps) if "순서와 어긋나는" in text]
    assert order == ["미래차 국가산단: 순서와 어긋나는 날짜입니다. 착공 2026-12(출처 미확인) → 보상 2027(kjbbs)."]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_table_has_words_for_all_its_columns(code):
    with reading(code):
        found = answered(shorten=SHORT)
        tables = (
            view.curve_table(found), view.firsts_table(found.firsts), view.slips_table(found), view.hosts_table(found),
            view.steps_table(found.steps),
        )  # fmt: skip
        for table in tables:
            assert len(shown(table)) == len(table) > 0
        assert "2,031" not in shown(tables[0]).to_string()


def test_the_table_of_the_picture_holds_what_is_drawn():
    found = answered(shorten=SHORT)
    points = phase_picture.curve_points(found)
    table = view.curve_table(found).set_index(["track", "basis", "in_year"])["served_links"]
    for row in points.to_dict("records"):
        track, basis = (SHORTENED, "plan") if row["series"] == SHORTENED else (USUAL, row["series"])
        assert table[track, basis, str(row["year"])] == row["served_links"]
    assert points.loc[points["series"] == "fact", "year"].max() == value_chain.DEFAULT_YEAR


def test_curves_and_steps_differ_in_print_without_color():
    dashes, shapes = ([look[number] for look in phase_picture.LINES.values()] for number in (1, 2))
    assert len(set(map(tuple, dashes))) == len(set(shapes)) == len(phase_picture.LINES)
    forms = [look[2] for look in phase_picture.STATES.values()]
    assert len(set(forms)) == len(forms)
    bars = [(look[0], *look[1]) for name, look in phase_picture.STATES.items() if name != SHORTENED]
    assert len(set(bars)) == len(bars)


@pytest.mark.parametrize("span", [Span(), Span(first=2005, last=2050)])
def test_no_name_of_a_step_covers_another_mark(span):
    marks = phase_picture.track_marks(answered(span))
    for _, line in marks.groupby("row"):
        free = line[~(line["conflict"] & (line["kind"] == "point"))].sort_values("begin")
        for one, other in itertools.pairwise(free.to_dict("records")):
            assert one["covered"] <= other["begin"]


def test_dates_at_odds_are_two_points_of_one_row(answer):
    marks = phase_picture.track_marks(answer)
    pair = marks[marks["conflict"] & (marks["kind"] == "point")].groupby(["row", "group"]).size()
    assert pair.tolist() == [2, 2]


def test_a_mark_stands_in_the_middle_of_what_its_date_leaves_open(answer):
    marks = phase_picture.track_marks(answer).set_index(["step", "dates"])
    assert marks.loc[("보상", "2027"), ["begin", "over", "x"]].tolist() == [2027.0, 2028.0, 2027.5]
    assert marks.loc[("후보지 선정", "2023-03-15"), "over"] - marks.loc[("후보지 선정", "2023-03-15"), "begin"] < 0.003


def test_the_picture_says_how_many_steps_it_leaves_out(answer):
    drawn = len(phase_picture.track_marks(answer))
    dated = int(answer.steps["date"].notna().sum())
    assert f"그림에 없는 단계 {dated - drawn}건" in view.picture_note(answer)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    ("asked", "shorten"),
    [(Span(), ()), (Span(), SHORT), (Span("region", "fact"), ()), (Span(first=2031, last=2031), ()), (Span(first=2005, last=2050), ()), (Span(first=2045, last=2050), ())],
)  # fmt: skip
def test_the_picture_can_be_drawn(code, asked, shorten):
    with reading(code):
        drawn = phase_picture.picture(answered(asked, shorten), 2026).to_dict()
    upper, lower = (part["layer"][0]["encoding"]["x"]["scale"]["domain"] for part in drawn["vconcat"])
    assert upper == lower


# The command line

STEP_KEYS = ["phase", "subject", "step", "date", "date_end", "status", "source", "note"]


def test_the_steps_leave_with_the_keys_of_the_contract():
    rows = done("phases", "--format", "json").json
    assert list(rows[0])[: len(STEP_KEYS)] == STEP_KEYS
    assert [row["date"] for row in rows if row["phase"] == "futurecar" and row["step"] == "feasibility"] == [None]
    assert len(rows) == len(study.steps())


def test_the_curve_leaves_every_scope_and_basis_year_by_year():
    rows = done("phases", "--curve", "--format", "json").json
    assert len(rows) == 16 * 3 + 7 * 3, "facts end with the year of the data"
    assert max(row["year"] for row in rows if row["basis"] == "fact") == 2026
    row = next(row for row in rows if (row["scope"], row["basis"], row["year"]) == ("region", "plan", 2031))
    assert (row["track"], row["completeness"], row["served_links"], row["required_links"]) == ("usual", 1.0, 24, 24)
    one = done(
        "phases",
        "--curve",
        "--scope",
        "cluster",
        "--basis",
        "fact",
        "--first",
        "2024",
        "--last",
        "2026",
        "--format",
        "csv",
    )
    assert len(one.text.strip().splitlines()) == 4


def test_slips_leave_with_null_for_a_year_that_never_comes():
    rows = done("phases", "--slips", "2", "--scope", "cluster", "--format", "json").json
    assert [row["phase"] for row in rows] == ["futurecar", "ad_certification_center"]
    assert (rows[0]["complete_before"], rows[0]["delay"], rows[0]["slip"]) == (None, None, 2)


def test_a_shortening_of_the_command_line_is_not_kept():
    rows = done(
        "phases", "--curve", "--scope", "region", "--basis", "plan", "--shorten", "futurecar=1", "--format", "json"
    ).json
    first = next(row["year"] for row in rows if row["track"] == "shortened" and row["completeness"] == 1)
    assert first == 2030
    assert study.kept_shortening() == {}


def test_a_kept_shortening_holds_on_the_command_line_until_another_is_named():
    study.keep_shortening({"futurecar": 2})
    assert "shortened" in done("phases", "--curve", "--format", "csv").text
    assert "shortened" not in done("phases", "--curve", "--shorten", "futurecar=0", "--format", "csv").text


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("words", [(), ("--slips",), ("--curve",), ("--slips", "3", "--basis", "fact")])
def test_tables_are_for_people(code, words):
    text = done("--lang", code, "phases", *words).text
    assert not re.search(r"\b(futurecar|nan|None|NA)\b", text)
    use_language("ko")


def test_a_workbook_has_a_sheet_a_table(tmp_path):
    for words, sheets in (((), ["phases"]), (("--slips",), ["slips", "hosts"]), (("--curve",), ["curve", "firsts"])):
        file = tmp_path / "phases.xlsx"
        done("phases", *words, "-o", file)
        assert openpyxl.load_workbook(io.BytesIO(file.read_bytes())).sheetnames == [*sheets, "sources"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--curve", "--scope", "moon"), "moon"), (("--slips", "--basis", "hope"), "hope"),
        (("--curve", "--first", "2030", "--last", "2020"), "2030"), (("--curve", "--first", "1900"), "1900"),
        (("--slips", "0"), "0"), (("--slips", "31"), "31"), (("--curve", "--shorten", "futurecar=9"), "futurecar"),
        (("--curve", "--shorten", "moon=1"), "moon"), (("--curve", "--shorten", "futurecar"), "futurecar"),
        (("--shorten", "futurecar=x"), "futurecar=x"), (("--curve", "--within", "10 parsec"), "parsec"),
        (("--slips", "--format", "xlsx"), "-o"), (("--scope", "moon"), "moon"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_line(words, named):
    assert named in refusal("phases", *words)


@pytest.mark.parametrize("words", [("2",), ("--slips", "--curve"), ("--slips", "two")])
def test_wrong_usage_ends_with_2(words):
    assert run("phases", *words).code == 2


# The page


def opened(**query: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update(query)
    app.run()
    app.switch_page("gis/app/pages/phases.py").run()
    return app


def sound(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    assert not app.error, [error.value for error in app.error]
    return app


@pytest.fixture
def at_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def said(app: AppTest) -> str:
    return " ".join(line.value.replace("\\", "") for line in app.markdown)


def the_button(app: AppTest, key: str):
    return next(one for one in app.button if one.key == key)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_shows_each_part_in_both_languages(at_root, code):
    app = opened(lang=code)
    use_language(code)  # AppTest words the options itself
    for part in ("firsts", "slips", "shorten", "steps", "history", "targets"):
        app.session_state["time_part"] = part
        sound(app.run())
        assert ("first served in 2031" if code == "en" else "2031년에 처음 모두 확보") in said(app)
        assert app.dataframe


def test_the_page_answers_to_scope_basis_year_and_slip(at_root):
    app = sound(opened(scope="cluster"))
    assert "모두 확보되는 해가 없습니다" in said(app)
    app = sound(opened(basis="fact", time_part="slips"))
    assert "늦어질 담당처가 없습니다" in said(app)
    app = sound(opened(time_part="slips"))
    app.slider(key="year").set_value(2031).run()
    assert "2031년(광주권 · 계획 기준)에는 24개 중 24개" in said(sound(app))
    for years in (2, 3, 4):
        app.number_input(key="slip").set_value(years).run()
        assert f"{years}년 늦어질 때" in said(sound(app))


def test_a_shortening_is_kept_on_the_page_and_taken_back(at_root):
    app = sound(opened(time_part="shorten"))
    assert the_button(app, "shorten-undo").disabled
    for years in (1, 2, 3):
        app.number_input(key="shorten-futurecar-0").set_value(years).run()
        assert sound(app).number_input(key="shorten-futurecar-0").value == years
    the_button(app, "shorten-keep").click().run()
    assert "단축 2028년" in said(sound(app))
    assert study.kept_shortening() == {"futurecar": 3}
    the_button(app, "shorten-undo").click().run()
    assert "기사에 연수가 없어" in said(sound(app))
    assert app.number_input(key="shorten-futurecar-0").value == 0


def test_the_picture_on_the_page_holds_both_curves(at_root):
    app = sound(opened(lang="ko"))
    charts = [element for element in app.main if element.type == "vega_lite_chart"]
    assert len(charts) == 1
    spec = json.loads(charts[0].proto.spec)
    assert len(spec["vconcat"]) == 2
