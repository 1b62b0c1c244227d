"""Conflicts as people meet them: one sentence each, on the page and on the command line."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from command import done, refusal
from streamlit.testing.v1 import AppTest

from gis import study
from gis.analysis.claims import CONFLICT_COLUMNS, RULES, conflicts, distinctions
from gis.i18n import LANGUAGES, reading, t
from gis.io import catalog
from gis.view.ledger import conflict_table
from gis.view.sentences import conflict_sentence
from gis.view.tables import label, value_text

ROOT = Path(__file__).parents[1]


def sentence(rule: str, *names: str, claims: pd.DataFrame | None = None, unit: str = "m2") -> str:
    ledger = catalog.claims() if claims is None else claims
    rows = conflicts(ledger, catalog.steps(), catalog.date_orders(), catalog.wordings())
    rows = pd.concat([rows, distinctions(ledger)]) if rule in ("definition", "part") else rows
    (row,) = [
        row for row in rows.to_dict("records") if row["rule"] == rule and set(names) <= set(row["claims"].split("|"))
    ]
    return conflict_sentence(row, ledger, unit)


def test_pyeong_and_square_meters_are_each_given_in_both():
    assert sentence("pyeong", "cluster.official_area.pyeong") == (
        "자율차 소부장 특화단지의 고시·발표면적 (특화단지 전체 면적): 평과 ㎡가 같은 넓이가 아닙니다. "
        "“220만평” (출처 미확인) = 7,272,727 ㎡ ↔ 7,140,000 ㎡ = 215.99 만평 (뉴스1, 보도, 2024-04) · "
        "7,080,000 ㎡ = 214.17 만평 (Invest KOREA 광주, 기관자료, 2025-11), 차이 2.7 %. 쓰는 값: 7,140,000 ㎡ (보도 등급)."
    )


def test_one_claim_with_two_areas_is_quoted():
    claims = catalog.claims()
    claims.loc[claims["id"] == "cluster.official_area.2024-04", "stated"] = "714만㎡(220만평)"
    alone = claims[claims["id"] == "cluster.official_area.2024-04"].reset_index(drop=True)
    text = sentence("pyeong", "cluster.official_area.2024-04", claims=alone)
    assert "“714만㎡(220만평)” (뉴스1, 보도, 2024-04) ↔ 7,140,000 ㎡ = 215.99 만평, 차이 1.9 %." in text


def test_dates_are_told_with_the_reason_of_their_order_and_both_values_in_use():
    assert sentence("dates", "futurecar.construction.molit") == (
        "미래차 국가산단(후보지): 날짜의 차례가 맞지 않습니다. 먼저여야 할 보상 2027 (kjbbs, 보도, 2025-02) ↔ "
        "착공 2026-12 (출처 미확인). "
        "보상액 전액을 공사에 착수하기 전에 지급해야 합니다(토지보상법 제62조; 제38·39조의 경우와 소유자의 승낙은 예외). "
        "쓰는 값: 착공 2026-12 (출처 미확인), 보상 2027 (보도 등급)."
    )


def test_a_step_that_is_out_of_order_or_done_too_early_is_told_by_its_phase():
    steps = catalog.steps().assign(source_date=None)
    steps.loc[(steps["phase"] == "jingok") & (steps["key"] == "agreement"), ["key", "date"]] = [
        "construction_start",
        "2016",
    ]
    steps.loc[steps["phase"] == "merger", "source_date"] = "2026-03-01"
    rows = conflicts(catalog.claims(), steps, catalog.date_orders()).to_dict("records")
    (late,) = [row for row in rows if "step:jingok" in row["claims"]]
    assert late["claims"] == "step:jingok.construction_start.2016|jingok.completion.2015"
    (early,) = [row for row in rows if row["claims"] == "step:merger.designation.2026-07-01"]
    assert conflict_sentence(early, catalog.claims()) == (
        "광주: 끝난 일로 적힌 지정 2026-07-01의 출처는 그보다 앞선 2026-03-01의 것이라, "
        "실제로 그렇게 되었는지 알려 주지 않습니다. 쓰는 값을 정하지 않았습니다."
    )


def test_a_target_without_a_baseline_says_that_nothing_is_in_use():
    assert sentence("baseline", "gwangju.article.target.jobs") == (
        "광주의 고용 (미래차 목표: 고용(범위 정의 없음; 2030 비전의 11만명과 다른 범위)): "
        "목표 250,000명 (더팩트, 보도, 2023-06-29)의 출발점인 기준값을 밝힌 출처가 없습니다. 쓰는 값을 정하지 않았습니다."
    )


def test_shares_are_added_before_the_reader_s_eyes():
    claims = catalog.claims()
    wrong = claims["id"] == "cheomdan3.infrastructure_green_share.2020-12"
    claims.loc[wrong, ["value", "stated"]] = [51.0, "51.0%"]
    text = sentence("shares", *claims.loc[wrong, "id"], "cheomdan3.residential_commercial_share.2020-12", claims=claims)
    assert text == (
        "첨단3지구의 고시·발표면적: 비율을 모두 더해도 100 %가 아닙니다. 연구·산업용지 비율 32.7 % + 주거·상업용지 비율 17.3 % + "
        "기반시설·녹지 비율 51 % = 101.0 % (한국경제, 보도, 2020-12), 차이 1.0 %p. 쓰는 값: 연구·산업용지 비율 32.7 % (보도 등급), "
        "주거·상업용지 비율 17.3 % (보도 등급), 기반시설·녹지 비율 51 % (보도 등급)."
    )


def test_a_share_is_told_with_the_quotient_it_misses():
    claims = catalog.claims()
    wrong = claims["id"] == "futurecar.greenbelt_area.2023"
    claims.loc[wrong, ["value", "stated"]] = [3_100_000, "310만㎡"]
    text = sentence("shares", "futurecar.greenbelt_share.2023", claims=claims, unit="man-m2")
    assert (
        "95.6 % (gjnews.kr, 보도, 2023-07) ↔ 개발제한구역 면적 310.00 만㎡ ÷ 338.40 만㎡ (gjnews.kr, 보도, 2023-07-28) = 91.61 %, 차이 4.0 %p."
        in text
    )
    assert text.endswith("쓰는 값: 95.6 % (보도 등급).")


def test_a_share_is_told_with_what_the_rest_leaves_over():
    claims = catalog.claims()
    wrong = claims["id"] == "bitgreen.unsold_area.phase2.2025"
    claims.loc[wrong, ["value", "stated"]] = [356_143, "356,143㎡"]
    text = sentence("shares", "bitgreen.sold_share.phase2.2025", claims=claims)
    assert (
        "55.5 % (pressna.com, 보도, 2025-07) ↔ 100 % − (미분양 면적 356,143 ㎡) ÷ 1,025,645 ㎡ = 65.28 %, 차이 9.8 %p"
        in text
    )


def test_a_value_under_the_wrong_name_is_told():
    assert "같은 값: 817,000 ㎡ = 대체지 면적 817,108 ㎡." in sentence("values", "futurecar.env_grade12_area.817")


def test_another_definition_and_a_part_are_told_as_no_conflict_and_without_a_value_in_use():
    assert sentence("definition", "bitgreen.phase2_area.net.2025") == (
        "빛그린국가산단의 2단계 면적: 정의가 달라 값이 다르며 불일치가 아닙니다. "
        "2단계 면적(총) 1,421,488 ㎡ · 2단계 산업시설용지 79필지 면적(순) 1,025,645 ㎡."
    )
    assert sentence("part", "bitgreen.area_gwangju.2023").endswith(
        "4,071,000 ㎡ (아주경제, 보도, 2020) = 광주 구역 면적 1,847,000 ㎡ (다음뉴스 전재, 보도, 2023-07-28) + "
        "함평 구역 면적 2,224,000 ㎡ (아주경제, 보도, 2023)."
    )


def ranked(claim: dict) -> str:
    return claim["rank"] if isinstance(claim["rank"], str) else "none"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_conflict_has_a_sentence_with_each_value_its_rank_and_the_value_in_use(code):
    ledger, rows = study.claims()
    claims = ledger.set_index("id").to_dict("index")
    with reading(code):
        for row in rows.to_dict("records"):
            text = conflict_sentence(row, ledger)
            told = [claims[name] for name in row["claims"].split("|") if name in claims]
            assert label("subject", row["subject"]) in text
            assert all(value_text(claim) in text or claim["stated"] in text for claim in told), text
            assert all(label("rank", ranked(claim)) in text for claim in told), text
            used = [claims[name] for name in (row["in_use"] or "").split("|") if name]
            end = text.rpartition(t("sentence.in_use", value="|").partition("|")[0])[2]
            assert all(value_text(claim) in end and label("rank", ranked(claim)) in end for claim in used)
            assert text.endswith(t("sentence.none_in_use")) == (not used)


def test_a_sentence_needs_no_more_of_the_ledger_than_its_subject():
    ledger, rows = study.claims()
    for row in rows.to_dict("records"):
        own = ledger[ledger["subject"] == row["subject"]]
        assert conflict_sentence(row, own) == conflict_sentence(row, ledger) == conflict_sentence(row, ledger.iloc[:0])


def test_the_table_of_conflicts_has_a_sentence_a_row():
    ledger, rows = study.claims()
    table = conflict_table(rows, ledger)
    assert list(table.columns) == [*CONFLICT_COLUMNS, "sentence"]
    assert table["sentence"].str.len().gt(20).all()


# The command line


def test_the_command_tells_every_conflict_flat_and_in_words():
    answer = done("claims", "--format", "json").json
    assert all(not isinstance(value, dict | list) for row in answer["conflicts"] for value in row.values())
    assert {row["rule"] for row in answer["conflicts"]} <= set(RULES)
    assert all(row["sentence"].endswith(".") for row in answer["conflicts"])
    assert [list(row) for row in answer["conflicts"]] == [[*CONFLICT_COLUMNS, "sentence"]] * len(answer["conflicts"])


@pytest.mark.parametrize("rule", RULES)
def test_the_command_tells_the_conflicts_of_one_rule(rule):
    every = done("claims", "--format", "json").json
    some = done("claims", "--rule", rule, "--format", "json").json
    assert some["claims"] == every["claims"]
    assert some["conflicts"] == [row for row in every["conflicts"] if row["rule"] == rule]


def test_the_command_tells_the_conflicts_of_one_subject_by_one_rule():
    rows = done("claims", "--subject", "futurecar", "--rule", "dates", "--format", "json").json["conflicts"]
    assert [row["in_use"] for row in rows] == ["futurecar.construction.molit|futurecar.compensation.planned"]
    assert "쓰는 값: 착공 2026-12" in done("claims", "--subject", "futurecar", "--rule", "dates").text


def test_an_unknown_rule_is_refused_with_the_known_ones():
    assert "pyeong" in refusal("claims", "--rule", "hunch")


# The page


def page(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update(query)
    app.run()
    app.switch_page("gis/app/pages/sources.py").run()
    assert not app.exception, app.exception
    assert not app.error, [error.value for error in app.error]
    return app


def lines(app: AppTest, rule: str) -> list[str]:
    return [one.value for one in app.markdown if one.value.startswith(f"- \\[{label('rule', rule)}\\]")]


@pytest.fixture
def at_home(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_the_page_filters_conflicts_by_rule_and_subject(at_home):
    app = page()
    rows = study.claims()[1]
    assert {rule: len(lines(app, rule)) for rule in RULES} == rows["rule"].value_counts().reindex(
        RULES, fill_value=0
    ).to_dict()
    app.selectbox(key="rule-ko").select("baseline").run()
    assert {rule for rule in RULES if lines(app, rule)} == {"baseline"}
    app.selectbox(key="conflict_subject-ko").select("cluster").run()
    assert len(lines(app, "baseline")) == 3
    app.selectbox(key="rule-ko").select("dates").run()
    assert not any(lines(app, rule) for rule in RULES)
    assert t("ui.no_conflicts") in [caption.value for caption in app.caption]
    assert not app.exception


def test_the_address_names_the_rule_and_what_is_no_conflict_is_shown_apart(at_home):
    app = page(rule="pyeong")
    assert {rule for rule in RULES if lines(app, rule)} == {"pyeong"}
    assert any("79필지" in line for line in lines(app, "definition"))
    assert any("광주 구역 면적" in line for line in lines(app, "part"))


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_shows_the_conflicts_in_either_language(at_home, code):
    app = page(lang=code, rule="dates")
    with reading(code):
        assert lines(app, "dates")


# The tables behind the rules


@pytest.fixture
def bundle(tmp_path, monkeypatch):
    """Copy the bundled data and make the product read the copy."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.setenv("GIS_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("path", "before", "after", "named"),
    [
        ("claim_rules.toml", "reason = ", "reazon = ", "reazon"),
        ("claim_rules.toml", 'events = [["compensation"]', 'events = ["compensation"', "compensation"),
        ("claim_rules.toml", "at_least = 100", 'at_least = "all"', "all"),
        ("claim_rules.toml", 'words = "포화"', 'word = "포화"', "word"),
        ("claims/futurecar.toml", 'portion = "futurecar', 'portion = "nowhere', "nowhere"),
        ("claims/futurecar.toml", 'share_of = "futurecar', 'share_of = "nowhere', "nowhere"),
        ("claims/gwangju.toml", 'baseline_of = "gwangju', 'baseline_of = "nowhere', "nowhere"),
        ("claims/article.toml", "target = true", 'target = "yes"', "yes"),
    ],
)
def test_a_mistake_in_the_tables_behind_the_rules_is_named(path, before, after, named, bundle):
    text = (bundle / path).read_text(encoding="utf-8")
    assert before in text
    (bundle / path).write_text(text.replace(before, after, 1), encoding="utf-8")
    assert named in refusal("claims")


def test_without_the_tables_behind_the_rules_the_claims_are_refused_and_areas_are_not(bundle):
    (bundle / "claim_rules.toml").unlink()
    assert "claim_rules.toml" in refusal("claims")
    assert done("area", "--format", "json").json


def test_a_planner_changes_what_words_mean_without_code(bundle):
    path = bundle / "claim_rules.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("at_least = 100", "at_least = 90"), encoding="utf-8")
    (row,) = done("claims", "--rule", "statement", "--format", "json").json["conflicts"]
    assert "bitgreen.sold_share.phase1.2023" not in row["claims"]
    assert "bitgreen.sold_share.phase2.2025" in row["claims"]
