"""Decision 22 from end to end: advice that a clinician has dealt with is not repeated to that clinician, until something changes."""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from service.samples import request_body
from tests.outside.ports import free_port
from tests.service.checked_client import CALL, TODAY, CheckedClient
from tests.service.client_requests import epic_request, sandbox_request
from tests.service.test_server import Running, start, wait_until_ready


@pytest.fixture
def clients(client_of: Callable[..., CheckedClient], tmp_path: Path) -> tuple[CheckedClient, CheckedClient]:
    """Two processes of one site."""
    return client_of(data=tmp_path), client_of(data=tmp_path)


def cards(client: CheckedClient, body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The cards of an answer by topic."""
    response = client.call(body, path=f"/cds-services/her2-{body['hook']}")
    assert response.status_code == 200, response.text
    return {card["source"]["topic"]["code"]: card for card in response.get_json()["cards"]}


def set_aside(client: CheckedClient, card: dict[str, Any], path: str = CALL, **members: Any) -> None:
    """Tell the service that a card was overridden, for its first reason unless told otherwise."""
    said = {"overrideReason": {"reason": card["overrideReasons"][0]}} | members
    entry = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": datetime.now(UTC).isoformat()} | said
    assert client.give_feedback({"feedback": [entry]}, path=path).status_code == 200


def test_a_card_with_a_reason_is_not_repeated(clients: tuple[CheckedClient, CheckedClient], second_line: dict[str, Any]):
    """Overridden with a reason in one process: gone in both, for this user; a colleague and the other cards are unaffected."""
    here, there = clients
    before = cards(here, second_line)
    topic, card = next((topic, card) for topic, card in before.items() if card["indicator"] != "critical")
    set_aside(here, card)
    for client in (here, there):
        assert set(cards(client, second_line)) == set(before) - {topic}
    colleague = second_line | {"context": second_line["context"] | {"userId": "Practitioner/another"}}
    assert set(cards(there, colleague)) == set(before)
    stranger = request_body("third-line", TODAY)
    assert cards(there, stranger)


def test_accepting_is_dealing_with_it(clients: tuple[CheckedClient, CheckedClient]):
    """An accepted suggestion settles its card as well."""
    here, there = clients
    body = request_body("echo-overdue", TODAY)
    card = cards(here, body)["LvefMonitoringDue"]
    set_aside(here, card, outcome="accepted", overrideReason=None, acceptedSuggestions=[{"id": card["suggestions"][0]["uuid"]}])
    assert "LvefMonitoringDue" not in cards(there, body)


def test_waving_a_card_away_is_not(clients: tuple[CheckedClient, CheckedClient], second_line: dict[str, Any]):
    """Overridden without any reason: the card comes again."""
    here, there = clients
    before = cards(here, second_line)
    for card in before.values():
        set_aside(here, card, overrideReason=None)
    assert set(cards(there, second_line)) == set(before)


def test_a_changed_fact_is_new_advice(clients: tuple[CheckedClient, CheckedClient]):
    """When a fact that the advice rests on changes, it is given again."""
    here, there = clients
    body = request_body("echo-overdue", TODAY)
    set_aside(here, cards(here, body)["LvefMonitoringDue"])
    assert "LvefMonitoringDue" not in cards(there, body)
    changed = copy.deepcopy(body)
    echos = [
        entry["resource"]
        for value in changed["prefetch"].values()
        for entry in (value or {}).get("entry", ())
        if entry["resource"]["resourceType"] == "Observation" and "jection" in str(entry["resource"].get("code"))
    ]
    assert echos
    for echo in echos:
        echo["valueQuantity"]["value"] += 1
    assert "LvefMonitoringDue" in cards(there, changed)


def test_critical_advice_is_always_given(clients: tuple[CheckedClient, CheckedClient]):
    """What may cost a life is said every time, whatever was answered."""
    here, there = clients
    body = request_body("pregnancy", TODAY)
    before = cards(here, body)
    critical = {topic for topic, card in before.items() if card["indicator"] == "critical"}
    assert critical
    for card in before.values():
        if "overrideReasons" in card:
            set_aside(here, card)
    assert critical <= set(cards(there, body))


@pytest.mark.parametrize("shape", [sandbox_request, epic_request])
def test_orders_too(clients: tuple[CheckedClient, CheckedClient], shape: Callable[..., dict[str, Any]]):
    """A warning about an order, once answered, is not repeated on the next keystroke, nor when the order is signed."""
    here, there = clients
    body = shape("order-select", "tdm1")
    set_aside(here, cards(here, body)["NonPreferredAgent"], path="/cds-services/her2-order-select")
    assert "NonPreferredAgent" not in cards(there, body)
    assert "NonPreferredAgent" not in cards(there, shape("order-sign", "tdm1"))


def test_what_is_not_shown_is_not_counted(clients: tuple[CheckedClient, CheckedClient], second_line: dict[str, Any], tmp_path: Path):
    """Only cards that are sent count as shown."""
    here, _ = clients
    topic, card = next((topic, card) for topic, card in cards(here, second_line).items() if card["indicator"] != "critical")
    set_aside(here, card)
    cards(here, second_line)
    here.store.write_waiting()
    with closing(sqlite3.connect(tmp_path / "her2-cds.sqlite")) as database, database:
        assert database.execute("SELECT sum(count) FROM shown WHERE topic = ?", [topic]).fetchone() == (1,)
    database.close()


def test_two_workers_share_feedback(tmp_path: Path, second_line: dict[str, Any]):
    """Of a running server with two workers, both know at once what one was told; what was shown is counted to the last when it stops."""
    running = start(tmp_path, free_port(), WORKERS="2")
    wait_until_ready(running)
    try:
        answers = [_uuids(running, second_line) for _ in range(20)]
        assert all(answer == answers[0] for answer in answers)
        topic = requests.post(running.url + CALL, json=second_line, timeout=120).json()["cards"][0]
        assert topic["indicator"] != "critical"
        entry = {"card": topic["uuid"], "outcome": "accepted", "outcomeTimestamp": datetime.now(UTC).isoformat()}
        assert requests.post(f"{running.url}{CALL}/feedback", json={"feedback": [entry]}, timeout=120).status_code == 200
        assert all(_uuids(running, second_line) == answers[0] - {topic["uuid"]} for _ in range(20))
    finally:
        running.process.terminate()
        running.process.wait(120)
    with closing(sqlite3.connect(tmp_path / "data" / "her2-cds.sqlite")) as database, database:
        counted = dict(database.execute("SELECT topic, sum(count) FROM shown GROUP BY topic").fetchall())
    database.close()
    assert counted[topic["source"]["topic"]["code"]] == 21
    assert sum(counted.values()) == 21 * len(answers[0]) + 20 * (len(answers[0]) - 1)


def _uuids(server: Running, body: dict[str, Any]) -> set[str]:
    """The uuids of an answer over a connection of its own, which either worker may take."""
    return {card["uuid"] for card in requests.post(server.url + CALL, json=body, timeout=120).json()["cards"]}
