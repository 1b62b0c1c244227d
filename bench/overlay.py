"""The areas that parcels share with 지역·지구, beside geopandas and QGIS; and a site's overlay table beside both.

    .venv/bin/python bench/overlay.py [--parcels 200000] [--layers 20] [--rounds 3] [--sites 5] [--no-qgis] [--write]

Both sides take the same frames in one process, layer by layer and in turn; the answers are compared pair by pair (a
parcel, a feature), the medians of all layers are set against each other. QGIS runs `native:intersection` on the same
data as GeoPackages, one process a layer, reading and writing included. `--write` puts it into `bench/RESULTS.md`.

A site's table is compared by class: the land of a class is where at least one of its features lies, whether or not
another class lies there too. So the rows of every combination that names a class are added on our side, and the other
side dissolves the layer by class first. Land without any class is what `difference` leaves of the site.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.generated import cadastral_map, sites, theme_layers  # noqa: E402
from bench.results import Times, machine, medians, timed, write_down  # noqa: E402
from gis.analysis.overlay import partition, shared_areas  # noqa: E402
from gis.engine import overlay as engine  # noqa: E402
from gis.engine.fabric import Fabric, fabric  # noqa: E402

HEADING = "## overlay"
OURS, PLAIN, THEIRS = "gis.engine", "gis.analysis (GEOS)", "geopandas.overlay and area"
TABLE, THEIR_TABLE = "partition", "geopandas: dissolve, overlay and area"
AGREED = 0.01
"""m², the most that two answers may differ."""
DUST = 1e-4
"""m²: a pair of less is the rounding of coordinates; whether it is listed does not matter."""
REST = "-"
Areas = pd.Series
"""m² by pair: of positions of parcel and feature, or of site and class."""
Find = Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], Areas]


@dataclass
class Agreement:
    """How far two ways agree, over all that was compared."""

    pairs: int = 0
    lone: int = 0
    worst: float = 0.0
    total: float = 0.0

    def add(self, ours: Areas, theirs: Areas) -> None:
        """Compare two answers pair by pair; a pair that one of them lacks has no area there."""
        both = pd.DataFrame({"ours": ours, "theirs": theirs})
        self.lone += int((both.isna().any(axis=1) & (both.max(axis=1) > DUST)).sum())
        off = (both["ours"].fillna(0) - both["theirs"].fillna(0)).abs()
        self.pairs, self.total = self.pairs + int((ours > DUST).sum()), self.total + float(ours.sum())
        self.worst = max(self.worst, float(off.max()) if len(off) else 0.0)

    @property
    def holds(self) -> bool:
        """Tell whether no pair is missing on one side and none differs by more than what is agreed."""
        return self.lone == 0 and self.worst <= AGREED

    def __str__(self) -> str:
        """Return the verdict with its numbers."""
        verdict = "the same" if self.holds else "NOT THE SAME"
        return (
            f"{verdict}: {self.pairs:,} pairs, {self.total:,.2f} m², greatest difference {self.worst:.1e} m², "
            f"{self.lone} pairs above {DUST:g} m² on one side alone"
        )


_ready: dict[int, Fabric] = {}


def pair_areas(parcels: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> Areas:
    """Return what our engine finds; the first layer of a round pays for making the parcels ready."""
    if id(parcels) not in _ready:
        _ready.clear()
        _ready[id(parcels)] = fabric(parcels)
    return engine.shared_areas(_ready[id(parcels)], layer).set_index(["parcel", "feature"])["area"]


def plain_pair_areas(parcels: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> Areas:
    """Return what our plain analysis finds."""
    return shared_areas(parcels, layer).set_index(["parcel", "feature"])["area"]


def their_pair_areas(parcels: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> Areas:
    """Return what geopandas finds."""
    pieces = gpd.overlay(parcels, layer, how="intersection", keep_geom_type=True)
    return pieces.assign(area=pieces.area).set_index(["parcel", "feature"])["area"]


def class_areas(site: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> Areas:
    """Return the land of each class and of none within sites, by our tables."""
    found = {}
    for number in range(len(site)):
        rows = partition(site.iloc[[number]], layer, layer["uname"])
        for labels, area in zip(rows["labels"], rows["area"], strict=True):
            for label in labels or (REST,):
                found[number, label] = found.get((number, label), 0.0) + area
    return pd.Series(found, dtype=float)


def their_class_areas(site: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> Areas:
    """Return the land of each class and of none within sites, by geopandas."""
    classes = layer[["uname", "geometry"]].dissolve("uname").reset_index()
    pieces = gpd.overlay(site, classes, how="intersection", keep_geom_type=True)
    rest = gpd.overlay(site, classes, how="difference", keep_geom_type=True).assign(uname=REST)
    return _by_class(pd.concat([pieces, rest]))


def _by_class(pieces: pd.DataFrame) -> Areas:
    areas = pieces.assign(area=shapely.area(pieces["geometry"].to_numpy()))
    return areas.groupby(["site", "uname"])["area"].sum()


@dataclass(frozen=True)
class Qgis:
    """QGIS without a window: where its program lies, its version, and a folder for files."""

    program: str
    version: str
    folder: Path

    def run(self, algorithm: str, **words: Path | str) -> tuple[gpd.GeoDataFrame, float]:
        """Return what an algorithm writes, and how many seconds its process takes."""
        target = self.folder / "out.gpkg"
        target.unlink(missing_ok=True)
        said = [f"--{name}={value}" for name, value in {**words, "OUTPUT": target}.items()]
        start = time.perf_counter()
        done = _qgis(self.program, "run", algorithm, *said)
        seconds = time.perf_counter() - start
        if done.returncode or not target.exists():
            raise SystemExit(f"QGIS failed at {algorithm}:\n{done.stdout}\n{done.stderr}")
        return gpd.read_file(target), seconds

    def kept(self, frame: gpd.GeoDataFrame, name: str) -> Path:
        """Write a frame for QGIS and return its place."""
        path = self.folder / f"{name}.gpkg"
        pyogrio.write_dataframe(frame, path)
        return path

    def pair_areas(self, parcels: Path, layer: gpd.GeoDataFrame) -> tuple[Areas, float]:
        """Return what QGIS finds, and the seconds of its process."""
        pieces, seconds = self.run("native:intersection", INPUT=parcels, OVERLAY=self.kept(layer, "layer"))
        return pieces.assign(area=pieces.area).groupby(["parcel", "feature"])["area"].sum(), seconds

    def class_areas(self, site: Path, layer: gpd.GeoDataFrame) -> tuple[Areas, float]:
        """Return the land of each class and of none within sites, and the seconds of three processes."""
        classes, first = self.run("native:dissolve", INPUT=self.kept(layer, "layer"), FIELD="uname")
        dissolved = self.kept(classes[["uname", "geometry"]], "classes")
        pieces, second = self.run("native:intersection", INPUT=site, OVERLAY=dissolved)
        rest, third = self.run("native:difference", INPUT=site, OVERLAY=dissolved)
        return _by_class(pd.concat([pieces, rest.assign(uname=REST)])), first + second + third


def _qgis(program: str, *words: str) -> subprocess.CompletedProcess:
    settings = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run([program, *words], capture_output=True, text=True, check=False, env=settings)


def qgis(folder: Path) -> Qgis | None:
    """Return QGIS where it is installed; Debian's `qgis_process` is a script that fails, its program has another name."""
    for name in ("qgis_process.bin", "qgis_process"):
        program = shutil.which(name)
        found = program and re.search(r"QGIS (\S+)", _qgis(program, "--version").stdout)
        if program and found:
            return Qgis(program, found[1], folder)
    return None


def main() -> None:
    """Run every side, compare the answers, print the ratios, and write them down where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, default=200_000)
    parser.add_argument("--layers", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sites", type=int, default=5)
    parser.add_argument("--no-qgis", action="store_true")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        peer = None if chosen.no_qgis else qgis(Path(folder))
        text, holds = report(chosen, peer)
    print(text)
    if chosen.write:
        write_down(text)
    sys.exit(0 if holds else 1)


def report(chosen: argparse.Namespace, peer: Qgis | None) -> tuple[str, bool]:
    """Return the section for the results, and whether all answers agree."""
    parcels = cadastral_map(chosen.parcels)
    parcels = parcels.assign(parcel=np.arange(len(parcels)))
    bounds = tuple(parcels.total_bounds)
    layers = [one.assign(feature=np.arange(len(one))) for one in theme_layers(bounds, chosen.layers)]
    site = sites(bounds, chosen.sites, radius=min(1_000.0, (bounds[2] - bounds[0]) / 4))
    site = site.assign(site=np.arange(len(site)))
    pairs = compared(
        {OURS: pair_areas, PLAIN: plain_pair_areas, THEIRS: their_pair_areas}, parcels, layers, chosen.rounds
    )
    tables = compared({TABLE: class_areas, THEIR_TABLE: their_class_areas}, site, layers, chosen.rounds)
    peer_pairs = _peer_pairs(peer, parcels, layers) if peer else None
    peer_tables = _peer_tables(peer, site, layers) if peer else None
    holds = all(one.holds for _, one in filter(None, (pairs, tables, peer_pairs, peer_tables)))
    lines = [
        HEADING,
        "",
        f"{len(parcels):,} parcels of 12 corners between roads, 4 % of them some cm off their neighbors; {len(layers)} "
        f"layers with {sum(map(len, layers)):,} districts of {_corners(layers):,} corners on average, with holes, slivers "
        f"and overlaps. All layers one after the other; {_rounds(chosen.rounds)}.",
        "",
        *_section(pairs, peer_pairs, "a process a layer, files in and out"),
        "",
        f"The overlay table of {len(site)} sites of {site.area.mean() / 1e6:.1f} km², each with a hole, against the same "
        "layers, by class and for land of no class. Our rows also tell combinations, slivers and geodesic areas.",
        "",
        *_section(tables, peer_tables, "three processes a layer"),
        "",
        machine(
            (gpd, shapely, pd, np), f", GEOS {shapely.geos_version_string}{f', QGIS {peer.version}' if peer else ''}"
        )
        + f" Command: `python bench/overlay.py --parcels {chosen.parcels} --layers {chosen.layers} --rounds "
        f"{chosen.rounds} --sites {chosen.sites}{' --no-qgis' if chosen.no_qgis else ''} --write`",
    ]
    if peer is None:
        lines[1:1] = ["", "**QGIS was not run: there is no `qgis_process` on this machine, or it was not wanted.**"]
    return "\n".join(lines) + "\n", holds


def compared(
    sides: dict[str, Find], frame: gpd.GeoDataFrame, layers: list[gpd.GeoDataFrame], rounds: int
) -> tuple[Times, Agreement]:
    """Return the seconds of each round over all layers, the sides in turn at each, and how far the answers agree."""
    times: Times = {name: [] for name in sides}
    agreement = Agreement()
    for number in range(rounds):
        spent = {name: np.zeros(2) for name in sides}
        fresh = frame.copy()  # no tree of an earlier round
        for layer in layers:
            answers = []
            for name, find in sides.items():
                answer, seconds = timed(partial(find, fresh, layer.copy()))
                spent[name] += seconds
                answers.append(answer)
            if number == 0:
                agreement.add(answers[0], answers[-1])
        for name, (clock, processor) in spent.items():
            times[name].append((float(clock), float(processor)))
        told = ", ".join(f"{name} {found[-1][0]:.1f} s" for name, found in times.items())
        print(f"round {number + 1}: {told}", file=sys.stderr, flush=True)
    return times, agreement


def _peer_pairs(peer: Qgis, parcels: gpd.GeoDataFrame, layers: list[gpd.GeoDataFrame]) -> tuple[float, Agreement]:
    path, seconds, agreement = peer.kept(parcels[["parcel", "geometry"]], "parcels"), 0.0, Agreement()
    for layer in layers:
        areas, spent = peer.pair_areas(path, layer[["feature", "geometry"]])
        seconds += spent
        agreement.add(pair_areas(parcels, layer), areas)
    return seconds, agreement


def _peer_tables(peer: Qgis, site: gpd.GeoDataFrame, layers: list[gpd.GeoDataFrame]) -> tuple[float, Agreement]:
    path, seconds, agreement = peer.kept(site[["site", "geometry"]], "sites"), 0.0, Agreement()
    for layer in layers:
        areas, spent = peer.class_areas(path, layer)
        seconds += spent
        agreement.add(class_areas(site, layer), areas)
    return seconds, agreement


def _rounds(count: int) -> str:
    return f"medians of {count} rounds" if count > 1 else "one round"


def _corners(layers: list[gpd.GeoDataFrame]) -> int:
    return int(np.mean(np.concatenate([shapely.get_num_coordinates(one.geometry.to_numpy()) for one in layers])))


def _section(own: tuple[Times, Agreement], peer: tuple[float, Agreement] | None, how: str) -> list[str]:
    """Return the table of one comparison and what the answers say."""
    times, agreement = own
    middle = medians(times)
    base = next(iter(middle.values()))
    rows = [
        f"| {name} | {clock:.2f} | {clock / base[0]:.1f} | {processor:.2f} | {processor / base[1]:.1f} |"
        for name, (clock, processor) in middle.items()
    ]
    if peer is not None:
        rows.append(f"| QGIS, {how}, 1 run | {peer[0]:.1f} | {peer[0] / base[0]:.1f} | – | – |")
    told = [f"Answers beside geopandas {agreement}."]
    if peer is not None:
        told.append(f"Answers beside QGIS {peer[1]}.")
    return [
        "| side | by the clock (s) | ratio | of the processor (s) | ratio |",
        "|---|---|---|---|---|",
        *rows,
        "",
        *told,
    ]


if __name__ == "__main__":
    main()
