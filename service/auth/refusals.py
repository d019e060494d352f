"""Every reason why a token is refused. They stand in the log only: a caller learns none of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Reason = Literal[
    "missing",
    "scheme",
    "oversized",
    "malformed",
    "algorithm",
    "type",
    "critical",
    "kid-missing",
    "issuer",
    "jku",
    "keys-unavailable",
    "kid-unknown",
    "kid-ambiguous",
    "key-unfit",
    "signature",
    "site",
    "aud-missing",
    "exp-missing",
    "iat-missing",
    "jti-missing",
    "claim-unreadable",
    "audience",
    "expired",
    "not-yet-valid",
    "issued-in-future",
    "too-old",
    "replayed",
    "store",
]

#: The reasons in words, for the documentation.
REASONS: Final[Mapping[Reason, str]] = {
    "missing": "There is no `Authorization` header.",
    "scheme": "The header is of another scheme than `Bearer`.",
    "oversized": "The token is longer than 8 KB.",
    "malformed": "What follows `Bearer` is not one signed JWT: three parts, base64url, JSON objects. An encrypted one (JWE) is none.",
    "algorithm": "`alg` is not in `HER2CDS_JWT_ALGORITHMS`; `none` and HMAC never are.",
    "type": "`typ` is not `JWT`.",
    "critical": "The header has `crit` or `b64`: extensions that this service does not know.",
    "kid-missing": "The header names no key (`kid`).",
    "issuer": "`iss` is absent, or not in `HER2CDS_JWT_ISSUERS`.",
    "jku": "`jku` is not the address that `HER2CDS_JWT_ISSUERS` lists for this issuer.",
    "keys-unavailable": "The issuer's keys could not be read, and none are left from before.",
    "kid-unknown": "The issuer's keys have none with this `kid`, also after they were read again.",
    "kid-ambiguous": "The issuer's keys have several that fit, with the same `kid`.",
    "key-unfit": "The key is not for this algorithm: another kind or curve, another `alg`, not for signatures.",
    "signature": "The signature is not that of the key.",
    "site": "Several sites are served, and `iss` and `tenant` are of none of them, of several, or not of the one that the address names.",
    "aud-missing": "There is no `aud`.",
    "exp-missing": "There is no `exp`.",
    "iat-missing": "There is no `iat`.",
    "jti-missing": "There is no `jti`.",
    "claim-unreadable": "A claim is of the wrong kind, such as a moment written as text.",
    "audience": "`aud` is neither the public URL of the endpoint called nor in `HER2CDS_JWT_AUDIENCES`.",
    "expired": "`exp` has passed.",
    "not-yet-valid": "`nbf` is to come.",
    "issued-in-future": "`iat` is to come.",
    "too-old": "`iat` is longer ago than `HER2CDS_JWT_MAX_AGE`.",
    "replayed": "This token was used before.",
    "store": "The store cannot say whether the token was used before. Answered with 503, the token itself was in order.",
}


class TokenRefused(Exception):
    """A token that is not accepted; `reason` is for the log."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
