"""What an EHR says about the user: believed when it is signed by the EHR, for this app and this launch, and not over."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from time import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import JWSRegistry

from service.auth.keys import read_keys
from service.smart.clients import public_client
from service.smart.discovery import read_configuration
from service.smart.errors import SmartError, TokenExpired, UserUnproven
from service.smart.id_token import checked_claims
from tests.service.smart.test_token_answers import JSON

ISSUER, APP, NONCE = "https://login.example.org", "her2-cds", "n-1"
OWN = RSAKey.generate_key(2048, {"kid": "own"})
OTHER = RSAKey.generate_key(2048, {"kid": "own"})
CURVE = ECKey.generate_key("P-384", {"kid": "curve"})
KEYS = read_keys(json.dumps({"keys": [OWN.as_dict(private=False), CURVE.as_dict(private=False)]}).encode())


def claims(**said: Any) -> dict[str, Any]:
    """The claims of a good token, changed; `None` leaves one out."""
    good = {
        "iss": ISSUER,
        "sub": "u",
        "aud": APP,
        "exp": int(time()) + 300,
        "iat": int(time()),
        "nonce": NONCE,
        "fhirUser": "Practitioner/1",
    }
    return {name: value for name, value in (good | said).items() if value is not None}


def signed(said: dict[str, Any], key: Any = OWN, algorithm: str = "RS256", **header: Any) -> str:
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jwt.encode({"alg": algorithm, "kid": "own"} | header, said, key, registry=registry)


def check(text: str) -> Any:
    return checked_claims(text, KEYS, issuer=ISSUER, client_id=APP, nonce=NONCE)


def test_in_order():
    """A token of the EHR's own key is believed, whichever of its keys and whether it names it."""
    assert check(signed(claims()))["fhirUser"] == "Practitioner/1"
    assert check(signed(claims(aud=[APP]), CURVE, "ES384", kid="curve"))
    assert check(jwt.encode({"alg": "RS256"}, claims(), OWN))


@pytest.mark.parametrize(
    "said",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another-app"},
        {"aud": ["another-app"]},
        {"aud": [APP, "another-app"]},
        {"aud": None},
        {"azp": "another-app"},
        {"nonce": "of another launch"},
        {"nonce": None},
        {"sub": None},
        {"exp": None},
        {"iat": None},
        {"iat": int(time()) + 9000},
        {"exp": "soon"},
    ],
)
def test_for_somebody_else(said: dict[str, Any]):
    """A token of another issuer, for another app, of another launch, or without an end is not believed."""
    with pytest.raises(UserUnproven):
        check(signed(claims(**said)))


def test_over():
    """A token that has ended is said to be over; clocks may be a minute apart."""
    with pytest.raises(TokenExpired):
        check(signed(claims(exp=int(time()) - 600)))
    assert check(signed(claims(exp=int(time()) - 30)))


def test_not_signed_by_the_ehr():
    """Another key, no signature, or one made with what is public of the key as a secret: none is believed."""
    public = OctKey.import_key(str(OWN.as_dict(private=False)["n"]))
    whole = signed(claims())
    forged = [
        signed(claims(), OTHER),
        signed(claims(), OTHER, kid="nobody's"),
        signed(claims(), public, "HS256"),
        whole.rpartition(".")[0] + ".",
        whole.rpartition(".")[0] + ".AAAA",
        "no token",
        "",
        "a.b.c",
    ]
    for text in forged:
        with pytest.raises(UserUnproven):
            check(text)


@given(st.dictionaries(st.sampled_from(["iss", "aud", "exp", "iat", "nbf", "nonce", "azp", "amr", "auth_time", "at_hash", "sub"]), JSON))
def test_whatever_is_signed(said: dict[str, Any]):
    """No claims make anything but a user or one of the errors that have a page."""
    try:
        assert check(signed({**claims(), **said}))["iss"] == ISSUER
    except SmartError:
        return


@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "cty", "jku"]), JSON, min_size=1))
def test_whatever_stands_in_the_header(header: dict[str, Any]):
    """A header of any shape is refused or read, nothing else."""
    encoded = jwt.encode({"alg": "RS256"}, claims(), OWN).split(".")
    encoded[0] = urlsafe_b64encode(json.dumps({"alg": "RS256"} | header).encode()).rstrip(b"=").decode()
    with pytest.raises(SmartError):
        check(".".join(encoded))


@given(
    st.fixed_dictionaries(
        {
            "authorization_endpoint": st.just("https://ehr.example.org/a") | JSON,
            "token_endpoint": st.just("https://ehr.example.org/t") | JSON,
        },
        optional=dict.fromkeys(("issuer", "jwks_uri", "capabilities", "code_challenge_methods_supported"), JSON),
    )
)
def test_whatever_a_configuration_says(said: dict[str, Any]):
    """No JSON object as a configuration makes anything but endpoints of the EHR's own or an error that has a page."""
    client = public_client("https://ehr.example.org/fhir", APP)
    try:
        configuration = read_configuration(said | {"code_challenge_methods_supported": ["S256"]}, client)
    except SmartError:
        return
    assert client.permits(configuration.authorization_endpoint)
    assert client.permits(configuration.token_endpoint)
