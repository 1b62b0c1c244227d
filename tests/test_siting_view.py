"""What is said of found sites: names in words, shares that add up, intervals where a place is uncertain."""

import base64
import io
import json

import pytest
from PIL import Image

from gis.analysis.siting import CONDITIONAL, PENALTY
from gis.i18n import reading, use_language
from gis.study.sites import SiteRef
from gis.study.siting import find
from gis.study.wish import EXISTING, Rule, Wish
from gis.view import siting as view
from tests.test_siting_study import NEAR_BITGREEN, SMALL, kept, square


@pytest.fixture
def ranked(tmp_path):
    """A search over land of which the west is green belt; the anchor is a surveyed square in the east."""
    kept(tmp_path, "개발제한구역", [square(-500, -500, 2_500, 4_000)])
    kept(tmp_path, "yard", [square(2_600, 1_000, 300)], grade="A")
    rules = (Rule("green_belt", CONDITIONAL, weight=1.0), Rule("yard"))
    more = {"anchor": SiteRef("yard"), "within": 2_500.0, "criteria": (("anchor", 1.0),), "rules": rules, "grow": 1}
    return find(Wish(**{**vars(SMALL), **more}))


def test_a_surveyed_anchor_gives_ranks_and_single_distances(ranked):
    assert ranked.ranks and ranked.anchor_uncertainty == 0
    table = view.sites_table(ranked)
    assert (table["rank_low"] == table["rank_high"]).any() and table["rank_low"].iloc[0] == 1
    assert (table["anchor_low_m"] == table["anchor_high_m"]).all()
    assert view.people_sites(ranked)["place_rank"].iloc[0].startswith("1")
    assert ranked.sites["score"].is_monotonic_decreasing


def test_the_pareto_set_is_beaten_by_none(ranked):
    table = view.pareto_table(ranked)
    costs = table[["cost_m2", "low"]].to_numpy()
    for mine, told in zip(costs, ranked.sites["pareto"], strict=True):
        beaten = any((other <= mine).all() and (other < mine).any() for other in costs)
        assert bool(told) is not beaten
    chart = view.pareto_chart(ranked)
    assert chart is not None and len(json.dumps(chart.to_dict())) > 500


def test_nothing_of_a_pareto_set_is_drawn_without_data():
    found = find(NEAR_BITGREEN)
    assert view.pareto_chart(found) is None
    assert "제약자료 0/15종" in view.land_sentence(found)
    assert "말하지 않습니다" in view.pareto_sentence(found)


def test_themes_that_are_kept_and_not_asked_are_said(tmp_path):
    kept(tmp_path, "개발제한구역", [square(0, 0, 100)])
    assert "1종" in view.land_sentence(find(SMALL)).split("0/15종")[1]


def test_the_legend_of_closed_positions_adds_to_all_of_them(ranked):
    rows = view.killer_legend(ranked)
    assert sum(share for _, _, share in rows) == pytest.approx(100)
    assert len({color for _, color, _ in rows}) == len(rows)
    assert all(name in view.killer_legend_html(ranked) for name, _, _ in rows)


def test_the_picture_of_closed_positions_lies_where_the_search_looked(ranked):
    (overlay,) = view.killer_elements(ranked)
    (south, west), (north, east) = overlay.bounds
    left, low, right, high = view.bounds(ranked)
    assert (west, south, east, north) == pytest.approx((left, low, right, high), abs=0.01)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("green_belt", "개발제한구역"), ("ecology:1등급|2등급@50m", "생태·자연도: 1등급, 2등급 + 50 m"), ("anchor", "기준 단지와의 거리"),
        ("reference_points:rail", "기준점 (정류장·역·공항): 철도역"), ("chain:jingok", "공급망 연계: 진곡산단"), (EXISTING.name, "첨단3지구, 빛그린산단, 진곡산단"),
        ("slope.unknown", "경사를 모르는 곳"), ("거리", "거리"),
    ],
)  # fmt: skip
def test_a_rule_has_a_name_that_people_use(name, words):
    assert view.rule_name(name) == words


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_table_and_sentence_is_made_in_both_languages(ranked, language):
    with reading(language):
        tables = view.people_tables(ranked)
        assert set(tables) == set(view.tables(ranked))
        assert all(view.sentences(ranked, "man-m2")) and view.head_sentence(ranked, "ha")
        assert view.site_elements(ranked, "ha", "site-01")
    use_language("ko")


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".zip", ".kml", ".fgb", ".parquet", ".dxf"])
def test_sites_leave_in_every_format_of_layers(ranked, ending):
    assert len(view.site_bytes(ranked, ending)) > 200


def test_a_penalty_costs_by_the_share_that_is_taken(tmp_path):
    kept(tmp_path, "mud", [square(-500, -500, 5_000, 4_000)])
    found = find(Wish(**{**vars(SMALL), "rules": (Rule("mud", PENALTY, weight=2.0),)}))
    assert not found.ranks and found.takings["share_pct"].tolist() == pytest.approx([100] * 3)


def test_the_picture_is_a_png(ranked):
    (overlay,) = view.killer_elements(ranked)
    content = base64.b64decode(overlay.url.split(",")[1])
    assert Image.open(io.BytesIO(content)).format == "PNG"
