"""A browser and an app to drive with it; what leaves this machine fails the test."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserType, Page, Request, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

ROOT = Path(__file__).parents[2]
START_TIMEOUT = 60.0
PATIENCE = 40_000  # ms; a busy machine draws its first map slowly, and a test is no stopwatch
expect.set_options(timeout=PATIENCE)
ON_PATH = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class RequestLog:
    """What a page asked for: addresses beyond this machine, and requests that failed."""

    outside: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note every request, failure and script error of `page` from now on."""
        page.on("request", self._note_outside)
        page.on("requestfailed", self._note_failed)
        page.on(
            "response",
            lambda answer: answer.status >= 400 and self.failed.append(f"{answer.status} {answer.url}"),
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note_outside(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in {
            "127.0.0.1",
            "localhost",
        }:
            self.outside.append(request.url)

    def _note_failed(self, request: Request) -> None:
        # Leaving a page aborts what it was still loading: that is no failure.
        if request.failure != "net::ERR_ABORTED" and not request.url.startswith("data:"):
            self.failed.append(f"{request.failure} {request.url}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Playwright's Chromium, or the one on the PATH."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright.chromium), args=list(FLAGS))
        yield browser
        browser.close()


def find_chromium(kind: BrowserType) -> str:
    """Return the path of a Chromium; without one these tests fail, they do not pass."""
    own = kind.executable_path
    found = own if Path(own).exists() else next(filter(None, map(shutil.which, ON_PATH)), None)
    if found is None:
        pytest.fail(f"no browser: install one of {', '.join(ON_PATH)}, or run: playwright install chromium")
    return found


@pytest.fixture
def request_log() -> RequestLog:
    """Return the log that `browser_page` fills."""
    return RequestLog()


@pytest.fixture
def browser_page(chromium: Browser, request_log: RequestLog) -> Iterator[Page]:
    """Open a fresh page; at the end nothing may have left the machine or failed."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="ko-KR")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    request_log.watch(page)
    yield page
    context.close()
    assert request_log == RequestLog()


def choose(page: Page, box: str, option: str | re.Pattern[str]) -> None:
    """Choose `option` in the list named `box` or at the selector `box`; a page that is still being drawn may close the list once or twice."""
    deadline = time.monotonic() + PATIENCE / 1_000
    wanted = page.get_by_role("option", name=option)
    closed = page.locator(box) if box.startswith(".") else page.get_by_role("combobox", name=box)
    while True:
        closed.click()
        try:
            wanted.click(timeout=3_000)
            return
        except PlaywrightTimeout:
            if time.monotonic() > deadline:
                raise
            page.keyboard.press("Escape")


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], str]]:
    """Serve Streamlit scripts, each once a session: `app_server(script)` returns its URL."""
    urls: dict[Path, str] = {}
    servers: list[subprocess.Popen[bytes]] = []

    def serve(script: Path) -> str:
        if script not in urls:
            home = tmp_path_factory.mktemp("app")
            url, server = start_app(script, home)
            servers.append(server)
            wait_for_app(url, server, home / "log.txt")
            urls[script] = url
        return urls[script]

    yield serve
    for server in servers:
        server.terminate()
        server.wait(timeout=20)


def start_app(script: Path, home: Path) -> tuple[str, subprocess.Popen[bytes]]:
    """Start `streamlit run` on a free port with its own workspace below `home`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.showErrorLinks": "false",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [part for name, value in options.items() for part in (f"--{name}", value)]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "GIS_WORKSPACE": str(home / "workspace"),
    }
    with (home / "log.txt").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    return f"http://127.0.0.1:{port}", server


def wait_for_app(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the app answers; fail with its log if it stops or stays silent."""
    deadline = time.monotonic() + START_TIMEOUT
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"the app does not answer at {url}:\n{log.read_text(errors='replace')}")
