"""The picture of time: C(t) above the tracks of the phases, on one axis of years.

Curves differ by dash and mark, steps by mark and filling, so that grey print and color-blind readers tell them apart.
"""

import math
from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from gis.analysis.phases import year_span
from gis.i18n import either, t
from gis.study.phases import SHORTENED, USUAL, Answer
from gis.study.value_chain import DEFAULT_YEAR
from gis.view.phases import asked_curve, date_text, frame_words, phase_name, source_words, stage_words
from gis.view.tables import label
from layers.palette import BLUE, GREEN, INK, STONE, VERMILION

LINES: dict[str, tuple[str, list[int], str, str]] = {
    "plan": (BLUE, [1, 0], "circle", BLUE),
    "fact": (VERMILION, [7, 4], "square", "white"),
    SHORTENED: (GREEN, [2, 2], "triangle-up", "white"),
}
"""Color, dash, mark and filling of each curve."""
STATES: dict[str, tuple[str, list[int], str]] = {
    "done": (INK, [1, 0], "circle"),
    "planned": ("white", [1, 0], "diamond"),
    "unknown": ("white", [3, 2], "triangle-down"),
    SHORTENED: ("#d5dae0", [1, 0], "triangle-up"),
}
"""Filling, dash of the rim and mark of each state of a step."""
CURVE_HEIGHT, ROW_HEIGHT = 230, 19
NAMES_SHARE = 0.24
"""The room for names left of the years, as a share of these: names inside the plot let it fill the page's width."""
NAMES_WIDTH = 238
COUNT_WIDTH = 24
"""px that the number of hosts takes behind a name."""
PLOT_WIDTH = 640
"""Pixels that the years are thought to have where names of steps are kept from covering each other."""
LETTER, MARK = 11.5, 16
"""Pixels of a Korean letter and of a mark; a Latin letter takes a little over half."""
MARK_COLUMNS = (
    "row", "group", "begin", "over", "covered", "x", "kind", "state", "text", "step", "dates", "source", "note", "conflict",
)  # fmt: skip
HALO: dict[str, Any] = {"stroke": "white", "strokeWidth": 3, "strokeOpacity": 0.9, "strokeJoin": "round"}
FAINT = "#e4e7eb"


def picture(found: Answer, year: int) -> alt.VConcatChart:
    """Return C(t) above the tracks of the phases on one axis of years, with the chosen year and that of the data."""
    marks, marked = track_marks(found), year_marks(found, year)
    rows = max(1, marks["row"].nunique())
    upper = alt.layer(*year_layers(found, marked, named=True), *curve_layers(found)).properties(
        height=CURVE_HEIGHT, title=_title(t("phases.curve_title", **frame_words(found)))
    )
    lower = alt.layer(*year_layers(found, marked, named=False), *track_layers(found, marks)).properties(
        height=rows * ROW_HEIGHT, title=_title(t("phases.tracks_title"))
    )
    return (
        alt.vconcat(upper, lower, spacing=14)
        .resolve_scale(x="shared", color="independent", shape="independent", fill="independent")
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=INK)
        .configure_legend(orient="top", labelColor=INK, labelLimit=0, symbolSize=90, symbolStrokeWidth=1.6)
    )


def _title(words: str) -> alt.Title:
    return alt.Title(words, anchor="start", fontSize=13)


def year_axis(found: Answer) -> alt.X:
    """Return the axis of years, each named in its middle, with room for names before the first.

    It stands on the first layer of each part; the others share its scale, so that altair copies it once.
    """
    years = found.asked.years
    return alt.X(
        "x:Q",
        scale=alt.Scale(domain=[names_begin(found), found.asked.last + 1], nice=False),
        axis=alt.Axis(
            values=[one + 0.5 for one in years], labelExpr="floor(datum.value)", ticks=False, grid=False,
            domain=False, title=None, labelOverlap="greedy",
        ),
    )  # fmt: skip


def names_begin(found: Answer) -> float:
    """Return where on the axis of years the names at the left begin."""
    return found.asked.first - NAMES_SHARE * len(found.asked.years)


def year_marks(found: Answer, year: int) -> pd.DataFrame:
    """Return the chosen year and that of the data, where they are in the picture."""
    named = {"chosen": year, "today": DEFAULT_YEAR}
    rows = [
        {
            "kind": kind,
            "x": one if kind == "chosen" else one + 0.5,
            "x2": one + 1,
            "text": t(f"phases.{kind}", year=one),
        }
        for kind, one in named.items()
        if one in found.asked.years
    ]
    return pd.DataFrame(rows, columns=["kind", "x", "x2", "text"])


def year_layers(found: Answer, marked: pd.DataFrame, named: bool) -> list[alt.Chart]:
    """Return the ground of the chosen year, the rule of the year of the data, and their names beside the curve."""
    chosen, today = (alt.Chart(marked[marked["kind"] == kind]) for kind in ("chosen", "today"))
    layers = [
        chosen.mark_rect(fill="#e8ecf0", stroke=STONE, strokeWidth=0.8).encode(x=year_axis(found), x2="x2:Q"),
        today.mark_rule(color=INK, strokeDash=[6, 3], strokeWidth=1.2).encode(x="x:Q"),
    ]
    if named:
        look: dict[str, Any] = {"baseline": "top", "align": "left", "dx": 4, "color": INK}
        layers += [
            chosen.mark_text(fontWeight="bold", **look).encode(x="x:Q", y=alt.value(CURVE_HEIGHT - 14), text="text:N"),
            today.mark_text(**look).encode(x="x:Q", y=alt.value(3), text="text:N"),
        ]
    return layers


# The curve


def curve_points(found: Answer) -> pd.DataFrame:
    """Return the drawn curves: a row a series and year. The fact ends with the year of the data: what follows is no fact."""
    fact = asked_curve(found, USUAL, "fact")
    parts = {"plan": asked_curve(found, USUAL, "plan"), "fact": fact[fact["year"] <= DEFAULT_YEAR]}
    if found.shorten:
        parts[SHORTENED] = _where_apart(asked_curve(found, SHORTENED, "plan"), parts["plan"])
    points = pd.concat([rows.assign(series=name) for name, rows in parts.items()], ignore_index=True)
    of = [
        t("phases.of", served=row["served_links"], required=row["required_links"]) for row in points.to_dict("records")
    ]
    missing = [stage_words(stages) if stages else t("word.none") for stages in points["missing_stages"]]
    return points.assign(x=points["year"] + 0.5, words=points["series"].map(series_words), of=of, missing=missing)


def _where_apart(curve: pd.DataFrame, usual: pd.DataFrame) -> pd.DataFrame:
    """Return the years of a curve that differ from the usual one, and those beside them, where it leaves and returns."""
    apart = curve["served_links"].to_numpy() != usual["served_links"].to_numpy()
    beside = apart.copy()
    beside[:-1] |= apart[1:]
    beside[1:] |= apart[:-1]
    return curve[beside]


def series_words(series: str) -> str:
    """Return what a curve is called."""
    return t("phases.series.shortened") if series == SHORTENED else label("basis", series)


def curve_layers(found: Answer) -> list[alt.Chart]:
    """Return the grid, the band from known to possible, the curves as steps with their names, and a mark a year."""
    points = curve_points(found)
    required = int(points["required_links"].max())
    y = alt.Y("served_links:Q", scale=alt.Scale(domain=[0, required * 1.15 or 1], nice=False), axis=None)
    bands = [_stepped(points[points["series"] == name]) for name in dict.fromkeys((found.asked.basis, "fact"))]
    layers = [
        *_grid_layers(found, required, y),
        *(
            alt.Chart(band)
            .mark_area(interpolate="step-after", color=STONE, opacity=0.3)
            .encode(x="x:Q", y=alt.Y("known_links:Q", axis=None), y2="possible_links:Q")
            for band in bands
            if len(band)
        ),
    ]
    shown = [name for name in LINES if name in set(points["series"])]
    for name in shown:
        color, dash, _, _ = LINES[name]
        line = alt.Chart(_stepped(points[points["series"] == name]))
        layers.append(
            line.mark_line(interpolate="step-after", strokeWidth=2.2, color=color, strokeDash=dash).encode(x="x:Q", y=y)
        )
    return [*layers, _curve_marks(points, shown, y), *_curve_names(points, shown, y)]


def _grid_layers(found: Answer, required: int, y: alt.Y) -> list[alt.Chart]:
    """Return a line each few links, numbered before the first year, and the line of completeness in words."""
    step = max(1, round(required / 4))
    counts = [*range(0, required - step // 2, step), required]
    grid = pd.DataFrame({"x": found.asked.first, "x2": found.asked.last + 1, "served_links": counts})
    grid["text"] = [str(count) for count in counts[:-1]] + [t("phases.whole", required=required)]
    lines = alt.Chart(grid)
    whole = alt.Chart(grid.tail(1))
    names = lines.mark_text(align="right", dx=-6, color=INK).encode(x="x:Q", y=y, text="text:N")
    what = pd.DataFrame({"x": [names_begin(found)], "served_links": [required / 2]})
    title = alt.Chart(what.assign(text=t("phases.served_axis")))
    return [
        lines.mark_rule(color=FAINT).encode(x="x:Q", x2="x2:Q", y=y),
        whole.mark_rule(color=INK, strokeDash=[1, 3]).encode(x="x:Q", x2="x2:Q", y=y),
        names,
        title.mark_text(align="left", color=INK, limit=NAMES_WIDTH).encode(x="x:Q", y=y, text="text:N"),
    ]


def _curve_marks(points: pd.DataFrame, shown: list[str], y: alt.Y) -> alt.Chart:
    """Return a mark a year on each curve, told apart by form, filling and color; pointed at, it tells its numbers."""
    color, _, shape, fill = (
        alt.Scale(domain=[series_words(name) for name in shown], range=[LINES[name][number] for name in shown])
        for number in range(4)
    )
    told = {
        "words:N": t("ui.basis"), "year:O": t("ui.year"), "of:N": t("phases.served"),
        "known_links:Q": t("column.known_links"), "possible_links:Q": t("column.possible_links"),
        "missing:N": t("column.missing_stages"),
    }  # fmt: skip
    legend = alt.Legend(title=None)
    return (
        alt.Chart(points)
        .mark_point(size=52, opacity=1, strokeWidth=1.6)
        .encode(
            x="x:Q", y=y, color=alt.Color("words:N", scale=color, legend=legend),
            shape=alt.Shape("words:N", scale=shape, legend=legend), fill=alt.Fill("words:N", scale=fill, legend=legend),
            tooltip=[alt.Tooltip(field, title=title) for field, title in told.items()],
        )
    )  # fmt: skip


def _curve_names(points: pd.DataFrame, shown: list[str], y: alt.Y) -> list[alt.Chart]:
    """Return the name of each curve beside it: at its end, the fact below it; the shortened where it left the usual one."""
    layers = []
    for name in shown:
        own = points[points["series"] == name]
        usual = points[points["series"] == "plan"].set_index("year")["served_links"]
        apart = own[own["served_links"] != own["year"].map(usual)] if name == SHORTENED else own.tail(1)
        named = alt.Chart((apart if len(apart) else own).head(1).rename(columns={"words": "text"}))
        side = {"fact": 16}.get(name, -12)
        layers += _readable(named, y, dy=side, align="center", fontWeight="bold", color=LINES[name][0])
    return layers


def _readable(words: alt.Chart, y: alt.Y, x: str = "x:Q", **look: Any) -> list[alt.Chart]:
    """Return words with a pale rim below them, readable where a line passes behind."""
    return [words.mark_text(**rim, **look).encode(x=x, y=y, text="text:N") for rim in (HALO, {})]


def _stepped(points: pd.DataFrame) -> pd.DataFrame:
    """Return points so that a step lasts its whole year, the last one too."""
    starts = points.assign(x=points["year"])
    ends = points.sort_values("year").groupby("series", sort=False).tail(1)
    return pd.concat([starts, ends.assign(x=ends["year"] + 1)], ignore_index=True)


# The tracks


def track_marks(found: Answer) -> pd.DataFrame:
    """Return the dated steps that lie in the years asked for, each in a row of its phase where nothing covers it.

    A row a step: `row` is the name of the phase and the number of the line within it, `begin` and `over` when it begins and
    is over at the precision of its date (years), `covered` up to where its name goes, `x` where its mark stands, `kind`
    point or bar. Points that disagree share a line.
    """
    rows: list[dict[str, Any]] = []
    steps = found.steps[found.steps["date"].notna()]
    titles = source_words(steps["source"])
    for phase, own in steps.groupby("phase", sort=False):
        told = zip(own.to_dict("records"), titles[own.index], strict=True)
        shown = [mark for mark in (_mark(step, title, found.asked.years) for step, title in told) if mark]
        lines = [*_in_lines(shown), *_shortened_marks(found, str(phase), "shortened" if shown else "0")]
        rows += [{**mark, "row": f"{phase_name(str(phase))}\n{mark['row']}"} for mark in lines]
    marks = pd.DataFrame(rows, columns=list(MARK_COLUMNS))
    return marks.astype({"conflict": bool})


def _mark(step: Mapping[str, Any], title: str, years: range) -> dict[str, Any] | None:
    begin, over = year_span(step["date"], step["date_end"])
    if over <= years.start or begin >= years.stop:
        return None
    begin, over = max(begin, years.start), min(over, years.stop)
    bar, short = bool(step["date_end"]), t(f"step_short.{step['step']}")
    x, text = (begin, f"{short} {date_text(step)}") if bar else ((begin + over) / 2, short)
    letters = sum(LETTER if ord(letter) > 0x2000 else 0.6 * LETTER for letter in text)
    return {
        "group": step["step"], "begin": begin, "over": over, "x": x, "kind": "bar" if bar else "point",
        "covered": max(over, (over if bar else x) + (letters + MARK) / PLOT_WIDTH * len(years)),
        "state": state_words(step["status"]), "text": text, "step": label("step", step["step"]), "dates": date_text(step),
        "source": title, "note": either(step["note"], step["note_en"]), "conflict": "dates" in (step["conflict"] or ""),
    }  # fmt: skip


def _in_lines(marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return marks with a line each, so that no name covers another mark; points of one disputed date stay together."""
    groups: dict[object, list[dict[str, Any]]] = {}
    for number, mark in enumerate(sorted(marks, key=lambda mark: (mark["begin"], mark["over"]))):
        together = mark["conflict"] and mark["kind"] == "point"
        groups.setdefault(mark["group"] if together else number, []).append(mark)
    ends: list[float] = []
    placed = []
    for group in groups.values():
        begin = min(mark["begin"] for mark in group)
        line = next((number for number, end in enumerate(ends) if end <= begin), len(ends))
        ends[line : line + 1] = [max(mark["covered"] for mark in group)]
        placed += [{**mark, "row": str(line)} for mark in _named_apart(group)]
    return placed


def _named_apart(group: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return marks of one line, each but the last without its name where that would reach the next: they are one step."""
    following = [mark["x"] for mark in group[1:]] + [math.inf]
    return [
        mark | ({"text": ""} if mark["covered"] > reach else {}) for mark, reach in zip(group, following, strict=True)
    ]


def _shortened_marks(found: Answer, phase: str, line: str) -> list[dict[str, Any]]:
    """Return when the hosts of a phase would begin with the shortening that is assumed for it, a mark a year."""
    years = dict(found.shorten).get(phase)
    if not years:
        return []
    hosts = found.decided[found.decided["phase"] == phase]
    begins = {max(int(year) - years, min(int(year), DEFAULT_YEAR)) for year in hosts["from"]}
    return [
        {
            "row": line, "group": SHORTENED, "begin": begin, "over": begin + 1, "covered": begin + 1, "x": begin + 0.5,
            "kind": "point",
            "state": state_words(SHORTENED), "text": t("phases.shortened_mark", years=years),
            "step": state_words(SHORTENED), "dates": str(begin), "source": t("phases.assumed"), "note": "",
            "conflict": False,
        }
        for begin in sorted(begins) if found.asked.first <= begin <= found.asked.last
    ]  # fmt: skip


def track_layers(found: Answer, marks: pd.DataFrame) -> list[alt.Chart]:
    """Return the names of the phases, bars of periods, the span that a date leaves open, marks, and lines of dispute."""
    rows = {row: number for number, row in enumerate(dict.fromkeys(marks["row"]))}
    scale = alt.Scale(domain=[0, max(1, len(rows))], reverse=True, nice=False)
    y = alt.Y("line:Q", axis=None, scale=scale)
    placed = marks.assign(line=marks["row"].map(rows).astype(float) + 0.5)
    bars, points = placed[placed["kind"] == "bar"], placed[placed["kind"] == "point"]
    groups = points[points["conflict"]].groupby(["line", "group"], as_index=False)
    disputed = groups.agg(begin=("x", "min"), over=("x", "max"))
    drawn = alt.Chart(points)
    look: dict[str, Any] = {"align": "left", "dy": 0.5, "fontSize": 11, "color": INK}
    return [
        *_name_layers(found, rows, y),
        *_bar_layers(bars, y),
        alt.Chart(disputed)
        .mark_rule(color=INK, strokeDash=[1, 3], strokeWidth=2)
        .encode(x="begin:Q", x2="over:Q", y=y),
        drawn.mark_rule(color=STONE, strokeWidth=3).encode(x="begin:Q", x2="over:Q", y=y),
        *_readable(drawn, y, dx=10, **look),
        *_readable(alt.Chart(bars), y, "over:Q", dx=5, **look),
        _step_marks(points, y),
    ]


def host_counts(found: Answer) -> dict[str, int]:
    """Return by the name of each phase how many hosts it still decides."""
    counts = found.decided.groupby("phase", sort=False).size()
    return {phase_name(str(phase)): int(count) for phase, count in counts.items()}


def _name_layers(found: Answer, rows: Mapping[str, int], y: alt.Y) -> list[alt.Chart]:
    """Return a line above each phase, its name at the left, and how many hosts it still decides."""
    counts = host_counts(found)
    told = [(row.partition("\n")[0], number) for row, number in rows.items() if row.endswith("\n0")]
    names = pd.DataFrame(
        [[name, number, number + 0.5, names_begin(found)] for name, number in told],
        columns=["text", "above", "line", "x"],
    )
    hosts = names[names["text"].isin(list(counts))]
    hosts = hosts.assign(text=[t("phases.hosts", hosts=counts[name]) for name in hosts["text"]], x=found.asked.first)
    look: dict[str, Any] = {"fontSize": 11.5, "color": INK}
    return [
        alt.Chart(names).mark_rule(color=FAINT).encode(y=alt.Y("above:Q", axis=None)),
        alt.Chart(names)
        .mark_text(align="left", dx=2, limit=_name_limit(found), **look)
        .encode(x="x:Q", y=y, text="text:N", tooltip=alt.Tooltip("text:N", title=t("column.phase"))),
        alt.Chart(hosts).mark_text(align="right", dx=-6, **look).encode(x="x:Q", y=y, text="text:N"),
    ]


def _name_limit(found: Answer) -> alt.ExprRef:
    """Return the room for a name as the picture has it at its width, beside the number of hosts."""
    share = (found.asked.first - names_begin(found)) / (found.asked.last + 1 - names_begin(found))
    return alt.ExprRef(f"{share:.4f} * width - {COUNT_WIDTH}")


def _bar_layers(bars: pd.DataFrame, y: alt.Y) -> list[alt.Chart]:
    """Return periods as bars: full where done, hollow where planned, hollow with a broken rim where nobody knows."""
    layers = []
    for state, (fill, dash, _) in STATES.items():
        own = bars[bars["state"] == state_words(state)]
        bar = alt.Chart(own).mark_bar(
            orient="horizontal", height=9, fill=fill, stroke=INK, strokeWidth=1.2, strokeDash=dash
        )
        if len(own):
            layers.append(bar.encode(x="begin:Q", x2="over:Q", y=y, tooltip=_step_tooltip()))
    return layers


def _step_marks(points: pd.DataFrame, y: alt.Y) -> alt.Chart:
    """Return the marks of steps, told apart by form and filling."""
    states = [state for state in STATES if state != SHORTENED or (points["group"] == SHORTENED).any()]
    words = [state_words(state) for state in states]
    fill, shape = (alt.Scale(domain=words, range=[STATES[state][number] for state in states]) for number in (0, 2))
    legend = alt.Legend(title=None)
    return (
        alt.Chart(points)
        .mark_point(size=85, stroke=INK, strokeWidth=1.5, opacity=1)
        .encode(
            x="x:Q", y=y, fill=alt.Fill("state:N", scale=fill, legend=legend),
            shape=alt.Shape("state:N", scale=shape, legend=legend), tooltip=_step_tooltip(),
        )
    )  # fmt: skip


def _step_tooltip() -> list[alt.Tooltip]:
    told = {
        "step:N": t("column.step"), "dates:N": t("column.date"), "state:N": t("column.status"),
        "source:N": t("column.source"), "note:N": t("column.note"),
    }  # fmt: skip
    return [alt.Tooltip(field, title=title) for field, title in told.items()]


def state_words(state: str) -> str:
    """Return what the state of a step is called."""
    return t("phases.series.shortened") if state == SHORTENED else label("status", state)
