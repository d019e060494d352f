"""The CDS services of this release, by id. Two services may share a hook: nothing is keyed by hook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fhir_mappings.prefetch_queries import PREFETCH

#: The blueprints of what clients call. Pages, pictures and health are for everyone.
ENDPOINTS = frozenset({"discovery", "calls", "feedback"})

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

ORDER_SELECT = CdsService(
    id="her2-order-select",
    hook="order-select",
    title="HER2-positive breast cancer: the drug being chosen",
    description=(
        "When a drug is chosen: warns when the selected order harms or a better choice is established (agent, dose, loading, product "
        "mix-up, heart, lungs, pregnancy, laboratory, interactions, allergy), and offers the safer order. Silent otherwise."
    ),
    usage_requirements=(
        "Called on every change of an order. An order without a drug of this field is answered at once, without prefetch; else the "
        "prefetch of her2-patient-view is needed. Only orders named in `selections` are judged, the other drafts are context."
    ),
    prefetch=PREFETCH,
)

ORDER_SIGN = CdsService(
    id="her2-order-sign",
    hook="order-sign",
    title="HER2-positive breast cancer: the orders being signed",
    description=(
        "When orders are signed: the checks of her2-order-select for all of them, interplay of the orders, and orders that stop a running "
        "HER2 therapy without a reason. Silent otherwise."
    ),
    usage_requirements=(
        "Signed orders without a drug of this field are answered at once, without prefetch; else the prefetch of her2-patient-view is "
        "needed. Revised orders, whose status is no longer draft, are judged like new ones."
    ),
    prefetch=PREFETCH,
)

SERVICES: Mapping[str, CdsService] = {service.id: service for service in (PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN)}
