"""Tokens as clients sign them, and as nobody should: made by the plain means of JOSE, so that every fault can be put in."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import JWSRegistry

BASE = "https://cds.example.org/her2"
CALL_PATH = "/cds-services/her2-patient-view"
CALL_URL = f"{BASE}{CALL_PATH}"
ISS = "https://ehr.example.org"
OTHER_ISS = "https://other.example.org"

AnyKey = ECKey | RSAKey | OctKey

#: The keys of the issuer, by their ids; made up anew in each run.
ES384 = ECKey.generate_key("P-384", {"kid": "ec"})
RS384 = RSAKey.generate_key(2048, {"kid": "rsa"})
ES256 = ECKey.generate_key("P-256", {"kid": "p-256"})
FOR_ENCRYPTION = ECKey.generate_key("P-384", {"kid": "enc", "use": "enc"})
FOR_ES512 = ECKey.generate_key("P-384", {"kid": "es512", "alg": "ES512"})
FOR_SIGNING = ECKey.generate_key("P-384", {"kid": "ops", "key_ops": ["sign"]})
TWICE = [ECKey.generate_key("P-384", {"kid": "twice"}) for _ in range(2)]
STRANGER = ECKey.generate_key("P-384", {"kid": "ec"})
#: The key of the other issuer.
OTHER = ECKey.generate_key("P-384", {"kid": "other"})


def jwks(*keys: AnyKey, **more: Any) -> bytes:
    """The public JWKS of some keys."""
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys], **more}).encode()


def the_keys() -> bytes:
    """The JWKS of the issuer."""
    return jwks(ES384, RS384, ES256, FOR_ENCRYPTION, FOR_ES512, FOR_SIGNING, *TWICE)


def key_files(folder: Path) -> str:
    """The setting that lists both issuers by files."""
    (folder / "ehr.json").write_bytes(the_keys())
    (folder / "other.json").write_bytes(jwks(OTHER))
    return f"{ISS} {folder / 'ehr.json'}, {OTHER_ISS} {folder / 'other.json'}"


def header(**changes: Any) -> dict[str, Any]:
    """The header of a good token; a member changed to `None` is left out."""
    return _changed({"alg": "ES384", "kid": "ec", "typ": "JWT"}, changes)


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good token; a member changed to `None` is left out."""
    now = int(time.time())
    return _changed({"iss": ISS, "aud": CALL_URL, "iat": now, "exp": now + 300, "jti": uuid4().hex}, changes)


def _changed(members: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (members | changes).items() if value is not None}


def signed(said: Any = None, head: dict[str, Any] | None = None, key: AnyKey = ES384) -> str:
    """A token with some claims and some header, signed by some key with the algorithm that its header names, where that is possible."""
    return signed_bytes(json.dumps(claims() if said is None else said).encode(), head or header(), key)


def signed_bytes(payload: bytes, head: dict[str, Any], key: AnyKey) -> str:
    """A token whose header and payload are whatever one likes: a library's own function would refuse some of them."""
    signing_input = f"{encoded(json.dumps(head).encode())}.{encoded(payload)}"
    algorithm = JWSRegistry(algorithms=[head["alg"]]).get_alg(head["alg"])
    return f"{signing_input}.{encoded(algorithm.sign(signing_input.encode(), key))}"


def encoded(part: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(part).decode().rstrip("=")


def bearer(token: str) -> dict[str, str]:
    """The header with a token."""
    return {"Authorization": f"Bearer {token}"}
