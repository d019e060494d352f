"""A store that cannot be reached costs no card and no record that can wait; what is lost is counted, logged and said."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from service.record import keeping
from tests.service.checked_client import CheckedClient, issues
from tests.service.record.records import rows
from tests.stopwatch import Stopwatch, best_of

Clients = Callable[..., CheckedClient]


def lost(client: CheckedClient) -> int:
    """How many records the metrics count as lost."""
    found = re.search(r'^her2cds_lost_total\{kind="record"\} ([0-9.]+)$', client.get("/metrics").text, re.MULTILINE)
    return int(float(found[1])) if found else 0


@pytest.fixture(params=["vanished", "locked", "without its tables", "not there"])
def broken(
    request: pytest.FixtureRequest, client_of: Clients, tmp_path: Path
) -> Iterator[tuple[Callable[..., CheckedClient], Callable[[], None]]]:
    """A service whose store breaks in one of the ways in which stores break, and what mends it."""
    file, holders = tmp_path / "data" / "her2-cds.sqlite", []

    def make(**settings: Any) -> CheckedClient:
        if request.param == "not there":
            (tmp_path / "data").write_text("in the way")
        client = client_of(data=tmp_path / "data", **settings)
        if request.param == "vanished":
            for beside in file.parent.iterdir():
                beside.unlink(missing_ok=True)  # those beside the database come and go
        elif request.param == "locked":
            holders.append(sqlite3.connect(file, isolation_level=None))
            holders[0].execute("BEGIN IMMEDIATE")
        elif request.param == "without its tables":
            holders.append(sqlite3.connect(file, isolation_level=None))
            holders[0].execute("ALTER TABLE decision RENAME TO elsewhere")
        return client

    def mend() -> None:
        if request.param == "not there":
            (tmp_path / "data").unlink()
        elif request.param == "locked":
            holders[0].execute("ROLLBACK")
        elif request.param == "without its tables":
            holders[0].execute("ALTER TABLE elsewhere RENAME TO decision")

    yield make, mend
    for holder in holders:
        holder.close()


@pytest.mark.usefixtures("_stores_hurry")
def test_the_record_waits(broken: tuple[Callable[..., CheckedClient], Callable[[], None]], second_line: dict[str, Any]):
    """Cards come at once whatever is wrong with the store; when it is in order again, every call is on record, once."""
    make, mend = broken
    client = make()
    before = lost(client)
    taken = []
    for _ in range(5):
        with Stopwatch() as watch:
            assert client.call(second_line).get_json()["cards"]
        taken.append(watch.seconds)
        client.store.write_waiting()
    # A fault that is slow may slow one answer; so may a machine whose disk is busy.
    assert sorted(taken)[-2] < 1
    assert client.get("/readyz").status_code == 200
    mend()
    assert client.store.open()
    assert len(rows(client)) == 5
    assert client.get("/readyz").get_json()["record"] == "kept"
    assert lost(client) == before


@pytest.mark.usefixtures("_stores_hurry")
def test_required_is_required(broken: tuple[Callable[..., CheckedClient], Callable[[], None]], second_line: dict[str, Any]):
    """With `HER2CDS_RECORD=required` a call that cannot be recorded is a 503 without cards; when the store is back it is answered."""
    make, mend = broken
    client = make(record="required")
    response = client.call(second_line)
    if response.status_code == 200:  # a file that vanished is made anew, and the record is in it
        assert len(rows(client)) == 1
        return
    assert response.status_code == 503
    assert issues(response)[0]["code"] == "transient"
    mend()
    assert client.call(second_line).get_json()["cards"]
    assert [row["outcome"] for row in rows(client)] == ["answered"]


def test_required_is_written_before_the_answer(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """When the answer is there, so is its row: nothing waits."""
    client = client_of(data=tmp_path, record="required")
    response = client.call(second_line)
    with closing(sqlite3.connect(tmp_path / "her2-cds.sqlite")) as database, database:
        found = database.execute("SELECT request FROM decision").fetchall()
    database.close()
    assert found == [(response.headers["X-Request-ID"],)]


def test_readiness_where_the_record_is_required(client_of: Clients, tmp_path: Path):
    """A service that may answer nothing is not ready, and says why."""
    (tmp_path / "data").write_text("in the way")
    response = client_of(data=tmp_path / "data", record="required")._client.get("/readyz")
    assert response.status_code == 503
    assert (response.get_json()["status"], response.get_json()["record"]) == ("not ready", "refused")


@pytest.mark.usefixtures("_logging")
def test_what_cannot_wait_is_counted(
    client_of: Clients, tmp_path: Path, second_line: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    """Beyond the bound calls are answered and not recorded: counted, logged once, and said by readiness until it is over."""
    monkeypatch.setattr(keeping, "MOST_WAITING", 3)
    (tmp_path / "data").write_text("in the way")
    client = client_of(data=tmp_path / "data")
    before = lost(client)
    for _ in range(8):
        assert client.call(second_line).get_json()["cards"]
    ready = client.get("/readyz").get_json()
    assert (ready["record"], ready["record_lost"]) == ("losing", before + 5)
    assert lost(client) == before + 5
    (tmp_path / "data").unlink()
    assert client.store.open()
    assert len(rows(client)) == 3
    assert client.get("/readyz").get_json()["record"] == "kept"
    events = [orjson.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [event["state"] for event in events if event["event"] == "record"] == ["losing", "kept"]


def test_waiting_is_said(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """While nothing is lost yet, readiness says that the record waits."""
    (tmp_path / "data").write_text("in the way")
    client = client_of(data=tmp_path / "data")
    client.call(second_line)
    assert client.get("/readyz").get_json()["record"] == "waiting"
    (tmp_path / "data").unlink()


@pytest.mark.usefixtures("_logging")
def test_a_row_that_cannot_be_made(
    client_of: Clients, tmp_path: Path, second_line: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    """A fault of ours in making one row costs that row alone, and is counted and logged without the message of the exception."""
    client = client_of(data=tmp_path)
    before, made = lost(client), keeping.rows_of

    def broken_once(call: Any) -> Any:
        if call.request == first:
            raise ValueError("QXZMARKED")
        return made(call)

    first = client.call(second_line).headers["X-Request-ID"]
    monkeypatch.setattr(keeping, "rows_of", broken_once)
    second = client.call(second_line).headers["X-Request-ID"]
    assert [row["request"] for row in rows(client)] == [second]
    assert lost(client) == before + 1
    logged = capfd.readouterr().err
    assert '"state":"unwritable"' in logged
    assert "QXZMARKED" not in logged


FULL_DISK = """
import resource, signal, sys
from datetime import date
from pathlib import Path
import orjson
from service.app import create_app
from service.samples import request_body
from service.settings import Settings
today, folder = date(2026, 11, 20), Path(sys.argv[1])
app = create_app(Settings(data=folder, today=today, _env_file=None))
client, store, record = app.test_client(), app.extensions["her2cds.store"], app.extensions["her2cds.record"]
body = orjson.dumps(request_body("second-line", today))
# What is written beyond this size fails, as on a full disk. The log-ahead file of SQLite is the one that grows.
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, resource.RLIM_INFINITY))
for _ in range(20):
    for _ in range(10):
        assert client.post("/cds-services/her2-patient-view", data=body).json["cards"]
    store.write_waiting()
assert not store.works
assert 0 < record.waiting < 200
feedback = {"feedback": [{"card": "1234567", "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:00:00Z"}]}
assert client.post("/cds-services/her2-patient-view/feedback", json=feedback).status_code == 503
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert store.open()
assert client.post("/cds-services/her2-patient-view/feedback", json=feedback).status_code == 200
"""


def test_a_full_disk(tmp_path: Path):
    """When the disk is full, cards are answered and the record waits; when there is room again, all of it is written."""
    subprocess.run([sys.executable, "-c", FULL_DISK, str(tmp_path)], check=True, timeout=120, capture_output=True)  # noqa: S603 - our script
    with closing(sqlite3.connect(tmp_path / "her2-cds.sqlite")) as database, database:
        assert database.execute("SELECT count(*), count(DISTINCT request) FROM decision").fetchone() == (200, 200)
    database.close()


CALL_AND_END = """
import sys
from pathlib import Path
from datetime import date
import orjson
from service.app import create_app
from service.samples import request_body
from service.settings import Settings
from service.store import database
database.READ_WAIT = database.WRITE_WAIT = 60  # for each other, on a slow machine
today = date(2026, 11, 20)
client = create_app(Settings(data=Path(sys.argv[1]), today=today, _env_file=None)).test_client()
for _ in range(7):
    assert client.post("/cds-services/her2-patient-view", data=orjson.dumps(request_body("second-line", today))).json["cards"]
"""


def test_written_when_the_process_ends(tmp_path: Path):
    """Processes that end right after their last answers still write their records, each call once."""
    command = [sys.executable, "-c", CALL_AND_END, str(tmp_path)]
    ends = [subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) for _ in range(2)]  # noqa: S603 - our own script
    assert [process.wait(120) for process in ends] == [0, 0]
    with closing(sqlite3.connect(tmp_path / "her2-cds.sqlite")) as database, database:
        assert database.execute("SELECT count(*), count(DISTINCT request) FROM decision").fetchone() == (14, 14)
    database.close()


def test_the_way_of_an_answer_does_not_touch_the_store(client_of: Clients, tmp_path: Path, second_line: dict[str, Any]):
    """In the default mode a call only notes what is to be recorded: noting a thousand takes a fraction of a second."""
    client = client_of(data=tmp_path)
    client.call(second_line)
    record = client._client.application.extensions["her2cds.record"]
    (call,) = list(record._waiting) or [None]
    if call is None:
        pytest.skip("written already")
    assert best_of(5, lambda: [record.note(call) for _ in range(1000)]) < 0.1
    assert len(rows(client)) == 1  # one id, one row
