"""Under which scenario a study runs: the one that a page or a command names, else the data as they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from gis.errors import InputError, UnknownNameError
from gis.io import decisions, scenarios
from gis.model import Scenario

TOPIC = "scenario"
Asked = tuple[str | None, int | None]
_asked: ContextVar[Asked] = ContextVar("scenario", default=(None, None))


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
def under(name: str | None, number: int | None = None) -> Iterator[None]:
    """Let everything inside be studied under a scenario; None is the data as they are.

    `number` names an older revision, as somebody sees it who was overtaken by another; the newest where it is None.

    Raises
    ------
    UnknownNameError
        Where no such scenario is kept.
    """
    if name is not None:
        kept(name)
    token = _asked.set((name, number))
    try:
        yield
    finally:
        _asked.reset(token)


def name() -> str | None:
    """Return the id of the scenario that the study runs under; None where it runs under none."""
    return _asked.get()[0]


def key() -> Asked:
    """Return what answers under a scenario are kept by: its id, and the revision where that is not the newest."""
    return _asked.get()


def current() -> Kept | None:
    """Return the scenario that the study runs under; None where it runs under none, or it is gone meanwhile."""
    asked, number = _asked.get()
    if asked is None:
        return None
    return _find(asked) if number is None else revision(asked, number)


def is_overtaken() -> bool:
    """Tell whether the study runs under a revision that another one has replaced."""
    return _asked.get()[1] is not None


def revision(name: str, number: int) -> Kept:
    """Return a revision of a scenario.

    Raises
    ------
    InputError
        Where there is no such revision.
    """
    for one in decisions.history(TOPIC, name):
        if one.number == number and one.content is not None:
            return Kept(name, number, scenarios.from_content(one.content), one.note, one.made_at)
    raise InputError("no_revision", number=number)


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
