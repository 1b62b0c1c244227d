"""What leaves: GeoJSON by RFC 7946, GPKG, CSV and XLSX that everybody opens, and nothing that acts in a spreadsheet."""

import csv
import io
import json
import math
import re
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely.geometry import LinearRing, MultiPolygon, Polygon

from gis import study
from gis.errors import DataFileError, InputError
from gis.io.read import Reading, read_arrival
from gis.io.write import (
    LAYER_FORMATS,
    csv_bytes,
    csv_text,
    json_text,
    layer_bytes,
    plain_rows,
    printable,
    write_bytes,
    xlsx_bytes,
)
from layers import LAYERS
from tests.command import done, refusal
from tests.pencil import sites, square

SCHEMATIC = [name for name, layer in LAYERS.items() if layer.grade == "D"]
FORMULAS = ["=cmd()|'/c calc'!A0", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "  =1"]

every_layer = pytest.mark.parametrize("name", LAYERS)


@cache
def exported(name: str, ending: str) -> bytes:
    return layer_bytes(study.layer(name), ending, name)


def geojson(name):
    return json.loads(exported(name, ".geojson"))


def rings(geometry):
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [(number == 0, ring) for part in parts for number, ring in enumerate(part)]


def texts_of(path):
    cells = openpyxl.load_workbook(path).worksheets[0].iter_rows()
    return [[(cell.value, cell.data_type) for cell in row] for row in cells]


@every_layer
def test_geojson_has_no_crs_member_and_says_if_it_is_schematic(name):
    content = geojson(name)
    assert set(content) == {"type", "name", "features"}
    assert content["name"] == (f"{name}_schematic" if name in SCHEMATIC else name)


@every_layer
def test_every_feature_says_id_grade_and_source(name):
    features = geojson(name)["features"]
    ids = [feature["id"] for feature in features]
    assert len(ids) == len(set(ids)) == len(study.layer(name))
    for feature in features:
        assert set(feature) == {"type", "id", "properties", "geometry"}
        assert feature["properties"]["id"] == feature["id"]
        assert feature["properties"]["grade"] == LAYERS[name].grade
        assert feature["properties"]["source"]
        assert "feature_id" not in feature["properties"]


@every_layer
def test_coordinates_are_degrees_in_korea_with_at_most_7_decimals(name):
    coordinates = re.findall(r'"coordinates":\s*(\[[\[\]\s0-9.,e+-]*\])', exported(name, ".geojson").decode())
    assert len(coordinates) == len(study.layer(name))
    for numbers in (re.findall(r"[0-9.e+-]+", text) for text in coordinates):
        assert not [number for number in numbers if len(number.partition(".")[2]) > 7 or "e" in number]
        lon, lat = np.array(numbers, dtype=float).reshape(-1, 2).T
        assert (lon > 124).all()
        assert (lon < 132).all()
        assert (lat > 33).all()
        assert (lat < 39).all()


@pytest.mark.parametrize("name", [name for name, layer in LAYERS.items() if layer.geometry == "Polygon"])
def test_outer_rings_turn_left_and_holes_right_and_all_close(name):
    for feature in geojson(name)["features"]:
        for outer, ring in rings(feature["geometry"]):
            assert ring[0] == ring[-1]
            assert LinearRing(ring).is_ccw == outer


@every_layer
def test_exported_shapes_are_still_valid(name):
    assert all(shapely.is_valid(shapely.geometry.shape(feature["geometry"])) for feature in geojson(name)["features"])


@every_layer
def test_korean_is_written_in_letters_and_dates_in_iso(name):
    content = exported(name, ".geojson").decode("utf-8")
    assert "\\u" not in content
    assert re.search("[가-힣]", content)
    for column in LAYERS[name].columns:
        if column.kind == "date":
            dates = [feature["properties"][column.name] for feature in geojson(name)["features"]]
            assert all(date is None or re.fullmatch(r"\d{4}-\d{2}-\d{2}", date) for date in dates)


@every_layer
def test_nothing_is_nan(name):
    json.loads(exported(name, ".geojson"), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


@every_layer
@pytest.mark.parametrize("ending", [".geojson", ".gpkg"])
def test_gdal_reads_it_back_without_a_warning(name, ending, tmp_path):
    path = tmp_path / f"{name}{ending}"
    path.write_bytes(exported(name, ending))
    frame, before = pyogrio.read_dataframe(path), study.layer(name)
    assert frame.crs.to_epsg() == 4326
    assert list(frame["id"]) == list(before["id"])
    assert pyogrio.list_layers(path)[0][0] == (f"{name}_schematic" if name in SCHEMATIC else name)
    moved = frame.to_crs(before.crs).geometry.reset_index(drop=True)
    assert (moved.hausdorff_distance(before.geometry.reset_index(drop=True)) < 0.02).all()


@pytest.mark.parametrize("name", SCHEMATIC)
@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".csv", ".xlsx"])
def test_a_schematic_layer_is_stamped_in_every_row(name, ending, tmp_path):
    path = tmp_path / f"{name}{ending}"
    path.write_bytes(exported(name, ending))
    if ending == ".csv":
        rows = pd.read_csv(path)
    else:
        rows = pd.read_excel(path) if ending == ".xlsx" else pyogrio.read_dataframe(path)
    assert rows["stamp"].str.contains("모식도").all()
    assert set(rows["grade"]) == {"D"}


@pytest.mark.parametrize("name", sorted(set(LAYERS) - set(SCHEMATIC)))
def test_another_layer_bears_no_stamp(name):
    assert all("stamp" not in feature["properties"] for feature in geojson(name)["features"])


@every_layer
def test_csv_and_xlsx_of_a_layer_hold_every_feature_and_its_crs(name, tmp_path):
    rows = list(csv.DictReader(io.StringIO(exported(name, ".csv").decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == list(study.layer(name)["id"])
    assert {row["crs"] for row in rows} == {"EPSG:4326"}
    assert all(shapely.from_wkt(row["wkt"]).is_valid for row in rows)
    (tmp_path / "a.xlsx").write_bytes(exported(name, ".xlsx"))
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active.max_row == len(rows) + 1


def test_another_crs_is_said_in_geopackage_and_csv():
    frame = study.layer("complexes")
    belt = layer_bytes(frame, ".csv", "complexes", "EPSG:5187").decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(belt)))["crs"] == "EPSG:5187"


def test_crs84_is_what_rfc_7946_asks_for():
    assert layer_bytes(study.layer("hosts"), ".geojson", "hosts", "OGC:CRS84") == exported("hosts", ".geojson")


def test_a_clockwise_outline_with_a_hole_leaves_by_the_right_hand_rule():
    outer, hole = square(0, 0, 300), square(100, 100, 100)
    wrong = Polygon(list(outer.exterior.coords)[::-1], [list(shapely.geometry.polygon.orient(hole).exterior.coords)])
    content = json.loads(layer_bytes(sites(MultiPolygon([wrong, square(900, 0)])), ".geojson", "a"))
    turns = [(first, LinearRing(ring).is_ccw) for first, ring in rings(content["features"][0]["geometry"])]
    assert turns == [(True, True), (False, False), (True, True)]


def test_unknown_numbers_leave_as_null():
    assert json.loads(layer_bytes(sites(square(0, 0)), ".geojson", "a"))["features"][0]["properties"] == {
        "id": "a", "name": "a", "grade": "A", "source": "pencil", "official_area_m2": None,
    }  # fmt: skip


@pytest.mark.parametrize("name", ['<b>"x"</b>', "줄\n바꿈", "😀", "가" * 10_000, "\\", "=cmd()", "\x01\x1f"])
@pytest.mark.parametrize("ending", [".geojson", ".gpkg"])
def test_a_strange_name_survives_a_geo_file(name, ending, tmp_path):
    path = tmp_path / f"a{ending}"
    path.write_bytes(layer_bytes(sites(square(0, 0)).assign(name=name), ending, "a"))
    assert pyogrio.read_dataframe(path)["name"].iloc[0] == name


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_a_text_in_csv_and_xlsx(text, tmp_path):
    table = pd.DataFrame({"name": [text], "area_m2": [-1.5]})
    assert next(csv.DictReader(io.StringIO(csv_text(table), newline="")))["name"] == "'" + text.replace("\r", "\n")
    assert next(csv.DictReader(io.StringIO(csv_bytes(table).decode("utf-8-sig"), newline="")))["area_m2"] == "-1.5"
    (tmp_path / "a.xlsx").write_bytes(xlsx_bytes({"a": table}))
    (value, kind), (number, number_kind) = texts_of(tmp_path / "a.xlsx")[1]
    assert (kind, number, number_kind) == ("s", -1.5, "n")
    assert value.replace("\r\n", "\n").strip() == text.strip()


@pytest.mark.parametrize("text", ["a\x00b", "a\x01\x1b[31mb", "a\x0bb", "a\x9bb", "a\uffffb"])
def test_control_characters_are_shown_in_a_workbook_and_a_table(text, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(xlsx_bytes({"a": pd.DataFrame({"name": [text], "list": [[text]]})}))
    assert "\ufffd" in texts_of(tmp_path / "a.xlsx")[1][0][0]
    assert "\x1b" not in printable(text)
    assert "\ufffd" in printable(text)


def test_a_name_that_steers_the_terminal_does_not(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_bytes(layer_bytes(sites(square(0, 0)).assign(name="\x1b[31mred\x1b[0m"), ".geojson", "a"))
    assert "\x1b" not in done("area", path).text
    assert done("area", path, "--format", "json").json[0]["name"] == "\x1b[31mred\x1b[0m"


def test_a_list_leaves_joined_and_a_long_text_is_cut_to_what_excel_holds(tmp_path):
    table = pd.DataFrame({"also": [["a", "b"]], "note": ["가" * 40_000]})
    assert "a|b," in csv_text(table)
    (tmp_path / "a.xlsx").write_bytes(xlsx_bytes({"a": table}))
    (also, _), (note, _) = texts_of(tmp_path / "a.xlsx")[1]
    assert (also, len(note)) == ("a|b", 32_767)


def test_sheets_get_titles_that_excel_takes():
    book = openpyxl.load_workbook(
        io.BytesIO(xlsx_bytes({"a/b:c*?": pd.DataFrame({"x": [1]}), "y" * 40: pd.DataFrame()}))
    )
    assert book.sheetnames == ["a_b_c__", "y" * 28]


def test_an_unknown_value_is_null_and_a_date_is_iso():
    table = pd.DataFrame(
        {
            "a": [1.5, np.nan, np.inf],
            "b": pd.to_datetime(["2026-01-02", None, "2026-01-02 03:04"], format="mixed"),
            "c": pd.array([1, None, 3], dtype="Int64"),
            "d": [True, None, np.bool_(False)],
        }
    )
    assert plain_rows(table) == [
        {"a": 1.5, "b": "2026-01-02", "c": 1, "d": True},
        {"a": None, "b": None, "c": None, "d": None},
        {"a": None, "b": "2026-01-02T03:04:00", "c": 3, "d": False},
    ]


def test_json_refuses_what_is_no_json():
    with pytest.raises(ValueError, match="JSON"):
        json_text([math.nan])


@pytest.mark.parametrize("ending", ["", ".shp", ".hwp"])
def test_another_ending_is_refused(ending):
    with pytest.raises(InputError, match="geojson"):
        layer_bytes(study.layer("hosts"), ending, "hosts")


def test_a_missing_folder_is_one_line(tmp_path):
    assert "nowhere" in refusal("area", "-o", tmp_path / "nowhere" / "a.csv")
    assert "nowhere" in refusal("export", "complexes", "-o", tmp_path / "nowhere" / "a.geojson")


def test_a_folder_in_the_way_is_one_line_and_leaves_nothing(tmp_path):
    (tmp_path / "a.csv").mkdir()
    assert "a.csv" in refusal("area", "-o", tmp_path / "a.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_name_that_is_too_long_is_one_line(tmp_path):
    assert "aaa" in refusal("area", "-o", tmp_path / ("a" * 300 + ".csv"))


def test_a_place_where_nobody_may_write_is_one_line_and_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("old")

    def refuse(*_):
        raise PermissionError(13, "권한이 없습니다")

    monkeypatch.setattr(Path, "replace", refuse)
    assert "권한이 없습니다" in refusal("area", "-o", path)
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("a.csv", "old")]


def test_a_full_disk_is_one_line(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(28, "디스크에 빈자리가 없습니다 on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(DataFileError, match="디스크에 빈자리가 없습니다"):
        write_bytes(b"x", tmp_path / "a.csv")


def test_writing_replaces_the_file_whole(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old" * 1000)
    write_bytes(b"new", path)
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("a.csv", "new")]


def test_exporting_leaves_the_layer_alone():
    frame = study.layer("cluster")
    before = frame.copy(deep=True)
    layer_bytes(frame, ".geojson", "cluster")
    assert isinstance(frame, gpd.GeoDataFrame)
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


def test_two_exports_are_the_same_bytes():
    assert layer_bytes(study.layer("ri"), ".geojson", "ri") == exported("ri", ".geojson")


PAIR = sites(square(0, 0), square(300, 0))
COLUMNS = {
    "an fid of QGIS": {"fid": [1.0, 2.0]}, "an fid of GML": {"fid": ["parcels.0", "parcels.1"]}, "twin fids": {"FID": [1, 1]},
    "geometry in words": {"geom": ["a", "b"], "wkt": ["a", "b"], "crs": ["a", "b"]},
    "names that differ in case": {"Name": ["a", "b"], "PNU": ["1", "2"], "pnu": ["3", "4"]},
    "words of formats": {"feature_id": [1, 2], "bbox": ["a", "b"], "icon": ["http://127.0.0.1/x.png", ""], "begin": ["a", "b"]},
    "no name": {"": ["a", "b"], " ": ["c", "d"]}, "lists": {"l": [["a", "b"], None], "m": [{"a": 1}, None]},
    "mixed kinds": {"o": [1, "x"], "p": [None, None], "q": [b"\xff", "x"]}, "control": {"o": ["a\x00b", "\x01"]},
    "marks": {"<b>\"'&;": ["<b>", "&amp;"], "x/y:z": [1, 2]}, "long": {"아주긴이름입니다정말로": ["가" * 300, "나"]},
    "kinds of pandas": {"b": pd.array([True, None], dtype="boolean"), "i": pd.array([1, None], dtype="Int64"),
                        "c": pd.Categorical(["가", "나"]), "s": pd.array(["가", None], dtype="string")},
    "moments": {"d": pd.to_datetime(["2026-01-01", None]), "t": pd.to_datetime(["2026-01-01 03:04", None], utc=True)},
    "endless numbers": {"x": [np.inf, np.nan], "big": [2**62 + 1, 3]},
}  # fmt: skip
"""Columns as imported layers have them, each of which some format stumbles over."""


@pytest.mark.parametrize("columns", COLUMNS)
@pytest.mark.parametrize("ending", LAYER_FORMATS)
def test_every_format_takes_every_column_without_noise_and_loses_no_feature(columns, ending, tmp_path, capfd):
    path = tmp_path / f"a{ending}"
    path.write_bytes(layer_bytes(PAIR.assign(**COLUMNS[columns]), ending, "a"))
    crs = {".dxf": "EPSG:5186", ".csv": "EPSG:4326", ".xlsx": "EPSG:4326"}.get(ending)
    frame = read_arrival(path, Reading(crs=crs)).frame
    assert len(frame) == 2
    assert ending == ".dxf" or sorted(frame["id"]) == ["a", "b"]
    assert shapely.area(frame.geometry.to_numpy()) == pytest.approx([1e4, 1e4], rel=1e-3)
    assert capfd.readouterr() == ("", "")


def test_our_own_columns_keep_their_names_whatever_else_there_is():
    columns = json.loads(layer_bytes(PAIR.assign(ID=[8, 9], NAME=["x", "y"]), ".geojson", "a"))["features"][0][
        "properties"
    ]
    assert (columns["id"], columns["name"], columns["ID_2"], columns["NAME_2"]) == ("a", "a", 8, "x")


def test_a_formula_in_a_heading_is_a_text_too(tmp_path):
    table = pd.DataFrame({"=cmd()": [1], "+x": [2]})
    assert next(csv.reader(io.StringIO(csv_text(table)))) == ["'=cmd()", "'+x"]
    (tmp_path / "a.xlsx").write_bytes(xlsx_bytes({"a": table}))
    assert {kind for _, kind in texts_of(tmp_path / "a.xlsx")[0]} == {"s"}


@pytest.mark.parametrize("ending", [".parquet", ".gpkg", ".fgb", ".kml", ".zip", ".csv", ".xlsx"])
def test_korean_columns_survive_in_every_format_that_holds_them(ending, tmp_path):
    path = tmp_path / f"a{ending}"
    path.write_bytes(layer_bytes(PAIR.assign(단지명=["똠방각하", "뷁"], 공부면적=[1.5, 2.5]), ending, "a"))
    frame = read_arrival(path, Reading(crs="EPSG:4326" if ending in (".csv", ".xlsx") else None)).frame.loc[["a", "b"]]
    assert frame["단지명"].tolist() == ["똠방각하", "뷁"]
    assert frame["공부면적"].tolist() == [1.5, 2.5]
