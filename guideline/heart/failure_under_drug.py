"""Heart failure that began under a HER2 drug and has resolved since: it ended that drug for good (R077, R110, R113).

Active heart failure is `HeartFunction.failure`. This is about what began after the first dose, no longer after the last one than the LVEF
is monitored, and where no dose is recorded since: whoever gave one has decided on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from guideline.case import HeartCondition
from guideline.drug_classes import HER2_DRUGS
from guideline.heart.lvef_by_drug import dose_days
from guideline.heart.lvef_tables import first_dose
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, add_days
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure


def failures_under(s: Situation, exposures: Iterable[Exposure]) -> dict[str, HeartCondition]:
    """The drugs among these under which heart failure began that has resolved since, each with the newest."""
    resolved = [(c, c.date) for c in s.case.heart if c.kind == "heart-failure" and c.status == "resolved" and c.date is not None]
    resolved.sort(key=lambda entry: (entry[1].latest, entry[0].source))
    return {e.drug: c for e in exposures for c, day in resolved if _began_under(s, e, day)}


def _began_under(s: Situation, e: Exposure, day: PartialDate) -> bool:
    start, given = first_dose(s, e), dose_days(s.case, e.drug)
    if start is None or day.earliest <= start.latest or (given and given[-1] > day.latest):
        return False
    if e.state == "on-hold":
        return True
    last = given[-1] if given else e.end.latest if e.end is not None else None
    # The end of a course is often written down a visit later.
    if last is None or last > add_days(day.latest, K.thresholds.intervals.treatment_interval_days):
        return False
    return day.earliest <= add_days(last, K.thresholds.lvef.due_days) and not _another_begun(s, last, day.earliest)


def _another_begun(s: Situation, after: date, until: date) -> bool:
    """Whether another HER2 drug was begun after a last dose: then the heart failure may be that one's."""
    return any(e.drug in HER2_DRUGS and e.start is not None and after < e.start.earliest <= until for e in s.exposures)
