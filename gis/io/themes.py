"""The statutory themes (지역·지구) as `data/themes.toml` declares them; a planner adds one by adding a block."""

import re
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from gis.errors import DataFileError, UnknownNameError
from gis.i18n import either
from gis.io.catalog import read_toml
from layers import LAYERS

PATH = "themes.toml"
CONFIDENCES = ("high", "medium", "low")
_COLOR = re.compile(r"#[0-9a-f]{6}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SEPARATORS = re.compile(r"[\s_\-·ㆍ・.]+")
Declared = TypeVar("Declared", bound="ThemeClass | Theme")


@dataclass(frozen=True)
class ThemeClass:
    """One class of a theme, as 자연녹지지역 is of 용도지역: its `values` and `codes` are what files call it."""

    title: str
    color: str
    title_en: str | None = None
    values: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """What people call it, in the reader's language."""
        return either(self.title, self.title_en)

    def spellings(self) -> set[str]:
        """Return every way a file may write it, without spaces, in lower case."""
        return {bare(text) for text in (self.title, *self.values)}


@dataclass(frozen=True)
class Theme:
    """One 지역·지구: its law, the agency to consult (협의기관), and how an imported layer is known to be it.

    Parameters
    ----------
    services, words, not_words
        Names of service layers; words of a title or file that tell the theme, and those that tell another one.
    columns, code_columns
        Where the class stands, the first that a layer has; and columns that hold one of the codes of a class.
    bundled
        The bundled layer that serves where nothing was imported.
    needs
        What to import where no layer serves.
    """

    name: str
    title: str
    confidence: str
    source: str
    needs: str
    title_en: str | None = None
    law: str | None = None
    agency: str | None = None
    agency_en: str | None = None
    needs_en: str | None = None
    note: str | None = None
    note_en: str | None = None
    bundled: str | None = None
    services: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    code_columns: tuple[str, ...] = ()
    classes: tuple[ThemeClass, ...] = ()

    @property
    def called(self) -> str:
        """What people call it, in the reader's language."""
        return either(self.title, self.title_en)

    def class_of(self, value: str) -> str:
        """Return the title of the class that a file means by `value`; the value itself where the theme knows none."""
        wanted = bare(value)
        return next((one.title for one in self.classes if wanted in one.spellings()), value)

    def class_of_code(self, value: str) -> str | None:
        """Return the title of the class whose code stands in `value`; None where none does."""
        return next((one.title for one in self.classes if any(code in value.upper() for code in one.codes)), None)

    def speaks_of(self, service: str | None, text: str) -> bool:
        """Tell whether a layer from a service, or of a title and file name, is of this theme."""
        if service:
            return service.upper() in self.services
        said = bare(text)
        return any(bare(word) in said for word in self.words) and not any(bare(word) in said for word in self.not_words)


def bare(text: str) -> str:
    """Return a text without spaces, dots and dashes, in lower case: people write them as they like."""
    return _SEPARATORS.sub("", text).casefold()


def themes() -> dict[str, Theme]:
    """Return every theme by its id, in the order of the file.

    Raises
    ------
    DataFileError
        Where a block has a key that nobody knows, lacks one that it needs, or holds a value of another form.
    """
    blocks = read_toml(PATH).get("theme")
    if not isinstance(blocks, dict) or not blocks or not all(isinstance(block, dict) for block in blocks.values()):
        raise DataFileError("data_lacks", path=PATH, key="[theme.…]")
    return {name: _theme(name, block) for name, block in blocks.items()}


def known_theme(name: str) -> Theme:
    """Return the theme that a person names by its id or title."""
    known, wanted = themes(), bare(name)
    for theme in known.values():
        if wanted in {bare(call) for call in (theme.name, theme.title, theme.title_en or "")}:
            return theme
    titles = ", ".join(f"{theme.name} ({theme.called})" for theme in known.values())
    raise UnknownNameError("overlay.theme", theme=name, known=titles)


def _theme(name: str, block: dict[str, Any]) -> Theme:
    key = f"theme.{name}"
    if not _NAME.fullmatch(name):
        raise DataFileError("data_kind", path=PATH, column="theme", value=name)
    blocks = block.get("class", [])
    if not isinstance(blocks, list) or not all(isinstance(one, dict) for one in blocks):
        raise DataFileError("data_kind", path=PATH, column=f"{key}.class", value=blocks)
    classes = tuple(_declared(ThemeClass, one, f"{key}.class") for one in blocks)
    plain = {one: value for one, value in block.items() if one != "class"}
    theme = _declared(Theme, plain, key, name=name, classes=classes)
    if theme.confidence not in CONFIDENCES:
        raise DataFileError("data_reference", path=PATH, column=f"{key}.confidence", value=theme.confidence)
    if theme.bundled is not None and theme.bundled not in LAYERS:
        raise DataFileError("data_reference", path=PATH, column=f"{key}.bundled", value=theme.bundled)
    _require_apart(theme, key)
    return theme


def _require_apart(theme: Theme, key: str) -> None:
    """Refuse a wrong color, and two classes of which a file's value could mean either."""
    seen: set[str] = set()
    for one in theme.classes:
        if not _COLOR.fullmatch(one.color):
            raise DataFileError("data_kind", path=PATH, column=f"{key}.class.color", value=one.color)
        names = one.spellings() | {code.casefold() for code in one.codes}
        if names & seen:
            raise DataFileError("data_ids", path=PATH, key=f"{key}.class", id=sorted(names & seen)[0])
        seen |= names


def _declared(kind: type[Declared], block: dict[str, Any], key: str, **computed: Any) -> Declared:
    """Return a block as the value that it declares: texts, and lists of texts; what the file may not say is computed."""
    declared = {field.name: field for field in fields(kind) if field.name not in computed}
    strange = set(block) - set(declared)
    if strange:
        raise DataFileError(
            "data_keys", path=PATH, key=key, strange=", ".join(sorted(strange)), known=", ".join(declared)
        )
    needed = [name for name, field in declared.items() if field.type is str or field.type == "str"]
    missing = [name for name in needed if name not in block]
    if missing:
        raise DataFileError("data_lacks", path=PATH, key=f"{key}.{missing[0]}")
    values: dict[str, Any] = {}
    for name, value in block.items():
        listed = "tuple" in str(declared[name].type)
        texts = value if isinstance(value, list) else [value]
        if isinstance(value, list) != listed or not all(isinstance(text, str) and text.strip() for text in texts):
            raise DataFileError("data_kind", path=PATH, column=f"{key}.{name}", value=value)
        values[name] = tuple(value) if listed else value
    return kind(**values, **computed)
