"""A cache for what short labels mean.

Labels of a record come again and again; free text does not, may be long, and is the patient's: it is read and forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Final, TypeVar

T = TypeVar("T")
C = TypeVar("C", bound=Hashable)

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


def remembered_answer(*, maxsize: int) -> Callable[[Callable[[C, str | None], T]], Callable[[C, str | None], T]]:
    """The same for a pure function of a coded part, which may be kept, and a text beside it."""

    def decorate(function: Callable[[C, str | None], T]) -> Callable[[C, str | None], T]:
        kept = lru_cache(maxsize=maxsize)(function)

        @wraps(function)
        def look_up(coded: C, text: str | None) -> T:
            return kept(coded, text) if text is None or len(text) <= LONGEST else function(coded, text)

        return look_up

    return decorate
