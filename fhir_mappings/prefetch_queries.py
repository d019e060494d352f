"""The CDS Hooks 2.0 prefetch templates for opening a chart: what an EHR is asked to send along.

Plain searches only, with `_count` and `_sort`: no `_include`, no chaining, no `:in`, which EHRs do not fill. Observations are asked for by
code, since a chart holds thousands; each query stays within the URL length that EHRs accept. A site may merge, rename or drop keys:
resources are taken from every key by what they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from fhir_mappings.documents.later_members import subject_bytes
from fhir_mappings.intake import QUESTIONNAIRE
from fhir_mappings.observation_topics import NUMERIC_CODES
from fhir_mappings.reading import Reading
from fhir_mappings.resources import Resource
from fhir_mappings.terminology import codes_of, system_uri

#: The kinds of resource that tell of medications; an EHR that sends one of them may know no other.
MEDICATION_KINDS: Final = ("MedicationRequest", "MedicationStatement", "MedicationAdministration")

#: The longest query, its template tokens included; base URL and patient id come on top, and many servers stop at 2 KB.
LONGEST_QUERY: Final = 1800

_NUMERIC: Final = frozenset({"numeric"})
_PATIENT: Final = "patient={{context.patientId}}"

#: Which Observations stand under which key, by the concepts of the terminology.
_OBSERVATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "receptors": ("obs.her2_interpretation", "obs.her2_ihc", "obs.her2_ish", "obs.er", "obs.pr"),
    "heart": ("obs.lvef",),
    "course": (
        "obs.cancer_disease_status",
        "obs.cancer_stage",
        "obs.m_category",
        "obs.history_metastatic",
        "obs.metastasis_site",
        "obs.ecog",
    ),
    "labs": (
        "obs.alt",
        "obs.ast",
        "obs.alp",
        "obs.bilirubin_total",
        "obs.creatinine",
        "obs.creatinine_clearance",
        "obs.egfr",
        "obs.anc",
        "obs.platelets",
        "obs.haemoglobin",
    ),
    "body": ("obs.body_weight", "obs.body_height", "obs.pregnancy"),
}
#: Of which SNOMED CT has codes that ask.
_SNOMED_TOO: Final = frozenset(
    {"obs.lvef", "obs.cancer_stage", "obs.m_category", "obs.history_metastatic", "obs.metastasis_site", "obs.ecog"}
)  # fmt: skip
#: How many results of a kind are asked for at once; the others are few in any chart.
_NEWEST: Final = {"labs": 60, "body": 30}

#: Where the newest are enough. A pregnancy counts for 300 days, and may stand behind any number of weights.
_NEWEST_ONLY: Final = "labs"


def _observations(key: str) -> str:
    limit = f"&_sort=-date&_count={_NEWEST[key]}" if key in _NEWEST else ""
    return f"Observation?{_PATIENT}&code={','.join(_codes(key))}{limit}"


def _codes(key: str) -> Collection[str]:
    """The codes of a key as its query names them: `system|code`."""
    codes: dict[str, None] = {}
    for concept in _OBSERVATIONS[key]:
        # Codes that begin with LA are answers, not questions; a panel's results carry codes of their own.
        codes |= dict.fromkeys(f"{system_uri('loinc')}|{code}" for code in codes_of(concept, "loinc") if not code.startswith("LA"))
        codes |= dict.fromkeys(f"{system_uri('loinc')}|{code}" for code in codes_of(concept, "loinc", _NUMERIC) if code in NUMERIC_CODES)
        if concept in _SNOMED_TOO:
            codes |= dict.fromkeys(f"{system_uri('snomed')}|{code}" for code in codes_of(concept, "snomed"))
    return codes


def holds_newest(key: str, reading: Reading) -> bool:
    """Whether what was read under `key` are the newest results in order, as many as its query asks for: older pages would change nothing.

    CAUTION: a server may ignore `_sort`; then the newest result may stand on the last page. One that ignores `code` or `patient` may send
    pages of other results first.
    """
    if key != _NEWEST_ONLY:
        return False
    results = [resource for entry in reading.entries if (resource := entry.resource) is not None and _is_asked_for(resource)]
    if len(results) < _NEWEST[key] or len(set(map(subject_bytes, results))) > 1:
        return False
    # As text: the order of dates of one server, written in one way, is the order of their characters.
    days = [(resource.effective_date_time or "")[:10] for resource in results]
    return all(days) and days == sorted(days, reverse=True)


_LABS: Final = frozenset(_codes(_NEWEST_ONLY))


def _is_asked_for(resource: Resource) -> bool:
    concept = resource.code if resource.resource_type == "Observation" else None
    return concept is not None and any(f"{coding.system}|{coding.code}" in _LABS for coding in concept.coding or ())


#: Key -> query, for the hook `patient-view`.
PREFETCH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "patient": "Patient/{{context.patientId}}",
        "conditions": f"Condition?{_PATIENT}",
        "medicationRequests": f"MedicationRequest?{_PATIENT}",
        "medicationStatements": f"MedicationStatement?{_PATIENT}",
        "medicationAdministrations": f"MedicationAdministration?{_PATIENT}",
        **{key: _observations(key) for key in _OBSERVATIONS},
        "procedures": f"Procedure?{_PATIENT}",
        "serviceRequests": f"ServiceRequest?{_PATIENT}&status=active,draft",
        "allergies": f"AllergyIntolerance?{_PATIENT}",
        "intake": f"QuestionnaireResponse?{_PATIENT}&questionnaire={QUESTIONNAIRE}",
    }
)


def wants_all(key: str, types: Collection[str]) -> bool:
    """Whether every result under a key counts, by the types of those that came.

    The newest laboratory and body values are enough, and a search for results under a key of the client's own may ask for no more either.
    """
    return key not in _NEWEST and (key in PREFETCH or not {"Observation"}.issuperset(types))
