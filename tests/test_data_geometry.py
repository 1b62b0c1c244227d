"""What the bundled geometry claims, measured on the files themselves."""

import hashlib
import itertools
import json
import math
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
import shapely
from pyproj import Geod

from data.prepare import geojson
from data.prepare.build import build
from data.prepare.places import CLUSTER
from gis.crs import GWANGJU_BELT

DATA = Path(__file__).parents[1] / "data"
GEOD = Geod(ellps="GRS80")
RECORDS = tomllib.loads((DATA / "files.toml").read_text(encoding="utf-8"))["file"]
PATHS = [record["path"] for record in RECORDS]

OFFICIAL_AREA = {"cheomdan3": 3_628_568, "bitgreen": 4_071_000, "jingok": 1_908_000, "futurecar": 3_384_000}
HINT = {
    "cheomdan3": (35.238, 126.847, 1300),
    "bitgreen": (35.1705, 126.6655, 1500),
    "jingok": (35.2107, 126.7866, 700),
    "futurecar": (35.150, 126.691, 1200),
}
BITGREEN_PARTS = {"29": 1_847_000, "46": 2_224_000}  # 광주, 함평
RAW_CITY_AREA = 497.75e6  # of the five 구 in the package, before repair
GGM_STOP = (35.169778, 126.670913)

every_file = pytest.mark.parametrize("path", PATHS)
every_complex = pytest.mark.parametrize("complex_id", OFFICIAL_AREA)


@cache
def lonlat(path):
    return geojson.read(DATA / path)


@cache
def planar(path):
    return lonlat(path).to_crs(GWANGJU_BELT)


def site(complex_id):
    return planar("complexes/outlines.geojson").geometry[complex_id]


def units(complex_id):
    """Return the 법정동·리 that the outline was drawn in, by code."""
    codes = lonlat("complexes/outlines.geojson").made_from[complex_id].split("|")
    return {code: planar(f"boundaries/{'emd' if len(code) == 8 else 'ri'}.geojson").geometry[code] for code in codes}


def touched(complex_id):
    drawn = site(complex_id)
    return [code for code, unit in units(complex_id).items() if (drawn & unit).area > 0.01 * drawn.area]


def geodesic_area(region):
    return GEOD.geometry_area_perimeter(region)[0]


def polsby_popper(region):
    return 4 * math.pi * region.area / region.length**2


def raw_features(path):
    return json.loads((DATA / path).read_text(encoding="utf-8"))["features"]


# files


def test_a_rebuild_gives_the_same_bytes(tmp_path):
    build(tmp_path)
    for path in [*PATHS, "files.toml"]:
        assert (tmp_path / path).read_bytes() == (DATA / path).read_bytes(), path


@pytest.mark.parametrize("record", RECORDS, ids=PATHS)
def test_the_recorded_hash_is_that_of_the_file(record):
    assert hashlib.sha256((DATA / record["path"]).read_bytes()).hexdigest() == record["sha256"]


@pytest.mark.parametrize("record", RECORDS, ids=PATHS)
def test_the_script_that_made_a_file_is_there(record):
    assert (DATA / "prepare" / record["prepared_by"]).is_file()


def test_every_geometry_file_is_recorded():
    assert {path.relative_to(DATA).as_posix() for path in DATA.rglob("*.geojson")} == set(PATHS)


@every_file
def test_one_feature_stands_on_one_line_in_plain_korean(path):
    text = (DATA / path).read_text(encoding="utf-8")
    assert len(text.splitlines()) == len(raw_features(path)) + 2
    assert "\\u" not in text


@every_file
def test_coordinates_have_at_most_7_decimals(path):
    for feature in raw_features(path):
        for number in re.findall(r"-?\d+\.\d+", json.dumps(feature["geometry"]["coordinates"])):
            assert len(number.split(".")[1]) <= 7


@every_file
def test_rings_follow_the_right_hand_rule(path):
    polygons = [part for part in shapely.get_parts(lonlat(path).geometry.to_numpy()) if part.geom_type == "Polygon"]
    for polygon in polygons:
        assert polygon.exterior.is_ccw
        assert not any(ring.is_ccw for ring in polygon.interiors)


@every_file
def test_the_crs_is_left_to_the_standard(path):
    assert set(json.loads((DATA / path).read_text(encoding="utf-8"))) == {"type", "features"}


@every_file
def test_every_geometry_is_valid_and_lies_in_the_south_west_of_korea(path):
    shapes = lonlat(path).geometry
    assert shapes.is_valid.all()
    west, south, east, north = shapes.total_bounds
    assert 126.3 < west <= east < 127.7
    assert 34.6 < south <= north < 36.0


# boundaries


@pytest.mark.parametrize("level", ["sigungu", "emd", "ri"])
def test_a_level_has_no_overlap_and_no_unmatched_edge(level):
    assert shapely.coverage_is_valid(lonlat(f"boundaries/{level}.geojson").geometry.to_numpy())


@pytest.mark.parametrize("level", ["sigungu", "emd"])
def test_the_region_has_no_hole(level):
    region = shapely.coverage_union_all(lonlat(f"boundaries/{level}.geojson").geometry.to_numpy())
    assert region.geom_type == "Polygon"
    assert not region.interiors


def test_the_dongs_of_a_district_make_up_the_district():
    districts, dongs = planar("boundaries/sigungu.geojson"), planar("boundaries/emd.geojson")
    summed = dongs.area.groupby(dongs.sigungu_code).sum()
    assert (summed - districts.area).abs().max() < 1


def test_the_villages_of_a_town_make_up_the_town():
    towns, villages = planar("boundaries/emd.geojson"), planar("boundaries/ri.geojson")
    summed = villages.area.groupby(villages.emd_code).sum()
    assert (summed - towns.area[summed.index]).abs().max() < 1


def test_a_part_never_leaves_its_whole():
    districts, dongs = lonlat("boundaries/sigungu.geojson").geometry, lonlat("boundaries/emd.geojson")
    vertices = {code: set(map(tuple, shapely.get_coordinates(shape))) for code, shape in dongs.geometry.items()}
    for code, district in districts.items():
        own = set().union(*(vertices[dong] for dong in dongs.index[dongs.sigungu_code == code]))
        assert set(map(tuple, shapely.get_coordinates(district))) <= own


def test_the_city_has_5_districts_and_202_dongs():
    districts, dongs = lonlat("boundaries/sigungu.geojson"), lonlat("boundaries/emd.geojson")
    assert list(districts.name[districts.index.str.startswith("29")]) == ["동구", "서구", "남구", "북구", "광산구"]
    assert dongs.index.str.startswith("29").sum() == 202


def test_all_neighbors_of_the_city_are_there():
    districts = lonlat("boundaries/sigungu.geojson")
    assert set(districts.name[districts.index.str.startswith("46")]) == {
        "나주시",
        "담양군",
        "화순군",
        "함평군",
        "장성군",
    }


def test_the_repair_keeps_the_area_of_the_city():
    assert planar("places/testbed.geojson").area.sum() == pytest.approx(RAW_CITY_AREA, rel=0.002)


@pytest.mark.parametrize(("level", "above"), [("emd", ["sigungu"]), ("ri", ["sigungu", "emd"])])
def test_a_code_begins_with_the_codes_above_it(level, above):
    frame = lonlat(f"boundaries/{level}.geojson")
    for upper in above:
        codes = frame[f"{upper}_code"]
        assert all(code.startswith(whole) for code, whole in codes.items())
        assert set(codes) <= set(lonlat(f"boundaries/{upper}.geojson").index)


def test_a_dong_is_known_by_its_code_for_names_repeat():
    dongs = lonlat("boundaries/emd.geojson")
    assert dongs.name.duplicated().any()
    assert dongs.full_name["29200159"] == "광주광역시 광산구 오운동"


# outlines


def test_the_outlines_stand_in_the_order_of_the_contract():
    assert list(lonlat("complexes/outlines.geojson").index) == list(OFFICIAL_AREA)


@every_complex
def test_the_geodesic_area_is_the_official_one(complex_id):
    drawn = lonlat("complexes/outlines.geojson").geometry[complex_id]
    assert geodesic_area(drawn) == pytest.approx(OFFICIAL_AREA[complex_id], rel=1e-5)


@every_complex
def test_an_outline_is_one_polygon_without_holes(complex_id):
    drawn = site(complex_id)
    assert drawn.geom_type == "Polygon"
    assert not drawn.interiors


@every_complex
def test_an_outline_is_compact_but_no_disc(complex_id):
    assert 0.6 <= polsby_popper(site(complex_id)) < 0.9


@every_complex
def test_an_outline_has_no_neck_or_spike_narrower_than_100_m(complex_id):
    drawn = site(complex_id)
    opened = drawn.buffer(-50).buffer(50)
    assert opened.geom_type == "Polygon"
    assert opened.area > 0.995 * drawn.area


@every_complex
def test_an_outline_lies_in_the_units_it_names(complex_id):
    home = shapely.union_all(list(units(complex_id).values()))
    assert site(complex_id).difference(home).area < 20  # rounding to 1 cm along the edge


@every_complex
def test_an_outline_is_no_whole_dong(complex_id):
    drawn = site(complex_id)
    assert all((drawn & unit).area < 0.95 * unit.area for unit in units(complex_id).values())


@every_complex
def test_the_centroid_lies_near_the_hint(complex_id):
    latitude, longitude, radius = HINT[complex_id]
    center = lonlat("complexes/outlines.geojson").geometry[complex_id].centroid
    offset = GEOD.inv(longitude, latitude, center.x, center.y)[2]
    assert offset < 50
    stated = lonlat("complexes/outlines.geojson").loc[complex_id]
    assert (stated.hint_lat, stated.hint_lon, stated.hint_radius_m) == HINT[complex_id]
    assert radius + offset <= stated.center_uncertainty_m < radius + offset + 10


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(OFFICIAL_AREA, 2)))
def test_outlines_do_not_overlap(one, other):
    assert (site(one) & site(other)).area == 0


@pytest.mark.parametrize(("province", "area"), list(BITGREEN_PARTS.items()))
def test_bitgreen_is_split_between_gwangju_and_hampyeong_as_stated(province, area):
    drawn = site("bitgreen")
    part = sum((drawn & unit).area for code, unit in units("bitgreen").items() if code.startswith(province))
    assert part == pytest.approx(area, rel=0.005)


def test_the_stop_of_ggm_lies_in_bitgreen():
    latitude, longitude = GGM_STOP
    assert lonlat("complexes/outlines.geojson").geometry["bitgreen"].contains(shapely.Point(longitude, latitude))


def test_70_percent_of_cheomdan3_lie_in_jangseong():
    drawn = site("cheomdan3")
    jangseong = sum((drawn & unit).area for code, unit in units("cheomdan3").items() if code.startswith("46880"))
    assert jangseong / drawn.area == pytest.approx(0.70, abs=0.02)


@pytest.mark.parametrize(("complex_id", "least"), [("cheomdan3", 6), ("bitgreen", 3), ("jingok", 3), ("futurecar", 1)])
def test_an_outline_reaches_the_units_of_the_record(complex_id, least):
    assert len(touched(complex_id)) >= least


# places


def test_the_cluster_takes_the_gwangju_side_of_bitgreen_alone():
    cluster = lonlat("complexes/cluster.geojson")
    assert list(cluster.complex) == list(CLUSTER)
    assert list(cluster.index[cluster.part.notna()]) == ["cluster-bitgreen"]
    assert geodesic_area(cluster.geometry["cluster-bitgreen"]) == pytest.approx(BITGREEN_PARTS["29"], rel=0.005)


@pytest.mark.parametrize("complex_id", ["jingok", "futurecar"])
def test_the_cluster_takes_the_other_complexes_whole(complex_id):
    part = lonlat("complexes/cluster.geojson").geometry[f"cluster-{complex_id}"]
    assert part.equals(lonlat("complexes/outlines.geojson").geometry[complex_id])


def test_the_first_phase_of_the_ai_cluster_lies_in_oryong_dong_and_in_cheomdan3():
    place = lonlat("places/ai_cluster.geojson").geometry["ai-phase-1"]
    assert lonlat("boundaries/emd.geojson").geometry["29170141"].contains(place)
    assert lonlat("complexes/outlines.geojson").geometry["cheomdan3"].contains(place)


def test_the_precision_of_the_first_phase_covers_its_dong():
    place = planar("places/ai_cluster.geojson").loc["ai-phase-1"]
    dong = planar("boundaries/emd.geojson").geometry["29170141"]
    assert place.geometry.buffer(place.precision_m * 1.01, quad_segs=64).contains(dong)


def test_both_readings_of_the_second_phase_are_kept():
    second = lonlat("places/ai_cluster.geojson").loc["ai-phase-2"]
    assert (second.announced_start_year, second.announced_end_year) == (2025, 2029)
    assert (second.start_year, second.end_year) == (2026, 2030)


def test_a_host_lies_at_the_mean_of_its_stops_and_its_precision_covers_them():
    hosts, points = planar("places/hosts.geojson"), planar("places/reference_points.geojson")
    for host in hosts.itertuples():
        stops = points.loc[host.made_from.split("|")]
        assert (stops.near == host.Index).all()
        assert host.geometry.distance(stops.union_all().centroid) < 1
        assert (stops.distance(host.geometry) + stops.precision_m < host.precision_m).all()


def test_every_place_names_a_known_source():
    known = tomllib.loads((DATA / "sources.toml").read_text(encoding="utf-8"))["source"]
    frames = [lonlat(path) for path in PATHS]
    named = set().union(
        *(set(frame[key].dropna()) for frame in frames for key in ("source", "stated_by") if key in frame)
    )
    assert named <= set(known)


def test_a_host_without_a_stated_area_says_so():
    hosts = lonlat("places/hosts.geojson")
    assert set(hosts.index[hosts.area_m2.notna()]) == {"hanam", "pyeongdong"}
    assert (hosts.area_m2.notna() == hosts.stated_by.notna()).all()


def test_reference_points_come_from_named_publishers_alone():
    assert set(lonlat("places/reference_points.geojson").source) == {
        "gwangju_bis_stops", "public_station_list", "airportsdata",
    }  # fmt: skip


def test_reference_points_mark_only_complexes_and_hosts_that_exist():
    near = set(lonlat("places/reference_points.geojson").near.dropna())
    assert near <= set(OFFICIAL_AREA) | set(lonlat("places/hosts.geojson").index)


def test_the_testbed_is_the_five_districts_together():
    districts = lonlat("boundaries/sigungu.geojson").geometry
    city = districts[districts.index.str.startswith("29")].union_all()
    assert lonlat("places/testbed.geojson").geometry["testbed-gwangju"].equals(city)


def test_the_finest_pieces_make_up_every_town_and_dong():
    towns, pieces = planar("boundaries/emd.geojson"), planar("boundaries/ri.geojson")
    summed = pieces.area.groupby(pieces.emd_code).sum()
    assert set(summed.index) == set(towns.index)
    assert (summed - towns.area).abs().max() < 1
