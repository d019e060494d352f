"""The store on PostgreSQL, where a server is installed on this machine (Debian: postgresql)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import requests
from sqlalchemy import select, text

from service.store.database import NEWEST, Database
from service.store.shown_counts import Shown
from service.store.tables import SHOWN
from tests.outside.ports import free_port
from tests.outside.programs import needs, path_of
from tests.service.checked_client import CALL, TODAY, CheckedClient
from tests.service.test_feedback import entry
from tests.service.test_server import start, wait_until_ready
from tests.stopwatch import Stopwatch, wait_for

pytestmark = needs("postgresql")


class Server:
    """A throw-away server on loopback, as its own user where the tests run as root."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_user:
            shutil.chown(folder, "postgres")
        self._port = free_port()
        self._run("initdb", "--pgdata", str(self._data), "--auth", "trust", "--username", "her2", "--encoding", "UTF8", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgresql://her2:unused@127.0.0.1:{self._port}/postgres"

    def database(self, encoding: str) -> str:
        """Make a database with an encoding of its own, without a locale; its URL."""
        name = encoding.lower()
        access = ("--host", "127.0.0.1", "--port", str(self._port), "--username", "her2")
        self._run("createdb", *access, "--template", "template0", "--encoding", encoding, "--locale", "C", name)
        return f"postgresql://her2:unused@127.0.0.1:{self._port}/{name}"

    def start(self) -> None:
        options = f"-p {self._port} -k {self._data} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "--pgdata", str(self._data), "--log", str(self._data / "log"), "--wait", "--options", options, "start")

    @contextmanager
    def silent(self) -> Iterator[None]:
        """All of its processes stand still, as on a machine that was paused: what is sent arrives, and nothing comes back."""
        first = int((self._data / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(["pgrep", "-P", str(first)], check=True, capture_output=True, text=True, timeout=60)  # noqa: S603, S607
        processes = [first, *map(int, children.stdout.split())]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def stop(self) -> None:
        self._run("pg_ctl", "--pgdata", str(self._data), "--wait", "--mode", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(path_of("postgresql").with_name(program)), *arguments]
        subprocess.run(command, check=True, timeout=300, stdout=subprocess.DEVNULL, cwd="/")  # noqa: S603 - our own arguments


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Not below pytest's own folder, which nobody else may enter: the server may be another user's.
    with TemporaryDirectory(prefix="her2-cds-postgresql-") as folder:
        made = Server(Path(folder))
        made.start()
        yield made
        made.stop()


def test_feedback_counts_and_acknowledged_cards(server: Server, client_of: Callable[..., CheckedClient], second_line: dict[str, Any]):
    """Tables, repeats, counts, the shared salt and acknowledged cards are on PostgreSQL what they are on SQLite."""
    one, other = client_of(database_url=server.url), client_of(database_url=server.url)
    cards = one.call(second_line).get_json()["cards"]
    assert [card["uuid"] for card in other.call(second_line).get_json()["cards"]] == [card["uuid"] for card in cards]
    reason = {"reason": cards[0]["overrideReasons"][0]}
    message = {"feedback": [entry(cards[0]["uuid"], overrideReason=reason), entry("123456")]}
    for _ in range(2):
        assert one.give_feedback(message).status_code == 200
    left = [card["uuid"] for card in other.call(second_line).get_json()["cards"]]
    assert cards[0]["uuid"] not in left or cards[0]["indicator"] == "critical"
    for client in (one, other, one):
        client.store.write_waiting()
    database = Database(server.url)
    assert database.revision() == NEWEST
    topic = cards[0]["source"]["topic"]["code"]
    with database.reading() as connection:
        counted = {Shown(*row[:4]): row[4] for row in connection.execute(select(SHOWN))}
    assert counted[Shown(TODAY, "her2-patient-view", topic, cards[0]["indicator"])] == 2
    database.close()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_with_another_encoding(
    encoding: str, server: Server, client_of: Callable[..., CheckedClient], second_line: dict[str, Any]
):
    """A server that was set up without a locale makes databases without an encoding: the service starts, and keeps what it is told."""
    database = server.database(encoding)
    client = client_of(database_url=database)
    cards = client.call(second_line).get_json()["cards"]
    assert client.get("/readyz").get_json()["store"] == "reachable"
    comment = {"reason": cards[0]["overrideReasons"][0], "userComment": "Übelkeit nach Zyklus 1"}
    assert client.give_feedback({"feedback": [entry(cards[0]["uuid"], overrideReason=comment)]}).status_code == 200
    left = [card["uuid"] for card in client.call(second_line).get_json()["cards"]]
    assert cards[0]["uuid"] not in left


def test_a_server_that_stops_and_comes_back(server: Server, client_of: Callable[..., CheckedClient], second_line: dict[str, Any]):
    """While the server is away cards are shown and feedback is refused; when it is back, both work without a restart of ours."""
    client = client_of(database_url=server.url)
    colleague = second_line | {"context": second_line["context"] | {"userId": "Practitioner/2"}}
    assert client.get("/readyz").get_json()["store"] == "reachable"
    server.stop()
    try:
        assert client.call(colleague).get_json()["cards"]
        assert client.give_feedback({"feedback": [entry("123457")]}).status_code == 503
        assert client.get("/readyz").get_json()["store"] == "unreachable"
    finally:
        server.start()
    assert client.give_feedback({"feedback": [entry("123457")]}).status_code == 200
    assert client.store.open()  # as the thread in the background does, every few seconds
    assert client.get("/readyz").get_json()["store"] == "reachable"
    assert client.call(colleague).get_json()["cards"]


def test_a_server_that_falls_silent(server: Server, tmp_path: Path, second_line: dict[str, Any]):
    """Calls wait for it for a moment, not for as long as it likes: all get their cards, later ones at once, and feedback is refused."""
    running = start(tmp_path, free_port(), DATABASE_URL=server.url)
    message = {"feedback": [entry("123458")]}

    def call(_: int) -> int:
        return len(requests.post(running.url + CALL, json=second_line, timeout=30).json()["cards"])

    def feedback() -> int:
        return requests.post(f"{running.url}{CALL}/feedback", json=message, timeout=30).status_code

    try:
        wait_until_ready(running)
        with ThreadPoolExecutor(12) as threads:
            assert all(threads.map(call, range(12)))
            with server.silent():
                assert all(threads.map(call, range(12)))
                taken = []
                for _ in range(3):
                    with Stopwatch() as watch:
                        assert call(0)
                    taken.append(watch.seconds)
                # A busy machine may delay one of them.
                assert min(taken) < 1
                assert feedback() == 503
        wait_for(lambda: requests.get(f"{running.url}/readyz", timeout=30).json()["store"] == "reachable")
        assert feedback() == 200
    finally:
        running.process.terminate()
        running.process.wait(120)


def test_a_survey_may_take_longer_than_an_answer(server: Server):
    """What reads for minutes is not taken for a silent server."""
    database = Database(server.url)
    with database.surveying() as connection:
        assert connection.execute(text("SELECT 1 FROM pg_sleep(5)")).scalar() == 1
    database.close()
