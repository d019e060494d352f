"""Discovery: what an EHR analyst configures from."""

from __future__ import annotations

import re

from fhir_mappings.prefetch_queries import PREFETCH

#: The tokens of CDS Hooks 2.0 that a patient-view client can fill.
TOKEN = re.compile(r"\{\{context\.(patientId|userId|encounterId)\}\}")


def test_a1_lists_services(client):
    """A1: 200 and JSON with an array `services`, each with non-empty `hook`, `description` and `id`."""
    response = client.get("/cds-services", headers={"Accept": "application/json"})
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    services = response.get_json()["services"]
    assert services
    for service in services:
        assert all(isinstance(service[member], str) and service[member] for member in ("hook", "description", "id", "title", "version"))


HOOKS = {"her2-patient-view": "patient-view", "her2-order-select": "order-select", "her2-order-sign": "order-sign"}


def services(client):
    return client.get("/cds-services").get_json()["services"]


def test_services_are_served_under_their_public_ids(client):
    """Each service has the id and hook of the public contract; no two share an id, which the Sandbox would merge."""
    listed = [(service["id"], service["hook"]) for service in services(client)]
    assert listed == list(HOOKS.items())


def test_prefetch_is_what_the_mapping_reads(client):
    """The prefetch of discovery is the one the mapping was written for, and covers the kinds without which a call is refused."""
    for service in services(client):
        assert service["prefetch"] == dict(PREFETCH)
        types = {re.split(r"[?/]", query)[0] for query in service["prefetch"].values()}
        assert {"Patient", "Condition", "Observation", "MedicationRequest"} <= types


def test_prefetch_uses_only_tokens_of_version_2_0(client):
    """Every template can be filled by a 2.0 client: context tokens only."""
    for service in services(client):
        for query in service["prefetch"].values():
            assert "{{" not in TOKEN.sub("", query)
            assert "{{context.patientId}}" in query


def test_no_member_is_empty(client):
    """CDS Hooks allows no null, empty string, array or object."""
    assert all(all(service.values()) for service in services(client))
