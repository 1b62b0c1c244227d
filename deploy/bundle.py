"""Gather what an office without internet needs into one zip: wheels for Linux and Windows, the app, start scripts, licences.

    make offline-bundle [PYTHONS="3.12 3.13"]

The app is what git knows of the tree, so that nothing else of a work folder gets in. `uv` says which versions each platform
and Python need (pip would ask the markers of the machine that gathers), `pip` fetches them, wheels alone. Equal wheels and
an equal commit give equal bytes.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from packaging.metadata import RawMetadata, parse_email
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "deploy"
LAUNCHERS = ("start.bat", "start.sh", "start.py", "gis.bat", "gis.sh", "README.txt", "NO_PYTHON.txt")
LEFT_OUT = ("tests/", "bench/", "deploy/", ".ci/", "data/prepare/", "requirements-dev.txt", ".gitignore", "Makefile")
"""What runs nothing in an office: it stays in the repository."""
PLATFORMS = {
    "linux": ["manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_26_x86_64", "manylinux_2_24_x86_64",
              "manylinux_2_17_x86_64", "manylinux_2_12_x86_64", "manylinux_2_5_x86_64", "manylinux2014_x86_64",
              "manylinux1_x86_64"],
    "windows": ["win_amd64"],
}  # fmt: skip
EPOCH = (1980, 1, 1, 0, 0, 0)
COMMENT = re.compile(r"/\*.*?\*/|(?:^//[^\n]*\n?)+", re.DOTALL | re.MULTILINE)
STARS = re.compile(r"^\s*(/\*+!?|//+!?|\*+(?!/))|\*+/", re.MULTILINE)
RIGHTS = re.compile(r"licen[cs]e|copyright|\(c\)|©", re.IGNORECASE)
BANNER = 3_000
"""Letters at the beginning of a script within which it says whose it is."""
ORIGIN = re.compile(
    r".*?/(?:npm|libs)/(?:@[^/]+/)?[^/]+(?:/\d[\d.]*)?|.*?/gh/[^/]+/[^/]+|.*?unpkg\.com/(?:@[^/]+/)?[^/]+|.*"
)
"""The part of a script's address that names its package."""
LICENSE_FILE = re.compile(r"\.dist-info/(licenses/.*|(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*)$", re.IGNORECASE)


def main() -> None:
    """Gather, and say where the bundle is and how large."""
    parser = argparse.ArgumentParser(description="Gather the app for an office without internet.")
    parser.add_argument("--python", nargs="+", default=["3.12", "3.13"], help="Versions of Python to serve.")
    parser.add_argument("--output", type=Path, default=ROOT / "dist" / f"gis-offline-{version()}.zip")
    parser.add_argument("--wheels", type=Path, help="A folder in which wheels are kept from one time to the next.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wheels = chosen.wheels or Path(folder)
        wheels.mkdir(parents=True, exist_ok=True)
        needed = gathered(wheels, chosen.python)
        chosen.output.parent.mkdir(parents=True, exist_ok=True)
        write_zip(chosen.output, bundle_files(needed, chosen.python))
    print(f"{chosen.output}: {chosen.output.stat().st_size / 2**20:.0f} MB, Python {', '.join(chosen.python)}")


def version() -> str:
    """Return the version of the app."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def gathered(wheels: Path, pythons: Iterable[str]) -> dict[str, list[Path]]:
    """Fetch what each platform and Python need, and return the wheels of each by name."""
    needed = {}
    for python in pythons:
        for platform, tags in PLATFORMS.items():
            pins = wheels / f"{platform}-{python}.txt"
            run(
                "uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python-platform", platform,
                "--python-version", python, "--only-binary", ":all:", HERE / "office.txt", "--output-file", pins,
            )  # fmt: skip
            tagged = [word for tag in tags for word in ("--platform", tag)]
            run(
                "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", *tagged, "--implementation", "cp",
                "--python-version", python, "--requirement", pins, "--dest", wheels,
            )  # fmt: skip
            needed[f"{platform}-{python}"] = pinned_wheels(pins, wheels, python, tags)
    return needed


def run(program: str, *words: object) -> None:
    """Run a tool of this Python; a fault of it is ours."""
    subprocess.run([sys.executable, "-m", program, *map(str, words)], check=True)


def pinned_wheels(pins: Path, folder: Path, python: str, platforms: list[str]) -> list[Path]:
    """Return the wheel of each pin that fits a Python and platforms.

    Raises
    ------
    LookupError
        Where one is missing.
    """
    found = []
    for name, wanted in read_pins(pins):
        fitting = [wheel for wheel in folder.glob("*.whl") if fits(wheel, name, wanted, python, platforms)]
        if not fitting:
            raise LookupError(f"{pins.name}: no wheel of {name} {wanted} for Python {python}")
        found.append(sorted(fitting)[0])
    return found


def read_pins(pins: Path) -> list[tuple[str, str]]:
    """Return name and version of each line of a list of pins."""
    lines = (line.split(";")[0].strip() for line in pins.read_text(encoding="utf-8").splitlines())
    return [tuple(re.sub(r"\[.*?\]", "", line).split("==")) for line in lines if "==" in line]  # type: ignore[misc]


def fits(wheel: Path, name: str, wanted: str, python: str, platforms: list[str]) -> bool:
    """Tell whether a wheel is that version of a package, for a Python and one of the platforms."""
    package, found, _, tags = parse_wheel_filename(wheel.name)
    number = python.replace(".", "")
    return (
        package == canonicalize_name(name)
        and str(found) == wanted
        and any(
            tag.platform in ("any", *platforms)
            and (
                tag.interpreter in ("py3", f"cp{number}", f"py{number}")
                or (tag.abi == "abi3" and int(tag.interpreter[3:]) <= int(number[1:]))
            )
            for tag in tags
        )
    )


def bundle_files(needed: dict[str, list[Path]], pythons: Iterable[str]) -> Iterator[tuple[str, bytes | Path]]:
    """Yield name and content of everything in the bundle."""
    for name in LAUNCHERS:
        yield name, (HERE / name).read_bytes()
    yield "PYTHONS.txt", "".join(f"{one}\n" for one in pythons).encode()
    for path in tracked():
        yield f"app/{path}", ROOT / path
    files = sorted({path for paths in needed.values() for path in paths})
    for path in files:
        yield f"wheels/{path.name}", path
    for name, paths in needed.items():
        yield f"wheels/{name}.txt", install_list(paths).encode()
    yield "NOTICE.txt", notice(files, map_scripts()).encode()


def install_list(wheels: Iterable[Path]) -> str:
    """Return what pip installs: each package with the hash that its one wheel must have."""
    parsed = ((parse_wheel_filename(path.name), hashlib.sha256(path.read_bytes()).hexdigest()) for path in wheels)
    return "".join(sorted(f"{name}=={number} --hash=sha256:{digest}\n" for (name, number, *_), digest in parsed))


def map_scripts() -> dict[str, str]:
    """Return the scripts and styles of others that pages load, by the address that they come from."""
    from gis.view.assets import asset_texts

    return {address: text for address, text in asset_texts().items() if "://" in address}


def tracked() -> list[str]:
    """Return what git knows of the tree and an office needs."""
    said = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return sorted(path for path in said.split("\0") if path and not path.startswith(LEFT_OUT))


def notice(wheels: Iterable[Path], scripts: Mapping[str, str]) -> str:
    """Return what comes along, on which terms, and the words of each licence once."""
    found = {wheel: terms(wheel) for wheel in sorted(wheels, key=lambda one: one.name.lower())}
    carried = {canonicalize_name(metadata["name"]): texts for metadata, texts in found.values()}
    texts: dict[str, list[str]] = {}
    lines = ["Software in wheels/", ""]
    for metadata, licenses in found.values():
        called = f"{metadata['name']} {metadata['version']}"
        more = left_out().get(canonicalize_name(metadata["name"]), {})
        line = f"{called}: {more.get('license') or license_name(metadata)}"
        if line not in lines:
            lines.append(line)
        added = [(HERE / "licenses" / more["text"]).read_text(encoding="utf-8")] if "text" in more else []
        for text in [*licenses, *added, *carried.get(canonicalize_name(more.get("same_as", "")), [])]:
            users = texts.setdefault(text, [])
            if called not in users:
                users.append(called)
    lines += ["", "Scripts and styles of the map, in the wheel of folium-offline", "", *script_terms(scripts)]
    lines += ["", "Data in app/data/ (app/data/sources.toml says more)", "", *data_terms(), ""]
    for text, users in texts.items():
        lines += ["", "=" * 100, ", ".join(users), "=" * 100, "", text.strip()]
    return "\n".join(lines) + "\n"


def left_out() -> dict[str, dict[str, str]]:
    """Return the terms that wheels leave out, by package."""
    return tomllib.loads((HERE / "licenses.toml").read_text(encoding="utf-8"))


def script_terms(scripts: Mapping[str, str]) -> Iterator[str]:
    """Yield each package of scripts with what the beginnings of its files say of rights."""
    stated: dict[str, dict[str, None]] = defaultdict(dict)
    for address in sorted(scripts):
        comments = COMMENT.findall(scripts[address][:BANNER])
        said = {" ".join(STARS.sub(" ", one).split()): None for one in comments if RIGHTS.search(one)}
        stated[ORIGIN.match(address)[0]] |= said  # type: ignore[index]
    for origin, said in stated.items():
        yield f"{origin}: {' / '.join(said) or 'not stated in its files'}"


def terms(wheel: Path) -> tuple[RawMetadata, list[str]]:
    """Return the metadata of a wheel and the texts of its licences."""
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        texts = [packed.read(name).decode("utf-8", "replace") for name in sorted(names) if LICENSE_FILE.search(name)]
        return parse_email(packed.read(metadata))[0], [text for text in texts if text.strip()]


def license_name(metadata: RawMetadata) -> str:
    """Return how a package calls its licence."""
    stated = metadata.get("license_expression") or metadata.get("license", "").strip().split("\n")[0]
    classified = [one.rpartition(":: ")[2] for one in metadata.get("classifiers", []) if one.startswith("License ::")]
    plain = stated and len(stated) < 80 and not stated.startswith("Copyright")
    return stated if plain else ", ".join(classified) or "see its text below"


def data_terms() -> list[str]:
    """Return the terms of each source of the bundled data that states them."""
    sources = tomllib.loads((ROOT / "data" / "sources.toml").read_text(encoding="utf-8"))["source"]
    return sorted({f"{row['publisher']}: {row['license']}" for row in sources.values() if row.get("license")})


def write_zip(path: Path, files: Iterable[tuple[str, bytes | Path]]) -> None:
    """Write a zip in which everything has one time, and a list of the hash of each file at its end."""
    sums = []
    part = path.with_suffix(".part")
    with zipfile.ZipFile(part, "w") as archive:
        for name, source in sorted(files, key=lambda one: one[0]):
            content = source if isinstance(source, bytes) else source.read_bytes()
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
            add(archive, name, content)
        add(archive, "SHA256SUMS.txt", "".join(sums).encode())
    part.replace(path)


def add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Add a file; wheels are packed already, and a shell script may be run."""
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.create_system = 3
    entry.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
    archive.writestr(entry, content, zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
