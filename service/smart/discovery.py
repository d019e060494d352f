"""Where an EHR's authorization server is, and what it can: `.well-known/smart-configuration` below the base of its FHIR server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from service.fhir_client.transport import Refused, Unavailable
from service.smart.clients import SmartClient
from service.smart.errors import ForeignEndpoint, NoDiscovery, NoPkce
from service.smart.exchange import read
from service.smart.site import SmartSite


@dataclass(frozen=True, slots=True)
class Configuration:
    """What an EHR says about its authorization server, as far as it is used. Every address is at an origin that the site lists for it.

    `issuer` and `jwks_uri` are there where it can say who the user is. `names_itself`: its answers carry its `issuer` (RFC 9207).
    `proofs`: how clients may prove themselves at the token endpoint; empty where it does not say.
    """

    authorization_endpoint: str
    token_endpoint: str
    issuer: str | None = None
    jwks_uri: str | None = None
    names_itself: bool = False
    capabilities: frozenset[str] = frozenset()
    proofs: frozenset[str] = frozenset()


def discover(site: SmartSite, client: SmartClient) -> Configuration:
    """Ask an EHR for its configuration. Raises `NoDiscovery`, `ForeignEndpoint` or `NoPkce`."""
    try:
        body = read(site, f"{client.issuer}/.well-known/smart-configuration")
    except Refused as refused:
        raise NoDiscovery(f"status-{refused.status}") from None
    except Unavailable as unavailable:
        raise NoDiscovery(unavailable.reason) from None
    try:
        said = orjson.loads(body)
    except ValueError:
        raise NoDiscovery("not-json") from None
    if not isinstance(said, dict):
        raise NoDiscovery("not-json")
    return read_configuration(said, client)


def read_configuration(said: Mapping[str, Any], client: SmartClient) -> Configuration:
    """A configuration as it was sent. Raises as `discover` does."""
    endpoints = {name: said.get(name) for name in ("authorization_endpoint", "token_endpoint")}
    if not all(isinstance(url, str) for url in endpoints.values()):
        raise NoDiscovery("no-endpoint")
    jwks_uri = said.get("jwks_uri")
    for name, url in (*endpoints.items(), *([("jwks_uri", jwks_uri)] if jwks_uri is not None else ())):
        if not client.permits(url):
            raise ForeignEndpoint(name)
    methods = said.get("code_challenge_methods_supported")
    # What a confidential client sends for a stolen code still needs its secret, so an EHR of before SMART 2 may leave this out.
    if "S256" not in _texts(methods) and not (methods is None and client.proof != "public"):
        raise NoPkce
    issuer = said.get("issuer")
    return Configuration(
        authorization_endpoint=str(endpoints["authorization_endpoint"]),
        token_endpoint=str(endpoints["token_endpoint"]),
        issuer=issuer if isinstance(issuer, str) else None,
        jwks_uri=jwks_uri,
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        capabilities=_texts(said.get("capabilities")),
        proofs=_texts(said.get("token_endpoint_auth_methods_supported")),
    )


def _texts(value: object) -> frozenset[str]:
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()
