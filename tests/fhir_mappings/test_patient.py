from __future__ import annotations

import pytest

from tests.fhir_mappings.resource_builders import case_of, patient, problems_of

_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
BIRTH_FEMALE = {"url": _US_CORE + "us-core-birthsex", "valueCode": "F"}
BIRTH_UNKNOWN = {"url": _US_CORE + "us-core-birthsex", "valueCode": "UNK"}
SEX_FEMALE = {"url": _US_CORE + "us-core-sex", "valueCode": "248152002"}
SEX_MALE = {"url": _US_CORE + "us-core-sex", "valueCoding": {"system": "http://snomed.info/sct", "code": "248153007"}}
IDENTITY = {"url": _US_CORE + "us-core-genderIdentity", "valueCodeableConcept": {"text": "male"}}


@pytest.mark.parametrize(
    ("gender", "extensions", "sex"),
    [
        ("female", [], "female"),
        ("Male", [], "male"),
        ("other", [BIRTH_FEMALE], "female"),
        (None, [SEX_FEMALE], "female"),
        ("unknown", [SEX_MALE], "male"),
        ("female", [BIRTH_FEMALE, SEX_FEMALE, IDENTITY], "female"),
        ("male", [BIRTH_UNKNOWN], "male"),
        ("other", [], "unknown"),
        (None, [IDENTITY], "unknown"),
    ],
)
def test_the_sex_is_what_the_record_states_in_whichever_place(gender, extensions, sex):
    """Gender, sex at birth and the sex of US Core; an identity is none of them."""
    case = case_of(patient(gender=gender, extension=extensions))
    assert (case.patient.sex, problems_of(case)) == (sex, [])


@pytest.mark.parametrize(("gender", "extensions"), [("male", [BIRTH_FEMALE]), ("female", [SEX_MALE]), (None, [BIRTH_FEMALE, SEX_MALE])])
def test_where_gender_and_sex_differ_the_sex_is_unknown_and_that_is_named(gender, extensions):
    """Neither may decide whether a pregnancy is possible, or what a creatinine means."""
    case = case_of(patient(gender=gender, extension=extensions))
    assert (case.patient.sex, problems_of(case)) == ("unknown", [("code-text-conflict", "patient")])
