"""One way of reading tables, for registers, people and coordinates: the headings decide how, nothing moves in silence."""

import io
import warnings
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import GisError, InputError
from gis.io import grids
from gis.io.firms import is_register, read_register
from gis.io.grids import Line, cell_text, headings, open_table
from gis.io.people import read_people
from gis.io.tables import read_table

ROW = ("가나", "금형")
HEAD = ("회사명", "생산품")


def book(merges=(), hidden=(), **sheets) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for cells in merges:
            sheet.merge_cells(cells)
        sheet.sheet_state = "hidden" if title in hidden else "visible"
    packed = io.BytesIO()
    made.save(packed)
    return packed.getvalue()


def rewritten(content: bytes, member: str, old: bytes, new: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(packed, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            assert name != member or old in text
            after.writestr(name, text.replace(old, new) if name == member else text)
    return packed.getvalue()


def lines(*rows: str) -> list[Line]:
    return [Line(number, row.split(",")) for number, row in enumerate(rows, start=1)]


def names(*rows: str) -> list[list[str | None]]:
    return [found.names for found in headings(lines(*rows))]


# --- headings ----------------------------------------------------------------------------------------------------


def test_a_name_parted_below_is_joined_without_merged_cells():
    assert names("회사명,종업원,,,용지면적", ",남,여,계,(㎡)")[0] == [
        "회사명",
        "종업원남",
        "종업원여",
        "종업원계",
        "용지면적(㎡)",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ("회사명,,단지명,", "가나,,진곡,"),
        ("회사명,,단지명,", ",,진곡,"),
        ("회사명,회사명,단지명,단지명", "가나,가나,진곡,진곡"),
        ("회사명,종업원,,", ",7,5,12"),
        ("회사명,단지명,생산품", ",진곡,금형"),
        ("공장등록현황,,", "회사명,단지명,생산품"),
    ],
)  # fmt: skip
def test_a_row_of_data_is_no_part_of_the_headings(rows):
    assert names(*rows)[0] == [text or None for text in rows[0].split(",")]


@given(st.lists(st.lists(st.sampled_from(["", "가", "나", "12", "(㎡)"]), max_size=5), max_size=6))
def test_any_lines_have_headings_as_wide_as_they_are(rows):
    head = [Line(number, row) for number, row in enumerate(rows)]
    found = list(headings(head))
    assert len(found) == len(head)
    assert all(len(one.names) == len(one.parts) >= len(line.cells) for one, line in zip(found, head, strict=True))


# --- text --------------------------------------------------------------------------------------------------------


def test_the_mark_is_the_one_by_which_headings_are_found():
    """The row has more commas than any line has semicolons."""
    firm = read_register("회사명;생산품\n가나;금형, 판금, 도금, 부품\n".encode(), "a.csv").firms.iloc[0]
    assert (firm["firm"], firm["product"]) == ("가나", "금형, 판금, 도금, 부품")


def test_a_line_break_in_quotes_is_no_end_of_a_row():
    rows = read_register('회사명,생산품\n"가나\r\n정밀","금형,""특수"""\n다라,차\n'.encode(), "a.csv").firms
    assert rows[["row", "firm", "product"]].to_numpy().tolist() == [[3, "가나 정밀", '금형,"특수"'], [4, "다라", "차"]]


def test_cells_that_a_mark_without_quotes_moved_are_refused_by_their_lines():
    text = "회사명,생산품,주소\n가나,금형, 판금,광주\n다라,차,광주\n마바,1,2,3\n"
    with pytest.raises(InputError, match="2, 4"):
        read_register(text.encode(), "a.csv")
    with pytest.raises(InputError, match="2번째"):
        read_people("행정구역,총인구수\n비아동 (2920062000),1,200\n".encode(), "a.csv")


def test_marks_at_the_end_of_a_line_move_nothing():
    assert len(read_register("회사명,생산품\n가나,금형,,,\n다라\n".encode(), "a.csv").firms) == 2


def test_an_open_quote_is_refused_in_every_table(tmp_path):
    (tmp_path / "a.csv").write_text('경도,위도,메모\n126.8,35.2,"가\n126.9,35.2,나\n', "utf-8")
    with pytest.raises(GisError, match="따옴표"):
        read_table(tmp_path / "a.csv")


@pytest.mark.parametrize("code", ['"=""01110"""', "'01110", '="01110"'])
def test_a_code_guarded_from_excel_keeps_its_digits_in_every_table(code):
    assert read_register(f"회사명,업종코드\n가나,{code}\n".encode(), "a.csv").firms["ksic"].tolist() == ["01110"]
    guarded = code.replace("01110", "2920062000")
    rows = read_people(f"행정동코드,인구수\n{guarded},5\n".encode(), "a.csv").rows
    assert rows["code"].tolist() == ["2920062000"]


# --- workbooks ---------------------------------------------------------------------------------------------------


def test_the_sheet_with_headings_is_found_behind_a_cover():
    register = read_register(book(표지=[["보고"]], 공장=[HEAD, ROW]), "a.xlsx")
    assert (register.sheet, len(register.firms)) == ("공장", 1)


def test_which_of_two_registers_is_meant_is_not_guessed():
    content = book(진곡=[HEAD, ROW], 하남=[HEAD, ROW, ROW])
    with pytest.raises(InputError, match="진곡, 하남"):
        read_register(content, "a.xlsx")
    assert is_register(content, "a.xlsx")
    assert len(read_register(content, "a.xlsx", sheet="하남").firms) == 2


def test_a_hidden_sheet_counts_only_when_it_is_named():
    content = book(공장=[HEAD, ROW], 옛것=[HEAD, ROW, ROW], hidden=["옛것"])
    assert len(read_register(content, "a.xlsx").firms) == 1
    assert len(read_register(content, "a.xlsx", sheet="옛것").firms) == 2


def test_columns_merged_over_two_are_no_headings_of_two_lines():
    rows = [("회사명", None, "단지명", None), ("가나", None, "진곡", None), ("다라", None, None, None)]
    content = book(A=rows, merges=("A1:B1", "C1:D1", "A2:B2", "C2:D2", "A3:B3"))
    assert read_register(content, "a.xlsx").firms["firm"].tolist() == ["가나", "다라"]


def test_a_sheet_that_understates_its_size_is_read_whole(tmp_path):
    content = book(A=[("경도", "위도"), (126.8, 35.2), (126.9, 35.2)])
    content = rewritten(content, "xl/worksheets/sheet1.xml", b'<dimension ref="A1:B3"', b'<dimension ref="A1:B2"')
    (tmp_path / "a.xlsx").write_bytes(content)
    assert len(read_table(tmp_path / "a.xlsx")[0]) == 2


def test_merged_names_of_a_table_of_coordinates_stand_in_every_row(tmp_path):
    rows = [
        ("단지", "경도", "위도"),
        ("가", 126.8, 35.2),
        (None, 126.9, 35.2),
        (None, 126.9, 35.3),
        ("나", 126.7, 35.1),
    ]
    (tmp_path / "a.xlsx").write_bytes(book(A=rows, merges=("A2:A4",)))
    assert read_table(tmp_path / "a.xlsx")[0]["단지"].tolist() == ["가", "가", "가", "나"]


def test_a_workbook_of_another_program_warns_nobody():
    """One with rules for entry and no default style makes openpyxl warn."""
    content = book(A=[HEAD, ROW])
    rules = b'<extLst><ext uri="{CCE6A557-97BC-4B89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
    content = rewritten(content, "xl/worksheets/sheet1.xml", b"</worksheet>", rules)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_register(content, "a.xlsx").firms) == 1


def test_a_workbook_with_macros_is_a_table_too():
    assert len(read_register(book(A=[HEAD, ROW]), "a.xlsm").firms) == 1


# --- guards ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", [read_register, read_people])
def test_every_reader_refuses_what_is_too_large_to_open(reader, monkeypatch):
    content = book(A=[HEAD, ROW])
    for limit, key in (("LARGEST_BOOK", "table.book_size"), ("LARGEST_FILE", "table.size")):
        with monkeypatch.context() as patch, pytest.raises(GisError) as caught:
            patch.setattr(grids, limit, 100)
            reader(content, "a.xlsx")
        assert caught.value.key == key


def test_a_locked_archive_and_one_that_leaves_its_folder_are_no_workbooks():
    content = book(A=[HEAD, ROW])
    packed = io.BytesIO(content)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("../x", b"")
    with pytest.raises(GisError) as caught:
        read_register(packed.getvalue(), "a.xlsx")
    assert caught.value.key == "zip_slip"


def test_a_table_of_more_cells_or_lines_than_memory_bears_is_refused(monkeypatch):
    text = "회사명,생산품\n" + "가나,금형\n" * 20
    for limit, key in (("MOST_LINES", "file_rows"), ("MOST_CELLS", "table.cells")):
        with monkeypatch.context() as patch, pytest.raises(GisError) as caught:
            patch.setattr(grids, limit, 15)
            read_register(text.encode(), "a.csv")
        assert caught.value.key == key


def test_wide_headings_take_no_quadratic_time():
    wide = "가" + "," * 16_000 + "나"
    assert len(list(headings(lines(*[wide] * 40)))) == 40


@given(st.text(max_size=60))
def test_any_text_is_a_table_or_one_clear_fault(text):
    for reader in (read_register, read_people):
        with pytest.raises(GisError):
            reader(text.encode("utf-8", "surrogatepass"), "a.csv")


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats(allow_nan=False)))
def test_a_cell_is_a_text_without_blanks_around_or_nothing(value):
    text = cell_text(value)
    assert text is None or (text and text == " ".join(text.split()))


def test_where_no_line_is_a_heading_the_table_is_still_there():
    table = open_table("가,나\n1,2\n".encode(), "a.csv", lambda head: None)
    assert (table.heading, table.widest) == (None, "가, 나")
