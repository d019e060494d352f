"""Whom the client may talk to.

`fhirServer` and the `next` links of its Bundles are written by the caller, so each is a way to make this service send requests, with a
token, to a place of the caller's choice. Only origins that the site lists are used, over https unless they are loopback; and the address
that a listed name resolves to is checked when the connection is made: never link-local (where clouds keep their credentials), loopback
only for a loopback host, a private address only when it is listed itself or lies in a listed network.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PORTS = {"http": 80, "https": 443}

#: Some servers keep the state of a search in its `next` link; what is longer than this no server takes.
LONGEST_URL = 16_384

#: Letters, digits and hyphens in labels, or an IPv6 address in brackets. No user, no percent sign, no trailing dot: parsers differ on them.
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\uffff\\]")
_NUMERIC_LABEL = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")

#: Carrier-grade NAT: not global, and not private by the letter either.
_SHARED = ipaddress.ip_network("100.64.0.0/10")
#: IPv6 addresses that lead to the IPv4 address in their last 32 bits: translated ones, and the old compatible form.
_EMBEDDING = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host (lower case, without brackets) and port of a web address."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port != _PORTS[self.scheme] else "")

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine by its name or its address."""
        address = address_of(self.host)
        return self.host == "localhost" or (address is not None and address.is_loopback)


def origin_of(url: str) -> Origin | None:
    """The origin of an absolute http(s) address; `None` for anything that parsers could read in two ways, or that is too long."""
    if len(url) > LONGEST_URL or _FORBIDDEN.search(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in _PORTS or "@" in parts.netloc or not _is_host(host):
        return None
    return Origin(scheme, host, _PORTS[scheme] if port is None else port)


def _is_host(host: str) -> bool:
    if address_of(host) is not None:
        return "%" not in host
    # `2130706433` and `0x7f.1` are addresses to some resolvers.
    return _HOST.fullmatch(host) is not None and _NUMERIC_LABEL.fullmatch(host.rsplit(".", 1)[-1]) is None


def address_of(host: str) -> _Address | None:
    """The IP address that a host is written as; an IPv4 address inside an IPv6 one as itself. `None` for a name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return address
    embedded = any(address in network for network in _EMBEDDING) and int(address) > 1  # `::` and `::1` are themselves
    carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if embedded else None
    return address.ipv4_mapped or address.sixtofour or carried or address


def same_origin_link(base: str, link: str) -> str | None:
    """A link of a page at `base`, relative or absolute, as an absolute address; `None` when it leaves the origin of the page."""
    if len(link) > LONGEST_URL or _FORBIDDEN.search(link):
        return None
    try:
        joined = urljoin(base, link)
    except ValueError:
        return None
    return joined if origin_of(joined) == origin_of(base) is not None else None


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The origins a site lists, and the private networks in which their names may resolve."""

    origins: frozenset[Origin] = frozenset()
    networks: tuple[_Network, ...] = ()

    def permits(self, origin: Origin | None) -> bool:
        """Whether requests may go to this origin."""
        return origin is not None and origin in self.origins and (origin.scheme == "https" or origin.is_loopback)

    def permits_address(self, host: str, address: str) -> bool:
        """Whether `host`, the host of a listed origin, may be dialled at `address`, which it was written as or resolved to."""
        dialled = address_of(address.partition("%")[0])
        if dialled is None or dialled.is_link_local or dialled.is_multicast or dialled.is_unspecified:
            return False
        if dialled.is_loopback:
            return host == "localhost" or address_of(host) == dialled
        if dialled.is_global and dialled not in _SHARED:
            return True
        return address_of(host) == dialled or any(dialled in network for network in self.networks)


def read_allowed_hosts(origins: str, networks: str) -> AllowedHosts:
    """The lists of the settings, separated by commas. Raises `ValueError` with a sentence about the first faulty entry."""
    return AllowedHosts(frozenset(map(_listed_origin, _entries(origins))), tuple(map(_listed_network, _entries(networks))))


def _entries(text: str) -> Iterable[str]:
    return filter(None, map(str.strip, text.split(",")))


def _listed_origin(entry: str) -> Origin:
    origin = origin_of(entry)
    if origin is None or urlsplit(entry).path not in {"", "/"} or urlsplit(entry).query or urlsplit(entry).fragment:
        raise ValueError("should be origins such as https://fhir.example.org, separated by commas, without a path")
    if origin.scheme != "https" and not origin.is_loopback:
        raise ValueError("should use https: only a FHIR server on this machine may be reached by http")
    return origin


def _listed_network(entry: str) -> _Network:
    try:
        return ipaddress.ip_network(entry)
    except ValueError:
        raise ValueError("should be networks such as 10.20.0.0/16, separated by commas") from None
