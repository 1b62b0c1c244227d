"""The boundary of a site as a list of coordinates, with its area calculation and its drawing."""

from pathlib import Path
from typing import Annotated

import typer

from gis import study
from gis.cli.output import (
    ConfidentialOpt,
    CrsOpt,
    Format,
    FormatOpt,
    IdOpt,
    OutputOpt,
    SiteArg,
    emit,
    resolve,
    say_aside,
)
from gis.errors import InputError
from gis.io.read import Reading
from gis.io.write import write_bytes
from gis.study.sites import SiteRef, confidential_layers
from gis.study.vertices import BoundaryReport, boundary_report
from gis.units import parse_length
from gis.view.vertices import (
    calculation_rows,
    drawing_note,
    drawing_of,
    head_lines,
    head_rows,
    people_calculation,
    people_points,
    point_rows,
)

app = typer.Typer()
DRAWING = ".dxf"


@app.command()
def vertices(
    site: SiteArg,
    id: IdOpt = None,
    simplify: Annotated[str | None, typer.Option(help="Only main bend points within a distance, e.g. 5m.")] = None,
    calculation: Annotated[bool, typer.Option("--calculation", help="The area calculation by coordinates.")] = False,
    dxf: Annotated[Path | None, typer.Option(help="Write the drawing too, to this .dxf file.")] = None,
    confidential: ConfidentialOpt = False,
    crs: CrsOpt = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """List the boundary points of a site with X north, Y east, azimuth and length, as surveyors write them.

    With an output file that ends in .dxf, write the drawing alone.
    """
    tolerance = None if simplify is None else parse_length(simplify)
    ref = SiteRef(site, id)
    secret = confidential_layers(ref)
    if secret and not confidential and (output or dxf):
        raise InputError("confidential", layer=", ".join(secret))
    report = boundary_report(ref, tolerance, site_reading(site, crs))
    if output is not None and output.suffix.lower() == DRAWING and format is None:
        write_drawing(report, output)
        return
    if dxf is not None:
        write_drawing(report, dxf)
    show(report, calculation, format, output)


def site_reading(site: str, crs: str | None) -> Reading:
    """Return how to read the site; only a file may be told its CRS."""
    if crs is not None and (site in study.known_layers() or site in study.complexes().index):
        raise InputError("crs_stated", crs=crs, layer=site)
    return Reading(crs=crs)


def write_drawing(report: BoundaryReport, path: Path) -> None:
    """Write the boundary as DXF."""
    if path.suffix.lower() != DRAWING:
        raise InputError("vertices.drawing_ending", ending=path.suffix or "-")
    write_bytes(drawing_of(report), path)
    if note := drawing_note(report):
        say_aside(note)


def show(report: BoundaryReport, calculation: bool, format: Format | None, output: Path | None) -> None:
    """Print the list or the calculation; a workbook holds both and the head."""
    if resolve(format, output) == Format.table:
        people = people_calculation(report) if calculation else people_points(report)
        emit({"vertices": people}, format, output, note="\n".join(head_lines(report)))
        return
    tables = {"vertices": point_rows(report), "calculation": calculation_rows(report)}
    first = "calculation" if calculation else "vertices"
    ordered = {first: tables.pop(first)} | tables | {"head": head_rows(report)}
    emit(ordered, format, output)
