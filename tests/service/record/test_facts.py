"""Facts on record: ages instead of dates, coarse where far back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.record.facts import age_in_days, coded_fact, without_dates

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("2026-11-20", 0), ("2026-11-19", 1), ("2026-08-22", 90), ("2026-08-21", 90), ("2026-07-22", 120), ("2024-01-01", 1050),
        ("2026-11", 0), ("2026-10", 30), ("2025", 660), ("2026-11-21", -1), (None, None), ("soon", None), ("9999-12-31", None),
    ],
)  # fmt: skip
def test_ages(text: str | None, age: int | None):
    """To the day up to ninety; beyond, and for a coarse date, in steps of thirty."""
    assert age_in_days(text, DAY) == age


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("trastuzumab from 2026-10-21: ongoing", "trastuzumab from 30 days before: ongoing"),
        ("ended 2026-02; metastatic since 2026-11-11", "ended 270 days before; metastatic since 9 days before"),
        ("from 2019: progressed", "from 2880 days before: progressed"),
        ("booked for 2026-11-22", "booked for 2 days later"),
        ("2000 mg", "2000 mg"), ("1990 mg/m2", "1990 mg/m2"), ("62 %", "62 %"), ("55-60 %", "55-60 %"), ("8.5 g/dL", "8.5 g/dL"),
        ("2026-99-99", "an unknown day"),
    ],
)  # fmt: skip
def test_dates_inside_values(text: str, kept: str):
    """A date inside a value is an age too; an amount stays an amount."""
    assert without_dates(text, DAY) == kept


@given(st.integers(0, 40_000), st.sampled_from(["{}", "from {} to {}", "since {}.", "({})", "{}: ongoing", "on {}, {}"]))
def test_no_day_survives(days: int, words: str):
    """Whatever the day and wherever it stands, its digits are gone."""
    day = (DAY - timedelta(days)).isoformat()
    assert day not in without_dates(words.format(day, day), DAY)
    assert day[:7] not in without_dates(words.format(day[:7], day[:7]), DAY)


def test_what_is_left_of_a_fact():
    """Name, value, age and whether it was inferred; never the resource."""
    fact = {"name": "LVEF", "value": "62 %", "date": "2026-11-01", "source": "Observation/1", "inferred": True}
    assert coded_fact(fact, DAY) == {"name": "LVEF", "value": "62 %", "age": 19, "inferred": True}
