"""From a file to a layer that every analysis runs on, and to the outline of a complex."""

import json
import sqlite3
import zipfile

import geopandas as gpd
import pytest
import shapely
from shapely.affinity import translate

from gis import study
from gis.errors import GisError, InputError, UnknownNameError
from gis.io import store
from gis.study import imports, value_chain
from gis.study.imports import Keeping
from tests.command import done, refusal, run
from tests.pencil import sites, square


@pytest.fixture
def put(tmp_path):
    """Write named shapes to a GPKG in EPSG:5186."""

    def write(*shapes, names=None, file="mine.gpkg", **columns):
        frame = gpd.GeoDataFrame(
            {"name": names or [f"구역 {n}" for n in range(len(shapes))], **columns},
            geometry=list(shapes),
            crs="EPSG:5186",
        )
        frame.to_file(tmp_path / file)
        return tmp_path / file

    return write


def outline_of(name):
    return study.complexes().loc[name, "geometry"]


def bring(path, *options):
    answer = run("import", path, *options, "--format", "json")
    assert answer.code == 0, answer.err
    return answer.json


def test_an_imported_layer_is_measured_as_its_file_is(put):
    path = put(square(0, 0, 1000), square(3000, 0, 500))
    bring(path, "--as", "mine")
    for command in (("area",), ("area", "--by", "emd"), ("distance",), ("adjacency",)):
        by_name, by_file = (
            done(command[0], source, *command[1:], "--format", "json").json for source in ("mine", path)
        )
        assert [{**row, "source": None} for row in by_name] == [{**row, "source": None} for row in by_file]


def test_import_says_what_it_kept_and_how_it_read_it(put):
    row = bring(put(square(0, 0)), "--as", "mine", "--title", "지구계", "--grade", "B")[0]
    assert {key: row[key] for key in ("name", "title", "geometry", "features", "grade", "file", "crs", "crs_way")} == {
        "name": "mine", "title": "지구계", "geometry": "Polygon", "features": 1, "grade": "B", "file": "mine.gpkg",
        "crs": "EPSG:5186", "crs_way": "stated",
    }  # fmt: skip


def test_a_check_keeps_nothing(put):
    done("import", put(square(0, 0)), "--check", "--format", "json")
    assert store.layers() == []


def test_what_was_repaired_is_said_by_row_on_stderr_and_kept_in_the_story(put):
    bowtie = shapely.Polygon([(170_000, 285_000), (170_100, 285_100), (170_100, 285_000), (170_000, 285_100)])
    answer = run("import", put(square(500, 0), bowtie, square(500, 0)), "--as", "mine", "--format", "json")
    assert (answer.code, len(answer.json), len(answer.err.splitlines())) == (0, 1, 2)
    problems = store.layer("mine").story["problems"]
    assert [(row["problem"], row["rows"]) for row in problems] == [("invalid", "2"), ("twin", "3")]
    assert problems[0]["area_after"] == pytest.approx(5_000)


def test_shapes_of_several_kinds_become_a_layer_each_and_none_is_lost(put):
    shapes = (
        square(0, 0),
        shapely.LineString([(170_000, 285_000), (171_000, 285_000)]),
        shapely.Point(170_500, 285_500),
    )
    rows = bring(put(*shapes), "--as", "mine")
    assert {(row["name"], row["geometry"], row["features"]) for row in rows} == {
        ("mine", "Polygon", 1), ("mine_lines", "LineString", 1), ("mine_points", "Point", 1),
    }  # fmt: skip


def test_an_imported_layer_stands_in_the_list_of_layers(put):
    bring(put(square(0, 0)), "--as", "mine", "--title", "지구계", "--base-date", "2026-01-31", "--rank", "agency")
    row = done("layers", "--format", "json").json[-1]
    assert (row["name"], row["title"], row["kind"], row["base_date"]) == ("mine", "지구계", "imported", "2026-01-31")


def test_an_imported_layer_is_a_source_with_its_rank(put):
    bring(put(square(0, 0)), "--as", "mine", "--rank", "agency", "--license", "내부용", "--source", "광주도시공사")
    row = study.sources().set_index("id").loc["imported:mine"]
    assert (row["publisher"], row["rank"], row["license"]) == ("광주도시공사", "agency", "내부용")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--as", "Mine"), "Mine"), (("--as", "complexes"), "complexes"), (("--grade", "E"), "A, B, C, D"),
        (("--rank", "rumor"), "press"), (("--base-date", "yesterday"), "2026-01-31"), (("--crs", "EPSG:1"), "EPSG:5186"),
        (("--encoding", "klingon"), "cp949"), (("--layer", "other"), "mine"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_one_line_and_keeps_nothing(options, named, put, tmp_path):
    assert named in refusal("import", put(square(0, 0)), *options)
    assert store.layers() == []


def test_a_name_that_is_taken_is_refused(put):
    path = put(square(0, 0))
    bring(path, "--as", "mine")
    assert "mine" in refusal("import", path, "--as", "mine")


def test_two_imports_without_a_name_have_two(put):
    path = put(square(0, 0))
    assert bring(path)[0]["name"] != bring(path)[0]["name"]


def test_a_repaired_half_kept_file_leaves_no_layer_when_a_later_kind_fails(put, monkeypatch):
    path = put(square(0, 0), shapely.Point(170_500, 285_500))
    bring(put(shapely.Point(170_500, 285_500), file="other.gpkg"), "--as", "mine_points")
    assert run("import", path, "--as", "mine").code == 1
    assert [one.name for one in store.layers()] == ["mine_points"]


# uploads


def upload(name="site.geojson", frame=None, **more):
    packed = (sites(square(0, 0, 1000)) if frame is None else frame).to_crs(4326).reset_index(drop=True).to_json()
    return imports.uploaded_arrival({name: packed.encode(), **more})


def test_an_uploaded_file_is_read_and_nothing_is_kept(workspace):
    assert upload("우리 부지.geojson").title == "우리 부지"
    assert not workspace.exists()


@pytest.mark.parametrize("name", ["../../escape.geojson", "/etc/site.geojson", "..\\..\\escape.geojson"])
def test_an_upload_cannot_leave_its_folder(name):
    assert len(upload(name).frame) == 1


@pytest.mark.parametrize("content", [b"", b"not a map", b"{}", b"\xff\xfe\x00"])
def test_an_upload_that_is_no_map_is_refused_in_one_line(content):
    with pytest.raises(GisError) as refused:
        imports.uploaded_arrival({"site.geojson": content})
    assert "\n" not in str(refused.value)


def test_two_data_sets_at_once_are_refused_by_name():
    with pytest.raises(InputError, match="other"):
        upload("site.geojson", **{"other.geojson": b"{}"})


def test_the_parts_of_a_shapefile_are_one_upload(tmp_path):
    sites(square(0, 0, 1000))[["name", "geometry"]].to_file(tmp_path / "단지.shp", encoding="cp949")
    arrived = imports.uploaded_arrival({path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()})
    assert (arrived.title, len(arrived.frame)) == ("단지", 1)


# outlines


def test_an_outline_is_matched_to_its_complex_by_name(put):
    bring(
        put(
            outline_of("jingok"),
            outline_of("bitgreen"),
            square(0, 0),
            names=["진곡일반산업단지", "빛그린 국가산단", "하남산단"],
        ),
        "--as",
        "dan",
    )
    found = imports.outline_matches("dan")
    assert dict(zip(found["complex"], found["ids"], strict=True)) == {"jingok": ("1",), "bitgreen": ("2",)}


def test_adopting_by_name_takes_every_complex_that_is_named(put):
    bring(put(outline_of("jingok"), outline_of("bitgreen"), names=["진곡산단", "빛그린산단"]), "--as", "dan")
    done("outline", "adopt", "dan", "--grade", "B", "--format", "json")
    assert study.complexes()["grade"].to_dict() == {"cheomdan3": "D", "bitgreen": "B", "jingok": "B", "futurecar": "D"}


def test_a_real_outline_is_compared_with_the_official_area_and_has_a_sigma(put):
    shape = outline_of("jingok").buffer(10, join_style="mitre")
    bring(put(shape, names=["진곡산단"]), "--as", "dan")
    done("outline", "adopt", "dan", "jingok", "--grade", "B", "--format", "json")
    row = next(row for row in done("area", "--format", "json").json if row["id"] == "jingok")
    assert row["planar_area_m2"] == pytest.approx(shape.area, abs=0.01)
    assert row["difference_pct"] == pytest.approx(100 * (row["area_m2"] - 1_908_000) / 1_908_000)
    assert row["sigma_m2"] > 0
    assert (row["official_area_m2"], row["grade"], row["source"]) == (1_908_000, "B", "imported:dan")


def test_the_interval_between_two_real_outlines_becomes_a_value(put):
    jingok, cheomdan = outline_of("jingok"), outline_of("cheomdan3")
    bring(put(jingok, cheomdan, names=["진곡산단", "첨단3지구"]), "--as", "dan")
    done("outline", "adopt", "dan", "--grade", "C", "--format", "json")
    row = next(
        row for row in done("distance", "--format", "json").json if {row["from"], row["to"]} == {"jingok", "cheomdan3"}
    )
    assert row["distance_m"] == pytest.approx(jingok.distance(cheomdan), rel=1e-4)
    assert row["from_lon"] is not None
    other = next(
        row for row in done("distance", "--format", "json").json if {row["from"], row["to"]} == {"jingok", "bitgreen"}
    )
    assert other["distance_m"] is None
    assert other["high_m"] - other["low_m"] == pytest.approx(2 * 1530)


def test_what_changed_has_the_same_pairs_before_and_after(put):
    bring(put(translate(outline_of("jingok"), 500, 0), names=["진곡산단"]), "--as", "dan")
    change = imports.adopt_outline("jingok", "dan", ("1",), "C")
    for table, pair in ((change.distances, ["from", "to"]), (change.adjacency, ["a", "b"])):
        before, after = (table[table["state"] == state][pair].values.tolist() for state in ("before", "after"))
        assert before == after
        assert len(before) == 3
    assert change.area["grade"].tolist() == ["D", "C"]


def test_the_former_outline_is_kept_and_can_be_used_again(put):
    schematic = outline_of("jingok")
    bring(put(square(0, 0, 1000), square(2000, 0, 1000), names=["가", "나"]), "--as", "dan")
    imports.adopt_outline("jingok", "dan", ("1",), "C")
    imports.adopt_outline("jingok", "dan", ("2",), "C")
    imports.use_outline("jingok", 1)
    assert outline_of("jingok").equals(square(0, 0, 1000))
    imports.use_outline("jingok", None)
    assert outline_of("jingok").equals(schematic)
    assert len(store.outlines("jingok")) == 2


def test_a_complex_in_several_pieces_is_one_outline(put):
    bring(put(square(0, 0, 1000), square(1000, 0, 1000), square(5000, 0, 100)), "--as", "dan")
    imports.adopt_outline("jingok", "dan", ("1", "2", "3"), "C")
    assert outline_of("jingok").area == pytest.approx(2_010_000)


def test_removing_the_layer_gives_the_schematic_outline_back(put):
    schematic = outline_of("jingok")
    bring(put(square(0, 0, 1000)), "--as", "dan")
    imports.adopt_outline("jingok", "dan", ("1",), "C")
    run("layer", "remove", "dan")
    assert outline_of("jingok").equals(schematic)


def test_the_specialized_cluster_follows_the_outline_in_use(put):
    bring(put(translate(outline_of("jingok"), 300, 0)), "--as", "dan")
    imports.adopt_outline("jingok", "dan", ("1",), "C")
    row = study.layer("cluster").set_index("complex").loc["jingok"]
    assert (row["grade"], row.geometry.equals(outline_of("jingok"))) == ("C", True)


def test_of_bitgreen_the_cluster_takes_the_gwangju_side_of_the_outline(put):
    whole = outline_of("bitgreen")
    bring(put(whole), "--as", "dan")
    imports.adopt_outline("bitgreen", "dan", ("1",), "A")
    row = study.layer("cluster").set_index("complex").loc["bitgreen"]
    shares = study.unit_shares(study.SourceLayer("x", study.complexes().loc[["bitgreen"]]), "sigungu")
    gwangju = 4_071_098 * shares[shares["unit_code"].str.startswith("29")]["share_pct"].sum() / 100
    assert row.geometry.area == pytest.approx(gwangju, rel=1e-4)
    assert row["grade"] == "C"


def test_the_chain_measures_with_the_outline_in_use(put):
    before = value_chain.chain(2031).links
    bring(put(translate(outline_of("jingok"), 0, 5000)), "--as", "dan")
    imports.adopt_outline("jingok", "dan", ("1",), "A")
    after = value_chain.chain(2031).links
    mine = (before["from"] == "jingok") & (before["to"] == "bitgreen")
    assert mine.any()
    assert (before.loc[mine, "low"].to_numpy() != after.loc[mine, "low"].to_numpy()).all()


@pytest.mark.parametrize("grade", ["D", "E", ""])
def test_an_outline_needs_the_grade_of_a_real_boundary(grade, put):
    bring(put(square(0, 0)), "--as", "dan")
    with pytest.raises(InputError, match="A, B, C"):
        imports.adopt_outline("jingok", "dan", ("1",), grade)


def test_an_outline_of_lines_is_refused(put):
    bring(put(shapely.LineString([(170_000, 285_000), (171_000, 285_000)])), "--as", "dan")
    with pytest.raises(InputError, match="dan"):
        imports.adopt_outline("jingok", "dan", ("1",), "C")


@pytest.mark.parametrize(
    ("complex_id", "layer", "ids"),
    [("nowhere", "dan", ("1",)), ("jingok", "nothing", ("1",)), ("jingok", "dan", ("99",))],
)
def test_an_outline_of_what_does_not_exist_is_refused_and_nothing_changes(complex_id, layer, ids, put):
    bring(put(square(0, 0)), "--as", "dan")
    with pytest.raises(UnknownNameError):
        imports.adopt_outline(complex_id, layer, ids, "C")
    assert store.outlines() == []


def test_a_layer_of_which_no_name_is_a_complex_asks_for_one(put):
    bring(put(square(0, 0), square(500, 0)), "--as", "dan")
    assert "dan" in refusal("outline", "adopt", "dan", "--grade", "C")
    assert "--id" in refusal("outline", "adopt", "dan", "jingok", "--grade", "C")


def test_the_register_area_stays_beside_the_area_of_the_figure(put):
    bring(put(square(0, 0, 1000), 공부면적=[123_456.0]), "--as", "dan")
    frame = study.source_layer("dan").frame
    assert frame["register_area"].tolist() == [123_456.0]
    assert study.areas(study.source_layer("dan"))["planar_area"].tolist() == pytest.approx([1e6])


# keeping


def test_a_confidential_layer_leaves_only_where_it_is_asked_for(put, tmp_path):
    bring(put(square(0, 0)), "--as", "dan", "--confidential")
    out = tmp_path / "dan.geojson"
    assert "--confidential" in refusal("export", "dan", "-o", out)
    assert not out.exists()
    done("export", "dan", "-o", out, "--confidential")
    assert len(json.loads(out.read_text(encoding="utf-8"))["features"]) == 1


def test_a_confidential_outline_stays_out_of_the_export_of_the_complexes(put, tmp_path):
    bring(put(outline_of("jingok")), "--as", "dan", "--confidential")
    imports.adopt_outline("jingok", "dan", ("1",), "C")
    assert "dan" in refusal("export", "complexes", "-o", tmp_path / "c.geojson")


def test_a_renamed_layer_keeps_its_name_in_commands(put):
    bring(put(square(0, 0)), "--as", "dan")
    done("layer", "rename", "dan", "새 이름")
    assert (store.layer("dan").title, store.layer("새 이름").name) == ("새 이름", "dan")


@pytest.mark.parametrize("title", ["", "  ", "x" * 201])
def test_a_title_that_is_none_is_refused(title, put):
    bring(put(square(0, 0)), "--as", "dan")
    refusal("layer", "rename", "dan", title)


@pytest.mark.parametrize(("option", "value"), [("--fill", "red"), ("--fill", "#12345"), ("--opacity", "2")])
def test_a_style_that_cannot_be_drawn_is_refused_and_the_old_one_stays(option, value, put):
    bring(put(square(0, 0)), "--as", "dan")
    refusal("layer", "restyle", "dan", option, value)
    assert store.layer("dan").style == {}


def test_a_restyled_layer_is_declared_so(put):
    bring(put(square(0, 0)), "--as", "dan")
    done("layer", "restyle", "dan", "--fill", "#112233", "--weight", "4")
    style = study.known_layers()["dan"].style
    assert (style.fill, style.weight) == ("#112233", 4)


def test_a_table_of_too_many_pairs_is_refused_at_once():
    many = sites(*[square(0, 0)] * 26)
    crowd = study.SourceLayer("crowd", many.loc[many.index.repeat(100)])
    with pytest.raises(InputError):
        study.distances(crowd)
    with pytest.raises(InputError):
        study.adjacencies(crowd)


def test_a_layer_keeps_what_was_said_of_it(put):
    arrived = imports.arrival(put(square(0, 0)))
    keeping = Keeping("dan", "제목", "C", 3.5, "만든 곳", "agency", "조건", "2026-01-31", True)
    kept = imports.keep(arrived, keeping)[0]
    assert (kept.grade, kept.vertex_sigma, kept.source, kept.rank, kept.license, kept.base_date, kept.confidential) == (
        "C", 3.5, "만든 곳", "agency", "조건", "2026-01-31", True,
    )  # fmt: skip


def test_the_sigma_of_a_georeferenced_layer_goes_before_that_of_its_grade(put):
    imports.keep(imports.arrival(put(square(0, 0, 1000))), Keeping("dan", grade="C", vertex_sigma=2.0))
    row = study.areas(study.source_layer("dan")).iloc[0]
    assert row["sigma_correlated"] == pytest.approx(4000 * 2.0)


def test_a_picture_placed_without_redundancy_has_no_sigma_not_that_of_its_grade(put):
    arrived = imports.arrival(put(square(0, 0, 1000)))
    arrived.story["rmse_m"] = None
    imports.keep(arrived, Keeping("dan", grade="C"))
    imports.adopt_outline("jingok", "dan", ("1",), "C")
    for row in (
        study.areas(study.source_layer("dan")).iloc[0],
        study.areas(study.source_layer()).set_index("id").loc["jingok"],
    ):
        assert row[["sigma", "sigma_correlated"]].isna().all()


def test_another_complex_keeps_the_sigma_of_its_grade(put):
    imports.keep(imports.arrival(put(square(0, 0, 1000))), Keeping("traced", grade="C", vertex_sigma=2.0))
    bring(put(square(2000, 0, 1000), file="other.gpkg"), "--as", "plain")
    imports.adopt_outline("jingok", "traced", ("1",), "C")
    imports.adopt_outline("bitgreen", "plain", ("1",), "C")
    sigmas = study.areas(study.source_layer()).set_index("id")["sigma_correlated"]
    assert sigmas[["jingok", "bitgreen"]].tolist() == pytest.approx([4000 * 2.0, 4000 * 40.0])


def test_an_imported_road_lies_between_two_sites(put):
    bring(put(square(0, 0, 1000), square(1030, 0, 1000)), "--as", "sites")
    bring(put(square(1000, -500, 30, 2000), file="road.gpkg"), "--as", "road")
    plain = done("adjacency", "sites", "--format", "json").json[0]
    parted = done("adjacency", "sites", "--separators", "road", "--format", "json").json[0]
    assert (plain["relation"], parted["relation"]) == ("near", "beside")


def test_distances_run_to_an_imported_layer(put):
    bring(put(square(0, 0, 1000), file="there.gpkg"), "--as", "there")
    bring(put(square(3000, 0, 1000)), "--as", "here")
    row = done("distance", "here", "--to", "there", "--format", "json").json[0]
    assert row["distance_m"] == pytest.approx(2000, rel=1e-4)


def test_a_layer_says_who_made_it_wherever_it_is_measured_and_exported(put, tmp_path):
    bring(put(square(0, 0)), "--as", "dan", "--source", "국토교통부")
    assert done("area", "dan", "--format", "json").json[0]["source"] == "국토교통부"
    done("export", "dan", "-o", tmp_path / "dan.geojson")
    assert (
        json.loads((tmp_path / "dan.geojson").read_text(encoding="utf-8"))["features"][0]["properties"]["source"]
        == "국토교통부"
    )


def test_a_source_of_its_own_row_stays(put):
    bring(put(square(0, 0), square(500, 0), source=["측량", None]), "--as", "dan", "--source", "국토교통부")
    assert done("area", "dan", "--format", "json").json[0]["source"] == "측량"


def test_the_story_leaves_with_the_layer(put, tmp_path):
    bring(put(square(0, 0)), "--as", "dan", "--license", "내부용", "--base-date", "2026-01-31")
    for ending in ("geojson", "gpkg", "zip"):
        done("export", "dan", "-o", tmp_path / f"dan.{ending}")
    told = json.loads(json.loads((tmp_path / "dan.geojson").read_text(encoding="utf-8"))["description"])
    packed = json.loads(zipfile.ZipFile(tmp_path / "dan.zip").read("dan_story.json"))
    with sqlite3.connect(tmp_path / "dan.gpkg") as base:
        kept = "".join(row[0] for row in base.execute("SELECT metadata FROM gpkg_metadata"))
    assert told == packed
    assert (told["license"], told["base_date"], told["crs"], len(told["sha256"])) == (
        "내부용",
        "2026-01-31",
        "EPSG:5186",
        64,
    )
    assert told["sha256"] in kept


def test_the_place_in_the_file_does_not_leave(put, tmp_path):
    bring(put(square(0, 0)), "--as", "dan")
    done("export", "dan", "-o", tmp_path / "dan.csv")
    assert "file_row" not in (tmp_path / "dan.csv").read_text(encoding="utf-8-sig")


def test_an_official_boundary_has_the_sigma_that_a_person_states(put):
    bring(put(square(0, 0, 1000)), "--as", "dan", "--grade", "A", "--vertex-sigma", "0.05")
    row = done("area", "dan", "--format", "json").json[0]
    assert row["sigma_correlated_m2"] == pytest.approx(row["perimeter_m"] * 0.05, rel=1e-4)


def test_the_outline_has_the_grade_of_its_layer(put):
    bring(put(square(0, 0, 1000)), "--as", "dan", "--grade", "A")
    done("outline", "adopt", "dan", "jingok", "--format", "json")
    assert study.complexes()["grade"]["jingok"] == "A"


def test_without_a_grade_the_outline_asks_for_one(put):
    bring(put(square(0, 0, 1000)), "--as", "dan")
    assert "--grade" in refusal("outline", "adopt", "dan", "jingok")


def test_two_outlines_at_once_show_their_pair_once_before_and_once_after(put):
    bring(
        put(outline_of("jingok"), outline_of("bitgreen"), names=["진곡산단", "빛그린산단"]),
        "--as",
        "dan",
        "--grade",
        "B",
    )
    change = imports.adopt_by_name("dan", None, ())
    pair = change.distances[(change.distances["from"] == "bitgreen") & (change.distances["to"] == "jingok")]
    assert pair["state"].tolist() == ["before", "after"]
    assert pair["grade"].tolist() == ["D", "B"]


def test_removing_a_layer_says_whose_outline_it_was(put):
    bring(put(square(0, 0, 1000)), "--as", "dan", "--grade", "A")
    done("outline", "adopt", "dan", "jingok", "--format", "json")
    answer = run("layer", "remove", "dan")
    assert (answer.code, "진곡산단" in answer.err) == (0, True)


def test_distances_run_to_a_file(put):
    bring(put(square(3000, 0, 1000)), "--as", "here")
    row = done("distance", "here", "--to", put(square(0, 0, 1000), file="there.gpkg"), "--format", "json").json[0]
    assert row["distance_m"] == pytest.approx(2000, rel=1e-4)


def test_a_share_is_no_better_than_the_boundary_that_cuts_it(put):
    bring(put(square(0, 0, 1000)), "--as", "dan", "--grade", "A")
    assert {row["grade"] for row in done("area", "dan", "--by", "emd", "--format", "json").json} == {"C"}


def test_a_check_says_how_the_file_was_read_where_nothing_is_wrong(put):
    assert "EPSG:5186" in done("import", put(square(0, 0)), "--check").text


def test_the_story_is_told_in_the_language_of_the_reader(put):
    bring(put(square(0, 0)), "--as", "dan", "--license", "내부용")
    told = done("layer", "story", "dan").text
    assert "이용 조건" in told
    assert "encoding_way" not in told


def test_a_file_that_is_kept_already_is_said(put):
    path = put(square(0, 0))
    bring(path, "--as", "first", "--title", "지구계")
    again = run("import", path.rename(path.with_name("other.gpkg")), "--format", "json")
    assert (again.code, again.err) == (
        0,
        "같은 파일을 이미 가져왔습니다: ‘지구계’ (first). 저장하면 레이어가 하나 더 생깁니다.\n",
    )


def test_layers_of_one_title_are_numbered(put):
    path = put(square(0, 0))
    titles = [bring(path)[0]["title"] for _ in range(3)]
    assert titles == ["mine", "mine (2)", "mine (3)"]
    assert store.layer("mine (2)").title == "mine (2)"


def test_many_problems_are_said_in_twenty_lines(put):
    answer = run("import", put(*[square(0, 0)] * 30, file="twins.gpkg"), "--format", "json")
    lines = answer.err.splitlines()
    assert len(lines) <= 21
    bowties = [shapely.Polygon([(x, 0), (x + 10, 10), (x + 10, 0), (x, 9)]) for x in range(0, 900, 30)]
    placed = [translate(shape, 180_000, 285_000) for shape in bowties]
    answer = run("import", put(*placed, file="bowties.gpkg"), "--check", "--format", "json")
    lines = answer.err.splitlines()
    assert (len(lines), lines[-1]) == (21, "… 그 밖에 10건은 문제 표에 있습니다.")
    assert len(answer.json) == 30


def test_another_style_of_a_layer_without_shapes_is_refused(tmp_path):
    (tmp_path / "p.csv").write_text(
        '행정구역,총인구수\n"광주광역시 광산구 비아동 (2920065000)","12,345"\n', encoding="cp949"
    )
    bring(tmp_path / "p.csv", "--as", "people24")
    assert "도형이 없어" in refusal("layer", "restyle", "people24", "--fill", "#ff0000")


@pytest.mark.parametrize("wish", [("--fill", "red"), ("--opacity", "2"), ("--weight", "-1")])
def test_a_style_that_cannot_be_drawn_is_said_in_the_readers_language(put, wish):
    bring(put(square(0, 0)), "--as", "mine")
    line = refusal("layer", "restyle", "mine", *wish)
    assert wish[1].removeprefix("#") in line and "#rrggbb" in line
    assert "use " not in line


def test_a_color_may_be_written_in_capitals(put):
    bring(put(square(0, 0)), "--as", "mine")
    done("layer", "restyle", "mine", "--fill", "#FF8800")
    assert store.layer("mine").style == {"fill": "#ff8800"}


def test_a_grade_that_is_none_of_a_boundary_is_kept_under_another_name(put):
    path = put(square(0, 0), square(500, 0), grade=["1등급", "B"])
    answer = run("import", path, "--as", "mine", "--format", "json")
    assert answer.code == 0 and "file_grade" in answer.err
    frame = store.frame("mine")
    assert frame["file_grade"].tolist() == ["1등급", "B"] and frame["grade"].isna().all()
    assert "1등급" in refusal("area", path)
