"""Who a patient is, beside age and sex, changes nothing of what is advised (`docs/intended-use.md`, source attributes)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from service.app import create_app
from service.samples import names, order_names, order_request_body, request_body
from tests.service.checked_client import TODAY, CheckedClient, site, without_uuids

CLIENT = CheckedClient(create_app(site()).test_client())

_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
_LOINC, _OMB = "http://loinc.org", "urn:oid:2.16.840.1.113883.6.238"


def _concept(system: str, code: str, text: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def _omb(name: str, code: str, text: str) -> dict[str, Any]:
    said = [{"url": "ombCategory", "valueCoding": {"system": _OMB, "code": code, "display": text}}, {"url": "text", "valueString": text}]
    return {"url": f"{_US_CORE}us-core-{name}", "extension": said}


#: Members of the Patient, by what they tell.
PATIENT = {
    "race": {"extension": [_omb("race", "2054-5", "Black or African American")]},
    "ethnicity": {"extension": [_omb("ethnicity", "2135-2", "Hispanic or Latino")]},
    "language": {"communication": [{"language": _concept("urn:ietf:bcp:47", "es", "Spanish"), "preferred": True}]},
    "gender identity": {"extension": [{"url": f"{_US_CORE}us-core-genderIdentity", "valueCodeableConcept": {"text": "Non-binary"}}]},
    "marital status": {"maritalStatus": {"text": "Never married"}},
    "address": {"address": [{"use": "home", "city": "Anytown", "state": "MS", "postalCode": "39507", "country": "US"}]},
}


def _observation(id_: str, code: str, text: str, value: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "category": [_concept("http://terminology.hl7.org/CodeSystem/observation-category", "social-history", "Social History")],
        "code": _concept(_LOINC, code, text),
        "effectiveDateTime": TODAY.isoformat(),
        "valueCodeableConcept": {"text": value},
    }


def _problem(id_: str, code: str, text: str) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": id_,
        "clinicalStatus": _concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active"),
        "category": [_concept("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item", "Problem List Item")],
        "code": _concept("http://hl7.org/fhir/sid/icd-10-cm", code, text),
        "recordedDate": TODAY.isoformat(),
    }


#: Resources beside the Patient, by what they tell.
BESIDE = {
    "sexual orientation": _observation("orientation", "76690-7", "Sexual orientation", "Lesbian, gay or homosexual"),
    "housing": _observation("housing", "71802-3", "Housing status", "I do not have housing"),
    "food insecurity": _observation("food", "88124-3", "Food insecurity risk", "At risk"),
    "smoking": _observation("smoking", "72166-2", "Tobacco smoking status", "Current every day smoker"),
    "homelessness": _problem("homeless", "Z59.00", "Homelessness unspecified"),
    "no insurance": _problem("insurance", "Z59.71", "Insufficient health insurance coverage"),
    "illiteracy": _problem("illiteracy", "Z55.0", "Illiteracy and low-level literacy"),
}

REQUESTS = [*((name, request_body) for name in names()), *((name, order_request_body) for name in order_names())]


def cards(body: dict[str, Any]) -> list[dict[str, Any]]:
    """What the service says to a request, whichever hook it is of."""
    response = CLIENT.call(body, path=f"/cds-services/her2-{body['hook']}")
    assert response.status_code == 200
    return without_uuids(response.get_json()["cards"])


def topics(body: dict[str, Any]) -> list[str]:
    """The topics of the cards, in their order."""
    return [card["source"]["topic"]["code"] for card in cards(body)]


@pytest.mark.parametrize("told", [*PATIENT, *BESIDE])
@pytest.mark.parametrize(("name", "build"), REQUESTS, ids=[name for name, _ in REQUESTS])
def test_what_a_patient_is_beside_age_and_sex_changes_nothing(name: str, build: Any, told: str):
    """Race, ethnicity, language, orientation, identity and living conditions are not read: the same cards, word for word."""
    plain = build(name, TODAY)
    body = copy.deepcopy(plain)
    if told in PATIENT:
        body["prefetch"]["patient"] |= PATIENT[told]
    else:
        resource = BESIDE[told] | {"subject": {"reference": f"Patient/{body['prefetch']['patient']['id']}"}}
        of_its_kind = [
            bundle
            for bundle in body["prefetch"].values()
            if any(entry["resource"]["resourceType"] == resource["resourceType"] for entry in bundle.get("entry") or ())
        ]
        assert of_its_kind
        of_its_kind[0]["entry"].append({"resource": resource})
    assert body != plain
    assert cards(body) == cards(plain)


def test_age_and_sex_do_count():
    """The comparison can fail: a child gets no card, and of a man nobody asks whether he is pregnant."""
    woman = request_body("pregnancy", TODAY)
    for bundle in woman["prefetch"].values():
        told = bundle.get("entry") or []
        told[:] = [entry for entry in told if entry["resource"]["id"] != "pregnancy-status"]
    child, man = copy.deepcopy(woman), copy.deepcopy(woman)
    child["prefetch"]["patient"]["birthDate"] = f"{TODAY.year - 10}-01-01"
    man["prefetch"]["patient"]["gender"] = "male"
    assert [topics(body) for body in (woman, child, man)] == [["FirstLineTreatment"], [], ["FirstLineTreatment"]]
    assert ["pregnan" in cards(body)[0]["detail"].casefold() for body in (woman, man)] == [True, False]
