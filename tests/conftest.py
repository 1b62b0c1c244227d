"""What every test may use: published numbers, and labels in Korean."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import settings

from gis.i18n import use_language

FIXTURES = Path(__file__).with_name("fixtures")

settings.register_profile("default", deadline=None, max_examples=30)
settings.register_profile("soak", deadline=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture
def known_answers() -> dict[str, dict]:
    """Return published numbers by their id."""
    rows = json.loads((FIXTURES / "known_answers.json").read_text(encoding="utf-8"))
    return {row["id"]: row for row in rows}


@pytest.fixture(autouse=True)
def korean():
    """Read labels in Korean unless a test says otherwise."""
    use_language("ko")
    yield
    use_language("ko")


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    """Give every test a workspace of its own; nobody's imported layers leak in."""
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / "workspace"))
    return tmp_path / "workspace"
