"""Where the public record contradicts itself. Claims are never averaged or overwritten."""

import pandas as pd

CONFLICT_COLUMNS = ("rule", "subject", "quantity", "definition", "claims", "values", "unit", "in_use", "gap_pct")


def conflicts(claims: pd.DataFrame) -> pd.DataFrame:
    """Return what disagrees, by three rules; `claims` and `values` are joined by `|`.

    `values`: one quantity of one definition with two values. `parts`: parts that do not add up to their
    total, beyond what rounding explains. `statement`: words that a figure contradicts.
    """
    found = [*_two_values(claims), *_parts_against_total(claims), *_statements(claims)]
    return pd.DataFrame(found, columns=list(CONFLICT_COLUMNS))


def value_in_use(claims: pd.DataFrame, subject: str, quantity: str) -> float | str | None:
    """Return the value in use of a quantity, or None where the record states none."""
    rows = claims[(claims["subject"] == subject) & (claims["quantity"] == quantity)]
    rows = rows[rows["in_use"]] if rows["in_use"].any() else rows
    return None if rows.empty else rows["value"].iloc[0]


def half_step(value: float) -> float:
    """Return half of the last digit that a stated number carries: 3,384,000 is good to ±500."""
    step = 1.0
    while value and value % (step * 10) == 0:
        step *= 10
    return step / 2


def _bounds(claim: pd.Series) -> tuple[float, float] | None:
    if isinstance(claim["value"], int | float):
        return float(claim["value"]), float(claim["value"])
    if isinstance(claim["low"], int | float) and isinstance(claim["high"], int | float):
        return float(claim["low"]), float(claim["high"])
    return None


def _stated(claim: pd.Series) -> str:
    bounds = _bounds(claim)
    if bounds is None:
        return str(claim["value"])
    low, high = bounds
    return f"{low:,.10g}" if low == high else f"{low:,.10g}~{high:,.10g}"


def _two_values(claims: pd.DataFrame) -> list[dict]:
    rows = []
    for (subject, quantity, definition), same in claims.groupby(
        ["subject", "quantity", "definition"], sort=False, dropna=False
    ):
        spans = [span for _, claim in same.iterrows() if (span := _bounds(claim))]
        if len(spans) < 2:
            continue
        lowest_high, highest_low = min(high for _, high in spans), max(low for low, _ in spans)
        if lowest_high < highest_low:
            gap = 100 * (highest_low - lowest_high) / lowest_high if lowest_high else float("nan")
            rows.append(_row("values", same, subject, quantity, definition, gap))
    return rows


def _parts_against_total(claims: pd.DataFrame) -> list[dict]:
    rows = []
    by_id = claims.set_index("id")
    for total_id, parts in claims[claims["part_of"].notna()].groupby("part_of", sort=False):
        total = by_id.loc[total_id]
        amounts = [float(value) for value in parts["value"]]
        slack = half_step(float(total["value"])) + sum(map(half_step, amounts))
        difference = sum(amounts) - float(total["value"])
        if abs(difference) > slack:
            together = pd.concat([claims[claims["id"] == total_id], parts])
            gap = 100 * difference / float(total["value"])
            rows.append(_row("parts", together, total["subject"], total["quantity"], total["definition"], gap))
    return rows


def _statements(claims: pd.DataFrame) -> list[dict]:
    rows = []
    for _, claim in claims[claims["contradicts"].notna()].iterrows():
        together = pd.concat([claims[claims["id"] == claim["id"]], claims[claims["id"].isin(claim["contradicts"])]])
        rows.append(_row("statement", together, claim["subject"], claim["quantity"], claim["definition"], float("nan")))
    return rows


def _row(rule: str, same: pd.DataFrame, subject: object, quantity: object, definition: object, gap_pct: float) -> dict:
    used = same.loc[same["in_use"], "id"]
    return {
        "rule": rule,
        "subject": subject,
        "quantity": quantity,
        "definition": definition,
        "claims": "|".join(same["id"]),
        "values": "|".join(_stated(claim) for _, claim in same.iterrows()),
        "unit": next((unit for unit in same["unit"] if unit), None),
        "in_use": used.iloc[0] if len(used) else None,
        "gap_pct": gap_pct,
    }
