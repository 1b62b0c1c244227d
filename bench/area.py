"""Geodesic areas of a cadastral map: the kernel on the plane beside pyproj's `Geod`, a polygon at a time.

    .venv/bin/python bench/area.py [--parcels 1000000] [--rounds 3] [--write]

Both sides take the same parcels in one process and in turn. `Geod` measures degrees, so that its step out of the plane is
told apart; ours reads coordinates out of the shapes, unless they are at hand as arrays. The answers are compared parcel by
parcel; `tests/test_plane_area.py` holds the kernel against a reference of 40 digits, to which it is nearer than `Geod`.
"""

import argparse
import sys
from pathlib import Path

import geopandas as gpd
import numba
import numpy as np
import pyproj
import shapely

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.generated import cadastral_map  # noqa: E402
from bench.results import machine, measured, medians, write_down  # noqa: E402
from gis.crs import MAP_CRS  # noqa: E402
from gis.engine.areas import plane_measures, ragged_measures  # noqa: E402
from gis.kernel.ragged import ragged  # noqa: E402

HEADING = "## area"
ARRAYS, SHAPES = "kernel, coordinates at hand as arrays", "kernel, from shapes"
LOOP, WHOLE = "pyproj Geod loop, degrees at hand", "pyproj Geod loop, from the plane"


def main() -> None:
    """Run both sides, compare the answers, print the ratios, and write them down where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    parcels = cadastral_map(chosen.parcels)
    arrays, geod = ragged(parcels.geometry.to_numpy()), pyproj.Geod(ellps="GRS80")
    degrees = parcels.to_crs(MAP_CRS).geometry.to_numpy()

    def loop(shapes: np.ndarray) -> np.ndarray:
        return np.array([abs(geod.geometry_area_perimeter(shape)[0]) for shape in shapes])

    sides = {
        ARRAYS: lambda: ragged_measures(arrays, parcels),
        SHAPES: lambda: plane_measures(parcels),
        LOOP: lambda: loop(degrees),
        WHOLE: lambda: loop(parcels.to_crs(MAP_CRS).geometry.to_numpy()),
    }
    middle = medians(measured(sides, chosen.rounds))
    ours, theirs = ragged_measures(arrays, parcels)[0], loop(degrees)
    off = np.abs(ours - theirs) / theirs
    base = middle[ARRAYS][0]
    text = "\n".join(
        [
            HEADING, "", f"{len(parcels):,} parcels, {len(arrays.points):,} points; area and perimeter of each. Medians of {chosen.rounds} "
            "rounds in turn.", "", "| side | by the clock (s) | ratio | of the processor (s) |", "|---|---|---|---|",
            *(f"| {name} | {clock:.3f} | {clock / base:.1f} | {processor:.3f} |" for name, (clock, processor) in middle.items()),
            "", f"Answers: greatest difference {1e6 * off.max():.3f} ppm, {np.abs(ours - theirs).max():.1e} m²; sums {ours.sum():,.3f} and "
            f"{theirs.sum():,.3f} m². Shapes into degrees and out of them are part of the last side.", "",
            machine((gpd, shapely, numba, np, pyproj)) + f" Command: `python bench/area.py --parcels {chosen.parcels} --rounds {chosen.rounds} --write`",
        ]
    )  # fmt: skip
    print(text)
    if chosen.write:
        write_down(text)
    sys.exit(0 if off.max() < 1e-6 else 1)


if __name__ == "__main__":
    main()
