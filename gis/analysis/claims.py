"""Where the public record contradicts itself. Claims are never averaged or overwritten.

A number is as exact as the words that state it, so each claim is a span, and the rules compare spans: whatever is drawn
from one true value by rounding agrees, whatever lies further apart than all half steps together does not.
"""

import math
from collections.abc import Hashable, Iterator
from itertools import combinations, product
from typing import Any

import pandas as pd

from gis.analysis.stated import (
    Claim,
    Span,
    apart,
    areas_stated_twice,
    claim_span,
    day_spans,
    half_step,
    is_number,
    only_in_pyeong,
)
from gis.model import RANKS

RULES = ("values", "parts", "shares", "pyeong", "dates", "baseline", "statement")
CONFLICT_COLUMNS = (
    "rule", "subject", "quantity", "definition", "claims", "values", "unit", "in_use", "gap_pct", "same_as",
    "note", "note_en",
)  # fmt: skip


def conflicts(
    claims: pd.DataFrame,
    steps: pd.DataFrame | None = None,
    orders: pd.DataFrame | None = None,
    wordings: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what disagrees, each row by one of `RULES`; `claims`, `values`, `in_use`, `same_as` are joined by `|`.

    An id that begins with `step:` is a step of a phase. `same_as` names what else of the subject a value not in use is.

    Parameters
    ----------
    steps
        Dated steps of phases, with the date of their source in `source_date`; see `step_claims`.
    orders
        Which of several `events` comes first, with its reason.
    wordings
        What words mean in figures: `at_least` or `at_most`.
    """
    ledger, dated = _records(claims), step_claims(steps)
    found = [
        *_two_values(ledger),
        *_parts_against_total(ledger),
        *_shares_against_all(ledger),
        *_shares_against_amounts(ledger),
        *_pyeong_against_metric(ledger),
        *_dates_out_of_order(ledger, dated, _records(orders)),
        *_done_before_told(dated),
        *_targets_without_baseline(ledger),
        *_words_against_figures(ledger, _records(wordings)),
    ]
    return _table(found)


def distinctions(claims: pd.DataFrame) -> pd.DataFrame:
    """Return what looks like a conflict and is none, in the columns of `conflicts`.

    `definition`: one quantity with values that differ because each is defined in another way, such as gross and net.
    `part`: a total and its parts, which add up to it.
    """
    ledger = _records(claims)
    return _table([*_other_definitions(ledger), *_parts_of_totals(ledger)])


def claim_in_use(claims: pd.DataFrame, subject: str, quantity: str) -> pd.Series | None:
    """Return the claim in use of a quantity; None where the record states none, or several and none in use."""
    rows = claims[(claims["subject"] == subject) & (claims["quantity"] == quantity)]
    rows = rows[rows["in_use"]] if len(rows) > 1 else rows
    return rows.iloc[0] if len(rows) == 1 else None


def step_claims(steps: pd.DataFrame | None) -> list[dict[Hashable, Any]]:
    """Return dated steps in the form of claims, with ids of their own: `step:futurecar.completion.2031`."""
    return [
        {
            **step,
            "id": f"step:{step['phase']}.{step['key']}.{step['date']}",
            "quantity": step["key"],
            "value": "–".join(step[key] for key in ("date", "date_end") if isinstance(step[key], str)),
            "unit": "date",
            "definition": step["name"],
            "definition_en": step["name_en"],
            **dict.fromkeys(("low", "high", "stated", "as_of")),
            "in_use": False,
        }
        for step in _records(steps)
    ]


def number_text(number: float) -> str:
    """Return a number with all of its digits, without an exponent."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.3f}".rstrip("0").rstrip(".")


def _two_values(ledger: list[Claim]) -> Iterator[dict]:
    """Yield each quantity of one definition whose values (numbers, dates, texts) no rounding reconciles, all of them.

    Numbers agree where one number lies in all of their spans; two roundings that only touch (17.3 and 17.4) are two
    values, for 17.35 is rounded one way at a time. Dates agree where one day does, periods where both ends do.
    """
    for same in _groups(ledger, "subject", "quantity", "definition", "unit"):
        stated = [claim for claim in same if any(pd.notna(claim[key]) for key in ("value", "low", "high"))]
        if len(stated) > 1 and _disagree(stated):
            row = _row("values", ledger, stated, stated[:1], _spread(_numbers(stated)))
            yield row | {"same_as": "|".join(_same_elsewhere(stated, ledger)) or None}


def _parts_against_total(ledger: list[Claim]) -> Iterator[dict]:
    """Yield each total that its parts do not add up to.

    Every part, and the total, may be off by its own half step, and all in the same direction: the sum may be off by the
    sum of the half steps. A total without a number, or with a part without one, is left alone.
    """
    for total, parts in _totals(ledger):
        if not _adds_up(total, parts):
            together = sum(float(part["value"]) for part in parts)
            yield _row("parts", ledger, [total, *parts], [total], _excess(together, float(total["value"])))


def _shares_against_all(ledger: list[Claim]) -> Iterator[dict]:
    """Yield shares that one source states, at one time, as all parts of a whole, and that do not add up to 100 %.

    100 is exact and each share is off by half of its last digit at most, so n shares of one decimal may miss it by
    n × 0.05 points. One share alone says nothing about the others.
    """
    wholes = {claim["id"]: claim for claim in ledger if claim["unit"] != "pct"}
    shares = [one for one in ledger if one["unit"] == "pct" and one["part_of"] in wholes and is_number(one["value"])]
    for together in _groups(shares, "part_of", "as_of", "source"):
        low, high = _sum_span(together)
        if len(together) > 1 and not low <= 100 <= high:
            whole, total = wholes[together[0]["part_of"]], sum(float(share["value"]) for share in together)
            named = {key: whole[key] for key in ("subject", "quantity", "definition")}
            yield _row("shares", ledger, together, together, _excess(total, 100)) | named


def _shares_against_amounts(ledger: list[Claim]) -> Iterator[dict]:
    """Yield each share that is not the share which its portion, or all but the rest, has of the whole.

    A quotient of two rounded numbers lies between the least portion of the greatest whole and the greatest portion of
    the least whole; the share is off by half of its last digit. Both spans must have a number in common.
    """
    by_id = {claim["id"]: claim for claim in ledger}
    shares = [one for one in ledger if one["unit"] == "pct" and one["share_of"] in by_id and is_number(one["value"])]
    for share in shares:
        whole, portion = by_id[share["share_of"]], by_id.get(share["portion"])
        for amounts, computed, middle in _computed_shares(portion, whole, ledger):
            if apart([computed, *filter(None, [claim_span(share)])]):
                gap = _excess(float(share["value"]), middle)
                yield _row("shares", ledger, [share, whole, *amounts], [share], gap)


def _pyeong_against_metric(ledger: list[Claim]) -> Iterator[dict]:
    """Yield each area whose 평 and ㎡ are not one area: stated side by side, or by two claims of one definition.

    1 평 is 400/121 m² exactly, so only the digits count: `220만평` is good to ±5,000 평, that is ±16,529 m², and
    `714만㎡` to ±5,000 m². One area must lie in both spans.
    """
    areas = [claim for claim in ledger if claim["unit"] == "m2" and is_number(claim["value"])]
    for same in _groups(areas, "subject", "quantity", "definition"):
        for claim in same:
            for pair in areas_stated_twice(claim):
                if apart([area.span for area in pair]):
                    yield _row("pyeong", ledger, [claim], [claim], _spread([float(area.value) for area in pair]))
            if only_in_pyeong(claim):
                others = [one for one in same if not only_in_pyeong(one) and _disagree([claim, one])]
                if others:
                    together = [claim, *others]
                    yield _row("pyeong", ledger, together, [claim], _spread(_numbers(together)))


def _dates_out_of_order(ledger: list[Claim], dated: list[Claim], orders: list[Claim]) -> Iterator[dict]:
    """Yield each pair of dates of one subject, claims or steps, in an order that cannot be, with the reason.

    A date takes in every day that its digits allow: 2027 may be its first day or its last. The order is impossible only
    where even the first day of what comes first lies after the last day of what follows. Dates of two phases are not
    compared; a date without a phase is of the whole subject. What claims and steps both tell is told once.
    """
    told: set[tuple] = set()
    for order in orders:
        for first, then in combinations(order["events"], 2):
            note = {"quantity": then[0], "note": order["reason"], "note_en": order["reason_en"]}
            for before, after in product(_dated(first, ledger, dated), _dated(then, ledger, dated)):
                pair = (before["id"], after["id"])
                if pair not in told and _one_phase(before, after) and _after(before, after):
                    told.add(pair)
                    yield _row("dates", ledger, [before, after], [after, before]) | note


def _done_before_told(dated: list[Claim]) -> Iterator[dict]:
    """Yield each step that stands as done although its source is from before: an announcement, no record.

    Only where the first day that the step allows lies after the last day that the date of the source allows.
    """
    for step in dated:
        source: Claim = {"unit": "date", "value": step.get("source_date")}
        if step["status"] == "done" and claim_span(step) and claim_span(source) and _after(step, source):
            yield _row("dates", [], [step], [step])


def _targets_without_baseline(ledger: list[Claim]) -> Iterator[dict]:
    """Yield each target that no claim of its subject, quantity and unit is the baseline of; none is in use."""
    keys = ("subject", "quantity", "unit")
    baselines = [claim for claim in ledger if isinstance(claim["baseline_of"], str) and claim_span(claim)]
    started = {(claim["baseline_of"], *(claim[key] for key in keys)) for claim in baselines}
    for target in ledger:
        if target["target"] is True and (target["id"], *(target[key] for key in keys)) not in started:
            yield _row("baseline", ledger, [target], [target]) | {"in_use": None}


def _words_against_figures(ledger: list[Claim], wordings: list[Claim]) -> Iterator[dict]:
    """Yield words with the figures of their subject that they cannot go with; the figure of the best standing is in use.

    A figure contradicts only where no number that its digits allow is as the words need it.
    """
    for claim in ledger:
        meant = [wording for wording in wordings if claim["unit"] == "text" and wording["words"] == claim["value"]]
        named = claim["contradicts"] if isinstance(claim["contradicts"], list) else []
        figures = [
            figure
            for figure in (ledger if meant or named else [])
            if figure["id"] in named
            or (figure["subject"] == claim["subject"] and any(_beyond(figure, wording) for wording in meant))
        ]
        if figures:
            figures = sorted(figures, key=_standing)
            note = {key: meant[0][key.replace("note", "reason")] if meant else None for key in ("note", "note_en")}
            yield _row("statement", ledger, [claim, *figures], [claim]) | note | {"in_use": figures[0]["id"]}


def _other_definitions(ledger: list[Claim]) -> Iterator[dict]:
    """Yield each quantity whose definitions have values that differ: of each the one in use, or of the best standing."""
    for same in _groups(ledger, "subject", "quantity", "unit"):
        stated = [claim for claim in same if claim_span(claim)]
        used = [_in_use(defined) or min(defined, key=_standing) for defined in _groups(stated, "definition")]
        if any(_disagree([one, other]) for one, other in combinations(used, 2)):
            yield _row("definition", ledger, used, used, _spread(_numbers(used)))


def _parts_of_totals(ledger: list[Claim]) -> Iterator[dict]:
    """Yield each total that its parts add up to, within rounding."""
    for total, parts in _totals(ledger):
        if _adds_up(total, parts):
            yield _row("part", ledger, [total, *parts], [total])


def _disagree(stated: list[Claim]) -> bool:
    """Tell whether claims of one quantity cannot all be right; a text is right as it stands."""
    ends = [day_spans(claim["value"]) for claim in stated]
    if stated[0]["unit"] == "date" and all(len(days) > 1 for days in ends):
        return apart([days[0] for days in ends]) or apart([days[-1] for days in ends])
    spans = [span for span in map(claim_span, stated) if span]
    return apart(spans) if len(spans) == len(stated) else len({str(claim["value"]) for claim in stated}) > 1


def _same_elsewhere(stated: list[Claim], ledger: list[Claim]) -> list[str]:
    """Return the claims of other quantities whose number, to three digits or more, is that of a claim not in use.

    Such a value may stand under the wrong name: 81.7만㎡ of land by its grade is the size of the land given for it.
    """
    subject, quantity, unit = (stated[0][key] for key in ("subject", "quantity", "unit"))
    others = [one for one in ledger if (one["subject"], one["unit"]) == (subject, unit) and one["quantity"] != quantity]
    doubtful = [claim for claim in stated if _has_three_digits(claim) and claim is not _in_use(stated)]
    return [
        other["id"]
        for claim, other in product(doubtful, filter(_has_three_digits, others))
        if not _disagree([claim, other])
    ]


def _has_three_digits(claim: Claim) -> bool:
    return is_number(claim["value"]) and 200 * half_step(claim) <= abs(claim["value"])


def _after(one: Claim, other: Claim) -> bool:
    """Tell whether every day that one date allows lies after every day of the other."""
    span, until = claim_span(one), claim_span(other)
    return span is not None and until is not None and span[0] >= until[1]


def _one_phase(one: Claim, other: Claim) -> bool:
    phases = {claim["phase"] for claim in (one, other) if isinstance(claim["phase"], str)}
    return one["subject"] == other["subject"] and len(phases) < 2


def _dated(names: list[str], ledger: list[Claim], dated: list[Claim]) -> list[Claim]:
    """Return the dates of what is called by one of `names`: claims, then the steps that repeat no claim."""
    claims, steps = (
        [claim for claim in some if claim["unit"] == "date" and claim["quantity"] in names and claim_span(claim)]
        for some in (ledger, dated)
    )
    return claims + [
        step
        for step in steps
        if not any(step["value"] == claim["value"] and _one_phase(step, claim) for claim in claims)
    ]


def _beyond(figure: Claim, wording: Claim) -> bool:
    """Tell whether a figure lies beyond what words mean, whichever way it was rounded."""
    span = claim_span(figure)
    if span is None or any(figure[key] != wording[key] for key in ("quantity", "unit")):
        return False
    low = wording["at_least"] if is_number(wording["at_least"]) else -math.inf
    high = wording["at_most"] if is_number(wording["at_most"]) else math.inf
    return apart([span, (low, high)])


def _totals(ledger: list[Claim]) -> Iterator[tuple[Claim, list[Claim]]]:
    """Yield each total with its parts in its unit, where all of them have a number."""
    by_id = {claim["id"]: claim for claim in ledger}
    for parts in _groups([claim for claim in ledger if claim["part_of"] in by_id], "part_of"):
        total = by_id[parts[0]["part_of"]]
        same = [part for part in parts if part["unit"] == total["unit"]]
        if same and all(is_number(claim["value"]) for claim in (total, *same)):
            yield total, same


def _adds_up(total: Claim, parts: list[Claim]) -> bool:
    (low, high), (least, most) = _sum_span(parts), _sum_span([total])
    return low <= most and high >= least


def _sum_span(claims: list[Claim]) -> Span:
    """Return the least and greatest sum of numbers that each lie anywhere in their span."""
    spans = [span for span in map(claim_span, claims) if span]
    return sum(low for low, _ in spans), sum(high for _, high in spans)


def _computed_shares(
    portion: Claim | None, whole: Claim, ledger: list[Claim]
) -> Iterator[tuple[list[Claim], Span, float]]:
    """Yield the amounts that tell how many % of `whole` the portion is, the span that they allow, and their own number.

    Two ways: the portion itself, and what the other parts of the whole leave over.
    """
    least, most = _sum_span([whole])
    if portion is None or portion["unit"] != whole["unit"] or not is_number(whole["value"]) or least <= 0:
        return
    rest = [one for one in ledger if one["part_of"] == whole["id"] and one["unit"] == whole["unit"]]
    rest = [one for one in rest if one["id"] != portion["id"]] if portion["part_of"] == whole["id"] else []
    for amounts in ([portion], rest):
        if amounts and all(is_number(amount["value"]) for amount in amounts):
            low, high = _sum_span(amounts)
            span, middle = (100 * low / most, 100 * high / least), 100 * sum(_numbers(amounts)) / float(whole["value"])
            yield (
                (amounts, span, middle)
                if amounts == [portion]
                else (
                    amounts,
                    (100 - span[1], 100 - span[0]),
                    100 - middle,
                )
            )


def _numbers(claims: list[Claim]) -> list[float]:
    return [float(claim[key]) for claim in claims for key in ("value", "low", "high") if is_number(claim[key])]


def _spread(numbers: list[float]) -> float:
    """Return by how many % the largest number exceeds the smallest; NaN where there is none."""
    return _excess(max(numbers), min(numbers)) if numbers else math.nan


def _excess(number: float, base: float) -> float:
    return 100 * (number / base - 1) if base > 0 else math.nan


def _value_text(claim: Claim) -> str:
    if is_number(claim["value"]):
        return number_text(claim["value"])
    if is_number(claim["low"]) and is_number(claim["high"]):
        return f"{number_text(claim['low'])}~{number_text(claim['high'])}"
    return str(claim["value"])


def _standing(claim: Claim) -> tuple[int, float, str]:
    """Return what puts claims in order: the better source, then the later date."""
    rank = RANKS.index(claim["rank"]) if claim["rank"] in RANKS else len(RANKS)
    days = day_spans(claim["as_of"])
    return rank, -float(days[-1][1]) if days else 0.0, str(claim["id"])


def _in_use(same: list[Claim]) -> Claim | None:
    """Return the claim in use among those of one definition: the one that says so, or the only one."""
    return same[0] if len(same) == 1 else next((claim for claim in same if claim["in_use"]), None)


def _records(frame: pd.DataFrame | None) -> list[dict[Hashable, Any]]:
    return [] if frame is None else frame.to_dict("records")


def _groups(claims: list[Claim], *keys: str) -> list[list[Claim]]:
    """Return claims with the same values under `keys`, in the order in which they come."""
    groups: dict[tuple, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(tuple(None if pd.isna(claim[key]) else claim[key] for key in keys), []).append(claim)
    return list(groups.values())


def _row(rule: str, ledger: list[Claim], together: list[Claim], heads: list[Claim], gap_pct: float = math.nan) -> dict:
    """Return one row: what the first of `heads` is about, the claims that disagree, and those in use of all heads."""
    keys = ("subject", "quantity", "definition")
    same = [[claim for claim in ledger if all(claim[key] == head[key] for key in keys)] for head in heads]
    used = dict.fromkeys(claim["id"] for claim in map(_in_use, filter(None, same)) if claim)
    units = {claim["unit"] for claim in together}
    return {
        "rule": rule,
        **{key: heads[0][key] for key in keys},
        "claims": "|".join(claim["id"] for claim in together),
        "values": "|".join(map(_value_text, together)),
        "unit": units.pop() if len(units) == 1 else None,
        "in_use": "|".join(used) or None,
        "gap_pct": gap_pct,
        **dict.fromkeys(("same_as", "note", "note_en")),
    }


def _table(rows: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(CONFLICT_COLUMNS), dtype=object).astype({"gap_pct": float})
