"""Answers that are no answers: bounded time and memory, the right status, and nothing taken for health."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import Any, get_args

import pytest

from service.cds_hooks.prefetch import queried_type
from service.cds_hooks.registry import PATIENT_VIEW
from service.errors import _NOT_GIVEN
from service.fhir_client import client
from service.fhir_client.transport import Reason
from service.samples import request_body
from tests.service.checked_client import TODAY
from tests.service.fhir_client.asking import SAMPLE, ServiceAt, service_before  # noqa: F401 - a fixture
from tests.service.fhir_client.chart_server import Chart, chart_of
from tests.service.fhir_client.hostile_server import FHIR_JSON, HANG_UP, RESET, Behaviour, Piece, Request, answer, head, serving
from tests.service.fhir_client.loopback_only import only_loopback  # noqa: F401 - a fixture

CHART = chart_of(SAMPLE)
MEGABYTE = 1024 * 1024
HUGE = 50 * MEGABYTE
EMPTY = b'{"resourceType": "Bundle", "type": "searchset"}'
HTML = "<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>"


def raw(*pieces: Piece) -> Behaviour:
    """The same pieces for every request."""
    return lambda _: pieces


def chunked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of a body in the chunked coding."""
    for piece in pieces:
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def deep(opening: str, closing: str) -> bytes:
    return f'{{"resourceType": "Bundle", "entry": {opening * 100_000}{closing * 100_000}}}'.encode()


def squeezed(body: bytes, times: int) -> Behaviour:
    """A body compressed several times over, and said to be."""
    for _ in range(times):
        body = gzip.compress(body)
    return answer(body, content_encoding=", ".join(["gzip"] * times))


CUT_OFF = json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in CHART]}).encode()[:-200]

#: Ends by itself: the client need not wait for its deadline.
AT_ONCE: dict[str, Behaviour] = {
    "HTML": answer(HTML, content_type="text/html"),
    "HTML as FHIR": answer(HTML),
    "HTML in UTF-16": answer(HTML.encode("utf-16"), content_type="text/html; charset=utf-16"),
    "XML": answer('<Bundle xmlns="http://hl7.org/fhir"/>', content_type="application/fhir+xml"),
    "truncated JSON": answer(CUT_OFF),
    "truncated and hung up": raw(head(content_length=str(len(CUT_OFF) + 200)) + CUT_OFF, HANG_UP),
    "a body shorter than said": raw(head(content_length="5000") + EMPTY, HANG_UP),
    "a body longer than said": raw(head(content_length="10") + EMPTY, HANG_UP),
    "a length below zero": raw(head(content_length="-1") + b"{}", HANG_UP),
    "a length that is none": raw(head(content_length="many") + b"{}", HANG_UP),
    "reset at once": raw(RESET),
    "reset in the headers": raw(b"HTTP/1.1 200 OK\r\nContent-Ty", RESET),
    "reset in the body": raw(head(content_length="5000") + b'{"resourceType": "Bundle"', RESET),
    "hung up at once": raw(HANG_UP),
    "no HTTP at all": raw(b"220 smtp.example.org ESMTP\r\n", HANG_UP),
    "a status that is none": raw(b"HTTP/1.1 9x OK\r\n\r\n", HANG_UP),
    "status 0": raw(b"HTTP/1.1 0 OK\r\nContent-Length: 0\r\n\r\n", HANG_UP),
    "status 999": answer(EMPTY, 999),
    "only a part (206)": answer(EMPTY, 206),
    "created (201)": answer(EMPTY, 201),
    "empty 200": answer(b""),
    "empty 204": raw(head(204)),
    "205": raw(head(205, content_length="0")),
    "304": raw(head(304)),
    "300 with a body": answer(EMPTY, 300, location="/fhir/Condition"),
    "a redirect to nowhere": raw(head(302, content_length="0")),
    "500": answer(HTML, 500),
    "502 with HTML": answer(HTML, 502, content_type="text/html"),
    "a number": answer(17),
    "a string": answer('"Bundle"'),
    "null": answer(b"null"),
    "an array of nothing": answer(b"[null, 17]"),
    "an object that is no resource": answer({"error": "none"}),
    "a resource type that is none": answer({"resourceType": 17}),
    "entries that are none": answer({"resourceType": ["Bundle"], "entry": [17]}),
    "not a number": answer(b'{"resourceType": NaN}'),
    "bytes that are no text": answer(bytes(range(128, 256)) * 10),
    "zeros": answer(bytes(1000)),
    "arrays 100 000 deep": answer(deep("[", "]")),
    "objects 100 000 deep": answer(deep('{"resource":', "}").replace(b":}", b":{}}", 1)),
    "said to be gzip": answer(EMPTY, content_encoding="gzip"),
    "gzip that ends early": answer(gzip.compress(EMPTY * 50)[:-20], content_encoding="gzip"),
    "gzip with a wrong sum": answer(gzip.compress(EMPTY)[:-8] + struct.pack("<II", 1, 2), content_encoding="gzip"),
    "gzip twenty times": squeezed(EMPTY, 20),
    "a coding nobody knows": answer(zlib.compress(EMPTY), content_encoding="rot13"),
    "chunks of no size": raw(head(transfer_encoding="chunked") + b"zz\r\n{}\r\n0\r\n\r\n", HANG_UP),
    "chunks below zero": raw(head(transfer_encoding="chunked") + b"-5\r\n{}\r\n0\r\n\r\n", HANG_UP),
    "a chunk larger than what comes": raw(head(transfer_encoding="chunked") + b"ffffffff\r\n{}", HANG_UP),
    "a thousand headers": raw(head(**{f"x{n}": "y" for n in range(1000)}), HANG_UP),
    "a header of a megabyte": raw(head(x="y" * MEGABYTE), HANG_UP),
}


@pytest.mark.parametrize("behaviour", AT_ONCE.values(), ids=AT_ONCE)
def test_no_answer_to_any_search(service_at: ServiceAt, behaviour: Behaviour):
    """A server that says nothing usable leaves required kinds unknown: 412, never "no data"."""
    with serving(behaviour) as server:
        assert service_at(server).ask().response.status_code == 412


@pytest.mark.parametrize("behaviour", AT_ONCE.values(), ids=AT_ONCE)
def test_no_answer_to_one_search(service_at: ServiceAt, behaviour: Behaviour):
    """An optional kind that does not come costs itself only: the card is shown and the gap is named. The next call is unaffected."""
    with serving(Chart(CHART)) as server:
        server.on("Procedure", behaviour)
        service = service_at(server, 30_000)
        answered = service.ask()
        assert answered.response.status_code == 200
        assert [card["summary"] for card in answered.cards]
        assert answered.problems["incomplete"] == 1
        server.on("Procedure", Chart(CHART))
        assert "incomplete" not in service.ask().problems


BLANKS = b" " * 65_536


def huge_json(_: Request) -> Iterable[bytes]:
    """50 MB of valid JSON with its length said."""
    yield head(content_length=str(len(EMPTY) + HUGE))
    yield EMPTY[:-1]
    yield from repeat(BLANKS, HUGE // len(BLANKS))
    yield EMPTY[-1:]


def huge_chunks(_: Request) -> Iterable[bytes]:
    """The same in chunks."""
    yield head(transfer_encoding="chunked")
    yield from chunked([EMPTY[:-1], *repeat(BLANKS, HUGE // len(BLANKS)), EMPTY[-1:]])


def huge_until_closed(_: Request) -> Iterable[Piece]:
    """The same with no word about its end."""
    yield head(connection="close")
    yield EMPTY[:-1]
    yield from repeat(BLANKS, HUGE // len(BLANKS))
    yield EMPTY[-1:]
    yield HANG_UP


def dripping(body: bytes) -> Behaviour:
    """One byte each 50 ms."""
    return lambda _: (piece for byte in body for piece in (bytes([byte]), 0.05))


EVERY_KIND = sorted({queried_type(query) for query in PATIENT_VIEW.prefetch.values()})

#: Never ends, or not in time.
SLOW: dict[str, Behaviour] = {
    "silence": raw(60),
    "a dripping body": lambda request: [head(content_length="5000"), *dripping(EMPTY * 20)(request)],
    "dripping chunks": lambda request: [head(transfer_encoding="chunked"), *dripping(b"1\r\n \r\n" * 200)(request)],
    "dripping headers": dripping(head(x="y" * 500)),
    "a dripping status line": dripping(b"HTTP/1.1 200 " + b"O" * 500),
    "headers without a body": raw(head(content_length="5000"), 60),
    "half a body": raw(head(content_length="5000") + EMPTY, 60),
    # With pauses: server and client share one interpreter here, and neither may starve the other.
    "wait, and wait again": lambda _: (piece for _ in repeat(None) for piece in (b"HTTP/1.1 100 Continue\r\n\r\n" * 10, 0.002)),
    "early hints without end": lambda _: (piece for _ in repeat(None) for piece in (b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.01)),
    "blanks without end": lambda _: [head(content_length="99999999"), *(piece for _ in range(2000) for piece in (b" " * 10, 0.01))],
}


@pytest.mark.parametrize("behaviour", SLOW.values(), ids=SLOW)
def test_an_answer_that_takes_too_long(service_at: ServiceAt, behaviour: Behaviour):
    """The call ends by its deadline, the exchange soon after, and the next call finds all threads and connections free."""
    with serving(behaviour) as server:
        service = service_at(server, 200)
        assert service.ask().response.status_code == 412
        service.give_time(30_000)
        for kind in EVERY_KIND:
            server.on(kind, Chart(CHART))
        answered = service.ask()
    assert answered.cards
    assert "incomplete" not in answered.problems


@pytest.mark.parametrize("behaviour", [raw(60), raw(head(content_length="5000") + EMPTY, 60), huge_chunks, answer(HTML, 503), raw(RESET)])
def test_nothing_is_left_behind(service_at: ServiceAt, behaviour: Behaviour):
    """Calls that went wrong keep neither threads nor connections: the fourth needs no more than the first."""
    with serving(behaviour) as server:
        service = service_at(server, 100)
        for _ in range(4):
            assert service.ask().response.status_code == 412
        threads = [thread for thread in threading.enumerate() if thread.name.startswith("fhir")]
        assert len(threads) <= 2 * len(PATIENT_VIEW.prefetch)
        assert server.open_connections <= 2 * len(PATIENT_VIEW.prefetch)


def test_a_crowd_of_slow_answers_is_let_go(service_at: ServiceAt, monkeypatch: pytest.MonkeyPatch):
    """More slow answers than the client has threads: when their deadline has passed, the next call is answered as ever.

    Bytes that drip among the headers are what only a cut from outside ends, and whoever cuts must not stand in line behind them.
    """
    monkeypatch.setattr(client, "SIDE_BY_SIDE", 2 * len(PATIENT_VIEW.prefetch))
    crowd = 4
    with serving(lambda _: (piece for byte in head(x="y" * 500) for piece in (bytes([byte]), 0.2))) as server:
        service = service_at(server, 300)
        body = request_body(SAMPLE, TODAY) | {"fhirServer": server.base}
        del body["prefetch"]
        with ThreadPoolExecutor(crowd) as callers:
            statuses = {response.status_code for response in callers.map(service.post, [body] * crowd)}
        assert statuses == {412}
        assert server.idle_within(20), "slow answers are still waited for"
        service.give_time(30_000)
        for kind in EVERY_KIND:
            server.on(kind, Chart(CHART))
        assert service.ask().cards


@pytest.mark.parametrize("seconds", [0.2, 1])
def test_a_slow_look_up(service_at: ServiceAt, monkeypatch: pytest.MonkeyPatch, seconds: float):
    """A name server cannot be interrupted: the call ends without it, and what it says later, however soon, is of no use to anybody."""
    real = socket.getaddrinfo

    def slow(host: Any, *arguments: Any, **named: Any) -> Any:
        if host == "localhost":
            time.sleep(seconds)
        return real(host, *arguments, **named)

    with serving(Chart(CHART)) as server:
        server.origin = server.origin.replace("127.0.0.1", "localhost")
        service = service_at(server, 100)
        monkeypatch.setattr(socket, "getaddrinfo", slow)
        answered = service.ask(fhir_server=f"{server.origin}/fhir")
        assert answered.seconds < 0.9
        time.sleep(1.2)
        assert server.requests == []
    assert answered.response.status_code == 412


def test_a_late_search_costs_itself_only(service_at: ServiceAt):
    """What the others brought by the deadline makes the card; the late kind is named as missing."""
    with serving(Chart(CHART)) as server:
        server.on("Procedure", raw(60))
        answered = service_at(server, 6000).ask()
    assert answered.cards
    assert answered.problems["incomplete"] == 1
    assert answered.fetched["deadline"] == 1


def bomb(coding: Callable[[], zlib._Compress]) -> bytes:
    squeeze = coding()
    return b"".join([squeeze.compress(EMPTY[:-1]), *map(squeeze.compress, repeat(BLANKS, HUGE // len(BLANKS))), squeeze.flush()])


GZIP_BOMB = bomb(lambda: zlib.compressobj(9, zlib.DEFLATED, 31))
DEFLATE_BOMB = bomb(lambda: zlib.compressobj(9))

TOO_LARGE: dict[str, Behaviour] = {
    "50 MB": huge_json,
    "50 MB in chunks": huge_chunks,
    "50 MB until closed": huge_until_closed,
    "a gzip bomb": answer(GZIP_BOMB, content_encoding="gzip"),
    "a gzip bomb in one chunk": raw(head(content_encoding="gzip", transfer_encoding="chunked"), *chunked([GZIP_BOMB])),
    "a deflate bomb": answer(DEFLATE_BOMB, content_encoding="deflate"),
    "a gzip bomb, packed again": answer(gzip.compress(GZIP_BOMB), content_encoding="gzip, gzip"),
}


@pytest.fixture
def traced() -> Iterator[None]:
    """Every allocation is counted. Slow, so deadlines are long in these tests: it is the size that must end the call."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("behaviour", TOO_LARGE.values(), ids=TOO_LARGE)
def test_an_answer_that_is_too_large(service_at: ServiceAt, behaviour: Behaviour):
    """Reading stops at the cap, well before what would have come was in memory, and the kind is named as missing."""
    with serving(Chart(CHART)) as server:
        server.on("Procedure", behaviour)
        service = service_at(server, 30_000)
        service.ask(prefetch={})
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        answered = service.ask()
        grown = tracemalloc.get_traced_memory()[1] - before
    assert answered.cards
    assert answered.problems["incomplete"] == 1
    assert answered.fetched["too-large"] == 1
    assert grown < 20 * MEGABYTE
    assert answered.seconds < 30


SWARMS = {
    "an array of empty objects": b"[" + b",".join([b"{}"] * 350_000) + b"]",
    "a Bundle of empty entries": b'{"resourceType":"Bundle","entry":[' + b",".join([b"{}"] * 350_000) + b"]}",
    "a Bundle of empty resources": b'{"resourceType":"Bundle","entry":[' + b",".join([b'{"resource":{}}'] * 65_000) + b"]}",
}


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("body", SWARMS.values(), ids=SWARMS)
def test_a_small_answer_that_grows_when_it_is_read(service_at: ServiceAt, body: bytes):
    """One megabyte of JSON does not become hundreds of megabytes of objects."""
    with serving(Chart(CHART)) as server:
        server.on("Procedure", answer(body))
        service = service_at(server, 30_000)
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        answered = service.ask()
        grown = tracemalloc.get_traced_memory()[1] - before
    assert answered.cards
    assert sum(answered.problems.values()) >= 1
    assert grown < 64 * MEGABYTE


@pytest.mark.usefixtures("traced")
def test_all_answers_too_large(service_at: ServiceAt):
    """What one call reads is bounded for all of its searches together: fourteen bombs of 50 MB stay below one of them."""
    with serving(answer(GZIP_BOMB, content_encoding="gzip")) as server:
        service = service_at(server, 30_000)
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        answered = service.ask()
        grown = tracemalloc.get_traced_memory()[1] - before
    assert answered.response.status_code == 412
    assert grown < HUGE
    assert FHIR_JSON in server.requests[0].headers["accept"]


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (answer(b"{}", 401), "the access token was not accepted"),
        (answer(b"{}", 403), "not permitted"),
        (answer(b"{}", 404), "not offered"),
        (answer(b"{}", 500), "an error of the server"),
        (answer(HTML), "not FHIR JSON"),
        (raw(RESET), "no connection"),
        (raw(60), "not in time"),
    ],
)
def test_why_the_server_gave_nothing_is_said(service_at: ServiceAt, behaviour: Behaviour, words: str):
    """Who connects an EHR reads in the 412 what to mend: the token, the permission, the address or the time."""
    with serving(behaviour) as server:
        response = service_at(server, 1_000).ask().response
    assert response.status_code == 412
    assert words in response.text


def test_every_reason_has_its_words():
    """Whatever comes of a search that brings nothing, the 412 can say it."""
    assert {"refused", "forbidden", *get_args(Reason)} == set(_NOT_GIVEN)
