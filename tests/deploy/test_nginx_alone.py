"""nginx without a replica, with the project's own configuration: what it answers and writes by itself."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.behind_nginx import Nginx
from tests.outside.ports import free_port
from tests.outside.programs import needs
from tests.service.checked_client import CALL

pytestmark = needs("nginx")

#: What each caller below writes into its request.
MARK = "MARKED"

#: What nginx refuses before it looks for a replica, and with which status.
REFUSED = {
    "a method of no use": (f"TRACE /{MARK} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405),
    "an address with a zero": (f"GET /%00?{MARK} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
    "no request": (f"{MARK}\r\n\r\n", 400),
    "no host": (f"GET /{MARK} HTTP/1.1\r\n\r\n", 400),
    "an address too long": (f"GET /{MARK * 1500} HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "a header too long": (f"GET / HTTP/1.1\r\nHost: a\r\nReferer: {MARK * 1500}\r\n\r\n", 400),
}


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with Nginx(tmp_path_factory.mktemp("alone"), [free_port(), free_port()]) as running:
        yield running


def raw_answer(nginx: Nginx, request: str) -> tuple[int, str, bytes]:
    """Status, headers and body of the answer to a request as it is written."""
    context = ssl.create_default_context(cafile=str(nginx.authority))
    with context.wrap_socket(socket.create_connection(("127.0.0.1", nginx.port), timeout=120), server_hostname="127.0.0.1") as line:
        line.sendall(request.encode())
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode(), body


@pytest.mark.parametrize(("request_", "status"), REFUSED.values(), ids=REFUSED)
def test_what_nginx_refuses_is_an_answer_like_the_services(nginx: Nginx, request_: str, status: int):
    """An OperationOutcome with the security headers, under the status that nginx has for it."""
    answered, head, body = raw_answer(nginx, request_)
    assert answered == status
    assert "Content-Security-Policy: default-src 'none'" in head
    assert "X-Content-Type-Options: nosniff" in head
    assert json.loads(body)["resourceType"] == "OperationOutcome"


def test_nginx_writes_nothing_of_a_caller_when_things_fail(nginx: Nginx):
    """Replicas that are away, bodies too long for a buffer or altogether, broken requests: no address and no query, on either stream."""
    client = nginx.session("127.0.0.9")
    launch = f"{nginx.url}/smart/callback?code={MARK}&state={MARK}&patient={MARK}"
    assert client.get(launch, timeout=120).status_code == 503
    assert client.post(f"{nginx.url}{CALL}?{MARK}", data=b" " * 3_000_000, timeout=120).status_code == 503
    assert client.post(f"{nginx.url}{CALL}?{MARK}", data=b" " * 17_000_000, timeout=120).status_code == 413
    for request, _ in REFUSED.values():
        raw_answer(nginx, request)
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=120) as plain:
        plain.sendall(f"GET /{MARK} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        plain.recv(65536)
    assert '"status":503' in nginx.log
    assert '"tried":"502, 502"' in nginx.log
    assert MARK not in nginx.log
    assert "127.0.0.9" not in nginx.log
    assert "client:" not in nginx.log


def test_nginx_says_what_is_wrong_with_its_configuration(tmp_path: Path):
    """That its log says nothing of requests takes nothing from what it says of itself."""
    broken = Nginx(tmp_path, [])
    (tmp_path / "replicas.conf").write_text("nonsense;")
    with pytest.raises(AssertionError, match="nonsense"), broken:
        pass
