"""How long an order goes on by its own words: how many doses it asks for.

    "8 mg/kg IV q3w x 18"               18 doses
    "600 mg SC for 6 cycles"            6 doses

TRAP: "x 70 kg" is arithmetic and "x 90 minutes" a duration: a bare number counts doses only behind how often they are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from fhir_mappings.draft_resources import DraftRepeat
from fhir_mappings.remembered import remembered

_MOST_DOSES: Final = 100
_OFTEN: Final = r"(?:\bq ?\d{1,2} ?(?:d|w|wks?|weeks?|days?)|\bevery (?:three|\d{1,2}) (?:weeks?|days?)|\bweekly)"
_COUNTS: Final = (
    re.compile(r"(?:\bx|×|\bfor(?: up to)?) ?(\d{1,2}) (?:more )?(?:cycles?|doses?|courses?|times)\b"),
    re.compile(rf"{_OFTEN},? ?[x×] ?(\d{{1,2}})(?= ?(?:$|[.,;)(]))"),
)


def doses_ordered(repeat: DraftRepeat | None, texts: Iterable[str]) -> int | None:
    """How many doses an order asks for, counted or in the words of one dose; `None` where it does not say."""
    count = repeat.count if repeat is not None else None
    if count is None:
        count = next((found for text in texts if (found := _counted_in(text)) is not None), None)
    return int(count) if count is not None and 0 < count <= _MOST_DOSES else None


@remembered(maxsize=1024)
def _counted_in(text: str) -> int | None:
    low = " ".join(text.lower().split())
    return next((int(found[1]) for pattern in _COUNTS if (found := pattern.search(low)) is not None), None)
