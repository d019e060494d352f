"""FHIR of types that no case uses: it costs nothing, is no garbage, and nobody says that it could not be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

import fhir_mappings.reading
from fhir_mappings.case_builder import build_case
from fhir_mappings.prefetch_queries import PREFETCH
from fhir_mappings.reading import Reading, read_hook_request
from tests.fhir_mappings.resource_builders import TODAY, TRASTUZUMAB, Json, bundle, condition, patient, statement

PATIENT = {"reference": "Patient/p1"}
_TEXT = [{"text": "words"}]

#: What EHRs send beside what was asked for, each with the members whose names other types use for something else.
UNUSED: dict[str, Json] = {
    "PractitionerRole": {"practitioner": {"reference": "Practitioner/d"}, "code": _TEXT, "specialty": _TEXT, "active": True},
    "Practitioner": {"name": [{"family": "X"}], "gender": "female", "birthDate": "1970-05-04", "qualification": [{"code": {"text": "MD"}}]},
    "Organization": {"active": True, "type": _TEXT, "name": "Clinic", "contact": [{"purpose": {"text": "words"}}]},
    "OrganizationAffiliation": {"code": _TEXT, "specialty": _TEXT, "period": {"start": "2020"}},
    "Location": {"status": "active", "type": _TEXT, "name": "Ward", "position": {"longitude": 1.5, "latitude": 2.5}},
    "Encounter": {
        "status": "in-progress", "class": {"code": "AMB"}, "type": _TEXT, "subject": PATIENT, "period": {"start": "2026-11-20"},
        "reasonCode": _TEXT, "location": [{"location": {"reference": "Location/w"}}],
    },
    "EpisodeOfCare": {"status": "active", "type": _TEXT, "patient": PATIENT},
    "Coverage": {"status": "active", "type": {"text": "words"}, "beneficiary": PATIENT, "payor": [{"reference": "Organization/o"}]},
    "Account": {"status": "active", "type": {"text": "words"}, "subject": [PATIENT]},
    "Appointment": {"status": "booked", "reasonCode": _TEXT, "participant": [{"status": "accepted"}]},
    "CarePlan": {"status": "active", "intent": "plan", "subject": PATIENT, "category": _TEXT},
    "CareTeam": {"status": "active", "subject": PATIENT, "reasonCode": _TEXT},
    "Goal": {"lifecycleStatus": "cancelled", "statusReason": "words", "description": {"text": "words"}, "subject": PATIENT},
    "DiagnosticReport": {
        "status": "final", "code": {"text": "words"}, "subject": PATIENT, "effectiveDateTime": "2026-11-01", "specimen": [{"display": "s"}],
    },
    "DocumentReference": {"status": "current", "type": {"text": "words"}, "subject": PATIENT, "content": [{"attachment": {"title": "t"}}]},
    "Device": {"status": "active", "statusReason": _TEXT, "type": {"text": "words"}, "patient": PATIENT, "note": [{"text": "words"}]},
    "DetectedIssue": {"status": "final", "code": {"text": "words"}, "evidence": [{"code": _TEXT}], "severity": "high"},
    "FamilyMemberHistory": {"status": "completed", "patient": PATIENT, "relationship": {"text": "words"}, "deceasedBoolean": True},
    "Immunization": {
        "status": "completed", "vaccineCode": {"text": "words"}, "patient": PATIENT, "occurrenceDateTime": "2025-10-01",
        "reaction": [{"date": "2025-10-02", "reported": True}],
    },
    "List": {"status": "current", "mode": "working", "code": {"text": "words"}, "entry": [{"item": {"reference": "Condition/1"}}]},
    "RelatedPerson": {"patient": PATIENT, "relationship": _TEXT, "gender": "male", "birthDate": "1990-01-01"},
    "Person": {"gender": "male", "link": [{"target": PATIENT, "assurance": "level1"}]},
    "Questionnaire": {"status": "active", "code": [{"code": "x"}], "item": [{"linkId": "1", "type": "display"}]},
    "Binary": {"contentType": "text/plain", "data": "d29yZHM="},
}  # fmt: skip

EACH = pytest.mark.parametrize("unused", [{"resourceType": kind, "id": "x", **rest} for kind, rest in UNUSED.items()], ids=UNUSED)
RECORD = {
    "patient": patient(), "conditions": bundle(condition()), "medicationStatements": bundle(statement(TRASTUZUMAB)),
}  # fmt: skip


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The document is decoded in one pass: cutting it into resources is a failure."""

    def cut(*_: Any) -> None:
        raise AssertionError("the document was cut")

    monkeypatch.setattr(fhir_mappings.reading, "_read_cut_request", cut)
    monkeypatch.setattr(fhir_mappings.reading.Salvage, "value", cut)


def read(prefetch: Json) -> Reading:
    return read_hook_request(json.dumps({"hook": "patient-view", "context": {}, "prefetch": prefetch}).encode()).reading


def _beside(unused: Json) -> Iterator[tuple[str, Json]]:
    searched = {"resource": unused, "search": {"mode": "include"}, "fullUrl": f"https://ehr.example.org/fhir/{unused['resourceType']}/x"}
    for key in ("user", "patientCoverage", "medicationPrescriber", "x"):
        yield key, {**RECORD, key: unused}
        yield key, {**RECORD, key: {**bundle(unused), "total": 1, "link": [{"relation": "next", "url": "https://ehr.example.org/next"}]}}
        yield key, {**RECORD, key: [unused]}
    for key in ("conditions", "medicationStatements"):
        yield "", {**RECORD, key: {**RECORD[key], "entry": [*RECORD[key]["entry"], searched]}}
    drug = {**statement(TRASTUZUMAB), "contained": [unused], "informationSource": {"reference": "#x"}}
    yield "", {**RECORD, "medicationStatements": bundle(drug)}


@pytest.mark.usefixtures("quick")
@EACH
def test_it_changes_nothing_and_costs_no_second_reading(unused: Json):
    """Alone under a key of the client's, in a Bundle, in an array, included beside matches or contained: the case is the same."""
    without = build_case(read(RECORD), patient_id="p1", today=TODAY)
    for key, prefetch in _beside(unused):
        reading = read(prefetch)
        if key:
            assert (reading.keys[key].state, reading.keys[key].next_page) == ("unused", None)
        assert reading.losses() == ()
        assert build_case(reading, patient_id="p1", today=TODAY) == without


@EACH
def test_the_samples_above_are_fhir(unused: Json):
    """Each is accepted by the strict models, so that what is read easily is what is really sent."""
    loose = {"Encounter", "Coverage", "Appointment", "DocumentReference"}
    if unused["resourceType"] not in loose:
        get_fhir_model_class(unused["resourceType"]).model_validate(unused)


@pytest.mark.parametrize("key", PREFETCH)
def test_under_a_key_of_ours_it_is_in_the_wrong_place(key: str):
    """What was asked for did not come: the key is as good as absent, and the loss is named."""
    reading = read({key: {"resourceType": "PractitionerRole", "id": "x", "code": _TEXT}})
    assert reading.keys[key].state == "garbage"
    assert [problem.kind for problem in reading.losses()] == ["unreadable"]


def test_a_type_that_tells_of_therapies_is_a_loss_under_any_key():
    """Dispensed drugs are not read, and they are not nothing."""
    reading = read({"x": {"resourceType": "MedicationDispense", "id": "x"}})
    assert (reading.keys["x"].state, [problem.subject for problem in reading.losses()]) == ("garbage", ["therapy"])


def test_something_unreadable_beside_it_is_still_named():
    """A Bundle of a Practitioner and of what is no FHIR at all is garbage."""
    reading = read({"medicationPrescriber": bundle({"resourceType": "Practitioner", "id": "x"}, {"id": "y"})})
    assert (reading.keys["medicationPrescriber"].state, [problem.subject for problem in reading.losses()]) == ("garbage", ["therapy"])


@pytest.mark.parametrize("kind", ["Condition", "Observation", "Procedure", "Medication", "AllergyIntolerance"])
def test_a_list_of_codes_where_there_is_one_code_costs_the_resource(kind: str):
    """Which of them it is nobody can tell: the resource is lost and named, alone and beside others that must be cut."""
    odd = {"resourceType": kind, "id": "x", "subject": PATIENT, "code": _TEXT}
    for beside in ([], [{"resourceType": "Patient", "id": "p1", "birthDate": 7}]):
        reading = read({"x": bundle(odd, *beside)})
        assert [entry.resource.id for entry in reading.entries if entry.resource is not None and entry.resource.id == "x"] == []
        assert "unreadable: code" in [problem.detail for problem in reading.losses()]


def test_a_reason_in_plain_words_is_read():
    """`statusReason` as a string is no FHIR for a medication, but it says why it was stopped."""
    stopped = {**statement(TRASTUZUMAB), "status": "stopped", "statusReason": "Disease progression"}
    reading = read({**RECORD, "medicationStatements": bundle(stopped)})
    (drug,) = build_case(reading, patient_id="p1", today=TODAY).drugs
    assert (drug.stop_reason, reading.losses()) == ("progression", ())
