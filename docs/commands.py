"""Write the command reference from the code, in Korean and English: `make commands`."""

import re
import sys
import tomllib
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from typer.main import get_command

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))

from gis.cli import app  # noqa: E402

WORDS = {
    "ko": {
        "title": "# 명령",
        "made": "이 쪽은 명령줄의 코드에서 만들었습니다(`make commands`). 같은 글은 `python -m gis COMMAND --help`에도 있습니다.",
        "global": "## 모든 명령 앞에",
        "options": "| 적는 법 | 뜻 | 기본값 |",
        "exits": "끝나는 값: 정상 0, 입력의 잘못 1(무엇을 어떻게 고치는지 한 줄), 사용법의 잘못 2. 표준출력에는 결과만 나옵니다.",
    },
    "en": {
        "title": "# Commands",
        "made": "This page is made from the code of the command line (`make commands`). `python -m gis COMMAND --help` says the same.",
        "global": "## Before every command",
        "options": "| Written | Meaning | Default |",
        "exits": "Exit 0 done, 1 a fault of the input with one line that says what would work, 2 wrong usage. Only the result is on stdout.",
    },
}
"""Words of the page around what the code says."""


def korean() -> dict[str, str]:
    """Return the Korean of each text of help by the English one."""
    return tomllib.loads((DOCS / "commands_ko.toml").read_text(encoding="utf-8"))


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every command that can be given, by its words; a group that answers by itself is one too."""
    inner = getattr(command, "commands", {})
    if path and (not inner or command.invoke_without_command):
        yield " ".join(path), command
    for name, one in inner.items():
        yield from leaves(one, (*path, name))


def parameters(command: Any) -> list[Any]:
    return [one for one in command.params if one.name != "help" and not getattr(one, "hidden", False)]


def helps() -> set[str]:
    """Return every text of help of the command line."""
    root = get_command(app)
    found = {one_line(root.help), *(one_line(one.help) for one in parameters(root))}
    for _, command in leaves(root):
        found |= {one_line(command.help), *(one_line(one.help) for one in parameters(command))}
    return found - {""}


def written(one: Any) -> str:
    """Return how a parameter is given: `SOURCE`, `--year N`, `--check`."""
    if one.param_type_name == "argument":
        return f"`{one.name.upper()}`"
    names = [*one.opts, *(one.secondary_opts if one.default is None else [])]
    told = ", ".join(sorted(names, key=lambda name: (not name.startswith("--"), name.startswith("--no-"))))
    return f"`{told}`" if one.is_flag else f"`{told} {kind(one)}`"


def kind(one: Any) -> str:
    """Return what a value is: one of a few words, a number, a file, or text; `…` where it may be given again."""
    annotation = one.type_descriptor.annotation
    inner = next(iter(get_args(annotation)), annotation)
    if issubclass(inner, Enum):
        return "/".join(str(choice.value) for choice in inner)
    return {int: "N", float: "X", Path: "FILE"}.get(inner, "TEXT") + (" …" if inner is not annotation else "")


def default(one: Any) -> str:
    value = getattr(one.default, "value", one.default)
    if value is None or value is False or callable(value) or value in ((), [], ""):
        return ""
    return f"`{', '.join(map(str, value)) if isinstance(value, list | tuple) else value}`"


def rows(command: Any, said: dict[str, str]) -> list[str]:
    told = [(written(one), one_line(one.help), default(one)) for one in parameters(command)]
    return [f"| {name} | {said.get(text, text).replace('|', chr(92) + '|')} | {start} |" for name, text, start in told]


def usage(name: str, command: Any) -> str:
    """Return how a command begins: `python -m gis area [SOURCE]`."""
    given = [one for one in parameters(command) if one.param_type_name == "argument"]
    return " ".join(
        ["python -m gis", name, *(one.name.upper() if one.required else f"[{one.name.upper()}]" for one in given)]
    )


def page(language: str) -> str:
    """Return the reference in one language."""
    words, said = WORDS[language], korean() if language == "ko" else {}
    root = get_command(app)
    head = [words["options"], "|---|---|---|"]
    lines = [words["title"], "", words["made"], "", words["exits"], "", words["global"], "", *head, *rows(root, said)]
    for name, command in sorted(leaves(root)):
        summary = one_line(command.help)
        lines += ["", f"## {name}", "", said.get(summary, summary), "", f"`{usage(name, command)}`"]
        own = rows(command, said)
        lines += ["", *head, *own] if own else []
    return re.sub(r" +\n", "\n", "\n".join(lines) + "\n")


def main() -> None:
    for language in WORDS:
        (DOCS / language / "commands.md").write_text(page(language), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
