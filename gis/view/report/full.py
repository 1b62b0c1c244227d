"""The full report: a document of the chosen parts, with what it rests on."""

from collections.abc import Callable

from gis import study
from gis.i18n import language, t
from gis.io.document import Chapter, Document
from gis.io.write import layer_bytes
from gis.study import active
from gis.study.reports import PARTS, Asked, Foundation, foundation, open_sources, require_possible, secrets
from gis.view.report.parts import blocks_of
from gis.view.scenarios import titles
from gis.view.tables import label, shown

Progress = Callable[[float, str], None]
"""Hears the part done (0 to 1) and what comes next; what it raises ends the making."""


def full_report(asked: Asked, progress: Progress | None = None) -> Document:
    """Return the report that is asked for, in the reader's language, under the scenario in use.

    Raises
    ------
    UnknownNameError, InputError
        Where the question names what there is not.
    """
    require_possible(asked)
    hidden = secrets(asked)
    base = foundation(hidden)
    stamp = confidential_stamp(hidden)
    chapters = []
    wanted = [name for name in PARTS if name in asked.parts]
    for number, name in enumerate(wanted):
        if progress:
            progress(number / (len(wanted) + 1), t(f"document.part.{name}"))
        chapters.append(Chapter(name, t(f"document.part.{name}"), blocks_of(name, asked, stamp)))
    if progress:
        progress(len(wanted) / (len(wanted) + 1), t("document.setting"))
    return Document(
        title=asked.title or t("document.title"),
        subtitle=frame_text(asked),
        language=language(),
        chapters=tuple(chapters),
        facts=facts(asked, base),
        paper=asked.paper,
        stamp=stamp,
        footer=footer(base),
        words=form_words(),
        shapes=shapes(),
        sources=shown(open_sources(hidden)),
    )


def frame_text(asked: Asked) -> str:
    """Return for which year, scope and basis the chain is asked, and under which scenario."""
    now = active.current()
    frame = _frame(asked)
    return frame if now is None else f"{frame} · {t('scenario.one')}: {now.scenario.title}"


def _frame(asked: Asked) -> str:
    return t("document.frame", year=asked.year, scope=label("scope", asked.scope), basis=label("basis", asked.basis))


def facts(asked: Asked, base: Foundation) -> tuple[tuple[str, str], ...]:
    """Return what to know of a report: version, data, layers, scenario and their hashes, the date that was stated."""
    scenario = t("scenario.data") if base.scenario is None else titles().get(base.scenario, base.scenario)
    rows = [
        (t("document.fact.frame"), _frame(asked)),
        (t("document.fact.scenario"), scenario if base.scenario is None else f"{scenario} ({base.scenario_hash})"),
        (t("document.fact.version"), base.version),
        (t("document.fact.data"), base.data),
        (
            t("document.fact.imported"),
            ", ".join(f"{title} ({mark or '-'})" for title, mark in base.imported) or t("word.none"),
        ),
        (t("document.fact.schematic"), t("app.schematic_banner")),
    ]
    return (*([(t("document.fact.date"), asked.date)] if asked.date else []), *rows)


def footer(base: Foundation) -> str:
    """Return what stands at the foot of every page."""
    return t("document.footer", version=base.version, data=base.data)


def form_words() -> dict[str, str]:
    """Return the words that the forms themselves say."""
    keys = ("table", "figure", "contents", "download", "map", "show_map", "data", "about", "unset")
    return {key: t(f"document.word.{key}") for key in keys}


def shapes() -> dict[str, str]:
    """Return the complexes as GeoJSON, to be taken out of the forms that carry files; nothing that is 대외비."""
    if study.confidential_layers(study.COMPLEXES):
        return {}
    story = study.export_story(study.COMPLEXES)
    return {
        "complexes.geojson": layer_bytes(
            study.layer(study.COMPLEXES), ".geojson", study.COMPLEXES, story=story
        ).decode()
    }


def confidential_stamp(hidden: list[str]) -> str | None:
    """Return what is written across pages that show something marked 대외비; None where they do not."""
    now = active.current()
    return t("document.confidential") if hidden or (now is not None and now.scenario.confidential) else None
