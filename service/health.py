"""`/healthz` says that the process answers, `/readyz` that it can answer with advice."""

from __future__ import annotations

from flask import Blueprint, Response

from guideline.knowledge_base import KNOWLEDGE
from service.responses import json_response
from service.site import site_settings, site_store

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return json_response({"status": "alive"})


@blueprint.get("/readyz")
def ready() -> Response:
    """The knowledge is loaded: which version, how this site reads it, and whether feedback can be stored at present.

    A store that cannot be reached does not make the service unready: cards are shown without it, and must not stop for its sake.
    """
    store = "reachable" if site_store().open() else "unreachable"
    return json_response({"status": "ready", "knowledge": KNOWLEDGE.version, "profile": site_settings().practice.label, "store": store})
