"""Layers from the official services, by `fetch`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from gis.cli.output import Format, FormatOpt, emit, one_line, say_aside, write
from gis.errors import InputError
from gis.i18n import either, t
from gis.io.vworld import Fetched
from gis.io.write import LAYER_FORMATS, layer_bytes, write_bytes
from gis.study import imports, services
from gis.units import parse_length
from gis.view.sentences import problem_sentences

app = typer.Typer()
fetch = typer.Typer(help="Fetch a layer from an official service.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(fetch, name="fetch")


class Api(StrEnum):
    """The two ways into VWorld."""

    data = "data"
    wfs = "wfs"


@fetch.command()
def vworld(
    layer: Annotated[str, typer.Argument(help="A layer: our name, its Korean title or VWorld's id.")],
    bbox: Annotated[str | None, typer.Option(help="West,south,east,north in degrees.")] = None,
    near: Annotated[str | None, typer.Option(help="Around this complex.")] = None,
    buffer: Annotated[str, typer.Option(help="How far around it, e.g. 2km.")] = "2km",
    name: Annotated[str | None, typer.Option(help="Only features whose name holds this.")] = None,
    where: Annotated[
        str | None, typer.Option(help="Only features with column:operator:value, e.g. pnu:=:29200….")
    ] = None,
    api: Annotated[Api, typer.Option(help="data: whole lists; wfs: boxes of 1000 at most.")] = Api.data,
    as_name: Annotated[str | None, typer.Option("--as", help="Keep it under this name.")] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask anew, whatever the cache has.")] = False,
    format: FormatOpt = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it to this file, not to the workspace.")
    ] = None,
) -> None:
    """Fetch a layer from VWorld: VWORLD_KEY and VWORLD_DOMAIN in the environment say who asks."""
    if bbox is not None and near is not None:
        raise InputError("vworld.two_boxes")
    if output is not None and output.suffix.lower() not in LAYER_FORMATS:
        raise InputError("export_ending", ending=output.suffix or "-", known=", ".join(LAYER_FORMATS))
    box = services.typed_box(bbox) if bbox is not None else None
    if near is not None:
        box = services.box_near(near, parse_length(buffer))
    with progress_line(layer) as progress:
        fetched = services.fetch_layer(
            layer, bbox=box, named=name, attribute=where, service=services.service(), api=api.value, refresh=refresh,
            progress=progress,
        )  # fmt: skip
    for remark in fetched.remarks:
        say_aside(str(remark))
    if output is not None:
        name = as_name or fetched.layer.name
        write_bytes(layer_bytes(services.with_story(fetched), output.suffix.lower(), name), output)
        if format in (None, Format.table):
            write(story(fetched, output), None)
        else:
            emit({"fetched": pd.DataFrame([services.story(fetched) | {"path": str(output)}])}, format, None)
        return
    arrived = services.arrived(fetched)
    for line in problem_sentences(arrived.problems):
        say_aside(line)
    kept = imports.keep(arrived, imports.Keeping(name=as_name))
    emit({"import": imports.import_table(kept), "problems": arrived.problems}, format, None)


def story(fetched: Fetched, output: Path) -> str:
    """Return what came, from where and when, in sentences."""
    known = fetched.layer
    lines = [
        t("vworld.story", layer=either(known.title, known.title_en), count=len(fetched.frame), file=output,
          retrieved=fetched.retrieved),
        t("vworld.story_pages", tiles=fetched.tiles, pages=fetched.pages, duplicates=fetched.duplicates),
        t("vworld.story_license", attribution=known.attribution, license=known.license),
    ]  # fmt: skip
    return "".join(one_line(line) + "\n" for line in lines)


@contextmanager
def progress_line(title: str) -> Iterator[services.Progress]:
    """Show on stderr, while it is a terminal, how many features have come."""
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(escape(title), total=None)
        yield lambda done, expected: bar.update(task, completed=done, total=expected)
