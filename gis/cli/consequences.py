"""What an alternative asks for, costs and reaches at a site; rates (원단위) as people change them."""

from enum import StrEnum
from typing import Annotated

import pandas as pd
import typer

from gis.cli.output import Format, FormatOpt, IdOpt, OutputOpt, SiteArg, UnitOpt, emit, resolve
from gis.i18n import t
from gis.study import consequences as study
from gis.study import rates as rate_study
from gis.study import said as said_study
from gis.study.sites import SiteRef
from gis.units import area_unit, parse_length
from gis.view import consequences as view

app = typer.Typer()
rates_app = typer.Typer(help="Rates (원단위) and factors of compensation: list, set, undo.", no_args_is_help=True)
RateArg = Annotated[str, typer.Argument(help="The id of a rate or factor.")]


class Table(StrEnum):
    """What to print of the consequences."""

    amounts = "amounts"
    demand = "demand"
    compensation = "compensation"
    parts = "parts"
    prices = "prices"
    sales = "sales"
    reach = "reach"
    years = "years"
    overlay = "overlay"
    check = "check"


@app.command()
def consequences(
    site: SiteArg,
    id: IdOpt = None,
    value: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="What you know: industrial_area=80만㎡..90만㎡, supply.power=200000, cost.works=1200억."
        ),
    ] = None,
    within: Annotated[
        str | None, typer.Option(help="Count people within this distance of the site, e.g. 10km.")
    ] = None,
    people: Annotated[str | None, typer.Option(help="A table of people, kept or a file.")] = None,
    boundaries: Annotated[str | None, typer.Option(help="The districts of its codes; 시군구 by default.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep what was said for this site.")] = False,
    table: Annotated[Table, typer.Option(help="What to print first; XLSX holds all.")] = Table.demand,
    unit: UnitOpt = "m2",
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Tell what an alternative asks for, costs and reaches, as ranges with sources; unknown is said to be unknown."""
    unit, chosen, ref = area_unit(unit), resolve(format, output), SiteRef(site, id)
    before = said_study.kept(ref)
    stated = dict(before.ranges) | dict(said_study.stated_range(text) for text in value or [])
    reach = said_study.Reach(
        before.reach.distance if within is None else parse_length(within),
        before.reach.people if people is None else people,
        before.reach.boundaries if boundaries is None else boundaries,
    )
    said = said_study.Said(tuple(stated.items()), reach)
    found = study.consequences(ref, said)
    if keep:
        said_study.keep(ref, said)
    made = view.people_tables(found, unit) if chosen == Format.table else view.tables(found)
    empty = pd.DataFrame(columns=["missing"])
    first = {table.value: made.pop(table.value, empty)}
    rest = made if chosen == Format.xlsx else {}
    emit(first | rest, format, output, unit, note="\n".join(view.sentences(found, unit)))


@rates_app.command("list")
def list_rates(format: FormatOpt = None, output: OutputOpt = None) -> None:
    """List rates and factors with their range, source and confidence; what people changed stands as they have it."""
    rows = rate_study.rate_rows()
    shown = view.rates_shown(rows) if resolve(format, output) == Format.table else view.rates_out(rows)
    emit({"rates": shown}, format, output)


@rates_app.command("set")
def set_rate(
    id: RateArg,
    range: Annotated[str, typer.Argument(help="Per m², or a factor: 0.004..0.007, or one value.")],
    note: Annotated[str | None, typer.Option(help="Who says so, and why; for the history.")] = None,
) -> None:
    """Use another range from now on; every former one stays in the history."""
    said = rate_study.change_rate(id, range, note)
    typer.echo(t("consequences.kept", id=id, value=f"{said.low:g}..{said.high:g}"))


@rates_app.command("undo")
def undo_rate(id: RateArg) -> None:
    """Go back to the range that was used before."""
    rate_study.undo_rate(id)
    row = rate_study.rate_rows().set_index("id").loc[id]
    typer.echo(t("consequences.kept", id=id, value=f"{row['low']:g}..{row['high']:g}"))
