"""Study drugs: read where a medication calls itself one, and nothing else does (R131)."""

import pytest

from fhir_mappings.medications.drug_names import drugs_of
from fhir_mappings.medications.study_drugs import is_study_drug
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
        "Blinded medication, kit 7",
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
        ("tucatinib, open-label study drug", ["tucatinib"], []),
        ("gemfibrozil study drug", [], ["gemfibrozil"]),
        ("atorvastatin 20 mg", [], []),
    ],
)
def test_what_the_lists_know_is_no_unknown_study_drug(text, drugs, others):
    """A drug that is named is itself, whatever study it is given in."""
    case = case_of(patient(), order(text=text))
    assert ([d.drug for d in case.drugs], [d.drug for d in case.other_drugs]) == (drugs, others)


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("tucatinib or placebo (blinded study drug)", []),
        ("Placebo/tucatinib", []),
        ("tucatinib 300 mg, or matching placebo", []),
        ("Blinded tucatinib", []),
        ("ribociclib (double-blind)", []),
        ("Placebo for pertuzumab", []),
        ("T-DM1 + tucatinib or placebo", ["trastuzumab-emtansine"]),
        ("trastuzumab + pertuzumab + tucatinib/placebo", ["pertuzumab", "trastuzumab"]),
        ("capecitabine plus placebo", ["capecitabine"]),
    ],
)
def test_a_drug_that_may_be_a_placebo_is_a_study_drug(text, drugs):
    """Which of the two it is only the study knows; what is given beside it is given."""
    case = case_of(patient(), order(text=text))
    assert (sorted(d.drug for d in case.drugs), [d.drug for d in case.other_drugs]) == (drugs, [STUDY_DRUG])
    assert case.problems == ()


@pytest.mark.parametrize("text", ["tucatinib or placebo", "Blinded study drug"])
def test_the_code_of_a_blinded_drug_says_what_it_may_be(text):
    """The code of the drug stands beside the text of the study."""
    tucatinib = ("http://www.nlm.nih.gov/research/umls/rxnorm", "2361285", "tucatinib 150 MG Oral Tablet")
    assert drugs_of([tucatinib], None).drugs == ("tucatinib",)
    case = case_of(patient(), order(tucatinib, text=text))
    assert (case.drugs, [d.drug for d in case.other_drugs]) == ((), [STUDY_DRUG])


@pytest.mark.parametrize("text", ["tucatinib (unblinded)", "tucatinib, un-blinded", "tucatinib, not blinded", "tucatinib (not placebo)"])
def test_an_unblinded_drug_is_itself(text):
    """Then somebody knows."""
    assert [d.drug for d in case_of(patient(), order(text=text)).drugs] == ["tucatinib"]


@pytest.mark.parametrize("text", ["norethindrone-ethinyl estradiol-iron 28 day pack with placebo tablets", "placebo", "colour-blind"])
def test_a_placebo_of_no_drug_of_ours_is_nothing(text):
    """Packs of contraceptives hold placebo tablets."""
    case = case_of(patient(), order(text=text))
    assert (case.drugs, case.other_drugs, case.problems) == ((), (), ())
