"""`POST /cds-services/{id}`: one request in, its cards out."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import IO

from flask import Blueprint, Response, request

from service.cds_hooks.answers import answer_call
from service.cds_hooks.recorded import record_answer, record_unanswered
from service.cds_hooks.registry import SERVICES, CdsService
from service.errors import BodyTooLarge, NotServed, PrefetchMissing, UnreadableCall
from service.operations.limits import expect_body, hold_body
from service.operations.request_bodies import unpack
from service.request_log import note_call, note_fetched
from service.responses import json_response
from service.settings import Settings
from service.site import site_store, this_site
from service.store.shown_counts import shown

blueprint = Blueprint("calls", __name__)


@blueprint.post("/cds-services/<service_id>")
def call(service_id: str) -> Response:
    """Answer a call with cards; with none when there is nothing to say. Anything else is an error answer."""
    service = service_of(service_id)
    site = this_site()
    settings = site.settings
    store, body = site_store(), b""
    try:
        body = received_body(settings)
        evaluation = answer_call(service, body, settings, store.memory(site.name), site.fhir)
    except Exception as error:
        if isinstance(error, PrefetchMissing):
            note_fetched(error.fetched)
        record_unanswered(service, error, body=body, settings=settings)
        raise
    note_call(service.id, evaluation, shadow=settings.shadow)
    response = json_response({"cards": evaluation.cards})
    record_answer(service, evaluation, body=body, answer=response.get_data(), settings=settings)
    if settings.shadow:
        return json_response({"cards": []})
    store.count_shown(shown(evaluation.cards, service.id, settings.current_day()))
    return response


def service_of(service_id: str) -> CdsService:
    """The service of an address. Raises `NotServed`, without repeating the address."""
    service = SERVICES.get(service_id)
    if service is None:
        raise NotServed(f"There is no such service here. Served: {', '.join(SERVICES)}.")
    return service


def received_body(settings: Settings) -> bytes:
    """The body as bytes, unpacked; one over the limit is refused, before anything is read where its length is announced.

    A byte order mark, which some writers of text put first, is no part of it. Raises `Busy` where the worker holds too many large ones.
    """
    body = unpack(_sent_body(settings), request.headers.get("Content-Encoding", ""), settings.max_body_mb)
    hold_body(len(body))
    return body.removeprefix(BOM_UTF8)


def _sent_body(settings: Settings) -> bytes:
    length = request.content_length
    if length is None:
        # Chunked. CAUTION: Werkzeug cuts such a body at the limit without a word.
        body = request.get_data(cache=False)
        if len(body) >= settings.max_body_bytes:
            raise BodyTooLarge(settings.max_body_mb)
        return body
    if length > settings.max_body_bytes:
        raise BodyTooLarge(settings.max_body_mb)
    expect_body(length)
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
