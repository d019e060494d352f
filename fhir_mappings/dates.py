"""The clinical date of a resource: when it was so, before when it was written down."""

from __future__ import annotations

import re

from fhir_mappings.documents.later_members import extensions_of, onset_ages_of, onset_words_of
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import ABSENT, Period, Resource
from guideline.partial_date import PartialDate

#: What databases write for "no date" and "open end": nothing, or a year outside of all records.
_NO_DATE = re.compile(r"\s*+|(?:0\d{3}|1[0-8]\d\d|2[2-9]\d\d|[3-9]\d{3})(?:-.*+)?")

#: Words in place of an onset that tell no more than no words.
_UNTOLD = re.compile(
    r"\A\W*+(?:(?:unknown|unk|not (?:known|recorded|documented|specified|available)|unspecified|n/?a|none|date|of|onset|is|was)\b\W*+)*+"
)

_ASSERTED = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"


def when(text: str | None) -> PartialDate | None:
    """A FHIR date, dateTime or instant as a date; `None` where there is none or it is no date."""
    if not text:
        return None
    if len(text) > 10:
        if text[10] not in "T " and text[10:] != "Z":
            return PartialDate.parse(text)
        text = text[:10]
    return _parsed(text)


@remembered(maxsize=8192)
def _parsed(text: str) -> PartialDate | None:
    return PartialDate.parse(text)


def started(period: Period | None) -> PartialDate | None:
    """The start of a period."""
    return when(period.start) if period is not None else None


def ended(period: Period | None) -> PartialDate | None:
    """The end of a period."""
    return when(period.end) if period is not None else None


def observed(resource: Resource) -> PartialDate | None:
    """When an Observation was so: its effective time, else when it was issued. Of a span, the day it began."""
    if resource.effective_date_time:
        return when(resource.effective_date_time)
    period = resource.effective_period
    return started(period) or ended(period) or when(resource.effective_instant) or when(resource.issued)


def unreadable_day(resource: Resource) -> bool:
    """Whether a result says when it was so, and no date of it can be read: somebody knew the day, and we do not."""
    texts = (resource.effective_date_time, *ends_of(resource.effective_period), resource.effective_instant, resource.issued)
    return resource.effective_timing is not ABSENT or any(unreadable(text) for text in texts)


def unreadable(text: str | None) -> bool:
    """Whether a text stands for a date and cannot be read as one: `11/19/2026`. A year that stands for "none" is no date."""
    return bool(text) and when(text) is None and _NO_DATE.fullmatch(text or "") is None


def _says_nothing(text: str) -> bool:
    return _UNTOLD.fullmatch(text.lower()) is not None


def ends_of(period: Period | None) -> tuple[str | None, ...]:
    """Both ends of a period as they are written."""
    return (period.start, period.end) if period is not None else ()


def onset(resource: Resource) -> PartialDate | None:
    """The day on which a Condition is said to have begun, also where words say nothing but a date: `2019`."""
    return when(resource.onset_date_time) or started(resource.onset_period) or when(onset_words_of(resource).strip())


def onset_without_date(resource: Resource) -> bool:
    """Whether somebody said when a Condition began, and no date of it can be read.

    An age, words ("last year"), a date in another form, or a period of which only the end is told: it began before that.
    """
    if onset(resource) is not None:
        return False
    period = resource.onset_period
    if unreadable(resource.onset_date_time) or (period is not None and (unreadable(period.start) or ended(period) is not None)):
        return True
    return any(age.value not in (None, "") for age in onset_ages_of(resource)) or not _says_nothing(onset_words_of(resource))


def began(resource: Resource) -> PartialDate | None:
    """When a Condition began: its onset; where nobody spoke of one, the day it was asserted, else recorded.

    CAUTION: an onset that is no date was some day before it was written down, so it is `None`, never the day of the writing: a metastasis
    of "last year" that is recorded today is no progression of this week. Callers that only ask whether something was there by some
    day take `known_by`.
    """
    day = onset(resource)
    return day if day is not None or onset_without_date(resource) else asserted(resource) or when(resource.recorded_date)


def known_by(resource: Resource) -> PartialDate | None:
    """A day by which a Condition had begun: as `began`, but of an onset that is no date the day on which it was written down.

    For what is only asked whether it was there by then: a pregnancy (which is over some months later), heart failure (older than a drug or
    not), a menopausal status, a visit's diagnosis that was closed later, an entry of the future.
    """
    return began(resource) or recorded(resource)


def recorded(resource: Resource) -> PartialDate | None:
    """When a Condition was written down: recorded, else asserted."""
    return when(resource.recorded_date) or asserted(resource)


def abated(resource: Resource) -> PartialDate | None:
    """When a Condition ended."""
    return when(resource.abatement_date_time) or ended(resource.abatement_period) or started(resource.abatement_period)


def performed(resource: Resource) -> PartialDate | None:
    """When a Procedure was done: of a span, the day it ended."""
    return when(resource.performed_date_time) or ended(resource.performed_period) or started(resource.performed_period)


def asserted(resource: Resource) -> PartialDate | None:
    """The date of the `condition-assertedDate` extension."""
    return next((when(item.value_date_time) for item in extensions_of(resource) if item.url == _ASSERTED), None)
