"""The command line run inside this process: fast, and no different from a shell but for the process."""

import io
import json
import sys
from dataclasses import dataclass
from typing import Any

from gis.cli import main


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8")

    @property
    def json(self) -> Any:
        return json.loads(self.text, parse_constant=_no_constant)


def run(*words: object) -> Answer:
    """Return what `python -m gis WORDS` prints and its exit code."""
    before = sys.argv, sys.stdout, sys.stderr
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    sys.argv, sys.stdout, sys.stderr = ["gis", *map(str, words)], out, err
    code: Any = 0
    try:
        main()
    except SystemExit as leave:
        code = leave.code
    finally:
        sys.argv, sys.stdout, sys.stderr = before
    out.flush(), err.flush()
    return Answer(int(code or 0), out.buffer.getvalue(), err.buffer.getvalue().decode("utf-8"))


def done(*words: object) -> Answer:
    """Return the answer of a command that succeeds and says nothing beside its result."""
    answer = run(*words)
    assert (answer.code, answer.err) == (0, "")
    return answer


def refusal(*words: object) -> str:
    """Return the one line of a command that is refused for its input: exit 1, nothing on stdout."""
    answer = run(*words)
    assert (answer.code, answer.out) == (1, b"")
    assert answer.err.endswith("\n")
    assert len(answer.err.splitlines()) == 1
    assert answer.err.startswith(("오류: ", "error: "))
    return answer.err.partition(": ")[2].strip()


def _no_constant(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")
