"""The value chain as one picture: stages in columns, links between them, and the cut drawn through it.

The picture is an SVG that stands by itself: shapes and text with plain attributes, no style sheet, script, font or id,
so that a page, a PDF and a printer show the same.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree import ElementTree

from gis.analysis.chain import FIRMNESS
from gis.i18n import language, t
from gis.io.fonts import own_faces
from gis.model import LINK_KINDS, ChainModel
from gis.study import value_chain
from gis.study.value_chain import Answer
from gis.view.chain import frame_words, link_words, site_words
from gis.view.chain_layout import (
    CUT_GUTTER,
    DESTINATION,
    HEADING,
    MISSING,
    OPTIONAL,
    PAD,
    RIGHT,
    SERVED,
    TEXT,
    UNDECIDED,
    UNSERVED,
    WIDTH,
    Box,
    Chip,
    Cut,
    Edge,
    Layout,
    chain_cut,
    chain_layout,
    edge_points,
    points_along,
)
from gis.view.map import LINK_COLORS
from gis.view.svg import FONTS, LINE, add_element, add_text, clean, decimal_text, point_text, text_width, wrapped
from gis.view.tables import label
from layers.palette import INK, LAND, STONE, VERMILION

TITLE = 18.0
MOST_NAMED = 4
WHITE = "#ffffff"
MISSING_GROUND = "#fdece3"
STATUS_GROUNDS = {"operating": "#7fc8b0", "building": "#cfe8dd", "role": "#dbe7f3", "planned": "#fbf1d8"}
STATUS_DASHES = {"operating": None, "building": "7 2", "role": "4 2 1 2", "planned": "1.5 2.5"}
KIND_DASHES = {"material": None, "service": "9 4", "knowledge": "2 3.5"}
FEEDBACK_DASH = "12 4 2 4"
STRONG, THIN, BROAD, HOLLOW = 2.4, 1.1, 3.8, 1.6
SIGN_ROOM = 40.0


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
    top = _draw_heading(add_element(svg, "g"), found)
    layout = chain_layout(found, model, cut, top)
    _draw_bands(add_element(svg, "g"), layout)
    _draw_edges(add_element(svg, "g"), layout, cut)
    for box in layout.boxes.values():
        _draw_box(add_element(svg, "g"), layout, box)
    height = _draw_legend(add_element(svg, "g"), max(layout.foot, top) + 22)
    _frame(svg, found, height)
    return ElementTree.tostring(svg, encoding="unicode")


def with_type(svg: str) -> str:
    """Return a picture that brings its letters along, for a page that shows it as an image."""
    letters = "".join(sorted(set("".join(ElementTree.fromstring(svg).itertext()))))
    head = svg.index(">") + 1
    return f"{svg[:head]}<style>{own_faces(letters)}</style>{svg[head:]}"


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


def _frame(svg: ElementTree.Element, found: Answer, height: float) -> None:
    """Give the picture its size, its name, and its story for people who do not see it."""
    title, told = clean(_title(found)), clean(diagram_sentence(found))
    svg.attrib |= {
        "lang": language(), "viewBox": f"0 0 {decimal_text(WIDTH)} {decimal_text(height)}", "width": "100%", "role": "img",
        "aria-label": f"{title}. {told}", "font-family": FONTS, "font-size": decimal_text(TEXT), "fill": INK,
    }  # fmt: skip
    for at, (tag, words) in enumerate((("title", title), ("desc", told))):
        element = ElementTree.Element(tag)
        element.text = words
        svg.insert(at, element)
    ground = ElementTree.Element("rect", {"width": decimal_text(WIDTH), "height": decimal_text(height), "fill": WHITE})
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
            add_text(group, line, RIGHT + 4, y, size, bold=bold)
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
            add_element(
                group, "rect", x=8, y=top, width=WIDTH - 16, height=foot - top, rx=8, fill=LAND, stroke=STONE, stroke_width=0.8
            )  # fmt: skip
        told = clean(t(f"diagram.{name}"))
        turned = add_text(group, told, 0, 0, TEXT, bold=True, anchor="middle")
        turned.set("transform", f"translate(25 {decimal_text((top + foot) / 2)}) rotate(-90)")


def _draw_edges(group: ElementTree.Element, layout: Layout, cut: Cut) -> None:
    """Draw every link, those that are not required lowest, and above them the signs of those that are not served."""
    signs = ElementTree.Element("g")
    taken: list[tuple[float, float]] = []
    for edge in sorted(layout.edges, key=lambda edge: (edge.required, edge.state != SERVED)):
        points = edge_points(layout, edge)
        _draw_edge(add_element(group, "g"), edge, points)
        if edge.state == UNDECIDED or (edge.required and edge.state == UNSERVED):
            x, y, turn = _free_place(points, taken)
            taken.append((x, y))
            placed = add_element(signs, "g", data_sign=clean(edge.id), transform=f"translate({point_text((x, y))})")
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
    add_element(group, "title").text = clean(" · ".join(told))
    path = f"M{point_text(points[0])}" + "".join(
        f"C{' '.join(point_text(point) for point in points[at : at + 3])}" for at in range(1, len(points), 3)
    )
    if edge.required:
        add_element(group, "path", d=path, fill="none", stroke=WHITE, stroke_width=STRONG + 4)
    color = STONE if edge.state == UNSERVED and not edge.required else LINK_COLORS[edge.kind]
    _draw_line(group, path, edge, color)
    _draw_head(group, points[-1], 1 if points[-1][0] > points[-4][0] else -1, edge, color)


def _draw_line(group: ElementTree.Element, path: str, edge: Edge, color: str) -> None:
    """Draw a link without its head: a required one is broad, and hollow where nothing serves it."""
    hollow = edge.required and edge.state == UNSERVED
    width = BROAD if hollow else STRONG if edge.required else THIN
    dash = FEEDBACK_DASH if edge.feedback else KIND_DASHES[edge.kind]
    add_element(group, "path", d=path, fill="none", stroke=color, stroke_width=width, stroke_dasharray=dash)
    if hollow:
        add_element(group, "path", d=path, fill="none", stroke=WHITE, stroke_width=HOLLOW)


def _draw_head(group: ElementTree.Element, tip: tuple[float, float], way: int, edge: Edge, color: str) -> None:
    """Draw the head of a link: full for material, hollow for service, open for knowledge."""
    x, y = tip
    size = 4.4 if edge.required else 3.2
    back = x - way * size * 2
    shape = "M" + " L".join(map(point_text, [(back, y - size), (x, y), (back, y + size)]))
    if edge.kind == "material":
        add_element(group, "path", d=shape + "Z", fill=color)
    elif edge.kind == "service":
        add_element(group, "path", d=shape + "Z", fill=WHITE, stroke=color, stroke_width=1.3)
    else:
        add_element(group, "path", d=shape, fill="none", stroke=color, stroke_width=1.8)


def _free_place(
    points: Sequence[tuple[float, float]], taken: Sequence[tuple[float, float]]
) -> tuple[float, float, float]:
    """Return a place on a link far from every sign drawn before, where it runs level, and its direction there (°)."""
    along = points_along(points)
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
        _zigzag(add_element(group, "g", transform=f"rotate({decimal_text(turn)})"), 0.0, -13.0, 13.0)
        angle = math.radians(turn)
        badge = add_element(
            group, "g", transform=f"translate({point_text((20 * math.sin(angle), -20 * math.cos(angle)))})"
        )
        add_element(badge, "circle", r=8, fill=INK, stroke=WHITE, stroke_width=1)
        add_text(badge, str(number), 0, TEXT * 0.36, TEXT, bold=True, anchor="middle", fill=WHITE)
        return
    add_element(group, "circle", r=7.5, fill=WHITE, stroke=INK, stroke_width=1.1)
    if state == UNDECIDED:
        add_text(group, "?", 0, TEXT * 0.36, TEXT, bold=True, anchor="middle")
    else:
        add_element(
            group, "path", d="M-3.4,-3.4 L3.4,3.4 M-3.4,3.4 L3.4,-3.4", stroke=INK, stroke_width=2.0, fill="none"
        )


def _zigzag(group: ElementTree.Element, x: float, top: float, foot: float) -> None:
    """Draw the line of the cut from top to foot."""
    steps = max(4, round((foot - top) / 7))
    line = "M" + " L".join(
        point_text((x + (2.6 if step % 2 else -2.6), top + (foot - top) * step / steps)) for step in range(steps + 1)
    )
    add_element(group, "path", d=line, fill="none", stroke=WHITE, stroke_width=6.5)
    add_element(group, "path", d=line, fill="none", stroke=INK, stroke_width=2.8, stroke_linejoin="round")


def _draw_box(group: ElementTree.Element, layout: Layout, box: Box) -> None:
    """Draw a stage with its places, and the cut through it."""
    group.attrib |= {"data-stage": clean(box.id), "data-state": box.state}
    left, top, width = layout.lefts[box.column], layout.top(box), layout.box_width
    look = _border_look(box.state)
    add_element(group, "title").text = ": ".join([box.title, " · ".join(chip.name for chip in box.chips)]).rstrip(": ")
    add_element(group, "rect", x=left, y=top, width=width, height=box.height, **look)
    if box.flag:
        _zigzag(
            add_element(group, "g", data_cut=clean(box.id)),
            left + width - CUT_GUTTER / 2 - 1,
            top - 6,
            top + box.height + 8,
        )
        _draw_flag(group, layout, box)
    at = top + PAD
    for line in box.heading:
        at += HEADING * LINE
        add_text(group, line, left + PAD, at - 3.5, HEADING, bold=True, halo=look["fill"] if box.flag else None)
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
    placed = add_element(group, "g")
    add_element(placed, "title").text = chip.name + (f" · {label('status', chip.status)}" if chip.status else "")
    if chip.status:
        _status_ground(placed, chip.status, x, y, width, chip.height, heavy=chip.cut)
    _status_sign(placed, chip.status, x + 7.5, y + chip.height / 2)
    for number, line in enumerate(chip.lines):
        add_text(placed, line, x + 15, y + (number + 1) * TEXT * LINE - 1, TEXT, bold=chip.cut)


def _status_ground(
    group: ElementTree.Element, status: str, x: float, y: float, width: float, height: float, *, heavy: bool = False
) -> None:
    add_element(
        group, "rect", x=x, y=y, width=width, height=height, rx=3, fill=STATUS_GROUNDS[status], stroke=INK,
        stroke_width=2.2 if heavy else 0.9, stroke_dasharray=STATUS_DASHES[status],
    )  # fmt: skip


def _status_sign(group: ElementTree.Element, status: str | None, x: float, y: float) -> None:
    """Draw a status without color: full at work, half in building, a diamond by role, a ring planned, a cross none."""
    placed = add_element(group, "g", transform=f"translate({point_text((x, y))})")
    if status is None:
        add_element(placed, "path", d="M-3,-3 L3,3 M-3,3 L3,-3", stroke=INK, stroke_width=1.8, fill="none")
    elif status == "role":
        add_element(placed, "path", d="M0,-4 L4,0 L0,4 L-4,0Z", fill=WHITE, stroke=INK, stroke_width=1.1)
    else:
        add_element(placed, "circle", r=3.4, fill=INK if status == "operating" else WHITE, stroke=INK, stroke_width=1.1)
    if status == "building":
        add_element(placed, "path", d="M0,-3.4 A3.4,3.4 0 0 0 0,3.4Z", fill=INK)


def _draw_flag(group: ElementTree.Element, layout: Layout, box: Box) -> None:
    """Draw the label of the cut above the box that it runs through."""
    height = len(box.flag) * TEXT * LINE + 7
    left, top = layout.lefts[box.column], layout.top(box) - 6 - height
    placed = add_element(group, "g", data_flag=clean(box.id))
    add_element(placed, "rect", x=left, y=top, width=layout.box_width, height=height, rx=3, fill=INK)
    for number, line in enumerate(box.flag):
        add_text(placed, line, left + 6, top + (number + 1) * TEXT * LINE, TEXT, bold=True, fill=WHITE)


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
    add_element(
        group, "path", d=f"M{point_text((RIGHT, top))} H{decimal_text(WIDTH - RIGHT)}", stroke=STONE, stroke_width=0.8
    )
    x, y = RIGHT + 4, top + 22
    for name, told in _legend_items():
        width = 46 + text_width(told, TEXT) + 22
        if x + width > WIDTH - RIGHT:
            x, y = RIGHT + 4, y + 24
        _legend_sample(add_element(group, "g"), name, x, y)
        add_text(group, told, x + 46, y + 4, TEXT)
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
        add_element(group, "rect", x=x, y=y - 9, width=38, height=18, **_border_look(which))
        _status_sign(group, None, x + 19, y)
    else:
        back = which == "feedback"
        edge = SAMPLES.get(which) or Edge("", "", "", which, True, False, SERVED)
        color = LINK_COLORS[which] if family == "kind" else STONE if which == "faint" else INK
        start, end = (x + 38, x) if back else (x, x + 38)
        _draw_line(group, f"M{point_text((start, y))} H{decimal_text(end)}", edge, color)
        _draw_head(group, (end, y), -1 if back else 1, edge, color)
        if family == "sign":
            _draw_sign(add_element(group, "g", transform=f"translate({point_text((x + 16, y))})"), edge.state, None)
        if which == "cut":
            _zigzag(group, x + 16, y - 11, y + 11)
