"""Broken files as planners meet them: each gives one line that names the file and what is wrong with it."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import ezdxf
import pandas as pd
import pytest

from gis.i18n import use_language
from tests.command import run
from tests.hand_made import RING, Field, Member, geojson, shapefile, square, zipped
from tests.test_formats import FILES, KML, PLACEMARK

NAME = Field("단지명".encode("cp949"))
ROW = ["빛그린".encode("cp949")]


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def shapes(folder: Path, *rows, **options) -> Path:
    return shapefile(folder / "a.shp", [NAME], list(rows) or [ROW], **options)


def without(part: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = shapes(folder)
        path.with_suffix(part).unlink()
        return path

    return make


def torn(file: str, share: float) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        content = (FILES / file).read_bytes()
        return write(folder / f"a{''.join(Path(file).suffixes[-1:])}", content[: int(len(content) * share)])

    return make


def torn_part(part: str, kept: int) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = shapes(folder, ROW, ROW)
        whole = path.with_suffix(part)
        whole.write_bytes(whole.read_bytes()[:kept])
        return path

    return make


def torn_drawing(folder: Path) -> Path:
    document = ezdxf.new("R2010")
    document.modelspace().add_point((170_000, 285_000))
    document.saveas(folder / "b.dxf")
    return write(folder / "a.dxf", (folder / "b.dxf").read_bytes()[:-200])


def of_another(folder: Path) -> Path:
    """Write three shapes beside the table of one."""
    path = shapes(folder, ROW, ROW, ROW)
    shapefile(folder / "b.shp", [NAME], [ROW])
    path.with_suffix(".dbf").write_bytes((folder / "b.dbf").read_bytes())
    return path


def file(name: str, content: bytes | str) -> Callable[[Path], Path]:
    return lambda folder: write(folder / name, content)


def workbook(folder: Path) -> Path:
    pd.DataFrame({"품목": ["가"], "수량": [1]}).to_excel(folder / "a.xlsx", index=False)
    return folder / "a.xlsx"


BROKEN: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "empty": (file("a.geojson", b""), "빈 파일", "empty"),
    "no .dbf": (without(".dbf"), ".dbf", ".dbf"),
    "no .shx": (without(".shx"), ".shx", ".shx"),
    "no .prj": (without(".prj"), "EPSG:5186", "EPSG:5186"),
    "torn .shp": (torn_part(".shp", 200), "잘렸습니다", "torn"),
    "torn .dbf": (torn_part(".dbf", 100), "a.dbf", "a.dbf"),
    "table of another file": (of_another, "3개인데", "3 shapes"),
    "null shapes": (lambda folder: shapes(folder, ROW, ROW, shapes=[None, None]), "1, 2번째", "features 1, 2"),
    "nothing after repair": (lambda folder: shapes(folder, shapes=[[(RING[0], RING[1], RING[0], RING[0])]]), "남는", "left"),
    "other letters": (lambda folder: shapes(folder, [b"caf\xe9 \xff"]), "--encoding", "--encoding"),
    "Bessel of no datum": (lambda folder: shapes(folder, crs="Bessel without a datum"), "263 m", "263 m"),
    "far away": (lambda folder: shapes(folder, shapes=[[((0, 0), (0, 9), (9, 9), (0, 0))]]), "우리나라 밖", "outside"),
    "torn zip": (torn("ogr_cp949.shp.zip", 0.8), "깨진 압축", "zip"),
    "zip without data": (file("a.zip", zipped([Member(b"readme.hwp", b"x")])), "공간자료가 없습니다", ".shp"),
    "two data sets": (
        file("a.zip", zipped([Member(name, geojson(square())) for name in (b"b.geojson", b"c.geojson")])),
        "b.geojson, c.geojson", "b.geojson, c.geojson",
    ),
    "torn GeoPackage": (torn("ogr.gpkg", 0.4), "a.gpkg", "a.gpkg"),
    "torn FlatGeobuf": (torn("ogr.fgb", 0.7), "a.fgb", "a.fgb"),
    "torn KML": (torn("ogr.kml", 0.7), "a.kml", "a.kml"),
    "torn GML": (torn("ogr_gml3.gml", 0.5), "a.gml", "a.gml"),
    "torn drawing": (torn_drawing, "EOF", "EOF"),
    "DWG": (file("a.dxf", b"AC1032\0\0\0"), "ASCII", "ASCII"),
    "old Excel": (file("a.xlsx", b"\xd0\xcf\x11\xe0" * 200), ".xlsx", ".xlsx"),
    "workbook without coordinates": (workbook, "품목, 수량", "품목, 수량"),
    "swapped degrees": (file("a.csv", "경도,위도\n35.2,126.8\n"), "뒤바뀐", "swapped"),
    "X and Y": (file("a.csv", "X,Y\n285000,170000\n"), "EPSG:5186 --swap", "EPSG:5186 --swap"),
    "lost digits": (file("a.csv", "PNU,경도,위도\n2.92E+18,126.8,35.2\n"), "19자리", "19 digits"),
    "JSON that is no GeoJSON": (file("a.json", '{"a": 1}'), ".json", ".json"),
    "torn GeoJSON": (file("a.geojson", geojson(square())[:-30]), "a.geojson", "a.geojson"),
    "picture": (file("a.geojson", b"\x89PNG\r\n"), "내용이", "not"),
    "HWP": (file("a.hwp", b"HWP"), "CSV나 XLSX", "CSV or XLSX"),
    "DWG by its name": (file("a.dwg", b"AC1032"), "ASCII", "ASCII"),
    "picture by its name": (file("a.pdf", b"%PDF-1.7"), "georeference", "georeference"),
    "old Excel by its name": (file("a.xls", b"x"), ".xlsx", ".xlsx"),
    "part of a shapefile": (file("a.dbf", b"x"), ".shp .shx .dbf .prj", ".shp .shx .dbf .prj"),
    "anything": (file("a.qgz", b"x"), ".gpkg", ".gpkg"),
    "KML of links": (file("a.kml", KML.format("<NetworkLink><Link><href>x</href></Link></NetworkLink>")), "a.kml", "a.kml"),
    "entities": (file("a.kml", "<!DOCTYPE a>" + KML.format(PLACEMARK.format("x", ""))), "DOCTYPE", "DOCTYPE"),
}  # fmt: skip


def test_there_are_more_than_twenty():
    assert len(BROKEN) >= 20


@pytest.mark.parametrize("fault", BROKEN)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_broken_file_gives_one_line_that_names_it_and_the_fault(
    fault, language, tmp_path, workspace, monkeypatch, capfd
):
    make, *named = BROKEN[fault]
    path = make(tmp_path)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    use_language(language)
    answer = run("--lang", language, "import", path)
    assert (answer.code, answer.out, len(answer.err.splitlines())) == (1, b"", 1), answer
    assert answer.err.startswith("오류: " if language == "ko" else "error: ")
    assert named[language == "en"] in answer.err
    assert "a." in answer.err or fault in ("Bessel of no datum", "far away", "swapped degrees")
    assert "Traceback" not in answer.err
    assert not workspace.exists()
    assert list((tmp_path / "temporary").iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_every_fault_says_something_of_its_own(tmp_path):
    lines = {}
    for fault, (make, *_) in BROKEN.items():
        folder = tmp_path / fault.replace("/", "")
        folder.mkdir()
        lines[fault] = run("import", make(folder)).err
    assert len(set(lines.values())) == len(lines)


@pytest.mark.parametrize(
    "file_name",
    [
        "ogr.gpkg",
        "ogr.fgb",
        "ogr_cp949.shp.zip",
        "ogr.kml",
        "ogr_gml3.gml",
        "ogr_2008.geojson",
        "ogr.dxf",
        "ogr_xy.xlsx",
        "ogr.gdb.zip",
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_a_file_with_changed_bytes_is_read_or_refused_in_one_line(file_name, seed, tmp_path, capfd):
    """Bytes changed by a fixed rule; whatever comes, no traceback, no noise, and a shape that is kept is sound."""
    content = bytearray((FILES / file_name).read_bytes())
    for number in range(8):
        place = (seed * 7919 + number * 104_729) % len(content)
        content[place] = (content[place] + 37 * (number + 1)) % 256
    path = write(tmp_path / f"a{Path(file_name).suffix}", bytes(content))
    answer = run("import", path, "--crs", "EPSG:5186", "--no-swap", "--format", "json")
    assert answer.code in (0, 1)
    if answer.code:
        assert (answer.out, len(answer.err.splitlines())) == (b"", 1)
    assert capfd.readouterr() == ("", "")


@pytest.mark.soak
@pytest.mark.parametrize("file_name", sorted(path.name for path in FILES.iterdir()))
@pytest.mark.parametrize("cut", range(1, 100, 3))
def test_a_file_torn_anywhere_is_read_or_refused_in_one_line(file_name, cut, tmp_path, capfd):
    content = (FILES / file_name).read_bytes()
    path = write(tmp_path / f"a{Path(file_name).suffix}", content[: len(content) * cut // 100])
    answer = run("import", path, "--crs", "EPSG:5186", "--no-swap")
    assert answer.code in (0, 1)
    if answer.code:
        assert (answer.out, len(answer.err.splitlines())) == (b"", 1)
    assert capfd.readouterr() == ("", "")
