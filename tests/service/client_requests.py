"""Requests in the shapes that two real clients send: the CDS Hooks Sandbox and Epic. Written from descriptions; nobody in them lives."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from service.samples import request_body
from tests.service.checked_client import TODAY

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"

#: Name and RxNorm code of what is ordered in these requests. Amoxicillin is nobody's business here.
DRUGS = {
    "tdm1": ("ado-trastuzumab emtansine 100 MG Injection [Kadcyla]", "1658087"),
    "lapatinib": ("lapatinib 250 MG Oral Tablet [Tykerb]", "728217"),
    "amoxicillin": ("amoxicillin 500 MG Oral Capsule", "308191"),
}

EPIC = "https://ehr.example.org/interconnect/api/FHIR/R4"
EPIC_PATIENT = "eXoGxqgBaJuNkuahMYmiDhg3"
EPIC_ORDER = (
    "ez067mnwOAKP5z1.YJwRAsd9gCwdOzQ8wSrsM04QFoz882hxQZKBulF4smVj2SxHWfesiTZ1qsgBez8Rdeb2GpbWYuU." + "L0KkOqiZSgl2GBPFYUucdOKx53adK51F" * 3
)


def sandbox_request(hook: str, drug: str | None = None, *, sample: str = "second-line") -> dict[str, Any]:
    """A request as the Sandbox sends it: no encounter, an open FHIR server, failed prefetch keys left out, drafts that are not valid R4."""
    body = request_body(sample, TODAY)
    patient = body["context"]["patientId"]
    request = {
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "hook": hook,
        "fhirServer": "https://launch.smarthealthit.example.org/v/r4/fhir",
        "context": {"userId": "Practitioner/COREPRACTITIONER1", "patientId": patient},
        "prefetch": {key: value for key, value in body["prefetch"].items() if value["resourceType"] != "QuestionnaireResponse"},
    }
    if hook == "patient-view":
        return request
    draft: dict[str, Any] = {
        "resourceType": "MedicationRequest",
        "id": "request-123",
        "authoredOn": TODAY.isoformat(),
        "status": "draft",
        "category": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/medicationrequest-category", "code": "outpatient"}]},
        "subject": {"reference": f"Patient/{patient}"},
    }
    if drug is not None:
        name, code = DRUGS[drug]
        draft["medicationCodeableConcept"] = {"text": name, "coding": [{"display": name, "system": RXNORM, "code": code}]}
        draft["dosageInstruction"] = [
            {
                "doseAndRate": [{"doseQuantity": {"value": 1, "system": "http://unitsofmeasure.org", "code": "{pill}"}}],
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
            }
        ]
    request["context"]["draftOrders"] = {"resourceType": "Bundle", "entry": [{"resource": draft}]}
    if hook == "order-select":
        request["context"]["selections"] = ["MedicationRequest/request-123"]
    return request


def sandbox_pama(hook: str) -> dict[str, Any]:
    """The Sandbox's imaging screen: a draft ServiceRequest and no medication."""
    request = sandbox_request(hook)
    request["context"]["draftOrders"]["entry"] = [
        {
            "resource": {
                "resourceType": "ServiceRequest",
                "id": "example-request-id",
                "status": "draft",
                "intent": "plan",
                "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "70450", "display": "CT head"}]},
                "subject": {"reference": f"Patient/{request['context']['patientId']}"},
            }
        }
    ]
    if hook == "order-select":
        request["context"]["selections"] = ["ServiceRequest/example-request-id"]
    return request


def epic_request(hook: str, drug: str | None = None, *, sample: str = "second-line") -> dict[str, Any]:
    """A request as Epic sends it.

    Absolute references, long ids, renamed keys, empty searches with a warning inside, Medications beside the orders, doses at the top of
    the dosage, scopes in Epic's own words.
    """
    body = request_body(sample, TODAY)
    own = body["context"]["patientId"]
    trigger = {"patient-view": "60", "order-select": "18", "order-sign": "23"}[hook]
    version = "com.epic.cdshooks.request."
    request: dict[str, Any] = {
        "hookInstance": "f399c67c-c703-11ea-af16-460231621f93",
        "fhirServer": EPIC,
        "hook": hook,
        "fhirAuthorization": {
            "access_token": "made-up",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "Observation.Read (Labs) (R4) PATIENT.READ MEDICATIONREQUEST.SEARCH (R4) urn:Epic-com:Informatics.2014.Services.Order",
            "subject": "aeac3da7-6481-45af-ad41-42e5e701141d",
        },
        "context": {
            "patientId": EPIC_PATIENT,
            "encounterId": "eFyoeOuWgXtlQmOQzPdkQWwy3s8a49yrUc-LtjwhWT6g3",
            "userId": "PractitionerRole/e-QokEGUJIzyynNdkCFrs9w3",
        },
        "prefetch": {f"key{number}": _epic(value, own) for number, value in enumerate(body["prefetch"].values())},
        "extension": {
            f"{version}bpa-trigger-action": trigger,
            f"{version}cds-hooks-specification-version": "1.1",
            f"{version}fhir-version": "R4",
            "internal.epic.cdshooks.request.bpa-trigger-action": trigger,
        },
    }
    if hook == "patient-view":
        return request
    order: dict[str, Any] = {
        "resourceType": "MedicationRequest",
        "id": EPIC_ORDER,
        "status": "draft",
        "intent": "order",
        "category": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/medicationrequest-category", "code": "outpatient"}]},
        "subject": {"reference": f"{EPIC}/Patient/{EPIC_PATIENT}", "display": "Patient, Test"},
        "requester": {"extension": [{"valueCode": "unknown", "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason"}]},
        "dosageInstruction": [{"doseQuantity": {"value": 1, "unit": "dose"}}],
    }
    entries = [{"resource": order}]
    if drug is not None:
        name, code = DRUGS[drug]
        order["medicationReference"] = {"reference": f"{EPIC}/Medication/eVBXvKwrWZIkPmaGwY.s1hQ3", "display": name.upper()}
        codings = [
            {"system": "urn:oid:2.16.840.1.113883.6.253", "code": "6379"},
            {"system": "urn:oid:2.16.840.1.113883.6.88", "code": code},
        ]
        medication = {"resourceType": "Medication", "id": "eVBXvKwrWZIkPmaGwY.s1hQ3", "code": {"coding": codings, "text": name}}
        entries.append({"resource": medication})
    request["context"]["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    if hook == "order-select":
        request["context"]["selections"] = [f"MedicationRequest/{EPIC_ORDER}"]
    return request


def _epic(value: Any, patient: str) -> Any:
    """What one of our prefetch keys holds, as Epic would have found it."""
    found = copy.deepcopy(value)
    if found["resourceType"] == "Bundle" and not found.get("entry"):
        issue = {"severity": "warning", "code": "processing", "details": {"coding": [{"code": "4101"}], "text": "No results"}}
        outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
        return found | {"total": 0, "entry": [{"resource": outcome, "search": {"mode": "outcome"}}]}
    return _walk(found, patient)


def _walk(value: Any, patient: str) -> Any:
    if isinstance(value, dict):
        changed = {key: _walk(member, patient) for key, member in value.items()}
        return changed | {"id": EPIC_PATIENT} if changed.get("resourceType") == "Patient" else changed
    if isinstance(value, list):
        return [_walk(member, patient) for member in value]
    if isinstance(value, str) and re.fullmatch(r"[A-Z][A-Za-z]+/[\w.-]+", value):
        kind, _, own = value.partition("/")
        return f"{EPIC}/{kind}/{EPIC_PATIENT if own == patient else own}"
    return value


CLIENTS: dict[str, Callable[..., dict[str, Any]]] = {"Sandbox": sandbox_request, "Epic": epic_request}
