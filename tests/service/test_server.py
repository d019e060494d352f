"""The production server as `make run` starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest
import requests

from service.samples import request_body
from service.server import STOP_GRACE
from tests.outside.ports import free_port
from tests.service.checked_client import CALL, TODAY
from tests.stopwatch import wait_for


class Running(NamedTuple):
    """A running server: its process, its address and the folder of its output."""

    process: subprocess.Popen[bytes]
    url: str
    folder: Path


def start(folder: Path, port: int, **settings: str) -> Running:
    own = {"PORT": str(port), "WORKERS": "1", "DEMO": "1", "TODAY": TODAY.isoformat()} | settings
    # As a user's shell has it: PYTHONUNBUFFERED would hide what becomes of output that cannot be written.
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HER2CDS_", "PYTHON"))}
    environment |= {f"HER2CDS_{name}": value for name, value in own.items()}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "serve"], cwd=folder, env=environment, stdout=out, stderr=err, start_new_session=True
        )
    return Running(process, f"http://127.0.0.1:{port}", folder)


def wait_until_ready(server: Running) -> None:
    end = time.monotonic() + 120
    while server.process.poll() is None and time.monotonic() < end:
        # One that does not answer is asked again, as one that does not listen yet.
        with suppress(requests.RequestException):
            if requests.get(f"{server.url}/readyz", timeout=10).ok:
                return
        time.sleep(0.1)
    raise AssertionError((server.folder / "err").read_text()[-2000:])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all tests of this file that leave it as it was."""
    running = start(tmp_path_factory.mktemp("server"), free_port())
    wait_until_ready(running)
    yield running
    running.process.terminate()
    running.process.wait(120)


def test_it_says_where_to_look_and_what_to_try(server: Running):
    """The start prints the address, a curl line and an evaluate line; both work as printed."""
    printed = (server.folder / "out").read_text()
    assert f"{server.url}/rules" in printed
    curl = next(line.strip() for line in printed.splitlines() if line.strip().startswith("curl"))
    evaluate = next(line.strip() for line in printed.splitlines() if "evaluate sample:" in line)
    answered = subprocess.run(curl, shell=True, capture_output=True, timeout=120, check=True)  # noqa: S602 - the line we print
    assert orjson.loads(answered.stdout)["cards"]
    command = [sys.executable, "-m", "service.cli", *evaluate.split()[1:]]
    assert subprocess.run(command, capture_output=True, timeout=120, check=True).stdout  # noqa: S603 - the line we print


def test_it_answers_a_call(server: Running):
    """A real request over a real socket gets its card."""
    response = requests.post(server.url + CALL, json=request_body("second-line", TODAY), timeout=120)
    assert response.status_code == 200
    assert response.json()["cards"][0]["source"]["topic"]["code"] == "SecondLineTreatment"


def test_a_20_mb_body_is_413_and_the_next_call_is_answered(server: Running):
    """A body over the limit is refused without harm, announced or chunked."""
    for body in (b" " * 20_000_000, iter([b" " * 1_000_000] * 20)):
        response = requests.post(server.url + CALL, data=body, timeout=120)
        assert response.status_code == 413
        assert response.json()["resourceType"] == "OperationOutcome"
        assert requests.post(server.url + CALL, json=request_body("second-line", TODAY), timeout=120).status_code == 200


def test_a_caller_is_told_when_the_connection_ends(server: Running):
    """What is refused before its body is read says so: a caller that keeps connections would send its next call into one that is gone."""
    chart = orjson.dumps(request_body("second-line", TODAY) | {"padding": "x" * 100_000})
    pieces = [b" " * 100_000] * 3
    with requests.Session() as caller:
        for body in (chart, iter(pieces)):
            refused = caller.post(f"{server.url}/cds-services/none", data=body, timeout=120)
            assert (refused.status_code, refused.headers.get("Connection")) == (404, "close")
            answered = caller.post(server.url + CALL, data=chart, timeout=120)
            assert (answered.status_code, answered.headers.get("Connection")) == (200, None)
        faulty = caller.post(server.url + CALL, data=chart.replace(b"patient-view", b"other"), timeout=120)
        assert (faulty.status_code, faulty.headers.get("Connection")) == (400, None)
        nothing = caller.get(f"{server.url}/nothing", timeout=120)
        assert (nothing.status_code, nothing.headers.get("Connection")) == (404, None)


@pytest.mark.parametrize("levels", [20, 60, 120, 240, 400])
def test_no_order_ends_the_process(server: Running, levels: int):
    """A draft that nests without end is answered: the stack of a worker's thread is small, and who overflows it ends all its calls."""
    body = request_body("second-line", TODAY) | {"hook": "order-sign"}
    draft: dict[str, Any] = {"resourceType": "MedicationRequest", "id": "d1", "status": "draft", "intent": "order"}
    draft |= {"subject": {"reference": f"Patient/{body['context']['patientId']}"}}
    draft |= {"medicationCodeableConcept": {"text": "trastuzumab emtansine"}}
    body["context"] = body["context"] | {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft | {"extension": "DEEP"}}]}}
    deep = '[{"url":"x","extension":' * levels + "[]" + "}]" * levels
    sent = orjson.dumps(body).decode().replace('"DEEP"', deep)
    answer = requests.post(f"{server.url}/cds-services/her2-order-sign", data=sent, timeout=120)
    assert answer.status_code == 200
    assert answer.json()["cards"]


def test_a_slow_sender_holds_nobody_up(server: Running):
    """While one client dawdles over its body, others are answered."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as dawdler:
        dawdler.sendall(f"POST {CALL} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{".encode())
        assert requests.post(server.url + CALL, json=request_body("second-line", TODAY), timeout=120).status_code == 200
        # It was waited for all the while: with the rest of its body it is answered too.
        dawdler.settimeout(120)
        dawdler.sendall(b" " * 999)
        assert dawdler.recv(12) == b"HTTP/1.1 400"


def test_the_log_is_json_without_patient_data(server: Running):
    """Each line on standard error is one JSON object; no name or id of a sample is in it."""
    requests.post(server.url + CALL, json=request_body("second-line", TODAY), timeout=120)
    lines = (server.folder / "err").read_text().splitlines()
    events = [orjson.loads(line) for line in lines]
    assert any(event["event"] == "request" and event.get("service") == "her2-patient-view" for event in events)
    patient = request_body("second-line", TODAY)["prefetch"]["patient"]
    assert not any(patient["id"] in line or patient["name"][0]["family"] in line for line in lines)


def test_a_taken_port_is_said_in_one_line(server: Running, tmp_path: Path):
    """A second service on the same port refuses to start instead of sharing the calls."""
    second = start(tmp_path, int(server.url.rpartition(":")[2]))
    assert second.process.wait(120) == 1
    (line,) = (tmp_path / "err").read_text().splitlines()
    assert "cannot listen on 127.0.0.1" in line


REFUSED = {"HER2CDS_AUTH": {"AUTH": "required"}, "HER2CDS_OPEN": {"HOST": "0.0.0.0"}, "HER2CDS_PORT": {"PORT": "x"}}  # noqa: S104 - never bound


@pytest.mark.parametrize(("named", "settings"), REFUSED.items(), ids=REFUSED)
def test_unsafe_settings_do_not_start(tmp_path: Path, settings: dict[str, Any], named: str):
    """Status 1, one readable line, no traceback."""
    refused = start(tmp_path, free_port(), **settings)
    assert refused.process.wait(120) == 1
    (line,) = (tmp_path / "err").read_text().splitlines()
    assert named in line


def test_a_folder_in_which_no_key_can_be_made(tmp_path: Path):
    """Where the SMART app needs a key from it, the start ends with one line before there is a worker; without the app it serves."""
    (tmp_path / "data").write_text("in the way")
    refused = start(tmp_path, free_port())
    assert refused.process.wait(120) == 1
    (line,) = (tmp_path / "err").read_text().splitlines()
    assert "HER2CDS_SMART_KEY: is not set" in line
    served = start(tmp_path, free_port(), DEMO="0")
    wait_until_ready(served)
    served.process.terminate()
    assert served.process.wait(120) == 0


LOAD = """
import os, signal, time
from service import server
from service.operations.counts import Board
from service.settings import Settings
def load(_):
    print("loading", flush=True)
    time.sleep(100)
server.create_app = load
signal.signal(signal.SIGTERM, lambda *_: None)  # as a worker inherits it from its parent, which is the one to hear it
server.load_worker(Settings(_env_file=None), Board(1), os.getppid())
"""


def test_a_worker_ends_while_it_loads():
    """One that does not serve yet has nothing to finish: a stop does not wait for it as long as for calls under way."""
    with subprocess.Popen([sys.executable, "-c", LOAD], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as worker:  # noqa: S603
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"loading\n"
        worker.terminate()
        assert worker.wait(STOP_GRACE / 2) == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told(tmp_path: Path, how: signal.Signals):
    """Both ways of stopping end it with status 0, and the port is free again."""
    running = start(tmp_path, free_port())
    wait_until_ready(running)
    # Ctrl+C reaches the workers as well, a supervisor's SIGTERM only the parent.
    (os.killpg if how is signal.SIGINT else os.kill)(running.process.pid, how)
    assert running.process.wait(120) == 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(running.url.rpartition(":")[2])))


def test_workers_end_when_their_server_is_killed(tmp_path: Path):
    """Nobody would stop them, or start others in their place: they let go of the port, so that the service can be started again."""
    running = start(tmp_path, free_port(), WORKERS="2")
    wait_until_ready(running)
    running.process.kill()
    running.process.wait(120)

    def nobody_answers() -> bool:
        with suppress(requests.ConnectionError):
            requests.get(f"{running.url}/healthz", timeout=30)
            return False
        return True

    try:
        wait_for(nobody_answers, "the workers go on")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.process.pid, signal.SIGKILL)


def test_open_beyond_loopback_is_said_loudly(tmp_path: Path):
    """With HER2CDS_OPEN=1 it starts, and the log says what that means."""
    running = start(tmp_path, free_port(), HOST="0.0.0.0", OPEN="1")  # noqa: S104 - what is tested
    wait_until_ready(running)
    running.process.terminate()
    running.process.wait(120)
    assert "WITHOUT client authentication" in (tmp_path / "err").read_text()


def test_open_behind_a_proxy_of_this_machine_is_said_loudly(tmp_path: Path):
    """On loopback it refuses nothing, though a proxy may pass on the calls of a whole network: the public address tells."""
    running = start(tmp_path, free_port(), PUBLIC_URL="https://cds.example.org")
    wait_until_ready(running)
    running.process.terminate()
    running.process.wait(120)
    assert "WITHOUT client authentication" in (tmp_path / "err").read_text()
