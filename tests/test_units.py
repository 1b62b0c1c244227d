"""Units as people type and read them."""

import math
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gis.errors import GisError, InputError, UnknownNameError
from gis.units import (
    AREA_SYMBOLS,
    AREA_UNITS,
    PYEONG,
    area_text,
    area_unit,
    in_area_unit,
    interval_text,
    length_text,
    parse_area,
    parse_length,
    spread_text,
)

lengths = st.floats(0, 1_000_000)


def bounds(text: str) -> tuple[float, float]:
    numbers, unit = text.rsplit(" ", 1)
    ends = [float(number.replace(",", "")) * {"m": 1, "km": 1000}[unit] for number in numbers.split("~")]
    return ends[0], ends[-1]


def test_a_pyeong_is_400_of_121_square_meters():
    assert Fraction(400, 121) == PYEONG
    assert parse_area("121평") == 400


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("m2", "m2"), ("㎡", "m2"), ("m²", "m2"), ("M2", "m2"), ("만㎡", "man-m2"), ("man-m2", "man-m2"), ("만 ㎡", "man-m2"),
        ("만m²", "man-m2"), ("ha", "ha"), ("HA", "ha"), ("㏊", "ha"), ("헥타르", "ha"), ("km2", "km2"), ("㎢", "km2"),
        ("km²", "km2"), ("평", "pyeong"), ("pyeong", "pyeong"), ("만평", "man-pyeong"), (" 만 평 ", "man-pyeong"),
        ("man-pyeong", "man-pyeong"),
    ],
)  # fmt: skip
def test_an_area_unit_has_many_spellings(text, unit):
    assert area_unit(text) == unit


@pytest.mark.parametrize("text", ["", "acre", "m", "m3", "평방", "m2 ha", "\0", "㎥"])
def test_another_unit_is_refused_with_those_that_work(text):
    with pytest.raises(UnknownNameError, match="pyeong"):
        area_unit(text)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("100만평", 1_000_000 * 400 / 121), ("１００ 만평", 1_000_000 * 400 / 121), ("3.3㎢", 3_300_000),
        ("3,384,000㎡", 3_384_000), ("7", 7), ("0.5 ha", 5_000), (" 12 만㎡ ", 120_000), ("0", 0),
    ],
)  # fmt: skip
def test_a_typed_area_is_read(text, area):
    assert parse_area(text) == pytest.approx(area, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "length"), [("2km", 2_000), ("0.5 m", 0.5), ("10", 10), ("1,234m", 1_234), ("3㎞", 3_000)]
)
def test_a_typed_length_is_read(text, length):
    assert parse_length(text) == length


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "km",
        "-1",
        "+1",
        "nan",
        "inf",
        "1e3",
        "1.2.3km",
        "1,5km",
        "1,,000",
        "12,34",
        ".5",
        "½",
        "9" * 5_000,
        "9" * 400,
    ],
)
@pytest.mark.parametrize("parse", [parse_area, parse_length])
def test_nonsense_is_no_amount(parse, text):
    with pytest.raises(GisError):
        parse(text)


@pytest.mark.parametrize("text", ["1 mile", "1 ㎡", "1 mm", "2 km 5"])
def test_another_length_unit_is_refused(text):
    with pytest.raises(UnknownNameError, match="km"):
        parse_length(text)


@given(st.text(max_size=70))
def test_any_text_is_an_amount_or_one_clear_error(text):
    for parse in (parse_area, parse_length):
        try:
            assert 0 <= parse(text) < math.inf
        except (InputError, UnknownNameError) as error:
            assert str(error)


@given(st.integers(0, 10**15), st.sampled_from(sorted(AREA_UNITS)))
def test_what_is_typed_in_a_unit_is_that_many_of_it(amount, unit):
    assert in_area_unit(parse_area(f"{amount:,} {AREA_SYMBOLS[unit]}"), unit) == pytest.approx(amount, rel=1e-14)


@given(st.floats(0, 1e12), st.sampled_from(sorted(AREA_UNITS)))
def test_an_area_text_is_read_back_within_its_digits(area, unit):
    digits = 1 if unit in ("m2", "pyeong") else 0.01
    assert parse_area(area_text(area, unit)) == pytest.approx(
        area, abs=0.51 * digits * float(AREA_UNITS[unit]), rel=1e-12
    )


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "0 m"), (0.4, "0.4 m"), (9.94, "9.9 m"), (9.96, "10 m"), (12.3, "12 m"), (999.4, "999 m"),
        (999.6, "1.000 km"), (1000, "1.000 km"), (12_345.6, "12.346 km"), (150_000, "150.00 km"),
    ],
)  # fmt: skip
def test_a_length_reads_well_at_every_scale(length, text):
    assert length_text(length) == text


@pytest.mark.parametrize(
    ("length", "step", "text"),
    [(1_234, 10, "1.23 km"), (996, 10, "1.00 km"), (0.44, 0.1, "0.4 m"), (149_600, 1000, "150 km")],
)
def test_a_length_is_rounded_to_its_step(length, step, text):
    assert length_text(length, step) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0, 0, "0 m"), (12, 12, "12 m"), (1_234, 1_234, "1.234 km"), (0, 0.4, "0~0.4 m"), (0, 150, "0~150 m"),
        (950, 1_040, "0.95~1.04 km"), (999.2, 999.6, "999.2~999.6 m"), (0, 3_241.3, "0~3.3 km"),
        (1_938.99, 5_998.99, "1.9~6.0 km"), (12_696.2, 18_376.2, "12~19 km"), (149_000, 151_000, "149.0~151.0 km"),
        (3_000.0000001, 6_999.9999999, "3.0~7.0 km"),
    ],
)  # fmt: skip
def test_an_interval_reads_well_at_every_scale(low, high, text):
    assert interval_text(low, high) == text


@example(0.0, 5e-324)
@given(lengths, lengths)
def test_a_shown_interval_still_holds_the_one_it_shows(one, other):
    low, high = sorted((one, other))
    shown_low, shown_high = bounds(interval_text(low, high))
    slack = (
        max(0.51 * (0.1 if low < 10 else 1 if low < 100_000 else 10), 1e-6 * high)
        if low == high
        else 1e-6 + 1e-9 * high
    )
    assert shown_low <= low + slack
    assert shown_high >= high - slack


@given(lengths, st.floats(1, 100_000))
def test_a_shown_interval_is_at_most_two_fifths_wider(low, width):
    shown_low, shown_high = bounds(interval_text(low, low + width))
    assert shown_high - shown_low <= 1.4 * width + 1e-3


@pytest.mark.parametrize("text", ["1,5km", "1.2.3km", "1,,000"])
def test_a_comma_out_of_place_is_told_as_a_wrong_amount_not_a_wrong_unit(text):
    with pytest.raises(InputError, match="양이 아닙니다"):
        parse_length(text)


@pytest.mark.parametrize(("spread", "text"), [(0.2, "<1 ㎡"), (30, "30 ㎡"), (49, "49 ㎡"), (60, "0.01 만㎡")])
def test_an_error_never_reads_as_nothing(spread, text):
    assert spread_text(spread, "man-m2") == text
