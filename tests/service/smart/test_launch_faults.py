"""Launches that fail: each ends with a page that says what happened, and no session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.outside.smart_ehr.fixtures import NEEDS_SMART_EHR
from tests.outside.smart_ehr.running import RunningSmartEhr
from tests.service.smart.browser import APP, Browser, error_of, said
from tests.service.smart.conftest import NOWHERE

PATIENT = "sample-second-line"
LaunchedBy = Callable[..., Browser]


@NEEDS_SMART_EHR
@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ({"fault": "invalid_grant"}, "token-refused"),
        ({"fault": "no_patient"}, "no-patient"),
        ({"fault": "expired"}, "token-expired"),
        ({"fault": "server"}, "token-refused"),
        ({"fault": "html"}, "token-refused"),
        ({"fault": "no_token"}, "token-refused"),
        ({"fault": "other_nonce"}, "user-unproven"),
        ({"fault": "other_audience"}, "user-unproven"),
        ({"fault": "unsigned"}, "user-unproven"),
        ({"denied": "access_denied"}, "denied"),
        ({"denied": "invalid_scope"}, "authorization-failed"),
        ({"configuration": {"issuer": None}, "sender": None}, "user-unproven"),
        ({"configuration": {"jwks_uri": None}}, "user-unproven"),
    ],
)
def test_the_answer_of_an_ehr(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, behaviour: dict[str, Any], code: str):
    """What an EHR may answer instead of a good token gives a clear page, nothing of the EHR's own words, and no session."""
    smart_ehr.behave(**behaviour)
    browser = launched_by(smart_ehr)
    answer = browser.launch(smart_ehr, PATIENT)
    assert error_of(answer) == code
    assert "unknown launch" not in answer.text
    assert PATIENT not in answer.text
    assert not any("smart" in name for name in browser.cookies())


@NEEDS_SMART_EHR
def test_a_token_endpoint_that_never_answers(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """The clinician is told after the deadline, and not left waiting."""
    smart_ehr.behave(fault="slow")
    browser = launched_by(smart_ehr, smart_deadline_ms=5000)
    assert error_of(browser.launch(smart_ehr, PATIENT)) == "token-refused"


@NEEDS_SMART_EHR
@pytest.mark.parametrize(
    ("configuration", "code"),
    [
        ({"authorization_endpoint": None}, "no-discovery"),
        ({"token_endpoint": 7}, "no-discovery"),
        ({"code_challenge_methods_supported": ["plain"]}, "no-pkce"),
        ({"code_challenge_methods_supported": None}, "no-pkce"),
        ({"token_endpoint": "http://127.0.0.1:1/token"}, "foreign-endpoint"),
        ({"authorization_endpoint": "https://evil.example/authorize"}, "foreign-endpoint"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "foreign-endpoint"),
        ({"jwks_uri": "https://evil.example/jwks"}, "foreign-endpoint"),
        (None, "no-discovery"),
    ],
)
def test_the_configuration_of_an_ehr(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, configuration: Any, code: str):
    """A configuration that is absent, says too little, or leads anywhere unlisted ends the launch before the browser goes anywhere."""
    smart_ehr.behave(configuration=configuration)
    browser = launched_by(smart_ehr)
    assert error_of(browser.get(smart_ehr.launch_url(APP, PATIENT))) == code
    assert not browser.cookies()


@NEEDS_SMART_EHR
def test_an_older_ehr_without_pkce(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, monkeypatch: pytest.MonkeyPatch):
    """An EHR that says nothing of PKCE may launch a confidential client, whose secret protects the code, but never one with `plain`."""
    monkeypatch.setenv("EHR_SECRET", "s3cret-of-the-app")
    clients = {"her2-cds": {"secret": "s3cret-of-the-app"}}
    browser = launched_by(smart_ehr, "secret:EHR_SECRET")
    smart_ehr.behave(clients=clients, configuration={"code_challenge_methods_supported": None})
    assert browser.launch(smart_ehr, PATIENT).status_code == 302
    smart_ehr.behave(clients=clients, configuration={"code_challenge_methods_supported": ["plain"]})
    assert error_of(browser.get(smart_ehr.launch_url(APP, PATIENT))) == "no-pkce"


@pytest.mark.parametrize("query", [{}, {"iss": ""}, {"iss": "https://evil.example/fhir", "launch": "x"}, {"iss": NOWHERE + "/../x"}])
def test_an_ehr_that_is_not_listed(app, query: dict[str, str]):
    """A launch for an EHR that the site does not list goes nowhere, and nothing is asked of it."""
    answer = Browser(app).get(f"/smart/launch?{urlencode(query)}")
    assert error_of(answer) == "unknown-issuer"
    assert "evil.example" not in answer.text


def test_two_issuers_in_one_launch(app):
    """A parameter that is sent twice is not read at all: parsers differ on which of the two counts."""
    assert error_of(Browser(app).get(f"/smart/launch?{urlencode([('iss', NOWHERE), ('iss', 'https://evil.example')])}")) == "unknown-issuer"


def test_an_ehr_that_is_down(app):
    """An EHR whose configuration cannot be fetched is said to be so."""
    assert error_of(Browser(app).get(f"/smart/launch?{urlencode({'iss': NOWHERE, 'launch': 'x'})}")) == "no-discovery"


def test_an_answer_without_state(app):
    """An EHR that refuses without repeating the state is understood; anything else without a state is no launch of ours."""
    browser = Browser(app)
    assert error_of(browser.get("/smart/callback?error=access_denied&error_description=<script>")) == "denied"
    assert error_of(browser.get("/smart/callback?error=server_error")) == "authorization-failed"
    assert error_of(browser.get("/smart/callback?code=x")) == "state-unknown"
    assert error_of(browser.get("/smart/callback?code=x&state=never-begun")) == "state-unknown"


def test_no_session(app):
    """The page of the app without a session says that the session has ended, to a person and to a script."""
    browser = Browser(app)
    page = browser.get("/smart/")
    assert error_of(page) == "session-ended"
    assert page.status_code == 401
    assert "open the app again from the patient's chart" in said(page)
    answer = browser.get("/smart/", headers={"Accept": "application/json"})
    assert answer.get_json()["error"] == "session-ended"


def test_a_site_without_the_app(app_of):
    """Where no EHR is listed nothing is served below `/smart`."""
    assert app_of().test_client().get("/smart/launch?iss=x").status_code == 404


def test_a_store_that_is_gone(app_of, tmp_path):
    """A store that cannot keep a launch gives a page that says so, not a launch that is bound to fail."""
    app = app_of(smart_clients=f"{NOWHERE} her2-cds")
    (tmp_path / "her2-cds.sqlite").unlink()
    assert error_of(Browser(app).get("/smart/callback?code=x&state=y")) == "store-down"
