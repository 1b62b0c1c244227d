"""Requests to an ASGI app inside this process, without a client library."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

HOST = "localhost:8501"
OWN_PAGE = {"sec-fetch-site": "same-origin"}


@dataclass(frozen=True)
class Answer:
    """Status, headers in lower case, and content."""

    status: int
    headers: dict[str, str]
    content: bytes


def awaited(work: Coroutine[Any, Any, Any]) -> Any:
    """Return what `work` returns, in a thread of its own: a browser test may have left a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def get(app: Any, address: str, headers: dict[str, str] | None = None, method: str = "GET") -> Answer:
    """Return what `app` answers to a request for `address` (path and query)."""
    parts = urlsplit(address)
    sent = {"host": HOST, **(headers or {})}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": parts.path, "raw_path": parts.path.encode(), "query_string": parts.query.encode(), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "server": ("localhost", 8501), "client": ("127.0.0.1", 50_000),
    }  # fmt: skip
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        said.append(dict(message))

    awaited(app(scope, receive, send))
    start = said[0]
    found = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], found, b"".join(message.get("body", b"") for message in said[1:]))
