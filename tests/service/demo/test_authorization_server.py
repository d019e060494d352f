"""`/demo/auth`: as lenient as a demo may be about who, as strict as an EHR about how."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet

from service.demo import tokens
from service.demo.tokens import LIFETIMES
from tests.service.demo.visits import (
    ISSUER,
    PATIENT,
    SCOPE,
    USER,
    answer_of,
    authorization,
    bearer,
    demo_client,
    exchange,
    launch,
    launched_app,
    session_token,
)

AUTHORIZE = "/demo/auth/authorize"


def _code(demo: FlaskClient, **changed: Any) -> str:
    return answer_of(demo.get(AUTHORIZE, query_string=authorization(launch=launch(demo), **changed)))["code"]


def test_an_ehr_launch(demo: FlaskClient):
    """Launch, code, token: the app learns patient, scopes, appContext, and who the user is."""
    answer = answer_of(demo.get(AUTHORIZE, query_string=authorization(launch=launch(demo, appContext='{"topic":"x"}'))))
    assert (answer["state"], answer["iss"]) == ("state-1", ISSUER)
    response = exchange(demo, answer["code"])
    assert response.headers["Cache-Control"] == "no-store"
    given = response.get_json()
    assert (given["patient"], given["scope"], given["appContext"]) == (PATIENT, SCOPE, '{"topic":"x"}')
    assert (given["token_type"], given["expires_in"], given["need_patient_banner"]) == ("Bearer", LIFETIMES["access"], False)
    assert demo.get("/demo/fhir/Observation", headers=bearer(given)).status_code == 200


def test_the_id_token_is_signed_for_this_client(demo: FlaskClient):
    """RS256 by a key of the JWKS, issued by the FHIR server's address, for the app, with user and nonce."""
    code = _code(demo, nonce="n-1")
    keys = KeySet.import_key_set(demo.get("/demo/auth/keys").get_json())
    claims = jwt.decode(exchange(demo, code).get_json()["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, "her2-cds-demo", "n-1")
    assert claims["fhirUser"] == f"{ISSUER}/{USER}"
    assert all("d" not in key for key in demo.get("/demo/auth/keys").get_json()["keys"])


def test_without_openid_there_is_no_id_token(demo: FlaskClient):
    """Who did not ask who the user is, is not told."""
    assert "id_token" not in launched_app(demo, "launch patient/Condition.rs")


def test_a_window_of_its_own_shows_the_patient(demo: FlaskClient):
    """An app outside of the chart is asked to show whose record it is."""
    assert launched_app(demo, banner=True)["need_patient_banner"] is True


def test_a_standalone_launch_asks_for_the_patient(demo: FlaskClient):
    """Without a launch the patient is chosen from a list, each of whose links goes on with the same request."""
    query = authorization(scope="launch/patient patient/Observation.rs")
    page = demo.get(AUTHORIZE, query_string=query)
    assert page.status_code == 200
    assert "Bea Sample" in page.text
    answer = answer_of(demo.get(AUTHORIZE, query_string=query | {"patient": "sample-ild"}))
    assert answer["state"] == "state-1"
    assert exchange(demo, answer["code"]).get_json()["patient"] == "sample-ild"


@pytest.mark.parametrize(
    "changed", [{"client_id": "other"}, {"redirect_uri": "https://evil.example/smart/callback"}, {"redirect_uri": None}]
)
def test_nobody_unknown_is_redirected_to(demo: FlaskClient, changed: dict[str, str | None]):
    """Another client or address gets a page, and no redirect."""
    answer = demo.get(AUTHORIZE, query_string=authorization(launch=launch(demo), **changed))
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"state": None}, "invalid_request"),
        ({"aud": "https://other.example/fhir"}, "invalid_request"),
        ({"aud": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "system/*.rs"}, "invalid_scope"),
        ({"launch": "made-up"}, "invalid_request"),
    ],
)
def test_a_request_that_is_not_in_order_comes_back_as_error(demo: FlaskClient, changed: dict[str, str | None], error: str):
    """The app is told what was wrong, with its own state."""
    query = authorization(**({"launch": launch(demo)} | changed))
    answer = answer_of(demo.get(AUTHORIZE, query_string=query))
    assert answer["error"] == error
    assert "code" not in answer
    assert answer.get("state") == query.get("state")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "another verifier that is long enough for pkce 012345"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:8000/other"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"client_id": "other"}, "invalid_client"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ],
)
def test_a_code_is_worth_nothing_to_others(demo: FlaskClient, changed: dict[str, str], error: str):
    """Without the verifier, the address and the client of the request there is no token."""
    refused = exchange(demo, _code(demo), **changed)
    assert refused.status_code == 400
    assert refused.get_json()["error"] == error


def test_a_code_works_once(demo: FlaskClient):
    """Who steals a used code gets nothing."""
    code = _code(demo)
    assert exchange(demo, code).status_code == 200
    assert exchange(demo, code).get_json()["error"] == "invalid_grant"


def test_one_kind_of_token_does_not_pass_as_another(demo: FlaskClient):
    """A launch id or a code opens no record, and an access token launches nothing."""
    code, launched = _code(demo), launch(demo)
    for wrong in (code, launched):
        assert demo.get("/demo/fhir/Condition", headers={"Authorization": f"Bearer {wrong}"}).status_code == 401
    access = session_token(demo)["Authorization"].removeprefix("Bearer ")
    assert exchange(demo, access).get_json()["error"] == "invalid_grant"
    assert answer_of(demo.get(AUTHORIZE, query_string=authorization(launch=access)))["error"] == "invalid_request"


def test_tokens_end(demo: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    """After an hour a token reads nothing; after a minute a code gives none."""
    headers, code = session_token(demo), _code(demo)
    now = tokens.time()
    monkeypatch.setattr(tokens, "time", lambda: now + 61)
    assert exchange(demo, code).get_json()["error"] == "invalid_grant"
    assert demo.get("/demo/fhir/Condition", headers=headers).status_code == 200
    monkeypatch.setattr(tokens, "time", lambda: now + 3601)
    assert demo.get("/demo/fhir/Condition", headers=headers).status_code == 401


def test_a_challenge_that_is_none_fits_no_verifier(demo: FlaskClient):
    """A code may be asked for with any challenge; one with other letters is refused when it is redeemed, and is no fault of ours."""
    query = authorization(launch=launch(demo), code_challenge="no challénge")
    code = answer_of(demo.get("/demo/auth/authorize", query_string=query))["code"]
    refused = exchange(demo, code)
    assert (refused.status_code, refused.get_json()["error"]) == (400, "invalid_grant")


def test_the_keys_are_for_this_user_alone(tmp_path: Path):
    """The file with the keys that sign tokens is read by nobody else on this machine."""
    launch(demo_client(tmp_path))
    assert (tmp_path / "demo.sqlite").stat().st_mode & 0o077 == 0
