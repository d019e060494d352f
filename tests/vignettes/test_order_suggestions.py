"""Taking a suggestion settles what it was offered for: the hook, called again, has no card of that topic."""

from __future__ import annotations

import pytest

from tests.vignettes.fhir_builder import ENCODINGS, Encoding
from tests.vignettes.order_answers import applied, ask_order, send, suggestions
from tests.vignettes.order_cases import ORDER_CASES, OrderCase
from tests.vignettes.order_pairs import PAIRS
from tests.vignettes.order_request import order_request

CASES: dict[str, OrderCase] = {**ORDER_CASES, **{name: pair.warns for name, pair in PAIRS.items()}}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_suggestion_taken_settles_its_card(case: OrderCase, encoding: Encoding) -> None:
    """Each suggestion alone, applied to the drafts as an EHR does it, ends the topic it stands under."""
    body = order_request(case.hook, case.facts, case.orders, encoding)
    before = send(body, jurisdiction=case.jurisdiction)
    for card, suggestion in suggestions(before):
        topic = card["source"]["topic"]["code"]
        after = send(applied(suggestion, body), jurisdiction=case.jurisdiction)
        assert topic not in after.topics, f"{suggestion['label']}: {after.card(topic)['summary']}"


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
