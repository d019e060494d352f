"""One request to an EHR's servers beside its FHIR searches, ended by the deadline whatever the other side does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Timer
from typing import Final, TypeVar

from service.fhir_client.connections import Line
from service.fhir_client.transport import Allowance, Answer
from service.smart.site import SmartSite

#: The largest answer in bytes: a configuration, a JWKS, a token, a questionnaire's answers.
MOST_BYTES: Final = 512 * 1024

_JSON: Final = "application/json"

_T = TypeVar("_T")


def read(site: SmartSite, url: str) -> bytes:
    """What stands at an address. Raises `Refused` or `Unavailable`."""
    deadline, allowance = site.deadline(), Allowance(MOST_BYTES)
    return _cut_in_time(
        lambda line: site.transport.get(url, token=None, deadline=deadline, allowance=allowance, line=line, accept=_JSON).body,
        deadline.left(),
    )


def send(site: SmartSite, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send something, once. Raises `Unavailable`."""
    deadline, allowance = site.deadline(), Allowance(MOST_BYTES)
    return _cut_in_time(
        lambda line: site.transport.post(url, body, headers, deadline=deadline, allowance=allowance, line=line), deadline.left()
    )


def _cut_in_time(exchange: Callable[[Line], _T], seconds: float) -> _T:
    """CAUTION: a server that drips bytes is stopped only from outside."""
    line = Line()
    cutter = Timer(seconds, line.cut)
    cutter.daemon = True
    cutter.start()
    try:
        return exchange(line)
    finally:
        cutter.cancel()
