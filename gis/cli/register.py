"""The land schedule of a site: which parcels it takes, and how much of each."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gis.analysis.register import Tolerances
from gis.cli.firms import waiting
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
    write_shapes,
)
from gis.io.read import Reading
from gis.study.register import land_register
from gis.study.sites import SiteRef
from gis.units import area_unit, parse_length
from gis.view import register as view

app = typer.Typer()


class RegisterTable(StrEnum):
    """What to print of a land schedule."""

    register = "register"
    subtotals = "subtotals"
    slivers = "slivers"
    balance = "balance"
    faults = "faults"
    duplicates = "duplicates"


@app.command()
def register(
    site: SiteArg,
    id: IdOpt = None,
    parcels: Annotated[
        str | None, typer.Option(help="Layer or file of parcels (연속지적도); the imported one.")
    ] = None,
    lands: Annotated[str | None, typer.Option(help="Table of the land register, kept or a file; or none.")] = None,
    zoning: Annotated[str | None, typer.Option(help="Layer or file of 용도지역, where the table has none.")] = None,
    sliver: Annotated[str, typer.Option(help="Overlaps along the boundary thinner than this are slivers.")] = "0.1m",
    whole_share: Annotated[float, typer.Option(help="Share of its figure from which a parcel is whole.")] = 0.999999,
    count_slivers: Annotated[bool, typer.Option("--count-slivers", help="Count slivers too.")] = False,
    confirm: Annotated[list[str] | None, typer.Option(help="Count the sliver of this PNU; may be repeated.")] = None,
    table: Annotated[RegisterTable, typer.Option(help="What to print; XLSX holds all.")] = RegisterTable.register,
    pieces_file: Annotated[
        Path | None, typer.Option("--pieces", help="Write the pieces of the parcels too: .gpkg, .geojson, .zip …")
    ] = None,
    confidential: ConfidentialOpt = False,
    unit: UnitOpt = "m2",
    crs: CrsOpt = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """List the parcels that a site takes: whole or in part, by the land register, rounded as the decree says."""
    unit = area_unit(unit)
    limits = Tolerances(parse_length(sliver), whole_share, count_slivers, tuple(confirm or ()))
    with waiting(site):
        made = land_register(SiteRef(site, id), parcels, lands, zoning, limits, Reading(crs=crs))
    if pieces_file is not None:
        write_shapes(view.pieces(made), pieces_file, "register", made.confidential, confidential)
    printed = resolve(format, output) == Format.table
    tables = view.printed(made, unit) if printed else view.tables(made)
    emit(_ordered(tables, table.value, printed), format, output, unit, note="\n".join(view.sentences(made, unit)))


def _ordered(tables: dict, first: str, printed: bool) -> dict:
    """Return the table that was asked for first; for print the schedule comes with its sums and balance alone."""
    names = [first, *(name for name in view.TABLES if name != first)]
    wanted = ("subtotals", "balance") if printed and first == "register" else () if printed else view.TABLES
    return {name: tables[name] for name in names if name == first or name in wanted}
