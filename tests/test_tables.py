import numpy as np
import pandas as pd
import pytest

from gis import study
from gis.i18n import LANGUAGES, reading
from gis.io import catalog
from gis.study import reports, value_chain
from gis.view.ledger import article_table, history_table, ledger_table, steps_table
from gis.view.tables import area_note, label, money_text, number_formats, shown, stage_matrix_table, value_text


def printed(table: pd.DataFrame, unit: str = "m2") -> pd.DataFrame:
    """Return what a person reads: every number by its own format."""
    people = shown(table, unit)
    formats = number_formats(people)
    return pd.DataFrame({name: people[name].map(formats.get(name, "{}").format) for name in people})


def test_areas_are_shown_in_the_unit_asked_for_and_say_so():
    table = study.areas(study.source_layer())
    assert printed(table)["고시·발표면적 (㎡)"].tolist() == ["3,628,568", "4,071,000", "1,908,000", "3,384,000"]
    assert printed(table, "man-pyeong")["고시·발표면적 (만평)"].iloc[3] == "102.37"


def test_lengths_and_shares_carry_their_unit_in_the_header():
    headers = {*shown(study.areas(study.source_layer())), *shown(study.distances(study.source_layer()))}
    assert {"둘레 (m)", "고시·발표면적과 차이 (%)", "하한 (m)", "도착 위도 (°)"} <= headers


def test_showing_a_table_leaves_it_alone():
    table = study.areas(study.source_layer())
    before = table.copy(deep=True)
    shown(table, "pyeong")
    pd.testing.assert_frame_equal(table, before)


def test_lists_of_places_and_hosts_are_read_as_words():
    row = shown(value_chain.chain(2031).stages).iloc[0]
    assert row["장소"] == "진곡산단 · 미래차 국가산단"
    assert "|" not in row["담당 시설·기업"]


def test_sources_are_shown_by_their_title_and_files_by_their_name():
    titles = catalog.sources().set_index("id")["title"]
    people = shown(pd.DataFrame({"source": ["daum_20230728", "my.geojson", None]}))
    assert people["출처"].tolist()[:2] == [titles["daum_20230728"], "my.geojson"]


def test_titles_of_sources_stay_as_they_are():
    assert shown(pd.DataFrame({"source": ["아무 제목", "출처 미확인"]}))["출처"].tolist() == [
        "아무 제목",
        "출처 미확인",
    ]


@pytest.mark.parametrize("names", [["광산구", None], [None, None]])
def test_land_outside_all_districts_is_named(names):
    people = shown(pd.DataFrame({"unit_name": names}))
    assert people["행정구역"].tolist() == [name or "행정구역 밖" for name in names]


def test_an_unknown_id_keeps_its_own_name():
    assert label("place", "my-site") == "my-site"
    assert shown(pd.DataFrame({"from": ["my-site"]}), names={"my-site": "내 부지"})["출발"].tolist() == ["내 부지"]


@pytest.mark.parametrize(
    ("amount", "korean", "english"),
    [
        (411_900_000_000, "4,119억 원", "411.9 billion won"),
        (101_000_000_000_000, "101조 원", "101 trillion won"),
        (1_900_000_000_000, "1.9조 원", "1.9 trillion won"),
        (265_000, "265,000 원", "265,000 won"),
    ],
)
def test_money_is_told_in_the_sizes_people_use(amount, korean, english):
    assert money_text(amount) == korean
    with reading("en"):
        assert money_text(amount) == english


def stated(value=None, unit=None, low=None, high=None, words="찾지 못함") -> dict:
    return {"value": value, "low": low, "high": high, "unit": unit, "stated": words}


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        (stated(3_384_000, "m2"), "3,384,000 ㎡"),
        (stated(568, "firms"), "568개사"),
        (stated(55.5, "pct"), "55.5 %"),
        (stated(28_800, "m"), "28,800 m"),
        (stated(unit="homes", low=7_440, high=7_676), "7,440~7,676호"),
        (stated("2026-12", "date"), "2026-12"),
        (stated(unit="firms"), "찾지 못함"),
        (stated(np.nan, "firms", words=None), "판정 불가"),
        (stated(0, "items"), "0종"),
    ],
)
def test_a_claim_is_told_with_its_unit(claim, text):
    assert value_text(claim) == text


def test_no_number_of_the_ledger_is_told_with_an_exponent():
    assert not ledger_table(catalog.claims(), "m2")["value"].str.contains(r"e\+").any()


def test_a_claim_without_a_source_says_so():
    told = ledger_table(catalog.claims(), "m2").set_index("id")
    assert told.at["bitgreen.official_area.2009", "source"] == "출처 미확인"
    assert told.at["bitgreen.official_area.2009", "rank"] == "none"


def test_schematic_outlines_are_noted_as_not_to_be_compared():
    assert area_note({"grade": "D", "official_area": 5.0}) == "모식도, 비교 대상 아님"
    assert area_note({"grade": "A", "official_area": np.nan}) == "고시·발표면적 없음"
    assert area_note({"grade": "A", "official_area": 5.0}) == ""


def test_the_matrix_has_every_stage_and_place_and_leaves_empty_cells_empty():
    chain = value_chain.chain(2031, "cluster_cheomdan3")
    words = stage_matrix_table(chain)
    assert words.shape == (len(chain.stages), 4)
    assert words.at["실증", "미래차 국가산단"] == "계획"
    assert words.at["실증", "진곡산단"] == ""


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", reports.REPORT_TABLES)
def test_every_report_table_can_be_shown_in_either_language(name, code):
    with reading(code):
        people = shown(reports.report_table(name))
        assert len(people) == len(reports.report_table(name))
        assert set(number_formats(people)) <= set(people.columns)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_record_the_steps_and_the_history_are_told_in_either_language(code):
    with reading(code):
        claims = catalog.claims()
        assert article_table(catalog.article_rows(), claims)[["text", "page", "ref"]].notna().all(axis=None)
        assert steps_table(catalog.steps())["phase"].ne("").all()
        assert history_table(catalog.history())[["then", "now"]].ne("").all(axis=None)
