"""Many calls at once while the FHIR server takes its time: what is answered. How fast is measured by `bench.behind_fhir`."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

import pytest

from service.app import create_app
from service.samples import request_body
from tests.service.checked_client import CALL, TODAY, CheckedClient, site, without_uuids
from tests.service.fhir_client.asking import SAMPLE
from tests.service.fhir_client.chart_server import Chart, chart_of
from tests.service.fhir_client.hostile_server import Behaviour, serving
from tests.service.fhir_client.loopback_only import only_loopback  # noqa: F401 - a fixture

CALLS = 40
DEADLINE = 0.4
#: How long the server is silent that is too slow, and how long a crowd may take: far less than that, on any machine.
SILENCE = 60.0
LONGEST = 20.0
REQUIRED = ("patient", "conditions", "receptors")


def crowd(base: str, sent: tuple[str, ...], deadline: float) -> tuple[Counter[int], list[list[Any]], float]:
    """Statuses, cards and the longest time of as many calls at once."""
    body = request_body(SAMPLE, TODAY) | {"fhirServer": base}
    body["prefetch"] = {key: body["prefetch"][key] for key in sent}
    origin = base.removesuffix("/fhir")
    app = create_app(site(fhir_hosts=origin, deadline_ms=round(deadline * 1000)))

    def call(_: int) -> tuple[int, list[Any], float]:
        start = time.monotonic()
        response = CheckedClient(app.test_client()).call(body, CALL)
        return response.status_code, response.get_json().get("cards", []), time.monotonic() - start

    with ThreadPoolExecutor(CALLS) as callers:
        answers = list(callers.map(call, range(CALLS)))
    return Counter(status for status, _, _ in answers), [cards for _, cards, _ in answers], max(taken for _, _, taken in answers)


def slow(seconds: float) -> Behaviour:
    """The sample's chart, behind a server that takes so long for each answer."""
    chart = Chart(chart_of(SAMPLE))
    return lambda request: chain((seconds,), chart(request))


@pytest.mark.parametrize("sent", [(), REQUIRED], ids=["by token alone", "required kinds sent"])
def test_a_server_that_takes_its_time_is_waited_for_side_by_side(sent: tuple[str, ...]):
    """Forty calls at once, each answer 150 ms late: with time enough every call gets the very same cards."""
    with serving(slow(0.15)) as server:
        statuses, cards, _ = crowd(server.base, sent, deadline=30)
    assert statuses == {200: CALLS}
    assert cards[0]
    assert all(without_uuids(one) == without_uuids(cards[0]) for one in cards)


@pytest.mark.parametrize(("sent", "status"), [((), 412), (REQUIRED, 200)], ids=["by token alone", "required kinds sent"])
def test_a_server_that_is_too_slow_is_not_waited_for(sent: tuple[str, ...], status: int):
    """A minute an answer: at the deadline each call is answered from what there is, or says which kinds are missing."""
    with serving(slow(SILENCE)) as server:
        statuses, cards, longest = crowd(server.base, sent, deadline=DEADLINE)
    assert statuses == {status: CALLS}
    assert all(cards) is (status == 200)
    assert longest < LONGEST
