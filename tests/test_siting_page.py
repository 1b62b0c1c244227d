"""The page 입지 in both languages: a search is asked once, told in words, and the weights of its criteria are weighed."""

import pytest
from streamlit.testing.v1 import AppTest

from gis.study import active, scenarios, weights
from gis.study.weights import PAIRS, Judgment
from tests.test_app import ROOT
from tests.test_scenario_page import opened


def page(language: str = "ko", **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "gis/app/pages/siting.py"), default_timeout=120)
    wish = {"place_area": "100만평", "place_turn": "90", "place_grow": "1", "place_within": "3", "place_count": "3"}
    for key, value in {"lang": language, **wish, **query}.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def found(app: AppTest) -> AppTest:
    next(button for button in app.button if button.label in ("찾기", "Find")).click().run()
    assert not app.exception and not app.error
    return app


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_asks_before_it_searches(language):
    app = page(language)
    assert len(app.info) == 1 and not app.error


def test_what_is_found_says_that_no_data_of_land_is_loaded():
    app = found(page())
    assert any("형상·거리만; 제약자료 0/15종" in one.value.replace("\\", "") for one in app.warning)
    text = " ".join(one.value for one in app.markdown).replace("\\", "")
    assert "100.00 만평" in text or "330.58 만㎡" in text
    assert "가장 많이 열리는 것으로 확인된 제약" in text


def test_a_changed_wish_leaves_the_answer_and_says_so():
    app = found(page())
    app.number_input(key="place_width").set_value(100.0).run()
    assert any("조건이 바뀌었습니다" in one.value for one in app.caption)


def test_a_wish_that_cannot_be_is_one_sentence():
    app = page(place_area="백만")
    assert len(app.error) == 1 and not app.exception
    app = page(place_width="4000")
    next(button for button in app.button if button.label == "찾기").click().run()
    assert len(app.error) == 1 and not app.exception


@pytest.mark.parametrize("language", ["ko", "en"])
def test_weights_are_told_with_their_ratio_and_table(language):
    app = page(language, siting_part="weights", weights_criteria="a,b,c")
    text = " ".join(one.value for one in app.markdown).replace("\\", "")
    assert "0.0000" in text and "0.10" in text and "1991" in text


def test_stated_weights_have_no_ratio():
    app = page(siting_part="weights", weights_criteria="a,b,c", weights_way="stated")
    text = " ".join(one.value for one in app.markdown)
    assert "직접 적은 가중치" in text


# Comparisons of a scenario


@pytest.fixture
def north(monkeypatch) -> str:
    monkeypatch.chdir(ROOT)
    return scenarios.create("북쪽 안", "north").id


def pressed(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception and not app.error
    return app


def keep(times: float) -> None:
    weights.keep("north", Judgment(PAIRS, ("a", "b"), comparisons={("a", "b"): times}), "saaty")


def kept_times() -> float:
    return weights.of_scenario(active.kept("north").scenario)[0].comparisons["a", "b"]


def test_comparisons_are_kept_with_the_scenario_and_seen_again(north):
    pressed(opened("siting", scenario=north, siting_part="weights", weights_criteria="a,b"), "대안에 남기기")
    assert kept_times() == 1
    again = opened("siting", scenario=north, siting_part="weights")
    assert any("북쪽 안" in one.value for one in again.caption)
    assert all(button.label != "대안에 남기기" for button in again.button)


@pytest.mark.parametrize(("button", "times"), [("그래도 내 비교를 남기기", 3.0), ("남겨진 비교로 바꾸기", 1 / 3)])
def test_comparisons_that_somebody_else_kept_meanwhile_are_shown_and_not_written_over(north, button, times):
    keep(3.0)
    app = opened("siting", scenario=north, siting_part="weights")
    keep(1 / 3)
    app.run()
    assert any("다른 사람" in one.value for one in app.warning) and kept_times() == pytest.approx(1 / 3)
    assert not pressed(app, button).warning
    assert kept_times() == pytest.approx(times)
