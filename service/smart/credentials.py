"""How the app proves at a token endpoint that it is the registered client: Authlib's client authentication, with what the site set up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import time
from typing import Any, Final

import orjson
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from service.smart.clients import SmartClient
from service.smart.discovery import Configuration

#: How long a signed assertion counts, in seconds; SMART allows five minutes at most.
_ASSERTION_LASTS: Final = 240

#: The signatures that SMART knows for this, by kind of key.
_ALGORITHM: Final = {"RSA": "RS384", "P-384": "ES384"}


class NoCredential(Exception):
    """The secret or the private key of a client cannot be used; the message says why, without it."""


def proof_of(client: SmartClient, configuration: Configuration) -> dict[str, Any]:
    """What Authlib's client is told about how the app proves itself. Raises `NoCredential`."""
    match client.proof:
        case "secret":
            posted = "client_secret_post" in configuration.proofs and "client_secret_basic" not in configuration.proofs
            method = "client_secret_post" if posted else "client_secret_basic"
            return {"client_secret": read_secret(client), "token_endpoint_auth_method": method}
        case "key":
            key = read_private_key(client)
            assertion = PrivateKeyJWT(
                configuration.token_endpoint,
                claims={"exp": int(time()) + _ASSERTION_LASTS},
                headers={"kid": kid_of(key)},
                alg=algorithm_of(key),
            )
            return {"client_secret": key, "token_endpoint_auth_method": assertion}
        case _:
            return {"token_endpoint_auth_method": "none"}


def read_secret(client: SmartClient) -> str:
    """The secret of a client. Raises `NoCredential`."""
    secret = _stored(client).decode("utf-8", "replace").strip()
    if not secret or not secret.isascii() or not secret.isprintable():
        raise NoCredential("is empty, or has characters that no secret has")
    return secret


def read_private_key(client: SmartClient) -> RSAKey | ECKey:
    """The private key of a client: a JWK, the first private key of a JWKS, or PEM. Raises `NoCredential`."""
    stored = _stored(client)
    try:
        key = _key_in(stored)
    except (JoseError, ValueError, TypeError, KeyError, StopIteration):
        raise NoCredential("is no private key (JWK, JWKS or PEM)") from None
    if not key.is_private:
        raise NoCredential("holds only a public key")
    algorithm_of(key)
    return key


def kid_of(key: RSAKey | ECKey) -> str:
    """The name of a key: its own, or one that is made of it."""
    return key.kid or key.thumbprint()


def public_keys(clients: Iterable[SmartClient]) -> dict[str, Any]:
    """The JWKS that EHRs check the app's signatures against. Raises `NoCredential`."""
    keys = [read_private_key(client) for client in clients if client.proof == "key"]
    listed = {kid_of(key): {**key.as_dict(private=False), "kid": kid_of(key), "alg": algorithm_of(key), "use": "sig"} for key in keys}
    return {"keys": list(listed.values())}


def algorithm_of(key: RSAKey | ECKey) -> str:
    """The signature that goes with a key. Raises `NoCredential`."""
    algorithm = _ALGORITHM.get(key.curve_name if isinstance(key, ECKey) else "RSA")
    if algorithm is None:
        raise NoCredential("should be an RSA key or one of the curve P-384")
    return algorithm


def _stored(client: SmartClient) -> bytes:
    try:
        return client.credential()
    except KeyError:
        raise NoCredential("is not set") from None
    except OSError as error:
        raise NoCredential(f"cannot be read ({error.strerror or type(error).__name__})") from None


def _key_in(stored: bytes) -> RSAKey | ECKey:
    if not stored.lstrip().startswith(b"{"):
        kind = ECKey if b"BEGIN EC" in stored else RSAKey
        try:
            return kind.import_key(stored)
        except (JoseError, ValueError, TypeError):
            return (RSAKey if kind is ECKey else ECKey).import_key(stored)
    found = orjson.loads(stored)
    keys = KeySet.import_key_set(found).keys if "keys" in found else [(ECKey if found["kty"] == "EC" else RSAKey).import_key(found)]
    return next(key for key in keys if isinstance(key, RSAKey | ECKey) and key.is_private)


def credential_faults(clients: Iterable[SmartClient]) -> Iterator[str]:
    """What is wrong with the secrets and keys of the clients, one sentence each."""
    for client in clients:
        try:
            match client.proof:
                case "secret":
                    read_secret(client)
                case "key":
                    read_private_key(client)
        except NoCredential as fault:
            # Not its place: who mistakes that for the secret itself has typed it there.
            yield f"the {client.proof} of {client.issuer} {fault}"
