"""Observation -> LVEF; Condition -> heart failure and cardiomyopathy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from fhir_mappings.code_tables import icd10_key
from fhir_mappings.coded import CodingTriple, contradicts_itself, meanings_of, triples, words
from fhir_mappings.dates import began
from fhir_mappings.denial import Passage
from fhir_mappings.lvef_words import LvefReading, in_percent, lvef_in
from fhir_mappings.problem_list import ProblemList, clinical_status
from fhir_mappings.record import Record
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Component, Resource, source_of
from fhir_mappings.results import Result, of_quantity, of_text, results, text_of
from fhir_mappings.terminology import value_of
from guideline.case import HeartCondition, Lvef

Modality = Literal["echo", "muga", "mri", "ct", "angiogram", "unspecified"]

#: In percent: outside of this no living patient's LVEF lies; such a number is another quantity or a typing error.
LVEF_LEAST, LVEF_MOST = 5.0, 95.0

_MODALITY_WORDING: tuple[tuple[str, Modality], ...] = (
    (r"muga|radionuclide|blood pool|scintigra|multigated|gated", "muga"),
    (r"\bc?mri?\b|magnetic", "mri"),
    (r"echo|\btte\b|\btee\b|ultrasound|simpson|biplane", "echo"),
    (r"angiogra|ventriculogra|catheter", "angiogram"),
    (r"\bct\b|tomogra", "ct"),
)  # fmt: skip
_MODALITY_WORDS: tuple[tuple[re.Pattern[str], Modality], ...] = tuple(
    (re.compile(pattern), modality) for pattern, modality in _MODALITY_WORDING
)


_MODALITIES: dict[str, Modality] = {modality: modality for _, modality in _MODALITY_WORDS}

#: An ejection fraction of something else.
_ELSEWHERE = re.compile(r"\bright vent|\brv\b|gall ?bladder")


def read_lvef(record: Record) -> tuple[Lvef, ...]:
    """The LVEF series. What cannot be an LVEF, and what cannot be read, is named."""
    return tuple([fact for result in results(record, record.of("lvef"), "lvef") if (fact := _lvef(record, result)) is not None])


def _lvef(record: Record, result: Result) -> Lvef | None:
    resource = result.resource
    if contradicts_itself(resource.code) or _is_elsewhere(words(resource.code)):
        record.problem("code-text-conflict", resource, "labelled as something other than an LVEF", "lvef")
        return None
    reading = _reading(resource)
    if reading is None:
        reading = next((found for component in resource.component or () if (found := _reading(component)) is not None), None)
    if reading is None:
        record.problem("unreadable", resource, "no value that can be read", "lvef")
    elif not (LVEF_LEAST <= reading.value <= LVEF_MOST and (reading.upper is None or reading.value <= reading.upper <= LVEF_MOST)):
        record.problem("erroneous", resource, "not a possible LVEF", "lvef")
    else:
        modality, source = _modality(resource), source_of(resource)
        return Lvef(reading.value, result.day, reading.upper, reading.bound, modality, result.preliminary, source)
    return None


def _reading(item: Resource | Component) -> LvefReading | None:
    number = of_quantity(item.value_quantity) or of_text(item.value_integer)
    if number is not None:
        return LvefReading(in_percent(number.value), bound=number.bound)
    if item.value_range is not None:
        low, high = of_quantity(item.value_range.low), of_quantity(item.value_range.high)
        if low is not None and high is not None:
            return LvefReading(in_percent(low.value), in_percent(high.value))
        if low is not None:
            return LvefReading(in_percent(low.value), bound=">=")
        return LvefReading(in_percent(high.value), bound="<=") if high is not None else None
    text = text_of(item) or words(item.value_codeable_concept)
    return lvef_in(text) if text else None


def _modality(resource: Resource) -> Modality:
    """How it was measured: by code (trap 18), else by the method or the label. Two codes that differ leave it open."""
    return _modality_of(triples(resource.code)) or _modality_in(f"{words(resource.method)} {words(resource.code)}")


@remembered(maxsize=1024)
def _modality_of(codings: tuple[CodingTriple, ...]) -> Modality | None:
    coded = {value_of(system, code, "obs.lvef") for system, code, _ in codings} - {None, "unspecified"}
    if len(coded) > 1:
        return "unspecified"
    return _MODALITIES.get(coded.pop() or "", "unspecified") if coded else None


@remembered(maxsize=1024)
def _modality_in(text: str) -> Modality:
    return next((modality for pattern, modality in _MODALITY_WORDS if pattern.search(text)), "unspecified")


@remembered(maxsize=1024)
def _is_elsewhere(label: str) -> bool:
    return _ELSEWHERE.search(label) is not None


_FAILURE = re.compile(r"heart failure|cardiac failure|\bchf\b|\bhfr?ef\b|\bhfpef\b")
_MUSCLE = re.compile(
    r"cardiomyopath|cardiotoxic|(?:left ventricular|\blv\b) (?:systolic )?dysfunction|\blvsd\b|"
    r"(?:reduced|decreased|impaired|low) (?:lvef|ejection)"
)


def read_heart_conditions(listed: ProblemList) -> tuple[HeartCondition, ...]:
    """Heart failure and cardiomyopathy on the problem list, resolved ones too."""
    return tuple(fact for resource in listed["heart"] for fact in _heart(resource))


def _heart(resource: Resource) -> Iterator[HeartCondition]:
    concepts = {meaning.concept for _, meaning in meanings_of(resource.code) if meaning.use == "match"}
    kind: Literal["heart-failure", "cardiomyopathy"] | None = None
    if "cond.heart_failure" in concepts:
        kind = "heart-failure"
    elif "cond.cardiomyopathy_lvsd" in concepts:
        # I97.13x is heart failure, though postprocedural.
        kind = "heart-failure" if any(icd10_key(code).startswith("I9713") for _, code, _ in triples(resource.code)) else "cardiomyopathy"
    elif not any(True for _ in meanings_of(resource.code)):
        kind = _heart_disease_in(words(resource.code))
    if kind is not None:
        yield HeartCondition(kind, clinical_status(resource), began(resource), source_of(resource))


@remembered(maxsize=1024)
def _heart_disease_in(label: str) -> Literal["heart-failure", "cardiomyopathy"] | None:
    """The disease that a label names and does not deny. One that is suspected makes as careful as one that is there."""
    passage = Passage(label)
    if not passage.standings(_FAILURE) <= {"denied", "open"}:
        return "heart-failure"
    return "cardiomyopathy" if not passage.standings(_MUSCLE) <= {"denied", "open"} else None
