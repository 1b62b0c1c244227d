"""What people decide, kept as they decide it: rows are only added, so that every earlier state can come back.

A decision is about a `key` of a `topic`; its content is plain values. Undo and restore add a row that says again what an
earlier one said.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sql

from gis.errors import ClashError, InputError
from gis.io import database
from gis.io.database import decision_table as _table


@dataclass(frozen=True)
class Decision:
    """One row of the history: content (None: nothing is decided), what it followed on, and which row it brought back."""

    number: int
    topic: str
    key: str
    content: Any
    note: str | None
    parent: int | None
    restores: int | None
    made_at: str

    @property
    def state(self) -> int:
        """The number of the row that first said this; 0 for nothing decided."""
        return self.number if self.restores is None else self.restores


def append(topic: str, key: str, content: Any, note: str | None = None, expected: int | None = None) -> int:
    """Keep a decision as the one that holds, and return its number; `expected` as in `change`."""
    return change(topic, key, lambda _: content, note, expected)


def change(
    topic: str, key: str, changed: Callable[[Any], Any], note: str | None = None, expected: int | None = None
) -> int:
    """Keep what `changed` makes of the content that holds (None: nothing decided), and return the number of the row.

    Nobody else decides between reading and keeping; a fault that `changed` raises keeps nothing.

    Parameters
    ----------
    expected
        The number of the row that the change rests on (0: nothing decided); None where it may rest on any.

    Raises
    ------
    ClashError
        Where somebody decided since `expected`; nothing is kept.
    """
    with database.writing() as connection:
        before = _latest(connection, topic, key)
        _require_unchanged(before, expected)
        content = changed(None if before is None else before.content)
        return _add(connection, topic, key, content, note, None if before is None else before.state, None)


def latest(topic: str, key: str) -> Decision | None:
    """Return the decision that holds; None where nothing is decided."""
    if not database.exists():
        return None
    with database.reading() as connection:
        found = _latest(connection, topic, key)
    return None if found is None or found.content is None else found


def keys(topic: str) -> list[str]:
    """Return what was ever decided on in a topic, the first first."""
    if not database.exists():
        return []
    asked = sql.select(_table.c.key).where(_table.c.topic == topic).group_by(_table.c.key)
    with database.reading() as connection:
        return list(connection.execute(asked.order_by(sql.func.min(_table.c.number))).scalars())


def history(topic: str, key: str) -> list[Decision]:
    """Return every decision of a key, the last first."""
    if not database.exists():
        return []
    asked = sql.select(_table).where(_table.c.topic == topic, _table.c.key == key).order_by(_table.c.number.desc())
    with database.reading() as connection:
        return [_decision(row) for row in connection.execute(asked).mappings()]


def everything() -> list[Decision]:
    """Return every row of the history, the first first."""
    if not database.exists():
        return []
    with database.reading() as connection:
        return [_decision(row) for row in connection.execute(sql.select(_table).order_by(_table.c.number)).mappings()]


def _require_unchanged(now: Decision | None, expected: int | None) -> None:
    if expected is not None and expected != (0 if now is None else now.number):
        told = "-" if now is None else " ".join(filter(None, [str(now.number), now.note, now.made_at]))
        raise ClashError("clash", what=told)


def undo(topic: str, key: str, expected: int | None = None) -> Decision | None:
    """Go back to what held before the decision that holds, and return that; None where then nothing is decided.

    Raises
    ------
    InputError
        Where nothing was decided.
    ClashError
        Where somebody decided since `expected`.
    """
    if not database.exists():
        raise InputError("nothing_to_undo")
    with database.writing() as connection:
        now = _latest(connection, topic, key)
        _require_unchanged(now, expected)
        if now is None or now.content is None:
            raise InputError("nothing_to_undo")
        _restore(connection, topic, key, now.parent or 0)
    return latest(topic, key)


def redo(topic: str, key: str, expected: int | None = None) -> Decision:
    """Let hold again what followed last on the decision that holds, and return it.

    Raises
    ------
    InputError
        Where nothing followed on it.
    ClashError
        Where somebody decided since `expected`.
    """
    if not database.exists():
        raise InputError("nothing_to_redo")
    with database.writing() as connection:
        now = _latest(connection, topic, key)
        _require_unchanged(now, expected)
        following = _following(connection, topic, key, 0 if now is None else now.state)
        if following is None:
            raise InputError("nothing_to_redo")
        _restore(connection, topic, key, following)
    again = latest(topic, key)
    assert again is not None
    return again


def has_redo(topic: str, key: str) -> bool:
    """Tell whether something followed on the decision that holds."""
    if not database.exists():
        return False
    with database.reading() as connection:
        now = _latest(connection, topic, key)
        return _following(connection, topic, key, 0 if now is None else now.state) is not None


def _following(connection: sql.Connection, topic: str, key: str, state: int) -> int | None:
    """Return the number of the last decision that was made upon `state`."""
    mine = (_table.c.topic == topic, _table.c.key == key, _table.c.restores.is_(None))
    upon = sql.func.coalesce(_table.c.parent, 0) == state
    return connection.execute(sql.select(sql.func.max(_table.c.number)).where(*mine, upon)).scalar()


def restore(topic: str, key: str, number: int, expected: int | None = None) -> int:
    """Let the decision `number` hold again (0: nothing decided), and return the number of the new row."""
    with database.writing() as connection:
        _require_unchanged(_latest(connection, topic, key), expected)
        return _restore(connection, topic, key, number)


def _restore(connection: sql.Connection, topic: str, key: str, number: int) -> int:
    asked = sql.select(_table).where(_table.c.topic == topic, _table.c.key == key, _table.c.number == number)
    row = connection.execute(asked).mappings().first()
    if row is None and number != 0:
        raise InputError("no_revision", number=number)
    told = None if row is None else _decision(row)
    if told is None:
        return _add(connection, topic, key, None, None, None, 0)
    return _add(connection, topic, key, told.content, told.note, told.parent, told.state)


def _add(
    connection: sql.Connection,
    topic: str,
    key: str,
    content: Any,
    note: str | None,
    parent: int | None,
    restores: int | None,
) -> int:
    row = {
        "topic": topic, "key": key, "content": json.dumps(content, ensure_ascii=False, allow_nan=False), "note": note,
        "parent": parent, "restores": restores, "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    inserted = connection.execute(_table.insert().values(row)).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def _latest(connection: sql.Connection, topic: str, key: str) -> Decision | None:
    asked = sql.select(_table).where(_table.c.topic == topic, _table.c.key == key).order_by(_table.c.number.desc())
    row = connection.execute(asked.limit(1)).mappings().first()
    return None if row is None else _decision(row)


def _decision(row: sql.RowMapping) -> Decision:
    return Decision(**{**row, "content": json.loads(row["content"])})
