"""Tokens that are refused: each with a bare 401, and one word in the log that says why."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import OctKey, RSAKey

from service.auth.refusals import REASONS
from tests.service.auth.conftest import LogLine
from tests.service.auth.signing import (
    BASE,
    CALL_PATH,
    CALL_URL,
    ES256,
    ES384,
    ISS,
    OTHER,
    OTHER_ISS,
    RS384,
    STRANGER,
    TWICE,
    bearer,
    claims,
    encoded,
    header,
    signed,
    signed_bytes,
)
from tests.service.checked_client import CheckedClient

Make = Callable[[], str | None]


def _now(seconds: float = 0) -> int:
    return int(time.time() + seconds)


def _unsigned(algorithm: str = "none") -> str:
    return f"{encoded(json.dumps(header(alg=algorithm)).encode())}.{encoded(json.dumps(claims()).encode())}."


def _with_public_key_as_secret(algorithm: str, digest: str) -> str:
    """What a checker that lets the header choose the algorithm would take for the issuer's signature."""
    signing_input = f"{encoded(json.dumps(header(alg=algorithm, kid='rsa')).encode())}.{encoded(json.dumps(claims()).encode())}"
    return f"{signing_input}.{encoded(hmac.digest(RS384.as_pem(private=False), signing_input.encode(), digest))}"


def _with_another_payload() -> str:
    head, _, signature = signed().split(".")
    return f"{head}.{encoded(json.dumps(claims(exp=_now(3000))).encode())}.{signature}"


def _with_another_header() -> str:
    _, payload, signature = signed(head=header(kid="rsa", alg="RS384"), key=RS384).split(".")
    return f"{encoded(json.dumps(header()).encode())}.{payload}.{signature}"


def _encrypted() -> str:
    registry = jwe.JWERegistry(algorithms=["RSA-OAEP", "A256GCM"])
    return jwe.encrypt_compact({"alg": "RSA-OAEP", "enc": "A256GCM", "cty": "JWT"}, signed().encode(), RS384, registry=registry)


def _nested() -> str:
    return signed_bytes(signed().encode(), header(cty="JWT"), ES384)


def _flipped() -> str:
    head, payload, signature = signed().split(".")
    return f"{head}.{payload}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def _der_signature() -> str:
    """As some libraries write ECDSA signatures, against RFC 7518."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA384  # noqa: PLC0415

    head, payload, _ = signed().split(".")
    assert ES384.private_key is not None
    return f"{head}.{payload}.{encoded(ES384.private_key.sign(f'{head}.{payload}'.encode(), ECDSA(SHA384())))}"


def _own_key(**member: Any) -> str:
    """A token that brings the key it is signed with, and names no other."""
    return signed(head=header(kid="mine", **member), key=STRANGER)


def _deep() -> bytes:
    return b'{"a":' + b"[" * 900 + b"]" * 900 + b"}"


def _without_end() -> str:
    said = json.dumps(claims(exp=0)).replace('"exp": 0', '"exp": 1e999').encode()
    return signed_bytes(said, header(), ES384)


HEADERS: dict[str, tuple[Make, str]] = {
    "no token": (lambda: None, "missing"),
    "an empty field": (lambda: "", "missing"),
    "another scheme": (lambda: "Basic dXNlcjpwYXNz", "scheme"),
    "a token without scheme": (signed, "scheme"),
    "a scheme without token": (lambda: "Bearer ", "scheme"),
    "two tokens": (lambda: f"Bearer {signed()} {signed()}", "malformed"),
    "two tokens, by a comma": (lambda: f"Bearer {signed()}, Bearer {signed()}", "malformed"),
    "a token in quotes": (lambda: f'Bearer "{signed()}"', "malformed"),
    "oversized": (lambda: f"Bearer {signed(claims(padding='x' * 8000))}", "oversized"),
}

TOKENS: dict[str, tuple[Callable[[], str], str]] = {
    # The form
    "not base64": (lambda: "!!!.???.---", "malformed"),
    "garbage that is base64": (lambda: "aaaa.bbbb.cccc", "malformed"),
    "two parts": (lambda: signed().rpartition(".")[0], "malformed"),
    "an empty signature": (lambda: f"{signed().rpartition('.')[0]}.", "malformed"),
    "padded base64": (lambda: signed().replace(".", "=.", 1), "malformed"),
    "claims that are an array": (lambda: signed([]), "malformed"),
    "claims that are text": (lambda: signed_bytes(b"{not json", header(), ES384), "malformed"),
    "claims that nest deeply": (lambda: signed_bytes(_deep(), header(), ES384), "malformed"),
    "claims in Latin-1": (lambda: signed_bytes(b'{"iss": "\xe9"}', header(), ES384), "malformed"),
    "an encrypted token": (_encrypted, "malformed"),
    "a token in a token": (_nested, "malformed"),
    # The algorithm
    "none": (_unsigned, "malformed"),
    "none with a signature": (lambda: f"{_unsigned()}AAAA", "algorithm"),
    "None in another case": (lambda: f"{_unsigned('NONE')}AAAA", "algorithm"),
    "HMAC with the public key as secret": (lambda: _with_public_key_as_secret("HS256", "sha256"), "algorithm"),
    "HMAC-384 with the public key as secret": (lambda: _with_public_key_as_secret("HS384", "sha384"), "algorithm"),
    "an algorithm the site does not allow": (lambda: signed(head=header(alg="ES256", kid="p-256"), key=ES256), "algorithm"),
    "RS256 where RS384 is allowed": (lambda: signed(head=header(alg="RS256", kid="rsa"), key=RS384), "algorithm"),
    "no such algorithm": (lambda: f"{encoded(json.dumps(header(alg='XX')).encode())}.{encoded(b'{}')}.AAAA", "algorithm"),
    "an algorithm that is a list": (lambda: f"{encoded(json.dumps(header(alg=['ES384'])).encode())}.{encoded(b'{}')}.AAAA", "algorithm"),
    # The header of the token
    "no typ": (lambda: signed(head=header(typ=None)), "type"),
    "another typ": (lambda: signed(head=header(typ="at+jwt")), "type"),
    "a typ that is a number": (lambda: signed(head=header(typ=1)), "type"),
    "crit": (lambda: signed(head=header(crit=["exp"], exp=1)), "critical"),
    "an unencoded payload (b64)": (lambda: signed(head=header(b64=False, crit=["b64"])), "critical"),
    "b64 without crit": (lambda: signed(head=header(b64=False)), "critical"),
    "no kid": (lambda: signed(head=header(kid=None)), "kid-missing"),
    "a kid that is a number": (lambda: signed(head=header(kid=1)), "kid-missing"),
    # The key
    "an unknown kid": (lambda: signed(head=header(kid="nobody")), "kid-unknown"),
    "a swapped kid": (lambda: signed(head=header(kid="rsa")), "key-unfit"),
    "the kid of another issuer": (lambda: signed(head=header(kid="other"), key=OTHER), "kid-unknown"),
    "the key of another issuer": (lambda: signed(claims(iss=OTHER_ISS)), "kid-unknown"),
    "a kid that two keys have": (lambda: signed(head=header(kid="twice"), key=TWICE[0]), "kid-ambiguous"),
    "a key for encryption": (lambda: signed(head=header(kid="enc"), key=ES384), "key-unfit"),
    "a key for another algorithm": (lambda: signed(head=header(kid="es512"), key=ES384), "key-unfit"),
    "a key that does not verify": (lambda: signed(head=header(kid="ops"), key=ES384), "key-unfit"),
    "a key of another curve": (lambda: signed(head=header(kid="p-256"), key=ES384), "key-unfit"),
    "its own key in jwk": (lambda: _own_key(jwk=STRANGER.as_dict(private=False)), "kid-unknown"),
    "its own key in x5c": (lambda: _own_key(x5c=["MIIB"]), "kid-unknown"),
    "its own key in x5u": (lambda: _own_key(x5u="https://evil.example.org/key"), "kid-unknown"),
    # The signature
    "a stranger's key with a known kid": (lambda: signed(key=STRANGER), "signature"),
    "a stranger's key, brought along": (lambda: signed(head=header(jwk=STRANGER.as_dict(private=False)), key=STRANGER), "signature"),
    "a changed signature": (_flipped, "signature"),
    "changed claims": (_with_another_payload, "signature"),
    "a changed header": (_with_another_header, "signature"),
    "a signature in DER": (_der_signature, "signature"),
    "a signature of zeros": (lambda: f"{signed().rpartition('.')[0]}.{encoded(bytes(96))}", "signature"),
    # The issuer
    "no iss": (lambda: signed(claims(iss=None)), "issuer"),
    "an unlisted iss": (lambda: signed(claims(iss="https://evil.example.org")), "issuer"),
    "an iss with a slash more": (lambda: signed(claims(iss=ISS + "/")), "issuer"),
    "an iss that is a list": (lambda: signed(claims(iss=[ISS])), "issuer"),
    # For whom
    "no aud": (lambda: signed(claims(aud=None)), "aud-missing"),
    "aud of another service": (lambda: signed(claims(aud="https://elsewhere.example.org" + CALL_PATH)), "audience"),
    "aud of another endpoint": (lambda: signed(claims(aud=f"{BASE}/cds-services/her2-order-sign")), "audience"),
    "aud of discovery": (lambda: signed(claims(aud=f"{BASE}/cds-services")), "audience"),
    "aud of the feedback": (lambda: signed(claims(aud=f"{CALL_URL}/feedback")), "audience"),
    "aud as the machine is called inside": (lambda: signed(claims(aud=f"http://localhost{CALL_PATH}")), "audience"),
    "aud by http": (lambda: signed(claims(aud=CALL_URL.replace("https", "http"))), "audience"),
    "aud with a query": (lambda: signed(claims(aud=f"{CALL_URL}?x=1")), "audience"),
    "an empty aud": (lambda: signed(claims(aud="")), "audience"),
    "an empty list of aud": (lambda: signed(claims(aud=[])), "audience"),
    "aud of several, all other": (lambda: signed(claims(aud=["a", "b"])), "audience"),
    "aud that is an object": (lambda: signed(claims(aud={"url": CALL_URL})), "claim-unreadable"),
    # Since when, until when
    "no exp": (lambda: signed(claims(exp=None)), "exp-missing"),
    "no iat": (lambda: signed(claims(iat=None)), "iat-missing"),
    "expired": (lambda: signed(claims(iat=_now(-600), exp=_now(-90))), "expired"),
    "expires before it is issued": (lambda: signed(claims(exp=_now(-90))), "expired"),
    "exp below zero": (lambda: signed(claims(exp=-1)), "expired"),
    "exp as text": (lambda: signed(claims(exp=str(_now(300)))), "claim-unreadable"),
    "exp as truth": (lambda: signed(claims(exp=True)), "claim-unreadable"),
    "exp beyond all numbers": (_without_end, "malformed"),
    "iat in milliseconds": (lambda: signed(claims(iat=_now() * 1000)), "issued-in-future"),
    "iat to come": (lambda: signed(claims(iat=_now(90))), "issued-in-future"),
    "iat long ago": (lambda: signed(claims(iat=_now(-3610))), "too-old"),
    "nbf to come": (lambda: signed(claims(nbf=_now(90))), "not-yet-valid"),
    "nbf as text": (lambda: signed(claims(nbf="now")), "claim-unreadable"),
    "no jti": (lambda: signed(claims(jti=None)), "jti-missing"),
    "an empty jti": (lambda: signed(claims(jti="")), "jti-missing"),
    "a jti that is a number": (lambda: signed(claims(jti=7)), "claim-unreadable"),
}


BAD: dict[str, tuple[Make, str]] = HEADERS | {
    name: (lambda make=make: f"Bearer {make()}", reason)  # type: ignore[misc]
    for name, (make, reason) in TOKENS.items()
}


@pytest.mark.parametrize(("make", "reason"), BAD.values(), ids=BAD)
def test_a_bad_token_is_a_bare_401(guarded: Callable[..., CheckedClient], log_line: LogLine, second_line: Any, make: Make, reason: str):
    """The answer is the same for all of them and says nothing; the log has the reason, and nothing of the token."""
    value = make()
    response = guarded().call(second_line, headers={} if value is None else {"Authorization": value})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    (issue,) = response.get_json()["issue"]
    assert issue.pop("diagnostics") == f"request {response.headers['X-Request-ID']}"
    assert issue == {"severity": "error", "code": "login", "details": {"text": "Not authenticated."}}
    line = log_line()
    assert (line["auth"], line["reason"], line["status"]) == ("refused", reason, 401)
    assert not {"client", "tenant", "service", "cards"} & set(line)


def test_every_reason_is_met():
    """No reason without a token that is refused for it, but for those that need a history, a network, several sites or a broken store."""
    elsewhere = {"jku", "site", "keys-unavailable", "replayed", "store"}
    assert {reason for _, reason in BAD.values()} | elsewhere == set(REASONS)
    assert len(BAD) >= 40


def test_two_fields_are_refused(guarded: Callable[..., CheckedClient], log_line: LogLine, second_line: Any):
    """Which of two `Authorization` fields counts is not left to chance."""
    headers = [("Authorization", f"Bearer {signed()}"), ("Authorization", f"Bearer {signed()}")]
    assert guarded().call(second_line, headers=headers).status_code == 401
    assert log_line()["reason"] == "malformed"


@pytest.mark.parametrize("path", ["/cds-services", CALL_PATH, f"{CALL_PATH}/feedback"])
def test_every_endpoint_asks(guarded: Callable[..., CheckedClient], path: str):
    """Discovery, calls and feedback are all refused without a token, before anything of the body is read."""
    client = guarded()
    assert client.open(path, method="GET" if path == "/cds-services" else "POST", data=b"not json").status_code == 401
    assert client.open(path, method="GET" if path == "/cds-services" else "POST", headers=bearer(signed())).status_code != 200


def test_a_token_elsewhere_is_not_looked_for(guarded: Callable[..., CheckedClient], second_line: Any):
    """A token in the address would stand in the logs of every proxy; it is not taken from there."""
    assert guarded().call(second_line, path=f"{CALL_PATH}?access_token={signed()}").status_code == 401


def test_weak_and_secret_keys_are_no_keys(guarded: Callable[..., CheckedClient], log_line: LogLine, tmp_path: Path, second_line: Any):
    """Short RSA keys, secrets and broken points in a JWKS are passed over without a word; the good key beside them is used."""
    with pytest.warns(UserWarning, match="2048"):
        short = RSAKey.generate_key(1024, {"kid": "short"})
    secret = OctKey.generate_key(384, {"kid": "secret"})
    good = ES384.as_dict(private=False)
    broken = [good | {"kid": "broken", "x": good["y"]}, good | {"kid": "curve", "crv": "P-999"}, {"kid": "bare"}, {"kty": "EC"}, "x", None]
    listed = [short.as_dict(private=False), secret.as_dict(), *broken, good]
    (tmp_path / "mixed.json").write_text(json.dumps({"keys": listed}))
    client = guarded(jwt_issuers=f"{ISS} {tmp_path / 'mixed.json'}")
    for kid in ("broken", "curve", "bare", "secret"):
        assert client.call(second_line, headers=bearer(signed(head=header(kid=kid)))).status_code == 401
        assert log_line()["reason"] == "kid-unknown"
    weak = signed(head=header(alg="RS384", kid="short"), key=short)
    assert client.call(second_line, headers=bearer(weak)).status_code == 401
    assert log_line()["reason"] == "kid-unknown"
    assert client.call(second_line, headers=bearer(signed())).status_code == 200
