"""The workspace: nothing confirmed is lost, whatever ends the process; nothing is named that is not whole."""

import multiprocessing
import os
import signal
import sqlite3
import time

import pytest

from gis.errors import DataFileError, InputError, UnknownNameError
from gis.io import database, store
from gis.io.store import StoredLayer
from layers import LAYERS
from tests.pencil import sites, square


def two_squares():
    return sites(square(0, 0, 1000), square(3000, 0, 1000)).reset_index(drop=True)


def entry(name="mine", **values):
    return StoredLayer(name=name, title=values.pop("title", "내 자료"), kind="Polygon", source="광주광역시", **values)


def files(folder):
    return sorted(path.name for path in (folder / "layers").iterdir())


def test_nothing_is_made_until_something_is_kept(workspace):
    assert (store.layers(), store.outlines(), database.version()) == ([], [], 0)
    assert not workspace.exists()


def test_a_kept_layer_comes_back_with_every_coordinate_and_its_story():
    kept = store.keep(entry(story={"file": "DAM_DAN.shp", "problems": [{"rows": "1–3"}]}), two_squares())
    again = store.layer("mine")
    assert again == kept
    assert store.frame("mine").geometry.geom_equals_exact(two_squares().set_index("id").geometry, 0).all()
    assert store.frame("mine").crs == two_squares().crs


def test_a_layer_is_found_by_its_title_too():
    store.keep(entry(title="진곡 지구계"), two_squares())
    assert store.layer("진곡 지구계").name == "mine"


def test_of_two_layers_with_one_title_none_is_guessed():
    store.keep(entry("one"), two_squares())
    store.keep(entry("two"), two_squares())
    assert store.layer("내 자료 (2)").name == "two"
    store.change("two", title="내 자료")
    with pytest.raises(UnknownNameError, match="one, two"):
        store.layer("내 자료")


@pytest.mark.parametrize("name", ["", "A", "1a", "a-b", "a b", "../a", "가", "a" * 41, "a\n", *LAYERS])
def test_a_name_that_is_none_or_is_taken_is_refused_and_nothing_stays(name, workspace):
    with pytest.raises(InputError):
        store.keep(entry(name), two_squares())
    assert not workspace.exists() or files(workspace) == []


def test_a_name_given_twice_is_refused_and_the_first_layer_stays(workspace):
    store.keep(entry(title="first"), two_squares())
    with pytest.raises(InputError):
        store.keep(entry(title="second"), two_squares().head(1))
    assert (store.layer("mine").title, len(store.frame("mine")), len(files(workspace))) == ("first", 2, 1)


def test_a_removed_layer_takes_its_file_and_its_outlines_with_it(workspace):
    store.keep(entry(), two_squares())
    store.adopt("jingok", "mine", ("a",), "C")
    store.remove("mine")
    assert (store.layers(), store.outlines(), files(workspace)) == ([], [], [])


def test_a_change_leaves_the_features_alone(workspace):
    before = store.keep(entry(), two_squares())
    after = store.change("mine", title="다른 이름", style={"fill": "#112233"})
    assert (after.title, after.style, after.file, after.stored_at) == (
        "다른 이름",
        {"fill": "#112233"},
        before.file,
        before.stored_at,
    )
    assert store.layer("mine") == after


def test_every_change_of_the_store_changes_its_version():
    seen = [database.version()]
    for act in (
        lambda: store.keep(entry(), two_squares()),
        lambda: store.change("mine", title="b"),
        lambda: store.adopt("jingok", "mine", ("a",), "C"),
        lambda: store.use_outline("jingok", None),
        lambda: store.remove("mine"),
    ):
        act()
        seen.append(database.version())
    assert len(set(seen)) == len(seen)


def test_of_the_outlines_of_a_complex_one_is_in_use_and_all_are_kept():
    store.keep(entry(), two_squares())
    for feature in ("a", "b", "a"):
        store.adopt("jingok", "mine", (feature,), "C")
    store.adopt("bitgreen", "mine", ("b",), "B")
    assert [one.in_use for one in store.outlines("jingok")] == [False, False, True]
    assert [one.in_use for one in store.outlines("bitgreen")] == [True]


def test_an_outline_that_does_not_exist_is_not_used():
    store.keep(entry(), two_squares())
    store.adopt("jingok", "mine", ("a",), "C")
    with pytest.raises(UnknownNameError):
        store.use_outline("jingok", 99)
    assert store.outlines("jingok")[0].in_use


def test_a_lost_file_is_one_sentence(workspace):
    store.keep(entry(), two_squares())
    store.file_path(store.layer("mine")).unlink()
    with pytest.raises(DataFileError, match="mine"):
        store.frame("mine")


def test_a_broken_catalogue_is_one_sentence(workspace):
    workspace.mkdir()
    (workspace / "catalog.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(DataFileError, match=r"catalog\.sqlite"):
        store.layers()


def test_an_empty_catalogue_left_by_a_kill_is_taken_over(workspace):
    workspace.mkdir()
    (workspace / "catalog.sqlite").touch()
    store.keep(entry(), two_squares())
    assert [one.name for one in store.layers()] == ["mine"]


def test_a_workspace_removed_while_the_app_runs_begins_anew(workspace):
    store.keep(entry(), two_squares())
    for path in sorted(workspace.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert store.layers() == []
    store.keep(entry(), two_squares())
    assert len(store.frame("mine")) == 2


def test_a_network_drive_is_refused(monkeypatch, workspace):
    disk = type("Disk", (), {"mountpoint": str(workspace.parent), "fstype": "cifs", "opts": "rw"})
    monkeypatch.setattr(database.psutil, "disk_partitions", lambda all: [disk])
    with pytest.raises(DataFileError, match="GIS_WORKSPACE"):
        store.keep(entry(), two_squares())


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / "file" / "below"))
    with pytest.raises(DataFileError):
        store.keep(entry(), two_squares())


def test_a_full_disk_keeps_what_was_there_and_leaves_no_part(monkeypatch, workspace):
    store.keep(entry(), two_squares())
    monkeypatch.setattr(
        store.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "디스크에 빈자리가 없습니다 on device"))
    )
    with pytest.raises(DataFileError, match="디스크에 빈자리가 없습니다"):
        store.keep(entry("other"), two_squares())
    assert ([one.name for one in store.layers()], len(files(workspace))) == (["mine"], 1)


def test_the_catalogue_writes_ahead(workspace):
    store.keep(entry(), two_squares())
    with sqlite3.connect(workspace / "catalog.sqlite") as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def keep_without_end(folder, said):
    os.environ["GIS_WORKSPACE"] = folder
    number = 0
    while True:
        number += 1
        store.keep(entry(f"layer{number}"), two_squares())
        said.send(number)


def killed_after(folder, seconds):
    """Keep layers in another process until it is killed; return the number of the last one that it confirmed."""
    hears, says = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=keep_without_end, args=(str(folder), says))
    process.start()
    last = hears.recv()
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    says.close()
    try:
        while True:
            last = hears.recv()
    except EOFError:
        return last


@pytest.mark.parametrize("seconds", [0.0, 0.037, 0.151])
def test_a_killed_process_loses_nothing_that_it_confirmed(seconds, workspace):
    last = killed_after(workspace, seconds)
    names = [one.name for one in store.layers()]
    assert names[:last] == [f"layer{number}" for number in range(1, last + 1)]
    assert len(names) - last in (0, 1)
    assert all(len(store.frame(name)) == 2 for name in names)


def keep_some(folder, stem, count):
    os.environ["GIS_WORKSPACE"] = folder
    for number in range(count):
        store.keep(entry(f"{stem}{number}"), two_squares())


def test_two_processes_that_keep_at_once_both_arrive(workspace):
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=keep_some, args=(str(workspace), stem, 10)) for stem in ("left", "right")]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert {one.name for one in store.layers()} == {f"{stem}{n}" for stem in ("left", "right") for n in range(10)}


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("DAM_DAN", "dam_dan"),
        ("단지경계", "layer"),
        ("2026 도면", "layer_2026"),
        ("a.b-c", "a_b_c"),
        ("complexes", "complexes_2"),
    ],
)
def test_a_free_name_is_made_of_letters_that_a_command_takes(wish, name):
    assert store.free_name(wish).startswith(name)
    assert store.NAME.fullmatch(store.free_name(wish))


def test_a_free_name_is_free():
    store.keep(entry(store.free_name("mine")), two_squares())
    assert store.free_name("mine") == "mine_2"
