"""How a benchmark takes turns, and how its section gets into `bench/RESULTS.md`."""

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "RESULTS.md"
Seconds = tuple[float, float]
"""By the clock, and of the processor."""
Times = dict[str, list[Seconds]]
Answer = TypeVar("Answer")


def timed(run: Callable[[], Answer]) -> tuple[Answer, Seconds]:
    """Return the answer of something and how long it takes."""
    clock, processor = time.perf_counter(), time.process_time()
    answer = run()
    return answer, (time.perf_counter() - clock, time.process_time() - processor)


def measured(sides: dict[str, Callable[[], object]], rounds: int) -> Times:
    """Return the seconds of every round but a first that does not count; the sides take turns, to share the weather."""
    times: Times = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, run in sides.items():
            _, seconds = timed(run)
            if number:
                times[name].append(seconds)
    return times


def medians(times: Times) -> dict[str, Seconds]:
    """Return the middle of the rounds of each side."""
    return {
        name: (statistics.median(clock for clock, _ in found), statistics.median(processor for _, processor in found))
        for name, found in times.items()
    }


def machine(modules: tuple[ModuleType, ...], more: str = "") -> str:
    """Return when, at which commit, on what and with which versions a section was measured."""
    versions = ", ".join(f"{module.__name__} {module.__version__}" for module in modules)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    return (
        f"{date.today().isoformat()}, commit {commit}, {platform.machine()} {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, {versions}{more}."
    )


def write_down(text: str) -> None:
    """Put a section (its first line is its heading) into the results, in place of its former self."""
    heading = text.splitlines()[0]
    before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Results\n"
    kept = [f"## {part}" for part in before.split("\n## ")[1:] if f"## {part.splitlines()[0]}" != heading]
    sections = [before.split("\n## ")[0].rstrip(), *(part.rstrip() for part in kept), text.rstrip()]
    RESULTS.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
