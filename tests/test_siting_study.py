"""Placing N 만평 on real layers: what is placed has its area and breaks nothing, and what is not loaded is said."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from gis import study
from gis.analysis.green_belt import green_belt_rows, land_kind, release
from gis.analysis.growth import compactness, is_as_wide
from gis.analysis.siting import CONDITIONAL, EXCLUDE, OPEN, PENALTY
from gis.crs import MAP_CRS
from gis.errors import InputError, UnknownNameError
from gis.study import imports, scenarios
from gis.study.rasters import keep_raster
from gis.study.register import keep_lands
from gis.study.sites import SiteRef
from gis.study.siting import GROWN, PARCELS, find, proposed, site_geometry
from gis.study.siting_land import land_themes, loaded_themes
from gis.study.wish import EXISTING, Rule, Wish, typed_rule, weighted
from tests.pencil import sites, square

MAN_PYEONG = 400 / 121 * 10_000
NEAR_BITGREEN = Wish(100 * MAN_PYEONG, SiteRef("bitgreen"), 4_000.0, (EXISTING,), cell=80.0, turn=45.0, count=4)
ORIGIN = (170_000.0, 285_000.0)
WINDOW = tuple(
    gpd.GeoSeries([shapely.box(ORIGIN[0], ORIGIN[1], ORIGIN[0] + 4_000, ORIGIN[1] + 3_000)], crs="EPSG:5186")
    .to_crs(MAP_CRS)
    .total_bounds
)
SMALL = Wish(250_000.0, window=WINDOW, cell=50.0, turn=45.0, count=3, apart=600.0)


def kept(tmp_path, name, shapes, **columns):
    """Keep polygons (m from the origin of the pencil) as an imported layer."""
    frame = sites(*shapes, **columns).to_crs(MAP_CRS).reset_index(drop=True)
    path = tmp_path / f"{name}.geojson"
    path.write_text(frame.to_json(), encoding="utf-8")
    return imports.keep(imports.arrival(path), imports.Keeping(name=name if name.isascii() else None, title=name))[0]


@pytest.fixture
def green_belt(tmp_path):
    """The west half of the window."""
    return kept(tmp_path, "개발제한구역", [square(-500, -500, 2_500, 4_000)])


def plain(found):
    """Return the sites as pure GeoJSON numbers in the belt: nothing of the search is left in them."""
    return [shapely.from_wkt(shapely.to_wkt(shape, rounding_precision=-1)) for shape in found.sites.geometry]


def test_every_placed_site_has_its_area_and_violates_nothing():
    wish = Wish(**{**vars(NEAR_BITGREEN), "grow": 2, "compactness": 0.4, "width": 300.0})
    found = find(wish)
    assert {"rectangle", "grown"} <= set(found.sites["form"])
    complexes = study.layer("complexes").loc[list(EXISTING.classes)]
    for shape in plain(found):
        assert shape.is_valid and shape.area == pytest.approx(wish.area, abs=1.0)
        assert complexes.intersection(shape).area.max() <= 1.0
        assert shape.distance(complexes.loc["bitgreen"].geometry) <= wish.within
        assert compactness(shape) >= wish.compactness and is_as_wide(shape, wish.width)
    assert found.sites["area"].tolist() == pytest.approx([wish.area] * len(found.sites), abs=1.0)


def test_without_layers_of_land_nothing_is_ranked():
    found = find(NEAR_BITGREEN)
    assert (found.used, found.loaded, found.themes) == (0, 0, 15)
    assert not found.ranks
    for column in ("rank_low", "rank_high", "pareto", "score"):
        assert found.sites[column].isna().all()
    assert found.sites["lon"].is_monotonic_increasing


def test_a_theme_that_is_not_loaded_is_no_data_and_never_nothing():
    found = find(Wish(**{**vars(NEAR_BITGREEN), "rules": (EXISTING, Rule("개발제한구역", CONDITIONAL, weight=1.0))}))
    row = found.rules.set_index("rule").loc["개발제한구역"]
    assert (row["state"], row["titles"]) == ("no_data", "")
    assert np.isnan(row["area"]) and found.takings["area"].isna().all() and len(found.takings) == len(found.sites)


def test_a_site_beside_a_schematic_outline_is_not_surely_allowed():
    found = find(NEAR_BITGREEN)
    far = shapely.distance(found.sites.geometry.to_numpy(), study.layer("complexes").loc["bitgreen"].geometry) >= 1_530
    assert (found.sites["sure"] <= far).all()
    near = found.nearness[found.nearness["criterion"] == "anchor"]
    assert near["distance"].isna().all() and (near["high"] - near["low"] <= 2 * 1_530 + 1e-6).all()


def test_a_greenbelt_that_costs_is_avoided_where_there_is_other_land(green_belt):
    found = find(Wish(**{**vars(SMALL), "rules": (Rule("green_belt", CONDITIONAL, weight=1.0),)}))
    assert found.ranks and found.used == found.loaded == 1
    assert found.takings.empty and found.sites["score"].tolist() == [1.0] * 3


def test_what_is_taken_is_the_area_that_an_intersection_has(green_belt, tmp_path):
    kept(tmp_path, "east", [square(2_000, -500, 3_000, 4_000)])
    rules = (Rule("east", EXCLUDE), Rule("green_belt", CONDITIONAL, weight=1.0))
    found = find(Wish(**{**vars(SMALL), "rules": rules}))
    west = square(-500, -500, 2_500, 4_000)
    for row in found.takings.to_dict("records"):
        shape = found.sites.geometry[row["site"]]
        assert row["area"] == pytest.approx(shape.intersection(west).area, abs=0.01)
        assert row["share_pct"] == pytest.approx(100, abs=1e-3)
    assert len(found.takings) == len(found.sites) == 3
    assert set(found.releases["site"]) == set(found.sites["id"])
    assert found.releases["area"].tolist() == pytest.approx([250_000] * 3, abs=0.1)
    assert found.releases["replacement_low"].isna().all()


def test_classes_narrow_a_rule_and_a_buffer_widens_it(tmp_path):
    kept(tmp_path, "생태자연도", [square(0, 0, 2_000, 3_000), square(2_000, 0, 2_000, 3_000)], 등급=["1", "2"])
    found = find(Wish(**{**vars(SMALL), "rules": (Rule("ecology", EXCLUDE, ("1등급",), 300.0),)}))
    assert found.sites.geometry.bounds["minx"].min() >= ORIGIN[0] + 2_300 - 0.02
    assert found.sites.geometry.bounds["minx"].min() <= ORIGIN[0] + 2_400
    with pytest.raises(UnknownNameError, match="3급"):
        find(Wish(**{**vars(SMALL), "rules": (Rule("ecology", EXCLUDE, ("3급",)),)}))


def test_the_first_constraint_is_kept_and_the_one_that_frees_most_is_counted(tmp_path):
    kept(tmp_path, "low", [square(-500, -500, 5_000, 1_200)])
    kept(tmp_path, "high", [square(-500, 500, 5_000, 3_000)])
    found = find(Wish(**{**vars(SMALL), "rules": (Rule("low"), Rule("high"))}))
    assert found.sites.empty and OPEN not in found.rejection.killer
    table = found.rules.set_index("rule")
    assert table.loc["low", "first_closed"] + table.loc["high", "first_closed"] == found.positions
    assert table.loc["high", "only_closed"] > table.loc["low", "only_closed"] > 0


def test_reference_points_and_links_count_as_near_or_far():
    rows = find(
        Wish(
            **{
                **vars(NEAR_BITGREEN),
                "criteria": (("reference_points:rail", 1.0), ("chain:futurecar", 0.5), ("anchor", 1.0)),
            }
        )
    ).nearness
    named = set(rows["criterion"])
    assert {"reference_points:rail", "anchor", "chain:jingok", "chain:bitgreen"} <= named
    assert "chain:futurecar" not in named
    sure = rows[rows["criterion"] == "reference_points:rail"]
    assert (sure["low"] < sure["high"]).all()


def test_the_same_wish_has_the_same_answer():
    wish = Wish(**{**vars(SMALL), "grow": 2, "random": 7})
    one, other = find(wish), find(wish)
    assert one.sites.to_wkb().equals(other.sites.to_wkb()) and hash(wish) == hash(Wish(**vars(wish)))


def test_a_search_that_is_stopped_ends():
    def stop(done):
        if done > 0.1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find(SMALL, stop)


def test_progress_rises_to_the_end():
    told: list[float] = []
    find(Wish(**{**vars(SMALL), "grow": 1}), told.append)
    assert told == sorted(told) and told[-1] == 1.0


def test_a_found_site_leaves_as_degrees_with_nine_decimals():
    found = find(SMALL)
    geometry = site_geometry(found, "site-01")
    assert geometry["type"] == "Polygon" and json.loads(json.dumps(geometry)) == geometry
    ring = np.array(geometry["coordinates"][0])
    assert np.abs(ring - ring.round(9)).max() == 0 and shapely.LinearRing(ring).is_ccw
    again = study.drawn_site(geometry).frame
    assert again.area.iloc[0] == pytest.approx(SMALL.area, abs=0.05)
    with pytest.raises(UnknownNameError):
        site_geometry(found, "site-99")


def test_parcels_are_grown_whole(tmp_path):
    lots = [square(x, y, 100, 80) for x in range(200, 2_000, 100) for y in range(200, 2_000, 80)]
    kept(tmp_path, "parcels", lots)
    found = find(Wish(**{**vars(SMALL), "area": 100_000.0, "grow": 1, "parcels": "parcels", "apart": 100.0}))
    (one,) = found.sites[found.sites["form"] == PARCELS].geometry
    assert one.area == pytest.approx(100_000, abs=1.0)
    parts = [lot.intersection(one).area for lot in lots]
    assert sum(1 for part in parts if 1 < part < 7_999) <= 1


def priced(tmp_path, price):
    """Keep parcels over the window, a table of their prices by how far east they lie, and a theme of land to rank by."""
    corners = [(x, y) for x in range(0, 4_000, 200) for y in range(0, 3_000, 200)]
    numbers = [f"29200101{10_000_000_000 + number}" for number in range(len(corners))]
    kept(tmp_path, "parcels", [square(x, y, 200, 200) for x, y in corners], pnu=numbers)
    kept(tmp_path, "개발제한구역", [square(9_000, 9_000, 100, 100)])
    rows = [f"{pnu},답,40000,{price(x)}" for pnu, (x, _) in zip(numbers, corners, strict=True)]
    path = tmp_path / "lands.csv"
    path.write_text("\n".join(["고유번호,지목,면적,공시지가", *rows]), encoding="utf-8")
    keep_lands(path, path.name)


DEAR = Wish(**{**vars(SMALL), "rules": (Rule("green_belt"),), "criteria": (("land_price", 1.0),), "turn": 90.0})


def test_cheap_land_is_sought_where_price_counts(tmp_path):
    priced(tmp_path, lambda x: 10_000 + 10 * x)
    found = find(DEAR)
    west = [shape.bounds[0] - ORIGIN[0] for shape in found.sites.geometry]
    assert found.ranks and max(map(abs, west)) <= 60
    assert found.sites["rank_low"].tolist() == [1, 1, 1], "equal prices, equal ranks"


def test_price_counts_only_where_parcels_are_loaded():
    with pytest.raises(InputError, match="연속지적도"):
        find(DEAR)


def test_parcels_without_prices_are_named_instead_of_ranked(tmp_path):
    priced(tmp_path, lambda x: "")
    with pytest.raises(InputError, match="공시지가"):
        find(DEAR)


def test_an_outline_is_moved_and_turned():
    found = find(Wish(**{**vars(NEAR_BITGREEN), "outline": SiteRef("futurecar")}))
    assert set(found.sites["form"]) == {"outline"}
    assert found.sites["area"].tolist() == pytest.approx([NEAR_BITGREEN.area] * len(found.sites), abs=1.0)


def test_forms_beyond_the_limits_are_refused_with_the_limit():
    found = find(Wish(**{**vars(SMALL), "aspects": (1.0, 6.0), "compactness": 0.6}))
    assert found.failures[["aspect", "failure"]].to_dict("records") == [{"aspect": 6.0, "failure": "compactness"}]
    assert set(found.sites["aspect"]) == {1.0}
    assert GROWN not in set(found.sites["form"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"area": 0.0}, {"width": 600.0}, {"compactness": 1.0}, {"count": 0}, {"turn": 0.0}, {"window": None}, {"window": (1, 1, 0, 2)},
        {"slope": 95.0}, {"criteria": (("anchor", 1.0),)}, {"criteria": (("nothing", 1.0),)}, {"criteria": (("chain:x", 1.0),)},
        {"rules": (Rule("nothing"),)}, {"rules": (Rule("reference_points"),)}, {"rules": (Rule("emd", "maybe"),)},
        {"rules": (Rule("emd"), Rule("emd"))}, {"rules": (Rule("emd", PENALTY, weight=-1.0),)}, {"turn": 1.0, "aspects": (1, 2, 3, 4)},
        {"anchor": SiteRef("nowhere")}, {"rules": (Rule("complexes", EXCLUDE, ("x",)),)},
    ],
)  # fmt: skip
def test_a_wish_that_cannot_be_is_refused_in_words(wrong):
    with pytest.raises((InputError, UnknownNameError)) as caught:
        find(Wish(**{**vars(SMALL), **wrong}))
    assert str(caught.value)


# 개발제한구역: the public case of the 미래차 complex


def strips(**areas):
    """Return strips side by side by name, each with an area in m²."""
    ends = np.cumsum([0.0, *areas.values()]) / 1_000
    return {name: square(start, 0, end - start, 1_000) for name, start, end in zip(areas, ends, ends[1:], strict=False)}


def test_the_public_case_needs_as_much_replacement_as_its_forest_of_grades_1_and_2():
    """농지 104만, 산지 81.7만 of grades 1 and 2, 135만 of grades 3 to 5: 대체지 817,108 ㎡."""
    shapes = strips(farm=1_040_000, forest=817_108, rest=1_350_000)
    crs = "EPSG:5186"
    site = sites(shapely.union_all(list(shapes.values())))
    belt = gpd.GeoSeries(list(shapes.values()), crs=crs)
    grades = gpd.GeoSeries(
        [shapes["farm"], shapes["forest"], shapes["rest"]], index=["1등급", "2등급", "3등급"], crs=crs
    )
    lands = gpd.GeoSeries([shapes["farm"], shapes["forest"]], index=[land_kind("답"), land_kind("임야")], crs=crs)
    table = green_belt_rows(site, belt, grades, lands)
    found = release(table)
    assert found.area == pytest.approx(3_207_108, abs=0.1)
    assert (found.preserved, found.farmland, found.forest) == pytest.approx((1_857_108, 1_040_000, 817_108), abs=0.1)
    assert (found.replacement_low, found.replacement_high) == pytest.approx((817_108, 817_108), abs=0.1)


def test_the_published_parts_of_the_case_hold_together():
    ledger = study.claims("futurecar")[0].set_index("id")["value"]
    farm, forest = ledger["futurecar.farmland_area.env"], ledger["futurecar.mountain_area.env"]
    assert farm + forest == ledger["futurecar.env_grade12_area.185"]
    assert abs(forest - ledger["futurecar.replacement_area"]) < 10_000


def test_unknown_land_leaves_the_replacement_an_interval():
    rows = pd.DataFrame(
        [["1등급", "forest", 100.0, 100.0], ["2등급", None, 30.0, 30.0], [None, None, 7.0, 7.0], ["4등급", "forest", 9.0, 9.0]],
        columns=["environment_grade", "land_kind", "area", "geodesic_area"],
    )  # fmt: skip
    found = release(rows)
    assert (found.replacement_low, found.replacement_high) == (100.0, 137.0)
    without = release(rows.assign(environment_grade=None))
    assert without.area == 146.0 and np.isnan(without.replacement_low) and np.isnan(without.preserved)


@pytest.mark.parametrize(
    ("category", "kind"),
    [("전", "farmland"), ("과수원", "farmland"), ("임야", "forest"), ("대", "other"), (None, None)],
)
def test_a_land_category_is_farmland_or_forest_by_law(category, kind):
    assert land_kind(category) == kind


def test_the_themes_of_land_are_all_but_the_administrative_units():
    assert "green_belt" in land_themes() and not {"emd", "sigungu", "ri"} & set(land_themes())
    assert loaded_themes() == []


def test_the_green_belt_of_a_site_is_told_by_grade_and_land_category(tmp_path):
    """A window that is all green belt, grade 1 in the west and 4 in the east; rice fields in the south, forest in the north."""
    everywhere = square(-500, -500, 5_000, 4_000)
    kept(tmp_path, "개발제한구역", [everywhere])
    kept(
        tmp_path, "환경평가등급", [square(-500, -500, 2_500, 4_000), square(2_000, -500, 3_000, 4_000)], 등급=["1", "4"]
    )
    lots = [square(-500, -500, 5_000, 2_000), square(-500, 1_500, 5_000, 2_500)]
    kept(
        tmp_path, "연속지적도", lots, pnu=["2920015900100010000", "2920015900200020000"], jibun=["1답", "산2임"]
    )  # fmt: skip
    found = find(Wish(**{**vars(SMALL), "rules": (Rule("green_belt", CONDITIONAL),), "count": 4, "apart": 800.0}))
    west, north = square(-500, -500, 2_500, 4_000), square(-500, 1_500, 5_000, 2_500)
    for site_id, shape in found.sites.geometry.items():
        sums = found.releases.set_index("site").loc[site_id]
        preserved = shape.intersection(west)
        assert sums["area"] == pytest.approx(250_000, abs=0.1)
        assert sums["preserved"] == pytest.approx(preserved.area, abs=0.1)
        assert sums["forest"] == pytest.approx(preserved.intersection(north).area, abs=0.1)
        assert sums["farmland"] == pytest.approx(preserved.difference(north).area, abs=0.1)
        assert sums["replacement_low"] == pytest.approx(sums["forest"], abs=0.1)
        rows = found.green_belt[found.green_belt["site"] == site_id]
        assert rows["area"].sum() == pytest.approx(250_000, abs=0.1)


def test_land_steeper_than_wanted_is_closed_and_unknown_slopes_are_told(tmp_path):
    columns = np.arange(-50, 450)
    heights = np.repeat(np.where(columns < 200, 50.0, 50.0 + 5.0 * (columns - 200))[None, :] % 1_500, 400, axis=0)
    heights[:90, :] = -9999
    path = tmp_path / "dem.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=500, height=400, count=1, dtype="float32", crs="EPSG:5186", nodata=-9999,
        transform=from_origin(ORIGIN[0] - 500, ORIGIN[1] + 3_500, 10, 10),
    ) as raster:  # fmt: skip
        raster.write(heights.astype("float32"), 1)
    keep_raster(path, imports.Keeping(name="dem", title="dem"))
    found = find(Wish(**{**vars(SMALL), "slope": 20.0, "dem": "dem"}))
    assert found.sites.geometry.bounds["maxx"].max() <= ORIGIN[0] + 2_030
    rows = found.rules.set_index("rule")
    assert rows.loc["slope", "first_closed"] > 0 and rows.loc["slope", "state"] == "loaded"
    assert rows.loc["slope.unknown", "area"] > 0
    gentle = find(Wish(**{**vars(SMALL), "slope": 40.0, "dem": "dem"}))
    assert gentle.rules.set_index("rule").loc["slope", "area"] < rows.loc["slope", "area"]


def test_slope_without_a_model_is_no_data():
    rows = find(Wish(**{**vars(SMALL), "slope": 20.0})).rules.set_index("rule")
    assert rows.loc["slope", "state"] == "no_data"


def test_a_layer_that_covers_a_part_of_the_search_is_said(green_belt):
    found = find(Wish(**{**vars(SMALL), "rules": (Rule("green_belt", CONDITIONAL, weight=1.0),)}))
    assert found.rules.set_index("rule").loc["green_belt", "short"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ecology", Rule("ecology", EXCLUDE)),
        ("ecology:1등급|2등급@1km=3", Rule("ecology", EXCLUDE, ("1등급", "2등급"), 1_000.0, 3.0)),
        ("a/b:c.gpkg@50m", Rule("a/b:c.gpkg", EXCLUDE, (), 50.0)),
    ],
)
def test_a_typed_rule_is_read(text, rule):
    assert typed_rule(text, EXCLUDE) == rule


@pytest.mark.parametrize("text", ["", "@5m", "a=b", "a@b", "=2"])
def test_a_rule_that_cannot_be_read_is_refused(text):
    with pytest.raises((InputError, UnknownNameError)):
        typed_rule(text, PENALTY)


def test_a_penalty_weighs_one_where_nobody_says():
    assert typed_rule("emd", PENALTY).weight == 1.0
    assert typed_rule("emd", CONDITIONAL).weight == 0.0


def test_weights_of_a_judgment_go_to_criteria_and_penalties():
    wish = Wish(1.0, criteria=(("anchor", 1.0), ("emd", 1.0)), rules=(EXISTING, Rule("ri", PENALTY, weight=1.0)))
    changed = weighted(wish, pd.Series({"anchor": 0.2, "ri": 0.8}))
    assert changed.criteria == (("anchor", 0.2), ("emd", 0.0)) and changed.rules[1].weight == 0.8
    with pytest.raises(InputError):
        weighted(wish, pd.Series({"price": 1.0}))


@pytest.mark.parametrize(("replaces", "own"), [("futurecar", "futurecar"), (None, "site_1")])
def test_a_found_site_stands_in_a_scenario_with_what_was_asked_for(replaces, own):
    found = find(Wish(1_000_000, SiteRef("bitgreen"), 3_000, count=1, cell=100, aspects=(1.0,), turn=90))
    kept = proposed(found, "site-01", "찾은 자리", replaces=replaces)
    assert kept.scenario.site(own).geometry == json.loads(json.dumps(site_geometry(found, "site-01")))
    assert scenarios.site_table(kept)["planar_area"].iloc[0] == pytest.approx(1_000_000, abs=1)
    assert (kept.scenario.siting["area"], kept.scenario.siting["site"]) == (1_000_000, "site-01")
    again = proposed(found, "site-01", "둘째", kept.id)
    assert len(again.scenario.sites) == 2
