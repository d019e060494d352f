"""A cache for what codes and short labels mean.

Labels of a record come again and again; free text does not, may be long, and is the patient's: it is read and forgotten. So it is with a
code or a display as long as a text.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, TypeVarTuple

Ts = TypeVarTuple("Ts")
T = TypeVar("T")

#: Longer than any label of a code or a drug product, in characters.
LONGEST: Final = 160

#: More codings than any concept has.
_MOST_PARTS: Final = 32


def remembered(*, maxsize: int) -> Callable[[Callable[[*Ts], T]], Callable[[*Ts], T]]:
    """Decorate a pure function of texts, codes and codings, so that up to `maxsize` answers are kept, and none for a long text.

    The arguments are given by position, all of them: an answer is kept under them alone. A full cache is emptied: what is usual is soon in
    it again.
    """

    def decorate(function: Callable[[*Ts], T]) -> Callable[[*Ts], T]:
        kept: dict[tuple[Any, ...], T] = {}

        @wraps(function)
        def look_up(*args: *Ts) -> T:
            try:
                return kept[args]
            except KeyError:
                answer = function(*args)
            if _is_short(args):
                if len(kept) >= maxsize:
                    kept.clear()
                kept[args] = answer
            return answer

        look_up.cache_clear = kept.clear  # type: ignore[attr-defined]  # as `functools.cache` names it
        return look_up

    return decorate


def _is_short(parts: tuple[Any, ...]) -> bool:
    """Whether no part of what was asked is as long as a free text. Looked at only where the answer is new."""
    if len(parts) > _MOST_PARTS:
        return False
    return all(_is_short(part) if isinstance(part, tuple) else not isinstance(part, str) or len(part) <= LONGEST for part in parts)
