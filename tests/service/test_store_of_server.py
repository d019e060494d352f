"""The SQLite store of the production server: what a stop leaves, a restore as documented, and a disk that is full."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

import orjson
import pytest
import requests

from service.samples import request_body
from tests.outside.ports import free_port
from tests.service.checked_client import CALL, TODAY
from tests.service.operations.numbers import number, read_numbers
from tests.service.test_server import Running, start, wait_until_ready
from tests.stopwatch import wait_for

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"

#: The commands of the documented restore.
(RESTORE,) = (
    part.partition("```")[0] for part in OPERATIONS.read_text("utf-8").split("```sh\n") if "her2-cds.backup" in part.partition("```")[0]
)


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Running]:
    server = start(folder, free_port(), **settings)
    try:
        wait_until_ready(server)
        yield server
    finally:
        if server.process.poll() is None:
            os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait(120)


def call(server: Running) -> requests.Response:
    return requests.post(server.url + CALL, json=request_body("second-line", TODAY), timeout=120)


def give_feedback(server: Running, card: int) -> int:
    told = {"card": str(UUID(int=card, version=4)), "outcome": "accepted", "outcomeTimestamp": "2026-11-20T10:00:00Z"}
    return requests.post(f"{server.url}{CALL}/feedback", json={"feedback": [told]}, timeout=120).status_code


def kept(folder: Path) -> int:
    """How many calls are on record."""
    with closing(sqlite3.connect(folder / "data" / "her2-cds.sqlite")) as store:
        return int(store.execute("SELECT count(*) FROM decision").fetchone()[0])


def beside(folder: Path) -> set[str]:
    return {file.name for file in (folder / "data").glob("her2-cds.sqlite-*")}


def stop(server: Running) -> None:
    server.process.terminate()
    assert server.process.wait(120) == 0


def crash(server: Running) -> None:
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait(120)


@pytest.mark.parametrize("end", [stop, crash])
def test_the_documented_restore(tmp_path: Path, end: object):
    """What stood in the backup stands in the store, and nothing of what came later; also after a crash, which leaves SQLite's log."""
    with running(tmp_path, WORKERS="2") as server:
        for _ in range(30):
            call(server)
        wait_for(lambda: kept(tmp_path) == 30)
        with (
            closing(sqlite3.connect(tmp_path / "data" / "her2-cds.sqlite")) as store,
            closing(sqlite3.connect(tmp_path / "her2-cds.backup")) as copy,
        ):
            store.backup(copy)
        for _ in range(60):
            call(server)
        wait_for(lambda: kept(tmp_path) == 90)
        end(server)
    if end is stop:
        assert beside(tmp_path) == set()
        assert kept(tmp_path) == 90
    else:
        assert beside(tmp_path)
    subprocess.run(["/bin/sh", "-e", "-c", RESTORE], cwd=tmp_path, check=True, timeout=120)  # noqa: S603 - the commands we print
    with running(tmp_path) as server:
        assert kept(tmp_path) == 30
        call(server)
        stop(server)
    assert kept(tmp_path) == 31


def fill_the_disk(server: Running, folder: Path) -> None:
    """No file of the service's processes may grow beyond the largest of the store: as on a full disk, reading goes on."""
    size = max(file.stat().st_size for file in (folder / "data").iterdir())
    for process in processes_of(server):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def free_the_disk(server: Running) -> None:
    for process in processes_of(server):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def processes_of(server: Running) -> list[int]:
    parent = server.process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *map(int, children)]


def ready(server: Running) -> tuple[int, str, str]:
    answer = requests.get(f"{server.url}/readyz", timeout=120)
    return answer.status_code, answer.json()["store"], answer.json()["record"]


def unavailable(server: Running) -> float:
    return number(read_numbers(requests.get(f"{server.url}/metrics", timeout=120).text), "her2cds_store_workers", state="unavailable")


@pytest.mark.skipif(
    not hasattr(resource, "prlimit") or not Path("/proc/self/task").exists(), reason="limits of a running process: Linux only"
)
@pytest.mark.parametrize(
    ("record", "answered", "state"), [("on", 200, (200, "unreachable", "waiting")), ("required", 503, (503, "unreachable", "refused"))]
)
def test_a_full_disk(tmp_path: Path, record: str, answered: int, state: tuple[int, str, str]):
    """A store that can be read and not written is said by readiness and by the metric until a write has succeeded, and once in the log."""
    with running(tmp_path, RECORD=record) as server:
        assert call(server).status_code == 200
        dealt_with = call(server).json()["cards"][0]["uuid"]
        assert give_feedback(server, UUID(dealt_with).int) == 200
        fill_the_disk(server, tmp_path)
        wait_for(lambda: give_feedback(server, 2) == 503)
        for _ in range(15):  # some seconds, in which it is tried again more than once
            answer = call(server)
            assert (answer.status_code, ready(server), unavailable(server)) == (answered, state, 1)
            assert give_feedback(server, 3) == 503
            time.sleep(0.4)
        free_the_disk(server)
        wait_for(lambda: ready(server) == (200, "reachable", "kept"))
        assert unavailable(server) == 0
        assert (call(server).status_code, give_feedback(server, 3)) == (200, 200)
        stop(server)
    assert kept(tmp_path) == (18 if record == "on" else 3)
    said = [line["state"] for line in map(orjson.loads, (tmp_path / "err").read_text().splitlines()) if line["event"] == "store"]
    assert said == ["open", "unavailable", "open"]
