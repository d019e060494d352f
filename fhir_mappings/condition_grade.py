"""Condition -> the CTCAE grade of a toxicity."""

from __future__ import annotations

from typing import Final

from fhir_mappings.coded import triples, words, words_of_all
from fhir_mappings.ctcae import grades_in
from fhir_mappings.documents.later_members import concepts_in, notes_of
from fhir_mappings.resources import Concept, Resource

_SEVERITY_WORDS: Final = (("life-threatening", 4), ("life threatening", 4), ("fatal", 5))


def condition_grade(resource: Resource) -> int | None:
    """The CTCAE grade, from severity, stage, label or note. FHIR's own severity (mild, severe) is no CTCAE grade, save life-threatening."""
    concepts: list[Concept | None] = [*concepts_in(resource.severity), *(stage.summary for stage in resource.stage or ()), resource.code]
    texts = [words(concept) for concept in concepts] + [note.lower() for note in notes_of(resource)]
    for text in texts:
        grades = grades_in(text)
        if grades:
            return max(grades)  # the worst grade it had decides
    severities = concepts_in(resource.severity)
    for _, code, _ in (triple for concept in severities for triple in triples(concept)):
        if code in ("1", "2", "3", "4", "5"):
            return int(code)
    severity = words_of_all(*severities)
    return next((grade for word, grade in _SEVERITY_WORDS if word in severity), None)
