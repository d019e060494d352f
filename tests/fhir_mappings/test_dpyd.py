"""DPYD results of the laboratory, told by words."""

from __future__ import annotations

import pytest

from tests.fhir_mappings.resource_builders import LOINC, case_of, concept, condition, observation, on, patient, problems_of, quantity

LABEL = {"text": "DPYD phenotype"}


def read(ident="1", code=LABEL, **members):
    return case_of(patient(), observation(ident=ident, **{"code": code, **members}))


def phenotypes(case):
    """Those that were read."""
    return [result.phenotype for result in case.dpyd if result.phenotype is not None]


@pytest.mark.parametrize(
    ("said", "phenotype"),
    [
        ("Poor metabolizer", "poor"),
        ("DPYD poor metaboliser (*2A/*2A)", "poor"),
        ("Complete DPD deficiency", "poor"),
        ("PM", "poor"),
        ("Intermediate Metabolizer", "intermediate"),
        ("Result: intermediate DPYD metaboliser, activity score 1", "intermediate"),
        ("partial dpd enzyme deficiency", "intermediate"),
        ("Normal metabolizer", "normal"),
        ("Extensive metabolizer", "normal"),
        ("Normal DPD activity", "normal"),
        ("Normal", "normal"),
        ("Abnormal", None),
        ("DPD deficiency", None),
        ("No DPD deficiency", None),
        ("Not a poor metabolizer", None),
        ("Possible poor metabolizer", None),
        ("No evidence of complete DPD deficiency", None),
        ("Poor or intermediate metabolizer", None),
        ("normal/intermediate metabolizer", None),
        ("*2A/*2A", "poor"),
        ("DPYD genotype: *2A/*13", "poor"),
        ("c.1905+1G>A/c.1679T>G", "poor"),
        ("DPYD *2A / c.2846A>T", "poor"),
        ("Homozygous for c.1905+1G>A", "poor"),
        ("rs3918290 (homozygous)", "poor"),
        ("*1/*2A", "intermediate"),
        ("*1 / HapB3", "intermediate"),
        ("c.2846A>T heterozygous carrier", "intermediate"),
        ("c.2846A>T/c.2846A>T", "intermediate"),
        ("Activity score 0", "poor"),
        ("Activity score: 0.5", "poor"),
        ("DPYD gene activity score 1.5", "intermediate"),
        ("Activity score 2.0", "normal"),
        ("*1/*1", None),
        ("*1/*9A", None),
        ("*2A", None),
        ("Negative for *2A/*2A", None),
        ("*2A/*2A not detected", None),
        ("Activity score 3", None),
        ("Activity score 0 to 2", None),
        ("Homozygous for c.85T>C", None),
        ("rapid metabolizer", None),
        ("Negative", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("member", ["valueString", "valueCodeableConcept"])
def test_the_phenotype_that_a_result_states(said, phenotype, member):
    """What is denied, suspected, of unsaid degree or no phenotype is not read, and named: it is never normal."""
    case = read(**{member: said if member == "valueString" else {"text": said}})
    assert phenotypes(case) == ([phenotype] if phenotype else [])
    assert problems_of(case) == ([] if phenotype else [("unreadable", "lab")])
    assert [result.source for result in case.dpyd] == ["Observation/1"]


def test_the_words_of_one_result_agree_or_say_nothing():
    """A genotype with its interpretation is read; a display and a text that differ are not."""
    assert phenotypes(read(valueString="*1/*2A", interpretation=[{"text": "Intermediate metabolizer"}])) == ["intermediate"]
    assert phenotypes(read(valueCodeableConcept=concept((LOINC, "LA1", "Poor metabolizer"), text="Normal metabolizer"))) == []
    assert (
        phenotypes(read(valueCodeableConcept=concept((LOINC, "LA1", "Normal metabolizer")), valueString="Intermediate metabolizer")) == []
    )


@pytest.mark.parametrize(
    ("code", "read_as"),
    [
        ({"text": "DPYD gene analysis in blood"}, True),
        (concept((LOINC, "99999-9", "DPYD gene product metabolic activity interpretation")), True),
        (concept(("urn:local", "77", "Dihydropyrimidine dehydrogenase deficiency"), ("urn:other", "78", "Pharmacogenetics")), True),
        ({"text": "DPD enzyme activity"}, True),
        ({"text": "DPD/creatinine, urine"}, False),
        ({"text": "CYP2C19 phenotype"}, False),
        (concept((LOINC, "1742-6", "DPYD phenotype")), False),
    ],
)
def test_which_results_are_of_dpyd(code, read_as):
    """By the label under a code that nobody knows; a code that is known to be something else outweighs its label."""
    assert phenotypes(read(code=code, valueString="Poor metabolizer")) == (["poor"] if read_as else [])


def test_which_results_count():
    """Day and source stand on the fact; erroneous, future and unfinished results are none, nor does a preliminary one settle anything."""
    (result,) = read(valueString="Poor metabolizer", effectiveDateTime="2026-10-12").dpyd
    assert (result.date, result.source) == (on("2026-10-12"), "Observation/1")
    assert phenotypes(read(valueString="Poor metabolizer", effectiveDateTime="2027-10-12")) == []
    for status in ("entered-in-error", "registered", "cancelled"):
        assert phenotypes(read(valueString="Poor metabolizer", status=status)) == [], status
    assert phenotypes(read(valueString="Poor metabolizer", status="preliminary")) == ["poor"]
    assert phenotypes(read(valueString="Normal metabolizer", status="preliminary")) == []
    assert phenotypes(read(valueQuantity=quantity(1.5))) == []


def test_a_genotype_beside_words_that_differ_says_nothing():
    """The one confirms the other, or neither is read; a genotype in its own element counts as one in words."""
    assert phenotypes(read(valueString="*2A/*2A", interpretation=[{"text": "Poor metabolizer"}])) == ["poor"]
    assert phenotypes(read(valueString="*2A/*2A", interpretation=[{"text": "Normal metabolizer"}])) == []
    assert phenotypes(read(valueCodeableConcept=concept(("urn:local", "7", "*2A/*2A")))) == ["poor"]


@pytest.mark.parametrize(
    ("label", "value", "phenotype"),
    [("DPYD activity score", 0, "poor"), ("DPYD activity score", 1, "intermediate"), ("DPYD activity score", 0.7, None),
     ("DPYD phenotype", 0, None)],
)  # fmt: skip
def test_an_activity_score_as_a_number(label, value, phenotype):
    """A number is a score where the label calls it one."""
    assert phenotypes(read(code={"text": label}, valueQuantity=quantity(value))) == ([phenotype] if phenotype else [])


@pytest.mark.parametrize(
    ("label", "phenotypes_read"),
    [
        ("Complete DPD deficiency", ["poor"]),
        ("Partial dihydropyrimidine dehydrogenase deficiency", ["intermediate"]),
        ("DPYD poor metabolizer", ["poor"]),
        ("Homozygous for DPYD *2A", [None]),
        ("DPD deficiency", [None]),
        ("Dihydropyrimidine dehydrogenase deficiency (disorder)", [None]),
        ("No DPD deficiency", []),
        ("Family history of DPD deficiency", []),
        ("Rule out DPD deficiency", []),
        ("DPYD normal metabolizer", [None]),
        ("Enzyme deficiency", []),
    ],
)
def test_the_deficiency_on_the_problem_list(label, phenotypes_read):
    """As a disease it counts like a result; of which degree nobody said, it is one that was not read, and never normal."""
    case = case_of(patient(), condition(code=concept(text=label), onsetDateTime="2020-01-01"))
    assert [result.phenotype for result in case.dpyd] == phenotypes_read


def test_a_deficiency_that_was_refuted_is_none():
    """What is entered in error or refuted is no disease."""
    assert case_of(patient(), condition(code=concept(text="Complete DPD deficiency"), verified="refuted")).dpyd == ()
