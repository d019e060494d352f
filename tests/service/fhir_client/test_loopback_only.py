"""The guard of these tests does its work: what leaves this machine is blocked and fails the test."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from tests.service.fhir_client.hostile_server import answer, serving
from tests.service.fhir_client.loopback_only import Blocked, LeftLoopback, loopback, only_loopback, watched  # noqa: F401 - a fixture

OUTSIDE: dict[str, Callable[[], object]] = {
    "a public address": lambda: socket.create_connection(("192.0.2.1", 80), 1),
    "cloud metadata": lambda: socket.create_connection(("169.254.169.254", 80), 1),
    "a private address": lambda: socket.socket().connect(("10.0.0.1", 443)),
    "without waiting": lambda: socket.socket().connect_ex(("10.0.0.1", 443)),
    "over IPv6": lambda: socket.socket(socket.AF_INET6).connect(("fe80::1", 80)),
    "as a datagram": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
    "a name": lambda: socket.getaddrinfo("fhir.example.org", 443),
    "a name, the old way": lambda: socket.gethostbyname("fhir.example.org"),
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("leave", OUTSIDE.values(), ids=OUTSIDE)
def test_what_leaves_this_machine_is_blocked_and_fails(leave: Callable[[], object]):
    """Dialling and looking up raise at once, and the test fails even where the code under test swallowed that."""
    with pytest.raises(LeftLoopback), loopback(), pytest.raises(Blocked):
        leave()


def test_loopback_passes_and_is_noted():
    """Connections within this machine are made, and a test can say to whom."""
    with serving(answer("x")) as server, watched() as watch, socket.create_connection(("localhost", server.port), 1) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert connection.recv(1)
    assert {port for _, port in watch.dialled} == {server.port}
    assert not watch.outside
    assert server.connections == 1
