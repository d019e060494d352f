"""Observation -> laboratory values, weight and height, each in its canonical unit.

A value whose unit is missing or unknown is not used: 1.2 mg/dL and 1.2 umol/L of bilirubin are two different patients.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from fhir_mappings.coded import meanings_of_code
from fhir_mappings.observation_topics import asks_for_lab, asks_for_measure, is_panel, topic_of_codes
from fhir_mappings.record import Record
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Component, Range, Resource, source_of
from fhir_mappings.results import Number, Result, has_result, has_value, normal_ranges, number_of, results, upper_limit
from fhir_mappings.units import factor_of
from guideline.case import BodyMeasure, Lab, LabKind, UnreadResult

_LABS: dict[str, LabKind] = {
    "obs.alt": "alt",
    "obs.ast": "ast",
    "obs.alp": "alp",
    "obs.bilirubin_total": "bilirubin",
    "obs.creatinine": "creatinine",
    "obs.creatinine_clearance": "creatinine-clearance",
    "obs.egfr": "egfr",
    "obs.anc": "neutrophils",
    "obs.platelets": "platelets",
    "obs.haemoglobin": "haemoglobin",
}
_BODY: dict[str, Literal["weight", "height"]] = {"obs.body_weight": "weight", "obs.body_height": "height"}

#: A day as FHIR writes it.
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

#: Body measures that an adult can have; what lies outside is another unit or a typing error.
_POSSIBLE = {"weight": (20.0, 400.0), "height": (80.0, 250.0)}


def read_labs(record: Record, since: date | None) -> tuple[Lab, ...]:
    """Laboratory values, without those of days before `since`. `<5` and `>1000` stay limits."""
    resources = record.of("lab") if since is None else _not_before(record.of("lab"), since.isoformat())
    return tuple([fact for result in results(record, resources, "lab") for fact in _labs(record, result)])


def _labs(record: Record, result: Result) -> list[Lab]:
    """The value of a result and those of its components: a blood count holds all of them there."""
    resource = result.resource
    if resource.component is None:
        found = _lab(record, result, resource)
        return [found] if found is not None else []
    items = [*(() if is_panel(resource) else (resource,)), *(one for one in resource.component if _is_lab(one))]
    return [fact for item in items if (fact := _lab(record, result, item)) is not None]


def _is_lab(component: Component) -> bool:
    return topic_of_codes(component.code) == "lab" or asks_for_lab(component.code) is not None


def _not_before(resources: list[Resource], day: str) -> list[Resource]:
    """Without results of earlier days, by their text alone. A month or a year may still reach into them, and so may `11/19/2026`."""
    return [
        resource
        for resource in resources
        if not (when := resource.effective_date_time) or len(when) < 10 or when[:10] >= day or not _DAY.match(when)
    ]


def _lab(record: Record, result: Result, item: Resource | Component) -> Lab | None:
    resource = result.resource
    number = number_of(item)
    labelled = asks_for_lab(item.code)
    if labelled is not None:
        return _labelled(result, item, labelled, number)
    if number is None or item.code is None:
        _name_unread(record, resource, item, "lab")
        _keep_unread(record, result, item)
        return None
    kind, by = None, None
    for coding in item.code.coding:
        kind, by = _scale(coding.system, coding.code, number.unit, number.shown)
        if kind is not None:
            break
    if kind is None or by is None or number.value < 0:
        record.problem("unreadable", resource, "a unit that is not read", "lab")
        _keep_unread(record, result, item)
        return None
    return _in_its_unit(result, item, kind, number, by)


def _in_its_unit(result: Result, item: Resource | Component, kind: LabKind, number: Number, by: float) -> Lab:
    resource = result.resource
    # The range of a component is not read; that of the whole would be another value's.
    upper = _upper_normal(normal_ranges(resource), kind, number) if item is resource else None
    value = number.value if by == 1.0 else _rounded(number.value * by)
    return Lab(kind, value, result.day, upper, result.preliminary, source_of(resource), number.bound)


#: More creatinine, in mg/dL, than any blood holds: what only a label tells may be of urine.
_CREATININE_OF_BLOOD = 30.0


def _labelled(result: Result, item: Resource | Component, kind: LabKind, number: Number | None) -> Lab | None:
    """The value of a code that only its label tells, where number and unit are such a value's; else it is another test, and no loss."""
    by = _factor_where_it_fits(kind, number)
    return _in_its_unit(result, item, kind, number, by) if number is not None and by is not None else None


def _factor_where_it_fits(kind: LabKind, number: Number | None) -> float | None:
    by = factor_of(kind, number.unit, number.shown) if number is not None else None
    if number is None or by is None or number.value < 0:
        return None
    return by if kind != "creatinine" or number.value * by <= _CREATININE_OF_BLOOD else None


def labelled_only(resource: Resource) -> bool:
    """Whether nothing but its label calls a result a laboratory value, and its number or unit is none of such a value."""
    kind = asks_for_lab(resource.code)
    return kind is not None and _factor_where_it_fits(kind, number_of(resource)) is None


def _keep_unread(record: Record, result: Result, item: Resource | Component) -> None:
    """Keep what was measured and could not be read, where the code tells it: an older value does not stand for it."""
    codings = item.code.coding if item.code is not None and has_result(item) else ()
    kinds = (_scale(coding.system, coding.code, "", "")[0] for coding in codings)
    kind = next((kind for kind in kinds if kind is not None), None)
    if kind is not None:
        record.unread.append(UnreadResult(kind, result.day, source=source_of(result.resource)))


def _name_unread(record: Record, resource: Resource, item: Resource | Component, subject: str) -> None:
    """Name a value that is no number. A result without any value is none, and no loss."""
    if has_value(item):
        record.problem("unreadable", resource, "no number that can be read", subject)


@remembered(maxsize=8192)
def _scale(system: str | None, code: str | int | None, unit: str, shown: str) -> tuple[LabKind | None, float | None]:
    """What a code measures, and by what a value in this unit is multiplied."""
    found = (_LABS[concept] for concept, use in meanings_of_code(system, code) if concept in _LABS and use in ("match", "legacy"))
    kind = next(found, None)
    return kind, factor_of(kind, unit, shown) if kind is not None else None


def _upper_normal(ranges: list[Range], kind: LabKind, number: Number) -> float | None:
    """The upper limit of normal of the result's own reference range, in the canonical unit; a limit without unit has the value's."""
    for limits in ranges:
        high = upper_limit(limits)
        by = _limit_factor(kind, high, number) if high is not None else None
        if high is not None and by is not None and high.value > 0:
            return _rounded(high.value * by)
    return None


def _limit_factor(kind: LabKind, limit: Number, value: Number) -> float | None:
    stated = limit if limit.unit else value
    return factor_of(kind, stated.unit, stated.shown)


def _rounded(value: float) -> float:
    """Without the noise that a conversion leaves in the last digits."""
    return round(value, 6)


def read_body(record: Record) -> tuple[BodyMeasure, ...]:
    """Weights and heights."""
    return tuple([fact for result in results(record, record.of("body"), "other") if (fact := _measure(record, result)) is not None])


def _measure(record: Record, result: Result) -> BodyMeasure | None:
    resource = result.resource
    number = number_of(resource)
    kind = _body_kind(resource)
    if number is None or kind is None:
        _name_unread(record, resource, resource, "other")
        return None
    by = factor_of(kind, number.unit, number.shown)
    if number.bound is not None:
        record.problem("unreadable", resource, "a limit and no value", "body")
        return None
    least, most = _POSSIBLE[kind]
    value = number.value * by if by is not None else 0.0
    if by is None:
        record.problem("unreadable", resource, "a unit that is not read", "body")
        return None
    if not least <= value <= most:
        record.problem("erroneous", resource, f"not a possible {kind}", "body")
        return None
    return BodyMeasure(kind, _rounded(value), result.day, source_of(resource))


def _body_kind(resource: Resource) -> Literal["weight", "height"] | None:
    if resource.code is None:
        return None
    for coding in resource.code.coding:
        kind = _body_kind_of_code(coding.system, coding.code)
        if kind is not None:
            return kind
    return asks_for_measure(resource.code)


@remembered(maxsize=1024)
def _body_kind_of_code(system: str | None, code: str | int | None) -> Literal["weight", "height"] | None:
    return next((_BODY[concept] for concept, use in meanings_of_code(system, code) if concept in _BODY and use == "match"), None)
