"""The CDS services of this release, by id. Two services may share a hook: nothing is keyed by hook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fhir_mappings.prefetch_queries import PREFETCH

#: Without any resource of these kinds being looked for, nothing can be said about a patient (decision 26).
REQUIRED_KINDS = ("Patient", "Condition", "Observation")


@dataclass(frozen=True, slots=True)
class CdsService:
    """One entry of discovery, and what a call of it must bring."""

    id: str
    hook: str
    title: str
    description: str
    usage_requirements: str
    prefetch: Mapping[str, str]
    required_kinds: tuple[str, ...] = REQUIRED_KINDS


PATIENT_VIEW = CdsService(
    id="her2-patient-view",
    hook="patient-view",
    title="HER2-positive metastatic breast cancer: next therapy and safety",
    description=(
        "When a chart is opened: the guideline's next regimen for HER2-positive metastatic breast cancer with dose, reasons and "
        "alternatives; lung, heart, brain and pregnancy warnings; and which facts the advice still waits for. Silent for everyone else."
    ),
    usage_requirements=(
        "For clinicians who treat adults. Needs Patient, Condition and Observation from prefetch; medications and procedures make the line "
        "of therapy known. Prefetch keys may be renamed or merged; a search without a result should be sent as null or as an empty Bundle."
    ),
    prefetch=PREFETCH,
)

SERVICES: Mapping[str, CdsService] = {service.id: service for service in (PATIENT_VIEW,)}
