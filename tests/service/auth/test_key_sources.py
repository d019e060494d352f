"""Where keys come from: only from where the site says, read again when they rotate, kept on when their host is down."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc.jwk import ECKey

from service.auth import key_source
from service.auth.key_source import KeySource
from service.auth.keys import NotKeys
from tests.service.auth.conftest import LogLine
from tests.service.auth.signing import ES384, ISS, STRANGER, bearer, claims, header, jwks, signed
from tests.service.checked_client import CheckedClient
from tests.service.fhir_client.hostile_server import HANG_UP, RESET, HostileServer, Piece, Request, answer, head, serving
from tests.service.fhir_client.loopback_only import Watch, only_loopback  # noqa: F401 - a fixture
from tests.stopwatch import Stopwatch

NEW = ECKey.generate_key("P-384", {"kid": "new"})


class Clock:
    """The monotonic clock of the key sources, which a test may put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(key_source, "monotonic", made)
    return made


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that answers is waited for, however busy the machine is."""
    monkeypatch.setattr(key_source, "WAIT", 60)


@pytest.fixture
def host() -> Iterator[HostileServer]:
    """A JWKS host that has one key."""
    with serving(answer(jwks(ES384), content_type="application/json")) as server:
        yield server


@pytest.fixture
def at(guarded: Callable[..., CheckedClient]) -> Callable[..., CheckedClient]:
    """A service whose issuer has its keys at a server."""
    return lambda server, **changes: guarded(jwt_issuers=f"{ISS} {server.origin}/jwks.json", **changes)


def asked(client: CheckedClient, body: Any, key: Any = ES384, **head: Any) -> int:
    """The status of a call with a token."""
    return client.call(body, headers=bearer(signed(head=header(**({"kid": key.kid} | head)), key=key))).status_code


def test_keys_are_fetched_once_and_kept(at: Callable[..., CheckedClient], host: HostileServer, second_line: Any):
    """Many calls, one look at the JWKS: without a token, by GET, from the address that the site lists."""
    client = at(host)
    assert [asked(client, second_line) for _ in range(5)] == [200] * 5
    (request,) = host.requests
    assert (request.method, request.target) == ("GET", "/jwks.json")
    assert "authorization" not in request.headers
    assert "jwk-set+json" in request.headers["accept"]


def test_a_rotated_key_is_found(at: Callable[..., CheckedClient], host: HostileServer, clock: Clock, second_line: Any):
    """A token with a new kid lets the keys be read again; the old key is gone then."""
    client = at(host)
    assert asked(client, second_line) == 200
    host._behaviour = answer(jwks(NEW))
    clock.ahead += key_source.PAUSE
    assert asked(client, second_line, NEW) == 200
    assert len(host.requests) == 2
    assert asked(client, second_line) == 401


def test_invented_kids_do_not_make_us_ask(
    at: Callable[..., CheckedClient], host: HostileServer, clock: Clock, log_line: LogLine, second_line: Any
):
    """However many unknown kids come, the host is asked once in ten seconds."""
    client = at(host)
    for _ in range(20):
        assert asked(client, second_line, STRANGER, kid="invented") == 401
    assert log_line()["reason"] == "kid-unknown"
    assert len(host.requests) == 1
    clock.ahead += key_source.PAUSE
    for _ in range(20):
        assert asked(client, second_line, STRANGER, kid="invented") == 401
    assert len(host.requests) == 2


def test_a_withdrawn_key_is_noticed(at: Callable[..., CheckedClient], host: HostileServer, clock: Clock, second_line: Any):
    """Keys are read again now and then though nobody asks; the call that notices does not wait for it."""
    answered = threading.Event()

    def withdrawn(request: Request) -> Iterator[Piece]:
        assert answered.wait(120)
        yield from answer({"keys": []})(request)

    client = at(host)
    assert asked(client, second_line) == 200
    host._behaviour = withdrawn
    clock.ahead += key_source.FRESH + 1
    assert asked(client, second_line) == 200
    answered.set()
    for thread in [thread for thread in threading.enumerate() if thread.name == "jwks"]:
        thread.join(120)
    assert len(host.requests) == 2
    assert asked(client, second_line) == 401


DOWN: dict[str, Any] = {
    "an error": answer(b"", 503),
    "not found": answer(b"", 404),
    "a page": answer(b"<html>", content_type="text/html"),
    "no JWKS": answer({"error": "no"}),
    "keys that are no list": answer({"keys": {}}),
    "broken": lambda _: [RESET],
    "hangs up": lambda _: [HANG_UP],
    "too large": answer(json.dumps({"keys": [], "padding": "x" * 300_000}).encode()),
    "a redirect elsewhere": answer(b"", 302, location="http://127.0.0.1:1/jwks.json"),
}


@pytest.mark.usefixtures("_logging")
@pytest.mark.parametrize("behaviour", DOWN.values(), ids=DOWN)
def test_the_last_good_keys_are_kept(
    at: Callable[..., CheckedClient],
    host: HostileServer,
    clock: Clock,
    capfd: pytest.CaptureFixture[str],
    second_line: Any,
    behaviour: Any,
):
    """While the JWKS host is down or talks nonsense, calls with known keys are answered, and the log says what is wrong."""
    client = at(host)
    assert asked(client, second_line) == 200
    host._behaviour = behaviour
    clock.ahead += key_source.PAUSE
    assert asked(client, second_line, NEW) == 401
    assert asked(client, second_line) == 200
    lines = [orjson.loads(line) for line in capfd.readouterr().err.splitlines()]
    (fault,) = [line for line in lines if line["event"] == "jwks" and "fault" in line]
    assert (fault["place"], fault["kept"], fault["level"]) == (f"{host.origin}/jwks.json", 1, "error")
    host._behaviour = answer(jwks(NEW))
    clock.ahead += key_source.PAUSE
    assert asked(client, second_line, NEW) == 200


def test_a_host_that_was_never_reached(at: Callable[..., CheckedClient], clock: Clock, log_line: LogLine, second_line: Any):
    """A service starts while the JWKS host is down, refuses until it has keys, and then goes on by itself."""
    with serving(answer(b"", 503)) as host:
        client = at(host)
        for _ in range(3):
            assert asked(client, second_line) == 401
        assert log_line()["reason"] == "keys-unavailable"
        host._behaviour = answer(jwks(ES384))
        assert asked(client, second_line) == 401
        clock.ahead += key_source.PAUSE
        assert asked(client, second_line) == 200


def test_a_slow_host_holds_nobody_up_for_long(at: Callable[..., CheckedClient], monkeypatch: pytest.MonkeyPatch, second_line: Any):
    """A host that drips bytes is given up after two seconds (here: less), also among its headers; known keys go on meanwhile."""
    monkeypatch.setattr(key_source, "WAIT", 0.3)

    def drip(_: object) -> Iterator[Any]:
        for byte in head(200, content_length="1000"):
            yield bytes([byte])
            yield 0.1

    with serving(drip) as host:
        with Stopwatch() as watch:
            assert asked(at(host), second_line) == 401
        assert watch.seconds < 2
        assert host.idle_within(60)


JKU: dict[str, Callable[[str, str], Any]] = {
    "another host": lambda _, other: f"{other}/jwks.json",
    "another path of the host": lambda own, _: f"{own}/other.json",
    "a query": lambda own, _: f"{own}/jwks.json?x=1",
    "a fragment": lambda own, _: f"{own}/jwks.json#x",
    "a user": lambda own, _: f"{own.replace('//', '//user@')}/jwks.json",
    "the own host as user of another": lambda own, other: f"{own}@{other.removeprefix('http://')}/jwks.json",
    "a step up": lambda own, _: f"{own}/x/../jwks.json",
    "another spelling": lambda own, _: f"{own.replace('127.0.0.1', 'localhost')}/jwks.json",
    "capitals": lambda own, _: f"{own.replace('http', 'HTTP')}/jwks.json",
    "a file": lambda *_: "file:///etc/passwd",
    "cloud metadata": lambda *_: "http://169.254.169.254/latest/meta-data",
    "nothing": lambda *_: "",
    "a list": lambda own, _: [f"{own}/jwks.json"],
}


@pytest.mark.parametrize("jku", JKU.values(), ids=JKU)
def test_a_jku_that_is_not_listed(
    at: Callable[..., CheckedClient], host: HostileServer, loopback_only: Watch, log_line: LogLine, second_line: Any, jku: Any
):
    """It is compared with the list, never followed: the other server sees nothing at all, whoever signed the token."""
    with serving(answer(jwks(STRANGER))) as other:
        client = at(host)
        for key in (ES384, STRANGER):
            assert asked(client, second_line, key, jku=jku(host.origin, other.origin)) == 401
            assert log_line()["reason"] == "jku"
        assert (other.connections, other.requests) == (0, [])
    assert {port for _, port in loopback_only.dialled} <= {host.port}
    assert not host.requests


def test_a_listed_jku(guarded: Callable[..., CheckedClient], host: HostileServer, second_line: Any):
    """An issuer may have several addresses and files; a token that names an address is checked against its keys, not the others'."""
    with serving(answer(jwks(NEW))) as second:
        first_url, second_url = f"{host.origin}/jwks.json", f"{second.origin}/keys"
        client = guarded(jwt_issuers=f"{ISS} {first_url}, {ISS} {second_url}")
        assert asked(client, second_line, jku=first_url) == 200
        assert not second.requests
        assert asked(client, second_line, NEW, jku=second_url) == 200
        assert asked(client, second_line, NEW, jku=first_url) == 401
        assert asked(client, second_line) == asked(client, second_line, NEW) == 200


def test_the_keys_of_one_issuer_are_not_anothers(guarded: Callable[..., CheckedClient], host: HostileServer, second_line: Any):
    """A client that may call cannot call as another."""
    with serving(answer(jwks(NEW))) as second:
        client = guarded(jwt_issuers=f"{ISS} {host.origin}/jwks.json, https://other.example.org {second.origin}/jwks.json")
        token = signed(claims(iss=ISS), header(kid="new"), NEW)
        assert client.call(second_line, headers=bearer(token)).status_code == 401
        assert not second.requests


def test_a_changed_file_is_read_again(guarded: Callable[..., CheckedClient], clock: Clock, tmp_path: Path, second_line: Any):
    """A new JWKS file needs no restart; one that is being written or is gone costs nobody an answer."""
    file = tmp_path / "keys.json"
    file.write_bytes(jwks(ES384))
    client = guarded(jwt_issuers=f"{ISS} {file}")
    assert asked(client, second_line) == 200
    for content in (b'{"keys": [', None, jwks(ES384, NEW)):
        file.write_bytes(content) if content is not None else file.unlink()
        clock.ahead += key_source.PAUSE
        assert asked(client, second_line, NEW) == (200 if content == jwks(ES384, NEW) else 401)
        assert asked(client, second_line) == 200


def test_one_reads_and_the_others_wait():
    """Calls that come at the same moment find the same keys after one reading."""
    readings = []

    def load() -> bytes:
        readings.append(1)
        time.sleep(0.1)
        return jwks(ES384)

    source = KeySource("somewhere", load)
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda _: source.keys(), range(16)))
    assert len(readings) == 1
    assert all(keys is not None and keys[0].kid == "ec" for keys in found)


def test_nobody_waits_beside_who_reads_a_place_that_failed(clock: Clock):
    """Tokens of an issuer whose host hangs cost one thread, not all: who comes while that one waits takes what is known."""
    hanging, reading = threading.Event(), threading.Event()
    failed = [OSError()]

    def load() -> bytes:
        if failed:
            raise failed.pop()
        reading.set()
        hanging.wait(60)
        raise OSError

    source = KeySource("a host", load)
    assert source.newest_keys() is None
    clock.ahead += key_source.PAUSE
    first = threading.Thread(target=source.newest_keys)
    first.start()
    assert reading.wait(60)
    with Stopwatch() as watch:
        assert [source.newest_keys() for _ in range(20)] == [None] * 20
    assert watch.seconds < 1
    hanging.set()
    first.join(60)


def test_a_jwks_of_too_many_keys_is_none():
    """A list of keys is bounded: each costs time to read."""
    from service.auth.keys import read_keys  # noqa: PLC0415

    with pytest.raises(NotKeys):
        read_keys(json.dumps({"keys": [{}] * 101}).encode())
