import json
from typing import Any

import pytest
from golden.renew import HERE, golden, written

FILES = ("area.json", "adjacency.json", "chain_2031_region_plan.json")


@pytest.fixture(scope="module")
def run() -> dict:
    return golden()


def leaves(content: Any, path: str = "") -> dict[str, Any]:
    """Return every value by its place in the file, so that a difference names itself."""
    if isinstance(content, dict | list):
        branches = content.items() if isinstance(content, dict) else enumerate(content)
        return {place: value for key, branch in branches for place, value in leaves(branch, f"{path}/{key}").items()}
    return {path: content}


@pytest.mark.parametrize("name", FILES)
def test_a_whole_run_gives_what_it_gave_before(name, run):
    """Numbers agree to 2 mm, all else exactly. To renew after a wanted change: `python -m tests.golden.renew`."""
    found = leaves(json.loads(written(run[name])))
    kept = leaves(json.loads((HERE / name).read_text(encoding="utf-8")))
    assert list(found) == list(kept)
    differ = {place: (found[place], value) for place, value in kept.items() if found[place] != value}
    assert {place: pair for place, pair in differ.items() if pair[0] != pytest.approx(pair[1], rel=0, abs=2e-3)} == {}


def test_every_golden_file_belongs_to_the_run(run):
    assert {path.name for path in HERE.glob("*.json")} == set(run) == set(FILES)
