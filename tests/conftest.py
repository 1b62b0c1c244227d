"""Sites that can be checked with a pencil, in meters of EPSG:5186, near Gwangju."""

import json
import os
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import settings
from shapely.geometry import box

from gis.i18n import use_language

ORIGIN = (170_000.0, 285_000.0)
FIXTURES = Path(__file__).with_name("fixtures")

settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile("soak", deadline=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def square(x: float, y: float, width: float = 100.0, height: float | None = None):
    """Return a rectangle whose lower left corner lies x, y meters from the origin."""
    left, low = ORIGIN[0] + x, ORIGIN[1] + y
    return box(left, low, left + width, low + (height or width))


def sites(*shapes, grade: str | None = "A", **columns) -> gpd.GeoDataFrame:
    """Return shapes as sites a, b, c … in EPSG:5186."""
    ids = [chr(ord("a") + number) for number in range(len(shapes))]
    rows = {"id": ids, "name": ids, "grade": grade, "source": "pencil", "official_area": float("nan"), **columns}
    return gpd.GeoDataFrame(rows, geometry=list(shapes), crs="EPSG:5186").set_index("id", drop=False)


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
