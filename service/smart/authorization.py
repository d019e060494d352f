"""OAuth by Authlib: where the browser is sent, and the code for a token, over our own guarded connections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client

from service.fhir_client.transport import Unavailable, usable_token
from service.smart.clients import SmartClient
from service.smart.credentials import NoCredential, proof_of
from service.smart.discovery import Configuration
from service.smart.errors import NoPatient, TokenExpired, TokenRefused
from service.smart.exchange import send
from service.smart.site import SmartSite

_S256: Final = "S256"

#: A token that lasts longer is taken to end after a day, in seconds; the session ends before.
_LONGEST_TOKEN: Final = 86_400
_SERVER_FAULT: Final = 500

#: A patient id as FHIR has them, and as EHRs have them: longer, but never a step in the path of an address.
_LONGEST_ID: Final = 256

#: Errors of a token endpoint that are worth a word in the log (RFC 6749); any other is `other`.
_KNOWN_ERRORS: Final = frozenset(
    {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
)


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch under way: for which EHR, and the secrets that bind the answer to it. It is kept encrypted between the two visits.

    `issuer`: as the EHR wrote it, which is what it expects as `aud`. `launch`: the EHR's own word for it, `None` for a standalone launch.
    """

    issuer: str
    scope: str
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)
    configuration: Configuration
    launch: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Granted:
    """What an EHR granted: the token, whose record it is for, until when, and what it said beside."""

    access_token: str = field(repr=False)
    patient_id: str = field(repr=False)
    scopes: frozenset[str]
    expires_at: datetime | None
    id_token: str | None = field(default=None, repr=False)
    need_patient_banner: bool = True
    app_context: Mapping[str, str] = field(default_factory=dict)


def authorization_url(site: SmartSite, client: SmartClient, launch: Launch, state: str) -> str:
    """The address at the EHR to which the browser is sent."""
    extra = {"launch": launch.launch} if launch.launch is not None else {}
    url, _ = _oauth(site, client, launch.scope).create_authorization_url(
        launch.configuration.authorization_endpoint,
        state=state,
        code_verifier=launch.verifier,
        aud=launch.issuer,
        nonce=launch.nonce,
        **extra,
    )
    return str(url)


def redeem(site: SmartSite, client: SmartClient, launch: Launch, code: str) -> Granted:
    """The token for a code. Raises `TokenRefused`, `NoPatient` or `TokenExpired`."""
    try:
        oauth = _oauth(site, client, launch.scope, **proof_of(client, launch.configuration))
        said = oauth.fetch_token(
            launch.configuration.token_endpoint, code=code, code_verifier=launch.verifier, grant_type="authorization_code"
        )
    except OAuth2Error as error:
        raise TokenRefused(error.error if error.error in _KNOWN_ERRORS else "other") from None
    except Unavailable as unavailable:
        raise TokenRefused(unavailable.reason) from None
    except NoCredential:
        raise TokenRefused("own-credential") from None
    except _NotAnswered as fault:
        raise TokenRefused(str(fault)) from None
    return read_grant(said, launch.scope)


def read_grant(said: Mapping[str, Any], asked: str) -> Granted:
    """A token answer as it was sent. Raises as `redeem` does."""
    token = usable_token(said.get("access_token"))
    if token is None or str(said.get("token_type", "")).lower() != "bearer":
        raise TokenRefused("no-bearer")
    named = said.get("patient")
    patient = named.removeprefix("Patient/") if isinstance(named, str) else ""
    if patient in {"", ".", ".."} or len(patient) > _LONGEST_ID:
        raise NoPatient
    scope = said.get("scope")
    return Granted(
        access_token=token,
        patient_id=patient,
        # RFC 6749: a server that grants what was asked need not repeat it.
        scopes=frozenset((scope if isinstance(scope, str) else asked).split()),
        expires_at=_end(_seconds(said.get("expires_in"))),
        id_token=said["id_token"] if isinstance(said.get("id_token"), str) else None,
        need_patient_banner=said.get("need_patient_banner") is not False,
        app_context=_app_context(said.get("appContext")),
    )


def _seconds(said: object) -> int | None:
    """How long a token lasts, which some servers write as text; `None` where that is not said, or not readable."""
    if isinstance(said, str) and said.isascii() and said.isdigit():
        said = int(said[:9])
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    return int(max(0, min(said, _LONGEST_TOKEN)))


def _end(seconds: int | None) -> datetime | None:
    if seconds is None:
        return None
    if seconds <= 0:
        raise TokenExpired
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _app_context(said: object) -> dict[str, str]:
    """What our own card gave along: the topic, and the call it answered. Nothing else is taken over."""
    try:
        found = orjson.loads(said) if isinstance(said, str) else said
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name in ("topic", "hookInstance") if isinstance(value := found.get(name), str) and len(value) <= 100}


def _oauth(site: SmartSite, client: SmartClient, scope: str, **proof: Any) -> Any:
    return OAuth2Client(
        _GuardedSession(site), client.client_id, scope=scope, redirect_uri=site.redirect_uri(client), code_challenge_method=_S256, **proof
    )


class _NotAnswered(Exception):
    """The token endpoint answered with something that is no token answer."""


class _GuardedSession:
    """What Authlib sends its requests over: allowed origins, one deadline, no redirects, no cookies."""

    def __init__(self, site: SmartSite) -> None:
        self._site = site

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> _TokenAnswer:
        """Send a form, as its client authentication completes it."""
        url, prepared, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        answer = send(self._site, url, body.encode(), prepared)
        return _TokenAnswer(answer.status, answer.body)


@dataclass(frozen=True, slots=True)
class _TokenAnswer:
    """An answer in the shape in which Authlib reads it."""

    status_code: int
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """What was sent, in the shapes that Authlib expects: it stumbles over a description with an accent, and a time that is a text."""
        said = orjson.loads(self.body)
        if not isinstance(said, dict):
            return said
        if "error" in said:
            return {"error": said["error"] if isinstance(said["error"], str) else "other"}
        seconds = _seconds(said.get("expires_in"))
        readable = {name: value for name, value in said.items() if name not in {"expires_in", "expires_at"}}
        return readable if seconds is None else {**readable, "expires_in": seconds}

    def raise_for_status(self) -> None:
        raise _NotAnswered("server" if self.status_code >= _SERVER_FAULT else "not-json")
