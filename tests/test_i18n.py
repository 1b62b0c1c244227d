"""Both languages say everything, and nothing is said that is not in the table."""

import ast
import string
from pathlib import Path

import pytest

from gis.i18n import either, language, particles, reading, t, table, use_language
from gis.model import ADJACENCY_COLUMNS, AREA_COLUMNS, DISTANCE_COLUMNS, LAYER_COLUMNS, SHARE_COLUMNS

ROOT = Path(__file__).parents[1]
SOURCES = sorted([ROOT / "app.py", *ROOT.glob("gis/**/*.py"), *ROOT.glob("layers/**/*.py")])
KOREAN, ENGLISH = table("ko"), table("en")


def calls():
    """Return every call in the product with its file."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield path, node


def name_of(node):
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def first_text(node):
    first = node.args[0] if node.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def stems():
    """Return the beginnings of keys that the product puts together: `t(f"sentence.conflict_{rule}")`."""
    for _, node in calls():
        if name_of(node) == "t" and node.args:
            first = node.args[0]
            part = first.values[0] if isinstance(first, ast.JoinedStr) else getattr(first, "left", None)
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def placeholders(text):
    return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name is not None})


def test_both_languages_have_the_same_keys_in_the_same_order():
    assert list(KOREAN) == list(ENGLISH)


@pytest.mark.parametrize("code", ["ko", "en"])
def test_no_label_is_empty(code):
    assert [key for key, text in table(code).items() if not isinstance(text, str) or not text.strip()] == []


def test_a_label_is_padded_in_both_languages_or_in_none():
    def padding(text):
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    assert [key for key in KOREAN if padding(KOREAN[key]) != padding(ENGLISH[key])] == []


def test_each_label_has_the_same_placeholders_in_both_languages():
    assert [key for key in KOREAN if placeholders(KOREAN[key]) != placeholders(ENGLISH[key])] == []


def test_placeholders_have_names():
    assert [key for key, text in KOREAN.items() if not all(name.isidentifier() for name in placeholders(text))] == []


def test_english_labels_are_in_english():
    own = ("name", "unit.", "error.area_unit", "error.amount", "language.ko")
    korean = [key for key, text in ENGLISH.items() if any("가" <= letter <= "힣" for letter in text)]
    assert [key for key in korean if not key.startswith(own)] == []


def test_every_key_that_the_product_says_exists():
    said = {(path.name, first_text(node)) for path, node in calls() if name_of(node) == "t" and first_text(node)}
    assert len(said) > 50
    assert sorted((name, key) for name, key in said if key not in KOREAN) == []


def test_every_beginning_of_a_key_has_labels():
    assert [stem for stem in stems() if not any(key.startswith(stem) for key in KOREAN)] == []


def test_each_call_fills_exactly_the_placeholders_of_its_label():
    wrong = []
    for path, node in calls():
        key = first_text(node) if name_of(node) == "t" else None
        if key in KOREAN and all(word.arg for word in node.keywords):
            given = sorted(word.arg for word in node.keywords)
            wrong += [(path.name, key, given)] if set(placeholders(KOREAN[key])) - set(given) else []
    assert wrong == []


def test_every_column_of_the_contract_has_a_header():
    columns = {*AREA_COLUMNS, *SHARE_COLUMNS, *DISTANCE_COLUMNS, *ADJACENCY_COLUMNS, *LAYER_COLUMNS}
    assert sorted(name for name in columns if f"column.{name}" not in KOREAN) == []


def test_a_language_is_read_inside_its_block_alone():
    with reading("en"):
        assert (language(), t("word.error")) == ("en", "error")
    assert (language(), t("word.error")) == ("ko", "오류")


def test_a_fault_inside_the_block_gives_the_language_back():
    with pytest.raises(RuntimeError), reading("en"):
        raise RuntimeError
    assert language() == "ko"


def test_a_third_language_is_refused():
    with pytest.raises(LookupError, match="ko, en"):
        use_language("fr")


@pytest.mark.parametrize(
    ("korean", "english", "in_korean", "in_english"),
    [
        ("가", "a", "가", "a"),
        ("가", None, "가", "가"),
        (None, "a", "a", "a"),
        ("", "a", "a", "a"),
        (None, None, "", ""),
    ],
)
def test_a_text_falls_back_to_the_other_language(korean, english, in_korean, in_english):
    assert either(korean, english) == in_korean
    with reading("en"):
        assert either(korean, english) == in_english


def test_braces_in_a_value_are_text():
    assert "{0} {x}" in t("error.no_file", path="{0} {x}")


@pytest.mark.parametrize(
    ("word", "written", "particle"),
    [
        ("이름", "을(를)", "을"), ("지도", "을(를)", "를"), ("‘빛그린산단’", "이(가)", "이"), ("서울", "(으)로", "로"), ("광주", "(으)로", "로"),
        ("동", "(으)로", "으로"), ("단지 3", "은(는)", "은"), ("2", "과(와)", "와"), ("7", "(으)로", "로"), ("10", "(으)로", "으로"),
        ("north", "을(를)", "을(를)"), ("㎡", "이(가)", "이(가)"), ("", "이(가)", "이(가)"), ("'물'", "(이)", "이"), ("'구'", "(이)", ""),
    ],
)  # fmt: skip
def test_a_particle_follows_the_sound_before_it(word, written, particle):
    assert particles.particle(word, written) == particle


def test_only_particles_of_the_label_are_chosen_never_those_in_a_name():
    assert t("error.layer", layer="물(이)", known="a").startswith("'물(이)'라는")
