"""Every order warning beside its near miss, and the sessions in which an order hook keeps quiet; over HTTP and in both encodings."""

from __future__ import annotations

import pytest

from tests.vignettes.fhir_builder import ENCODINGS, Encoding
from tests.vignettes.order_answers import ask_order, send
from tests.vignettes.order_cases import SECOND_LINE, TDXD, OrderCase
from tests.vignettes.order_pairs import PAIRS, Pair
from tests.vignettes.order_request import order_request
from tests.vignettes.order_silence import SILENT_SESSIONS
from tests.vignettes.order_words import order

pytestmark = pytest.mark.parametrize("encoding", ENCODINGS)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_the_warning(pair: Pair, encoding: Encoding) -> None:
    """The one session deserves the card."""
    answer = ask_order(pair.warns, encoding)
    found = [card["indicator"] for card in answer.cards if card["source"]["topic"]["code"] == pair.topic]
    assert found == [pair.indicator], f"{pair.topic}: {found}, all: {answer.topics}\n{answer.text}"


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_the_near_miss(pair: Pair, encoding: Encoding) -> None:
    """The other session, which differs in one thing, does not."""
    answer = ask_order(pair.near_miss, encoding)
    if pair.silent:
        assert answer.cards == [], answer.text
    else:
        assert pair.topic not in answer.topics, answer.text


@pytest.mark.parametrize("case", SILENT_SESSIONS.values(), ids=SILENT_SESSIONS)
def test_silence(case: OrderCase, encoding: Encoding) -> None:
    """Nothing to say is said with no card."""
    answer = ask_order(case, encoding)
    assert answer.cards == [], answer.text


def test_no_drug_chosen_yet(encoding: Encoding) -> None:
    """The first order-select of an order pad has a MedicationRequest without a drug: silence."""
    body = order_request("order-select", SECOND_LINE, (TDXD,), encoding)
    for entry in body["context"]["draftOrders"]["entry"]:
        for member in ("medicationCodeableConcept", "medicationReference", "dosageInstruction"):
            entry["resource"].pop(member, None)
    assert send(body).cards == []


def test_nothing_selected_and_nothing_drafted(encoding: Encoding) -> None:
    """The Sandbox sends order-select without `selections` and `draftOrders` when a tab is clicked twice: silence."""
    body = order_request("order-select", SECOND_LINE, (TDXD,), encoding)
    del body["context"]["draftOrders"], body["context"]["selections"]
    assert send(body).cards == []


def test_what_is_not_selected_is_context(encoding: Encoding) -> None:
    """Drafts without a selection are no question, however wrong they are."""
    body = order_request("order-select", SECOND_LINE, (order("trastuzumab-emtansine", 5.4, "mg/kg"),), encoding)
    body["context"]["selections"] = []
    assert send(body).cards == []
