"""What the demo's authorization server hands out: launch ids, authorization codes, access tokens and id tokens.

All but the id token are for this server alone and signed with one secret, each for one use (`aud`), so that no code passes as a token and
no process has to remember what another one gave. They say which patient of the samples they are for; nobody's data is in them.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from time import time
from typing import Any, Final, Literal

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, RSAKey

from service.demo.kept import DemoStore

#: What a text is for, and for how long it is good, in seconds.
Use = Literal["launch", "code", "access"]
LIFETIMES: Final[Mapping[Use, int]] = {"launch": 300, "code": 60, "access": 3600}

_RSA_BITS: Final = 2048


class TokenFault(Exception):
    """A launch id, code or token that is not ours, is for another use, or has ended."""


class Tokens:
    """Signs and reads them. One per process; the secrets are shared by way of the demo's file.

    Every act raises `DemoNotKept` when the secrets are needed for the first time and cannot be had.
    """

    def __init__(self, store: DemoStore) -> None:
        """Take the demo's file, where the secrets are kept."""
        self._store = store
        self._key: OctKey | None = None
        self._id_key: RSAKey | None = None

    def sign(self, use: Use, claims: Mapping[str, Any]) -> str:
        """A text that carries these claims, for this use."""
        ends = int(time()) + LIFETIMES[use]
        return jwt.encode({"alg": "HS256"}, {**claims, "aud": use, "exp": ends, "jti": secrets.token_urlsafe(12)}, self._secret())

    def read(self, use: Use, text: str) -> dict[str, Any]:
        """The claims of a text that was signed for this use. Raises `TokenFault`."""
        try:
            claims = jwt.decode(text, self._secret(), algorithms=["HS256"]).claims
        except (JoseError, ValueError):
            raise TokenFault from None
        if claims.get("aud") != use or not isinstance(ends := claims.get("exp"), int) or ends <= time():
            raise TokenFault
        return claims

    def sign_identity(self, claims: Mapping[str, Any]) -> str:
        """An OpenID Connect id token with these claims, checked with `identity_keys()`."""
        key = self._identity_key()
        now = int(time())
        return jwt.encode({"alg": "RS256", "kid": key.kid}, {**claims, "iat": now, "exp": now + LIFETIMES["access"]}, key)

    def identity_keys(self) -> dict[str, Any]:
        """The public keys of id tokens, as a JWKS."""
        public = self._identity_key().as_dict(private=False)
        return {"keys": [{**public, "use": "sig", "alg": "RS256"}]}

    def _secret(self) -> OctKey:
        if self._key is None:
            self._key = OctKey.import_key(self._store.secret("tokens", lambda: secrets.token_urlsafe(48)))
        return self._key

    def _identity_key(self) -> RSAKey:
        if self._id_key is None:
            self._id_key = RSAKey.import_key(orjson.loads(self._store.secret("identity", _new_identity_key)))
        return self._id_key


def _new_identity_key() -> str:
    key = RSAKey.generate_key(_RSA_BITS, auto_kid=True)
    return orjson.dumps(key.as_dict(private=True)).decode()
