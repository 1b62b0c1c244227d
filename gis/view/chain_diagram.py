"""The value chain as one picture: stages in columns, links between them, and the cut drawn through it.

The picture is an SVG that stands by itself: shapes and text with plain attributes, no style sheet, script, font or id,
so that a page, a PDF and a printer show the same. Layers by K. Sugiyama, S. Tagawa, M. Toda, Methods for visual
understanding of hierarchical system structures, IEEE Trans. SMC 11 (1981): a link that passes a column gets a lane of
its own there, so no link runs through a box.
"""

import itertools
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_array

from gis.analysis.chain import EXPORT, FIRMNESS
from gis.analysis.network import Site
from gis.i18n import language, t
from gis.model import LINK_KINDS, ChainModel
from gis.study import value_chain
from gis.study.value_chain import Answer
from gis.view.chain import frame_words, link_words, site_words
from gis.view.map import LINK_COLORS
from gis.view.tables import label
from layers.palette import INK, LAND, STONE, VERMILION

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
HEADING, TEXT, TITLE = 12.5, 11.5, 18.0
LINE = 1.28
MOST_SITES, MOST_NAMED = 8, 4
FONTS = "'NanumGothic', 'Nanum Gothic', 'GIS Gothic', 'Malgun Gothic', 'Apple SD Gothic Neo', sans-serif"
WHITE = "#ffffff"
MISSING_GROUND = "#fdece3"
STATUS_GROUNDS = {"operating": "#7fc8b0", "building": "#cfe8dd", "role": "#dbe7f3", "planned": "#fbf1d8"}
STATUS_DASHES = {"operating": None, "building": "7 2", "role": "4 2 1 2", "planned": "1.5 2.5"}
KIND_DASHES = {"material": None, "service": "9 4", "knowledge": "2 3.5"}
FEEDBACK_DASH = "12 4 2 4"
STRONG, THIN, BROAD, HOLLOW = 2.4, 1.1, 3.8, 1.6
CHIP_PAD, CUT_GUTTER = 17.0, 15.0
"""Room inside a place for its sign, and inside a box for the line that cuts it."""
HEAD, SIGN_ROOM = 9.0, 40.0
SERVED, UNDECIDED, UNSERVED = "served", "undecided", "unserved"
HOSTED, MISSING, OPTIONAL, DESTINATION = "hosted", "missing", "optional", "destination"
ORDER_SWEEPS = 12
SETTLE = 0.02
"""How strongly a stop keeps to its place in its column, beside links that want to be level."""
_NARROW, _BROAD = set("iljtfrI.,:;|!'()[]{}`·- "), set("MW@%&—…")


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


def chain_diagram(found: Answer, used: ChainModel | None = None) -> str:
    """Return the chain of an answer as an SVG: what stands where, what is linked, and the cut drawn through it.

    Parameters
    ----------
    used
        The model that the answer is of, for the order of the stages and the links that feed back; the one in use by
        default.
    """
    model = value_chain.model() if used is None else used
    cut = chain_cut(found)
    svg = ElementTree.Element("svg", {"xmlns": "http://www.w3.org/2000/svg"})
    top = _draw_heading(_add(svg, "g"), found)
    layout = chain_layout(found, model, cut, top)
    _draw_bands(_add(svg, "g"), layout)
    _draw_edges(_add(svg, "g"), layout, cut)
    for box in layout.boxes.values():
        _draw_box(_add(svg, "g"), layout, box)
    height = _draw_legend(_add(svg, "g"), max(layout.foot, top) + 22)
    _frame(svg, found, height)
    return ElementTree.tostring(svg, encoding="unicode")


def diagram_sentence(found: Answer) -> str:
    """Return what the picture shows, in one sentence."""
    return t("diagram.sentence", **frame_words(found), **_counts(found), end=cut_words(found))


def cut_words(found: Answer) -> str:
    """Return what ends the chain, or has ended it, as the end of a sentence."""
    cut = chain_cut(found)
    if found.bottleneck is None:
        return t("diagram.end.nothing_required")
    if cut.sites:
        return t("diagram.end.cut", cut=_list(map(site_words, cut.sites)))
    told = []
    if cut.stages:
        told.append(t("diagram.end.stages", stages=_list(label("stage", stage) for stage in cut.stages)))
    names = found.chain.links.drop_duplicates("id").set_index("id")
    if cut.links:
        numbered = [
            f"{_circled(number)} {link_words(names.loc[link])}" for number, link in enumerate(cut.links, start=1)
        ]
        told.append(t("diagram.end.links", count=len(cut.links), links=_list(numbered)))
    if told:
        return t("diagram.end.closed", what=t("diagram.end.and").join(told))
    open_ = _list(link_words(names.loc[link]) for link in cut.undecided)
    return t("diagram.end.undecided", count=len(cut.undecided), links=open_)


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if number <= 20 else f"({number})"


def _list(names: Iterable[str]) -> str:
    """Return names in a row, the first four of them."""
    told = list(names)
    shown = " · ".join(told[:MOST_NAMED])
    return shown if len(told) <= MOST_NAMED else f"{shown} · {t('diagram.more_names', count=len(told) - MOST_NAMED)}"


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


# ---- what is drawn ------------------------------------------------------------------


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


# ---- how it is drawn -----------------------------------------------------------------


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


def _along(points: Sequence[tuple[float, float]], steps: int = 12) -> list[tuple[float, float]]:
    """Return a path of cubic curves as points on it."""
    found = [points[0]]
    for at in range(0, len(points) - 1, 3):
        p0, p1, p2, p3 = points[at : at + 4]
        for step in range(1, steps + 1):
            s = step / steps
            a, b, c, d = (1 - s) ** 3, 3 * s * (1 - s) ** 2, 3 * s * s * (1 - s), s**3
            found.append((a * p0[0] + b * p1[0] + c * p2[0] + d * p3[0], a * p0[1] + b * p1[1] + c * p2[1] + d * p3[1]))
    return found


def _frame(svg: ElementTree.Element, found: Answer, height: float) -> None:
    """Give the picture its size, its name, and its story for people who do not see it."""
    title, told = clean(_title(found)), clean(diagram_sentence(found))
    svg.attrib |= {
        "lang": language(), "viewBox": f"0 0 {_number(WIDTH)} {_number(height)}", "width": "100%", "role": "img",
        "aria-label": f"{title}. {told}", "font-family": FONTS, "font-size": _number(TEXT), "fill": INK,
    }  # fmt: skip
    for at, (tag, words) in enumerate((("title", title), ("desc", told))):
        element = ElementTree.Element(tag)
        element.text = words
        svg.insert(at, element)
    ground = ElementTree.Element("rect", {"width": _number(WIDTH), "height": _number(height), "fill": WHITE})
    svg.insert(2, ground)


def _title(found: Answer) -> str:
    return t("diagram.title", **frame_words(found))


def _capital(told: str) -> str:
    return told[:1].upper() + told[1:]


def _counts(found: Answer) -> dict[str, object]:
    """Return how many stages have a host, and how many required links are served or undecided, for a sentence."""
    built = found.chain
    required = built.links[built.links["required"].astype(bool)].groupby("id")[["served", "undecided"]].any()
    undecided = int((required["undecided"] & ~required["served"]).sum())
    return {
        "stages": len(built.stages), "hosted": int((built.stages["host_count"] > 0).sum()),
        "required": len(required), "served": int(required["served"].sum()),
        "undecided": " " + t("diagram.undecided_count", count=undecided) if undecided else "",
    }  # fmt: skip


def _draw_heading(group: ElementTree.Element, found: Answer) -> float:
    """Draw year, scope and basis, what is there, and what ends the chain; return where the drawing may begin."""
    lines = [
        (_title(found), TITLE, True),
        (t("diagram.counts", **_counts(found)), HEADING, False),
        (_capital(cut_words(found)), HEADING, True),
    ]
    y = 12.0
    for told, size, bold in lines:
        whole = clean(told)
        drawn = wrapped(whole, WIDTH - 2 * RIGHT - 20, size, 2, bold=bold)
        for line in drawn:
            y += size * LINE
            _text(group, line, RIGHT + 4, y, size, bold=bold)
        y += 4
    return y + 22


def _draw_bands(group: ElementTree.Element, layout: Layout) -> None:
    """Draw the ground of the supporting stages, and the name of both bands at the left border."""
    spans = layout.bands
    first = layout.supporting
    for name, bands in (
        ("main", [span for band, span in spans.items() if first is None or band < first]),
        ("supporting", [span for band, span in spans.items() if first is not None and band >= first]),
    ):
        if not bands or first is None:
            continue
        top, foot = min(top for top, _ in bands) - 12, max(foot for _, foot in bands) + 12
        if name == "supporting":
            _add(
                group, "rect", x=8, y=top, width=WIDTH - 16, height=foot - top, rx=8, fill=LAND, stroke=STONE, stroke_width=0.8
            )  # fmt: skip
        told = clean(t(f"diagram.{name}"))
        turned = _text(group, told, 0, 0, TEXT, bold=True, anchor="middle")
        turned.set("transform", f"translate(25 {_number((top + foot) / 2)}) rotate(-90)")


def _draw_edges(group: ElementTree.Element, layout: Layout, cut: Cut) -> None:
    """Draw every link, those that are not required lowest, and above them the signs of those that are not served."""
    signs = ElementTree.Element("g")
    taken: list[tuple[float, float]] = []
    for edge in sorted(layout.edges, key=lambda edge: (edge.required, edge.state != SERVED)):
        points = edge_points(layout, edge)
        _draw_edge(_add(group, "g"), edge, points)
        if edge.state == UNDECIDED or (edge.required and edge.state == UNSERVED):
            x, y, turn = _free_place(points, taken)
            taken.append((x, y))
            placed = _add(signs, "g", data_sign=clean(edge.id), transform=f"translate({_point((x, y))})")
            _draw_sign(placed, edge.state, cut.links.index(edge.id) + 1 if edge.id in cut.links else None, turn)
    group.append(signs)


def _draw_edge(group: ElementTree.Element, edge: Edge, points: Sequence[tuple[float, float]]) -> None:
    """Draw one link: its kind by color, dash and head, its need by width, a feedback by the long dash."""
    group.attrib |= {
        "data-link": clean(edge.id), "data-from": clean(edge.start), "data-to": clean(edge.end), "data-state": edge.state,
    }  # fmt: skip
    told = [
        f"{label('stage', edge.start)} → {label('stage', edge.end)}",
        label("link_kind", edge.kind),
        t("diagram.legend.required" if edge.required else "diagram.legend.other"),
        t(f"diagram.state.{edge.state}"),
    ]
    _add(group, "title").text = clean(" · ".join(told))
    path = f"M{_point(points[0])}" + "".join(
        f"C{' '.join(_point(point) for point in points[at : at + 3])}" for at in range(1, len(points), 3)
    )
    if edge.required:
        _add(group, "path", d=path, fill="none", stroke=WHITE, stroke_width=STRONG + 4)
    color = STONE if edge.state == UNSERVED and not edge.required else LINK_COLORS[edge.kind]
    _draw_line(group, path, edge, color)
    _draw_head(group, points[-1], 1 if points[-1][0] > points[-4][0] else -1, edge, color)


def _draw_line(group: ElementTree.Element, path: str, edge: Edge, color: str) -> None:
    """Draw a link without its head: a required one is broad, and hollow where nothing serves it."""
    hollow = edge.required and edge.state == UNSERVED
    width = BROAD if hollow else STRONG if edge.required else THIN
    dash = FEEDBACK_DASH if edge.feedback else KIND_DASHES[edge.kind]
    _add(group, "path", d=path, fill="none", stroke=color, stroke_width=width, stroke_dasharray=dash)
    if hollow:
        _add(group, "path", d=path, fill="none", stroke=WHITE, stroke_width=HOLLOW)


def _draw_head(group: ElementTree.Element, tip: tuple[float, float], way: int, edge: Edge, color: str) -> None:
    """Draw the head of a link: full for material, hollow for service, open for knowledge."""
    x, y = tip
    size = 4.4 if edge.required else 3.2
    back = x - way * size * 2
    shape = "M" + " L".join(map(_point, [(back, y - size), (x, y), (back, y + size)]))
    if edge.kind == "material":
        _add(group, "path", d=shape + "Z", fill=color)
    elif edge.kind == "service":
        _add(group, "path", d=shape + "Z", fill=WHITE, stroke=color, stroke_width=1.3)
    else:
        _add(group, "path", d=shape, fill="none", stroke=color, stroke_width=1.8)


def _free_place(
    points: Sequence[tuple[float, float]], taken: Sequence[tuple[float, float]]
) -> tuple[float, float, float]:
    """Return a place on a link far from every sign drawn before, where it runs level, and its direction there (°)."""
    along = _along(points)
    margin = len(along) // 5

    def turn(at: int) -> float:
        (x0, y0), (x1, y1) = along[at - 1], along[at + 1]
        return math.degrees(math.atan2(y1 - y0, x1 - x0))

    def worth(at: int) -> float:
        nearest = min((math.dist(along[at], other) for other in taken), default=math.inf)
        return (
            min(nearest, SIGN_ROOM) - abs(math.sin(math.radians(turn(at)))) * SIGN_ROOM / 2 - abs(at / len(along) - 0.5)
        )

    best = max(range(margin, len(along) - margin), key=worth)
    return *along[best], turn(best)


def _draw_sign(group: ElementTree.Element, state: str, number: int | None = None, turn: float = 0.0) -> None:
    """Draw the sign of a link that is undecided or has a gap; one that closes the chain is cut, with its `number`."""
    if number is not None:
        _zigzag(_add(group, "g", transform=f"rotate({_number(turn)})"), 0.0, -13.0, 13.0)
        angle = math.radians(turn)
        badge = _add(group, "g", transform=f"translate({_point((20 * math.sin(angle), -20 * math.cos(angle)))})")
        _add(badge, "circle", r=8, fill=INK, stroke=WHITE, stroke_width=1)
        _text(badge, str(number), 0, TEXT * 0.36, TEXT, bold=True, anchor="middle", fill=WHITE)
        return
    _add(group, "circle", r=7.5, fill=WHITE, stroke=INK, stroke_width=1.1)
    if state == UNDECIDED:
        _text(group, "?", 0, TEXT * 0.36, TEXT, bold=True, anchor="middle")
    else:
        _add(group, "path", d="M-3.4,-3.4 L3.4,3.4 M-3.4,3.4 L3.4,-3.4", stroke=INK, stroke_width=2.0, fill="none")


def _zigzag(group: ElementTree.Element, x: float, top: float, foot: float) -> None:
    """Draw the line of the cut from top to foot."""
    steps = max(4, round((foot - top) / 7))
    line = "M" + " L".join(
        _point((x + (2.6 if step % 2 else -2.6), top + (foot - top) * step / steps)) for step in range(steps + 1)
    )
    _add(group, "path", d=line, fill="none", stroke=WHITE, stroke_width=6.5)
    _add(group, "path", d=line, fill="none", stroke=INK, stroke_width=2.8, stroke_linejoin="round")


def _draw_box(group: ElementTree.Element, layout: Layout, box: Box) -> None:
    """Draw a stage with its places, and the cut through it."""
    group.attrib |= {"data-stage": clean(box.id), "data-state": box.state}
    left, top, width = layout.lefts[box.column], layout.top(box), layout.box_width
    look = _border_look(box.state)
    _add(group, "title").text = ": ".join([box.title, " · ".join(chip.name for chip in box.chips)]).rstrip(": ")
    _add(group, "rect", x=left, y=top, width=width, height=box.height, **look)
    if box.flag:
        _zigzag(
            _add(group, "g", data_cut=clean(box.id)), left + width - CUT_GUTTER / 2 - 1, top - 6, top + box.height + 8
        )
        _draw_flag(group, layout, box)
    at = top + PAD
    for line in box.heading:
        at += HEADING * LINE
        _text(group, line, left + PAD, at - 3.5, HEADING, bold=True, halo=look["fill"] if box.flag else None)
    at += 2
    for chip in box.chips:
        _draw_chip(group, chip, left + PAD, at, width - 2 * PAD - (CUT_GUTTER if box.flag else 0))
        at += chip.height + 3


def _border_look(state: str) -> dict[str, Any]:
    """Return ground and outline of a box: dashed where no place hosts the stage."""
    looks: dict[str, dict[str, Any]] = {
        MISSING: {"fill": MISSING_GROUND, "stroke": VERMILION, "stroke_width": 2.4, "stroke_dasharray": "7 4"},
        OPTIONAL: {"stroke_width": 1.0, "stroke_dasharray": "2 3"},
        DESTINATION: {"rx": 16.0},
    }
    return {"rx": 5.0, "fill": WHITE, "stroke": INK, "stroke_width": 1.2} | looks.get(state, {})


def _draw_chip(group: ElementTree.Element, chip: Chip, x: float, y: float, width: float) -> None:
    """Draw a place: its status by ground, outline and sign; heavy where it belongs to the cut."""
    placed = _add(group, "g")
    _add(placed, "title").text = chip.name + (f" · {label('status', chip.status)}" if chip.status else "")
    if chip.status:
        _status_ground(placed, chip.status, x, y, width, chip.height, heavy=chip.cut)
    _status_sign(placed, chip.status, x + 7.5, y + chip.height / 2)
    for number, line in enumerate(chip.lines):
        _text(placed, line, x + 15, y + (number + 1) * TEXT * LINE - 1, TEXT, bold=chip.cut)


def _status_ground(
    group: ElementTree.Element, status: str, x: float, y: float, width: float, height: float, *, heavy: bool = False
) -> None:
    _add(
        group, "rect", x=x, y=y, width=width, height=height, rx=3, fill=STATUS_GROUNDS[status], stroke=INK,
        stroke_width=2.2 if heavy else 0.9, stroke_dasharray=STATUS_DASHES[status],
    )  # fmt: skip


def _status_sign(group: ElementTree.Element, status: str | None, x: float, y: float) -> None:
    """Draw a status without color: full at work, half in building, a diamond by role, a ring planned, a cross none."""
    placed = _add(group, "g", transform=f"translate({_point((x, y))})")
    if status is None:
        _add(placed, "path", d="M-3,-3 L3,3 M-3,3 L3,-3", stroke=INK, stroke_width=1.8, fill="none")
    elif status == "role":
        _add(placed, "path", d="M0,-4 L4,0 L0,4 L-4,0Z", fill=WHITE, stroke=INK, stroke_width=1.1)
    else:
        _add(placed, "circle", r=3.4, fill=INK if status == "operating" else WHITE, stroke=INK, stroke_width=1.1)
    if status == "building":
        _add(placed, "path", d="M0,-3.4 A3.4,3.4 0 0 0 0,3.4Z", fill=INK)


def _draw_flag(group: ElementTree.Element, layout: Layout, box: Box) -> None:
    """Draw the label of the cut above the box that it runs through."""
    height = len(box.flag) * TEXT * LINE + 7
    left, top = layout.lefts[box.column], layout.top(box) - 6 - height
    placed = _add(group, "g", data_flag=clean(box.id))
    _add(placed, "rect", x=left, y=top, width=layout.box_width, height=height, rx=3, fill=INK)
    for number, line in enumerate(box.flag):
        _text(placed, line, left + 6, top + (number + 1) * TEXT * LINE, TEXT, bold=True, fill=WHITE)


# ---- legend --------------------------------------------------------------------------

SAMPLES = {
    "required": Edge("", "", "", "material", True, False, SERVED),
    "other": Edge("", "", "", "material", False, False, SERVED),
    "feedback": Edge("", "", "", "knowledge", False, True, SERVED),
    "faint": Edge("", "", "", "material", False, False, UNSERVED),
    "gap": Edge("", "", "", "material", True, False, UNSERVED),
    "undecided": Edge("", "", "", "material", True, False, UNDECIDED),
    "cut": Edge("", "", "", "material", True, False, SERVED),
}


def _draw_legend(group: ElementTree.Element, top: float) -> float:
    """Draw what every look means; return the height of the whole picture."""
    group.set("data-part", "legend")
    _add(group, "path", d=f"M{_point((RIGHT, top))} H{_number(WIDTH - RIGHT)}", stroke=STONE, stroke_width=0.8)
    x, y = RIGHT + 4, top + 22
    for name, told in _legend_items():
        width = 46 + text_width(told, TEXT) + 22
        if x + width > WIDTH - RIGHT:
            x, y = RIGHT + 4, y + 24
        _legend_sample(_add(group, "g"), name, x, y)
        _text(group, told, x + 46, y + 4, TEXT)
        x += width
    return y + 20


def _legend_items() -> list[tuple[str, str]]:
    kinds = [(f"kind.{kind}", label("link_kind", kind)) for kind in LINK_KINDS]
    lines = [(f"line.{name}", t(f"diagram.legend.{name}")) for name in ("required", "other", "feedback", "faint")]
    signs = [(f"sign.{name}", t(f"diagram.legend.{name}")) for name in ("gap", "undecided")]
    signs.append(("line.cut", t("diagram.legend.cut")))
    statuses = [(f"status.{status}", label("status", status)) for status in FIRMNESS]
    boxes = [(f"box.{name}", t(f"diagram.{name}")) for name in ("missing", "optional")]
    return [(name, clean(told)) for name, told in [*kinds, *lines, *signs, *statuses, *boxes]]


def _legend_sample(group: ElementTree.Element, name: str, x: float, y: float) -> None:
    """Draw a look by itself: kinds in their colors, what any kind may have in ink."""
    family, _, which = name.partition(".")
    if family == "status":
        _status_ground(group, which, x, y - 9, 38, 18)
        _status_sign(group, which, x + 19, y)
    elif family == "box":
        _add(group, "rect", x=x, y=y - 9, width=38, height=18, **_border_look(which))
        _status_sign(group, None, x + 19, y)
    else:
        back = which == "feedback"
        edge = SAMPLES.get(which) or Edge("", "", "", which, True, False, SERVED)
        color = LINK_COLORS[which] if family == "kind" else STONE if which == "faint" else INK
        start, end = (x + 38, x) if back else (x, x + 38)
        _draw_line(group, f"M{_point((start, y))} H{_number(end)}", edge, color)
        _draw_head(group, (end, y), -1 if back else 1, edge, color)
        if family == "sign":
            _draw_sign(_add(group, "g", transform=f"translate({_point((x + 16, y))})"), edge.state, None)
        if which == "cut":
            _zigzag(group, x + 16, y - 11, y + 11)


# ---- text ----------------------------------------------------------------------------


def clean(told: str) -> str:
    """Return a text on one line, without what XML cannot hold and what would turn its direction."""
    spaced = "".join(" " if letter.isspace() else letter for letter in told)
    return " ".join("".join(letter for letter in spaced if unicodedata.category(letter)[0] != "C").split())


def text_width(told: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is at most in px, in whatever of the fonts it is set."""
    return sum(map(_advance, told)) * size * (1.06 if bold else 1.0)


def _advance(letter: str) -> float:
    """Return the width of a letter in em, rather too much than too little."""
    if letter in _NARROW or letter in "mw":
        return 0.4 if letter in _NARROW else 0.9
    if letter.isascii() and letter not in _BROAD:
        return 0.76 if letter.isupper() else 0.58
    known = letter in _BROAD or (letter.isalpha() and unicodedata.east_asian_width(letter) in "WNa")
    return 0.0 if unicodedata.combining(letter) else 1.0 if known else 1.4


def wrapped(told: str, width: float, size: float, most: int, *, bold: bool = False) -> tuple[str, ...]:
    """Return a text in at most `most` lines that fit a width in px, broken at gaps where it has some, else shortened."""

    def fits(line: str) -> bool:
        return text_width(line, size, bold=bold) <= width

    lines = [""]
    for piece in _pieces(told):
        if fits((lines[-1] + piece).strip()):
            lines[-1] += piece
            continue
        if lines[-1].strip():
            lines.append("")
        for letter in piece:
            if not fits((lines[-1] + letter).strip()):
                lines.append("")
            lines[-1] += letter
    kept = [line.strip() for line in lines if line.strip()]
    if len(kept) > most:
        last = kept[most - 1]
        while last and not fits(last + "…"):
            last = last[:-1]
        kept = [*kept[: most - 1], last + "…"]
    return tuple(kept)


def _pieces(told: str) -> list[str]:
    """Return a text in pieces that lines may end with: after a space or a mark that joins."""
    pieces = [""]
    for letter in told:
        if letter == "(":
            pieces.append("")
        pieces[-1] += letter
        if letter in " ·/-_.:,→":
            pieces.append("")
    return pieces


def _text(
    group: ElementTree.Element, told: str, x: float, y: float, size: float, *, bold: bool = False,
    anchor: str | None = None, fill: str = INK, halo: str | None = None,
) -> ElementTree.Element:  # fmt: skip
    """Return a drawn text; with a `halo` it stands out from a line behind it."""
    around: dict[str, str | float] = {"stroke": halo, "stroke_width": 3.0, "paint_order": "stroke"} if halo else {}
    weight = "bold" if bold else None
    drawn = _add(group, "text", x=x, y=y, font_size=size, fill=fill, font_weight=weight, text_anchor=anchor, **around)
    drawn.text = told
    return drawn


def _add(group: ElementTree.Element, tag: str, **values: str | float | None) -> ElementTree.Element:
    """Return a new element within a group; `stroke_width=2` is its `stroke-width`, and None is left out."""
    told = {
        name.replace("_", "-"): value if isinstance(value, str) else _number(value)
        for name, value in values.items()
        if value is not None
    }
    return ElementTree.SubElement(group, tag, told)


def _point(point: tuple[float, float]) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    """Return a number with a tenth at most, and no minus before zero."""
    return f"{round(float(value), 1) + 0.0:.1f}".removesuffix(".0")
