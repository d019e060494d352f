"""Draft orders as EHRs send them, and contexts and findings to suggest something about them."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

from cards.context import CardContext
from cards.render import render_cards
from guideline.advice import Finding, Suggestion
from tests.cards.advice_builders import PUBLIC_URL, advice, finding

TODAY = date(2026, 11, 20)
TDXD = "trastuzumab-deruxtecan"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}

#: A whole and valid order, with everything in it that is about the drug.
PLAIN: dict[str, Any] = {
    "resourceType": "MedicationRequest",
    "id": "order-1",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Trastuzumab emtansine 3.6 mg/kg</div>'},
    "identifier": [{"system": "urn:example:orders", "value": "77"}],
    "status": "draft",
    "intent": "order",
    "category": [{"text": "Chemotherapy"}],
    "medicationCodeableConcept": {
        "coding": [{"system": RXNORM, "code": "1371041", "display": "ado-trastuzumab emtansine"}],
        "text": "trastuzumab emtansine (T-DM1)",
    },
    "subject": {"reference": "Patient/p1"},
    "encounter": {"reference": "Encounter/e1"},
    "authoredOn": "2026-11-19",
    "requester": {"reference": "Practitioner/d9"},
    "reasonCode": [{"text": "Metastatic breast cancer"}],
    "note": [{"text": "Cycle 1"}],
    "dosageInstruction": [{"text": "3.6 mg/kg IV", "doseAndRate": [{"doseQuantity": {"value": 3.6, "unit": "mg/kg"}}]}],
    "dispenseRequest": {
        "quantity": {"value": 240, "unit": "mg"},
        "numberOfRepeatsAllowed": 3,
        "performer": {"reference": "Organization/o1"},
    },
    "substitution": {"allowedBoolean": False},
}

#: The CDS Hooks Sandbox: no intent, the category as an object.
SANDBOX: dict[str, Any] = {
    "resourceType": "MedicationRequest",
    "id": "request-123",
    "status": "draft",
    "category": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/medicationrequest-category", "code": "outpatient"}]},
    "subject": {"reference": "Patient/p1"},
    "authoredOn": "2026-11-20",
    "dosageInstruction": [{"doseAndRate": [{"doseQuantity": {"value": 1}}], "timing": {"repeat": {"frequency": 1}}}],
    "medicationCodeableConcept": {"text": "Kadcyla", "coding": [{"display": "Kadcyla", "system": RXNORM, "code": "1371046"}]},
}

#: Epic: absolute references, the drug by reference with a display only, a dose at the top level, nobody who ordered, empty members.
EPIC: dict[str, Any] = {
    "resourceType": "MedicationRequest",
    "id": "eBq-9.x",
    "identifier": [],
    "status": "draft",
    "intent": "",
    "category": {"coding": [{"code": "outpatient", "display": None}], "text": "Outpatient"},
    "medicationReference": {"reference": "https://ehr.example.org/FHIR/R4/Medication/m1", "display": "ado-trastuzumab emtansine 100 mg"},
    "doseQuantity": {"value": 180, "unit": "mg"},
    "subject": {"reference": "https://ehr.example.org/FHIR/R4/Patient/p1", "display": ""},
    "requester": ABSENT,
    "reasonCode": {"text": "Breast cancer"},
    "note": {},
}

#: The drug as a contained Medication with its maker, beside a contained practitioner who stays.
CONTAINED: dict[str, Any] = {
    "resourceType": "MedicationRequest",
    "id": "order-2",
    "contained": [
        {
            "resourceType": "Medication",
            "id": "med",
            "code": {"text": "T-DM1"},
            "manufacturer": {"reference": "#maker"},
        },
        {"resourceType": "Organization", "id": "maker", "name": "Maker"},
        {"resourceType": "Practitioner", "id": "doc", "name": [{"family": "Doe"}]},
    ],
    "status": "draft",
    "intent": "plan",
    "medicationReference": {"reference": "#med"},
    "subject": {"reference": "Patient/p1"},
    "recorder": {"reference": "#doc"},
}

DRAFTS = {"plain": PLAIN, "sandbox": SANDBOX, "epic": EPIC, "contained": CONTAINED}


def reference(draft: dict[str, Any]) -> str:
    return f"{draft['resourceType']}/{draft['id']}"


def context(*drafts: dict[str, Any], **members: Any) -> CardContext:
    """The call of a practitioner about patient p1."""
    sent = {reference(draft): copy.deepcopy(draft) for draft in drafts}
    return CardContext(**{"today": TODAY, "patient_id": "p1", "user_id": "Practitioner/d1", "drafts": sent, **members})


def non_preferred(order: str, drug: str = TDXD, *, recommended: bool = False) -> Finding:
    return finding("NonPreferredAgent", suggestions=(Suggestion("replace", drug, order, recommended),))


def unsafe(order: str, drug: str = "trastuzumab-emtansine") -> Finding:
    return finding("ProductMixUp", "critical", suggestions=(Suggestion("delete", drug, order),))


def cards_for(given: CardContext | None, *findings: Finding) -> list[dict[str, Any]]:
    return render_cards(advice(*findings), public_url=PUBLIC_URL, context=given)


def suggestions_of(given: CardContext | None, *findings: Finding) -> list[dict[str, Any]]:
    """All suggestions of the cards about these findings."""
    return [suggestion for card in cards_for(given, *findings) for suggestion in card.get("suggestions", ())]


def action_of(given: CardContext | None, *findings: Finding) -> dict[str, Any]:
    """The one action of the one suggestion about these findings."""
    (suggestion,) = suggestions_of(given, *findings)
    (action,) = suggestion["actions"]
    found: dict[str, Any] = action
    return found
