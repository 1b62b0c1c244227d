"""VWorld asked on this machine: everything comes, once, or a sentence says why; and the key is seen nowhere."""

import dataclasses
import json
import logging
import re
import sqlite3
import traceback

import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.crs import MAP_CRS
from gis.errors import GisError, UnknownNameError
from gis.i18n import reading
from gis.io import vworld, vworld_wire
from gis.io.read import read_file
from gis.io.vworld import fetch, known_layer, tile
from gis.io.vworld_answers import (
    CAP,
    Answer,
    Feature,
    Refusal,
    frame_of,
    gather,
    quarters,
    read_answer,
    refusal_error,
)
from gis.io.vworld_wire import Manners, Pace, Service
from gis.study import services
from tests.command import refusal as refused_command
from tests.command import run
from tests.vworld_server import (
    CODES,
    DOMAIN,
    KEY,
    MOODS,
    PASSING,
    exception_xml,
    feature,
    local_vworld,
    refusal,
    row_of,
)

BOX = (126.6, 35.0, 126.9, 35.3)
QUICK = Manners(Pace(0.0, sleep=lambda seconds: None), most_bytes=8 * 2**20)
"""Waits for nothing between two calls, and long for an answer: the machine may be busy."""
HASTY = dataclasses.replace(QUICK, read=0.4, whole=0.4)
DAMDAN = known_layer("LT_C_DAMDAN")
GOOD = {"type": "FeatureCollection", "features": [feature(1, (126.7, 35.1, 126.71, 35.11))]}


@pytest.fixture(autouse=True)
def direct(monkeypatch, tmp_path):
    """Ask without a proxy, from an environment that names no service, into a workspace of its own."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "VWORLD_KEY", "VWORLD_DOMAIN", "VWORLD_URL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / "workspace"))


def served(world, cache=None, **changes):
    return Service(**{"base": world.url, "key": KEY, "domain": DOMAIN, "cache": cache} | changes)


def fetched(world, *, cache=None, layer=DAMDAN, box=BOX, manners=QUICK, **asked):
    return fetch(served(world, cache), layer, box=box, manners=manners, **asked)


def patience(mood, **changes):
    """Return how to ask a server in this mood: only one that keeps us waiting is left soon."""
    return dataclasses.replace(HASTY if mood in ("slow", "drip") else QUICK, **changes)


def ids(frame):
    return sorted(frame["id"])


def refused(key, call, *words, **asked):
    with pytest.raises(GisError) as caught:
        call(*words, **asked)
    assert caught.value.key == f"vworld.{key}"
    return caught.value


# What a layer is


def test_every_layer_that_the_planner_needs_can_be_asked_for():
    asked = {layer.data for layer in vworld.layers().values()}
    needed = "DAMDAN LHZONE DAMYOJ DAMYOD DAMYUCH ADEMD_INFO UQ111 UQ112 UQ113 UQ114 UD801"
    assert {f"LT_C_{name}" for name in needed.split()} | {"LP_PA_CBND_BUBUN"} <= asked


@pytest.mark.parametrize("name", ["industrial_complex", "단지경계", "LT_C_DAMDAN", "lt_c_damdan", " 단지경계 "])
def test_a_layer_answers_to_each_of_its_names(name):
    assert known_layer(name) is not None
    assert known_layer(name).data == "LT_C_DAMDAN"


def test_an_unknown_layer_is_told_the_known_ones():
    with pytest.raises(UnknownNameError, match="industrial_complex"):
        known_layer("LT_C_NOTHING")


@pytest.mark.parametrize("layer", vworld.layers().values(), ids=lambda layer: layer.name)
def test_each_layer_says_what_it_is_and_on_which_terms(layer):
    assert layer.data or layer.wfs
    assert layer.wfs is None or layer.wfs == layer.wfs.lower()
    assert layer.title and layer.title_en and layer.license and layer.attribution
    assert layer.grade in ("A", "B")
    assert re.fullmatch("[a-z][a-z0-9_]*", layer.name)


def test_no_name_serves_two_layers():
    calls = [
        str(call).casefold()
        for layer in vworld.layers().values()
        for call in {layer.name, layer.title, str(layer.data or layer.name).casefold()}
    ]
    assert len(calls) == len(set(calls))


def test_a_planner_adds_a_layer_as_data_alone(monkeypatch, tmp_path):
    (tmp_path / "vworld.toml").write_text(
        '[layer.rivers]\ntitle = "하천"\ndata = "LT_C_WKMSTRM"\nlicense = "확인"\nattribution = "브이월드"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("GIS_DATA", str(tmp_path))
    with local_vworld(features=row_of(3)) as world:
        assert len(fetched(world, layer=known_layer("하천")).frame) == 3
        assert world.asked[0].query["data"] == "LT_C_WKMSTRM"


def test_a_layer_without_a_license_is_refused(monkeypatch, tmp_path):
    text = '[layer.rivers]\ntitle = "하천"\ndata = "LT_C_WKMSTRM"\nattribution = "브이월드"\n'
    (tmp_path / "vworld.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("GIS_DATA", str(tmp_path))
    with pytest.raises(GisError, match=r"layer\.rivers\.license"):
        vworld.layers()


# Reading answers


def test_the_envelope_of_the_reference_is_read():
    text = (
        '{"response":{"service":{"name":"data","version":"2.0","operation":"GetFeature","time":"31(ms)"},'
        '"status":"OK","record":{"total":"1","current":"1"},"page":{"total":"1","current":"1","size":"10"},'
        '"result":{"featureCollection":{"type":"FeatureCollection","bbox":[127.0358,37.4991,127.0374,37.5005],'
        '"features":[{"type":"Feature","id":"LP_PA_CBND_BUBUN.826412",'
        '"geometry":{"type":"MultiPolygon","coordinates":[[[[127.0358,37.5001],[127.0359,37.5001],[127.0359,37.5],'
        '[127.0358,37.5001]]]]},"properties":{"pnu":"1168010100107370000","jibun":"737 대","bonbun":"737",'
        '"bubun":"","addr":"서울특별시 강남구 역삼동 737","gosi_year":"2025","gosi_month":"01","jiga":"67300000"}}]}}}}'
    )
    answer = read_answer(text.encode())
    assert (answer.total, answer.pages, len(answer.features)) == (1, 1, 1)
    (one,) = answer.features
    assert (one.id, one.attributes["pnu"], one.attributes["bubun"]) == (
        "LP_PA_CBND_BUBUN.826412", "1168010100107370000", "",
    )  # fmt: skip
    assert one.geometry.geom_type == "MultiPolygon"


def test_not_found_without_a_result_is_nothing_and_no_fault():
    text = (
        '{"response":{"service":{"name":"data"},"status":"NOT_FOUND","record":{"total":"0","current":"0"},'
        '"page":{"total":"1","current":"1","size":"10"}}}'
    )
    assert read_answer(text.encode()) == Answer((), total=0)


def test_a_bare_collection_of_the_wfs_is_read_and_counts_nothing():
    answer = read_answer(json.dumps(GOOD).encode())
    assert (len(answer.features), answer.total, answer.counted) == (1, None, False)


def test_a_code_in_xml_is_read_and_its_text_is_short():
    answer = read_answer(exception_xml("INVALID_RANGE", "/req/wfs?" + "x" * 10_000).encode())
    assert answer.code == "INVALID_RANGE"
    assert len(answer.text) <= 300


@pytest.mark.parametrize(
    "text",
    [
        '<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows"><ows:Exception exceptionCode="NoApplicableCode">'
        "<ows:ExceptionText>x</ows:ExceptionText></ows:Exception></ows:ExceptionReport>",
        "<response><status>ERROR</status><error><code>NoApplicableCode</code><text>x</text></error></response>",
    ],
)
def test_other_forms_of_xml_exceptions_are_read_too(text):
    assert read_answer(text.encode()).code == "NoApplicableCode"


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"null", b"[]", b"7", b'"x"', b"{}", b'{"response": []}', b'{"response": {"status": "FINE"}}',
     b'{"response": {"status": "OK"}}', b'{"response": {"status": "OK", "record": {"total": "1"}}}',
     b'{"type": "FeatureCollection"}', b'{"type": "FeatureCollection", "features": {}}',
     b'{"type": "FeatureCollection", "features": [1]}', b"<html><body>x</body></html>", b"<", b"<a>", b"blocked",
     b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b'<!DOCTYPE a SYSTEM "http://x/y"><a/>', b"\xff\xfe<\x00a\x00"],
)  # fmt: skip
def test_what_is_no_answer_is_a_refusal_and_never_nothing(body):
    answer = read_answer(body)
    assert isinstance(answer, Refusal)
    assert answer.code in ("ODD", "BROKEN")


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(body):
    assert isinstance(read_answer(body), Answer | Refusal)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from(["type", "coordinates", "geometry", "properties", "id", "geometries", "x"]), inner, max_size=4
        ),
        max_leaves=12,
    )
)  # fmt: skip
def test_any_json_for_a_feature_is_kept_or_refused(content):
    answer = read_answer(json.dumps({"type": "FeatureCollection", "features": [content]}).encode())
    assert isinstance(answer, Refusal) if not isinstance(content, dict) else len(answer.features) == 1


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_coordinate_that_is_no_number_is_refused(number):
    body = json.dumps(GOOD).replace("126.71", number)
    assert number in body
    assert read_answer(body.encode()).code == "BROKEN"


@pytest.mark.parametrize("total", ["1e9", "-1", "", "9" * 5000, None, 1.5, True, {}])
def test_a_count_that_is_no_count_is_refused(total):
    body = {"response": {"status": "OK", "record": {"total": total}, "result": {"featureCollection": GOOD}}}
    assert read_answer(json.dumps(body).encode()).code == "ODD"


def test_an_attribute_is_text_to_its_last_digit():
    one = {**GOOD["features"][0], "properties": {"pnu": 2920012300100010000, "code": "0700", "none": None, "list": [1]}}
    (read,) = read_answer(json.dumps({**GOOD, "features": [one]}).encode()).features
    assert read.attributes == {"pnu": "2920012300100010000", "code": "0700", "none": None, "list": "[1]"}


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_a_sentence_of_its_own_in_both_languages(code):
    others = {other: str(refusal_error(Refusal(other, ""), "단지경계")) for other in CODES if other != code}
    sentence = str(refusal_error(Refusal(code, ""), "단지경계"))
    assert len(sentence) > 20
    assert sentence not in others.values()
    with reading("en"):
        assert str(refusal_error(Refusal(code, ""), "x")) != sentence


def test_the_legal_names_of_an_attribute_are_told():
    error = refusal_error(
        read_answer(json.dumps(refusal("INVALID_RANGE", CODES["INVALID_RANGE"])).encode()), "도시지역"
    )
    assert error.key == "vworld.invalid_attribute"
    assert "uname, dyear, dnum, sido_name, sigg_name, ag_geom" in str(error)


def test_another_range_is_told_in_the_words_of_the_service():
    error = refusal_error(Refusal("INVALID_RANGE", "page 파라미터의 값이 유효한 범위를 넘었습니다."), "도시지역")
    assert error.key == "vworld.invalid_range"
    assert "page" in str(error)


# Cutting boxes

spots = st.tuples(st.integers(0, 63), st.integers(0, 63))
bodies = st.tuples(st.integers(0, 63), st.integers(0, 63), st.integers(0, 40), st.integers(0, 40))
WHOLE = (126.0, 35.0, 126.64, 35.64)


def things(points, large):
    """Return features on a grid of 0.01 degrees: points all in their own place, and a few large ones."""
    known = [Feature(f"p.{n}", shapely.Point(126 + x / 100, 35 + y / 100), {}) for n, (x, y) in enumerate(points)]
    return known + [
        Feature(f"b.{n}", shapely.box(126 + x / 100, 35 + y / 100, 126 + (x + w) / 100, 35 + (y + h) / 100), {})
        for n, (x, y, w, h) in enumerate(large)
    ]


def inside(features, box):
    return [one for one in features if shapely.box(*box).intersects(one.geometry)]


def paged(features, size, mix=None):
    """Return a service that counts and gives `size` features a page; `mix` shifts its list between two pages."""

    def ask(box, page):
        found = inside(features, box)
        if mix:
            mix.shuffle(found)
        return Answer(tuple(found[(page - 1) * size : page * size]), len(found), max(1, -(-len(found) // size)))

    return ask


def cut_off(features, cap):
    """Return a service that gives `cap` features and says nothing of the others."""
    return lambda box, page: Answer(tuple(inside(features, box)[:cap]), counted=False)


@given(st.lists(spots, unique=True, max_size=40), st.lists(bodies, max_size=3), st.integers(6, 12))
def test_boxes_cut_in_four_give_what_is_in_the_box_whatever_the_cap(points, large, cap):
    features = things(points, large)
    found = gather(cut_off(features, cap), WHOLE, "x", cap=cap)
    assert set(found.features) == {one.id for one in inside(features, WHOLE)}


@given(st.lists(spots, unique=True, max_size=40), st.lists(bodies, max_size=3), st.integers(1, 12))
def test_pages_give_what_is_in_the_box_whatever_their_size(points, large, size):
    features = things(points, large)
    assert set(gather(paged(features, size), WHOLE, "x").features) == {one.id for one in inside(features, WHOLE)}


@given(st.lists(spots, unique=True, max_size=30), st.integers(4, 9), st.randoms(use_true_random=False))
def test_pages_that_shift_while_they_are_read_lose_nothing(points, size, mix):
    features = things(points, [])
    assert set(gather(paged(features, size, mix), WHOLE, "x").features) == {one.id for one in inside(features, WHOLE)}


@given(st.lists(spots, unique=True, max_size=40), st.lists(bodies, max_size=3), st.integers(6, 12))
def test_a_feature_in_many_boxes_counts_once(points, large, cap):
    features = things(points, large)
    found = gather(cut_off(features, cap), WHOLE, "x", cap=cap)
    frame = frame_of(found, MAP_CRS, "x")
    assert not frame["id"].duplicated().any()
    assert found.received - len(frame) >= 0


@given(
    st.lists(spots, unique=True, max_size=30), st.integers(6, 12), st.integers(6, 12), st.randoms(use_true_random=False)
)
def test_neither_the_order_nor_the_cap_shows_in_the_frame(points, one_cap, other_cap, mix):
    features = things(points, [])
    mixed = mix.sample(features, len(features))
    one = frame_of(gather(cut_off(features, one_cap), WHOLE, "x", cap=one_cap), MAP_CRS, "x")
    other = frame_of(gather(cut_off(mixed, other_cap), WHOLE, "x", cap=other_cap), MAP_CRS, "x")
    assert one.equals(other)


@given(st.lists(spots, unique=True, max_size=30), st.integers(6, 12))
def test_features_without_an_id_are_told_apart_by_what_they_are(points, cap):
    features = [dataclasses.replace(one, id=None, attributes={"name": "x"}) for one in things(points, [])]
    found = gather(cut_off(features, cap), WHOLE, "x", cap=cap)
    assert len(found.features) == len(features)


@given(st.tuples(st.floats(124, 127), st.floats(33, 36), st.floats(128, 132), st.floats(37, 39)))
def test_the_quarters_of_a_box_leave_no_gap(box):
    parts = quarters(box)
    assert parts[0][2] == parts[1][0] and parts[0][3] == parts[2][1]
    assert (parts[0][0], parts[0][1], parts[3][2], parts[3][3]) == box


def test_more_in_one_place_than_can_be_had_is_an_error_and_no_part():
    pile = [Feature(f"p.{number}", shapely.Point(126.3, 35.3), {}) for number in range(20)]
    error = refused("incomplete", gather, cut_off(pile, 10), WHOLE, "x", cap=10)
    assert "10" in str(error)


def test_too_many_without_a_box_to_cut_is_an_error_and_no_part():
    features = things([(n % 60, n // 60) for n in range(200)], [])

    def ask(box, page):
        return dataclasses.replace(paged(features, 1)(WHOLE, page))

    refused("incomplete", gather, ask, None, "x")


def test_a_service_without_end_is_left(monkeypatch):
    monkeypatch.setattr("gis.io.vworld_answers.MOST_CALLS", 10)
    numbers = iter(range(10**9))

    def ask(box, page):
        return Answer(
            tuple(Feature(f"p.{next(numbers)}", shapely.Point(126.3, 35.3), {}) for _ in range(10)), counted=False
        )

    refused("too_many", gather, ask, WHOLE, "x", cap=10)


def test_more_features_than_a_machine_holds_are_refused(monkeypatch):
    monkeypatch.setattr("gis.io.vworld_answers.MOST_FEATURES", 15)
    refused("too_many", gather, paged(things([(n, 0) for n in range(20)], []), 20), WHOLE, "x")


# Over the wire


def test_the_data_api_is_asked_as_the_reference_says():
    with local_vworld(features=row_of(3)) as world:
        fetched(world)
        (asked,) = world.asked
    assert asked.path == "/req/data"
    assert asked.query == {
        "service": "data", "version": "2.0", "request": "GetFeature", "format": "json", "errorFormat": "json",
        "data": "LT_C_DAMDAN", "crs": "EPSG:4326", "size": "1000", "page": "1",
        "geomFilter": "BOX(126.600000000,35.000000000,126.900000000,35.300000000)", "key": KEY, "domain": DOMAIN,
    }  # fmt: skip
    assert asked.headers["Referer"] == DOMAIN


def test_the_wfs_is_asked_in_meters_as_the_reference_says():
    with local_vworld(features=row_of(3)) as world:
        fetched(world, api="wfs")
        (asked,) = world.asked
    west, south, east, north = map(float, asked.query.pop("BBOX").split(","))
    assert asked.path == "/req/wfs"
    assert (round(west), round(south), round(east), round(north)) == (14093048, 4163881, 14126443, 4204725)
    assert asked.query == {
        "SERVICE": "WFS", "REQUEST": "GetFeature", "VERSION": "1.1.0", "TYPENAME": "lt_c_damdan",
        "SRSNAME": "EPSG:900913", "OUTPUT": "application/json", "MAXFEATURES": "1000", "RESULTTYPE": "results",
        "KEY": KEY, "DOMAIN": DOMAIN,
    }  # fmt: skip


@pytest.mark.parametrize("api", ["data", "wfs"])
def test_a_layer_comes_in_degrees_with_texts_and_its_story(api):
    with local_vworld(features=[feature(7, (126.7, 35.1, 126.71, 35.11), pnu="0620012300100010000")]) as world:
        came = fetched(world, api=api)
    frame = came.frame
    assert frame.crs == MAP_CRS
    assert frame.loc[0, ["id", "dan_id", "pnu"]].tolist() == ["LT_C_DAMDAN.7", "DAMDAN007", "0620012300100010000"]
    assert frame.geometry.iloc[0].equals_exact(shapely.MultiPolygon([shapely.box(126.7, 35.1, 126.71, 35.11)]), 1e-9)
    assert (came.tiles, came.pages, came.received, came.duplicates, came.from_cache) == (1, 1, 1, 0, False)
    assert came.layer.license and came.layer.attribution
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00", came.retrieved)


def test_pages_of_a_thousand_are_read_to_the_last():
    with local_vworld(features=row_of(2_345)) as world:
        came = fetched(world, manners=QUICK)
        assert [asked.query["page"] for asked in world.asked] == ["1", "2", "3"]
    assert ids(came.frame) == sorted(f"LT_C_DAMDAN.{number}" for number in range(2_345))


def test_a_full_page_of_the_wfs_is_cut_in_four_until_all_have_come():
    with local_vworld(features=row_of(CAP + 200)) as world:
        came = fetched(world, api="wfs", manners=QUICK)
    assert ids(came.frame) == sorted(f"LT_C_DAMDAN.{number}" for number in range(CAP + 200))
    assert came.tiles > 1
    assert came.duplicates == came.received - len(came.frame) > 0


def test_a_page_of_exactly_a_thousand_is_not_believed():
    with local_vworld(features=row_of(CAP)) as world:
        came = fetched(world, api="wfs", manners=QUICK)
    assert came.tiles > 1
    assert len(came.frame) == CAP


def test_a_large_zone_that_comes_with_every_box_counts_once():
    zone = feature(999, (126.61, 35.01, 126.89, 35.29))
    with local_vworld(features=[zone, *row_of(40)], cap=12) as world:
        came = fetched(world, api="wfs", cap=12)
    assert ids(came.frame).count("LT_C_DAMDAN.999") == 1
    assert len(came.frame) == 41


def test_a_list_that_shifts_between_pages_is_cut_until_none_is_missing():
    with local_vworld(features=row_of(60), shuffled=True) as world:
        came = fetched(world, cap=25)
    assert len(came.frame) == 60
    assert came.tiles > 1


def test_a_service_that_refuses_the_second_page_is_asked_by_smaller_boxes():
    with local_vworld(features=row_of(60)) as world:
        world.moods = ["", "INVALID_RANGE"]
        came = fetched(world, cap=40)
    assert len(came.frame) == 60


def test_nothing_there_is_an_empty_layer_that_says_so():
    with local_vworld() as world:
        came = fetched(world)
    assert came.frame.empty
    assert came.frame.crs == MAP_CRS
    assert [remark.key for remark in came.remarks] == ["nothing"]
    assert "없다고 답한 것" in str(came.remarks[0])


def test_an_attribute_finds_features_without_a_box():
    with local_vworld(features=row_of(30)) as world:
        came = fetched(world, box=None, attribute="dan_id:=:DAMDAN007")
        assert "geomFilter" not in world.asked[0].query
    assert ids(came.frame) == ["LT_C_DAMDAN.7"]


def test_an_attribute_that_the_layer_cannot_search_is_told_with_those_it_can():
    with local_vworld(features=row_of(3)) as world:
        error = refused("invalid_attribute", fetched, world, attribute="pnu:=:2920012300100010000")
    assert "uname" in str(error)


def test_an_attribute_known_not_to_be_searchable_is_not_even_asked():
    with local_vworld() as world:
        refused("invalid_attribute", fetched, world, layer=known_layer("LT_C_UQ111"), attribute="pnu:=:29200")
        assert world.asked == []


@pytest.mark.parametrize("attribute", ["", "pnu", "pnu:29", "pnu:=:1|x:=:2", "pnu:~:1", "p nu:=:1", "pnu:=:1&key=2"])
def test_a_condition_of_another_form_is_refused_before_it_is_sent(attribute):
    with local_vworld() as world:
        refused("attribute", fetched, world, attribute=attribute)
        assert world.asked == []


@pytest.mark.parametrize("box", [(1, 2, 3), (126.9, 35, 126.6, 36), (126, 35, 126, 36), (float("nan"), 35, 127, 36)])
def test_a_box_that_is_none_is_refused(box):
    with local_vworld() as world:
        refused("box", fetched, world, box=box)


@pytest.mark.parametrize(
    "box", [(35.0, 126.6, 35.3, 126.9), (140, 35, 141, 36), (110, 35, 111, 36), (127, 41, 128, 42), (127, 20, 128, 21)]
)
def test_a_box_with_its_axes_swapped_or_abroad_is_told_so(box):
    with local_vworld() as world:
        refused("box_away", fetched, world, box=box)


def test_a_question_without_a_place_is_refused():
    with local_vworld() as world:
        refused("where", fetched, world, box=None)
        refused("wfs_attribute", fetched, world, api="wfs", attribute="dan_id:=:1")
        with pytest.raises(UnknownNameError, match="data, wfs"):
            fetched(world, api="wms")


def test_a_layer_of_the_wfs_alone_says_how_it_can_be_had():
    with local_vworld() as world:
        assert "--api wfs" in str(refused("other_api", fetched, world, layer=known_layer("dt_d194")))


def test_swapped_coordinates_are_refused():
    with local_vworld(features=row_of(3), turned=True) as world:
        refused("outside_korea", fetched, world, api="wfs")
        world.moods = ["outside"]
        refused("outside_korea", fetched, world)


def test_an_invalid_polygon_stays_as_it_came():
    bow_tie = feature(1, (126.7, 35.1, 126.71, 35.11))
    bow_tie["geometry"] = {"type": "Polygon", "coordinates": [[[126.7, 35.1], [126.71, 35.11], [126.71, 35.1], [126.7, 35.11], [126.7, 35.1]]]}  # fmt: skip
    with local_vworld(features=[bow_tie]) as world:
        came = fetched(world)
    assert not came.frame.geometry.is_valid.any()
    assert len(came.frame) == 1


def test_a_geometry_that_cannot_be_drawn_keeps_its_attributes_and_is_told():
    sound, broken = row_of(2)
    broken["geometry"] = {"type": "MultiPolygon", "coordinates": [[[[126.7, 35.1]]]]}
    with local_vworld(features=[sound]) as world:
        world.shapes = [shapely.box(126.7, 35.1, 126.71, 35.11)] * 2
        world.features.append(broken)
        came = fetched(world)
    assert came.frame["dan_id"].tolist() == ["DAMDAN000", "DAMDAN001"]
    assert came.frame.geometry.isna().tolist() == [False, True]
    assert [remark.key for remark in came.remarks] == ["undrawn"]


def test_features_from_outside_the_box_are_kept_and_told():
    with local_vworld(features=row_of(3)) as world:
        world.shapes = [shapely.box(*BOX)] * 3
        came = fetched(world, box=(126.8, 35.2, 126.9, 35.3))
    assert len(came.frame) == 3
    assert [(remark.key, dict(remark.values)) for remark in came.remarks] == [("away", {"count": 3})]


def test_one_id_with_two_contents_is_told():
    twin = feature(0, (126.8, 35.2, 126.81, 35.21))
    with local_vworld(features=[*row_of(2), twin]) as world:
        came = fetched(world)
    assert len(came.frame) == 2
    assert [remark.key for remark in came.remarks] == ["unlike"]


def test_attributes_named_like_what_a_frame_needs_keep_their_values():
    one = feature(1, (126.7, 35.1, 126.71, 35.11), id="x", geometry="y", id_attribute="z")
    with local_vworld(features=[one]) as world:
        frame = fetched(world).frame
    assert frame["id"].tolist() == ["LT_C_DAMDAN.1"]
    assert frame["geometry_attribute"].tolist() == ["y"]
    assert {"x", "z"} <= set(frame.iloc[0].drop("geometry"))


def test_progress_hears_how_many_came_and_how_many_are_expected():
    heard = []
    with local_vworld(features=row_of(60), shuffled=True) as world:
        fetched(world, cap=25, progress=lambda done, expected: heard.append((done, expected)))
    assert heard[-1] == (60, 60)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


def test_who_stops_gets_nothing_and_goes_on_later_from_the_cache(tmp_path):
    with local_vworld(features=row_of(60)) as world:
        refused("stopped", fetched, world, cache=tmp_path, cap=25, stop=lambda: len(world.asked) >= 2)
        assert len(world.asked) == 2
        came = fetched(world, cache=tmp_path, cap=25)
        assert len(world.asked) == 3
    assert (len(came.frame), came.cached_pages, came.pages) == (60, 2, 3)


def test_who_stops_need_not_wait_for_the_next_try():
    slept = []
    manners = dataclasses.replace(QUICK, pace=Pace(0.0, sleep=slept.append))
    with local_vworld(always="502") as world:
        refused("stopped", fetched, world, manners=manners, stop=lambda: sum(slept) >= 0.5)
        assert len(world.asked) == 1
    assert sum(slept) == 0.5


# Asking again


@pytest.mark.parametrize("mood", PASSING)
def test_a_setback_is_tried_again(mood):
    with local_vworld(features=row_of(3), moods=[mood, mood]) as world:
        assert len(fetched(world, manners=patience(mood)).frame) == 3
        assert len(world.asked) >= 3


@pytest.mark.parametrize("mood", PASSING)
def test_a_setback_that_lasts_is_an_error_and_never_an_empty_layer(mood):
    manners = patience(mood, tries=2)
    with local_vworld(features=row_of(3), always=mood) as world:
        with pytest.raises(GisError) as caught:
            fetched(world, manners=manners)
        assert len(world.asked) == 2
    assert caught.value.key in ("vworld.busy", "vworld.slow", "vworld.cut")
    assert "GisError" not in str(caught.value)


def test_tries_wait_longer_and_longer():
    slept = []
    manners = dataclasses.replace(QUICK, pace=Pace(0.0, sleep=slept.append))
    with local_vworld(always="502") as world:
        refused("busy", fetched, world, manners=manners)
    assert sum(slept) == 1 + 2 + 4 + 8


@pytest.mark.parametrize("code", CODES)
def test_a_refusal_is_not_asked_twice(code):
    with local_vworld(always=code) as world:
        with pytest.raises(GisError):
            fetched(world)
        assert len(world.asked) == 1


def test_calls_are_kept_apart():
    now, slept = [100.0], []

    def sleep(seconds):
        slept.append(round(seconds, 6))
        now[0] += seconds

    pace = Pace(clock=lambda: now[0], sleep=sleep)
    with local_vworld(features=row_of(60)) as world:
        fetched(world, cap=20, manners=dataclasses.replace(QUICK, pace=pace))
    assert slept == [0.2, 0.2]


def test_answers_from_the_cache_wait_for_nobody(tmp_path):
    slept = []
    manners = dataclasses.replace(QUICK, pace=Pace(60.0, sleep=slept.append))
    with local_vworld(features=row_of(3)) as world:
        fetched(world, cache=tmp_path, manners=manners)
        fetched(world, cache=tmp_path, manners=manners)
    assert slept == []


def test_the_pace_of_the_product_is_at_least_200_ms():
    assert vworld.POLITE.pace.least >= 0.2


def test_an_answer_without_end_is_not_taken():
    manners = dataclasses.replace(QUICK, most_bytes=2**20)
    with local_vworld(always="gzip_bomb") as world:
        assert "1 MB" in str(refused("too_big", fetched, world, manners=manners))
        assert len(world.asked) == 1


def test_entities_in_xml_are_not_unfolded():
    with local_vworld(always="xml_bomb") as world:
        refused("not_data", fetched, world)


@pytest.mark.parametrize(
    ("mood", "key"), [("html", "not_data"), ("text", "not_data"), ("list", "not_data"), ("500", "http")]
)
def test_a_page_of_somebody_else_is_told(mood, key):
    with local_vworld(always=mood) as world:
        refused(key, fetched, world)


def test_an_office_without_internet_is_told_how_to_carry_the_layer_in():
    with local_vworld() as world:
        gone = served(world)
    error = refused("no_network", fetch, gone, DAMDAN, box=BOX, manners=QUICK)
    assert "GPKG" in str(error)


def test_a_certificate_that_nobody_trusts_is_told():
    with local_vworld() as world:
        secure = served(world, base=world.url.replace("http:", "https:"))
        assert "REQUESTS_CA_BUNDLE" in str(refused("certificate", fetch, secure, DAMDAN, box=BOX, manners=QUICK))


def test_a_file_of_certificates_that_is_not_there_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with local_vworld() as world:
        secure = served(world, base=world.url.replace("http:", "https:"))
        refused("certificate", fetch, secure, DAMDAN, box=BOX, manners=QUICK)


def test_another_host_is_never_followed():
    with local_vworld(always="redirect") as world:
        error = refused("redirect", fetched, world)
        assert len(world.asked) == 1
    assert "elsewhere.example" in str(error)


# Who asks


def test_without_a_key_the_sentence_says_where_to_put_it():
    with local_vworld() as world:
        error = refused("no_key", fetch, served(world, key=""), DAMDAN, box=BOX, manners=QUICK)
        assert world.asked == []
    assert "VWORLD_KEY" in str(error)


def test_the_environment_names_service_key_domain_and_workspace(monkeypatch, tmp_path):
    monkeypatch.setenv("VWORLD_KEY", f" {KEY}\n")
    monkeypatch.setenv("VWORLD_DOMAIN", DOMAIN)
    monkeypatch.setenv("VWORLD_URL", "http://127.0.0.1:9/")
    known = vworld_wire.service()
    assert (known.base, known.key, known.domain) == ("http://127.0.0.1:9", KEY, DOMAIN)
    assert known.cache == tmp_path / "workspace" / "cache"


def test_secrets_go_before_the_environment(monkeypatch):
    monkeypatch.setenv("VWORLD_KEY", "OTHER-KEY-0000")
    known = services.service(KEY, "localhost:8501")
    assert (known.key, known.domain, known.base) == (KEY, "localhost:8501", vworld_wire.BASE)


@pytest.mark.parametrize("key", ["short", "with space in it", "a=b&c=d-1234", "줄임표-열쇠-1234", "line\nbreak-1234"])
def test_a_key_of_another_form_is_refused_and_not_repeated(key):
    with pytest.raises(GisError) as caught:
        Service(key=key)
    assert caught.value.key == "vworld.key_form"
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "base",
    [
        "ftp://x",
        "api.vworld.kr",
        "https://user:pass@x.kr",
        "https://x.kr?key=1",
        "https://x y",
        "https://[",
        "https://x:99999",
    ],
)
def test_a_base_that_is_no_address_is_refused(base):
    refused("base", Service, base=base)


@pytest.mark.parametrize("domain", ["a b", "localhost\r\nX-Evil: 1", "ftp://localhost", "http://a/b?c=d"])
def test_a_domain_that_is_no_address_is_refused(domain):
    refused("domain", Service, domain=domain)


@pytest.mark.parametrize(
    ("domain", "sent", "referer"),
    [
        ("localhost:3000", "localhost:3000", "http://localhost:3000"),
        ("https://광주.kr:8501/지도", None, None),
        ("http://산단.한국:8501", "http://xn--6j1b94x.xn--3e0b707e:8501", "http://xn--6j1b94x.xn--3e0b707e:8501"),
    ],
)
def test_a_domain_travels_as_parameter_and_as_referer_in_ascii(domain, sent, referer):
    if sent is None:
        refused("domain", Service, domain=domain)
        return
    with local_vworld(domain=sent, always="INCORRECT_KEY") as world:
        refused("incorrect_key", fetch, served(world, domain=domain), DAMDAN, box=BOX, manners=QUICK)
        assert (world.asked[0].query["domain"], world.asked[0].headers["Referer"]) == (sent, referer)


def test_a_wrong_domain_is_told_with_what_was_sent():
    with local_vworld(features=row_of(1)) as world:
        error = refused("incorrect_key", fetch, served(world, domain="localhost:9"), DAMDAN, box=BOX, manners=QUICK)
    assert "localhost:9" in str(error)


def test_an_unknown_key_is_told():
    with local_vworld(features=row_of(1)) as world:
        refused("invalid_key", fetch, served(world, key="ANOTHER-KEY-1234"), DAMDAN, box=BOX, manners=QUICK)


# The key


def chain_of(error):
    """Return an exception and whatever hangs on it, also what `from None` hides."""
    waiting, known = [error], []
    while waiting:
        one = waiting.pop()
        if one is not None and one not in known:
            known.append(one)
            waiting += [one.__cause__, one.__context__]
    return known


def all_said(error):
    """Return all that a log, a page or a debugger would show of an exception, with the local variables of the product."""
    parts = []
    for one in chain_of(error):
        steps = [step for step in traceback.walk_tb(one.__traceback__) if "/tests/" not in step[0].f_code.co_filename]
        assert steps
        frames = traceback.StackSummary.extract(iter(steps), capture_locals=True)
        parts += [*frames.format(), repr(one), str(one), repr(vars(one)), repr(one.args)]
    return "\n".join(parts)


@pytest.mark.parametrize("api", ["data", "wfs"])
@pytest.mark.parametrize("mood", MOODS)
def test_no_failure_shows_the_key(mood, api, caplog, capfd, tmp_path, recwarn):
    caplog.set_level(logging.DEBUG)
    manners = patience(mood, tries=1, most_bytes=2**20)
    with local_vworld(features=row_of(3), always=mood) as world:
        with pytest.raises(GisError) as caught:
            fetched(world, api=api, cache=tmp_path, manners=manners)
        assert world.asked[0].query[{"data": "key", "wfs": "KEY"}[api]] == KEY
    said = all_said(caught.value) + caplog.text + "".join(capfd.readouterr()) + str(list(recwarn))
    assert KEY not in said
    assert KEY.lower() not in said.lower()
    assert KEY not in on_disk(tmp_path)


def test_a_refused_connection_does_not_show_the_key(caplog):
    caplog.set_level(logging.DEBUG)
    with local_vworld() as world:
        gone = served(world)
    error = refused("no_network", fetch, gone, DAMDAN, box=BOX, manners=QUICK)
    assert KEY not in all_said(error) + caplog.text


@pytest.mark.parametrize("mood", ["slow", "cut", "hang_up", "gone"])
def test_a_setback_itself_holds_no_key_before_it_becomes_a_sentence(mood):
    with local_vworld(always=mood) as world:
        known = served(world)
    with local_vworld(always=mood) as world:
        known = known if mood == "gone" else served(world)
        with vworld_wire.session(known, HASTY) as session, pytest.raises(vworld_wire.Setback) as caught:
            session.get(f"{known.base}/req/data", timeout=0.4)
    assert KEY not in all_said(caught.value)


def on_disk(folder):
    """Return every byte below a folder as text, and what the cache holds once it is unpacked."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode("latin-1") for path in files)


def test_an_answer_that_repeats_the_key_is_freed_of_it_before_anybody_sees_it(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    with local_vworld(moods=["echo"]) as world:
        came = fetched(world, cache=tmp_path)
    assert "key-withheld" in came.frame.loc[0, "remark"]
    assert KEY not in came.frame.to_json() + repr(came) + caplog.text
    assert "key-withheld" in on_disk(tmp_path)
    assert KEY not in on_disk(tmp_path)


def test_a_cached_answer_names_no_key_and_no_domain(tmp_path):
    with local_vworld(features=row_of(3)) as world:
        fetched(world, cache=tmp_path)
    text = on_disk(tmp_path)
    assert "LT_C_DAMDAN.2" in text, "the cache must be readable for this test to mean anything"
    assert KEY not in text
    assert DOMAIN not in text


@pytest.mark.parametrize(
    "spelling", [KEY.lower(), KEY.replace("-", "%2D"), KEY.replace("-", "&#45;"), KEY.replace("-", "\\u002d")]
)
def test_the_key_is_withheld_however_it_is_spelled(spelling):
    adapter = vworld_wire._KeyAdapter(Service(key=KEY), QUICK)
    assert adapter._freed(f"a {spelling} b".encode()) == b"a key-withheld b"


def test_nothing_that_comes_back_holds_the_key():
    with local_vworld(features=row_of(3)) as world:
        known = served(world)
        came = fetch(known, DAMDAN, box=BOX, manners=QUICK)
    assert KEY not in repr(known) + str(known) + f"{known}"
    assert KEY not in repr(came) + json.dumps(services.story(came), ensure_ascii=False) + came.frame.to_json()
    assert came.address.startswith(f"{world.url}/req/data?service=data")
    assert "key" not in came.address.lower()


def test_urllib3_is_heard_again_after_a_call(caplog):
    caplog.set_level(logging.DEBUG)
    with local_vworld(features=row_of(1)) as world:
        fetched(world)
    assert not [record for record in caplog.records if record.name.startswith("urllib3")]
    logging.getLogger("urllib3.connectionpool").debug("somebody else's call")
    assert "somebody else's call" in caplog.text


# The cache


def test_a_second_fetch_asks_nobody(tmp_path):
    with local_vworld(features=row_of(60)) as world:
        first = fetched(world, cache=tmp_path, cap=25)
        again = fetched(world, cache=tmp_path, cap=25)
        assert len(world.asked) == first.pages == 3
    assert again.from_cache and not first.from_cache
    assert again.frame.equals(first.frame)
    assert [remark.key for remark in again.remarks] == ["kept"]


def test_what_comes_from_the_cache_is_of_the_day_when_it_was_asked(tmp_path):
    with local_vworld(features=row_of(60)) as world:
        fetched(world, cache=tmp_path, cap=25)
        known = sqlite3.connect(tmp_path / "vworld.sqlite", isolation_level=None)
        key, value = known.execute("SELECT key, value FROM responses").fetchone()
        older = json.dumps(json.loads(value) | {"created_at": "2026-01-02T03:04:05+00:00"})
        known.execute("UPDATE responses SET value = ? WHERE key = ?", (older, key))
        known.close()
        again = fetched(world, cache=tmp_path, cap=25)
    assert again.retrieved == "2026-01-02T12:04:05+09:00"
    assert again.retrieved in str(again.remarks[0])


def test_the_cache_serves_without_key_and_without_network(tmp_path):
    with local_vworld(features=row_of(3)) as world:
        fetched(world, cache=tmp_path)
    came = fetch(served(world, cache=tmp_path, key=""), DAMDAN, box=BOX, manners=QUICK)
    assert len(came.frame) == 3


def test_a_fresh_fetch_can_be_asked_for(tmp_path):
    with local_vworld(features=row_of(3)) as world:
        fetched(world, cache=tmp_path)
        came = fetched(world, cache=tmp_path, refresh=True)
        assert len(world.asked) == 2
        assert not came.from_cache
        assert fetched(world, cache=tmp_path).from_cache


@pytest.mark.parametrize("mood", ["INCORRECT_KEY", "502", "cut_json", "html", "xml", "500"])
def test_only_good_answers_are_kept(mood, tmp_path):
    with local_vworld(features=row_of(3), always=mood) as world:
        with pytest.raises(GisError):
            fetched(world, cache=tmp_path, manners=dataclasses.replace(QUICK, tries=1))
        world.always = None
        came = fetched(world, cache=tmp_path)
    assert (len(came.frame), came.from_cache) == (3, False)


def test_that_nothing_is_there_is_asked_anew_each_time(tmp_path):
    with local_vworld() as world:
        fetched(world, cache=tmp_path)
        world.features, world.shapes = row_of(3), [shapely.box(*BOX)] * 3
        assert len(fetched(world, cache=tmp_path).frame) == 3


def test_an_old_answer_is_asked_anew(tmp_path):
    with local_vworld(features=row_of(3)) as world:
        fetched(world, cache=tmp_path)
        file = tmp_path / "vworld.sqlite"
        with sqlite3.connect(file) as known:
            known.execute("UPDATE responses SET expires = 1")
        known.close()
        assert not fetched(world, cache=tmp_path).from_cache


def test_reading_the_cache_runs_nothing(tmp_path):
    with local_vworld(features=row_of(1)) as world:
        fetched(world, cache=tmp_path)
    known = sqlite3.connect(tmp_path / "vworld.sqlite")
    values = [value for (value,) in known.execute("SELECT value FROM responses")]
    known.close()
    assert [type(json.loads(value)) for value in values] == [dict]


def test_a_tampered_entry_is_asked_anew(tmp_path):
    with local_vworld(features=row_of(3)) as world:
        fetched(world, cache=tmp_path)
        known = sqlite3.connect(tmp_path / "vworld.sqlite", isolation_level=None)
        known.execute("UPDATE responses SET value = 'gASVCg=='")
        known.close()
        assert len(fetched(world, cache=tmp_path).frame) == 3
        assert len(world.asked) == 2


def test_a_cache_that_is_no_database_is_told(tmp_path):
    (tmp_path / "vworld.sqlite").write_text("x" * 5000)
    with local_vworld(features=row_of(1)) as world:
        assert "vworld.sqlite" in str(refused("cache", fetched, world, cache=tmp_path))


def test_a_workspace_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with local_vworld(features=row_of(1)) as world:
        refused("cache", fetched, world, cache=tmp_path / "file" / "cache")


def test_answers_of_two_services_are_not_mixed(tmp_path):
    with local_vworld(features=row_of(3)) as one, local_vworld(features=row_of(5)) as other:
        assert len(fetched(one, cache=tmp_path).frame) == 3
        assert len(fetched(other, cache=tmp_path).frame) == 5


# Tiles


@pytest.mark.parametrize(
    ("layer", "ending", "kind"),
    [("Base", "png", "image/png"), ("Satellite", "jpeg", "image/jpeg"), ("Hybrid", "png", "image/png"),
     ("white", "png", "image/png"), ("midnight", "png", "image/png")],
)  # fmt: skip
def test_a_tile_comes_by_z_y_x(layer, ending, kind):
    with local_vworld() as world:
        picture, media_type = tile(served(world), layer, 10, 872, 404)
        assert world.asked[0].path == f"/req/wmts/1.0.0/{KEY}/{layer}/10/404/872.{ending}"
    assert media_type == kind
    assert picture.startswith((b"\x89PNG", b"\xff\xd8\xff"))


@pytest.mark.parametrize(
    ("layer", "z", "x", "y"),
    [("Base", 5, 0, 0), ("Base", 20, 0, 0), ("white", 19, 0, 0), ("Base", 10, 1024, 0), ("Base", 10, -1, 0),
     ("Base", 10, 0, 1024), ("Base", 10.0, 1, 1), ("Base", 10, True, 1), ("Base", "10", 1, 1), ("Base", 10, "1/../2", 1)],
)  # fmt: skip
def test_a_tile_that_is_none_is_not_asked_for(layer, z, x, y):
    with local_vworld() as world:
        refused("tile_place", tile, served(world), layer, z, x, y)
        assert world.asked == []


@pytest.mark.parametrize("layer", ["gray", "base", "../Base", ""])
def test_an_unknown_background_is_told_the_known_ones(layer):
    with local_vworld() as world, pytest.raises(UnknownNameError, match="midnight"):
        tile(served(world), layer, 10, 1, 1)


@pytest.mark.parametrize("mood", ["html", "text", "500", "403", "404"])
def test_only_pictures_are_passed_on(mood):
    with local_vworld(always=mood) as world:
        refused("no_picture", tile, served(world), "Base", 10, 872, 404)


@pytest.mark.parametrize("mood", [*MOODS, "404"])
def test_no_failing_tile_shows_the_key(mood, caplog):
    caplog.set_level(logging.DEBUG)
    manners = patience(mood, tries=1, most_bytes=2**20)
    with local_vworld(always=mood) as world:
        with pytest.raises(GisError) as caught:
            tile(served(world), "Base", 10, 872, 404, manners=manners)
        assert KEY in world.asked[0].path
    assert KEY not in all_said(caught.value) + caplog.text


def test_a_tile_with_a_wrong_key_says_so():
    with local_vworld() as world:
        refused("invalid_key", tile, served(world, key="ANOTHER-KEY-1234"), "Base", 10, 872, 404)


def test_a_failing_tile_is_not_tried_again():
    with local_vworld(always="502") as world:
        refused("busy", tile, served(world), "Base", 10, 872, 404)
        assert len(world.asked) == 1


# What app and command line use


def test_the_box_around_a_complex_reaches_as_far_as_asked():
    near, far = services.box_near("bitgreen", 0), services.box_near("bitgreen", 2_000)
    assert far[0] < near[0] < near[2] < far[2] and far[1] < near[1] < near[3] < far[3]
    assert 0.020 < near[0] - far[0] < 0.024
    with pytest.raises(UnknownNameError, match="bitgreen"):
        services.box_near("nowhere", 0)


def test_a_name_is_searched_in_the_column_of_names():
    with local_vworld(features=row_of(30)) as world:
        came = services.fetch_layer("단지경계", named="단지 2", service=served(world), manners=QUICK)
        assert world.asked[0].query["attrFilter"] == "dan_name:like:단지 2"
    assert len(came.frame) == 11


def test_a_name_like_the_place_of_the_key_in_a_tile_is_only_a_name():
    with local_vworld(features=row_of(3)) as world:
        services.fetch_layer("단지경계", named=vworld_wire.PLACE_OF_KEY, service=served(world), manners=QUICK)
        assert world.asked[0].query["attrFilter"] == f"dan_name:like:{vworld_wire.PLACE_OF_KEY}"
        assert world.asked[0].query["key"] == KEY


def test_a_layer_without_a_column_of_names_says_so():
    with local_vworld() as world:
        refused("no_name_column", services.fetch_layer, "단지시설용지", named="x", service=served(world))


@pytest.fixture
def office(monkeypatch):
    """Serve a few complexes, and name the service in the environment."""
    with local_vworld(features=row_of(5)) as world:
        monkeypatch.setenv("VWORLD_URL", world.url)
        monkeypatch.setenv("VWORLD_KEY", KEY)
        monkeypatch.setenv("VWORLD_DOMAIN", DOMAIN)
        monkeypatch.setattr("gis.io.vworld.POLITE", QUICK)
        yield world


BOX_WORDS = ("--bbox", "126.6,35.0,126.9,35.3")


def test_the_command_writes_a_layer_that_still_says_what_it_is(office, tmp_path):
    file = tmp_path / "단지.gpkg"
    answer = run("fetch", "vworld", "단지경계", *BOX_WORDS, "-o", file)
    assert (answer.code, answer.err) == (0, "")
    assert "5개" in answer.text and "출처" in answer.text
    carried = read_file(file)
    assert len(carried) == 5
    assert carried["name"].iloc[0] == "테스트산업단지 0"
    assert set(carried["grade"]) == {"A"}
    assert "LT_C_DAMDAN" in carried["source"].iloc[0] and "20" in carried["source"].iloc[0]
    assert KEY not in answer.text + file.read_bytes().decode("latin-1")


def test_the_command_tells_its_story_as_json(office, tmp_path):
    row = run("fetch", "vworld", "LT_C_DAMDAN", *BOX_WORDS, "-o", tmp_path / "a.geojson", "--format", "json").json[0]
    assert (row["layer"], row["features"], row["pages"], row["cached_pages"]) == ("industrial_complex", 5, 1, 0)
    assert row["license"] and row["attribution"] and row["retrieved"]
    assert KEY not in json.dumps(row)


def test_the_command_fetches_around_a_complex(office, tmp_path):
    run("fetch", "vworld", "LT_C_DAMDAN", "--near", "bitgreen", "--buffer", "1km", "-o", tmp_path / "a.geojson")
    box = office.asked[0].query["geomFilter"]
    expected = ",".join(f"{edge:.9f}" for edge in services.box_near("bitgreen", 1_000))
    assert box == f"BOX({expected})"


def test_nothing_there_is_said_and_written_as_an_empty_layer(office, tmp_path):
    file = tmp_path / "none.gpkg"
    answer = run("fetch", "vworld", "개발제한구역", "--bbox", "128,37,128.1,37.1", "-o", file)
    assert answer.code == 0
    assert "없다고 답한 것" in answer.err
    assert len(pyogrio.read_dataframe(file)) == 0


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("nothing", *BOX_WORDS, "-o", "a.gpkg"), "industrial_complex"),
        (("단지경계", "-o", "a.gpkg"), "--bbox"),
        (("단지경계", "--bbox", "a,b", "-o", "a.gpkg"), "126.7,35.1"),
        (("단지경계", *BOX_WORDS, "--near", "bitgreen", "-o", "a.gpkg"), "--near"),
        (("단지경계", "--name", "a", "--where", "b:=:c", "-o", "a.gpkg"), "--where"),
        (("단지경계", *BOX_WORDS, "-o", "a.xyz"), ".gpkg"),
        (("단지경계", "--near", "nowhere", "-o", "a.gpkg"), "bitgreen"),
    ],
)
def test_a_wrong_question_is_one_line(office, words, part, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert part in refused_command("fetch", "vworld", *words)
    assert not list(tmp_path.glob("a.*"))


@pytest.mark.parametrize("mood", ["INCORRECT_KEY", "502", "xml", "html"])
def test_a_failing_command_is_one_line_without_the_key(office, mood, tmp_path):
    office.always = mood
    assert KEY not in refused_command("fetch", "vworld", "단지경계", *BOX_WORDS, "-o", tmp_path / "a.gpkg")
    assert not (tmp_path / "a.gpkg").exists()


def test_another_way_is_wrong_usage(office, tmp_path):
    assert run("fetch", "vworld", "단지경계", *BOX_WORDS, "--api", "wms", "-o", tmp_path / "a.gpkg").code == 2
