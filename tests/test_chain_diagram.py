"""The picture of the chain: nothing overlaps, no link runs through a box, the cut is where the analysis says."""

import itertools
import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
import pandas as pd
import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.network import Addition, bottleneck
from gis.i18n import reading, t
from gis.io import catalog
from gis.model import LINK_KINDS, STATUSES, ChainModel
from gis.study import value_chain
from gis.study.value_chain import Answer
from gis.view.chain_diagram import (
    KIND_DASHES,
    MISSING_GROUND,
    STATUS_DASHES,
    STATUS_GROUNDS,
    chain_diagram,
    diagram_sentence,
)
from gis.view.chain_layout import WIDTH
from gis.view.svg import clean, text_width, wrapped
from gis.view.tables import label
from layers.palette import INK, LAND
from tests.test_chain import build_chain, distance_frame

SVG = "{http://www.w3.org/2000/svg}"
PLACES = (
    "jingok",
    "bitgreen",
    "futurecar",
    "cheomdan3",
    "hanam",
    "kia",
    "<b>place</b>",
    "새 산업단지 이름이 아주 긴 곳",
)
HTML = "<img src=x onerror=alert(1)>"
NAMES = (
    HTML,
    "부품: 전력반도체·배터리 통합 제어",
    "A very long English name of a stage, without an end",
    "x" * 80,
    "]]>&amp;",
    "실증",
)
CASES = {
    "plan 2026": (2026, "region", "plan", None),
    "fact 2026": (2026, "region", "fact", None),
    "plan 2031": (2031, "region", "plan", None),
    "cluster 2031": (2031, "cluster", "plan", None),
    "within 5 km": (2031, "region", "plan", 5_000.0),
    "cluster within 5 km": (2031, "cluster", "plan", 5_000.0),
}


@cache
def answer(case: str) -> Answer:
    return value_chain.answer(*CASES[case])


@cache
def drawn(case: str) -> Element:
    return fromstring(chain_diagram(answer(case)))


def made(stages, links, hosts, near=(), within=5_000.0) -> tuple[Answer, ChainModel]:
    """Return the answer of a chain by hand: rows of stages, links and hosts; pairs in `near` are 1 km apart, others unknown."""
    model = ChainModel(
        pd.DataFrame(stages, columns=list(catalog.STAGE_COLUMNS), dtype=object),
        pd.DataFrame(hosts, columns=list(catalog.HOST_COLUMNS), dtype=object),
        pd.DataFrame(links, columns=list(catalog.LINK_COLUMNS), dtype=object),
        pd.DataFrame(columns=list(catalog.FLOW_COLUMNS), dtype=object),
    )
    apart = distance_frame(
        *(
            (a, b, *((1_000.0, np.nan, np.nan) if (a, b) in near else (9_000.0, np.nan, np.nan) if len(a + b) % 2 else (np.nan, 1_000.0, 9_000.0)))
            for a, b in itertools.combinations(PLACES, 2)
        )
    )  # fmt: skip
    chain = build_chain(model.stages, model.hosts, model.links, model.flows, apart, year=2026, within=within)
    none = pd.DataFrame()
    return Answer(chain, bottleneck(chain.links), none, Addition(0, none), none, none), model


def stage(name: str, order: int = 0, **more) -> dict:
    return {"id": name, "order": order} | more


def link(start: str, end: str, required: bool = True, kind: str = "material", **more) -> dict:
    return {"id": f"{start}--{end}", "stage_from": start, "stage_to": end, "kind": kind, "required": required} | more


def host(name: str, place: str, status: str = "operating", basis: str = "fact") -> dict:
    return {"id": f"{name}.{place}", "name": place, "name_en": place, "stage": name, "place": place} | {
        "status": status, "basis": basis, "from": 2020,
    }  # fmt: skip


@st.composite
def chains(draw, most_stages=12, most_links=24):
    """Return any chain: names of any kind, any orders, feedbacks, supporting stages, an export, places far apart."""
    random = draw(st.randoms(use_true_random=False))
    count = draw(st.integers(1, most_stages))
    names = [
        f"{random.choice(NAMES)[: random.randrange(1, 70)]} {number}".replace("|", "").replace(">", "›")
        for number in range(count)
    ]
    names[0] = draw(st.text(st.characters(exclude_characters="|>@", exclude_categories=["Cs"]), max_size=30)) + " 0"
    orders = draw(st.integers(1, 20))
    stages = [stage(name, random.randrange(orders), supporting=random.random() < 0.2 or None) for name in names]
    links = []
    for number in range(draw(st.integers(0, most_links)) if count > 1 else 0):
        start, end = sorted(random.sample(range(count), 2))
        back = random.random() < 0.15
        start, end = (end, start) if back else (start, end)
        goal = "export" if random.random() < 0.05 else names[end]
        kind = random.choice(LINK_KINDS)
        links.append(
            link(names[start], goal, not back and random.random() < 0.3, kind, feedback=back or None)
            | {"id": f"link {number}"}
        )
    hosts = [
        host(name, place, random.choice(STATUSES), random.choice(("plan", "fact")))
        for name in names
        for place in random.sample(PLACES, random.randrange(0, 6))
    ]
    pairs = random.sample(list(itertools.combinations(PLACES, 2)), 12)
    return made(stages, links, hosts, pairs)  # fmt: skip


# ---- what stands in a picture --------------------------------------------------------


def parts(svg: Element, name: str) -> dict[str, Element]:
    return {group.get(name): group for group in svg.iter(f"{SVG}g") if group.get(name) is not None}


def rect(group: Element) -> tuple[float, float, float, float]:
    """Return left, top, right, foot of the first rectangle of a group."""
    found = group.find(f"{SVG}rect")
    x, y, width, height = (float(found.get(name)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def boxes(svg: Element) -> dict[str, tuple[float, float, float, float]]:
    return {name: rect(group) for name, group in parts(svg, "data-stage").items()}


def way(group: Element) -> list[tuple[float, float]]:
    """Return the points of a link's path: a start, and three for each curve."""
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", group.find(f"{SVG}path").get("d"))]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def along(points: list[tuple[float, float]]) -> np.ndarray:
    """Return points on a path of cubic curves, close to each other."""
    s = np.linspace(0, 1, 40)[:, None]
    curves = [np.array(points[at : at + 4]) for at in range(0, len(points) - 1, 3)]
    return np.concatenate(
        [(1 - s) ** 3 * a + 3 * s * (1 - s) ** 2 * b + 3 * s**2 * (1 - s) * c + s**3 * d for a, b, c, d in curves]
    )


def texts(svg: Element) -> list[tuple[str, float, float, float, float]]:
    """Return every text with the left, top, right and foot that it may reach at most."""
    found = []

    def walk(element: Element, dx: float, dy: float) -> None:
        turned = "rotate(-90)" in element.get("transform", "")
        moved = re.match(r"translate\((\S+?)[ ,](\S+?)\)", element.get("transform", ""))
        if moved:
            dx, dy = dx + float(moved[1]), dy + float(moved[2])
        if element.tag == f"{SVG}text":
            size, told = float(element.get("font-size")), element.text or ""
            width = text_width(told, size, bold=element.get("font-weight") == "bold")
            x, y = dx + float(element.get("x")), dy + float(element.get("y"))
            left = x - width / 2 if element.get("text-anchor") == "middle" else x
            spot = (
                (dx - size, dy - width / 2, dx, dy + width / 2)
                if turned
                else (left, y - size, left + width, y + size / 3)
            )
            found.append((told, *spot))
        for child in element:
            walk(child, dx, dy)

    walk(svg, 0.0, 0.0)
    return found  # fmt: skip


def size(svg: Element) -> tuple[float, float]:
    left, top, width, height = (float(number) for number in svg.get("viewBox").split())
    assert (left, top, width) == (0, 0, WIDTH)
    return width, height


def faults(svg: Element) -> list[str]:
    """Return what is wrong with the geometry of a picture, in words."""
    return [*box_faults(svg), *link_faults(svg), *text_faults(svg)]


def box_faults(svg: Element) -> list[str]:
    width, height = size(svg)
    solid = boxes(svg) | {f"flag {name}": rect(group) for name, group in parts(svg, "data-flag").items()}
    outside = [name for name, (x0, y0, x1, y1) in solid.items() if x0 < 0 or y0 < 0 or x1 > width or y1 > height]
    over = [
        f"{one} overlaps {other}"
        for (one, a), (other, b) in itertools.combinations(solid.items(), 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    return [f"{name} lies outside" for name in outside] + over


def link_faults(svg: Element) -> list[str]:
    found, solid, (width, height) = [], boxes(svg), size(svg)
    walls = np.array([*solid.values(), *(rect(group) for group in parts(svg, "data-flag").values())]).reshape(-1, 4)
    for name, group in parts(svg, "data-link").items():
        points = way(group)
        for point, end in ((points[0], "data-from"), (points[-1], "data-to")):
            x0, y0, x1, y1 = solid[group.get(end)]
            if not (y0 <= point[1] <= y1 and min(abs(point[0] - x0), abs(point[0] - x1)) <= 0.11):
                found.append(f"{name} does not end at {group.get(end)}")
        x, y = along(points).T[:, :, None]
        inside = (x > walls[:, 0] + 0.5) & (x < walls[:, 2] - 0.5) & (y > walls[:, 1] + 0.5) & (y < walls[:, 3] - 0.5)
        if inside.any():
            found.append(f"{name} runs through a box")
        if x.min() < 0 or y.min() < 0 or x.max() > width or y.max() > height:
            found.append(f"{name} leaves the picture")
    return found


def text_faults(svg: Element) -> list[str]:
    width, height = size(svg)
    found = [
        f"{told!r} leaves the picture"
        for told, x0, y0, x1, y1 in texts(svg)
        if x0 < 0 or y0 < 0 or x1 > width or y1 > height
    ]
    for kind in ("data-stage", "data-flag"):
        for group in parts(svg, kind).values():
            x0, y0, x1, y1 = rect(group)
            inner = [one for one in texts(group) if kind == "data-flag" or one[2] >= y0 - 1]
            found += [
                f"{told!r} leaves its box"
                for told, a0, b0, a1, b1 in inner
                if a0 < x0 or a1 > x1 or b0 < y0 - 1 or b1 > y1 + 1
            ]
    return found


# ---- geometry ------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("code", ["ko", "en"])
def test_nothing_in_the_picture_overlaps_or_runs_through_a_box(case, code):
    with reading(code):
        svg = fromstring(chain_diagram(answer(case)))
    assert faults(svg) == []
    assert len(boxes(svg)) == 19
    assert len(parts(svg, "data-link")) == answer(case).chain.links["id"].nunique()


@given(chains())
def test_any_chain_holds_its_layout(chain):
    found, model = chain
    svg = fromstring(chain_diagram(found, model))
    assert faults(svg) == []
    assert len(boxes(svg)) == len(model.stages) + ("export" in set(model.links["stage_to"]))
    assert len(parts(svg, "data-link")) == len(model.links)
    weakest = found.bottleneck
    closing = (
        [] if weakest is None else [site[0] for site in weakest.cut] if weakest.paths else found.chain.missing_stages
    )
    assert set(parts(svg, "data-cut")) == {clean(name) for name in closing}


@given(chains(most_stages=40, most_links=200))
@settings(max_examples=4)
def test_a_large_chain_holds_its_layout(chain):
    assert faults(fromstring(chain_diagram(*chain))) == []


def test_forty_stages_and_two_hundred_links_fit_the_page():
    names = [f"단계 {number}" for number in range(40)]
    links = [
        link(names[a], names[b], b - a == 1, LINK_KINDS[(a + b) % 3]) for a, b in itertools.combinations(range(40), 2)
    ][:200]
    chain = made(
        [stage(name, number // 5) for number, name in enumerate(names)], links, [host(name, "jingok") for name in names]
    )
    svg = fromstring(chain_diagram(*chain))
    assert (len(boxes(svg)), len(parts(svg, "data-link"))) == (40, 200)
    assert faults(svg) == []  # fmt: skip


def test_many_orders_fold_into_rows_of_columns():
    names = [f"s{number}" for number in range(40)]
    chain = made(
        [stage(name, number) for number, name in enumerate(names)],
        [link(*ends) for ends in itertools.pairwise(names)],
        [host(name, "jingok") for name in names],
    )
    svg = fromstring(chain_diagram(*chain))
    lefts = {left for left, *_ in boxes(svg).values()}
    assert len(lefts) == 8
    assert all(right - left > 100 for left, _, right, _ in boxes(svg).values())
    assert faults(svg) == []


def test_columns_follow_the_order_of_the_stages_and_supporting_ones_stand_below():
    placed, stages = boxes(drawn("plan 2031")), catalog.stages().set_index("id")
    lefts = {order: {placed[name][0] for name in rows.index} for order, rows in stages.groupby("order")}
    assert all(len(column) == 1 for column in lefts.values())
    firsts = [min(lefts[order]) for order in sorted(lefts)]
    assert firsts == sorted(firsts)
    below = set(stages.index[stages["supporting"].eq(True)])
    lowest = max(foot for name, (_, _, _, foot) in placed.items() if name not in below)
    assert all(placed[name][1] > lowest for name in below)


def test_a_link_runs_to_the_right_and_a_feedback_to_the_left():
    links = parts(drawn("plan 2031"), "data-link")
    assert way(links["material--part.battery"])[0][0] < way(links["material--part.battery"])[-1][0]
    back = links["demonstration--part.sensing"]
    assert way(back)[0][0] > way(back)[-1][0]
    assert back.find(f"{SVG}path").get("stroke-dasharray") == "12 4 2 4"


def test_no_text_is_smaller_than_11_px_where_the_page_is_1280_wide():
    sizes = {float(one.get("font-size")) for case in CASES for one in drawn(case).iter(f"{SVG}text")}
    assert min(sizes) >= 11


@pytest.mark.parametrize(
    ("stages", "links"),
    [
        ([stage("a")], []),
        ([stage("a"), stage("b")], [link("a", "b")]),
        ([stage("a", supporting=True), stage("b", 1, supporting=True)], [link("a", "b", False)]),
        ([stage("a"), stage("b", 1)], [link("a", "b"), link("b", "a", False, feedback=True), link("b", "export", False)]),
        ([], []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("hosted", [True, False])
def test_small_chains_are_drawn_too(stages, links, hosted):
    chain = made(stages, links, [host(one["id"], "jingok") for one in stages if hosted])
    svg = fromstring(chain_diagram(*chain))
    assert faults(svg) == []
    assert {box for box in boxes(svg) if box != "export"} == {one["id"] for one in stages}


def test_two_links_between_the_same_stages_end_apart():
    links = [link("a", "b"), link("a", "b", False, "knowledge") | {"id": "second"}]
    svg = fromstring(
        chain_diagram(*made([stage("a"), stage("b", 1)], links, [host("a", "jingok"), host("b", "jingok")]))
    )
    ends = {way(group)[-1] for group in parts(svg, "data-link").values()}
    assert len(ends) == 2  # fmt: skip


# ---- what it says --------------------------------------------------------------------


def told(group: Element) -> str:
    return " ".join(one.text or "" for one in group.iter(f"{SVG}text"))


def test_a_box_names_its_stage_and_its_places():
    boxed = parts(drawn("plan 2031"), "data-stage")
    for name, row in answer("plan 2031").chain.matrix.iterrows():
        title = boxed[name].find(f"{SVG}title").text
        assert title.startswith(label("stage", name))
        assert all(label("place", place) in title for place in row.dropna().index)
        assert all(label("place", place).split()[0] in told(boxed[name]) for place in row.dropna().index)


def test_each_status_has_a_ground_and_an_outline_of_its_own():
    module = parts(drawn("plan 2031"), "data-stage")["module_electronics"]
    looks = [(one.get("fill"), one.get("stroke-dasharray")) for one in module.iter(f"{SVG}rect")][1:]
    statuses = answer("plan 2031").chain.matrix.loc["module_electronics"].dropna()
    assert looks == [(STATUS_GROUNDS[status], STATUS_DASHES[status]) for status in statuses]
    assert len(set(STATUS_DASHES.values())) == len(STATUS_DASHES) == len(STATUS_GROUNDS) == 4


def test_a_missing_stage_is_dashed_and_says_so_and_one_that_is_not_required_is_not_called_missing():
    boxed, found = parts(drawn("plan 2026"), "data-stage"), answer("plan 2026").chain
    states = {name: group.get("data-state") for name, group in boxed.items()}
    assert {name for name, state in states.items() if state == "missing"} == set(found.missing_stages)
    battery = boxed["part.battery"]
    assert "미확보" in told(battery)
    assert battery.find(f"{SVG}rect").get("stroke-dasharray")
    assert states["part.fuel_cell"] == "optional"
    assert "미확보" not in told(boxed["part.fuel_cell"])


@pytest.mark.parametrize("case", CASES)
def test_a_link_is_drawn_as_it_stands(case):
    rows = answer(case).chain.links.groupby("id").agg({"served": "any", "undecided": "any", "required": "first"})
    svg = drawn(case)
    state = {name: group.get("data-state") for name, group in parts(svg, "data-link").items()}
    signs = parts(svg, "data-sign")
    for name, row in rows.iterrows():
        assert state[name] == ("served" if row["served"] else "undecided" if row["undecided"] else "unserved")
        assert (name in signs) == (state[name] == "undecided" or (row["required"] and state[name] == "unserved"))
        assert ("?" in told(signs[name]) if name in signs else True) == (state[name] != "unserved" or name not in signs)


def lines_of(group: Element) -> list[Element]:
    return [
        one for one in group.iter(f"{SVG}path") if one.get("stroke") not in (None, "#ffffff") and "C" in one.get("d")
    ]


def test_required_links_are_broad_and_kinds_differ_without_color():
    links, rows = parts(drawn("plan 2031"), "data-link"), answer("plan 2031").chain.links.drop_duplicates("id")
    heads = {}
    for row in rows.to_dict("records"):
        (line,) = lines_of(links[row["id"]])
        assert (float(line.get("stroke-width")) > 2) == row["required"]
        head = list(links[row["id"]].iter(f"{SVG}path"))[-1]
        heads.setdefault(row["kind"], set()).add((head.get("fill") in ("none", "#ffffff"), head.get("d").endswith("Z")))
    assert heads == {"material": {(False, True)}, "service": {(True, True)}, "knowledge": {(True, False)}}
    assert len(set(KIND_DASHES.values())) == 3


def test_a_required_link_that_nothing_serves_is_hollow():
    links = parts(drawn("plan 2026"), "data-link")

    def hollow(name: str) -> bool:
        return (
            sum(one.get("stroke") == "#ffffff" and "C" in one.get("d") for one in links[name].iter(f"{SVG}path")) == 2
        )

    assert hollow("material--part.battery")
    assert not hollow("material--part.sensing")


# ---- the cut -------------------------------------------------------------------------


def zigzag(group: Element) -> np.ndarray:
    numbers = re.findall(r"-?\d+(?:\.\d+)?", group.find(f"{SVG}path").get("d"))
    return np.array([float(number) for number in numbers]).reshape(-1, 2)


def test_the_cut_runs_through_the_bottleneck_and_names_it():
    svg = drawn("plan 2031")
    assert answer("plan 2031").bottleneck.cut == (("demonstration", "futurecar"),)
    assert set(parts(svg, "data-cut")) == set(parts(svg, "data-flag")) == {"demonstration"}
    assert told(parts(svg, "data-flag")["demonstration"]).replace(" ", "") == "병목:실증(미래차국가산단)"


@pytest.mark.parametrize("case", ["plan 2026", "fact 2026", "cluster 2031", "cluster within 5 km"])
def test_where_the_chain_is_closed_the_cut_runs_through_the_missing_stages(case):
    svg, found = drawn(case), answer(case)
    assert found.bottleneck.paths == 0
    assert set(parts(svg, "data-cut")) == set(parts(svg, "data-flag")) == set(found.chain.missing_stages)


@pytest.mark.parametrize("case", CASES)
def test_a_line_of_the_cut_crosses_its_box_from_above_to_below(case):
    svg = drawn(case)
    for name, group in parts(svg, "data-cut").items():
        (x0, y0, x1, y1), line = boxes(svg)[name], zigzag(group)
        assert x0 < line[:, 0].min() < line[:, 0].max() < x1
        assert line[:, 1].min() < y0 < y1 < line[:, 1].max()


@pytest.mark.parametrize("case", ["within 5 km", "cluster within 5 km"])
def test_links_out_of_reach_are_cut_and_numbered_as_the_sentence_numbers_them(case):
    svg, found = drawn(case), answer(case)
    required = found.chain.links[found.chain.links["required"] & found.chain.links["from"].notna()]
    open_ = required.groupby("id", sort=False)[["served", "undecided"]].any()
    closed = list(open_.index[~open_["served"] & ~open_["undecided"]])
    signs = {name: told(group) for name, group in parts(svg, "data-sign").items()}
    assert [name for name in closed if signs[name] == str(closed.index(name) + 1)] == closed
    first = next(iter(found.chain.links[found.chain.links["id"] == closed[0]].itertuples()))
    assert f"① {label('stage', first.stage_from)} → {label('stage', first.stage_to)}" in diagram_sentence(found)


def test_a_cut_of_several_stages_counts_its_parts():
    names = ["a", "b", "c"]
    hosts = [
        host("a", "jingok"),
        host("a", "bitgreen"),
        host("b", "jingok"),
        host("b", "bitgreen"),
        host("c", "jingok"),
        host("c", "bitgreen"),
    ]
    found, model = made([stage(name, at) for at, name in enumerate(names)], [link("a", "b"), link("b", "c")], hosts)
    sites = (("a", "jingok"), ("b", "bitgreen"))
    found = replace(found, bottleneck=replace(found.bottleneck, paths=2, cut=sites))
    svg = fromstring(chain_diagram(found, model))
    flags = {name: told(group) for name, group in parts(svg, "data-flag").items()}
    assert set(flags) == {"a", "b"}
    assert flags["a"].startswith("병목 1/2: a")
    assert flags["b"].startswith("병목 2/2: b")  # fmt: skip


# ---- names, languages, bytes ---------------------------------------------------------


def test_names_are_text_and_never_html():
    stages = [stage(HTML), stage('"><script>alert(1)</script>', 1)]
    chain = made(stages, [link(HTML, stages[1]["id"])], [host(HTML, "<b>place</b>")])
    svg = chain_diagram(*chain)
    assert "<img" not in svg
    assert "<script" not in svg
    assert "<b>" not in svg
    assert HTML in told(parts(fromstring(svg), "data-stage")[HTML]).replace("= ", "=") or "<img" in told(
        fromstring(svg)
    )


@given(chains(most_stages=6, most_links=10))
def test_any_picture_is_shapes_and_text_alone_and_the_same_again(chain):
    found, model = chain
    before = [found.chain.links.copy(), found.chain.stages.copy(), model.stages.copy()]
    svg = chain_diagram(found, model)
    tree = fromstring(svg, forbid_dtd=True)
    assert {one.tag.removeprefix(SVG) for one in tree.iter()} <= {
        "svg",
        "g",
        "title",
        "desc",
        "rect",
        "circle",
        "path",
        "text",
    }
    attributes = {(name, value) for one in tree.iter() for name, value in one.attrib.items()}
    assert not {name for name, _ in attributes if name.startswith("on") or name in ("style", "href", "class", "id")}
    assert not [value for name, value in attributes if "url(" in value and not name.startswith(("data-", "aria-"))]
    assert "\n" not in svg
    assert chain_diagram(found, model) == svg
    for was, now in zip(before, (found.chain.links, found.chain.stages, model.stages), strict=True):
        pd.testing.assert_frame_equal(was, now)  # fmt: skip


def test_letters_that_xml_cannot_hold_and_that_turn_a_line_are_left_out():
    assert clean("a\x00b\x0bc\u202ed\n e\ufeff\tf") == "ab cd e f"


def test_a_name_that_is_shortened_stands_in_full_in_the_title():
    name = "아주 긴 이름의 단계 " * 8
    svg = fromstring(chain_diagram(*made([stage(name.strip())], [], [host(name.strip(), "jingok")])))
    (group,) = parts(svg, "data-stage").values()
    assert "…" in told(group)
    assert name.strip() in group.find(f"{SVG}title").text


def test_places_beyond_eight_are_counted_and_stand_in_the_title():
    chain = made([stage("a")], [], [host("a", place) for place in (*PLACES, "ninth", "tenth")])
    (group,) = parts(fromstring(chain_diagram(*chain)), "data-stage").values()
    assert "외 3곳" in told(group)
    assert all(place in group.find(f"{SVG}title").text for place in ("ninth", "tenth"))


def test_the_same_answer_gives_the_same_bytes_in_another_process():
    code = (
        "from gis.study import value_chain\nfrom gis.view.chain_diagram import chain_diagram\n"
        "import sys\nsys.stdout.buffer.write(chain_diagram(value_chain.answer(2031, 'region', 'plan', 5000.0)).encode())"
    )
    there = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONHASHSEED": "7"},
    ).stdout.decode()  # fmt: skip
    assert there == chain_diagram(answer("within 5 km")) == chain_diagram(answer("within 5 km"))


def test_the_title_says_year_scope_and_basis_and_no_share_stands_bare():
    for case, (year, scope, basis, _) in CASES.items():
        title = drawn(case).find(f"{SVG}title").text
        assert all(str(word) in title for word in (year, label("scope", scope), label("basis", basis)))
        assert "%" not in told(drawn(case))
        assert drawn(case).find(f"{SVG}desc").text == diagram_sentence(answer(case))


@pytest.mark.parametrize("case", CASES)
def test_both_languages_say_the_same_numbers_in_one_sentence(case):
    korean = diagram_sentence(answer(case))
    with reading("en"):
        english, svg = diagram_sentence(answer(case)), fromstring(chain_diagram(answer(case)))
    assert sorted(re.findall(r"\d+", korean.replace("첨단3", "").replace("특화단지 3곳", ""))) == sorted(
        re.findall(r"\d+", english)
    )
    assert (korean.count("니다."), english.count(". ")) == (1, 0)
    assert korean.endswith(".")
    assert english.endswith(".")
    assert not re.search("[가-힣]", told(svg))
    assert (svg.get("lang"), drawn(case).get("lang")) == ("en", "ko")  # fmt: skip


def test_the_sentence_counts_what_is_served_and_names_the_cut():
    assert diagram_sentence(answer("plan 2031")) == (
        "2031년 광주권(계획 기준)의 단계 18개 가운데 18개에 맡은 곳이 있고 필수 연계 24개 가운데 24개가 이어지며, "
        "병목은 실증(미래차 국가산단)입니다."
    )
    assert diagram_sentence(answer("plan 2026")).endswith(
        "18개가 이어지며, 미확보 단계(부품: 배터리 · 부품: 전력반도체 · 실증)에서 이미 끊겨 있습니다."
    )


def test_a_chain_that_requires_nothing_has_no_bottleneck():
    found, _ = made([stage("a"), stage("b", 1)], [link("a", "b", False)], [host("a", "jingok")])
    assert diagram_sentence(found).endswith("필수 연계가 없어 병목을 따질 수 없습니다.")


def test_a_route_that_is_only_undecided_is_not_called_broken():
    hosts = [host("a", "jingok"), host("b", "bitgreen")]
    found, model = made([stage("a"), stage("b", 1)], [link("a", "b")], hosts)
    assert found.chain.links["undecided"].all()
    assert diagram_sentence(found).endswith("거리 구간 때문에 끊겼는지 판정할 수 없는 필수 연계가 1개(a → b) 있습니다.")
    svg = fromstring(chain_diagram(found, model))
    assert told(parts(svg, "data-sign")["a--b"]) == "?"
    assert not parts(svg, "data-cut")


def test_the_legend_says_every_look():
    legend = told(parts(drawn("plan 2031"), "data-part")["legend"])
    words = [label("link_kind", kind) for kind in LINK_KINDS] + [label("status", status) for status in STATUS_GROUNDS]
    words += [
        t(f"diagram.legend.{name}") for name in ("required", "other", "feedback", "faint", "gap", "undecided", "cut")
    ]
    assert all(word in legend for word in [*words, t("diagram.missing"), t("diagram.optional")])


def luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


@pytest.mark.parametrize("ground", ["#ffffff", LAND, MISSING_GROUND, *STATUS_GROUNDS.values()])
def test_text_can_be_read_on_every_ground(ground):
    light, dark = sorted((luminance(ground), luminance(INK)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@given(st.text(max_size=60), st.floats(30, 200), st.integers(1, 4))
def test_a_wrapped_text_fits_and_loses_nothing_unless_it_is_shortened(text, width, most):
    whole = clean(text)
    lines = wrapped(whole, width, 12.0, most)
    assert len(lines) <= most
    assert all(text_width(line, 12.0) <= width for line in lines)
    if not (lines and lines[-1].endswith("…")):
        assert "".join(lines).replace(" ", "") == whole.replace(" ", "")


@pytest.mark.parametrize("text", ["부품: 인지(센서)", "Parts: communication"])
def test_a_text_breaks_at_a_gap_where_it_has_one(text):
    lines = wrapped(text, 103.0, 12.5, 3, bold=True)
    assert [line for line in lines if line in ("부품: 인지(", "n")] == []
