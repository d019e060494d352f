"""Times of small steps, taken in turns so that a slow spell of the machine falls on all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

SLICE_NS = 50_000_000


@dataclass(frozen=True, slots=True)
class Times:
    """The times of one step in milliseconds, sorted."""

    milliseconds: tuple[float, ...]

    @classmethod
    def of(cls, nanoseconds: Iterable[int]) -> Times:
        """From a clock's nanoseconds, in any order."""
        return cls(tuple(sorted(ns / 1e6 for ns in nanoseconds)))

    @property
    def p50(self) -> float:
        """The median."""
        return self.quantile(0.50)

    @property
    def p99(self) -> float:
        """What one time in a hundred exceeds."""
        return self.quantile(0.99)

    def quantile(self, share: float) -> float:
        """The time that `share` of all times stay under."""
        return self.milliseconds[min(int(len(self.milliseconds) * share), len(self.milliseconds) - 1)]


def take_turns(steps: Mapping[str, Callable[[], object]], seconds: float) -> dict[str, Times]:
    """Run every step for about `seconds`, a slice of 50 ms each in turn, after one slice of warming up."""
    taken: dict[str, list[int]] = {name: [] for name in steps}
    for step in steps.values():
        _run_slice(step)
    for _ in range(max(1, round(seconds * 1e9 / SLICE_NS))):
        for name, step in steps.items():
            taken[name] += _run_slice(step)
    return {name: Times.of(times) for name, times in taken.items()}


def _run_slice(step: Callable[[], object]) -> list[int]:
    clock = time.perf_counter_ns
    times = []
    end = clock() + SLICE_NS
    while (start := clock()) < end:
        step()
        times.append(clock() - start)
    return times
