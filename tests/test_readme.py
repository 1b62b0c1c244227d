"""Every command of the README works as written."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.command import done

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python -m gis (.*)$", README, re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_works_from_any_folder(command, folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIS_WORKSPACE", str(folder / "workspace"))
    done(*shlex.split(command))


def test_every_make_target_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", README)) <= targets


def test_every_picture_exists():
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path


def test_nothing_names_this_machine_or_a_registry():
    ran = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    texts = (
        ROOT / name
        for name in ran.stdout.split()
        if Path(name).suffix in {".py", ".toml", ".md", ".txt", ".js", ".css", ""}
    )
    for path in texts:
        assert str(ROOT) + "/" not in path.read_text(encoding="utf-8"), path
