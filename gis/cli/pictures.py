"""Pictures: a drawing placed by control points and traced, and the story of a raster."""

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from gis import study
from gis.analysis.georeference import METHODS, outside_count
from gis.cli.output import FormatOpt, OutputOpt, emit, say_aside
from gis.crs import GWANGJU_BELT
from gis.errors import DataFileError
from gis.i18n import t
from gis.io.picture import Sheet, read_sheet
from gis.io.raster import read_raster
from gis.io.write import LAYER_FORMATS, layer_bytes, write_bytes
from gis.study import pictures, rasters
from gis.study.imports import Keeping
from gis.view.georeference import fit_sentences, outline_sentences
from gis.view.sentences import area_sentence

app = typer.Typer()


@app.command()
def georeference(
    picture: Annotated[Path, typer.Argument(help="The drawing as PNG, JPEG or TIFF.")],
    points: Annotated[Path, typer.Option(help="CSV of control points: pixel_x, pixel_y and x_n_m, y_e_m or lon, lat.")],
    trace: Annotated[Path | None, typer.Option(help="CSV of the traced boundary: pixel_x, pixel_y.")] = None,
    method: Annotated[str, typer.Option(help=" or ".join(METHODS) + ".")] = "affine",
    crs: Annotated[str, typer.Option(help="CRS of x_n_m and y_e_m.")] = GWANGJU_BELT,
    name: Annotated[str, typer.Option("--as", help="Id and name of the outline.")] = "traced",
    format: FormatOpt = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the outline: .geojson, .gpkg …")] = None,
) -> None:
    """Place a picture by control points, show their residuals and the RMSE, and write what was traced as grade C."""
    sheet = read_sheet(content_of(picture), picture.name)
    known = pictures.placed(pictures.point_table(content_of(points), points.name), method, crs, sheet)
    said = list(fit_sentences(known, sheet))
    if trace is not None:
        said += traced(sheet, known, pictures.trace_table(content_of(trace), trace.name), name, output)
    emit({"control_points": known.points}, format, None, note="\n".join(said))


def traced(sheet: Sheet, known: pictures.Placed, trace: np.ndarray, name: str, output: Path | None) -> list[str]:
    """Write the traced outline where one is asked for, and return what is to be said of it."""
    frame, _ = pictures.traced_layer(sheet, known, trace, name)
    area = study.areas(study.SourceLayer(name, frame)).iloc[0]
    if output is not None:
        if output.suffix.lower() not in LAYER_FORMATS:
            known_endings = ", ".join(LAYER_FORMATS)
            raise pictures.InputError("export_ending", ending=output.suffix or "-", known=known_endings)
        write_bytes(layer_bytes(frame, output.suffix.lower(), name), output)
    outside = outside_count(known.fit, trace)
    return [area_sentence(area.to_dict(), "m2"), *outline_sentences(area, known.fit.rmse, outside, "m2")]


@app.command()
def raster(
    file: Annotated[Path, typer.Argument(help="A GeoTIFF or MBTiles file.")],
    crs: Annotated[str | None, typer.Option(help="CRS of a file that states none.")] = None,
    world_file: Annotated[Path | None, typer.Option(help="The .tfw that places a TIFF.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep it in the workspace, as a base for the map.")] = False,
    name: Annotated[str | None, typer.Option("--as", help="Keep it under this name (a–z, 0–9, _).")] = None,
    title: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    confidential: Annotated[bool, typer.Option(help="대외비: no browser keeps its tiles.")] = False,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Show the story of an elevation model, an aerial picture or a tiled map; with --keep, keep it."""
    if keep or name is not None:
        keeping = Keeping(name=name, title=title, confidential=confidential)
        kept = rasters.keep_raster(file, keeping, crs=crs, world_file=world_file)
        say_aside(t("raster.kept", title=kept.title, name=kept.name))
        story = kept.story
    else:
        story = rasters.raster_story(read_raster(file, crs=crs, world_file=world_file)) | {"file": file.name}
    emit({"raster": pd.DataFrame([rasters.story_row(story)])}, format, output)


def content_of(path: Path) -> bytes:
    """Return a person's file whole."""
    try:
        if not path.is_file():
            raise DataFileError("no_file", path=path)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, DataFileError):
            raise
        raise DataFileError("no_file", path=path) from error
