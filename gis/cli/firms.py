"""Firms of a register by complex and industry, and people by district."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from gis.cli.output import Format, FormatOpt, OutputOpt, UnitOpt, emit, resolve
from gis.study import firms as study
from gis.units import area_unit
from gis.view.firms import firm_sentences, people_sentences

app = typer.Typer()


class FirmTable(StrEnum):
    """What to print of a register."""

    firms = "firms"
    industries = "industries"
    quotients = "quotients"
    stages = "stages"
    unmatched = "unmatched"
    dropped = "dropped"


class Level(StrEnum):
    """How fine figures of people are shown."""

    emd = "emd"
    sigungu = "sigungu"


RegisterArg = Annotated[str, typer.Argument(help="A CSV or XLSX file, or the name of one that was imported.")]
EncodingOpt = Annotated[str | None, typer.Option(help="Encoding of a CSV: utf-8, cp949.")]
SheetOpt = Annotated[
    str | None, typer.Option("--sheet", "--layer", help="Sheet of a workbook; the one with headings by default.")
]


@app.command()
def firms(
    file: RegisterArg,
    table: Annotated[FirmTable, typer.Option(help="What to print.")] = FirmTable.industries,
    digits: Annotated[int, typer.Option(help="Digits of the industry code, 2 to 5.")] = 2,
    reference: Annotated[str | None, typer.Option(help="Another register to compare shares with.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of the columns x and y.")] = None,
    encoding: EncodingOpt = None,
    sheet: SheetOpt = None,
    unit: UnitOpt = "m2",
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Match the firms of a register to complexes and count them by industry; XLSX holds every table."""
    unit = area_unit(unit)
    other = None if reference is None else study.kept_or_file(reference)
    with waiting(file):
        report = study.firm_report(
            study.kept_or_file(file), encoding=encoding, sheet=sheet, digits=digits, crs=crs, reference=other
        )
    names = [table.value, *(name for name in study.FIRM_TABLES if name != table.value)]
    wanted = names if resolve(format, output) == Format.xlsx else names[:1]
    note = "\n".join(firm_sentences(report))
    emit({name: report.table(name) for name in wanted}, format, output, unit, note=note)


@app.command()
def people(
    file: RegisterArg,
    level: Annotated[Level | None, typer.Option(help="emd: by 동, needs boundaries; sigungu: sums.")] = None,
    boundaries: Annotated[str | None, typer.Option(help="A file of 행정동 polygons with their codes.")] = None,
    encoding: EncodingOpt = None,
    sheet: SheetOpt = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Put population and workers by 행정동 on boundaries of 행정동, or add them up by 시군구."""
    chosen = None if level is None else level.value
    with waiting(file):
        report = study.people_report(
            study.kept_or_file(file), level=chosen, boundaries=boundaries, encoding=encoding, sheet=sheet
        )
    tables = {"people": report.units, "people_unmatched": report.unmatched, "people_totals": report.totals}
    emit(tables, format, output, note="\n".join(people_sentences(report)))


@contextmanager
def waiting(name: str) -> Iterator[None]:
    """Show on stderr, while it is a terminal, that a file is being read: a national register takes a minute."""
    if not sys.stderr.isatty():
        yield
        return
    with Console(stderr=True, markup=False).status(name):
        yield
