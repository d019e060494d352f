"""The facts behind a card as the record keeps them: name, value and age; no date, no resource, no id.

A date becomes a number of days before the day of the call. Dates far back say most about who somebody is and least about the advice, so
beyond ninety days they are rounded down to thirty. Dates inside a value ("from 2024-04-19") are treated alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from guideline.partial_date import PartialDate, days_since

#: Up to this age in days it is kept to the day; beyond, rounded down to `_STEP`.
EXACT_DAYS = 90

_STEP = 30

#: A day, a month or a year as facts print them. A bare year is one unless it is an amount (`2000 mg`).
_DATE = re.compile(r"\b(?:\d{4}-\d{2}(?:-\d{2})?|(?:19|20)\d{2}(?![\d.]*\s*(?:%|mg|g|kg|cm|m2|U|mL|mmol|umol|/)))\b")


def coded_fact(fact: Mapping[str, Any], day: date) -> dict[str, Any]:
    """A fact of a card's extension as it is kept: `name`, `value`, `age` in days before `day` where it has a date, `inferred`."""
    kept: dict[str, Any] = {"name": without_dates(fact["name"], day), "value": without_dates(fact["value"], day)}
    age = age_in_days(fact.get("date"), day)
    if age is not None:
        kept["age"] = age
    if fact.get("inferred"):
        kept["inferred"] = True
    return kept


def coded_facts(facts: Iterable[Mapping[str, Any]], day: date) -> list[dict[str, Any]]:
    """All facts of a card."""
    return [coded_fact(fact, day) for fact in facts]


def age_in_days(text: str | None, day: date) -> int | None:
    """How many days before `day` a date lies, as the record keeps it; a coarse date counts from its earliest day."""
    then = PartialDate.parse(text) if text else None
    if then is None:
        return None
    days = days_since(then, day)
    return days if days <= EXACT_DAYS and then.is_exact else days // _STEP * _STEP


def without_dates(text: str, day: date) -> str:
    """A text of ours with each date in it as a number of days before `day`: `from 2026-10-21` -> `from 30 days before`."""

    def as_age(found: re.Match[str]) -> str:
        age = age_in_days(found[0], day)
        return "an unknown day" if age is None else f"{age} days before" if age >= 0 else f"{-age} days later"

    return _DATE.sub(as_age, text)
