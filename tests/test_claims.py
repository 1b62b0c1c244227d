import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import study
from gis.analysis.claims import claim_in_use, claim_span, conflicts, half_step
from gis.errors import UnknownNameError
from gis.io import catalog
from gis.units import PYEONG

COLUMNS = [*catalog.CLAIM_COLUMNS, "rank"]


def claim(name: str, value=None, **more) -> dict:
    row = dict.fromkeys(COLUMNS) | {"id": name, "value": value, "subject": "here", "quantity": "area", "unit": "m2"}
    return row | {"definition": "whole", "stated": "", "in_use": False} | more


def ledger(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS, dtype=object).astype({"in_use": bool})


def found(*rows: dict) -> list[dict]:
    return conflicts(ledger(*rows)).to_dict("records")


def in_pyeong(amount: float) -> float:
    return float(amount * PYEONG)


@pytest.mark.parametrize(
    ("stated", "value", "half"),
    [
        ("338.4만㎡(102만평)", 3_384_000, 500),
        ("338만㎡", 3_380_000, 5_000),
        ("3,628,568㎡", 3_628_568, 0.5),
        ("1.86 km² (덕림동·삼거동)", 1_860_000, 5_000),
        ("56만평", in_pyeong(560_000), in_pyeong(5_000)),
        ("100만평", in_pyeong(1_000_000), in_pyeong(5_000)),
        ("4,866천 m2", 4_866_000, 500),
        ("32.9%", 32.9, 0.05),
        ("50.0%", 50.0, 0.05),
        ("4,119억원", 411_900_000_000, 50_000_000),
        ("1-1공구 175.8만", 1_758_000, 500),
        ("line 10만대/yr", 100_000, 5_000),
        ("15 km", 15_000, 500),
        ("24만평(1단계) + 43만평(2단계)", in_pyeong(670_000), in_pyeong(5_000)),
        ("약 1조 9000억원", 1_900_000_000_000, 50_000_000_000),
        ("3.3㎡당 82만원", 820_000 / 3.3, 0),
        ("", 0, 0),
    ],
)
def test_a_number_is_as_exact_as_the_last_digit_it_is_stated_with(stated, value, half):
    assert half_step(pd.Series(claim("a", value, stated=stated))) == pytest.approx(half, rel=1e-9)


def test_two_values_of_one_definition_are_a_conflict_that_lists_both():
    (row,) = found(claim("a", 3_384_000, in_use=True), claim("b", 3_310_000))
    assert (row["rule"], row["claims"], row["values"]) == ("values", "a|b", "3,384,000|3,310,000")
    assert row["in_use"] == "a"
    assert row["gap_pct"] == pytest.approx(100 * 74_000 / 3_310_000)


def test_values_that_round_to_each_other_are_no_conflict():
    assert found(claim("a", 3_384_000, stated="338.4만㎡"), claim("b", 3_380_000, stated="338만㎡")) == []


def test_rounding_to_pyeong_is_no_conflict():
    assert found(claim("a", 1_847_000, stated="184.7만㎡"), claim("b", in_pyeong(560_000), stated="56만평")) == []


def test_neighboring_last_digits_are_two_values():
    assert len(found(claim("a", 17.4, stated="17.4%", unit="pct"), claim("b", 17.3, stated="17.3%", unit="pct"))) == 1


def test_a_conflict_lists_every_value_even_those_that_rounding_explains():
    stated = {"a": ("338.4만㎡", 3_384_000), "b": ("338만㎡", 3_380_000), "c": ("331만㎡", 3_310_000)}
    (row,) = found(*(claim(name, value, stated=text) for name, (text, value) in stated.items()))
    assert row["claims"] == "a|b|c"


def test_other_definitions_subjects_and_quantities_do_not_conflict():
    others = {"definition": "net"}, {"subject": "there"}, {"quantity": "cost", "unit": "krw"}
    assert found(claim("a", 142), *(claim(f"b{n}", 103, **other) for n, other in enumerate(others))) == []


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("2026-12", "2027", 1), ("2026-12", "2026", 0), ("2020–2024", "2025–2029", 1), ("2020–2025", "2025", 0)],
)
def test_dates_conflict_where_no_month_lies_in_both(one, other, count):
    assert len(found(claim("a", one, unit="date"), claim("b", other, unit="date"))) == count


def test_two_texts_of_one_definition_conflict():
    assert len(found(claim("a", "LH", unit="text"), claim("b", "광주도시공사", unit="text"))) == 1
    assert found(claim("a", "LH", unit="text"), claim("b", "LH", unit="text")) == []


def test_a_range_conflicts_only_outside_itself():
    homes = {"unit": "homes", "low": 7_440, "high": 7_676}
    assert found(claim("a", **homes), claim("b", 7_500, unit="homes", stated="7,500")) == []
    assert len(found(claim("a", **homes), claim("b", 9_000, unit="homes", stated="9,000"))) == 1


def test_an_unknown_value_conflicts_with_nothing():
    assert found(claim("a", 5), claim("b"), claim("c", math.nan)) == []
    assert claim_span(pd.Series(claim("b"))) is None


def test_parts_that_do_not_add_up_are_a_conflict_with_the_value_in_use_named():
    parts = [claim(f"p{n}", value, definition=f"part {n}", part_of="total") for n, value in enumerate((185, 192, 331))]
    total, used = claim("total", 727), claim("used", 714, in_use=True)
    row = next(row for row in found(total, used, *parts) if row["rule"] == "parts")
    assert (row["claims"], row["in_use"]) == ("total|p0|p1|p2", "used")
    assert row["gap_pct"] == pytest.approx(100 * (708 - 727) / 727)


def test_parts_may_be_off_by_the_rounding_of_each():
    parts = [claim(f"p{n}", 1_330_000, definition=str(n), stated="133만㎡", part_of="total") for n in range(3)]
    assert found(claim("total", 4_000_000, stated="400만㎡"), *parts) == []


@pytest.mark.parametrize("part", [claim("p", part_of="total"), claim("p", 5, part_of="nowhere")])
def test_parts_that_cannot_be_added_are_left_alone(part):
    assert found(claim("total", 727), part | {"definition": "part"}) == []


def test_words_that_a_figure_contradicts_give_way_to_the_figure():
    words = claim("full", "포화", unit="text", quantity="status", contradicts=["sold", "gone"])
    (row,) = found(words, claim("sold", 55.5, unit="pct", quantity="sold_share"))
    assert (row["rule"], row["claims"], row["in_use"]) == ("statement", "full|sold", "sold")


def test_no_value_is_in_use_where_several_stand_and_none_is_chosen():
    assert claim_in_use(ledger(claim("a", 1), claim("b", 2)), "here", "area") is None
    assert claim_in_use(ledger(claim("a", 1), claim("b", 2, in_use=True)), "here", "area")["value"] == 2
    assert claim_in_use(ledger(claim("a", 1)), "here", "area")["value"] == 1
    assert claim_in_use(ledger(), "here", "area") is None


def test_an_empty_ledger_has_no_conflicts():
    assert conflicts(ledger()).empty


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=6))
def test_exact_values_conflict_just_when_they_differ(values):
    rows = found(*(claim(str(n), value, stated=f"{value:,}㎡") for n, value in enumerate(values)))
    assert len(rows) == (len(set(values)) > 1)
    assert all(row["values"].split("|") == [f"{value:,}" for value in values] for row in rows)


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_claims_does_not_matter(order):
    values = {"a": 100, "b": 101, "c": 250, "d": 100}
    rows = found(*(claim(name, values[name], stated=str(values[name])) for name in order))
    assert {frozenset(row["claims"].split("|")) for row in rows} == {frozenset("abcd")}


def test_looking_for_conflicts_leaves_the_ledger_alone():
    claims = catalog.claims()
    before = claims.copy(deep=True)
    conflicts(claims)
    pd.testing.assert_frame_equal(claims, before)


# Every contradiction of gwangju.md section 4: (rule, subject, quantity, values that the conflict must show).
CONTRADICTIONS = [
    ("values", "cluster", "official_area", {7_270_000, 7_140_000, 7_080_000, in_pyeong(2_200_000)}),
    ("parts", "cluster", "official_area", {7_270_000, 1_850_000, 1_920_000, 3_310_000}),
    ("values", "cluster", "part_area", {3_384_000, 3_310_000}),
    ("values", "futurecar", "official_area", {3_384_000, 3_380_000, 3_310_000, 3_305_000, in_pyeong(1_000_000)}),
    ("values", "futurecar", "greenbelt_area", {3_234_000, 3_210_000}),
    ("values", "futurecar", "greenbelt_share", {95.6, 95}),
    ("values", "futurecar", "jobs", {10_000, 2_000}),
    ("values", "futurecar", "env_grade12_area", {1_850_000, 817_000}),
    ("values", "futurecar", "construction_start", {"2026-12", "2027"}),
    ("values", "bitgreen", "official_area", {4_071_000, 4_081_000, 4_060_000}),
    ("values", "bitgreen", "phase2_area", {1_589_000, in_pyeong(430_000)}),
    ("statement", "bitgreen", "status", {"포화", 55.5, 456_143}),
    ("values", "jingok", "official_area", {1_908_000, 1_909_000, 1_910_000, 1_920_000}),
    ("values", "jingok", "firms", {300, 568, 686}),
    ("values", "cheomdan3", "official_area", {3_628_568, 3_616_853, 3_790_000}),
    ("values", "cheomdan3", "research_industrial_share", {32.9, 32.7}),
    ("values", "cheomdan3", "residential_commercial_share", {17.4, 17.3}),
    ("values", "cheomdan3", "infrastructure_green_share", {49.7, 50.0}),
    ("values", "ggm", "capacity", {100_000, 200_000}),
]

# What section 4 lists side by side although it measures different things: (claim, claim, what differs).
NO_CONFLICTS = [
    ("bitgreen.area_gwangju.2023", "bitgreen.official_area.2020", "Gwangju side against the whole"),
    ("bitgreen.phase2_area.net.2025", "bitgreen.phase2_area.2020", "industrial lots against gross"),
    ("futurecar.replacement_area", "futurecar.env_grade12_area.817", "land given in exchange against land graded"),
    ("futurecar.env_grade35_area", "futurecar.env_grade12_area.185", "other grades"),
    ("gwangju.vision.output.2019", "gwangju.article.vision.output", "baseline against target"),
    ("gwangju.vision.jobs.2019", "gwangju.article.vision.jobs", "baseline against target"),
    ("gwangju.article.vision.jobs", "gwangju.article.target.jobs", "two scopes, neither defined"),
    ("ggm.production.2025", "ggm.capacity.design", "plan of one year against design"),
    ("bitgreen.sold_share.phase1.2023", "bitgreen.sold_share.phase2.2025", "phase 1 against phase 2"),
    ("bitgreen.equipment.2023", "bitgreen.equipment.2025", "two years"),
]


def values_of(row: dict, claims: pd.DataFrame) -> set:
    return set(claims.loc[claims["id"].isin(row["claims"].split("|")), "value"])


@pytest.mark.parametrize(("rule", "subject", "quantity", "values"), CONTRADICTIONS)
def test_contradiction_of_the_record_is_found_by_rule(rule, subject, quantity, values):
    claims, rows = study.claims(subject)
    same = [row for row in rows.to_dict("records") if (row["rule"], row["quantity"]) == (rule, quantity)]
    assert any(values <= values_of(row, claims) for row in same)


@pytest.mark.parametrize(("one", "other", "why"), NO_CONFLICTS)
def test_what_measures_different_things_is_no_conflict_and_its_definition_says_so(one, other, why):
    claims, rows = study.claims()
    together = [set(row.split("|")) for row in rows.loc[rows["rule"] == "values", "claims"]]
    assert not any({one, other} <= names for names in together), why
    by_id = claims.set_index("id")
    assert by_id.at[one, "definition"] != by_id.at[other, "definition"], why


def test_every_conflict_of_the_record_names_the_value_in_use():
    claims, rows = study.claims()
    assert set(rows["in_use"]) <= set(claims["id"])


def test_a_conflict_shows_each_of_its_claims_with_its_own_value():
    claims, rows = study.claims()
    for row in rows.to_dict("records"):
        assert len(row["values"].split("|")) == len(row["claims"].split("|"))
        assert set(row["claims"].split("|")) <= set(claims["id"])


def test_an_unknown_subject_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="futurecar"):
        study.claims("atlantis")
