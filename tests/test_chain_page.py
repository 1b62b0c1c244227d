"""The page 공급망: every part in both languages, and what an editor holds comes back as the table it was."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gis.app.chain_editor import editable, rows_of
from gis.errors import InputError
from gis.i18n import use_language
from gis.io.chain_model import TABLES, bundled, model_faults, model_rows
from gis.model import ChainModel
from gis.study import value_chain
from gis.study.sites import SiteRef
from gis.view import chain as view
from tests.test_app import ROOT

PARTS = ("links", "diagram", "losses", "addition", "present", "edit")


def page(part: str, language: str = "ko", **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "gis/app/pages/chain.py"), default_timeout=60)
    for key, value in {"part": part, "lang": language, **query}.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_runs(part, language):
    app = page(part, language)
    assert len(app.error) == 0


def test_completeness_never_stands_without_year_scope_and_basis():
    said = page("losses", year="2031", scope="cluster").markdown
    first = next(one.value for one in said if "24" in one.value)
    assert "2031년" in first and "소부장 특화단지" in first and "계획" in first


def test_the_page_says_what_ends_the_chain_and_what_would_complete_it():
    text = " ".join(one.value for one in page("losses", year="2031").markdown)
    assert "실증\\(미래차 국가산단\\)" in text and "더할 것이 없습니다" in text


@pytest.mark.parametrize("name", list(TABLES))
def test_what_the_editor_holds_is_the_table(name):
    table = getattr(bundled(), name)
    again = rows_of(name, editable(table))
    assert model_rows(ChainModel(**{**vars(bundled()), name: again}))[name] == model_rows(bundled())[name]


def test_an_empty_line_of_the_editor_is_no_row():
    table = editable(bundled().hosts)
    longer = pd.concat([table, pd.DataFrame([{}], columns=table.columns)], ignore_index=True)
    assert len(rows_of("hosts", longer)) == len(table)


def test_a_new_row_with_too_little_names_what_it_lacks():
    table = editable(bundled().hosts)
    longer = pd.concat([table, pd.DataFrame([{"name": "새 공장"}], columns=table.columns)], ignore_index=True)
    found = model_faults(ChainModel(**{**vars(bundled()), "hosts": rows_of("hosts", longer)}), ["jingok"])
    mine = found[found["row"] == len(longer)]
    assert set(mine["column"]) == {"id", "stage", "place", "status", "basis"}
    assert all(view.fault_words(row).startswith("담당 단지 표 43행") for row in mine.to_dict("records"))


def test_a_word_where_a_year_belongs_is_told():
    table = editable(bundled().hosts).astype(object)
    table.loc[0, "from"] = "soon"
    with pytest.raises(InputError, match="soon"):
        rows_of("hosts", table)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_sentences_of_any_answer_can_be_said(language):
    use_language(language)
    for year, scope, basis, within in [
        (2026, "region", "plan", None), (2026, "region", "fact", None), (2031, "region", "plan", None),
        (2031, "cluster", "plan", 5_000.0), (2031, "cluster_cheomdan3", "fact", 1.0),
    ]:  # fmt: skip
        found = value_chain.answer(year, scope, basis, within)
        sentences = view.answer_sentences(found)
        assert all(sentences) and len(sentences) >= 2
        tables = view.routes_table(found), view.losses_table(found), view.addition_table(found), view.flows_table(found)
        assert not any("@" in table.to_csv() for table in tables)


def test_a_move_says_how_many_links_shorten():
    changed = value_chain.moved_links((value_chain.Move("futurecar", SiteRef("jingok")),))
    assert "미래차 국가산단" in view.moved_sentence("futurecar", changed)


def test_a_model_without_required_links_says_so():
    used = bundled()
    value_chain.keep_model(ChainModel(used.stages, used.hosts, used.links.assign(required=False), used.flows))
    assert any("필수 연계가 없어" in sentence for sentence in view.answer_sentences(value_chain.answer(2031)))
