"""Diagnoses of a visit, which nobody ever closes, beside the problem list, where the disease was closed.

A visit's diagnosis has no clinical status of its own: it says that the disease was treated that day. Where the problem list says that the
same disease ended on that day or later, it ended. Where it says nothing, the disease may be there still.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fhir_mappings.code_tables import icd10_key
from fhir_mappings.coded import CodingTriple, triples
from fhir_mappings.dates import abated, known_by
from fhir_mappings.documents.later_members import concepts_in
from fhir_mappings.problem_list import clinical_status
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Resource
from fhir_mappings.terminology import canonical_system
from guideline.case import ClinicalStatus
from guideline.partial_date import PartialDate


class Course(NamedTuple):
    """Whether a disease is there still, and when it ended."""

    status: ClinicalStatus
    ended: PartialDate | None


class Closed:
    """Which diseases of one topic the problem list closed, and when.

    `icd_characters`: how much of an ICD-10 code two Conditions share that are the same disease. SNOMED codes are the same or are not.
    """

    def __init__(self, conditions: Iterable[Resource], *, icd_characters: int) -> None:
        self._characters = icd_characters
        self._ends: dict[tuple[str, str], PartialDate] = {}
        for entry in conditions:
            ended = abated(entry)
            if ended is not None and clinical_status(entry) == "resolved" and not _is_of_a_visit(entry):
                for code in self._codes(entry):
                    known = self._ends.get(code)
                    if known is None or known.earliest < ended.earliest:
                        self._ends[code] = ended

    def course_of(self, resource: Resource) -> Course:
        """The course of a Condition by its own words, else, for a visit's diagnosis, by those of the problem list."""
        own = Course(clinical_status(resource), abated(resource))
        day = known_by(resource)
        if not self._ends or own.status != "unknown" or day is None or not _is_of_a_visit(resource):
            return own
        ends = [end for code in self._codes(resource) if (end := self._ends.get(code)) is not None and day.latest <= end.earliest]
        return Course("resolved", max(ends, key=lambda end: end.earliest)) if ends else own

    def _codes(self, resource: Resource) -> tuple[tuple[str, str], ...]:
        return codes_of(triples(resource.code), self._characters)


def _is_of_a_visit(resource: Resource) -> bool:
    return any(code == "encounter-diagnosis" for concept in concepts_in(resource.category) for _, code, _ in triples(concept))


@remembered(maxsize=1024)
def codes_of(codings: tuple[CodingTriple, ...], icd_characters: int) -> tuple[tuple[str, str], ...]:
    """What two Conditions of the same disease have in common."""
    named = [(canonical_system(system), code) for system, code, _ in codings if system and code]
    return tuple([(name, icd10_key(code)[:icd_characters] if name.startswith("icd10") else code) for name, code in named if name])
