"""The same patient gets the same advice, whichever EHR sends the request."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.service.checked_client import CheckedClient
from tests.service.vendors.as_sent import CALLS, EPIC_SERVER, VENDORS, as_epic, as_sandbox, drafts, sample

Json = dict[str, Any]
Clients = Callable[..., CheckedClient]

EACH_CALL = pytest.mark.parametrize(("vendor", "name"), CALLS)


def cards_for(client: CheckedClient, body: Json) -> list[Json]:
    """The cards that a request is answered with."""
    response = client.call(body, path=f"/cds-services/her2-{body['hook']}")
    assert response.status_code == 200, response.text
    found: list[Json] = response.get_json()["cards"]
    return found


def advised(card: Json) -> Json:
    """What a card advises and on which facts: all but the ids of the resources, and how it is offered and written."""
    advice = card["extension"]["dev.her2cds.advice"]
    facts = [{name: member for name, member in fact.items() if name != "source"} for fact in advice.get("facts", ())]
    return {name: card[name] for name in ("summary", "indicator", "source")} | {"advice": advice | {"facts": facts}}


@EACH_CALL
def test_same_advice(client: CheckedClient, vendor: str, name: str) -> None:
    """Each sample, sent as each client sends it, gets the advice of the plain request: words, urgency, rules, facts."""
    plain, (as_sent, _, _) = sample(name), VENDORS[vendor]
    expected = cards_for(client, plain)
    assert [advised(card) for card in cards_for(client, as_sent(plain))] == [advised(card) for card in expected]


@EACH_CALL
def test_same_advice_by_setting(client: CheckedClient, client_of: Clients, vendor: str, name: str) -> None:
    """Naming the client in the settings changes how advice is offered, never what is advised."""
    plain, (as_sent, setting, _) = sample(name), VENDORS[vendor]
    expected = cards_for(client, plain)
    assert [advised(card) for card in cards_for(client_of(client=setting), as_sent(plain))] == [advised(card) for card in expected]


def test_the_samples_are_worth_it(client: CheckedClient) -> None:
    """The comparison is about cards, with suggestions among them, for charts and orders of every client."""
    for vendor, (as_sent, _, hooks) in VENDORS.items():
        cards = {hook: [] for hook in hooks}
        for name in (name for caller, name in CALLS if caller == vendor):
            body = as_sent(sample(name))
            cards[body["hook"]] += cards_for(client, body)
        assert all(cards.values()), vendor
        assert any("suggestions" in card for found in cards.values() for card in found), vendor


@EACH_CALL
def test_what_is_suggested_is_valid_fhir_about_this_call(client_of: Clients, vendor: str, name: str) -> None:
    """Whoever asks: created and changed resources are valid R4 about this patient; changed and removed ones are drafts of the call."""
    as_sent, setting, _ = VENDORS[vendor]
    body = as_sent(sample(name))
    sent = copy.deepcopy(body)
    known = {f"{draft['resourceType']}/{draft['id']}" for draft in drafts(body)}
    for card in cards_for(client_of(client=setting), body):
        for suggestion in card.get("suggestions", ()):
            (action,) = suggestion["actions"]
            if action["type"] == "delete":
                assert action["resourceId"] in known
                continue
            resource = action["resource"]
            get_fhir_model_class(resource["resourceType"]).model_validate(resource)
            assert resource["subject"]["reference"].removeprefix(f"{EPIC_SERVER}/") == f"Patient/{sent['context']['patientId']}"
            assert action["type"] == "create" or f"{resource['resourceType']}/{resource['id']}" in known


@pytest.mark.parametrize("as_sent", [as_epic, as_sandbox])
@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_before_a_drug_is_chosen(client: CheckedClient, as_sent: Callable[[Json], Json], hook: str) -> None:
    """The first order-select comes before a drug is chosen: no card, and no failure."""
    body = as_sent(sample("order-tdm1")) | {"hook": hook}
    for draft in drafts(body):
        for member in [member for member in draft if member.startswith("medication") or member == "dosageInstruction"]:
            del draft[member]
    assert cards_for(client, body) == []


@pytest.mark.parametrize("members", [("draftOrders",), ("selections",), ("draftOrders", "selections")])
def test_the_sandbox_may_send_no_orders_at_all(client: CheckedClient, members: tuple[str, ...]) -> None:
    """Its tab "Rx View", clicked again, sends order-select without `selections` and `draftOrders`: 200 and no card."""
    body = as_sandbox(sample("order-tdm1"))
    for member in members:
        del body["context"][member]
    assert cards_for(client, body) == []


def test_epic_may_say_the_dose_at_the_top_of_the_order(client: CheckedClient) -> None:
    """A dose that stands at the top of the order, in no dosage, is judged like any other."""
    body = as_epic(sample("order-reescalation"))
    (order, *_) = drafts(body)
    order["doseQuantity"] = order.pop("dosageInstruction")[0]["doseQuantity"]
    assert [(card["source"]["topic"]["code"], card["indicator"]) for card in cards_for(client, body)] == [("DoseCheck", "critical")]


@pytest.mark.parametrize("key", ["medicationRequests", "heart", "allergies", "intake"])
def test_a_key_that_failed_is_left_out(client: CheckedClient, key: str) -> None:
    """The Sandbox leaves out a key whose query failed: the answer goes on without it."""
    body = as_sandbox(sample("second-line"))
    body["prefetch"].pop(key, None)
    assert cards_for(client, body)


def test_epic_references_name_the_patient_by_address_or_by_id(client: CheckedClient) -> None:
    """Epic's absolute references name the patient of the call; those of another patient are not used, however they are written."""
    body = as_epic(sample("second-line"))
    own = f"{EPIC_SERVER}/Patient/{body['context']['patientId']}"
    moved = copy.deepcopy(body)
    for bundle in moved["prefetch"].values():
        for entry in bundle.get("entry", ()):
            for member in ("subject", "patient"):
                if isinstance(entry["resource"].get(member), dict) and entry["resource"][member]["reference"] == own:
                    entry["resource"][member]["reference"] = f"{EPIC_SERVER}/Patient/eSomebodyElse3"
    assert cards_for(client, body)
    assert cards_for(client, moved) == []
