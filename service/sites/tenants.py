"""The files of several sites in one deployment (`HER2CDS_TENANTS`): `north.yaml` is the site `north`.

    issuers: [https://ehr.north.example.org]    # the `iss` of its EHR's tokens
    profile: current
    fhir_hosts: [https://fhir.north.example.org]
    rules_off: [R044]
    thresholds: {lvef_lower_limit: 53}

Everything in a file is optional. What it does not say is as the deployment's variables have it, except what would mix sites up: FHIR
servers and clients of the SMART app are each site's own. Each fault is named with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from guideline.knowledge_files import Fault
from guideline.site_file import SiteFile, fault_at, read_site_file
from service.errors import SettingsError
from service.settings import Settings, variable
from service.sites.file_members import is_of_a_site, one_of_several

#: What a site may be called: a file name, a part of addresses, a word in the log.
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

#: Settings of the deployment that do not hold for its sites: each has its own, or none.
_NOT_INHERITED: Final = frozenset({"site", "tenants", "fhir_hosts", "smart_clients", "public_url", "base_path", "demo", "metrics"})


class TenantSettings(Settings):
    """The settings of one of several sites: those of the deployment, and instead of some what its file says. No variable is read."""

    said: SiteFile

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic gives it
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: Any,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is given, and nothing else."""
        return (init_settings,)

    @cached_property
    def site_file(self) -> SiteFile:
        """What the site's file says."""
        return self.said


@dataclass(frozen=True, slots=True)
class Tenant:
    """One of several sites as its file says: whose tokens are its own (`issuers`, and their claim `tenant`), and its settings."""

    name: str
    settings: TenantSettings
    issuers: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()


def read_tenants(deployment: Settings) -> tuple[Tenant, ...]:
    """The sites of a deployment; none where it is one site. Raises `SettingsError` with each fault of their files."""
    if deployment.tenants is None:
        return ()
    tenants: list[Tenant] = []
    faults: list[Fault | str] = []
    for file in _files(deployment.tenants):
        tenant, found = _read(file, deployment)
        tenants += [tenant] if tenant is not None else []
        faults += found
    faults += _faults_together(tenants, deployment)
    if not tenants and not faults:
        faults.append("there is no file NAME.yaml")
    if faults:
        raise SettingsError([f"{variable('tenants')}: {fault}" for fault in faults])
    return tuple(tenants)


def settings_of(deployment: Settings, name: str) -> Settings:
    """The settings of the site of that name; without a name those of the deployment. Raises `SettingsError`."""
    if not name:
        return deployment
    tenants = {tenant.name: tenant.settings for tenant in read_tenants(deployment)}
    if name not in tenants:
        raise SettingsError([f"there is no site of that name; there are {', '.join(tenants) or 'none: HER2CDS_TENANTS is not set'}"])
    return tenants[name]


def settings_asked_for(deployment: Settings, name: str) -> Settings:
    """The same for whoever asks how a site practises: of several one has to be named, for no hospital practises as the deployment.

    Raises `SettingsError`.
    """
    if not name and (tenants := read_tenants(deployment)):
        named = ", ".join(tenant.name for tenant in tenants)
        raise SettingsError(
            [f"several sites are served here ({variable('tenants')}), each by its own rules: name one with --site: {named}"]
        )
    return settings_of(deployment, name)


def shared_issuers(tenants: Sequence[Tenant]) -> Iterator[str]:
    """Sites that a token alone may not tell apart, one sentence for each pair: they are told apart by their paths only."""
    for number, one in enumerate(tenants):
        for other in tenants[number + 1 :]:
            if set(one.issuers) & set(other.issuers) and (not one.tenants or not other.tenants or set(one.tenants) & set(other.tenants)):
                yield f"{one.name} and {other.name} share an issuer: tokens of it are accepted at both, and choose neither without a path"


def _files(place: Path) -> list[Path]:
    """The files of the sites. Hidden ones are left out: those of editors, and those by which container platforms swap a folder."""
    if not place.exists():
        raise SettingsError([f"{variable('tenants')}: does not exist"])
    if not place.is_dir():
        return [place]
    return sorted(file for file in place.iterdir() if not file.name.startswith(".") and file.suffix in {".yaml", ".yml"})


def _read(file: Path, deployment: Settings) -> tuple[Tenant | None, list[Fault]]:
    name = file.stem
    if file.suffix != ".yaml" or not _NAME.fullmatch(name):
        return None, [Fault(file.name, 1, "should be named after its site, in small letters, digits and hyphens: north.yaml")]
    # The rule book is loaded only where a site file has to be compared with it.
    from guideline.knowledge_base import rule_book  # noqa: PLC0415

    said, faults = read_site_file(file, rule_book(), one_of_several(Settings.model_fields))
    if faults:
        return None, faults
    own = {setting: _as_text(value) for setting, value in said.further.items() if is_of_a_site(setting)}
    # A limit in the file of a site is meant for this site, one in a variable for all that say nothing.
    inherited = deployment.model_fields_set - _NOT_INHERITED - own.keys() - said.thresholds.keys()
    values = {"public_url": f"{deployment.base_url}/t/{name}", **{setting: getattr(deployment, setting) for setting in inherited}, **own}
    try:
        settings = TenantSettings(**values, demo=False, metrics=False, said=said)
    except ValidationError as error:
        return None, [fault_at(file, fault["loc"], fault["msg"].removeprefix("Value error, ")) for fault in error.errors()]
    tenant = Tenant(name, settings, tuple(said.further.get("issuers", ())), tuple(said.further.get("tenants", ())))
    return tenant, list(_faults_of(tenant, file, deployment))


def _as_text(value: Any) -> Any:
    """A list as the variable would have it."""
    return ", ".join(value) if isinstance(value, list) and all(isinstance(one, str) for one in value) else value


def _faults_of(tenant: Tenant, file: Path, deployment: Settings) -> Iterator[Fault]:
    """What is wrong with a site in this deployment."""
    if deployment.auth != "off":
        known = {issuer.iss for issuer in deployment.issuers}
        if not tenant.issuers:
            yield fault_at(file, (), f"issuers: {variable('auth')}={deployment.auth} needs to know whose tokens are of this site")
        for place, iss in enumerate(tenant.issuers):
            if iss not in known:
                yield fault_at(file, ("issuers", place), f"{variable('jwt_issuers')} does not list this issuer with its keys")
    if tenant.tenants and not tenant.issuers:
        yield fault_at(file, ("tenants",), "says something about tokens of issuers, and there are none")
    if tenant.settings.shadow and deployment.record == "off":
        yield fault_at(file, ("shadow",), f"without {variable('record')} nobody would learn what the service would have said")


def _faults_together(tenants: Sequence[Tenant], deployment: Settings) -> Iterator[str]:
    """Sites under one address: a token for one would be for the other as well."""
    named: dict[str, str] = {deployment.base_url: "the deployment itself"}
    for tenant in tenants:
        url = tenant.settings.base_url
        if url in named:
            yield f"{tenant.name}.yaml: public_url: is that of {named[url]} too"
        named[url] = f"{tenant.name}.yaml"
