"""What an answer offers keeps to what the EHR does with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.service.checked_client import CheckedClient
from tests.service.vendors.as_sent import ORDERS, SAMPLES, VENDORS, as_epic, sample
from tests.service.vendors.test_same_advice import cards_for

Json = dict[str, Any]
Clients = Callable[..., CheckedClient]

CONTENT_TYPE = "com.epic.cdshooks.card.detail.content-type"
EACH_SAMPLE = pytest.mark.parametrize("name", SAMPLES)

#: What only markdown writes: bold marks, escaped characters, entities.
_MARKDOWN = re.compile(r"\*\*|\\[!-/:-@\[-`{-~]|&(?:lt|gt|amp);")


def actions(cards: list[Json]) -> Iterator[Json]:
    """Every action of the suggestions of these cards."""
    for card in cards:
        for suggestion in card.get("suggestions", ()):
            yield from suggestion["actions"]


@EACH_SAMPLE
def test_epic(client: CheckedClient, name: str) -> None:
    """Epic, known by its request: `any`, one described action each, no update, no link, static topics, plain text that says so."""
    for card in cards_for(client, as_epic(sample(name))):
        assert re.fullmatch("[A-Za-z0-9]{1,100}", card["source"]["topic"]["code"])
        assert "links" not in card
        assert card["extension"][CONTENT_TYPE] == "text/plain"
        assert not _MARKDOWN.search(card["detail"])
        assert card.get("selectionBehavior", "any") == "any"
        for suggestion in card.get("suggestions", ()):
            (action,) = suggestion["actions"]
            assert suggestion["label"]
            assert action["description"]
            assert action["type"] in {"create", "delete"}


def test_epic_gets_another_drug_as_two_suggestions(client: CheckedClient) -> None:
    """T-DM1 where T-DXd is preferred: Epic can file T-DXd, known by its OID code, and remove T-DM1, each at one click."""
    created, removed = actions(cards_for(client, as_epic(sample("order-tdm1"))))
    codings = created["resource"]["medicationCodeableConcept"]["coding"]
    assert (codings[0]["system"], created["type"], removed["type"]) == ("urn:oid:2.16.840.1.113883.6.88", "create", "delete")
    assert created["description"].startswith("Order trastuzumab deruxtecan 5.4 mg/kg IV every 3 weeks, and remove the order for ")


@EACH_SAMPLE
def test_plain_text_says_what_markdown_says(client_of: Clients, name: str) -> None:
    """The detail as plain text has the words of the markdown, line by line."""
    plain, markdown = (cards_for(client_of(detail=form), sample(name)) for form in ("plain", "markdown"))
    for one, other in zip(plain, markdown, strict=True):
        assert CONTENT_TYPE in one["extension"]
        assert CONTENT_TYPE not in other["extension"]
        words = [re.findall(r"\w+", re.sub("&(lt|gt|amp);", "", line)) for line in other["detail"].splitlines()]
        assert [re.findall(r"\w+", line) for line in one["detail"].splitlines()] == words


def test_a_site_may_choose_markdown_for_epic(client_of: Clients) -> None:
    """A site whose Epic shows markdown well gets it, with nothing else changed."""
    client = client_of(detail="markdown")
    treatment, *_ = cards_for(client, as_epic(sample("second-line")))
    assert "**" in treatment["detail"]
    card, *_ = cards_for(client, as_epic(sample("order-tdm1")))
    assert CONTENT_TYPE not in {**treatment["extension"], **card["extension"]}
    assert [action["type"] for action in actions([card])] == ["create", "delete"]


@EACH_SAMPLE
def test_oracle_health(client_of: Clients, name: str) -> None:
    """Oracle Health shows texts and links: what others do at one click stands in the text."""
    offered = list(actions(cards_for(client_of(client="generic"), sample(name))))
    cards = cards_for(client_of(client="oracle-health"), sample(name))
    assert not any({"suggestions", "selectionBehavior", "links"} & card.keys() for card in cards)
    assert sum(card["detail"].count("**By hand**") for card in cards) <= len(offered)
    assert any("**By hand**" in card["detail"] for card in cards) >= bool(offered)


@EACH_SAMPLE
def test_athenahealth(client_of: Clients, name: str) -> None:
    """An EHR that takes the suggestions of a card for alternatives is told so, and the card tells the user where there are several."""
    for card in cards_for(client_of(client="athenahealth"), sample(name)):
        if "suggestions" in card:
            assert card["selectionBehavior"] == "at-most-one"
            drafts = {str(action.get("resourceId") or action["resource"].get("id")) for action in actions([card])}
            alternatives = len(card["suggestions"]) == 1 or (len(drafts) == 1 and drafts != {"None"})
            assert alternatives or "Only one of the suggestions can be taken here" in card["detail"]


@EACH_SAMPLE
def test_everybody_else(client_of: Clients, name: str) -> None:
    """A client of which nothing is known gets what the specification has; a drug is changed in place where the order is a draft."""
    body = VENDORS["Sandbox"][0](sample(name))
    for card in cards_for(client_of(), body):
        assert CONTENT_TYPE not in card["extension"]
        assert "links" not in card
    if name == "order-tdm1":
        assert [action["type"] for action in actions(cards_for(client_of(), body))] == ["update"]


@pytest.mark.parametrize("name", ORDERS)
def test_a_site_may_turn_all_of_it_off(client_of: Clients, name: str) -> None:
    """`generic` gives the specification's answer even to a request of Epic."""
    found = cards_for(client_of(client="generic"), as_epic(sample(name)))
    assert found
    assert all(CONTENT_TYPE not in card["extension"] for card in found)
