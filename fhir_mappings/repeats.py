"""How often a dose is given, as FHIR counts it: so many times in a period."""

from __future__ import annotations

from typing import Final

from fhir_mappings.dose_words import Frequency
from fhir_mappings.resources import Repeat

#: Hours of a unit of time. A month of therapy is four weeks.
_HOURS: Final = {"min": 1 / 60, "h": 1.0, "d": 24.0, "wk": 168.0, "mo": 672.0, "a": 8766.0}
_DAY: Final = 24.0
_MOST_DAYS: Final = 366


def counted(repeat: Repeat, listed: int = 0) -> Frequency:
    """Times a day, or days from one dose to the next; `listed` counts the times of a day where the record lists them instead.

    TRAP: "twice every 21 days" has no one interval (days 1 and 8, or 1 and 11), and "once every 12 hours" is twice a day.
    """
    times = repeat.frequency or listed or 1
    hours = _HOURS.get(repeat.period_unit or "", 0.0) * (repeat.period or 0)
    if hours <= 0 or times <= 0:
        return Frequency(times_a_day=float(listed)) if listed and not repeat.period else Frequency()
    if hours <= _DAY:
        return Frequency(times_a_day=round(times * _DAY / hours, 3))
    days = hours / _DAY
    return Frequency(every_days=round(days)) if times == 1 and days <= _MOST_DAYS else Frequency()
