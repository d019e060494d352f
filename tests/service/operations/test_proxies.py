"""Behind reverse proxies: links that lead back through them, and addresses believed from trusted hops only."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import request

from service.app import create_app
from service.errors import SettingsError
from service.operations.proxies import stand_behind_proxies
from service.settings import Settings, load_settings
from tests.service.checked_client import CALL, CheckedClient, site

BASE = "/cds/her2"
MOUNTED: dict[str, dict[str, Any]] = {
    "base path": {"base_path": BASE},
    "base path with a slash": {"base_path": f"{BASE}/"},
    "path of the public URL": {"public_url": f"https://ehr.example.org{BASE}"},
    "both": {"public_url": f"https://ehr.example.org{BASE}", "base_path": BASE},
}


@pytest.mark.parametrize("settings", MOUNTED.values(), ids=MOUNTED)
@pytest.mark.parametrize("passed_on", [BASE, ""], ids=["path passed on", "path taken off"])
def test_it_is_served_under_its_path_and_links_begin_with_it(
    client_of: Callable[..., CheckedClient], second_line: dict[str, Any], settings: dict[str, Any], passed_on: str
):
    """Whether a proxy passes the path on or takes it off: the same pages, and each link leads back through the proxy."""
    client = client_of(demo=True, **settings)
    cards = client.call(second_line, path=passed_on + CALL).get_json()["cards"]
    origin = "https://ehr.example.org" if "public_url" in settings else "http://127.0.0.1:8000"
    assert all(card["source"]["url"].startswith(f"{origin}{BASE}/rules#") for card in cards)
    assert client.get(f"{passed_on}/cds-services").get_json()["services"]
    for page in ("/", "/rules"):
        text = client.get(passed_on + page).text
        links = re.findall(r'(?:href|src|action)="(/[^"]*)"', text)
        assert links
        assert all(link.startswith(f"{BASE}/") for link in links), links
        assert all(client.get(link.removeprefix(BASE) if not passed_on else link).status_code == 200 for link in links)
    listed = client.get(f"{passed_on}/demo/samples").get_json()["samples"]
    assert all(sample["path"].startswith(f"{BASE}/demo/") for sample in listed)


def test_a_path_that_only_begins_alike_is_another(client_of: Callable[..., CheckedClient]):
    """`/cds/her2x` is not below `/cds/her2`."""
    assert client_of(base_path=BASE).get(f"{BASE}x/rules").status_code == 404
    assert client_of(base_path=BASE).get(BASE).status_code == 200


@pytest.mark.parametrize("path", ["her2", "/a//b", "/../etc", "/.", "/a b", "/a?b", "//evil.example.org", "/<script>"])
def test_what_is_no_path_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, path: str):
    """A path that could lead elsewhere is a fault of the settings."""
    monkeypatch.setenv("HER2CDS_BASE_PATH", path)
    with pytest.raises(SettingsError, match="HER2CDS_BASE_PATH: should be a path"):
        load_settings()


def test_a_base_path_beside_another_public_path_is_refused():
    """Links on cards and on pages would lead to different places."""
    with pytest.raises(SettingsError, match="HER2CDS_BASE_PATH"):
        create_app(site(public_url="https://ehr.example.org/one", base_path="/other"))


TRUSTED = {"trusted_proxies": "10.0.0.0/8, 192.0.2.7, fd00::/8"}
HOPS = {
    "nobody is trusted": ({}, "10.0.0.1", "203.0.113.5", "10.0.0.1"),
    "a trusted hop": (TRUSTED, "10.0.0.1", "203.0.113.5", "203.0.113.5"),
    "a single trusted address": (TRUSTED, "192.0.2.7", "203.0.113.5", "203.0.113.5"),
    "a trusted hop over IPv6": (TRUSTED, "fd00::1", "2001:db8::5", "2001:db8::5"),
    "somebody else": (TRUSTED, "198.51.100.1", "203.0.113.5", "198.51.100.1"),
    "two trusted hops": (TRUSTED, "10.0.0.1", "203.0.113.5, 10.9.9.9", "203.0.113.5"),
    "what the caller wrote to the left": (TRUSTED, "10.0.0.1", "1.2.3.4, 203.0.113.5", "203.0.113.5"),
    "a port": (TRUSTED, "10.0.0.1", "203.0.113.5:4711", "203.0.113.5"),
    "a port at a trusted hop": (TRUSTED, "10.0.0.1", "203.0.113.5:4711, 10.9.9.9:80", "203.0.113.5"),
    "IPv6 with a port": (TRUSTED, "10.0.0.1", "[2001:db8::5]:4711", "2001:db8::5"),
    "IPv6 in brackets": (TRUSTED, "10.0.0.1", "[2001:db8::5]", "2001:db8::5"),
    "no address": (TRUSTED, "10.0.0.1", "203.0.113.5, junk1", "unknown"),
    "no header": (TRUSTED, "10.0.0.1", "", "10.0.0.1"),
}


@pytest.mark.parametrize(("settings", "hop", "header", "seen"), HOPS.values(), ids=HOPS)
def test_forwarded_addresses_are_believed_from_trusted_hops_only(settings: dict[str, Any], hop: str, header: str, seen: str):
    """Who calls is the last address that no trusted hop has; what stands to the left of it anybody could have written."""
    app = create_app(site(**settings))
    app.add_url_rule("/test", view_func=lambda: f"{request.remote_addr} {request.scheme}")
    headers = {"X-Forwarded-Proto": "https"} | ({"X-Forwarded-For": header} if header else {})
    answer = app.test_client().get("/test", headers=headers, environ_overrides={"REMOTE_ADDR": hop}).text
    assert answer == f"{seen} {'https' if seen != hop else 'http'}"


def test_forwarded_hosts_are_never_believed(client_of: Callable[..., CheckedClient], second_line: dict[str, Any]):
    """Links are made of the public URL alone, whatever `Host`, `X-Forwarded-Host` or `X-Forwarded-Prefix` say."""
    client = client_of(**TRUSTED)
    lies = {"Host": "evil.example.org", "X-Forwarded-Host": "evil.example.org", "X-Forwarded-Prefix": "/evil", "Forwarded": "host=evil"}
    answer = client.call(second_line, headers=lies, environ_overrides={"REMOTE_ADDR": "10.0.0.1"})
    assert answer.status_code == 200
    assert "evil" not in answer.text
    assert "evil" not in client.get("/", headers=lies, environ_overrides={"REMOTE_ADDR": "10.0.0.1"}).text


def test_a_forwarded_address_is_who_is_counted(client_of: Callable[..., CheckedClient], second_line: dict[str, Any]):
    """Behind a trusted proxy clients are told apart; without trust they cannot pretend to be many."""
    for settings, expected in ((TRUSTED, [200, 200]), ({}, [200, 429])):
        client = client_of(rate="1/year", **settings)
        answers = [
            client.call(second_line, headers={"X-Forwarded-For": f"203.0.113.{last}"}, environ_overrides={"REMOTE_ADDR": "10.0.0.1"})
            for last in (1, 2)
        ]
        assert [answer.status_code for answer in answers] == expected


def test_faulty_networks_are_named_at_the_start(monkeypatch: pytest.MonkeyPatch):
    """A typing error must not make everybody trusted, or nobody."""
    monkeypatch.setenv("HER2CDS_TRUSTED_PROXIES", "10.0.0.0/99")
    with pytest.raises(SettingsError, match="HER2CDS_TRUSTED_PROXIES: should be networks"):
        load_settings()


def test_without_proxies_nothing_stands_before_the_application():
    """The default costs nothing."""
    app = create_app(site())
    answer = app.wsgi_app
    stand_behind_proxies(app, Settings(_env_file=None))
    assert app.wsgi_app == answer
