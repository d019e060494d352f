"""The one door of this room: a reading in, a case out.

The case depends on what the resources say and on nothing else: neither their order, nor how often they come, nor what other patients'
resources stand beside them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date
from typing import Protocol, TypeVar

from fhir_mappings.allergies import read_allergies
from fhir_mappings.biomarkers.receptors import read_receptors
from fhir_mappings.dpyd import read_dpyd
from fhir_mappings.heart import read_heart_conditions, read_lvef
from fhir_mappings.intake import read_intake
from fhir_mappings.labs import read_body, read_labs
from fhir_mappings.lost_facts import lost_with_search
from fhir_mappings.lungs import read_lungs
from fhir_mappings.medications.exposures import read_medications
from fhir_mappings.neutropenia import read_febrile_neutropenia
from fhir_mappings.patient import read_patient
from fhir_mappings.prefetch_queries import wants_all
from fhir_mappings.problem_list import diseases
from fhir_mappings.procedures import read_hospice, read_procedures
from fhir_mappings.reading import Reading
from fhir_mappings.record import patient_ids, record_of
from fhir_mappings.reproductive import read_menopause, read_pregnancies
from fhir_mappings.symptoms import read_symptoms
from fhir_mappings.toxicities import read_toxicities
from fhir_mappings.tumour.conditions import read_tumours
from fhir_mappings.tumour.course import (
    read_disease_statuses,
    read_metastasis_sites,
    read_metastatic_history,
    read_performance,
    read_stages,
)
from guideline.case import Case, DataProblem

__all__ = ["build_case", "patient_ids"]


class _Sourced(Hashable, Protocol):
    """A fact, whatever its kind: it names the resource that says so."""

    @property
    def source(self) -> str: ...


_Fact = TypeVar("_Fact", bound=_Sourced)


def build_case(reading: Reading, *, patient_id: str | None, today: date, labs_since: date | None = None) -> Case:
    """Map everything that a reading says about one patient.

    `patient_id` is the id in the hook's context. `None` (a document from a file): the patient is the one Patient in it, or the one subject
    that it names; with several, nothing is anybody's and all of it is dropped and counted. `labs_since` passes over laboratory values of
    earlier days, which are most of a long record, where nobody asks for them.
    """
    record = record_of(reading, patient_id, today)
    listed = diseases(record)
    tumours = read_tumours(record, listed)
    lvef = _once(read_lvef(record))
    medications = read_medications(record)
    return Case(
        today=today,
        patient=read_patient(record),
        diagnoses=_once(tumours.diagnoses),
        metastases=_once((*tumours.metastases, *read_metastatic_history(record), *read_metastasis_sites(record))),
        stages=_once((*tumours.stages, *read_stages(record))),
        receptors=_once(read_receptors(record)),
        disease_statuses=_once(read_disease_statuses(record)),
        drugs=_once(medications.drugs),
        planned=_once(medications.planned),
        lvef=lvef,
        heart=_once(read_heart_conditions(listed)),
        lungs=_once(read_lungs(record, listed)),
        febrile_neutropenia=_once(read_febrile_neutropenia(record, listed)),
        toxicities=_once(read_toxicities(listed)),
        symptoms=_once(read_symptoms(record, listed, tumours.metastases)),
        pregnancies=_once(read_pregnancies(record, listed)),
        menopause=_once(read_menopause(record, listed)),
        performance=_once(read_performance(record)),
        labs=read_labs(record, labs_since),
        body=read_body(record),
        allergies=_once(read_allergies(record, listed)),
        procedures=_once((*read_procedures(record, lvef), *read_hospice(listed))),
        other_drugs=_once(medications.others),
        dpyd=_once(read_dpyd(record, listed)),
        intake=read_intake(record),
        unread=tuple(dict.fromkeys(record.unread)),
        problems=_problems((*record.problems, *_missing_pages(reading))),
    )


def _once(facts: tuple[_Fact, ...]) -> tuple[_Fact, ...]:
    """Each fact once, in the order of the resources, which is fixed. Only facts of one source can be the same."""
    if len(facts) < 2 or len({fact.source for fact in facts}) == len(facts):
        return facts
    return tuple(dict.fromkeys(facts))


def _problems(problems: Iterable[DataProblem]) -> tuple[DataProblem, ...]:
    return tuple(sorted(set(problems), key=lambda p: (p.kind, p.subject, p.source, p.detail)))


def _missing_pages(reading: Reading) -> Iterable[DataProblem]:
    """A search that failed, or of which only some pages came, is not "nothing recorded"."""
    for key, content in reading.keys.items():
        if content.state == "failed":
            why = "the client's own search failed"
        elif content.state == "unavailable":
            why = "could not be fetched from the FHIR server"
        elif content.next_page is not None:
            why = "not all pages of a search"
        elif content.state == "forbidden":
            why = "the FHIR server does not let us read it"
        elif content.cut_short and (not content.matches or wants_all(key, content.types)):
            why = "a search that counted more results than it sent"
        else:
            continue
        for subject in lost_with_search(key, content.types):
            yield DataProblem("forbidden" if content.state == "forbidden" else "incomplete", subject, "", why)
