"""A file is brought in as what it is: a register without what is personal in it, a table of people, a raster, shapes."""

import numpy as np
import pytest
import rasterio

from gis.errors import InputError
from gis.io import store
from gis.io.read import Reading
from gis.study import firms, kinds
from tests.command import done, refusal, run

REGISTER = """순번,회사명,단지명,대표자명,전화번호,대표업종번호,업종명,생산품,경도,위도
1,가나정밀,진곡일반산업단지,홍길동,062-123-4567,30399,자동차 부품,브레이크,126.78,35.21
2,다라전자,빛그린국가산업단지,김철수,062-222-3333,26299,전자부품,센서,126.66,35.17
"""
PEOPLE = """행정구역,총인구수
"광주광역시 광산구 비아동 (2920065000)","12,345"
"광주광역시 광산구 (2920000000)","400,000"
"""
POINTS = "점번호,경도,위도\n1,126.70,35.10\n2,126.71,35.10\n"
TABLES = ("firms", "industries", "quotients", "stages", "unmatched", "dropped")


@pytest.fixture
def put(tmp_path):
    def write(name, text, encoding="cp949"):
        (tmp_path / name).write_bytes(text.encode(encoding))
        return tmp_path / name

    return write


@pytest.fixture
def heights(tmp_path):
    path = tmp_path / "dem.tif"
    grid = rasterio.transform.from_origin(170_000, 285_100, 10, 10)
    options = {"width": 10, "height": 10, "count": 1, "dtype": "float32", "crs": "EPSG:5186", "transform": grid}
    with rasterio.open(path, "w", driver="GTiff", **options) as raster:
        raster.write(np.arange(100, dtype="float32").reshape(1, 10, 10))
    return path


@pytest.mark.parametrize(
    ("text", "kind"),
    [(REGISTER, firms.FIRMS), (PEOPLE, firms.PEOPLE), (POINTS, kinds.SHAPES), ("a,b\n1,2\n", kinds.SHAPES)],
)
def test_a_table_is_known_by_its_headings(text, kind, put):
    assert kinds.file_kind(put("a.csv", text), Reading()) == kind


@pytest.mark.parametrize("said", ["firms", "FIRMS", "Firms"])
def test_a_kind_may_be_said_in_any_case(said, put):
    assert run("import", put("a.csv", REGISTER), "--kind", said, "--format", "json").json[0]["geometry"] == "Firms"


def test_an_unknown_kind_is_refused(put):
    assert "Shapes, Firms, People, Raster" in refusal("import", put("a.csv", REGISTER), "--kind", "magic")


def test_a_register_with_coordinates_keeps_nothing_personal(put, workspace):
    answer = run("import", put("a.csv", REGISTER), "--as", "firms24", "--format", "json")
    assert (answer.code, answer.json[0]["geometry"], answer.json[0]["features"]) == (0, "Firms", 2)
    kept = b"".join(path.read_bytes() for path in workspace.rglob("*") if path.is_file())
    for personal in ("홍길동", "김철수", "062-123-4567"):
        assert personal.encode() not in kept
    assert not store.table("firms24").astype(str).apply(lambda column: column.str.contains("홍길동|4567")).any().any()


@pytest.mark.parametrize("table", TABLES)
def test_a_kept_register_says_what_its_file_says(table, put):
    path = put("a.csv", REGISTER)
    done("import", path, "--as", "firms24", "--format", "json")
    by_name, by_file = (
        done("firms", source, "--table", table, "--format", "json").json for source in ("firms24", path)
    )
    assert by_name == by_file


def test_a_kept_table_of_people_says_what_its_file_says(put):
    path = put("a.csv", PEOPLE)
    done("import", path, "--as", "people24", "--format", "json")
    by_name, by_file = (done("people", source, "--format", "json").json for source in ("people24", path))
    assert by_name == by_file


def test_a_raster_is_kept_as_a_cog_that_says_the_same_heights(heights):
    done("import", heights, "--as", "dem", "--format", "json")
    stored = store.layer("dem")
    with rasterio.open(store.file_path(stored)) as raster:
        assert (raster.read(1) == np.arange(100).reshape(10, 10)).all()
    assert (stored.kind, stored.story["crs"]) == ("Raster", "EPSG:5186")


def test_the_kind_can_be_chosen(put):
    done("import", put("a.csv", REGISTER), "--as", "points", "--kind", "Shapes", "--format", "json")
    assert store.layer("points").kind == "Point"


def test_a_kind_that_is_none_is_one_line(put):
    assert "Firms" in refusal("import", put("a.csv", REGISTER), "--kind", "Klingons")


@pytest.mark.parametrize("command", [("area",), ("distance",), ("adjacency",)])
def test_what_has_no_shapes_is_not_measured(command, put, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done("import", put("a.csv", REGISTER), "--as", "firms24", "--format", "json")
    assert "firms24" in refusal(command[0], "firms24", *command[1:])


def test_a_table_of_another_kind_is_refused(put):
    done("import", put("a.csv", PEOPLE), "--as", "people24", "--format", "json")
    with pytest.raises(InputError, match="people24"):
        firms.firm_report("people24")


def test_registers_and_rasters_stand_in_the_list_of_layers(put, heights):
    done("import", put("a.csv", REGISTER), "--as", "firms24", "--format", "json")
    done("import", heights, "--as", "dem", "--format", "json")
    rows = {row["name"]: row for row in done("layers", "--format", "json").json}
    assert (rows["firms24"]["geometry"], rows["firms24"]["features"], rows["dem"]["geometry"]) == ("Firms", 2, "Raster")


@pytest.mark.parametrize(("text", "seen"), [(REGISTER, "회사명"), (PEOPLE, "population")])
def test_a_check_of_a_table_says_what_its_columns_mean_and_keeps_nothing(text, seen, put):
    answer = done("import", put("a.csv", text), "--check", "--format", "json")
    assert seen in answer.text
    assert store.layers() == []


def test_a_check_of_a_raster_says_where_it_lies_and_keeps_nothing(heights):
    row = done("import", heights, "--check", "--format", "json").json[0]
    assert row["crs"] == "EPSG:5186"
    assert store.layers() == []


def test_a_kept_table_can_be_taken_away(put, tmp_path):
    done("import", put("a.csv", REGISTER), "--as", "firms24", "--format", "json")
    done("export", "firms24", "-o", tmp_path / "out.csv")
    assert "가나정밀" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert ".csv" in refusal("export", "firms24", "-o", tmp_path / "out.gpkg")


def test_a_kept_raster_can_be_taken_away(heights, tmp_path):
    done("import", heights, "--as", "dem", "--format", "json")
    done("export", "dem", "-o", tmp_path / "out.tif")
    with rasterio.open(tmp_path / "out.tif") as raster:
        assert (raster.read(1) == np.arange(100).reshape(10, 10)).all()


@pytest.mark.parametrize("option", [("--base-date", "notadate"), ("--rank", "zzz")])
def test_a_raster_is_refused_what_a_layer_is(option, heights):
    refusal("import", heights, "--as", "dem", *option)
    assert store.layers() == []


def test_a_raster_with_a_problem_is_listed(tmp_path, heights):
    with rasterio.open(heights, "r+") as raster:
        raster.write(np.full((1, 10, 10), -73.0, dtype="float32"))
    assert run("import", heights, "--as", "dem24", "--format", "json").code == 0
    assert [row["name"] for row in run("layer", "list", "--format", "json").json] == ["dem24"]
