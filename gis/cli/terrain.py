"""Heights and slopes of a site from an imported elevation model."""

from typing import Annotated

import typer

from gis.cli.output import CrsOpt, Format, FormatOpt, IdOpt, OutputOpt, SiteArg, UnitOpt, emit, resolve
from gis.cli.vertices import site_reading
from gis.study.sites import SiteRef
from gis.study.terrain import Bands, parse_edges, terrain_report
from gis.units import area_unit
from gis.view.terrain import FIGURES, people_bands, terrain_rows, terrain_sentences

app = typer.Typer()


@app.command()
def terrain(
    site: SiteArg,
    id: IdOpt = None,
    dem: Annotated[str | None, typer.Option(help="The imported elevation model, where there are several.")] = None,
    slope_bands: Annotated[str, typer.Option(help="Lower ends of the bands, rising.")] = "0,5,10,15,20,25,30",
    slope_unit: Annotated[str, typer.Option(help="deg or pct.")] = "deg",
    elevation_bands: Annotated[
        str | None, typer.Option(help="Ends of the bands in m, rising, e.g. 20,40,60; else round ones.")
    ] = None,
    unit: UnitOpt = "m2",
    crs: CrsOpt = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Measure how much of a site lies in each band of height and slope."""
    unit = area_unit(unit)
    heights = None if elevation_bands is None else parse_edges(elevation_bands)
    bands = Bands(heights, parse_edges(slope_bands), slope_unit)
    report = terrain_report(SiteRef(site, id), dem, bands, site_reading(site, crs))
    if resolve(format, output) == Format.table:
        people = {figure: people_bands(report, figure, unit) for figure in FIGURES}
        emit(people, format, output, unit, note="\n".join(terrain_sentences(report, unit)))
        return
    emit({"terrain": terrain_rows(report)}, format, output)
