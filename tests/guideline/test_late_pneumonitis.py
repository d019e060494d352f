"""T-DXd pneumonitis found after the last dose, and a stop recorded with the lungs as its reason (R116, R117; decisions 12 and 17).

What more the record says (a stop, its reason, its grade, the recovery) never makes the card weaker.
"""

import pytest

from guideline.knowledge_base import KNOWLEDGE as K
from guideline.rules.orders import order_safety
from tests.guideline.case_builder import (
    a_case,
    advice_on,
    barred_in,
    dose,
    doses,
    finding,
    given,
    intake,
    lung,
    lvef,
    on_therapy,
    said_ids,
    situation_of,
    topics,
    when,
)
from tests.guideline.order_builder import asks, only, order, says

T_DXD, T_DM1, TOPIC = "trastuzumab-deruxtecan", "trastuzumab-emtansine", "InterstitialLungDisease"
WINDOW = K.thresholds.ild.after_last_dose_days
FIRST = tuple(given(d, 690, 400, reason="progression") for d in ("trastuzumab", "docetaxel"))
OPEN = intake(ild_history=None)


def after_tdxd(*conditions, last=100, reason=None, grade=None, **facts):
    """T-DXd by orders of a cycle each; the last one is stopped with a reason where one is given."""
    cycles = tuple(given(T_DXD, day, kind="order", status="completed") for day in range(last + 63, last, -21))
    end = given(
        T_DXD, last, last if reason else None, kind="order", status="stopped" if reason else "completed", reason=reason, lung_grade=grade
    )
    drugs = (*FIRST, *cycles, end, *doses(T_DXD, last + 63, last))
    return on_therapy(*drugs, **{"lungs": conditions, "intake": OPEN, **facts})


def again(case):
    """What is said when T-DXd is ordered again."""
    return only(list(asks(case, order(T_DXD, 4.4, "mg/kg", every_days=21)).findings), "PermanentlyStoppedAgent")


@pytest.mark.parametrize("status", ["active", "resolved"])
@pytest.mark.parametrize("cause", [None, "drug"])
@pytest.mark.parametrize("grade", [2, 3])
@pytest.mark.parametrize(("reason", "stated"), [(None, None), ("toxicity", None), ("lung", None), ("lung", 2), ("other", None)])
@pytest.mark.parametrize("days_after", [1, 19, WINDOW])
def test_r116_found_after_the_last_dose_it_ends_t_dxd_for_good(status, cause, grade, reason, stated, days_after):
    """R116, decision 12: whether the onset lies in the course or soon after, and whatever the stop says of it."""
    case = after_tdxd(lung("ild", status, grade, 100 - days_after, cause_drug=cause), reason=reason, grade=stated)
    found = again(case)
    assert (found.indicator, found.headline.id) == ("critical", "order-tdxd-stopped-for-good")


def test_r117_after_the_window_it_is_a_disease_of_its_own():
    """R117: an onset later than that, with no cause named, is no automatic bar."""
    assert not situation_of(after_tdxd(lung("ild", "resolved", 2, 100 - WINDOW - 1))).lungs.tdxd_stopped_for_good
    assert situation_of(after_tdxd(lung("ild", "resolved", 2, 100 - WINDOW - 1))).lungs.resolved


@pytest.mark.parametrize("condition", [lung("radiation", "resolved", 2, 81), lung("ild", "resolved", 2, 81, cause_drug=T_DM1)])
def test_another_cause_on_record_is_not_that_of_t_dxd(condition):
    """Radiation pneumonitis and what the record ascribes to another drug stay what they are."""
    assert not situation_of(after_tdxd(condition)).lungs.bars_tdxd


def test_the_window_is_as_long_as_a_silent_course_counts_as_given():
    """A stop on record must not end the attribution earlier than none: until then the course would count as running."""
    assert K.thresholds.intervals.infused_without_dose_days <= WINDOW


@pytest.mark.parametrize("entry", [lung("ild", "resolved", 2), lung("ild", "resolved", 2, 10, onset_stated=False)])
def test_an_entry_without_an_onset_is_what_the_stop_was_for(entry):
    """Written down weeks later, with no day of onset: the reason of the stop says what it was."""
    assert again(after_tdxd(entry, reason="lung")).indicator == "critical"
    assert not situation_of(after_tdxd(entry, reason="progression")).lungs.tdxd_stopped_for_good


# --- The reason of the stop alone -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("condition", [(), (lung("ild", "resolved", None, 81),), (lung("ild", "resolved", 1, 81),)])
def test_r116_the_reason_names_the_grade(condition):
    """Grade 2 in the words of the stop counts, whatever the problem list leaves out; the card names the order."""
    found = again(after_tdxd(*condition, reason="lung", grade=2))
    assert found.indicator == "critical"
    assert any("T-DXd stopped for pneumonitis, grade 2" in fact.value for fact in found.facts)


def test_decision_12_a_lung_reason_without_a_grade_counts_as_suspected():
    """Nothing but "pneumonitis" as the reason: avoided until it is graded, and the intake may grade it."""
    (found,) = says([order_safety.lungs_of_order], after_tdxd(reason="lung"), order(T_DXD, 4.4, "mg/kg"))
    assert (found.indicator, found.headline.id) == ("critical", "order-ild-ungraded")
    assert not situation_of(after_tdxd(reason="lung", intake=intake(ild_history="tdxd-grade-1-resolved"))).lungs.tdxd_ungraded
    assert situation_of(after_tdxd(reason="lung", intake=intake(ild_history="none"))).lungs.tdxd_ungraded
    assert situation_of(a_case(metastases=(), drugs=(given(T_DXD, 400, 100, reason="lung"),), intake={})).lungs.tdxd_ungraded


def test_a_lung_reason_that_the_record_explains_is_not_suspected():
    """Grade 1, in the reason or on the problem list, is a grade; radiation pneumonitis is a cause; a later dose is a decision."""
    assert not situation_of(after_tdxd(lung("ild", "resolved", 1, 81, abated=when(70)), reason="lung")).lungs.bars_tdxd
    assert not situation_of(after_tdxd(reason="lung", grade=1)).lungs.bars_tdxd
    assert not situation_of(after_tdxd(lung("radiation", "resolved", None, 81), reason="lung")).lungs.bars_tdxd
    goes_on = on_therapy(*FIRST, given(T_DXD, 300, 200, reason="lung"), given(T_DXD, 20), dose(T_DXD, 20), intake=OPEN)
    assert not situation_of(goes_on).lungs.tdxd_ungraded


def test_r115_r130_grade_1_as_the_reason_is_on_record():
    """The lungs were "not on record": T-DXd ordered again asked for none of its dates, and T-DM1 stood without its own lung warning."""
    case = after_tdxd(reason="lung", grade=1)
    assert situation_of(case).lungs.tdxd_grade_1_past
    advice = advice_on(case)
    assert any("T-DXd stopped for pneumonitis, grade 1" in fact.value for fact in advice.treatment.facts)
    assert "tdm1-lung-warning" in said_ids(advice)
    (found,) = says([order_safety.lungs_of_order], case, order(T_DXD, 5.4, "mg/kg"))
    assert "I09" in {gap.input for gap in found.missing}
    assert found.headline.id == "order-lungs-grade-1"
    (found,) = says([order_safety.lungs_of_order], case, order(T_DM1, 3.6, "mg/kg"))
    assert found.headline.id == "order-tdm1-after-ild"


def test_r115_grade_1_as_the_reason_is_over_once_it_was_given_again():
    """Whoever gave it again has settled it."""
    drugs = (given(T_DXD, 300, 200, reason="lung", lung_grade=1), given(T_DXD, 120), dose(T_DXD, 20))
    assert not situation_of(on_therapy(*FIRST, *drugs, intake=OPEN)).lungs.known


def test_r116_grade_2_as_a_reason_ever_outlasts_later_doses():
    """For good: also where T-DXd was given again since."""
    drugs = (given(T_DXD, 300, 200, reason="lung", lung_grade=2), given(T_DXD, 20))
    found = finding(advice_on(on_therapy(*FIRST, *drugs, intake=OPEN)), TOPIC)
    assert (found.indicator, found.headline.id) == ("critical", "ild-stop-for-good")


# --- When the chart is opened -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reason", "stated"), [(None, None), ("toxicity", None), ("lung", None), ("lung", 2)])
@pytest.mark.parametrize(("last", "indicator"), [(21, "critical"), (WINDOW, "critical"), (WINDOW + 1, "warning"), (150, "warning")])
def test_r116_active_after_the_last_dose(reason, stated, last, indicator):
    """R116: never again, and the steroids; critical as long as it is without the stop on record."""
    advice = advice_on(after_tdxd(lung("ild", "active", 2, last - 19), last=last, reason=reason, grade=stated))
    found = finding(advice, TOPIC)
    assert found.indicator == indicator
    assert {"ild-grade-2-stop", "ild-grade-2-steroid"} <= {s.id for s in found.detail}
    assert found.headline.id == ("ild-stop-for-good" if reason is None and last <= WINDOW else "ild-ended-for-good")
    if found.headline.id == "ild-ended-for-good":
        assert "tdxd" in barred_in(advice)


@pytest.mark.parametrize("cause", [None, T_DXD])
def test_r116_active_and_ungraded_after_the_last_dose_asks_for_the_grade(cause):
    """Ungraded counts as suspected, and what is active is never silent."""
    found = finding(advice_on(after_tdxd(lung("ild", "active", None, 81, cause_drug=cause), reason="toxicity")), TOPIC)
    assert (found.indicator, found.headline.id) == ("warning", "ild-after-tdxd-ungraded")
    assert [gap.input for gap in found.missing] == ["I09"]


def test_resolved_after_the_last_dose_is_said_on_the_treatment_card_alone():
    """No alarm at every visit once it is over: T-DXd is barred where options are named."""
    advice = advice_on(after_tdxd(lung("ild", "resolved", 2, 81), reason="lung"))
    assert TOPIC not in [f.topic for f in advice.findings]
    assert "tdxd" in barred_in(advice)


def test_r119_new_pneumonitis_under_t_dm1_soon_after_t_dxd_still_interrupts_t_dm1():
    """The window after T-DXd does not take the alarm from the conjugate that runs."""
    case = on_therapy(
        *FIRST, given(T_DXD, 300, 60, reason="progression"), given(T_DM1, 40), lungs=(lung("ild", "active", None, 5),), intake=OPEN
    )
    found = finding(advice_on(case), TOPIC)
    assert (found.indicator, found.headline.id, found.avoid) == ("critical", "ild-new-under-treatment", (T_DM1,))


@pytest.mark.parametrize(("grade", "said"), [(2, "ild-ended-for-good"), (None, "ild-after-tdxd-ungraded"), (1, None)])
def test_r116_pertuzumab_goes_on_after_t_dxd_ended_for_pneumonitis(grade, said):
    """First line of T-DXd + pertuzumab: T-DXd ended, its pneumonitis active; "on treatment" is no reason for silence."""
    drugs = (given(T_DXD, 80, 12, reason="lung"), given("pertuzumab", 80))
    case = on_therapy(*drugs, lungs=lung(grade=grade, onset=12), lvef=(lvef(62, 90), lvef(60, 10)), intake=OPEN)
    assert [f.headline.id for f in advice_on(case).findings if f.topic == TOPIC] == ([said] if said else [])


def test_r132_not_once_another_her2_drug_was_begun():
    """Trastuzumab joined pertuzumab since: whoever began it knew."""
    drugs = (given(T_DXD, 80, 12, reason="lung"), given("pertuzumab", 80), given("trastuzumab", 5))
    case = on_therapy(*drugs, lungs=lung(grade=2, onset=12), lvef=(lvef(62, 90), lvef(60, 10)), intake=OPEN)
    assert TOPIC not in topics(advice_on(case))
