"""Which Medications of a record are still to be read."""

from __future__ import annotations

import json
from typing import Any

from fhir_mappings.medications.medication_references import MOST, open_references
from fhir_mappings.reading import Reading, read_document

BASE = "https://fhir.example.org/r4"


def order(reference: str, day: str = "2026-01-01", **members: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": f"o-{abs(hash((reference, day)))}",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/1"},
        "authoredOn": day,
        "medicationReference": {"reference": reference},
    } | members


def reading_of(*resources: dict[str, Any], full_urls: tuple[str | None, ...] = ()) -> Reading:
    urls = (*full_urls, *[None] * len(resources))
    entries = [{"resource": resource} | ({"fullUrl": url} if url else {}) for resource, url in zip(resources, urls, strict=False)]
    return read_document(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()).reading


def test_a_medication_that_nobody_sent_is_named_once():
    """Relative, versioned and absolute references to the same Medication are one; newest orders come first."""
    reading = reading_of(
        order("Medication/a", "2024-01-01"),
        order("Medication/b", "2026-05-01"),
        order(f"{BASE}/Medication/a", "2025-01-01"),
        order("Medication/a/_history/2", "2025-02-01"),
    )
    assert open_references(reading, {}, BASE) == ("Medication/b", "Medication/a")


def test_one_that_came_along_is_not():
    """As a resource of its own by id or by the address of its entry, contained in the order, or with the code in the order itself."""
    medication = {"resourceType": "Medication", "id": "a", "code": {"text": "trastuzumab"}}
    other = {"resourceType": "Medication", "id": "b", "code": {"text": "pertuzumab"}}
    reading = reading_of(
        medication,
        other,
        order("Medication/a"),
        order("urn:uuid:0a1b"),
        order("#c"),
        order("Medication/d", medicationCodeableConcept={"text": "tucatinib"}),
        full_urls=(None, "urn:uuid:0a1b"),
    )
    assert open_references(reading, {}, BASE) == ()


def test_another_server_and_other_addresses_are_left_alone():
    """Nobody is asked for what lies elsewhere, and no reference becomes an address of its own making."""
    odd = (
        "https://evil.example/Medication/a",
        "Medication/../../admin",
        "Medication/a?x=1",
        "Medication/",
        "Group/1",
        "",
        "Medication/" + "a" * 300,
    )
    assert open_references(reading_of(*(order(reference) for reference in odd)), {}, BASE) == ()


def test_ids_as_long_as_real_ehrs_make_them():
    """Two hundred characters with dots and hyphens are an id."""
    long = "eR.x-" * 40
    assert open_references(reading_of(order(f"Medication/{long}")), {}, BASE) == (f"Medication/{long}",)


def test_drafts_count_too_and_come_first():
    """The order being written is what the answer is about."""
    draft = {"resourceType": "MedicationRequest", "id": "d", "medicationReference": {"reference": "Medication/x"}}
    context = {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft}]}}
    assert open_references(reading_of(order("Medication/a")), context, BASE) == ("Medication/x", "Medication/a")


def test_a_medication_among_the_drafts_is_there_already():
    """Epic sends Medications as entries beside the orders."""
    draft = {"resourceType": "MedicationRequest", "id": "d", "medicationReference": {"reference": "Medication/x"}}
    beside = {"resourceType": "Medication", "id": "x", "code": {"text": "capecitabine"}}
    context = {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft}, {"resource": beside}]}}
    assert open_references(reading_of(), context, BASE) == ()


def test_their_number_has_an_end():
    """A server that sends thousands of orders does not make thousands of requests."""
    reading = reading_of(*(order(f"Medication/{number}") for number in range(MOST + 20)))
    assert len(open_references(reading, {}, BASE)) == MOST
