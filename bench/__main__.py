"""`make bench`: the speed of her2-cds on a chart of 50 and of 1000 resources, beside the floor measured in the same run."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Mapping
from contextlib import redirect_stderr
from pathlib import Path

from bench import in_process, over_http, peers
from bench.bodies import Body, bodies
from bench.over_http import Result
from bench.timing import Times
from service.logs import configure_logs

#: What we aim at, rules included: CPU milliseconds of one request over HTTP by number of resources, and of one evaluation.
AIM_REQUEST_MS = {50: 1.0, 1000: 5.0}
AIM_ADVISE_MS = 0.1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each step and for each load (default 1)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds over HTTP, of which the median counts (default 3)")
    parser.add_argument("--with", dest="beside", nargs="+", default=[], choices=sorted(peers.PEERS), help="peers to measure beside us")
    parser.add_argument("--in-process", action="store_true", help="leave out HTTP")
    options = parser.parse_args()

    configure_logs()
    charts = bodies()
    busy = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores before the start"
    print(f"Python {platform.python_version()}, {platform.machine()}, {busy}; times in milliseconds")
    advise: dict[int, float] = {}
    for chart in charts:
        # The service logs each request; here the lines go nowhere, as the table would drown in them.
        with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
            topics = in_process.topics(chart)
            times = in_process.measure(chart, options.seconds)
        print(f"\nIn process: {chart.name}, answered with {', '.join(topics)}")
        advise[chart.resources] = times[in_process.GUIDELINE].p50
        print_in_process(times)
    results: dict[tuple[str, str], Result] = {}
    if not options.in_process:
        servers = [over_http.floor(), over_http.ours(), *(peers.PEERS[name]() for name in options.beside)]
        results = over_http.measure(servers, charts, rounds=options.rounds, seconds=options.seconds * 1.5)
        print("\nOver HTTP: one worker on one core; requests/s and CPU with 4 connections, p50 and p99 with 1")
        print_over_http(results)
    print()
    print_aims(charts, advise, results)


def print_in_process(times: Mapping[str, Times]) -> None:
    """One line for each floor, the request and its stages, with its ratio to both floors."""
    print(f"  {'':26}{'p50':>9}{'p99':>9}{'x decode':>11}{'x bare Flask':>14}")
    for name, taken in times.items():
        shown = f"  {name}" if name in in_process.STAGES else name
        decode, floor = (taken.p50 / times[base].p50 for base in (in_process.DECODE, in_process.FLOOR))
        print(f"  {shown:26}{taken.p50:9.3f}{taken.p99:9.3f}{decode:11.2f}{floor:14.2f}")


def print_over_http(results: Mapping[tuple[str, str], Result]) -> None:
    """One line for each server and body, with the CPU time's ratio to the bare Flask route."""
    print(f"  {'':26}{'req/s':>9}{'CPU/req':>9}{'p50':>9}{'p99':>9}{'x bare Flask':>14}")
    chart = ""
    for (body, server), result in results.items():
        if body != chart:
            chart = body
            print(f"  {chart}")
        floor = results[body, over_http.floor().name]
        cpu = "-" if result.cpu_ms is None else f"{result.cpu_ms:.3f}"
        ratio = f"{result.cpu_ms / floor.cpu_ms:.2f}" if result.cpu_ms and floor.cpu_ms else f"{floor.per_second / result.per_second:.2f}"
        failed = f"  {result.failed} not answered with 200: do not compare" if result.failed else ""
        print(f"    {server:24}{result.per_second:9.0f}{cpu:>9}{result.p50_ms:9.2f}{result.p99_ms:9.2f}{ratio:>14}{failed}")


def print_aims(charts: list[Body], advise: Mapping[int, float], results: Mapping[tuple[str, str], Result]) -> None:
    """What we aim at, and whether this run met it."""
    for chart in charts:
        aim, result = AIM_REQUEST_MS[chart.resources], results.get((chart.name, over_http.ours().name))
        if result is not None and result.cpu_ms is not None:
            verdict = f"{result.cpu_ms:.2f}, {_verdict(result.cpu_ms, aim)}"
            print(f"Aim, {chart.resources} resources: at most {aim:.1f} ms CPU a request: {verdict}")
    worst = max(advise.values())
    print(f"Aim, guideline alone: at most {AIM_ADVISE_MS * 1000:.0f} us a case: {worst * 1000:.0f}, {_verdict(worst, AIM_ADVISE_MS)}")


def _verdict(value: float, aim: float) -> str:
    return "met" if value <= aim else "NOT MET"


if __name__ == "__main__":
    main()
