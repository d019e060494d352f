"""The dose of a day that an order gives in shares: so much in the morning, so much in the evening.

1500 mg in the morning, 2000 mg in the evening     3500 mg a day
300 mg in the morning, 300 mg in the evening       300 mg twice a day
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from fhir_mappings.medications.dose_words import Amount
from fhir_mappings.orders.draft_resources import DraftRepeat
from fhir_mappings.remembered import remembered

_PARTS: Final = (
    ("MORN", re.compile(r"\b(?:morning|breakfast|am|a\.m)\b")),
    ("NOON", re.compile(r"\b(?:noon|midday|afternoon|lunch)\b")),
    ("EVE", re.compile(r"\b(?:evening|dinner|supper|bedtime|night|pm|p\.m)\b")),
)
_PIECES: Final = re.compile(r"\band\b|\bplus\b|\bthen\b|[;+&]|,\s")
#: With a meal, whichever it is.
_ANY_MEAL: Final = frozenset({"C", "AC", "PC"})


class Share(NamedTuple):
    """An amount, how often a day it is taken, and at which parts of the day; none named: `parts` is empty."""

    amount: Amount
    times: float
    parts: frozenset[str]


class WholeDay(NamedTuple):
    """The doses of a day: an amount and how often a day; of unequal shares their sum, once (`summed`)."""

    amount: Amount
    times: float
    summed: bool


def whole_day(shares: Sequence[Share]) -> WholeDay | None:
    """The day that shares make up; None where they are fewer than two, differ in unit, or may be the same dose written twice."""
    parts = [part for share in shares for part in share.parts]
    if len(shares) < 2 or len(set(parts)) != len(parts) or not all(share.parts for share in shares):
        return None
    units = {(share.amount.unit, share.amount.daily) for share in shares}
    if len(units) != 1 or shares[0].amount.daily:
        return None
    times = sum(share.times for share in shares)
    if len({share.amount for share in shares}) == 1:
        return WholeDay(shares[0].amount, times, summed=False)
    return WholeDay(Amount(round(sum(share.amount.value * share.times for share in shares), 6), shares[0].amount.unit), 1.0, summed=True)


def parts_of_day(repeat: DraftRepeat | None) -> tuple[float, frozenset[str]]:
    """How often a day, and at which parts of it (none: not said); `(0, none)` where the repeat counts other periods than days."""
    if repeat is None:
        return 1.0, frozenset()
    if repeat.period is not None and (repeat.period, repeat.period_unit) not in ((1, "d"), (24, "h")):
        return 0.0, frozenset()
    parts = frozenset(repeat.time_of_day or repeat.when or ()) - _ANY_MEAL
    return repeat.most_often or float(len(parts)) or 1.0, parts


@remembered(maxsize=1024)
def part_of_day_in(text: str) -> frozenset[str]:
    """The part of the day that a text names; none where it names several."""
    low = text.lower()
    named = frozenset(part for part, pattern in _PARTS if pattern.search(low))
    return named if len(named) == 1 else frozenset()


def pieces_of(text: str) -> list[str]:
    """The pieces of a text of which each may be a share: `1500 mg in the morning` and `2000 mg in the evening`."""
    return _PIECES.split(text)
