"""Drug records to exposures: what was really given, once, however often the record says it.

A chart holds the same course several times: as a statement, as one order a cycle, as an administration a dose.
An `Exposure` is one course of one drug; the records that speak of it are merged, never added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, Literal

from msgspec import Struct

from guideline.case import DrugRecord, StopReason
from guideline.drug_classes import ANTIBODIES, HER2_DRUGS
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, add_days, newest_day, when_last

ExposureState = Literal["running", "on-hold", "ended", "unknown"]

#: Two records that start within a week of each other speak of the same start.
_SAME_START_DAYS = 7

#: Two orders may be one written anew; three at the distance of a cycle are cycles.
_CYCLES_IN_A_ROW = 3

#: The longest pause of an infused drug that is still one course.
LONGEST_SILENCE_DAYS = K.thresholds.intervals.infused_without_dose_days

_OPEN = frozenset({"active", "on-hold", "unknown"})

#: Reasons beside which another one tells what it was.
_SAYS_LITTLE: Final = ("toxicity", "patient-wish", "unavailable")


def still_stands(record: DrugRecord, today: date) -> bool:
    """Whether a statement or order is open, and does not end before today. A dose stands for nothing that is to come."""
    return record.kind != "administration" and record.status in _OPEN and (record.end is None or record.end.latest >= today)


def is_fulfilled_cycle(record: DrugRecord) -> bool:
    """Whether a record is the order of one cycle, completed when its dose was given: it ends with its dose or its cycle, or nowhere."""
    return record.kind == "order" and record.status == "completed" and (record.end in (None, record.start) or _lasts_one_cycle(record))


def _lasts_one_cycle(record: DrugRecord) -> bool:
    """Whether the period of an infused drug's order is no longer than a treatment interval: it is that of the cycle, not of the therapy."""
    drug = K.drugs.get(record.drug)
    if drug is None or not drug.infused or record.start is None or record.end is None:
        return False
    return (record.end.latest - record.start.earliest).days <= K.thresholds.intervals.treatment_interval_days


class Exposure(Struct, frozen=True):
    """One course of one drug.

    `end` is None while it runs and when nobody wrote it down. `state` is `on-hold` also for an infused drug that is still
    "active" but has had no dose for nine weeks (decision 8): not current, and no proof that it was stopped. `unknown`: the record
    gives no usable status (I17), so neither an end nor a new line is concluded from it. `held_on`: the last day known to be one of a hold.
    `fell_silent`: it counts as ended for want of a dose or an order of late alone; nobody wrote down an end, or a reason for one.
    `last_seen`: the newest day on which an order or a statement of it began: it was still given then, and may have gone on for long.
    """

    drug: str
    start: PartialDate | None
    end: PartialDate | None
    state: ExposureState
    last_dose: PartialDate | None
    stop_reason: StopReason | None
    intent: Literal["curative", "palliative"] | None
    sources: tuple[str, ...]
    held_on: PartialDate | None = None
    fell_silent: bool = False
    last_seen: PartialDate | None = None

    @property
    def last_known(self) -> PartialDate | None:
        """The last day it is known to have been given: its end, else the last dose."""
        return self.end or self.last_dose

    @property
    def ended_on(self) -> PartialDate | None:
        """The last day of a course that is over, as far as known; None of one that is not."""
        return self.last_known if self.state == "ended" else None


def told_by(course: Exposure, records: Iterable[DrugRecord]) -> str:
    """The record that gives the reason for which a course ended: of several, that which ends last."""
    of_course = frozenset(course.sources)
    telling = [r for r in records if r.source in of_course and r.drug == course.drug and r.stop_reason == course.stop_reason]
    last = max(telling, key=lambda r: (when_last(r.end), r.source), default=None)
    return last.source if last is not None else course.sources[-1]


class _Course(Struct):
    """An exposure while it is being put together.

    `last_seen`: the newest start of its orders and statements. `orders`: how many orders there are, `order_days` on how many days begun.
    `end` is that of the therapy; `last_cycle` the newest day that a fulfilled order of one cycle gives as its own.
    """

    drug: str
    start: PartialDate | None
    end: PartialDate | None
    status: str
    stop_reason: StopReason | None
    intent: Literal["curative", "palliative"] | None
    sources: list[str]
    last_seen: PartialDate | None = None
    last_dose: PartialDate | None = None
    stated_open: bool = False
    orders: int = 0
    order_days: int = 0
    held_on: PartialDate | None = None
    last_cycle: PartialDate | None = None

    @property
    def last_end(self) -> PartialDate | None:
        """The last day that a record gives as its end, be it only that of a cycle."""
        return _later(self.end, self.last_cycle)


def exposures(records: Iterable[DrugRecord], today: date) -> tuple[Exposure, ...]:
    """Merge all records of each drug into its courses, ordered by start (undated ones first), then by drug."""
    by_drug: dict[str, list[DrugRecord]] = {}
    for record in records:
        by_drug.setdefault(record.drug, []).append(record)
    found = [exposure for of_drug in by_drug.values() for exposure in _courses_of(of_drug, today)]
    found.sort(key=lambda e: (e.start.earliest if e.start else date.min, e.drug, e.sources))
    return tuple(found)


def _order(record: DrugRecord) -> tuple[date, date, str, str, str]:
    start = record.start or record.end
    return (
        start.earliest if start else date.min,
        record.end.latest if record.end else date.max,
        record.kind,
        record.status,
        record.source,
    )


def _courses_of(records: list[DrugRecord], today: date) -> list[Exposure]:
    if len(records) == 1 and records[0].kind != "administration":
        return [_finished(_begun(records[0]), doses_recorded=False, today=today)]
    records = sorted(records, key=_order)
    courses: list[_Course] = []
    doses = [record for record in records if record.kind == "administration"]
    for record in records:
        if record.kind == "administration":
            continue
        if courses and courses[-1].end is None:
            courses[-1].end = _lapsed_before(courses[-1], record, doses)
        if courses and _continues(courses[-1], record):
            _merge(courses[-1], record)
        else:
            courses.append(_begun(record))
    periods = list(courses)
    for dose in doses:
        _attach(dose, periods, courses)
    if not courses:
        courses.append(_undated(doses))
    return [_finished(course, doses_recorded=bool(doses), today=today) for course in courses]


def _begun(record: DrugRecord) -> _Course:
    end, cycle = _ends(record)
    return _Course(
        record.drug,
        record.start,
        end,
        record.status,
        record.stop_reason,
        record.intent,
        [record.source],
        last_seen=record.start,
        stated_open=record.kind == "statement" and record.status in _OPEN,
        orders=record.kind == "order",
        order_days=record.kind == "order",
        held_on=record.held_on,
        last_cycle=cycle,
    )


def _goes_on_after(record: DrugRecord) -> bool:
    """Whether a record ends with its dose and says nothing of the therapy: the order of a cycle that nobody stopped, closed or not."""
    left_open = record.kind == "order" and record.status == "active" and _lasts_one_cycle(record)
    return (left_open or is_fulfilled_cycle(record)) and record.stop_reason is None


def _ends(record: DrugRecord) -> tuple[PartialDate | None, PartialDate | None]:
    """The end of the therapy, and that of one cycle of it, as a record gives the one or the other."""
    return (None, record.end) if _goes_on_after(record) else (record.end, None)


def _continues(course: _Course, record: DrugRecord) -> bool:
    """Whether a later statement or order speaks of the same course."""
    if course.intent and record.intent and course.intent != record.intent:
        return False
    if course.start is None or record.start is None or course.last_seen is None:
        # An undated past course says nothing about one that is open now, unless it ended after that was last seen.
        return (course.status in _OPEN) == (record.status in _OPEN) or _ends_what_was_open(course, record)
    if (record.start.earliest - course.start.latest).days <= _SAME_START_DAYS or _is_before_told_end(course, record):
        return True
    if _was_given_up(course.stop_reason):
        return False
    if course.end is None and (course.status in _OPEN or course.stated_open):
        return True
    known_until = course.last_seen.latest if course.end is None else max(course.end.latest, course.last_seen.latest)
    return (record.start.earliest - known_until).days <= LONGEST_SILENCE_DAYS


def _was_given_up(reason: StopReason | None) -> bool:
    """Whether somebody gave a reason for which a therapy is not simply renewed."""
    return reason not in (None, "completed", "other")


def _is_before_told_end(course: _Course, record: DrugRecord) -> bool:
    """Whether a record is older than the told end of a course, and says nothing of it.

    So is the order of a cycle that was given before it, and what a visit or an order left open, or closed without a word of why, of a
    therapy that was given up later; what began in the last days before the end may be the same therapy in another dose, which goes on.
    """
    if course.end is None or record.start is None:
        return False
    if is_fulfilled_cycle(record) and record.stop_reason is None:
        return record.start.latest <= course.end.latest
    if not _was_given_up(course.stop_reason) or _was_given_up(record.stop_reason):
        return False
    if record.status not in _OPEN:
        until = record.end or record.start
        return record.start.latest <= course.end.latest and until.latest <= add_days(course.end.latest, _SAME_START_DAYS)
    if record.stop_reason is not None:
        return False
    if _goes_on_after(record):
        return record.start.latest < course.end.earliest
    return _left_open_before(course.end, _grace(course.drug, course.stop_reason), record.status, record.start, record.end)


def _ends_what_was_open(course: _Course, record: DrugRecord) -> bool:
    """Whether a record without a start tells when and why a course was given up that earlier records leave open."""
    if record.start is not None or record.end is None or not _was_given_up(record.stop_reason):
        return False
    grace = _grace(course.drug, record.stop_reason) if course.last_cycle is None else 0
    return _left_open_before(record.end, grace, course.status, course.last_seen, course.end)


def _grace(drug: str, reason: StopReason | None) -> int:
    """The days before a told end in which the same drug may have been begun anew, in another dose or with other partners.

    None for a conjugate or kinase inhibitor that was ended for progression or for the lungs: what was ordered then was its next cycle.
    """
    return 0 if drug not in ANTIBODIES and drug in HER2_DRUGS and reason in ("progression", "lung") else _SAME_START_DAYS


def _left_open_before(told: PartialDate, grace: int, status: str, seen: PartialDate | None, end: PartialDate | None) -> bool:
    """Whether something without an end was last seen before the told end, and its last days."""
    return status in _OPEN and end is None and seen is not None and add_days(seen.latest, grace) < told.earliest


def _lapsed_before(course: _Course, record: DrugRecord, doses: Sequence[DrugRecord]) -> PartialDate | None:
    """The last dose of a course that nobody closed, where it was given so long before a record began that this tells of another course."""
    drug, begun, since, seen = K.drugs.get(record.drug), record.start, course.start, course.last_seen
    if course.status != "active" or begun is None or since is None or seen is None or drug is None or not drug.infused:
        return None
    gap = K.thresholds.intervals.line_gap_days
    if add_days(seen.latest, gap) >= begun.earliest:
        return None
    given = [day for dose in doses if (day := dose.start or dose.end) is not None and since.earliest <= day.latest < begun.earliest]
    last = newest_day(given)
    return last if last is not None and add_days(last.latest, gap) < begun.earliest else None


_STATUS_KNOWS_MORE = ("stopped", "completed", "cancelled", "on-hold", "active", "unknown", "draft")


def _merge(course: _Course, record: DrugRecord) -> None:
    course.sources.append(record.source)
    course.intent = course.intent or record.intent
    course.orders += record.kind == "order"
    course.order_days += record.kind == "order" and record.start is not None and record.start != course.last_seen
    same_start = course.start is None or record.start is None or record.start.earliest <= add_days(course.start.latest, _SAME_START_DAYS)
    end, cycle = _ends(record)
    reason = _telling_reason(course, record)
    if _is_before_told_end(course, record):
        # When and why the therapy ended is told, and so how long this cycle was to last no longer matters.
        course.start = course.start or record.start
        course.last_seen = _later(course.last_seen, record.start)
        return
    # Once it is told when the therapy ended, how long its last cycle was to last no longer matters.
    course.last_cycle = None if _ends_what_was_open(course, record) else _later(course.last_cycle, cycle)
    if is_fulfilled_cycle(record) and record.stop_reason is None and course.stated_open:
        # A cycle's order is completed when its dose was given: that does not end a therapy that a statement calls open.
        pass
    elif same_start:
        # The same course told twice: who knows of an end or a hold knows more than who does not.
        course.end = _later(course.end, end)
        course.status = min(course.status, record.status, key=_STATUS_KNOWS_MORE.index)
        course.stop_reason = reason
        course.start = course.start or record.start
    else:
        course.status = record.status
        course.stop_reason = record.stop_reason
        if record.status in _OPEN:
            course.end = end
        elif course.end is not None and _goes_on_after(record) and _is_after(record.start, course.end):
            # Ordered and given again after the recorded end: that was the end of what came before, as of a plan with chemotherapy.
            course.end, course.last_cycle = None, _later(course.last_cycle, course.end)
        else:
            course.end = _later(course.end, end)
    if record.kind == "statement":
        course.stated_open = record.status in _OPEN
    course.last_seen = _later(course.last_seen, record.start)
    course.held_on = _later(course.held_on, record.held_on)


def _telling_reason(course: _Course, record: DrugRecord) -> StopReason | None:
    """Why a course that two records tell of ended: "discontinued by provider" beside "progression" explains nothing.

    Of two reasons that explain it that of the later end counts: the earlier one ended a part of it. Where both ended it, or nobody can tell
    which came first, "pneumonitis" says more than "toxicity".
    """
    one, other = course.stop_reason, record.stop_reason
    if one is None or other is None or one == other:
        return one or other
    if _was_given_up(one) and _was_given_up(other) and course.end is not None and record.end is not None:
        if add_days(course.end.latest, _SAME_START_DAYS) < record.end.earliest:
            return other
        if add_days(record.end.latest, _SAME_START_DAYS) < course.end.earliest:
            return one
    return max((one, other), key=_telling)


def _telling(reason: StopReason) -> int:
    """How much a reason explains: that it was over, that it was not borne or not wanted, or what happened."""
    return _was_given_up(reason) + (reason not in ("completed", "other", *_SAYS_LITTLE))


def _later(one: PartialDate | None, other: PartialDate | None) -> PartialDate | None:
    if one is None or other is None:
        return one or other
    return one if (one.latest, one.earliest) >= (other.latest, other.earliest) else other


def _is_after(day: PartialDate | None, end: PartialDate) -> bool:
    return day is not None and day.earliest > end.latest


def _undated(doses: Sequence[DrugRecord]) -> _Course:
    """A course known from doses that nobody dated: the drug was given, and neither since when nor whether it still is can be said."""
    reasons = (dose.stop_reason for dose in doses if dose.stop_reason is not None)
    intents = {dose.intent for dose in doses}
    intent = intents.pop() if len(intents) == 1 else None
    return _Course(doses[0].drug, None, None, "unknown", next(reasons, None), intent, [dose.source for dose in doses])


def _attach(dose: DrugRecord, periods: list[_Course], courses: list[_Course]) -> None:
    """Give a dose to the course it belongs to, or begin or extend a course known from doses alone. Only a dated one can be placed."""
    given = dose.start or dose.end
    if given is None:
        return
    for course in reversed(periods):
        if _belongs(dose, given, course):
            if _outlives(given, course):
                # It goes on as far as doses tell of it: the recorded end was that of what came before.
                course.status, course.end, course.last_cycle = "doses", None, None
            course.last_dose = _later(course.last_dose, given)
            course.sources.append(dose.source)
            course.intent = course.intent or dose.intent
            course.stop_reason = course.stop_reason or dose.stop_reason
            return
    latest = next((c for c in reversed(courses) if c.status == "doses" and _same_intent(c, dose)), None)
    if latest is not None and latest.last_dose is not None and given.earliest <= add_days(latest.last_dose.latest, LONGEST_SILENCE_DAYS):
        latest.last_dose = _later(latest.last_dose, given)
        latest.sources.append(dose.source)
        latest.stop_reason = dose.stop_reason or latest.stop_reason
        latest.intent = latest.intent or dose.intent
        return
    courses.append(_Course(dose.drug, given, None, "doses", dose.stop_reason, dose.intent, [dose.source], last_seen=given, last_dose=given))


def _outlives(given: PartialDate, course: _Course) -> bool:
    """Whether a dose was given so long after the end of a course, for which nobody gave a reason, that it cannot be the end of it."""
    closed = course.status in ("stopped", "completed") and course.stop_reason is None
    return closed and course.end is not None and given.earliest > add_days(course.end.latest, _SAME_START_DAYS)


def _same_intent(course: _Course, dose: DrugRecord) -> bool:
    return not (course.intent and dose.intent and course.intent != dose.intent)


def _belongs(dose: DrugRecord, given: PartialDate, course: _Course) -> bool:
    if not _same_intent(course, dose):
        return False
    if course.start is not None and given.latest < add_days(course.start.earliest, -_SAME_START_DAYS):
        return False
    if course.end is not None:
        return given.earliest <= add_days(course.end.latest, K.thresholds.intervals.treatment_interval_days)
    if course.status in _OPEN or course.stated_open:
        return True
    # Over, and nobody wrote down when: the doses tell, as long as they follow one another.
    known_until = _later(course.last_dose, course.last_seen)
    return known_until is None or given.earliest <= add_days(known_until.latest, LONGEST_SILENCE_DAYS)


def _finished(course: _Course, *, doses_recorded: bool, today: date) -> Exposure:
    state, end = _state(course, doses_recorded, today)
    sources = course.sources if len(course.sources) == 1 else sorted(set(course.sources))
    return Exposure(
        course.drug, course.start, end, state, course.last_dose, course.stop_reason, course.intent, tuple(sources), course.held_on,
        state == "ended" and _fell_silent(course), course.last_seen,
    )  # fmt: skip


def _fell_silent(course: _Course) -> bool:
    """Whether only doses, or orders completed one by one, tell of the course: they go on until there is none for a while."""
    left_open = course.status == "active" and course.last_cycle is not None
    told_by_cycles = left_open or course.status == "doses" or (course.status == "completed" and course.orders > 0)
    return told_by_cycles and course.end is None and course.stop_reason is None


def _state(course: _Course, doses_recorded: bool, today: date) -> tuple[ExposureState, PartialDate | None]:
    """Decision 8: an end in the past ends a course whatever its status says; a silent infusion pump is not a running one."""
    status, end, last = course.status, course.end, course.last_dose
    silent = last is not None and (today - last.latest).days > LONGEST_SILENCE_DAYS
    recently_given = last is not None and not silent
    if status == "doses":
        return ("ended", last) if course.stop_reason is not None or silent else ("running", None)
    if end is not None and end.earliest > today:
        # An end that lies ahead is a plan: until then it is being given.
        return ("on-hold", None) if status == "on-hold" else ("running", None)
    if _awaits_refill(course, today):
        return "running", None
    if status in ("stopped", "completed", "cancelled"):
        if _fulfilled_orders_run_on(course, recently_given, today):
            return "running", None
        return "ended", course.last_end or last or (course.last_seen if _ordered_by_cycle(course) else None)
    if status == "active" and not recently_given and _cycles_lapsed(course, today):
        return "ended", course.last_cycle
    if end is not None and end.latest < today:
        return "ended", end
    if status == "on-hold":
        return "on-hold", None
    if status == "unknown":
        return ("running", None) if recently_given else ("unknown", None)
    drug = K.drugs.get(course.drug)
    if drug is not None and drug.infused and doses_recorded and not recently_given:
        started = course.last_seen or course.start
        just_begun = last is None and started is not None and (today - started.latest).days <= LONGEST_SILENCE_DAYS
        return ("running", None) if just_begun else ("on-hold", None)
    return "running", None


def _awaits_refill(course: _Course, today: date) -> bool:
    """An oral drug whose last order reached the end of its supply days ago, and nobody ended it: the refill is about to be signed."""
    drug = K.drugs.get(course.drug)
    end = course.last_end
    if drug is None or drug.infused or end is None or course.stop_reason is not None or course.orders < len(course.sources):
        return False
    out = (today - end.latest).days
    return course.status in ("active", "completed") and 0 <= out <= K.thresholds.intervals.oral_refill_days


def _fulfilled_orders_run_on(course: _Course, recently_given: bool, today: date) -> bool:
    """One order a cycle, each completed when its dose was given: the therapy runs while the last cycle is recent and nobody ended it."""
    if course.status != "completed" or course.end is not None or course.stop_reason is not None or not course.orders:
        return False
    drug, seen = K.drugs.get(course.drug), course.last_seen
    if seen is None:
        return recently_given
    silent = (today - seen.latest).days
    if course.orders > 1:
        return recently_given or silent <= LONGEST_SILENCE_DAYS
    # One order alone may be the first cycle, or the only one; of an oral drug it is the whole supply.
    infused = drug is not None and drug.infused
    return recently_given or (infused and silent <= K.thresholds.intervals.infused_lapsed_days)


def _ordered_by_cycle(course: _Course) -> bool:
    """Whether three or more orders of an infused drug follow one another as its cycles do: the last of them is then its last dose."""
    drug = K.drugs.get(course.drug)
    if drug is None or not drug.infused or course.order_days < _CYCLES_IN_A_ROW or course.start is None or course.last_seen is None:
        return False
    days = (course.last_seen.latest - course.start.earliest).days
    return days <= (course.order_days - 1) * K.thresholds.intervals.treatment_interval_days


def _cycles_lapsed(course: _Course, today: date) -> bool:
    """Whether only orders of one cycle each, left open, tell of a course, and none of late."""
    newest = _later(course.last_cycle, course.last_seen)
    if course.last_cycle is None or newest is None or course.stated_open or course.end is not None:
        return False
    return (today - newest.latest).days > LONGEST_SILENCE_DAYS
