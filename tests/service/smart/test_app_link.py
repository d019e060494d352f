"""The link to the app on a card."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.service.checked_client import CheckedClient

EHR = "https://ehr.example.org/fhir"
CLIENTS = {"smart_clients": f"{EHR} her2-cds", "public_url": "https://cds.example.org"}


def links(client: CheckedClient, request: dict[str, Any]) -> list[Any]:
    cards = client.call(request).get_json()["cards"]
    assert cards
    return [card.get("links") for card in cards]


def test_cards_lead_to_the_app(client_of: Callable[..., CheckedClient], second_line: dict[str, Any]):
    """Every card of an EHR that may launch the app links to it, and tells it what the card was about and in which call."""
    client = client_of(**CLIENTS)
    body = second_line | {"fhirServer": f"{EHR}/"}
    cards = client.call(body).get_json()["cards"]
    for card in cards:
        (link,) = card["links"]
        assert (link["type"], link["url"]) == ("smart", "https://cds.example.org/smart/launch")
        assert json.loads(link["appContext"]) == {"topic": card["source"]["topic"]["code"], "hookInstance": body["hookInstance"]}
    assert "patient" not in json.dumps([card["links"] for card in cards]).lower()


@pytest.mark.parametrize("server", [None, "https://other.example.org/fhir", "https://ehr.example.org/other", 7])
def test_others_get_no_link(client_of: Callable[..., CheckedClient], second_line: dict[str, Any], server: Any):
    """An EHR that may not launch the app, or does not say which it is, gets cards without links: they would lead to a refusal."""
    request = second_line | ({"fhirServer": server} if isinstance(server, str) else {})
    assert not any(links(client_of(**CLIENTS), request))


def test_a_site_without_the_app(client: CheckedClient, second_line: dict[str, Any]):
    """Where no EHR is listed no card has a link."""
    assert not any(links(client, second_line | {"fhirServer": EHR}))


def test_a_long_id_of_a_call_is_left_out(client_of: Callable[..., CheckedClient], second_line: dict[str, Any]):
    """What a client sends as the id of its call is passed on only where it can be one."""
    (first, *_) = links(client_of(**CLIENTS), second_line | {"fhirServer": EHR, "hookInstance": "x" * 101})
    assert "hookInstance" not in json.loads(first[0]["appContext"])
