"""Where the stages and links of the value chain stand in its picture: a layered layout.

Layers by K. Sugiyama, S. Tagawa, M. Toda, Methods for visual understanding of hierarchical system structures, IEEE
Trans. SMC 11 (1981): a link that passes a column gets a lane of its own there, so no link runs through a box.
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_array

from gis.analysis.chain import EXPORT
from gis.analysis.network import Site
from gis.i18n import t
from gis.model import ChainModel
from gis.study.value_chain import Answer
from gis.view.svg import LINE, clean, wrapped
from gis.view.tables import label

WIDTH = 1280.0
LEFT, RIGHT = 38.0, 14.0
"""Room for the names of the bands, and for the border."""
MOST_COLUMNS = 8
"""More orders than these fold into a second row of columns: text stays readable."""
WIDEST_BOX, WIDEST_CHANNEL = 170.0, 130.0
CHANNEL_SHARE = 0.4
"""The room between two columns, as a share of a column."""
BOX_GAP, LANE_GAP, BAND_GAP, PORT_GAP = 16.0, 7.0, 46.0, 8.0
PAD = 5.0
HEADING, TEXT = 12.5, 11.5
MOST_SITES = 8
CHIP_PAD, CUT_GUTTER = 17.0, 15.0
"""Room inside a place for its sign, and inside a box for the line that cuts it."""
HEAD = 9.0
SERVED, UNDECIDED, UNSERVED = "served", "undecided", "unserved"
HOSTED, MISSING, OPTIONAL, DESTINATION = "hosted", "missing", "optional", "destination"
ORDER_SWEEPS = 12
SETTLE = 0.02
"""How strongly a stop keeps to its place in its column, beside links that want to be level."""


@dataclass(frozen=True)
class Chip:
    """A place in a box, with the status of the stage there; `cut` where losing it ends the chain."""

    name: str
    lines: tuple[str, ...]
    status: str | None
    cut: bool

    @property
    def height(self) -> float:
        """Return its height in px."""
        return len(self.lines) * TEXT * LINE + 5


@dataclass(frozen=True)
class Box:
    """A stage in its column and band. `state` is hosted, missing, optional or destination; `flag` names the cut."""

    id: str
    column: int
    band: int
    title: str
    heading: tuple[str, ...]
    chips: tuple[Chip, ...]
    state: str
    flag: tuple[str, ...]
    ports: int

    @cached_property
    def height(self) -> float:
        """Return its height in px: what it holds, or what its links need."""
        chips = sum(chip.height + 3 for chip in self.chips)
        return max(2 * PAD + len(self.heading) * HEADING * LINE + 2 + chips, self.ports * PORT_GAP + 2 * PAD)

    @property
    def flag_height(self) -> float:
        """Return the height in px of the label that names the cut."""
        return len(self.flag) * TEXT * LINE + 16 if self.flag else 0.0


@dataclass(frozen=True)
class Edge:
    """A link between two boxes; `state` is served, undecided or unserved."""

    id: str
    start: str
    end: str
    kind: str
    required: bool
    feedback: bool
    state: str


@dataclass(frozen=True)
class Stop:
    """A box, or the lane of a link, in the stack of its column: `rank` -1 keeps to the top of the band, 1 to its foot."""

    name: str
    column: int
    band: int
    rank: int = 0
    above: float = 0.0
    below: float = 0.0
    is_box: bool = False


@dataclass(frozen=True)
class Cut:
    """What ends the chain, or has ended it: sites, stages without a host, links that are not served."""

    sites: tuple[Site, ...] = ()
    stages: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """Where everything stands, in px. `ways` holds the stops of each link, `ports` the height at which it ends."""

    boxes: dict[str, Box]
    edges: tuple[Edge, ...]
    ways: dict[str, tuple[Stop, ...]]
    y: dict[str, float]
    ports: dict[tuple[str, str], float]
    lefts: tuple[float, ...]
    box_width: float
    supporting: int | None
    """The first of the bands of supporting stages."""

    @property
    def foot(self) -> float:
        """Return the lowest height that anything reaches."""
        lanes = [self.y[stop.name] + stop.below for way in self.ways.values() for stop in way]
        return max([self.top(box) + box.height + 10 for box in self.boxes.values()] + lanes, default=0.0)

    @property
    def bands(self) -> dict[int, tuple[float, float]]:
        """Return top and foot of the boxes of each band."""
        spans: dict[int, tuple[float, float]] = {}
        for box in self.boxes.values():
            top, foot = spans.get(box.band, (math.inf, -math.inf))
            spans[box.band] = min(top, self.top(box) - box.flag_height), max(foot, self.top(box) + box.height)
        return spans

    def top(self, box: Box) -> float:
        """Return the upper border of a box."""
        return self.y[box.id] - box.height / 2


def chain_cut(found: Answer) -> Cut:
    """Return the cut of the weakest route; where a route is closed already, what closes it."""
    weakest = found.bottleneck
    if weakest is None:
        return Cut()
    if weakest.paths:
        return Cut(sites=weakest.cut)
    required = found.chain.links[found.chain.links["required"].astype(bool)]
    hosted = required[required["from"].notna()].groupby("id", sort=False)[["served", "undecided"]].any()
    open_ = hosted[~hosted["served"]]
    return Cut(
        stages=found.chain.missing_stages,
        links=tuple(open_.index[~open_["undecided"]]),
        undecided=tuple(open_.index[open_["undecided"]]),
    )


def chain_layout(found: Answer, model: ChainModel, cut: Cut, top: float = 0.0) -> Layout:
    """Return where the stages and links of an answer stand, the highest at `top`."""
    edges = _edges(found, model)
    width, lefts, columns = _columns(found, model)
    boxes = {box.id: box for box in _boxes(found, columns, edges, cut, width)}
    edges = tuple(edge for edge in edges if edge.start in boxes and edge.end in boxes)
    ways = {edge.id: _way(edge, boxes) for edge in edges}
    y = _heights(list(boxes.values()), edges, ways, top)
    supporting = _supporting(found)
    first = min((box.band for box in boxes.values() if box.id in supporting), default=None)
    return Layout(boxes, edges, ways, y, _ports(boxes, edges, ways, y), lefts, width, first)


def _edges(found: Answer, model: ChainModel) -> tuple[Edge, ...]:
    """Return a link once, however many places serve it."""
    back = set(model.links.loc[model.links["feedback"].eq(True), "id"])
    rows = found.chain.links
    found_so = rows.groupby("id", sort=False)[["served", "undecided"]].any()
    state = {
        link: SERVED if yes else UNDECIDED if perhaps else UNSERVED for link, yes, perhaps in found_so.itertuples()
    }
    return tuple(
        Edge(
            id=str(row["id"]),
            start=row["stage_from"],
            end=row["stage_to"],
            kind=row["kind"],
            required=bool(row["required"]),
            feedback=row["id"] in back,
            state=state[row["id"]],
        )
        for row in rows.drop_duplicates("id").to_dict("records")
    )


def _columns(found: Answer, model: ChainModel) -> tuple[float, tuple[float, ...], dict[str, tuple[int, int]]]:
    """Return the width of a box, the left of each column, and the column and band of each stage.

    A column an order; the supporting stages stand in bands below the others, in the column of their order.
    """
    order = pd.to_numeric(model.stages.set_index("id")["order"]).fillna(0).to_dict()
    stages = found.chain.stages
    orders = {stage: float(order.get(stage, 0)) for stage in stages["id"]}
    if EXPORT in set(found.chain.links["stage_to"]):
        orders[EXPORT] = max(orders.values(), default=0.0) + 1
    ranks = {value: rank for rank, value in enumerate(sorted(set(orders.values())))}
    rows = max(1, math.ceil(len(ranks) / MOST_COLUMNS))
    count = max(1, math.ceil(len(ranks) / rows))
    supporting = _supporting(found)
    standing = {
        stage: (ranks[value] % count, ranks[value] // count + (rows if stage in supporting else 0))
        for stage, value in orders.items()
    }
    room = WIDTH - LEFT - RIGHT
    width = min(WIDEST_BOX, room / (count + (count - 1) * CHANNEL_SHARE))
    channel = min(WIDEST_CHANNEL, (room - count * width) / max(1, count - 1))
    start = LEFT + (room - count * width - (count - 1) * channel) / 2
    return width, tuple(start + number * (width + channel) for number in range(count)), standing


def _supporting(found: Answer) -> set[str]:
    stages = found.chain.stages
    return set(stages.loc[stages["supporting"].astype(bool), "id"])


def _boxes(
    found: Answer, columns: Mapping[str, tuple[int, int]], edges: Sequence[Edge], cut: Cut, width: float
) -> list[Box]:
    """Return a box a stage, and one for the destination where a link goes there."""
    flags, crowds = _flags(cut), _crowds(edges, columns)
    found_boxes = []
    for stage, (column, band) in columns.items():
        inner = width - 2 * PAD - (CUT_GUTTER if stage in flags else 0)
        chips = _chips(found, stage, cut, inner)
        state = _box_state(found, stage, chips)
        if state in (MISSING, OPTIONAL):
            told = t(f"diagram.{state}")
            chips = (Chip(told, wrapped(told, inner - CHIP_PAD, TEXT, 2), None, False),)
        title = clean(label("stage", stage))
        heading = wrapped(title, width - 2 * PAD, HEADING, 3, bold=True)
        flag = wrapped(flags[stage], width - 12, TEXT, 4, bold=True) if stage in flags else ()
        found_boxes.append(Box(stage, column, band, title, heading, chips, state, flag, crowds.get(stage, 0)))
    return found_boxes


def _box_state(found: Answer, stage: str, chips: Sequence[Chip]) -> str:
    if stage == EXPORT:
        return DESTINATION
    return HOSTED if chips else MISSING if stage in found.chain.missing_stages else OPTIONAL


def _crowds(edges: Sequence[Edge], columns: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """Return how many links meet at the busier side of each box."""
    sides: Counter[tuple[str, int]] = Counter()
    for edge in edges:
        if edge.start in columns and edge.end in columns:
            start, end = columns[edge.start][0], columns[edge.end][0]
            sides.update([(edge.start, _side(start, end)), (edge.end, _side(end, start))])
    return {stage: max(sides[stage, -1], sides[stage, 1]) for stage, _ in sides}


def _chips(found: Answer, stage: str, cut: Cut, inner: float) -> tuple[Chip, ...]:
    """Return the places of a stage, those of the cut first where not all find room."""
    matrix = found.chain.matrix
    if stage not in matrix.index:
        return ()
    here = matrix.loc[stage].dropna()
    cut_places = [place for at, place in cut.sites if at == stage]
    places = list(here.index)
    if len(places) > MOST_SITES:
        places = sorted(places, key=lambda place: place not in cut_places)
    chips = [
        Chip(name, wrapped(name, inner - CHIP_PAD, TEXT, 2), str(here[place]), place in cut_places)
        for place, name in ((place, clean(label("place", place))) for place in places)
    ]
    if len(chips) <= MOST_SITES:
        return tuple(chips)
    kept, rest = chips[: MOST_SITES - 1], chips[MOST_SITES - 1 :]
    told = t("diagram.more", count=len(rest))
    return (*kept, Chip(f"{told}: {' · '.join(chip.name for chip in rest)}", (told,), None, False))


def _flags(cut: Cut) -> dict[str, str]:
    """Return the label of the cut for each stage that it runs through."""
    by_stage: dict[str, list[str]] = {}
    for stage, place in cut.sites:
        by_stage.setdefault(stage, []).append(label("place", place))
    told = {
        stage: t("chain.site", stage=label("stage", stage), place=" · ".join(places))
        for stage, places in by_stage.items()
    }
    if len(by_stage) > 1:
        return {
            stage: clean(t("diagram.cut_part", number=number, count=len(by_stage), cut=words))
            for number, (stage, words) in enumerate(told.items(), start=1)
        }
    named = {stage: clean(t("diagram.cut", cut=words)) for stage, words in told.items()}
    return named | {stage: clean(t("diagram.closed", stage=label("stage", stage))) for stage in cut.stages}


# ---- where it stands -----------------------------------------------------------------


def _way(edge: Edge, boxes: Mapping[str, Box]) -> tuple[Stop, ...]:
    """Return the stops of a link: its boxes, and a lane in each column between them."""
    start, end = boxes[edge.start], boxes[edge.end]
    across = start.band != end.band
    rank = 1 if across else -1 if edge.feedback else 0
    step = 1 if end.column >= start.column else -1
    lanes = [
        Stop(f"{edge.id}@{column}", column, min(start.band, end.band), rank, LANE_GAP / 2, LANE_GAP / 2)
        for column in range(start.column + step, end.column, step)
    ]
    return (_box_stop(start), *lanes, _box_stop(end))


def _box_stop(box: Box) -> Stop:
    half = box.height / 2 + BOX_GAP / 2
    return Stop(box.id, box.column, box.band, 0, half + box.flag_height, half + (8 if box.flag else 0), is_box=True)


def _heights(
    boxes: Sequence[Box], edges: Sequence[Edge], ways: Mapping[str, tuple[Stop, ...]], top: float
) -> dict[str, float]:
    """Return the middle of every stop, the first band from `top`."""
    stops = {stop.name: stop for box in boxes for stop in [_box_stop(box)]}
    stops |= {stop.name: stop for way in ways.values() for stop in way}
    pulls = _pulls(edges, ways)
    stacks = _ordered(stops, pulls)
    y = _settled(stacks, pulls, stops)
    return _banded(stacks, y, top)


def _pulls(edges: Sequence[Edge], ways: Mapping[str, tuple[Stop, ...]]) -> list[tuple[str, str, float]]:
    """Return which stops in neighboring columns belong together, and how strongly they pull each other straight."""
    pulls = []
    for edge in edges:
        for one, other in itertools.pairwise(ways[edge.id]):
            if one.column != other.column:
                lanes = (not one.is_box) + (not other.is_box)
                weight = (1.0, 2.0, 6.0)[lanes] * (2.0 if edge.required else 1.0)
                pulls.append((one.name, other.name, weight))
    return pulls


def _ordered(stops: Mapping[str, Stop], pulls: Sequence[tuple[str, str, float]]) -> list[list[Stop]]:
    """Return the stops of each column from top to bottom, with few crossings: barycenters, swept there and back."""
    count = max((stop.column for stop in stops.values()), default=0) + 1
    stacks = [[stop for stop in stops.values() if stop.column == column] for column in range(count)]
    stacks = [sorted(stack, key=lambda stop: (stop.band, stop.rank)) for stack in stacks]
    near = _neighbors(pulls)
    best, fewest = stacks, math.inf
    for sweep in range(ORDER_SWEEPS):
        y = _stacked(stacks)
        crossings = _crossings(stops, pulls, y)
        if crossings < fewest:
            best, fewest = [list(stack) for stack in stacks], crossings
        columns = range(1, count) if sweep % 2 == 0 else range(count - 2, -1, -1)
        side = -1 if sweep % 2 == 0 else 1
        for column in columns:
            stacks[column] = _sorted_stack(stacks[column], near, stops, y, side)
            y |= _stacked([stacks[column]])
    return best


def _sorted_stack(
    stack: list[Stop],
    near: Mapping[str, list[tuple[str, float]]],
    stops: Mapping[str, Stop],
    y: Mapping[str, float],
    side: int,
) -> list[Stop]:
    def barycenter(stop: Stop) -> float:
        beside = [y[name] for name, _ in near.get(stop.name, ()) if stops[name].column == stop.column + side]
        return sum(beside) / len(beside) if beside else y[stop.name]

    return sorted(stack, key=lambda stop: (stop.band, stop.rank, barycenter(stop)))  # fmt: skip


def _stacked(stacks: Sequence[Sequence[Stop]]) -> dict[str, float]:
    """Return the stops of each column one upon the other, each band around a middle of its own."""
    y = {}
    for stack in stacks:
        for band, members in itertools.groupby(stack, key=lambda stop: stop.band):
            here = list(members)
            at = 10_000.0 * band - sum(stop.above + stop.below for stop in here) / 2
            for stop in here:
                y[stop.name] = at + stop.above
                at += stop.above + stop.below
    return y


def _crossings(stops: Mapping[str, Stop], pulls: Sequence[tuple[str, str, float]], y: Mapping[str, float]) -> int:
    """Return how many pairs of links cross between two columns."""
    channels: dict[int, list[tuple[float, float]]] = {}
    for one, other, _ in pulls:
        left, right = sorted((one, other), key=lambda name: stops[name].column)
        channels.setdefault(stops[left].column, []).append((y[left], y[right]))
    count = 0
    for ends in channels.values():
        left, right = np.array(ends).T
        count += int(((left[:, None] < left) & (right[:, None] > right)).sum())
    return count


def _settled(
    stacks: Sequence[Sequence[Stop]], pulls: Sequence[tuple[str, str, float]], stops: Mapping[str, Stop]
) -> dict[str, float]:
    """Return heights that draw links as level as the order and distances in each column allow.

    The least sum of the steps that links take up and down, as a linear program (E. R. Gansner et al., A technique for
    drawing directed graphs, IEEE Trans. Software Eng. 19 (1993), section 4); what that leaves open stays near the middle.
    """
    y = _stacked(stacks)
    if not y:
        return y
    at = {name: number for number, name in enumerate(y)}
    level = [pull for pull in pulls if stops[pull[0]].band == stops[pull[1]].band]
    rows: list[tuple[dict[int, float], float]] = []
    for step, (one, other, _) in enumerate(level, start=len(y)):
        rows += [({at[one]: sign, at[other]: -sign, step: -1.0}, 0.0) for sign in (1.0, -1.0)]
    for step, name in enumerate(y, start=len(y) + len(level)):
        rows += [({at[name]: sign, step: -1.0}, sign * y[name]) for sign in (1.0, -1.0)]
    for stack in stacks:
        rows += [
            ({at[one.name]: 1.0, at[other.name]: -1.0}, -(one.below + other.above))
            for one, other in itertools.pairwise(stack)
            if one.band == other.band
        ]
    entries = [(row, column, factor) for row, (line, _) in enumerate(rows) for column, factor in line.items()]
    lines, columns, factors = (np.array(values) for values in zip(*entries, strict=True))
    cost = [0.0] * len(y) + [weight for _, _, weight in level] + [SETTLE] * len(y)
    found = linprog(
        cost,
        A_ub=coo_array((factors, (lines, columns)), (len(rows), len(cost))).tocsr(),
        b_ub=[most for _, most in rows],
        bounds=[(None, None)] * len(y) + [(0, None)] * (len(cost) - len(y)),
    )
    return {name: float(found.x[number]) for name, number in at.items()}


def _banded(stacks: Sequence[Sequence[Stop]], y: Mapping[str, float], top: float) -> dict[str, float]:
    """Return the heights with each band right below the one before it, the first from `top`."""
    spans: dict[int, tuple[float, float]] = {}
    for stop in itertools.chain.from_iterable(stacks):
        high, low = spans.get(stop.band, (math.inf, -math.inf))
        spans[stop.band] = min(high, y[stop.name] - stop.above), max(low, y[stop.name] + stop.below)
    shift = {}
    for band, (high, low) in sorted(spans.items()):
        shift[band] = top - high
        top += low - high + BAND_GAP
    return {stop.name: y[stop.name] + shift[stop.band] for stop in itertools.chain.from_iterable(stacks)}


def _neighbors(pulls: Iterable[tuple[str, str, float]]) -> dict[str, list[tuple[str, float]]]:
    near: dict[str, list[tuple[str, float]]] = {}
    for one, other, weight in pulls:
        near.setdefault(one, []).append((other, weight))
        near.setdefault(other, []).append((one, weight))
    return near


def _side(column: int, other: int) -> int:
    """Return on which side a link meets a box: -1 left, 1 right; within a column the left, where there is room."""
    if other == column:
        return 1 if column == 0 else -1
    return 1 if other > column else -1


def _ports(
    boxes: Mapping[str, Box], edges: Sequence[Edge], ways: Mapping[str, tuple[Stop, ...]], y: Mapping[str, float]
) -> dict[tuple[str, str], float]:
    """Return the height at which each link ends at each of its boxes, in the order in which the links arrive."""
    sides: dict[tuple[str, int], list[tuple[float, int, str]]] = {}
    for number, edge in enumerate(edges):
        way = ways[edge.id]
        for stop, beside in ((way[0], way[1]), (way[-1], way[-2])):
            side = _side(stop.column, beside.column)
            sides.setdefault((stop.name, side), []).append((y[beside.name], number, edge.id))
    ports = {}
    for (name, _), arriving in sides.items():
        room = boxes[name].height - 2 * PAD
        step = min(14.0, room / len(arriving))
        first = y[name] - step * (len(arriving) - 1) / 2
        for number, (_, _, link) in enumerate(sorted(arriving)):
            ports[link, name] = first + number * step
    return ports


def edge_points(layout: Layout, edge: Edge) -> list[tuple[float, float]]:
    """Return the way of a link: where it starts, then three points for each curve, as a path of cubic curves has them."""
    way = layout.ways[edge.id]
    first, last = layout.boxes[edge.start], layout.boxes[edge.end]
    out, into = _side(first.column, last.column), _side(last.column, first.column)
    x, y = _border(layout, first, out), layout.ports[edge.id, edge.start]
    points = [(x, y)]
    end = _border(layout, last, into), layout.ports[edge.id, edge.end]
    if first.column == last.column:
        room = layout.lefts[1] - layout.lefts[0] - layout.box_width if len(layout.lefts) > 1 else WIDEST_BOX
        bend = out * min(room, 24 + abs(end[1] - y) / 6)
        return [*points, (x + bend, y), (x + bend, end[1]), end]
    for lane in way[1:-1]:
        height = layout.y[lane.name]
        near, far = layout.lefts[lane.column], layout.lefts[lane.column] + layout.box_width
        if out < 0:
            near, far = far, near
        points += _curve(points[-1], (near, height))
        points += [(near, height), (far, height), (far, height)]
    stub = end[0] + into * HEAD, end[1]
    return [*points, *_curve(points[-1], stub), stub, end, end]


def _border(layout: Layout, box: Box, side: int) -> float:
    return layout.lefts[box.column] + (layout.box_width if side > 0 else 0)


def _curve(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    middle = (start[0] + end[0]) / 2
    return [(middle, start[1]), (middle, end[1]), end]


def points_along(points: Sequence[tuple[float, float]], steps: int = 12) -> list[tuple[float, float]]:
    """Return a path of cubic curves as points on it."""
    found = [points[0]]
    for at in range(0, len(points) - 1, 3):
        p0, p1, p2, p3 = points[at : at + 4]
        for step in range(1, steps + 1):
            s = step / steps
            a, b, c, d = (1 - s) ** 3, 3 * s * (1 - s) ** 2, 3 * s * s * (1 - s), s**3
            found.append((a * p0[0] + b * p1[0] + c * p2[0] + d * p3[0], a * p0[1] + b * p1[1] + c * p2[1] + d * p3[1]))
    return found
