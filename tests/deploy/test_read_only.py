"""The service writes nothing but to its store and to shared memory: it runs where the whole file system is read-only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from service.samples import request_body
from tests.outside.ports import free_port
from tests.outside.programs import needs
from tests.service.checked_client import CALL, TODAY
from tests.service.test_server import Running, wait_until_ready
from tests.service.test_store_postgresql import Server, server

__all__ = ["server"]

pytestmark = needs("postgresql")

ROOT = Path(__file__).parents[2]

#: A namespace of mounts of its own, in which the root file system can no longer be written.
READ_ONLY = "mount --make-rprivate / && mount --bind / / && mount -o remount,bind,ro / && cd / && ! [ -w /tmp ] && "


def _why_not() -> str | None:
    """Why no such namespace can be made here."""
    try:
        command = ["unshare", "-m", "sh", "-c", f"{READ_ONLY} true"]
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)  # noqa: S603 - our own arguments
    except FileNotFoundError:
        return "unshare is not installed on this machine"
    return None if done.returncode == 0 else "this machine lets nobody make a read-only file system"


def test_it_runs_without_a_place_to_write(server: Server, tmp_path: Path):
    """With PostgreSQL, on a read-only root: two workers start, answer, and keep what they must."""
    if reason := _why_not():
        pytest.skip(reason)
    port = free_port()
    settings = {"PORT": port, "WORKERS": 2, "DATABASE_URL": server.url, "TODAY": TODAY.isoformat()}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HER2CDS_")}
    environment |= {f"HER2CDS_{name}": str(value) for name, value in settings.items()}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["unshare", "-m", "sh", "-c", f"{READ_ONLY} exec {sys.executable} -m service.cli serve"]
    with (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=err)  # noqa: S603
    running = Running(process, f"http://127.0.0.1:{port}", tmp_path)
    try:
        wait_until_ready(running)
        answer = requests.post(running.url + CALL, json=request_body("second-line", TODAY), timeout=120)
        assert answer.json()["cards"]
        ready = requests.get(f"{running.url}/readyz", timeout=120).json()
        assert (ready["store"], ready["record"]) == ("reachable", "kept")
    finally:
        process.terminate()
        assert process.wait(120) == 0
