"""Single statements in the SQLite file on the way of an answer, past SQLAlchemy, which takes several times as long as SQLite itself."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

_T = TypeVar("_T")


class SqliteStatements:
    """Connections to one file, each used by one thread at a time and kept for the next. Safe to use from several threads."""

    def __init__(self, file: Path, connect: Callable[[], sqlite3.Connection]) -> None:
        self._file = file
        self._connect = connect
        #: Connections that nobody uses, each with the inode of the file it was opened on.
        self._idle: deque[tuple[sqlite3.Connection, int]] = deque()

    def rows(self, query: str, parameters: Sequence[str]) -> list[tuple[Any, ...]]:
        """The rows of a query. Raises `sqlite3.Error`, or `OSError` where the file is gone."""
        return self._run(lambda connection: connection.execute(query, parameters).fetchall())

    def change(self, statement: str, parameters: Sequence[str]) -> int:
        """How many rows a statement changed, committed when this returns. Raises as `rows` does."""
        return self._run(lambda connection: connection.execute(statement, parameters).rowcount)

    def _run(self, ask: Callable[[sqlite3.Connection], _T]) -> _T:
        inode = self._file.stat().st_ino
        connection = self._connection_to(inode)
        try:
            found = ask(connection)
        except sqlite3.Error:
            connection.close()
            raise
        self._idle.append((connection, inode))
        return found

    def close(self) -> None:
        """Close the connections that nobody uses; the next query opens a new one."""
        while self._idle:
            self._idle.pop()[0].close()

    def _connection_to(self, inode: int) -> sqlite3.Connection:
        """An idle connection, or a new one. One to a file that was deleted or replaced would go on telling what stood there."""
        while True:
            try:
                connection, opened_on = self._idle.pop()
            except IndexError:
                return self._connect()
            if opened_on == inode:
                return connection
            connection.close()
