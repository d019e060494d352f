"""`python -m bench.behind_fhir`: 40 calls at once while the FHIR server behind the service takes its time.

Waves of parallel calls to `her2-cds serve` as a site runs it. The first column of cases says what the calls bring along: nothing but a
token, or the kinds that every answer needs. Aim: the slowest percent within the deadline plus 100 ms, whatever the FHIR server does, and
never a 5xx.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import orjson

from bench import over_http
from bench.delayed_fhir import DAY, SAMPLE
from bench.timing import Times
from service.samples import request_body
from service.settings import Settings

_GRACE_MS = 100
_REQUIRED = ("patient", "conditions", "receptors")


def main() -> None:
    """Measure and print. Ends with status 1 when an aim is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.behind_fhir", description=__doc__)
    parser.add_argument("--calls", type=int, default=40, help="calls at the same time (default 40)")
    parser.add_argument("--waves", type=int, default=5, help="how often (default 5)")
    options = parser.parse_args()
    deadline = Settings.model_fields["deadline_ms"].default
    missed = False
    print(f"{options.calls} calls at once, {options.waves} times; deadline {deadline} ms; times in milliseconds")
    print(f"  {'FHIR server':14}{'prefetch':>16}{'p50':>9}{'p99':>9}{'slowest':>9}   answers")
    for pause in (150, 2000):
        for sent in ((), _REQUIRED):
            times, statuses = _measure(pause, sent, options.calls, options.waves)
            late = times.p99 > deadline + _GRACE_MS or any(status >= 500 for status in statuses)
            missed = missed or late
            shown = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
            verdict = "  NOT MET" if late else ""
            print(
                f"  {pause:>5} ms each {'required kinds' if sent else 'none':>16}"
                f"{times.p50:9.0f}{times.p99:9.0f}{times.milliseconds[-1]:9.0f}   {shown}{verdict}"
            )
    sys.exit(missed)


def _measure(pause: int, sent: tuple[str, ...], calls: int, waves: int) -> tuple[Times, Counter[int]]:
    with _fhir_server(pause) as origin, tempfile.TemporaryDirectory() as folder:
        environment = {"HER2CDS_PORT": "{port}", "HER2CDS_TODAY": DAY.isoformat(), "HER2CDS_FHIR_HOSTS": origin}
        service = replace(over_http.ours(), environment=environment)
        with over_http.started(service, Path(folder), pinned=False) as running:
            body = request_body(SAMPLE, DAY)
            body["prefetch"] = {key: body["prefetch"][key] for key in sent}
            body["fhirServer"] = f"{origin}/fhir"
            return asyncio.run(_waves(running.url, orjson.dumps(body), calls, waves))


async def _waves(url: str, body: bytes, calls: int, waves: int) -> tuple[Times, Counter[int]]:
    answers = []
    for _ in range(waves):
        answers += await asyncio.gather(*(_call(url, body) for _ in range(calls)))
        await asyncio.sleep(0.3)
    return Times(tuple(sorted(taken for taken, _ in answers))), Counter(status for _, status in answers)


async def _call(url: str, body: bytes) -> tuple[float, int]:
    """One call on a connection of its own: milliseconds, status."""
    host, _, rest = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    start = time.perf_counter()
    reader, writer = await asyncio.open_connection(name, int(port))
    lines = (
        f"POST /{rest} HTTP/1.1",
        f"Host: {host}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    writer.write("".join(f"{line}\r\n" for line in (*lines, "")).encode() + body)
    answer = await reader.read()
    writer.close()
    return (time.perf_counter() - start) * 1000, int(answer.split(b" ", 2)[1])


@contextmanager
def _fhir_server(pause: int) -> Iterator[str]:
    """The delayed FHIR server in a process of its own; gives its origin."""
    command = [sys.executable, "-m", "bench.delayed_fhir", str(pause)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
