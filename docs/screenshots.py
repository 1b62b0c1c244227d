"""Take the pictures of the README from the running app: `make screenshots`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import FLAGS, find_chromium, start_app, wait_for_app  # noqa: E402

MAP = 'iframe[title="streamlit_folium.st_folium"]'
PICTURES = {"map": "/?complex=bitgreen", "chain": "/chain?year=2031"}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url, server = start_app(ROOT / "app.py", Path(folder))
        wait_for_app(url, server, Path(folder) / "log.txt")
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright.chromium), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1400, "height": 950}, locale="ko-KR")
        for name, address in PICTURES.items():
            page.goto(url + address)
            page.frame_locator(MAP).locator("path.leaflet-interactive").first.wait_for(timeout=60_000)
            page.wait_for_timeout(3_000)
            page.screenshot(path=ROOT / "docs" / f"{name}.png")
        browser.close()
        server.terminate()
        server.wait(timeout=20)


if __name__ == "__main__":
    main()
