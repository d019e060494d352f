"""The production server with several workers: numbers of all of them, and a stop that lets calls finish."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import chain
from pathlib import Path
from uuid import UUID

import orjson
import pytest
import requests

from service.samples import request_body
from tests.outside.ports import free_port
from tests.service.checked_client import CALL, TODAY
from tests.service.fhir_client.chart_server import Chart, chart_of
from tests.service.fhir_client.hostile_server import Piece, Request, serving
from tests.service.operations.numbers import Numbers, number, read_numbers
from tests.service.test_feedback import kept_as
from tests.service.test_server import Running, start, wait_until_ready
from tests.stopwatch import wait_for

#: How long the FHIR server takes for each answer, so that a call is under way when the service is stopped.
SECONDS = 2.0


def stop(server: Running) -> None:
    if server.process.poll() is None:
        server.process.terminate()
        server.process.wait(120)


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    server = start(tmp_path_factory.mktemp("server"), free_port(), WORKERS="2")
    wait_until_ready(server)
    yield server
    stop(server)


def numbers_of(server: Running) -> Numbers:
    return read_numbers(requests.get(f"{server.url}/metrics", timeout=120).text)


def workers_of(server: Running) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return [int(line) for line in found.stdout.split()]


def ask(server: Running, calls: int) -> None:
    for _ in range(calls):  # a connection each, so that both workers get some
        assert requests.post(server.url + CALL, json=request_body("second-line", TODAY), timeout=120).status_code == 200


def test_whichever_worker_is_asked_the_numbers_are_of_all(two_workers: Running):
    """Twenty calls are twenty, whoever answered them and whoever is asked; the warm-up of the workers is not among them."""
    before = numbers_of(two_workers).get(
        ("her2cds_calls_total", frozenset({"service": "her2-patient-view", "outcome": "cards"}.items())), 0
    )
    ask(two_workers, 20)
    counted = {number(numbers_of(two_workers), "her2cds_calls_total", service="her2-patient-view", outcome="cards") for _ in range(8)}
    assert counted == {before + 20}
    wait_for(lambda: number(numbers_of(two_workers), "her2cds_store_workers", state="open") == 2)


def test_the_numbers_outlive_a_worker(two_workers: Running):
    """A worker that is killed leaves what it counted to its successor: no counter falls."""
    ask(two_workers, 10)
    before = number(numbers_of(two_workers), "her2cds_calls_total", service="her2-patient-view", outcome="cards")
    workers = workers_of(two_workers)
    if not workers:
        pytest.skip("pgrep is not installed on this machine (Debian: procps)")
    os.kill(workers[0], signal.SIGKILL)
    wait_for(lambda: len(set(workers_of(two_workers)) - {workers[0]}) == 2)
    wait_until_ready(two_workers)
    ask(two_workers, 5)
    assert number(numbers_of(two_workers), "her2cds_calls_total", service="her2-patient-view", outcome="cards") == before + 5


def slow_chart(request: Request) -> Iterable[Piece]:
    return chain((SECONDS,), Chart(chart_of("second-line"))(request))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_calls_under_way_are_finished_when_the_service_is_stopped(tmp_path: Path, how: signal.Signals):
    """A stop lets each call under way get its cards, takes no new one, loses no feedback, and ends with status 0."""
    with serving(slow_chart) as fhir:
        server = start(tmp_path, free_port(), WORKERS="2", FHIR_HOSTS=fhir.origin, DEADLINE_MS="30000")
        try:
            wait_until_ready(server)
            body = request_body("second-line", TODAY) | {"fhirServer": fhir.base, "prefetch": {}}
            with ThreadPoolExecutor(8) as callers:
                under_way = [callers.submit(requests.post, server.url + CALL, json=body, timeout=120) for _ in range(6)]
                given = give_feedback(server)
                wait_for(lambda: len(fhir.asked("Patient")) == 6)  # one by each call
                (os.killpg if how is signal.SIGINT else os.kill)(server.process.pid, how)
                answers = [answered(one) for one in under_way]
            assert server.process.wait(120) == 0
        finally:
            stop(server)
    assert [status for status, _ in answers] == [200] * 6
    assert all(topics == answers[0][1] and topics for _, topics in answers)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(server.url.rpartition(":")[2]))) != 0
    assert given.status_code == 200
    lines = [orjson.loads(line) for line in (tmp_path / "err").read_text().splitlines()]
    assert not [line for line in lines if line["event"] == "failure"]


def give_feedback(server: Running) -> requests.Response:
    given = {
        "feedback": [{"card": "4e0a3a1e-3167-443b-a6ea-323afecaaa42", "outcome": "accepted", "outcomeTimestamp": "2026-11-20T10:00:00Z"}]
    }
    return requests.post(f"{server.url}{CALL}/feedback", json=given, timeout=120)


def test_feedback_that_was_answered_is_there_after_a_stop(tmp_path: Path):
    """Clients send feedback while the service is stopped: each message that was answered with 200 is in the store afterwards."""
    server = start(tmp_path, free_port(), WORKERS="2")
    kept: list[str] = []

    def send(client: int) -> None:
        with suppress(requests.RequestException), requests.Session() as session:
            for number in range(10_000):
                card = str(UUID(int=client * 100_000 + number, version=4))
                told = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:00:00Z"}
                if session.post(f"{server.url}{CALL}/feedback", json={"feedback": [told]}, timeout=120).status_code == 200:
                    kept.append(card)

    try:
        wait_until_ready(server)
        with ThreadPoolExecutor(6) as clients:
            sending = [clients.submit(send, client) for client in range(6)]
            wait_for(lambda: len(kept) > 60)
            server.process.terminate()
            for one in sending:
                one.result(120)
        assert server.process.wait(120) == 0
    finally:
        stop(server)
    with closing(sqlite3.connect(tmp_path / "data" / "her2-cds.sqlite")) as connection:
        stored = {card for (card,) in connection.execute("SELECT card FROM feedback")}
        (salt,) = connection.execute("SELECT value FROM site WHERE name = 'salt'").fetchone()
    assert len(kept) > 60
    assert kept_as(kept, salt) <= stored


def answered(call: Future[requests.Response]) -> tuple[int, list[str]]:
    response = call.result(120)
    return response.status_code, [card["source"]["topic"]["code"] for card in response.json()["cards"]]


def test_it_is_served_under_a_path_by_the_production_server(tmp_path: Path):
    """The HTTP server hands the path over as the application expects it, and the start says where to look."""
    server = start(tmp_path, free_port(), BASE_PATH="/cds")
    try:
        wait_until_ready(server)
        cards = requests.post(f"{server.url}/cds{CALL}", json=request_body("second-line", TODAY), timeout=120).json()["cards"]
        assert cards[0]["source"]["url"].startswith(f"{server.url}/cds/rules#")
        assert re.search(r"start page +\S+/cds/\s", (tmp_path / "out").read_text())
    finally:
        stop(server)


def test_output_that_cannot_be_written_costs_no_card(tmp_path: Path):
    """The disk that takes the output is full: the service starts, answers, keeps feedback, counts the lost lines and stops in order."""
    for name in ("out", "err"):
        (tmp_path / name).symlink_to("/dev/full")
    server = start(tmp_path, free_port())
    for name in ("out", "err"):
        (tmp_path / name).unlink()
        (tmp_path / name).touch()
    try:
        wait_until_ready(server)
        ask(server, 3)
        assert give_feedback(server).status_code == 200
        assert number(numbers_of(server), "her2cds_lost_total", kind="log") >= 4
        server.process.terminate()
        assert server.process.wait(120) == 0
    finally:
        stop(server)
