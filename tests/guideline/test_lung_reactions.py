"""Pneumonitis on the allergy list alone: there still while its drug is not over, and no dose says that it was given on (R115, R116)."""

import pytest

from tests.guideline.case_builder import (
    advice_on,
    ago,
    doses,
    finding,
    given,
    intake,
    lead_of,
    lung,
    lvef,
    on_therapy,
    second_line,
    thp,
    topics,
)

T_DXD, T_DM1, TOPIC = "trastuzumab-deruxtecan", "trastuzumab-emtansine", "InterstitialLungDisease"
FIRST = thp(690, 300, reason="progression")


def reaction(day=4, grade=None, drug=T_DXD):
    return lung("ild", "resolved", grade, day, cause_drug=drug, onset_stated=False, of_allergy_list=True)


def on_conjugate(*conditions, drug=T_DXD, last=20, **facts):
    """The conjugate every three weeks, `last` days ago for the last time."""
    return advice_on(on_therapy(*FIRST, *doses(drug, 280, last), **{"lungs": conditions, "lvef": (lvef(62, 300), lvef(60, 20)), **facts}))


@pytest.mark.parametrize("drug", [T_DXD, T_DM1])
def test_r080_one_since_the_last_dose_interrupts_the_drug(drug):
    """The chart was silent, and the next cycle came."""
    found = finding(on_conjugate(reaction(drug=drug), drug=drug), TOPIC)
    assert (found.indicator, found.headline.id) == ("critical", "ild-new-under-treatment")
    assert "on the allergy list" in found.facts[0].value
    assert "resolved" not in found.facts[0].value


def test_r116_of_grade_2_it_ends_t_dxd_whenever_it_was():
    """The grade decides for good, doses since or not."""
    assert finding(on_conjugate(reaction(200, grade=2)), TOPIC).headline.id == "ild-stop-for-good"


def test_one_before_the_last_doses_is_no_alarm_at_every_visit():
    """An allergy list is never closed: whoever gave more has decided."""
    assert TOPIC not in topics(on_conjugate(reaction(120)))


def test_an_old_one_is_no_pneumonitis_under_the_next_conjugate():
    """T-DXd ended, T-DM1 goes well."""
    given_before = (*FIRST, given(T_DXD, 280, 200), *doses(T_DM1, 160, 13))
    case = on_therapy(*given_before, lungs=(reaction(205),), lvef=(lvef(62, 300), lvef(60, 20)))
    assert TOPIC not in topics(advice_on(case))


def test_r116_where_nothing_else_tells_of_t_dxd_it_does_not_lead():
    """Treated elsewhere: the allergy list alone knows that T-DXd was given, and what became of it."""
    listed = lung("ild", "resolved", None, 205, cause_drug=T_DXD)
    leaders = [lead_of(advice_on(second_line(lungs=(one,), intake=intake(ild_history=None)))) for one in (reaction(205), listed)]
    assert leaders == ["tucatinib-trastuzumab-capecitabine"] * 2


def test_r115_the_grade_on_the_problem_list_stands():
    """One pneumonitis, written down twice: grade 1 there, no grade here."""
    listed = lung("ild", "active", 1, 6, cause_drug=T_DXD)
    assert finding(on_conjugate(listed, reaction(4)), TOPIC).headline.id == "ild-grade-1"
    over = lung("ild", "resolved", 1, 60, cause_drug=T_DXD, abated=ago(50))
    assert finding(on_conjugate(over, reaction(4)), TOPIC).headline.id == "ild-new-under-treatment"
