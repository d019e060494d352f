"""The LVEF over time (decision 14)."""

from itertools import permutations

import pytest

from guideline.heart.function import effective_value
from tests.guideline.case_builder import a_case, ago, booked_echo, given, heart_condition, intake, lvef, on_therapy, situation_of, when


def heart(*values, **facts):
    return situation_of(a_case(lvef=values, **facts)).heart


def test_the_newest_value_is_the_latest():
    """The latest is the newest by clinical date."""
    found = heart(lvef(50, 100), lvef(60, 10), lvef(40, 200))
    assert found.latest is not None
    assert (found.latest.value, found.age_days) == (60, 10)


def test_on_one_day_the_lower_value_counts():
    """Two values of one day: the worse one."""
    found = heart(lvef(60, 10), lvef(45, 10))
    assert found.latest is not None
    assert found.latest.value == 45


@pytest.mark.parametrize("coarse", ["2026-11", "2026"])
def test_a_coarse_date_is_never_newer_than_an_exact_worse_value(coarse):
    """60 % "in 2026" does not outdate 38 % of two days ago: what may be older must not hide a fall."""
    found = heart(lvef(38, 2), lvef(60, coarse))
    assert found.latest is not None
    assert found.latest.value == 38


@pytest.mark.parametrize(("value", "counts"), [(62, False), (50, False), (49, True), (38, True)])
def test_decision_8_a_preliminary_value_counts_only_when_it_is_adverse(value, counts):
    """A preliminary good LVEF is none; a preliminary bad one is."""
    assert (heart(lvef(value, 2, preliminary=True)).latest is not None) is counts


def test_a_value_without_a_date_has_no_place_in_time():
    """An undated LVEF is neither current nor latest."""
    assert heart(lvef(62, None)).latest is None


@pytest.mark.parametrize(
    ("value", "judged"),
    [
        (lvef(55, upper=60), 55),
        (lvef(45, bound=">"), 45.1),
        (lvef(45, bound=">="), 45),
        (lvef(40, bound="<"), 39.9),
        (lvef(40, bound="<="), 39.9),
        (lvef(40), 40),
    ],
)
def test_a_range_is_judged_by_its_lower_end_and_a_limit_just_beyond_it(value, judged):
    """55-60 % is judged as 55; >45 % is above 45, and <40 % is not 40; <=40 % may be either, and is judged as the worse."""
    assert effective_value(value) == judged


def test_less_than_40_is_below_40():
    """The words "<40 %" is below every limit of 40."""
    assert effective_value(lvef(40, bound="<")) < 40


def test_decision_14_the_baseline_is_the_last_value_before_the_first_dose():
    """Not the first ever, not one after the start."""
    found = heart(lvef(70, 900), lvef(64, 320), lvef(55, 100), lvef(50, 5)).baseline(when(300))
    assert found is not None
    assert (found[0].value, found[1]) == (64, True)


def test_decision_14_else_the_first_after_it():
    """Without a value before the start the first after it is the baseline, and said so."""
    found = heart(lvef(58, 280), lvef(50, 5)).baseline(when(300))
    assert found is not None
    assert (found[0].value, found[1]) == (58, False)


def test_decision_14_like_modality_with_like():
    """An echo is compared with an echo where there is one."""
    found = heart(lvef(66, 310, modality="muga"), lvef(60, 330, modality="echo"), lvef(50, 5, modality="echo")).baseline(when(300))
    assert found is not None
    assert found[0].value == 60


def test_the_latest_value_before_the_first_dose_is_itself_the_baseline():
    """Echo 48 % before the first dose, 70 % years ago: nothing fell under this drug."""
    found = heart(lvef(70, 2000), lvef(48, 20)).baseline(when(10))
    assert found is None or found[0].value == 48


@pytest.mark.parametrize(("kind", "status", "failure"), [("heart-failure", "active", True), ("heart-failure", "unknown", True),
                                                          ("heart-failure", "resolved", False)])  # fmt: skip
def test_heart_failure_without_a_status_is_not_resolved(kind, status, failure):
    """An entry without a status counts."""
    assert heart(lvef(60), heart=heart_condition(kind, status)).symptomatic_failure is failure


def test_symptoms_of_the_intake_are_heart_failure():
    """I08: reported symptoms count like the diagnosis."""
    assert heart(lvef(60), intake=intake(heart_failure_symptoms="true")).symptomatic_failure


def test_decision_23_an_active_or_draft_order_is_a_booked_echo():
    """A booked echo is known with its date."""
    assert heart(lvef(60), procedures=booked_echo()).booked_echo is not None


@pytest.mark.parametrize(("day", "counts"), [(91, True), (92, False), (700, False), (None, True)])
def test_decision_23_an_order_without_a_result_for_long_is_no_booking(day, counts):
    """Charts keep orders active for years: after the 91 days within which an LVEF is due nothing is awaited any more."""
    assert (heart(lvef(60), procedures=booked_echo(day)).booked_echo is not None) is counts


def test_of_two_entries_the_same_one_is_named_in_any_order():
    """Two active entries of heart failure: the one with the first reference is shown, whichever is listed first; resolved ones never."""
    one, other, over = heart_condition(day=30), heart_condition(day=400), heart_condition(status="resolved", day=10)
    named = {situation_of(a_case(heart=entries)).heart.failure for entries in permutations((one, other, over))}
    assert named == {min(one, other, key=lambda entry: entry.source)}


@pytest.mark.parametrize(("day", "before"), [(301, True), (300, True), (299, False)])
def test_the_day_of_the_first_dose_is_before_it(day, before):
    """A value measured on the day of the first dose is a baseline from before the start; a day later it is the first value after it."""
    case = on_therapy(given("trastuzumab", 300), lvef=(lvef(46, 5), lvef(62, day)))
    value, found_before = situation_of(case).heart.baseline(ago(300))
    assert (value.value, found_before) == (62, before)
