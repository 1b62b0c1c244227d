"""What a person looks for when placing a site, in plain values, and how it is typed."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from gis import study
from gis.analysis.siting import EXCLUDE, MODES, PENALTY
from gis.analysis.weights import GATE, Weights
from gis.errors import InputError
from gis.study.sites import SiteRef
from gis.units import parse_length

MOST_SITES = 100
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Rule:
    """What land of a layer means to a site.

    `layer` is a theme (지역·지구) by id or title, a layer or a file; `classes` narrows it; `buffer` (m) widens it;
    `mode` is exclude, conditional (협의·해제 전제) or penalty (감점), and `weight` what taking all of the site costs.
    """

    layer: str
    mode: str = EXCLUDE
    classes: tuple[str, ...] = ()
    buffer: float = 0.0
    weight: float = 0.0

    @property
    def name(self) -> str:
        """Return what tells it from the other rules of a wish."""
        narrowed = f":{'|'.join(self.classes)}" if self.classes else ""
        return f"{self.layer}{narrowed}{f'@{self.buffer:g}m' if self.buffer else ''}"


EXISTING = Rule(study.COMPLEXES, EXCLUDE, ("cheomdan3", "bitgreen", "jingok"))
"""The complexes that stand already."""


@dataclass(frozen=True)
class Wish:
    """What is looked for, in plain values: equal wishes have equal answers.

    Parameters
    ----------
    area
        좌표면적, m².
    anchor, within
        What the site must lie near to, and how far (m) from it at most, boundary to boundary.
    slope, dem
        The steepest slope in degrees, and the elevation model that tells it.
    criteria
        Pairs of a name and a weight: `anchor`, `chain:COMPLEX` (the partners of its links), a layer, or `LAYER:VALUE`.
    aspects, outline, turn
        Length by width of the rectangles that are tried, or a site whose outline is; each turned in steps of `turn` degrees.
    compactness, width
        Limits of shape: Polsby–Popper (0 to 1), and the least width in m.
    window
        Where to look: west, south, east, north in degrees; around the anchor where there is none.
    grow, parcels, random
        How many irregular sites to grow, from whole parcels of this layer where it is named, and the seed of chance.
    """

    area: float
    anchor: SiteRef | None = None
    within: float = 5_000.0
    rules: tuple[Rule, ...] = ()
    slope: float | None = None
    dem: str | None = None
    criteria: tuple[tuple[str, float], ...] = ()
    aspects: tuple[float, ...] = (1.0, 1.5, 2.0)
    outline: SiteRef | None = None
    turn: float = 15.0
    compactness: float = 0.0
    width: float = 0.0
    window: Bounds | None = None
    cell: float | None = None
    grow: int = 0
    parcels: str | None = None
    random: int = 0
    count: int = 10
    apart: float | None = None

    @property
    def spacing(self) -> float:
        """Return how far apart (m) the centers of two sites lie at least: the side of a square where nobody says."""
        return math.sqrt(self.area) if self.apart is None else self.apart


def typed_rule(text: str, mode: str) -> Rule:
    """Return the rule that a person typed as `LAYER`, with `:CLASS|CLASS`, `@100m` and `=WEIGHT` behind it where wanted.

    Raises
    ------
    InputError
        Where the weight is no number or the buffer no length.
    """
    named, marked, weight = text.rpartition("=")
    layer, widened, buffer = (named if marked else text).rpartition("@")
    layer = layer if widened else (named if marked else text)
    classes = ""
    if not Path(layer).suffix:  # C:\folder\file.gpkg is a file
        layer, _, classes = layer.partition(":")
    if not layer.strip():
        raise InputError("siting.rule", text=text)
    return Rule(
        layer.strip(), mode, tuple(one.strip() for one in classes.split("|") if one.strip()),
        parse_length(buffer) if widened else 0.0, _weight(weight, text) if marked else float(mode == PENALTY),
    )  # fmt: skip


def typed_criterion(text: str) -> tuple[str, float]:
    """Return the criterion and its weight that a person typed as `anchor=2` or `reference_points:rail`."""
    name, marked, weight = text.rpartition("=")
    if not (name if marked else text).strip():
        raise InputError("siting.rule", text=text)
    return (name.strip(), _weight(weight, text)) if marked else (text.strip(), 1.0)


def _weight(said: str, text: str) -> float:
    try:
        return float(said)
    except ValueError:
        raise InputError("siting.rule", text=text) from None


def typed_aspects(text: str) -> tuple[float, ...]:
    """Return the ratios that a person typed as `1,1.5,2`."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise InputError("siting.aspects", text=text) from None


def four_sides(box: tuple[float, ...]) -> Bounds:
    """Return west, south, east and north of a box."""
    if len(box) != 4 or not all(map(math.isfinite, box)):
        raise InputError("siting.box")
    return box


def passing(weights: Weights) -> pd.Series:
    """Return weights whose comparisons are consistent enough to rank by.

    Raises
    ------
    InputError
        Where they are not.
    """
    if not weights.passes:
        raise InputError("weights.gate", ratio=f"{weights.ratio:.4f}", gate=f"{GATE:.2f}")
    return weights.weights


def weighable(wish: Wish) -> list[str]:
    """Return the criteria and rules of a wish that have a weight."""
    return [*(name for name, _ in wish.criteria), *(one.name for one in wish.rules if one.mode != EXCLUDE)]


def weighted(wish: Wish, weights: pd.Series) -> Wish:
    """Return a wish whose criteria and penalties have the weights of that name; 0 where there is none.

    Raises
    ------
    InputError
        Where a weight is of nothing that the wish names.
    """
    names = weighable(wish)
    strange = [str(name) for name in weights.index if name not in names]
    if strange:
        raise InputError("siting.weights", name=strange[0], known=", ".join(sorted(names)) or "-")
    told = {str(name): float(weight) for name, weight in weights.items()}
    rules = tuple(
        one if one.mode == EXCLUDE else replace(one, weight=told.get(one.name, 0.0)) for one in wish.rules
    )  # fmt: skip
    return replace(wish, rules=rules, criteria=tuple((name, told.get(name, 0.0)) for name, _ in wish.criteria))


def _plain(aspect: float | None) -> str:
    return "-" if aspect is None else f"{aspect:g}"


def require_possible(wish: Wish) -> None:
    """Refuse a wish whose numbers contradict each other."""
    wrong_aspect = next((one for one in wish.aspects if not one >= 1), None)
    if not 0 < wish.area < 1e10 or wrong_aspect is not None:
        raise InputError("siting.template", area=f"{wish.area:,.0f}", aspect=_plain(wrong_aspect))
    if not 0 <= wish.compactness < 1 or wish.width < 0 or wish.width**2 > wish.area:
        widest = f"{math.sqrt(wish.area):,.0f}"
        raise InputError("siting.limits", compactness=f"{wish.compactness:g}", width=f"{wish.width:g}", widest=widest)
    if not 1 <= wish.count <= MOST_SITES or not 0 <= wish.grow <= MOST_SITES or not 1 <= wish.turn <= 180:
        raise InputError("siting.counts", count=wish.count, grow=wish.grow, turn=f"{wish.turn:g}", most=MOST_SITES)
    weights = [*(one.weight for one in wish.rules), *(weight for _, weight in wish.criteria)]
    lengths = [*(one.buffer for one in wish.rules), wish.within, wish.spacing]
    if wish.random < 0:
        raise InputError("siting.seed", seed=wish.random)
    if wish.cell is not None and not wish.cell > 0:
        raise InputError("siting.cell", cell=f"{wish.cell:g}")
    if not all(math.isfinite(value) and value >= 0 for value in (*weights, *lengths)):
        raise InputError("siting.negative")
    wrong = [one.mode for one in wish.rules if one.mode not in MODES]
    if wrong:
        raise InputError("siting.mode", mode=wrong[0], known=", ".join(MODES))
    twice = [one.name for number, one in enumerate(wish.rules) if one.name in {r.name for r in wish.rules[:number]}]
    if twice:
        raise InputError("siting.twice", rule=twice[0])
