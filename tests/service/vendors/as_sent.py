"""The project's sample requests, rewritten into the shapes in which real clients send them: written from descriptions.

Each `as_...` takes a request and gives another one about the same patient: what is asked stays the same, so the advice must.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from service.samples import names, order_names, order_request_body, request_body
from tests.service.checked_client import TODAY

Json = dict[str, Any]

EPIC_SERVER = "https://ehr.example.org/interconnect-oauth2/api/FHIR/R4"
ORACLE_SERVER = "https://fhir.example.com/r4/ec2458f2-1e24-41c8-b71b-0e701af7583d"
ATHENA_SERVER = "https://api.example.net/fhir/r4"
SANDBOX_SERVER = "https://launch.example.org/v/r4/fhir"

_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_NDC = "http://hl7.org/fhir/sid/ndc"
_OIDS = {_RXNORM: "urn:oid:2.16.840.1.113883.6.88", _NDC: "urn:oid:2.16.840.1.113883.6.69"}
_REFERENCE = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9._-]+)")
_ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}

SAMPLES = [*names(), *order_names()]
ORDERS = order_names()


def sample(name: str) -> Json:
    """The request of a sample patient or a sample order."""
    return order_request_body(name, TODAY) if name in ORDERS else request_body(name, TODAY)


def drafts(body: Json) -> list[Json]:
    """The resources among the draft orders."""
    return [entry["resource"] for entry in body["context"].get("draftOrders", {}).get("entry", ())]


def as_epic(body: Json) -> Json:
    """Epic: absolute references, ids of some 200 characters, systems by OID, Medications beside the orders, a warning in empty searches.

    The scopes are in Epic's own words, the draft's dose is at the top of its dosage, its category an object, and nobody ordered it.
    """
    sent = _walk(copy.deepcopy(body), _in_epics_words)
    trigger = {"patient-view": "60", "order-select": "18", "order-sign": "23"}[sent["hook"]]
    member = "com.epic.cdshooks.request."
    sent |= {
        "hookInstance": "0FC3B0F6-C703-11EA-AF16-460231621F93",
        "fhirServer": EPIC_SERVER,
        "fhirAuthorization": _token("Observation.Read (Labs) (R4) Patient.Read (R4) MedicationRequest.Search (Orders) (R4) urn:Epic-com"),
        "prefetch": {key: _epic_search(value) for key, value in sent["prefetch"].items()},
        "extension": {
            f"{member}bpa-trigger-action": trigger,
            f"{member}cds-hooks-specification-version": "1.1",
            f"{member}fhir-version": "R4",
            f"{member}criteria-id": "1068",
            f"{member}epic-version": "11.2",
            f"{member}cds-hooks-implementation-version": "1.0",
            "internal.epic.cdshooks.request.bpa-trigger-action": trigger,
        },
    }
    sent["context"] |= {
        "userId": f"PractitionerRole/{epic_id('PractitionerRole/sample')}",
        "patientId": epic_id(f"Patient/{body['context']['patientId']}"),
        "encounterId": epic_id("Encounter/sample"),
    }
    if "draftOrders" in sent["context"]:
        orders = [_epic_draft(draft) for draft in drafts(sent)]
        medications = [draft.pop("medication") for draft in orders if "medication" in draft]
        entries = [{"resource": resource} for resource in (*orders, *medications)]
        sent["context"]["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    if "selections" in body["context"]:
        sent["context"]["selections"] = [
            _epic_reference(selection).removeprefix(f"{EPIC_SERVER}/") for selection in body["context"]["selections"]
        ]
    return sent


def as_oracle_health(body: Json) -> Json:
    """Oracle Health: charts only, with a token; references are relative."""
    return copy.deepcopy(body) | {
        "fhirServer": ORACLE_SERVER,
        "fhirAuthorization": _token(
            "patient/Patient.read patient/Condition.read patient/Observation.read", patient=body["context"]["patientId"]
        ),
    }


def as_athenahealth(body: Json) -> Json:
    """athenahealth: orders of an encounter; in the record, references to Medications that lead nowhere and only say a name."""
    sent = copy.deepcopy(body)
    sent |= {"fhirServer": ATHENA_SERVER, "fhirAuthorization": _token("patient/*.read", patient=body["context"]["patientId"])}
    sent["context"] |= {"userId": "Practitioner/a-1.Provider-77", "encounterId": "a-1.encounter-9"}
    for order in _resources(sent["prefetch"].get("medicationRequests")):
        _name_by_reference(order, "Medication/a-1.orphan")
    return sent


#: Queries that failed, in part: the Sandbox leaves out what failed, and empty Bundles stay.
_FAILED = frozenset({"intake", "procedures", "serviceRequests", "allergies"})


def as_sandbox(body: Json) -> Json:
    """The CDS Hooks Sandbox: no token, no encounter, no `Bundle.type`, no intent, the category an object, failed keys left out."""
    sent = copy.deepcopy(body)
    del sent["context"]["userId"]
    sent |= {
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirServer": SANDBOX_SERVER,
        "context": {"userId": "Practitioner/COREPRACTITIONER1"} | sent["context"],
        "prefetch": {key: value for key, value in sent["prefetch"].items() if value.get("total") != 0 or key not in _FAILED},
    }
    for draft in drafts(sent):
        draft |= {"id": "request-123", "category": draft["category"][0]}
        for member in ("intent", "requester"):
            del draft[member]
    if "draftOrders" in sent["context"]:
        del sent["context"]["draftOrders"]["type"]
    if "selections" in sent["context"]:
        sent["context"]["selections"] = ["MedicationRequest/request-123"]
    return sent


#: Who sends, the value of `HER2CDS_CLIENT` that names it, how, and which hooks it calls.
VENDORS: dict[str, tuple[Callable[[Json], Json], str, frozenset[str]]] = {
    "Epic": (as_epic, "epic", frozenset({"patient-view", "order-select", "order-sign"})),
    "Oracle Health": (as_oracle_health, "oracle-health", frozenset({"patient-view"})),
    "athenahealth": (as_athenahealth, "athenahealth", frozenset({"order-select", "order-sign"})),
    "Sandbox": (as_sandbox, "generic", frozenset({"patient-view", "order-select", "order-sign"})),
}

#: Each sample that each client could send: client and sample.
CALLS = [(vendor, name) for vendor, (_, _, hooks) in VENDORS.items() for name in SAMPLES if sample(name)["hook"] in hooks]


def epic_id(reference: str) -> str:
    """An id as Epic makes them from `Type/id`: some 200 characters of letters, digits, dots and hyphens, the same each time."""
    letters = base64.b64encode(b"".join(hashlib.sha256(f"{reference}{turn}".encode()).digest() for turn in range(5)), b".-").decode()
    return f"e{letters[:195].rstrip('=')}3"


def _token(scope: str, **members: str) -> Json:
    made_up = {"access_token": "made-up", "token_type": "Bearer", "expires_in": 300, "scope": scope, "subject": "her2-cds"}
    return made_up | members


def _walk(value: Any, change: Callable[[Any], Any]) -> Any:
    """The value with `change` applied to every member, the innermost first."""
    if isinstance(value, dict):
        return change({key: _walk(member, change) for key, member in value.items()})
    if isinstance(value, list):
        return [_walk(member, change) for member in value]
    return value


def _in_epics_words(member: Json) -> Json:
    if isinstance(reference := member.get("reference"), str):
        member["reference"] = _epic_reference(reference)
    if isinstance(kind := member.get("resourceType"), str) and "id" in member:
        member["id"] = epic_id(f"{kind}/{member['id']}")
    if isinstance(system := member.get("system"), str):
        member["system"] = _OIDS.get(system, system)
    return member


def _epic_reference(reference: str) -> str:
    relative = _REFERENCE.fullmatch(reference)
    return f"{EPIC_SERVER}/{relative[1]}/{epic_id(reference)}" if relative else reference


def _epic_search(value: Json) -> Json:
    """A search as Epic answers it; orders in the record name their drug by reference."""
    if value["resourceType"] != "Bundle":
        return value
    link = [{"relation": "self", "url": f"{EPIC_SERVER}/Observation?patient=e"}]
    if not value.get("entry"):
        details = {"coding": [{"system": "urn:oid:1.2.840.114350.1.13.0.1.7.2.657369", "code": "4101"}], "text": "No results found."}
        outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "processing", "details": details}]}
        return value | {"total": 0, "link": link, "entry": [{"fullUrl": "urn:uuid:1", "resource": outcome, "search": {"mode": "outcome"}}]}
    for resource in _resources(value):
        if resource["resourceType"] == "MedicationRequest":
            _name_by_reference(resource, f"{EPIC_SERVER}/Medication/{epic_id(resource['id'])}")
            resource["encounter"] = {"reference": f"{EPIC_SERVER}/Encounter/{epic_id('Encounter/sample')}", "display": "Office Visit"}
    entries = [
        {
            "link": [{"relation": "self", "url": f"{EPIC_SERVER}/{entry['resource']['resourceType']}/{entry['resource']['id']}"}],
            "fullUrl": f"{EPIC_SERVER}/{entry['resource']['resourceType']}/{entry['resource']['id']}",
            **entry,
        }
        for entry in value["entry"]
    ]
    return value | {"link": link, "entry": entries}


def _epic_draft(draft: Json) -> Json:
    """A draft as Epic sends it; under `medication` the entry that stands beside it."""
    concept = draft.pop("medicationCodeableConcept")
    medication = {"resourceType": "Medication", "id": epic_id(f"Medication/{draft['id']}"), "code": concept}
    for dosage in draft.get("dosageInstruction", ()):
        dosage.update(dosage.pop("doseAndRate")[0])
    return draft | {
        "category": draft["category"][0],
        "medicationReference": {"reference": f"{EPIC_SERVER}/Medication/{medication['id']}", "display": concept["text"].upper()},
        "encounter": {"reference": f"{EPIC_SERVER}/Encounter/{epic_id('Encounter/sample')}"},
        "requester": copy.deepcopy(_ABSENT),
        "medication": medication,
    }


def _name_by_reference(order: Json, reference: str) -> None:
    concept = order.pop("medicationCodeableConcept", None)
    if concept is not None:
        order["medicationReference"] = {"reference": reference, "display": concept["text"]}


def _resources(value: Any) -> Iterator[Json]:
    yield from (entry["resource"] for entry in (value or {}).get("entry", ()))
