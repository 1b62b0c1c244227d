"""입지: places for N 만평, and weights of what they are judged by."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn

from gis.analysis.siting import CONDITIONAL, EXCLUDE, PENALTY
from gis.cli.output import ConfidentialOpt, Format, FormatOpt, OutputOpt, UnitOpt, emit, resolve
from gis.errors import InputError
from gis.i18n import t
from gis.io.write import LAYER_FORMATS, write_bytes
from gis.study import active, siting, weights
from gis.study import wish as wish_study
from gis.study.active import Kept
from gis.study.services import typed_box
from gis.study.sites import SiteRef
from gis.study.siting import Found
from gis.study.wish import EXISTING, Wish
from gis.units import area_unit, parse_area, parse_length
from gis.view import siting as view

app = typer.Typer()
TABLE_ENDINGS = (".csv", ".xlsx")
RULE_HELP = "LAYER or theme[:CLASS|CLASS][@BUFFER][=WEIGHT]; may be given again."


class Index(StrEnum):
    """Tables of random indices."""

    donegan_dodd = "donegan_dodd"
    saaty = "saaty"


@app.command()
def place(
    area: Annotated[str, typer.Option(help="How large, e.g. 100만평, 330ha.")],
    near: Annotated[str | None, typer.Option(help="The anchor: a complex, a layer or a file with one site.")] = None,
    near_id: Annotated[str | None, typer.Option(help="Which feature of that layer or file.")] = None,
    within: Annotated[str, typer.Option(help="How far from the anchor at most.")] = "5km",
    window: Annotated[str | None, typer.Option(help="Where to look: west,south,east,north in degrees.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help=f"배제. {RULE_HELP}")] = None,
    conditional: Annotated[list[str] | None, typer.Option(help=f"협의·해제 전제. {RULE_HELP}")] = None,
    penalty: Annotated[list[str] | None, typer.Option(help=f"감점. {RULE_HELP}")] = None,
    existing: Annotated[bool, typer.Option(help="Keep off the complexes that stand already.")] = True,
    slope: Annotated[float | None, typer.Option(help="The steepest slope, degrees.")] = None,
    dem: Annotated[str | None, typer.Option(help="The imported elevation model, where there are several.")] = None,
    criterion: Annotated[
        list[str] | None,
        typer.Option(help="anchor, chain:COMPLEX, land_price, LAYER or LAYER:VALUE, each with =WEIGHT."),
    ] = None,
    weights_file: Annotated[
        Path | None, typer.Option("--weights", help="Weights of criteria and penalties: .csv .xlsx .toml.")
    ] = None,
    aspect: Annotated[str, typer.Option(help="Length by width of the rectangles that are tried.")] = "1,1.5,2",
    outline: Annotated[str | None, typer.Option(help="Or the outline of this complex, scaled.")] = None,
    turn: Annotated[float, typer.Option(help="Step of turns, degrees.")] = 15.0,
    compactness: Annotated[float, typer.Option(help="Least 4πA/P² (Polsby and Popper 1991), 0 to 1.")] = 0.0,
    min_width: Annotated[str, typer.Option(help="Least width anywhere, e.g. 300m.")] = "0m",
    grow: Annotated[int, typer.Option(help="How many irregular sites to grow too.")] = 0,
    parcels: Annotated[str | None, typer.Option(help="Grow them from whole parcels of this layer.")] = None,
    sites: Annotated[int, typer.Option(help="How many sites at most.")] = 10,
    apart: Annotated[str | None, typer.Option(help="Least distance of two centers; the side of a square else.")] = None,
    cell: Annotated[str | None, typer.Option(help="Size of the cells of the screen, e.g. 40m.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of chance; the same seed gives the same sites.")] = 0,
    rejected: Annotated[bool, typer.Option("--rejected", help="Say what closes the other positions.")] = False,
    confidential: ConfidentialOpt = False,
    unit: UnitOpt = "m2",
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Find where a site of a stated area could go: every position screened, the best measured exactly."""
    unit = area_unit(unit)
    layer_file = format is None and output is not None and _is_layer_file(output)
    if not layer_file:
        resolve(format, output)
    told = [(exclude, EXCLUDE), (conditional, CONDITIONAL), (penalty, PENALTY)]
    rules = [wish_study.typed_rule(text, mode) for texts, mode in told for text in texts or ()]
    criteria = tuple(map(wish_study.typed_criterion, criterion or (["anchor"] if near else [])))
    wish = Wish(
        area=parse_area(area), anchor=SiteRef(near, near_id) if near else None, within=parse_length(within),
        rules=((EXISTING,) if existing else ()) + tuple(rules), slope=slope, dem=dem, criteria=criteria,
        aspects=wish_study.typed_aspects(aspect), outline=SiteRef(outline) if outline else None, turn=turn,
        compactness=compactness, width=parse_length(min_width), window=typed_window(window), grow=grow, parcels=parcels,
        count=sites, apart=None if apart is None else parse_length(apart), random=seed,
        cell=None if cell is None else parse_length(cell),
    )  # fmt: skip
    if weights_file is not None:
        judged = weights.answer(weights.read_judgment(weights_file, weights_file.name))
        wish = wish_study.weighted(wish, wish_study.passing(judged.weights))
    with searching() as progress:
        found = siting.find(wish, progress)
    if layer_file and output is not None:
        secret = [] if confidential else siting.confidential_layers(found)
        if secret:
            raise InputError("confidential", layer=", ".join(secret))
        write_bytes(view.site_bytes(found, output.suffix.lower()), output)
        return
    emit_found(found, rejected, unit, format, output)


def typed_window(text: str | None) -> tuple[float, float, float, float] | None:
    """Return a window as four numbers."""
    return None if text is None else wish_study.four_sides(typed_box(text))


def _is_layer_file(path: Path) -> bool:
    return path.suffix.lower() in set(LAYER_FORMATS) - set(TABLE_ENDINGS)


def emit_found(found: Found, rejected: bool, unit: str, format: Format | None, output: Path | None) -> None:
    """Print what was found; with `rejected` what closes the rest, which CSV and JSON then hold alone."""
    if resolve(format, output) == Format.table:
        tables = view.people_tables(found)
        shown = {name: tables[name] for name in ("sites", "takings", "green_belt")}
        if rejected:
            shown |= {name: tables[name] for name in ("rejected", "failures")}
        note = "\n".join([view.head_sentence(found, unit), *view.sentences(found, unit)])
        emit(shown, format, output, unit, note=note)
        return
    tables = view.tables(found)
    if rejected:
        tables = {"rejected": tables.pop("rejected"), **tables}
    emit(tables, format, output)


@contextmanager
def searching() -> Iterator[siting.Progress]:
    """Show on stderr, while it is a terminal, how far the search is."""
    columns = (*Progress.get_default_columns(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(t("siting.searching"), total=1.0)
        yield lambda done: bar.update(task, completed=done)


@app.command("weights")
def show_weights(
    file: Annotated[
        Path | None,
        typer.Argument(help="A matrix, pairs or weights: .csv .xlsx .toml; else those kept with the scenario."),
    ] = None,
    index: Annotated[Index | None, typer.Option(help="Table of random indices; donegan_dodd by default.")] = None,
    scores: Annotated[
        Path | None, typer.Option(help="Scores of alternatives (alternative, then a column a criterion): .csv .xlsx.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the comparisons with the scenario.")] = False,
    format: FormatOpt = None,
    output: OutputOpt = None,
) -> None:
    """Weigh criteria by pairwise comparison (AHP) or as stated: consistency, its gate, and what turns the ranking."""
    known = None if scores is None else weights.read_scores(scores, scores.name)
    judgment, by = _judgment(file)
    chosen = by if index is None else index.value
    found = weights.answer(judgment, chosen, known)
    if keep:
        weights.keep(_scenario().id, judgment, chosen)
    if resolve(format, output) == Format.table:
        shown = {
            "weights": view.people_weights(found),
            "ranking": view.ranking_table(found),
            "flips": view.people_flips(found),
        }
        emit(
            {name: table for name, table in shown.items() if table is not None}, format, output,
            note="\n".join(view.weight_sentences(found)),
        )  # fmt: skip
        return
    more = {"ranking": view.ranking_table(found), "flips": found.flips, "completed": found.weights.completed}
    emit({"weights": view.weights_table(found)} | {k: v for k, v in more.items() if v is not None}, format, output)


def _judgment(file: Path | None) -> tuple[weights.Judgment, str]:
    """Return the judgment of a file, else that of the scenario, and the table of random indices."""
    if file is not None:
        return weights.read_judgment(file, file.name), weights.DEFAULT_INDEX
    now = _scenario()
    kept = weights.of_scenario(now.scenario)
    if kept is None:
        raise InputError("weights.none_kept", scenario=now.id)
    return kept


def _scenario() -> Kept:
    """Return the scenario that is named before the command."""
    now = active.current()
    if now is None:
        raise InputError("weights.no_scenario")
    return now
