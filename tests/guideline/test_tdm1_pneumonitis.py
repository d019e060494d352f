"""Pneumonitis of T-DM1 ends T-DM1 at any grade, also when it has resolved (R119, R130)."""

import pytest

from tests.guideline.case_builder import a_case, advice_on, ago, doses, finding, given, lung, lvef, on_therapy, thp, topics
from tests.guideline.order_builder import asks, order

T_DXD, T_DM1, TOPIC = "trastuzumab-deruxtecan", "trastuzumab-emtansine", "InterstitialLungDisease"
FIRST = thp(690, 300, reason="progression")


def resolved(onset=40, over=10, **more):
    return lung("ild", "resolved", more.pop("grade", None), onset, abated=ago(over), **more)


def on_tdm1(last=42, *, lungs=None, **facts):
    return on_therapy(*FIRST, *doses(T_DM1, 280, last), **{"lungs": lungs or resolved(), "lvef": (lvef(62, 300), lvef(60, 20)), **facts})


def ordered(case, topic=TOPIC):
    return [(f.indicator, f.headline.id) for f in asks(case, order(T_DM1, 3.6, "mg/kg")).findings if f.topic == topic]


@pytest.mark.parametrize("grade", [None, 1, 2])
def test_r119_resolved_it_is_no_restart(grade):
    """Found after the last dose, resolved, the next cycle planned: chart and order say so alike."""
    case = on_tdm1(lungs=resolved(grade=grade))
    found = finding(advice_on(case), TOPIC)
    assert (found.indicator, found.headline.id, found.avoid, found.rules) == ("warning", "ild-tdm1-ended", (T_DM1,), ("R119",))
    assert ordered(case) == [("warning", "ild-tdm1-ended")]


def test_r119_long_after_the_last_dose():
    """The course is over: the chart has its next line, the order of T-DM1 is met with the same words."""
    case = on_tdm1(last=112, lungs=resolved(onset=105, over=70))
    assert TOPIC not in topics(advice_on(case))
    assert ordered(case) == [("warning", "ild-tdm1-ended")]


@pytest.mark.parametrize(("last", "met"), [(11, True), (10, True), (9, False)])
def test_a_dose_after_it_was_over_is_a_decision(last, met):
    """It was over ten days ago; a dose of that very day may have been given before."""
    assert bool(ordered(on_tdm1(last=last))) is met


@pytest.mark.parametrize(
    ("course", "met"),
    [
        (given(T_DM1, 280, 190), True),
        (given(T_DM1, 280, status="on-hold"), True),
        (given(T_DM1, 280), False),
    ],
    ids=["ended", "on hold", "active"],
)
def test_without_doses_a_course_that_went_on_for_longer_than_a_pause_is_a_decision(course, met):
    """Found 200 days ago, over 100 days ago: an active course was given on; one that has ended, or waits, was not."""
    assert bool(ordered(on_therapy(*FIRST, course, lungs=resolved(onset=200, over=100)))) is met


@pytest.mark.parametrize(("over", "met"), [(63, True), (64, False)])
def test_the_pause_ends_after_63_days(over, met):
    """Counted from its end, not from its beginning."""
    assert bool(ordered(on_therapy(*FIRST, given(T_DM1, 280), lungs=resolved(onset=200, over=over)))) is met


def test_r119_the_record_names_it_as_the_cause():
    """Also where T-DXd, begun since, might explain it by its date."""
    drugs = (*FIRST, *doses(T_DM1, 280, 100), *doses(T_DXD, 70, 28))
    case = on_therapy(*drugs, lungs=resolved(onset=60, over=30, cause_drug=T_DM1))
    assert [headline for _, headline in ordered(case)] == ["ild-tdm1-ended"]


def test_decision_17_stopped_for_the_lungs_it_is_one_card():
    """The stop speaks, with what the label says of it."""
    case = on_therapy(*FIRST, given(T_DM1, 280, 42, reason="lung"), lungs=resolved(grade=1))
    assert ordered(case) == []
    (found,) = [f for f in asks(case, order(T_DM1, 3.6, "mg/kg")).findings if f.topic == "PermanentlyStoppedAgent"]
    assert "ild-tdm1-ended" in {line.id for line in found.detail}


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (on_tdm1(last=7), "a dose since is a decision"),
        (on_tdm1(lungs=resolved(onset=400, over=350)), "older than T-DM1"),
        (on_tdm1(lungs=resolved(cause_drug="paclitaxel")), "another drug did it"),
        (on_tdm1(lungs=lung("radiation", "resolved", None, 40, abated=ago(10))), "radiation did it"),
        (on_therapy(*FIRST, given(T_DM1, 280), lungs=resolved(onset=200, over=100)), "given on, as far as the record says"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_not_every_lung_finding_is_that_of_tdm1(case, why):
    """Silent on the chart."""
    assert TOPIC not in topics(advice_on(case)), why


def test_pneumonitis_of_t_dxd_is_not_that_of_tdm1():
    """T-DXd soon after T-DM1, and pneumonitis under it."""
    drugs = (*FIRST, *doses(T_DM1, 280, 100), *doses(T_DXD, 70, 28))
    case = on_therapy(*drugs, lungs=resolved(onset=50, over=30, grade=1))
    assert ordered(case) == [("info", "order-tdm1-after-ild")]


def test_r133_on_hold_there_is_no_restart_test_to_meet():
    """The label of T-DM1 names none."""
    held = (*FIRST, given(T_DM1, 280, status="on-hold", reason="lung"))
    assert finding(advice_on(on_therapy(*held)), TOPIC).headline.id == "ild-on-hold-tdm1"
    assert finding(advice_on(on_therapy(*held, lungs=resolved())), TOPIC).headline.id == "ild-tdm1-ended"


def test_r119_adjuvant_tdm1():
    """Drug safety holds at any stage (decision 18)."""
    case = a_case(metastases=(), drugs=given(T_DM1, 200, 50, intent="curative"), lungs=resolved())
    assert ordered(case) == [("warning", "ild-tdm1-ended")]
