"""The map in a real browser: offline, without flicker, keeping view and drawings."""

import json
from pathlib import Path

import pyproj
import pytest
from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect

MAP_APP = Path(__file__).parent / "apps" / "map_app.py"
QUIET = 900  # ms; streamlit-folium reports 250 ms after the last event
GEOD = pyproj.Geod(ellps="GRS80")
TRIANGLE = [(450, 60), (610, 80), (530, 190)]


class MapPage:
    """The page with the map, and what a person or a test does on it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self) -> "MapPage":
        self.page.goto(self.url)
        return self.ready()

    def ready(self) -> "MapPage":
        expect(self.shapes.first).to_be_visible()
        self.settle()
        return self

    def settle(self) -> None:
        self.page.wait_for_timeout(QUIET)

    @property
    def iframe(self) -> Locator:
        return self.page.locator("iframe[title='streamlit_folium.st_folium']")

    @property
    def inside(self) -> FrameLocator:
        return self.page.frame_locator("iframe[title='streamlit_folium.st_folium']")

    @property
    def shapes(self) -> Locator:
        return self.inside.locator("path.leaflet-interactive")

    @property
    def frame(self) -> Frame:
        return next(frame for frame in self.page.frames if "streamlit_folium" in frame.url)

    def seen(self) -> dict:
        """Return what Python saw last: runs and the event."""
        self.settle()
        return json.loads(self.page.get_by_test_id("stCode").inner_text())

    def comes(self, **expected: object) -> bool:
        """Tell whether Python comes to see what is expected, within some seconds."""
        return any(expected.items() <= self.seen().items() for _ in range(8))

    def view(self) -> list[float]:
        return self.frame.evaluate("[window.map.getCenter().lat, window.map.getCenter().lng, window.map.getZoom()]")

    def switch(self, label: str) -> None:
        self.page.get_by_text(label, exact=True).click()
        self.settle()

    def mouse_to(self, x: float, y: float) -> None:
        box = self.iframe.bounding_box()
        self.page.mouse.move(box["x"] + x, box["y"] + y, steps=4)

    def click_at(self, x: float, y: float) -> None:
        self.mouse_to(x, y)
        self.page.mouse.down()
        self.page.mouse.up()
        self.page.wait_for_timeout(350)  # a second click within 300 ms would be a double click

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.mouse_to(*start)
        self.page.mouse.down()
        self.mouse_to(*end)
        self.page.mouse.up()
        self.settle()

    def draw(self, tool: str, points: list[tuple[float, float]]) -> None:
        self.inside.locator(f".leaflet-draw-draw-{tool}").click()
        for point in [*points, points[0] if tool == "polygon" else points[-1]]:
            self.click_at(*point)

    def click_feature(self, feature_id: str) -> None:
        """Click the middle of a feature on the screen."""
        x, y = self.frame.evaluate(
            """id => {
                for (const layer of Object.values(window.map._layers)) {
                    if (layer.feature?.properties?.id !== id || !layer.options.interactive) continue;
                    const middle = layer.getBounds ? layer.getBounds().getCenter() : layer.getLatLng();
                    const { x, y } = window.map.latLngToContainerPoint(middle);
                    return [x, y];
                }
            }""",
            feature_id,
        )
        self.click_at(x, y)


@pytest.fixture
def map_page(browser_page, app_server) -> MapPage:
    return MapPage(browser_page, app_server(MAP_APP)).open()


def test_the_map_draws_from_this_machine_alone_in_one_run(map_page, request_log):
    assert map_page.seen()["runs"] == 1
    assert request_log.outside == []
    expect(map_page.inside.locator(".leaflet-site-land-pane path")).to_have_count(4)
    expect(map_page.inside.locator(".leaflet-control-scale-line")).to_have_count(1)
    expect(map_page.inside.locator(".leaflet-control-attribution")).to_be_hidden()


def test_korean_type_loads_in_the_map_and_on_the_page(map_page):
    for frame in (map_page.frame, map_page.page.main_frame):
        loaded = "[...document.fonts].some(f => f.family.includes('GIS Gothic') && f.status === 'loaded')"
        assert frame.evaluate(loaded)


def test_the_drawing_tools_speak_korean(map_page):
    button = map_page.inside.locator(".leaflet-draw-draw-polygon")
    expect(button).to_have_attribute("title", "구역 그리기")
    expect(map_page.inside.locator(".leaflet-control-zoom-in")).to_have_attribute("title", "확대")


def test_a_schematic_outline_is_hatched_and_stays_so_after_zooming(map_page):
    def hatch() -> dict:
        return map_page.frame.evaluate(
            """() => {
                const path = document.querySelector("path[fill^='url(#hatch']");
                const pattern = document.querySelector(path.getAttribute("fill").slice(4, -1));
                return {bars: pattern.querySelectorAll("rect").length, width: path.getBBox().width};
            }"""
        )

    before = hatch()
    map_page.inside.locator(".leaflet-control-zoom-in").click()
    map_page.settle()
    after = hatch()
    assert before["bars"] == after["bars"] == 2
    assert after["width"] == pytest.approx(2 * before["width"], rel=0.05)


def test_the_hatch_is_painted(map_page):
    outline = map_page.inside.locator("path[fill^='url(#hatch']")
    hatched = outline.screenshot()
    map_page.frame.evaluate("document.querySelectorAll('pattern').forEach(p => p.remove())")
    assert outline.screenshot() != hatched


def test_labels_never_overlap(map_page):
    def overlaps() -> int:
        return map_page.frame.evaluate(
            """() => {
                const boxes = [...document.querySelectorAll(".site-label > span")]
                    .filter(tag => tag.style.visibility !== "hidden")
                    .map(tag => tag.getBoundingClientRect());
                const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
                    && a.top < b.bottom - 1 && b.top < a.bottom - 1;
                return boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b => meet(a, b))).length;
            }"""
        )

    assert overlaps() == 0
    for _ in range(2):
        map_page.inside.locator(".leaflet-control-zoom-out").click()
        map_page.settle()
        assert overlaps() == 0


def test_a_name_is_text_and_never_html(map_page):
    assert map_page.frame.evaluate("document.querySelectorAll('.leaflet-pane b').length") == 0
    x, y = map_page.frame.evaluate(
        """(() => {
            const {x, y} = window.map.latLngToContainerPoint([35.16, 126.76]);
            return [x, y];
        })()"""
    )
    map_page.mouse_to(x, y)
    map_page.settle()  # the tooltip of what the mouse passed fades
    tooltip = map_page.inside.locator(".site-tooltip")
    expect(tooltip).to_contain_text("<img src=x onerror=alert(1)>")
    assert map_page.inside.locator("img").count() == 0


def test_pan_zoom_and_hover_run_nothing(map_page):
    view = map_page.view()
    map_page.drag((600, 420), (520, 380))
    map_page.inside.locator(".leaflet-control-zoom-in").click()
    map_page.settle()
    for x in range(200, 700, 100):
        map_page.mouse_to(x, 230)
    assert map_page.view() != view
    assert map_page.seen()["runs"] == 1


def test_a_layer_switch_neither_remounts_the_map_nor_moves_it(map_page):
    map_page.iframe.evaluate("element => element.dataset.mark = 'first'")
    map_page.drag((600, 420), (520, 380))
    view = map_page.view()
    shapes = map_page.shapes.count()
    map_page.switch("공원")
    expect(map_page.shapes).to_have_count(shapes + 1)
    map_page.switch("공원")
    expect(map_page.shapes).to_have_count(shapes)
    assert map_page.iframe.get_attribute("data-mark") == "first"
    assert map_page.view() == view
    assert map_page.seen()["runs"] == 3
    assert map_page.frame.evaluate("window.feature_group.length") == 1


def test_a_click_names_the_feature_and_a_second_click_another(map_page):
    map_page.click_feature("alpha")
    first = map_page.seen()
    assert (first["clicked_layer"], first["clicked_id"], first["runs"]) == ("complexes", "alpha", 2)
    map_page.click_feature("delta")
    second = map_page.seen()
    assert (second["clicked_id"], second["runs"]) == ("delta", 3)
    map_page.click_feature("firm-1")
    assert map_page.seen()["clicked_layer"] == "firms"


def test_an_arc_can_be_pointed_at_and_clicked(map_page):
    x, y = map_page.frame.evaluate(
        """(() => {
            const line = Object.values(window.map._layers).find(
                l => l.feature?.properties?.id === "alpha-delta-service" && l.options.interactive);
            const {x, y} = window.map.latLngToContainerPoint(line.getLatLngs()[5]);
            return [x, y];
        })()"""
    )
    map_page.mouse_to(x, y + 5)  # beside the thin line
    expect(map_page.inside.locator(".site-tooltip")).to_contain_text("alpha → delta")
    map_page.click_at(x, y + 5)
    seen = map_page.seen()
    assert (seen["clicked_layer"], seen["clicked_id"]) == ("links", "alpha-delta-service")


def test_a_drawn_polygon_reaches_python_once_and_shows_its_area(map_page):
    map_page.draw("polygon", TRIANGLE)
    seen = map_page.seen()
    (drawing,) = seen["drawings"]
    assert drawing["type"] == "Polygon"
    assert len(drawing["coordinates"][0]) == 4
    assert (seen["clicked_id"], seen["runs"]) == (None, 2)
    expect(map_page.inside.locator(".site-measure")).to_have_text(_area_text(drawing))


def _area_text(polygon: dict) -> str:
    area = abs(GEOD.polygon_area_perimeter(*zip(*polygon["coordinates"][0], strict=True))[0])
    pyeong = float(f"{area * 121 / 400:.3e}")  # four digits
    return f"{area / 1e4:,.0f} 만㎡ · {pyeong:,.0f} 평"


def test_the_measures_in_the_browser_are_geodesic(map_page):
    corners = [(126.60, 35.10), (126.75, 35.08), (126.90, 35.25), (126.65, 35.22)]
    points = [{"lng": lon, "lat": lat} for lon, lat in corners]
    area = map_page.frame.evaluate("ring => siteMap.area(ring)", points)
    expected = abs(GEOD.polygon_area_perimeter(*zip(*corners, strict=True))[0])
    assert area == pytest.approx(expected, rel=1e-5)
    length = map_page.frame.evaluate("([a, b]) => siteMap.distance(a, b)", [points[0], points[2]])
    assert length == pytest.approx(GEOD.inv(*corners[0], *corners[2])[2], rel=1e-5)


def test_a_drawn_line_shows_its_length(map_page):
    map_page.draw("polyline", [(450, 60), (650, 60)])
    (line,) = map_page.seen()["drawings"]
    length = GEOD.line_length(*zip(*line["coordinates"], strict=True))
    expect(map_page.inside.locator(".site-measure")).to_have_text(f"{length / 1000:.4g} km")


def test_a_rectangle_is_drawn_by_dragging(map_page):
    map_page.inside.locator(".leaflet-draw-draw-rectangle").click()
    map_page.drag((450, 60), (600, 160))
    assert [shape["type"] for shape in map_page.seen()["drawings"]] == ["Polygon"]


def test_drawings_and_view_survive_reruns_page_changes_and_a_refresh(map_page):
    map_page.draw("polygon", TRIANGLE)
    map_page.drag((600, 420), (520, 380))
    view, drawings = map_page.view(), map_page.seen()["drawings"]

    def unchanged() -> bool:
        expect(map_page.inside.locator(".site-measure")).to_have_count(1)
        return map_page.view() == view and map_page.seen()["drawings"] == drawings

    map_page.switch("다시 실행")
    assert unchanged()
    map_page.page.get_by_text("다른 쪽").click()
    expect(map_page.page.get_by_text("지도가 없는 쪽")).to_be_visible()
    map_page.page.get_by_text("지도", exact=True).click()
    map_page.ready()
    assert unchanged()
    map_page.page.reload()
    map_page.ready()
    assert unchanged()
    assert map_page.seen()["runs"] == 2  # one, and one because the drawings came back


def test_a_deleted_drawing_is_gone_and_no_earlier_click_returns(map_page):
    map_page.click_feature("alpha")
    map_page.draw("polygon", TRIANGLE)
    map_page.click_feature("alpha")
    count = map_page.seen()["click_count"]
    map_page.inside.locator(".leaflet-draw-edit-remove").click()
    map_page.click_at(530, 100)
    map_page.inside.get_by_text("저장", exact=True).click()
    assert map_page.comes(drawings=[], clicked_id=None)
    assert map_page.seen()["click_count"] > count
    map_page.page.reload()
    map_page.ready()
    assert map_page.seen()["drawings"] == []


def test_an_edited_drawing_reaches_python_and_is_measured_anew(map_page):
    map_page.draw("polygon", TRIANGLE)
    before = map_page.seen()["drawings"]
    map_page.inside.locator(".leaflet-draw-edit-edit").click()
    map_page.drag(TRIANGLE[2], (560, 230))
    map_page.inside.get_by_text("저장", exact=True).click()
    (after,) = map_page.seen()["drawings"]
    assert [after] != before
    expect(map_page.inside.locator(".site-measure")).to_have_text(_area_text(after))


def test_tiles_that_never_come_leave_a_note_and_the_land(map_page, request_log):
    map_page.page.route("**/*.openstreetmap.org/**", lambda route: route.abort())
    map_page.switch("온라인 지도")
    expect(map_page.inside.locator(".site-note")).to_contain_text("행정경계만")
    expect(map_page.inside.locator(".leaflet-site-land-pane path")).to_have_count(4)
    assert map_page.frame.evaluate("window.map.getContainer().dataset.tiles") == "offline"
    expect(map_page.inside.locator(".leaflet-control-attribution")).to_be_hidden()
    assert all("openstreetmap" in url for url in request_log.outside)
    assert all("openstreetmap" in failure for failure in request_log.failed)
    request_log.outside.clear()
    request_log.failed.clear()


def test_tiles_that_come_stay_and_are_named(map_page, request_log):
    map_page.page.route(
        "**/*.openstreetmap.org/**",
        lambda route: route.fulfill(
            content_type="image/svg+xml",
            body="<svg xmlns='http://www.w3.org/2000/svg' width='256' height='256'/>",
        ),
    )
    map_page.switch("온라인 지도")
    attribution = map_page.inside.locator(".leaflet-control-attribution")
    expect(attribution).to_have_text("© OpenStreetMap contributors")
    map_page.page.wait_for_timeout(4500)
    assert map_page.frame.evaluate("window.map.getContainer().dataset.tiles") == "online"
    expect(map_page.inside.locator(".site-note")).to_have_count(0)
    request_log.outside.clear()
