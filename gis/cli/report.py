"""`report`: a document to attach to an official paper, as PDF, HWPX, HTML, XLSX or a bundle of all."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn

from gis.cli.output import ConfidentialOpt, ScenarioOpt, UnitOpt, leaves, write
from gis.errors import InputError
from gis.study import active, reports
from gis.study.reports import PARTS, USUAL, Asked
from gis.study.sites import SiteRef
from gis.study.sites import site as known_site
from gis.units import area_unit, parse_length
from gis.view import report as view
from gis.view.report.full import Progress as Heard

app = typer.Typer()
USUAL_ASKED = Asked()


class Paper(StrEnum):
    """Sizes of paper."""

    a4 = "a4"
    a3 = "a3"


@app.command()
def report(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file: .pdf, .hwpx, .html, .xlsx or .zip (all of them).")
    ],
    summary: Annotated[bool, typer.Option("--summary", help="One A3 page instead of the full report.")] = False,
    part: Annotated[list[str] | None, typer.Option(help=f"A part, again for more: {', '.join(PARTS)}.")] = None,
    site: Annotated[
        list[str] | None, typer.Option(help="A complex, LAYER:ID or file of which statutory tables are made.")
    ] = None,
    alternative: Annotated[
        list[str] | None, typer.Option(help="A scenario to compare, the first is the base; `-` is the data.")
    ] = None,
    year: Annotated[int, typer.Option(help="The year of the chain.")] = USUAL_ASKED.year,
    scope: Annotated[str, typer.Option(help="cluster, cluster_cheomdan3 or region.")] = USUAL_ASKED.scope,
    basis: Annotated[str, typer.Option(help="plan or fact.")] = USUAL_ASKED.basis,
    within: Annotated[str | None, typer.Option(help="Farthest hand-over that counts, e.g. 10km.")] = None,
    paper: Annotated[Paper, typer.Option(help="Paper of the full report.")] = Paper.a4,
    date: Annotated[str | None, typer.Option(help="Date of issue to print; none is made up.")] = None,
    title: Annotated[str | None, typer.Option(help="Another title.")] = None,
    scenario: ScenarioOpt = None,
    confidential: ConfidentialOpt = False,
    unit: UnitOpt = "m2",
) -> None:
    """Write the report: the same numbers as on screen, with maps, sources and what they rest on."""
    write_form = view.form_of(output.name)
    asked = Asked(
        parts=USUAL if part is None else tuple(part),
        sites=USUAL_ASKED.sites if site is None else tuple(map(typed_site, site)),
        alternatives=tuple(None if name == "-" else name for name in alternative or ()),
        year=year, scope=scope, basis=basis, within=None if within is None else parse_length(within),
        unit=area_unit(unit), paper=paper.value, date=date, title=title,
    )  # fmt: skip
    with active.under(scenario or active.name()), making() as heard:
        reports.require_possible(asked)
        for ref in asked.sites if site else ():
            known_site(ref)
        secret = [] if leaves() else secrets(asked, summary)
        if secret:
            raise InputError("confidential", layer=", ".join(secret))
        made = view.one_page(asked) if summary else view.full_report(asked, heard)
        write(write_form(made), output)


def secrets(asked: Asked, summary: bool) -> list[str]:
    """Return what a report would carry out of the house: layers and scenarios marked 대외비."""
    now = active.current()
    mine = {now.scenario.title} if now is not None and now.scenario.confidential else set()
    return sorted(mine | {*reports.secrets(Asked(parts=("areas",)) if summary else asked)})


def typed_site(text: str) -> SiteRef:
    """Return the site that a person typed: a file, a complex, a layer, or LAYER:ID."""
    if Path(text).exists():
        return SiteRef(text)
    name, _, feature = text.rpartition(":")
    return SiteRef(name, feature) if name else SiteRef(text)


@contextmanager
def making() -> Iterator[Heard]:
    """Show on stderr, while it is a terminal, how far the report is and what comes next."""
    columns = (*Progress.get_default_columns(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda done, words: bar.update(task, completed=done, description=words)
