"""HER2 therapy that fell silent: orders of one cycle each, and doses alone, say nothing of a hold, there is just none any more.

After nine weeks that reads as an end (decision 8), unless the record shows what the doses were left out for (`lvef_holds`, `silent_tdxd`).
What was begun so soon after the last dose that it belongs to the line (endocrine therapy between two cycles) is no decision against it;
what was begun later is a line of its own, and the silent one was changed.
"""

from __future__ import annotations

from datetime import date

from guideline.case import Case
from guideline.heart.lvef_by_drug import dose_days
from guideline.partial_date import add_days
from guideline.therapy.exposures import LONGEST_SILENCE_DAYS, Exposure
from guideline.therapy.lines import Line


def last_silent(line: Line, case: Case) -> tuple[Exposure, ...]:
    """The HER2 drugs of a line that were given to its last; one that was left out long before is no part of the hold."""
    days = {e.drug: last_day(e, case) for e in line.main_part() if e.fell_silent}
    known = [day for day in days.values() if day is not None]
    if not known:
        return ()
    since = add_days(max(known), -LONGEST_SILENCE_DAYS)
    return tuple([e for e in line.main_part() if e.fell_silent and (day := days[e.drug]) is not None and day >= since])


def last_day(exposure: Exposure, case: Case) -> date | None:
    """The last day on which its agent is recorded as given."""
    return max(dose_days(case, exposure.drug), default=None)
