"""The workbook of the report: words and units for people, numbers that stay numbers."""

import io

import openpyxl
import pytest

from gis import study
from gis.i18n import reading, t
from gis.io.write import xlsx_bytes
from gis.study import reports
from gis.view.workbook import about_sheet, report_sheet


def sheet(name: str, unit: str = "man-m2"):
    names = dict(study.layer("reference_points")[["id", "name"]].itertuples(index=False, name=None))
    return report_sheet(name, reports.report_table(name), study.claims()[0], unit, names)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", reports.REPORT_TABLES)
def test_every_table_of_the_report_has_a_sheet_in_both_languages(name, language):
    with reading(language):
        found = sheet(name)
    assert len(found)
    assert not [header for header in found.columns if "_" in header]


def test_distances_come_in_words_and_with_names():
    found = sheet("distance_gap")
    assert found[t("column.label")].str.contains("모식도").all()
    assert "빛그린산단" in set(found[t("column.from")])


def test_the_note_on_schematic_areas_is_in_the_sheet():
    assert set(sheet("area")[t("column.note")]) == {"모식도, 비교 대상 아님"}


def test_numbers_are_numbers_with_separators_and_digits():
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes({"면적": sheet("area", "ha")})))
    page = book["면적"]
    column = next(cell for cell in page[1] if cell.value == "좌표면적 (ha)").column
    cell = page.cell(row=2, column=column)
    assert isinstance(cell.value, float)
    assert cell.number_format == "#,##0.00"


def test_the_first_sheet_names_unit_grades_and_the_stamp():
    text = " ".join(about_sheet("man-pyeong").iloc[:, 0])
    assert all(word in text for word in ("만평", "모식도", "EPSG:5186", "GRS80", "2026년, 광주권, 계획"))


def test_the_same_tables_give_the_same_bytes_of_content():
    first, second = (openpyxl.load_workbook(io.BytesIO(xlsx_bytes({"a": sheet("area")}))) for _ in range(2))
    assert [[c.value for c in row] for row in first["a"]] == [[c.value for c in row] for row in second["a"]]
