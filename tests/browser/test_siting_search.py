"""입지 in a real browser: a search shows its sites and what closed the rest, and map and table choose in each other."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.browser.test_site import the_map


@pytest.fixture
def searched(app_server, browser_page: Page) -> Page:
    browser_page.set_viewport_size({"width": 1400, "height": 1400})
    browser_page.goto(app_server(ROOT / "app.py"))
    browser_page.get_by_role("link", name="입지").click()
    browser_page.get_by_role("button", name="찾기", exact=True).click()
    expect(browser_page.get_by_text(re.compile("구역 [0-9]+곳을 찾았습니다"))).to_be_visible()
    return browser_page


def test_a_search_says_what_it_rests_on_without_internet(searched: Page, request_log):
    expect(searched.get_by_text("형상·거리만; 제약자료 0/15종", exact=False)).to_be_visible()
    expect(searched.get_by_text(re.compile("가장 많이 열리는 것으로 확인된 제약"))).to_be_visible()
    expect(searched.get_by_role("list", name=re.compile("맨 먼저 막는 제약"))).to_be_visible()
    expect(the_map(searched).locator("img.leaflet-image-layer")).to_have_count(1)
    expect(searched.locator("[data-testid='stException']")).to_have_count(0)
    assert request_log.outside == []


def test_a_site_clicked_on_the_map_is_chosen_in_the_table(searched: Page):
    sites = the_map(searched).locator("path.leaflet-interactive[stroke-width='1.8']")
    sites.first.wait_for()
    sites.last.dispatch_event("click")
    expect(the_map(searched).locator("path.leaflet-interactive[stroke-width='3.6']")).to_have_count(1)


def test_the_map_of_closed_positions_can_be_put_away(searched: Page):
    searched.get_by_text("막은 제약 지도", exact=True).click()
    expect(the_map(searched).locator("img.leaflet-image-layer")).to_have_count(0)


def test_a_search_can_be_stopped(app_server, browser_page: Page):
    browser_page.goto(app_server(ROOT / "app.py"))
    browser_page.get_by_role("link", name="입지").click()
    browser_page.get_by_text("형상: 모양", exact=False).click()
    browser_page.get_by_label("회전 간격 (°)").fill("2")
    browser_page.get_by_label("회전 간격 (°)").press("Enter")
    browser_page.get_by_role("button", name="찾기", exact=True).click()
    browser_page.get_by_role("button", name="멈추기").click()
    expect(browser_page.get_by_text("조건을 고르고 찾기를 누르세요", exact=False)).to_be_visible()
    expect(browser_page.get_by_text(re.compile("곳을 찾았습니다"))).to_have_count(0)


def test_a_table_leaves_only_as_our_file_which_carries_units(searched: Page):
    theirs = searched.locator("[data-testid='stElementToolbar'] button[aria-label*='CSV']")
    expect(theirs.first).to_be_attached()
    expect(theirs.first).to_be_hidden()
