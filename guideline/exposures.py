"""Drug records to exposures: what was really given, once, however often the record says it.

A chart holds the same course several times: as a statement, as one order a cycle, as an administration a dose.
An `Exposure` is one course of one drug; the records that speak of it are merged, never added up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from guideline.case import DrugRecord, StopReason
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate

ExposureState = Literal["running", "on-hold", "ended", "unknown"]

#: Two records that start within a week of each other speak of the same start.
_SAME_START = timedelta(days=7)


class Exposure(Struct, frozen=True):
    """One course of one drug.

    `end` is None while it runs and when nobody wrote it down. `state` is `on-hold` also for an infused drug that is still
    "active" but has had no dose for nine weeks (decision 8): not current, and no proof that it was stopped. `unknown`: the record
    gives no usable status (I17), so neither an end nor a new line is concluded from it.
    """

    drug: str
    start: PartialDate | None
    end: PartialDate | None
    state: ExposureState
    last_dose: PartialDate | None
    stop_reason: StopReason | None
    intent: Literal["curative", "palliative"] | None
    sources: tuple[str, ...]

    @property
    def last_known(self) -> PartialDate | None:
        """The last day it is known to have been given: its end, else the last dose."""
        return self.end or self.last_dose


class _Course(Struct):
    """An exposure while it is being put together."""

    drug: str
    start: PartialDate | None
    end: PartialDate | None
    status: str
    stop_reason: StopReason | None
    intent: Literal["curative", "palliative"] | None
    sources: list[str]
    last_dose: PartialDate | None = None


def exposures(records: Iterable[DrugRecord], today: date) -> tuple[Exposure, ...]:
    """Merge all records of each drug into its courses, ordered by start (undated ones first), then by drug."""
    by_drug: dict[str, list[DrugRecord]] = defaultdict(list)
    for record in records:
        by_drug[record.drug].append(record)
    found = [exposure for drug in by_drug for exposure in _courses_of(by_drug[drug], today)]
    return tuple(sorted(found, key=lambda e: (e.start.earliest if e.start else date.min, e.drug, e.sources)))


def _order(record: DrugRecord) -> tuple[date, date, str, str]:
    start = record.start or record.end
    return (
        start.earliest if start else date.min,
        record.end.latest if record.end else date.max,
        record.status,
        record.source,
    )


def _courses_of(records: list[DrugRecord], today: date) -> list[Exposure]:
    records = sorted(records, key=_order)
    courses: list[_Course] = []
    doses: list[DrugRecord] = []
    for record in records:
        if record.kind == "administration":
            doses.append(record)
        elif courses and _continues(courses[-1], record):
            _merge(courses[-1], record)
        else:
            courses.append(
                _Course(record.drug, record.start, record.end, record.status, record.stop_reason, record.intent, [record.source])
            )
    periods = list(courses)
    for dose in doses:
        _attach(dose, periods, courses)
    doses_recorded = bool(doses)
    return [_finished(course, doses_recorded, today) for course in courses]


def _continues(course: _Course, record: DrugRecord) -> bool:
    """Whether a later statement or order speaks of the same course."""
    if course.intent and record.intent and course.intent != record.intent:
        return False
    if course.start is None or record.start is None:
        return True
    if record.start.earliest <= course.start.latest + _SAME_START:
        return True
    if course.stop_reason not in (None, "completed", "other"):
        return False
    if course.end is None and course.status in ("active", "on-hold", "unknown"):
        return True
    known_until = course.end or course.start
    return record.start.earliest <= known_until.latest + timedelta(days=K.thresholds.intervals.infused_without_dose_days)


def _merge(course: _Course, record: DrugRecord) -> None:
    course.sources.append(record.source)
    course.intent = course.intent or record.intent
    same_start = course.start is None or record.start is None or record.start.earliest <= course.start.latest + _SAME_START
    if same_start:
        # The same course told twice: who knows of an end or a hold knows more than who does not.
        course.end = _later(course.end, record.end)
        course.status = min(course.status, record.status, key=_STATUS_KNOWS_MORE.index)
        course.stop_reason = course.stop_reason or record.stop_reason
        course.start = course.start or record.start
    else:
        course.status = record.status
        course.stop_reason = record.stop_reason
        course.end = record.end if record.status in ("active", "on-hold", "unknown") else _later(course.end, record.end)


_STATUS_KNOWS_MORE = ["stopped", "completed", "cancelled", "on-hold", "active", "unknown", "draft"]


def _later(one: PartialDate | None, other: PartialDate | None) -> PartialDate | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda d: (d.latest, d.earliest))


def _attach(dose: DrugRecord, periods: list[_Course], courses: list[_Course]) -> None:
    """Give a dose to the course it belongs to, or begin or extend a course known from doses alone."""
    given = dose.start or dose.end
    if given is None:
        return
    for course in reversed(periods):
        begins = course.start is None or given.latest >= course.start.earliest - _SAME_START
        within = course.end is None or given.earliest <= course.end.latest + timedelta(days=28)
        if begins and within:
            course.last_dose = _later(course.last_dose, given)
            course.sources.append(dose.source)
            course.intent = course.intent or dose.intent
            course.stop_reason = course.stop_reason or dose.stop_reason
            return
    latest = courses[-1] if courses and courses[-1] not in periods else None
    gap = timedelta(days=K.thresholds.intervals.infused_without_dose_days)
    same_intent = latest is not None and not (latest.intent and dose.intent and latest.intent != dose.intent)
    if latest and same_intent and latest.last_dose and given.earliest <= latest.last_dose.latest + gap:
        latest.last_dose = _later(latest.last_dose, given)
        latest.sources.append(dose.source)
        latest.stop_reason = dose.stop_reason or latest.stop_reason
        latest.intent = latest.intent or dose.intent
        return
    courses.append(_Course(dose.drug, given, None, "doses", dose.stop_reason, dose.intent, [dose.source], last_dose=given))


def _finished(course: _Course, doses_recorded: bool, today: date) -> Exposure:
    state, end = _state(course, doses_recorded, today)
    return Exposure(
        drug=course.drug,
        start=course.start,
        end=end,
        state=state,
        last_dose=course.last_dose,
        stop_reason=course.stop_reason,
        intent=course.intent,
        sources=tuple(sorted(set(course.sources))),
    )


def _state(course: _Course, doses_recorded: bool, today: date) -> tuple[ExposureState, PartialDate | None]:
    """Decision 8: an end in the past ends a course whatever its status says; a silent infusion pump is not a running one."""
    longest_silence = K.thresholds.intervals.infused_without_dose_days
    last = course.last_dose
    silent = last is not None and (today - last.latest).days > longest_silence
    if course.status == "doses":
        if course.stop_reason is not None or silent:
            return "ended", last
        return "running", None
    if course.status in ("stopped", "completed", "cancelled"):
        return "ended", course.end or last
    if course.end is not None and course.end.latest < today:
        return "ended", course.end
    if course.status == "on-hold":
        return "on-hold", None
    if course.status == "unknown":
        return ("running", None) if last is not None and not silent else ("unknown", None)
    drug = K.drugs.get(course.drug)
    if drug is not None and drug.infused and doses_recorded and (silent or last is None):
        started = course.start
        fresh = started is not None and (today - started.latest).days <= longest_silence
        return ("running", None) if fresh and last is None else ("on-hold", None)
    return "running", None
