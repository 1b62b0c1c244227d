"""Every result as one sentence."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gis import study
from gis.analysis.chain import EXPORT, Chain
from gis.analysis.claims import step_claims
from gis.i18n import either, language, t
from gis.io import catalog
from gis.model import PROPOSED, SCHEMATIC
from gis.study.imports import OutlineChange
from gis.study.value_chain import DEFAULT_YEAR
from gis.units import area_text, interval_text, length_text, spread_text
from gis.view.tables import label, value_text


def distance_text(row: pd.Series | dict, distance: str = "distance") -> str:
    """Return a distance with its doubt: an interval alone where an outline is schematic."""
    if is_interval(row, distance):
        return interval_text(row["low"], row["high"])
    if pd.isna(row[distance]):
        return t("word.unknown")
    if pd.notna(row["low"]):
        return f"{length_text(row[distance], 10)} ({interval_text(row['low'], row['high'])})"
    return length_text(row[distance])


PROBLEM_LINES = 20
"""Said of one file; the rest stands in the table of its problems."""


def is_interval(row: pd.Series | dict, distance: str = "distance") -> bool:
    """Tell whether a distance is known only as an interval: an end of it is schematic."""
    return bool(pd.isna(row[distance]) and pd.notna(row["low"]))


def link_distance(row: pd.Series | dict) -> str:
    """Return how far a hand-over goes: within one place, a value, or an interval; none is published for export."""
    if row["from"] == row["to"]:
        return t("word.same_place")
    return t("word.no_data") if row["to"] == EXPORT else distance_text(row)


def distance_label(row: pd.Series | dict, names: Mapping[str, str] | None = None) -> str:
    """Return `A–B 경계 간 직선거리 2.8~6.8 km (모식도)`."""
    pair = f"{place_name(row['from'], names)}–{place_name(row['to'], names)}"
    schematic = row["grade"] == SCHEMATIC or is_interval(row)
    stamp = f" ({t('word.schematic')})" if schematic else ""
    return f"{pair} {t('measure.' + row['measure'])} {distance_text(row)}{stamp}"


def with_distance_labels(table: pd.DataFrame, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return a table of distances with each in words."""
    return table.assign(label=[distance_label(row, names) for row in table.to_dict("records")])


def area_sentence(row: pd.Series | dict, unit: str) -> str:
    """Return one site's areas in words."""
    known = label("place", row["id"])
    name = row["name"] if language() == "ko" or known == row["id"] else known
    key = "sentence.area_schematic" if row["grade"] == SCHEMATIC else "sentence.area"
    return t(key, name=name, planar=area_text(row["planar_area"], unit), geodesic=area_text(row["area"], unit))


def place_name(place: str, names: Mapping[str, str] | None = None) -> str:
    """Return what to call a place: by the table of labels, by `names`, or by its id."""
    return label("place", place) if names is None or place not in names else names[place]


def adjacency_sentence(row: pd.Series | dict, names: Mapping[str, str] | None = None) -> str:
    """Return one pair's relation in words, with the relations still possible where it is undecided."""
    a, b = place_name(row["a"], names), place_name(row["b"], names)
    relation = label("relation", row["relation"])
    if row["relation"] == "unknown":
        possible = ", ".join(label("relation", name) for name in row["possible_relations"].split("|"))
        return t("sentence.adjacency_unknown", a=a, b=b, gap=distance_text(row, "gap"), possible=possible)
    if row["relation"] == "border":
        return t("sentence.border", a=a, b=b, length=length_text(row["shared_boundary"], 1))
    text = t("sentence.adjacency", a=a, b=b, relation=relation, gap=distance_text(row, "gap"))
    within = row.get("near_within")
    return text if within is None or pd.isna(within) else text + t("sentence.within_band", band=f"{within / 1000:g} km")


def chain_sentence(chain: Chain) -> str:
    """Return whether the chain is complete in its year, scope and basis, what is missing, and what is uncertain."""
    frame = t(
        "sentence.chain_frame", year=chain.year, scope=label("scope", chain.scope), basis=label("basis", chain.basis)
    )
    links = chain.links[chain.links["required"]]
    served = links[links["served"]]
    required, reached = links["id"].nunique(), served["id"].nunique()
    undated = reached - served.loc[served["year_known"], "id"].nunique()
    unplaced = int((chain.doubts["doubt"] == "part").sum())
    parts = [frame, t("sentence.chain_counts", served=reached, required=required)]
    if chain.missing_stages:
        missing = " · ".join(label("stage", stage) for stage in chain.missing_stages)
        parts.append(t("sentence.chain_missing", missing=missing))
    hosted = links[links["from"].notna()].groupby("id")[["served", "undecided"]].any()
    undecided = int((~hosted["served"] & hosted["undecided"]).sum())
    too_far = int((~hosted["served"] & ~hosted["undecided"]).sum())
    if too_far:
        parts.append(t("sentence.chain_unserved", count=too_far))
    if undecided:
        parts.append(t("sentence.chain_undecided", count=undecided))
    if chain.single_points_of_failure:
        places = " · ".join(label("place", place) for place in chain.single_points_of_failure)
        parts.append(t("sentence.chain_single_points", places=places))
    if undated:
        parts.append(t("sentence.chain_undated", count=undated))
    if chain.basis == "fact" and chain.year > DEFAULT_YEAR:
        parts.append(t("sentence.chain_not_yet", year=DEFAULT_YEAR))
    if unplaced:
        parts.append(t("sentence.chain_unplaced", count=unplaced))
    return " ".join(parts)


def conflict_sentence(row: pd.Series | dict, ledger: pd.DataFrame, area_unit: str = "m2") -> str:
    """Return one conflict of the public record in words: who says what, why it cannot be, and the value in use.

    What is no conflict, another definition or a part, has a sentence too, without a value in use.
    """
    claims = _told_claims(row, ledger)
    stated = [claims[name] for name in _listed(row["claims"])]
    kind, words = _conflict_words(row, stated, area_unit)
    subject, quantity = label("subject", row["subject"]), label("quantity", row["quantity"])
    defined = f" ({either(stated[0]['definition'], stated[0]['definition_en'])})" if kind in _OF_ONE_DEFINITION else ""
    sentences = [
        t(f"sentence.conflict_{kind}", subject=subject, quantity=quantity + defined, **words),
        either(row["note"], row["note_en"]),
        *(_same_value(claims[name], stated, row, area_unit) for name in _listed(row["same_as"])),
        "" if kind in ("definition", "part") else _in_use_sentence(row, claims, area_unit),
    ]
    return " ".join(filter(None, sentences))


_OF_ONE_DEFINITION = ("values", "parts", "shares", "pyeong", "baseline", "part")
"""Sentences that give the definition of the first claim."""


def _conflict_words(row: pd.Series | dict, stated: list[dict], area_unit: str) -> tuple[str, dict[str, str]]:
    """Return which sentence tells a conflict, and the words that fill it."""
    rule = str(row["rule"])
    amounts = [value_text(claim, area_unit) for claim in stated]
    told = [_dated(amount, claim) for amount, claim in zip(amounts, stated, strict=True)]
    if rule in ("parts", "part"):
        return rule, {"total": told[0], "gap": _gap(row), **_sum_words(rule, stated, area_unit)}
    if rule == "shares" and all(claim["unit"] == "pct" for claim in stated):
        return "shares_all", _all_shares_words(stated)
    if rule == "shares":
        return rule, _share_words(stated, area_unit)
    if rule == "pyeong":
        return rule, {**_pyeong_words(stated), "gap": _gap(row)}
    if rule == "dates" and len(stated) > 1:
        return rule, dict(zip(("before", "after"), map(_named, stated, told), strict=True))
    if rule == "dates":
        return "told", {"step": _named(stated[0], amounts[0]), "told": str(stated[0]["source_date"])}
    if rule == "baseline":
        return rule, {"target": told[0]}
    if rule == "statement":
        words = _dated(f"“{stated[0]['stated']}”", stated[0])
        return rule, {"words": words, "figures": ", ".join(map(_defined, stated[1:], told[1:]))}
    if rule == "definition":
        return rule, {"values": " · ".join(map(_defined, stated, amounts))}
    return rule, {"values": " · ".join(told), "gap": _gap(row, stated)}


def _sum_words(rule: str, stated: list[dict], area_unit: str) -> dict[str, str]:
    """Return the sum of the parts of a total and each of them, by name where they make no conflict."""
    total, *parts = stated
    together = value_text({**total, "value": sum(float(part["value"]) for part in parts)}, area_unit)
    amounts = [_dated_beside(total, part, value_text(part, area_unit)) for part in parts]
    return {"sum": together, "parts": " + ".join(amounts if rule == "parts" else map(_named, parts, amounts))}


def _all_shares_words(shares: list[dict]) -> dict[str, str]:
    """Return shares, their sum with who states them, and by how many points it misses 100 %."""
    total = sum(float(share["value"]) for share in shares)
    named = " + ".join(_named(share, value_text(share)) for share in shares)
    gap = t("sentence.gap", gap=f"{abs(total - 100):,.1f} %p")
    return {"shares": named, "sum": _dated(f"{total:,.1f} %", shares[0]), "gap": gap}


def _share_words(stated: list[dict], area_unit: str) -> dict[str, str]:
    """Return a share, what its portion (or the rest) is of the whole, and by how many points they differ."""
    share, whole, *amounts = stated
    of_whole, *parts = [_dated_beside(share, claim, value_text(claim, area_unit)) for claim in (whole, *amounts)]
    named = " + ".join(map(_named, amounts, parts))
    quotient = f"{named} ÷ {of_whole}"
    computed = 100 * sum(float(amount["value"]) for amount in amounts) / float(whole["value"])
    if amounts[0]["id"] != share["portion"]:
        quotient, computed = f"100 % − ({named}) ÷ {of_whole}", 100 - computed
    gap = t("sentence.gap", gap=f"{abs(float(share['value']) - computed):,.1f} %p")
    return {"share": _dated(value_text(share), share), "computed": f"{quotient} = {computed:,.2f} %", "gap": gap}


def _pyeong_words(stated: list[dict]) -> dict[str, str]:
    """Return an area as it is stated in 평, and in both units what stands against it; one claim may state both."""
    first, *others = stated
    written = _dated(f"“{first['stated']}”", first)
    if not others:
        return {"pyeong": written, "metric": _in_both_units(first)}
    metric = " · ".join(_dated(_in_both_units(claim), claim) for claim in others)
    return {"pyeong": f"{written} = {area_text(first['value'])}", "metric": metric}


def _told_claims(row: pd.Series | dict, ledger: pd.DataFrame) -> dict[str, dict]:
    """Return the claims and steps that a conflict names, each with who says it; `ledger` may be that of one subject."""
    ids = {name for key in ("claims", "in_use", "same_as") for name in _listed(row[key])}
    told = ledger[ledger["id"].isin(ids)].to_dict("records")
    if len(told) < len(ids):
        known = [*catalog.claims().to_dict("records"), *step_claims(catalog.steps())]
        told += [claim for claim in known if claim["id"] in ids - set(ledger["id"])]
    sources = study.sources().set_index("id")
    return {
        str(claim["id"]): {
            **claim,
            "said_by": sources["publisher"].get(claim["source"]) or t("word.no_source"),
            "rank": sources["rank"].get(claim["source"]),
            "source_date": sources["base_date"].get(claim["source"]),
        }
        for claim in told
    }


def _listed(text: object) -> list[str]:
    return text.split("|") if isinstance(text, str) else []


def _dated(text: str, claim: dict) -> str:
    """Return a value with who says it, the rank of the source, and when."""
    rank = label("rank", claim["rank"]) if claim["rank"] else None
    return t("sentence.as_of", value=text, by=", ".join(filter(None, [claim["said_by"], rank, claim["as_of"]])))


def _dated_beside(head: dict, claim: dict, text: str) -> str:
    """Return a value with who says it where that is not told of `head` already."""
    alike = all(claim[key] == head[key] for key in ("source", "as_of"))
    return text if alike else _dated(text, claim)


def _named(claim: dict, text: str) -> str:
    return f"{label('quantity', claim['quantity'])} {text}"


def _defined(claim: dict, text: str) -> str:
    return f"{either(claim['definition'], claim['definition_en'])} {text}"


def _in_both_units(claim: dict) -> str:
    return f"{area_text(claim['value'])} = {area_text(claim['value'], 'man-pyeong')}"


def _same_value(other: dict, stated: list[dict], row: pd.Series | dict, area_unit: str) -> str:
    """Return which value not in use is that of another quantity of the subject: the nearest."""
    numbers = [claim for claim in stated if isinstance(claim["value"], int | float)]
    doubtful = [claim for claim in numbers if claim["id"] not in _listed(row["in_use"])]
    gaps = [abs(float(claim["value"]) - float(other["value"])) for claim in doubtful]
    value = value_text(doubtful[gaps.index(min(gaps))], area_unit)
    return t("sentence.same_as", value=value, others=_named(other, value_text(other, area_unit)))


def _in_use_sentence(row: pd.Series | dict, claims: dict[str, dict], area_unit: str) -> str:
    """Return the value in use with the rank of its source; of several quantities each; or that none is."""
    used = [claims[name] for name in _listed(row["in_use"])]
    values = []
    for claim in used:
        text = value_text(claim, area_unit)
        if len(used) > 1 or claim["quantity"] != row["quantity"]:
            text = _named(claim, text)
        key = "ranked" if claim["rank"] else "unranked"
        values.append(t(f"sentence.{key}", value=text, rank=label("rank", claim["rank"] or "none")))
    return t("sentence.in_use", value=", ".join(values)) if values else t("sentence.none_in_use")


def _gap(row: pd.Series | dict, stated: list[dict] | None = None) -> str:
    """Return how far apart the values are: in points where they are percentages, in % elsewhere, else nothing."""
    if row["unit"] == "pct" and stated:
        values = [claim["value"] for claim in stated if isinstance(claim["value"], int | float)]
        return t("sentence.gap", gap=f"{max(values) - min(values):,.1f} %p")
    return "" if pd.isna(row["gap_pct"]) else t("sentence.gap", gap=f"{abs(row['gap_pct']):,.1f} %")


def distance_matrix(table: pd.DataFrame, called: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return the distances of all pairs as a square of texts, each with its doubt."""
    places = list(dict.fromkeys([*table["from"], *table["to"]]))
    square = pd.DataFrame("–", index=places, columns=places)
    for row in table.to_dict("records"):
        square.loc[row["from"], row["to"]] = square.loc[row["to"], row["from"]] = distance_text(row)
    names = _distinct([place_name(place, called) for place in places], places)
    return square.set_axis(names, axis=0).set_axis(names, axis=1)


def _distinct(names: list[str], places: list[str]) -> list[str]:
    """Return names that differ: two places of one name carry their ids too."""
    return [name if names.count(name) == 1 else f"{name} [{place}]" for name, place in zip(names, places, strict=True)]


def problem_sentences(problems: pd.DataFrame) -> list[str]:
    """Return the first problems of an imported file in words (what, in which rows, what was done), and how many follow."""
    lines = [problem_sentence(row) for row in problems.head(PROBLEM_LINES).to_dict("records")]
    more = len(problems) - len(lines)
    return [*lines, t("sentence.more_problems", count=more)] if more else lines


def problem_sentence(row: Mapping[str, Any]) -> str:
    """Return one problem in words; a repaired polygon says by how many m² it changed."""
    words = t(
        "sentence.problem", problem=label("problem", row["problem"]), rows=row["rows"], count=row["count"],
        action=label("problem_action", row["action"]),
    )  # fmt: skip
    if pd.isna(row["area_before"]):
        return words
    change = t("sentence.area_change", before=f"{row['area_before']:,.1f}", after=f"{row['area_after']:,.1f}")
    return f"{words} {change} {row['detail']}".strip()


def boundary_sentence(grades: Mapping[str, str]) -> str:
    """Return what a reader must know about the outlines of the complexes: which are schematic."""
    proposed = ", ".join(label("place", name) for name, grade in grades.items() if grade == PROPOSED)
    if proposed:
        others = boundary_sentence({name: grade for name, grade in grades.items() if grade != PROPOSED})
        return f"{others} {t('app.proposed_banner', proposed=proposed)}"
    schematic = [label("place", name) for name, grade in grades.items() if grade == SCHEMATIC]
    if len(schematic) == len(grades):
        return t("app.schematic_banner")
    graded = [f"{label('place', name)} {label('grade', grade)}" for name, grade in grades.items() if grade != SCHEMATIC]
    if not schematic:
        return t("app.graded_banner", graded=", ".join(graded))
    return t("app.mixed_banner", schematic=", ".join(schematic), graded=", ".join(graded))


def story_sentence(story: Mapping[str, Any], count: int) -> str:
    """Return how an imported file was read: features, letters, CRS with the way it was known and its accuracy."""
    parts = [t("sentence.story_features", count=f"{count:,}", rows=f"{story['rows']:,}")]
    if story["encoding"]:
        way = t(f"encoding_way.{story['encoding_way']}")
        parts.append(t("sentence.story_encoding", encoding=story["encoding"], way=way))
    accuracy = story["crs_accuracy_m"]
    shift = t("sentence.story_accuracy", accuracy=f"{accuracy:g}") if accuracy else ""
    parts.append(t("sentence.story_crs", crs=story["crs"], way=label("crs_way", story["crs_way"]), shift=shift))
    if story["swapped"]:
        parts.append(t("sentence.story_swapped"))
    if story["scaled"]:
        parts.append(t("sentence.story_scaled", scale=f"{story['scaled']:g}"))
    return " · ".join(parts)


def change_sentences(change: OutlineChange, area_unit: str) -> list[str]:
    """Return what other outlines changed: a sentence for each area and one for each pair."""
    lines = []
    for before, after in _both(change.area, ["id"]).values():
        lines.append(
            t(
                "sentence.area_changed", name=label("place", after["id"]), grade=label("grade", after["grade"]),
                before=area_text(before["planar_area"], area_unit), after=area_text(after["planar_area"], area_unit),
            )
        )  # fmt: skip
        lines += _official_comparison(after, area_unit)
    spans, relations = _both(change.distances, ["from", "to"]), _both(change.adjacency, ["a", "b"])
    for pair, (old, new) in spans.items():
        old_pair, new_pair = relations[pair]
        lines.append(
            t(
                "sentence.pair_changed", a=label("place", pair[0]), b=label("place", pair[1]), before=distance_text(old),
                after=distance_text(new), relation_before=label("relation", old_pair["relation"]),
                relation_after=label("relation", new_pair["relation"]),
            )
        )  # fmt: skip
    return lines


def _official_comparison(after: Mapping[str, Any], area_unit: str) -> list[str]:
    """Return how an area compares with the official one, with its sigma where there is one."""
    if pd.isna(after["difference_pct"]):
        return []
    sigma = t("word.unknown") if pd.isna(after["sigma"]) else f"±{spread_text(after['sigma'], area_unit)}"
    official, difference = area_text(after["official_area"], area_unit), f"{after['difference_pct']:+.2f}"
    return [t("sentence.official_compared", official=official, difference=difference, sigma=sigma)]


def _both(table: pd.DataFrame, key: list[str]) -> dict[tuple[str, ...], tuple[dict, dict]]:
    """Return the row before and the row after of each key."""
    rows = {
        state: {tuple(row[name] for name in key): row for row in part.to_dict("records")}
        for state, part in table.groupby("state")
    }
    return {one: (rows["before"][one], row) for one, row in rows["after"].items() if one in rows["before"]}
