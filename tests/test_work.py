"""내 작업: one zip holds all that people made, and nothing of what is 대외비."""

import csv
import io
import zipfile

import geopandas as gpd
import pytest

from gis.io import store
from gis.study import active, rates, scenarios, value_chain, work
from tests.command import done, refusal
from tests.pencil import sites, square


def keep(name, **values):
    """Keep a layer of one square."""
    frame = sites(square(0, 0)).reset_index(drop=True)
    return store.keep(store.StoredLayer(name=name, title=name, kind="Polygon", source="pencil", **values), frame)


@pytest.fixture
def worked():
    """Make a scenario, a hidden one, a layer, a hidden one, and another rate."""
    scenarios.create("북쪽 안", "north")
    scenarios.set_outline("north", "futurecar", scenarios.reshaped(scenarios.outline_of("futurecar"), north=2_000))
    scenarios.create("몰래", "hidden", confidential=True)
    keep("parcels")
    keep("quiet", confidential=True)
    rates.change_rate("power", "5..9", "한국전력")


def unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_zip_holds_scenarios_layers_and_decisions_that_can_be_read_again(worked, tmp_path):
    files = unpacked(work.work_bytes())
    assert sorted(files) == [
        "README.txt", "decisions.csv", "layers/layers.csv", "layers/parcels.gpkg", "scenarios/north.geojson",
    ]  # fmt: skip
    again = scenarios.take_in(files["scenarios/north.geojson"], "north.geojson", "again")
    assert again.scenario.sites == active.kept("north").scenario.sites
    (tmp_path / "parcels.gpkg").write_bytes(files["layers/parcels.gpkg"])
    assert len(gpd.read_file(tmp_path / "parcels.gpkg")) == 1
    rows = list(csv.DictReader(io.StringIO(files["decisions.csv"].decode("utf-8-sig"))))
    assert ("rates", "power") in {(row["topic"], row["key"]) for row in rows}


def test_nothing_confidential_is_in_it_unless_a_person_says_so(worked):
    files = unpacked(work.work_bytes())
    assert all(word not in content for content in files.values() for word in (b"hidden", b"quiet", "몰래".encode()))
    assert {"scenarios/hidden.geojson", "layers/quiet.gpkg"} <= set(unpacked(work.work_bytes(confidential=True)))


def test_an_edited_chain_goes_along(worked):
    wished = value_chain.base_model()
    value_chain.keep_model(value_chain.changed({"hosts": wished.hosts.iloc[:-1]}))
    assert "chain.xlsx" in unpacked(work.work_bytes())


def test_a_layer_that_is_too_large_stays_out_and_is_named(worked):
    files = unpacked(work.work_bytes(most_bytes=10))
    assert "layers/parcels.gpkg" not in files and b"parcels" in files["README.txt"]


def test_where_nobody_worked_there_is_only_the_readme():
    assert list(unpacked(work.work_bytes())) == ["README.txt"]


def test_the_command_writes_the_same_file(worked, tmp_path):
    path = tmp_path / "work.zip"
    done("work", "-o", path)
    assert sorted(unpacked(path.read_bytes())) == sorted(unpacked(work.work_bytes()))
    assert ".zip" in refusal("work", "-o", tmp_path / "work.rar")
