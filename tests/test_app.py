"""Every page by AppTest: it runs, keeps choices, and says a fault in one sentence."""

import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gis.i18n import use_language

ROOT = Path(__file__).parents[1]
PAGES = ("map", "measure", "chain", "sources", "report")


@pytest.fixture(autouse=True)
def workspace(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path_factory.getbasetemp() / "workspace"))
    monkeypatch.chdir(ROOT)


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


def test_a_persons_own_file_is_measured_on_the_page():
    app = sound(opened("sources"))
    square = {
        "type": "Polygon",
        "coordinates": [[[126.7, 35.1], [126.71, 35.1], [126.71, 35.11], [126.7, 35.11], [126.7, 35.1]]],
    }
    feature = {"type": "Feature", "properties": {"name": "<b>=1+1</b>"}, "geometry": square}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    app.file_uploader[0].set_value(("mine.geojson", content, "application/json")).run()
    sound(app)
    assert any("<b>=1+1</b>" in frame.value.to_string() for frame in app.dataframe)


def test_a_broken_upload_is_one_sentence():
    app = sound(opened("sources"))
    app.file_uploader[0].set_value(("mine.geojson", b"{]", "application/json")).run()
    assert not app.exception
    assert len(app.error) == 1


def test_a_hostile_file_name_draws_nothing_and_links_nowhere():
    app = sound(opened("sources"))
    app.file_uploader[0].set_value(("![x](y).geojson", b"{]", "application/json")).run()
    assert "\\!\\[x\\]\\(y\\)" in app.error[0].value


def test_a_choice_outlasts_two_changes_of_the_language():
    app = sound(opened("chain", scope="cluster"))
    app.selectbox(key="lang-ko").set_value("en").run()
    use_language("en")  # AppTest words the options itself
    assert sound(app).selectbox(key="scope-en").value == "cluster"
    app.selectbox(key="lang-en").set_value("ko").run()
    use_language("ko")
    assert sound(app).selectbox(key="scope-ko").value == "cluster"
    assert app.query_params["scope"] in ("cluster", ["cluster"])
