"""The benchmarks run small: made-up land is sound and always the same, and the sides give the same answers."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from bench.generated import cadastral_map, districts, sites, theme_layers
from bench.overlay import Agreement
from bench.results import medians
from gis.cli.bench import SMALL
from tests.command import refusal

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def fabric():
    return cadastral_map(2_000)


def test_the_cadastral_map_is_sound_and_always_the_same(fabric):
    assert len(fabric) == fabric["pnu"].nunique() == 2_000
    assert fabric.is_valid.all()
    assert set(fabric["pnu"].str.len()) == {19}
    assert set(shapely.get_num_coordinates(fabric.geometry.to_numpy())) == {13}
    pd.testing.assert_frame_equal(pd.DataFrame(fabric), pd.DataFrame(cadastral_map(2_000)))


def test_neighbors_share_their_edges_but_for_some_which_miss_by_centimeters(fabric):
    one, other = fabric.sindex.query(fabric.geometry, predicate="intersects")
    one, other = one[one < other], other[one < other]
    common = shapely.area(shapely.intersection(fabric.geometry.to_numpy()[one], fabric.geometry.to_numpy()[other]))
    assert (common == 0).mean() > 0.8
    assert 0.1 < common.max() < 5


def test_layers_have_holes_slivers_and_overlaps(fabric):
    layers = theme_layers(tuple(fabric.total_bounds), 8)
    assert all(layer.is_valid.all() for layer in layers)
    shapes = np.concatenate([layer.geometry.to_numpy() for layer in layers])
    assert (shapely.get_num_interior_rings(shapes) == 1).sum() > 20
    one, other = layers[-1].sindex.query(layers[-1].geometry, predicate="overlaps")
    common = shapely.area(shapely.intersection(*(layers[-1].geometry.to_numpy()[part] for part in (one, other))))
    assert (common < 2).any() and (common > 50).any()


def test_sites_have_a_hole_and_lie_within(fabric):
    bounds = tuple(fabric.total_bounds)
    found = sites(bounds, 3, radius=200)
    assert found.is_valid.all()
    assert shapely.get_num_interior_rings(found.geometry.to_numpy()).tolist() == [1, 1, 1]
    assert found.within(shapely.box(*bounds)).all()


def test_another_seed_makes_another_layer(fabric):
    bounds = tuple(fabric.total_bounds)
    one, other = (districts(bounds, 4, seed) for seed in (1, 2))
    assert not one.geometry.iloc[:4].geom_equals(other.geometry.iloc[:4]).any()


@pytest.mark.parametrize(
    ("ours", "theirs", "holds"),
    [
        ({(0, 0): 5.0, (0, 1): 1e-6}, {(0, 0): 5.009}, True),
        ({(0, 0): 5.0}, {(0, 0): 5.011}, False),
        ({(0, 0): 5.0}, {(0, 0): 5.0, (1, 0): 0.005}, False),
        ({(0, 0): 5.0, (1, 0): 0.005}, {(0, 0): 5.0}, False),
    ],
)
def test_answers_agree_where_no_pair_is_missing_and_none_is_off(ours, theirs, holds):
    agreement = Agreement()
    agreement.add(pd.Series(ours), pd.Series(theirs))
    assert agreement.holds is holds
    assert str(agreement).startswith("the same: " if holds else "NOT THE SAME: ")


def test_the_middle_of_the_rounds_counts():
    assert medians({"a": [(3.0, 1.0), (1.0, 9.0), (2.0, 5.0)]}) == {"a": (2.0, 5.0)}


@pytest.fixture(scope="module")
def small_run():
    words = [sys.executable, "-m", "gis", "bench", "overlay", "area", "adjacency", "--small"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "told",
    ["Answers beside geopandas the same", "QGIS was not run", "## area", "ppm", "## adjacency", " 0 on one side alone"],
)
def test_benchmarks_run_small_by_the_command_and_their_answers_agree(small_run, told):
    assert told in small_run


def test_the_command_knows_every_benchmark():
    found = {path.stem for path in (ROOT / "bench").glob("*.py") if "argparse" in path.read_text(encoding="utf-8")}
    assert found == set(SMALL)


def test_an_unknown_benchmark_is_refused_with_the_known_ones():
    assert "adjacency" in refusal("bench", "nothing")
