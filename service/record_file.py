"""One patient's record from a file: the same answer as over HTTP, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from cards.terminal import harmless
from cards.wording import one_line
from fhir_mappings.case_builder import patient_ids
from fhir_mappings.diagnose import diagnose
from fhir_mappings.errors import Unreadable
from fhir_mappings.reading import HookRequest, Reading, read_document
from service.cds_hooks.answers import answer_request
from service.cds_hooks.envelope import check_envelope
from service.cds_hooks.registry import PATIENT_VIEW, SERVICES, CdsService
from service.errors import UnreadableInput
from service.evaluation import ORDER_HOOKS, Evaluation, Question, evaluate
from service.settings import Settings


def evaluate_record(body: bytes, *, hook: str | None, patient: str | None, settings: Settings) -> Evaluation:
    """Evaluate a Bundle, an array, a resource or a whole CDS Hooks request; `patient` chooses among several.

    Without a `hook` it is that of the request, for anything else `patient-view`. A record is asked about its own draft orders.
    Raises `UnreadableInput` for what is no record, and a `CallError` for a request that the service would refuse.
    """
    document = _read(body)
    asked = hook or document.envelope.get("hook") or PATIENT_VIEW.hook
    service = next((service for service in SERVICES.values() if service.hook == asked), None)
    if service is None:
        raise UnreadableInput(f"this hook is not served; served: {', '.join(service.hook for service in SERVICES.values())}")
    if document.envelope:
        return _evaluate_request(document, service, patient, settings)
    if not document.reading.entries:
        raise UnreadableInput("the input holds no resource that is read here")
    question = Question(service.hook, drafts_of(body)) if service.hook in ORDER_HOOKS else Question(service.hook)
    if question.about_orders and not question.members:
        raise UnreadableInput(f"{asked} asks about orders: give a CDS Hooks request, or a record with a MedicationRequest of status draft")
    patient_id = _patient_id(document.reading, patient)
    return evaluate(document.reading, patient_id=patient_id, settings=settings, question=question)


def _evaluate_request(request: HookRequest, service: CdsService, patient: str | None, settings: Settings) -> Evaluation:
    """Evaluate a whole CDS Hooks request, which says itself what is asked about whom."""
    sent = request.envelope.get("hook")
    if sent != service.hook and any(sent == other.hook for other in SERVICES.values()):
        raise UnreadableInput(f"the input is a request of the hook {sent}, not of {service.hook}")
    check_envelope(request.envelope, service)
    if patient is not None and patient != request.envelope["context"]["patientId"]:
        raise UnreadableInput("the request is about another patient than --patient names")
    return answer_request(service, request, settings)


def drafts_of(body: bytes) -> dict[str, Any]:
    """The draft orders of a record in the shape of a hook's context, all of them selected; empty where there is none."""
    resources = list(_resources(msgspec.json.decode(body)))
    drafts = [one for one in resources if one.get("resourceType") == "MedicationRequest" and one.get("status") == "draft"]
    if not drafts:
        return {}
    medications = [one for one in resources if one.get("resourceType") == "Medication"]
    return {
        "selections": [f"MedicationRequest/{one['id']}" for one in drafts if "id" in one],
        "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in (*drafts, *medications)]},
    }


def _resources(value: Any) -> Iterator[dict[str, Any]]:
    """Every resource of a document, out of however many Bundles."""
    if isinstance(value, list):
        for one in value:
            yield from _resources(one)
    elif isinstance(value, dict):
        entries = value.get("entry")
        if isinstance(entries, list):
            yield from _resources([entry.get("resource") for entry in entries if isinstance(entry, dict)])
        else:
            yield value


def diagnosis(body: bytes, *, patient: str | None, settings: Settings) -> str:
    """What is wrong with the data, resource by resource, and what could not be used because of it."""
    try:
        return harmless(str(diagnose(body, today=settings.current_day(), patient_id=patient)))
    except Unreadable as fault:
        raise UnreadableInput(f"the input is no patient record: {fault}") from None


def _read(body: bytes) -> HookRequest:
    if not body.strip():
        raise UnreadableInput("the input is empty")
    try:
        return read_document(body)
    except Unreadable as fault:
        raise UnreadableInput(f"the input is no patient record: {fault}") from None


def _patient_id(reading: Reading, chosen: str | None) -> str | None:
    found = patient_ids(reading)
    if chosen is not None:
        if found and chosen not in found:
            raise UnreadableInput("the input holds no patient of that id")
        return chosen
    if len(found) > 1:
        raise UnreadableInput(f"the input holds {len(found)} patients; choose one with --patient ID: {one_line(', '.join(found[:10]))}")
    return found[0] if found else None
