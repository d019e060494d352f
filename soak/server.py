"""The service and its workers, as the operating system sees them."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from socket import socket

ROOT = Path(__file__).parents[1]

_PATIENCE = 60.0

#: With an arena of the allocator for each thread a worker has its full size only when each has met the largest body, whenever that is.
_AS_IN_THE_IMAGE = {"MALLOC_ARENA_MAX": "2"}
_PAGE = os.sysconf("SC_PAGE_SIZE")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """`her2-cds serve`, its log in a folder."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        """Start it with settings by their names without `HER2CDS_`. Call `wait()` before its first use."""
        self.port = free_port()
        self.log = folder / "log"
        own = {name: value for name, value in os.environ.items() if not name.startswith("HER2CDS_")}
        told = {f"HER2CDS_{name}": value for name, value in ({"PORT": str(self.port)} | dict(settings)).items()}
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "service.cli", "serve"]
            environment = own | told | {"PYTHONPATH": str(ROOT)} | _AS_IN_THE_IMAGE
            self._process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=log)

    def wait(self, workers: int) -> None:
        """Wait until it answers with so many workers. Raises `RuntimeError` when it does not come to that."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            if len(self.workers()) == workers and self._answers():
                return
            time.sleep(0.1)
        raise RuntimeError(f"the service did not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    def _answers(self) -> bool:
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            asking.request("GET", "/readyz")
            return asking.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asking.close()

    def workers(self) -> list[int]:
        """The process ids of the workers, the oldest first."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
                command = (stat.parent / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue  # ended while we looked
            # Python's own watcher of what processes share is a child too.
            if int(fields[1]) == self._process.pid and fields[0] != "Z" and b"resource_tracker" not in command:
                found.append((int(fields[19]), int(stat.parent.name)))
        return [pid for _, pid in sorted(found)]

    def memory(self) -> dict[int, float]:
        """Resident memory of each worker in megabytes."""
        sizes = {}
        for pid in self.workers():
            try:
                sizes[pid] = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6
            except (FileNotFoundError, ProcessLookupError):
                continue  # ended while we looked
        return sizes

    def kill_youngest(self) -> None:
        """Kill the worker that was started last. Another one takes its place."""
        os.kill(self.workers()[-1], signal.SIGKILL)

    def reload(self) -> None:
        """Let new workers take over from the old ones, which finish what they are doing."""
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> int:
        """Stop it, and wait for that: its status."""
        self._process.terminate()
        try:
            return self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    @property
    def ended(self) -> bool:
        """Whether it ended by itself."""
        return self._process.poll() is not None

    def failures(self) -> list[str]:
        """The lines of its log about faults of its own."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if '"event":"failure"' in line]
