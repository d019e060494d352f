"""The relapse after (neo)adjuvant HER2 therapy: how soon it came (decision 2)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from guideline.case import DrugRecord
from guideline.drug_classes import HER2_DRUGS
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, add_months, within_months
from guideline.therapy.exposures import Exposure
from guideline.therapy.lines import Therapies


class Relapse(Struct, frozen=True):
    """How soon metastases came after (neo)adjuvant HER2 therapy.

    `end` is the last dose (None: still running at relapse, or nobody wrote it down), `on_therapy` whether the course was unfinished.
    `end_or_later`: a course has no end on record, so that `end` is the earliest day that the last dose can have been given on.
    `within_12` / `within_6`: None when the dates are too coarse to tell.
    """

    drugs: tuple[str, ...]
    end: PartialDate | None
    relapsed: PartialDate | None
    on_therapy: bool
    within_12: bool | None
    within_6: bool | None
    sources: tuple[str, ...]
    end_or_later: bool = False

    @property
    def ended(self) -> str:
        """The last dose in words: a day or a month, with "or later" where it is known no better."""
        return f"{self.end} or later" if self.end_or_later else str(self.end)


def relapse_after(found: Therapies, since: PartialDate | None, records: Sequence[DrugRecord] = ()) -> Relapse | None:
    """Decision 2: the window counts from the last dose of any (neo)adjuvant HER2 therapy. `records`: those that the courses are made of."""
    early = [e for e in found.early if e.drug in HER2_DRUGS]
    if not early:
        return None
    drugs = tuple(dict.fromkeys([e.drug for e in early]))
    sources = tuple(dict.fromkeys([s for e in early for s in e.sources]))
    if since is None:
        return Relapse(drugs, None, None, False, None, None, sources)
    if any(_forgotten_at(e, since) or _begun_again(e, since, records) for e in early):
        return Relapse(drugs, None, since, False, None, None, sources)
    # Still being given, or given beyond the relapse: the course was unfinished, the interval is 0 (C21).
    if any(_unfinished_at(e, since) for e in early):
        return Relapse(drugs, None, since, True, True, True, sources)
    ends = [e.last_known for e in early]
    # A course whose end nobody wrote down was still given when its last order began: the end lies there at the earliest.
    known = [day for e in early if (day := e.last_known or e.last_seen) is not None]
    if not known:
        return Relapse(drugs, None, since, False, None, None, sources)
    last = PartialDate(max([end.earliest for end in known]), max([end.latest for end in known]))
    intervals = K.thresholds.intervals
    within_12 = within_months(last, since, intervals.early_relapse_months)
    within_6 = within_months(last, since, intervals.label_relapse_months)
    if None not in ends:
        return Relapse(drugs, last, since, False, within_12, within_6, sources)
    # A course without an end may have ended later than the last known day: "within" stands, "beyond" does not.
    return Relapse(drugs, last, since, False, within_12 or None, within_6 or None, sources, end_or_later=True)


def _forgotten_at(e: Exposure, since: PartialDate) -> bool:
    """Whether a (neo)adjuvant record may just never have been closed: "active" long beyond a planned course, without a recorded dose.

    By coarse dates too that can be read so: "still being given" would be firmer than they are.
    """
    if e.state != "running" or e.last_dose is not None or e.start is None:
        return False
    return add_months(e.start.earliest, K.thresholds.intervals.adjuvant_course_months) < since.latest


def _begun_again(e: Exposure, since: PartialDate, records: Sequence[DrugRecord]) -> bool:
    """Whether a (neo)adjuvant record that was never closed was joined by one of the treatment of the relapse, which tells nothing of it.

    As above: last seen longer ago than a planned course lasts, and no dose recorded until then.
    """
    own = [r for r in records if r.drug == e.drug and r.source in e.sources]
    before = [r for r in own if r.start is not None and r.start.earliest < since.earliest]
    if not before or len(before) == len(own) or any(r.kind == "administration" or r.status != "active" or r.end for r in before):
        return False
    seen = max([r.start.latest for r in before if r.start is not None])
    again = [r for r in own if r.kind != "administration" and (r.start is None or r.start.earliest >= since.earliest)]
    return bool(again) and add_months(seen, K.thresholds.intervals.adjuvant_course_months) < since.earliest


def _unfinished_at(e: Exposure, since: PartialDate) -> bool:
    """Whether a (neo)adjuvant course was still going on at the relapse; one that fell silent before counts from its last dose."""
    if e.last_known is not None and e.state != "running":
        return e.last_known.earliest >= since.latest
    if e.last_seen is not None and e.last_seen.earliest > since.latest:
        return True
    return e.state in ("running", "on-hold")
