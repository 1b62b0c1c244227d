"""Start the app where there is no internet: make a Python environment from the wheels beside this file, once, then run.

Only the standard library, and nothing newer than Python 3.8 until the version is known: this file is what an office has.
"""

import contextlib
import hashlib
import os
import platform
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

HOME = Path(__file__).resolve().parent
ENVIRONMENT = HOME / "environment"
STAMP = ENVIRONMENT / "installed.txt"
WINDOWS = os.name == "nt"
OF_OTHERS = ("PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "GDAL_DRIVER_PATH")
"""Variables by which another program's PROJ or GDAL (PostGIS, OSGeo4W) would get into this one."""
LONGEST = 259
"""What a path may be long on Windows unless long paths are allowed."""
COMPILED = 45
"""What the path of a compiled module has beside that of its source while pip writes it."""


class Refusal(Exception):  # noqa: N818 - an answer that a person can act on
    """What keeps the app from starting, in Korean and English."""


def main(words):
    """Install where that has not been done, then run the app, or `python -m gis` with the words after `gis`."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console that lacks letters is no reason to stop
    complaint = unfit()
    if complaint or words == ["--fits"]:
        print(complaint, end="\n" if complaint else "", file=sys.stderr)
        return 1 if complaint else 0
    try:
        if not installed():
            with alone():
                if not installed():
                    install()
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return run(words)


def run(words):
    """Run a command where the person stands, or the app from its own folder."""
    command = ["-m", "gis", *words[1:]] if words[:1] == ["gis"] else app(words)
    folder = Path.cwd() if words[:1] == ["gis"] else HOME / "app"
    given = [str(python()), *command]
    if not WINDOWS:
        variables = surroundings()
        os.chdir(str(folder))
        return os.execve(given[0], given, variables)
    with subprocess.Popen(given, cwd=str(folder), env=surroundings()) as running:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the app gets the same signal and ends by itself
                return running.wait()


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


def installed():
    """Tell whether what lies here is installed, whole, for this Python."""
    return STAMP.exists() and python().exists() and STAMP.read_text(encoding="utf-8") == wanted()


def wanted():
    """Return what tells this installation from an older one: its files, where it lies, and this Python."""
    told = sums().read_bytes() + str(HOME).encode() + sys.version.encode()
    return hashlib.sha256(told).hexdigest()


def sums():
    """Return the list of the hash of every file."""
    return HOME / "SHA256SUMS.txt"


def requirements():
    """Return the list of wheels of this platform and Python, each with its hash."""
    name = f"{'windows' if WINDOWS else 'linux'}-{sys.version_info[0]}.{sys.version_info[1]}.txt"
    return HOME / "wheels" / name


@contextlib.contextmanager
def alone():
    """Hold the folder for this process; the system lets go of it when the process ends, however it ends."""
    try:
        file = (HOME / "installing.lock").open("w")
    except OSError as error:
        raise Refusal(
            f"이 폴더에 쓸 수 없습니다: {HOME}. 쓸 수 있는 폴더에 풀고 다시 여세요.\n"
            f"This folder cannot be written: {HOME}. Unpack the zip where you may write."
        ) from error
    with file:
        try:
            if WINDOWS:
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Refusal(
                "다른 창에서 설치하고 있습니다. 그 창이 끝난 뒤 다시 여세요.\n"
                "Another window is installing. Open the app again when it has finished."
            ) from error
        yield


def install():
    """Make the environment anew from the wheels; nothing is asked of any network."""
    check_files()
    check_path()
    print(
        "처음 여는 중입니다. 몇 분 걸리니 이 창을 닫지 마세요. / First start: this takes some minutes, keep this window open.",
        file=sys.stderr,
        flush=True,
    )
    pip = next((HOME / "wheels").glob("pip-*.whl")) / "pip"  # some systems' Python comes without one
    try:
        venv.EnvBuilder(clear=True, symlinks=not WINDOWS).create(str(ENVIRONMENT))
        subprocess.check_call(
            [
                str(python()), str(pip), "install", "--quiet", "--no-index", "--disable-pip-version-check", "--no-deps",
                "--only-binary=:all:", "--find-links", str(HOME / "wheels"), "--require-hashes",
                "--no-warn-script-location", "--requirement", str(requirements()),
            ],
            env={**surroundings(), "PIP_CONFIG_FILE": os.devnull},
            stdout=sys.stderr,
        )  # fmt: skip
        STAMP.write_text(wanted(), encoding="utf-8")
    except (OSError, subprocess.CalledProcessError) as error:
        raise Refusal(
            f"설치하지 못했습니다: {error}. 위의 줄이 까닭입니다. 이 앱의 다른 창을 닫고 다시 열면 처음부터 설치합니다.\n"
            "It could not be installed; the lines above say why. Close other windows of this app and open it again."
        ) from error


def check_files():
    """Refuse files of the app that are damaged, missing, or left from another version; pip checks the wheels.

    Raises
    ------
    Refusal
        Where there is one; the first is named.
    """
    lines = sums().read_text(encoding="utf-8").splitlines()
    listed = {name: sum_ for sum_, _, name in (line.partition("  ") for line in lines)}
    ours = {
        name: sum_ for name, sum_ in listed.items() if not name.startswith("wheels/") or name.startswith("wheels/pip-")
    }
    wrong = sorted(name for name, sum_ in ours.items() if not (HOME / name).is_file() or digest(HOME / name) != sum_)
    if wrong:
        raise Refusal(
            f"파일 {len(wrong)}개가 손상되었거나 없습니다: {wrong[0]}. zip을 새 폴더에 다시 푸세요.\n"
            f"{len(wrong)} files are damaged or missing: {wrong[0]}. Unpack the zip again into a new folder."
        )
    present = (
        path for part in ("gis", "layers", "data") for path in (HOME / "app" / part).rglob("*") if path.is_file()
    )
    names = {path.relative_to(HOME).as_posix() for path in present if "__pycache__" not in path.parts}
    strange = sorted(names - set(listed))
    if strange:
        raise Refusal(
            f"이 판의 것이 아닌 파일이 {len(strange)}개 있습니다: {strange[0]}. 다른 판 위에 풀었습니다. 새 폴더에 푸세요.\n"
            f"{len(strange)} files are not of this version: {strange[0]}. Unpack into a new folder, not over another version."
        )


def digest(path):
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_path():
    """Refuse a folder on Windows whose path leaves no room for the names below it.

    Raises
    ------
    Refusal
        Where it is too long; what would do is said.
    """
    if not WINDOWS or long_paths():
        return
    longest = max(len(name) for wheel in (HOME / "wheels").glob("*.whl") for name in zipfile.ZipFile(wheel).namelist())
    most = LONGEST - len(r"\environment\Lib\site-packages" + "\\") - longest - COMPILED
    if len(str(HOME)) > most:
        raise Refusal(
            f"폴더 경로가 {len(str(HOME))}자로 너무 깁니다. {most}자 이하인 곳(예: C:\\gis)에 푸세요.\n"
            f"The path of this folder has {len(str(HOME))} letters. Unpack where it has {most} at most, as C:\\gis."
        )


def long_paths():
    """Tell whether this Windows allows long paths."""
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
            return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
    except OSError:
        return False


def python():
    """Return the Python of the environment."""
    return ENVIRONMENT / ("Scripts/python.exe" if WINDOWS else "bin/python")


def app(words):
    """Return what runs the app, for this computer alone."""
    return ["-m", "streamlit", "run", "app.py", "--server.address", "127.0.0.1", *words]


def surroundings():
    """Return the variables of the environment: our code is found, and work is kept where an upgrade leaves it alone."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    own = {name: value for name, value in own.items() if name not in OF_OTHERS}
    workspace = Path(own.get("GIS_WORKSPACE") or Path.home() / "gis-workspace")
    own["GIS_WORKSPACE"] = str(Path.cwd() / workspace)  # where the person stands, not where the app lies
    return {**own, "PYTHONPATH": str(HOME / "app"), "PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
