"""Tokens that are accepted: as the specification has them, and as EHRs do."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

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
    bearer,
    claims,
    header,
    jwks,
    signed,
)
from tests.service.checked_client import CheckedClient
from tests.service.test_feedback import entry

SIGNERS: dict[str, tuple[dict[str, Any], Any]] = {
    "ES384": (header(), ES384),
    "RS384": (header(alg="RS384", kid="rsa"), RS384),
}


@pytest.mark.parametrize(("head", "key"), SIGNERS.values(), ids=SIGNERS)
@pytest.mark.parametrize("several", [False, True], ids=["one aud", "an array of aud"])
def test_all_endpoints(guarded: Callable[..., CheckedClient], second_line: Any, head: dict[str, Any], key: Any, several: bool):
    """Discovery, a call and feedback are answered to a token for the very endpoint, alone or among other audiences."""

    def token_for(path: str) -> dict[str, str]:
        url = f"{BASE}{path}"
        return bearer(signed(claims(aud=["https://elsewhere.example.org", url] if several else url), head, key))

    client = guarded()
    assert client.get("/cds-services", headers=token_for("/cds-services")).get_json()["services"]
    cards = client.call(second_line, headers=token_for(CALL_PATH)).get_json()["cards"]
    feedback = {"feedback": [entry(cards[0]["uuid"])]}
    assert client.give_feedback(feedback, headers=token_for(f"{CALL_PATH}/feedback")).status_code == 200


def test_the_log_names_client_and_tenant(guarded: Callable[..., CheckedClient], log_line: LogLine, second_line: Any):
    """Which client called, and for which of its sites, stands in the line of the call beside what came of it."""
    guarded().call(second_line, headers=bearer(signed(claims(tenant="clinic-7"))))
    line = log_line()
    assert (line["auth"], line["client"], line["tenant"], line["service"]) == ("accepted", ISS, "clinic-7", "her2-patient-view")


@pytest.mark.parametrize("tenant", ["Erika Mustermann, born 1961", "x" * 200, 7, "", "a\nb"])
def test_a_tenant_in_prose_is_not_logged(guarded: Callable[..., CheckedClient], log_line: LogLine, second_line: Any, tenant: Any):
    """A tenant is an identifier; what is none is left out, and costs nobody an answer."""
    assert guarded().call(second_line, headers=bearer(signed(claims(tenant=tenant)))).status_code == 200
    assert "tenant" not in log_line()


def test_as_epic_sends_them(guarded: Callable[..., CheckedClient], second_line: Any):
    """RS384, fifteen minutes, `nbf` five minutes before `iat`, `sub`, a long kid, and an audience that an analyst typed in."""
    now = int(time.time())
    said = claims(aud="her2-cds-production", nbf=now - 300, exp=now + 900, sub=ISS)
    head = header(
        alg="RS384", kid="rsa", jku="https://epic.example.org/interconnect-prd-oauth/api/epic/2019/Security/Open/PublicKeys/530029/JWKS"
    )
    client = guarded(jwt_audiences="her2-cds-test, her2-cds-production")
    assert client.call(second_line, headers=bearer(signed(said, head, RS384))).status_code == 200
    assert guarded().call(second_line, headers=bearer(signed(said | {"jti": "2"}, head, RS384))).status_code == 401


def test_as_the_sandbox_sends_them(guarded: Callable[..., CheckedClient], second_line: Any):
    """ES384, five minutes, the exact URL called, and a `jku` on its public site, which does not matter where its keys are a file."""
    head = header(jku="https://sandbox.cds-hooks.org/.well-known/jwks.json")
    client = guarded()
    for path in ("/cds-services", "/cds-services/"):  # as the analyst entered it
        assert client.get(path, headers=bearer(signed(claims(aud=f"{BASE}{path}"), head))).status_code == 200
    assert client.call(second_line, headers=bearer(signed(head=head))).status_code == 200


GOOD: dict[str, Callable[[], str]] = {
    "bearer in lower case": lambda: f"bearer {signed()}",
    "two spaces": lambda: f"Bearer  {signed()}",
    "typ in lower case": lambda: f"Bearer {signed(head=header(typ='jwt'))}",
    "more in the header": lambda: f"Bearer {signed(head=header(x5t='abc', vendor={'a': 1}))}",
    "more claims": lambda: f"Bearer {signed(claims(sub='x', scope=['a'], epic={'b': [1]}))}",
    "a clock that is behind": lambda: f"Bearer {signed(claims(iat=int(time.time()) - 340, exp=int(time.time()) - 40))}",
    "a clock that is ahead": lambda: f"Bearer {signed(claims(iat=int(time.time()) + 40, nbf=int(time.time()) + 40))}",
    "moments with a fraction": lambda: f"Bearer {signed(claims(iat=time.time(), exp=time.time() + 300))}",
    "no end in sight": lambda: f"Bearer {signed(claims(exp=1e18))}",
    "an hour": lambda: f"Bearer {signed(claims(iat=int(time.time()) - 3500, exp=int(time.time()) + 100))}",
    "another issuer": lambda: f"Bearer {signed(claims(iss=OTHER_ISS), header(kid='other'), OTHER)}",
    "a long jti": lambda: f"Bearer {signed(claims(jti='j' * 4000))}",
    "its own key in jwk, ignored": lambda: f"Bearer {signed(head=header(jwk=OTHER.as_dict(private=False)))}",
    "its own key in x5c, ignored": lambda: f"Bearer {signed(head=header(x5c=['MIIB']))}",
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
def test_accepted(guarded: Callable[..., CheckedClient], second_line: Any, make: Callable[[], str]):
    """What HTTP and the specification leave free is free: clients differ."""
    assert guarded().call(second_line, headers={"Authorization": make()}).status_code == 200


@pytest.mark.parametrize("algorithm", ["ES256", "ES512", "RS256", "RS512", "PS256", "PS384", "PS512"])
def test_other_signatures_by_setting(guarded: Callable[..., CheckedClient], tmp_path: Path, second_line: Any, algorithm: str):
    """A site may allow each of the other signatures with a public key, and then only those that it names."""
    keys: dict[str, Any] = {"ES256": ES256, "ES512": ECKey.generate_key("P-521", {"kid": "p-521"})}
    key = keys.get(algorithm, RS384)
    (tmp_path / "one.json").write_bytes(jwks(key))
    client = guarded(jwt_algorithms=algorithm, jwt_issuers=f"{ISS} {tmp_path / 'one.json'}")
    assert client.call(second_line, headers=bearer(signed(head=header(alg=algorithm, kid=key.kid), key=key))).status_code == 200
    assert client.call(second_line, headers=bearer(signed())).status_code == 401


def test_without_a_public_url_the_address_it_listens_on(guarded: Callable[..., CheckedClient], second_line: Any):
    """On loopback the audience is the address that the service prints at its start."""
    client = guarded(public_url="", port=8123)
    assert client.call(second_line, headers=bearer(signed(claims(aud=f"http://127.0.0.1:8123{CALL_PATH}")))).status_code == 200
    assert client.call(second_line, headers=bearer(signed(claims(aud=CALL_URL)))).status_code == 401


def test_under_a_path(guarded: Callable[..., CheckedClient]):
    """The audience begins with the public URL, its path included, whether the proxy passes that path on or takes it off."""
    client = guarded()
    for path in ("/cds-services", "/her2/cds-services"):
        assert client.get(path, headers=bearer(signed(claims(aud=f"{BASE}/cds-services")))).status_code == 200
    assert client.get("/cds-services", headers=bearer(signed(claims(aud="https://cds.example.org/cds-services")))).status_code == 401


def test_what_is_for_everyone_needs_no_token(guarded: Callable[..., CheckedClient]):
    """A preflight carries no token; pages that cards lead to and the health of the service need none."""
    client = guarded()
    for path in ("/healthz", "/readyz", "/rules", "/fhir/Questionnaire/her2-intake", "/"):
        assert client.get(path).status_code == 200
    for path in ("/cds-services", CALL_PATH, f"{CALL_PATH}/feedback"):
        preflight = client.open(path, method="OPTIONS", headers={"Origin": "https://a.example.org"})
        assert preflight.status_code == 200
        assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    refused = client.get("/cds-services", headers={"Origin": "https://a.example.org"})
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, "*")
