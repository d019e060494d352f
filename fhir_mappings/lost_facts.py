"""Which kind of fact is lost when a resource cannot be used.

The words are those of `guideline.case.DataProblem.subject`. They let a rule say "a therapy record could not be read" where it would
otherwise have said "never given". What could be anything is `other`.
"""

from __future__ import annotations

from collections.abc import Iterable

from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Concept, Resource
from fhir_mappings.terminology import meanings

_BY_TYPE = {
    "Patient": "patient",
    "Condition": "diagnosis",
    "MedicationStatement": "therapy",
    "MedicationRequest": "therapy",
    "MedicationAdministration": "therapy",
    "Medication": "therapy",
    "MedicationOrder": "therapy",
    "MedicationDispense": "therapy",
    "Procedure": "procedure",
    "ServiceRequest": "procedure",
    "AllergyIntolerance": "allergy",
    "Immunization": "other",
    "QuestionnaireResponse": "intake",
}

#: A word of a prefetch key tells what was to stand under it, when its content cannot.
_BY_KEY_WORD = (
    ("medic", "therapy"),
    ("drug", "therapy"),
    ("therap", "therapy"),
    ("statement", "therapy"),
    ("administration", "therapy"),
    ("patient", "patient"),
    ("condition", "diagnosis"),
    ("diagnos", "diagnosis"),
    ("problem", "diagnosis"),
    ("receptor", "her2"),
    ("her2", "her2"),
    ("marker", "her2"),
    ("lvef", "lvef"),
    ("heart", "lvef"),
    ("echo", "lvef"),
    ("lab", "lab"),
    ("pregnan", "pregnancy"),
    ("intake", "intake"),
    ("questionnaire", "intake"),
    ("course", "course"),
    ("body", "body"),
    ("weight", "body"),
    ("vital", "body"),
    ("procedure", "procedure"),
    ("surger", "procedure"),
    ("servicerequest", "procedure"),
    ("allerg", "allergy"),
    ("encounter", "other"),
)

#: The prefetch keys of our own discovery entry: what stands under one of them was to be what it asks for, whatever came.
OUR_KEYS = frozenset(
    {
        "patient", "conditions", "medicationRequests", "medicationStatements", "medicationAdministrations", "receptors", "heart", "course",
        "labs", "body", "procedures", "serviceRequests", "allergies", "intake",
    }
)  # fmt: skip

#: What a search may have held of which nothing is known: whatever a rule could take for "never" or "none".
_ANYTHING = frozenset({"diagnosis", "therapy", "other"})

_BY_CONCEPT = {
    "obs.her2_interpretation": "her2",
    "obs.her2_ihc": "her2",
    "obs.her2_ish": "her2",
    "obs.her2_not_tissue": "other",
    "obs.lvef": "lvef",
    "obs.pregnancy": "pregnancy",
    "obs.bilirubin_total": "lab",
    "obs.alt": "lab",
    "obs.ast": "lab",
    "obs.alp": "lab",
    "obs.creatinine": "lab",
    "obs.creatinine_clearance": "lab",
    "obs.egfr": "lab",
    "obs.anc": "lab",
    "obs.platelets": "lab",
    "obs.haemoglobin": "lab",
    "obs.cancer_stage": "diagnosis",
    "obs.m_category": "diagnosis",
    "obs.history_metastatic": "diagnosis",
    "obs.metastasis_site": "diagnosis",
    "cond.ild_pneumonitis": "lung",
    "cond.radiation_lung": "lung",
    "cond.heart_failure": "heart",
    "cond.cardiomyopathy_lvsd": "heart",
    "cond.febrile_neutropenia": "lab",
}


def lost_with_type(resource_type: str) -> str:
    """The kind of fact that a resource of this type carries, as far as its type alone can say."""
    return _BY_TYPE.get(resource_type, "other")


def lost_with_key(key: str) -> str:
    """The kind of fact that was to stand under a prefetch key, guessed from the key's words."""
    return _told_by(key) or "other"


def lost_with_search(key: str, types: Iterable[str] = ()) -> frozenset[str]:
    """The kinds of fact that may be lost with a search, or a part of it, under a prefetch key.

    `types` are those of the results that did come, where any did; they say more than the key. A key whose words tell nothing may have been
    any search, all of them in one included.
    """
    brought = {lost_with_type(kind) for kind in types}
    told = _told_by(key)
    if brought - {"other"}:
        return frozenset(brought)
    if brought:
        return frozenset({told or "other"})
    return _ANYTHING if told is None else frozenset({told})


def _told_by(key: str) -> str | None:
    word = key.lower()
    return next((subject for part, subject in _BY_KEY_WORD if part in word), None)


def lost_with(resource: Resource) -> str:
    """The kind of fact that this resource carries: its code says it for results and conditions, else its type."""
    if resource.code is not None and resource.resource_type in ("Observation", "Condition"):
        found = lost_with_concept(resource.code)
        if found is not None:
            return found
    return lost_with_type(resource.resource_type)


def lost_with_concept(concept: Concept) -> str | None:
    """The kind of fact that a code carries, or `None` when it is not one of ours."""
    for coding in concept.coding:
        found = _lost_with_code(coding.system, str(coding.code))
        if found is not None:
            return found
    return None


@remembered(maxsize=4096)
def _lost_with_code(system: str | None, code: str) -> str | None:
    return next((_BY_CONCEPT[meaning.concept] for meaning in meanings(system, code) if meaning.concept in _BY_CONCEPT), None)
