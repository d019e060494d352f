from __future__ import annotations

import pytest

from tests.fhir_mappings.resource_builders import ICD10CM, SNOMED, case_of, concept, condition, patient

_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
FAILURE, FAILURE_SYSTOLIC, ILD, FIBROSIS = (ICD10CM, "I50.9"), (ICD10CM, "I50.22"), (ICD10CM, "J84.9"), (ICD10CM, "J84.112")


def of_visit(code, day="2024-06-14", **members):
    visit = {"category": [concept((_CATEGORY, "encounter-diagnosis"))], "onsetDateTime": None, "recordedDate": day}
    return condition(code, ident="visit", **{"status": None, **visit, **members})


def of_list(*codes, ended="2024-09-12", **members):
    listed = {"category": [concept((_CATEGORY, "problem-list-item"))], "onsetDateTime": "2024-06-04", "abatementDateTime": ended}
    return condition(*codes, ident="list", **{"status": "resolved", **listed, **members})


def status_of_visit(*resources):
    case = case_of(patient(), *resources)
    return {fact.source: fact.status for fact in (*case.heart, *case.lungs)}["Condition/visit"]


@pytest.mark.parametrize(
    ("visit", "listed"),
    [
        (of_visit(FAILURE), of_list(FAILURE)),
        (of_visit(FAILURE), of_list(FAILURE_SYSTOLIC)),
        (of_visit((SNOMED, "84114007")), of_list((SNOMED, "84114007"), (ICD10CM, "I50.9"))),
        (of_visit(ILD), of_list(ILD)),
        (of_visit(ILD, "2024-09-12"), of_list(ILD)),
        (of_visit(FAILURE), of_list(FAILURE, status=None)),
        (of_visit(FAILURE, onsetAge={"value": 55, "code": "a"}), of_list(FAILURE)),
    ],
)
def test_a_visit_before_the_end_of_the_disease_does_not_revive_it(visit, listed):
    """The problem list says when it ended; a visit's diagnosis is never closed."""
    assert status_of_visit(visit, listed) == "resolved"


@pytest.mark.parametrize(
    "resources",
    [
        (of_visit(FAILURE),),
        (of_visit(FAILURE, "2024-09-13"), of_list(FAILURE)),
        (of_visit(FAILURE, "2024"), of_list(FAILURE)),
        (of_visit(FAILURE, None), of_list(FAILURE)),
        (of_visit(FAILURE), of_list(FAILURE, ended=None)),
        (of_visit(FAILURE), of_list((ICD10CM, "I42.7"))),
        (of_visit(FIBROSIS), of_list(ILD)),
        (of_visit(FAILURE), of_list(FAILURE, category=[concept((_CATEGORY, "encounter-diagnosis"))])),
        (of_visit(FAILURE, category=[]), of_list(FAILURE)),
    ],
)
def test_where_the_problem_list_does_not_close_it_nobody_knows(resources):
    """No entry, a visit after its end or of an unknown day, another disease, another visit: unknown, which is not "resolved"."""
    assert status_of_visit(*resources) == "unknown"


def test_a_status_of_its_own_stands():
    """A visit's diagnosis that is stated as active is active."""
    assert status_of_visit(of_visit(FAILURE, status="active"), of_list(FAILURE)) == "active"


def test_a_lung_disease_of_a_visit_ended_when_the_problem_list_says():
    """The end decides how long ago it was."""
    case = case_of(patient(), of_visit(ILD), of_list(ILD))
    assert {str(fact.abated) for fact in case.lungs} == {"2024-09-12"}
