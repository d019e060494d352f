"""The settings, the store and the FHIR client of the running application, for the views."""

from __future__ import annotations

from flask import Flask, current_app

from service.fhir_client.client import FhirClient
from service.settings import Settings
from service.store.store import Store

_SETTINGS, _STORE, _FHIR = "her2cds.settings", "her2cds.store", "her2cds.fhir"


def keep_settings(app: Flask, settings: Settings) -> None:
    """Give the application its settings."""
    app.extensions[_SETTINGS] = settings


def site_settings() -> Settings:
    """The settings of the application that serves this request."""
    settings: Settings = current_app.extensions[_SETTINGS]
    return settings


def keep_store(app: Flask, store: Store) -> None:
    """Give the application its store."""
    app.extensions[_STORE] = store


def site_store() -> Store:
    """The store of the application that serves this request."""
    store: Store = current_app.extensions[_STORE]
    return store


def keep_fhir_client(app: Flask, client: FhirClient | None) -> None:
    """Give the application its FHIR client; `None` where the site lists no FHIR server."""
    app.extensions[_FHIR] = client


def site_fhir_client() -> FhirClient | None:
    """The FHIR client of the application that serves this request; `None`: prefetch only."""
    client: FhirClient | None = current_app.extensions[_FHIR]
    return client
