"""What can be ordered in the demo EHR."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from cards.strict_fhir import is_valid
from service.demo.order_entry import Orderable, order_groups
from service.demo.situations import LISTED
from tests.service.demo.visits import USER, session_token

ORDERS = {order.id: order for group in order_groups() for order in group.orders}


def _select(demo: FlaskClient, sample: str, order: Orderable) -> list[dict[str, Any]]:
    """The cards at the moment an order is picked on a chart."""
    patient = f"sample-{sample}"
    headers = session_token(demo, patient)
    service = next(one for one in demo.get("/cds-services").get_json()["services"] if one["hook"] == "order-select")
    prefetch = {
        key: demo.get(f"/demo/fhir/{query.replace('{{context.patientId}}', patient)}", headers=headers).get_json()
        for key, query in service["prefetch"].items()
    }
    drafts = [
        resource | {"id": f"draft-{place}", "subject": {"reference": f"Patient/{patient}"}}
        for place, resource in enumerate(order.resources, 1)
    ]
    context = {
        "userId": USER,
        "patientId": patient,
        "selections": [f"MedicationRequest/{draft['id']}" for draft in drafts],
        "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": draft} for draft in drafts]},
    }
    body = {"hook": "order-select", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context, "prefetch": prefetch}
    cards: list[dict[str, Any]] = demo.post(f"/cds-services/{service['id']}", json=body).get_json()["cards"]
    return cards


@pytest.mark.parametrize("order", ORDERS.values(), ids=lambda order: order.id)
def test_orders_are_valid_fhir(order: Orderable):
    """Each order, with a patient, fits the FHIR R4 model, names its drug by code, and has a dose that can be changed."""
    for resource in order.resources:
        assert is_valid(resource | {"id": "draft-1", "subject": {"reference": "Patient/1"}})
        assert resource["medicationCodeableConcept"]["coding"][0]["code"]
        assert all("doseQuantity" in dosage["doseAndRate"][0] for dosage in resource["dosageInstruction"])
        assert resource["dosageInstruction"]


@pytest.mark.parametrize("patient", LISTED.values(), ids=lambda patient: patient.sample)
def test_the_drug_to_try_is_warned_about(demo: FlaskClient, patient: Any):
    """What the page invites to order leads to a warning, for every patient."""
    cards = _select(demo, patient.sample, ORDERS[patient.try_drug])
    assert {card["indicator"] for card in cards} & {"warning", "critical"}


def test_first_of_all_an_order_with_a_better_one(demo: FlaskClient):
    """The chart that is shown first has the order whose card offers to change it."""
    (card,) = _select(demo, "second-line", ORDERS["trastuzumab-emtansine"])
    assert card["suggestions"][0]["actions"][0]["type"] == "update"


def test_what_fits_is_not_warned_about(demo: FlaskClient):
    """The recommended regimen is ordered without a warning, and an antibiotic without a card."""
    thp = _select(demo, "first-line", ORDERS["trastuzumab+pertuzumab+docetaxel"])
    assert {card["indicator"] for card in thp} <= {"info"}
    assert _select(demo, "second-line", ORDERS["amoxicillin"]) == []
