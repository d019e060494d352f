"""T-DXd pneumonitis that is over, and of which nobody wrote down the grade, while T-DXd counts as given (R116)."""

import pytest

from tests.guideline.case_builder import advice_on, doses, finding, given, lung, on_therapy, thp, topics

T_DXD = "trastuzumab-deruxtecan"


def on_tdxd(*doses_given, onset: int | None = 10, grade: int | None = None):
    """On T-DXd for a hundred days, its pneumonitis resolved."""
    before = thp(690, 120, reason="progression")
    return on_therapy(*before, given(T_DXD, 100), *doses_given, lungs=lung(status="resolved", onset=onset, grade=grade, cause_drug=T_DXD))


@pytest.mark.parametrize(
    ("case", "asked"),
    [
        (on_tdxd(*doses(T_DXD, 97, 13)), True),
        (on_tdxd(*doses(T_DXD, 97, 6)), False),
        (on_tdxd(), True),
        (on_tdxd(onset=90), False),
        (on_tdxd(*doses(T_DXD, 97, 13), onset=None), True),
        (on_tdxd(*doses(T_DXD, 97, 13), grade=1), False),
    ],
    ids=["no dose since", "a dose since", "no doses on record", "gone on for longer than any pause", "nobody knows when", "grade 1"],
)
def test_r116_the_grade_is_asked_for_before_the_next_dose(case, asked):
    """R131: at grade 2 there is none; whoever gave one since knew the grade."""
    assert topics(advice_on(case)) == (["InterstitialLungDisease"] if asked else [])
    if asked:
        found = finding(advice_on(case), "InterstitialLungDisease")
        assert (found.indicator, found.headline.id) == ("warning", "ild-running-ungraded")
        assert [gap.input for gap in found.missing] == ["I09"]
