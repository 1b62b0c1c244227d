"""Find a browser for the tests, or install one: from the system, Debian's packages, or Playwright's own; and `pdftotext`.

`make test` runs this once. Whatever comes first is taken; when nothing can be had, it says what was tried.
"""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

READER = "poppler-utils"
ON_PATH = ("chromium", "chromium-browser", "google-chrome")


def present() -> str | None:
    """Return the path of a Chromium that is already here."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if os.path.exists(own) else next(filter(None, map(shutil.which, ON_PATH)), None)  # noqa: PTH110


def main() -> None:
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        attempts[:0] = [[*sudo, "apt-get", "update"], [*sudo, "apt-get", "install", "--yes", "chromium", READER]]
    for command in attempts:
        if present() and shutil.which("pdftotext"):
            break
        subprocess.run(command, check=False)
    found = present()
    if not found:
        tried = "; ".join(" ".join(command) for command in attempts)
        sys.exit(f"no browser for the tests: none on the PATH ({', '.join(ON_PATH)}), and these failed: {tried}")
    if not shutil.which("pdftotext"):
        sys.exit(f"no pdftotext for the tests of reports: install {READER}")
    sys.stdout.write(f"browser: {found}\n")


if __name__ == "__main__":
    main()
