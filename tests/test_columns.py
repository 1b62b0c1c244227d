"""Columns of printed tables: every word and number stays in its own, whatever stands beside it."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.io.columns import PAD, SIZES, breakable, fitted_columns
from gis.io.document import cell_texts
from gis.io.fonts import letter_widths
from gis.study.reports import Asked
from gis.view.report import full_report

words = st.text("가나다라마abcdefg0123456789,.:-", min_size=1, max_size=14)
cells = st.lists(words, min_size=0, max_size=5).map(" ".join)


def widest_part(text):
    """Return the width in em of the longest part of a text within which no line ends."""
    parts = re.findall(r"[^\s\u200b가-힣]+|[가-힣]", breakable(text))
    return max((sum(letter_widths().get(letter, 1.0) for letter in part) for part in parts), default=0.0)


def overflowing(rows, room):
    """Return the cells of which a part is wider than its column."""
    columns = fitted_columns(rows, room)
    return [
        text
        for row in [list(map(str, rows.columns)), *cell_texts(rows)]
        for text, width in zip(row, columns.widths, strict=True)
        if widest_part(text) * columns.size > width - 2 * PAD + 0.01
    ]


@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8), st.floats(250, 800))
def test_no_word_is_wider_than_its_column_and_the_columns_fill_the_room(rows, room):
    table = pd.DataFrame(rows, columns=["이름", "값 (m)", "비고"])
    columns = fitted_columns(table, room)
    assert sum(columns.widths) == pytest.approx(room)
    assert columns.size in SIZES
    assert overflowing(table, room) == []


@pytest.mark.parametrize("room", [493.0, 739.0])
def test_no_table_of_the_report_runs_over_a_column(room):
    made = full_report(Asked(parts=("overview", "areas", "distances", "chain", "phases", "targets", "sources")))
    found = {one.name: overflowing(one.rows, room) for one in made.tables}
    assert {name: cells for name, cells in found.items() if cells} == {}


def test_a_column_of_numbers_is_as_wide_as_its_longest_number():
    rows = pd.DataFrame({"이름": ["긴 이름 " * 30], "수": [1_234_567.5]})
    rows.attrs["digits"] = {"수": 1}
    columns = fitted_columns(rows, 300.0)
    wanted = sum(letter_widths()[letter] for letter in "1,234,567.5") * columns.size
    assert columns.widths[1] >= wanted + 2 * PAD - 0.01


def test_short_words_stay_whole():
    rows = pd.DataFrame({"경계 등급": ["D 모식도"], "설명": ["아주 긴 설명 " * 40]})
    columns = fitted_columns(rows, 200.0)
    assert columns.widths[0] - 2 * PAD >= sum(letter_widths()[letter] for letter in "모식도") * columns.size - 0.01
