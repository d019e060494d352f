"""`her2-cds config check`: settings, knowledge, terminology and card files and the store, each fault by name."""
# ruff: noqa: PLC0415 - a faulty file raises at import, and is to be reported, not to stop the report

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from guideline.knowledge_checks import BOOK_FILES, FILES, faults
from service.data_folder import why_not_writable
from service.errors import ConfigurationError
from service.settings import Settings, load_settings, unknown_variables, variable
from service.sites.tenants import Tenant, read_tenants, shared_issuers
from service.store.opening import site_database


@dataclass(frozen=True, slots=True)
class ConfigurationReport:
    """What is in order, what deserves a look, and what is wrong."""

    in_order: tuple[str, ...]
    notes: tuple[str, ...]
    faults: tuple[str, ...]


def check() -> ConfigurationReport:
    """Check everything a start depends on. Goes on after a fault, so that all are named at once."""
    in_order: list[str] = []
    found: list[str] = []
    for part in (_settings, _authentication, _smart, _fhir, _knowledge, _site, _terminology, _cards, _store):
        _note(part, in_order, found)
    notes = tuple(f"{name} is no setting of this release and has no effect" for name in unknown_variables())
    notes += tuple(_overruled())
    notes += tuple(_hollow())
    # Faulty settings are also why the store cannot be looked at.
    return ConfigurationReport(tuple(in_order), notes, tuple(dict.fromkeys(found)))


def _note(part: Callable[[], str], in_order: list[str], found: list[str]) -> None:
    try:
        in_order.append(part())
    except ConfigurationError as error:
        found += error.faults
    except Exception as error:  # noqa: BLE001 - each kind of file has an exception of its own, which names file and line
        found.append(str(error) or type(error).__name__)


def _overruled() -> Iterator[str]:
    """Limits of the site's file that a variable replaces, and sites that share an issuer."""
    try:
        settings = load_settings()
    except Exception:  # noqa: BLE001 - named as a fault already
        return
    yield from shared_issuers(read_tenants(settings))
    for name, value in settings.site_file.thresholds.items():
        if settings.origin(name) == "variable" and getattr(settings.practice, name) != value:
            yield f"{variable(name)} wins over {name} of the site's file"


def _hollow() -> Iterator[str]:
    """What the service starts with, and yet does not do what somebody meant it to."""
    try:
        settings = load_settings()
        file = site_database(settings).file
    except Exception:  # noqa: BLE001 - named as a fault already
        return
    reason = _why_not_kept(file) if file is not None else None
    if reason is not None:
        unanswered = settings.record == "required" or settings.auth == "required"
        so = "calls get 503" if unanswered else "cards are shown, feedback is refused and no decision recorded"
        yield f"{variable('database_url' if settings.database_url else 'data')}: {file} cannot be made or written ({reason}): {so}"
    if any(network.prefixlen == 0 for network in map(ip_network, settings.trusted_networks)):
        yield f"{variable('trusted_proxies')}: believes everybody: each caller may pass for any address"


def _why_not_kept(file: Path) -> str | None:
    if file.exists() and not os.access(file, os.W_OK):
        return "it may only be read"
    return why_not_writable(file.parent)


def _settings() -> str:
    settings = load_settings()
    settings.refuse_unsafe()
    return f"settings: in order, profile {settings.practice.label}, listening on {settings.host}:{settings.port}"


def _authentication() -> str:
    settings = load_settings()
    if settings.auth == "off":
        return "authentication: off, everybody who reaches the service may call"
    clients = ", ".join(issuer.iss for issuer in settings.issuers) or "nobody"
    return f"authentication: {settings.auth}, {'/'.join(settings.token_algorithms)} of {clients}, for {settings.base_url}/cds-services"


def _fhir() -> str:
    return "\n".join(f"FHIR servers{of_site}: {_fhir_servers(settings)}" for of_site, settings in _sites().items())


def _fhir_servers(settings: Settings) -> str:
    listed = ", ".join(sorted(map(str, settings.allowed_hosts.origins)))
    if not listed:
        return "none listed, prefetch only"
    authorities = settings.fhir_ca_file or "the public authorities"
    return f"{listed}, {settings.deadline_ms} ms a call, certificates of {authorities}"


def _smart() -> str:
    deployment = load_settings()
    named = {tenant.name: tenant.settings for tenant in read_tenants(deployment)}
    if any(settings.smart_clients for settings in (deployment, *named.values())):
        from service.smart.serving import serving_faults

        if found := list(serving_faults(deployment, named)):
            raise ConfigurationError(found)
    return "\n".join(f"SMART app{of_site}: {_launches(settings)}" for of_site, settings in _sites().items())


def _launches(settings: Settings) -> str:
    if not settings.smart_clients:
        return "no EHR may launch it"
    listed = ", ".join(f"{client.issuer} as {client.client_id} ({client.proof})" for client in settings.smart_clients)
    callbacks = " and ".join(dict.fromkeys(f"{settings.base_url}{client.callback}" for client in settings.smart_clients))
    return f"{listed}; register {settings.base_url}/smart/launch and {callbacks}"


def _knowledge() -> str:
    _, found = faults(files=(*FILES, *BOOK_FILES))
    if found:
        raise ConfigurationError([f"guideline/knowledge/{fault}" for fault in found])
    from guideline.knowledge_base import KNOWLEDGE, rule_book
    from guideline.orderables import orderables_faults

    if lost := orderables_faults():
        raise ConfigurationError([f"guideline/knowledge/{fault}" for fault in lost])

    counts = f"{len(rule_book())} rules, {len(KNOWLEDGE.regimens)} regimens"
    return f"knowledge: version {KNOWLEDGE.version}, {KNOWLEDGE.review_status}, {counts}"


def _site() -> str:
    from service.rule_book import rule_book

    if load_settings().tenants is None:
        return f"site: {'; '.join(rule_book(load_settings()).site_lines)}"
    return "\n".join(
        f"site {tenant.name}: {tenant.settings.base_url}/cds-services; tokens of {_clients(tenant)}; "
        f"{'; '.join(rule_book(tenant.settings).site_lines)}"
        for tenant in read_tenants(load_settings())
    )


def _clients(tenant: Tenant) -> str:
    listed = ", ".join(tenant.issuers) or "nobody"
    return f"{listed} with tenant {', '.join(tenant.tenants)}" if tenant.tenants else listed


def _sites() -> dict[str, Settings]:
    """The settings of each site, by how they are said to be of it."""
    deployment = load_settings()
    tenants = read_tenants(deployment)
    return {f" of {tenant.name}": tenant.settings for tenant in tenants} if tenants else {"": deployment}


def _terminology() -> str:
    from fhir_mappings.code_tables import CONCEPTS

    return f"terminology: {sum(len(concept.codes) for concept in CONCEPTS.values())} codes of {len(CONCEPTS)} concepts"


def _cards() -> str:
    from cards.response_schema import response_validator
    from cards.topics import TOPICS

    response_validator()
    return f"cards: {len(TOPICS)} topics"


def _store() -> str:
    from service.store.database import NEWEST

    database = site_database(load_settings())
    if not database.exists():
        unmakeable = database.file is not None and why_not_writable(database.file.parent)
        return f"store: {database.place}, {'cannot be made' if unmakeable else 'made at the first start'}"
    try:
        state = "up to date" if database.revision() == NEWEST else "brought up to date at the next start"
    finally:
        database.close()
    return f"store: {database.place}, {state}"
