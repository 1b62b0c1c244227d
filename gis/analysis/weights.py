"""Weights of criteria from pairwise comparisons (AHP), how consistent they are, and when they change who comes first.

AHPy, the library of this field, does not run with NumPy 2.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from gis.errors import InputError, UnknownNameError

Matrix = NDArray[np.float64]

GATE = 0.10
"""The largest consistency ratio that Saaty (1980) lets pass."""
SMALLEST, LARGEST = 1 / 9, 9.0
"""Saaty's scale of comparisons."""
MOST_CRITERIA = 15
RANDOM_INDICES: dict[str, tuple[float, ...]] = {
    "donegan_dodd": (
        0.0, 0.0, 0.4914, 0.8286, 1.0591, 1.1797, 1.2519, 1.3171, 1.3733, 1.4055, 1.4213, 1.4497, 1.4643, 1.4822, 1.4969,
    ),
    "saaty": (0.0, 0.0, 0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59),
}  # fmt: skip
"""RI for 1 to 15 criteria: H. A. Donegan and F. J. Dodd, Math. Comput. Modelling 15(10), 1991, 135–137; T. L. Saaty,
Theory and Applications of the Analytic Network Process, 2005, p. 31."""
FLIP_COLUMNS = ("criterion", "weight", "flips_at", "change", "first", "then")


@dataclass(frozen=True)
class Weights:
    """Weights that add to 1, with how consistent the comparisons behind them are.

    `ratio` is the consistency ratio by the table `index`, None where weights were stated; `completed` holds the
    comparisons that nobody made, as the others imply them.
    """

    weights: pd.Series
    ratio: float | None = None
    largest_eigenvalue: float | None = None
    index: str | None = None
    completed: pd.DataFrame | None = None

    @property
    def passes(self) -> bool:
        """Whether the comparisons are consistent enough to rank with."""
        return self.ratio is None or self.ratio <= GATE


def stated_weights(weights: Mapping[str, float]) -> Weights:
    """Return weights that somebody states, scaled to add to 1.

    Raises
    ------
    InputError
        Where one is below 0 or none is above.
    """
    wrong = [name for name, weight in weights.items() if not (np.isfinite(weight) and weight >= 0)]
    if wrong:
        raise InputError("weights.negative", criterion=wrong[0], value=weights[wrong[0]])
    total = sum(weights.values())
    if not total:
        raise InputError("weights.all_zero")
    return Weights(pd.Series({name: weight / total for name, weight in weights.items()}, dtype=float, name="weight"))


def compared_weights(
    criteria: Sequence[str], comparisons: Mapping[tuple[str, str], float], index: str = "donegan_dodd"
) -> Weights:
    """Return the weights that pairwise comparisons give: the principal eigenvector, by T. L. Saaty (1980).

    Parameters
    ----------
    comparisons
        How many times as important the first of a pair is as the second, from 1/9 to 9. Pairs may be left out as long as
        the others join all criteria; they are filled in as S. Bozóki, J. Fülöp and L. Rónyai, Math. Comput. Modelling 52
        (2010) 318–333: so that the largest eigenvalue is least.
    index
        The table of random indices, `donegan_dodd` or `saaty`.

    Raises
    ------
    InputError
        Where a comparison is out of the scale or contradicts its mirror, or some criteria are joined to no others.
    """
    if index not in RANDOM_INDICES:
        raise UnknownNameError("weights.index", index=index, known=", ".join(RANDOM_INDICES))
    if not 1 <= len(criteria) <= MOST_CRITERIA or len(set(criteria)) < len(criteria):
        raise InputError("weights.criteria", count=len(criteria), most=MOST_CRITERIA)
    matrix = _matrix(criteria, comparisons)
    missing = [(a, b) for a, b in itertools.combinations(range(len(criteria)), 2) if np.isnan(matrix[a, b])]
    whole = _filled(matrix, missing)
    value, vector = _principal(whole)
    count, random = len(criteria), RANDOM_INDICES[index][len(criteria) - 1]
    ratio = 0.0 if count < 3 else max(0.0, (value - count) / (count - 1) / random)
    filled = [[criteria[a], criteria[b], whole[a, b]] for a, b in missing]
    return Weights(
        pd.Series(vector, index=list(criteria), name="weight"), ratio, value, index,
        pd.DataFrame(filled, columns=["criterion", "other_criterion", "comparison"]),
    )  # fmt: skip


def _matrix(criteria: Sequence[str], comparisons: Mapping[tuple[str, str], float]) -> Matrix:
    """Return the reciprocal matrix of comparisons, NaN where nobody made one."""
    places = {name: number for number, name in enumerate(criteria)}
    matrix = np.full((len(criteria), len(criteria)), np.nan)
    np.fill_diagonal(matrix, 1.0)
    graph = nx.Graph()
    graph.add_nodes_from(criteria)
    for (one, other), value in comparisons.items():
        if one not in places or other not in places or one == other:
            raise InputError("weights.pair", one=one, other=other, known=", ".join(criteria))
        if not SMALLEST * (1 - 1e-9) <= value <= LARGEST * (1 + 1e-9):
            raise InputError("weights.scale", one=one, other=other, value=value)
        before = matrix[places[one], places[other]]
        if not np.isnan(before) and not np.isclose(before, value):
            raise InputError("weights.twice", one=one, other=other)
        matrix[places[one], places[other]], matrix[places[other], places[one]] = value, 1 / value
        graph.add_edge(one, other)
    parts = list(nx.connected_components(graph))
    if len(parts) > 1:
        alone = sorted(parts[1], key=places.__getitem__)
        raise InputError("weights.apart", criteria=", ".join(alone))
    return matrix


def _filled(matrix: Matrix, missing: list[tuple[int, int]]) -> Matrix:
    """Return a matrix whose missing comparisons make the largest eigenvalue least; in logarithms that is convex."""
    if not missing:
        return matrix

    def with_values(logs: NDArray[np.float64]) -> Matrix:
        whole = matrix.copy()
        for (a, b), log in zip(missing, logs, strict=True):
            whole[a, b], whole[b, a] = np.exp(log), np.exp(-log)
        return whole

    def eigenvalue(logs: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        whole = with_values(logs)
        value, right = _principal(whole)
        left = _principal(whole.T)[1]
        slope = [left[a] * whole[a, b] * right[b] - left[b] * whole[b, a] * right[a] for a, b in missing]
        return value, np.array(slope) / (left @ right)

    found = minimize(eigenvalue, np.zeros(len(missing)), jac=True, method="BFGS", options={"gtol": 1e-10})
    return with_values(found.x)


def _principal(matrix: Matrix) -> tuple[float, NDArray[np.float64]]:
    """Return the largest eigenvalue of a positive matrix and its vector, which adds to 1 (Perron and Frobenius)."""
    values, vectors = np.linalg.eig(matrix)
    largest = int(np.argmax(values.real))
    vector = np.abs(vectors[:, largest].real)
    return float(values[largest].real), vector / vector.sum()


def ranking(scores: pd.DataFrame, weights: pd.Series) -> pd.Series:
    """Return the weighted score of each alternative (rows), the best first; ties keep their order.

    Raises
    ------
    InputError
        Where a score is missing: an alternative of which something is unknown has no place in a ranking.
    """
    lacking = scores[list(weights.index)].isna()
    if lacking.any(axis=None):
        place = lacking.stack()
        alternative, criterion = place[place].index[0]
        raise InputError("weights.unknown_score", alternative=alternative, criterion=criterion)
    return (scores[list(weights.index)] @ weights).sort_values(ascending=False, kind="stable").rename("score")


def flips(scores: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """Return for each criterion the nearest weight at which another alternative comes first, the least change first.

    The other weights keep their proportions. `flips_at` is NaN where no weight from 0 to 1 changes the first.
    """
    first = ranking(scores, weights).index[0]
    rows = []
    for criterion, weight in weights.items():
        others = weights.drop(criterion)
        rest = others / others.sum() if others.sum() else others + 1 / max(len(others), 1)
        base, own = scores[list(others.index)] @ rest, scores[criterion]
        lead, slope = base[first] - base, (own[first] - base[first]) - (own - base)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = (-lead / slope).drop(first)
        behind = slope.drop(first) > 0  # whether the other is ahead below its root, else above it
        turning = at[(behind & (at > 0) & (at <= 1)) | (~behind & (at >= 0) & (at < 1))]
        change = (turning - weight).abs()
        nearest = change.idxmin() if len(change) else None
        told = (np.nan, np.nan, None) if nearest is None else (turning[nearest], turning[nearest] - weight, nearest)
        rows.append([criterion, weight, told[0], told[1], first, told[2]])
    table = pd.DataFrame(rows, columns=list(FLIP_COLUMNS))
    return table.sort_values("change", key=lambda change: change.abs(), kind="stable", ignore_index=True)
