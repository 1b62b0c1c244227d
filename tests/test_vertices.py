"""경계점 좌표조서 and 구적표: points as surveyors write them, whoever drew the boundary in whatever order."""

import io
import json
import math
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import ezdxf
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon
from streamlit.testing.v1 import AppTest

from gis import study
from gis.analysis.vertices import (
    area_terms,
    boundary,
    calculation_table,
    double_area,
    farthest_point,
    full_numbers,
    main_bends,
    polygon_of,
    vertex_table,
)
from gis.crs import BELTS, belt_origin
from gis.errors import InputError
from gis.i18n import reading
from gis.io.boundary_drawing import LIST, MARKS, NUMBERS, OUTLINE, SCHEMATIC_OUTLINE, boundary_drawing
from gis.io.read import Reading, read_file
from gis.study.sites import SiteRef
from gis.study.vertices import boundary_report
from gis.view.vertices import chosen_text, dms_text, drawing_note, head_lines, map_elements, points_geojson, safe_name
from tests.command import done, refusal, run
from tests.pencil import ORIGIN, sites, square

ROOT = Path(__file__).parents[1]
COLUMNS = ["part", "ring", "no", "x_n_m", "y_e_m", "azimuth_deg", "length_m", "lon", "lat"]
EAST, NORTH = ORIGIN


def points_of(table: pd.DataFrame) -> list[tuple[float, float]]:
    return list(zip(table["x_n"], table["y_e"], strict=True))


@pytest.fixture
def put(tmp_path):
    def write(*shapes, crs="EPSG:5186", **columns):
        frame = gpd.GeoDataFrame(
            {"id": [f"s{n}" for n in range(len(shapes))], **columns}, geometry=list(shapes), crs=crs
        )
        frame.to_file(tmp_path / "mine.gpkg")
        return str(tmp_path / "mine.gpkg")

    return write


def test_a_square_is_listed_clockwise_from_its_north_western_corner_with_x_north_and_y_east():
    table = vertex_table(boundary(sites(square(0, 0, 100))))
    assert points_of(table) == [
        (NORTH + 100, EAST), (NORTH + 100, EAST + 100), (NORTH, EAST + 100), (NORTH, EAST)
    ]  # fmt: skip
    assert table["no"].tolist() == [1, 2, 3, 4]
    assert table["azimuth_deg"].tolist() == [90.0, 180.0, 270.0, 0.0]
    assert table["length"].tolist() == [100.0] * 4


def test_azimuth_is_counted_clockwise_from_grid_north():
    ring = Polygon([(EAST, NORTH), (EAST + 30, NORTH + 40), (EAST + 70, NORTH + 10)])
    table = vertex_table(boundary(sites(ring)))
    assert points_of(table)[0] == (NORTH + 40, EAST + 30)
    assert table["length"].tolist() == pytest.approx([50.0, math.hypot(70, 10), 50.0])
    assert table["azimuth_deg"].tolist() == pytest.approx(
        [math.degrees(math.atan2(40, -30)), 180 + math.degrees(math.atan2(70, 10)), math.degrees(math.atan2(30, 40))]
    )


def test_azimuths_and_lengths_of_the_printed_points_lead_round_every_ring_and_back():
    table = boundary_report(SiteRef("bitgreen")).points
    for _, ring in table.groupby(["part", "ring"]):
        turn = np.radians(ring["azimuth_deg"])
        ahead = ring["length"] * np.cos(turn), ring["length"] * np.sin(turn)
        assert np.diff(ring["x_n"]) == pytest.approx(ahead[0][:-1], abs=1e-6)
        assert np.diff(ring["y_e"]) == pytest.approx(ahead[1][:-1], abs=1e-6)
        assert (ahead[0].sum(), ahead[1].sum()) == pytest.approx((0, 0), abs=1e-6)


def test_coordinates_are_rounded_to_the_centimeter_half_to_even_on_their_decimals():
    """The doubles nearest to …025 and …145 lie above the half, and 100 times …025 too."""
    ring = Polygon([(EAST + 0.125, 285_000.025), (EAST + 10.0, 285_000.145), (EAST + 10.0, 285_020.375)])
    listed = points_of(vertex_table(boundary(sites(ring))))
    assert listed == [(285_020.38, EAST + 10.0), (285_000.14, EAST + 10.0), (285_000.02, EAST + 0.12)]


def test_holes_run_the_other_way_and_parts_and_holes_stand_by_size():
    small, large = square(1000, 0, 50), square(0, 0, 400)
    holes = [square(20, 20, 10), square(100, 100, 30)]
    site = MultiPolygon([small, Polygon(large.exterior, [hole.exterior for hole in holes])])
    found = boundary(sites(site))
    assert [(one.part, one.ring) for one in found.rings] == [(1, 1), (1, 2), (1, 3), (2, 1)]
    assert found.rings[1].points[0].tolist() == [(NORTH + 130) * 100, (EAST + 100) * 100]
    table = vertex_table(found)
    assert table["no"].tolist() == list(range(1, 17))
    assert table[table["ring"] == 2]["azimuth_deg"].tolist() == [180.0, 90.0, 0.0, 270.0]


def star(count: int, radii: list[float], at: tuple[float, float]) -> Polygon:
    turns = np.linspace(0, 2 * math.pi, count, endpoint=False)
    return Polygon([(at[0] + r * math.cos(a), at[1] + r * math.sin(a)) for a, r in zip(turns, radii, strict=True)])


@st.composite
def drawn_sites(draw) -> MultiPolygon:
    """Return two stars far apart, each with a hole."""
    parts = []
    for far in (0.0, 5_000.0):
        count = draw(st.integers(4, 14))
        radii = draw(st.lists(st.floats(300, 1_000), min_size=count, max_size=count))
        at = (EAST + far + draw(st.floats(0, 1)), NORTH + draw(st.floats(0, 1)))
        hole = star(count, [radius / 4 for radius in radii], at)
        parts.append(Polygon(star(count, radii, at).exterior, [hole.exterior]))
    return MultiPolygon(parts)


def turned(ring: np.ndarray, start: int, backward: bool) -> np.ndarray:
    corners = np.roll(shapely.get_coordinates(ring)[:-1], -start, axis=0)
    return corners[::-1] if backward else corners


@given(drawn_sites(), st.integers(0, 20), st.booleans(), st.booleans())
def test_numbers_are_the_same_whatever_the_order_in_the_file(site, start, backward, swapped):
    parts = [
        Polygon(
            turned(one.exterior, start, backward), [turned(hole, start + 3, not backward) for hole in one.interiors]
        )
        for one in site.geoms
    ]
    other = MultiPolygon(parts[::-1] if swapped else parts)
    for tolerance in (None, 20.0):
        tables = [
            vertex_table(whole if tolerance is None else main_bends(whole, tolerance))
            for whole in (boundary(sites(site)), boundary(sites(other)))
        ]
        pd.testing.assert_frame_equal(*tables)


@given(drawn_sites())
def test_the_listed_points_give_the_polygon_back_to_half_a_centimeter(site):
    back = polygon_of(boundary(sites(site)))
    assert back.is_valid
    assert shapely.hausdorff_distance(back, site) <= 0.005 * math.sqrt(2) + 1e-9
    assert back.symmetric_difference(site).area <= site.length * 0.008


@given(drawn_sites())
def test_the_calculated_area_is_that_of_the_printed_polygon(site):
    found = boundary(sites(site))
    assert float(double_area(found) / 2) == pytest.approx(polygon_of(found).area, abs=1e-3)
    assert abs(float(double_area(found) / 2) - site.area) <= site.length * 0.008


@given(drawn_sites())
def test_rows_of_the_calculation_add_up_in_exact_decimals(site):
    found = boundary(sites(site))
    table = calculation_table(found)
    exact = table.map(lambda value: None if pd.isna(value) else Decimal(repr(value)), na_action="ignore")
    rows = table["no"].notna()
    assert (exact["y_e"] * exact["x_difference"])[rows].eq(exact["coordinate_product"][rows]).all()
    assert sum(exact["coordinate_product"][rows]) == -double_area(found) == exact["coordinate_product"].iloc[-1]
    assert exact["calculated_area"].iloc[-1] * 2 == double_area(found) == exact["double_area"].iloc[-1]
    rings = table["part"].notna() & ~rows
    assert sum(exact["double_area"][rings]) == double_area(found)
    assert (exact["double_area"][rings & table["ring"].gt(1)] < 0).all()


def test_the_calculation_reproduces_the_published_area(known_answers):
    answer = known_answers["plane.shoelace.wolf_brinker"]
    north, east = ([Decimal(str(value)) for value in answer["input"][name]] for name in ("northing", "easting"))
    _, products = area_terms(north, east)
    assert float(abs(sum(products)) / 2) == pytest.approx(
        answer["expected"]["area_m2"], abs=answer["tolerance"]["area"]
    )
    assert abs(sum(products)) / 2 == Decimal("2589889.3344965")


@given(drawn_sites(), st.floats(1, 200))
def test_main_bends_are_some_of_the_points_and_none_lies_farther_than_the_tolerance(site, tolerance):
    whole = boundary(sites(site))
    bends = main_bends(whole, tolerance)
    every, kept = (set(points_of(vertex_table(one))) for one in (whole, bends))
    assert kept <= every
    assert farthest_point(whole, bends) <= tolerance * (1 + 1e-9)
    assert polygon_of(bends).is_valid
    assert [one[:2] for one in bends.rings] == [one[:2] for one in whole.rings]
    columns = ["part", "ring", "x_n", "y_e"]
    listed = vertex_table(whole).set_index("no").loc[full_numbers(whole, bends), columns]
    assert (listed.to_numpy() == vertex_table(bends)[columns].to_numpy()).all()


@given(drawn_sites(), st.floats(1, 200))
def test_the_farthest_point_is_that_of_measuring_each_against_the_whole_boundary(site, tolerance):
    whole = boundary(sites(site))
    bends = main_bends(whole, tolerance)
    points = shapely.points(shapely.get_coordinates(polygon_of(whole)))
    each = shapely.distance(points, polygon_of(bends).boundary)
    assert farthest_point(whole, bends) == pytest.approx(each.max(), abs=1e-9)


def test_a_bend_keeps_its_number_in_the_whole_list():
    ring = square(0, 0, 100).segmentize(30)
    whole = boundary(sites(ring))
    bends = main_bends(whole, 1.0)
    assert full_numbers(whole, bends) == [1, 5, 9, 13]
    assert vertex_table(bends)["no"].tolist() == [1, 2, 3, 4]


def test_a_point_of_two_rings_has_a_number_in_each():
    """Two parts and a hole meet in the north-eastern corner of the first."""
    hole = Polygon([(EAST + 100, NORTH + 100), (EAST + 60, NORTH + 80), (EAST + 80, NORTH + 60)])
    first = Polygon(square(0, 0, 100).segmentize(30).exterior, [hole.exterior])
    whole = boundary(sites(MultiPolygon([first, square(100, 100, 50).segmentize(20)])))
    bends = main_bends(whole, 1.0)
    assert full_numbers(whole, bends) == [1, 5, 9, 13, 17, 18, 19, 20, 23, 26, 29]
    listed = vertex_table(whole).set_index("no").loc[full_numbers(whole, bends), ["part", "ring", "x_n", "y_e"]]
    assert (listed.to_numpy() == vertex_table(bends)[["part", "ring", "x_n", "y_e"]].to_numpy()).all()


def test_a_part_keeps_its_number_where_leaving_points_out_makes_it_the_smaller():
    ring = square(0, 0, 100).segmentize(50)
    corners = shapely.get_coordinates(ring)[:-1]
    corners[1] += (4, 0)  # the middle of a side bulges out
    parts = [Polygon(corners), square(1_000, 0, 100.5)]
    whole = boundary(sites(MultiPolygon(parts)))
    bends = main_bends(whole, 5.0)
    assert [one.part for one in bends.rings] == [1, 2]
    listed = vertex_table(whole).set_index("no").loc[full_numbers(whole, bends), ["part", "x_n", "y_e"]]
    assert (listed.to_numpy() == vertex_table(bends)[["part", "x_n", "y_e"]].to_numpy()).all()


def test_a_left_out_point_changes_the_area_by_its_triangle(put):
    ring = Polygon(
        [(EAST, NORTH), (EAST, NORTH + 100), (EAST + 50, NORTH + 103), (EAST + 100, NORTH + 100), (EAST + 100, NORTH)]
    )
    report = boundary_report(SiteRef(put(ring)), simplify=5.0)
    assert report.bends.area_change == Decimal(-150)
    assert (report.bends.points, len(report.points), report.bends.farthest) == (5, 4, 3.0)


@pytest.mark.parametrize("tolerance", [0.0, -1.0, 1_001.0, math.nan])
def test_a_tolerance_out_of_range_is_refused(tolerance):
    with pytest.raises(InputError) as caught:
        main_bends(boundary(sites(square(0, 0))), tolerance)
    assert caught.value.key == "vertices.tolerance"


def test_points_that_fall_together_at_a_centimeter_are_one_and_are_counted():
    ring = Polygon([(EAST, NORTH), (EAST, NORTH + 10), (EAST + 0.001, NORTH + 10.001), (EAST + 10, NORTH + 10)])
    hole = square(5, 8, 0.003)
    found = boundary(sites(Polygon(ring.exterior, [hole.exterior])))
    assert len(found.rings) == 1
    assert len(found.rings[0].points) == 3
    twice = Polygon([(EAST, NORTH), (EAST, NORTH), (EAST, NORTH + 10), (EAST + 10, NORTH + 10)])
    assert boundary(sites(twice)).merged_points == 0
    assert (found.merged_points, found.lost_rings) == (1 + 4, 1)


def test_a_site_smaller_than_a_centimeter_is_refused():
    with pytest.raises(InputError) as caught:
        boundary(sites(square(0.001, 0.001, 0.002)))
    assert caught.value.key == "vertices.nothing_left"


def test_listing_leaves_the_input_alone():
    frame = sites(square(0, 0))
    before = frame.copy(deep=True)
    vertex_table(main_bends(boundary(frame), 1.0))
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


def test_longitude_and_latitude_are_those_of_the_printed_point():
    table = boundary_report(SiteRef("jingok")).points
    places = gpd.GeoSeries(gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:4326").to_crs("EPSG:5186")
    assert places.x.to_numpy() == pytest.approx(table["y_e"].to_numpy(), abs=1e-6)
    assert places.y.to_numpy() == pytest.approx(table["x_n"].to_numpy(), abs=1e-6)


@pytest.mark.parametrize(("belt", "name"), list(zip(BELTS, ["west", "central", "east", "east_sea"], strict=True)))
def test_each_belt_has_the_origin_of_the_decree(belt, name):
    origin = belt_origin(belt)
    assert (origin.name, origin.lat, origin.lon) == (name, 38.0, BELTS[belt])
    assert (origin.false_north, origin.false_east) == (600_000.0, 200_000.0)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.0, 0, "0°00′00″"),
        (97.4989, 0, "97°29′56″"),
        (359.99999, 0, "0°00′00″"),
        (12.5 / 3600, 0, "0°00′12″"),
        (126.781234567, 4, "126°46′52.4444″"),
        (35.9999999999, 4, "36°00′00.0000″"),
        (-1e-9, 4, "0°00′00.0000″"),
        (-1e-9, 0, "0°00′00″"),
        (-1.5001, 4, "-1°30′00.3600″"),
    ],
)
def test_degrees_are_written_in_minutes_and_seconds(value, decimals, text):
    assert dms_text(value, decimals, turn=decimals == 0) == text


def test_the_difference_from_the_outline_before_rounding_is_stated():
    report = boundary_report(SiteRef("futurecar"))
    outline = study.complexes().loc["futurecar", "geometry"]
    assert report.planar_area == outline.area
    assert float(report.area_difference) == pytest.approx(float(report.calculated_area) - outline.area)
    assert f"{report.area_difference:+,.2f} ㎡ (좌표를" in "\n".join(head_lines(report))
    bends = boundary_report(SiteRef("futurecar"), simplify=20.0)
    assert f"{bends.area_difference:+,.2f} ㎡ (점을 줄이고" in "\n".join(head_lines(bends))


# ---- the command -----------------------------------------------------------------------


def test_json_has_the_columns_of_the_contract_and_full_doubles(put):
    rows = done("vertices", put(square(0.004, 0, 100)), "--format", "json").json
    assert list(rows[0])[: len(COLUMNS)] == COLUMNS
    assert (rows[0]["x_n_m"], rows[0]["y_e_m"], rows[0]["planar_crs"]) == (NORTH + 100, EAST, "EPSG:5186")
    assert rows[0]["note"] is None


def test_a_written_list_read_as_points_in_order_gives_the_polygon_back(put, tmp_path):
    shape = MultiPolygon([star(9, [300.0, 500, 400, 350, 610, 480, 390, 555, 444], ORIGIN), square(2_000, 0, 70)])
    done("vertices", put(shape), "-o", tmp_path / "list.csv")
    back = read_file(tmp_path / "list.csv", belt="EPSG:5186", reading=Reading(polygons=True, group="part"))
    assert shapely.hausdorff_distance(back.union_all(), shape) < 0.008


@pytest.mark.parametrize("format", ["json", "csv"])
def test_a_schematic_outline_says_so_in_every_row(format):
    text = done("vertices", "jingok", "--format", format).text
    assert text.count("모식도의 좌표입니다") == len(boundary_report(SiteRef("jingok")).points)


def test_the_table_for_people_has_head_and_degrees_in_words():
    text = done("vertices", "jingok").text
    for words in (
        "[모식도] 경계점 좌표조서: 진곡산단",
        "중부원점 (EPSG:5186)",
        "X(N) 600,000 m",
        "KGD2002",
        "95°07′12″",
    ):
        assert words in text


def test_the_calculation_stands_alone_where_it_is_asked_for():
    text = done("vertices", "jingok", "--calculation").text
    assert "구역 합계" in text
    assert "1,908,019.28420" in text


def test_a_workbook_holds_list_calculation_and_head(tmp_path):
    done("vertices", "jingok", "-o", tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["vertices", "calculation", "head", "sources"]
    assert book["vertices"]["D2"].value == boundary_report(SiteRef("jingok")).points["x_n"].iloc[0]
    assert book["vertices"]["D2"].number_format == "#,##0.00"


def test_main_bends_by_command_are_fewer(put):
    rows = done("vertices", "bitgreen", "--simplify", "5m", "--format", "json").json
    assert [row["no"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) < 53
    assert rows[-1]["whole_no"] > rows[-1]["no"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("jingok", "--simplify", "0m"), "허용오차"),
        (("jingok", "--simplify", "-5m"), "양이 아닙니다"),
        (("jingok", "--dxf", "a.dwg"), ".dxf"),
        (("jingok", "-o", "a.dwg"), ".csv .json .xlsx"),
        (("hosts",), "고르세요"),
        (("nowhere",), "nowhere"),
        (("jingok", "--id", "other"), "other"),
        (("jingok", "--crs", "EPSG:5186"), "--crs"),
    ],
)
def test_what_cannot_be_listed_is_refused_in_one_line(words, said):
    assert said in refusal("vertices", *words)


def test_english_says_everything_in_english():
    with reading("en"):
        text = "\n".join(head_lines(boundary_report(SiteRef("jingok"))))
    assert not any("가" <= letter <= "힣" for letter in text.replace("진곡산단", ""))


def test_files_of_a_confidential_site_are_written_only_where_a_person_says_so(put, tmp_path):
    done("import", put(square(0, 0)), "--as", "secret", "--confidential", "--format", "json")
    assert done("vertices", "secret", "--format", "json").json
    for words in (("-o", tmp_path / "a.csv"), ("--dxf", tmp_path / "a.dxf")):
        assert "대외비" in refusal("vertices", "secret", *words)
        done("vertices", "secret", *words, "--confidential")


@pytest.mark.parametrize("name", ["../../etc", "a/b\\c", "<b>", "", "가나다" * 50])
def test_the_name_of_a_file_holds_no_path(name):
    assert re.fullmatch(r"[\w-]{1,40}", safe_name(name))


# ---- the drawing -----------------------------------------------------------------------


@pytest.fixture
def drawn(put, tmp_path):
    site = Polygon(square(0.123, 0.456, 400).exterior, [square(100, 100, 30.55).exterior])
    source = put(MultiPolygon([site, square(1_000, 0, 50)]), name=["도면 %%d <b>"])
    done("vertices", source, "-o", tmp_path / "site.dxf")
    return boundary_report(SiteRef(source)), tmp_path / "site.dxf"


def test_every_coordinate_of_the_drawing_is_that_of_the_list_by_ezdxf(drawn):
    report, path = drawn
    document = ezdxf.readfile(path)
    assert (document.dxfversion, document.header["$INSUNITS"]) == ("AC1024", 6)
    space = document.modelspace()
    rings = [
        list(zip(ring["y_e"], ring["x_n"], strict=True))
        for _, ring in report.points.groupby(["part", "ring"], sort=False)
    ]
    lines = space.query(f'LWPOLYLINE[layer=="{OUTLINE}"]')
    assert [[point[:2] for point in line.get_points()] for line in lines] == rings
    assert all(line.closed for line in lines)
    marks = [(mark.dxf.location.x, mark.dxf.location.y) for mark in space.query(f'POINT[layer=="{MARKS}"]')]
    assert marks == [point for ring in rings for point in ring]
    assert [text.dxf.text for text in space.query(f'TEXT[layer=="{NUMBERS}"]')] == report.points["no"].astype(
        str
    ).tolist()
    assert document.audit().errors == []


def test_the_list_beside_the_drawing_holds_every_coordinate_as_text(drawn):
    report, path = drawn
    texts = [text.dxf.text for text in ezdxf.readfile(path).modelspace().query(f'TEXT[layer=="{LIST}"]')]
    for name in ("x_n", "y_e"):
        assert {f"{value:.2f}" for value in report.points[name]} <= set(texts)
    assert any("중부원점" in text for text in texts)
    assert not any("%%" in text for text in texts)


@pytest.mark.filterwarnings("ignore:Recode from CP65001")
def test_every_coordinate_of_the_drawing_is_that_of_the_list_by_gdal(drawn):
    report, path = drawn
    frame = pyogrio.read_dataframe(path, CLOSED_LINE_AS_POLYGON="YES")
    assert set(frame["Layer"]) == {OUTLINE, MARKS, NUMBERS, LIST}
    marks = frame[frame["Layer"] == MARKS].geometry
    assert list(zip(marks.y, marks.x, strict=True)) == points_of(report.points)
    faces = frame[frame["Layer"] == OUTLINE].geometry
    corners = [tuple(point[::-1]) for face in faces for point in shapely.get_coordinates(face)[:-1].tolist()]
    assert sorted(corners) == sorted(points_of(report.points))


def test_our_own_importer_reads_the_drawing_back(drawn):
    report, path = drawn
    back = read_file(path, belt="EPSG:5186", reading=Reading(crs="EPSG:5186", polygons=True))
    whole = shapely.union_all(back[back.geom_type == "Polygon"].geometry.to_numpy())
    assert whole.equals(shapely.union_all([Polygon(part.exterior) for part in polygon_of_report(report).geoms]))


def polygon_of_report(report) -> MultiPolygon:
    rings: dict[int, list] = {}
    for (part, _), ring in report.points.groupby(["part", "ring"], sort=False):
        rings.setdefault(part, []).append(list(zip(ring["y_e"], ring["x_n"], strict=True)))
    return MultiPolygon([(first, holes) for first, *holes in rings.values()])


def test_the_drawing_of_very_many_points_goes_without_their_list_and_says_so(put, tmp_path, monkeypatch):
    """Every point stays in it; of 25 points, with room for ten numbers, every third has its own."""
    monkeypatch.setattr("gis.view.vertices.MOST_LISTED", 10)
    source = put(square(0, 0, 120).segmentize(20), square(500, 0, 10))
    answer = run("vertices", source, "--id", "s0", "-o", tmp_path / "many.dxf")
    assert (answer.code, "24개의 좌표 목록" in answer.err) == (0, True)
    report, space = boundary_report(SiteRef(source, "s0")), ezdxf.readfile(tmp_path / "many.dxf").modelspace()
    line = space.query("LWPOLYLINE")[0]
    assert [point[:2] for point in line.get_points()] == report.points[["y_e", "x_n"]].apply(tuple, axis=1).tolist()
    assert len(space.query(f'POINT[layer=="{MARKS}"]')) == 24
    numbers = [text.dxf.text for text in space.query(f'TEXT[layer=="{NUMBERS}"]')]
    assert numbers == [str(number) for number in range(1, 25, 3)]
    said = [text.dxf.text for text in space.query(f'TEXT[layer=="{LIST}"]')]
    assert len(said) == len(head_lines(report)) + 1
    assert "3번째 점마다" in said[-1]


def test_a_drawing_of_few_points_has_no_such_note(put, tmp_path):
    done("vertices", put(square(0, 0)), "-o", tmp_path / "few.dxf")
    assert drawing_note(boundary_report(SiteRef(put(square(0, 0))))) == ""


def test_a_schematic_drawing_says_so_in_layer_and_text(tmp_path):
    done("vertices", "jingok", "--dxf", tmp_path / "a.dxf", "--format", "csv")
    space = ezdxf.readfile(tmp_path / "a.dxf").modelspace()
    assert {line.dxf.layer for line in space.query("LWPOLYLINE")} == {SCHEMATIC_OUTLINE}
    assert any(text.dxf.text.startswith("[모식도]") for text in space.query("TEXT"))


def test_texts_with_line_breaks_do_not_break_the_drawing():
    points = boundary_report(SiteRef("jingok")).points
    content = boundary_drawing(points, ["한 줄\n  0\nEOF\r둘째\x07"], [["a\nb"], ["c\td"]], schematic=False)
    space = ezdxf.read(io.StringIO(content.decode("utf-8").replace("\r\n", "\n"))).modelspace()
    assert len(space.query("LWPOLYLINE")) == 1
    said = [text.dxf.text for text in space.query(f'TEXT[layer=="{LIST}"]')]
    assert said == ["한 줄 0 EOF 둘째\ufffd", "a b", "c d"]


def test_the_drawing_names_its_letters_so_that_gdal_reads_korean(drawn):
    _, path = drawn
    code = "import sys, pyogrio; print(*sorted(set(pyogrio.read_dataframe(sys.argv[1])['Layer'])))"
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, path], capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == sorted([OUTLINE, MARKS, NUMBERS, LIST])


def test_other_commands_do_not_wait_for_the_library_of_drawings():
    asked = "import sys, gis.cli; print('ezdxf' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


# ---- the page --------------------------------------------------------------------------


def test_points_leave_as_geojson_in_degrees_with_their_row():
    report = boundary_report(SiteRef("jingok"))
    features = points_geojson(report)["features"]
    assert len(features) == len(report.points)
    first = features[0]
    assert first["geometry"]["coordinates"] == pytest.approx(
        [first["properties"]["lon"], first["properties"]["lat"]], abs=1e-8
    )
    assert json.loads(json.dumps(first, allow_nan=False)) == first


def test_the_chosen_point_keeps_its_number_on_a_crowded_map(put):
    report = boundary_report(SiteRef(put(star(200, [500.0] * 200, ORIGIN))))
    _, chosen, numbered, bare = map_elements(report, "77")
    features = [part[-1].values["collection"]["features"] for part in (chosen, numbered, bare)]
    assert [feature["properties"]["id"] for feature in features[0]] == ["77"]
    assert sum(map(len, features)) == 200
    shown = {feature["properties"]["id"] for feature in features[1]}
    named = report.points[report.points["no"].astype(str).isin(shown)][["y_e", "x_n"]].to_numpy()
    gaps = np.hypot(*(named[:, None] - named[None]).transpose(2, 0, 1))[np.triu_indices(len(named), 1)]
    assert len(named) > 20
    assert gaps.min() >= 1000 / 24 * 0.99, "numbers of a ring of 500 m stand a twenty-fourth of its width apart"
    assert chosen[-1].values["labels"] == [{"name": "77"}]


def test_of_very_many_points_the_map_draws_the_first_and_the_chosen_one(put, monkeypatch):
    monkeypatch.setattr("gis.view.vertices.DRAWN_POINTS", 10)
    report = boundary_report(SiteRef(put(star(200, [500.0] * 200, ORIGIN))))
    _, chosen, *others = [part[-1].values["collection"]["features"] for part in map_elements(report, "77")]
    assert [feature["properties"]["id"] for feature in chosen] == ["77"]
    assert sum(map(len, others)) == 10


@pytest.fixture
def page(monkeypatch):
    monkeypatch.chdir(ROOT)

    def opened(**query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        app.query_params.update(query)
        app.run()
        app.switch_page("gis/app/pages/statutory.py").run()
        assert not app.exception, app.exception
        assert not app.error, [error.value for error in app.error]
        return app

    return opened


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_lists_points_and_warns_of_a_schematic_outline(page, language):
    app = page(site="jingok", table="vertices", lang=language)
    assert len(app.dataframe[0].value) == 40
    assert len(app.warning) == 1


@pytest.mark.parametrize("table", ["list", "calculation"])
def test_the_page_lists_more_points_than_cells_can_be_styled(page, put, table, monkeypatch):
    done("import", put(star(500, [500.0] * 500, ORIGIN)), "--as", "round", "--format", "json")
    monkeypatch.setattr("gis.app.register_view.MOST_STYLED", 1_000)
    monkeypatch.setattr("gis.view.vertices.MOST_LISTED", 100)
    with pd.option_context("styler.render.max_elements", 1_000):
        app = page(site="round", table="vertices", vertices_table=table)
    assert len(app.dataframe[0].value) == 500 + 2 * (table == "calculation")
    assert any("DXF" in one.value for one in app.caption)


def test_a_row_of_either_table_is_a_point_of_the_map_or_a_sum(put):
    from gis.app.vertices_view import table_rows

    report = boundary_report(SiteRef(put(square(0, 0))))
    for table, numbers in (("list", ["1", "2", "3", "4"]), ("calculation", ["1", "2", "3", "4", None, None])):
        people, found = table_rows(report, table)
        assert (len(people), found) == (len(numbers), numbers)
    assert chosen_text(report, "3").startswith("3")


def test_three_changes_of_the_tolerance_all_arrive(page):
    app = page(site="bitgreen", table="vertices")
    app.toggle(key="bends").set_value(True).run()
    counts = []
    for tolerance in (1.0, 30.0, 200.0):
        app.number_input(key="bend_tolerance").set_value(tolerance).run()
        assert not app.exception
        counts.append(len(app.dataframe[0].value))
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == 3


@pytest.mark.parametrize("site", [["jingok"], ["complexes", "--id", "jingok"], ["cluster", "--id", "cluster-jingok"]])
def test_a_confidential_outline_is_in_no_file_whatever_it_is_asked_by(site, tmp_path):
    frame = gpd.GeoDataFrame({"id": ["s"]}, geometry=[square(0, 0, 900)], crs="EPSG:5186")
    frame.to_file(tmp_path / "site.gpkg")
    done("import", tmp_path / "site.gpkg", "--as", "secret", "--confidential", "--format", "json")
    done("outline", "adopt", "secret", "jingok", "--id", "s", "--grade", "B", "--format", "json")
    assert "secret" in refusal("vertices", *site, "-o", tmp_path / "x.dxf")
    assert not (tmp_path / "x.dxf").exists()
