"""The databases, each with the way in which it is disturbed: a locked SQLite file, a PostgreSQL server that is killed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from service.store.database import Database
from service.store.tables import FEEDBACK
from soak.server import free_port
from soak.traffic import Kept


class Store(ABC):
    """A database of the service under test."""

    url: str

    @abstractmethod
    def disturb(self) -> None:
        """Make it unusable for writing."""

    @abstractmethod
    def mend(self) -> None:
        """Make it usable again."""

    @abstractmethod
    def close(self) -> None:
        """End what was started."""

    def feedback(self) -> set[Kept]:
        """All feedback that it holds."""
        database = Database(self.url)
        with database.reading() as connection:
            found = {(row[0], row[1]) for row in connection.execute(select(FEEDBACK.c.card, FEEDBACK.c.outcome_at))}
        database.close()
        return found


class SqliteFile(Store):
    """A file that another process locks, such as a backup gone wrong."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "her2-cds.sqlite"
        self.url = f"sqlite:///{self._file}"
        self._lock: sqlite3.Connection | None = None

    def disturb(self) -> None:
        """Lock it."""
        # Longer than the service's own writers hold it.
        self._lock = sqlite3.connect(self._file, timeout=10, isolation_level=None, check_same_thread=False)
        self._lock.execute("BEGIN EXCLUSIVE")

    def mend(self) -> None:
        """Let go of the lock."""
        if self._lock is not None:
            self._lock.execute("ROLLBACK")
            self._lock.close()
            self._lock = None

    def close(self) -> None:
        """Nothing was started."""


class Postgresql(Store):
    """A throw-away server on loopback, as its own user where this runs as root."""

    def __init__(self, folder: Path) -> None:
        """Start it. Raises `RuntimeError` where PostgreSQL is not installed."""
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        on_path = shutil.which("initdb")
        if not versions and on_path is None:
            raise RuntimeError("PostgreSQL is not installed on this machine (Debian: postgresql)")
        self._programs = (versions[-1] if versions else Path(str(on_path))).parent
        self._data = folder / "postgresql"
        self._data.mkdir()
        self._as_user: list[str] = []
        if os.geteuid() == 0:
            self._as_user = ["runuser", "-u", "postgres", "--"]
            folder.chmod(0o755)
            shutil.chown(self._data, "postgres")
        self._port = free_port()
        self.url = f"postgresql://her2@127.0.0.1:{self._port}/postgres"
        self._run("initdb", "--pgdata", self._data, "--auth", "trust", "--username", "her2", "--encoding", "UTF8", "--no-sync")
        self.mend()

    def disturb(self) -> None:
        """Kill it: what is not yet committed is lost, connections break."""
        self._run("pg_ctl", "--pgdata", self._data, "--wait", "--mode", "immediate", "stop")

    def mend(self) -> None:
        """Start it (again)."""
        options = f"-p {self._port} -k {self._data} -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "--pgdata", self._data, "--log", self._data / "log", "--wait", "--options", options, "start")

    def close(self) -> None:
        """End it."""
        self._run("pg_ctl", "--pgdata", self._data, "--wait", "--mode", "fast", "stop")

    def _run(self, program: str, *arguments: Any) -> None:
        command = [*self._as_user, str(self._programs / program), *map(str, arguments)]
        subprocess.run(command, check=True, timeout=60, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


STORES: Mapping[str, Callable[[Path], Store]] = {"sqlite": SqliteFile, "postgresql": Postgresql}
