"""What comes out of a run: a table, and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bench.timing import Times
from soak.callers import Seen
from soak.traffic import Kept

#: How much a worker may grow after the warm-up.
MOST_GROWTH = 0.05


@dataclass(slots=True)
class Memory:
    """Resident memory of the workers over time, in megabytes."""

    samples: list[tuple[float, dict[int, float]]] = field(default_factory=list)

    def add(self, at: float, sizes: dict[int, float]) -> None:
        """Take note of the workers' sizes at a share of the whole time."""
        self.samples.append((at, sizes))

    def between(self, begin: float, end: float) -> dict[int, float]:
        """The least of each worker that lived through all of it: what it never gives back. The rest comes and goes with the load."""
        looked = [sizes for at, sizes in self.samples if begin <= at <= end]
        lived = set.intersection(*(set(sizes) for sizes in looked)) if looked else set()
        return {pid: min(sizes[pid] for sizes in looked) for pid in lived}


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a run gave. `lost`: accepted feedback that is not in the store; `failures`: faults of our own in the log."""

    seconds: float
    seen: Sequence[Seen]
    warm: dict[int, float]
    end: dict[int, float]
    lost: set[Kept]
    failures: Sequence[str]
    status: int

    @property
    def growth(self) -> dict[int, float]:
        """How much each worker grew that lived through both looks, as a share."""
        return {pid: self.end[pid] / self.warm[pid] - 1 for pid in self.warm.keys() & self.end.keys()}

    def wrong(self) -> Iterator[str]:
        """What must not be, one line each."""
        for one in self.seen:
            yield from one.wrong
        for pid, growth in self.growth.items():
            if growth > MOST_GROWTH:
                yield f"worker {pid} grew by {growth:.1%} after the warm-up, at most {MOST_GROWTH:.0%} is right"
        if not self.growth:
            yield "no worker lived through both looks at memory"
        if self.lost:
            yield f"{len(self.lost)} accepted feedback messages are not in the store"
        if self.failures:
            yield f"{len(self.failures)} faults of our own in the log, the first: {self.failures[0][:300]}"
        if self.status != 0:
            yield f"the service ended with status {self.status}"


def lines(outcome: Outcome) -> Iterator[str]:
    """The table."""
    answers: Counter[tuple[str, int]] = sum((one.answers for one in outcome.seen), Counter())
    total = sum(answers.values())
    yield f"{total} requests in {outcome.seconds:.0f} s, {total / outcome.seconds:.0f} a second"
    yield f"  {'':20}{'requests':>10}{'p50 ms':>10}{'p99 ms':>10}  statuses"
    for kind in sorted({kind for kind, _ in answers}):
        statuses = {status: count for (name, status), count in sorted(answers.items()) if name == kind}
        told = ", ".join(f"{count} x {status}" if status else f"{count} x hung up" for status, count in statuses.items())
        yield f"  {kind:20}{sum(statuses.values()):>10}{_times(one.times.get(kind, ()) for one in outcome.seen)}  {told}"
    yield f"cut off by killed workers: {sum(one.cut_off for one in outcome.seen)}"
    refused = sum(one.refused_feedback for one in outcome.seen)
    yield f"feedback: {sum(len(one.kept) for one in outcome.seen)} accepted, {refused} refused with 503 while the store was down"
    for pid, growth in outcome.growth.items():
        yield f"worker {pid}: {outcome.warm[pid]:.1f} MB after the warm-up, {outcome.end[pid]:.1f} MB in the end ({growth:+.1%})"


def _times(taken: Iterable[Sequence[float]]) -> str:
    times = Times(tuple(sorted(time for one in taken for time in one)))
    return f"{times.p50:>10.1f}{times.p99:>10.1f}" if times.milliseconds else f"{'':20}"
