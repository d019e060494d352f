"""Calls at the same time: beyond what a worker can answer in time, a quick 503 is worth more than a late answer.

There are more threads than calls may be worked on (`service.server`): with fewer, requests would wait in the HTTP server's own queue, where
nobody tells them. Threads that compute gain nothing from each other, but most wait for FHIR servers or for the rest of a body.

What they hold is limited as well: a chart that is read takes some five times the memory of its body, and a small gzip body may become
one of the largest. Without that, as many large charts as there are places would be more than a machine has memory.
"""

from __future__ import annotations

from threading import Lock
from typing import Final, NoReturn

from flask import Flask, current_app, g, request

from service.errors import Busy
from service.operations import series
from service.operations.counts import COUNTS
from service.settings import Settings

#: Requests beyond the limit still get a thread in which they are turned away, and so does a look at the health of the service.
SPARE_THREADS: Final = 8

#: Launches and pages of the SMART app, which wait for an EHR's servers, leave the other half of the places to calls.
_OF_THE_APP: Final = frozenset({"smart", "chart"})

#: Asked by machines that watch the service, most of all when it is busy.
_ALWAYS: Final = frozenset({"health.alive", "health.ready", "metrics.metrics"})

#: So many of the largest bodies are held by one worker at the same time, and no fewer bytes than these, which are hundreds of usual charts.
LARGEST_BODIES: Final = 4
_LEAST_BYTES: Final = 64 * 1024 * 1024

_BODIES: Final = "her2cds.bodies"


class Gate:
    """Lets so many requests, or bytes of them, in at the same time. Safe to use from several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = 0
        self._lock = Lock()

    def has_room(self, size: int = 1) -> bool:
        """Whether one of this size could go in."""
        return self._inside + size <= self._most

    def enter(self, size: int = 1) -> bool:
        """Go in, unless it is full. Who went in must leave."""
        with self._lock:
            if not self.has_room(size):
                return False
            self._inside += size
        return True

    def leave(self, size: int = 1) -> None:
        """Go out."""
        with self._lock:
            self._inside -= size


def limit_requests(app: Flask, settings: Settings) -> None:
    """Let the application turn away what is too much at the same time, before any of it is read."""
    everyone, of_the_app = Gate(settings.max_calls), Gate(max(1, settings.max_calls // 2))
    app.extensions[_BODIES] = Gate(max(LARGEST_BODIES * settings.max_body_bytes, _LEAST_BYTES))

    @app.before_request
    def _enter() -> None:
        if request.endpoint in _ALWAYS:
            return
        if request.blueprint in _OF_THE_APP:
            _go_in(of_the_app)
        _go_in(everyone)
        g.working = True
        COUNTS.add(series.IN_PROGRESS)

    @app.teardown_request
    def _leave(_: BaseException | None) -> None:
        for gate, size in g.pop("gates", ()):
            gate.leave(size)
        if g.pop("working", False):
            COUNTS.add(series.IN_PROGRESS, amount=-1.0)


def expect_body(size: int) -> None:
    """Turn a request away before its body is read, where that would not fit. Raises `Busy`.

    It holds no memory yet, but its place among the calls: senders that never end are for the proxy before the service (docs/security.md).
    """
    if not _bodies().has_room(size):
        _turn_away()


def hold_body(size: int) -> None:
    """Hold a body of this size until the request ends. Raises `Busy` where it does not fit beside those of the others."""
    _go_in(_bodies(), size)


def _bodies() -> Gate:
    gate: Gate = current_app.extensions[_BODIES]
    return gate


def _go_in(gate: Gate, size: int = 1) -> None:
    """Let this request in, until it ends. Raises `Busy`."""
    if not gate.enter(size):
        _turn_away()
    g.gates = (*g.get("gates", ()), (gate, size))


def _turn_away() -> NoReturn:
    COUNTS.add(series.TURNED_AWAY, "busy")
    raise Busy
