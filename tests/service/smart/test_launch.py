"""Whole launches: from a real EHR's authorization server to the record behind its FHIR server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from joserfc.jwk import ECKey, RSAKey

from service.smart.patient_record import record_of
from service.smart.write_back import may_write
from tests.outside.smart_ehr.fixtures import NEEDS_SMART_EHR
from tests.outside.smart_ehr.running import CLIENT_ID, USER, RunningSmartEhr
from tests.service.smart.browser import APP, Browser, callback_of, parameters
from tests.service.smart.conftest import inside, session_of

pytestmark = NEEDS_SMART_EHR

PATIENT = "sample-second-line"
LaunchedBy = Callable[..., Browser]


def test_ehr_launch(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """A clinician opens the app from a chart: PKCE, state and audience go to the EHR, the app is shown for that patient and user."""
    browser = launched_by(smart_ehr)
    answer = browser.launch(smart_ehr, PATIENT, appContext='{"topic": "SecondLineTreatment", "hookInstance": "call-1", "x": "y"}')
    assert answer.status_code == 302
    page = answer.headers["Location"]
    session = session_of(browser, page)
    assert page == f"{APP}/smart/?s={session.id}"
    assert (session.issuer, session.patient_id, session.user) == (smart_ehr.iss, PATIENT, f"{smart_ehr.iss}/{USER}")
    assert session.app_context == {"topic": "SecondLineTreatment", "hookInstance": "call-1"}
    assert session.need_patient_banner
    assert may_write(session)

    (asked,) = smart_ehr.seen()["authorize"]
    assert asked["code_challenge_method"] == "S256"
    assert asked["aud"] == smart_ehr.iss
    assert asked["redirect_uri"] == f"{APP}/smart/callback"
    (token,) = smart_ehr.seen()["token"]
    assert len(token["code_verifier"]) >= 43
    assert token["code_verifier"] not in json.dumps(asked)


def test_nothing_of_the_patient_is_in_addresses_or_cookies(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """What stands in an address, in the browser or in the representation of a session names no patient and opens nothing."""
    browser = launched_by(smart_ehr)
    authorization = browser.begin(smart_ehr.launch_url(APP, PATIENT))
    page = browser.come_back(authorization).headers["Location"]
    session = session_of(browser, page)
    for text in (authorization, page, json.dumps(browser.cookies()), repr(session)):
        assert PATIENT not in text
        assert session.access_token not in text
    assert session.secret not in page
    assert session.csrf_token not in page


def test_nothing_readable_is_kept(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, tmp_path: Path):
    """Neither token nor patient nor record can be read in the store's files."""
    browser = launched_by(smart_ehr)
    session = session_of(browser, browser.launch(smart_ehr, PATIENT).headers["Location"])
    with inside(browser.app):
        assert record_of(session).entries
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for secret in (session.access_token, session.secret, PATIENT, "trastuzumab"):
        assert secret.encode() not in kept


def test_standalone_launch(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """Without a launch of an EHR the app asks the EHR to let the user choose a patient."""
    smart_ehr.behave(patient=PATIENT)
    browser = launched_by(smart_ehr)
    answer = browser.come_back(browser.begin(f"{APP}/smart/launch?{urlencode({'iss': smart_ehr.iss})}"))
    assert session_of(browser, answer.headers["Location"]).patient_id == PATIENT
    (asked,) = smart_ehr.seen()["authorize"]
    assert "launch" not in asked
    assert "launch/patient" in asked["scope"].split()


def test_confidential_client_with_a_secret(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, monkeypatch: pytest.MonkeyPatch):
    """The secret is sent in the header, never in the body or an address; a wrong one is refused."""
    monkeypatch.setenv("EHR_SECRET", "s3cret-of-the-app")
    smart_ehr.behave(clients={CLIENT_ID: {"secret": "s3cret-of-the-app"}})
    browser = launched_by(smart_ehr, "secret:EHR_SECRET")
    assert session_of(browser, browser.launch(smart_ehr, PATIENT).headers["Location"]).patient_id == PATIENT
    assert "s3cret" not in json.dumps(smart_ehr.seen())

    smart_ehr.behave(clients={CLIENT_ID: {"secret": "another"}})
    assert "token-refused" in browser.launch(smart_ehr, PATIENT).text


def test_a_server_that_takes_secrets_in_the_body_alone(
    launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, monkeypatch: pytest.MonkeyPatch
):
    """Where the EHR lists `client_secret_post` and not `client_secret_basic`, the secret is sent as it asks."""
    monkeypatch.setenv("EHR_SECRET", "s3cret-of-the-app")
    said = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    smart_ehr.behave(clients={CLIENT_ID: {"secret": "s3cret-of-the-app"}}, configuration=said)
    browser = launched_by(smart_ehr, "secret:EHR_SECRET")
    assert session_of(browser, browser.launch(smart_ehr, PATIENT).headers["Location"]).patient_id == PATIENT
    (token,) = smart_ehr.seen()["token"]
    assert token["client_secret"] == "s3cret-of-the-app"


@pytest.mark.parametrize("key", [RSAKey.generate_key(2048), ECKey.generate_key("P-384")], ids=["RS384", "ES384"])
def test_confidential_client_with_a_key(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, tmp_path: Path, key: RSAKey | ECKey):
    """The app signs for each token request, and the EHR finds the key in the app's own JWKS, which holds nothing private."""
    file = tmp_path / "app-key.json"
    file.write_text(json.dumps(key.as_dict(private=True)))
    browser = launched_by(smart_ehr, f"key:{file}")
    published = browser.get("/smart/jwks.json").get_json()
    assert set(published["keys"][0]) & {"d", "p", "q"} == set()
    smart_ehr.behave(clients={CLIENT_ID: {"jwks": published}})
    for _ in range(2):
        assert session_of(browser, browser.launch(smart_ehr, PATIENT).headers["Location"]).patient_id == PATIENT
    first, second = smart_ehr.seen()["token"]
    assert first["client_assertion"] != second["client_assertion"]

    other = ECKey.generate_key("P-384").as_dict(private=False) | {"kid": published["keys"][0]["kid"]}
    smart_ehr.behave(clients={CLIENT_ID: {"jwks": {"keys": [other]}}})
    assert "token-refused" in browser.launch(smart_ehr, PATIENT).text


def test_an_ehr_of_scopes_version_1(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """An EHR that does not know scopes of version 2 is asked for those of version 1, and its guard lets the record be read."""
    smart_ehr.behave(configuration={"capabilities": ["launch-ehr", "permission-v1"]})
    browser = launched_by(smart_ehr)
    session = session_of(browser, browser.launch(smart_ehr, PATIENT).headers["Location"])
    assert "patient/QuestionnaireResponse.write" in session.scopes
    assert may_write(session)
    with inside(browser.app):
        assert not record_of(session).losses()


def test_a_relative_user(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """An EHR that grants no identity opens the app all the same, without a user."""
    smart_ehr.behave(withhold=["openid", "fhirUser"])
    browser = launched_by(smart_ehr)
    assert session_of(browser, browser.launch(smart_ehr, PATIENT).headers["Location"]).user is None


def test_a_final_slash(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """The EHR is told the audience as it wrote its own address, so that one that compares letters is content."""
    browser = launched_by(smart_ehr)
    address = browser.begin(f"{APP}/smart/launch?{urlencode({'iss': smart_ehr.iss + '/', 'launch': 'x'})}")
    assert parameters(address)["aud"] == f"{smart_ehr.iss}/"


def test_another_name_of_this_machine(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """Somebody who opens the service as `localhost` is led to its registered address first, where its cookies are found again."""
    browser = launched_by(smart_ehr)
    address = smart_ehr.launch_url("", PATIENT)
    answer = browser.client.get(address, base_url="http://localhost:8000")
    assert answer.headers["Location"] == f"{APP}{address}"
    assert not browser.cookies()
    assert browser.come_back(browser.begin(answer.headers["Location"])).status_code == 302


def test_two_charts_side_by_side(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """The charts of two patients that are open in one browser stay apart, whichever was opened last."""
    browser = launched_by(smart_ehr)
    first = browser.launch(smart_ehr, PATIENT).headers["Location"]
    second = browser.launch(smart_ehr, "sample-third-line").headers["Location"]
    assert session_of(browser, first).patient_id == PATIENT
    assert session_of(browser, second).patient_id == "sample-third-line"


def test_two_launches_at_once(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """Two launches that are begun before either is completed both succeed, each for its own patient."""
    browser = launched_by(smart_ehr)
    patients = (PATIENT, "sample-third-line")
    begun = [browser.begin(smart_ehr.launch_url(APP, patient)) for patient in patients]
    pages = [browser.get(callback_of(address)).headers["Location"] for address in reversed(begun)]
    assert [session_of(browser, page).patient_id for page in reversed(pages)] == list(patients)
