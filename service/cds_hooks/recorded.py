"""What of a call goes on record, as the site wants it (`HER2CDS_RECORD`, `HER2CDS_RECORD_KEY`, `HER2CDS_SHADOW`)."""

from __future__ import annotations

from time import time

from guideline.knowledge_base import KNOWLEDGE
from service.cds_hooks.registry import CdsService
from service.errors import CallError, PrefetchMissing
from service.evaluation import Evaluation
from service.record.call import Call, Outcome
from service.record.inputs import Input
from service.request_log import noted_client, request_id, request_ms
from service.settings import Settings
from service.site import site_name, site_record


def record_answer(service: CdsService, evaluation: Evaluation, *, body: bytes, answer: bytes, settings: Settings) -> None:
    """Record a call that was evaluated; `answer` holds its cards as JSON, sent or not. Raises `RecordNotKept`."""
    if settings.record == "off":
        return
    call = Call(
        request=request_id(),
        moment=time(),
        day=evaluation.case.today,
        service=service.id,
        outcome="outside" if evaluation.outside else "shadow" if settings.shadow else "answered",
        ms=request_ms(),
        knowledge=evaluation.advice.knowledge,
        profile=evaluation.advice.profile,
        site=site_name(),
        client=noted_client(),
        advice=evaluation.advice,
        answer=answer,
        resources=evaluation.resources,
        set_aside=len(evaluation.set_aside),
        problems=evaluation.case.problems,
        # Orders that do not concern us are nobody's business: of such a call nothing was read, and nothing is kept.
        input=_input(body, settings, evaluation) if evaluation.resources else None,
    )
    record = site_record()
    if settings.record == "required":
        record.keep(call)
    else:
        record.note(call)


def record_unanswered(service: CdsService, error: Exception, *, body: bytes, settings: Settings) -> None:
    """Record a call that gets an error answer, always behind it: there is no advice that would have to be on record first."""
    if settings.record == "off":
        return
    outcome, gaps = _outcome(error)
    site_record().note(
        Call(
            request=request_id(),
            moment=time(),
            day=settings.current_day(),
            service=service.id,
            outcome=outcome,
            ms=request_ms(),
            knowledge=KNOWLEDGE.version,
            profile=settings.practice.label,
            site=site_name(),
            client=noted_client(),
            gaps=gaps,
            input=_input(body, settings) if gaps else None,
        )
    )


def _outcome(error: Exception) -> tuple[Outcome, tuple[str, ...]]:
    """What became of a call, and the kinds of resource that it lacked."""
    if isinstance(error, PrefetchMissing):
        return "prefetch-missing", error.kinds
    return ("refused" if isinstance(error, CallError) else "failed"), ()


def _input(body: bytes, settings: Settings, evaluation: Evaluation | None = None) -> Input | None:
    if not settings.record_keys:
        return None
    fetched = evaluation.fetched.reading if evaluation is not None and evaluation.fetched is not None else None
    return Input(body, settings.record_keys[0], fetched, evaluation.set_aside if evaluation is not None else ())
