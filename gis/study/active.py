"""Under which scenario a study runs: the one that a page or a command names, else the data as they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from gis.errors import UnknownNameError
from gis.io import decisions, scenarios
from gis.model import Scenario

TOPIC = "scenario"
_name: ContextVar[str | None] = ContextVar("scenario", default=None)


@dataclass(frozen=True)
class Kept:
    """A scenario as it is kept: its id, the number of the revision that holds, and when that was made."""

    id: str
    number: int
    scenario: Scenario
    note: str | None
    made_at: str

    @property
    def source(self) -> str:
        """The id under which its sites stand among the sources."""
        return f"scenario:{self.id}"


@contextmanager
def under(name: str | None) -> Iterator[None]:
    """Let everything inside be studied under a scenario; None is the data as they are.

    Raises
    ------
    UnknownNameError
        Where no such scenario is kept.
    """
    if name is not None:
        kept(name)
    token = _name.set(name)
    try:
        yield
    finally:
        _name.reset(token)


def name() -> str | None:
    """Return the id of the scenario that the study runs under; None where it runs under none."""
    return _name.get()


def current() -> Kept | None:
    """Return the scenario that the study runs under; None where it runs under none, or it is gone meanwhile."""
    asked = name()
    return None if asked is None else _find(asked)


def kept(name: str) -> Kept:
    """Return a scenario that is kept."""
    found = _find(name)
    if found is None:
        raise UnknownNameError("scenario.unknown", scenario=name, known=", ".join(one.id for one in every()) or "-")
    return found


def every() -> list[Kept]:
    """Return every scenario that is kept, the oldest first."""
    return [found for key in decisions.keys(TOPIC) if (found := _find(key)) is not None]


def _find(name: str) -> Kept | None:
    now = decisions.latest(TOPIC, name)
    if now is None:
        return None
    return Kept(name, now.number, scenarios.from_content(now.content), now.note, now.made_at)
