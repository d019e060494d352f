"""An onset that is no date: of some day before it was written down, and what still counts by the day of the writing."""

import pytest

from tests.fhir_mappings.resource_builders import (
    BREAST_CANCER,
    ICD10CM,
    SNOMED,
    case_of,
    concept,
    condition,
    observation,
    on,
    patient,
)

BONE = (ICD10CM, "C79.51", "Secondary malignant neoplasm of bone")
WRITTEN = "2026-03-20"
AGE = {"value": 55, "unit": "years", "system": "http://unitsofmeasure.org", "code": "a"}

#: An onset that was stated, and is no date.
NO_DATE = [
    {"onsetString": "March 2026"},
    {"onsetString": "last year"},
    {"onsetAge": AGE},
    {"onsetRange": {"low": {"value": 50, "code": "a"}, "high": {"value": 55, "code": "a"}}},
    {"onsetPeriod": {"end": "2024-01-01"}},
    {"onsetPeriod": {"start": "spring 2024", "end": "2024-06-01"}},
    {"onsetDateTime": "11/19/2025"},
]


def written(*codings, **onset):
    return condition(*codings, **{"onsetDateTime": None, "recordedDate": WRITTEN, **onset})


def details(case):
    return [(problem.kind, problem.subject, problem.detail) for problem in case.problems]


@pytest.mark.parametrize("onset", NO_DATE)
def test_the_day_of_the_writing_is_no_onset(onset):
    """A metastasis of last year that is recorded today must not be a progression of today; the day of the writing is kept beside it."""
    case = case_of(patient(), written(BONE, **onset))
    assert [(m.date, m.recorded) for m in case.metastases] == [(None, on(WRITTEN))]
    assert details(case) == [("unreadable", "course", "an onset that is no date")]


@pytest.mark.parametrize(
    ("onset", "day"),
    [
        ({}, WRITTEN),
        ({"onsetString": "unknown"}, WRITTEN),
        ({"onsetString": "Date of onset: not known"}, WRITTEN),
        ({"onsetString": " "}, WRITTEN),
        ({"onsetAge": {}}, WRITTEN),
        ({"onsetAge": {"code": "a"}}, WRITTEN),
        ({"onsetRange": {}}, WRITTEN),
        ({"onsetPeriod": {}}, WRITTEN),
        ({"onsetDateTime": "0001-01-01"}, WRITTEN),
        ({"onsetString": "2019"}, "2019"),
        ({"onsetString": "2019-04-02"}, "2019-04-02"),
        ({"onsetPeriod": {"start": "2019-04", "end": "2020-01-01"}}, "2019-04"),
        ({"onsetDateTime": "2019-04-02", "onsetAge": AGE}, "2019-04-02"),
    ],
)
def test_where_nobody_spoke_of_an_onset_the_writing_counts(onset, day):
    """No onset, or words that say that there is none: as before. A date in words is a date."""
    case = case_of(patient(), written(BONE, **onset))
    assert [m.date for m in case.metastases] == [on(day)]
    assert details(case) == []


def test_febrile_neutropenia_of_last_year_is_not_of_this_week():
    """It holds T-DXd by its day."""
    case = case_of(patient(), written((SNOMED, "409089005"), onsetString="last year"))
    assert [episode.date for episode in case.febrile_neutropenia] == [None]
    assert details(case) == [("unreadable", "lab", "an onset that is no date")]


def test_the_age_at_a_primary_is_named_nowhere():
    """Nothing rests on the day of a primary; a stage beside it has no day either."""
    case = case_of(patient(), written(BREAST_CANCER, onsetAge=AGE, stage=[{"summary": concept(text="Stage IV")}]))
    assert [d.date for d in case.diagnoses] == [None]
    assert [s.date for s in case.stages] == [None]
    assert details(case) == []


@pytest.mark.parametrize("onset", NO_DATE)
@pytest.mark.parametrize(
    ("coding", "field"), [((ICD10CM, "I50.9"), "heart"), ((SNOMED, "77386006"), "pregnancies"), ((SNOMED, "76498008"), "menopause")]
)
def test_what_was_there_by_then_keeps_the_day_of_the_writing(coding, field, onset):
    """Heart failure older than a drug, a pregnancy that must be over, a menopausal status: there when it was written down."""
    assert [fact.date for fact in getattr(case_of(patient(), written(coding, **onset)), field)] == [on(WRITTEN)]


def test_a_pregnancy_of_no_certain_day_is_not_outdated_by_an_older_test():
    """Without any day every negative finding would be the newer one."""
    negative = observation(("http://loinc.org", "82810-3"), ident="o", valueString="Not pregnant", effectiveDateTime="2026-01-02")
    case = case_of(patient(), negative, written((SNOMED, "77386006"), onsetString="a few weeks ago"))
    newest = max(case.pregnancies, key=lambda found: found.date.latest)
    assert newest.status == "pregnant"


def test_what_is_written_in_the_future_does_not_count():
    """Whatever its onset is."""
    case = case_of(patient(), written(BONE, onsetAge=AGE, recordedDate="2031-01-01"))
    assert (case.metastases, [p.kind for p in case.problems]) == ((), ["future"])
    assert case_of(patient(), written(BONE, onsetPeriod={"end": "2031-01-01"})).metastases
