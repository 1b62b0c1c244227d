"""Nobody is kept out: axe-core finds no serious fault on any page, and the keyboard reaches whatever can be pressed."""

from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page, expect

from gis.i18n import LANGUAGES
from tests.browser.conftest import PATIENCE, ROOT

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
GRAVE = ("serious", "critical")
FAULTS = """async standards => (await axe.run({resultTypes: ['violations'], runOnly: standards})).violations
  .flatMap(rule => rule.nodes.map(node => ({impact: rule.impact, rule: rule.id, at: node.html.slice(0, 160)})))"""
PAGES = ("", "measure", "statutory", "chain", "siting", "scenarios", "phases", "sources", "report", "guides")
PARTS = [
    *[f"statutory?complex=bitgreen&table={part}" for part in ("register", "vertices", "terrain", "landuse", "check")],
    "siting?siting_part=weights&weights_criteria=a,b,c",
    *[f"scenarios?scenario=north&scenario_part={part}" for part in ("edit", "compare", "consequences", "history", "new")],
    *[f"phases?time_part={part}" for part in ("slips", "shorten", "steps", "history", "targets")],
    *[f"sources?part={part}" for part in ("data", "bring")],
    "report?report=summary",
]  # fmt: skip
PRESSED = "a[href], button, input, textarea, select, [role=tab], [role=radio], [role=slider]"
"""What a person can press or fill in; the header of a collapsed part is a `summary` of its own."""
REACH = f"""() => {{
  const shown = one => one.checkVisibility({{opacityProperty: true, visibilityProperty: true}}) && !one.disabled
    && one.getBoundingClientRect().width > 1 && one.tabIndex >= 0 && one.type !== 'file';
  document.querySelectorAll({PRESSED!r}).forEach((one, number) => shown(one) && (one.dataset.wanted = number));
}}"""
MISSED = """() => [...document.querySelectorAll('[data-wanted]:not([data-met])')]
  .filter(one => one.isConnected && one.checkVisibility()).map(one => one.outerHTML.slice(0, 160))"""
MEET = """() => {
  const one = document.activeElement, group = one.closest('[role=radiogroup], [role=tablist], [role=toolbar], [data-testid=stButtonGroup]');
  for (const met of [one, ...(group ? group.querySelectorAll('[data-wanted]') : [])]) met.dataset.met = 1;
  return one.tagName;
}"""
"""Arrow keys go from one to the other within a group."""


@pytest.fixture
def plain_page(chromium: Browser) -> Iterator[Page]:
    """Open a page that may begin at any address."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1400}, locale="ko-KR", bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def settled(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".st-key-header")).to_be_visible()
    expect(page.locator("[data-test-script-state='running']")).to_have_count(0)
    expect(page.locator("[data-stale='true']")).to_have_count(0)
    expect(page.locator("[data-testid='stSkeleton']")).to_have_count(0)


def grave_faults(page: Page) -> list[dict[str, str]]:
    for frame in page.frames:
        frame.evaluate(AXE)
    return [one for one in page.evaluate(FAULTS, STANDARDS) if one["impact"] in GRAVE]


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_serious_fault(app_server, plain_page: Page, name):
    settled(plain_page, f"{app_server(ROOT / 'app.py')}/{name}")
    assert grave_faults(plain_page) == []


@pytest.mark.soak
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_no_part_of_a_page_has_a_serious_fault(app_server, plain_page: Page, part, language):
    settled(plain_page, f"{app_server(ROOT / 'app.py')}/{part}&lang={language}")
    assert grave_faults(plain_page) == []
    tabs = plain_page.get_by_role("tab")
    for number in range(1, tabs.count()):
        tabs.nth(number).click()
        assert grave_faults(plain_page) == []


def test_a_fault_would_be_found(plain_page: Page):
    plain_page.set_content(
        "<main><h1>a</h1><p style='color: #aaa; background: #fff'>faint</p><img src='data:,'></main>"
    )
    assert {one["rule"] for one in grave_faults(plain_page)} >= {"color-contrast", "image-alt"}


@pytest.mark.parametrize("name", ["", "report", "siting"])
def test_the_keyboard_reaches_whatever_can_be_pressed(app_server, plain_page: Page, name):
    settled(plain_page, f"{app_server(ROOT / 'app.py')}/{name}")
    plain_page.evaluate(REACH)
    for _ in range(400):
        plain_page.keyboard.press("Tab")
        if plain_page.evaluate(MEET) == "BODY":
            break
    assert plain_page.evaluate(MISSED) == []
