"""Ports for servers that have to be told theirs."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator

#: Below the ports that systems hand out (32768 and up on Linux, 49152 elsewhere): between asking and listening nobody else is given it.
_PORTS = range(20_000, 32_000)


def _all() -> Iterator[int]:
    """Every port once, in an order of this run: another one on the same machine has another."""
    ports = list(_PORTS)
    random.SystemRandom().shuffle(ports)
    return iter(ports)


_LEFT = _all()


def free_port() -> int:
    """A port of loopback at which nothing listens. It is never given twice in a run."""
    for port in _LEFT:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", port))  # noqa: S104 - not listened at
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")
