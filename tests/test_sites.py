"""One site for a statutory table: a complex, a feature, a file, or what was drawn."""

import json

import geopandas as gpd
import pytest
import shapely

from gis import study
from gis.crs import crs_name
from gis.errors import InputError, UnknownNameError
from gis.study.sites import SiteRef, site
from tests.pencil import square


@pytest.fixture
def put(tmp_path):
    def write(*shapes, crs="EPSG:5186"):
        frame = gpd.GeoDataFrame({"id": [f"s{n}" for n in range(len(shapes))]}, geometry=list(shapes), crs=crs)
        frame.to_file(tmp_path / "mine.gpkg")
        return str(tmp_path / "mine.gpkg")

    return write


def test_a_complex_is_its_outline_in_the_belt_of_gwangju():
    found = site(SiteRef("jingok"))
    assert list(found.frame["id"]) == ["jingok"]
    assert crs_name(found.frame.crs) == "EPSG:5186"
    assert found.frame.geometry.iloc[0].equals(study.complexes().loc["jingok", "geometry"])


def test_the_only_shape_of_a_file_needs_no_name(put):
    assert site(SiteRef(put(square(0, 0)))).frame.area.iloc[0] == pytest.approx(10_000)


def test_of_several_shapes_one_is_named(put):
    path = put(square(0, 0), square(500, 0))
    with pytest.raises(InputError) as caught:
        site(SiteRef(path))
    assert "s0, s1" in str(caught.value)
    assert list(site(SiteRef(path, "s1")).frame["id"]) == ["s1"]
    with pytest.raises(UnknownNameError):
        site(SiteRef(path, "s9"))


def test_a_site_far_east_is_measured_in_the_belt_of_its_own_center(put):
    path = put(shapely.box(129.0, 35.5, 129.01, 35.51), crs="EPSG:4326")
    assert crs_name(site(SiteRef(path)).frame.crs) == "EPSG:5187"


def test_a_drawn_polygon_is_a_site():
    drawn = shapely.geometry.mapping(shapely.box(126.80, 35.19, 126.81, 35.20))
    assert site(SiteRef(drawn=json.dumps(drawn))).frame.area.iloc[0] > 900_000


@pytest.mark.parametrize("source", ["nowhere", "hosts"])
def test_what_is_no_site_is_refused(source):
    with pytest.raises((InputError, UnknownNameError)):
        site(SiteRef(source))
