"""Results whose date is missing or cannot be read: adverse ones are never silent, never taken for current (decisions 8, 14; R131)."""

import pytest

from guideline.case import Case
from tests.guideline.case_builder import LONG, a_case, advice_on, finding, given, lvef, thp, topics
from tests.guideline.measure_builder import BODY, GOOD_LABS, lab, labs
from tests.guideline.order_builder import asks, order

TDXD = "trastuzumab-deruxtecan"


def on_tdxd(**facts) -> Case:
    drugs = (*thp(690, 120, reason="progression"), given(TDXD, 100))
    return a_case(**{"metastases": LONG, "drugs": drugs, "body": BODY, **facts})


@pytest.mark.parametrize("others", [(), (lvef(62, 20),)], ids=["alone", "beside a current one"])
@pytest.mark.parametrize(("value", "act"), [(38, "hold and refer to cardiology"), (45, "repeat within 3 weeks"), (49.9, "repeat")])
def test_decision_14_a_low_lvef_of_unknown_date_is_a_warning(others, value, act):
    """Below 50 on a HER2 drug is never silent; it is not called current either, so nothing is said to be held by it."""
    found = finding(advice_on(on_tdxd(lvef=(lvef(value, None), *others))), "LvefMonitoringDue")
    assert (found.indicator, found.avoid) == ("warning", ())
    assert act in found.headline.text
    assert f"{value:g} % of unknown date" in found.headline.text


def test_what_is_due_all_the_same_is_said_with_it():
    """Without a dated LVEF the echo is missing too, and asked for."""
    found = finding(advice_on(on_tdxd(lvef=lvef(38, None))), "LvefMonitoringDue")
    assert "lvef-none-dated" in [statement.id for statement in found.detail]
    assert found.requests == ("echocardiogram",)


def test_the_lowest_of_several_and_none_where_it_is_normal():
    """A normal value without a date clears nothing and alarms nobody."""
    found = finding(advice_on(on_tdxd(lvef=(lvef(45, None), lvef(38, None), lvef(62, 20)))), "LvefMonitoringDue")
    assert "38 %" in found.headline.text
    assert topics(advice_on(on_tdxd(lvef=(lvef(60, None), lvef(62, 20))))) == []


def test_a_dated_hold_goes_first():
    """A hold by a dated value says all that there is to do."""
    assert topics(advice_on(on_tdxd(lvef=(lvef(38, None), lvef(35, 5))))) == ["LvefHold"]


def test_p02_before_a_first_dose_the_date_is_to_be_found():
    """On the treatment card and at the order of a first dose."""
    case = a_case(lvef=(lvef(38, None), lvef(62, 20)))
    treatment = advice_on(case).treatment
    assert treatment is not None
    assert "check-lvef-undated" in [statement.id for statement in treatment.checks]
    found = finding(asks(case, order("trastuzumab")), "LvefBaselineNeeded")
    assert (found.indicator, found.headline.id) == ("warning", "order-lvef-undated")


@pytest.mark.parametrize("others", [(), GOOD_LABS], ids=["alone", "beside current ones"])
def test_adverse_laboratory_values_of_unknown_date_are_one_sentence(others):
    """Neutrophils 0.4 and platelets 40 without a date: one quiet card, for the strictest of them; no hold is said."""
    values = (lab("neutrophils", 0.4, None), lab("platelets", 40, None), lab("neutrophils", 0.9, None), *others)
    found = finding(advice_on(on_tdxd(labs=values)), "LabSafety")
    assert (found.indicator, found.avoid) == ("info", ())
    assert found.headline.text.startswith("neutrophils 0.4 x 10^9/L: find its date")
    assert [fact.date for fact in found.facts] == [None]


def test_the_order_of_the_drug_says_so_too():
    """Nothing else is said of the laboratory at a further dose: the order must not look as if the values were checked and fine."""
    case = on_tdxd(labs=(lab("neutrophils", 0.4, None), lab("platelets", 200, 2)))
    found = finding(asks(case, order(TDXD, 5.4, "mg/kg")), "LabSafety")
    assert (found.indicator, found.headline.id) == ("info", "lab-undated")
    assert "LabSafety" not in topics(asks(on_tdxd(labs=(lab("neutrophils", 3.0, None),)), order(TDXD, 5.4, "mg/kg")))


def test_normal_laboratory_values_of_unknown_date_alarm_nobody():
    """Nor do adverse ones where no drug runs that they would hold; a dated hold goes first."""
    assert topics(advice_on(on_tdxd(labs=(lab("neutrophils", 3.0, None),)))) == []
    assert "LabSafety" not in topics(advice_on(a_case(labs=(lab("neutrophils", 0.4, None),))))
    dated = on_tdxd(labs=(*labs(neutrophils=0.9), lab("platelets", 40, None)))
    assert finding(advice_on(dated), "LabSafety").indicator == "warning"
