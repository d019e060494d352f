"""Stain scores of ER and PgR without a word beside them: `Allred 8/8`, `Quick score 7`, `IRS 12/12`, `Remmele score 6`.

Both count stained cells and the strength of the stain into one figure. It is read only where the figure alone tells whether one cell in a
hundred is stained (the limit of positive since ASCO/CAP 2010): the low figures between are left to whoever knows the share of the cells.

Allred adds 0-5 for the share (1: less than one in a hundred, 2: one to ten) and 0-3 for the strength: from 5 on more than one in a hundred
is stained, at 2 fewer are. The immunoreactive score of Remmele and Stegner multiplies 0-4 (1: less than a tenth, 2: a tenth to a half) by
0-3: from 4 on it is a tenth at least. Nothing is stained at 0.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Final, Literal, NamedTuple

from fhir_mappings.remembered import remembered


class _Scale(NamedTuple):
    """How a score is written, which figures it has, and which of them are positive or negative for certain."""

    written: re.Pattern[str]
    figures: AbstractSet[int]
    negative: AbstractSet[int]
    positive_from: int


_SCORE: Final = r"(?: total)?(?: score)?\)?[\s:=]{0,3}"
_END: Final = r"(?![\d%]|[.,]\d|\s?[-+x*×])"
_SCALES: Final = (
    _Scale(
        re.compile(
            rf"\b(?:allred|quick[ -]?score){_SCORE}(?:\d ?\+ ?\d ?= ?)?(\d)(?: ?/ ?8| of 8)?{_END}|"
            r"(?<![\d.,/])(\d) ?/ ?8 \(?allred\b"
        ),
        frozenset({0, 2, 3, 4, 5, 6, 7, 8}),
        frozenset({0, 2}),
        5,
    ),
    _Scale(
        re.compile(
            rf"\b(?:irs|immunoreactive|immunreaktiver|remmele(?:[ -](?:and |und |& ?)?stegner)?){_SCORE}(?:\d ?[x*×] ?\d ?= ?)?(\d\d?)"
            rf"(?: ?/ ?12| (?:of|von) 12)?{_END}"
        ),
        frozenset({0, 1, 2, 3, 4, 6, 8, 9, 12}),
        frozenset({0}),
        4,
    ),
)


@remembered(maxsize=1024)
def stain_score(text: str) -> Literal["positive", "negative"] | None:
    """What the scores of a text in lower case tell for certain; `None` without one, with one in between, or where two disagree."""
    plain = " ".join(text.split())
    told = {_told(scale, int(found[1] or found[found.lastindex or 1])) for scale in _SCALES for found in scale.written.finditer(plain)}
    return told.pop() if len(told) == 1 else None


def _told(scale: _Scale, figure: int) -> Literal["positive", "negative"] | None:
    if figure not in scale.figures:
        return None
    if figure in scale.negative:
        return "negative"
    return "positive" if figure >= scale.positive_from else None
