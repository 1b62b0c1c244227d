import re

import numpy as np
import pandas as pd
import pytest

from gis import study
from gis.analysis.claims import distinctions
from gis.i18n import LANGUAGES, reading
from gis.model import BASES, SCOPES
from gis.study import value_chain
from gis.view.sentences import (
    adjacency_sentence,
    area_sentence,
    chain_sentence,
    conflict_sentence,
    distance_label,
    distance_matrix,
    distance_text,
    link_distance,
)  # fmt: skip

UNFINISHED = re.compile(
    r"은\(는\)|이\(가\)|을\(를\)|\(이\)라|nan|None|e\+\d|[a-z]+_[a-z]+|[a-z]+\.(?!kr|co|net)[a-z]+|\{|\}|\|"
)


def gap(distance=np.nan, low=np.nan, high=np.nan, grade="A", **more) -> dict:
    row = {"from": "jingok", "to": "hanam", "measure": "gap", "distance": distance, "low": low, "high": high}
    return row | {"grade": grade} | more


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (gap(500.0), "500 m"),
        (gap(1_234.4), "1.234 km"),
        (gap(low=0.0, high=3_241.3, grade="D"), "0~3.3 km"),
        (gap(low=12_696.0, high=18_376.0, grade="D"), "12~19 km"),
        (gap(low=7_637.0, high=12_137.0, grade=None), "7.6~12.2 km"),
        (gap(grade="D"), "판정 불가"),
        (gap(1_000.0, 970.0, 1_030.0, "C"), "1.00 km (0.97~1.03 km)"),
    ],
)
def test_a_distance_is_written_with_its_doubt(row, text):
    assert distance_text(row) == text


@pytest.mark.parametrize("grade", ["D", None])
def test_an_interval_is_stamped_schematic_whatever_the_other_end(grade):
    label = distance_label(gap(low=0.0, high=3_241.3, grade=grade))
    assert label == "진곡산단–하남산단 경계 간 직선거리 0~3.3 km (모식도)"


def test_a_measured_distance_carries_no_stamp():
    assert distance_label(gap(500.0, grade="A")) == "진곡산단–하남산단 경계 간 직선거리 500 m"


def test_a_hand_over_within_a_place_and_to_export_has_no_length():
    assert link_distance(gap(0.0, to="jingok")) == "동일 단지"
    assert link_distance(gap(to="export")) == "자료 없음"


def pair(relation: str, **more) -> dict:
    row = {"a": "bitgreen", "b": "futurecar", "relation": relation, "possible_relations": relation, "gap": 0.0}
    return row | {"low": np.nan, "high": np.nan, "grade": "A", "shared_boundary": 0.0} | more


def test_an_undecided_pair_names_what_is_still_possible():
    row = pair("unknown", gap=np.nan, low=0.0, high=3_241.0, grade="D", possible_relations="overlap|border|beside|near")
    assert adjacency_sentence(row) == (
        "빛그린산단 – 미래차 국가산단: 판정 불가. 경계 간 0~3.3 km, 가능한 관계는 중첩, 연접, 인접, 근접."
    )


def test_a_border_says_how_long_it_is():
    assert adjacency_sentence(pair("border", shared_boundary=843.2)).endswith("연접, 경계 843 m를 함께합니다.")


def test_ids_of_a_person_s_file_are_called_by_their_names():
    assert adjacency_sentence(pair("near", gap=700.0), {"bitgreen": "1공구", "futurecar": "2공구"}) == (
        "1공구 – 2공구: 근접, 경계 간 700 m."
    )


def test_the_chain_of_the_plan_year_reads_as_one_says_it():
    assert chain_sentence(value_chain.chain(2031, "cluster_cheomdan3")) == (
        "2031년 특화단지 + 첨단3지구(계획 기준): 필수 연계 24개 중 24개가 확보되었습니다. "
        "대체 거점이 없는 단지: 진곡산단 · 미래차 국가산단 · 빛그린산단 · 첨단3지구. "
        "빛그린의 6건은 광주 구역 소재 여부가 확인되지 않았으나 포함했습니다."
    )


def test_the_chain_says_how_much_rests_on_hosts_of_unknown_age():
    assert "9개는 시작 연도가 밝혀지지 않은" in chain_sentence(value_chain.chain(2026, "region", "fact"))


def test_links_too_long_for_the_limit_are_not_called_missing_stages():
    text = chain_sentence(value_chain.chain(2031, within=5_000))
    assert "거리 조건 밖인 연계" in text and "미확보 단계" not in text


def conflict(rule: str, subject: str, quantity: str) -> str:
    ledger, rows = study.claims()
    same = rows[(rows["rule"] == rule) & (rows["subject"] == subject) & (rows["quantity"] == quantity)]
    return conflict_sentence(same.iloc[0], ledger)


def test_a_conflict_gives_each_value_with_its_date_and_names_the_one_in_use():
    text = conflict("values", "futurecar", "official_area")
    assert "3,384,000 ㎡ (gjnews.kr, 보도, 2023-07-28) · 3,380,000 ㎡ (출처 미확인, 2023-04)" in text
    assert text.endswith("차이 2.4 %. 쓰는 값: 3,384,000 ㎡ (보도 등급).")


def test_shares_differ_by_points():
    assert "차이 0.1 %p" in conflict("values", "cheomdan3", "residential_commercial_share")


def test_money_is_written_in_words_of_the_language():
    assert "4,119억 원" in conflict("values", "ai_cluster", "cost")
    with reading("en"):
        assert "411.9 billion won" in conflict("values", "ai_cluster", "cost")


def test_parts_are_added_before_the_reader_s_eyes():
    text = conflict("parts", "cluster", "official_area")
    assert (
        "합계 7,270,000 ㎡ (산업통상자원부 발표(연합뉴스 기사의 보배드림 전재), 보도, 2024-09), 부분의 합 7,080,000 ㎡ = 1,850,000 ㎡ + 1,920,000 ㎡ + 3,310,000 ㎡"
        in text
    )
    assert text.endswith("쓰는 값: 7,140,000 ㎡ (보도 등급).")


def test_words_stand_against_figures_with_their_units_and_dates():
    assert conflict("statement", "bitgreen", "status") == (
        "빛그린국가산단: 말과 통계가 어긋납니다. “빛그린산단은 이미 포화상태” (더팩트, 보도, 2023-06-29) ↔ "
        "2단계 산업시설용지 분양률 55.5 % (pressna.com, 보도, 2025-07), "
        "2단계 산업시설용지 미분양 면적 456,143 ㎡ (pressna.com, 보도, 2025-07), "
        "1단계 분양률 91 % (다음뉴스 전재, 보도, 2023-07). "
        "포화라면 남은 분양 용지가 없어야 합니다(분양률 100 %, 미분양 0 ㎡). 쓰는 값: 분양률 55.5 % (보도 등급)."
    )


def test_conflicting_dates_have_no_percentage():
    assert "차이" not in conflict("values", "futurecar", "construction_start")


def every_sentence() -> list[str]:
    source = study.source_layer()
    ledger, conflicts = study.claims()
    chains = [
        value_chain.chain(year, scope, basis) for year in (2010, 2026, 2031) for scope in SCOPES for basis in BASES
    ]
    pairs, gaps = study.adjacencies(source).to_dict("records"), study.distances(source, "hosts").to_dict("records")
    return [
        *(chain_sentence(chain) for chain in [*chains, value_chain.chain(2031, within=5_000)]),
        *(adjacency_sentence(row) for row in pairs),
        *(distance_label(row) for row in gaps),
        *(link_distance(row) for row in value_chain.chain(2031).links.dropna(subset="from").to_dict("records")),
        *(conflict_sentence(row, ledger) for row in conflicts.to_dict("records")),
        *(conflict_sentence(row, ledger) for row in distinctions(ledger).to_dict("records")),
        *(area_sentence(row, "man-pyeong") for row in study.areas(source).to_dict("records")),
    ]


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_sentence_shows_an_id_a_hole_or_a_particle_left_open(code):
    with reading(code):
        assert [text for text in every_sentence() if UNFINISHED.search(text)] == []


def test_the_matrix_of_distances_is_a_symmetric_square():
    square = distance_matrix(study.distances(study.source_layer()))
    assert list(square.index) == list(square.columns)
    pd.testing.assert_frame_equal(square, square.T)
    assert square.at["빛그린산단", "미래차 국가산단"] == "0~3.3 km"


def test_facts_of_a_year_to_come_are_said_not_to_exist_yet():
    told = "그 뒤의 실적은 아직 없습니다"
    assert told in chain_sentence(value_chain.answer(2031, "region", "fact").chain)
    assert told not in chain_sentence(value_chain.answer(2026, "region", "fact").chain)
    assert told not in chain_sentence(value_chain.answer(2031, "region", "plan").chain)
