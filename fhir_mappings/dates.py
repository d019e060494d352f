"""The clinical date of a resource: when it was so, before when it was written down."""

from __future__ import annotations

from fhir_mappings.later_members import extensions_of
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Period, Resource
from guideline.partial_date import PartialDate

_ASSERTED = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"


def when(text: str | None) -> PartialDate | None:
    """A FHIR date, dateTime or instant as a date; `None` where there is none or it is no date."""
    if not text:
        return None
    if len(text) > 10:
        if text[10] not in "T ":
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
