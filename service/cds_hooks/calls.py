"""`POST /cds-services/{id}`: one request in, its cards out."""

from __future__ import annotations

from typing import IO

from flask import Blueprint, Response, request

from fhir_mappings.errors import NotJson, TooDeep, WrongShape
from fhir_mappings.reading import HookRequest, read_hook_request
from service.cds_hooks.envelope import check_envelope
from service.cds_hooks.prefetch import require_prefetch
from service.cds_hooks.registry import SERVICES, CdsService
from service.errors import BodyNotJson, BodyTooLarge, EnvelopeFault, Issue, NotServed, UnreadableCall, UnsupportedEncoding
from service.evaluation import Evaluation, evaluate
from service.request_log import note_call
from service.responses import json_response
from service.settings import Settings
from service.site import site_settings

blueprint = Blueprint("calls", __name__)


@blueprint.post("/cds-services/<service_id>")
def call(service_id: str) -> Response:
    """Answer a call with cards; with none when there is nothing to say. Anything else is an error answer."""
    service = SERVICES.get(service_id)
    if service is None:
        raise NotServed(f"There is no such service here. Served: {', '.join(SERVICES)}.")
    settings = site_settings()
    evaluation = answer_call(service, _received_body(settings), settings)
    note_call(service.id, evaluation)
    return json_response({"cards": evaluation.cards})


def _received_body(settings: Settings) -> bytes:
    """The body as bytes; one over the limit is refused, before anything is read where its length is announced."""
    if request.headers.get("Content-Encoding", "identity").lower() not in {"", "identity"}:
        raise UnsupportedEncoding
    length = request.content_length
    if length is None:
        # Chunked. CAUTION: Werkzeug cuts such a body at the limit without a word.
        body = request.get_data(cache=False)
        if len(body) >= settings.max_body_bytes:
            raise BodyTooLarge(settings.max_body_mb)
        return body
    if length > settings.max_body_bytes:
        raise BodyTooLarge(settings.max_body_mb)
    return _read_exactly(request.environ["wsgi.input"], length)


def _read_exactly(stream: IO[bytes], length: int) -> bytes:
    """The announced length in one piece; Werkzeug's own reader takes 64 KB at a time, which a large chart feels."""
    body = stream.read(length)
    while len(body) < length:
        more = stream.read(length - len(body))
        if not more:
            raise UnreadableCall
        body += more
    return body


def answer_call(service: CdsService, body: bytes, settings: Settings) -> Evaluation:
    """Evaluate the body of a call. Raises a `CallError` for a body that is no request to this service."""
    hook_request = read_body(body)
    check_envelope(hook_request.envelope, service)
    require_prefetch(hook_request, service)
    return evaluate(hook_request.reading, patient_id=hook_request.envelope["context"]["patientId"], settings=settings)


def read_body(body: bytes) -> HookRequest:
    """Decode the body once. Raises `BodyNotJson` or `EnvelopeFault`."""
    try:
        return read_hook_request(body)
    except NotJson as fault:
        place = "" if fault.position is None else f" It stops being JSON at byte {fault.position}."
        raise BodyNotJson(f"The body is not JSON.{place}" if body.strip() else "The body is empty.") from None
    except TooDeep:
        raise BodyNotJson("The body is nested too deeply to be a CDS Hooks request.") from None
    except WrongShape as fault:
        if not fault.field:
            raise BodyNotJson(f"The body must be {fault.expected}.") from None
        raise EnvelopeFault(Issue("invalid", f"{fault.field} must be {fault.expected}.", fault.field)) from None
