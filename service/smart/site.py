"""What the SMART app of a running application works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app

from service.errors import NotServed
from service.fhir_client.client import FhirClient
from service.fhir_client.deadline import Deadline
from service.fhir_client.origins import AllowedHosts
from service.fhir_client.transport import Transport
from service.site import Site, Sites, site_name
from service.smart.clients import SmartClient
from service.smart.vault import Vault, site_vault

_SMART: Final = "her2cds.smart"


@dataclass(frozen=True, slots=True)
class SmartSite:
    """The EHRs that may launch, the ways to their servers, the vault, and the addresses of the app.

    `transport` and `fhir` reach the origins of the listed EHRs and nothing else. `base_url` is the service as browsers see it.
    """

    clients: tuple[SmartClient, ...]
    transport: Transport
    fhir: FhirClient
    vault: Vault
    base_url: str
    session_minutes: int
    deadline_ms: int
    frame_ancestors: tuple[str, ...]

    def redirect_uri(self, client: SmartClient) -> str:
        """Where an EHR sends the browser back to; it has to be registered with the EHR."""
        return f"{self.base_url}{client.callback}"

    @property
    def encrypted(self) -> bool:
        """Whether browsers reach the app by https: cookies are then `Secure` and go into iframes."""
        return self.base_url.startswith("https://")

    def deadline(self) -> Deadline:
        """The deadline of a request to an EHR that begins now."""
        return Deadline(self.deadline_ms / 1000)


def keep_smart_sites(app: Flask, sites: Sites) -> None:
    """Give the application what the SMART app of each of its sites works with. Raises `ConfigurationError`."""
    app.extensions[_SMART] = {
        site.name: _smart_site(site) for site in (sites.deployment, *sites.named.values()) if site.settings.smart_clients
    }


def smart_site() -> SmartSite:
    """That of the site that serves this request. Raises `NotServed` where it has no EHR that may launch."""
    site: SmartSite | None = current_app.extensions[_SMART].get(site_name())
    if site is None:
        raise NotServed
    return site


def _smart_site(site: Site) -> SmartSite:
    settings = site.settings
    listed = frozenset(origin for client in settings.smart_clients for origin in client.origins)
    hosts = AllowedHosts(listed, settings.allowed_hosts.networks)
    return SmartSite(
        settings.smart_clients,
        Transport(hosts, settings.fhir_ca_file),
        FhirClient(settings, hosts=hosts, seconds=settings.smart_deadline_ms / 1000),
        site_vault(settings, site.name),
        settings.base_url,
        settings.smart_session_minutes,
        settings.smart_deadline_ms,
        settings.smart_frame_origins,
    )
