"""Calls at the same time: beyond what a worker can answer in time, a quick 503 is worth more than a late answer.

There are more threads than calls may be worked on (`service.server`): with fewer, requests would wait in the HTTP server's own queue, where
nobody tells them. Threads that compute gain nothing from each other, but most wait for FHIR servers or for the rest of a body.
"""

from __future__ import annotations

from threading import Lock
from typing import Final

from flask import Flask, g, request

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


class Gate:
    """Lets so many requests in at the same time. Safe to use from several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = 0
        self._lock = Lock()

    def enter(self) -> bool:
        """Go in, unless it is full. Who went in must leave."""
        with self._lock:
            if self._inside >= self._most:
                return False
            self._inside += 1
        return True

    def leave(self) -> None:
        """Go out."""
        with self._lock:
            self._inside -= 1


def limit_requests(app: Flask, settings: Settings) -> None:
    """Let the application turn away what is too much at the same time, before any of it is read."""
    everyone, of_the_app = Gate(settings.max_calls), Gate(max(1, settings.max_calls // 2))

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
        for gate in g.pop("gates", ()):
            gate.leave()
        if g.pop("working", False):
            COUNTS.add(series.IN_PROGRESS, amount=-1.0)


def _go_in(gate: Gate) -> None:
    """Let this request in, until it ends. Raises `Busy`."""
    if not gate.enter():
        COUNTS.add(series.TURNED_AWAY, "busy")
        raise Busy
    g.gates = (*g.get("gates", ()), gate)
