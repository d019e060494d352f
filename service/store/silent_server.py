"""A PostgreSQL server that takes statements and says nothing more: a machine that was paused, a network that drops packets.

How long a statement may take is otherwise the server's to keep. Here the client stops waiting, and lets go of the connection.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from time import monotonic
from typing import Any, Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

#: How often a wait is interrupted to see whether it is over, in seconds.
_LOOK_AROUND: Final = 0.1


def wait_no_longer(engine: Engine, patience: float) -> None:
    """Let the connections of a PostgreSQL engine wait for each answer for `patience` seconds at most.

    One that is found silent before it is used raises `TimeoutError`: to connect anew would be to wait for the same server again.
    """
    connections, silence = _impatient()

    @event.listens_for(engine, "do_connect")
    def _connect(_: Any, __: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
        connection = connections.connect(*arguments, **named)
        connection.patience = patience
        return connection

    @event.listens_for(engine, "handle_error")
    def _give_up(fault: ExceptionContext) -> None:
        if fault.is_pre_ping and isinstance(fault.original_exception, silence):
            raise TimeoutError("the server is silent") from fault.original_exception


@contextmanager
def wait_longer(connection: Connection, patience: float) -> Iterator[None]:
    """Let one connection wait for `patience` seconds, for a while."""
    own: Any = connection.connection.dbapi_connection
    before, own.patience = own.patience, patience
    try:
        yield
    finally:
        own.patience = before


@cache
def _impatient() -> tuple[Any, type[Exception]]:
    """The connections that wait no longer, and what they raise. The package psycopg is optional, so it is loaded with the first engine."""
    import psycopg  # noqa: PLC0415

    class SilentServerError(psycopg.OperationalError):
        """The server did not answer in time."""

    class ImpatientConnection(psycopg.Connection[Any]):
        """A connection that is closed once an answer took too long: it may still come, and would be taken for that of the next question."""

        patience: float

        def wait(self, gen: Any, interval: float = _LOOK_AROUND, timeout: float | None = None) -> Any:
            try:
                return super().wait(_until(gen, monotonic() + self.patience, SilentServerError), interval, timeout)
            except SilentServerError:
                self.close()
                raise

    return ImpatientConnection, SilentServerError


def _until(steps: Generator[Any, Any, Any], end: float, silence: type[Exception]) -> Generator[Any, Any, Any]:
    """The steps of a wait, as long as it is not over. psycopg goes on with them whenever something came, and at each look around.

    psycopg's own limit would raise what it keeps to itself.
    """
    came = None
    while True:
        try:
            awaited = steps.send(came)
        except StopIteration as finished:
            return finished.value
        if monotonic() >= end:
            raise silence("the server is silent")
        came = yield awaited
