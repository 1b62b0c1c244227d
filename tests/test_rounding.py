"""Rounding of the land register: half to even on the digits as written, and parts that add up."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.kernel.rounding import TENTH, half_even, register_area, rounded_parts, shares_pct


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(100.5, 100), (101.5, 102), (100.4, 100), (100.6, 101), (100.50001, 101), (0.5, 0), (1.5, 2), (2.5, 2)],
)
def test_a_half_goes_to_the_even_number(value, rounded):
    """공간정보관리법 시행령 제60조: 100.5 is 100, 101.5 is 102."""
    assert half_even(value) == rounded


@pytest.mark.parametrize(
    ("value", "rounded"), [(123.45, "123.4"), (123.55, "123.6"), (123.451, "123.5"), (0.05, "0.0")]
)
def test_a_tenth_is_rounded_by_its_written_digits(value, rounded):
    assert half_even(value, TENTH) == Decimal(rounded)


@pytest.mark.parametrize(("value", "written"), [(0.3, 1), (0.0, 0), (0.5, 1), (1.2, 1), (7.5, 8)])
def test_a_register_area_is_at_least_one_square_meter(value, written):
    assert register_area(value) == written


@given(st.decimals(0, 10**9, places=3, allow_nan=False))
def test_rounding_moves_by_half_a_step_at_most_and_ties_end_even(value):
    rounded = half_even(value)
    assert abs(Fraction(rounded) - Fraction(value)) <= Fraction(1, 2)
    if abs(Fraction(rounded) - Fraction(value)) == Fraction(1, 2):
        assert rounded % 2 == 0


areas = st.lists(st.decimals(0, 10**6, places=4, allow_nan=False).map(float), min_size=1, max_size=30)


@given(areas, st.sampled_from([Decimal(1), TENTH, Decimal("0.01")]))
def test_rounded_parts_add_to_the_rounded_total_and_stay_where_they_were(parts, step):
    total = half_even(sum(map(Decimal, map(repr, parts))), step)
    rounded = rounded_parts(parts, total, step)
    assert sum(rounded) == total
    assert all(abs(Decimal(repr(part)) - one) < step + step / 1000 for part, one in zip(parts, rounded, strict=True))


@given(areas)
def test_the_order_of_parts_that_differ_does_not_matter(parts):
    distinct = sorted(set(parts))
    total = half_even(sum(map(Decimal, map(repr, distinct))))
    remainders = [Decimal(repr(part)) % 1 for part in distinct]
    if len(set(remainders)) < len(remainders):
        return
    forward, backward = rounded_parts(distinct, total, Decimal(1)), rounded_parts(distinct[::-1], total, Decimal(1))
    assert forward == backward[::-1]


def test_shares_without_a_total_are_unknown():
    assert shares_pct([25.0, 75.0], 100).tolist() == [25.0, 75.0]
    assert str(shares_pct([0.0], 0)[0]) == "nan"


def test_nothing_is_rounded_to_nothing():
    assert rounded_parts([], Decimal(5), Decimal(1)) == []
