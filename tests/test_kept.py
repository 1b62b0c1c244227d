"""What was read of the bundled files is kept while they stay the same, and no caller can spoil it for another."""

import shutil

import pandas as pd
import pytest

from gis.errors import DataFileError
from gis.io import catalog
from gis.io.catalog import data_folder
from gis.io.kept import kept_by
from gis.io.read import read_layer
from layers import LAYERS


def test_a_function_runs_again_only_when_a_file_of_its_own_changed(tmp_path):
    path, runs = tmp_path / "a.txt", []
    path.write_text("1")

    @kept_by(lambda name: [tmp_path / name])
    def read(name):
        runs.append(name)
        return pd.DataFrame({"text": [(tmp_path / name).read_text()]})

    assert [read("a.txt").at[0, "text"] for _ in range(3)] == ["1", "1", "1"]
    assert len(runs) == 1
    path.write_text("22")
    assert read("a.txt").at[0, "text"] == "22"


def test_what_a_caller_does_to_a_frame_reaches_no_other_caller():
    first = catalog.claims()
    first["subject"] = "spoiled"
    first.loc[0, "value"] = -1
    assert "spoiled" not in set(catalog.claims()["subject"])
    layer = read_layer(LAYERS["complexes"])
    layer.loc["jingok", "geometry"] = layer.loc["bitgreen", "geometry"]
    again = read_layer(LAYERS["complexes"])
    assert not again.loc["jingok", "geometry"].equals(again.loc["bitgreen", "geometry"])


def test_a_missing_or_changed_file_is_told_although_it_was_read_before(tmp_path, monkeypatch):
    shutil.copytree(data_folder(), tmp_path / "data")
    monkeypatch.setenv("GIS_DATA", str(tmp_path / "data"))
    layer = LAYERS["complexes"]
    read_layer(layer)
    path = tmp_path / "data" / layer.path
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(DataFileError, match=r"files\.toml"):
        read_layer(layer)
    path.unlink()
    with pytest.raises(DataFileError, match="파일이 없습니다"):
        read_layer(layer)
