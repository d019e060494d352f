"""Whether a course was (neo)adjuvant or against metastatic disease: by intent, else by the day on which each is known to have begun."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from guideline.case import Case
from guideline.drug_classes import COUNTING_DRUGS, HER2_DRUGS, components
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, add_days
from guideline.therapy.exposures import LONGEST_SILENCE_DAYS, Exposure

Setting = Literal["early", "metastatic", "unknown"]

#: Begun before the metastases it is adjuvant therapy after a neoadjuvant one, whether or not that one is on record.
_POSTNEOADJUVANT = "trastuzumab-emtansine"


def setting(exposure: Exposure, metastatic_since: PartialDate | None) -> Setting:
    """Decision 8: (neo)adjuvant by intent, else by having begun before the metastases."""
    start, intent = exposure.start, exposure.intent
    if intent == "palliative":
        return "metastatic"
    if metastatic_since is None:
        return "early" if intent == "curative" else "unknown"
    if exposure.ended_on is not None and exposure.ended_on.latest < metastatic_since.earliest:
        # Over before the metastases it was begun before them, whenever that was.
        return "early"
    if start is None:
        return "early" if intent == "curative" else "unknown"
    if intent == "curative" and start.earliest < metastatic_since.latest:
        # Curative intent once they are known (oligometastatic disease, on the day itself too) is treatment of them, no adjuvant course.
        # What is still given, and by its coarse dates may be either, is neither an adjuvant failure nor a line that goes on.
        before = start.latest < metastatic_since.earliest
        return "early" if before or exposure.state not in ("running", "on-hold") else "unknown"
    if start.latest < metastatic_since.earliest:
        days_before = (metastatic_since.earliest - start.latest).days
        if exposure.state == "running" and intent is None and days_before <= K.thresholds.intervals.record_lag_days:
            # Metastases are often written down days after their treatment began: neither adjuvant nor metastatic is assumed.
            return "unknown"
        return "early"
    return "metastatic" if start.earliest >= metastatic_since.earliest else "unknown"


def written_late(found: Sequence[Exposure], since: PartialDate | None, case: Case) -> tuple[Sequence[Exposure], Setting]:
    """HER2 therapy begun so shortly before the metastases that these may just have been written down late, and its setting.

    Given on for weeks against them it is their treatment, running or ended; given for less nobody can tell. Where other HER2 therapy went
    before, or with T-DM1, it is the next part of a (neo)adjuvant sequence as well as not, and where another one followed it was a line in
    either reading: there the single course decides (`setting`), as it does for chemotherapy alone.
    """
    lag = K.thresholds.intervals.record_lag_days
    if since is None:
        return (), "unknown"
    begun = [
        (e, e.start)
        for e in found
        if e.start is not None and e.drug in COUNTING_DRUGS and 0 < (since.earliest - e.start.latest).days <= lag
    ]
    starts = [start for e, start in begun if e.drug in HER2_DRUGS]
    if not starts:
        return (), "unknown"
    first = min(starts, key=lambda day: day.earliest)
    joined = add_days(first.latest, K.thresholds.intervals.line_start_days)
    together = [e for e, start in begun if start.earliest <= joined]
    others = [e for e in found if e.drug in HER2_DRUGS and e not in together]
    if any(e.intent == "curative" or e.drug == _POSTNEOADJUVANT for e in together) or any(_went_before(e, first) for e in others):
        return (), "unknown"
    given = [e for e in together if e.drug in HER2_DRUGS]
    until = _given_until(given, others, case)
    if until is None:
        return (together if any(e.state != "ended" for e in given) else ()), "unknown"
    if until < since.latest:
        return (), "unknown"
    if (until - since.latest).days > lag or any(e.intent == "palliative" for e in given):
        return together, "metastatic"
    followed = any(e.start is not None and e.start.earliest > joined for e in others)
    return () if followed else together, "unknown"


def _went_before(other: Exposure, first: PartialDate) -> bool:
    """Whether another HER2 course was begun before, and was not over for long when this one began."""
    if other.start is not None and other.start.earliest >= first.earliest:
        return False
    ended = other.ended_on
    return ended is None or add_days(ended.latest, K.thresholds.intervals.line_gap_days) >= first.earliest


def _given_until(given: Sequence[Exposure], others: Sequence[Exposure], case: Case) -> date | None:
    """The last day the agents are known to have been given, in these courses or in such as go on with them (route switch, split record)."""
    known = [_known_until(e, case) for e in given]
    until = max([day for day in known if day is not None], default=None)
    agents = {agent for e in given for agent in components(e.drug)}
    for e in others:
        if until is None or e.start is None or not agents & components(e.drug):
            continue
        if e.start.earliest <= add_days(until, LONGEST_SILENCE_DAYS):
            until = max(until, _known_until(e, case) or until)
    return until


def _known_until(e: Exposure, case: Case) -> date | None:
    """The last day a course is known to have been given; what runs is being given today."""
    if e.state == "running":
        return case.today
    return e.last_known.earliest if e.last_known is not None else None
