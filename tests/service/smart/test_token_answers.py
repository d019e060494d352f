"""Answers of a token endpoint, in order or not: each is a token for a patient, or a page that says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from service.smart.authorization import Granted, Launch, read_grant, redeem
from service.smart.discovery import Configuration
from service.smart.errors import NoPatient, SmartError, TokenExpired, TokenRefused
from service.smart.site import smart_site
from tests.service.fhir_client.hostile_server import Behaviour, HostileServer, answer, serving
from tests.service.smart.conftest import inside

GOOD = {"access_token": "a-token", "token_type": "Bearer", "patient": "p1", "scope": "launch patient/*.rs", "expires_in": 300}
ASKED = "launch openid patient/Patient.rs"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys((*GOOD, "error", "error_description", "expires_at", "id_token", "appContext"), JSON)
)


@pytest.fixture
def redeemed(app_of: Callable[..., Flask]) -> Iterator[Callable[[Behaviour], Granted]]:
    """What the app makes of a token endpoint."""

    def redeem_at(behaviour: Behaviour) -> Granted:
        with serving(behaviour) as server:
            app = app_of(smart_clients=f"{server.base} her2-cds", smart_deadline_ms=60_000)
            with inside(app):
                site = smart_site()
                return redeem(site, site.clients[0], launch_at(server), "a-code")

    return redeem_at


def launch_at(server: HostileServer) -> Launch:
    endpoints = Configuration(f"{server.origin}/authorize", f"{server.origin}/token")
    return Launch(server.base, ASKED, "v" * 43, "nonce", endpoints)


def test_a_good_answer(redeemed: Callable[[Behaviour], Granted]):
    """Token, patient, scopes and end are taken over."""
    granted = redeemed(answer(GOOD, content_type="application/json"))
    assert (granted.access_token, granted.patient_id, granted.scopes) == ("a-token", "p1", {"launch", "patient/*.rs"})
    assert granted.expires_at is not None
    assert timedelta(seconds=290) < granted.expires_at - datetime.now(UTC) <= timedelta(seconds=300)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"error": "invalid_grant", "error_description": "Der Code ist ungültig <b>"}, 400, "invalid_grant"),
        ({"error": "invalid_client", "error_description": {"a": 1}}, 401, "invalid_client"),
        ({"error": {"a": 1}}, 400, "other"),
        ({"error": "patient Jane Doe has no chart"}, 400, "other"),
        ({"error": None}, 200, "other"),
        ("<html>", 200, "not-json"),
        ("[]", 200, "not-json"),
        ("", 204, "not-json"),
        ("", 500, "server"),
        ({**GOOD, "access_token": "two words"}, 200, "no-bearer"),
        ({**GOOD, "access_token": "x\r\nHost: evil"}, 200, "no-bearer"),
        ({**GOOD, "token_type": "mac"}, 200, "no-bearer"),
    ],
)
def test_refusals(redeemed: Callable[[Behaviour], Granted], body: Any, status: int, reason: str):
    """An error is known by OAuth's own words; what else the server says is never repeated, not in the log either."""
    with pytest.raises(TokenRefused) as refused:
        redeemed(answer(body, status, content_type="application/json"))
    assert refused.value.reason == reason


def test_a_redirect_is_not_followed(redeemed: Callable[[Behaviour], Granted]):
    """Code and secret are not carried on to another address."""
    with pytest.raises(TokenRefused) as refused:
        redeemed(answer("", 307, location="http://127.0.0.1:1/token"))
    assert refused.value.reason == "redirect"


@pytest.mark.parametrize("patient", [None, "", ".", "..", "Patient/..", "Patient/", 7, ["p1"], "x" * 257])
def test_no_patient(patient: Any):
    """A token without a patient, or with something that can be none, opens no record."""
    with pytest.raises(NoPatient):
        read_grant(GOOD | {"patient": patient}, ASKED)


@pytest.mark.parametrize("seconds", [0, -5, "0", 0.4])
def test_a_token_that_is_over(seconds: Any):
    """A token that lasts no second longer is none."""
    with pytest.raises(TokenExpired):
        read_grant(GOOD | {"expires_in": seconds}, ASKED)


@pytest.mark.parametrize(
    ("seconds", "known"), [("300", True), (300.5, True), (10**30, True), (None, False), ("soon", False), (True, False)]
)
def test_how_long_it_lasts(seconds: Any, known: bool):
    """A time that is written as text is read; one that cannot be read leaves the end to the site's own limit."""
    assert (read_grant(GOOD | {"expires_in": seconds}, ASKED).expires_at is not None) is known


def test_scopes_that_are_not_repeated():
    """A server that grants what was asked need not say so again."""
    granted = read_grant({name: value for name, value in GOOD.items() if name != "scope"}, ASKED)
    assert granted.scopes == set(ASKED.split())


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ('{"topic": "SecondLineTreatment", "hookInstance": "x"}', {"topic": "SecondLineTreatment", "hookInstance": "x"}),
        ({"topic": "Her2Low"}, {"topic": "Her2Low"}),
        ('{"topic": 7, "patient": "p1"}', {}),
        ("not json", {}),
        ("[]", {}),
        (None, {}),
        (f'{{"topic": "{"x" * 101}"}}', {}),
    ],
)
def test_what_a_card_gave_along(said: Any, read: dict[str, str]):
    """Of `appContext` only what our own cards put there is taken over."""
    assert read_grant(GOOD | {"appContext": said}, ASKED).app_context == read


@given(MEMBERS)
def test_whatever_a_server_sends(members: dict[str, Any]):
    """No JSON object makes anything but a grant or one of the errors that have a page."""
    try:
        granted = read_grant(GOOD | members, ASKED)
    except SmartError:
        return
    assert granted.patient_id
    assert json.dumps(dict(granted.app_context))
