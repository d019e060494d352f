"""Weight, body surface area and creatinine clearance of the case."""

from __future__ import annotations

import pytest

from guideline.body import Weights, body, changed, cockcroft_gault, mosteller
from tests.guideline.case_builder import a_case, ago, when
from tests.guideline.measure_builder import height, weight


def test_the_newest_weight_counts():
    """The newest dated weight is the weight; the order of the facts does not matter."""
    for measures in [(weight(80, 200), weight(70, 4)), (weight(70, 4), weight(80, 200))]:
        found = body(a_case(body=measures)).weight
        assert found is not None
        assert (found.kg, found.state, found.age_days) == (70, "current", 4)


@pytest.mark.parametrize(("days", "state"), [(27, "current"), (28, "current"), (29, "old"), (None, "old")])
def test_a_weight_is_current_for_four_weeks(days, state):
    """28 days old is still current; older, or undated, is old and no mg is judged by it."""
    found = body(a_case(body=weight(70, days)))
    assert found.weight is not None
    assert found.weight.state == state
    assert (found.kg == 70) == (state == "current")


@pytest.mark.parametrize(("kg", "state"), [(29.9, "doubtful"), (30, "current"), (250, "current"), (250.1, "doubtful")])
def test_a_weight_that_no_adult_has_is_doubtful(kg, state):
    """Below 30 or above 250 kg is an error of entry."""
    found = body(a_case(body=weight(kg)))
    assert found.weight is not None
    assert found.weight.state == state


def test_two_weights_of_one_day_that_contradict_each_other_are_doubtful():
    """70 and 77 kg on the same day: neither is trusted; 70 and 71 are one weight."""
    assert body(a_case(body=(weight(70, 3), weight(77, 3)))).weight.state == "doubtful"
    assert body(a_case(body=(weight(70, 3), weight(71, 3)))).weight.state == "current"


@pytest.mark.parametrize(
    ("now", "before", "state"),
    [
        ((150, 2), (68, 19), "doubtful"),
        ((68, 2), (150, 19), "doubtful"),
        ((150, 2), (68, 30), "doubtful"),
        ((150, 2), (68, 31), "doubtful"),
        ((150, 2), (68, 185), "doubtful"),
        ((150, 2), (68, 186), "current"),
        ((150, 2), (68, 2), "doubtful"),
        ((136, 2), (68, 19), "doubtful"),
        ((134, 2), (68, 19), "current"),
        ((160, 2), (68, 19), "doubtful"),
        ((165, 2), (68, 19), "current"),
        ((80, 2), (68, 19), "current"),
    ],
)
def test_pounds_that_were_entered_as_kilograms(now, before, state):
    """150 lb are 68 kg: within a tenth of that factor in half a year one of the two weights is in the other unit."""
    assert body(a_case(body=(weight(*now), weight(*before)))).weight.state == state
    assert body(a_case(body=(weight(*before), weight(*now)))).weight.state == state


@pytest.mark.parametrize(
    ("weights", "state"),
    [
        (((68, 2), (68, 40), (150, 60)), "current"),
        (((68, 2), (68, 10), (150, 25)), "doubtful"),
        (((150, 2), (68, 40), (67, 60)), "doubtful"),
        (((150, 2), (149, 40), (67, 60)), "current"),
    ],
)
def test_pounds_of_months_ago_are_answered_by_later_weights(weights, state):
    """Beyond four weeks only the last weight before speaks: an old error of entry makes no later weight doubtful."""
    assert body(a_case(body=tuple(weight(*one) for one in weights))).weight.state == state


def test_a_coarse_date_counts_from_its_first_day():
    """A weight of "2026-10" may be of October 1: old."""
    assert body(a_case(body=weight(70, "2026-10"))).weight.state == "old"


def test_body_surface_by_mosteller():
    """165 cm and 70 kg are 1.79 m2; without height, or with an old weight, there is none."""
    assert mosteller(165, 70) == pytest.approx(1.7912, abs=1e-4)
    assert body(a_case(body=(weight(70), height(165)))).surface == pytest.approx(1.7912, abs=1e-4)
    assert body(a_case(body=weight(70))).surface is None
    assert body(a_case(body=(weight(70, 40), height(165)))).surface is None
    assert body(a_case()).weight is None


def test_a_height_is_never_too_old():
    """An adult's height of ten years ago serves."""
    assert body(a_case(body=(weight(70), height(165, 3650)))).height == 165


@pytest.mark.parametrize(
    ("age", "kg", "creatinine", "sex", "clearance"),
    [(62, 60, 1.45, "female", 38.1), (62, 60, 1.45, "male", 44.8), (40, 72, 1.0, "male", 100.0), (140, 60, 1.0, "male", 0.0)],
)
def test_cockcroft_gault(age, kg, creatinine, sex, clearance):
    """(140 - age) x kg / (72 x creatinine), 0.85 of it in women."""
    assert cockcroft_gault(age, kg, creatinine, sex) == pytest.approx(clearance, abs=0.05)


def test_no_clearance_without_sex_or_creatinine():
    """An unknown sex is not taken for one of the two, and a creatinine of 0 is no value."""
    assert cockcroft_gault(60, 60, 1.0, "unknown") is None
    assert cockcroft_gault(60, 60, 0, "female") is None


@pytest.mark.parametrize(("now", "is_changed"), [(62.9, True), (63, True), (63.01, False), (76.99, False), (77, True)])
def test_a_tenth_is_a_change(now, is_changed):
    """A fall or rise of exactly ten percent counts."""
    assert changed(70, now) is is_changed


def test_the_weight_of_an_earlier_dose():
    """The last weight up to that day, not older than four weeks then, counts for it."""
    weights = Weights(a_case(body=(weight(80, 130), weight(75, 105), weight(70, 5))))
    assert weights.around(ago(100)).value == 75
    assert weights.around(ago(120)).value == 80
    assert weights.around(ago(50)) is None


@pytest.mark.parametrize(
    ("measured", "day", "kg"),
    [
        ((weight(70, 28),), 0, 70),
        ((weight(70, 29),), 0, None),
        ((weight(70, 0), weight(71, 0)), 0, 71),
        ((weight(71, 0), weight(70, 0)), 0, 71),
        ((weight(70, 5), weight(700, 4), height(165, 3)), 0, 70),
        ((weight(70, None),), 0, None),
        ((weight(70, "2026-10"),), "2026-10-29", 70),
        ((weight(70, 2),), 30, 70),
        ((weight(70, 2),), 31, None),
        ((weight(70, 58), weight(71, 29)), 30, 70),
        ((weight(70, 59), weight(71, 29)), 30, 71),
        ((weight(70, "2026"),), "2026-12-15", None),
        ((weight(70, "2026-10"),), "2026-11-01", None),
        ((weight(70, "2026-09"), weight(71, "2026")), "2026-09", 70),
        ((weight(70, "2026-02"),), "2026-03-01", 70),
        ((weight(72, "2026-01-30"), weight(70, "2026-01")), "2026-02-20", 72),
        ((weight(72, "2026-01-30"), weight(70, "2026")), "2026-12-31", None),
    ],
)
def test_the_weight_of_a_day_is_one_of_the_four_weeks_around_it(measured, day, kg):
    """The newest plausible one before it, of several the heaviest, else the first after it; a month only where all of it lies there."""
    found = Weights(a_case(body=(*measured, height(165)))).around(when(day))
    assert (found.value if found is not None else None) == kg
