"""One polygon in every Korean plane comes back to itself, or the import asks; a ballpark shift is never taken."""

import geopandas as gpd
import pyproj
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from gis.crs import (
    GWANGJU_LON_LAT,
    KATEC,
    KOREAN_CODES,
    OTHER_CODES,
    candidates,
    known_crs,
    korean_code,
    lies_in_korea,
    lonlat_bounds,
)
from gis.errors import CrsError
from gis.io.read import Reading, frame_arrival, read_arrival
from gis.view.sentences import story_sentence
from tests.command import refusal
from tests.hand_made import PRJ, Field, geojson, shapefile
from tests.pencil import sites, square

HOME = shapely.box(126.80, 35.19, 126.81, 35.20)
"""A polygon in degrees of WGS 84, at the place of the sizes below."""
WANTED = ["EPSG:5174", "EPSG:2097", "EPSG:5181", "EPSG:5179", "EPSG:5186", "EPSG:5187", "EPSG:32652", "EPSG:4326"]
BY_PARAMETERS = {
    "ITRF2000_Central_Belt_60": "EPSG:5186", "ITRF_2000_TM_Korea_Central_Belt": "EPSG:5186",
    "PCS_ITRF2000_TM": "EPSG:5179", "Korea_2000_Unified_CS": "EPSG:5179", "Bessel without a datum, moved": "EPSG:5174",
}  # fmt: skip
"""Names that pyproj cannot place, and what they are by their parameters."""
BESSEL = "+proj=tmerc +lat_0=38 +lon_0={} +k=1 +x_0=200000 +y_0=500000 +ellps=bessel +units=m +no_defs {}"
PASTED = {
    "seven": "+towgs84=-115.80,474.99,674.11,1.16,-2.31,-1.63,6.43",
    "three": "+towgs84=-146.43,507.89,681.46",
    "Molodensky-Badekas as seven": "+towgs84=-145.907,505.034,685.756,-1.162,2.347,1.592,6.342",
    "none": "",
}


def in_plane(code: str, shape=HOME):
    way = pyproj.Transformer.from_crs("EPSG:4326", known_crs(code), always_xy=True)
    return shapely.transform(shape, way.transform, interleaved=False)


def written(path, code: str, *, prj=None, turned=False):
    """Write the polygon by hand in a plane, with the .prj given (None: without)."""
    corners = [(y, x) if turned else (x, y) for x, y in in_plane(code).exterior.coords]
    ring = tuple(corners) if shapely.LinearRing(corners).is_ccw is False else tuple(corners[::-1])
    return shapefile(path, [Field(b"a")], [[b"x"]], shapes=[[ring]], crs=prj)


def moved(arrival) -> float:
    """Return how far (m) the polygon came back from itself."""
    there = shapely.transform(
        HOME, pyproj.Transformer.from_crs("EPSG:4326", arrival.frame.crs, always_xy=True).transform, interleaved=False
    )
    return arrival.frame.geometry.iloc[0].hausdorff_distance(there)


def refused(path, **reading) -> CrsError:
    with pytest.raises(CrsError) as caught:
        read_arrival(path, Reading(**reading))
    return caught.value


@pytest.mark.parametrize("code", WANTED)
def test_a_polygon_of_every_plane_comes_back_to_itself_by_its_prj(code, tmp_path):
    arrival = read_arrival(written(tmp_path / "a.shp", code, prj=code))
    assert moved(arrival) < (0.01 if code in ("EPSG:5174", "EPSG:2097") else 0.001)
    assert (arrival.story["crs"], arrival.story["crs_way"]) == (code, "stated")


@pytest.mark.parametrize("name", BY_PARAMETERS)
def test_a_plane_that_nobody_named_is_known_by_its_parameters(name, tmp_path):
    arrival = read_arrival(written(tmp_path / "a.shp", BY_PARAMETERS[name], prj=name))
    assert (arrival.story["crs"], arrival.story["crs_way"]) == (BY_PARAMETERS[name], "parameters")
    assert moved(arrival) < 0.01


@pytest.mark.parametrize("code", WANTED)
def test_without_a_prj_the_import_asks_and_the_true_plane_is_among_the_candidates(code, tmp_path):
    path = written(tmp_path / "a.shp", code)
    error = refused(path)
    assert error.key == "which_crs"
    assert (code, False) in {(one.crs, one.swapped) for one in error.values["found"]}
    assert code in str(error)
    assert moved(read_arrival(path, Reading(crs=code))) < 0.01


@pytest.mark.parametrize("code", WANTED)
def test_the_import_by_command_asks_in_one_line(code, tmp_path):
    assert "--crs" in refusal("import", written(tmp_path / "a.shp", code))


@pytest.mark.parametrize(
    ("true", "read", "away"),
    [
        ("EPSG:5174", "EPSG:2097", 263), ("EPSG:5174", "EPSG:5181", 316), ("EPSG:2097", "EPSG:5181", 361),
        ("EPSG:5181", "EPSG:5186", 100_000), ("EPSG:5178", "EPSG:5179", 364), ("EPSG:4162", "EPSG:4326", 389),
    ],
)  # fmt: skip
def test_planes_that_range_cannot_tell_apart_are_all_named_with_how_far_apart_they_are(true, read, away, tmp_path):
    path = written(tmp_path / "a.shp", true)
    assert moved(read_arrival(path, Reading(crs=read))) == pytest.approx(away, abs=3)
    found = [one.crs for one in refused(path).values["found"] if not one.swapped]
    assert {true, read} <= set(found)


def test_the_line_names_where_each_candidate_lies_and_how_far_from_the_first(tmp_path):
    said = str(refused(written(tmp_path / "a.shp", "EPSG:5181")))
    assert "EPSG:5181 (126.805E 35.195N), EPSG:5174 (126.806E 35.198N · 3" in said
    assert " m), EPSG:2097 (126.803E 35.198N · 3" in said


def test_bessel_at_127_without_a_datum_is_asked_for(tmp_path):
    error = refused(written(tmp_path / "a.shp", "EPSG:2097", prj="Bessel without a datum"))
    assert (error.key, error.values["one"], error.values["other"]) == ("bessel_which", "EPSG:2097", "EPSG:5174")


@pytest.mark.parametrize("pasted", PASTED)
def test_a_pasted_shift_gives_way_to_the_registered_one(pasted, tmp_path):
    """Seven numbers pasted miss by 0.1 m, three by 6 m, those of Molodensky–Badekas by 14 m, none by 389 m."""
    path = written(tmp_path / "a.shp", "EPSG:5174")
    arrival = read_arrival(path, Reading(crs=BESSEL.format("127.0028902777778", PASTED[pasted])))
    assert (arrival.story["crs"], arrival.story["crs_accuracy_m"]) == ("EPSG:5174", 1.0)
    assert moved(arrival) < 0.01
    assert refused(path, crs=BESSEL.format("127", PASTED[pasted])).key == "bessel_which"


@pytest.mark.parametrize("code", ["EPSG:5186", "EPSG:5187", "EPSG:5181", "EPSG:5179"])
def test_planes_of_one_datum_are_told_apart_without_any_loss(code, tmp_path):
    arrival = read_arrival(written(tmp_path / "a.shp", code, prj=code))
    assert arrival.story["crs_accuracy_m"] == 0
    assert "정확도" not in story_sentence(arrival.story, 1)


def test_features_of_a_service_in_a_ballpark_crs_are_refused():
    nowhere = pyproj.CRS("+proj=tmerc +lat_0=38 +lon_0=127 +k=1 +x_0=200000 +y_0=500000 +ellps=clrk66 +units=m")
    frame = gpd.GeoDataFrame({"id": ["1"]}, geometry=[shapely.box(170_000, 185_000, 171_000, 186_000)], crs=nowhere)
    with pytest.raises(CrsError) as caught:
        frame_arrival(frame, "x", {"file": "x"})
    assert caught.value.key == "ballpark"


@pytest.mark.parametrize("code", ["EPSG:5174", "EPSG:2097"])
def test_bessel_goes_by_the_registered_operation_and_its_accuracy_is_recorded(code, tmp_path):
    arrival = read_arrival(written(tmp_path / "a.shp", code, prj=code))
    assert arrival.story["crs_accuracy_m"] == 1.0


@pytest.mark.parametrize(
    "crs",
    ["+proj=longlat +ellps=bessel", "+proj=tmerc +lat_0=38 +lon_0=127.5 +k=1 +x_0=200000 +y_0=500000 +ellps=bessel"],
)
def test_a_ballpark_shift_is_refused(crs, tmp_path):
    assert refused(written(tmp_path / "a.shp", "EPSG:5174"), crs=crs).key == "ballpark"


def test_katec_has_no_code_and_is_read_by_its_name(tmp_path):
    path = written(tmp_path / "a.shp", KATEC)
    assert KATEC in {one.crs for one in refused(path).values["found"]}
    arrival = read_arrival(path, Reading(crs="katec"))
    assert (arrival.story["crs"], moved(arrival) < 0.01) == (KATEC, True)


@pytest.mark.parametrize("code", ["EPSG:3857", "EPSG:32652"])
def test_planes_of_web_and_utm_are_told_by_range(code, tmp_path):
    assert {one.crs for one in refused(written(tmp_path / "a.shp", code)).values["found"]} == {code}


def test_low_confidence_guesses_of_pyproj_are_never_taken():
    """`to_epsg(min_confidence=20)` answers 6312, 7777, 30161 for these names."""
    for name, code in BY_PARAMETERS.items():
        assert korean_code(known_crs(PRJ[name])) == code


@pytest.mark.parametrize("code", ["EPSG:5186", "EPSG:5181", "EPSG:5174", "EPSG:2097"])
def test_exchanged_axes_of_a_plane_are_noticed_and_a_person_decides(code, tmp_path):
    path = written(tmp_path / "a.shp", code, prj=code, turned=True)
    if code == "EPSG:5186":  # 100 km apart; the others lie near themselves when turned
        assert refused(path).key == "swapped_axes"
        assert moved(read_arrival(path, Reading(swap=False))) > 100_000
    assert moved(read_arrival(path, Reading(swap=True))) < 0.01


def test_exchanged_degrees_are_noticed_and_a_person_decides(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson(shapely.geometry.mapping(shapely.transform(HOME, lambda xy: xy[:, ::-1]))))
    assert refused(path).key == "swapped_axes"
    assert moved(read_arrival(path, Reading(swap=True))) < 0.001


@pytest.mark.parametrize("code", ["EPSG:5186", "EPSG:5174", "EPSG:5179"])
def test_geojson_in_meters_that_says_nothing_is_asked_for_its_crs(code, tmp_path):
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson(shapely.geometry.mapping(in_plane(code))))
    assert code in {one.crs for one in refused(path).values["found"]}
    assert moved(read_arrival(path, Reading(crs=code))) < 0.01


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::5174", "EPSG:5174", "epsg:5174"])
def test_geojson_in_meters_that_names_its_crs_is_read(name, tmp_path):
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson(shapely.geometry.mapping(in_plane("EPSG:5174")), crs=name))
    assert moved(read_arrival(path)) < 0.01


@pytest.mark.parametrize(
    "content", ["", "garbage", 'PROJCS["x', "[" * 10_000, 'LOCAL_CS["x",UNIT["Meter",1]]', "\x00\xff"]
)
def test_a_broken_prj_counts_as_none(content, tmp_path):
    assert refused(written(tmp_path / "a.shp", "EPSG:5186", prj=content)).key == "which_crs"


@pytest.mark.parametrize("text", ["+init=epsg:5186", "5186", "EPSG:5186+5193", "urn:ogc:def:crs:EPSG::5186"])
def test_spellings_of_a_code_make_no_noise(text, tmp_path, capfd):
    assert read_arrival(written(tmp_path / "a.shp", "EPSG:5186"), Reading(crs=text)).story["crs"] == "EPSG:5186"
    assert capfd.readouterr() == ("", "")


EVERY = (*KOREAN_CODES, KATEC, *OTHER_CODES)


@given(st.sampled_from(EVERY), st.floats(125.8, 127.8), st.floats(34.3, 36.1), st.booleans(), st.floats(1, 5_000))
def test_candidates_always_hold_the_true_plane_around_gwangju(code, lon, lat, turned, size):
    assume((lon - GWANGJU_LON_LAT[0]) ** 2 + (lat - GWANGJU_LON_LAT[1]) ** 2 < 0.9)
    assume(not (code == "EPSG:32651" and lon > 126.4))  # the zone ends at 126°
    x, y = pyproj.Transformer.from_crs("EPSG:4326", known_crs(code), always_xy=True).transform(lon, lat)
    half = size / 2 if abs(x) > 360 or abs(y) > 360 else size / 200_000
    box = (x - half, y - half, x + half, y + half)
    found = candidates((box[1], box[0], box[3], box[2]) if turned else box)
    mine = [one for one in found if (one.crs, one.swapped) == (code, turned)]
    assert len(mine) == 1
    assert (mine[0].lon, mine[0].lat) == pytest.approx((lon, lat), abs=1e-6)
    assert len({(one.crs, one.swapped) for one in found}) == len(found)


@given(st.floats(125.5, 129.5), st.floats(34.0, 38.4))
def test_candidates_hold_the_belt_where_it_is_in_use_and_the_unified_plane_everywhere(lon, lat):
    belt = {125: "EPSG:5185", 127: "EPSG:5186", 129: "EPSG:5187"}[min((125, 127, 129), key=lambda one: abs(one - lon))]
    for code in (belt, "EPSG:5179"):
        x, y = pyproj.Transformer.from_crs("EPSG:4326", code, always_xy=True).transform(lon, lat)
        assert code in {one.crs for one in candidates((x, y, x, y)) if not one.swapped}


@given(st.lists(st.tuples(st.floats(-400_000, 900_000), st.floats(-400_000, 1_200_000)), min_size=1, max_size=6))
def test_what_lies_in_korea_is_what_its_corners_say(places):
    """The twin by brute force: each square's corners, one by one."""
    frame = sites(*[square(x - 170_000, y - 285_000) for x, y in places])
    way = pyproj.Transformer.from_crs("EPSG:5186", "EPSG:4326", always_xy=True)
    slow = [
        all(124 <= lon <= 132 and 33 <= lat <= 39 for lon, lat in zip(*way.transform(*shape.exterior.xy), strict=True))
        for shape in frame.geometry
    ]
    assert lies_in_korea(frame).tolist() == slow


@given(st.floats(100_000, 300_000), st.floats(150_000, 600_000))
def test_the_box_in_degrees_holds_every_corner(x, y):
    frame = sites(square(x - 170_000, y - 285_000, 50_000))
    west, south, east, north = lonlat_bounds(frame)
    inner = frame.to_crs("EPSG:4326").total_bounds
    assert (west - 1e-9 <= inner[0], south - 1e-9 <= inner[1], inner[2] <= east + 1e-9, inner[3] <= north + 1e-9) == (
        True,
    ) * 4
