import json

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import box, mapping

from gis import study
from gis.errors import CrsError, InputError, UnknownNameError
from gis.i18n import use_language
from gis.io import catalog
from gis.io.write import layer_bytes
from gis.kernel.geodesy import geodesic_distances
from gis.study import cards, reports, value_chain
from layers import LAYERS

COMPLEXES = ("cheomdan3", "bitgreen", "jingok", "futurecar")


def drawn(*corners: tuple[float, float]) -> str:
    return json.dumps({"type": "Polygon", "coordinates": [[*corners, corners[0]]]})


def rectangle(west: float, south: float, east: float, north: float) -> str:
    return drawn((west, south), (east, south), (east, north), (west, north))


INSIDE_GWANGJU = rectangle(126.75, 35.15, 126.77, 35.17)


def test_a_drawn_polygon_shows_both_areas_its_dongs_and_the_way_to_all_four():
    report = study.drawn_report(INSIDE_GWANGJU)
    assert report.area["area"] == pytest.approx(4_043_230.3, rel=1e-4)
    assert report.area["planar_area"] == pytest.approx(report.area["area"], rel=3e-5)
    assert report.shares["area"].sum() == pytest.approx(report.area["area"], rel=1e-6)
    assert report.shares["share_pct"].sum() == pytest.approx(100)
    assert report.distances["to"].tolist() == list(COMPLEXES)


def test_the_way_from_a_drawn_polygon_to_a_schematic_complex_is_an_interval():
    distances = study.drawn_report(INSIDE_GWANGJU).distances
    assert distances["distance"].isna().all()
    assert (distances["low"] <= distances["high"]).all()


def test_a_drawn_polygon_has_neither_grade_nor_sigma():
    area = study.drawn_report(INSIDE_GWANGJU).area
    assert area["grade"] is None
    assert np.isnan([area["sigma"], area["sigma_correlated"], area["difference_pct"]]).all()


def test_a_polygon_outside_all_districts_of_the_data_has_one_share_without_a_name():
    shares = study.drawn_report(rectangle(129.30, 36.00, 129.32, 36.02)).shares
    assert shares["unit_code"].isna().tolist() == [True]
    assert shares["share_pct"].tolist() == pytest.approx([100])


def test_a_polygon_half_in_the_sea_of_districts_keeps_its_other_half():
    west = study.layer("ri").to_crs("EPSG:4326").total_bounds[0]
    shares = study.drawn_report(rectangle(west - 0.05, 35.0, west + 0.2, 35.1)).shares
    assert shares["unit_code"].isna().sum() == 1
    assert shares["share_pct"].sum() == pytest.approx(100)


def test_a_drawn_polygon_outside_korea_is_refused():
    with pytest.raises(CrsError, match="우리나라 밖"):
        study.drawn_report(rectangle(139.7, 35.6, 139.8, 35.7))


def test_swapped_axes_are_named():
    with pytest.raises(CrsError, match="뒤바뀐"):
        study.drawn_report(drawn((35.15, 126.75), (35.17, 126.75), (35.17, 126.77)))


@pytest.mark.parametrize(
    "shape",
    [
        drawn((126.75, 35.15), (126.77, 35.17), (126.77, 35.15), (126.75, 35.17)),
        drawn((126.75, 35.15), (126.75, 35.15), (126.75, 35.15)),
        json.dumps({"type": "Polygon", "coordinates": []}),
        json.dumps({"type": "Polygon", "coordinates": [[[126.75, 35.15]]]}),
        json.dumps({"type": "Polygon"}),
        json.dumps({"type": "LineString", "coordinates": [[126.75, 35.15], [126.77, 35.17]]}),
        json.dumps({"type": "Point", "coordinates": [126.75, 35.15]}),
        json.dumps({"type": "Mystery", "coordinates": []}),
        json.dumps({}),
    ],
)
def test_a_shape_that_cannot_be_measured_is_refused_in_one_line(shape):
    with pytest.raises(InputError) as refusal:
        study.drawn_report(shape)
    assert "\n" not in str(refusal.value)


def test_a_drawn_line_is_as_long_as_the_geodesics_it_is_made_of():
    points = [[126.7, 35.1], [126.8, 35.1], [126.8, 35.2]]
    expected = geodesic_distances(points[:1], points[1:2])[0] + geodesic_distances(points[1:2], points[2:])[0]
    assert study.drawn_line_length({"coordinates": points}) == pytest.approx(expected)


@pytest.mark.parametrize("complex_id", COMPLEXES)
def test_a_card_holds_all_that_is_known_of_its_complex(complex_id):
    card = cards.card(complex_id)
    assert card.site["id"] == card.area["id"] == complex_id
    assert set(card.claims["subject"]) == {complex_id}
    assert set(card.steps["subject"]) == {complex_id}
    assert len(card.neighbors) == 3
    assert ((card.links["from"] == complex_id) | (card.links["to"] == complex_id)).all()
    assert set(card.conflicts["subject"]) <= {complex_id}
    assert set(card.claims["source"].dropna()) <= set(card.source_titles)


def test_a_card_of_an_unknown_complex_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="futurecar"):
        cards.card("atlantis")


@pytest.mark.parametrize("name", reports.REPORT_TABLES)
def test_every_report_table_has_rows(name):
    table = reports.report_table(name)
    assert len(table)
    assert table.columns.is_unique


@pytest.mark.parametrize("level", study.UNIT_LAYERS)
def test_the_shares_of_each_complex_add_up_at_every_level(level):
    source = study.source_layer()
    shares, areas = study.unit_shares(source, level), study.areas(source).set_index("id")["area"]
    assert shares.groupby("id")["share_pct"].sum().tolist() == pytest.approx([100] * 4)
    added = shares.groupby("id")["area"].sum()
    pd.testing.assert_series_equal(added.sort_index(), areas.sort_index(), rtol=1e-6)


def test_levels_nest():
    source = study.source_layer()
    fine, coarse = study.unit_shares(source, "ri"), study.unit_shares(source, "sigungu")
    added = fine.assign(unit_code=fine["unit_code"].str[:5]).groupby(["id", "unit_code"])["share_pct"].sum()
    for row in coarse.to_dict("records"):
        assert added[row["id"], row["unit_code"]] == pytest.approx(row["share_pct"], abs=1e-3)


def test_schematic_complexes_have_no_difference_no_sigma_and_no_single_distance():
    source = study.source_layer()
    assert study.areas(source)[["difference_pct", "sigma", "sigma_correlated"]].isna().all(axis=None)
    assert study.distances(source)["distance"].isna().all()
    assert study.adjacencies(source)["gap"].isna().all()


def test_the_new_complex_may_touch_bitgreen_or_lie_two_kilometers_off():
    pairs = study.adjacencies(study.source_layer()).set_index(["a", "b"])
    row = pairs.loc[("bitgreen", "futurecar")]
    assert row["relation"] == "unknown"
    assert {"border", "near"} <= set(row["possible_relations"].split("|"))
    assert row["low"] <= 11 and row["high"] >= 2_134


def test_the_distances_that_lh_advertises_lie_within_the_intervals():
    found = study.distances(study.source_layer(), "reference_points", measure="centroid").set_index(["from", "to"])
    for place, published in (("airport-rkjj", 15_000), ("airport-rkjb", 31_000), ("station-songjeong", 13_000)):
        row = found.loc[("bitgreen", place)]
        assert row["low"] - 500 <= published <= row["high"] + 500


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_of_polygons_can_be_measured(name):
    frame = study.layer(name)
    if set(frame.geom_type) <= {"Polygon", "MultiPolygon"}:
        assert (study.areas(study.SourceLayer(name, frame))["area"] > 0).all()


def test_an_unknown_layer_level_or_place_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="complexes"):
        study.source_layer("atlantis")
    with pytest.raises(UnknownNameError, match="sigungu"):
        study.unit_shares(study.source_layer(), "planet")


def test_every_host_stands_at_a_place_on_the_map():
    points = value_chain.place_points()
    assert set(catalog.hosts()["place"]) <= set(points)
    assert all(126 < lon < 127.5 and 34.5 < lat < 35.7 for lon, lat in points.values())


def test_the_middle_of_a_drawn_shape_with_a_hole_needs_no_repair():
    ring = box(126.7, 35.1, 126.8, 35.2).difference(box(126.72, 35.12, 126.78, 35.18))
    report = study.drawn_report(json.dumps(mapping(shapely.set_precision(ring, 1e-7))))
    assert report.shares["area"].sum() == pytest.approx(report.area["area"], rel=1e-6)


def test_drawn_areas_leave_as_geojson_with_both_areas():
    ring = [[126.75, 35.13], [126.79, 35.13], [126.79, 35.15], [126.75, 35.15], [126.75, 35.13]]
    squares = [{"type": "Polygon", "coordinates": [ring]}] * 2
    text = layer_bytes(study.drawn_layer(json.dumps(squares)), ".geojson", "drawn").decode()
    features = json.loads(text)["features"]
    assert [feature["id"] for feature in features] == ["drawn-1", "drawn-2"]
    assert features[0]["properties"]["area_m2"] == pytest.approx(8_088_413, rel=1e-6)
    assert features[0]["properties"]["planar_area_m2"] > features[0]["properties"]["area_m2"]


def test_a_layer_measured_to_itself_gives_each_pair_once():
    hosts = study.source_layer("hosts")
    assert len(study.distances(hosts, "hosts")) == len(study.distances(hosts)) == 15


def test_a_drawn_site_is_called_so_in_the_reader_s_language():
    square = {
        "type": "Polygon",
        "coordinates": [[[126.7, 35.1], [126.71, 35.1], [126.71, 35.11], [126.7, 35.11], [126.7, 35.1]]],
    }
    assert study.drawn_site(square).frame["name"].tolist() == ["그린 구역"]
    use_language("en")
    assert study.drawn_site(square).frame["name"].tolist() == ["Drawn site"]
    assert study.drawn_site(square, "3").frame["name"].tolist() == ["3"]
