"""Study drugs: whether one may be, or have been, a line of therapy that the record does not tell."""

from __future__ import annotations

from datetime import date

from guideline.case import STUDY_DRUG, Case, OtherDrug
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, add_days
from guideline.therapy.lines import Line, Therapies


def study_drug(case: Case, found: Therapies, since: PartialDate | None) -> OtherDrug | None:
    """A study drug that nobody ended and that may be the line after the newest one: begun after that one, or nobody knows when.

    One begun before the newest line progressed was a part of it. Before any line, one begun long before the metastases is a record that
    nobody closed.
    """
    last = found.lines[-1] if found.lines else None
    since_last = (last.ended_on if last.progression is not None else None) or last.start if last is not None else None
    not_before = since_last.earliest if since_last is not None else _metastases_or_shortly_before(since)
    for drug in case.other_drugs:
        if drug.drug == STUDY_DRUG and not _over(drug, case.today) and (drug.start is None or drug.start.latest >= not_before):
            return drug
    return None


def study_drug_over(case: Case, found: Therapies, since: PartialDate | None) -> OtherDrug | None:
    """A study drug that is over and may have been a line of its own: begun against the metastases while none of the lines was given.

    One of which nobody knows when it was given may have been one, unless it was over before the metastases.
    """
    not_before = _metastases_or_shortly_before(since)
    for drug in case.other_drugs:
        if drug.drug != STUDY_DRUG or not _over(drug, case.today):
            continue
        begun = drug.start
        if begun is None:
            if drug.end is None or drug.end.latest >= not_before:
                return drug
        elif begun.latest >= not_before and not any(_begun_in(line, begun) for line in found.lines):
            return drug
    return None


def _over(drug: OtherDrug, today: date) -> bool:
    return drug.status in ("completed", "stopped", "cancelled") or (drug.end is not None and drug.end.latest < today)


def _metastases_or_shortly_before(since: PartialDate | None) -> date:
    return add_days(since.earliest, -K.thresholds.intervals.record_lag_days) if since is not None else date.min


def _begun_in(line: Line, begun: PartialDate) -> bool:
    """Whether a drug was begun with a line or while it was given: it was a part of it."""
    if begun.latest < add_days(line.start.earliest, -K.thresholds.intervals.line_start_days):
        return False
    return line.ended_on is None or begun.latest < line.ended_on.earliest
