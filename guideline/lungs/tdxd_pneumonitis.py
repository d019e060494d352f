"""Which lung disease is that of T-DXd, by dates and by the reason of a stop (R116, R117; decision 12).

Pneumonitis is often found at the visit after the last dose: what begins in a course or soon after it, with no other cause on record,
counts as T-DXd's. `courses` and `records` are those of T-DXd alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from guideline.case import Case, DrugRecord, LungCondition
from guideline.heart.lvef_by_drug import dose_days
from guideline.intake import answer
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, add_days, when_last
from guideline.therapy.exposures import LONGEST_SILENCE_DAYS, Exposure, told_by


class LungStop(Struct, frozen=True):
    """T-DXd that ended for the lungs, where the problem list does not say of what grade. No `grade`: nobody wrote it down."""

    grade: int | None
    day: PartialDate | None
    source: str

    @property
    def words(self) -> str:
        """What to print of it."""
        if self.grade is None:
            return "T-DXd stopped for the lungs, grade not recorded"
        return f"T-DXd stopped for pneumonitis, grade {self.grade}"


def arose_under(condition: LungCondition, e: Exposure) -> bool:
    """Whether the lung condition began in the course, or so soon after its last dose that it is the drug's, as far as the dates say."""
    if condition.onset is None or e.start is None or condition.onset.latest < e.start.earliest:
        return False
    until = e.last_known if e.state == "ended" else None
    return until is None or condition.onset.earliest <= add_days(until.latest, K.thresholds.ild.after_last_dose_days)


def given_since(case: Case, e: Exposure, day: date) -> bool:
    """Whether a dose is recorded after a day; without recorded doses, whether the course has gone on for longer than any pause."""
    given = dose_days(case, e.drug)
    if given:
        return given[-1] > day
    return e.state not in ("ended", "on-hold") and case.today > add_days(day, LONGEST_SILENCE_DAYS)


def is_of_tdxd(condition: LungCondition, drug: str, courses: Sequence[Exposure]) -> bool:
    """Whether the record names the drug as its cause, or names none and the courses explain it."""
    if condition.kind != "ild":
        return False
    return condition.cause_drug == drug or (condition.cause_drug in (None, "drug") and any(_explains(condition, e) for e in courses))


def _explains(condition: LungCondition, e: Exposure) -> bool:
    return arose_under(condition, e) or _is_reason_of(condition, e)


def _is_reason_of(condition: LungCondition, e: Exposure) -> bool:
    """Whether a course stopped for the lungs was stopped for this condition, whose onset nobody wrote down."""
    if e.stop_reason != "lung" or (condition.onset is not None and condition.onset_stated):
        return False
    return condition.onset is None or e.start is None or condition.onset.latest >= e.start.earliest


def severe_stop(records: Sequence[DrugRecord]) -> LungStop | None:
    """The newest stop whose reason names pneumonitis of a grade that ends T-DXd for good; a later dose does not undo it."""
    found = [r for r in records if r.lung_grade is not None and _for_good(r.lung_grade)]
    newest = max(found, key=_last_day, default=None)
    return LungStop(newest.lung_grade, newest.end or newest.start, newest.source) if newest is not None else None


def _last_day(record: DrugRecord) -> tuple[date, str]:
    return when_last(record.end or record.start), record.source


def _given_since(e: Exposure, stopped: Exposure) -> bool:
    """Whether another course may have been given after one was stopped: begun or given later, or nobody knows when."""
    over = stopped.last_known
    if over is None or e.start is None:
        return True
    return e.start.latest > over.earliest or (e.last_dose is not None and e.last_dose.latest > over.earliest)


def last_lung_stop(case: Case, courses: Sequence[Exposure], records: Sequence[DrugRecord]) -> LungStop | None:
    """T-DXd that ended for the lungs, ungraded or at grade 1, where neither the problem list nor the intake says what it was.

    Not where T-DXd was given again since: whoever did that knew the grade. An order from before the stop that is still open is no dose.
    """
    stopped = [e for e in courses if e.state == "ended" and e.stop_reason == "lung"]
    last = max(stopped, key=lambda e: when_last(e.last_known), default=None)
    if last is None or any(_given_since(e, last) for e in courses if e is not last):
        return None
    given = answer(case, "ild-history")
    if given is not None and set(given.values) - {"none"}:
        return None
    if any(_explains(c, last) for c in case.lungs):
        return None
    worst = max((r.lung_grade for r in records if r.lung_grade is not None), default=None)
    return LungStop(worst, last.last_known, told_by(last, records)) if worst is None or not _for_good(worst) else None


def _for_good(grade: int) -> bool:
    return grade >= K.thresholds.ild.permanent_stop_from_grade
