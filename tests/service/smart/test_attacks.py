"""What an attacker may try with a launch, a session, or the page of somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask, request

from service.smart.errors import SessionEnded
from service.smart.sessions import SmartSession, check_csrf, hold_session
from tests.outside.smart_ehr.fixtures import NEEDS_SMART_EHR
from tests.outside.smart_ehr.running import RunningSmartEhr
from tests.service.smart.browser import APP, Browser, callback_of, error_of, parameters, said
from tests.service.smart.conftest import NOWHERE, inside, session_of

PATIENT = "sample-second-line"
LaunchedBy = Callable[..., Browser]
Opened = Callable[..., SmartSession]


@NEEDS_SMART_EHR
def test_a_stolen_state_is_of_no_use(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """Whoever learns the address of a callback cannot complete it in another browser, and has then used it up for everybody."""
    victim = launched_by(smart_ehr)
    callback = callback_of(victim.begin(smart_ehr.launch_url(APP, PATIENT)))
    thief = Browser(victim.app)
    assert error_of(thief.get(callback)) == "other-browser"
    assert not thief.cookies()
    assert error_of(victim.get(callback)) == "state-unknown"
    assert not smart_ehr.seen()["token"]


@NEEDS_SMART_EHR
def test_somebody_elses_launch_is_not_completed_here(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """An attacker cannot make a clinician's browser complete the attacker's launch, even while the clinician has one under way."""
    attacker = launched_by(smart_ehr)
    callback = callback_of(attacker.begin(smart_ehr.launch_url(APP, "sample-third-line")))
    clinician = Browser(attacker.app)
    clinician.begin(smart_ehr.launch_url(APP, PATIENT))
    assert error_of(clinician.get(callback)) == "other-browser"


@NEEDS_SMART_EHR
def test_a_launch_is_completed_once(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """The address of a callback that worked works no second time, in the same browser neither."""
    browser = launched_by(smart_ehr)
    callback = callback_of(browser.begin(smart_ehr.launch_url(APP, PATIENT)))
    assert browser.get(callback).status_code == 302
    assert error_of(browser.get(callback)) == "state-unknown"


@NEEDS_SMART_EHR
def test_a_launch_does_not_wait_for_ever(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, monkeypatch: pytest.MonkeyPatch):
    """A launch that was begun more than ten minutes ago is over."""
    monkeypatch.setattr("service.smart.launching.LAUNCH_LASTS", -1)
    browser = launched_by(smart_ehr)
    assert error_of(browser.launch(smart_ehr, PATIENT)) == "state-unknown"


@NEEDS_SMART_EHR
def test_a_code_of_another_launch(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """A code that was stolen from another launch is not exchanged: PKCE ties it to the browser that asked for it."""
    browser = launched_by(smart_ehr)
    stolen = parameters(callback_of(browser.begin(smart_ehr.launch_url(APP, "sample-third-line"))))["code"]
    own = callback_of(browser.begin(smart_ehr.launch_url(APP, PATIENT)))
    answer = browser.get(f"/smart/callback?{urlencode(parameters(own) | {'code': stolen})}")
    assert error_of(answer) == "token-refused"


@NEEDS_SMART_EHR
@pytest.mark.parametrize("sender", ["https://evil.example", None])
def test_mix_up(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, sender: str | None):
    """An answer that names another authorization server, or none where the EHR says it names itself, gets no code out of the app."""
    browser = launched_by(smart_ehr)
    answered = parameters(callback_of(browser.begin(smart_ehr.launch_url(APP, PATIENT))))
    del answered["iss"]
    answer = browser.get(f"/smart/callback?{urlencode(answered | ({'iss': sender} if sender else {}))}")
    assert error_of(answer) == "mix-up"
    assert not smart_ehr.seen()["token"]


@NEEDS_SMART_EHR
@pytest.mark.parametrize(("own", "path"), [(" back:north", ""), (" back:north", "/south"), ("", "/north")])
def test_mix_up_by_the_address(app_of, smart_ehr: RunningSmartEhr, own: str, path: str):
    """With a redirect URI of its own, an EHR's answer that comes to another address is refused, also where it names itself rightly."""
    browser = Browser(app_of(smart_clients=f"{smart_ehr.registration()}{own}, {NOWHERE} her2-cds back:south"))
    address = browser.begin(smart_ehr.launch_url(APP, PATIENT))
    assert parameters(address)["redirect_uri"] == f"{APP}/smart/callback{'/north' if own else ''}"
    answered = parameters(callback_of(address))
    assert error_of(browser.get(f"/smart/callback{path}?{urlencode(answered)}")) == "mix-up"
    assert not smart_ehr.seen()["token"]


@NEEDS_SMART_EHR
def test_a_redirect_uri_of_its_own(app_of, smart_ehr: RunningSmartEhr):
    """A launch comes back at the address that is registered with its EHR alone, and opens a session."""
    browser = Browser(app_of(smart_clients=f"{smart_ehr.registration()} back:north"))
    answer = browser.launch(smart_ehr, PATIENT)
    assert answer.status_code == 302
    assert session_of(browser, answer.headers["Location"]).patient_id == PATIENT


@NEEDS_SMART_EHR
def test_an_ehr_that_names_the_token_endpoint_of_another(app_of, smart_ehr: RunningSmartEhr):
    """One listed EHR cannot have the codes or secrets of another sent to itself, nor its own to the other: origins count for each alone."""
    other = f"{smart_ehr.authorization_server}/fhir her2-cds"
    browser = Browser(app_of(smart_clients=f"{smart_ehr.iss} her2-cds, {other}"))
    assert error_of(browser.get(smart_ehr.launch_url(APP, PATIENT))) == "foreign-endpoint"


@NEEDS_SMART_EHR
def test_a_new_session_for_each_launch(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr):
    """A session that an attacker planted in the browser is not the one a launch opens: its secret was never one before."""
    browser = launched_by(smart_ehr)
    planted = f"her2cds-smart-{'0' * 16}"
    browser.client.set_cookie(planted, "chosen by the attacker", domain="127.0.0.1")
    first = session_of(browser, browser.launch(smart_ehr, PATIENT).headers["Location"])
    second = session_of(browser, browser.launch(smart_ehr, PATIENT).headers["Location"])
    assert "chosen by the attacker" not in {first.secret, second.secret}
    assert first.secret != second.secret
    assert error_of(browser.get(f"/smart/?s={'0' * 16}")) == "session-ended"


@NEEDS_SMART_EHR
@pytest.mark.parametrize("name", ["redirect_uri", "next", "return_to", "url", "state", "aud"])
def test_no_open_redirect(launched_by: LaunchedBy, smart_ehr: RunningSmartEhr, name: str):
    """Nothing in the address of a launch or a callback decides where the browser goes."""
    browser = launched_by(smart_ehr)
    address = browser.begin(f"{smart_ehr.launch_url(APP, PATIENT)}&{urlencode({name: 'https://evil.example'})}")
    assert address.startswith(f"{smart_ehr.authorization_server}/authorize?")
    assert "evil.example" not in address  # four letters alone may stand in `state` or `nonce` by chance
    extra = "" if name == "state" else f"&{urlencode({name: 'https://evil.example'})}"
    page = browser.get(callback_of(address) + extra).headers["Location"]
    assert urlsplit(page)._replace(query="").geturl() == f"{APP}/smart/"


def held(app: Flask, session: SmartSession) -> Browser:
    """A browser that holds a session."""
    browser = Browser(app)
    browser.client.set_cookie(f"her2cds-smart-{session.id}", session.secret, domain="127.0.0.1")
    return browser


def test_logout(app: Flask, opened: Opened):
    """The page ends its session: nothing of it stays in the store or in the browser, and a plain page says so."""
    session = opened(app)
    browser = held(app, session)
    answer = browser.post(f"/smart/logout?s={session.id}", data={"csrf": session.csrf_token}, headers={"Origin": APP})
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, "text/html", "no-store")
    assert "Session ended" in said(answer)
    assert session.patient_id not in answer.text
    assert not browser.cookies()
    assert error_of(held(app, session).get(f"/smart/?s={session.id}")) == "session-ended"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "{id}" + "0" * 64},
        {"X-CSRF-Token": "{token}", "Origin": "https://evil.example"},
        {"X-CSRF-Token": "{token}", "Origin": "null"},
        {"X-CSRF-Token": "{token}", "Origin": "http://127.0.0.1:8001"},
        {"X-CSRF-Token": "{token}", "Origin": "http://127.0.0.1:8000.evil.example"},
        {"X-CSRF-Token": "{token}", "Sec-Fetch-Site": "cross-site"},
        {"X-CSRF-Token": "{token}", "Sec-Fetch-Site": "same-site"},
        {"X-CSRF-Token": "{token}", "Sec-Fetch-Site": "none"},
    ],
)
def test_forged_requests(app: Flask, opened: Opened, headers: dict[str, str]):
    """A change is made only with the session's own token and from the app's own origin; cookies alone make none."""
    session = opened(app)
    browser = held(app, session)
    sent = {name: value.format(id=session.id, token=session.csrf_token) for name, value in headers.items()}
    assert error_of(browser.post("/smart/logout", headers=sent)) == "forged-request"
    assert session_of(browser, f"/smart/?s={session.id}") == session


def test_the_token_of_another_session(app: Flask, opened: Opened):
    """A page that shows one patient cannot change anything of another who is open in the same browser."""
    one, other = opened(app, patient_id="one"), opened(app, patient_id="other")
    browser = held(app, one)
    browser.client.set_cookie(f"her2cds-smart-{other.id}", other.secret, domain="127.0.0.1")
    assert browser.post("/smart/logout", headers={"X-CSRF-Token": one.csrf_token}).status_code == 200
    assert session_of(browser, f"/smart/?s={other.id}").patient_id == "other"
    mixed = {"X-CSRF-Token": one.csrf_token}
    assert error_of(browser.post(f"/smart/logout?s={other.id}", headers=mixed)) == "forged-request"


def test_an_address_that_does_not_say_which_chart(app: Flask, opened: Opened):
    """With two charts open, an address that names neither shows neither."""
    one, other = opened(app), opened(app)
    browser = held(app, one)
    assert session_of(browser, "/smart/") == one
    browser.client.set_cookie(f"her2cds-smart-{other.id}", other.secret, domain="127.0.0.1")
    assert error_of(browser.get("/smart/")) == "which-session"


def test_the_name_of_a_session_opens_nothing(app: Flask, opened: Opened):
    """Who knows the address of a session, or guesses at cookies, has no session."""
    session = opened(app)
    assert error_of(Browser(app).get(f"/smart/?s={session.id}")) == "session-ended"
    for value in (session.id, session.csrf_token, "", session.secret[:-1], session.secret + "x"):
        browser = Browser(app)
        browser.client.set_cookie(f"her2cds-smart-{session.id}", value, domain="127.0.0.1")
        assert error_of(browser.get(f"/smart/?s={session.id}")) == "session-ended"


def test_the_end_of_the_token_ends_the_session(app: Flask, opened: Opened):
    """A session is over with the token, and lasts no longer than the site says whatever the token does."""
    now = datetime.now(UTC)
    over = opened(app, expires_at=now - timedelta(seconds=1))
    assert error_of(held(app, over).get(f"/smart/?s={over.id}")) == "session-ended"
    long = opened(app, expires_at=now + timedelta(days=9))
    assert long.expires_at <= now + timedelta(minutes=61)


def test_an_ehr_that_is_no_longer_listed(app_of, opened: Opened):
    """When a site takes an EHR off its list, the sessions of that EHR are over."""
    session = opened(app_of(smart_clients=f"{NOWHERE} her2-cds"))
    later = app_of(smart_clients="https://other.example.org/fhir her2-cds")
    assert error_of(held(later, session).get(f"/smart/?s={session.id}")) == "session-ended"


def test_cookies_over_https(app_of, opened: Opened):
    """Over https a cookie belongs to this host alone, is hidden from scripts, and goes into an EHR's iframe, for that EHR alone."""
    app = app_of(smart_clients=f"{NOWHERE} her2-cds", public_url="https://cds.example.org")
    session = opened(app)
    response = app.response_class()
    with app.test_request_context():
        hold_session(response, session)
    (cookie,) = response.headers.getlist("Set-Cookie")
    name, _, attributes = cookie.partition("=")
    assert name == f"__Host-her2cds-smart-{session.id}"
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=None", "Partitioned"} <= {part.strip() for part in attributes.split(";")}
    assert "Domain" not in attributes


def test_a_closed_browser_forgets_its_sessions(app: Flask, opened: Opened):
    """A session's cookie has no end of its own, so it ends with the browser: who comes next to the machine does not find the chart open."""
    response = app.response_class()
    with app.test_request_context():
        hold_session(response, opened(app))
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie


def test_cookies_over_http(app: Flask, opened: Opened):
    """Over http, on this machine, a cookie is hidden from scripts and not sent with requests of other sites."""
    response = app.response_class()
    session = opened(app)
    with app.test_request_context():
        hold_session(response, session)
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}


def test_cookies_of_ended_sessions_are_taken_back(app: Flask, opened: Opened):
    """A browser does not gather cookies for ever: with a dozen of them, those of ended sessions go."""
    live = opened(app)
    browser = held(app, live)
    for number in range(12):
        browser.client.set_cookie(f"her2cds-smart-{number:016x}", "ended", domain="127.0.0.1")
    response = app.response_class()
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies().items())
    with app.test_request_context(headers={"Cookie": cookies}):
        hold_session(response, opened(app))
    dropped = [cookie for cookie in response.headers.getlist("Set-Cookie") if "Max-Age=0" in cookie]
    assert len(dropped) == 12
    assert not any(live.id in cookie for cookie in dropped)


def test_frames(app_of):
    """Only the EHRs that the site lists may show the app inside their pages."""
    app = app_of(smart_clients=f"{NOWHERE} her2-cds", smart_frame_ancestors="https://ehr.example.org, https://portal.example.org/")
    answer = Browser(app).get("/smart/")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors https://ehr.example.org https://portal.example.org" in policy
    assert "X-Frame-Options" not in answer.headers
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers.getlist("Content-Security-Policy") == [policy]
    nowhere = Browser(app_of(smart_clients=f"{NOWHERE} her2-cds")).get("/smart/")
    assert nowhere.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_a_form_is_read_for_a_session_alone(app: Flask, opened: Opened):
    """Megabytes of fields cost a stranger's request nothing, and a session's own no more than its page can send."""
    fields = {"data": b"a=1&" * 100_000, "content_type": "application/x-www-form-urlencoded"}
    with inside(app, "/smart/answers", method="POST", **fields):
        with pytest.raises(SessionEnded):
            check_csrf(request)
        assert "form" not in vars(request._get_current_object())
    assert error_of(held(app, opened(app)).post("/smart/answers", **fields)) == "forged-request"


def test_cookies_without_number_are_not_looked_up(app: Flask, monkeypatch: pytest.MonkeyPatch):
    """A request that brings thousands of made-up sessions asks the store for none of them."""
    monkeypatch.setattr("service.smart.sessions.find_session", lambda *_: pytest.fail("asked"))
    made_up = "; ".join(f"her2cds-smart-{number:016x}=x" for number in range(1000))
    assert error_of(app.test_client(use_cookies=False).get("/smart/", headers={"Cookie": made_up})) == "which-session"


def test_launches_are_counted(app_of: Callable[..., Flask]):
    """Who may call so often may also begin and answer so many launches: each asks the EHR and writes a row."""
    browser = Browser(app_of(smart_clients=f"{NOWHERE} her2-cds", rate="3/year"))
    asked = [browser.get(address).status_code for address in (f"/smart/launch?iss={NOWHERE}", "/smart/callback", "/smart/launch") * 2]
    assert asked == [502, 400, 403, 429, 429, 429]


def test_shadow_mode_shows_nothing_here_either(app_of: Callable[..., Flask], opened: Opened):
    """While a site tries the service out, no launch begins and no session shows advice, also one from before."""
    live = app_of(smart_clients=f"{NOWHERE} her2-cds")
    session = opened(live)
    shadow = app_of(smart_clients=f"{NOWHERE} her2-cds", shadow=True)
    assert error_of(Browser(shadow).get(f"/smart/launch?iss={NOWHERE}")) == "not-in-use"
    assert error_of(held(shadow, session).get(f"/smart/?s={session.id}")) == "not-in-use"
