"""The value chain of a year, and the model behind it."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from gis.cli.output import Format, FormatOpt, OutputOpt, ScenarioOpt, emit, resolve, write
from gis.errors import InputError
from gis.io import chain_model
from gis.io.write import json_text, plain_rows, write_bytes
from gis.model import outward
from gis.study import active, phases, value_chain
from gis.study.phases import Span
from gis.study.sites import SiteRef
from gis.units import parse_length
from gis.view import chain as view
from gis.view import phases as phase_view
from gis.view.sentences import chain_sentence

app = typer.Typer()
model_app = typer.Typer(help="Stages, hosts and links as people edit them: export, use, undo.", no_args_is_help=True)

NoteOpt = Annotated[str | None, typer.Option(help="Why, for the history.")]


@app.command()
def chain(
    year: Annotated[int, typer.Option(help="The year to look at.")] = value_chain.DEFAULT_YEAR,
    scope: Annotated[str, typer.Option(help="cluster, cluster_cheomdan3 or region.")] = "region",
    basis: Annotated[str, typer.Option(help="plan: roles by plan count; fact: only what stands.")] = "plan",
    within: Annotated[str | None, typer.Option(help="Farthest hand-over that counts, e.g. 10km.")] = None,
    move: Annotated[
        list[str] | None,
        typer.Option(
            help="A complex elsewhere: futurecar=LAYER, futurecar=FILE or futurecar=LAYER:ID; several are allowed."
        ),
    ] = None,
    scenario: ScenarioOpt = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Show which links of the value chain are served, what is missing, what would end it and what would complete it."""
    with active.under(scenario or active.name()):
        _chain(year, scope, basis, within, move or [], format, output)


def _chain(
    year: int, scope: str, basis: str, within: str | None, move: list[str], format: Format | None, output: Path | None
) -> None:
    limit, moves = None if within is None else parse_length(within), tuple(map(moved, move))
    found = value_chain.answer(year, scope, basis, limit, moves)
    chosen = resolve(format, output)
    if chosen == Format.json:
        shifted = value_chain.moved_links(moves, year, scope, basis) if moves else pd.DataFrame()
        write(json_text(value_chain.answer_object(found) | {"moved": plain_rows(outward(shifted))}), output)
        return
    tables = {
        "links": found.chain.links,
        "stages": found.chain.stages.rename(columns={"id": "stage"}),
        "routes": view.routes_table(found),
        "losses": view.losses_table(found),
        "addition": view.addition_table(found),
        "flows": view.flows_table(found),
        "doubts": found.chain.doubts,
    }
    if moves:
        tables["moved"] = value_chain.moved_links(moves, year, scope, basis)
    note = "\n".join([chain_sentence(found.chain), *view.answer_sentences(found)])
    if chosen == Format.table and not moves:
        over_time = phases.answer(Span(scope, basis, within=limit))
        note = "\n".join([note, phase_view.first_sentence(over_time), *phase_view.slip_sentences(over_time)])
    emit({name: table for name, table in tables.items() if len(table) or name == "links"}, format, output, note=note)


def moved(text: str) -> value_chain.Move:
    """Return what `--move futurecar=LAYER:ID` says."""
    place, sign, source = text.partition("=")
    if not (place and sign and source):
        raise InputError("chain.move", text=text)
    if Path(source).exists():
        return value_chain.Move(place, SiteRef(source))
    name, _, feature = source.rpartition(":")
    return value_chain.Move(place, SiteRef(name, feature) if name else SiteRef(source))


@model_app.command()
def export(output: Annotated[Path, typer.Option("--output", "-o", help="A workbook (.xlsx) or .toml.")]) -> None:
    """Write stages, hosts, links and flows as a file to edit."""
    makers = {".xlsx": chain_model.model_book, ".toml": chain_model.model_toml}
    if output.suffix.lower() not in makers:
        raise InputError("chain.model_ending", ending=output.suffix or "-", known=", ".join(makers))
    write_bytes(makers[output.suffix.lower()](value_chain.base_model()), output)


@model_app.command()
def use(
    file: Annotated[Path, typer.Argument(help="A workbook, CSV or TOML; tables that it lacks stay as they are.")],
    note: NoteOpt = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Check a file and let its tables be those of the chain from now on."""
    value_chain.keep_file(file, file.name, note)
    history(format, output)


@model_app.command()
def history(format: FormatOpt = None, output: OutputOpt = None) -> None:
    """List every revision of the model, the last first."""
    emit({"history": value_chain.revisions()}, format, output, note=view.model_sentence())


@model_app.command()
def undo(format: FormatOpt = None, output: OutputOpt = None) -> None:
    """Go back to the model before the one in use."""
    value_chain.undo_model()
    history(format, output)


@model_app.command()
def restore(
    number: Annotated[int, typer.Argument(help="The number of a revision; 0 is the bundled data.")],
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Let an earlier revision hold again."""
    value_chain.restore_model(number)
    history(format, output)


@model_app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="A workbook, CSV or TOML; without it the model in use.")] = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """List what is wrong with a file, a row a cell; nothing is kept."""
    tables: dict[str, pd.DataFrame] = {} if file is None else chain_model.read_tables(file, file.name)
    found = value_chain.faults(value_chain.changed(tables))
    emit({"faults": view.faults_table(found) if resolve(format, output) == Format.table else found}, format, output)
