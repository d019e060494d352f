"""An echocardiogram or MUGA that was done and left no value on record: looked up, and not ordered once more (R074, R131)."""

import pytest

from guideline.case import Procedure
from tests.guideline.case_builder import advice_on as opened
from tests.guideline.case_builder import ago, booked_echo, given, lvef, on_therapy, second_line, source
from tests.guideline.order_builder import asks, order

HP = (given("trastuzumab", 300), given("pertuzumab", 300))


def done(day, kind="echo"):
    return Procedure(kind, "done", ago(day), source("Procedure"))


def the_finding(**facts):
    (found,) = opened(on_therapy(*HP, **facts)).findings
    return found


@pytest.mark.parametrize(
    ("values", "indicator"),
    [((), "warning"), (lvef(60, 120), "warning"), (lvef(60, 88), "info")],
    ids=["no value", "overdue", "due"],
)
@pytest.mark.parametrize(("kind", "named"), [("echo", "echocardiogram"), ("muga", "MUGA")])
def test_the_value_is_looked_up(values, indicator, kind, named):
    """The report came as a document: the card names the examination and does not ask to order another one."""
    found = the_finding(lvef=values, procedures=done(30, kind))
    assert (found.topic, found.indicator, found.requests) == ("LvefMonitoringDue", indicator, ())
    assert f"look up that of the {named} of {ago(30)}" in found.headline.text


@pytest.mark.parametrize(
    ("values", "day"),
    [(lvef(60, 120), 120), (lvef(60, 120), 200), (lvef(60, 120), 85), ((), 85)],
    ids=["that of the value", "before it", "no longer current", "no longer current, no value"],
)
def test_an_older_examination_changes_nothing(values, day):
    """An LVEF of 85 days ago would be due as well."""
    found = the_finding(lvef=values, procedures=done(day))
    assert "order an echocardiogram" in found.headline.text
    assert found.requests == ("echocardiogram",)


def test_silent_while_the_last_value_is_current_or_the_next_one_booked():
    """Section 5 (5): a limited echocardiogram in between asks for nothing."""
    assert opened(on_therapy(*HP, lvef=lvef(60, 40), procedures=done(10))).findings == ()
    assert opened(on_therapy(*HP, lvef=lvef(60, 88), procedures=(done(10), booked_echo()))).findings == ()


def test_before_a_first_dose():
    """R071: at the order and on the treatment card."""
    case = second_line(lvef=(), procedures=done(10))
    (found,) = [f for f in asks(case, order("trastuzumab-deruxtecan")).findings if f.topic == "LvefBaselineNeeded"]
    assert f"look up the LVEF of the echocardiogram of {ago(10)}" in found.headline.text
    assert found.suggestions == ()
    treatment = opened(case).treatment
    assert treatment is not None
    assert any(f"look up the echocardiogram of {ago(10)}" in check.text for check in treatment.checks)


def test_an_echocardiogram_of_a_day_to_come_has_no_value_to_look_up():
    """Its date is wrong, or it was not done: the LVEF stays overdue."""
    assert "overdue" in the_finding(lvef=lvef(60, 100), procedures=done(-5)).headline.text
