"""A pytest plugin that judges mutants: each runs its tests in a fork of one process, in which everything is imported already.

Of a mutant only those tests run that reach its function, its module's own and the quickest first, until one fails. What runs while
modules are imported (knowledge is loaded then) cannot be changed in a fork: such a mutant gets a fresh process and the whole suite.
To prove that it is the mutants that the tests notice, some of those runs are made again without the mutation: then no test may fail.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType

import pytest
from _pytest.runner import runtestprotocol
from msgspec import Struct, json

from mutation import reach as reaching
from mutation.mutants import Mutant
from mutation.reach import REACH, Reach, in_order
from mutation.suite import killer_file
from mutation.trampoline import WANTED, become, codes
from mutation.verdicts import Verdict

JOB = Path("job.json")

#: A mutant may take so many times as long as its tests took while they were watched, and this many seconds more.
_TIMES, _MORE_SECONDS = 2, 20
#: What a fresh process may take to import everything, beside that.
_START_SECONDS = 180
#: A mutant that fills the memory ends itself, not the machine.
_BYTES = 3 << 30
#: One kill in so many is tried again without the mutation.
_CONTROL_EVERY = 10


class Job(Struct):
    """What to judge: the mutants of a package, by which folders of tests, how many at once, and the file that takes the verdicts."""

    mutants: list[Mutant]
    package: str
    suite: list[str]
    processes: int
    verdicts: str


class Trial(Struct):
    """A run of tests, in order, with a mutant or (as a control) without.

    Where it needs a process of its own, `fresh` says what that is given: the whole suite, or as a control the tests alone.
    """

    mutant: Mutant
    tests: list[str]
    fresh: list[str]
    control: bool = False
    begun: float = 0.0


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """From before the first import on, what runs is noted."""
    reaching.watch()


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Instead of running the tests once, run them for each mutant."""
    if session.testsfailed:
        return False  # a test module that cannot be imported would leave its mutants to the others; pytest says which
    functions = codes()
    at_import = reaching.watched(functions)
    items = {item.nodeid: item for item in session.items}
    job = json.decode(JOB.read_bytes(), type=Job)
    # Shared with every fork as it is: no fork copies it by collecting garbage.
    gc.freeze()
    if not REACH.exists():
        _measure(items, functions, at_import, job.package)
    reach = json.decode(REACH.read_bytes(), type=Reach)
    trials: deque[Trial] = deque()
    with Path(job.verdicts).open("ab", buffering=0) as file:
        for mutant in job.mutants:
            fresh = mutant.function in at_import
            tests = list(items) if fresh else reach.tests.get(mutant.function, [])
            if tests:
                trials.append(Trial(mutant, in_order(tests, mutant.name, reach), job.suite if fresh else []))
            else:
                file.write(json.encode(Verdict(mutant.name, "unreached")) + b"\n")
        for done, verdict in enumerate(_judged(trials, items, reach, job.processes), 1):
            file.write(json.encode(verdict) + b"\n")
            if done % 50 == 0:
                print(f"  {done:,} of {len(job.mutants):,} mutants", flush=True)  # noqa: T201 -- the progress of a long command
    return True


def _judged(trials: deque[Trial], items: dict[str, pytest.Item], reach: Reach, processes: int) -> Iterator[Verdict]:
    """Each mutant's verdict as it comes. Ends the run where a control fails: then the verdicts are worth nothing."""
    running: dict[int, Trial] = {}
    kills = 0
    while trials or running:
        while trials and len(running) < processes:
            trial = trials.popleft()
            trial.begun = time.monotonic()
            running[_fork(lambda trial=trial: _try(trial, items, reach))] = trial  # type: ignore[misc]
        pid, status = os.wait()
        trial = running.pop(pid)
        verdict = _verdict(trial, os.waitstatus_to_exitcode(status), _killer(pid))
        if not trial.control:
            yield verdict
        elif verdict.outcome != "survived":
            pytest.exit(f"without a mutation, what noticed {verdict.name} fails as well: {verdict.test or verdict.outcome}", returncode=2)
        if verdict.outcome == "killed" and verdict.test is not None:
            kills += 1
            if kills % _CONTROL_EVERY == 0:
                tests = trial.tests[: trial.tests.index(verdict.test) + 1]
                trials.appendleft(Trial(trial.mutant, tests, tests if trial.fresh else [], control=True))


def _verdict(trial: Trial, code: int, killer: str | None) -> Verdict:
    outcome = "survived" if code == 0 else "timeout" if code == -signal.SIGALRM else "killed"
    return Verdict(trial.mutant.name, outcome, round(time.monotonic() - trial.begun, 2), killer)


def _killer(pid: int) -> str | None:
    """The test that failed in a process; none where that ended otherwise, by an import that failed for example."""
    file = killer_file(pid)
    if not file.exists():
        return None
    test = file.read_text(encoding="utf-8")
    file.unlink()
    return test


def _fork(work: Callable[[], bool]) -> int:
    """Do work in a silent copy of this process, which exits with 0 if it returns true; the copy's number comes back."""
    pid = os.fork()
    if pid:
        return pid
    resource.setrlimit(resource.RLIMIT_DATA, (_BYTES, _BYTES))
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(silence, stream.fileno())
    code = 1
    with contextlib.suppress(BaseException):  # an error that tears pytest itself down is noticed too
        code = 0 if work() else 1
    os._exit(code)


def _try(trial: Trial, items: dict[str, pytest.Item], reach: Reach) -> bool:
    """Whether every test of the trial passes. What exceeds its time is ended by SIGALRM, in a fresh process as well."""
    seconds = _TIMES * sum(reach.seconds[test] for test in trial.tests) + _MORE_SECONDS
    signal.alarm(int(seconds + _START_SECONDS if trial.fresh else seconds))
    if trial.fresh:
        name = trial.mutant.name.partition("__mutmut_")[0] if trial.control else trial.mutant.name
        options = ("-x", "-q", "-p", "no:cacheprovider", "-p", "mutation.suite")
        command = [sys.executable, "-m", "pytest", *options, *trial.fresh]
        os.execve(sys.executable, command, {**os.environ, WANTED: name})  # noqa: S606 -- no shell is wanted
    if not trial.control:
        become(trial.mutant.name)
    return _pass([items[test] for test in trial.tests])


def _pass(items: list[pytest.Item]) -> bool:
    """Run tests until one fails; its name is left in a file."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
            killer_file(os.getpid()).write_text(item.nodeid, encoding="utf-8")
            return False
    return True


def _measure(items: dict[str, pytest.Item], functions: dict[CodeType, str], at_import: set[str], package: str) -> None:
    """Write the reach down, in a copy of this process, so that no cache of this one is filled. Ends the run where a test fails."""

    def run(test: str) -> float:
        begun = time.perf_counter()
        if not _pass([items[test]]):
            raise AssertionError(test)
        return time.perf_counter() - begun

    def work() -> bool:
        REACH.write_bytes(json.encode(reaching.measure(items, run, functions, at_import, package)))
        return True

    pid = _fork(work)
    if os.waitpid(pid, 0)[1]:
        pytest.exit(f"without any mutation fails: {_killer(pid)}", returncode=2)
