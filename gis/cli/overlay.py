"""지역·지구 중첩 면적표: a site against the statutory themes."""

from pathlib import Path
from typing import Annotated

import typer

from gis.analysis.overlay import SLIVER
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
from gis.study import overlay as overlays
from gis.study.sites import SiteRef, site
from gis.units import area_unit, parse_length
from gis.view.overlay import overlay_sentences, overlay_table, people_table, pieces

app = typer.Typer()


@app.command()
def overlay(
    source: SiteArg,
    layer: Annotated[str | None, typer.Option(help="Only this layer or theme, by name or title.")] = None,
    class_column: Annotated[str | None, typer.Option("--class", help="The layer's column of classes.")] = None,
    sliver: Annotated[str, typer.Option(help="Mean width below which a piece is a sliver, e.g. 1m.")] = f"{SLIVER:g}m",
    pieces_file: Annotated[
        Path | None, typer.Option("--pieces", help="Write the cut shapes too: .gpkg, .geojson, .zip …")
    ] = None,
    confidential: ConfidentialOpt = False,
    id: IdOpt = None,
    unit: UnitOpt = "m2",
    crs: CrsOpt = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Share a site out among 용도지역, 개발제한구역 and the other themes: area, share, agency; rows add to the site."""
    unit = area_unit(unit)
    found = overlays.overlay(site(SiteRef(source, id), Reading(crs=crs)), layer, class_column, parse_length(sliver))
    if pieces_file is not None:
        write_shapes(pieces(found), pieces_file, "overlay", overlays.confidential_layers(found), confidential)
    if resolve(format, output) == Format.table:
        emit({"overlay": people_table(found, unit)}, format, output, unit, note="\n".join(overlay_sentences(found)))
        return
    emit({"overlay": overlay_table(found)}, format, output)
