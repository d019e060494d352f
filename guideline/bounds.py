"""Numbers of which a record gives only a limit: `<1 %`, `>55 %`, `<=50`.

A bound is never read as an exact value on the wrong side of a limit: it is judged just beyond itself, and where that does not decide for
every value it may stand for, it decides nothing.
"""

from __future__ import annotations

from typing import Final

from guideline.case import Bound

#: Far below the last digit of any result.
_HAIR: Final = 1e-6


def just_beyond(value: float, bound: Bound | None, step: float | None = None) -> float:
    """The value nearest to a bound that it allows: a hair below `<1`, a hair above `>55`, and the number itself of `<=`, `>=` or no bound.

    `step` is what counts as a hair, in the unit of the value.
    """
    hair = max(abs(value), 1.0) * _HAIR if step is None else step
    return value - hair if bound == "<" else value + hair if bound == ">" else value


def reaches(value: float, bound: Bound | None, limit: float) -> bool | None:
    """Whether a value is at or above a limit; `None` where its bound leaves both open (`<10` and a limit of 1)."""
    nearest = just_beyond(value, bound) >= limit
    settled = bound is None or nearest is is_lower(bound)
    return nearest if settled else None


def is_lower(bound: Bound | None) -> bool:
    """Whether the true value may be higher than the number: `>` and `>=`."""
    return bound in (">", ">=")


def is_upper(bound: Bound | None) -> bool:
    """Whether the true value may be lower than the number: `<` and `<=`."""
    return bound in ("<", "<=")
