"""A PostgreSQL server that takes statements and says nothing more; played, so that none has to be installed."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from service.store import silent_server
from service.store.silent_server import wait_no_longer
from tests.stopwatch import Stopwatch

psycopg: Any = pytest.importorskip("psycopg")

#: Answers of the protocol: the user may come in, the server waits for a statement.
_WELCOME = b"R" + struct.pack("!II", 8, 0) + b"Z" + struct.pack("!I", 5) + b"I"


@contextmanager
def server_that_only_lets_in() -> Iterator[int]:
    """The port of a server that lets everybody in, and answers no statement."""
    connections: list[socket.socket] = []

    def let_in() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                connection.recv(10_000)
                connection.sendall(_WELCOME)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=let_in)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    for connection in connections:
        connection.close()


def test_a_silent_server_is_waited_for_as_long_as_was_said(monkeypatch: pytest.MonkeyPatch):
    """The wait ends by itself, with a fault of the database, and without anything that psycopg keeps to itself."""
    monkeypatch.delattr(psycopg.errors, "_WaitTimeout", raising=False)
    silent_server._impatient.cache_clear()
    with server_that_only_lets_in() as port:
        engine = create_engine(f"postgresql+psycopg://her2@127.0.0.1:{port}/her2?sslmode=disable&gssencmode=disable")
        wait_no_longer(engine, 0.5)
        with Stopwatch() as watch, pytest.raises(OperationalError, match="the server is silent"):
            engine.connect()
        assert 0.3 < watch.seconds < 5
        engine.dispose()
