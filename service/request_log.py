"""One log line per request: what was asked in our own words, how it went, how long it took. No patient data (see `service.logs`)."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from flask import Flask, Response, g, request

from service.evaluation import Evaluation
from service.logs import log


def log_requests(app: Flask) -> None:
    """Log every request of the application, and name it to the caller by `X-Request-ID`."""

    @app.before_request
    def _begin() -> None:
        # Our own id: one that the caller sends could carry anything.
        g.call = _Call(os.urandom(8).hex(), perf_counter())

    @app.after_request
    def _end(response: Response) -> Response:
        call: _Call = g.get("call", _UNKNOWN)
        response.headers["X-Request-ID"] = call.id
        milliseconds = round(1000 * (perf_counter() - call.begun), 2) if call.begun is not None else None
        # The route, not the path: a path is the caller's text.
        rule = request.url_rule
        route = rule.rule if rule is not None else None
        log().info("request", id=call.id, method=_method(), route=route, status=response.status_code, ms=milliseconds, **call.noted)
        return response


@dataclass(slots=True)
class _Call:
    """One request while it is answered: its id in the log, when it began, and what is to be logged of it."""

    id: str
    begun: float | None
    noted: dict[str, Any] = field(default_factory=dict)


#: A request that failed before it was begun.
_UNKNOWN = _Call("unknown", None)


def request_id() -> str:
    """The id of this request in the log."""
    call: _Call = g.get("call", _UNKNOWN)
    return call.id


def note_call(service_id: str, evaluation: Evaluation) -> None:
    """Add to this request's log line what came of a call: counts and topics."""
    noted: dict[str, Any] = {"service": service_id, "resources": evaluation.resources, "cards": len(evaluation.cards)}
    topics = [finding.topic for finding in (evaluation.advice.treatment, *evaluation.advice.findings) if finding is not None]
    if topics:
        noted["topics"] = topics
    if evaluation.advice.silent:
        noted["silent"] = evaluation.advice.silent
    if evaluation.fetched is not None:
        noted["fetched"] = evaluation.fetched.counts()
    if evaluation.case.problems:
        noted["problems"] = dict(Counter(problem.kind for problem in evaluation.case.problems))
    call: _Call = g.call
    call.noted = noted


def note_fetched(counts: Mapping[str, int] | None) -> None:
    """Add to this request's log line what came of asking the FHIR server, where that was not enough to answer."""
    if counts is not None:
        call: _Call = g.call
        call.noted["fetched"] = dict(counts)


def _method() -> str:
    method = request.method
    return method if method in {"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"} else "other"
