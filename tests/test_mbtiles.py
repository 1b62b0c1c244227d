"""MBTiles of strangers: read as the specification says, and harmless whatever they hold."""

import io
import sqlite3
import struct
import time
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from gis.errors import CrsError, DataFileError, GisError, InputError
from gis.io import mbtiles
from gis.io.mbtiles import plain_text, read_tiles, tile
from gis.io.raster import read_raster

Z, X, Y = 12, 3490, 1619  # over Gwangju, rows from the north


def png(color: tuple[int, int, int] = (200, 0, 0), side: int = 256, form: str = "PNG") -> bytes:
    packed = io.BytesIO()
    Image.new("RGB", (side, side), color).save(packed, form)
    return packed.getvalue()


def made(path: Path, tiles: dict[tuple[int, int, int], bytes], *script: str, **metadata: str) -> Path:
    """Write an MBTiles file; tiles by zoom, column and row from the north."""
    base = sqlite3.connect(path)
    base.execute("create table metadata (name text, value text)")
    base.execute("create table tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)")
    base.executemany("insert into metadata values (?, ?)", metadata.items())
    base.executemany(
        "insert into tiles values (?, ?, ?, ?)", [(z, x, 2**z - 1 - y, raw) for (z, x, y), raw in tiles.items()]
    )
    base.executescript(";".join(script))
    base.commit()
    base.close()
    return path


def refused(path: Path, key: str) -> GisError:
    with pytest.raises(GisError) as fault:
        read_tiles(path)
    assert fault.value.key == key, repr(fault.value.__cause__)
    assert str(fault.value)
    return fault.value


def test_a_file_tells_its_story(tmp_path):
    path = made(tmp_path / "a.mbtiles", {(Z, X, Y): png(), (Z - 2, X // 4, Y // 4): png()}, name="항공사진",
                format="png", bounds="126.6,35.0,127.0,35.3", attribution="국토지리정보원")  # fmt: skip
    story = read_tiles(path)
    assert (story.title, story.media, story.attribution) == ("항공사진", "image/png", "국토지리정보원")
    assert (story.min_zoom, story.max_zoom, story.bounds) == (Z - 2, Z, (126.6, 35.0, 127.0, 35.3))


def test_rows_are_counted_from_the_north():
    """The same tile in both counts, from the specification of OSGeo's TMS: 3/1/2 there is 3/1/5 on the web."""
    assert 2**3 - 1 - 2 == 5


def test_a_tile_is_found_by_the_web_s_count(tmp_path):
    path = made(tmp_path / "a.mbtiles", {(3, 6, 3): png((1, 2, 3))})
    base = sqlite3.connect(path)
    assert base.execute("select tile_row from tiles").fetchone() == (4,)
    base.close()
    assert tile(path, 3, 6, 3) == (png((1, 2, 3)), "image/png")
    assert tile(path, 3, 6, 4) is None


@pytest.mark.parametrize(("form", "media"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_the_content_decides_the_media_type(tmp_path, form, media):
    path = made(tmp_path / "a.mbtiles", {(Z, X, Y): png(form=form)}, format="gif")
    assert tile(path, Z, X, Y)[1] == media


@pytest.mark.parametrize("place", [(-1, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (25, 0, 0), (60, 2**70, 0)])
def test_a_place_that_no_tile_can_have_is_none(tmp_path, place):
    assert tile(made(tmp_path / "a.mbtiles", {(3, 6, 3): png()}), *place) is None


def test_without_stated_bounds_the_tiles_say_them(tmp_path):
    story = read_tiles(made(tmp_path / "a.mbtiles", {(Z, X, Y): png()}))
    side = 360 / 2**Z
    west = X * side - 180
    assert story.bounds[0] == pytest.approx(west)
    assert story.bounds[2] == pytest.approx(west + side)
    assert 35.0 < story.bounds[1] < story.bounds[3] < 35.4
    assert story.problems == ("no_bounds",)


def test_views_instead_of_tables_are_legal(tmp_path):
    path = made(tmp_path / "a.mbtiles", {}, "drop table tiles",
                "create table images (tile_id text, tile_data blob)",
                "create table map (zoom_level integer, tile_column integer, tile_row integer, tile_id text)",
                f"insert into map values ({Z}, {X}, {2**Z - 1 - Y}, 'one')",
                f"insert into images values ('one', x'{png().hex()}')",
                "create view tiles as select m.zoom_level as zoom_level, m.tile_column as tile_column,"
                " m.tile_row as tile_row, i.tile_data as tile_data from map m join images i on m.tile_id = i.tile_id")  # fmt: skip
    assert read_tiles(path).max_zoom == Z
    assert tile(path, Z, X, Y) == (png(), "image/png")


HOSTILE = {
    "endless": "select * from (with recursive n(i) as (select 1 union all select i + 1 from n) select i, i, i, x'00' from n)",
    "joined": "select a.rowid, b.rowid, c.rowid, d.rowid from big a, big b, big c, big d",
    "huge": "select 1, 1, 1, zeroblob(2000000000)",
    "random": "select 1, 1, 1, randomblob(1000)",
    "extension": "select 1, 1, 1, load_extension('/tmp/x.so')",
    "file": "select 1, 1, 1, readfile('/etc/passwd')",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_view_ends_in_one_sentence(tmp_path, monkeypatch, name):
    monkeypatch.setattr(mbtiles, "LONG_PATIENCE", 0.5)
    monkeypatch.setattr(mbtiles, "PATIENCE", 0.5)
    path = made(tmp_path / "a.mbtiles", {}, "drop table tiles", "create table big (a)",
                "insert into big with recursive n(i) as (select 1 union all select i + 1 from n limit 3000) select i from n",
                f"create view tiles as select * from (select 1 as zoom_level, 1 as tile_column, 1 as tile_row, 1 as tile_data"
                f" limit 0) union all {HOSTILE[name]}")  # fmt: skip
    before = time.monotonic()
    with pytest.raises((InputError, DataFileError)):
        read_tiles(path)
    with suppress(InputError, DataFileError):
        assert tile(path, Z, X, Y) is None
    assert time.monotonic() - before < 5


def test_a_query_without_end_is_stopped_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr(mbtiles, "LONG_PATIENCE", 0.2)
    path = made(tmp_path / "a.mbtiles", {}, "drop table tiles", "create table big (a)",
                "insert into big with recursive n(i) as (select 1 union all select i + 1 from n limit 3000) select i from n",
                "create view tiles as select a.a + b.a + c.a as zoom_level, 1 as tile_column, 1 as tile_row, x'00' as tile_data"
                " from big a, big b, big c")  # fmt: skip
    assert "0.2" in str(refused(path, "raster.slow_tiles"))


def test_a_file_is_never_written(tmp_path):
    path = made(tmp_path / "a.mbtiles", {(Z, X, Y): png()})
    path.chmod(0o444)
    before = path.read_bytes()
    read_tiles(path), tile(path, Z, X, Y)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["a.mbtiles"]


def test_reading_is_all_that_is_allowed(tmp_path):
    path = made(tmp_path / "a.mbtiles", {(Z, X, Y): png()})
    with mbtiles._opened(path) as base:
        for words in ("attach 'b.db' as b", "create temp table t (a)", "pragma writable_schema=on", "select random()"):
            with pytest.raises(sqlite3.DatabaseError):
                base.execute(words)


def test_vector_tiles_are_refused_by_what_they_say(tmp_path):
    refused(made(tmp_path / "a.mbtiles", {(Z, X, Y): b"\x1f\x8b" + bytes(30)}, format="pbf"), "raster.vector_tiles")


def test_vector_tiles_are_refused_by_what_they_are(tmp_path):
    refused(made(tmp_path / "a.mbtiles", {(Z, X, Y): b"\x1f\x8b" + bytes(30)}, format="png"), "raster.vector_tiles")


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg onload='alert(1)'/>", b"GIF89a" + bytes(20), b"\x89PNG\r\n\x1a\n" + bytes(9), "text", None, 7],
)
def test_a_tile_that_is_no_picture_is_refused(tmp_path, content):
    path = made(tmp_path / "a.mbtiles", {(Z, X, Y): content})
    refused(path, "raster.tile_content")
    with pytest.raises(InputError):
        tile(path, Z, X, Y)


def test_a_picture_that_unpacks_to_too_much_is_refused(tmp_path):
    raw = bytearray(png())
    struct.pack_into(">II", raw, 16, 60_000, 60_000)
    refused(made(tmp_path / "a.mbtiles", {(Z, X, Y): bytes(raw)}), "raster.tile_content")


def test_a_picture_larger_than_any_tile_is_refused(tmp_path):
    refused(made(tmp_path / "a.mbtiles", {(Z, X, Y): png(side=mbtiles.MAX_SIDE + 1)}), "raster.tile_content")


def test_a_tile_of_too_many_bytes_is_refused(tmp_path):
    path = made(tmp_path / "a.mbtiles", {(Z, X, Y): png() + bytes(mbtiles.MAX_TILE)})
    with pytest.raises(GisError):
        read_tiles(path)


def test_an_empty_file_of_tiles_is_refused(tmp_path):
    refused(made(tmp_path / "a.mbtiles", {}), "raster.no_tiles")


@pytest.mark.parametrize("zoom", ["'x'", "-3", "99", "null", "x'00'"])
def test_a_zoom_that_cannot_be_is_refused(tmp_path, zoom):
    refused(made(tmp_path / "a.mbtiles", {}, f"insert into tiles values ({zoom}, 1, 1, x'00')"), "raster.no_tiles")


@pytest.mark.parametrize(
    "script", ["drop table tiles", "drop table metadata", "alter table tiles drop column tile_row"]
)
def test_another_sqlite_file_is_no_mbtiles(tmp_path, script):
    refused(made(tmp_path / "a.mbtiles", {}, script), "raster.no_mbtiles")


@pytest.mark.parametrize(
    "content", [b"SQLite format 3\0", b"SQLite format 3\0" + bytes(4_000), b"SQLite format 3\0" + b"\xff" * 4_000]
)
def test_a_broken_data_base_is_one_sentence(tmp_path, content):
    path = tmp_path / "a.mbtiles"
    path.write_bytes(content)
    refused(path, "raster.no_mbtiles")


def test_tiles_of_another_country_are_refused(tmp_path):
    with pytest.raises(CrsError):
        read_tiles(made(tmp_path / "a.mbtiles", {(Z, 100, 100): png()}))


def test_bounds_of_the_whole_world_are_not_believed(tmp_path):
    story = read_tiles(made(tmp_path / "a.mbtiles", {(Z, X, Y): png()}, bounds="-180,-85,180,85"))
    assert story.bounds[2] - story.bounds[0] == pytest.approx(360 / 2**Z)


@pytest.mark.parametrize("name", ["a b?mode=rw#c%41.mbtiles", "항공 사진.mbtiles", "file:x.mbtiles"])
def test_a_file_name_is_no_part_of_the_address(tmp_path, name):
    assert read_tiles(made(tmp_path / name, {(Z, X, Y): png()})).max_zoom == Z
    assert [found.name for found in tmp_path.iterdir()] == [name]


def test_an_attribution_loses_its_html():
    assert plain_text("<a href='javascript:alert(1)'>VWorld</a> &copy; <script>x</script>") == "VWorld © x"


def test_read_raster_knows_a_tile_map_by_its_content(tmp_path):
    story = read_raster(made(tmp_path / "tiles.tif", {(Z, X, Y): png()}, name="밑그림"))
    assert (story.kind, story.title, story.max_zoom) == ("tiles", "밑그림", Z)
    assert story.resolution[0] == pytest.approx(40_075_017 / 256 / 2**Z * 0.8172, rel=1e-3)  # cos 35.2°
    assert (story.width, story.height) == (256, 256)
