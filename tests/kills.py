"""Edits a scenario in processes that are killed at any moment, and says what was confirmed and what is kept.

    python -m tests.kills FOLDER COUNT SEED

A process is forked for each kill from one that has everything imported but no database open.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable

from gis.io import database
from gis.study import active, scenarios

NAME = "killed"
LONGEST = 0.08
"""The longest life of an editing process, s; an edit takes some 5 ms."""


def main() -> None:
    """Kill as often as asked, and print a JSON line a kill."""
    os.environ["GIS_WORKSPACE"] = sys.argv[1]
    chance = random.Random(int(sys.argv[3]))
    in_child(lambda say: say(scenarios.create("끊긴 안", NAME).number))
    for _ in range(int(sys.argv[2])):
        confirmed = killed(edit_without_end, chance.uniform(0, LONGEST))
        kept = in_child(what_is_kept)[-1]
        sys.stdout.write(json.dumps({"confirmed": confirmed, **json.loads(kept)}) + "\n")


def edit_without_end(say: Callable[[object], None]) -> None:
    """Change the note, the years, or take it back, and say each revision that was confirmed with its note."""
    number = 0
    while True:
        now = active.kept(NAME)
        number += 1
        if number % 5 == 0:
            kept = scenarios.undo(NAME, now.number)
        elif number % 3 == 0:
            kept = scenarios.slip(NAME, "futurecar", 1 if number % 2 else -1, now.number)
        else:
            kept = scenarios.edit(NAME, {"note": f"{now.number} {number}"}, now.number)
        say(json.dumps([kept.number, kept.scenario.note]))


def what_is_kept(say: Callable[[object], None]) -> None:
    """Say the revision that holds, its note, how many revisions there are, and whether the file is whole."""
    now, history = active.kept(NAME), scenarios.history(NAME)
    with database.reading() as link:
        whole = link.exec_driver_sql("PRAGMA integrity_check").scalar()
    say(json.dumps({"number": now.number, "note": now.scenario.note, "revisions": len(history), "whole": whole}))


def killed(work: Callable[[Callable[[object], None]], None], seconds: float) -> list[list[object]]:
    """Run something in a process that is killed after so long, and return what it confirmed."""
    process, pipe = forked(work)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    return [json.loads(line) for line in told(process, pipe)]


def in_child(work: Callable[[Callable[[object], None]], None]) -> list[str]:
    """Run something in a process of its own to its end, and return what it said."""
    return told(*forked(work))


def forked(work: Callable[[Callable[[object], None]], None]) -> tuple[int, int]:
    """Start something in a process of its own; return its number and where to hear it."""
    hears, says = os.pipe()
    process = os.fork()
    if process:
        os.close(says)
        return process, hears
    os.close(hears)
    try:
        work(lambda what: os.write(says, f"{what}\n".encode()) and None)
        os._exit(0)
    finally:
        os._exit(1)


def told(process: int, pipe: int) -> list[str]:
    """Return the whole lines that a process said, once it has ended."""
    os.waitpid(process, 0)
    with os.fdopen(pipe, "rb") as lines:
        return [line.decode().strip() for line in lines if line.endswith(b"\n")]


if __name__ == "__main__":
    main()
