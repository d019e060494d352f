"""Settings that are right one by one, and with which together no server may start."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from service.fhir_client.origins import origin_of
from service.setting_values import PREFIX, variable
from service.smart.clients import DEMO_CLIENT

if TYPE_CHECKING:
    from service.settings import Settings


def faults_together(settings: Settings) -> Iterator[str]:
    """Each fault by its variable, with what to do about it."""
    if settings.auth != "off":
        yield from _authentication_faults(settings)
    if not settings.on_loopback and not settings.open and settings.auth != "required":
        yield (
            f"{PREFIX}HOST: listening beyond loopback without client authentication lets anyone on the network call the service. "
            f"Set {PREFIX}AUTH=required, or {PREFIX}OPEN=1 if something in front of it decides who may."
        )
    if settings.public_url and settings.base_path and urlsplit(settings.public_url).path != settings.base_path:
        yield f"{PREFIX}BASE_PATH: {PREFIX}PUBLIC_URL has another path. Set one of them, or both to the same path."
    if settings.shadow and settings.record == "off":
        yield f"{PREFIX}SHADOW: without {PREFIX}RECORD nobody would learn what the service would have said."
    if settings.tenants is not None:
        yield from _faults_beside_tenants(settings)
    if settings.smart_clients:
        yield from _smart_faults(settings)
    if settings.rate_store and find_spec("redis") is None:
        yield f"{PREFIX}RATE_STORE: needs the package redis. Install her2-cds[redis]."


def _faults_beside_tenants(settings: Settings) -> Iterator[str]:
    """Settings that each of several sites has to make for itself: one for all would mix them up."""
    for name in ("site", "fhir_hosts", "smart_clients"):
        if name in settings.model_fields_set and getattr(settings, name):
            yield f"{variable(name)}: with {variable('tenants')} it belongs into the file of each site"
    if settings.demo:
        yield f"{variable('demo')}: with {variable('tenants')} the demo EHR would be of no site"


def _smart_faults(settings: Settings) -> Iterator[str]:
    """What keeps EHRs from launching the app."""
    # The cryptography is loaded only where it is used.
    from service.smart.credentials import credential_faults  # noqa: PLC0415

    registered = [client for client in settings.smart_clients if client.client_id != DEMO_CLIENT]
    for fault in credential_faults(registered):
        yield f"{variable('smart_clients')}: {fault}"
    app = origin_of(settings.base_url)
    if registered and (app is None or (app.scheme != "https" and not app.is_loopback)):
        yield f"{variable('public_url')}: {variable('smart_clients')} needs it, with https: EHRs and browsers find the app by it"
    if registered and not settings.smart_key and urlsplit(settings.database_url).scheme.startswith("postgres"):
        yield f"{variable('smart_key')}: hosts that share a store need it, and the same"


def _authentication_faults(settings: Settings) -> Iterator[str]:
    """What keeps clients from being authenticated."""
    # The cryptography is loaded only where it is used.
    from service.auth.key_source import key_file_faults  # noqa: PLC0415

    if not settings.issuers:
        yield f"{variable('jwt_issuers')}: {variable('auth')}={settings.auth} needs to know whose tokens are accepted"
    if not settings.public_url and not settings.on_loopback and not settings.further_audiences:
        yield f"{variable('public_url')}: {variable('auth')}={settings.auth} needs it, tokens name it as their audience"
    for fault in key_file_faults(settings.issuers):
        yield f"{variable('jwt_issuers')}: {fault}"
