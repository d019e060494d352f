"""A cache for what short labels mean.

Labels of a record come again and again; free text does not, may be long, and is the patient's: it is read and forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

T = TypeVar("T")

#: Longer than any label of a code or a drug product, in characters.
LONGEST: Final = 160


def remembered(*, maxsize: int) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """Decorate a pure function of one text so that its answers are kept for the `maxsize` latest short texts, and for no long one."""

    def decorate(function: Callable[[str], T]) -> Callable[[str], T]:
        kept = lru_cache(maxsize=maxsize)(function)

        @wraps(function)
        def look_up(text: str) -> T:
            return kept(text) if len(text) <= LONGEST else function(text)

        return look_up

    return decorate
