"""`GET /cds-services`: what this service offers, and the prefetch it would like."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from service.cds_hooks.registry import SERVICES, CdsService
from service.responses import json_response

#: The version of the CDS Hooks specification spoken here.
CDS_HOOKS_VERSION = "2.0.1"

blueprint = Blueprint("discovery", __name__)


@blueprint.get("/cds-services")
def discover() -> Response:
    """List the services."""
    return json_response({"services": [entry(service) for service in SERVICES.values()]})


def entry(service: CdsService) -> dict[str, Any]:
    """One service as discovery lists it."""
    return {
        "hook": service.hook,
        "id": service.id,
        "title": service.title,
        "description": service.description,
        "prefetch": dict(service.prefetch),
        "usageRequirements": service.usage_requirements,
        "version": CDS_HOOKS_VERSION,
    }
