"""What all results share: which Observations count, and how a value is read whatever element it came in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from fhir_mappings.dates import observed
from fhir_mappings.record import Record
from fhir_mappings.resources import Component, Quantity, Resource
from guideline.case import Bound
from guideline.partial_date import PartialDate

#: Statuses of an Observation that holds no result, or none yet.
_NO_RESULT = frozenset({"cancelled", "registered"})

_BOUNDS: Final[dict[str, Bound]] = {"<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">="}
_NUMBER = re.compile(r"\A\s*+(?:([<>]=?|≥|≤)\s*+)?(-?\d++(?:[.,]\d++)?)\s*+(%|[a-zA-Z/{}0-9.*\[\]^]*+)\s*+")


class Result(Struct, frozen=True, gc=False):
    """An Observation that counts, its clinical date, and whether it is preliminary."""

    resource: Resource
    day: PartialDate | None
    preliminary: bool


class Number(Struct, frozen=True, gc=False):
    """A number as recorded, its unit, and whether it is only a bound (`<`, `<=`, `>`, `>=`)."""

    value: float
    unit: str
    bound: Bound | None = None


def results(record: Record, resources: Iterable[Resource], subject: str) -> list[Result]:
    """Those of some Observations that count. Those in error and those dated in the future are named and left out."""
    found = []
    for resource in resources:
        status = resource.status
        if status == "entered-in-error":
            record.problem("erroneous", resource, "entered in error", subject)
        elif status not in _NO_RESULT:
            day = observed(resource)
            if day is None or day.earliest <= record.horizon or record.counts(day, resource, subject):
                found.append(Result(resource, day, status == "preliminary"))
    return found


def of_quantity(quantity: Quantity | None) -> Number | None:
    """The number of a quantity. A value that came as text is read as text."""
    if quantity is None or quantity.value is None:
        return None
    unit = quantity.code or quantity.unit or ""
    if isinstance(quantity.value, str):
        read = of_text(quantity.value)
        return None if read is None else Number(read.value, unit or read.unit, _BOUNDS.get(quantity.comparator or "") or read.bound)
    return Number(quantity.value, unit, _BOUNDS.get(quantity.comparator) if quantity.comparator else None)


def of_text(text: str | float | None) -> Number | None:
    """The number that a text is, and nothing else: `55 %`, `>55`, `1,5 mg/dL`. A range or a sentence is none."""
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        return Number(float(text), "")
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    return Number(float(found[2].replace(",", ".")), found[3], _BOUNDS.get(found[1] or ""))


def number_of(item: Resource | Component) -> Number | None:
    """The number of a result, whatever element it came in."""
    if item.value_quantity is not None:
        number = of_quantity(item.value_quantity)
        if number is not None:
            return number
    return of_text(item.value_integer) or of_text(item.value_string)


def text_of(item: Resource | Component) -> str | None:
    """The text value of a result."""
    return str(item.value_string) if item.value_string not in (None, "") else None


def has_value(item: Resource | Component) -> bool:
    """Whether a result holds a value at all, readable or not."""
    values = (
        item.value_quantity, item.value_codeable_concept, item.value_string, item.value_integer, item.value_boolean, item.value_range,
        item.value_ratio,
    )  # fmt: skip
    return any(value not in (None, "") for value in values)


def is_false(value: bool | str | None) -> bool:
    """Whether a boolean, possibly written as a text, is false; absent is not false."""
    return value is False or value == "false"
