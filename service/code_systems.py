"""The code systems of our own that cards refer to, as FHIR R4."""

from __future__ import annotations

from flask import Blueprint, Response

from cards.override_reasons import code_system
from service.responses import json_response

blueprint = Blueprint("code_systems", __name__)


@blueprint.get("/fhir/CodeSystem/override-reasons")
def override_reasons() -> Response:
    """Why a clinician may set a card aside."""
    return json_response(code_system(), media_type="application/fhir+json")
