"""The SMART app as a part of the application."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import Flask

from service.errors import SettingsError
from service.settings import Settings, variable
from service.site import Sites
from service.smart import launching
from service.smart.credentials import credential_faults
from service.smart.site import keep_smart_sites
from service.smart.vault import key_faults


def serving_faults(deployment: Settings, named: Mapping[str, Settings]) -> Iterator[str]:
    """What would keep the app from being served, to be known before there is a worker: secrets and keys of sites, its own key."""
    for name, settings in named.items():
        for fault in credential_faults(settings.smart_clients):
            yield f"{variable('tenants')}: {name}.yaml: smart_clients: {fault}"
    if any(settings.smart_clients for settings in (deployment, *named.values())):
        yield from key_faults(deployment)


def serve_smart(app: Flask, sites: Sites) -> None:
    """Let the application serve the SMART app. Raises `ConfigurationError`, also for a secret or key of one of several sites."""
    if faults := list(serving_faults(sites.deployment.settings, {name: site.settings for name, site in sites.named.items()})):
        raise SettingsError(faults)
    keep_smart_sites(app, sites)
    app.register_blueprint(launching.blueprint)
