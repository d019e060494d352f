"""The commands of the Makefile, run with a stand-in for what they start."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: Stands for each program that make starts: says who it is, and stays.
_STAND_IN = "#!/bin/sh\necho $$ > started\nexec sleep 60\n"


def soon(what: Callable[[], bool]) -> bool:
    """Whether something comes true within some seconds."""
    until = time.monotonic() + 10
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def lives(pid: int) -> bool:
    """Whether a process is there, and not only its remains."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(shutil.which("make") is None or not Path("/proc/self/stat").exists(), reason="needs make, and tells processes by /proc")
@pytest.mark.parametrize("target", ["run", "test", "bench", "soak", "verify", "fuzz", "mutate", "screenshots"])
def test_what_make_started_ends_with_it(tmp_path: Path, target: str):
    """A make that is stopped (SIGTERM) leaves nothing running, whatever stands in ARGS: the next one would find the port taken."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "her2-cds"):
        (programs / name).write_text(_STAND_IN)
        (programs / name).chmod(0o755)
    # In the order of their making: nothing is to be installed.
    for name in ("pyproject.toml", "constraints.txt", ".venv/.dev", ".venv/.run", ".venv/.mutate"):
        (tmp_path / name).touch()
    named = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    started, pid = tmp_path / "started", None
    make = subprocess.Popen(["make", target, "ARGS=-k 'ild and not lvef'"], cwd=tmp_path, env=named)  # noqa: S603, S607 - our own Makefile
    try:
        assert soon(lambda: started.exists() and started.read_text().endswith("\n"))
        pid = int(started.read_text())
        make.terminate()
        make.wait(10)
        assert soon(lambda: not lives(pid))
    finally:
        make.kill()
        make.wait()
        if pid is not None and lives(pid):
            os.kill(pid, signal.SIGKILL)
