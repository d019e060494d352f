"""T-DXd that fell silent after its own pneumonitis: on hold at grade 1, ended for the lungs from grade 2 on (R115, R116, R133)."""

import pytest

from tests.guideline.case_builder import (
    advice_on,
    ago,
    cycles,
    doses,
    finding,
    given,
    heart_condition,
    intake,
    lung,
    lvef,
    on_therapy,
    said_ids,
    situation_of,
    status,
    thp,
    topics,
)
from tests.guideline.order_builder import asks, order

T_DXD, TOPIC = "trastuzumab-deruxtecan", "InterstitialLungDisease"
FIRST = thp(690, 300, reason="progression")
RECORDS = {"doses alone": doses, "an order a cycle": cycles}


def active(grade=1, onset=50, **more):
    return lung("ild", "active", grade, onset, **more)


def resolved(over=10, onset=50, grade=1):
    return lung("ild", "resolved", grade, onset, abated=ago(over))


def on_tdxd(condition=None, how="doses alone", last=70, *more, **facts):
    """T-DXd whose last dose was ten weeks ago; the pneumonitis was found three weeks after it."""
    drugs = (*FIRST, *RECORDS[how](T_DXD, last + 84, last), *more)
    return on_therapy(*drugs, **{"lungs": condition or active(), "lvef": (lvef(62, 300), lvef(60, 20)), **facts})


def state(case):
    return next(e.state for e in situation_of(case).exposures if e.drug == T_DXD)


@pytest.mark.parametrize("how", RECORDS)
def test_r133_while_it_is_not_resolved(how):
    """The restart test, asked whether it is a hold; no "third line", and one card."""
    case = on_tdxd(how=how)
    advice = advice_on(case)
    assert (topics(advice), finding(advice, TOPIC).headline.id) == ([TOPIC], "ild-on-hold")
    assert "I17" in {gap.input for gap in finding(advice, TOPIC).missing}
    assert [(f.topic, f.headline.id) for f in asks(case, order(T_DXD, 4.4, "mg/kg")).findings] == [(TOPIC, "order-ild-grade-1")]


def test_r115_once_it_is_resolved():
    """Forty days from onset to resolution: one level down, and no card about a first dose at the order."""
    case = on_tdxd(resolved())
    advice = advice_on(case)
    assert (topics(advice), finding(advice, TOPIC).headline.id) == ([TOPIC], "ild-held-lower")
    assert [(f.indicator, f.topic) for f in asks(case, order(T_DXD, 5.4, "mg/kg")).findings] == [("warning", TOPIC)]
    assert [(f.indicator, f.topic) for f in asks(case, order(T_DXD, 4.4, "mg/kg")).findings] == [("info", TOPIC)]


@pytest.mark.parametrize(("over", "held"), [(69, "on-hold"), (70, "on-hold"), (71, "ended")])
def test_r115_found_before_the_last_dose_it_was_still_there_then(over, held):
    """Found ninety days ago; the last dose was seventy days ago."""
    assert state(on_tdxd(resolved(over=over, onset=90))) == held


def test_r115_the_record_names_t_dxd_as_the_cause():
    """As well as one that names no drug."""
    assert state(on_tdxd(active(cause_drug=T_DXD))) == "on-hold"


def test_r101_pertuzumab_is_held_with_it():
    """First line of T-DXd + pertuzumab."""
    drugs = (*doses(T_DXD, 154, 70), *doses("pertuzumab", 154, 70))
    case = on_therapy(*drugs, lungs=active(), lvef=(lvef(62, 300), lvef(60, 20)))
    assert {e.state for e in situation_of(case).exposures} == {"on-hold"}
    assert topics(advice_on(case)) == [TOPIC]


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (on_tdxd(active(grade=2)), "grade 2 ends it"),
        (on_tdxd(active(grade=None)), "nobody graded it"),
        (on_tdxd(active(onset=5)), "a disease of its own, after the window"),
        (on_tdxd(resolved(over=75, onset=90)), "over before the last dose"),
        (on_tdxd(active(cause_drug="paclitaxel")), "another cause"),
        (on_tdxd(lung("radiation", "active", 1, 50)), "radiation"),
        (on_tdxd(None, "doses alone", 70, given("letrozole", 40)), "something else was begun"),
        (on_tdxd(disease_statuses=status("worsened", 5)), "progression"),
        (on_tdxd(intake=intake(last_line_outcome="completed")), "said to be over"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_otherwise_the_silence_is_an_end(case, why):
    """Only asymptomatic pneumonitis of T-DXd that was there after the last dose explains why none followed."""
    assert state(case) == "ended", why


@pytest.mark.parametrize("grade", [2, 3])
def test_r116_from_grade_2_on_it_was_ended_for_the_lungs(grade):
    """Not "the record does not say why", and no question whether the disease progressed."""
    advice = advice_on(on_tdxd(active(grade=grade)))
    assert advice.treatment.headline.text == "Third line: tucatinib triplet - trastuzumab deruxtecan stopped for toxicity"
    assert "condition-no-reason" not in said_ids(advice)
    assert finding(advice, TOPIC).headline.id == "ild-ended-for-good"


@pytest.mark.parametrize(
    "condition", [active(grade=None), resolved(over=75, onset=90, grade=2)], ids=["no grade", "over before the last dose"]
)
def test_without_that_the_reason_stays_open(condition):
    """A grade that nobody recorded, and a dose after the recovery, say nothing of why it ended."""
    assert "condition-no-reason" in said_ids(advice_on(on_tdxd(condition)))


def test_r133_one_card_for_a_hold_for_the_heart():
    """Whether it is a hold is asked on the card that says what it is for (decision 31)."""
    drugs = [record for drug in ("trastuzumab", "pertuzumab") for record in doses(drug, 299, 84)]
    advice = advice_on(on_therapy(*drugs, lvef=(lvef(60, 310), lvef(44, 74), lvef(52, 10))))
    assert topics(advice) == ["LvefHold"]
    assert [gap.input for gap in finding(advice, "LvefHold").missing] == ["I17"]


def test_r133_a_hold_that_nothing_explains_is_a_card_of_its_own():
    """Active, without a dose for weeks."""
    case = on_therapy(given("trastuzumab", 400), *doses("trastuzumab", 400, 100), lvef=lvef(60, 20))
    assert topics(advice_on(case)) == ["MissingData"]
    failing = on_therapy(given("trastuzumab", 400), *doses("trastuzumab", 400, 100), lvef=lvef(60, 20), heart=heart_condition())
    assert topics(advice_on(failing)) == ["HeartFailure"]
