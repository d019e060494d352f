"""Dates that are known to the day, the month or the year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guideline.partial_date import PartialDate, add_months, days_since, whole_months, within_months

D = PartialDate.of


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("2024-03-17", date(2024, 3, 17), date(2024, 3, 17)),
        ("2024-03-17T23:30:00-05:00", date(2024, 3, 17), date(2024, 3, 17)),
    ],
)
def test_a_date_is_the_days_it_may_mean(text, earliest, latest):
    """A partial date covers exactly the days it may mean, and prints with the precision it has."""
    found = PartialDate.parse(text)
    assert found == PartialDate(earliest, latest)
    assert str(found) == text[:10]


@pytest.mark.parametrize("text", ["", "soon", "2024-13", "2024-02-30", "0000", "24-01-01", "2024/01/02", "2024-1"])
def test_an_unreadable_date_is_unknown(text):
    """What is not a date is never guessed into one."""
    assert PartialDate.parse(text) is None


@pytest.mark.parametrize(
    ("start", "end", "months", "within"),
    [
        (D(2025, 11, 20), D(2026, 11, 20), 12, True),
        (D(2025, 11, 19), D(2026, 11, 20), 12, False),
        (D(2026, 5, 20), D(2026, 11, 20), 6, True),
        (D(2026, 5, 19), D(2026, 11, 20), 6, False),
        (D(2025, 8, 31), D(2026, 2, 28), 6, True),
        (D(2025, 8, 31), D(2026, 3, 1), 6, False),
        (D(2024, 2, 29), D(2025, 2, 28), 12, True),
        (D(2024, 2, 29), D(2025, 3, 1), 12, False),
        (D(2026, 12, 1), D(2026, 11, 20), 12, True),
        (D(2025, 11), D(2026, 11, 20), 12, None),
        (D(2025, 12), D(2026, 11, 20), 12, True),
        (D(2025, 10), D(2026, 11, 20), 12, False),
        (D(2025), D(2026, 11, 20), 12, None),
        (D(2025, 11, 20), D(2026), 12, None),
        (D(2024), D(2025), 12, None),
        (D(2024), D(2026), 12, False),
    ],
)
def test_the_same_day_counts_as_within_and_coarse_dates_may_straddle(start, end, months, within):
    """C10: calendar months, the same day included; a date too coarse to tell gives neither yes nor no."""
    assert within_months(start, end, months) is within


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2025, 11, 20), date(2026, 11, 20), 12),
        (date(2025, 11, 20), date(2026, 11, 19), 11),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 5, 1), date(2026, 4, 1), 0),
    ],
)
def test_months_are_calendar_months(start, end, months):
    """A month is complete on the same day of the next one, or on the last day of a shorter month."""
    assert whole_months(start, end) == months


def test_a_coarse_date_is_never_taken_as_fresher_than_it_may_be():
    """Age in days counts from the earliest day."""
    assert days_since(D(2026, 11), date(2026, 11, 20)) == 19


_days = st.dates(date(1950, 1, 1), date(2090, 12, 31))


@given(_days, st.integers(0, 600))
def test_counting_months_forward_and_back_agrees(day, months):
    """The day so many months later is within so many months, and the day after it is not."""
    later = add_months(day, months)
    assert within_months(PartialDate.on(day), PartialDate.on(later), months) is True
    assert within_months(PartialDate.on(day), PartialDate.on(later + timedelta(days=1)), months) is False


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(9998, 12, 31), date(1, 1, 1)])
def test_the_dates_that_systems_write_for_unknown_do_not_break_the_calendar(day):
    """`9999-12-31` and `0001-01-01` are what databases write for "open" and "empty"; comparing with them is not an error."""
    then = PartialDate.on(day)
    assert within_months(then, PartialDate.of(2026, 11, 20), 12) in (True, False, None)


@pytest.mark.parametrize(
    ("day", "months", "then"), [(date(9999, 12, 1), 1, date.max), (date(1, 1, 5), -1, date.min), (date(1, 2, 5), -1, date(1, 1, 5))]
)
def test_months_end_where_the_calendar_ends(day, months, then):
    """Beyond the last year the last day, before the first year the first."""
    assert add_months(day, months) == then
