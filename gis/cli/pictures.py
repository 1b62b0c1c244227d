"""Pictures: a drawing placed by control points and traced, and the story of a raster."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from gis import study
from gis.analysis.georeference import METHODS, outside_count
from gis.cli.data import change_tables
from gis.cli.output import FormatOpt, OutputOpt, emit, say_aside
from gis.crs import GWANGJU_BELT
from gis.errors import DataFileError, InputError
from gis.i18n import t
from gis.io.picture import read_sheet
from gis.io.raster import read_raster
from gis.io.write import layer_bytes, write_bytes
from gis.study import imports, pictures, rasters
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
    name: Annotated[str | None, typer.Option("--as", help="Id and name of the outline.")] = None,
    format: FormatOpt = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the outline with picture, points and trace.")] = False,
    outline_of: Annotated[str | None, typer.Option(help="Keep it as the outline in use of this complex.")] = None,
    confidential: Annotated[bool, typer.Option(help="대외비: kept out of exports unless asked for.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the outline: .geojson, .gpkg …")] = None,
) -> None:
    """Place a picture by control points, show their residuals and the RMSE, and write or keep what was traced as grade C."""
    content = content_of(picture)
    sheet = read_sheet(content, picture.name)
    known = pictures.placed(pictures.point_table(content_of(points), points.name), method, crs, sheet)
    said, tables = list(fit_sentences(known, sheet)), {"control_points": known.points}
    if trace is None and (output is not None or keep or outline_of is not None):
        raise InputError("georeference.no_trace")
    name = name or outline_of or "traced"
    if trace is not None:
        corners = pictures.trace_table(content_of(trace), trace.name)
        official = None if outline_of is None else pictures.official_area(outline_of)
        frame, story = pictures.traced_layer(sheet, known, corners, name, official)
        area = study.areas(study.SourceLayer(name, frame)).iloc[0]
        said.append(area_sentence(area.to_dict(), "m2"))
        said += outline_sentences(frame, area, known.fit, outside_count(known.fit, corners), "m2")
        if output is not None:
            write_bytes(layer_bytes(frame, output.suffix.lower(), name, story=story), output)
        if keep or outline_of is not None:
            kept = pictures.keep_traced(content, sheet, frame, story, name, confidential=confidential)
            say_aside(t("georeference.kept", title=kept.title, name=kept.name))
            if outline_of is not None:
                tables |= change_tables(imports.adopt_outline(outline_of, kept.name, (name,), pictures.GRADE))
    emit(tables, format, None, note="\n".join(said))


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
