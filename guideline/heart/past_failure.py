"""Heart failure or cardiomyopathy that has resolved, whatever it came from: cardiology before the next HER2 drug (R077, P02)."""

from __future__ import annotations

from datetime import date

from guideline.case import HeartCondition
from guideline.drug_classes import HER2_DRUGS
from guideline.partial_date import when_last
from guideline.situation import Situation


def resolved_failure(s: Situation) -> HeartCondition | None:
    """The newest since which no HER2 drug was begun (whoever begins one decides on it), heart failure before cardiomyopathy.

    None where one of them is active: then that speaks.
    """
    if not s.case.heart or s.heart.failure is not None:
        return None
    over = [c for c in s.case.heart if c.status == "resolved" and (c.kind == "heart-failure" or s.heart.cardiomyopathy is None)]
    return max((c for c in over if not _her2_drug_begun_since(s, c)), key=_gravest_and_newest, default=None)


def _her2_drug_begun_since(s: Situation, c: HeartCondition) -> bool:
    """Whether that is on record; of what nobody dated nobody knows."""
    return c.date is not None and any(
        e.drug in HER2_DRUGS and e.start is not None and e.start.earliest > c.date.latest for e in s.exposures
    )


def _gravest_and_newest(c: HeartCondition) -> tuple[bool, date, str]:
    return c.kind == "heart-failure", when_last(c.date), c.source
