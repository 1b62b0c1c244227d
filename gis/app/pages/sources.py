"""자료·출처: the catalogue, the ledger of the public record, and where each line of the article is found."""

from collections.abc import Callable

import streamlit as st

from gis import study
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
from gis.view.ledger import article_table, history_table, hosts_table, ledger_table, steps_table
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
    for row in found.to_dict("records"):
        say(f"[{label('rule', row['rule'])}] {conflict_sentence(row, ledger, unit)}", "- ")
    show_table(found, "conflicts")


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
