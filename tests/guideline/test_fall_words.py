"""How far the LVEF fell, in words: no figure is made of a value of which only a limit is known (E22)."""

import pytest

from guideline.rules.heart_words import fall_words
from tests.guideline.case_builder import lvef


@pytest.mark.parametrize(
    ("baseline", "latest", "said"),
    [
        (lvef(60), lvef(44), "16 points below baseline 60 %"),
        (lvef(55.5), lvef(45), "10.5 points below baseline 55.5 %"),
        (lvef(55, upper=60), lvef(40, upper=45), "15 points below baseline 55-60 %"),
        (lvef(60), lvef(40, bound="<"), "over 20 points below baseline 60 %"),
        (lvef(60, bound=">"), lvef(40, bound="<"), "over 20 points below baseline >60 %"),
        (lvef(55, bound=">="), lvef(45), "10 points or more below baseline >=55 %"),
        (lvef(60), lvef(45, bound=">"), "up to 15 points below baseline 60 %"),
        (lvef(60, bound=">"), lvef(45, bound=">"), "baseline >60 %"),
        (lvef(50), lvef(55), "baseline 50 %"),
        (lvef(55, bound=">"), lvef(55), "baseline >55 %"),
        (None, lvef(45), "no baseline on record"),
    ],
)
def test_a_limit_is_no_figure(baseline, latest, said):
    """Below 40 from 60 is over 20 points, not 20.1."""
    assert fall_words(baseline, latest) == said
