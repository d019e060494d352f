"""Taking a suggestion settles what it was offered for: the hook, called again, has no card of that topic."""

from __future__ import annotations

from itertools import product

import pytest

from tests.vignettes.codes import Json
from tests.vignettes.fhir_builder import ENCODINGS, Encoding
from tests.vignettes.order_answers import applied, ask_order, send, suggestions
from tests.vignettes.order_cases import ORDER_CASES, OrderCase
from tests.vignettes.order_pairs import PAIRS
from tests.vignettes.order_request import order_request

CASES: dict[str, OrderCase] = {**ORDER_CASES, **{name: pair.warns for name, pair in PAIRS.items()}}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_suggestion_taken_settles_its_card(case: OrderCase, encoding: Encoding) -> None:
    """A suggestion, applied to the drafts as an EHR does it, ends the topic it stands under.

    Where a card speaks of several orders it has a suggestion for each, which are then taken together.
    """
    body = order_request(case.hook, case.facts, case.orders, encoding)
    before = send(body, jurisdiction=case.jurisdiction)
    for card in before.cards:
        topic = card["source"]["topic"]["code"]
        for taken in choices(card):
            after = body
            for suggestion in taken:
                after = applied(suggestion, after)
            again = send(after, jurisdiction=case.jurisdiction)
            labels = [suggestion["label"] for suggestion in taken]
            assert topic not in again.topics, f"{topic} after {labels}: {again.card(topic)['summary']}"


def choices(card: Json) -> list[list[Json]]:
    """The ways to take a card's suggestions: each that creates something alone, and one for every order that is changed or removed."""
    alone, by_order = [], dict[str, list[Json]]()
    for suggestion in card.get("suggestions", []):
        action = suggestion["actions"][0]
        if action["type"] == "create":
            alone.append([suggestion])
        else:
            name = action.get("resourceId") or action["resource"]["id"]
            by_order.setdefault(name.rsplit("/", 1)[-1], []).append(suggestion)
    return alone + [list(together) for together in product(*by_order.values()) if together]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_there_are_suggestions_to_take(encoding: Encoding) -> None:
    """The test above is not empty: replacing, deleting and ordering an examination all occur."""
    kinds = {
        suggestion["actions"][0]["type"]
        for name in ("V11", "V25", "V29")
        for _, suggestion in suggestions(ask_order(ORDER_CASES[name], encoding))
    }
    assert kinds == {"update", "create", "delete"}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_epic_gets_what_epic_carries_out(encoding: Encoding) -> None:
    """Decision 33: a client that takes only create and delete is offered T-DXd as a new order instead of an update of the T-DM1 draft."""
    case = ORDER_CASES["V11"]
    body = order_request(case.hook, case.facts, case.orders, encoding)
    body["extension"] = {"com.epic.cdshooks.request.bpa-trigger-action": "18"}
    found = [suggestion["actions"][0] for _, suggestion in suggestions(send(body, jurisdiction=case.jurisdiction))]
    assert {action["type"] for action in found} <= {"create", "delete"}
    texts = [action["resource"]["medicationCodeableConcept"]["text"] for action in found if action["type"] == "create"]
    assert any("deruxtecan" in text for text in texts), found
