"""Records of samples, of requests and of twenty years, as the page reads them; and sessions that have read them already."""

from __future__ import annotations

import copy
import html
import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fhir_mappings.case_builder import build_case
from fhir_mappings.reading import Reading, read_hook_request
from guideline.case import Case
from guideline.practice import Practice
from service.chart.view import ChartView, chart_view
from service.samples import request_body
from service.smart import patient_record
from service.smart.sessions import CSRF_HEADER, SmartSession, open_session
from tests.service.checked_client import TODAY

US = Practice()

#: A FHIR server that nobody asks: the record is with the session already.
NOWHERE = "http://127.0.0.1:9/fhir"

_BASE = "http://127.0.0.1"

MAY_WRITE = frozenset({"patient/QuestionnaireResponse.c"})


def case_of(body: dict[str, Any] | bytes, today: date = TODAY) -> Case:
    """The case of a patient-view request."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    request = read_hook_request(content)
    return build_case(request.reading, patient_id=request.envelope["context"]["patientId"], today=today)


@cache
def sample_case(name: str) -> Case:
    """The case of a sample patient."""
    return case_of(request_body(name, TODAY))


def sample_view(name: str, **arguments: Any) -> ChartView:
    """The page about a sample patient."""
    return chart_view(sample_case(name), US, **arguments)


class OpenChart:
    """One chart open in one browser: the page of a session whose record was read."""

    def __init__(self, app: Flask, body: dict[str, Any] | bytes, **session: Any) -> None:
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        request = read_hook_request(content)
        self.patient_id: str = request.envelope["context"]["patientId"]
        self.session = session_with(app, request.reading, self.patient_id, **session)
        self.client: FlaskClient = app.test_client()
        self.client.set_cookie(f"her2cds-smart-{self.session.id}", self.session.secret, domain="127.0.0.1")

    def get(self, path: str = "/smart/", **arguments: Any) -> TestResponse:
        return self.client.get(path, query_string={"s": self.session.id}, base_url=_BASE, **arguments)

    def post(self, path: str, form: dict[str, Any], *, json: bool = False, **headers: str) -> TestResponse:
        sent = {CSRF_HEADER: self.session.csrf_token, **({"Accept": "application/json"} if json else {}), **headers}
        return self.client.post(path, query_string={"s": self.session.id}, base_url=_BASE, data=form, headers=sent)

    def view(self) -> dict[str, Any]:
        shown: dict[str, Any] = orjson.loads(self.get(headers={"Accept": "application/json"}).data)
        return shown


def session_with(app: Flask, reading: Reading, patient_id: str, **session: Any) -> SmartSession:
    """A session whose record was read already, for whoever holds its secret."""
    with app.test_request_context("/smart/", base_url=_BASE):
        app.preprocess_request()
        opened = open_session(**{"issuer": NOWHERE, "patient_id": patient_id, "access_token": "made-up", **session})
        patient_record._keep(opened, reading)
    return opened


def text_of(response: TestResponse) -> str:
    """What a reader reads, on one line."""
    return plain(response.get_data(as_text=True))


def plain(markup: str) -> str:
    """The text of a page, without scripts, on one line."""
    body = re.sub(r"<(script|svg|style)\b.*?</\1>", " ", markup, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


#: Every how many days something is measured in the long history, and how many points it swings.
_EVERY = {"alt": 28, "ast": 28, "bilirubin": 28, "creatinine": 28, "haemoglobin": 28, "neutrophils": 28, "platelets": 28, "weight": 35}


def long_history(years: int = 20, today: date = TODAY) -> dict[str, Any]:
    """A request about a patient whose laboratory was asked for twenty years: some two thousand observations."""
    body = request_body("third-line", today)
    entries = [entry for bundle in body["prefetch"].values() for entry in bundle.get("entry", [])]
    patterns = {entry["resource"]["id"]: entry for entry in entries if entry["resource"]["resourceType"] == "Observation"}
    for bundle in body["prefetch"].values():
        members = bundle.get("entry", [])
        bundle["entry"] = [*members, *(older for entry in members for older in _older(entry, patterns, years, today))]
        bundle["total"] = len(bundle["entry"])
    return body


def _older(entry: dict[str, Any], patterns: dict[str, Any], years: int, today: date) -> Iterator[dict[str, Any]]:
    """The earlier values of an observation, each a little different."""
    ident = entry["resource"].get("id", "")
    every = _EVERY.get(ident)
    if entry["resource"]["resourceType"] != "Observation" or ident not in patterns or every is None:
        return
    for number in range(1, years * 365 // every):
        older = copy.deepcopy(entry)
        resource = older["resource"]
        day = today - timedelta(days=number * every)
        resource["id"] = f"{ident}-{number}"
        resource["effectiveDateTime"] = day.isoformat()
        quantity = resource["valueQuantity"]
        quantity["value"] = round(quantity["value"] * (1 + ((number * 37) % 21 - 10) / 60), 2)
        yield older
