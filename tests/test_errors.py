"""An error is one sentence in the language of whoever reads it."""

import ast

import pytest
from test_i18n import KOREAN, calls, first_text, name_of, placeholders

from gis import errors
from gis.cli.output import LONGEST_LINE, one_line
from gis.errors import CrsError, DataFileError, GisError, InputError, UnknownNameError
from gis.i18n import reading, table
from tests.command import refusal, run

KINDS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, GisError)}
RAISED = [(path, node) for path, node in calls() if name_of(node) in KINDS]


def test_the_product_raises_errors():
    assert len(RAISED) > 30


def test_every_error_has_a_sentence():
    assert sorted({first_text(node) for _, node in RAISED if f"error.{first_text(node)}" not in KOREAN} - {None}) == []


def test_every_error_is_raised_with_a_key_that_can_be_read_in_the_source():
    computed = [ast.unparse(node) for _, node in RAISED if first_text(node) is None]
    keys = {
        constant.value
        for _, node in RAISED
        if first_text(node) is None
        for constant in ast.walk(node.args[0])
        if isinstance(constant, ast.Constant)
    }
    assert {f"error.{key}" for key in keys} <= set(KOREAN), computed


def test_every_error_fills_the_placeholders_of_its_sentence():
    wrong = [
        (path.name, first_text(node))
        for path, node in RAISED
        if first_text(node)
        and set(placeholders(KOREAN[f"error.{first_text(node)}"])) - {word.arg for word in node.keywords}
    ]
    assert wrong == []


def test_every_sentence_is_raised_somewhere():
    said = {
        constant.value
        for _, node in RAISED
        if node.args
        for constant in ast.walk(node.args[0])
        if isinstance(constant, ast.Constant)
    }
    assert sorted(key for key in KOREAN if key.startswith("error.") and key.removeprefix("error.") not in said) == []


@pytest.mark.parametrize("code", ["ko", "en"])
def test_a_sentence_is_one_line(code):
    assert [key for key, text in table(code).items() if key.startswith("error.") and "\n" in text] == []


def test_an_error_is_said_in_the_language_of_the_reader():
    error = DataFileError("no_file", path="a.gpkg")
    assert str(error) == "파일이 없습니다: a.gpkg"
    with reading("en"):
        assert str(error) == "No file a.gpkg"


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [(UnknownNameError, LookupError), (CrsError, ValueError), (DataFileError, OSError), (InputError, ValueError)],
)
def test_an_error_is_also_the_built_in_that_fits(kind, builtin):
    assert issubclass(kind, builtin)
    assert issubclass(kind, GisError)


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\u2028b", "a\x85b", "a\x1b[31mb", "a\x00b", "a\tb"])
def test_a_message_is_one_line_whatever_stands_in_it(text):
    line = one_line(text)
    assert len(line.splitlines()) == 1
    assert line.isprintable()


def test_a_long_message_is_cut():
    assert len(one_line("x" * 10_000)) < LONGEST_LINE + 5


def test_a_bug_is_not_dressed_as_a_fault_of_the_input(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("gis.cli.analyses.study.source_layer", broken)
    with pytest.raises(ZeroDivisionError):
        run("area")


def test_a_name_with_braces_is_only_text():
    assert "{known} {0}" in refusal("area", "{known} {0}")
