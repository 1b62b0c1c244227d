import math
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gis.analysis.claims import claim_in_use, conflicts, distinctions, number_text
from gis.io import catalog
from gis.units import PYEONG

COLUMNS = [*catalog.CLAIM_COLUMNS, "rank"]
FLAGS = {"in_use": bool, "target": bool}


def claim(name: str, value=None, **more) -> dict:
    row = dict.fromkeys(COLUMNS) | {"id": name, "value": value, "subject": "here", "quantity": "area", "unit": "m2"}
    return row | {"definition": "whole", "stated": "", "in_use": False, "target": False} | more


def ledger(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS, dtype=object).astype(FLAGS)


def found(*rows: dict, **more) -> list[dict]:
    return conflicts(ledger(*rows), **more).to_dict("records")


def by_rule(rule: str, *rows: dict, **more) -> list[dict]:
    return [row for row in found(*rows, **more) if row["rule"] == rule]


def in_pyeong(amount: float) -> float:
    return float(amount * PYEONG)


# One quantity with two values


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


def test_about_so_much_and_at_least_so_much_agree_with_what_they_allow():
    assert found(claim("a", 70, stated="약 70%", unit="pct"), claim("b", 71, stated="71%", unit="pct")) == []
    assert found(claim("a", 70, stated="70%", unit="pct"), claim("b", 71, stated="71%", unit="pct"))
    assert (
        found(claim("a", 100, stated="100개 이상", unit="firms"), claim("b", 300, stated="300개", unit="firms")) == []
    )


def test_a_conflict_lists_every_value_even_those_that_rounding_explains():
    stated = {"a": ("338.4만㎡", 3_384_000), "b": ("338만㎡", 3_380_000), "c": ("331만㎡", 3_310_000)}
    (row,) = found(*(claim(name, value, stated=text) for name, (text, value) in stated.items()))
    assert row["claims"] == "a|b|c"


def test_other_definitions_subjects_quantities_and_units_do_not_conflict():
    others = {"definition": "net"}, {"subject": "there"}, {"quantity": "cost", "unit": "krw"}, {"unit": "pct"}
    assert found(claim("a", 142), *(claim(f"b{n}", 103, **other) for n, other in enumerate(others))) == []


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("2026-12", "2027", 1),
        ("2026-12", "2026", 0),
        ("2023-07-20", "2023-07-28", 1),
        ("2023-07-20", "2023-07", 0),
        ("2020–2024", "2025–2029", 1),
        ("2020–2024", "2020–2025", 1),
        ("2020–2025", "2020-01–2025-12", 0),
        ("2020–2025", "2025", 0),
    ],
)
def test_dates_conflict_where_no_day_lies_in_both_and_periods_where_an_end_differs(one, other, count):
    assert len(found(claim("a", one, unit="date"), claim("b", other, unit="date"))) == count


def test_two_texts_of_one_definition_conflict():
    assert len(found(claim("a", "LH", unit="text"), claim("b", "광주도시공사", unit="text"))) == 1
    assert found(claim("a", "LH", unit="text"), claim("b", "LH", unit="text")) == []


def test_a_range_conflicts_only_outside_itself():
    homes = {"unit": "homes", "low": 7_440, "high": 7_676}
    assert found(claim("a", **homes), claim("b", 7_500, unit="homes", stated="7,500")) == []
    assert len(found(claim("a", **homes), claim("b", 9_000, unit="homes", stated="9,000"))) == 1
    assert found(claim("a", **homes), claim("b", unit="homes", low=7_676, high=8_000)) == []


def test_equal_values_agree_whatever_their_size_and_words():
    for value, stated in ((820_000 / 3.3, "3.3㎡당 82만원"), (10**14 + 1, f"{10**14 + 1:,}원"), (0.1, ""), (0, "0명")):
        assert found(*(claim(name, value, stated=stated, unit="krw") for name in "ab")) == []
    assert found(claim("a", 10**14, stated=f"{10**14:,}원"), claim("b", 10**14 + 1, stated=f"{10**14 + 1:,}원"))


def test_an_unknown_value_conflicts_with_nothing():
    assert found(claim("a", 5), claim("b"), claim("c", math.nan)) == []


def test_a_value_that_is_another_quantity_of_the_subject_is_told():
    used, wrong = claim("all", 1_850_000, in_use=True), claim("wrong", 817_000, stated="81.7만㎡")
    other = claim("exchange", 817_108, stated="817,108㎡", quantity="replacement")
    (row,) = found(used, wrong, other)
    assert row["same_as"] == "exchange"
    for elsewhere in ({"value": 820_000, "stated": "82만㎡"}, {"subject": "there"}, {"unit": "krw"}):
        (row,) = found(used, wrong, other | elsewhere)
        assert row["same_as"] is None
    (row,) = found(used | {"in_use": False}, wrong | {"in_use": True}, other)
    assert row["same_as"] is None, "a value in use is not doubted"


def test_two_numbers_of_few_digits_are_not_taken_for_one_another():
    firms = {"unit": "firms", "definition": "firms"}
    rows = claim("a", 100, **firms, in_use=True), claim("b", 20, stated="20", **firms)
    (row,) = found(*rows, claim("c", 20, stated="20", **firms, quantity="plants"))
    assert row["same_as"] is None


# Parts against total


def test_parts_that_do_not_add_up_are_a_conflict_with_the_value_in_use_named():
    parts = [claim(f"p{n}", value, definition=f"part {n}", part_of="total") for n, value in enumerate((185, 192, 331))]
    total, used = claim("total", 727), claim("used", 714, in_use=True)
    (row,) = by_rule("parts", total, used, *parts)
    assert (row["claims"], row["in_use"]) == ("total|p0|p1|p2", "used")
    assert row["gap_pct"] == pytest.approx(100 * (708 - 727) / 727)


def test_parts_may_be_off_by_the_rounding_of_each():
    parts = [claim(f"p{n}", 1_330_000, definition=str(n), stated="133만㎡", part_of="total") for n in range(3)]
    assert found(claim("total", 4_000_000, stated="400만㎡"), *parts) == []


@pytest.mark.parametrize(
    ("parts", "total", "count"),
    [((3, 3, 2), 10, 0), ((3, 3, 1), 10, 1), ((3, 3, 4), 8, 0), ((3, 3, 5), 8, 1)],  # 3 + 3 + 2 is 6.5 to 9.5
)
def test_parts_agree_up_to_the_very_sum_of_the_half_steps(parts, total, count):
    rows = [claim(f"p{n}", part, stated=str(part), definition=str(n), part_of="t") for n, part in enumerate(parts)]
    assert len(by_rule("parts", claim("t", total, stated=str(total)), *rows)) == count


@pytest.mark.parametrize("part", [claim("p", part_of="total"), claim("p", 5, part_of="nowhere")])
def test_parts_that_cannot_be_added_are_left_alone(part):
    assert found(claim("total", 727), part | {"definition": "part"}) == []


# Shares against 100 %, and against what they are shares of


def shares(*values: str, **more) -> list[dict]:
    common = {"unit": "pct", "part_of": "whole", "quantity": "share", **more}
    return [
        claim(f"s{n}{more.get('as_of', '')}", float(value), stated=f"{value}%", definition=str(n), **common)
        for n, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("values", "count"),
    [
        (("32.7", "17.3", "50.0"), 0),
        (("32.9", "17.4", "49.7"), 0),
        (("33.3", "33.3", "33.3"), 0),  # 99.9, and three half steps are 0.15
        (("33.3", "33.3", "33.2"), 1),  # 99.8
        (("50", "49"), 0),  # 99, and two half steps are 1
        (("50.0", "49.0"), 1),
        (("61.8", "27.8"), 1),
        (("70", "31.5"), 1),  # 101.5, and the half steps are 0.55
        (("95.6",), 0),
    ],
)
def test_shares_of_a_whole_add_up_to_100_within_their_rounding(values, count):
    rows = by_rule("shares", claim("whole", 3_616_853), *shares(*values))
    assert len(rows) == count
    if count:
        assert rows[0]["claims"] == "|".join(f"s{n}" for n in range(len(values)))
        assert rows[0]["gap_pct"] == pytest.approx(sum(map(float, values)) - 100)
        assert (rows[0]["subject"], rows[0]["quantity"], rows[0]["unit"]) == ("here", "area", "pct")


def test_shares_without_words_are_added_as_they_are_written():
    bare = [share | {"stated": ""} for share in shares("33.3", "33.3", "33.4")]
    assert by_rule("shares", claim("whole", 100), *bare) == []
    assert len(by_rule("shares", claim("whole", 100), *bare[:2], bare[2] | {"value": 33.5})) == 1


def test_shares_of_two_times_or_two_sources_are_two_sets():
    whole, now, then = claim("whole", 100), shares("60", "40", as_of="2020"), shares("70", "30", as_of="2019")
    assert by_rule("shares", whole, *now, *then) == []
    other = [one | {"id": one["id"] + "x"} for one in shares("60", "40", source="press")]
    assert by_rule("shares", whole, *shares("70", "30"), *other) == []


def test_shares_of_a_share_add_up_to_it_not_to_100():
    whole = claim("whole", 43.0, stated="43.0%", unit="pct", quantity="share", definition="all")
    assert found(whole, *shares("20.0", "23.0")) == []
    assert [row["rule"] for row in found(whole, *shares("20.0", "24.0"))] == ["parts"]


def green_belt(share: str, area: float, stated: str) -> list[dict]:
    whole = claim("whole", 3_384_000, stated="338.4만㎡", definition="complex")
    belt = claim("belt", area, stated=stated, quantity="belt")
    told = claim("share", float(share), stated=f"{share}%", unit="pct", quantity="belt_share", share_of="whole")
    return [whole, belt, told | {"portion": "belt"}]


@pytest.mark.parametrize(
    ("share", "area", "stated", "count"),
    [
        ("95.6", 3_234_000, "323.4만㎡", 0),  # 95.57 %
        ("95", 3_210_000, "321만㎡", 0),  # 94.86 %
        ("95", 3_234_000, "323.4만㎡", 1),  # 95.54 % at least
        ("95.6", 3_210_000, "321만㎡", 1),  # 95.02 % at most
        ("95.6", 3_230_000, "323만㎡", 0),  # 95.29 to 95.61 %
    ],
)
def test_a_share_is_that_of_its_portion_in_the_whole(share, area, stated, count):
    rows = by_rule("shares", *green_belt(share, area, stated))
    assert [row["claims"] for row in rows] == ["share|whole|belt"] * count
    assert all(row["in_use"] == "share" and row["unit"] is None for row in rows)


def sales(share: str, **areas: int) -> list[dict]:
    rows = [claim(name, value, stated=f"{value:,}㎡", quantity=name, part_of="lots") for name, value in areas.items()]
    told = claim("share", float(share), stated=f"{share}%", unit="pct", quantity="sold_share", share_of="lots")
    return [claim("lots", 1_025_645, stated="1,025,645㎡"), *rows, told | {"portion": "sold"}]


def test_a_share_is_also_what_the_rest_leaves_over():
    assert found(*sales("55.5", sold=569_502, unsold=456_143)) == []
    rows = found(*sales("55.5", sold=569_502, unsold=400_000))
    assert [(row["rule"], row["claims"]) for row in rows] == [
        ("parts", "lots|sold|unsold"),
        ("shares", "share|lots|unsold"),
    ]
    assert rows[1]["gap_pct"] == pytest.approx(100 * (55.5 / (100 - 40_000_000 / 1_025_645) - 1))


def test_a_share_whose_portion_is_no_part_of_the_whole_says_nothing_about_the_rest():
    rows = [row | ({"part_of": None} if row["id"] == "sold" else {}) for row in sales("55.5", sold=569_502, unsold=1)]
    assert by_rule("shares", *rows) == []


@pytest.mark.parametrize("change", [{"value": None}, {"unit": "krw"}, {"id": "gone"}, {"value": "?"}])
@pytest.mark.parametrize("which", ["whole", "belt"])
def test_a_share_of_what_is_not_known_is_left_alone(which, change):
    rows = [row | (change if row["id"] == which else {}) for row in green_belt("50", 3_234_000, "")]
    assert by_rule("shares", *rows) == []


# 평 against ㎡


@pytest.mark.parametrize(
    ("stated", "value", "count"),
    [
        ("727만㎡(220만평)", 7_270_000, 0),  # 219.92만평
        ("714만㎡(220만평)", 7_140_000, 1),  # 215.99만평
        ("338.4만㎡(102만평)", 3_384_000, 0),  # 102.37만평
        ("338.4만㎡(100만평)", 3_384_000, 1),
        ("330.58만㎡(100만평)", 3_305_800, 0),
        ("100만평(338만㎡)", in_pyeong(1_000_000), 1),
        ("142만㎡(43만평)", 1_420_000, 0),
        ("142.0만㎡(43만평)", 1_420_000, 0),
        ("142.00만㎡(43.00만평)", 1_420_000, 1),  # 42.955만평
    ],
)
def test_one_claim_may_state_two_areas(stated, value, count):
    rows = found(claim("a", value, stated=stated))
    assert [(row["rule"], row["claims"], row["in_use"]) for row in rows] == [("pyeong", "a", "a")] * count


def test_pyeong_stands_against_the_square_meters_that_no_rounding_reconciles_with_it():
    metric = {"714": 7_140_000, "727": 7_270_000, "708": 7_080_000}
    rows = [claim(name, value, stated=f"{name}만㎡", in_use=name == "714") for name, value in metric.items()]
    (row,) = by_rule("pyeong", *rows, claim("p", in_pyeong(2_200_000), stated="220만평"))
    assert (row["claims"], row["in_use"]) == ("p|714|708", "714")
    assert row["gap_pct"] == pytest.approx(100 * (in_pyeong(2_200_000) / 7_080_000 - 1))


def test_two_areas_in_pyeong_and_areas_of_other_definitions_are_not_converted_against_each_other():
    pyeong = claim("a", in_pyeong(1_000_000), stated="100만평")
    assert by_rule("pyeong", pyeong, claim("b", in_pyeong(900_000), stated="90만평")) == []
    assert by_rule("pyeong", pyeong, claim("b", 3_384_000, stated="338.4만㎡", definition="net")) == []


# Order of dates

ORDERS = pd.DataFrame(
    [
        {"events": [["designated", "designation"], ["begun"], ["finished"]], "reason": "차례", "reason_en": "order"},
        {"events": [["paid"], ["begun"], ["finished"]], "reason": "법", "reason_en": "law"},
    ]
)
NO_STEP = dict.fromkeys([*catalog.STEP_COLUMNS, "source_date"])


def dated(name: str, when: str, **more) -> dict:
    return claim(name, when, unit="date", quantity=more.pop("quantity", name), **more)


def step(key: str, when: str, **more) -> dict:
    return (
        NO_STEP | {"phase": "p", "subject": "here", "name": "P", "key": key, "date": when, "status": "planned"} | more
    )


def out_of_order(*claims: dict, steps: tuple[dict, ...] = ()) -> list[dict]:
    return by_rule("dates", *claims, steps=pd.DataFrame(list(steps), columns=list(NO_STEP)), orders=ORDERS)


@pytest.mark.parametrize(
    ("first", "then", "count"),
    [
        ("2027", "2026-12", 1),
        ("2027-01-01", "2026-12-31", 1),
        ("2027", "2027", 0),
        ("2027-12", "2027", 0),
        ("2027-12-31", "2027-12", 0),
        ("2026-12", "2027", 0),
        ("2026–2028", "2027", 0),
        ("2028–2030", "2027", 1),
    ],
)
def test_dates_are_out_of_order_only_where_no_day_they_allow_would_do(first, then, count):
    rows = out_of_order(dated("paid", first), dated("begun", then))
    assert [(row["claims"], row["quantity"], row["note"], row["note_en"]) for row in rows] == [
        ("paid|begun", "begun", "법", "law")
    ] * count


def test_an_order_holds_over_the_events_between_and_is_told_once_though_two_orders_say_it():
    rows = out_of_order(dated("designated", "2030"), dated("finished", "2029"))
    assert [(row["claims"], row["note"]) for row in rows] == [("designated|finished", "차례")]
    assert len(out_of_order(dated("begun", "2030"), dated("finished", "2029"))) == 1


def test_both_dates_of_an_order_are_in_use_where_each_is_the_one_of_its_quantity():
    (row,) = out_of_order(
        dated("paid", "2027"), dated("begun", "2026"), dated("x", "2027", quantity="begun", in_use=True)
    )
    assert (row["claims"], row["in_use"]) == ("paid|begun", "x|paid")


def test_dates_of_other_subjects_and_of_two_phases_are_not_compared():
    paid, begun = dated("paid", "2027", phase="one"), dated("begun", "2026", phase="two")
    assert out_of_order(paid, begun | {"subject": "there"}) == []
    assert out_of_order(paid, begun) == []
    assert len(out_of_order(paid, begun | {"phase": "one"})) == 1
    assert len(out_of_order(paid, begun | {"phase": None})) == 1, "a date without a phase is of the whole subject"


def test_steps_of_a_phase_are_held_against_each_other_and_against_claims():
    (row,) = out_of_order(steps=(step("designation", "2030"), step("finished", "2029", date_end="2029")))
    assert (row["claims"], row["values"]) == ("step:p.designation.2030|step:p.finished.2029", "2030|2029–2029")
    assert row["in_use"] is None
    assert out_of_order(steps=(step("designation", "2030"), step("finished", "2029", phase="q"))) == []
    (row,) = out_of_order(dated("paid", "2027"), steps=(step("begun", "2026"),))
    assert (row["claims"], row["in_use"]) == ("paid|step:p.begun.2026", "paid")


def test_what_a_step_repeats_of_a_claim_is_told_once():
    claims = dated("paid", "2027"), dated("begun", "2026", quantity="begun"), dated("designated", "2028")
    repeated = step("paid", "2027"), step("begun", "2026"), step("designation", "2028")
    told, alone = out_of_order(*claims, steps=repeated), out_of_order(*claims)
    assert [row["claims"] for row in told] == [row["claims"] for row in alone] == ["designated|begun", "paid|begun"]


@pytest.mark.parametrize(
    ("when", "status", "told", "count"),
    [
        ("2026-07-01", "done", "2026-03-01", 1),
        ("2026-07-01", "planned", "2026-03-01", 0),
        ("2026", "done", "2026-03-01", 0),
        ("2026-07", "done", "2026-07-31", 0),
        ("2026-07-01", "done", None, 0),
    ],
)
def test_a_step_that_is_done_before_its_source_could_know_is_told(when, status, told, count):
    rows = out_of_order(steps=(step("finished", when, status=status, source_date=told),))
    assert [row["claims"] for row in rows] == [f"step:p.finished.{when}"] * count


# Targets without a baseline


def test_a_target_needs_a_baseline_of_its_subject_quantity_and_unit():
    target = claim("goal", 250_000, unit="persons", quantity="jobs", target=True)
    start = claim("start", 82_000, unit="persons", quantity="jobs", definition="2019")
    (row,) = found(target, start)
    assert (row["rule"], row["claims"], row["in_use"]) == ("baseline", "goal", None)
    assert found(target, start | {"baseline_of": "goal"}) == []
    for other in (
        {"baseline_of": "another"},
        {"quantity": "output"},
        {"subject": "there"},
        {"unit": "pct"},
        {"value": None},
    ):
        assert len(found(target, start | {"baseline_of": "goal"} | other)) == 1
    assert found(target | {"target": False}, start) == []


# Statement against figure

FULL = {
    "words": "포화",
    "quantity": "sold_share",
    "unit": "pct",
    "at_least": 100,
    "reason": "다 팔림",
    "reason_en": "sold",
}
WORDINGS = pd.DataFrame(
    [FULL, FULL | {"quantity": "unsold", "unit": "m2", "at_least": None, "at_most": 0}],
    columns=catalog.WORDING_COLUMNS,
    dtype=object,
)
WORDS = claim("full", "포화", unit="text", quantity="status")


def sold(value: float, stated: str, **more) -> dict:
    return claim("sold", value, stated=stated, unit="pct", quantity="sold_share", **more)


@pytest.mark.parametrize(
    ("value", "stated", "count"),
    [(55.5, "55.5%", 1), (99, "99%", 1), (99.9, "99.9%", 1), (100, "100%", 0), (100, "", 0), (99, "99% 이상", 0)],
)
def test_words_are_held_against_what_they_mean(value, stated, count):
    rows = found(WORDS, sold(value, stated), wordings=WORDINGS)
    assert [(row["rule"], row["claims"], row["in_use"]) for row in rows] == [("statement", "full|sold", "sold")] * count


@pytest.mark.parametrize(("value", "count"), [(456_143, 1), (0, 0), (1, 1)])
def test_words_may_mean_at_most_so_much(value, count):
    left = claim("left", value, stated=f"{value:,}㎡", quantity="unsold")
    assert len(found(WORDS, left, wordings=WORDINGS)) == count


def test_words_say_nothing_about_other_subjects_and_other_words_nothing_at_all():
    assert found(WORDS, sold(55.5, "55.5%", subject="there"), wordings=WORDINGS) == []
    assert found(WORDS | {"value": "여유"}, sold(55.5, "55.5%"), wordings=WORDINGS) == []


def test_the_figure_in_use_is_that_of_the_better_source_and_then_the_later():
    press = sold(55.5, "55.5%", rank="press", as_of="2025-07")
    older = press | {"id": "older", "definition": "phase 1", "value": 91, "stated": "91%", "as_of": "2023"}
    official = older | {"id": "official", "definition": "all", "rank": "statistics"}
    assert found(WORDS, older, press, wordings=WORDINGS)[-1]["in_use"] == "sold"
    assert found(WORDS, older, press, official, wordings=WORDINGS)[-1]["claims"] == "full|official|sold|older"


def test_words_without_a_meaning_may_name_the_figures_that_contradict_them():
    (row,) = found(WORDS | {"contradicts": ["sold", "gone"]}, sold(55.5, "55.5%"))
    assert (row["rule"], row["claims"], row["in_use"]) == ("statement", "full|sold", "sold")


# What is in use, and what is no conflict


def test_no_value_is_in_use_where_several_stand_and_none_is_chosen():
    assert claim_in_use(ledger(claim("a", 1), claim("b", 2)), "here", "area") is None
    assert claim_in_use(ledger(claim("a", 1), claim("b", 2, in_use=True)), "here", "area")["value"] == 2
    assert claim_in_use(ledger(claim("a", 1)), "here", "area")["value"] == 1
    assert claim_in_use(ledger(), "here", "area") is None
    assert found(claim("a", 1), claim("b", 2))[0]["in_use"] is None


def test_an_empty_ledger_has_no_conflicts():
    assert conflicts(ledger()).empty
    assert distinctions(ledger()).empty


def test_what_is_defined_in_another_way_is_a_distinction():
    gross, net = claim("gross", 142, in_use=True), claim("net", 103, definition="net")
    (row,) = distinctions(ledger(gross, claim("older", 159), net)).to_dict("records")
    assert (row["rule"], row["claims"], row["in_use"]) == ("definition", "gross|net", "gross|net")
    assert distinctions(ledger(gross, net | {"value": 142})).empty


def test_parts_that_add_up_are_a_distinction_and_parts_that_do_not_a_conflict():
    total, one = claim("total", 4_071), claim("one", 1_847, part_of="total", quantity="one")
    rest = claim("rest", 2_224, part_of="total", quantity="rest")
    assert distinctions(ledger(total, one, rest))["claims"].tolist() == ["total|one|rest"]
    assert distinctions(ledger(total, one, rest | {"value": 2_000})).empty


# What holds for any claims


@st.composite
def statements(draw, units=("㎡", "천㎡", "만㎡", "ha", "km²", "평", "만평"), places=2):
    """Draw how an area may be stated: its unit and its decimals."""
    return draw(st.sampled_from(units)), draw(st.integers(0, places))


SIZE = {
    "㎡": 1,
    "천㎡": 1000,
    "만㎡": 10_000,
    "ha": 10_000,
    "km²": 10**6,
    "평": PYEONG,
    "만평": PYEONG * 10_000,
    "%": 1,
}


def rounded(true: Fraction, unit: str, places: int) -> tuple[Fraction, str]:
    """Return a number as it is printed in a unit with so many decimals, and what is printed."""
    scaled = Decimal(0) + Decimal((true / SIZE[unit]).numerator) / Decimal((true / SIZE[unit]).denominator)
    digits = scaled.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return Fraction(digits) * SIZE[unit], f"{digits:,}{unit}"


def half(unit: str, places: int) -> Fraction:
    return Fraction(SIZE[unit], 2 * 10**places)


def printed(name: str, true: Fraction, statement: tuple[str, int], **more) -> dict:
    value, text = rounded(true, *statement)
    return claim(name, float(value), stated=text, **more)


AREAS = st.fractions(10**6, 10**8, max_denominator=10**4)


@given(AREAS, st.lists(statements(), min_size=2, max_size=5))
def test_roundings_of_one_true_area_never_conflict(true, ways):
    assert found(*(printed(str(n), true, way) for n, way in enumerate(ways))) == []


@given(AREAS, statements(), statements(), st.fractions(-3, 3, max_denominator=50))
def test_two_stated_areas_conflict_just_where_they_lie_beyond_both_half_steps(true, one, other, shift):
    reach = half(*one) + half(*other)
    first, second = (rounded(area, *way)[0] for area, way in ((true, one), (true + shift * reach, other)))
    assume(second > 0)
    rows = found(printed("a", true, one), printed("b", true + shift * reach, other))
    assert ("values" in {row["rule"] for row in rows}) == (abs(first - second) >= reach)
    mixed = (one[0] in ("평", "만평")) != (other[0] in ("평", "만평"))
    assert ("pyeong" in {row["rule"] for row in rows}) == (mixed and abs(first - second) >= reach)


@given(AREAS, statements(("평", "만평")), statements(("㎡", "만㎡", "ha", "km²")), st.booleans())
def test_one_area_printed_in_both_units_is_no_conflict(true, pyeong, metric, swap):
    (value, one), (_, other) = (rounded(true, *way) for way in ((metric, pyeong) if swap else (pyeong, metric)))
    assert found(claim("a", float(value), stated=f"{one}({other})")) == []


@given(st.lists(AREAS, min_size=2, max_size=6), statements(), statements())
def test_parts_and_total_of_one_truth_always_add_up(parts, part_way, total_way):
    rows = [printed(f"p{n}", part, part_way, part_of="t", definition=str(n)) for n, part in enumerate(parts)]
    assert by_rule("parts", printed("t", sum(parts), total_way), *rows) == []


@given(st.lists(AREAS, min_size=2, max_size=6), statements(), statements(), st.sampled_from([-1, 1]))
def test_parts_conflict_as_soon_as_they_are_off_by_more_than_every_half_step(parts, part_way, total_way, sign):
    stated = [rounded(part, *part_way)[0] for part in parts]
    reach = len(parts) * half(*part_way) + half(*total_way)
    total = rounded(sum(stated) + sign * (reach + 2 * half(*total_way)), *total_way)[0]
    assume(total > 0)
    rows = [printed(f"p{n}", part, part_way, part_of="t", definition=str(n)) for n, part in enumerate(stated)]
    assert len(by_rule("parts", printed("t", total, total_way), *rows)) == 1


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=6), st.integers(0, 2))
def test_shares_of_one_truth_always_add_up_and_are_those_of_their_areas(areas, places):
    whole = sum(areas)
    rows = [claim("w", whole, stated=f"{whole:,}㎡")]
    for n, area in enumerate(areas):
        common = {"definition": str(n), "part_of": "w"}
        rows.append(claim(f"a{n}", area, stated=f"{area:,}㎡", **common))
        share = printed(f"s{n}", Fraction(100 * area, whole), ("%", places), unit="pct", share_of="w", **common)
        rows.append(share | {"portion": f"a{n}", "quantity": "share"})
    assert by_rule("shares", *rows) == []


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=6), st.integers(-30, 30))
def test_shares_conflict_just_where_their_sum_misses_100_by_more_than_every_half_step(cuts, off):
    ends = [0, *sorted(cuts), 1000]
    tenths = sorted(after - before for before, after in pairwise(ends))
    rows = shares(*(f"{tenth / 10:.1f}" for tenth in [*tenths[:-1], tenths[-1] + off]))
    assert len(by_rule("shares", claim("whole", 5), *rows)) == (abs(off) > 0.5 * len(rows))


@given(st.integers(1, 999), st.integers(-20, 20))
def test_a_share_conflicts_just_where_it_is_off_by_more_than_its_half_step(tenths, off):
    told = claim("s", (tenths + off) / 10, stated=f"{(tenths + off) / 10:.1f}%", unit="pct", share_of="w", portion="p")
    portion = claim("p", tenths, stated="", quantity="portion", low=None)
    whole = claim("w", 1000, stated="", definition="exact")
    exact = [row | {"value": row["value"] * 1001, "stated": f"{row['value'] * 1001:,}㎡"} for row in (portion, whole)]
    assert len(by_rule("shares", *exact, told)) == (abs(off) >= 1)


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=6))
def test_exact_values_conflict_just_when_they_differ(values):
    rows = found(*(claim(str(n), value, stated=f"{value:,}㎡") for n, value in enumerate(values)))
    assert len(rows) == (len(set(values)) > 1)
    assert all(row["values"].split("|") == [f"{value:,}" for value in values] for row in rows)


DAYS = st.dates(date(1990, 1, 1), date(2040, 12, 31)).map(lambda day: str(day)[: 4 + 3 * (day.day % 3)])


@given(DAYS, DAYS)
def test_two_dates_are_never_out_of_order_both_ways_and_equal_ones_not_at_all(one, other):
    ways = [out_of_order(dated("paid", first), dated("begun", then)) for first, then in ((one, other), (other, one))]
    common = min(len(one), len(other))
    assert sum(map(len, ways)) == (one[:common] != other[:common])
    assert len(ways[0]) == (one[:common] > other[:common])


@pytest.mark.parametrize(
    ("number", "text"),
    [(1_000, "1,000"), (999.999_999_5, "1,000"), (0.25, "0.25"), (-0.5, "-0.5"), (1_234.5678, "1,234.568")],
)
def test_a_number_is_written_without_a_point_that_nothing_follows(number, text):
    assert number_text(number) == text
