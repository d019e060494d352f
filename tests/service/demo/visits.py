"""A visitor of the demo EHR without a browser: its sessions, launches, and the app that is launched."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.app import create_app
from tests.service.checked_client import site

BASE = "http://127.0.0.1:8000"
ISSUER = f"{BASE}/demo/fhir"
CALLBACK = f"{BASE}/smart/callback"
USER = "Practitioner/demo-0123abcd"
PATIENT = "sample-second-line"
SCOPE = (
    "launch openid fhirUser patient/Observation.rs patient/Condition.rs patient/QuestionnaireResponse.rs patient/QuestionnaireResponse.c"
)
VERIFIER = "a-verifier-that-is-long-enough-for-pkce-0123456789"


def demo_client(folder: Path, **settings: Any) -> FlaskClient:
    """A client of a service with the demo, which keeps its file in `folder`."""
    return create_app(site(demo=True, data=folder, **settings)).test_client()


def session_token(client: FlaskClient, patient: str = PATIENT) -> dict[str, str]:
    """The headers of an EHR that has opened this patient's chart."""
    session = client.post("/demo/session", json={"patient": patient, "user": USER}).get_json()
    return {"Authorization": f"Bearer {session['fhirAuthorization']['access_token']}"}


def launch(client: FlaskClient, **said: Any) -> str:
    """A launch id."""
    launched = client.post("/demo/launch", json={"patient": PATIENT, "user": USER} | said).get_json()
    assert launched["iss"] == ISSUER
    id_: str = launched["launch"]
    return id_


def challenge(verifier: str = VERIFIER) -> str:
    """The S256 challenge of a PKCE verifier."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def authorization(**changed: str | None) -> dict[str, str]:
    """The query of an authorization request that is in order but for what is changed; `None` leaves a parameter out."""
    query: dict[str, str | None] = {
        "response_type": "code",
        "client_id": "her2-cds-demo",
        "redirect_uri": CALLBACK,
        "scope": SCOPE,
        "state": "state-1",
        "aud": ISSUER,
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (query | changed).items() if value is not None}


def answer_of(response: TestResponse) -> dict[str, str]:
    """What an authorization answer brings to the app by way of the browser."""
    assert response.status_code == 302
    address = urlsplit(response.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == CALLBACK
    return {name: values[0] for name, values in parse_qs(address.query).items()}


def exchange(client: FlaskClient, code: str, /, **changed: str) -> TestResponse:
    """The token request for a code, in order but for what is changed."""
    form = {"grant_type": "authorization_code", "client_id": "her2-cds-demo", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return client.post("/demo/auth/token", data=form | {"code": code} | changed)


def launched_app(client: FlaskClient, scope: str = SCOPE, **said: Any) -> dict[str, Any]:
    """The token answer to an app that was launched, with these scopes."""
    query = authorization(launch=launch(client, **said), scope=scope)
    answer = answer_of(client.get("/demo/auth/authorize", query_string=query))
    tokens: dict[str, Any] = exchange(client, answer["code"]).get_json()
    return tokens


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    """The headers of an app with these tokens."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}
