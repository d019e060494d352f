"""The service with its demo, running as `make run` starts it, and a browser to look at it with.

Used by the tests of this folder and by `make screenshots`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import requests
from playwright.sync_api import Browser, sync_playwright

from tests.outside.ports import free_port
from tests.outside.programs import path_of

ROOT: Final = Path(__file__).parents[2]

#: A browser that has not started by then never will; how fast it starts says nothing about us.
PATIENCE_MS: Final = 180_000

_ARGUMENTS: Final = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)


@contextmanager
def running_demo(folder: Path, today: str, **settings: str) -> Iterator[str]:
    """The address of a service that keeps its data in `folder`, on a fixed day. Raises `RuntimeError` when it does not start."""
    port = free_port()
    own = {"PORT": str(port), "WORKERS": "1", "DEMO": "1", "TODAY": today, "DATA": str(folder / "data")} | settings
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HER2CDS_")}
    environment |= {f"HER2CDS_{name}": value for name, value in own.items()} | {"PYTHONPATH": str(ROOT), "TZ": _noon()}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "serve"], cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait(process, f"http://127.0.0.1:{port}", folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(120)


def _noon() -> str:
    """A time zone in which it is about noon: on a fixed day, what is answered after midnight is older than what was answered before."""
    return f"NOON{datetime.now(UTC).hour - 12}"


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end:
        # One that does not answer is asked again, as one that does not listen yet.
        with suppress(requests.RequestException):
            if requests.get(f"{url}/readyz", timeout=10).ok:
                return
        time.sleep(0.1)
    raise RuntimeError(log.read_text()[-2000:])


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path_of("chromium"), args=list(_ARGUMENTS), timeout=PATIENCE_MS)
        yield browser
        browser.close()
