"""Heart failure or cardiomyopathy that has resolved, whatever it came from: cardiology before the next HER2 drug (R077, P02)."""

from __future__ import annotations

from datetime import date

from guideline.case import HeartCondition
from guideline.situation import Situation
from guideline.therapy_lines import HER2_DRUGS


def resolved_failure(s: Situation) -> HeartCondition | None:
    """The newest, heart failure before cardiomyopathy; None where heart failure is active, or a HER2 drug was begun since.

    Whoever began one has decided on it.
    """
    if not s.case.heart or s.heart.failure is not None:
        return None
    over = [c for c in s.case.heart if c.status == "resolved" and (c.kind == "heart-failure" or s.heart.cardiomyopathy is None)]
    newest = max(over, key=_gravest_and_newest, default=None)
    if newest is None or newest.date is None:
        return newest
    since = newest.date.latest
    return None if any(e.drug in HER2_DRUGS and e.start is not None and e.start.earliest > since for e in s.exposures) else newest


def _gravest_and_newest(c: HeartCondition) -> tuple[bool, date, str]:
    return c.kind == "heart-failure", c.date.latest if c.date is not None else date.min, c.source
