"""A call of the service with a FHIR server behind it, and what must hold for each, whatever that server does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from werkzeug.test import TestResponse

from service.app import create_app
from service.samples import request_body
from tests.service.checked_client import TODAY, CheckedClient, site, without_uuids
from tests.service.fhir_client.hostile_server import HostileServer
from tests.service.fhir_client.loopback_only import Watch
from tests.stopwatch import Stopwatch

SAMPLE = "second-line"
PATIENT = "sample-second-line"
TOKEN = "MADE-UP-TOKEN-QX"
#: The first word of everything that is another patient's; it stands on no card, in no log line and in no error.
OTHER = "OTHERPATIENTQX"

#: How much longer than its deadline a call may take, in seconds, beside what the machine takes from it.
SLACK = 1.5
#: How long a server may still be spoken to after an answer, in seconds: the client ends what outlived the deadline. Servers that never end
#: go on for longer.
AFTERWARDS = 20.0


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to one call, its line in the log, and how long it took in seconds."""

    response: TestResponse
    line: dict[str, Any]
    seconds: float

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The cards, without what differs each time."""
        return without_uuids(self.response.get_json()["cards"])

    @property
    def problems(self) -> dict[str, int]:
        """How many problems of each kind the case had."""
        return self.line.get("problems", {})

    @property
    def fetched(self) -> dict[str, int]:
        """How many searches ended how."""
        return self.line.get("fetched", {})


class Service:
    """The service of a site that lists one FHIR server."""

    def __init__(self, server: HostileServer, deadline_ms: int, capture: pytest.CaptureFixture[str], watch: Watch) -> None:
        self._app = create_app(site(fhir_hosts=server.origin, deadline_ms=deadline_ms))
        self._client = CheckedClient(self._app.test_client())
        self._server, self._deadline, self._capture, self._watch = server, deadline_ms / 1000, capture, watch

    def ask(self, *, fhir_server: str | None = None, token: str | None = TOKEN, prefetch: Any = None, patient: str = PATIENT) -> Answered:
        """Call with a FHIR server and a token, and no prefetch unless some is given. Fails unless all holds that always must."""
        body = request_body(SAMPLE, TODAY) | {"fhirServer": fhir_server or self._server.base}
        body["context"]["patientId"] = patient
        body.pop("prefetch") if prefetch is None else body.update(prefetch=prefetch)
        if token is not None:
            body["fhirAuthorization"] = {"access_token": token, "token_type": "Bearer", "expires_in": 300, "scope": "any", "subject": "any"}
        self._capture.readouterr()
        with Stopwatch() as watch:
            response = self._client.call(body)
        assert self._server.idle_within(AFTERWARDS), "the server is still being spoken to"
        printed = self._capture.readouterr()
        assert response.status_code in {200, 412}
        assert watch.seconds < self._deadline + SLACK
        for text in (printed.out, printed.err, response.text if response.status_code != 200 else ""):
            assert not any(secret in text for secret in (TOKEN, patient, OTHER, f":{self._server.port}", "127.0.0.1"))
        assert OTHER not in response.text
        assert TOKEN not in response.text
        assert {port for _, port in self._watch.dialled} <= {self._server.port}
        assert {request.method for request in self._server.requests} <= {"GET"}
        (line,) = [found for found in map(orjson.loads, printed.err.splitlines()) if found["event"] == "request"]
        return Answered(response, line, watch.seconds)

    def give_time(self, deadline_ms: int) -> None:
        """From now on a call has so long: what is to come in time must not depend on the machine."""
        self._deadline = deadline_ms / 1000
        self._app.extensions["her2cds.sites"].deployment.fhir._seconds = self._deadline

    def post(self, body: Any) -> TestResponse:
        """Call with a request of the test's own."""
        return self._client.call(body)

    def close(self) -> None:
        """Let go of threads and connections; a thread that dials late must not be taken for the next test's."""
        fhir = self._app.extensions["her2cds.sites"].deployment.fhir
        fhir.close()
        fhir._threads.shutdown(wait=True)


ServiceAt = Callable[..., Service]


@pytest.fixture(name="service_at")
def service_before(capfd: pytest.CaptureFixture[str], loopback_only: Watch, _logging: None) -> Iterator[ServiceAt]:
    """Services before a FHIR server: `service_at(server, deadline_ms=300)`."""
    with ExitStack() as opened:

        def start(server: HostileServer, deadline_ms: int = 300) -> Service:
            service = Service(server, deadline_ms, capfd, loopback_only)
            opened.callback(service.close)
            return service

        yield start
