"""법정 기준 검토: every rule at, below and above its threshold; what is missing, schematic or not confirmed decides nothing."""

import copy
import itertools
import math
import tomllib
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from gis import study
from gis.analysis.rules import (
    FAIL,
    MEETS,
    MISSES,
    OPEN,
    PASS,
    REVIEW,
    UNDECIDED,
    Case,
    Quantity,
    Threshold,
    book_of,
    check,
    judged,
    threshold_code,
)
from gis.errors import DataFileError, InputError, UnknownNameError
from gis.i18n import reading
from gis.io import decisions
from gis.io.plans import read_plan, rules_content
from gis.study.landuse import PlanSource, keep, land_use, site_key
from gis.study.rules import Settings, kept, review, rule_book, stated_type, stated_value
from gis.study.rules import keep as say
from gis.study.sites import SiteRef
from gis.view.rules import (
    amount_text,
    check_shown,
    effects_shown,
    skipped_shown,
    summary_sentence,
    threshold_text,
    type_sentence,
)
from tests.command import done, refusal
from tests.pencil import ORIGIN, square

ROOT = Path(__file__).parents[1]
CONTENT, FILE = rules_content()
BOOK = book_of(CONTENT, FILE)
KM2 = 1e6
FLAGS = {name: Quantity(0.0) for name in ("industrial", "mixed", "green", "park", "road", "parking")}
BASE = Case(
    Quantity(2 * KM2), Quantity(6_000.0), "general", FLAGS | {"industrial": Quantity(1.2 * KM2)}, free=0.0,
    facts={"developer": "public", "designator": "mayor", "region": "outside", "zoning": "general_industrial"},
)  # fmt: skip


def sure(book=BOOK):
    """Return the rules as if a person had confirmed every number: what they say of a value is then a verdict."""
    return replace(
        book, rules=tuple(replace(rule, confidence="high") for rule in book.rules),
        adjustments=tuple(replace(one, confidence="high") for one in book.adjustments),
    )  # fmt: skip


def rule_of(name, book=BOOK):
    return next(rule for rule in book.rules if rule.id == name)


def row_of(name, case, book=BOOK):
    return judged(rule_of(name, book), case, book)


def flagged(**areas):
    return replace(
        BASE, flags=FLAGS | {"industrial": Quantity(1.2 * KM2)} | {name: Quantity(area) for name, area in areas.items()}
    )


def ratio(flag, pct, size=2 * KM2, **more):
    return replace(flagged(**{flag: pct / 100 * size}), site=Quantity(size), **more)


def given_of(name, value, **more):
    return replace(BASE, given={name: value}, **more)


LIMITS = [
    # rule, the case of a value, the limit, what is just below it, at it, above it
    ("green_ratio", lambda v: ratio("green", v, 4 * KM2), 10, FAIL, PASS, PASS),
    ("green_ratio", lambda v: ratio("green", v, 4 * KM2), 13, PASS, FAIL, FAIL),
    ("green_ratio", lambda v: ratio("green", v, 3 * KM2), 13, PASS, FAIL, FAIL),
    ("green_ratio", lambda v: ratio("green", v, 2 * KM2), 7.5, FAIL, PASS, PASS),
    ("green_ratio", lambda v: ratio("green", v, 1 * KM2), 10, PASS, FAIL, FAIL),
    ("green_ratio", lambda v: ratio("green", v, 0.5 * KM2), 5, FAIL, PASS, PASS),
    ("green_ratio", lambda v: ratio("green", v, 0.5 * KM2), 7.5, PASS, FAIL, FAIL),
    ("public_green_size", lambda v: replace(flagged(green=9_000), smallest_green=Quantity(v)), 500, FAIL, PASS, PASS),
    ("buffer_green", lambda v: given_of("buffer_green_width", v), 10, REVIEW, PASS, PASS),
    ("road_ratio", lambda v: ratio("road", v, 1 * KM2), 10, FAIL, PASS, PASS),
    ("road_ratio", lambda v: ratio("road", v, 0.9 * KM2), 8, FAIL, PASS, PASS),
    ("arterial_width", lambda v: given_of("arterial_width", v), 15, REVIEW, PASS, PASS),
    ("industrial_share", lambda v: ratio("industrial", v), 50, FAIL, PASS, PASS),
    ("industrial_share", lambda v: ratio("industrial", v, legal_type="national"), 50, FAIL, PASS, PASS),
    ("industrial_share", lambda v: ratio("industrial", v, legal_type="urban"), 40, FAIL, PASS, PASS),
    ("industrial_share", lambda v: ratio("industrial", v, legal_type="rural"), 60, FAIL, PASS, PASS),
    ("smallest_plot", lambda v: replace(BASE, smallest_plot=Quantity(v)), 900, REVIEW, PASS, PASS),
    ("mixed_use", lambda v: replace(flagged(mixed=1_000), given={"mixed_industry_share": v}), 50, FAIL, PASS, PASS),
    ("restricted_industries", lambda v: given_of("restricted_area", v / 100 * 1.2 * KM2), 30, PASS, PASS, FAIL),
    ("rental_land", lambda v: given_of("rental_area", v / 100 * 1.2 * KM2), 2, FAIL, PASS, PASS),
    ("rental_land", lambda v: given_of("rental_area", v / 100 * 1.2 * KM2, facts=BASE.facts | {"region": "capital"}), 5, FAIL, PASS, PASS),
    ("use_change", lambda v: replace(BASE, use_changes={"road": -v}), 10, PASS, REVIEW, REVIEW),
    ("area_change", lambda v: replace(BASE, area_change=v), 10, PASS, REVIEW, REVIEW),
    ("area_change", lambda v: replace(BASE, area_change=-v), 10, PASS, REVIEW, REVIEW),
    ("designation_general", lambda v: replace(BASE, site=Quantity(v)), 300_000, PASS, FAIL, FAIL),
    ("designation_urban", lambda v: replace(BASE, site=Quantity(v), legal_type="urban"), 100_000, PASS, FAIL, FAIL),
    ("building_coverage", lambda v: given_of("building_coverage", v), 70, PASS, PASS, FAIL),
    ("floor_area_ratio", lambda v: given_of("floor_area_ratio", v), 350, PASS, PASS, FAIL),
]  # fmt: skip


@pytest.mark.parametrize(("name", "case", "limit", "below", "at", "above"), LIMITS)
def test_a_rule_that_is_confirmed_decides_at_below_and_above_its_limit(name, case, limit, below, at, above):
    book = sure()
    verdicts = [row_of(name, case(value), book)["verdict"] for value in (limit * 0.999, limit, limit * 1.001)]
    assert verdicts == [below, at, above]


def test_every_rule_has_its_limits_tested():
    assert {limit[0] for limit in LIMITS} == {rule.id for rule in BOOK.rules}


@pytest.mark.parametrize("zoning", [band.zoning for band in rule_of("building_coverage").bands])
@pytest.mark.parametrize("name", ["building_coverage", "floor_area_ratio"])
def test_each_zoning_has_its_own_limit(name, zoning):
    limit = next(band.at_most for band in rule_of(name).bands if band.zoning == zoning)
    facts = BASE.facts | {"zoning": zoning}
    assert [row_of(name, given_of(name, value, facts=facts), sure())["verdict"] for value in (limit, limit + 0.1)] == [
        PASS,
        FAIL,
    ]


@pytest.mark.parametrize(("name", "case", "limit", "below", "at", "above"), LIMITS)
def test_a_rule_of_medium_confidence_never_says_pass_or_fail(name, case, limit, below, at, above):
    book = replace(BOOK, rules=tuple(replace(rule, confidence="medium") for rule in BOOK.rules))
    for value in (limit * 0.5, limit, limit * 1.5):
        row = row_of(name, case(value), book)
        assert row["verdict"] in (REVIEW, UNDECIDED)
        assert "confidence" in row["reasons"]


def test_the_rules_whose_table_is_a_picture_stop_at_review():
    assert {rule.id for rule in BOOK.rules if rule.confidence != "high"} == {
        "green_ratio", "road_ratio", "buffer_green", "building_coverage", "floor_area_ratio",
    }  # fmt: skip


def test_an_adjustment_of_less_confidence_takes_the_rule_with_it():
    low = replace(BOOK, adjustments=tuple(replace(one, confidence="low") for one in BOOK.adjustments))
    case = replace(ratio("road", 11), switches=frozenset({"small_plots"}))
    assert row_of("road_ratio", case, replace(low, rules=sure().rules))["verdict"] == REVIEW


# ── what is missing ────────────────────────────────────────────────────────────────────────────────────────────────

UNKNOWN = Case(Quantity(2 * KM2), Quantity(6_000.0))
MISSING = {
    "green_ratio": "legal_type|plan", "public_green_size": "legal_type|plan", "buffer_green": "legal_type|buffer_green_width",
    "road_ratio": "legal_type|plan", "arterial_width": "legal_type|arterial_width", "industrial_share": "legal_type|plan",
    "smallest_plot": "legal_type|plots", "mixed_use": "legal_type|mixed_industry_share",
    "restricted_industries": "legal_type|plan|restricted_area", "rental_land": "legal_type|developer|region|plan|rental_area",
    "use_change": "legal_type|plan", "area_change": "legal_type|former_area", "designation_general": "legal_type|designator",
    "designation_urban": "legal_type|designator", "building_coverage": "zoning|building_coverage",
    "floor_area_ratio": "zoning|floor_area_ratio",
}  # fmt: skip


@pytest.mark.parametrize("name", [rule.id for rule in BOOK.rules])
def test_without_its_inputs_a_rule_is_undecided_and_names_each(name):
    row = row_of(name, UNKNOWN)
    assert (row["verdict"], row["missing"]) == (UNDECIDED, MISSING[name])
    assert row["article"] and row["law"] and row["source"]


def test_a_type_that_no_clause_speaks_of_is_undecided_for_that_reason():
    row = row_of("industrial_share", replace(BASE, legal_type="rnd"))
    assert (row["verdict"], row["missing"]) == (UNDECIDED, "applicability")


def test_a_type_that_the_clause_leaves_out_is_no_verdict_at_all():
    table, skipped, _ = check(BOOK, replace(BASE, legal_type="rural"))
    assert "green_ratio" not in table["rule"].tolist()
    assert dict(zip(skipped["rule"], skipped["skipped"], strict=True))["green_ratio"] == "type"


@pytest.mark.parametrize(
    ("case", "name", "why"),
    [
        (replace(BASE, site=Quantity(20_000.0)), "arterial_width", "size"),
        (replace(BASE, site=Quantity(0.9 * KM2)), "rental_land", "size"),
        (flagged(industrial=90_000), "restricted_industries", "size"),
        (flagged(industrial=100_000), "restricted_industries", "size"),
        (BASE, "mixed_use", "absent"),
        (replace(BASE, facts={"developer": "private"}), "rental_land", "fact"),
        (replace(BASE, facts={"designator": "other"}), "designation_general", "fact"),
        (replace(BASE, switches=frozenset({"self_use"})), "rental_land", "waived"),
        (replace(BASE, switches=frozenset({"buffer_dropped"})), "buffer_green", "waived"),
    ],
)
def test_a_rule_that_does_not_apply_says_why(case, name, why):
    table, skipped, _ = check(BOOK, case)
    assert name not in table["rule"].tolist()
    assert dict(zip(skipped["rule"], skipped["skipped"], strict=True))[name] == why


def test_every_rule_is_judged_or_skipped_once():
    table, skipped, _ = check(BOOK, BASE)
    assert sorted([*table["rule"], *skipped["rule"]]) == sorted(rule.id for rule in BOOK.rules)


# ── what decides nothing ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["industrial_share", "arterial_width", "designation_general", "green_ratio"])
def test_a_schematic_site_decides_nothing_that_rests_on_its_area(name):
    case = replace(ratio("industrial", 80), site=Quantity(2 * KM2, schematic=True), given={"arterial_width": 20.0})
    row = row_of(name, case, sure())
    assert row["verdict"] == UNDECIDED
    assert "schematic" in row["reasons"]


@pytest.mark.parametrize(
    ("switches", "verdict"),
    [
        ((), REVIEW),
        (("buffer_beside_housing",), REVIEW),
        (("buffer_reduced", "buffer_beside_housing"), REVIEW),
        (("buffer_reduced",), UNDECIDED),
    ],
)
@pytest.mark.parametrize("schematic", ["site", "perimeter"])
def test_a_width_that_a_formula_reads_from_a_schematic_outline_decides_nothing(schematic, switches, verdict):
    """The clause's own 10 m needs no outline; its reduced width is area × ratio ÷ perimeter."""
    case = given_of("buffer_green_width", 12.0, switches=frozenset(switches))
    row = row_of("buffer_green", replace(case, **{schematic: replace(getattr(case, schematic), schematic=True)}))
    assert (row["verdict"], "schematic" in row["reasons"]) == (verdict, verdict == UNDECIDED)


def test_a_schematic_outline_narrows_no_buffer_green_whatever_area_is_stated(folder):
    words = ["check", "jingok", "--plan", folder / "plan.csv", "--set", "buffer_green_width=9m", "--format", "json"]
    official = [*words, "--basis", "official"]
    assert verdicts(done(*official))["buffer_green"] == REVIEW
    for asked in (words, official):
        rows = {row["rule"]: row for row in done(*asked, "--with", "buffer_reduced").json}
        assert rows["buffer_green"]["verdict"] == UNDECIDED
        assert "schematic" in rows["buffer_green"]["reasons"]


def test_a_value_within_its_error_of_the_limit_is_for_review():
    def verdict(sigma):
        return row_of("industrial_share", replace(ratio("industrial", 51), site=Quantity(2 * KM2, sigma)))["verdict"]

    assert [verdict(sigma) for sigma in (math.nan, 0.0, 10_000.0, 30_000.0)] == [PASS, PASS, PASS, REVIEW]
    assert (
        "sigma"
        in row_of("industrial_share", replace(ratio("industrial", 51), site=Quantity(2 * KM2, 30_000.0)))["reasons"]
    )


def test_a_site_whose_error_reaches_another_size_band_is_for_review():
    near = replace(ratio("road", 9, 1 * KM2), site=Quantity(1 * KM2, 5_000.0))
    row = row_of("road_ratio", near, sure())
    assert (row["verdict"], "band" in row["reasons"]) == (REVIEW, True)
    assert (
        row_of("road_ratio", replace(near, flags=near.flags | {"road": Quantity(0.2 * KM2)}), sure())["verdict"] == PASS
    )


def test_land_without_a_use_leaves_ratios_to_a_person():
    row = row_of("industrial_share", replace(ratio("industrial", 80), unassigned=10_000.0))
    assert (row["verdict"], row["reasons"]) == (REVIEW, "unassigned")


def test_both_denominators_are_shown_and_must_agree_unless_one_is_chosen():
    case = replace(ratio("industrial", 45), free=0.5 * KM2)
    row = row_of("industrial_share", case)
    assert row["alternatives"] == "site=45|paid=60"
    assert (row["verdict"], "denominator" in row["reasons"]) == (REVIEW, True)
    assert row_of("industrial_share", replace(case, choices={"denominator": "site"}))["verdict"] == FAIL
    assert row_of("industrial_share", replace(case, choices={"denominator": "paid"}))["verdict"] == PASS


def test_an_unknown_denominator_can_only_make_the_share_larger():
    unknown = replace(ratio("industrial", 55), free=math.nan)
    assert row_of("industrial_share", unknown)["verdict"] == PASS
    row = row_of("industrial_share", replace(ratio("industrial", 45), free=math.nan))
    assert (row["verdict"], row["alternatives"]) == (REVIEW, "site=45|paid=unknown")


def test_parks_count_or_not_and_both_are_shown():
    case = replace(ratio("green", 6), flags=FLAGS | {"green": Quantity(0.12 * KM2), "park": Quantity(0.06 * KM2)})
    row = row_of("green_ratio", case, sure())
    assert (row["verdict"], row["alternatives"]) == (REVIEW, "with=9|without=6")
    assert row_of("green_ratio", replace(case, choices={"parks": "with"}), sure())["verdict"] == PASS
    assert row_of("green_ratio", replace(case, choices={"parks": "without"}), sure())["verdict"] == FAIL


@pytest.mark.parametrize(
    ("legal_type", "share", "counted"),
    [("general", 60, 45 + 10), ("general", 49, 45), ("urban", 60, 45 + 10), ("general", None, 45)],
)
def test_mixed_use_land_counts_where_half_of_it_is_industry(legal_type, share, counted):
    case = replace(
        ratio("industrial", 45, legal_type=legal_type), given={} if share is None else {"mixed_industry_share": share}
    )
    case = replace(case, flags=case.flags | {"mixed": Quantity(0.2 * KM2)})
    assert row_of("industrial_share", case)["value"] == pytest.approx(counted)


@pytest.mark.parametrize(("legal_type", "counted"), [("general", 30), ("urban", 35)])
def test_mixed_use_land_counts_up_to_its_cap(legal_type, counted):
    case = replace(ratio("industrial", 20, legal_type=legal_type), given={"mixed_industry_share": 80.0})
    case = replace(case, flags=case.flags | {"mixed": Quantity(0.6 * KM2)})
    assert row_of("industrial_share", case)["value"] == pytest.approx(counted)


def test_a_new_use_has_no_share_and_is_left_to_a_person():
    row = row_of("use_change", replace(BASE, use_changes={"road": 1.0, "park": math.inf}))
    assert (row["verdict"], row["reasons"]) == (REVIEW, "new_use")


# ── adjustments ────────────────────────────────────────────────────────────────────────────────────────────────────


def threshold(name, *switches, size=4 * KM2, **more):
    return row_of(name, replace(BASE, site=Quantity(size), switches=frozenset(switches), **more))["threshold"]


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ((), ">= 10 and < 13 pct"),
        (("public_green_near",), ">= 8 and < 13 pct"),
        (("public_green_near", "reclaimed_flat"), ">= 8 and < 13 pct"),
        (("public_green_near", "large_consulted"), ">= 6 and < 13 pct"),
        (("public_green_near", "extra_green_near"), ">= 7.875 and < 13 pct"),
        (("public_green_near", "large_consulted", "extra_green_near"), ">= 6 and < 13 pct"),
        (("wide_buffer",), ">= 9.5 and < 13 pct"),
        (("non_green_inside",), ">= 10 and < 15 pct"),
        (("non_green_inside", "slope_green"), ">= 10 and < 15 pct"),
        (("slope_green", "slope_deliberated"), ">= 10 and < 18 pct"),
        (("research_or_forest",), ">= 10 pct"),
    ],
)
def test_adjustments_of_the_green_ratio(switches, expected):
    assert threshold("green_ratio", *switches) == expected


def test_the_ground_for_large_sites_does_nothing_for_others():
    assert threshold("green_ratio", "public_green_near", "large_consulted", size=2 * KM2) == ">= 5.5 and < 10 pct"


@pytest.mark.parametrize(
    ("switches", "expected"), [((), ">= 10 pct"), (("small_plots",), ">= 12 pct"), (("no_through_road",), None)]
)
def test_adjustments_of_the_road_ratio(switches, expected):
    assert threshold("road_ratio", *switches) == expected


def test_a_bound_lifted_without_a_number_is_left_to_a_person():
    case = replace(ratio("road", 9), switches=frozenset({"no_through_road"}))
    row = row_of("road_ratio", case, sure())
    assert (row["verdict"], "lifted" in row["reasons"]) == (REVIEW, True)
    assert row_of("road_ratio", replace(ratio("road", 11), switches=case.switches), sure())["verdict"] == PASS


def test_public_parking_counts_as_road_where_it_stands_for_one():
    case = flagged(road=0.19 * KM2, parking=0.02 * KM2)
    assert row_of("road_ratio", case)["value"] == pytest.approx(9.5)
    assert row_of("road_ratio", replace(case, switches=frozenset({"public_parking_as_road"})))[
        "value"
    ] == pytest.approx(10.5)


def test_a_semi_industrial_complex_has_two_points_either_way_by_itself():
    case = replace(BASE, legal_type="semi")
    assert row_of("green_ratio", case)["threshold"] == ">= 5.5 and < 12 pct"
    assert row_of("road_ratio", case)["threshold"] == ">= 8 pct"


@pytest.mark.parametrize(
    ("perimeter", "switches", "expected"),
    [
        (6_000, (), 10),
        (6_000, ("buffer_reduced",), 10),  # 2 km² × 10 % / 6 km = 33 m: 10 m would not exceed the ratio
        (25_000, ("buffer_reduced",), 8),
        (80_000, ("buffer_reduced",), 5),
        (80_000, ("buffer_reduced", "buffer_beside_housing"), 10),
    ],
)
def test_buffer_green_narrows_by_the_formula_and_not_below_5_m(perimeter, switches, expected):
    case = replace(BASE, perimeter=Quantity(float(perimeter)), switches=frozenset(switches))
    assert row_of("buffer_green", case)["at_least"] == pytest.approx(expected)


def test_each_adjustment_is_shown_with_its_effect():
    _, _, effects = check(sure(), ratio("green", 9, 4 * KM2))
    row = effects.set_index("adjustment").loc["public_green_near"]
    assert (row["before"], row["after"], row["verdict_before"], row["verdict_after"]) == (
        ">= 10 and < 13 pct", ">= 8 and < 13 pct", FAIL, PASS,
    )  # fmt: skip
    assert not row["in_use"]


def test_every_adjustment_does_something_somewhere():
    case = replace(ratio("green", 9, 4 * KM2), perimeter=Quantity(100_000.0))
    case = replace(case, flags=case.flags | {"parking": Quantity(1_000.0)})
    found = set()
    for legal_type in ("general", "semi"):
        effects = check(BOOK, replace(case, legal_type=legal_type))[2]
        found |= set(effects["adjustment"])
    assert found == {one.id for one in BOOK.adjustments}


@pytest.mark.parametrize(
    ("switches", "word"), [({"moonlight"}, "moonlight"), ({"large_consulted"}, "public_green_near")]
)
def test_a_switch_that_is_none_or_stands_alone_is_refused(switches, word):
    with pytest.raises(InputError, match=word):
        check(BOOK, replace(BASE, switches=frozenset(switches)))


# ── thresholds ─────────────────────────────────────────────────────────────────────────────────────────────────────

bounds = st.floats(0, 100)


@given(bounds, bounds, bounds, bounds)
def test_an_interval_meets_misses_or_leaves_open_as_its_values_do(low, width, least, span):
    limit, high = Threshold(least, least + span + 0.001), low + width
    found = limit.finding(low, high)
    values = [low + part * (high - low) / 200 for part in range(201)]
    single = {limit.finding(value, value) for value in values}
    assert OPEN not in single
    if len(single) == 2:
        assert found == OPEN
    elif found != OPEN:
        assert single == {found}


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [(10, 12, MEETS), (12.9, 13, OPEN), (5, 9, MISSES), (13, 20, MISSES), (5, 20, OPEN), (9.9, 10, OPEN)],
)
def test_findings_of_a_range(low, high, found):
    assert Threshold(10, 13).finding(low, high) == found


@pytest.mark.parametrize(
    ("limit", "code", "words"),
    [
        (Threshold(10, 13), ">= 10 and < 13 pct", "10 % 이상 13 % 미만"),
        (Threshold(at_most=7.5), "<= 7.5 pct", "7.5 % 이하"),
        (Threshold(), None, None),
    ],
)
def test_thresholds_for_machines_and_people(limit, code, words):
    assert threshold_code(limit, "pct") == code
    assert threshold_text(code) == words


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(12.345, "pct", "12.35 %"), (900, "m2", "900 ㎡"), (10.0, "m", "10 m"), (100, "pct", "100 %")],
)
def test_amounts_have_their_unit(value, unit, text):
    assert amount_text(value, unit) == text


# ── a planner edits the file ───────────────────────────────────────────────────────────────────────────────────────


def edited(name, key="rule", **changes):
    content = copy.deepcopy(CONTENT)
    row = next(row for row in content[key] if row["id"] == name)
    for field, value in changes.items():
        row.pop(field, None) if value is ... else row.update({field: value})
    return content


@pytest.mark.parametrize(
    ("name", "changes", "word"),
    [
        ("green_ratio", {"confidence": "sure"}, "confidence"),
        ("green_ratio", {"confidence": ...}, "confidence"),
        ("green_ratio", {"measure": "beauty"}, "beauty"),
        ("green_ratio", {"kind": "minimum"}, "minimum"),
        ("green_ratio", {"types": ["royal"]}, "royal"),
        ("green_ratio", {"band": []}, "band"),
        ("green_ratio", {"band": [{"at_least": 13, "below": 10}]}, "green_ratio"),
        ("green_ratio", {"band": [{"at_least": "열", "below": 13}]}, "열"),
        ("green_ratio", {"band": [{"at_least": True, "below": 13}]}, "True"),
        ("green_ratio", {"band": [{"at_least": 10, "below": float("nan")}]}, "nan"),
        ("green_ratio", {"law": "moses"}, "moses"),
        ("green_ratio", {"treshold": 3}, "treshold"),
        ("road_ratio", {"title": ...}, "title"),
        ("road_ratio", {"miss": "shrug"}, "shrug"),
        ("rental_land", {"needs": {"developer": "me"}}, "me"),
        ("rental_land", {"unit": "acre"}, "acre"),
    ],
)
def test_a_broken_rule_is_refused_with_its_id(name, changes, word):
    with pytest.raises(DataFileError) as caught:
        book_of(edited(name, **changes), "mine.toml")
    assert name in str(caught.value) and word in str(caught.value) and "mine.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "changes", "word"),
    [
        ("small_plots", {"rules": ["nothing"]}, "nothing"),
        ("small_plots", {"rules": []}, "rules"),
        ("small_plots", {"lower_pp": 0}, "small_plots"),
        ("small_plots", {"lower_pp": "2"}, "2"),
        ("large_consulted", {"after": ["nobody"]}, "nobody"),
        ("self_use", {"waives": "yes"}, "yes"),
    ],
)
def test_a_broken_adjustment_is_refused_with_its_id(name, changes, word):
    with pytest.raises(DataFileError) as caught:
        book_of(edited(name, "adjustment", **changes), "mine.toml")
    assert name in str(caught.value) and word in str(caught.value)


@pytest.mark.parametrize("content", [{}, {"law": {}}, {"law": {}, "type": [], "rule": []}, {"law": {}, "type": [{"id": "a", "name": "가"}], "rule": [{"x": 1}]}, {"law": {}, "type": "a"}])  # fmt: skip
def test_a_file_without_rules_is_refused(content):
    with pytest.raises(DataFileError, match=r"mine\.toml"):
        book_of(content, "mine.toml")


def test_a_rule_that_stands_twice_is_refused():
    content = copy.deepcopy(CONTENT)
    content["rule"].append(copy.deepcopy(content["rule"][0]))
    with pytest.raises(DataFileError, match="green_ratio"):
        book_of(content, "mine.toml")


def test_every_rule_has_a_law_in_force_a_source_and_words_in_both_languages():
    for rule in BOOK.rules:
        assert rule.source and rule.title and rule.title_en != rule.id and rule.note and rule.note_en
        assert rule.in_force or rule.law.startswith("국토의 계획")
    for one in BOOK.adjustments:
        assert one.clause.startswith("제") and one.title_en != one.id


def test_bands_of_a_rule_do_not_overlap():
    for rule, size in itertools.product(BOOK.rules, (0.0, 30_000.0, 100_001.0, KM2, 3 * KM2)):
        keys = [
            (kind, band.region, band.zoning)
            for band in rule.bands
            if band.start <= size < band.end
            for kind in band.types or ("",)
        ]
        assert len(keys) == len(set(keys)), rule.id


# ── one run, end to end ────────────────────────────────────────────────────────────────────────────────────────────

PLAN = """구분,세부,기정,변경,귀속
산업시설용지,,1170000,1178000,유상
지원시설용지,,210000,200000,유상
공공시설용지,도로,250000,250000,무상
공공시설용지,공원,80000,81000,무상
공공시설용지,녹지,198000,199000,무상
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "plan.csv").write_bytes(PLAN.encode("cp949"))
    for name, grade in (("sharp", "A"), ("blurred", "C"), ("schematic", "D")):
        frame = gpd.GeoDataFrame(
            {"id": [name], "grade": [grade]}, geometry=[square(0, 0, 1_000, 1_000)], crs="EPSG:5186"
        )
        frame.to_file(tmp_path / f"{name}.gpkg")
    words, widths = ["산업시설용지", "도로", "완충녹지", "지원시설용지"], [510, 120, 70, 300]
    lefts = [sum(widths[:number]) for number in range(4)]
    zones = [square(left, 0, width, 1_000) for left, width in zip(lefts, widths, strict=True)]
    gpd.GeoDataFrame({"용도": words, "grade": "A"}, geometry=zones, crs="EPSG:5186").to_file(tmp_path / "zones.gpkg")
    return tmp_path


def verdicts(answer):
    return {row["rule"]: row["verdict"] for row in answer.json}


def test_the_columns_of_the_contract_come_first(folder):
    row = done("check", "jingok", "--plan", folder / "plan.csv", "--basis", "official", "--format", "json").json[0]
    assert [name for name in row if name in ("law", "article", "threshold", "value", "verdict", "missing")] == [
        "law", "article", "threshold", "value", "verdict", "missing",
    ]  # fmt: skip
    assert {"rule", "confidence", "in_force", "source", "note"} <= set(row)


def test_a_typed_plan_in_the_official_area_of_a_schematic_complex_is_decided(folder):
    words = [
        "check",
        "jingok",
        "--plan",
        folder / "plan.csv",
        "--basis",
        "official",
        "--set",
        "arterial_width=20m",
        "--set",
        "developer=public",
        "--set",
        "rental_area=2만㎡",
        "--format",
        "json",
    ]
    found = verdicts(done(*words))
    assert found["industrial_share"] == PASS
    assert found["arterial_width"] == PASS
    assert found["rental_land"] == FAIL
    assert found["use_change"] == found["area_change"] == PASS
    assert found["green_ratio"] == found["road_ratio"] == REVIEW


def test_a_table_that_leaves_land_open_decides_no_change_of_the_area(tmp_path):
    (tmp_path / "open.csv").write_text("구분,기정(㎡),변경(㎡)\n산업시설용지,1500000,1600000\n", encoding="utf-8")
    found = verdicts(
        done(
            "check",
            "jingok",
            "--plan",
            tmp_path / "open.csv",
            "--basis",
            "official",
            "--type",
            "general",
            "--format",
            "json",
        )
    )
    assert found["area_change"] == UNDECIDED


def test_the_same_plan_on_the_schematic_outline_decides_no_ratio(folder):
    found = verdicts(done("check", "jingok", "--plan", folder / "plan.csv", "--format", "json"))
    assert {found[name] for name in ("industrial_share", "green_ratio", "road_ratio")} == {UNDECIDED}


@pytest.mark.parametrize(("site", "verdict"), [("sharp", PASS), ("blurred", REVIEW), ("schematic", UNDECIDED)])
def test_how_sure_the_outline_is_decides_what_may_be_said(folder, site, verdict):
    result = review(SiteRef(str(folder / f"{site}.gpkg")), PlanSource(str(folder / "zones.gpkg")), Settings("general"))
    row = result.table.set_index("rule").loc["industrial_share"]
    assert (row["value"], row["verdict"]) == (pytest.approx(51), verdict)


def test_zones_give_the_smallest_public_green(folder):
    result = review(SiteRef(str(folder / "sharp.gpkg")), PlanSource(str(folder / "zones.gpkg")), Settings("general"))
    row = result.table.set_index("rule").loc["public_green_size"]
    assert (row["value"], row["verdict"]) == (70_000, PASS)


def test_shapes_cut_by_a_schematic_outline_decide_nothing(folder):
    frame = gpd.read_file(folder / "zones.gpkg").assign(블록="A")
    frame.to_file(folder / "blocks.gpkg")
    result = review(
        SiteRef(str(folder / "schematic.gpkg")), PlanSource(str(folder / "blocks.gpkg")), Settings("general")
    )
    found = result.table.set_index("rule")["verdict"]
    assert (found["public_green_size"], found["smallest_plot"]) == (UNDECIDED, UNDECIDED)
    sharp = review(SiteRef(str(folder / "sharp.gpkg")), PlanSource(str(folder / "blocks.gpkg")), Settings("general"))
    assert sharp.table.set_index("rule")["verdict"]["smallest_plot"] == PASS


@pytest.mark.parametrize(
    ("grade", "width", "verdict"), [("A", 910, PASS), ("C", 910, REVIEW), ("C", 400_000, PASS), ("D", 910, UNDECIDED)]
)
def test_the_smallest_plot_that_is_drawn_has_the_error_of_its_outline(folder, grade, width, verdict):
    """A plot of 910 m², digitised to some 40 m, may well have fewer than the 900 m² of the clause."""
    zones = [square(0, 0, width / 1_000, 1_000), square(500, 0, 500, 1_000)]
    frame = gpd.GeoDataFrame(
        {"용도": "산업시설용지", "블록": ["A", "B"], "grade": grade}, geometry=zones, crs="EPSG:5186"
    )
    frame.to_file(folder / "plots.gpkg")
    found = review(SiteRef(str(folder / "sharp.gpkg")), PlanSource(str(folder / "plots.gpkg")), Settings("general"))
    row = found.table.set_index("rule").loc["smallest_plot"]
    assert (row["value"], row["verdict"]) == (pytest.approx(width), verdict)
    assert (row["high_value"] > row["low_value"]) == (grade == "C")


def test_a_plot_that_a_table_states_has_no_error_of_an_outline(folder):
    gpd.read_file(folder / "zones.gpkg").assign(블록="A", grade="D").to_file(folder / "drafts.gpkg")
    (folder / "blocks.csv").write_text("블록,업종코드,공급면적,최소필지\nA,26,510000,910\n", encoding="utf-8")
    source = PlanSource(str(folder / "drafts.gpkg"), blocks=str(folder / "blocks.csv"))
    plot = land_use(SiteRef(str(folder / "sharp.gpkg")), source).smallest_plot
    assert (plot.value, math.isnan(plot.sigma), plot.schematic) == (910, True, False)


def test_without_a_plan_nothing_that_needs_one_is_decided():
    found = {row["rule"]: row for row in done("check", "jingok", "--format", "json").json}
    assert {row["verdict"] for row in found.values()} == {UNDECIDED}
    assert "plan" in found["green_ratio"]["missing"]


@pytest.mark.parametrize(
    ("complex_id", "legal_type"),
    [("bitgreen", "national"), ("jingok", "general"), ("cheomdan3", "rnd"), ("futurecar", "national")],
)
def test_the_type_of_a_complex_is_what_a_source_states(complex_id, legal_type):
    word, source = stated_type(complex_id, SiteRef(complex_id))
    assert (rule_book().legal_type(word), source is not None) == (legal_type, True)
    assert review(SiteRef(complex_id)).legal_type == legal_type


def test_a_file_has_no_type_until_a_person_says_it(folder):
    ref = SiteRef(str(folder / "sharp.gpkg"))
    unknown = review(ref)
    assert unknown.legal_type is None
    assert "--type" in type_sentence(unknown)
    assert "legal_type" in unknown.table.set_index("rule").loc["green_ratio", "missing"]
    assert review(ref, settings=Settings("국가산업단지")).legal_type == "national"
    with pytest.raises(UnknownNameError, match="general"):
        review(ref, settings=Settings("royal"))


@pytest.mark.parametrize(("reach", "known"), [(-2_000, True), (2_000, False), (60_000, False)])
def test_only_a_site_wholly_in_the_bundled_districts_is_known_to_lie_outside_the_capital(tmp_path, reach, known):
    """A long site from the middle of the districts northward, that ends before their rim, beyond it, and far beyond."""
    units = study.layer("sigungu", "EPSG:5186").union_all()
    x, y = ORIGIN
    north = shapely.intersection(units, shapely.LineString([(x, y), (x, y + 200_000)])).bounds[3]
    site = shapely.box(x - 5, y, x + 5, north + reach)
    gpd.GeoDataFrame({"id": ["s"], "grade": ["A"]}, geometry=[site], crs="EPSG:5186").to_file(tmp_path / "site.gpkg")
    result = review(SiteRef(str(tmp_path / "site.gpkg")), settings=Settings("general"))
    assert result.case.fact("region") == ("outside" if known else None)


def test_every_bundled_complex_lies_in_the_bundled_districts():
    assert {review(SiteRef(name)).case.fact("region") for name in study.complexes().index} == {"outside"}


def test_a_switch_by_command_is_shown_with_its_effect(folder):
    text = done(
        "check", "jingok", "--plan", folder / "plan.csv", "--basis", "official", "--with", "public_green_near"
    ).text
    assert "5.5 % 이상 10 % 미만" in text
    assert "200 m" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--with", "moonlight"], "moonlight"),
        (["--set", "arterial_width=wide"], "wide"),
        (["--set", "beauty=3"], "arterial_width"),
        (["--set", "developer=me"], "public"),
        (["--set", "building_coverage=much"], "much"),
        (["--set", "building_coverage=-1"], "-1"),
        (["--denominator", "moon"], "paid"),
        (["--type", "royal"], "national"),
        (["--rules", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(words, said):
    assert said in refusal("check", "jingok", *words)


def test_a_planner_s_own_file_of_rules_decides(folder):
    text = (ROOT / "data" / "rules.toml").read_text(encoding="utf-8")
    own = text.replace('confidence = "medium"', 'confidence = "high"')
    (folder / "mine.toml").write_text(own, encoding="utf-8")
    assert tomllib.loads(own)
    words = [
        "check",
        "jingok",
        "--plan",
        folder / "plan.csv",
        "--basis",
        "official",
        "--rules",
        folder / "mine.toml",
        "--format",
        "json",
    ]
    found = verdicts(done(*words))
    assert (found["green_ratio"], found["road_ratio"]) == (FAIL, PASS)
    (folder / "mine.toml").write_text(
        own.replace('id = "road_ratio"\ntitle', 'id = "road_ratio"\ntitel', 1), encoding="utf-8"
    )
    assert "road_ratio" in refusal(*words)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("arterial_width=20m", ("arterial_width", 20.0)),
        ("rental_area=2만㎡", ("rental_area", 20_000.0)),
        ("building_coverage=65 %", ("building_coverage", 65.0)),
        ("developer=public", ("developer", "public")),
    ],
)
def test_values_are_stated_in_their_unit(text, pair):
    assert stated_value(text) == pair


def test_a_workbook_holds_verdicts_effects_and_what_does_not_apply(folder):
    done("check", "jingok", "-o", folder / "out.xlsx")
    assert openpyxl.load_workbook(folder / "out.xlsx").sheetnames == ["check", "effects", "not_applied", "sources"]


def test_the_site_leaves_with_its_verdicts(folder):
    rows = done("check", "jingok", "--outline", folder / "out.geojson", "--format", "json").json
    site = gpd.read_file(folder / "out.geojson").iloc[0]
    assert {row["rule"]: row["verdict"] for row in rows} == {
        row["rule"]: site[f"verdict_{row['rule']}"] for row in rows
    }
    assert site["count_undecided"] == sum(row["verdict"] == UNDECIDED for row in rows)
    assert site["stamp"].startswith("모식도")


def test_words_are_in_both_languages_and_the_summary_counts(folder):
    result = review(SiteRef("jingok"), PlanSource(str(folder / "plan.csv"), basis="official"))
    assert f"기준 {result.counts['all']}개 가운데 적합 {result.counts[PASS]}" in summary_sentence(result)
    assert sum(result.counts[name] for name in (PASS, REVIEW, FAIL, UNDECIDED)) == result.counts["all"]
    korean = check_shown(result)
    assert set(korean["verdict"]) <= {"○ 적합", "△ 검토", "× 부적합", "? 판단 불가"}
    with reading("en"):
        english = check_shown(result)
        assert set(english["verdict"]) <= {"○ Pass", "△ Review", "× Fail", "? Undecided"}
        assert not any(
            "가" <= letter <= "힣"
            for column in ("check_item", "threshold", "value", "missing", "reasons")
            for text in english[column].dropna()
            for letter in text
        )
        assert len(effects_shown(result)) and len(skipped_shown(result))


def test_a_review_leaves_its_case_alone():
    before = copy.deepcopy(BASE)
    check(BOOK, BASE)
    assert before == BASE


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_shows_the_verdicts_in_words(monkeypatch, folder, language):
    monkeypatch.chdir(ROOT)
    keep(SiteRef("jingok"), read_plan(folder / "plan.csv"))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update({"site": "jingok", "table": "check", "basis": "official", "lang": language})
    app.run()
    app.switch_page("gis/app/pages/statutory.py").run()
    assert not app.exception and not app.error
    word = {"ko": "적합", "en": "Pass"}[language]
    assert any(f"○ {word}" in str(table.value.values) for table in app.dataframe)
    for key, value in (("arterial_width", 20.0), ("rental_area", 20_000.0)):
        widget(app.number_input, key).set_value(value).run()
    widget(app.toggle, "public_green_near").set_value(True).run()
    assert not app.exception and not app.error
    assert any("5.5 %" in str(table.value.values) for table in app.dataframe)


def opened(**query):
    """Open the page of the checks in a new visit."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update({"table": "check", **query})
    app.run()
    app.switch_page("gis/app/pages/statutory.py").run()
    assert not app.exception and not app.error
    return app


def widget(kind, name):
    """Return the one widget whose key ends so; of words, in Korean."""
    [found] = [one for one in kind if str(one.key).removesuffix("-ko").endswith(f"-{name}")]
    return found


def test_what_is_said_of_a_site_is_kept_with_it_and_nowhere_else(monkeypatch):
    monkeypatch.chdir(ROOT)
    app = opened(site="jingok")
    for width in (12.0, 18.0, 20.0):
        widget(app.number_input, "arterial_width").set_value(width).run()
        assert kept(SiteRef("jingok")).given == (("arterial_width", width),)
    widget(app.selectbox, "developer").set_value("public").run()
    widget(app.selectbox, "denominator").set_value("paid").run()
    widget(app.selectbox, "type").set_value("urban").run()
    widget(app.toggle, "small_plots").set_value(True).run()
    said = Settings(
        "urban", ("small_plots",), (("arterial_width", 20.0),), (("developer", "public"),), (("denominator", "paid"),)
    )
    assert kept(SiteRef("jingok")) == said
    assert kept(SiteRef("bitgreen")) == Settings()
    again = opened(site="jingok")
    assert widget(again.number_input, "arterial_width").value == 20.0
    assert [widget(again.selectbox, name).value for name in ("developer", "denominator", "type")] == [
        "public",
        "paid",
        "urban",
    ]
    assert widget(again.toggle, "small_plots").value
    again.selectbox(key="site-ko").set_value("bitgreen").run()
    assert widget(again.number_input, "arterial_width").value is None
    assert not widget(again.toggle, "small_plots").value
    assert kept(SiteRef("jingok")) == said


def test_what_was_said_before_comes_back(monkeypatch):
    monkeypatch.chdir(ROOT)
    app = opened(site="jingok")
    for width in (12.0, 18.0):
        widget(app.number_input, "arterial_width").set_value(width).run()
    for width in (12.0, None):
        app.button(key="check-undo").click().run()
        assert not app.exception
        assert widget(app.number_input, "arterial_width").value == width
    assert kept(SiteRef("jingok")) == Settings()
    assert app.button(key="check-undo").disabled


def test_a_visit_that_only_looks_writes_over_nothing(monkeypatch):
    monkeypatch.chdir(ROOT)
    looking, editing = opened(site="jingok"), opened(site="jingok")
    widget(editing.number_input, "arterial_width").set_value(20.0).run()
    looking.run()
    assert kept(SiteRef("jingok")).given == (("arterial_width", 20.0),)


def test_what_no_rule_asks_for_any_more_is_left_out():
    store_key = site_key(SiteRef("jingok"))
    content = {
        "legal_type": None,
        "switches": [],
        "given": [["moon", 3], ["rental_area", 5]],
        "facts": [["region", "mars"]],
        "choices": [],
    }
    decisions.append("check", store_key, content)
    assert kept(SiteRef("jingok")) == Settings(given=(("rental_area", 5.0),))


def test_the_same_is_not_kept_twice():
    said = Settings("general", given=(("rental_area", 5.0),), rules="mine.toml")
    for _ in range(3):
        say(SiteRef("jingok"), said)
    assert len(decisions.history("check", site_key(SiteRef("jingok")))) == 1
    assert kept(SiteRef("jingok")) == replace(said, rules=None)


PLOTS = """[[row]]\nuse = "산업시설용지"\narea = 600000\n[[row]]\nuse = "도로"\narea = 400000
[[block]]\nblock = 3\nksic = 26\narea = {area}\nsmallest_plot = 1000\nrestricted = false
[[block]]\nblock = "B"\nksic = "30"\narea = 300000\n{more}restricted = false
"""


@pytest.mark.parametrize(
    ("area", "more", "plot", "restricted"),
    [
        (300_000, "smallest_plot = 1200\n", PASS, PASS),
        (300_000, "", UNDECIDED, PASS),
        (1_000, "smallest_plot = 1200\n", UNDECIDED, UNDECIDED),
    ],
)
def test_blocks_that_leave_something_out_decide_nothing(area, more, plot, restricted, tmp_path):
    gpd.GeoDataFrame({"id": ["s"], "grade": ["A"]}, geometry=[square(0, 0, 1_000)], crs="EPSG:5186").to_file(
        tmp_path / "site.gpkg"
    )
    (tmp_path / "plan.toml").write_text(PLOTS.format(area=area, more=more), encoding="utf-8")
    rows = done(
        "check", tmp_path / "site.gpkg", "--type", "general", "--plan", tmp_path / "plan.toml", "--format", "json"
    ).json
    found = {row["rule"]: row["verdict"] for row in rows}
    assert (found["smallest_plot"], found["restricted_industries"]) == (plot, restricted)


def test_a_plan_of_which_nothing_is_sold_is_checked_all_the_same():
    """60 % of the site, and of what is sold between 60 and 100 %: either way beyond 50 %."""
    assert row_of("industrial_share", replace(BASE, free=BASE.site.value))["verdict"] == PASS


def test_changes_of_a_schematic_plan_decide_nothing():
    flags = {name: replace(quantity, schematic=True) for name, quantity in BASE.flags.items()}
    assert row_of("use_change", replace(BASE, flags=flags, use_changes={"road": 1.0}))["verdict"] == UNDECIDED


def test_a_number_beyond_all_measure_in_a_file_of_rules_is_refused(tmp_path):
    text = (ROOT / "data" / "rules.toml").read_text(encoding="utf-8")
    assert "= 900 }" in text
    (tmp_path / "rules.toml").write_text(text.replace("= 900 }", "= " + "9" * 400 + " }", 1), encoding="utf-8")
    assert "rules.toml" in refusal("check", "jingok", "--rules", tmp_path / "rules.toml")
