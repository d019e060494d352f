"""What happens when, as shares of the whole time; and for how long afterwards an answer is excused.

Until `WARM` everything happens once, reloading of all workers included, and half of the messages are large calls or bombs, so that workers
reach the size at which they stay. From then on memory is compared. The worker that is killed is always the youngest, so one worker lives
from the reload to the end, and it is its memory that tells.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

Event = Literal["disturb the store", "mend the store", "kill a worker", "reload"]

#: When memory is looked at for the first time, and how long each of the two looks lasts.
WARM: Final = 0.45
LOOK: Final = 0.14

#: How long a worker takes under large calls and bombs to reach the size at which it stays, on a slow machine, in seconds. A test holds that
#: the least time leaves it from the reload to `WARM`.
GROWN: Final = 40.0

#: The HTTP server takes a worker that dies within some seconds of its start for one that cannot live, and gives up. So events keep apart.
LEAST_MINUTES: Final = 2.0

#: How long the store stays disturbed, and how long the service may take to find it in order again, in seconds.
DISTURBED: Final = 4.0
FOUND_AGAIN: Final = 8.0

#: How long the place of a killed worker may stay empty, in seconds.
RESPAWNED: Final = 15.0


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens `at` seconds after the start."""

    at: float
    what: Event


def plan(seconds: float) -> list[Step]:
    """All that happens in a run of so many seconds, in order."""
    steps = [Step(0.10 * seconds, "reload"), Step(0.24 * seconds, "kill a worker"), *_disturbance(0.28 * seconds)]
    shares = (0.50, 0.58, 0.66, 0.74, 0.82)
    for number, share in enumerate(shares):
        steps += _disturbance(share * seconds) if number % 2 == 0 else [Step(share * seconds, "kill a worker")]
    return sorted(steps, key=lambda step: step.at)


def _disturbance(at: float) -> list[Step]:
    return [Step(at, "disturb the store"), Step(at + DISTURBED, "mend the store")]


class Excuses:
    """For how long what goes wrong has a reason."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = {"store": 0.0, "worker": 0.0}

    def after(self, what: Event) -> None:
        """Take note of what has been done."""
        match what:
            case "disturb the store":
                self._until["store"] = float("inf")
            case "mend the store":
                self._until["store"] = self._clock() + FOUND_AGAIN
            case "kill a worker":
                self._until["worker"] = self._clock() + RESPAWNED
            case "reload":
                pass  # nobody may notice

    def store_down(self) -> bool:
        """Whether feedback may be refused."""
        return self._clock() < self._until["store"]

    def worker_down(self) -> bool:
        """Whether a connection may break."""
        return self._clock() < self._until["worker"]
