"""자료·출처: the catalogue, the ledger of the public record, and where each line of the article is found."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from gis import study
from gis.analysis.claims import distinctions
from gis.app import cache
from gis.app.choices import segment, select
from gis.app.downloads import show_table
from gis.app.firms_view import show_firms, show_people
from gis.app.frame import faults_shown, header, say, show_page
from gis.app.georeference_view import show_georeference
from gis.app.import_view import show_import, show_imported, show_last_kept
from gis.app.services_view import show_services
from gis.i18n import t
from gis.io import catalog
from gis.view.ledger import article_table, conflict_table, history_table, hosts_table, ledger_table, steps_table
from gis.view.sentences import conflict_sentence
from gis.view.tables import label, with_titles


def page() -> None:
    unit = header(t("ui.sources_intro"))
    part = segment(t("ui.sources_part"), list(PARTS), "part", next(iter(PARTS)), lambda name: t(f"ui.part_{name}"))
    shows = PARTS[part]
    tabs = st.tabs([t(f"ui.{name}") for name in shows])
    for tab, show in zip(tabs, shows.values(), strict=True):
        with tab, faults_shown():
            show(unit)
    if part == "bring":
        show_last_kept(unit)


def show_claims(unit: str) -> None:
    ledger, _ = cache.claims()
    subjects = list(dict.fromkeys(ledger["subject"]))
    chosen = select(
        t("ui.subject"), subjects, "subject", None, lambda name: label("subject", name),
        index=None, placeholder=t("word.all"),
    )  # fmt: skip
    show_table(ledger_table(cache.claims(chosen)[0], unit), "claims", unit, height=560)


def show_conflicts(unit: str) -> None:
    ledger, found = cache.claims()
    by_rule, by_subject = st.columns(2)
    with by_rule:
        rule = _filter(t("ui.rule"), found, "rule", "rule", "rule")
    with by_subject:
        subject = _filter(t("ui.subject"), found, "subject", "conflict_subject", "subject")
    some = found[(found["rule"] == (rule or found["rule"])) & (found["subject"] == (subject or found["subject"]))]
    st.caption(t("ui.conflict_count", count=len(some)) if len(some) else t("ui.no_conflicts"))
    _say_each(some, ledger, unit)
    show_table(conflict_table(some, ledger, unit), "conflicts", hidden=("sentence", "note", "note_en"))
    apart = distinctions(ledger)
    with st.expander(t("ui.distinctions")):
        _say_each(apart[apart["subject"] == (subject or apart["subject"])], ledger, unit)


def _filter(title: str, found: pd.DataFrame, column: str, key: str, family: str) -> str | None:
    """Return the one value of a column to look at; None for all."""
    return select(
        title, list(dict.fromkeys(found[column])), key, None, lambda name: label(family, name),
        index=None, placeholder=t("word.all"),
    )  # fmt: skip


def _say_each(rows: pd.DataFrame, ledger: pd.DataFrame, unit: str) -> None:
    for row in rows.to_dict("records"):
        say(f"[{label('rule', row['rule'])}] {conflict_sentence(row, ledger, unit)}", "- ")


def show_article(unit: str) -> None:
    st.caption(t("ui.article_intro"))
    show_table(article_table(catalog.article_rows(), cache.claims()[0]), "article", height=620)


def show_hosts(unit: str) -> None:
    show_table(hosts_table(catalog.hosts()), "hosts", height=620)


def show_phases(unit: str) -> None:
    show_table(steps_table(catalog.steps()), "phases", height=620)


def show_history(unit: str) -> None:
    show_table(history_table(catalog.history()), "history")


def show_catalog(unit: str) -> None:
    show_table(with_titles(cache.layer_table()), "layers")
    st.subheader(t("ui.files"))
    show_table(catalog.files(), "files")


def show_sources(unit: str) -> None:
    show_table(study.sources(), "sources", height=620)


PARTS: dict[str, dict[str, Callable[[str], None]]] = {
    "record": {
        "claims": show_claims,
        "conflicts": show_conflicts,
        "article": show_article,
        "hosts": show_hosts,
        "phases": show_phases,
        "history": show_history,
    },
    "data": {"imported": show_imported, "catalog": show_catalog, "sources": show_sources},
    "bring": {
        "import_file": show_import,
        "import_service": show_services,
        "import_picture": show_georeference,
        "import_firms": show_firms,
        "import_people": show_people,
    },
}
show_page(page)
