"""A PostgreSQL server of the tests' own, on a free port of this machine, started and stopped."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres.provide import programs

USER = "planner"


class Server:
    """A server in a folder of its own; whoever is root lets the user `postgres` run it."""

    def __init__(self, folder: Path) -> None:
        home = programs()
        assert home is not None, "no PostgreSQL: run make test, which installs it"
        self.home, self.folder, self.data = home, folder, folder / "data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        self._run("initdb", "-D", self.data, "-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        """Start it and wait until it answers."""
        said = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} -c fsync=off"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", said, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it; `immediate` is a kill."""
        self._run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def database(self, name: str, *, postgis: bool = False) -> str:
        """Make an empty database and return its address."""
        self._ask("postgres", f'CREATE DATABASE "{name}"')
        if postgis:
            self._ask(name, "CREATE EXTENSION postgis")
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def _ask(self, database: str, statement: str) -> None:
        self._run("psql", "-h", "127.0.0.1", "-p", self.port, "-U", USER, "-d", database, "-qc", statement)

    def _run(self, program: str, *words: object) -> None:
        switch = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*switch, str(self.home / program), *map(str, words)]
        done = subprocess.run(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert done.returncode == 0, done.stdout.decode()


@contextmanager
def running() -> Iterator[Server]:
    """Run a server as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        server = Server(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
