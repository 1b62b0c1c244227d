"""What a command prints: a table for people, JSON, CSV or XLSX for machines; stdout holds only the result."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import geopandas as gpd
import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from gis import study
from gis.crs import GWANGJU_BELT, MAP_CRS, crs_name
from gis.errors import InputError
from gis.i18n import t
from gis.io.write import (
    LAYER_FORMATS,
    csv_bytes,
    csv_text,
    json_text,
    layer_bytes,
    plain_rows,
    printable,
    write_bytes,
    xlsx_bytes,
)
from gis.model import outward
from gis.study import active
from gis.view.tables import number_formats, shown

DEGREES_ONLY = (".geojson", ".kml")
"""Formats whose standard is WGS 84; the others hold the belt of the site, in which its areas are measured."""
LONGEST_LINE = 1_000
"""Characters of a message; a name may have ten thousand."""


class Format(StrEnum):
    """What a command prints."""

    table = "table"
    csv = "csv"
    json = "json"
    xlsx = "xlsx"


SourceArg = Annotated[str | None, typer.Argument(help="A layer name or a file; the complexes by default.")]
SiteArg = Annotated[str, typer.Argument(help="A complex, a layer or a file with one site; else name it with --id.")]
IdOpt = Annotated[str | None, typer.Option("--id", help="Which feature of the layer or file is the site.")]
FormatOpt = Annotated[Format | None, typer.Option("--format", help="What to print; a file's ending chooses too.")]
OutputOpt = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of printing.")]
ScenarioOpt = Annotated[str | None, typer.Option("--scenario", help="Under this scenario (대안); see scenario list.")]
UnitOpt = Annotated[str, typer.Option("--unit", help="Area unit of the table: m2 ha km2 pyeong man-pyeong man-m2.")]
_confidential: ContextVar[bool] = ContextVar("confidential", default=False)


def _noted(value: bool) -> bool:
    """Remember that a person said that what is confidential may leave."""
    if value:
        _confidential.set(True)
    return value


ConfidentialOpt = Annotated[
    bool, typer.Option("--confidential", callback=_noted, help="Write what is marked 대외비 too.")
]
CrsOpt = Annotated[str | None, typer.Option("--crs", help=f"CRS of a file that states none, e.g. {GWANGJU_BELT}.")]


def resolve(format: Format | None, output: Path | None) -> Format:
    """Return the format asked for; the ending of the file decides where none is."""
    if format is not None:
        return format
    if output is None:
        return Format.table
    ending = output.suffix.lower().removeprefix(".")
    if ending not in ("csv", "json", "xlsx"):
        raise InputError("table_ending", ending=output.suffix or "-")
    return Format(ending)


def write_shapes(
    shapes: gpd.GeoDataFrame, path: Path, name: str, secret: Sequence[str] = (), confidential: bool = False
) -> None:
    """Write shapes in their own CRS where the format allows it; `secret` layers (대외비) only where a person says so."""
    ending = path.suffix.lower()
    if ending not in LAYER_FORMATS:
        raise InputError("export_ending", ending=path.suffix or "-", known=" ".join(LAYER_FORMATS))
    if secret and not confidential:
        raise InputError("confidential", layer=", ".join(secret))
    if shapes.empty:
        raise InputError("overlay.no_pieces")
    crs = MAP_CRS if ending in DEGREES_ONLY else crs_name(shapes.crs)
    write_bytes(layer_bytes(shapes, ending, name, crs), path)


def emit(
    tables: dict[str, pd.DataFrame],
    format: Format | None,
    output: Path | None,
    unit: str = "m2",
    names: dict[str, str] | None = None,
    note: str | None = None,
) -> None:
    """Print tables or write them: units in the names of what leaves, rounding only in `table`.

    CSV and JSON hold the first table; XLSX a sheet each, with the sources behind them.
    """
    chosen = resolve(format, output)
    first = next(iter(tables.values()))
    if chosen == Format.json:
        write(json_text(plain_rows(outward(first))), output)
    elif chosen == Format.csv:
        table = outward(first)
        write(csv_bytes(table) if output else csv_text(table), output)
    elif chosen == Format.xlsx:
        if output is None:
            raise InputError("xlsx_needs_file")
        write(
            xlsx_bytes(study.with_sources({name: outward(table) for name, table in tables.items()})),
            output,
        )
    else:
        write(text_of(tables, unit, names, note), output)


def text_of(tables: dict[str, pd.DataFrame], unit: str, names: dict[str, str] | None, note: str | None) -> str:
    """Return tables as drawn with letters."""
    first = next(iter(tables.values()))
    told = [table for table in tables.values() if len(table) or table is first]
    return people_text(
        [None if table.empty else shown(table.dropna(axis=1, how="all"), unit, names) for table in told], note
    )


def people_text(tables: list[pd.DataFrame | None], note: str | None) -> str:
    """Return tables made for people as drawn with letters; None is a table without rows."""
    console = Console(width=None if sys.stdout.isatty() else 240, highlight=False, markup=False, soft_wrap=False)
    with console.capture() as captured:
        for people in tables:
            if people is None:
                console.print(t("word.none"))
                continue
            formats = number_formats(people)
            drawn = Table(show_lines=False)
            for header in people.columns:
                drawn.add_column(str(header), justify="right" if header in formats else "left", overflow="fold")
            for row in people.to_dict("records"):
                drawn.add_row(*(cell(value, formats.get(header)) for header, value in row.items()))
            console.print(drawn)
        if note:
            console.print(note)
    return captured.get()


def cell(value: Any, number_format: str | None) -> str:
    """Return one cell; unknown is a dash."""
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return "–"
    if isinstance(value, bool):
        return t("word.yes") if value else t("word.no")
    return printable(str(value)) if number_format is None else number_format.format(value)


def may_leave(confidential: bool) -> None:
    """Say whether files of a confidential (대외비) scenario may be written."""
    _confidential.set(confidential)


def leaves() -> bool:
    """Tell whether a person said that what is confidential may leave."""
    return _confidential.get()


def require_open(scenarios: Sequence[str | None], output: Path | None) -> None:
    """Refuse a file about scenarios or resting on layers that are marked 대외비, unless a person said that it may leave.

    Raises
    ------
    InputError
    """
    asked = [active.kept(one).scenario for one in scenarios if one is not None]
    secret = [*(one.title for one in asked if one.confidential), *study.secrets_used()]
    if output is not None and secret and not _confidential.get():
        raise InputError("confidential", layer=", ".join(secret))


def write(content: str | bytes, output: Path | None) -> None:
    """Write to the file, or to stdout, which holds only the result; a file that rests on what is confidential is asked about."""
    require_open([active.name()], output)
    packed = content.encode("utf-8") if isinstance(content, str) else content
    if output is not None:
        write_bytes(packed, output)
        return
    sys.stdout.buffer.write(packed)
    sys.stdout.buffer.flush()


@contextmanager
def working(words: str) -> Iterator[None]:
    """Show on stderr, while it is a terminal, that something is at work and for how long."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        bar.add_task(escape(words), total=None)
        yield


def one_line(text: str) -> str:
    """Return a message as one line that a terminal only prints, whatever names stand in it."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} …"


def say_aside(text: str) -> None:
    """Say a line on stderr: stdout holds only the result."""
    typer.echo(one_line(text), err=True)
