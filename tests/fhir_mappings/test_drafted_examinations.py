"""Examinations drafted in the same session as the order (decision 23)."""

from __future__ import annotations

import pytest

from fhir_mappings.orders.drafted_examinations import read_drafted_examinations

ECHO = {
    "resourceType": "ServiceRequest",
    "id": "echo",
    "status": "draft",
    "intent": "order",
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "40701008"}]},
}
DRUG = {"resourceType": "MedicationRequest", "id": "drug", "status": "draft", "intent": "order"}


@pytest.mark.parametrize(
    "drafts",
    [
        {"resourceType": "Bundle", "entry": [{"resource": DRUG}, {"resource": ECHO}]},
        {"entry": [{"resource": ECHO}]},
        {"entry": {"resource": ECHO}},
        [DRUG, ECHO],
        [{"resource": ECHO}],
        [{"resourceType": "Bundle", "entry": [{"resource": ECHO}]}],
        ECHO,
    ],
    ids=["bundle", "no type", "one entry", "list", "entries", "bundles", "alone"],
)
def test_decision_23_a_drafted_echo_is_read_in_every_shape_in_which_a_drug_is(drafts):
    """However an EHR sends its drafts; one without a subject is the patient's."""
    reading = read_drafted_examinations({"draftOrders": drafts}, "p")
    assert [entry.resource.id for entry in reading.entries] == ["echo"]
    assert reading.entries[0].resource.subject is not None


@pytest.mark.parametrize("drafts", [None, [], {}, "ServiceRequest", 5, [None, 5, {"resource": 7}], DRUG])
def test_drafts_without_an_examination_are_none(drafts):
    """Nothing is read, and nothing raises."""
    assert read_drafted_examinations({"draftOrders": drafts}, "p").entries == ()
