"""`place` and `weights` on the command line: what they print, what they write, and one line for what cannot be."""

import csv
import io
import json

import geopandas as gpd
import openpyxl
import pytest
import shapely

from gis.io import store
from gis.study import scenarios, weights
from tests.command import done, refusal
from tests.test_siting_study import MAN_PYEONG, kept, square

QUICK = ("--turn", 90, "--cell", "80m", "--sites", 2)
PLACE = ("place", "--area", "100만평", "--near", "bitgreen", *QUICK)
MATRIX = ",a,b,c\na,1,3,5\nb,1/3,1,\nc,1/5,,1\n"
SCORES = "alternative,a,b,c\nX,0.9,0.2,0.1\nY,0.5,0.9,0.3\n"


def test_place_prints_rows_with_units_and_no_rank_without_data():
    rows = done(*PLACE, "--format", "json").json
    assert len(rows) == 2
    for row in rows:
        assert row["planar_area_m2"] == pytest.approx(100 * MAN_PYEONG, abs=1)
        assert row["rank_low"] is None and row["score"] is None and row["conditional_area_m2"] is None
        assert "제약자료 0/15종" in row["note"]


def test_json_and_csv_hold_the_same_columns():
    rows = done(*PLACE, "--format", "json").json
    table = list(csv.DictReader(io.StringIO(done(*PLACE, "--format", "csv").text)))
    assert list(rows[0]) == list(table[0])


def test_rejections_are_a_second_table():
    rows = done(*PLACE, "--rejected", "--conditional", "green_belt", "--format", "json").json
    states = {row["constraint"]: row["data_state"] for row in rows}
    assert states["green_belt"] == "no_data" and states["anchor"] == "loaded"
    text = done(*PLACE, "--rejected").text
    assert "형상·거리만; 제약자료 0/15종" in text and "가장 많이 열리는 것으로 확인된 제약" in text


def test_a_geojson_holds_the_area_to_a_square_meter(tmp_path):
    path = tmp_path / "sites.geojson"
    done(*PLACE, "--grow", 1, "-o", path)
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = gpd.GeoSeries([shapely.geometry.shape(one["geometry"]) for one in features], crs="EPSG:4326")
    assert shapes.to_crs("EPSG:5186").area.tolist() == pytest.approx([100 * MAN_PYEONG] * 3, abs=1.0)


def test_a_gpkg_lies_in_the_belt(tmp_path):
    path = tmp_path / "sites.gpkg"
    done(*PLACE, "-o", path)
    frame = gpd.read_file(path)
    assert frame.crs.to_epsg() == 5186 and frame.area.tolist() == pytest.approx([100 * MAN_PYEONG] * 2, abs=1.0)


def test_a_workbook_holds_every_table(tmp_path):
    path = tmp_path / "sites.xlsx"
    done(*PLACE, "-o", path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["sites", "rejected", "takings", "distances", "green_belt", "failures", "sources"]


def test_constraints_in_three_modes(tmp_path):
    kept(
        tmp_path,
        "green",
        [square(-20_000, -20_000, 40_000)],
    )
    store.change("green", title="개발제한구역")
    rows = done(*PLACE, "--conditional", "green_belt=1", "--format", "json").json
    assert rows[0]["conditional_area_m2"] > 0 and rows[0]["rank_low"] == 1


def test_sites_that_rest_on_a_confidential_layer_leave_only_where_somebody_says_so(tmp_path):
    kept(tmp_path, "green", [square(-20_000, -20_000, 40_000)])
    store.change("green", title="개발제한구역", confidential=True)
    path, words = tmp_path / "sites.geojson", (*PLACE, "--conditional", "green_belt=1")
    assert "green" in refusal(*words, "-o", path) and not path.exists()
    done(*words, "--confidential", "-o", path)
    assert json.loads(path.read_text(encoding="utf-8"))["features"]


@pytest.mark.parametrize(
    "words",
    [
        ("--area", "100"*40), ("--near", "nowhere"), ("--within", "far"), ("--window", "1,2"), ("--exclude", "nothing"), ("--exclude", "emd@x"),
        ("--criterion", "=1"), ("--aspect", "x"), ("--aspect", "0.5"), ("--min-width", "9km"), ("--sites", 0), ("--slope", 95),
        ("--weights", "no.csv"), ("-o", "sites.docx"), ("--cell", "1m"), ("--parcels", "nothing", "--grow", 1),
        ("--grow", 1, "--seed", -3), ("--cell", "0m"),
    ],
)  # fmt: skip
def test_a_fault_of_the_input_is_one_line(words):
    assert refusal(*PLACE, *words)


def test_nowhere_to_look_is_said():
    assert "--near" in refusal("place", "--area", "10만평")


def test_weights_of_a_matrix_with_their_ratio(tmp_path):
    path = tmp_path / "matrix.csv"
    path.write_text(MATRIX, encoding="utf-8")
    rows = done("weights", path, "--format", "json").json
    assert [row["criterion"] for row in rows] == ["a", "b", "c"]
    assert sum(row["weight_share"] for row in rows) == pytest.approx(1)
    assert rows[0]["random_index"] == "donegan_dodd" and rows[0]["passes"] is True and rows[0]["gate"] == 0.1
    saaty = done("weights", path, "--index", "saaty").text
    assert "Saaty 2005" in saaty and "1.67" in saaty


def test_scores_are_ranked_and_the_flip_is_told(tmp_path):
    path, scores = tmp_path / "matrix.csv", tmp_path / "scores.csv"
    path.write_text(MATRIX, encoding="utf-8")
    scores.write_text(SCORES, encoding="utf-8")
    text = done("weights", path, "--scores", scores).text
    assert "1위가 X에서 Y(으)로 뒤집힙니다" in text


def test_contradicting_comparisons_rank_nothing(tmp_path):
    path, scores = tmp_path / "matrix.csv", tmp_path / "scores.csv"
    path.write_text(",a,b,c\na,1,9,1/9\nb,,1,9\nc,,,1\n", encoding="utf-8")
    scores.write_text(SCORES, encoding="utf-8")
    text = done("weights", path, "--scores", scores).text
    assert "> 0.10" in text and "뒤집힙니다" not in text
    assert "0.10" in refusal(*PLACE, "--weights", path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "x,y\n1,2\n"), ("a.csv", ",a,b\na,1,many\nb,,1\n"), ("a.csv", ",a,b\na,2,3\nb,,1\n"), ("a.csv", "criterion,weight\na,-1\n"),
        ("a.toml", "weights = 3"), ("a.toml", "["), ("a.pdf", "x"), ("a.csv", "criterion,other,comparison\na,b,3\nb,a,3\n"),
        ("a.csv", ",a,b\na,1,12\nb,,1\n"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_weights_is_refused_in_one_line(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert refusal("weights", path)


def test_comparisons_are_kept_with_their_scenario_and_travel_with_it(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("criterion,other,comparison\na,b,3\na,c,5\nb,c,2\n", encoding="utf-8")
    scenarios.create("북쪽 안", "north")
    assert "north" in refusal("--scenario", "north", "weights")
    assert "--scenario" in refusal("weights")
    told = done("--scenario", "north", "weights", path, "--index", "saaty", "--keep", "--format", "json").json
    assert done("--scenario", "north", "weights", "--format", "json").json == told
    assert done("weights", path, "--index", "saaty", "--format", "json").json == told
    done("scenario", "export", "north", "-o", tmp_path / "n.geojson")
    done("scenario", "import", tmp_path / "n.geojson", "--as", "again")
    assert done("--scenario", "again", "weights", "--format", "json").json == told
    done("scenario", "undo", "north")
    assert "north" in refusal("--scenario", "north", "weights")


@pytest.mark.parametrize("kind", [weights.PAIRS, weights.STATED, weights.MATRIX])
def test_what_is_kept_of_a_judgment_is_that_judgment(kind):
    stated = {"a": 0.7, "b": 0.3} if kind == weights.STATED else {}
    pairs = {} if stated else {("a", "b"): 1 / 3}
    judgment = weights.Judgment(kind, ("a", "b"), comparisons=pairs, stated=stated)
    scenarios.create("북쪽 안", "north")
    kept = weights.keep("north", judgment, "saaty")
    assert weights.of_scenario(kept.scenario) == (judgment, "saaty")


@pytest.mark.parametrize(
    "content", [{"kind": "guess"}, {"kind": "pairs", "index": "mine", "criteria": [], "comparisons": [], "stated": {}}]
)
def test_what_is_kept_and_is_no_judgment_gets_one_sentence(content):
    scenarios.create("북쪽 안", "north")
    scenarios.set_asked("north", "weights", content)
    assert refusal("--scenario", "north", "weights").count("\n") <= 1
