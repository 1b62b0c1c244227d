"""A scenario changes what it names and nothing else, keeps every step, and travels as one text without loss."""

import json
import multiprocessing
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import study
from gis.errors import ClashError, DataFileError, GisError, InputError, UnknownNameError
from gis.io import store
from gis.io.plans import plan_content, read_plan
from gis.io.scenarios import Bundle, bundle_bytes, bundle_hash, content_of, from_content, read_bundle
from gis.model import ProposedSite, Range, Scenario, SitePart
from gis.study import active, compare, consequences, landuse, phases, rates, said, scenarios, value_chain
from gis.study.sites import SiteRef, confidential_layers
from gis.units import parse_area
from gis.view import compare as compare_view
from tests.command import done, refusal

ROOT = Path(__file__).parents[1]
HUNDRED = parse_area("100만평")


def box(west, south, size=0.01):
    return json.loads(
        shapely.to_geojson(
            shapely.orient_polygons(shapely.box(west, south, round(west + size, 9), round(south + size, 9)))
        )
    )


SQUARE = box(126.7, 35.1)


@pytest.fixture
def north():
    """Return a scenario in which the new complex stands 2 km further north with exactly 100만평."""
    scenarios.create("북쪽 안", "north")
    geometry = scenarios.reshaped(scenarios.outline_of("futurecar"), north=2_000, area=HUNDRED)
    return scenarios.set_outline("north", "futurecar", geometry).id


def now():
    return study.complexes()["geometry"]


def test_nothing_is_otherwise_in_a_new_scenario():
    scenarios.create("그대로", "same")
    with active.under("same"):
        under = study.complexes(), value_chain.model(), value_chain.answer(2031)
    plain = study.complexes(), value_chain.model(), value_chain.answer(2031)
    pd.testing.assert_frame_equal(under[0], plain[0], check_dtype=False)
    pd.testing.assert_frame_equal(under[1].hosts, plain[1].hosts)
    pd.testing.assert_frame_equal(under[2].chain.links, plain[2].chain.links)
    assert scenarios.changes(active.kept("same")).empty


def test_an_outline_is_the_one_asked_for_inside_and_the_old_one_outside(north):
    before = now()["futurecar"]
    with active.under(north):
        moved = study.complexes()
    assert moved.loc["futurecar", "geometry"].area == pytest.approx(HUNDRED, abs=0.5)
    assert moved.loc["futurecar", "geometry"].centroid.y - before.centroid.y == pytest.approx(2_000, abs=0.01)
    assert moved.loc["futurecar", "grade"] is None
    others = moved.drop("futurecar")
    pd.testing.assert_series_equal(others["geometry"], now().drop("futurecar"))
    assert now()["futurecar"].equals(before)


def test_distances_of_a_scenario_are_those_of_its_outlines(north):
    with active.under(north):
        table = study.distances(study.source_layer())
    named = study.distances(study.source_layer(north))
    pd.testing.assert_frame_equal(table, named)
    plain = study.distances(study.source_layer()).set_index(["from", "to"])
    changed = table.set_index(["from", "to"])
    assert changed.loc[("cheomdan3", "jingok")].equals(plain.loc[("cheomdan3", "jingok")])
    assert changed.loc[("jingok", "futurecar"), "low"] != plain.loc[("jingok", "futurecar"), "low"]


def test_a_new_site_stands_beside_the_others_and_may_host_a_stage():
    scenarios.create("다섯째", "fifth")
    scenarios.set_outline("fifth", "site5", SQUARE, "새 부지")
    scenarios.set_host(
        "fifth",
        "h5",
        {
            "stage": "part.battery",
            "place": "site5",
            "name": "배터리",
            "status": "planned",
            "basis": "plan",
            "from": 2029,
        },
    )
    with active.under("fifth"):
        assert list(study.complexes().index) == ["cheomdan3", "bitgreen", "jingok", "futurecar", "site5"]
        found = value_chain.answer(2029)
    assert ("part.battery", "site5") in found.chain.sites
    assert "part.battery" in value_chain.answer(2029).chain.missing_stages
    assert "part.battery" not in found.chain.missing_stages


def test_a_host_may_be_changed_gone_and_back():
    scenarios.create("a", "a")
    hosts = value_chain.model().hosts
    host = hosts.iloc[0]["id"]
    scenarios.set_host("a", host, {"from": 2040})
    with active.under("a"):
        changed = value_chain.model().hosts
    assert changed.set_index("id").loc[host, "from"] == 2040
    pd.testing.assert_frame_equal(changed.drop(columns="from"), hosts.drop(columns="from"), check_dtype=False)
    scenarios.drop_host("a", host)
    with active.under("a"):
        assert host not in set(value_chain.model().hosts["id"])
    scenarios.forget_host("a", host)
    with active.under("a"):
        pd.testing.assert_frame_equal(value_chain.model().hosts, hosts)


@pytest.mark.parametrize(
    "values", [{"stage": "moon"}, {"place": "moon"}, {"status": "soon"}, {"from": 9999}, {"stage": ""}]
)
def test_a_host_that_cannot_be_is_refused_and_nothing_kept(values):
    before = scenarios.create("a", "a")
    row = {"stage": "part.battery", "place": "jingok", "name": "n", "status": "planned", "basis": "plan", **values}
    with pytest.raises(InputError):
        scenarios.set_host("a", "h", row)
    assert active.kept("a") == before


def test_a_later_phase_moves_its_hosts_and_the_first_complete_year():
    scenarios.create("늦게", "late")
    scenarios.slip("late", "futurecar", 1)

    def first():
        firsts = phases.answer(phases.Span()).firsts
        row = firsts[(firsts["scope"] == "region") & (firsts["basis"] == "plan")].iloc[0]
        return row["first_complete"]

    with active.under("late"):
        later = first()
    assert (first(), later) == (2031, 2032)
    scenarios.slip("late", "futurecar", 0)
    assert scenarios.changes(active.kept("late")).empty


def test_parts_add_up_to_their_site_and_are_given_up_with_its_outline(north):
    scenarios.set_parts(north, "futurecar", [("1단계", 1_000_000.0, 2029), ("2단계", 0.0, 2032)], 45)
    parts = scenarios.parts(active.kept(north))
    assert parts["planar_area"].tolist() == pytest.approx([1_000_000, HUNDRED - 1_000_000], abs=1)
    assert parts["opens"].tolist() == [2029, 2032]
    scenarios.set_outline(north, "futurecar", SQUARE)
    assert active.kept(north).scenario.sites[0].parts == ()


def test_a_line_divides_a_site(north):
    west, south, east, northern = shapely.geometry.shape(active.kept(north).scenario.sites[0].geometry).bounds
    line = {
        "type": "LineString",
        "coordinates": [[(west + east) / 2, south - 0.01], [(west + east) / 2, northern + 0.01]],
    }
    scenarios.cut_site(north, "futurecar", line, ("서", "동"), (2028, None))
    parts = scenarios.parts(active.kept(north))
    assert parts["planar_area"].sum() == pytest.approx(HUNDRED, abs=1)
    assert parts.geometry.iloc[0].centroid.x < parts.geometry.iloc[1].centroid.x


def test_holes_and_several_polygons_survive_every_step():
    holed = shapely.Polygon(
        [(126.7, 35.1), (126.72, 35.1), (126.72, 35.12), (126.7, 35.12)],
        [[(126.705, 35.105), (126.705, 35.11), (126.71, 35.11), (126.71, 35.105)]],
    )
    both = shapely.MultiPolygon([holed, shapely.box(126.73, 35.1, 126.74, 35.11)])
    scenarios.create("m", "m")
    scenarios.set_outline("m", "futurecar", shapely.geometry.mapping(both))
    with active.under("m"):
        geometry = scenarios.reshaped(scenarios.outline_of("futurecar"), degrees=33, east=10, area=2_000_000)
    scenarios.set_outline("m", "futurecar", geometry)
    told = read_bundle(scenarios.export("m"), "m.geojson").scenario
    shape = shapely.geometry.shape(told.sites[0].geometry)
    assert (len(shape.geoms), sorted(len(part.interiors) for part in shape.geoms)) == (2, [0, 1])
    assert scenarios.site_table(active.kept("m"))["planar_area"].iloc[0] == pytest.approx(2_000_000, abs=0.5)


# History


@given(steps=st.lists(st.sampled_from(["new", "undo", "redo"]), max_size=12))
@settings(max_examples=25)
def test_undo_and_redo_are_those_of_an_editor(steps, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIS_WORKSPACE", str(tmp_path_factory.mktemp("ws")))
        scenarios.create("0", "a")
        done_, undone, count = ["0"], [], 0
        for step in steps:
            assert scenarios.has_undo("a") == (len(done_) > 1)
            assert scenarios.has_redo("a") == bool(undone)
            if step == "new":
                count += 1
                scenarios.edit("a", {"title": str(count)})
                done_, undone = [*done_, str(count)], []
            elif step == "undo" and len(done_) > 1:
                scenarios.undo("a")
                undone.append(done_.pop())
            elif step == "redo" and undone:
                scenarios.redo("a")
                done_.append(undone.pop())
            else:
                with pytest.raises(InputError):
                    scenarios.undo("a") if step == "undo" else scenarios.redo("a")
            assert active.kept("a").scenario.title == done_[-1]


def test_a_change_upon_an_older_revision_is_refused_and_neither_is_lost(north):
    seen = active.kept(north).number
    theirs = scenarios.edit(north, {"note": "theirs"}, expected=seen)
    for mine in (
        lambda: scenarios.edit(north, {"note": "mine"}, expected=seen),
        lambda: scenarios.slip(north, "futurecar", 1, expected=seen),
        lambda: scenarios.undo(north, expected=seen),
        lambda: scenarios.restore(north, seen, expected=seen),
    ):
        with pytest.raises(ClashError, match=str(theirs.number)):
            mine()
    assert active.kept(north) == theirs
    beside = scenarios.branch(north, "내 안", "mine", number=seen)
    assert beside.scenario.branched.number == seen
    assert active.kept(north) == theirs


def _edit_many(workspace, name, count):
    import os

    os.environ["GIS_WORKSPACE"] = str(workspace)
    for number in range(count):
        while True:
            seen = active.kept(name)
            try:
                scenarios.edit(name, {"note": f"{seen.scenario.note}{number}"[:2_000]}, expected=seen.number)
                break
            except ClashError:
                continue


def test_two_people_that_save_at_once_lose_nothing(workspace):
    scenarios.create("a", "a")
    context = multiprocessing.get_context("spawn")
    people = [context.Process(target=_edit_many, args=(workspace, "a", 5)) for _ in range(2)]
    for one in people:
        one.start()
    for one in people:
        one.join(300)
    assert [one.exitcode for one in people] == [0, 0]
    assert sorted(active.kept("a").scenario.note) == sorted("01234" * 2)


def test_every_revision_comes_back_a_removed_scenario_too(north):
    first = scenarios.history(north)["revision"].min()
    scenarios.remove(north)
    with pytest.raises(UnknownNameError):
        active.kept(north)
    assert scenarios.table().empty
    assert scenarios.restore(north, first).scenario.sites == ()
    assert scenarios.history(north)["changes"].tolist()[-2:] == ["site:futurecar", "created"]


def test_what_changes_nothing_is_not_kept(north):
    before = active.kept(north)
    scenarios.edit(north, {"title": "북쪽 안"})
    assert scenarios.slip(north, "futurecar", 0) == before


def test_a_branch_goes_its_own_way_and_knows_its_root(north):
    scenarios.branch(north, "갈래", "other")
    scenarios.slip("other", "futurecar", 3)
    assert active.kept(north).scenario.slips == {}
    assert active.kept("other").scenario.branched.scenario == north
    assert scenarios.differences(north, "other")["part"].tolist() == ["title", "phase"]


# Land use of a site


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text("구분,변경(㎡)\n산업시설용지,2000000\n도로,1305785\n", encoding="utf-8")
    return read_plan(path)


def test_a_plan_of_a_scenario_is_not_that_of_the_data_and_follows_into_branch_and_bundle(north, plan):
    ref = SiteRef("futurecar")
    with active.under(north):
        landuse.keep(ref, plan)
        told = landuse.land_use(ref)
    assert landuse.kept(ref) is None
    scenarios.branch(north, "갈래", "other")
    scenarios.take_in(scenarios.export(north), "n.geojson", "third")
    for name in ("other", "third"):
        with active.under(name):
            assert [row["area"] for row in plan_content(landuse.kept(ref))["rows"]] == [2_000_000.0, 1_305_785.0]
            pd.testing.assert_frame_equal(landuse.land_use(ref).table, told.table)


def drawn_zones(north):
    """Draw two zones in the site of a scenario, one with a hole."""
    shape = shapely.geometry.shape(active.kept(north).scenario.sites[0].geometry)
    middle = shape.representative_point()
    ring = middle.buffer(0.003).difference(middle.buffer(0.001))
    other = shapely.box(*middle.buffer(0.0005).bounds)
    with active.under(north):
        landuse.keep_drawn(
            SiteRef("futurecar"), ((shapely.to_geojson(ring), "산업시설용지"), (shapely.to_geojson(other), "도로"))
        )


def test_zones_that_were_drawn_travel_with_the_scenario_and_measure_the_same(north):
    drawn_zones(north)
    content = scenarios.export(north)
    made = scenarios.take_in(content, "n.geojson", "third")
    tables = []
    for name in (north, "third"):
        with active.under(name):
            tables.append(landuse.land_use(SiteRef("futurecar")).table)
    assert tables[1]["planned_area"].to_numpy() == pytest.approx(tables[0]["planned_area"].to_numpy(), abs=0.01)
    assert tables[0].set_index("id").loc["industrial", "planned_area"] > 100_000
    told = read_bundle(content, "n.geojson")
    again = read_bundle(scenarios.export(made.id), "m.geojson")
    assert (again.zones, again.plans) == (told.zones, told.plans)


def test_zones_of_a_confidential_layer_keep_their_scenario_in_the_house(north):
    drawn_zones(north)
    layer = next(one for one in store.layers() if one.kind == "Polygon")
    store.change(layer.name, confidential=True)
    with pytest.raises(InputError, match=re.escape(layer.name)):
        scenarios.export(north)
    assert scenarios.export(north, confidential=True)


# Confidential


def test_a_confidential_scenario_leaves_only_where_a_person_says_so(north, tmp_path):
    scenarios.edit(north, {"confidential": True})
    with pytest.raises(InputError, match="북쪽 안"):
        scenarios.export(north)
    assert json.loads(scenarios.export(north, confidential=True))["confidential"] is True
    assert study.confidential_layers(north) == ["북쪽 안"]
    assert study.confidential_layers("complexes") == []
    assert confidential_layers(SiteRef("futurecar")) == []
    with active.under(north):
        assert study.confidential_layers("complexes") == ["북쪽 안"]
        assert confidential_layers(SiteRef("futurecar")) == ["북쪽 안"]
    assert "북쪽 안" in refusal("export", north, "-o", tmp_path / "a.gpkg")
    assert scenarios.branch(north, "b", "b").scenario.confidential


# Bundles

names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
geometries = st.builds(
    box, st.floats(126, 127).map(lambda x: round(x, 9)), st.floats(34, 36).map(lambda y: round(y, 9))
)
parts = st.builds(SitePart, name=names, geometry=geometries, opens=st.none() | st.integers(2000, 2100))
ids = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
told = st.builds(
    Scenario, title=names, note=names, confidential=st.booleans(),
    sites=st.lists(st.builds(ProposedSite, id=ids, name=names, geometry=geometries, parts=st.lists(parts, max_size=2).map(tuple)), max_size=3, unique_by=lambda site: site.id).map(tuple),
    hosts=st.dictionaries(ids, st.none() | st.dictionaries(ids, names | st.integers(1, 9), max_size=3), max_size=3),
    slips=st.dictionaries(ids, st.integers(-30, 30), max_size=2),
    siting=st.dictionaries(names, values, max_size=3), weights=st.dictionaries(names, values, max_size=3),
)  # fmt: skip


@given(scenario=told)
def test_a_bundle_gives_the_scenario_back_and_equal_ones_have_equal_bytes(scenario):
    bundle = Bundle("a", scenario, {})
    content = bundle_bytes(bundle)
    again = read_bundle(content, "a.geojson")
    assert again.scenario == scenario
    assert bundle_bytes(again) == content
    assert from_content(content_of(scenario)) == scenario


@given(scenario=told, other=told)
def test_the_hash_is_equal_just_where_the_scenarios_are(scenario, other):
    one, two = (bundle_hash(Bundle("a", each, {})) for each in (scenario, other))
    assert (one == two) == (scenario == other)


def test_a_bundle_taken_in_is_the_same_scenario_under_a_free_name(north):
    content = scenarios.export(north)
    made = scenarios.take_in(content, "north.geojson")
    assert made.id == "north_2"
    assert made.scenario == active.kept(north).scenario
    assert scenarios.content_hash(made) != ""
    features = json.loads(content)["features"]
    assert features[0]["geometry"] == active.kept(north).scenario.sites[0].geometry


def consequences_of(name):
    """Return amounts, demand and cost of the new complex as a scenario has them."""
    with active.under(name):
        told = consequences.consequences(SiteRef("futurecar"))
    return [told.amounts.to_csv(), told.demand.to_csv(), told.parts.to_csv(), told.cost]


@pytest.fixture
def reckoned(north):
    """Return a scenario for which people keep other rates, and state the industrial land and how far they look."""
    rates.change_rate("power", "5..9", "한국전력에 물음")
    with active.under(north):
        said.keep(SiteRef("futurecar"), said.Said((("industrial_area", Range(1.2e6, 1.3e6)),), said.Reach(5_000.0)))
    return north


def test_a_bundle_gives_the_same_hash_and_consequences_in_another_workspace(reckoned, tmp_path, monkeypatch):
    content, before = scenarios.export(reckoned), consequences_of(reckoned)
    fingerprint = scenarios.content_hash(active.kept(reckoned))
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / "elsewhere"))
    made = scenarios.take_in(content, "north.geojson")
    assert consequences_of(made.id) == before
    assert scenarios.content_hash(made) == fingerprint
    assert scenarios.export(made.id) == content


def test_a_bundle_is_reckoned_with_its_own_rates_where_people_keep_others(reckoned, tmp_path, monkeypatch):
    content, before = scenarios.export(reckoned), consequences_of(reckoned)
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / "elsewhere"))
    rates.change_rate("power", "50..90")
    rates.change_rate("industrial_water", "1..2")
    made = scenarios.take_in(content, "north.geojson")
    assert consequences_of(made.id) == before
    assert scenarios.export(made.id) == content


def test_a_rate_that_a_scenario_brought_is_changed_in_it_and_goes_back_with_its_history(
    reckoned, tmp_path, monkeypatch
):
    content = scenarios.export(reckoned)
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / "elsewhere"))
    made = scenarios.take_in(content, "north.geojson").id
    with active.under(made):
        rates.change_rate("power", "6..7")
        assert rates.changes()["power"].high == 7
        with pytest.raises(InputError, match="북쪽 안"):
            rates.undo_rate("power")
    assert rates.workspace_changes() == {}
    scenarios.undo(made)
    assert scenarios.export(made) == content


def test_alternatives_with_other_rates_are_not_subtracted_and_told_so(reckoned, tmp_path, monkeypatch):
    content = scenarios.export(reckoned)
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / "elsewhere"))
    made = scenarios.take_in(content, "north.geojson").id
    found = compare.compared([None, made], compare.Asked())
    demand = found[found["indicator"].eq("demand") & found["scenario"].eq(made)]
    assert len(demand) and demand[["difference_low", "difference_high"]].isna().all(axis=None)
    sentences = compare_view.compare_sentences(found, [None, made], compare.Asked(), "m2")
    assert "다른 원단위" in sentences[-1]


def test_what_was_said_of_a_site_follows_into_a_branch(reckoned):
    scenarios.branch(reckoned, "갈래", "other")
    with active.under("other"):
        assert said.kept(SiteRef("futurecar")).reach.distance == 5_000
    assert consequences_of("other") == consequences_of(reckoned)


def resealed(content, changed):
    """Return a bundle whose content a hand changed, with the hash that belongs to it."""
    told = read_bundle(content, "a.geojson")
    return bundle_bytes(replace(told, scenario=changed(told.scenario)))


def test_parts_that_do_not_divide_their_site_are_refused(north):
    scenarios.set_parts(north, "futurecar", [("1단계", HUNDRED / 2, None), ("2단계", 0, None)])

    def halved(scenario):
        site = scenario.sites[0]
        return scenario.model_copy(update={"sites": (site.model_copy(update={"parts": site.parts[:1]}),)})

    content = scenarios.export(north)
    assert scenarios.take_in(resealed(content, lambda same: same), "a.geojson", "whole").id == "whole"
    with pytest.raises(InputError, match="futurecar"):
        scenarios.take_in(resealed(content, halved), "a.geojson")


def test_a_bundle_whose_flag_of_secrecy_was_flipped_is_refused(north):
    scenarios.edit(north, {"confidential": True})
    content = scenarios.export(north, confidential=True)
    with pytest.raises(InputError):
        scenarios.take_in(content.replace(b'"confidential": true', b'"confidential": false', 1), "a.geojson")


def test_a_bundle_that_was_touched_is_refused(north):
    content = scenarios.export(north).decode()
    for old, new in (("126.", "127."), ("북쪽", "남쪽"), ('"version": 1', '"version": 9')):
        with pytest.raises(GisError):
            scenarios.take_in(content.replace(old, new, 1).encode(), "north.geojson")
    assert scenarios.table()["id"].tolist() == [north]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"format": "gis-scenario", "version": 1}', b"[" * 100_000,
        b'{"format": "gis-scenario", "version": 1, "features": [], "scenario": ["id = 3"]}',
        b'{"format": "gis-scenario", "version": 1, "features": [{}], "scenario": ["id = \\"a\\""]}',
        b'{"format": "gis-scenario", "version": 1, "features": [], "scenario": ["id = \\"a\\"", "title = 5"]}',
        b'{"format": "gis-scenario", "version": 1, "features": 7, "scenario": 7}',
        b'{"format": "gis-scenario", "version": 1, "features": [], "scenario": ["id = \\"a\\"", "title = \\"b\\"", "hosts = 4"]}',
    ],
)  # fmt: skip
def test_what_is_no_bundle_is_refused_in_one_sentence(content):
    with pytest.raises((InputError, DataFileError)) as caught:
        scenarios.take_in(content, "a.geojson")
    assert len(str(caught.value)) < 300
    assert scenarios.table().empty


@pytest.mark.parametrize(
    "content",
    [{}, {"title": ""}, {"title": "a", "moon": 1}, {"title": "a", "slips": {"x": 99}}, {"title": "a", "sites": [{"id": "A!", "name": "n", "geometry": {}}]}, {"title": 5}],
)  # fmt: skip
def test_a_content_of_the_wrong_form_is_refused_with_its_place(content):
    with pytest.raises(InputError):
        from_content(content)


# Names


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("North 2", "north_2"),
        ("북쪽", "alternative"),
        ("complexes", "complexes_2"),
        ("jingok", "jingok_2"),
        ("2nd", "alternative"),
    ],
)
def test_a_name_is_free_and_ascii(wish, name):
    assert scenarios.create("t", wish).id == name


def test_an_unknown_scenario_is_named_with_those_there_are(north):
    with pytest.raises(UnknownNameError, match="north"), active.under("south"):
        pass
    assert active.name() is None


# Command line


def test_a_planner_makes_changes_and_hands_a_scenario_over_by_commands(tmp_path):
    assert done("scenario", "create", "북쪽 안", "--as", "north").text.strip() == "north"
    done("scenario", "outline", "north", "--site", "futurecar", "--north", "2000", "--area", "100만평", "--turn", "15")
    done("scenario", "divide", "north", "--site", "futurecar", "--part", "1단계=50만평@2029", "--part", "2단계=@2032")
    done("scenario", "slip", "north", "futurecar", "1")
    row = done("area", "north", "--format", "json").json[3]
    assert row["planar_area_m2"] == pytest.approx(HUNDRED, abs=0.5)
    shown = done("scenario", "show", "north", "--format", "json").json
    assert (shown["revision"], shown["slips"]) == (4, {"futurecar": 1})
    assert "2단계" in done("scenario", "show", "north").text
    done("scenario", "undo", "north")
    done("scenario", "redo", "north")
    done("scenario", "export", "north", "-o", tmp_path / "north.geojson")
    assert done("scenario", "import", tmp_path / "north.geojson", "--as", "again").text.strip() == "again"
    assert done("scenario", "diff", "north", "again", "--format", "json").json == []
    assert [row["id"] for row in done("scenario", "list", "--format", "json").json] == ["north", "again"]
    assert done("chain", "--year", "2031", "--scenario", "north", "--format", "json").json["completeness"] < 1
    assert done("chain", "--year", "2031", "--format", "json").json["completeness"] == 1
    under = done("--scenario", "north", "chain", "--year", "2031", "--format", "json").json
    assert under == done("chain", "--year", "2031", "--scenario", "north", "--format", "json").json
    assert done("--scenario", "north", "area", "--format", "json").json[3] == row
    assert active.name() is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "moon"], "moon"), (["undo", "a"], "되돌릴"), (["redo", "a"], "다시"), (["restore", "a", "99"], "99"),
        (["slip", "a", "moon", "1"], "moon"), (["slip", "a", "futurecar", "99"], "slips"),
        (["host", "a", "moon", "--gone"], "moon"), (["host", "a", "h", "--set", "from=soon"], "from=soon"),
        (["outline", "a", "--site", "futurecar", "--area", "-5"], "-5"), (["outline", "a", "--site", "moon"], "moon"),
        (["divide", "a", "--site", "futurecar", "--part", "x"], "futurecar"), (["diff", "a@x"], "x"),
        (["export", "a", "-o", "a.xlsx"], ".xlsx"), (["create", ""], "title"), (["drop-site", "a", "--site", "x"], "x"),
    ],
)  # fmt: skip
def test_a_wrong_word_gets_one_line(words, said):
    scenarios.create("a", "a")
    assert said in refusal("scenario", *words)


def test_a_site_that_was_drawn_is_reckoned_with_its_own_area_not_with_the_stated_one(north):
    with active.under(north):
        amounts = consequences.consequences(SiteRef("futurecar")).amounts.set_index("amount")
    assert amounts.loc["site_area", "amount_low"] == pytest.approx(HUNDRED, abs=1)
    assert amounts.loc["site_area", "way"] == "measured"


def test_alternatives_are_compared_by_what_they_ask_for_end_from_end(north):
    scenarios.set_outline(north, "futurecar", scenarios.reshaped(scenarios.outline_of("futurecar"), area=1.1 * HUNDRED))
    found = compare.compared([None, north], compare.Asked())
    power = found[found["subject"].eq("futurecar|power")].set_index("scenario")
    mine, data = power.loc[north], power[power.index.isna()].iloc[0]
    assert mine["difference_low"] == pytest.approx(mine["value_low"] - data["value_low"])
    assert mine["difference_high"] == pytest.approx(mine["value_high"] - data["value_high"])
    assert mine["value_low"] / data["value_low"] == pytest.approx(1.1 * HUNDRED / 3_384_000, rel=1e-6)


def test_alternatives_that_differ_in_years_alone_are_told_apart():
    scenarios.create("늦음", "late")
    scenarios.slip("late", "futurecar", 1)
    found = compare.compared([None, "late"], compare.Asked(year=2031))
    first = found[found["scenario"].eq("late")].set_index("indicator").loc["first_complete"]
    assert first["difference"] == 1
    assert "2032년" in compare_view.compare_sentences(found, [None, "late"], compare.Asked(year=2031), "m2")[0]


def test_what_nobody_knows_of_two_alternatives_has_no_difference(north):
    found = compare.compared([None, north], compare.Asked()).set_index("indicator")
    assert found.loc["unit_cost", ["value_low", "difference_low", "difference_high"]].isna().all(axis=None)
    assert found.loc["gap", ["difference", "difference_low"]].isna().all(axis=None)


def test_a_map_that_shows_an_older_outline_changes_nothing_by_showing_it(north):
    with active.under(north):
        shown = [scenarios.outline_of("futurecar")]
    seen = active.kept(north).number
    moved = scenarios.reshaped(shown[0], east=500)
    theirs = scenarios.set_outline(north, "futurecar", moved)
    assert scenarios.redraw(north, "futurecar", shown, expected=seen) == theirs


@pytest.mark.parametrize(
    "words",
    [
        ("scenario", "show", "hidden"), ("scenario", "diff", "hidden"), ("scenario", "compare", "-", "hidden"),
        ("--scenario", "hidden", "area"), ("--scenario", "hidden", "consequences", "futurecar"), ("chain", "--scenario", "hidden"),
    ],
)  # fmt: skip
def test_no_file_about_a_confidential_scenario_leaves_unless_somebody_says_so(words, tmp_path):
    scenarios.create("몰래", "hidden", confidential=True)
    path = tmp_path / "out.xlsx"
    assert "몰래" in refusal(*words, "-o", path) and not path.exists()
    done("--confidential", *words, "-o", path)
    assert path.exists()


def kills(folder, count, seed):
    """Kill editing processes that often, and return what each confirmed and what was kept then."""
    words = [sys.executable, "-m", "tests.kills", str(folder), str(count), str(seed)]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=3_600)
    return [json.loads(line) for line in told.stdout.splitlines()]


@pytest.mark.parametrize("count", [20, pytest.param(1_000, marks=pytest.mark.soak)])
def test_kills_while_saving_lose_nothing_that_was_confirmed(count, tmp_path):
    found = kills(tmp_path / "killed", count, seed=count)
    assert len(found) == count
    number, revisions = 1, 1
    for one in found:
        confirmed = one["confirmed"]
        last, note = confirmed[-1] if confirmed else (number, None)
        assert one["whole"] == "ok" and one["number"] >= last
        more = one["revisions"] - revisions - len({said for said, _ in confirmed} - {number})
        assert more in (0, 1), "one may be kept that was not yet told"
        assert note is None or one["number"] > last or one["note"] == note
        number, revisions = one["number"], one["revisions"]
    assert any(one["confirmed"] for one in found)


@pytest.mark.parametrize("how", [{"degrees": float("nan")}, {"east": float("inf")}, {"north": float("nan")}])
def test_an_outline_is_moved_by_numbers_only(how):
    with pytest.raises(InputError, match="수여야"):
        scenarios.reshaped(scenarios.outline_of("futurecar"), **how)
