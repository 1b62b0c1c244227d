"""`python -m gis`: every analysis from any directory, in the forms of the interface contract."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from gis import study
from gis.analysis.adjacency import Thresholds
from gis.crs import GWANGJU_BELT, MAP_CRS
from gis.errors import GisError, InputError
from gis.i18n import t, use_language
from gis.io import catalog
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
from gis.units import area_unit, parse_length
from gis.view import sentences
from gis.view.tables import number_formats, shown, with_area_notes
from layers import LAYERS

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Measure linked industrial complexes: areas, distances, adjacency, value chain, claims.",
)  # fmt: skip


LONGEST_LINE = 1_000
"""Characters of a message; a name may have ten thousand."""


class Format(StrEnum):
    """What a command prints."""

    table = "table"
    csv = "csv"
    json = "json"
    xlsx = "xlsx"


class Language(StrEnum):
    """Languages of labels and messages."""

    ko = "ko"
    en = "en"


class Measure(StrEnum):
    """How far apart: by boundary, by center, along roads."""

    gap = "gap"
    centroid = "centroid"
    road = "road"
    time = "time"


SourceArg = Annotated[str | None, typer.Argument(help="A layer name or a file; the complexes by default.")]
FormatOpt = Annotated[Format | None, typer.Option("--format", help="What to print; a file's ending chooses too.")]
OutputOpt = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of printing.")]
UnitOpt = Annotated[str, typer.Option("--unit", help="Area unit of the table: m2 ha km2 pyeong man-pyeong man-m2.")]
CrsOpt = Annotated[str | None, typer.Option("--crs", help=f"CRS of a file that states none, e.g. {GWANGJU_BELT}.")]
LangOpt = Annotated[Language, typer.Option("--lang", envvar="GIS_LANG", help="Language of labels and messages.")]


@app.callback()
def choose_language(lang: LangOpt = Language.ko) -> None:
    """Set the language before any command runs."""
    use_language(lang)


@app.command()
def layers(format: FormatOpt = None, output: OutputOpt = None) -> None:
    """List the bundled layers with grade, source and base date."""
    table = study.layer_table()
    table["title"] = table["title"].map(t)
    emit({"layers": table}, format, output)


@app.command()
def area(
    source: SourceArg = None,
    by: Annotated[str | None, typer.Option(help="Share out by sigungu, emd or ri.")] = None,
    unit: UnitOpt = "m2",
    crs: CrsOpt = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Measure both areas of every site, planar in the belt and geodesic, or its shares by district."""
    unit = area_unit(unit)
    sites = measured(source, crs)
    if by is not None:
        emit({"area_by_" + by: study.unit_shares(sites, by)}, format, output, unit)
        return
    emit({"area": with_area_notes(study.areas(sites))}, format, output, unit)


@app.command()
def distance(
    source: SourceArg = None,
    to: Annotated[str | None, typer.Option(help="Measure to each feature of this layer.")] = None,
    measure: Annotated[Measure, typer.Option(help="gap: between boundaries; centroid: between centers.")] = Measure.gap,
    crs: CrsOpt = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Measure straight-line distances, geodesic, between nearest points or centers."""
    sites = measured(source, crs)
    table = study.distances(sites, to, measure)
    names = place_names(sites) | ({} if to is None else place_names(study.source_layer(to)))
    emit({"distance": sentences.with_distance_labels(table, names)}, format, output, names=names)


@app.command()
def adjacency(
    source: SourceArg = None,
    within: Annotated[str | None, typer.Option(help="Only pairs that may lie within, e.g. 5km.")] = None,
    tolerance: Annotated[str, typer.Option(help="Boundaries this close are one, e.g. 0.1m.")] = "0.1m",
    beside: Annotated[str, typer.Option(help="Widest road, river or rail of 인접, e.g. 100m.")] = "100m",
    near: Annotated[str, typer.Option(help="Bands of 근접, rising.")] = "2km,5km,10km",
    separators: Annotated[str | None, typer.Option(help="A file of roads, rivers and railways.")] = None,
    crs: CrsOpt = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Classify every pair: overlap, border, beside, near, apart, or unknown."""
    sites = measured(source, crs)
    bands = tuple(parse_length(part) for part in near.split(","))
    thresholds = Thresholds(parse_length(tolerance), parse_length(beside), bands)
    reach = None if within is None else parse_length(within)
    table = study.adjacencies(sites, thresholds, within=reach, separators=separators)
    emit({"adjacency": table}, format, output, names=place_names(sites))


@app.command()
def chain(
    year: Annotated[int, typer.Option(help="The year to look at.")] = study.DEFAULT_YEAR,
    scope: Annotated[str, typer.Option(help="cluster, cluster_cheomdan3 or region.")] = "region",
    basis: Annotated[str, typer.Option(help="plan: roles by plan count; fact: only what stands.")] = "plan",
    within: Annotated[str | None, typer.Option(help="Farthest hand-over that counts, e.g. 10km.")] = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Show which stages of the value chain stand where, and which links are served."""
    built = study.chain(year, scope, basis, None if within is None else parse_length(within))
    if resolve(format, output) == Format.json:
        write(json_text(study.chain_object(built)), output)
        return
    stages = built.stages.rename(columns={"id": "stage"})
    emit(
        {"links": built.links, "stages": stages, "doubts": built.doubts},
        format,
        output,
        note=sentences.chain_sentence(built),
    )


@app.command()
def claims(
    subject: Annotated[str | None, typer.Option(help="Only claims about this subject.")] = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """List what the public record says, and where it contradicts itself."""
    ledger, found = study.claims(subject)
    if resolve(format, output) == Format.json:
        write(json_text({"claims": plain_rows(ledger), "conflicts": plain_rows(found)}), output)
        return
    emit({"claims": ledger, "conflicts": found}, format, output)


@app.command()
def export(
    layer: Annotated[str, typer.Argument(help="A layer name.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The ending chooses the format.")],
    crs: Annotated[str, typer.Option(help="CRS of the file.")] = MAP_CRS,
) -> None:
    """Write a layer as GeoJSON, GPKG, CSV or XLSX."""
    if output.suffix.lower() not in LAYER_FORMATS:
        raise InputError("export_ending", ending=output.suffix or "-", known=", ".join(LAYER_FORMATS))
    write_bytes(layer_bytes(study.layer(layer), output.suffix.lower(), layer, crs), output)


def measured(source: str | None, crs: str | None) -> study.SourceLayer:
    """Return the layer that a command measures; a bundled layer states its own CRS."""
    if crs is not None and (source is None or source in LAYERS):
        raise InputError("crs_stated", crs=crs, layer=source or study.COMPLEXES)
    return study.source_layer(source, crs)


def place_names(sites: study.SourceLayer) -> dict[str, str]:
    """Return what to call each site."""
    names = sites.frame["name"]
    if "short_name" in sites.frame:
        names = sites.frame["short_name"].fillna(names)
    return dict(zip(sites.frame["id"], names.fillna(sites.frame["id"]).astype(str), strict=True))


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
            xlsx_bytes({**{name: outward(table) for name, table in tables.items()}, "sources": catalog.sources()}),
            output,
        )
    else:
        write(text_of(tables, unit, names, note), output)


def text_of(tables: dict[str, pd.DataFrame], unit: str, names: dict[str, str] | None, note: str | None) -> str:
    """Return tables as drawn with letters."""
    console = Console(width=None if sys.stdout.isatty() else 240, highlight=False, markup=False, soft_wrap=False)
    with console.capture() as captured:
        for content in tables.values():
            people = shown(content.dropna(axis=1, how="all"), unit, names)
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


def write(content: str | bytes, output: Path | None) -> None:
    """Write to the file, or to stdout, which holds only the result."""
    packed = content.encode("utf-8") if isinstance(content, str) else content
    if output is not None:
        write_bytes(packed, output)
        return
    sys.stdout.buffer.write(packed)
    sys.stdout.buffer.flush()


def one_line(text: str) -> str:
    """Return a message as one line that a terminal only prints, whatever names stand in it."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} …"


def main() -> None:
    """Run the command line: exit 1 with one line for a fault of the input, 2 for wrong usage."""
    try:
        app()
    except GisError as error:
        typer.echo(one_line(f"{t('word.error')}: {error}"), err=True)
        raise SystemExit(1) from error
    except BrokenPipeError:
        raise SystemExit(0) from None
