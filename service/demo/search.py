"""FHIR search over a handful of resources: what prefetch templates and the app ask for, by the rules of FHIR R4.

Known: `_id`, token parameters (`code`, `category`, `status`, `clinical-status`), `questionnaire`, `date` with its prefixes, `_sort` and
`_count`. As in most servers, an unknown parameter is ignored and does not stand in the `self` link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

#: Values of one parameter: alternatives, separated by commas.
_Test = Callable[[dict[str, Any], str], bool]

#: What a search carries besides conditions.
_OTHER: Final = frozenset({"_sort", "_count", "_offset", "_format", "patient", "subject"})

#: Where a resource says when it was, the first that it has.
_DATES: Final = ("effectiveDateTime", "performedDateTime", "recordedDate", "authoredOn", "authored", "issued", "birthDate", "onsetDateTime")
_PERIODS: Final = ("effectivePeriod", "performedPeriod")

_PREFIXES: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "eq": lambda day, asked: day == asked,
    "ge": lambda day, asked: day >= asked,
    "gt": lambda day, asked: day > asked,
    "le": lambda day, asked: day <= asked,
    "lt": lambda day, asked: day < asked,
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, in order, and the parameters that were understood, as pairs."""

    resources: list[dict[str, Any]]
    understood: list[tuple[str, str]]


def search(resources: Iterable[dict[str, Any]], parameters: Iterable[tuple[str, str]]) -> Found:
    """Those of `resources`, all of one type, that meet every parameter; sorted as `_sort` says, else as they stand.

    The caller sees to the patient, and to `_count` and pages. Raises `ValueError` for a date or an order that cannot be read.
    """
    found, understood = list(resources), []
    order = ""
    for name, value in parameters:
        test = _TESTS.get(name)
        if test is not None:
            found = [resource for resource in found if any(test(resource, one) for one in value.split(","))]
        elif name == "_sort":
            order = value
        if test is not None or name in _OTHER:
            understood.append((name, value))
    return Found(_sorted(found, order) if order else found, understood)


def date_of(resource: Mapping[str, Any]) -> str:
    """When a resource was, as FHIR writes it; empty when it does not say."""
    for name in _PERIODS:
        period = resource.get(name, {})
        if period:
            return str(period.get("start") or period.get("end") or "")
    return next((str(resource[name]) for name in _DATES if name in resource), "")


def _sorted(resources: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    if order.removeprefix("-") not in {"date", "authored", "authoredon", "_lastUpdated"}:
        raise ValueError("_sort: date, authored or authoredon, with a minus before it for the newest first")
    return sorted(resources, key=date_of, reverse=order.startswith("-"))


def _is(resource: dict[str, Any], value: str) -> bool:
    return bool(resource.get("id") == value)


def _token(*names: str) -> _Test:
    """A test of elements that are codes, CodeableConcepts, or lists of them, against `code`, `system|code`, `system|` or `|code`."""

    def test(resource: dict[str, Any], value: str) -> bool:
        system, separator, code = value.rpartition("|")
        return any(
            (not code or coding_code == code) and (not separator or coding_system == system)
            for name in names
            for coding_system, coding_code in _codings(resource.get(name))
        )

    return test


def _codings(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield "", value
    elif isinstance(value, list):
        for member in value:
            yield from _codings(member)
    elif isinstance(value, dict):
        for coding in value.get("coding", ()):
            yield coding.get("system", ""), coding.get("code", "")


def _questionnaire(resource: dict[str, Any], value: str) -> bool:
    asked = str(resource.get("questionnaire", ""))
    return value in (asked, asked.partition("|")[0])


def _date(resource: dict[str, Any], value: str) -> bool:
    prefix, asked = (value[:2], value[2:]) if value[:2] in _PREFIXES else ("eq", value)
    if not asked[:4].isdigit():
        raise ValueError("date: such as ge2026-01-31")
    # Compared as far as it was asked: a month is any day of it.
    day = date_of(resource)[: len(asked)]
    return bool(day) and _PREFIXES[prefix](day, asked)


_TESTS: Final[Mapping[str, _Test]] = {
    "_id": _is,
    "code": _token("code", "medicationCodeableConcept"),
    "category": _token("category"),
    "status": _token("status"),
    "intent": _token("intent"),
    "clinical-status": _token("clinicalStatus"),
    "questionnaire": _questionnaire,
    "date": _date,
    "authored": _date,
    "authoredon": _date,
}

#: The names of the parameters that are understood, as the CapabilityStatement lists them, with their FHIR types.
PARAMETER_TYPES: Final[Mapping[str, str]] = {
    "_id": "token",
    "patient": "reference",
    "code": "token",
    "category": "token",
    "status": "token",
    "intent": "token",
    "clinical-status": "token",
    "questionnaire": "reference",
    "date": "date",
    "authored": "date",
    "authoredon": "date",
}
