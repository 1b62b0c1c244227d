"""Build every bundled geometry file, and the list of their hashes: `python -m data.prepare.build`."""

import hashlib
import json
from pathlib import Path
from statistics import mode

from data.prepare import boundaries, outlines, places

DATA = Path(__file__).parents[1]
SCRIPTS = (boundaries, outlines, places)  # each reads what those before it wrote


def build(target: Path = DATA) -> None:
    """Write every file and `files.toml` below `target`; a rerun gives the same bytes."""
    made: dict[str, str] = {}
    for script in SCRIPTS:
        for path in script.prepare(target):
            made[path.relative_to(target).as_posix()] = script.__name__.rsplit(".", maxsplit=1)[-1]
    records = [_record(target / path, path, script) for path, script in made.items()]
    text = "# Written by data/prepare/build.py: do not edit.\n" + "".join(records)
    (target / "files.toml").write_text(text, encoding="utf-8", newline="\n")


def _record(file: Path, path: str, script: str) -> str:
    content = file.read_bytes()
    rows = [feature["properties"] for feature in json.loads(content)["features"]]
    grade = max(row["grade"] for row in rows)
    source = mode(row["source"] for row in rows)  # each row names its own
    return (
        f'\n[[file]]\npath = "{path}"\nsha256 = "{hashlib.sha256(content).hexdigest()}"\n'
        f'grade = "{grade}"\nsource = "{source}"\nprepared_by = "{script}.py"\n'
    )


if __name__ == "__main__":
    build()
