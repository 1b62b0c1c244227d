"""How long an import takes beside `geopandas.read_file`: 100,000 parcels in a CP949 shapefile.

    .venv/bin/python bench/import_shapefile.py [--parcels 100000] [--rounds 5] [--write]

Both sides read the same file in one process, in turn, after one round that does not count; the medians are compared,
and so are the answers. `--write` puts the result into `bench/RESULTS.md`.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pandas.testing import assert_frame_equal

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.results import Times, machine, measured, medians, write_down  # noqa: E402
from gis.io.read import read_arrival  # noqa: E402
from gis.study import imports  # noqa: E402

HEADING = "## import_shapefile"
CATEGORIES = ("대", "전", "답", "임", "공장용지", "도로", "구거", "잡종지")
PLACES = ("광산구 삼거동", "북구 오룡동", "광산구 진곡동", "장성군 남면", "함평군 월야면")


def parcels(count: int) -> gpd.GeoDataFrame:
    """Return a grid of parcels whose corners are moved at random; the seed is fixed, so two runs are the same."""
    chance, side = np.random.default_rng(20260131), int(np.ceil(np.sqrt(count)))
    row, column = np.divmod(np.arange(count), side)
    corners = chance.uniform(-4, 4, (side + 1, side + 1, 2))
    corners[..., 0] += 165_000 + 20 * np.arange(side + 1)[None, :]
    corners[..., 1] += 280_000 + 20 * np.arange(side + 1)[:, None]
    rings = np.stack([corners[row + a, column + b] for a, b in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))], axis=1)
    middles = rings[:, :4].mean(axis=1)
    rings = np.insert(rings, 2, (rings[:, 1] + rings[:, 2]) / 2 + (middles - rings[:, 1]) * 0.05, axis=1)
    shapes = shapely.polygons(rings)
    number = np.arange(1, count + 1)
    category = np.array(CATEGORIES)[chance.integers(len(CATEGORIES), size=count)]
    jibun = [f"{n % 900 + 1}-{n % 37}{kind[0]}" for n, kind in zip(number, category, strict=True)]
    columns = {
        "PNU": [f"29200115001{n % 9000:04d}{n // 9000:04d}" for n in number],
        "JIBUN": jibun,
        "지목": category,
        "소재지": [f"광주광역시 {PLACES[n % len(PLACES)]} {text}" for n, text in zip(number, jibun, strict=True)],
        "공부면적": np.round(shapely.area(shapes), 1),
        "공시지가": chance.integers(10_000, 900_000, size=count),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:5186")


def require_same(path: Path) -> None:
    """Stop where the two sides do not read the same geometries and attributes."""
    theirs, ours = gpd.read_file(path, encoding="cp949"), read_arrival(path).frame.reset_index(drop=True)
    assert shapely.equals_exact(theirs.geometry.to_numpy(), ours.geometry.to_numpy()).all()
    attributes = pd.DataFrame(theirs.drop(columns="geometry"))
    assert_frame_equal(attributes, pd.DataFrame(ours[list(attributes)]), check_dtype=False)


def main() -> None:
    """Run both sides, print the ratio, and write it down where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["GIS_WORKSPACE"] = str(folder / "workspace")
        path = folder / "parcels.shp"
        pyogrio.write_dataframe(parcels(chosen.parcels), path, encoding="CP949")
        require_same(path)
        times = measured(
            {
                "geopandas.read_file": lambda: gpd.read_file(path, encoding="cp949"),
                "read and check": lambda: read_arrival(path),
                "read, check and keep": lambda: imports.keep(read_arrival(path)),
            },
            chosen.rounds,
        )
    text = report(times, chosen)
    print(text)
    if chosen.write:
        write_down(text)


def report(times: Times, chosen: argparse.Namespace) -> str:
    """Return the medians, the ratios, and what they were measured on."""
    middle = medians(times)
    base = middle["geopandas.read_file"]
    lines = [
        HEADING,
        "",
        f"{chosen.parcels:,} parcels, six-cornered, CP949, EPSG:5186, six columns; the answers are the same "
        "(geometries to the last digit, attributes).",
        "",
        f"| side | median of {chosen.rounds} by the clock (s) | ratio | of the processor (s) | ratio |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {clock:.2f} | {clock / base[0]:.2f} | {processor:.2f} | {processor / base[1]:.2f} |"
            for name, (clock, processor) in middle.items()
        ),
        "",
        f"{machine((gpd, pyogrio, shapely, pd, np), f', GDAL {pyogrio.__gdal_version_string__}')} "
        f"Command: `python bench/import_shapefile.py --parcels {chosen.parcels} --rounds {chosen.rounds} --write`",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
