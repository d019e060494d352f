"""Results that are on record, could not be read, and are newer than every one of their kind that could (R131).

An older value that could be read does not stand for them: what the newest one says is not known. An unreadable result that is older, or
too old to count for anything, changes nothing and is passed over, and so is one of which nobody can tell the day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from guideline.advice import FactUsed
from guideline.biomarkers.her2_findings import is_metastasis
from guideline.case import UnreadResult
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.values import CLEARANCE, creatinine_clearance, lab_name
from guideline.partial_date import PartialDate, days_since, newest_day, when_last
from guideline.situation import Situation


def unread_lvef(s: Situation) -> UnreadResult | None:
    """The newest LVEF, where it could not be read and is not older than the LVEF is monitored."""
    return s.once(_unread_lvef) if s.case.unread else None


def _unread_lvef(s: Situation) -> UnreadResult | None:
    newest = s.heart.latest.date if s.heart.latest is not None else None
    return _newest((one for one in _of_kind(s, "lvef") if _recent(one, s.today, K.thresholds.lvef.due_days)), newest)


def unread_labs(s: Situation, kinds: Iterable[str]) -> tuple[UnreadResult, ...]:
    """The newest laboratory value of each of these kinds that could not be read and is not older than values count."""
    if not s.case.unread:
        return ()
    found = (_unread_lab(s, kind) for kind in sorted(set(kinds)))
    return tuple(one for one in found if one is not None)


def _unread_lab(s: Situation, kind: str) -> UnreadResult | None:
    days = K.thresholds.intervals.labs_days
    readable = [lab.date for lab in s.case.labs if lab.kind == kind]
    if kind == CLEARANCE:
        readable += [value.date for value in s.once(creatinine_clearance)]
    newest = newest_day(readable)
    return _newest((one for one in _of_kind(s, kind) if _recent(one, s.today, days)), newest)


def unread_her2(s: Situation) -> UnreadResult | None:
    """The newest HER2 result, where it could not be read.

    One of a metastasis is held against those of metastases, which lead (decision 10); any other counts only where no metastasis was tested.
    While an ISH is missing, one of the same day may be just that.
    """
    return s.once(_unread_her2) if s.case.unread else None


def _unread_her2(s: Situation) -> UnreadResult | None:
    unread, tested = _of_kind(s, "her2"), s.her2.metastasis_tested_on
    of_metastasis = [one for one in unread if is_metastasis(one, s.metastatic_since)]
    newest = newest_day(r.date for r in s.case.receptors if r.receptor == "HER2")
    with_that_day = s.her2.state == "equivocal"
    if of_metastasis or tested is not None:
        return _newest(of_metastasis, tested, with_that_day=with_that_day)
    return _newest(unread, newest, with_that_day=with_that_day)


def unread_fact(one: UnreadResult) -> FactUsed:
    """The result as a fact: that it is there, and since when."""
    name = {"lvef": "LVEF", "her2": "HER2"}.get(one.kind) or lab_name(one.kind)
    return FactUsed(name, "could not be read", str(one.date), one.source)


def labs_dated(found: Iterable[UnreadResult]) -> str:
    """Laboratory values in a sentence, each with its day."""
    return ", ".join(f"{lab_name(one.kind)} of {one.date}" for one in found)


def labs_named(found: Iterable[UnreadResult]) -> str:
    """Laboratory values in a headline."""
    return ", ".join(lab_name(one.kind) for one in found)


def _of_kind(s: Situation, kind: str) -> list[UnreadResult]:
    return [one for one in s.case.unread if one.kind == kind and one.date is not None]


def _recent(one: UnreadResult, today: date, days: int) -> bool:
    return one.date is not None and days_since(one.date, today) <= days


def _newest(unread: Iterable[UnreadResult], readable: PartialDate | None, *, with_that_day: bool = False) -> UnreadResult | None:
    """The newest of these results, where it may be newer than the newest one that could be read."""
    found = max(unread, key=lambda one: (when_last(one.date), one.source), default=None)
    if found is None or when_last(found.date) > when_last(readable):
        return found
    return found if with_that_day and when_last(found.date) == when_last(readable) else None
