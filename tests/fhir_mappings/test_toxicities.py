"""Peripheral neuropathy and nodular regenerative hyperplasia by their names, with the CTCAE grade where one is told (R119)."""

import pytest

from guideline.partial_date import PartialDate
from tests.fhir_mappings.resource_builders import ICD10CM, SNOMED, case_of, concept, condition, patient


def found(text, *codes, **members):
    return case_of(patient(), condition(code=concept(*codes, text=text), **members)).toxicities


@pytest.mark.parametrize(
    ("label", "kind", "grade"),
    [
        ("Peripheral sensory neuropathy, CTCAE grade 3", "neuropathy", 3),
        ("Grade 4 peripheral motor neuropathy", "neuropathy", 4),
        ("Polyneuropathy due to drug, G2", "neuropathy", 2),
        ("CIPN grade III", "neuropathy", 3),
        ("Chemotherapy-induced peripheral neuropathy (CMS/HCC)", "neuropathy", None),
        ("Nodular regenerative hyperplasia of liver", "liver-hyperplasia", None),
        ("Regenerative nodular hyperplasia of the liver", "liver-hyperplasia", None),
    ],
)
def test_the_label_names_it(label, kind, grade):
    """Under any code, or none: with its status, its day and its source."""
    for codes in ((), ((ICD10CM, "G62.0"),), ((SNOMED, "302226006"),)):
        (toxicity,) = found(label, *codes, ident="tox", onsetDateTime="2026-10-02")
        assert (toxicity.kind, toxicity.grade, toxicity.status) == (kind, grade, "active")
        assert (toxicity.date, toxicity.source) == (PartialDate.parse("2026-10-02"), "Condition/tox")


def test_the_grade_stands_beside_it():
    """As a severity that is a CTCAE grade, and in a note; "severe" is none."""
    assert found("Peripheral neuropathy", severity={"text": "CTCAE grade 3"})[0].grade == 3
    assert found("Peripheral neuropathy", note=[{"text": "Now grade 3, drops cups"}])[0].grade == 3
    assert found("Peripheral neuropathy", severity={"text": "Severe"})[0].grade is None


@pytest.mark.parametrize(
    "label",
    [
        "Ischemic optic neuropathy, grade 3",
        "Ulnar neuropathy at elbow",
        "Mononeuropathy of lower limb",
        "Autonomic neuropathy",
        "No peripheral neuropathy",
        "Peripheral neuropathy ruled out",
        "Screening for peripheral neuropathy",
        "Family history of neuropathy",
        "Focal nodular hyperplasia of liver",
        "Nodular regenerative hyperplasia excluded",
        "Atypical ductal hyperplasia of breast",
    ],
)
def test_what_is_no_such_toxicity(label):
    """Other nerves, other nodules, and what is denied or only looked for."""
    assert found(label) == ()


@pytest.mark.parametrize("verification", ["refuted", "entered-in-error"])
def test_what_was_refuted_is_none(verification):
    assert found("Peripheral neuropathy, grade 3", verificationStatus={"coding": [{"code": verification}]}) == ()
