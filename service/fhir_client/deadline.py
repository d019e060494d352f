"""The time that one call may take."""

from __future__ import annotations

from time import monotonic


class Deadline:
    """A moment on the monotonic clock, so many seconds from its making."""

    __slots__ = ("_end",)

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Seconds until then; 0 once it has passed."""
        return max(0.0, self._end - monotonic())

    @property
    def passed(self) -> bool:
        """Whether it has passed."""
        return monotonic() >= self._end
