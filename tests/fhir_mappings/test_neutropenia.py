"""Febrile neutropenia by its code and its words; neutropenia alone is the laboratory's."""

import pytest

from guideline.partial_date import PartialDate
from tests.fhir_mappings.resource_builders import ICD10CM, SNOMED, case_of, concept, condition, patient

_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"


def found(*codes, text=None, **members):
    return case_of(patient(), condition(code=concept(*codes, text=text), **members)).febrile_neutropenia


def test_the_code_says_it():
    """With its status, its day and its source."""
    (episode,) = found((SNOMED, "409089005"), ident="fn", onsetDateTime="2026-10-02")
    assert (episode.status, episode.date, episode.source) == ("active", PartialDate.parse("2026-10-02"), "Condition/fn")


@pytest.mark.parametrize(
    "label",
    [
        "Febrile neutropenia",
        "Neutropenic fever (CMS/HCC)",
        "Chemotherapy-induced neutropenia with fever",
        "Fever and neutropenia",
        "Neutropenic sepsis",
        "suspected febrile neutropenia",
        "Febrile neutropenia despite G-CSF prophylaxis",
    ],
)
def test_words_say_it(label):
    """Where no code is known to us, as in D70.9, whose label says more than the code."""
    assert len(found((ICD10CM, "D70.9"), text=label)) == 1


def test_two_icd_10_codes_of_one_condition_say_it():
    """ICD-10-CM has no code of its own: neutropenia, and fever in a condition classified elsewhere."""
    fever = (ICD10CM, "R50.81", "Fever presenting with conditions classified elsewhere")
    assert len(found((ICD10CM, "D70.9", "Neutropenia, unspecified"), fever)) == 1
    assert len(found((ICD10CM, "D70.1", "Agranulocytosis secondary to cancer chemotherapy"), fever)) == 1
    assert len(found((ICD10CM, "D701"), (ICD10CM, "R5081"))) == 1


@pytest.mark.parametrize(
    ("codes", "text"),
    [
        ([(ICD10CM, "D70.1")], None),
        ([(ICD10CM, "R50.81")], None),
        ([(ICD10CM, "D70.1"), (ICD10CM, "R50.9")], None),
        ([(ICD10CM, "D70.1"), ("http://hl7.org/fhir/sid/icd-10", "R50.81")], None),
        ([(ICD10CM, "D70.1"), (ICD10CM, "R50.81")], "Neutropenia without fever"),
        ([(ICD10CM, "D70.1"), (ICD10CM, "R50.81")], "History of febrile neutropenia"),
        ([(ICD10CM, "D70.1"), (ICD10CM, "R50.81")], "Encounter for febrile neutropenia prophylaxis"),
    ],
)
def test_one_of_the_two_codes_is_not_enough(codes, text):
    """Nor another fever, nor where the label says otherwise."""
    assert found(*codes, text=text) == ()


def two(first, second, *days):
    """Neutropenia and fever as two Conditions, each with its code, its label and its day."""
    made = [
        condition(ident=name, code=concept((ICD10CM, *code)), onsetDateTime=day)
        for name, code, day in zip(("neutropenia", "fever"), (first, second), days, strict=True)
    ]
    return case_of(patient(), *made).febrile_neutropenia


D70, R50 = (
    ("D70.1", "Agranulocytosis secondary to cancer chemotherapy"),
    ("R50.81", "Fever presenting with conditions classified elsewhere"),
)


@pytest.mark.parametrize("label", ["Agranulocytosis secondary to cancer chemotherapy", "Neutropenia, unspecified"])
def test_two_conditions_of_one_day_say_it(label):
    """As coders write an admission: two entries, and one episode, told by that of the neutropenia."""
    (episode,) = two(("D70.1", label), R50, "2026-10-02", "2026-10-02")
    assert (episode.status, episode.date, episode.source) == ("active", PartialDate.parse("2026-10-02"), "Condition/neutropenia")


@pytest.mark.parametrize(
    ("first", "second", "days"),
    [
        (D70, R50, ("2026-10-02", "2026-10-03")),
        (D70, R50, ("2026-10", "2026-10")),
        (D70, R50, (None, None)),
        (D70, ("R50.9", "Fever, unspecified"), ("2026-10-02", "2026-10-02")),
        (("D72.819", "Decreased white blood cell count, unspecified"), R50, ("2026-10-02", "2026-10-02")),
        (("D70.1", "Neutropenia without fever"), R50, ("2026-10-02", "2026-10-02")),
        (("D70.1", "History of neutropenia"), R50, ("2026-10-02", "2026-10-02")),
    ],
)
def test_two_conditions_that_do_not_belong_together(first, second, days):
    """Of other days, of days that nobody wrote down to the day, of another fever or without one."""
    assert two(first, second, *days) == ()


@pytest.mark.parametrize(
    "label",
    [
        "Neutropenia",
        "Neutropenia without fever",
        "Afebrile neutropenia",
        "No febrile neutropenia",
        "At risk for febrile neutropenia",
        "Prevention of febrile neutropenia",
        "Encounter for febrile neutropenia prophylaxis",
        "Neutropenic fever prophylaxis",
        "History of febrile neutropenia",
        "Fever",
        "Hay fever",
    ],
)
def test_words_that_say_something_else(label):
    """No fever, no neutropenia, denied, prevented, or of some day in the past."""
    assert found((ICD10CM, "D70.9"), text=label) == ()


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_what_is_not_so_is_none(status):
    """By its verification status."""
    assert found((SNOMED, "409089005"), verified=status) == ()


def test_the_problem_list_closes_a_visits_diagnosis():
    """A visit's diagnosis has no status; where the list says that it ended on that day or later, it ended."""
    visit = {"category": [concept((_CATEGORY, "encounter-diagnosis"))], "status": None, "onsetDateTime": None, "recordedDate": "2026-10-02"}
    listed = {"status": "resolved", "onsetDateTime": "2026-10-01", "abatementDateTime": "2026-10-09"}
    one, other = condition((SNOMED, "409089005"), ident="a", **visit), condition((SNOMED, "409089005"), ident="b", **listed)
    assert {e.status for e in case_of(patient(), one, other).febrile_neutropenia} == {"resolved"}
    assert [e.status for e in case_of(patient(), one).febrile_neutropenia] == ["unknown"]
