"""What was read of the bundled files, kept for as long as none of them changes."""

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import pandas as pd

Args = ParamSpec("Args")
Frame = TypeVar("Frame", bound=pd.DataFrame)
MOST_KEPT = 64


def kept_by(files: Callable[Args, Iterable[Path]]) -> Callable[[Callable[Args, Frame]], Callable[Args, Frame]]:
    """Keep the frame that a function makes of `files` until one of them changes; each caller gets a copy of its own.

    A file that is missing, and any other fault, is left to the function itself and never kept.
    """

    def decorated(compute: Callable[Args, Frame]) -> Callable[Args, Frame]:
        made: Callable[..., Frame] = lru_cache(MOST_KEPT)(lambda _, *args, **kwargs: compute(*args, **kwargs))

        @wraps(compute)
        def call(*args: Args.args, **kwargs: Args.kwargs) -> Frame:
            try:
                stamp = tuple(_stamp(path) for path in files(*args, **kwargs))
            except OSError:
                return compute(*args, **kwargs)
            return made(stamp, *args, **kwargs).copy()

        return call

    return decorated


def _stamp(path: Path) -> tuple[str, int, int]:
    told = path.stat()
    return str(path), told.st_mtime_ns, told.st_size
