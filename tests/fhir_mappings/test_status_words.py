from __future__ import annotations

import pytest

from fhir_mappings.resources import Coding, Concept, Resource
from fhir_mappings.status_words import condition_status, plainly_spelled
from tests.fhir_mappings.resource_builders import (
    CLINICAL,
    ICD10CM,
    LVEF,
    VERIFICATION,
    case_of,
    concept,
    condition,
    observation,
    patient,
    problems_of,
    quantity,
    resource,
)

HOUSE = "urn:oid:1.2.840.114350"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Entered in Error", "entered-in-error"),
        ("ENTERED_IN_ERROR", "entered-in-error"),
        ("enteredInError", "entered-in-error"),
        ("Cancelled", "cancelled"),
        ("canceled", "cancelled"),
        ("not_done", "not-done"),
        ("In Progress", "in-progress"),
        ("final", "final"),
        ("Verified", "Verified"),
        ("", ""),
        (None, None),
    ],
)
def test_a_status_is_known_by_its_letters(written, meant):
    """Case, spaces and underscores make no other status; one that is not FHIR's stays as it is."""
    assert plainly_spelled(Resource(status=written)).status == meant


@pytest.mark.parametrize(("written", "meant"), [("Plan", "plan"), ("ORIGINAL_ORDER", "original-order"), ("order", "order"), (None, None)])
def test_an_intent_is_known_by_its_letters(written, meant):
    """The intent of an order, in the same way."""
    assert plainly_spelled(Resource(intent=written)).intent == meant


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        (Concept([Coding(VERIFICATION, "refuted")]), "refuted"),
        (Concept([Coding(HOUSE, "7"), Coding(VERIFICATION, "refuted")]), "refuted"),
        (Concept([Coding(HOUSE, "confirmed"), Coding(VERIFICATION, "entered-in-error")]), "entered-in-error"),
        (Concept([Coding(VERIFICATION, "confirmed")], "Ruled out"), "confirmed"),
        (Concept([Coding(HOUSE, "7")], "Ruled out"), "refuted"),
        (Concept([Coding(HOUSE, "7", "Refuted")]), "refuted"),
        (Concept(text="Entered in error"), "entered-in-error"),
        ("REFUTED", "refuted"),
        (Concept([Coding(HOUSE, "7X")], "Under review"), "7x"),
        (Concept(), ""),
        (None, ""),
    ],
)
def test_of_several_codes_the_standard_one_is_the_status(stated, meant):
    """Then any that is a status by its code, then the words; what is none of FHIR's is not understood."""
    assert condition_status(stated) == meant


def test_a_result_in_error_is_none_however_that_is_spelled():
    """An LVEF that was entered in error holds no therapy."""
    case = case_of(patient(), observation(LVEF, status="Entered in Error", valueQuantity=quantity(38, "%")))
    assert (case.lvef, problems_of(case)) == ((), [("erroneous", "lvef")])


def test_a_dose_that_was_not_given_is_none_however_that_is_spelled():
    """Nor is a cancelled order one."""
    drug = {"medicationCodeableConcept": concept(text="Enhertu")}
    given = resource("MedicationAdministration", status="Not Done", effectiveDateTime="2026-05-03", **drug)
    ordered = resource("MedicationRequest", status="CANCELLED", intent="order", authoredOn="2026-05-03", **drug)
    assert case_of(patient(), given, ordered).drugs == ()


@pytest.mark.parametrize("verified", [concept((HOUSE, "7"), (VERIFICATION, "refuted")), concept(text="Ruled out")])
def test_a_disease_that_was_ruled_out_is_none_whatever_stands_beside(verified):
    """Trap 30: by the standard code behind one of the house, or by words alone."""
    assert case_of(patient(), condition((ICD10CM, "J84.9"), verificationStatus=verified)).lungs == ()
    allergy = {"code": concept(text="trastuzumab"), "clinicalStatus": concept((CLINICAL, "active")), "verificationStatus": verified}
    ours = resource("AllergyIntolerance", **{name: value for name, value in allergy.items() if name != "verificationStatus"})
    ruled_out = resource("AllergyIntolerance", ident="2", **allergy)
    assert [found.source for found in case_of(patient(), ours, ruled_out).allergies] == ["AllergyIntolerance/1"]
