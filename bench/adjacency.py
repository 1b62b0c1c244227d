"""What lies next to what in a cadastral map: gap, class, shared boundary and overlap of every pair within 1 m.

    .venv/bin/python bench/adjacency.py [--parcels 1000000] [--rounds 1] [--write]

Our side and the way of geopandas (`sjoin` within a distance, then distance, the common part of the boundaries and the common
land of each pair) begin with the same GeoParquet file and end with a table, in one process and in turn. Boundaries are
shared here only where they are equal to half a millimeter (`tolerance` 0), for that is what the other side finds; ours
measures gaps on the ellipsoid besides. The answers are compared pair by pair.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numba
import numpy as np
import pandas as pd
import shapely

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.generated import cadastral_map  # noqa: E402
from bench.results import machine, measured, medians, write_down  # noqa: E402
from gis.analysis.adjacency import Thresholds  # noqa: E402
from gis.engine.adjacency import adjacency  # noqa: E402
from gis.engine.fabric import fabric  # noqa: E402

HEADING = "## adjacency"
FILE, MEMORY, USUAL = "kernels, from file to table", "kernels, parcels made ready", "geopandas, from file to table"
WITHIN = 1.0


def main() -> None:
    """Run both sides, compare the answers, print the ratios, and write them down where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parcels.parquet"
        parcels = cadastral_map(chosen.parcels).assign(grade="B")
        parcels.assign(id=parcels["pnu"]).to_parquet(path)
        ready = fabric(gpd.read_parquet(path))
        asked = Thresholds(tolerance=0.0)
        sides = {
            FILE: lambda: adjacency(gpd.read_parquet(path), asked, WITHIN),
            MEMORY: lambda: adjacency(ready, asked, WITHIN),
            USUAL: lambda: usual(gpd.read_parquet(path)),
        }
        middle = medians(measured(sides, chosen.rounds))
        told = compared(adjacency(ready, asked, WITHIN), usual(gpd.read_parquet(path)))
    base = middle[FILE][0]
    text = "\n".join(
        [
            HEADING, "", f"{len(parcels):,} parcels of twelve corners; pairs within {WITHIN:g} m, with class, gap, shared boundary and "
            f"overlap. Medians of {chosen.rounds} rounds in turn.", "",
            "| side | by the clock (s) | ratio | of the processor (s) |", "|---|---|---|---|",
            *(f"| {name} | {clock:.2f} | {clock / base:.1f} | {processor:.2f} |" for name, (clock, processor) in middle.items()),
            "", told, "",
            machine((gpd, shapely, numba, np, pd)) + f" Command: `python bench/adjacency.py --parcels {chosen.parcels} --rounds {chosen.rounds} --write`",
        ]
    )  # fmt: skip
    print(text)
    if chosen.write:
        write_down(text)


def usual(parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the pairs as planners with geopandas find them."""
    near = parcels[["id", "geometry"]].sjoin(parcels[["geometry"]], predicate="dwithin", distance=WITHIN)
    left, right = near.index.to_numpy(), near["index_right"].to_numpy()
    once = left < right
    left, right = left[once], right[once]
    shapes, ids = parcels.geometry.to_numpy(), parcels["id"].to_numpy()
    one, other = shapes[left], shapes[right]
    gap = shapely.distance(one, other)
    shared = shapely.length(shapely.intersection(shapely.boundary(one), shapely.boundary(other)))
    return pd.DataFrame(
        {"a": ids[left], "b": ids[right], "gap": gap, "shared": shared, "overlap": shapely.area(shapely.intersection(one, other))}
    )  # fmt: skip


def compared(ours: pd.DataFrame, theirs: pd.DataFrame) -> str:
    """Return in words how far the answers are from one another."""
    both = ours.merge(theirs, on=["a", "b"], how="outer", suffixes=("", "_theirs"), indicator=True)
    alone = int((both["_merge"] != "both").sum())
    gap, shared, overlap = (
        (both[one] - both[other]).abs() for one, other in (("gap", "gap_theirs"), ("shared_boundary", "shared"), ("overlap", "overlap_theirs"))
    )  # fmt: skip
    return (
        f"Answers: {len(ours):,} and {len(theirs):,} pairs, {alone} on one side alone; greatest difference of gaps {gap.max():.1e} m "
        f"(ellipsoid and plane), of overlaps {overlap.max():.1e} m²; shared boundaries {ours['shared_boundary'].sum():,.1f} and "
        f"{theirs['shared'].sum():,.1f} m, more than 1 mm apart in {int((shared > 0.001).sum()):,} pairs (equal to half a millimeter, or exactly)."
    )


if __name__ == "__main__":
    main()
