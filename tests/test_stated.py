import math

import pandas as pd
import pytest

from gis.analysis.stated import areas_stated_twice, claim_span, day_spans, half_step, only_in_pyeong
from gis.io.catalog import CLAIM_COLUMNS
from gis.units import PYEONG


def claim(value=None, stated="", unit="m2", **more) -> pd.Series:
    return pd.Series(dict.fromkeys(CLAIM_COLUMNS) | {"value": value, "stated": stated, "unit": unit} | more)


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
        ("12.5ha", 125_000, 500),
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
    assert half_step(claim(value, stated)) == pytest.approx(half, rel=1e-9)


@pytest.mark.parametrize(
    ("stated", "value", "half"),
    [
        ("약 70%", 70, 5),
        ("약 568개", 568, 0.5),
        ("600여 개", 600, 50),
        ("고용 25만여명", 250_000, 5_000),
        ("약 120억원", 12_000_000_000, 500_000_000),
        ("약 3.4만㎡", 34_000, 500),
        ("예약 70%", 70, 0.5),
    ],
)
def test_what_is_said_to_be_about_so_much_is_good_to_its_last_digit_that_is_not_zero(stated, value, half):
    assert half_step(claim(value, stated, "persons")) == pytest.approx(half)


@pytest.mark.parametrize(
    ("stated", "value", "span"),
    [
        ("연간 20만대 이상 시스템", 200_000, (195_000, math.inf)),
        ("100+ firms", 100, (99.5, math.inf)),
        ("경제효과 10조원 이상", 1e13, (9.5e12, math.inf)),
        ("5개 미만", 5, (-math.inf, 5.5)),
        ("338.4만㎡", 3_384_000, (3_383_500, 3_384_500)),
        ("-3%", -3, (-3.5, -2.5)),
    ],
)
def test_at_least_and_at_most_leave_one_side_open(stated, value, span):
    assert claim_span(claim(value, stated, "vehicles")) == pytest.approx(span)


def test_a_range_reaches_from_its_rounded_low_to_its_rounded_high():
    assert claim_span(claim(low=7_440, high=7_676, stated="공동주택 7,440-7,676")) == (7_439.5, 7_676.5)
    assert claim_span(claim(low=250_000, high=300_000, stated="25만~30만")) == (245_000, 305_000)


def test_an_unknown_value_has_no_span():
    assert claim_span(claim()) is None
    assert claim_span(claim(math.nan)) is None
    assert claim_span(claim("LH", unit="text")) is None


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("2027", "2027-06"),
        ("2027-06", "2027-06-15"),
        ("2027", "2027-12-31"),
        ("2020–2024", "2022"),
        ("2027-06", "2027-06-31"),
    ],
)
def test_a_date_takes_in_every_day_that_its_digits_allow(wide, narrow):
    (low, high), (first, last) = (claim_span(claim(text, unit="date")) for text in (wide, narrow))
    assert low <= first < last <= high


@pytest.mark.parametrize(
    ("one", "next_day"), [("2026", "2027-01-01"), ("2026-11", "2026-12-01"), ("2026-11-04", "2026-11-05")]
)
def test_a_date_ends_where_the_next_day_begins(one, next_day):
    assert claim_span(claim(one, unit="date"))[1] <= claim_span(claim(next_day, unit="date"))[0]


def test_a_text_without_a_date_has_no_day():
    assert day_spans("미정") == []
    assert claim_span(claim("미정", unit="date")) is None


@pytest.mark.parametrize(
    ("stated", "pairs"),
    [
        ("338.4만㎡(102만평)", [(3_384_000, in_pyeong(1_020_000))]),
        ("220만평 (727만㎡)", [(in_pyeong(2_200_000), 7_270_000)]),
        ("338만㎡/102만평", [(3_380_000, in_pyeong(1_020_000))]),
        ("714만㎡(약 220만평)", [(7_140_000, in_pyeong(2_200_000))]),
        ("24만평(1단계) + 43만평(2단계) = 221만㎡", []),
        ("338.4만㎡(95.6%)", []),
        ("81.7만㎡(817,000㎡)", []),
        ("빛그린 56만평, 진곡 190.8만㎡", []),
        ("3.3㎡당 82만원", []),
        (None, []),
    ],
)
def test_an_area_is_stated_twice_only_side_by_side_in_two_units(stated, pairs):
    found = [(one.value, other.value) for one, other in areas_stated_twice(claim(stated=stated))]
    assert found == [pytest.approx(pair) for pair in pairs]


@pytest.mark.parametrize(
    ("stated", "only"),
    [("220만평", True), ("338.4만㎡(102만평)", False), ("714만㎡", False), ("1-1공구 175.8만", False)],
)
def test_a_claim_may_be_stated_in_pyeong_alone(stated, only):
    assert only_in_pyeong(claim(stated=stated)) is only
