"""Several sites at one address: the verified token of a client says whose it is, and no token opens the address of another site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.service.auth.signing import BASE, CALL_PATH, CALL_URL, ISS, OTHER, OTHER_ISS, STRANGER, bearer, claims, header, signed
from tests.service.sites.conftest import NORTH, SOUTH, Deployment, LogLine, lead

NORTHERN, SOUTHERN = f"/t/north{CALL_PATH}", f"/t/south{CALL_PATH}"


@pytest.fixture
def first_line(request_of: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """A request on which the two profiles differ."""
    return request_of("first-line")


def of_north(path: str = CALL_PATH, **changes: Any) -> dict[str, str]:
    """A token of north's client, for an address below the public one."""
    return bearer(signed(claims(**{"aud": BASE + path} | changes)))


def of_south(path: str = CALL_PATH, **changes: Any) -> dict[str, str]:
    """A token of south's client."""
    return bearer(signed(claims(**{"iss": OTHER_ISS, "aud": BASE + path} | changes), header(kid="other"), OTHER))


def test_the_token_chooses(guarded: Deployment, first_line: dict[str, Any], log_line: LogLine):
    """At the shared address each client is answered as its own site practises, and links lead to that site."""
    client = guarded()
    answer = client.call(first_line, headers=of_north())
    assert lead(answer) == "thp"
    assert log_line()["site"] == "north"
    assert answer.get_json()["cards"][0]["source"]["url"].startswith(f"{BASE}/t/north/rules#")
    answer = client.call(first_line, headers=of_south())
    assert lead(answer) == "tdxd-pertuzumab"
    assert log_line()["site"] == "south"
    assert answer.get_json()["cards"][0]["source"]["url"].startswith(f"{BASE}/t/south/rules#")


def test_discovery_and_feedback_too(guarded: Deployment):
    """The other endpoints are those of the client's site as well."""
    client = guarded()
    assert client.get("/cds-services", headers=of_south("/cds-services")).status_code == 200
    headers = of_south(f"{CALL_PATH}/feedback")
    card = {"card": "0b7f0c8e-6f3b-4b0e-9a55-4f6f3c3f8a11", "outcome": "accepted", "acceptedSuggestions": []}
    assert client.give_feedback({"feedback": [card]}, headers=headers).status_code == 200


def test_at_its_own_path(guarded: Deployment, first_line: dict[str, Any], log_line: LogLine):
    """A client may also name its site in the address; the audience is then that address, its path included."""
    client = guarded()
    assert lead(client.call(first_line, path=SOUTHERN, headers=of_south(SOUTHERN))) == "tdxd-pertuzumab"
    assert client.call(first_line, path=SOUTHERN, headers=of_south(CALL_PATH)).status_code == 401
    assert log_line()["reason"] == "audience"
    assert client.call(first_line, headers=of_south(SOUTHERN)).status_code == 401
    assert log_line()["reason"] == "audience"


def test_an_address_of_its_own_is_the_audience(guarded: Deployment, first_line: dict[str, Any]):
    """Where a site is known by another address, this one is what its tokens are for."""
    own = "https://cds.south.example.org/cards"
    client = guarded(north=NORTH, south=SOUTH + f"public_url: {own}\n")
    assert client.call(first_line, path=SOUTHERN, headers=of_south(aud=own + CALL_PATH)).status_code == 200
    assert client.call(first_line, path=SOUTHERN, headers=of_south(SOUTHERN)).status_code == 401


def test_a_token_of_one_is_nothing_at_the_path_of_another(guarded: Deployment, first_line: dict[str, Any], log_line: LogLine):
    """North's client, with a token that is valid in all else and even names south's address: a bare 401, the reason in the log."""
    client = guarded()
    for path in (SOUTHERN, f"{SOUTHERN}/feedback", "/t/south/cds-services"):
        answer = client.open(path, method="GET" if path.endswith("services") else "POST", json=first_line, headers=of_north(path))
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        line = log_line()
        assert (line["auth"], line["reason"], line["site"]) == ("refused", "site", "south")
        assert "client" not in line


def test_a_typed_audience_is_that_of_the_site(guarded: Deployment, first_line: dict[str, Any]):
    """What an analyst typed in as audience opens the endpoints of that site alone."""
    client = guarded(north=NORTH + "jwt_audiences: her2-north\n", south=SOUTH)
    assert client.call(first_line, headers=of_north(aud="her2-north")).status_code == 200
    assert client.call(first_line, path=NORTHERN, headers=of_north(aud="her2-north")).status_code == 200
    assert client.call(first_line, headers=of_south(aud="her2-north")).status_code == 401


#: Two hospitals of one vendor, whose tokens have the same issuer.
EAST = f"issuers: [{ISS}]\ntenants: [east, east-test]\nprofile: current\n"
WEST = f"issuers: [{ISS}]\ntenants: [west]\n"


def test_tenants_of_one_issuer(guarded: Deployment, first_line: dict[str, Any], log_line: LogLine):
    """The claim `tenant` tells apart what `iss` does not."""
    client = guarded(east=EAST, west=WEST)
    assert lead(client.call(first_line, headers=of_north(tenant="east-test"))) == "tdxd-pertuzumab"
    line = log_line()
    assert (line["site"], line["client"], line["tenant"]) == ("east", ISS, "east-test")
    assert lead(client.call(first_line, headers=of_north(tenant="west"))) == "thp"
    assert client.call(first_line, path=f"/t/east{CALL_PATH}", headers=of_north(f"/t/east{CALL_PATH}", tenant="west")).status_code == 401


@pytest.mark.parametrize("tenant", [None, "", "middle", "EAST", ["east"], {"east": 1}, 7, "east west"], ids=str)
def test_a_token_that_fits_no_site(guarded: Deployment, first_line: dict[str, Any], log_line: LogLine, tenant: Any):
    """A valid token of a known issuer whose tenant is no site's: 401."""
    assert guarded(east=EAST, west=WEST).call(first_line, headers=of_north(tenant=tenant)).status_code == 401
    assert log_line()["reason"] == "site"


def test_an_issuer_of_no_site(guarded: Deployment, first_line: dict[str, Any], log_line: LogLine):
    """Its keys are listed, but no site says that it is its own."""
    assert guarded(north=NORTH).call(first_line, headers=of_south()).status_code == 401
    assert log_line()["reason"] == "site"


def test_a_shared_issuer_needs_a_path(guarded: Deployment, first_line: dict[str, Any], log_line: LogLine):
    """One EHR for two sites: its token chooses neither, and is good for both by their paths."""
    client = guarded(north=NORTH, south=SOUTH.replace(OTHER_ISS, ISS))
    assert client.call(first_line, headers=of_north()).status_code == 401
    assert log_line()["reason"] == "site"
    assert lead(client.call(first_line, path=NORTHERN, headers=of_north(NORTHERN))) == "thp"
    assert lead(client.call(first_line, path=SOUTHERN, headers=of_north(SOUTHERN))) == "tdxd-pertuzumab"


def test_a_site_is_believed_of_a_signature_only(guarded: Deployment, first_line: dict[str, Any], log_line: LogLine):
    """Claims of a token that somebody else signed choose nothing."""
    token = signed(claims(aud=CALL_URL), header(), STRANGER)
    assert guarded().call(first_line, headers=bearer(token)).status_code == 401
    line = log_line()
    assert line["reason"] == "signature"
    assert "site" not in line


def test_warn_answers_where_the_site_is_known(guarded: Deployment, first_line: dict[str, Any], log_line: LogLine):
    """`warn`: at a site's path everybody is answered; at the shared address only whoever's token tells the site."""
    client = guarded({"auth": "warn"})
    assert lead(client.call(first_line, path=SOUTHERN)) == "tdxd-pertuzumab"
    assert (log_line()["auth"], client.call(first_line, path=SOUTHERN, headers=of_north(SOUTHERN)).status_code) == ("warned", 200)
    line = log_line()
    assert (line["auth"], line["reason"], line["site"]) == ("warned", "site", "south")
    assert client.call(first_line).status_code == 401
    assert log_line()["auth"] == "refused"
    assert lead(client.call(first_line, headers=of_south())) == "tdxd-pertuzumab"


def test_a_token_counts_once_at_all_sites(guarded: Deployment, first_line: dict[str, Any], log_line: LogLine):
    """What was used at a site's path is used up at the shared address too."""
    client = guarded()
    token = of_north(aud=[BASE + NORTHERN, CALL_URL])
    assert client.call(first_line, path=NORTHERN, headers=token).status_code == 200
    assert client.call(first_line, headers=token).status_code == 401
    assert log_line()["reason"] == "replayed"
