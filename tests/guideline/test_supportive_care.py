"""Supportive care that is missing when a drug is begun (P12, R129)."""

from __future__ import annotations

import pytest

from guideline.case import OtherDrug
from guideline.rules.orders import supportive_care as module
from tests.guideline.case_builder import a_case, dose, given, second_line, source, when
from tests.guideline.order_builder import beside, order, other, says, words

TDXD = "trastuzumab-deruxtecan"
ANTIEMETICS = ("ondansetron", "aprepitant", "dexamethasone")


def found(case, *orders):
    got = says(module.RULES, case, *orders)
    assert all((f.topic, f.indicator, f.suggestions) == ("SupportiveCare", "info", ()) for f in got)
    return got


def taken(drug, status="active", end=None):
    return OtherDrug(drug, status, when(300), when(end), source("MedicationRequest"))


NEEDED = {"neratinib": ("loperamide",), "docetaxel": ("dexamethasone",), TDXD: ANTIEMETICS}


@pytest.mark.parametrize("drug", NEEDED)
def test_absent_at_the_start(drug):
    """Nothing beside the first dose: one information that says what to add."""
    (f,) = found(second_line(), order(drug))
    assert len(f.headline.text) < 140
    assert len(f.detail) == 1
    assert "P12" in {rule for s in (f.headline, *f.detail) for rule in s.rules}


def test_what_to_add():
    """Loperamide and dexamethasone with their doses."""
    assert "4 mg three times a day on days 1-14, then twice a day on days 15-56" in words(found(second_line(), order("neratinib"))[0])
    assert "Dexamethasone 8 mg twice a day for 3 days" in words(found(second_line(), order("docetaxel"))[0])


@pytest.mark.parametrize("drug", NEEDED)
def test_present_is_silent(drug):
    """Taken already, drafted beside, or signed with it: silent."""
    needed = NEEDED[drug]
    assert found(second_line(other_drugs=tuple(taken(m) for m in needed)), order(drug)) == []
    assert found(second_line(), order(drug), *(beside((), others=(m,)) for m in needed)) == []
    assert found(second_line(), order(drug), *(other(m) for m in needed)) == []
    assert len(found(second_line(other_drugs=tuple(taken(m, "stopped", 3) for m in needed)), order(drug))) == 1


@pytest.mark.parametrize("drug", NEEDED)
def test_only_at_the_start(drug):
    """A drug that runs, or is on hold, is no start; one given before and ended is begun again."""
    assert found(second_line(drugs=(given(drug, 60), dose(drug, 21))), order(drug)) == []
    assert found(second_line(drugs=given(drug, 60, status="on-hold")), order(drug)) == []
    assert len(found(second_line(drugs=given(drug, 300, 200)), order(drug))) == 1


@pytest.mark.parametrize("reason", [None, "lung", "toxicity", "progression"])
def test_no_first_cycle_after_doses_of_the_last_weeks(reason):
    """A drug ended some weeks ago and ordered again is no first cycle, whatever ended it; after 63 days it begins anew."""
    assert found(second_line(drugs=(given(TDXD, 150, 40, reason=reason), dose(TDXD, 40))), order(TDXD)) == []
    assert len(found(second_line(drugs=(given(TDXD, 250, 70, reason=reason), dose(TDXD, 70))), order(TDXD))) == 1


def test_any_corticosteroid_counts():
    """Prednisone beside docetaxel is premedication enough for silence."""
    assert found(second_line(other_drugs=taken("prednisone")), order("docetaxel")) == []


@pytest.mark.parametrize("left_out", ANTIEMETICS)
def test_tdxd_needs_all_three(left_out):
    """What is absent of the triplet is named, what is there is not."""
    (f,) = found(second_line(), order(TDXD), *(other(m) for m in ANTIEMETICS if m != left_out))
    names = {"ondansetron": "5-HT3 antagonist", "aprepitant": "NK1 antagonist", "dexamethasone": "dexamethasone"}
    assert [name in f.headline.text for name in names.values()] == [m == left_out for m in names]


def test_other_drugs_and_other_orders_are_silent():
    """Ondansetron alone, T-DM1, a docetaxel that is not selected, gastric cancer, no breast cancer."""
    assert found(second_line(), other("ondansetron")) == []
    assert found(second_line(), order("trastuzumab-emtansine"), order("pertuzumab"), order("tucatinib")) == []
    assert found(second_line(), beside("docetaxel"), order("pertuzumab")) == []
    assert found(second_line(), order(TDXD, gastric=True)) == []
    assert found(a_case(diagnoses=()), order("docetaxel")) == []
