"""Scenarios (대안): made, changed step by step, undone, compared, handed on."""

from pathlib import Path
from typing import Annotated

import typer

from gis.cli.output import (
    ConfidentialOpt,
    Format,
    FormatOpt,
    OutputOpt,
    UnitOpt,
    emit,
    people_text,
    require_open,
    resolve,
    say_aside,
    write,
)
from gis.errors import InputError
from gis.i18n import t
from gis.io.read import Reading
from gis.io.write import json_text, write_bytes
from gis.study import active, compare, scenarios
from gis.study.sites import SiteRef, confidential_layers, site
from gis.units import area_unit, parse_area, parse_length
from gis.view import compare as compare_view
from gis.view import scenarios as view

app = typer.Typer(
    help="Alternatives: sites, hosts and years that are otherwise than in the data.", no_args_is_help=True
)

NameArg = Annotated[str, typer.Argument(help="The id of a scenario.")]
RevisionArg = Annotated[str, typer.Argument(help="A scenario, or NAME@REVISION.")]
SiteIdOpt = Annotated[str, typer.Option("--site", help="A complex whose outline changes, or the id of a new site.")]


@app.command("list")
def list_(format: FormatOpt = None, output: OutputOpt = None) -> None:
    """List the scenarios."""
    emit({"scenarios": scenarios.table()}, format, output)


@app.command()
def create(
    title: Annotated[str, typer.Argument(help="What people call it.")],
    name: Annotated[str | None, typer.Option("--as", help="Its id: small ASCII letters, digits, _.")] = None,
    confidential: Annotated[bool, typer.Option(help="대외비: kept out of exports unless asked for.")] = False,
    note: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Make a scenario in which nothing is otherwise yet."""
    typer.echo(scenarios.create(title, name, confidential=confidential, note=note).id)


@app.command()
def branch(
    name: RevisionArg,
    title: Annotated[str, typer.Argument(help="What people call the new one.")],
    new_name: Annotated[str | None, typer.Option("--as", help="Its id.")] = None,
) -> None:
    """Make a scenario that begins as another one, or as a revision of it."""
    base, _, _ = name.partition("@")
    number = scenarios.named(name).number if "@" in name else None
    typer.echo(scenarios.branch(base, title, new_name, number).id)


@app.command()
def show(
    name: RevisionArg,
    unit: UnitOpt = "m2",
    confidential: ConfidentialOpt = False,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Show what a scenario changes: sites with their areas, parts, hosts, years."""
    unit = area_unit(unit)
    kept = scenarios.named(name)
    require_open([kept.id], output)
    if resolve(format, output) == Format.json:
        write(json_text(scenarios.shown(kept)), output)
        return
    tables = {"sites": scenarios.site_table(kept), "parts": scenarios.parts(kept).drop(columns="geometry")}
    tables["changes"] = view.difference_table(scenarios.changes(kept))
    filled = {key: table for key, table in tables.items() if len(table) or key == "changes"}
    emit(filled, format, output, unit, note=view.sentence(kept))


@app.command()
def edit(
    name: NameArg,
    title: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    note: Annotated[str | None, typer.Option(help="Why.")] = None,
    confidential: Annotated[bool | None, typer.Option(help="대외비 or not.")] = None,
) -> None:
    """Change title, note or the 대외비 mark."""
    told = {"title": title, "note": note, "confidential": confidential}
    said(scenarios.edit(name, {key: value for key, value in told.items() if value is not None}))


@app.command()
def outline(
    name: NameArg,
    site_id: SiteIdOpt,
    source: Annotated[str | None, typer.Option("--from", help="A layer or file; else the outline it has now.")] = None,
    feature: Annotated[str | None, typer.Option("--id", help="Which feature of it.")] = None,
    area: Annotated[str | None, typer.Option(help="Bring it to exactly this area, e.g. 100만평.")] = None,
    east: Annotated[float, typer.Option(help="Move it so many m east.")] = 0.0,
    north: Annotated[float, typer.Option(help="Move it so many m north.")] = 0.0,
    turn: Annotated[float, typer.Option(help="Turn it by so many degrees, counterclockwise.")] = 0.0,
    title: Annotated[str | None, typer.Option(help="What people call the site.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of a file that states none.")] = None,
) -> None:
    """Give a site another outline: from a layer or file, moved, turned, brought to an area."""
    with active.under(name):
        geometry = scenarios.outline_of(site_id) if source is None else drawn(SiteRef(source, feature), crs)
    wanted = None if area is None else parse_area(area)
    geometry = scenarios.reshaped(geometry, east=east, north=north, degrees=turn, area=wanted)
    secret = source is not None and bool(confidential_layers(SiteRef(source, feature)))
    said(scenarios.set_outline(name, site_id, geometry, title, secret=secret))


def drawn(ref: SiteRef, crs: str | None) -> dict:
    """Return the outline of a layer or file as GeoJSON in degrees."""
    return scenarios.geojson_of(site(ref, Reading(crs=crs)).frame.geometry)


@app.command()
def divide(
    name: NameArg,
    site_id: SiteIdOpt,
    part: Annotated[list[str], typer.Option("--part", help="NAME=AREA@YEAR in order; the last takes the rest.")],
    azimuth: Annotated[float, typer.Option(help="The direction in which they follow, degrees from north.")] = 90.0,
) -> None:
    """Divide a site into parts that are built one after the other."""
    said(scenarios.set_parts(name, site_id, [parsed_part(text) for text in part], azimuth))


def parsed_part(text: str) -> tuple[str, float, int | None]:
    """Return what `1단계=50만평@2030` says; the area may be left out for the last part, the year for any."""
    label, _, rest = text.partition("=")
    area, _, year = rest.partition("@")
    if not label or (year and not (year.isascii() and year.isdecimal())):
        raise InputError("scenario.part_form", text=text)
    return label, parse_area(area) if area else 0.0, int(year) if year else None


@app.command("drop-site")
def drop_site(name: NameArg, site_id: SiteIdOpt) -> None:
    """Give a proposed outline up."""
    said(scenarios.drop_site(name, site_id))


@app.command()
def host(
    name: NameArg,
    host_id: Annotated[str, typer.Argument(help="The id of a host, known or new.")],
    values: Annotated[list[str] | None, typer.Option("--set", help="COLUMN=VALUE, e.g. from=2030.")] = None,
    gone: Annotated[bool, typer.Option("--gone", help="The host is not there.")] = False,
    as_data: Annotated[bool, typer.Option("--as-data", help="The host is as in the data again.")] = False,
) -> None:
    """Change, add or take away a host of the value chain."""
    if gone:
        said(scenarios.drop_host(name, host_id))
    elif as_data:
        said(scenarios.forget_host(name, host_id))
    else:
        said(scenarios.set_host(name, host_id, dict(map(parsed_value, values or ()))))


def parsed_value(text: str) -> tuple[str, str | int]:
    """Return what `from=2030` says; years are whole numbers."""
    column, sign, value = text.partition("=")
    if not (column and sign):
        raise InputError("scenario.value_form", text=text)
    if column in ("from", "until"):
        if not (value.isascii() and value.isdecimal() and len(value) == 4):
            raise InputError("scenario.value_form", text=text)
        return column, int(value)
    return column, value


@app.command()
def slip(
    name: NameArg,
    phase: Annotated[str, typer.Argument(help="The id of a phase; see phases.")],
    years: Annotated[int, typer.Argument(help="Years later; negative earlier; 0 as in the data.")],
) -> None:
    """Let a phase be later or earlier."""
    said(scenarios.slip(name, phase, years))


@app.command()
def history(
    name: NameArg, confidential: ConfidentialOpt = False, format: FormatOpt = None, output: OutputOpt = None
) -> None:
    """List every revision of a scenario, the last first."""
    require_open([one.id for one in active.every() if one.id == name], output)
    emit({"history": view.history_table(scenarios.history(name))}, format, output)


@app.command()
def diff(
    before: RevisionArg,
    after: Annotated[str | None, typer.Argument(help="Another; else the first is compared with the data.")] = None,
    confidential: ConfidentialOpt = False,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """List what differs between two scenarios or revisions."""
    require_open([scenarios.named(one).id for one in (before, after) if one is not None], output)
    found = scenarios.changes(scenarios.named(before)) if after is None else scenarios.differences(before, after)
    emit({"differences": view.difference_table(found)}, format, output)


@app.command("compare")
def compare_(
    names: Annotated[list[str], typer.Argument(help="Scenarios; `-` is the data. Differences are from the first.")],
    year: Annotated[int, typer.Option(help="The year of the chain.")] = compare.Asked().year,
    scope: Annotated[str, typer.Option(help="cluster, cluster_cheomdan3 or region.")] = "region",
    basis: Annotated[str, typer.Option(help="plan or fact.")] = "plan",
    within: Annotated[str | None, typer.Option(help="Farthest hand-over that counts, e.g. 10km.")] = None,
    confidential: ConfidentialOpt = False,
    unit: UnitOpt = "m2",
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Compare alternatives: areas, distances, chain, legal checks, each with its difference from the first."""
    unit = area_unit(unit)
    asked = compare.Asked(year, scope, basis, None if within is None else parse_length(within))
    told = [None if name == "-" else name for name in names]
    require_open(told, output)
    found = compare.compared(told, asked)
    if resolve(format, output) != Format.table:
        emit({"compare": found}, format, output)
        return
    note = "\n".join(compare_view.compare_sentences(found, told, asked, unit))
    write(people_text([compare_view.compare_table(found, told, unit)], note), output)


@app.command()
def undo(name: NameArg) -> None:
    """Take the last change back."""
    said(scenarios.undo(name))


@app.command()
def redo(name: NameArg) -> None:
    """Let the change that was taken back hold again."""
    said(scenarios.redo(name))


@app.command()
def restore(name: NameArg, number: Annotated[int, typer.Argument(help="The number of a revision.")]) -> None:
    """Let a revision hold again; a scenario that was removed comes back."""
    said(scenarios.restore(name, number))


@app.command()
def remove(name: NameArg) -> None:
    """Put a scenario away; its history stays."""
    scenarios.remove(name)
    say_aside(t("scenario.put_away", name=name))


@app.command()
def export(
    name: RevisionArg,
    output: Annotated[Path, typer.Option("--output", "-o", help="A .geojson file.")],
    confidential: ConfidentialOpt = False,
) -> None:
    """Write a scenario as one text file that another workspace, QGIS and a diff can read."""
    if output.suffix.lower() not in (".geojson", ".json"):
        raise InputError("scenario.ending", ending=output.suffix or "-")
    write_bytes(scenarios.export(name, confidential), output)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A file that scenario export made.")],
    name: Annotated[str | None, typer.Option("--as", help="Its id here.")] = None,
) -> None:
    """Keep the scenario of a file as a new one."""
    typer.echo(scenarios.take_in(file, file.name, name).id)


def said(kept: active.Kept) -> None:
    """Print which revision of a scenario now holds, and whether it is confidential (대외비)."""
    typer.echo(view.kept_sentence(kept))
