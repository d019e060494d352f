"""Synthetic sample patients as requests ready to POST; registered only when `HER2CDS_DEMO=1`."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from service.errors import NotServed
from service.responses import json_response
from service.samples import describe, names, request_body
from service.site import site_settings

blueprint = Blueprint("demo", __name__, url_prefix="/demo")


@blueprint.get("/samples")
def list_samples() -> Response:
    """The names of the sample patients, with the address of each."""
    return json_response(
        {"samples": [{"name": name, "description": describe(name), "path": url_for("demo.sample", name=name)} for name in names()]}
    )


@blueprint.get("/samples/<name>.json")
def sample(name: str) -> Response:
    """A `patient-view` request for one sample patient, dated relative to today."""
    if name not in names():
        raise NotServed("There is no such sample patient.")
    return json_response(request_body(name, site_settings().current_day()))
