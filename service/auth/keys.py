"""A JWKS as public keys, each with the algorithms that it may verify."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import base64_to_int

from service.auth.refusals import TokenRefused

#: More keys than any issuer has, and the largest JWKS in bytes.
MOST_KEYS: Final = 100
MOST_BYTES: Final = 256 * 1024

#: Shorter RSA keys are broken, longer ones are slow to no purpose. In bits.
_RSA_BITS: Final = range(2048, 4096 + 1)

_OF_CURVE: Final = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_OF_RSA: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})


class NotKeys(ValueError):
    """What was read is no JWKS."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key of an issuer. `print` tells it from others: it is made of the key alone. `algorithms`: what it may verify, if anything."""

    kid: str
    print: str
    algorithms: frozenset[str]
    key: ECKey | RSAKey


def read_keys(body: bytes) -> tuple[PublicKey, ...]:
    """The public keys of a JWKS that has to do with signatures at all; what cannot be used is passed over. Raises `NotKeys`."""
    try:
        found = orjson.loads(body)
    except ValueError:
        raise NotKeys from None
    listed = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise NotKeys
    return tuple(key for key in map(_public_key, listed) if key is not None)


def _public_key(jwk: Any) -> PublicKey | None:
    """One entry of a JWKS; `None` for a secret (`oct`), an unknown kind, one without `kid`, and one that is broken or weak."""
    if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str):
        return None
    try:
        key: ECKey | RSAKey
        match jwk.get("kty"):
            case "EC":
                key = ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y")})
                able = frozenset({_OF_CURVE[key.curve_name]})
            case "RSA":
                if base64_to_int(jwk["n"]).bit_length() not in _RSA_BITS:
                    return None
                key = RSAKey.import_key({name: jwk[name] for name in ("kty", "n", "e")})
                able = _OF_RSA
            case _:
                return None
        return PublicKey(jwk["kid"], key.thumbprint(), able & _said_of(jwk, able), key)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _said_of(jwk: Mapping[str, Any], able: frozenset[str]) -> frozenset[str]:
    """The algorithms that the entry itself says the key is for: all that it is able to, unless it says otherwise."""
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return frozenset()
    return frozenset({jwk["alg"]}) if "alg" in jwk else able


def chosen_key(keys: Iterable[PublicKey], kid: str, algorithm: str) -> PublicKey:
    """The one key with this id that may verify this algorithm. Raises `TokenRefused`."""
    named = [key for key in keys if key.kid == kid]
    if not named:
        raise TokenRefused("kid-unknown")
    fitting = {key.print: key for key in named if algorithm in key.algorithms}
    if not fitting:
        raise TokenRefused("key-unfit")
    if len(fitting) > 1:
        raise TokenRefused("kid-ambiguous")
    return next(iter(fitting.values()))
