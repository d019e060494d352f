"""`POST /cds-services/{id}`: one request in, its cards out."""

from __future__ import annotations

from typing import IO

from flask import Blueprint, Response, request

from service.cds_hooks.answers import answer_call
from service.cds_hooks.registry import SERVICES, CdsService
from service.errors import BodyTooLarge, NotServed, PrefetchMissing, UnreadableCall
from service.operations.request_bodies import unpack
from service.request_log import note_call, note_fetched
from service.responses import json_response
from service.settings import Settings
from service.site import site_fhir_client, site_settings, site_store
from service.store.shown_counts import shown

blueprint = Blueprint("calls", __name__)


@blueprint.post("/cds-services/<service_id>")
def call(service_id: str) -> Response:
    """Answer a call with cards; with none when there is nothing to say. Anything else is an error answer."""
    service = service_of(service_id)
    settings = site_settings()
    store = site_store()
    try:
        evaluation = answer_call(service, received_body(settings), settings, store.memory(), site_fhir_client())
    except PrefetchMissing as missing:
        note_fetched(missing.fetched)
        raise
    note_call(service.id, evaluation)
    store.count_shown(shown(evaluation.cards, service.id, settings.current_day()))
    return json_response({"cards": evaluation.cards})


def service_of(service_id: str) -> CdsService:
    """The service of an address. Raises `NotServed`, without repeating the address."""
    service = SERVICES.get(service_id)
    if service is None:
        raise NotServed(f"There is no such service here. Served: {', '.join(SERVICES)}.")
    return service


def received_body(settings: Settings) -> bytes:
    """The body as bytes, unpacked; one over the limit is refused, before anything is read where its length is announced."""
    return unpack(_sent_body(settings), request.headers.get("Content-Encoding", ""), settings.max_body_mb)


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
