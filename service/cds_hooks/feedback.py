"""`POST /cds-services/{id}/feedback`: what became of our cards."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from service.cds_hooks.calls import received_body, service_of
from service.cds_hooks.feedback_messages import read_feedback
from service.errors import BodyNotJson, FeedbackNotKept, NoFeedback, StoreUnavailable, operation_outcome
from service.request_log import request_id
from service.responses import json_response
from service.site import site_store, this_site

blueprint = Blueprint("feedback", __name__)


@blueprint.post("/cds-services/<service_id>/feedback")
def feedback(service_id: str) -> ResponseReturnValue:
    """Keep feedback: 200 without content once it is written. Repeats and cards that are not ours are welcome.

    Where only some entries of a message can be understood, these are kept, and the answer names the others.
    """
    service = service_of(service_id)
    site = this_site()
    try:
        body = orjson.loads(received_body(site.settings))
    except orjson.JSONDecodeError:
        raise BodyNotJson("The body is not JSON.") from None
    store = site_store()
    knows_cards = store.learn_salt()
    entries, issues = read_feedback(body, store.keys_of(site.name), store.salt_of(site.name))
    if issues and not entries:
        raise NoFeedback(*issues)
    if not knows_cards:
        raise FeedbackNotKept
    try:
        store.keep(service.id, entries)
    except StoreUnavailable:
        raise FeedbackNotKept from None
    if issues:
        return json_response(operation_outcome(NoFeedback(*issues), request_id()))
    return Response(status=200)
