"""A name means a complex only where it is the very same name by the stated rule."""

import itertools
import json
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.analysis.names import VERDICTS, complex_of, name_key, name_verdicts, plain_name
from gis.errors import DataFileError
from gis.io import names
from gis.io.names import aliases

DATA = Path(__file__).parents[1] / "data"
KNOWN = aliases()
SAME = {
    "cheomdan3": ["첨단3지구", "첨단 3지구", "첨단3", "첨단３지구", "광주연구개발특구 첨단3지구", "광주연구개발특구(첨단3지구)", "첨단3지구산업단지"],
    "bitgreen": ["빛그린국가산업단지", "빛그린 국가산단", "빛그린산단", "빛그린", "광주 빛그린 국가산업단지", "빛그린국가산업단지(함평)"],
    "jingok": ["진곡일반산업단지", "진곡산단", "진곡", "광주광역시 진곡일반산업단지", "[진곡] 산업단지", "진곡산업단지(광주)"],
    "futurecar": ["광주 미래차 국가산업단지", "광주 미래차 국가산업단지(후보지)", "미래차국가산단", "광주미래차국가산업단지 후보지"],
    "hanam": ["하남일반산업단지", "하남산단", "광주하남산업단지"],
    "pyeongdong": ["평동산단", "평동일반산업단지"],
    "cheomdan1": ["첨단과학산업단지", "첨단1지구", "광주첨단과학국가산업단지"],
    "songam": ["송암산단", "송암공단", "송암일반산업단지"],
    "energy_valley": ["에너지밸리", "에너지밸리 산업단지"],
}  # fmt: skip
OTHERS = {
    "첨단2지구": "other",
    "평동1차": "part",
    "평동2차일반산업단지": "part",
    "평동(2차)": "part",
    "평동3차일반산업단지": "other",
    "첨단산업단지": "ambiguous",
    "첨단": "ambiguous",
    "첨단지구": "ambiguous",
    "광주연구개발특구": "wider",
    "자율차 소부장 특화단지": "wider",
    "광주 AI 집적단지": "part",
    "에너지밸리국가산업단지": "part",
    "광주 에너지밸리 일반산단": "part",
    "빛그린산단 2단계": "part",
    "하남2지구": "unknown",
    "하남지구": "unknown",
    "진곡지구": "unknown",
    "하남미사": "unknown",
    "진곡동": "unknown",
    "첨단33지구": "unknown",
    "도시첨단산업단지": "unknown",
    "산업단지": "unknown",
    "광주": "unknown",
    "국가산업단지": "unknown",
    "": "empty",
    "( )": "empty",
}  # fmt: skip


def verdict(name: object) -> tuple:
    row = name_verdicts(pd.Series([name], dtype=object), KNOWN).iloc[0]
    return row["complex"], row["verdict"], row["candidates"]


@pytest.mark.parametrize(("place", "name"), [(place, name) for place, found in SAME.items() for name in found])
def test_a_spelling_of_the_name_means_the_complex(place, name):
    assert verdict(name) == (place, "matched", place)


@pytest.mark.parametrize("name", OTHERS)
def test_what_resembles_a_name_means_no_complex_and_says_why(name):
    place, told, _ = verdict(name)
    assert (place, told) == (None, OTHERS[name])


def test_an_ambiguous_name_names_those_it_may_mean():
    assert verdict("첨단산단")[2] == "cheomdan3|cheomdan1"


def test_a_part_names_its_whole():
    assert verdict("평동2차산단") == (None, "part", "pyeongdong")


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NA, "", "  "])
def test_no_name_means_nothing(nothing):
    assert verdict(nothing) == (None, "empty", None)


def test_letters_taken_apart_are_the_same_letters():
    """Names of files from a Mac come in NFD."""
    assert verdict(unicodedata.normalize("NFD", "빛그린국가산업단지"))[0] == "bitgreen"
    assert verdict("빛그린\u200b산단")[0] == "bitgreen"


def test_every_name_in_the_layers_means_its_own_complex():
    for path in ("complexes/outlines.geojson", "places/hosts.geojson"):
        rows = [feature["properties"] for feature in json.loads((DATA / path).read_text("utf-8"))["features"]]
        spelled = [(row["id"], row[key]) for row in rows for key in ("name", "short_name") if key in row]
        found = complex_of(pd.Series([name for _, name in spelled]), KNOWN)
        assert found.tolist() == [place for place, _ in spelled]


def test_every_id_of_the_table_is_a_place_of_the_layers():
    places = {
        feature["properties"]["id"]
        for path in ("complexes/outlines.geojson", "places/hosts.geojson")
        for feature in json.loads((DATA / path).read_text("utf-8"))["features"]
    }
    assert set(KNOWN["id"]) == places


@pytest.mark.parametrize("row", KNOWN.to_dict("records"), ids=lambda row: row["name"])
def test_each_listed_spelling_does_what_its_list_says(row):
    expected = {"name": "matched", "part": "part", "wider": "wider", "other": "other", "unclear": "ambiguous"}
    place, told, candidates = verdict(row["name"])
    assert told == expected[row["kind"]]
    assert row["id"] in candidates.split("|")
    assert place == (row["id"] if row["kind"] == "name" else None)


def test_no_two_complexes_share_a_key():
    """One of them would take the firms of the other."""
    own = KNOWN[KNOWN["kind"] == "name"]
    pairs = own.assign(key=own["name"].map(name_key))[["id", "key"]].drop_duplicates()
    assert not pairs["key"].duplicated().any()


def test_the_index_and_the_order_are_kept():
    given_names = pd.Series(["진곡산단", "x", "빛그린산단"], index=[7, 7, 1])
    found = complex_of(given_names, KNOWN)
    assert found.index.tolist() == [7, 7, 1]
    assert found.tolist() == ["jingok", None, "bitgreen"]
    assert given_names.tolist() == ["진곡산단", "x", "빛그린산단"]


def test_a_plain_mapping_of_names_works_too():
    found = complex_of(pd.Series(["가나 산업단지", "다라"]), {"a": ["가나"], "b": ["다라산단"]})
    assert found.tolist() == ["a", "b"]


def test_a_name_that_two_complexes_claim_is_nobodys():
    told = name_verdicts(pd.Series(["가나"]), {"a": ["가나산단"], "b": ["가나 산업단지"]}).iloc[0]
    assert (told["complex"], told["verdict"], told["candidates"]) == (None, "ambiguous", "a|b")


def test_the_legal_type_tells_two_apart_before_it_is_ignored():
    """에너지밸리 has a 국가 and a 일반 complex."""
    known = {"a": ["가나 국가산업단지"], "b": ["가나 일반산업단지"]}
    found = name_verdicts(pd.Series(["가나국가산단", "가나일반산단", "가나산단"]), known)
    assert found["complex"].tolist() == ["a", "b", None]
    assert found["verdict"].tolist() == ["matched", "matched", "ambiguous"]


@given(st.text(max_size=30))
def test_any_text_gets_a_verdict_and_a_complex_only_when_matched(text):
    place, told, _ = verdict(text)
    assert told in VERDICTS
    assert (place is not None) == (told == "matched")


@given(st.sampled_from([name for found in SAME.values() for name in found]), st.data())
def test_spaces_anywhere_change_nothing(name, data):
    place = data.draw(st.integers(0, len(name)))
    assert verdict(f"{name[:place]} \u3000{name[place:]}") == verdict(name)


@given(st.lists(st.sampled_from([*itertools.chain(*SAME.values()), *OTHERS]), max_size=8))
def test_a_name_is_judged_alone_whatever_stands_beside_it(some):
    found = name_verdicts(pd.Series(some, dtype=object), KNOWN)
    assert [tuple(row) for row in found.itertuples(index=False)] == [verdict(name) for name in some]


def test_brackets_keep_what_tells_parts_apart():
    assert plain_name("평동(2차)") == "평동2차"
    assert plain_name("진곡(일반)산업단지") == "진곡산업단지"


@pytest.mark.parametrize("line", ['names = "진곡"', "names = [1]", 'names = [""]'])
def test_a_table_with_no_list_of_names_is_refused(line, tmp_path, monkeypatch):
    (tmp_path / names.PATH).write_text(f'[[complex]]\nid = "jingok"\n{line}\n', encoding="utf-8")
    monkeypatch.setenv("GIS_DATA", str(tmp_path))
    with pytest.raises(DataFileError, match="names"):
        aliases()
