"""Calls over time, in as many columns as can be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

#: How ends of calls are drawn: the kinds of columns, with their names for the legend.
ENDS_DRAWN: Final = {
    "cards": "with cards",
    "quiet": "nothing to say",
    "shadow": "shadow mode",
    "unanswered": "not answered",
}

_KIND_OF_END: Final = {
    "cards": "cards",
    "nothing to say": "quiet",
    "not concerned": "quiet",
    "outside": "quiet",
    "shadow, cards": "shadow",
    "shadow, nothing to say": "shadow",
    "prefetch-missing": "unanswered",
    "refused": "unanswered",
    "failed": "unanswered",
}

#: A chart of more columns than this is drawn by weeks, then by months.
_MOST_COLUMNS: Final = 93


def by_time(days: Mapping[date, Counter[str]]) -> tuple[dict[date, Counter[str]], str]:
    """The calls by day, week or month, as many columns as can be read; a day without a call has its place."""
    if not days:
        return {}, "day"
    first, last = min(days), max(days)
    span = (last - first).days + 1
    unit = "day" if span <= _MOST_COLUMNS else "week" if span <= 7 * _MOST_COLUMNS else "month"
    grouped: dict[date, Counter[str]] = {}
    for number in range(span):
        day = first + timedelta(number)
        begins = day if unit == "day" else day - timedelta(day.weekday()) if unit == "week" else day.replace(day=1)
        counted = grouped.setdefault(begins, Counter())
        for end, calls in days.get(day, Counter[str]()).items():
            counted[_KIND_OF_END[end]] += calls
    return grouped, unit
