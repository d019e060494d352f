"""The clinical date of a resource: when it was so, before when it was written down."""

from __future__ import annotations

import re

from fhir_mappings.later_members import extensions_of
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import ABSENT, Period, Resource
from guideline.partial_date import PartialDate

#: What databases write for "no date" and "open end": nothing, or a year outside of all records.
_NO_DATE = re.compile(r"\s*+|(?:0\d{3}|1[0-8]\d\d|2[2-9]\d\d|[3-9]\d{3})(?:-.*+)?")

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


def ends_of(period: Period | None) -> tuple[str | None, ...]:
    """Both ends of a period as they are written."""
    return (period.start, period.end) if period is not None else ()


def began(resource: Resource) -> PartialDate | None:
    """When a Condition began: onset, else the day it was asserted, else the day it was recorded."""
    return when(resource.onset_date_time) or started(resource.onset_period) or asserted(resource) or when(resource.recorded_date)


def recorded(resource: Resource) -> PartialDate | None:
    """When a Condition was written down: recorded, else asserted."""
    return when(resource.recorded_date) or asserted(resource)


def abated(resource: Resource) -> PartialDate | None:
    """When a Condition ended."""
    return when(resource.abatement_date_time) or ended(resource.abatement_period) or started(resource.abatement_period)


def asserted(resource: Resource) -> PartialDate | None:
    """The date of the `condition-assertedDate` extension."""
    return next((when(item.value_date_time) for item in extensions_of(resource) if item.url == _ASSERTED), None)
