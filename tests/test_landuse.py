"""토지이용계획표: uses from zones and tables add to the site, and what does not is a row or a sentence of its own."""

import io
import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from gis import study
from gis.analysis.landuse import (
    AMOUNTS,
    LEAF_COLUMNS,
    TOTAL,
    _adding_to,
    own_use,
    plan_table,
    supply_table,
    typed,
    use_id,
    uses_of,
    with_difference,
    with_former,
    zoned,
)
from gis.errors import DataFileError, InputError
from gis.i18n import reading
from gis.io import plans, store
from gis.io.plans import Plan, empty_blocks, empty_rows, industry_codes, land_uses, read_blocks, read_plan
from gis.study.landuse import PlanSource, keep, keep_drawn, keep_named, kept, land_use, site_key, uses
from gis.study.landuse import former_versions as versions
from gis.study.sites import SiteRef
from gis.view.landuse import (
    drawn_shapes,
    fault_sentences,
    plan_sentences,
    printed,
    region_table,
    shares_chart,
    supply_shown,
)
from tests.command import done, refusal, run
from tests.pencil import ORIGIN, sites, square

ROOT = Path(__file__).parents[1]
USES = uses_of(land_uses())
SITE = sites(square(0, 0, 100))
PLAN = """토지이용계획 (단위: ㎡),,,,,,,
구분,세부,기정,증감,변경,구성비(%),귀속,비고
산업시설용지,,1170000,8000,"1,178,000",61.7,유상,
지원시설용지,,210000,△10000,200000,10.5,유상,
공공시설용지,소계,528000,2000,530000,27.8,,
,도로,250000,-,250000,,무상,
,공원,80000,1000,81000,,무상,
,녹지,198000,1000,199000,,무상,폐수 무방류
합계,,1908000,0,1908000,100,,
"""


def zones(*shapes_and_uses, **columns):
    """Return shapes with the words of their uses as zones a, b, c …"""
    frame = sites(*(shape for shape, _ in shapes_and_uses))
    return frame.assign(use=[use_id(USES, word) for _, word in shapes_and_uses], **columns)


def measured(*shapes_and_uses, site=SITE, **columns):
    return zoned(zones(*shapes_and_uses, **columns), site, USES)


def area_of(found, use):
    return found.leaves["area"].get(use)


def rows(*cells, **more):
    """Return rows of a typed plan: use, detail, area, former."""
    made = [
        {"row": number, **dict(zip(("use", "detail", "area", "former"), cell, strict=False))}
        for number, cell in enumerate(cells, 1)
    ]
    return plans._rows_frame([{**row, **more} for row in made])


def table_of(*cells):
    return plan_table(typed(rows(*cells), USES).leaves, USES)


def amount(table, use, column="planned_area"):
    return table.set_index("id").at[use, column]


# ── zones ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_zones_of_a_pencil_site_are_width_times_height():
    found = measured((square(0, 0, 60, 100), "산업시설용지"), (square(60, 0, 40, 100), "도로"))
    assert found.leaves["area"].to_dict() == {"industrial": 6_000, "road": 4_000}
    assert found.faults.empty


def test_what_no_zone_covers_is_unassigned():
    found = measured((square(0, 0, 60, 100), "도로"))
    assert area_of(found, "unassigned") == pytest.approx(4_000)


def test_land_that_two_uses_claim_belongs_to_neither_and_is_shown():
    found = measured((square(0, 0, 60, 100), "도로"), (square(50, 0, 50, 100), "공원"))
    assert (area_of(found, "road"), area_of(found, "park"), area_of(found, "contested")) == (5_000, 4_000, 1_000)
    assert found.faults[["plan_fault", "zone", "other_zone", "fault_area"]].to_dict("records") == [
        {"plan_fault": "overlap", "zone": "a", "other_zone": "b", "fault_area": 1_000}
    ]


def test_zones_of_one_use_that_overlap_count_once():
    found = measured((square(0, 0, 60, 100), "도로"), (square(50, 0, 50, 100), "도로"))
    assert area_of(found, "road") == 10_000
    assert found.faults["plan_fault"].tolist() == ["doubled"]


def test_a_zone_that_reaches_out_of_the_site_is_cut_and_told():
    found = measured((square(0, 0, 130, 100), "도로"))
    assert area_of(found, "road") == 10_000
    assert found.faults[["plan_fault", "fault_area"]].to_dict("records") == [
        {"plan_fault": "outside", "fault_area": 3_000}
    ]


def test_a_zone_with_a_hole_leaves_the_hole():
    ring = shapely.Polygon(square(0, 0, 100).exterior, [square(20, 20, 10).exterior])
    found = measured((ring, "도로"))
    assert (area_of(found, "road"), area_of(found, "unassigned")) == (9_900, pytest.approx(100))


def test_zones_that_only_touch_do_not_overlap():
    found = measured((square(0, 0, 50, 100), "도로"), (square(50, 0, 50, 100), "공원"))
    assert found.faults.empty
    assert "contested" not in found.leaves.index


def test_an_overlap_thinner_than_rounding_is_nobodys_and_the_rows_still_add_up():
    found = measured((square(0, 0, 50.00005, 100), "도로"), (square(50, 0, 50, 100), "공원"))
    assert "contested" not in found.leaves.index
    assert found.faults.empty
    assert math.fsum(found.leaves["area"]) == pytest.approx(10_000, abs=1e-9)


def test_a_zone_within_the_site_stays_as_it_was_drawn():
    """Most zones need no cutting, which takes as long as the rim of the site has corners."""
    ring = shapely.LinearRing(shapely.get_coordinates(square(10, 10, 30))[::-1])
    found = measured((shapely.Polygon(ring), "도로"), (square(60, 0, 80, 100), "공원"))
    assert found.zones.geometry.iloc[0].equals_exact(shapely.Polygon(ring), 0)
    assert found.zones.area.tolist() == [900, 4_000]


@pytest.mark.parametrize(("lost", "where"), [(0.05, "road"), (250.0, "difference"), (-250.0, "difference")])
def test_what_parts_miss_of_the_site_is_a_row_unless_rounding_took_it(lost, where):
    leaves = pd.DataFrame({"area": [6_000.0, 4_000 - lost], "geodesic_area": [6_000.0, 4_000]}, index=["road", "park"])
    closed = _adding_to(leaves, SITE)
    assert math.fsum(closed["area"]) == pytest.approx(10_000, abs=1e-9)
    assert closed.at[where, "area"] == pytest.approx(lost + (6_000 if where == "road" else 0))
    assert len(closed) == 2 + (where == "difference")


boxes = st.lists(
    st.tuples(
        st.floats(-40, 120), st.floats(-40, 120), st.floats(1, 120), st.floats(1, 120),
        st.sampled_from(["도로", "공원", "산업시설용지", "완충녹지", "체육시설"]), st.floats(0, 90),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


def shapes(made):
    return [(shapely.affinity.rotate(square(x, y, w, h), angle), word) for x, y, w, h, word, angle in made]


@given(boxes)
def test_parts_add_to_the_site_however_zones_lie(made):
    site = sites(shapely.affinity.rotate(square(0, 0, 100), 17).difference(square(40, 40, 10)))
    found = measured(*shapes(made), site=site)
    assert math.fsum(found.leaves["area"]) == pytest.approx(site.area.iloc[0], abs=1e-6)
    assert (found.leaves["area"] >= 0).all()


@given(boxes, st.randoms())
def test_the_order_of_zones_does_not_matter(made, random):
    mixed = list(made)
    random.shuffle(mixed)
    first, second = measured(*shapes(made)).leaves["area"], measured(*shapes(mixed)).leaves["area"]
    assert set(first.index) == set(second.index)
    np.testing.assert_allclose(first.sort_index(), second.sort_index(), atol=1e-6)


@given(boxes)
def test_each_use_has_the_land_that_points_say(made):
    """A twin by brute force: the middles of 2,500 cells of 4 m² each."""
    found, drawn = measured(*shapes(made)), shapes(made)
    grid = [(ORIGIN[0] + 1 + 2 * x, ORIGIN[1] + 1 + 2 * y) for x in range(50) for y in range(50)]
    points = shapely.points(grid)
    covers = {}
    for shape, word in drawn:
        covers[use_id(USES, word)] = covers.get(use_id(USES, word), False) | shapely.contains(shape, points)
    count = sum(cover.astype(int) for cover in covers.values())
    rim = sum(region.length for region in found.regions.geometry)
    for use, cover in covers.items():
        alone = 4.0 * int((cover & (count == 1)).sum())
        assert abs((area_of(found, use) or 0.0) - alone) <= 3 * rim + 50


def test_measuring_leaves_the_zones_alone():
    frame = zones((square(0, 0, 60, 100), "도로"))
    before = frame.copy(deep=True)
    zoned(frame, SITE, USES)
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


def test_transfer_is_measured_by_zone_and_unknown_where_one_does_not_say():
    both = measured((square(0, 0, 60, 100), "도로"), (square(60, 0, 40, 100), "도로"), transfer=["free", "paid"])
    assert both.leaves.loc["road", ["paid", "free"]].tolist() == [4_000, 6_000]
    one = measured((square(0, 0, 60, 100), "도로"), (square(60, 0, 40, 100), "도로"), transfer=["free", None])
    assert one.leaves.loc["road", ["paid", "free"]].isna().all()


# ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("label", "detail", "use"),
    [
        ("산업시설용지", None, "industrial"),
        ("산업 시설 용지", "", "industrial"),
        ("공공시설용지", "도로", "road"),
        ("공공시설용지", "근린공원", "park"),
        (None, "완충 녹지", "green.buffer"),
        ("지원시설용지", "주차장", own_use("주차장", "support")),
        ("공공시설용지", "체육시설", own_use("체육시설", "public")),
        ("체육시설", None, own_use("체육시설")),
        ("체육시설", "운동장", own_use("운동장", own_use("체육시설"))),
        (None, None, None),
    ],
)
def test_words_mean_a_use_or_make_one_of_their_own(label, detail, use):
    assert use_id(USES, label, detail) == use


def test_an_own_use_lies_in_its_category():
    assert USES.lineage(own_use("운동장", own_use("체육시설"))) == ("own:체육시설", "own:체육시설 > 운동장")
    assert USES.lineage(own_use("문화/체육 > A", "public")) == ("public", "own:public > 문화/체육 › A")


def test_every_use_has_words_that_mean_it_and_no_other():
    for name, use in USES.known.items():
        assert USES.named(use.name) == name
        assert USES.named(use.name_en) == name


@pytest.mark.parametrize(
    ("change", "key"), [({"parent": "nowhere"}, "landuse.use_parent"), ({"names": ["도로"]}, "landuse.use_word")]
)
def test_a_broken_list_of_uses_is_told_with_the_id(change, key):
    records = land_uses()
    mine = records.index[records["id"] == "housing"][0]
    for column, value in change.items():
        records.at[mine, column] = value
    with pytest.raises(InputError, match="housing") as caught:
        uses_of(records)
    assert caught.value.key == key


# ── typed tables ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_subtotal_is_not_counted_beside_its_parts():
    table = table_of(
        ("공공시설용지", None, 300),
        ("공공시설용지", "도로", 200),
        ("공공시설용지", "공원", 100),
        ("산업시설용지", None, 700),
    )
    assert amount(table, TOTAL) == 1_000
    assert amount(table, "public") == 300


def test_a_category_with_more_than_its_parts_keeps_the_rest_below_it():
    table = table_of(("공공시설용지", None, 350), (None, "도로", 200), (None, "공원", 100))
    assert amount(table, "public#rest") == 50
    assert amount(table, "public") == 350


def test_a_category_smaller_than_its_parts_is_refused_with_its_row():
    with pytest.raises(InputError, match="1행 공공시설용지") as caught:
        table_of(("공공시설용지", None, 250), (None, "도로", 200), (None, "공원", 100))
    assert "300" in str(caught.value)


def test_rounded_parts_may_miss_their_subtotal_by_their_rounding():
    table = table_of(("공공시설용지", None, 301), (None, "도로", 200), (None, "공원", 100))
    assert amount(table, "public") == 300


def test_subtotals_of_subtotals_count_once():
    table = table_of(
        ("공공시설용지", None, 300),
        (None, "녹지", 100),
        (None, "완충녹지", 60),
        (None, "경관녹지", 40),
        (None, "도로", 200),
    )
    assert amount(table, "green") == 100
    assert amount(table, TOTAL) == 300


@pytest.mark.parametrize(
    ("use", "detail"), [("합계", None), ("총 계", None), (None, "합계"), ("합계", "합계"), ("total", None)]
)
def test_the_row_of_the_total_is_checked_and_not_added(use, detail):
    found = typed(rows(("도로", None, 400), (use, detail, 500)), USES)
    assert found.stated_total == 500
    assert found.leaves["area"].tolist() == [400]
    assert found.faults[["plan_fault", "fault_area"]].to_dict("records") == [
        {"plan_fault": "total_differs", "fault_area": -100}
    ]


def test_rows_of_one_use_are_added_whatever_their_order():
    table = table_of(("도로", None, 100), ("공원", None, 50), ("도로", None, 25))
    assert amount(table, "road") == 125


@pytest.mark.parametrize("wrong", [(None, None, 5), ("도로", None, -5), ("도로", None, 5, -1)])
def test_a_row_without_use_or_below_nothing_is_refused_with_its_number(wrong):
    with pytest.raises(InputError, match="2행"):
        typed(rows(("공원", None, 1), wrong), USES)


def test_former_plus_change_is_planned_in_every_row():
    table = table_of(("산업시설용지", None, 700, 650), ("도로", None, 300, 200), ("공원", None, 0, 50))
    np.testing.assert_array_equal(table["former_area"] + table["change_area"], table["planned_area"])
    assert amount(table, "park", "change_area") == -50
    assert amount(table, TOTAL, "former_area") == 900


def test_without_a_former_area_change_is_unknown_and_never_0():
    table = table_of(("산업시설용지", None, 700), ("도로", None, 300))
    assert table[["former_area", "change_area"]].isna().all(axis=None)


def test_a_use_that_is_new_has_0_before_where_others_have_a_former_area():
    assert amount(table_of(("도로", None, 300, 200), ("공원", None, 50)), "park", "former_area") == 0


def test_a_stated_change_that_does_not_fit_is_told_with_its_row():
    found = typed(rows(("도로", None, 300, 200), change=90), USES)
    assert found.faults[["plan_fault", "row", "zone", "fault_area"]].to_dict("records") == [
        {"plan_fault": "change_differs", "row": "1", "zone": "도로", "fault_area": 10}
    ]


@pytest.mark.parametrize(
    ("stated", "paid", "free"),
    [
        ({"transfer": "유상"}, 300, 0),
        ({"transfer": "무상귀속"}, 0, 300),
        ({"paid": 100}, 100, 200),
        ({"free": 300}, 0, 300),
    ],
)
def test_transfer_in_words_or_numbers_is_two_areas(stated, paid, free):
    leaf = typed(rows(("도로", None, 300), **stated), USES).leaves.loc["road"]
    assert leaf[["paid", "free"]].tolist() == [paid, free]


def test_transfer_that_does_not_add_to_the_area_is_told():
    found = typed(rows(("도로", None, 300), paid=100, free=150), USES)
    assert found.faults["plan_fault"].tolist() == ["transfer_differs"]


@pytest.mark.parametrize("whole", [1_000.0, 900.0, 1_100.25])
def test_what_a_table_lacks_of_the_site_or_has_beyond_it_is_a_row(whole):
    leaves = with_difference(typed(rows(("도로", None, 1_000)), USES).leaves, whole)
    table = plan_table(leaves, USES)
    assert amount(table, TOTAL) == pytest.approx(whole, abs=1e-9)
    assert ("difference" in table["id"].tolist()) == (whole != 1_000)


def test_land_that_a_table_leaves_open_had_no_former_area_and_is_no_change():
    leaves = with_difference(typed(rows(("도로", None, 670)).assign(former=[630.0]), USES).leaves, 755.0)
    found = plan_table(leaves, USES)
    assert np.isnan(amount(found, "difference", "former_area"))
    assert (amount(found, TOTAL, "former_area"), amount(found, TOTAL, "change_area")) == (630, 40)
    shown = printed(found)["change_area"][(found["level"] <= 1).to_numpy()]
    assert shown.iloc[-1] == shown.iloc[:-1].sum() == 40


def test_a_column_that_not_every_row_has_adds_up_as_printed():
    told = rows(("도로", None, 450_000.4), ("공원", None, 20_000.4)).assign(paid=[450_000.4, 20_000.4])
    found = plan_table(with_difference(typed(told, USES).leaves, 500_000.0), USES)
    shown = printed(found)
    first = shown[(found["level"] == 1).to_numpy()]
    assert first["paid_area"].sum() == shown["paid_area"].iloc[-1]


def test_uses_of_two_plans_stand_side_by_side():
    now, before = (typed(rows(*cells), USES).leaves for cells in ([("도로", None, 300)], [("공원", None, 200)]))
    table = plan_table(with_former(now, before), USES)
    assert amount(table, "road", "change_area") == 300
    assert amount(table, "park", "change_area") == -200


leaf = st.sampled_from(
    ["industrial", "mixed", "road", "park", "green.buffer", "green.scenic", "support", "own:a", "own:public > b"]
)
areas = st.floats(0, 5e6, allow_nan=False).map(lambda area: round(area, 3))


@given(
    st.dictionaries(leaf, st.tuples(areas, areas), min_size=1),
    st.randoms(),
    st.sampled_from(["m2", "man-m2", "pyeong"]),
)
def test_any_plan_adds_up_in_doubles_and_as_printed(parts, random, unit):
    names = list(parts)
    random.shuffle(names)
    leaves = pd.DataFrame({name: {"area": parts[name][0], "former": parts[name][1]} for name in names}).T.reindex(
        columns=list(LEAF_COLUMNS)
    )
    table = plan_table(leaves.astype(dict.fromkeys(AMOUNTS, float)), USES)
    assert amount(table, TOTAL) == pytest.approx(math.fsum(area for area, _ in parts.values()), abs=1e-6)
    seen = printed(table, unit).assign(id=table["id"], parent=table["parent"], level=table["level"])
    for name in ("planned_area", "former_area", "change_area"):
        for exact in (table, seen):
            for whole in exact[exact["id"].isin(set(exact["parent"].dropna()))].to_dict("records"):
                below = exact[exact["parent"] == whole["id"]][name]
                assert math.fsum(below) == pytest.approx(whole[name], abs=1e-6)
            assert math.fsum(exact[exact["level"] == 1][name]) == pytest.approx(exact[name].iloc[-1], abs=1e-6)
    if table["planned_area"].iloc[-1] > 0:
        assert math.fsum(seen[seen["level"] == 1]["share_pct"]) == pytest.approx(100)
    np.testing.assert_allclose(seen["former_area"] + seen["change_area"], seen["planned_area"], atol=1e-6)


def test_printed_parts_add_up_where_each_alone_would_round_away():
    table = table_of(("산업시설용지", None, 33.4), ("도로", None, 33.3), ("공원", None, 33.3))
    seen = printed(table)
    assert seen["planned_area"].tolist() == [33, 67, 34, 33, 100]
    assert seen["share_pct"].tolist() == [33.4, 66.6, 33.3, 33.3, 100.0]


def test_the_order_of_rows_is_that_of_the_form():
    table = table_of(("기타", None, 1), ("도로", None, 1), ("체육시설", None, 1), ("산업시설용지", None, 1))
    assert table["id"].tolist() == ["industrial", "public", "road", "other", "own:체육시설", TOTAL]


# ── files ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["cp949", "utf-8", "utf-8-sig"])
def test_a_table_of_a_report_is_read_in_any_encoding(encoding):
    plan = read_plan(PLAN.encode(encoding), "계획.csv")
    table = plan_table(typed(plan.rows, USES, plan.step).leaves, USES)
    assert amount(table, TOTAL) == amount(table, TOTAL, "former_area") == 1_908_000
    assert amount(table, "support", "change_area") == -10_000
    assert amount(table, TOTAL, "free_area") == 530_000
    assert typed(plan.rows, USES, plan.step).faults.empty


def test_headings_of_two_lines_and_merged_cells_are_read():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["토지이용계획표"], [], ["구분", None, "면적(㎡)", None, None, "구성비(%)", None],
        [None, None, "기정", "증감", "변경", "기정", "변경"],
        ["산업시설용지", None, 600, 100, 700, 60, 70], ["공공시설용지", "소계", 400, -100, 300, 40, 30],
        [None, "도로", 400, -100, 300, 40, 30], ["합계", None, 1000, 0, 1000, 100, 100],
    ):  # fmt: skip
        sheet.append(row)
    for merged in ("A3:B4", "C3:E3", "F3:G3", "A6:A7", "A5:B5", "A8:B8"):
        sheet.merge_cells(merged)
    packed = io.BytesIO()
    book.save(packed)
    plan = read_plan(packed.getvalue(), "plan.xlsx")
    found = typed(plan.rows, USES, plan.step)
    assert found.leaves["area"].to_dict() == {"industrial": 700, "road": 300}
    assert found.leaves["former"].to_dict() == {"industrial": 600, "road": 400}


@pytest.mark.parametrize(
    ("unit", "size"), [("천㎡", 1_000), ("만㎡", 10_000), ("ha", 10_000), ("평", 400 / 121), ("㎡", 1)]
)
def test_the_unit_of_a_heading_is_read(unit, size):
    plan = read_plan(f"구분,면적({unit})\n도로,12\n".encode(), "a.csv")
    assert plan.rows["area"].iloc[0] == pytest.approx(12 * size)


def test_a_toml_plan_holds_rows_and_blocks():
    text = 'unit = "만㎡"\n[[row]]\nuse = "산업시설용지"\narea = 12\n[[block]]\nblock = "A1"\nksic = ["26", "C30"]\narea = 12\nsmallest_plot = 0.2\n'
    plan = read_plan(text.encode(), "plan.toml")
    assert plan.rows["area"].tolist() == [120_000]
    assert plan.blocks[["block", "ksic", "supply_area", "smallest_plot"]].to_dict("records") == [
        {"block": "A1", "ksic": "26|30", "supply_area": 120_000, "smallest_plot": 2_000}
    ]


@pytest.mark.parametrize(
    ("content", "file", "words"),
    [
        ("구분,면적\n도로,약 1만\n", "a.csv", ("a.csv", "2행", "약 1만")),
        ("구분,비고\n도로,1\n", "a.csv", ("변경", "구분, 비고")),
        ("구분,면적\n", "a.csv", ("a.csv",)),
        ('[[row]]\nuse = "도로"\narae = 3\n', "a.toml", ("1번째", "arae", "area")),
        ('[[row]]\nuse = ["체육시설", "공원"]\narea = 3\n', "a.toml", ("1번째", "use", "체육시설")),
        ('[[block]]\nblock = {name = "A"}\nksic = ["26"]\narea = 3\n', "a.toml", ("1번째", "block")),
        ("[[row]\n", "a.toml", ("a.toml",)),
        ("x = 1\n", "a.toml", ("[[row]]",)),
    ],
)
def test_a_file_that_is_no_plan_is_refused_with_what_is_wrong(content, file, words):
    with pytest.raises((InputError, DataFileError)) as caught:
        read_plan(content.encode(), file)
    assert all(word in str(caught.value) for word in words)


def test_personal_numbers_in_notes_are_not_read():
    assert "010-1234-5678" not in str(
        read_plan("구분,면적,비고\n도로,1,담당 010-1234-5678\n".encode(), "a.csv").rows["note"].iloc[0]
    )


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("26", "26"),
        ("C26, 30", "26|30"),
        ("30399;30110", "30"),
        ("26 전자부품", "26"),
        ("", ""),
        (["10", "11"], "10|11"),
    ],
)
def test_industries_of_a_cell_are_divisions(text, codes):
    assert industry_codes(text) == codes


# ── 업종별 공급면적 ────────────────────────────────────────────────────────────────────────────────────────────────

NAMES = {"26": "전자부품", "30": "자동차"}


def blocks(*cells):
    made = [
        dict(zip(("row", "block", "ksic", "supply_area", "smallest_plot"), (number, *cell), strict=False))
        for number, cell in enumerate(cells, 1)
    ]
    return plans._blocks_frame(made)


def test_supply_by_block_and_industry_adds_to_the_industrial_land():
    table = supply_table(blocks(("A1", "26", 300.0), ("A1", "30", 200.0), ("A2", "26|30", 400.0)), NAMES, 1_000.0)
    assert table["block"].tolist() == ["A1", "A1", "A2", "difference", "total"]
    assert table["supply_area"].tolist() == [300, 200, 400, 100, 1_000]
    assert table["industry_name"].tolist()[2] == "전자부품|자동차"
    seen = supply_shown(table)
    assert math.fsum(seen["supply_area"].iloc[:-1]) == seen["supply_area"].iloc[-1]


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ((None, "26", 1.0), "landuse.block_name"),
        (("A1", "99", 1.0), "landuse.block_ksic"),
        (("A1", "26", -1.0), "landuse.block_area"),
    ],
)
def test_a_wrong_block_is_refused_with_its_row(cell, key):
    from gis.analysis.landuse import require_blocks

    with pytest.raises(InputError, match="2행") as caught:
        require_blocks(blocks(("A0", "26", 1.0), cell), NAMES)
    assert caught.value.key == key


def test_a_table_of_blocks_is_read_from_a_file():
    found = read_blocks(
        '블록,업종코드,면적(㎡),최소필지,제한업종\nA1,"26,30",300,800,○\n계,,300,,\n'.encode("cp949"), "b.csv"
    )
    assert found[["block", "ksic", "supply_area", "smallest_plot", "restricted"]].to_dict("records") == [
        {"block": "A1", "ksic": "26|30", "supply_area": 300, "smallest_plot": 800, "restricted": True}
    ]


# ── one run, end to end ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "plan.csv").write_bytes(PLAN.encode("cp949"))
    site = gpd.GeoDataFrame({"id": ["s"], "grade": ["A"]}, geometry=[square(0, 0, 2_000, 1_000)], crs="EPSG:5186")
    site.to_file(tmp_path / "site.gpkg")
    words = ["산업시설용지", "산업용지", "도로", "완충녹지", "근린공원", "체육시설", "지원시설용지"]
    lefts, widths = [0, 600, 1_200, 1_400, 1_500, 1_600, 1_690], [600, 600, 200, 100, 100, 100, 400]
    drawn = gpd.GeoDataFrame(
        {"용도": words, "블록": ["A1", "A2"] + [None] * 5, "업종": ["26, 30", "29"] + [None] * 5},
        geometry=[square(left, 0, width, 1_000) for left, width in zip(lefts, widths, strict=True)], crs="EPSG:5186",
    )  # fmt: skip
    drawn.to_file(tmp_path / "zones.gpkg")
    return tmp_path


def site_of(folder):
    return SiteRef(str(folder / "site.gpkg"))


def test_zones_in_a_geopackage_make_the_table_by_command(folder):
    answer = run("landuse", folder / "site.gpkg", "--plan", folder / "zones.gpkg", "--format", "json")
    assert answer.code == 0
    found = {row["id"]: row for row in answer.json}
    assert found["industrial"]["planned_area_m2"] == 1_200_000
    assert found["own:체육시설"]["planned_area_m2"] == pytest.approx(90_000)
    assert found["contested"]["planned_area_m2"] == pytest.approx(10_000)
    assert math.fsum(row["planned_area_m2"] for row in answer.json if row["level"] == 1) == pytest.approx(
        2_000_000, abs=1e-6
    )
    assert found["total"]["former_area_m2"] is None
    assert found["industrial"]["geodesic_area_m2"] == pytest.approx(1_200_000, rel=1e-4)
    assert "겹치고" in answer.err and "구역 밖" in answer.err


def test_a_cp949_table_makes_the_table_by_command(folder):
    answer = done("landuse", "jingok", "--plan", folder / "plan.csv", "--basis", "official", "--format", "csv")
    lines = answer.text.splitlines()
    assert lines[0].startswith("id,parent,level,use,use_en,former_area_m2,change_area_m2,planned_area_m2,share_pct")
    assert lines[-1].startswith("total,,0,")
    assert "1908000.0,0.0,1908000.0,100.0" in lines[-1]


def test_a_workbook_holds_every_table(folder, tmp_path):
    run("landuse", folder / "site.gpkg", "--plan", folder / "zones.gpkg", "-o", tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["landuse", "supply", "placement", "faults", "unmatched", "sources"]


def test_the_planar_basis_shows_its_difference_and_the_official_one_none(folder):
    planar = land_use(SiteRef("jingok"), PlanSource(str(folder / "plan.csv")))
    official = land_use(SiteRef("jingok"), PlanSource(str(folder / "plan.csv"), basis="official"))
    assert planar.amount("difference") == pytest.approx(planar.whole - 1_908_000)
    assert math.isnan(official.amount("difference"))
    assert (planar.grade, official.grade) == ("D", None)


@pytest.mark.parametrize("format", ["table", "json", "csv"])
def test_a_site_without_a_plan_is_refused_with_how_to_give_one(format):
    said = refusal("landuse", "jingok", "--format", format)
    assert "진곡산단" in said and "--plan" in said
    with reading("en"):
        assert "--plan" in refusal("--lang", "en", "landuse", "jingok")


def test_a_site_without_a_plan_has_an_area_and_nothing_about_uses():
    found = land_use(SiteRef("jingok"))
    assert found.table["planned_area"].tolist() == pytest.approx([study.complexes().loc[["jingok"]].area.iloc[0]])
    assert found.table[["share_pct", "former_area", "change_area"]].isna().all(axis=None)
    assert "자료 없음" in " ".join(plan_sentences(found))


def test_a_schematic_site_says_so(folder):
    said = " ".join(plan_sentences(land_use(SiteRef("jingok"), PlanSource(str(folder / "plan.csv")))))
    assert "모식도" in said


@pytest.mark.parametrize(
    ("zone_grade", "site", "grade"), [("B", "site.gpkg", "B"), (None, "site.gpkg", None), ("A", "jingok", "D")]
)
def test_a_plan_measured_from_zones_has_the_worse_grade(folder, zone_grade, site, grade):
    frame = study.complexes().loc[["jingok"]] if site == "jingok" else gpd.read_file(folder / site)
    frame.assign(용도="도로", grade=zone_grade)[["용도", "grade", "geometry"]].to_file(folder / "graded.gpkg")
    found = land_use(SiteRef(site if site == "jingok" else str(folder / site)), PlanSource(str(folder / "graded.gpkg")))
    assert found.grade == grade
    assert found.table["grade"].iloc[0] == grade or (grade is None and pd.isna(found.table["grade"].iloc[0]))


def test_a_former_layer_stands_beside_the_plan(folder):
    before = gpd.GeoDataFrame(
        {"용도": ["산업시설용지", "도로"]},
        geometry=[square(0, 0, 1_000, 1_000), square(1_000, 0, 1_000, 1_000)],
        crs="EPSG:5186",
    )
    before.to_file(folder / "former.gpkg")
    found = land_use(site_of(folder), PlanSource(str(folder / "zones.gpkg"), former=str(folder / "former.gpkg")))
    assert found.amount("industrial", "change_area") == pytest.approx(200_000)
    assert found.amount("road", "change_area") == pytest.approx(-800_000)
    assert found.amount(TOTAL, "change_area") == pytest.approx(0, abs=1e-6)


def test_blocks_of_zones_give_industries_and_plots(folder):
    found = land_use(site_of(folder), PlanSource(str(folder / "zones.gpkg")))
    assert found.placement[["block", "ksic", "smallest_plot"]].to_dict("records") == [
        {"block": "A1", "ksic": "26|30", "smallest_plot": 600_000},
        {"block": "A2", "ksic": "29", "smallest_plot": 600_000},
    ]
    assert found.supply["supply_area"].iloc[-1] == found.amount("industrial")


def test_a_plot_below_900_m2_is_told(folder):
    (folder / "blocks.csv").write_bytes(
        "블록,업종코드,공급면적,최소필지\nA1,26,1178000,899.9\nA2,26,0,900\n".encode("cp949")
    )
    source = PlanSource(str(folder / "plan.csv"), blocks=str(folder / "blocks.csv"), basis="official")
    found = land_use(SiteRef("jingok"), source)
    assert found.faults[found.faults["plan_fault"] == "small_plot"]["zone"].tolist() == ["A1"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--plan", "zones.gpkg", "--basis", "official"], "좌표면적"),
        (["--plan", "zones.gpkg", "--column", "없음"], "용도"),
        (["--plan", "plan.csv", "--basis", "official"], "고시·발표면적이 없습니다"),
        (["--plan", "nowhere.csv"], "nowhere.csv"),
        (["--plan", "nowhere"], "nowhere"),
        (["--plan", "plan.csv", "--basis", "sea"], "planar"),
        (["--keep"], "--plan"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(folder, words, said):
    paths = [str(folder / word) if word.endswith((".csv", ".gpkg")) else word for word in words]
    assert said in refusal("landuse", folder / "site.gpkg", *paths)


def test_a_layer_without_a_use_is_told_with_its_columns(folder):
    frame = gpd.GeoDataFrame({"height": [3.0]}, geometry=[square(0, 0)], crs="EPSG:5186")
    frame.to_file(folder / "other.gpkg")
    assert "height" in refusal("landuse", folder / "site.gpkg", "--plan", folder / "other.gpkg")


def test_names_with_html_and_formulas_stay_words(folder):
    frame = gpd.GeoDataFrame({"용도": ["<b>=1+1</b>"]}, geometry=[square(0, 0)], crs="EPSG:5186")
    frame.to_file(folder / "evil.gpkg")
    found = land_use(site_of(folder), PlanSource(str(folder / "evil.gpkg")))
    assert found.unmatched["use"].tolist() == ["<b>=1+1</b>"]
    from gis.view.landuse import legend_html

    assert "<b>=1" not in legend_html(found)


def test_many_zones_far_outside_are_one_sentence(folder):
    far = [square(9_000 + 10 * number, 0, 5) for number in range(30)]
    gpd.GeoDataFrame({"용도": ["도로"] * 31}, geometry=[square(0, 0), *far], crs="EPSG:5186").to_file(
        folder / "far.gpkg"
    )
    found = land_use(site_of(folder), PlanSource(str(folder / "far.gpkg")))
    assert found.faults["plan_fault"].tolist() == ["outside_many"]
    assert "30개" in fault_sentences(found)[0]


# ── kept ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_kept_plan_is_the_site_s_own_and_its_former_versions_stay(folder):
    assert run("landuse", "jingok", "--plan", folder / "plan.csv", "--basis", "official", "--keep").code == 0
    again = read_plan(PLAN.replace("199000", "199001").encode(), "b.csv")
    assert keep(SiteRef("jingok"), again) == 2
    found = land_use(SiteRef("jingok"), PlanSource(basis="official"))
    assert found.amount("green") == 199_001
    assert [one.plan.rows["area"].iloc[5] for one in versions(SiteRef("jingok"))] == [199_000, 199_001]
    assert kept(SiteRef("bitgreen")) is None
    assert [one.kind for one in store.layers()] == ["Plan"]


def test_a_kept_plan_leaves_with_all_its_versions(folder):
    keep(SiteRef("jingok"), read_plan(folder / "plan.csv"))
    done("export", "plan_jingok", "-o", folder / "kept.csv")
    assert (folder / "kept.csv").read_text(encoding="utf-8-sig").startswith("version,saved_at,part,")


def test_the_same_plan_is_not_kept_twice(folder):
    plan = read_plan(folder / "plan.csv")
    assert [keep(SiteRef("jingok"), plan) for _ in range(3)] == [1, 1, 1]


def test_a_plan_comes_back_from_the_workspace_as_it_was():
    text = '[[row]]\nuse = "도로"\narea = 12.5\nformer = 3\ntransfer = "무상"\nphase = "1단계"\nnote = "비고"\n[[block]]\nblock = "A"\nksic = ["26"]\narea = 3\nrestricted = true\n'
    plan = read_plan(text.encode(), "plan.toml")
    keep(SiteRef("jingok"), plan)
    back = kept(SiteRef("jingok"))
    pd.testing.assert_frame_equal(back.rows.drop(columns="row"), plan.rows.drop(columns="row"))
    pd.testing.assert_frame_equal(back.blocks.drop(columns="row"), plan.blocks.drop(columns="row"))


def test_a_plan_with_a_wrong_row_is_not_kept():
    with pytest.raises(InputError, match="1행"):
        keep(SiteRef("jingok"), Plan("x", rows(("도로", None, -1.0)), empty_blocks()))
    assert store.layers() == []


def test_a_version_that_somebody_else_wrote_meanwhile_is_not_lost(folder, monkeypatch):
    plan = read_plan(folder / "plan.csv")
    keep(SiteRef("jingok"), plan)
    stale = plans.kept_entry(site_key(SiteRef("jingok")))
    keep(SiteRef("jingok"), read_plan(PLAN.replace("199000", "199001").encode(), "b.csv"))
    assert not store.rewrite(stale, store.table(stale.name))
    assert len(versions(SiteRef("jingok"))) == 2


def test_zones_of_a_file_are_kept_as_a_layer(folder):
    keep_named(site_of(folder), PlanSource(str(folder / "zones.gpkg")))
    assert sorted(one.kind for one in store.layers()) == ["Plan", "Polygon"]
    assert land_use(site_of(folder)).amount("industrial") == pytest.approx(1_200_000)


def test_drawn_polygons_become_the_plan(folder):
    site = SiteRef("jingok")
    west, south, east, north = study.complexes().loc[["jingok"]].to_crs("EPSG:4326").total_bounds
    left, right = shapely.box(west, south, (west + east) / 2, north), shapely.box((west + east) / 2, south, east, north)
    far = shapely.box(126.0, 34.5, 126.01, 34.51)
    text = [shapely.to_geojson(shape) for shape in (left, right, far)]
    keep_drawn(site, tuple(zip(text, ("산업시설용지", "도로", "공원"), strict=True)))
    found = land_use(site)
    assert set(found.table["id"]) == {"industrial", "public", "road", "total"}
    with pytest.raises(InputError):
        keep_drawn(site, ((text[2], "공원"),))


# ── words and pictures ─────────────────────────────────────────────────────────────────────────────────────────────


def test_sentences_are_in_both_languages(folder):
    found = land_use(site_of(folder), PlanSource(str(folder / "zones.gpkg")))
    korean = plan_sentences(found) + fault_sentences(found)
    with reading("en"):
        english = plan_sentences(found) + fault_sentences(found)
    assert len(korean) == len(english)
    assert korean[0] != english[0]


def test_the_chart_has_a_bar_for_each_large_use_and_state(folder):
    chart = shares_chart(land_use(SiteRef("jingok"), PlanSource(str(folder / "plan.csv"), basis="official")).table)
    assert len(chart.to_dict()["datasets"]) == 1
    values = next(iter(chart.to_dict()["datasets"].values()))
    assert [row["text"] for row in values] == ["61.7 %", "10.5 %", "27.8 %", "61.3 %", "11.0 %", "27.7 %"]


def test_regions_leave_with_their_areas(folder):
    regions = region_table(land_use(site_of(folder), PlanSource(str(folder / "zones.gpkg"))))
    np.testing.assert_allclose(regions.area, regions["planned_area"], atol=1e-6)
    assert regions["share_pct"].sum() == pytest.approx(100)


@pytest.fixture
def page(monkeypatch):
    monkeypatch.chdir(ROOT)

    def opened(**query):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        app.query_params.update(query)
        app.run()
        app.switch_page("gis/app/pages/statutory.py").run()
        assert not app.exception, app.exception
        return app

    return opened


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_shows_the_kept_plan(page, folder, language):
    keep(SiteRef("jingok"), read_plan(folder / "plan.csv"))
    app = page(site="jingok", table="landuse", basis="official", lang=language)
    assert not app.error
    shown = [one.value for one in app.dataframe]
    assert any("61.7" in str(table.values) for table in shown)


def test_the_page_without_a_plan_says_what_is_missing(page):
    app = page(site="jingok", table="landuse")
    assert not app.error
    assert any("자료 없음" in line.value for line in app.markdown)
    assert any("파일(TOML, CSV, XLSX)" in line.value for line in app.info)


def imported(folder, **more):
    """Import a site and its zones; the zones are the plan of the site."""
    run("import", folder / "site.gpkg", "--as", "ours", *(f"--{word}" for word in more))
    run("import", folder / "zones.gpkg", "--as", "zones", *(f"--{word}" for word in more))
    keep_named(SiteRef("ours"), PlanSource("zones"))


@pytest.mark.parametrize("table", ["landuse", "placement", "supply", "faults"])
def test_each_table_of_zones_stands_beside_its_map_in_square_meters(page, folder, table):
    imported(folder)
    app = page(site="ours", table="landuse", plan_source="layer", plan_table=table, unit="pyeong")
    assert not app.error
    people = app.dataframe[0].value
    assert not any("평)" in header for header in people.columns)
    assert any("구역 도형" in str(one.proto.label) for one in app.get("download_button"))
    app.segmented_control(key="plan_table-ko").set_value("landuse").run()
    assert (not app.exception and app.dataframe[0].value.shape != people.shape) or table == "landuse"


def test_a_block_clicked_on_the_map_is_a_row_of_both_tables(folder):
    from gis.app.landuse_view import table_rows

    found = land_use(site_of(folder), PlanSource(str(folder / "zones.gpkg")))
    layer, shapes = drawn_shapes(found, "placement")
    assert shapes["name"].tolist() == ["A1", "A2"]
    np.testing.assert_allclose(shapes.area, found.placement["supply_area"])
    assert (layer.name, table_rows(found, "placement")[1]) == ("plan_blocks", ["A1", "A2"])
    assert table_rows(found, "supply")[1] == ["A1", "A2", "total"]
    assert table_rows(found, "landuse")[1] == found.table["id"].tolist()
    assert set(table_rows(found, "faults")[1]) == {None}


def test_confidential_regions_leave_only_where_a_person_says_so(page, folder):
    imported(folder, confidential=True)
    app = page(site="ours", table="landuse", plan_source="layer")
    labels = [str(one.proto.label) for one in app.get("download_button")]
    assert not any("구역 도형" in label for label in labels)
    [sure] = [one for one in app.checkbox if "ours, zones" in one.label]
    sure.set_value(True).run()
    assert any("구역 도형" in str(one.proto.label) for one in app.get("download_button"))


def test_a_typed_plan_says_that_it_has_no_shapes(page, folder):
    keep(SiteRef("jingok"), read_plan(folder / "plan.csv"))
    app = page(site="jingok", table="landuse", basis="official")
    assert any("도형이 없어" in one.value for one in app.caption)


def test_a_table_that_the_next_site_lacks_gives_way_to_the_plan(page, folder):
    imported(folder)
    keep(SiteRef("jingok"), read_plan(folder / "plan.csv"))
    app = page(site="ours", table="landuse", plan_source="layer", plan_table="placement")
    app.selectbox(key="site-ko").set_value("jingok").run()
    assert not app.exception and not app.error
    assert any("61.7" in str(one.value.values) for one in app.dataframe)


def test_a_layer_is_taken_as_the_plan_and_a_former_version_comes_back(page, folder):
    keep(SiteRef("jingok"), read_plan(folder / "plan.csv"))
    frame = study.complexes().loc[["jingok"]].assign(용도="산업시설용지")[["용도", "geometry"]]
    frame.to_file(folder / "own.gpkg")
    run("import", folder / "own.gpkg", "--as", "own")
    app = page(site="jingok", table="landuse", plan_source="layer")
    next(one for one in app.button if "use-layer" in str(one.key)).click().run()
    assert not app.error and not app.exception
    assert kept(SiteRef("jingok")).layer == "own"
    next(one for one in app.button if str(one.key).endswith("-restore")).click().run()
    assert not app.exception
    assert kept(SiteRef("jingok")).layer is None
    assert len(versions(SiteRef("jingok"))) == 3


def test_what_the_editor_holds_is_the_plan(folder):
    from gis.app.landuse_view import editor_blocks, editor_rows, typed_blocks, typed_rows, use_words

    plan = read_plan(folder / "plan.csv")
    words = use_words()
    back = typed_rows(editor_rows(plan.rows, words), words)
    pd.testing.assert_frame_equal(typed(back, USES).leaves, typed(plan.rows, USES).leaves)
    assert typed_rows(editor_rows(empty_rows(), words), words).empty
    known = blocks(("A1", "26|30", 300.0, 900.0))
    assert typed_blocks(editor_blocks(known))["ksic"].tolist() == ["26|30"]
    assert typed_blocks(editor_blocks(empty_blocks())).empty


def test_the_uses_of_the_product_are_those_of_the_file():
    assert set(uses().known) == set(land_uses()["id"])


def test_a_change_without_the_new_area_is_added_to_the_former(tmp_path):
    gpd.GeoDataFrame({"id": ["s"]}, geometry=[square(0, 0, 1_000)], crs="EPSG:5186").to_file(tmp_path / "site.gpkg")
    (tmp_path / "plan.csv").write_text(
        "구분,기정,증감,변경\n산업시설용지,500000,100000,\n도로,400000,,400000\n", encoding="cp949"
    )
    rows = done("landuse", tmp_path / "site.gpkg", "--plan", tmp_path / "plan.csv", "--format", "json").json
    found = {row["id"]: row["planned_area_m2"] for row in rows}
    assert (found["industrial"], found["total"]) == (600_000, pytest.approx(1_000_000))


def test_every_column_of_areas_has_its_own_unit():
    plan = read_plan("구분,기정면적(천㎡),변경면적(㎡)\n도로,600,600000\n".encode(), "a.csv")
    assert plan.rows[["former", "area"]].to_numpy().tolist() == [[600_000, 600_000]]


def test_a_unit_above_the_table_holds_where_a_heading_has_none():
    plan = read_plan("계획표,(단위: 천㎡)\n구분,면적,기정(㎡)\n도로,12,12000\n".encode(), "a.csv")
    assert plan.rows[["former", "area"]].to_numpy().tolist() == [[12_000, 12_000]]


def test_a_column_without_a_unit_beside_one_in_another_is_refused():
    with pytest.raises(InputError) as caught:
        read_plan("구분,면적,유상귀속(천㎡)\n도로,12000,12\n".encode(), "a.csv")
    assert caught.value.key == "landuse.units" and "면적" in str(caught.value)


def test_a_row_that_names_a_use_and_no_area_is_said(tmp_path):
    """A formula that the spreadsheet never calculated is an empty cell; a heading of parts is none."""
    gpd.GeoDataFrame({"id": ["s"]}, geometry=[square(0, 0, 1_000)], crs="EPSG:5186").to_file(tmp_path / "site.gpkg")
    (tmp_path / "plan.csv").write_text(
        "구분,세부,면적\n산업시설용지,,\n공공시설용지,,\n공공시설용지,도로,400000\n", encoding="cp949"
    )
    found = land_use(SiteRef(str(tmp_path / "site.gpkg")), PlanSource(str(tmp_path / "plan.csv")))
    faults = found.faults[found.faults["plan_fault"] == "no_area"]
    assert faults["zone"].tolist() == ["산업시설용지"]
    assert "산업시설용지: 면적이 비어 있어" in " ".join(fault_sentences(found))
