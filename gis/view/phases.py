"""Time in words and tables: when the chain is first complete, what a slip costs, and the steps of each phase."""

import itertools
from collections.abc import Mapping
from typing import Any

import pandas as pd

from gis import study
from gis.analysis.phases import MISSING, date_span, worst_phases, year_span
from gis.i18n import either, t
from gis.study import phases
from gis.study.phases import SHORTENED, USUAL, Answer
from gis.study.value_chain import DEFAULT_YEAR
from gis.view.chain import link_words
from gis.view.tables import label


def answer_sentences(found: Answer, year: int) -> list[str]:
    """Return when the chain is first complete, what it serves in a year, what a slip costs, and what a shortening gains."""
    return [
        first_sentence(found), year_sentence(found, year), *slip_sentences(found), *shortening_sentences(found),
        moved_sentence(found),
    ]  # fmt: skip


def frame_words(found: Answer) -> dict[str, str]:
    """Return scope and basis in words: no completeness is said without them."""
    return {"scope": label("scope", found.asked.scope), "basis": label("basis", found.asked.basis)}


def first_sentence(found: Answer) -> str:
    """Return in which year every required link is first served, or that none is, and how far it comes."""
    row = first_row(found, USUAL)
    words = frame_words(found) | {"required": row["required_links"]}
    if not pd.isna(row["first_complete"]):
        return t("phases.first", year=row["first_complete"], **words)
    reached = {"links": row["most_links"], "year": row["most_links_in"]}
    return t("phases.never", first=found.asked.first, last=found.asked.last, **reached, **words)


def year_sentence(found: Answer, year: int) -> str:
    """Return how many required links a year serves, surely, by a date, and possibly."""
    rows = asked_curve(found, USUAL).set_index("year")
    if year not in rows.index:
        return t("phases.outside", year=year, first=found.asked.first, last=found.asked.last)
    row = rows.loc[year]
    counts = {name: row[f"{name}_links"] for name in ("required", "served", "known", "possible")}
    text = t("phases.in_year", year=year, **counts, **frame_words(found))
    if not row["missing_stages"]:
        return text
    return f"{text} {t('phases.missing_stages', stages=stage_words(row['missing_stages']))}"


def slip_sentences(found: Answer) -> list[str]:
    """Return which phase's slip costs most and what; phases that tie are all named."""
    table = found.slips[found.slips["track"] == USUAL]
    words = frame_words(found) | {"years": found.slip}
    if table.empty:
        return [t("phases.nothing_decided", **frame_words(found))]
    worst = worst_phases(table)
    if not worst:
        return [t("phases.no_cost", **words)]
    row = table.iloc[0]
    names = " · ".join(map(phase_name, worst))
    text = t("phases.worst" if len(worst) == 1 else "phases.worst_tie", names=names, count=len(worst), **words)
    cost = t("phases.cost", link_years=row["lost_link_years"], links=len(row["changed_links"].split("|")))
    return [f"{text} {cost} {delay_words(row, found)}"]


def delay_words(row: pd.Series, found: Answer) -> str:
    """Return what becomes of the first complete year."""
    before, after = row["complete_before"], row["complete_after"]
    if pd.isna(before) and pd.isna(after):
        return t("phases.never_anyway", first=found.asked.first, last=found.asked.last)
    if pd.isna(after):
        return t("phases.never_more", before=before, last=found.asked.last)
    return t("phases.same_year", year=after) if before == after else t("phases.delayed", before=before, after=after)


def shortening_sentences(found: Answer) -> list[str]:
    """Return what the assumed shortening gains; where none is assumed, that the article names no number of years."""
    if not found.shorten:
        return [t("phases.no_shortening")]
    said = " · ".join(
        t("phases.shortened_phase", name=phase_name(phase), years=years) for phase, years in found.shorten
    )
    firsts = [first_row(found, track)["first_complete"] for track in (USUAL, SHORTENED)]
    years = [t("phases.never_short") if pd.isna(year) else t("phases.year", year=year) for year in firsts]
    return [t("phases.shortening", phases=said, before=years[0], after=years[1], **frame_words(found))]


def moved_sentence(found: Answer) -> str:
    """Return how many hosts a slip moves, and how many stay for which reason."""
    stays = found.hosts["stays"].value_counts()
    counts = {reason: int(stays.get(reason, 0)) for reason in ("operating", "no_year", "no_phase", "not_counted")}
    return t("phases.moved", moved=int(found.hosts["stays"].isna().sum()), **counts)


def steps_sentence(steps: pd.DataFrame) -> str:
    """Return how many steps are dated, how many expected ones no source states, and how many dates disagree."""
    disputed = steps[steps["conflict"].notna()]
    return t(
        "phases.steps_told", dated=int((steps["status"] != MISSING).sum()), missing=int((steps["status"] == MISSING).sum()),
        disputed=len(disputed.drop_duplicates(["phase", "step"])), phases=steps["phase"].nunique(),
    )  # fmt: skip


def picture_note(found: Answer) -> str:
    """Return what the picture leaves out: steps outside the years shown, and those that no source states."""
    dated = found.steps[found.steps["date"].notna()]
    spans = [year_span(row["date"], row["date_end"]) for row in dated.to_dict("records")]
    outside = sum(over <= found.asked.first or begin >= found.asked.last + 1 for begin, over in spans)
    return t("phases.picture_note", outside=outside, missing=int((found.steps["status"] == MISSING).sum()))


def conflict_sentences(steps: pd.DataFrame) -> list[str]:
    """Return each step whose dates disagree, all of them side by side with who says so, and each pair against its order."""
    disputed = steps[steps["conflict"].notna()]
    disputed = disputed.assign(by=source_words(disputed["source"], "publisher"))
    said = []
    for phase, rows in disputed.groupby("phase", sort=False):
        name, told = phase_name(str(phase)), rows.to_dict("records")
        for step, same in rows[rows["conflict"].str.contains("dates")].groupby("step", sort=False):
            all_dates = " ↔ ".join(_dated(row) for row in same.to_dict("records"))
            said.append(t("phases.conflict_dates", phase=name, step=label("step", step), dates=all_dates))
        for earlier, later in itertools.combinations(told, 2):
            if date_span(later["date"])[1] < date_span(earlier["date"])[0] and later["step"] != earlier["step"]:
                words = {"step": label("step", later["step"]), "other": label("step", earlier["step"])}
                dates = {"date": _dated(later), "other_date": _dated(earlier)}
                said.append(t("phases.conflict_order", phase=name, **words, **dates))
    return said


def _dated(row: Mapping[str, Any]) -> str:
    return t("phases.dated", date=date_text(row), by=row["by"])


def curve_table(found: Answer) -> pd.DataFrame:
    """Return the curves that are drawn, a row a year: the fact ends with the year of the data."""
    rows = found.curves[found.curves["scope"] == found.asked.scope]
    drawn = (rows["basis"] == "plan") | ((rows["track"] == USUAL) & (rows["year"] <= DEFAULT_YEAR))
    return counts_table(rows[drawn])


def counts_table(curves: pd.DataFrame) -> pd.DataFrame:
    """Return curves in numbers of links, never a bare share, with the stages that miss."""
    named = _with_texts(_telling(curves), ("year",)).rename(columns={"year": "in_year"})
    shares = [column for column in named if column.startswith("completeness")]
    return named.drop(columns=shares).reset_index(drop=True)


def firsts_table(firsts: pd.DataFrame) -> pd.DataFrame:
    """Return the first complete year of every scope and basis in words."""
    return _with_texts(
        _telling(firsts), ("first_complete", "first_complete_known", "first_complete_possible", "most_links_in")
    )


def slips_table(found: Answer) -> pd.DataFrame:
    """Return what a slip of each phase costs in words, the costliest first; equal costs have equal places."""
    table = _with_texts(found.slips, ("complete_before", "complete_after"))
    ends = found.links.drop_duplicates("id").set_index("id")
    links = [
        " · ".join(link_words(ends.loc[name]) for name in names.split("|") if name) for names in table["changed_links"]
    ]
    named = table.assign(phase=[phase_name(phase) for phase in table["phase"]], changed_links=links)
    return named.rename(columns={"rank": "place_no"})


def hosts_table(found: Answer) -> pd.DataFrame:
    """Return the hosts that a slip moves and those that stay, with the reason."""
    hosts = found.hosts
    return pd.DataFrame(
        {
            "phase": [None if phase is None else phase_name(phase) for phase in hosts["phase"]],
            "name": _either(hosts, "name"),
            "stage": hosts["stage"],
            "place": hosts["place"],
            "from_year": [t("word.year_unknown") if pd.isna(year) else str(int(year)) for year in hosts["from"]],
            "status": hosts["status"],
            "stays": hosts["stays"].fillna("moves"),
        }
    )


def steps_table(steps: pd.DataFrame) -> pd.DataFrame:
    """Return the steps of each phase in words; what no source states says so."""
    titles = source_words(steps["source"]).mask(steps["status"] == MISSING, None)
    return pd.DataFrame(
        {
            "subject": steps["subject"],
            "phase": _either(steps, "name"),
            "step": steps["step"],
            "date": steps["date"],
            "date_end": steps["date_end"],
            "status": steps["status"],
            "conflict": steps["conflict"],
            "source": titles,
            "note": _either(steps, "note"),
        }
    )


def _telling(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows without the fact of a shortened track: what operates already is not shortened."""
    return rows[(rows["track"] == USUAL) | (rows["basis"] == "plan")].reset_index(drop=True)


def _with_texts(table: pd.DataFrame, years: tuple[str, ...]) -> pd.DataFrame:
    """Return a table with its years as text, without separators; a year that never comes says so."""
    words = {
        column: [t("phases.never_short") if pd.isna(year) else str(int(year)) for year in table[column]]
        for column in years
    }
    return table.assign(**words)


def phase_name(phase: str) -> str:
    """Return what people call a phase, or its id where no track of it is known."""
    names = phases.phase_names()
    return either(names.at[phase, "name"], names.at[phase, "name_en"]) if phase in names.index else phase


def stage_words(stages: str) -> str:
    """Return stages that are joined by `|` in words."""
    return " · ".join(label("stage", stage) for stage in stages.split("|"))


def source_words(source_ids: pd.Series, column: str = "title") -> pd.Series:
    """Return the titles (or publishers) of sources; a statement without a source says so."""
    return source_ids.map(study.sources().set_index("id")[column]).fillna(t("word.no_source"))


def date_text(step: Mapping[str, Any]) -> str:
    """Return the date of a step as its source states it: `2026-12`, `2020–2024`."""
    return step["date"] if not step["date_end"] else f"{step['date']}–{step['date_end']}"


def _either(rows: pd.DataFrame, column: str) -> list[str]:
    return [either(korean, english) for korean, english in zip(rows[column], rows[f"{column}_en"], strict=True)]


def first_row(found: Answer, track: str) -> pd.Series:
    """Return the first complete years of the scope and basis that are asked for."""
    rows = found.firsts[found.firsts["track"] == track].set_index(["scope", "basis"])
    return rows.loc[(found.asked.scope, found.asked.basis)]


def asked_curve(found: Answer, track: str, basis: str | None = None) -> pd.DataFrame:
    """Return the curve of the scope that is asked for, and of its basis unless another is named."""
    rows = found.curves[(found.curves["track"] == track) & (found.curves["scope"] == found.asked.scope)]
    return rows[rows["basis"] == (basis or found.asked.basis)]
