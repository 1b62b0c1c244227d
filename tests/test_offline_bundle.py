"""The bundle for an office without internet: what is in it, on which terms, and that it starts with the network off."""

import ast
import hashlib
import os
import platform
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

from deploy import bundle, start

ROOT = Path(__file__).parents[1]
LINUX, WINDOWS = bundle.PLATFORMS["linux"], bundle.PLATFORMS["windows"]


def wheel(folder, name, metadata="", license_text="Do as you like."):
    """Write a wheel of nothing but its metadata and licence."""
    package, number, *_ = name.split("-")
    path = folder / name
    with zipfile.ZipFile(path, "w") as packed:
        stem = f"{package}-{number}.dist-info"
        packed.writestr(f"{stem}/METADATA", f"Metadata-Version: 2.4\nName: {package}\nVersion: {number}\n{metadata}")
        packed.writestr(f"{stem}/licenses/LICENSE", license_text)
    return path


@pytest.mark.parametrize(
    ("name", "python", "platforms", "fitting"),
    [
        ("a-1.0-py3-none-any.whl", "3.12", LINUX, True), ("a-1.0-cp312-cp312-win_amd64.whl", "3.12", WINDOWS, True),
        ("a-1.0-cp312-cp312-win_amd64.whl", "3.12", LINUX, False), ("a-1.0-cp311-cp311-win_amd64.whl", "3.12", WINDOWS, False),
        ("a-1.0-cp39-abi3-win_amd64.whl", "3.12", WINDOWS, True), ("a-1.0-cp313-abi3-win_amd64.whl", "3.12", WINDOWS, False),
        ("a-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "3.12", LINUX, True),
        ("a-1.0-cp312-cp312-musllinux_1_2_x86_64.whl", "3.12", LINUX, False), ("a-1.1-py3-none-any.whl", "3.12", LINUX, False),
        ("b-1.0-py3-none-any.whl", "3.12", LINUX, False),
    ],
)  # fmt: skip
def test_a_wheel_fits_a_pin_a_python_and_a_platform(name, python, platforms, fitting):
    assert bundle.fits(Path(name), "A", "1.0", python, platforms) is fitting


def test_a_pin_without_a_wheel_stops_the_gathering(tmp_path):
    wheel(tmp_path, "a-1.0-py3-none-any.whl")
    pins = tmp_path / "windows-3.12.txt"
    pins.write_text("a==1.0\nb[extra]==2.0 ; sys_platform == 'win32'\n", encoding="utf-8")
    with pytest.raises(LookupError, match=r"b 2\.0"):
        bundle.pinned_wheels(pins, tmp_path, "3.12", WINDOWS)


def test_the_notice_names_every_package_and_holds_each_text_once(tmp_path):
    wheels = [
        wheel(tmp_path, "a-1.0-py3-none-any.whl", "License-Expression: MIT\n"),
        wheel(tmp_path, "b-2.0-py3-none-any.whl", "Classifier: License :: OSI Approved :: BSD License\n"),
        wheel(tmp_path, "c-3.0-py3-none-any.whl", "License: Copyright somebody\n", "Ask first."),
    ]
    text = bundle.notice(wheels)
    assert "a 1.0: MIT\n" in text and "b 2.0: BSD License\n" in text and "c 3.0: see its text below\n" in text
    assert text.count("Do as you like.") == 1 and "a 1.0, b 2.0" in text and "Ask first." in text
    assert "국토지리정보원" in text


def test_the_bundle_holds_what_git_knows_and_an_office_needs():
    files = bundle.tracked()
    assert {
        "app.py",
        "gis/study/__init__.py",
        "data/sources.toml",
        "requirements.txt",
        ".streamlit/config.toml",
    } <= set(files)
    assert not [
        path for path in files if path.startswith(("tests/", "bench/", "workspace/", ".venv/", "data/prepare/"))
    ]


def test_equal_files_give_an_equal_zip_with_the_hash_of_each(tmp_path):
    one = wheel(tmp_path, "a-1.0-py3-none-any.whl")
    files = [("wheels/a.whl", one), ("start.sh", b"#!/bin/sh\n"), ("NOTICE.txt", b"terms")]
    contents = []
    for name, order in (("x.zip", files), ("y.zip", files[::-1])):
        bundle.write_zip(tmp_path / name, order)
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
    with zipfile.ZipFile(tmp_path / "x.zip") as packed:
        sums = dict(line.split("  ")[::-1] for line in packed.read("SHA256SUMS.txt").decode().splitlines())
        assert sums["NOTICE.txt"] == hashlib.sha256(b"terms").hexdigest() and len(sums) == 3
        assert packed.getinfo("start.sh").external_attr >> 16 == 0o755


@pytest.mark.parametrize("name", ["start.bat", "gis.bat"])
def test_scripts_for_windows_are_ascii_with_its_line_ends(name):
    content = (bundle.HERE / name).read_bytes()
    assert content.isascii() and content.count(b"\n") == content.count(b"\r\n") > 0


def test_the_start_can_be_read_by_the_pythons_that_offices_have():
    source = (bundle.HERE / "start.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))
    strange = {name.split(".")[0] for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)
               for name in ([node.module] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])}  # fmt: skip
    assert strange <= set(sys.stdlib_module_names)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Let the start believe that it lies in a bundle for this Python."""
    monkeypatch.setattr(start, "HOME", tmp_path)
    (tmp_path / "PYTHONS.txt").write_text(f"{sys.version_info[0]}.{sys.version_info[1]}\n", encoding="utf-8")
    return tmp_path


@pytest.mark.skipif(platform.machine().lower() not in ("amd64", "x86_64"), reason="the bundle serves x86-64 alone")
def test_a_python_that_is_served_starts(home):
    assert start.unfit() == ""


def test_a_python_that_is_not_served_is_told_which_are(home):
    (home / "PYTHONS.txt").write_text("2.7\n", encoding="utf-8")
    assert "2.7" in start.unfit() and f"{sys.version_info[0]}.{sys.version_info[1]}" in start.unfit()


def test_the_work_is_kept_beside_no_bundle(home, monkeypatch):
    monkeypatch.delenv("GIS_WORKSPACE")
    monkeypatch.setenv("PIP_INDEX_URL", "https://example.org")
    own = start.surroundings()
    assert not Path(own["GIS_WORKSPACE"]).is_relative_to(home) and "PIP_INDEX_URL" not in own


@pytest.mark.soak
def test_the_bundle_installs_and_runs_with_the_network_off(tmp_path):
    number = f"{sys.version_info[0]}.{sys.version_info[1]}"
    subprocess.run(["make", "offline-bundle", f"PYTHONS={number}"], cwd=ROOT, check=True)
    place = tmp_path / "산업 단지 앱"
    with zipfile.ZipFile(ROOT / "dist" / f"gis-offline-{bundle.version()}.zip") as packed:
        packed.extractall(place)
    nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "PIP_NO_INDEX": "1"}
    surroundings = {**os.environ, **nowhere, "HOME": str(tmp_path), "GIS_WORKSPACE": str(tmp_path / "work")}
    done = subprocess.run(
        ["sh", str(place / "start.sh"), "gis", "area", "--format", "csv"],
        env=surroundings,
        capture_output=True,
        check=True,
    )
    assert b"4071098.4" in done.stdout and done.stdout.startswith(b"id,")
    port = "8719"
    server = subprocess.Popen(
        ["sh", str(place / "start.sh"), "--server.headless", "true", "--server.port", port], env=surroundings
    )
    try:
        for _ in range(120):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
                    assert answer.read() == b"ok"
                    break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail("the app of the bundle does not answer")
    finally:
        server.terminate()
        server.wait(timeout=20)
