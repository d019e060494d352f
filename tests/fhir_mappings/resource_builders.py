"""Small FHIR resources as dicts, and the case that they make. Every builder takes the members that a test is about as keywords."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from fhir_mappings.case_builder import build_case
from fhir_mappings.reading import read_value
from guideline.case import Case
from guideline.partial_date import PartialDate

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
CPT = "http://www.ama-assn.org/go/cpt"
AJCC = "http://cancerstaging.org"
RACE = "urn:oid:2.16.840.1.113883.6.238"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"

TODAY = date(2026, 11, 20)
SUBJECT = {"reference": "Patient/p1"}

Json = dict[str, Any]

POSITIVE, NEGATIVE, EQUIVOCAL = (SNOMED, "10828004", "Positive"), (SNOMED, "260385009", "Negative"), (SNOMED, "42425007", "Equivocal")
IHC, FISH, INTERPRETATION = (LOINC, "85319-2"), (LOINC, "85318-4"), (LOINC, "48676-1")
LVEF = (LOINC, "10230-1")
BREAST_CANCER = (SNOMED, "254837009", "Malignant neoplasm of breast (disorder)")
TRASTUZUMAB = (RXNORM, "224905", "trastuzumab")
T_DXD = (RXNORM, "2267582", None)


def on(text: str) -> PartialDate:
    found = PartialDate.parse(text)
    assert found is not None
    return found


def concept(*codings: tuple[str | None, ...], text: str | None = None) -> Json:
    names = ("system", "code", "display")
    built: Json = {}
    if codings:
        built["coding"] = [{name: part for name, part in zip(names, coding, strict=False) if part is not None} for coding in codings]
    if text is not None:
        built["text"] = text
    return built


def resource(kind: str, ident: str | None = "1", **members: Any) -> Json:
    body: Json = {"resourceType": kind, "subject": SUBJECT, **members}
    if ident is not None:
        body["id"] = ident
    return {name: value for name, value in body.items() if value is not None}


def patient(**members: Any) -> Json:
    return {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1970-05-04", **members}


def observation(*codings: tuple[str | None, ...], ident: str = "1", **members: Any) -> Json:
    return resource("Observation", ident, **{"status": "final", "code": concept(*codings), "effectiveDateTime": "2026-05-03", **members})


def quantity(value: Any, unit: str | None = None, **members: Any) -> Json:
    return {"value": value, **({"unit": unit, "code": unit} if unit else {}), **members}


def condition(
    *codings: tuple[str | None, ...], ident: str = "1", status: str | None = "active", verified: str | None = "confirmed", **members: Any
) -> Json:
    return resource(
        "Condition",
        ident,
        **{
            "clinicalStatus": concept((CLINICAL, status)) if status else None,
            "verificationStatus": concept((VERIFICATION, verified)) if verified else None,
            "code": concept(*codings),
            "onsetDateTime": "2024-02-03",
            **members,
        },
    )


def medication(kind: str, *codings: tuple[str | None, ...], ident: str = "1", text: str | None = None, **members: Any) -> Json:
    dates = {"MedicationRequest": "authoredOn", "MedicationStatement": "effectiveDateTime", "MedicationAdministration": "effectiveDateTime"}
    drug = {"medicationCodeableConcept": concept(*codings, text=text)} if codings or text else {}
    return resource(kind, ident, **{"status": "active", dates[kind]: "2026-01-10", **drug, **members})


def order(*codings: tuple[str | None, ...], **members: Any) -> Json:
    return medication("MedicationRequest", *codings, **{"intent": "order", **members})


def statement(*codings: tuple[str | None, ...], **members: Any) -> Json:
    return medication("MedicationStatement", *codings, **members)


def administration(*codings: tuple[str | None, ...], **members: Any) -> Json:
    return medication("MedicationAdministration", *codings, **{"status": "completed", **members})


def bundle(*resources: Any, kind: str = "searchset", **members: Any) -> Json:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": one} for one in resources], **members}


def case_of(*resources: Any, patient_id: str | None = "p1", today: date = TODAY, labs_since: date | None = None) -> Case:
    """The case that these resources make, patient p1's unless said otherwise."""
    return build_case(read_value(json.dumps(resources).encode()), patient_id=patient_id, today=today, labs_since=labs_since)


def problems_of(case: Case) -> list[tuple[str, str]]:
    """Kind and subject of the problems named."""
    return [(problem.kind, problem.subject) for problem in case.problems]
