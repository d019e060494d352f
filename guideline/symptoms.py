"""Symptoms on the chart beside those that the intake asks about, for as long as an answer about them would count (decision 27)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from guideline.case import Case, IntakeAnswer, Symptom
from guideline.intake import answer, said_no, said_yes
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, days_since, when_last


def is_current(symptom: Symptom, case: Case, link_id: str) -> bool:
    """Whether a symptom is there, and of the days for which an answer to the item counts."""
    return symptom.status != "resolved" and is_recent(symptom.date, case, link_id)


def is_recent(day: PartialDate | None, case: Case, link_id: str) -> bool:
    """Whether an answer of that day to the item would still count."""
    return day is not None and days_since(day, case.today) <= K.thresholds.intake.expires_days[link_id]


def newest_of_each(symptoms: Collection[Symptom]) -> tuple[Symptom, ...]:
    """The newest entry of each symptom, the oldest symptom first."""
    found: dict[str, Symptom] = {}
    for symptom in sorted(symptoms, key=_day):
        found[symptom.name] = symptom
    return tuple(sorted(found.values(), key=_day))


def _day(symptom: Symptom) -> tuple[date, str, str]:
    return when_last(symptom.date), symptom.name, symptom.source


def not_denied_since(symptom: Symptom, case: Case, link_id: str) -> bool:
    """Whether nobody answered "no" on a day after the symptom, and after it was written down."""
    given = answer(case, link_id) if said_no(case, link_id) else None
    days = [day.latest for day in (symptom.date, symptom.recorded) if day is not None]
    return given is None or not days or given.date.earliest <= max(days)


def reported(case: Case, link_id: str) -> IntakeAnswer | None:
    """The answer "yes" to an item that asks for symptoms, while it counts."""
    return answer(case, link_id) if said_yes(case, link_id) else None
