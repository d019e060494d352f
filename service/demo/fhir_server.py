"""`/demo/fhir`: the FHIR R4 server of the demo EHR. Synthetic patients, read only but for QuestionnaireResponses.

Every call but those for `metadata` and the SMART configuration needs a token of the demo's authorization server, or of the demo EHR itself,
and sees the one patient that the token is for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

import orjson
from flask import Blueprint, Response, request

from cards.strict_fhir import is_deep
from service.cds_hooks.calls import received_body
from service.demo.capability import SERVED, capability_statement, smart_configuration
from service.demo.charts import Chart, labelled
from service.demo.refusals import NotAllowed, NotSearchable, NotStored
from service.demo.scopes import WRITABLE, may
from service.demo.search import search
from service.demo.site import issuer, site_charts, site_demo
from service.demo.tokens import TokenFault
from service.errors import BodyNotJson, NotAuthenticated, NotServed
from service.responses import json_response
from service.site import site_settings

blueprint = Blueprint("demo_fhir", __name__, url_prefix="/demo/fhir")

#: A page of a search, where `_count` asks for no smaller one.
MOST_PER_PAGE: Final = 250

#: The largest resource that is taken, in bytes.
MOST_BYTES: Final = 100_000

#: What the models do not check: the codes of `QuestionnaireResponse.status`.
_STATUSES: Final = ("in-progress", "completed", "amended", "entered-in-error", "stopped")

_FHIR_JSON: Final = "application/fhir+json"


def authorization_base() -> str:
    """The address of the demo's authorization server."""
    return f"{site_settings().base_url}/demo/auth"


@blueprint.get("/metadata")
def metadata() -> Response:
    """The CapabilityStatement."""
    return _fhir(capability_statement(issuer(), authorization_base(), site_settings().current_day()))


@blueprint.get("/.well-known/smart-configuration")
def configuration() -> Response:
    """Where the authorization server is, and what it can do."""
    return json_response(smart_configuration(issuer(), authorization_base()))


@blueprint.get("/<kind>/<id_>")
def read(kind: str, id_: str) -> Response:
    """One resource."""
    chart, _ = _allowed("r", kind)
    if kind == "Practitioner":
        return _fhir(practitioner(id_))
    for resource in _resources(chart, kind):
        if resource["id"] == id_:
            return _fhir(resource)
    raise NotServed("There is no such resource.")


@blueprint.get("/<kind>")
def search_type(kind: str) -> Response:
    """A searchset of the token's patient."""
    chart, _ = _allowed("s", kind)
    parameters = [(name, value) for name, value in request.args.items(multi=True) if value]
    for name, value in parameters:
        if name in {"patient", "subject"} and value.removeprefix("Patient/") != chart.patient_id:
            raise NotAllowed("The token is for another patient.")
    try:
        found = search(_resources(chart, kind), parameters)
        count = min(int(request.args.get("_count", MOST_PER_PAGE)), MOST_PER_PAGE)
        offset = int(request.args.get("_offset", 0))
    except ValueError as fault:
        raise NotSearchable(f"The search cannot be done: {fault}") from None
    return _fhir(_searchset(kind, found.resources, found.understood, max(count, 0), max(offset, 0)))


@blueprint.post("/<kind>")
def create(kind: str) -> Response:
    """Take a QuestionnaireResponse about the token's patient."""
    chart, claims = _allowed("c", kind)
    if kind != WRITABLE:
        raise NotAllowed(f"This server takes {WRITABLE} resources only.")
    resource = _sent_resource()
    if str((resource.get("subject") or {}).get("reference")).removeprefix(f"{issuer()}/") != f"Patient/{chart.patient_id}":
        raise NotStored("subject: should refer to the patient of the token.")
    id_ = str(uuid4())
    stamp = {"versionId": "1", "lastUpdated": datetime.now(UTC).isoformat(timespec="milliseconds")}
    kept = labelled({**resource, "id": id_, "meta": {**(resource.get("meta") or {}), **stamp}})
    kept.setdefault("author", {"reference": claims["user"]})
    site_demo().store.keep_answer(chart.patient_id, kept)
    response = _fhir(kept, status=201)
    response.headers["Location"] = f"{issuer()}/{kind}/{id_}/_history/1"
    return response


def practitioner(id_: str) -> dict[str, Any]:
    """The demo's clinician; whoever it is, it is nobody."""
    name = {"family": "Sample", "given": ["Oncologist"], "prefix": ["Dr."], "text": "Dr. Sample (synthetic)"}
    return labelled({"resourceType": "Practitioner", "id": id_, "active": True, "name": [name]})


def _allowed(act: str, kind: str) -> tuple[Chart, dict[str, Any]]:
    """The chart and the claims of a token that may do this. Raises `NotAuthenticated`, `NotServed` or `NotAllowed`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticated
    try:
        claims = site_demo().tokens.read("access", token.strip())
    except TokenFault:
        raise NotAuthenticated from None
    chart = site_charts().get(claims["patient"])
    if chart is None:
        raise NotAuthenticated
    if kind not in SERVED:
        raise NotServed("Resources of this type are not served here.")
    if not may(claims["scope"], act, kind) and kind != "Practitioner":
        raise NotAllowed("The scopes of the token do not allow it.")
    return chart, claims


def _resources(chart: Chart, kind: str) -> Iterator[dict[str, Any]]:
    yield from (resource for resource in chart.resources if resource["resourceType"] == kind)
    if kind == WRITABLE:
        yield from site_demo().store.answers(chart.patient_id)


def _searchset(kind: str, found: list[dict[str, Any]], understood: list[tuple[str, str]], count: int, offset: int) -> dict[str, Any]:
    page = found[offset : offset + count]
    kept = [(name, value) for name, value in understood if name != "_offset"]
    links = [{"relation": "self", "url": _address(kind, understood)}]
    if count and offset + count < len(found):
        links.append({"relation": "next", "url": _address(kind, [*kept, ("_offset", str(offset + count))])})
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "link": links}
    entries = [{"fullUrl": f"{issuer()}/{kind}/{resource['id']}", "resource": resource, "search": {"mode": "match"}} for resource in page]
    return {**bundle, "entry": entries} if entries else bundle


def _address(kind: str, parameters: list[tuple[str, str]]) -> str:
    return f"{issuer()}/{kind}?{urlencode(parameters)}" if parameters else f"{issuer()}/{kind}"


def _sent_resource() -> dict[str, Any]:
    """The QuestionnaireResponse in the body. Raises `BodyNotJson`, `BodyTooLarge` or `NotStored`."""
    body = received_body(site_settings())
    if len(body) > MOST_BYTES:
        raise NotStored(f"The resource has more than {MOST_BYTES} bytes.")
    try:
        resource = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BodyNotJson("The body is not JSON.") from None
    if not isinstance(resource, dict) or resource.get("resourceType") != WRITABLE:
        raise NotStored(f"The body should be a {WRITABLE}.")
    if resource.get("status") not in _STATUSES:
        raise NotStored(f"status: should be one of {', '.join(_STATUSES)}.")
    if is_deep(resource):
        raise NotStored("The resource is nested too deeply.")
    # The models take a while to load, so they are loaded with the first answer.
    from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse  # noqa: PLC0415

    try:
        QuestionnaireResponse.model_validate(resource)
    except (ValueError, TypeError, LookupError, AttributeError):
        raise NotStored("The resource does not fit FHIR R4.") from None
    return resource


def _fhir(resource: dict[str, Any], *, status: int = 200) -> Response:
    response = json_response(resource, status=status, media_type=_FHIR_JSON)
    response.headers["Cache-Control"] = "no-store"
    return response
