"""Take the pictures of the README and of the guides from the running app: `make screenshots`.

`docs/LANGUAGE/pictures.toml` keeps what each picture shows in words, so that a test can tell when one is stale.
"""

import io
import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from gis.i18n import LANGUAGES, reading, t  # noqa: E402
from gis.io.fonts import font_folder  # noqa: E402
from tests.browser.conftest import FLAGS, find_chromium, start_app, wait_for_app  # noqa: E402

DOCS = ROOT / "docs"
MAP = 'iframe[title="streamlit_folium.st_folium"]'
PATIENCE = 90_000
COLORS = 128
README_PICTURES = {"map": "/?complex=bitgreen", "chain": "/chain?year=2031"}
CONTROLS = '[role="tab"], [data-testid="stTopNavLink"], [data-testid="stTopNavLinkContainer"], button[data-variant="segmented_control"]'


def open_tab(key: str) -> Callable[[Page], None]:
    """Return what presses the tab with this label."""
    return lambda page: page.get_by_role("tab", name=t(key), exact=True).click()


def find_sites(page: Page) -> None:
    """Press 찾기 and wait for the sites."""
    page.get_by_role("button", name=t("siting.find"), exact=True).click()
    expect(page.get_by_text(t("siting.no_pareto")).first).to_be_visible()
    page.get_by_text(t("siting.rules")).first.click()


@dataclass(frozen=True)
class Picture:
    """A page of the app as the guides show it: `prepare` does what a reader does first, `top` is the label scrolled to."""

    address: str
    prepare: Callable[[Page], None] | None = None
    has_map: bool = False
    top: str | None = None


PICTURES = {
    "map": Picture("/?complex=futurecar", has_map=True),
    "adjacency": Picture("/measure", open_tab("ui.adjacency")),
    "chain": Picture("/chain?year=2031&scope=cluster", has_map=True),
    "diagram": Picture("/chain?year=2031&part=diagram", top="chain.part"),
    "phases": Picture("/phases?year=2031&time_part=slips", top="phases.part"),
    "siting": Picture("/siting", find_sites, has_map=True, top="siting.rules"),
    "conflicts": Picture("/sources?conflict_subject=futurecar", open_tab("ui.conflicts"), top="ui.rule"),
    "report": Picture("/report"),
}


def with_fonts(folder: Path) -> dict[str, str | float | bool]:
    """Return an environment in which a browser has the Korean font of the project, as computers in Korea have one."""
    rules = folder / "fonts.conf"
    rules.write_text(
        f"<fontconfig><dir>{font_folder()}</dir><cachedir>{folder}</cachedir></fontconfig>", encoding="utf-8"
    )
    return {**os.environ, "FONTCONFIG_FILE": str(rules)}


def settle(page: Page) -> None:
    """Wait until the page has run and its pictures stand."""
    page.wait_for_function("() => !document.querySelector('[data-testid=\"stStatusWidget\"]')", timeout=PATIENCE)
    page.wait_for_timeout(2_500)


def small(content: bytes) -> bytes:
    """Return a picture in few colors: a page has no more."""
    packed = io.BytesIO()
    Image.open(io.BytesIO(content)).convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(
        packed, "PNG", optimize=True
    )
    return packed.getvalue()


def outputs(language: str) -> list[str]:
    """Return every line of output that the tutorial of a language shows."""
    text = (DOCS / language / "tutorial.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip(" …")]


def shown(page: Page, lines: list[str]) -> tuple[list[str], list[str]]:
    """Return the names of what can be pressed on the page, and which lines of output it says."""
    controls = [name.strip() for name in page.locator(CONTROLS).all_inner_texts()]
    said = " ".join(page.locator("body").inner_text().split())
    return (
        list(dict.fromkeys(name.splitlines()[-1].strip() for name in controls if name)),
        [line for line in lines if " ".join(line.split()) in said],
    )


def take(page: Page, url: str, language: str) -> None:
    """Take every picture of the guides in one language, and note what it shows."""
    notes = []
    for name, picture in PICTURES.items():
        mark = "&" if "?" in picture.address else "?"
        page.goto(f"{url}{picture.address}{mark}lang={language}")
        expect(
            page.get_by_text(t("guides.intro")).or_(page.locator('[role="tablist"], h1, h2, h3, p')).first
        ).to_be_visible()
        if picture.has_map and picture.prepare is None:
            page.frame_locator(MAP).locator("path.leaflet-interactive").first.wait_for(timeout=PATIENCE)
        settle(page)
        if picture.prepare:
            picture.prepare(page)
            settle(page)
        if picture.top:
            page.get_by_text(t(picture.top), exact=True).first.evaluate("one => one.scrollIntoView({block: 'start'})")
            page.wait_for_timeout(500)
        controls, said = shown(page, outputs(language))
        (DOCS / language / "pictures" / f"{name}.png").write_bytes(small(page.screenshot()))
        quoted = ([_quoted(one) for one in many] for many in (controls, said))
        notes.append("\n".join([f"[{name}]", *(f"{key} = [{', '.join(many)}]" for key, many in zip(("controls", "says"), quoted, strict=True))]))  # fmt: skip
    head = "# Written by docs/screenshots.py: what each picture shows in words.\n\n"
    (DOCS / language / "pictures.toml").write_text(head + "\n\n".join(notes) + "\n", encoding="utf-8", newline="\n")


def _quoted(text: str) -> str:
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert tomllib.loads(f"x = {quoted}")["x"] == text
    return quoted


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url, server = start_app(ROOT / "app.py", Path(folder))
        wait_for_app(url, server, Path(folder) / "log.txt")
        browser = playwright.chromium.launch(
            executable_path=find_chromium(playwright.chromium), args=list(FLAGS), env=with_fonts(Path(folder))
        )
        page = browser.new_page(viewport={"width": 1400, "height": 950}, locale="ko-KR")
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        for name, address in README_PICTURES.items():
            page.goto(url + address)
            page.frame_locator(MAP).locator("path.leaflet-interactive").first.wait_for(timeout=PATIENCE)
            settle(page)
            (DOCS / f"{name}.png").write_bytes(small(page.screenshot()))
        for language in LANGUAGES:
            with reading(language):
                take(page, url, language)
        browser.close()
        server.terminate()
        server.wait(timeout=20)


if __name__ == "__main__":
    main()
