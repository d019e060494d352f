"""Too much at the same time, and too often: turned away quickly, in words, and counted."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest

import service.evaluation
from service.app import create_app
from service.operations.limits import LARGEST_BODIES, Gate
from tests.service.checked_client import CALL, CheckedClient, issues, site
from tests.service.fhir_client.hostile_server import HANG_UP, Piece, Request, serving
from tests.service.operations.numbers import number, read_numbers
from tests.stopwatch import wait_for


class Slow:
    """Rules that take as long as a test wants. `begun` counts the calls that reached them."""

    def __init__(self, advise: Callable[..., Any]) -> None:
        self._advise = advise
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Event()

    def __call__(self, *arguments: Any) -> Any:
        self.begun.release()
        assert self.go_on.wait(120)
        return self._advise(*arguments)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    rules = Slow(service.evaluation.advise)
    monkeypatch.setattr(service.evaluation, "advise", rules)
    yield rules
    rules.go_on.set()


def turned_away(client: CheckedClient, reason: str) -> float:
    return number(read_numbers(client.get("/metrics").text), "her2cds_turned_away_total", reason=reason)


def test_a_full_worker_says_so_and_answers_those_inside(slow: Slow, second_line: dict[str, Any]):
    """The third call of two is 503 at once, with `Retry-After` and an OperationOutcome; the two get their cards, and then there is room."""
    app = create_app(site(max_calls=2))
    client = CheckedClient(app.test_client())
    before = turned_away(client, "busy")
    with ThreadPoolExecutor(2) as callers:
        inside = [callers.submit(CheckedClient(app.test_client()).call, second_line) for _ in range(2)]
        for _ in inside:
            assert slow.begun.acquire(timeout=120)
        refused = client.call(second_line)
        pages = [client.get(page).status_code for page in ("/healthz", "/readyz", "/metrics")]
        in_progress = number(read_numbers(client.get("/metrics").text), "her2cds_in_progress")
        slow.go_on.set()
        answers = [one.result(120) for one in inside]
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert issues(refused)[0]["code"] == "transient"
    assert pages == [200, 200, 200], "who watches the service is answered when it is full"
    assert in_progress == 2
    assert [answer.status_code for answer in answers] == [200, 200]
    assert turned_away(client, "busy") == before + 1
    assert client.call(second_line).status_code == 200


def test_launches_at_a_slow_ehr_leave_room_for_calls(tmp_path: Path, second_line: dict[str, Any]):
    """Launches wait for an EHR in half of the places at most: the next one is 503 at once, and calls get their cards."""
    go_on = threading.Event()

    def slow(_: Request) -> Iterator[Piece]:
        assert go_on.wait(120)
        yield HANG_UP

    with serving(slow) as ehr:
        app = create_app(site(max_calls=4, smart_clients=f"{ehr.base} her2-cds", smart_deadline_ms=60_000, data=tmp_path))

        def launch(_: int = 0) -> int:
            return app.test_client().get(f"/smart/launch?iss={ehr.base}&launch=x", base_url=site().base_url).status_code

        client = CheckedClient(app.test_client())
        before = turned_away(client, "busy")
        with ThreadPoolExecutor(2) as browsers:
            waiting = browsers.map(launch, range(2))
            wait_for(lambda: len(ehr.requests) == 2)
            assert launch() == 503
            assert client.call(second_line).status_code == 200
            go_on.set()
            assert list(waiting) == [502, 502]
        assert turned_away(client, "busy") == before + 1
        assert launch() == 502


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_large_bodies_beyond_the_memory_of_a_worker_are_turned_away(slow: Slow, second_line: dict[str, Any], packed: bool):
    """As many of the largest as a worker holds get their cards; one more is 503 at once, a usual chart is not; then there is room again."""
    app = create_app(site())
    client = CheckedClient(app.test_client())
    large = orjson.dumps(second_line | {"padding": "x" * 16_500_000})
    body, headers = (gzip.compress(large), {"Content-Encoding": "gzip"}) if packed else (large, {})
    with ThreadPoolExecutor(LARGEST_BODIES + 1) as callers:
        inside = [callers.submit(CheckedClient(app.test_client()).call, body, headers=headers) for _ in range(LARGEST_BODIES)]
        for _ in inside:
            assert slow.begun.acquire(timeout=120)
        refused = client.call(body, headers=headers)
        usual = callers.submit(CheckedClient(app.test_client()).call, second_line)
        assert slow.begun.acquire(timeout=120)
        slow.go_on.set()
        answers = [one.result(120).status_code for one in (*inside, usual)]
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert answers == [200] * (LARGEST_BODIES + 1)
    assert client.call(body, headers=headers).status_code == 200


@pytest.mark.parametrize("body", [b"{", {"hook": "x"}], ids=["no JSON", "no request"])
def test_failed_calls_leave_their_place(client_of: Callable[..., CheckedClient], second_line: dict[str, Any], body: Any):
    """However a call ends, it takes its place along: after many failures there is as much room as before."""
    client = client_of(max_calls=1)
    for _ in range(5):
        assert client.call(body).status_code == 400
    assert client.call(second_line).status_code == 200


def test_faults_of_ours_leave_their_place(
    client_of: Callable[..., CheckedClient], second_line: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    """A 500 as well."""

    def broken(*_: Any) -> None:
        raise ValueError

    client = client_of(max_calls=1)
    with monkeypatch.context() as patch:
        patch.setattr(service.evaluation, "advise", broken)
        assert [client.call(second_line).status_code for _ in range(3)] == [500, 500, 500]
    assert client.call(second_line).status_code == 200


def test_the_gate_never_lets_in_more_than_it_may():
    """Many threads at one gate: never more inside than allowed, and nobody stays."""
    gate, inside, most, lock = Gate(5), [0], [0], threading.Lock()

    def visit(_: int) -> bool:
        if not gate.enter():
            return False
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        with lock:
            inside[0] -= 1
        gate.leave()
        return True

    with ThreadPoolExecutor(32) as visitors:
        let_in = sum(visitors.map(visit, range(5000)))
    assert let_in > 0
    assert most[0] <= 5
    assert all(gate.enter() for _ in range(5))
    assert not gate.enter()
    for _ in range(5):
        gate.leave()


def test_deep_json_and_long_bodies_are_refused_at_once(client_of: Callable[..., CheckedClient]):
    """Depth and length are limited whatever the rest: a body of brackets is 400, one too long 413."""
    client = client_of(max_body_mb=1)
    assert client.call(b'{"prefetch":' + b"[" * 100_000).status_code == 400
    assert client.call(b'{"prefetch":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001).status_code == 400
    assert client.call(b" " * (1024 * 1024 + 1), path=CALL).status_code == 413
