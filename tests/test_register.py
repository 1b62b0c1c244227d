"""The land schedule by pencil: whole and part, slivers, rounding, doubtful rows; and every m² of the site accounted for."""

import itertools
import json
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from gis.analysis.register import PART, WHOLE, Tolerances, incorporated_areas, lot_numbers, schedule
from gis.errors import InputError
from gis.io import store
from gis.study.register import land_register, layer_near, parcel_layers
from gis.study.sites import SiteRef
from gis.view import register as view
from tests.command import done, refusal, run
from tests.pencil import sites, square
from tests.test_app import ROOT, sound

CODE = "2920010100"
PLACES = {"29200101": "광주광역시 광산구 송정동", "4688040030": "전라남도 장성군 북하면 동현리"}
UNITS = gpd.GeoDataFrame(
    {"id": list(PLACES), "full_name": list(PLACES.values()), "precision": 40},
    geometry=[square(-2_000, -2_000, 4_000), square(2_000, -2_000, 4_000)], crs="EPSG:5186",
)  # fmt: skip
"""A map of two places side by side, the first of them around the site."""


def pnu(main, sub=0, forest=False, code=CODE):
    return f"{code}{2 if forest else 1}{main:04d}{sub:04d}"


def parcels(*shapes, pnus=None, **columns):
    count = len(shapes)
    rows = {
        "pnu": pnus or [pnu(number) for number in range(1, count + 1)], "address": None, "map_lot": None,
        "map_category": None, "grade": "B", "source": "pencil", **columns,
    }  # fmt: skip
    frame = gpd.GeoDataFrame(rows, geometry=list(shapes), crs="EPSG:5186")
    return frame.astype({"pnu": object, "address": object, "map_lot": object, "map_category": object})


def lands(**areas):
    """Return a table of lands from `p1=100`: register area of lot 1."""
    rows = [{"row": line, "pnu": pnu(int(name[1:])), "register_area": area} for line, (name, area) in enumerate(areas.items(), 2)]  # fmt: skip
    return table(rows)


def table(rows):
    blank = {"land_category": None, "register_area": np.nan, "zoning": None, "ownership": None, "owner": None,
             "land_price": np.nan, "year": None, "unread_area": None}  # fmt: skip
    columns = ["row", "pnu", *blank]
    return pd.DataFrame([blank | row for row in rows], columns=columns).astype({"year": "Int64"})


def made(site, figures, told=None, **options):
    return schedule(sites(site), figures, told, UNITS, **options)


def by_lot(found):
    return found.rows.set_index("lot_number")


def entry(found, name, section="site"):
    return found.balance.set_index(["section", "entry"])["planar_area"][section, name]


SITE = square(0, 0, 100)


def test_no_gap_of_the_plane_is_none_of_the_ground_and_all_adds_to_the_site():
    lots = [square(x * 12.5, y * 20, 12.5, 20) for x in range(8) for y in range(5)]
    found = made(SITE, parcels(*lots)).balance.set_index(["section", "entry"]).loc["site"]
    assert found.loc["gaps", "area"] == found.loc["overlaps", "area"] == 0
    assert found["area"].drop("site_area").sum() == pytest.approx(found.loc["site_area", "area"], abs=1e-9)


def test_a_whole_parcel_counts_its_register_area_and_a_half_the_half():
    figures = parcels(square(0, 0, 50, 100), square(50, 0, 100, 100))
    found = by_lot(made(SITE, figures, lands(p1=5_010, p2=9_990)))
    assert found["whole"].tolist() == [WHOLE, PART]
    assert found["incorporated_area"].tolist() == [5_010, 4_995]
    assert found["figure_area"].tolist() == [5_000, 5_000]
    assert found["figure_share_pct"].tolist() == [100, pytest.approx(50)]
    assert found["parcel_area"].tolist() == [5_000, 10_000]


@pytest.mark.parametrize(
    ("register", "share", "incorporated"),
    [(201, 0.5, 100), (203, 0.5, 102), (0.6, 0.5, 0.3), (1, 0.3, 1), (3, 0.1, 1), (100.4, 0.5, 50.2), (100.3, 0.5, 50.2), (100.5, 0.5, 50.2)],
)  # fmt: skip
def test_a_part_is_rounded_half_to_even_and_never_to_nothing(register, share, incorporated):
    """시행령 제60조: 100.5 is 100, 101.5 is 102, less than 1 is 1; by tenths where the register area has tenths."""
    rows = pd.DataFrame(
        {"register_area": [float(register)], "legal_code": None, "whole": PART, "figure_share_pct": [100 * share]}
    )
    assert incorporated_areas(rows).tolist() == [incorporated]


def test_the_share_of_figures_is_taken_as_exact_however_the_computer_holds_it():
    rows = pd.DataFrame(
        {
            "register_area": [201.0, 201.0],
            "legal_code": None,
            "whole": PART,
            "figure_share_pct": [50 + 1e-11, 50 - 1e-11],
        }
    )
    assert incorporated_areas(rows).tolist() == [100, 100]


def test_a_district_registered_in_tenths_rounds_its_even_parcels_to_tenths_too():
    areas, codes = [2_965.0, 101.3, 88.7, 2_965.0, 40.0, 50.0, 60.5], ["a", "a", "a", "b", "b", "b", "b"]
    rows = pd.DataFrame({"register_area": areas, "legal_code": codes, "whole": PART, "figure_share_pct": 78.8125})
    assert incorporated_areas(rows).tolist()[::3] == [2_336.8, 2_337, 47.7]


def test_ten_parcels_by_hand():
    """A site of 100 m × 100 m on two rows of five parcels of 40 m × 60 m; the sums by hand, to the m²."""
    figures = parcels(*(square(40 * (n % 5) - 50, 60 * (n // 5), 40, 60) for n in range(10)))
    areas = [2401, 2399, 2400, 2410, 2400, 2400.4, 2399, 2405, 2400, 2396]
    found = made(SITE, figures, lands(**{f"p{n}": area for n, area in enumerate(areas, 1)}))
    # columns −50…−10, −10…30, 30…70, 70…110, 110…150 against 0…100: 0, 3/4, 1, 3/4, 0; rows 0…60 and 60…100: 1, 2/3
    rows = by_lot(found)
    assert rows.index.tolist() == ["2", "3", "4", "7", "8", "9"]
    assert rows["whole"].tolist() == [PART, WHOLE, PART, PART, PART, PART]
    assert rows["incorporated_area"].tolist() == [
        1799,
        2400,
        1808,
        1200,
        1603,
        1200,
    ]  # 1799.25, 1807.5, 1199.5, 1603.3…
    assert rows["figure_area"].tolist() == [1800, 2400, 1800, 1200, 1600, 1200]
    assert entry(found, "incorporated", "difference") == 10_010
    assert entry(found, "difference", "difference") == 10


def test_a_lot_of_the_forest_register_is_called_san():
    numbers = pd.Series([pnu(12, 3), pnu(12), pnu(12, 3, forest=True), None], dtype=object)
    assert lot_numbers(numbers).tolist() == ["12-3", "12", "산 12-3", None]


def test_the_place_is_that_of_the_code_or_else_of_the_address():
    names = [pnu(1), pnu(2, code="4688040030"), pnu(3, code="1111011111"), pnu(4, code="2222022222")]
    addresses = [None, None, "서울특별시 강남구 역삼동 737", None]
    figures = parcels(*(square(25 * n, 0, 25) for n in range(4)), pnus=names, address=addresses)
    found = made(SITE, figures).rows.set_index("pnu")["location"]
    assert found[names].tolist() == [PLACES["29200101"], PLACES["4688040030"], "서울특별시 강남구 역삼동", None]


def test_without_a_register_area_the_incorporated_area_is_unknown_and_the_figure_stands_beside():
    found = made(SITE, parcels(square(0, 0, 50, 100), square(50, 0, 50, 100)), lands(p1=5_000))
    rows = by_lot(found)
    assert math.isnan(rows.loc["2", "incorporated_area"])
    assert rows.loc["2", "figure_area"] == 5_000
    assert entry(found, "no_register_area", "difference") == -5_000


def test_without_any_register_area_nothing_is_summed():
    found = made(SITE, parcels(square(0, 0, 100)))
    assert found.subtotals["incorporated_area"].isna().all()
    assert set(found.balance["section"]) == {"site"}


def test_a_thin_overlap_is_listed_and_not_counted_until_it_is_confirmed():
    figures = parcels(square(0, 0, 100), square(99.95, -0.0, 80, 100), square(-50, 0, 50.5, 100))
    told = lands(p1=10_000, p2=8_000, p3=5_050)
    found = made(SITE, figures, told)
    assert by_lot(found).index.tolist() == ["1", "3"]  # half a meter is a part
    assert found.slivers[["lot_number", "counted"]].to_numpy().tolist() == [["2", False]]
    assert found.slivers["figure_area"].iloc[0] == pytest.approx(5.0)
    assert found.slivers["incorporated_area"].iloc[0] == 5
    assert entry(found, "slivers", "difference") == pytest.approx(-5.0)
    assert found.slivers["thickness"].iloc[0] == pytest.approx(0.05, rel=1e-2)
    for tolerances in (Tolerances(count_slivers=True), Tolerances(counted=[pnu(2)])):
        confirmed = made(SITE, figures, told, tolerances=tolerances)
        assert by_lot(confirmed).loc["2", "incorporated_area"] == 5
        assert confirmed.slivers["counted"].tolist() == [True]
    assert made(SITE, figures, told, tolerances=Tolerances(sliver=0.01)).slivers.empty


def test_what_is_left_outside_by_less_than_the_tolerance_leaves_a_parcel_whole():
    figures = parcels(square(-0.05, 0, 100.05, 100), square(0, -0.2, 100, 50.2))
    found = by_lot(made(SITE, figures, lands(p1=10_007, p2=5_013)))
    assert found["whole"].tolist() == [WHOLE, PART]
    assert found["incorporated_area"].iloc[0] == 10_007
    assert found["outside_area"].iloc[0] == pytest.approx(5)


def test_neighbors_that_only_touch_are_no_parcels_of_the_site():
    found = made(SITE, parcels(square(0, 0, 100), square(100, 0, 50), square(-50, -50, 50)))
    assert by_lot(found).index.tolist() == ["1"]
    assert found.slivers.empty


def test_overlaps_and_gaps_are_measured_and_listed():
    figures = parcels(square(0, 0, 60, 100), square(50, 0, 45, 100))
    found = made(SITE, figures, lands(p1=6_000, p2=4_000))
    assert found.faults[["fault", "planar_area", "lot_number", "other_lot"]].fillna("").to_numpy().tolist() == [
        ["overlap", pytest.approx(1_000), "1", "2"],
        ["gap", pytest.approx(500), "", ""],
    ]
    site = found.balance[found.balance["section"] == "site"].set_index("entry")["planar_area"]
    assert site.to_dict() == {
        "site_area": 10_000, "figures": 10_500, "slivers": 0, "overlaps": pytest.approx(-1_000), "gaps": pytest.approx(500),
    }  # fmt: skip


def test_two_figures_of_one_pnu_are_one_parcel_wherever_they_lie():
    figures = parcels(
        square(0, 0, 50, 100), square(500, 0, 50, 100), square(50, 0, 50, 100), pnus=[pnu(1), pnu(1), pnu(2)]
    )
    found = made(SITE, figures, lands(p1=10_000, p2=5_000))
    row = by_lot(found).loc["1"]
    assert (row["incorporated_area"], row["whole"], row["figures"]) == (5_000, PART, 2)
    assert found.duplicates["side"].tolist() == ["layer", "layer"]


def test_the_same_figure_twice_is_no_overlap():
    found = made(SITE, parcels(square(0, 0, 100), square(0, 0, 100), pnus=[pnu(1), pnu(1)]), lands(p1=10_000))
    assert (len(found.rows), found.faults.empty, len(found.duplicates)) == (1, True, 2)


def test_rows_of_one_pnu_that_differ_leave_what_they_differ_in_unknown():
    told = table([{"row": 2, "pnu": pnu(1), "register_area": 100.0, "ownership": "개인"},
                  {"row": 3, "pnu": pnu(1), "register_area": 100.0, "ownership": "법인"}])  # fmt: skip
    found = made(SITE, parcels(square(0, 0, 10)), told)
    row = found.rows.iloc[0]
    assert (row["register_area"], row["ownership"], row["lines"], row["differing"]) == (100, None, 2, "ownership")
    assert found.duplicates[["side", "row"]].to_numpy().tolist() == [["table", 2], ["table", 3]]


def test_what_the_table_contradicts_itself_in_is_not_taken_from_the_layer():
    told = table([{"row": 2, "pnu": pnu(1), "ownership": "개인"}, {"row": 3, "pnu": pnu(1), "ownership": "법인"}])
    figures = parcels(square(0, 0, 10), ownership="국유지", register_area=100.0)
    row = made(SITE, figures, told).rows.iloc[0]
    assert (row["ownership"], row["register_area"]) == (None, 100)


def test_of_several_years_the_last_counts():
    told = table([{"row": 2, "pnu": pnu(1), "land_price": 10.0, "year": 2024},
                  {"row": 3, "pnu": pnu(1), "land_price": 20.0, "year": 2025}])  # fmt: skip
    row = made(SITE, parcels(square(0, 0, 10)), told).rows.iloc[0]
    assert (row["land_price"], row["lines"], row["differing"]) == (20, 2, None)


def test_a_parcel_without_pnu_is_listed_by_what_stands_on_the_map():
    figures = parcels(square(0, 0, 100), pnus=[None], map_lot=["산 12"], map_category=["임야"])
    row = made(SITE, figures, lands(p9=1)).rows.iloc[0]
    assert (row["pnu"], row["lot_number"], row["land_category"]) == (None, "산 12", "임야")


def test_the_table_goes_before_the_map_and_the_map_before_nothing():
    figures = parcels(square(0, 0, 50, 100), square(50, 0, 50, 100), map_category=["답", "전"])
    told = table([{"row": 2, "pnu": pnu(1), "land_category": "대"}])
    rows = by_lot(made(SITE, figures, told))
    assert rows["land_category"].tolist() == ["대", "전"]
    assert rows["map_category"].tolist() == ["답", None]


def test_a_parcel_takes_the_zone_of_the_largest_share_where_the_table_has_none():
    zones = sites(square(0, 0, 70, 100), square(70, 0, 30, 100)).assign(name=["자연녹지지역", "생산녹지지역"])
    figures = parcels(square(0, 0, 100, 50), square(0, 50, 100, 50))
    told = table([{"row": 2, "pnu": pnu(2), "zoning": "계획관리지역"}])
    rows = by_lot(made(SITE, figures, told, zones=zones))
    assert rows["zoning"].tolist() == ["자연녹지지역", "계획관리지역"]
    assert rows["zoning_shares"].tolist() == ["자연녹지지역 70.0 %, 생산녹지지역 30.0 %", None]


def test_zones_that_overlap_are_counted_once_and_said():
    """Two features of one class overlap by 10, and another class lies on 20 of the whole that they cover."""
    zones = sites(square(0, 0, 50, 100), square(40, 0, 60, 100), square(80, 0, 20, 100))
    zones = zones.assign(name=["자연녹지지역", "자연녹지지역", "생산녹지지역"])
    row = made(SITE, parcels(SITE), zones=zones).rows.iloc[0]
    assert (row["zoning"], row["zoning_shares"]) == ("자연녹지지역", "자연녹지지역 100.0 %, 생산녹지지역 20.0 %")
    assert row["zoning_overlap_pct"] == pytest.approx(20)


def test_zones_that_only_meet_do_not_overlap_and_a_zone_without_a_name_is_none():
    zones = sites(square(0, 0, 50, 100), square(50, 0, 50, 100)).assign(name=["자연녹지지역", None])
    row = made(SITE, parcels(SITE), zones=zones).rows.iloc[0]
    assert row["zoning_shares"] == "자연녹지지역 50.0 %"
    assert math.isnan(row["zoning_overlap_pct"])


def test_zones_elsewhere_leave_the_zoning_unknown():
    rows = made(SITE, parcels(SITE), zones=sites(square(500, 0)).assign(name="자연녹지지역")).rows
    assert rows[["zoning", "zoning_shares"]].isna().all(axis=None)


EAST = "4688040030"


def test_a_pnu_that_names_another_place_than_the_map_is_a_fault_to_confirm():
    figures = parcels(square(0, 0, 50, 100), square(50, 0, 50, 100), pnus=[pnu(1), pnu(2, code=EAST)])
    found = made(SITE, figures)
    fault = found.faults.iloc[0]
    assert fault[["fault", "pnu", "lot_number", "location", "map_location"]].tolist() == [
        "place", pnu(2, code=EAST), "2", PLACES[EAST], PLACES["29200101"],
    ]  # fmt: skip
    assert fault["planar_area"] == pytest.approx(5_000)
    assert square(50, 0, 50, 100).contains(shapely.Point(fault["y_e"], fault["x_n"]))
    assert len(found.faults) == 1
    assert by_lot(found)["map_location"].tolist() == [None, PLACES["29200101"]]


@pytest.mark.parametrize(("gap", "faults"), [(39, 0), (41, 1)])
def test_a_parcel_as_near_to_its_own_place_as_the_map_is_right_is_no_fault(gap, faults):
    """The boundary between the two places runs at 2,000; the map is right to 40 m."""
    shape = square(1_950 - gap, 0, 50)
    assert len(made(shape, parcels(shape, pnus=[pnu(1, code=EAST)])).faults) == faults


@pytest.mark.parametrize(("left", "faults"), [(-1_980, 0), (0, 1), (-9_000, 0)])
def test_a_code_that_the_map_does_not_know_is_a_fault_well_inside_it_and_beyond_it_nobody_knows(left, faults):
    shape = square(left, 0, 20)
    found = made(shape, parcels(shape, pnus=[pnu(1, code="1111010100")])).faults
    assert found["fault"].tolist() == ["place"] * faults
    assert found["location"].isna().all()


def test_many_parcels_elsewhere_crowd_out_no_gap(monkeypatch):
    monkeypatch.setattr("gis.analysis.register.MOST_LISTED", 2)
    figures = parcels(*(square(20 * n, 0, 20, 90) for n in range(5)), pnus=[pnu(n, code=EAST) for n in range(1, 6)])
    assert made(SITE, figures).faults["fault"].tolist() == ["place", "place", "gap"]


def test_an_area_that_could_not_be_read_is_told_by_line_and_value():
    told = table(
        [{"row": 2, "pnu": pnu(1), "unread_area": "1,2O4"}, {"row": 3, "pnu": pnu(2), "register_area": 5.0},
         {"row": 4, "pnu": pnu(3), "unread_area": "미상"}, {"row": 5, "pnu": pnu(3), "unread_area": "?"}]
    )  # fmt: skip
    figures = parcels(*(square(25 * n, 0, 25) for n in range(3)))
    assert by_lot(made(SITE, figures, told))["unread_area"].tolist() == ["2: 1,2O4", None, "4: 미상, 5: ?"]


def test_the_grade_is_the_worse_of_site_and_parcels():
    site = sites(SITE, grade="D")
    assert schedule(site, parcels(square(0, 0, 100))).rows["grade"].tolist() == ["D"]


def test_rows_stand_in_the_order_of_their_pnu_and_are_numbered():
    names = [pnu(20), pnu(3), pnu(1, forest=True), pnu(3, 1)]
    figures = parcels(*(square(25 * n, 0, 25) for n in range(4)), pnus=names)
    found = made(SITE, figures).rows
    assert found["lot_number"].tolist() == ["3", "3-1", "20", "산 1"]
    assert found["no"].tolist() == [1, 2, 3, 4]


def test_subtotals_add_up_to_the_total_in_every_way():
    figures = parcels(
        *(square(20 * n - 10, 0, 20, 100) for n in range(6)), map_category=["답", "전", "답", None, "대", "전"]
    )
    told = lands(p1=2_001, p2=2_002, p3=1_999, p4=2_000.5, p6=2_000)
    sums = made(SITE, figures, told).subtotals
    total = sums[sums["by"] == "total"].iloc[0]
    for by in ("land_category", "ownership", "location"):
        mine = sums[sums["by"] == by]
        for column in ("count", "whole_count", "unknown_count", "register_area", "incorporated_area", "figure_area"):
            assert math.fsum(mine[column].dropna()) == pytest.approx(total[column], abs=1e-9), (by, column)
    assert total["count"] == 6


def test_parcels_in_another_order_make_the_same_schedule():
    figures = parcels(*(square(20 * n - 10, 0, 20, 100) for n in range(6)))
    told = lands(**{f"p{n}": 2_000 + n for n in range(1, 7)})
    forward, backward = made(SITE, figures, told), made(SITE, figures.iloc[::-1].reset_index(drop=True), told)
    pd.testing.assert_frame_equal(forward.rows.drop(columns="id"), backward.rows.drop(columns="id"))


def test_the_input_is_left_alone():
    figures, told = parcels(square(0, 0, 60, 100), square(50, 0, 80, 100)), lands(p1=6_000)
    before = figures.copy(deep=True), told.copy(deep=True)
    made(SITE, figures, told)
    pd.testing.assert_frame_equal(pd.DataFrame(figures), pd.DataFrame(before[0]))
    pd.testing.assert_frame_equal(told, before[1])


@pytest.mark.parametrize("options", [{"sliver": -0.1}, {"sliver": 11}, {"whole_share": 0}, {"whole_share": 1.1}])
def test_a_tolerance_that_is_none_is_refused(options):
    with pytest.raises(InputError):
        Tolerances(**options)


cells = st.lists(st.tuples(*[st.floats(-40, 120) for _ in range(2)], *[st.floats(1, 90) for _ in range(2)]), min_size=1, max_size=8)  # fmt: skip


@settings(max_examples=25)
@given(cells, st.floats(0, 90), st.booleans(), st.sampled_from([0.0, 0.1, 2.0]))
def test_every_square_meter_of_the_site_is_accounted_for(boxes, angle, hole, sliver):
    site = shapely.affinity.rotate(square(0, 0, 100), angle)
    site = site.difference(square(40, 40, 20)) if hole else site
    figures = parcels(*(square(*box) for box in boxes))
    told = lands(**{f"p{n}": 100.0 * n for n in range(1, len(boxes), 2)})
    found = schedule(sites(site), figures, told, tolerances=Tolerances(sliver=sliver))
    areas = found.balance.set_index(["section", "entry"])["planar_area"]
    assert math.fsum(areas["site"].drop("site_area")) == pytest.approx(areas["site", "site_area"], abs=1e-6)
    if "difference" in areas.index.get_level_values(0):
        causes = areas["difference"].drop(["incorporated", "difference"])
        assert math.fsum(causes) == pytest.approx(areas["difference", "difference"], abs=1e-6)
        gap = areas["difference", "incorporated"] - areas["site", "site_area"]
        assert areas["difference", "difference"] == pytest.approx(gap, abs=1e-6)


@settings(max_examples=20)
@given(st.lists(st.floats(1, 99), min_size=1, max_size=6, unique=True), st.floats(0, 90))
def test_figures_of_a_map_without_faults_add_up_to_the_site(cuts, angle):
    edges = [-100, *sorted(cuts), 250]
    strips = [square(left, -100, right - left, 400) for left, right in itertools.pairwise(edges) if right - left > 1e-3]
    site = shapely.affinity.rotate(SITE, angle)
    found = schedule(sites(site), parcels(*strips), tolerances=Tolerances(count_slivers=True))
    assert math.fsum(found.rows["figure_area"]) == pytest.approx(site.area, abs=1e-3)


@settings(max_examples=40)
@given(st.lists(st.floats(0.1, 5_000), min_size=1, max_size=20), st.sampled_from(["m2", "ha", "pyeong", "man-m2"]))
def test_printed_areas_add_up_to_their_printed_sum(areas, unit):
    from gis.units import in_area_unit

    digits = 0 if unit in ("m2", "pyeong") else 2
    printed = [round(in_area_unit(area, unit), digits) for area in view.adding_up(pd.Series(areas), unit)]
    whole = in_area_unit(math.fsum(areas), unit)
    assert math.fsum(printed) == pytest.approx(round(whole, digits), abs=10**-digits * 0.5000001)


# from files to tables


LANDS = f"""고유번호,지번,지목,면적,용도지역명1,소유구분,소유자,공시지가
{pnu(1)},1,답,4990,자연녹지지역,개인,홍길동,10000
{pnu(2)},2,임야,8020,생산녹지지역,국유지,국(산림청),20000
{pnu(4)},4,대,100,,법인,㈜가나,
{pnu(4)},4,대,101,,법인,㈜가나,
"""


@pytest.fixture
def files(tmp_path):
    """Put a CP949 shapefile of parcels, a CP949 table and a site; lot 3 is a sliver, lot 4 stands twice in the table."""
    shapes = [square(0, 0, 50, 100), square(50, 0, 80, 100), square(-30, 0, 30.05, 100), square(20, 100, 10, 10), square(10, 95, 5, 10)]  # fmt: skip
    names = [pnu(1), pnu(2, forest=False), pnu(3), pnu(5), pnu(4)]
    frame = gpd.GeoDataFrame(
        {"PNU": names, "JIBUN": ["1답", "2 임", "3전", "5대", "4대"], "BCHK": "1"}, geometry=shapes, crs="EPSG:5186"
    )
    frame.to_file(tmp_path / "LDREG.shp", encoding="cp949")
    (tmp_path / "lands.csv").write_bytes(LANDS.encode("cp949"))
    gpd.GeoDataFrame({"name": ["시험지구"]}, geometry=[SITE], crs="EPSG:5186").to_file(tmp_path / "site.gpkg")
    return tmp_path


@pytest.fixture
def imported(files):
    for name in ("LDREG.shp", "lands.csv", "site.gpkg"):
        run("import", files / name, "--as", name.split(".")[0].lower(), "--format", "json")
    return files


CONTRACT = ["no", "location", "lot_number", "pnu", "land_category", "register_area_m2", "incorporated_area_m2", "whole", "zoning", "ownership", "land_price_krw", "note"]  # fmt: skip


def test_the_command_makes_the_schedule_of_imported_files(imported):
    rows = done("register", imported / "site.gpkg", "--format", "json").json
    assert list(rows[0])[: len(CONTRACT)] == CONTRACT
    told = [(row["lot_number"], row["land_category"], row["incorporated_area_m2"], row["whole"], row["ownership"]) for row in rows]  # fmt: skip
    assert told == [
        ("1", "답", 4990, "전부", "개인"), ("2", "임야", 5012, "일부", "국유지"), ("4", "대", None, "일부", "법인"),
    ]  # fmt: skip
    assert rows[0]["location"] == "광주광역시 광산구 송정동"
    assert rows[0]["owner"] == "홍○○"
    assert "공부면적 없음" in rows[2]["note"]
    assert "공부상 면적" in rows[2]["note"]


@pytest.mark.parametrize("name", view.TABLES)
def test_every_table_can_be_asked_for(name, imported):
    rows = done("register", imported / "site.gpkg", "--table", name, "--format", "json").json
    assert rows


def test_the_balance_that_leaves_adds_up(imported):
    rows = done("register", "site", "--table", "balance", "--format", "json").json
    site = {row["entry"]: row["planar_area_m2"] for row in rows if row["section"] == "site"}
    assert math.fsum(area for name, area in site.items() if name != "site_area") == pytest.approx(10_000, abs=1e-6)
    assert site["slivers"] == pytest.approx(5)


def test_slivers_are_counted_when_they_are_confirmed(imported):
    for words in (["--count-slivers"], ["--confirm", pnu(3)], ["--sliver", "0.01m"]):
        rows = done("register", "site", *words, "--format", "json").json
        assert "3" in [row["lot_number"] for row in rows]


def test_files_that_are_not_imported_make_the_same_schedule(imported):
    files = ["--parcels", imported / "LDREG.shp", "--lands", imported / "lands.csv"]
    by_file, by_name = (done("register", "site", *words, "--format", "json").json for words in (files, []))
    for rows in (by_file, by_name):
        for row in rows:
            row.pop("grade")
    assert by_file == by_name


def test_the_printed_table_says_what_a_reader_must_know(imported):
    text = done("register", "site").text
    for words in ("시험지구", "얇은 겹침 1개", "공부면적이 없는 필지 1개", "제60조", "홍○○", "편입면적 − 구역면적"):
        assert words in text
    assert "홍길동" not in text


@pytest.mark.parametrize(("language", "heading"), [("ko", "도상면적 구성비 (%)"), ("en", "Share of figure areas (%)")])
def test_the_shares_of_the_subtotals_say_that_they_are_of_figure_areas(imported, language, heading):
    assert heading in " ".join(done("--lang", language, "register", "site", "--table", "subtotals").text.split())
    rows = done("register", "site", "--table", "subtotals", "--format", "json").json
    assert rows[-1]["figure_area_share_pct"] == 100
    assert "share_pct" not in rows[-1]


def test_zones_that_overlap_are_said_in_the_note_and_in_words(imported, tmp_path):
    zones = gpd.GeoDataFrame(
        {"name": ["계획관리지역", "생산관리지역"]},
        geometry=[square(-10, -10, 200), square(-10, 97.5, 200)],
        crs="EPSG:5186",
    )
    zones.to_file(tmp_path / "zones.gpkg")
    words = ["register", "site", "--zoning", tmp_path / "zones.gpkg"]
    assert "용도지역이 50.0 % 겹칩니다" in done(*words, "--format", "json").json[2]["note"]
    assert "용도지역이 겹치는 필지 1개" in done(*words).text


def test_a_parcel_elsewhere_than_its_pnu_says_is_listed_and_said(imported):
    """The site lies in 삼거동 on the bundled map, ten kilometers from 송정동, of which the parcels have the code."""
    faults = done("register", "site", "--table", "faults", "--format", "json").json
    place = next(row for row in faults if row["fault"] == "place")
    assert (place["location"], place["map_location"]) == ("광주광역시 광산구 송정동", "광주광역시 광산구 삼거동")
    assert "지도에서는 광주광역시 광산구 삼거동에 놓임" in done("register", "site", "--format", "json").json[0]["note"]
    assert "담긴 법정동 지도(2023-09-15)의 자리가 다른 필지 4개" in done("register", "site").text


def test_an_area_of_the_table_that_could_not_be_read_is_named(imported):
    (imported / "odd.csv").write_text(f'고유번호,면적\n{pnu(1)},4990\n{pnu(2)},"8,O20 홍길동"\n', encoding="utf-8")
    words = ["register", "site", "--lands", imported / "odd.csv"]
    assert "대장에서 읽지 못한 면적(줄: 값) 3: 8,O20 홍○○" in done(*words, "--format", "json").json[1]["note"]
    assert "읽지 못한 필지 1개(줄: 값): 3: 8,O20 홍○○." in done(*words).text


def test_a_kept_table_keeps_what_could_not_be_read_and_one_of_before_has_none(imported):
    (imported / "odd.csv").write_text(f"고유번호,면적\n{pnu(1)},4990?\n", encoding="utf-8")
    run("import", imported / "odd.csv", "--as", "odd", "--format", "json")
    rows = done("register", "site", "--lands", "odd", "--format", "json").json
    assert "2: 4990?" in rows[0]["note"]
    path = store.file_path(store.layer("odd"))
    pd.read_parquet(path).drop(columns="unread_area").to_parquet(path)
    rows = done("register", "site", "--lands", "odd", "--format", "json").json
    assert "읽지 못한" not in rows[0]["note"]


def test_owners_that_are_no_persons_show_what_they_are(imported):
    (imported / "owners.csv").write_text(
        f"고유번호,면적,소유자\n{pnu(1)},4990,국(산림청)\n{pnu(2)},8020,선정당사자 홍길동\n{pnu(4)},100,광주광역시 광산구\n",
        encoding="utf-8",
    )
    words = ["register", "site", "--lands", imported / "owners.csv", "--format", "json"]
    rows = done(*words).json
    assert [(row["ownership"], row["owner"]) for row in rows] == [
        ("국유지", None), (None, "선정당사자 홍○○"), ("구유지", None),
    ]  # fmt: skip
    assert [row["ownership"] for row in done("--lang", "en", *words).json] == ["State", None, "Autonomous district"]


def test_a_site_that_does_not_exist_is_told_the_complexes(imported):
    said = refusal("register", "atlantis")
    assert "단지: cheomdan3, bitgreen, jingok, futurecar" in said
    assert "ldreg" in said
    assert "--id" in refusal("register", "ldreg")


def test_the_workbook_has_every_table(imported, tmp_path):
    done("register", "site", "-o", tmp_path / "out.xlsx")
    assert list(pd.read_excel(tmp_path / "out.xlsx", sheet_name=None)) == [*view.TABLES, "sources"]


def test_the_pieces_leave_with_what_the_schedule_says_of_them_owners_masked(imported, tmp_path):
    done("register", "site", "--pieces", tmp_path / "pieces.gpkg")
    pieces = gpd.read_file(tmp_path / "pieces.gpkg").set_index("pnu", drop=False)
    assert pieces.loc[pnu(1), ["lot_number", "land_category", "incorporated_area_m2", "state"]].tolist() == [
        "1", "답", 4990, "whole",
    ]  # fmt: skip
    assert pieces.loc[pnu(1), "owner"] == "홍○○"
    assert pieces.area.to_numpy() == pytest.approx(pieces["figure_area_m2"].to_numpy(), abs=1e-6)
    assert pieces[pieces["state"] == "sliver"]["incorporated_area_m2"].isna().tolist() == [True]


def test_pieces_of_a_confidential_layer_leave_only_where_a_person_says_so(imported, tmp_path):
    run("import", imported / "LDREG.shp", "--as", "ldreg2", "--confidential", "--format", "json")
    assert "대외비" in refusal("register", "site", "--parcels", "ldreg2", "--pieces", tmp_path / "pieces.gpkg")
    assert not (tmp_path / "pieces.gpkg").exists()
    done("register", "site", "--parcels", "ldreg2", "--pieces", tmp_path / "pieces.gpkg", "--confidential")
    assert (tmp_path / "pieces.gpkg").exists()


def test_the_csv_starts_with_the_columns_of_the_contract(imported):
    header = done("register", "site", "--format", "csv").text.splitlines()[0]
    assert header.startswith(",".join(CONTRACT))


def test_without_a_table_of_lands_nothing_is_filled_in(imported):
    rows = done("register", "site", "--lands", "none", "--format", "json").json
    assert {row["incorporated_area_m2"] for row in rows} == {None}
    assert all("공부면적 없음" in row["note"] for row in rows)
    assert [row["land_category"] for row in rows] == ["답", "임야", "대"]


def test_a_schematic_site_says_so_in_every_row_and_in_words(imported, tmp_path):
    wide = gpd.GeoDataFrame({"PNU": [pnu(1)]}, geometry=[square(-5_000, -5_000, 40_000)], crs="EPSG:5186")
    wide.to_file(tmp_path / "wide.gpkg")
    rows = done("register", "jingok", "--parcels", tmp_path / "wide.gpkg", "--lands", "none", "--format", "json").json
    assert {row["grade"] for row in rows} == {"D"}
    assert all("모식도" in row["note"] for row in rows)
    assert "모식도" in done("register", "jingok", "--parcels", tmp_path / "wide.gpkg", "--lands", "none").text


def test_in_english_categories_and_classes_are_in_english(imported):
    text = done("--lang", "en", "register", "site").text
    for words in ("Paddy field", "Forest land", "State", "Whole", "no register area"):
        assert words in text


def test_without_parcels_the_line_says_what_to_bring(tmp_path):
    assert "PNU" in refusal("register", "jingok")


def test_of_several_layers_one_is_named(imported):
    run("import", imported / "LDREG.shp", "--as", "other", "--format", "json")
    assert "ldreg, other" in refusal("register", "site")
    done("register", "site", "--parcels", "other", "--format", "json")


def test_of_several_tables_one_is_named(imported):
    done("import", imported / "lands.csv", "--as", "lands2", "--format", "json")
    assert "lands, lands2" in refusal("register", "site")


@pytest.mark.parametrize(
    "words",
    [["--parcels", "site"], ["--lands", "nowhere"], ["--sliver", "20m"], ["--zoning", "nowhere"], ["--unit", "acre"]],
)
def test_a_wrong_option_is_one_line(words, imported):
    refusal("register", "site", *words)


def test_a_zoning_layer_fills_what_the_table_does_not_say(imported, tmp_path):
    zones = gpd.GeoDataFrame({"name": ["계획관리지역"]}, geometry=[square(-10, -10, 200)], crs="EPSG:5186")
    zones.to_file(tmp_path / "zones.gpkg")
    rows = done("register", "site", "--zoning", tmp_path / "zones.gpkg", "--format", "json").json
    assert [row["zoning"] for row in rows] == ["자연녹지지역", "생산녹지지역", "계획관리지역"]
    assert "계획관리지역 100.0 %" in rows[2]["note"]


def test_an_imported_layer_of_the_theme_fills_it_too_unless_none_is_wanted(imported, tmp_path):
    zones = gpd.GeoDataFrame({"name": ["계획관리지역"]}, geometry=[square(-10, -10, 200)], crs="EPSG:5186")
    zones.to_file(tmp_path / "zones.gpkg")
    done("import", tmp_path / "zones.gpkg", "--as", "zones", "--title", "용도지역", "--format", "json")
    rows = done("register", "site", "--format", "json").json
    assert [row["zoning"] for row in rows] == ["자연녹지지역", "생산녹지지역", "계획관리지역"]
    bare = done("register", "site", "--zoning", "none", "--format", "json").json
    assert [row["zoning"] for row in bare] == ["자연녹지지역", "생산녹지지역", None]


def test_names_that_look_like_html_or_formulas_are_only_text(files, tmp_path):
    frame = gpd.GeoDataFrame({"PNU": [pnu(1)], "jibun": ["=1+1"]}, geometry=[SITE], crs="EPSG:5186")
    frame.to_file(tmp_path / "odd.gpkg")
    zones = gpd.GeoDataFrame({"name": ["=<b>x</b>"]}, geometry=[square(-10, -10, 200)], crs="EPSG:5186")
    zones.to_file(tmp_path / "zones.gpkg")
    words = ["--parcels", tmp_path / "odd.gpkg", "--zoning", tmp_path / "zones.gpkg", "--lands", "none"]
    assert "'=<b>x</b>" in done("register", files / "site.gpkg", *words, "--format", "csv").text


def test_only_parcels_near_the_site_are_read_and_those_of_the_same_pnu(files, tmp_path):
    far = [square(5_000 * n, 0, 50, 100) for n in (1, 2, 3)]
    frame = gpd.GeoDataFrame(
        {"pnu": [pnu(1), pnu(7), pnu(8), pnu(1)]}, geometry=[square(0, 0, 100), *far], crs="EPSG:5186"
    )
    frame.to_file(tmp_path / "many.gpkg")
    run("import", tmp_path / "many.gpkg", "--as", "many", "--format", "json")
    assert layer_near("many", sites(SITE))["pnu"].tolist() == [pnu(1), pnu(1)]
    assert list(parcel_layers()) == ["many"]


def test_a_site_in_another_belt_than_the_parcels_is_measured_in_its_own(tmp_path):
    site = gpd.GeoDataFrame(geometry=[shapely.box(129.0, 35.5, 129.01, 35.51)], crs="EPSG:4326")
    site.to_crs("EPSG:5187").to_file(tmp_path / "east.gpkg")
    figure = gpd.GeoDataFrame({"pnu": [pnu(1)]}, geometry=[shapely.box(128.9, 35.4, 129.1, 35.6)], crs="EPSG:4326")
    figure.to_crs("EPSG:5186").to_file(tmp_path / "figures.gpkg")
    found = land_register(SiteRef(str(tmp_path / "east.gpkg")), str(tmp_path / "figures.gpkg"))
    assert found.crs == "EPSG:5187"
    assert found.schedule.rows["figure_area"].iloc[0] == pytest.approx(found.shape.area.iloc[0])


# on the page


def opened(**query):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update(query)
    app.run()
    return app.switch_page("gis/app/pages/statutory.py").run()


def said(app):
    return " ".join(line.value.replace("\\", "") for line in app.markdown)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_shows_the_schedule_of_an_imported_site(imported, language):
    app = sound(opened(site="site", table="register", lang=language))
    assert "시험지구" in said(app)
    assert len(app.dataframe[0].value) == 3


def test_the_page_counts_a_sliver_that_is_confirmed(imported):
    app = sound(opened(site="site", table="register"))
    app.multiselect[0].set_value([pnu(3)]).run()
    assert len(sound(app).dataframe[0].value) == 4
    app.multiselect[0].set_value([]).run()
    assert len(sound(app).dataframe[0].value) == 3
    app.toggle(key="count_slivers").set_value(True).run()
    assert len(sound(app).dataframe[0].value) == 4


@pytest.mark.parametrize("name", ["subtotals", "slivers", "balance", "faults", "duplicates"])
def test_the_page_shows_every_table(imported, name):
    app = opened(**{"site": "site", "table": "register", "register-table": name})
    assert len(sound(app).dataframe[0].value)


def test_the_page_says_what_to_bring_where_there_are_no_parcels():
    app = sound(opened(site="jingok", table="register"))
    assert any("PNU" in info.value for info in app.info)


def test_the_map_colors_parcels_by_how_they_count(imported):
    found = land_register(SiteRef("site"))
    states = {feature["properties"]["name"]: feature["properties"]["state"] for feature in view.parcel_features(found)["features"]}  # fmt: skip
    assert states == {"1": "whole", "2": "part", "3": "sliver", "4": "part"}
    assert json.dumps(view.map_bounds(found))


def test_a_layer_with_an_own_column_bbox_is_read_whole(tmp_path):
    frame = gpd.GeoDataFrame({"pnu": [pnu(1)], "bbox": ["x"]}, geometry=[SITE], crs="EPSG:5186")
    frame.to_file(tmp_path / "odd.gpkg")
    run("import", tmp_path / "odd.gpkg", "--as", "odd", "--format", "json")
    assert len(store.frame("odd", (0, 0, 1, 1))) == 1


def jagged(count):
    """Return a 연속지적도 of `count` parcels, edge to edge, and a site across it whose rim cuts many."""
    rng, side = np.random.default_rng(4), math.ceil(count**0.5)
    x, y = np.meshgrid(np.arange(side + 1) * 20.0, np.arange(side + 1) * 20.0)
    x, y = x + rng.uniform(-6, 6, x.shape) + 170_000, y + rng.uniform(-6, 6, y.shape) + 280_000
    row, column = np.divmod(np.arange(count), side)
    corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)]
    shapes = shapely.polygons(np.stack([np.stack([x[at], y[at]], axis=1) for at in corners], axis=1))
    names = [pnu(1 + number % 9_999, number // 9_999) for number in range(count)]
    middle, turn = (170_000 + side * 10, 280_000 + side * 10), np.linspace(0, 2 * np.pi, 300)[:-1]
    reach = side * 9 * (1 + 0.1 * np.sin(7 * turn))
    rim = np.stack([middle[0] + reach * np.cos(turn), middle[1] + reach * np.sin(turn)], axis=1)
    return shapely.Polygon(rim), parcels(*shapes, pnus=names)


def test_twenty_thousand_parcels_conserve_the_area_of_the_site():
    site, figures = jagged(20_000)
    told = table([{"row": n, "pnu": name, "register_area": float(round(area))} for n, (name, area) in enumerate(zip(figures["pnu"], figures.area, strict=True))])  # fmt: skip
    found = made(site, figures, told)
    assert len(found.rows) > 10_000
    areas = found.balance.set_index(["section", "entry"])["planar_area"]
    assert math.fsum(areas["site"].drop("site_area")) == pytest.approx(site.area, abs=1e-6)
    assert areas["site", "gaps"] == pytest.approx(0, abs=1e-3)
    whole = found.rows[found.rows["whole"] == WHOLE]
    assert math.fsum(whole["incorporated_area"]) == math.fsum(whole["register_area"])
    assert found.subtotals.iloc[-1]["incorporated_area"] == math.fsum(found.rows["incorporated_area"])


def test_each_figure_is_what_geopandas_cuts_out_of_it():
    site, figures = jagged(400)
    found = made(site, figures, tolerances=Tolerances(sliver=0)).rows.set_index("pnu")["figure_area"]
    cut = gpd.overlay(figures[["pnu", "geometry"]], gpd.GeoDataFrame(geometry=[site], crs=figures.crs))
    twin = cut.set_index("pnu").area
    assert found.sort_index().to_numpy() == pytest.approx(twin[twin > 1e-4].sort_index().to_numpy(), abs=1e-6)
