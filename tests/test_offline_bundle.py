"""The bundle for an office without internet: what is in it, on which terms, and that it starts with the network off."""

import ast
import ensurepip
import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
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
    text = bundle.notice(wheels, {})
    assert "a 1.0: MIT\n" in text and "b 2.0: BSD License\n" in text and "c 3.0: see its text below\n" in text
    assert text.count("Do as you like.") == 1 and "a 1.0, b 2.0" in text and "Ask first." in text
    assert "국토지리정보원" in text


def test_the_notice_adds_what_wheels_leave_out(tmp_path):
    wheels = [wheel(tmp_path, f"{name}-1.0-py3-none-any.whl") for name in ("koreanize_matplotlib", "streamlit_folium")]
    text = bundle.notice(wheels, {})
    assert "with Reserved Font Name Nanum" in text and "SIL OPEN FONT LICENSE" in text
    assert "streamlit_folium 1.0: MIT" in text and "Randy Zwitch" in text


def test_every_package_whose_terms_are_added_is_installed():
    assert all(find_spec(name.replace("-", "_")) for name in bundle.left_out())


def test_the_notice_tells_whose_the_scripts_of_the_map_are():
    said = "\n".join(bundle.script_terms(bundle.map_scripts()))
    assert "/npm/leaflet@1.9.3: @preserve Leaflet 1.9.3" in said and "https://leafletjs.com (c) 2010-2022" in said
    assert "moment.js" in said and "license : MIT" in said


def test_the_list_of_wheels_holds_the_hash_of_each(tmp_path):
    one = wheel(tmp_path, "a_b-1.0-py3-none-any.whl")
    assert bundle.install_list([one]) == f"a-b==1.0 --hash=sha256:{hashlib.sha256(one.read_bytes()).hexdigest()}\n"


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


def installable(folder):
    """Write a wheel that pip installs; its one module is `answer`."""
    path = folder / "answer-1.0-py3-none-any.whl"
    stem = "answer-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("answer.py", "WORD = '대답'\n")
        packed.writestr(f"{stem}/METADATA", "Metadata-Version: 2.1\nName: answer\nVersion: 1.0\n")
        packed.writestr(f"{stem}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{stem}/RECORD", f"answer.py,,\n{stem}/METADATA,,\n{stem}/WHEEL,,\n{stem}/RECORD,,\n")
    return path


SEEN = ("GIS_WORKSPACE", "PROJ_LIB", "PIP_INDEX_URL")
SAYS = f"import answer, json, os, sys; print(json.dumps([answer.WORD, *sys.argv[1:], *map(os.environ.get, {SEEN})]))"


@pytest.fixture
def office(tmp_path):
    """Unpack a bundle of a small program and one wheel, for this Python, below a path with a blank and Korean letters."""
    number = f"{sys.version_info[0]}.{sys.version_info[1]}"
    folders = (Path(ensurepip.__file__).with_name("_bundled"), Path("/usr/share/python-wheels"))
    pip = next(path for folder in folders for path in folder.glob("pip-*.whl"))
    one = installable(tmp_path)
    files = [(name, (bundle.HERE / name).read_bytes()) for name in bundle.LAUNCHERS]
    files += [
        ("PYTHONS.txt", f"{number}\n".encode()),
        ("app/gis/__main__.py", SAYS.encode()),
        ("app/gis/__init__.py", b""),
    ]
    files += [(f"wheels/{path.name}", path) for path in (pip, one)]
    files += [(f"wheels/linux-{number}.txt", bundle.install_list([one]).encode())]
    bundle.write_zip(tmp_path / "office.zip", files)
    place = tmp_path / "설치 폴더 (1)"
    with zipfile.ZipFile(tmp_path / "office.zip") as packed:
        packed.extractall(place)
    return place


def started(place, *words, **variables):
    """Start the bundle at `place` as an office does; nothing but loopback is there to be asked."""
    given = {**os.environ, "PIP_INDEX_URL": "http://127.0.0.1:9", **variables}
    command = [sys.executable, str(place / "start.py"), *words]
    return subprocess.run(command, env=given, cwd=place.parent, capture_output=True, text=True, check=False)


def test_the_start_installs_the_wheels_once_and_runs_a_command(office):
    first = started(office, "gis", "면적", GIS_WORKSPACE="일", PROJ_LIB="/of/another/program")
    assert json.loads(first.stdout) == ["대답", "면적", str(office.parent / "일"), None, None]
    stamp = (office / "environment" / "installed.txt").stat().st_mtime_ns
    second = started(office, "gis")
    assert (second.returncode, second.stderr) == (0, "")
    assert (office / "environment" / "installed.txt").stat().st_mtime_ns == stamp


def test_an_installation_that_was_cut_short_begins_anew(office):
    (office / "environment" / "lib").mkdir(parents=True)
    assert started(office, "gis").returncode == 0


def test_a_changed_wheel_is_not_installed(office):
    with zipfile.ZipFile(office / "wheels" / "answer-1.0-py3-none-any.whl", "a") as packed:
        packed.writestr("more.py", "")
    answer = started(office, "gis")
    assert (answer.returncode, answer.stdout) == (1, "") and "HASHES" in answer.stderr
    assert answer.stderr.splitlines()[-2].startswith("설치하지 못했습니다")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda app: (app / "gis" / "__main__.py").write_text("print()", encoding="utf-8"), "app/gis/__main__.py"),
        (lambda app: (app / "gis" / "__main__.py").unlink(), "app/gis/__main__.py"),
        (lambda app: (app / "gis" / "left.py").write_text("", encoding="utf-8"), "app/gis/left.py"),
    ],
    ids=["damaged", "missing", "of another version"],
)
def test_files_that_are_not_those_of_the_bundle_are_named(office, change, name):
    change(office / "app")
    answer = started(office, "gis")
    assert (answer.returncode, answer.stdout, len(answer.stderr.splitlines())) == (1, "", 2) and name in answer.stderr


def test_a_second_start_does_not_disturb_the_one_that_installs(office):
    with (office / "installing.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        answer = started(office, "gis")
    assert (answer.returncode, len(answer.stderr.splitlines())) == (1, 2) and "다른 창" in answer.stderr
    assert not (office / "environment").exists()


def test_the_shell_script_says_which_pythons_are_missing(office, tmp_path):
    (tmp_path / "bin").mkdir()
    for name in ("sh", "dirname", "cat"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))
    command = ["sh", str(office / "start.sh")]
    answer = subprocess.run(command, env={"PATH": str(tmp_path / "bin")}, capture_output=True, text=True, check=False)
    assert answer.returncode == 1 and f"{sys.version_info[0]}.{sys.version_info[1]}" in answer.stderr
    assert len(answer.stderr.splitlines()) == 3


OFFLINE = """
import atexit, fcntl, socket, struct, subprocess, sys, time, urllib.request
with socket.socket() as link:
    fcntl.ioctl(link, 0x8914, struct.pack("16sh14x", b"lo", 1))  # bring loopback up, the one interface that is here
try:
    socket.create_connection(("192.0.2.1", 80), 2)
    sys.exit("this process reaches a network")
except OSError:
    pass
start, port = sys.argv[1:]
sys.stdout.buffer.write(subprocess.run(["sh", start, "gis", "area", "--format", "csv"], capture_output=True, check=True).stdout)
server = subprocess.Popen(["sh", start, "--server.headless", "true", "--server.port", port])
atexit.register(server.terminate)
for _ in range(120):
    try:
        sys.exit(urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).read() != b"ok")
    except OSError:
        time.sleep(0.5)
sys.exit("the app of the bundle does not answer")
"""


@pytest.mark.soak
def test_the_bundle_installs_and_runs_with_the_network_off(tmp_path):
    number = f"{sys.version_info[0]}.{sys.version_info[1]}"
    subprocess.run(["make", "offline-bundle", f"PYTHONS={number}"], cwd=ROOT, check=True)
    place = tmp_path / "산업 단지 앱"
    with zipfile.ZipFile(ROOT / "dist" / f"gis-offline-{bundle.version()}.zip") as packed:
        packed.extractall(place)
        terms = packed.read("NOTICE.txt").decode()
    pinned = [
        line.split("==")[0].split("[")[0]
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if "==" in line
    ]
    assert not [name for name in pinned if f"\n{name} " not in terms.lower().replace("_", "-")]
    surroundings = {**os.environ, "HOME": str(tmp_path), "GIS_WORKSPACE": str(tmp_path / "work")}
    alone = ["unshare", "--map-root-user", "--net", sys.executable, "-c", OFFLINE, str(place / "start.sh"), "8719"]
    done = subprocess.run(alone, env=surroundings, capture_output=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.startswith(b"id,") and b"4071098.4" in done.stdout
