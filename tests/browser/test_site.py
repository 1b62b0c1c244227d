"""The whole product in a real browser: what a planner does, and nothing that leaves this machine."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from gis.study.reports import Asked
from gis.view.report import full_report
from gis.view.report.html import html_text
from tests.browser.conftest import ROOT, choose

PAGES = ("지도", "면적·거리", "조서·현황", "공급망", "자료·출처", "보고서")
MAP = 'iframe[title="streamlit_folium.st_folium"]'


@pytest.fixture
def site(app_server, browser_page: Page) -> Page:
    browser_page.set_viewport_size({"width": 1400, "height": 950})
    browser_page.goto(app_server(ROOT / "app.py"))
    the_map(browser_page).locator("path.leaflet-interactive").first.wait_for(timeout=60_000)
    return browser_page


def the_map(page: Page) -> FrameLocator:
    return page.frame_locator(MAP)


def centers(page: Page) -> dict[str, tuple[float, float]]:
    """Return where on the page each complex is drawn."""
    frame = next(frame for frame in reversed(page.frames) if "folium" in frame.url)
    box = page.locator(MAP).bounding_box()
    points = frame.evaluate(
        """() => { const found = {}; map.eachLayer((layer) => {
            const properties = layer.feature && layer.feature.properties;
            if (properties && properties.layer === "complexes") {
              const at = map.latLngToContainerPoint(layer.getBounds().getCenter());
              found[properties.id] = [at.x, at.y];
            } }); return found; }"""
    )
    return {name: (box["x"] + x, box["y"] + y) for name, (x, y) in points.items()}


def draw_square(page: Page, left: float, top: float, size: float) -> None:
    box = page.locator(MAP).bounding_box()
    the_map(page).locator(".leaflet-draw-draw-polygon").click()
    corners = [(left, top), (left + size, top), (left + size, top + size), (left, top + size), (left, top)]
    for x, y in corners:
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.wait_for_timeout(80)
        page.mouse.click(box["x"] + x, box["y"] + y)
        page.wait_for_timeout(350)


def test_the_map_shows_the_four_complexes_by_name(site: Page):
    assert set(centers(site)) == {"cheomdan3", "bitgreen", "jingok", "futurecar"}
    for name in ("첨단3지구", "빛그린산단", "진곡산단", "미래차 국가산단"):
        expect(the_map(site).locator(".site-name", has_text=name).first).to_be_visible()


def test_every_schematic_outline_is_stamped_and_hatched(site: Page):
    expect(the_map(site).locator(".site-stamp")).to_have_count(4)
    fills = (
        the_map(site).locator("path.leaflet-interactive").evaluate_all("all => all.map(e => e.getAttribute('fill'))")
    )
    assert sum(str(fill).startswith("url(#hatch") for fill in fills) == 4


def test_every_page_opens_without_fault_or_outside_request(site: Page):
    for name in PAGES[1:] + PAGES[:1]:
        site.get_by_role("link", name=name).click()
        expect(site.locator("[data-testid='stMainBlockContainer']")).to_be_visible()
        site.wait_for_timeout(1_500)
        expect(site.locator("[data-testid='stException']")).to_have_count(0)
        expect(site.get_by_role("alert")).to_have_count(0)


def test_a_click_on_a_complex_opens_its_card(site: Page):
    x, y = centers(site)["jingok"]
    site.mouse.click(x - 8, y + 12)
    card = site.locator(".gis-card")
    expect(card).to_contain_text("진곡일반산업단지")
    for part in ("좌표면적", "타원체면적", "모식도", "이웃 단지", "추진 경위", "들어오는 연계", "나가는 연계"):
        expect(card).to_contain_text(part)
    expect(site).to_have_url(re.compile("complex=jingok"))


def test_a_drawn_square_shows_areas_districts_and_distances(site: Page):
    draw_square(site, 520, 440, 90)
    expect(site.get_by_text(re.compile("검토구역 1: 좌표면적 .*만㎡, 타원체면적 .*만㎡"))).to_be_visible()
    expect(site.locator("[data-testid='stDataFrame']")).to_have_count(3)


def test_drawings_survive_another_page_and_a_refresh(site: Page):
    draw_square(site, 520, 440, 90)
    text = site.get_by_text(re.compile("검토구역 1: 좌표면적"))
    said = text.inner_text()
    site.get_by_role("link", name="보고서").click()
    site.wait_for_timeout(1_000)
    site.get_by_role("link", name="지도").click()
    expect(text).to_have_text(said, timeout=30_000)
    site.reload()
    expect(text).to_have_text(said, timeout=60_000)


def test_a_layer_switch_keeps_the_map_mounted_and_reaches_the_address(site: Page):
    site.locator(MAP).evaluate("frame => { frame.dataset.mark = 'same'; }")
    site.get_by_role("tab", name="레이어").click()
    site.get_by_role("button", name="기준점 (정류장·역·공항)").click()
    expect(the_map(site).locator("path.leaflet-interactive")).not_to_have_count(0)
    site.wait_for_timeout(2_000)
    assert site.locator(MAP).get_attribute("data-mark") == "same"
    expect(site).to_have_url(re.compile("layers=reference_points"))


def count_runs(page: Page) -> None:
    """Count from now on how often the page's script starts or ends, in `window.runs`."""
    page.evaluate(
        """() => { window.runs = 0; new MutationObserver(() => { window.runs += 1; }).observe(
            document.querySelector("[data-testid=stApp]"),
            {attributes: true, attributeFilter: ["data-test-script-state"]}); }"""
    )


def test_pan_zoom_and_hover_cause_no_rerun_but_a_layer_switch_does(site: Page):
    box = site.locator(MAP).bounding_box()
    site.wait_for_timeout(1_500)
    count_runs(site)
    site.mouse.move(box["x"] + 600, box["y"] + 600)
    site.mouse.down()
    site.mouse.move(box["x"] + 450, box["y"] + 500, steps=6)
    site.mouse.up()
    site.mouse.wheel(0, -400)
    x, y = centers(site)["jingok"]
    site.mouse.move(x, y, steps=5)
    site.wait_for_timeout(2_000)
    assert site.evaluate("window.runs") == 0
    site.get_by_role("tab", name="레이어").click()
    site.get_by_text("공급망 연계", exact=True).click()
    site.wait_for_function("window.runs > 0")


def test_english_reaches_every_page(site: Page):
    choose(site, "언어", "English")
    expect(site.get_by_role("link", name="Value chain")).to_be_visible()
    expect(site).to_have_url(re.compile("lang=en"))
    for name in ("Areas and distances", "Value chain", "Data and sources", "Report", "Map"):
        site.get_by_role("link", name=name).click()
        site.wait_for_timeout(1_200)
        expect(site.get_by_role("link", name=name)).to_be_visible()
        expect(site.locator("[data-testid='stException']")).to_have_count(0)


def test_a_report_is_shown_page_by_page_and_taken_away_and_so_is_a_layer(site: Page, tmp_path: Path):
    site.get_by_role("link", name="보고서").click()
    site.get_by_text("1매 요약 (A3)").click()
    site.get_by_role("button", name="보고서 만들기").click()
    with site.expect_download() as report:
        site.get_by_role("button", name="PDF").click(timeout=60_000)
    preview = site.get_by_role("img", name="미리보기: 1쪽 가운데 1쪽")
    expect(preview).to_be_visible()
    assert preview.evaluate("picture => picture.naturalWidth > 1000")
    assert report.value.suggested_filename == "site-planning-summary.pdf"
    assert Path(report.value.path()).read_bytes().startswith(b"%PDF-")
    with site.expect_download() as layer:
        site.get_by_role("button", name="산업단지 4곳 내려받기").click()
    assert layer.value.suggested_filename == "complexes_schematic.geojson"
    text = Path(layer.value.path()).read_text(encoding="utf-8")
    assert '"grade": "D"' in text


def test_the_html_report_asks_for_nothing_and_gives_its_shapes_back(browser_page: Page, tmp_path: Path):
    made = full_report(Asked(parts=("location", "areas")))
    (tmp_path / "report.html").write_text(html_text(made), encoding="utf-8")
    asked: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.goto((tmp_path / "report.html").as_uri())
    browser_page.locator("#live summary").click()
    expect(browser_page.locator("#map path.leaflet-interactive")).to_have_count(4)
    with browser_page.expect_download() as shapes:
        browser_page.locator("[data-take]").first.click()
    assert len(json.loads(Path(shapes.value.path()).read_text(encoding="utf-8"))["features"]) == 4
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []


def test_no_stock_clutter_is_left(site: Page):
    expect(site.locator("[data-testid='stAppDeployButton']")).to_have_count(0)
    expect(the_map(site).locator(".leaflet-control-attribution a", has_text="Leaflet")).to_have_count(0)


def test_the_map_is_large_at_every_size(site: Page):
    for width, height in ((1400, 950), (1920, 1080), (800, 900)):
        site.set_viewport_size({"width": width, "height": height})
        site.wait_for_timeout(1_000)
        box = site.locator(MAP).bounding_box()
        assert box["width"] * box["height"] >= 0.4 * width * height
        assert box["y"] + box["height"] <= height + 60


def test_a_choice_outlasts_two_changes_of_the_language(site: Page):
    site.get_by_role("link", name="공급망").click()
    choose(site, "범위", "소부장 특화단지 3곳")
    expect(site.get_by_text("소부장 특화단지 3곳(계획 기준)").first).to_be_visible()
    for box, choice, back in (("언어", "English", "Scope"), ("Language", "한국어", "범위")):
        choose(site, box, choice)
        expect(site.get_by_role("combobox", name=back)).to_be_visible()
        site.wait_for_timeout(1_000)
        expect(site).to_have_url(re.compile("scope=cluster"))
    expect(site.get_by_text("소부장 특화단지 3곳(계획 기준)").first).to_be_visible()
