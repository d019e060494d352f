"""Time as tests may judge it: what the machine took from the process is not the service's fault."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final, Self

#: How often is looked whether the process runs, and from when on it is said to have stood still, in seconds.
_TICK: Final = 0.02
_STILL: Final = 0.1


class Stopwatch:
    """Seconds that pass inside `with`, without those in which the whole process stood still.

    A thread wakes up every 20 ms. Where it wakes up much later and the process used no processor meanwhile, nothing of it could run, and
    that time does not count. Waiting does: who waits for a lock, a socket or `sleep` leaves the processor to the thread.
    """

    def __enter__(self) -> Self:
        self._over = threading.Event()
        self._still = 0.0
        self._thread = threading.Thread(target=self._watch, name="stopwatch")
        self._begun, self._taken = time.monotonic(), 0.0
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        end = time.monotonic()
        self._over.set()
        self._thread.join()
        self._taken = max(0.0, end - self._begun - self._still)

    @property
    def seconds(self) -> float:
        """How long it took. To be read afterwards."""
        return self._taken

    def _watch(self) -> None:
        while not self._over.is_set():
            asleep, used = time.monotonic(), time.process_time()
            self._over.wait(_TICK)
            late = time.monotonic() - asleep - _TICK
            if late > _STILL:
                self._still += max(0.0, late - (time.process_time() - used))


def best_of(times: int, act: Callable[[], Any]) -> float:
    """Seconds that something takes at best: what a busy machine adds to one time it does not add to all."""
    return min(_seconds(act) for _ in range(times))


def _seconds(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def wait_for(condition: Callable[[], bool], what: str = "it did not come to that", *, seconds: float = 120) -> None:
    """Wait until something holds. Fails only when it does not for so long that no machine is to blame."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def slowness() -> float:
    """How many times slower this machine is just now than the one on which bounds of processor time were set; at least 1.

    It makes a bound a word about our code: so much work, and not so many seconds of any machine.
    """
    return max(1.0, best_of(5, _work) / _USUAL)


#: What `_work` takes where the bounds were set, in seconds.
_USUAL: Final = 0.003


def _work() -> object:
    words = [str(number * 7 % 1013) for number in range(20_000)]
    return sorted(set(words), key=len), {word: len(word) for word in words}
