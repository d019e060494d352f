"""Pneumonitis that began under trastuzumab itself (R081): its label ends the drug for interstitial pneumonitis."""

import pytest

from guideline.rules.lungs import on_trastuzumab
from tests.guideline.case_builder import advice_on, doses, finding, given, lung, on_therapy, situation_of, thp, topics
from tests.guideline.order_builder import asks, order

T_DXD = "trastuzumab-deruxtecan"


def on_thp(*more, start=100, **facts):
    """First line for a hundred days."""
    return on_therapy(*thp(start), *more, **facts)


@pytest.mark.parametrize(
    ("lungs", "asked"),
    [
        (lung(onset=6), True),
        (lung(onset=6, grade=2), True),
        (lung(onset=6, cause_drug="drug"), True),
        (lung(onset=6, cause_drug="trastuzumab"), True),
        (lung(onset=6, cause_drug="palbociclib"), False),
        (lung(onset=6, status="resolved"), False),
        (lung("radiation", onset=6), False),
        (lung(onset=100), False),
        (lung(onset=400), False),
        (lung(onset=None), False),
    ],
    ids=[
        "new", "graded", "a drug's", "trastuzumab's own", "another drug's", "resolved", "radiation", "of the first day", "from before",
        "nobody knows when",
    ],
)  # fmt: skip
def test_r081_new_pneumonitis_asks_for_a_lung_opinion_before_more(lungs, asked):
    """It says so in place of "keep the antibodies going"."""
    advice = advice_on(on_thp(lungs=lungs))
    assert ("InterstitialLungDisease" in topics(advice)) is asked
    if asked:
        found = finding(advice, "InterstitialLungDisease")
        assert (found.indicator, found.headline.id, found.rules) == ("warning", "ild-on-trastuzumab", ("R081",))
        assert advice.treatment is None


@pytest.mark.parametrize(("last", "asked"), [(10, True), (6, True), (5, False)])
def test_r081_not_where_a_dose_is_recorded_since(last, asked):
    """Whoever gave one has decided on it."""
    case = on_thp(*doses("trastuzumab", last + 63, last), lungs=lung(onset=6))
    assert ("InterstitialLungDisease" in topics(advice_on(case))) is asked


def test_r081_of_the_fixed_combination_and_of_a_hold():
    """The fixed combination brings trastuzumab; a hold waits for the same opinion."""
    fixed = on_therapy(given("pertuzumab-trastuzumab-hyaluronidase", 100), lungs=lung(onset=6))
    assert finding(advice_on(fixed), "InterstitialLungDisease").headline.id == "ild-on-trastuzumab"
    held = on_therapy(given("trastuzumab", 100, status="on-hold"), lungs=lung(onset=6))
    assert on_trastuzumab(situation_of(held)) is not None


def test_r081_says_so_when_the_next_dose_is_ordered():
    """And not of pertuzumab alone, whose label does not end it for the lungs."""
    case = on_thp(lungs=lung(onset=6))
    said = finding(asks(case, order("trastuzumab")), "InterstitialLungDisease")
    assert (said.indicator, said.headline.id, said.about) == ("warning", "ild-on-trastuzumab", ("trastuzumab",))
    assert "InterstitialLungDisease" not in topics(asks(case, order("pertuzumab")))
