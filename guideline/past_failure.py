"""Heart failure that has resolved, whatever it came from: before the next HER2 drug it asks for cardiology (R077, P02)."""

from __future__ import annotations

from datetime import date

from guideline.case import HeartCondition
from guideline.situation import Situation
from guideline.therapy_lines import HER2_DRUGS


def resolved_failure(s: Situation) -> HeartCondition | None:
    """The newest heart failure, where all of it has resolved and no HER2 drug was begun since: whoever began one has decided on it."""
    if not s.case.heart or s.heart.failure is not None:
        return None
    resolved = [c for c in s.case.heart if c.kind == "heart-failure" and c.status == "resolved"]
    newest = max(resolved, key=lambda c: (c.date.latest if c.date is not None else date.min, c.source), default=None)
    if newest is None or newest.date is None:
        return newest
    since = newest.date.latest
    return None if any(e.drug in HER2_DRUGS and e.start is not None and e.start.earliest > since for e in s.exposures) else newest
