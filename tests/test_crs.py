"""One belt a study; nothing guessed about where coordinates lie."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from gis.crs import (
    BELTS,
    belt_of,
    crs_name,
    is_work_crs,
    known_crs,
    reproject,
    require_korea,
    require_work_crs,
    to_work_crs,
)
from gis.errors import CrsError
from tests.pencil import sites, square

CITIES = {
    "Heuksando": (125.4, "EPSG:5185"), "Gwangju": (126.85, "EPSG:5186"), "Jeju": (126.5, "EPSG:5186"),
    "Seoul": (127.0, "EPSG:5186"), "Pohang": (129.36, "EPSG:5187"), "Ulsan": (129.31, "EPSG:5187"),
    "Busan": (129.07, "EPSG:5187"), "Ulleungdo": (130.87, "EPSG:5188"), "Dokdo": (131.87, "EPSG:5188"),
}  # fmt: skip


def points(*lonlat, crs="EPSG:4326"):
    return gpd.GeoDataFrame(geometry=[Point(*pair) for pair in lonlat], crs=crs)


@pytest.mark.parametrize("city", CITIES)
def test_the_belt_is_the_one_of_the_longitude(city):
    lon, belt = CITIES[city]
    assert belt_of(lon) == belt
    assert crs_name(to_work_crs(points((lon, 35.2))).crs) == belt


@given(st.floats(124, 132))
def test_no_belt_lies_farther_than_one_degree(lon):
    assert abs(BELTS[belt_of(lon)] - lon) <= 1


@pytest.mark.parametrize(("code", "meridian"), BELTS.items())
def test_each_belt_has_the_meridian_it_is_chosen_by(code, meridian):
    parameters = {row.name: row.value for row in pyproj.CRS(code).coordinate_operation.params}
    assert parameters["Longitude of natural origin"] == meridian


def test_the_center_of_all_sites_chooses_the_belt():
    assert crs_name(to_work_crs(points((126.8, 35.2), (129.4, 36.0))).crs) == "EPSG:5187"
    assert crs_name(to_work_crs(points((126.8, 35.2), (129.4, 36.0)), "EPSG:5186").crs) == "EPSG:5186"


@given(st.floats(124.5, 131.5), st.floats(33.2, 38.8))
def test_there_and_back_is_the_same_place(lon, lat):
    back = reproject(to_work_crs(points((lon, lat))), "EPSG:4326").geometry.iloc[0]
    assert (back.x, back.y) == pytest.approx((lon, lat), abs=1e-9)


def test_x_is_east_whatever_the_registry_says():
    east, north = to_work_crs(points((127.0, 38.0)), "EPSG:5186").geometry.iloc[0].coords[0]
    assert (east, north) == pytest.approx((200_000, 600_000), abs=1e-3)


@pytest.mark.parametrize(
    "text", ["EPSG:5186", " epsg:5186 ", "5186", pyproj.CRS("EPSG:5186").to_wkt(), "EPSG:5186+5193"]
)
def test_a_crs_has_many_spellings(text):
    assert is_work_crs(known_crs(text))


@pytest.mark.parametrize(
    "text", ["", "foo", "EPSG:99999", "EPSG:", "EPSG:5773", "EPSG:4978", "{}", "\0", "EPSG:5186;x"]
)
def test_what_is_no_horizontal_crs_is_refused(text):
    with pytest.raises(CrsError, match="EPSG:5186"):
        known_crs(text)


def test_a_frame_without_crs_is_refused():
    with pytest.raises(CrsError, match="--crs"):
        reproject(points((126.8, 35.2), crs=None), "EPSG:5186")


@pytest.mark.parametrize(
    "crs", ["+proj=tmerc +lat_0=38 +lon_0=127 +x_0=200000 +y_0=600000 +ellps=bessel", "+proj=longlat +ellps=bessel"]
)
def test_a_ballpark_shift_is_refused_and_the_crs_written_out(crs):
    with pytest.raises(CrsError, match="bessel"):
        reproject(points((200_000, 300_000), crs=crs), "EPSG:4326")


def test_a_registered_bessel_crs_is_shifted():
    own, shifted = (
        reproject(points((200_000, 200_000), crs=crs), "EPSG:5186").geometry.iloc[0]
        for crs in ("EPSG:5181", "EPSG:5174")
    )
    assert own.distance(shifted) == pytest.approx(316, abs=15)


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ((10, 50), "10.00000"), ((35.2, 126.8), "뒤바뀐"), ((-126.8, 35.2), "-126.80000"), ((126.8, -35.2), "-35.20000"),
        ((0, 0), "0.00000"), ((np.inf, np.inf), "inf"), ((123.9, 35.2), "123.90000"), ((126.8, 39.1), "39.10000"),
    ],
)  # fmt: skip
def test_a_place_outside_korea_is_named(pair, said):
    with pytest.raises(CrsError, match=said):
        require_korea(points((126.8, 35.2), pair))


def test_coordinates_that_are_no_numbers_are_not_in_korea():
    with pytest.raises(CrsError):
        require_korea(points((126.8, 35.2), (np.nan, np.nan)))


def test_an_empty_frame_goes_to_the_belt_of_gwangju():
    assert crs_name(to_work_crs(points()).crs) == "EPSG:5186"


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:5179", "EPSG:5181"])
def test_analysis_refuses_every_other_crs(crs):
    with pytest.raises(CrsError, match="TM"):
        require_work_crs(sites(square(0, 0)).to_crs(crs))


def test_analysis_refuses_a_frame_without_crs():
    with pytest.raises(CrsError, match="-"):
        require_work_crs(points((1, 1), crs=None))


def test_analysis_refuses_two_belts():
    frame = sites(square(0, 0))
    with pytest.raises(CrsError, match="5187"):
        require_work_crs(frame, frame.to_crs("EPSG:5187"))


def test_a_belt_written_out_is_still_the_belt():
    assert is_work_crs(pyproj.CRS(pyproj.CRS("EPSG:5186").to_wkt()))
    assert not is_work_crs(None)


def test_reprojecting_leaves_the_input_alone():
    frame = sites(square(0, 0))
    reproject(frame, "EPSG:4326")
    assert frame.crs.to_epsg() == 5186
