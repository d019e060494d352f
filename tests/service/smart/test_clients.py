"""The setting that says which EHRs may launch the app."""

from __future__ import annotations

import json

import pytest
from joserfc.jwk import ECKey, RSAKey
from pydantic import ValidationError

from service.errors import SettingsError
from service.smart.clients import client_of, read_smart_clients
from tests.service.checked_client import site


def test_entries():
    """An entry says the EHR, the client id, how the app proves itself, and where else its servers stand."""
    public, confidential = read_smart_clients(
        "https://ehr.example.org/fhir/ her2-cds, https://other.example.org/r4 a:b/c secret:OTHER at:https://login.example.org at:https://x.example"
    )
    assert (public.issuer, public.client_id, public.proof) == ("https://ehr.example.org/fhir", "her2-cds", "public")
    assert (confidential.proof, confidential.place, confidential.client_id) == ("secret", "OTHER", "a:b/c")
    assert public.permits("https://ehr.example.org/oauth2/token")
    assert confidential.permits("https://login.example.org/token")
    assert not public.permits("https://login.example.org/token")


@pytest.mark.parametrize(
    "text",
    [
        "https://ehr.example.org/fhir",
        "ehr.example.org her2-cds",
        "http://ehr.example.org/fhir her2-cds",
        "https://user@ehr.example.org/fhir her2-cds",
        "https://ehr.example.org/fhir?x=1 her2-cds",
        "https://ehr.example.org/fhir#x her2-cds",
        "https://ehr.example.org/fhir her2-cds secret:",
        "https://ehr.example.org/fhir her2-cds secret:A key:b",
        "https://ehr.example.org/fhir her2-cds password:A",
        "https://ehr.example.org/fhir her2-cds at:http://login.example.org",
        "https://ehr.example.org/fhir her2-cds at:https://login.example.org/path",
        "https://ehr.example.org/fhir her2-cds, https://ehr.example.org/fhir/ other",
        "https://ehr.example.org/fhir her2-cds back:",
        "https://ehr.example.org/fhir her2-cds back:../x",
        "https://ehr.example.org/fhir her2-cds back:a back:b",
        "https://ehr.example.org/fhir her2-cds back:a, https://other.example.org/fhir her2-cds back:a",
    ],
)
def test_faulty_entries(text: str):
    """What is not understood, or leads to a place over http, is refused at the start, without repeating it."""
    with pytest.raises(ValidationError) as refused:
        site(smart_clients=text)
    assert "her2-cds" not in refused.value.errors()[0]["msg"].replace("her2-cds`", "")


def test_only_listed_ehrs_are_known():
    """An EHR is known by the base address of its FHIR server; a final slash makes no difference, anything else does."""
    clients = read_smart_clients("https://ehr.example.org/fhir her2-cds")
    assert client_of(clients, "https://ehr.example.org/fhir/") is clients[0]
    for other in ("https://ehr.example.org/fhir/x", "https://ehr.example.org", "https://EHR.example.org/fhir", "", None, 7):
        assert client_of(clients, other) is None


def test_the_demo_ehr_is_registered_with_the_demo():
    """With the demo on, its EHR may launch the app as a public client; without it, nobody may."""
    (demo,) = site(demo=True, port=8123).smart_clients
    assert (demo.issuer, demo.client_id, demo.proof) == ("http://127.0.0.1:8123/demo/fhir", "her2-cds-demo", "public")
    assert site().smart_clients == ()


def test_the_demo_is_not_launched_over_a_network_without_tls():
    """Beyond loopback the demo's own EHR is not registered unless it is reached by https."""
    assert site(demo=True, host="0.0.0.0", open=True, public_url="http://demo.example.org").smart_clients == ()  # noqa: S104
    assert site(demo=True, host="0.0.0.0", open=True, public_url="https://demo.example.org").smart_clients  # noqa: S104


def faults(**settings: object) -> str:
    with pytest.raises(SettingsError) as refused:
        site(**settings).refuse_unsafe()
    return str(refused.value)


def test_a_service_does_not_start_without_its_secret(monkeypatch: pytest.MonkeyPatch):
    """A secret that is not set stops the start, and is named by its EHR."""
    clients = "https://ehr.example.org/fhir her2-cds secret:EHR_SECRET"
    assert "the secret of https://ehr.example.org/fhir is not set" in faults(smart_clients=clients)
    monkeypatch.setenv("EHR_SECRET", "s3cret")
    site(smart_clients=clients).refuse_unsafe()


def test_a_service_does_not_start_with_a_useless_key(tmp_path):
    """A private key has to be one, of a kind that SMART knows."""
    file = tmp_path / "key"
    clients = f"https://ehr.example.org/fhir her2-cds key:{file}"
    assert "cannot be read" in faults(smart_clients=clients)
    for useless in (b"no key", b"{}", ECKey.generate_key("P-256").as_pem(private=True), ECKey.generate_key("P-384").as_pem(private=False)):
        file.write_bytes(useless)
        assert "the key of https://ehr.example.org/fhir " in faults(smart_clients=clients)
    for good in (ECKey.generate_key("P-384"), RSAKey.generate_key(2048)):
        jwk = good.as_dict(private=True)
        for form in (good.as_pem(private=True), json.dumps(jwk).encode(), json.dumps({"keys": [jwk]}).encode()):
            file.write_bytes(form)
            site(smart_clients=clients).refuse_unsafe()


def test_the_app_is_reached_by_https():
    """EHRs send the browser back to `HER2CDS_PUBLIC_URL`: over http only on this machine."""
    clients = "https://ehr.example.org/fhir her2-cds"
    assert "HER2CDS_PUBLIC_URL" in faults(smart_clients=clients, public_url="http://cds.example.org")
    site(smart_clients=clients, public_url="https://cds.example.org").refuse_unsafe()


def test_hosts_that_share_a_store_share_a_key():
    """With a database server the key has to be set: a key that each host makes by itself opens nothing of the others."""
    shared = {"smart_clients": "https://ehr.example.org/fhir her2-cds", "database_url": "postgresql://u:p@db.example.org/her2"}
    assert "HER2CDS_SMART_KEY" in faults(**shared)
    site(**shared, smart_key="0123456789abcdef").refuse_unsafe()
