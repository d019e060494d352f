"""`python -m bench.scaling`: what a further worker process brings, and what the store costs.

Workers share no state but the store, so on as many free cores they answer as many times the calls; the load client needs a part of a core
itself. The large chart is sent, whose answer costs the server much more than the client. What the store costs is seen on the small one:
`p50` of single calls without a store (one that cannot be reached), with it, and with the decision record.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench import over_http
from bench.bodies import Body, bodies

_STORES: Mapping[str, Mapping[str, str]] = {
    "no store": {"HER2CDS_DATABASE_URL": "sqlite:////nowhere/her2-cds.sqlite", "HER2CDS_RECORD": "off"},
    "store": {"HER2CDS_RECORD": "off"},
    "store and record": {"HER2CDS_RECORD": "on"},
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.scaling", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="time for each load (default 3)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of which the median counts (default 5)")
    options = parser.parse_args()
    small, large = sorted(bodies(), key=lambda body: body.resources)
    cores = len(os.sched_getaffinity(0))
    workers = {f"{count} worker{'s' * (count > 1)}": {"HER2CDS_WORKERS": str(count)} for count in sorted({1, cores})}
    print(f"{large.resources} resources, {2 * cores} connections, {cores} cores")
    _print(_measured(workers, large, options.rounds, options.seconds, connections=2 * cores), "per second", most=True)
    print(f"{small.resources} resources, one connection, one worker")
    _print(_measured(_STORES, small, options.rounds, options.seconds, connections=1), "ms at p50", most=False)


def _measured(
    variants: Mapping[str, Mapping[str, str]], body: Body, rounds: int, seconds: float, *, connections: int
) -> dict[str, tuple[float, float]]:
    """Requests per second and p50 of each variant: medians over rounds, in each of which every variant has its turn."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in variants}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        file = folder / "body.json"
        file.write_bytes(body.raw)
        running = {}
        for name, environment in variants.items():
            server = over_http.ours()
            server = replace(server, environment={**server.environment, "HER2CDS_DATA": f"{folder}/{name}", **environment})
            running[name] = stack.enter_context(over_http.started(server, folder, pinned=False))
            over_http.drive(running[name].url, file, seconds=0.5, connections=connections, pinned=False)
        for _ in range(rounds):
            for name, target in running.items():
                load = over_http.drive(target.url, file, seconds=seconds, connections=connections, pinned=False)
                if load.failed:
                    raise SystemExit(f"{name}: {load.failed} calls were not answered with 200")
                taken[name].append((load.per_second, load.p50_ms))
    return {
        name: (statistics.median(one for one, _ in results), statistics.median(p50 for _, p50 in results))
        for name, results in taken.items()
    }


def _print(measured: Mapping[str, tuple[float, float]], unit: str, *, most: bool) -> None:
    first = next(iter(measured.values()))[0 if most else 1]
    for name, (per_second, p50) in measured.items():
        value = per_second if most else p50
        print(f"  {name:18}{value:9.2f} {unit}   x {value / first:.2f}")


if __name__ == "__main__":
    main()
