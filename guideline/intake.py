"""Answers of the intake questionnaire, for as long as they count (decision 27)."""

from __future__ import annotations

from guideline.case import Case, IntakeAnswer
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import days_since


def answer(case: Case, link_id: str) -> IntakeAnswer | None:
    """The answer to an item, unless it has expired. None means that the question is open, never "no"."""
    given = case.intake.get(link_id)
    if given is None or not given.values:
        return None
    days = K.thresholds.intake.expires_days.get(link_id)
    if days is not None and days_since(given.date, case.today) > days:
        return None
    return given


def said_yes(case: Case, link_id: str) -> bool:
    """Whether a boolean item was answered yes and still counts."""
    given = answer(case, link_id)
    return given is not None and given.values[0] == "true"


def said_no(case: Case, link_id: str) -> bool:
    """Whether a boolean item was answered no and still counts."""
    given = answer(case, link_id)
    return given is not None and given.values[0] == "false"


def tdxd_unavailable(case: Case) -> bool:
    """Whether the intake says that T-DXd cannot be obtained."""
    return said_no(case, "tdxd-available")
