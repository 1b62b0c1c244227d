"""A team's workspace on a PostgreSQL server keeps what one on a disk keeps, for everybody, over kills and restarts."""

import multiprocessing
import os
import shutil
import uuid

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import sqlalchemy as sql
from geopandas.testing import assert_geodataframe_equal
from rasterio.transform import from_origin

from gis import study
from gis.crs import GWANGJU_BELT
from gis.errors import ClashError, DataFileError, UnknownNameError
from gis.io import database, decisions, store
from gis.study import active, imports, scenarios, value_chain
from tests.command import done, refusal
from tests.pencil import square
from tests.postgres.server import running


@pytest.fixture(scope="module")
def server():
    with running() as started:
        yield started


@pytest.fixture(params=[False, True], ids=["plain", "postgis"])
def shared(request, server, monkeypatch):
    """Keep the workspace of a test in a database of its own, with and without PostGIS."""
    address = server.database(f"t{uuid.uuid4().hex}", postgis=request.param)
    monkeypatch.setenv("GIS_DATABASE_URL", address)
    return address


@pytest.fixture
def parcels(tmp_path):
    rows = [square(index * 100, 0, 80) for index in range(50)]
    frame = gpd.GeoDataFrame(
        {"지번": [f"{n}-1" for n in range(50)], "면적": np.arange(50) / 3}, geometry=rows, crs=GWANGJU_BELT
    )
    frame.to_file(tmp_path / "parcels.gpkg")
    return tmp_path / "parcels.gpkg"


def another_machine(monkeypatch, tmp_path):
    """Forget every file of this machine's workspace."""
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / f"other-{uuid.uuid4().hex}"))


def test_an_imported_layer_is_the_same_on_another_machine(shared, parcels, monkeypatch, tmp_path):
    done("import", parcels, "--as", "parcels")
    before = store.frame("parcels")
    another_machine(monkeypatch, tmp_path)
    assert [one.name for one in store.layers()] == ["parcels"]
    assert_geodataframe_equal(store.frame("parcels"), before)
    assert done("area", "parcels", "--format", "json").json[0]["planar_area_m2"] == pytest.approx(6_400)


def test_a_raster_of_many_chunks_comes_whole(shared, monkeypatch, tmp_path):
    monkeypatch.setattr(database, "CHUNK", 1_000)
    values = np.random.default_rng(5).normal(100, 10, (300, 300)).astype("float32")
    with rasterio.open(
        tmp_path / "dem.tif", "w", driver="GTiff", width=300, height=300, count=1, dtype="float32", crs=GWANGJU_BELT,
        transform=from_origin(180_000, 280_000, 10, 10),
    ) as written:  # fmt: skip
        written.write(values, 1)
    done("import", tmp_path / "dem.tif", "--as", "dem")
    content = store.file_path(store.layer("dem")).read_bytes()
    another_machine(monkeypatch, tmp_path)
    assert store.file_path(store.layer("dem")).read_bytes() == content


def test_a_removed_layer_leaves_nothing_on_the_server(shared, parcels):
    done("import", parcels, "--as", "parcels")
    imports.remove("parcels")
    with database.reading() as connection:
        assert connection.execute(sql.text("SELECT count(*) FROM file_part")).scalar() == 0
        assert not sql.inspect(connection).get_table_names(schema=database.SCHEMA)
    with pytest.raises(UnknownNameError):
        store.layer("parcels")


def test_postgis_shows_layers_to_others(server, parcels, monkeypatch):
    monkeypatch.setenv("GIS_DATABASE_URL", server.database("shown", postgis=True))
    done("import", parcels, "--as", "parcels")
    with database.reading() as connection:
        found = gpd.read_postgis(
            sql.text('SELECT *, ST_Area(geometry) AS measured FROM gis_layers."parcels"'),
            connection,
            geom_col="geometry",
        )
    assert (len(found), found.crs.to_epsg()) == (50, 5186)
    assert found["measured"].to_numpy() == pytest.approx(6_400)
    assert "지번" in found


def test_scenarios_and_the_chain_are_kept_on_the_server(shared, monkeypatch, tmp_path):
    scenarios.create("북쪽", "north")
    scenarios.set_outline("north", "futurecar", scenarios.reshaped(scenarios.outline_of("futurecar"), north=500))
    value_chain.keep_model(value_chain.base_model(), "same")
    another_machine(monkeypatch, tmp_path)
    assert active.kept("north").scenario.site("futurecar") is not None
    assert len(value_chain.revisions()) == 1
    with pytest.raises(ClashError):
        scenarios.edit("north", {"note": "x"}, expected=1)
    scenarios.undo("north")
    assert scenarios.changes(active.kept("north")).empty


def test_a_change_is_seen_by_its_number_everywhere(shared):
    seen = [database.version()]
    decisions.append("t", "k", 1)
    seen.append(database.version())
    decisions.undo("t", "k")
    seen.append(database.version())
    assert seen == sorted(set(seen))


def _add_up(address, workspace, count):
    os.environ.update({"GIS_DATABASE_URL": address, "GIS_WORKSPACE": workspace})
    for _ in range(count):
        decisions.change("t", "sum", lambda before: (before or 0) + 1)


def test_people_that_write_at_once_lose_nothing(shared, tmp_path):
    context = multiprocessing.get_context("spawn")
    people = [context.Process(target=_add_up, args=(shared, str(tmp_path / f"w{n}"), 20)) for n in range(2)]
    for one in people:
        one.start()
    for one in people:
        one.join(60)
    assert decisions.latest("t", "sum").content == 40


def test_what_was_confirmed_outlasts_a_killed_server(server, parcels, monkeypatch):
    monkeypatch.setenv("GIS_DATABASE_URL", server.database("killed"))
    done("import", parcels, "--as", "parcels")
    scenarios.create("a", "a")
    server.stop("immediate")
    try:
        assert "서버" in refusal("scenario", "list")
    finally:
        server.start()
    shutil.rmtree(os.environ["GIS_WORKSPACE"])
    assert [one.name for one in store.layers()] == ["parcels"]
    assert len(store.frame("parcels")) == 50
    assert active.kept("a").scenario.title == "a"


def test_a_table_without_shapes_and_its_later_rows_come_whole(shared, monkeypatch, tmp_path):
    rows = pd.DataFrame({"a": [1, 2], "b": ["가", None]})
    known = store.keep(store.StoredLayer("rows", "표", "Plan", "x"), rows)
    assert store.rewrite(known, pd.concat([rows, rows], ignore_index=True))
    assert not store.rewrite(known, rows)
    another_machine(monkeypatch, tmp_path)
    assert len(store.table("rows")) == 4


@pytest.mark.parametrize(
    "address", ["postgresql://", "mysql://a@b/c", "not a url", "sqlite:///x.db", "postgresql://u@h:x/d"]
)
def test_an_address_of_no_server_is_one_sentence(address, monkeypatch):
    monkeypatch.setenv("GIS_DATABASE_URL", address)
    assert "GIS_DATABASE_URL" in refusal("scenario", "list")


def test_a_password_is_never_shown(server, monkeypatch):
    monkeypatch.setenv("GIS_DATABASE_URL", f"postgresql://nobody:hidden-word@127.0.0.1:{server.port}/absent")
    assert "hidden-word" not in refusal("scenario", "list")
    with pytest.raises(DataFileError) as caught:
        study.known_layers()
    assert "hidden-word" not in str(caught.value)


def test_a_picture_that_stands_beside_a_layer_is_kept_and_forgotten_on_the_server(shared, monkeypatch, tmp_path):
    place = database.workspace() / "pictures" / "a.png"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"picture")
    database.keep_file(place)
    another_machine(monkeypatch, tmp_path)
    there = database.workspace() / "pictures" / "a.png"
    assert database.here(there).read_bytes() == b"picture"
    database.forget_file(there)
    assert not database.here(there).is_file()
