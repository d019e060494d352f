"""What ends at the deadline, and what that may not touch: the exchanges of other calls over the same pooled connections."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

import pytest

from service.fhir_client.connections import Line
from service.fhir_client.deadline import Deadline
from service.fhir_client.origins import read_allowed_hosts
from service.fhir_client.transport import Allowance, Refused, Transport, Unavailable
from tests.service.fhir_client.hostile_server import Behaviour, HostileServer, Piece, Request, answer, head, serving
from tests.service.fhir_client.loopback_only import only_loopback  # noqa: F401 - a fixture
from tests.stopwatch import wait_for


def named(request: Request) -> bytes:
    """An answer that names the request it was given to."""
    return b"".join(piece for piece in answer(request.target)(request) if isinstance(piece, bytes))


def halting(seconds: float) -> Behaviour:
    """An answer with a pause among its headers, or in its body, where the request asks for one."""

    def behaviour(request: Request) -> Iterable[Piece]:
        whole = named(request)
        cut = {"headers": 30, "body": len(whole) - 5}.get(request.target.rpartition("/")[2])
        yield whole[:cut]
        if cut is not None:
            yield seconds
            yield whole[cut:]

    return behaviour


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[HostileServer]:
    """A server whose pauses are short, unless a test wants others."""
    with serving(halting(getattr(request, "param", 0.3))) as running:
        yield running


@pytest.fixture
def transport(server: HostileServer) -> Iterator[Transport]:
    opened = Transport(read_allowed_hosts(server.origin, ""))
    yield opened
    opened.close()


def get(transport: Transport, server: HostileServer, path: str, line: Line) -> bytes:
    url = f"{server.base}/{path}"
    return transport.get(url, token=None, deadline=Deadline(60), allowance=Allowance(), line=line).body


@pytest.mark.parametrize("place", ["headers", "body"])
def test_a_line_that_has_ended_cuts_nothing(server: HostileServer, transport: Transport, place: str):
    """A call that is cut after its answer came leaves the connection alone, which another call may be using by then."""
    ended, other = Line(), Line()
    get(transport, server, "first", ended)
    cutter = threading.Timer(0.1, ended.cut)
    cutter.start()
    assert get(transport, server, place, other) == f"/fhir/{place}".encode()
    cutter.join()
    assert [request.target for request in server.requests] == ["/fhir/first", f"/fhir/{place}"]
    assert server.connections == 1


@pytest.mark.parametrize("server", [60.0], indirect=True, ids=["long pauses"])
@pytest.mark.parametrize("place", ["headers", "body"])
def test_a_connection_that_was_cut_is_not_used_again(server: HostileServer, transport: Transport, place: str):
    """The rest of an answer that nobody waits for any more is never read as the answer to the next question."""
    cut = Line()

    def cut_when_asked() -> None:
        wait_for(lambda: bool(server.requests))
        cut.cut()

    cutter = threading.Thread(target=cut_when_asked)
    cutter.start()
    with pytest.raises(Unavailable, match="deadline"):
        get(transport, server, place, cut)
    cutter.join()
    assert get(transport, server, "second", Line()) == b"/fhir/second"
    assert server.connections == 2


@pytest.mark.parametrize("status", [204, 404, 503])
def test_an_answer_that_was_not_read_is_not_the_next_one(status: int):
    """A connection on which something was left unread is given up."""

    def answers(request: Request) -> Iterable[Piece]:
        return [named(request)] if request.kind == "second" else [head(status, retry_after="60"), named(request)]

    with serving(answers) as server:
        transport = Transport(read_allowed_hosts(server.origin, ""))
        with pytest.raises((Refused, Unavailable)):
            get(transport, server, "first", Line())
        assert get(transport, server, "second", Line()) == b"/fhir/second"
        transport.close()


def test_a_stopped_line_sends_nothing(server: HostileServer, transport: Transport):
    """Once the answer has left, nothing is asked any more, over a new connection or a kept one."""
    for _ in range(2):
        stopped = Line()
        stopped.stop()
        with pytest.raises(Unavailable, match="deadline"):
            get(transport, server, "late", stopped)
        get(transport, server, "punctual", Line())
    assert {request.target for request in server.requests} == {"/fhir/punctual"}
