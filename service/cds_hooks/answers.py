"""From the body of a call to its cards, without HTTP: the command line and the warm-up of a worker go the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from fhir_mappings.errors import NotFhir, NotJson, NotUtf8, TooDeep, WrongShape
from fhir_mappings.orders.draft_resources import entries_of
from fhir_mappings.reading import HookRequest, read_hook_request
from service.cds_hooks.client_traits import traits_of
from service.cds_hooks.envelope import check_envelope
from service.cds_hooks.prefetch import resolve
from service.cds_hooks.registry import CdsService
from service.errors import BodyNotJson, EnvelopeFault, Issue
from service.evaluation import Evaluation, Memory, Question, evaluate, not_for_this_user, nothing_asked
from service.fhir_client.client import Fetched, FhirClient
from service.settings import Settings
from service.sites.users import user_of
from service.smart.app_link import app_launch

#: More orders than any treatment plan puts into one session. Each relevant one is judged by itself, and may get a card of its own.
MOST_DRAFTS: Final = 1000


def answer_call(
    service: CdsService, body: bytes, settings: Settings, memory: Memory | None = None, fhir: FhirClient | Fetched | None = None
) -> Evaluation:
    """Evaluate the body of a call. Raises a `CallError` for a body that is no request to this service.

    Without a FHIR client there is only what prefetch brings, or what was fetched when the call was answered before. A user outside the
    site's audience gets no cards, and the record is not looked at.
    """
    hook_request = read_body(body)
    check_envelope(hook_request.envelope, service)
    audience = settings.audience
    if not audience.depends_on_user:
        return answer_request(service, hook_request, settings, memory, fhir)
    user = user_of(hook_request.envelope["context"], body if audience.lists_people else b"")
    if not audience.includes(user):
        return not_for_this_user(settings)
    return answer_request(service, hook_request, settings, memory, fhir, topics_off=audience.hidden_from(user))


def answer_request(
    service: CdsService,
    hook_request: HookRequest,
    settings: Settings,
    memory: Memory | None = None,
    fhir: FhirClient | Fetched | None = None,
    *,
    topics_off: frozenset[str] = frozenset(),
) -> Evaluation:
    """Evaluate a request whose envelope is in order, whoever asks; `topics_off` are not for this user.

    Raises `PrefetchMissing`, but not where nothing relevant is asked (decision 26).
    """
    question = ask(service, hook_request.envelope, settings, topics_off)
    if question.about_orders:
        _check_drafts(question.members)
    if question.nothing_relevant():
        return nothing_asked(settings)
    reading, fetched = resolve(hook_request, service, fhir, settings.medication_kinds)
    patient_id = hook_request.envelope["context"]["patientId"]
    evaluation = evaluate(reading, patient_id=patient_id, settings=settings, question=question, memory=memory)
    return evaluation if fetched is None else replace(evaluation, fetched=fetched)


def _check_drafts(context: Mapping[str, Any]) -> None:
    if next(islice(entries_of(context), MOST_DRAFTS, None), None) is not None:
        raise EnvelopeFault(Issue("invalid", f"context.draftOrders must hold at most {MOST_DRAFTS} orders.", "context.draftOrders"))


def ask(service: CdsService, envelope: Mapping[str, Any], settings: Settings, topics_off: frozenset[str] = frozenset()) -> Question:
    """The question of a request whose envelope is in order, and who asks it."""
    return Question(service.hook, envelope["context"], traits_of(envelope, settings), topics_off, app_launch(envelope, settings))


def read_body(body: bytes) -> HookRequest:
    """Decode the body once. Raises `BodyNotJson` or `EnvelopeFault`."""
    try:
        return read_hook_request(body)
    except NotUtf8 as fault:
        place = "" if fault.position is None else f" It stops being UTF-8 at byte {fault.position}."
        raise BodyNotJson(f"The body is not UTF-8.{place}") from None
    except NotJson as fault:
        place = "" if fault.position is None else f" It stops being JSON at byte {fault.position}."
        raise BodyNotJson(f"The body is not JSON.{place}" if body.strip() else "The body is empty.") from None
    except NotFhir:
        raise BodyNotJson("The body is no CDS Hooks request: it holds too many objects for its size.") from None
    except TooDeep:
        raise BodyNotJson("The body is nested too deeply to be a CDS Hooks request.") from None
    except WrongShape as fault:
        if not fault.field:
            raise BodyNotJson(f"The body must be {fault.expected}.") from None
        raise EnvelopeFault(Issue("invalid", f"{fault.field} must be {fault.expected}.", fault.field)) from None
