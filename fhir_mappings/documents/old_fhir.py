"""Resources of other FHIR versions than R4, told by their shape: DSTU2 and STU3, and the medications, procedures and orders of R5.

Their members share names with R4 but not meanings, so that half of them could be read: a statement whose `taken` is "n" looks like
an exposure, a Condition with a plain-text status like one without a status; and a statement of R5 whose drug stands in `medication`
like one without a drug, while its status says nothing of whether it was taken; a Procedure of R5 looks undated, and its reason, which may
place it elsewhere, is not seen. They are therefore named and left alone.

A mark is a member that R4 and R4B do not have in that type, or have in another shape; what is sent in R4 is never taken for old. Where an
old resource bears no mark, what is read of it means the same in R4, and it is read: so for Observations (only `interpretation` became
a list, and both shapes are read), for most Patients and for Specimens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec import Raw

from fhir_mappings.resources import ABSENT, Reference, Resource

#: Types that FHIR R4 no longer has and that would have carried facts of a case.
OLD_TYPES = frozenset({"MedicationOrder", "ProcedureRequest", "DiagnosticOrder", "ReferralRequest"})


class _Requester(msgspec.Struct):
    agent: Raw = ABSENT


_REQUESTER = msgspec.json.Decoder(_Requester)


def is_r5(resource: Resource) -> bool:
    """Whether a resource has the shape of R5: its drug, the day of a procedure or what is ordered stands where only R5 has it."""
    match resource.resource_type:
        case "Procedure":
            return _done_as_in_r5(resource)
        case "ServiceRequest":
            return _ordered_as_in_r5(resource)
    return _drug_as_in_r5(resource)


def _drug_as_in_r5(resource: Resource) -> bool:
    return _sent(resource.medication) and resource.medication_codeable_concept is None and resource.medication_reference is None


def _done_as_in_r5(resource: Resource) -> bool:
    performed = resource.performed_date_time or resource.performed_period
    return not performed and bool(resource.occurrence_date_time or resource.occurrence_period)


def _ordered_as_in_r5(resource: Resource) -> bool:
    code = resource.code
    return code is not None and _sent(code.concept) and not (code.coding or code.text)


def is_foreign_fhir(resource: Resource) -> bool:
    """Whether a resource has the shape of DSTU2, STU3 or R5."""
    kind = resource.resource_type
    marked = _MARKED.get(kind)
    return marked(resource) if marked is not None else kind in OLD_TYPES


def _patient(resource: Resource) -> bool:
    return _sent(resource.animal)


def _condition(resource: Resource) -> bool:
    return (
        isinstance(resource.clinical_status, str)
        or isinstance(resource.verification_status, str)
        or _sent(resource.context)
        or _names_patient(resource)
    )


def _allergy(resource: Resource) -> bool:
    return (
        isinstance(resource.clinical_status, str)
        or isinstance(resource.verification_status, str)
        or _sent(resource.substance)
        or (bool(resource.status) and resource.clinical_status is None)
    )


def _medication(resource: Resource) -> bool:
    return _sent(resource.is_brand)


def _statement(resource: Resource) -> bool:
    return resource.taken is not None or resource.was_not_taken is not None or _names_patient(resource) or _drug_as_in_r5(resource)


def _administration(resource: Resource) -> bool:
    return (
        resource.not_given is not None
        or resource.was_not_given is not None
        or _sent(resource.prescription)
        or _sent(resource.definition)
        or _names_patient(resource)
        or _drug_as_in_r5(resource)
    )


def _request(resource: Resource) -> bool:
    return (
        _sent(resource.context)
        or _sent(resource.definition)
        or _names_patient(resource)
        or _has_agent(resource.requester)
        or _drug_as_in_r5(resource)
    )


def _procedure(resource: Resource) -> bool:
    return (
        resource.not_done is not None
        or resource.not_performed is not None
        or _sent(resource.context)
        or _sent(resource.definition)
        or _names_patient(resource)
        or _done_as_in_r5(resource)
    )


def _answers(resource: Resource) -> bool:
    return isinstance(resource.questionnaire, Reference) or _sent(resource.context)


_MARKED: Final[Mapping[str, Callable[[Resource], bool]]] = MappingProxyType(
    {
        "Patient": _patient,
        "Condition": _condition,
        "AllergyIntolerance": _allergy,
        "Medication": _medication,
        "MedicationStatement": _statement,
        "MedicationAdministration": _administration,
        "MedicationRequest": _request,
        "Procedure": _procedure,
        "ServiceRequest": _ordered_as_in_r5,
        "QuestionnaireResponse": _answers,
    }
)


def _sent(raw: Raw) -> bool:
    """Whether a member that is left undecoded was sent; null is as good as absent."""
    return raw is not ABSENT and bytes(raw) not in (b"", b"null")


def _names_patient(resource: Resource) -> bool:
    """DSTU2 named the `patient` where R4 names the `subject`."""
    return _sent(resource.patient) and not _sent(resource.subject)


def _has_agent(requester: Raw) -> bool:
    """STU3 wrapped the requester; R4 refers to it."""
    if b'"agent"' not in bytes(requester):
        return False
    try:
        return _sent(_REQUESTER.decode(requester).agent)
    except msgspec.MsgspecError:
        return False
