"""대안 in a real browser: outlines drawn and moved on the map are kept at once, and maps side by side move together."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from gis import study
from gis.study import active, scenarios
from gis.units import parse_area
from tests.browser.conftest import ROOT, choose, start_app, wait_for_app

MAP = 'iframe[title="streamlit_folium.st_folium"]'


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("scenarios")


@pytest.fixture(scope="module")
def served(home) -> Iterator[str]:
    url, server = start_app(ROOT / "app.py", home)
    wait_for_app(url, server, home / "log.txt")
    yield url
    server.terminate()
    server.wait(timeout=20)


@pytest.fixture(autouse=True)
def shared(home, monkeypatch):
    """Read the workspace of the app."""
    monkeypatch.setenv("GIS_WORKSPACE", str(home / "workspace"))


@pytest.fixture
def page(served, browser_page: Page) -> Page:
    browser_page.set_viewport_size({"width": 1500, "height": 1200})
    browser_page.goto(served)
    browser_page.locator(MAP).wait_for()
    return browser_page


def made(title: str) -> str:
    kept = scenarios.create(title)
    square = {
        "type": "Polygon",
        "coordinates": [[[126.69, 35.13], [126.71, 35.13], [126.71, 35.15], [126.69, 35.15], [126.69, 35.13]]],
    }
    scenarios.set_outline(kept.id, "futurecar", square)
    return kept.id


def look_at(page: Page, title: str) -> FrameLocator:
    page.reload()
    page.locator(MAP).wait_for()
    page.get_by_role("link", name="대안").click()
    page.get_by_role("radio", name="견주기").wait_for()
    choose(page, "대안", title)
    frame = page.frame_locator(MAP).first
    frame.locator(".leaflet-draw-edit-edit").wait_for()
    return frame


def revision(page: Page, number: int) -> None:
    expect(page.get_by_text(f": {number}번 이력이 쓰이고 있습니다")).to_be_visible()


def test_a_corner_moved_on_the_map_is_kept_at_once_and_taken_back(page: Page):
    name = made("모서리")
    before = active.kept(name)
    frame = look_at(page, "모서리")
    revision(page, before.number)
    frame.locator(".leaflet-draw-edit-edit").click()
    page.wait_for_timeout(1_000)
    corner = frame.locator(".leaflet-editing-icon").first.bounding_box()
    page.mouse.move(corner["x"] + 5, corner["y"] + 5)
    page.mouse.down()
    page.mouse.move(corner["x"] + 25, corner["y"] + 20, steps=6)
    page.mouse.up()
    frame.locator(".leaflet-draw-actions a").first.click()
    revision(page, before.number + 1)
    old, new = (
        {tuple(point) for point in kept.scenario.sites[0].geometry["coordinates"][0]}
        for kept in (before, active.kept(name))
    )
    assert len(old - new) == 1, "only the corner that was moved is another one"
    page.get_by_role("button", name="되돌리기", exact=True).click()
    revision(page, before.number + 2)
    assert active.kept(name).scenario == before.scenario
    page.goto(page.url.replace("/scenarios", "/"))
    page.get_by_role("link", name="대안").click()
    revision(page, before.number + 2)


def test_a_rectangle_drawn_on_the_map_is_a_new_site(page: Page):
    name = made("새 터")
    number = active.kept(name).number
    frame = look_at(page, "새 터")
    draw_new_site(page, frame)
    revision(page, number + 1)
    expect(page.get_by_text(re.compile("새 구역 1: 좌표면적"))).to_be_visible()
    assert [site.id for site in active.kept(name).scenario.sites] == ["futurecar", "site_1"]


def draw_new_site(page: Page, frame: FrameLocator) -> None:
    choose(page, "구역", "+ 새 구역 그리기")
    frame.locator(".leaflet-editing-icon").first.wait_for(state="detached")
    page.wait_for_timeout(3_000)
    frame.locator(".leaflet-draw-draw-rectangle").click()
    box = page.locator(MAP).bounding_box()
    page.mouse.move(box["x"] + 420, box["y"] + 380)
    page.mouse.down()
    page.mouse.move(box["x"] + 480, box["y"] + 440, steps=5)
    page.mouse.up()


def test_what_is_drawn_after_somebody_else_kept_a_change_is_held_and_asked_about(page: Page):
    name = made("둘이서")
    frame = look_at(page, "둘이서")
    revision(page, active.kept(name).number)
    theirs = scenarios.edit(name, {"note": "다른 창에서"})
    draw_new_site(page, frame)
    expect(page.get_by_text("저장하지 못한 내 변경이 있습니다")).to_be_visible()
    assert active.kept(name) == theirs
    page.get_by_role("button", name="새 이력에 내 변경 적용").click()
    revision(page, theirs.number + 1)
    now = active.kept(name).scenario
    assert now.note == "다른 창에서" and [site.id for site in now.sites] == ["futurecar", "site_1"]


def area(name: str) -> float:
    with active.under(name):
        return float(study.areas(study.source_layer()).set_index("id").loc["futurecar", "planar_area"])


def test_of_two_areas_typed_at_once_the_second_is_held_not_the_outline_that_the_map_shows(page: Page):
    name = made("두 넓이")
    look_at(page, "두 넓이")
    page.wait_for_timeout(2_000)
    theirs = scenarios.set_outline(name, "futurecar", scenarios.reshaped(outline(name), area=parse_area("100만평")))
    page.get_by_placeholder("100만평").fill("90만평")
    page.get_by_placeholder("100만평").press("Tab")
    said = page.get_by_text("저장하지 못한 내 변경이 있습니다")
    for _ in range(5):  # the message on the other's change pushes the button down, maybe under a click
        page.get_by_role("button", name="적용", exact=True).click()
        page.wait_for_timeout(6_000)
        if said.count():
            break
    expect(said).to_be_visible()
    assert active.kept(name) == theirs and area(name) == pytest.approx(parse_area("100만평"), abs=1)
    page.get_by_role("button", name="새 이력에 내 변경 적용").click()
    revision(page, theirs.number + 1)
    assert area(name) == pytest.approx(parse_area("90만평"), abs=1)


def outline(name: str) -> dict:
    with active.under(name):
        return scenarios.outline_of("futurecar")


def test_maps_side_by_side_move_together(page: Page):
    made("견줄 안")
    look_at(page, "견줄 안")
    page.get_by_role("radio", name="견주기").click()
    expect(page.locator(MAP)).to_have_count(2)
    first, second = (page.frame_locator(MAP).nth(number) for number in range(2))
    scale = second.locator(".leaflet-control-scale-line").first
    expect(scale).to_be_visible()
    before = scale.inner_text()
    first.locator(".leaflet-control-zoom-in").click()
    first.locator(".leaflet-control-zoom-in").click()
    expect(scale).not_to_have_text(before)
    expect(first.locator(".leaflet-control-scale-line").first).to_have_text(scale.inner_text())


def test_a_confidential_scenario_stays_out_of_the_address(page: Page):
    name = made("비밀 터")
    scenarios.edit(name, {"confidential": True})
    look_at(page, "비밀 터")
    expect(page.get_by_text("대외비 대안입니다")).to_be_visible()
    assert name not in page.url
