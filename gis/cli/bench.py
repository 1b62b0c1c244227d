"""The benchmarks, from the folder `bench` of the source: ours beside named peers, in one run."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from gis.errors import DataFileError, UnknownNameError

FOLDER = Path(__file__).parents[2] / "bench"
SMALL: dict[str, tuple[str, ...]] = {
    "overlay": ("--parcels", "500", "--layers", "2", "--rounds", "1", "--sites", "1", "--no-qgis"),
    "area": ("--parcels", "500", "--rounds", "1"),
    "adjacency": ("--parcels", "500", "--rounds", "1"),
    "siting": ("--side", "6000", "--constraints", "40", "--turns", "2", "--sample", "200", "--rounds", "1"),
    "report": ("--rounds", "1", "--no-qgis"),
    "import_shapefile": ("--parcels", "500", "--rounds", "1"),
}
"""Each benchmark, and how it is tried on little data."""

app = typer.Typer()


@app.command()
def bench(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Which: {', '.join(SMALL)}; all of them by default.")
    ] = None,
    small: Annotated[bool, typer.Option("--small", help="Try them on little data; nothing is written.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the tables into bench/RESULTS.md.")] = False,
) -> None:
    """Measure our speed beside named peers, side by side in one run; answers are compared, not only times."""
    strange = [name for name in names or () if name not in SMALL]
    if strange:
        raise UnknownNameError("bench", name=strange[0], known=", ".join(SMALL))
    if not FOLDER.is_dir():
        raise DataFileError("bench_folder", path=FOLDER)
    for name in names or SMALL:
        words = SMALL[name] if small else ("--write",) if write else ()
        done = subprocess.run([sys.executable, str(FOLDER / f"{name}.py"), *words], cwd=FOLDER.parent, check=False)
        if done.returncode:
            raise DataFileError("bench_failed", name=name)
