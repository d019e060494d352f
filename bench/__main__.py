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
from bench.over_http import Measured
from bench.timing import Times
from service.logs import configure_logs

#: What we aim at, rules included: CPU milliseconds of one request over HTTP by number of resources, and of one evaluation.
AIM_REQUEST_MS = {50: 1.0, 1000: 5.0}
AIM_ADVISE_MS = 0.1

#: How long `orjson.loads` of such bodies took on the machine for which the aims were set. Another machine, and this one at another hour,
#: has another pace: there the aims are these multiples of its own decoding.
AIM_DECODE_MS = {50: 0.132, 1000: 3.2}


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
    alone: dict[int, Mapping[str, Times]] = {}
    for chart in charts:
        # The service logs each request; here the lines go nowhere, as the table would drown in them.
        with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
            topics = in_process.topics(chart)
            alone[chart.resources] = times = in_process.measure(chart, options.seconds)
        print(f"\nIn process: {chart.name}, answered with {', '.join(topics)}")
        print_in_process(times)
    print_aim_of_guideline(alone)
    if not options.in_process:
        servers = [over_http.floor(), over_http.ours(), *(peers.PEERS[name]() for name in options.beside)]
        measured = over_http.measure(servers, charts, rounds=options.rounds, seconds=options.seconds * 1.5)
        print("\nOver HTTP: one worker on one core; requests/s and CPU with 4 connections, p50 and p99 with 1")
        print_over_http(measured)
        print_aims_over_http(charts, measured)


def print_in_process(times: Mapping[str, Times]) -> None:
    """One line for each floor, the request and its stages, with its ratio to both floors."""
    print(f"  {'':26}{'p50':>9}{'p99':>9}{'x decode':>11}{'x bare Flask':>14}")
    for name, taken in times.items():
        shown = f"  {name}" if name in in_process.STAGES else name
        decode, floor = (taken.p50 / times[base].p50 for base in (in_process.DECODE, in_process.FLOOR))
        print(f"  {shown:26}{taken.p50:9.3f}{taken.p99:9.3f}{decode:11.2f}{floor:14.2f}")


def print_over_http(measured: Measured) -> None:
    """One line for each server and body, with the CPU time's ratio to decoding the body and to the bare Flask route."""
    print(f"  {'':26}{'req/s':>9}{'CPU/req':>9}{'p50':>9}{'p99':>9}{'x decode':>11}{'x bare Flask':>14}")
    chart = ""
    for (body, server), result in measured.results.items():
        if body != chart:
            chart = body
            print(f"  {chart}, decoded in {measured.decode_ms[body]:.3f}")
        floor = measured.results[body, over_http.floor().name]
        cpu = "-" if result.cpu_ms is None else f"{result.cpu_ms:.3f}"
        decode = "-" if result.cpu_ms is None else f"{result.cpu_ms / measured.decode_ms[body]:.2f}"
        ratio = f"{result.cpu_ms / floor.cpu_ms:.2f}" if result.cpu_ms and floor.cpu_ms else f"{floor.per_second / result.per_second:.2f}"
        failed = f"  {result.failed} not answered with 200: do not compare" if result.failed else ""
        figures = f"{result.per_second:9.0f}{cpu:>9}{result.p50_ms:9.2f}{result.p99_ms:9.2f}{decode:>11}{ratio:>14}"
        print(f"    {server:24}{figures}{failed}")


def print_aims_over_http(charts: list[Body], measured: Measured) -> None:
    """What we aim at for a request, and whether this run met it."""
    print()
    for chart in charts:
        result = measured.results[chart.name, over_http.ours().name]
        if result.cpu_ms is not None:
            aim, there = AIM_REQUEST_MS[chart.resources], AIM_DECODE_MS[chart.resources]
            print_aim(f"{chart.resources} resources, CPU a request", aim, there, result.cpu_ms, measured.decode_ms[chart.name])


def print_aim_of_guideline(alone: Mapping[int, Mapping[str, Times]]) -> None:
    """What we aim at for the guideline alone, and whether this run met it."""
    print()
    for resources, times in alone.items():
        # The pace of decoding small bodies; decoding large ones waits for memory, which the guideline does not.
        decode = alone[min(alone)][in_process.DECODE].p50
        name = f"guideline alone, {resources} resources"
        print_aim(name, AIM_ADVISE_MS, AIM_DECODE_MS[min(alone)], times[in_process.GUIDELINE].p50, decode)


def print_aim(name: str, aim: float, decode_there: float, taken: float, decode_here: float) -> None:
    """An aim beside a time, in milliseconds: as they are, and each as a multiple of decoding, on the machine of the aim and on this one."""
    most, multiple = aim / decode_there, taken / decode_here
    plain, paced = _verdict(taken, aim), _verdict(multiple, most)
    print(f"Aim, {name}: at most {aim:.3g} ms: {taken:.3f}, {plain}. At most {most:.2f} x decode: {multiple:.2f}, {paced}")


def _verdict(value: float, aim: float) -> str:
    return "met" if value <= aim else "NOT MET"


if __name__ == "__main__":
    main()
