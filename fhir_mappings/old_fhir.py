"""FHIR DSTU2 and STU3 resources, told by their shape.

Their members share names with R4 but not meanings, so that half of them could be read: a statement whose `taken` is "n" looks like
an exposure, a Condition with a plain-text status like one without a status. They are therefore named and left alone.
Observations kept their shape in what is read here (only `interpretation` became a list) and are read.
"""

from __future__ import annotations

from fhir_mappings.resources import Resource

#: Types that FHIR R4 no longer has and that would have carried facts of a case.
OLD_TYPES = frozenset({"MedicationOrder", "ProcedureRequest", "DiagnosticOrder", "ReferralRequest"})


def is_old_fhir(resource: Resource) -> bool:
    """Whether a resource has the shape of DSTU2 or STU3."""
    return (
        isinstance(resource.clinical_status, str)
        or isinstance(resource.verification_status, str)
        or resource.taken is not None
        or resource.not_given is not None
        or resource.not_done is not None
        or resource.was_not_given is not None
        or resource.was_not_taken is not None
        or resource.resource_type in OLD_TYPES
    )
