"""A lung disease that is coded again at a later visit is no new one (R115, R116; decision 12)."""

from __future__ import annotations

import pytest

from tests.fhir_mappings.resource_builders import ICD10CM, SNOMED, case_of, concept, condition, patient

_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
ILD, FIBROSIS, ACUTE, BY_DRUG = (ICD10CM, "J84.9"), (ICD10CM, "J84.10"), (ICD10CM, "J84.114"), (ICD10CM, "J70.2")
ILD_SNOMED, PNEUMONITIS_SNOMED = (SNOMED, "233703007"), (SNOMED, "205237003")
GRADE_1, GRADE_2 = concept(text="CTCAE grade 1"), concept(text="CTCAE grade 2")
SINCE, VISIT = "2024-05-01", "2026-10-20"


def listed(*codes, **members):
    return condition(*(codes or (ILD,)), ident="list", **{"onsetDateTime": SINCE, **members})


def again(*codes, **members):
    """The same disease as the diagnosis of a visit: no clinical status, no onset, only the day on which it was written."""
    visit = {"category": [concept((_CATEGORY, "encounter-diagnosis"))], "status": None, "onsetDateTime": None, "recordedDate": VISIT}
    return condition(*(codes or (ILD,)), ident="again", **{**visit, **members})


def read_again(*resources):
    """What was read of the later entry: since when, of what grade and cause."""
    found = {fact.source: fact for fact in case_of(patient(), *resources).lungs}["Condition/again"]
    return str(found.onset), found.grade, found.cause_drug


@pytest.mark.parametrize(
    ("known", "visit"),
    [
        (listed(), again()),
        (listed(onsetDateTime=None, recordedDate=SINCE), again()),
        (listed(), again(recordedDate="2026-10")),
        (listed(), again(category=[], status="active")),
        (listed(ILD_SNOMED, ILD), again()),
        (listed(code=concept(text="ILD")), again(code=concept(text="ILD"))),
        (again(recordedDate=SINCE) | {"id": "list"}, again()),
    ],
)
def test_r116_known_disease_coded_again_began_when_it_began(known, visit):
    """A visit's diagnosis, an import, a second entry: the day of the writing is no onset."""
    assert read_again(known, visit) == (SINCE, None, None)
    assert read_again(visit, known) == (SINCE, None, None)


@pytest.mark.parametrize(
    ("known", "visit"),
    [
        (listed(), again(onsetDateTime=VISIT)),
        (listed(), again(ACUTE)),
        (listed(FIBROSIS), again(ACUTE)),
        (listed(), again(BY_DRUG)),
        (listed(ILD_SNOMED, ILD), again(PNEUMONITIS_SNOMED, ILD)),
        (listed(), again(severity=GRADE_2)),
        (listed(severity=GRADE_1), again(severity=GRADE_2)),
        (listed(), again(note=[{"text": "due to trastuzumab deruxtecan"}])),
        (listed(), again(status="recurrence")),
        (listed(), again(note=[{"text": "worse on CT"}])),
        (listed(), again(code=concept(ILD, text="Acute exacerbation of ILD"))),
        (listed(), again(code=concept(text="ILD"))),
        (listed(status="resolved", abatementDateTime="2024-09-01"), again()),
        (listed(status="resolved"), again()),
        (listed(onsetDateTime=None), again()),
        (listed(onsetDateTime="2026"), again()),
    ],
)
def test_what_tells_more_is_news(known, visit):
    """An onset, a code, a grade, a cause or words of its own; a disease that had ended, or of which nobody knows that it was there."""
    assert read_again(known, visit)[0] == VISIT


def test_r115_its_grade_and_cause_are_known():
    """The visit's diagnosis of a graded pneumonitis is not one that nobody graded, while it lasts and after its end."""
    grade_1 = {"onsetDateTime": "2026-10-01", "severity": GRADE_1}
    assert read_again(listed(BY_DRUG, **grade_1), again(BY_DRUG)) == ("2026-10-01", 1, "drug")
    over = listed(status="resolved", abatementDateTime="2026-11-01", **grade_1)
    assert read_again(over, again()) == ("2026-10-01", 1, None)


def test_of_several_entries_the_oldest_tells_since_when():
    """It is coded at every visit."""
    between = again(recordedDate="2025-02-01") | {"id": "between"}
    assert read_again(between, again(), listed()) == (SINCE, None, None)
