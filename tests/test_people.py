"""Figures by 행정동: read as published, never put on 법정동, summed by 시군구 exactly, nothing lost."""

import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from gis import study
from gis.analysis.people import code_kind, code_levels, join_units, layer_codes, sum_by_sigungu
from gis.errors import GisError, InputError, UnknownNameError
from gis.i18n import LANGUAGES, reading
from gis.io.people import read_people
from gis.study.firms import people_report
from gis.view.firms import people_sentences
from gis.view.tables import shown
from tests.command import done, refusal
from tests.pencil import sites, square

ROOT = Path(__file__).parents[1]
HEADING = "행정구역,2026년06월_총인구수,2026년06월_세대수,2026년06월_세대당 인구,2026년06월_남자 인구수,2026년06월_여자 인구수,2026년06월_남여 비율\n"
REGISTERED = HEADING + (
    '"광주광역시  (2900000000)","1,600","700","2.29","800","800","1.00"\n'
    '"광주광역시 북구 (2917000000)","600","300","2.00","300","300","1.00"\n'
    '"광주광역시 북구 가나동 (2917051000)","600","300","2.00","300","300","1.00"\n'
    '"광주광역시 광산구 (2920000000)","1,000","400","2.50","500","500","1.00"\n'
    '"광주광역시 광산구 비아동 (2920062000)","700","300","2.33","350","350","1.00"\n'
    '"광주광역시 광산구 다라동 (2920051000)","300","100","3.00","150","150","1.00"\n'
)
SGIS = "기준연도,adm_cd,adm_nm,tot_worker\n2023,24050620,광주광역시 광산구 비아동,500\n2023,24040510,광주광역시 북구 가나동,N/A\n2023,36380310,전라남도 함평군 월야면,70\n"
LEGAL = "행정구역,총인구수\n광주광역시 광산구 비아동 (2920011200),500\n광주광역시 광산구 오운동 (2920015900),20\n"


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.chdir(ROOT)


def read(text: str, encoding: str = "cp949"):
    return read_people(text.encode(encoding), "a.csv")


def rows(*pairs: tuple[str | None, int | None]) -> pd.DataFrame:
    """Return a table of people from codes and populations."""
    return pd.DataFrame(
        {
            "row": range(2, len(pairs) + 2),
            "code": pd.Series([code for code, _ in pairs], dtype=object),
            "name": pd.Series([f"광주광역시 광산구 동{code}" for code, _ in pairs], dtype=object),
            "population": pd.array([count for _, count in pairs], dtype="Int64"),
        }
    )


def districts(*codes: str, column: str = "adm_cd") -> gpd.GeoDataFrame:
    """Return a square for each code."""
    shapes = sites(*(square(1_000 * number, 0, 900) for number in range(len(codes))))
    return shapes.assign(**{column: list(codes)})


# --- reading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["cp949", "utf-8-sig"])
def test_the_registered_population_is_read_as_published(encoding):
    people = read(REGISTERED, encoding)
    row = people.rows.set_index("code").loc["2920062000"]
    assert (row["name"], row["population"], row["households"], row["male"]) == (
        "광주광역시 광산구 비아동",
        700,
        300,
        350,
    )
    assert people.rows["population"].iloc[0] == 1600
    assert people.as_of == "2026-06"
    assert people.measures == ("population", "households", "male", "female")


def test_of_several_months_the_last_is_read():
    text = "행정구역,2026년01월_총인구수,2026년02월_총인구수\n광주광역시 광산구 비아동 (2920062000),10,20\n"
    people = read(text)
    assert (people.as_of, people.rows["population"].iloc[0]) == ("2026-02", 20)


def test_workers_of_sgis_are_read_and_hidden_ones_told():
    people = read(SGIS)
    assert people.rows["code"].tolist() == ["24050620", "24040510", "36380310"]
    assert people.rows["workers"].isna().tolist() == [False, True, False]
    assert people.measures == ("workers",)
    assert read(SGIS.replace("N/A", "X")).unreadable == {"workers": 1}


MINISTRY = [
    ("주민등록 인구 및 세대현황", None, None, None, None, None),
    ("행정기관코드", "행정기관", "2026년 05월", None, "2026년 06월", None),
    (None, None, "총 인구수", "세대수", "총 인구수", "세대수"),
    ("2920062000", "광주광역시 광산구 비아동", "600", "250", "1,700", 300),
    (2920051000.0, "광주광역시 광산구 다라동", 1, 1, 30, 10),
]


@pytest.mark.parametrize("merges", [(), ("A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:F2")])
def test_the_months_of_the_ministry_stand_above_the_figures(merges):
    book = openpyxl.Workbook()
    for row in MINISTRY:
        book.active.append(row)
    for cells in merges:
        book.active.merge_cells(cells)
    packed = io.BytesIO()
    book.save(packed)
    people = read_people(packed.getvalue(), "a.xlsx")
    assert people.as_of == "2026-06"
    assert people.rows[["code", "population"]].to_numpy().tolist() == [["2920062000", 1700], ["2920051000", 30]]


def test_of_several_years_in_rows_the_last_is_read():
    text = SGIS + "2022,24050620,광주광역시 광산구 비아동,400\n"
    people = read(text)
    assert people.as_of == "2023"
    assert people.rows.set_index("code").at["24050620", "workers"] == 500
    assert len(people.rows) == 3


def test_of_several_years_in_headings_the_last_is_read():
    people = read("행정동코드,행정동명,2022년 총인구수,2023년 총인구수\n2920062000,비아동,10,11\n")
    assert (people.as_of, people.rows["population"].tolist()) == ("2023", [11])


def test_a_table_by_sex_is_refused_for_its_people_would_count_twice(tmp_path):
    text = "행정동코드,행정동명,성별,인구수\n" + "".join(f"2920062000,비아동,{sex},5\n" for sex in ("계", "남", "여"))
    (tmp_path / "a.csv").write_text(text, "utf-8")
    line = refusal("people", tmp_path / "a.csv")
    assert "2920062000" in line and "2, 3, 4" in line


def test_the_villages_of_a_dong_add_up_to_it():
    text = "행정동코드,행정동명,인구수\n2920062000,비아동 1통,5\n2920062000,비아동 2통,6\n"
    joined = join_units(read(text).rows, ["population"], districts("2920062000"), "a")
    assert joined.units["population"].tolist() == [11]


@pytest.mark.parametrize("heading", ["인구수(명)", "총인구수 (단위: 명)", "인구\n수"])
@pytest.mark.parametrize(
    ("cell", "count"), [("1,234명", 1234), ("１２", 12), ("12.0", 12), ("1.5", None), ("-3", None)]
)
def test_figures_are_read_with_their_unit(heading, cell, count):
    people = read(f'행정동코드,행정동명,"{heading}"\n2920062000.0,비아동,"{cell}"\n')
    found = people.rows["population"].iloc[0]
    assert (None if pd.isna(found) else found) == count
    assert people.unreadable == ({} if count is not None else {"population": 1})


def test_of_men_and_women_below_one_name_the_whole_is_the_population():
    people = read("행정동코드,행정동명,인구,,\n,,남,여,계\n2920062000,비아동,4,6,10\n")
    assert people.rows["population"].tolist() == [10]


def test_names_in_parts_are_put_together():
    people = read("시도명,시군구명,읍면동명,행정기관코드,인구수\n광주광역시,광산구,비아동,2920062000,5\n")
    assert people.rows[["code", "name"]].iloc[0].tolist() == ["2920062000", "광주광역시 광산구 비아동"]


BAD = {
    "other columns": ("이름,나이\n가,1\n", "이름, 나이"),
    "no figures": ("행정구역,비고\n광주광역시 (2900000000),1\n", "행정구역"),
    "names alone": ("행정구역,총인구수\n광주광역시 광산구 비아동,5\n", "코드"),
    "nothing": ("", "a.csv"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_wrong_table_is_one_line(fault, tmp_path):
    text, named = BAD[fault]
    (tmp_path / "a.csv").write_bytes(text.encode("cp949"))
    assert named in refusal("people", tmp_path / "a.csv")


# --- whose codes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        (["2920062000", "2920051000"], "admin"),
        (["29200620"], "admin"),
        (["2920010100", "29200159"], "legal"),
        (["4686038024"], "legal"),
        (["4686038000"], "either"),
        (["2920062000", "4686038000"], "admin"),
        (["2920010100", "4686038000"], "legal"),
        (["2920062000", "2920010100"], "mixed"),
        (["24050620"], "sgis"),
        (["24050620", "11110510"], "sgis"),
        (["36380310"], "sgis"),
        (["29010510"], "sgis"),
        (["24050620", "2920062000"], "mixed"),
        (["2405062"], "sgis_old"),
        (["2900000000", "2920000000", "29", "29200"], "none"),
        ([], "none"),
    ],
)
def test_whose_codes_these_are(codes, kind):
    assert code_kind(codes) == kind
    assert code_kind([*codes[::-1], None]) == kind


def test_levels_of_codes():
    codes = pd.Series(["29", "2900000000", "29200", "2920000000", "29200620", "2920062000", "4686038024", None])
    assert code_levels(codes).tolist() == ["sido", "sido", "sigungu", "sigungu", "emd", "emd", "ri", None]


def test_the_bundled_dongs_are_legal_ones():
    assert set(layer_codes(study.layer("emd")).values()) == {"legal"}


def test_codes_that_a_file_holds_as_numbers_are_codes():
    assert layer_codes(districts("0", "1").assign(adm_cd=[2920062000, 2920051000])) == {"adm_cd": "admin"}


# --- joining -----------------------------------------------------------------------------------------------------


def test_figures_of_administrative_dongs_stand_on_their_boundaries():
    joined = join_units(
        rows(("2920062000", 700), ("2920051000", 300)), ["population"], districts("2920062000", "2920051000"), "a"
    )
    assert joined.units.set_index("unit_code")["population"].to_dict() == {"29200620": 700, "29200510": 300}
    assert joined.unmatched.empty


def test_codes_of_8_and_10_digits_are_the_same_dong():
    joined = join_units(rows(("2920062000", 700)), ["population"], districts("29200620"), "a")
    assert joined.units["population"].tolist() == [700]


def test_what_is_left_on_either_side_is_shown():
    table = rows(("2920062000", 700), ("2920099900", 5), (None, 3))
    joined = join_units(table, ["population"], districts("2920062000", "2920051000"), "a")
    left = joined.unmatched[["side", "code", "why", "population"]].astype(object)
    assert left.where(left.notna(), None).to_numpy().tolist() == [
        ["table", "2920099900", "no_boundary", 5],
        ["table", None, "no_code", 3],
        ["layer", "29200510", "no_figure", None],
    ]


REFUSALS = {
    "행정동 on 법정동": (["2920062000"], ["29200101", "29200102"], "법정동 경계에 얹지 않습니다"),
    "법정동 on 행정동": (["2920010100"], ["2920062000"], "행정동 경계에 얹지 않습니다"),
    "SGIS on the ministry's": (["24050620"], ["2920062000"], "adm_cd"),
    "the ministry's on SGIS": (["2920062000"], ["24050620"], "10자리"),
    "SGIS on 법정동": (["24050620"], ["29200101"], "adm_cd"),
    "7 digits": (["2405062"], ["24050620"], "7자리"),
    "mixed": (["2920062000", "2920010100"], ["2920062000"], "섞여"),
    "no 동": (["2920000000"], ["2920062000"], "동별"),
    "a layer without codes": (["2920062000"], ["x"], "시군구 합계"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_codes_of_different_kinds_are_never_joined(case):
    codes, layer, words = REFUSALS[case]
    with pytest.raises(InputError, match=words):
        join_units(rows(*((code, 1) for code in codes)), ["population"], districts(*layer), "a.csv")


def test_the_bundled_dongs_refuse_the_registered_population_even_where_the_name_is_the_same(tmp_path):
    """비아동 is a 행정동 and a 법정동."""
    (tmp_path / "인구.csv").write_bytes(REGISTERED.encode("cp949"))
    line = refusal("people", tmp_path / "인구.csv", "--level", "emd")
    assert "--boundaries" in line and "--level sigungu" in line


def test_figures_by_legal_dong_fit_the_bundled_dongs():
    joined = join_units(read(LEGAL).rows, ["population"], study.layer("emd"), "a")
    assert joined.totals["matched"].tolist() == [520]


def test_a_layer_with_both_codes_is_joined_by_the_right_one():
    layer = districts("24050620", "24050510").assign(adm_cd2=["2920062000", "2920051000"])
    for code in ("2920062000", "24050620"):
        assert join_units(rows((code, 7)), ["population"], layer, "a").totals["matched"].tolist() == [7]


# --- sums --------------------------------------------------------------------------------------------------------


def test_dongs_add_up_to_their_sigungu_and_stated_sums_are_not_added_again():
    joined = sum_by_sigungu(read(REGISTERED).rows, ["population"], study.layer("sigungu"), "a")
    found = joined.units.set_index("unit_code")["population"].to_dict()
    assert found == {"29170": 600, "29200": 1000}
    assert joined.totals.iloc[0].to_dict() == {
        "figure": "population",
        "total": 1600,
        "matched": 1600,
        "unmatched": 0,
        "missing": 0,
    }


def test_dongs_go_before_the_sum_that_the_table_states():
    table = rows(("2920062000", 7), ("2920000000", 9))
    assert sum_by_sigungu(table, ["population"], study.layer("sigungu"), "a").units["population"].tolist() == [7]


def test_a_sigungu_without_dongs_is_not_lost_beside_others_with():
    table = rows(("2920062000", 7), ("2920000000", 9), ("4686000000", 30), ("4600000000", 500))
    joined = sum_by_sigungu(table, ["population"], study.layer("sigungu"), "a")
    assert joined.units.set_index("unit_code")["population"].to_dict() == {"29200": 7, "46860": 30}


def test_a_city_is_not_added_to_its_own_districts():
    """수원시 41110 is the sum of 장안구 41111 and others."""
    for lower in (("4111156000", 7), ("4111100000", 7)):
        table = rows(("4111000000", 7), lower, ("2920062000", 1))
        joined = sum_by_sigungu(table, ["population"], study.layer("sigungu"), "a")
        assert joined.totals["total"].tolist() == [8]


def test_dongs_of_one_name_in_two_cities_stay_apart():
    text = "행정기관코드,행정기관,인구수\n2911054500,광주광역시 동구 산수동,5\n4617054500,전라남도 나주시 산수동,6\n"
    joined = sum_by_sigungu(read(text).rows, ["population"], study.layer("sigungu"), "a")
    assert joined.units.set_index("unit_name")["population"].to_dict() == {"광주광역시 동구": 5, "전라남도 나주시": 6}


def test_a_table_of_sigungu_is_taken_as_it_is():
    joined = sum_by_sigungu(rows(("2920000000", 9), ("2900000000", 10)), ["population"], study.layer("sigungu"), "a")
    assert joined.units[["unit_code", "population"]].to_numpy().tolist() == [["29200", 9]]


def test_sgis_finds_its_sigungu_by_the_full_name():
    joined = sum_by_sigungu(read(SGIS).rows, ["workers"], study.layer("sigungu"), "a")
    found = joined.units.set_index("unit_name")["workers"].astype(object)
    assert found.where(found.notna(), None).to_dict() == {
        "광주광역시 광산구": 500,
        "광주광역시 북구": None,
        "전라남도 함평군": 70,
    }
    assert joined.totals["missing"].tolist() == [1]


def test_sgis_without_full_names_is_refused():
    with pytest.raises(InputError, match="시도와 시군구"):
        sum_by_sigungu(
            read(SGIS.replace("광주광역시 광산구 비아동", "비아동")).rows, ["workers"], study.layer("sigungu"), "a"
        )


def test_a_district_beyond_the_layer_is_told_with_its_figure():
    joined = sum_by_sigungu(rows(("2920062000", 7), ("1168051000", 5)), ["population"], study.layer("sigungu"), "a")
    assert joined.totals[["matched", "unmatched"]].iloc[0].tolist() == [7, 5]
    assert joined.unmatched.loc[joined.unmatched["side"] == "table", "code"].tolist() == ["1168051000"]


some_people = st.lists(
    st.tuples(
        st.sampled_from(["2920062000", "2920051000", "2917051000", "2917052000", "1168051000", "4686038000"]),
        st.none() | st.integers(0, 10**6),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(some_people)
def test_matched_and_unmatched_add_up_to_the_total(pairs):
    table = rows(*pairs)
    layer = districts("2920062000", "2917051000", "2920077000")
    for joined in (
        join_units(table, ["population"], layer, "a"),
        sum_by_sigungu(table, ["population"], study.layer("sigungu"), "a"),
    ):
        total = joined.totals.iloc[0]
        assert total["matched"] + total["unmatched"] == total["total"] == sum(count or 0 for _, count in pairs)
        assert joined.units["population"].sum() == total["matched"]
        left = joined.unmatched.loc[joined.unmatched["side"] == "table", "population"]
        assert left.sum() == total["unmatched"]
        assert joined.units["rows"].sum() + len(left) == len(pairs)


@given(some_people, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_irrelevant(pairs, random):
    mixed = list(pairs)
    random.shuffle(mixed)
    sums = [sum_by_sigungu(rows(*some), ["population"], study.layer("sigungu"), "a").units for some in (pairs, mixed)]
    pd.testing.assert_frame_equal(*sums)


def test_joining_leaves_its_input_alone():
    table, layer = rows(("2920062000", 7)), districts("2920062000")
    before = table.copy(deep=True), layer.copy(deep=True)
    join_units(table, ["population"], layer, "a")
    pd.testing.assert_frame_equal(table, before[0])
    pd.testing.assert_frame_equal(layer, before[1])


# --- the report, the command line and the page -------------------------------------------------------------------


@pytest.fixture
def registered(tmp_path):
    path = tmp_path / "인구.csv"
    path.write_bytes(REGISTERED.encode("cp949"))
    return path


@pytest.fixture
def boundaries(tmp_path):
    path = tmp_path / "행정동.geojson"
    frame = districts("2920062000", "2920051000", "2917051000").drop(columns="official_area").to_crs("EPSG:4326")
    frame.reset_index(drop=True).to_file(path)
    return path


def test_sums_are_the_default_and_boundaries_ask_for_dongs(registered, boundaries):
    assert people_report(registered).level == "sigungu"
    report = people_report(registered, boundaries=str(boundaries))
    assert report.level == "emd"
    assert report.units["population"].sum() == 1600


def test_the_command_prints_units_and_totals(registered, boundaries):
    answer = done("people", registered, "--boundaries", boundaries, "--format", "json").json
    assert {row["unit_code"]: row["population"] for row in answer} == {
        "29200620": 700,
        "29200510": 300,
        "29170510": 600,
    }
    assert "인구: 전체 1,600 = 맞음 1,600 + 못 맞음 0." in done("people", registered).text


def test_an_unknown_level_is_refused(registered):
    with pytest.raises(UnknownNameError, match="emd, sigungu"):
        people_report(registered, level="sido")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_and_sentence_can_be_shown(registered, language):
    with reading(language):
        report = people_report(registered)
        for table in (report.units, report.unmatched, report.totals):
            assert len(shown(table)) == len(table)
        assert all(people_sentences(report))


def test_broken_boundaries_are_one_line(registered, tmp_path):
    (tmp_path / "a.geojson").write_text("{]")
    assert "a.geojson" in refusal("people", registered, "--boundaries", tmp_path / "a.geojson")


PAGE = """
from gis.app.firms_view import show_people
show_people("m2")
"""


def test_the_page_adds_up_a_table():
    page = AppTest.from_string(PAGE, default_timeout=60).run()
    page.file_uploader[0].set_value(("인구.csv", REGISTERED.encode("cp949"), "text/csv")).run()
    assert not page.exception and not page.error
    assert "광주광역시 광산구" in page.dataframe[0].value.to_string()


def test_the_page_refuses_the_trap_in_one_sentence():
    page = AppTest.from_string(PAGE, default_timeout=60).run()
    page.selectbox(key="people_level-ko").set_value("emd").run()
    page.file_uploader[0].set_value(("인구.csv", REGISTERED.encode("cp949"), "text/csv")).run()
    assert not page.exception
    assert len(page.error) == 1 and "법정동 경계에 얹지 않습니다" in page.error[0].value


def test_a_fault_is_a_fault_of_the_input():
    with pytest.raises(GisError):
        people_report(b"", "a.csv")


def test_figures_are_whole_numbers():
    joined = sum_by_sigungu(rows(("2920062000", 7)), ["population"], study.layer("sigungu"), "a")
    assert joined.units["population"].map(lambda count: isinstance(count, int | np.integer)).all()
