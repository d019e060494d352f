"""W3C trace context: taken when well formed, logged, passed on, and never carried into another call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from service.app import create_app
from service.operations import spans
from service.operations.tracing import read_traceparent
from service.samples import request_body
from tests.service.checked_client import TODAY, CheckedClient, site
from tests.service.fhir_client.chart_server import Chart, chart_of
from tests.service.fhir_client.hostile_server import HostileServer, serving
from tests.service.fhir_client.loopback_only import only_loopback  # noqa: F401 - a fixture

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
HEADER = f"00-{TRACE}-{PARENT}-01"

ILL_FORMED = {
    "empty": "",
    "words": "Jane Doe",
    "upper case": HEADER.upper(),
    "version ff": f"ff-{TRACE}-{PARENT}-01",
    "zero trace": f"00-{'0' * 32}-{PARENT}-01",
    "zero parent": f"00-{TRACE}-{'0' * 16}-01",
    "short trace": f"00-{TRACE[:-1]}-{PARENT}-01",
    "long trace": f"00-{TRACE}0-{PARENT}-01",
    "no flags": f"00-{TRACE}-{PARENT}",
    "words after version 00": f"{HEADER}-Jane",
    "other digits": f"00-{TRACE[:-1]}\u0661-{PARENT}-01",
    "two of them": f"{HEADER},{HEADER}",
    "a line more": f"{HEADER}\n",
}


@pytest.mark.parametrize("header", ILL_FORMED.values(), ids=ILL_FORMED)
def test_an_ill_formed_header_is_as_none(header: str):
    """What is not exactly a trace context could be anything, so it is not looked at."""
    assert read_traceparent(header) is None


@pytest.mark.parametrize("flags", ["00", "01", "02", "03", "ff"])
def test_a_well_formed_one_is_passed_on_with_a_span_of_our_own(flags: str):
    """The trace stays, the parent is new each time, and of the flags only `sampled` is passed on."""
    passed_on = {read_traceparent(f"00-{TRACE}-{PARENT}-{flags}").traceparent for _ in range(3)}  # type: ignore[union-attr]
    assert len(passed_on) == 3
    for header in passed_on:
        assert header.startswith(f"00-{TRACE}-")
        assert PARENT not in header
        assert header.endswith("-01" if int(flags, 16) % 2 else "-00")
        assert read_traceparent(header) is not None


def test_a_later_version_is_read_as_far_as_it_is_known():
    """Versions to come may have more parts; nothing of these is passed on."""
    trace = read_traceparent(f"cc-{TRACE}-{PARENT}-01-what-comes")
    assert trace is not None
    assert trace.traceparent.startswith(f"00-{TRACE}-")
    assert "what" not in trace.traceparent


@pytest.fixture
def fhir_server() -> Iterator[HostileServer]:
    with serving(Chart(chart_of("second-line"))) as server:
        yield server


@pytest.fixture
def caller(fhir_server: HostileServer) -> CheckedClient:
    return CheckedClient(create_app(site(fhir_hosts=fhir_server.origin, deadline_ms=20_000)).test_client())


@pytest.fixture
def body(fhir_server: HostileServer) -> dict[str, Any]:
    return request_body("second-line", TODAY) | {"fhirServer": fhir_server.base, "prefetch": {}}


def lines(capture: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [line for line in map(orjson.loads, capture.readouterr().err.splitlines()) if line["event"] == "request"]


@pytest.mark.usefixtures("_logging", "loopback_only")
def test_the_trace_goes_into_the_log_and_to_the_fhir_server(
    caller: CheckedClient, body: dict[str, Any], fhir_server: HostileServer, capfd: pytest.CaptureFixture[str]
):
    """One trace finds the EHR's call, our log line and every request that we sent for it."""
    words = {"tracestate": "vendor=Jane", "baggage": "patient=Jane"}
    assert caller.call(body, headers={"traceparent": HEADER} | words).status_code == 200
    (line,) = lines(capfd)
    assert line["trace"] == TRACE
    assert fhir_server.requests
    for request in fhir_server.requests:
        assert request.headers["traceparent"].startswith(f"00-{TRACE}-")
        assert not words.keys() & request.headers.keys()


@pytest.mark.usefixtures("_logging", "loopback_only")
def test_a_trace_ends_with_its_call(
    caller: CheckedClient, body: dict[str, Any], fhir_server: HostileServer, capfd: pytest.CaptureFixture[str]
):
    """Threads are used again: the next call, without a trace or with a broken one, has none."""
    caller.call(body, headers={"traceparent": HEADER})
    seen = len(fhir_server.requests)
    caller.call(body)
    caller.call(body, headers={"traceparent": "broken"})
    assert ["trace" in line for line in lines(capfd)] == [True, False, False]
    assert len(fhir_server.requests) > seen
    assert not any("traceparent" in request.headers for request in fhir_server.requests[seen:])


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The spans that an SDK exports, while a test lasts."""
    sdk = pytest.importorskip("opentelemetry.sdk.trace", reason="opentelemetry-sdk is not installed")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: PLC0415

    exporter = InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(spans.otel, "get_tracer_provider", lambda: provider)
    monkeypatch.setattr(spans.otel, "get_tracer", provider.get_tracer)
    return exporter


def test_with_opentelemetry_each_request_is_a_span(caller: CheckedClient, body: dict[str, Any], fhir_server: HostileServer, exported: Any):
    """The span continues the caller's trace, is the parent of what we send, and says nothing that the log does not say."""
    caller.call(body | {"hookInstance": "Jane"}, headers={"traceparent": HEADER})
    (span,) = exported.get_finished_spans()
    assert span.name == "POST /cds-services/<service_id>"
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == PARENT
    assert dict(span.attributes)["her2cds.service"] == "her2-patient-view"
    assert dict(span.attributes)["http.response.status_code"] == 200
    assert {request.headers["traceparent"] for request in fhir_server.requests} == {f"00-{TRACE}-{span.context.span_id:016x}-01"}
    assert "Jane" not in span.to_json()


def test_with_opentelemetry_a_failure_is_an_error_span(caller: CheckedClient, exported: Any, monkeypatch: pytest.MonkeyPatch):
    """A 5xx marks the span; no exception, whose message might quote a value, is recorded on it."""

    def broken(*_: Any) -> None:
        raise ValueError("Jane")

    monkeypatch.setattr("service.evaluation.advise", broken)
    assert caller.call(request_body("second-line", TODAY)).status_code == 500
    (span,) = exported.get_finished_spans()
    assert span.status.status_code.name == "ERROR"
    assert "Jane" not in span.to_json()


def test_without_an_sdk_there_are_no_spans():
    """The API package alone changes nothing."""
    assert spans.begin_span(read_traceparent(HEADER), HEADER) is None
