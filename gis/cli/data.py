"""Data in and out: a person's files, imported layers, outlines of complexes, exports."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from gis import study
from gis.cli.output import ConfidentialOpt, FormatOpt, OutputOpt, emit, require_open, say_aside, working
from gis.crs import GWANGJU_BELT, MAP_CRS
from gis.errors import InputError
from gis.i18n import t
from gis.io import store
from gis.io.read import Reading
from gis.io.write import LAYER_FORMATS, layer_bytes, write_bytes
from gis.study import active, imports, kinds, work
from gis.study import overlay as overlays
from gis.view.overlay import assignment_table
from gis.view.sentences import problem_sentences, story_sentence
from gis.view.tables import label, told_story

app = typer.Typer()
layer_app = typer.Typer(no_args_is_help=True, help="List, rename, restyle or remove what was imported.")
outline_app = typer.Typer(no_args_is_help=True, help="Choose which imported boundary is a complex's outline.")
app.add_typer(layer_app, name="layer")
app.add_typer(outline_app, name="outline")

LayerArg = Annotated[str, typer.Argument(help="The name or title of an imported layer.")]
ComplexArg = Annotated[str, typer.Argument(help="The id of a complex.")]


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="Shapefile or zip, DXF, GPKG, KML, GeoJSON, CSV, XLSX, GML, Parquet …")],
    name: Annotated[str | None, typer.Option("--as", help="Keep it under this name (a–z, 0–9, _).")] = None,
    crs: Annotated[str | None, typer.Option(help=f"CRS of the file, e.g. {GWANGJU_BELT} or KATEC.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Letters of the file: utf-8 or cp949.")] = None,
    layer: Annotated[str | None, typer.Option(help="Which layer, sheet, or data set of a zip.")] = None,
    swap: Annotated[bool | None, typer.Option("--swap/--no-swap", help="Whether X is north and Y is east.")] = None,
    polygons: Annotated[bool, typer.Option(help="Join lines, or points in their order, to polygons.")] = False,
    group: Annotated[str | None, typer.Option(help="Column that tells one ring of points from the next.")] = None,
    title: Annotated[str | None, typer.Option(help="What people call the layer.")] = None,
    grade: Annotated[str | None, typer.Option(help="Boundary grade A, B, C or D.")] = None,
    vertex_sigma: Annotated[
        float | None, typer.Option(help="Standard error of a vertex in m, where one is known.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Who made the data.")] = None,
    rank: Annotated[str | None, typer.Option(help="notice, statistics, agency or press.")] = None,
    license: Annotated[str | None, typer.Option(help="Terms of use.")] = None,
    base_date: Annotated[str | None, typer.Option(help="The day that the data describes, e.g. 2026-01-31.")] = None,
    confidential: Annotated[bool, typer.Option(help="대외비: kept out of exports unless asked for.")] = False,
    kind: Annotated[
        str | None, typer.Option(help="Shapes, Firms, People, Raster or Lands, where it is not found out.")
    ] = None,
    check: Annotated[bool, typer.Option(help="Read and check only; keep nothing.")] = False,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Read a file, check it, and keep it as a layer; what was repaired or set aside is listed by row."""
    reading = Reading(crs, encoding, layer, swap, polygons, group)
    keeping = imports.Keeping(name, title, grade, vertex_sigma, source, rank, license, base_date, confidential)
    chosen = kinds.known_kind(kind) if kind else kinds.file_kind(file, reading)
    if chosen != kinds.SHAPES and check:
        emit({"check": kinds.check_other(file, chosen, reading)}, format, output)
        return
    if chosen != kinds.SHAPES:
        emit({"import": imports.import_table([kinds.keep_other(file, chosen, reading, keeping)])}, format, output)
        return
    with working(t("import.reading")):
        arrived = imports.arrival(file, reading)
    before = imports.kept_before(arrived)
    kept = [] if check else imports.keep(arrived, keeping)
    for line in problem_sentences(arrived.problems):
        say_aside(line)
    for known in before:
        say_aside(t("sentence.kept_before", title=known.title, name=known.name))
    tables = (
        {"problems": arrived.problems}
        if check
        else {"import": imports.import_table(kept), "problems": arrived.problems}
    )
    emit(tables, format, output, note=story_sentence(arrived.story, len(arrived.frame)) if check else None)


@layer_app.command("list")
def list_layers(format: FormatOpt = None, output: OutputOpt = None) -> None:
    """List imported layers with how each was read."""
    emit({"layers": imports.import_table(store.layers())}, format, output)


@layer_app.command("story")
def story(layer: LayerArg, format: FormatOpt = None, output: OutputOpt = None) -> None:
    """Show how a layer came: file, hash, encoding, CRS, repairs by row."""
    stored = store.layer(layer)
    problems = pd.DataFrame(stored.story.get("problems", []))
    emit({"story": told_story(stored), **({"problems": problems} if len(problems) else {})}, format, output)


@layer_app.command("rename")
def rename(layer: LayerArg, title: Annotated[str, typer.Argument(help="The new title.")]) -> None:
    """Call a layer otherwise; its name in commands stays."""
    imports.rename(layer, title)


@layer_app.command("theme")
def theme(
    layer: Annotated[str | None, typer.Argument(help="The name or title of an imported layer; all by default.")] = None,
    theme: Annotated[str | None, typer.Argument(help="The theme (지역·지구) it is of, by id or title; none.")] = None,
    class_column: Annotated[str | None, typer.Option("--class", help="The column that holds its classes.")] = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Say which 지역·지구 a layer is of and which column holds its classes, or list what is known of each."""
    given = overlays.assignments() if layer is None else [overlays.state_theme(layer, theme, class_column)]
    emit({"themes": assignment_table(given)}, format, output)


@layer_app.command("restyle")
def restyle(
    layer: LayerArg,
    fill: Annotated[str | None, typer.Option(help="Color of the ground, #rrggbb.")] = None,
    stroke: Annotated[str | None, typer.Option(help="Color of the rim, #rrggbb.")] = None,
    weight: Annotated[float | None, typer.Option(help="Width of the rim in pixels.")] = None,
    opacity: Annotated[float | None, typer.Option(help="Of the ground, 0 to 1.")] = None,
) -> None:
    """Draw a layer otherwise."""
    imports.restyle(layer, fill=fill, stroke=stroke, weight=weight, fill_opacity=opacity)


@layer_app.command("remove")
def remove(layer: LayerArg) -> None:
    """Forget a layer and remove its file; a complex whose outline it was has its schematic one again."""
    for lost in imports.remove(layer):
        say_aside(t("sentence.outline_lost", name=label("place", lost.complex)))


@outline_app.command("list")
def list_outlines(format: FormatOpt = None, output: OutputOpt = None) -> None:
    """List the imported outlines of the complexes and which is in use."""
    emit({"outlines": imports.outline_table()}, format, output)


@outline_app.command("adopt")
def adopt(
    layer: LayerArg,
    complex: Annotated[str | None, typer.Argument(help="The complex; matched by name where none is given.")] = None,
    grade: Annotated[
        str | None, typer.Option(help="A official, B cadastral, C digitised; else the layer's own.")
    ] = None,
    id: Annotated[list[str] | None, typer.Option(help="Only the features with this id; may be repeated.")] = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Make an imported boundary the outline of a complex, and show what changed."""
    emit(change_tables(imports.adopt_by_name(layer, complex, tuple(id or ()), grade)), format, output)


@outline_app.command("use")
def use(
    complex: ComplexArg,
    number: Annotated[int | None, typer.Option(help="Of an imported outline; the schematic one without.")] = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Use another outline of a complex, or the schematic one again, and show what changed."""
    emit(change_tables(imports.use_outline(complex, number)), format, output)


def change_tables(change: imports.OutlineChange) -> dict[str, pd.DataFrame]:
    """Return what other outlines changed as the tables of a command."""
    return {"area": change.area, "distances": change.distances, "adjacency": change.adjacency}


@app.command()
def export(
    layer: Annotated[str, typer.Argument(help="A layer name.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The ending chooses the format.")],
    crs: Annotated[str, typer.Option(help="CRS of the file.")] = MAP_CRS,
    confidential: ConfidentialOpt = False,
) -> None:
    """Write a layer as GeoJSON, GPKG, Shapefile (zip), GeoParquet, FlatGeobuf, KML, DXF, CSV or XLSX."""
    ending = output.suffix.lower()
    if kinds.has_no_shapes(layer):
        secret = [] if confidential else study.confidential_layers(layer)
        if secret:
            raise InputError("confidential", layer=", ".join(secret))
        write_bytes(kinds.other_bytes(layer, ending), output)
        return
    if ending not in LAYER_FORMATS:
        raise InputError("export_ending", ending=output.suffix or "-", known=" ".join(LAYER_FORMATS))
    secret = [] if confidential else study.confidential_layers(layer)
    if secret:
        raise InputError("confidential", layer=", ".join(secret))
    require_open([active.name()], output)
    write_bytes(layer_bytes(study.layer(layer), ending, layer, crs, study.export_story(layer)), output)


@app.command("work")
def save_work(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file, a .zip.")],
    confidential: ConfidentialOpt = False,
) -> None:
    """Write all work here as one zip: scenarios, imported layers and tables, the edited chain, every decision."""
    if output.suffix.lower() != ".zip":
        raise InputError("export_ending", ending=output.suffix or "-", known=".zip")
    write_bytes(work.work_bytes(confidential=confidential), output)
