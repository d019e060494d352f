"""An allergy on record to the ordered drug, or to the antibody inside it (P15)."""

from __future__ import annotations

import pytest

from guideline.advice import Suggestion
from guideline.case import Allergy
from guideline.rules.orders import allergy as module
from tests.guideline.case_builder import (
    HR_POSITIVE,
    a_case,
    advice_on,
    ago,
    alternatives_of,
    barred_in,
    cycles,
    dose,
    given,
    her2,
    lead_of,
    on_therapy,
    second_line,
    thp,
)
from tests.guideline.order_builder import beside, order, says, stop

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
    texts += [f.headline.text for f in found(allergic(PHESGO), order(TDXD), order("pertuzumab"), order(SC))]
    assert [text for text in texts if len(text) >= 140] == []


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


def cautions_of(case):
    """What the chart's card says of allergies, by regimen."""
    t = advice_on(case).treatment
    options = (*((t.lead,) if t.lead else ()), *t.alternatives)
    return {o.regimen: [c.text for c in o.cautions if "llergy" in c.text] for o in options}


SEVERE_TDXD = "Severe allergy or intolerance recorded to trastuzumab deruxtecan: clarify the reaction first."


def test_p15_a_severe_allergy_to_a_conjugate_is_said_where_its_antibody_is_offered():
    """T-DXd is ruled out; T-DM1 and the triplet bring the same antibody, as at order entry; margetuximab and lapatinib alone do not."""
    case = second_line(allergies=allergic(TDXD))
    assert "tdxd" in barred_in(advice_on(case))
    said = cautions_of(case)
    assert said["tdm1"] == [SEVERE_TDXD]
    assert [f.indicator for f in says(module.RULES, case, order(TDM1))] == ["warning"]
    first_line = cautions_of(a_case(allergies=allergic(TDXD)))
    assert first_line["thp"] == [SEVERE_TDXD]


def test_p15_a_severe_allergy_to_the_fixed_combination_rules_out_both_antibodies_together():
    """One of them alone is asked about; both at once are all that the patient reacted to. On the chart as at order entry."""
    case = a_case(allergies=allergic(PHESGO))
    assert {"thp", "tdxd-pertuzumab"} <= set(barred_in(advice_on(case)))
    both = says(module.RULES, case, order("trastuzumab"), order("pertuzumab"))
    assert [f.indicator for f in both] == ["critical", "critical"]
    assert both[1].headline.text == (
        "Do not give pertuzumab with trastuzumab: severe allergy to pertuzumab-trastuzumab-hyaluronidase (both)"
    )
    assert [f.indicator for f in says(module.RULES, case, order("trastuzumab"), stop("pertuzumab"))] == ["warning"]
    later = second_line(allergies=allergic(PHESGO))
    assert "tdxd" in (lead_of(advice_on(later)), *alternatives_of(advice_on(later)))
    assert cautions_of(later)["tdxd"] != []
    assert [f.indicator for f in says(module.RULES, later, order(TDXD))] == ["warning"]


@pytest.mark.parametrize("severe", [True, False, None])
@pytest.mark.parametrize("since", [True, False], ids=["given since", "not given since"])
@pytest.mark.parametrize("allergen", ["trastuzumab", "pertuzumab", TDXD, TDM1, PHESGO, SC, "docetaxel"])
def test_p15_chart_and_order_judge_an_allergy_alike(allergen, severe, since):
    """What the chart rules out is critical at the order, what it asks about is asked there, and where it is silent the order is."""
    drugs = thp(690, 10, reason="progression")
    doses = tuple(dose(drug, 31) for drug in ("trastuzumab", "pertuzumab", "docetaxel")) if since else ()
    case = second_line(allergies=Allergy(allergen, severe, "AllergyIntolerance/1", ago(60)), drugs=(*drugs, *doses))
    said, advice = cautions_of(case), advice_on(case)
    for regimen, drug in (("tdxd", TDXD), ("tdm1", TDM1)):
        spoken = [f.indicator for f in says(module.RULES, case, order(drug))]
        if regimen in said:
            assert bool(said[regimen]) is bool(spoken)
            assert "critical" not in spoken
        elif regimen in barred_in(advice):
            assert "critical" in spoken


def test_decision_23_a_mild_reaction_that_doses_followed_is_silent_on_the_chart_too():
    """Before a later dose it is asked about; after one neither chart nor order speaks of it."""
    mild = Allergy("trastuzumab", False, "AllergyIntolerance/1", ago(60))
    course = thp(690, 10, reason="progression")
    assert any(cautions_of(second_line(allergies=mild, drugs=course)).values())
    case = second_line(allergies=mild, drugs=(*course, dose("trastuzumab", 31)))
    assert not any(cautions_of(case).values())
    assert says(module.RULES, case, order("trastuzumab")) == []


def test_p15_maintenance_goes_on_where_another_conjugate_is_the_allergen():
    """Antibodies that are being given are not what the patient reacted to: the card stays, and asks."""
    running = (given("trastuzumab", 300), given("pertuzumab", 300), given("docetaxel", 300, 170, status="completed"))
    case = on_therapy(*running, receptors=(her2("3+"), *HR_POSITIVE), allergies=allergic(TDXD))
    assert cautions_of(case)["endocrine-her2"] == [SEVERE_TDXD]
