"""토지이용계획표 and 법정 기준 검토 of one site."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from gis.analysis.rules import CHOICES
from gis.cli.output import (
    ConfidentialOpt,
    CrsOpt,
    Format,
    FormatOpt,
    IdOpt,
    OutputOpt,
    SiteArg,
    UnitOpt,
    emit,
    resolve,
    say_aside,
    write_shapes,
)
from gis.errors import InputError
from gis.i18n import t
from gis.io.read import Reading
from gis.study import landuse as study
from gis.study import rules
from gis.study.landuse import BASES, PlanSource
from gis.study.sites import SiteRef, confidential_layers
from gis.units import area_unit
from gis.view import landuse as view
from gis.view import rules as view_rules

app = typer.Typer()
PlanOpt = Annotated[
    str | None,
    typer.Option("--plan", help="A table (TOML, CSV, XLSX) or zones (a layer or a file); else the plan that was kept."),
]
FormerOpt = Annotated[str | None, typer.Option("--former", help="The plan that is changed, a table or zones.")]
BlocksOpt = Annotated[str | None, typer.Option("--blocks", help="A table of supply by block and KSIC.")]
ColumnOpt = Annotated[str | None, typer.Option("--column", help="Which column of the zones says the use.")]
BasisOpt = Annotated[str, typer.Option("--basis", help=f"What a typed table adds to: {', '.join(BASES)}.")]
EncodingOpt = Annotated[str | None, typer.Option("--encoding", help="Encoding of a table: utf-8, cp949.")]
SheetOpt = Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.")]


@app.command()
def landuse(
    site: SiteArg,
    id: IdOpt = None,
    plan: PlanOpt = None,
    former: FormerOpt = None,
    blocks: BlocksOpt = None,
    column: ColumnOpt = None,
    basis: BasisOpt = "planar",
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep this plan for the site, with its former versions.")
    ] = False,
    unit: UnitOpt = "m2",
    encoding: EncodingOpt = None,
    sheet: SheetOpt = None,
    crs: CrsOpt = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Make the land-use table of a site: uses with former, change, planned area and share, adding to the site."""
    unit, chosen = area_unit(unit), resolve(format, output)
    ref, source = SiteRef(site, id), PlanSource(plan, former, blocks, column, basis, encoding, sheet, crs)
    found = study.land_use(ref, source, Reading(crs=crs))
    if keep:
        number = study.keep_named(ref, source, Reading(crs=crs))
        say_aside(t("landuse.kept", number=number, name=view.site_name(found.site)))
    if found.kind is None:
        raise InputError("landuse.no_plan", site=view.site_name(found.site))
    for sentence in view.fault_sentences(found, unit):
        say_aside(sentence)
    tables = {
        "landuse": view.printed(found.table, unit) if chosen == Format.table else found.table,
        "supply": view.supply_shown(found.supply, unit) if chosen == Format.table else found.supply,
        "placement": found.placement,
        "faults": found.faults,
        "unmatched": found.unmatched,
    }
    wanted = {name: table for name, table in tables.items() if len(table) or name == "landuse"}
    if chosen == Format.table:
        wanted.pop("unmatched", None)
    emit(wanted, format, output, unit, note="\n".join(view.plan_sentences(found, unit)))


@app.command()
def check(
    site: SiteArg,
    id: IdOpt = None,
    type: Annotated[
        str | None, typer.Option("--type", help="Legal type: national, general, urban, rural, rnd, semi.")
    ] = None,
    plan: PlanOpt = None,
    former: FormerOpt = None,
    blocks: BlocksOpt = None,
    column: ColumnOpt = None,
    basis: BasisOpt = "planar",
    switch: Annotated[
        list[str] | None,
        typer.Option("--with", help="An adjustment to apply, e.g. public_green_near; several are allowed."),
    ] = None,
    value: Annotated[
        list[str] | None, typer.Option("--set", help="What only you know, e.g. arterial_width=20m, developer=public.")
    ] = None,
    denominator: Annotated[
        str | None, typer.Option(help=f"Of the industrial share: {', '.join(CHOICES['denominator'])}.")
    ] = None,
    parks: Annotated[str | None, typer.Option(help=f"Parks in the green ratio: {', '.join(CHOICES['parks'])}.")] = None,
    rules_file: Annotated[Path | None, typer.Option("--rules", help="Another file of rules.")] = None,
    outline_file: Annotated[
        Path | None, typer.Option("--outline", help="Write the site with its verdicts too: .gpkg, .geojson, .zip …")
    ] = None,
    confidential: ConfidentialOpt = False,
    encoding: EncodingOpt = None,
    sheet: SheetOpt = None,
    crs: CrsOpt = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Check the plan of a site against the rules; a verdict names its clause and what is missing."""
    chosen = resolve(format, output)
    source = PlanSource(plan, former, blocks, column, basis, encoding, sheet, crs)
    stated = [rules.stated_value(text) for text in value or []]
    choices = {"denominator": denominator, "parks": parks}
    settings = rules.Settings(
        legal_type=type,
        switches=tuple(switch or ()),
        given=tuple((name, number) for name, number in stated if isinstance(number, float)),
        facts=tuple((name, word) for name, word in stated if isinstance(word, str)),
        choices=tuple((name, word) for name, word in choices.items() if word is not None),
        rules=None if rules_file is None else str(rules_file),
    )
    result = rules.review(SiteRef(site, id), source, settings, Reading(crs=crs))
    if outline_file is not None:
        write_shapes(
            view_rules.checked_site(result), outline_file, "check", confidential_layers(SiteRef(site, id)), confidential
        )
    tables = {"check": result.table, "effects": result.effects, "not_applied": result.skipped}
    if chosen == Format.table:
        short = view_rules.check_shown(result).drop(columns=["source", "note", "in_force"])
        tables = {"check": short, "not_applied": view_rules.skipped_shown(result)}
        if switch:
            effects = view_rules.effects_shown(result)
            tables["effects"] = effects[effects["in_use"]]
    notes = [
        view_rules.summary_sentence(result),
        view_rules.type_sentence(result),
        *view_rules.caution_sentences(result),
    ]
    emit(_filled(tables, "check"), format, output, note="\n".join(notes))


def _filled(tables: dict[str, pd.DataFrame], first: str) -> dict[str, pd.DataFrame]:
    """Return the tables that have rows, and the first in any case."""
    return {name: table for name, table in tables.items() if len(table) or name == first}
