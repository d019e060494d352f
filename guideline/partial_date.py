"""Dates as medical records give them: a day, a month or only a year.

A partial date is the interval of days it may mean. Every comparison that could come out either way
says so (`None`), so that no rule takes a half-known date for a known one.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

_ISO = re.compile(r"\A\s*+(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*+)?)?)?\s*+")

_ONE_DAY = timedelta(1)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class PartialDate(Struct, frozen=True, order=True, gc=False):
    """A date known to the day, the month or the year: the first and the last day it may mean."""

    earliest: date
    latest: date

    @classmethod
    def of(cls, year: int, month: int | None = None, day: int | None = None) -> PartialDate:
        """Build from numbers. Raises `ValueError` for a date that no calendar has."""
        if month is None:
            return cls(date(year, 1, 1), date(year, 12, 31))
        if day is None:
            return cls(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        exact = date(year, month, day)
        return cls(exact, exact)

    @classmethod
    def on(cls, day: date) -> PartialDate:
        """A date known to the day."""
        return cls(day, day)

    @classmethod
    def parse(cls, text: str) -> PartialDate | None:
        """Read `2024`, `2024-03`, `2024-03-17` or a timestamp (the day as written, in its own time zone).

        Returns `None` for anything else: an unreadable date is an unknown date, never a guess. So are the years that databases
        write for "empty" and "open" (0001, 9999).
        """
        found = _ISO.fullmatch(text)
        if found is None:
            return None
        year, month, day = found.groups()
        if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
            return None
        try:
            return cls.of(int(year), int(month) if month else None, int(day) if day else None)
        except ValueError:
            return None

    @property
    def is_exact(self) -> bool:
        """Whether the day is known."""
        return self.earliest == self.latest

    def __str__(self) -> str:
        """Print with the precision that is known: `2024-03-17`, `2024-03` or `2024`."""
        if self.earliest == self.latest:
            return self.earliest.isoformat()
        if self.earliest.month == self.latest.month:
            return f"{self.earliest:%Y-%m}"
        return f"{self.earliest:%Y}"


def add_months(day: date, months: int) -> date:
    """The same day `months` calendar months later, or the last day of a shorter month; the calendar's own end where it ends."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        if not date.min.year <= year <= date.max.year:
            return date.max if months > 0 else date.min
        return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def add_days(day: date, days: int) -> date:
    """The day `days` later (earlier when negative); the calendar's own end where it ends."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return date.max if days > 0 else date.min


def whole_months(start: date, end: date) -> int:
    """Completed calendar months from `start` to `end`; 0 when `end` is not after `start`."""
    if end <= start:
        return 0
    months = (end.year - start.year) * 12 + end.month - start.month
    # A month is complete on the same day of the next one, or on the last day of a shorter one.
    complete = start.day <= end.day or (end + _ONE_DAY).month != end.month
    return months if complete else months - 1


def within_months(start: PartialDate, end: PartialDate, months: int) -> bool | None:
    """Whether `end` is at most `months` calendar months after `start`; the same day counts as within.

    `None` when the dates are too coarse to tell. An `end` before `start` is within.
    """
    if end.latest <= add_months(start.earliest, months):
        return True
    if end.earliest > add_months(start.latest, months):
        return False
    return None


def days_since(then: PartialDate, today: date) -> int:
    """Days from `then` to `today`, at least: a coarse date counts from its earliest day, so it is never taken as fresher than it may be."""
    return (today - then.earliest).days


def when_last(day: PartialDate | None) -> date:
    """The latest day that a date allows; what has no date counts as older than everything."""
    return day.latest if day is not None else date.min


def newest_day(days: Iterable[PartialDate | None]) -> PartialDate | None:
    """The day that reaches furthest, of those that are known; None where none is."""
    return max((day for day in days if day is not None), key=when_last, default=None)
