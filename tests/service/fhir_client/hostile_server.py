"""A FHIR server on a loopback port that answers as a test tells it to, byte by byte.

A behaviour takes a `Request` and yields what goes over the wire: `bytes` to send, a number of seconds to be silent, `HANG_UP` to close the
connection in good order and `RESET` to break it. After a behaviour has ended, the connection waits for the next request, as servers do.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlsplit

HANG_UP: Final = "hang up"
RESET: Final = "reset"

Piece = bytes | float | Literal["hang up", "reset"]
FHIR_JSON: Final = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came: the origin it came to, its method and target, its headers by lower-case name, and its body."""

    origin: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path

    @property
    def kind(self) -> str:
        """The resource type that is asked for: `/fhir/Observation?...` and `/fhir/Patient/1` -> `Observation`, `Patient`."""
        return self.path.removeprefix("/fhir/").partition("/")[0]

    @property
    def parameters(self) -> dict[str, str]:
        """The search parameters."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


Behaviour = Callable[[Request], Iterable[Piece]]


class HostileServer:
    """Listens on a port of its own. `requests` and `connections` are what it has seen since it was started."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._of_kind: dict[str, Behaviour] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._busy = 0
        self._change = threading.Condition()
        self.connections = 0
        self.requests: list[Request] = []
        self.port: int = self._listener.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self.base = f"{self.origin}/fhir"
        self._start(self._accept)

    def on(self, kind: str, behaviour: Behaviour) -> None:
        """Answer requests for a resource type in a way of its own."""
        self._of_kind[kind] = behaviour

    def asked(self, kind: str) -> list[Request]:
        """The requests for a resource type so far."""
        return [request for request in self.requests if request.kind == kind]

    @property
    def open_connections(self) -> int:
        """How many connections clients hold open."""
        with self._change:
            return len(self._open)

    def idle_within(self, seconds: float) -> bool:
        """Whether it comes to rest in time: every answer given, or its connection ended by the client."""
        with self._change:
            return self._change.wait_for(lambda: self._busy == 0, timeout=seconds)

    def close(self) -> None:
        """End everything and wait for it."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._change:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def _start(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._change:
                self.connections += 1
                self._open.add(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            stream = connection.makefile("rb")
            while (request := _read_request(stream, self.origin)) is not None:
                with self._answering():
                    self.requests.append(request)
                    if not _play(self._of_kind.get(request.kind, self._behaviour)(request), connection):
                        break
        with self._change:
            self._open.discard(connection)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        with self._change:
            self._busy += 1
        try:
            yield
        finally:
            with self._change:
                self._busy -= 1
                self._change.notify_all()


def _read_request(stream: Any, origin: str) -> Request | None:
    line = stream.readline()
    if not line:
        return None
    method, target, _ = line.decode("ascii").split(" ")
    headers = {}
    while (header := stream.readline().decode("latin-1").strip()) != "":
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    return Request(origin, method, target, headers, stream.read(int(headers.get("content-length", 0))))


def _play(pieces: Iterable[Piece], connection: socket.socket) -> bool:
    """Send what a behaviour says. Whether the connection is still there afterwards."""
    for piece in pieces:
        if piece == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if piece == HANG_UP:
            return False
        if isinstance(piece, bytes):
            connection.sendall(piece)
        elif isinstance(piece, int | float) and _heard_within(connection, piece):
            return False  # a client that waits for an answer sends nothing but its goodbye
    return True


def _heard_within(connection: socket.socket, seconds: float) -> bool:
    waiting = select.poll()  # CAUTION: `select.select` knows no descriptor above 1023
    waiting.register(connection, select.POLLIN)
    return bool(waiting.poll(1000 * seconds))


def answer(body: bytes | str | Any, status: int = 200, *, content_type: str = FHIR_JSON, **headers: str) -> Behaviour:
    """An answer in good order, the same for every request. `retry_after="3"` is the header `Retry-After: 3`; JSON values are encoded."""
    encoded = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    whole = head(status, content_type=content_type, content_length=str(len(encoded)), **headers) + encoded
    return lambda _: [whole]


def head(status: int = 200, *, content_type: str = FHIR_JSON, **headers: str) -> bytes:
    """A status line and headers."""
    lines = [f"HTTP/1.1 {status} Any", f"Content-Type: {content_type}"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[HostileServer]:
    """A server for the length of a test."""
    server = HostileServer(behaviour)
    try:
        yield server
    finally:
        server.close()
