"""The codes that FHIR R4 requires in the small coded elements of the types that are read: statuses, intents, gender.

The library that checks a resource's shape lets any word stand there. Mapping reads the usual misspellings (`fhir_mappings.status_words`);
whoever maps a site's data wants to know of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CLINICAL: Final = _codes("active recurrence relapse inactive remission resolved")
_VERIFICATION: Final = _codes("unconfirmed provisional differential confirmed refuted entered-in-error")

#: Resource type -> element -> the codes of its required value set.
_REQUIRED: Final = {
    "Patient": {"gender": _codes("male female other unknown")},
    "Observation": {"status": _codes("registered preliminary final amended corrected cancelled entered-in-error unknown")},
    "Condition": {"clinicalStatus": _CLINICAL, "verificationStatus": _VERIFICATION},
    "MedicationRequest": {
        "status": _codes("active on-hold cancelled completed entered-in-error stopped draft unknown"),
        "intent": _codes("proposal plan order original-order reflex-order filler-order instance-order option"),
    },
    "MedicationStatement": {"status": _codes("active completed entered-in-error intended stopped on-hold unknown not-taken")},
    "MedicationAdministration": {"status": _codes("in-progress not-done on-hold completed entered-in-error stopped unknown")},
    "Procedure": {"status": _codes("preparation in-progress not-done on-hold stopped completed entered-in-error unknown")},
    "ServiceRequest": {
        "status": _codes("draft active on-hold revoked completed entered-in-error unknown"),
        "intent": _codes("proposal plan directive order original-order reflex-order filler-order instance-order option"),
    },
    "AllergyIntolerance": {"clinicalStatus": _codes("active inactive resolved")},
    "QuestionnaireResponse": {"status": _codes("in-progress completed amended entered-in-error stopped")},
}


def wrong_codes(resource: dict[str, Any]) -> Iterator[str]:
    """The elements of a resource that hold a code which FHIR R4 does not have there. What is absent, or no code at all, is not judged."""
    for element, codes in _REQUIRED.get(resource["resourceType"], {}).items():
        said = _said(resource.get(element))
        if said and codes.isdisjoint(said):
            yield element


def _said(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    codings = value.get("coding") if isinstance(value, dict) else None
    if not isinstance(codings, list):
        return []
    return [coding["code"] for coding in codings if isinstance(coding, dict) and isinstance(coding.get("code"), str)]
