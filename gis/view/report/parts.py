"""The chapters of a full report, each with the numbers, the tables and the sentences of its page in the app."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import altair as alt
import pandas as pd

from gis import study
from gis.errors import GisError
from gis.i18n import t
from gis.io.charts import MM_PER_PX, chart_svg
from gis.io.document import Block, Figure, Table, Words
from gis.study import compare, landuse, phases, register, rules, targets, value_chain, vertices
from gis.study import overlay as overlays
from gis.study.cards import card
from gis.study.phases import Span
from gis.study.reports import Asked, open_sources, report_table, secrets
from gis.study.sites import SiteRef, site
from gis.view import chain as chain_view
from gis.view import compare as compare_view
from gis.view import landuse as landuse_view
from gis.view import ledger
from gis.view import overlay as overlay_view
from gis.view import phases as phases_view
from gis.view import register as register_view
from gis.view import rules as rules_view
from gis.view import targets as targets_view
from gis.view import vertices as vertices_view
from gis.view.card import CARD_QUANTITIES, TEXT_QUANTITIES
from gis.view.chain_diagram import chain_diagram, diagram_sentence
from gis.view.phase_picture import PLOT_WIDTH, picture
from gis.view.report.maps import MAP_HEIGHT, TEXT_WIDTH, overview_map, site_map
from gis.view.scenarios import titles
from gis.view.sentences import adjacency_sentence, area_sentence, chain_sentence, conflict_sentence
from gis.view.tables import label, shown, stage_matrix_table
from gis.view.workbook import report_sheet

Part = Callable[[Asked, str | None], Iterator[Block]]
VIEW_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
MOST_POINTS = 3_000
"""Boundary points of a site that a report lists; a longer list leaves as CSV."""


def table(name: str, caption: str, rows: pd.DataFrame, note: str = "") -> Table:
    """Return rows that are worded already as a table, without columns in which nothing stands."""
    kept = rows.dropna(axis=1, how="all").reset_index(drop=True)
    kept.attrs = rows.attrs
    return Table(name, caption, kept, note)


def told(
    name: str, caption: str, rows: pd.DataFrame, unit: str, note: str = "", sheet: pd.DataFrame | None = None
) -> Table:
    """Return rows with inner names as a table for people; `sheet` is the same for a workbook."""
    made = table(name, caption, shown(rows.dropna(axis=1, how="all"), unit), note)
    return made if sheet is None else replace(made, sheet=shown(sheet.dropna(axis=1, how="all"), unit))


def words(lines: Iterable[str], tone: str = "plain") -> Iterator[Words]:
    """Yield each line as a paragraph."""
    for line in lines:
        yield Words(line, tone)  # type: ignore[arg-type]


def location(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield the map of all complexes and one of each site."""
    yield overview_map(TEXT_WIDTH[asked.paper], stamp=stamp, height=MAP_HEIGHT[asked.paper])
    for row in study.complexes().itertuples():
        frame = study.complexes().loc[[row.Index]]
        yield site_map(frame, str(row.Index), label("place", row.Index), asked.paper, stamp)
    for ref in asked.sites:
        if ref.source not in study.complexes().index:
            (called,) = [name for _, name in _sites(replace(asked, sites=(ref,)))]
            frame = site(ref).frame
            yield site_map(frame, str(frame["id"].iloc[0]), called, asked.paper, stamp)
    yield Words(map_note(), "note")


def map_note() -> str:
    """Return which sources the maps rest on, with their base dates."""
    known = study.sources().set_index("id")
    rest = []
    for name in ("emd", "sigungu", "reference_points"):
        source = study.known_layers()[name].source
        if source in known.index:
            dates = known.loc[source, "base_date"] or known.loc[source, "retrieved"]
            rest.append(
                f"{t(f'layer.{name}')}: {known.loc[source, 'title']}"
                + (f" ({dates})" if isinstance(dates, str) else "")
            )
    return t("document.map_note", sources="; ".join(dict.fromkeys(rest)))


def overview(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield what the public record says of each complex."""
    for complex_id in study.complexes().index:
        found = card(str(complex_id), asked.year)
        yield Words(label("place", complex_id), "lead")
        claims = found.claims[found.claims["quantity"].isin(TEXT_QUANTITIES + CARD_QUANTITIES)]
        rows = ledger.ledger_table(claims, asked.unit).drop(columns=["id", "subject", "stated", "confidence"])
        if len(rows):
            caption = t("document.overview_of", name=label("place", complex_id))
            yield told(f"overview-{complex_id}", caption, rows, asked.unit, sheet=ledger.with_figures(rows, claims))
        else:
            yield Words(t("document.no_record", name=label("place", complex_id)), "warning")
        yield from words([adjacency_sentence(row) for row in found.neighbors.to_dict("records")])


def land_use(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield the land-use table of each site; where there is no plan, that."""
    for ref, name in _sites(asked):
        found = landuse.land_use(ref)
        yield from words(landuse_view.plan_sentences(found, asked.unit))
        if found.kind is None:
            yield Words(t("document.no_plan", name=name), "warning")
            continue
        yield told(
            _name("landuse", ref),
            t("document.landuse_of", name=name),
            landuse_view.printed(found.table, asked.unit),
            asked.unit,
        )
        if len(found.supply):
            rows = landuse_view.supply_shown(found.supply, asked.unit)
            yield told(_name("supply", ref), t("document.supply_of", name=name), rows, asked.unit)
        yield from words(landuse_view.fault_sentences(found, asked.unit), "warning")


def boundary_points(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield the boundary points of each site, as surveyors write them."""
    for ref, name in _sites(asked):
        report = vertices.boundary_report(ref)
        yield from words(vertices_view.head_lines(report), "note")
        if vertices_view.is_schematic(report):
            yield Words(t("document.schematic_points", name=name), "warning")
        points = vertices_view.people_points(report)
        more = "" if len(points) <= MOST_POINTS else t("document.more_points", count=len(points), most=MOST_POINTS)
        rows = points.head(MOST_POINTS).drop(columns=["lat", "lon"])
        yield told(_name("points", ref), t("document.points_of", name=name), rows, asked.unit, more)


def land_register(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield the land schedule of each site; where no parcels are loaded, that."""
    for ref, name in _sites(asked):
        if not register.parcel_layers():
            yield Words(t("document.no_parcels", name=name), "warning")
            continue
        made = register.land_register(ref)
        yield from words(register_view.sentences(made, asked.unit))
        for part, rows in register_view.printed(made, asked.unit).items():
            if len(rows):
                caption = t("document.register_of", name=name, part=t(f"document.register.{part}"))
                yield told(_name(part, ref), caption, rows, asked.unit)


def overlaid(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield the areas that each site shares with every layer of land; themes that no layer has stand once, at the end."""
    rows = pd.DataFrame()
    for ref, name in _sites(asked):
        found = overlays.overlay_of(ref)
        yield from words(overlay_view.overlay_sentences(found))
        rows = overlay_view.people_table(found, asked.unit)
        caption = t("document.overlay_of", name=name)
        measured, sheet = rows[~overlay_view.is_missing(rows)], overlay_view.sheet_table(found)
        yield told(_name("overlay", ref), caption, measured, asked.unit, sheet=sheet)
    if len(rows) and overlay_view.is_missing(rows).any():
        lacking = rows.loc[overlay_view.is_missing(rows), ["theme", "agency", "note", "law"]]
        yield told("overlay-missing", t("document.overlay_missing"), lacking, asked.unit)


def areas(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield both areas of each complex with grade and sigma, and their shares by district."""
    measured = report_table("area", asked)
    yield from words([area_sentence(row, asked.unit) for row in measured.to_dict("records")])
    yield _sheet("area", asked)
    yield Words(t("note.grades"), "note")
    for name in ("area_by_sigungu", "area_by_ri"):
        yield _sheet(name, asked)
    yield Words(t("document.district_note"), "note")


def distances(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield distances and adjacency of the complexes; what a schematic outline leaves open is an interval."""
    yield from words([adjacency_sentence(row) for row in report_table("adjacency", asked).to_dict("records")])
    for name in ("adjacency", "distance_gap", "distance_centroid", "nearest"):
        yield _sheet(name, asked)
    yield Words(t("ui.interval_note"), "note")


def chain(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield the chain: completeness, what is missing, bottleneck, losses, links."""
    found = value_chain.answer(asked.year, asked.scope, asked.basis, asked.within)
    yield Words(chain_sentence(found.chain), "lead")
    yield from words(chain_view.answer_sentences(found))
    yield svg_figure("diagram", t("document.diagram"), chain_diagram(found), asked, diagram_sentence(found))
    matrix = stage_matrix_table(found.chain)
    yield table("matrix", t("ui.stage_matrix"), matrix.reset_index(names=t("column.stage")))
    yield overview_map(TEXT_WIDTH[asked.paper], found.chain.links[found.chain.links["required"].astype(bool)], stamp)
    tables = {
        "stages": (t("ui.stage_table"), found.chain.stages.rename(columns={"id": "stage"})),
        "routes": (t("chain.routes"), chain_view.routes_table(found)),
        "losses": (t("chain.losses"), chain_view.losses_table(found)),
        "addition": (t("document.addition"), chain_view.addition_table(found)),
        "flows": (t("chain.flows"), chain_view.flows_table(found)),
        "doubts": (t("ui.doubts"), found.chain.doubts.drop(columns=["id"])),
        "links": (t("ui.link_table"), found.chain.links.drop(columns=["id"])),
    }
    for name, (caption, rows) in tables.items():
        if len(rows):
            yield told(name, caption, rows, asked.unit)


def time(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield the phases: when the chain is complete, what a slip costs, every dated step."""
    found = phases.answer(Span(asked.scope, asked.basis, within=asked.within))
    yield from words(phases_view.answer_sentences(found, asked.year))
    yield told("firsts", t("document.firsts"), phases_view.firsts_table(found.firsts), asked.unit)
    yield told("curve", t("document.curve"), phases_view.curve_table(found), asked.unit)
    yield chart_figure("time", t("document.phases"), picture(found, asked.year), asked, phases_view.picture_note(found))
    yield told("slips", t("document.slips"), phases_view.slips_table(found), asked.unit)
    yield told("steps", t("document.steps"), phases_view.steps_table(found.steps), asked.unit)
    yield from words(phases_view.conflict_sentences(found.steps), "warning")


def goals(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield every target with its definition, and what it still lacks."""
    cards = targets.cards()
    yield Words(targets_view.summary_sentence(cards), "lead")
    yield told(
        "targets", t("targets.table"), targets_view.people_table(cards, asked.unit).drop(columns="id"), asked.unit
    )
    yield from words([line for one in cards for line in _cautions(one, cards)])


def alternatives(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield the alternatives side by side, and what is otherwise in words."""
    if len(asked.alternatives) < 2:
        yield Words(t("document.no_alternatives"), "warning")
        return
    wish = compare.Asked(asked.year, asked.scope, asked.basis, asked.within)
    names = list(asked.alternatives)
    found = compare.compared(names, wish)
    yield from words(compare_view.compare_sentences(found, names, wish, asked.unit), "lead")
    yield table("compare", t("document.compare"), compare_view.compare_table(found, names, asked.unit))


def checks(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield the verdict of every rule on each site, with clause and what is missing."""
    for ref, name in _sites(asked):
        result = rules.review(ref)
        yield Words(rules_view.summary_sentence(result), "lead")
        yield from words([rules_view.type_sentence(result), *rules_view.caution_sentences(result)])
        rows = rules_view.check_shown(result).drop(columns=["source", "in_force"])
        yield told(_name("check", ref), t("document.check_of", name=name), rows, asked.unit)


def claims(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield what the public record contradicts itself in, and every number with its source and rank."""
    known, conflicts = study.claims()
    yield from words([f"[{label('rule', row['rule'])}] {conflict_sentence(row, known, asked.unit)}"
                      for row in conflicts.to_dict("records")])  # fmt: skip
    rows = ledger.ledger_table(known, asked.unit).drop(columns=["id", "stated"])
    yield told("claims", t("report.claims"), rows, asked.unit, sheet=ledger.with_figures(rows, known))


def article(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield every line of the article and where the product answers it."""
    yield _sheet("article", asked)


def sources(asked: Asked, stamp: str | None) -> Iterator[Block]:
    """Yield the layers and every source with its base date and rank."""
    yield _sheet("layers", asked)
    yield told("sources", t("ui.sources"), open_sources(secrets(asked)), asked.unit)
    yield Words(t("note.grades"), "note")


def _cautions(one: targets.Card, cards: tuple[targets.Card, ...]) -> list[str]:
    names = {card.target.id: targets_view.target_name(card) for card in cards}
    return [f"{names[one.target.id]}. {' · '.join(targets_view.caution_sentences(one, names))}"]


def _sheet(name: str, asked: Asked) -> Table:
    """Return a table of the complexes as the app's workbook words it."""
    known = study.claims()[0]
    points = study.layer("reference_points")
    names = dict(zip(points["id"], points["name"], strict=True))
    rows = report_sheet(name, report_table(name, asked), known, asked.unit, names)
    return table(name, t(f"report.{name}"), rows)


def _sites(asked: Asked) -> Iterator[tuple[SiteRef, str]]:
    """Yield each site with what it is called.

    Raises
    ------
    GisError
        Where there is no such site.
    """
    for ref in asked.sites:
        frame = site(ref).frame
        place = label("place", str(frame["id"].iloc[0]))
        called = place if place != str(frame["id"].iloc[0]) else str(frame["name"].iloc[0])
        proposed = titles().get(ref.source or "")
        yield ref, called if proposed is None else t("document.site_of_scenario", name=called, scenario=proposed)


def _name(part: str, ref: SiteRef) -> str:
    """Return a name for a table or file of a site, in ASCII."""
    told = re.sub(r"[^a-z0-9]+", "-", f"{ref.source}-{ref.feature or ''}".lower()).strip("-") if ref.source else "drawn"
    return f"{part}-{told or 'site'}"


def svg_figure(name: str, caption: str, svg: str, asked: Asked, spoken: str) -> Figure:
    """Return an SVG that states its size in a view box as a figure as wide as the page."""
    found = VIEW_BOX.search(svg)
    if found is None:
        raise ValueError(f"figure {name!r} has no view box from 0, 0")
    width, height = map(float, found.groups())
    wide = TEXT_WIDTH[asked.paper]
    return Figure(name, caption, svg, wide, wide * height / width, spoken)


def chart_figure(name: str, caption: str, chart: alt.VConcatChart, asked: Asked, spoken: str) -> Figure:
    """Return a chart of Vega-Lite as a figure, at the size of the page."""
    for one in getattr(chart, "vconcat", [chart]):
        one.width = PLOT_WIDTH
    svg = chart_svg(chart.to_dict())
    found = VIEW_BOX.search(svg)
    if found is None:
        raise ValueError(f"chart {name!r} has no view box from 0, 0")
    width, height = (float(side) * MM_PER_PX for side in found.groups())
    wide = min(width, TEXT_WIDTH[asked.paper])
    return Figure(name, caption, svg, wide, wide * height / width, spoken)


PARTS: dict[str, Part] = {
    "location": location,
    "overview": overview,
    "landuse": land_use,
    "vertices": boundary_points,
    "register": land_register,
    "overlay": overlaid,
    "areas": areas,
    "distances": distances,
    "chain": chain,
    "phases": time,
    "targets": goals,
    "alternatives": alternatives,
    "check": checks,
    "claims": claims,
    "article": article,
    "sources": sources,
}
"""What makes each part; the names are those of `gis.study.reports.PARTS`."""


def blocks_of(name: str, asked: Asked, stamp: str | None) -> tuple[Block, ...]:
    """Return a chapter's blocks; where its numbers cannot be had, the sentence why, for one part must not cost the rest."""
    try:
        return tuple(PARTS[name](asked, stamp))
    except GisError as error:
        return (Words(str(error), "warning"),)
