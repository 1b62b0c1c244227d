"""지역·지구 중첩 면적표: a site against the statutory themes."""

from pathlib import Path
from typing import Annotated

import typer

from gis.analysis.overlay import SLIVER
from gis.cli.output import CrsOpt, Format, FormatOpt, IdOpt, OutputOpt, SiteArg, UnitOpt, emit, resolve
from gis.crs import MAP_CRS, crs_name
from gis.errors import InputError
from gis.io.read import Reading
from gis.io.write import LAYER_FORMATS, layer_bytes, write_bytes
from gis.study import overlay as overlays
from gis.study.sites import SiteRef, site
from gis.units import area_unit, parse_length
from gis.view.overlay import overlay_sentences, overlay_table, people_table, pieces

app = typer.Typer()
DEGREES_ONLY = (".geojson", ".kml")
"""Formats whose standard is WGS 84; the others hold the belt of the site, in which its areas are measured."""


@app.command()
def overlay(
    source: SiteArg,
    layer: Annotated[str | None, typer.Option(help="Only this layer or theme, by name or title.")] = None,
    class_column: Annotated[str | None, typer.Option("--class", help="The layer's column of classes.")] = None,
    sliver: Annotated[str, typer.Option(help="Mean width below which a piece is a sliver, e.g. 1m.")] = f"{SLIVER:g}m",
    pieces_file: Annotated[
        Path | None, typer.Option("--pieces", help="Write the cut shapes too: .gpkg, .geojson, .zip …")
    ] = None,
    confidential: Annotated[bool, typer.Option(help="Write shapes of layers marked 대외비 too.")] = False,
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
        write_pieces(found, pieces_file, confidential)
    if resolve(format, output) == Format.table:
        emit({"overlay": people_table(found, unit)}, format, output, unit, note="\n".join(overlay_sentences(found)))
        return
    emit({"overlay": overlay_table(found)}, format, output)


def write_pieces(found: overlays.Overlay, path: Path, confidential: bool) -> None:
    """Write the shape of every row; shapes that are confidential only where a person says so."""
    ending = path.suffix.lower()
    if ending not in LAYER_FORMATS:
        raise InputError("export_ending", ending=path.suffix or "-", known=" ".join(LAYER_FORMATS))
    secret = [] if confidential else overlays.confidential_layers(found)
    if secret:
        raise InputError("confidential", layer=", ".join(secret))
    shapes = pieces(found)
    if shapes.empty:
        raise InputError("overlay.no_pieces")
    crs = MAP_CRS if ending in DEGREES_ONLY else crs_name(shapes.crs)
    write_bytes(layer_bytes(shapes, ending, "overlay", crs), path)
