"""Heart failure that began under a HER2 drug ends that drug, also once it has resolved (R077, R110, R113)."""

import pytest

from tests.guideline.case_builder import (
    a_case,
    adjuvant,
    advice_on,
    ago,
    doses,
    finding,
    given,
    heart_condition,
    lvef,
    on_therapy,
    second_line,
    situation_of,
    status,
    thp,
    topics,
)
from tests.guideline.order_builder import asks, order

HP = ("trastuzumab", "pertuzumab")
#: Low when heart failure was found, normal again since.
VALUES = (lvef(60, 310), lvef(38, 62), lvef(57, 5))


def hp(last=70, failed=60, **facts):
    """Trastuzumab + pertuzumab by doses; heart failure so many days ago, resolved."""
    records = [record for drug in HP for record in doses(drug, 300, last)]
    return on_therapy(*records, **{"heart": heart_condition(status="resolved", day=failed), "lvef": VALUES, **facts})


def again(case):
    return [
        (f.topic, f.indicator) for f in asks(case, order("trastuzumab", 6, "mg/kg")).findings if f.topic in ("HeartFailure", "LvefHold")
    ]


def test_r077_recovered_is_no_restart():
    """No "meets the restart test": what is over is over, and the drugs, ordered again, are a warning."""
    case = hp()
    assert {e.state for e in situation_of(case).exposures} == {"ended"}
    advice = advice_on(case)
    assert "LvefHold" not in topics(advice)
    assert again(case) == [("HeartFailure", "warning")]


def test_r077_while_it_still_counts_as_given():
    """The last dose was 42 days ago, the heart failure came after it."""
    case = hp(last=42, failed=35, lvef=(lvef(60, 310), lvef(57, 5)))
    found = finding(advice_on(case), "HeartFailure")
    assert found.headline.text == (
        "Do not restart trastuzumab + pertuzumab: heart failure on it, now resolved, ends it for good; refer to cardiology"
    )
    assert (found.indicator, found.avoid, found.rules) == ("warning", ("pertuzumab", "trastuzumab"), ())
    assert again(case) == [("HeartFailure", "warning")]


def test_r133_on_hold():
    """T-DXd on hold for the heart."""
    drugs = (given("trastuzumab-deruxtecan", 300, status="on-hold", reason="cardiac"),)
    case = on_therapy(*drugs, heart=heart_condition(status="resolved", day=60), lvef=VALUES)
    assert finding(advice_on(case), "HeartFailure").avoid == ("trastuzumab-deruxtecan",)


def test_decision_14_below_40_it_is_critical():
    """The heart failure is closed on the list, the LVEF is not back."""
    case = hp(last=42, failed=35, lvef=(lvef(60, 310), lvef(38, 30)))
    assert [(f.topic, f.indicator) for f in advice_on(case).findings] == [("HeartFailure", "critical")]


@pytest.mark.parametrize(
    ("last", "failed", "said"),
    [(14, 30, False), (42, 400, False), (42, 42, True), (42, 30, True)],
    ids=["given since", "older than the drug", "the day of the last dose", "after the last dose"],
)
def test_whose_heart_failure_it_is(last, failed, said):
    """A dose since is a decision; what began before the first dose is not the drug's."""
    case = hp(last=last, failed=failed, lvef=(lvef(60, 310), lvef(57, 5)))
    assert ("HeartFailure" in topics(advice_on(case))) is said


@pytest.mark.parametrize(("after", "ended"), [(91, True), (92, False)])
def test_as_long_after_the_last_dose_as_the_lvef_is_monitored(after, ended):
    """And not once another HER2 drug was begun."""
    case = hp(last=200, failed=200 - after, lvef=(lvef(60, 310), lvef(57, 5)))
    assert bool(again(case)) is ended
    switched = on_therapy(
        *[r for d in HP for r in doses(d, 500, 200)],
        *doses("trastuzumab-emtansine", 180, 12),
        heart=heart_condition(status="resolved", day=150),
        lvef=(lvef(60, 510), lvef(57, 5)),
        disease_statuses=status("worsened", 190),
    )
    assert again(switched) == []


@pytest.mark.parametrize(("failed", "ended"), [(299, True), (300, False)])
def test_what_began_on_the_day_of_the_first_dose_is_not_the_drugs(failed, ended):
    """Written down at the visit of the first dose: it was there before."""
    held = on_therapy(
        given("trastuzumab", 300, status="on-hold"),
        heart=heart_condition(status="resolved", day=failed),
        lvef=(lvef(60, 310), lvef(57, 5)),
    )
    assert ("HeartFailure" in topics(advice_on(held))) is ended


@pytest.mark.parametrize("condition", [heart_condition("cardiomyopathy", "resolved", 35), heart_condition(status="unknown", day=35)])
def test_only_heart_failure_that_has_resolved_ends_a_drug(condition):
    """Neither cardiomyopathy by itself, nor what is not said to be over."""
    headlines = {f.headline.id for f in advice_on(hp(last=42, heart=condition, lvef=(lvef(60, 310), lvef(57, 5)))).findings}
    assert "heart-failure-resolved" not in headlines


@pytest.mark.parametrize(("end", "ended"), [(7, True), (6, False)])
def test_without_doses_the_end_of_the_course_tells(end, ended):
    """Found 35 days ago: an end written down up to 28 days later is that of a visit, a later one means that it was given on."""
    case = on_therapy(given("trastuzumab", 300, end), heart=heart_condition(status="resolved", day=35), lvef=(lvef(60, 310), lvef(57, 5)))
    assert bool(again(case)) is ended


@pytest.mark.parametrize(("begun", "ended"), [(71, False), (60, False), (59, True)])
def test_another_drug_begun_up_to_that_day_may_have_caused_it(begun, ended):
    """Trastuzumab last given 72 days ago, heart failure 60 days ago: the other drug's, if it was begun between, or on the day."""
    drugs = (*doses("trastuzumab", 300, 72), given("lapatinib", begun))
    case = on_therapy(*drugs, heart=heart_condition(status="resolved", day=60), lvef=(lvef(60, 310), lvef(57, 5)))
    assert bool(again(case)) is ended


def test_of_several_the_newest_is_shown():
    """As the fact on the card."""
    several = (heart_condition(status="resolved", day=36), heart_condition(status="resolved", day=30))
    for conditions in (several, several[::-1]):
        found = finding(advice_on(hp(last=42, heart=conditions, lvef=(lvef(60, 310), lvef(57, 5)))), "HeartFailure")
        assert [f.date for f in found.facts if f.name == "Heart failure"] == [str(ago(30))]


FAILED = heart_condition(status="resolved", day=400)
THP = thp(690, 380, reason="progression")


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (second_line(drugs=THP, heart=FAILED), "check-failure-ended"),
        (second_line(drugs=thp(690, 380, reason="cardiac"), heart=FAILED), "check-failure-ended"),
        (a_case(drugs=adjuvant("trastuzumab", 1500, 1300), heart=heart_condition(status="resolved", day=1320)), "check-failure-ended"),
        (second_line(drugs=THP, heart=heart_condition(status="resolved", day=None)), "check-failure-resolved"),
        (second_line(drugs=THP, heart=heart_condition(status="resolved", day=200)), "check-failure-resolved"),
        (a_case(heart=heart_condition(status="resolved", day=900)), "check-failure-resolved"),
        (second_line(drugs=THP, heart=(FAILED, heart_condition("cardiomyopathy", day=300))), "check-failure-ended"),
        (second_line(drugs=THP, heart=heart_condition(status="resolved", day=900)), None),
        (second_line(drugs=THP, heart=(FAILED, heart_condition(day=20))), None),
        (second_line(drugs=THP), None),
    ],
    ids=[
        "progressed", "stopped for it", "adjuvant", "no date", "long after", "before any drug", "and cardiomyopathy", "one begun since",
        "active again", "none",
    ],
)  # fmt: skip
def test_p02_before_another_her2_drug_cardiology_is_asked_for(case, said):
    """What the next card leads with is another drug; that the heart failed once is said beside it, once."""
    treatment = advice_on(case).treatment
    assert treatment is not None
    about = [c.id for c in treatment.checks if c.id.startswith(("check-failure", "check-stopped-for-heart"))]
    assert about == ([said] if said else [])
    assert any(f.name == "Heart failure" and f.value == "resolved" for f in treatment.facts) is (said is not None)


def test_p02_cardiomyopathy_that_has_resolved_is_asked_about_by_its_name():
    """No label ends a drug for it by itself."""
    treatment = advice_on(second_line(drugs=THP, heart=heart_condition("cardiomyopathy", "resolved", 400))).treatment
    assert treatment is not None
    assert f"Cardiomyopathy is on record, resolved ({ago(400)}): cardiology before the first dose." in {c.text for c in treatment.checks}
    assert ("Cardiomyopathy", "resolved") in {(f.name, f.value) for f in treatment.facts}


@pytest.mark.parametrize(
    ("heart", "drugs", "shown"),
    [
        ((("heart-failure", 300), ("heart-failure", 200)), THP, ("Heart failure", 200)),
        ((("heart-failure", 300), ("cardiomyopathy", 200)), THP, ("Heart failure", 300)),
        ((("heart-failure", 300), ("heart-failure", None)), THP, ("Heart failure", 300)),
        ((("heart-failure", 900), ("cardiomyopathy", 200)), THP, ("Cardiomyopathy", 200)),
        ((("heart-failure", 690),), THP, ("Heart failure", 690)),
        ((("heart-failure", 691),), THP, None),
        ((("heart-failure", 200),), (*THP, given("letrozole", 100)), ("Heart failure", 200)),
    ],
    ids=["the newest", "the gravest", "the dated", "since the newest drug", "the day it began", "before it", "no HER2 drug"],
)
def test_p02_which_of_several_is_shown(heart, drugs, shown):
    """Only what no HER2 drug was begun after."""
    conditions = tuple(heart_condition(kind, "resolved", day) for kind, day in heart)
    for order_of_the_list in (conditions, conditions[::-1]):
        treatment = advice_on(second_line(drugs=drugs, heart=order_of_the_list)).treatment
        assert treatment is not None
        facts = [(f.name, f.date) for f in treatment.facts if f.value == "resolved"]
        assert facts == ([(shown[0], str(ago(shown[1])))] if shown else [])
