"""The SMART app as a part of the application."""

from __future__ import annotations

from flask import Flask

from service.errors import SettingsError
from service.site import Sites
from service.smart import launching
from service.smart.credentials import credential_faults
from service.smart.site import keep_smart_sites


def serve_smart(app: Flask, sites: Sites) -> None:
    """Let the application serve the SMART app. Raises `ConfigurationError`, also for a secret or key of one of several sites."""
    faults = [f"{site.name}: {fault}" for site in sites.named.values() for fault in credential_faults(site.settings.smart_clients)]
    if faults:
        raise SettingsError(faults)
    keep_smart_sites(app, sites)
    app.register_blueprint(launching.blueprint)
