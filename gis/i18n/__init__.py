"""Labels in Korean and English from one table; Korean first."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from gis.i18n.particles import SPLIT, particle

LANGUAGES: tuple[str, ...] = ("ko", "en")
_language: ContextVar[str] = ContextVar("language", default="ko")


def language() -> str:
    """Return the reader's language, `ko` or `en`."""
    return _language.get()


def use_language(code: str) -> None:
    """Set the reader's language for this thread of work."""
    if code not in LANGUAGES:
        raise LookupError(f"no language {code!r}; languages are: {', '.join(LANGUAGES)}")
    _language.set(code)


@contextmanager
def reading(code: str) -> Iterator[None]:
    """Read labels in `code` inside the block."""
    before = _language.get()
    use_language(code)
    try:
        yield
    finally:
        _language.set(before)


@cache
def table(code: str) -> dict[str, str]:
    """Return every label of one language by its dotted key."""
    path = Path(__file__).with_name(f"{code}.toml")
    return dict(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))


def t(key: str, /, **values: object) -> str:
    """Return the label `key` in the reader's language, with `values` filled in."""
    label = table(_language.get())[key]
    pieces = SPLIT.split(label)
    if len(pieces) == 1:
        return label.format(**values)
    said = ""
    for number, piece in enumerate(pieces):
        said += particle(said, piece) if number % 2 else piece.format(**values)
    return said


def either(korean: str | None, english: str | None) -> str:
    """Return the text in the reader's language, or the other where one is missing."""
    first, second = (korean, english) if _language.get() == "ko" else (english, korean)
    return first or second or ""


def _flat(branch: dict[str, Any], stem: str = "") -> Iterator[tuple[str, str]]:
    for key, value in branch.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{stem}{key}.")
        else:
            yield f"{stem}{key}", value
