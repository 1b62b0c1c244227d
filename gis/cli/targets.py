"""Targets of the article: what each asks for, and what planners decide of it."""

from typing import Annotated

import typer

from gis.cli.output import Format, FormatOpt, OutputOpt, emit, resolve
from gis.study import targets as study
from gis.view import targets as view

app = typer.Typer(invoke_without_command=True, help="Targets of the article: table, define, undo, history.")
TargetArg = Annotated[str, typer.Argument(help="The id of a target.")]
FRAME_COLUMNS = ["frame", "stated", "source", "rank"]


@app.callback()
def targets(context: typer.Context, format: FormatOpt = None, output: OutputOpt = None) -> None:
    """List every target with its readings, what its definition lacks, and the growth a year that it asks for."""
    if context.invoked_subcommand is not None:
        return
    people = resolve(format, output) == Format.table
    cards, frame = study.cards(), study.article_frame()
    tables = {
        "targets": view.people_table(cards) if people else study.table(),
        "frame": frame[FRAME_COLUMNS] if people else frame,
    }
    emit(tables, format, output, note=view.summary_sentence(cards))


@app.command()
def define(
    id: TargetArg,
    reading: Annotated[str | None, typer.Option(help="value, multiple, growth, points or level, as offered.")] = None,
    baseline_claim: Annotated[str | None, typer.Option(help="A claim that is offered as the baseline.")] = None,
    baseline: Annotated[str | None, typer.Option(help="Or a value, e.g. 34조, 82000, 12.5.")] = None,
    baseline_date: Annotated[str | None, typer.Option(help="Its year.")] = None,
    baseline_source: Annotated[str | None, typer.Option(help="Who says so.")] = None,
    date: Annotated[str | None, typer.Option(help="The year of the target, e.g. 2030.")] = None,
    scope: Annotated[str | None, typer.Option(help="What it covers.")] = None,
    current: Annotated[str | None, typer.Option(help="Where things stand, with year and source.")] = None,
    current_date: Annotated[str | None, typer.Option(help="The year of that.")] = None,
    current_source: Annotated[str | None, typer.Option(help="Who says so.")] = None,
    note: Annotated[str | None, typer.Option(help="Who decides, and why; for the history.")] = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Decide what a target means; parts that are not named stay as they were decided."""
    wish = study.Wish(
        reading, baseline_claim, baseline, baseline_date, baseline_source, date, scope, current, current_date,
        current_source,
    )  # fmt: skip
    resolve(format, output)
    number = study.define(id, wish, note)
    answer(id, view.state_sentence(study.card(id), "kept", number), format, output)


@app.command()
def undo(id: TargetArg, format: FormatOpt = None, output: OutputOpt = None) -> None:
    """Go back to what was decided of a target before; every decision stays in the history."""
    resolve(format, output)
    study.undo(id)
    answer(id, view.state_sentence(study.card(id), "undone"), format, output)


@app.command()
def history(id: TargetArg, format: FormatOpt = None, output: OutputOpt = None) -> None:
    """List every decision on a target, the last first."""
    rows = study.history(id)
    people = resolve(format, output) == Format.table
    emit({"history": view.history_table(rows, study.card(id)) if people else rows}, format, output)


def answer(target_id: str, sentence: str, format: Format | None, output: OutputOpt) -> None:
    """Print the rows of one target, and in words what became of it."""
    people = resolve(format, output) == Format.table
    rows = view.people_table((study.card(target_id),)) if people else study.table(target_id)
    emit({"targets": rows}, format, output, note=sentence)
