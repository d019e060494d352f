"""A store that cannot be reached costs feedback, with a word about it, and never a card."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest

from service.cli import main
from service.store.database import Database, sqlite_url
from service.store.store import Store
from tests.service.checked_client import CheckedClient, issues
from tests.stopwatch import Stopwatch

Clients = Callable[..., CheckedClient]


def message(card: str | None = None) -> dict[str, Any]:
    reason = {"reason": {"system": "urn:her2-cds:override-reason", "code": "other"}}
    entry = {"card": card or str(uuid4()), "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:00:00Z", "overrideReason": reason}
    return {"feedback": [entry]}


def assert_works_without_store(client: CheckedClient, body: dict[str, Any]) -> None:
    """Cards come, quickly; feedback is refused as something to send again."""
    for _ in range(3):
        with Stopwatch() as watch:
            response = client.call(body)
        assert (response.status_code, bool(response.get_json()["cards"])) == (200, True)
        assert watch.seconds < 1
    refused = client.give_feedback(message())
    assert refused.status_code == 503
    assert issues(refused)[0]["code"] == "transient"


def assert_works_with_store(client: CheckedClient) -> None:
    assert client.give_feedback(message()).status_code == 200
    assert client.store.open()  # as the thread in the background does, every few seconds
    assert client.get("/readyz").get_json()["store"] == "reachable"


def test_a_folder_that_cannot_be_made(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """A data folder that cannot be made stops neither the start nor a card."""
    (tmp_path / "file").write_text("in the way")
    client = client_of(data=tmp_path / "file" / "data")
    assert_works_without_store(client, second_line)
    assert client.get("/readyz").get_json()["store"] == "unreachable"
    (tmp_path / "file").unlink()
    assert_works_with_store(client)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any folder")
def test_a_read_only_folder(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """A data folder that may not be written stops neither the start nor a card."""
    tmp_path.chmod(0o500)
    assert_works_without_store(client_of(data=tmp_path), second_line)
    tmp_path.chmod(0o700)


@pytest.mark.usefixtures("_stores_hurry")
def test_a_locked_store(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """While another program holds the file, cards are shown at once; what it lets go of works again."""
    client = client_of(data=tmp_path)
    for lock in ("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE", "BEGIN IMMEDIATE"):
        holder = sqlite3.connect(tmp_path / "her2-cds.sqlite", isolation_level=None)
        client.store.close()  # an exclusive lock needs everybody else to be out
        for statement in lock.split("; "):
            holder.execute(statement)
        assert_works_without_store(client, second_line)
        holder.execute("ROLLBACK")
        holder.close()
        assert_works_with_store(client)


def test_a_vanished_file(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """Feedback never goes into a file that was deleted: it is refused, and a new store is made."""
    client = client_of(data=tmp_path)
    before = client.call(second_line).get_json()["cards"]
    for file in tmp_path.iterdir():
        file.unlink(missing_ok=True)  # those beside the database come and go
    assert client.give_feedback(message()).status_code == 503
    assert_works_with_store(client)
    after = client.call(second_line).get_json()["cards"]
    assert [card["uuid"] for card in after] == [card["uuid"] for card in before]
    # and for a process whose first use is a look-up
    for file in tmp_path.iterdir():
        file.unlink(missing_ok=True)  # those beside the database come and go
    assert client.call(second_line).get_json()["cards"]
    assert_works_with_store(client)


def test_feedback_on_a_card_of_another_process_once_the_store_is_there(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """A process that has not reached the store yet knows a card of another process as soon as it can keep what became of it."""
    (tmp_path / "data").write_text("in the way")
    late = client_of(data=tmp_path / "data")
    (tmp_path / "data").unlink()
    other = client_of(data=tmp_path / "data")
    card = next(card for card in other.call(second_line).get_json()["cards"] if card["indicator"] != "critical")
    entry = {"card": card["uuid"], "outcome": "accepted"}
    assert late.give_feedback({"feedback": [entry]}).status_code == 200
    assert card["uuid"] not in {shown["uuid"] for shown in other.call(second_line).get_json()["cards"]}


def test_a_file_that_is_no_store(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """A damaged file is left as it is, and cards are shown."""
    file = tmp_path / "her2-cds.sqlite"
    file.write_bytes(b"not a database, but somebody's file " * 100)
    client = client_of(data=tmp_path)
    assert_works_without_store(client, second_line)
    assert file.read_bytes().startswith(b"not a database")


def test_tables_that_are_gone(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """A store that lost its tables is a store that does not work, not a failure of the call."""
    client = client_of(data=tmp_path)
    with closing(sqlite3.connect(tmp_path / "her2-cds.sqlite")) as database, database:
        for table in ("feedback", "shown"):
            database.execute(f"DROP TABLE {table}")
    database.close()
    assert_works_without_store(client, second_line)


def test_counts_wait_for_the_store(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """Cards shown while the store is away are counted when it is back."""
    (tmp_path / "data").write_text("in the way")
    client = client_of(data=tmp_path / "data")
    shown = len(client.call(second_line).get_json()["cards"])
    client.store.write_waiting()
    (tmp_path / "data").unlink()
    assert client.store.open()
    client.store.write_waiting()
    with closing(sqlite3.connect(tmp_path / "data" / "her2-cds.sqlite")) as database, database:
        assert database.execute("SELECT sum(count) FROM shown").fetchone() == (shown,)
    database.close()


def test_a_server_that_is_not_there(client_of: Clients, second_line: dict[str, Any]):
    """A PostgreSQL server that refuses stops no card, and its password is nowhere."""
    client = client_of(database_url="postgresql://u:verysecret@127.0.0.1:1/none")
    assert_works_without_store(client, second_line)
    assert "verysecret" not in client.get("/readyz").text


def test_the_command_line_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """A report and a configuration check of a broken store are one readable line, status 1."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HER2CDS_DATA", str(tmp_path))
    (tmp_path / "her2-cds.sqlite").write_bytes(b"not a database " * 100)
    for command in (["feedback", "report"], ["config", "check"]):
        assert main(command) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert "the store is unavailable" in line


@pytest.mark.usefixtures("_logging")
def test_a_fault_of_ours_behind_costs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """What one chore does not survive, the others and the thread do, and it is logged without its message."""
    monkeypatch.setattr("service.store.store.INTERVAL", 0.01)
    store = Store(Database(sqlite_url(tmp_path)))
    assert store.open()
    done = Event()

    def fail(_: Database) -> None:
        raise ValueError("the name of a patient")

    store.do_behind(fail)
    store.do_behind(lambda _: done.set())
    store.wake()
    try:
        for _ in range(3):
            assert done.wait(30)
            done.clear()
        assert store.works
    finally:
        store.end()
    logged = capsys.readouterr().err
    assert "ValueError" in logged
    assert "patient" not in logged
