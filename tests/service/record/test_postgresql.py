"""The decision record on PostgreSQL, and what is left when that is killed under load."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import requests
from sqlalchemy import select

from service.record.figures import Period, make_report
from service.record.replay import replay
from service.record.retention import forget
from service.samples import request_body
from service.store.database import Database
from service.store.salt import kept_salt
from service.store.tables import DECISION, DECISION_INPUT, FEEDBACK
from tests.outside.ports import free_port
from tests.service.checked_client import CALL, TODAY, CheckedClient, site
from tests.service.record.records import KEY, inputs, rows
from tests.service.test_feedback import entry, kept_as
from tests.service.test_server import start, wait_until_ready
from tests.service.test_store_postgresql import Server, pytestmark, server  # noqa: F401 - a mark and a fixture
from tests.stopwatch import wait_for


def test_all_of_it(server: Server, client_of: Callable[..., CheckedClient], second_line: dict[str, Any]):  # noqa: F811 - the fixture
    """Rows, inputs, report, replay and retention are on PostgreSQL what they are on SQLite."""
    settings = {"database_url": server.url, "record_key": KEY}
    one, required = client_of(**settings), client_of(record="required", **settings)
    answers = [client.call(second_line) for client in (one, required)]
    assert len(rows(one)) == len(inputs(one)) == 2
    database = Database(server.url)
    assert make_report(database, Period()).topics["SecondLineTreatment"].sent["info"] == 2
    for answer in answers:
        assert replay(database, answer.headers["X-Request-ID"], site(**settings))[1].same
    with database.writing() as connection:
        old = DECISION.c.moment - timedelta(days=500)
        connection.execute(DECISION.update().where(DECISION.c.request == answers[0].headers["X-Request-ID"]).values(moment=old))
        connection.execute(DECISION_INPUT.update().values(moment=DECISION_INPUT.c.moment - timedelta(days=31)))
    forgotten = forget(database, days=400, input_days=30)
    assert (forgotten.decisions, forgotten.inputs) == (1, 2)
    assert [row["request"] for row in rows(one)] == [answers[1].headers["X-Request-ID"]]
    database.close()


def kill(folder: Path) -> None:
    """End the server and all its processes at once, as a power switch does."""
    main = int((folder / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    os.kill(main, signal.SIGKILL)
    for child in map(int, children):
        with suppress(ProcessLookupError):  # of a connection that has just ended
            os.kill(child, signal.SIGKILL)


def start_again(server: Server) -> None:  # noqa: F811 - the fixture
    """Start the server as soon as what was killed has let go of its memory."""

    def starts() -> bool:
        try:
            server.start()
        except subprocess.CalledProcessError:
            return False
        return True

    wait_for(starts, "PostgreSQL does not start again")


class Clinic:
    """Clients that call and give feedback without a pause, and remember what they were told."""

    def __init__(self, url: str) -> None:
        self.answered: list[str] = []
        self.without_cards: list[int] = []
        self.accepted: list[str] = []
        self.refused: list[str] = []
        self.odd: list[int] = []
        self._url = url
        self._over = Event()
        self._threads = [Thread(target=self._work) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        session, body = requests.Session(), request_body("second-line", TODAY)
        while not self._over.is_set():
            response = session.post(f"{self._url}{CALL}", json=body, timeout=120)
            if response.status_code == 200 and response.json()["cards"]:
                self.answered.append(response.headers["X-Request-ID"])
            else:
                self.without_cards.append(response.status_code)
            self.give_feedback(session, str(uuid4()))
            time.sleep(0.01)

    def give_feedback(self, session: requests.Session, card: str) -> None:
        response = session.post(f"{self._url}{CALL}/feedback", json={"feedback": [entry(card)]}, timeout=120)
        if response.status_code == 200:
            self.accepted.append(card)
        else:
            (self.refused if response.status_code == 503 else self.odd).append(card)

    def goes_on(self, number: int) -> None:
        """Wait until so many more messages were accepted."""
        accepted = len(self.accepted)
        wait_for(lambda: len(self.accepted) >= accepted + number)

    def all_is_sent_again(self) -> bool:
        """Send once more what was refused. Whether all of it was accepted."""
        again, self.refused = self.refused, []
        for card in again:
            self.give_feedback(requests.Session(), card)
        return not self.refused

    def close(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def kept(url: str) -> tuple[set[str], set[str]]:
    """The requests on record, and the names of the cards of which there is feedback."""
    database = Database(url)
    with database.reading() as connection:
        found = set(connection.execute(select(DECISION.c.request)).scalars()), set(connection.execute(select(FEEDBACK.c.card)).scalars())
    database.close()
    return found


def _salt(url: str) -> str | None:
    database = Database(url)
    salt = kept_salt(database)
    database.close()
    return salt


def test_killed_under_load(server: Server, tmp_path: Path):  # noqa: F811 - the fixture
    """Killed twice and started again under a working service of two processes, PostgreSQL costs no cards and no accepted feedback.

    What was refused can be sent again, and when it is over every call is on record.
    """
    running = start(tmp_path, free_port(), WORKERS="2", DATABASE_URL=server.url)
    try:
        wait_until_ready(running)
        clinic = Clinic(running.url)
        try:
            for _ in range(2):
                clinic.goes_on(20)
                kill(server._data)
                refused = len(clinic.refused)
                wait_for(lambda refused=refused: len(clinic.refused) > refused + 5)
                start_again(server)
            clinic.goes_on(20)
        finally:
            clinic.close()
        assert clinic.without_cards == []
        assert clinic.odd == []
        assert clinic.refused
        assert len(clinic.answered) > 50
        wait_for(clinic.all_is_sent_again, "what was refused is refused for ever")
        assert clinic.odd == []
        assert kept_as(clinic.accepted, _salt(server.url)) <= kept(server.url)[1]
        wait_for(lambda: set(clinic.answered) <= kept(server.url)[0], "a call is not on record")
    finally:
        running.process.terminate()
        running.process.wait(120)
