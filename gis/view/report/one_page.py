"""One page for a mayor (1매 요약, A3): when the chain is complete and in which scope, what is missing, which delay hurts."""

from collections.abc import Iterator

import pandas as pd

from gis import study
from gis.i18n import language, t
from gis.io.document import Block, Chapter, Document, Words
from gis.model import RANKS
from gis.study import phases, targets, value_chain
from gis.study.phases import Span
from gis.study.reports import Asked, foundation, open_sources, require_possible, secrets
from gis.view import chain as chain_view
from gis.view import phases as phases_view
from gis.view import targets as targets_view
from gis.view.report.full import confidential_stamp, facts, footer, form_words, frame_text, shapes
from gis.view.report.maps import overview_map
from gis.view.report.parts import table, told
from gis.view.sentences import chain_sentence
from gis.view.tables import label, shown, stage_matrix_table

COLUMN_WIDTH = 121.0
"""mm of a column of an A3 page that lies across."""
MAP_HEIGHT = 104.0
MOST_SLIPS, MOST_TARGETS, MOST_PLACES, MOST_SOURCES = 4, 12, 4, 14


def one_page(asked: Asked) -> Document:
    """Return the summary as a document of one A3 page, under the scenario in use."""
    require_possible(asked)
    hidden = secrets(Asked(parts=("areas",)))
    base, stamp = foundation(hidden), confidential_stamp(hidden)
    return Document(
        title=asked.title or t("document.summary"),
        subtitle=frame_text(asked),
        language=language(),
        chapters=tuple(
            Chapter(name, t(f"document.ask.{name}"), tuple(blocks))
            for name, blocks in (
                ("when", _answers(asked)),
                ("where", _where(asked, stamp)),
                ("targets", _record(asked)),
            )
        ),
        facts=facts(asked, base),
        paper="a3",
        stamp=stamp,
        footer=footer(base),
        words=form_words(),
        shapes=shapes(),
        sources=shown(open_sources(hidden)),
        beside=True,
    )


def _answers(asked: Asked) -> Iterator[Block]:
    """Yield when the chain is complete, what is missing, and which delay hurts most."""
    found = value_chain.answer(asked.year, asked.scope, asked.basis, asked.within)
    over_time = phases.answer(Span(asked.scope, asked.basis, within=asked.within))
    yield Words(t("document.ask.when"), "lead")
    yield Words(phases_view.first_sentence(over_time))
    yield Words(chain_sentence(found.chain))
    yield told("firsts", t("document.firsts"), _firsts(over_time), asked.unit)
    yield Words(t("document.ask.missing"), "lead")
    for line in chain_view.answer_sentences(found):
        yield Words(line)
    yield Words(t("document.ask.delay"), "lead")
    for line in phases_view.slip_sentences(over_time):
        yield Words(line)
    slips = phases_view.slips_table(over_time).head(MOST_SLIPS)
    wanted = [name for name in ("phase", "lost_link_years", "complete_before", "complete_after") if name in slips]
    yield told("slips", t("document.slips"), slips[wanted], asked.unit)


def _where(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield the map with the links, and who hosts which stage."""
    built = value_chain.chain(asked.year, asked.scope, asked.basis, asked.within)
    yield Words(t("document.ask.where"), "lead")
    yield overview_map(COLUMN_WIDTH, _between_complexes(built.links), stamp, MAP_HEIGHT)
    matrix = stage_matrix_table(built)
    short = matrix[[name for name in matrix.columns if (matrix[name] != "–").any()]].iloc[:, :MOST_PLACES]
    yield table("matrix", t("ui.stage_matrix"), short.reset_index(names=t("column.stage")))


def _between_complexes(links: pd.DataFrame) -> pd.DataFrame:
    """Return the required links between two complexes: more would cover a map of this size."""
    here = list(study.complexes().index)
    return links[links["required"].astype(bool) & links["from"].isin(here) & links["to"].isin(here)]


def _record(asked: Asked) -> Iterator[Block]:
    """Yield the targets beside where things stand, and what all of it rests on."""
    yield Words(t("document.ask.targets"), "lead")
    yield table("targets", t("document.targets_now"), _targets(asked))
    yield Words(t("document.ask.record"), "lead")
    yield Words(_record_sentence())
    yield told("sources", t("ui.sources"), _sources(), asked.unit)
    yield Words(t("app.schematic_banner"), "note")


def _sources() -> pd.DataFrame:
    """Return the sources that most of the numbers in use rest on, with rank and base date."""
    known, _ = study.claims()
    most = known[known["in_use"].astype(bool)]["source"].value_counts(sort=True)
    cited = study.sources().set_index("id", drop=False).reindex(most.index[:MOST_SOURCES]).dropna(subset=["title"])
    return cited[["title", "rank", "base_date"]].reset_index(drop=True)


def _firsts(found: phases.Answer) -> pd.DataFrame:
    rows = phases_view.firsts_table(found.firsts)
    usual = rows[rows["track"] == phases.USUAL] if "track" in rows else rows
    return usual[["scope", "basis", "first_complete", "most_links", "most_links_in", "required_links"]].reset_index(
        drop=True
    )


def _targets(asked: Asked) -> pd.DataFrame:
    """Return every target beside where things stand, and what its definition still lacks."""
    rows = []
    for one in targets.cards()[:MOST_TARGETS]:
        now = one.definition.current
        missing = ", ".join(label("targets.part", part) for part in one.missing)
        rows.append(
            {
                t("document.target"): targets_view.target_name(one),
                t("document.now"): t("document.undefined")
                if now is None
                else targets_view.figure_text(now, one.target.unit, asked.unit),
                t("document.lacks"): missing or None,
                t("column.source"): label("rank", one.claim["rank"] or "none"),
            }
        )
    return pd.DataFrame(rows)


def _record_sentence() -> str:
    """Return how many numbers the record states, of which ranks, and how many contradict each other."""
    known, conflicts = study.claims()
    ranks = known["rank"].where(known["rank"].notna(), "none")
    counts = ", ".join(
        f"{label('rank', rank)} {int((ranks == rank).sum())}" for rank in (*RANKS, "none") if (ranks == rank).any()
    )
    dates = known["as_of"].dropna().astype(str)
    dates = dates[dates.str[:4].astype(int) <= value_chain.DEFAULT_YEAR]
    return t(
        "document.record",
        count=len(known),
        ranks=counts,
        conflicts=len(conflicts),
        first=dates.min()[:7],
        last=dates.max()[:7],
    )
