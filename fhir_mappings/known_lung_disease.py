"""A lung disease that is on record already, and that a later entry codes again.

An EHR writes a diagnosis anew at each visit, and at each import from elsewhere. Such an entry says when it was written, not when the
disease began, so it is no new pneumonitis under the drug that is given by then: it began when the oldest entry says, and has its grade
and cause. An entry that tells more is news: an onset of its own, another grade or cause, another code, or words that it is new or worse.
So is one that was written after the end of the disease.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from fhir_mappings.coded_again import same_code, says_news
from fhir_mappings.resources import Resource
from guideline.case import LungCondition

#: A Condition and what was read of it.
LungEntry = tuple[Resource, LungCondition]


def as_known_before(entries: Sequence[LungEntry]) -> tuple[LungCondition, ...]:
    """The lung diseases of the entries; one that is coded again is told as its oldest entry tells it."""
    oldest_first = sorted(entries, key=_since)
    return tuple([_as_known_before(entry, oldest_first) for entry in entries])


def _as_known_before(entry: LungEntry, oldest_first: Sequence[LungEntry]) -> LungCondition:
    again = entry[1]
    oldest = next((earlier[1] for earlier in oldest_first if _tells_of(entry, earlier)), None)
    if oldest is None:
        return again
    return replace(again, onset=oldest.onset, onset_stated=oldest.onset_stated, grade=oldest.grade, cause_drug=oldest.cause_drug)


def _since(entry: LungEntry) -> tuple[date, str]:
    found = entry[1]
    return (found.onset.latest if found.onset is not None else date.max, found.source)


def _tells_of(later: LungEntry, earlier: LungEntry) -> bool:
    """Whether the later entry tells of the earlier one's disease, which was there when it was written, and adds nothing to it."""
    (resource, again), (listed, first) = later, earlier
    if again.onset_stated or again.onset is None or first.onset is None or first.onset.latest > again.onset.earliest:
        return False
    # Where the problem list closed the disease after the visit, both ended on the same day.
    same_course = (_is_over(again), again.abated) == (_is_over(first), first.abated)
    adds_nothing = again.grade in (None, first.grade) and again.cause_drug in (None, first.cause_drug) and not says_news(resource)
    return again.kind == first.kind and same_course and adds_nothing and same_code(resource, listed)


def _is_over(condition: LungCondition) -> bool:
    return condition.status == "resolved" or condition.abated is not None
