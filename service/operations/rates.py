"""Calls per client and time (`HER2CDS_RATE`): one client that runs wild must not take the service from the others.

A client is the issuer of its verified token, else the address it calls from. The counts are kept in this process, or in a Redis server
that all processes share. A Redis that cannot be reached never stops a call: each process counts by itself until it is back.
"""

from __future__ import annotations

from ipaddress import IPv6Network, ip_address
from math import ceil
from time import monotonic, time
from typing import Any, Final

from flask import Flask, g, request
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from service.errors import TooOften
from service.logs import log
from service.operations import series
from service.operations.counts import COUNTS
from service.settings import Settings
from service.site import chosen_site

#: How long a shared store may take, and for how long one that failed is left alone, in seconds.
_WAIT: Final = 0.05
_PAUSE: Final = 5.0

#: The length of an IPv6 prefix that one network has.
_IPV6_NETWORK: Final = 64

#: What costs as much as a caller likes; a launch, which anybody may begin, asks the EHR and writes a row.
_RATED: Final = frozenset({"calls.call", "feedback.feedback", "discovery.discover", "smart.launch", "smart.callback"})


class Rates:
    """Counts the calls of each client. Safe to use from several threads."""

    def __init__(self, rate: str, shared: str) -> None:
        """Take rates such as `600/minute` (several: separated by `;`), and the URL of a Redis server or nothing."""
        self._items: list[RateLimitItem] = list(parse_many(rate))
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = SlidingWindowCounterRateLimiter(_redis(shared)) if shared else None
        self._left_alone_until = 0.0

    def wait_after(self, client: str) -> int | None:
        """Count a call of this client: `None` when it may be answered, else after how many seconds the client may try again."""
        if self._shared is not None and monotonic() >= self._left_alone_until:
            try:
                waiting = self._ask(self._shared, client)
            except StorageError as fault:
                self._left_alone_until = monotonic() + _PAUSE
                log().error("rates", state="unavailable", fault=type(fault.storage_error).__name__)
            else:
                return waiting
        return self._ask(self._own, client)

    def _ask(self, limiter: SlidingWindowCounterRateLimiter, client: str) -> int | None:
        for item in self._items:
            if not limiter.hit(item, client):
                free_again = limiter.get_window_stats(item, client).reset_time
                return min(max(1, ceil(free_again - time())), item.get_expiry())
        return None


def limit_rates(app: Flask, settings: Settings) -> None:
    """Let the application refuse what a client asks too often. To be called after whatever finds out who calls."""
    if not settings.rate:
        return
    rates = Rates(settings.rate, settings.rate_store)

    @app.before_request
    def _count() -> None:
        # A preflight is the browser's, not a call.
        if request.endpoint not in _RATED or request.method == "OPTIONS":
            return
        seconds = rates.wait_after(client_key())
        if seconds is not None:
            COUNTS.add(series.TURNED_AWAY, "rate")
            raise TooOften(seconds)


def client_key() -> str:
    """Who calls: the issuer of a verified token and its site, else the address."""
    client = g.get("client")
    if client is None:
        return f"address {_of_one_caller(request.remote_addr or '')}"
    # Hospitals of one vendor may share an issuer, and must not use up each other's calls.
    site = chosen_site(request.environ)
    return f"iss {client.iss} {site.name if site is not None else ''}"


def _of_one_caller(address: str) -> str:
    """What a caller cannot change at will: the address, of IPv6 the network (/64), in which each device has as many as it likes."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return address
    return str(known.ipv4_mapped or IPv6Network((known, _IPV6_NETWORK), strict=False))


def _redis(url: str) -> Storage:
    from redis.backoff import NoBackoff  # noqa: PLC0415 - an optional package
    from redis.retry import Retry  # noqa: PLC0415

    # A call waits for the answer, so it must come at once or not at all.
    once: Any = Retry(NoBackoff(), 0)
    storage = storage_from_string(url, wrap_exceptions=True, socket_timeout=_WAIT, socket_connect_timeout=_WAIT, retry=once)
    assert isinstance(storage, Storage)
    return storage
