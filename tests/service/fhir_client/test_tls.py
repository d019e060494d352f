"""FHIR servers over TLS: whose certificates are believed."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from service.fhir_client.connections import Line
from service.fhir_client.deadline import Deadline
from service.fhir_client.origins import read_allowed_hosts
from service.fhir_client.transport import Allowance, Transport, Unavailable
from tests.service.fhir_client.loopback_only import only_loopback  # noqa: F401 - a fixture

BODY = b'{"resourceType": "Patient", "id": "1"}'


class _Patient(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: list[str | None]

    def do_GET(self) -> None:
        self.asked.append(self.headers["Authorization"])
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: object) -> None:
        """Nothing: pytest prints enough."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def asked() -> list[str | None]:
    """The Authorization headers that the server saw."""
    return []


@pytest.fixture
def server(authority: trustme.CA, asked: list[str | None]) -> Iterator[str]:
    """The origin of a TLS server whose certificate is for `localhost`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with ThreadingHTTPServer(("127.0.0.1", 0), type("_", (_Patient,), {"asked": asked})) as running:
        running.socket = context.wrap_socket(running.socket, server_side=True)
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"https://localhost:{running.server_port}"
        running.shutdown()
        thread.join()


def get(origin: str, ca_file: Path | None) -> bytes:
    transport = Transport(read_allowed_hosts(origin, ""), ca_file)
    try:
        url = f"{origin}/fhir/Patient/1"
        return transport.get(url, token="abc", deadline=Deadline(60), allowance=Allowance(), line=Line()).body
    finally:
        transport.close()


def test_a_certificate_of_the_named_authority_is_believed(server: str, ca_file: Path, asked: list[str | None]):
    """A hospital's own authority is named by a file; the token goes to the server over TLS."""
    assert get(server, ca_file) == BODY
    assert asked == ["Bearer abc"]


def test_a_certificate_of_nobody_known_is_not(server: str, asked: list[str | None]):
    """Without the file the server is not believed, and sees no token."""
    with pytest.raises(Unavailable, match="network"):
        get(server, None)
    assert asked == []


def test_a_certificate_for_another_name_is_not(server: str, ca_file: Path, asked: list[str | None]):
    """The name in the certificate must be the host's."""
    with pytest.raises(Unavailable, match="network"):
        get(server.replace("localhost", "127.0.0.1"), ca_file)
    assert asked == []
