"""The acceptance list of the Da Vinci CRD test kit (A3 to A11) over every sample patient.

A1 is in `test_discovery`; A2 is TLS, which belongs to the proxy in front.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from service.samples import names
from tests.service.checked_client import CheckedClient


@pytest.fixture(params=names())
def answer(request: pytest.FixtureRequest, client: CheckedClient, request_of: Any) -> Any:
    """The answer to each sample patient in turn."""
    return client.call(request_of(request.param))


def cards_of(answer: Any) -> list[dict[str, Any]]:
    return answer.get_json()["cards"]


def test_a3_answers_200_and_json(answer):
    """A3: a well-formed call is answered 200 with JSON."""
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"


def test_a4_cards_is_an_array(answer):
    """A4: `cards` is there and is an array."""
    assert isinstance(cards_of(answer), list)


def test_a5_summary_indicator_source(answer):
    """A5: each card has a summary under 140 characters, a known indicator and a source."""
    for card in cards_of(answer):
        assert 0 < len(card["summary"]) < 140
        assert card["indicator"] in {"info", "warning", "critical"}
        assert isinstance(card["source"], dict)


def test_a6_source_has_label_and_topic(answer):
    """A6: the source has a label and a topic with system and code; the code has letters and digits only (EHRs key on it)."""
    for card in cards_of(answer):
        assert card["source"]["label"]
        topic = card["source"]["topic"]
        assert topic["system"] == "urn:her2-cds:topic"
        assert topic["code"].isalnum()


def test_a7_optional_members_are_never_empty(answer):
    """A7: what is optional is of its type, or absent; nothing is sent empty, at any depth."""

    def walk(value: Any) -> None:
        assert value is not None
        if isinstance(value, dict | list | str):
            assert value
        for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(member)

    for card in cards_of(answer):
        assert isinstance(card["uuid"], str)
        assert isinstance(card["detail"], str)
        walk(card)


def test_a8_suggestions_have_a_selection_behaviour(answer):
    """A8: suggestions come with a selectionBehavior."""
    for card in cards_of(answer):
        if "suggestions" in card:
            assert card["selectionBehavior"] in {"at-most-one", "any"}


def test_a9_override_reasons_are_codings(answer):
    """A9: each override reason has code, system and display."""
    for card in cards_of(answer):
        for reason in card.get("overrideReasons", ()):
            assert all(isinstance(reason[member], str) and reason[member] for member in ("code", "system", "display"))


def test_a10_links_and_source_urls_are_absolute(answer):
    """A10: links have label, type and an absolute URL; so has the source."""
    for card in cards_of(answer):
        urls = [card["source"]["url"]]
        for link in card.get("links", ()):
            assert link["label"]
            assert link["type"] in {"absolute", "smart"}
            assert link["type"] == "smart" or "appContext" not in link
            urls.append(link["url"])
        for url in urls:
            assert urlsplit(url).scheme in {"http", "https"}
            assert urlsplit(url).hostname


def test_a11_suggestions_are_complete(answer):
    """A11: suggestions have a label, their actions a known type, a description and what the type needs."""
    for card in cards_of(answer):
        for suggestion in card.get("suggestions", ()):
            assert suggestion["label"]
            for action in suggestion["actions"]:
                assert action["description"]
                assert action["resource"]["resourceType"] if action["type"] in {"create", "update"} else "/" in action["resourceId"]


def test_uuids_name_one_card_of_one_user(client, request_of):
    """Cards of an answer differ in their uuid; the same advice to the same user has the same uuid again, to another user another."""
    body = request_of("second-line")
    first, again = ([card["uuid"] for card in client.call(body).get_json()["cards"]] for _ in range(2))
    assert first == again
    assert len(set(first)) == len(first) >= 2
    colleague = body | {"context": body["context"] | {"userId": "Practitioner/sample-colleague"}}
    assert not {card["uuid"] for card in client.call(colleague).get_json()["cards"]} & set(first)


def test_source_urls_lead_to_a_rule_of_the_rule_page(answer, client):
    """Each card's source leads to an anchor that exists on the rule page."""
    page = client.get("/rules").text
    for card in cards_of(answer):
        anchor = urlsplit(card["source"]["url"]).fragment
        assert f'id="{anchor}"' in page
