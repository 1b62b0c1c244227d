"""A picture, its control points and a trace become an outline of grade C, on the command line as in the app."""

import io
import json
import os
import re
import zlib

import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
from PIL import Image

from gis import study
from gis.analysis.georeference import transformed
from gis.errors import CrsError, GisError, InputError
from gis.i18n import reading
from gis.io import database, picture, store
from gis.io.picture import finest_zoom, make_pyramid, picture_tile, pyramid_path, read_sheet
from gis.study import imports, pictures
from gis.study.pictures import POINT_COLUMNS, after_marking, placed, point_table, traced_layer
from gis.view.georeference import fit_sentences, outline_sentences
from gis.view.sheet import from_pixels, marked, to_pixels
from tests.command import done, refusal, run
from tests.test_georeference import NORTH_UP, SQUARE, similarity
from tests.test_mbtiles import X, Y, Z, made, png

CORNERS = np.array([[100, 100], [900, 100], [900, 700], [100, 700]])


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / "workspace"))


def drawing(width: int = 1_000, height: int = 800, form: str = "PNG", **more) -> bytes:
    packed = io.BytesIO()
    Image.new("RGB", (width, height), (240, 235, 220)).save(packed, form, **more)
    return packed.getvalue()


SHEET = read_sheet(drawing(dpi=(254, 254)), "고시도면.png")


def control(matrix=NORTH_UP, pixels=SQUARE, noise: float = 0.0) -> pd.DataFrame:
    """Return control points, X north and Y east."""
    ground = transformed(matrix, pixels) + np.random.default_rng(1).normal(0, noise, pixels.shape)
    return pd.DataFrame({"pixel_x": pixels[:, 0], "pixel_y": pixels[:, 1], "x_n": ground[:, 1], "y_e": ground[:, 0]})


def csv_of(points: pd.DataFrame, **names: str) -> bytes:
    return points.rename(columns=names).to_csv(index=False).encode()


def test_a_picture_says_its_size_hash_and_dots():
    assert (SHEET.width, SHEET.height, SHEET.dpi) == (1_000, 800, 254.0)
    assert len(SHEET.sha256) == 64


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
def test_the_three_formats_are_read_whatever_they_are_called(form):
    assert read_sheet(drawing(form=form), "plan.pdf").width == 1_000


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7 ...", b"GIF89a" + bytes(50), b"<svg/>", b"\x89PNG\r\n\x1a\n" + bytes(20)]
)
def test_what_is_no_picture_is_refused_and_a_pdf_is_told_what_to_do(content):
    with pytest.raises(InputError, match="PDF") as fault:
        read_sheet(content, "plan.png")
    assert fault.value.key == "georeference.picture"


@pytest.mark.parametrize("side", [13_000, 60_000])
def test_a_picture_of_too_many_pixels_is_refused_without_being_unpacked(monkeypatch, side):
    raw = bytearray(drawing())
    raw[16:24] = side.to_bytes(4, "big") * 2
    raw[29:33] = zlib.crc32(bytes(raw[12:29])).to_bytes(4, "big")
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("unpacked"))
    with pytest.raises(InputError, match="150,000,000") as fault:
        read_sheet(bytes(raw), "bomb.png")
    assert fault.value.key == "georeference.picture_size"


def test_a_picture_of_too_many_bytes_is_refused(monkeypatch):
    monkeypatch.setattr(picture, "MAX_CONTENT", 1_000)
    with pytest.raises(InputError) as fault:
        read_sheet(drawing(), "large.png")
    assert fault.value.key == "georeference.picture_bytes"


def test_a_broken_picture_is_one_sentence_and_leaves_nothing():
    raw = drawing()
    sheet = read_sheet(raw, "cut.png")
    with pytest.raises(GisError, match="cut") as fault:
        make_pyramid(raw[: len(raw) // 2], sheet)
    assert fault.value.key == "file_broken"
    assert list(pyramid_path(sheet.sha256).parent.iterdir()) == []


def test_tiles_hold_the_pixels_where_they_are():
    rows, columns = np.indices((800, 1_000))
    colors = np.stack([columns % 256, rows % 256, np.where(columns > 500, 200, 30)], axis=-1).astype("uint8")
    packed = io.BytesIO()
    Image.fromarray(colors).save(packed, "PNG")
    sheet = read_sheet(packed.getvalue(), "colors.png")
    path = make_pyramid(packed.getvalue(), sheet)
    finest = finest_zoom(sheet.width, sheet.height)
    assert finest == 2
    tile = np.asarray(Image.open(io.BytesIO(picture_tile(path, finest, 3, 2)))).astype(int)
    part = colors[512:768, 768:1_000].astype(int)
    assert np.abs(tile[:256, :232, :3] - part).mean() < 6  # JPEG
    assert (tile[:, 232:, 3] == 0).all()
    whole = np.asarray(Image.open(io.BytesIO(picture_tile(path, 0, 0, 0)))).astype(int)
    assert whole[100, 200, 2] == pytest.approx(200, abs=12)
    assert whole[100, 100, 2] == pytest.approx(30, abs=12)
    assert picture_tile(path, finest, 4, 0) is None
    assert picture_tile(path, finest + 1, 0, 0) is None


SHADES = np.linspace(0, 255, 512).astype("uint8")[None].repeat(64, 0)


def shades_of(packed: bytes) -> list[int]:
    """Return how light a picture is at its left, in the middle and at its right."""
    with rasterio.open(make_pyramid(packed, read_sheet(packed, "shades"))) as data:
        return [round(data.read()[:, 32, column].mean()) for column in (2, 256, 509)]


@pytest.mark.parametrize(
    ("picture", "form"),
    [
        (Image.fromarray(SHADES), "TIFF"),
        (Image.fromarray(SHADES.astype("uint16") * 257), "TIFF"),
        (Image.fromarray(SHADES.astype(">u2") * 257), "TIFF"),
        (Image.fromarray(SHADES.astype("uint16") * 257), "PNG"),
        (Image.merge("CMYK", [Image.fromarray(255 - SHADES)] * 3 + [Image.new("L", (512, 64))]), "JPEG"),
        (Image.fromarray(SHADES).convert("LA"), "PNG"),
    ],
    ids=["grey", "16 bits", "16 bits big-endian", "16 bits PNG", "CMYK", "grey with alpha"],
)
def test_shades_of_any_depth_stay_shades(picture, form):
    packed = io.BytesIO()
    picture.save(packed, form)
    assert shades_of(packed.getvalue()) == pytest.approx([1, 127, 254], abs=4)


@pytest.mark.parametrize("depth", ["int32", "float32"])
def test_numbers_of_no_known_range_are_no_drawing(depth):
    packed = io.BytesIO()
    Image.fromarray(SHADES.astype(depth)).save(packed, "TIFF")
    with pytest.raises(InputError, match="32") as fault:
        read_sheet(packed.getvalue(), "dem.tif")
    assert fault.value.key == "georeference.picture_depth"


def test_a_photograph_held_sideways_has_the_pixels_of_its_file():
    turned = Image.Exif()
    turned[0x0112] = 6
    packed = io.BytesIO()
    Image.fromarray(SHADES).save(packed, "JPEG", exif=turned)
    sheet = read_sheet(packed.getvalue(), "photo.jpg")
    assert (sheet.width, sheet.height) == (512, 64)
    assert shades_of(packed.getvalue()) == pytest.approx([1, 127, 254], abs=4)


def test_what_is_transparent_is_white_paper():
    packed = io.BytesIO()
    Image.new("RGBA", (300, 300), (255, 0, 0, 0)).save(packed, "PNG")
    path = make_pyramid(packed.getvalue(), read_sheet(packed.getvalue(), "clear.png"))
    with rasterio.open(path) as data:
        assert data.read().min() > 250


def test_control_points_are_read_as_surveyors_write_them():
    points = point_table(csv_of(control(), x_n="X", y_e="Y"), "points.csv")
    assert list(points.columns) == list(POINT_COLUMNS)
    assert points["x_n"].iloc[0] == pytest.approx(290_000)
    assert points["y_e"].iloc[0] == pytest.approx(180_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_korean_titles_are_read_in_either_encoding(encoding):
    text = '비고,화소 X,화소 Y,X(북),Y(동)\n가,1,2,"290,000.5",180000\n'
    points = point_table(text.encode(encoding), "a.csv")
    assert points.iloc[0][["pixel_x", "x_n", "y_e"]].tolist() == [1.0, 290_000.5, 180_000.0]


@pytest.mark.parametrize("comma", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp949", "utf-16"])
def test_what_a_spreadsheet_writes_for_commas_is_read(comma, encoding):
    text = comma.join(["화소 X", "화소 Y", "X(북)", "Y(동)"]) + "\n" + comma.join(["1", "2", "290,000.5", "180000"])
    points = point_table(text.encode(encoding), "a.txt")
    assert points.iloc[0][["pixel_x", "x_n", "y_e"]].tolist() == [1.0, 290_000.5, 180_000.0]


@pytest.mark.parametrize(
    ("content", "key", "word"),
    [
        (b"", "table", "a.csv"), (b"pixel_x,pixel_y,X,Y\n", "table", "a.csv"), (b'a,"b\n', "table", "a.csv"),
        (b"pixel_x,X,Y\n1,2,3\n", "columns", "pixel_y"), (b"pixel_x,pixel_y\n1,2\n", "columns", "x_n_m"),
        (b"pixel_x,pixel_y,X,Y\n1,2,three,4\n", "number", "three"), (b"pixel_x,pixel_y,X,Y\n1,2,inf,4\n", "number", "inf"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_serve_says_what_and_where(content, key, word):
    with pytest.raises(InputError) as fault:
        point_table(content, "a.csv")
    assert fault.value.key == f"georeference.{key}"
    assert word in str(fault.value)


@pytest.mark.parametrize(("read", "most"), [(point_table, 500), (pictures.trace_table, 10_000)])
def test_a_table_of_too_many_rows_says_how_many_are_read(read, most):
    text = "pixel_x,pixel_y,X,Y\n" + "1,2,3,4\n" * (most + 1)
    assert len(read(text[: -len("1,2,3,4\n")].encode(), "a.csv")) == most
    with pytest.raises(InputError, match=f"{most:,}") as fault:
        read(text.encode(), "a.csv")
    assert fault.value.key == "georeference.many_rows"


def test_a_point_without_coordinates_is_named():
    points = control()
    points.loc[2, "x_n"] = np.nan
    with pytest.raises(InputError, match="3") as fault:
        placed(points)
    assert fault.value.key == "georeference.not_numbers"


def test_the_belt_is_that_of_the_points():
    assert placed(control()).belt == "EPSG:5186"


def test_points_in_the_east_lie_in_the_east_belt():
    ulsan = np.array([[1, 0, 40_000], [0, 1, 40_000], [0, 0, 1]])
    assert placed(control(ulsan @ NORTH_UP), crs="EPSG:5187").belt == "EPSG:5187"


def test_points_in_degrees_fit_as_points_in_meters():
    points = control()
    way = pyproj.Transformer.from_crs("EPSG:5186", "EPSG:4326", always_xy=True)
    lon, lat = way.transform(points["y_e"], points["x_n"])
    degrees = points[["pixel_x", "pixel_y"]].assign(lon=lon, lat=lat)
    assert placed(degrees).fit.matrix == pytest.approx(placed(points).fit.matrix, abs=1e-3)


def test_rows_in_meters_and_rows_in_degrees_may_stand_together():
    points = control()
    way = pyproj.Transformer.from_crs("EPSG:5186", "EPSG:4326", always_xy=True)
    lon, lat = way.transform(points["y_e"], points["x_n"])
    mixed = points.assign(lon=lon, lat=lat)
    mixed.loc[:2, ["x_n", "y_e"]] = np.nan
    assert placed(mixed).fit.rmse == pytest.approx(0, abs=1e-3)


def test_points_on_the_old_datum_are_shifted():
    points = control()
    way = pyproj.Transformer.from_crs("EPSG:5186", "EPSG:5174", always_xy=True)
    points["y_e"], points["x_n"] = way.transform(points["y_e"], points["x_n"])
    assert placed(points, crs="EPSG:5174").fit.matrix == pytest.approx(placed(control()).fit.matrix, abs=1e-2)


def test_coordinates_of_another_crs_are_seen_by_the_place():
    """Bessel coordinates (a false northing of 500 km) taken for those of 5186 lie 100 km to the south."""
    points = control()
    way = pyproj.Transformer.from_crs("EPSG:5186", "EPSG:5174", always_xy=True)
    points["y_e"], points["x_n"] = way.transform(points["y_e"], points["x_n"])

    def said(crs: str) -> str:
        known = placed(points, crs=crs)
        frame, _ = traced_layer(SHEET, known, CORNERS)
        area = study.areas(study.SourceLayer("x", frame)).iloc[0]
        return next(outline_sentences(frame, area, known.fit, 0, "m2"))

    assert "광주광역시" in said("EPSG:5174")
    assert "좌표계" in said("EPSG:5186")


def test_x_and_y_interchanged_are_told_by_the_mirror():
    assert placed(control().rename(columns={"x_n": "y_e", "y_e": "x_n"})).fit.mirrored


def test_a_point_outside_korea_is_refused_by_its_row():
    points = control()
    points.loc[2, "x_n"] = 29_000_000
    with pytest.raises(CrsError, match="3") as fault:
        placed(points)
    assert fault.value.key == "georeference.outside_korea"


def test_a_point_beside_the_picture_is_refused_by_its_row():
    points = control()
    points.loc[1, "pixel_x"] = 1_200
    with pytest.raises(InputError, match="2") as fault:
        placed(points, sheet=SHEET)
    assert fault.value.key == "georeference.outside_picture"


def test_an_unknown_method_is_refused_by_name():
    with pytest.raises(InputError, match="affine, projective"):
        placed(control(), "spline")


def test_a_traced_layer_is_grade_c_with_the_rmse_as_its_sigma():
    known = placed(control(noise=0.5), sheet=SHEET)
    frame, told = traced_layer(SHEET, known, CORNERS, "jingok", 70_000.0)
    row = frame.iloc[0]
    assert (row["id"], row["grade"], row["source"]) == ("jingok", "C", "고시도면.png")
    assert row["vertex_sigma"] == known.fit.rmse == told["rmse_m"]
    area = study.areas(study.SourceLayer("jingok", frame)).iloc[0]
    assert area["planar_area"] == pytest.approx(120_000, rel=0.01)
    assert area["sigma_correlated"] == pytest.approx(frame.length.iloc[0] * known.fit.rmse)


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("unit", ["m2", "man-m2", "km2"])
def test_points_without_error_leave_the_rounding_to_pixels_and_are_said_to(lang, unit):
    known = placed(control(), sheet=SHEET)
    frame, told = traced_layer(SHEET, known, CORNERS)
    assert frame["vertex_sigma"].iloc[0] == told["vertex_sigma_m"] == pytest.approx(0.5 / np.sqrt(12))
    assert (told["pixel_m"], told["rmse_m"]) == pytest.approx((0.5, 0), abs=1e-6)
    assert told["sigma_is_pixel_rounding"]
    assert told["sigma_without_tracing"]
    area = study.areas(study.SourceLayer("x", frame)).iloc[0]
    with reading(lang):
        said = " ".join([*fit_sentences(known, SHEET), *outline_sentences(frame, area, known.fit, 0, unit)])
    assert "0.500 m" in said
    assert "√12" in said
    assert re.search(r"(?<![0-9.,<])0(\.0+)?(?![0-9.,°])", said.replace("stretch 1.000", "")) is None, said


def test_a_sigma_that_is_the_rmse_is_said_to_leave_out_hand_and_pixel():
    known = placed(control(noise=0.5), sheet=SHEET)
    frame, told = traced_layer(SHEET, known, CORNERS)
    assert not told["sigma_is_pixel_rounding"]
    area = study.areas(study.SourceLayer("x", frame)).iloc[0]
    with reading("en"):
        said = list(outline_sentences(frame, area, known.fit, 0, "m2"))
    assert any("hand that traced" in line and "a pixel is 0.50" in line for line in said)


@pytest.mark.parametrize("turn", [0, 359.98, 1e-9, -1e-15])
def test_north_up_is_never_360_degrees(turn):
    known = placed(control(similarity(0.5, turn, 180_000, 290_000)))
    assert " 0.0°" in next(fit_sentences(known))


def test_without_redundancy_there_is_no_sigma():
    known = placed(control().iloc[:3])
    frame, told = traced_layer(SHEET, known, CORNERS)
    assert np.isnan(frame["vertex_sigma"].iloc[0])
    assert (told["rmse_m"], told["dof"]) == (None, 0)


def test_the_story_makes_the_outline_again_and_is_plain_json():
    known = placed(control(noise=0.5), "projective", sheet=SHEET)
    frame, told = traced_layer(SHEET, known, CORNERS)
    again = json.loads(json.dumps(told, allow_nan=False))
    points = pd.DataFrame(again["control_points"]).rename(columns={"x_n_m": "x_n", "y_e_m": "y_e"})
    twin, _ = traced_layer(SHEET, placed(points, again["method"], again["belt"]), np.array(again["trace"]))
    assert twin.geometry.iloc[0].equals_exact(frame.geometry.iloc[0], 1e-6)
    assert again["picture_sha256"] == SHEET.sha256


def test_the_scale_of_the_sheet_follows_from_its_dots():
    """10 dots a millimeter and half a meter a dot: 1:5,000."""
    assert pictures.sheet_scale(SHEET, placed(control())) == 5_000


def test_what_is_kept_has_picture_points_and_trace():
    content = drawing(dpi=(254, 254))
    known = placed(control(noise=0.5), sheet=SHEET)
    frame, told = traced_layer(SHEET, known, CORNERS)
    kept = pictures.keep_traced(content, SHEET, frame, told, "진곡 고시도면", confidential=True)
    stored = store.layer(kept.name)
    assert (stored.grade, stored.kind, stored.confidential) == ("C", "Polygon", True)
    assert stored.vertex_sigma == pytest.approx(known.fit.rmse)
    assert len(stored.story["control_points"]) == len(SQUARE)
    assert (database.workspace() / "pictures" / stored.story["picture"]).read_bytes() == content
    back = study.source_layer(kept.name).frame
    assert back.geometry.iloc[0].equals_exact(frame.geometry.iloc[0], 1e-6)
    assert study.areas(study.SourceLayer("x", back))["sigma"].iloc[0] > 0


def marks(*places):
    return [(float(x), float(y)) for x, y in places]


def table(*places, x_n=None) -> pd.DataFrame:
    rows = [{"pixel_x": float(x), "pixel_y": float(y)} for x, y in places]
    found = pd.DataFrame(rows, columns=list(POINT_COLUMNS)).astype(float)
    return found if x_n is None else found.assign(x_n=[float(value) for value in x_n])


def test_a_new_mark_begins_a_row():
    changed = after_marking(table((1, 1), x_n=[7]), marks((1, 1)), marks((1, 1), (5, 5)))
    assert changed["pixel_x"].tolist() == [1, 5]
    assert changed["x_n"].tolist()[0] == 7
    assert np.isnan(changed["x_n"].tolist()[1])


def test_a_moved_mark_keeps_what_was_typed():
    changed = after_marking(table((1, 1), (5, 5), x_n=[7, 8]), marks((1, 1), (5, 5)), marks((1, 1), (6, 5)))
    assert changed[["pixel_x", "x_n"]].to_numpy().tolist() == [[1, 7], [6, 8]]


def test_a_removed_mark_takes_its_row_along_and_no_other():
    changed = after_marking(table((1, 1), (5, 5), (9, 9), x_n=[7, 8, 9]), marks((1, 1), (5, 5)), marks((5, 5)))
    assert changed["x_n"].tolist() == [8, 9]


def test_rows_of_a_csv_stay_without_marks_and_returning_marks_double_none():
    rows = table((1, 1), (5, 5), x_n=[7, 8])
    assert after_marking(rows, [], []).equals(rows)
    assert after_marking(rows, [], marks((5, 5), (1, 1))).equals(rows)


def test_control_points_survive_a_refresh():
    points = table((1.25, 1), (5, 5), x_n=[7.125, 8])
    make_pyramid(drawing(), SHEET)
    pictures.keep_draft(SHEET, points)
    pd.testing.assert_frame_equal(pictures.read_draft(SHEET), points)
    assert pictures.read_draft(read_sheet(drawing(form="JPEG"), "other.jpg")).empty


def test_old_tiles_leave_and_typed_control_points_stay():
    old = make_pyramid(drawing(), SHEET)
    pictures.keep_draft(SHEET, table((1, 1), x_n=[7]))
    for path in old.parent.iterdir():
        os.utime(path, (0, 0))
    content = drawing(form="JPEG")
    make_pyramid(content, read_sheet(content, "other.jpg"))
    assert not old.exists()
    assert pictures.read_draft(SHEET)["x_n"].tolist() == [7]


@pytest.mark.parametrize("finest", [0, 4, 6])
def test_pixels_come_back_from_the_browser(finest):
    up, right = from_pixels(1_234.5, 678.25, finest)
    assert to_pixels([right, up], finest) == (1_234.5, 678.25)
    ring = [[0, 0], [1, 0], [1, -1], [0, 0]]
    points, rings = marked(
        [{"type": "Point", "coordinates": [right, up]}, {"type": "Polygon", "coordinates": [ring]}], finest
    )
    assert points == [(1_234.5, 678.25)]
    assert rings[0][2] == (2**finest, 2**finest)


def test_corners_of_a_layer_are_x_north_and_y_east():
    x_n, y_e = pictures.corners("complexes", "jingok")[0]
    assert 270_000 < x_n < 300_000
    assert 158_000 < y_e < 203_000
    lon, lat = pictures.corners("complexes", "jingok", "EPSG:4326")[0]
    assert 126 < lon < 128
    assert 34 < lat < 36


@pytest.fixture
def files(tmp_path):
    """Write picture, control points and trace as a person has them."""
    (tmp_path / "plan.png").write_bytes(drawing(dpi=(254, 254)))
    turned = similarity(0.5, 10, 180_000, 290_000)
    (tmp_path / "points.csv").write_bytes(csv_of(control(turned, noise=0.3), x_n="x_n_m", y_e="y_e_m"))
    (tmp_path / "trace.csv").write_bytes(csv_of(pd.DataFrame(CORNERS, columns=["pixel_x", "pixel_y"])))
    return tmp_path


def test_the_command_shows_residuals_and_rmse_and_writes_the_outline(files):
    words = (files / "plan.png", "--points", files / "points.csv", "--trace", files / "trace.csv")
    answer = done("georeference", *words, "-o", files / "outline.geojson")
    assert "RMSE" in answer.text
    assert "1:5,0" in answer.text
    outline = json.loads((files / "outline.geojson").read_text(encoding="utf-8"))["features"][0]
    assert outline["properties"]["grade"] == "C"
    assert outline["properties"]["vertex_sigma_m"] == pytest.approx(0.3, rel=0.7)


def test_the_command_s_outline_is_measured_with_its_own_sigma(files):
    done("georeference", files / "plan.png", "--points", files / "points.csv", "--trace", files / "trace.csv",
         "-o", files / "outline.geojson")  # fmt: skip
    (row,) = done("area", files / "outline.geojson", "--format", "json").json
    assert row["planar_area_m2"] == pytest.approx(120_000, rel=0.01)
    sigma = json.loads((files / "outline.geojson").read_text(encoding="utf-8"))["features"][0]["properties"][
        "vertex_sigma_m"
    ]
    assert row["sigma_correlated_m2"] == pytest.approx(row["perimeter_m"] * sigma, rel=0.01)


@pytest.fixture
def command(files):
    """Return the words that place and trace."""
    return ("georeference", files / "plan.png", "--points", files / "points.csv", "--trace", files / "trace.csv")


def test_the_command_adopts_the_outline_of_a_complex_and_shows_what_changed(command):
    answer = run(*command, "--outline-of", "jingok", "--confidential")
    assert answer.code == 0
    assert len(answer.err.splitlines()) == 1
    (stored,) = store.layers()
    (outline,) = store.outlines("jingok")
    assert (outline.layer, outline.grade, outline.in_use) == (stored.name, "C", True)
    assert stored.confidential
    assert (database.workspace() / "pictures" / stored.story["picture"]).is_file()
    site = study.complexes().loc["jingok"]
    assert (site["grade"], site["vertex_sigma"]) == ("C", stored.vertex_sigma)
    assert site.geometry.area == pytest.approx(120_000, rel=0.01)
    assert "진곡일반산업단지" in answer.text


def test_the_command_keeps_the_outline_under_a_name(command):
    assert run(*command, "--keep", "--as", "진곡 도면").code == 0
    (stored,) = store.layers()
    assert (stored.title, stored.kind, stored.grade, store.outlines()) == ("진곡 도면", "Polygon", "C", [])


def test_an_unknown_complex_is_refused_and_nothing_is_kept(command):
    assert "jingok" in refusal(*command, "--outline-of", "nowhere")
    assert not database.exists()
    assert not (database.workspace() / "pictures").exists()


@pytest.mark.parametrize("words", [["-o", "outline.geojson"], ["--keep"], ["--outline-of", "jingok"]])
def test_without_a_trace_there_is_nothing_to_write_or_keep(files, words):
    assert "--trace" in refusal("georeference", files / "plan.png", "--points", files / "points.csv", *words)


def test_the_outline_takes_its_story_along(command, files):
    done(*command, "-o", files / "outline.geojson")
    whole = json.loads((files / "outline.geojson").read_text(encoding="utf-8"))
    told = json.loads(whole["description"])
    assert len(told["control_points"]) == len(SQUARE)
    assert told["pixel_m"] == pytest.approx(0.5, rel=0.01)


def test_the_command_gives_the_residuals_as_json(files):
    rows = done("georeference", files / "plan.png", "--points", files / "points.csv", "--format", "json").json
    assert len(rows) == len(SQUARE)
    assert {"pixel_x", "x_n_m", "residual_n_m", "left_out_m", "worst"} <= set(rows[0])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--method", "spline"], "affine, projective"), (["--crs", "EPSG:0"], "EPSG:0"), (["--crs", "EPSG:5179"], "1"),
        (["-o", "outline.docx", "--trace", "trace.csv"], ".docx"), (["--trace", "no.csv"], "no.csv"),
    ],
)  # fmt: skip
def test_a_command_that_cannot_be_says_why_in_one_line(files, monkeypatch, words, said):
    monkeypatch.chdir(files)
    assert said in refusal("georeference", "plan.png", "--points", "points.csv", *words)


def test_the_command_for_rasters_tells_a_story_and_keeps(files, tmp_path):
    made(tmp_path / "a.mbtiles", {(Z, X, Y): png()}, name="밑그림")
    (row,) = done("raster", tmp_path / "a.mbtiles", "--format", "json").json
    assert (row["raster_kind"], row["max_zoom"], row["crs"]) == ("tiles", Z, "EPSG:3857")
    answer = run("raster", tmp_path / "a.mbtiles", "--as", "base1", "--confidential", "--format", "json")
    assert answer.code == 0
    assert "base1" in answer.err
    assert store.layer("base1").confidential


def test_the_picture_of_a_removed_layer_goes_with_it_unless_another_rests_on_it():
    frame, told = traced_layer(SHEET, placed(control(noise=0.5), sheet=SHEET), CORNERS)
    one, two = (pictures.keep_traced(drawing(dpi=(254, 254)), SHEET, frame, told, name) for name in ("one", "two"))
    original = database.workspace() / "pictures" / one.story["picture"]
    imports.remove(one.name)
    assert original.exists()
    imports.remove(two.name)
    assert not original.exists()
