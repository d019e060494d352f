"""OpenTelemetry: each request as a span, where its package is installed and the site has configured an SDK that takes spans.

Nothing depends on the package. `her2-cds[opentelemetry]` brings its API; the site adds an SDK, and `opentelemetry-instrument her2-cds
serve` sets it up (docs/metrics.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Final

from service.operations.tracing import Trace

_SERVER_FAULT: Final = 500

#: What of the log line a span carries as well: counts and our own ids.
_NOTED: Final = ("service", "cards", "resources")

if find_spec("opentelemetry") is not None:
    from opentelemetry import trace as otel
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    _AVAILABLE = True
else:
    _AVAILABLE = False


class Span:
    """A request as a span. `trace` is what the SDK makes of it: it may begin a trace, and its span is the parent of what we send."""

    def __init__(self, span: Any) -> None:
        context = span.get_span_context()
        self.trace = Trace(f"{context.trace_id:032x}", f"{context.span_id:016x}", f"{context.trace_flags & 1:02x}")
        self._span = span

    def end(self, method: str, route: str | None, status: int, noted: Mapping[str, Any]) -> None:
        """End it, with what the log line says."""
        self._span.update_name(f"{method} {route}" if route else method)
        self._span.set_attributes({"http.request.method": method, "http.response.status_code": status})
        if route is not None:
            self._span.set_attribute("http.route", route)
        self._span.set_attributes({f"her2cds.{name}": noted[name] for name in _NOTED if name in noted})
        if status >= _SERVER_FAULT:
            self._span.set_status(otel.StatusCode.ERROR)
        self._span.end()


def begin_span(trace: Trace | None, header: str | None) -> Span | None:
    """Begin the span of a request, in the trace of its `traceparent` where that is well formed; `None` where nobody takes spans."""
    if not _AVAILABLE or isinstance(otel.get_tracer_provider(), otel.ProxyTracerProvider):
        return None
    # Of what a caller may send along, only the header that cannot hold words.
    parent = TraceContextTextMapPropagator().extract({"traceparent": header} if trace is not None and header else {})
    return Span(otel.get_tracer("her2-cds").start_span("request", context=parent, kind=otel.SpanKind.SERVER))
