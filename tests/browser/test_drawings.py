"""Rasters as the base of the map, and a drawing marked and traced, in a real browser without a network."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Frame, FrameLocator, Page, expect

from gis.io import store
from gis.io.picture import finest_zoom
from gis.study.imports import Keeping
from gis.study.rasters import keep_raster
from tests.browser.conftest import ROOT, choose, start_app, wait_for_app
from tests.test_mbtiles import made, png
from tests.test_pictures import drawing

MAP = 'iframe[title="streamlit_folium.st_folium"]'
GEOREFERENCE_APP = Path(__file__).parent / "apps" / "georeference_app.py"
PLACES = {"nw": (200, 150), "ne": (1_800, 150), "se": (1_800, 1_250), "sw": (200, 1_250)}
"""Control points in pixels; half a meter a pixel, north up, the corner at X 290,000, Y 180,000."""
RING = [(500, 400), (1_500, 400), (1_500, 1_000), (500, 1_000)]


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[dict[str, str]]:
    """Serve the product with an imported tile map, and the view that places a picture, in workspaces of their own."""
    urls, servers = {}, []
    for name, script in (("site", ROOT / "app.py"), ("georeference", GEOREFERENCE_APP)):
        home = tmp_path_factory.mktemp(name)
        before = os.environ.get("GIS_WORKSPACE")
        os.environ["GIS_WORKSPACE"] = str(home / "workspace")
        try:
            if name == "site":
                _keep_tiles(home)
        finally:
            os.environ.pop("GIS_WORKSPACE")
            os.environ.update({"GIS_WORKSPACE": before} if before else {})
        url, server = start_app(script, home)
        servers.append(server)
        wait_for_app(url, server, home / "log.txt")
        urls[name] = url
    yield urls
    for server in servers:
        server.terminate()
        server.wait(timeout=20)


def _keep_tiles(home: Path) -> None:
    """Keep an MBTiles file that covers Gwangju from zoom 9 to 12, red all over."""
    tiles = {}
    for zoom in range(9, 13):
        low, high = _tile(126.5, 35.35, zoom), _tile(127.05, 34.95, zoom)
        tiles |= {
            (zoom, x, y): png((180, 40, 40)) for x in range(low[0], high[0] + 1) for y in range(low[1], high[1] + 1)
        }
    made(home / "red.mbtiles", tiles, attribution="<b>국토지리정보원</b>")
    keep_raster(home / "red.mbtiles", Keeping(name="red", title="붉은 밑그림", confidential=True))
    assert store.layer("red").kind == "Tiles"


def _tile(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    return int((lon + 180) / 360 * 2**zoom), int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**zoom)


def frame_of(page: Page) -> Frame:
    return next(frame for frame in page.frames if "streamlit_folium" in frame.url)


def inside(page: Page) -> FrameLocator:
    return page.frame_locator(MAP).first


def test_an_imported_tile_map_lies_below_without_a_network(served, browser_page: Page, request_log):
    browser_page.set_viewport_size({"width": 1400, "height": 950})
    browser_page.goto(served["site"])
    inside(browser_page).locator("path.leaflet-interactive").first.wait_for(timeout=120_000)
    browser_page.get_by_role("tab", name="레이어").click()
    choose(browser_page, "바탕지도", "가져온 지도(대외비): 붉은 밑그림")
    expect(inside(browser_page).locator(".leaflet-tile-loaded").first).to_be_visible()
    expect(inside(browser_page).locator(".leaflet-control-attribution")).to_have_text("국토지리정보원")
    browser_page.wait_for_timeout(4_500)
    assert frame_of(browser_page).evaluate("map.getContainer().dataset.tiles") == "online"
    expect(inside(browser_page).locator(".site-note")).to_have_count(0)
    assert "base=my_red" in browser_page.url
    assert request_log.outside == []


def test_a_base_that_is_gone_leaves_a_note_and_the_land(served, browser_page: Page, request_log):
    browser_page.route("**/tiles/imported/**", lambda route: route.fulfill(status=404))
    browser_page.goto(f"{served['site']}/?base=my_red")
    inside(browser_page).locator("path.leaflet-interactive").first.wait_for(timeout=120_000)
    expect(inside(browser_page).locator(".site-note")).to_contain_text("행정경계만")
    assert frame_of(browser_page).evaluate("map.getContainer().dataset.tiles") == "offline"
    request_log.failed.clear()


class Drawing:
    """The picture on the page, and what a person does on it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where a pixel of the picture lies on the page."""
        unit = 2 ** finest_zoom(2_000, 1_400)
        at = frame_of(self.page).evaluate(
            "([up, right]) => { const at = map.latLngToContainerPoint([up, right]); return [at.x, at.y]; }",
            [-y / unit, x / unit],
        )
        box = self.page.locator(MAP).first.bounding_box()
        return box["x"] + at[0], box["y"] + at[1]

    def click(self, x: float, y: float, pause: int = 400) -> None:
        place = self.point(x, y)
        self.page.mouse.move(*place)
        self.page.wait_for_timeout(80)
        self.page.mouse.click(*place)
        self.page.wait_for_timeout(pause)

    def mark(self, x: float, y: float) -> None:
        inside(self.page).locator(".leaflet-draw-draw-circlemarker").click()
        self.click(x, y, 1_500)

    def trace(self, ring: list[tuple[int, int]]) -> None:
        inside(self.page).locator(".leaflet-draw-draw-polygon").click()
        for x, y in [*ring, ring[0]]:
            self.click(x, y)
        self.page.wait_for_timeout(1_500)


def control_csv(folder: Path) -> Path:
    path = folder / "points.csv"
    rows = [f"{x},{y},{290_000 - y / 2},{180_000 + x / 2}" for x, y in PLACES.values()]
    path.write_text("\n".join(["pixel_x,pixel_y,X,Y", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def drawing_page(served, browser_page: Page, tmp_path) -> Drawing:
    browser_page.set_viewport_size({"width": 1400, "height": 1300})
    (tmp_path / "plan.png").write_bytes(drawing(2_000, 1_400, dpi=(254, 254)))
    browser_page.goto(served["georeference"])
    upload(browser_page, tmp_path)
    return Drawing(browser_page)


def upload(page: Page, folder: Path) -> None:
    page.locator("input[type=file]").first.set_input_files(folder / "plan.png")
    expect(inside(page).locator(".leaflet-tile-loaded").first).to_be_visible()
    page.wait_for_timeout(1_500)


def test_a_drawing_is_marked_traced_measured_and_kept(drawing_page: Drawing, tmp_path, request_log):
    page = drawing_page.page
    drawing_page.mark(*PLACES["nw"])
    drawing_page.mark(*PLACES["se"])
    expect(inside(page).locator(".site-number")).to_have_text(["1", "2"])
    expect(page.get_by_text("기준점이 0개입니다")).to_be_visible()
    page.locator("input[type=file]").nth(1).set_input_files(control_csv(tmp_path))
    expect(page.get_by_text("자유도 1")).to_be_visible()
    expect(page.get_by_text("도면 축척은 약 1:5,000")).to_be_visible()
    expect(inside(page).locator(".site-number")).to_have_count(4)
    drawing_page.trace(RING)
    said = page.get_by_text("타원체면적 15.")  # 500 m × 300 m, to the width of a line
    expect(said.or_(page.get_by_text("타원체면적 14.9"))).to_be_visible()
    expect(
        page.get_by_text("표준오차 0.14 m")
    ).to_be_visible()  # half a meter a pixel ÷ √12: these points have no error
    page.get_by_role("button", name="경계 저장", exact=True).click()
    expect(page.get_by_text("저장했습니다")).to_be_visible()
    assert request_log.outside == []


def test_a_traced_outline_of_a_complex_is_in_use_at_once_and_shows_what_changed(drawing_page: Drawing, tmp_path):
    page = drawing_page.page
    page.locator("input[type=file]").nth(1).set_input_files(control_csv(tmp_path))
    expect(page.get_by_text("자유도 1")).to_be_visible()
    drawing_page.trace(RING)
    choose(page, "어느 단지의 경계인가", "진곡산단")
    page.get_by_role("button", name="경계 저장: 진곡산단의 경계로 쓰기").click()
    expect(page.get_by_text("진곡산단 좌표면적 190.80 만㎡ →")).to_be_visible()
    expect(page.get_by_text("등급 C 도면 디지타이징")).to_be_visible()
    expect(page.get_by_text("첨단3지구–진곡산단")).to_be_visible()


def test_marks_trace_and_typed_coordinates_survive_a_refresh(drawing_page: Drawing, tmp_path):
    page = drawing_page.page
    page.locator("input[type=file]").nth(1).set_input_files(control_csv(tmp_path))
    expect(page.get_by_text("자유도 1")).to_be_visible()
    drawing_page.trace(RING)
    expect(page.get_by_text("그린 경계")).to_be_visible()
    page.reload()
    upload(page, tmp_path)
    expect(page.get_by_text("자유도 1")).to_be_visible()
    expect(page.get_by_text("그린 경계")).to_be_visible()
