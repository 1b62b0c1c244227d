"""Every result as one sentence."""

from collections.abc import Mapping

import pandas as pd

from gis.analysis.chain import Chain
from gis.i18n import t
from gis.model import SCHEMATIC
from gis.units import area_text, interval_text, length_text
from gis.view.tables import label


def distance_text(row: pd.Series | dict, distance: str = "distance") -> str:
    """Return a distance with its doubt: an interval where a position is uncertain."""
    if pd.notna(row["low"]) and row["grade"] == SCHEMATIC:
        return interval_text(row["low"], row["high"])
    if pd.isna(row[distance]):
        return t("word.unknown")
    if pd.notna(row["low"]):
        return f"{length_text(row[distance], 10)} ({interval_text(row['low'], row['high'])})"
    return length_text(row[distance])


def link_distance(row: pd.Series | dict) -> str:
    """Return how far a hand-over goes: within one place, a value, or an interval."""
    if row["from"] == row["to"]:
        return t("word.same_place")
    schematic = pd.isna(row["distance"]) and pd.notna(row["low"])
    return distance_text({**row, "grade": SCHEMATIC if schematic else None})


def distance_label(row: pd.Series | dict, names: Mapping[str, str] | None = None) -> str:
    """Return `A–B 경계 간 직선거리 2.8~6.8 km (모식도)`."""
    pair = f"{place_name(row['from'], names)}–{place_name(row['to'], names)}"
    stamp = f" ({t('word.schematic')})" if row["grade"] == SCHEMATIC else ""
    return f"{pair} {t('measure.' + row['measure'])} {distance_text(row)}{stamp}"


def area_sentence(row: pd.Series | dict, unit: str) -> str:
    """Return one site's areas in words."""
    key = "sentence.area_schematic" if row["grade"] == SCHEMATIC else "sentence.area"
    return t(key, name=row["name"], planar=area_text(row["planar_area"], unit), geodesic=area_text(row["area"], unit))


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
    return t("sentence.adjacency", a=a, b=b, relation=relation, gap=distance_text(row, "gap"))


def chain_sentence(chain: Chain) -> str:
    """Return whether the chain is complete, in which year, scope and basis, and what is missing."""
    frame = t(
        "sentence.chain_frame", year=chain.year, scope=label("scope", chain.scope), basis=label("basis", chain.basis)
    )
    required = chain.links[chain.links["required"].astype(bool)].groupby("id")["served"].any()
    counts = t("sentence.chain_counts", served=int(required.sum()), required=len(required))
    if not chain.missing_stages and required.all():
        return f"{frame} {t('sentence.chain_complete')} {counts}"
    if not chain.missing_stages:
        return f"{frame} {t('sentence.chain_unserved')} {counts}"
    missing = ", ".join(label("stage", stage) for stage in chain.missing_stages)
    return f"{frame} {t('sentence.chain_missing', missing=missing)} {counts}"


def conflict_sentence(row: pd.Series | dict, ledger: pd.DataFrame) -> str:
    """Return one conflict of the public record in words, with the value in use."""
    used = ledger.loc[ledger["id"] == row["in_use"], "stated"]
    values = str(row["values"]).replace("|", " · ")
    unit = "" if not row["unit"] else f" {label('unit', row['unit'])}"
    text = t(
        f"sentence.conflict_{row['rule']}",
        subject=label("subject", row["subject"]),
        quantity=label("quantity", row["quantity"]),
        values=values,
        unit=unit,
        gap="" if pd.isna(row["gap_pct"]) else f"{abs(row['gap_pct']):.1f} %",
    )
    return f"{text} {t('sentence.in_use', value=used.iloc[0]) if len(used) else t('sentence.none_in_use')}"


def distance_matrix(table: pd.DataFrame) -> pd.DataFrame:
    """Return the distances of all pairs as a square of texts, each with its doubt."""
    places = list(dict.fromkeys([*table["from"], *table["to"]]))
    names = [label("place", place) for place in places]
    square = pd.DataFrame("–", index=names, columns=names)
    for row in table.to_dict("records"):
        start, end = label("place", row["from"]), label("place", row["to"])
        square.loc[start, end] = square.loc[end, start] = distance_text(row)
    return square
