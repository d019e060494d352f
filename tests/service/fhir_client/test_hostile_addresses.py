"""`fhirServer` is the caller's text: only a listed origin is dialled, and only at an address where it may stand.

Link-local and private addresses are never dialled by these tests: the guard of `loopback_only` stops a connection before it is made.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from service.app import create_app
from tests.service.checked_client import CheckedClient, site
from tests.service.fhir_client.asking import PATIENT, SAMPLE, TOKEN, ServiceAt, service_before  # noqa: F401 - a fixture
from tests.service.fhir_client.chart_server import Chart, chart_of
from tests.service.fhir_client.hostile_server import HostileServer, serving
from tests.service.fhir_client.loopback_only import Watch, only_loopback, watched  # noqa: F401 - a fixture

CHART = chart_of(SAMPLE)
NAME = "fhir.example.org"

#: `{port}` is the port at which a listed server listens on 127.0.0.1.
NOT_LISTED = [
    "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
    "http://169.254.169.254:{port}/fhir",
    "http://[::ffff:169.254.169.254]/latest",
    "http://[::ffff:a9fe:a9fe]/latest",
    "http://[64:ff9b::a9fe:a9fe]/latest",
    "http://[2002:a9fe:a9fe::]/latest",
    "http://[fd00:ec2::254]/latest",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://metadata/",
    "http://[fe80::1]/fhir",
    "http://[fe80::1%25eth0]:{port}/fhir",
    "http://[fe80::1%eth0]:{port}/fhir",
    "http://10.0.0.1/fhir",
    "https://192.168.0.1/fhir",
    "https://172.16.0.1/fhir",
    "http://[fc00::1]/fhir",
    "http://0.0.0.0:{port}/fhir",
    "http://[::]:{port}/fhir",
    "http://0:{port}/fhir",
    "http://2130706433:{port}/fhir",
    "http://0x7f000001:{port}/fhir",
    "http://0x7f.0.0.1:{port}/fhir",
    "http://017700000001:{port}/fhir",
    "http://0177.0.0.1:{port}/fhir",
    "http://127.1:{port}/fhir",
    "http://127.0.0.01:{port}/fhir",
    "http://127.0.0.2:{port}/fhir",
    "http://[::1]:{port}/fhir",
    "http://localhost:{port}/fhir",
    "http://LOCALHOST.:{port}/fhir",
    "http://127.0.0.1.:{port}/fhir",
    "http://127.0.0.1.nip.io:{port}/fhir",
    "https://127.0.0.1:{port}/fhir",
    "http://127.0.0.1/fhir",
    "http://127.0.0.1:/fhir",
    "http://127.0.0.1:0/fhir",
    "http://127.0.0.1:{port}0/fhir",
    "http://user@127.0.0.1:{port}/fhir",
    "http://user:password@127.0.0.1:{port}/fhir",
    "http://127.0.0.1:{port}@evil.example/fhir",
    "http://127.0.0.1:{port}\\@evil.example/fhir",
    "http://evil.example\\@127.0.0.1:{port}/fhir",
    "http://evil.example#@127.0.0.1:{port}/fhir",
    "http://evil.example?@127.0.0.1:{port}/fhir",
    "http:\\\\127.0.0.1:{port}\\fhir",
    "http:/127.0.0.1:{port}/fhir",
    "http:127.0.0.1:{port}/fhir",
    "http:///127.0.0.1:{port}/fhir",
    "//127.0.0.1:{port}/fhir",
    "127.0.0.1:{port}/fhir",
    " http://127.0.0.1:{port}/fhir",
    "http://127.0.0.1:{port}\t/fhir",
    "http://127.0.0.1:{port}/fhir\r\nX-Header: y",
    "http://127.0.0.1:{port} /fhir",
    "http://127.0.0.%31:{port}/fhir",
    "http://127.0.0.1%2f:{port}/fhir",
    "http://\uff11\uff12\uff17.0.0.1:{port}/fhir",
    "http://127\u30020\u30020\u30021:{port}/fhir",
    "ws://127.0.0.1:{port}/fhir",
    "ftp://127.0.0.1:{port}/fhir",
    "file://127.0.0.1/etc/passwd",
    "gopher://127.0.0.1:{port}/_GET%20/fhir",
    "unix:///var/run/docker.sock",
    "https://fhir.example.org",
    "http://127.0.0.1:{port}/fhir?x=",
    "http://127.0.0.1:{port}/fhir#x",
    "http://[127.0.0.1]:{port}/fhir",
    "http://[::1",
    "http://",
    "{port}",
]


@pytest.mark.parametrize("written", NOT_LISTED)
def test_a_server_that_is_not_listed_is_neither_dialled_nor_looked_up(service_at: ServiceAt, loopback_only: Watch, written: str):
    """However it is written, however like the listed one: as without a FHIR server, 412, and no socket is opened."""
    with serving(Chart(CHART)) as server:
        answered = service_at(server).ask(fhir_server=written.replace("{port}", str(server.port)))
        assert server.connections == 0
    assert answered.response.status_code == 412
    assert loopback_only.dialled == []


@pytest.mark.parametrize("written", [17, None, True, ["{base}"], {"url": "{base}"}, ""])
def test_a_server_that_is_no_text(client_of: Callable[..., CheckedClient], loopback_only: Watch, request_of: Any, written: Any):
    """A member of another JSON type is refused as a fault of the request, or counts as absent; nothing is dialled."""
    body = request_of(SAMPLE) | {"fhirServer": written}
    del body["prefetch"]
    response = client_of(fhir_hosts="http://127.0.0.1:9").call(body)
    assert response.status_code in {400, 412}
    assert loopback_only.dialled == []


@pytest.mark.parametrize("written", ["HTTP://127.0.0.1:{port}/fhir", "Http://127.0.0.1:{port}/fhir/", "http://127.0.0.1:0{port}/fhir"])
def test_the_listed_server_in_other_words(service_at: ServiceAt, written: str):
    """An upper-case scheme, a final slash and a zero before the port name the same origin: that server is asked, and no other."""
    with serving(Chart(CHART)) as server:
        answered = service_at(server, 30_000).ask(fhir_server=written.replace("{port}", str(server.port)))
        assert answered.cards
        assert {request.path for request in server.requests} >= {f"/fhir/Patient/{PATIENT}", "/fhir/Condition"}


def test_without_a_list_nobody_is_asked(client_of: Callable[..., CheckedClient], loopback_only: Watch, request_of: Any):
    """An empty list is prefetch only, although a server and a token are offered."""
    with serving(Chart(CHART)) as server:
        body = request_of(SAMPLE) | {"fhirServer": server.base, "fhirAuthorization": {"access_token": TOKEN}}
        del body["prefetch"]
        assert client_of(fhir_hosts="").call(body).status_code == 412
        assert server.connections == 0
    assert loopback_only.dialled == []


@pytest.mark.parametrize(
    "patient", ["../../admin", "x?y=1", "x#y", "x&patient=other", "x y", "%2e%2e%2f", "é", "x" * 3000, "a/b", "..", "."]
)
def test_a_patient_id_does_not_bend_the_address(service_at: ServiceAt, request_of: Any, patient: str):
    """The id is text in its place, never part of a path or another parameter: each request stays below the base."""
    with serving(Chart(CHART)) as server:
        service = service_at(server)
        body = request_of(SAMPLE) | {"fhirServer": server.base}
        body["context"]["patientId"] = patient
        del body["prefetch"]
        response = service.post(body)
        assert response.status_code in {200, 400, 412}
        for request in server.requests:
            assert request.path == "/fhir/Patient/" + quote(patient, safe="~") or (request.path == f"/fhir/{request.kind}" and request.kind)
            assert request.parameters.get("patient", patient) == patient


Resolve = Callable[..., list[str]]


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """`resolves("10.0.0.1")`: the name of the listed server has these addresses. Returns the list of the look-ups done."""
    real = socket.getaddrinfo

    def to(*addresses: str) -> list[str]:
        asked: list[str] = []

        def look_up(host: Any, port: Any, *arguments: Any, **named: Any) -> list[Any]:
            if host != NAME:
                return real(host, port, *arguments, **named)
            asked.append(host)
            return [
                (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
                if ":" in address
                else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
                for address in addresses
            ]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return asked

    return to


def attempts(addresses: tuple[str, ...], resolves: Resolve, request_of: Any, networks: str = "") -> list[str]:
    """What is dialled (and stopped) when the listed name has these addresses."""
    asked = resolves(*addresses)
    app = create_app(site(fhir_hosts=f"https://{NAME}", fhir_networks=networks, deadline_ms=300))
    body = request_of(SAMPLE) | {"fhirServer": f"https://{NAME}/r4", "fhirAuthorization": {"access_token": TOKEN}}
    del body["prefetch"]
    with watched() as watch:
        response = CheckedClient(app.test_client()).call(body)
        app.extensions["her2cds.sites"].deployment.fhir.close()
    assert response.status_code == 412
    assert asked, "the name was not looked up: the test proves nothing"
    assert watch.dialled == []
    return watch.outside


PRIVATE = ["10.20.0.5", "172.16.3.4", "192.168.1.1", "100.64.0.1", "fc00::5", "::ffff:10.20.0.5", "2002:a14:5::1"]
NEVER = [
    "169.254.169.254",
    "fe80::1",
    "fe80::1%2",
    "::ffff:169.254.169.254",
    "2002:a9fe:a9fe::1",
    "127.0.0.1",
    "127.8.8.8",
    "::1",
    "::ffff:127.0.0.1",
    "2002:7f00:1::1",
    "0.0.0.0",  # noqa: S104 - nothing is bound
    "::",
    "255.255.255.255",
    "224.0.0.1",
    "ff02::1",
    "240.0.0.1",
]
#: IPv4 addresses inside IPv6 ones, which a translating gateway would call.
TRANSLATED = ["64:ff9b::a9fe:a9fe", "64:ff9b::a14:5", "64:ff9b::7f00:1", "::a9fe:a9fe", "::10.20.0.5"]
EVERYTHING = "0.0.0.0/0,::/0"


@pytest.mark.parametrize("address", [*PRIVATE, *NEVER, *TRANSLATED])
def test_a_listed_name_at_a_private_address_is_not_dialled(resolves: Resolve, request_of: Any, address: str):
    """Whoever rules the name's DNS cannot send the service, with its token, into the network it stands in."""
    assert attempts((address,), resolves, request_of) == []


@pytest.mark.parametrize(("address", "network"), [("10.20.0.5", "10.20.0.0/16"), ("fc00::5", "fc00::/64"), ("100.64.0.1", "100.64.0.0/24")])
def test_a_listed_network_is_dialled(resolves: Resolve, request_of: Any, address: str, network: str):
    """A hospital's own server stands at a private address: its network is listed, and no other one with it."""
    tried = attempts((address,), resolves, request_of, networks=network)
    assert tried
    assert set(tried) == {f"socket.connect '{address}'"}
    assert attempts(("10.21.0.5", "fc00:1::5", "100.64.1.1"), resolves, request_of, networks=network) == []


@pytest.mark.parametrize(
    "address", [*(one for one in NEVER if one not in {"240.0.0.1", "255.255.255.255"}), "64:ff9b::a9fe:a9fe", "::a9fe:a9fe"]
)
def test_some_addresses_are_never_dialled(resolves: Resolve, request_of: Any, address: str):
    """Link-local, loopback, unspecified and multicast addresses cannot be listed: not even every network lets a name stand there."""
    assert attempts((address,), resolves, request_of, networks=EVERYTHING) == []


def test_the_address_that_was_checked_is_the_one_that_is_dialled(resolves: Resolve, request_of: Any):
    """Of several addresses only the allowed one is tried, by its number: no second look-up that could answer otherwise."""
    tried = attempts(("10.0.0.5", "93.184.215.14", "169.254.169.254"), resolves, request_of)
    assert set(tried) == {"socket.connect '93.184.215.14'"}


def test_a_listed_address_is_its_own_permission(request_of: Any):
    """A private address in the list of origins needs no network beside it."""
    app = create_app(site(fhir_hosts="https://10.20.0.5:8443", deadline_ms=300))
    body = request_of(SAMPLE) | {"fhirServer": "https://10.20.0.5:8443/r4"}
    del body["prefetch"]
    with watched() as watch:
        CheckedClient(app.test_client()).call(body)
        app.extensions["her2cds.sites"].deployment.fhir.close()
    assert set(watch.outside) == {"socket.connect '10.20.0.5'"}


def test_another_server_sees_nothing(service_at: ServiceAt):
    """Of two servers on this machine, only the listed one is dialled, whichever is named."""
    with serving(Chart(CHART)) as here, serving(Chart(CHART)) as there:
        service = service_at(here, 30_000)
        assert service.ask().cards
        answered = service.ask(fhir_server=there.base)
        assert answered.response.status_code == 412
        assert answered.fetched == {"not_asked": "unlisted"}
        assert "HER2CDS_FHIR_HOSTS" in answered.response.text
        assert there.connections == 0


def seen(server: HostileServer) -> set[str]:
    return {request.path for request in server.requests}


@pytest.mark.parametrize("bound", ["somebody-else", "Patient/somebody-else", 17])
def test_a_token_for_another_patient_is_not_used(service_at: ServiceAt, request_of: Any, bound: Any):
    """A token that says it was given for another patient asks for nobody."""
    with serving(Chart(CHART)) as server:
        service = service_at(server)
        body = request_of(SAMPLE) | {"fhirServer": server.base, "fhirAuthorization": {"access_token": TOKEN, "patient": bound}}
        del body["prefetch"]
        assert service.post(body).status_code in {400, 412}
        assert seen(server) == set()


def test_an_endless_patient_id_asks_nobody(service_at: ServiceAt):
    """No server knows a patient by an id of a megabyte."""
    with serving(Chart(CHART)) as server:
        answered = service_at(server, 30_000).ask(patient="1" * 1_000_000)
        assert answered.response.status_code == 412
        assert answered.fetched == {"not_asked": "patient"}
        assert server.connections == 0


@pytest.mark.parametrize("token", ["", "two words", "line\r\nX-Evil: 1", "tab\t", "é", "x" * 20_000, None, 17, ["x"]])
def test_a_token_that_cannot_stand_in_a_header_asks_nobody(service_at: ServiceAt, request_of: Any, token: Any):
    """It is not sent, and the server is not asked openly in its stead."""
    with serving(Chart(CHART)) as server:
        service = service_at(server)
        body = request_of(SAMPLE) | {"fhirServer": server.base, "fhirAuthorization": {"access_token": token}}
        del body["prefetch"]
        assert service.post(body).status_code in {400, 412}
        assert server.connections == 0
