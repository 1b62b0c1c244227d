"""Every position of a site on a grid against constraints: the screen by FFT beside vectorised shapely.

    .venv/bin/python bench/siting.py [--cell 20] [--side 16000] [--constraints 300] [--turns 24] [--sample 4000] [--rounds 3] [--write]

Both sides take the same site (100만평, 201 corners; ours in all its turns) and the same polygons in one process and in turn. Shapely makes each
position of a random sample (`set_coordinates`), asks the tree of constraints and measures what is shared; its positions
a second are set against those of the screen, whose rasterizing, transforms and products all count. The answers are
compared at the sample: what the screen closes shares land, what it calls open shares none; the part is told that it leaves
to the exact check.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

import numpy as np
import shapely

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.results import machine, medians, timed, write_down  # noqa: E402
from gis.analysis.siting import EDGE, EXCLUDE, OPEN, TOUCH, Constraint, Grid, place, scaled, search_grid, turned  # noqa: E402

HEADING = "## placement"
OURS, THEIRS = "screen of every position (FFT) and exact check of the best", "vectorised shapely"
AREA = 1_000_000 * 400 / 121
CORNERS = 201


def outline(corners: int) -> shapely.Geometry:
    """Return a site with so many corners."""
    random = np.random.default_rng(3)
    turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radii = 1_000 * (1 + 0.15 * np.sin(3 * turns) + 0.02 * random.standard_normal(corners))
    return scaled(shapely.Polygon(np.column_stack([radii * np.cos(turns), radii * np.sin(turns)])), AREA)


def land(side: float, count: int) -> shapely.Geometry:
    """Return polygons of many corners, scattered over the window."""
    random = np.random.default_rng(5)
    middles = shapely.points(random.uniform(0, side, (count, 2)))
    return shapely.union_all(shapely.buffer(middles, random.uniform(40, 220, count), quad_segs=12))


def positions(site: shapely.Geometry, grid: Grid, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return the site at positions (south-west corner of its box)."""
    west, south, _, _ = site.bounds
    offset = np.column_stack([grid.west + grid.cell * columns - west, grid.south + grid.cell * rows - south])
    points = shapely.get_coordinates(site)
    moved = (points[None] + offset[:, None]).reshape(-1, 2)
    return shapely.set_coordinates(np.full(len(rows), site, dtype=object), moved)


def shared(site: shapely.Geometry, parts: np.ndarray, grid: Grid, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return what each position shares with the land, m²: one query of the tree, one vectorised intersection."""
    shapes = positions(site, grid, rows, columns)
    pairs = shapely.STRtree(parts).query(shapes, predicate="intersects")
    areas = shapely.area(shapely.intersection(shapes[pairs[0]], parts[pairs[1]]))
    return np.bincount(pairs[0], areas, minlength=len(shapes))


def main() -> None:
    """Run both sides in turn, compare them, and print or write down the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cell", type=float, default=20.0)
    parser.add_argument("--side", type=float, default=16_000.0)
    parser.add_argument("--constraints", type=int, default=300)
    parser.add_argument("--turns", type=int, default=24)
    parser.add_argument("--sample", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    text, agreed = report(chosen)
    print(text)
    if chosen.write:
        write_down(text)
    sys.exit(0 if agreed else 1)


def report(chosen: argparse.Namespace) -> tuple[str, bool]:
    """Return the section for the results, and whether the answers agree."""
    grid = search_grid((0.0, 0.0, chosen.side, chosen.side), chosen.cell)
    site, closed = outline(CORNERS), land(chosen.side, chosen.constraints)
    parts = shapely.get_parts(closed)
    constraint = Constraint("land", EXCLUDE, closed)
    turns = [turned(site, angle) for angle in np.linspace(0, 360, chosen.turns, endpoint=False)]
    west, south, east, north = site.bounds
    wide, high = (int(np.ceil(length / grid.cell - 1e-9)) for length in (east - west, north - south))
    random = np.random.default_rng(7)
    rows = random.integers(0, grid.rows - high + 1, chosen.sample)
    columns = random.integers(0, grid.columns - wide + 1, chosen.sample)
    screen = partial(place, turns, [constraint], grid, "EPSG:5186", count=10)
    one_turn = partial(place, [site], [constraint], grid, "EPSG:5186", count=10)
    brute = partial(shared, site, parts, grid, rows, columns)
    screen(), brute()
    times: dict[str, list[tuple[float, float]]] = {OURS: [], THEIRS: []}
    for number in range(chosen.rounds):
        found, ours = timed(screen)
        areas, theirs = timed(brute)
        times[OURS].append(ours)
        times[THEIRS].append(theirs)
        print(f"round {number + 1}: {ours[0]:.2f} s, {theirs[0]:.2f} s", file=sys.stderr, flush=True)
    killer = one_turn().rejection.killer[rows + high // 2, columns + wide // 2]
    wrong = int(((killer >= 0) & (areas <= 0)).sum()) + int(((killer == OPEN) & (areas > TOUCH)).sum())
    left = 100 * float((killer == EDGE).mean())
    middle = medians(times)
    pace = {OURS: found.positions / middle[OURS][0], THEIRS: chosen.sample / middle[THEIRS][0]}
    lines = [
        HEADING,
        "",
        f"A site of 100만평 with {CORNERS} corners in {chosen.turns} turns on cells of {grid.cell:g} m over {chosen.side / 1_000:g} × "
        f"{chosen.side / 1_000:g} km, {len(parts)} polygons of {shapely.get_num_coordinates(closed):,} corners; medians of "
        f"{chosen.rounds} rounds, the sides in turn in one process.",
        "",
        "| side | positions | by the clock (s) | positions a second | ratio |",
        "|---|---|---|---|---|",
        f"| {OURS} | {found.positions:,} | {middle[OURS][0]:.2f} | {pace[OURS]:,.0f} | {pace[OURS] / pace[THEIRS]:,.0f} |",
        f"| {THEIRS} | {chosen.sample:,} | {middle[THEIRS][0]:.2f} | {pace[THEIRS]:,.0f} | 1 |",
        "",
        f"At the sample {wrong} positions are closed by the screen and share no land, or open and share some; {left:.1f} % "
        "are left to the exact check.",
        "",
        machine((np, shapely), f", GEOS {shapely.geos_version_string}")
        + f" Command: `python bench/siting.py --cell {chosen.cell:g} --side {chosen.side:g} --constraints "
        f"{chosen.constraints} --turns {chosen.turns} --sample {chosen.sample} --rounds {chosen.rounds} --write`",
    ]
    return "\n".join(lines) + "\n", wrong == 0


if __name__ == "__main__":
    main()
