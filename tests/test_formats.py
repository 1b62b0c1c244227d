"""Every format from writers that share nothing with the reader: GDAL 3.6, QGIS 3.22, ezdxf, or bytes by hand.

The files are made by `tests/fixtures/make_files.py`; all hold the same three parcels.
"""

import json
import re
import sqlite3
import zipfile

import ezdxf
import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from gis.errors import GisError
from gis.io.read import Arrival, Reading, read_arrival
from gis.io.write import LAYER_FORMATS, layer_bytes
from tests.conftest import FIXTURES
from tests.fixtures.make_files import COLUMNS, PARCELS
from tests.hand_made import Field, Member, geojson, shapefile, zipped
from tests.hand_made import square as degree_square

FILES = FIXTURES / "files"
SHAPES = {name: shapely.from_wkt(row[-1]) for name, row in PARCELS.items()}
WHOLE = [
    "ogr.fgb", "ogr.gdb.zip", "ogr.gpkg", "ogr.kml", "ogr.kmz", "ogr_2008.geojson", "ogr_cp949.shp.zip", "ogr_gml2.gml",
    "ogr_gml3.gml", "ogr_gml32.gml", "ogr_libkml.kml", "ogr_rfc7946.geojson", "ogr_utf8.shp.zip", "qgis.fgb",
    "qgis.geojson", "qgis.shp.zip",
]  # fmt: skip
"""Files that hold the parcels with shapes and attributes."""
KML = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
PLACEMARK = (
    "<Placemark><name>{}</name>{}<Polygon><outerBoundaryIs><LinearRing><coordinates>126.8,35.2,0 126.9,35.2,0 "
    "126.9,35.3,0 126.8,35.2,0</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
)


def arrived(path, **reading) -> Arrival:
    return read_arrival(path, Reading(**reading))


def refused(path, **reading) -> GisError:
    with pytest.raises(GisError) as caught:
        arrived(path, **reading)
    return caught.value


def problems(arrival: Arrival) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in arrival.problems[["problem", "action", "rows"]].itertuples(index=False)]


@pytest.fixture
def put(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


@pytest.mark.parametrize("file", WHOLE)
def test_the_parcels_come_back_from_every_writer(file):
    frame = arrived(FILES / file).frame
    frame = frame.set_index("단지명" if "단지명" in frame else "name")
    assert sorted(frame.index) == sorted(PARCELS)
    for name, row in PARCELS.items():
        pnu, category, area, *_ = row
        assert frame.loc[name, "geometry"].hausdorff_distance(SHAPES[name]) < 0.005
        assert (frame.loc[name, "pnu"], frame.loc[name, "지목"]) == (pnu, category)
        assert frame.loc[name].filter(regex="^공부상").iloc[0] == area


@pytest.mark.parametrize("file", WHOLE)
def test_no_letter_of_any_writer_is_garbled(file):
    frame = arrived(FILES / file).frame
    texts = [*frame.columns, *frame.drop(columns="geometry").astype(str).to_numpy().ravel()]
    assert not [text for text in texts if re.search("[\ufffd\u0080-\u00ff]|__", str(text).replace("file_row", ""))]


@pytest.mark.parametrize("file", [file for file in WHOLE if "kml" not in file and "kmz" not in file])
def test_a_date_is_a_date_and_an_unknown_one_is_unknown(file):
    dates = pd.to_datetime(arrived(FILES / file).frame.set_index("단지명")["고시일"], utc=True)
    assert dates["빛그린산단"].date().isoformat() == "2009-09-30"
    assert pd.isna(dates["진곡산단"])


def test_a_name_that_a_dbf_cut_within_a_letter_loses_the_letter_alone():
    assert "공부상" in arrived(FILES / "qgis.shp.zip").frame
    assert "공부상면적" in arrived(FILES / "ogr_cp949.shp.zip").frame


def test_a_cpg_that_says_system_is_no_obstacle():
    with zipfile.ZipFile(FILES / "qgis.shp.zip") as packed:
        assert packed.read("parcels.cpg") == b"system"
    assert arrived(FILES / "qgis.shp.zip").story["encoding"] == "utf-8"


@pytest.mark.parametrize("file", ["ogr_xy.csv", "ogr_xy.xlsx"])
def test_a_table_of_another_writer_is_asked_for_its_crs_and_axes_and_then_read(file):
    assert refused(FILES / file).key == "which_crs"
    assert refused(FILES / file, crs="EPSG:5186").key == "which_axes"
    frame = arrived(FILES / file, crs="EPSG:5186", swap=False).frame.set_index("단지명")
    assert all(frame.loc[name, "geometry"].within(SHAPES[name]) for name in PARCELS)
    assert frame.loc["빛그린산단", "pnu"] == "2920011500100120003"


def test_a_drawing_of_another_writer_is_asked_for_its_crs_and_then_read():
    assert refused(FILES / "ogr.dxf").key == "which_crs"
    shapes = arrived(FILES / "ogr.dxf", crs="EPSG:5186").frame.geometry
    assert shapely.equals(shapely.union_all(shapes), shapely.union_all(list(SHAPES.values())))


def test_the_register_area_stands_beside_the_area_of_the_figure(put):
    frame = arrived(FILES / "ogr.gpkg").frame.set_index("단지명")
    assert frame.loc["빛그린산단", "register_area"] == 1_000_000.5
    assert frame.loc["빛그린산단", "geometry"].area == 1_000_000
    assert frame["official_area"].isna().all()


@pytest.mark.parametrize("column", ["공부면적", "지적면적", "lndpcl_ar", "토지면적"])
@pytest.mark.parametrize("value", [1234.5, "1234.5", "1,234.5", " 1,234.5 "])
def test_a_register_area_is_known_by_its_column_and_read_with_thousands_apart(column, value, put):
    frame = arrived(put("a.geojson", geojson(degree_square(), **{column: [value]}))).frame
    assert frame["register_area"].tolist() == [1234.5]


@pytest.mark.parametrize(
    "column", ["dan_name", "DAN_NAME", "zonename", "uname", "emd_kor_nm", "jibun", "단지명", "지번"]
)
def test_a_feature_is_called_by_the_column_that_korean_files_have(column, put):
    frame = arrived(put("a.geojson", geojson(degree_square(), **{column: ["14-1답"]}))).frame
    assert frame["name"].tolist() == ["14-1답"]


def test_an_empty_name_gives_way_to_the_name_in_korean(put):
    path = put("a.geojson", geojson(degree_square(), name=[None], 단지명=["빛그린"]))
    assert arrived(path).frame["name"].tolist() == ["빛그린"]


def test_a_feature_that_every_tile_repeats_is_listed(put):
    path = put("a.geojson", geojson(*[degree_square()] * 3, id=["LT_C_DAMDAN.123"] * 3))
    assert problems(arrived(path)) == [("twin", "kept", "2–3"), ("twin_id", "renumbered", "2–3")]


# KML


def test_the_folders_of_a_kml_are_read_together_and_told_apart(put):
    folders = "".join(f"<Folder><name>{n}</name>{PLACEMARK.format(n, '')}</Folder>" for n in ("하나", "둘"))
    path = put("a.kml", KML.format(folders))
    assert arrived(path).frame[["name", "folder"]].to_numpy().tolist() == [["하나", "하나"], ["둘", "둘"]]
    assert arrived(path, layer="둘").frame["name"].tolist() == ["둘"]
    assert "하나, 둘" in str(refused(path, layer="셋"))


@pytest.mark.parametrize("name", ["지목", "토지 이용", "a&amp;b", "pnu"])
def test_untyped_data_of_a_kml_keep_their_names(name, put):
    extra = f'<ExtendedData><Data name="{name}"><value>장</value></Data><Data name="가"><value>1</value></Data></ExtendedData>'
    frame = arrived(put("a.kml", KML.format(PLACEMARK.format("x", extra)))).frame
    assert (frame[name.replace("&amp;", "&")].iloc[0], frame["가"].iloc[0]) == ("장", "1")


def test_the_parts_of_a_mixed_placemark_become_a_row_each(put):
    parts = "<Point><coordinates>126.8,35.2</coordinates></Point><Point><coordinates>126.9,35.2</coordinates></Point>"
    shape = PLACEMARK.format("x", "").replace("<Polygon>", f"<MultiGeometry>{parts}<Polygon>")
    found = arrived(put("a.kml", KML.format(shape.replace("</Polygon>", "</Polygon></MultiGeometry>"))))
    assert sorted(found.frame.geom_type) == ["MultiPoint", "Polygon"]
    assert ("collection", "split", "1") in problems(found)


def test_a_kmz_whose_first_file_only_links_to_the_others_is_read(put):
    link = "<NetworkLink><Link><href>layers/a.kml</href></Link></NetworkLink>"
    members = [
        Member(b"doc.kml", KML.format(link).encode()),
        Member(b"layers/a.kml", KML.format(PLACEMARK.format("빛그린", "")).encode()),
        Member(b"files/icon.png", b"\x89PNG"),
    ]
    assert arrived(put("a.kmz", zipped(members))).frame["name"].tolist() == ["빛그린"]


def test_which_of_two_files_of_a_kmz_is_meant_is_not_guessed(put):
    members = [Member(name, KML.format(PLACEMARK.format("x", "")).encode()) for name in (b"a.kml", b"b.kml")]
    path = put("a.kmz", zipped(members))
    assert "a.kml, b.kml" in str(refused(path))
    assert len(arrived(path, layer="b.kml").frame) == 1


# archives


@pytest.mark.parametrize("name", ["산업단지", "똠방각하", "광주/첨단 3지구"])
@pytest.mark.parametrize("flag", [0, 0x800])
def test_a_zip_of_windows_keeps_its_korean_names(name, flag, put):
    letters = "utf-8" if flag else "cp949"
    with zipfile.ZipFile(FILES / "ogr_cp949.shp.zip") as packed:
        members = [Member(f"{name}{one[-4:]}".encode(letters), packed.read(one), flag) for one in packed.namelist()]
    found = arrived(put("a.zip", zipped(members)))
    assert (found.title, sorted(found.frame["name"])) == (name.rpartition("/")[2], sorted(PARCELS))


def test_what_lies_beside_a_shapefile_in_a_zip_is_no_data_set(put):
    with zipfile.ZipFile(FILES / "ogr_cp949.shp.zip") as packed:
        members = [Member(one.encode(), packed.read(one)) for one in packed.namelist()]
    litter = [
        b"parcels.shp.xml",
        b"readme.txt",
        b"fields.csv",
        b"__MACOSX/._parcels.shp",
        b"._parcels.shp",
        b"parcels.sbn",
    ]
    path = put("a.zip", zipped([*members, *(Member(name, b"x") for name in litter)]))
    assert len(arrived(path).frame) == 3


def test_a_table_beside_a_drawing_is_read_where_it_is_named(put):
    members = [
        Member(b"a.geojson", geojson(degree_square())),
        Member(b"b.csv", "이름,경도,위도\n가,126.8,35.2\n".encode()),
    ]
    path = put("a.zip", zipped(members))
    assert arrived(path).frame.geom_type.tolist() == ["Polygon"]
    assert arrived(path, layer="b.csv").frame["name"].tolist() == ["가"]


def test_a_fault_inside_a_zip_names_the_zip_and_the_file(put):
    assert "a.zip/나쁜.geojson" in str(refused(put("a.zip", zipped([Member("나쁜.geojson".encode(), b"{", 0x800)]))))


def test_the_lock_of_another_machine_in_a_geodatabase_is_left_out(put):
    with zipfile.ZipFile(FILES / "ogr.gdb.zip") as packed:
        members = [Member(one.encode(), packed.read(one)) for one in packed.namelist()]
    path = put("a.zip", zipped([*members, Member(b"parcels.gdb/_gdb.DESKTOP-A1.742.530.sr.lock")]))
    assert len(arrived(path).frame) == 3


def test_a_geodatabase_is_read_from_its_folder_too(tmp_path):
    with zipfile.ZipFile(FILES / "ogr.gdb.zip") as packed:
        packed.extractall(tmp_path)
    assert sorted(arrived(tmp_path / "parcels.gdb").frame["name"]) == sorted(PARCELS)


def test_the_boundaries_of_the_ministry_are_read_as_they_come(put, tmp_path):
    """DAM_DAN.shp: CP949, no .cpg, no word about its letters in the header, a zip of Windows."""
    fields = [Field(b"UFID", length=34), Field(b"DAN_ID", length=6), Field(b"DAN_NAME"), Field(b"DANJI_TYPE", length=1)]
    row = [b"1000003", b"129010", "첨단과학산업단지".encode("cp949"), b"1"]
    path = shapefile(tmp_path / "DAM_DAN.shp", fields, [row], crs="EPSG:5186")
    parts = [path.with_suffix(ending) for ending in (".shp", ".shx", ".dbf", ".prj")]
    members = [Member(f"단지경계\\{part.name}".encode("cp949"), part.read_bytes()) for part in parts]
    found = arrived(put("단지경계.zip", zipped(members)))
    assert (found.title, found.story["encoding"], found.story["crs"]) == ("DAM_DAN", "cp949", "EPSG:5186")
    assert found.frame[["name", "DAN_ID"]].to_numpy().tolist() == [["첨단과학산업단지", "129010"]]


def test_the_road_links_of_its_keep_their_hyphens_and_codes(tmp_path):
    fields = [
        Field(b"LINK_ID", length=10),
        Field(b"C-ITS", length=1),
        Field(b"ROAD_NO", length=5),
        Field(b"ROAD_NAME"),
        Field(b"ROAD_RANK", length=3),
    ]
    row = [b"1160059701", b"0", b"-", "공원로".encode("cp949"), b"004"]
    path = shapefile(tmp_path / "MOCT_LINK.shp", fields, [row], crs="ITRF2000_Central_Belt_60", cpg="949")
    found = arrived(path)
    assert (found.story["crs"], found.story["crs_way"]) == ("EPSG:5186", "parameters")
    assert found.frame[[field.name.decode() for field in fields]].to_numpy().tolist() == [
        ["1160059701", "0", "-", "공원로", "004"]
    ]


# GeoPackage, GML, Parquet, FlatGeobuf


def test_what_qgis_wrote_last_into_an_open_geopackage_is_read(tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes((FILES / "ogr.gpkg").read_bytes())
    with sqlite3.connect(path) as base:
        base.execute("pragma journal_mode=wal")
        base.execute("update 필지 set 지목 = '새 지목'")
        base.commit()
        assert set(arrived(path).frame["지목"]) == {"새 지목"}
    base.close()


def test_gml_in_euc_kr_is_read_and_its_header_rewritten(put):
    text = (FILES / "ogr_gml3.gml").read_text(encoding="utf-8").replace("utf-8", "EUC-KR", 1)
    found = arrived(put("a.gml", text.encode("cp949")))
    assert (found.story["encoding"], sorted(found.frame["name"])) == ("cp949", sorted(PARCELS))


def test_gml_without_crs_is_asked_for_it(put):
    text = re.sub(' srsName="[^"]*"', "", (FILES / "ogr_gml3.gml").read_text(encoding="utf-8"))
    error = refused(put("a.gml", text))
    assert error.key == "which_crs"
    assert (error.values["found"][0].crs, error.values["found"][0].swapped) == ("EPSG:5186", True)


def parquet(path, about, **columns):
    table = pa.table(
        {"단지명": ["똠방"], **columns, "geom": [shapely.to_wkb(shapely.box(170_000, 285_000, 171_000, 286_000))]}
    )
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(about)}), path)
    return path


def about(**changes):
    column = {"encoding": "WKB", "geometry_types": ["Polygon"], **changes}
    return {"version": "1.0.0", "primary_column": "geom", "columns": {"geom": column}}


def test_geoparquet_of_another_writer_is_read(tmp_path):
    crs = gpd.GeoSeries([], crs="EPSG:5186").crs.to_json_dict()
    found = arrived(parquet(tmp_path / "a.parquet", about(crs=crs), pnu=["2920011500100120003"], 목록=[["가", "나"]]))
    assert (found.story["crs"], found.frame["name"].tolist()) == ("EPSG:5186", ["똠방"])
    assert found.frame.area.tolist() == [1e6]


def test_geoparquet_that_denies_its_crs_is_asked_for_it(tmp_path):
    assert refused(parquet(tmp_path / "a.parquet", about(crs=None))).key == "which_crs"


@pytest.mark.parametrize("wrong", [about(encoding="X"), about(crs={"type": "x"}), {"primary_column": "no"}, [], {}])
def test_geoparquet_with_strange_words_about_itself_is_refused(wrong, tmp_path):
    assert "a.parquet" in str(refused(parquet(tmp_path / "a.parquet", wrong)))


def test_parquet_without_shapes_is_refused(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    assert refused(tmp_path / "a.parquet").key == "no_geometries"


# dates, numbers, codes


@pytest.mark.parametrize("ending", [".geojson", ".gpkg"])
def test_a_day_that_is_in_no_calendar_stays_a_text(ending, tmp_path):
    path = tmp_path / f"a{ending}"
    if ending == ".geojson":
        path.write_bytes(geojson(degree_square(), degree_square(126.9), 고시일=["2023-02-30", "2023-02-20"]))
    else:
        path.write_bytes((FILES / "ogr.gpkg").read_bytes())
        base = sqlite3.connect(path)
        base.execute("update 필지 set 고시일 = '2023-02-30' where fid = 1")
        base.commit()
        base.close()
    assert [str(day)[:10].replace("/", "-") for day in arrived(path).frame["고시일"]][:1] == ["2023-02-30"]


def test_a_pnu_that_came_as_a_whole_number_is_text(put):
    path = put("a.geojson", geojson(degree_square(), pnu=[2920011500100120003]))
    assert arrived(path).frame["pnu"].tolist() == ["2920011500100120003"]


@pytest.mark.parametrize("value", [2.920011500100120003e18, "2.92001E+18", "2.9200115001e+18"])
def test_a_pnu_that_lost_its_digits_is_refused(value, put):
    assert refused(put("a.geojson", geojson(degree_square(), PNU=[value]))).key == "pnu_digits"


# drawings


@pytest.fixture
def draw(tmp_path):
    """Save what `build(document, modelspace)` draws."""

    def write(build, version="R2010", unit=6, name="a.dxf"):
        document = ezdxf.new(version)
        document.layers.add("산업시설용지")
        if version != "R12":
            document.header["$INSUNITS"] = unit
        document.header["$DWGCODEPAGE"] = "ANSI_949"
        if version in ("R2000", "R2004"):
            document.encoding = "cp949"
        build(document, document.modelspace())
        document.saveas(tmp_path / name)
        return tmp_path / name

    return write


def outline(document, space, size=1.0, layer="산업시설용지", close=True):
    corners = [(170_000, 285_000), (171_000, 285_000), (171_000, 286_000), (170_000, 286_000)]
    add = space.add_polyline2d if document.dxfversion == "AC1009" else space.add_lwpolyline
    add([(x * size, y * size) for x, y in corners], close=close, dxfattribs={"layer": layer})


@pytest.mark.parametrize("version", ["R12", "R2000", "R2004", "R2007", "R2010", "R2013", "R2018"])
def test_letters_survive_in_drawings_of_every_version_whatever_their_code_page_says(version, draw):
    def build(document, space):
        outline(document, space)
        space.add_text("똠방 공원", dxfattribs={"insert": (170_500, 285_500), "layer": "산업시설용지"})

    frame = arrived(draw(build, version), crs="EPSG:5186").frame
    assert set(frame["Layer"]) == {"산업시설용지"}
    assert frame["name"].tolist() == ["산업시설용지", "똠방 공원"]
    assert frame.geometry.iloc[0].area == 1e6


def test_what_lies_in_a_drawing_becomes_what_it_is(draw):
    def build(document, space):
        outline(document, space, layer="closed")
        outline(document, space, layer="open", close=False)
        hatch = space.add_hatch(dxfattribs={"layer": "hatch"})
        hatch.paths.add_polyline_path([(170_000, 285_000), (171_000, 285_000), (171_000, 286_000)], is_closed=True)
        space.add_circle((170_500, 285_500), 100, dxfattribs={"layer": "circle"})
        arc = [(170_000, 285_000, 1), (171_000, 285_000, 0), (171_000, 286_000, 0)]
        space.add_lwpolyline(arc, format="xyb", close=True, dxfattribs={"layer": "bulge"})
        block = document.blocks.new("집")
        block.add_lwpolyline([(0, 0), (10, 0), (10, 10)], close=True, dxfattribs={"layer": "inner"})
        block.add_lwpolyline([(20, 0), (30, 0), (30, 10)], close=True)
        reference = space.add_blockref("집", (170_000, 285_000), dxfattribs={"layer": "outer"})
        reference.add_attrib("지번", "12-3", (170_000, 285_000))
        space.add_mtext("빛그린\\P산단 \\U+B620\\U+D83D\\U+DE00\\U+D800", dxfattribs={"insert": (170_000, 285_000)})

    frame = arrived(draw(build), crs="EPSG:5186").frame
    assert list(zip(frame["Layer"], frame.geom_type, frame["name"], strict=True)) == [
        ("closed", "Polygon", "closed"), ("open", "LineString", "open"), ("hatch", "Polygon", "hatch"),
        ("circle", "LineString", "circle"), ("bulge", "Polygon", "bulge"), ("inner", "Polygon", "inner"),
        ("outer", "Polygon", "outer"), ("outer", "Point", "12-3"), ("0", "Point", "빛그린 산단 똠😀\ufffd"),
    ]  # fmt: skip
    sizes = frame.set_index("Layer").area
    assert sizes["bulge"] == pytest.approx(5e5 + 125_000 * 3.14159, rel=1e-3)
    assert (sizes["inner"], sizes["hatch"]) == (50, 5e5)


def test_no_entity_of_a_large_block_is_lost(draw):
    def build(document, space):
        block = document.blocks.new("A")
        for number in range(10_050):
            block.add_point((number, 0))
        space.add_blockref("A", (170_000, 285_000))

    assert len(arrived(draw(build, "R2000"), crs="EPSG:5186").frame) == 10_050


@pytest.mark.parametrize(
    ("unit", "size", "scaled"), [(4, 1000.0, 0.001), (4, 1.0, None), (0, 1.0, None), (5, 100.0, 0.01)]
)
def test_the_unit_of_a_drawing_counts_only_where_meters_do_not_fit(unit, size, scaled, draw):
    found = arrived(draw(lambda document, space: outline(document, space, size), unit=unit), crs="EPSG:5186")
    assert (found.frame.area.iloc[0], found.story["scaled"]) == (pytest.approx(1e6), scaled)


def test_a_drawing_at_its_own_origin_is_refused_not_placed(draw):
    path = draw(lambda _, space: space.add_lwpolyline([(0, 0), (100, 0), (100, 100)], close=True))
    assert refused(path).key == "no_candidate"


def test_a_title_block_at_the_origin_hides_no_candidate_and_is_set_aside(draw):
    def build(document, space):
        outline(document, space)
        space.add_text("빛그린", dxfattribs={"insert": (170_500, 285_500)})
        document.layout("Layout1").add_lwpolyline([(0, 0), (297, 0), (297, 210)], close=True)

    path = draw(build)
    assert refused(path).values["found"][0].crs == "EPSG:5186"
    found = arrived(path, crs="EPSG:5186")
    assert (len(found.frame), len(found.set_aside)) == (2, 1)


def test_a_layer_of_a_drawing_is_read_by_its_name(draw):
    def build(document, space):
        outline(document, space)
        outline(document, space, layer="공원")

    path = draw(build)
    assert arrived(path, crs="EPSG:5186", layer="공원").frame["Layer"].tolist() == ["공원"]
    assert "공원, 산업시설용지" in str(refused(path, crs="EPSG:5186", layer="없음"))


def test_lines_join_to_polygons_where_asked_and_what_does_not_is_listed(draw):
    def build(document, space):
        outline(document, space)
        outline(document, space, layer="ring", close=False)
        corners = [(172_000, 285_000), (173_000, 285_000), (173_000, 286_000)]
        for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
            space.add_line(start, end, dxfattribs={"layer": "loose"})
        space.add_line((174_000, 285_000), (175_000, 285_000), dxfattribs={"layer": "stray"})
        space.add_circle((176_000, 285_000), 100, dxfattribs={"layer": "circle"})
        space.add_text("글자", dxfattribs={"insert": (170_000, 285_000)})

    found = arrived(draw(build), crs="EPSG:5186", polygons=True)
    assert found.frame[["Layer", "file_row"]].to_numpy().tolist() == [["산업시설용지", 1], ["loose", 3], ["circle", 7]]
    assert found.frame.area.round(-2).tolist() == [1e6, 5e5, pytest.approx(31_400, abs=100)]
    assert ("unjoined", "set_aside", "2, 6, 8") in problems(found)
    assert len(found.set_aside) == 3


def test_lines_that_enclose_nothing_are_refused_as_polygons(draw):
    path = draw(lambda _, space: space.add_line((170_000, 285_000), (171_000, 285_000)))
    assert refused(path, crs="EPSG:5186", polygons=True).key == "no_rings"


# tables

HEADINGS = {
    "X(종),Y(횡)": True, "X(N),Y(E)": True, "X(북),Y(동)": True, "N좌표,E좌표": True, "종좌표(X),횡좌표(Y)": True,
    "Northing,Easting": True, "Y(N),X(E)": True, "북,동": True, "X(종좌표),Y(횡좌표)": True, "X좌표(종),Y좌표(횡)": True,
    "X,Y": None, "X좌표,Y좌표": None, "X(m),Y(m)": None,
}  # fmt: skip


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("turned", [False, True])
def test_a_surveyors_table_is_read_by_its_headings_whatever_their_order(heading, turned, put):
    rows = [heading.split(","), ["285,000.5", "170000"], ["286000", "171000"]]
    path = put("a.csv", "\n".join(",".join(f'"{cell}"' for cell in (row[::-1] if turned else row)) for row in rows))
    if HEADINGS[heading] is None:
        error = refused(path, crs="EPSG:5186")
        assert (error.key, "--swap" in error.values["candidates"]) == ("which_axes", True)
    swap = None if HEADINGS[heading] else True
    assert arrived(path, crs="EPSG:5186", swap=swap).frame.geometry.iloc[0].coords[0] == (170_000, 285_000.5)


@pytest.mark.parametrize("heading", ["lon,lat", "경도,위도", "Longitude,Latitude", "X(경도),Y(위도)", "lng,lat"])
def test_longitude_and_latitude_need_no_question(heading, put):
    found = arrived(put("a.csv", f"이름,{heading}\n가,126.8,35.2\n"))
    assert found.frame.to_crs("EPSG:4326").geometry.iloc[0].equals_exact(shapely.Point(126.8, 35.2), 1e-9)


@pytest.mark.parametrize(
    "text", ["126.8", " 126.8 ", "126°48'00\"", "126도48분0초", "126-48-00.0", "126:48:00", "126° 48′ 0″E", "126 48 00"]
)
def test_degrees_are_read_as_people_write_them(text, put):
    quoted = text.replace('"', '""')
    found = arrived(put("a.csv", f'경도,위도\n"{quoted}",35.2\n'))
    assert found.frame.to_crs("EPSG:4326").geometry.iloc[0].x == pytest.approx(126.8, abs=1e-9)


def test_a_decimal_comma_is_no_thousand(put):
    assert refused(put("a.csv", '경도,위도\n"126,8","35,2"\n')).key == "empty_geometry"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line", ["\n", "\r\n", "\r"])
def test_a_table_may_part_cells_and_lines_as_it_likes(mark, line, put):
    rows = [["경계점 좌표"], ["번호", "경도", "위도"], ["1", "126.8", "35.2"], ["2", "126.9", "35.2"], ["", "", ""]]
    assert len(arrived(put("a.txt", line.join(mark.join(row) for row in rows))).frame) == 2


@pytest.mark.parametrize("value", ["2920011500100120003", '"=""2920011500100120003"""', "'2920011500100120003"])
def test_a_code_of_a_table_keeps_its_digits_however_it_was_guarded_from_excel(value, put):
    frame = arrived(put("a.csv", f"PNU,코드,경도,위도\n{value},007,126.8,35.2\n")).frame
    assert frame[["PNU", "코드"]].to_numpy().tolist() == [["2920011500100120003", "007"]]


def test_rows_without_coordinates_are_listed(put):
    found = arrived(put("a.csv", "번호,경도,위도\n1,126.8,35.2\n2,,\n3,inf,1\n합계,,\n"))
    assert (len(found.frame), problems(found)) == (1, [("null", "set_aside", "2–4")])


def test_points_join_to_a_polygon_for_each_group_in_their_order(put):
    rows = [
        "A,285000,170000",
        "B,285000,172000",
        "A,285000,171000",
        "B,285000,173000",
        "A,286000,171000",
        "B,286000,173000",
    ]
    path = put("a.csv", "\n".join(["단지,X(종),Y(횡)", *rows]))
    frame = arrived(path, crs="EPSG:5186", polygons=True, group="단지").frame
    assert list(zip(frame["name"], frame.area, strict=True)) == [("A", 5e5), ("B", 5e5)]
    assert str(refused(path, crs="EPSG:5186", polygons=True, group="없음")).endswith("단지, X(종), Y(횡)")


def test_a_group_of_two_points_is_no_polygon(put):
    path = put("a.csv", "단지,X(종),Y(횡)\nA,285000,170000\nA,285000,171000\n")
    assert refused(path, crs="EPSG:5186", polygons=True, group="단지").key == "short_ring"


@pytest.mark.parametrize("column", ["wkt", "WKT", "geometry", "the_geom"])
def test_wkt_in_a_table_is_a_shape_and_other_words_are_not(column, put):
    rows = f'이름,{column}\n가,"POLYGON((126.8 35.2,126.9 35.2,126.9 35.3,126.8 35.2))"\n나,x\n다,CIRCULARSTRING(0 0,1 1,2 0)\n'
    found = arrived(put("a.csv", rows), crs="EPSG:4326")
    assert (found.frame["name"].tolist(), problems(found)) == (["가"], [("null", "set_aside", "2–3")])


def test_a_column_called_geometry_beside_coordinates_stays(put):
    assert arrived(put("a.csv", "geometry,경도,위도\n원형,126.8,35.2\n")).frame["geometry_"].tolist() == ["원형"]


@pytest.fixture
def book(tmp_path):
    def write(**sheets):
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.worksheets[0])
        for title, rows in sheets.items():
            sheet = workbook.create_sheet(title)
            for row in rows:
                sheet.append(row)
        workbook.save(tmp_path / "a.xlsx")
        return tmp_path / "a.xlsx"

    return write


def test_the_sheet_with_coordinates_is_found(book):
    path = book(
        표지=[["보고서"]],
        좌표=[["제목"], ["단지명", "경도", "위도", "날짜"], ["빛그린", 126.8, 35.2, pd.Timestamp("2026-01-31")]],
    )
    assert arrived(path).frame[["name", "날짜"]].to_numpy().tolist() == [["빛그린", "2026-01-31"]]


def test_which_of_two_sheets_is_meant_is_not_guessed(book):
    path = book(A=[["경도", "위도"], [126.8, 35.2]], B=[["경도", "위도"], [126.9, 35.2]])
    assert "A, B" in str(refused(path))
    assert len(arrived(path, layer="B").frame) == 1
    assert "A, B" in str(refused(path, layer="C"))


def test_a_pnu_that_a_workbook_holds_as_a_number_is_refused(book):
    assert refused(book(A=[["pnu", "경도", "위도"], [2920011500100120003, 126.8, 35.2]])).key == "pnu_digits"


# and out again


@pytest.mark.parametrize("ending", [ending for ending in LAYER_FORMATS if ending not in (".xlsx", ".csv", ".dxf")])
def test_what_leaves_comes_back_with_its_korean_columns(ending, put):
    before = arrived(FILES / "ogr.gpkg").frame
    back = arrived(put(f"a{ending}", layer_bytes(before, ending, "parcels"))).frame.set_index("단지명")
    assert set(COLUMNS) - {"단지명"} <= set(back.columns)
    for name, shape in SHAPES.items():
        assert back.loc[name, "geometry"].hausdorff_distance(shape) < 0.02
        assert back.loc[name, "pnu"] == PARCELS[name][0]
        assert back.loc[name, "register_area"] == PARCELS[name][2]


def test_a_table_that_leaves_comes_back_as_shapes(put):
    before = arrived(FILES / "ogr.gpkg").frame
    for ending in (".csv", ".xlsx"):
        back = arrived(put(f"a{ending}", layer_bytes(before, ending, "parcels")), crs="EPSG:4326").frame
        assert back.set_index("단지명").area.round().to_dict() == pytest.approx(
            before.set_index("단지명").area.to_dict(), rel=1e-4
        )


def test_a_drawing_that_leaves_comes_back_as_shapes(put):
    before = arrived(FILES / "ogr.gpkg").frame
    back = arrived(put("a.dxf", layer_bytes(before, ".dxf", "parcels")), crs="EPSG:5186").frame
    assert shapely.equals(shapely.union_all(back.geometry), shapely.union_all(before.geometry))
    assert set(back["name"]) == {"parcels"}


def test_codes_in_a_number_field_of_nineteen_digits_keep_every_digit(tmp_path):
    field = Field(b"PNU", "N", 19)
    path = shapefile(tmp_path / "a.shp", [field], [[b"2920011500100120003"]])
    assert read_arrival(path).frame["PNU"].tolist() == ["2920011500100120003"]
