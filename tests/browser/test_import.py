"""A file from the drop to the map, in a real browser; nothing leaves this machine."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import ROOT, choose, start_app, wait_for_app

MAP = 'iframe[title="streamlit_folium.st_folium"]'


@pytest.fixture
def site(tmp_path, browser_page: Page) -> Iterator[Page]:
    """Open the app on a workspace of its own: what a test imports must not reach the next."""
    url, server = start_app(ROOT / "app.py", tmp_path)
    wait_for_app(url, server, tmp_path / "log.txt")
    browser_page.set_viewport_size({"width": 1400, "height": 950})
    browser_page.goto(url)
    the_map(browser_page).locator("path.leaflet-interactive").first.wait_for(timeout=60_000)
    yield browser_page
    browser_page.close()  # a page left open asks after its server
    server.terminate()
    server.wait(timeout=20)


@pytest.fixture
def outline(tmp_path) -> Path:
    ring = [[126.776, 35.203], [126.790, 35.203], [126.790, 35.217], [126.776, 35.217], [126.776, 35.203]]
    named = {"dan_name": "진곡일반산업단지", "grade": "C", "비고": "<img src=x onerror=alert(1)>"}
    shape = {"type": "Feature", "properties": named, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path = tmp_path / "단지경계.geojson"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [shape]}, ensure_ascii=False), encoding="utf-8"
    )
    return path


def the_map(page: Page) -> FrameLocator:
    return page.frame_locator(MAP)


def go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).click()
    expect(page.locator("[data-testid='stMainBlockContainer']")).to_be_visible()


def bring(page: Page, path: Path) -> None:
    go(page, "자료·출처")
    page.get_by_role("radio", name="가져오기").or_(page.get_by_text("가져오기", exact=True)).first.click()
    page.locator("input[type=file]").first.set_input_files(path)
    expect(page.get_by_text("좌표계 EPSG:4326")).to_be_visible()
    expect(the_map(page).locator("path.leaflet-interactive").first).to_be_visible()
    page.get_by_role("button", name="보관", exact=True).click()
    expect(page.get_by_text("보관했습니다: 단지경계")).to_be_visible()


def test_a_dropped_boundary_replaces_the_schematic_one_on_the_map_and_back(site: Page, outline, request_log):
    expect(the_map(site).locator(".site-stamp")).to_have_count(4)
    bring(site, outline)
    site.get_by_role("button", name="이 경계를 쓰기").click()
    expect(site.get_by_text("진곡산단 좌표면적")).to_be_visible()
    go(site, "지도")
    expect(the_map(site).locator(".site-stamp")).to_have_count(3)
    expect(site.get_by_text("실제 경계: 진곡산단")).to_be_visible()
    site.reload()
    expect(the_map(site).locator(".site-stamp")).to_have_count(3)
    go(site, "자료·출처")
    site.get_by_text("자료 목록", exact=True).first.click()
    choose(site, ".st-key-outline-jingok-ko input", "모식도 (기본)")
    site.locator(".st-key-use-jingok button").click()
    expect(site.get_by_text("진곡산단 좌표면적")).to_be_visible()
    go(site, "지도")
    expect(the_map(site).locator(".site-stamp")).to_have_count(4)
    assert request_log.outside == []


def test_a_dropped_layer_is_switched_on_upon_the_map(site: Page, outline):
    bring(site, outline)
    go(site, "지도")
    expect(the_map(site).locator(".site-stamp")).to_have_count(4)  # the last layer: all others stand
    count = the_map(site).locator("path.leaflet-interactive").count()
    assert count > 0
    site.get_by_role("tab", name="레이어").click()
    site.get_by_text("단지경계", exact=True).click()
    expect(the_map(site).locator("path.leaflet-interactive")).to_have_count(count + 1)
