"""Start the app where there is no internet: make a Python environment from the wheels beside this file, once, then run.

Only the standard library, and nothing newer than Python 3.8 until the version is known: this file is what an office has.
"""

import hashlib
import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

HOME = Path(__file__).resolve().parent
ENVIRONMENT = HOME / "environment"
STAMP = ENVIRONMENT / "installed.txt"
WINDOWS = os.name == "nt"


def main(words):
    """Install where that has not been done, then run the app, or `python -m gis` with the words after `gis`."""
    complaint = unfit()
    if complaint:
        print(complaint, file=sys.stderr)
        return 1
    if not STAMP.exists() or STAMP.read_text(encoding="utf-8") != wanted():
        print(
            "처음 여는 중입니다. 몇 분 걸립니다. / First start: this takes some minutes.", file=sys.stderr, flush=True
        )
        install()
    command = ["-m", "gis", *words[1:]] if words[:1] == ["gis"] else app(words)
    folder = Path.cwd() if words[:1] == ["gis"] else HOME / "app"
    if WINDOWS:
        return subprocess.call([str(python()), *command], cwd=str(folder), env=surroundings())
    os.chdir(str(folder))
    return os.execve(str(python()), [str(python()), *command], surroundings())


def unfit():
    """Return in words why this Python cannot run the app; nothing where it can."""
    have, served = f"{sys.version_info[0]}.{sys.version_info[1]}", pythons()
    if have not in served or sys.maxsize < 2**32 or platform.machine().lower() not in ("amd64", "x86_64"):
        return (
            f"64비트 Python {' 또는 '.join(served)} (x86-64)이 필요합니다. 지금은 Python {have} ({platform.machine()})입니다. "
            "python.org의 설치 파일로 설치하고 다시 여세요.\n"
            f"This bundle needs 64-bit Python {' or '.join(served)} on x86-64; this is Python {have} ({platform.machine()})."
        )
    return ""


def pythons():
    """Return the versions of Python for which there are wheels."""
    return (HOME / "PYTHONS.txt").read_text(encoding="utf-8").split()


def wanted():
    """Return what tells this installation from an older one: its requirements, where it lies, and this Python."""
    told = requirements().read_bytes() + str(HOME).encode() + sys.version.encode()
    return hashlib.sha256(told).hexdigest()


def requirements():
    """Return the list of wheels of this platform and Python."""
    name = f"{'windows' if WINDOWS else 'linux'}-{sys.version_info[0]}.{sys.version_info[1]}.txt"
    return HOME / "wheels" / name


def install():
    """Make the environment anew from the wheels; nothing is asked of any network."""
    venv.EnvBuilder(clear=True, with_pip=True).create(str(ENVIRONMENT))
    subprocess.check_call(
        [
            str(python()), "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", "--no-deps",
            "--only-binary=:all:", "--find-links", str(HOME / "wheels"), "--requirement", str(requirements()),
        ],
        env=surroundings(),
    )  # fmt: skip
    STAMP.write_text(wanted(), encoding="utf-8")


def python():
    """Return the Python of the environment."""
    return ENVIRONMENT / ("Scripts/python.exe" if WINDOWS else "bin/python")


def app(words):
    """Return what runs the app, for this computer alone."""
    return ["-m", "streamlit", "run", "app.py", "--server.address", "127.0.0.1", *words]


def surroundings():
    """Return the variables of the environment: our code is found, and work is kept where an upgrade leaves it alone."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON"))}
    own.setdefault("GIS_WORKSPACE", str(Path.home() / "gis-workspace"))
    return {**own, "PYTHONPATH": str(HOME / "app"), "PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
