"""Time: the steps of each phase, C(t) year by year, and what a slip costs."""

from typing import Annotated

import pandas as pd
import typer

from gis.cli.output import Format, FormatOpt, OutputOpt, emit, resolve
from gis.errors import UnknownNameError
from gis.model import BASES, SCOPES
from gis.study import phases as study
from gis.study.phases import Answer, Span
from gis.units import parse_length
from gis.view import phases as view

app = typer.Typer()


@app.command()
def phases(
    years: Annotated[int | None, typer.Argument(help="With --slips: by how many years each phase slips; 1.")] = None,
    slips: Annotated[bool, typer.Option("--slips", help="What a slip of each phase costs.")] = False,
    curve: Annotated[bool, typer.Option("--curve", help="C(t): required links served year by year.")] = False,
    scope: Annotated[
        str | None, typer.Option(help="cluster, cluster_cheomdan3 or region; --curve takes every one by default.")
    ] = None,
    basis: Annotated[str | None, typer.Option(help="plan or fact; --curve takes both by default.")] = None,
    within: Annotated[str | None, typer.Option(help="Farthest hand-over that counts, e.g. 10km.")] = None,
    first: Annotated[int, typer.Option(help="First year.")] = study.FIRST_YEAR,
    last: Annotated[int, typer.Option(help="Last year.")] = study.LAST_YEAR,
    shorten: Annotated[
        list[str] | None,
        typer.Option(help="Years by which a phase is assumed to be shortened, futurecar=1; else those that are kept."),
    ] = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """List the dated steps of every phase; or show C(t), or what a slip of each phase costs."""
    if years is not None and not slips:
        raise typer.BadParameter("years belong to --slips", param_hint="YEARS")
    if slips and curve:
        raise typer.BadParameter("--slips and --curve are two tables: ask for one")
    asked = Span(scope or "region", basis or "plan", first, last, None if within is None else parse_length(within))
    require_known(asked)
    shortening = None if shorten is None else study.parsed_shortening(shorten)
    for_people = resolve(format, output) == Format.table
    if not (slips or curve):
        steps = study.steps()
        note = "\n".join([view.steps_sentence(steps), *view.conflict_sentences(steps)])
        emit({"phases": view.steps_table(steps) if for_people else outward_steps(steps)}, format, output, note=note)
        return
    found = study.answer(asked, 1 if years is None else years, shortening)
    tables = slip_tables(found, for_people) if slips else curve_tables(found, scope, basis, for_people)
    told = view.slip_sentences(found) if slips else [view.first_sentence(found)]
    emit(tables, format, output, note="\n".join([*told, *view.shortening_sentences(found), view.moved_sentence(found)]))


def require_known(asked: Span) -> None:
    """Refuse a scope or basis that does not exist."""
    for key, value, known in (("scope", asked.scope, SCOPES), ("basis", asked.basis, BASES)):
        if value not in known:
            raise UnknownNameError(key, **{key: value}, known=", ".join(known))


def outward_steps(steps: pd.DataFrame) -> pd.DataFrame:
    """Return the steps with ids and the notes of both languages."""
    return steps.drop(columns=["name", "name_en"])


def slip_tables(found: Answer, for_people: bool) -> dict[str, pd.DataFrame]:
    """Return what slips cost, and which hosts moved and which did not."""
    if for_people:
        return {"slips": view.slips_table(found), "hosts": view.hosts_table(found)}
    framed = found.slips.assign(scope=found.asked.scope, basis=found.asked.basis)
    return {"slips": framed[["track", "scope", "basis", *found.slips.columns[1:]]], "hosts": found.hosts}


def curve_tables(found: Answer, scope: str | None, basis: str | None, for_people: bool) -> dict[str, pd.DataFrame]:
    """Return C(t) and the first complete years, of the scope and basis that are named, else of every one."""
    rows = [
        table[(table["scope"].eq(scope) | (scope is None)) & (table["basis"].eq(basis) | (basis is None))].reset_index(drop=True)
        for table in (found.curves, found.firsts)
    ]  # fmt: skip
    if for_people:
        return {"curve": view.counts_table(rows[0]), "firsts": view.firsts_table(rows[1])}
    return {"curve": rows[0], "firsts": rows[1]}
