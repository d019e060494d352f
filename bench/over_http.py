"""Requests over HTTP on loopback: one worker pinned to one core, the load client on another.

The floor is a bare Flask route behind the same server with the same options. Read CPU per request first: a neighbour's load on the machine
moves requests per second and latency, but hardly the CPU time.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.bodies import TODAY, Body
from bench.in_process import PATH
from bench.load import Load

HERE = Path(__file__).parent
START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A way to start one of the servers under measure: `command` with `{port}` in it, its environment, and where to post."""

    name: str
    command: tuple[str, ...]
    path: str
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Running:
    """A started server: where to post and whose CPU time to count."""

    server: Server
    url: str
    pid: int


@dataclass(frozen=True, slots=True)
class Result:
    """Medians over the rounds: under load of several connections, and alone on one.

    `cpu_ms` is user and system time of the server's processes per request; `None` where the system does not tell.
    """

    per_second: float
    cpu_ms: float | None
    p50_ms: float
    p99_ms: float
    failed: int


@dataclass(frozen=True, slots=True)
class Measured:
    """Results by body name and server name, and the CPU milliseconds of `orjson.loads` by body name, on the servers' core meanwhile."""

    results: Mapping[tuple[str, str], Result]
    decode_ms: Mapping[str, float]


def ours() -> Server:
    """`her2-cds serve`, as a site runs it."""
    environment = {"HER2CDS_WORKERS": "1", "HER2CDS_PORT": "{port}", "HER2CDS_TODAY": TODAY}
    return Server("her2-cds", (str(Path(sys.executable).with_name("her2-cds")), "serve"), PATH, environment)


def floor() -> Server:
    """The bare Flask route behind the same server."""
    return Server("bare Flask route", (sys.executable, "-m", "bench.floor_app", "{port}"), "/floor", {})


def measure(servers: Sequence[Server], bodies: Sequence[Body], *, rounds: int, seconds: float) -> Measured:
    """Each round visits every server with every body before the next round starts; the core's pace is taken beside each visit."""
    taken: dict[tuple[str, str], list[Result]] = {}
    decoded: dict[str, list[float]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running = [stack.enter_context(started(server, folder)) for server in servers]
        files = {body.name: folder / f"{body.resources}.json" for body in bodies}
        for body in bodies:
            files[body.name].write_bytes(body.raw)
        for target in running:
            for file in files.values():
                drive(target.url, file, seconds=0.3, connections=1)
        for _ in range(rounds):
            for name, file in files.items():
                for target in running:
                    decoded.setdefault(name, []).append(_decode_ms(file, seconds / 4))
                    taken.setdefault((name, target.server.name), []).append(_round(target, file, seconds))
    return Measured(
        {key: _median(results) for key, results in taken.items()}, {name: statistics.median(times) for name, times in decoded.items()}
    )


def _round(target: Running, file: Path, seconds: float) -> Result:
    before = _cpu_seconds(target.pid)
    loaded = drive(target.url, file, seconds=seconds, connections=4)
    after = _cpu_seconds(target.pid)
    alone = drive(target.url, file, seconds=seconds / 2, connections=1)
    cpu_ms = None if before is None or after is None else 1000 * (after - before) / loaded.requests
    return Result(loaded.per_second, cpu_ms, alone.p50_ms, alone.p99_ms, loaded.failed + alone.failed)


def _decode_ms(file: Path, seconds: float) -> float:
    """CPU time of `orjson.loads` of a body, in milliseconds, on the core of the servers."""
    command = [*_pinned(0), sys.executable, "-m", "bench.decode", str(file), "--seconds", str(seconds)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(HERE.parent)}, capture_output=True, text=True, check=True)
    return float(done.stdout)


def _median(results: Sequence[Result]) -> Result:
    cpu = [result.cpu_ms for result in results if result.cpu_ms is not None]
    return Result(
        statistics.median(result.per_second for result in results),
        statistics.median(cpu) if cpu else None,
        statistics.median(result.p50_ms for result in results),
        statistics.median(result.p99_ms for result in results),
        sum(result.failed for result in results),
    )


@contextmanager
def started(server: Server, folder: Path, *, pinned: bool = True) -> Iterator[Running]:
    """Start a server on a free port, wait until it answers, stop it in the end. It runs in `folder`; `pinned`: on the first core."""
    port = str(_free_port())
    command = [part.replace("{port}", port) for part in server.command]
    own = {name: value for name, value in os.environ.items() if not name.startswith("HER2CDS_")}
    own["PYTHONPATH"] = str(HERE.parent)
    environment = own | {name: value.replace("{port}", port) for name, value in server.environment.items()}
    with (folder / f"{port}.log").open("wb") as log:
        process = subprocess.Popen([*(_pinned(0) if pinned else ()), *command], env=environment, cwd=folder, stdout=log, stderr=log)
        try:
            _wait_for(process, int(port), server.name, Path(log.name))
            yield Running(server, f"http://127.0.0.1:{port}{server.path}", process.pid)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, name: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        asking = http.client.HTTPConnection("127.0.0.1", port, timeout=1)  # urllib would ask a proxy of the environment
        try:
            asking.request("GET", "/")
            asking.getresponse()
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        else:
            return  # whatever it answers, it answers
        finally:
            asking.close()
    raise RuntimeError(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")


def drive(url: str, file: Path, *, seconds: float, connections: int, pinned: bool = True) -> Load:
    """Put load on an address: with wrk where there is one, else with `bench.load`. `pinned`: from the last core."""
    if shutil.which("wrk"):
        script = str(HERE / "wrk.lua")
        command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s", "-s", script, url]
    else:
        command = [sys.executable, "-m", "bench.load", url, str(file), "--seconds", str(seconds), "--connections", str(connections)]
    environment = os.environ | {"BODY": str(file), "PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(
        [*(_pinned(-1) if pinned else ()), *command], env=environment, capture_output=True, text=True, check=False, timeout=seconds + 60
    )
    if done.returncode != 0:
        raise RuntimeError(f"the load client failed on {url}:\n{done.stderr[-2000:]}")
    return Load(**json.loads(done.stdout.splitlines()[-1]))


def _pinned(core: int) -> list[str]:
    """The words that pin a command to one of this process's cores; none where the system has no `taskset`."""
    if not shutil.which("taskset"):
        return []
    return ["taskset", "-c", str(sorted(os.sched_getaffinity(0))[core])]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _cpu_seconds(root: int) -> float | None:
    """User and system time of a process and its living descendants, from `/proc`."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended while we looked
        pid = int(stat.parent.name)
        parents[pid] = int(fields[1])
        spent[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    if root not in spent:
        return None
    return sum(seconds for pid, seconds in spent.items() if root in _ancestry(pid, parents))


def _ancestry(pid: int, parents: Mapping[int, int]) -> Iterator[int]:
    """A process and its ancestors."""
    while pid in parents:
        yield pid
        pid = parents[pid]
