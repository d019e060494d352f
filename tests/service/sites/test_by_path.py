"""Several sites, each under its own path: everything that depends on settings is that of the site which the address names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.service.checked_client import CALL, CheckedClient, without_uuids
from tests.service.sites.conftest import NORTH, SOUTH, Deployment, LogLine, lead

NORTHERN, SOUTHERN = f"/t/north{CALL}", f"/t/south{CALL}"


@pytest.fixture
def first_line(request_of: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """A request on which the two profiles differ."""
    return request_of("first-line")


def test_two_profiles_give_two_leads(deployment: Deployment, first_line: dict[str, Any], log_line: LogLine):
    """The same patient: each site leads as its own file says, its cards say so, and the log names the site."""
    client = deployment()
    assert lead(client.call(first_line, path=NORTHERN)) == "thp"
    assert log_line()["site"] == "north"
    answer = client.call(first_line, path=SOUTHERN)
    assert lead(answer) == "tdxd-pertuzumab"
    assert log_line()["site"] == "south"
    assert {card["extension"]["dev.her2cds.advice"]["profile"] for card in answer.get_json()["cards"]} == {"current/US"}


def test_every_page_is_that_of_the_site(deployment: Deployment):
    """Rule book and readiness say how the site reads the rules, one after the other and again."""
    client = deployment()
    for _ in range(2):
        north, south = (client.get(f"/t/{name}/rules").text for name in ("north", "south"))
        assert "percent: 50 (default" in north
        assert "rules switched off: none" in north
        assert "percent: 53 (set by the site file" in south
        assert "rules switched off: R044" in south
        assert [client.get(f"/t/{name}/readyz").get_json()["profile"] for name in ("north", "south")] == ["guideline/US", "current/US"]
    assert client.get("/t/south/healthz").status_code == 200


def test_the_shared_address_has_no_rule_book_of_its_own(deployment: Deployment):
    """`/rules` without a site lists the sites, with links to their books, and says nothing of how the deployment alone would practise."""
    client = deployment()
    for page in ("/rules", "/"):
        assert "rules switched off" not in (text := client.get(page).text)
        assert "clinicians" in text
    text = client.get("/rules").text
    assert re.findall(r'<li><a href="([^"]+)">(\w+)</a>: profile ([^<]+)<', text) == [
        ("http://127.0.0.1:8000/t/north/rules", "north", "guideline/US"),
        ("http://127.0.0.1:8000/t/south/rules", "south", "current/US"),
    ]
    assert "profile" not in client.get("/").text
    assert 'id="R020"' in client.get("/t/south/rules").text


def test_links_lead_back_to_the_site(deployment: Deployment, first_line: dict[str, Any]):
    """What a card or a page of a site links to is of the same site, and is there."""
    client = deployment()
    for name in ("north", "south"):
        for card in client.call(first_line, path=f"/t/{name}{CALL}").get_json()["cards"]:
            assert card["source"]["url"].startswith(f"http://127.0.0.1:8000/t/{name}/rules#")
        for page in ("", "/", "/rules"):
            links = re.findall(r'(?:href|src)="(/[^"]*)"', client.get(f"/t/{name}{page}").text)
            assert links
            assert all(link.startswith(f"/t/{name}/") and client.get(link).status_code == 200 for link in links), links


@pytest.mark.parametrize("passed_on", ["/her2", ""], ids=["path passed on", "path taken off"])
def test_below_the_path_of_the_deployment(deployment: Deployment, first_line: dict[str, Any], passed_on: str):
    """The path of the deployment comes first, that of the site after it."""
    client = deployment({"public_url": "https://cds.example.org/her2"})
    answer = client.call(first_line, path=f"{passed_on}{SOUTHERN}")
    assert {card["source"]["url"].partition("#")[0] for card in answer.get_json()["cards"]} == {
        "https://cds.example.org/her2/t/south/rules"
    }
    assert 'href="/her2/t/south/rules"' in client.get(f"{passed_on}/t/south/").text


def test_an_address_of_its_own(deployment: Deployment, first_line: dict[str, Any]):
    """A site may be known to its EHR by another address, which a reverse proxy leads to its path: links begin with that."""
    client = deployment(north=NORTH, south=SOUTH + "public_url: https://cds.south.example.org/cards\n")
    answer = client.call(first_line, path=SOUTHERN)
    assert {card["source"]["url"].partition("#")[0] for card in answer.get_json()["cards"]} == {"https://cds.south.example.org/cards/rules"}
    assert 'href="/cards/rules"' in client.get("/t/south/").text


UNKNOWN = ["/t/west/cds-services", "/t/", "/t", "/t/North/rules", "/t/../rules", "/t/north/t/south/rules", "/tt/north"]


@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_site_is_an_unknown_page(deployment: Deployment, path: str):
    """A name that is none is answered as any page that does not exist."""
    client = deployment()
    unknown = client.get("/nowhere").get_json()["issue"][0]["details"]
    answer = client.get(path)
    assert (answer.status_code, answer.get_json()["issue"][0]["details"]) == (404, unknown)


def test_no_site_stands_in_for_another(deployment: Deployment, first_line: dict[str, Any]):
    """Without a site in the address and without a token there is no telling whose rules hold: no discovery, no card, no feedback."""
    client = deployment()
    for answer in (client.get("/cds-services"), client.call(first_line), client.give_feedback({"feedback": []})):
        assert answer.status_code == 404
        assert "/t/NAME/cds-services" in answer.get_json()["issue"][0]["details"]["text"]
    assert client.get("/healthz").status_code == 200
    assert client.open(CALL, method="OPTIONS").status_code == 200


def test_pages_of_other_origins_by_site(deployment: Deployment, first_line: dict[str, Any]):
    """A page may call the site that lists its origin, and no other; preflights and errors say so too."""
    origin = {"Origin": "https://ehr.north.example.org"}
    client = deployment(north=NORTH + "cors_origins: [https://ehr.north.example.org]\n", south=SOUTH + 'cors_origins: ""\n')
    for ask in (
        lambda name: client.call(first_line, path=f"/t/{name}{CALL}", headers=origin),
        lambda name: client.open(f"/t/{name}{CALL}", method="OPTIONS", headers=origin),
        lambda name: client.get(f"/t/{name}/nowhere", headers=origin),
    ):
        assert ask("north").headers["Access-Control-Allow-Origin"] == origin["Origin"]
        assert "Access-Control-Allow-Origin" not in ask("south").headers


def test_the_numbers_are_of_the_deployment(deployment: Deployment):
    """`/metrics` counts all sites together, so no site is shown it."""
    client = deployment()
    assert client.get("/metrics").status_code == 200
    assert client.get("/t/north/metrics").status_code == 404


def test_a_vendor_by_site(deployment: Deployment, request_of: Callable[[str], dict[str, Any]]):
    """What an EHR does with cards is that of the site's EHR."""
    client = deployment(north=NORTH + "client: oracle-health\n", south=SOUTH + "detail: plain\n")
    body = request_of("echo-overdue")
    northern, southern = (client.call(body, path=path).get_json()["cards"] for path in (NORTHERN, SOUTHERN))
    assert not any("suggestions" in card for card in northern)
    assert all("com.epic.cdshooks.card.detail.content-type" in card["extension"] for card in southern)


def test_one_site_is_as_it_was(
    client: CheckedClient, client_of: Callable[..., CheckedClient], first_line: dict[str, Any], log_line: LogLine
):
    """Without HER2CDS_TENANTS there is one site, without a name, at the shared address, and `/t/` is no path."""
    answer = client.call(first_line)
    assert "site" not in log_line()
    assert client.get("/t/north/rules").status_code == 404
    assert without_uuids(answer.get_json()["cards"]) == without_uuids(client_of().call(first_line).get_json()["cards"])
