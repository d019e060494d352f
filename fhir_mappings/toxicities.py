"""Condition -> toxicities of T-DM1 that no laboratory value tells (R119), with their CTCAE grade."""

from __future__ import annotations

from fhir_mappings.coded import words
from fhir_mappings.condition_grade import condition_grade
from fhir_mappings.dates import began
from fhir_mappings.problem_list import ProblemList
from fhir_mappings.resources import source_of
from fhir_mappings.toxicity_names import toxicity_named
from fhir_mappings.visit_diagnoses import Closed
from guideline.case import Toxicity

#: How much of an ICD-10 code two entries of one neuropathy share: G62.0 and G62.9.
_SAME_TOXICITY = 3


def read_toxicities(listed: ProblemList) -> tuple[Toxicity, ...]:
    """Each of them, resolved too: that of the liver ends T-DM1 however it goes on."""
    found = [(resource, kind) for resource in listed["toxicity"] if (kind := toxicity_named(words(resource.code))) is not None]
    closed = Closed([resource for resource, _ in found], icd_characters=_SAME_TOXICITY)
    return tuple([
        Toxicity(kind, closed.course_of(resource).status, condition_grade(resource), began(resource), source_of(resource))
        for resource, kind in found
    ])  # fmt: skip
