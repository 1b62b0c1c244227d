"""The interface contract of `python -m gis`."""

import csv
import io
import itertools
import json
import math
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import openpyxl
import pyogrio
import pyproj
import pytest

from layers import LAYERS
from tests.command import done, refusal, run
from tests.pencil import sites, square

ROOT = Path(__file__).parents[1]
COMPLEXES = ["cheomdan3", "bitgreen", "jingok", "futurecar"]
CONTRACT = {
    "layers": "name title kind geometry features grade source base_date",
    "area": "id name area_m2 planar_area_m2 planar_crs perimeter_m official_area_m2 difference_pct sigma_m2"
    " sigma_correlated_m2 grade source note",
    "area --by emd": "id unit_code unit_name area_m2 share_pct grade",
    "distance": "from to measure distance_m seconds low_m high_m from_lon from_lat to_lon to_lat grade label",
    "distance --measure centroid": "from to measure distance_m seconds low_m high_m from_lon from_lat to_lon to_lat"
    " grade label",
    "distance --to reference_points": "from to measure distance_m seconds low_m high_m from_lon from_lat to_lon to_lat"
    " grade label",
    "adjacency": "a b relation possible_relations gap_m low_m high_m shared_boundary_m overlap_m2 tolerance_m"
    " separated_by de9im grade near_within_m",
}
CHAIN = "year scope basis completeness stages links missing_stages bottleneck single_points_of_failure"
CHAIN_LINK = "id stage_from stage_to kind required from to evidence source served distance_m low_m high_m"
SHELL = {**os.environ, "PYTHONPATH": str(ROOT), "GIS_LANG": "ko"}

every_table = pytest.mark.parametrize("command", CONTRACT)


@cache
def answer(command: str, form: str) -> str:
    return done(*command.split(), "--format", form).text


def rows_of_json(command):
    return json.loads(answer(command, "json"), object_pairs_hook=list)


def rows_of_csv(command):
    return list(csv.reader(io.StringIO(answer(command, "csv"))))


def shell(*words, **changes):
    command = [sys.executable, "-m", "gis", *map(str, words)]
    return subprocess.run(command, cwd="/", env=SHELL | changes, capture_output=True, timeout=60, check=False)


@every_table
def test_json_has_exactly_the_keys_of_the_contract_in_every_row(command):
    rows = rows_of_json(command)
    assert rows
    assert {tuple(key for key, _ in row) for row in rows} == {tuple(CONTRACT[command].split())}


@every_table
def test_csv_has_the_keys_of_json_as_its_header(command):
    assert rows_of_csv(command)[0] == [key for key, _ in rows_of_json(command)[0]]


@every_table
def test_json_and_csv_hold_the_same_full_values(command):
    _, *lines = rows_of_csv(command)
    assert len(lines) == len(rows_of_json(command))
    for row, line in zip(rows_of_json(command), lines, strict=True):
        for (key, value), written in zip(row, line, strict=True):
            same = written == "" if value is None or value == "" else as_written(value, written)
            assert same, (key, value, written)


def as_written(value, written):
    return float(written) == value if isinstance(value, int | float) else written.removeprefix("'") == value


@every_table
def test_json_is_an_array_of_flat_objects(command):
    flat = (str, int, float, bool, type(None))
    assert all(isinstance(value, flat) for row in rows_of_json(command) for _, value in row)


@every_table
def test_a_number_is_never_a_text(command):
    for row in rows_of_json(command):
        for key, value in row:
            if key.endswith(("_m", "_m2", "_pct", "_lon", "_lat", "seconds")):
                assert value is None or isinstance(value, float | int), key


def test_areas_come_in_the_order_of_the_layer():
    assert [dict(row)["id"] for row in rows_of_json("area")] == COMPLEXES


def test_a_schematic_area_is_not_compared():
    for row in map(dict, rows_of_json("area")):
        assert row["grade"] == "D"
        assert (row["difference_pct"], row["sigma_m2"], row["sigma_correlated_m2"]) == (None, None, None)
        assert "모식도" in row["note"]


@pytest.mark.parametrize(("command", "ends"), [("distance", ("from", "to")), ("adjacency", ("a", "b"))])
def test_every_unordered_pair_stands_once_in_the_order_of_the_layer(command, ends):
    pairs = [(dict(row)[ends[0]], dict(row)[ends[1]]) for row in rows_of_json(command)]
    assert pairs == list(itertools.combinations(COMPLEXES, 2))


def test_distance_to_a_layer_takes_each_site_to_each_feature():
    rows = list(map(dict, rows_of_json("distance --to reference_points")))
    features = next(dict(row)["features"] for row in rows_of_json("layers") if dict(row)["name"] == "reference_points")
    assert len({(row["from"], row["to"]) for row in rows}) == len(rows) == len(COMPLEXES) * features


def test_a_schematic_distance_is_an_interval_without_one_value():
    for row in map(dict, rows_of_json("distance")):
        assert (row["distance_m"], row["from_lon"], row["seconds"]) == (None, None, None)
        assert 0 <= row["low_m"] < row["high_m"]
        assert "모식도" in row["label"]


def test_shares_of_each_site_add_to_100_pct():
    total = dict.fromkeys(COMPLEXES, 0.0)
    for row in map(dict, rows_of_json("area --by emd")):
        total[row["id"]] += row["share_pct"]
    assert list(total.values()) == pytest.approx([100] * 4, abs=1e-9)


def test_every_bundled_layer_is_listed():
    assert [dict(row)["name"] for row in rows_of_json("layers")] == sorted(LAYERS)


def test_adjacency_within_a_reach_leaves_out_what_is_surely_farther():
    near = done("adjacency", "--within", "2km", "--format", "json").json
    assert all(row["low_m"] <= 2_000.0005 for row in near)
    assert len(near) == sum(dict(row)["low_m"] <= 2_000.0005 for row in rows_of_json("adjacency"))


def test_chain_is_one_object_of_the_contract():
    chain = done("chain", "--year", 2026, "--scope", "cluster", "--basis", "fact", "--format", "json").json
    assert set(CHAIN.split()) <= set(chain)
    assert (chain["year"], chain["scope"], chain["basis"]) == (2026, "cluster", "fact")
    assert chain["completeness"] is None or 0 <= chain["completeness"] <= 1
    assert all(set(CHAIN_LINK.split()) <= set(link) for link in chain["links"])


def test_claims_are_one_object():
    claims = done("claims", "--format", "json").json
    assert set(claims) == {"claims", "conflicts"}
    assert claims["claims"]
    assert claims["conflicts"]


def test_claims_of_one_subject_are_a_part_of_all():
    every = done("claims", "--format", "json").json["claims"]
    assert done("claims", "--subject", "jingok", "--format", "json").json["claims"] == [
        claim for claim in every if claim["subject"] == "jingok"
    ]


@pytest.mark.parametrize("unit", ["ha", "km2", "pyeong", "man-pyeong", "㎡", "만평", "평"])
@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_unit_changes_the_table_alone(unit, form):
    assert done("area", "--unit", unit, "--format", form).text == answer("area", form)


def test_the_table_is_in_the_unit():
    table = done("area", "--unit", "만평").text
    assert "(만평)" in table
    assert "123.15" in table


@pytest.mark.parametrize("command", [*CONTRACT, "chain", "claims"])
@pytest.mark.parametrize("ending", [".json", ".csv", ".xlsx", ".XLSX"])
def test_the_ending_of_the_file_chooses_the_format(command, ending, tmp_path):
    path = tmp_path / f"표{ending}"
    assert done(*command.split(), "-o", path).out == b""
    content = path.read_bytes()
    if ending == ".json":
        assert content.decode() == answer(command, "json")
    elif ending == ".csv":
        assert content.startswith(b"\xef\xbb\xbf")
        assert content.decode("utf-8-sig").replace("\r\n", "\n") == answer(command, "csv")
    else:
        assert openpyxl.load_workbook(path).sheetnames[-1] == "sources"


@every_table
def test_xlsx_holds_numbers_as_numbers(command, tmp_path):
    path = tmp_path / "table.xlsx"
    done(*command.split(), "-o", path)
    header, *lines = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    assert list(header) == CONTRACT[command].split()
    for line, row in zip(lines, rows_of_json(command), strict=True):
        for cell, (key, value) in zip(line, row, strict=True):
            # Excel keeps 15 to 17 digits of a double, openpyxl writes 16
            same = (
                math.isclose(cell, value, rel_tol=1e-15)
                if isinstance(value, float)
                else (cell or None) == (value or None)
            )
            assert same or cell == value == 0, key  # fmt: skip


def test_english_labels_come_with_the_option():
    assert "Geodesic area (㎡)" in done("--lang", "en", "area").text
    assert "타원체면적" not in done("--lang", "en", "area").text
    assert refusal("--lang", "en", "area", "nowhere").startswith("No layer or file 'nowhere'")


def test_english_changes_words_but_no_number():
    plain = done("--lang", "en", "area", "--format", "json").json
    assert [row["area_m2"] for row in plain] == [dict(row)["area_m2"] for row in rows_of_json("area")]
    assert plain[0]["note"] != dict(rows_of_json("area")[0])["note"]


def test_the_language_comes_from_the_environment_too(monkeypatch):
    monkeypatch.setenv("GIS_LANG", "en")
    assert refusal("area", "nowhere").startswith("No layer or file 'nowhere'")


@pytest.mark.parametrize(
    "words",
    [
        [], ["fly"], ["area", "--fly"], ["area", "--format", "pdf"], ["area", "a", "b"], ["export", "complexes"],
        ["export", "-o", "x.gpkg"], ["chain", "--year", "soon"], ["distance", "--measure", "sideways"],
        ["--lang", "fr", "area"], ["area", "-o"],
    ],
)  # fmt: skip
def test_wrong_usage_leaves_with_2_and_an_empty_stdout(words):
    answer = run(*words)
    assert (answer.code, answer.out) == (2, b"")
    assert answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    "words", [["--help"], *([name, "--help"] for name in (*CONTRACT, "chain", "claims", "export"))]
)
def test_help_is_a_result(words):
    answer = run(*" ".join(words).split())
    assert answer.code == 0
    assert answer.text.startswith("Usage:")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["area", "nowhere"], "complexes"),
        (["area", "/no/such/file.geojson"], "/no/such/file.geojson"),
        (["area", ""], "''"),
        (["area", "a\nb\x1b[31m.geojson"], "a b"),
        (["area", "n" * 5_000 + ".geojson"], "nnn"),
        (["area", "/vsicurl/http://127.0.0.1:9/a.geojson"], "vsicurl"),
        (["area", "--unit", "acre"], "pyeong"),
        (["area", "--unit", "acre", "--format", "json"], "pyeong"),
        (["area", "--by", "dong"], "sigungu"),
        (["area", "hosts"], "Point"),
        (["area", "hosts", "--by", "emd"], "Point"),
        (["adjacency", "hosts"], "Point"),
        (["area", "--crs", "foo"], "complexes"),
        (["distance", "--to", "nowhere"], "complexes"),
        (["distance", "--measure", "road"], "gap"),
        (["distance", "--measure", "time"], "gap"),
        (["adjacency", "--tolerance", "-1"], "-1"),
        (["adjacency", "--tolerance", "1km"], "1000"),
        (["adjacency", "--tolerance", "1 acre"], "acre"),
        (["adjacency", "--near", "5km,2km"], "5000"),
        (["adjacency", "--near", ""], "2km"),
        (["adjacency", "--near", "2km,,5km"], "2km"),
        (["adjacency", "--within", "nan"], "nan"),
        (["adjacency", "--within", "9" * 400], "999"),
        (["adjacency", "--separators", "/no.geojson"], "/no.geojson"),
        (["chain", "--year", "1999"], "2000"),
        (["chain", "--year", "9" * 30], "2100"),
        (["chain", "--scope", "world"], "cluster_cheomdan3"),
        (["chain", "--basis", "hope"], "fact"),
        (["chain", "--within", "9" * 5_000 + "km"], "999"),
        (["claims", "--subject", "seoul"], "jingok"),
        (["area", "--format", "xlsx"], "-o"),
        (["area", "-o", "area.pdf"], ".csv"),
        (["area", "-o", "area"], ".csv"),
        (["export", "nowhere", "-o", "a.geojson"], "complexes"),
        (["export", "complexes", "-o", "a.shp"], ".gpkg"),
        (["export", "complexes", "-o", "a"], ".gpkg"),
        (["export", "complexes", "-o", "a.gpkg", "--crs", "foo"], "foo"),
        (["export", "complexes", "-o", "a.gpkg", "--crs", "EPSG:99999"], "EPSG:99999"),
        (["export", "complexes", "-o", "a.gpkg", "--crs", "EPSG:4978"], "EPSG:4978"),
        (["export", "complexes", "-o", "a.gpkg", "--crs", "EPSG:5773"], "EPSG:5773"),
        (["export", "complexes", "-o", "a.geojson", "--crs", "EPSG:5186"], "RFC 7946"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else value,
)  # fmt: skip
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_fault_of_the_input_is_one_line_that_says_what_would_work(words, named, language, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = refusal("--lang", language, *words)
    assert named in f" {line}"
    assert len(line) < 1_100
    assert list(tmp_path.iterdir()) == []


def test_a_shell_elsewhere_gets_the_result_alone_and_in_utf_8(tmp_path):
    run_there = shell("area", "--format", "json", LC_ALL="C", GIS_LANG="ko")
    assert (run_there.returncode, run_there.stderr) == (0, b"")
    assert run_there.stdout.decode() == answer("area", "json")


def test_a_shell_elsewhere_gets_1_for_a_fault_and_2_for_wrong_usage():
    fault, usage = shell("area", "nowhere"), shell("area", "--fly")
    assert (fault.returncode, fault.stdout, fault.stderr.count(b"\n")) == (1, b"", 1)
    assert (usage.returncode, usage.stdout) == (2, b"")


def test_a_file_that_gdal_mutters_about_is_still_one_line(tmp_path):
    open_ring = {"type": "Polygon", "coordinates": [[[126.8, 35.2], [126.9, 35.2], [126.9, 35.3]]]}
    path = tmp_path / "open.geojson"
    path.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": open_ring}))
    fault = shell("area", path)
    assert (fault.returncode, fault.stdout, fault.stderr.count(b"\n")) == (1, b"", 1)


def test_a_reader_that_leaves_early_sees_no_traceback():
    command = f"{sys.executable} -m gis claims --format json | head -c 10"
    left = subprocess.run(["bash", "-c", command], cwd="/", env=SHELL, capture_output=True, timeout=60, check=False)
    assert b"Traceback" not in left.stderr
    assert len(left.stdout) == 10


def test_a_warning_never_reaches_stdout(tmp_path):
    path = tmp_path / "sites.gpkg"
    sites(square(0, 0), square(300, 0)).reset_index(drop=True).to_file(path)
    assert [row["gap_m"] for row in done("adjacency", path, "--format", "json").json] == pytest.approx([200], abs=0.05)


@pytest.mark.parametrize("ending", [".geojson", ".gpkg"])
def test_pyproj_alone_measures_exported_outlines_as_the_table_says(ending, tmp_path):
    path = tmp_path / f"complexes{ending}"
    done("export", "complexes", "-o", path)
    geod = pyproj.Geod(ellps="GRS80")
    outlines = pyogrio.read_dataframe(path).set_index("id").geometry
    for row in done("area", "--format", "json").json:
        area, perimeter = geod.geometry_area_perimeter(outlines[row["id"]])
        assert abs(area) == pytest.approx(row["area_m2"], abs=0.005 * row["perimeter_m"])
        assert perimeter == pytest.approx(row["perimeter_m"], abs=0.01)


def test_an_exported_file_is_measured_like_its_layer(tmp_path):
    path = tmp_path / "complexes.gpkg"
    done("export", "complexes", "-o", path, "--crs", "EPSG:5186")
    again = done("area", path, "--format", "json").json
    assert [row["id"] for row in again] == COMPLEXES
    assert [row["grade"] for row in again] == ["D"] * 4
    before = [dict(row)["area_m2"] for row in rows_of_json("area")]
    assert [row["area_m2"] for row in again] == pytest.approx(before, rel=1e-9)


def test_an_explicit_format_wins_over_the_ending(tmp_path):
    path = tmp_path / "area.txt"
    done("area", "--format", "json", "-o", path)
    assert path.read_text(encoding="utf-8") == answer("area", "json")


@pytest.mark.parametrize("command", ["distance", "adjacency", "area"])
def test_an_english_table_names_the_complexes_in_english(command):
    text = done("--lang", "en", command).text
    assert "Bitgreen" in text and "빛그린" not in text
