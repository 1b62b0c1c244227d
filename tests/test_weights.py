"""Weights by comparison give the published ones; a flip is where the ranking really turns."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.analysis.weights import GATE, compared_weights, flips, ranking, stated_weights
from gis.errors import InputError, UnknownNameError


def comparisons_of(names, matrix):
    return {
        (names[a], names[b]): float(Fraction(matrix[a][b])) for a in range(len(names)) for b in range(a + 1, len(names))
    }


@pytest.mark.parametrize(("index", "key"), [("saaty", "CR_RI1.35"), ("donegan_dodd", "CR_RI_DoneganDodd_1.2519")])
def test_the_published_drinks_have_their_weights_and_ratio(known_answers, index, key):
    told = known_answers["ahp.drinks"]
    names = told["input"]["order"]
    found = compared_weights(names, comparisons_of(names, told["input"]["matrix"]), index)
    assert found.weights.to_numpy() == pytest.approx(told["expected"]["weights"], abs=0.0006)
    assert found.largest_eigenvalue == pytest.approx(told["expected"]["lambda_max_here"], abs=1e-9)
    assert found.ratio == pytest.approx(told["expected"][key], abs=0.0006)
    assert found.passes


def test_a_missing_comparison_is_the_published_one(known_answers):
    told = known_answers["ahp.incomplete"]
    pairs = {tuple(name): float(value) for name, value in told["input"]["pairs"].items()}
    found = compared_weights("abcd", pairs)
    assert found.completed["comparison"].tolist() == pytest.approx([told["expected"]["cd"]], abs=1e-6)
    assert found.weights.to_dict() == pytest.approx(told["expected"]["weights"], abs=1e-4)
    assert found.ratio == pytest.approx(told["expected"]["CR_DD"], abs=1e-4)


weights_of = st.lists(st.floats(1, 9), min_size=2, max_size=7)


@given(weights_of)
def test_consistent_comparisons_give_their_weights_back(true):
    smallest = min(true)
    true = [weight / smallest for weight in true]
    names = [f"c{number}" for number in range(len(true))]
    pairs = {(names[a], names[b]): true[a] / true[b] for a in range(len(true)) for b in range(a + 1, len(true))}
    found = compared_weights(names, pairs)
    assert found.weights.to_numpy() == pytest.approx(np.array(true) / sum(true), abs=1e-9)
    assert found.ratio == pytest.approx(0, abs=1e-9)


@given(weights_of)
def test_a_chain_of_comparisons_is_enough_and_consistent(true):
    smallest = min(true)
    true = [weight / smallest for weight in true]
    names = [f"c{number}" for number in range(len(true))]
    pairs = {(names[a], names[a + 1]): true[a] / true[a + 1] for a in range(len(true) - 1)}
    found = compared_weights(names, pairs)
    assert found.weights.to_numpy() == pytest.approx(np.array(true) / sum(true), abs=1e-4)
    assert found.ratio == pytest.approx(0, abs=1e-6)


def test_a_circle_of_preferences_does_not_pass():
    found = compared_weights("abc", {("a", "b"): 5, ("b", "c"): 5, ("c", "a"): 5})
    assert found.ratio > GATE and not found.passes
    assert found.weights.to_numpy() == pytest.approx([1 / 3] * 3)


def test_a_comparison_may_be_told_from_either_side():
    one = compared_weights("abc", {("a", "b"): 3, ("b", "c"): 2, ("a", "c"): 5})
    other = compared_weights("abc", {("b", "a"): 1 / 3, ("c", "b"): 1 / 2, ("c", "a"): 1 / 5})
    assert one.weights.to_numpy() == pytest.approx(other.weights.to_numpy())


@pytest.mark.parametrize(
    ("pairs", "key"),
    [
        ({("a", "b"): 10.0}, "weights.scale"),
        ({("a", "b"): 0.0}, "weights.scale"),
        ({("a", "b"): float("nan")}, "weights.scale"),
        ({("a", "a"): 1.0}, "weights.pair"),
        ({("a", "x"): 1.0}, "weights.pair"),
        ({("a", "b"): 2.0, ("b", "a"): 2.0, ("b", "c"): 1.0}, "weights.twice"),
        ({("a", "b"): 2.0}, "weights.apart"),
        ({}, "weights.apart"),
    ],
)
def test_comparisons_that_cannot_be_are_refused(pairs, key):
    with pytest.raises(InputError) as caught:
        compared_weights("abc", pairs)
    assert caught.value.key == key and str(caught.value)


def test_an_unknown_table_of_indices_is_refused():
    with pytest.raises(UnknownNameError, match="saaty"):
        compared_weights("abc", {("a", "b"): 1, ("b", "c"): 1}, "guess")


@pytest.mark.parametrize(
    ("told", "key"), [({"a": -1.0, "b": 2.0}, "weights.negative"), ({"a": 0.0}, "weights.all_zero")]
)
def test_stated_weights_that_cannot_be_are_refused(told, key):
    with pytest.raises(InputError) as caught:
        stated_weights(told)
    assert caught.value.key == key and str(caught.value)


def test_stated_weights_add_to_one():
    assert stated_weights({"a": 3, "b": 1}).weights.tolist() == [0.75, 0.25]


def test_an_alternative_with_an_unknown_score_is_not_ranked():
    scores = pd.DataFrame({"near": [1.0, np.nan]}, index=["x", "y"])
    with pytest.raises(InputError, match="y"):
        ranking(scores, pd.Series({"near": 1.0}))


def table(values):
    return pd.DataFrame(
        values, index=["x", "y", "z"][: len(values)], columns=["near", "flat", "cheap"][: len(values[0])]
    )


def test_the_flip_is_where_two_lines_cross():
    found = flips(table([[1.0, 0.0], [0.0, 1.0]]), pd.Series({"near": 0.7, "flat": 0.3}))
    assert found[["criterion", "first", "then"]].to_numpy().tolist() == [["near", "x", "y"], ["flat", "x", "y"]]
    assert found["flips_at"].tolist() == pytest.approx([0.5, 0.5])


scores_of = st.lists(st.lists(st.integers(0, 20), min_size=3, max_size=3), min_size=2, max_size=3)


@given(scores_of, st.lists(st.integers(1, 20), min_size=3, max_size=3))
def test_before_the_flip_the_first_stays_and_behind_it_it_does_not(values, raw):
    scores, weights = (
        table([[float(value) for value in row] for row in values]),
        stated_weights(dict(zip(["near", "flat", "cheap"], raw, strict=True))).weights,
    )
    first = ranking(scores, weights).index[0]

    def best(criterion, weight):
        others = weights.drop(criterion)
        moved = pd.concat([pd.Series({criterion: weight}), others / others.sum() * (1 - weight)])
        total = (scores[list(moved.index)] * moved).sum(axis=1)
        return total[first] - total.drop(first).max()

    for row in flips(scores, weights).to_dict("records"):
        edge = row["flips_at"]
        if np.isnan(edge):
            assert all(best(row["criterion"], step) >= -1e-9 for step in np.linspace(0, 1, 21))
        else:
            inner = np.linspace(row["weight"], edge, 8)[:-1]
            assert all(best(row["criterion"], step) >= -1e-9 for step in inner)
            beyond = edge + np.sign(edge - row["weight"]) * 1e-6
            if 0 <= beyond <= 1 and abs(edge - row["weight"]) > 1e-9:
                assert best(row["criterion"], beyond) < 1e-12
