"""조서·현황 in a real browser: each table opens for a complex and for what was drawn on the map."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, choose
from tests.browser.test_site import draw_square, the_map

PARTS = ("지역·지구 중첩", "편입 토지", "경계점 좌표", "표고·경사", "토지이용계획", "기준 검토")


@pytest.fixture
def site(app_server, browser_page: Page) -> Page:
    browser_page.set_viewport_size({"width": 1400, "height": 950})
    browser_page.goto(app_server(ROOT / "app.py"))
    the_map(browser_page).locator("path.leaflet-interactive").first.wait_for(timeout=60_000)
    return browser_page


def test_every_table_opens_for_a_complex_without_internet(site: Page, request_log):
    site.get_by_role("link", name="조서·현황").click()
    for part in PARTS:
        site.get_by_role("radio", name=part).click()
        site.wait_for_timeout(2_500)
        expect(site.locator("[data-testid='stException']")).to_have_count(0)
        expect(site.locator("[data-testid='stSpinner']")).to_have_count(0)
    assert request_log.outside == []


def test_a_drawn_square_has_boundary_points(site: Page):
    draw_square(site, 520, 440, 90)
    expect(site.get_by_text(re.compile("검토구역 1: 좌표면적"))).to_be_visible()
    site.get_by_role("link", name="조서·현황").click()
    site.get_by_role("radio", name="경계점 좌표").click()
    choose(site, ".st-key-site-ko input", re.compile("검토구역 1"))
    expect(site.get_by_text(re.compile("경계점 4점"))).to_be_visible()
