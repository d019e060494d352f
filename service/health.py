"""`/healthz` says that the process answers, `/readyz` that it can answer with advice."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from guideline.knowledge_base import KNOWLEDGE
from service.operations import series
from service.operations.counts import COUNTS
from service.responses import json_response
from service.settings import Settings
from service.site import site_record, site_settings, site_store

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return json_response({"status": "alive"})


@blueprint.get("/readyz")
def ready() -> Response:
    """The knowledge is loaded: which version, how this site reads it, and whether feedback and decision record can be stored at present.

    A store that cannot be reached or written does not make the service unready: cards are shown without it, and must not stop for its sake.
    Where no call is answered without it, it does (503): with `HER2CDS_RECORD=required`, which wants each on record, and with
    `HER2CDS_AUTH=required`, which wants to know that a token was not used before.
    """
    settings = site_settings()
    reachable = site_store().look()
    record = _record(settings, reachable=reachable)
    unready = not reachable and "required" in (settings.record, settings.auth)
    content = {
        "status": "not ready" if unready else "ready",
        "knowledge": KNOWLEDGE.version,
        "profile": settings.practice.label,
        "store": "reachable" if reachable else "unreachable",
        **record,
    }
    return json_response(content, status=503 if unready else 200)


def _record(settings: Settings, *, reachable: bool) -> dict[str, Any]:
    """How the decision record stands, and how much of it is missing.

    `off`; `kept`; `waiting` for the store, so far without a loss; `losing` calls, since too many wait already; `refused`: the calls are,
    since they must be on record and cannot. `record_lost` counts the calls that are missing in it, of all workers since they started.
    """
    if settings.record == "off":
        return {"record": "off"}
    state = "losing" if site_record().losing else "kept" if reachable else "waiting" if settings.record == "on" else "refused"
    lost = int(COUNTS.total()[series.LOST.place(("record",))])
    return {"record": state} | ({"record_lost": lost} if lost else {})
