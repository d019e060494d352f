"""The service's answer to an order hook, called over HTTP, and what applying a suggestion makes of the order session."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date

from cards.response_schema import response_validator
from tests.vignettes.answers import Answer, Jurisdiction, Profile, service
from tests.vignettes.codes import Json
from tests.vignettes.facts import TODAY
from tests.vignettes.fhir_builder import Encoding
from tests.vignettes.order_cases import OrderCase
from tests.vignettes.order_request import order_request

PATHS = {"order-select": "/cds-services/her2-order-select", "order-sign": "/cds-services/her2-order-sign"}


def ask_order(case: OrderCase, encoding: Encoding, *, profile: Profile = "guideline", today: date = TODAY) -> Answer:
    """Send the case's orders with its chart and read the cards."""
    body = order_request(case.hook, case.facts, case.orders, encoding, today)
    return send(body, jurisdiction=case.jurisdiction, profile=profile, today=today)


def send(body: Json, *, jurisdiction: Jurisdiction = "US", profile: Profile = "guideline", today: date = TODAY) -> Answer:
    """Send an order hook's request as it stands; whatever comes back is valid by our own strict schema."""
    response = service(profile, jurisdiction, today).test_client().post(PATHS[body["hook"]], json=body)
    assert response.status_code == 200, response.get_data(as_text=True)
    answer = response.get_json()
    response_validator().validate(answer)
    return Answer(answer["cards"])


def suggestions(answer: Answer) -> Iterator[tuple[Json, Json]]:
    """Every suggestion with its card."""
    for card in answer.cards:
        for suggestion in card.get("suggestions", []):
            yield card, suggestion


def act(suggestion: Json) -> str:
    """What a suggestion does, in short: `delete MedicationRequest`, `update trastuzumab deruxtecan`, `create 40701008`."""
    action = suggestion["actions"][0]
    if action["type"] == "delete":
        return f"delete {action['resourceId'].split('/')[0]}"
    resource = action["resource"]
    if resource["resourceType"] == "ServiceRequest":
        return f"{action['type']} {resource['code']['coding'][0]['code']}"
    return f"{action['type']} {resource['medicationCodeableConcept']['text']}"


def applied(suggestion: Json, body: Json) -> Json:
    """The request after a clinician took the suggestion and the EHR calls the hook again.

    A delete takes the draft and its selection away, an update puts the new resource in the old one's place, a create adds a draft with
    an id of the EHR's own; a drug that was created is selected, an examination is not what is being asked about.
    """
    after = copy.deepcopy(body)
    context = after["context"]
    entries = context["draftOrders"]["entry"]
    for number, action in enumerate(suggestion["actions"], 1):
        resource = action.get("resource", {})
        name = action.get("resourceId") or f"{resource['resourceType']}/{resource.get('id', f'created-{number}')}"
        if action["type"] == "delete":
            assert any(_name(entry) == name for entry in entries), f"{name} is not among the drafts"
            entries[:] = [entry for entry in entries if _name(entry) != name]
            context["selections"] = [chosen for chosen in context.get("selections", []) if chosen != name]
        elif action["type"] == "update":
            assert any(_name(entry) == name for entry in entries), f"{name} is not among the drafts"
            entries[:] = [{**entry, "resource": resource} if _name(entry) == name else entry for entry in entries]
        else:
            entries.append({"resource": {**resource, "id": name.split("/")[1]}})
            if resource["resourceType"] == "MedicationRequest" and "selections" in context:
                context["selections"].append(name)
    if after["hook"] == "order-sign":
        context.pop("selections", None)
    return after


def _name(entry: Json) -> str:
    return f"{entry['resource']['resourceType']}/{entry['resource'].get('id')}"
