"""One log line per request: what was asked in our own words, how it went, how long it took. No patient data (see `service.logs`)."""

from __future__ import annotations

import os
from collections import Counter
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
        g.request_id = os.urandom(8).hex()
        g.begun = perf_counter()
        g.noted = {}

    @app.after_request
    def _end(response: Response) -> Response:
        response.headers["X-Request-ID"] = request_id()
        milliseconds = round(1000 * (perf_counter() - g.begun), 2) if "begun" in g else None
        # The route, not the path: a path is the caller's text.
        route = request.url_rule.rule if request.url_rule is not None else None
        log().info(
            "request", id=request_id(), method=_method(), route=route, status=response.status_code, ms=milliseconds, **g.get("noted", {})
        )
        return response


def request_id() -> str:
    """The id of this request in the log."""
    identifier: str = g.get("request_id", "unknown")
    return identifier


def note_call(service_id: str, evaluation: Evaluation) -> None:
    """Add to this request's log line what came of a call: counts and topics."""
    noted: dict[str, Any] = {"service": service_id, "resources": evaluation.resources, "cards": len(evaluation.cards)}
    topics = [finding.topic for finding in (evaluation.advice.treatment, *evaluation.advice.findings) if finding is not None]
    if topics:
        noted["topics"] = topics
    if evaluation.advice.silent:
        noted["silent"] = evaluation.advice.silent
    problems = Counter(problem.kind for problem in evaluation.case.problems)
    if problems:
        noted["problems"] = dict(problems)
    g.noted = noted


def _method() -> str:
    return request.method if request.method in {"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"} else "other"
