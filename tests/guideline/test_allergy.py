"""An allergy on record to the ordered drug, or to the antibody inside it (P15)."""

from __future__ import annotations

import pytest

from guideline.advice import Suggestion
from guideline.case import Allergy
from guideline.rules import allergy as module
from tests.guideline.case_builder import a_case, ago, cycles, dose, given, on_therapy, second_line
from tests.guideline.order_builder import beside, order, says, stop, words

TDXD, TDM1, PHESGO, SC = (
    "trastuzumab-deruxtecan", "trastuzumab-emtansine", "pertuzumab-trastuzumab-hyaluronidase", "trastuzumab-hyaluronidase",
)  # fmt: skip


def allergic(drug, severe=True):
    return Allergy(drug, severe, f"AllergyIntolerance/{drug}-{severe}")


def found(allergies, *orders):
    got = says(module.RULES, second_line(allergies=allergies), *orders)
    assert all(f.topic == "AllergyOrIntolerance" for f in got)
    return got


def indicator(allergies, drug):
    got = found(allergies, order(drug))
    assert len(got) <= 1
    return got[0].indicator if got else None


@pytest.mark.parametrize(
    ("allergen", "ordered", "severe"),
    [
        ("docetaxel", "docetaxel", "critical"), ("trastuzumab", "trastuzumab", "critical"),
        ("trastuzumab", SC, "critical"), ("trastuzumab", PHESGO, "critical"), ("pertuzumab", PHESGO, "critical"),
        ("trastuzumab", TDXD, "critical"), ("trastuzumab", TDM1, "critical"), (SC, "trastuzumab", "critical"),
        (SC, TDXD, "critical"), (TDXD, TDXD, "critical"),
        (TDM1, TDXD, "warning"), (TDM1, "trastuzumab", "warning"), (PHESGO, "pertuzumab", "warning"), (PHESGO, TDXD, "warning"),
        ("docetaxel", "paclitaxel", None), ("trastuzumab", "pertuzumab", None), ("trastuzumab", "margetuximab", None),
        (TDXD, "tucatinib", None), ("pertuzumab", "trastuzumab", None),
    ],
)  # fmt: skip
def test_what_an_allergy_concerns(allergen, ordered, severe):
    """The drug itself or its antibody part: critical when severe; another drug that shares an antibody: a warning; the rest: silent."""
    assert indicator(allergic(allergen), ordered) == severe
    for not_severe in (False, None):
        assert indicator(allergic(allergen, not_severe), ordered) == ("warning" if severe else None)


def test_a_severe_allergy_can_be_taken_back():
    """Critical: drug and allergen named, the draft deletable at a click."""
    asked = order(TDXD)
    (f,) = found(allergic("trastuzumab"), asked)
    assert f.headline.text == "Do not give trastuzumab deruxtecan: severe allergy to trastuzumab, which is part of it"
    assert f.avoid == (TDXD,)
    assert f.suggestions == (Suggestion("delete", TDXD, asked.id, True),)
    assert [(fact.value, fact.source) for fact in f.facts] == [("trastuzumab, severe", "AllergyIntolerance/trastuzumab-True")]


def test_an_allergy_of_unknown_severity_is_asked_about():
    """Not severe and unknown are told apart, and nothing is deleted."""
    for severe, says_ in [(None, "severity not recorded"), (False, "not severe")]:
        (f,) = found(allergic("docetaxel", severe), order("docetaxel"))
        assert says_ in f.headline.text
        assert f.suggestions == ()
        assert f.avoid == ()


def test_the_severest_allergy_leads():
    """Two entries, one card for the order."""
    both = (allergic("trastuzumab", False), allergic("trastuzumab", True))
    for allergies in (both, both[::-1]):
        (f,) = found(allergies, order("trastuzumab"))
        assert f.indicator == "critical"


def test_an_order_of_two_drugs_is_not_deleted():
    """One of two drugs in an order is concerned: critical, and the order is for the prescriber to change."""
    (f,) = found(allergic("docetaxel"), order(("docetaxel", "pertuzumab")))
    assert f.indicator == "critical"
    assert f.suggestions == ()


def test_only_what_is_asked():
    """Context, stop orders and running drugs are not the question; neither is another tumour."""
    assert found(allergic("docetaxel"), beside("docetaxel")) == []
    assert found(allergic("docetaxel"), stop("docetaxel")) == []
    assert found(allergic("docetaxel"), order("pertuzumab")) == []
    assert says(module.RULES, second_line(allergies=allergic("docetaxel"), drugs=given("docetaxel", 60)), order("pertuzumab")) == []
    assert says(module.RULES, a_case(allergies=allergic("docetaxel"), diagnoses=()), order("docetaxel")) == []


def test_every_headline_fits_on_a_card():
    """No headline reaches 140 characters, for the longest names."""
    names = (TDXD, TDM1, PHESGO, SC, "pertuzumab", "trastuzumab")
    texts = [
        f.headline.text for allergen in names for drug in names for severe in (True, False, None)
        for f in found(allergic(allergen, severe), order(drug))
    ]  # fmt: skip
    assert len(texts) > 40
    assert [text for text in texts if len(text) >= 140] == []
    assert all(words(f) for f in found(allergic(TDXD), order(TDXD)))


@pytest.mark.parametrize(
    ("severe", "noted", "drugs", "ordered", "speaks"),
    [
        (False, 42, cycles("trastuzumab", 42, 21), "trastuzumab", False),
        (False, 42, cycles("trastuzumab", 42, 21), TDXD, False),
        (False, 42, (dose(PHESGO, 21),), PHESGO, False),
        (False, 21, cycles("trastuzumab", 42, 21), "trastuzumab", True),
        (False, None, cycles("trastuzumab", 42, 21), "trastuzumab", True),
        (False, 42, (dose("pertuzumab", 21),), "trastuzumab", True),
        (False, 42, (dose(TDM1, 21),), "trastuzumab", True),
        (False, 42, (given("trastuzumab", 60, kind="order"),), "trastuzumab", True),
        (None, 42, cycles("trastuzumab", 42, 21), "trastuzumab", True),
        (True, 42, cycles("trastuzumab", 42, 21), "trastuzumab", True),
    ],
    ids=[
        "given since", "another drug with its antibody", "the fixed combination given since", "of the day of the last dose", "no day",
        "another antibody since", "another drug since", "ordered only", "severity not recorded", "severe",
    ],
)  # fmt: skip
def test_decision_23_a_mild_reaction_is_not_repeated_once_a_later_dose_was_given(severe, noted, drugs, ordered, speaks):
    """Said at the first order after the entry; a dose given since shows that it was seen and dealt with."""
    allergies = (Allergy("trastuzumab", severe, "AllergyIntolerance/1", ago(noted) if noted is not None else None),)
    assert bool(says(module.RULES, on_therapy(*drugs, allergies=allergies), order(ordered))) is speaks


def test_a_tolerated_reaction_hides_no_other_one():
    """Two entries: the mild one was followed by doses, the one of unknown severity is still asked about."""
    allergies = tuple(Allergy("trastuzumab", severe, f"AllergyIntolerance/{n}", ago(42)) for n, severe in ((1, False), (2, None)))
    (f,) = says(module.RULES, on_therapy(*cycles("trastuzumab", 42, 21), allergies=allergies), order("trastuzumab"))
    assert [fact.source for fact in f.facts] == ["AllergyIntolerance/2"]
