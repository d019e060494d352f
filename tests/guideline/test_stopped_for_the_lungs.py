"""A drug that was ended for the lungs, beside no entry of a lung disease: before T-DXd it is named, never "nothing is recorded" (I09)."""

import pytest

from tests.guideline.case_builder import (
    LONG,
    a_case,
    adjuvant,
    advice_on,
    given,
    intake,
    lead_of,
    lung,
    metastasis,
    missing_in,
    said_ids,
    symptom,
    words_of,
)
from tests.guideline.order_builder import asks, order

T_DM1, T_DXD = "trastuzumab-emtansine", "trastuzumab-deruxtecan"


def relapsed(**facts):
    """A relapse eight months after adjuvant T-DM1 that was ended for the lungs."""
    drugs = (adjuvant(T_DM1, "2025-06-01", "2026-03-01", reason="lung"),)
    return a_case(**{"drugs": drugs, "metastases": metastasis("liver", "2026-11-01"), **facts})


@pytest.mark.parametrize("answer", [None, "none"])
def test_i09_the_chart_names_what_was_ended_for_the_lungs(answer):
    """Whether the intake says nothing, or that there never was any: the record speaks of some."""
    advice = advice_on(relapsed(intake=intake(ild_history=answer)))
    assert lead_of(advice) == "tdxd"
    assert "trastuzumab emtansine ended for the lungs" in words_of(advice)
    assert "nothing is recorded" not in words_of(advice)
    assert "I09" in missing_in(advice)


def test_i09_so_after_a_line_for_metastatic_disease():
    """In any setting."""
    drugs = given(T_DM1, 400, 30, reason="lung")
    assert "check-lungs-stopped" in said_ids(advice_on(a_case(metastases=LONG, drugs=drugs, intake=intake(ild_history=None))))


def test_what_the_problem_list_says_of_the_lungs_is_said_instead():
    """Resolved pneumonitis on record: its own words; another reason: none of these."""
    assert "check-lungs-stopped" not in said_ids(advice_on(relapsed(lungs=lung(status="resolved", grade=2, onset="2026-02-20"))))
    other = adjuvant(T_DM1, "2025-06-01", "2026-03-01", reason="toxicity")
    assert "check-lungs-stopped" not in said_ids(advice_on(relapsed(drugs=other)))


def test_a_new_symptom_beside_it_is_asked_about_as_well():
    """Each of the two hid the other: the symptom on the chart, and at the order the drug that was ended for the lungs."""
    case = relapsed(symptoms=symptom())
    assert {"check-lungs-stopped", "check-lungs-to-clear"} <= said_ids(advice_on(case))
    ordered = asks(case, order(T_DXD, 5.4, "mg/kg"))
    assert {"order-ask-lungs-stopped", "order-ask-lungs-to-clear"} <= said_ids(ordered)


@pytest.mark.parametrize("answer", [None, "none"])
def test_i09_the_order_of_t_dxd_names_it_as_well(answer):
    """Before the first dose, as information."""
    advice = asks(relapsed(intake=intake(ild_history=answer)), order(T_DXD, 5.4, "mg/kg"))
    assert "trastuzumab emtansine ended for the lungs" in words_of(advice)
    assert "nothing is recorded" not in words_of(advice)
