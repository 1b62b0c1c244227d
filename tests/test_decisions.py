"""What people decide is only added to: every state comes back, nothing confirmed is lost, whoever decides beside."""

import multiprocessing
import os
import signal
import sqlite3
import time

import pytest

from gis.errors import InputError
from gis.io import database, decisions

TOPIC, KEY = "target", "jobs"


def rows(workspace):
    with sqlite3.connect(workspace / "catalog.sqlite") as database:
        return database.execute("SELECT number, content FROM decision ORDER BY number").fetchall()


def held():
    now = decisions.latest(TOPIC, KEY)
    return None if now is None else now.content


def test_nothing_is_decided_and_nothing_made_at_first(workspace):
    assert (decisions.latest(TOPIC, KEY), decisions.history(TOPIC, KEY), decisions.keys(TOPIC)) == (None, [], [])
    with pytest.raises(InputError):
        decisions.undo(TOPIC, KEY)
    assert not workspace.exists()


def test_the_last_decision_of_a_key_holds_with_its_note():
    decisions.append(TOPIC, KEY, {"date": 2029}, "early")
    decisions.append(TOPIC, KEY, {"date": 2030, "scope": "광주"}, "홍길동")
    decisions.append(TOPIC, "other", {"date": 2040})
    decisions.append("weights", KEY, [1, 2])
    now = decisions.latest(TOPIC, KEY)
    assert (now.content, now.note) == ({"date": 2030, "scope": "광주"}, "홍길동")
    assert decisions.keys(TOPIC) == [KEY, "other"]
    assert [one.content["date"] for one in decisions.history(TOPIC, KEY)] == [2030, 2029]


def test_nothing_that_was_written_is_changed_or_removed(workspace):
    decisions.append(TOPIC, KEY, "a")
    decisions.append(TOPIC, KEY, "b")
    before = rows(workspace)
    decisions.undo(TOPIC, KEY)
    decisions.restore(TOPIC, KEY, 2)
    decisions.restore(TOPIC, KEY, 0)
    decisions.append(TOPIC, KEY, "c")
    assert rows(workspace)[: len(before)] == before
    assert len(rows(workspace)) == len(before) + 4


def test_undo_walks_back_to_nothing_and_then_says_so():
    for content in "abc":
        decisions.append(TOPIC, KEY, content)
    seen = [held()]
    while held() is not None:
        decisions.undo(TOPIC, KEY)
        seen.append(held())
    assert seen == ["c", "b", "a", None]
    with pytest.raises(InputError):
        decisions.undo(TOPIC, KEY)


def test_a_decision_after_an_undo_follows_what_held_then():
    for content in "ab":
        decisions.append(TOPIC, KEY, content)
    decisions.undo(TOPIC, KEY)
    decisions.append(TOPIC, KEY, "c")
    decisions.undo(TOPIC, KEY)
    assert held() == "a"


def test_any_earlier_state_can_hold_again_and_an_unknown_one_cannot():
    numbers = [decisions.append(TOPIC, KEY, content) for content in "abc"]
    decisions.restore(TOPIC, KEY, numbers[0])
    assert held() == "a"
    decisions.restore(TOPIC, KEY, 0)
    assert held() is None
    elsewhere = decisions.append(TOPIC, "other", "x")
    for wrong in (99, elsewhere):
        with pytest.raises(InputError, match=str(wrong)):
            decisions.restore(TOPIC, KEY, wrong)


def test_a_change_that_fails_keeps_nothing(workspace):
    decisions.append(TOPIC, KEY, 1)
    before = rows(workspace)
    with pytest.raises(InputError):
        decisions.change(TOPIC, KEY, lambda _: (_ for _ in ()).throw(InputError("nothing_to_undo")))
    with pytest.raises(ValueError, match="JSON"):
        decisions.append(TOPIC, KEY, float("nan"))
    assert rows(workspace) == before


def test_every_decision_changes_the_version_of_the_store():
    seen = [database.version()]
    for act in (
        lambda: decisions.append(TOPIC, KEY, 1),
        lambda: decisions.append(TOPIC, KEY, 1),
        lambda: decisions.undo(TOPIC, KEY),
        lambda: decisions.restore(TOPIC, KEY, 0),
    ):
        act()
        seen.append(database.version())
    assert len(set(seen)) == len(seen)


def one_more(before):
    time.sleep(0.02)  # so that the other comes between, if it can
    return before + 1


def count_up_and_go_back(folder, both_ready, times):
    os.environ["GIS_WORKSPACE"] = folder
    decisions.latest(TOPIC, KEY)
    both_ready.wait()
    for _ in range(times):
        decisions.change(TOPIC, KEY, one_more)
    both_ready.wait()
    for _ in range(times // 2):
        decisions.undo(TOPIC, KEY)


def test_two_processes_that_decide_at_once_both_count(workspace):
    decisions.append(TOPIC, KEY, 0)
    context = multiprocessing.get_context("spawn")
    arguments = (str(workspace), context.Barrier(2, timeout=60), 8)
    both = [context.Process(target=count_up_and_go_back, args=arguments) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    kept = [one.content for one in reversed(decisions.history(TOPIC, KEY))]
    assert kept == [*range(17), *range(15, 7, -1)]
    assert held() == 8


def decide_without_end(folder, said):
    os.environ["GIS_WORKSPACE"] = folder
    number = 0
    while True:
        number += 1
        decisions.append(TOPIC, KEY, number)
        said.send(number)


def test_a_killed_process_loses_nothing_that_it_confirmed(workspace):
    context = multiprocessing.get_context("spawn")
    hears, says = context.Pipe(duplex=False)
    process = context.Process(target=decide_without_end, args=(str(workspace), says))
    process.start()
    last = hears.recv()
    time.sleep(0.041)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    says.close()
    try:
        while True:
            last = hears.recv()
    except EOFError:
        pass
    kept = [one.content for one in reversed(decisions.history(TOPIC, KEY))]
    assert kept == list(range(1, len(kept) + 1))
    assert len(kept) - last in (0, 1)
