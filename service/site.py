"""Which site serves this request: its name, its settings, its FHIR client; and the store, which all sites share.

A deployment for one hospital is one site without a name. One for several (`HER2CDS_TENANTS`, `service.sites`) has a site for each, chosen
once per request: by the path (`/t/NAME/...`, `service.sites.paths`), else by the verified token of the client (`service.auth.gate`). What
is chosen stands in the WSGI environment of the request, where the layers outside of Flask see it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from wsgiref.types import WSGIEnvironment

from flask import Flask, current_app, request

from service.fhir_client.client import FhirClient
from service.record.keeping import DecisionRecord
from service.settings import Settings
from service.store.store import Store

_SITES, _STORE, _RECORD = "her2cds.sites", "her2cds.store", "her2cds.record"

#: Where the site of a request stands in its WSGI environment. No header can put anything there.
_CHOSEN: Final = "her2cds.site"


@dataclass(frozen=True, slots=True)
class Site:
    """One site: its settings, and the client for its FHIR servers (`None`: prefetch only).

    `name` is empty where a deployment has one site only. `issuers` are the `iss` of its clients' tokens, `tenants` what the claim `tenant`
    of these may say; without any, it may say anything.
    """

    name: str
    settings: Settings
    fhir: FhirClient | None = None
    issuers: frozenset[str] = frozenset()
    tenants: frozenset[str] = frozenset()

    def owns(self, iss: str, tenant: str | None) -> bool:
        """Whether a token with these claims is of a client of this site."""
        return iss in self.issuers and (not self.tenants or tenant in self.tenants)


class Sites:
    """The deployment itself, and the sites it serves, by name; none where it is one site."""

    def __init__(self, deployment: Site, named: Mapping[str, Site] | None = None) -> None:
        self.deployment = deployment
        self.named = named or {}
        self._by_issuer: dict[str, list[Site]] = {}
        for site in self.named.values():
            for iss in site.issuers:
                self._by_issuer.setdefault(iss, []).append(site)

    def of_token(self, iss: str, tenant: str | None) -> Site | None:
        """The one site whose client signed a token with these claims; `None` where it is none, or more than one."""
        found = [site for site in self._by_issuer.get(iss, ()) if site.owns(iss, tenant)]
        return found[0] if len(found) == 1 else None


def keep_sites(app: Flask, sites: Sites) -> None:
    """Give the application its sites."""
    app.extensions[_SITES] = sites


def sites() -> Sites:
    """The sites of the running application."""
    kept: Sites = current_app.extensions[_SITES]
    return kept


def choose_site(environ: WSGIEnvironment, site: Site) -> None:
    """Let a site serve this request."""
    environ[_CHOSEN] = site


def chosen_site(environ: WSGIEnvironment) -> Site | None:
    """The site that was chosen for a request, if any was yet."""
    site: Site | None = environ.get(_CHOSEN)
    return site


def this_site() -> Site:
    """The site that serves this request; the deployment itself where it is one site, or where nothing told which."""
    kept = sites()
    if not kept.named:
        return kept.deployment
    try:
        environ = request.environ
    except RuntimeError:  # outside of any request
        return kept.deployment
    return chosen_site(environ) or kept.deployment


def sites_to_choose_from() -> Mapping[str, Site]:
    """The sites of a deployment of several where nothing told which of them serves this request; else none."""
    kept = sites()
    return kept.named if this_site() is kept.deployment else {}


def site_name() -> str:
    """The name of the site that serves this request; empty where the deployment is one site."""
    return this_site().name


def site_settings() -> Settings:
    """The settings of the site that serves this request."""
    return this_site().settings


def keep_store(app: Flask, store: Store) -> None:
    """Give the application its store."""
    app.extensions[_STORE] = store


def site_store() -> Store:
    """The store of the application that serves this request."""
    store: Store = current_app.extensions[_STORE]
    return store


def keep_record(app: Flask, record: DecisionRecord) -> None:
    """Give the application its decision record."""
    app.extensions[_RECORD] = record


def site_record() -> DecisionRecord:
    """The decision record of the application that serves this request."""
    record: DecisionRecord = current_app.extensions[_RECORD]
    return record
