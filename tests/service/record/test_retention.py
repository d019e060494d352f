"""What is too old is forgotten: now and then by itself, at once by `her2-cds purge`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from service.cli import main
from service.record import retention
from service.record.retention import forget
from service.store import database
from service.store.database import Database, sqlite_url
from service.store.feedback_log import utc_now
from service.store.tables import DECISION, DECISION_INPUT, FEEDBACK
from tests.service.checked_client import CheckedClient
from tests.service.record.records import KEY

Clients = Callable[..., CheckedClient]

AGES = (0, 29, 31, 89, 91, 399, 401)


@pytest.fixture
def aged(tmp_path: Path) -> Database:
    """A store with a decision, an input and a piece of feedback of each of some ages in days."""
    database = Database(sqlite_url(tmp_path))
    database.prepare()
    fill(database)
    return database


def fill(database: Database) -> None:
    with database.writing() as connection:
        for age in AGES:
            moment = utc_now() - timedelta(age, 60)
            decision = dict.fromkeys((column.name for column in DECISION.columns), "") | {
                "request": f"r{age}", "moment": moment, "day": moment.date(), "ms": 1.0, "resources": 1, "set_aside": 0,
            }  # fmt: skip
            connection.execute(DECISION.insert(), decision)
            connection.execute(DECISION_INPUT.insert(), {"request": f"r{age}", "moment": moment, "key": "k", "content": b"x"})
            connection.execute(FEEDBACK.insert(), {
                "card": f"c{age}", "service": "s", "topic": "", "outcome": "accepted", "outcome_at": moment, "reason_system": "",
                "reason_code": "", "commented": False, "suggestions": "", "received_at": moment,
            })  # fmt: skip


def number(database: Database, table: Table) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def left(database: Database) -> tuple[int, int, int]:
    return number(database, DECISION), number(database, DECISION_INPUT), number(database, FEEDBACK)


@pytest.mark.parametrize(
    ("days", "input_days", "kept"),
    [(400, 30, (6, 2, 6)), (10_000, 10_000, (7, 7, 7)), (30, 400, (2, 2, 4)), (0, 0, (0, 0, 4)), (400, -1, (6, 0, 6))],
)
def test_what_is_forgotten(aged: Database, days: int, input_days: int, kept: tuple[int, int, int]):
    """Decisions by their age, inputs by theirs and never longer, feedback not before it has kept advice back for ninety days."""
    forgotten = forget(aged, days=days, input_days=input_days)
    assert left(aged) == kept
    assert (forgotten.decisions, forgotten.inputs, forgotten.feedback) == tuple(len(AGES) - number for number in kept)


def test_much_at_once(aged: Database, monkeypatch: pytest.MonkeyPatch):
    """More than one transaction holds is deleted all the same."""
    monkeypatch.setattr(retention, "_BATCH", 2)
    assert forget(aged, days=0, input_days=0).decisions == len(AGES)
    assert left(aged)[:2] == (0, 0)


def test_a_running_service_forgets(client_of: Clients, tmp_path: Path, aged: Database, second_line: dict[str, Any]):
    """Without anybody's doing, by what the site has set; what is new stays."""
    client = client_of(data=tmp_path, record_key=KEY, record_days=90, record_input_days=1)
    client.call(second_line)
    client.store.write_waiting()
    assert left(aged) == (4 + 1, 1 + 1, 4)


def test_purge(tmp_path: Path, aged: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """`her2-cds purge` deletes by the settings, by a given age, or all inputs; and says how much."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HER2CDS_DATA", str(tmp_path))
    assert main(["purge"]) == 0
    assert capsys.readouterr().out == "Deleted: 1 decisions, 5 inputs, 1 pieces of feedback.\n"
    assert main(["purge", "--older-than", "30"]) == 0
    assert left(aged) == (2, 2, 4)
    assert main(["purge", "--all-inputs"]) == 0
    assert left(aged) == (2, 0, 4)
    with pytest.raises(SystemExit) as usage:
        main(["purge", "--older-than", "-3"])
    assert usage.value.code == 2


MARK = b"what was typed into the chart, as a row has it" * 200


@pytest.fixture
def _careless_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite as it is built by itself; Debian's overwrites what is deleted without being told."""
    opener = database._opener

    def careless(file: Path, wait: float) -> Callable[[], sqlite3.Connection]:
        def connect() -> sqlite3.Connection:
            connection = opener(file, wait)()
            connection.execute("PRAGMA secure_delete=OFF")
            return connection

        return connect

    monkeypatch.setattr(database, "_opener", careless)


@pytest.mark.usefixtures("_careless_sqlite")
def test_what_is_purged_is_overwritten(
    tmp_path: Path, client_of: Clients, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """Beside a service that goes on, nothing of a deleted input is left in the store or its log; or the command says who is in its way."""
    client = client_of(data=tmp_path)
    with client.store._database.writing() as connection:
        for number in range(30):
            connection.execute(DECISION_INPUT.insert(), {"request": f"r{number}", "moment": utc_now(), "key": "k", "content": MARK})
    assert MARK[:40] in stored(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HER2CDS_DATA", str(tmp_path))
    monkeypatch.setattr(database, "READ_WAIT", 0.01)
    with client.store._database.reading() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.exec_driver_sql("SELECT count(*) FROM decision_input")
        assert main(["purge", "--all-inputs"]) == 1
        printed = capsys.readouterr()
        assert "30 inputs" in printed.out
        assert "somebody reads the store" in printed.err
        reader.exec_driver_sql("COMMIT")
    assert main(["purge", "--all-inputs"]) == 0
    assert MARK[:40] not in stored(tmp_path)
    client.store.keep("her2-patient-view", [])
    assert client.store.look()


def stored(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("her2-cds.sqlite*"))


def test_purge_without_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Where nothing is kept yet, nothing is deleted, and no store is made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HER2CDS_DATA", str(tmp_path / "nowhere"))
    assert main(["purge"]) == 0
    assert "Deleted: 0 decisions" in capsys.readouterr().out
    assert not (tmp_path / "nowhere").exists()
