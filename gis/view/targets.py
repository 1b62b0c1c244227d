"""Targets in words, as tables and as a chart."""

import math
from typing import Any

import altair as alt
import pandas as pd

from gis import study
from gis.analysis import targets as _targets
from gis.analysis.claims import number_text
from gis.analysis.targets import Figure, Outcome
from gis.i18n import either, language, t
from gis.study.targets import Card, article_frame, frame_counts
from gis.view.tables import label, local_time, value_text
from layers.palette import BLUE, INK, VERMILION

DIGITS = 4
"""Significant digits of an amount a year, which is a mean."""
TRILLION = 1e12
_LOOKS = {
    "value": (BLUE, (1, 0), "circle"),
    "multiple": (BLUE, (1, 0), "circle"),
    "growth": (VERMILION, (6, 4), "square"),
    "points": (INK, (2, 3), "diamond"),
}
"""Color, dash and mark of each reading: told apart in grey print too."""


def target_name(card: Card) -> str:
    """Return what the article says: its own words in Korean, quantity and value in English."""
    claim = card.claim
    if language() == "ko" and claim["stated"]:
        return str(claim["stated"])
    return f"{label('quantity', claim['quantity'])}: {range_text(card.target.stated, card.target.stated_high, claim['unit'])}"


def amount_text(amount: float, unit: str | None, area_unit: str = "m2") -> str:
    """Return an amount with its unit as people read it; below 0 with a sign."""
    if unit == "level":
        return t("targets.level_number", number=number_text(amount))
    known = {"value": round(abs(amount), 3), "low": None, "high": None, "unit": unit, "stated": None}
    return ("−" if amount < 0 else "") + value_text(known, area_unit)


def difference_text(amount: float, unit: str | None, area_unit: str = "m2") -> str:
    """Return how far apart two amounts are: two percentages by points."""
    return f"{number_text(round(amount, 3))} %p" if unit == "pct" else amount_text(amount, unit, area_unit)


def range_text(low: float, high: float, unit: str | None, area_unit: str = "m2") -> str:
    """Return one value, or a range with or without an end."""
    if high == low:
        return amount_text(low, unit, area_unit)
    if math.isinf(high):
        return t("targets.at_least", value=amount_text(low, unit, area_unit))
    return t("targets.between", low=amount_text(low, unit, area_unit), high=amount_text(high, unit, area_unit))


def growth_text(found: Outcome) -> str:
    """Return the growth a year in %, to 0.01 %."""
    low, high = (f"{100 * growth:,.2f}".replace("-", "−") for growth in (found.growth, found.growth_high))
    if math.isinf(found.growth_high):
        return t("targets.growth_at_least", growth=low)
    return t("targets.growth", growth=low) if low == high else t("targets.growth_between", low=low, high=high)


def yearly_text(found: Outcome, unit: str | None, area_unit: str = "m2") -> str:
    """Return the amount a year in equal steps."""
    low, high = (float(f"{amount:.{DIGITS}g}") for amount in (found.amount, found.amount_high))
    if unit == "pct" and low == high:
        return difference_text(low, unit)
    return range_text(low, high, unit, area_unit)


def reading_text(card: Card, reading: str) -> str:
    """Return what a reading says the target is: `기준값 × 3 (200% 늘어남)`."""
    stated = card.target.stated
    times = {_targets.MULTIPLE: stated / 100, _targets.GROWTH: (100 + stated) / 100}.get(reading, math.nan)
    value = range_text(stated, card.target.stated_high, card.claim["unit"])
    said = {"value": value, "times": "" if math.isnan(times) else number_text(times), "stated": number_text(stated)}
    formula = t(f"targets.formula.{reading}", **said)
    return formula if reading == _targets.LEVEL else t("targets.formula_text", formula=formula)


def stated_sentence(card: Card) -> str:
    """Return who says the target, in which rank of source, and when."""
    claim = card.claim
    rank = label("rank", claim["rank"] or "none")
    return t("targets.stated", source=source_text(claim["source"]), rank=rank, as_of=claim["as_of"])


def source_text(source: str | None) -> str:
    """Return the title of a source, or what was typed as one; nothing says that it is not confirmed."""
    titles = study.sources().set_index("id")["title"]
    return str(titles.get(source, source)) if source else t("word.no_source")


def outcome_sentences(card: Card, reading: str, area_unit: str = "m2") -> list[str]:
    """Return what one reading asks for, in words; what is not defined waits."""
    found = next((one for one in card.outcomes if one.reading == reading), None)
    if found is None:
        return [t("targets.waiting")]
    lines = [_level_sentence(card, found)] if reading == _targets.LEVEL else _growth_sentences(card, found, area_unit)
    return [*lines, *_remaining(card, found, area_unit)]


def _level_sentence(card: Card, found: Outcome) -> str:
    if found.reached is None:
        return t("targets.level_open", date=card.definition.target_year)
    return t("targets.level")


def _growth_sentences(card: Card, found: Outcome, area_unit: str) -> list[str]:
    definition, unit = card.definition, card.target.unit
    assert definition.baseline is not None
    value = range_text(found.value, found.high, unit, area_unit)
    said = {"years": found.years, "value": value, "amount": yearly_text(found, unit, area_unit)}
    lines = [
        t(
            "targets.from_to", baseline=amount_text(definition.baseline.value, unit, area_unit),
            baseline_date=definition.baseline.year, source=source_text(definition.baseline.source), value=value,
            target_date=definition.target_year,
        ),
        t("targets.outcome_zero", **said)
        if math.isnan(found.growth)
        else t("targets.outcome", growth=growth_text(found), **said),
    ]  # fmt: skip
    return [*lines, t("targets.over_whole")] if unit == "pct" and found.value > 100 else lines


def _remaining(card: Card, found: Outcome, area_unit: str) -> list[str]:
    now = card.definition.current
    if now is None:
        return []
    said = {"current": amount_text(now.value, card.target.unit, area_unit), "date": now.year, "source": source_text(now.source)}  # fmt: skip
    if found.reached:
        return [t("targets.reached", **said)]
    return [t("targets.remaining", remaining=difference_text(found.remaining, card.target.unit, area_unit), **said)]


def missing_sentence(card: Card) -> str | None:
    """Return what must be decided before anything is computed; None where nothing is missing."""
    if not card.missing:
        return None
    return t("targets.missing", parts=", ".join(label("targets.part", part) for part in card.missing))


def caution_sentences(card: Card, names: dict[str, str]) -> list[str]:
    """Return what a reader must know of a target: what is measured, its scope and year, doubts, rivals by `names`."""
    scope = card.definition.scope or either(card.scope, card.scope_en)
    lines = [
        t("targets.measured", quantity=label("quantity", card.quantity), unit=label("unit", card.target.unit)),
        t("targets.scope_known", scope=scope) if scope else t("targets.scope_unknown"),
        t("targets.date_stated", year=card.stated_year) if card.stated_year else t("targets.date_unknown"),
    ]
    lines += [label("targets.doubt", doubt) for doubt in card.doubts if doubt != "scope_open"]  # said by its rivals
    for rival in card.rivals:
        if card.definition.scope is None:
            lines.append(t("targets.rival", name=names[rival]))
        else:
            lines.append(t("targets.rival_other", name=names[rival], scope=card.definition.scope))
    return lines


def has_baseline(card: Card) -> bool:
    """Tell whether a target starts from a baseline; a level is reached or not."""
    return set(card.target.readings) != {_targets.LEVEL}


def offered_sentences(card: Card, ledger: pd.DataFrame, area_unit: str = "m2") -> list[str]:
    """Return the claims that may be the baseline of a target, and those left out with the reason."""
    if not has_baseline(card):
        return []
    claims = ledger.set_index("id")
    lines = [
        t(
            "targets.offered_line", value=value_text(row, area_unit), year=_targets.year_in(row["as_of"]),
            definition=either(row["definition"], row["definition_en"]), source=source_text(row["source"]),
            confidence=label("confidence", row["confidence"]), note=either(row["note"], row["note_en"]),
        ).strip()
        for row in card.offered.to_dict("records")
    ] or [t("targets.none_offered")]  # fmt: skip
    for row in card.left_out.to_dict("records"):
        claim, reason = claims.loc[row["claim"]], either(row["reason"], row["reason_en"])
        year = _targets.year_in(claim["as_of"])
        lines.append(t("targets.left_out", value=value_text(claim, area_unit), year=year, reason=reason))
    return lines


def offered_label(card: Card, claim: str) -> str:
    """Return how a claim that may be a baseline is called in a list."""
    row = card.offered.set_index("id").loc[claim]
    return f"{value_text(row)} ({row['as_of']}) · {source_text(row['source'])}"


def summary_sentence(cards: tuple[Card, ...]) -> str:
    """Return how many targets are defined."""
    defined = sum(not card.missing for card in cards)
    return t("targets.summary", count=len(cards), defined=defined, open=len(cards) - defined)


def state_sentence(card: Card, key: str, number: int = 0) -> str:
    """Return what became of a definition that was just kept (`kept`) or undone (`undone`)."""
    rest = missing_sentence(card) or t("targets.complete")
    if key == "kept":
        return t("targets.kept", name=target_name(card), number=number, rest=rest)
    return t("targets.undone", name=target_name(card), rest=rest)


def people_table(cards: tuple[Card, ...], area_unit: str = "m2") -> pd.DataFrame:
    """Return a row a target and open reading, in words."""
    rows = [_people_row(card, reading, area_unit) for card in cards for reading in card.readings]
    return pd.DataFrame(rows, dtype=object)


def _people_row(card: Card, reading: str, area_unit: str) -> dict[str, Any]:
    definition, unit = card.definition, card.target.unit
    found = next((one for one in card.outcomes if one.reading == reading), None)
    row: dict[str, Any] = {
        "id": card.target.id,
        "target": target_name(card),
        "reading": reading_text(card, reading),
        "baseline": figure_text(definition.baseline, unit, area_unit),
        "target_date": None if definition.target_year is None else str(definition.target_year),
        "target_value": None,
        "growth_pct_per_year": None,
        "amount_per_year": None,
        "missing": ", ".join(label("targets.part", part) for part in card.missing) or None,
        "source": card.claim["source"],
        "rank": card.claim["rank"] or "none",
        "note": _note(card),
    }
    if reading in (_targets.VALUE, _targets.LEVEL):
        row["target_value"] = range_text(card.target.stated, card.target.stated_high, card.claim["unit"], area_unit)
    if found is None or reading == _targets.LEVEL:
        return row
    return row | {
        "target_value": range_text(found.value, found.high, unit, area_unit),
        "growth_pct_per_year": None if math.isnan(found.growth) else growth_text(found),
        "amount_per_year": yearly_text(found, unit, area_unit),
    }


def _note(card: Card) -> str | None:
    """Return what the ledger says beside a target, and what a reader must know."""
    doubts = [label("targets.doubt", doubt) for doubt in card.doubts]
    return " ".join(filter(None, [either(card.claim["note"], card.claim["note_en"]), *doubts])) or None


def figure_text(figure: Figure | None, unit: str | None, area_unit: str) -> str | None:
    """Return a stated figure with its unit, year and source; None where there is none."""
    if figure is None:
        return None
    year = t("targets.year", year=figure.year)
    return f"{amount_text(figure.value, unit, area_unit)} ({year}, {source_text(figure.source)})"


def history_table(history: pd.DataFrame, card: Card) -> pd.DataFrame:
    """Return the decisions on a target in words, the last first."""
    people = history.assign(
        baseline=[_decided_baseline(row, card) for row in history.to_dict("records")],
        current=[_decided(row, "current", card) for row in history.to_dict("records")],
        target_date=[None if pd.isna(year) else t("targets.year", year=year) for year in history["target_date"]],
    )
    columns = ["revision", "reading", "baseline", "target_date", "scope", "current", "note", "restores", "kept_at"]
    return people[columns]


def _decided_baseline(row: dict[str, Any], card: Card) -> str | None:
    claim = row["baseline_claim"]
    if claim is None:
        return _decided(row, "baseline", card)
    return offered_label(card, claim) if claim in set(card.offered["id"]) else str(claim)


def _decided(row: dict[str, Any], key: str, card: Card) -> str | None:
    if pd.isna(row[key]):
        return None
    return figure_text(Figure(row[key], row[f"{key}_date"], row[f"{key}_source"]), card.target.unit, "m2")


def revision_label(row: dict[str, Any]) -> str:
    """Return how one decision is called in a list."""
    return t("targets.revision_line", number=row["revision"], saved=local_time(row["kept_at"]), note=row["note"] or "")


def typed_figure(card: Card, kind: str) -> tuple[str, str, str]:
    """Return value, year and source of the typed `baseline` or `current` value as they would be typed again."""
    figure = card.definition.baseline if kind == "baseline" else card.definition.current
    if figure is None or figure.claim is not None:
        return "", "", ""
    return typed_text(figure.value), str(figure.year or ""), figure.source or ""


def frame_source() -> str:
    """Return where the frame is stated."""
    first = article_frame().iloc[0]
    return t("targets.frame_source", source=source_text(first["source"]), rank=label("rank", first["rank"] or "none"))


def frame_lines() -> dict[str, list[str]]:
    """Return the parts of the article's frame, each under a headline that counts them; what it leaves out says so."""
    rows, counts = article_frame(), frame_counts()
    made = {}
    for name, part in rows.groupby("frame", sort=False):
        inside = part[part["in_article"]]
        title = label("targets.frames", name)
        key = "targets.frame_named" if counts[str(name)] is None else "targets.frame_count"
        words: Any = t
        headline = words(key, name=title, count=counts[str(name)], named=len(inside))
        made[headline] = [_frame_line(row) for row in part.to_dict("records")]
    return made


def _frame_line(row: dict[str, Any]) -> str:
    """Return one part of the frame: the article's words in Korean, what they define in English."""
    words = row["stated"] if language() == "ko" else row["definition_en"]
    if row["in_article"]:
        return str(words)
    return t("targets.not_in_article", definition=either(row["definition"], row["definition_en"]))


def typed_text(value: float) -> str:
    """Return a number as a person would type it again, `34조`, with all of its digits."""
    for size in t("sentence.won_sizes").split():
        name, power = size.split(":")
        text = number_text(round(value / 10 ** int(power), 3)) + name
        if value >= 10 ** int(power) and _targets.typed_amount(text) == value:
            return text
    return number_text(value) if value == float(number_text(value).replace(",", "")) else repr(value)


def chart(card: Card) -> alt.LayerChart | None:
    """Return the way from the baseline to the target, a line a reading; None where nothing is computed."""
    found = [one for one in card.outcomes if one.years is not None]
    if not found or card.definition.baseline is None:
        return None
    size = TRILLION if card.target.unit == "krw" else 1.0
    lines = pd.concat(
        [_targets.yearly_path(card.definition, one).assign(reading=_short(one.reading)) for one in found],
        ignore_index=True,
    )
    lines["value"] /= size
    ends = pd.DataFrame([_end(card, one, size) for one in found])
    start = lines.head(1).assign(text=amount_text(card.definition.baseline.value, card.target.unit))
    names = [_short(one.reading) for one in found]
    colors, dashes, shapes = zip(*(_LOOKS[one.reading] for one in found), strict=True)
    legend = alt.Legend(title=None, orient="top", labelLimit=300) if len(found) > 1 else None
    years = lines["year"].min(), lines["year"].max()
    room = max(1.0, 0.4 * (years[1] - years[0]))
    x = alt.X(
        "year:Q", title=None, axis=alt.Axis(format="d", tickMinStep=1),
        scale=alt.Scale(domain=[int(years[0]), float(years[1]) + room], nice=False),
    )  # fmt: skip
    top = alt.Scale(domain=[0, 1.1 * max(lines["value"].max(), ends["high"].max()) or 1.0], nice=False)
    y = alt.Y("value:Q", title=t("targets.krw_axis") if size > 1 else label("unit", card.target.unit), scale=top)
    color = alt.Color("reading:N", scale=alt.Scale(domain=names, range=list(colors)), legend=legend)
    dash = alt.StrokeDash(
        "reading:N", scale=alt.Scale(domain=names, range=[list(one) for one in dashes]), legend=legend
    )
    shape = alt.Shape("reading:N", scale=alt.Scale(domain=names, range=list(shapes)), legend=legend)
    tips = [
        alt.Tooltip("year:Q", format="d", title=t("column.year")),
        alt.Tooltip("value:Q", format=",.3f", title=t("column.value")),
        alt.Tooltip("reading:N", title=t("column.reading")),
    ]
    drawn = alt.Chart(lines).mark_line().encode(x=x, y=y, color=color, strokeDash=dash, tooltip=tips)
    marks = alt.Chart(ends).mark_point(filled=True, size=90, opacity=1)
    marked = marks.encode(x=x, y=y, color=color, shape=shape, tooltip=tips)
    spans = alt.Chart(ends[ends["high"] > ends["value"]])
    spanned = spans.mark_rule(strokeWidth=2, color=INK).encode(x=x, y=y, y2="high:Q")
    capped = spans.mark_tick(thickness=2, size=14, color=INK).encode(x=x, y=alt.Y("high:Q", scale=top))
    named = alt.Chart(ends).mark_text(align="left", dx=9, color=INK).encode(x=x, y=y, text="text:N")
    below = 14 if card.definition.baseline.value > 0 else -12
    begun = alt.Chart(start).mark_point(filled=True, size=90, opacity=1, color=INK).encode(x=x, y=y)
    told = alt.Chart(start).mark_text(align="left", dy=below, color=INK).encode(x=x, y=y, text="text:N")
    return (drawn + spanned + capped + marked + named + begun + told).properties(height=190)


def _short(reading: str) -> str:
    return label("targets.reading", reading)


def _end(card: Card, found: Outcome, size: float) -> dict[str, Any]:
    high = found.value if math.isinf(found.high) else found.high
    text = range_text(found.value, found.high, card.target.unit)
    if found.value < found.high < math.inf:
        text = f"{number_text(found.value / size)}~{number_text(high / size)}"
    return {
        "year": card.definition.target_year, "value": found.value / size, "high": high / size,
        "reading": _short(found.reading), "text": text,
    }  # fmt: skip
