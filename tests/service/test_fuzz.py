"""Requests at random against a running server: whatever is sent, it is answered, and never with a fault of ours.

A small fixed sample runs with the other tests. `make fuzz` sends 20,000 new ones (`FUZZ`: how many) and prints what came of them.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.app import create_app
from service.samples import request_body
from tests.outside.ports import free_port
from tests.service.auth.signing import BASE, key_files
from tests.service.checked_client import CALL, TODAY, site
from tests.service.fhir_client.chart_server import Chart, chart_of
from tests.service.fhir_client.hostile_server import HANG_UP, HostileServer, Piece, Request, answer, serving
from tests.service.odd_requests import ODD, OddRequest, odd_requests
from tests.service.operations.numbers import read_numbers
from tests.service.test_server import Running, start, wait_until_ready

#: How many requests; without the variable a small sample that is the same each time.
MANY = os.environ.get("FUZZ")
SAMPLE = 250


class OddChart:
    """A FHIR server that gives the chart, or whatever it was told to give next."""

    def __init__(self) -> None:
        self._chart = Chart(chart_of("second-line"))
        self.instead: Any = None
        self.status = 200

    def __call__(self, request: Request) -> Iterable[Piece]:
        if self.instead is None:
            return self._chart(request)
        if self.instead == HANG_UP:
            return [HANG_UP]
        return answer(json.dumps(self.instead).encode(), self.status)(request)


class Target:
    """The server under test, the FHIR server behind it, and what came of the requests so far."""

    def __init__(self, server: Running, fhir: HostileServer, chart: OddChart) -> None:
        self.server, self.fhir, self.chart = server, fhir, chart
        self.statuses: Counter[tuple[str, int]] = Counter()

    def send(self, odd: OddRequest) -> tuple[int, bytes]:
        """The status and the body of the answer, over a connection of its own: after a body that nobody read the server ends it."""
        body: Any = iter([odd.body[:100], odd.body[100:]]) if odd.chunked and len(odd.body) > 100 else odd.body or None
        connection = HTTPConnection("127.0.0.1", int(self.server.url.rpartition(":")[2]), timeout=120)
        with closing(connection):
            with suppress(BrokenPipeError, ConnectionResetError):  # refused before all of the body was sent
                connection.request(odd.method, odd.target, body=body, headers=odd.headers)
            response = connection.getresponse()
            said = response.read()
        self.statuses[odd.kind, response.status] += 1
        return response.status, said


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("fuzz")
    chart = OddChart()
    with serving(chart) as fhir:
        # AUTH=warn: tokens are read as closely as with `required`, and everybody is answered.
        server = start(
            folder, free_port(), WORKERS="1", DEMO="1", AUTH="warn", JWT_ISSUERS=key_files(folder), PUBLIC_URL=BASE, MAX_BODY_MB="1",
            TRUSTED_PROXIES="127.0.0.1", FHIR_HOSTS=fhir.origin, DEADLINE_MS="200",
        )  # fmt: skip
        try:
            wait_until_ready(server)
            yield Target(server, fhir, chart)
        finally:
            server.process.terminate()
            server.process.wait(120)


def routes() -> list[tuple[str, list[str]]]:
    """Every route of the service with its methods."""
    rules = create_app(site(demo=True)).url_map.iter_rules()
    return sorted((rule.rule, sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})) for rule in rules)


def test_whatever_is_sent_is_answered_and_never_with_500(target: Target):
    """Calls, feedback, pages and rubbish, before FHIR servers that answer rubbish: no 5xx, no broken connection, no failure in the log."""
    odd = odd_requests(routes(), target.fhir.base)
    rubbish = st.none() | st.none() | st.just(HANG_UP) | ODD

    @settings(
        max_examples=int(MANY or SAMPLE),
        derandomize=MANY is None,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(sent=odd, instead=rubbish, status=st.sampled_from((200, 200, 400, 401, 404, 500, 503)))
    def ask(sent: OddRequest, instead: Any, status: int) -> None:
        target.chart.instead, target.chart.status = instead, status
        code, said = target.send(sent)
        assert code < 500, (code, said[:300])
        if sent.method == "POST" and sent.kind in {"call", "feedback"} and code >= 400 and said:
            assert orjson.loads(said)["resourceType"] == "OperationOutcome"
        if sent.kind == "call" and sent.target != "/cds-services/nobody" and code == 200:
            assert isinstance(orjson.loads(said)["cards"], list)

    begun = perf_counter()
    ask()
    seconds = perf_counter() - begun
    assert_well(target)
    figures = "\n".join(f"  {kind:10}{status:5}{number:8}" for (kind, status), number in sorted(target.statuses.items()))
    print(f"\n{sum(target.statuses.values())} requests in {seconds:.0f} s\n{figures}")  # noqa: T201 - what `make fuzz` tells


def assert_well(target: Target) -> None:
    """After all of it, the same worker answers as ever, nothing failed, and nobody still stands in the gate."""
    lines = [orjson.loads(line) for line in Path(target.server.folder / "err").read_text().splitlines()]
    faults = [line for line in lines if line["event"] in {"failure", "server"}]
    assert not faults, faults[:3]
    target.chart.instead = None
    answered = requests.post(target.server.url + CALL, json=request_body("second-line", TODAY), timeout=120)
    assert answered.json()["cards"]
    numbers = read_numbers(requests.get(f"{target.server.url}/metrics", timeout=120).text)
    assert numbers["her2cds_in_progress", frozenset()] == 0
    failed = {key: value for key, value in numbers.items() if key[0] == "her2cds_calls_total" and ("outcome", "500") in key[1] and value}
    assert not failed
