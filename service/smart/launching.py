"""The routes of a launch: the EHR opens `/smart/launch`, the browser goes to the EHR and comes back to `/smart/callback`."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import timedelta
from typing import Final

import msgspec
from flask import Blueprint, Response, g, redirect, request

from service.errors import StoreUnavailable
from service.fhir_client.origins import origin_of
from service.request_log import note_refusal
from service.responses import json_response
from service.site import site_settings, site_store
from service.smart import cookies
from service.smart.authorization import Launch, authorization_url, redeem
from service.smart.clients import SmartClient, client_of
from service.smart.credentials import public_keys
from service.smart.discovery import Configuration, discover
from service.smart.errors import (
    AuthorizationFailed,
    Denied,
    MixUp,
    NotInUse,
    OtherBrowser,
    SessionEnded,
    SmartError,
    StateUnknown,
    StoreDown,
    UnknownIssuer,
)
from service.smart.id_token import proven_user
from service.smart.pages import ended_page, error_page
from service.smart.scopes import requested_scopes
from service.smart.sessions import (
    SESSION_PARAMETER,
    SmartSession,
    check_csrf,
    current_session,
    end_session,
    handle_of,
    hold_session,
    open_session,
)
from service.smart.site import SmartSite, smart_site
from service.smart.vault import Unsealable, lookup_of, new_secret
from service.store.feedback_log import utc_now
from service.store.smart_rows import keep_pending, take_pending

blueprint = Blueprint("smart", __name__, url_prefix="/smart")

#: How long a launch may take, sign-in at the EHR included, in seconds.
LAUNCH_LASTS: Final = 600

#: The longest value of a parameter that is taken; EHRs put signed tokens into `launch` and `code`.
_LONGEST: Final = 8192

_PENDING: Final = "launch"

_DECODER = msgspec.json.Decoder(Launch)


@blueprint.app_errorhandler(SmartError)
def answer_error(error: SmartError) -> Response:
    """The page that says what went wrong; the log has the kind of it, and nothing of what was sent."""
    note_refusal(error.code, error.reason)
    response = error_page(error)
    if isinstance(error, SessionEnded) and "smart_session" in g:
        # The EHR no longer knows its token, perhaps: what the page says is over must not open again for whoever sits there next.
        with suppress(StoreDown):
            end_session(g.smart_session, response)
    return response


@blueprint.get("/launch")
def launch() -> Response:
    """Begin a launch: from an EHR (`iss` and `launch`), or standalone (`iss` alone), and send the browser to the EHR."""
    site = smart_site()
    if (elsewhere := _under_our_name(site)) is not None:
        return elsewhere
    if site_settings().shadow:
        raise NotInUse
    issuer = _parameter("iss")
    client = client_of(site.clients, issuer)
    if client is None or issuer is None:
        raise UnknownIssuer
    ehr_launch = _parameter("launch")
    configuration = discover(site, client)
    begun = Launch(
        issuer=issuer,
        scope=requested_scopes(configuration.capabilities, standalone=ehr_launch is None),
        verifier=secrets.token_urlsafe(48),
        nonce=new_secret(),
        configuration=configuration,
        launch=ehr_launch,
    )
    state, browser = new_secret(), new_secret()
    _keep(site, begun, state, browser)
    response = _sent_to(authorization_url(site, client, begun, state))
    cookies.keep_launch(site, response, handle_of(state), browser, LAUNCH_LASTS)
    return response


@blueprint.get("/callback")
@blueprint.get("/callback/<back>")
def callback(back: str = "") -> Response:
    """Complete a launch: check that the answer is to a launch of this browser, get the token, open a session, show the app.

    `back`: which EHR's own redirect URI it came to, where it has one.
    """
    site = smart_site()
    state = _parameter("state")
    if state is None:
        _check_refusal()  # some EHRs leave out the state of a launch that they refuse
        raise StateUnknown("missing")
    begun = _taken(site, state)
    client = client_of(site.clients, begun.issuer)
    if client is None:
        raise UnknownIssuer
    if back != client.back:
        raise MixUp("address")
    _check_sender(begun.configuration)
    _check_refusal()
    code = _parameter("code")
    if code is None:
        raise AuthorizationFailed("no-code")
    session = _open(site, client, begun, code)
    response = _sent_to(f"{site.base_url}/smart/?{SESSION_PARAMETER}={session.id}")
    cookies.drop_launch(site, response, handle_of(state))
    hold_session(response, session)
    return response


@blueprint.get("/jwks.json")
def jwks() -> Response:
    """The public keys of the app, for EHRs at which it proves itself by a signature."""
    return json_response(public_keys(smart_site().clients))


@blueprint.post("/logout")
def logout() -> Response:
    """End the session of this request, and say so: the page that its user sees next shows nothing of the patient."""
    check_csrf(request)
    response = ended_page()
    end_session(current_session(), response)
    return response


def _open(site: SmartSite, client: SmartClient, begun: Launch, code: str) -> SmartSession:
    granted = redeem(site, client, begun, code)
    user = proven_user(site, client, begun, granted)
    return open_session(
        issuer=client.issuer,
        patient_id=granted.patient_id,
        access_token=granted.access_token,
        scopes=granted.scopes,
        user=user,
        need_patient_banner=granted.need_patient_banner,
        app_context=granted.app_context,
        expires_at=granted.expires_at,
    )


def _under_our_name(site: SmartSite) -> Response | None:
    """The same launch under the address that is registered, where somebody wrote `localhost` for it: cookies belong to one name."""
    asked, ours = origin_of(request.host_url), origin_of(site.base_url)
    if asked is None or ours is None or asked == ours or not (asked.is_loopback and ours.is_loopback):
        return None
    return _sent_to(f"{site.base_url}/smart/launch?{request.query_string.decode('ascii', 'replace')}")


def _keep(site: SmartSite, begun: Launch, state: str, browser: str) -> None:
    sealed = site.vault.seal(msgspec.json.encode(begun), state + browser, _PENDING)
    try:
        with site_store().tended() as database:
            keep_pending(database, lookup_of(state), sealed, utc_now() + timedelta(seconds=LAUNCH_LASTS))
    except StoreUnavailable:
        raise StoreDown from None


def _taken(site: SmartSite, state: str) -> Launch:
    """The launch that a state belongs to, which is over with this, whoever asked: a state that was stolen is of no use twice."""
    browser = cookies.launch_secret(site, handle_of(state))
    try:
        with site_store().tended() as database:
            sealed = take_pending(database, lookup_of(state))
    except StoreUnavailable:
        raise StoreDown from None
    if sealed is None:
        raise StateUnknown
    if browser is None:
        raise OtherBrowser("no-cookie")
    try:
        return _DECODER.decode(site.vault.open(sealed, state + browser, _PENDING))
    except Unsealable:
        raise OtherBrowser("other-cookie") from None


def _check_sender(configuration: Configuration) -> None:
    """Let only the authorization server that was asked answer (RFC 9207)."""
    sender = _parameter("iss")
    if sender is None and configuration.names_itself:
        raise MixUp("missing")
    if sender is not None and sender != configuration.issuer:
        raise MixUp("other")


def _check_refusal() -> None:
    refusal = request.args.get("error")
    if refusal == "access_denied":
        raise Denied
    if refusal is not None:
        raise AuthorizationFailed("error")


def _parameter(name: str) -> str | None:
    """A parameter of the address; `None` where it is absent, empty, sent twice, or longer than any EHR's."""
    values = request.args.getlist(name)
    return values[0] if len(values) == 1 and 0 < len(values[0]) <= _LONGEST else None


def _sent_to(address: str) -> Response:
    response = redirect(address, 302)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    return response
