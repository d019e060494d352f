"""One log line per request: what was asked in our own words, how it went, how long it took. No patient data (see `service.logs`)."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal

from flask import Flask, Response, g, request

from service.evaluation import Evaluation
from service.logs import log
from service.operations.counting import (
    count_auth_failure,
    count_call,
    count_cards,
    count_feedback,
    count_hidden,
    count_outside,
    count_problems,
    count_request,
)
from service.operations.spans import Span, begin_span
from service.operations.tracing import follow, read_traceparent
from service.site import site_name


def log_requests(app: Flask) -> None:
    """Log every request of the application, and name it to the caller by `X-Request-ID`."""

    @app.before_request
    def _begin() -> None:
        header = request.environ.get("HTTP_TRACEPARENT")
        trace = read_traceparent(header)
        span = begin_span(trace, header)
        trace = span.trace if span is not None else trace
        follow(trace)
        # Our own id: one that the caller sends could carry anything.
        g.call = _Call(os.urandom(8).hex(), perf_counter(), span, {} if trace is None else {"trace": trace.id})

    @app.after_request
    def _end(response: Response) -> Response:
        call: _Call = g.get("call", _UNKNOWN)
        response.headers["X-Request-ID"] = call.id
        seconds = perf_counter() - call.begun if call.begun is not None else None
        milliseconds = round(1000 * seconds, 2) if seconds is not None else None
        # The route, not the path: a path is the caller's text.
        rule = request.url_rule
        route = rule.rule if rule is not None else None
        method, status = _method(), response.status_code
        site = {"site": name} if (name := site_name()) else {}
        log().info("request", id=call.id, **site, method=method, route=route, status=status, ms=milliseconds, **call.noted)
        _count(rule.endpoint if rule is not None and method == "POST" else None, status, seconds or 0.0, call.noted)
        if call.span is not None:
            call.span.end(method, route, status, call.noted)
        return response


def _count(posted_to: str | None, status: int, seconds: float, noted: Mapping[str, Any]) -> None:
    """Count the request in the metrics. A service that does not exist counts as `other`, whatever it was called."""
    if posted_to == "calls.call":
        count_call(_service(), status, seconds, cards=noted.get("cards", 0), shadow="shadow" in noted)
    elif posted_to == "feedback.feedback":
        count_feedback(_service(), status)
    else:
        count_request(status)


def _service() -> str:
    """The service of the address, as the caller named it."""
    return str((request.view_args or {}).get("service_id"))


@dataclass(slots=True)
class _Call:
    """One request while it is answered: its id in the log, when it began, and what is to be logged of it."""

    id: str
    begun: float | None
    span: Span | None = None
    noted: dict[str, Any] = field(default_factory=dict)


#: A request that failed before it was begun.
_UNKNOWN = _Call("unknown", None)


def request_id() -> str:
    """The id of this request in the log."""
    call: _Call = g.get("call", _UNKNOWN)
    return call.id


def request_ms() -> float:
    """How long this request has taken so far, in milliseconds."""
    call: _Call = g.get("call", _UNKNOWN)
    return round(1000 * (perf_counter() - call.begun), 2) if call.begun is not None else 0.0


def noted_client() -> str:
    """Who sent this request, as far as that is proven; empty for nobody in particular."""
    call: _Call = g.get("call", _UNKNOWN)
    return call.noted.get("client") or ""


def note_call(service_id: str, evaluation: Evaluation, *, shadow: bool = False) -> None:
    """Add to this request's log line what came of a call: counts and topics. `shadow`: the cards are not sent."""
    count_cards(evaluation.cards, shadow=shadow)
    noted: dict[str, Any] = {"service": service_id, "resources": evaluation.resources, "cards": len(evaluation.cards)}
    if shadow:
        noted["shadow"] = True
    topics = [finding.topic for finding in (evaluation.advice.treatment, *evaluation.advice.findings) if finding is not None]
    if topics:
        noted["topics"] = topics
    if evaluation.advice.silent:
        noted["silent"] = evaluation.advice.silent
    if evaluation.advice.switched_off:
        noted["rules_off"] = evaluation.advice.switched_off
    if evaluation.advice.hidden:
        noted["hidden"] = dict(Counter(evaluation.advice.hidden))
        count_hidden(evaluation.advice.hidden)
    if evaluation.outside:
        noted["outside"] = True
        count_outside(service_id)
    if evaluation.fetched is not None:
        noted["fetched"] = evaluation.fetched.counts()
    if evaluation.case.problems:
        noted["problems"] = dict(Counter(problem.kind for problem in evaluation.case.problems))
        count_problems(noted["problems"])
    call: _Call = g.call
    call.noted |= noted


def note_client(auth: Literal["accepted", "refused", "warned"], **noted: str | None) -> None:
    """Add to this request's log line what came of asking who calls: the client, or the reason of a refusal; never the token."""
    call: _Call = g.call
    call.noted |= {"auth": auth, **{name: value for name, value in noted.items() if value is not None}}
    if auth != "accepted":
        count_auth_failure(noted["reason"] or "")


def note_refusal(code: str, reason: str | None) -> None:
    """Add to this request's log line why the SMART app did not go on: a word of ours, and one that tells its cases apart."""
    call: _Call = g.call
    call.noted |= {"smart": code, **({"reason": reason} if reason else {})}


def note_fetched(counts: Mapping[str, int | str] | None) -> None:
    """Add to this request's log line what came of asking the FHIR server, where that was not enough to answer."""
    if counts is not None:
        call: _Call = g.call
        call.noted["fetched"] = dict(counts)


def _method() -> str:
    method = request.method
    return method if method in {"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"} else "other"
