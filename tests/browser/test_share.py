"""A link opens the page again as it was seen, by somebody else; what is 대외비 is in none."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from gis.study import scenarios
from tests.browser.conftest import PATIENCE, ROOT, choose, start_app, wait_for_app

VIEW = "sessionStorage.getItem('site-map:view')"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Serve the app over a workspace with an open and a confidential scenario."""
    home = tmp_path_factory.mktemp("shared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIS_WORKSPACE", str(home / "workspace"))
        scenarios.create("열린 안", "open")
        scenarios.create("몰래", "hidden", confidential=True)
    url, server = start_app(ROOT / "app.py", home)
    wait_for_app(url, server, home / "log.txt")
    yield url
    server.terminate()
    server.wait(timeout=20)


def visit(chromium: Browser, address: str, clipboard: bool = True) -> Page:
    rights = ["clipboard-read", "clipboard-write"] if clipboard else []
    page = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="ko-KR", permissions=rights).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.frame_locator("iframe").locator("path.leaflet-interactive").first.wait_for()
    return page


def copied(page: Page) -> str:
    page.get_by_role("button", name="링크 복사").click()
    expect(page.get_by_role("button", name="복사했습니다")).to_be_visible()
    return page.evaluate("navigator.clipboard.readText()")


def test_a_link_restores_page_choices_scenario_and_view(chromium: Browser, shared: str):
    mine = visit(chromium, f"{shared}/?complex=bitgreen&unit=ha&scenario=open&layers=complexes")
    mine.frame_locator("iframe").locator(".leaflet-control-zoom-in").click()
    mine.wait_for_function(f"{VIEW} !== null")
    link = copied(mine)
    theirs = visit(chromium, link)
    assert theirs.evaluate(f"JSON.parse({VIEW}).zoom") == mine.evaluate(f"JSON.parse({VIEW}).zoom")
    expect(theirs.get_by_text("407.11 ha").first).to_be_visible()
    expect(theirs.get_by_role("combobox", name="대안")).to_have_value("열린 안")
    mine.context.close()
    theirs.context.close()


def test_a_confidential_scenario_is_in_no_link(chromium: Browser, shared: str):
    page = visit(chromium, shared)
    choose(page, "대안", re.compile("몰래"))
    expect(page.locator(".secret")).to_be_visible()
    assert "hidden" not in copied(page)
    page.context.close()


def test_without_a_clipboard_the_address_stands_there_to_copy(chromium: Browser, shared: str):
    page = visit(chromium, shared, clipboard=False)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    page.get_by_role("button", name="링크 복사").click()
    expect(page.get_by_role("textbox", name="이 화면의 주소")).to_have_value(re.compile("^http"))
    page.context.close()
