"""Tables of the land register: headings in their variants, owners masked, lost digits refused, nothing personal kept."""

import io
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from gis.errors import InputError
from gis.io import store
from gis.io.lands import (
    is_lands,
    label_parts,
    land_categories,
    lot_address,
    masked_owner,
    owner_kind,
    ownerships,
    parcel_columns,
    pnu_of,
    read_lands,
    without_owners,
)
from gis.io.read import Reading
from gis.study import kinds, register
from tests.command import done, refusal, run
from tests.pencil import square

ONE, TWO, FOREST = "2920010100100120003", "2920010100100130000", "2920010100200050001"
LANDS = f"""고유번호,법정동명,지번,지목,면적(㎡),용도지역명1,용도지역명2,소유구분,소유자,소유자주소,주민등록번호,공시지가
{ONE},광주광역시 광산구 송정동,12-3,답,"1,234",자연녹지지역,지정되지않음,01,홍길동 외 3인,광주 서구 1-2,600101-1234567,"12,300"
{TWO},광주광역시 광산구 송정동,13,08,99.5,자연녹지지역,생산녹지지역,국유지,국(산림청),,,0
{FOREST},광주광역시 광산구 송정동,산 5-1,임,0,,,06,주식회사 가나,,,
"""
TRAITS = f"고유번호,기준년도,지목명,토지면적,공시지가\n{ONE},2024,답,1234,12000\n{ONE},2025,답,1234,12300\n"


def read(text, name="a.csv", encoding="cp949"):
    return read_lands(text.encode(encoding), name)


def workbook(rows):
    book, packed = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(packed)
    return packed.getvalue()


def test_a_table_becomes_pnu_category_area_zoning_class_and_price():
    rows = read(LANDS).rows.drop(columns=["row", "address", "owner", "year", "unread_area"])
    assert rows.iloc[0].tolist() == [ONE, "답", 1234.0, "자연녹지지역", "개인", 12300.0]
    assert rows.iloc[1].tolist()[:5] == [TWO, "대", 99.5, "자연녹지지역|생산녹지지역", "국유지"]
    assert rows["land_category"].tolist() == ["답", "대", "임야"]


def test_an_area_or_price_of_nothing_is_unknown_and_counted():
    lands = read(LANDS)
    assert lands.rows["register_area"].isna().tolist() == [False, False, True]
    assert lands.rows["land_price"].isna().tolist() == [False, True, True]
    assert lands.unreadable == {"register_area": 1, "land_price": 1}


def test_a_person_is_masked_and_a_body_has_its_class_alone():
    assert read(LANDS).rows["owner"].tolist() == ["홍○○ 외 3인", None, None]
    assert read(LANDS).rows["ownership"].tolist() == ["개인", "국유지", "법인"]


@pytest.mark.parametrize(
    ("name", "holder", "shown"),
    [
        ("홍길동", "person", "홍○○"),
        ("홍길동", None, "홍○○"),
        ("홍길동(600101-1234567)", "person", "홍○○"),
        ("홍**", "person", "홍○○"),
        ("홍길동, 김철수", None, "홍○○ 외 1인"),
        ("남궁옥분 외 12명", "person", "남○○ 외 12인"),
        ("John Smith", "person", "J○○"),
        ("주식회사 가나", None, None),
        ("㈜가나", None, None),
        ("광주광역시", None, None),
        ("국", None, None),
        ("국토교통부", None, None),
        ("김해김씨종중", None, None),
        ("홍길동", "body", None),
        ("12345", "person", None),
    ],
)
def test_an_owner_is_masked(name, holder, shown):
    assert masked_owner(name, holder) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("선정당사자 홍길동", "선정당사자 홍○○"),
        ("선정당사자홍길동", "선정당사자 홍○○"),
        ("망 홍길동", "망 홍○○"),
        ("공유자 홍길동 외 3인", "공유자 홍○○ 외 3인"),
        ("대표자: 홍길동", "대표자 홍○○"),
        ("상속인 대표 홍길동, 김철수", "상속인 대표 홍○○ 외 1인"),
        ("홍길동(선정당사자)", "홍○○"),
        ("망치훈", "망○○"),
    ],
)
def test_a_name_after_what_its_bearer_is_is_masked(name, shown):
    assert masked_owner(name) == shown


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("국", "국유지"), ("국(산림청)", "국유지"), ("국토교통부", "국유지"), ("산림청", "국유지"), ("광주광역시", "시·도유지"),
        ("전라남도교육청", "시·도유지"), ("전라남도 나주시", "시·도유지"), ("전라남도 장성군", "군유지"), ("장성군청", "군유지"),
        ("광주광역시 광산구(도로)", "구유지"), ("㈜가나", "법인"), ("한국토지주택공사", "법인"), ("학교법인 가나", "법인"),
        ("김해김씨종중", "종중"), ("가나교회", "종교단체"), ("송정동 마을회", "기타단체"),
        ("홍길동", None), ("김철구", None), ("이문중", None), ("김은행", None), ("박정부", None), ("광주광역시 홍길동", None),
        ("장성군", None), ("선정당사자 홍길동", None),
    ],
)  # fmt: skip
def test_an_owner_that_is_no_person_is_of_a_kind_and_one_that_may_be_is_of_none(name, kind):
    assert owner_kind(name) == kind


def test_a_county_without_its_province_is_one_where_the_parcel_lies_in_it():
    assert owner_kind("장성군", "전라남도 장성군 북하면") == "군유지"
    assert owner_kind("김철구", "광주광역시 광산구 송정동") is None


def test_the_kind_of_an_owner_fills_what_the_table_does_not_state_and_nothing_else():
    rows = read(
        f"고유번호,소유구분,소유자\n{ONE},,국\n{TWO},,시유\n{FOREST},법인,국\n{ONE},개인,홍길동\n{TWO},,구유지\n{TWO},,홍길동\n"
    ).rows
    assert rows["ownership"].tolist() == ["국유지", "시·도유지", "법인", "개인", "구유지", None]
    assert rows["owner"].tolist() == [None, None, None, "홍○○", None, "홍○○"]


def test_an_area_that_cannot_be_read_stays_with_its_line_and_names_in_it_are_masked():
    lands = read(f'고유번호,면적\n{ONE},"1,2O4"\n{TWO},홍길동\n{FOREST},\n{FOREST},약 99㎡ 미상\n{FOREST},12\n')
    assert lands.unreadable == {"register_area": 3}
    assert lands.rows["unread_area"].tolist() == ["1,2O4", "홍○○", None, "약 99㎡ 미상", None]
    assert lands.rows["row"].tolist() == [2, 3, 4, 5, 6]


def test_a_check_names_the_areas_that_cannot_be_read(tmp_path):
    lines = "\n".join(f"{ONE},{number}?" for number in range(10))
    (tmp_path / "a.csv").write_text(f"고유번호,면적,지목\n{lines}\n", encoding="utf-8")
    rows = {row["item"]: row for row in done("import", tmp_path / "a.csv", "--check", "--format", "json").json}
    assert rows["register_area"]["unread_cells"].startswith("2: 0?, 3: 1?, ")
    assert rows["register_area"]["unread_cells"].endswith("9: 7? … (10)")
    assert rows["pnu"]["unread_cells"] is None


def test_columns_that_are_not_asked_for_are_not_read():
    lands = read(LANDS)
    assert lands.dropped == ["소유자주소", "주민등록번호"]
    everything = lands.rows.astype(str).to_csv() + str(lands)
    assert not any(word in everything for word in ("길동", "600101", "서구 1-2", "가나"))


def test_nothing_personal_is_kept_in_the_workspace(tmp_path, workspace):
    (tmp_path / "a.csv").write_bytes(LANDS.encode("cp949"))
    done("import", tmp_path / "a.csv", "--as", "lands", "--format", "json")
    kept = b"".join(path.read_bytes() for path in workspace.rglob("*") if path.is_file())
    assert not any(word.encode() in kept for word in ("홍길동", "길동", "600101", "산림청", "가나"))
    assert store.table("lands")["owner"].tolist()[0] == "홍○○ 외 3인"


def test_a_kept_table_says_what_its_file_says(tmp_path):
    (tmp_path / "a.csv").write_bytes(LANDS.encode("cp949"))
    done("import", tmp_path / "a.csv", "--as", "lands", "--format", "json")
    kept = register.lands_of("lands").rows
    pd.testing.assert_frame_equal(kept.astype(object), read(LANDS).rows.astype(object), check_dtype=False)


@pytest.mark.parametrize(
    "headings",
    [
        "PNU,지목,면적", "토지고유번호,공부면적(㎡),소유구분명", "필지고유번호,lndcgrCodeNm,lndpclAr", "pnu,소유자성명(명칭),지목코드",
        "고유번호,개별공시지가(원/㎡),용도지역",
    ],
)  # fmt: skip
def test_a_table_is_known_by_a_pnu_and_something_about_the_land(headings, tmp_path):
    (tmp_path / "a.csv").write_text(f"{headings}\n{ONE},1,1\n", encoding="utf-8")
    assert kinds.file_kind(tmp_path / "a.csv", Reading()) == register.LANDS


@pytest.mark.parametrize(
    "text",
    [
        "고유번호,이름\n1,2\n",
        "용도지역,면적\n자연녹지지역,100\n",
        "지번,지목,X(종),Y(횡)\n1,답,285000,170000\n",
        "지번,지목,경도,위도\n1,답,126.8,35.1\n",
        "지번,지목,좌표X,좌표Y\n1,답,170000,285000\n",
        "지번,지목,N좌표,E좌표\n1,답,285000,170000\n",
        f"pnu,지목,wkt\n{ONE},답,POINT (1 2)\n",
        f"pnu,지목,경도,위도\n{ONE},답,126.8,35.1\n",
    ],
)
def test_another_table_is_none_of_lands(text):
    assert not is_lands(text.encode(), "a.csv")


@pytest.mark.parametrize(
    "headings", ["지번,지목,면적", "소재지,지번,지목,면적(㎡),소유자", "지목,면적", "소유구분,공시지가", "지번,소유자"]
)
def test_a_table_of_lands_without_a_pnu_is_told_so(headings, tmp_path):
    (tmp_path / "a.csv").write_text(f"{headings}\n{','.join('1' * len(headings.split(',')))}\n", encoding="utf-8")
    for words in ([], ["--check"], ["--kind", "lands"]):
        said = refusal("import", tmp_path / "a.csv", *words)
        assert "고유번호(PNU) 열이 없습니다" in said
        assert headings.split(",")[0] in said
        assert "좌표" not in said


def test_points_with_owners_are_lands_so_that_no_name_is_kept():
    assert is_lands(f"pnu,소유자,경도,위도\n{ONE},홍길동,126.8,35.1\n".encode(), "a.csv")


def test_headings_may_stand_below_a_title_and_the_area_in_another_unit():
    rows = read(f"토지조서\n고유번호,지목,면적(평)\n{ONE},전,121\n").rows
    assert rows["register_area"].tolist() == [pytest.approx(400.0)]
    assert rows["row"].tolist() == [3]


@pytest.mark.parametrize("code", ["04", "4", "3304", "시,도유지", "시.도유지", "시·도유지", "도유지"])
def test_a_class_of_owners_is_known_by_code_and_word(code):
    rows = read(f'고유번호,소유구분\n{ONE},"{code}"\n').rows
    assert rows["ownership"].tolist() == ["시·도유지"]


def test_an_unknown_word_is_counted_and_not_kept():
    lands = read(f"고유번호,소유구분,지목\n{ONE},홍길동,밭\n")
    assert lands.unreadable == {"ownership": 1, "land_category": 1}
    assert lands.rows[["ownership", "land_category"]].isna().all(axis=None)


@pytest.mark.parametrize("pnu", ["2.92001E+18", "2.920010100100120e+18"])
def test_a_pnu_written_as_an_exponent_is_refused(pnu):
    with pytest.raises(InputError, match="고유번호"):
        read(f"고유번호,지목\n{pnu},답\n")


@pytest.mark.parametrize("written", ["2.92001010010012e+18", "2920010100100120000"])
def test_a_pnu_that_a_workbook_holds_as_a_number_is_refused(written):
    with zipfile.ZipFile(io.BytesIO(workbook([["고유번호", "지목"], [77, "답"]]))) as packed:
        parts = {
            name: packed.read(name).replace(b"<v>77</v>", f"<v>{written}</v>".encode()) for name in packed.namelist()
        }
    again = io.BytesIO()
    with zipfile.ZipFile(again, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    with pytest.raises(InputError, match="숫자로 저장되어"):
        read_lands(again.getvalue(), "a.xlsx")


def test_a_pnu_that_a_workbook_holds_as_text_is_read_whole():
    rows = read_lands(workbook([["고유번호", "지목"], [ONE, "답"]]), "a.xlsx").rows
    assert rows["pnu"].tolist() == [ONE]


def test_pnu_cut_to_zeros_are_found_out_by_the_lot_numbers():
    with pytest.raises(InputError, match="지번"):
        read("고유번호,지번,지목\n2920010100100120000,12-3,답\n2920010100100130000,13,전\n")


def test_one_wrong_lot_number_is_no_lost_digit():
    assert len(read(f"고유번호,지번,지목\n{ONE},77,답\n{TWO},13,전\n").rows) == 2


@pytest.mark.parametrize(
    ("text", "pnu"),
    [
        (ONE, ONE),
        ("29200-10100-1-0012-0003", ONE),
        (f" {ONE} ", ONE),
        (ONE[:-1], None),
        (ONE + "1", None),
        (None, None),
    ],
)
def test_a_pnu_has_19_digits(text, pnu):
    assert pnu_of(text) == pnu


def test_a_line_without_a_pnu_is_counted_and_a_table_without_any_is_refused():
    assert read(f"고유번호,지목\n{ONE},답\n합계,\n").unreadable == {"pnu": 1}
    with pytest.raises(InputError, match="19자리"):
        read("고유번호,지목\n합계,답\n")


@pytest.mark.parametrize(
    ("label", "lot", "category"),
    [("14-1답", "14-1", "답"), ("452-4 구", "452-4", "구거"), ("산12임", "산 12", "임야"), ("737 대", "737", "대"), ("12장", "12", "공장용지"), ("12", "12", None), ("도로", None, None), (None, None, None)],
)  # fmt: skip
def test_a_label_of_the_map_is_a_lot_and_a_category(label, lot, category):
    found = label_parts(pd.Series([label], dtype=object)).iloc[0]
    assert (found["map_lot"], found["map_category"]) == (lot, category)


def parcels(**columns):
    frame = gpd.GeoDataFrame(columns, geometry=[square(0, 0)], crs="EPSG:5186")
    return frame.assign(grade="B", source="s", id="1")


@pytest.mark.parametrize(
    "columns",
    [
        {"pnu": [ONE], "jibun": ["12-3답"], "addr": ["광주광역시 광산구 송정동 12-3"]},
        {"PNU": [ONE], "JIBUN": ["12-3답"], "BCHK": ["1"], "SGG_OID": [1]},
        {f"A{number}": [value] for number, value in enumerate(["1", ONE, "2920010100", "송정동", "12-3", "12-3답", "2026", "29200"])},
    ],
)  # fmt: skip
def test_a_layer_of_parcels_is_known_in_its_variants(columns):
    row = parcel_columns(parcels(**columns), "a").iloc[0]
    assert (row["pnu"], row["map_lot"], row["map_category"]) == (ONE, "12-3", "답")


def test_a_layer_of_land_traits_brings_its_own_areas():
    columns = {"pnu": [ONE], "lndcgr_code_nm": ["답"], "lndpcl_ar": ["1234.5"], "prpos_area_1_nm": ["자연녹지지역"], "pblntf_pclnd": ["12300"]}  # fmt: skip
    row = parcel_columns(parcels(**columns), "a").iloc[0]
    assert row[["land_category", "register_area", "zoning", "land_price"]].tolist() == [
        "답",
        1234.5,
        "자연녹지지역",
        12300,
    ]


def test_a_layer_without_pnu_is_refused():
    with pytest.raises(InputError, match="PNU"):
        parcel_columns(parcels(name=["a"]), "내 레이어")


def test_the_28_categories_have_one_sign_each_and_four_that_are_not_the_first_letter():
    known = land_categories()
    assert len(known) == known["sign"].nunique() == known["name"].nunique() == 28
    assert known["id"].tolist() == [f"{number:02d}" for number in range(1, 29)]
    odd = known[known["name"].str[0] != known["sign"]]
    assert dict(zip(odd["name"], odd["sign"], strict=True)) == {
        "공장용지": "장",
        "주차장": "차",
        "하천": "천",
        "유원지": "원",
    }


def test_every_class_of_owners_says_whether_a_person_stands_behind_it():
    assert set(ownerships()["holder"]) == {"person", "public", "body"}
    assert ownerships()["id"].tolist() == [f"{number:02d}" for number in range(10)]


def test_a_check_says_what_each_column_means_and_keeps_nothing(tmp_path):
    (tmp_path / "a.csv").write_bytes(LANDS.encode("cp949"))
    rows = done("import", tmp_path / "a.csv", "--check", "--format", "json").json
    assert {row["item"]: row["value"] for row in rows}["register_area"] == "면적(㎡)"
    assert store.layers() == []


def test_a_kept_table_can_be_taken_away_and_is_not_measured(tmp_path):
    (tmp_path / "a.csv").write_bytes(LANDS.encode("cp949"))
    done("import", tmp_path / "a.csv", "--as", "lands", "--format", "json")
    done("export", "lands", "-o", tmp_path / "out.csv")
    assert "홍○○" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert "lands" in refusal("area", "lands")


def test_a_table_may_be_said_to_be_lands(tmp_path):
    (tmp_path / "a.csv").write_text(TRAITS, encoding="utf-8")
    row = run("import", tmp_path / "a.csv", "--kind", "lands", "--format", "json").json[0]
    assert (row["geometry"], row["features"]) == ("Lands", 2)


@pytest.mark.parametrize("more", [{}, {"소유구분": ["01"]}])
def test_a_layer_of_parcels_is_kept_without_names_of_persons(more, tmp_path, workspace):
    personal = {"소유자": ["홍길동"], "소유자주소": ["서구 1-2"], "주민등록번호": ["600101-1234567"]}
    frame = gpd.GeoDataFrame({"PNU": [ONE], **personal, **more}, geometry=[square(0, 0)], crs="EPSG:5186")
    frame.to_file(tmp_path / "mine.gpkg")
    run("import", tmp_path / "mine.gpkg", "--as", "mine", "--format", "json")
    kept = b"".join(path.read_bytes() for path in workspace.rglob("*") if path.is_file())
    assert not any(word.encode() in kept for word in ("홍길동", "서구 1-2", "600101"))
    assert store.frame("mine")["소유자"].tolist() == ["홍○○"]
    assert store.layer("mine").story["masked"] == ["소유자", "소유자주소", "주민등록번호"]


def test_a_layer_of_parcels_keeps_what_its_owners_are_without_their_names(tmp_path):
    shapes = [square(0, 0), square(200, 0), square(400, 0)]
    frame = gpd.GeoDataFrame(
        {"PNU": [ONE, TWO, FOREST], "소유자": ["국", "㈜가나", "선정당사자 홍길동"], "비고": ["", "선정당사자 홍길동 동의", "소유자 미상"]},
        geometry=shapes, crs="EPSG:5186",
    )  # fmt: skip
    kept, masked = without_owners(frame)
    assert masked == ["소유자"]
    assert kept["소유자"].tolist() == [None, None, "선정당사자 홍○○"]
    assert kept["소유구분"].tolist() == ["국유지", "법인", None]
    assert kept["비고"].tolist()[1:] == ["선정당사자 홍○○ 동의", "소유자 미상"]
    told = parcel_columns(kept.assign(grade="B", source="s"), "a")
    assert told["ownership"].tolist() == ["국유지", "법인", None]


def test_a_layer_that_is_none_of_parcels_is_kept_as_it_is(tmp_path):
    frame = gpd.GeoDataFrame({"소유자": ["홍길동"]}, geometry=[square(0, 0)], crs="EPSG:5186")
    frame.to_file(tmp_path / "mine.gpkg")
    run("import", tmp_path / "mine.gpkg", "--as", "mine", "--format", "json")
    assert store.frame("mine")["소유자"].tolist() == ["홍길동"]


def test_a_parcel_layer_keeps_no_name_in_any_column():
    columns = {"PNU": ["2920012000100120003"], "jibun": ["12-3답"], "OWN_NM": ["홍길동"], "이름": ["홍길동"],
               "공유자": ["홍길동"], "주소": ["광주 홍길동 댁"], "비고": ["현장 010-1234-5678"]}  # fmt: skip
    frame = gpd.GeoDataFrame(columns, geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:5186")
    kept, _ = without_owners(frame)
    text = kept.drop(columns="geometry").to_csv()
    assert "홍길동" not in text and "1234" not in text and "12-3답" in text


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("광주 광산구 오선동 12 홍길동(010-1234-5678)", "광주 광산구 오선동 12"),
        ("광주 광산구 오선동 12 선정당사자 홍길동", "광주 광산구 오선동 12"),
        ("광주 광산구 오선동 12번지 홍길동", "광주 광산구 오선동 12번지"),
        ("광주 광산구 오선동 산 12-3", "광주 광산구 오선동 산 12-3"),
        ("광주 북구 첨단과기로208번길 17-30", "광주 북구 첨단과기로208번길 17-30"),
    ],
)
def test_an_address_ends_with_its_lot(written, kept):
    assert lot_address(written) == kept
