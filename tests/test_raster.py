"""Rasters of strangers: read, refused, kept without loss, and drawn where they lie."""

import dataclasses
import io
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rasterio.transform import Affine, from_origin

from gis.errors import CrsError, DataFileError, GisError, InputError
from gis.io.raster import as_cog, opened, read_raster
from gis.io.raster_picture import hillshade, legend, picture, raster_tile
from gis.io.tiff import checked_directories
from tests.tiff_bytes import LONG, SHORT, tiff

ROOT = Path(__file__).parents[1]
HEIGHTS = struct.pack("<6f", 1.0, 2.0, 3.0, 40.5, 50.0, -9999.0)


def dem_bytes(**changes) -> bytes:
    """Return an elevation model of 3 × 2 cells of 10 m, made by hand."""
    return tiff(3, 2, HEIGHTS, **{"bits": 32, "sample_format": 3, **changes})


def kept(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def written(path: Path, bands: np.ndarray, crs: str = "EPSG:5186", west=180_000.0, north=290_000.0, size=10.0, **more):
    """Write bands × rows × columns by rasterio."""
    profile = {"driver": "GTiff", "count": len(bands), "height": bands.shape[1], "width": bands.shape[2]}
    profile |= {"dtype": bands.dtype.name, "crs": crs, "transform": from_origin(west, north, size, size), **more}
    with rasterio.open(path, "w", **profile) as target:
        target.write(bands)
    return path


def refused(path: Path, key: str, **more) -> GisError:
    with pytest.raises(GisError) as fault:
        read_raster(path, **more)
    assert fault.value.key == key, fault.value
    assert str(fault.value)
    return fault.value


def test_a_hand_made_elevation_model_tells_its_story(tmp_path):
    story = read_raster(kept(tmp_path / "dem.tif", dem_bytes()))
    assert (story.kind, story.width, story.height, story.bands, story.dtype) == ("dem", 3, 2, 1, "float32")
    assert (story.crs, story.low, story.high) == ("EPSG:5186", -9999.0, 50.0)
    assert story.resolution == pytest.approx((10, 10), abs=0.002)
    assert story.problems == ("heights", "no_nodata")


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders_are_read(tmp_path, order):
    values = struct.pack(order + "6f", 1, 2, 3, 4, 5, 6)
    story = read_raster(kept(tmp_path / "a.tif", tiff(3, 2, values, bits=32, sample_format=3, order=order)))
    assert (story.low, story.high) == (1.0, 6.0)


def test_the_stated_no_data_value_is_no_height(tmp_path):
    raw = dem_bytes(more={42113: (2, b"-9999\0")})
    story = read_raster(kept(tmp_path / "dem.tif", raw))
    assert (story.low, story.nodata, story.problems) == (1.0, -9999.0, ())


def test_the_bounds_are_those_of_the_corners(tmp_path):
    story = read_raster(kept(tmp_path / "dem.tif", dem_bytes()))
    way = pyproj.Transformer.from_crs("EPSG:5186", "EPSG:4326", always_xy=True)
    assert story.bounds[:2] == pytest.approx(way.transform(180_000, 289_980), abs=1e-6)
    assert story.bounds[2:] == pytest.approx(way.transform(180_030, 290_000), abs=1e-6)


@pytest.mark.parametrize(("samples", "kind"), [(1, "ortho"), (3, "ortho"), (4, "ortho")])
def test_eight_bits_are_a_picture(tmp_path, samples, kind):
    raw = tiff(4, 4, bytes(16 * samples), samples=samples)
    assert read_raster(kept(tmp_path / "a.tif", raw)).kind == kind


def test_five_bands_are_neither_height_nor_picture(tmp_path):
    assert "5" in str(refused(kept(tmp_path / "a.tif", tiff(2, 2, bytes(20), samples=5)), "raster.bands"))


def test_complex_numbers_are_refused(tmp_path):
    refused(kept(tmp_path / "a.tif", tiff(2, 2, bytes(32), bits=64, sample_format=6)), "raster.bands")


def test_a_million_by_a_million_in_a_kilobyte_is_refused_before_gdal_sees_it(tmp_path, monkeypatch):
    monkeypatch.setattr(rasterio, "open", lambda *_, **__: pytest.fail("GDAL was asked"))
    path = kept(tmp_path / "bomb.tif", tiff(1_000_000, 1_000_000, bytes(1_000)))
    refused(path, "raster.too_large")


def test_more_pixels_than_we_want_to_hold_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("gis.io.tiff.MAX_PIXELS", 5)
    refused(kept(tmp_path / "a.tif", dem_bytes()), "raster.too_large")


def test_a_hollow_raster_below_the_pixel_cap_is_refused_too(tmp_path):
    refused(kept(tmp_path / "hollow.tif", tiff(100_000, 100_000, bytes(1_000))), "raster.too_large")


def test_a_block_too_large_to_unpack_is_refused(tmp_path):
    sides = {322: (LONG, (16_384,)), 323: (LONG, (16_384,)), 324: (LONG, (8,)), 325: (LONG, (500_000,))}
    raw = tiff(16_384, 16_384, bytes(500_000), more={259: (SHORT, (8,)), **sides})  # one deflated tile of 256 MB
    refused(kept(tmp_path / "block.tif", raw), "raster.blocks")


@pytest.mark.parametrize(
    "metadata",
    [
        b'<GDALMetadata><Item name="OVERVIEW_FILE" domain="OVERVIEWS">{secret}</Item></GDALMetadata>',
        b'<GDALMetadata><Item name="OVERVIEW_FILE" domain="overviews">{secret}</Item></GDALMetadata>',
        b'<GDALMetadata><Item name="OVERVIEW_FILE" domain="OVER&#86;IEWS">http://127.0.0.1/x.tif</Item></GDALMetadata>',
    ],
)
def test_a_raster_that_names_another_file_as_its_overview_is_refused(tmp_path, metadata):
    secret = written(tmp_path / "secret.tif", np.full((1, 100, 100), 77, "uint8"))
    raw = tiff(200, 200, bytes(40_000), metadata=metadata.replace(b"{secret}", str(secret).encode()))
    refused(kept(tmp_path / "trojan.tif", raw), "raster.other_file")


def test_another_file_is_noticed_even_where_its_name_was_not(tmp_path, monkeypatch):
    monkeypatch.setattr("gis.io.raster.checked_directories", lambda path: [])
    secret = written(tmp_path / "secret.tif", np.full((1, 100, 100), 77, "uint8"))
    item = f'<GDALMetadata><Item name="OVERVIEW_FILE" domain="OVERVIEWS">{secret}</Item></GDALMetadata>'
    raw = tiff(200, 200, bytes(40_000), metadata=item.encode())
    refused(kept(tmp_path / "trojan.tif", raw), "raster.other_file")


@pytest.mark.parametrize(
    "metadata",
    [b"<GDALMetadata><Item", b'<!DOCTYPE a [<!ENTITY b "c">]><GDALMetadata>&b;</GDALMetadata>', b"<a></a><b></b>"],
)
def test_metadata_that_only_a_lenient_reader_would_take_are_refused(tmp_path, metadata):
    refused(kept(tmp_path / "a.tif", tiff(2, 2, bytes(4), metadata=metadata)), "raster.metadata")


def test_plain_metadata_are_welcome(tmp_path):
    raw = tiff(2, 2, bytes(4), metadata=b'<GDALMetadata><Item name="AREA">Gwangju</Item></GDALMetadata>')
    assert read_raster(kept(tmp_path / "a.tif", raw)).width == 2


def test_nothing_beside_the_file_changes_its_story(tmp_path):
    path = kept(tmp_path / "dem.tif", dem_bytes())
    alone = read_raster(path)
    (tmp_path / "dem.tfw").write_text("1\n0\n0\n-1\n0\n0\n")
    (tmp_path / "dem.tif.aux.xml").write_text("<PAMDataset><SRS>EPSG:5187</SRS></PAMDataset>")
    written(tmp_path / "dem.tif.ovr", np.full((1, 1, 1), 7, "float32"))
    written(tmp_path / "dem.tif.msk", np.zeros((1, 2, 3), "uint8"))
    assert read_raster(path) == alone


def test_a_raster_without_a_place_is_refused(tmp_path):
    refused(kept(tmp_path / "a.tif", dem_bytes(place=None)), "raster.no_place")


def test_a_world_file_places_it_when_it_is_given_and_only_then(tmp_path):
    path = kept(tmp_path / "dem.tif", dem_bytes(place=None, epsg=None))
    world = tmp_path / "elsewhere.tfw"
    world.write_text("10\n0\n0\n-10\n180005\n289995\n")
    refused(path, "raster.no_place")
    placed = read_raster(path, crs="EPSG:5186", world_file=world)
    assert placed.bounds == pytest.approx(read_raster(kept(tmp_path / "b.tif", dem_bytes())).bounds, abs=1e-9)


def test_a_world_file_of_words_is_refused(tmp_path):
    world = tmp_path / "a.tfw"
    world.write_text("ten\n")
    refused(kept(tmp_path / "dem.tif", dem_bytes(place=None)), "raster.world_file", world_file=world)


def test_without_a_crs_the_refusal_names_those_that_fit(tmp_path):
    fault = refused(kept(tmp_path / "a.tif", dem_bytes(epsg=None)), "raster.no_crs")
    assert isinstance(fault, CrsError)
    assert "EPSG:5186" in str(fault)


def test_a_crs_that_the_person_names_is_taken(tmp_path):
    assert read_raster(kept(tmp_path / "a.tif", dem_bytes(epsg=None)), crs="EPSG:5186").crs == "EPSG:5186"


def test_a_raster_in_the_sea_of_another_country_is_refused(tmp_path):
    refused(kept(tmp_path / "a.tif", dem_bytes(place=(5_000_000.0, 290_000.0, 10.0))), "raster.outside")


def test_a_crs_whose_datum_can_only_be_guessed_is_refused(tmp_path):
    bessel = "+proj=tmerc +lat_0=38 +lon_0=128.3 +k=1 +x_0=200000 +y_0=500000 +ellps=bessel +units=m +no_defs"
    refused(kept(tmp_path / "a.tif", dem_bytes(epsg=None)), "ballpark", crs=bessel)


def test_bessel_data_are_shifted_to_where_they_lie(tmp_path):
    """The old Korean datum lies some 300 m off; `pyproj` alone says where, GDAL must draw it there."""
    bright = np.zeros((1, 101, 101), "uint8")
    bright[0, 50, 50] = 255
    path = written(tmp_path / "old.tif", bright, "EPSG:5174", 179_000.0, 190_000.0, 10.0)
    way = pyproj.Transformer.from_crs("EPSG:5174", "EPSG:4326", always_xy=True, allow_ballpark=False)
    lon, lat = way.transform(179_505, 189_495)
    shift = 300 / 111_000
    west, south, east, north = view = (lon - shift, lat - shift, lon + shift, lat + shift)
    pixels = np.asarray(Image.open(io.BytesIO(picture(path, view, 90_000).png)))[..., 0].astype(float)
    rows, columns = np.indices(pixels.shape)
    found_x = (columns * pixels).sum() / pixels.sum() + 0.5
    found_y = (rows * pixels).sum() / pixels.sum() + 0.5
    assert west + found_x / pixels.shape[1] * (east - west) == pytest.approx(lon, abs=3 / 91_000)
    assert north - found_y / pixels.shape[0] * (north - south) == pytest.approx(lat, abs=3 / 111_000)


@pytest.mark.parametrize(
    "content", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"<VRTDataset/>", b"\x89PNG\r\n\x1a\n", b"PK\3\4"]
)
def test_what_is_no_tiff_is_one_sentence(tmp_path, content):
    with pytest.raises(DataFileError):
        read_raster(kept(tmp_path / "a.tif", content))


def test_a_vrt_under_the_name_of_a_tiff_is_refused(tmp_path):
    refused(kept(tmp_path / "a.tif", b"<VRTDataset rasterXSize='1' rasterYSize='1'></VRTDataset>"), "raster.format")


@pytest.mark.parametrize("name", ["http:example.tif", "a b#c?d%e.tif", "GTIFF_DIR:1:x.tif", "산업단지.tif"])
def test_a_persons_file_name_means_nothing_to_gdal(tmp_path, name):
    assert read_raster(kept(tmp_path / name, dem_bytes())).width == 3


@pytest.mark.parametrize("path", ["/vsicurl/http://127.0.0.1/a.tif", "/vsizip/a.zip/b.tif", "a\0b.tif", "no.tif"])
def test_a_path_that_only_gdal_understands_is_no_file(path):
    with pytest.raises(DataFileError) as fault:
        read_raster(Path(path))
    assert fault.value.key == "no_file"


def test_a_cut_file_is_one_sentence_when_its_pixels_are_read(tmp_path):
    rng = np.random.default_rng(1)
    whole = written(
        tmp_path / "whole.tif", rng.random((1, 200, 200)).astype("float32"), compress="deflate"
    ).read_bytes()
    cut = bytearray(whole)
    cut[2_000:60_000] = bytes(58_000)
    fault = refused(kept(tmp_path / "cut.tif", bytes(cut)), "file_broken")
    assert "gis-raster-" not in str(fault)


def test_directories_that_point_in_a_circle_end(tmp_path):
    raw = bytearray(tiff(2, 2, bytes(4)))
    place = struct.unpack_from("<I", raw, 4)[0]
    (count,) = struct.unpack_from("<H", raw, place)
    struct.pack_into("<I", raw, place + 2 + 12 * count, place)
    assert len(checked_directories(kept(tmp_path / "circle.tif", bytes(raw)))) == 1


def test_a_second_page_is_said(tmp_path):
    assert "pages" in read_raster(kept(tmp_path / "a.tif", tiff(2, 2, bytes(4), second=True))).problems


def test_overviews_are_no_pages(tmp_path):
    raw = tiff(2, 2, bytes(4), second=True, more={254: (LONG, (1,))})
    assert "pages" not in read_raster(kept(tmp_path / "a.tif", raw)).problems


@given(st.binary(max_size=400), st.integers(0, 330))
def test_no_bytes_make_it_crash(tmp_path_factory, noise, place):
    raw = bytearray(dem_bytes())
    raw[place : place + len(noise)] = noise
    path = kept(tmp_path_factory.getbasetemp() / "noise.tif", bytes(raw))
    try:
        read_raster(path)
    except GisError as fault:
        assert str(fault)


def test_an_elevation_model_is_kept_as_cog_without_loss_and_in_its_own_crs(tmp_path):
    heights = np.random.default_rng(2).normal(100, 30, (1, 700, 900)).astype("float32")
    path = written(tmp_path / "dem.tif", heights, "EPSG:5174", 179_000.0, 190_000.0, nodata=-9999.0)
    story = as_cog(path, tmp_path / "cog.tif")
    with rasterio.open(tmp_path / "cog.tif") as cog:
        assert cog.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert np.array_equal(cog.read(), heights)
        assert cog.overviews(1)
    assert (story.crs, story.reprojected_from, story.nodata) == ("EPSG:5174", None, -9999.0)
    assert dataclasses.replace(story) == read_raster(tmp_path / "cog.tif")


def test_a_photograph_is_kept_close_and_its_transparency_exactly(tmp_path):
    rows, columns = np.indices((600, 800))
    bands = np.stack([columns % 256, rows % 256, (rows + columns) // 8 % 256, np.where(columns < 400, 255, 0)])
    path = written(tmp_path / "ortho.tif", bands.astype("uint8"), photometric="rgb", alpha="yes", size=0.25)
    as_cog(path, tmp_path / "cog.tif")
    with rasterio.open(tmp_path / "cog.tif") as cog:
        assert cog.compression.name == "jpeg"
        seen = cog.read()[:3, :, :390].astype(int)
        assert np.abs(seen - bands[:3, :, :390]).mean() < 4
        mask = cog.dataset_mask()
        assert (mask[:, :400] == 255).all()
        assert (mask[:, 400:] == 0).all()


def test_a_scanned_map_keeps_its_palette(tmp_path):
    values = np.random.default_rng(3).integers(0, 3, (1, 64, 64)).astype("uint8")
    path = tmp_path / "scan.tif"
    with rasterio.open(path, "w", driver="GTiff", width=64, height=64, count=1, dtype="uint8", crs="EPSG:5186",
                       transform=from_origin(180_000, 290_000, 1, 1)) as target:  # fmt: skip
        target.write(values)
        target.write_colormap(1, {0: (255, 255, 255), 1: (200, 0, 0), 2: (0, 0, 200)})
    story = as_cog(path, tmp_path / "cog.tif")
    with rasterio.open(tmp_path / "cog.tif") as cog:
        assert np.array_equal(cog.read(), values)
        assert cog.colormap(1)[1][:3] == (200, 0, 0)
    colors = np.asarray(Image.open(io.BytesIO(picture(tmp_path / "cog.tif", story.bounds, 64 * 64).png)))
    assert {tuple(color) for color in colors[..., :3][colors[..., 3] > 0]} == {
        (255, 255, 255),
        (200, 0, 0),
        (0, 0, 200),
    }


def test_a_turned_grid_is_resampled_to_the_belt_and_says_so(tmp_path):
    cos, sin = 10 * np.cos(np.pi / 6), 10 * np.sin(np.pi / 6)
    turned = Affine(cos, sin, 180_000, sin, -cos, 290_000)
    plane = np.full((1, 50, 50), 12.5, "float32")
    path = written(tmp_path / "turned.tif", plane, transform=turned)
    assert "turned" in read_raster(path).problems
    story = as_cog(path, tmp_path / "cog.tif")
    assert (story.crs, story.reprojected_from, story.problems) == ("EPSG:5186", "EPSG:5186", ())
    assert (story.low, story.high) == (12.5, 12.5)


def test_a_crs_without_a_code_is_resampled_to_the_belt(tmp_path):
    own = (
        "+proj=tmerc +lat_0=38 +lon_0=127.5 +k=1 +x_0=200000 +y_0=600000 +ellps=GRS80 +units=m +no_defs +towgs84=0,0,0"
    )
    path = written(tmp_path / "own.tif", np.full((1, 50, 50), 9.0, "float32"), own, 134_000.0)
    story = as_cog(path, tmp_path / "cog.tif")
    assert story.crs == "EPSG:5186"
    assert story.reprojected_from
    assert (story.low, story.high) == (9.0, 9.0)


def test_the_belt_under_a_name_nobody_registered_is_the_belt(tmp_path):
    wkt = (
        pyproj.CRS("EPSG:5186")
        .to_wkt("WKT1_ESRI")
        .replace("Korea_2000_Korea_Central_Belt_2010", "ITRF2000_Central_Belt_60")
    )
    path = written(tmp_path / "esri.tif", np.ones((1, 20, 20), "float32"), wkt)
    assert as_cog(path, tmp_path / "cog.tif").reprojected_from is None


def test_nothing_foreign_is_left_in_what_is_kept(tmp_path):
    raw = tiff(64, 64, bytes(4_096), metadata=b'<GDALMetadata><Item name="OWNER">Kim</Item></GDALMetadata>')
    as_cog(kept(tmp_path / "a.tif", raw), tmp_path / "cog.tif")
    assert b"Kim" not in (tmp_path / "cog.tif").read_bytes()


def test_a_refused_raster_leaves_no_file_behind(tmp_path):
    path = kept(tmp_path / "a.tif", dem_bytes(epsg=None))
    with pytest.raises(CrsError):
        as_cog(path, tmp_path / "cog.tif")
    assert [found.name for found in tmp_path.iterdir()] == ["a.tif"]


MEMORY = """
import resource, sys
from pathlib import Path
from gis.io import raster

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

raster.GDAL_OPTIONS["GDAL_CACHEMAX"] = 16
raster.as_cog(Path(sys.argv[1]), Path(sys.argv[2]))
before = peak()
raster.as_cog(Path(sys.argv[3]), Path(sys.argv[4]))
print(peak() - before)
"""


def test_keeping_a_large_raster_takes_bounded_memory(tmp_path):
    """Four times the pixels (144 MB instead of 36 MB) take about the same memory."""
    rows = np.linspace(0, 100, 6_000, dtype="float32")
    paths = []
    for side in (3_000, 6_000):
        waves = (rows[:side, None] + 30 * np.sin(rows[None, :side])).astype("float32")
        paths += [
            str(written(tmp_path / f"{side}.tif", waves[None], size=1.0, tiled=True)),
            str(tmp_path / f"cog{side}.tif"),
        ]
    command = [sys.executable, "-c", MEMORY, *paths]
    more = float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    assert more < 50, f"{more:.0f} MB"


def test_a_light_from_the_north_west_falls_on_slopes_that_face_it():
    rise = np.arange(5, dtype=float) * 10
    to_west = np.tile(rise, (5, 1))
    flat = hillshade(np.zeros((5, 5)), 10, 10)
    assert flat == pytest.approx(np.full((5, 5), np.sin(np.pi / 4)))
    assert (hillshade(to_west, 10, 10) > flat).all()
    assert (hillshade(-to_west, 10, 10) < flat).all()
    assert (hillshade(to_west.T, 10, 10) > flat).all()  # rises to the south, so faces north


def test_the_shade_of_a_known_slope():
    """45° facing north-west under a sun at 45° in the north-west: the ray hits it straight."""
    rows, columns = np.indices((5, 5), dtype=float)
    slope = (rows + columns) * 10 / np.sqrt(2)
    assert hillshade(slope, 10, 10)[2, 2] == pytest.approx(1.0)


def test_the_legend_holds_round_heights_with_the_colors_of_the_picture(tmp_path):
    assert [height for height, _ in legend((3.0, 97.0))] == [20, 40, 60, 80]
    plane = written(tmp_path / "a.tif", np.full((1, 50, 50), 60.0, "float32"))
    story = read_raster(plane)
    shown = picture(plane, story.bounds, 2_500, span=(3.0, 97.0))
    assert shown.legend == legend((3.0, 97.0))
    color = np.asarray(Image.open(io.BytesIO(shown.png)))[25, 25, :3]
    expected = np.array([int(dict(shown.legend)[60.0][at : at + 2], 16) for at in (1, 3, 5)])
    flat_light = 0.45 + 0.75 * np.sin(np.pi / 4)
    assert color == pytest.approx(expected * flat_light, abs=2)


def test_tiles_meet_without_a_seam(tmp_path):
    rows, columns = np.indices((400, 400))
    path = written(tmp_path / "a.tif", (rows * 5 + columns * 10)[None].astype("float32"), size=20)
    lon, lat = 126.84, 35.19
    x, y = int((lon + 180) / 360 * 2**14), int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**14)
    left, right = (np.asarray(Image.open(io.BytesIO(raster_tile(path, 14, at, y, (0.0, 6_000.0)))))[..., :3].astype(int)
                   for at in (x, x + 1))  # fmt: skip
    within = np.abs(np.diff(left, axis=1)).mean()
    assert np.abs(right[:, 0] - left[:, -1]).mean() <= within + 0.5


def test_an_even_slope_is_evenly_lit_to_the_edge_of_its_tile(tmp_path):
    """Without cells from beyond the edge, the slope there would look half as steep."""
    rows, columns = np.indices((400, 400))
    path = written(tmp_path / "a.tif", (rows * 10 + columns * 10)[None].astype("float32"), size=20)
    tile = np.asarray(Image.open(io.BytesIO(raster_tile(path, 14, 13_963, 6_481, (-1e9, 1e9)))))
    assert (tile[..., 3] == 255).all()
    assert np.ptp(tile[..., :3].reshape(-1, 3), axis=0).max() <= 2


def test_a_tile_beside_the_raster_is_none(tmp_path):
    path = written(tmp_path / "a.tif", np.ones((1, 20, 20), "float32"))
    assert raster_tile(path, 14, 0, 0) is None


def test_what_is_unknown_is_transparent(tmp_path):
    heights = np.full((1, 40, 40), 5.0, "float32")
    heights[0, :, 20:] = -9999
    path = written(tmp_path / "a.tif", heights, nodata=-9999.0)
    alpha = np.asarray(Image.open(io.BytesIO(picture(path, read_raster(path).bounds, 1_600).png)))[..., 3]
    assert alpha[20, 5] == 255
    assert alpha[20, 35] == 0


@pytest.mark.parametrize("bounds", [(127, 35, 126, 36), (126, 36, 127, 35), (126, 35, 126, 35)])
def test_a_view_inside_out_is_refused(tmp_path, bounds):
    with pytest.raises(InputError):
        picture(kept(tmp_path / "a.tif", dem_bytes()), bounds, 100)


def test_a_picture_never_has_more_pixels_than_asked_for(tmp_path):
    path = kept(tmp_path / "a.tif", dem_bytes())
    for most in (1, 7, 1_000, 12_345):
        with Image.open(io.BytesIO(picture(path, (126.7, 35.1, 126.9, 35.15), most).png)) as shown:
            assert shown.width * shown.height <= most


def test_the_folder_of_links_is_gone_after_reading(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    with opened(kept(tmp_path / "a.tif", dem_bytes())):
        assert list((tmp_path / "temp").iterdir())
    assert list((tmp_path / "temp").iterdir()) == []
