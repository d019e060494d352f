"""Cancer drugs and other medicines that do not go together (P09 warfarin, P10, P11)."""

from __future__ import annotations

import pytest

from guideline.case import OtherDrug
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.rules.orders import interactions as module
from tests.guideline.case_builder import a_case, given, second_line, source, when
from tests.guideline.order_builder import beside, order, other, says, stop, words


def taken(drug, status="active", start=300, end=None):
    return OtherDrug(drug, status, when(start), when(end), source("MedicationRequest"))


def found(case, *orders):
    got = says(module.RULES, case, *orders)
    assert all((f.topic, f.indicator, f.suggestions) == ("DrugInteraction", "warning", ()) for f in got)
    return got


#: An example of each group that takes part in an interaction.
MEMBER = {
    "cyp2c8-inhibitor-strong": "gemfibrozil", "strong-cyp3a-inducer": "carbamazepine", "cyp2c8-inducer": "rifampin",
    "narrow-cyp3a-substrate": "tacrolimus", "p-gp-substrate": "digoxin", "vitamin-k-antagonist": "warfarin",
    "strong-cyp3a-inhibitor": "voriconazole", "proton-pump-inhibitor": "omeprazole",
}  # fmt: skip
PAIRS = [(i.drug, MEMBER[i.group], i.rule) for i in K.interactions if i.group is not None]


def test_the_interactions_of_the_order_checks():
    """P09-P11 and nothing else: what is not verified in a public source stays off."""
    assert {(i.drug, i.group or i.partner) for i in K.interactions} == {
        ("tucatinib", "cyp2c8-inhibitor-strong"), ("tucatinib", "strong-cyp3a-inducer"), ("tucatinib", "cyp2c8-inducer"),
        ("tucatinib", "narrow-cyp3a-substrate"), ("tucatinib", "p-gp-substrate"), ("palbociclib", "tucatinib"),
        ("capecitabine", "vitamin-k-antagonist"), ("lapatinib", "strong-cyp3a-inhibitor"),
        ("trastuzumab-emtansine", "strong-cyp3a-inhibitor"), ("docetaxel", "strong-cyp3a-inhibitor"),
        ("neratinib", "strong-cyp3a-inhibitor"), ("neratinib", "proton-pump-inhibitor"),
    }  # fmt: skip
    assert all(i.source for i in K.interactions)


@pytest.mark.parametrize(("drug", "medicine", "rule"), PAIRS)
def test_both_directions(drug, medicine, rule):
    """The cancer drug ordered beside the medicine, and the medicine ordered while the cancer drug runs, say the same."""
    (forwards,) = found(second_line(other_drugs=taken(medicine)), order(drug))
    (backwards,) = found(second_line(drugs=given(drug, 60)), other(medicine))
    assert forwards.headline == backwards.headline
    assert medicine in words(forwards).lower()
    assert rule in forwards.rules
    assert len(forwards.headline.text) < 140
    assert {fact.name for fact in forwards.facts} == {"Taken together", "Cancer drug"}


@pytest.mark.parametrize(("drug", "medicine", "rule"), PAIRS)
def test_in_one_order_session(drug, medicine, rule):
    """Both drafted: said as soon as one of them is selected, not while neither is."""
    for orders in [(order(drug), other(medicine)), (order(drug), beside((), others=(medicine,))), (beside(drug), other(medicine))]:
        (f,) = found(second_line(), *orders)
        assert rule in f.rules
    assert found(second_line(), beside(drug), beside((), others=(medicine,))) == []


@pytest.mark.parametrize(("drug", "medicine"), [(drug, medicine) for drug, medicine, _ in PAIRS])
def test_what_runs_already_is_not_asked(drug, medicine):
    """Both run and something else is ordered: silent (decision 16)."""
    case = second_line(drugs=given(drug, 60), other_drugs=taken(medicine))
    assert found(case, order("letrozole"), other("ondansetron")) == []


@pytest.mark.parametrize(
    "medicine",
    [
        taken("gemfibrozil", "stopped"),
        taken("gemfibrozil", "completed", end=3),
        taken("gemfibrozil", "on-hold"),
        taken("gemfibrozil", end=1),
    ],
)
def test_a_medicine_that_is_not_taken(medicine):
    """Stopped, completed, on hold, ended: silent."""
    assert found(second_line(other_drugs=medicine), order("tucatinib")) == []


def test_a_medicine_of_unknown_status_counts():
    """An unknown status is not "stopped"."""
    assert len(found(second_line(other_drugs=taken("gemfibrozil", "unknown")), order("tucatinib"))) == 1


def test_a_stop_order_of_the_medicine_settles_it():
    """Gemfibrozil stopped in the same session: silent; so is a stop of the cancer drug."""
    case = second_line(other_drugs=taken("gemfibrozil"))
    assert found(case, order("tucatinib"), stop((), others=("gemfibrozil",))) == []
    assert found(case, order("tucatinib"), stop((), others=("gemfibrozil",), asked=False)) == []
    running = second_line(drugs=given("tucatinib", 60))
    assert found(running, other("gemfibrozil"), stop("tucatinib")) == []


@pytest.mark.parametrize(
    ("amount", "times", "silent"), [(100, 2, True), (100, None, True), (100, 1, False), (300, 2, False), (150, 2, False)]
)
def test_the_dose_for_the_combination(amount, times, silent):
    """Tucatinib 100 mg twice daily beside gemfibrozil is what the card would ask for; once daily is not."""
    case = second_line(other_drugs=taken("gemfibrozil"))
    assert (found(case, order("tucatinib", amount, "mg", times_a_day=times)) == []) is silent


@pytest.mark.parametrize(("amount", "silent"), [(75, True), (125, False), (None, False)])
def test_palbociclib_beside_tucatinib(amount, silent):
    """Palbociclib 125 mg beside tucatinib: untested and too much; 75 mg is the label's dose beside a strong CYP3A inhibitor."""
    running = second_line(drugs=given("tucatinib", 60))
    assert (found(running, order("palbociclib", amount)) == []) is silent
    assert len(found(second_line(drugs=given("palbociclib", 60)), order("tucatinib"))) == 1
    assert found(second_line(drugs=(given("palbociclib", 60), given("tucatinib", 60))), order("letrozole")) == []


def test_other_pairs_are_silent():
    """Ondansetron, dexamethasone, loperamide beside anything; omeprazole with tucatinib; warfarin with T-DXd; T-DXd with voriconazole."""
    for drug in ("tucatinib", "neratinib", "docetaxel", "trastuzumab-deruxtecan", "capecitabine"):
        for medicine in ("ondansetron", "dexamethasone", "loperamide", "aprepitant"):
            assert found(second_line(other_drugs=taken(medicine)), order(drug)) == []
    assert found(second_line(other_drugs=taken("omeprazole")), order("tucatinib")) == []
    assert found(second_line(other_drugs=taken("warfarin")), order("trastuzumab-deruxtecan")) == []
    assert found(second_line(other_drugs=taken("voriconazole")), order("trastuzumab-deruxtecan")) == []


def test_several_medicines_stand_on_one_card():
    """V48: every medicine that does not go with a drug is named, each drug has one card."""
    case = second_line(other_drugs=(taken("warfarin"), taken("gemfibrozil"), taken("digoxin")))
    tucatinib, capecitabine = sorted(
        found(case, order("tucatinib"), order("trastuzumab"), order("capecitabine")), key=lambda f: -len(f.detail)
    )
    assert "gemfibrozil" in words(tucatinib)
    assert "Digoxin" in words(tucatinib)
    assert "Warfarin with capecitabine" in capecitabine.headline.text
    assert "INR" in words(capecitabine)


def test_one_medicine_of_two_groups():
    """Rifampin induces CYP3A and CYP2C8: two reasons, one card."""
    (f,) = found(second_line(other_drugs=taken("rifampin")), order("tucatinib"))
    assert len([f.headline, *f.detail]) == 2


def test_silent_outside_breast_cancer():
    """Warfarin and capecitabine in a patient without breast cancer is not ours."""
    assert found(a_case(other_drugs=taken("warfarin"), diagnoses=()), order("capecitabine")) == []
    assert found(second_line(other_drugs=taken("warfarin")), order("capecitabine", gastric=True)) == []
