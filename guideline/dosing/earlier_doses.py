"""What the record says of the earlier doses of an ordered drug: whether it is begun or goes on, and when it was given last."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from msgspec import Struct

from guideline.case import Case, DrugRecord, StopReason
from guideline.dosing.label_doses import judge
from guideline.drug_classes import components
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder, OrderedDose
from guideline.partial_date import PartialDate, add_days, days_since
from guideline.therapy.exposures import LONGEST_SILENCE_DAYS, Exposure, is_fulfilled_cycle, still_stands
from guideline.therapy.going_on import last_given

_WEEKLY = 7

#: An end that says nothing against the drug.
_NEUTRAL: frozenset[StopReason | None] = frozenset({None, "completed", "other"})
#: A record of the asked order itself that begins within these days is the order, not an earlier course.
_SAME_ORDER_DAYS = 7


class EarlierDoses(Struct, frozen=True):
    """What is on record of a drug (or of another product with the same antibody) before the asked order.

    `recorded`: something is. `open`: a course is running, on hold or of unclear status. `last`: the last day it is known to have been
    given; `exact` when a dose was recorded on that day, otherwise the course ended then at the latest. No `last` while a course goes on
    without recorded doses. `source` says so, and `drug` is what was given. `planned`: it is a draft's, and is still to be given.
    """

    recorded: bool
    open: bool
    last: PartialDate | None = None
    exact: bool = False
    drug: str | None = None
    source: str | None = None
    planned: bool = False


def earlier_doses(q: OrderQuestion, drug: str) -> EarlierDoses:
    """Look up the earlier doses of a drug. A conjugate is never its antibody."""
    return q.once(_earlier_doses, drug)


def _earlier_doses(q: OrderQuestion, drug: str) -> EarlierDoses:
    parts = components(drug)
    today = q.s.today
    courses = [e for e in q.s.exposures if parts & components(e.drug) and not _is_order(e.sources, e.start, q)]
    records = [r for r in q.s.case.drugs if parts & components(r.drug) and not _is_order((r.source,), r.start, q)]
    if not records:
        return EarlierDoses(recorded=False, open=False)
    known = [entry for r in records if not _told_by_doses(r, records) and (entry := _given_on(q, r)) is not None]
    last = max(known, key=lambda k: (k[0].latest, k[1], k[2].source), default=None)
    is_open = any(e.state in ("running", "on-hold", "unknown") for e in courses)
    if last is None or any(_may_be_newer(r, last[0], today) for r in records):
        return EarlierDoses(recorded=True, open=is_open)
    day, exact, record = last
    return EarlierDoses(True, is_open, day, exact, record.drug, record.source)


def drafted_before(q: OrderQuestion, order: DraftOrder, drug: str) -> EarlierDoses | None:
    """The dose of the same antibody that another draft plans last before this one: the cycles of a plan follow one another."""
    today = PartialDate.on(q.s.today)
    day = order.planned or today
    planned_before = [(planned, o) for o in q.all_starts if (planned := o.planned or today).latest < day.earliest]
    before = [(planned, o) for planned, o in planned_before if any(components(drug) & components(other) for other in o.drugs)]
    if not before:
        return None
    last, draft = max(before, key=lambda entry: (entry[0].latest, entry[1].id))
    return EarlierDoses(True, True, last, True, draft.drugs[0], draft.id, planned=True)


def loaded_part(drug: str) -> str:
    """The antibody whose gap decides on loading: pertuzumab in the fixed-dose combination."""
    return "pertuzumab" if "pertuzumab" in components(drug) else drug


def records_of(q: OrderQuestion, drug: str) -> list[DrugRecord]:
    """The records of a drug itself, without those of the asked order."""
    return [r for r in q.s.case.drugs if r.drug == drug and not _is_order((r.source,), r.start, q)]


def begins_course(q: OrderQuestion, drug: str) -> bool:
    """Whether the order begins the drug: no course of it is open, or ended lately for no reason that speaks against it."""
    return not earlier_doses(q, drug).open and not goes_on(q, drug)


def goes_on(q: OrderQuestion, drug: str) -> bool:
    """Whether a drug ordered now only goes on: it was given lately, in this form or another, and its end says nothing against it.

    An order that is completed, or stopped to be written anew (the next refill, another route), is no end of the therapy.
    """
    return _all_parts(q, drug, lambda e: e.state != "ended" or e.stop_reason in _NEUTRAL)


def given_lately(q: OrderQuestion, drug: str) -> bool:
    """Whether what is in a drug was given within the longest pause of one course, for whatever reason it was stopped, or is on hold."""
    return _all_parts(q, drug, lambda _: True)


def _all_parts(q: OrderQuestion, drug: str, counts: Callable[[Exposure], bool]) -> bool:
    courses = [e for e in q.s.exposures if counts(e) and not _is_order(e.sources, e.start, q) and _lately(q, e)]
    return components(drug) <= {part for e in courses for part in components(e.drug)}


def _lately(q: OrderQuestion, e: Exposure) -> bool:
    last = e.last_known or last_given(q.s.case, e)
    return e.state != "ended" or (last is not None and add_days(last.latest, LONGEST_SILENCE_DAYS) >= q.s.today)


def _is_order(sources: Iterable[str], start: PartialDate | None, q: OrderQuestion) -> bool:
    """Whether a record is only the asked order itself, seen again in the chart. One that began earlier is a therapy that goes on."""
    if not q.asked.issuperset(sources):
        return False
    return start is None or days_since(start, q.s.today) < _SAME_ORDER_DAYS


def _told_by_doses(record: DrugRecord, records: Iterable[DrugRecord]) -> bool:
    """Whether a record is the fulfilled order of a cycle of which doses are recorded: they tell when, and its end tells nothing newer."""
    if record.start is None or record.end is None or not is_fulfilled_cycle(record):
        return False
    days = (r.start for r in records if r.kind == "administration" and r.drug == record.drug)
    return any(day is not None and record.start.earliest <= day.latest <= record.end.latest for day in days)


def _given_on(q: OrderQuestion, record: DrugRecord) -> tuple[PartialDate, bool, DrugRecord] | None:
    """The last day a record speaks of, and whether a dose is recorded for that day.

    The order of a cycle tells of a dose on its first day; where its period has room for several, of its end at the latest.
    """
    if record.kind == "administration":
        day = record.end or record.start
        return (day, True, record) if day is not None else None
    if record.start is not None and is_fulfilled_cycle(record):
        if record.end is None or _has_room_for_one(q, record, record.start, record.end):
            return record.start, True, record
        return min(record.end, PartialDate.on(q.s.today), key=lambda day: day.latest), False, record
    if record.end is not None and record.end.earliest <= q.s.today:
        return record.end, False, record
    return None


def _has_room_for_one(q: OrderQuestion, record: DrugRecord, start: PartialDate, end: PartialDate) -> bool:
    """Whether a cycle's order is over before its drug would be given again.

    By its own interval, else by that of the label's dose which it is, else by the shortest of the label.
    """
    stated = record.dose.every_days if record.dose is not None else None
    label = K.doses.get(record.drug)
    shortest = min((days for schedule in label.schedules if (days := schedule.every_days)), default=_WEEKLY) if label else _WEEKLY
    return (end.latest - start.earliest).days <= (stated or _interval_by_amount(q, record) or shortest)


def _interval_by_amount(q: OrderQuestion, record: DrugRecord) -> int | None:
    """The interval of the label's schedule whose dose was ordered: 6 mg/kg of trastuzumab are three-weekly, 2 mg/kg weekly."""
    label = K.doses.get(record.drug)
    if label is None or record.dose is None:
        return None
    ordered = OrderedDose(record.dose.amount, record.dose.unit)
    judged = judge(ordered, label.schedules, q.s.body, q.s.practice.dose_tolerance_percent, flat=label.flat)
    return judged.schedule.every_days if judged is not None and judged.verdict in ("fits", "loading") else None


def _may_be_newer(record: DrugRecord, last: PartialDate, today: date) -> bool:
    """Whether an open statement or order begun after the last known dose may stand for doses that nobody recorded."""
    return still_stands(record, today) and (record.start is None or record.start.earliest > last.latest)


def days_after(last: PartialDate, order: DraftOrder, case: Case) -> tuple[int, int]:
    """The least and the most days from the last dose to the planned one; an order without a day is for today."""
    planned = order.planned or PartialDate.on(case.today)
    return (planned.earliest - last.latest).days, (planned.latest - last.earliest).days


def gap_to_load(drug: str, every_days: int | None) -> int:
    """The days without a dose from which on the label loads a drug again, by its schedule."""
    limits = K.thresholds.doses
    if "pertuzumab" in components(drug):
        return limits.reload_pertuzumab_days
    # "More than" so many days for trastuzumab.
    return (limits.reload_trastuzumab_weekly_days if every_days == _WEEKLY else limits.reload_trastuzumab_3w_days) + 1


def not_before(last: PartialDate, days: int) -> date:
    """The first day that lies so many days after the last dose."""
    return add_days(last.latest, days)
