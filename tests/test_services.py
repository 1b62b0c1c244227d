"""From an official service to a layer in the workspace, by command and on the page; the key stays out of all of it."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gis import study
from gis.io import store
from gis.io.vworld_wire import Manners, Pace
from tests.command import run
from tests.vworld_server import DOMAIN, KEY, feature, local_vworld

ROOT = Path(__file__).parents[1]
JINGOK = feature(1, (126.776, 35.203, 126.790, 35.217), dan_name="진곡일반산업단지")
BITGREEN = feature(2, (126.655, 35.160, 126.680, 35.180), dan_name="빛그린국가산업단지")


@pytest.fixture
def office(monkeypatch):
    """Serve two complexes, and name the service in the environment."""
    with local_vworld(features=[JINGOK, BITGREEN]) as world:
        for name, value in (("VWORLD_URL", world.url), ("VWORLD_KEY", KEY), ("VWORLD_DOMAIN", DOMAIN)):
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("gis.io.vworld.POLITE", Manners(Pace(0.0, sleep=lambda seconds: None)))
        yield world


def everything_kept(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_fetched_layer_is_kept_with_its_terms_and_its_moment(office):
    answer = run("fetch", "vworld", "단지경계", "--bbox", "126.6,35.0,126.9,35.3", "--as", "dan", "--format", "json")
    assert (answer.code, answer.json[0]["name"], answer.json[0]["features"]) == (0, "dan", 2)
    kept = store.layer("dan")
    assert (kept.grade, bool(kept.license), bool(kept.source)) == ("A", True, True)
    assert kept.story["retrieved"][:2] == "20"


def test_a_fetched_boundary_becomes_the_outline_by_its_name(office):
    run("fetch", "vworld", "단지경계", "--bbox", "126.6,35.0,126.9,35.3", "--as", "dan")
    assert run("outline", "adopt", "dan", "--grade", "A").code == 0
    assert study.complexes()["grade"].to_dict() == {"cheomdan3": "D", "bitgreen": "A", "jingok": "A", "futurecar": "D"}


def test_the_key_is_in_no_byte_of_the_workspace_nor_of_what_leaves(office, workspace, tmp_path):
    run("fetch", "vworld", "단지경계", "--bbox", "126.6,35.0,126.9,35.3", "--as", "dan")
    for ending in ("geojson", "gpkg", "zip", "parquet", "kml", "csv", "xlsx"):
        run("export", "dan", "-o", tmp_path / f"dan.{ending}")
    said = "".join(run("layer", "story", "dan", "--format", form).text for form in ("json", "csv", "table"))
    assert KEY not in said
    assert KEY.encode() not in everything_kept(tmp_path)
    assert len(list(tmp_path.glob("dan.*"))) == 7


def test_a_name_that_is_taken_is_refused_and_the_first_layer_stays(office):
    words = ("fetch", "vworld", "단지경계", "--bbox", "126.6,35.0,126.9,35.3", "--as", "dan")
    assert [run(*words).code for _ in range(2)] == [0, 1]
    assert len(store.layers()) == 1


def opened(monkeypatch):
    monkeypatch.chdir(ROOT)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update({"part": "bring"})
    app.run()
    return app.switch_page("gis/app/pages/sources.py").run()


def button(app, word):
    return next(one for one in app.button if word in (one.label or ""))


def shown(app):
    return " ".join(str(element) for element in [*app.markdown, *app.error, *app.info, *app.caption, *app.dataframe])


def test_without_a_key_the_page_says_where_it_belongs(monkeypatch):
    monkeypatch.delenv("VWORLD_KEY", raising=False)
    app = opened(monkeypatch)
    assert not app.exception and not app.error
    assert any("VWORLD\\_KEY" in info.value for info in app.info)


def test_a_layer_is_fetched_on_the_page_shown_and_then_kept(office, monkeypatch):
    app = opened(monkeypatch)
    app = button(app, "받기").click().run()
    assert not app.exception and not app.error
    assert store.layers() == []
    button(app, "보관").click().run()
    assert [one.title for one in store.layers()] == ["단지경계"]
    assert KEY not in shown(app)


def test_what_was_fetched_is_not_fetched_again_by_another_click(office, monkeypatch):
    app = button(opened(monkeypatch), "받기").click().run()
    asked = len(office.asked)
    app.run()
    app.run()
    assert len(office.asked) == asked


@pytest.mark.parametrize("mood", ["INCORRECT_KEY", "502", "xml", "OVER_REQUEST_LIMIT"])
def test_a_refusal_is_one_sentence_without_the_key_and_the_page_goes_on(mood, office, monkeypatch):
    office.always = mood
    app = button(opened(monkeypatch), "받기").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert KEY not in shown(app)
    office.always = None
    app = button(app.run(), "받기").click().run()
    assert not app.error
