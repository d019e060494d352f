"""HER2 therapy that fell silent: orders of one cycle each, and doses alone, say nothing of a hold, there is just none any more.

After nine weeks that reads as an end (decision 8), unless the record shows what the doses were left out for (`lvef_holds`, `silent_tdxd`).
"""

from __future__ import annotations

from datetime import date, timedelta

from guideline.case import Case
from guideline.exposures import LONGEST_SILENCE_DAYS, Exposure
from guideline.lvef_by_drug import dose_days
from guideline.therapy_lines import ANTICANCER_DRUGS, Line


def last_silent(line: Line, case: Case) -> tuple[Exposure, ...]:
    """The HER2 drugs of a line that were given to its last; one that was left out long before is no part of the hold."""
    days = {e.drug: last_day(e, case) for e in line.main_part() if e.fell_silent}
    known = [day for day in days.values() if day is not None]
    if not known:
        return ()
    since = max(known) - timedelta(days=LONGEST_SILENCE_DAYS)
    return tuple([e for e in line.main_part() if e.fell_silent and (day := days[e.drug]) is not None and day >= since])


def followed_by_another(silent: tuple[Exposure, ...], given: tuple[Exposure, ...], case: Case) -> bool:
    """Whether other therapy was begun after the last dose, endocrine therapy alone too: then somebody decided on it."""
    days = [day for e in silent if (day := last_day(e, case)) is not None]
    others = [e.start.earliest for e in given if e.start is not None and e.drug in ANTICANCER_DRUGS]
    return bool(days) and any(start > max(days) for start in others)


def last_day(exposure: Exposure, case: Case) -> date | None:
    """The last day on which its agent is recorded as given."""
    return max(dose_days(case, exposure.drug), default=None)
