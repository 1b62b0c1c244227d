"""Files that mean harm: refused or made harmless in one line; nothing else is read, memory is bounded, nothing is left.

Small twins; the heavy ones (gigabytes, ten million vertices) are marked `soak` and say how much memory they took.
"""

import http.server
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
import zipfile
from pathlib import Path

import ezdxf
import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

import gis
from gis.errors import GisError
from gis.io import database, formats, store, unpack
from gis.io.read import Reading, read_arrival
from gis.io.unpack import staged, unpacked
from gis.study import imports
from tests.command import run
from tests.fixtures.make_files import PARCELS
from tests.hand_made import Field, Member, geojson, shapefile, square, zipped
from tests.test_formats import FILES, KML, PLACEMARK

resource = pytest.importorskip("resource", reason="limits of memory are of Unix")
ROOT = Path(__file__).parents[1]
SECRET = "root:x:0:0"


@pytest.fixture
def put(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Watch the folder of temporary files."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def bounded():
    """Bound the memory of a test: one whose guard is broken must fail, not take the machine with it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = 12 * 1024**3
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.fixture
def refused(temporary, workspace, capfd, bounded):
    """Import and measure a file; both must refuse it in one line and leave nothing anywhere, nor make any noise."""

    def attempt(path, *options, key=None):
        lines = []
        for command in ("import", "area"):
            answer = run(command, path, *(options if command == "import" else ()))
            assert (answer.code, answer.out, len(answer.err.splitlines())) == (1, b"", 1), answer
            assert list(temporary.iterdir()) == []
            assert not workspace.exists()
            assert str(temporary) not in answer.err
            lines.append(answer.err)
        assert capfd.readouterr() == ("", "")
        if key is not None:
            with pytest.raises(GisError) as caught:
                read_arrival(path)
            assert caught.value.key == key
        return lines[0]

    return attempt


# archives


@pytest.mark.parametrize(
    "name",
    [
        "../evil.shp",
        "a/../../evil.shp",
        "/etc/evil.shp",
        "..\\evil.shp",
        "C:\\evil.shp",
        "\\\\host\\evil.shp",
        "c:evil.shp",
    ],
)
def test_a_member_that_would_leave_the_folder_is_refused(name, put, refused, tmp_path):
    members = [Member(b"ok.geojson", geojson(square())), Member(name.encode(), b"x")]
    assert "evil" in refused(put("a.zip", zipped(members)), key="zip_slip")
    assert not list(tmp_path.rglob("evil*"))


def test_a_member_is_never_written_under_its_own_name(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("$(rm -rf ~).geojson", geojson(square()))
    (tmp_path / "out").mkdir()
    found = unpacked(tmp_path / "a.zip", tmp_path / "out", (".geojson",))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["set1.geojson"]
    assert found[0].title == "$(rm -rf ~).geojson"


def test_a_link_in_a_zip_is_refused(put, refused):
    refused(put("a.zip", zipped([Member(b"a.geojson", b"/etc/passwd", mode=0o120777, method=0)])), key="zip_link")


def test_a_locked_zip_is_refused(put, refused):
    assert "암호" in refused(put("a.zip", zipped([Member(b"a.geojson", b"x" * 20, flags=1)])), key="zip_locked")


def test_a_member_that_stands_twice_is_refused(put, refused):
    refused(put("a.zip", zipped([Member(b"a.geojson", geojson(square()))] * 2)), key="zip_broken")


def test_a_bomb_is_refused_before_it_is_unpacked(put, refused):
    bomb = zipped([Member(b"a.geojson", b" " * unpack.FREE_SQUEEZE * 2)])
    assert len(bomb) < 1_000_000
    refused(put("a.zip", bomb), key="zip_bomb")


@pytest.mark.parametrize("said", [10, 2**32 - 2])
def test_a_member_that_lies_about_its_size_is_refused(said, put, refused):
    refused(put("a.zip", zipped([Member(b"a.geojson", geojson(square()) + b" " * 5_000, size=said)])))


def test_too_many_members_are_refused(put, refused):
    refused(put("a.zip", zipped([Member(b"%d.txt" % n) for n in range(unpack.MAX_MEMBERS + 1)])), key="zip_members")


def test_a_zip_in_a_zip_is_not_opened(put, refused):
    refused(
        put("a.zip", zipped([Member(b"b.zip", zipped([Member(b"c.geojson", geojson(square()))]))])), key="zip_empty"
    )


def test_overlapping_members_are_refused_or_bounded(put, refused):
    """All of a thousand names point at one body (the zip bomb of Fifield)."""
    body = zipped([Member(b"a.geojson", b" " * 10_000_000)])
    start = body.index(b"PK\1\2")
    entry = body[start : body.index(b"PK\5\6")]
    many = b"".join(entry.replace(b"a.geojson", b"%04d.json" % n) for n in range(1_000))
    end = body[body.index(b"PK\5\6") :]
    tail = end[:8] + (1_000).to_bytes(2, "little") * 2 + len(many).to_bytes(4, "little") + end[16:]
    refused(put("a.zip", body[:start] + many + tail))


# what makes GDAL read something else

REACHING = {
    "vrt": '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
    "wfs": "<OGRWFSDataSource><URL>http://127.0.0.1:9/</URL></OGRWFSDataSource>",
    "gdalg": '{{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read {}"}}',
    "esri": '{{"geometryType":"esriGeometryPoint","features":[],"url":"{}"}}',
    "quoted": '"{}"',
    "url": "http://127.0.0.1:9/a.geojson",
    "vsi": "/vsicurl/http://127.0.0.1:9/a.geojson",
}


@pytest.mark.parametrize(
    "ending", [".geojson", ".json", ".kml", ".gml", ".xml", ".gpkg", ".shp", ".fgb", ".dxf", ".parquet"]
)
@pytest.mark.parametrize("content", REACHING)
def test_a_document_that_names_another_file_is_refused_behind_every_ending(content, ending, put, refused):
    assert SECRET not in refused(put(f"a{ending}", REACHING[content].format(FILES / "ogr.gpkg")))


@pytest.mark.parametrize(
    "path",
    ["http://127.0.0.1:9/a.geojson", "/vsicurl/http://127.0.0.1:9/a.geojson", "/vsizip//tmp/a.zip/a.shp", "PG:dbname=a.gpkg",
     "GPKG:/etc/passwd:a.gpkg", "/vsistdin/a.geojson", "/vsimem/a.geojson", '{"type":"FeatureCollection"}.geojson',
     "<OGRVRTDataSource/>.gpkg", "a\nb.geojson"],
)  # fmt: skip
def test_no_word_of_a_person_is_a_path_for_gdal(path, refused):
    refused(path)


@pytest.mark.parametrize(
    "name", ["/vsicurl/a.geojson", "-oo X.geojson", "a;b.geojson", "빛 그린.geojson", "%s.geojson", "'\".geojson"]
)
def test_gdal_gets_a_name_of_ours(name, tmp_path):
    path = tmp_path / name.replace("/", "_")
    path.write_bytes(geojson(square()))
    (tmp_path / "out").mkdir()
    assert staged(path, tmp_path / "out") == tmp_path / "out" / "set.geojson"
    assert len(read_arrival(path).frame) == 1


def test_only_the_drivers_of_the_list_are_there():
    assert set(pyogrio.list_drivers()) <= gis.DRIVERS


@pytest.fixture
def listener():
    """Listen on this machine and note what is asked for."""
    asked = []

    class Note(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def do_HEAD(self):
            self.do_GET()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Note)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_nothing_is_fetched_from_an_address_that_a_document_names(listener, put, refused):
    address, asked = listener
    for content in REACHING.values():
        for ending in (".geojson", ".gml", ".kml", ".xml"):
            refused(
                put(f"a{ending}", content.format(f"/vsicurl/{address}/a.gpkg").replace("http://127.0.0.1:9", address))
            )
    crs = {"type": "link", "properties": {"href": f"{address}/crs.wkt", "type": "ogcwkt"}}
    refused(put("b.geojson", json.dumps({**json.loads(geojson(square())), "crs": crs})))
    text = (FILES / "ogr_gml3.gml").read_text(encoding="utf-8")
    read_arrival(put("c.gml", text.replace("xmlns:xsi=", f'xsi:schemaLocation="http://a {address}/a.xsd" xmlns:xsi=')))
    links = f'<NetworkLink><Link><href>{address}/a.kml</href></Link></NetworkLink><Style id="s"><IconStyle><Icon><href>{address}/i.png</href></Icon></IconStyle></Style>'
    read_arrival(put("d.kml", KML.format(PLACEMARK.format("x", "") + links)))
    assert asked == []


@pytest.mark.parametrize("href", ["http://127.0.0.1:9/a.xsd", "/etc/passwd"])
def test_a_schema_or_a_link_that_a_document_names_is_not_fetched(href, put, temporary):
    text = (FILES / "ogr_gml3.gml").read_text(encoding="utf-8")
    said = text.replace("xmlns:xsi=", f'xsi:schemaLocation="http://ogr.maptools.org/ {href}" xmlns:xsi=')
    assert len(read_arrival(put("a.gml", said)).frame) == len(PARCELS)
    link = f"<NetworkLink><Link><href>{href}</href></Link></NetworkLink>"
    assert len(read_arrival(put("a.kml", KML.format(PLACEMARK.format("x", "") + link))).frame) == 1


def test_a_schema_beside_a_document_is_not_read(tmp_path):
    (tmp_path / "a.gml").write_bytes((FILES / "ogr_gml3.gml").read_bytes())
    (tmp_path / "a.xsd").write_text("<broken")
    (tmp_path / "a.gfs").write_text("<broken")
    assert len(read_arrival(tmp_path / "a.gml").frame) == len(PARCELS)


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "http://127.0.0.1:9/crs", "+init=/etc/passwd:a", "+proj=longlat +nadgrids=/etc/passwd"]
)
def test_a_crs_that_names_a_file_is_refused(name, put, refused):
    path = put("a.geojson", geojson(square(), crs=name))
    with pytest.raises(GisError):
        read_arrival(path)
    refused(path)
    with pytest.raises(GisError):
        read_arrival(put("b.geojson", geojson(square())), Reading(crs=name))


ENTITIES = {
    "laughs": '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]>',
    "file": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    "parameter": '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:9/x.dtd"> %b;]>',
    "lower": "<!doctype a>",
    "late": " " * 70_000 + '<!DOCTYPE a [<!ENTITY b "x">]>',
    "across chunks": " " * (formats._CHUNK - 45) + "<!DOCTYPE a>",
}


@pytest.mark.parametrize("ending", [".kml", ".gml", ".xml"])
@pytest.mark.parametrize("entity", ENTITIES)
def test_xml_with_a_document_type_is_refused(entity, ending, put, refused):
    text = f'<?xml version="1.0" encoding="UTF-8"?>{ENTITIES[entity]}<kml><Document><name>&b;</name></Document></kml>'
    refused(put(f"a{ending}", text), key="xml_entities")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-7", "utf-32"])
def test_xml_in_a_rare_encoding_hides_no_document_type(encoding, put, refused):
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>{ENTITIES["file"]}<kml><Document><name>&b;</name></Document></kml>'
    )
    assert SECRET not in refused(put("a.kml", text.encode(encoding)))


# databases


@pytest.fixture
def evil(tmp_path):
    """Change a GeoPackage of GDAL by SQL."""

    def write(*statements):
        path = tmp_path / "a.gpkg"
        path.write_bytes((FILES / "ogr.gpkg").read_bytes())
        base = sqlite3.connect(path)
        for statement in statements:
            base.execute(statement)
        base.commit()
        base.close()
        return path

    return write


ENDLESS = (
    "create view endless as with recursive t(n) as (select 1 union all select n + 1 from t) "
    "select n as fid, (select wkt from 필지 limit 1) as wkt from t"
)


def test_a_layer_whose_rows_never_end_is_refused(evil, refused):
    path = evil(
        ENDLESS,
        "update gpkg_contents set table_name = 'endless'",
        "update gpkg_geometry_columns set table_name = 'endless'",
    )
    refused(path, key="database_view")


@pytest.mark.parametrize("module", ["VirtualOGR", "VirtualShape", "VirtualText"])
def test_a_virtual_table_that_names_a_file_is_refused(module, evil, refused):
    path = evil(
        "pragma writable_schema = 1",
        "insert into sqlite_master (type, name, tbl_name, rootpage, sql) values "
        f"('table', 'evil', 'evil', 0, 'CREATE VIRTUAL TABLE evil USING {module}(''/etc/passwd'')')",
        "insert into gpkg_contents (table_name, data_type, identifier, srs_id) values ('evil', 'features', 'evil', 0)",
    )
    refused(path)


def test_reading_a_database_leaves_it_and_its_folder_as_they_were(evil):
    path = evil("select 1")
    before = path.read_bytes()
    read_arrival(path)
    assert (path.read_bytes(), [one.name for one in path.parent.glob("a.*")]) == (before, ["a.gpkg"])


# drawings


@pytest.mark.parametrize(("depth", "fan"), [(9, 10), (4, 150)])
def test_blocks_of_blocks_that_would_fill_the_memory_are_refused(depth, fan, tmp_path, refused):
    document = ezdxf.new("R2010")
    document.blocks.new("B0").add_point((0, 0))
    for number in range(1, depth):
        block = document.blocks.new(f"B{number}")
        for place in range(fan):
            block.add_blockref(f"B{number - 1}", (place, 0))
    document.modelspace().add_blockref(f"B{depth - 1}", (170_000, 285_000))
    document.saveas(tmp_path / "a.dxf")
    refused(tmp_path / "a.dxf", key="drawing_blocks")


def test_a_block_in_endless_rows_and_columns_is_refused(tmp_path, refused):
    document = ezdxf.new("R2010")
    document.blocks.new("B").add_point((0, 0))
    document.modelspace().add_blockref("B", (0, 0), dxfattribs={"row_count": 30_000, "column_count": 30_000})
    document.saveas(tmp_path / "a.dxf")
    refused(tmp_path / "a.dxf", key="drawing_blocks")


def test_a_block_within_itself_ends(tmp_path):
    document = ezdxf.new("R2010")
    one, other = document.blocks.new("A"), document.blocks.new("B")
    one.add_blockref("B", (0, 0))
    other.add_blockref("A", (0, 0))
    document.modelspace().add_blockref("A", (170_000, 285_000))
    document.modelspace().add_point((170_000, 285_000))
    document.saveas(tmp_path / "a.dxf")
    assert len(read_arrival(tmp_path / "a.dxf", Reading(crs="EPSG:5186")).frame) == 1


# sizes


def test_a_feature_with_more_vertices_than_any_boundary_is_refused(put, refused, monkeypatch):
    monkeypatch.setattr(formats, "MAX_VERTICES", 1_000)
    ring = shapely.Point(126.8, 35.2).buffer(0.01, quad_segs=300)
    refused(put("a.geojson", geojson(square(), shapely.geometry.mapping(ring))), key="many_vertices")


@pytest.mark.parametrize("ending", [".geojson", ".csv", ".kml", ".dxf"])
def test_a_text_larger_than_memory_bears_is_refused_by_its_size(ending, put, refused, monkeypatch):
    monkeypatch.setattr(formats, "MAX_KML_BYTES" if ending == ".kml" else "MAX_TEXT_BYTES", 1_000)
    refused(put(f"a{ending}", geojson(square()) + b" " * 2_000), key="file_size")


def test_more_features_than_memory_bears_are_refused(put, refused, monkeypatch):
    monkeypatch.setattr(formats, "MAX_ROWS", 2)
    refused(put("a.geojson", geojson(*[square()] * 3)), key="file_rows")


def test_deeply_nested_json_is_refused(put, refused):
    refused(put("a.geojson", '{"type":"FeatureCollection","features":' + "[" * 100_000))
    refused(put("b.geojson", geojson({"type": "Polygon", "coordinates": json.loads("[" * 500 + "]" * 500)})))


def test_nested_collections_end(put):
    shape = square()
    for _ in range(25):
        shape = {"type": "GeometryCollection", "geometries": [shape]}
    assert len(read_arrival(put("a.geojson", geojson(shape))).frame) == 1


# what people see


MARKUP = [
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A0",
    "{error}",
    "%s%n",
    "\x1b[31m",
    "a\nb",
    "../../x",
    "' or 1=1 --",
]


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_names_and_columns_is_kept_as_text_and_breaks_no_line(text, put):
    path = put("a.geojson", geojson(square(), name=[text], **{text: [text]}))
    kept = imports.keep(read_arrival(path))[0]
    assert store.frame(kept.name)["name"].tolist() == [text]
    answer = run("layer", "list", "--format", "table")
    assert "\x1b" not in answer.text


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_a_file_name_breaks_no_line(text, tmp_path, refused):
    path = tmp_path / f"{text.replace('/', '_')}.geojson"
    path.write_bytes(b"{}")
    assert "\x1b" not in refused(path)


def test_nothing_stored_is_touched_by_a_file_that_is_refused(put):
    imports.keep(read_arrival(put("a.geojson", geojson(square()))))
    before = {path: path.read_bytes() for path in database.workspace().rglob("*.parquet")}, database.version()
    for content in (b"{}", geojson(None), b"", zipped([Member(b"../a.shp", b"x")])):
        assert run("import", put("b.geojson", content)).code == 1
    assert ({path: path.read_bytes() for path in database.workspace().rglob("*.parquet")}, database.version()) == before


# the heavy ones: each in a process of its own, under a limit

GIGABYTE = 1024**3


def measured(code: str, limit: int) -> tuple[str, int]:
    """Return what a process under a limit of address space said, and the most memory (bytes) it took."""
    head = f"""
        import resource
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = {limit} if hard == resource.RLIM_INFINITY else min({limit}, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
        from pathlib import Path
        from gis.errors import GisError
        from gis.io.read import Reading, read_arrival
        from gis.study import imports
    """
    tail = "\nprint('PEAK', Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(head) + textwrap.dedent(code) + tail],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=1_800, check=False,
    )  # fmt: skip
    assert "PEAK" in ran.stdout, (ran.stdout[-500:], ran.stderr[-2_000:])
    said, _, peak = ran.stdout.rpartition("PEAK")
    return said.strip(), int(peak) * 1024


def report(name: str, path: Path, peak: int) -> None:
    with (Path(os.environ.get("GIS_SOAK_REPORT", tempfile.gettempdir())) / "gis-soak.txt").open("a") as lines:
        lines.write(f"{name}: {path.stat().st_size / 2**20:,.0f} MB, peak {peak / 2**20:,.0f} MB\n")


ATTEMPT = """
    try:
        arrival = read_arrival(Path({path!r}), Reading(crs={crs!r}, swap={swap!r}))
        print(len(arrival.frame))
    except GisError as error:
        print(error.key)
"""


def attempt(path: Path, limit: int, crs: str | None = None, swap: bool | None = None) -> str:
    said, peak = measured(ATTEMPT.format(path=str(path), crs=crs, swap=swap), limit)
    report(path.name, path, peak)
    return said


@pytest.mark.soak
def test_half_a_gigabyte_of_geojson_is_read_within_eight(tmp_path):
    path, count = tmp_path / "half.geojson", 0
    with path.open("w") as opened:
        opened.write('{"type":"FeatureCollection","features":[')
        while opened.tell() < 500 * 2**20:
            for _ in range(1_000):
                shape = square(126.5 + count % 500 / 1_000, 35 + count // 500 / 100_000, 0.0005)
                feature = {"type": "Feature", "properties": {"pnu": f"29200115001{count:08d}"}, "geometry": shape}
                opened.write(("," if count else "") + json.dumps(feature))
                count += 1
        opened.write("]}")
    assert attempt(path, 8 * GIGABYTE) == str(count)


@pytest.mark.soak
def test_half_a_gigabyte_of_csv_is_refused_by_its_rows_or_read_within_eight(tmp_path):
    path, count = tmp_path / "half.csv", 0
    with path.open("w", encoding="utf-8") as opened:
        opened.write("pnu,소재지,메모,경도,위도\n")
        while opened.tell() < 500 * 2**20:
            opened.writelines(
                f"29200115001{n:08d},광주광역시 광산구 삼거동 {n},{'가' * 60},{126.5 + n % 1000 / 2000},{35 + n % 997 / 2000}\n"
                for n in range(count, count + 10_000)
            )
            count += 10_000
    assert attempt(path, 10 * GIGABYTE) in (str(count), "file_rows")


@pytest.mark.soak
def test_a_quarter_of_a_gigabyte_of_kml_is_read_within_eight_and_half_is_refused(tmp_path):
    small, large = tmp_path / "quarter.kml", tmp_path / "half.kml"
    for path, size in ((small, 240), (large, 500)):
        with path.open("w", encoding="utf-8") as opened:
            opened.write(KML.partition("{}")[0])
            while opened.tell() < size * 2**20:
                opened.write(PLACEMARK.format("빛그린", "") * 1_000)
            opened.write(KML.partition("{}")[2])
    assert int(attempt(small, 8 * GIGABYTE)) > 1_000_000
    assert attempt(large, 8 * GIGABYTE) == "file_size"


@pytest.mark.soak
@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".fgb", ".shp", ".parquet"])
def test_ten_million_vertices_are_refused_within_eight(ending, tmp_path):
    angles = np.linspace(0, 2 * np.pi, 10_000_000, endpoint=False)
    ring = shapely.Polygon(np.column_stack([170_000 + 1_000 * np.cos(angles), 285_000 + 1_000 * np.sin(angles)]))
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[ring], crs="EPSG:5186")
    path = tmp_path / f"ten{ending}"
    if ending == ".parquet":
        frame.to_parquet(path)
    else:
        (frame.to_crs("EPSG:4326") if ending == ".geojson" else frame).to_file(path)
    del frame, ring, angles
    assert attempt(path, 8 * GIGABYTE) in ("many_vertices", "file_broken")  # GDAL itself stops at the GeoJSON


@pytest.mark.soak
@pytest.mark.parametrize("size", [1, 3])
def test_gigabytes_in_a_small_zip_are_refused_without_memory(size, tmp_path):
    path = tmp_path / f"bomb{size}.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("a.geojson", "w", force_zip64=True) as member,
    ):
        for _ in range(size * 1024):
            member.write(b" " * 2**20)
    said, peak = measured(ATTEMPT.format(path=str(path), crs=None, swap=None), 4 * GIGABYTE)
    report(path.name, path, peak)
    assert (said, peak < GIGABYTE) == ("zip_bomb", True)


@pytest.mark.soak
def test_a_gigabyte_of_noise_in_a_zip_is_read_as_what_it_is(tmp_path):
    """It squeezes little, so it is no bomb; the text inside is too large and is refused by its size."""
    path = tmp_path / "noise.zip"
    packed = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with packed, packed.open("a.geojson", "w", force_zip64=True) as member:
        member.write(b"{")
        for _ in range(1_100):
            member.write(os.urandom(2**19).hex().encode())
    assert attempt(path, 4 * GIGABYTE) == "file_size"


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["sharedStrings", "sheet"])
def test_a_workbook_that_grows_without_end_is_refused_within_six(kind, tmp_path):
    path = tmp_path / f"{kind}.xlsx"
    inner = b"<si><t>a</t></si>" if kind == "sharedStrings" else b'<row><c t="n"><v>1</v></c></row>'
    name = "xl/sharedStrings.xml" if kind == "sharedStrings" else "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(FILES / "ogr_xy.xlsx") as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in source.namelist():
            if one != name:
                packed.writestr(one, source.read(one))
        with packed.open(name, "w", force_zip64=True) as member:
            head = source.read(name).split(b"<si>" if kind == "sharedStrings" else b"<row", 1)[0]
            member.write(head)
            for _ in range(1_500):
                member.write(inner * (2**20 // len(inner)))
            member.write(b"</sst>" if kind == "sharedStrings" else b"</sheetData></worksheet>")
    assert attempt(path, 6 * GIGABYTE) in ("zip_bomb", "file_rows", "file_broken", "file_size")


def test_a_process_under_a_limit_reads_a_small_file(tmp_path):
    """The small twin of the heavy cases: the child says what it read and how much memory it took."""
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson(square()))
    said, peak = measured(ATTEMPT.format(path=str(path), crs=None, swap=None), 8 * GIGABYTE)
    assert (said, 50 * 2**20 < peak < GIGABYTE) == ("1", True)


def test_a_shapefile_with_a_field_of_a_length_that_lies_is_no_crash(tmp_path, refused):
    path = shapefile(tmp_path / "a.shp", [Field(b"a", length=10)], [[b"x"]])
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[32 + 16] = 255
    path.with_suffix(".dbf").write_bytes(table)
    answer = run("import", path)
    assert answer.code in (0, 1)
    assert len(answer.err.splitlines()) == answer.code
