import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gis.app.map_widget import MapEvent, on_map_event
from gis.i18n import reading, t
from gis.model import EVIDENCE, LINK_KINDS
from gis.view.assets import asset_texts
from gis.view.legend import legend_html
from gis.view.map import (
    DRAW_TEXTS,
    LINK_COLORS,
    LINK_WEIGHTS,
    OSM,
    MapCall,
    TileBase,
    arc,
    arc_elements,
    base_map,
    layer_elements,
    leaflet_style,
    map_group,
    precision_circle,
)
from layers.declare import Style
from layers.palette import BLUE, GREEN, ORANGE
from tests.browser.apps import sample_map as sample

MAP_PAGE = Path(__file__).parent / "browser" / "apps" / "map_page.py"


def _base(**changes):
    chosen = {
        "bounds": sample.BOUNDS,
        "tiles": (),
        "texts": sample.TEXTS,
        "geojson_base": sample.LAND_SHAPES,
        **changes,
    }
    return base_map(chosen.pop("bounds"), **chosen)


def _call(chart, function: str) -> dict:
    calls = [child for child in chart._children.values() if isinstance(child, MapCall)]
    return next(call.values for call in calls if call.function == function)


def test_the_map_opens_on_its_bounds_as_latitude_and_longitude():
    assert _call(_base(), "frame")["home"] == [[35.10, 126.60], [35.25, 126.90]]


def test_the_map_loads_leaflet_and_the_drawing_tools_and_nothing_else():
    chart = _base()
    links = {url for _, url in [*chart.default_js, *chart.default_css]}
    assert {url.rsplit("/", 1)[-1] for url in links} == {"leaflet.js", "leaflet.css"}
    assert links <= set(asset_texts())


def test_tiles_are_there_only_when_asked_for():
    assert "openstreetmap" not in _base().get_root().render()
    assert "openstreetmap" in _base(tiles=[OSM]).get_root().render()


def test_an_attribution_is_text_and_never_html():
    options = _call(_base(tiles=[TileBase("x/{z}/{x}/{y}", "<b onclick='x'>NGII</b>")]), "tiles")["options"]
    assert options["attribution"] == "&lt;b onclick=&#x27;x&#x27;&gt;NGII&lt;/b&gt;"


def test_other_tiles_are_another_map():
    versions = {
        _call(_base(tiles=tiles), "frame")["version"]
        for tiles in ((), (OSM,), (TileBase("a_1"),), (TileBase("a_2"),), (TileBase("a_2", max_zoom=3),))
    }
    assert len(versions) == 5


def test_tiles_know_where_they_are_and_how_fine():
    options = _call(_base(tiles=[TileBase("x", None, 6, 14, (126.5, 35.0, 127.0, 35.3))]), "tiles")["options"]
    assert options["bounds"] == [[35.0, 126.5], [35.3, 127.0]]
    assert (options["minZoom"], options["maxNativeZoom"], options["maxZoom"]) == (6, 14, 22)


def test_the_drawing_texts_are_all_that_leaflet_draw_shows():
    script = next(text for url, text in asset_texts().items() if url.endswith("leaflet.draw.js"))
    found = re.search(r"drawLocal=(\{.*?\}),L\.Draw\.Event=", script)
    shown = json.loads(re.sub(r"([{,])(\w+):", r'\1"\2":', found[1]))
    never = re.compile(r"circle|marker")
    assert set(DRAW_TEXTS) == {path for path in _leaves(shown) if not never.search(path)}


def _leaves(node, path=""):
    if isinstance(node, str):
        return [path[1:]]
    return [leaf for key, inner in node.items() for leaf in _leaves(inner, f"{path}.{key}")]


def test_bases_that_differ_after_an_underscore_are_different_maps():
    def version(name: str) -> str:
        shapes = json.loads(json.dumps(sample.LAND_SHAPES))
        shapes["features"][0]["properties"]["name"] = name
        return _call(_base(geojson_base=shapes), "frame")["version"]

    assert version("zone_1") != version("zone_2")
    assert version("zone_1") == version("zone_1")


def test_a_shape_carries_its_id_and_layer_and_nothing_else():
    (shapes,) = layer_elements(sample.COMPLEXES, sample.COMPLEX_SHAPES)
    feature = shapes.values["collection"]["features"][0]
    assert feature["properties"] == {"id": "alpha", "layer": "complexes"}
    assert feature["tooltip"] == "알파단지\n가상 자료"


@pytest.mark.parametrize(
    ("grade", "dashed", "hatched"),
    [("A", False, False), ("B", False, False), ("C", True, False), ("D", True, True)],
)
def test_grade_shows_in_outline_and_fill(grade, dashed, hatched):
    style = leaflet_style(sample.COMPLEXES, {"id": "x", "grade": grade})
    assert bool(style["dashArray"]) == dashed
    assert style["fillColor"] == (f"url(#hatch-{BLUE[1:]})" if hatched else BLUE)


def test_a_feature_without_a_grade_has_its_layers():
    assert leaflet_style(sample.COMPLEXES, {"id": "x"})["hatch"] == BLUE


def test_classes_color_the_fill():
    style = Style(fill=GREEN, stroke=GREEN, class_column="name", classes=(("공장", ORANGE), ("공원", GREEN)))
    layer = replace(sample.PARKS, style=style)
    assert leaflet_style(layer, {"id": "1", "name": "공장"})["fillColor"] == ORANGE
    assert leaflet_style(layer, {"id": "1", "name": "길"})["fillColor"] == GREEN


def test_only_named_layers_are_named_and_only_schematic_outlines_stamped():
    (complexes,) = layer_elements(sample.COMPLEXES, sample.COMPLEX_SHAPES, stamp="schematic")
    (parks,) = layer_elements(sample.PARKS, sample.PARK_SHAPES)
    assert complexes.values["labels"] == [
        {"name": "알파단지"},
        {"name": "베타단지"},
        {"name": "감마<b>단지"},
        {"name": "델타단지", "stamp": "schematic"},
    ]
    assert parks.values["labels"] == [None]


def test_no_name_reaches_the_page_as_html():
    script = map_group(layer_elements(sample.FIRMS, sample.FIRM_SHAPES)).add_to(_base())
    page = script.get_root().render()
    assert "onerror" in page
    assert "<img" not in page


def test_the_selected_shape_has_a_heavier_outline():
    (shapes,) = layer_elements(sample.COMPLEXES, sample.COMPLEX_SHAPES, selected_id="beta")
    weights = [style["weight"] for style in shapes.values["styles"]]
    assert sorted(weights) == [1.5, 1.5, 3.0]


def test_an_arc_runs_from_start_to_end_and_bends_to_the_left():
    path = arc((126.6, 35.2), (126.8, 35.2), bulge=0.2)
    assert path[0] == (126.6, 35.2)
    assert path[-1] == (126.8, 35.2)
    assert len(path) == 25
    middle = path[12][1] - 35.2
    assert middle == pytest.approx(0.2 * 0.2 * math.cos(math.radians(35.2)), rel=1e-3)


def test_arcs_there_and_back_lie_apart():
    there, back = (arc(*ends, bulge=0.2) for ends in [((0, 0), (1, 0)), ((1, 0), (0, 0))])
    assert there[12][1] > 0 > back[12][1]


def test_a_link_inside_one_complex_is_a_loop():
    path = arc((126.7, 35.2), (126.7, 35.2), bulge=0.2)
    assert path[0] == path[-1] == (126.7, 35.2)
    assert max(lat for _, lat in path) > 35.2


def test_links_show_kind_evidence_and_direction():
    (arcs,) = arc_elements(sample.LINKS)
    stated, inferred, plan = arcs.values["styles"]
    assert (stated["dashArray"], inferred["dashArray"], plan["dashArray"]) == (None, "9 6", "1 7")
    assert len({stated["color"], inferred["color"], plan["color"]}) == 3
    first, second, third = arcs.values["collection"]["features"]
    assert first["properties"] == {"id": "alpha-delta-material", "layer": "links"}
    assert first["geometry"] != second["geometry"]
    assert abs(first["head"]["angle"]) < 30 < abs(third["head"]["angle"])


def test_kinds_differ_by_width_and_evidence_by_dash_whatever_their_color():
    links = [
        {**sample.LINKS[0], "id": f"{kind}-{evidence}", "kind": kind, "evidence": evidence}
        for kind in LINK_KINDS
        for evidence in EVIDENCE
    ]
    (arcs,) = arc_elements(links)
    assert len({(style["weight"], style["dashArray"]) for style in arcs.values["styles"]}) == 9


@pytest.mark.parametrize("code", ["ko", "en"])
def test_the_legend_draws_and_says_the_width_of_each_kind_and_the_dash_of_each_evidence(code):
    with reading(code):
        shown = legend_html([], links=True)
        for kind, weight in LINK_WEIGHTS.items():
            drawn = f"border-top:{weight}px solid {LINK_COLORS[kind]}'></span>"
            assert f"{drawn}{t(f'map.link_{kind}', kind=t(f'link_kind.{kind}'))}" in shown
        assert all(t(f"map.link_{evidence}") in shown for evidence in EVIDENCE)
    assert re.search("굵은 선: 물자" if code == "ko" else "thick: material", shown)


def test_a_precision_circle_stands_at_latitude_and_longitude():
    circle = precision_circle((126.76, 35.16), 500)
    assert (circle.values["center"], circle.values["radius"]) == ([35.16, 126.76], 500)


def test_the_input_is_left_alone():
    before = json.dumps([sample.COMPLEX_SHAPES, sample.LAND_SHAPES, sample.LINKS])
    _base()
    layer_elements(sample.COMPLEXES, sample.COMPLEX_SHAPES)
    arc_elements(sample.LINKS)
    assert json.dumps([sample.COMPLEX_SHAPES, sample.LAND_SHAPES, sample.LINKS]) == before


@pytest.mark.parametrize("raw", [None, {}, {"all_drawings": None, "last_active_drawing": None}])
def test_nothing_done_is_an_empty_event(raw):
    assert on_map_event(raw) == MapEvent()


def test_a_clicked_feature_is_named_by_layer_and_id():
    clicked = {"type": "Feature", "properties": {"layer": "complexes", "id": "alpha"}}
    event = on_map_event({"last_active_drawing": clicked, "last_object_clicked_count": 3})
    assert (event.clicked_layer, event.clicked_id, event.click_count) == ("complexes", "alpha", 3)


def test_a_drawn_shape_is_a_drawing_and_no_clicked_feature():
    shape = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    drawn = {"type": "Feature", "properties": {}, "geometry": shape}
    event = on_map_event({"last_active_drawing": drawn, "all_drawings": [drawn]})
    assert event.clicked_id is None
    assert event.drawings == (shape,)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIS_WORKSPACE", str(tmp_path_factory.mktemp("workspace")))
        yield AppTest.from_file(str(MAP_PAGE), default_timeout=30).run()


def _sent(page) -> dict:
    assert not page.exception
    return json.loads(page.get("component_instance")[0].proto.json_args)


def test_no_link_leaves_this_machine(page):
    sent = _sent(page)
    links = sent["js_links"] + sent["css_links"]
    assert len(links) == 6
    assert all(link.startswith("../gis.app.map_assets.files/") for link in links)


def test_a_layer_switch_changes_the_group_and_not_the_base(page):
    before = _sent(page)
    after = _sent(page.checkbox(key="parks").check().run())
    assert before["script"] == after["script"]
    assert "park-1" not in before["feature_group"]
    assert "park-1" in after["feature_group"]
    again = _sent(page.checkbox(key="parks").uncheck().run())
    assert again["feature_group"] == before["feature_group"]


def test_the_ids_of_every_feature_are_sent(page):
    group = _sent(page)["feature_group"]
    for name in ("alpha", "beta", "gamma", "delta", "firm-1", "alpha-delta-material"):
        assert json.dumps(name) in group
