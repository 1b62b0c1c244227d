"""Files of every kind of wrongness: one clear line, exit 1, an empty stdout; never a traceback."""

import json
import shutil
import sqlite3
import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely.geometry import box

from gis.i18n import t
from gis.io import catalog
from gis.io.read import Reading, read_file, read_layer
from layers import LAYERS
from tests.command import done, refusal
from tests.pencil import sites, square

DATA = Path(__file__).parents[1] / "data"
BESSEL = "+proj=tmerc +lat_0=38 +lon_0=127 +k=1 +x_0=200000 +y_0=600000 +ellps=bessel +units=m +no_defs"
POINT = {"type": "Point", "coordinates": [126.8, 35.2]}


def polygon(x=126.8, y=35.2, width=0.01, **changes):
    corners = [[x, y], [x + width, y], [x + width, y + width], [x, y + width], [x, y]]
    return {"type": "Polygon", "coordinates": [corners], **changes}


def ring(*corners):
    return {"type": "Polygon", "coordinates": [list(map(list, corners))]}


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features, **members):
    return json.dumps({"type": "FeatureCollection", "features": features, **members}, ensure_ascii=False)


def measured(path, *options):
    return done("area", path, *options, "--format", "json").json


@pytest.fixture
def put(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


@pytest.fixture
def saved(tmp_path):
    """Write pencil sites in EPSG:5186 to a file; options go to pyogrio."""

    def write(name, frame=None, **options):
        frame = sites(square(0, 0, 1000), square(3000, 0, 1000)) if frame is None else frame
        frame.drop(columns="official_area", errors="ignore").reset_index(drop=True).to_file(tmp_path / name, **options)
        return tmp_path / name

    return write


CONTENTS = {
    "empty": ("", ".geojson"),
    "text": ("hello", ".geojson"),
    "an array": ("[1]", ".geojson"),
    "no GeoJSON": ("{}", ".geojson"),
    "VRT": ("<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>", ".geojson"),
    "torn": (collection(feature(polygon()))[:-20], "geojson"),
    "too deep": ('{"type":"FeatureCollection","features":' + "[" * 5_000, "geojson"),
    "1e999": (collection(feature(polygon())).replace("126.8", "1e999", 1), "geojson"),
    "NaN in a ring": (collection(feature(polygon())).replace("126.8", "NaN", 1), "geojson"),
    "NaN in a point": (collection(feature(POINT)).replace("126.8", "NaN", 1), "1"),
    "no features": (collection(), "geojson"),
    "no geometry": (collection(feature(polygon()), feature(None)), "2"),
    "no geometry at all": (collection(feature(None)), "1"),
    "empty polygon": (collection(feature({"type": "Polygon", "coordinates": []})), "1"),
    "empty collection": (collection(feature({"type": "GeometryCollection", "geometries": []})), "1"),
    "bowtie": (collection(feature(ring((126.8, 35.2), (126.9, 35.3), (126.9, 35.2), (126.8, 35.3), (126.8, 35.2)))), "126.85"),
    "unclosed": (collection(feature(ring((126.8, 35.2), (126.9, 35.2), (126.9, 35.3)))), "geojson"),
    "a point four times": (collection(feature(ring(*[(126.8, 35.2)] * 4))), "1"),
    "point": (collection(feature(POINT)), "Point"),
    "line": (collection(feature({"type": "LineString", "coordinates": [[126.8, 35.2], [126.9, 35.2]]})), "LineString"),
    "mixed": (collection(feature({"type": "GeometryCollection", "geometries": [polygon(), POINT]})), "GeometryCollection"),
    "twin ids": (collection(feature(polygon(), id="a"), feature(polygon(126.9), id="a")), "'a'"),
    "twin ids, text and number": (collection(feature(polygon(), id=1), feature(polygon(126.9), id="1")), "'1'"),
    "an id as the row number of another": (collection(feature(polygon(), id=2), feature(polygon(126.9))), "'2'"),
    "twin ids in lines": (collection(*[feature(polygon(x), id="a\nb") for x in (126.7, 126.9)]), "a b"),
    "twin ids of 10,000 letters": (collection(*[feature(polygon(x), id="i" * 10_000) for x in (126.7, 126.9)]), "iii"),
    "an id beyond a float": (collection(feature(polygon(), id=2**62 + 1), feature(polygon(126.9))), "geojson"),
    "an id beyond an integer": (collection(feature(polygon(), id=10**22)), "geojson"),
    "unknown grade": (collection(feature(polygon(), grade="E")), "'E'"),
    "grade in lower case": (collection(feature(polygon(), grade="a")), "A, B, C, D"),
    "grade as a list": (collection(feature(polygon(), grade=["A"])), "A, B, C, D"),
    "official area in words": (collection(feature(polygon(), official_area_m2="many")), "many"),
    "official area below 0": (collection(feature(polygon(), official_area_m2=-5)), "-5"),
    "uncertainty in words": (collection(feature(polygon(), center_uncertainty_m="far")), "center_uncertainty_m"),
    "uncertainty below 0": (collection(feature(polygon(), precision_m=-1.5)), "-1.5"),
    "outside Korea": (collection(feature(polygon(10, 50))), "10.00000"),
    "swapped axes": (collection(feature(polygon(35.2, 126.8))), "35.20000, 126.80000"),
    "meters as degrees": (collection(feature(polygon(190_000, 280_000, 1_000))), "EPSG:5186"),
    "unknown crs": (collection(feature(polygon()), crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::99999"}}), "99999"),
}  # fmt: skip


@pytest.mark.parametrize("fault", CONTENTS)
def test_a_wrong_geojson_is_one_line(fault, put):
    content, named = CONTENTS[fault]
    line = refusal("area", put("site.geojson", content), "--format", "json")
    assert named in line


@pytest.mark.parametrize("command", [("distance",), ("adjacency",), ("area", "--by", "emd")])
@pytest.mark.parametrize("fault", ["bowtie", "no geometry", "twin ids", "swapped axes", "uncertainty in words"])
def test_every_command_refuses_it(command, fault, put):
    path = put("site.geojson", CONTENTS[fault][0])
    assert refusal(command[0], path, *command[1:])


@pytest.mark.parametrize(("name", "content"), [("a.mdb", "x"), ("a", "x"), ("a.qgz", "PK"), ("a.vrt", "<a/>")])
def test_another_ending_is_refused_with_those_that_work(name, content, put):
    assert ".gpkg" in refusal("area", put(name, content))


@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".fgb", ".json"])
def test_another_format_behind_the_ending_is_refused(ending, put):
    assert ending in refusal("area", put(f"a{ending}", "<OGRVRTDataSource/>"))


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "a.geojson").mkdir()
    assert "a.geojson" in refusal("area", tmp_path / "a.geojson")


def test_a_file_that_may_not_be_read_says_so(put, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    path = put("a.geojson", collection(feature(polygon())))
    t("word.error")  # labels are read from a file, too
    monkeypatch.setattr(Path, "open", refuse)
    assert "권한이 없습니다" in refusal("area", path)


@pytest.mark.parametrize("kept", [16, 100, 5_000, 60_000])
def test_a_torn_geopackage_is_refused(kept, saved):
    path = saved("a.gpkg")
    path.write_bytes(path.read_bytes()[:kept])
    assert "a.gpkg" in refusal("area", path)


@pytest.mark.parametrize("kept", [3, 8, 50, 1_700])
def test_a_torn_flatgeobuf_is_refused(kept, saved):
    path = saved("a.fgb")
    path.write_bytes(path.read_bytes()[:kept])
    assert "a.fgb" in refusal("area", path)


def test_a_database_that_is_no_geopackage_is_refused(tmp_path):
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("create table a (x)")
    database.close()
    assert "a.gpkg" in refusal("area", path)


def test_a_geopackage_with_a_table_alone_is_refused(tmp_path):
    pyogrio.write_dataframe(pd.DataFrame({"id": [1]}), tmp_path / "a.gpkg")
    assert "a.gpkg" in refusal("area", tmp_path / "a.gpkg")


def test_which_of_two_layers_is_meant_is_not_guessed(saved):
    saved("a.gpkg", layer="first")
    path = saved("a.gpkg", layer="second")
    assert "first, second" in refusal("area", path)


def test_a_table_beside_one_layer_does_no_harm(saved):
    path = saved("a.gpkg", layer="sites")
    pyogrio.write_dataframe(pd.DataFrame({"style": ["x"]}), path, layer="layer_styles", append=True)
    assert [row["id"] for row in measured(path)] == ["a", "b"]


def test_a_shapefile_without_prj_needs_its_crs(saved):
    path = saved("a.shp")
    path.with_suffix(".prj").unlink()
    assert "--crs" in refusal("area", path)
    assert measured(path, "--crs", "EPSG:5186")[0]["planar_area_m2"] == pytest.approx(1e6, rel=1e-9)


@pytest.mark.parametrize("content", ["", "garbage"])
def test_a_broken_prj_counts_as_none(content, saved):
    path = saved("a.shp")
    path.with_suffix(".prj").write_text(content)
    assert "--crs" in refusal("area", path)


@pytest.mark.parametrize("lost", [".dbf", ".shx"])
def test_a_shapefile_without_its_parts_is_refused(lost, saved):
    path = saved("a.shp")
    path.with_suffix(lost).unlink()
    assert lost in refusal("area", path)


def test_a_shapefile_with_a_torn_table_is_refused(saved):
    path = saved("a.shp")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes()[:20])
    assert ".dbf" in refusal("area", path)


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
@pytest.mark.parametrize("label", [None, "MS949", "UTF-8"])
def test_korean_in_a_shapefile_survives_a_missing_or_wrong_cpg(encoding, label, saved):
    path = saved("a.shp", sites(square(0, 0)).assign(name="똠빛그린"), encoding=encoding)
    mark = path.with_suffix(".cpg")
    mark.unlink(missing_ok=True) if label is None else mark.write_text(label)
    assert measured(path)[0]["name"] == "똠빛그린"


@pytest.mark.parametrize(
    "crs", ["EPSG:99999", "foo", "", " ", "\0", "EPSG:5186\nfoo", "/etc/passwd", '{"a": 1}', "EPSG:5773", "EPSG:4978"]
)
def test_a_nonsense_crs_is_refused(crs, saved):
    assert "EPSG:5186" in refusal("area", saved("a.shp"), "--crs", crs)


@pytest.mark.parametrize("crs", [BESSEL, "+proj=longlat +ellps=bessel +no_defs", 'LOCAL_CS["x"]'])
def test_a_crs_with_only_a_ballpark_shift_is_refused(crs, saved):
    assert refusal("area", saved("a.shp"), "--crs", crs)


def test_a_file_that_states_a_ballpark_crs_is_refused(saved):
    frame = sites(square(0, 0)).set_crs(BESSEL, allow_override=True)
    assert "400 m" in refusal("area", saved("a.gpkg", frame))


def test_bessel_with_its_registered_shift_is_taken(saved):
    """EPSG:5174 has one, good to 1 m; the same square read as GRS80 would lie 316 m elsewhere."""
    path = saved("a.gpkg")
    own, shifted = (
        read_file(path, reading=Reading(crs=crs)).geometry.iloc[0].centroid for crs in ("EPSG:5181", "EPSG:5174")
    )
    assert own.distance(shifted) == pytest.approx(316, abs=15)


def test_a_file_without_crs_is_refused(saved):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = saved("a.gpkg", sites(square(0, 0)).set_crs(None, allow_override=True))
    assert "--crs" in refusal("area", path)


def test_meters_of_another_crs_lie_outside_korea(saved):
    assert refusal("area", saved("a.gpkg", sites(square(0, 0)).set_crs("EPSG:3857", allow_override=True)))


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".fgb", ".shp"])
def test_a_sound_file_is_measured_in_every_format(ending, saved):
    frame = sites(square(0, 0, 1000), square(3000, 0, 1000))
    path = saved(f"a{ending}", frame.to_crs("EPSG:4326") if ending == ".geojson" else frame)
    rows = measured(path)
    assert {row["id"] for row in rows} == {"a", "b"}
    assert [row["planar_area_m2"] for row in rows] == pytest.approx([1e6, 1e6], rel=1e-9)


def test_heights_are_left_out(put, saved):
    flat = measured(put("flat.geojson", collection(feature(polygon()))))[0]
    corners = [[*corner, height] for corner, height in zip(polygon()["coordinates"][0], (1, 900, 5, 7, 1), strict=True)]
    high = measured(put("high.geojson", collection(feature(ring(*corners)))))[0]
    assert {**high, "source": None} == {**flat, "source": None}
    raised = gpd.GeoDataFrame(
        geometry=[shapely.from_wkt("POLYGON Z((180000 280000 nan,181000 280000 2,181000 281000 3,180000 280000 nan))")],
        crs="EPSG:5186",
    )
    assert measured(saved("raised.gpkg", raised))[0]["area_m2"] == pytest.approx(5e5, rel=1e-4)


@pytest.mark.parametrize(
    ("ids", "read"),
    [
        ([None, None], ["1", "2"]),
        ([1, 5], ["1", "5"]),
        ([1.0, 2.5], ["1", "2.5"]),
        ([1, None], ["1", "2"]),
        ([2**62 + 1, 3], [str(2**62 + 1), "3"]),
        (["2920010100", "x"], ["2920010100", "x"]),
        (["0123", "007"], ["0123", "007"]),
        (["2020-01-01", "2020-01-02"], ["2020-01-01", "2020-01-02"]),
        ([1, "x"], ["1", "x"]),
        ([[1, 2], "x"], ["[ 1, 2 ]", "x"]),
        (["", "x"], ["1", "x"]),
        (["=cmd()", "😀"], ["=cmd()", "😀"]),
    ],
)
def test_ids_keep_their_letters(ids, read, put):
    features = [feature(polygon(126.7 + number / 10), id=name) for number, name in enumerate(ids)]
    assert [row["id"] for row in measured(put("a.geojson", collection(*features)))] == read


@pytest.mark.parametrize(
    "name", ["<b>빛그린</b>", "줄\n바꿈", "a\"b'c", "=cmd()", "가" * 10_000, "😀", "\u202eabc", " "]
)
def test_a_name_leaves_json_as_it_came(name, put):
    rows = measured(put("a.geojson", collection(feature(polygon(), name=name))))
    assert rows[0]["name"] == name


def test_a_missing_name_is_the_id(put):
    path = put("a.geojson", collection(feature(polygon(), id="x", name=None), feature(polygon(126.9), id="y", name="")))
    assert [row["name"] for row in measured(path)] == ["x", "y"]


def test_two_belts_are_measured_in_the_one_between(put):
    path = put("a.geojson", collection(feature(polygon(126.8)), feature(polygon(129.36, 36.0))))
    assert {row["planar_crs"] for row in measured(path)} <= {"EPSG:5186", "EPSG:5187"}


def test_a_byte_order_mark_and_capitals_do_no_harm(put):
    assert measured(put("A.GEOJSON", b"\xef\xbb\xbf" + collection(feature(polygon())).encode()))


def test_reading_leaves_no_file_behind(saved):
    path = saved("a.gpkg")
    before = sorted(path.parent.iterdir())
    read_file(path)
    assert sorted(path.parent.iterdir()) == before


@pytest.mark.parametrize("name", LAYERS)
def test_every_bundled_layer_is_read_with_its_columns_in_the_belt(name):
    frame = read_layer(LAYERS[name])
    assert frame.crs.to_epsg() == 5186
    assert list(frame.columns) == [*(column.name for column in LAYERS[name].columns), "geometry"]
    assert frame.geometry.is_valid.all()
    assert frame.index.is_unique


@pytest.fixture
def bundle(tmp_path, monkeypatch):
    """Copy the bundled data and make the product read the copy."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    monkeypatch.setenv("GIS_DATA", str(folder))
    return folder


NEEDED_BY = {
    "files.toml": "area", "sources.toml": "claims", "grades.toml": "area", "chain/stages.toml": "chain",
    "chain/hosts.toml": "chain", "chain/links.toml": "chain", "claims/jingok.toml": "claims",
    "claims/article.toml": "area", "complexes/outlines.geojson": "area", "boundaries/emd.geojson": "adjacency",
    "places/hosts.geojson": "chain", "boundaries/ri.geojson": "layers",
}  # fmt: skip


@pytest.mark.parametrize("path", NEEDED_BY)
def test_a_file_missing_from_the_data_is_named(path, bundle):
    (bundle / path).unlink()
    assert path in refusal(NEEDED_BY[path])


@pytest.mark.parametrize("path", [path for path in NEEDED_BY if path.endswith(".geojson")])
def test_a_changed_byte_in_the_data_is_found(path, bundle):
    content = bytearray((bundle / path).read_bytes())
    content[len(content) // 2] ^= 1
    (bundle / path).write_bytes(content)
    assert path in refusal(NEEDED_BY[path])


@pytest.mark.parametrize("content", [b"", b"a = = b", b'a = "\xff"', b"source = 1\nfile = 1\ngrade = 1\nclaim = [1]"])
@pytest.mark.parametrize("path", [path for path in NEEDED_BY if path.endswith(".toml")])
def test_a_broken_toml_in_the_data_is_named(path, content, bundle):
    (bundle / path).write_bytes(content)
    assert path in refusal(NEEDED_BY[path])


@pytest.mark.parametrize("path", ["grades.toml", "complexes/outlines.geojson", "claims/jingok.toml"])
def test_a_folder_in_place_of_a_file_is_named(path, bundle):
    (bundle / path).unlink()
    (bundle / path).mkdir()
    assert path in refusal("area")


@pytest.mark.parametrize(
    ("path", "before", "after", "command", "named"),
    [
        ("claims/jingok.toml", "subject = ", "subjekt = ", "claims", "subjekt"),
        ("claims/jingok.toml", "[[claim]]", "[[claim]]\nsurprise = 1", "area", "surprise"),
        ("claims/jingok.toml", 'id = "jingok.official_area.2023"', 'id = "jingok.official_area.1908"', "claims", "1908"),
        ("claims/jingok.toml", 'source = "', 'source = "nowhere_', "claims", "nowhere_"),
        ("claims/jingok.toml", "[[claim]]", '[[claim]]\npart_of = "nowhere"', "claims", "nowhere"),
        ("sources.toml", "title = ", "titel = ", "layers", "titel"),
        ("chain/hosts.toml", "stage = ", "stages = ", "chain", "stages"),
        ("chain/hosts.toml", 'stage = "', 'stage = "no_', "chain", "no_"),
        ("chain/hosts.toml", 'place = "', 'place = "atlantis_', "chain", "atlantis_"),
        ("chain/hosts.toml", 'status = "operating"', 'status = "weird"', "chain", "weird"),
        ("chain/hosts.toml", "from = 2023", 'from = "soon"', "chain", "soon"),
        ("chain/hosts.toml", 'basis = "plan"', 'basis = "hope"', "chain", "hope"),
        ("chain/links.toml", 'stage_to = "', 'stage_to = "no_', "chain", "no_"),
        ("chain/links.toml", 'kind = "material"', 'kind = "magic"', "chain", "magic"),
        ("chain/links.toml", "required = true", 'required = "yes"', "chain", "yes"),
        ("chain/links.toml", 'link = "', 'link = "no_', "chain", "no_"),
        ("claims/futurecar.toml", "value = 3384000", 'value = "big"', "area", "big"),
        ("claims/futurecar.toml", "value = 3384000", "value = -5", "area", "-5"),
        ("claims/futurecar.toml", "value = 3384000", "value = true", "claims", "True"),
        ("claims/futurecar.toml", "value = 3384000", "value = nan", "claims", "nan"),
        ("claims/futurecar.toml", 'unit = "m2"', 'unit = "pyeong"', "area", "pyeong"),
        ("claims/futurecar.toml", 'stated = "338만㎡"', 'stated = "338만㎡"\nin_use = true', "claims", "futurecar.official_area"),
        ("files.toml", "sha256 = ", "sha = ", "area", "sha"),
        ("grades.toml", "vertex_sigma_m = 0.24", 'vertex_sigma_m = "small"', "area", "small"),
        ("grades.toml", "vertex_sigma_m = 0.24", "vertex_sigma_m = -1", "area", "-1"),
        ("files.toml", 'path = "complexes/outlines.geojson"', 'path = "elsewhere"', "area", "complexes/outlines.geojson"),
    ],
)  # fmt: skip
def test_a_wrong_entry_in_the_data_is_named(path, before, after, command, named, bundle):
    text = (bundle / path).read_text(encoding="utf-8")
    assert before in text
    (bundle / path).write_text(text.replace(before, after, 1), encoding="utf-8")
    assert named in refusal(command)


def test_a_data_folder_that_is_not_there_is_one_line(monkeypatch):
    monkeypatch.setenv("GIS_DATA", "/no/such/folder")
    assert "files.toml" in refusal("area")


def test_html_in_the_data_is_shown_as_it_stands(bundle):
    path = bundle / "claims" / "jingok.toml"
    added = '\n[[claim]]\nid = "x"\nsubject = "jingok"\nquantity = "slogan"\nvalue = "<script>1</script>"\n'
    path.write_text(path.read_text(encoding="utf-8") + added, encoding="utf-8")
    assert done("claims", "--subject", "jingok", "--format", "json").json["claims"][-1]["value"] == "<script>1</script>"


def test_the_data_version_changes_with_any_file(bundle):
    before = catalog.data_version()
    (bundle / "grades.toml").write_text("# shorter", encoding="utf-8")
    assert catalog.data_version() != before


def test_a_changed_toml_is_read_anew(bundle):
    before = catalog.vertex_sigmas()["B"]
    path = bundle / "grades.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("= 0.24", "= 0.5000"), encoding="utf-8")
    assert (before, catalog.vertex_sigmas()["B"]) == (0.24, 0.5)


def test_a_site_in_every_belt_gets_its_own(put):
    for lon, belt in ((125.1, "EPSG:5185"), (126.8, "EPSG:5186"), (129.36, "EPSG:5187"), (130.9, "EPSG:5188")):
        assert measured(put("a.geojson", collection(feature(polygon(lon)))))[0]["planar_crs"] == belt


def test_soundness_is_checked_before_the_way_to_the_belt(saved):
    frame = gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=[box(0, 0, 1, 1), None], crs="EPSG:4326")
    assert "2" in refusal("area", saved("a.gpkg", frame))


def test_a_column_under_both_its_names_is_refused(tmp_path):
    frame = sites(square(0, 0)).assign(official_area=1.0, official_area_m2=2.0)
    frame = frame.reset_index(drop=True).to_crs("EPSG:4326")
    path = tmp_path / "twins.geojson"
    frame.to_file(path)
    assert "official_area" in refusal("area", str(path))
