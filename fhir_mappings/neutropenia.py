"""Condition -> febrile neutropenia. Neutropenia without fever is told by the laboratory, not by the problem list."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Literal

from fhir_mappings.coded import meanings_of, words
from fhir_mappings.condition_topics import neutropenia_and_fever
from fhir_mappings.dates import began
from fhir_mappings.denial import Passage
from fhir_mappings.problem_list import ProblemList, name_undated
from fhir_mappings.record import Record
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Resource, source_of
from fhir_mappings.visit_diagnoses import Closed
from guideline.case import FebrileNeutropenia
from guideline.partial_date import PartialDate

#: How much of an ICD-10 code two entries of one neutropenia share: D70.1 and D70.9.
_SAME_NEUTROPENIA = 3

#: Also in the labels of two codes: "neutropenia, unspecified" and "fever presenting with conditions classified elsewhere". What is given
#: to prevent it is none.
_FEBRILE = re.compile(
    r"(?:\bfebrile neutropeni[a-z]*+|\bneutropenic (?:fever|sepsis)|\bneutropeni\w+.{0,60}?\bfever|\bfever.{0,60}?\bneutropeni[a-z]*+)"
    r"(?! prophyla)"
)
_PREVENTED = re.compile(r"prophyla|prevent")
_EITHER = re.compile(r"neutropeni|agranulocytosis|fever")
_WITHOUT_FEVER = re.compile(r"\b(?:non-?febrile|afebrile|without (?:any |associated )?fever|no fever)\b")


def read_febrile_neutropenia(record: Record, listed: ProblemList) -> tuple[FebrileNeutropenia, ...]:
    """Febrile neutropenia, resolved too: the dose after it is another one. It holds a drug by its day: an onset of none is named."""
    fever_on = {began(resource) for resource in listed["neutropenia"] if _is_half(resource, "fever")}
    found = [resource for resource in listed["neutropenia"] if _is_febrile(resource) or _had_fever(resource, fever_on)]
    for resource in found:
        name_undated(record, resource, "lab")
    closed = Closed(found, icd_characters=_SAME_NEUTROPENIA)
    return tuple([FebrileNeutropenia(closed.course_of(r).status, began(r), source_of(r)) for r in found])


def _is_febrile(resource: Resource) -> bool:
    if any(meaning.concept == "cond.febrile_neutropenia" for _, meaning in meanings_of(resource.code)):
        return True
    label = words(resource.code)
    return _named_in(label) or (len(neutropenia_and_fever(resource.code)) == 2 and not _speaks_of_it(label))


def _had_fever(resource: Resource, fever_on: Container[PartialDate | None]) -> bool:
    """Whether neutropenia alone begins on the very day of the fever that is written down beside it, as coders do for one visit."""
    day = began(resource)
    return day is not None and day.is_exact and day in fever_on and _is_half(resource, "neutropenia")


def _is_half(resource: Resource, half: Literal["neutropenia", "fever"]) -> bool:
    """Whether a Condition is coded as one of the two alone, and its label says no more."""
    return neutropenia_and_fever(resource.code) == {half} and not _says_more(words(resource.code))


@remembered(maxsize=1024)
def _named_in(label: str) -> bool:
    """Whether a label names it, and neither denies it nor speaks of some day in the past, which nobody dated. A suspected one counts."""
    if _WITHOUT_FEVER.search(label):
        return False
    return not Passage(label).standings(_FEBRILE) <= {"denied", "open", "past"}


@remembered(maxsize=1024)
def _says_more(label: str) -> bool:
    """Whether a label names febrile neutropenia, its prevention, its absence, or some day in the past."""
    return _speaks_of_it(label) or "past" in Passage(label).standings(_EITHER)


@remembered(maxsize=1024)
def _speaks_of_it(label: str) -> bool:
    """Whether a label names it, its prevention, or that there was no fever: then the label decides, and not the two codes behind it."""
    return any(pattern.search(label) for pattern in (_FEBRILE, _PREVENTED, _WITHOUT_FEVER))
