"""CORS: browser clients (the Sandbox, SMART apps) get the headers on every answer, errors and preflights too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.service.checked_client import CALL, CheckedClient

ORIGIN = "https://sandbox.example.org"
ANSWERS: dict[str, Callable[[CheckedClient], Any]] = {
    "discovery": lambda client: client.get("/cds-services", headers={"Origin": ORIGIN}),
    "not JSON": lambda client: client.call(b"", headers={"Origin": ORIGIN}),
    "unknown service": lambda client: client.call({}, path="/cds-services/nobody", headers={"Origin": ORIGIN}),
    "unknown page": lambda client: client.get("/nowhere", headers={"Origin": ORIGIN}),
    "wrong method": lambda client: client.get(CALL, headers={"Origin": ORIGIN}),
    "preflight": lambda client: client.open(CALL, method="OPTIONS", headers={"Origin": ORIGIN}),
    "preflight of an unknown page": lambda client: client.open("/nowhere", method="OPTIONS", headers={"Origin": ORIGIN}),
    "rule page": lambda client: client.get("/rules", headers={"Origin": ORIGIN}),
}


@pytest.mark.parametrize("ask", ANSWERS.values(), ids=ANSWERS)
def test_any_origin_on_loopback(client: CheckedClient, ask: Callable[[CheckedClient], Any]):
    """By default on loopback every answer may be read by any page, and says which methods and headers it may send."""
    headers = ask(client).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert {"Authorization", "Content-Type"} <= set(headers["Access-Control-Allow-Headers"].split(", "))
    assert {"GET", "POST", "OPTIONS"} <= set(headers["Access-Control-Allow-Methods"].split(", "))
    assert "Access-Control-Allow-Credentials" not in headers


def test_a_call_carries_the_headers(client: CheckedClient, second_line: dict[str, Any]):
    """The answer with cards is readable by the page that called."""
    assert client.call(second_line, headers={"Origin": ORIGIN}).headers["Access-Control-Allow-Origin"] == "*"


def test_a_preflight_needs_nothing_and_is_answered_200(client: CheckedClient):
    """A preflight comes without body and authorization and is answered 200."""
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    assert client.open(CALL, method="OPTIONS", headers=headers).status_code == 200


def test_listed_origins_only(client_of: Callable[..., CheckedClient]):
    """With a list, a listed origin is named and any other gets nothing; caches are told that the answer depends on it."""
    client = client_of(cors_origins=f"https://other.example.org, {ORIGIN}")
    listed = client.get("/cds-services", headers={"Origin": ORIGIN}).headers
    assert listed["Access-Control-Allow-Origin"] == ORIGIN
    assert "Origin" in listed["Vary"]
    stranger = client.get("/cds-services", headers={"Origin": "https://evil.example.org"}).headers
    assert "Access-Control-Allow-Origin" not in stranger
    assert "Origin" in stranger["Vary"]


def test_no_origin_beyond_loopback_unless_said(client_of: Callable[..., CheckedClient]):
    """A service that others can reach lets no page call it by default."""
    client = client_of(host="0.0.0.0", open=True)  # noqa: S104 - nothing is bound here
    assert "Access-Control-Allow-Origin" not in client.get("/cds-services", headers={"Origin": ORIGIN}).headers
