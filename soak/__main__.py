"""`make soak`: ten minutes of everything at once, then the figures. Ends with status 1 when something is wrong."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

from bench.delayed_fhir import DAY
from soak.callers import Caller
from soak.figures import Memory, Outcome, lines
from soak.plan import LEAST_MINUTES, LOOK, WARM, Excuses, Step, plan
from soak.server import ROOT, Server
from soak.stores import STORES, Store
from soak.traffic import Traffic

WORKERS = 2

#: How often memory is looked at, in seconds.
_TICK = 0.5


def main() -> int:
    """Run and print; the status to end with."""
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default 10)")
    parser.add_argument("--callers", type=int, default=4, help="callers at the same time (default 4)")
    parser.add_argument("--store", choices=sorted(STORES), default="sqlite", help="the database (default sqlite)")
    parser.add_argument("--seed", type=int, default=1, help="another mixture of the same (default 1)")
    options = parser.parse_args()
    if options.minutes < LEAST_MINUTES:
        parser.error(f"at least {LEAST_MINUTES:g} minutes: a worker must reach its full size before it is compared")
    with tempfile.TemporaryDirectory(prefix="her2-cds-soak-") as folder:
        outcome = run(Path(folder), 60 * options.minutes, options.callers, options.store, options.seed)
    print("\n".join(lines(outcome)))
    wrong = list(outcome.wrong())
    for line in wrong:
        print(f"WRONG: {line}")
    print("NOT as it should be." if wrong else "As it should be.")
    return 1 if wrong else 0


def run(folder: Path, seconds: float, callers: int, store_name: str, seed: int) -> Outcome:
    """Start everything, keep it going for so long, end it, and say what was seen."""
    with ExitStack() as ending:
        fhir_port = ending.enter_context(_fhir_server())
        store = STORES[store_name](folder)
        ending.callback(store.close)
        settings = {
            "WORKERS": str(WORKERS),
            "DATABASE_URL": store.url,
            "FHIR_HOSTS": f"http://127.0.0.1:{fhir_port}",
            "TODAY": DAY.isoformat(),
        }
        server = Server(folder, settings)
        ending.callback(server.stop)
        server.wait(WORKERS)
        excuses, stop, warm, memory = Excuses(), Event(), Event(), Memory()
        calling = [Caller(server.port, Traffic(fhir_port, seed + number, warm), stop, excuses) for number in range(callers)]
        for caller in calling:
            caller.start()
        _keep_going(server, store, excuses, memory, warm, seconds)
        stop.set()
        for caller in calling:
            caller.join()
        status = server.stop()
        seen = [caller.seen for caller in calling]
        lost = {kept for one in seen for kept in one.kept} - store.feedback()
        return Outcome(seconds, seen, memory.between(WARM, WARM + LOOK), memory.between(1 - LOOK, 1.0), lost, server.failures(), status)


def _keep_going(server: Server, store: Store, excuses: Excuses, memory: Memory, warm: Event, seconds: float) -> None:
    """Do what the plan says, and look at memory, until the time is over."""
    begun = time.monotonic()
    to_do = plan(seconds)
    while (passed := time.monotonic() - begun) < seconds:
        while to_do and to_do[0].at <= passed:
            _do(to_do.pop(0), server, store, excuses, passed)
        if passed >= WARM * seconds:
            warm.set()
        if server.ended:
            raise RuntimeError(f"the service ended:\n{server.log.read_text(errors='replace')[-2000:]}")
        memory.add(passed / seconds, server.memory())
        time.sleep(_TICK)


def _do(step: Step, server: Server, store: Store, excuses: Excuses, passed: float) -> None:
    sizes = ", ".join(f"{size:.0f} MB" for size in server.memory().values())
    print(f"{passed:6.0f} s  {step.what} (workers: {sizes})", flush=True)
    if step.what != "mend the store":
        excuses.after(step.what)  # before it is done, since callers notice at once
    match step.what:
        case "disturb the store":
            store.disturb()
        case "mend the store":
            store.mend()
            excuses.after(step.what)
        case "kill a worker":
            server.kill_youngest()
        case "reload":
            server.reload()


@contextmanager
def _fhir_server() -> Iterator[int]:
    """The failing FHIR server, as its port."""
    command = [sys.executable, "-m", "soak.fhir_server"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


if __name__ == "__main__":
    sys.exit(main())
