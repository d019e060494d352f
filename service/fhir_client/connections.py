"""Pooled connections to allowed addresses only, which can be cut from outside while they wait.

requests' adapter is used alone, without its session: so there are no cookies that could follow from one patient's call into another, no
`.netrc` that could replace a token, no proxy of the environment, and no redirect that is followed unasked.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from service.fhir_client.origins import AllowedHosts

#: Connections kept open to each server.
_KEPT_OPEN = 256

# urllib3 writes addresses into its messages, and addresses of searches hold patient ids.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


class Line:
    """One exchange with a server, while it lasts: `stop()` lets nothing new be sent, `cut()` ends whatever it waits for.

    A time limit on a socket starts anew with every byte, so a server that drips bytes is only stopped from outside. A line lets go of its
    socket before that goes back to the pool: it can never cut the exchange of another call.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._stopped = threading.Event()

    @property
    def is_stopped(self) -> bool:
        """Whether it was stopped or cut."""
        return self._stopped.is_set()

    def wait(self, seconds: float) -> None:
        """Wait so long, unless it is stopped meanwhile."""
        self._stopped.wait(seconds)

    def attach(self, connected: socket.socket | None) -> None:
        """The socket that the exchange goes over from now on, `None` for none; at once shut when the line was stopped already."""
        with self._lock:
            self._socket = connected
            if self.is_stopped:
                self._shut()

    def stop(self) -> None:
        """Send nothing more: what is on its way may still come, but a connection that is made or taken from now on is shut unused."""
        self._stopped.set()

    def cut(self) -> None:
        """End the exchange: reading from it ends at once."""
        with self._lock:
            self.stop()
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            # Closed by the other side already.
            with suppress(OSError):
                # CAUTION: SSLSocket.shutdown would drop the TLS state under the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


_own = threading.local()


def use_line(line: Line | None) -> None:
    """Let the exchanges of this thread go over `line`."""
    _own.line = line


def _attach(connected: socket.socket | None) -> None:
    line: Line | None = getattr(_own, "line", None)
    if line is not None:
        line.attach(connected)


class RefusedAddress(OSError):
    """A name resolved to addresses of which none may be called."""


def guarded_adapter(allowed: AllowedHosts) -> HTTPAdapter:
    """An adapter whose connections are made to allowed addresses only."""

    def dial(connection: HTTPConnection) -> socket.socket:
        # What was checked is what is called: a second look-up could give another address.
        host = connection.host.strip("[]").lower()
        try:
            found = socket.getaddrinfo(host, connection.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NameResolutionError(connection.host, connection, socket.gaierror(str(error))) from None
        addresses = [str(sockaddr[0]) for *_, sockaddr in found if allowed.permits_address(host, str(sockaddr[0]))]
        if not addresses:
            raise NewConnectionError(connection, "address not allowed") from RefusedAddress()
        last: OSError | None = None
        for address in dict.fromkeys(addresses):
            try:
                connected = create_connection(
                    (address, connection.port), connection.timeout, connection.source_address, connection.socket_options
                )
            except OSError as error:
                last = error
            else:
                _attach(connected)
                return connected
        raise NewConnectionError(connection, "no address answers") from last

    class Guarded(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return dial(self)

        def request(self, *args: Any, **kwargs: Any) -> None:
            _attach(self.sock)
            super().request(*args, **kwargs)

    class GuardedTls(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return dial(self)

        def connect(self) -> None:
            super().connect()
            _attach(self.sock)

        def request(self, *args: Any, **kwargs: Any) -> None:
            _attach(self.sock)
            super().request(*args, **kwargs)

    class Pool(HTTPConnectionPool):
        ConnectionCls = Guarded

        def _put_conn(self, conn: Any) -> None:
            _attach(None)
            super()._put_conn(conn)

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = GuardedTls

        def _put_conn(self, conn: Any) -> None:
            _attach(None)
            super()._put_conn(conn)

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            pools: Mapping[str, type[HTTPConnectionPool]] = {"http": Pool, "https": TlsPool}
            self.poolmanager.pool_classes_by_scheme = dict(pools)

    return Adapter(pool_connections=len(allowed.origins) or 1, pool_maxsize=_KEPT_OPEN)


#: What a broken exchange raises below requests' own exceptions.
BROKEN = (OSError, ssl.SSLError)
