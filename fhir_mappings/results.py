"""What all results share: which Observations count, and how a value is read whatever element it came in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from fhir_mappings.dates import observed, unreadable_day
from fhir_mappings.documents.later_members import ranges_of
from fhir_mappings.record import Record
from fhir_mappings.resources import Component, Quantity, Range, Resource
from guideline.case import Bound
from guideline.partial_date import PartialDate

#: Statuses of an Observation that holds no result, or none yet.
_NO_RESULT = frozenset({"cancelled", "registered"})

_BOUNDS: Final[dict[str, Bound]] = {"<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">="}
_NUMBER = re.compile(
    r"\A\s*+(?:([<>]=?|≥|≤)\s*+)?"
    r"(-?(?:\d{1,3}(?:[ '’\u00a0\u202f]\d{3})++(?!\d)|\d{1,3}([.,])\d{3}(?:\3\d{3})++(?!\d)|\d++(?:[.,]\d++)?))"
    r"\s*+(%|(?:[x×] ?)?[a-zA-Zµμ/{}0-9.*\[\]^²³⁶⁹]*+)\s*+"
    # A flag behind a unit, as laboratories print it: `45 K/uL L`.
    r"(?:\(?[HL]{1,2}\)?\s*+)?"
)

#: `150,000`: a decimal comma or a thousands separator. A leading zero has none of the latter.
_EITHER = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
#: Units that count single cells: no count of them has decimals, and none is below a thousand in anybody who is well.
_SINGLE = re.compile(r"(?:\{?cells\}?)?/(?:[uµμ]l|mcl|mm\^?3|mm³|cu?mm)", re.IGNORECASE)


#: A reference range in words, in small letters with single blanks; behind its dash stands the upper limit of normal, perhaps with a unit.
_RANGE = re.compile(
    r"(?:(?:normal|reference|non-?pregnant)(?: range)?:? )?\(?(?:\d{1,4}(?:[.,]\d{1,3})? ?(?:-|–|to) ?|(?:<=?|≤|up to) ?)"
    r"(\d{1,4}(?:[.,]\d{1,3})?(?: ?[^ ()]{1,12})?)\)?(?: \(?non-?pregnant\)?)?"
)

_NO_RESULT_WORDS = re.compile(
    r"[\W_]*+(?:test |study |exam(?:ination)? )?(?:(?:was )?not (?:yet )?(?:done|performed|measured|assessed|obtained|ordered|available)|"
    r"(?:result )?(?:is )?pending|to follow|in process|cancell?ed|no result|none|tnp|n/?a|null)[\W_]*+"
)


class Result(Struct, frozen=True, gc=False):
    """An Observation that counts, its clinical date, and whether it is preliminary."""

    resource: Resource
    day: PartialDate | None
    preliminary: bool


class Number(Struct, frozen=True, gc=False):
    """A number as recorded, its unit, and whether it is only a bound (`<`, `<=`, `>`, `>=`).

    `shown` is the unit that people read beside a coded one; empty where there is but one.
    """

    value: float
    unit: str
    bound: Bound | None = None
    shown: str = ""


def results(record: Record, resources: Iterable[Resource], subject: str) -> list[Result]:
    """Those of some Observations that count. Those in error and those dated in the future are named and left out."""
    found = []
    for resource in resources:
        status = resource.status
        if status == "entered-in-error":
            record.problem("erroneous", resource, "entered in error", subject)
        elif status not in _NO_RESULT:
            day = observed(resource)
            if day is None and unreadable_day(resource):
                record.problem("unreadable", resource, "a date that cannot be read", subject)
            if day is None or day.earliest <= record.horizon or record.counts(day, resource, subject):
                found.append(Result(resource, day, status == "preliminary"))
    return found


def of_quantity(quantity: Quantity | None) -> Number | None:
    """The number of a quantity. A value that came as text is read as text."""
    if quantity is None or quantity.value is None:
        return None
    unit, shown = quantity.code or quantity.unit or "", ""
    if quantity.unit and unit != quantity.unit:
        shown = quantity.unit
    if isinstance(quantity.value, str):
        read = of_text(quantity.value, unit)
        if read is None:
            return None
        return Number(read.value, unit or read.unit, _BOUNDS.get(quantity.comparator or "") or read.bound, shown)
    return Number(quantity.value, unit, _BOUNDS.get(quantity.comparator) if quantity.comparator else None, shown)


def of_text(text: str | float | None, unit: str = "") -> Number | None:
    """The number that a text is, and nothing else: `55 %`, `>55`, `1,5 mg/dL`, `150,000 /uL`. A range or a sentence is none.

    `unit` is that of the text where it stands elsewhere. A comma before three digits is a decimal comma to one and a thousands separator to
    another: such a number is none, save in a count of single cells, which has no decimals.
    """
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        return Number(float(text), "")
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    value = _value(found[2], found[4] or unit)
    return Number(value, found[4], _BOUNDS.get(found[1] or "")) if value is not None else None


def _value(written: str, unit: str) -> float | None:
    groups = re.split(r"[^-\d]", written)
    if len(groups) == 1:
        return float(written)
    decimal = written[len(groups[0])] in ".," and len(groups) == 2
    if decimal and _EITHER.fullmatch(written) is not None:
        if _SINGLE.fullmatch(unit.replace(" ", "")) is not None:
            decimal = False
        elif "," in written:
            return None
    return float(("." if decimal else "").join(groups))


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


def normal_ranges(resource: Resource) -> list[Range]:
    """The reference ranges of a result that are normal ones, not therapeutic or a treatment target."""
    return [
        limits
        for limits in ranges_of(resource)
        if limits.type is None or any(str(coding.code).lower() == "normal" for coding in limits.type.coding)
    ]


def upper_limit(limits: Range) -> Number | None:
    """The upper limit of a reference range. Many laboratories send it as text alone: `0.2-1.0 mg/dL`; what says more is not read."""
    high = of_quantity(limits.high)
    if high is not None or not limits.text:
        return high
    found = _RANGE.fullmatch(" ".join(limits.text.lower().split()))
    return of_text(found[1]) if found is not None else None


def has_value(item: Resource | Component) -> bool:
    """Whether a result holds a value at all, readable or not."""
    values = (
        item.value_quantity, item.value_codeable_concept, item.value_string, item.value_integer, item.value_boolean, item.value_range,
        item.value_ratio,
    )  # fmt: skip
    return any(value not in (None, "") for value in values)


def has_result(item: Resource | Component) -> bool:
    """Whether a result holds a value, readable or not, and not only the word that there is none: "not done", "pending"."""
    return has_value(item) and not _says_no_result(item)


def _says_no_result(item: Resource | Component) -> bool:
    said = text_of(item) or (item.value_codeable_concept.text if item.value_codeable_concept is not None else None)
    return said is not None and _NO_RESULT_WORDS.fullmatch(said.lower()) is not None


def is_false(value: bool | str | None) -> bool:
    """Whether a boolean, possibly written as a text, is false; absent is not false."""
    return value is False or value == "false"
