"""`/demo/`: the demo EHR's page, what its scripts ask of the EHR's own server, and the sample patients as requests ready to POST."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from guideline.knowledge_base import KNOWLEDGE
from service.cds_hooks.calls import received_body
from service.demo.authorization_server import name_of
from service.demo.chart_summary import summary_of
from service.demo.order_entry import order_groups
from service.demo.refusals import NotStored
from service.demo.site import CLIENT_ID, issuer, site_charts, site_demo, smart_app_address
from service.demo.situations import FIRST_SHOWN, GROUPS, LISTED
from service.demo.tokens import LIFETIMES
from service.errors import BodyNotJson, NotServed
from service.responses import json_response, wants_json
from service.samples import describe, names, request_body
from service.site import site_settings

blueprint = Blueprint("demo", __name__, url_prefix="/demo")

#: Who works in the demo EHR: each visitor is somebody else, so that what one of them dismissed is new to the next.
_USER: Final = re.compile(r"Practitioner/demo-[a-z0-9]{4,32}")

#: What the CDS service may read with the token of a call.
_SERVICE_SCOPE: Final = "patient/*.rs"

_MOST_CONTEXT: Final = 4000


@blueprint.get("/")
def page() -> ResponseReturnValue:
    """The demo EHR with one chart open: that of `?patient=`, by the name of a sample, else the one that shows most."""
    settings = site_settings()
    if _is_by_another_name(settings.base_url):
        return redirect(f"{settings.base_url}/demo/?{request.query_string.decode('ascii', 'ignore')}", 302)
    sample = request.args.get("patient", FIRST_SHOWN)
    chart = next((chart for chart in site_charts().values() if chart.sample == sample), None)
    if chart is None:
        return _no_such_patient()
    listed = LISTED[chart.sample]
    text = render_template(
        "demo/ehr.html",
        groups=GROUPS,
        listed=listed,
        chart=chart,
        names=_names(),
        summary=summary_of(chart.resources, settings.current_day()),
        order_groups=order_groups(),
        today=settings.current_day().isoformat(),
        try_name=next(order.name for group in order_groups() for order in group.orders if order.id == listed.try_drug),
        app_address=smart_app_address("launch") if _serves_app() and not settings.shadow else "",
        shadow=settings.shadow,
        knowledge=KNOWLEDGE,
        practice=settings.practice,
    )
    response = make_response(text)
    response.headers["Content-Security-Policy"] = _content_security_policy(settings.base_url)
    return response


def _is_by_another_name(base_url: str) -> bool:
    """Whether this machine was called `localhost` where cards call it `127.0.0.1`: to a browser the app would be another site's."""
    parts = urlsplit(base_url)
    return parts.hostname == "127.0.0.1" and request.host == f"localhost:{parts.port}"


def _serves_app() -> bool:
    return any(rule.rule == "/smart/launch" for rule in current_app.url_map.iter_rules())


def _content_security_policy(base_url: str) -> str:
    """Our own scripts and styles, nothing inline; the app may stand in a frame, also where the page was opened by another name."""
    parts = urlsplit(base_url)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"frame-src 'self' {parts.scheme}://{parts.netloc}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _names() -> dict[str, str]:
    """What each sample patient is called."""
    return {chart.sample: name_of(chart.patient) for chart in site_charts().values()}


def _no_such_patient() -> ResponseReturnValue:
    """A page with the patients that there are, or an error in JSON for a program that asks for it."""
    if wants_json():
        raise NotServed("There is no such sample patient.")
    text = render_template(
        "demo/no_such_patient.html", groups=GROUPS, names=_names(), knowledge=KNOWLEDGE, practice=site_settings().practice
    )
    return text, NotServed.status


@blueprint.post("/session")
def open_session() -> Response:
    """What an EHR has when a chart is opened: its FHIR server, and a token for that patient and user, which it also lends to services."""
    sent = _sent()
    patient, user = _patient_and_user(sent)
    token = site_demo().tokens.sign("access", {"patient": patient, "user": user, "scope": _SERVICE_SCOPE})
    return json_response(
        {
            "fhirServer": issuer(),
            "fhirAuthorization": {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": LIFETIMES["access"],
                "scope": _SERVICE_SCOPE,
                "subject": CLIENT_ID,
                "patient": patient,
            },
        }
    )


@blueprint.post("/launch")
def launch() -> Response:
    """A launch id for the SMART app: for this patient and user, with the `appContext` of the card's link."""
    sent = _sent()
    patient, user = _patient_and_user(sent)
    context = sent.get("appContext")
    if not (context is None or (isinstance(context, str) and len(context) <= _MOST_CONTEXT)):
        raise NotStored("appContext: should be a short text.")
    claims = {"patient": patient, "user": user, "banner": sent.get("banner") is True} | ({"appContext": context} if context else {})
    return json_response({"launch": site_demo().tokens.sign("launch", claims), "iss": issuer()})


@blueprint.post("/reset")
def reset() -> Response:
    """Take back what apps wrote for a patient."""
    patient, _ = _patient_and_user(_sent())
    site_demo().store.forget_answers(patient)
    return Response(status=204)


def _patient_and_user(sent: dict[str, Any]) -> tuple[str, str]:
    patient, user = sent.get("patient"), sent.get("user")
    if not isinstance(patient, str) or patient not in site_charts():
        raise NotStored("patient: should be the id of a sample patient.")
    if not isinstance(user, str) or not _USER.fullmatch(user):
        raise NotStored("user: should be such as Practitioner/demo-1a2b3c4d.")
    return patient, user


def _sent() -> dict[str, Any]:
    try:
        sent = orjson.loads(received_body(site_settings()))
    except orjson.JSONDecodeError:
        raise BodyNotJson("The body is not JSON.") from None
    if not isinstance(sent, dict):
        raise BodyNotJson("The body must be an object.")
    return sent


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
