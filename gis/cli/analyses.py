"""Measures, relations, the chain and the record: what the layers say."""

from enum import StrEnum
from typing import Annotated

import typer

from gis import study
from gis.analysis.adjacency import Thresholds
from gis.analysis.claims import RULES
from gis.cli.output import CrsOpt, Format, FormatOpt, OutputOpt, SourceArg, UnitOpt, emit, resolve, write
from gis.errors import InputError, UnknownNameError
from gis.io.read import Reading
from gis.io.write import json_text, plain_rows
from gis.units import area_unit, parse_length
from gis.view import sentences
from gis.view.ledger import conflict_table
from gis.view.tables import with_area_notes, with_titles

app = typer.Typer()


class Measure(StrEnum):
    """How far apart: by boundary, by center, along roads."""

    gap = "gap"
    centroid = "centroid"
    road = "road"
    time = "time"


@app.command()
def layers(format: FormatOpt = None, output: OutputOpt = None) -> None:
    """List the bundled layers with grade, source and base date."""
    emit({"layers": with_titles(study.layer_table())}, format, output)


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
    names = study.site_names(sites) | ({} if to is None else study.site_names(study.source_layer(to)))
    emit({"distance": sentences.with_distance_labels(table, names)}, format, output, names=names)


@app.command()
def adjacency(
    source: SourceArg = None,
    within: Annotated[str | None, typer.Option(help="Only pairs that may lie within, e.g. 5km.")] = None,
    tolerance: Annotated[str, typer.Option(help="Boundaries this close are one, e.g. 0.1m.")] = "0.1m",
    beside: Annotated[str, typer.Option(help="Widest road, river or rail of 인접, e.g. 100m.")] = "100m",
    near: Annotated[str, typer.Option(help="Bands of 근접, rising.")] = "2km,5km,10km",
    separators: Annotated[
        str | None, typer.Option(help="An imported layer, or a file, of roads, rivers and railways.")
    ] = None,
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
    emit({"adjacency": table}, format, output, names=study.site_names(sites))


@app.command()
def claims(
    subject: Annotated[str | None, typer.Option(help="Only claims about this subject.")] = None,
    rule: Annotated[str | None, typer.Option(help=f"Only conflicts by this rule: {', '.join(RULES)}.")] = None,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """List what the public record says, and where it contradicts itself."""
    ledger, found = study.claims(subject)
    if rule not in (None, *RULES):
        raise UnknownNameError("one_of", name="--rule", value=rule, known=", ".join(RULES))
    told = conflict_table(found[found["rule"] == (rule or found["rule"])], ledger)
    if resolve(format, output) == Format.json:
        write(json_text({"claims": plain_rows(ledger), "conflicts": plain_rows(told)}), output)
        return
    if resolve(format, output) == Format.table:
        told = told[["rule", "subject", "quantity", "sentence"]]
    emit({"claims": ledger, "conflicts": told}, format, output)


def measured(source: str | None, crs: str | None) -> study.SourceLayer:
    """Return the layer that a command measures; a bundled or imported layer has its CRS."""
    if crs is not None and (source is None or source in study.known_layers()):
        raise InputError("crs_stated", crs=crs, layer=source or study.COMPLEXES)
    return study.source_layer(source, Reading(crs=crs))
