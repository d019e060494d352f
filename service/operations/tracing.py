"""W3C trace context: the `traceparent` of a request goes into its log line and on to the FHIR server.

A trace id is 32 hexadecimal digits, so it cannot hold words. `tracestate` and `baggage` can, and are dropped. Where the package
opentelemetry-api is installed, each request is a span as well (`service.operations.spans`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

#: CAUTION: version 00 has exactly four parts, later ones may have more; `ff` is no version, and ids of zeros only are none.
_TRACEPARENT: Final = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Trace:
    """The trace that a request belongs to, and our own span in it."""

    id: str
    span: str
    flags: str

    @property
    def traceparent(self) -> str:
        """The header for requests that we send on its behalf."""
        return f"00-{self.id}-{self.span}-{self.flags}"


_CURRENT: ContextVar[Trace | None] = ContextVar("trace", default=None)


def read_traceparent(header: str | None) -> Trace | None:
    """The trace of a `traceparent` header, with a new span; `None` unless it is well formed."""
    if header is None:
        return None
    found = _TRACEPARENT.fullmatch(header)
    if found is None or (found[1] == "00" and found[4]):
        return None
    # Of the flags, only "sampled" has a meaning that may be passed on.
    return Trace(found[2], os.urandom(8).hex(), "01" if int(found[3], 16) & 1 else "00")


def follow(trace: Trace | None) -> None:
    """Work for this trace from now on, or for none. Threads are used again, so it is said at the beginning of each request."""
    _CURRENT.set(trace)


def outgoing_headers() -> Mapping[str, str]:
    """The headers that tell another server of the trace."""
    trace = _CURRENT.get()
    return {} if trace is None else {"traceparent": trace.traceparent}
