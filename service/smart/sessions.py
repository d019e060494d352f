"""Sessions: opened by a launch, found again by each request of the app's page, ended by its user, by the EHR's token or by time.

The row in the store is encrypted with what the browser's cookie holds, so a session is nowhere but in that browser.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import msgspec
from flask import Request, Response, g, request

from service.errors import StoreUnavailable
from service.fhir_client.origins import origin_of
from service.site import site_settings, site_store
from service.smart import cookies
from service.smart.clients import client_of
from service.smart.errors import ForgedRequest, NotInUse, SessionEnded, StoreDown, WhichSession
from service.smart.site import SmartSite, smart_site
from service.smart.vault import Unsealable, lookup_of, new_secret
from service.store.smart_rows import SessionRow, find_session, forget_session, keep_answers, keep_session

#: The header in which the page sends `SmartSession.csrf_token` with every change.
CSRF_HEADER: Final = "X-CSRF-Token"

#: The field of a form that holds the same where no script can set a header.
CSRF_FIELD: Final = "csrf"

#: The parameter of an address of the app that says for which session it is: `SmartSession.id`.
SESSION_PARAMETER: Final = "s"

#: The longest form in bytes; with every question answered it has a few thousand.
_LONGEST_FORM: Final = 100_000

#: More cookies of sessions than any browser keeps for one site, unless somebody wrote them.
_MOST_COOKIES: Final = 100

_SESSION, _ANSWERS, _CSRF = "session", "answers", "csrf"
_HANDLE: Final = 16


@dataclass(frozen=True, slots=True)
class SmartSession:
    """One clinician looking at one chart.

    `id`: names the session in an address (`/smart/?s=ID`) and opens nothing. `issuer`: the base of the FHIR server, without a final slash.
    `user`: as the EHR names them, absolute or relative, `None` where it does not say. `app_context`: `topic` and `hookInstance` of the card
    that was followed, where one was. `csrf_token` goes with every change that the page asks for, in the header `X-CSRF-Token`.
    """

    id: str
    issuer: str
    patient_id: str = field(repr=False)
    expires_at: datetime
    access_token: str = field(repr=False)
    secret: str = field(repr=False)
    csrf_token: str = field(repr=False)
    user: str | None = field(default=None, repr=False)
    scopes: frozenset[str] = frozenset()
    need_patient_banner: bool = True
    app_context: Mapping[str, str] = field(default_factory=dict)


class _Kept(msgspec.Struct, frozen=True):
    """A session as it is kept."""

    issuer: str
    patient_id: str
    expires_at: datetime
    access_token: str
    user: str | None
    scopes: frozenset[str]
    need_patient_banner: bool
    app_context: dict[str, str]


_DECODER = msgspec.json.Decoder(_Kept)


def open_session(
    *,
    issuer: str,
    patient_id: str,
    access_token: str,
    scopes: frozenset[str] = frozenset(),
    user: str | None = None,
    need_patient_banner: bool = True,
    app_context: Mapping[str, str] | None = None,
    expires_at: datetime | None = None,
) -> SmartSession:
    """Open a new session, under a secret that never was one before; it ends with the token at the latest. Raises `StoreDown`.

    The browser does not know it yet: `hold_session` puts it into an answer.
    """
    site = smart_site()
    longest = datetime.now(UTC) + timedelta(minutes=site.session_minutes)
    end = min(expires_at, longest) if expires_at is not None else longest
    kept = _Kept(issuer.rstrip("/"), patient_id, end, access_token, user, scopes, need_patient_banner, dict(app_context or {}))
    secret = new_secret()
    try:
        with site_store().tended() as database:
            sealed = site.vault.seal(msgspec.json.encode(kept), secret, _SESSION)
            keep_session(database, lookup_of(secret), sealed, end.astimezone(UTC).replace(tzinfo=None))
    except StoreUnavailable:
        raise StoreDown from None
    return _session(site, kept, secret)


def hold_session(response: Response, session: SmartSession) -> None:
    """Let the browser hold a session, and forget the sessions it has too many of."""
    site = smart_site()
    cookies.keep_session(site, response, session.id, session.secret)
    held = [(handle, secret) for handle, secret in cookies.session_secrets(site).items() if handle != session.id]
    if len(held) >= cookies.MOST_SESSIONS:
        for handle, secret in held:
            if _look_up(site, secret) is None:
                cookies.drop_session(site, response, handle)


def current_session() -> SmartSession:
    """The session of this request: the one that its address or its CSRF token names, else the only one of this browser.

    Raises `SessionEnded`, `WhichSession` or `StoreDown`, each of which is answered with a page that says so.
    """
    if "smart_session" not in g:
        g.smart_session = _find_current()
    session: SmartSession = g.smart_session
    return session


def check_csrf(asked: Request) -> None:
    """Let only the app's own page ask for a change: with the session's token, from this origin. Raises `ForgedRequest`.

    A page without script has the token in a field of its form.
    """
    site = smart_site()
    if asked.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise ForgedRequest("site")
    origin = asked.headers.get("Origin")
    if origin is not None and origin_of(origin) != origin_of(site.base_url):
        raise ForgedRequest("origin")
    session = current_session()
    # A form is read only for a browser that has a session, and no longer than the page's own can be.
    if (asked.content_length or 0) > _LONGEST_FORM:
        raise ForgedRequest("size")
    asked.max_content_length = _LONGEST_FORM  # one without a length is cut there
    token = asked.headers.get(CSRF_HEADER) or asked.form.get(CSRF_FIELD, "")
    if not hmac.compare_digest(token.encode(), session.csrf_token.encode()):
        raise ForgedRequest("token")


def end_session(session: SmartSession, response: Response) -> None:
    """End a session: its row goes, and the browser forgets it. Raises `StoreDown`."""
    try:
        with site_store().tended() as database:
            forget_session(database, lookup_of(session.secret))
    except StoreUnavailable:
        raise StoreDown from None
    cookies.drop_session(smart_site(), response, session.id)


def keep_session_answers(session: SmartSession, questionnaire_response: Mapping[str, Any]) -> None:
    """Keep answers to the intake questionnaire with the session, for as long as it lasts. Raises `StoreDown`."""
    sealed = smart_site().vault.seal(msgspec.json.encode(questionnaire_response), session.secret, _ANSWERS)
    try:
        with site_store().tended() as database:
            keep_answers(database, lookup_of(session.secret), sealed)
    except StoreUnavailable:
        raise StoreDown from None


def session_answers(session: SmartSession) -> dict[str, Any] | None:
    """The answers kept with a session as a QuestionnaireResponse; `None` before any were given. Raises `SessionEnded` or `StoreDown`."""
    sealed = row_of(session).answers
    if sealed is None:
        return None
    try:
        found: dict[str, Any] = msgspec.json.decode(smart_site().vault.open(sealed, session.secret, _ANSWERS))
    except Unsealable:
        raise SessionEnded("unsealable") from None
    return found


def row_of(session: SmartSession) -> SessionRow:
    """What is kept with a session. Raises `SessionEnded` or `StoreDown`."""
    row = _row(session.secret)
    if row is None:
        raise SessionEnded("ended")
    return row


def _find_current() -> SmartSession:
    if site_settings().shadow:
        raise NotInUse
    site = smart_site()
    held = cookies.session_secrets(site)
    named = request.args.get(SESSION_PARAMETER) or request.headers.get(CSRF_HEADER, "")[:_HANDLE]
    if named:
        held = {handle: secret for handle, secret in held.items() if handle == named}
    if not held:
        raise SessionEnded("no-cookie")
    if len(held) > _MOST_COOKIES:
        raise WhichSession
    found = [session for secret in held.values() if (session := _look_up(site, secret)) is not None]
    if not found:
        raise SessionEnded("ended")
    if len(found) > 1:
        raise WhichSession
    return found[0]


def _look_up(site: SmartSite, secret: str) -> SmartSession | None:
    row = _row(secret)
    if row is None:
        return None
    try:
        kept = _DECODER.decode(site.vault.open(row.sealed, secret, _SESSION))
    except (Unsealable, msgspec.DecodeError):
        return None
    # An EHR that the site no longer lists has no sessions either.
    if kept.expires_at <= datetime.now(UTC) or client_of(site.clients, kept.issuer) is None:
        return None
    return _session(site, kept, secret)


def _row(secret: str) -> SessionRow | None:
    try:
        with site_store().tended() as database:
            return find_session(database, lookup_of(secret))
    except StoreUnavailable:
        raise StoreDown from None


def _session(site: SmartSite, kept: _Kept, secret: str) -> SmartSession:
    handle = handle_of(secret)
    return SmartSession(
        id=handle,
        issuer=kept.issuer,
        patient_id=kept.patient_id,
        expires_at=kept.expires_at,
        access_token=kept.access_token,
        secret=secret,
        csrf_token=handle + site.vault.derived(secret, _CSRF),
        user=kept.user,
        scopes=kept.scopes,
        need_patient_banner=kept.need_patient_banner,
        app_context=kept.app_context,
    )


def handle_of(secret: str) -> str:
    """By what a secret is named where others may read it: in an address, in the name of a cookie."""
    return sha256(b"handle\0" + secret.encode()).hexdigest()[:_HANDLE]
