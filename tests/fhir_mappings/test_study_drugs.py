"""Study drugs: read where a medication calls itself one, and nothing else does (R131)."""

import pytest

from fhir_mappings.study_drugs import is_study_drug
from guideline.case import STUDY_DRUG
from tests.fhir_mappings.resource_builders import case_of, order, patient


@pytest.mark.parametrize(
    "text",
    [
        "investigational agent BDC-1001 study drug",
        "Investigational drug",
        "ARX788 (study medication)",
        "blinded Study-Drug",
        "IMP: investigational medicinal product",
        "zanidatamab - clinical trial",
        "experimental therapy, arm B",
    ],
)
def test_a_medication_that_calls_itself_a_study_drug(text):
    """By text or by display."""
    assert is_study_drug((), text)
    assert is_study_drug(((None, None, text),), None)


@pytest.mark.parametrize(
    "text",
    [
        "", "vitamin D", "atorvastatin 20 mg", "trial of omeprazole for reflux", "drug study of the thyroid", "study of the heart",
        "investigational influenza vaccine (study drug)", "contrast agent for study", "sleep study", "vitamin D study drug",
    ],
)  # fmt: skip
def test_ordinary_medicines_are_none(text):
    """Words that only sound alike, vaccines and supplements."""
    assert not is_study_drug((), text)


@pytest.mark.parametrize(
    ("text", "drugs", "others"),
    [
        ("investigational agent BDC-1001", [], [STUDY_DRUG]),
        ("tucatinib or placebo (blinded study drug)", ["tucatinib"], []),
        ("gemfibrozil study drug", [], ["gemfibrozil"]),
        ("atorvastatin 20 mg", [], []),
    ],
)
def test_what_the_lists_know_is_no_unknown_study_drug(text, drugs, others):
    """A drug that is named is itself, whatever study it is given in."""
    case = case_of(patient(), order(text=text))
    assert ([d.drug for d in case.drugs], [d.drug for d in case.other_drugs]) == (drugs, others)
