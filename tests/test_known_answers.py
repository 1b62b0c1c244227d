"""Published numbers that the code must reproduce."""

import numpy as np
import pytest
import shapely
from shapely.geometry import Polygon, box

from gis.analysis.area import area_sigmas
from gis.kernel.geodesy import geodesic_area, geodesic_distances, geodesic_perimeter, polygon_areas
from gis.units import area_text, parse_area
from tests.pencil import sites


@pytest.mark.parametrize("case", ["geod.planimeter0a", "geod.planimeter0c", "geod.antarctica"])
def test_geodesic_area_and_perimeter_are_those_of_karney(known_answers, case):
    answer = known_answers[case]
    lonlat = np.array(answer["input"]["latlon"])[:, ::-1]
    area = geodesic_area(lonlat, "WGS84")
    assert area == pytest.approx(answer["expected"]["area_m2"], abs=answer["tolerance"]["area"])
    perimeter = geodesic_perimeter(lonlat, "WGS84")
    assert perimeter == pytest.approx(answer["expected"]["perimeter_m"], abs=answer["tolerance"]["perimeter"])


@pytest.mark.parametrize("case", ["geod.dist.jfk_cdg", "geod.testcase0"])
def test_geodesic_distance_is_that_of_karney(known_answers, case):
    answer = known_answers[case]
    start, end = (answer["input"][key][::-1] for key in ("from_latlon", "to_latlon"))
    found = geodesic_distances([start], [end], "WGS84")[0]
    assert found == pytest.approx(answer["expected"]["s12_m"], abs=answer["tolerance"]["s12"])


def test_large_coordinates_do_not_drift_in_the_shoelace(known_answers):
    answer = known_answers["plane.shoelace.wolf_brinker"]
    ring = Polygon(zip(answer["input"]["easting"], answer["input"]["northing"], strict=True))
    # The five corners are listed as a star; the published number is the shoelace sum of that order.
    x, y = np.array(ring.exterior.coords).T
    doubled = abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))
    assert doubled / 2 == pytest.approx(answer["expected"]["area_m2"], abs=answer["tolerance"]["area"])


def test_sigma_of_a_square_is_root_two_times_side_times_sigma(known_answers):
    answer = known_answers["area.sigma.square"]
    side, sigma = answer["input"]["square_side_m"], answer["input"]["sigma_xy_m"]
    import pandas as pd

    frame = sites(box(200_000, 600_000, 200_000 + side, 600_000 + side), grade="A")
    found = area_sigmas(frame, pd.Series({"A": float(sigma)}))
    assert found["sigma"].iloc[0] == pytest.approx(answer["expected"]["sd_m2"], abs=answer["tolerance"]["sd"])
    assert found["sigma_correlated"].iloc[0] == pytest.approx(4 * side * sigma)


def test_planar_area_in_each_crs_is_off_by_the_published_percentage(known_answers):
    import geopandas as gpd

    answer = known_answers["crs.gwangju"]
    cell = shapely.segmentize(box(126.75, 35.15, 126.77, 35.17), 0.0005)
    geodesic = polygon_areas([cell])[0][0]
    assert geodesic == pytest.approx(answer["input"]["geodesic_m2"], abs=0.1)
    for code, percent in answer["expected"].items():
        planar = gpd.GeoSeries([cell], crs="EPSG:4326").to_crs(code).area.iloc[0]
        assert 100 * (planar / geodesic - 1) == pytest.approx(percent, abs=answer["tolerance"]["percent"]), code


@pytest.mark.parametrize("name", ["disjoint", "edge", "corner", "overlap", "contains", "covers", "equal", "within"])
def test_de9im_is_that_of_the_standard(known_answers, name):
    from gis.analysis.adjacency import adjacency

    answer = known_answers["de9im"]
    shift = 170_000, 285_000
    boxes = [
        shapely.transform(box(*corners), lambda points: points + shift)
        for corners in ((0, 0, 2, 2), answer["input"]["B"][name])
    ]
    row = adjacency(sites(*boxes)).iloc[0]
    assert row["de9im"] == answer["expected"][name]


def test_one_pyeong_is_400_by_121_square_meters(known_answers):
    expected = known_answers["pyeong"]["expected"]
    assert parse_area("100만평") == expected["100만평_m2"]
    assert area_text(3_384_000, "man-pyeong") == "102.37 만평"
    assert area_text(7_140_000, "man-pyeong") == "215.99 만평"
