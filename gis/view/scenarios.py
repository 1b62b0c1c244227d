"""Scenarios in words: what is otherwise, what each revision changed."""

from collections import Counter
from typing import Any

import pandas as pd

from gis.i18n import either, t
from gis.io import catalog
from gis.study import active, scenarios
from gis.study.active import Kept
from gis.study.phases import phase_names
from gis.units import in_area_unit
from gis.view.tables import label

LONGEST_VALUE = 120


def titles() -> dict[str, str]:
    """Return what to call each scenario by its id; the id stands beside where two have one title."""
    kept = active.every()
    counts = Counter(one.scenario.title for one in kept)
    return {
        one.id: one.scenario.title if counts[one.scenario.title] == 1 else f"{one.scenario.title} ({one.id})"
        for one in kept
    }


def sentence(kept: Kept) -> str:
    """Return in one sentence what a scenario changes."""
    told = kept.scenario
    parts = [
        t("scenario.sites_count", count=len(told.sites)),
        t("scenario.hosts_count", count=len(told.hosts)),
        t("scenario.slips_count", count=len(told.slips)),
    ]
    secret = t("scenario.secret") + " " if told.confidential else ""
    return secret + t("scenario.sentence", title=told.title, number=kept.number, what=", ".join(parts))


def kept_sentence(kept: Kept) -> str:
    """Return which revision of a scenario holds, and that it is 대외비 where it is."""
    told = t("scenario.kept", name=kept.id, title=kept.scenario.title, number=kept.number)
    return f"{told} {t('scenario.kept_secret')}" if kept.scenario.confidential else told


def difference_table(found: pd.DataFrame) -> pd.DataFrame:
    """Return differences for people: parts, ids and values in words."""
    hosts, phases = catalog.hosts().set_index("id"), phase_names()
    rows = []
    for row in found.to_dict("records"):
        name = row["name"]
        if row["part"] == "host" and row["id"] in hosts.index:
            name = either(hosts.loc[row["id"], "name"], hosts.loc[row["id"], "name_en"])
        if row["part"] == "phase" and row["id"] in phases.index:
            name = either(phases.loc[row["id"], "name"], phases.loc[row["id"], "name_en"])
        gone = row["part"] == "host" and row["after"] is None and row["change"] != "removed"
        change = t("scenario.change_gone") if gone else t(f"scenario.change_{row['change']}")
        rows.append(
            [
                t(f"scenario.part_{row['part']}"),
                row["id"],
                name,
                change,
                *(value_text(row[side]) for side in ("before", "after")),
            ]
        )
    columns = ["scenario_part", "id", "name", "scenario_change", "value_before", "value_after"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def site_title(kept: Kept, site: str) -> str:
    """Return what to call a site: as the scenario does, else as the data do."""
    told = kept.scenario.site(site)
    return label("place", site) if told is None else told.name


def phase_title(names: pd.DataFrame, phase: str) -> str:
    """Return the name of a phase."""
    return phase if phase not in names.index else either(names.loc[phase, "name"], names.loc[phase, "name_en"])


def part_rows(kept: Kept, site: str, unit: str) -> pd.DataFrame:
    """Return the parts of a site to be edited: name, area in `unit`, first year; two empty ones where it has none."""
    parts = scenarios.parts(kept)
    mine = parts[parts["site"] == site]
    rows = [
        {"name": part["name"], "area": round(in_area_unit(part["planar_area"], unit), 4), "opens": part["opens"]}
        for part in mine.to_dict("records")
    ]
    empty = [{"name": t("scenario.part_name", number=number), "area": None, "opens": None} for number in (1, 2)]
    table = pd.DataFrame(rows or empty, columns=["name", "area", "opens"])
    return table.astype({"area": float, "opens": "Int64"})


def parts_told(edited: pd.DataFrame, unit: str) -> list[tuple[str, float, int | None]]:
    """Return edited parts as name, area (m²) and first year; the area of the last does not matter."""
    size = 1 / in_area_unit(1.0, unit)
    named = edited[edited["name"].notna()]
    return [
        (
            str(row["name"]),
            0.0 if pd.isna(row["area"]) else float(row["area"]) * size,
            None if pd.isna(row["opens"]) else int(row["opens"]),
        )
        for row in named.to_dict("records")
    ]


def value_text(value: Any) -> str | None:
    """Return a value of a scenario in words."""
    if value is None:
        return None
    if isinstance(value, bool):
        return t("word.yes" if value else "word.no")
    if isinstance(value, int):
        return t("scenario.years", years=f"{value:+d}")
    text = ", ".join(f"{key}={told}" for key, told in value.items()) if isinstance(value, dict) else str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def history_table(found: pd.DataFrame) -> pd.DataFrame:
    """Return the history of a scenario for people."""
    return found.assign(changes=[change_words(told) for told in found["changes"]])


def changes_of(scenario: str, number: int) -> str:
    """Return what a revision of a scenario changed, in words."""
    found = scenarios.history(scenario).set_index("revision")["changes"]
    return change_words(str(found.get(number, ""))) or t("scenario.part_note")


def change_words(told: str) -> str:
    """Return what a revision changed, in words."""
    if told in ("created", "removed"):
        return t(f"scenario.{told}")
    parts = (each.partition(":") for each in told.split("|") if each)
    return ", ".join(
        t(f"scenario.part_{part}") + (f" {label('place', name)}" if name else "") for part, _, name in parts
    )
