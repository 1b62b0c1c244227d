"""Compiled kernels, and shares of the work for threads that never meet.

Without numba none of this can be imported: `gis.engine.worth` then leaves the work to the plain analysis.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba

Kernel = Callable[..., Any]


def compiled(kernel: Kernel) -> Kernel:
    """Return a kernel compiled at its first call, and kept on disk; the interpreter's lock is free while it runs."""
    return numba.njit(nogil=True, cache=True, error_model="numpy")(kernel)


def inlined(kernel: Kernel) -> Kernel:
    """Return a small function that other kernels take in whole."""
    return numba.njit(inline="always", error_model="numpy")(kernel)


def threads() -> int:
    """Return how many threads this process may keep busy."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_threads(work: Callable[[int, int], object], count: int, least: int = 4_096) -> None:
    """Call `work(start, end)` for ranges that make up `range(count)`, at once on every core; ranges hold `least` or more."""
    shares = list(_shares(count, max(least, -(-count // (8 * threads())))))
    if len(shares) < 2:
        work(0, count)
        return
    with ThreadPoolExecutor(threads()) as pool:
        list(pool.map(lambda share: work(*share), shares))


def _shares(count: int, size: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + size, count)) for start in range(0, count, size))
