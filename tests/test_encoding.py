"""Letters are decided by content; a person may override; nothing is garbled in silence."""

import codecs
import io
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import InputError
from gis.io.encoding import best_column_encoding, decode_cut, encoding_name, stated_encoding, text_of
from gis.io.read import Reading, read_arrival
from gis.io.unpack import member_name
from gis.io.write import FIELD_BYTES, TEXT_BYTES, dbf_names, layer_bytes
from tests.command import refusal
from tests.hand_made import Field, Member, geojson, shapefile, square, zipped
from tests.pencil import sites
from tests.pencil import square as pencil_square

UNDERSTOOD = ["949", "CP949", "EUC-KR", "euc-kr", "UHC"]
STRANGE = [
    "MS949",
    "ANSI 949",
    "KSC5601",
    "ks_c_5601-1987",
    "x-windows-949",
    "windows-949",
    "OEM 949",
    "korean",
    "ks_x-1001",
]
USELESS = ["OEM", "system", "", "88591", "1252", "UTF-16", "garbage", "\x00\x01"]
SYLLABLES = [chr(code) for code in range(0xAC00, 0xD7A4)]
hangul = st.text(st.sampled_from(SYLLABLES), min_size=1, max_size=130)
letters = st.text(st.sampled_from([*SYLLABLES, *"abc 012-ㄱㅏ㎡·「」"]), max_size=60)


def parcels(path, *texts, encoding, name="단지명", **options):
    """Write a shapefile by hand whose one column holds the texts, cut to the field's length as Korean tools do."""
    rows = [[text.encode(encoding)] for text in texts]
    return shapefile(path, [Field(name.encode(encoding), length=TEXT_BYTES)], rows, **options)


def texts_of(path, name="단지명", **reading):
    return read_arrival(path, Reading(**reading)).frame[name].tolist()


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
@pytest.mark.parametrize("cpg", [None, "UTF-8", *UNDERSTOOD, *STRANGE, *USELESS])
def test_a_dbf_is_read_whatever_its_cpg_says(encoding, cpg, tmp_path):
    path = parcels(tmp_path / "a.shp", "똠방각하 뷁", "빛그린산단", encoding=encoding, cpg=cpg)
    assert texts_of(path) == ["똠방각하 뷁", "빛그린산단"]


@pytest.mark.parametrize("language", [0, 0x4D, 0x4E, 0x57, 0x03])
def test_a_dbf_is_read_whatever_its_header_says_of_its_language(language, tmp_path):
    path = parcels(tmp_path / "a.shp", "똠방각하", encoding="cp949", language=language)
    assert texts_of(path) == ["똠방각하"]


@pytest.mark.parametrize(("encoding", "cpg"), [("utf-16-le", "UTF-16LE"), ("latin-1", "88591"), ("cp1252", "1252")])
def test_where_neither_fits_the_cpg_decides_or_the_person_is_asked(encoding, cpg, tmp_path):
    path = shapefile(tmp_path / "a.shp", [Field(b"name")], [["café \xff".encode("latin-1")]], cpg=cpg)
    if cpg == "UTF-16LE":
        path.with_suffix(".cpg").unlink()
        assert "--encoding" in refusal("import", path)
        assert texts_of(path, "name", encoding="latin-1") == ["café ÿ"]
    else:
        path.with_suffix(".cpg").write_text({"88591": "ISO-8859-1", "1252": "cp1252"}[cpg])
        assert texts_of(path, "name") == ["café ÿ"]


def test_a_person_overrides_content(tmp_path):
    path = parcels(tmp_path / "a.shp", "빛그린", encoding="cp949")
    assert texts_of(path, codecs.decode("단지명".encode("cp949"), "latin-1"), encoding="latin-1") == [
        codecs.decode("빛그린".encode("cp949"), "latin-1")
    ]
    assert read_arrival(path, Reading(encoding="euc-kr")).story["encoding_way"] == "chosen"


@pytest.mark.parametrize("said", ["euc-kr", "EUC-KR", "ks_c_5601-1987", "949"])
def test_euc_kr_is_read_as_cp949_which_holds_it_whole(said, tmp_path):
    path = parcels(tmp_path / "a.shp", "똠방", encoding="cp949")
    assert texts_of(path, encoding=said) == ["똠방"]


def test_a_wrong_choice_is_refused_with_the_place(tmp_path):
    path = parcels(tmp_path / "a.shp", "빛그린", encoding="cp949")
    assert "utf-8" in refusal("import", path, "--encoding", "utf-8")
    assert "klingon" in refusal("import", path, "--encoding", "klingon")


@given(hangul, st.sampled_from(["cp949", "utf-8"]))
def test_a_text_cut_at_the_limit_of_its_field_loses_its_last_letter_at_most(text, encoding):
    whole = text.encode(encoding)
    cut = whole[:TEXT_BYTES]
    read = decode_cut(cut, encoding)
    assert text.startswith(read)
    assert len(cut) - len(read.encode(encoding)) < (3 if encoding == "utf-8" else 2)


@given(st.lists(letters, min_size=1, max_size=8), st.sampled_from(["cp949", "utf-8"]), st.integers(4, 40))
def test_columns_of_cut_texts_are_read_as_they_were_written(texts, encoding, width):
    """The twin by brute force: a text is what its bytes, cut and decoded alone, are."""
    raw = [text.encode(encoding, errors="ignore")[:width] for text in texts]
    found = best_column_encoding([[one.decode("latin-1") for one in raw]])
    assert found is not None
    read = [decode_cut(one, found) for one in raw]
    if found == encoding:
        assert read == [one.decode(encoding, errors="ignore") for one in raw]
    else:
        assert encoding == "cp949"  # bytes of CP949 that are UTF-8 too: nobody can tell them apart


@given(hangul)
def test_hangul_in_cp949_is_never_taken_for_utf8(text):
    """Two syllables and more; a lone pair of bytes may be both (`섬` is 0xBC 0xB6, no UTF-8; `짚` …)."""
    raw = text.encode("cp949", errors="ignore")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        assert best_column_encoding([[raw.decode("latin-1")]]) == "cp949"


@given(st.lists(hangul, min_size=2, max_size=6), st.sampled_from(["cp949", "utf-8"]))
def test_a_shapefile_of_any_hangul_is_read_as_it_was_written(texts, encoding):
    with tempfile.TemporaryDirectory() as folder:
        path = parcels(Path(folder) / "a.shp", *texts, encoding=encoding)
        read = texts_of(path)
    assert all(text.startswith(one) for text, one in zip(texts, read, strict=True))
    assert all(text == one for text, one in zip(texts, read, strict=True) if len(text.encode(encoding)) <= TEXT_BYTES)


def test_texts_that_were_cut_are_listed(tmp_path):
    path = parcels(tmp_path / "a.shp", "가" * 100, encoding="utf-8", name="가")
    arrival = read_arrival(path)
    assert arrival.frame["가"].tolist() == ["가" * 84]
    path = parcels(tmp_path / "b.shp", "a" + "가" * 100, encoding="utf-8", name="가")
    assert read_arrival(path).problems["problem"].tolist() == ["cut_texts"]


def test_names_of_columns_that_were_cut_are_listed(tmp_path):
    path = parcels(tmp_path / "a.shp", "가", encoding="utf-8", name="용도지역")
    arrival = read_arrival(path)
    assert "용도지" in arrival.frame and arrival.problems["problem"].tolist() == ["cut_names"]


def test_a_line_break_inside_a_text_shifts_no_row(tmp_path):
    path = parcels(tmp_path / "a.shp", "빛\n그린", "진곡", "하\r\n남", encoding="cp949")
    assert texts_of(path) == ["빛\n그린", "진곡", "하\r\n남"]


@pytest.mark.parametrize("said", [*UNDERSTOOD, *STRANGE])
def test_every_korean_name_of_the_encoding_is_known(said):
    assert encoding_name(said) == "cp949"
    assert stated_encoding(said) == "cp949"


@pytest.mark.parametrize(
    "said", ["", "OEM", "system", "garbage", "\0", "a" * 10_000, "한글", "hex", "rot13", "undefined"]
)
def test_what_is_no_encoding_is_none(said):
    assert stated_encoding(said) is None
    with pytest.raises(InputError, match="cp949"):
        encoding_name(said)


@given(
    st.text(st.sampled_from([*SYLLABLES, *"abc,\n"]), min_size=1),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp949"]),
)
def test_a_text_file_is_read_as_it_was_written(text, encoding):
    raw = text.encode(encoding, errors="ignore")
    read, found = text_of(raw, file="a.csv")
    if found != "utf-8" or encoding != "cp949":  # short CP949 may be UTF-8 too
        assert read == raw.decode(encoding)


def test_a_mark_of_utf8_is_no_letter_even_when_utf8_is_chosen():
    assert text_of(codecs.BOM_UTF8 + b"a", file="a.csv", encoding="utf-8") == ("a", "utf-8")


@pytest.mark.parametrize("encoding", ["idna", "utf-7", "punycode"])
def test_a_codec_that_fails_in_its_own_way_is_refused_like_others(encoding):
    with pytest.raises(InputError):
        text_of("가나\xff".encode("cp949", "replace") + b"\xff", file="a.csv", encoding=encoding)


def test_a_text_in_no_encoding_says_where():
    with pytest.raises(InputError, match="3"):
        text_of(b"abc\xff\xff", file="a.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("ending", [".geojson", ".csv", ".kml", ".gml", ".dxf"])
def test_every_text_format_is_read_in_every_encoding(encoding, ending, tmp_path):
    path = tmp_path / f"a{ending}"
    path.write_bytes(_texts()[ending].encode(encoding))
    found = read_arrival(path, Reading(crs="EPSG:4326" if ending == ".dxf" else None))
    assert "똠방각하" in found.frame.astype(str).to_numpy().ravel()


def _texts():
    shape = "126.8,35.2 126.9,35.2 126.9,35.3 126.8,35.2"
    frame = gpd.GeoDataFrame({"이름": ["똠방각하"]}, geometry=[shapely.box(126.8, 35.2, 126.9, 35.3)], crs="EPSG:4326")
    packed = io.BytesIO()
    pyogrio.write_dataframe(
        frame, packed, driver="GML", layer="a", dataset_options={"FORMAT": "GML3", "XSISCHEMA": "OFF"}
    )
    kml = (
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>똠방각하</name><Polygon><outerBoundaryIs>'
        f"<LinearRing><coordinates>{shape}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>"
    )
    dxf = "  0\nSECTION\n  2\nENTITIES\n  0\nTEXT\n  8\n똠방각하\n 10\n126.8\n 20\n35.2\n 40\n1\n  1\n글자\n  0\nENDSEC\n  0\nEOF\n"
    return {
        ".geojson": geojson(square(), 이름=["똠방각하"]).decode(),
        ".csv": "이름,경도,위도\n똠방각하,126.8,35.2\n",
        ".kml": f'<?xml version="1.0" encoding="UTF-8"?>{kml.replace("<Placemark>", "<Document><Placemark>").replace("</kml>", "</Document></kml>")}',
        ".gml": packed.getvalue().decode(),
        ".dxf": dxf,
    }


@given(st.text(st.sampled_from(SYLLABLES), min_size=2, max_size=20))
def test_the_names_of_a_windows_zip_are_read(name):
    with zipfile.ZipFile(io.BytesIO(zipped([Member(name.encode("cp949"))]))) as packed:
        found = member_name(packed.infolist()[0])
    assert found == name or name.encode("cp949") == found.encode("utf-8")


@given(
    st.lists(
        st.text(st.sampled_from([*SYLLABLES, *"abAB_1㎡漢😀"]), min_size=1, max_size=12),
        min_size=1,
        max_size=12,
        unique=True,
    )
)
def test_names_of_fields_are_whole_letters_of_ten_bytes_and_none_stands_twice(names):
    fields = dbf_names(names)
    assert list(fields) == names
    assert all(0 < len(field.encode("cp949")) <= FIELD_BYTES for field in fields.values())
    assert len({field.upper() for field in fields.values()}) == len(names)


def exported(tmp_path, **columns):
    packed = layer_bytes(sites(pencil_square(0, 0)).assign(**columns), ".zip", "a")
    (tmp_path / "out").mkdir(exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path / "out")
    return tmp_path / "out"


def test_a_shapefile_leaves_in_cp949_with_a_dictionary_of_its_fields(tmp_path):
    folder = exported(tmp_path, 산업시설용지면적=1.5, 산업시설용지비율=2.5, 메모="똠" * 200, 외국="漢字 😀")
    assert (folder / "a.cpg").read_text() == "CP949"
    frame = pyogrio.read_dataframe(folder / "a.shp", encoding="cp949")
    fields = pd.read_csv(folder / "a_fields.csv").set_index("name")
    assert {"산업시설용", "산업시설_1"} <= set(frame)
    assert fields.loc["산업시설용지비율", "field"] == "산업시설_1"
    assert (frame["메모"].iloc[0], fields.loc["메모", "cut_values"]) == ("똠" * 127, 1)
    assert (frame["외국"].iloc[0], fields.loc["외국", "cut_values"]) == ("漢字 ?", 1)


def test_a_shapefile_that_leaves_is_read_by_one_who_asks_the_cpg_alone(tmp_path):
    folder = exported(tmp_path, 단지명="똠방각하")
    assert pyogrio.read_dataframe(folder / "a.shp")["단지명"].tolist() == ["똠방각하"]


@pytest.mark.soak
@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
@pytest.mark.parametrize("cpg", [None, "UTF-8", *UNDERSTOOD, *STRANGE, *USELESS])
@pytest.mark.parametrize("language", range(0, 0x100, 5))
def test_every_encoding_with_every_label_and_header(encoding, cpg, language, tmp_path):
    path = parcels(tmp_path / "a.shp", "똠방각하 뷁", "A", encoding=encoding, cpg=cpg, language=language)
    assert texts_of(path) == ["똠방각하 뷁", "A"]
