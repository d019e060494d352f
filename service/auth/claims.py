"""What a token says: for whom it is, since when, until when. Asked after its signature."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from service.auth.refusals import Reason, TokenRefused

#: How far the clocks of a client and of this service may be apart, in seconds.
LEEWAY: Final = 60

#: What may stand in the log: an identifier, no prose.
_TENANT: Final = re.compile(r"[A-Za-z0-9._:/@-]{1,100}")


@dataclass(frozen=True, slots=True)
class Claims:
    """What is needed of a token that is in order. `until`: from this moment (seconds since 1970) it would be refused for its age."""

    iss: str
    jti: str
    until: float
    tenant: str | None


def check_claims(claims: Mapping[str, Any], *, audiences: Collection[str], max_age: int, now: float) -> Claims:
    """The claims of a token for one of some audiences, at a moment. Raises `TokenRefused`."""
    if not any(audience.rstrip("/") in audiences for audience in _audiences(claims)):
        raise TokenRefused("audience")
    expires, issued = _moment(claims, "exp", "exp-missing"), _moment(claims, "iat", "iat-missing")
    if now > expires + LEEWAY:
        raise TokenRefused("expired")
    if issued > now + LEEWAY:
        raise TokenRefused("issued-in-future")
    if now - issued > max_age:
        raise TokenRefused("too-old")
    if claims.get("nbf") is not None and _moment(claims, "nbf", "claim-unreadable") > now + LEEWAY:
        raise TokenRefused("not-yet-valid")
    until = min(expires, issued + max_age) + LEEWAY
    return Claims(claims["iss"], _jti(claims), until, _tenant(claims))


def _audiences(claims: Mapping[str, Any]) -> list[str]:
    """`aud`, which is one value or an array of them."""
    said = claims.get("aud")
    if said is None:
        raise TokenRefused("aud-missing")
    listed = said if isinstance(said, list) else [said]
    if not all(isinstance(one, str) for one in listed):
        raise TokenRefused("claim-unreadable")
    return listed


def _moment(claims: Mapping[str, Any], name: str, missing: Reason) -> float:
    """A moment in seconds since 1970."""
    said = claims.get(name)
    if said is None:
        raise TokenRefused(missing)
    if isinstance(said, bool) or not isinstance(said, int | float) or not isfinite(said):
        raise TokenRefused("claim-unreadable")
    return float(said)


def _jti(claims: Mapping[str, Any]) -> str:
    said = claims.get("jti")
    if said is None or said == "":
        raise TokenRefused("jti-missing")
    if not isinstance(said, str):
        raise TokenRefused("claim-unreadable")
    return said


def _tenant(claims: Mapping[str, Any]) -> str | None:
    """The site of a client that serves several; left out where it is no identifier."""
    said = claims.get("tenant")
    return said if isinstance(said, str) and _TENANT.fullmatch(said) else None
