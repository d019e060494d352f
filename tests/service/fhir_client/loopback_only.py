"""No test of the FHIR client leaves this machine: the interpreter itself reports every connection and every look-up, and refuses it.

An audit hook sees what the C code below `socket` is asked to do, whichever library asks. It cannot be removed, so there is one, and it
does nothing unless a test watches.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

_LOOK_UPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_DIALS = {"socket.connect", "socket.sendto", "socket.sendmsg"}


class Blocked(OSError):
    """What the code under test sees when it tries to leave: a network that is not there."""


class LeftLoopback(AssertionError):
    """Something tried to leave this machine."""


@dataclass(slots=True)
class Watch:
    """What was tried while it watched: `dialled` on loopback, as (host, port), and `outside`, each blocked."""

    dialled: list[tuple[str, int]] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def see(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note one event; raises `Blocked` for one that leaves this machine."""
        if event in _LOOK_UPS:
            host = arguments[0]
            if _is_number(host):
                return  # nothing is asked of anybody
        elif arguments[1] is None or isinstance(arguments[1], str | bytes):  # connected already, or a socket of this machine's file system
            return
        else:
            host = arguments[1][0]
        if not _is_loopback(host):
            self.outside.append(f"{event} {host!r}")
            raise Blocked(f"{event} is not allowed here")
        if event == "socket.connect":
            self.dialled.append((str(host), int(arguments[1][1])))


_watching: list[Watch] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and (event in _DIALS or event in _LOOK_UPS):
        _watching[-1].see(event, arguments)


sys.addaudithook(_hook)


def _is_number(host: str | bytes | None) -> bool:
    try:
        ipaddress.ip_address(_text(host).partition("%")[0])
    except ValueError:
        return False
    return True


def _is_loopback(host: str | bytes | None) -> bool:
    if host is None or _text(host) == "localhost":
        return True
    # CAUTION: `::ffff:127.0.0.1` is loopback to the kernel, but no code of ours has a reason to write it so.
    return _is_number(host) and ipaddress.ip_address(_text(host).partition("%")[0]).is_loopback


def _text(host: str | bytes | None) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else host or ""


@contextmanager
def watched() -> Iterator[Watch]:
    """Block and note what leaves this machine, without failing for it: for tests that expect an attempt."""
    watch = Watch()
    _watching.append(watch)
    try:
        yield watch
    finally:
        _watching.remove(watch)


@contextmanager
def loopback() -> Iterator[Watch]:
    """Block what leaves this machine, and raise `LeftLoopback` at the end if anything tried to."""
    with watched() as watch:
        yield watch
    if watch.outside:
        raise LeftLoopback("; ".join(watch.outside))


@pytest.fixture(name="loopback_only", autouse=True)
def only_loopback() -> Iterator[Watch]:
    """Fails the test that tries to leave this machine. Acts on every test of the module that imports it."""
    with loopback() as watch:
        yield watch
