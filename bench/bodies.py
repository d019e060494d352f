"""The request bodies: one synthetic patient with a chart of 50 and of 1000 FHIR R4 resources.

The patient has HER2-positive breast cancer, relapsed in liver and bone, treated with THP, and has just progressed: a case with a clear
second-line card. Twenty resources tell that story (`STORY`); the rest is what a real chart carries beside it: laboratory values, vital
signs and supportive drugs, with narratives. The bytes are the same on every run and machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

Json = dict[str, Any]

#: The day the record is read on; later than everything in it.
TODAY = "2026-03-01"
PATIENT = "bench-1"
USER = "Practitioner/oncologist-1"

LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
UCUM = "http://unitsofmeasure.org"

POSITIVE, NEGATIVE = ("10828004", "Positive"), ("260385009", "Negative")
STAINED = "[Presence] in Breast cancer specimen by Immune stain"
NARRATIVE = "Seen on the ward round; findings as recorded, plan unchanged, next review as booked. "


@dataclass(frozen=True, slots=True)
class Body:
    """A request body as sent, and how many resources it holds."""

    raw: bytes
    resources: int

    @property
    def name(self) -> str:
        """Such as `50 resources, 97 KB`."""
        return f"{self.resources} resources, {len(self.raw) / 1024:,.0f} KB"


def bodies() -> list[Body]:
    """The two bodies that are measured."""
    return [_body(chart_size=50, note=NARRATIVE * 21), _body(chart_size=1000, note=NARRATIVE * 6)]


def _body(*, chart_size: int, note: str) -> Body:
    told = list(_story())
    beside = list(_beside(chart_size - len(told), note))
    patient, *rest = told
    prefetch: Json = {"patient": patient}
    for key, kind in (("conditions", "Condition"), ("observations", "Observation"), ("medications", "MedicationRequest")):
        prefetch[key] = _searchset([resource for resource in rest + beside if resource["resourceType"] == kind])
    request = {
        "hook": "patient-view",
        "hookInstance": "7c5e1f0a-52c4-4a0e-9c39-0a6f3c1d7b21",
        "context": {"userId": USER, "patientId": PATIENT},
        "prefetch": prefetch,
    }
    return Body(json.dumps(request, separators=(",", ":")).encode(), len(told) + len(beside))


def _story() -> Iterator[Json]:
    """The twenty resources that the advice rests on, the Patient first."""
    yield {
        **_head("Patient", PATIENT, ""),
        "active": True,
        "name": [{"use": "official", "family": "Bench", "given": ["Ada"]}],
        "gender": "female",
        "birthDate": "1968-04-12",
    }
    yield _condition("c1", "254837009", "Malignant neoplasm of breast", "2022-05-10")
    yield _condition("c2", "94381002", "Secondary malignant neoplasm of liver", "2025-02-03")
    yield _condition("c3", "94222008", "Secondary malignant neoplasm of bone", "2025-02-03")
    yield _finding("o1", "85319-2", f"HER2 {STAINED}", "2022-05-20", *POSITIVE)
    yield _finding("o2", "85318-4", "ERBB2 gene duplication [Presence] in Breast cancer specimen by FISH", "2022-05-27", *POSITIVE)
    yield _finding("o3", "85337-4", f"Estrogen receptor Ag {STAINED}", "2022-05-20", *NEGATIVE)
    yield _finding("o4", "85339-0", f"Progesterone receptor Ag {STAINED}", "2022-05-20", *NEGATIVE)
    yield _finding("o5", "85319-2", f"HER2 {STAINED}", "2025-02-10", *POSITIVE)
    yield _finding("o6", "21908-9", "Stage group.clinical Cancer", "2025-02-12", "2640006", "Clinical stage IV")
    yield _finding("o7", "97509-4", "Cancer disease progression", "2026-02-16", "271299001", "Patient's condition worsened")
    yield {**_observation("o8", "89247-1", "ECOG Performance Status score", "2026-02-16"), "valueInteger": 1}
    yield _measurement("o9", "10230-1", "Left ventricular Ejection fraction", "2025-02-11", 63, "%")
    yield _measurement("o10", "10230-1", "Left ventricular Ejection fraction", "2026-02-11", 61, "%")
    yield _order("m1", "224905", "trastuzumab", "2022-06-15", "completed")
    yield _order("m2", "72962", "docetaxel", "2022-06-15", "completed")
    yield _order("m3", "40048", "carboplatin", "2022-06-15", "completed")
    yield _order("m4", "224905", "trastuzumab", "2025-02-20", "active")
    yield _order("m5", "1298944", "pertuzumab", "2025-02-20", "active")
    yield _order("m6", "72962", "docetaxel", "2025-02-20", "stopped")


LABORATORY = (
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 9.0, 15.0),
    ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", 3.5, 11.0),
    ("777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL", 120, 400),
    ("1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 10, 50),
    ("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma", "mg/dL", 0.2, 1.1),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.5, 1.1),
    ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 132, 146),
    ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 3.3, 5.2),
    ("29463-7", "Body weight", "kg", 60, 66),
    ("8480-6", "Systolic blood pressure", "mm[Hg]", 100, 160),
)
SUPPORTIVE = (("26225", "ondansetron"), ("3264", "dexamethasone"), ("7646", "omeprazole"), ("161", "acetaminophen"))


def _beside(count: int, note: str) -> Iterator[Json]:
    """`count` resources that must be carried through, one in six a supportive drug."""
    random = Random(2026)  # noqa: S311 - values of a benchmark
    for number in range(count):
        day = f"20{21 + number % 5}-{number % 12 + 1:02}-{number % 27 + 1:02}"
        if number % 6 == 5:
            yield _order(f"s{number}", *SUPPORTIVE[number // 6 % len(SUPPORTIVE)], day, "completed")
        else:
            code, name, unit, low, high = LABORATORY[number % len(LABORATORY)]
            yield _measurement(f"n{number}", code, name, day, round(random.uniform(low, high), 1), unit, note)


def _head(kind: str, ident: str, note: str) -> Json:
    return {
        "resourceType": kind,
        "id": ident,
        "meta": {"versionId": "1", "lastUpdated": f"{TODAY}T09:00:00Z"},
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{kind}</p><p>{note}</p></div>'},
        "identifier": [{"system": "urn:example:bench", "value": ident}],
    }


def _concept(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _of_patient() -> Json:
    return {"reference": f"Patient/{PATIENT}", "display": "Bench, Ada"}


def _condition(ident: str, code: str, name: str, day: str) -> Json:
    return {
        **_head("Condition", ident, f"{name}, confirmed by pathology."),
        "clinicalStatus": _concept(f"{TERMINOLOGY}/condition-clinical", "active", "Active"),
        "verificationStatus": _concept(f"{TERMINOLOGY}/condition-ver-status", "confirmed", "Confirmed"),
        "category": [_concept(f"{TERMINOLOGY}/condition-category", "problem-list-item", "Problem List Item")],
        "code": _concept(SNOMED, code, name),
        "subject": _of_patient(),
        "onsetDateTime": day,
        "recordedDate": day,
    }


def _observation(ident: str, code: str, name: str, day: str, note: str = "") -> Json:
    return {
        **_head("Observation", ident, note or f"{name}, final result."),
        "status": "final",
        "category": [_concept(f"{TERMINOLOGY}/observation-category", "laboratory", "Laboratory")],
        "code": _concept(LOINC, code, name),
        "subject": _of_patient(),
        "encounter": {"reference": f"Encounter/e-{ident}"},
        "effectiveDateTime": day,
        "issued": f"{day}T12:00:00Z",
        "performer": [{"reference": "Organization/laboratory-1", "display": "Example Hospital Laboratory"}],
    }


def _finding(ident: str, code: str, name: str, day: str, value: str, display: str) -> Json:
    return {**_observation(ident, code, name, day), "valueCodeableConcept": _concept(SNOMED, value, display)}


def _measurement(ident: str, code: str, name: str, day: str, value: float, unit: str, note: str = "") -> Json:
    quantity = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    return {**_observation(ident, code, name, day, note), "valueQuantity": quantity}


def _order(ident: str, code: str, name: str, day: str, status: str) -> Json:
    dose = {"doseQuantity": {"value": 420, "unit": "mg", "system": UCUM, "code": "mg"}}
    return {
        **_head("MedicationRequest", ident, f"{name}, ordered for the patient."),
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": _concept(RXNORM, code, name),
        "subject": _of_patient(),
        "authoredOn": day,
        "requester": {"reference": USER, "display": "Dr. Example Oncologist"},
        "dosageInstruction": [
            {
                "text": f"{name} every 21 days",
                "timing": {"repeat": {"frequency": 1, "period": 21, "periodUnit": "d"}},
                "doseAndRate": [dose],
            }
        ],
    }


def _searchset(resources: list[Json]) -> Json:
    entries = [
        {
            "fullUrl": f"https://ehr.example.org/fhir/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in resources
    ]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}
