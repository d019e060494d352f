"""One patient's record from a file: the same answer as over HTTP, without a server."""

from __future__ import annotations

from fhir_mappings.case_builder import patient_ids
from fhir_mappings.diagnose import diagnose
from fhir_mappings.errors import Unreadable
from fhir_mappings.reading import HookRequest, read_document
from service.cds_hooks.envelope import check_envelope
from service.cds_hooks.prefetch import require_prefetch
from service.cds_hooks.registry import SERVICES
from service.errors import UnreadableInput
from service.evaluation import Evaluation, evaluate
from service.settings import Settings


def evaluate_record(body: bytes, *, hook: str, patient: str | None, settings: Settings) -> Evaluation:
    """Evaluate a Bundle, an array, a resource or a whole CDS Hooks request; `patient` chooses among several.

    Raises `UnreadableInput` for what is no record, and a `CallError` for a request that the service would refuse.
    """
    service = next((service for service in SERVICES.values() if service.hook == hook), None)
    if service is None:
        served = ", ".join(sorted({service.hook for service in SERVICES.values()}))
        raise UnreadableInput(f"the hook {hook} is not served in this release; served: {served}")
    document = _read(body)
    if document.envelope:
        check_envelope(document.envelope, service)
        require_prefetch(document, service)
    return evaluate(document.reading, patient_id=_patient_id(document, patient), settings=settings)


def diagnosis(body: bytes, *, patient: str | None, settings: Settings) -> str:
    """What is wrong with the data, resource by resource, and what could not be used because of it."""
    try:
        return str(diagnose(body, today=settings.current_day(), patient_id=patient))
    except Unreadable as fault:
        raise UnreadableInput(f"the input is no patient record: {fault}") from None


def _read(body: bytes) -> HookRequest:
    if not body.strip():
        raise UnreadableInput("the input is empty")
    try:
        return read_document(body)
    except Unreadable as fault:
        raise UnreadableInput(f"the input is no patient record: {fault}") from None


def _patient_id(document: HookRequest, chosen: str | None) -> str | None:
    if document.envelope:
        return str(document.envelope["context"]["patientId"])
    found = patient_ids(document.reading)
    if chosen is not None:
        if found and chosen not in found:
            raise UnreadableInput("the input holds no patient of that id")
        return chosen
    if len(found) > 1:
        raise UnreadableInput(f"the input holds {len(found)} patients; choose one with --patient ID: {', '.join(found[:10])}")
    return found[0] if found else None
