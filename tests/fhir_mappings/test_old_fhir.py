"""STU3, DSTU2 and R5 are recognised by their shape and named; what is R4 or R4B is never taken for another version."""

from __future__ import annotations

import json

import pytest

from fhir_mappings.reading import Reading, read_value
from service.samples import names, request_body
from tests.fhir_mappings.resource_builders import (
    BREAST_CANCER,
    IHC,
    POSITIVE,
    SUBJECT,
    TODAY,
    TRASTUZUMAB,
    Json,
    administration,
    case_of,
    concept,
    condition,
    observation,
    order,
    patient,
    resource,
    statement,
)

WARD = {"reference": "Encounter/e1"}
DOCTOR = {"reference": "Practitioner/1", "display": "Dr. Agent"}


def read(*resources: Json) -> Reading:
    return read_value(json.dumps(resources).encode())


def of_patient(resource: Json) -> Json:
    """A resource that names its patient as DSTU2 does."""
    return {**{name: member for name, member in resource.items() if name != "subject"}, "patient": SUBJECT}


def allergy(**members: object) -> Json:
    return {"resourceType": "AllergyIntolerance", "id": "1", "patient": SUBJECT, "code": concept(text="docetaxel"), **members}


def procedure(**members: object) -> Json:
    return {"resourceType": "Procedure", "id": "1", "subject": SUBJECT, "status": "completed", "code": concept(text="x"), **members}


def answers(**members: object) -> Json:
    form = "urn:her2-cds:questionnaire:her2-intake"
    return {"resourceType": "QuestionnaireResponse", "id": "1", "subject": SUBJECT, "status": "completed", "questionnaire": form, **members}


OLD: dict[str, tuple[Json, str]] = {
    "Patient, an animal": (patient(animal={"species": concept(text="dog")}), "patient"),
    "Condition, plain clinicalStatus": (condition(BREAST_CANCER, clinicalStatus="active"), "diagnosis"),
    "Condition, plain verificationStatus": (condition(BREAST_CANCER, verificationStatus="confirmed"), "diagnosis"),
    "Condition, context": (condition(BREAST_CANCER, context=WARD), "diagnosis"),
    "Condition, patient": (of_patient(condition(BREAST_CANCER)), "diagnosis"),
    "MedicationStatement, taken": (statement(TRASTUZUMAB, taken="n"), "therapy"),
    "MedicationStatement, wasNotTaken": (statement(TRASTUZUMAB, wasNotTaken=False), "therapy"),
    "MedicationStatement, patient": (of_patient(statement(TRASTUZUMAB)), "therapy"),
    "MedicationRequest, context": (order(TRASTUZUMAB, context=WARD), "therapy"),
    "MedicationRequest, requester.agent": (order(TRASTUZUMAB, requester={"agent": DOCTOR}), "therapy"),
    "MedicationRequest, definition": (order(TRASTUZUMAB, definition=[{"reference": "PlanDefinition/1"}]), "therapy"),
    "MedicationAdministration, notGiven": (administration(TRASTUZUMAB, notGiven=True), "therapy"),
    "MedicationAdministration, wasNotGiven": (administration(TRASTUZUMAB, wasNotGiven=True), "therapy"),
    "MedicationAdministration, prescription": (administration(TRASTUZUMAB, prescription={"reference": "MedicationRequest/1"}), "therapy"),
    "MedicationAdministration, patient": (of_patient(administration(TRASTUZUMAB)), "therapy"),
    "Medication, isBrand": ({"resourceType": "Medication", "id": "1", "isBrand": False, "code": concept(TRASTUZUMAB)}, "therapy"),
    "Procedure, notDone": (procedure(notDone=False), "procedure"),
    "Procedure, notPerformed": (procedure(notPerformed=True), "procedure"),
    "Procedure, context": (procedure(context=WARD), "procedure"),
    "Procedure, definition": (procedure(definition=[{"reference": "PlanDefinition/1"}]), "procedure"),
    "AllergyIntolerance, plain status": (allergy(verificationStatus="confirmed"), "allergy"),
    "AllergyIntolerance, DSTU2 status": (allergy(status="active"), "allergy"),
    "AllergyIntolerance, substance": (allergy(substance=concept(text="docetaxel")), "allergy"),
    "QuestionnaireResponse, referred form": (answers(questionnaire={"reference": "Questionnaire/1"}), "intake"),
    "QuestionnaireResponse, context": (answers(context=WARD), "intake"),
    "MedicationOrder": ({"resourceType": "MedicationOrder", "id": "1"}, "therapy"),
    "ProcedureRequest": ({"resourceType": "ProcedureRequest", "id": "1"}, "other"),
    "DiagnosticOrder": ({"resourceType": "DiagnosticOrder", "id": "1"}, "other"),
    "ReferralRequest": ({"resourceType": "ReferralRequest", "id": "1"}, "other"),
}


@pytest.mark.parametrize(("old", "subject"), OLD.values(), ids=OLD)
def test_old_fhir_is_recognised_and_named(old: Json, subject: str):
    """By what R4 does not have: nothing of the resource is used, and what kind of fact is lost is said."""
    reading = read(patient(id="p1"), old)
    kept = [entry.resource for entry in reading.entries if entry.resource is not None]
    assert [(resource.resource_type, bytes(resource.animal)) for resource in kept] == [("Patient", b"")]
    assert [(problem.kind, problem.subject) for problem in reading.problems] == [("old-fhir", subject)]
    assert "DSTU2 or STU3" in reading.problems[0].detail


R5_DRUG = {"medication": {"concept": concept(TRASTUZUMAB)}}


@pytest.mark.parametrize("one", [statement(**R5_DRUG), order(**R5_DRUG), administration(medication={"reference": {"reference": "#m"}})])
def test_a_drug_named_as_in_r5_is_named_as_lost(one: Json):
    """R5 names the drug where R4 has no member, and its statuses mean something else: a therapy that was not read."""
    case = case_of(patient(), one)
    assert case.drugs == ()
    assert [(problem.kind, problem.subject) for problem in case.problems] == [("old-fhir", "therapy")]
    assert "R5" in case.problems[0].detail


R5_ACTS: dict[str, Json] = {
    "Procedure, occurrence": procedure(occurrenceDateTime="2026-03-04"),
    "Procedure, occurrence as a period": procedure(occurrencePeriod={"start": "2026-03-04"}),
    "ServiceRequest, code.concept": resource("ServiceRequest", status="active", intent="order", code={"concept": concept(text="Echo")}),
}


@pytest.mark.parametrize("one", R5_ACTS.values(), ids=R5_ACTS)
def test_an_act_in_the_shape_of_r5_is_named_as_lost(one: Json):
    """The day of a Procedure, and what is ordered, stand where R4 has no member."""
    case = case_of(patient(), one)
    assert case.procedures == ()
    assert [(problem.kind, problem.subject) for problem in case.problems] == [("old-fhir", "procedure")]
    assert "R5" in case.problems[0].detail


R4: dict[str, Json] = {
    "MedicationStatement with a member of R5 beside its own": statement(TRASTUZUMAB, medication={"concept": concept(text="x")}),
    "Patient": patient(contact=[{}], communication=[{}], link=[]),
    "Condition": condition(BREAST_CANCER, encounter=WARD, recorder=DOCTOR, asserter=DOCTOR, recordedDate="2024-02-05"),
    "Condition without a status": condition(BREAST_CANCER, status=None, verified=None),
    "MedicationStatement": statement(TRASTUZUMAB, context=WARD, informationSource=DOCTOR, statusReason=[concept(text="x")]),
    "MedicationRequest": order(
        TRASTUZUMAB, encounter=WARD, requester=DOCTOR, instantiatesCanonical=["x"], category=[concept(text="outpatient")], context=None
    ),
    "MedicationRequest, requester by identifier": order(
        TRASTUZUMAB, requester={"type": "Practitioner", "identifier": {"value": '"agent"'}}
    ),
    "MedicationRequest, requester that is no reference": order(TRASTUZUMAB, requester='"agent"'),
    "MedicationAdministration": administration(TRASTUZUMAB, context=WARD, request={"reference": "MedicationRequest/1"}, statusReason=[]),
    "Procedure": procedure(encounter=WARD, instantiatesUri=["x"], statusReason=concept(text="x"), performer=[{"actor": DOCTOR}]),
    "Procedure with a member of R5 beside its own": procedure(performedDateTime="2026-03-04", occurrenceDateTime="2026-03-04"),
    "Procedure without a date": procedure(),
    "ServiceRequest for a day": resource(
        "ServiceRequest", status="active", code=concept(text="echo"), occurrenceDateTime="2026-12-04", authoredOn="2026-11-01"
    ),
    "ServiceRequest with a member of R5 beside its own": resource(
        "ServiceRequest", status="active", code={**concept(text="echo"), "concept": concept(text="echo")}
    ),
    "ServiceRequest without a code": resource("ServiceRequest", status="active", code={}),
    "Procedure that names the patient twice": procedure(patient=SUBJECT),
    "AllergyIntolerance": allergy(
        clinicalStatus=concept(("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active")),
        status="active",
        reaction=[{"substance": concept(text="docetaxel"), "severity": "mild"}],
        encounter=WARD,
    ),
    "QuestionnaireResponse": answers(encounter=WARD, partOf=[], authored="2026-11-01"),
    "R4B Medication": {
        "resourceType": "Medication",
        "id": "1",
        "code": concept(TRASTUZUMAB),
        "status": "active",
        "manufacturer": {"display": "x"},
        "form": concept(text="solution"),
        "amount": {"numerator": {"value": 150}},
        "ingredient": [{"itemCodeableConcept": concept(TRASTUZUMAB), "isActive": True}],
        "batch": {"lotNumber": "1"},
    },
    "ServiceRequest": {"resourceType": "ServiceRequest", "id": "1", "subject": SUBJECT, "requester": DOCTOR, "code": concept(text="echo")},
    "Specimen": {"resourceType": "Specimen", "id": "1", "subject": SUBJECT, "request": [], "condition": [concept(text="x")]},
}


@pytest.mark.parametrize("one", R4.values(), ids=R4)
def test_r4_and_r4b_are_never_taken_for_old(one: Json):
    """Members that look alike in R4 (`context` of a statement, a requester by reference, a null) mark nothing."""
    reading = read(one)
    assert reading.problems == ()
    assert len(reading.entries) == 1


@pytest.mark.parametrize("name", names())
def test_no_sample_patient_is_old(name: str):
    """Nothing in a valid chart of any kind is taken for old FHIR."""
    prefetch = request_body(name, TODAY)["prefetch"]
    assert [problem for value in prefetch.values() for problem in read_value(json.dumps(value).encode()).problems] == []


@pytest.mark.parametrize(
    "stu3",
    [
        {"comment": "as before", "related": [{"type": "has-member", "target": {"reference": "Observation/2"}}]},
        {"context": WARD, "interpretation": concept(POSITIVE)},
        {"comments": "as before", "category": concept(text="laboratory")},
    ],
)
def test_an_old_observation_is_read_since_it_says_the_same(stu3: Json):
    """Code, value, status and date of a result are what they are in R4: it counts."""
    case = case_of(patient(), observation(IHC, valueCodeableConcept=concept(POSITIVE), **stu3))
    assert [found.method for found in case.receptors] == ["ihc"]
    assert case.problems == ()


def test_an_old_record_is_not_an_empty_one():
    """A chart that comes as STU3 throughout makes a case without facts, in which everything lost is named."""
    case = case_of(patient(), condition(BREAST_CANCER, clinicalStatus="active"), statement(TRASTUZUMAB, taken="y"))
    assert (case.diagnoses, case.drugs) == ((), ())
    assert {(problem.kind, problem.subject) for problem in case.problems} == {("old-fhir", "diagnosis"), ("old-fhir", "therapy")}
