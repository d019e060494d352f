"""How often a dose is given, as FHIR counts it (so many times in a period) or lists it (on these days)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from fhir_mappings.dates import when
from fhir_mappings.medications.dose_words import Frequency
from fhir_mappings.resources import Repeat

#: Hours of a unit of time. A month of therapy is four weeks.
_HOURS: Final = {"min": 1 / 60, "h": 1.0, "d": 24.0, "wk": 168.0, "mo": 672.0, "a": 8766.0}
_DAY: Final = 24.0
_MOST_DAYS: Final = 366


def counted(repeat: Repeat, listed: int = 0) -> Frequency:
    """Times a day, or days from one dose to the next; `listed` counts the times of a day where the record lists them instead.

    TRAP: "twice every 21 days" (days 1 and 8, or 1 and 11) has no one interval, only one on average: 10.5 days. And "once every 12 hours"
    is twice a day.
    """
    times = repeat.frequency or listed or 1
    hours = _HOURS.get(repeat.period_unit or "", 0.0) * (repeat.period or 0)
    if hours <= 0 or times <= 0:
        return Frequency(times_a_day=float(listed)) if listed and not repeat.period else Frequency()
    if hours <= _DAY:
        return Frequency(times_a_day=round(times * _DAY / hours, 3))
    if times == 1:
        return Frequency(every_days=round(hours / _DAY)) if hours / _DAY <= _MOST_DAYS else Frequency()
    days = hours / _DAY / times
    return Frequency(every_days=round(days, 1)) if repeat.frequency and 1 < days <= _MOST_DAYS else Frequency()


def between_events(events: Iterable[str]) -> int | None:
    """The fewest days from one listed dose to the next; `None` with less than two days. Several times of one day are one dose."""
    known = (when(event) for event in events)
    days = sorted({day.earliest for day in known if day is not None and day.earliest == day.latest})
    return min(((later - earlier).days for earlier, later in pairwise(days)), default=None)
