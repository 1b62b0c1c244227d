"""Registers of firms: read in every variant without personal data, matched, counted, and beside the plans."""

import io
import json
import zipfile
from fractions import Fraction
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point
from streamlit.testing.v1 import AppTest

from gis.analysis import firms as analysis
from gis.errors import CrsError, GisError, InputError
from gis.i18n import LANGUAGES, reading
from gis.io import catalog, grids
from gis.io.firms import (
    FIRM_COLUMNS,
    fields,
    industries,
    industry_words,
    ksic_code,
    personal_fields,
    read_register,
    without_personal,
)
from gis.io.grids import plain_header
from gis.io.names import aliases
from gis.study.firms import FIRM_TABLES, firm_report
from gis.view.firms import firm_sentences, read_as
from gis.view.tables import shown
from tests.command import done, refusal
from tests.pencil import ORIGIN, sites, square

ROOT = Path(__file__).parents[1]
JINGOK, BITGREEN, HANAM = "진곡일반산업단지", "빛그린국가산업단지", "하남일반산업단지"
NATIONAL = f"순번,회사명,단지명,생산품,공장주소\n1,(주)가나,{JINGOK},금형,광주광역시 광산구 진곡산단로 1\n"
YEONGCHEON = (
    "순번,단지명,회사명,대표자명,공장대표주소(도로명),공장대표주소(지번),대표업종번호,업종명,전화번호,생산품,용지면적,건축면적\n"
    f'1,{JINGOK},가나정밀,홍길동,광주광역시 광산구 진곡산단로 1,광주광역시 광산구 진곡동 1,30399,그 외 자동차 부품 외 3 종,062-123-4567,금형,"1,234.5",500\n'
)  # fmt: skip
BUSAN = "순번,회사명,공장대표주소,업종명,전화번호\n1,가나정밀,부산광역시 강서구 1,자동차·트레일러,051-123-4567\n"
STANDARD = (
    "fctryManageNo,cmpnyNm,rprsntvNm,mainProductCn,adresCode,adres,rnAdres\n"
    "A1,가나정밀,홍길동,금형,2920012200,광주광역시 광산구 진곡동 1,광주광역시 광산구 진곡산단로 1\n"
)  # fmt: skip
FACTORYON = (
    "시도명,회사명,단지명,전화번호,남자종업원,여자종업원,종업원합계,생산품,용지면적,제조시설면적,대표업종,업종명,업종코드,공장주소,공장주소_지번,공장관리번호\n"
    f'광주광역시,가나정밀,{JINGOK},062-1234-5678,7,5,12,금형,900,300,30399,그 외 자동차 부품,"30399,25929",광주광역시 광산구 진곡산단로 1,,A1\n'
)  # fmt: skip
SERVICES = (
    "상호명,표준산업분류코드,표준산업분류명,도로명주소,지번주소,경도,위도\n"
    "가나소프트,J62010,컴퓨터 프로그래밍 서비스업,광주광역시 북구 첨단과기로 1,,126.85,35.23\n"
)  # fmt: skip


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.chdir(ROOT)


def read(text: str, name: str = "a.csv", encoding: str = "cp949", **more):
    return read_register(text.encode(encoding), name, **more)


def csv(*rows: str) -> str:
    return "회사명,단지명,대표업종번호,종업원수\n" + "".join(f"{row}\n" for row in rows)


def book(*rows: tuple, merges: tuple[str, ...] = (), sheets: tuple[str, ...] = ("공장",)) -> bytes:
    """Return a workbook whose last sheet holds `rows`."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title in sheets:
        made.create_sheet(title)
    for row in rows:
        made.worksheets[-1].append(row)
    for cells in merges:
        made.worksheets[-1].merge_cells(cells)
    packed = io.BytesIO()
    made.save(packed)
    return packed.getvalue()


def rewritten(content: bytes, member: str, change) -> bytes:
    """Return a zip with one member changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    return packed.getvalue()


# --- reading -----------------------------------------------------------------------------------------------------


VARIANTS = {
    "전국": (NATIONAL, {"firm": "(주)가나", "complex_name": JINGOK, "product": "금형", "ksic": None}),
    "영천": (
        YEONGCHEON,
        {
            "firm": "가나정밀", "ksic": "30399", "industry_name": "그 외 자동차 부품", "site_area": 1234.5,
            "building_area": 500.0, "lot_address": "광주광역시 광산구 진곡동 1",
        },
    ),
    "부산": (BUSAN, {"address": "부산광역시 강서구 1", "ksic": "30", "industry_name": "자동차·트레일러"}),
    "표준데이터": (
        STANDARD,
        {"firm": "가나정밀", "product": "금형", "address": "광주광역시 광산구 진곡산단로 1", "register_no": "A1"},
    ),
    "팩토리온": (
        FACTORYON,
        {"ksic": "30399", "employees": 12, "region": "광주광역시", "site_area": 900.0, "industry_name": "그 외 자동차 부품"},
    ),
    "서비스업": (SERVICES, {"firm": "가나소프트", "ksic": "62010", "lon": 126.85, "lat": 35.23}),
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_of_the_register_is_read(variant, encoding):
    text, expected = VARIANTS[variant]
    row = read(text, encoding=encoding).firms.iloc[0]
    assert {field: row[field] for field in expected} == expected


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_becomes_the_same_columns(variant):
    firms = read(VARIANTS[variant][0]).firms
    assert list(firms.columns) == list(FIRM_COLUMNS)
    assert str(firms["employees"].dtype) == "Int64"
    assert firms["row"].tolist() == [2]


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_workbook_says_the_same_as_the_csv(variant):
    text = VARIANTS[variant][0]
    rows = [
        line.split(",") for line in text.replace('"1,234.5"', "1234.5").replace('"30399,25929"', "30399").splitlines()
    ]
    ours, theirs = read(text).firms, read_register(book(*map(tuple, rows)), "a.xlsx").firms
    pd.testing.assert_frame_equal(ours.drop(columns="ksic_others"), theirs.drop(columns="ksic_others"))


def test_numbers_of_a_workbook_stay_what_they_were():
    content = book(
        ("회사명", "업종코드", "종업원수", "용지면적"), ("가나", 30110, 12, 1234.5), ("다라", 30110.0, 12.0, 7)
    )
    firms = read_register(content, "a.xlsx").firms
    assert firms["ksic"].tolist() == ["30110", "30110"]
    assert firms["employees"].tolist() == [12, 12]
    assert firms["site_area"].tolist() == [1234.5, 7.0]


def test_titles_above_the_headings_are_passed_over():
    text = "광주광역시 공장등록현황\n(2026년 6월 말 기준)\n\n" + NATIONAL
    register = read(text)
    assert register.header_line == 4
    assert register.firms["row"].tolist() == [5]


def test_merged_cells_mean_all_their_rows():
    content = book(
        ("공장등록현황", None, None), ("단지명", "회사명", "생산품"), (JINGOK, "가나", "금형"), (None, "다라", "부품"), (BITGREEN, "마바", "차"),
        merges=("A1:C1", "A3:A4"),
    )  # fmt: skip
    firms = read_register(content, "a.xlsx").firms
    assert firms["complex_name"].tolist() == [JINGOK, JINGOK, BITGREEN]
    assert not firms["repeated"].any()


def test_a_firm_merged_over_two_rows_is_one_firm():
    content = book(("회사명", "생산품"), ("가나", "금형"), (None, "부품"), ("다라", "차"), merges=("A2:A3",))
    firms = read_register(content, "a.xlsx").firms
    assert firms["firm"].tolist() == ["가나", "가나", "다라"]
    assert firms["repeated"].tolist() == [False, True, False]


def test_headings_of_two_lines_are_joined():
    content = book(
        ("회사명", "단지명", "종업원", None), (None, None, "남", "계"), ("가나", JINGOK, 7, 12),
        merges=("A1:A2", "B1:B2", "C1:D1"),
    )  # fmt: skip
    register = read_register(content, "a.xlsx")
    assert register.firms["employees"].tolist() == [12]
    assert register.columns["employees"] == "종업원계"


@pytest.mark.parametrize("below", [",,남,여,계,용지,건축", ",,남,여,계,용지(㎡),건축(㎡)"])
def test_headings_of_two_lines_need_no_merged_cells(below):
    """Excel saves only the first of merged cells to CSV: 종업원 is then the heading of the men alone."""
    text = f"회사명,단지명,종업원,,,면적,\n{below}\n가나,{JINGOK},7,5,12,900,300\n"
    row = read(text).firms.iloc[0]
    assert (row["firm"], row["employees"], row["site_area"], row["building_area"]) == ("가나", 12, 900.0, 300.0)
    without = text.replace(",계", "").replace("종업원,,,", "종업원,,").replace("7,5,12", "7,5")
    assert read(without).firms["employees"].isna().all()


def test_headings_below_a_common_name_are_known():
    text = f"연번,업체현황,,,,기타,\n,회사명,단지명,대표자,대표업종번호,비고,메모\n1,가나,{JINGOK},홍길동,30,x,y\n"
    register = read(text)
    assert register.firms[["row", "firm", "complex_name", "ksic"]].to_numpy().tolist() == [[3, "가나", JINGOK, "30"]]
    assert register.dropped.set_index("header")["why"]["대표자"] == "personal_column"


def test_line_breaks_and_blanks_in_headings_mean_nothing():
    row = read('"회사\n명","단 지 명","종업원수\r\n(명)","용지면적 (천㎡)"\n가나,x,"1,234",2\n').firms.iloc[0]
    assert (row["firm"], row["employees"], row["site_area"]) == ("가나", 1234, 2000.0)


TOTALS = (
    "순번,회사명,단지명,대표업종번호,종업원수\n"
    "합계,2,,30,12\n"
    f"1,가나,{JINGOK},30,7\n"
    f"{JINGOK} 소계,1,{JINGOK},30,7\n"
    f"2,다라,{HANAM},30,5\n"
    f",소 계,{HANAM},30,5\n"
    f",총계(2개사),{HANAM},30,12\n"
    f"계,2개사,{HANAM},30,12\n"
    f"총 2개 업체,,{HANAM},30,12\n"
    f"※ 2026년 6월 말 기준,x,{JINGOK},30,1\n"
    f",자료 : 광주광역시,{JINGOK},30,1\n"
)


def test_totals_and_notes_are_no_firms_wherever_they_stand(tmp_path):
    report = firm_report(TOTALS.encode(), "a.csv")
    assert (report.counts["rows"], report.counts["firms"], report.counts["no_firm"]) == (10, 2, 8)
    assert report.industries["employees"].sum() == 12
    (tmp_path / "전체.csv").write_bytes(TOTALS.encode())
    both = firm_report(TOTALS.encode(), "a.csv", reference=tmp_path / "전체.csv")
    assert both.quotients["reference_total"].tolist() == [2, 2]


@pytest.mark.parametrize(
    "name", ["계양정밀", "(주)한국계기", "합계산업", "총명", "주)가나", "3030", "자료전산", "24시", "*스타"]
)
def test_a_firm_whose_name_resembles_a_total_is_a_firm(name):
    assert read(f"회사명,단지명\n{name},{JINGOK}\n").firms["firm"].tolist() == [name]


def test_a_heading_of_two_lines_that_is_printed_again_is_no_firm():
    page = f"회사명,단지명,종업원,\n,,남,계\n가나,{JINGOK},1,2\n"
    assert read(page * 2).firms["firm"].dropna().tolist() == ["가나", "가나"]


def test_a_heading_that_is_printed_again_is_no_firm():
    text = csv(f"가나,{JINGOK},30,1", "회사명,단지명,대표업종번호,종업원수", f"다라,{JINGOK},30,1")
    assert read(text).firms["firm"].tolist() == ["가나", "다라"]


def test_blank_lines_are_no_rows():
    assert len(read(csv(f"가나,{JINGOK},30,1", ",,,", "", f"다라,{JINGOK},30,1")).firms) == 2


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_what_parts_the_columns_is_found_out(mark):
    assert read(NATIONAL.replace(",", mark)).firms["complex_name"].tolist() == [JINGOK]


def test_a_named_sheet_is_read():
    content = book(("회사명", "생산품"), ("가나", "금형"), sheets=("표지", "공장"))
    assert read_register(content, "a.xlsx", sheet="공장").firms["firm"].tolist() == ["가나"]
    with pytest.raises(InputError, match="표지, 공장"):
        read_register(content, "a.xlsx", sheet="없음")


def test_the_headings_a_planner_adds_are_known(tmp_path, monkeypatch):
    for name in ("firm_columns.toml", "ksic.toml"):
        (tmp_path / name).write_text((ROOT / "data" / name).read_text("utf-8"), encoding="utf-8")
    path = tmp_path / "firm_columns.toml"
    path.write_text(
        path.read_text("utf-8").replace('names = ["회사명"', 'names = ["우리업체", "회사명"'), encoding="utf-8"
    )
    monkeypatch.setenv("GIS_DATA", str(tmp_path))
    assert read("우리업체,생산품\n가나,금형\n").firms["firm"].tolist() == ["가나"]


def test_a_personal_heading_that_somebody_adds_stays_personal(tmp_path, monkeypatch):
    for name in ("firm_columns.toml", "ksic.toml"):
        text = (ROOT / "data" / name).read_text("utf-8").replace('names = ["생산품"', 'names = ["대표자명", "생산품"')
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("GIS_DATA", str(tmp_path))
    assert read(YEONGCHEON).firms["product"].tolist() == ["금형"]


def test_no_heading_means_two_columns_and_none_is_personal():
    known, private = fields(), personal_fields()
    plain = [plain_header(name) for names in known["names"] for name in names]
    assert len(plain) == len(set(plain))
    words = [plain_header(word) for names in private["names"] for word in names]
    assert [name for name in plain if any(word in name for word in words)] == []


@pytest.mark.parametrize(
    ("heading", "area"),
    [("용지면적", 10.0), ("용지면적(㎡)", 10.0), ("용지면적 (천㎡)", 10_000.0), ("용지면적(평)", 4000 / 121)],
)
def test_the_unit_of_an_area_is_read_from_its_heading(heading, area):
    assert read(f"회사명,생산품,{heading}\n가나,금형,10\n").firms["site_area"].iloc[0] == pytest.approx(area)


# --- codes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_code", "code"),
    [
        ("C30", "30"), ("c30", "30"), ("30", "30"), ("303", "303"), ("3039", "3039"), ("30110", "30110"),
        ("30110.0", "30110"), ("30110.", "30110"), ("C 30110", "30110"), ("C.30110", "30110"), ("３０１１０", "30110"), ("J62010", "62010"), ("01110", "01110"), (" 30 ", "30"),
        ("C", None), ("3", None), ("301100", None), ("30.5", None), ("차", None), ("", None), (None, None), ("-30", None),
    ],
)  # fmt: skip
def test_a_code_is_text_as_fine_as_given(given_code, code):
    assert ksic_code(given_code) == code


@pytest.mark.parametrize(
    ("cell", "code", "others", "name"),
    [
        ("30399", "30399", None, None),
        ("30399 외 2종", "30399", None, None),
        ('"30399,25929"', "30399", "25929", None),
        ("C30399/C25929", "30399", "25929", None),
        ("(30399) 자동차 부품 제조업", "30399", None, "자동차 부품 제조업"),
        ("30110.0", "30110", None, None),
        ('"30,399"', "30399", None, None),
        ("C 30399", "30399", None, None),
        ("C29·C30", "29", "30", None),
        ('"30399\n25929"', "30399", "25929", None),
        ('"30399 자동차 부품, 25929 금속"', "30399", "25929", None),
        ("30399(자동차 부품)", "30399", None, "자동차 부품"),
        ("자동차 부품(30399)", "30399", None, None),
        ("30.399", None, None, None),
        ("12V 배터리", None, None, None),
        ("없음", None, None, None),
    ],
)
def test_a_cell_of_codes_gives_the_first_and_keeps_the_others(cell, code, others, name):
    row = read(csv(f"가나,{JINGOK},{cell},1")).firms.iloc[0]
    assert (row["ksic"], row["ksic_others"], row["industry_name"]) == (code, others, name)


def test_a_code_that_cannot_be_read_is_counted():
    assert read(csv("가나,x,없음,1", "다라,x,30,1", "마바,x,,1")).unreadable == {"ksic": 1}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("자동차 부품 외 3 종", "자동차 부품"),
        ("자동차 부품 외3종", "자동차 부품"),
        ("자동차 부품", "자동차 부품"),
        ("외장재", "외장재"),
        ("", None),
    ],
)
def test_and_so_many_others_is_no_part_of_a_name(words, name):
    assert industry_words(words) == name


@pytest.mark.parametrize("name", ["12V 배터리 제조업", "3D 프린팅", "4차 산업"])
def test_a_number_in_a_name_is_no_code(name):
    row = read(f"회사명,업종명\n가나,{name}\n").firms.iloc[0]
    assert (row["ksic"], row["industry_name"]) == (None, name)


def test_a_name_that_is_listed_gives_its_code_and_no_other_does():
    firms = read("회사명,업종명\n가나,전기장비 외 2 종\n다라,전기\n").firms
    assert firms["ksic"].tolist() == ["28", None]
    assert firms["industry_name"].tolist() == ["전기장비", "전기"]


def test_the_divisions_are_those_of_the_reference():
    known = industries()
    codes = {section: rows["id"].tolist() for section, rows in known.groupby("section")}
    assert codes["C"] == [str(code) for code in range(10, 35)]
    assert codes["J"] == [str(code) for code in range(58, 64)]
    assert codes["M"] == [str(code) for code in range(70, 74)]
    assert set(known["source"]) <= set(catalog.sources()["id"])
    assert set(known["confidence"]) <= {"high", "medium", "low"}


def test_every_code_of_the_stages_is_listed():
    wanted = {code for codes in catalog.stages()["ksic"] for code in codes}
    assert wanted <= set(industries()["id"])


@pytest.mark.parametrize(
    ("cell", "employees", "unreadable"), [("12", 12, {}), ("1234명", 1234, {}), ("", None, {}), ("-", None, {}), ("많음", None, {"employees": 1}), ("-3", None, {"employees": 1}), ("1.5", None, {"employees": 1})]
)  # fmt: skip
def test_employees_are_a_whole_number_or_unknown(cell, employees, unreadable):
    register = read(csv(f"가나,{JINGOK},30,{cell}"))
    found = register.firms["employees"].iloc[0]
    assert (None if pd.isna(found) else found) == employees
    assert register.unreadable == unreadable


# --- personal data -----------------------------------------------------------------------------------------------

SECRETS = (
    "홍길동",
    "062-123-4567",
    "010-9876-5432",
    "hong@example.com",
    "800101-1234567",
    "123-45-67890",
    "062-765-4321",
)
PRIVATE = (
    "회사명,생산품,공장주소,대표자명,전화번호,휴대폰,이메일,주민등록번호,사업자등록번호,팩스번호\n"
    "가나,금형,광주광역시 광산구 1,홍길동,062-123-4567,010-9876-5432,hong@example.com,800101-1234567,123-45-67890,062-765-4321\n"
)  # fmt: skip
HIDDEN = (
    "회사명,생산품,공장주소\n"
    "가나(대표 홍길동),금형 010-9876-5432 hong@example.com,광주광역시 광산구 1 (062-123-4567) 800101-1234567 123-45-67890 062)765-4321\n"
)  # fmt: skip


@pytest.mark.parametrize("text", [PRIVATE, HIDDEN])
def test_nothing_personal_is_kept_anywhere(text, tmp_path):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    register = read(text)
    kept = register.firms.to_csv() + register.dropped.to_csv()
    printed = [done("firms", tmp_path / "a.csv", "--table", table).text for table in FIRM_TABLES]
    for secret in SECRETS:
        assert secret not in kept
        assert not any(secret in page for page in printed)


def test_what_is_dropped_is_told():
    dropped = read(PRIVATE).dropped.set_index("header")["why"]
    assert set(dropped.index) == {
        "대표자명",
        "전화번호",
        "휴대폰",
        "이메일",
        "주민등록번호",
        "사업자등록번호",
        "팩스번호",
    }
    assert set(dropped) == {"personal_column"}
    inside = read(HIDDEN).dropped.set_index("header")
    assert inside["rows"].to_dict() == {"회사명": 1, "생산품": 1, "공장주소": 1}
    assert set(inside["why"]) == {"personal_text"}


def test_the_rest_of_a_text_stays():
    row = read(HIDDEN).firms.iloc[0]
    assert (row["firm"], row["product"]) == ("가나", "금형")
    assert row["address"].startswith("광주광역시 광산구 1")


@pytest.mark.parametrize(
    "text",
    [
        "광주광역시 광산구 진곡동 123-4567",
        "볼트 M10-20, 1,234개",
        "부품(대표 품목은 금형)",
        "하남산단 6번로 107",
        "30399",
    ],
)
def test_what_is_not_personal_is_left_alone(text):
    assert without_personal(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "대표자", "대표이사 성명", "Tel", "E-mail", "FAX", "핸드폰번호", "cmpnyTelno", "담당자 연락처", "대표명", "사업주",
        "TEL번호", "메일", "대표자주소", "자택주소", "법인(주민)등록번호", "외국인등록번호", "대표자 생년월일",
    ],
)  # fmt: skip
def test_a_personal_column_is_known_by_its_name(name):
    register = read(f"회사명,생산품,{name}\n가나,금형,비밀\n")
    assert register.dropped["why"].tolist() == ["personal_column"]
    assert "비밀" not in register.firms.to_csv()


@pytest.mark.parametrize(
    "text", ["대표이사 홍길동", "대표자  홍길동", "대표 : 홍길동", "800101-1******", "010.1234.5678", "062 123 4567"]
)
def test_what_is_personal_leaves_a_text(text):
    assert without_personal(f"가나정밀 {text}") == "가나정밀"


def test_the_industry_of_a_representative_code_is_no_person():
    assert read(YEONGCHEON).columns["ksic"] == "대표업종번호"


# --- files that must be refused ----------------------------------------------------------------------------------

BOOK = book(("회사명", "생산품"), ("가나", "금형"))
SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><worksheet>&c;</worksheet>'
)
BAD = {
    "an old workbook": ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, ".xls"),
    "no workbook": ("a.xlsx", b"hello", "a.xlsx"),
    "nothing": ("a.csv", b"", "a.csv"),
    "a torn workbook": ("a.xlsx", BOOK[:-40], "a.xlsx"),
    "a workbook without sheets": ("a.xlsx", rewritten(BOOK, "xl/workbook.xml", lambda _: b"<workbook/>"), "a.xlsx"),
    "broken XML": ("a.xlsx", rewritten(BOOK, SHEET, lambda text: text[:-30]), "a.xlsx"),
    "entities": ("a.xlsx", rewritten(BOOK, SHEET, lambda _: ENTITIES), "a.xlsx"),
    "another ending": ("a.hwp", b"x", ".xlsx"),
    "no ending": ("a", b"x", ".xlsx"),
    "no encoding": ("a.csv", b"\xff\xff\xff", "cp949"),
    "other columns": ("a.csv", "이름,나이\n가,1\n".encode(), "이름, 나이"),
    "a firm and nothing else": ("a.csv", "회사명,나이\n가,1\n".encode(), "회사명"),
    "headings alone": ("a.csv", "회사명,생산품\n".encode(), "1"),
    "an open quote": ("a.csv", '회사명,생산품\n가나,"금형\n다라,부품\n'.encode(), "3"),
    "a picture": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a.csv"),
    "an empty sheet": ("a.xlsx", book(), "a.xlsx"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_a_wrong_file_is_one_line(fault, tmp_path):
    name, content, named = BAD[fault]
    (tmp_path / name).write_bytes(content)
    assert named in refusal("firms", tmp_path / name)


def test_a_missing_file_is_one_line(tmp_path):
    assert "a.csv" in refusal("firms", tmp_path / "a.csv")


def test_a_bomb_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    content = rewritten(BOOK, SHEET, lambda text: text + b" " * 30_000_000)
    assert len(content) < 100_000
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_, **__: pytest.fail("opened"))
    (tmp_path / "a.xlsx").write_bytes(content)
    assert "30 MB" in refusal("firms", tmp_path / "a.xlsx")


def test_a_workbook_beyond_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(grids, "LARGEST_BOOK", 1_000)
    with pytest.raises(GisError, match="한도 0 MB"):
        read_register(BOOK, "a.xlsx")


def test_a_file_of_500_megabytes_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    with path.open("wb") as opened:
        opened.truncate(500_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read"))
    assert "500 MB" in refusal("firms", path)


def test_a_row_far_below_does_not_take_forever(monkeypatch):
    monkeypatch.setattr(grids, "MOST_LINES", 1_000)
    content = rewritten(BOOK, SHEET, lambda text: text.replace(b'<row r="2"', b'<row r="999999999"'))
    with pytest.raises(GisError, match="1,000"):
        read_register(content, "a.xlsx")


@pytest.mark.parametrize("said", ["euc-kr", "EUC-KR", "MS949", "cp949", "949", "ksc5601"])
def test_every_name_of_the_korean_encoding_is_cp949(said):
    """EUC-KR has no 똠."""
    text = NATIONAL.replace("(주)가나", "똠방")
    assert read(text, encoding=said).firms["firm"].tolist() == ["똠방"] if said == "cp949" else True
    assert read_register(text.encode("cp949"), "a.csv", encoding=said).firms["firm"].tolist() == ["똠방"]


def test_a_wrong_encoding_is_refused_rather_than_garbled():
    with pytest.raises(InputError, match="utf-8"):
        read_register(NATIONAL.encode("cp949"), "a.csv", encoding="utf-8")
    with pytest.raises(InputError, match="nonsense"):
        read_register(NATIONAL.encode("cp949"), "a.csv", encoding="nonsense")


# --- matching ----------------------------------------------------------------------------------------------------

HERE = {"a": ["가산단"], "b": ["나산단"], "h": ["다산단"]}


def firms(*names: str | None, **columns) -> pd.DataFrame:
    """Return a register with a firm for each name of a complex."""
    rows = read("회사명,단지명\n" + "".join(f"firm{n},{name or ''}\n" for n, name in enumerate(names))).firms
    return rows.assign(**columns)


def points(*pairs: tuple[float, float] | None) -> gpd.GeoSeries:
    return gpd.GeoSeries(
        [None if pair is None else Point(ORIGIN[0] + pair[0], ORIGIN[1] + pair[1]) for pair in pairs], crs="EPSG:5186"
    )


OFFICIAL = sites(square(0, 0, 1000), square(5000, 0, 1000))
"""Complexes a and b, surveyed."""
SCHEMATIC = sites(square(0, 0, 1000), square(5000, 0, 1000), grade="D", center_uncertainty=700.0)


def matched(names, where, outlines=OFFICIAL, **columns):
    return analysis.match_firms(firms(*names, **columns), outlines, HERE, points(*where))


@pytest.mark.parametrize(
    ("name", "where", "outlines", "complex_id", "agreement", "reason"),
    [
        ("가산단", (500, 500), OFFICIAL, "a", "agree", None),
        ("가산단", (5500, 500), OFFICIAL, None, "disagree", "disagree"),
        ("가산단", (3000, 500), OFFICIAL, "a", "apart", None),
        ("가산단", None, OFFICIAL, "a", "name_only", None),
        ("다산단", (3000, 500), OFFICIAL, "h", "name_only", None),
        ("다산단", (500, 500), OFFICIAL, None, "disagree", "disagree"),
        (None, (500, 500), OFFICIAL, "a", "point_only", None),
        ("모르는단지", (500, 500), OFFICIAL, "a", "point_only", None),
        (None, (3000, 500), OFFICIAL, None, "none", "name_empty"),
        (None, (1000, 500), OFFICIAL, None, "none", "point_border"),
        ("가산단", (1000, 500), OFFICIAL, "a", "possible", None),
        ("모르는단지", None, OFFICIAL, None, "none", "name_unknown"),
        (None, (500, 500), SCHEMATIC, None, "none", "point_maybe"),
        (None, (1600, 500), SCHEMATIC, None, "none", "point_maybe"),
        (None, (1800, 500), SCHEMATIC, None, "none", "name_empty"),
        ("가산단", (1600, 500), SCHEMATIC, "a", "possible", None),
        ("가산단", (5500, 500), SCHEMATIC, "a", "apart", None),
        ("모르는단지", (500, 500), SCHEMATIC, None, "none", "name_unknown"),
    ],
)
def test_name_and_point_together(name, where, outlines, complex_id, agreement, reason):
    row = matched([name], [where], outlines).iloc[0]
    assert (row["complex"], row["agreement"], row["reason"]) == (complex_id, agreement, reason)


@pytest.mark.parametrize(("kind", "complex_id"), [("part", "a"), ("wider", "a"), ("unclear", "a"), ("other", None)])
def test_a_point_decides_what_a_name_leaves_open_and_nothing_that_it_denies(kind, complex_id):
    known = pd.DataFrame({"id": ["a", "a"], "kind": ["name", kind], "name": ["가산단", "가2차"]})
    row = analysis.match_firms(firms("가2차"), OFFICIAL, known, points((500, 500))).iloc[0]
    assert row["complex"] == complex_id
    elsewhere = analysis.match_firms(firms("가2차"), OFFICIAL, known, points((5500, 500))).iloc[0]
    assert (elsewhere["complex"], elsewhere["reason"]) == (None, "disagree")


def test_both_verdicts_stand_beside_each_other():
    row = matched(["가산단"], [(5500, 500)]).iloc[0]
    assert (row["by_name"], row["by_point"], row["candidates"]) == ("a", "b", "a|b")


def test_a_point_in_two_outlines_is_in_neither():
    over = sites(square(0, 0, 1000), square(500, 0, 1000))
    row = matched([None], [(700, 500)], over).iloc[0]
    assert (row["complex"], row["reason"], row["candidates"]) == (None, "point_several", "a|b")


@pytest.mark.parametrize(("margin", "verdict"), [({}, "inside"), ({"A": 40.0}, "border"), ({"C": 40.0}, "inside")])
def test_a_point_nearer_to_a_boundary_than_that_is_known_is_on_it(margin, verdict):
    found = analysis.point_verdicts(points((980, 500)), OFFICIAL, margin)
    assert found["point_verdict"].tolist() == [verdict]


def test_an_outline_that_states_its_own_accuracy_is_believed():
    found = analysis.point_verdicts(points((980, 500)), OFFICIAL.assign(vertex_sigma=30.0), {"A": 0.2})
    assert found["point_verdict"].tolist() == ["border"]


@given(st.lists(st.tuples(st.floats(-3_000, 9_000), st.floats(-3_000, 4_000)), min_size=1, max_size=20))
def test_a_schematic_outline_never_holds_a_point_for_certain(pairs):
    found = analysis.point_verdicts(points(*pairs), SCHEMATIC)
    assert found["by_point"].isna().all()
    assert set(found["point_verdict"]) <= {"maybe", "outside"}


def test_a_schematic_outline_without_an_uncertainty_may_be_anywhere():
    found = analysis.point_verdicts(points((90_000, 0)), SCHEMATIC.assign(center_uncertainty=np.nan))
    assert found["point_verdict"].tolist() == ["maybe"]


def test_points_in_another_crs_are_refused():
    with pytest.raises(CrsError):
        analysis.point_verdicts(points((0, 0)).to_crs("EPSG:4326"), OFFICIAL)


def test_the_hanam_of_another_province_is_not_ours():
    known = aliases()
    rows = firms(HANAM, HANAM, HANAM, HANAM, HANAM).assign(
        address=["경기도 하남시 1", "광주광역시 광산구 1", None, "광주시 광산구 1", "전남광주통합특별시 광산구 1"],
        region=[None, None, "경기도", None, None],
    )
    found = analysis.match_firms(rows, OFFICIAL, known)
    assert found["complex"].tolist() == [None, "hanam", None, "hanam", "hanam"]
    assert found["reason"].tolist() == ["other_region", None, "other_region", None, None]


@pytest.mark.parametrize(
    ("address", "stranger"),
    [
        ("광주시 오포읍 1", True),
        ("광주시 북구 1", False),
        ("광산구 1", False),
        ("서울 강남구 1", True),
        ("전라남도 함평군 1", False),
    ],
)
def test_the_gwangju_in_gyeonggi_is_another(address, stranger):
    rows = firms("가산단").assign(address=[address])
    assert analysis.other_region(rows).tolist() == [stranger]


def test_a_factory_that_comes_twice_counts_once():
    rows = firms("가산단", "가산단", "가산단").assign(repeated=[False, True, False])
    found = analysis.match_firms(rows, OFFICIAL, HERE)
    assert found["complex"].tolist() == ["a", None, "a"]
    assert found["reason"].tolist() == [None, "repeated", None]
    assert analysis.firms_by_industry(found, industries())["firms"].sum() == 2


def test_a_firm_that_is_known_by_name_and_by_point_counts_once_in_one_complex():
    found = matched(["가산단", "가산단", None], [(500, 500), None, (500, 500)])
    assert found["agreement"].tolist() == ["agree", "name_only", "point_only"]
    assert analysis.firms_by_industry(found, industries())[["complex", "firms"]].to_numpy().tolist() == [["a", 3]]


def test_a_register_number_that_comes_again_is_the_same_factory():
    assert read(FACTORYON + FACTORYON.splitlines()[1] + "\n").firms["repeated"].tolist() == [False, True]


def test_rows_without_a_firm_are_told_and_not_counted():
    found = analysis.match_firms(read("회사명,단지명,생산품\n가나,가산단,금형\n,,합계\n").firms, OFFICIAL, HERE)
    assert found["reason"].tolist() == [None, "no_firm"]
    assert analysis.firms_by_industry(found, industries())["firms"].sum() == 1


NAMES = [None, "가산단", "나산단", "다산단", "라산단", "가"]
SPOTS = [None, (500.0, 500.0), (5500.0, 500.0), (3000.0, 0.0), (1000.0, 500.0)]
CODES = [None, "30", "303", "30399", "26", "62010", "70"]
some_firms = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from(SPOTS), st.sampled_from(CODES), st.none() | st.integers(0, 500), st.booleans()
    ),
    min_size=1, max_size=25,
)  # fmt: skip


def register_of(rows, outlines=OFFICIAL) -> pd.DataFrame:
    made = firms(*(row[0] for row in rows)).assign(
        ksic=pd.Series([row[2] for row in rows], dtype=object),
        employees=pd.array([row[3] for row in rows], dtype="Int64"),
        repeated=[row[4] for row in rows],
    )
    return analysis.match_firms(made, outlines, HERE, points(*(row[1] for row in rows)))


@given(some_firms)
def test_every_row_has_a_complex_or_a_reason(rows):
    found = register_of(rows)
    assert (found["complex"].notna() ^ found["reason"].notna()).all()
    assert len(analysis.unmatched_rows(found)) + found["complex"].notna().sum() == len(rows)


@given(some_firms, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_irrelevant(rows, random):
    mixed = list(rows)
    random.shuffle(mixed)
    for table in (
        lambda found: analysis.firms_by_industry(found, industries()),
        lambda found: analysis.location_quotients(found, industries()),
        lambda found: analysis.stages_present(found, catalog.stages(), catalog.hosts(), industries(), ["a", "b"]),
    ):
        pd.testing.assert_frame_equal(table(register_of(rows)), table(register_of(mixed)))


@given(some_firms, st.integers(2, 5))
def test_firms_and_employees_add_up(rows, digits):
    found = register_of(rows)
    table = analysis.firms_by_industry(found, industries(), digits)
    own = analysis.counted(found)
    assert table["firms"].sum() == len(own)
    assert table["employees"].sum() == own["employees"].sum()
    assert table["employees_known"].sum() == own["employees"].count()
    assert not table.duplicated(["complex", "ksic"]).any()


@given(some_firms)
def test_matching_leaves_its_input_alone(rows):
    made = firms(*(row[0] for row in rows))
    before = made.copy(deep=True)
    analysis.match_firms(made, OFFICIAL, HERE, points(*(row[1] for row in rows)))
    pd.testing.assert_frame_equal(made, before)


# --- industries and quotients ------------------------------------------------------------------------------------


def counted_register(*rows: tuple) -> pd.DataFrame:
    """Return firms matched by name: complex name, code, employees."""
    made = firms(*(row[0] for row in rows)).assign(
        ksic=pd.Series([row[1] for row in rows], dtype=object),
        industry_name=pd.Series([row[3] if len(row) > 3 else None for row in rows], dtype=object),
        employees=pd.array([row[2] for row in rows], dtype="Int64"),
    )
    return analysis.match_firms(made, OFFICIAL, HERE)


PENCIL = counted_register(
    ("가산단", "30", 10), ("가산단", "30", 20), ("가산단", "26", 30), ("가산단", "26", None),
    ("나산단", "30", 40), (None, "26", 50), (None, "26", 50), (None, "26", 0),
)  # fmt: skip


def test_a_quotient_by_pencil():
    """Of 4 firms at a 2 are 30; of 8 in all 3 are: (2/4) / (3/8) = 4/3. Employees: (30/60) / (70/200) = 10/7."""
    rows = analysis.location_quotients(PENCIL, industries()).set_index(["complex", "ksic"])
    row = rows.loc[("a", "30")]
    assert (row["firms"], row["complex_firms"], row["reference_firms"], row["reference_total"]) == (2, 4, 3, 8)
    assert row["quotient"] == pytest.approx(4 / 3)
    assert row["employee_quotient"] == pytest.approx((30 / 60) / (70 / 200))


@given(some_firms, st.integers(2, 5))
def test_the_quotients_of_the_whole_are_1(rows, digits):
    whole = register_of([("가산단", None, code, count, False) for _, _, code, count, _ in rows])
    table = analysis.location_quotients(whole, industries(), digits)
    assert table["quotient"].to_numpy() == pytest.approx(np.ones(len(table)))


@given(some_firms, st.integers(2, 5), st.booleans())
def test_quotients_are_those_of_a_count_by_hand(rows, digits, other):
    """The twin by brute force: lists and fractions, no frames."""
    found = register_of(rows)
    counted_rows = [row for row in found.to_dict("records") if row["reason"] not in ("repeated", "no_firm")]
    firms_here = [
        (row["complex"], row["ksic"][:digits]) for row in counted_rows if row["ksic"] and len(row["ksic"]) >= digits
    ]
    whole = [code for _, code in firms_here]
    if other:
        basis = read(csv("가,x,30399,5", "나,x,26110,5", "다,x,62010,", "라,x,,7")).firms
        whole = [code[:digits] for code in ("30399", "26110", "62010")]
    table = analysis.location_quotients(found, industries(), digits, basis if other else None)
    by_hand = {}
    for place, code in {pair for pair in firms_here if pair[0] is not None}:
        there = [one for one in firms_here if one[0] == place]
        share = Fraction(there.count((place, code)), len(there))
        if whole.count(code):
            by_hand[place, code] = float(share / Fraction(whole.count(code), len(whole)))
    told = {
        (row["complex"], row["ksic"]): row["quotient"] for row in table.dropna(subset="quotient").to_dict("records")
    }
    assert told == pytest.approx(by_hand)


@given(some_firms)
def test_quotients_weighted_with_the_shares_of_the_reference_add_up_to_1(rows):
    table = analysis.location_quotients(register_of(rows), industries())
    weighted = table["quotient"] * table["reference_firms"] / table["reference_total"]
    assert weighted.groupby(table["complex"]).sum().to_numpy() == pytest.approx(np.ones(table["complex"].nunique()))


def test_a_quotient_without_a_denominator_is_unknown_and_not_0():
    other = read(csv("가나,x,26,5")).firms
    rows = analysis.location_quotients(PENCIL, industries(), reference=other).set_index(["complex", "ksic"])
    assert np.isnan(rows.at[("a", "30"), "quotient"])
    assert rows.at[("a", "26"), "quotient"] == pytest.approx((2 / 4) / (1 / 1))
    empty = analysis.location_quotients(PENCIL, industries(), reference=other.iloc[:0])
    assert empty["quotient"].isna().all()


def test_quotients_of_employees_nobody_states_are_unknown():
    rows = counted_register(("가산단", "30", None), ("나산단", "26", None))
    assert analysis.location_quotients(rows, industries())["employee_quotient"].isna().all()


def test_quotients_of_no_employees_at_all_are_unknown():
    rows = counted_register(("가산단", "30", 0), ("나산단", "30", 5))
    table = analysis.location_quotients(rows, industries()).set_index("complex")
    assert np.isnan(table.at["a", "employee_quotient"])
    assert table.at["b", "employee_quotient"] == pytest.approx(1.0)


def test_a_coarse_code_is_unknown_at_a_finer_level():
    rows = counted_register(("가산단", "30", 1), ("가산단", "30399", 2))
    table = analysis.firms_by_industry(rows, industries(), 3)
    assert table["ksic"].tolist() == ["303", None]
    assert table["firms"].tolist() == [1, 1]
    assert analysis.location_quotients(rows, industries(), 3)["complex_firms"].tolist() == [1]


def test_a_fine_code_is_called_as_the_register_most_often_calls_it():
    rows = counted_register(
        ("가산단", "30399", 1, "부품"), ("가산단", "30399", 1, "그 외 부품"), ("나산단", "30399", 1, "그 외 부품"), ("가산단", "30", 1, "차"),
    )  # fmt: skip
    assert set(analysis.firms_by_industry(rows, industries(), 5)["industry_name"].dropna()) == {"그 외 부품"}
    assert set(analysis.firms_by_industry(rows, industries(), 4)["industry_name"].dropna()) == set()
    assert "자동차·트레일러" in set(analysis.firms_by_industry(rows, industries(), 2)["industry_name"])


@pytest.mark.parametrize("digits", [1, 6, 0, -2])
def test_levels_that_ksic_does_not_have_are_refused(digits):
    with pytest.raises(InputError, match="2~5"):
        analysis.firms_by_industry(PENCIL, industries(), digits)


# --- stages ------------------------------------------------------------------------------------------------------


def presence(rows: pd.DataFrame, *places: str) -> pd.DataFrame:
    table = analysis.stages_present(rows, catalog.stages(), catalog.hosts(), industries(), places)
    return table.set_index(["stage", "place"])


@pytest.fixture
def jingok():
    """Return firms in 진곡 by name: two of cars, one of electronics."""
    rows = read(csv(f"가,{JINGOK},30399,5", f"나,{JINGOK},30110,", f"다,{JINGOK},26,3", f"라,{BITGREEN},30,1")).firms
    return analysis.match_firms(rows, OFFICIAL, aliases())


def test_firms_stand_beside_the_roles_of_the_plan(jingok):
    row = presence(jingok, "jingok").loc[("part.control", "jingok")]
    assert (row["firms"], row["employees"], row["employees_known"]) == (3, 8, 2)
    assert row["roles"] == "진곡 부품 생산 기지: 제어기 양산"
    assert (row["status"], row["comparison"], row["evidence"]) == ("role", "both", "inferred")


def test_a_facility_in_fact_is_no_role_of_the_plan(jingok):
    """금호타이어 함평공장 is known as a fact; no plan gives 빛그린 that stage."""
    assert presence(jingok, "bitgreen").at[("part.chassis", "bitgreen"), "roles"] is None


def test_a_role_without_firms_and_firms_without_a_role_are_told_apart(jingok):
    rows = presence(jingok, "jingok", "bitgreen")
    assert rows.at[("material", "jingok"), "comparison"] == "role_only"
    assert rows.at[("vehicle", "jingok"), "comparison"] == "firms_only"
    assert rows.at[("equipment", "bitgreen"), "comparison"] == "neither"


@pytest.mark.parametrize(
    ("stage", "place", "why"),
    [
        ("software", "jingok", "section_not_in_register"),
        ("part_certification", "bitgreen", "section_not_in_register"),
        ("demonstration", "jingok", "stage_without_code"),
        ("vehicle", "futurecar", "no_rows_here"),
    ],
)
def test_what_the_register_cannot_know_is_unknown_and_not_0(jingok, stage, place, why):
    row = presence(jingok, "jingok", "bitgreen", "futurecar").loc[(stage, place)]
    assert pd.isna(row["firms"]) and pd.isna(row["employees"])
    assert (row["why"], row["comparison"]) == (why, "unknown")


def test_a_register_with_services_knows_the_stages_of_services():
    rows = read(csv(f"가,{JINGOK},62010,5", f"나,{JINGOK},70,5")).firms
    found = presence(analysis.match_firms(rows, OFFICIAL, aliases()), "jingok")
    assert found.at[("software", "jingok"), "firms"] == 1
    assert found.at[("rnd", "jingok"), "firms"] == 1
    assert pd.isna(found.at[("vehicle", "jingok"), "firms"])


def test_no_match_of_a_code_is_more_than_inferred(jingok):
    table = presence(jingok, "jingok", "bitgreen")
    assert set(table["evidence"].dropna()) == {"inferred"}


# --- the report, the command line and the page -------------------------------------------------------------------

SAMPLE = (
    "회사명,단지명,대표자명,대표업종번호,종업원수,용지면적,공장주소,경도,위도\n"
    f"가나,{JINGOK},홍길동,30399,5,100,광주광역시 광산구 1,126.79,35.21\n"
    f"다라,{JINGOK},홍길동,26,,100,광주광역시 광산구 2,,\n"
    f"마바,{HANAM},홍길동,26,3,100,경기도 하남시 2,,\n"
    "사아,,홍길동,62010,3,100,광주광역시 북구 2,126.847,35.238\n"
    "자차,평동3차일반산업단지,홍길동,,3,100,광주광역시 광산구,0,0\n"
)


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "공장.csv"
    path.write_bytes(SAMPLE.encode("cp949"))
    return path


def test_the_report_conserves_the_rows(sample):
    report = firm_report(sample)
    assert report.counts["rows"] == len(report.firms) == 5
    assert report.counts["matched"] + len(report.unmatched) == 5
    assert report.industries["firms"].sum() == report.counts["firms"]


def test_the_report_says_why_each_row_is_unmatched(sample):
    reasons = firm_report(sample).unmatched.set_index("firm")["reason"].to_dict()
    assert reasons == {"마바": "other_region", "사아": "point_maybe", "자차": "name_other"}


def test_the_reasons_are_told_with_their_counts(sample):
    told = " ".join(firm_sentences(firm_report(sample)))
    assert "주소가 다른 시도 1" in told and "비슷하지만 다른 곳 1" in told


def test_points_outside_korea_are_left_out_and_told(sample):
    report = firm_report(sample)
    assert report.counts["outside_korea"] == 1
    assert report.counts["points"] == 2
    assert report.firms.set_index("firm").at["자차", "point_verdict"] == "no_point"
    assert any("우리나라 밖" in sentence for sentence in firm_sentences(report))


@pytest.mark.parametrize("order", ["xy", "yx"])
def test_planar_coordinates_count_in_a_stated_crs_in_either_order(order):
    heading = "회사명,생산품,x,y\n" if order == "xy" else "회사명,생산품,y,x\n"
    content = (heading + "가나,금형,180560,290530\n").encode()
    report = firm_report(content, "a.csv", crs="EPSG:5186")
    assert (report.counts["points"], report.counts["swapped"]) == (1, int(order == "yx"))
    assert report.firms["point_verdict"].tolist() == ["maybe"]
    silent = firm_report(content, "a.csv")
    assert (silent.counts["points"], silent.counts["without_crs"]) == (0, 1)


def test_x_and_y_in_degrees_are_degrees():
    firms_read = read("회사명,생산품,x,y\n가나,금형,126.79,35.21\n").firms
    assert firms_read[["lon", "lat"]].iloc[0].tolist() == [126.79, 35.21]


def test_quotients_can_compare_with_another_register(sample, tmp_path):
    other = tmp_path / "전국.csv"
    other.write_bytes(csv("가,x,30,5", "나,x,26,5", "다,x,26,5").encode("cp949"))
    report = firm_report(sample, reference=other)
    rows = report.quotients.set_index(["complex", "ksic"])
    assert rows.at[("jingok", "30"), "quotient"] == pytest.approx((1 / 2) / (1 / 3))
    assert report.reference == "전국.csv"


def test_an_official_outline_is_believed_where_a_schematic_one_is_not(sample):
    official = sites(square(-3_000, -3_000, 60_000), grade="A").assign(id="cheomdan3")
    report = firm_report(sample, outlines=official)
    assert report.firms.set_index("firm").at["사아", "complex"] == "cheomdan3"


@pytest.mark.parametrize("table", FIRM_TABLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_can_be_shown_and_leaves_as_json(sample, table, language):
    with reading(language):
        frame = firm_report(sample).table(table)
        assert len(shown(frame)) == len(frame)
    rows = done("firms", sample, "--table", table, "--format", "json").json
    assert len(rows) == len(frame)
    assert all("<NA>" not in map(str, row.values()) for row in rows)


def test_areas_leave_with_their_unit(sample):
    row = done("firms", sample, "--table", "firms", "--format", "json").json[0]
    assert row["site_area_m2"] == 100.0
    assert row["employees"] == 5


def test_the_workbook_holds_every_table(sample, tmp_path):
    done("firms", sample, "-o", tmp_path / "out.xlsx")
    names = openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames
    assert set(FIRM_TABLES) <= set(names)


def test_the_command_says_what_the_numbers_carry(sample):
    text = done("firms", sample, "--table", "stages").text
    assert "능력도 거래 관계도 아닙니다" in text
    assert "개인정보라서 뺀 것: 대표자명" in text


def test_a_formula_in_a_cell_is_a_text_on_every_way_out(tmp_path):
    evil = "=cmd|' /C calc'!A0"
    (tmp_path / "a.csv").write_bytes(f"회사명,단지명,생산품\n{evil},{JINGOK},@SUM(1)\n".encode())
    words = ("firms", tmp_path / "a.csv", "--table", "firms")
    assert f"'{evil}" in done(*words, "--format", "csv").text
    assert done(*words, "--format", "json").json[0]["firm"] == evil
    done(*words, "-o", tmp_path / "out.xlsx")
    cells = [cell for sheet in openpyxl.load_workbook(tmp_path / "out.xlsx") for row in sheet for cell in row]
    assert {cell.data_type for cell in cells if cell.value in (evil, "@SUM(1)")} == {"s"}
    done("import", tmp_path / "a.csv", "--as", "kept", "--format", "json")
    done("export", "kept", "-o", tmp_path / "out.csv")
    assert f"'{evil}" in (tmp_path / "out.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("words", [("--digits", "6"), ("--sheet", "x", "--digits", "9"), ("--encoding", "utf-8")])
def test_wrong_options_are_one_line(sample, words):
    assert refusal("firms", sample, *words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said(sample, language):
    with reading(language):
        report = firm_report(sample)
        everything = dict.fromkeys(report.counts, 1)
        said = firm_sentences(type(report)(**{**vars(report), "counts": everything}))
        assert all(said)
        assert "→" in read_as(report)


PAGE = """
from gis.app.firms_view import show_firms
show_firms("m2")
"""


@pytest.fixture
def page():
    return AppTest.from_string(PAGE, default_timeout=60).run()


def test_the_page_shows_a_register(page):
    page.file_uploader[0].set_value(("공장.csv", SAMPLE.encode("cp949"), "text/csv")).run()
    assert not page.exception and not page.error
    assert len(page.dataframe) == len(FIRM_TABLES)
    assert not any("홍길동" in frame.value.to_string() for frame in page.dataframe)


def test_the_page_shows_a_fault_as_one_sentence(page):
    page.file_uploader[0].set_value(("![x](y).csv", b"a,b\n1,2\n", "text/csv")).run()
    assert not page.exception
    assert len(page.error) == 1
    assert "\\!\\[x\\]" in page.error[0].value


def test_three_changes_of_the_digits_all_arrive(page):
    page.file_uploader[0].set_value(("공장.csv", SAMPLE.encode("cp949"), "text/csv")).run()
    for digits, code in ((5, "30399"), (3, "303"), (2, "30")):
        page.slider(key="firms_digits").set_value(digits).run()
        assert code in page.dataframe[0].value["KSIC"].tolist()


def test_json_holds_null_for_what_is_unknown(sample):
    rows = json.loads(done("firms", sample, "--table", "industries", "--format", "json").text)
    assert any(row["complex"] is None for row in rows)
    assert any(row["employees"] is None for row in rows)
