"""Condition -> symptoms and findings that may be those of a complication.

Those of the lungs tell of a conjugate's pneumonitis (decision 12), those of the brain of metastases that need local therapy first (13).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from fhir_mappings.coded import words
from fhir_mappings.coded_again import says_news
from fhir_mappings.dates import began, known_by, onset, recorded
from fhir_mappings.documents.later_members import notes_of
from fhir_mappings.problem_list import ProblemList, clinical_status
from fhir_mappings.record import Record
from fhir_mappings.resources import Resource, source_of
from fhir_mappings.symptom_names import NamedSymptom, names_mass_effect, symptoms_of
from fhir_mappings.visit_diagnoses import Closed, Course
from guideline.case import ClinicalStatus, Metastasis, Symptom
from guideline.partial_date import PartialDate

#: How much of an ICD-10 code two entries of one symptom share: R06.02 and R06.09.
_SAME_SYMPTOM = 3


class _Entry(NamedTuple):
    """A Condition and one symptom that it names. `by`: a day by which the symptom was there."""

    resource: Resource
    named: NamedSymptom
    status: ClinicalStatus
    by: PartialDate | None


def read_symptoms(record: Record, listed: ProblemList, metastases: Iterable[Metastasis]) -> tuple[Symptom, ...]:
    """The symptoms on the problem list and among the diagnoses of visits, and the mass effect that a brain metastasis itself names.

    Not those of long standing.
    """
    closed = Closed(listed["symptom"], icd_characters=_SAME_SYMPTOM)
    entries = [
        _Entry(resource, named, _status(record, closed.course_of(resource)), known_by(resource))
        for resource in listed["symptom"]
        for named in symptoms_of(resource.code)
    ]
    own = [_symptom(entry, entries) for entry in entries if not entry.named.chronic]
    return (*own, *_mass_effect(listed, {m.source for m in metastases if m.site in ("brain", "leptomeningeal")}))


def _mass_effect(listed: ProblemList, of_the_brain: Container[str]) -> Iterator[Symptom]:
    for resource in listed["tumour"]:
        source = source_of(resource)
        if source in of_the_brain and names_mass_effect([words(resource.code), *notes_of(resource)]):
            day = began(resource)
            yield Symptom("neurological", "mass effect", clinical_status(resource), day, day, recorded(resource), source)


def _status(record: Record, course: Course) -> ClinicalStatus:
    """The status; with an end that is not to come it is over, whatever nobody changed."""
    return "resolved" if course.ended is not None and not record.is_future(course.ended) else course.status


def _symptom(entry: _Entry, entries: Iterable[_Entry]) -> Symptom:
    resource, named = entry.resource, entry.named
    day = began(resource)
    return Symptom(named.kind, named.name, entry.status, day, _since(entry, entries) or day, recorded(resource), source_of(resource))


def _since(entry: _Entry, entries: Iterable[_Entry]) -> PartialDate | None:
    """The day on which an older entry tells of the same symptom, unless this one has an onset or says that it is new or worse.

    CAUTION: a visit codes a known symptom again, with the day of the visit alone.
    """
    if entry.by is None or onset(entry.resource) is not None or says_news(entry.resource):
        return None
    older = [
        other.by for other in entries
        if other.named.name == entry.named.name and other.status != "resolved" and other.by is not None
        and other.by.latest <= entry.by.earliest
    ]  # fmt: skip
    return min(older, key=lambda day: day.latest, default=None)
