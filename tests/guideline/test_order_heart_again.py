"""Lapatinib ordered again after a hold for the heart: at the lower dose of its label (R114)."""

import pytest

from tests.guideline.case_builder import given, lvef, on_therapy
from tests.guideline.order_builder import asks, order

CAPECITABINE, LETROZOLE = given("capecitabine", 100), given("letrozole", 100)


#: A fall that held lapatinib, and the recovery.
RECOVERED = (lvef(62, 120), lvef(48, 40), lvef(56, 3))


def about(asked, *drugs, values=RECOVERED, **more):
    """What is said of the dose of a restart."""
    case = on_therapy(*drugs, lvef=values, **more)
    return [f for f in asks(case, asked).findings if f.headline.id == "restart-too-high"]


def lapatinib(amount):
    return order("lapatinib", amount, "mg", times_a_day=1)


HELD = given("lapatinib", 100, status="on-hold")
ENDED = given("lapatinib", 100, 38, reason="cardiac")


@pytest.mark.parametrize("before", [HELD, ENDED], ids=["held", "ended for the heart"])
@pytest.mark.parametrize(
    ("partner", "amount", "dose"),
    [
        (CAPECITABINE, 1250, "1000 mg"),
        (CAPECITABINE, 1000, None),
        (CAPECITABINE, 750, None),
        (LETROZOLE, 1500, "1250 mg"),
        (LETROZOLE, 1250, None),
        (LETROZOLE, 1000, None),
    ],
)
def test_r114_the_dose_of_a_restart(before, partner, amount, dose):
    """1000 mg with capecitabine, 1250 mg with letrozole: the old dose is a warning, and what the label says stands on it."""
    found = about(lapatinib(amount), before, partner)
    assert len(found) == (dose is not None)
    for f in found:
        assert (f.topic, f.indicator) == ("DoseCheck", "warning")
        assert f.headline.text.endswith(f"the label restarts at {dose}")


@pytest.mark.parametrize(
    ("drugs", "values"),
    [
        ((given("lapatinib", 100), CAPECITABINE), (lvef(62, 120), lvef(56, 3))),  # it runs
        ((given("lapatinib", 100, 38, reason="toxicity"), CAPECITABINE), (lvef(62, 120), lvef(56, 3))),
        ((HELD, CAPECITABINE), (lvef(62, 120), lvef(60, 3))),  # held for something else
        ((HELD, CAPECITABINE), (lvef(62, 120), lvef(45, 3))),  # the hold itself speaks
        ((CAPECITABINE,), (lvef(62, 3),)),
    ],
)
def test_r114_no_restart_after_a_hold_for_the_heart(drugs, values):
    """No word where the heart did not hold it, or still does."""
    assert about(lapatinib(1250), *drugs, values=values) == []


def test_r114_an_order_without_a_readable_dose_is_silent():
    """What is not told is not judged."""
    assert about(order("lapatinib"), HELD, CAPECITABINE) == []
