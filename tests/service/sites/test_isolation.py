"""What belongs to one hospital stays with it: its FHIR servers, its clinicians' acknowledged cards, its feedback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import select

from service.store.tables import FEEDBACK
from tests.service.checked_client import CALL, CheckedClient
from tests.service.fhir_client.chart_server import Chart, chart_of
from tests.service.fhir_client.hostile_server import HostileServer, serving
from tests.service.fhir_client.loopback_only import only_loopback  # noqa: F401 - a fixture
from tests.service.sites.conftest import NORTH, SOUTH, Deployment, LogLine

NORTHERN, SOUTHERN = f"/t/north{CALL}", f"/t/south{CALL}"


@pytest.fixture
def servers() -> Iterator[tuple[HostileServer, HostileServer]]:
    """The FHIR servers of both hospitals, with a patient of the same id."""
    with ExitStack() as opened:
        yield opened.enter_context(serving(Chart(chart_of()))), opened.enter_context(serving(Chart(chart_of())))


@pytest.fixture
def closing() -> Iterator[Callable[[CheckedClient], CheckedClient]]:
    """Ends the connections of a deployment with the test."""
    opened: list[CheckedClient] = []

    def note(client: CheckedClient) -> CheckedClient:
        opened.append(client)
        return client

    yield note
    for client in opened:
        for site in client._client.application.extensions["her2cds.sites"].named.values():
            if site.fhir is not None:
                site.fhir.close()


def test_each_site_asks_its_own_fhir_servers(
    deployment: Deployment, servers: Any, closing: Any, second_line: dict[str, Any], log_line: LogLine
):
    """A call that names the FHIR server of another hospital sends nothing there, whatever its token says."""
    northern, southern = servers
    common = "deadline_ms: 30000\nfhir_hosts: "
    client = closing(deployment(north=f"{NORTH}{common}{northern.origin}\n", south=f"{SOUTH}{common}[{southern.origin}]\n"))
    asked = {name: value for name, value in second_line.items() if name != "prefetch"}
    assert client.call(asked | {"fhirServer": southern.base}, path=NORTHERN).status_code == 412
    assert not southern.requests
    assert not northern.requests
    answer = client.call(asked | {"fhirServer": southern.base}, path=SOUTHERN)
    assert answer.get_json()["cards"]
    assert log_line()["fetched"]["data"]
    assert southern.requests
    assert not northern.requests


def test_a_site_without_fhir_servers_asks_none(deployment: Deployment, servers: Any, closing: Any, second_line: dict[str, Any]):
    """What one site lists is nothing to a site that lists none."""
    northern, _ = servers
    client = closing(deployment(north=f"{NORTH}fhir_hosts: {northern.origin}\n", south=SOUTH))
    asked = {name: value for name, value in second_line.items() if name != "prefetch"}
    assert client.call(asked | {"fhirServer": northern.base}, path=SOUTHERN).status_code == 412
    assert not northern.requests


def _cards(client: CheckedClient, body: dict[str, Any], path: str) -> dict[str, dict[str, Any]]:
    return {card["source"]["topic"]["code"]: card for card in client.call(body, path=path).get_json()["cards"]}


def _set_aside(client: CheckedClient, card: dict[str, Any], path: str) -> None:
    entry = {"card": card["uuid"], "outcome": "overridden", "overrideReason": {"reason": card["overrideReasons"][0]}}
    assert client.give_feedback({"feedback": [entry]}, path=path).status_code == 200


def test_the_same_patient_id_at_two_hospitals_is_not_the_same_patient(deployment: Deployment, request_of: Callable[[str], dict[str, Any]]):
    """Same ids of user and patient, same facts: what a clinician of one hospital sets aside is shown at the other."""
    client, body = deployment(), request_of("echo-overdue")
    northern, southern = _cards(client, body, NORTHERN), _cards(client, body, SOUTHERN)
    topic = "LvefMonitoringDue"
    assert northern[topic]["uuid"] != southern[topic]["uuid"]
    _set_aside(client, northern[topic], NORTHERN)
    assert topic not in _cards(client, body, NORTHERN)
    assert _cards(client, body, SOUTHERN)[topic]["uuid"] == southern[topic]["uuid"]


def test_a_card_of_one_site_is_unknown_at_another(deployment: Deployment, request_of: Callable[[str], dict[str, Any]]):
    """Feedback on a card that another hospital was shown is taken for one on somebody else's card, and sets nothing aside anywhere."""
    client, body = deployment(), request_of("echo-overdue")
    northern = _cards(client, body, NORTHERN)
    for card in northern.values():
        _set_aside(client, card, SOUTHERN)
        accepted = {"card": card["uuid"].upper(), "outcome": "accepted"}
        assert client.give_feedback({"feedback": [accepted]}, path=SOUTHERN).status_code == 200
    assert {row.topic for row in _feedback(client)} == {""}
    assert not {row.card for row in _feedback(client)} & {card["uuid"] for card in northern.values()}
    assert _cards(client, body, NORTHERN) == northern
    assert "LvefMonitoringDue" in _cards(client, body, SOUTHERN)


def test_cards_that_are_not_ours_stay_apart(deployment: Deployment):
    """The same foreign card id at two hospitals is two cards."""
    client = deployment()
    entry = {"card": "a card", "outcome": "accepted", "acceptedSuggestions": [], "outcomeTimestamp": "2026-11-20T10:00:00Z"}
    for path in (NORTHERN, SOUTHERN, SOUTHERN):
        assert client.give_feedback({"feedback": [entry]}, path=path).status_code == 200
    assert len({row.card for row in _feedback(client)}) == len(_feedback(client)) == 2


def _feedback(client: CheckedClient) -> list[Any]:
    with client.store._database.reading() as connection:
        return list(connection.execute(select(FEEDBACK.c.card, FEEDBACK.c.topic)))


def test_both_addresses_of_a_site_know_its_cards(deployment: Deployment, request_of: Callable[[str], dict[str, Any]]):
    """The uuid of a card depends on the site, not on a process or on what else is served."""
    body = request_of("echo-overdue")
    one, again = deployment(), deployment(north=NORTH, south=SOUTH, west="{}\n")
    assert _cards(one, body, NORTHERN)["LvefMonitoringDue"]["uuid"] == _cards(again, body, NORTHERN)["LvefMonitoringDue"]["uuid"]
