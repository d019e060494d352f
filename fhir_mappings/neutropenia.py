"""Condition -> febrile neutropenia. Neutropenia without fever is told by the laboratory, not by the problem list."""

from __future__ import annotations

import re

from fhir_mappings.coded import meanings_of, words
from fhir_mappings.dates import began
from fhir_mappings.denial import Passage
from fhir_mappings.problem_list import ProblemList
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Resource, source_of
from fhir_mappings.visit_diagnoses import Closed
from guideline.case import FebrileNeutropenia

#: How much of an ICD-10 code two entries of one neutropenia share: D70.1 and D70.9.
_SAME_NEUTROPENIA = 3

#: ICD-10-CM tells it by two codes in one Condition: "neutropenia, unspecified" and "fever presenting with conditions classified elsewhere".
_FEBRILE = re.compile(r"\bfebrile neutropeni|\bneutropenic (?:fever|sepsis)|\bneutropeni\w+.{0,60}?\bfever|\bfever.{0,60}?\bneutropeni")
_WITHOUT_FEVER = re.compile(r"\b(?:non-?febrile|afebrile|without (?:any |associated )?fever|no fever)\b")


def read_febrile_neutropenia(listed: ProblemList) -> tuple[FebrileNeutropenia, ...]:
    """Febrile neutropenia, resolved too: the dose after it is another one."""
    found = [resource for resource in listed["neutropenia"] if _is_febrile(resource)]
    closed = Closed(found, icd_characters=_SAME_NEUTROPENIA)
    return tuple([FebrileNeutropenia(closed.course_of(r).status, began(r), source_of(r)) for r in found])


def _is_febrile(resource: Resource) -> bool:
    coded = any(meaning.concept == "cond.febrile_neutropenia" for _, meaning in meanings_of(resource.code))
    return coded or _named_in(words(resource.code))


@remembered(maxsize=1024)
def _named_in(label: str) -> bool:
    """Whether a label names it, and neither denies it nor speaks of some day in the past, which nobody dated. A suspected one counts."""
    if _WITHOUT_FEVER.search(label):
        return False
    return not Passage(label).standings(_FEBRILE) <= {"denied", "open", "past"}
