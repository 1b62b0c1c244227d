"""대안: made, looked at on every page, compared, taken back; what is confidential is in no address."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gis.i18n import LANGUAGES
from gis.study import active, scenarios
from tests.test_work import keep

ROOT = Path(__file__).parents[1]


def opened(page="scenarios", **query):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update(query)
    app.run()
    app.switch_page(f"gis/app/pages/{page}.py").run()
    assert not app.exception
    return app


@pytest.fixture(autouse=True)
def at_home(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.fixture
def north():
    scenarios.create("북쪽 안", "north")
    shape = scenarios.reshaped(scenarios.outline_of("futurecar"), north=2_000, area=3_000_000)
    scenarios.set_outline("north", "futurecar", shape)
    return "north"


def texts(app):
    return " ".join(str(one.value) for one in (*app.markdown, *app.info, *app.caption)).replace("\\", "")


def test_the_first_scenario_is_made_on_the_page_and_then_looked_at():
    app = opened()
    assert "아직 대안이 없습니다" in texts(app)
    app.text_input[0].set_value("남쪽 안")
    next(one for one in app.button if one.label == "만들기").click().run()
    assert not app.exception and not app.error
    assert [one.scenario.title for one in active.every()] == ["남쪽 안"]
    assert "남쪽 안: 1번 이력" in texts(app)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", ["sites", "hosts", "years"])
def test_everything_that_can_be_changed_opens(north, language, what):
    app = opened(scenario=north, scenario_what=what, lang=language)
    assert not app.error
    assert "300.00 만㎡" in texts(app) or what != "sites"


@pytest.mark.parametrize("part", ["edit", "compare", "history", "new"])
def test_every_part_of_the_page_opens(north, part):
    app = opened(scenario=north, scenario_part=part)
    assert not app.error


def test_years_are_kept_taken_back_and_done_again(north):
    app = opened(scenario=north, scenario_what="years")
    first = app.number_input[0]
    phase = str(first.key).rpartition("-")[2]
    first.set_value(2).run()
    app.button(key="years-keep").click().run()
    assert active.kept(north).scenario.slips == {phase: 2}
    app.button(key="scenario-undo").click().run()
    assert active.kept(north).scenario.slips == {}
    app.button(key="scenario-redo").click().run()
    assert active.kept(north).scenario.slips == {phase: 2}
    assert not app.exception and not app.error


def test_numbers_move_and_resize_an_outline(north):
    app = opened(scenario=north)
    app.text_input[0].set_value("100만평")
    next(one for one in app.button if one.label == "적용").click().run()
    assert not app.exception and not app.error
    area = scenarios.site_table(active.kept(north))["planar_area"].iloc[0]
    assert area == pytest.approx(100 * 10_000 * 400 / 121, abs=0.5)
    app.text_input[0].set_value("많이")
    next(one for one in app.button if one.label == "적용").click().run()
    assert len(app.error) == 1 and not app.exception


@pytest.mark.parametrize("page", ["map", "measure", "statutory", "chain", "phases", "sources", "report"])
def test_every_page_shows_the_scenario_that_is_looked_at(north, page):
    app = opened(page, scenario=north)
    assert not app.error
    chosen = next(one for one in app.selectbox if str(one.key).startswith("scenario-"))
    assert chosen.value == north
    if page == "map":
        assert any("300.00" in str(table.value.to_dict()) for table in app.dataframe)


def test_a_confidential_scenario_is_named_in_no_address_and_marked(north):
    scenarios.edit(north, {"confidential": True})
    app = opened(scenario=north)
    assert "scenario" not in app.query_params
    assert "대외비" in texts(app)
    app = opened("report", scenario=north)
    labels = [str(one.proto.label) for one in app.get("download_button")]
    assert "산업단지" not in " ".join(label for label in labels if "단지 경계" in label)


def test_an_address_that_names_no_scenario_opens_without(north):
    app = opened(scenario="moon")
    assert active.name() is None
    assert "자료대로" in str([one.value for one in app.selectbox]) or not app.exception


def test_alternatives_stand_side_by_side_with_their_differences(north):
    app = opened(scenario=north, scenario_part="compare")
    table = app.dataframe[0].value
    assert list(table.columns) == ["지표", "자료대로", "북쪽 안"]
    row = table[table["지표"].str.startswith("좌표면적")].iloc[0]
    assert row["북쪽 안"].startswith("300.00 만㎡") and "[−" in row["북쪽 안"]
    assert "[" not in row["자료대로"]


def test_an_older_revision_is_restored_on_the_page(north):
    first = int(scenarios.history(north)["revision"].min())
    app = opened(scenario=north, scenario_part="history")
    next(one for one in app.selectbox if str(one.key).startswith("restore-")).set_value(first).run()
    next(one for one in app.button if one.label == "이 이력으로 되살리기").click().run()
    assert not app.exception and not app.error
    assert active.kept(north).scenario.sites == ()


def test_a_handed_over_file_is_what_the_command_writes(north):
    assert json.loads(scenarios.export(north))["features"][0]["id"] == "futurecar"


def button(app, label):
    return next(one for one in app.button if one.label == label)


def shift_north(app, meters):
    """Type how far the outline goes north, and confirm."""
    next(one for one in app.number_input if one.label.startswith("북쪽으로")).set_value(meters)
    return button(app, "적용").click().run()


def seen_notes(app):
    return " ".join(str(one.value) for one in (*app.warning, *app.error)).replace("\\", "")


def overtaken(north):
    """Open the page, let somebody else keep a change, then confirm one's own."""
    app = opened(scenario=north)
    theirs = scenarios.edit(north, {"note": "다른 사람"})
    return shift_north(app, 100.0), theirs


def test_a_change_that_was_overtaken_is_shown_and_nothing_is_written_over(north):
    app, theirs = overtaken(north)
    assert not app.exception
    assert f"{theirs.number}번 이력" in seen_notes(app) and "저장하지 못한 내 변경" in seen_notes(app)
    assert active.kept(north) == theirs


def test_an_overtaken_change_can_be_applied_to_the_newest(north):
    app, theirs = overtaken(north)
    button(app, "새 이력에 내 변경 적용").click().run()
    now = active.kept(north)
    assert not app.exception and not app.warning
    assert now.number == theirs.number + 1 and now.scenario.note == "다른 사람"
    assert now.scenario.sites != theirs.scenario.sites


def test_an_overtaken_change_can_go_on_as_a_branch(north):
    app, theirs = overtaken(north)
    button(app, "내 변경은 갈래에서 이어 하기").click().run()
    assert not app.exception and active.kept(north) == theirs
    (branch,) = [one for one in active.every() if one.id != north]
    assert branch.scenario.note == "" and branch.scenario.sites != theirs.scenario.sites


def test_an_overtaken_change_can_be_let_go(north):
    app, theirs = overtaken(north)
    button(app, "내 변경 버리기").click().run()
    assert not app.exception and not app.warning and active.kept(north) == theirs
    assert f"{theirs.number}번 이력이 쓰이고" in texts(app)


def test_undo_never_takes_back_what_somebody_else_did(north):
    app = opened(scenario=north)
    theirs = scenarios.edit(north, {"note": "다른 사람"})
    app.button(key="scenario-undo").click().run()
    assert not app.exception and "다른 변경" in seen_notes(app)
    assert active.kept(north) == theirs


def test_words_that_were_overtaken_are_held_too(north):
    app = opened(scenario=north, scenario_part="history")
    scenarios.slip(north, "futurecar", 1)
    next(one for one in app.text_input if one.label == "이름" or one.value == "북쪽 안").set_value("내 이름")
    next(one for one in app.button if one.label == "저장").click().run()
    assert "저장하지 못한 내 변경" in seen_notes(app)
    button(app, "새 이력에 내 변경 적용").click().run()
    now = active.kept(north).scenario
    assert (now.title, now.slips) == ("내 이름", {"futurecar": 1})


def test_the_newest_revision_is_seen_on_coming_back(north):
    app = opened(scenario=north)
    scenarios.edit(north, {"note": "다른 사람"})
    app.switch_page("gis/app/pages/measure.py").run()
    app.switch_page("gis/app/pages/scenarios.py").run()
    assert not app.warning and f"{active.kept(north).number}번 이력이 쓰이고" in texts(app)


def test_files_under_a_confidential_scenario_wait_until_a_person_says_so(north):
    scenarios.edit(north, {"confidential": True})
    app = opened("measure")

    def held_back():
        buttons = (one.proto for one in app.get("download_button"))
        return {one.disabled for one in buttons if one.label != "내 작업 받기"}  # nothing confidential is in that

    app.session_state["scenario"] = north
    app.run()
    assert held_back() == {True}
    next(one for one in app.checkbox if one.key == "secret-sure").check().run()
    assert held_back() == {False}


def test_what_is_confidential_is_in_no_address_wherever_it_is_chosen(north):
    scenarios.edit(north, {"confidential": True})
    keep("quiet", confidential=True)
    keep("open")
    app = opened(scenario_start="compare", compared=["-", north])
    assert north not in json.dumps(dict(app.query_params))
    app = opened("map", layers=["complexes", "quiet", "open"])
    assert app.query_params["layers"] == ["complexes", "open"]
    app = opened("statutory", site="quiet")
    assert "quiet" not in json.dumps(dict(app.query_params))


def test_a_report_may_be_about_a_site_that_was_imported(north):
    keep("open")
    app = opened("report", sites=["open:a"], parts=["location", "vertices"])
    next(one for one in app.button if "만들기" in one.label).click().run()
    assert not app.exception and not app.error
    assert "open:a" in app.query_params["sites"]
    assert any("그림" in one.value for one in app.success)
