"""Every page by AppTest: it runs, keeps choices, and says a fault in one sentence."""

import ast
import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gis import study
from gis.i18n import use_language
from gis.io import store

ROOT = Path(__file__).parents[1]
PAGES = ("map", "measure", "chain", "sources", "report")


@pytest.fixture(autouse=True)
def workspace(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path_factory.getbasetemp() / "workspace"))
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("path", sorted((ROOT / "gis" / "app" / "pages").glob("*.py")), ids=lambda path: path.stem)
def test_no_page_has_a_bare_text_that_streamlit_would_show(path):
    _, *rest = ast.parse(path.read_text(encoding="utf-8")).body
    assert not [one.lineno for one in rest if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)]


def opened(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update(query)
    app.run()
    if page != "map":
        app.switch_page(f"gis/app/pages/{page}.py").run()
    return app


def sound(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    assert not app.error, [error.value for error in app.error]
    return app


def the_map(app: AppTest) -> dict:
    """Return what the map's component was given."""
    found = [
        element
        for element in app.main
        if "component_instance" in str(type(element)) or element.type == "component_instance"
    ]
    return json.loads(found[0].proto.json_args)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs_in_both_languages(page, language):
    sound(opened(page, lang=language))


@pytest.mark.parametrize("complex_id", ["cheomdan3", "bitgreen", "jingok", "futurecar"])
def test_the_address_opens_a_complex_card(complex_id):
    app = sound(opened("map", complex=complex_id))
    assert app.selectbox(key="complex-ko").value == complex_id


def test_an_unknown_choice_in_the_address_is_said_and_the_default_shown():
    app = sound(opened("map", complex="atlantis", lang="xx", unit="acre"))
    assert len(app.toast) == 3
    assert app.selectbox(key="complex-ko").value is None
    assert app.selectbox(key="unit-ko").value == "man-m2"
    assert not {"complex", "lang", "unit"} & set(app.query_params)


def test_three_changes_of_the_unit_all_arrive():
    app = sound(opened("measure"))
    for unit in ("ha", "pyeong", "km2"):
        app.selectbox(key="unit-ko").set_value(unit).run()
        assert app.selectbox(key="unit-ko").value == unit
        assert any(
            unit_symbol in "".join(app.dataframe[0].value.columns)
            for unit_symbol in {"ha": ["ha"], "pyeong": ["평"], "km2": ["㎢"]}[unit]
        )


def test_the_unit_outlasts_a_page_change():
    app = sound(opened("measure"))
    app.selectbox(key="unit-ko").set_value("ha").run()
    app.switch_page("gis/app/pages/chain.py").run()
    app.switch_page("gis/app/pages/measure.py").run()
    assert app.selectbox(key="unit-ko").value == "ha"


def test_moving_the_year_changes_what_is_missing():
    app = sound(opened("chain"))
    before = [line.value for line in app.markdown]
    app.slider(key="year").set_value(2031).run()
    assert [line.value for line in app.markdown] != before


@pytest.fixture
def copied_data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder, ignore=shutil.ignore_patterns("prepare", "__pycache__"))
    monkeypatch.setenv("GIS_DATA", str(folder))
    return folder


@pytest.mark.parametrize("page", ["map", "measure", "chain"])
def test_a_missing_data_file_is_one_sentence_and_the_app_recovers(copied_data, page):
    app = sound(opened(page))
    outlines = copied_data / "complexes" / "outlines.geojson"
    text = outlines.read_bytes()
    outlines.unlink()
    app.run()
    assert not app.exception
    assert any("outlines.geojson" in error.value.replace("\\", "") for error in app.error)
    outlines.write_bytes(text)
    sound(app.run())


def test_a_changed_data_file_is_refused(copied_data):
    outlines = copied_data / "complexes" / "outlines.geojson"
    outlines.write_bytes(outlines.read_bytes().replace(b"126.8305038", b"126.8305039"))
    app = opened("measure")
    assert not app.exception
    assert any("outlines.geojson" in error.value.replace("\\", "") for error in app.error)


@pytest.fixture
def empty_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / "own"))


def geojson(*names, shift=0.0, **properties):
    def square(number):
        x, y, d = 126.70 + 0.03 * number + shift, 35.10, 0.01
        return {"type": "Polygon", "coordinates": [[[x, y], [x + d, y], [x + d, y + d], [x, y + d], [x, y]]]}

    features = [
        {"type": "Feature", "properties": {"name": name, **properties}, "geometry": square(number)}
        for number, name in enumerate(names)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def dropped(content, name="mine.geojson"):
    """Open the import page and drop a file on it."""
    app = sound(opened("sources", part="bring"))
    app.file_uploader[0].set_value([(name, content, "application/octet-stream")]).run()
    return app


def button(app, word):
    return next(one for one in app.button if word in (one.label or ""))


def keep(app):
    return sound(button(app, "보관").click().run())


def test_a_dropped_file_is_shown_and_not_kept(empty_workspace):
    app = sound(dropped(geojson("<b>=1+1</b>")))
    assert any("<b>=1+1</b>" in frame.value.to_string() for frame in app.dataframe)
    assert store.layers() == []


def test_a_kept_file_is_a_layer_on_the_map(empty_workspace):
    keep(dropped(geojson("가", "나")))
    assert [one.title for one in store.layers()] == ["mine"]
    app = sound(opened("map", layers="mine"))
    assert "mine" in the_map(app)["feature_group"]


def test_a_kept_file_can_be_measured(empty_workspace):
    keep(dropped(geojson("가", "나")))
    app = sound(opened("measure", source="mine"))
    assert any("가" in frame.value.to_string() for frame in app.dataframe)


def test_a_name_in_the_file_offers_the_complex_and_one_click_replaces_its_outline(empty_workspace):
    app = keep(dropped(geojson("진곡산단")))
    app = sound(app.selectbox(key="outline-grade-mine-ko").set_value("C").run())
    app = sound(button(app, "이 경계를 쓰기").click().run())
    assert study.complexes()["grade"]["jingok"] == "C"
    assert any("진곡산단" in line.value and "→" in line.value for line in app.markdown)


def test_the_schematic_outline_can_be_used_again(empty_workspace):
    app = keep(dropped(geojson("진곡산단", grade="C")))
    button(app, "이 경계를 쓰기").click().run()
    app = sound(opened("sources", part="data"))
    app.selectbox(key="outline-jingok-ko").select_index(0).run()
    sound(app.button(key="use-jingok").click().run())
    assert study.complexes()["grade"]["jingok"] == "D"


def test_a_file_without_a_crs_asks_which_and_goes_on_with_the_answer(empty_workspace):
    table = "이름,X,Y\n가,186000,180000\n나,187000,181000\n".encode("cp949")
    app = dropped(table, "points.csv")
    assert not app.exception
    assert app.warning
    question = next(one for one in app.selectbox if one.key.startswith("import-crs"))
    assert any("EPSG:5174" in option for option in question.options)
    app = sound(question.select_index(0).run())
    assert any("EPSG" in line.value for line in app.markdown)


def test_the_encoding_can_be_overridden_three_times(empty_workspace):
    app = dropped("이름,경도,위도\n빛그린,126.7,35.1\n".encode("cp949"), "points.csv")
    for choice, garbled in (("utf-8", True), ("cp949", False), ("", False)):
        box = next(one for one in app.selectbox if one.key.startswith("import-encoding"))
        app = box.set_value(choice).run()
        assert not app.exception
        assert bool(app.error) == garbled


def test_a_broken_upload_is_one_sentence(empty_workspace):
    app = dropped(b"{]")
    assert not app.exception
    assert len(app.error) == 1


def test_a_hostile_file_name_draws_nothing_and_links_nowhere(empty_workspace):
    app = dropped(b"{]", "![x](y).geojson")
    assert "\\!\\[x\\]\\(y\\)" in app.error[0].value


def test_an_imported_layer_can_be_renamed_and_removed_on_the_page(empty_workspace):
    keep(dropped(geojson("가")))
    app = sound(opened("sources", part="data"))
    app.text_input(key="title-mine").set_value("새 이름").run()
    sound(app.button(key="save-mine").click().run())
    assert store.layer("mine").title == "새 이름"
    app.checkbox(key="sure-mine").check().run()
    sound(app.button(key="remove-mine").click().run())
    assert store.layers() == []


def test_a_layer_that_is_gone_is_said_and_the_page_goes_on(empty_workspace):
    app = sound(opened("measure", source="gone"))
    assert app.dataframe


def test_a_choice_outlasts_two_changes_of_the_language():
    app = sound(opened("chain", scope="cluster"))
    app.selectbox(key="lang-ko").set_value("en").run()
    use_language("en")  # AppTest words the options itself
    assert sound(app).selectbox(key="scope-en").value == "cluster"
    app.selectbox(key="lang-en").set_value("ko").run()
    use_language("ko")
    assert sound(app).selectbox(key="scope-ko").value == "cluster"
    assert app.query_params["scope"] in ("cluster", ["cluster"])


REGISTER = "회사명,단지명,대표자명,업종명,경도,위도\n가나정밀,진곡일반산업단지,홍길동,자동차 부품,126.78,35.21\n"


def test_a_dropped_register_of_firms_is_known_and_kept_without_what_is_personal(empty_workspace):
    app = sound(dropped(REGISTER.encode("cp949"), "firms.csv"))
    assert any("공장 등록현황" in line.value for line in app.markdown)
    keep(app)
    assert [one.kind for one in store.layers()] == ["Firms"]
    assert "홍길동" not in store.table("firms").to_string()


def test_a_kept_register_can_be_chosen_again(empty_workspace):
    keep(dropped(REGISTER.encode("cp949"), "firms.csv"))
    app = sound(opened("sources", part="bring"))
    app = sound(app.selectbox(key="firms_kept-ko").set_value("firms").run())
    assert any("진곡산단" in frame.value.to_string() for frame in app.dataframe)


def test_the_grade_of_the_layer_is_that_of_its_outline(empty_workspace):
    app = keep(dropped(geojson("진곡산단", grade="A")))
    sound(button(app, "이 경계를 쓰기").click().run())
    assert study.complexes()["grade"]["jingok"] == "A"


def test_another_language_in_the_middle_of_an_import_changes_words_alone(empty_workspace):
    app = sound(dropped(geojson("가")))
    app.selectbox(key="lang-ko").set_value("en").run()
    use_language("en")
    assert button(sound(app), "Keep")
    app.selectbox(key="lang-en").set_value("ko").run()
    use_language("ko")
    assert button(sound(app), "보관")


def test_no_page_shows_a_text_that_is_meant_for_its_authors():
    for page in PAGES:
        for element in sound(opened(page)).markdown:
            assert "above their table" not in element.value
