"""`python -m gis`: every analysis from any directory, in the forms of the interface contract."""

from enum import StrEnum
from typing import Annotated

import typer

from gis import study
from gis.cli import (
    analyses,
    bench,
    chain,
    consequences,
    data,
    firms,
    landuse,
    overlay,
    phases,
    pictures,
    register,
    report,
    scenario,
    services,
    siting,
    targets,
    terrain,
    vertices,
)
from gis.cli.output import ConfidentialOpt, ScenarioOpt, may_leave, one_line
from gis.errors import GisError
from gis.i18n import t, use_language
from gis.study import active

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Measure linked industrial complexes: areas, distances, adjacency, value chain, claims.",
)  # fmt: skip
app.add_typer(analyses.app)
app.add_typer(chain.app)
app.add_typer(chain.model_app, name="chain-model")
app.add_typer(firms.app)
app.add_typer(data.app)
app.add_typer(pictures.app)
app.add_typer(services.app)
app.add_typer(overlay.app)
app.add_typer(register.app)
app.add_typer(vertices.app)
app.add_typer(terrain.app)
app.add_typer(landuse.app)
app.add_typer(phases.app)
app.add_typer(targets.app, name="targets")
app.add_typer(siting.app)
app.add_typer(scenario.app, name="scenario")
app.add_typer(consequences.app)
app.add_typer(report.app)
app.add_typer(bench.app)
app.add_typer(consequences.rates_app, name="rates")


class Language(StrEnum):
    """Languages of labels and messages."""

    ko = "ko"
    en = "en"


LangOpt = Annotated[Language, typer.Option("--lang", envvar="GIS_LANG", help="Language of labels and messages.")]


@app.callback()
def prepare(
    context: typer.Context,
    lang: LangOpt = Language.ko,
    scenario: ScenarioOpt = None,
    confidential: ConfidentialOpt = False,
) -> None:
    """Set the language, and the scenario that is studied, before any command runs."""
    use_language(lang)
    may_leave(confidential)
    study.watch_secrets()
    context.with_resource(active.under(scenario))


def main() -> None:
    """Run the command line: exit 1 with one line for a fault of the input, 2 for wrong usage."""
    try:
        app()
    except GisError as error:
        typer.echo(one_line(f"{t('word.error')}: {error}"), err=True)
        raise SystemExit(1) from error
    except BrokenPipeError:
        raise SystemExit(0) from None
