"""The sites of a deployment, each with its settings and its FHIR client."""

from __future__ import annotations

from service.fhir_client.client import FhirClient
from service.settings import Settings
from service.site import Site, Sites
from service.sites.tenants import Tenant, read_tenants


def sites_of(settings: Settings) -> Sites:
    """The sites that a deployment serves. Raises `SettingsError` with each fault of their files."""
    return Sites(Site("", settings, _fhir_client(settings)), {tenant.name: _site(tenant) for tenant in read_tenants(settings)})


def _site(tenant: Tenant) -> Site:
    # A client of its own, with its own connections: what is open to the servers of one hospital is no way for the calls of another.
    return Site(tenant.name, tenant.settings, _fhir_client(tenant.settings), frozenset(tenant.issuers), frozenset(tenant.tenants))


def _fhir_client(settings: Settings) -> FhirClient | None:
    return FhirClient(settings) if settings.allowed_hosts.origins else None
