"""The base of the map and the view that places a picture, by AppTest: choices hold, faults are one sentence."""

import pytest
from streamlit.testing.v1 import AppTest

from gis.app.routes import TOKEN
from gis.i18n import use_language
from gis.study.imports import Keeping
from gis.study.rasters import keep_raster
from tests.test_app import ROOT, opened, sound, the_map
from tests.test_mbtiles import X, Y, Z, made, png
from tests.test_pictures import control, csv_of, drawing

VIEW = ROOT / "tests" / "browser" / "apps" / "georeference_app.py"


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.delenv("VWORLD_KEY", raising=False)
    monkeypatch.chdir(ROOT)


def test_the_base_is_named_in_the_address(tmp_path):
    keep_raster(made(tmp_path / "a.mbtiles", {(Z, X, Y): png()}), Keeping(name="aerial", title="항공사진"))
    app = sound(opened("map", base="my_aerial"))
    assert app.selectbox(key="base-ko").value == "my_aerial"
    script = the_map(app)["script"]
    assert f"../../tiles/imported/aerial/{{z}}/{{x}}/{{y}}?t={TOKEN}" in script
    app.selectbox(key="base-ko").set_value("none").run()
    assert "tiles/imported" not in the_map(sound(app))["script"]


def test_without_a_key_the_address_cannot_ask_for_vworld():
    app = opened("map", base="vworld_base")
    assert len(app.toast) == 1
    assert app.selectbox(key="base-ko").value == "none"


def test_a_malformed_key_is_said_and_the_map_goes_on(monkeypatch):
    monkeypatch.setenv("VWORLD_KEY", "나쁜 열쇠")
    app = opened("map")
    assert not app.exception
    assert len(app.error) == 1
    assert the_map(app)["script"]


def test_no_key_reaches_a_page(monkeypatch):
    key = "11111111-2222-3333-4444-555555555555"
    monkeypatch.setenv("VWORLD_KEY", key)
    app = sound(opened("map", base="vworld_hybrid"))
    args = the_map(app)
    assert "tiles/vworld/Satellite/" in args["script"]
    assert "tiles/vworld/Hybrid/" in args["script"]
    assert key not in str(args)


def view(language: str = "ko", content: bytes | None = None, name: str = "plan.png") -> AppTest:
    use_language(language)  # AppTest words the options itself
    app = AppTest.from_file(str(VIEW), default_timeout=60)
    app.query_params["lang"] = language
    app.run()
    if content is not None:
        app.file_uploader[0].set_value((name, content, "image/png")).run()
    return app


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_picture_is_placed_by_a_csv_of_control_points(language):
    app = sound(view(language, drawing(dpi=(254, 254))))
    app.file_uploader[1].set_value(("points.csv", csv_of(control(noise=0.4), x_n="X", y_e="Y"), "text/csv")).run()
    said = " ".join(line.value.replace("\\", "") for line in sound(app).markdown)
    assert "RMSE 0." in said
    assert "1:4,999" in said


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"", drawing()[:200]])
def test_a_file_that_is_no_picture_is_one_sentence(content):
    app = view(content=content)
    assert not app.exception
    assert len(app.error) == 1


def test_a_bad_csv_is_one_sentence_and_the_picture_stays():
    app = sound(view(content=drawing()))
    app.file_uploader[1].set_value(("![x](y).csv", b"a,b\n1,2\n", "text/csv")).run()
    assert not app.exception
    assert "\\!\\[x\\]" in app.error[0].value


def test_control_points_on_a_line_are_one_sentence():
    app = sound(view(content=drawing()))
    line = control().iloc[:4].assign(pixel_x=[100, 200, 300, 400], pixel_y=[100, 200, 300, 400])
    app.file_uploader[1].set_value(("points.csv", csv_of(line, x_n="X", y_e="Y"), "text/csv")).run()
    assert not app.exception
    assert len(app.error) == 1
